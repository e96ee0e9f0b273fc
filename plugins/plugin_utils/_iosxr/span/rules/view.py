# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the rules look at: the state before and the desired state, with the indexes that keep every check linear. Pure."""

from __future__ import annotations

import ipaddress
import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from ...platforms import Facts, Known, Platform, platform
from ..model import (
    AccessList,
    AccessListKey,
    Binding,
    Destination,
    Family,
    SessionClass,
    Source,
    Span,
    TcamProfile,
    TcamProfileKey,
)

FAMILIES: tuple[Family, ...] = ("ipv4", "ipv6")
# Families of the ACLs that can select for a session of a class; MPLS cannot be selected.
CLASS_FAMILIES: Mapping[SessionClass, tuple[Family, ...]] = {
    "ethernet": FAMILIES,
    "ipv4": ("ipv4",),
    "ipv6": ("ipv6",),
    "mpls-ipv4": (),
    "mpls-ipv6": (),
}
_SLOT = re.compile(r"[A-Za-z-]+(\d+)/(\d+)/")


class DestinationUse(NamedTuple):
    """field: destination, rx_destination or tx_destination of the session."""

    session: str
    field: str
    destination: Destination

    @property
    def item(self) -> str:
        return f"sessions[{self.session}].{self.field}"


def source_item(source: Source) -> str:
    return f"sessions[{source.session}].sources[{source.interface}]"


def list_item(key: AccessListKey) -> str:
    return f"access_lists[{key.family} {key.name}]"


def profile_item(profile: TcamProfile) -> str:
    return f"tcam_profiles[{profile.family}{f' {profile.location}' if profile.location else ''}]"


def doubt(known: Known[object]) -> str:
    """What to add to a message that rests on a value that is not verified for the platform."""
    return "" if known.certain else " (not verified for this platform)"


def is_address(text: str) -> bool:
    """Whether a word that may be an address or an interface is an address."""
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True


def parent(name: str) -> str | None:
    """The main interface of a sub-interface; None for a main interface."""
    main, dot, _number = name.partition(".")
    return main if dot else None


def is_tunnel(name: str) -> bool:
    return name.startswith("tunnel-ip") and name[len("tunnel-ip") :].isdigit()


def selects(source: Source) -> bool:
    """Whether a source mirrors only what an ACL captures."""
    return bool(source.acl or source.acl_name or source.acl_ipv4 or source.acl_ipv6)


def names_list(source: Source) -> bool:
    return bool(source.acl_name or source.acl_ipv4 or source.acl_ipv6)


