# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""iosxr_span_info: what a live router mirrors, how that is doing, and why not. Reads only."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from typing import Any

from ..platforms import Facts, dotted, platform, platform_of
from ..router import VERSION, Router
from ..span.canonical import to_document
from ..span.device import SpanReads
from ..span.model import AccessListKey, Span, Tunnel
from ..span.scope import ALL, Scope, in_scope
from .counters import counters_document, parse_counters
from .live_device import STATUSES, live_status
from .reachability import arp_addresses, lookups, parse_arp, parse_route, resolved, tunnel_document
from .troubleshooting import DIAGNOSTICS

MAX_RECURSION = 4  # a route over a route over ...: what is deeper is reported as it is


def inspect(
    router: Router, gather: Collection[str], names: Sequence[str], diagnostics: Sequence[str], chosen: str = "auto"
) -> dict[str, Any]:
    """The result of the module, by what was asked for. Round trips: one for what is plain, one more for what follows
    from its answers (referenced ACLs and tunnels, blamed interfaces, routes), one each for recursive routes and ARP.

    Raises ApplyFailed when the router refuses a read, ConnectionFailed when it is lost.
    """
    status_reads = STATUSES if "status" in gather else ()
    reads = SpanReads(router)
    span, (version, *status_texts) = reads.span(ALL, VERSION, *status_reads)
    key, release = platform_of(version)
    facts = Facts(key if chosen == "auto" else chosen, release)
    result: dict[str, Any] = {"platform": facts.platform, **({"release": dotted(release)} if release else {})}
    span = _named(span, names)
    if {"config", "reachability"} & set(gather):
        scope = _referenced(span)
        parts = reads.parts(scope)
        there = replace(span, access_lists=parts.access_lists, udfs=parts.udfs, tcam_profiles=parts.tcam_profiles)
        span = in_scope(replace(there, tunnels=parts.tunnels), scope)
    if "config" in gather:
        result["config"] = to_document(span)
    if "status" in gather:
        result["sessions"] = live_status(router, status_texts, names)
    if "reachability" in gather:
        result["tunnels"] = [_reached(router, tunnel) for tunnel in span.tunnels.values()]
    result["counters_supported"] = platform(facts).counters.value
    if "counters" in gather and result["counters_supported"]:
        texts = router.read_optional([f"show monitor-session {name} counters" for name in span.sessions])
        counters = [parse_counters(text) for text in texts]
        result["counters"] = [row for read in counters for row in counters_document(read.sources)]
        unparsed = [line for read in counters for line in read.unparsed]
        result.update({"counters_unparsed": unparsed} if unparsed else {})
    if diagnostics:
        commands = [DIAGNOSTICS[name] for name in diagnostics]
        result["diagnostics"] = dict(zip(diagnostics, router.read_optional(commands), strict=True))
    return result


def _named(span: Span, names: Sequence[str]) -> Span:
    """Only the sessions of these names; all of them when there are none."""
    if not names:
        return span
    return replace(
        span,
        sessions={name: session for name, session in span.sessions.items() if name in names},
        sources={key: source for key, source in span.sources.items() if source.session in names},
    )


def _referenced(span: Span) -> Scope:
    """What the sessions and sources use: tunnels they send into, ACLs they name or that their interfaces have."""
    lists: set[AccessListKey] = set()
    selecting = {source.interface for source in span.sources.values() if source.acl}
    for source in span.sources.values():
        lists |= {AccessListKey("ipv4", name) for name in (source.acl_ipv4,) if name}
        lists |= {AccessListKey("ipv6", name) for name in (source.acl_ipv6,) if name}
        if source.acl_name:
            lists |= {AccessListKey("ipv4", source.acl_name), AccessListKey("ipv6", source.acl_name)}
    for binding in span.bindings.values():
        if binding.interface in selecting and binding.direction == "ingress":
            lists.add(AccessListKey(binding.family, binding.acl))
    tunnels = {
        way.interface
        for session in span.sessions.values()
        for way in (session.destination, session.rx_destination, session.tx_destination)
        if way and way.interface and way.interface.startswith("tunnel-ip")
    }
    return Scope(tuple(sorted(lists)), bool(lists), tuple(sorted(tunnels)), bool(lists))


def _reached(router: Router, tunnel: Tunnel) -> dict[str, Any]:
    if not tunnel.destination:
        return tunnel_document(tunnel, parse_route(""), ())
    route = parse_route(router.read_optional([f"show route {tunnel.destination}"])[0])
    for _round in range(MAX_RECURSION):
        further = lookups(route)
        if not further:
            break
        texts = router.read_optional([f"show route {address}" for address in further])
        route = resolved(route, dict(zip(further, map(parse_route, texts), strict=True)))
    addresses = arp_addresses(tunnel, route)
    texts = router.read_optional([f"show arp {address}" for address in addresses])
    return tunnel_document(tunnel, route, [entry for text in texts for entry in parse_arp(text)])
