# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Match criteria of access control entries: one form for all that mean the same, and the TCAM fields they need. Pure.

The router rewrites what was typed (`10.1.1.1/32` -> `host 10.1.1.1`, `eq 80` -> `eq www`). Both sides pass through
normal_match(), so it does not matter which form a release prints. What the tables do not know is kept word by word. Letter case
matters in names (VRFs, groups, counters), not in keywords, so only words that the tables have as keywords are folded.
Sources: XRDOCS tutorials "Security ACL on NCS 5500" and "User Defined Key"; port names: the `?` help of IOS XR ACLs.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from .model import Ace, Family

LONGEST = 512  # characters of one entry; more is nothing that a person wrote

PROTOCOLS: Mapping[Family, Mapping[int, str]] = {
    "ipv4": {
        1: "icmp", 2: "igmp", 4: "ipinip", 6: "tcp", 9: "igrp", 17: "udp", 47: "gre", 50: "esp", 51: "ahp", 88: "eigrp",
        89: "ospf", 94: "nos", 103: "pim", 108: "pcp", 132: "sctp",
    },
    "ipv6": {6: "tcp", 17: "udp", 50: "esp", 51: "ahp", 58: "icmpv6", 108: "pcp", 132: "sctp"},
}  # fmt: skip
_KNOWN: Mapping[Family, frozenset[str]] = {
    family: frozenset((family, *(name for table in PROTOCOLS.values() for name in table.values())))
    for family in PROTOCOLS
}
_PORTS_OF_BOTH = {
    7: "echo",
    9: "discard",
    49: "tacacs",
    53: "domain",
    111: "sunrpc",
    496: "pim-auto-rp",
    517: "talk",
    646: "ldp",
}
_PORTS: Mapping[str, Mapping[int, str]] = {
    "tcp": {
        **_PORTS_OF_BOTH, 13: "daytime", 19: "chargen", 20: "ftp-data", 21: "ftp", 22: "ssh", 23: "telnet", 25: "smtp",
        37: "time", 43: "whois", 70: "gopher", 79: "finger", 80: "www", 101: "hostname", 109: "pop2", 110: "pop3",
        113: "ident", 119: "nntp", 179: "bgp", 194: "irc", 512: "exec", 513: "login", 514: "cmd", 515: "lpd", 540: "uucp",
        543: "klogin", 544: "kshell",
    },
    "udp": {
        **_PORTS_OF_BOTH, 37: "time", 42: "nameserver", 67: "bootps", 68: "bootpc", 69: "tftp", 123: "ntp",
        137: "netbios-ns", 138: "netbios-dgm", 139: "netbios-ss", 161: "snmp", 162: "snmptrap", 177: "xdmcp",
        195: "dnsix", 434: "mobile-ip", 500: "isakmp", 512: "biff", 513: "who", 514: "syslog", 520: "rip",
    },
}  # fmt: skip
DSCP: Mapping[int, str] = {
    0: "default", 8: "cs1", 10: "af11", 12: "af12", 14: "af13", 16: "cs2", 18: "af21", 20: "af22", 22: "af23", 24: "cs3",
    26: "af31", 28: "af32", 30: "af33", 32: "cs4", 34: "af41", 36: "af42", 38: "af43", 40: "cs5", 46: "ef", 48: "cs6",
    56: "cs7",
}  # fmt: skip
PRECEDENCE: Mapping[int, str] = {
    0: "routine", 1: "priority", 2: "immediate", 3: "flash", 4: "flash-override", 5: "critical", 6: "internet", 7: "network",
}  # fmt: skip

