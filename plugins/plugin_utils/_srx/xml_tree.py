# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""XML that Junos prints, as small trees: namespace-blind, bounded, never raises. Pure.

For answers that a screen or two hold (chassis, alarms, errors of cards); tables of millions are read elsewhere.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from xml.parsers import expat

DEEPEST = 64  # elements within each other; devices print about ten
MOST = 200_000  # elements of one answer
_BEGIN = re.compile(r"<(?:\?xml|rpc-reply|multi-routing-engine-results|[a-z][a-z0-9-]*-information)\b")
_LOOK = 20_000  # characters in which the XML must begin: before it stand an echo, a prompt, a log message


@dataclass(slots=True)
class Element:
    """text: its own, without that of what is inside, stripped."""

    tag: str
    text: str = ""
    inside: list[Element] = field(default_factory=list)

    def all(self, tag: str) -> Iterator[Element]:
        """Every element of that name at any depth, in order, itself included."""
        waiting = [self]
        while waiting:
            element = waiting.pop()
            if element.tag == tag:
                yield element
            waiting += reversed(element.inside)

    def value(self, tag: str) -> str:
        """Text of the first child of that name; empty when there is none."""
        return next((element.text for element in self.inside if element.tag == tag), "")


def is_xml(text: str) -> bool:
    """Whether an answer is XML, perhaps behind an echo or a log message.

    >>> is_xml("show version | display xml\\n<rpc-reply>"), is_xml("FPC 0 <none>")
    (True, False)
    """
    return _BEGIN.search(text[:_LOOK]) is not None


def tree(text: str) -> tuple[Element, str]:
    """The whole answer below an element without a name, and why reading stopped early; empty when it did not."""
    found = _BEGIN.search(text[:_LOOK])
    reader = _Reader()
    wrong = reader.read(text[found.start() :]) if found else "there is no XML"
    return reader.root, wrong


def nodes(text: str) -> tuple[list[tuple[str, Element]], str]:
    """Name and part of each node of a cluster; one part without a name where there are none. And as tree()."""
    root, wrong = tree(text)
    items = list(root.all("multi-routing-engine-item"))
    return [(item.value("re-name"), item) for item in items] or [("", root)], wrong


class _Stop(Exception):
    """What no device sends; the text says why it is read no further."""


class _Reader:
    def __init__(self) -> None:
        self.root = Element("")
        self._open = [self.root]
        self._texts: list[list[str]] = [[]]
        self._count = 0

    def read(self, text: str) -> str:
        parser = expat.ParserCreate(encoding="utf-8")
        parser.buffer_text = True
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._characters
        parser.StartDoctypeDeclHandler = self._doctype
        wrong = ""
        try:
            # A lone surrogate has no bytes in UTF-8.
            parser.Parse(text.encode("utf-8", "replace"), True)
        except _Stop as stop:
            wrong = str(stop)
        except expat.ExpatError as error:
            # The prompt that follows an answer is no part of it.
            wrong = "" if len(self._open) == 1 and self.root.inside else f"the XML is not whole: {error}"
        while len(self._open) > 1:
            self._close()
        return wrong

    def _doctype(self, *_declaration: object) -> None:
        raise _Stop("the XML declares a document type, which no device does")

    def _start(self, name: str, _attributes: dict[str, str]) -> None:
        self._count += 1
        if len(self._open) > DEEPEST or self._count > MOST:
            raise _Stop("the XML is deeper or longer than any device's")
        element = Element(name.rpartition(":")[2])
        self._open[-1].inside.append(element)
        self._open.append(element)
        self._texts.append([])

    def _end(self, _name: str) -> None:
        self._close()

    def _characters(self, data: str) -> None:
        self._texts[-1].append(data)

    def _close(self) -> None:
        self._open.pop().text = "".join(self._texts.pop()).strip()
