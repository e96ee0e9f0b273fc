# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The objects that a document describes: by itself, or over what a router has. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from ..._engine.problems import Problem
from .document import ACL_NAMES, DESTINATIONS, PROFILE_SWITCHES, UDF_FIELDS, Document, Item, SessionItem
from .model import (
    STAND_IN,
    AccessList,
    Ace,
    Binding,
    Destination,
    Session,
    SessionClass,
    Source,
    SourceKey,
    Span,
    TcamProfile,
    Tunnel,
    Udf,
)
from .parse import SESSION_CLASSES
from .unwritten import implied

INCOMPLETE = "incomplete"  # the rule of what is missing: in state merged the router itself may have it
NEW_MODE = "gre ipv4"  # of a tunnel whose document does not say one

Attachment = tuple[str, SessionClass]  # interface, class


def described(document: Document, base: Span) -> tuple[Span, list[Problem]]:
    """The objects, and what is wrong with them: a source or a session that is described twice, parts that are missing.

    base: where what a named item leaves out comes from: the router in state merged, nothing in the others, in which it is the
    default. Lines that no field knows are not taken from there. A source that is in two sessions of a class is in the first.
    """
    problems: list[Problem] = []
    sessions, sources = _sessions(document, base, problems)
    span = Span(
        sessions,
        sources,
        {
            item.key: AccessList(
                item.key.name, item.key.family, _entries(item.entries, base.access_lists.get(item.key))
            )
            for item in document.access_lists
            if item.entries is not None
        },
        {key: Binding(key.interface, key.family, acl) for key, acl in document.bindings.items()},
        dict(_udfs(document, base, problems)),
        {item.key: _profile(item, base, problems) for item in document.tcam_profiles},
        {item.key: _tunnel(item, base.tunnels.get(item.key)) for item in document.tunnels},
        router_id=document.router_id,
    )
    return span, [each for each in problems if not _is_echo(each, document)]


def _is_echo(problem: Problem, document: Document) -> bool:
    """Whether a part is missing only because its value is wrong, which is told already."""
    return problem.rule == INCOMPLETE and any(each.item.startswith(f"{problem.item}.") for each in document.problems)


# -- sessions and sources


def _sessions(
    document: Document, base: Span, problems: list[Problem]
) -> tuple[dict[str, Session], dict[SourceKey, Source]]:
    sessions: dict[str, Session] = {}
    sources: dict[SourceKey, Source] = {}
    named: set[tuple[str, SessionClass]] = set()
    classes = [_class_of(item, base) for item in document.sessions]
    attachments = frozenset(
        (source.key, session_class)
        for item, session_class in zip(document.sessions, classes, strict=True)
        for source in item.sources
    )
    for item, session_class in zip(document.sessions, classes, strict=True):
        if (item.name, session_class) in named or (item.configured and item.name in sessions):
            problems.append(Problem("document", item.place, "is listed twice", "Write one entry with all sources."))
        named.add((item.name, session_class))
        was = base.sessions.get(item.name)
        if item.configured:
            values = {"other": (), **item.values}
            session = replace(was or Session(item.name), session_class=session_class, **values)
            sessions[item.name] = implied(_numbered(was, session), item.values.keys())
        likely = [session_class, *([was.session_class] if was else [])]
        for given in item.sources:
            start = _attachment(base, given, likely, attachments)
            source = _source(start, given, item.name, session_class)
            key = source.key._replace(interface=given.place) if given.key.startswith(STAND_IN) else source.key
            twin = sources.setdefault(key, source)
            if twin is not source:
                text = f"is already a source of session {twin.session}, and a router takes one session of a class"
                problems.append(Problem("S5", given.place, text, "Keep one of the two."))
    return sessions, sources


