# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a router must have: a document and a state, applied to what is there. Pure.

Ownership: ``overridden`` owns all monitor sessions and source attachments. Access lists, bindings, UDFs, TCAM profiles
and tunnels are owned only by being named. Bindings that are not named stay in every state; an access list whose
document has no ``entries`` keeps its own. An interface that a document names as a source belongs to the sessions under
which the document names it: in state merged and replaced it leaves the others, whatever their class.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from typing import Any, NamedTuple, TypeVar

from ..._engine import states
from ..._engine.problems import Problem
from .described import INCOMPLETE, described
from .document import Document, DocumentError
from .model import (
    AccessList,
    AccessListKey,
    Binding,
    Session,
    Source,
    SourceKey,
    Span,
    Tunnel,
)
from .rules.table import RULES

T = TypeVar("T")


class Resulting(NamedTuple):
    """span: all that the router must have of what was read. findings: the rules of the table that the document itself breaks,
    such as a source in two sessions of a class, which the span does not show; what is named to be deleted and stays."""

    span: Span
    findings: tuple[Problem, ...]


def resulting(current: Span, document: Document) -> Resulting:
    """Raises DocumentError on a bad document. What breaks a rule of the table does not stop it: the rest is checked too, so that
    all problems come at once."""
    if document.state == "deleted":
        if document.problems:
            raise DocumentError(document.problems)
        left, kept = _deleted(current, document)
        return Resulting(left, tuple(kept))
    given, findings = described(document, current if document.state == "merged" else Span())
    problems = (*document.problems, *findings)
    if any(problem.rule not in RULES for problem in problems):
        raise DocumentError(problems)
    return Resulting(_as_the_hardware_is(current, _applied(current, given, document)), problems)


def desired_state(current: Span, document: Document) -> Span:
    """All that the router must have of what was read. Raises DocumentError on a bad document."""
    return resulting(current, document).span


def validate(document: Document) -> list[Problem]:
    """What is wrong with a document, whatever the router has: known before a connection is opened.

    Not what breaks a rule of the table, which is reported together with all other broken rules; in state merged the router itself may
    have what is missing. In state deleted only names are read, and no rule is checked after it.
    """
    if document.state == "deleted":
        return list(document.problems)
    later = {*RULES, INCOMPLETE} if document.state == "merged" else set(RULES)
    problems = (*document.problems, *described(document, Span())[1])
    return [problem for problem in problems if problem.rule not in later]


# -- merged, replaced, overridden


def _applied(current: Span, given: Span, document: Document) -> Span:
    state = document.state
    names = {item.name for item in document.sessions}
    mirrored = {key.interface for key in given.sources}
    before = _reclassed(current, given) if state == "merged" else current.sources
    staying = {
        key: source
        for key, source in before.items()
        if (key in given.sources or key.interface not in mirrored)
        and (state == "merged" or source.session not in names)
    }
    lists = {key: _merged_list(current.access_lists.get(key), new) for key, new in given.access_lists.items()}
    return Span(
        states.desired_state(
            current.sessions,
            given.sessions,
            state,
            lambda _was, new: _with_other(current.sessions.get(new.name), new),
            owned=lambda name: name not in names,
        ),
        states.desired_state(
            staying, given.sources, state, lambda _was, new: _with_other(current.sources.get(new.key), new)
        ),
        {**current.access_lists, **(lists if state == "merged" else given.access_lists)},
        {**current.bindings, **{key: _bound(current.bindings.get(key), new) for key, new in given.bindings.items()}},
        {**current.udfs, **given.udfs},
        {**current.tcam_profiles, **given.tcam_profiles},
        {
            **current.tunnels,
            **{name: _with_other(current.tunnels.get(name), new) for name, new in given.tunnels.items()},
        },
    )


Submode = TypeVar("Submode", Session, Source, Tunnel)


def _with_other(was: Submode | None, new: Submode) -> Submode:
    """Lines that no field knows are the router's: kept, unless the document itself has some."""
    return replace(new, other=was.other) if was is not None and not new.other else new


def _bound(was: Binding | None, new: Binding) -> Binding:
    """The words after the direction (`compress level 3`) have no place in a document; they stay with their ACL."""
    return replace(new, other=was.other) if was is not None and was.acl == new.acl else new


def _merged_list(was: AccessList | None, new: AccessList) -> AccessList:
    entries = {ace.sequence: ace for ace in (*(was.entries if was else ()), *new.entries)}
    return replace(new, entries=tuple(entries[sequence] for sequence in sorted(entries)))


def _reclassed(current: Span, given: Span) -> dict[SourceKey, Source]:
    """The sources of the router; those of a session whose class changes go with it where their place is free."""
    found = dict(current.sources)
    for key, source in current.sources.items():
        was, new = current.sessions.get(source.session), given.sessions.get(source.session)
        if (
            was is None
            or new is None
            or was.session_class == new.session_class
            or source.session_class != was.session_class
        ):
            continue
        moved = replace(source, session_class=new.session_class)
        if moved.key not in found:
            del found[key]
            found[moved.key] = moved
    return found


