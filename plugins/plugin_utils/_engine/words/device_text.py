# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The one way of a device's words to a terminal, a log, a file or a message: mask, then clean, then cut. Pure.

A device is not trusted with the terminal of a person: what moves the cursor, starts a line, turns the direction of a text or is
invisible becomes a blank. A secret is looked for in the whole text, before blanks are joined and before anything is cut, so no
part of it is left at the edge of a cut. A device that shows only a part of a secret by itself cannot be noticed: any word may
begin like a password.
"""

from __future__ import annotations

import html
import json
import re
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import lru_cache
from typing import Any

MASK = "********"
LONGEST = 500  # characters of a device's text that a message shows
LONGEST_MESSAGE = 4000  # of our own words around it
SHORTEST_VARIANT = 4  # characters of a secret that is also looked for as JSON, HTML and URLs write it

# Printable for Python and invisible for a person: default-ignorable letters and marks, fillers, the blank of Braille
# (Unicode 15, DerivedCoreProperties: Default_Ignorable_Code_Point).
_INVISIBLE = frozenset(
    map(
        chr,
        (
            0x034F,
            0x115F,
            0x1160,
            0x17B4,
            0x17B5,
            *range(0x180B, 0x1810),
            0x2800,
            0x3164,
            *range(0xFE00, 0xFE10),
            0xFFA0,
            *range(0xE0100, 0xE01F0),
        ),
    )
)

_NOTHING: Callable[[], Iterable[str]] = tuple
_hidden: ContextVar[Callable[[], Iterable[str]]] = ContextVar("hidden", default=_NOTHING)


@contextmanager
def hiding(secrets: Callable[[], Iterable[str]]) -> Iterator[None]:
    """Within the block every function here masks these, whoever calls it. secrets: asked each time, for they grow on the way."""
    token = _hidden.set(secrets)
    try:
        yield
    finally:
        _hidden.reset(token)


def masked(text: str, secrets: Iterable[str] = ()) -> str:
    """Asterisks for each secret, also where its blanks became other ones, and where JSON, HTML or a URL wrote it.

    secrets: beside those of hiding().

    >>> masked("no user a  b c here", ["a b c"])
    'no user ******** here'
    """
    listed = frozenset(secret for secret in (*secrets, *_hidden.get()()) if secret and secret.strip())
    return _pattern(listed).sub(MASK, text) if listed else text


def clean(text: object, longest: int = LONGEST, secrets: Iterable[str] = ()) -> str:
    """For a message: without secrets, one line, printable, blanks joined, bounded.

    >>> clean("a\\r\\n  b\\x1b[1m")
    'a b [1m'
    """
    secrets = tuple(secrets)
    whole = masked(str(text), secrets)
    # Once more: what was invisible may have stood inside a secret.
    line = masked(" ".join(flat(whole[: 8 * longest]).split()), secrets)
    return line if len(line) <= longest else f"{line[:longest]}…"


def cut(text: str, longest: int, secrets: Iterable[str] = ()) -> str:
    """At most so many characters. Masked if it is cut, else as it stands.

    >>> cut("abc secret", 6, ["secret"])
    'abc **'
    """
    return text if len(text) <= longest else masked(text, secrets)[:longest]


def flat(text: str) -> str:
    """One line with a blank for each character that is not seen, of the same length.

    >>> flat("a\\u202e\\nb  c")
    'a  b  c'
    """
    if text.isascii() and text.isprintable():
        return text
    return "".join(char if char.isprintable() and char not in _INVISIBLE else " " for char in text)


def lines(text: str) -> str:
    """As flat(), but line ends and tabs stay: for our own texts of several lines, and for logs.

    >>> lines("a\\n\\x1bb")
    'a\\n b'
    """
    return "\n".join("\t".join(map(flat, line.split("\t"))) for line in text.split("\n"))


def escaped(text: str) -> str:
    """Line ends stay, any other character that is not seen is shown as its escape: for a difference, where each counts.

    >>> escaped("a\\u202eb")
    'a\\\\u202eb'
    """
    return "".join(
        char
        if char == "\n" or (char.isprintable() and char not in _INVISIBLE)
        else char.encode("unicode_escape").decode()
        for char in text
    )


def sanitised(value: Any, secrets: Iterable[str] = ()) -> Any:
    """Free text at any depth of plain data: masked, and as lines() makes it; keys, too."""
    if isinstance(value, str):
        return lines(masked(value, secrets))
    if isinstance(value, dict):
        return {sanitised(key, secrets): sanitised(item, secrets) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [sanitised(item, secrets) for item in value]
    return value


@lru_cache(maxsize=32)
def _pattern(secrets: frozenset[str]) -> re.Pattern[str]:
    words = {form for secret in secrets for form in _forms(secret)}
    return re.compile("|".join(sorted(words, key=lambda word: (-len(word), word))))


def _forms(secret: str) -> Iterator[str]:
    """Patterns of a secret as it is and as others write it."""
    yield _flexible(secret)
    if len(secret) >= SHORTEST_VARIANT:
        percent = "".join(map(_percent, secret))
        small = re.sub(r"%[0-9A-F]{2}", lambda found: found[0].lower(), percent)
        for form in (
            json.dumps(secret)[1:-1],
            json.dumps(secret, ensure_ascii=False)[1:-1],
            repr(secret)[1:-1],
            html.escape(secret),
            html.escape(secret, quote=False),
            percent,
            small,
            percent.replace("%20", "+"),
        ):
            yield _flexible(form)


def _percent(char: str) -> str:
    """RFC 3986, 2.1 and 2.3."""
    if char.isascii() and (char.isalnum() or char in "-._~"):
        return char
    return "".join(f"%{byte:02X}" for byte in char.encode("utf-8", "replace"))


def _flexible(secret: str) -> str:
    return r"\s+".join(map(re.escape, secret.split()))
