# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Traffic mirroring of IOS XR as typed objects: running configuration or document -> objects -> lines or document. Pure.

Sources: Cisco NCS 5500 guide "Configuring Traffic Mirroring"; YangModels Cisco-IOS-XR-Ethernet-SPAN-cfg and
Cisco-IOS-XR-um-monitor-session-cfg (7.0.1 to 26.2.1); XRDOCS tutorials on UDF and UDK.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, NamedTuple

SessionClass = Literal["ethernet", "ipv4", "ipv6", "mpls-ipv4", "mpls-ipv6"]
Direction = Literal["both", "rx-only", "tx-only"]
Family = Literal["ipv4", "ipv6"]


@dataclass(frozen=True, slots=True)
class Destination:
    """Where a session sends its copies. Exactly one of interface, next_hop, pseudowire, file is set.

    erspan_session_id: in the ERSPAN header of the copies, where the interface is a tunnel.
    """

    interface: str | None = None
    erspan_session_id: int | None = None
    next_hop: str | None = None
    vrf: str | None = None
    pseudowire: bool = False
    file: str | None = None  # the words after `destination file`, as printed ("" when there are none)


@dataclass(frozen=True, slots=True)
class Session:
    """`monitor-session NAME CLASS`. What NCS 5500 cannot do is parsed, shown and kept, never written."""

    name: str
    session_class: SessionClass = "ethernet"
    destination: Destination | None = None
    rx_destination: Destination | None = None
    tx_destination: Destination | None = None
    mirror_first: int | None = None
    mirror_interval: str | None = None
    discard_class: int | None = None
    traffic_class: int | None = None
    inject_interface: str | None = None
    rate_limit_rx: int | None = None  # kbit/s
    rate_limit_tx: int | None = None  # kbit/s
    # Lines of the submode that no field knows, as printed, in order. One that has further words behind what a field knows is here as a
    # whole, and the field has its value too.
    other: tuple[str, ...] = ()


STAND_IN = "#"  # begins what an interface or a UDF is called whose name is wrong: the document is refused, the rest of it checked


class SourceKey(NamedTuple):
    """One attachment per interface, l2transport container and class (native YANG key up to 7.6.1; commit error 2.5.1)."""

    interface: str
    l2transport: bool
    session_class: SessionClass


@dataclass(frozen=True, slots=True)
class Source:
    """`monitor-session NAME CLASS ...` under an interface."""

    interface: str
    session: str
    session_class: SessionClass = "ethernet"
    l2transport: bool = False
    direction: Direction = "both"
    port_level: bool = False
    acl: bool = False  # mirror only what an ACL captures; true also when one is named below
    acl_name: str | None = None
    acl_ipv4: str | None = None
    acl_ipv6: str | None = None
    mirror_first: int | None = None
    mirror_interval: str | None = None
    preconfigure: bool = False
    other: tuple[str, ...] = ()

    @property
    def key(self) -> SourceKey:
        return SourceKey(self.interface, self.l2transport, self.session_class)


class UdfMatch(NamedTuple):
    name: str
    value: int
    mask: int


@dataclass(frozen=True, slots=True)
class Ace:
    """One access control entry. match is the text between the action and udf/capture, in the device's own words, normalised."""

    sequence: int
    action: Literal["permit", "deny", "remark"]
    match: str  # for a remark, its text
    udfs: tuple[UdfMatch, ...] = ()
    capture: bool = False


@dataclass(frozen=True, slots=True)
class AccessList:
    name: str
    family: Family
    entries: tuple[Ace, ...] = ()  # ascending by sequence


class AccessListKey(NamedTuple):
    family: Family
    name: str


class BindingKey(NamedTuple):
    interface: str
    family: Family
    direction: Literal["ingress", "egress"]


@dataclass(frozen=True, slots=True)
class Binding:
    """`ipv4|ipv6 access-group ACL ingress` of an interface. other: words after the direction, kept."""

    interface: str
    family: Family
    acl: str
    direction: Literal["ingress", "egress"] = "ingress"
    other: str = ""
    preconfigure: bool = False

    @property
    def key(self) -> BindingKey:
        return BindingKey(self.interface, self.family, self.direction)


@dataclass(frozen=True, slots=True)
class Udf:
    name: str
    header: Literal["outer", "inner"]
    layer: Literal["l2", "l3", "l4"]
    offset: int  # bytes
    length: int  # bytes


class TcamProfileKey(NamedTuple):
    family: Family
    location: str | None


@dataclass(frozen=True, slots=True)
class TcamProfile:
    """`hw-module profile tcam format access-list FAMILY ...`: one line a family and location; live after a reload."""

    family: Family
    qualifiers: tuple[str, ...] = ()
    udfs: tuple[str, ...] = ()  # in slot order: udf1, udf2, ...
    enable_capture: bool = False
    enable_set_ttl: bool = False
    ttl_match: bool = False
    interface_based: bool = False
    common_acl: bool = False
    location: str | None = None

    @property
    def key(self) -> TcamProfileKey:
        return TcamProfileKey(self.family, self.location)


@dataclass(frozen=True, slots=True)
class Tunnel:
    """`interface tunnel-ipN` in `tunnel mode gre ipv4|ipv6`: the way of an ERSPAN copy."""

    name: str
    ipv4_address: str | None = None  # "15.1.1.1/24"
    ipv4_unnumbered: str | None = None
    mode: str = "gre ipv4"
    source: str | None = None  # address or interface
    destination: str | None = None
    shutdown: bool = False
    other: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Span:
    """All the mirroring that a router has, or must have. Parts that were not read are empty."""

    sessions: Mapping[str, Session] = field(default_factory=dict)
    sources: Mapping[SourceKey, Source] = field(default_factory=dict)
    access_lists: Mapping[AccessListKey, AccessList] = field(default_factory=dict)
    bindings: Mapping[BindingKey, Binding] = field(default_factory=dict)
    udfs: Mapping[str, Udf] = field(default_factory=dict)
    tcam_profiles: Mapping[TcamProfileKey, TcamProfile] = field(default_factory=dict)
    tunnels: Mapping[str, Tunnel] = field(default_factory=dict)
    globals: tuple[str, ...] = ()  # lines of router-wide settings; shown, never changed
    router_id: int | None = None  # `monitor-session router-id`, the one of them that is changed
