# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""`show monitor-session [NAME] status [detail|error]` -> typed status of sessions and sources. Linear, never raises.

Layouts: Cisco NCS 5500 guide "Configuring Traffic Mirroring" (summary, detail, error, next-hop, `(port)` rows, wrapped
errors, older blocks without `Port level` and `Interval`) and the Cisco 8000 guide (session status line). Lines of
separate rx and tx destinations, of pseudowires and of files are unverified: they are read in the configuration's words.
What is not understood is kept with its session; one odd block never spoils the others.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field, replace
from ipaddress import ip_address
from itertools import islice
from typing import get_args

from ..._engine.words.device_text import cut
from ..interfaces import printed_name
from ..names import interface_name
from ..span.model import Destination, Direction, SessionClass

# Bounds on what one session may keep: device text is untrusted.
MAX_UNPARSED = 50  # lines a session
MAX_LINE = 500  # characters of a kept line
MAX_STATUS_LINES = 40  # printed lines of one status text

SEE_DETAIL = "see detailed output"


@dataclass(frozen=True, slots=True)
class SourceStatus:
    """One mirrored interface. What the layout does not show is None; a status that was cut off is ""."""

    interface: str  # canonical where the name is known, else as printed
    operational: bool = False
    status: str = ""  # the device's words, wrapped lines joined
    direction: Direction | None = None
    port_level: bool | None = None
    reason: str | None = None  # inside the brackets of `Not operational (...)`
    error: str | None = None  # after `Error:`
    acl_match: bool | None = None
    portion: str | None = None  # `Full packet`, `First 100 bytes`
    interval: str | None = None  # `Mirror all packets`


@dataclass(frozen=True, slots=True)
class SessionStatus:
    """One block. problem: the session's own status line when it reports a fault, in the device's words."""

    name: str
    session_class: SessionClass | None = None
    destination: Destination | None = None
    rx_destination: Destination | None = None
    tx_destination: Destination | None = None
    destination_state: str | None = None  # as printed in brackets: `down`, `admin-down`
    problem: str | None = None
    sources: tuple[SourceStatus, ...] = ()
    unparsed: tuple[str, ...] = ()  # at most MAX_UNPARSED lines


_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")  # all but tab and newline; carriage returns go with them
_HEADER = re.compile(r"monitor[- ]session (\S+?)(?: ?\(([a-z0-9-]{1,32})\))? ?:?", re.IGNORECASE)
_NODE = re.compile(r"(?:RP|LC|[A-Z]?SC|RSP|\d)[\w/]{0,16}/CPU\d{1,2}:")
_TIMESTAMP = re.compile(r"(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun) [A-Z][a-z]{2} \d{1,2} [\d:.]{5,20}(?: \S{1,10})?(?: \d{4})?")
_INTERFACE = r"([A-Za-z][A-Za-z-]{0,31} ?[0-9][0-9A-Za-z/.]{0,63}?)"
_DIRECTION = r"(both|rx-only|tx-only|rx|tx)"
_ROW = re.compile(rf"{_INTERFACE}(?: ?\(([a-z-]{{1,16}})\))? {_DIRECTION}(?: (.*))?", re.IGNORECASE)
_ERROR_ROW = re.compile(rf"{_INTERFACE}(?: ?\(([a-z-]{{1,16}})\))? (.+)", re.IGNORECASE)
_LONE = re.compile(rf"{_INTERFACE}(?: ?\(([a-z-]{{1,16}})\))? ?:?", re.IGNORECASE)
_FIELD = re.compile(r"(direction|port level|acl match|portion|interval|status) ?: ?(.*)", re.IGNORECASE)
_STATUS_START = re.compile(r"<? ?(?:error\b|not operational\b|operational\b|operating\b)", re.IGNORECASE)
_OPERATIONAL = re.compile(r"(?:operational|operating)\.?", re.IGNORECASE)
_COMPLETE = re.compile(
    r"(?:operational|operating)\.?|not operational ?\(.*\)\.?|error: see detailed output for explanation\.?|<.*>",
    re.IGNORECASE,
)
_DESTINATION = re.compile(r"(?:(rx|tx) )?destination(?: (rx|tx))? ?:? (.+)", re.IGNORECASE)
_HEADINGS = frozenset({"source interface dir status", "interface dir status", "source interfaces"})
_ERROR_HEADINGS = frozenset({"source interface status", "interface status"})
_DIRECTIONS: dict[str, Direction] = {
    "both": "both",
    "rx": "rx-only",
    "rx-only": "rx-only",
    "tx": "tx-only",
    "tx-only": "tx-only",
}
_SWITCHES = {"true": True, "enabled": True, "yes": True, "false": False, "disabled": False, "no": False}
_KNOWN_VALUES: dict[str, Collection[str]] = {"port level": _SWITCHES, "acl match": _SWITCHES, "direction": _DIRECTIONS}
_UP = frozenset({"up", "active", "operational"})


