# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The rules of FPC error actions as a table: what each says, who said it, whether it may be downgraded. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from .._engine.problems import Severity
from .fpc_tables import CAUTION, STATEMENT, TOPIC, YANG_18, YANG_24

HOUSE = "this collection"


@dataclass(frozen=True, slots=True)
class Rule:
    """severity: of a broken rule; what rests on unverified values only warns.

    overridable: the device takes it, or the sources are incomplete, so a user may downgrade it to a warning.
    """

    id: str
    text: str
    severity: Severity
    overridable: bool
    source: str

    def __post_init__(self) -> None:
        if not (self.id and self.text and self.source) or self.severity not in ("error", "warning"):
            raise ValueError(f"an incomplete rule: {self!r}")


def _error(rule: str, text: str, source: str, *, overridable: bool = False) -> Rule:
    return Rule(rule, text, "error", overridable, source)


def _warning(rule: str, text: str, source: str) -> Rule:
    return Rule(rule, text, "warning", False, source)


_TABLE = (
    _error("F1", "Only SRX5400, SRX5600 and SRX5800 handle errors of FPCs.", TOPIC),
    _error("F2", "Routing Engine version 1 does not handle errors of FPCs.", TOPIC),
    _error("F3", "Error handling begins with 15.1X49-D30 and 17.3R1, that of cards with 15.1X49-D50 and 17.3R1.", TOPIC),
    _error("F4", "Errors are handled on IOC2, IOC3 and SPC2.", TOPIC, overridable=True),
    _error("F5", "There is a card in the slot.", HOUSE, overridable=True),
    _error("F6", "offline and reset of an SPC2 restart the whole chassis: they need confirm_chassis_restart.", CAUTION),
    _error("F7", "Falling back to default actions may bring such a reset, too.", f"{CAUTION}; {STATEMENT}"),
    _warning("F8", "A list that is merely the default need not be written.", STATEMENT),
    _warning("F9", "In a cluster the first alarm of a fatal or major error fails redundancy group 1 over at once.", TOPIC),
    _warning("F10", "A threshold of 0 for minor errors means that they never act.", STATEMENT),
    _error("F11", "Thresholds are 1 to 1024, of minor errors 0 to 1024.", YANG_24),
    _error("F12", "The release knows the action.", f"{TOPIC}; {YANG_18}; {YANG_24}", overridable=True),
    _error("F13", "An FPC, and an action of a list, is named once.", HOUSE),
    _error("F14", "Error actions of all FPCs at once (chassis error) need a new release.", f"{YANG_24}; not in {YANG_18}", overridable=True),
    _error("F15", "An entry names either the slot of an FPC, 0 to 23, or all.", HOUSE),
    _error("F16", "A list of actions is not empty: that would mean the default actions, not none.", HOUSE),
    _error("F17", "Error actions are not written below a statement that is deactivated.", HOUSE),
    _warning("F18", "A threshold that is reached already may act as soon as it is committed.", f"{STATEMENT}; unverified"),
    _error("F19", "The name of an action is a word of the Junos command line.", HOUSE),
)  # fmt: skip

RULES: Mapping[str, Rule] = MappingProxyType({rule.id: rule for rule in _TABLE})
if len(RULES) != len(_TABLE):
    raise ValueError("the id of a rule stands twice")


def overridable_rules() -> frozenset[str]:
    """Ids that a user may downgrade to a warning."""
    return frozenset(rule.id for rule in _TABLE if rule.overridable)
