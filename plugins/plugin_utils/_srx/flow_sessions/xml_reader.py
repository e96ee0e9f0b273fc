# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""`show security flow session ... | display xml` as it comes, in pieces: raw sessions out, memory flat. Pure.

Two readers share the work. Expat, which knows XML, reads whatever it is given: the frame around the sessions, and every
session that is not plain. But devices print the same elements in the same order over and over. So a session that is plain
(ASCII, without entities, comments and sections) is taken out before expat sees it, by an expression learnt from the first
of its kind, at a third of the cost. An expression admits only what expat would read the same way; tests hold it to that.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from xml.parsers import expat

from ..._engine.words.device_text import cut
from .model import LONGEST_VALUE, SUMMARY_TAGS, TAGS, WING_TAGS, Place, Raw, Report, another_wing, fpc_pic, number
from .shapes import Shape, Shapes, larger

END = "</flow-session>"
LARGEST_SESSION = 256 * 1024  # characters up to END; what is larger is expat's
LARGEST_TOKEN = 1024 * 1024  # bytes in which expat finds no end of a tag, a comment or a text
DEEPEST = 64  # nested elements; devices print eight
MOST_VALUES = 1000  # of one session; devices print about sixty
LONGEST_LEAD = 2000  # characters before XML begins that are kept: a refusal is there

_BLANK = r"[ \t\r\n]*+"
_PLAIN = rf"[\t\n -%'-;=?-~]{{0,{LONGEST_VALUE}}}+"  # ASCII without & < >, control characters and carriage returns
_IDENTIFIER = r"[0-9]{1,20}+"
_NAME = r"[A-Za-z_][A-Za-z0-9_.:-]*+"
_ATTRIBUTE = rf"(?:[ \t\r\n]++{_NAME}=\"[ !#-%'-;=?-~]*+\")?+"  # one at most: two might have one name
_LEAF = re.compile(rf"{_BLANK}<([a-z][a-z0-9-]*+)({_ATTRIBUTE})>({_PLAIN})</\1>")
_HEAD = rf"{_BLANK}<flow-session{_ATTRIBUTE}>"
_WING = rf"{_BLANK}<flow-information{_ATTRIBUTE}>"
_WING_END = rf"{_BLANK}</flow-information>"
_STEP = {name: re.compile(pattern) for name, pattern in (("head", _HEAD), ("wing", _WING), ("end", _WING_END))}
_START = re.compile(r"<flow-session[ \t\r\n>]")
# What may be around plain sessions: text, and tags that are whole. Anything else might be a comment, say, that opens
# before a session and hides it.
_FRAME = re.compile(
    rf"(?:[^<>]++|</?{_NAME}(?:[ \t\r\n]++{_NAME}=(?:\"[^\"<>]*+\"|'[^'<>]*+'))*+{_BLANK}/?>)*+",
)
_DECLARATION = re.compile(r"<\?xml[ \t\r\n][^<>]*+\?>")

_PICS = frozenset({"flow-fpc-pic-id", "dcp-flow-fpc-pic-id", "dcp-flow-fpc-pic"})  # two spellings seen for cp-session
_TABLES = frozenset({"flow-session-information", "flow-session-per-pic"})
_SIDES: tuple[list[str], ...] = (
    [],
    ["in."],
    ["in.", "out."],
)  # wings of a plain session; each has its direction once, at its head
NODE_ITEM = "multi-routing-engine-item"  # what one node of a cluster says
_SAYS_NO = frozenset({"error-message", "message", "output"})


class _Unfit(Exception):
    """XML that no device sends; the text says why it is read no further."""


def sessions(pieces: Iterable[str], report: Report, desired: frozenset[str] | None = None) -> Iterator[Raw]:
    """Raw sessions of one answer, cut anywhere; report is filled on the way, and complete at the end. Never raises.

    desired: keys that the caller looks at, all of them when None; plain sessions may lack the others.
    """
    reader = _Reader(report, desired)
    rest = ""
    for piece in larger(pieces):
        if not reader.plain:
            yield from reader.read(piece)
            continue
        *parts, rest = (rest + piece).split(END)
        for part in parts:
            raw = reader.known(part)
            if raw is None:
                yield from reader.other(part)
            else:
                report.sessions += 1
                yield raw
        if not reader.plain or len(rest) > LARGEST_SESSION:
            reader.plain = False
            yield from reader.read(rest)
            rest = ""
    yield from reader.read(rest)
    reader.close()


