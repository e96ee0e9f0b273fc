# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""From the current mirroring to the desired mirroring: ordered operations with their undo. Pure.

Order: references go before what they refer to, and come after it, so every prefix of a plan is a safe state.
Form: an operation begins at the top of the configuration and ends with `root` where it entered a submode. `!` would
be a comment, and the next `monitor-session` would be taken as a line of the interface that is still open.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any, TypeVar

from ..._engine.operations import Kind, Operation, Plan
from ..names import is_subinterface, sort_key
from .model import (
    AccessList,
    Binding,
    BindingKey,
    Destination,
    Session,
    SessionClass,
    Source,
    SourceKey,
    Span,
    TcamProfile,
    TcamProfileKey,
    Tunnel,
    Udf,
)
from .reload import interim, redefined_udfs, reload_cards, waiting
from .render import (
    Slots,
    access_list_header,
    binding_line,
    entry_line,
    interface_header,
    profile_line,
    router_id_line,
    session_header,
    session_slots,
    source_header,
    source_lines,
    tunnel_slots,
    udf_line,
)

K = TypeVar("K")
V = TypeVar("V")

Lines = list[str]

ROUTER_ID = "monitor-session router-id"

_SLOTS = ("destination", "rx_destination", "tx_destination")


def plan(current: Span, desired: Span) -> Plan:
    """What turns current into desired. Empty when there is nothing to do.

    When a TCAM profile changes, what needs the new one is deferred, and the plan continues then; notes["reload_required"] says which cards must be
    reloaded by the operator first. A plan of what then is there and the same desired state holds the deferred operations.
    Whether an interface is only preconfigured is the hardware's word, so a difference in that does not count.
    """
    hidden = _hidden(current, desired)
    cards = reload_cards(current, desired)
    if not cards:
        return Plan(tuple(_operations(current, desired, hidden)))
    between = interim(current, desired)
    deferred = tuple(_operations(between, desired, hidden))
    because = waiting(cards, [operation.item for operation in deferred])
    operations = tuple(_operations(current, between, hidden))
    return Plan(operations, deferred, because if deferred else "", {"reload_required": cards}, continues=bool(deferred))


def _hidden(current: Span, desired: Span) -> frozenset[str]:
    """The interfaces that are written as `interface preconfigure`: as the router has it, else as the document says."""
    found: dict[str, bool] = {}
    for span in (desired, current):
        present: list[Binding | Source] = [*span.sources.values(), *span.bindings.values()]
        found |= {item.interface: item.preconfigure for item in present}
    return frozenset(name for name, preconfigure in found.items() if preconfigure)


def _operations(current: Span, desired: Span, hidden: frozenset[str]) -> Iterator[Operation]:
    rebuilt = {name for name, session in current.sessions.items() if _gone(session, desired)}
    classes = {(key.interface, source.session): key.session_class for key, source in desired.sources.items()}
    attached = {
        key: source for key, source in current.sources.items() if not _detaches(source, desired, rebuilt, classes)
    }
    released = _released(current, desired, rebuilt)
    left = {name: session for name, session in released.items() if name not in rebuilt}
    yield from _source_removals(current.sources, attached, hidden)
    yield from (_session_removal(current.sessions[name]) for name in sorted(rebuilt))
    yield from _session_changes(current.sessions, left)
    yield from _router_id_change(current.router_id, desired.router_id)
    yield from _udf_changes(current.udfs, desired.udfs, redefined_udfs(current, desired))
    yield from _profile_changes(current.tcam_profiles, desired.tcam_profiles)
    yield from _list_changes(current.access_lists, desired.access_lists)
    yield from _tunnel_changes(current.tunnels, desired.tunnels)
    yield from _session_changes(left, desired.sessions)
    yield from _binding_changes(current.bindings, desired.bindings, hidden)
    yield from _source_changes(attached, desired.sources, hidden, current.sources)
    yield from _binding_removals(current.bindings, desired.bindings, hidden)
    yield from _removals(current, desired)