@dataclass(slots=True)
class _Entry:
    """A source being read: its fields, and its status as a list of printed lines."""

    interface: str
    indent: int
    fields: dict[str, str] = field(default_factory=dict)
    status: list[str] = field(default_factory=list)
    wraps: bool = True  # whether a further line may still belong to the status


@dataclass(slots=True)
class _Block:
    """A session being read."""

    status: SessionStatus
    entries: list[_Entry] = field(default_factory=list)
    current: _Entry | None = None
    error_layout: bool = False
    unparsed: list[str] = field(default_factory=list)

    def keep(self, text: str) -> None:
        if len(self.unparsed) < MAX_UNPARSED:
            self.unparsed.append(cut(text, MAX_LINE))


def parse_status(text: str) -> tuple[SessionStatus, ...]:
    """All session blocks of a text, in order; a session that is printed twice is there twice (see `merged`)."""
    blocks: list[_Block] = []
    block: _Block | None = None
    lines = [(len(line) - len(line.lstrip()), " ".join(line.split())) for line in _CONTROL.sub("", text).split("\n")]
    following = _following(lines)
    for number, (indent, line) in enumerate(lines):
        if header := _HEADER.fullmatch(line):
            block = _Block(SessionStatus(header[1], _session_class(header[2])))
            blocks.append(block)
        elif _ends_output(line):
            block = None
        elif block is not None and not _is_noise(line):
            _read_line(block, indent, line, following[number])
    return tuple(_finished(block) for block in blocks)


def merged(statuses: Iterable[SessionStatus]) -> tuple[SessionStatus, ...]:
    """One status a session name: summary, detail and error blocks joined. Later words win over earlier ones, but a cut
    status or the hint to the detailed output never hides a fuller one."""
    sessions: dict[str, list[SessionStatus]] = {}
    for status in statuses:
        sessions.setdefault(status.name, []).append(status)
    return tuple(_merged_blocks(blocks) for blocks in sessions.values())


def operational(statuses: Iterable[SessionStatus]) -> dict[tuple[str, str], bool]:
    """(session, interface) -> whether it mirrors, of everything that was printed."""
    return {
        (session.name, source.interface): source.operational
        for session in merged(statuses)
        for source in session.sources
    }


# ---- reading a block ------------------------------------------------------------------------------------------------


def _following(lines: list[tuple[int, str]]) -> list[str]:
    """For each line the next one that is not blank: distinguishes a source of the detail layout from wrapped text."""
    result = [""] * len(lines)
    following = ""
    for number in range(len(lines) - 1, -1, -1):
        result[number] = following
        following = lines[number][1] or following
    return result


def _read_line(block: _Block, indent: int, line: str, following: str) -> None:
    entry = block.current
    lowered = line.lower()
    if not line:
        if entry is not None:
            entry.wraps = False
    elif not line.strip("-= ") or lowered in _HEADINGS or lowered in _ERROR_HEADINGS:
        block.current = None
        if line.strip("-= "):
            block.error_layout = lowered in _ERROR_HEADINGS
    elif not block.entries and _read_session_line(block, line):
        pass
    elif (opened := _opened(block, indent, line, following)) is not None:
        block.entries.append(opened)
        block.current = opened
    elif (named := _FIELD.fullmatch(line)) is not None and entry is not None:
        _read_field(block, entry, named[1].lower(), named[2], line)
    elif entry is not None and _continues(entry, line):
        entry.status.append(line)
    else:
        block.keep(line)


