# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which part of a router's mirroring a document speaks of: what is read, what is shown, what it may change. Pure."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, fields, is_dataclass, replace
from typing import Any

from .document import ACL_NAMES, Document
from .model import AccessList, AccessListKey, BindingKey, Family, Session, Source, Span

_FAMILIES: Mapping[str, tuple[Family, ...]] = {
    "acl_name": ("ipv4", "ipv6"),
    "acl_ipv4": ("ipv4",),
    "acl_ipv6": ("ipv6",),
}


@dataclass(frozen=True)
class Scope:
    """Which parts of the configuration are read, beside sessions and attachments.

    access_lists: named, and so managed. referenced: only used by sources. keys: UDFs and TCAM profiles. bindings: which ACLs
    interfaces have.
    """

    access_lists: tuple[AccessListKey, ...] = ()
    keys: bool = False
    tunnels: tuple[str, ...] = ()
    bindings: bool = False
    referenced: tuple[AccessListKey, ...] = ()

    @classmethod
    def of(cls, document: Document) -> Scope:
        sources = [source.values for session in document.sessions for source in session.sources]
        named = {item.key for item in document.access_lists}
        used = {
            AccessListKey(family, values[name])
            for values in sources
            for name in ACL_NAMES
            if name in values
            for family in _FAMILIES[name]
        }
        return cls(
            tuple(sorted(named)),
            bool(document.access_lists or document.udfs or document.tcam_profiles),
            tuple(sorted(item.key for item in document.tunnels)),
            bool(named) or any(values.get("acl") for values in sources),
            tuple(sorted(used - named)),
        )

    @property
    def attachment_filter(self) -> str:
        return '"monitor-session|access-group"' if self.bindings else "monitor-session"

    @property
    def reads(self) -> list[str]:
        lists = (*self.access_lists, *self.referenced)
        commands = [f"show running-config {family} access-list {name}" for family, name in lists]
        if self.keys:
            commands += ["show running-config udf", "show running-config hw-module"]
        return commands + [f"show running-config interface {name}" for name in self.tunnels]


ALL = Scope(bindings=True)


def in_scope(span: Span, scope: Scope, taken: Collection[BindingKey] = (), named: Collection[str] = ()) -> Span:
    """Of what was read, what a document of that scope speaks of. taken: bindings that it takes from another ACL. named: UDFs.

    ACLs that sources only use are read to know that they exist, bindings of other ACLs to know who has the interface,
    UDFs of others to know what exists: none of it is ours.
    """
    used = {match.name for acl in span.access_lists.values() for ace in acl.entries for match in ace.udfs}
    used |= {name for profile in span.tcam_profiles.values() for name in profile.udfs}
    lists = set(scope.access_lists)
    return replace(
        span,
        access_lists={key: acl for key, acl in span.access_lists.items() if key in lists},
        bindings={
            key: binding
            for key, binding in span.bindings.items()
            if key.direction == "ingress" and ((key.family, binding.acl) in lists or key in taken)
        },
        udfs={name: udf for name, udf in span.udfs.items() if name in used or name in named},
    )


def owned(span: Span, document: Document) -> dict[str, Any]:
    """Plain data: of what was read, what this document may change (see desired.py). Whether an interface is only preconfigured is
    the hardware's word."""
    bindings = [binding for key, binding in span.bindings.items() if key in document.bindings]
    if document.state == "deleted":
        bindings = [binding for binding in bindings if document.bindings[binding.key] == binding.acl]
    parts: dict[str, Collection[Any]] = {
        "sessions": _owned_sessions(span, document),
        "sources": [replace(source, preconfigure=False) for source in _owned_sources(span, document)],
        "access_lists": list(_owned_lists(span, document).values()),
        "bindings": [replace(binding, preconfigure=False) for binding in bindings],
        "udfs": [span.udfs[item.key] for item in document.udfs if item.key in span.udfs],
        "tcam_profiles": [
            span.tcam_profiles[item.key] for item in document.tcam_profiles if item.key in span.tcam_profiles
        ],
        "tunnels": [span.tunnels[item.key] for item in document.tunnels if item.key in span.tunnels],
    }
    owned_parts = {name: [_plain(thing) for thing in sorted(things, key=_place)] for name, things in parts.items()}
    return {**owned_parts, **({"router_id": span.router_id} if document.names_router_id else {})}


def _place(thing: Any) -> tuple[str, ...]:
    """What distinguishes a thing from others of its kind."""
    key = thing.key if hasattr(thing, "key") else (thing.name, getattr(thing, "family", ""))
    return tuple(map(str, key))


def _plain(value: Any) -> Any:
    """An object of the model as JSON has it."""
    if is_dataclass(value):
        return {each.name: _plain(getattr(value, each.name)) for each in fields(value)}
    return [_plain(each) for each in value] if isinstance(value, tuple) else value


def _owned_sessions(span: Span, document: Document) -> list[Session]:
    configured = {item.name: item.configured for item in document.sessions}
    unnamed = document.everything or document.state == "overridden"
    return [session for name, session in span.sessions.items() if configured.get(name, unnamed)]


def _owned_sources(span: Span, document: Document) -> list[Source]:
    """In state merged a session keeps its other sources, unless its class changes: then they go with it."""
    if document.everything or document.state == "overridden":
        return list(span.sources.values())
    classes = {name: session.session_class for name, session in span.sessions.items()}
    names = {
        item.name
        for item in document.sessions
        if document.state != "merged" or item.session_class not in (None, classes.get(item.name, item.session_class))
    }
    return [
        source for source in span.sources.values() if source.interface in document.interfaces or source.session in names
    ]


def _owned_lists(span: Span, document: Document) -> dict[AccessListKey, AccessList]:
    """In state merged a list keeps its other entries; without entries in the document it keeps all of them."""
    found = {}
    for item in document.access_lists:
        there = span.access_lists.get(item.key)
        if there is None or (item.entries is None and document.state != "deleted"):
            continue
        if document.state == "merged":
            named = {entry.key for entry in item.entries or ()}
            there = replace(there, entries=tuple(ace for ace in there.entries if ace.sequence in named))
        found[item.key] = there
    return found
