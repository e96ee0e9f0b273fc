# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Access control entries: syntax, and the form in which IOS XR prints what was typed.

Rewrites follow XRDOCS-ACL and the Cisco guide: masks become wildcards, one address becomes `host`, numbers of well
known protocols and ports become names. Order of the options behind the addresses is unverified.
"""

from __future__ import annotations

import ipaddress
import re

from .words import Cursor, Incomplete, Invalid

PROTOCOLS = {"1": "icmp", "2": "igmp", "6": "tcp", "17": "udp", "47": "gre", "50": "esp", "51": "ahp", "58": "icmpv6",
             "88": "eigrp", "89": "ospf", "103": "pim", "132": "sctp"}  # fmt: skip
_NAMED = (*sorted(set(PROTOCOLS.values())), "ipv4", "ipv6", "ipinip", "nos", "pcp")
_TCP = {20: "ftp-data", 21: "ftp", 22: "ssh", 23: "telnet", 25: "smtp", 43: "whois", 49: "tacacs", 53: "domain", 70: "gopher",
        79: "finger", 80: "www", 109: "pop2", 110: "pop3", 111: "sunrpc", 113: "ident", 119: "nntp", 179: "bgp", 194: "irc",
        512: "exec", 513: "login", 514: "cmd", 515: "lpd", 540: "uucp", 543: "klogin", 544: "kshell", 646: "ldp"}  # fmt: skip
_UDP = {37: "time", 42: "nameserver", 49: "tacacs", 53: "domain", 67: "bootps", 68: "bootpc", 69: "tftp",
        111: "sunrpc", 123: "ntp", 137: "netbios-ns", 138: "netbios-dgm", 161: "snmp", 162: "snmptrap", 177: "xdmcp",
        434: "mobile-ip", 496: "pim-auto-rp", 500: "isakmp", 512: "biff", 513: "who", 514: "syslog", 517: "talk",
        520: "rip", 646: "ldp"}  # fmt: skip
_PORT_NAMES = {name for table in (_TCP, _UDP) for name in table.values()}
_DSCP = {0: "default", 8: "cs1", 10: "af11", 12: "af12", 14: "af13", 16: "cs2", 18: "af21", 20: "af22", 22: "af23", 24: "cs3",
         26: "af31", 28: "af32", 30: "af33", 32: "cs4", 34: "af41", 36: "af42", 38: "af43", 40: "cs5", 46: "ef", 48: "cs6",
         56: "cs7"}  # fmt: skip
_PRECEDENCE = {
    0: "routine",
    1: "priority",
    2: "immediate",
    3: "flash",
    4: "flash-override",
    5: "critical",
    6: "internet",
    7: "network",
}
_MESSAGES: dict[str, dict[tuple[int, ...], str]] = {
    "icmp": {(0,): "echo-reply", (3,): "unreachable", (3, 1): "host-unreachable", (3, 3): "port-unreachable", (8,): "echo",
             (8, 0): "echo", (11,): "time-exceeded", (11, 0): "ttl-exceeded", (13,): "timestamp-request"},
    "icmpv6": {(1,): "unreachable", (2,): "packet-too-big", (128,): "echo", (129,): "echo-reply", (135,): "nd-ns", (136,): "nd-na"},
    "igmp": {(17,): "host-query", (22,): "v2-report", (34,): "v3-report"},
}  # fmt: skip
_COMPARE = ("eq", "gt", "lt", "neq", "range")
_FLAGS = ("established", "ack", "fin", "psh", "rst", "syn", "urg", "match-any", "match-all", "match-none")
_HEX = re.compile(r"0[xX][0-9A-Fa-f]{1,8}|[0-9]{1,10}")
_UDF_NAME = re.compile(r"[a-zA-Z0-9][-_.:a-zA-Z0-9]{0,15}")
_GROUP = re.compile(r"[\x21-\x7e]{1,64}")
_ICMP = re.compile(r"[a-z][a-z0-9-]*")


def normalised(cursor: Cursor, family: str) -> str:
    """The entry behind its number, as printed. Raises Invalid or Incomplete."""
    action = cursor.keyword("permit", "deny", "remark")
    if action == "remark":
        return f"remark {cursor.rest()}"
    protocol = _protocol(cursor, family)
    parts = [action, protocol, _address(cursor, family)]
    parts += _port(cursor, protocol)
    parts.append(_address(cursor, family))
    parts += _port(cursor, protocol)
    return " ".join(parts + _options(cursor, protocol))


def _protocol(cursor: Cursor, family: str) -> str:
    if cursor.peek().isdecimal():
        number = str(cursor.number(0, 255))
        return PROTOCOLS.get(number, number)
    return cursor.keyword(family, *(name for name in _NAMED if name not in ("ipv4", "ipv6")))


def _address(cursor: Cursor, family: str) -> str:
    found = cursor.maybe("any", "host", "net-group")
    if found == "any":
        return "any"
    if found == "net-group":
        return f"net-group {cursor.matching(_GROUP)}"
    if found == "host":
        return f"host {cursor.ipv4() if family == 'ipv4' else cursor.ipv6()}"
    text = cursor.word()
    at = cursor.at - 1
    try:
        if "/" in text:
            return _network(ipaddress.ip_network(text, strict=False), family, at)
        address = ipaddress.ip_address(text)
    except ValueError:
        raise Invalid(at) from None
    if family == "ipv6" or address.version == 6:
        raise Invalid(at)
    wildcard = cursor.ipv4()
    if wildcard == "0.0.0.0":
        return f"host {address}"
    if wildcard == "255.255.255.255":
        return "any"
    kept = int(address) & ~int(ipaddress.IPv4Address(wildcard)) & 0xFFFFFFFF
    return f"{ipaddress.IPv4Address(kept)} {wildcard}"


def _network(network: ipaddress.IPv4Network | ipaddress.IPv6Network, family: str, at: int) -> str:
    if f"ipv{network.version}" != family:
        raise Invalid(at)
    if network.prefixlen == 0:
        return "any"
    if network.prefixlen == network.max_prefixlen:
        return f"host {network.network_address}"
    return f"{network.network_address} {network.hostmask}" if network.version == 4 else str(network)


def _port(cursor: Cursor, protocol: str) -> list[str]:
    if protocol not in ("tcp", "udp", "sctp"):
        return []
    if cursor.maybe("port-group"):
        return ["port-group", cursor.matching(_GROUP)]
    compare = cursor.peek().lower() if cursor.peek().lower() in _COMPARE else None
    if not compare:
        return []
    cursor.word()
    return [compare, *(_port_value(cursor, protocol) for _port in range(2 if compare == "range" else 1))]


def _port_value(cursor: Cursor, protocol: str) -> str:
    if cursor.peek().isdecimal():
        number = cursor.number(0, 65535)
        return {"tcp": _TCP, "udp": _UDP}.get(protocol, {}).get(number, str(number))
    text = cursor.word().lower()
    if text not in _PORT_NAMES:
        raise Invalid(cursor.at - 1)
    return text


def _options(cursor: Cursor, protocol: str) -> list[str]:
    """Match options in the order of entry, then UDF matches, capture, counter, log."""
    match: list[str] = []
    udfs: list[str] = []
    tail: dict[str, str] = {}
    while cursor.more:
        at, typed = cursor.at, cursor.word()
        word = typed.lower()  # keywords have no case; what follows one may be a name, which has
        if word in ("capture", "log", "log-input"):
            tail[word] = word
        elif word == "counter":
            tail["counter"] = f"counter {cursor.matching(_GROUP)}"
        elif word == "udf":
            udfs += ["" if udfs else "udf", cursor.matching(_UDF_NAME), _hex(cursor), _hex(cursor)]
            while _another_udf(cursor):  # the keyword stands once before all of them (Cisco guide)
                udfs += [cursor.matching(_UDF_NAME), _hex(cursor), _hex(cursor)]
        elif word in ("dscp", "precedence"):
            match += [word, _code(cursor, _DSCP if word == "dscp" else _PRECEDENCE)]
        elif word in ("fragments", "routing", "authen", "destopts", "hop-by-hop") or (
            protocol == "tcp" and (word in _FLAGS or word.lstrip("+-") in _FLAGS)
        ):
            match.append(word)
        elif word in (
            "ttl",
            "packet-length",
            "fragment-type",
            "fragment-offset",
            "set",
            "police",
        ):
            match += [word, cursor.word()]
            if match[-1] in (*_COMPARE, "ipv4", "ipv6", "ttl"):
                match += [cursor.word() for _word in range(2 if match[-1] == "range" else 1)]
        elif word in ("nexthop1", "nexthop2", "nexthop3"):
            match += [word, *_next_hop(cursor)]
        elif protocol in _MESSAGES and word.isdecimal():
            match.append(_message(cursor, protocol, at))
        elif protocol in _MESSAGES and _ICMP.fullmatch(word):
            match.append(word)
        else:
            raise Invalid(at)
    return (
        match
        + [word for word in udfs if word]
        + [tail[word] for word in ("counter", "capture", "log", "log-input") if word in tail]
    )


def _message(cursor: Cursor, protocol: str, at: int) -> str:
    """A type, and a code where one follows, by their name (YANG Cisco-IOS-XR-ipv4-acl-datatypes)."""
    cursor.at = at
    numbers = [cursor.number(0, 255)]
    if protocol != "igmp" and cursor.peek().isdecimal():
        numbers.append(cursor.number(0, 255))
    return _MESSAGES[protocol].get(tuple(numbers), " ".join(map(str, numbers)))


def _next_hop(cursor: Cursor) -> list[str]:
    """`[track NAME] [vrf NAME] [ipv4 A | ipv6 A]` (ACL-based forwarding); an address may stand alone."""
    found: list[str] = []
    while cursor.maybe("track", "vrf"):
        found += [cursor.words[cursor.at - 1].lower(), cursor.matching(_GROUP)]
    family = cursor.maybe("ipv4", "ipv6")
    if family == "ipv6":
        return [*found, family, cursor.ipv6()]
    if family or not found or (cursor.peek()[:1].isdigit()):
        return [*found, *([family] if family else []), cursor.ipv4()]
    return found


def _another_udf(cursor: Cursor) -> bool:
    """Whether a name, a value and a mask follow."""
    following = cursor.words[cursor.at : cursor.at + 3]
    return len(following) == 3 and following[0] != "udf" and all(map(_HEX.fullmatch, following[1:]))


def _hex(cursor: Cursor) -> str:
    text = cursor.matching(_HEX)
    return hex(int(text, 16 if text[:2].lower() == "0x" else 10))


def _code(cursor: Cursor, table: dict[int, str]) -> str:
    if cursor.peek().isdecimal():
        number = cursor.number(0, 63 if table is _DSCP else 7)
        return table.get(number, str(number))
    text = cursor.word().lower()
    if text not in table.values():
        raise Invalid(cursor.at - 1)
    return text


# -- what an entry needs of the key of the TCAM


def qualifiers(entry: str, family: str) -> tuple[set[str], list[str]]:
    """(qualifiers of the key, UDFs) that the printed entry uses; none of an entry that cannot be read.

    Source of the words: XRDOCS-UDK.
    """
    try:
        return _needs(Cursor(entry.split()), family)
    except (Invalid, Incomplete):
        return set(), []


def _needs(cursor: Cursor, family: str) -> tuple[set[str], list[str]]:
    if cursor.word() == "remark":
        return set(), []
    needed: set[str] = set()
    protocol = cursor.word()
    if protocol not in ("ipv4", "ipv6"):
        needed.add("proto" if family == "ipv4" else "next-hdr")
    for side in ("src", "dst"):
        if cursor.peek() == "any":
            cursor.word()
        else:
            needed.add(f"{side}-addr")
            first = cursor.word()
            if first in ("host", "net-group") or family == "ipv4":
                cursor.word()
        if cursor.peek() in _COMPARE:
            compare = cursor.word()
            needed.add(f"{side}-port" if compare == "eq" else f"{side}-port|port-range")
            cursor.at += 2 if compare == "range" else 1
    udfs: list[str] = []
    while cursor.more:
        word = cursor.word()
        if word == "udf":
            udfs.append(cursor.word())
            cursor.at += 2
            while _another_udf(cursor):
                udfs.append(cursor.word())
                cursor.at += 2
        elif word in _OPTION_KEY:
            needed.add(_OPTION_KEY[word] if family == "ipv4" else _OPTION_KEY_V6.get(word, _OPTION_KEY[word]))
        elif protocol == "tcp" and word.lstrip("+-") in _FLAGS:
            needed.add("tcp-flags")
    return needed, udfs


_OPTION_KEY = {"dscp": "precedence", "precedence": "precedence", "fragments": "frag-bit",
               "fragment-type": "frag-bit", "packet-length": "packet-length"}  # fmt: skip
_OPTION_KEY_V6 = {"dscp": "traffic-class", "precedence": "traffic-class", "packet-length": "payload-length"}