@dataclass(frozen=True)
class View:
    """before: what the router has; after: what it will have."""

    before: Span
    after: Span
    facts: Facts

    @cached_property
    def platform(self) -> Platform:
        return platform(self.facts)

    @cached_property
    def destinations(self) -> tuple[DestinationUse, ...]:
        """All destinations, by session."""
        return tuple(_destination_uses(self.after))

    def interfaces_besides(self) -> Iterator[tuple[str, str]]:
        """(item, name) of every interface that is neither a source nor a destination nor has an ACL."""
        for name, session in self.after.sessions.items():
            if session.inject_interface:
                yield f"sessions[{name}].inject_interface", session.inject_interface
        for name, tunnel in self.after.tunnels.items():
            if tunnel.source and not is_address(tunnel.source):
                yield f"tunnels[{name}].source", tunnel.source
            if tunnel.ipv4_unnumbered:
                yield f"tunnels[{name}].ipv4_unnumbered", tunnel.ipv4_unnumbered

    @cached_property
    def destinations_before(self) -> frozenset[tuple[str, str]]:
        """(session, interface) of every destination that the router has."""
        return frozenset(
            (use.session, use.destination.interface)
            for use in _destination_uses(self.before)
            if use.destination.interface
        )

    @cached_property
    def sources_of_session(self) -> Mapping[str, list[Source]]:
        return _grouped(self.after.sources.values(), lambda source: source.session)

    @cached_property
    def sources_of_interface(self) -> Mapping[str, list[Source]]:
        return _grouped(self.after.sources.values(), lambda source: source.interface)

    @cached_property
    def selecting_sources(self) -> tuple[Source, ...]:
        return tuple(source for source in self.after.sources.values() if selects(source))

    @cached_property
    def ingress(self) -> Mapping[tuple[str, Family], Binding]:
        return {
            (binding.interface, binding.family): binding
            for binding in self.after.bindings.values()
            if binding.direction == "ingress"
        }

    @property
    def bindings_known(self) -> bool:
        """Bindings are only read where a document has ACLs; without both, that none is here says nothing."""
        return any((self.after.access_lists, self.after.bindings, self.before.access_lists, self.before.bindings))

    def selecting_lists(self, source: Source) -> list[AccessListKey]:
        """The ACLs that select for a source, by name or bound to its interface; they need not be in the state."""
        families = CLASS_FAMILIES[source.session_class]
        if names_list(source):
            by_family = {"ipv4": source.acl_ipv4, "ipv6": source.acl_ipv6}
            named = [(family, by_family[family] or source.acl_name) for family in families]
            return [AccessListKey(family, name) for family, name in named if name]
        bound = [self.ingress.get((source.interface, family)) for family in families]
        return [AccessListKey(binding.family, binding.acl) for binding in bound if binding]

    @cached_property
    def list_users(self) -> Mapping[AccessListKey, list[str]]:
        """Interfaces on which an ACL works: bound ingress, or named by a source."""
        users: dict[AccessListKey, list[str]] = defaultdict(list)
        for binding in self.ingress.values():
            users[AccessListKey(binding.family, binding.acl)].append(binding.interface)
        for source in self.selecting_sources:
            if names_list(source):
                for key in self.selecting_lists(source):
                    users[key].append(source.interface)
        return users

    def profiles(self, acl: AccessList) -> list[TcamProfile | None]:
        """The TCAM profiles under which an ACL is programmed; None means a line card without a profile.

        A profile of a line card takes precedence over the one of all line cards. An ACL that is nowhere bound is held against
        the profile of all line cards, or the first one that there is.
        """
        located = self._located_profiles[acl.family]
        everywhere = self.after.tcam_profiles.get(TcamProfileKey(acl.family, None))
        users = self.list_users.get(AccessListKey(acl.family, acl.name), [])
        if not located:
            return [everywhere]
        if not users:
            return [everywhere or next(iter(located.values()))]
        found: dict[str | None, TcamProfile | None] = {}
        for interface in users:
            profile = _profile_of(interface, located, everywhere)
            found[profile.location if profile else ""] = profile
        return [found[location] for location in sorted(found, key=str)]

    @cached_property
    def _located_profiles(self) -> Mapping[str, Mapping[str, TcamProfile]]:
        located: dict[str, dict[str, TcamProfile]] = {family: {} for family in FAMILIES}
        for profile in self.after.tcam_profiles.values():
            if profile.location:
                located[profile.family][profile.location.upper()] = profile
        return located


def _profile_of(
    interface: str, located: Mapping[str, TcamProfile], everywhere: TcamProfile | None
) -> TcamProfile | None:
    slot = _SLOT.match(interface)
    if slot is None:  # a bundle has members on any line card
        return everywhere or next(iter(located.values()))
    own = located.get(f"{slot[1]}/{slot[2]}/CPU0")
    # Fixed routers have no line cards: everything is on the route processor.
    central = next((profile for location, profile in located.items() if "/RP" in location), None)
    return own or everywhere or central


def _destination_uses(span: Span) -> Iterator[DestinationUse]:
    for name in sorted(span.sessions):
        session = span.sessions[name]
        for field, destination in (
            ("destination", session.destination),
            ("rx_destination", session.rx_destination),
            ("tx_destination", session.tx_destination),
        ):
            if destination is not None:
                yield DestinationUse(name, field, destination)


def _grouped(sources: Iterable[Source], key: Callable[[Source], str]) -> dict[str, list[Source]]:
    groups: dict[str, list[Source]] = defaultdict(list)
    for source in sources:
        groups[key(source)].append(source)
    return groups
