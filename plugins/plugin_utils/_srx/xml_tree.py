# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""XML that Junos prints, as small trees: namespace-blind, bounded, never raises. Pure.

For answers that a screen or two hold (chassis, alarms, errors of cards); tables of millions are read elsewhere. xmltodict
reads them. It knows no bounds and gives nothing of a document that is cut or followed by a prompt, so expat looks first how
far an answer can be read. Its dictionaries would lose the order of unlike elements, on which `show chassis fabric fpcs`
depends, so each element becomes an Element as it ends.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple
from xml.parsers import expat

try:
    import xmltodict  # type: ignore[import-untyped]
except ImportError as error:
    MISSING: ImportError | None = error
else:
    MISSING = None

DEEPEST = 64  # nested elements; devices print about ten
MOST = 200_000  # elements of one answer
CUT = "the XML ends in the middle"
_BEGIN = re.compile(r"<(?:\?xml|rpc-reply|multi-routing-engine-results|[a-z][a-z0-9-]*-information)\b")
_LOOK = 20_000  # characters in which the XML must begin: before it come an echo, a prompt, a log message
_ENDS_EARLY = frozenset(
    expat.errors.codes[text]
    for text in (
        expat.errors.XML_ERROR_NO_ELEMENTS,
        expat.errors.XML_ERROR_UNCLOSED_TOKEN,
        expat.errors.XML_ERROR_PARTIAL_CHAR,
        expat.errors.XML_ERROR_UNCLOSED_CDATA_SECTION,
    )
)
_TEXT = "#text"  # xmltodict's key of an element's own text


class Element(NamedTuple):
    """tag: without its prefix. text: its own, without that of what is inside, stripped. inside: in the order of the text."""

    tag: str
    text: str = ""
    inside: Sequence[Element] = ()

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


def missing() -> list[str]:
    """What to report to a person when the library is not there; empty when it is."""
    if MISSING is None:
        return []
    why = f"XML of Junos needs xmltodict on the controller ({MISSING})"
    return [f"{why}: run `pip install xmltodict` in the Python environment of ansible-playbook."]


def is_xml(text: str) -> bool:
    """Whether an answer is XML, perhaps after an echo or a log message.

    >>> is_xml("show version | display xml\\n<rpc-reply>"), is_xml("FPC 0 <none>")
    (True, False)
    """
    return _BEGIN.search(text[:_LOOK]) is not None


def tree(text: str) -> tuple[Element, str]:
    """The whole answer below an element without a name, and why reading stopped early; empty when it did not.

    Of an answer that is cut the elements that came whole, and those that they are in.

    >>> root, wrong = tree("<rpc-reply><name>FPC 0</name><state>Onl")
    >>> root.inside[0].value("name"), root.inside[0].value("state"), wrong
    ('FPC 0', '', 'the XML ends in the middle')
    """
    found = _BEGIN.search(text[:_LOOK])
    if found is None or MISSING is not None:
        return Element(""), "; ".join(missing()) or "there is no XML"
    # A lone surrogate has no bytes in UTF-8.
    document, wrong = _Look().read(text[found.start() :].encode("utf-8", "replace"))
    if not document:
        return Element(""), wrong
    try:
        # Attributes (namespaces, styles, seconds of a time) are of no use here.
        root: dict[str, list[Element]] = xmltodict.parse(
            document,
            encoding="utf-8",
            xml_attribs=False,
            disable_entities=True,
            force_list=("inside",),
            postprocessor=_element,
        )
    except (expat.ExpatError, ValueError) as error:  # cut within something that cannot be closed, a CDATA section say
        return Element(""), wrong or f"the XML is not well-formed: {error}"
    return Element("", "", root["inside"]), wrong


def nodes(text: str) -> tuple[list[tuple[str, Element]], str]:
    """Name and part of each node of a cluster; one part without a name where there are none. And as tree()."""
    root, wrong = tree(text)
    items = list(root.all("multi-routing-engine-item"))
    return [(item.value("re-name"), item) for item in items] or [("", root)], wrong


def _element(_path: object, key: str, value: Any) -> tuple[str, Any]:
    """What xmltodict files below the parent for each element that ends: all of them under one key, so in their order."""
    if key == _TEXT:
        return key, value
    tag = key.rpartition(":")[2]
    if isinstance(value, dict):
        return "inside", Element(tag, value.get(_TEXT, ""), value.get("inside", ()))
    return "inside", Element(tag, value or "")


class _Stop(Exception):
    """What no device sends; the text says why it is read no further."""


class _Look:
    """How far a document can be read, within its bounds."""

    def __init__(self) -> None:
        self._parser = expat.ParserCreate("utf-8")
        self._parser.buffer_text = True
        self._parser.StartElementHandler = self._start
        self._parser.EndElementHandler = self._end
        self._parser.StartDoctypeDeclHandler = self._doctype
        self._open: list[tuple[str, int]] = []  # name and first byte
        self._leaf = False  # whether the innermost open element has no element inside so far
        self._count = 0
        self._at = 0  # byte at which reading stopped, or the first element ended

    def read(self, data: bytes) -> tuple[bytes, str]:
        """A whole document, empty where there is none, and why it is not all of the data."""
        try:
            self._parser.Parse(data, True)
        except _Stop as stop:
            return self._closed(data[: self._at]), str(stop)
        except expat.ExpatError as error:
            if self._count and not self._open:  # the prompt that follows an answer is no part of it
                tag = data.startswith(b"</", self._at)
                return data[: data.index(b">", self._at) + 1 if tag else self._at], ""
            end = self._parser.ErrorByteIndex
            if self._open and self._leaf:  # a value that is cut does not count
                _name, end = self._open.pop()
            return self._closed(data[:end]), _why(error)
        return data, ""

    def _closed(self, data: bytes) -> bytes:
        closing = "".join(f"</{name}>" for name, _start in reversed(self._open))
        return data + closing.encode("utf-8") if closing else b""

    def _doctype(self, *_declaration: object) -> None:
        raise _Stop("the XML declares a document type, which no device does")

    def _start(self, name: str, _attributes: dict[str, str]) -> None:
        self._count += 1
        position = self._parser.CurrentByteIndex
        if len(self._open) >= DEEPEST or self._count > MOST:
            self._at = position
            raise _Stop("the XML is deeper or longer than that of any device")
        self._open.append((name, position))
        self._leaf = True

    def _end(self, _name: str) -> None:
        self._open.pop()
        self._leaf = False
        if not self._open:
            self._at = self._parser.CurrentByteIndex


def _why(error: expat.ExpatError) -> str:
    return CUT if error.code in _ENDS_EARLY else f"the XML is not well-formed: {error}"
