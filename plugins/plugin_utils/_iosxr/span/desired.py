# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a router must have: a document and a state, applied to what is there. Pure.

Ownership: ``overridden`` owns all monitor sessions and source attachments. Access lists, bindings, UDFs, TCAM profiles
and tunnels are owned only by being named. Bindings that are not named stay in every state; an access list whose
document has no ``entries`` keeps its own. An interface that a document names as a source belongs to the sessions under
which the document names it: in state merged and replaced it leaves the others, whatever their class. What is never
written (unwritten.py) stays in all states but ``deleted``, with the mirror that it belongs to, until the document says
remove_unsupported.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, NamedTuple, TypeVar

from ..._engine import states
from ..._engine.problems import Problem
from ..._engine.rules import Finding, problem
from .canonical import router_wide
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
    Udf,
)
from .rules.table import RULES
from .rules.value import value_problems
from .unwritten import kept, lost, parts

T = TypeVar("T")


class Resulting(NamedTuple):
    """span: all that the router must have of what was read. findings: the rules of the table that the document itself breaks,
    such as a source in two sessions of a class, which the span does not show; what should be removed and stays."""

    span: Span
    findings: tuple[Problem, ...]


def resulting(current: Span, document: Document) -> Resulting:
    """Raises DocumentError on a bad document. What breaks a rule of the table does not stop it: the rest is checked too, so that
    all problems come at once."""
    if document.state == "deleted":
        if wrong := validate(document):
            raise DocumentError(wrong)
        left, staying = _deleted(current, document)
        return Resulting(left, tuple(staying))
    given, findings = described(document, current if document.state == "merged" else Span())
    problems = (*document.problems, *findings)
    if any(each.rule not in RULES for each in problems):
        raise DocumentError((*problems, *value_problems(given)))
    meant = _Meant(current, given, document)
    return Resulting(
        _as_the_hardware_is(current, meant.span()), (*problems, *meant.findings(), *_globals(current, document))
    )


def desired_state(current: Span, document: Document) -> Span:
    """All that the router must have of what was read. Raises DocumentError on a bad document."""
    return resulting(current, document).span


def validate(document: Document) -> list[Problem]:
    """What is wrong with a document, whatever the router has: known before a connection is opened.

    Not what only breaks a rule of the table, which is reported together with all other broken rules; in state merged the router itself may
    have what is missing. With something else it is told, too, as far as the document alone shows it: all in one round. In state deleted
    only names are read, and no rule is checked after it.
    """
    if document.state == "deleted":
        return [*document.problems, *value_problems(_named(document))]
    given, findings = described(document, Span())
    problems = [*document.problems, *findings]
    if document.state == "merged":
        problems = [each for each in problems if each.rule != INCOMPLETE]
    if all(each.rule in RULES for each in problems):
        return []
    return [*problems, *value_problems(given)]


def _named(document: Document) -> Span:
    """Things of which only the names count."""
    return Span(
        {item.name: Session(item.name) for item in document.sessions},
        access_lists={item.key: AccessList(item.key.name, item.key.family) for item in document.access_lists},
        udfs={item.key: Udf(item.key, "outer", "l3", 0, 1) for item in document.udfs},
    )


def _globals(current: Span, document: Document) -> list[Problem]:
    """A document that shows other router-wide settings than the router has is told so: it is not obeyed. The id of the router may be the
    one that it has, or the one that it gets."""
    if document.globals is None:
        return []
    there = router_wide(current)
    wanted = replace(current, router_id=document.router_id or current.router_id)
    if list(document.globals) in (
        there,
        router_wide(wanted),
        list(current.globals) if document.names_router_id else there,
    ):
        return []
    text = f"the router has {'; '.join(there) or 'none'}; this module changes no router-wide setting but router_id"
    return [Problem("globals", "globals", text, "Correct the document, or leave globals out.", "warning")]


# -- merged, replaced, overridden


