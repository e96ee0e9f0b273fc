# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How a run can fail, as the engine sees it. Connections raise the door errors, wings the others."""

from __future__ import annotations

import errno
import os
from collections.abc import Mapping, Sequence
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


# -- what the file system of the controller says; source of the causes: errno(3) and open(2) of Linux -------------------------------

# {option}: what names the path. {folder}: that the file would be in, or the file that is to be read.
_REMEDIES: Mapping[int, str] = {
    errno.ENOENT: "The folder {folder} is not there: create it, or correct {option}.",
    errno.ENOTDIR: "A part of the path is a file and no folder: correct {option}.",
    errno.EISDIR: "{option} names a folder: name a file.",
    errno.EACCES: "The user who runs ansible-playbook lacks the permission: grant it on {folder}, or name another path in {option}.",
    errno.EPERM: "The user who runs ansible-playbook lacks the permission: grant it on {folder}, or name another path in {option}.",
    errno.EROFS: "The file system is read-only: name a path on another one in {option}.",
    errno.ENOSPC: "Free the disk that {folder} is on, or name a path on another one in {option}.",
    errno.EDQUOT: "The user's quota on {folder} is used up: free some of it, or name a path on another disk in {option}.",
    errno.EFBIG: "Check {option}: its file system, or a limit of the process (ulimit -f), takes no file of that size.",
    errno.ENAMETOOLONG: "Shorten {option}.",
    errno.ELOOP: "A symbolic link leads back to itself, or is not followed: name the file itself in {option}.",
    errno.EMFILE: "Too many files are open: raise `ulimit -n`, or lower `forks`.",
    errno.ENFILE: "Too many files are open on this controller: lower `forks`.",
    errno.EIO: "The disk reports an error: check it, or name a path on another one in {option}.",
    errno.ETXTBSY: "Another program uses the file: wait for it, or name another one in {option}.",
}


_NO_FILE = "There is no such file: correct {option}."


def remedy_of(error: OSError, option: str, path: str | os.PathLike[str], *, to_read: bool = False) -> str:
    """A sentence. option: the option or variable that the path comes from. to_read: a file that has to be there already.

    >>> remedy_of(OSError(errno.ENOSPC, "No space left on device"), "dest", "/var/tmp/a.csv")
    'Free the disk that /var/tmp is on, or name a path on another one in dest.'
    """
    folder = os.path.dirname(os.fspath(path)) or "."
    found = _REMEDIES.get(error.errno or 0, "Check {option}.")
    text = _NO_FILE if to_read and error.errno == errno.ENOENT else found
    return text.format_map({"option": option, "folder": os.fspath(path) if to_read else folder})


def reason_of(error: OSError) -> str:
    """In the words of the system, without the path."""
    return error.strerror or str(error)
