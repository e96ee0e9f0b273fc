# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What an SRX is made of: `show chassis hardware`, `show chassis routing-engine`, `show version`, text and XML. Pure.

Descriptions: Juniper's samples of `show chassis hardware` for SRX5400, SRX5600 and SRX5800. Parsers never raise.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from .junos_cli import by_node
from .xml_tree import Element, is_xml, nodes

MOST_LINES = 20_000
_ITEM = re.compile(r"(?P<name>(?:FPC|Routing Engine)(?: +#?(?P<slot>\d{1,3}))?|Chassis)(?=\s|$)", re.IGNORECASE)
_FIELD = re.compile(r"[ \t]*(?P<key>[A-Za-z][A-Za-z ]{0,30}?)[ \t]*(?::[ \t]*|[ \t]{2,})(?P<value>\S.*?)[ \t]*$")
_SLOT = re.compile(r"^[ \t]*Slot[ \t]+(\d{1,3}):", re.IGNORECASE)
_MODEL = re.compile(r"\b(?:v?SRX[0-9A-Z-]*|vsrx\d*)\b", re.IGNORECASE)
_RELEASE = re.compile(
    r"(?<![\w.])(?P<year>\d{1,2})\.(?P<minor>\d{1,2})(?:(?P<family>[RXBIF])(?P<number>\d{1,4}))?"
    r"(?:-[DS](?P<build>\d{1,4}))?(?:\.(?P<spin>\d{1,4}))?(?P<evo>-EVO)?",
    re.IGNORECASE,
)

# Words of a description, in the order in which they are looked for -> kind of card. SPC2, IOC2 and IOC3 are the ones that
# Juniper names for error handling.
_KINDS: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(pattern, re.IGNORECASE), kind)
    for pattern, kind in (
        (r"\bSPC[ -]?(?:II|2)\b|SPC-4-15-320", "SPC2"),
        (r"\bSPC[ -]?(?:III|3)\b", "SPC3"),
        (r"\bSPC\b|SPC-2-10-40", "SPC"),
        (r"\bIOC[ -]?(?:III|3)\b|IOC3", "IOC3"),
        (r"\bIOC[ -]?(?:IV|4)\b|IOC4", "IOC4"),
        (r"\bIOC[ -]?(?:II|2)\b|SRX5K-MPC\b", "IOC2"),
        (r"\bF?IOC\b|\bDPC\b|40x? ?1?GE|4x ?10 ?GE", "IOC"),  # unverified
    )
)

# Description of a Routing Engine -> its version in Juniper's words ("Routing Engine version 1").
_ENGINES: tuple[tuple[re.Pattern[str], int], ...] = tuple(
    (re.compile(pattern, re.IGNORECASE), version)
    for pattern, version in (
        (r"RE-13-20|RE-S-1300\b", 1),
        (r"RE-1800X4|RE-S-1800X4", 2),
        (r"RE3\b|RE-S-2X00x6", 3),
    )
)


class Release(NamedTuple):
    """Comparable: 15.1X49-D50 lies above 15.1X49-D30 and below 17.3R1. Missing parts are 0.

    family: 0 for R (and whatever is no X), 1 for X. build: of -Sn and -Dn.
    """

    year: int
    minor: int
    family: int = 0
    number: int = 0
    build: int = 0
    spin: int = 0

    @property
    def train(self) -> tuple[int, int]:
        return self.year, self.minor


@dataclass(frozen=True, slots=True)
class Card:
    """kind: SPC2, IOC3, ...; empty where the description is not a known one."""

    slot: int
    kind: str = ""
    description: str = ""
    part_number: str = ""
    serial_number: str = ""
    version: str = ""


@dataclass(frozen=True, slots=True)
class Engine:
    """version: 1, 2 or 3 in Juniper's counting of SRX5000 Routing Engines; None where the description is not known."""

    slot: int
    version: int | None = None
    description: str = ""


