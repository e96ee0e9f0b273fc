# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""sdwan_hosted_firewall: hosted firewalls of the SD-WAN wing, the engine and REST doors put together."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from ansible_collections.mspplus.netsec.plugins.plugin_utils._engine.action import DeviceAction, converged
from ansible_collections.mspplus.netsec.plugins.plugin_utils._engine.arguments import (
    ArgumentError,
    Arguments,
    Constraints,
)
from ansible_collections.mspplus.netsec.plugins.plugin_utils._engine.failures import ApplyFailed, ValidationFailed
from ansible_collections.mspplus.netsec.plugins.plugin_utils._engine.problems import errors
from ansible_collections.mspplus.netsec.plugins.plugin_utils._engine.run import converge
from ansible_collections.mspplus.netsec.plugins.plugin_utils._sdwan.hosted_firewall.device import HostedWing
from ansible_collections.mspplus.netsec.plugins.plugin_utils._sdwan.hosted_firewall.model import (
    SECRETS,
    document_of,
)
from ansible_collections.mspplus.netsec.plugins.plugin_utils._sdwan.hosted_firewall.rules import validate
from ansible_collections.mspplus.netsec.plugins.plugin_utils._sdwan.manager import Manager
from ansible_collections.mspplus.netsec.plugins.plugin_utils._sdwan.model import collector_address, regions
from ansible_collections.mspplus.netsec.plugins.plugin_utils._sdwan.resources import DIALECTS, Resources, wrong_target
from ansible_collections.mspplus.netsec.plugins.plugin_utils._sdwan.rule_table import problem


class ActionModule(DeviceAction):
    door = "mspplus.netsec.rest"
    arguments = Arguments(
        Path(__file__).parents[1] / "modules" / "sdwan_hosted_firewall.py", Constraints(no_log=frozenset(SECRETS))
    )

    def perform(self, options: dict[str, Any]) -> dict[str, Any]:
        document, progress = document_of(options), self.progress(options["progress"])
        secrets = {name: str(options[name]) for name in document.secrets}
        flawed = validate(document, secrets)
        if errors(flawed):
            raise ValidationFailed(flawed)
        if options["wait_timeout"] < 0:
            raise ArgumentError(["wait_timeout must be 0 or more seconds"])
        overrides = options["resources"] or {}
        try:
            Resources(DIALECTS[document.via], overrides)
        except ValueError as wrong:
            raise ArgumentError([str(wrong)]) from None
        with self._manager(document.via, document.region, overrides) as manager:
            manager.door.hide(list(secrets.values()))
            wing = HostedWing(
                manager,
                document,
                secrets,
                wait_timeout=options["wait_timeout"],
                collector=self._collector,
                progress=progress,
                overrides=overrides,
                check_mode=self._task.check_mode,
            )
            try:
                outcome = converge(wing, check_mode=self._task.check_mode, progress=progress)
            except ApplyFailed as failed:
                failed.details = {**wing.report(), **failed.details}
                raise
            # No secret and no hash of one: neither goes into what identifies the task.
            desired = {name: value for name, value in options.items() if name not in SECRETS}
            return {**converged(outcome, desired, self._task.diff), **wing.report()}

    @contextmanager
    def _manager(self, via: str, region: str, overrides: dict[str, Any]) -> Iterator[Any]:
        with self.connect_to("manager") as door:
            wrong = wrong_target(via, door.dialect)
            if wrong:
                raise ArgumentError([wrong])
            if via != "collector":
                yield Manager(door, overrides)
                return
            try:
                address = collector_address(regions(Manager(door, overrides).get("regions")), region)
            except ValueError as wrong:
                remedy = "Check config/regions of Center."
                raise ValidationFailed([problem(("H24", "region", str(wrong), remedy))]) from None
            with self._collector(address) as collector:
                yield Manager(collector, overrides)

    def _collector(self, address: str) -> Any:
        return self.connect_to("collector", "manager", host=address)
