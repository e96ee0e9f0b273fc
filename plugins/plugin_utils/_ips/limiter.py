# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Never more licences from a licence server than it gives: so many in any period, over all processes of a controller. I/O.

Cisco's licence server may block a controller that asks for more than 9 licences within three minutes (Security Manager 4.4 user guide,
page 44-2), so the tenth is what must not come; this takes one fewer than the vendor allows.

Each of the places is a file that is locked while a licence is fetched, and tells when that ended. A place is taken again one period behind
that end at the earliest. So no period has more requests than places, however long each takes and whatever clock the server has. The lock of
a process that dies is given up by the kernel; when its request was sent is not known then, so its place rests for one period from the moment
at which that is noticed.
"""

from __future__ import annotations

import fcntl
import os
import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

from .._engine.failures import ApplyFailed
from .._engine.problems import Problem

MOST = 8
PERIOD = 180.0  # seconds
LOOK = 1.0  # seconds between two looks while all places are locked
_TEXT = re.compile(r"(?P<what>busy|idle) (?P<at>\d{1,12}(?:\.\d{1,6})?)\n", re.ASCII)


class WallClock(Protocol):
    """time: seconds since the epoch, which all processes of a controller share."""

    def time(self) -> float: ...

    def sleep(self, seconds: float, /) -> None: ...


class Limiter:
    """folder: of the places; it must be there."""

    def __init__(self, folder: Path, most: int = MOST, period: float = PERIOD, clock: WallClock = time) -> None:
        self._places = [folder / f"place-{number}" for number in range(1, most + 1)]
        self._period = period
        self._clock = clock

    @contextmanager
    def place(self, limit: float, waiting: Callable[[float], None] = lambda left: None) -> Iterator[float]:
        """A block in which one licence may be fetched. Gives the seconds that it waited for that.

        limit: seconds that it waits at most. waiting: told how long it will be at least. Raises ApplyFailed.
        """
        began = self._clock.time()
        try:
            number = self._taken(began + limit, waiting)
            try:
                yield max(0.0, self._clock.time() - began)
            finally:
                self._write(number, "idle")
                os.close(number)
        except OSError as error:
            text = f"{error.filename or self._places[0].parent}: {error.strerror}"
            problem = Problem("L7", "limiter", text, "Set limiter to a folder of your own.")
            raise ApplyFailed("the limit of the licence server cannot be kept", [problem]) from None

    def _taken(self, end: float, waiting: Callable[[float], None]) -> int:
        """The open file of a place, which is locked."""
        while True:
            soonest = LOOK
            for path in self._places:
                number, left = self._tried(path)
                if number is not None:
                    return number
                soonest = min(soonest, left)
            if self._clock.time() + soonest > end:
                text = f"{len(self._places)} licences were fetched within {self._period:g} s, and no place became free"
                remedy = "Run again later, select fewer sensors, or set limiter_timeout higher."
                raise ApplyFailed(
                    "the limit of the licence server is reached", [Problem("L7", "limiter", text, remedy)]
                )
            waiting(soonest)
            self._clock.sleep(soonest)

    def _tried(self, path: Path) -> tuple[int | None, float]:
        """The open file, if the place is free now; else the seconds until it is, LOOK where that is not known."""
        number = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
        kept = False
        try:
            fcntl.flock(number, fcntl.LOCK_EX | fcntl.LOCK_NB)
            left = self._left(number)
            if left <= 0:
                self._write(number, "busy")
                kept = True
            return (number if kept else None), left
        except BlockingIOError:
            return None, LOOK
        finally:
            if not kept:
                os.close(number)

    def _left(self, number: int) -> float:
        """Seconds that the place has to rest. What is not the end of a request in the past rests from now on."""
        text = os.pread(number, 64, 0).decode("ascii", "replace")
        if not text:
            return 0.0
        found, now = _TEXT.fullmatch(text), self._clock.time()
        if found is None or found["what"] == "busy" or float(found["at"]) > now:
            self._write(number, "idle")
            return self._period
        return float(found["at"]) + self._period - now

    def _write(self, number: int, what: str) -> None:
        data = f"{what} {self._clock.time():.6f}\n".encode()
        os.ftruncate(number, 0)
        os.pwrite(number, data, 0)
        os.fsync(number)
