# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the configuration of a firewall says about its traffic: zones, addresses, policies, NAT, where logs go."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

_WORD = re.compile(r'"((?:[^"\\]|\\.)*)"|(\S+)')
FIRST_POLICY_ID = 4  # the first policy of a configuration; 2 is the default policy (captures: default-policy/2, SG/4)
LOG_PORT = 514


GLOBAL = "junos-global"
"""Both zones of a global policy."""


@dataclass(frozen=True, slots=True)
class Policy:
    """action: permit | deny | reject. init, close: what it logs. index: the number behind its name in a session."""

    from_zone: str
    to_zone: str
    name: str
    index: int
    action: str = "permit"
    init: bool = False
    close: bool = False

    @property
    def label(self) -> str:
        return f"{self.name}/{self.index}"


@dataclass(frozen=True, slots=True)
class NatRule:
    """kind: interface | pool | off. pool: its name, for kind pool."""

    from_zone: str
    to_zone: str
    name: str
    kind: str
    pool: str = ""


@dataclass(frozen=True, slots=True)
class Stream:
    """A `security log stream`. layout: sd-syslog | syslog | binary | welf."""

    name: str
    host: str
    port: int
    layout: str


@dataclass(slots=True)
class Scene:
    """zones: name -> its interfaces. addresses, addresses6: interface -> own addresses with their lengths. pools: NAT pool -> first address."""

    zones: dict[str, list[str]] = field(default_factory=dict)
    addresses: dict[str, list[str]] = field(default_factory=dict)
    addresses6: dict[str, list[str]] = field(default_factory=dict)
    policies: list[Policy] = field(default_factory=list)
    nat_rules: list[NatRule] = field(default_factory=list)
    pools: dict[str, str] = field(default_factory=dict)
    log_mode: str = ""
    streams: list[Stream] = field(default_factory=list)

    def zone_of(self, interface: str) -> str:
        return next((zone for zone, members in self.zones.items() if interface in members), "")


def split(line: str) -> list[str]:
    """Words of a `set` line; quotes and the backslashes inside them are taken off."""
    return [
        re.sub(r"\\(.)", r"\1", match[1]) if match[1] is not None else match[2]
        for match in _WORD.finditer(line)
    ]  # fmt: skip


def read(lines: Iterable[str]) -> Scene:
    """From `set` lines without the word `set`, as `interfaces ge-0/0/0 unit 0 family inet address 10.0.0.1/24`."""
    scene = Scene()
    policies: dict[tuple[str, str, str], dict[str, object]] = {}
    streams: dict[str, dict[str, str]] = {}
    rules: dict[tuple[str, str], list[str]] = {}
    sides: dict[tuple[str, str], str] = {}
    for words in map(split, lines):
        match words:
            case ["interfaces", port, "unit", unit, "family", ("inet" | "inet6") as family, "address", address, *_rest]:
                own = scene.addresses if family == "inet" else scene.addresses6
                own.setdefault(f"{port}.{unit}", []).append(address)
            case ["security", "zones", "security-zone", zone, *rest]:
                members = scene.zones.setdefault(zone, [])
                if rest[:1] == ["interfaces"] and len(rest) > 1 and _unit(rest[1]) not in members:
                    members.append(_unit(rest[1]))
            case ["security", "policies", "from-zone", source, "to-zone", target, "policy", name, *rest]:
                _policy(policies.setdefault((source, target, name), {}), rest)
            case ["security", "policies", "global", "policy", name, *rest]:
                _policy(policies.setdefault((GLOBAL, GLOBAL, name), {}), rest)
            case ["security", "nat", "source", "rule-set", rule_set, ("from" | "to") as side, "zone", zone, *_rest]:
                sides.setdefault((rule_set, side), zone)
            case ["security", "nat", "source", "rule-set", rule_set, "rule", name, "then", "source-nat", *rest]:
                rules[rule_set, name] = rest
            case ["security", "nat", "source", "pool", name, "address", address, *_rest]:
                scene.pools.setdefault(name, address.partition("/")[0])
            case ["security", "log", "mode", mode]:
                scene.log_mode = mode
            case ["security", "log", "stream", name, *rest]:
                _stream(streams.setdefault(name, {}), rest)
            case ["security", "log", "format", layout]:
                streams.setdefault("", {})["format"] = layout
            case _:
                pass
    scene.policies = list(_policies(policies))
    default = streams.pop("", {}).get("format", "syslog")
    scene.streams = [
        Stream(name, values["host"], _port(values.get("port", "")), values.get("format", default))
        for name, values in streams.items()
        if "host" in values
    ]
    for (rule_set, name), then in rules.items():
        scene.nat_rules.append(
            NatRule(
                sides.get((rule_set, "from"), ""),
                sides.get((rule_set, "to"), ""),
                name,
                then[0] if then else "off",
                then[1] if len(then) > 1 else "",
            )
        )
    return scene


def _unit(interface: str) -> str:
    return interface if "." in interface else f"{interface}.0"


def _policy(found: dict[str, object], rest: list[str]) -> None:
    match rest:
        case ["then", ("permit" | "deny" | "reject") as action, *_rest]:
            found["action"] = action
        case ["then", "log", *what]:
            found["init"] = found.get("init", False) or "session-init" in what
            found["close"] = found.get("close", False) or "session-close" in what
        case ["match", "from-zone", zone]:
            found["from"] = zone
        case ["match", "to-zone", zone]:
            found["to"] = zone
        case _:
            pass


def _policies(found: dict[tuple[str, str, str], dict[str, object]]) -> Iterator[Policy]:
    for index, ((source, target, name), values) in enumerate(found.items(), FIRST_POLICY_ID):
        yield Policy(
            str(values.get("from", source)),
            str(values.get("to", target)),
            name,
            index,
            str(values.get("action", "permit")),
            bool(values.get("init")),
            bool(values.get("close")),
        )


def _stream(found: dict[str, str], rest: list[str]) -> None:
    match rest:
        case ["host", "port", port]:
            found["port"] = port
        case ["host", host, "port", port]:
            found["host"], found["port"] = host, port
        case ["host", host]:
            found["host"] = host
        case ["format", layout]:
            found["format"] = layout
        case ["port", port]:
            found["port"] = port
        case _:
            pass


def _port(text: str) -> int:
    return int(text) if text.isdecimal() and 0 < int(text) < 65536 else LOG_PORT


def is_v6(address: str) -> bool:
    """False for what is no address at all."""
    try:
        return ipaddress.ip_interface(address).version == 6
    except ValueError:
        return False
