# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A capture of a live SRX that is bounded in time and cleans up after itself. I/O.

The device limits what no one can clean up: the trace file has a size and a number. All else is removed again in `finally`,
over a new session when the link dropped; a role's `always` section does not run when a host became unreachable.
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
from ..firewall import Firewall, refused
from ..flow_monitor.device import SHOW, log_lines, read, run
from ..flow_monitor.model import Filter, Monitor, TraceFile, parse
from ..flow_monitor.plan import desired_state, plan
from ..flow_trace import count, packets, summary_of
from ..junos_cli import word
from ..refusals import NO_FILE, REFUSALS
from .file_device import CaptureFiles
from .rules import check

READ_SECONDS = 900.0  # that fetching one file may take
CLEAN_UP_SECONDS = 120.0  # that are spent on getting back in
FIRST_PAUSE, LONGEST_PAUSE = 1.0, 15.0  # seconds between two tries to get back in

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
    """One capture. clock: of the waiting."""

    def __init__(
        self,
        firewall: Firewall,
        filters: Sequence[Filter],
        file: TraceFile,
        limits: Limits,
        progress: Progress,
        clock: Clock = time,
    ) -> None:
        self._firewall = firewall
        self._filters = filters
        self._file = file
        self._limits = limits
        self._progress = progress
        self._clock = clock
        self._before = Monitor()
        self._node = ""
        self._sent: list[str] = []
        self._matched = 0

    def prepared(self) -> Plan:
        """What begins the capture. Raises ValidationFailed when the device is not free for it, ApplyFailed, ConnectionFailed."""
        self._before, self._node = read(self._firewall), self._firewall.node
        others = self._limits.with_others
        problems = check(self._before, self._filters, self._file, self._log_files(), with_others=others)
        if problems:
            raise ValidationFailed(problems)
        # The file of the last capture is still set, by its name: what it may hold cannot be seen, so it is set again.
        return plan(self._before, self._started(self._before), force_file=True)

    def _started(self, seen: Monitor) -> Monitor:
        return desired_state(seen, self._filters, self._file, "started")

    def commands(self, begin: Plan) -> list[str]:
        """All that will be sent to change something, and to take it back."""
        ends = plan(self._started(self._before), self._rest(self._before))
        delete = [] if self._limits.keep_file else [_delete(self._file.name)]
        return [*begin.commands, *ends.commands, *delete]

    def run(self, begin: Plan, files: CaptureFiles) -> dict[str, Any]:
        """The keys of the result. Raises ApplyFailed, whose device_state says what is left on the device."""
        left = ""
        try:
            with files:
                result, left = self._captured(begin, files)
        except ApplyFailed as failed:
            failed.device_state = left or failed.device_state  # the files failed when all else was done
            failed.details = {"commands": self._sent, **failed.details}
            raise
        result["commands"] = self._sent
        if not left.startswith("unchanged"):
            raise ApplyFailed("the capture is there, but could not be cleaned up", device_state=left, details=result)
        return result

    def _captured(self, begin: Plan, files: CaptureFiles) -> tuple[dict[str, Any], str]:
        """The result, and what is left on the device after it."""
        try:
            started = self._clock.monotonic()
            self._send(begin.operations)
            self._prove()
            ended_by = self._wait(started)
            current = read(self._firewall)
            self._send(plan(current, replace(current, running=False)).operations)
            result = {"ended_by": ended_by, "seconds": round(self._clock.monotonic() - started, 1)}
            result |= self._fetched(files)
            left = self._cleaned_up()
        # A new session in each of these: the rest of an answer may be on its way in this one.
        except ConnectionFailed as error:
            left = self._cleaned_up(new_session=True)
            raise ApplyFailed(f"the session was lost while capturing: {error}", device_state=left) from error
        except ApplyFailed as failed:
            failed.device_state = self._cleaned_up(new_session=True)
            raise
        except BaseException:  # interrupted: this is the last chance to clean up
            self._cleaned_up(new_session=True)
            raise
        return result, left

    def _send(self, operations: Iterable[Operation]) -> None:
        for operation in operations:
            run(self._firewall, [operation])
            self._sent += operation.do

    def _prove(self) -> None:
        seen = read(self._firewall)
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
        *answers, text = self._firewall.attempt(*counts, SHOW)
        monitor = parse(text, self._firewall.node)
        if not monitor.running:
            monitor = read(self._firewall)  # looked at twice: a text that was cut shows no monitor either
        if not monitor.running and not {item.name for item in self._filters} & set(monitor.filters):
            problem = Problem("read-back", "device", "the filters are gone and the monitor is stopped", "Run again.")
            raise ApplyFailed("the device lost the capture: it rebooted, or another user cleared it", [problem])
        found = [_COUNT.search(answer) for answer in answers]
        self._matched = max(self._matched, sum(int(count[1]) for count in found if count))
        return self._matched, monitor.running

    def _log_files(self) -> list[str]:
        """Names of the trace file and of its older ones, oldest first. Raises ApplyFailed for an answer that decides nothing."""
        name = self._file.name
        command = f"file list /var/log/{name}*"
        pattern = re.compile(rf"(?:^|[\s/])({re.escape(name)}(?:\.(\d{{1,4}})(?:\.gz)?)?)(?=\s|$)")
        found: dict[str, int] = {}
        for answer in self._firewall.attempt(command, command):  # an answer that was cut would lack some of them
            refusal = REFUSALS.find(answer)
            if refusal and refusal.meaning != NO_FILE:
                raise refused(command, refusal)
            found |= {hit[1]: int(hit[2]) if hit[2] else -1 for hit in pattern.finditer(answer)}
        return sorted(found, key=lambda item: -found[item])

    def _lines(self, names: Sequence[str], files: CaptureFiles) -> Iterator[str]:
        for name in names:
            for line in log_lines(self._firewall, name, READ_SECONDS):
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

    # -- cleaning up

    def _rest(self, seen: Monitor) -> Monitor:
        """What is to be left: everything of others, nothing of ours, the monitor stopped."""
        without = desired_state(seen, self._filters, None, "absent")
        return replace(without, running=False, file=self._before.file or without.file)

    def _cleaned_up(self, new_session: bool = False) -> str:
        """What is left on the device, in words. Begins with "unchanged" when nothing is."""
        self._progress("cleaning up")
        end = self._clock.monotonic() + CLEAN_UP_SECONDS
        pause = FIRST_PAUSE
        refusals = 0
        while True:
            try:
                if new_session:
                    self._firewall.reopen()
                return self._clean()
            except ConnectionFailed as error:
                why = str(error)
            except ApplyFailed as failed:
                why, refusals = str(failed), refusals + 1
            new_session = True
            if refusals == 2 or self._clock.monotonic() + pause > end:
                return self._left(why)
            self._clock.sleep(pause)
            pause = min(pause * 2, LONGEST_PAUSE)

    def _clean(self) -> str:
        seen = read(self._firewall)
        if self._firewall.node != self._node:
            return self._left(f"the new session is one on {self._firewall.node or 'another node'}, not on {self._node}")
        self._send(plan(seen, self._rest(seen)).operations)
        seen = read(self._firewall)
        left = plan(seen, self._rest(seen)).commands
        if left:
            raise ApplyFailed(f"still to do: {'; '.join(left)}")
        if self._limits.keep_file:
            return "unchanged; the monitor is stopped, the filters are gone, the file stays"
        for name in self._log_files():
            refusal = REFUSALS.find(self._firewall.attempt(_delete(name))[0])
            if refusal and refusal.meaning != NO_FILE:
                raise ApplyFailed(f"the file {name} could not be deleted: {refusal.text}")
            self._sent.append(_delete(name))
        names = self._log_files()
        if names:
            raise ApplyFailed(f"the files {', '.join(names[:10])} came back")
        return "unchanged; the monitor is stopped, filters and file are gone"

    def _left(self, why: str) -> str:
        names = ", ".join(item.name for item in self._filters)
        return (
            f"changed: it could not be cleaned up ({why}). The filters {names} and the file {self._file.name} may be left, the monitor may "
            "run; the device limits the size of the file. srx_flow_monitor with state: absent and these filters removes the filters"
        )


def _delete(name: str) -> str:
    return f"file delete /var/log/{word(name)}"
