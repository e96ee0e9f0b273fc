# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""srx_fpc_error_action: error actions of the SRX wing, the engine and a netmiko connection put together."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from ansible_collections.mspplus.netsec.plugins.plugin_utils._engine.arguments import (
    Arguments,
    Constraints,
    without_none,
)
from ansible_collections.mspplus.netsec.plugins.plugin_utils._engine.problems import Problem
from ansible_collections.mspplus.netsec.plugins.plugin_utils._engine.state_action import StateAction
from ansible_collections.mspplus.netsec.plugins.plugin_utils._engine.waiting import Progress
from ansible_collections.mspplus.netsec.plugins.plugin_utils._srx.configure import CommitOptions
from ansible_collections.mspplus.netsec.plugins.plugin_utils._srx.firewall import Firewall
from ansible_collections.mspplus.netsec.plugins.plugin_utils._srx.fpc_errors.device import FpcWing
from ansible_collections.mspplus.netsec.plugins.plugin_utils._srx.fpc_errors.rule_table import RULES
from ansible_collections.mspplus.netsec.plugins.plugin_utils._srx.fpc_errors.rules import validate
from ansible_collections.mspplus.netsec.plugins.plugin_utils._srx.xml_tree import missing


class ActionModule(StateAction):
    door = "mspplus.netsec.netmiko"
    arguments = Arguments(
        Path(__file__).parents[1] / "modules" / "srx_fpc_error_action.py",
        Constraints(
            required_if=[("state", kind, ("config",)) for kind in ("merged", "replaced", "overridden")],
            nested=(("config", Constraints(mutually_exclusive=[("fpc", "all")], required_one_of=[("fpc", "all")])),),
        ),
    )
    rules = RULES

    def validate(self, options: dict[str, Any]) -> list[str]:
        return [*missing(), *CommitOptions.of(options).wrong]

    def parse(self, options: dict[str, Any], progress: Progress) -> tuple[Any, Sequence[Problem]]:
        document = without_none(options["config"])
        return document, validate(document, options["state"])

    @contextmanager
    def wing(self, document: Any, options: dict[str, Any], progress: Progress) -> Iterator[FpcWing]:
        firewall = Firewall(self._connection, self._connection.read_timeout)
        commit = CommitOptions.of(options, self.record.on_trial)
        confirmed = options["confirm_chassis_restart"]
        yield FpcWing(firewall, document, options["state"], commit, progress, confirmed=confirmed)
