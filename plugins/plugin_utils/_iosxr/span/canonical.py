# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Mirroring objects -> the document (option ``config`` of module iosxr_span) in its one normal form. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from ..names import sort_key
from .document import (
    DESTINATION_FIELDS,
    DESTINATIONS,
    PROFILE_SWITCHES,
    SESSION_FIELDS,
    SOURCE_FIELDS,
    TUNNEL_FIELDS,
    UDF_FIELDS,
)
from .model import (
    AccessListKey,
    Ace,
    Destination,
    Session,
    SessionClass,
    Source,
    Span,
    TcamProfile,
    Tunnel,
    Udf,
)
from .render import router_id_line


def to_document(span: Span) -> dict[str, Any]:
    """The canonical document: sorted, full names, without what is empty or false. Document.of() leads back.

    Its globals are information: no document sets one by them, so whoever takes over what a router has owns none of it.
    An egress binding, the further words of a binding and one whose name is several words (`common A B`) have no place in
    a document; they belong to no document.
    """
    parts = {
        "sessions": list(_sessions(span)),
        "access_lists": list(_access_lists(span)),
        "udfs": [_udf_item(udf) for _name, udf in sorted(span.udfs.items())],
        "tcam_profiles": [
            _profile_item(profile)
            for profile in sorted(span.tcam_profiles.values(), key=lambda item: (item.family, item.location or ""))
        ],
        "tunnels": [
            _tunnel_item(tunnel) for _name, tunnel in sorted(span.tunnels.items(), key=lambda item: sort_key(item[0]))
        ],
        "globals": router_wide(span),
    }
    return {key: value for key, value in parts.items() if value}


def router_wide(span: Span) -> list[str]:
    """The lines of all router-wide settings, the id of the router among them."""
    return sorted([*span.globals, *([] if span.router_id is None else [router_id_line(span.router_id)])])


def _sessions(span: Span) -> Iterator[dict[str, Any]]:
    """A session with its sources; sources of a session or class that is not configured are in an entry of their own."""
    attached: dict[tuple[str, SessionClass], list[Source]] = {}
    for source in span.sources.values():
        attached.setdefault((source.session, source.session_class), []).append(source)
    keys = {(session.name, session.session_class) for session in span.sessions.values()} | attached.keys()
    for name, session_class in sorted(keys):
        session = span.sessions.get(name)
        configured = session is not None and session.session_class == session_class
        item = (
            _session_item(session)
            if session and configured
            else {"name": name, "class": session_class, "configured": False}
        )
        sources = sorted(
            attached.get((name, session_class), ()), key=lambda source: (sort_key(source.interface), source.key)
        )
        yield {**item, **({"sources": [_source_item(source) for source in sources]} if sources else {})}


def _session_item(session: Session) -> dict[str, Any]:
    """A session as the document writes it, without its sources."""
    given = {key: getattr(session, key) for key in SESSION_FIELDS}
    places = {key: _destination_item(getattr(session, key)) for key in DESTINATIONS}
    return _filled(
        {"name": session.name, "class": session.session_class, **places, **given, "other": list(session.other)}
    )


def _destination_item(destination: Destination | None) -> dict[str, Any]:
    if destination is None:
        return {}
    return {key: value for key in DESTINATION_FIELDS if (value := getattr(destination, key)) not in (None, False)}


def _source_item(source: Source) -> dict[str, Any]:
    given = {key: getattr(source, key) for key in SOURCE_FIELDS}
    return _filled({"interface": source.interface, **given, "other": list(source.other)})


def _access_lists(span: Span) -> Iterator[dict[str, Any]]:
    bound: dict[AccessListKey, list[str]] = {}
    for binding in span.bindings.values():
        if binding.direction == "ingress" and " " not in binding.acl:
            bound.setdefault(AccessListKey(binding.family, binding.acl), []).append(binding.interface)
    for key in sorted(span.access_lists.keys() | bound.keys(), key=lambda key: (key.name, key.family)):
        item: dict[str, Any] = {"name": key.name, "family": key.family}
        if key in span.access_lists:  # also an empty list: without the key its entries are not managed
            item["entries"] = [_entry_item(ace) for ace in span.access_lists[key].entries]
        if key in bound:
            item["interfaces"] = sorted(bound[key], key=sort_key)
        yield item


def _entry_item(ace: Ace) -> dict[str, Any]:
    udfs = [{"name": udf.name, "value": f"{udf.value:#x}", "mask": f"{udf.mask:#x}"} for udf in ace.udfs]
    return _filled(
        {"sequence": ace.sequence, "action": ace.action, "match": ace.match, "udfs": udfs, "capture": ace.capture}
    )


def _udf_item(udf: Udf) -> dict[str, Any]:
    return {"name": udf.name, **{key: getattr(udf, key) for key in UDF_FIELDS}}


def _profile_item(profile: TcamProfile) -> dict[str, Any]:
    switches = {key: getattr(profile, key) for key in PROFILE_SWITCHES}
    words = {"qualifiers": list(profile.qualifiers), "udfs": list(profile.udfs)}
    return _filled({"family": profile.family, "location": profile.location, **words, **switches})


def _tunnel_item(tunnel: Tunnel) -> dict[str, Any]:
    """``mode`` is always there: left out it would mean gre ipv4, while the tunnel may have none."""
    given = {key: getattr(tunnel, key) for key in TUNNEL_FIELDS}
    return {**_filled({"name": tunnel.name, **given, "other": list(tunnel.other)}), "mode": tunnel.mode}


def _filled(item: Mapping[str, Any]) -> dict[str, Any]:
    """Without what is None, false or empty; a zero stays."""
    return {
        key: value
        for key, value in item.items()
        if value is not None and value is not False and value not in ("", [], {})
    }
