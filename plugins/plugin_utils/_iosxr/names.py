# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Interface names of IOS XR: every form that routers print or people type -> the full name. Pure.

Names are compared as whole canonical names, never by prefix: Ethernet4 is no part of Ethernet44.
Sources: abbreviations of the genieparser map for IOS XR and of its recorded outputs (`FH0/2/0/9`, upper case);
Cisco NCS 5500 guide "Configuring Traffic Mirroring" (`HundredGigE 0/5/0/38`, `tunnelip3`).
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Literal, NamedTuple

Shape = Literal["port", "number"]


class UnknownKind(ValueError):
    """A name in the form of an interface, of a type that the table does not have. name: as it was written, without blanks."""

    def __init__(self, name: str, message: str) -> None:
        super().__init__(message)
        self.name = name


class Kind(NamedTuple):
    """One type of interface. short: what the router prints in tables. aliases: further forms, in lower case.

    shape: ``port`` is rack/slot/module/port[/lane], ``number`` is a plain number. sub: whether it has sub-interfaces.
    """

    name: str
    short: str
    shape: Shape
    sub: bool
    aliases: tuple[str, ...] = ()


KINDS: tuple[Kind, ...] = (
    Kind("FastEthernet", "Fa", "port", True),
    Kind("GigabitEthernet", "Gi", "port", True, ("gig", "gige")),
    Kind("TenGigE", "Te", "port", True, ("ten", "tengigabitethernet")),
    Kind("TwentyFiveGigE", "TF", "port", True, ("twentyfivegigabitethernet",)),
    Kind("FortyGigE", "Fo", "port", True, ("fortygigabitethernet",)),
    Kind("FiftyGigE", "Fi", "port", True),
    Kind("HundredGigE", "Hu", "port", True, ("hun", "hundredgigabitethernet")),
    Kind("TwoHundredGigE", "Th", "port", True),
    Kind("FourHundredGigE", "FH", "port", True),
    Kind("EightHundredGigE", "EH", "port", True),
    Kind("Ethernet", "Eth", "port", True),
    Kind("MgmtEth", "Mg", "port", True, ("managementethernet",)),
    Kind("POS", "PO", "port", True),
    Kind("Serial", "Se", "port", True),
    Kind("Bundle-Ether", "BE", "number", True),
    Kind("Bundle-POS", "BP", "number", True),
    Kind("PW-Ether", "PE", "number", True, ("pw",)),
    Kind("PW-IW", "PI", "number", True),
    Kind("BVI", "BV", "number", False),
    Kind("Loopback", "Lo", "number", False),
    Kind("Null", "Nu", "number", False),
    Kind("nve", "nv", "number", False),
    Kind("tunnel-ip", "ti", "number", False),
    Kind("tunnel-te", "tt", "number", False),
    Kind("tunnel-mte", "tm", "number", False),
    Kind("tunnel-tp", "tp", "number", False),
    Kind("tunnel-ipsec", "tsec", "number", False),
)


def _spellings() -> dict[str, Kind]:
    """Lower-case spelling, without hyphens -> kind. Raises ValueError when two kinds share one."""
    table: dict[str, Kind] = {}
    for entry in KINDS:
        for text in {entry.name, entry.short, *entry.aliases}:
            key = text.lower().replace("-", "")
            if table.setdefault(key, entry) is not entry:
                raise ValueError(f"{text} means {entry.name} and {table[key].name}")
    return table


_BY_SPELLING = _spellings()
_BY_NAME = {entry.name: entry for entry in KINDS}
_NAME = re.compile(
    r"([A-Za-z]+(?:-[A-Za-z]+)*-?)\s*([0-9][0-9A-Za-z/]{0,60}(?::[0-9]{1,5})?)(?:\.([0-9]{1,10}))?", re.ASCII
)
# A channel of a port with several has its number behind a colon.
_PORT = re.compile(r"[0-9]{1,5}(?:/[A-Za-z]{0,5}[0-9]{1,5}){3,4}(?::[0-9]{1,5})?", re.ASCII)
_NUMBER = re.compile(r"[0-9]{1,10}", re.ASCII)
_PART = re.compile(r"([A-Za-z]*)([0-9]+)", re.ASCII)


@lru_cache(maxsize=8192)
def interface_name(text: str) -> str:
    """The full name: ``Te0/0/0/42`` -> ``TenGigE0/0/0/42``, ``tunnelip3`` -> ``tunnel-ip3``.

    Takes any letter case and blanks before the number. Raises UnknownKind for a type that is not in the table, ValueError for anything
    else, with the reason.
    """
    found = _NAME.fullmatch(text.strip(" "))
    if not found:
        raise ValueError(f"{text[:80]!r} is not an interface name such as TenGigE0/0/0/1 or Bundle-Ether1.100")
    word, number, sub = found.groups()
    entry = _BY_SPELLING.get(word.lower().replace("-", ""))
    if entry is None:
        name = f"{word}{number}{f'.{sub}' if sub is not None else ''}"
        raise UnknownKind(name, f"{text[:80]!r}: {word[:40]} is not a type of interface that this collection knows")
    if entry.shape == "port" and not _PORT.fullmatch(number):
        raise ValueError(f"{text[:80]!r}: {entry.name} needs rack/slot/module/port, such as {entry.name}0/0/0/1")
    if entry.shape == "number" and not _NUMBER.fullmatch(number):
        raise ValueError(f"{text[:80]!r}: {entry.name} needs a plain number, such as {entry.name}1")
    if sub is not None and not entry.sub:
        raise ValueError(f"{text[:80]!r}: {entry.name} has no sub-interfaces")
    place = "/".join(_PART.sub(lambda part: f"{part[1].upper()}{int(part[2])}", part) for part in number.split("/"))
    return f"{entry.name}{place}" + (f".{int(sub)}" if sub is not None else "")


def is_known(name: str) -> bool:
    """Whether the type of a full name is in the table."""
    return kind(name) in _BY_NAME


def is_subinterface(name: str) -> bool:
    """``TenGigE0/0/0/1.10`` is one."""
    return "." in name


def parent(name: str) -> str:
    """The main interface of a sub-interface; of any other, itself."""
    return name.partition(".")[0]


def kind(name: str) -> str:
    """The type of a full name: ``HundredGigE``, ``Bundle-Ether``, ``BVI``, ``tunnel-ip``."""
    found = re.match(r"[A-Za-z-]*", name)
    return found[0] if found else ""


def short(name: str) -> str:
    """As the router prints it in tables: ``TenGigE0/0/0/42`` -> ``Te0/0/0/42``. Unknown types stay as they are."""
    entry = _BY_NAME.get(kind(name))
    return name if entry is None else entry.short + name[len(entry.name) :]


def sort_key(name: str) -> tuple[tuple[int, int, str], ...]:
    """Sorts names by type, then by numbers as numbers: TenGigE0/0/0/2 before TenGigE0/0/0/10. Takes any text."""
    parts = re.findall(r"[0-9]{1,18}|[^0-9]+", name)
    return tuple((1, int(part), "") if part[0] in "0123456789" else (0, 0, part) for part in parts)