class _Meant:
    """What a router must have, from what was read of it (current) and what its document describes by itself (given)."""

    def __init__(self, current: Span, given: Span, document: Document) -> None:
        self._current = current
        self._given = given
        self._state = document.state
        self._names = {item.name for item in document.sessions}
        self._removing = {item.name for item in document.sessions if item.removes}
        self._sessions = {item.name: item for item in document.sessions if item.configured}
        self._sources = {(item.key, session.name): item for session in document.sessions for item in session.sources}
        self._tunnels = {item.key: item for item in document.tunnels}
        self._mirrored = {key.interface for key in given.sources}
        self._unnamed = {key: source for key, source in current.sources.items() if key.interface not in self._mirrored}
        self._leaving = {
            source.interface: source
            for key, source in current.sources.items()
            if key.interface in self._mirrored and key not in given.sources
        }
        self._guarded_sessions = self._guards_sessions()
        self._guarded = self._guards_sources()

    def span(self) -> Span:
        current, given, state = self._current, self._given, self._state
        before = _reclassed(current, given) if state == "merged" else current.sources
        staying = {
            key: source
            for key, source in before.items()
            if (key in given.sources or key.interface not in self._mirrored)
            and (state == "merged" or key in self._guarded or source.session not in self._names)
        }
        lists = {key: _merged_list(current.access_lists.get(key), new) for key, new in given.access_lists.items()}
        return Span(
            states.desired_state(
                current.sessions,
                given.sessions,
                state,
                lambda _was, new: self._session(new),
                owned=lambda name: name not in self._names | self._guarded_sessions,
            ),
            states.desired_state(
                staying,
                given.sources,
                state,
                lambda _was, new: self._source(new),
                owned=lambda key: key not in self._guarded,
            ),
            {**current.access_lists, **(lists if state == "merged" else given.access_lists)},
            {
                **current.bindings,
                **{key: _bound(current.bindings.get(key), new) for key, new in given.bindings.items()},
            },
            {**current.udfs, **given.udfs},
            {**current.tcam_profiles, **given.tcam_profiles},
            {**current.tunnels, **{name: self._tunnel(new) for name, new in given.tunnels.items()}},
            current.globals,
            current.router_id if given.router_id is None else given.router_id,
        )

    def findings(self) -> list[Problem]:
        """A warning for everything that should be removed and stays, an error for what is never written and would be removed without
        remove_unsupported."""
        return [*self._stays(), *self._losses()]

    # -- what the document names: what is never written of it

    def _session(self, new: Session) -> Session:
        item = self._sessions[new.name]
        return kept(self._current.sessions.get(new.name), new, item.values.keys(), item.removes)

    def _source(self, new: Source) -> Source:
        item = self._sources[new.interface, new.session]
        return kept(self._source_before(new), new, item.values.keys(), self._source_removes(new))

    def _tunnel(self, new: Tunnel) -> Tunnel:
        item = self._tunnels[new.name]
        return kept(self._current.tunnels.get(new.name), new, item.values.keys(), item.removes)

    def _source_before(self, new: Source) -> Source | None:
        """What a source continues; one that gets another place, that which it leaves."""
        return self._current.sources.get(new.key) or self._leaving.get(new.interface)

    def _source_removes(self, new: Source) -> bool:
        return self._sources[new.interface, new.session].removes or new.session in self._removing

    def _losses(self) -> Iterator[Problem]:
        for name, session in self._given.sessions.items():
            was = self._current.sessions.get(name)
            if was is not None and not self._sessions[name].removes:
                yield from _lost(f"sessions[{name}]", lost(was, self._session(session)))
        for source in self._given.sources.values():
            before = self._source_before(source)
            if before is not None and not self._source_removes(source):
                item = self._sources[source.interface, source.session]
                yield from _lost(item.place, lost(before, self._source(source)))
        carried = {id(self._source_before(source)) for source in self._given.sources.values()}
        for left in self._leaving.values():
            if not parts(left) or id(left) in carried:
                continue
            there = [source for source in self._given.sources.values() if source.interface == left.interface]
            if not any(map(self._source_removes, there)):
                lines = [(field, str(getattr(left, field))) for field in parts(left)]
                place = self._sources[there[0].interface, there[0].session].place
                keep = f"Name it in session {left.session} too"
                yield from _lost(f"sessions[{left.session}].sources[{left.interface}]", lines, place, keep)
        for name, tunnel in self._given.tunnels.items():
            known = self._current.tunnels.get(name)
            if known is not None and not self._tunnels[name].removes:
                yield from _lost(f"tunnels[{name}]", lost(known, self._tunnel(tunnel)))

    # -- what the document does not name

    def _guards_sessions(self) -> set[str]:
        """The sessions that overridden would remove, and that have, or whose sources have, what could not be restored."""
        if self._state != "overridden":
            return set()
        holding = {name for name, session in self._current.sessions.items() if parts(session)}
        holding |= {source.session for source in self._unnamed.values() if parts(source)}
        return (holding & self._current.sessions.keys()) - self._names

    def _guards_sources(self) -> dict[SourceKey, Source]:
        """Those of such sessions, and those that another one would lose and that have such configuration themselves."""
        if self._state == "merged":
            return {}
        return {
            key: source
            for key, source in self._unnamed.items()
            if source.session in self._guarded_sessions or (parts(source) and source.session not in self._removing)
        }

    def _stays(self) -> Iterator[Problem]:
        for name in sorted(self._guarded_sessions):
            session = self._current.sessions[name]
            sources = [source for source in self._guarded.values() if source.session == name]
            held = sorted({*parts(session), *(f"sources.{field}" for source in sources for field in parts(source))})
            yield _stays(f"sessions[{name}]", held, "Remove it by its name, with state deleted.")
        for source in self._guarded.values():
            owned = self._state == "overridden" or source.session in self._names
            if owned and source.session not in self._guarded_sessions:
                remedy = f"Say remove_unsupported: true at sessions[{source.session}] to remove it."
                yield _stays(f"sessions[{source.session}].sources[{source.interface}]", parts(source), remedy)


def _stays(item: str, held: Sequence[str], remedy: str) -> Problem:
    text = f"was not removed: it has {', '.join(held)}, which this collection could not restore"
    return Problem("kept", item, text, remedy, "warning")


def _lost(item: str, found: Iterable[tuple[str, str]], place: str = "", keep: str = "") -> Iterator[Problem]:
    """place: where the document names it, if not as item. keep: what the user does to keep it, if not to leave it out."""
    for field, what in found:
        text = f"the router has {what!r}, which this would remove and this collection could not restore"
        advice = keep or f"Leave {field} out"
        remedy = f"{advice} to keep it, or say remove_unsupported: true at {place or item} to remove it."
        yield problem(RULES, Finding("unwritten", f"{item}.{field}", text, remedy))


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
    router_id = None if document.names_router_id else current.router_id
    left = replace(current, sessions=sessions, sources=sources, bindings=bindings, router_id=router_id)
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