def _numbered(was: Session | None, new: Session) -> Session:
    """new, with the ERSPAN session id of a destination that stays where it is and whose document leaves the id out: it is on its line."""
    for slot in DESTINATIONS if was else ():
        before: Destination | None = getattr(was, slot)
        after: Destination | None = getattr(new, slot)
        if (
            before
            and after
            and after.erspan_session_id is None
            and before == replace(after, erspan_session_id=before.erspan_session_id)
        ):
            kept: dict[str, Any] = {slot: before}
            new = replace(new, **kept)
    return new


def _class_of(item: SessionItem, base: Span) -> SessionClass:
    was = base.sessions.get(item.name) if item.configured else None
    return item.session_class or (was.session_class if was else "ethernet")


def _attachment(
    base: Span, item: Item[str], likely: list[SessionClass], attachments: frozenset[Attachment]
) -> Source | None:
    """What a source continues. likely: the class that its session will have, then the one that it has now; then come those that
    the source leaves, which the document does not name (attachments)."""
    if not base.sources:
        return None
    l2transport: bool | None = item.values.get("l2transport")
    left = (other for other in SESSION_CLASSES.values() if other not in likely and (item.key, other) not in attachments)
    for session_class in (*likely, *left):
        for switched in (False, True) if l2transport is None else (l2transport,):
            found = base.sources.get(SourceKey(item.key, switched, session_class))
            if found is not None:
                return found
    return None


def _source(start: Source | None, item: Item[str], session: str, session_class: SessionClass) -> Source:
    """acl: false takes the names of the router's ACLs away too."""
    said = item.values.keys()
    if start is None:
        return implied(Source(item.key, session, session_class, **item.values), said)
    names = dict.fromkeys(ACL_NAMES) if item.values.get("acl") is False else {}
    values = {"other": (), **names, **item.values}
    return implied(replace(start, session=session, session_class=session_class, **values), said)


# -- what selects traffic


def _entries(items: tuple[Item[int], ...], was: AccessList | None) -> tuple[Ace, ...]:
    known = {ace.sequence: ace for ace in was.entries} if was else {}
    return tuple(_entry(item, known.get(item.key)) for item in items)


def _entry(item: Item[int], was: Ace | None) -> Ace:
    """A remark and an entry that matches have nothing in common."""
    same_kind = was is not None and "remark" not in (was.action, item.values["action"])
    kept: dict[str, Any] = {"udfs": was.udfs, "capture": was.capture} if was and same_kind else {}
    return Ace(item.key, **{**kept, **item.values})


def _udfs(document: Document, base: Span, problems: list[Problem]) -> Iterator[tuple[str, Udf]]:
    for item in document.udfs:
        was = base.udfs.get(item.key)
        values = {**({name: getattr(was, name) for name in UDF_FIELDS} if was else {}), **item.values}
        missing = [name for name in UDF_FIELDS if name not in values]
        problems += (Problem(INCOMPLETE, item.place, f"needs {name}") for name in missing)
        if not missing:
            yield item.key, Udf(item.key, **values)


def _profile(item: Item[Any], base: Span, problems: list[Problem]) -> TcamProfile:
    start = base.tcam_profiles.get(item.key) or TcamProfile(item.key.family, location=item.key.location)
    profile = replace(start, **item.values)
    if not (profile.qualifiers or profile.udfs or any(getattr(profile, name) for name in PROFILE_SWITCHES)):
        problems.append(Problem(INCOMPLETE, item.place, "needs qualifiers"))
    return profile


# -- tunnels


def _tunnel(item: Item[str], was: Tunnel | None) -> Tunnel:
    """No mode is not a choice of an operator, so a tunnel that has none gets that of a new one."""
    start = replace(was, mode=was.mode or NEW_MODE) if was else Tunnel(item.key)
    instead: Mapping[str, Any] = {
        left: None
        for taken, left in (("ipv4_address", "ipv4_unnumbered"), ("ipv4_unnumbered", "ipv4_address"))
        if taken in item.values
    }
    return implied(replace(start, **{"other": (), **instead, **item.values}), item.values.keys())
