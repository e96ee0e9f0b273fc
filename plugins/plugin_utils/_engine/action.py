# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Where Ansible ends and the engine begins: arguments in, results out, every failure as a result with its fields."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, ClassVar

import yaml
from ansible.module_utils.common.parameters import remove_values
from ansible.plugins.action import ActionBase
from ansible.utils.display import Display

from .arguments import ArgumentError, Arguments
from .doors import open_door, preload
from .failures import ApplyFailed, ConnectionFailed, ValidationFailed
from .operations import Plan, fingerprint
from .problems import Problem
from .run import Outcome
from .version import VERSION
from .waiting import Progress

FREE_TEXT = frozenset(
    {"msg", "errors", "warnings", "problems", "device_state", "diagnostics", "counters_unparsed", "unparsed"}
)


class DeviceAction(ActionBase):
    """One module. A child names its arguments and its door, and does the work in perform()."""

    arguments: ClassVar[Arguments]
    door: ClassVar[str]  # the connection that this action speaks through

    _supports_check_mode = True
    _supports_async = False

    def __init_subclass__(cls, **keywords: Any) -> None:
        super().__init_subclass__(**keywords)
        preload(cls.door)

    def perform(self, options: dict[str, Any]) -> dict[str, Any]:
        """The work: further keys of the result. May raise ValidationFailed, ApplyFailed, ConnectionFailed, ArgumentError."""
        raise TypeError(f"{type(self).__name__} has no perform()")

    def run(self, tmp: str | None = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        result: dict[str, Any] = super().run(tmp, task_vars)
        self._task_vars = task_vars or {}
        self._further_secrets: list[str] = []
        self._host = str(self._task_vars.get("inventory_hostname", ""))
        try:
            options = self.arguments.validated(self._task.args)
            self._check_door()
            result.update(self.perform(options))
        except ArgumentError as error:
            result.update(failed=True, changed=False, msg="\n".join(error.messages), errors=error.messages)
        except ValidationFailed as refused:
            listed = "\n".join(str(problem) for problem in refused.problems if problem.severity == "error")
            message = f"The document breaks rules; nothing was sent:\n{listed}"
            result.update(_failure(message, refused.problems, "unchanged"), changed=False)
        except ApplyFailed as failed:
            listed = "".join(f"\n{problem}" for problem in failed.problems)
            result.update(described(failed.plan), **failed.details)
            result.update(_failure(f"{failed}{listed}", failed.problems, failed.device_state))
            result["msg"] += f"\nThe device is now: {failed.device_state}."
            result["changed"] = failed.changed
        except ConnectionFailed as error:
            # A result keeps its fields and `always:` runs; AnsibleConnectionFailure would lose both.
            result.update(unreachable=True, changed=False, msg=str(error))
        if result.get("warnings"):  # Ansible shows each text once, and does not say whose it is
            result["warnings"] = [f"{self._host}: {text}" for text in result["warnings"]]
        return self._masked(result)

    def progress(self, enabled: bool) -> Progress:
        display = Display()
        return Progress(self._host, (lambda line: display.display(line, stderr=True)) if enabled else None)

    @contextmanager
    def connect_to(self, *prefixes: str, **fixed: Any) -> Iterator[Any]:
        """The open door that variables of these prefixes lead to (``manager_host``; see doors.open_door), or a fixed host;
        where there is no such variable, this host's own one, which stays open. Raises ConnectionFailed."""
        if "host" not in fixed and not any(f"{prefix}_host" in self._task_vars for prefix in prefixes):
            own: Any = self._connection
            own.open()
            yield own
            return
        with open_door(self, self._task_vars, self.door, *prefixes, **fixed) as door:
            try:
                yield door
            finally:  # those of its session, too
                self._further_secrets += door.secrets

    def _check_door(self) -> None:
        if getattr(self._connection, "transport", None) != self.door:
            used = getattr(self._connection, "transport", "another one")
            remedy = f"Set ansible_connection: {self.door} for it."
            raise ArgumentError(
                [f"{self._task.action} needs the connection {self.door}, this host uses {used}. {remedy}"]
            )

    def _masked(self, result: dict[str, Any]) -> dict[str, Any]:
        """Secret options nowhere; the door's passwords nowhere in free text.

        Names and lines of a device's configuration are no free text: masking there would forge them where a password
        happens to be part of a name, and they never hold the password of the door.
        """
        given = [str(self._task.args[name]) for name in self.arguments.no_log if self._task.args.get(name)]
        door = [*given, *getattr(self._connection, "secrets", ()), *self._further_secrets]
        masks = {key: door if key in FREE_TEXT else given for key in result}
        return {key: remove_values(value, masks[key]) if masks[key] else value for key, value in result.items()}


def _failure(message: str, problems: Iterable[Problem], device_state: str) -> dict[str, Any]:
    return {
        "failed": True,
        "msg": message,
        "problems": [problem.as_dict() for problem in problems],
        "device_state": device_state,
    }


def described(plan: Plan, **about: str) -> dict[str, Any]:
    """A plan as keys of a result."""
    described: dict[str, Any] = {
        "commands": plan.commands,
        "plan": {"collection": VERSION, **about, **plan.as_dict()},
        **plan.notes,
    }
    if plan.deferred:
        described["deferred"] = [operation.as_dict() for operation in plan.deferred]
    return described


def converged(outcome: Outcome, desired: Mapping[str, Any], diff: bool) -> dict[str, Any]:
    """An outcome as the keys that every state module returns (docs of the house, \"What a state module promises\")."""
    about = {"desired": fingerprint(dict(desired)), "fingerprint": fingerprint(outcome.before)}
    result = {
        "changed": outcome.changed,
        "before": outcome.before,
        "after": outcome.after,
        **described(outcome.plan, **about),
        **outcome.details,
    }
    warnings = [str(problem) for problem in outcome.warnings]
    if outcome.plan.deferred:
        warnings.append(outcome.plan.deferred_because)
    if warnings:
        result["warnings"] = warnings
    if diff:
        result["diff"] = {"before": _yaml(outcome.before), "after": _yaml(outcome.after)}
    return result


def _yaml(value: Any) -> str:
    value = json.loads(json.dumps(value))  # core's tagged strings and numbers are no plain data to the dumper
    return yaml.safe_dump(value, sort_keys=False, default_flow_style=False, allow_unicode=True, width=120)
