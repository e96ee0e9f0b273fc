# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Bounded waits that say how far they are."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Protocol, TypeVar

from .words.device_text import clean

T = TypeVar("T")

QUIET_SECONDS = 3.0  # work that is done by then was not long
EVERY_SECONDS = 10.0
EVERY_SHARE = 0.1


class Progress:
    """At most a line each ten seconds or ten percent, prefixed by the host; none for short work.

    say: where a line goes (stderr); None switches it off.
    """

    def __init__(
        self, host: str, say: Callable[[str], None] | None, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._host = host
        self._say = say
        self._clock = clock
        self._started = clock()
        self._last: float | None = None
        self._share = 0.0

    def __call__(self, what: str, share: float | None = None) -> None:
        """what: a few words, those of a device as they came; share: 0.0 to 1.0, where it is known."""
        if self._say is None:
            return
        now = self._clock()
        if now - self._started < QUIET_SECONDS:
            return
        stepped = share is not None and _steps(share) > _steps(self._share)
        if self._last is not None and now - self._last < EVERY_SECONDS and not stepped:
            return
        self._last, self._share = now, share or 0.0
        percent = "" if share is None else f" ({share:.0%})"
        self._say(f"{clean(self._host)}: {clean(what)}{percent}")


def _steps(share: float) -> int:
    return int(share / EVERY_SHARE + 1e-9)


class Clock(Protocol):
    def monotonic(self) -> float: ...

    def sleep(self, seconds: float) -> None: ...


def poll(
    look: Callable[[], T],
    done: Callable[[T], bool],
    limit: float,
    interval: float = 0.25,
    longest: float = 4.0,
    clock: Clock = time,
) -> T:
    """The first thing seen that is done, else the last one seen within limit seconds. Looks at least once.

    The interval doubles up to longest: quick where a device is quick, easy on one that is not.
    """
    end = clock.monotonic() + limit
    while True:
        seen = look()
        left = end - clock.monotonic()
        if done(seen) or left <= 0:
            return seen
        clock.sleep(min(interval, left))
        interval = min(interval * 2, longest)
