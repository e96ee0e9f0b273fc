# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What runs of this controller are doing, or have made on a device and not removed yet: a record and a lock a device.

The lock belongs to the worker and to its guard together, and the system frees it when both are gone, however they went: that
holds for containers with a common folder too, where process ids mean nothing. The record says who they are and what they made.
"""

from __future__ import annotations

import contextlib
import errno
import hashlib
import json
import os
import re
import time
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from . import files
from .files import StillLocked, read, write
from .processes import Process, machine, own, parent
from .state_dir import StateDir, unusable, unusable_because

FOLDER = "guards"
LONGEST_LOOK = 0.5  # seconds; a process that only looks holds the lock for a moment
_NO_LOCKS = (errno.ENOLCK, errno.ENOSYS, errno.ENOTSUP, errno.EINVAL)  # file systems without them


class Busy(Exception):
    """Another run of this controller works there. Its text says which; since: when that began, "" where that is not known."""

    def __init__(self, who: str, since: str = "") -> None:
        super().__init__(who)
        self.since = since


@dataclass(frozen=True)
class Record:
    """made: what is on the device because of it, in the words of the capability; None: nothing. ended: by whom, why, when and
    in which state of the device; None while it goes on, and when it could not be recorded. main: ansible-playbook."""

    module: str
    host: str
    device: str
    began: str
    machine: str
    worker: Process
    main: Process | None = None
    guard: Process | None = None
    made: dict[str, Any] | None = None
    ended: dict[str, str] | None = None

    @property
    def lives(self) -> bool:
        """Whether a process still works for it, as far as process ids of this machine show."""
        if self.ended or self.machine != machine():
            return False
        return self.worker.lives or bool(self.guard and self.guard.lives)

    @property
    def who(self) -> str:
        """The process that matters now, in words."""
        if self.machine != machine():
            return f"process {(self.main or self.worker).id} on {self.machine.partition('/')[0]}"
        if self.main is None or self.main.lives:
            return f"process {(self.main or self.worker).id}"
        if self.worker.lives:
            return f"process {self.worker.id}, the worker of an ansible-playbook that is gone"
        return f"process {self.guard.id if self.guard else self.worker.id}, which cleans up after a run that is gone"


def of_text(text: str) -> Record:
    """Raises ValueError, KeyError, TypeError for what is no record."""
    found = json.loads(text)
    for key in ("main", "worker", "guard"):
        found[key] = Process(**found[key]) if found[key] else None
    return Record(**found)


@dataclass
class Book:
    """The record of one device on the disk."""

    path: Path

    def read(self) -> Record | None:
        try:
            text = read(self.path)
            return of_text(text) if text else None
        except OSError as error:
            raise unusable_because(error, self.path, "the record cannot be read: ") from None
        except (ValueError, KeyError, TypeError) as error:
            remedy = "See what is left on its device, and delete it."
            raise unusable(f"the record {self.path} cannot be read ({error!r})", remedy) from None

    def write(self, record: Record) -> None:
        """Raises OSError."""
        write(self.path, json.dumps(asdict(record), indent=2) + "\n")

    def end(self, record: Record, by: str, why: str, device_state: str) -> None:
        """The last word on a record. What is gone from the device is gone from it. Raises OSError."""
        gone = device_state.startswith("unchanged")
        ended = {"by": by, "why": why, "at": now(), "device_state": device_state}
        self.write(replace(record, made=None if gone else record.made, ended=ended))

    def remove(self) -> None:
        self.path.unlink(missing_ok=True)


@dataclass
class Reservation:
    """A device that is this run's until the end. left: the record of an earlier run that is gone. lock: a descriptor.

    last: what tells the last run here that ended from the one before.
    """

    book: Book
    record: Record
    left: Record | None
    lock: int
    last: str = ""
    handed_over: bool = False  # to the guard, which writes the last word
    device_state: str = "not looked at"

    def hold(self, made: Mapping[str, Any] | None, guard: Process | None = None) -> None:
        """This is what is on the device from now on because of us. Raises ValidationFailed: nothing may be made unrecorded."""
        self.record = replace(self.record, made=None if made is None else dict(made), guard=guard)
        try:
            self.book.write(self.record)
        except OSError as error:
            raise unusable_because(error, self.book.path, "the record cannot be written: ") from None

    def tell(self, device_state: str) -> None:
        """What is on the device now, in a sentence that begins with "unchanged" where nothing of ours does."""
        self.device_state = device_state
        if device_state.startswith("unchanged"):
            self.record = replace(self.record, made=None)

    def finish(self) -> None:
        """The last word of this process."""
        if self.handed_over:
            return
        with contextlib.suppress(OSError):
            os.pwrite(self.lock, str(time.time_ns()).encode(), 0)
        with contextlib.suppress(OSError):  # the old text is true enough: its processes are gone soon
            if self.record.made is None:
                self.book.remove()
            else:
                self.book.end(self.record, "worker", "it could not be cleaned up", self.device_state)


class Records:
    """Of a device. device: what identifies it, such as address and port. host: its name in the inventory.

    apart: each module has a record of its own there, under the one lock.
    """

    def __init__(
        self, state: StateDir, module: str, host: str, device: str, *, folder: str = FOLDER, apart: bool = False
    ) -> None:
        self._state, self._folder = state, folder
        self._module, self._host, self._device = module, host, device
        readable = re.sub(r"[^A-Za-z0-9.-]", "_", device)[:80]
        self._name = f"{readable}-{hashlib.sha256(device.encode()).hexdigest()[:8]}"
        self._own = f"{self._name}.{module}.json" if apart else f"{self._name}.json"
        self.last = ""  # as it was at the last look; see Reservation

    def look(self) -> Record | None:
        """The record of an earlier run that is gone. Writes nothing. Raises Busy, ValidationFailed."""
        folder = self._state.folder(self._folder, create=False)
        left = Book(folder / self._own).read()
        try:
            lock = os.open(folder / f"{self._name}.lock", os.O_RDONLY | os.O_NOFOLLOW)
        except OSError:
            lock = -1
        try:
            if left and left.lives:
                raise Busy(left.who, left.began)
            if lock >= 0:
                if not _locked(lock, shared=True):
                    raise self._busy(folder)
                self.last = _last(lock)
        finally:
            if lock >= 0:
                os.close(lock)
        return left

    @contextlib.contextmanager
    def reserved(self, made: Mapping[str, Any] | None = None) -> Iterator[Reservation]:
        """made: by this run, from now on; without it, what an earlier run left stays on record until it is gone.

        Raises Busy, ValidationFailed.
        """
        folder = self._state.folder(self._folder, create=True)
        book = Book(folder / self._own)
        try:
            lock = files.lock_file(folder / f"{self._name}.lock")
        except OSError as error:
            raise unusable_because(error, error.filename or folder, "it cannot be opened: ") from None
        try:
            if not _locked(lock):
                raise self._busy(folder)
            left = book.read()
            if left and left.lives:
                raise Busy(left.who, left.began)
            reservation = Reservation(book, self._begun(), left, lock, _last(lock))
            reservation.hold(made if made is not None or left is None else left.made)
            try:
                yield reservation
            finally:
                reservation.finish()
        finally:
            os.close(lock)

    def _busy(self, folder: Path) -> Busy:
        """To be raised where another run holds the lock: with what its record says, which may be that of another module."""
        for path in sorted(folder.glob(f"{self._name}*.json")):
            found = Book(path).read()
            if found and found.lives:
                return Busy(found.who, found.began)
        found = Book(folder / self._own).read()
        return Busy(found.who, found.began) if found else Busy("it has only just begun")

    def _begun(self) -> Record:
        try:
            main = parent()
        except ProcessLookupError:
            raise Busy("this one, whose ansible-playbook is gone") from None
        return Record(self._module, self._host, self._device, now(), machine(), own(), main)


def now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")


def _last(lock: int) -> str:
    return os.pread(lock, 64, 0).decode("ascii", "replace")


def _locked(lock: int, *, shared: bool = False) -> bool:
    try:
        files.lock(lock, LONGEST_LOOK, shared=shared)
    except StillLocked:
        return False
    except OSError as error:
        return error.errno in _NO_LOCKS  # process ids have to do
    return True