# -- forms


def _block(header: str, lines: Iterable[str]) -> tuple[str, ...]:
    return (header, *(f" {line}" for line in lines), "root")


def _changed(old: Mapping[K, V], new: Mapping[K, V]) -> Iterator[tuple[V | None, V]]:
    """(what was, what will be) of everything that is new or different, in a stable order."""
    for key in sorted(new, key=_place):
        before, after = old.get(key), new[key]
        if before != after:
            yield before, after


def _gone_from(old: Mapping[K, V], new: Mapping[K, V]) -> list[V]:
    return [old[key] for key in sorted(old, key=_place) if key not in new]


def _place(key: object) -> tuple[object, ...]:
    parts = key if isinstance(key, tuple) else (key,)
    return tuple(sort_key("" if part is None else str(part)) for part in parts)


def _kind(old: object) -> Kind:
    return "create" if old is None else "update"


def _slot_lines(old: Slots, new: Slots) -> Lines:
    """The lines of a submode that turn old into new: negations first, a changed line takes the place of the old one."""
    return [f"no {line}" for slot, line in old.items() if slot not in new] + [
        line for slot, line in new.items() if old.get(slot) != line
    ]


# -- sources


def _source_block(source: Source, lines: Iterable[str], hidden: frozenset[str]) -> tuple[str, ...]:
    header = interface_header(source.interface, source.interface in hidden)
    if not source.l2transport:
        return _block(header, lines)
    if is_subinterface(source.interface):
        return _block(f"{header} l2transport", lines)
    return _block(header, ("l2transport", *(f" {line}" for line in lines)))


def _attach(source: Source) -> Lines:
    return [source_header(source), *(f" {line}" for line in source_lines(source))]


def _detach(source: Source) -> Lines:
    return [f"no monitor-session {source.session} {source.session_class}"]


def _source_item(source: Source) -> str:
    return f"sessions[{source.session}].sources[{source.interface}]"


def _detaches(
    source: Source, desired: Span, rebuilt: set[str], classes: Mapping[tuple[str, str], SessionClass]
) -> bool:
    """Whether a source is removed, or must be off before anything is put on.

    That is so where it moves away from a session that is removed, and where its interface gets the same session in another
    class: releases since 7.7.1 know an attachment by the name of its session alone. classes: of each desired attachment,
    by interface and session.
    """
    new = desired.sources.get(source.key)
    if new is None or (new.session != source.session and source.session in rebuilt):
        return True
    return classes.get((source.interface, source.session), source.session_class) != source.session_class


def _source_removals(
    old: Mapping[SourceKey, Source], attached: Mapping[SourceKey, Source], hidden: frozenset[str]
) -> Iterator[Operation]:
    for source in _gone_from(old, attached):
        do, undo = (_source_block(source, lines, hidden) for lines in (_detach(source), _attach(source)))
        yield Operation("delete", _source_item(source), do, undo)


def _source_changes(
    attached: Mapping[SourceKey, Source],
    new: Mapping[SourceKey, Source],
    hidden: frozenset[str],
    before: Mapping[SourceKey, Source],
) -> Iterator[Operation]:
    """A changed attachment is taken off and put on again: XR documents no way to change one in place.

    before: all that the router has; what it has of an interface and no more in new has moved to another class.
    """
    left = {key.interface for key in before if key not in new}
    for was, source in _changed(attached, new):
        if was is not None and replace(was, preconfigure=source.preconfigure) == source:
            continue
        off, on = (_detach(was), _attach(was)) if was else ([], [])
        do = _source_block(source, [*off, *_attach(source)], hidden)
        undo = _source_block(source, [*_detach(source), *on], hidden)
        origin = before.get(source.key)
        moves = origin.session != source.session if origin else source.interface in left
        risk = ("moves-source",) if moves else ()
        yield Operation(_kind(was), _source_item(source), do, undo, risk)