PORTS: Mapping[str, Mapping[int, str]] = {**_PORTS, "sctp": _PORTS["tcp"]}
# Names of ports that newer releases have beside their number (YANG 7.0.1). All take the number, so that is what is written.
PORT_ALIASES = {"https": 443, "radius": 1812, "radius-acct": 1813, "bfd": 3784}
# Messages of ICMP, by type and code (YANG Cisco-IOS-XR-ipv4-acl-datatypes, -ipv6-acl-datatypes; IOS XR command reference): a type alone
# is the name of the type, with code 0 too where that is its only code.
_ONE_CODE: Mapping[str, Mapping[int, str]] = {
    "icmp": {
        0: "echo-reply", 4: "source-quench", 6: "alternate-address", 8: "echo", 9: "router-advertisement",
        10: "router-solicitation", 13: "timestamp-request", 14: "timestamp-reply", 15: "information-request",
        16: "information-reply", 17: "mask-request", 18: "mask-reply", 30: "traceroute", 31: "conversion-error",
        32: "mobile-redirect",
    },
    "icmpv6": {
        2: "packet-too-big", 128: "echo", 129: "echo-reply", 133: "router-solicitation", 134: "router-advertisement",
        135: "nd-ns", 136: "nd-na", 137: "redirect",
    },
    "igmp": {
        17: "host-query", 18: "host-report", 19: "dvmrp", 20: "pim", 21: "trace", 22: "v2-report", 23: "v2-leave",
        30: "mtrace-response", 31: "mtrace", 34: "v3-report",
    },
}  # fmt: skip
_CODES: Mapping[str, Mapping[tuple[int, ...], str]] = {
    "icmp": {
        (3,): "unreachable", (3, 0): "net-unreachable", (3, 1): "host-unreachable", (3, 2): "protocol-unreachable",
        (3, 3): "port-unreachable", (3, 4): "packet-too-big", (3, 5): "source-route-failed", (3, 6): "network-unknown",
        (3, 7): "host-unknown", (3, 8): "host-isolated", (3, 9): "dod-net-prohibited", (3, 10): "dod-host-prohibited",
        (3, 11): "net-tos-unreachable", (3, 12): "host-tos-unreachable", (3, 13): "administratively-prohibited",
        (3, 14): "host-precedence-unreachable", (3, 15): "precedence-unreachable", (5,): "redirect", (5, 0): "net-redirect",
        (5, 1): "host-redirect", (5, 2): "net-tos-redirect", (5, 3): "host-tos-redirect", (11,): "time-exceeded",
        (11, 0): "ttl-exceeded", (11, 1): "reassembly-timeout", (12,): "parameter-problem",
        (12, 0): "general-parameter-problem", (12, 1): "option-missing", (12, 2): "no-room-for-option",
    },
    "icmpv6": {
        (1,): "unreachable", (1, 4): "port-unreachable", (3,): "time-exceeded", (3, 0): "ttl-exceeded",
        (3, 1): "reassembly-timeout", (4,): "parameter-problem",
    },
    "igmp": {},
}  # fmt: skip
MESSAGES: Mapping[str, Mapping[tuple[int, ...], str]] = {
    protocol: {
        **_CODES[protocol],
        **{(number,): name for number, name in types.items()},
        **{(number, 0): name for number, name in types.items() if protocol != "igmp"},
    }
    for protocol, types in _ONE_CODE.items()
}

# Messages that the command line has a name for and YANG another one: all take the numbers, so these are what is written.
_NAMED_MESSAGES: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "icmpv6": {
        "no-route": ("1", "0"), "no-admin": ("1", "1"), "administratively-prohibited": ("1", "1"), "beyond-scope": ("1", "2"),
        "destination-unreachable": ("1", "3"), "host-unreachable": ("1", "3"), "header-field": ("4", "0"),
        "router-renumbering": ("138",),
    },
}  # fmt: skip

