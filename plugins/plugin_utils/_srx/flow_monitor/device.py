# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The flow monitor of a live SRX: which reads, one command after the other, what undoes them. I/O.

There is no transaction, and silence is success. So every command is sent alone, the result is read back, and what did not
work is undone by a plan from what is seen to what was there before.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import replace
from typing import Any

from ..._engine.failures import ApplyFailed, ConnectionFailed
from ..._engine.operations import Operation, Plan
from ..._engine.problems import Problem
from ..._engine.run import Applied
from ..._engine.waiting import Progress, poll
from ..display_set import statements
from ..firewall import Firewall, refused
from ..flow_config import parameters
from ..flow_status import parse_status
from ..flow_trace import count, packets, summary_of
from ..groups import INHERITANCE, Inherited
from ..junos_cli import word
from ..refusals import REFUSALS
from .model import Monitor, is_incomplete, missing_parts, parse, to_document
from .plan import Document, desired_state, owned, plan, whose
from .rules import check

SHOW = "show monitor security flow"
STATUS = "show security flow status"
MOST_LOG = 2 * 1024**3  # characters of a trace file that are read; the largest one has half of that
SETTLE_SECONDS = 2.0  # that a device may take to show an effect; an answer may also be cut on its way
# From one level above: below a statement its own `deactivate` line need not be shown.
TRACEOPTIONS = f'show configuration security flow | display set | {INHERITANCE} | match "traceoptions|deactivate"'


def read(firewall: Firewall) -> Monitor:
    """The monitor of the node that we are logged in to, in one round trip. Raises ApplyFailed for an answer that decides
    nothing: one that was cut or spoilt on its way is asked for once more."""
    for look in (1, 2):
        text, status, traceoptions = firewall.read(SHOW, STATUS, TRACEOPTIONS)
        wrong = missing_parts(text, firewall.node)
        if not wrong and (look == 2 or not is_incomplete(text, firewall.node)):
            break
    else:
        remedy = "Run it on the device: a line may be lossy, or its release unknown to us."
        problem = Problem("read", SHOW, wrong, remedy)
        raise ApplyFailed(f"the answer to {SHOW!r} cannot be read: {wrong}", [problem])
    nodes = parse_status(status)
    own = next((item for item in nodes if item["node"] == (firewall.node or None)), nodes[0])
    configured = parameters(Inherited(statements(traceoptions)))["traceoptions"]["active"]
    return replace(parse(text, firewall.node), tracing=own["tracing"], traceoptions=configured)


def run(firewall: Firewall, operations: Iterable[Operation]) -> None:
    """Command after command. Raises ApplyFailed at the first one that the device refuses."""
    for operation in operations:
        for command in operation.do:
            refusal = REFUSALS.find(firewall.attempt(command)[0])
            if refusal:
                raise refused(command, refusal, operation.item)


def _flag(before: Monitor, seen: Monitor) -> str:
    """What is wrong with the flag basic-datapath, which a start sets and a stop clears."""
    if seen.running and seen.tracing is False:
        return "the monitor is active, but flow tracing is off: the flag basic-datapath is missing"
    if before.running and not seen.running and before.tracing and seen.tracing and not seen.traceoptions:
        return "the monitor is inactive, but flow tracing is still on: the flag basic-datapath stayed"
    return ""


