# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A capture of a live SRX that is bounded in time and cleans up after itself. I/O.

All that it made is removed again in `finally`, over a new session when the link dropped; a role's `always` section does not
run when a host became unreachable. Where the process cannot even do that, its guard does (guard_device.py). The device bounds what
no one can clean up: the trace file has a size and a number.
"""

from __future__ import annotations

import re
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from ..._engine.failures import ApplyFailed, ConnectionFailed, ValidationFailed
from ..._engine.operations import Operation, Plan
from ..._engine.problems import Problem
from ..._engine.waiting import Clock, Progress
from ..firewall import Firewall
from ..flow_monitor.device import SHOW, log_lines, read, run
from ..flow_monitor.model import Filter, Monitor, TraceFile, parse
from ..flow_monitor.plan import desired_state, plan
from ..flow_trace import count, packets, summary_of
from ..junos_cli import word
from .clean_up_device import CleanUp, delete, log_files
from .file_device import CaptureFiles
from .model import Made
from .rules import check

READ_SECONDS = 900.0  # that fetching one file may take

_COUNT = re.compile(r"^\s*Count:\s*(\d{1,12})", re.MULTILINE)


@dataclass(frozen=True)
class Limits:
    """duration, interval: seconds. stop_after: packets. kept: packets of the result."""

    duration: float
    interval: float
    stop_after: int | None = None
    kept: int = 100
    with_others: bool = False
    keep_file: bool = False


class Capture:
    """One capture. clock: of the waiting.

    left: what is left of it on the device, in words that begin with "unchanged" where nothing is; "" from its first command on
    until it was cleaned up.
    """

    def __init__(
        self,
        firewall: Firewall,
        filters: Sequence[Filter],
        file: TraceFile,
        limits: Limits,
        progress: Progress,
        clock: Clock = time,
    ) -> None:
        self.firewall = firewall
        self._filters = filters
        self._file = file
        self._limits = limits
        self._progress = progress
        self._clock = clock
        self._before = Monitor()
        self._node = ""
        self._sent: list[str] = []
        self._matched = 0
        self.left = "unchanged; nothing was started"

    def prepared(self, gone: Made | None = None) -> Plan:
        """What begins the capture. gone: what is still there and will have been removed by then, in check mode.

        Raises ValidationFailed when the device is not free for it, ApplyFailed, ConnectionFailed.
        """
        self._before, self._node = read(self.firewall), self.firewall.node
        files = self._log_files()
        if gone:
            tracing = self._before.tracing and not self._before.running
            self._before = replace(gone.at_rest(self._before), tracing=tracing)
            files = files if gone.keep_file or gone.file != self._file.name else []
        others = self._limits.with_others
        problems = check(self._before, self._filters, self._file, files, with_others=others)
        if problems:
            raise ValidationFailed(problems)
        # The file of the last capture is still set, by its name: what it may hold cannot be seen, so it is set again.
        return plan(self._before, self._started(self._before), force_file=True)

    def _started(self, seen: Monitor) -> Monitor:
        return desired_state(seen, self._filters, self._file, "started")

    @property
    def made(self) -> Made:
        """What it is going to make, once it is prepared()."""
        before = self._before.file.name if self._before.file else ""
        return Made(tuple(self._filters), self._file.name, before, self._node, self._limits.keep_file)

    def commands(self, begin: Plan) -> list[str]:
        """All that will be sent to change something, and to take it back."""
        ends = plan(self._started(self._before), self.made.at_rest(self._before))
        files = [] if self._limits.keep_file else [delete(self._file.name)]
        return [*begin.commands, *ends.commands, *files]

    def run(self, begin: Plan, files: CaptureFiles) -> dict[str, Any]:
        """The keys of the result. Raises ApplyFailed, whose device_state says what is left on the device."""
        try:
            with files:
                result = self._captured(begin, files)
        except ApplyFailed as failed:
            failed.device_state = self.left
            failed.details = {"commands": self._sent, **failed.details}
            raise
        result["commands"] = self._sent
        if not self.left.startswith("unchanged"):
            raise ApplyFailed(
                "the capture is there, but could not be cleaned up", device_state=self.left, details=result
            )
        return result

    def _captured(self, begin: Plan, files: CaptureFiles) -> dict[str, Any]:
        clean_up = CleanUp(self.firewall, self.made, self._progress, self._clock, self._sent)
        try:
            started = self._clock.monotonic()
            self.left = ""
            self._send(begin.operations)
            self._prove()
            ended_by = self._wait(started)
            current = read(self.firewall)
            self._send(plan(current, replace(current, running=False)).operations)
            result = {"ended_by": ended_by, "seconds": round(self._clock.monotonic() - started, 1)}
            result |= self._fetched(files)
            self.left = clean_up()
        # A new session in each of these: the rest of an answer may be on its way in this one.
        except ConnectionFailed as error:
            self.left = clean_up(new_session=True)
            raise ApplyFailed(f"the session was lost while capturing: {error}") from error
        except BaseException:  # refused, or interrupted: this is the last chance to clean up
            self.left = clean_up(new_session=True)
            raise
        return result

    def _send(self, operations: Iterable[Operation]) -> None:
        for operation in operations:
            run(self.firewall, [operation])
            self._sent += operation.do

    def _prove(self) -> None:
        seen = read(self.firewall)
        left = plan(seen, self._started(seen)).commands
        blind = ["the monitor is active, but flow tracing is off"] if seen.running and seen.tracing is False else []
        faults = [*blind, *(f"still to do: {command}" for command in left)]
        if faults:
            problem = Problem("read-back", "device", "; ".join(faults), f"See {SHOW} on the device.")
            raise ApplyFailed("the device accepted the start without an error, but captures nothing", [problem])

    def _wait(self, started: float) -> str:
        """Until the time is over, enough packets matched or a user stopped it: duration, count, stopped."""
        limits = self._limits
        while True:
            passed = self._clock.monotonic() - started
            left = limits.duration - passed
            if left <= 0:
                return "duration"
            self._clock.sleep(min(left, limits.interval))
            matched, running = self._looked()
            share = min(1.0, (self._clock.monotonic() - started) / limits.duration)
            self._progress(f"capturing, {matched} packets so far", share)
            if limits.stop_after is not None and matched >= limits.stop_after:
                return "count"
            if not running:
                return "stopped"

    def _looked(self) -> tuple[int, bool]:
        """Packets so far, and whether the monitor runs. The device may have dropped some of them since the last look."""
        names = dict.fromkeys([*self._log_files(), self._file.name])  # a file that is not there yet has none
        counts = [f'show log {word(name)} | match "matched filter" | count' for name in names]
        *answers, shown = self.firewall.attempt(*counts, SHOW)
        monitor = parse(shown, self.firewall.node)
        if not monitor.running:
            monitor = read(self.firewall)  # looked at twice: a text that was cut shows no monitor either
        if not monitor.running and not {item.name for item in self._filters} & set(monitor.filters):
            problem = Problem("read-back", "device", "the filters are gone and the monitor is stopped", "Run again.")
            raise ApplyFailed("the device lost the capture: it rebooted, or another user cleared it", [problem])
        found = [_COUNT.search(answer) for answer in answers]
        self._matched = max(self._matched, sum(int(count[1]) for count in found if count))
        return self._matched, monitor.running

    def _log_files(self) -> list[str]:
        return log_files(self.firewall, self._file.name)

    def _lines(self, names: Sequence[str], files: CaptureFiles) -> Iterator[str]:
        for name in names:
            for line in log_lines(self.firewall, name, READ_SECONDS):
                yield files.line(line)

    def _fetched(self, files: CaptureFiles) -> dict[str, Any]:
        names = self._log_files()
        kept: list[dict[str, Any]] = []
        summary = summary_of(())
        for packet in packets(self._lines(names, files)):
            count(summary, packet)
            files.packet(packet)
            if len(kept) < self._limits.kept:
                kept.append(packet)
            self._progress(f"fetching, {summary['packets']} packets so far")
        files.finish(summary)
        wrapped = len(names) >= (self._file.files or 2)
        result = {"packets": kept, "summary": summary, "wrapped": wrapped, **files.about}
        if summary["packets"] < self._matched and not wrapped:
            reason = (
                f"the device counted {self._matched} packets, but only {summary['packets']} could be read from its file"
            )
            result["warnings"] = [f"{reason}: it is incomplete, or in the format of an unknown release"]
        return result
