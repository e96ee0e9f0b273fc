# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a router shall carry: a document and a state, applied to what is there. Pure.

Ownership: ``overridden`` owns all monitor sessions and source attachments. Access lists, bindings, UDFs, TCAM profiles
and tunnels are owned only by being named. Bindings that are not named stay in every state; an access list whose
document has no ``entries`` keeps its own. An interface that a document names as a source belongs to the sessions under
which the document names it: in state merged and replaced it leaves the others, whatever their class.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from contextlib import suppress
from dataclasses import replace
from functools import partial
from typing import Any, TypeVar

from ..._engine import states
from ..._engine.problems import Problem
from ..._engine.states import State
from . import grammar
from .document import (
    INCOMPLETE,
    DocumentError,
    Item,
    entry_item,
    from_document,
    items_of,
    named,
    profile_item,
    session_item,
    source_item,
    tunnel_item,
    udf_item,
)
from .model import (
    AccessList,
    AccessListKey,
    Binding,
    Family,
    Session,
    SessionClass,
    Source,
    SourceKey,
    Span,
    TcamProfileKey,
    Tunnel,
)
from .parse import SESSION_CLASSES
from .rules.table import RULES

T = TypeVar("T")


def desired_state(current: Span, document: Item | None, state: State) -> Span:
    """All that the router shall carry of what was read. Raises DocumentError on a bad document.

    In state deleted only the names of a document count, and none at all means every session and attachment.
    What document_findings() tells does not stop it: the rest is checked too, so that all problems come at once.
    """
    document = {} if document is None else document
    if state == "deleted":
        return _deleted(current, document)[0]
    given, problems = _read(current, document, state)
    if any(problem.rule not in RULES for problem in problems):
        raise DocumentError(problems, given)
    return _as_the_hardware_is(current, _applied(current, given, document, state))


def document_findings(current: Span, document: Item | None, state: State) -> list[Problem]:
    """The rules of the table that the document itself breaks, such as a source in two sessions of a class.

    What desired_state() gives does not show them, so check() takes them along.
    """
    if state == "deleted":
        return []
    return [
        problem for problem in _read(current, {} if document is None else document, state)[1] if problem.rule in RULES
    ]


def _read(current: Span, document: Item, state: State) -> tuple[Span, tuple[Problem, ...]]:
    """What could be read of a document that is merged, replaced or overridden, and what is wrong with it."""
    try:
        return from_document(_overlaid(current, document) if state == "merged" else document), ()
    except DocumentError as error:
        return error.span, error.problems


def validate(document: Item | None, state: State) -> list[Problem]:
    """What is wrong with a document, whatever the router carries: known before a connection is opened.

    Not what breaks a rule of the table: document_findings() tells that together with all other broken rules.
    """
    if state == "overridden" and isinstance(document, Mapping) and "sessions" not in document:
        text = "state overridden removes every session that is not named, and the document names none"
        return [Problem("document", "sessions", text, "Write sessions: [] if that is meant.")]
    if state == "deleted" and document is not None and not document:
        text = "state deleted without a document removes every mirror, and this document is empty"
        return [Problem("document", "config", text, "Leave config out if that is meant.")]
    try:
        if state == "deleted":
            named({} if document is None else document)
        else:
            from_document({} if document is None else document)
    except DocumentError as error:
        if state == "deleted":  # names only, and no rule is checked after it
            return list(error.problems)
        later = {*RULES, INCOMPLETE} if state == "merged" else set(RULES)
        return [problem for problem in error.problems if problem.rule not in later]
    return []


def kept_back(current: Span, document: Item | None, state: State) -> list[Problem]:
    """Warnings: what a document in state deleted names and the router keeps, because something else needs it."""
    return _deleted(current, {} if document is None else document)[1] if state == "deleted" else []


# -- merged, replaced, overridden


def _applied(current: Span, given: Span, document: Item, state: State) -> Span:
    names = {item.get("name") for item in items_of(document, "sessions")}
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
    """The words behind the direction (`compress level 3`) have no place in a document; they stay with their ACL."""
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


def _as_the_hardware_is(current: Span, desired: Span) -> Span:
    """`interface preconfigure` is how the router prints an interface whose hardware is absent; no document changes it."""
    present: list[Binding | Source] = [*current.bindings.values(), *current.sources.values()]
    seen = {item.interface: item.preconfigure for item in present}
    said = {source.interface: True for source in desired.sources.values() if source.preconfigure}
    hidden = {**said, **seen}
    sources = {
        key: replace(item, preconfigure=hidden.get(item.interface, False)) for key, item in desired.sources.items()
    }
    bindings = {
        key: replace(item, preconfigure=hidden.get(item.interface, False)) for key, item in desired.bindings.items()
    }
    return replace(desired, sources=sources, bindings=bindings)


