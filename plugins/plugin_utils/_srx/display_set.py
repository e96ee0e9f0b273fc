# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""`| display set`: the text of a configuration as paths of words. Pure; never raises."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

Path = tuple[str, ...]

MAX_LINES = 2_000_000  # of one text; a configuration has some ten thousand
MAX_LINE = 20_000  # characters


@dataclass(frozen=True, slots=True)
class Statements:
    """paths: of the `set` lines, in their order. inactive: paths that `deactivate` lines name."""

    paths: tuple[Path, ...] = ()
    inactive: tuple[Path, ...] = ()
    _off: frozenset[Path] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_off", frozenset(self.inactive))

    def below(self, *words: str) -> Iterator[Path]:
        """What follows a path, for each line that begins with it."""
        size = len(words)
        return (path[size:] for path in self.paths if path[:size] == words)

    def is_inactive(self, path: Path) -> bool:
        """Whether a statement, or one above it, is deactivated."""
        return any(path[:size] in self._off for size in range(len(path) + 1))


def words_of(line: str) -> Path:
    """The words of a line; quotes keep blanks together and go, a backslash keeps a quote between them.

    >>> words_of('set snmp location "room 1"')
    ('set', 'snmp', 'location', 'room 1')
    """
    words: list[str] = []
    current, quoted, started, before = "", False, False, ""
    for char in line[:MAX_LINE]:
        if char == '"' and quoted and before == "\\":
            current = f'{current[:-1]}"'
        elif char == '"':
            quoted, started = not quoted, True
        elif char in " \t" and not quoted:
            if current or started:
                words.append(current)
            current, started = "", False
        else:
            current += char
        before = char
    return (*words, current) if current or started else tuple(words)


def statements(text: str) -> Statements:
    """Everything of a text that is a line of `display set`; comments, banners and whatever else is left out."""
    paths: list[Path] = []
    inactive: list[Path] = []
    for line in text.split("\n")[:MAX_LINES]:
        words = words_of(line.strip())
        if words[:1] == ("set",) and len(words) > 1:
            paths.append(words[1:])
        elif words[:1] == ("deactivate",) and len(words) > 1:
            inactive.append(words[1:])
    return Statements(tuple(paths), tuple(inactive))


def from_curly(lines: Iterable[str], place: Path = ()) -> Iterator[Path]:
    """Paths of curly text (``log {``, ``session-init;``, ``}``), below a place. Lists in brackets become a path an item."""
    above: list[Path] = [place]
    for line in lines:
        text = line.strip().removeprefix("inactive:").strip()
        if not text or text.startswith(("/*", "#")):
            continue
        if text == "}":
            if len(above) > 1:
                above.pop()
            continue
        here = (*above[-1], *words_of(text.rstrip("{; \t")))
        if text.endswith("{"):
            above.append(here)
        elif "[" in here and here[-1] == "]":
            start = here.index("[")
            yield from ((*here[:start], item) for item in here[start + 1 : -1])
        else:
            yield here
