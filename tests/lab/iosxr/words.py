# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Words of a configuration line, taken one by one by the grammar."""

from __future__ import annotations

import ipaddress
import re

from . import names


class Invalid(Exception):
    """The word at index is not what the grammar expects there."""

    def __init__(self, index: int) -> None:
        super().__init__(index)
        self.index = index


class Incomplete(Exception):
    """The line ends where the grammar expects more."""


class Cursor:
    """words: of the line. at: the next one. negate: the line began with `no`, so values may be left out."""

    __slots__ = ("at", "negate", "words")

    def __init__(self, words: list[str], at: int = 0, negate: bool = False) -> None:
        self.words = words
        self.at = at
        self.negate = negate

    @property
    def more(self) -> bool:
        return self.at < len(self.words)

    def peek(self) -> str:
        return self.words[self.at] if self.more else ""

    def word(self) -> str:
        if not self.more:
            raise Incomplete
        self.at += 1
        return self.words[self.at - 1]

    def keyword(self, *choices: str) -> str:
        """One of choices, or its only abbreviation."""
        text = self.word()
        found = choose(text, choices)
        if found is None:
            raise Invalid(self.at - 1)
        return found

    def maybe(self, *choices: str) -> str | None:
        """As keyword(), but the word stays when it is none of them."""
        found = choose(self.peek(), choices) if self.more else None
        if found:
            self.at += 1
        return found

    def number(self, low: int, high: int) -> int:
        text = self.word()
        if not text.isdecimal() or len(text) > 12 or not low <= int(text) <= high:
            raise Invalid(self.at - 1)
        return int(text)

    def matching(self, pattern: re.Pattern[str]) -> str:
        text = self.word()
        if not pattern.fullmatch(text):
            raise Invalid(self.at - 1)
        return text

    def interface(self) -> str:
        """A whole name, or its letters and its number in two words."""
        text = self.word()
        if names.is_kind(text) and self.more and self.peek()[:1].isdigit():
            text += self.word()
        elif names.is_kind(text) and not self.more:
            raise Incomplete
        name = names.canonical(text)
        if name is None:
            raise Invalid(self.at - 1)
        return name

    def ipv4(self) -> str:
        return str(self._address(ipaddress.IPv4Address, self.word()))

    def ipv6(self) -> str:
        return str(self._address(ipaddress.IPv6Address, self.word()))

    def _address(self, kind: type, text: str) -> object:
        try:
            return kind(text)
        except ValueError:
            raise Invalid(self.at - 1) from None

    def rest(self) -> str:
        """All further words; at least one."""
        if not self.more:
            raise Incomplete
        text = " ".join(self.words[self.at :])
        self.at = len(self.words)
        return text


def choose(text: str, choices: tuple[str, ...]) -> str | None:
    if text in choices:
        return text
    lower = text.lower()
    if not lower:
        return None
    if lower in choices:
        return lower
    found = [choice for choice in choices if choice.startswith(lower)]
    return found[0] if len(found) == 1 else None
