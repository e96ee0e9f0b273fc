# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which calls are tried again, and how long to wait before. Pure: who calls, sends and sleeps."""

from __future__ import annotations

import random
import re
from collections.abc import Callable
from dataclasses import dataclass
from email.utils import parsedate_to_datetime

LONGEST_WAIT = 60.0  # seconds between two tries; a device that asks for more is given up
# Too many requests, and the errors of a server that may be over in a moment (RFC 6585, 4; RFC 9110, 15.6).
TEMPORARY = frozenset({429, 500, 502, 503, 504})
READS = frozenset({"GET", "HEAD"})


class TooLong(Exception):
    """The device asks to come back later than anybody waits. seconds: from now."""

    def __init__(self, seconds: float) -> None:
        super().__init__(f"{seconds:.0f} s")
        self.seconds = seconds


@dataclass(frozen=True)
class Retries:
    """more: tries after the first. wait: seconds before the second try, twice as long before each further one. chance: a
    number between two, so that many clients of a device do not come back at once."""

    more: int
    wait: float
    chance: Callable[[float, float], float] = random.uniform

    def tries(self, method: str, safe: bool | None = None, *, expect_down: bool = False) -> int:
        """How often a call may be sent in all.

        safe: may be repeated without harm; None: if it reads. expect_down: the device may be restarting, so a lost answer
        is one.

        >>> Retries(3, 1.0).tries("GET"), Retries(3, 1.0).tries("POST"), Retries(3, 1.0).tries("POST", safe=True)
        (4, 1, 4)
        """
        harmless = method in READS if safe is None else safe
        return 1 + self.more if harmless and not expect_down else 1

    def pause(self, attempt: int, retry_after: str, now: float) -> float:
        """Seconds to wait after a try that failed: what the device asks for, else doubled each time, with some chance in it.

        attempt: the number of that try, from 1. retry_after: the header's value, "" for none. now: seconds since the epoch.
        Raises TooLong.

        >>> steady = Retries(3, 1.0, chance=max)
        >>> steady.pause(1, "", 0.0), steady.pause(3, "", 0.0), steady.pause(1, "20", 0.0)
        (1.25, 5.0, 20.0)
        """
        asked = seconds_asked(retry_after, now)
        if asked is None:
            return min(self.wait * float(2 ** (attempt - 1)) * self.chance(0.75, 1.25), LONGEST_WAIT)
        if asked > LONGEST_WAIT:
            raise TooLong(asked)
        return asked


def seconds_asked(retry_after: str, now: float) -> float | None:
    """A Retry-After of RFC 9110, 10.2.3: seconds, or a date; None for anything else. now: seconds since the epoch.

    >>> seconds_asked("Thu, 01 Jan 1970 00:00:10 GMT", now=4.0)
    6.0
    """
    text = retry_after.strip()
    if re.fullmatch(r"\d{1,9}", text):
        return float(text)
    try:
        return max(0.0, parsedate_to_datetime(text).timestamp() - now)
    except (TypeError, ValueError, OverflowError, OSError):
        return None
