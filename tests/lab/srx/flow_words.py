# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What may stand behind `show security flow session` and `clear security flow session`, and what it selects.

Filters and ranges: YANG junos-es-rpc-security 24.4R1 (get-flow-session-information). What most filters compare with which wing is
unverified; here prefixes and ports are those of the In wing, an interface is that of either.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from .flows import Session
from .slots import NUMBERS, PROTOCOLS, Slot

LEVELS = ("summary", "brief", "extensive", "pretty", "plugins")
ADD_ONS = (
    "idp", "ssl", "tunnel", "nat", "services-offload", "resource-manager", "application-firewall", "application-traffic-control",
    "security-intelligence", "advanced-anti-malware", "anti-virus", "drop-flow", "content-filtering", "web-filtering",
)  # fmt: skip
_BIG, _WIDE, _SECONDS, _TAG = 2**64 - 1, 2**32 - 1, 100_000, 2**32 - 1
NUMBERS_OF = {  # filter -> smallest and largest value
    "source-port": (1, 65535), "destination-port": (1, 65535), "policy-id": (1, _WIDE), "start-identifier": (1, _BIG), "count": (1, _WIDE),
    "session-identifier": (1, _BIG), "conn-tag": (0, _TAG), "vxlan-vni": (0, 16_777_215), "geneve-vni": (0, 16_777_215),
    "duration-more-than": (1, _SECONDS), "duration-less-than": (1, _SECONDS), "timeout-more-than": (1, _SECONDS),
    "timeout-less-than": (1, _SECONDS), "curr-more-than": (1, _SECONDS), "curr-less-than": (1, _SECONDS),
    "packets-more-than": (1, _BIG), "packets-less-than": (1, _BIG), "bytes-more-than": (1, _BIG), "bytes-less-than": (1, _BIG),
    "nat-port-overload-index": (0, 127),
}  # fmt: skip
CHOICES_OF = {
    "family": ("inet", "inet6"), "session-state": ("warm", "backup", "active-warm"), "plugin-status": ("interested", "ignore"),
    "tunnel-inspection-type": ("vxlan", "gre", "ipip", "geneve"), "session-type": ("HTTP2-parent", "HTTP2-child"),
    "node": ("0", "1", "all", "local", "primary"),
}  # fmt: skip
NAMES_OF = (
    "application", "zone", "interface", "application-firewall-rule-set", "application-traffic-control-rule-set", "dynamic-application",
    "dynamic-application-group", "url-category", "logical-system", "tenant", "vrf-group", "plugin-name", "source-tenant",
    "destination-service", "source-nat-pool", "protocol", "source-prefix", "destination-prefix",
)  # fmt: skip
FLAGS = (
    "root-logical-system",
    "all-logical-systems-tenants",
    "ha-link",
    "old",
    "encrypted",
    "aging",
    "tunnel-info",
    *LEVELS,
    *ADD_ONS,
)
KEYWORDS = (*NUMBERS_OF, *CHOICES_OF, *NAMES_OF, *FLAGS)
ROOT = "root-logical-system"


class Wrong(ValueError):
    """A word that the device does not take; the text is what it prints. at: which word the caret points at, -1: none."""

    def __init__(self, text: str, at: int = -1) -> None:
        super().__init__(text)
        self.at = at


@dataclass(slots=True)
class Query:
    """slot, session: what a session must pass; both lists may be empty. count: 0 is all. node: "" is both."""

    level: str = "brief"
    identifier: int = 0
    start: int = 0
    count: int = 0
    node: str = ""
    backup: bool | None = None
    slot: list[Callable[[Slot], bool]] = field(default_factory=list)
    session: list[Callable[[Session], bool]] = field(default_factory=list)
    filtered: bool = False

    def wants(self, slot: Slot) -> bool:
        return all(test(slot) for test in self.slot)


def parse(words: Sequence[str], paging: bool = True, cluster: bool = False) -> Query:
    """The query of these words, keywords shortened or not. paging: the release knows start-identifier and count.

    Wrong: a word that is no filter, a value out of its range, a value missing.
    """
    query = Query()
    at = 0
    while at < len(words):
        name = _keyword(words[at], at, paging, cluster)
        at += 1
        if name in FLAGS:
            _flag(query, name)
            continue
        if at >= len(words):
            raise Wrong("missing argument.", at)
        _value(query, name, words[at])
        at += 1
    return query


def _keyword(word: str, at: int, paging: bool, cluster: bool) -> str:
    """The keyword that a word is or begins; the exact one wins over longer ones."""
    known = [
        name
        for name in KEYWORDS
        if (paging or name not in ("start-identifier", "count")) and (cluster or name != "node")
    ]
    if word in known:
        return word
    found = [name for name in known if name.startswith(word)]
    if len(found) == 1:
        return found[0]
    raise Wrong(f"'{word}' is ambiguous." if found else "syntax error.", at)


def _flag(query: Query, name: str) -> None:
    if name in LEVELS:
        query.level = name
    elif name in ("old", ROOT, "all-logical-systems-tenants"):
        return
    else:
        query.filtered = True
        query.slot.append(
            {
                "nat": lambda slot: bool(slot.nat),
                "tunnel": lambda slot: slot.tunnel,
                "tunnel-info": lambda slot: slot.tunnel,
                "services-offload": lambda slot: slot.offload,
                "resource-manager": lambda slot: slot.service.plugin == "junos-alg",
                "aging": lambda slot: slot.state == "Invalidated",
                "ssl": lambda slot: slot.service.dynamic == "junos:SSL",
            }.get(name, lambda slot: False)
        )


