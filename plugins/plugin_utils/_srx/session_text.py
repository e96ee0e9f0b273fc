# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""`show security flow session` as text, as it comes, in pieces: raw sessions out, memory flat. Pure.

One reader for all layouts: brief of 9.x to 24.x, extensive, summary, with and without headings of nodes and SPUs. It goes
by labels, not by columns, so a release that adds a label adds a key. What it does not understand is counted and reported.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from .session_model import (
    LABELS,
    LONGEST_VALUE,
    SUMMARY_LABELS,
    WING_LABELS,
    Place,
    Raw,
    Report,
    fpc_pic,
    number,
)

LONGEST_LINE = 64 * 1024  # characters; what is longer is cut there
MOST_VALUES = 1000  # of one session
LONGEST_LEAD = 2000  # characters before the first session that are kept: a refusal stands there

_NODE = re.compile(r"(node[0-9]{1,2}):")
_PIC = re.compile(r"Flow Sessions on (.{1,200}?):?")
_TOTAL = re.compile(r"Total sessions: *([0-9]{1,20})")
_BANNER = re.compile(r"\{[a-z-]+(?::[\w-]+)?\}|-{20,}")
_WING = re.compile(r"(In|Out): (\S+?)/([0-9]{1,10}) --> (\S+?)/([0-9]{1,10});([^,\s]*)(.*)")
# The three lines of a session as most tables have them; the reader by labels below takes all others.
_FIGURE = re.compile(r"([A-Z][A-Za-z -]{2,60}): +([0-9]{1,20})")
_STATES = frozenset({"Valid", "Invalidated", "Pending", "Other"})  # 9.x to 15.1 print them without a label
_WING_KEYS = ("source", "source_port", "destination", "destination_port", "protocol")


def sessions(pieces: Iterable[str], report: Report) -> Iterator[Raw]:
    """Raw sessions of one answer, cut anywhere; report is filled on the way. Never raises on any text."""
    reader = _Reader(report)
    for line in _lines(pieces):
        done = reader.line(line)
        if done is not None:
            yield done
    done = reader.close()
    if done is not None:
        yield done


def _lines(pieces: Iterable[str]) -> Iterator[str]:
    """Lines without their ends, at most LONGEST_LINE of each."""
    rest, skipping = "", False
    for piece in pieces:
        *lines, rest = (rest + piece).split("\n")
        for line in lines:
            if not skipping:
                yield line[:LONGEST_LINE]
            skipping = False
        if len(rest) > LONGEST_LINE:
            if not skipping:
                yield rest[:LONGEST_LINE]
            rest, skipping = "", True
    if rest and not skipping:
        yield rest[:LONGEST_LINE]


class _Reader:
    def __init__(self, report: Report) -> None:
        self._report = report
        self._node, self._pic = "", ""
        self._raw: Raw | None = None
        self._side = ""
        self._last = ""  # the key that a value without a label goes on with
        self._begun = False

    def line(self, line: str) -> Raw | None:
        """The session that this line completes."""
        text = line.strip()
        if self._raw is not None:
            found = _WING.match(text)
            if found:
                self._wing(found)
                return None
        if text.startswith("Session ID: "):
            done = self.close()
            self._begun, self._raw, self._side, self._last = True, {}, "", "state"
            self._values(text)
            return done
        if not text or _BANNER.fullmatch(text):
            return None
        return self._other(text)

    def close(self) -> Raw | None:
        """The session that is under way, as nothing more of it comes."""
        raw, self._raw, self._side = self._raw, None, ""
        if raw is None:
            return None
        if number(raw.get("session_id")) is None:
            self._report.odd(f"a session without identifier: {dict(list(raw.items())[:5])}")
            return None
        raw["node"], raw["fpc_pic"] = self._node, self._pic
        self._report.sessions += 1
        return raw

    def _other(self, text: str) -> Raw | None:
        heading = _NODE.fullmatch(text) or _PIC.fullmatch(text) or _TOTAL.fullmatch(text)
        if heading:
            done = self.close()
            self._begun = True
            if heading.re is _NODE:
                self._node, self._pic = heading[1], ""
            elif heading.re is _PIC:
                self._pic = fpc_pic(heading[1])
            else:
                self._report.displayed(Place(self._node, self._pic), int(heading[1]))
            return done
        figure = _FIGURE.fullmatch(text)
        key = SUMMARY_LABELS.get(figure[1].lower()) if figure else None
        if self._raw is None and figure and key:
            self._begun = True
            self._report.figure(Place(self._node, self._pic), key, int(figure[2]))
        elif self._raw is not None and ":" in text:
            self._values(text)
        else:
            self._odd(text)
        return None

    def _odd(self, text: str) -> None:
        self._report.odd(text)
        if not self._begun:
            self._report.lead = f"{self._report.lead}{text}\n"[:LONGEST_LEAD]

    def _wing(self, found: re.Match[str]) -> None:
        self._side = f"{found[1].lower()}."
        raw = self._raw
        if raw is not None:
            for key, value in zip(_WING_KEYS, found.groups()[1:6], strict=True):
                raw[self._side + key] = value
            self._last = f"{self._side}protocol"
            self._values(found[7])

    def _values(self, text: str) -> None:
        """`Label: value, Label: value,`. A value without a label is a state, or goes on with what was told before it."""
        raw, side = self._raw, self._side
        labels = WING_LABELS if side else LABELS
        for part in text.split(", ") if raw is not None else ():
            label, colon, value = part.partition(":")
            label = label.strip(" ,\t").lower()
            value = value.strip(" ,\t")[:LONGEST_VALUE]
            if not label or raw is None or len(raw) >= MOST_VALUES:
                continue
            if colon:
                self._last = side + (labels.get(label) or _key(label))
                raw[self._last] = value
                if self._last == "application":
                    self._application(value)
            elif part.strip(" ,") in _STATES:
                raw["state"] = part.strip(" ,")
            elif self._last == "flags":  # XML has an element for each: services-offload
                raw[_key(label)] = part.strip(" ,")
            else:
                raw[self._last] = f"{raw.get(self._last, '')}, {part.strip(' ,')}".strip(" ,")[:LONGEST_VALUE]

    def _application(self, value: str) -> None:
        """`junos-ssh/22`: the name and its number, which XML tells apart."""
        name, slash, told = value.rpartition("/")
        if slash and number(told) is not None and self._raw is not None:
            self._raw["application"], self._raw["application_value"] = name, told


def _key(label: str) -> str:
    """Of a label that no table knows: small letters, digits and underscores."""
    return re.sub(r"[^a-z0-9]+", "_", label[:80]).strip("_") or "other"
