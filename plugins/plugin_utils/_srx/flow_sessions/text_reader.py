# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""`show security flow session` as text, as it comes, in pieces: raw sessions out, memory flat. Pure.

One reader for all layouts: brief of 9.x to 24.x, extensive, summary, with and without headings of nodes and SPUs. It goes
by labels, not by columns, so a release that adds a label adds a key. What it does not understand is counted and reported.
"""

from __future__ import annotations

import re
from collections.abc import Generator, Iterable, Iterator

from ..._engine.words.device_text import cut
from .model import (
    LABELS,
    LONGEST_VALUE,
    SUMMARY_LABELS,
    WING_KEYS,
    WING_LABELS,
    Place,
    Raw,
    Report,
    another_wing,
    fpc_pic,
    number,
)
from .shapes import Shapes, larger
from .text_shapes import HEAD, STATES, WING_LINE, key_of_label, learnt

BEGIN = f"\n{HEAD}"
LARGEST_SESSION = 256 * 1024  # characters up to the next one; what is larger is read line by line as it comes
LONGEST_LINE = 64 * 1024  # characters; what is longer is cut there
MOST_VALUES = 1000  # of one session
LAST_FIGURE = "maximum"  # of a summary in every layout
JOINED = "its lines were joined, so it is not known where a session ends"
FURTHER_WING = "?"  # the side of a wing that a session has no room for
LONGEST_LEAD = 2000  # characters before the first session that are kept: a refusal stands there

_NODE = re.compile(r"(node[0-9]{1,2}):")
_PIC = re.compile(r"Flow Sessions on (.{1,200}?):?")
_TOTAL = re.compile(r"Total sessions: *([0-9]{1,20})")
_BANNER = re.compile(r"\{[a-z-]+(?::[\w-]+)?\}|-{20,}")
_REFUSAL = re.compile(r"error:", re.IGNORECASE)  # amid sessions, where one SPU or one node does not answer
_FIGURE = re.compile(r"([A-Z][A-Za-z -]{2,60}): +([0-9]{1,20})")


def sessions(pieces: Iterable[str], report: Report, desired: frozenset[str] | None = None) -> Iterator[Raw]:
    """Raw sessions of one answer, cut anywhere; report is filled on the way. Never raises on any text.

    desired: keys that the caller looks at, all of them when None; sessions may lack the others.
    """
    reader, shapes = _Reader(report), Shapes()
    known, placed = shapes.raw, reader.placed
    rest, whole = "\n", False  # whole: rest is the text of a session from its start
    for piece in larger(pieces):
        *parts, rest = (rest + piece).split(BEGIN)
        for part in parts:
            raw = known(part) if whole else None
            if raw:
                yield placed(raw)
                continue
            read = yield from reader.part(part, whole)
            if read and not shapes.full:
                shapes.learn(learnt(part, read, desired))
            whole = True
        if len(rest) > LARGEST_SESSION:
            yield from reader.text(HEAD + rest if whole else rest)
            rest, whole = "", False
    yield from reader.part(rest, whole)


def _is_joined(text: str) -> bool:
    """Whether a line has what stands in lines of its own: an editor, or a variable, lost the ends of lines."""
    return " In: " in text or "Total sessions: " in text


class _Reader:
    def __init__(self, report: Report) -> None:
        self._report = report
        self._node, self._pic = "", ""
        self._raw: Raw | None = None
        self._side = ""
        self._last = ""  # the key that a value without a label goes on with
        self._begun = False
        self._rest, self._skipping = "", False

    def part(self, part: str, whole: bool) -> Generator[Raw, None, Raw | None]:
        """What is there up to the start of the next session; returns the session when it is that of a whole part."""
        found = [*self.text(f"{HEAD if whole else ''}{part}\n"), *self.close()]
        yield from found
        return found[0] if len(found) == 1 and whole else None

    def text(self, text: str) -> Iterator[Raw]:
        """Line by line; a line that does not end yet is kept for the next text."""
        *lines, self._rest = (self._rest + text).split("\n")
        for line in lines:
            if not self._skipping:
                yield from self._line(line[:LONGEST_LINE])
            self._skipping = False
        if len(self._rest) > LONGEST_LINE:
            if not self._skipping:
                yield from self._line(self._rest[:LONGEST_LINE])
            self._rest, self._skipping = "", True

    def _line(self, line: str) -> Iterator[Raw]:
        """The session that this line completes, if it does."""
        text = line.strip()
        if self._raw is not None:
            found = WING_LINE.match(text)
            if found:
                self._wing(found)
                return
        if HEAD in text and _is_joined(text):
            yield from self.close()
            self._report.broken = JOINED
            self._odd(text)
        elif text.startswith(HEAD):
            yield from self.close()
            self._begun, self._raw, self._side, self._last = True, {}, "", "state"
            self._values(text)
        elif text and not _BANNER.fullmatch(text):
            yield from self._other(text)

    def close(self) -> Iterator[Raw]:
        """The session that is under way, as nothing more of it comes."""
        raw, self._raw, self._side = self._raw, None, ""
        if raw is None:
            return
        if number(raw.get("session_id")) is None:
            self._report.odd(f"a session without identifier: {dict(list(raw.items())[:5])}")
            return
        yield self.placed(raw)

    def placed(self, raw: Raw) -> Raw:
        raw["node"], raw["fpc_pic"] = self._node, self._pic
        self._report.sessions += 1
        self._report.uncounted = True
        return raw

    def _other(self, text: str) -> Iterator[Raw]:
        heading = _NODE.fullmatch(text) or _PIC.fullmatch(text) or _TOTAL.fullmatch(text)
        if heading:
            yield from self.close()
            self._begun, self._report.uncounted = True, heading.re is not _TOTAL
            if heading.re is _NODE:
                self._node, self._pic = heading[1], ""
            elif heading.re is _PIC:
                self._pic = fpc_pic(heading[1])
            else:
                self._report.displayed(Place(self._node, self._pic), int(heading[1]))
            return
        figure = _FIGURE.fullmatch(text)
        key = SUMMARY_LABELS.get(figure[1].lower()) if figure else None
        if self._raw is None and figure and key:
            self._begun, self._report.uncounted = True, key != LAST_FIGURE
            self._report.figure(Place(self._node, self._pic), key, int(figure[2]))
        elif self._raw is not None and ":" in text and not _REFUSAL.match(text):
            self._values(text)
        else:
            self._odd(text)

    def _odd(self, text: str) -> None:
        self._report.odd(text)
        if not self._begun:
            self._report.lead = cut(f"{self._report.lead}{text}\n", LONGEST_LEAD)

    def _wing(self, found: re.Match[str]) -> None:
        if " --> " in found[7]:
            self._report.broken = JOINED
        raw, wing = self._raw, dict(zip(WING_KEYS, found.groups()[1:6], strict=True))
        self._side = f"{found[1].lower()}."
        if raw is None:
            return
        if f"{self._side}source" in raw:
            self._side = FURTHER_WING
            self._report.odd(another_wing(raw, found[1], wing))
            return
        raw |= {self._side + key: value for key, value in wing.items()}
        self._last = f"{self._side}protocol"
        self._values(found[7])

    def _values(self, text: str) -> None:
        """`Label: value, Label: value,`. A value without a label is a state, or continues what came before it."""
        raw, side = self._raw, self._side
        if side == FURTHER_WING:
            return
        labels = WING_LABELS if side else LABELS
        for part in text.split(", ") if raw is not None else ():
            label, colon, value = part.partition(":")
            label = label.strip(" ,\t").lower()
            value = value.strip(" ,\t")[:LONGEST_VALUE]
            if not label or raw is None or len(raw) >= MOST_VALUES:
                continue
            if colon:
                self._last = side + (labels.get(label) or key_of_label(label))
                raw[self._last] = value
                if self._last == "application":
                    self._application(value)
            elif part.strip(" ,") in STATES:
                raw["state"] = part.strip(" ,")
            elif self._last == "flags":  # XML has an element for each: services-offload
                raw[key_of_label(label)] = part.strip(" ,")
            else:
                raw[self._last] = f"{raw.get(self._last, '')}, {part.strip(' ,')}".strip(" ,")[:LONGEST_VALUE]

    def _application(self, value: str) -> None:
        """`junos-ssh/22`: the name and its number, which XML keeps apart."""
        name, slash, value_text = value.rpartition("/")
        if slash and number(value_text) is not None and self._raw is not None:
            self._raw["application"], self._raw["application_value"] = name, value_text
