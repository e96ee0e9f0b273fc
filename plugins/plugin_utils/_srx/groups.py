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

from collections.abc import Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatchcase

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


@dataclass(frozen=True, slots=True)
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
        return self.group_like(path)

    def group_like(self, path: Path) -> str:
        """The groups that have a statement, whether one like it stands there itself or not."""
        names = dict.fromkeys(name for name, pattern in self.groups if _meets(pattern, path))
        return " or ".join(list(names)[:MOST_GROUPS])


def inherited(own: str, counting: str, groups: str) -> Inherited:
    """From the answers to reads(). An answer that was cut hides statements, so what stands there counts in any case."""
    standing, seen = statements(own), statements(counting)
    known = set(seen.paths)
    paths = (*seen.paths, *(path for path in standing.paths if path not in known))
    off = dict.fromkeys((*standing.inactive, *seen.inactive))
    lines = [(path[1], path[2:]) for path in statements(groups).paths if path[:1] == ("groups",) and len(path) > 2]
    return Inherited(Statements(paths, tuple(off)), frozenset(standing.paths), lines)


def _meets(pattern: Path, path: Path) -> bool:
    return len(pattern) == len(path) and all(
        fnmatchcase(word, wild[1:-1]) if wild.startswith("<") and wild.endswith(">") else wild == word
        for wild, word in zip(pattern, path, strict=True)
    )