class _Reader:
    """plain: whether sessions may be taken out; not any more after the first thing that could hide one from expat."""

    def __init__(self, report: Report, desired: frozenset[str] | None) -> None:
        self.plain = True
        self._desired = desired
        self._report = report
        self._shapes = Shapes()
        self._tree = _Tree(report)

    def known(self, part: str) -> Raw | None:
        """A plain session of a kind that was met before; None for everything else."""
        if not self._tree.inside or not self.plain:
            return None
        raw = self._shapes.raw(part)
        return self._tree.placed(raw) if raw else None

    def other(self, part: str) -> Iterator[Raw]:
        """A session of a new kind, or one after something else, or anything that ends where a session would."""
        start = _START.search(part)
        frame, body = (part[: start.start()], part[start.start() :]) if start else (part, "")
        self.plain = self.plain and len(part) <= LARGEST_SESSION and self._harmless(frame)
        if not self.plain or not start:
            yield from self.read(part + END)
            return
        yield from self.read(frame)
        raw = self.known(body)
        if raw is None and not self._shapes.full:
            self._shapes.learn(learnt(body, self._desired))
            raw = self.known(body)
        if raw is None:
            yield from self.read(body + END)
        else:
            self._report.sessions += 1
            yield raw

    def read(self, text: str) -> Iterator[Raw]:
        """What expat finds."""
        if text:
            yield from self._tree.feed(text)

    def close(self) -> None:
        self._tree.close()

    def _harmless(self, frame: str) -> bool:
        if not self._tree.begun:
            frame = _DECLARATION.sub("", frame[frame.find("<") :], count=1)
        return _FRAME.fullmatch(frame) is not None


def learnt(body: str, desired: frozenset[str] | None) -> Shape | None:
    """What admits the sessions that have the elements of this one, in this order; None when it is not plain.

    Directions are part of the expression: they say whose the values of a wing are.
    """
    head = _STEP["head"].match(body)
    patterns, keys, sides, side = [_HEAD], list[str](), list[str](), ""
    position, directions = head.end() if head else len(body), 0
    while position < len(body):
        found = _LEAF.match(body, position)
        if found:
            tag, attribute, text = found.groups()
            key = side + _key(tag, side)
            fixed = bool(side) and tag == "direction"
            held = not fixed and (desired is None or key in desired or key == "session_id")
            value = re.escape(text) if fixed else _IDENTIFIER if key == "session_id" else _PLAIN
            value = f"({value})" if held else value
            patterns.append(f"{_BLANK}<{tag}{_ATTRIBUTE if attribute else ''}>{value}</{tag}>")
            keys += [key] if held else []
            directions += fixed
        elif not side and (found := _STEP["wing"].match(body, position)):
            side = _side(body, found.end(), len(sides))
            patterns.append(_WING)
        elif side and (found := _STEP["end"].match(body, position)):
            sides.append(side)
            patterns.append(_WING_END)
            side = ""
        else:
            break
        position = found.end()
    whole = head and not side and not body[position:].strip(" \t\r\n")
    if (
        not whole
        or sides not in _SIDES
        or directions != len(sides)
        or "session_id" not in keys
        or len(set(keys)) < len(keys)
        or len(patterns) > MOST_VALUES
    ):
        return None
    return Shape(re.compile("".join([*patterns, _BLANK])).fullmatch, tuple(keys))


def _key(tag: str, wing: str) -> str:
    return (WING_TAGS if wing else TAGS).get(tag) or tag.replace("-", "_")


def _side(body: str, position: int, before: int) -> str:
    found = _LEAF.match(body, position)
    named = found[3].strip().lower() if found and found[1] == "direction" else ""
    return {"in": "in.", "out": "out."}.get(named, "?")


