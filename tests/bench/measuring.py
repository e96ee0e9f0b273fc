# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Runs programs one at a time and says what they cost; takes turns and medians. Linux: it reads /proc."""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
import statistics
import subprocess
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

ROUNDS = int(os.environ.get("ROUNDS", "5"))  # fewer only to try the bench itself
LIMIT = 900.0  # seconds that one program may take
_SUBREAPER = 36  # prctl(PR_SET_CHILD_SUBREAPER)
_TICKS = os.sysconf("SC_CLK_TCK")


class BenchError(Exception):
    """The bench cannot run, or a side did not do its work; the text says which and what it printed."""


@dataclass(frozen=True)
class Program:
    """One side of a comparison. check: raises BenchError when the output is not that of the work being done."""

    command: Sequence[str]
    environment: Mapping[str, str]
    folder: Path
    check: Callable[[str], None] = lambda output: None

    @property
    def shown(self) -> str:
        return " ".join(self.command)


@dataclass
class Cost:
    """wall, cpu, lab_cpu: seconds. cpu has all processes of the program, daemons that it left behind included."""

    wall: float
    cpu: float
    lab_cpu: float = 0.0
    peak_mb: float | None = None
    output: str = field(default="", repr=False)


def adopt_orphans() -> None:
    """Daemons that a program leaves behind become children of this process, which can count and end them."""
    if ctypes.CDLL(None, use_errno=True).prctl(_SUBREAPER, 1, 0, 0, 0):
        raise BenchError(f"prctl: {os.strerror(ctypes.get_errno())}")


def run(program: Program, lab_pid: int = 0, *, memory: bool = False) -> Cost:
    """Run it to its end. Raises BenchError when it fails, takes too long or did not do its work.

    memory: sample the sum of the proportional set sizes of all its processes (costs time: not for timed runs).
    """
    output = program.folder / "output.txt"
    lab_before = cpu_of(lab_pid) if lab_pid else 0.0
    with output.open("wb") as file:
        started = time.monotonic()
        child = subprocess.Popen(
            program.command, cwd=program.folder, env={**program.environment}, stdin=subprocess.DEVNULL,
            stdout=file, stderr=subprocess.STDOUT,
        )  # fmt: skip
        sampler = _Sampler(child.pid) if memory else None
        status, usage = _wait(child, started)
        wall = time.monotonic() - started
    lab_cpu = cpu_of(lab_pid) - lab_before if lab_pid else 0.0
    cpu = usage + _end_orphans()
    text = output.read_text(encoding="utf-8", errors="replace")
    cost = Cost(wall, cpu, lab_cpu, sampler.stop() if sampler else None, text)
    if status:
        raise BenchError(f"{program.shown}: exit code {status}\n{text[-3000:]}")
    program.check(text)
    return cost


def _wait(child: subprocess.Popen[bytes], started: float) -> tuple[int, float]:
    """Exit code, CPU seconds of it and of the children that it waited for."""
    timer = threading.Timer(LIMIT - (time.monotonic() - started), child.kill)
    timer.start()
    try:
        _pid, status, usage = os.wait4(child.pid, 0)
    except BaseException:  # asked to stop: nothing of it stays
        child.kill()
        child.wait(10)
        _end_orphans()
        raise
    finally:
        timer.cancel()
    child.returncode = os.waitstatus_to_exitcode(status)
    return child.returncode, usage.ru_utime + usage.ru_stime


def _end_orphans() -> float:
    """End what the program left running (network_cli's daemons outlive a play); CPU seconds that they used."""
    cpu = 0.0
    end = time.monotonic() + 20
    keep = set(_kept)
    while time.monotonic() < end:
        left = [pid for pid in _children(os.getpid()) if pid not in keep]
        if not left:
            return cpu
        for pid in left:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGTERM if time.monotonic() < end - 10 else signal.SIGKILL)
            with contextlib.suppress(ChildProcessError):
                waited, _status, usage = os.wait4(pid, os.WNOHANG)
                cpu += usage.ru_utime + usage.ru_stime if waited else 0.0
        time.sleep(0.02)
    raise BenchError("processes of the last program do not end")


_kept: list[int] = []


def keep(pid: int) -> None:
    """This child (the lab) is not a leftover."""
    _kept.append(pid)


def _children(pid: int) -> list[int]:
    found: list[int] = []
    with contextlib.suppress(OSError):  # it has ended meanwhile
        for task in os.listdir(f"/proc/{pid}/task"):
            found += [int(word) for word in Path(f"/proc/{pid}/task/{task}/children").read_text().split()]
    return found


def cpu_of(pid: int) -> float:
    """CPU seconds of a running process so far."""
    words = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(words[11]) + int(words[12])) / _TICKS


class _Sampler:
    """Peak of the memory of a process and all below it, in MB, each shared page counted once (PSS)."""

    def __init__(self, pid: int) -> None:
        self._pid, self._peak, self._stop = pid, 0.0, threading.Event()
        self._thread = threading.Thread(target=self._work, daemon=True)
        self._thread.start()

    def _work(self) -> None:
        while not self._stop.wait(0.05):
            self._peak = max(self._peak, sum(_pss(pid) for pid in self._tree(self._pid)))

    def _tree(self, pid: int) -> list[int]:
        return [pid, *(below for child in _children(pid) for below in self._tree(child))]

    def stop(self) -> float:
        self._stop.set()
        self._thread.join(10)
        return round(self._peak, 1)


def _pss(pid: int) -> float:
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0.0
    return next((int(line.split()[1]) / 1024 for line in lines if line.startswith("Pss:")), 0.0)


def alternate(
    sides: Mapping[str, Callable[[int], Cost]], rounds: int = ROUNDS, say: Callable[[str], None] = lambda text: None
) -> dict[str, list[Cost]]:
    """Each side once a round, the order turned round every time. A side gets the number of the round."""
    costs: dict[str, list[Cost]] = {name: [] for name in sides}
    for number in range(rounds):
        names = list(sides) if number % 2 == 0 else list(reversed(sides))
        for name in names:
            costs[name].append(sides[name](number))
            say(f"  round {number + 1}/{rounds} {name}: {costs[name][-1].wall:.2f} s")
    return costs


def median(costs: Sequence[Cost]) -> float:
    """Median wall time in seconds."""
    return statistics.median(cost.wall for cost in costs)


def described(costs: Sequence[Cost]) -> dict[str, Any]:
    """What `detail` says of one side."""
    wall, cpu, lab = (statistics.median(getattr(cost, name) for cost in costs) for name in ("wall", "cpu", "lab_cpu"))
    return {
        "median_s": round(wall, 3),
        "raw_s": [round(cost.wall, 3) for cost in costs],
        "cpu_s": round(cpu, 3),
        "lab_cpu_s": round(lab, 3),
        "lab_share_of_one_core": round(lab / wall, 3),
    }
