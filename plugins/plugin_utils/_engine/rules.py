# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Rules of a capability as a table that checks itself, and what breaks one as a finding, which the table turns into a
problem. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import NamedTuple

from .problems import Problem, Severity

HOUSE = "this collection"


@dataclass(frozen=True, slots=True)
class Rule:
    """severity: of a broken rule; what rests on unverified values, and faults that stood before, only warn.

    overridable: the sources contradict each other, or the device takes it, so a user may downgrade it to a warning.
    elsewhere: for a rule that no configuration can show: where it is checked instead.
    """

    id: str
    text: str
    severity: Severity
    overridable: bool
    source: str
    elsewhere: str = ""

    def __post_init__(self) -> None:
        if not (self.id and self.text and self.source) or self.severity not in ("error", "warning"):
            raise ValueError(f"an incomplete rule: {self!r}")


def error(rule: str, text: str, source: str, *, overridable: bool = False) -> Rule:
    return Rule(rule, text, "error", overridable, source)


def warning(rule: str, text: str, source: str) -> Rule:
    return Rule(rule, text, "warning", False, source)


def elsewhere(rule: str, text: str, source: str, where: str) -> Rule:
    return Rule(rule, text, "warning", False, source, where)


def rule_table(rules: Iterable[Rule]) -> Mapping[str, Rule]:
    """By id, in their order. Raises ValueError when an id is listed twice."""
    listed = list(rules)
    table = {rule.id: rule for rule in listed}
    if len(table) != len(listed):
        raise ValueError("the id of a rule is listed twice")
    return MappingProxyType(table)


def overridable(table: Mapping[str, Rule]) -> frozenset[str]:
    """Ids that a user may downgrade to a warning."""
    return frozenset(rule.id for rule in table.values() if rule.overridable)


class Finding(NamedTuple):
    """One broken rule, before its table says how grave that is.

    item: the offending place of the document (``sources[HundredGigE0/0/0/1]``). warning: it rests on something unverified, so it
    only warns whatever the table says. amount: how badly, so that a fault that a run makes worse does not pass for an old one.
    assumption: what an earlier stage of a set of plans may provide (``image``); see Problem.
    """

    rule: str
    item: str
    message: str
    remedy: str = ""
    warning: bool = False
    amount: int = 1
    assumption: str = ""


def problem(table: Mapping[str, Rule], finding: Finding) -> Problem:
    """An error that may be downgraded says so. Raises KeyError for a rule that the table does not list."""
    rule, item, message, remedy, warns, _amount, assumption = finding
    severity: Severity = "warning" if warns else table[rule].severity
    if severity == "error" and table[rule].overridable and "warn_only" not in remedy:
        remedy = f"{remedy} {rule} can be downgraded with warn_only.".strip()
    return Problem(rule, item, message, remedy, severity, assumption=assumption)


def problems(table: Mapping[str, Rule], findings: Iterable[Finding]) -> list[Problem]:
    """Each finding once, in the order of the table, then by item (numbers by their value), then as they were found."""
    return in_order(table, [problem(table, finding) for finding in dict.fromkeys(findings)])


def in_order(table: Mapping[str, Rule], found: Iterable[Problem]) -> list[Problem]:
    """Problems in the order of the table, then by item; those of other tables come first."""
    order = {rule: place for place, rule in enumerate(table)}
    return sorted(found, key=lambda each: (order.get(each.rule, -1), natural(each.item)))


_DIGITS = re.compile(r"(\d{1,18})", re.ASCII)


def natural(text: str) -> list[tuple[int, str]]:
    """A key that sorts numbers inside a text by their value.

    >>> sorted(["port10", "port9"], key=natural)
    ['port9', 'port10']
    """
    return [(int(part) if place % 2 else -1, part) for place, part in enumerate(_DIGITS.split(text))]
