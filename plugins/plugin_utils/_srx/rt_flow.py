# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Lines of RT_FLOW and APPTRACK session logs -> one dict each. Pure; never raises on any line.

Structured lines (sd-syslog, RFC 5424) and free text of all layouts, with any header that a relay left them. A line that is none of these
comes back as {"event": None, "unparsed": line}. Lines of the same firewall in its usual form take the short way in `_record`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any

from . import rt_flow_structured, rt_flow_text
from .rt_flow_fields import EVENTS
from .rt_flow_reasons import explained
from .rt_flow_time import Calendar, Moment, moment

MAX_LINE = 16384
"""Characters that a line may have; a longer one is no RT_FLOW line, and only so many of it are returned."""

_TAG = re.compile(r"\b(?:RT_FLOW|APPTRACK)_SESSION_[A-Z_]{4,16}\b")
_PROGRAM = re.compile(r"RT_FLOW(?:\[\d{1,10}\])?:?")
_DATA = re.compile(r'\s*(?:\[|[^\s=\[]{1,64}=\s?["“”„«»])')
_ICMP = (1, 58)


def parse(source: str | bytes | Iterable[str | bytes], *, year: int | None = None) -> Iterator[dict[str, Any]]:
    """Text, or any iterable of lines, with or without line ends -> one dict a line, as it comes.

    year: of the first stamp that has none (BSD syslog); the turn of a year is followed. Without it such lines have time None and `stamp`.
    Times have an offset only when the line has one; otherwise they are the wall clock of the firewall (`naive`).
    """
    calendar = Calendar(year)
    for line in _lines(source):
        if len(line) > MAX_LINE:
            yield {"event": None, "unparsed": line[:MAX_LINE]}
        else:
            yield _record(line, calendar)


def _lines(source: str | bytes | Iterable[str | bytes]) -> Iterator[str]:
    if isinstance(source, bytes):
        source = source.decode("utf-8", errors="replace")
    if isinstance(source, str):
        yield from _split(source)
        return
    for line in source:
        text = line.decode("utf-8", errors="replace") if isinstance(line, bytes) else str(line)
        yield text.rstrip("\r\n")


def _split(text: str) -> Iterator[str]:
    """As str.splitlines, but only at \\n and \\r\\n, and without a list of all lines."""
    start = 0
    while start < len(text):
        end = text.find("\n", start)
        end = len(text) if end < 0 else end
        yield text[start:end].rstrip("\r")
        start = end + 1


def _record(line: str, calendar: Calendar) -> dict[str, Any]:
    bracket = line.find("[")
    if bracket > 0:
        head = line[:bracket].split(" ")  # <14>1 STAMP HOST RT_FLOW - TAG, and "" before the bracket
        if len(head) == 7 and head[3] == "RT_FLOW" and (event := EVENTS.get(head[5])):
            when = moment(head[1])
            if when:
                found, rest = rt_flow_structured.fields(line, bracket)
                if found:
                    return _finished(event, head[5], when, head[2], found, rest)
    return _searched(line, calendar)


def _searched(line: str, calendar: Calendar) -> dict[str, Any]:
    """The same without a guess where things are."""
    tag = next((found for found in _TAG.finditer(line) if found[0] in EVENTS), None)
    if tag is None:
        return {"event": None, "unparsed": line}
    event, behind = EVENTS[tag[0]], tag.end()
    if data := _DATA.match(line, behind + (line[behind : behind + 1] == ":")):
        found, rest = rt_flow_structured.scanned(line, data.start())
    else:
        found, rest = rt_flow_text.fields(event, tag[0].startswith("APPTRACK"), line[behind:])
    if not found:
        return {"event": None, "unparsed": line}
    stamp, when, head = calendar.find(line[: tag.start()])
    record = _finished(event, tag[0], when, _host(head), found, rest)
    if when is None and stamp:
        record["stamp"] = stamp
    return record


def _host(head: str) -> str:
    """head: what stands between the stamp and the name of the message."""
    words = head.split()
    return words[0] if words and not _PROGRAM.fullmatch(words[0]) else "-"


def _finished(event: str, tag: str, when: Moment | None, host: str, found: dict[str, Any], rest: str) -> dict[str, Any]:
    reason = found.get("reason")
    kind, meaning = explained(reason) if reason else (None, None)
    if found.get("protocol_id") not in _ICMP:
        found["icmp_type"] = None  # the device prints 0 there
    record: dict[str, Any] = {
        "event": event,
        "tag": tag,
        "time": when.time if when else None,
        "naive": when.naive if when else None,
        "start": _start(event, when, found.get("elapsed_time")),
        "end": when.time if when and event == "close" else None,
        "host": None if host == "-" else host,
        "session_id": None,
        "nat_applied": _nat(event, found),
        "icmp_type": None,
        "reason": None,
        "reason_class": kind,
        "reason_meaning": meaning,
        **found,
    }
    if rest:
        record["unparsed"] = rest
    return record


def _start(event: str, when: Moment | None, elapsed: Any) -> str | None:
    """A line is written when its event happens: that of a close at the end of the session."""
    if when is None or event == "deny":
        return None
    if event == "create":
        return when.time
    return when.earlier(elapsed) if isinstance(elapsed, int) and 0 <= elapsed < 10**10 else None


def _nat(event: str, found: dict[str, Any]) -> str | None:
    """What was translated: the NAT fields repeat the ends of the packet where nothing was. None: the line does not say.

    Nothing was translated for a session that was denied: there is none.
    """
    source, destination = found.get("nat_source_address"), found.get("nat_destination_address")
    if source is None and destination is None:
        return "none" if event == "deny" else None
    changed = [
        side
        for side, address in (("source", source), ("destination", destination))
        if address is not None
        and (address != found.get(f"{side}_address") or found.get(f"nat_{side}_port") != found.get(f"{side}_port"))
    ]
    return "both" if len(changed) == 2 else changed[0] if changed else "none"
