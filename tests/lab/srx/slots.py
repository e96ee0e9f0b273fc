# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The kinds of traffic that a session table is mixed of: 1024 slots, worked out once from a seed and the configuration.

Session k is of slot k % 1024, so how many sessions have a protocol, a policy or a state is arithmetic, not a search.
"""

from __future__ import annotations

import random
from dataclasses import dataclass

from .flowconfig import NatRule, Policy, Scene

SLOTS = 1024
NUMBERS = {  # names that Junos prints for IP protocols
    "icmp": 1, "igmp": 2, "ipip": 4, "tcp": 6, "egp": 8, "udp": 17, "rsvp": 46, "gre": 47, "esp": 50, "ah": 51, "icmp6": 58,
    "ospf": 89, "pim": 103, "vrrp": 112, "sctp": 132,
}  # fmt: skip
PORTS = {
    "http": 80,
    "https": 443,
    "domain": 53,
    "imap": 143,
    "smtp": 25,
    "ssh": 22,
    "telnet": 23,
    "ftp": 21,
    "bgp": 179,
}
PROTOCOLS = {number: name for name, number in NUMBERS.items()}


@dataclass(frozen=True, slots=True)
class Service:
    """application: "" when the firewall knows none. port: 0 is any. plugin: the ALG that looks at it."""

    protocol: str
    port: int
    application: str
    timeout: int
    dynamic: str = "junos:UNKNOWN"
    plugin: str = ""


SERVICES = (  # weight, service; timeouts are Junos's defaults: TCP 1800 s, UDP 60 s, ICMP 60 s
    (34, Service("tcp", 443, "junos-https", 1800, "junos:SSL")),
    (12, Service("tcp", 80, "junos-http", 300, "junos:HTTP")),
    (6, Service("tcp", 22, "junos-ssh", 1800)),
    (4, Service("tcp", 25, "junos-smtp", 1800)),
    (3, Service("tcp", 21, "junos-ftp", 1800, "junos:FTP", "junos-alg")),
    (6, Service("tcp", 0, "", 1800)),
    (18, Service("udp", 53, "junos-dns-udp", 60, "junos:DNS", "junos-alg")),
    (5, Service("udp", 123, "junos-ntp", 60)),
    (4, Service("udp", 0, "", 60)),
    (6, Service("icmp", 0, "junos-ping", 60)),
    (1, Service("sctp", 2905, "", 1800)),
)
PING6 = Service("icmp6", 0, "junos-pingv6", 60)
TUNNELS = tuple(Service(name, 0, "", 0) for name in ("gre", "esp", "ipip"))

# What the first sessions of every table are, so that a small one has everything: service row, what is special about it.
SHOWCASE = ((0, "interface"), (6, "pool"), (9, ""), (1, "inet6"), (0, "destination"), (5, ""), (0, "gre"), (0, "esp"), (1, "invalidated"),
            (0, "offload"), (6, "interface"), (3, "pending"), (2, "interface"), (9, "inet6"), (8, "no-timeout"), (7, "interface"))  # fmt: skip


@dataclass(frozen=True, slots=True)
class Slot:
    """What all sessions of one slot share.

    nat: "" | interface | pool | destination. rule: the NAT rule. state: Valid | Pending | Invalidated.
    timeout: configured, in seconds; None is printed N/A. policy: None is printed N/A (tunnels).
    """

    number: int
    family: str
    service: Service
    policy: Policy | None
    from_zone: str
    to_zone: str
    ingress: str
    egress: str
    nat: str = ""
    pool: str = ""
    rule: str = ""
    state: str = "Valid"
    timeout: int | None = 60
    offload: bool = False

    @property
    def tunnel(self) -> bool:
        """Such sessions have an In wing only."""
        return self.policy is None

    @property
    def application(self) -> str:
        """As text prints it: name and number; "" when unknown."""
        return f"{self.service.application}/{self.service.port}" if self.service.application else ""

    @property
    def flags(self) -> str:
        return "0x40/0x0/0x2/0x400003" if self.offload else "0x2/0x0/0x0/0x3" if self.tunnel else "0x40/0x0/0x2/0x8003"


@dataclass(frozen=True, slots=True)
class Path:
    """A policy with the interfaces of its zones."""

    policy: Policy
    ingress: tuple[str, ...]
    egress: tuple[str, ...]


PLAIN = Scene(
    zones={"trust": ["ge-0/0/1.0"], "untrust": ["ge-0/0/0.0"]},
    policies=[
        Policy("trust", "untrust", "allow-out", 4, init=False, close=True),
        Policy("trust", "untrust", "internet offload2_ssr", 5, init=True, close=True),
        Policy("untrust", "trust", "publish-web", 6, init=True, close=True),
    ],
)
"""Traffic of a firewall whose configuration has no policies."""


def paths(scene: Scene) -> list[Path]:
    """Every policy that permits something, with its interfaces."""
    found = []
    for policy in scene.policies:
        if policy.action != "permit":
            continue
        sides = [
            tuple(scene.zones.get(zone) or next((each for each in scene.zones.values() if each), []) or [fallback])
            for zone, fallback in ((policy.from_zone, "ge-0/0/1.0"), (policy.to_zone, "ge-0/0/0.0"))
        ]
        found.append(Path(policy, sides[0], sides[1]))
    return found


def build(scene: Scene, seed: int) -> list[Slot]:
    """The 1024 slots; the same for the same seed and configuration."""
    mixer = random.Random(seed)
    own = paths(scene)
    if not own:
        scene, own = PLAIN, paths(PLAIN)
    weights = [weight for weight, _service in SERVICES]
    slots = []
    for number in range(SLOTS):
        if number < len(SHOWCASE):
            row, special = SHOWCASE[number]
            service = SERVICES[row][1]
        else:
            service = mixer.choices(SERVICES, weights)[0][1]
            special = _special(mixer)
        slots.append(_slot(number, service, special, mixer, scene, own))
    return slots


def _special(mixer: random.Random) -> str:
    kinds = (
        "",
        "interface",
        "pool",
        "destination",
        "inet6",
        "invalidated",
        "pending",
        "offload",
        "gre",
        "esp",
        "ipip",
        "no-timeout",
    )
    return mixer.choices(kinds, (26, 30, 8, 8, 12, 6, 1, 4, 1, 2, 1, 1))[0]  # fmt: skip


def _slot(number: int, service: Service, special: str, mixer: random.Random, scene: Scene, own: list[Path]) -> Slot:
    path = mixer.choice(_towards(scene, own, inside=special == "destination"))
    policy, ingress, egress = path.policy, mixer.choice(path.ingress), mixer.choice(path.egress)
    if special in ("gre", "esp", "ipip"):
        tunnel = next(each for each in TUNNELS if each.protocol == special)
        state = "Valid"
        return Slot(number, "inet", tunnel, None, policy.to_zone, policy.to_zone, egress, "", state=state, timeout=None)
    nat, rule, pool = special if special in ("interface", "pool", "destination") else "", "", ""
    if nat in ("interface", "pool"):
        found = _rule(scene, scene.zone_of(ingress), scene.zone_of(egress))
        if found and found.kind in ("interface", "pool"):
            nat, rule, pool = found.kind, found.name, found.pool
        elif found or scene.nat_rules:
            nat = ""  # the configuration translates other traffic only
        elif nat == "pool" or egress in scene.addresses or not scene.addresses:
            rule, pool = ("source-nat-rule", "") if nat == "interface" else ("pool-rule", "src-pool-1")
        else:
            nat = ""  # the interface has no address to translate to
    elif nat:
        rule = "dnat-web"
    if special == "inet6":
        service = PING6 if service.protocol == "icmp" else service
    state = {"invalidated": "Invalidated", "pending": "Pending"}.get(special, "Valid")
    return Slot(
        number,
        "inet6" if special == "inet6" else "inet",
        service,
        policy,
        scene.zone_of(ingress) or policy.from_zone,
        scene.zone_of(egress) or policy.to_zone,
        ingress,
        egress,
        nat,
        pool,
        rule,
        state,
        None if special == "no-timeout" else service.timeout,
        special == "offload",
    )


def _towards(scene: Scene, own: list[Path], inside: bool) -> list[Path]:
    """Traffic to published servers comes from where a default policy set calls it untrust; all else goes there."""
    found = [path for path in own if ("untrust" in path.policy.from_zone) == inside]
    return found or own


def _rule(scene: Scene, source: str, target: str) -> NatRule | None:
    """The NAT rule for traffic between these zones; a rule without zones takes any."""
    return next(
        (rule for rule in scene.nat_rules if rule.from_zone in ("", source) and rule.to_zone in ("", target)), None
    )