# -- merged: what the document leaves out, from the router


def _overlaid(current: Span, document: Item) -> Item:
    """The document with every key that a named item leaves out filled in from the router.

    Whatever is malformed passes as it is, for from_document() to report it.
    """
    if not isinstance(document, Mapping):
        return document
    parts: dict[str, Any] = dict(document)
    for key, fill in (
        ("sessions", partial(_session_overlaid, _attachments_named(current, document))),
        ("access_lists", _list_overlaid),
        ("udfs", _udf_overlaid),
        ("tcam_profiles", _profile_overlaid),
        ("tunnels", _tunnel_overlaid),
    ):
        if isinstance(parts.get(key), list | tuple):
            parts[key] = [fill(current, item) if isinstance(item, Mapping) else item for item in parts[key]]
    return parts


def _over(base: Item, item: Item) -> dict[str, Any]:
    """item over base; None counts as left out. The router's own further lines are added later."""
    return {**{key: value for key, value in base.items() if key != "other"}, **_given(item)}


def _given(item: Item) -> dict[str, Any]:
    return {key: value for key, value in item.items() if value is not None}


Attachment = tuple[str, SessionClass]  # interface, class


def _attachments_named(current: Span, document: Item) -> frozenset[Attachment]:
    found: set[Attachment] = set()
    for item in items_of(document, "sessions"):
        session_class = _class_of(item, _session_base(current, item))
        if session_class is None:
            continue
        for source in items_of(item, "sources"):
            with suppress(ValueError):
                found.add((grammar.interface(source.get("interface")), session_class))
    return frozenset(found)


def _session_base(current: Span, item: Item) -> Session | None:
    return current.sessions.get(item["name"]) if isinstance(item.get("name"), str) else None


def _class_of(item: Item, base: Session | None) -> SessionClass | None:
    """The class that a session of a document shall have; None where it says nonsense."""
    given = item.get("class")
    if given is None:
        return base.session_class if base is not None and item.get("configured") is not False else "ethernet"
    return SESSION_CLASSES.get(given) if isinstance(given, str) else None


def _session_overlaid(attachments: frozenset[Attachment], current: Span, item: Item) -> Item:
    """attachments: all that the document names."""
    base = _session_base(current, item)
    filled = _given(item)
    if base is not None and item.get("configured") is not False:
        filled = _over(session_item(base), item)
    session_class = _class_of(item, base)
    if session_class is None or not isinstance(item.get("sources"), list | tuple):
        return filled
    classes = [session_class, *([base.session_class] if base is not None else [])]
    filled["sources"] = [
        _source_overlaid(current, source, classes, attachments) if isinstance(source, Mapping) else source
        for source in item["sources"]
    ]
    return filled


def _source_overlaid(current: Span, item: Item, classes: list[SessionClass], elsewhere: frozenset[Attachment]) -> Item:
    """classes: the wanted one of the session, then the one it has now; then those that the source leaves.

    elsewhere: what the document names, so what a source does not leave.
    """
    try:
        interface = grammar.interface(item.get("interface"))
    except ValueError:
        return item
    l2transport = item.get("l2transport")
    left = (other for other in SESSION_CLASSES.values() if other not in classes and (interface, other) not in elsewhere)
    for session_class in (*classes, *left):
        for switched in (False, True) if l2transport is None else (bool(l2transport),):
            base = current.sources.get(SourceKey(interface, switched, session_class))
            if base is not None:
                return _without_list(_over(source_item(base), item), item)
    return _given(item)


def _without_list(filled: dict[str, Any], item: Item) -> dict[str, Any]:
    """acl: false takes the names of the router's ACLs away too."""
    if item.get("acl") is False:
        return {
            key: value
            for key, value in filled.items()
            if key not in ("acl_name", "acl_ipv4", "acl_ipv6") or key in item
        }
    return filled


def _list_overlaid(current: Span, item: Item) -> Item:
    key = AccessListKey(_family(item), str(item.get("name")))
    access_list = current.access_lists.get(key)
    if access_list is None or not isinstance(item.get("entries"), list | tuple):
        return _given(item)
    base = {ace.sequence: ace for ace in access_list.entries}
    filled = []
    for entry in item["entries"]:
        ace = base.get(_sequence(entry)) if isinstance(entry, Mapping) else None
        same_kind = ace is not None and "remark" not in (ace.action, entry.get("action"))
        filled.append(_over(entry_item(ace), entry) if ace is not None and same_kind else entry)
    return {**_given(item), "entries": filled}


