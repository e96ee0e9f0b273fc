# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Waiting for what a test asserts, and for that only: a fixed sleep is too short on a slow machine and too long on a fast one."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

Seen = TypeVar("Seen")
PATIENCE = 30.0  # seconds; a test that passes ends long before


def eventually(look: Callable[[], Seen], done: Callable[[Seen], object] = bool, seconds: float = PATIENCE) -> Seen:
    """What `look` saw when it was `done`. AssertionError with what was seen last, if that does not come in time."""
    end = time.monotonic() + seconds
    while not done(seen := look()):
        if time.monotonic() > end:
            raise AssertionError(f"not within {seconds:.0f} s; seen last: {seen!r}")
        time.sleep(0.02)
    return seen
