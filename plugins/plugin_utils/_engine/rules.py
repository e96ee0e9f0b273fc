# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Rules of a capability as a table that checks itself: what each says, who said it, whether it may be downgraded. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from .problems import Severity

HOUSE = "this collection"


@dataclass(frozen=True, slots=True)
class Rule:
    """severity: of a broken rule; what rests on unverified values, and faults that stood before, only warn.

    overridable: the sources contradict each other, or the device takes it, so a user may downgrade it to a warning.
    elsewhere: for a rule that no configuration can show: where it is looked after instead.
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
    """By id, in their order. Raises ValueError when an id stands twice."""
    listed = list(rules)
    table = {rule.id: rule for rule in listed}
    if len(table) != len(listed):
        raise ValueError("the id of a rule stands twice")
    return MappingProxyType(table)


def overridable(table: Mapping[str, Rule]) -> frozenset[str]:
    """Ids that a user may downgrade to a warning."""
    return frozenset(rule.id for rule in table.values() if rule.overridable)
