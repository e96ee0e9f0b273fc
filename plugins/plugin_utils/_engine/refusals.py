# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a refusal of a system looks like: one table a system, which says what a refusal means and what to do about it. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from .problems import Problem


@dataclass(frozen=True, slots=True)
class Refusal:
    """One row. pattern: of the device's words. meaning: in ours, without a full stop; remedy: what to do about it."""

    pattern: re.Pattern[str]
    meaning: str
    remedy: str


@dataclass(frozen=True, slots=True)
class Match:
    """A refusal in an answer. text: its line. meaning, remedy: empty where no row knows more of it."""

    text: str
    meaning: str
    remedy: str

    def problem(self, who: str, command: str, item: str, otherwise: str) -> Problem:
        """What a system said to a command. who: the system in a word, "firewall"; item: whose command it is, in the document's words, empty
        for a read; otherwise: the remedy where no row has one."""
        meaning = f": {self.meaning}" if self.meaning else ""
        return Problem(
            "device" if item else "read",
            item or command,
            f"the {who} refused {command!r}{meaning}",
            self.remedy or otherwise,
            device_text=self.text,
        )


class Refusals:
    """The table of a system. general: what any refusal looks like, for those that no row explains."""

    def __init__(self, rows: Sequence[Refusal], general: re.Pattern[str]) -> None:
        self._rows = tuple(rows)
        self._general = general

    def find(self, text: str) -> Match | None:
        """The first row that an answer matches, else the general pattern; None when the answer holds no refusal."""
        for row in self._rows:
            found = row.pattern.search(text)
            if found:
                return Match(_line(text, found), row.meaning, row.remedy)
        found = self._general.search(text)
        return Match(_line(text, found), "", "") if found else None


def _line(text: str, found: re.Match[str]) -> str:
    """The whole line in which a match ends: a pattern may begin in the line before it."""
    start, end = text.rfind("\n", 0, found.end()) + 1, text.find("\n", found.end())
    return text[start : len(text) if end < 0 else end].strip()
