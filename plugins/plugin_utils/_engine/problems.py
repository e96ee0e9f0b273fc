# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What keeps a document from its device: one problem, for a person and for a program."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Literal

from .words.device_text import LONGEST_MESSAGE, clean, flat, masked

Severity = Literal["error", "warning"]


@dataclass(frozen=True, slots=True)
class Problem:
    """One broken rule.

    rule: stable id of the rule table of the wing (``S3``) or of the engine (``read-back``).
    item: the offending place of the document, in its own words (``sessions[mon1].destination``).
    message: what is wrong; remedy: what to do about it.
    device_text: the device's own words, when it was the device that refused; as they came. What is shown of a problem is
    masked, cleaned and cut here, so no wing does it.
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
        return {
            "rule": self.rule,
            "item": flat(masked(self.item)),
            "message": clean(self.message, LONGEST_MESSAGE),
            "remedy": clean(self.remedy, LONGEST_MESSAGE),
            "severity": self.severity,
            "device_text": clean(self.device_text),
        }

    def __str__(self) -> str:
        shown = self.as_dict()
        parts = [f"[{self.rule}] {shown['item']}: {shown['message']}"]
        if shown["device_text"] and shown["device_text"] not in shown["message"]:
            parts.append(f"The device said: {shown['device_text']}")
        if shown["remedy"]:
            parts.append(f"Remedy: {shown['remedy']}")
        return " ".join(part if part.endswith((".", "?", "!")) else f"{part}." for part in parts)


def told(headline: str, problems: Iterable[Problem], state: str = "") -> str:
    """A failure for a person: what failed, a line for each problem, the state of the device; nothing twice.

    >>> print(told("the router refused: no space", [Problem("device", "commit", "no space", "Free some.")], "unchanged"))
    the router refused
    [device] commit: no space. Remedy: Free some.
    The device is now: unchanged.
    """
    listed = list(problems)
    head = headline
    for problem in listed:
        said = clean(problem.message, LONGEST_MESSAGE)
        if head == said or (said and head.endswith(f": {said}")):
            head = head.removesuffix(said).rstrip(": ")
            break
    lines = [*([head] if head else []), *dict.fromkeys(map(str, listed))]
    return "\n".join([*lines, *([f"The device is now: {state}."] if state else [])])


def errors(problems: Iterable[Problem]) -> list[Problem]:
    return [problem for problem in problems if problem.severity == "error"]


def downgraded(problems: Iterable[Problem], rules: Iterable[str]) -> list[Problem]:
    """The same problems, with those of the named rules as warnings."""
    named = frozenset(rules)
    return [replace(problem, severity="warning") if problem.rule in named else problem for problem in problems]
