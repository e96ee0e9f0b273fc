# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which signatures an update brings: what is new or modified between two levels. Pure, never raises.

No public source describes metadata beside a package, so both forms here are unverified: a readme, whose headings and lines are
taken as its releases print them, and a JSON file that this collection defines. Where there is neither the list is unknown.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any, Literal

from ..._engine.words.json_text import object_of
from ..versions import SignatureLevel, parse_signature_level
from .model import Held, SignatureChange, SignatureList, Stock

LARGEST = 4 * 1024 * 1024  # characters of a readme that are looked at
LINK = "https://tools.cisco.com/security/center/viewIpsSignature.x?signatureId={number}&signatureSubId={sub}"

_LEVEL = re.compile(r"\s{0,8}(?:Signature update\s+)?S(\d{1,5})\b.{0,80}", re.ASCII | re.IGNORECASE)
_HEADING = re.compile(r"\s{0,8}(\w{1,20})\s+SIGNATURES?\b.{0,40}", re.ASCII | re.IGNORECASE)
_CELLS = re.compile(r"\s{2,}|\t")
Status = Literal["new", "modified"]
_STATUS: Mapping[str, Status] = {"new": "new", "tuned": "modified", "modified": "modified"}
_NUMBER = re.compile(r"(\d{1,6})[./-](\d{1,4})", re.ASCII)


def number_of(text: str) -> str | None:
    """``1234/0`` of ``1234/0``, ``1234.0`` or ``1234-0``; None for anything else."""
    found = _NUMBER.fullmatch(text.strip())
    return f"{int(found[1])}/{int(found[2])}" if found else None


def link(number: str) -> str:
    """Where Cisco.com describes a signature (unverified: the address has changed over the years)."""
    main, _slash, sub = number.partition("/")
    return LINK.format(number=main, sub=sub)


def of_readme(text: str, level: SignatureLevel) -> SignatureList | None:
    """The lists under the headings of a readme; None where there is none. level: that of its package, which lines before the first
    heading with a level belong to."""
    at = level
    status: Status | None = None
    column = 1  # that of the name, where a line of titles says another one
    found: list[SignatureChange] = []
    for line in text[:LARGEST].splitlines():
        title = _LEVEL.fullmatch(line)
        if title and SignatureLevel(int(title[1])) <= level:
            at, status = SignatureLevel(int(title[1])), None
            continue
        heading = _HEADING.fullmatch(line)
        if heading:
            status = _STATUS.get(heading[1].lower())
            continue
        cells = _CELLS.split(line.strip())
        if "SIGNAME" in cells:
            column = cells.index("SIGNAME")
        number = number_of(cells[0])
        if number and status and len(cells) > column:
            found.append(SignatureChange(number, cells[column], status, at, link(number)))
    if not found:
        return None
    return SignatureList(tuple(found), _before(min(each.level for each in found)))


def of_metadata(text: str, level: SignatureLevel) -> SignatureList | None:
    """The JSON form: ``{"since": "S700", "signatures": [{"id": "1234/0", "name": ..., "status": "new", "level": "S701"}]}``.

    since: the level above which it lists all, by default the one below the lowest that it names. A number may be in two parts
    (``id`` and ``subid``)."""
    data = object_of(text)
    listed = data.get("signatures")
    if not isinstance(listed, list):
        return None
    found: list[SignatureChange] = []
    for item in listed:
        entry = item if isinstance(item, dict) else {}
        main = str(entry.get("id", ""))
        number = number_of(f"{main}/{entry['subid']}" if "subid" in entry else main)
        status = _STATUS.get(str(entry.get("status", "")).lower())
        if number is None or status is None:
            return None  # half a list would pass for a whole one
        at = parse_signature_level(str(entry.get("level", ""))) or level
        where = str(entry.get("link") or link(number))
        found.append(SignatureChange(number, str(entry.get("name", "")), status, at, where))
    since = parse_signature_level(str(data.get("since", "")))
    return SignatureList(tuple(found), since or _before(min((each.level for each in found), default=level)))


def threat_profiles_of(text: str) -> tuple[str, ...] | None:
    """Those that the JSON form lists; None where it does not say."""
    listed = object_of(text).get("threat_profiles")
    return tuple(map(str, listed)) if isinstance(listed, list) else None


def between(held: Held, lowest: SignatureLevel | None, stock: Stock) -> SignatureList | None:
    """What is new or modified above the lowest level of the selected sensors, up to that of the update; None where it is not
    known. Lists of the updates in between, which may be at hand, fill what its own list leaves out."""
    level = held.package.signature
    if held.signatures is None or level is None or lowest is None:
        return None
    others = [
        each.signatures
        for each in stock.values()
        if each.signatures and each.package.signature and each.package.signature < level
    ]
    known = [change for each in (held.signatures, *others) for change in each.changes if lowest < change.level <= level]
    return SignatureList(_merged(known), _since(held.signatures, others))


def _merged(changes: Iterable[SignatureChange]) -> tuple[SignatureChange, ...]:
    """One for each signature: that it is new counts for more than that it was modified later."""
    found: dict[str, SignatureChange] = {}
    for change in sorted(changes, key=lambda each: (each.status != "new", each.level)):
        found.setdefault(change.number, change)
    return tuple(found.values())


def _before(level: SignatureLevel) -> SignatureLevel:
    return SignatureLevel(max(0, level.number - 1))


def _highest(listed: SignatureList) -> SignatureLevel:
    return max((change.level for change in listed.changes), default=listed.since)


def _since(own: SignatureList, others: Iterable[SignatureList]) -> SignatureLevel:
    """The level from which on all lists together are whole."""
    since = own.since
    for other in sorted(others, key=_highest, reverse=True):
        if _highest(other) >= since > other.since:
            since = other.since
    return since


def as_dict(found: SignatureList | None, lowest: SignatureLevel | None) -> dict[str, Any]:
    """status: ``known``; ``partial`` where the lists begin above the lowest level; ``unknown`` where there is none."""
    if found is None:
        return {"status": "unknown", "from": lowest and str(lowest), "new": [], "modified": []}
    rows: dict[str, list[dict[str, str]]] = {"new": [], "modified": []}
    for change in sorted(found.changes, key=lambda each: tuple(map(int, each.number.split("/")))):
        rows[change.status].append(
            {"id": change.number, "name": change.name, "level": str(change.level), "link": change.link}
        )
    whole = lowest is not None and found.since <= lowest
    return {"status": "known" if whole else "partial", "from": lowest and str(lowest), **rows}
