# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Operational commands: what a handler gets and gives, and how typed words find theirs."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .device import SrxDevice


class Refusal(Exception):
    """The device says no, in these words."""


class Unknown(Exception):
    """A word that fits nothing. index: which one of the line."""

    def __init__(self, index: int, text: str = "unknown command.") -> None:
        super().__init__(text)
        self.index = index


@dataclass(frozen=True)
class Request:
    """words: what follows the command, unquoted. xml: `| display xml` is asked for."""

    words: tuple[str, ...]
    xml: bool
    device: SrxDevice
    terminal: Any = None
    line: str = ""


Handler = Callable[[Request], Iterable[str]]
"""Gives pieces of output with "\\n" line ends, big tables as they are made. May raise Refusal, Unknown."""


def words_of(text: str) -> list[str]:
    """The words of a line; quotes keep blanks together and go.

    >>> words_of('set a "b c" d')
    ['set', 'a', 'b c', 'd']
    """
    words: list[str] = []
    current, quoted, started = "", False, False
    for char in text:
        if char == '"':
            quoted, started = not quoted, True
        elif char == " " and not quoted:
            if current or started:
                words.append(current)
            current, started = "", False
        else:
            current += char
    return [*words, current] if current or started else words


def find(table: Mapping[str, Any], words: Sequence[str]) -> tuple[str, int]:
    """The longest command of the table that the words begin with, and how many words it took; each may be cut as long
    as it stays unique. Raises Unknown at the first word that fits none."""
    rows = {command: tuple(command.split()) for command in table}
    for depth, typed in enumerate(words):
        fitting = {command: row for command, row in rows.items() if len(row) <= depth or row[depth].startswith(typed)}
        exact = {command: row for command, row in fitting.items() if len(row) > depth and row[depth] == typed}
        longer = exact or {command: row for command, row in fitting.items() if len(row) > depth}
        ended = {command: row for command, row in rows.items() if len(row) <= depth}
        if not longer:
            if ended:
                best = max(ended, key=lambda command: len(ended[command]))
                return best, len(ended[best])
            raise Unknown(depth)
        if len({row[depth] for row in longer.values()}) > 1:
            raise Unknown(depth, f"'{typed}' is ambiguous.")
        rows = {**ended, **longer}
    done = {command: row for command, row in rows.items() if len(row) <= len(words)}
    if not done:
        raise Unknown(len(words), "syntax error, expecting <command>.")
    best = max(done, key=lambda command: len(done[command]))
    return best, len(done[best])
