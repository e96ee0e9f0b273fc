# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""sdwan_firewall_image: images of the SD-WAN wing, the engine and REST connections put together."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path
from typing import Any

from ansible_collections.mspplus.netsec.plugins.plugin_utils._engine.action import DeviceAction, converged
from ansible_collections.mspplus.netsec.plugins.plugin_utils._engine.arguments import (
    ArgumentError,
    Arguments,
    Constraints,
)
from ansible_collections.mspplus.netsec.plugins.plugin_utils._engine.failures import (
    ApplyFailed,
    ConnectionFailed,
    ValidationFailed,
)
from ansible_collections.mspplus.netsec.plugins.plugin_utils._engine.problems import errors
from ansible_collections.mspplus.netsec.plugins.plugin_utils._engine.run import converge
from ansible_collections.mspplus.netsec.plugins.plugin_utils._sdwan.firewall_image.device import (
    ImageWing,
    LocalFile,
    local_file,
    summed,
    verified,
)
from ansible_collections.mspplus.netsec.plugins.plugin_utils._sdwan.firewall_image.model import (
    Desired,
    collectors,
    parse_options,
)
from ansible_collections.mspplus.netsec.plugins.plugin_utils._sdwan.firewall_image.rules import (
    validate,
    validate_regions,
)
from ansible_collections.mspplus.netsec.plugins.plugin_utils._sdwan.manager import Manager
from ansible_collections.mspplus.netsec.plugins.plugin_utils._sdwan.model import regions
from ansible_collections.mspplus.netsec.plugins.plugin_utils._sdwan.resources import wrong_target
from ansible_collections.mspplus.netsec.plugins.plugin_utils._sdwan.rule_table import problem


class ActionModule(DeviceAction):
    door = "mspplus.netsec.rest"
    arguments = Arguments(
        Path(__file__).parents[1] / "modules" / "sdwan_firewall_image.py",
        Constraints(required_one_of=[["src", "name"]], required_if=[["state", "present", ["src"]]]),
    )

    def perform(self, options: dict[str, Any]) -> dict[str, Any]:
        progress = self.progress(options["progress"])
        reserve, sha256, wrong = parse_options(options)
        if wrong:
            raise ArgumentError(wrong)
        file: LocalFile | None = None
        if options["state"] == "present":
            file = local_file(options["src"])
            if sha256:
                file = verified(summed(file, progress), sha256)
        desired = Desired(
            options["name"] or Path(options["src"]).name,
            file is not None,
            options["vendor"],
            file.size if file else 0,
            reserve,
            options["force"],
            options["wait"],
            patient=options["wait"] and not self._task.check_mode,
        )
        flawed = validate(desired)
        if errors(flawed):
            raise ValidationFailed(flawed)
        with ExitStack() as doors:
            managers = self._managers(doors, options)
            wing = ImageWing(managers, desired, file, progress, options["wait_timeout"])
            try:
                outcome = converge(wing, check_mode=self._task.check_mode, progress=progress)
            except ApplyFailed as failed:
                failed.details = {**failed.details, **wing.report()}
                raise
            about = {key: options[key] for key in ("state", "via", "src", "vendor", "collectors", "reserve")}
            result = converged(outcome, {**about, "name": desired.name}, self._task.diff)
            warnings = [*(str(item) for item in flawed), *result.get("warnings", ())]
            told = {"image": desired.name, **({"warnings": warnings} if warnings else {})}
            return {**result, **told, **wing.report()}

    def _managers(self, doors: ExitStack, options: dict[str, Any]) -> dict[str, Manager]:
        """By target: all are open, and every one answered, before anything is sent to the first."""
        via, chosen, overrides = options["via"], options["collectors"] or [], options["resources"]
        door = doors.enter_context(self.connect_to("manager"))
        wrong = wrong_target(via, door.dialect)
        if wrong:
            raise ArgumentError([wrong])
        found = {via: Manager(door, overrides)}
        if not chosen:
            return found
        known = regions(found[via].get("regions"))
        flawed = validate_regions(chosen, known)
        if flawed:
            raise ValidationFailed(flawed)
        for target, address in collectors(chosen, known).items():
            try:
                door = doors.enter_context(self.connect_to("collector", "manager", host=address))
            except ConnectionFailed as error:
                remedy = "Check collector_user, collector_password, collector_port and so on."
                raise ValidationFailed([problem(("H8", f"targets[{target}]", str(error), remedy))]) from error
            found[target] = Manager(door, overrides)
        return found
