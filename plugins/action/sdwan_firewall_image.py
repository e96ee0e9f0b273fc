# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""sdwan_firewall_image: images of the SD-WAN wing, the engine and REST connections put together."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from ansible_collections.mspplus.netsec.plugins.plugin_utils._engine.arguments import (
    ArgumentError,
    Arguments,
    Constraints,
)
from ansible_collections.mspplus.netsec.plugins.plugin_utils._engine.failures import ConnectionFailed, ValidationFailed
from ansible_collections.mspplus.netsec.plugins.plugin_utils._engine.problems import Problem, errors
from ansible_collections.mspplus.netsec.plugins.plugin_utils._engine.rules import Finding, problem
from ansible_collections.mspplus.netsec.plugins.plugin_utils._engine.state_action import StateAction
from ansible_collections.mspplus.netsec.plugins.plugin_utils._engine.waiting import Progress
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
    desired_of,
    parse_options,
)
from ansible_collections.mspplus.netsec.plugins.plugin_utils._sdwan.firewall_image.rules import (
    validate,
    validate_regions,
)
from ansible_collections.mspplus.netsec.plugins.plugin_utils._sdwan.manager import Manager
from ansible_collections.mspplus.netsec.plugins.plugin_utils._sdwan.model import regions
from ansible_collections.mspplus.netsec.plugins.plugin_utils._sdwan.resources import wrong_target
from ansible_collections.mspplus.netsec.plugins.plugin_utils._sdwan.rule_table import RULES


class ActionModule(StateAction):
    door = "mspplus.netsec.rest"
    arguments = Arguments(
        Path(__file__).parents[1] / "modules" / "sdwan_firewall_image.py",
        Constraints(
            bounds={"wait_timeout": (0, None)},
            required_one_of=[["src", "name"]],
            required_if=[["state", "present", ["src"]]],
        ),
    )
    rules = RULES

    def validate(self, options: dict[str, Any]) -> list[str]:
        return parse_options(options)[2]

    def parse(
        self, options: dict[str, Any], progress: Progress
    ) -> tuple[tuple[Desired, LocalFile | None], Sequence[Problem]]:
        file = local_file(options["src"]) if options["state"] == "present" else None
        desired = desired_of(options, file.size if file else 0, self._task.check_mode)
        if file and desired.sha256:
            file = verified(summed(file, progress), desired.sha256)
        return (desired, file), validate(desired)

    @contextmanager
    def wing(
        self, document: tuple[Desired, LocalFile | None], options: dict[str, Any], progress: Progress
    ) -> Iterator[ImageWing]:
        desired, file = document
        with ExitStack() as doors:
            managers = self._managers(doors, options)
            yield ImageWing(managers, desired, file, progress, options["wait_timeout"], overrides=options["resources"])

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
        broken = validate_regions(chosen, known)
        if errors(broken):
            raise ValidationFailed(broken)
        for target, address in collectors(chosen, known).items():
            try:
                door = doors.enter_context(self.connect_to("collector", "manager", host=address))
            except ConnectionFailed as error:
                remedy = "Check collector_user, collector_password, collector_port and so on."
                why = problem(RULES, Finding("H8", f"targets[{target}]", str(error), remedy))
                raise ValidationFailed([why]) from error
            found[target] = Manager(door, overrides)
        return found