def _family(item: Item) -> Family:
    family = item.get("family")
    return "ipv6" if family == "ipv6" else "ipv4"


def _sequence(entry: Item) -> int:
    try:
        return grammar.number(1, grammar.LARGEST)(entry.get("sequence"))
    except ValueError:
        return 0


def _udf_overlaid(current: Span, item: Item) -> Item:
    base = current.udfs.get(str(item.get("name")))
    return _over(udf_item(base), item) if base is not None else _given(item)


def _profile_overlaid(current: Span, item: Item) -> Item:
    location = item.get("location")
    key = TcamProfileKey(_family(item), str(location).upper() if location is not None else None)
    base = current.tcam_profiles.get(key)
    return _over(profile_item(base), item) if base is not None else _given(item)


def _tunnel_overlaid(current: Span, item: Item) -> Item:
    try:
        base = current.tunnels.get(grammar.tunnel_ip(item.get("name")))
    except ValueError:
        return item
    if base is None:
        return _given(item)
    was = tunnel_item(base)
    if not base.mode:  # none is no choice of an operator: the default of a new tunnel
        del was["mode"]
    for one, another in (("ipv4_address", "ipv4_unnumbered"), ("ipv4_unnumbered", "ipv4_address")):
        if item.get(one) is not None:
            was.pop(another, None)
    return _over(was, item)


# -- deleted


def _deleted(current: Span, document: Item) -> tuple[Span, list[Problem]]:
    """What stays, and a warning for everything that was named and stays."""
    if document == {}:
        return replace(current, sessions={}, sources={}), []
    gone = named(document)
    sessions = {name: session for name, session in current.sessions.items() if not gone.sessions.get(name, False)}
    sources = {key: source for key, source in current.sources.items() if source.session not in gone.sessions}
    bindings = {
        key: binding
        for key, binding in current.bindings.items()
        if (key.interface, AccessListKey(binding.family, binding.acl)) not in gone.bindings
        or key.direction != "ingress"
    }
    left = replace(current, sessions=sessions, sources=sources, bindings=bindings)
    warnings: list[Problem] = []

    def without(part: Mapping[T, Any], names: Collection[T], place: str, reason: Any) -> dict[T, Any]:
        stays = {name: why for name in names if name in part and (why := reason(part[name]))}
        for name, why in stays.items():
            label = " ".join(str(word) for word in (name if isinstance(name, tuple) else (name,)) if word is not None)
            warnings.append(Problem("kept", f"{place}[{label}]", f"was not deleted: {why}", "", "warning"))
        return {name: item for name, item in part.items() if name not in names or name in stays}

    left = replace(
        left,
        access_lists=without(
            left.access_lists, gone.access_lists, "access_lists", lambda item: _needed_list(item, left)
        ),
    )
    profiles = without(left.tcam_profiles, gone.tcam_profiles, "tcam_profiles", lambda _item: "")
    left = replace(left, tcam_profiles=profiles)
    left = replace(left, udfs=without(left.udfs, gone.udfs, "udfs", lambda item: _needed_udf(item.name, left)))
    tunnels = without(left.tunnels, gone.tunnels, "tunnels", lambda item: _needed_tunnel(item, left))
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
        return "it has no capture entry, so it serves something else"
    return ""


def _needed_udf(name: str, left: Span) -> str:
    for key, access_list in left.access_lists.items():
        if any(udf.name == name for ace in access_list.entries for udf in ace.udfs):
            return f"the {key.family} access list {key.name} matches it"
    if any(name in profile.udfs for profile in left.tcam_profiles.values()):
        return "a TCAM profile holds it"
    return ""


def _needed_tunnel(tunnel: Tunnel, left: Span) -> str:
    if tunnel.mode and not tunnel.mode.startswith("gre"):
        return f"its mode is {tunnel.mode}, not gre"
    for name, session in left.sessions.items():
        for destination in (session.destination, session.rx_destination, session.tx_destination):
            if destination is not None and destination.interface == tunnel.name:
                return f"the session {name} goes there"
    if tunnel.name in {key.interface for key in left.sources} | {key.interface for key in left.bindings}:
        return "it carries a source or an access group"
    return ""
