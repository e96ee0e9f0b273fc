# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""sdwan_redirect: redirect policies of the SD-WAN wing, the engine and a REST connection put together."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ansible_collections.mspplus.netsec.plugins.plugin_utils._engine.action import DeviceAction, converged
from ansible_collections.mspplus.netsec.plugins.plugin_utils._engine.arguments import (
    ArgumentError,
    Arguments,
    without_none,
)
from ansible_collections.mspplus.netsec.plugins.plugin_utils._engine.failures import ApplyFailed, ValidationFailed
from ansible_collections.mspplus.netsec.plugins.plugin_utils._engine.run import converge
from ansible_collections.mspplus.netsec.plugins.plugin_utils._sdwan.change_transaction import ChangeOptions
from ansible_collections.mspplus.netsec.plugins.plugin_utils._sdwan.manager import Manager
from ansible_collections.mspplus.netsec.plugins.plugin_utils._sdwan.model import hosted_firewalls
from ansible_collections.mspplus.netsec.plugins.plugin_utils._sdwan.redirect.device import RedirectWing
from ansible_collections.mspplus.netsec.plugins.plugin_utils._sdwan.redirect.rules import validate, validate_package
from ansible_collections.mspplus.netsec.plugins.plugin_utils._sdwan.resources import wrong_target


class ActionModule(DeviceAction):
    door = "mspplus.netsec.rest"
    arguments = Arguments(Path(__file__).parents[1] / "modules" / "sdwan_redirect.py")

    def perform(self, options: dict[str, Any]) -> dict[str, Any]:
        document, state = without_none(options["config"]), options["state"]
        package = options["package"]
        change = ChangeOptions(
            package,
            options["backup_package"] or f"{package}_netsec_before",
            options["activate"],
            options["rollback"],
            options["ignore_incomplete"],
            options["stage_timeout"],
            options["activation_timeout"],
            options["force"],
        )
        if options["stage_timeout"] < 0 or options["activation_timeout"] < 0:
            raise ArgumentError(["stage_timeout and activation_timeout must be 0 or more seconds"])
        flawed = [*validate_package(package, change.backup), *validate(document, state)]
        if any(item.severity == "error" for item in flawed):
            raise ValidationFailed(flawed)
        progress = self.progress(options["progress"])
        given = options["hosted_firewalls"]
        with self.connect_to("manager") as door:
            wrong = wrong_target(options["via"], door.dialect)
            if wrong:
                raise ArgumentError([wrong])
            try:
                manager = Manager(door, options["resources"])
            except ValueError as error:
                raise ArgumentError([str(error)]) from error
            wing = RedirectWing(
                manager,
                document,
                state,
                change,
                progress,
                given=None if given is None else hosted_firewalls(given),
                tags={row["template"]: frozenset(row["tags"]) for row in options["virtual_wire_tags"] or ()},
                check_mode=self._task.check_mode,
            )
            warn_only = ("H4", "H32") if options["force"] else ()
            try:
                outcome = converge(wing, check_mode=self._task.check_mode, warn_only=warn_only, progress=progress)
            except ValidationFailed as refused:
                if wing.imported:
                    raise _after_import(refused, manager.about) from refused
                raise
            except ApplyFailed as failed:
                failed.details.update(manager.about, imported=wing.imported)
                raise
            result = converged(outcome, {"config": document, "state": state}, self._task.diff)
            return {**result, "redirecting_sites": wing.redirecting, "imported": wing.imported, **manager.about}


def _after_import(refused: ValidationFailed, about: dict[str, Any]) -> ApplyFailed:
    """The network is as it was, but Center's copy of its configuration is not."""
    text = "The document breaks rules; Center's copy of the package was fetched anew, and nothing else was sent"
    state = "unchanged, but Center's copy of the package is what the MCN runs"
    return ApplyFailed(text, refused.problems, state, {**about, "imported": True})
