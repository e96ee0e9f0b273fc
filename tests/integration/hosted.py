# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Tasks of sdwan_hosted_firewall against lab systems, over the real connection, without Ansible around them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from integration.rest_system import PASSWORD, door_to

from ansible_collections.mspplus.netsec.plugins.action.sdwan_hosted_firewall import ActionModule
from ansible_collections.mspplus.netsec.plugins.plugin_utils._engine.failures import ApplyFailed, ValidationFailed
from ansible_collections.mspplus.netsec.plugins.plugin_utils._engine.operations import Plan
from ansible_collections.mspplus.netsec.plugins.plugin_utils._engine.problems import errors
from ansible_collections.mspplus.netsec.plugins.plugin_utils._engine.run import Applied, Terms, converge
from ansible_collections.mspplus.netsec.plugins.plugin_utils._engine.waiting import Progress
from ansible_collections.mspplus.netsec.plugins.plugin_utils._sdwan.hosted_firewall.device import HostedWing
from ansible_collections.mspplus.netsec.plugins.plugin_utils._sdwan.hosted_firewall.model import Fleet, document_of
from ansible_collections.mspplus.netsec.plugins.plugin_utils._sdwan.hosted_firewall.rules import validate
from ansible_collections.mspplus.netsec.plugins.plugin_utils._sdwan.manager import Manager
from lab.sdwan.hosting import Hosting, Image, Machine
from lab.server import Lab

IMAGE = "PA-VM-KVM-10.2.9.qcow2"
NEXT = "PA-VM-KVM-11.1.1.qcow2"
KEY, CODE = "canary-vm-auth-key", "canary-auth-code"
WANTED: dict[str, Any] = {
    "model": "VM 50",
    "image": IMAGE,
    "primary_management_server": "192.0.2.50",
    "vm_auth_key": KEY,
    "auth_code": CODE,
}
DIALECTS = {"sdwan": "citrix.sdwan.sdwan", "sdwan_center": "citrix.sdwan.center"}


class _Wing(HostedWing):
    carried_out: Callable[[Plan], Plan]

    def apply(self, plan: Plan, current: Fleet, desired: Fleet) -> Applied:
        return super().apply(self.carried_out(plan), current, desired)


class Task:
    """One run; the door is opened and closed. result, or failed: as the task's result and failure would be.

    carried_out: what becomes of a plan between planning it and applying it.
    """

    def __init__(
        self,
        lab: Lab,
        directory: Path,
        system: str,
        *,
        check_mode: bool = False,
        carried_out: Callable[[Plan], Plan] = lambda plan: plan,
        consented: bool = False,
        **given: Any,
    ) -> None:
        self.carried_out = carried_out
        self.consented = consented
        self.lab, self.directory, self.system, self.check_mode = lab, directory, system, check_mode
        self.said: list[str] = []
        self.options = ActionModule.arguments.validated({"wait_timeout": 10, **given})

    @contextmanager
    def door(self, system: str) -> Iterator[Any]:
        kind = self.lab.device(system).device.DIALECT
        door = door_to(self.lab, self.directory, system, network_os=DIALECTS[kind], retries=1, read_timeout=2)
        try:
            yield door
        finally:
            door.close()

    def run(self) -> dict[str, Any]:
        document = document_of(self.options)
        secrets = {name: self.options[name] for name in document.secrets}
        flawed = validate(document, secrets)
        if errors(flawed):
            raise ValidationFailed(flawed)
        with self.door(self.system) as door:
            door.hide(secrets.values())
            progress = Progress("lab", self.said.append, clock=iter(range(0, 100000, 20)).__next__)
            self.wing = _Wing(
                Manager(door, self.options["resources"]),
                document,
                secrets,
                check_mode=self.check_mode,
                wait_timeout=self.options["wait_timeout"],
                collector=lambda address: self.door(self.at(address)),
                progress=progress,
                overrides=self.options["resources"],
                consented=self.consented,
            )
            self.wing.carried_out = self.carried_out
            terms = Terms(self.check_mode, assume=tuple(self.options["assume"]))
            done = converge(self.wing, terms, progress)
            return {
                "changed": done.changed,
                "before": done.before,
                "after": done.after,
                "commands": done.commands,
                "plan": done.plans[0].as_dict(),
                "deferred": [operation.as_dict() for operation in done.plan.deferred],
                "warnings": [str(problem) for problem in done.warnings],
                **self.wing.report(),
                **done.details,
            }

    def at(self, address: str) -> str:
        """The system of the lab that stands for an address: its ports differ, not its addresses."""
        return f"collector-{address.rpartition('.')[2]}"

    def failed(self) -> ApplyFailed:
        try:
            done = self.run()
        except ApplyFailed as failed:
            failed.details = {**self.wing.report(), **failed.details}
            return failed
        raise AssertionError(f"it did not fail: {done}")

    def refused(self) -> list[str]:
        """Ids of the rules that are broken."""
        try:
            done = self.run()
        except ValidationFailed as refused:
            return sorted(problem.rule for problem in errors(refused.problems))
        raise AssertionError(f"it was not refused: {done}")


def appliance(name: str = "edge1", **options: Any) -> dict[str, Any]:
    return {"name": name, "kind": "sdwan", "username": "ops", "password": PASSWORD, "phase_seconds": 0.02, **options}


def stocked(lab: Lab, *hostings: Hosting, names: tuple[str, ...] = (IMAGE, NEXT)) -> None:
    """Images on a box, as uploads leave them."""

    def stock() -> None:
        for hosting in hostings:
            hosting.images |= {name: Image(name, "Palo Alto Networks", 5 << 30) for name in names}

    lab.call(stock)


def imported(lab: Lab, name: str = "center") -> None:
    """As somebody had Center import what the MCN runs."""
    lab.call(lab.device(name).device.take_copy)


def machine(**more: Any) -> Machine:
    return Machine("Palo Alto Networks", "VM 50", IMAGE, "192.0.2.50", **more)


def running(**more: Any) -> Machine:
    up = {"admin_status": "Up", "processing_status": "Running", "operation_status": "Running"}
    return machine(**{**up, **more})


def calls(lab: Lab, name: str) -> list[str]:
    """Requests without their base path."""
    return [
        re.sub(r" /sdwan(?:_center)?/nitro/v1/", " ", entry["text"])
        for entry in lab.journal(name)
        if entry["event"] == "request"
    ]


def written(lab: Lab, name: str) -> list[str]:
    """Requests that write, without login and logout."""
    return [call for call in calls(lab, name) if not call.startswith("GET ") and "config/login" not in call]