def _read_session_line(block: _Block, line: str) -> bool:
    """The lines between the header and the table. False when the line is not one of them."""
    lowered = line.rstrip(".").lower()
    if lowered in ("session is not configured globally", "no destination configured"):
        block.status = replace(block.status, problem=block.status.problem or line)
        return True
    words = _DESTINATION.fullmatch(line)
    if words is None:
        return False
    side, rest = (words[1] or words[2] or "").lower(), words[3].rstrip(".").strip()
    state: str | None = None
    fault = False
    vrf: str | None = None
    if rest.lower().endswith("not configured"):
        rest, fault = rest[: -len("not configured")].strip().removesuffix(" is").strip(), True
    if rest.endswith(")") and "(" in rest:
        rest, _open, bracket = rest[:-1].rpartition("(")
        rest, bracket = rest.strip(), bracket.strip()
        if bracket.lower() in ("rx", "tx"):
            side = bracket.lower()
        elif bracket.lower().startswith("vrf "):
            vrf = bracket[4:].strip()
        else:
            state = bracket
    known, destination, side = _destination(rest, vrf, side)
    if not known:
        return False
    fault = fault or (state is not None and state.lower() not in _UP)
    status = block.status
    block.status = replace(
        status,
        destination=(destination or status.destination) if not side else status.destination,
        rx_destination=destination if side == "rx" else status.rx_destination,
        tx_destination=destination if side == "tx" else status.tx_destination,
        destination_state=status.destination_state or state,
        problem=status.problem or (line if fault else None),
    )
    return True


def _destination(rest: str, vrf: str | None, side: str) -> tuple[bool, Destination | None, str]:
    """`interface IF`, `next-hop ...`, `pseudowire`, `file ...` -> (understood, destination, rx|tx|"")."""
    words = rest.split()
    kind = words.pop(0).lower() if words else ""
    if kind == "next" and words and words[0].lower() == "hop":
        words.pop(0)
        kind = "next-hop"
    if words and words[0].lower() in ("rx", "tx") and not side:
        side = words.pop(0).lower()
    if kind == "interface":
        return True, Destination(interface=printed_name("".join(words))) if words else None, side
    if kind == "pseudowire":
        return True, Destination(pseudowire=True), side
    if kind == "file":
        return True, Destination(file=" ".join(words)), side
    if kind not in ("nexthop", "next-hop"):
        return False, None, side
    while words and words[0].lower() in ("ipv4", "ipv6", "address"):
        words.pop(0)
    if len(words) >= 3 and words[-2].lower() == "vrf":
        words, vrf = words[:-2], words[-1]
    if not words:
        return True, None, side
    if _is_address(words[0]):
        return True, Destination(next_hop=words[0], vrf=vrf), side
    # Older releases print the outgoing interface here (`Destination next-hop TenGigE 0/0/0/0`).
    return True, Destination(interface=printed_name("".join(words))), side


def _opened(block: _Block, indent: int, line: str, following: str) -> _Entry | None:
    """The source that this line begins, or None."""
    entry = block.current
    if row := _ROW.fullmatch(line):
        fields = {"direction": row[3]} | _port(row[2])
        return _Entry(printed_name(row[1]), indent, fields, [row[4]] if row[4] else [])
    if lone := _LONE.fullmatch(line):
        wrapped = entry is not None and _continues(entry, line)
        if not wrapped or _FIELD.fullmatch(following):
            return _Entry(printed_name(lone[1]), indent, _port(lone[2]))
    elif row := _ERROR_ROW.fullmatch(line):
        wrapped = entry is not None and entry.indent != indent and _continues(entry, line)
        if _STATUS_START.match(row[3]) or (block.error_layout and not wrapped and _is_interface(row[1])):
            return _Entry(printed_name(row[1]), indent, _port(row[2]), [row[3]])
    return None


def _port(word: str | None) -> dict[str, str]:
    """`(port)` after a name; kept apart from the field `Port level`, which the same source may have too."""
    return {"(port)": "true"} if word is not None and word.lower() == "port" else {}


def _read_field(block: _Block, entry: _Entry, key: str, value: str, line: str) -> None:
    """`Key: value` of the detail layout."""
    if key in entry.fields or (key == "status" and entry.status):
        # The interface line of the next source was lost: better to attribute nothing than to attribute it wrongly.
        block.current = None
        block.keep(line)
    elif key == "status":
        entry.status.append(value)
        entry.wraps = True
    elif key in _KNOWN_VALUES and value.lower().rstrip(".") not in _KNOWN_VALUES[key]:
        block.keep(line)
    else:
        entry.fields[key] = value


def _continues(entry: _Entry, line: str) -> bool:
    """Whether a line that is nothing else is the rest of a wrapped status."""
    if not entry.wraps or len(entry.status) >= MAX_STATUS_LINES or not ("direction" in entry.fields or entry.status):
        return False
    if not entry.status:
        return _STATUS_START.match(line) is not None
    return line.lower().startswith("error") or _COMPLETE.fullmatch(" ".join(entry.status)) is None


