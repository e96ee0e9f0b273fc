# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Files of this controller that several runs share: written as a whole, and locked so that one run at a time changes them. I/O.

Who reads needs no lock: under its name a file is the old one or the new one. A lock is one of the system (flock), which frees it with the last
process that holds it, however that ended; the file that was locked stays, since another run may be waiting for it.
"""

from __future__ import annotations

import contextlib
import errno
import fcntl
import os
import secrets
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO

PRIVATE = 0o600  # for its owner only
SHARED = 0o666  # less what the umask takes away, as an editor makes a file: 0644 as a rule
LARGEST = 1024 * 1024  # characters of a file that is read
PAUSE = 0.1  # seconds between two tries to get a lock
_NO_SYNC = (errno.EINVAL, errno.ENOTSUP)  # of a folder, on file systems that cannot


class StillLocked(Exception):
    """Another process has held a lock for longer than the limit."""


# -- locks ------------------------------------------------------------------------------------------------------------


def lock_file(path: Path, mode: int = PRIVATE) -> int:
    """A descriptor of a file to lock, which is made if it is not there. Raises OSError, for a symbolic link too."""
    return os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, mode)


def lock(
    number: int,
    limit: float,
    waiting: Callable[[], None] = lambda: None,
    *,
    pause: float = PAUSE,
    shared: bool = False,
) -> None:
    """Lock what a descriptor is of. limit, pause: seconds. waiting: called before each pause. shared: with others that only look.

    Raises StillLocked, OSError (ENOLCK and the like on a file system without locks).
    """
    end = time.monotonic() + limit
    while True:
        try:
            fcntl.flock(number, (fcntl.LOCK_SH if shared else fcntl.LOCK_EX) | fcntl.LOCK_NB)
            return
        except BlockingIOError:
            if time.monotonic() > end:
                raise StillLocked from None
        waiting()
        time.sleep(pause)


@contextlib.contextmanager
def locked(
    number: int, limit: float, waiting: Callable[[], None] = lambda: None, *, pause: float = PAUSE
) -> Iterator[None]:
    """A block that one process at a time is in. number: a descriptor of its own, which is closed at the end. See lock()."""
    try:
        lock(number, limit, waiting, pause=pause)
        yield
    finally:
        os.close(number)  # which frees the lock


# -- contents ---------------------------------------------------------------------------------------------------------


@contextlib.contextmanager
def whole(path: Path, part: Path, mode: int = PRIVATE) -> Iterator[IO[bytes]]:
    """A file to write into, which has the name part during the block and takes its own at the end of one that did not fail.

    It is on the disk then, and so is its name. A symbolic link in its place is replaced, not followed. part: in the same folder; no such
    file may be there. Raises OSError.
    """
    number = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    try:
        with open(number, "wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        os.replace(part, path)
    except BaseException:
        with contextlib.suppress(OSError):  # what went wrong first is what is told
            part.unlink()
        raise
    _sync_folder(path.parent)


def write(path: Path, text: str, mode: int = PRIVATE) -> None:
    """Whole or not at all, and there after a crash. Raises OSError."""
    data = text.encode()
    part = path.with_name(f".{path.name.lstrip('.')[:48]}.{secrets.token_hex(4)}.tmp")  # a name has 255 bytes at most
    with whole(path, part, mode) as file:
        file.write(data)


def read(path: Path, largest: int = LARGEST) -> str:
    """ "" for a file that is not there; no more than largest characters. Raises OSError, for a symbolic link too."""
    try:
        number = os.open(path, os.O_RDONLY | os.O_NOFOLLOW)
    except FileNotFoundError:
        return ""
    with open(number, encoding="utf-8", errors="replace") as file:
        return file.read(largest)


def _sync_folder(path: Path) -> None:
    number = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(number)
    except OSError as error:
        if error.errno not in _NO_SYNC:
            raise
    finally:
        os.close(number)
