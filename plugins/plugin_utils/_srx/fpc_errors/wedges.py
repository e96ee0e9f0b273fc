# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Wedge conditions, fabric and control-path errors, from alarms and log lines, text and XML. Pure; never raises.

A wedge is an error that blocks traffic. A transient one is recorded in statistics and syslog, an irreversible one also raises
a chassis alarm; each is reported within five seconds (Juniper: FPC error detection and handling). Which driver watches on
which card is a table in fpc_tables.py. The wording of alarms and log lines is in no public source: all patterns here are
unverified, and so they are wide.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from ..._engine.words.device_text import cut
from ..junos_cli import by_node
from ..xml_tree import is_xml, nodes
from .tables import CONTROL_PATH_CARDS, DRIVERS

LONGEST_LINE = 1000
MOST_LINES = 100_000
MOST_FOUND = 1000

_STAMP = (
    r"(?:\d{4}-\d\d-\d\d[ T]\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[ ]?[+-]\d\d:?\d\d|[ ][A-Z]{2,5})?"
    r"|[A-Z][a-z]{2} +\d{1,2} +(?:\d{4} +)?\d\d:\d\d:\d\d(?:\.\d+)?)"
)
ALARM_LINE = re.compile(rf"^[ \t]*(?P<time>{_STAMP})[ \t]+(?P<kind>Major|Minor|Critical|Warning)[ \t]+(?P<text>\S.*)$")
_TIME = re.compile(rf"(?:^|>1 |>)[ \t]*(?P<time>{_STAMP})")
_FPC = re.compile(r"\b(?:fpc|slot)[ _#-]{0,2}(\d{1,2})\b", re.IGNORECASE)
_NODE = re.compile(r"\bnode[ _]?([01])\b", re.IGNORECASE)
_WEDGE = re.compile(r"wedge|host[ _-]?loop[ _-]?back.{0,40}(?:fail|stuck|error)", re.IGNORECASE)
_DRIVERS = tuple(
    (re.compile(rf"(?<![A-Za-z0-9])(?:{row.pattern})(?![A-Za-z0-9])", re.IGNORECASE), row) for row in DRIVERS
)
_IRREVERSIBLE = re.compile(r"irreversibl|permanent|unrecoverabl|non-?recoverabl|persistent", re.IGNORECASE)
_TRANSIENT = re.compile(r"transient|temporar|recovered", re.IGNORECASE)
_CLEARED = re.compile(r"\bcleared\b|\brecovered\b|no longer|alarm cleared", re.IGNORECASE)
_FABRIC = re.compile(r"fabric|\bplane \d", re.IGNORECASE)
_CONTROL = re.compile(r"control[ _-]?path|host[ _-]?path|\bHSL2?\b", re.IGNORECASE)
_FAULT = re.compile(
    r"err(?:or|s)?\b|errors|fail|down|fault|timeout|stuck|offline|degraded|unreachable|crc", re.IGNORECASE
)
_PLANE = re.compile(r"\bplane[ _#]{0,2}(\d{1,2})\b", re.IGNORECASE)
_CONFIGURED_FPC = re.compile(r"\bUI_[A-Z_]+:|\bmgd\[|cli\[")  # a user who typed the word is not an error

Row = dict[str, Any]


class Alarm(NamedTuple):
    node: str
    time: str
    kind: str  # Major, Minor
    text: str


@dataclass
class _Wedge:
    """One driver of one FPC. states: of all lines and alarms that speak of it."""

    node: str
    fpc: int | None
    driver: str
    first: str = ""
    last: str = ""
    count: int = 0
    irreversible: bool = False
    transient: bool = False
    cleared: bool = False
    alarm: bool = False
    text: str = ""


def parse_alarms(text: str, node: str = "") -> list[Alarm]:
    """`show chassis alarms` and `show system alarms`.

    >>> parse_alarms("2026-01-02 03:04:05 UTC  Major  FPC 1 Major Errors")
    [Alarm(node='', time='2026-01-02 03:04:05 UTC', kind='Major', text='FPC 1 Major Errors')]
    """
    found: list[Alarm] = []
    if is_xml(text):
        for name, part in nodes(text)[0]:
            for alarm in part.all("alarm-detail"):
                description = cut(" ".join(alarm.value("alarm-description").split()), LONGEST_LINE)
                found.append(Alarm(name or node, alarm.value("alarm-time"), alarm.value("alarm-class"), description))
        return found[:MOST_FOUND]
    for name, block in by_node(text):
        for line in _lines(block):
            matched = ALARM_LINE.match(line)
            if matched and len(found) < MOST_FOUND:
                found.append(Alarm(name or node, matched["time"], matched["kind"], " ".join(matched["text"].split())))
    return found


def alarm_document(alarms: Iterable[Alarm]) -> list[Row]:
    """fpc: the slot that the alarm speaks of, where it does."""
    return [
        {
            **({"node": alarm.node} if alarm.node else {}),
            "time": alarm.time,
            "class": alarm.kind,
            "description": alarm.text,
            **({"fpc": slot} if (slot := fpc_of(alarm.text)) is not None else {}),
        }
        for alarm in alarms
    ]