@dataclass(frozen=True, slots=True)
class Chassis:
    """One device, or one node of a cluster. model: as printed, in capitals; empty when not reported."""

    node: str = ""
    model: str = ""
    serial_number: str = ""
    cards: Mapping[int, Card] = field(default_factory=dict)
    engines: tuple[Engine, ...] = ()


def card_kind(description: str) -> str:
    """
    >>> card_kind("SRX5k SPC II"), card_kind("SRX5k IOC3 24XGE+6XLG"), card_kind("FPC")
    ('SPC2', 'IOC3', '')
    """
    return next((kind for pattern, kind in _KINDS if pattern.search(description)), "")


def engine_version(description: str) -> int | None:
    """
    >>> engine_version("SRX5k RE-13-20"), engine_version("SRX5k RE-1800X4"), engine_version("RE-SRX345")
    (1, 2, None)
    """
    return next((version for pattern, version in _ENGINES if pattern.search(description)), None)


def parse_release(text: str) -> Release | None:
    """The first release in a text; None when there is none.

    >>> parse_release("15.1X49-D50.3")
    Release(year=15, minor=1, family=1, number=49, build=50, spin=3)
    >>> parse_release("JUNOS Software Release [17.3R1-S2.4]") < parse_release("17.3R2")
    True
    """
    found = _RELEASE.search(text[:10_000])
    if found is None:
        return None
    family = 1 if (found["family"] or "").upper() == "X" else 0
    return Release(
        int(found["year"]),
        int(found["minor"]),
        family,
        int(found["number"] or 0),
        int(found["build"] or 0),
        int(found["spin"] or 0),
    )


def parse_version(text: str) -> tuple[str, str]:
    """Model (in capitals) and release, as printed, of `show version`; of a cluster, those of the first node.

    >>> parse_version("Hostname: core\\nModel: srx5800\\nJunos: 21.4R3\\n")
    ('SRX5800', '21.4R3')
    """
    if is_xml(text):
        parts, _wrong = nodes(text)
        first = parts[0][1]
        leaves = {
            tag: next((element.text for element in first.all(tag) if element.text), "")
            for tag in ("product-model", "junos-version", "comment")
        }
        return leaves["product-model"].upper(), leaves["junos-version"] or _bracketed(leaves["comment"])
    fields: dict[str, str] = {}
    for line in _lines(by_node(text)[0][1]):
        found = _FIELD.match(line)
        if found:
            fields.setdefault(found["key"].lower(), found["value"])
    return fields.get("model", "").upper(), fields.get("junos", "") or _bracketed(text)


def _bracketed(text: str) -> str:
    """15.1X49 prints the release only as `JUNOS Software Release [15.1X49-D50.3]`."""
    found = re.search(r"JUNOS[^\n\[]{0,80}\[([^\]\n]{1,60})\]", text[:100_000])
    return found[1] if found else ""


def parse_hardware(text: str) -> list[Chassis]:
    """Every chassis of `show chassis hardware`, one a node; at least one, perhaps empty. Never raises."""
    if is_xml(text):
        return [_chassis(node, _xml_rows(part)) for node, part in nodes(text)[0]]
    return [_chassis(node, _text_rows(part)) for node, part in by_node(text)]


Row = tuple[str, str, str, str, str]  # name, version, part number, serial number, description


def _xml_rows(part: Element) -> Iterator[Row]:
    tags = ("name", "version", "part-number", "serial-number", "description")
    for tag in ("chassis", "chassis-module"):
        for element in part.all(tag):
            name, version, number, serial, description = (element.value(each) for each in tags)
            yield name, version, number, serial, description


def _text_rows(text: str) -> Iterator[Row]:
    """Rows of the table. Columns are found by the header; without one, the description is what follows the blanks."""
    starts: list[int] = []
    for line in _lines(text):
        if re.match(r"[ \t]*Item[ \t]+Version\b", line, re.IGNORECASE):
            starts = [line.lower().find(word) for word in ("version", "part", "serial", "description")]
            continue
        found = _ITEM.match(line, 0) if not line.startswith((" ", "\t")) else None
        if found is None:
            continue
        cells = _cells(line, starts, found.end())
        yield found["name"], *cells


