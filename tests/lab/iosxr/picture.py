# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the configuration, the links and the routes amount to: interface states, routes, mirrors. Computed, never stored.

A Picture is made for one command and thrown away; it remembers what it worked out on the way.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache

from . import names
from .tree import Node, ordered

_BYTE = r"(?:25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)"
_ADDRESS = re.compile(rf"{_BYTE}(?:\.{_BYTE}){{3}}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Attachment:
    """A source: `monitor-session` under an interface. lines: of its submode."""

    interface: str
    session: str
    session_class: str
    direction: str  # both | rx-only | tx-only
    port_level: bool
    l2transport: bool
    line: str
    lines: tuple[str, ...]

    @property
    def acl(self) -> bool:
        return any(line.split()[0] == "acl" for line in self.lines)

    def acl_names(self) -> Iterator[tuple[str, str, str]]:
        """(family, name, line) of the access lists named here; family "" when the line names none."""
        for line in self.lines:
            words = line.split()
            if words[0] == "acl" and words[1:2] not in ([], ["merge-group"]):
                yield (words[1], words[2], line) if words[1] in ("ipv4", "ipv6") else ("", words[1], line)

    @property
    def portion(self) -> str:
        first = next((line.split()[2] for line in self.lines if line.startswith("mirror first ")), None)
        return f"First {first} bytes" if first else "Full packet"

    @property
    def interval(self) -> str:
        value = next((line.split()[2] for line in self.lines if line.startswith("mirror interval ")), None)
        return f"Mirror 1 in every {value} packets" if value else "Mirror all packets"


@dataclass(frozen=True, slots=True)
class Session:
    """A global session. destinations: words behind `destination`, for each of its sides ("", "rx", "tx")."""

    name: str
    session_class: str
    line: str
    destinations: dict[str, tuple[str, ...]]

    def interfaces(self) -> list[str]:
        return [words[1] for words in self.destinations.values() if words[0] == "interface"]


@dataclass(slots=True)
class Facts:
    """What is read from one frozen tree, once."""

    sessions: dict[str, Session] = field(default_factory=dict)
    attachments: list[Attachment] = field(default_factory=list)
    interfaces: dict[str, Node] = field(default_factory=dict)
    bundles: dict[str, list[str]] = field(default_factory=dict)
    addresses: dict[str, list[ipaddress.IPv4Interface]] = field(default_factory=dict)
    static: list[tuple[ipaddress.IPv4Network, list[str]]] = field(default_factory=list)
    bindings: list[tuple[str, str, str, str]] = field(default_factory=list)  # interface, family, ACL, line


@lru_cache(maxsize=64)
def facts_of(root: Node) -> Facts:
    facts = Facts()
    for key, node in ordered(root):
        if key[0] == "monitor-session":
            facts.sessions[str(key[1])] = _session(str(key[1]), node)
        elif key[0] == "interface":
            _interface(facts, str(key[1]), node)
        elif key[:2] == ("router", "static"):
            _static(facts, node)
    return facts


def _session(name: str, node: Node) -> Session:
    found = {str(key[1]): tuple(child.line.split()[2 if key[1] else 1 :])
             for key, child in (node.children or {}).items() if key[0] == "destination" and len(key) > 1}  # fmt: skip
    return Session(name, node.line.split()[2] if len(node.line.split()) > 2 else "ethernet", node.line, found)


def _interface(facts: Facts, name: str, node: Node) -> None:
    facts.interfaces[name] = node
    for key, child in (node.children or {}).items():
        words = child.line.split()
        if key[0] == "monitor-session":
            facts.attachments.append(_attachment(name, child, " l2transport" in node.line))
        elif key[0] == "l2transport":
            facts.attachments += [_attachment(name, below, True) for k, below in (child.children or {}).items()
                                  if k[0] == "monitor-session"]  # fmt: skip
        elif key[0] == "bundle" and words[1] == "id" and len(words) > 2:
            facts.bundles.setdefault(f"Bundle-Ether{words[2]}", []).append(name)
        elif key[0] == "ipv4 address" and words[1] == "address":
            facts.addresses.setdefault(name, []).append(ipaddress.IPv4Interface(f"{words[2]}/{words[3]}"))
        elif str(key[0]).endswith("access-group"):
            at = 4 if words[2] == "common" else 2
            facts.bindings.append((name, words[0], words[at], child.line))


def _attachment(interface: str, node: Node, l2: bool) -> Attachment:
    words = node.line.split()
    direction = words[words.index("direction") + 1] if "direction" in words else "both"
    lines = tuple(child.line for _key, child in ordered(node))
    session_class = words[2] if len(words) > 2 and words[2] not in ("direction", "port-level") else "ethernet"
    return Attachment(interface, words[1], session_class, direction, "port-level" in words, l2, node.line, lines)


def _static(facts: Facts, node: Node) -> None:
    for _key, family in (node.children or {}).items():
        if family.line != "address-family ipv4 unicast":
            continue
        for child in (family.children or {}).values():
            words = child.line.split()
            try:
                facts.static.append((ipaddress.IPv4Network(words[0], strict=False), words[1:]))
            except ValueError:
                continue


@dataclass(frozen=True, slots=True)
class Route:
    """source: connected | local | static. next_hop: None when the destination is on the link."""

    prefix: ipaddress.IPv4Network
    source: str
    interface: str | None
    next_hop: str | None


class Picture:
    """The state of a device now. links: names that are down or on a card that reloads; hardware: what exists."""

    def __init__(self, facts: Facts, hardware: frozenset[str] | set[str], down: set[str]) -> None:
        self.facts = facts
        self._hardware = hardware
        self._down = down
        self._states: dict[str, str | None] = {}
        self._connected: dict[bool, list[Route]] = {}

    def state(self, name: str) -> str | None:
        """up | down | admin-down, or None for an interface that does not exist."""
        if name not in self._states:
            self._states[name] = "down"  # a loop of references stays down
            self._states[name] = self._work_out(name)
        return self._states[name]

    def _work_out(self, name: str) -> str | None:
        node = self.facts.interfaces.get(name)
        if names.is_sub(name):
            return self._sub_state(name, node)
        physical = names.is_physical(name)
        if (name not in self._hardware) if physical else (node is None and names.kind(name) != "Null"):
            return None
        if node is not None and ("shutdown",) in (node.children or {}):
            return "admin-down"
        if name in self._down:
            return "down"
        if names.kind(name) == "Bundle-Ether":
            return "up" if any(self.state(port) == "up" for port in self.facts.bundles.get(name, ())) else "down"
        if names.kind(name) == "tunnel-ip" and node is not None:
            return self._tunnel_state(node)
        return "up"

    def _sub_state(self, name: str, node: Node | None) -> str | None:
        if node is None:
            return None
        if ("shutdown",) in (node.children or {}):
            return "admin-down"
        if name in self._down or ("encapsulation",) not in (node.children or {}):
            return "down"
        return "up" if self.state(names.parent(name)) == "up" else "down"

    def _tunnel_state(self, node: Node) -> str:
        """A GRE tunnel is up when its mode, source and destination are set and the destination is routed."""
        lines = {str(key[1]): child.line.split() for key, child in (node.children or {}).items() if key[0] == "tunnel"}
        if not {"mode", "source", "destination"} <= lines.keys():
            return "down"
        source = lines["source"][-1]
        if names.canonical(source) and self.state(source) != "up":
            return "down"
        if not names.canonical(source) and not self._is_local(source):
            return "down"
        if ":" in lines["destination"][-1]:
            return "up"
        return "up" if self.lookup(lines["destination"][-1], tunnels=False) else "down"

    def _is_local(self, address: str) -> bool:
        return ":" in address or any(str(own.ip) == address and self.state(name) == "up"
                                     for name, owns in self.facts.addresses.items() for own in owns)  # fmt: skip

    def connected(self, tunnels: bool = True) -> list[Route]:
        """Networks and own addresses of interfaces that are up. tunnels: those of tunnels too."""
        if tunnels not in self._connected:
            found: list[Route] = []
            for name, addresses in self.facts.addresses.items():
                if (names.kind(name) == "tunnel-ip" and not tunnels) or self.state(name) != "up":
                    continue
                for own in addresses:
                    found.append(Route(own.network, "connected", name, None))
                    if own.network.prefixlen < 32:
                        found.append(Route(ipaddress.IPv4Network(own.ip), "local", name, None))
            self._connected[tunnels] = found
        return self._connected[tunnels]

    def lookup(self, address: str, tunnels: bool = True) -> Route | None:
        """The longest match. tunnels: routes through tunnels count too; a tunnel itself is never carried by one."""
        try:
            wanted = ipaddress.IPv4Address(address)
        except ValueError:
            return None
        routes = [*self.connected(tunnels), *self._static(tunnels)]
        return max(
            (route for route in routes if wanted in route.prefix),
            key=lambda route: route.prefix.prefixlen,
            default=None,
        )

    def _static(self, tunnels: bool) -> Iterator[Route]:
        """A static route counts when its interface is up, or its next hop is on a connected network."""
        for prefix, words in self.facts.static:
            interface = next((found for word in words if word[:1].isalpha() and (found := names.canonical(word))), None)
            hop = next((word for word in words if _ADDRESS.fullmatch(word)), None)
            if interface:
                if (tunnels or names.kind(interface) != "tunnel-ip") and self.state(interface) == "up":
                    yield Route(prefix, "static", interface, hop)
            elif hop:
                near = [route for route in self.connected(tunnels) if ipaddress.IPv4Address(hop) in route.prefix]
                if near:
                    yield Route(prefix, "static", near[0].interface, hop)
