# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The rules of FPC error actions as a table: what each says, who said it, whether it may be downgraded. Pure."""

from __future__ import annotations

from collections.abc import Mapping

from ..._engine.rules import HOUSE, Rule, error, rule_table, warning
from .tables import CAUTION, STATEMENT, TOPIC, YANG_18, YANG_24

GROUPS = "Juniper: Use Configuration Groups to Quickly Configure Devices"

RULES: Mapping[str, Rule] = rule_table((
    error("F1", "Only SRX5400, SRX5600 and SRX5800 handle errors of FPCs.", TOPIC),
    error("F2", "Routing Engine version 1 does not handle errors of FPCs.", TOPIC),
    error("F3", "Error handling begins with 15.1X49-D30 and 17.3R1, that of cards with 15.1X49-D50 and 17.3R1.", TOPIC),
    error("F4", "Errors are handled on IOC2, IOC3 and SPC2.", TOPIC, overridable=True),
    error("F5", "There is a card in the slot.", HOUSE, overridable=True),
    error("F6", "offline and reset of an SPC2 restart the whole chassis: they need confirm_chassis_restart.", CAUTION),
    error("F7", "Falling back to default actions may cause such a reset, too.", f"{CAUTION}; {STATEMENT}"),
    warning("F8", "A list that is merely the default need not be written.", STATEMENT),
    warning("F9", "In a cluster the first alarm of a fatal or major error fails redundancy group 1 over at once.", TOPIC),
    warning("F10", "A threshold of 0 for minor errors means that they never act.", STATEMENT),
    error("F11", "Thresholds are 1 to 1024, of minor errors 0 to 1024.", YANG_24),
    error("F12", "The release knows the action.", f"{TOPIC}; {YANG_18}; {YANG_24}", overridable=True),
    error("F13", "An FPC, and an action of a list, is named once.", HOUSE),
    error("F14", "Error actions of all FPCs at once (chassis error) need a new release.", f"{YANG_24}; not in {YANG_18}", overridable=True),
    error("F15", "An entry names either the slot of an FPC, 0 to 23, or all.", HOUSE),
    error("F16", "A list of actions is not empty: that would mean the default actions, not none.", HOUSE),
    error("F17", "Error actions are not written below a statement that is deactivated.", HOUSE),
    warning("F18", "A threshold that is reached already may act as soon as it is committed.", f"{STATEMENT}; unverified"),
    error("F19", "The name of an action is a word of the Junos command line.", HOUSE),
    error("F20", "What a configuration group brings is changed in the group: nothing here takes it away.", GROUPS),
))  # fmt: skip