OnInterface = TypeVar("OnInterface", Source, Binding)


def _on_hardware(item: OnInterface, hidden: Mapping[str, bool]) -> OnInterface:
    preconfigure = hidden.get(item.interface, False)
    return item if item.preconfigure == preconfigure else replace(item, preconfigure=preconfigure)


def _as_the_hardware_is(current: Span, desired: Span) -> Span:
    """`interface preconfigure` is how the router prints an interface whose hardware is absent; no document changes it."""
    present: list[Binding | Source] = [*current.bindings.values(), *current.sources.values()]
    seen = {item.interface: item.preconfigure for item in present}
    preconfigured = {source.interface: True for source in desired.sources.values() if source.preconfigure}
    hidden = {**preconfigured, **seen}
    sources = {key: _on_hardware(item, hidden) for key, item in desired.sources.items()}
    bindings = {key: _on_hardware(item, hidden) for key, item in desired.bindings.items()}
    return replace(desired, sources=sources, bindings=bindings)


# -- deleted


def _deleted(current: Span, document: Document) -> tuple[Span, list[Problem]]:
    """What stays, and a warning for everything that was named and stays."""
    if document.everything:
        return replace(current, sessions={}, sources={}), []
    names = {item.name for item in document.sessions}
    gone = {item.name for item in document.sessions if item.configured}
    taken_off = {(interface, item.key) for item in document.access_lists for interface in item.interfaces}
    sessions = {name: session for name, session in current.sessions.items() if name not in gone}
    sources = {key: source for key, source in current.sources.items() if source.session not in names}
    bindings = {
        key: binding
        for key, binding in current.bindings.items()
        if key.direction != "ingress" or (key.interface, AccessListKey(binding.family, binding.acl)) not in taken_off
    }
    left = replace(current, sessions=sessions, sources=sources, bindings=bindings)
    warnings: list[Problem] = []

    def without(part: Mapping[T, Any], names: Collection[T], place: str, reason: Any) -> dict[T, Any]:
        stays = {name: why for name in names if name in part and (why := reason(part[name]))}
        for name, why in stays.items():
            label = " ".join(str(word) for word in (name if isinstance(name, tuple) else (name,)) if word is not None)
            warnings.append(Problem("kept", f"{place}[{label}]", f"was not deleted: {why}", "", "warning"))
        return {name: item for name, item in part.items() if name not in names or name in stays}

    lists = [item.key for item in document.access_lists]
    left = replace(
        left, access_lists=without(left.access_lists, lists, "access_lists", lambda item: _needed_list(item, left))
    )
    keys = [item.key for item in document.tcam_profiles]
    left = replace(left, tcam_profiles=without(left.tcam_profiles, keys, "tcam_profiles", lambda _item: ""))
    udfs = [item.key for item in document.udfs]
    left = replace(left, udfs=without(left.udfs, udfs, "udfs", lambda item: _needed_udf(item.name, left)))
    named = [item.key for item in document.tunnels]
    tunnels = without(left.tunnels, named, "tunnels", lambda item: _needed_tunnel(item, left))
    return replace(left, tunnels=tunnels), warnings


def _needed_list(access_list: AccessList, left: Span) -> str:
    """Why an access list stays; empty when it may go."""
    for key, binding in sorted(left.bindings.items()):
        if binding.family == access_list.family and access_list.name in binding.acl.split():
            return f"it is bound to {key.interface} {key.direction}"
    for source in left.sources.values():
        own = source.acl_ipv4 if access_list.family == "ipv4" else source.acl_ipv6
        if access_list.name in (source.acl_name, own):
            return f"the source {source.interface} of session {source.session} names it"
    if not any(ace.capture for ace in access_list.entries):
        return "it has no capture entry, so it is used for something else"
    return ""


def _needed_udf(name: str, left: Span) -> str:
    for key, access_list in left.access_lists.items():
        if any(udf.name == name for ace in access_list.entries for udf in ace.udfs):
            return f"the {key.family} access list {key.name} matches it"
    if any(name in profile.udfs for profile in left.tcam_profiles.values()):
        return "a TCAM profile uses it"
    return ""


def _needed_tunnel(tunnel: Tunnel, left: Span) -> str:
    if tunnel.mode and not tunnel.mode.startswith("gre"):
        return f"its mode is {tunnel.mode}, not gre"
    for name, session in left.sessions.items():
        for destination in (session.destination, session.rx_destination, session.tx_destination):
            if destination is not None and destination.interface == tunnel.name:
                return f"the session {name} uses it as destination"
    if tunnel.name in {key.interface for key in left.sources} | {key.interface for key in left.bindings}:
        return "it has a source or an access group"
    return ""
