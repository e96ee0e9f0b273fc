# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Rules of sessions, destinations, sources and tunnels: one function a rule. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

from ...._engine.rules import Finding
from ...._engine.words.enumeration import some
from ...names import kind
from ...platforms import Known
from ..model import Destination, Source
from ..unwritten import has_destination
from .view import DestinationUse, View, doubt, is_tunnel, parent, source_item

NOT_A_DESTINATION = ("BVI", "Loopback", "Null", "MgmtEth", "PW-Ether", "Bundle-POS")
NOT_A_SOURCE = ("Loopback", "Null", "MgmtEth", "tunnel-ip", "tunnel-te", "tunnel-mte", "tunnel-tp", "tunnel-ipsec")


class RefusedKind(NamedTuple):
    """A kind of interface that not every platform takes. possible: the field of Platform that says whether it does."""

    rule: str
    possible: str
    is_one: Callable[[str], bool]
    noun: str
    remedy: str


_DESTINATIONS_REFUSED = (
    RefusedKind(
        "S7",
        "destination_bundle",
        lambda name: kind(name) == "Bundle-Ether",
        "a bundle",
        "Use a physical port or a tunnel-ip.",
    ),
    RefusedKind(
        "S8",
        "destination_subinterface",
        lambda name: "." in name,
        "a sub-interface",
        "Use the port {port}, if nothing else needs it.",
    ),
)
_SOURCES_REFUSED = (
    RefusedKind(
        "S10", "source_bvi", lambda name: name.startswith("BVI"), "a BVI", "Mirror the ports of the bridge group."
    ),
)


def _refused(view: View, rows: Iterable[RefusedKind], use: str, places: Iterable[tuple[str, str]]) -> Iterator[Finding]:
    """places: (item, interface) of everything that the rows speak of."""
    for row in rows:
        possible: Known[bool] = getattr(view.platform, row.possible)
        for item, interface in () if possible.value else places:
            if row.is_one(interface):
                yield Finding(
                    row.rule,
                    item,
                    f"{interface} is {row.noun}, which {view.platform.title} does not {use}" + doubt(possible),
                    row.remedy.format(port=parent(interface)),
                    not possible.certain,
                )


def _interface_uses(view: View) -> Iterator[tuple[DestinationUse, str]]:
    for use in view.destinations:
        if use.destination.interface:
            yield use, use.destination.interface


# ---- sessions ------------------------------------------------------------------------------------------------------


def session_count(view: View) -> Iterator[Finding]:
    limit, count = view.platform.sessions, len(view.after.sessions)
    if count > limit.value:
        yield Finding(
            "S1",
            "sessions",
            f"{count} sessions ({some(sorted(view.after.sessions))}), but {view.platform.title} takes {limit.value}"
            + doubt(limit),
            "Remove a session, or state overridden, which removes those that the document does not name.",
            not limit.certain,
            count,
        )


def one_destination(view: View) -> Iterator[Finding]:
    for name, session in sorted(view.after.sessions.items()):
        item = f"sessions[{name}].destination"
        if session.destination and (session.rx_destination or session.tx_destination):
            yield Finding(
                "S2",
                item,
                f"session {name} has a destination for both directions and one for a single direction",
                "Keep either destination, or rx_destination and tx_destination;"
                f" remove_unsupported: true at sessions[{name}] removes what the document leaves out.",
            )
        elif not has_destination(session):
            yield Finding(
                "S2",
                item,
                f"session {name} has no destination, so it mirrors nothing",
                "Give it a destination interface.",
                warning=True,
            )
    for use in view.destinations:
        kinds = _kinds_of(use.destination)
        if len(kinds) != 1:
            kinds_given = " and ".join(kinds) or "nothing"
            yield Finding("S2", use.item, f"the destination names {kinds_given}", "Name one interface as destination.")


def _kinds_of(destination: Destination) -> list[str]:
    given = {
        "interface": destination.interface,
        "next_hop": destination.next_hop,
        "pseudowire": destination.pseudowire,
        "file": destination.file is not None,
    }
    return [name for name, value in given.items() if value]


def destination_shared(view: View) -> Iterator[Finding]:
    users: dict[str, dict[str, DestinationUse]] = defaultdict(dict)
    for use, interface in _interface_uses(view):
        users[interface].setdefault(use.session, use)
    for interface, uses in users.items():
        if len(uses) > 1:
            # The session that had it first keeps it; the newcomer is the offender.
            keeper = next((name for name in uses if (name, interface) in view.destinations_before), min(uses))
            for name, use in uses.items():
                if name != keeper:
                    yield Finding(
                        "S3",
                        use.item,
                        f"{interface} is already the destination of session {keeper}",
                        f"Give session {name} another destination, or move its sources to session {keeper}.",
                    )


