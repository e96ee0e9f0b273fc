# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from ansible_collections.mspplus.netsec.plugins.plugin_utils._engine.waiting import Progress, poll


class FakeClock:
    def __init__(self) -> None:
        self.now = 0.0
        self.slept: list[float] = []

    def monotonic(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds


def test_a_poll_ends_with_the_first_thing_that_is_done() -> None:
    seen = iter([1, 2, 3, 4])
    clock = FakeClock()
    assert poll(lambda: next(seen), lambda value: value == 3, 30, clock=clock) == 3
    assert clock.slept == [0.25, 0.5]


def test_a_poll_ends_at_its_limit_with_the_last_thing_seen() -> None:
    clock = FakeClock()
    assert poll(lambda: clock.now, lambda value: False, 10, clock=clock) == 10
    assert max(clock.slept) <= 4


def test_a_limit_of_zero_still_looks_once() -> None:
    assert poll(lambda: "seen", lambda value: False, 0, clock=FakeClock()) == "seen"


def test_progress_speaks_every_ten_seconds_or_ten_percent_and_names_the_host() -> None:
    clock = FakeClock()
    lines: list[str] = []
    progress = Progress("edge1", lines.append, clock.monotonic)
    progress("short work says nothing")
    clock.now += 3
    for share in range(0, 101, 2):
        progress("copying", share / 100)
    assert len(lines) == 11 and lines[1] == "edge1: copying (10%)"
    clock.now += 10
    progress("still copying", 1.0)
    assert lines[-1] == "edge1: still copying (100%)"


def test_progress_can_be_switched_off() -> None:
    clock = FakeClock()
    progress = Progress("edge1", None, clock.monotonic)
    clock.now += 60
    assert progress("nothing is said") is None
