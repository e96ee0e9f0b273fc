# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Every rule of traffic mirroring against the resulting state, all problems at once. Pure, linear in the sources."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import fields
from typing import Any

from ...._engine.problems import Problem
from ...._engine.rules import Rule
from ...platforms import Facts
from ..model import Span
from . import acl as rules_acl
from . import feature as rules_feature
from . import session as rules_session
from .table import RULES, overridable_rules
from .view import Finding, View

__all__ = ["RULES", "Facts", "Rule", "check", "overridable_rules"]

_CHECKS = (*rules_session.CHECKS, *rules_acl.CHECKS, *rules_feature.CHECKS)
_ORDER = {rule: place for place, rule in enumerate(RULES)}
_DIGITS = re.compile(r"(\d{1,18})", re.ASCII)
OLD_FAULT = "it was so before this run"


def check(current: Span, desired: Span, facts: Facts, told: Sequence[Problem] = ()) -> list[Problem]:
    """The rules that wanted breaks, in the order of the table, then by item.

    told: what the document itself breaks (document_findings() in wanted.py); it takes its place among the others, and
    of what both see it is the one that stays.

    A fault that current already has, no less grave, is a warning: a router with an old fault can still be improved.
    What rests on values that nobody verified for the platform is a warning, too. Advice is given once, when what it
    speaks of is new or changed. Never raises.
    """
    known = {(problem.rule, problem.item) for problem in told}
    found = [finding for finding in _findings(current, desired, facts) if finding[:2] not in known]
    if not found:
        return sorted(told, key=_place)
    before: dict[tuple[str, str], int] = {}
    given: set[tuple[str, str, str]] = set()
    for old in _findings(current, current, facts):
        if _only_warns(old):
            given.add(old[:3])
        else:
            before[old.rule, old.item] = max(old.amount, before.get((old.rule, old.item), 0))
    problems = [
        _problem(finding, before.get((finding.rule, finding.item), 0))
        for finding in found
        if not (_only_warns(finding) and finding[:3] in given)
    ]
    return sorted((*told, *problems), key=_place)


def _findings(before: Span, after: Span, facts: Facts) -> list[Finding]:
    view = View(before, _ordered(after), facts)
    found = {finding[:3]: finding for run in _CHECKS for finding in run(view)}
    return sorted(found.values(), key=_place)


def _ordered(span: Span) -> Span:
    """The same state in one order, so that a message does not depend on the order in which a router prints."""
    return Span(**{part.name: dict(sorted(getattr(span, part.name).items(), key=_key_order)) for part in fields(span)})


def _key_order(item: tuple[Any, object]) -> tuple[Any, ...]:
    key = item[0]
    return tuple("" if part is None else part for part in key) if isinstance(key, tuple) else (key,)


def _place(finding: Finding | Problem) -> tuple[int, list[tuple[int, str]], str]:
    parts = _DIGITS.split(finding.item)
    numbered = [(int(part) if place % 2 else -1, part) for place, part in enumerate(parts)]
    return _ORDER[finding.rule], numbered, finding.message


def _only_warns(finding: Finding) -> bool:
    return finding.warning or RULES[finding.rule].severity == "warning"


def _problem(finding: Finding, amount_before: int) -> Problem:
    message, warns = finding.message, _only_warns(finding)
    if not warns and amount_before >= finding.amount:
        message, warns = f"{message}; {OLD_FAULT}", True
    remedy = finding.remedy
    if not warns and RULES[finding.rule].overridable:
        remedy += f" {finding.rule} can be downgraded with warn_only."
    return Problem(finding.rule, finding.item, message, remedy, "warning" if warns else "error")
