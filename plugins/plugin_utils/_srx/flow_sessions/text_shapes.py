# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Shapes of sessions in text: one expression for the lines of a session, learnt from what the careful reader read. Pure."""

from __future__ import annotations

import re

from .model import LABELS, LONGEST_VALUE, WING_KEYS, WING_LABELS, Raw
from .shapes import Shape

HEAD = "Session ID: "
WING_LINE = re.compile(r"(In|Out): (\S+?)/([0-9]{1,10}) --> (\S+?)/([0-9]{1,10});([^,\s]*)(.*)")
STATES = frozenset({"Valid", "Invalidated", "Pending", "Other"})  # 9.x to 15.1 print them without a label

_VALUE = rf"[ -+\--~]{{0,{LONGEST_VALUE}}}+"  # ASCII without control characters and commas
_NAME = rf"[ -+\-.0-~]{{0,{LONGEST_VALUE}}}+"  # without a slash, either
_ADDRESS = r"[!-+\-.0-~]{1,100}+"
_PORT = r"[0-9]{1,10}+"
_NUMBER = r"[0-9]{1,20}+"
_STATE = "|".join(sorted(STATES))
_BLANK = r"[ \t]*+"

Token = tuple[str, str]  # an expression, and the key of what it admits, or ""


def learnt(body: str, read: Raw, desired: frozenset[str] | None) -> Shape | None:
    """What admits sessions with the words of this one; None when it has more than words and plain values.

    body: a session after HEAD; read: what the careful reader made of it. The shape has to make the same of it.
    """
    tokens: list[Token] = [(_NUMBER, "session_id")]
    side = ""
    first, *lines = body.rstrip(" \t\n").split("\n")
    lead = re.match(_NUMBER, first)
    for line in [first[lead.end() :] if lead else first, *lines]:
        text = line.strip(" \t")
        wing = WING_LINE.match(text)
        tokens.append((_BLANK if len(tokens) > 1 else "", ""))
        if wing:
            side = f"{wing[1].lower()}."
            ends = zip((_ADDRESS, _PORT, _ADDRESS, _PORT, _NAME), WING_KEYS, ("/", " --> ", "/", ";", ""), strict=True)
            tokens.append((f"{wing[1]}: ", ""))
            for pattern, key, connect_to in ends:
                tokens += [(pattern, side + key), (connect_to, "")]
            text = wing[7]
        for number, part in enumerate(text.split(", ")):
            tokens += [(", " if number else "", ""), *_part(part, side, read)]
        tokens.append((_BLANK + r"\n", ""))
    return _shape(tokens[:-1], body, read, desired)


def key_of_label(label: str) -> str:
    """Of a label that no table knows: small letters, digits and underscores."""
    return re.sub(r"[^a-z0-9]+", "_", label[:80]).strip("_") or "other"


def _part(part: str, side: str, read: Raw) -> list[Token]:
    """One `Label: value`, or a single word."""
    label, colon, value = part.partition(":")
    name = label.strip(" ,\t").lower()
    if not colon:
        key = "state" if part in STATES else key_of_label(name) if name else ""
        return [(_STATE if key == "state" else re.escape(part), key)]
    key = side + ((WING_LABELS if side else LABELS).get(name) or key_of_label(name))
    tokens: list[Token] = [(re.escape(label) + ": *+", ""), (_NAME if key == "application" else _VALUE, key)]
    if key == "application" and "application_value" in read:
        tokens += [("/", ""), (_NUMBER, "application_value")]
    return [*tokens, ("," if value.endswith(",") else "", "")]


def _shape(tokens: list[Token], body: str, read: Raw, desired: frozenset[str] | None) -> Shape | None:
    """The shape of these tokens, when it reads its own session as it was read."""
    keys = [key for _pattern, key in tokens if key]
    found = _compiled(tokens, frozenset(keys)).fullmatch(body) if len(set(keys)) == len(keys) < 100 else None
    expected = {key: text for key, text in read.items() if key not in ("node", "fpc_pic")}
    if not found or {key: text.strip() for key, text in zip(keys, found.groups(), strict=True)} != expected:
        return None
    kept = frozenset(keys) if desired is None else desired | {"session_id"}
    return Shape(_compiled(tokens, kept).fullmatch, tuple(key for key in keys if key in kept))


def _compiled(tokens: list[Token], kept: frozenset[str]) -> re.Pattern[str]:
    """An expression with a group for each of these keys."""
    parts = [(f"({pattern})" if key in kept else f"(?:{pattern})") if key else pattern for pattern, key in tokens]
    return re.compile("".join(parts) + r"[ \t\n]*+")
