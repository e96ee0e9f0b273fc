# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Words of a command line against a table of commands: shortened words, what is missing, where it goes wrong."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

# Behind it the line is printed again, with a marker below the column. A name, as pylint takes the % of a literal for a format.
INVALID = "% Invalid command at '^' marker."
ROLES = ("viewer", "operator", "administrator")
Handler = Callable[..., Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Command:
    """words: literals, or <name> for an argument that the handler gets. role: the least one that may use it."""

    words: tuple[str, ...]
    handler: Handler
    role: str = "viewer"


class Wrong(Exception):
    """What the CLI says of a line. column: of the marker, -1 without one."""

    def __init__(self, text: str, column: int = -1) -> None:
        super().__init__(text)
        self.column = column


def command(line: str, handler: Handler, role: str = "viewer") -> Command:
    """A row of a table: ``command("show tls trusted-hosts <id>", f)``."""
    return Command(tuple(line.split()), handler, role)


def find(line: str, table: Sequence[Command], role: str) -> tuple[Handler, list[str]]:
    """The handler of a line and its arguments; Wrong with the device's words."""
    tokens = [(found.group(), found.start()) for found in re.finditer(r"\S+", line)]
    rank = ROLES.index(role)
    left = [row for row in table if ROLES.index(row.role) <= rank]
    for index, (token, column) in enumerate(tokens):
        left = [row for row in left if len(row.words) > index]
        choice = choose(token, {row.words[index] for row in left})
        if choice is None:
            raise Wrong(INVALID, column)
        left = [row for row in left if row.words[index] == choice]
    for row in left:
        if len(row.words) == len(tokens):
            values = [token for (token, _column), word in zip(tokens, row.words, strict=True) if word.startswith("<")]
            return row.handler, values
    raise Wrong("% Incomplete command.")


def choose(token: str, words: set[str]) -> str | None:
    """The word that is meant: itself, the only one it shortens, or an argument. Wrong where it may be several."""
    literal = sorted(word for word in words if not word.startswith("<") and word.startswith(token))
    if token in words:
        return token
    if len(literal) > 1:
        raise Wrong(f'% Ambiguous command: "{token}"')
    if literal:
        return literal[0]
    return next((word for word in words if word.startswith("<")), None)


def pipe(line: str) -> tuple[str, Callable[[str], str]]:
    """A command without its output filter, and what the filter makes of the output."""
    text, sign, words = line.partition("|")
    filters: Mapping[str, Callable[[str, Any], str]] = {"include": _include, "exclude": _exclude, "begin": _begin}
    verb, _blank, wanted = words.strip().partition(" ")
    if not sign or not wanted:
        return line, lambda output: output
    choice = choose(verb, set(filters))
    if choice is None:
        raise Wrong(INVALID, line.index("|") + 1)
    try:
        pattern = re.compile(wanted)
    except re.error:
        pattern = re.compile(re.escape(wanted))
    return text.rstrip(), lambda output: filters[choice](output, pattern)


def _include(text: str, pattern: re.Pattern[str]) -> str:
    return "".join(line for line in text.splitlines(keepends=True) if pattern.search(line))


def _exclude(text: str, pattern: re.Pattern[str]) -> str:
    return "".join(line for line in text.splitlines(keepends=True) if not pattern.search(line))


def _begin(text: str, pattern: re.Pattern[str]) -> str:
    lines = text.splitlines(keepends=True)
    first = next((index for index, line in enumerate(lines) if pattern.search(line)), len(lines))
    return "".join(lines[first:])
