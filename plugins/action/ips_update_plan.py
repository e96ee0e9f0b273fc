# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""ips_update_plan: who of a fleet gets which update, and the file that says so."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from ansible_collections.mspplus.netsec.plugins.plugin_utils._engine.action import ControllerAction
from ansible_collections.mspplus.netsec.plugins.plugin_utils._engine.arguments import (
    ArgumentError,
    Arguments,
    Constraints,
)
from ansible_collections.mspplus.netsec.plugins.plugin_utils._engine.controller.state_dir import StateDir
from ansible_collections.mspplus.netsec.plugins.plugin_utils._engine.failures import ValidationFailed
from ansible_collections.mspplus.netsec.plugins.plugin_utils._engine.problems import errors
from ansible_collections.mspplus.netsec.plugins.plugin_utils._ips.moments import utc_now
from ansible_collections.mspplus.netsec.plugins.plugin_utils._ips.package.cache_device import Cache, Contents
from ansible_collections.mspplus.netsec.plugins.plugin_utils._ips.package.device import FOLDER, status
from ansible_collections.mspplus.netsec.plugins.plugin_utils._ips.packages import parse_package
from ansible_collections.mspplus.netsec.plugins.plugin_utils._ips.update import fleet_options, wanted_file
from ansible_collections.mspplus.netsec.plugins.plugin_utils._ips.update.fleet import (
    Decision,
    FleetPlan,
    Member,
    Policy,
    as_dict,
    automatic,
    does,
    manual,
)
from ansible_collections.mspplus.netsec.plugins.plugin_utils._ips.update.model import SensorState
from ansible_collections.mspplus.netsec.plugins.plugin_utils._ips.update.signatures import as_dict as listed
from ansible_collections.mspplus.netsec.plugins.plugin_utils._ips.update.signatures import between
from ansible_collections.mspplus.netsec.plugins.plugin_utils._ips.update.wanted_device import (
    alone,
    not_hiding,
    read,
    write,
)

DEST = Path("group_vars") / "ips" / "update_wanted.yml"  # below the inventory