def session_missing(view: View) -> Iterator[Finding]:
    for name, sources in view.sources_of_session.items():
        if name not in view.after.sessions:
            yield Finding(
                "session-missing",
                f"sessions[{name}]",
                f"session {name} is not configured, but {some(sorted({source.interface for source in sources}))}"
                " refers to it: nothing is mirrored",
                f"Configure session {name}, or remove these sources.",
            )


def span_and_erspan(view: View) -> Iterator[Finding]:
    if view.platform.span_with_erspan.value:
        return
    remote = sorted({use.session for use, interface in _interface_uses(view) if is_tunnel(interface)})
    local = sorted({use.session for use, interface in _interface_uses(view) if not is_tunnel(interface)})
    if remote and local:
        yield Finding(
            "S11",
            "sessions",
            f"session {some(local)} mirrors to a port of the router (SPAN) and session {some(remote)} into a tunnel"
            f" (ERSPAN); {view.platform.title} does one of the two at a time" + doubt(view.platform.span_with_erspan),
            "Use either ports or tunnels as destinations on this router.",
            not view.platform.span_with_erspan.certain,
        )


def class_destination(view: View) -> Iterator[Finding]:
    for use in view.destinations:
        session = view.after.sessions[use.session]
        if use.destination.interface and session.session_class in ("ipv4", "ipv6"):
            yield Finding(
                "class-destination",
                use.item,
                f"the YANG model of 24.4.2 has no interface as destination of class {session.session_class};"
                " the router may refuse it",
                "Use class ethernet.",
            )
        elif use.destination.pseudowire and session.session_class != "ethernet":
            yield Finding(
                "class-destination",
                use.item,
                f"only class ethernet goes into a pseudowire, session {use.session} is {session.session_class}",
                "Use class ethernet.",
            )


# ---- destinations --------------------------------------------------------------------------------------------------


def destination_is_source(view: View) -> Iterator[Finding]:
    before = {source.interface for source in view.before.sources.values()}
    for use, interface in _interface_uses(view):
        sources = view.sources_of_interface.get(interface, [])
        for source in sources[:1]:
            old = interface in before or (use.session, interface) not in view.destinations_before
            item = use.item if old else source_item(source)
            yield Finding(
                "S6",
                item,
                f"{interface} is the destination of session {use.session} and a source of session {source.session}",
                "Mirror to another port, or take the source away.",
            )


def destination_refused(view: View) -> Iterator[Finding]:
    places = [(use.item, interface) for use, interface in _interface_uses(view)]
    yield from _refused(view, _DESTINATIONS_REFUSED, "take as destination", places)


def bundle_member(view: View) -> Iterator[Finding]:
    """Members are read where sources or destinations are new; those of a bundle that is a source are mirrored with it."""
    members, possible = view.facts.members or {}, view.platform.destination_member
    for use, interface in _interface_uses(view):
        bundle = members.get(interface)
        if bundle is None:
            continue
        sources = [
            source for source in view.after.sources.values() if bundle in (source.interface, parent(source.interface))
        ]
        message = f"{interface} is a member of {bundle}, which"
        remedy = "Mirror to a port that is in no bundle"
        if sources:
            message = f"{message} is a source of session {sources[0].session}"
            yield Finding("bundle-member", use.item, message, f"{remedy}, or take {bundle} away.")
        elif not possible.value:
            message = f"{message} {view.platform.title} does not take as destination" + doubt(possible)
            yield Finding("S7", use.item, message, f"{remedy}.", not possible.certain)


def source_member(view: View) -> Iterator[Finding]:
    members, possible = view.facts.members or {}, view.platform.source_member
    for source in () if possible.value else view.after.sources.values():
        if source.interface in members:
            yield Finding(
                "S28",
                source_item(source),
                f"{source.interface} is a member of {members[source.interface]}, which {view.platform.title} does not mirror"
                + doubt(possible),
                f"Mirror {members[source.interface]}, or a port that is in no bundle.",
                not possible.certain,
            )


def cross_connect(view: View) -> Iterator[Finding]:
    for name, place in view.facts.cross_connects.items():
        if name in view.before.sessions and name not in view.after.sessions:
            yield Finding(
                "cross-connect",
                f"sessions[{name}]",
                f"it would be removed, but l2vpn {place} names it: that cross connect would have no session",
                "Take monitor-session out of the cross connect first, or keep the session.",
            )


def remote_destination(view: View) -> Iterator[Finding]:
    for use, interface in _interface_uses(view):
        tunnel = view.after.tunnels.get(interface)
        if kind(interface).startswith("tunnel-") and not is_tunnel(interface):
            yield Finding(
                "S9", use.item, f"{interface} is not a GRE tunnel", "Use a tunnel-ip with tunnel mode gre ipv4."
            )
        elif tunnel and not tunnel.mode.startswith("gre"):
            yield Finding(
                "S9",
                use.item,
                f"{interface} has tunnel mode {tunnel.mode}, a mirror needs GRE",
                f"Set tunnels[{interface}].mode to gre ipv4, with remove_unsupported: true where the router has the other mode.",
            )