# -- sessions


def _gone(session: Session, desired: Span) -> bool:
    """Whether a session is removed, or must be because its class changes."""
    new = desired.sessions.get(session.name)
    return new is None or new.session_class != session.session_class


def _session_removal(session: Session) -> Operation:
    undo = _block(session_header(session), session_slots(session).values())
    return Operation("delete", f"sessions[{session.name}]", (f"no monitor-session {session.name}",), undo)


def _released(current: Span, desired: Span, rebuilt: set[str]) -> dict[str, Session]:
    """The sessions without the destination interfaces that they lose and another destination of the plan takes.

    A destination may belong to one session only, so it is given up before it is taken (swapped destinations).
    """
    taken = {name for session in desired.sessions.values() for name in _interfaces(session)}
    found: dict[str, Session] = {}
    for name, session in current.sessions.items():
        found[name] = session
        new = desired.sessions.get(name)
        if new is None or name in rebuilt:
            continue
        lost: dict[str, Any] = {}
        for slot in _SLOTS:
            destination: Destination | None = getattr(session, slot)
            after: Destination | None = getattr(new, slot)
            stays = destination and after and destination.interface == after.interface
            if destination and not stays and destination.interface in taken:
                lost[slot] = None
        found[name] = replace(session, **lost)
    return found


def _interfaces(session: Session) -> list[str]:
    destinations = (session.destination, session.rx_destination, session.tx_destination)
    return [item.interface for item in destinations if item is not None and item.interface is not None]


def _router_id_change(old: int | None, new: int | None) -> Iterator[Operation]:
    if old != new:
        do, undo = ((f"no {ROUTER_ID}" if number is None else router_id_line(number),) for number in (new, old))
        yield Operation("delete" if new is None else _kind(old), "router_id", do, undo)


def _session_changes(old: Mapping[str, Session], new: Mapping[str, Session]) -> Iterator[Operation]:
    for was, session in _changed(old, new):
        was_slots, slots = session_slots(was) if was else {}, session_slots(session)
        header = session_header(session)
        do = _block(header, _slot_lines(was_slots, slots))
        undo = _block(header, _slot_lines(slots, was_slots)) if was else (f"no monitor-session {session.name}",)
        if was is None or was_slots != slots or was.session_class != session.session_class:
            yield Operation(_kind(was), f"sessions[{session.name}]", do, undo)


# -- what selects traffic


def _udf_changes(old: Mapping[str, Udf], new: Mapping[str, Udf], redefined: frozenset[str]) -> Iterator[Operation]:
    """redefined: those that a TCAM profile of the router uses."""
    for was, udf in _changed(old, new):
        undo = udf_line(was) if was else f"no udf {udf.name}"
        risk = ("reload",) if udf.name in redefined else ()
        yield Operation(_kind(was), f"udfs[{udf.name}]", (udf_line(udf),), (undo,), risk)


def _profile_item(profile: TcamProfile) -> str:
    return f"tcam_profiles[{profile.family}{f' {profile.location}' if profile.location else ''}]"


def _profile_changes(
    old: Mapping[TcamProfileKey, TcamProfile], new: Mapping[TcamProfileKey, TcamProfile]
) -> Iterator[Operation]:
    """One line a family and location; configured again it takes the place of the former (XRDOCS UDK)."""
    for was, profile in _changed(old, new):
        undo = profile_line(was) if was else f"no {profile_line(profile)}"
        yield Operation(_kind(was), _profile_item(profile), (profile_line(profile),), (undo,), ("reload",))


def _list_item(access_list: AccessList) -> str:
    return f"access_lists[{access_list.family} {access_list.name}]"


def _list_changes(old: Mapping[K, AccessList], new: Mapping[K, AccessList]) -> Iterator[Operation]:
    for was, access_list in _changed(old, new):
        header = access_list_header(access_list)
        do = _block(header, _entry_lines(was, access_list))
        undo = _block(header, _entry_lines(access_list, was)) if was else (f"no {header}",)
        yield Operation(_kind(was), _list_item(access_list), do, undo)


