# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What configuration groups (`apply-groups`) bring: which reads tell it, and which group it is. Pure; never raises.

`| display inheritance` shows what the device does. Its comments (`## 'x' was inherited from group 'g'`) stand in curly text; captures
of `| display set | display inheritance` have none, and behind `match` it is not known whose a comment is. So three reads of one
round trip are compared: the statements that stand there, those that count, and those of the groups. Wildcards are Juniper's: in
angle brackets, with ``*``, ``?``, ``[a-c]`` and ``[!a-c]`` ("Use Configuration Groups to Quickly Configure Devices").
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from functools import cached_property

from .display_set import Path, Statements, statements

INHERITANCE = "display inheritance no-comments"
MOST_GROUPS = 5  # that are named


def reads(path: str, only: str = "", of_groups: str = "") -> list[str]:
    """Three commands: what stands below a path, what counts there, what groups have for it.

    only: a pipe behind the first two; of_groups: what lines of groups have that matter, for `match`; by default the path.

    >>> reads("chassis")[1]
    'show configuration chassis | display set | display inheritance no-comments'
    """
    pipe = f" {only}" if only else ""
    return [
        f"show configuration {path} | display set{pipe}",
        f"show configuration {path} | display set | {INHERITANCE}{pipe}",
        of_groups_command(of_groups or path),
    ]


def of_groups_command(words: str) -> str:
    return f'show configuration groups | display set | match " {words} "'


@dataclass(frozen=True)
class Inherited:
    """Statements that count. found: all of them; own: those that stand there themselves; groups: (group, statement) lines, with
    their wildcards."""

    found: Statements = field(default_factory=Statements)
    own: frozenset[Path] = frozenset()
    groups: Sequence[tuple[str, Path]] = ()

    def group_of(self, path: Path) -> str:
        """The group that brings a statement, several as `a or b`; "" for one that stands there itself."""
        if path in self.own:
            return ""
        plain, wild = self._lines
        met = (*plain.get(path, ()), *(number for number in wild if _meets(self.groups[number][1], path)))
        names = dict.fromkeys(self.groups[number][0] for number in sorted(met))
        return " or ".join(list(names)[:MOST_GROUPS])

    @cached_property
    def _lines(self) -> tuple[Mapping[Path, Sequence[int]], Sequence[int]]:
        """Places in groups: of each statement without a wildcard, and of all with one. A group may bring thousands of policies."""
        plain: dict[Path, list[int]] = {}
        wild: list[int] = []
        for number, (_name, pattern) in enumerate(self.groups):
            (wild if any(map(_is_wild, pattern)) else plain.setdefault(pattern, [])).append(number)
        return plain, wild


def inherited(own: str, counting: str, groups: str) -> Inherited:
    """From the answers to reads(). An answer that was cut hides statements, so what stands there counts in any case."""
    standing, seen = statements(own), statements(counting)
    known = set(seen.paths)
    paths = (*seen.paths, *(path for path in standing.paths if path not in known))
    off = dict.fromkeys((*standing.inactive, *seen.inactive))
    lines = [(path[1], path[2:]) for path in statements(groups).paths if path[:1] == ("groups",) and len(path) > 2]
    return Inherited(Statements(paths, tuple(off)), frozenset(standing.paths), lines)


def _is_wild(word: str) -> bool:
    return word.startswith("<") and word.endswith(">")


def _meets(pattern: Path, path: Path) -> bool:
    return len(pattern) == len(path) and all(
        fnmatchcase(word, wild[1:-1]) if _is_wild(wild) else wild == word
        for wild, word in zip(pattern, path, strict=True)
    )