def destination_kind(view: View) -> Iterator[Finding]:
    for use, interface in _interface_uses(view):
        if kind(interface) in NOT_A_DESTINATION:
            yield Finding(
                "destination-kind",
                use.item,
                f"{interface} is neither a physical port nor a tunnel",
                "Use a physical port or a tunnel-ip.",
            )


def ethernet_tunnel(view: View) -> Iterator[Finding]:
    for use, interface in _interface_uses(view):
        if is_tunnel(interface) and view.after.sessions[use.session].session_class == "ethernet":
            tunnel = view.after.tunnels.get(interface)
            end = f" ({tunnel.destination})" if tunnel and tunnel.destination else ""
            yield Finding(
                "ethernet-tunnel",
                use.item,
                f"class ethernet puts whole frames into {interface}, which nothing beyond its end point{end} can route",
                "Let the tunnel end at the analyser itself.",
            )


def tunnel_incomplete(view: View) -> Iterator[Finding]:
    for use, interface in _interface_uses(view):
        tunnel = view.after.tunnels.get(interface)
        if tunnel is None:
            continue
        missing_parts = [
            word for word, value in (("source", tunnel.source), ("destination", tunnel.destination)) if not value
        ]
        if not (tunnel.ipv4_address or tunnel.ipv4_unnumbered or tunnel.other):
            missing_parts.append("ipv4_address")
        if missing_parts or tunnel.shutdown:
            state = "is shut down" if tunnel.shutdown else f"has no {' and no '.join(missing_parts)}"
            yield Finding(
                "tunnel-incomplete",
                f"tunnels[{interface}]",
                f"{interface} {state}, so session {use.session} mirrors nothing",
                f"Complete tunnels[{interface}].",
            )


# ---- sources -------------------------------------------------------------------------------------------------------


def source_count(view: View) -> Iterator[Finding]:
    limit, count = view.platform.sources, len(view.after.sources)
    if count > limit.value:
        yield Finding(
            "S4",
            "sessions",
            f"{count} sources in all sessions, but {view.platform.title} takes {limit.value}" + doubt(limit),
            f"Remove {count - limit.value} sources.",
            not limit.certain,
            count,
        )


def attached_once(view: View) -> Iterator[Finding]:
    for interface, sources in view.sources_of_interface.items():
        seen: dict[str, Source] = {}
        for source in sorted(sources, key=lambda source: source.l2transport) if len(sources) > 1 else ():
            other = seen.setdefault(source.session_class, source)
            if other is not source:
                yield Finding(
                    "S5",
                    source_item(source),
                    f"{interface} is attached to session {source.session} under l2transport and to session"
                    f" {other.session} without; a router takes one attachment of class {source.session_class}",
                    "Keep one of the two.",
                )


def one_session(view: View) -> Iterator[Finding]:
    if view.platform.one_session_per_source.value:
        for interface, sources in view.sources_of_interface.items():
            if len(sources) > 1:
                first, *others = sorted(sources, key=lambda source: (source.key not in view.before.sources, source.key))
                for source in others:
                    if source.session != first.session and source.session_class != first.session_class:
                        yield Finding(
                            "one-session",
                            source_item(source),
                            f"{interface} is already a source of session {first.session}; {view.platform.title}"
                            " mirrors a port into one session only" + doubt(view.platform.one_session_per_source),
                            f"Take it out of session {first.session} or {source.session}.",
                            not view.platform.one_session_per_source.certain,
                        )


def source_refused(view: View) -> Iterator[Finding]:
    places = [(source_item(source), source.interface) for source in view.after.sources.values()]
    yield from _refused(view, _SOURCES_REFUSED, "mirror", places)


def source_kind(view: View) -> Iterator[Finding]:
    for source in view.after.sources.values():
        if kind(source.interface) in NOT_A_SOURCE:
            yield Finding(
                "source-kind",
                source_item(source),
                f"{source.interface} is not a data port",
                "Mirror the port over which the traffic comes.",
            )


def acl_direction(view: View) -> Iterator[Finding]:
    if view.platform.acl_receive_only.value:
        for source in view.selecting_sources:
            if source.direction != "rx-only":
                yield Finding(
                    "S12",
                    f"{source_item(source)}.direction",
                    f"an ACL selects received traffic only, {source.interface} has direction {source.direction}"
                    + doubt(view.platform.acl_receive_only),
                    "Set direction: rx-only.",
                    not view.platform.acl_receive_only.certain,
                )


