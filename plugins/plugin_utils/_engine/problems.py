# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What keeps a document from its device: one problem, for a person and for a program."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass, replace
from typing import Literal

Severity = Literal["error", "warning"]


@dataclass(frozen=True, slots=True)
class Problem:
    """One broken rule.

    rule: stable id of the rule table of the wing (``S3``) or of the engine (``read-back``).
    item: the offending place of the document, in its own words (``sessions[mon1].destination``).
    message: what is wrong; remedy: what to do about it.
    device_text: the device's own words, when it was the device that refused.
    assumption: what an earlier stage may provide (``image``). In check mode a task that says that it assumes this goes on.
    """

    rule: str
    item: str
    message: str
    remedy: str = ""
    severity: Severity = "error"
    device_text: str = ""
    assumption: str = ""

    def as_dict(self) -> dict[str, str]:
        return {name: value for name, value in asdict(self).items() if name != "assumption"}

    def __str__(self) -> str:
        parts = [f"[{self.rule}] {self.item}: {self.message}"]
        if self.device_text:
            parts.append(f"The device said: {self.device_text}")
        if self.remedy:
            parts.append(f"Remedy: {self.remedy}")
        return " ".join(part if part.endswith((".", "?", "!")) else f"{part}." for part in parts)


def errors(problems: Iterable[Problem]) -> list[Problem]:
    return [problem for problem in problems if problem.severity == "error"]


def downgraded(problems: Iterable[Problem], rules: Iterable[str]) -> list[Problem]:
    """The same problems, with those of the named rules as warnings."""
    named = frozenset(rules)
    return [replace(problem, severity="warning") if problem.rule in named else problem for problem in problems]
