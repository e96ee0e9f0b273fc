# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Rules of single values: ranges, lengths of names, types of interfaces, the grammar of entries. Pure.

A document alone shows what breaks them, so they are also told where a document has errors for which no router is asked.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from ...._engine.problems import Problem
from ...._engine.rules import Finding, problems
from ...names import is_known, kind
from ...platforms import (
    DISCARD_CLASS,
    ERSPAN_SESSION_ID,
    MIRROR_FIRST,
    RATE_LIMIT,
    ROUTER_ID,
    SEQUENCE,
    SESSION_NAME,
    TRAFFIC_CLASS,
    UDF_VALUE,
    Facts,
    mirror_intervals,
)
from ..model import STAND_IN, AccessListKey, Ace, Session, Source, Span
from .ace import flaws
from .acl import list_name_length, udf_limits
from .table import RULES
from .view import View, is_tunnel, list_item, source_item


def value_problems(after: Span, before: Span | None = None) -> list[Problem]:
    """What values break these rules, whatever router they are for. before: what a router has, whose values it took."""
    there = [] if before is None else _broken(before, before)
    return [each for each in _broken(before or Span(), after) if each not in there]


def _broken(before: Span, after: Span) -> list[Problem]:
    view = View(before, after, Facts())
    return problems(RULES, [finding for check in CHECKS for finding in check(view)])


def mirror_values(view: View) -> Iterator[Finding]:
    """Ranges of what S17 and its like may let through."""
    intervals = mirror_intervals(view.facts.release)
    for item, thing in _mirroring(view):
        yield from _ranged(f"{item}.mirror_first", thing.mirror_first, MIRROR_FIRST, " bytes")
        if thing.mirror_interval is not None and thing.mirror_interval not in intervals:
            allowed = f"one of {', '.join(intervals)}"
            yield _out_of_range(f"{item}.mirror_interval", thing.mirror_interval, allowed)


def session_values(view: View) -> Iterator[Finding]:
    for name, session in view.after.sessions.items():
        item = f"sessions[{name}]"
        yield from _ranged(f"{item}.discard_class", session.discard_class, DISCARD_CLASS)
        yield from _ranged(f"{item}.traffic_class", session.traffic_class, TRAFFIC_CLASS)
        yield from _ranged(f"{item}.rate_limit_rx", session.rate_limit_rx, RATE_LIMIT, " kbit/s")
        yield from _ranged(f"{item}.rate_limit_tx", session.rate_limit_tx, RATE_LIMIT, " kbit/s")
    yield from _ranged("router_id", view.after.router_id, ROUTER_ID)
    for use in view.destinations:
        item, number = f"{use.item}.erspan_session_id", use.destination.erspan_session_id
        yield from _ranged(item, number, ERSPAN_SESSION_ID)
        if number is not None and not (use.destination.interface and is_tunnel(use.destination.interface)):
            where = use.destination.interface or "what is no interface"
            yield Finding(
                "erspan-id", item, f"an ERSPAN session id belongs to a tunnel-ip, not to {where}", "Leave it out."
            )


def _mirroring(view: View) -> Iterator[tuple[str, Session | Source]]:
    for name, session in view.after.sessions.items():
        yield f"sessions[{name}]", session
    for source in view.after.sources.values():
        if source.mirror_first is not None or source.mirror_interval is not None:
            yield source_item(source), source


def entry_values(view: View) -> Iterator[Finding]:
    for key, ace in _new_entries(view):
        item = f"{list_item(key)}.entries[{ace.sequence}]"
        yield from _ranged(f"{item}.sequence", ace.sequence, SEQUENCE)
        for match in ace.udfs:
            yield from _ranged(f"{item}.udfs[{match.name}].value", match.value, UDF_VALUE)
            yield from _ranged(f"{item}.udfs[{match.name}].mask", match.mask, UDF_VALUE)
        for flaw in () if ace.action == "remark" else flaws(key.family, ace.match):
            yield Finding("ace", f"{item}.match", flaw, "Write it as the router's command line takes it.")


def _new_entries(view: View) -> Iterator[tuple[AccessListKey, Ace]]:
    """The entries that a run writes: those that the router has already, it took."""
    for key, acl in view.after.access_lists.items():
        before = view.before.access_lists.get(key)
        there = {ace.sequence: ace for ace in before.entries} if before else {}
        for ace in acl.entries:
            if there.get(ace.sequence) != ace:
                yield key, ace


def interface_types(view: View) -> Iterator[Finding]:
    for item, name in _typed(view):
        if not is_known(name) and not name.startswith(STAND_IN):
            yield Finding(
                "interface-type",
                item,
                f"{kind(name) or name} is not a type of interface that this collection knows, so {name} is kept as it is written",
                "Correct the type, if it is not one that the router has.",
            )


def _typed(view: View) -> Iterator[tuple[str, str]]:
    """(item, name) of every interface."""
    for source in view.after.sources.values():
        yield source_item(source), source.interface
    for use in view.destinations:
        if use.destination.interface:
            yield use.item, use.destination.interface
    for binding in view.after.bindings.values():
        acl = AccessListKey(binding.family, binding.acl)
        yield f"{list_item(acl)}.interfaces[{binding.interface}]", binding.interface
    yield from view.interfaces_besides()


def session_name_length(view: View) -> Iterator[Finding]:
    named = view.after.sessions.keys() | {source.session for source in view.after.sources.values()}
    for name in named:
        if not 1 <= len(name) <= SESSION_NAME.value:
            yield Finding(
                "S24",
                f"sessions[{name}].name",
                f"the name has {len(name)} characters, not 1 to {SESSION_NAME.value}",
                "Choose a shorter name." if name else "Give the session a name.",
            )


def _ranged(item: str, value: int | None, allowed: range, unit: str = "") -> Iterator[Finding]:
    if value is not None and value not in allowed:
        yield _out_of_range(item, value, f"{allowed[0]} to {allowed[-1]}{unit}")


def _out_of_range(item: str, value: object, allowed: str) -> Finding:
    return Finding("value", item, f"{value} is not {allowed}", f"Use {allowed}.")


CHECKS: tuple[Callable[[View], Iterator[Finding]], ...] = (
    mirror_values,
    session_values,
    entry_values,
    interface_types,
    session_name_length,
    list_name_length,
    udf_limits,
)
