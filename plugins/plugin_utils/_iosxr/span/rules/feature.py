# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Rules of what not every platform and release has. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TypeVar

from ...._engine.rules import Finding
from ...platforms import FEATURES, dotted, has, in_model, where
from ..model import Destination, Session, Source, Tunnel
from ..unwritten import GRE_MODES, SESSION_FEATURES, SOURCE_FEATURES
from .view import View, doubt, source_item

Thing = TypeVar("Thing", Session, Source, Tunnel)


def unsupported(view: View) -> Iterator[Finding]:
    """Features are refused where they are new or changed only: an adopted configuration stays legal."""
    for item, key in _new_features(view):
        feature = FEATURES[key]
        release = f" {dotted(view.facts.release)}" if view.facts.release else ""
        router = f"{view.platform.title}{release}"
        there, others = has(key, view.facts), where(key)
        if there:
            message = f"{router} has {feature.title}, but this collection does not write it"
        elif there is None:
            message = (
                f"whether this router has {feature.title} depends on its release; this collection does not write it"
            )
        else:
            message = f"{router} is not known to have {feature.title}"
        known = f" (known of {others})" if others and not there else ""
        yield Finding(
            feature.rule,
            item,
            message + known,
            "Leave it out: what is configured by hand stays until remove_unsupported: true removes it.",
        )


def _new_features(view: View) -> Iterator[tuple[str, str]]:
    """(item, key of FEATURES) of everything that the run would add or change."""
    for name, session in view.after.sessions.items():
        before = view.before.sessions.get(name)
        if session is before or session == before:
            continue
        for field, key in SESSION_FEATURES.items():
            if not field.endswith("destination") and _is_new(field, session, before):
                yield f"sessions[{name}].{field}", key
        yield from _new_destination_features(name, session, before)
    for source_key, source in view.after.sources.items():
        if source.mirror_first is None and source.mirror_interval is None and not source.other:
            continue
        old = view.before.sources.get(source_key)
        for field, key in SOURCE_FEATURES.items():
            if _is_new(field, source, old):
                yield f"{source_item(source)}.{field}", key
    for name, tunnel in view.after.tunnels.items():
        known = view.before.tunnels.get(name)
        if _is_new("other", tunnel, known):
            yield f"tunnels[{name}].other", "other"
        if tunnel.mode not in GRE_MODES and (known is None or known.mode != tunnel.mode):
            yield f"tunnels[{name}].mode", "tunnel-mode"


def _is_new(field: str, thing: Thing, before: Thing | None) -> bool:
    """Whether a field has something that the router has not; of unknown lines some may go."""
    value, old = getattr(thing, field), getattr(before, field) if before is not None else None
    if field == "other":
        return not set(value) <= set(old or ())
    return value is not None and value != old


def _new_destination_features(name: str, session: Session, before: Session | None) -> Iterator[tuple[str, str]]:
    for field in ("destination", "rx_destination", "tx_destination"):
        desired: Destination | None = getattr(session, field)
        if desired is None or (before is not None and getattr(before, field) == desired):
            continue
        item = f"sessions[{name}].{field}"
        if field != "destination":
            yield item, "rx-tx-destination"
        if desired.next_hop:
            yield f"{item}.next_hop", "next-hop"
        if desired.pseudowire:
            yield f"{item}.pseudowire", "pseudowire"
        if desired.file is not None:
            yield f"{item}.file", "file-pcapng" if "pcapng" in desired.file else "file"


def erspan_ids(view: View) -> Iterator[Finding]:
    """Ids are refused where they are new or changed only, as other features."""
    cannot = view.platform.erspan_session_id
    for item, key in _new_ids(view):
        if cannot.value:
            yield Finding(
                "erspan-id",
                item,
                f"{view.platform.title} has no {_noun(key)}: {cannot.value}" + doubt(cannot),
                "Leave it out.",
                not cannot.certain,
            )
        elif view.facts.release is not None and not in_model(key, view.facts.release):
            message = f"release {dotted(view.facts.release)} has no {_noun(key)} (known of {where(key)})"
            yield Finding("erspan-id", item, message, "Leave it out.")


def _noun(key: str) -> str:
    return FEATURES[key].title.removeprefix("an ").removeprefix("a ")


def _new_ids(view: View) -> Iterator[tuple[str, str]]:
    """(item, key of FEATURES) of every id that the run would add or change."""
    for use in view.destinations:
        number, before = use.destination.erspan_session_id, view.before.sessions.get(use.session)
        old: Destination | None = getattr(before, use.field) if before else None
        if number is not None and (old is None or old.erspan_session_id != number):
            yield f"{use.item}.erspan_session_id", "erspan-id"
    if view.after.router_id not in (None, view.before.router_id):
        yield "router_id", "router-id"


CHECKS: tuple[Callable[[View], Iterator[Finding]], ...] = (unsupported, erspan_ids)
