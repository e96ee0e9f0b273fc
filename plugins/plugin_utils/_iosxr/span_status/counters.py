# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""`show monitor-session [NAME] counters` -> packets and bytes of each source. Pure, linear, never raises.

The layout is unverified (no public sample); it follows the ASR 9000 guide as remembered, and the counters are those of
YANG Cisco-IOS-XR-Ethernet-SPAN-oper. So the reading is tolerant, and what it does not know is kept.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from typing import Any

from ..._engine.words.device_text import cut
from ..interfaces import printed_name

MAX_UNPARSED = 50  # lines a session
MAX_LINE = 500  # characters of a kept line

_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")
_HEADER = re.compile(r"monitor[- ]session (\S+?)(?: ?\([a-z0-9-]{1,32}\))? ?:?", re.IGNORECASE)
_INTERFACE = re.compile(r"([A-Za-z][A-Za-z-]{0,31} ?[0-9][0-9A-Za-z/.]{0,63})(?: ?\(port\))? ?:?")
_COUNTER = re.compile(
    r"(rx|tx|non|not)[- ]?(?:rx |tx )?(?:replicated|mirrored) ?: ?"
    r"([0-9]{1,20}) packets?,? ([0-9]{1,20}) (?:bytes?|octets?)",
    re.IGNORECASE,
)
_PROMPT = re.compile(r"\S{1,80}#.*|show .*", re.IGNORECASE)
_FIELDS = {"rx": "rx", "tx": "tx", "non": "not_mirrored", "not": "not_mirrored"}


@dataclass(frozen=True, slots=True)
class SourceCounters:
    """What one source mirrored since the counters were cleared. None: not printed."""

    session: str
    interface: str
    rx_packets: int | None = None
    rx_bytes: int | None = None
    tx_packets: int | None = None
    tx_bytes: int | None = None
    not_mirrored_packets: int | None = None
    not_mirrored_bytes: int | None = None


@dataclass(frozen=True, slots=True)
class Counters:
    sources: tuple[SourceCounters, ...] = ()
    unparsed: tuple[str, ...] = ()  # at most MAX_UNPARSED lines a session


@dataclass(slots=True)
class _Source:
    session: str
    interface: str
    values: dict[str, int] = field(default_factory=dict)


def parse_counters(text: str) -> Counters:
    """Counters of every source of every session in the text."""
    sources: list[_Source] = []
    unparsed: list[str] = []
    session: str | None = None
    source: _Source | None = None
    room = MAX_UNPARSED
    for line in (" ".join(line.split()) for line in _CONTROL.sub("", text).split("\n")):
        if header := _HEADER.fullmatch(line):
            session, source, room = header[1], None, MAX_UNPARSED
        elif session is None or not line.strip("-= "):
            continue
        elif _PROMPT.fullmatch(line):
            session, source = None, None
        elif lone := _INTERFACE.fullmatch(line):
            source = _Source(session, printed_name(lone[1]))
            sources.append(source)
        elif (counter := _COUNTER.match(line)) and source is not None:
            name = _FIELDS[counter[1].lower()]
            source.values |= {f"{name}_packets": int(counter[2]), f"{name}_bytes": int(counter[3])}
        elif room:
            unparsed.append(cut(line, MAX_LINE))
            room -= 1
    return Counters(tuple(SourceCounters(s.session, s.interface, **s.values) for s in sources), tuple(unparsed))


def counters_document(counters: Iterable[SourceCounters]) -> list[dict[str, Any]]:
    """For results: one dictionary a source, counters that were not printed left out."""
    return [{key: value for key, value in asdict(source).items() if value is not None} for source in counters]