def _cells(line: str, starts: list[int], end: int) -> tuple[str, str, str, str]:
    """version, part, serial, description. A value longer than its column moves the rest, so the last one is cut by
    two blanks, not by its column, where the column would fall into a word."""
    if starts and min(starts) > 0 and (len(line) <= starts[3] or line[starts[3] - 1] in " \t"):
        version, part, serial = (line[starts[i] : starts[i + 1]].strip() for i in range(3))
        return version, part, serial, line[starts[3] :].strip()
    words = re.split(r"[ \t]{2,}", line[end:].strip())
    return "", "", "", words[-1]


def _chassis(node: str, rows: Iterable[Row]) -> Chassis:
    model = serial = ""
    cards: dict[int, Card] = {}
    engines: list[Engine] = []
    for name, version, part, number, description in rows:
        found = _ITEM.fullmatch(" ".join(name.split()))
        slot = int(found["slot"]) if found and found["slot"] else 0
        if found is None:
            continue
        if name.lower().startswith("chassis"):
            matched = _MODEL.search(description)
            model, serial = model or (matched[0].upper() if matched else description.upper()), serial or number
        elif name.lower().startswith("fpc"):
            cards[slot] = Card(slot, card_kind(description), description, part, number, version)
        else:
            engines.append(Engine(slot, engine_version(description), description))
    return Chassis(node, model, serial, dict(sorted(cards.items())), tuple(engines))


def parse_routing_engine(text: str) -> list[dict[str, str | int]]:
    """`show chassis routing-engine`: node, slot, version, state, model, up_time, last_reboot_reason where reported."""
    if is_xml(text):
        return [
            _engine_row(node, {element.tag: element.text for element in engine.inside})
            for node, part in nodes(text)[0]
            for engine in part.all("route-engine")
        ]
    found: list[dict[str, str | int]] = []
    for node, part in by_node(text):
        values: dict[str, str] = {}
        for line in _lines(part):
            slot = _SLOT.match(line)
            if slot:
                if values:
                    found.append(_engine_row(node, values))
                values = {"slot": slot[1]}
                continue
            matched = _FIELD.match(line)
            tag = _LABELS.get(matched["key"].lower(), "") if matched else ""
            if matched and tag:
                values.setdefault(tag, matched["value"])
        if values:
            found.append(_engine_row(node, values))
    return found


_LABELS = {
    "current state": "mastership-state",
    "model": "model",
    "uptime": "up-time",
    "last reboot reason": "last-reboot-reason",
}


def _engine_row(node: str, values: Mapping[str, str]) -> dict[str, str | int]:
    row: dict[str, str | int] = {"node": node} if node else {}
    slot = values.get("slot", "0")
    row["slot"] = int(slot) if slot.isascii() and slot.isdigit() and len(slot) < 4 else 0
    version = engine_version(values.get("model", ""))
    if version is not None:
        row["version"] = version
    for key, tag in (("state", "mastership-state"), ("model", "model"), ("up_time", "up-time"), ("last_reboot_reason", "last-reboot-reason")):  # fmt: skip
        if values.get(tag):
            row[key] = values[tag]
    return row


def _lines(text: str) -> Iterator[str]:
    for number, line in enumerate(text.splitlines()):
        if number >= MOST_LINES:
            return
        yield line[:500]


def hardware_document(chassis: Iterable[Chassis]) -> list[dict[str, object]]:
    """Plain data for a result: one entry a node."""
    return [
        {
            **({"node": one.node} if one.node else {}),
            "model": one.model,
            "serial_number": one.serial_number,
            "cards": [
                {
                    "fpc": card.slot,
                    "kind": card.kind or "unknown",
                    "description": card.description,
                    "part_number": card.part_number,
                    "serial_number": card.serial_number,
                    "version": card.version,
                }
                for card in one.cards.values()
            ],
            "routing_engines": [
                {
                    "slot": engine.slot,
                    "description": engine.description,
                    **({"version": engine.version} if engine.version else {}),
                }
                for engine in one.engines
            ],
        }
        for one in chassis
    ]
