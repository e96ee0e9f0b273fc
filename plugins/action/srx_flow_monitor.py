# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""srx_flow_monitor: the flow monitor of the SRX wing, the engine and a netmiko connection put together."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from ansible_collections.mspplus.netsec.plugins.plugin_utils._engine.arguments import Arguments, without_none
from ansible_collections.mspplus.netsec.plugins.plugin_utils._engine.problems import Problem
from ansible_collections.mspplus.netsec.plugins.plugin_utils._engine.state_action import StateAction
from ansible_collections.mspplus.netsec.plugins.plugin_utils._engine.waiting import Progress
from ansible_collections.mspplus.netsec.plugins.plugin_utils._srx.firewall import Firewall
from ansible_collections.mspplus.netsec.plugins.plugin_utils._srx.flow_monitor.device import MonitorWing
from ansible_collections.mspplus.netsec.plugins.plugin_utils._srx.flow_monitor.model import file_of, filter_of
from ansible_collections.mspplus.netsec.plugins.plugin_utils._srx.flow_monitor.plan import Document
from ansible_collections.mspplus.netsec.plugins.plugin_utils._srx.flow_monitor.rules import RULES, validate


class ActionModule(StateAction):
    door = "mspplus.netsec.netmiko"
    arguments = Arguments(Path(__file__).parents[1] / "modules" / "srx_flow_monitor.py")
    rules = RULES

    def parse(self, options: dict[str, Any], progress: Progress) -> tuple[Any, Sequence[Problem]]:
        filters, file = without_none(options["filters"]), without_none(options["file"])
        state, purge = options["state"], options["purge"]
        return (filters, file), validate(filters, file, state, purge)

    @contextmanager
    def wing(self, document: Any, options: dict[str, Any], progress: Progress) -> Iterator[MonitorWing]:
        filters, file = document
        asked = Document(
            [filter_of(item) for item in filters],
            file_of(file) if file else None,
            options["state"],
            options["purge"],
            options["force_file"],
            options["take_over"],
        )
        yield MonitorWing(Firewall(self._connection, self._connection.read_timeout), asked, progress)
