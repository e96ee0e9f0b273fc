# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Lines of RT_FLOW and APPTRACK session logs -> one dict each. Pure; never raises on any line.

Structured lines (sd-syslog, RFC 5424) and free text of all layouts, with any header that a relay left them. A line of another form
comes back as {"event": None, "unparsed": line}. Lines of the same firewall in its usual form take the short way in `_record`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any

from . import structured as rt_flow_structured
from . import text as rt_flow_text
from .fields import EVENTS
from .reasons import explained
from .timestamps import Calendar, Moment, moment

MAX_LINE = 16384
"""Characters that a line may have; a longer one is no RT_FLOW line, and only so many of it are returned."""

_TAG = re.compile(r"\b(?:RT_FLOW|APPTRACK)_SESSION_[A-Z_]{4,16}\b")
# The words of a message whose name a relay took away; what they speak of has to follow. `Lsys NAME:` is of a logical system or tenant.
_ENDS = r"\S{3,100}/\d{1,5}-{1,2}>\S{3,100}/\d{1,5}(?:\s|$)"
_WORDS = re.compile(
    rf"(?:\b(?:Lsys|Tenant) \S{{1,64}} )?\b(?P<apptrack>AppTrack )?(?:session (?:(?P<create>created)|(?P<deny>denied)|(?P<close>closed)[^:]{{0,100}}:)"
    rf"|(?P<volume_update>(?<=AppTrack )volume update:)|(?P<route_update>(?<=AppTrack )route update:)) {_ENDS}"
)
_BARE_DATA = re.compile(
    r'(?:\[[^\[\]"]{0,100})?\b(?:reason|logical-system-name|source-address)=\s?["\u201c\u201d\u201e«»]'
)
_PROGRAM = re.compile(r"RT_FLOW(?:\[\d{1,10}\])?:?")
_DATA = re.compile(r'\s*(?:\[|[^\s=\[]{1,64}=\s?["\u201c\u201d\u201e«»])')
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
                if "source_address" in found:
                    return _finished(event, head[5], when, head[2], found, rest)
    return _searched(line, calendar)


def _searched(line: str, calendar: Calendar) -> dict[str, Any]:
    """The same without a guess where things are."""
    tag = next((found for found in _TAG.finditer(line) if found[0] in EVENTS), None)
    if tag is None:
        return _unnamed(line, calendar)
    event, connect_to = EVENTS[tag[0]], tag.end()
    found: dict[str, Any] = {}
    rest = ""
    if data := _DATA.match(line, connect_to + (line[connect_to : connect_to + 1] == ":")):
        found, rest = rt_flow_structured.scanned(line, data.start())
    if "source_address" not in found:  # free text, which a relay may have put data of its own before
        said = rt_flow_text.fields(event, tag[0].startswith("APPTRACK"), line[connect_to:])
        found, rest = said if said[0] else (found, rest)
    return _dated(line, calendar, event, tag[0], tag.start(), found, rest)


def _unnamed(line: str, calendar: Calendar) -> dict[str, Any]:
    """A line without the name of its message: its words say what it is."""
    words = _WORDS.search(line) if "->" in line and not _TAG.search(line) else None  # most other lines have no arrow
    if words is None:
        return {"event": None, "unparsed": line}
    event = next(name for name in ("create", "deny", "close", "volume_update", "route_update") if words[name])
    data = _BARE_DATA.search(line, 0, words.start())
    if data:
        found, rest = rt_flow_structured.scanned(line, data.start())
    else:
        found, rest = rt_flow_text.fields(event, bool(words["apptrack"]), line[words.start() :])
    return _dated(line, calendar, event, None, (data or words).start(), found, rest)


def _dated(
    line: str, calendar: Calendar, event: str, tag: str | None, start: int, found: dict[str, Any], rest: str
) -> dict[str, Any]:
    """What was found, with what the header says. start: where the message begins."""
    if not found:
        return {"event": None, "unparsed": line}
    stamp, when, head = calendar.find(line[:start])
    record = _finished(event, tag, when, _host(head), found, rest)
    if when is None and stamp:
        record["stamp"] = stamp
    return record


def _host(head: str) -> str:
    """head: what is between the stamp and the name of the message."""
    words = head.split()
    return words[0] if words and not _PROGRAM.fullmatch(words[0]) else "-"


def _finished(
    event: str, tag: str | None, when: Moment | None, host: str, record: dict[str, Any], rest: str
) -> dict[str, Any]:
    """record: as `rt_flow_fields.typed` made it; what is derived is put into it."""
    record["event"] = event
    record["tag"] = tag
    record["nat_applied"] = _nat(event, record)
    if when:
        record["time"] = when.time
        record["naive"] = when.naive
        record["start"] = _start(event, when, record.get("elapsed_time"))
        if event == "close":
            record["end"] = when.time
    if host != "-":
        record["host"] = host
    if record["reason"]:
        record["reason_class"], record["reason_meaning"] = explained(record["reason"])
    if record.get("protocol_id") not in _ICMP:
        record["icmp_type"] = None  # the device prints 0 there
    if rest:
        record["unparsed"] = rest
    return record


def _start(event: str, when: Moment, elapsed: Any) -> str | None:
    """A line is written when its event happens: that of a close at the end of the session."""
    if event == "deny":
        return None
    if event == "create":
        return when.time
    return when.earlier(elapsed) if isinstance(elapsed, int) and 0 <= elapsed < 10**10 else None


def _nat(event: str, record: dict[str, Any]) -> str | None:
    """What was translated: the NAT fields repeat the ends of the packet where nothing was. None: the line does not say.

    Nothing was translated for a session that was denied: there is none.
    """
    source, destination = record.get("nat_source_address"), record.get("nat_destination_address")
    if source is None and destination is None:
        return "none" if event == "deny" else None
    changed_source = source is not None and (
        source != record.get("source_address") or record.get("nat_source_port") != record.get("source_port")
    )
    changed_destination = destination is not None and (
        destination != record.get("destination_address")
        or record.get("nat_destination_port") != record.get("destination_port")
    )
    if changed_source:
        return "both" if changed_destination else "source"
    return "destination" if changed_destination else "none"
