# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""srx_policy_log: session logs of the SRX wing, the engine and a netmiko connection put together."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from ansible_collections.mspplus.netsec.plugins.plugin_utils._engine.arguments import Arguments, without_none
from ansible_collections.mspplus.netsec.plugins.plugin_utils._engine.problems import Problem
from ansible_collections.mspplus.netsec.plugins.plugin_utils._engine.state_action import StateAction
from ansible_collections.mspplus.netsec.plugins.plugin_utils._engine.waiting import Progress
from ansible_collections.mspplus.netsec.plugins.plugin_utils._srx.configure import CommitOptions
from ansible_collections.mspplus.netsec.plugins.plugin_utils._srx.firewall import Firewall
from ansible_collections.mspplus.netsec.plugins.plugin_utils._srx.policy_log.device import PolicyLogWing
from ansible_collections.mspplus.netsec.plugins.plugin_utils._srx.policy_log.rules import RULES, validate


class ActionModule(StateAction):
    door = "mspplus.netsec.netmiko"
    arguments = Arguments(Path(__file__).parents[1] / "modules" / "srx_policy_log.py")
    rules = RULES

    def validate(self, options: dict[str, Any]) -> list[str]:
        return CommitOptions.of(options).wrong

    def parse(self, options: dict[str, Any], progress: Progress) -> tuple[Any, Sequence[Problem]]:
        items = without_none(options["config"])
        return items, validate(items, options["state"])

    @contextmanager
    def wing(self, document: Any, options: dict[str, Any], progress: Progress) -> Iterator[PolicyLogWing]:
        firewall = Firewall(self._connection, self._connection.read_timeout)
        commit = CommitOptions.of(options, self.record.on_trial)
        yield PolicyLogWing(firewall, document, options["state"], commit, progress)
