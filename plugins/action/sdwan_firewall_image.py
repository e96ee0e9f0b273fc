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
from ansible_collections.mspplus.netsec.plugins.plugin_utils._engine.failures import Failed, Refused
from ansible_collections.mspplus.netsec.plugins.plugin_utils._engine.problems import errors
from ansible_collections.mspplus.netsec.plugins.plugin_utils._engine.run import converge
from ansible_collections.mspplus.netsec.plugins.plugin_utils._sdwan.device import Manager
from ansible_collections.mspplus.netsec.plugins.plugin_utils._sdwan.image_device import (
    ImageWing,
    LocalFile,
    local_file,
    summed,
    verified,
)
from ansible_collections.mspplus.netsec.plugins.plugin_utils._sdwan.image_model import (
    APPLIANCE,
    CENTER,
    Wanted,
    sha256_of,
    size_of,
)
from ansible_collections.mspplus.netsec.plugins.plugin_utils._sdwan.image_rules import ALL, flaws, region_flaws
from ansible_collections.mspplus.netsec.plugins.plugin_utils._sdwan.model import Region, collector_address, regions
from ansible_collections.mspplus.netsec.plugins.plugin_utils._sdwan.rule_table import problem

DIALECTS = {APPLIANCE: "sdwan", CENTER: "sdwan_center"}


class ActionModule(DeviceAction):
    door = "mspplus.netsec.rest"
    arguments = Arguments(
        Path(__file__).parents[1] / "modules" / "sdwan_firewall_image.py",
        Constraints(required_one_of=[["src", "name"]], required_if=[["state", "present", ["src"]]]),
    )

    def perform(self, options: dict[str, Any]) -> dict[str, Any]:
        progress = self.progress(options["progress"])
        present, via = options["state"] == "present", options["via"]
        try:
            reserve = size_of(options["reserve"]) if options["reserve"] else None
            sha256 = sha256_of(options["checksum"]) if options["checksum"] else ""
        except ValueError as wrong:
            raise ArgumentError([str(wrong)]) from wrong
        if via == APPLIANCE and (options["collectors"] or reserve is not None):
            raise ArgumentError(["collectors and reserve are Center's: say via: center, or leave them out"])
        file: LocalFile | None = None
        if present:
            file = local_file(options["src"])
            if sha256:
                file = verified(summed(file, progress), sha256)
        wanted = Wanted(
            options["name"] or Path(options["src"]).name,
            present,
            options["vendor"],
            file.size if file else 0,
            reserve,
            options["force"],
            options["wait"],
        )
        warned = flaws(wanted)
        if errors(warned):
            raise Refused(warned)
        with ExitStack() as doors:
            managers = self._managers(doors, via, options["collectors"] or [], options["resources"])
            wing = ImageWing(managers, wanted, file, progress, options["wait_timeout"])
            about = _About(managers)
            try:
                outcome = converge(wing, check_mode=self._task.check_mode, progress=progress)
            except Failed as failed:
                failed.details.update(about.keys)
                raise
            desired = {key: options[key] for key in ("state", "via", "name", "src", "vendor", "collectors", "reserve")}
            result = converged(outcome, desired, self._task.diff)
            warnings = [str(item) for item in warned if present] + list(result.get("warnings", ()))
            known = {"image": wanted.name, "warnings": warnings} if warnings else {"image": wanted.name}
            return {**result, **known, **_file_facts(wing.file), **about.keys}

    def _managers(self, doors: ExitStack, via: str, collectors: list[str], overrides: Any) -> dict[str, Manager]:
        try:
            first = Manager(doors.enter_context(self.behind("manager")), overrides)
        except ValueError as wrong:
            raise ArgumentError([str(wrong)]) from wrong
        if first.door.dialect != DIALECTS[via]:
            raise ArgumentError([f"via is {via}, but the system behind the connection is {first.door.dialect}"])
        found = {via: first}
        if not collectors:
            return found
        known = regions(first.get("regions"))
        flawed = region_flaws(collectors, known)
        if flawed:
            raise Refused(flawed)
        for region in known:
            if region.collector_ip and not region.is_default and (ALL in collectors or region.name in collectors):
                door = doors.enter_context(self.behind("collector", "manager", host=_address(known, region.name)))
                found[region.name] = Manager(door, overrides)
        return found


def _address(known: list[Region], region: str) -> str:
    try:
        return collector_address(known, region)
    except ValueError as wrong:
        raise Refused([problem(("H8", "collectors", str(wrong), "Check config/regions of Center."))]) from None


class _About:
    """What all managers of a task say about the calls that they made."""

    def __init__(self, managers: dict[str, Manager]) -> None:
        self._managers = managers

    @property
    def keys(self) -> dict[str, Any]:
        calls = {call for manager in self._managers.values() for call in manager.about["undocumented_calls"]}
        return {"api_documented": not calls, "undocumented_calls": sorted(calls)}


def _file_facts(file: LocalFile | None) -> dict[str, Any]:
    if file is None:
        return {}
    checksum = {"checksum": f"sha256:{file.sha256}", "checksum_seconds": round(file.seconds, 3)} if file.sha256 else {}
    return {"size": file.size, **checksum}