class MonitorWing:
    """srx_flow_monitor: the six steps of one firewall (see _engine/run.py)."""

    def __init__(self, firewall: Firewall, document: Document, progress: Progress) -> None:
        self._firewall = firewall
        self._document = document
        self._file = document.file if document.sets_file else None
        self._progress = progress
        # It is forced once: after it the name is all that can be seen.
        self._force_file = document.force_file

    def desired(self) -> dict[str, Any]:
        return self._document.as_dict()

    def secrets(self) -> dict[str, str]:
        return {}

    def read(self) -> Monitor:
        return read(self._firewall)

    def desired_state(self, current: Monitor) -> Monitor:
        asked = self._document
        return desired_state(current, asked.filters, self._file, asked.state, asked.purge)

    def read_details(self, current: Monitor, desired: Monitor) -> None:
        """All that the rules need was read already."""

    def check(self, current: Monitor, desired: Monitor) -> list[Problem]:
        asked = self._document
        named = () if asked.state == "absent" else asked.filters
        changes = bool(self.plan(current, desired))
        foreign = "" if asked.take_over else whose(current, asked)
        return check(current, desired, named, self._file, changes=changes, forced=self._force_file, foreign=foreign)

    def plan(self, current: Monitor, desired: Monitor) -> Plan:
        return plan(current, desired, self._force_file)

    def show(self, state: Monitor) -> dict[str, Any]:
        return to_document(state)

    def owned(self, state: Monitor) -> dict[str, Any]:
        return owned(state, self._document)

    def counts(self, state: Monitor) -> dict[str, int]:
        return {"filters of the flow monitor": len(state.filters)}

    def report(self) -> dict[str, Any]:
        return {}

    def apply(self, plan: Plan, current: Monitor, desired: Monitor) -> Applied:
        self._force_file = False
        try:
            run(self._firewall, plan.operations)
            self._prove(current, desired)
        except ConnectionFailed as error:
            failed = ApplyFailed(f"the session was lost while applying: {error}")
            raise self._undone(failed, current, new_session=True) from error
        except ApplyFailed as failed:
            raise self._undone(failed, current) from failed.__cause__
        except BaseException:  # interrupted, by the task's timeout say
            # In a new session, since an answer may be on its way in this one.
            with suppress(ConnectionFailed, ApplyFailed):
                self._firewall.reopen()
                self._take_back(current)
            raise
        return Applied()

    def _prove(self, before: Monitor, desired: Monitor) -> None:
        """Silence is success, so an effect that is missing is the only sign of a failure. Raises ApplyFailed."""

        def missing() -> list[Problem]:
            seen = read(self._firewall)
            left = plan(seen, desired).operations
            found = [Problem("read-back", item.item, f"still to do: {'; '.join(item.do)}") for item in left]
            flag = _flag(before, seen)
            return [*found, Problem("read-back", "state", flag, f"See {STATUS} on the device.")] if flag else found

        self._progress("looking at the monitor")
        problems = poll(missing, lambda found: not found, SETTLE_SECONDS)
        if problems:
            raise ApplyFailed(
                "the device accepted every command without an error, but does not show their effect", problems
            )

    def _undone(self, failed: ApplyFailed, before: Monitor, new_session: bool = False) -> ApplyFailed:
        self._progress("rolling the change back")
        try:
            if new_session:
                self._firewall.reopen()
            failed.device_state = self._take_back(before)
        except (ConnectionFailed, ApplyFailed) as unread:
            failed.device_state = f"unknown, it could not be read ({unread}); {SHOW} shows which filters are there and whether the monitor runs"
        return failed

    def _take_back(self, before: Monitor) -> str:
        """Back to what was there. The state of the device then, in words. Raises ApplyFailed, ConnectionFailed when that cannot be seen."""
        seen = read(self._firewall)
        steps = plan(seen, before, exactly=True).operations
        refused = ""
        try:
            run(self._firewall, steps)
        except ApplyFailed as failed:
            refused = f" ({failed})"
        seen = read(self._firewall) if steps else seen
        left = plan(seen, before, exactly=True).commands
        if left:
            return f"changed; still to do: {'; '.join(left)}{refused}"
        back = "rolled back" if steps else "unchanged"
        if seen.file and not before.file:
            return f"{back}, but for the name of its trace file, {seen.file.name}, which no command removes"
        return back


def inspect(firewall: Firewall, file: str | None, events: bool, limit: int, seconds: float) -> dict[str, Any]:
    """The keys of srx_flow_monitor_info. Raises ApplyFailed when there is no file to fetch, ConnectionFailed."""
    monitor = read(firewall)
    result: dict[str, Any] = {
        "monitor": to_document(monitor),
        "tracing": monitor.tracing,
        "traceoptions": monitor.traceoptions,
        "node": firewall.node or None,
    }
    if events:
        name = file or (monitor.file.name if monitor.file else "")
        if not name:
            problem = Problem("trace", "file", "the monitor has no trace file", "Name one with the option file.")
            raise ApplyFailed("there is no trace file to fetch", [problem], details=result)
        kept: deque[dict[str, Any]] = deque(maxlen=limit)
        summary = summary_of(())
        for packet in packets(log_lines(firewall, name, seconds)):
            count(summary, packet)
            kept.append(packet)
        result |= {"events": list(kept), "summary": summary}
    return result


def log_lines(firewall: Firewall, name: str, seconds: float) -> Iterator[str]:
    """Lines of a file of /var/log as they come. Raises ApplyFailed when the device refuses, ConnectionFailed."""
    first = True
    command = f"show log {word(name)}"
    for piece in firewall.stream(command, seconds, MOST_LOG):
        if first and (refusal := REFUSALS.find(piece)):
            raise refused(command, refusal, "file")
        first = False
        yield from piece.removesuffix("\n").split("\n")
