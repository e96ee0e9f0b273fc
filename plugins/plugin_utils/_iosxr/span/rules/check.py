# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Every rule of traffic mirroring against the resulting state, all problems at once. Pure, linear in the sources."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import fields
from typing import Any

from ...._engine.problems import Problem
from ...._engine.rules import Finding, in_order, problem
from ...platforms import Facts
from ..model import Span
from . import acl as rules_acl
from . import feature as rules_feature
from . import session as rules_session
from . import value as rules_value
from .table import RULES
from .view import View

_CHECKS = (*rules_session.CHECKS, *rules_acl.CHECKS, *rules_feature.CHECKS, *rules_value.CHECKS)
OLD_FAULT = "it was so before this run"


def check(current: Span, desired: Span, facts: Facts, earlier: Sequence[Problem] = ()) -> list[Problem]:
    """The rules that desired breaks, in the order of the table, then by item.

    earlier: what the document itself breaks (resulting() in desired.py); it takes its place among the others, and of what both see
    it is the one that stays.

    A fault that current already has, no less grave, is a warning: a router with an old fault can still be improved.
    What rests on values that are not verified for the platform is a warning, too. Advice is given once, when what it
    speaks of is new or changed. Never raises.
    """
    known = {(each.rule, each.item) for each in earlier}
    found = [finding for finding in _findings(current, desired, facts) if finding[:2] not in known]
    if not found:
        return in_order(RULES, earlier)
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
    return in_order(RULES, (*earlier, *problems))


def _findings(before: Span, after: Span, facts: Facts) -> list[Finding]:
    """Each once, by what it says, in one order."""
    view = View(before, _ordered(after), facts)
    found = {finding[:3]: finding for run in _CHECKS for finding in run(view)}
    return sorted(found.values(), key=lambda finding: finding.message)


def _ordered(span: Span) -> Span:
    """The same state in one order, so that a message does not depend on the order in which a router prints."""
    parts: dict[str, Any] = {part.name: getattr(span, part.name) for part in fields(span)}
    ordered: dict[str, Any] = {
        name: _sorted(part) if isinstance(part, Mapping) else part for name, part in parts.items()
    }
    return Span(**ordered)


def _sorted(part: Mapping[Any, Any]) -> dict[Any, Any]:
    return dict(sorted(part.items(), key=_key_order))


def _key_order(item: tuple[Any, object]) -> tuple[Any, ...]:
    key = item[0]
    return tuple("" if part is None else part for part in key) if isinstance(key, tuple) else (key,)


def _only_warns(finding: Finding) -> bool:
    return problem(RULES, finding).severity == "warning"


def _problem(finding: Finding, amount_before: int) -> Problem:
    if not _only_warns(finding) and amount_before >= finding.amount:
        finding = finding._replace(message=f"{finding.message}; {OLD_FAULT}", warning=True)
    return problem(RULES, finding)
