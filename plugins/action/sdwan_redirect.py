# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""sdwan_redirect: redirect policies of the SD-WAN wing, the engine and a REST connection put together."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from ansible_collections.mspplus.netsec.plugins.plugin_utils._engine.arguments import (
    ArgumentError,
    Arguments,
    Constraints,
    without_none,
)
from ansible_collections.mspplus.netsec.plugins.plugin_utils._engine.problems import Problem
from ansible_collections.mspplus.netsec.plugins.plugin_utils._engine.state_action import StateAction
from ansible_collections.mspplus.netsec.plugins.plugin_utils._engine.waiting import Progress
from ansible_collections.mspplus.netsec.plugins.plugin_utils._sdwan.change_plan import ChangeOptions
from ansible_collections.mspplus.netsec.plugins.plugin_utils._sdwan.manager import Manager
from ansible_collections.mspplus.netsec.plugins.plugin_utils._sdwan.redirect.device import RedirectWing, Task
from ansible_collections.mspplus.netsec.plugins.plugin_utils._sdwan.redirect.rules import validate, validate_package
from ansible_collections.mspplus.netsec.plugins.plugin_utils._sdwan.resources import wrong_overrides, wrong_target
from ansible_collections.mspplus.netsec.plugins.plugin_utils._sdwan.rule_table import RULES

CHANGE = ("package", "activate", "rollback", "ignore_incomplete", "stage_timeout", "activation_timeout", "force")


class ActionModule(StateAction):
    door = "mspplus.netsec.rest"
    arguments = Arguments(
        Path(__file__).parents[1] / "modules" / "sdwan_redirect.py",
        Constraints(bounds={"stage_timeout": (0, None), "activation_timeout": (0, None)}),
    )
    rules = RULES

    def validate(self, options: dict[str, Any]) -> list[str]:
        return wrong_overrides(options["via"], options["resources"])

    def parse(self, options: dict[str, Any], progress: Progress) -> tuple[Task, Sequence[Problem]]:
        package = options["package"]
        backup = options["backup_package"] or f"{package}_netsec_before"
        task = Task(
            without_none(options["config"]),
            options["state"],
            ChangeOptions(backup=backup, **{name: options[name] for name in CHANGE}),
            options["hosted_firewalls"],
            {row["template"]: frozenset(row["tags"]) for row in options["virtual_wire_tags"] or ()},
            options["assume"],
        )
        return task, [*validate_package(package, backup), *validate(task.config, task.state)]

    @contextmanager
    def wing(self, document: Task, options: dict[str, Any], progress: Progress) -> Iterator[RedirectWing]:
        with self.connect_to("manager") as door:
            wrong = wrong_target(options["via"], door.dialect)
            if wrong:
                raise ArgumentError([wrong])
            overrides = options["resources"]
            yield RedirectWing(
                Manager(door, overrides),
                document,
                progress,
                overrides=overrides,
                check_mode=self._task.check_mode,
                earlier=self.record.earlier,
                note=self.record.note,
            )
