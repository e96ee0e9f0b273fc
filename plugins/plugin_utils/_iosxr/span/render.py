# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Mirroring objects -> lines of IOS XR: the words of each object, and a whole running configuration. Pure.

Layout: captures of NCS 540 7.1.2 (an attachment is a submode and closed by its own `!`) and XRDOCS tutorials (order
of the words of an attachment: class, direction, port-level). `acl` is on a line of its own, which is legal whether
or not a release opens the submode for it.
"""

from __future__ import annotations

import ipaddress
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import NamedTuple

from ..names import is_subinterface, sort_key
from .model import AccessList, Ace, Binding, Destination, Session, Source, Span, TcamProfile, Tunnel, Udf
from .parse import ERSPAN_ID, PROFILE_FLAGS, PROFILE_WORDS, Submode, begun, blank

Slots = dict[str, str]  # what a line sets -> the line; a new line of a slot takes the place of the old one


def render(span: Span) -> str:
    """As `show running-config` prints it. parse(render(span)) == span."""
    profiles = sorted(span.tcam_profiles.values(), key=lambda profile: (profile.family, profile.location or ""))
    lines = [profile_line(profile) for profile in profiles]
    lines += [udf_line(udf) for _name, udf in sorted(span.udfs.items())]
    for _key, access_list in sorted(span.access_lists.items()):
        lines += [access_list_header(access_list), *(f" {entry_line(ace)}" for ace in access_list.entries), "!"]
    for header, body in sorted(_interfaces(span).items(), key=lambda item: sort_key(item[0].name)):
        lines += _interface(header, body)
    for _name, session in sorted(span.sessions.items()):
        lines += [session_header(session), *(f" {line}" for line in session_lines(session)), "!"]
    lines += [] if span.router_id is None else [router_id_line(span.router_id)]
    lines += span.globals
    return "".join(f"{line}\n" for line in lines)


class _Header(NamedTuple):
    name: str
    preconfigure: bool


@dataclass(slots=True)
class _Body:
    tunnel: Tunnel | None = None
    bindings: list[Binding] = field(default_factory=list)
    sources: list[Source] = field(default_factory=list)
    switched: list[Source] = field(default_factory=list)


def _interfaces(span: Span) -> dict[_Header, _Body]:
    found: dict[_Header, _Body] = defaultdict(_Body)
    for name, tunnel in span.tunnels.items():
        found[_Header(name, False)].tunnel = tunnel
    for _key, binding in sorted(span.bindings.items()):
        found[_Header(binding.interface, binding.preconfigure)].bindings.append(binding)
    for _source_key, source in sorted(span.sources.items()):
        body = found[_Header(source.interface, source.preconfigure)]
        (body.switched if source.l2transport else body.sources).append(source)
    return found


def _interface(header: _Header, body: _Body) -> Iterator[str]:
    first = interface_header(*header)
    if body.tunnel or body.bindings or body.sources or not is_subinterface(header.name):
        yield first
        if body.tunnel:
            yield from (f" {line}" for line in tunnel_lines(body.tunnel))
        yield from (f" {binding_line(binding)}" for binding in body.bindings)
        yield from _attachments(body.sources, " ")
        if body.switched and not is_subinterface(header.name):
            yield " l2transport"
            yield from _attachments(body.switched, "  ")
            yield " !"
        yield "!"
    if body.switched and is_subinterface(header.name):
        yield f"{first} l2transport"
        yield from _attachments(body.switched, " ")
        yield "!"


def _attachments(sources: Iterable[Source], indent: str) -> Iterator[str]:
    for source in sources:
        yield indent + source_header(source)
        yield from (f"{indent} {line}" for line in source_lines(source))
        yield f"{indent}!"


# -- the words of each object


def interface_header(name: str, preconfigure: bool = False) -> str:
    return f"interface {'preconfigure ' if preconfigure else ''}{name}"


def session_header(session: Session) -> str:
    return f"monitor-session {session.name} {session.session_class}"


def router_id_line(number: int) -> str:
    return f"monitor-session router-id {number}"


def session_slots(session: Session) -> Slots:
    """The lines of a session's submode, by what they set."""
    return _with_other(session, _session_fields)


def _session_fields(session: Session) -> Slots:
    values = {
        "destination": ("destination", _destination(session.destination)),
        "rx_destination": ("destination rx", _destination(session.rx_destination)),
        "tx_destination": ("destination tx", _destination(session.tx_destination)),
        "mirror_first": ("mirror first", session.mirror_first),
        "mirror_interval": ("mirror interval", session.mirror_interval),
        "discard_class": ("discard-class", session.discard_class),
        "traffic_class": ("traffic-class", session.traffic_class),
        "inject_interface": ("inject-interface", session.inject_interface),
        "rate_limit_rx": ("rate-limit rx", session.rate_limit_rx),
        "rate_limit_tx": ("rate-limit tx", session.rate_limit_tx),
    }
    return {slot: f"{words} {value}" for slot, (words, value) in values.items() if value is not None}