def fpc_of(text: str) -> int | None:
    """
    >>> fpc_of("FPC 3 XM irreversible wedge condition"), fpc_of("PEM 1 Not OK")
    (3, None)
    """
    found = _FPC.search(text)
    return int(found[1]) if found else None


def driver_of(text: str) -> str:
    """Name of the driver that a text speaks of; empty when it names none that is known.

    >>> driver_of("fpc1 XMCHIP(0): wedge"), driver_of("LUXEMBOURG wedge")
    ('XM', '')
    """
    return next((row.name for pattern, row in _DRIVERS if pattern.search(text)), "")


def wedges(alarms: Iterable[Alarm], log: str | Iterable[str], cards: Mapping[tuple[str, int], str]) -> list[Row]:
    """Every wedge condition that alarms and log lines speak of, one a driver and FPC, worst first.

    cards: kind of the card by node and slot ("" is the node of a device alone). kind of a row: irreversible, transient,
    or unknown where no text says which. active: an alarm is active, or nothing shows that it ended.
    """
    found: dict[tuple[str, int | None, str], _Wedge] = {}
    for alarm in alarms:
        if _WEDGE.search(alarm.text):
            _note(found, alarm.text, alarm.node, alarm.time, active=True)
    for line in _lines(log):
        if _WEDGE.search(line) and not _CONFIGURED_FPC.search(line) and len(found) < MOST_FOUND:
            time = _TIME.search(line[:200])
            _note(found, line.strip(), _node_of(line), time["time"] if time else "", active=False)
    rows = [_wedge_row(wedge, cards) for wedge in found.values()]
    ranks = {"irreversible": 0, "unknown": 1, "transient": 2}
    return sorted(
        rows, key=lambda row: (not row["active"], ranks[row["kind"]], row.get("node", ""), row.get("fpc", -1))
    )


def _note(found: dict[tuple[str, int | None, str], _Wedge], text: str, node: str, time: str, *, active: bool) -> None:
    fpc, driver = fpc_of(text), driver_of(text)
    key = (node, fpc, driver)
    wedge = found.setdefault(key, _Wedge(node, fpc, driver))
    cleared = bool(_CLEARED.search(text))
    wedge.irreversible |= bool(_IRREVERSIBLE.search(text)) or active
    wedge.transient |= bool(_TRANSIENT.search(text))
    wedge.alarm |= active
    if active:
        wedge.text = text
        wedge.first = wedge.first or time
        return
    # Lines come in the order of time: the last word counts.
    wedge.cleared = cleared
    wedge.count += not cleared
    wedge.first, wedge.last = wedge.first or time, time or wedge.last
    if not wedge.text or not (wedge.alarm or cleared):
        wedge.text = text


def _wedge_row(wedge: _Wedge, cards: Mapping[tuple[str, int], str]) -> Row:
    kind = "irreversible" if wedge.irreversible else "transient" if wedge.transient or wedge.cleared else "unknown"
    row: Row = {"node": wedge.node} if wedge.node else {}
    if wedge.fpc is not None:
        row["fpc"] = wedge.fpc
        card = _card(wedge, cards)
        if card:
            row["card"] = card
    row |= {"driver": wedge.driver or "unknown", "kind": kind, "active": wedge.alarm or not wedge.cleared}
    row |= {"alarm": wedge.alarm, "log_lines": wedge.count, "text": cut(wedge.text, LONGEST_LINE)}
    row |= {key: value for key, value in (("first_seen", wedge.first), ("last_seen", wedge.last)) if value}
    expected = next((each.cards for each in DRIVERS if each.name == wedge.driver), None)
    if expected is not None and row.get("card"):
        row["detected_on_this_card"] = row["card"] in expected
    return row


def _card(wedge: _Wedge, cards: Mapping[tuple[str, int], str]) -> str:
    """Log lines of a cluster may not name their node: the card is named where all nodes have the same one there."""
    if wedge.fpc is None:
        return ""
    if (wedge.node, wedge.fpc) in cards:
        return cards[wedge.node, wedge.fpc]
    kinds = {kind for (_name, slot), kind in cards.items() if slot == wedge.fpc}
    return kinds.pop() if len(kinds) == 1 and not wedge.node else ""


def _node_of(line: str) -> str:
    found = _NODE.search(line)
    return f"node{found[1]}" if found else ""


def path_errors(alarms: Iterable[Alarm], log: str | Iterable[str], cards: Mapping[tuple[str, int], str]) -> list[Row]:
    """Fabric and control-path errors that alarms and log lines speak of: kind (fabric, control-path), text, times.

    Lines that differ in their time only are one row with a count.
    """
    found: dict[tuple[str, str], Row] = {}
    spoken: Iterable[tuple[str, str, str]] = [(alarm.text, alarm.node, alarm.time) for alarm in alarms]
    for text, node, time in (*spoken, *_logged(log)):
        kind = "control-path" if _CONTROL.search(text) else "fabric" if _FABRIC.search(text) else ""
        if not kind or not _FAULT.search(text) or _WEDGE.search(text):
            continue
        row = found.get((node, text))
        if row is None:
            if len(found) >= MOST_FOUND:
                continue
            row = found[node, text] = _path_row(kind, node, text, cards)
        row["count"] += 1
        row.update({"first_seen": row.get("first_seen", time), "last_seen": time} if time else {})
    return list(found.values())


