# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""srx_fpc_error_action: error actions of the SRX wing, the engine and a netmiko connection put together."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ansible_collections.mspplus.netsec.plugins.plugin_utils._engine.action import DeviceAction, converged
from ansible_collections.mspplus.netsec.plugins.plugin_utils._engine.arguments import (
    ArgumentError,
    Arguments,
    Constraints,
    without_none,
)
from ansible_collections.mspplus.netsec.plugins.plugin_utils._engine.failures import ValidationFailed
from ansible_collections.mspplus.netsec.plugins.plugin_utils._engine.run import converge
from ansible_collections.mspplus.netsec.plugins.plugin_utils._srx.configure import CommitOptions
from ansible_collections.mspplus.netsec.plugins.plugin_utils._srx.firewall import Firewall
from ansible_collections.mspplus.netsec.plugins.plugin_utils._srx.fpc_errors.device import FpcWing
from ansible_collections.mspplus.netsec.plugins.plugin_utils._srx.fpc_errors.rules import overridable_rules, validate
from ansible_collections.mspplus.netsec.plugins.plugin_utils._srx.xml_tree import missing


class ActionModule(DeviceAction):
    door = "mspplus.netsec.netmiko"
    arguments = Arguments(
        Path(__file__).parents[1] / "modules" / "srx_fpc_error_action.py",
        Constraints(
            required_if=[("state", kind, ("config",)) for kind in ("merged", "replaced", "overridden")],
            nested=(("config", Constraints(mutually_exclusive=[("fpc", "all")], required_one_of=[("fpc", "all")])),),
        ),
    )

    def perform(self, options: dict[str, Any]) -> dict[str, Any]:
        commit = CommitOptions(options["confirm_timeout"], options["commit_timeout"], options["comment"])
        _check(options, commit)
        document, state = without_none(options["config"]), options["state"]
        flawed = validate(document, state)
        if flawed:
            raise ValidationFailed(flawed)
        progress = self.progress(options["progress"])
        firewall = Firewall(self._connection, self._connection.read_timeout)
        wing = FpcWing(firewall, document, state, commit, progress, confirmed=options["confirm_chassis_restart"])
        outcome = converge(
            wing, check_mode=self._task.check_mode, warn_only=tuple(options["warn_only"]), progress=progress
        )
        desired = {"config": document, "state": state}
        return {**converged(outcome, desired, self._task.diff), **wing.about}


def _check(options: dict[str, Any], commit: CommitOptions) -> None:
    """What neither documentation nor core's validator can say. Raises ArgumentError with all of it."""
    wrong = [*missing(), *commit.wrong]
    unknown = sorted(set(options["warn_only"]) - overridable_rules())
    if unknown:
        known = ", ".join(sorted(overridable_rules()))
        wrong.append(f"warn_only: {', '.join(unknown)} cannot be downgraded; only {known} can")
    if wrong:
        raise ArgumentError(wrong)