class _Tree:
    """Expat and what it has found. begun: XML has begun; inside: its first element is open.

    Not ElementTree's XMLPullParser, which cannot be made to leave namespaces alone: a prefix that is not declared ends its
    reading (`<xnm:error>`, `junos:style` of a listing that was saved without its first line), while the expressions take it.
    It keeps the text of an element however long it is, expands entities, and builds all of a piece before anything can
    count its depth.
    """

    def __init__(self, report: Report) -> None:
        self.begun = False
        self._report = report
        self._ready: list[Raw] = []
        self._over = False
        self._node, self._pic = "", ""
        self._path: list[str] = []
        self._session: Raw | None = None
        self._wing: Raw | None = None
        self._wings: list[Raw] = []
        self._depth, self._wing_depth = 0, 0
        self._figures, self._heard = 0, 0  # heard: of sessions and figures, when the item of a node began
        self._text: list[str] = []
        self._length, self._leaf, self._quiet = 0, False, 0
        self._parser = expat.ParserCreate("utf-8")
        self._parser.buffer_text = True
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._end
        self._parser.CharacterDataHandler = self._characters
        self._parser.StartDoctypeDeclHandler = self._doctype

    @property
    def inside(self) -> bool:
        return bool(self._path) and self._session is None and not self._over

    def placed(self, raw: Raw) -> Raw:
        raw["node"], raw["fpc_pic"] = self._node, self._pic
        return raw

    def feed(self, text: str) -> list[Raw]:
        """Sessions that this text completes."""
        if self._over:
            return []
        if not self.begun:
            start = text.find("<")
            self._lead(text if start < 0 else text[:start])
            if start < 0:
                return []
            self.begun, text = True, text[start:]
        self._parse(text.encode("utf-8", "replace"), last=False)
        ready, self._ready = self._ready, []
        return ready

    def close(self) -> None:
        if not self._over:
            if self.begun:
                self._parse(b"", last=True)
            self._over = True
            self._report.broken = self._report.broken or ("" if self.begun else "it contains no XML")

    def _parse(self, data: bytes, *, last: bool) -> None:
        for start in range(0, max(len(data), 1), LARGEST_TOKEN):
            chunk = data[start : start + LARGEST_TOKEN]
            self._quiet += len(chunk)
            try:
                self._parser.Parse(chunk, last)
                if self._quiet > 2 * LARGEST_TOKEN:
                    raise _Unfit("a tag that is not closed")
            except expat.ExpatError as error:
                if not self._over:
                    why = (
                        "it ends in the middle of an element of an element"
                        if last
                        else f"it is not XML: {expat.errors.messages[error.code]}"
                    )
                    self._report.broken = f"{why} (after {self._report.sessions} sessions)"
            except _Unfit as unfit:
                self._report.broken = (
                    f"{unfit} is not something that a device sends (after {self._report.sessions} sessions)"
                )
            if self._report.broken:
                self._over = True
            if self._over:
                return

    # -- what expat calls

    def _start(self, name: str, _attributes: dict[str, str]) -> None:
        self._quiet, self._text, self._length, self._leaf = 0, [], 0, True
        tag = name.rpartition(":")[2]
        self._path.append(tag)
        if len(self._path) > DEEPEST:
            raise _Unfit(f"more than {DEEPEST} nested elements")
        if self._session is None:
            if tag == "flow-session":
                self._session, self._wing, self._wings = {}, None, []
                self._depth = len(self._path)
            elif tag == NODE_ITEM:
                self._heard = self._report.sessions + self._figures
            elif tag in _TABLES:
                self._pic = ""  # not at its end: a summary follows the empty table of its SPU (15.1X49)
        elif tag == "flow-information" and self._wing is None:
            self._wing, self._wing_depth = {}, len(self._path)

    def _characters(self, text: str) -> None:
        self._quiet = 0
        if self._leaf and self._length < LONGEST_VALUE:
            self._text.append(text)
            self._length += len(text)

    def _end(self, name: str) -> None:
        tag = name.rpartition(":")[2]
        depth = len(self._path)
        self._path.pop()
        text = "".join(self._text)[:LONGEST_VALUE] if self._leaf else None
        self._quiet, self._leaf = 0, False
        if self._session is None:
            self._frame(tag, text)
        elif depth == self._depth:
            self._complete()
        elif self._wing is not None and depth == self._wing_depth:
            self._wings.append(self._wing)
            self._wing = None
        elif text is not None:
            self._value(tag, text)
        self._over = not self._path

    def _doctype(self, *_arguments: object) -> None:
        raise _Unfit("a document type definition")

    def _value(self, tag: str, text: str) -> None:
        values = self._session if self._wing is None else self._wing
        if values is not None and len(values) < MOST_VALUES:
            values[_key(tag, "" if self._wing is None else "wing")] = text

    def _complete(self) -> None:
        """One more session. Wings are under their direction; one that has none takes the place that is free."""
        raw, self._session = self._session or {}, None
        sides = ["in", "out"]
        for wing in self._wings:
            named = wing.pop("direction", "").strip().lower()
            side = named if named in sides else sides[0] if sides and named not in ("in", "out") else ""
            if side:
                sides.remove(side)
                raw |= {f"{side}.{key}": text for key, text in wing.items()}
            else:
                self._report.odd(another_wing(raw, named.capitalize() or "without direction", wing))
        if number(raw.get("session_id")) is None:
            self._report.odd(f"a session without identifier: {dict(list(raw.items())[:5])}")
            return
        self._report.sessions += 1
        self._ready.append(self.placed(raw))

    def _frame(self, tag: str, text: str | None) -> None:
        """What is around sessions: where they are, how many there are, figures, refusals."""
        place = Place(self._node, self._pic)
        count = number(text)
        if tag == NODE_ITEM:
            self._node, self._pic = "", ""
            self._report.uncounted = self._report.uncounted or self._heard == self._report.sessions + self._figures
        elif text is None:
            return
        elif tag == "re-name":
            self._node = text.strip()[:LONGEST_VALUE]
        elif tag in _PICS:
            self._pic = fpc_pic(text)
        elif tag in ("flow-fpc-id", "flow-pic-id") and count is not None:
            self._pic = f"FPC{count}" if tag == "flow-fpc-id" else f"{self._pic} PIC{count}".strip()
        elif tag == "displayed-session-count" and count is not None:
            self._figures += 1
            self._report.displayed(place, count)
        elif tag in SUMMARY_TAGS and count is not None:
            self._figures += 1
            self._report.figure(place, SUMMARY_TAGS[tag], count)
        elif tag in _SAYS_NO:
            self._lead(text)
            if tag == "error-message":
                self._report.odd(f"error: {' '.join(text.split())}")

    def _lead(self, text: str) -> None:
        self._report.lead = cut(f"{self._report.lead}{text}", LONGEST_LEAD)
