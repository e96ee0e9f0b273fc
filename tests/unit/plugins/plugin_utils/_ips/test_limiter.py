# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The limit of a licence server: no period has more requests than places, whatever clocks and processes do."""

from __future__ import annotations

import subprocess
import sys
import time
from contextlib import ExitStack
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ansible_collections.mspplus.netsec.plugins.plugin_utils._engine.failures import ApplyFailed
from ansible_collections.mspplus.netsec.plugins.plugin_utils._ips.limiter import MOST, PERIOD, Limiter

ROOT = Path(__file__).parents[5]


class FakeClock:
    def __init__(self, now: float = 1_764_000_000.0) -> None:
        self.now = now
        self.slept = 0.0

    def time(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        assert seconds > 0
        self.now += seconds
        self.slept += seconds


def crowded(times: list[float], period: float) -> int:
    """The most of them in any half-open window of so many seconds."""
    return max((sum(start <= other < start + period for other in times) for start in times), default=0)


def test_rule_07_eight_go_at_once_and_the_ninth_waits_for_the_end_of_the_window(tmp_path: Path) -> None:
    clock = FakeClock()
    limiter, began = Limiter(tmp_path, clock=clock), clock.now
    waits = []
    for _licence in range(MOST + 1):
        with limiter.place(1000) as waited:
            waits.append(waited)
    assert waits[:MOST] == [0.0] * MOST
    assert PERIOD <= waits[MOST] <= PERIOD + 2 and clock.now - began >= PERIOD
    assert (MOST, PERIOD) == (8, 180.0)


@settings(max_examples=60, deadline=None)
@given(
    gaps=st.lists(st.floats(0, 90), min_size=1, max_size=40),
    lasts=st.lists(st.floats(0, 60), min_size=40, max_size=40),
    arrives=st.lists(st.floats(0, 1), min_size=40, max_size=40),
)
def test_rule_07_no_window_has_more_than_eight_however_long_a_request_is_on_its_way(
    tmp_path_factory: pytest.TempPathFactory, gaps: list[float], lasts: list[float], arrives: list[float]
) -> None:
    """arrives: when in the time that a request takes the server counts it."""
    clock = FakeClock()
    limiter = Limiter(tmp_path_factory.mktemp("places"), clock=clock)
    counted = []
    for gap, last, share in zip(gaps, lasts, arrives, strict=False):
        clock.now += gap
        with limiter.place(100_000):
            counted.append(clock.now + last * share)
            clock.now += last
    assert crowded(counted, PERIOD) <= MOST


def test_a_wait_is_bounded_and_the_error_names_the_limit(tmp_path: Path) -> None:
    clock = FakeClock()
    limiter = Limiter(tmp_path, most=1, clock=clock)
    with limiter.place(0):
        pass
    told: list[float] = []
    with pytest.raises(ApplyFailed) as failed, limiter.place(100, told.append):
        pytest.fail("there was no place")
    assert failed.value.problems[0].rule == "L7" and "1 licences were fetched within 180 s" in str(
        failed.value.problems[0]
    )
    assert clock.slept <= 100 and told
    with limiter.place(200):
        pass


def test_a_request_that_fails_counts(tmp_path: Path) -> None:
    limiter = Limiter(tmp_path, most=1, clock=FakeClock())
    with pytest.raises(ZeroDivisionError), limiter.place(0):
        raise ZeroDivisionError
    with pytest.raises(ApplyFailed), limiter.place(0):
        pytest.fail("there was no place")


@pytest.mark.parametrize(
    "text", ["busy 1764000000.000000\n", "idle 1764009999.000000\n", "rubbish", "idle nan\n", "\0"]
)
def test_a_crashed_holder_a_spoilt_file_and_a_clock_that_was_set_back_block_for_one_period_only(
    tmp_path: Path, text: str
) -> None:
    clock = FakeClock(1_764_001_000.0)
    (tmp_path / "place-1").write_text(text)
    limiter = Limiter(tmp_path, most=1, clock=clock)
    with limiter.place(PERIOD + 2) as waited:
        assert PERIOD <= waited <= PERIOD + 1.5


def test_a_place_that_is_held_is_waited_for_and_no_link_is_followed(tmp_path: Path) -> None:
    limiter = Limiter(tmp_path, most=2, clock=FakeClock())
    with ExitStack() as held:
        held.enter_context(limiter.place(0))
        held.enter_context(limiter.place(0))
        with pytest.raises(ApplyFailed), limiter.place(5):
            pytest.fail("there was no place")
    (tmp_path / "place-1").unlink()
    (tmp_path / "place-1").symlink_to("/dev/null")
    with pytest.raises(ApplyFailed, match="cannot be kept"), limiter.place(5):
        pytest.fail("there was no place")


PROCESS = """
import sys, time
from pathlib import Path
from ansible_collections.mspplus.netsec.plugins.plugin_utils._ips.limiter import Limiter

folder, period, licences = Path(sys.argv[1]), float(sys.argv[2]), int(sys.argv[3])
limiter = Limiter(folder, 3, period)
for _licence in range(licences):
    with limiter.place(60):
        print(f"{time.time():.6f}", flush=True)
        time.sleep(0.02)
        if len(sys.argv) > 4:
            time.sleep(60)
"""


def started(folder: Path, *more: object) -> subprocess.Popen[str]:
    arguments = [sys.executable, "-c", PROCESS, str(folder), *map(str, more)]
    return subprocess.Popen(
        arguments, stdout=subprocess.PIPE, text=True, env={"PYTHONPATH": str(ROOT / "build" / "collections")}
    )


def test_rule_07_processes_share_the_limit(tmp_path: Path) -> None:
    period = 0.5
    processes = [started(tmp_path, period, 3) for _process in range(4)]
    times = sorted(float(line) for process in processes for line in process.communicate(timeout=60)[0].split())
    assert [process.returncode for process in processes] == [0] * 4
    assert len(times) == 12 and crowded(times, period) <= 3
    assert all(later - early >= period for early, later in pairwise(times[::3])), times


def test_a_killed_holder_gives_its_place_up_behind_one_period(tmp_path: Path) -> None:
    period = 0.6
    holder = started(tmp_path, period, 1, "hang")
    assert holder.stdout and holder.stdout.readline()
    holder.kill()
    holder.communicate()
    limiter = Limiter(tmp_path, 3, period)
    began = time.time()
    with ExitStack() as held:
        for _place in range(3):
            held.enter_context(limiter.place(10))
        assert period <= time.time() - began < 10