def _value(query: Query, name: str, text: str) -> None:
    if name in NUMBERS_OF:
        low, high = NUMBERS_OF[name]
        if not re.fullmatch(r"[0-9]{1,20}", text) or not low <= int(text) <= high:
            raise Wrong(
                f"error: Value {text} is not within range ({low}..{high})"
                if text.isdecimal()
                else f"invalid value: {text}"
            )
        _number(query, name, int(text))
    elif name in CHOICES_OF:
        found = [word for word in CHOICES_OF[name] if word == text] or [
            word for word in CHOICES_OF[name] if word.startswith(text)
        ]
        if len(found) != 1:
            raise Wrong(f"syntax error, expecting {' or '.join(CHOICES_OF[name])}.")
        _choice(query, name, found[0])
    elif name in ("source-prefix", "destination-prefix"):
        query.filtered = True
        query.session.append(_prefix("src" if name[0] == "s" else "dst", text))
    else:
        query.filtered = True
        query.slot.append(_named(name, text))


def _number(query: Query, name: str, value: int) -> None:
    if name in ("start-identifier", "count", "session-identifier"):
        setattr(query, {"start-identifier": "start", "session-identifier": "identifier"}.get(name, name), value)
        return
    query.filtered = True
    if name == "policy-id":
        query.slot.append(lambda slot: slot.policy is not None and slot.policy.index == value)
    elif name == "conn-tag":
        query.slot.append(lambda slot: value == 0)
    elif name in ("vxlan-vni", "geneve-vni", "nat-port-overload-index"):
        query.slot.append(lambda slot: False)
    elif name.startswith("timeout-"):
        more = name.endswith("more-than")
        query.slot.append(
            lambda slot: slot.timeout is not None and (slot.timeout > value if more else slot.timeout < value)
        )
    else:
        query.session.append(_compare(name, value))


def _compare(name: str, value: int) -> Callable[[Session], bool]:
    if name == "source-port":
        return lambda session: session.values["sport"] == value
    if name == "destination-port":
        return lambda session: session.values["dport"] == value
    what, _dash, how = name.partition("-")
    keys = {
        "duration": ("duration",),
        "curr": ("left",),
        "packets": ("packets", "bpackets"),
        "bytes": ("bytes", "bbytes"),
    }[what]

    def passes(session: Session) -> bool:
        """Packets and bytes are those of both wings; N/A passes no limit."""
        found = session.values
        total = sum(
            int(found[key])
            for key in keys
            if found[key] != "N/A" and not (key[0] == "b" and key[1] in "pb" and session.slot.tunnel)
        )
        if any(found[key] == "N/A" for key in keys):
            return False
        return total > value if how == "more-than" else total < value

    return passes


def _choice(query: Query, name: str, value: str) -> None:
    if name == "node":
        query.node = value
        return
    query.filtered = True
    if name == "family":
        query.slot.append(lambda slot: slot.family == value)
    elif name == "session-state":
        query.backup = value != "active-warm"
    elif name == "plugin-status":
        query.slot.append(lambda slot: bool(slot.service.plugin) == (value == "interested"))
    elif name == "tunnel-inspection-type":
        query.slot.append(lambda slot: slot.service.protocol == value)
    else:
        query.slot.append(lambda slot: False)


def _named(name: str, text: str) -> Callable[[Slot], bool]:
    if name == "protocol":
        wanted = protocol(text)
        return lambda slot: slot.service.protocol == wanted
    if name == "interface":
        unit = text if "." in text else f"{text}.0"
        return lambda slot: unit in (slot.ingress, slot.egress)
    if name == "zone":
        return lambda slot: text in (slot.from_zone, slot.to_zone)
    if name == "application":
        return lambda slot: (
            bool(slot.service.application) and text in (slot.service.application, slot.service.application[6:])
        )
    if name == "dynamic-application":
        return lambda slot: slot.service.dynamic.lower() in (text.lower(), f"junos:{text.lower()}")
    if name == "dynamic-application-group":
        return lambda slot: text == "junos:web" and slot.service.dynamic in ("junos:HTTP", "junos:SSL")
    if name == "source-nat-pool":
        return lambda slot: slot.pool == text
    if name == "plugin-name":
        return lambda slot: slot.service.plugin == text
    if name in ("logical-system", "tenant"):
        return lambda slot: name == "logical-system" and text == ROOT
    return lambda slot: False


def protocol(text: str) -> str:
    """Name of a protocol by name or number; a number without a name stays one. Wrong: neither."""
    if text in NUMBERS:
        return text
    if text.isdecimal() and int(text) < 256:
        return PROTOCOLS.get(int(text), text)
    raise Wrong(f"invalid value: {text}")


def _prefix(key: str, text: str) -> Callable[[Session], bool]:
    """Junos takes 10/8 for 10.0.0.0/8, and a host without a length."""
    address, slash, length = text.partition("/")
    if re.fullmatch(r"[0-9]{1,3}(\.[0-9]{1,3}){0,2}", address) and slash:
        address += ".0" * (3 - address.count("."))
    try:
        network = ipaddress.ip_network(f"{address}{slash}{length}", strict=False)
    except ValueError:
        raise Wrong(f"invalid prefix: {text}") from None
    first, last, v6 = int(network[0]), int(network[-1]), network.version == 6

    def passes(session: Session) -> bool:
        if (session.slot.family == "inet6") != v6:
            return False
        found = str(session.values[key])
        if v6:
            return first <= int(ipaddress.IPv6Address(found)) <= last
        a, b, c, d = found.split(".")
        return first <= int(a) << 24 | int(b) << 16 | int(c) << 8 | int(d) <= last

    return passes