def session_lines(session: Session) -> list[str]:
    return list(session_slots(session).values())


def _destination(destination: Destination | None) -> str | None:
    if destination is None:
        return None
    if destination.interface is not None:
        number = destination.erspan_session_id
        return f"interface {destination.interface}" + (f" {ERSPAN_ID[0]} {number}" if number is not None else "")
    if destination.next_hop is not None:
        version = "ipv6" if ":" in destination.next_hop else "ipv4"
        vrf = f" vrf {destination.vrf}" if destination.vrf else ""
        return f"next-hop {version} {destination.next_hop}{vrf}"
    if destination.pseudowire:
        return "pseudowire"
    return f"file {destination.file}".rstrip()


def source_header(source: Source) -> str:
    """The line that attaches an interface to a session; it opens a submode."""
    direction = "" if source.direction == "both" else f" direction {source.direction}"
    port_level = " port-level" if source.port_level else ""
    return f"monitor-session {source.session} {source.session_class}{direction}{port_level}"


def source_lines(source: Source) -> list[str]:
    """The lines of an attachment's submode."""
    return list(_with_other(source, _source_fields).values())


def _source_fields(source: Source) -> Slots:
    lines = [
        f"acl {words}{name}"
        for words, name in (("", source.acl_name), ("ipv4 ", source.acl_ipv4), ("ipv6 ", source.acl_ipv6))
        if name is not None
    ]
    if source.acl and not lines:
        lines = ["acl"]
    if source.mirror_first is not None:
        lines.append(f"mirror first {source.mirror_first}")
    if source.mirror_interval is not None:
        lines.append(f"mirror interval {source.mirror_interval}")
    return {line: line for line in lines}


def binding_line(binding: Binding) -> str:
    return f"{binding.family} access-group {binding.acl} {binding.direction} {binding.other}".rstrip()


def access_list_header(access_list: AccessList) -> str:
    return f"{access_list.family} access-list {access_list.name}"


def entry_line(ace: Ace) -> str:
    """``10 permit ipv4 any any udf udf1 0x1234 0xffff udf3 0x56 0xff capture`` (form of the Cisco guide)."""
    udfs = " ".join(f"{udf.name} {udf.value:#x} {udf.mask:#x}" for udf in ace.udfs)
    tail = (f" udf {udfs}" if udfs else "") + (" capture" if ace.capture else "")
    return f"{ace.sequence} {ace.action} {ace.match}{tail}"


def udf_line(udf: Udf) -> str:
    return f"udf {udf.name} header {udf.header} {udf.layer} offset {udf.offset} length {udf.length}"


def profile_line(profile: TcamProfile) -> str:
    """The one line of a TCAM profile: family, qualifiers, UDFs by slot, switches, location."""
    words = [*PROFILE_WORDS, profile.family, *profile.qualifiers]
    for slot, name in enumerate(profile.udfs, 1):
        words += [f"udf{slot}", name]
    words += [word for word, field in PROFILE_FLAGS.items() if getattr(profile, field)]
    return " ".join(words + (["location", profile.location] if profile.location else []))


def tunnel_slots(tunnel: Tunnel) -> Slots:
    """The lines of a tunnel's interface, by what they set."""
    return _with_other(tunnel, _tunnel_fields)


def _tunnel_fields(tunnel: Tunnel) -> Slots:
    slots: Slots = {}
    if tunnel.ipv4_address is not None:
        address = ipaddress.IPv4Interface(tunnel.ipv4_address)
        slots["ipv4_address"] = f"ipv4 address {address.ip} {address.netmask}"
    if tunnel.ipv4_unnumbered is not None:
        slots["ipv4_unnumbered"] = f"ipv4 unnumbered {tunnel.ipv4_unnumbered}"
    if tunnel.mode:
        slots["mode"] = f"tunnel mode {tunnel.mode}"
    if tunnel.source is not None:
        slots["source"] = f"tunnel source {tunnel.source}"
    if tunnel.destination is not None:
        slots["destination"] = f"tunnel destination {tunnel.destination}"
    if tunnel.shutdown:
        slots["shutdown"] = "shutdown"
    return slots


def tunnel_lines(tunnel: Tunnel) -> list[str]:
    return list(tunnel_slots(tunnel).values())


def _with_other(thing: Submode, fields: Callable[[Submode], Slots]) -> Slots:
    """The lines of the fields, and those that no field knows. One of these that begins as the line of a field and goes on is that line."""
    known = fields(thing)
    found = dict(known)
    for line in thing.other:
        begins = fields(begun(blank(thing), line))
        slot = next((slot for slot, text in begins.items() if known.get(slot) == text), f"other {line}")
        found[slot] = line
    return found