class ActionModule(ControllerAction):
    arguments = Arguments(
        Path(__file__).parents[1] / "modules" / "ips_update_plan.py",
        Constraints(bounds={"max_levels_per_step": (1, None)}),
    )

    def perform(self, options: dict[str, Any]) -> dict[str, Any]:
        cache = Cache(self._cache_folder(options))
        contents = cache.look()
        wrong = fleet_options.validate(options, contents.stock)
        if errors(wrong):
            raise ValidationFailed(wrong, "The update cannot be planned")
        policies = fleet_options.policies_of(options["policies"])
        fleet = fleet_options.fleet_of(options, policies, utc_now())
        states = fleet_options.states_of(fleet)
        plan = self._planned(options, fleet, policies, contents)
        applies = bool(options["package"]) or does(options["mode"], "download_apply")
        result = {
            **self._shown(plan, states, cache, contents),
            **self._applied(options, plan, states, applies),
        }
        warnings = self._warnings(plan, contents, by_hand=bool(options["package"]))
        return {**result, **({"warnings": warnings} if warnings else {})}

    @staticmethod
    def _planned(
        options: dict[str, Any], fleet: dict[str, Member], policies: Sequence[Policy], contents: Contents
    ) -> FleetPlan:
        package = parse_package(options["package"] or "")
        if package is None:
            return automatic(fleet, policies, contents.stock)
        owned: list[str] = []
        if does(options["mode"], "download_apply") and not options["include_auto_managed"]:
            owned = [host for policy in policies for host in policy.sensors]
        return manual(package, options["select"], fleet, policies, contents.stock, owned)

    def _applied(
        self, options: dict[str, Any], plan: FleetPlan, states: dict[str, SensorState], applies: bool
    ) -> dict[str, Any]:
        """What is wanted of each sensor from now on, written where the mode goes as far."""
        dest = self._dest(options)
        not_hiding(dest)
        writes = applies and not self._task.check_mode
        if not writes:
            text, before = read(dest)
            return self._wanted(dest, text, before, plan, states, applies)
        with alone(dest):
            text, before = read(dest)
            found = self._wanted(dest, text, before, plan, states, applies)
            if found["changed"]:
                write(dest, wanted_file.render(found["wanted"]))
        return found

    def _wanted(
        self,
        dest: Path,
        text: str,
        before: wanted_file.Wanted,
        plan: FleetPlan,
        states: dict[str, SensorState],
        applies: bool,
    ) -> dict[str, Any]:
        after = wanted_file.merged(before, plan.decisions, states) if applies else before
        made = wanted_file.render(after) if after or text else text
        changed = applies and after != before
        found: dict[str, Any] = {
            "changed": changed,
            "dest": str(dest),
            "wanted": {host: dict(entry) for host, entry in after.items()},
            "wanted_diff": wanted_file.difference(text, made, dest.name) if changed else "",
            "pending_deploy": wanted_file.pending(after, states),
        }
        if self._task.diff:
            header = {"before_header": str(dest), "after_header": str(dest)}
            found["diff"] = {**header, "before": text, "after": made if changed else text}
        return found

    @staticmethod
    def _shown(plan: FleetPlan, states: dict[str, SensorState], cache: Cache, contents: Contents) -> dict[str, Any]:
        lowest = fleet_options.lowest_level(states, plan.updates)
        updates = [each.package for each in plan.updates if each.package and each.kind == "signature"]
        highest = max(updates, key=lambda each: (each.signature, each.name), default=None)
        held = contents.stock.get(highest.name) if highest else None
        changes = between(held, lowest, contents.stock) if held else None
        behind = [each for each in plan.decisions if fleet_options.is_behind(each)]
        return {
            "updates": [as_dict(each) for each in plan.updates],
            # A result with a key `skipped` is a skipped task for Ansible.
            "left_out": [as_dict(each) for each in plan.skipped],
            "unsupported": list(plan.unsupported),
            "auto_managed": list(plan.auto_managed),
            "signatures": {**listed(changes, lowest), "to": str(highest.signature) if highest else None},
            "update_status": {**status(cache, contents), "behind": [_behind(each, states) for each in behind]},
        }

    @staticmethod
    def _warnings(plan: FleetPlan, contents: Contents, by_hand: bool) -> list[str]:
        found = [f"{each.file} in the cache is not used: {each.reason}" for each in contents.refused]
        found += [f"{each.host}: {text}" for each in plan.decisions for text in each.warnings]
        skipped = {each.host for each in plan.skipped} & set(plan.auto_managed)
        if skipped and by_hand:
            text = "an automatic mode owns these sensors, so this manual run skips them"
            found.append(f"{text}: {', '.join(sorted(skipped))}. include_auto_managed takes them nevertheless")
        return found

    def _cache_folder(self, options: dict[str, Any]) -> Path:
        if options["cache"]:
            return Path(options["cache"])
        state = StateDir.of(self._task_vars, self._templar.template)
        return state.folder(FOLDER, create=not self._task.check_mode)

    def _dest(self, options: dict[str, Any]) -> Path:
        if options["dest"]:
            return Path(options["dest"])
        beside = self._task_vars.get("inventory_dir")
        if not beside:
            raise ArgumentError(["dest is needed, since this inventory has no folder"])
        return Path(str(beside)) / DEST


def _behind(decision: Decision, states: dict[str, SensorState]) -> dict[str, Any]:
    state = states.get(decision.host)
    runs = state and (state.signature if decision.kind == "signature" else state.version)
    newest = decision.inapplicable[0][0] if decision.inapplicable else ""
    package = decision.package.name if decision.package else ""
    return {
        "host": decision.host,
        "kind": decision.kind,
        "runs": str(runs) if runs else None,
        "newest": newest or package,
    }