def _entry_lines(old: AccessList | None, new: AccessList) -> Lines:
    """Entries by their numbers, so that the list never loses more than the one that is written."""
    before = {ace.sequence: ace for ace in old.entries} if old else {}
    after = {ace.sequence: ace for ace in new.entries}
    lines: Lines = []
    for sequence in sorted(before.keys() | after.keys()):
        was, ace = before.get(sequence), after.get(sequence)
        if was == ace:
            continue
        if was:
            lines.append(f"no {sequence}")
        if ace:
            lines.append(entry_line(ace))
    return lines


def _binding_block(binding: Binding, line: str, hidden: frozenset[str]) -> tuple[str, ...]:
    return _block(interface_header(binding.interface, binding.interface in hidden), (line,))


def _binding_item(binding: Binding) -> str:
    return f"access_lists[{binding.family} {binding.acl}].interfaces[{binding.interface}]"


def _binding_changes(
    old: Mapping[BindingKey, Binding], new: Mapping[BindingKey, Binding], hidden: frozenset[str]
) -> Iterator[Operation]:
    """An interface has one ACL a family and direction; a new one takes the place of the old one."""
    for was, binding in _changed(old, new):
        if was is not None and replace(was, preconfigure=binding.preconfigure) == binding:
            continue
        undo = binding_line(was) if was else f"no {binding_line(binding)}"
        do = _binding_block(binding, binding_line(binding), hidden)
        risk = ("replaces-binding",) if was is not None and was.acl != binding.acl else ()
        yield Operation(_kind(was), _binding_item(binding), do, _binding_block(binding, undo, hidden), risk)


def _binding_removals(
    old: Mapping[BindingKey, Binding], new: Mapping[BindingKey, Binding], hidden: frozenset[str]
) -> Iterator[Operation]:
    for binding in _gone_from(old, new):
        line = binding_line(binding)
        do, undo = (_binding_block(binding, text, hidden) for text in (f"no {line}", line))
        yield Operation("delete", _binding_item(binding), do, undo)


# -- tunnels, and everything that others refer to, when it is removed


def _tunnel_changes(old: Mapping[str, Tunnel], new: Mapping[str, Tunnel]) -> Iterator[Operation]:
    for was, tunnel in _changed(old, new):
        was_slots, slots = tunnel_slots(was) if was else {}, tunnel_slots(tunnel)
        header = interface_header(tunnel.name)
        if was is None or was_slots != slots:
            do = _block(header, _slot_lines(was_slots, slots))
            undo = _block(header, _slot_lines(slots, was_slots)) if was else (f"no {header}",)
            yield Operation(_kind(was), f"tunnels[{tunnel.name}]", do, undo)


def _removals(current: Span, desired: Span) -> Iterator[Operation]:
    """ACLs, then what their entries use, then tunnels: each after everything that refers to it."""
    for access_list in _gone_from(current.access_lists, desired.access_lists):
        header = access_list_header(access_list)
        undo = _block(header, (entry_line(ace) for ace in access_list.entries))
        yield Operation("delete", _list_item(access_list), (f"no {header}",), undo)
    for profile in _gone_from(current.tcam_profiles, desired.tcam_profiles):
        line = profile_line(profile)
        yield Operation("delete", _profile_item(profile), (f"no {line}",), (line,), ("reload",))
    for udf in _gone_from(current.udfs, desired.udfs):
        yield Operation("delete", f"udfs[{udf.name}]", (f"no udf {udf.name}",), (udf_line(udf),))
    for tunnel in _gone_from(current.tunnels, desired.tunnels):
        header = interface_header(tunnel.name)
        undo = _block(header, tunnel_slots(tunnel).values())
        yield Operation("delete", f"tunnels[{tunnel.name}]", (f"no {header}",), undo)
