# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Lines of a flow trace file as packets: what matched, and what became of it. Pure; never raises; keeps few packets in memory.

A line is a syslog stamp, `HH:MM:SS.usec:CID-n:RT:` and a step; `<S/sp->D/dp;proto> matched filter NAME:` begins a packet
(captures of SRX 11.4 to 21.4). The words of the other steps differ between releases, so each is a tolerant pattern. Where the stamp
names a thread, threads may write between each other's lines: a step belongs to the packet that its own thread has begun.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from .protocols import protocol_name

MAX_LINE = 2000  # characters that are looked at; the rest of a longer line is cut
MAX_STEPS = 400  # lines of one packet that count; real ones have some dozens
MAX_OPEN = 64  # packets whose thread may still write about them

_LINE = re.compile(
    r"^(?:(?P<date>[A-Z][a-z]{2} [ \d]\d) \d\d:\d\d:\d\d )?(?P<time>\d\d:\d\d:\d\d(?:\.\d{1,6})?):"
    r"(?P<stamp>(?:CID|LSYS[-_]ID)-\d+(?::[A-Z][A-Z_-]*-\d+)*):?(?:RT:)?(?P<step>.*)$"
)
_SYSTEM = re.compile(r":?LSYS[-_]ID-\d+")  # a packet may go from one logical system to another
_MATCH = re.compile(
    r"<(?P<source>[0-9A-Fa-f:.]+)/(?P<source_port>\d{1,10})->"
    r"(?P<destination>[0-9A-Fa-f:.]+)/(?P<destination_port>\d{1,10});(?P<protocol>\d{1,10})"
    r"(?:,[^>]*)?>\s*matched filter (?P<filter>\S+?):?\s*$"
)

# what a step says -> key of the packet; the first group is its value
_FACTS: tuple[tuple[str, re.Pattern[str]], ...] = tuple(
    (key, re.compile(pattern))
    for key, pattern in (
        ("length", r"^\s*packet \[(\d+)\]"),
        ("interface_in", r"^\s*([a-z]+[\w/-]*\.\d+):[0-9A-Fa-f.:]+(?:/\d+)?->"),
        ("session_id", r"flow session id (\d+)|Session \(id:(\d+)\) created"),
        ("policy", r"[Pp]ermitted by policy ([^(\s]+)\(|Denied by policy: ([^/\s,]+)"),
        ("interface_out", r"choose interface (\S+) as outgoing|\) to (\S+), Next-hop"),
        ("from_zone", r"policy search from zone (\S+?)-?>|routed \(x_dst_ip \S+\) from (\S+) "),
        ("to_zone", r"-> ?zone (\S+)"),
        ("next_hop", r"Next-hop: (\S+)"),
        ("nat_source", r"dip id = \S+, \S+->(\S+)"),
        ("reason", r"packet dropped,\s*(\S.*)|[Dd]ropped by (?:FLOW:)?\s*(\S.*)"),
    )
)
_NUMBERS = frozenset({"length", "session_id"})
_FOUND, _CREATED = re.compile(r"flow got session"), re.compile(r"created for first pak|session installation succeeded")
_DROPPED = re.compile(r"packet dropped|dropping pkt|flow_process_pkt rc 0x[1-9a-f]")


def packets(lines: str | Iterable[str]) -> Iterator[dict[str, Any]]:
    """One mapping a packet, oldest first: time, filter, five-tuple, length, interfaces, zones, session_id, session (created,
    found or None), policy, nat_source, verdict (forwarded, dropped, None where the trace does not show it), reason, lines.

    Lines before the first packet are left out.
    """
    waiting: deque[_Traced] = deque()  # in the order in which they began
    of_thread: dict[str, _Traced] = {}
    latest: _Traced | None = None
    for line in lines.split("\n") if isinstance(lines, str) else lines:
        found = _LINE.match(line[:MAX_LINE].rstrip("\r\n"))
        if not found:
            continue
        thread = _SYSTEM.sub("", found["stamp"])
        begin = _MATCH.search(found["step"])
        if begin:
            if thread in of_thread:
                of_thread[thread].ended = True
            latest = of_thread[thread] = _Traced(thread, _opened(found, begin))
            waiting.append(latest)
            while waiting[0].ended or len(waiting) > MAX_OPEN:
                done = waiting.popleft()
                if not done.ended:
                    del of_thread[done.thread]
                yield _closed(done.packet)
        elif latest is not None:
            packet = of_thread.get(thread, latest).packet  # a thread that began none: the newest one
            if packet["lines"] < MAX_STEPS:
                packet["lines"] += 1
                _step(packet, found["step"])
    yield from (_closed(left.packet) for left in waiting)


@dataclass(slots=True)
class _Traced:
    """ended: its thread has begun another one."""

    thread: str
    packet: dict[str, Any]
    ended: bool = False


def _opened(line: re.Match[str], begin: re.Match[str]) -> dict[str, Any]:
    return {
        "time": " ".join(part for part in (line["date"], line["time"]) if part),
        "filter": begin["filter"],
        "source": begin["source"],
        "source_port": int(begin["source_port"]),
        "destination": begin["destination"],
        "destination_port": int(begin["destination_port"]),
        "protocol": _protocol(begin["protocol"]),
        **dict.fromkeys(key for key, _pattern in _FACTS),
        "session": None,
        "verdict": None,
        "lines": 1,
    }


def _protocol(text: str) -> str:
    try:
        return protocol_name(text)
    except ValueError:
        return text


def _step(packet: dict[str, Any], text: str) -> None:
    for key, pattern in _FACTS:
        if packet[key] is None:
            found = pattern.search(text)
            if found:
                value = next(group for group in found.groups() if group is not None)
                packet[key] = int(value[:20]) if key in _NUMBERS else value.rstrip()
    if _CREATED.search(text):
        packet["session"] = "created"
    elif _FOUND.search(text):
        packet["session"] = packet["session"] or "found"
    if _DROPPED.search(text):
        packet["verdict"] = "dropped"


def _closed(packet: dict[str, Any]) -> dict[str, Any]:
    if packet["verdict"] is None and packet["session"]:
        packet["verdict"] = "forwarded"
    return packet


def summary_of(found: Iterable[dict[str, Any]]) -> dict[str, Any]:
    """Counts of packets, in all, by filter, by verdict and by reason."""
    summary: dict[str, Any] = {"packets": 0, "lines": 0, "filters": {}, "verdicts": {}, "reasons": {}}
    for packet in found:
        count(summary, packet)
    return summary


def count(summary: dict[str, Any], packet: dict[str, Any]) -> None:
    """Adds a packet to a summary, in place; each part of it keeps at most 1000 names."""
    summary["packets"] += 1
    summary["lines"] += packet["lines"]
    for key, value in (
        ("filters", packet["filter"]),
        ("verdicts", packet["verdict"] or "unknown"),
        ("reasons", packet["reason"]),
    ):
        if value and (value in summary[key] or len(summary[key]) < 1000):
            summary[key][value] = summary[key].get(value, 0) + 1
