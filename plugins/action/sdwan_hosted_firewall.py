# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""sdwan_hosted_firewall: hosted firewalls of the SD-WAN wing, the engine and REST doors put together."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager
from pathlib import Path
from typing import Any

from ansible_collections.mspplus.netsec.plugins.plugin_utils._engine.arguments import (
    ArgumentError,
    Arguments,
    Constraints,
)
from ansible_collections.mspplus.netsec.plugins.plugin_utils._engine.failures import ValidationFailed
from ansible_collections.mspplus.netsec.plugins.plugin_utils._engine.problems import Problem
from ansible_collections.mspplus.netsec.plugins.plugin_utils._engine.rules import Finding, problem
from ansible_collections.mspplus.netsec.plugins.plugin_utils._engine.state_action import EXPECTED_PLAN, StateAction
from ansible_collections.mspplus.netsec.plugins.plugin_utils._engine.waiting import Progress
from ansible_collections.mspplus.netsec.plugins.plugin_utils._sdwan.hosted_firewall.device import HostedWing
from ansible_collections.mspplus.netsec.plugins.plugin_utils._sdwan.hosted_firewall.model import (
    SECRETS,
    Document,
    document_of,
)
from ansible_collections.mspplus.netsec.plugins.plugin_utils._sdwan.hosted_firewall.rules import validate
from ansible_collections.mspplus.netsec.plugins.plugin_utils._sdwan.manager import Manager
from ansible_collections.mspplus.netsec.plugins.plugin_utils._sdwan.model import collector_address, regions
from ansible_collections.mspplus.netsec.plugins.plugin_utils._sdwan.resources import wrong_overrides, wrong_target
from ansible_collections.mspplus.netsec.plugins.plugin_utils._sdwan.rule_table import RULES


class ActionModule(StateAction):
    door = "mspplus.netsec.rest"
    arguments = Arguments(
        Path(__file__).parents[1] / "modules" / "sdwan_hosted_firewall.py",
        Constraints(no_log=frozenset(SECRETS), bounds={"wait_timeout": (0, None)}),
    )
    rules = RULES

    def validate(self, options: dict[str, Any]) -> list[str]:
        return wrong_overrides(options["via"], options["resources"])

    def parse(self, options: dict[str, Any], progress: Progress) -> tuple[Document, Sequence[Problem]]:
        document = document_of(options)
        return document, validate(document, _secrets(document, options))

    @contextmanager
    def wing(self, document: Document, options: dict[str, Any], progress: Progress) -> Iterator[HostedWing]:
        secrets = _secrets(document, options)
        with ExitStack() as doors:
            manager = doors.enter_context(self._manager(document, options["resources"]))
            manager.door.hide(list(secrets.values()))
            yield HostedWing(
                manager,
                document,
                secrets,
                wait_timeout=options["wait_timeout"],
                collector=self._collector,
                progress=progress,
                overrides=options["resources"],
                check_mode=self._task.check_mode,
                consented=bool(self._task_vars.get(EXPECTED_PLAN)),
            )

    @contextmanager
    def _manager(self, document: Document, overrides: dict[str, Any] | None) -> Iterator[Manager]:
        with self.connect_to("manager") as door:
            wrong = wrong_target(document.via, door.dialect)
            if wrong:
                raise ArgumentError([wrong])
            if document.via != "collector":
                yield Manager(door, overrides)
                return
            try:
                address = collector_address(regions(Manager(door, overrides).get("regions")), document.region)
            except ValueError as unknown:
                found = Finding("H24", "region", str(unknown), "Check config/regions of Center.")
                raise ValidationFailed([problem(RULES, found)]) from None
            with self._collector(address) as collector:
                yield Manager(collector, overrides)

    def _collector(self, address: str) -> AbstractContextManager[Any]:
        return self.connect_to("collector", "manager", host=address)


def _secrets(document: Document, options: dict[str, Any]) -> dict[str, str]:
    return {name: str(options[name]) for name in document.secrets}