def _path_row(kind: str, node: str, text: str, cards: Mapping[tuple[str, int], str]) -> Row:
    row: Row = {"kind": kind, **({"node": node} if node else {})}
    slot, plane = fpc_of(text), _PLANE.search(text)
    if slot is not None:
        row["fpc"] = slot
        card = _card(_Wedge(node, slot, ""), cards)
        row |= {"card": card} if card else {}
        if kind == "control-path" and card:
            row["detected_on_this_card"] = card in CONTROL_PATH_CARDS
    if plane:
        row["plane"] = int(plane[1])
    return {**row, "text": text, "count": 0}


def _logged(log: str | Iterable[str]) -> Iterator[tuple[str, str, str]]:
    """Text after the stamp, node and time of each log line."""
    for line in _lines(log):
        if _CONFIGURED_FPC.search(line):
            continue
        time = _TIME.search(line[:200])
        text = line[time.end() :] if time else line
        yield " ".join(text.split()), _node_of(line), time["time"] if time else ""


def fabric(summary: str, fpcs: str) -> list[Row]:
    """Faults of `show chassis fabric summary` (planes that are neither online nor spare) and `show chassis fabric fpcs`
    (links that are not enabled). Text or XML."""
    found = [
        {**_node(node), "plane": plane, "state": state}
        for node, plane, state in _planes(summary)
        if not re.match(r"online|spare", state, re.IGNORECASE)
    ]
    links = [
        {**_node(node), "fpc": fpc, "pfe": pfe, "plane": plane, "state": state}
        for node, fpc, pfe, plane, state in _links(fpcs)
        if not re.match(r"(?:plane )?enabled|links ok|ok\b", state, re.IGNORECASE)
    ]
    return (found + links)[:MOST_FOUND]


def fabric_unread(summary: str, fpcs: str) -> tuple[str, str]:
    """Why an answer tells nothing of planes, or of links; empty when it does. A chassis with a fabric has both."""
    return (
        "" if any(True for _plane in _planes(summary)) else "it names no plane",
        "" if any(True for _link in _links(fpcs)) else "it names no link of an FPC",
    )


def _node(node: str) -> Row:
    return {"node": node} if node else {}


def _planes(text: str) -> Iterator[tuple[str, int, str]]:
    if is_xml(text):
        for node, part in nodes(text)[0]:
            for item in part.all("fm-state-item"):
                if _slot(item.value("plane-slot")) is not None:
                    yield node, int(item.value("plane-slot")), item.value("state")
        return
    for node, block in by_node(text):
        for line in _lines(block):
            found = re.match(r"[ \t]*(\d{1,2})[ \t]{2,}([A-Za-z]\S*)", line)
            if found:
                yield node, int(found[1]), found[2]


def _links(text: str) -> Iterator[tuple[str, int, int, int, str]]:
    if is_xml(text):
        yield from _xml_links(text)
        return
    for node, part in by_node(text):
        fpc = pfe = None
        for line in _lines(part):
            head = re.match(r"[ \t]*(FPC|PFE)[ \t]*#?(\d{1,2})\b[ \t]*:?[ \t]*$", line, re.IGNORECASE)
            if head and head[1].upper() == "FPC":
                fpc, pfe = int(head[2]), 0
            elif head:
                pfe = int(head[2])
            link = re.match(r"[ \t]*Plane[ \t]*#?(\d{1,2})[ \t]*:[ \t]*(\S.*)$", line, re.IGNORECASE)
            if link and fpc is not None and pfe is not None:
                yield node, fpc, pfe, int(link[1]), link[2].strip()


def _xml_links(text: str) -> Iterator[tuple[str, int, int, int, str]]:
    """Elements in a row: a slot, a PFE, then pairs of plane and state."""
    for node, part in nodes(text)[0]:
        for item in part.all("fm-fpc"):
            fpc = pfe = plane = None
            for child in item.inside:
                if child.tag == "fpc-slot":
                    fpc, pfe, plane = _slot(child.text), 0, None
                elif child.tag == "pfe-slot":
                    pfe = _slot(child.text)
                elif child.tag == "plane-slot":
                    plane = _slot(child.text)
                elif child.tag == "state" and fpc is not None and pfe is not None and plane is not None:
                    yield node, fpc, pfe, plane, child.text


def _slot(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 4 else None


def _lines(text: str | Iterable[str]) -> Iterator[str]:
    for number, line in enumerate(text.splitlines() if isinstance(text, str) else text):
        if number >= MOST_LINES:
            return
        yield line[:LONGEST_LINE].rstrip()