OPERATORS = {"eq": 1, "gt": 1, "lt": 1, "neq": 1, "range": 2}  # operator -> how many values
_TCP_BITS = ("ack", "fin", "psh", "rst", "syn", "urg")
TCP_FLAGS = frozenset({"established", *_TCP_BITS, "match-any", "match-all", "match-none"})
# option with a value -> names of its numbers
_VALUED: Mapping[str, Mapping[int, str]] = {"dscp": DSCP, "precedence": PRECEDENCE, "packet-length": {}, "ttl": {}}
# Those of them of which `eq` says nothing: `dscp eq ef` and `dscp ef` set the same operator in YANG.
_WITHOUT_EQ = ("dscp", "precedence")
# Options of which none depends on the place of another, in the order of the command reference.
_PLACES = {
    word: place
    for place, word in enumerate((
        "established", "match-all", "match-any", "match-none", *_TCP_BITS, "precedence", "dscp", "fragments", "packet-length",
        "log", "log-input", "ttl", "counter",
    ))
}  # fmt: skip
# The next word is a name or a number, never a keyword.
NAMING = frozenset({"counter", "net-group", "port-group", "police", "vrf", "track"})
# Keywords after the addresses, beside those of the tables above (`?` help of IOS XR ACLs; types of ICMP, IGMP).
_KEYWORDS = frozenset({
    "log", "log-input", "fragments", "fragment-type", "fragment-offset", "dont-fragment", "first-fragment", "is-fragment",
    "last-fragment", "routing", "authen", "destopts", "hop-by-hop", "icmp-off", "set", "qos-group", "traffic-class",
    "police", "bps", "kbps", "mbps", "gbps", "pps", "priority", "peak-rate", "default", "nexthop1", "nexthop2",
    "nexthop3", "vrf", "track", "ipv4", "ipv6", "counter", "udf", "capture", "any", "host", "net-group", "port-group",
    "administratively-prohibited", "alternate-address", "beyond-scope", "conversion-error", "destination-unreachable",
    "dod-host-prohibited", "dod-net-prohibited", "dvmrp", "echo", "echo-reply", "general-parameter-problem",
    "group-query", "header-field", "host-isolated", "host-precedence-unreachable", "host-query", "host-redirect",
    "host-report", "host-tos-redirect", "host-tos-unreachable", "host-unknown", "host-unreachable", "information-reply",
    "information-request", "mask-reply", "mask-request", "mobile-redirect", "mtrace", "mtrace-response", "nd-na", "nd-ns",
    "neighbor-redirect", "net-redirect", "net-tos-redirect", "net-tos-unreachable", "net-unreachable", "network-unknown",
    "no-admin", "no-room-for-option", "no-route", "option-missing", "packet-too-big", "parameter-problem", "pim",
    "port-unreachable", "precedence-unreachable", "protocol-unreachable", "reassembly-timeout", "redirect",
    "router-advertisement", "router-renumbering", "router-solicitation", "source-quench", "source-route-failed",
    "time-exceeded", "timestamp-reply", "timestamp-request", "trace", "traceroute", "ttl-exceeded", "unreachable",
    "v2-leave", "v2-report", "v3-report",
})  # fmt: skip
# option -> the TCAM field that it needs (XRDOCS UDK, names of `hw-module profile tcam format access-list`)
_FIELDS: Mapping[Family, Mapping[str, str]] = {
    "ipv4": {
        "dscp": "precedence", "precedence": "precedence", "packet-length": "packet-length", "ttl": "ttl-match",
        "fragments": "frag-bit", "fragment-type": "frag-bit", "fragment-offset": "frag-bit",
    },
    "ipv6": {
        "dscp": "traffic-class", "precedence": "traffic-class", "packet-length": "payload-length", "ttl": "ttl-match",
        "fragments": "frag-bit",
    },
}  # fmt: skip
_PROTOCOL_FIELD: Mapping[Family, str] = {"ipv4": "proto", "ipv6": "next-hdr"}
WITH_PORTS = ("tcp", "udp", "sctp")
_PLAIN = re.compile(r"[A-Za-z0-9 ./:,_+*()%@#=<>;&'\[\]{}~^$-]+")
_REMARK = re.compile(r"[ -~]+")
_NUMBER = re.compile(r"[0-9]{1,10}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Match:
    """The parts of a match text, each as normal words; empty where it has none. options: one tuple per option.

    Where it begins with no known protocol, all its words are options, as they are.
    """

    protocol: str
    source: tuple[str, ...]
    source_port: tuple[str, ...]
    destination: tuple[str, ...]
    destination_port: tuple[str, ...]
    options: tuple[tuple[str, ...], ...]

    def __str__(self) -> str:
        ends = (*self.source, *self.source_port, *self.destination, *self.destination_port)
        words = (self.protocol, *ends, *(word for option in self.options for word in option))
        return " ".join(word for word in words if word)


def normal_match(family: Family, text: str) -> str:
    """The one form of a match text: ``UDP 10.1.1.1/32 any eq 53`` -> ``udp host 10.1.1.1 any eq domain``.

    Raises ValueError, with the reason, for what could not be one entry: empty, control characters, ``!``, ``?``.
    """
    words = _checked(text, _PLAIN)
    for reserved in ("udf", "capture"):
        if reserved in (
            word.lower() for before, word in zip(["", *words], words, strict=False) if before.lower() not in NAMING
        ):
            raise ValueError(f"{reserved!r} does not belong in a match text; it has a key of its own")
    if words[0].lower() in ("permit", "deny", "remark"):
        raise ValueError(f"{words[0]!r} does not belong in a match text; give it as action")
    return str(parsed_match(family, " ".join(words)))


def normal_remark(text: str) -> str:
    """A remark with single blanks. Raises ValueError for what could not be one."""
    words = _checked(text, _REMARK)
    if words[0].startswith("!"):
        raise ValueError("a remark must not begin with '!'")
    return " ".join(words)


def printed_match(family: Family, text: str) -> str:
    """normal_match for what a router printed: what is strange is kept as it is. Never raises."""
    try:
        return normal_match(family, text)
    except ValueError:
        return " ".join(text.split())


def qualifiers(ace: Ace, family: Family) -> frozenset[str]:
    """The fields of the TCAM key that an entry needs, by their names in a profile. Its UDFs are in ace.udfs.

    ``ttl-match`` means the profile's switch of that name. Empty for a remark.
    """
    if ace.action == "remark":
        return frozenset()
    match = parsed_match(family, " ".join(ace.match.split()))
    found = set()
    if match.protocol and match.protocol != family:
        found.add(_PROTOCOL_FIELD[family])
    if match.source and match.source != ("any",):
        found.add("src-addr")
    if match.destination and match.destination != ("any",):
        found.add("dst-addr")
    if match.source_port:
        found.add("src-port")
    if match.destination_port:
        found.add("dst-port")
    fields = _FIELDS[family]
    for option in match.options:
        if option[0] in fields:
            found.add(fields[option[0]])
        elif option[0] in TCP_FLAGS:
            found.add("tcp-flags")
    return frozenset(found)


def _checked(text: str, allowed: re.Pattern[str]) -> list[str]:
    if not isinstance(text, str) or not text.strip(" "):
        raise ValueError("it must be text and not empty")
    if len(text) > LONGEST:
        raise ValueError(f"it is longer than {LONGEST} characters")
    if "?" in text or not allowed.fullmatch(text):
        strange = next(character for character in text if character == "?" or not allowed.fullmatch(character))
        raise ValueError(f"it must not contain {strange!r}")
    return text.split()


@lru_cache(maxsize=4096)
def parsed_match(family: Family, text: str) -> Match:
    """The parts of a match text with single blanks. Never raises."""
    words = text.split(" ")
    protocol = _protocol(family, words[0])
    if not protocol.isdecimal() and protocol not in _KNOWN[family]:
        return Match("", (), (), (), (), tuple((word,) for word in words))
    at = 1
    ends: list[tuple[str, ...]] = []
    for _end in ("source", "destination"):
        address = _address(family, words[at : at + 2])
        at += _length(family, words[at : at + 2])
        ports = _ports(words[at:], PORTS[protocol]) if protocol in WITH_PORTS else ()
        at += len(ports)
        ends += [address, ports]
    if at < len(words):
        words[at : at + 1] = _NAMED_MESSAGES.get(protocol, {}).get(words[at].lower(), (words[at],))
    message = _message(protocol, words[at:])
    options = (
        *([message] if message else []),
        *_in_order(protocol, _options(words[at + _numbers(protocol, words[at:]) :])),
    )
    return Match(protocol, ends[0], ends[1], ends[2], ends[3], options)


def _protocol(family: Family, word: str) -> str:
    if _NUMBER.fullmatch(word):
        return PROTOCOLS[family].get(int(word), str(int(word)))
    name = word.lower()
    return family if name == "ip" else name


def _length(family: Family, words: list[str]) -> int:
    """How many of the words an address takes: `any` 1, `host A` 2, `A/24` 1, `A WILDCARD` 2."""
    if not words:
        return 0
    first = words[0].lower()
    if first in ("host", "net-group"):
        return len(words)
    if first == "any" or "/" in first or len(words) == 1:
        return 1
    return 2 if _ip(family, words[0]) is not None and _ip(family, words[1]) is not None else 1


def _address(family: Family, words: list[str]) -> tuple[str, ...]:
    """The one form of an address. What is not an address is kept as one word."""
    taken = words[: _length(family, words)]
    if not taken or taken[0].lower() == "any":
        return tuple(word.lower() for word in taken)
    if taken[0].lower() == "net-group":
        return ("net-group", *taken[1:])
    if taken[0].lower() == "host":
        return ("host", *(_spelled(family, word) for word in taken[1:]))
    if len(taken) == 2:
        return _masked(family, taken[0], taken[1])
    try:
        network = ipaddress.ip_network(taken[0], strict=False)
    except ValueError:
        return (taken[0],)
    if network.version != (4 if family == "ipv4" else 6):
        return (taken[0],)
    if "/" not in taken[0] or network.prefixlen == network.max_prefixlen:
        return ("host", str(network.network_address))
    if network.prefixlen == 0:
        return ("any",)
    if family == "ipv6":
        return (str(network),)
    return (str(network.network_address), str(network.hostmask))


def _masked(family: Family, address: str, wildcard: str) -> tuple[str, ...]:
    base, mask = _ip(family, address), _ip(family, wildcard)
    if base is None or mask is None:
        return (address, wildcard)
    every = (1 << base.max_prefixlen) - 1
    if int(mask) == 0:
        return ("host", str(base))
    if int(mask) == every:
        return ("any",)
    if isinstance(base, ipaddress.IPv6Address) and int(mask) & (int(mask) + 1) == 0:  # the wildcard of a prefix
        return (str(ipaddress.IPv6Network((int(base) & ~int(mask) & every, 128 - int(mask).bit_length()))),)
    return (str(type(base)(int(base) & ~int(mask) & every)), str(mask))


def _ip(family: Family, word: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.IPv4Address(word) if family == "ipv4" else ipaddress.IPv6Address(word)
    except ValueError:
        return None


def _spelled(family: Family, word: str) -> str:
    address = _ip(family, word)
    return word if address is None else str(address)


def _values(words: list[str], names: Mapping[int, str]) -> tuple[str, ...]:
    """An operator with its values, `eq 80` -> `eq www`; empty where the words do not begin with one. names: of numbers."""
    if not words:
        return ()
    operator = words[0].lower()
    if operator == "port-group":
        return (operator, *words[1:2])
    count = OPERATORS.get(operator)
    return () if count is None else (operator, *(_named(word, names) for word in words[1 : 1 + count]))


def _ports(words: list[str], names: Mapping[int, str]) -> tuple[str, ...]:
    """Those of newer releases by their number."""
    return tuple(
        str(PORT_ALIASES.get(word.lower(), word)) if place else word for place, word in enumerate(_values(words, names))
    )


def _numbers(protocol: str, words: list[str]) -> int:
    """How many numbers of a message (its type and its code) the words begin with."""
    most = {"icmp": 2, "icmpv6": 2, "igmp": 1}.get(protocol, 0)
    return next((count for count, word in enumerate(words[:most]) if not _NUMBER.fullmatch(word)), len(words[:most]))


def _message(protocol: str, words: list[str]) -> tuple[str, ...]:
    """The name of a message that is given by numbers, `8` -> `echo`; numbers without a name stay. Empty where there are none."""
    key = tuple(map(int, words[: _numbers(protocol, words)]))
    name = MESSAGES[protocol].get(key) if key else None
    return (name,) if name else tuple(map(str, key))


def _named(word: str, names: Mapping[int, str]) -> str:
    if _NUMBER.fullmatch(word):
        return names.get(int(word), str(int(word)))
    return word.lower() if word.lower() in names.values() else word


def _options(words: list[str]) -> list[tuple[str, ...]]:
    found: list[tuple[str, ...]] = []
    at = 0
    while at < len(words):
        word = _folded(words[at])
        rest = words[at + 1 :]
        if word in _VALUED:
            names = _VALUED[word]
            values = _values(rest, names) or tuple(_named(value, names) for value in rest[:1])
            at += len(values) + 1
            said = values[1:] if word in _WITHOUT_EQ and values[:1] == ("eq",) and len(values) > 1 else values
            found.append((word, *said))
            continue
        if word in NAMING:
            found.append((word, *rest[:1]))
        else:
            found.append((str(int(word)) if _NUMBER.fullmatch(word) else word,))
        at += len(found[-1])
    return found


def _in_order(protocol: str, options: list[tuple[str, ...]]) -> list[tuple[str, ...]]:
    """In one order, whatever was typed; behind the message of a protocol that has any. Where one is not in the table, what is next to it
    may belong to it, so all keep their places."""
    start = int(protocol in MESSAGES and bool(options) and _place(options[0]) is None)
    if any(_place(option) is None for option in options[start:]):
        return options
    return [*options[:start], *sorted(options[start:], key=lambda option: _place(option) or 0)]


def _place(option: tuple[str, ...]) -> int | None:
    return _PLACES.get(option[0].lstrip("+-"))


def _folded(word: str) -> str:
    """A keyword in lower case, the IPv6 address of a next hop as the router prints it; anything else, which may be a name, as it is. The
    flags of TCP may have a sign: ``+SYN``."""
    if ":" in word:
        return _spelled("ipv6", word)
    small = word.lower()
    is_keyword = small in _KEYWORDS or small in _VALUED or small in OPERATORS or small.lstrip("+-") in TCP_FLAGS
    return small if is_keyword else word
