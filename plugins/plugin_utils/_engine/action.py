# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Where Ansible ends and the engine begins: arguments in, results out, every failure as a result with its fields."""

from __future__ import annotations

# First, before anything that an old Python does not have.
from .controller import required  # noqa: F401  # pylint: disable=unused-import

# isort: split

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from types import MappingProxyType
from typing import Any, ClassVar

from ansible.module_utils.common.parameters import remove_values
from ansible.plugins.action import ActionBase
from ansible.utils.display import Display

from .arguments import ArgumentError, Arguments
from .doors import closed_door, open_door, preload
from .failures import ApplyFailed, RunFailed, ValidationFailed
from .problems import Problem, errors, told
from .waiting import Progress
from .words.device_text import LONGEST_MESSAGE, clean, hiding, sanitised

FREE_TEXT = frozenset(
    {
        "msg",
        "errors",
        "warnings",
        "problems",
        "device_state",
        "diagnostics",
        "counters_unparsed",
        "unparsed",
        "operation_log",
    }
)


class DeviceAction(ActionBase):
    """One module. A child names its arguments and its door, and does the work in perform()."""

    arguments: ClassVar[Arguments]
    door: ClassVar[str]  # the connection that this action speaks through

    _supports_check_mode = True
    _supports_async = False

    def __init_subclass__(cls, **keywords: Any) -> None:
        super().__init_subclass__(**keywords)
        if "door" in vars(cls):
            preload(cls.door)

    def perform(self, options: dict[str, Any]) -> dict[str, Any]:
        """The work: further keys of the result. May raise ValidationFailed, ApplyFailed, ConnectionFailed, ArgumentError."""
        raise TypeError(f"{type(self).__name__} has no perform()")

    def known(self, error: Exception) -> dict[str, Any]:
        """Keys of a failed result that a successful one has, too."""
        return {}

    def run(self, tmp: str | None = None, task_vars: dict[str, Any] | None = None) -> dict[str, Any]:
        result: dict[str, Any] = super().run(tmp, task_vars)
        self._task_vars = task_vars or {}
        self._further_doors: list[Any] = []
        self._further_secrets: list[str] = []
        self._host = str(self._task_vars.get("inventory_hostname", ""))
        with hiding(self._secrets):
            try:
                options = self.arguments.validated(self._task.args)
                self._check_door()
                result.update(self.perform(options))
            except (ArgumentError, RunFailed) as error:
                result.update(self.known(error))
                result.update(_failure(error, self._host))
            if result.get("warnings"):  # Ansible shows each text once, and does not say whose it is
                result["warnings"] = [f"{self._host}: {clean(text, LONGEST_MESSAGE)}" for text in result["warnings"]]
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
            self._further_doors.append(door)
            try:
                yield door
            finally:
                self._left(door)

    @contextmanager
    def second_door(
        self, plugin: str, *prefixes: str, defaults: Mapping[str, Any] = MappingProxyType({}), **fixed: Any
    ) -> Iterator[Any]:
        """A door of another kind to this host, not open yet; see doors.closed_door()."""
        with closed_door(self, self._task_vars, plugin, *prefixes, defaults=defaults, **fixed) as door:
            self._further_doors.append(door)
            try:
                yield door
            finally:
                self._left(door)

    def _left(self, door: Any) -> None:
        """Its session ends here, its secrets stay."""
        self._further_doors.remove(door)
        self._further_secrets += door.secrets

    def _check_door(self) -> None:
        if getattr(self._connection, "transport", None) != self.door:
            used = getattr(self._connection, "transport", "another one")
            remedy = f"Set ansible_connection: {self.door} for it."
            raise ArgumentError(
                [f"{self._task.action} needs the connection {self.door}, this host uses {used}. {remedy}"]
            )

    def _masked(self, result: dict[str, Any]) -> dict[str, Any]:
        """Secret options nowhere; the door's passwords nowhere in free text, and there no character that no terminal shows.

        Names and lines of a device's configuration are no free text: masking there would forge them where a password
        happens to be part of a name, and they never hold the password of the door.
        """
        given = self._given_secrets()
        return {
            key: sanitised(value) if key in FREE_TEXT else remove_values(value, given) if given else value
            for key, value in result.items()
        }

    def _given_secrets(self) -> list[str]:
        return [str(self._task.args[name]) for name in self.arguments.no_log if self._task.args.get(name)]

    def _secrets(self) -> list[str]:
        """All that this task must not show, as far as it is known by now."""
        doors = [self._connection, *self._further_doors]
        held = [secret for door in doors for secret in getattr(door, "secrets", ())]
        return [*self._given_secrets(), *held, *self._further_secrets]


class ControllerAction(DeviceAction):
    """A module that works on the controller alone: whatever connection the host of its task has, it is not opened."""

    def _check_door(self) -> None:
        """No connection is needed, so none is wrong."""


def _failure(error: ArgumentError | RunFailed, host: str) -> dict[str, Any]:
    """What describes a failure, for a person (msg) and for a program (problems, device_state).

    Ansible shows msg first, without its host, and the same text once: so the host begins it.
    """
    failed = {"failed": True, "changed": False}
    here = f"{host}: " if host else ""
    if isinstance(error, ArgumentError):
        fields = {"errors": error.messages, "problems": [], "device_state": "unchanged"}
        return {**failed, "msg": here + "\n".join(dict.fromkeys(error.messages)), **fields}
    if isinstance(error, ValidationFailed):
        message = told(f"{clean(error.message, LONGEST_MESSAGE)}; nothing was sent:", errors(error.problems))
        return {**failed, "msg": here + message, **_problems(error.problems), "device_state": "unchanged"}
    if isinstance(error, ApplyFailed):
        now = clean(error.device_state, LONGEST_MESSAGE)
        message = told(clean(error, LONGEST_MESSAGE), error.problems, now)
        found = {**error.details, **failed, "changed": error.changed, "msg": here + message}
        return {**found, **_problems(error.problems), "device_state": now}
    # A result keeps its fields and `always:` runs; AnsibleConnectionFailure would lose both.
    state = {"problems": [], "device_state": "not reached; this run changed nothing"}
    return {"unreachable": True, "changed": False, "msg": clean(error, LONGEST_MESSAGE), **state}


def _problems(problems: Iterable[Problem]) -> dict[str, Any]:
    return {"problems": [problem.as_dict() for problem in problems]}