def port_level(view: View) -> Iterator[Finding]:
    rule = view.platform.port_level
    if rule.value == "free":
        return
    required = rule.value == "required"
    for source in view.after.sources.values():
        if source.port_level == required:
            continue
        main = parent(source.interface)
        if not required:
            remedy = "Remove port_level."
        elif main:
            remedy = f"Mirror the port {main} with port_level: true."
        else:
            remedy = "Set port_level: true."
        yield Finding(
            "S13",
            f"{source_item(source)}.port_level",
            f"{view.platform.title} mirrors {'port-level sources only' if required else 'no port-level sources'}"
            + doubt(rule),
            remedy,
            not rule.certain,
        )


def egress(view: View) -> Iterator[Finding]:
    """To a port, and into a tunnel."""
    ways = {"local-egress": view.platform.local_egress, "remote-egress": view.platform.remote_egress}
    for rule, possible in ways.items():
        uses = () if possible.value else _interface_uses(view)
        places = {use.session: place for use, place in uses if is_tunnel(place) == (rule == "remote-egress")}
        for source in view.after.sources.values():
            if source.direction != "rx-only" and source.session in places:
                where = "local destination" if rule == "local-egress" else "tunnel"
                yield Finding(
                    rule,
                    f"{source_item(source)}.direction",
                    f"{view.platform.title} mirrors received traffic only to the {where} {places[source.session]}"
                    + doubt(possible),
                    "Set direction: rx-only.",
                    not possible.certain,
                )


def source_class(view: View) -> Iterator[Finding]:
    for source in view.after.sources.values():
        session = view.after.sessions.get(source.session)
        if session and session.session_class != source.session_class:
            yield Finding(
                "S27",
                source_item(source),
                f"{source.interface} is attached as class {source.session_class}, session {source.session} is of class"
                f" {session.session_class}",
                f"Attach it as {session.session_class}, or change sessions[{source.session}].class.",
            )


def layer(view: View) -> Iterator[Finding]:
    """For new attachments only: the router took those that it has."""
    layer2, there = view.facts.layer2, view.facts.interfaces
    if layer2 is None:
        return
    for key, source in view.after.sources.items():
        exists = source.preconfigure or there is None or source.interface in there
        if key in view.before.sources or not exists or source.l2transport == (source.interface in layer2):
            continue
        if source.l2transport:
            message = f"{source.interface} is not configured as l2transport, and a mirror never makes a port one"
            remedy = f"Leave l2transport out, or make {source.interface} a layer 2 port first."
        else:
            message = f"{source.interface} is configured as l2transport, and its mirror is attached under that"
            remedy = "Set l2transport: true."
        yield Finding("layer", f"{source_item(source)}.l2transport", message, remedy)


# ---- interfaces that exist -----------------------------------------------------------------------------------------


def interface_exists(view: View) -> Iterator[Finding]:
    removed = view.before.tunnels.keys() - view.after.tunnels.keys()
    known = view.facts.interfaces
    exist = (known - removed) | view.after.tunnels.keys() if known is not None else None
    for item, interface in _named_interfaces(view):
        if interface in removed:
            yield Finding(
                "interface-exists",
                item,
                f"{interface} is removed by the same document",
                f"Keep tunnels[{interface}], or choose another interface.",
            )
        elif exist is not None and interface not in exist:
            main = parent(interface)
            if main and main in exist:
                message = f"the port {main} exists, the sub-interface {interface} does not"
                remedy = "Configure the sub-interface first; attaching a mirror would create it without encapsulation."
            else:
                message = f"there is no interface {main or interface} on this router"
                remedy = "Correct the name."
                if ".sources[" in item and "/" in interface:  # a port of a card
                    remedy = "Correct the name, or attach it with preconfigure: true if its card is still to come."
            yield Finding("interface-exists", item, message, remedy)


def _named_interfaces(view: View) -> Iterator[tuple[str, str]]:
    """(item, name) of every interface that must exist now; `interface preconfigure` speaks of later."""
    for source in view.after.sources.values():
        if not source.preconfigure:
            yield source_item(source), source.interface
    for use, interface in _interface_uses(view):
        yield use.item, interface
    for key, binding in view.after.bindings.items():
        if not binding.preconfigure and key not in view.before.bindings:
            yield f"access_lists[{binding.family} {binding.acl}].interfaces[{binding.interface}]", binding.interface
    yield from view.interfaces_besides()


CHECKS: tuple[Callable[[View], Iterator[Finding]], ...] = (
    session_count,
    one_destination,
    destination_shared,
    source_count,
    attached_once,
    one_session,
    destination_is_source,
    destination_refused,
    bundle_member,
    source_member,
    cross_connect,
    remote_destination,
    destination_kind,
    source_refused,
    source_kind,
    span_and_erspan,
    acl_direction,
    port_level,
    session_missing,
    class_destination,
    ethernet_tunnel,
    tunnel_incomplete,
    egress,
    source_class,
    layer,
    interface_exists,
)
