# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How a run can fail, as the engine sees it. Connections raise the door errors, wings the others."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from .problems import Problem, errors


class RunFailed(Exception):
    """A run that did not end well. run: what is known of it (run.Run), filled in by the engine; None before its first step."""

    run: Any = None


class ConnectionFailed(RunFailed):
    """The way to the device failed. Its text is one line for a person and names the remedy. printed: what the device had said to the
    command that was under way, where a command line knows it."""

    printed: str = ""


class Unreachable(ConnectionFailed):
    """No session could be opened: refused, timeout, host key, authentication, no common algorithm, no prompt."""


class Dropped(ConnectionFailed):
    """An open session ended in the middle."""


class Timeout(ConnectionFailed):
    """The session is open, but what was waited for did not come within its limit."""


class ValidationFailed(RunFailed):
    """What was asked for is refused; nothing was sent. problems: all of them, warnings too. message: what was refused."""

    def __init__(self, problems: Sequence[Problem], message: str = "The document breaks rules") -> None:
        super().__init__("\n".join(str(problem) for problem in errors(problems)))
        self.problems = tuple(problems)
        self.message = message


class ConcurrentChange(Exception):
    """Another session changed the device between the read and the commit; nothing of ours was applied."""


class ApplyFailed(RunFailed):
    """The device did not take the change, or did not keep it.

    device_state: the state of the device now, in a sentence. It begins with "unchanged" or "rolled back" where the device
    is as it was before. details: further keys of the task's result.
    """

    def __init__(
        self,
        message: str,
        problems: Sequence[Problem] = (),
        device_state: str = "unchanged",
        details: dict[str, Any] | None = None,
    ) -> None:
        super().__init__(message)
        self.problems = tuple(problems)
        self.device_state = device_state
        self.details = details or {}

    @property
    def changed(self) -> bool:
        return not self.device_state.startswith(("unchanged", "rolled back"))