def _is_noise(line: str) -> bool:
    return _TIMESTAMP.fullmatch(line) is not None or _NODE.match(line) is not None


def _ends_output(line: str) -> bool:
    """A prompt or an echoed command: what follows belongs to another command. A log message (`%`) does not."""
    first, _blank, rest = line.partition(" ")
    if _NODE.match(line):
        return "%" not in line and ("#" in first or rest.startswith("show "))
    return line.lower().startswith("show ") or (first.endswith("#") and (not rest or rest.startswith("show ")))


# ---- finishing ------------------------------------------------------------------------------------------------------


def _finished(block: _Block) -> SessionStatus:
    return replace(
        block.status, sources=tuple(_source(entry) for entry in block.entries), unparsed=tuple(block.unparsed)
    )


def _source(entry: _Entry) -> SourceStatus:
    status = " ".join(part for part in entry.status if part)
    reason, error = _reason(status)
    fields = entry.fields
    return SourceStatus(
        interface=entry.interface,
        operational=_OPERATIONAL.fullmatch(status) is not None,
        status=status,
        direction=_DIRECTIONS.get(fields.get("direction", "").lower().rstrip(".")),
        port_level=_SWITCHES.get(fields.get("port level", fields.get("(port)", "")).lower().rstrip(".")),
        reason=reason,
        error=error,
        acl_match=_SWITCHES.get(fields.get("acl match", "").lower().rstrip(".")),
        portion=fields.get("portion") or None,
        interval=fields.get("interval") or None,
    )


def _reason(status: str) -> tuple[str | None, str | None]:
    """`Not operational (REASON). Error: TEXT` -> (REASON, TEXT)."""
    text = status[1:-1].strip() if status.startswith("<") and status.endswith(">") else status
    at = text.lower().find("error:")
    head, error = (text[:at], text[at + len("error:") :].strip()) if at >= 0 else (text, "")
    opened, closed = head.find("("), head.rfind(")")
    reason = head[opened + 1 : closed].strip() if 0 <= opened < closed else ""
    return reason or None, error or None


def _merged_blocks(blocks: list[SessionStatus]) -> SessionStatus:
    """One status of the blocks of one session, in time linear in their sources."""
    merged_status = blocks[0]
    sources: dict[str, SourceStatus] = {}
    for block in blocks:
        merged_status = SessionStatus(
            name=block.name,
            session_class=block.session_class or merged_status.session_class,
            destination=block.destination or merged_status.destination,
            rx_destination=block.rx_destination or merged_status.rx_destination,
            tx_destination=block.tx_destination or merged_status.tx_destination,
            destination_state=block.destination_state or merged_status.destination_state,
            problem=block.problem or merged_status.problem,
        )
        for interface, source in _of_one_block(block).items():
            earlier = sources.get(interface)
            sources[interface] = source if earlier is None else _merged_source(earlier, source)
    unparsed = tuple(islice((line for block in blocks for line in block.unparsed), MAX_UNPARSED))
    return replace(merged_status, sources=tuple(sources.values()), unparsed=unparsed)


def _of_one_block(block: SessionStatus) -> dict[str, SourceStatus]:
    """An interface that one block prints twice counts as operational only when both rows say so."""
    sources: dict[str, SourceStatus] = {}
    for source in block.sources:
        earlier = sources.get(source.interface)
        if earlier is None or earlier.operational:
            sources[source.interface] = source
    return sources


def _merged_source(known: SourceStatus, later: SourceStatus) -> SourceStatus:
    hint = not later.status or (SEE_DETAIL in later.status.lower() and not known.operational)
    words = known if hint and known.status else later
    return SourceStatus(
        interface=known.interface,
        operational=words.operational,
        status=words.status,
        direction=later.direction or known.direction,
        port_level=known.port_level if later.port_level is None else later.port_level,
        reason=words.reason,
        error=words.error,
        acl_match=known.acl_match if later.acl_match is None else later.acl_match,
        portion=later.portion or known.portion,
        interval=later.interval or known.interval,
    )


# ---- words ----------------------------------------------------------------------------------------------------------


def _session_class(word: str | None) -> SessionClass | None:
    known: Iterator[SessionClass] = (name for name in get_args(SessionClass) if word and name == word.lower())
    return next(known, None)


def _is_interface(text: str) -> bool:
    try:
        interface_name(text)
    except ValueError:
        return False
    return True


def _is_address(text: str) -> bool:
    try:
        ip_address(text)
    except ValueError:
        return False
    return True
