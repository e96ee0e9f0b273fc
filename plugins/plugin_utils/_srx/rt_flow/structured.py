# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""key="value" of RT_FLOW lines in structured form -> typed fields. Pure.

Lines of one firewall have few layouts. One that has been seen is split at its quotes and its keys are compared as one text; what is not of
that form (escapes, curly quotes of documents, lines cut short) is scanned.
"""

from __future__ import annotations

import re
from typing import Any

from .fields import Layout, layout, typed

_LAYOUTS: dict[str, Layout] = {}
_MOST_LAYOUTS = 256
MOST_ELEMENTS = 8  # of structured data in one line
OURS = frozenset({"source-address", "destination-address", "session-id", "session-id-32", "policy-name", "reason"})
"""An element of structured data with one of these keys is the firewall's."""
_FIRST = re.compile(r'(?:[^\s="\u201c\u201d\u201e«»\[\]]+ )?([^\s="\u201c\u201d\u201e«»\[\]]{1,64})=')
_KEY = re.compile(r' ([^\s="\u201c\u201d\u201e«»\[\]]{1,64})=')
# A straight quote may be closed by a curly one before a blank, the bracket or the end: key="value » (documents do that).
_PAIR = re.compile(
    r'\s*(?P<key>[^\s="\u201c\u201d\u201e«»\[\]]{1,64})=\s?(?:'
    r'"(?P<value>(?:[^"\\»\u201d]|\\.|[»\u201d](?![\s\]]|$))*)(?:"|(?P<odd>[»\u201d])(?=[\s\]]|$))'
    r'|[\u201c\u201d\u201e«»](?P<curly>[^"\u201c\u201d\u201e«»]*)["\u201c\u201d\u201e«»])'
)
_IDENTIFIER = re.compile(r'\s*\[?(?:[^\s="\]]+(?=\s))?')
_NEXT = re.compile(r"[^\s=\"\[\]]{0,100}\]\s?\[")
_ESCAPED = re.compile(r'\\(["\\\]])')


def fields(line: str, start: int) -> tuple[dict[str, Any], str]:
    """start: of the bracket. Fields, and what was not understood of them: a line that was cut has some. Nothing: no fields, ""."""
    end = line.find('"]', start)
    if end > 0:
        body = line[start + 1 : end]
        if "\\" not in body:
            pieces = body.split('"')
            keys = '"'.join(pieces[::2])
            form = _LAYOUTS.get(keys) or _learnt(keys, pieces[::2])
            if form and 2 * len(form.names) == len(pieces):
                return typed(form, pieces[1::2]), ""
    return scanned(line, start)


def _learnt(text: str, pieces: list[str]) -> Layout | None:
    """The layout of the pieces between values, kept for the next line; None when they are not plainly ` key=`."""
    found = [_FIRST.fullmatch(pieces[0]), *(_KEY.fullmatch(piece) for piece in pieces[1:])]
    keys = [match[1] for match in found if match]
    if len(keys) < len(pieces) or OURS.isdisjoint(keys):
        return None
    if len(_LAYOUTS) >= _MOST_LAYOUTS:  # no network has so many: hostile lines must not fill the memory
        _LAYOUTS.clear()
    _LAYOUTS[text] = layout(keys)
    return _LAYOUTS[text]


def scanned(line: str, start: int) -> tuple[dict[str, Any], str]:
    """As `fields`, pair by pair. Relays put elements of their own before the firewall's (`[timeQuality tzKnown="1"][junos@...`)."""
    first: tuple[dict[str, Any], str] = ({}, "")
    for _element in range(MOST_ELEMENTS):
        keys, values, at = _pairs(line, start)
        if keys and (not first[0] or not OURS.isdisjoint(keys)):
            rest = line[at:].lstrip()
            first = typed(layout(keys), values), "" if rest[:1] in ("", "]") else rest
        following = _NEXT.match(line, at)
        if following is None or not OURS.isdisjoint(keys):
            break
        start = following.end() - 1
    return first


def _pairs(line: str, start: int) -> tuple[list[str], list[str], int]:
    """Keys and values of one element, and where they end."""
    keys: list[str] = []
    values: list[str] = []
    identifier = _IDENTIFIER.match(line, start)
    at = identifier.end() if identifier else start
    while found := _PAIR.match(line, at):
        at = found.end()
        keys.append(found["key"])
        if found["curly"] is not None:
            values.append(found["curly"].strip())
        else:
            value = _ESCAPED.sub(r"\1", found["value"])
            values.append(value.rstrip() if found["odd"] else value)
    return keys, values, at
