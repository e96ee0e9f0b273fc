# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What stands beside a package: its metadata, its readme, and the listing of the folder as web servers print it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from html import escape
from typing import Any

from ..ips import signatures
from ..ips.packages import name_of

FIRST_LEVEL, FIRST_DAY = 722, date(2013, 6, 5)  # of the captured sensor; a pack a week
HISTORY = 60  # levels that a pack tells of
LINK = "https://tools.cisco.com/security/center/viewIpsSignature.x?signatureId={}&signatureSubId=0"


@dataclass(frozen=True, slots=True)
class Shelf:
    """How many signatures a level brings and modifies, and which threat profiles a pack contains."""

    new: int = 2
    modified: int = 1
    profiles: tuple[str, ...] = ()


def day_of(name: str) -> date:
    """When a package came out: a signature pack a week."""
    told = name_of(name)
    level = told.level if told and told.kind == "signature" else FIRST_LEVEL
    return FIRST_DAY + timedelta(days=7 * (level - FIRST_LEVEL))


def stem(name: str) -> str:
    """A package's name without its ending."""
    return name.removesuffix(".pkg")


def metadata(name: str, data: bytes, shelf: Shelf) -> bytes:
    """The metadata of a package, JSON."""
    told = name_of(name)
    found: dict[str, Any] = {
        "file": name,
        "size": len(data),
        "sha256": hashlib.sha256(data).hexdigest(),
        "date": day_of(name).isoformat(),
    }
    if told and told.kind == "signature":
        found["signatures"] = [row for level in _levels(told.level) for row in _of_level(level, shelf)]
        found["threat_profiles"] = list(shelf.profiles)
    return json.dumps(found, indent=1).encode()


def _levels(last: int) -> range:
    return range(last, max(0, last - HISTORY), -1)


def _of_level(level: int, shelf: Shelf) -> list[dict[str, Any]]:
    rows = [("new", number) for number in signatures.brought(level, shelf.new)]
    rows += [("modified", number) for number in signatures.changed(level, shelf.modified)]
    return [_row(level, status, signatures.signature(number)) for status, number in rows]


def _row(level: int, status: str, own: signatures.Signature) -> dict[str, Any]:
    return {
        "id": str(own.number),
        "subid": "0",
        "name": own.name,
        "level": level,
        "status": status,
        "link": LINK.format(own.number),
        "engine": own.engine,
        "severity": own.severity,
        "enabled": own.enabled,
        "retired": own.retired,
    }


def readme(name: str, shelf: Shelf) -> bytes:
    """The same for people."""
    told = name_of(name)
    text = f"{stem(name)}.readme.txt\n"
    if told is None or told.kind != "signature":
        return f"{text}\nFiles in this release: {name}\n".encode()
    for level in _levels(told.level):
        text += f"\nS{level} SIGNATURE UPDATE DETAILS\n"
        for status in ("new", "modified"):
            rows = [row for row in _of_level(level, shelf) if row["status"] == status]
            text += f"\n{status.upper()} SIGNATURES\n\n{_table(rows)}"
    return text.encode()


def _table(rows: Sequence[dict[str, Any]]) -> str:
    if not rows:
        return "None\n"
    head = ("SIGID.SUBID", "ENGINE", "SEVERITY", "ENABLED", "RETIRED", "SIGNAME")
    lines = [head]
    for row in rows:
        number = f"{row['id']}.{row['subid']}"
        lines.append((number, row["engine"], row["severity"], str(row["enabled"]), str(row["retired"]), row["name"]))
    widths = (13, 14, 15, 9, 9, 0)
    return "".join("".join(map(str.ljust, line, widths)).rstrip() + "\n" for line in lines)


# -- the listing


@dataclass(frozen=True, slots=True)
class Entry:
    """One file of a listing."""

    name: str
    size: int
    when: datetime


def listing(form: str, folder: str, entries: Iterable[Entry]) -> str:
    """The page of a folder. form: apache, iis or nginx."""
    return {"apache": _apache, "iis": _iis, "nginx": _nginx}[form](folder, sorted(entries, key=lambda item: item.name))


def _apache(folder: str, entries: Sequence[Entry]) -> str:
    """Long names are cut in the text, not in the link."""
    text = (
        '<!DOCTYPE HTML PUBLIC "-//W3C//DTD HTML 3.2 Final//EN">\n<html>\n <head>\n'
        f"  <title>Index of /{escape(folder)}</title>\n </head>\n <body>\n<h1>Index of /{escape(folder)}</h1>\n"
        '<pre><img src="/icons/blank.gif" alt="Icon "> <a href="?C=N;O=D">Name</a>                    '
        '<a href="?C=M;O=A">Last modified</a>      <a href="?C=S;O=A">Size</a>  <a href="?C=D;O=A">Description</a><hr>'
        '<img src="/icons/back.gif" alt="[PARENTDIR]"> <a href="/">Parent Directory</a>                             -   \n'
    )
    for entry in entries:
        shown = entry.name if len(entry.name) <= 23 else f"{entry.name[:21]}..>"
        pad = " " * (23 - min(23, len(shown)))
        size = f"{max(1, round(entry.size / 1024))}K" if entry.size >= 1000 else str(entry.size)
        text += (
            f'<img src="/icons/unknown.gif" alt="[   ]"> <a href="{escape(entry.name)}">{escape(shown)}</a>{pad} '
            f"{entry.when:%Y-%m-%d %H:%M}  {size:>4}  \n"
        )
    return f"{text}<hr></pre>\n</body></html>\n"


def _iis(folder: str, entries: Sequence[Entry]) -> str:
    """Links are whole paths; dates are American, the size is in bytes."""
    rows = ""
    for entry in entries:
        when = (
            f"{entry.when.month}/{entry.when.day}/{entry.when.year} {entry.when.hour % 12 or 12:2d}:{entry.when:%M %p}"
        )
        rows += f'{when} {entry.size:>12} <A HREF="/{escape(folder)}/{escape(entry.name)}">{escape(entry.name)}</A><br>'
    title = f"localhost - /{escape(folder)}/"
    return (
        f"<html><head><title>{title}</title></head><body><H1>{title}</H1><hr>\n\n"
        f'<pre><A HREF="/">[To Parent Directory]</A><br><br>{rows}</pre><hr></body></html>'
    )


def _nginx(folder: str, entries: Sequence[Entry]) -> str:
    rows = '<a href="../">../</a>\n'
    for entry in entries:
        shown = entry.name if len(entry.name) <= 50 else f"{entry.name[:47]}..>"
        pad = " " * (51 - len(shown))
        rows += f'<a href="{escape(entry.name)}">{escape(shown)}</a>{pad}{_nginx_date(entry.when)} {entry.size:>19}\r\n'
    title = f"Index of /{escape(folder)}/"
    return (
        f"<html>\r\n<head><title>{title}</title></head>\r\n<body>\r\n<h1>{title}</h1><hr><pre>{rows}</pre><hr></body>\r\n"
        "</html>\r\n"
    )


def _nginx_date(when: datetime) -> str:
    months = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
    return f"{when.day:02d}-{months[when.month - 1]}-{when.year} {when:%H:%M}"
