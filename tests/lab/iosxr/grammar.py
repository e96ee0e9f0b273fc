# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which configuration lines IOS XR takes, where they belong, and how it prints them: a table of rules a mode.

Syntax of mirroring: YangModels Cisco-IOS-XR-Ethernet-SPAN-cfg and um-monitor-session-cfg, Cisco NCS 5500 guide. What
has nothing to do with mirroring (line, ssh, aaa, routing ...) is taken word by word without being understood.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable, Sequence

from . import aces, names
from .tree import Step
from .words import Cursor, Incomplete, Invalid, choose

CLASSES = ("ethernet", "ipv4", "ipv6", "mpls-ipv4", "mpls-ipv6")
INTERVALS = ("512", "1K", "2K", "4K", "8K", "16K", "2", "4", "8", "16", "32", "64", "128", "256")
QUALIFIERS = {
    "ipv4": ("src-addr", "dst-addr", "src-port", "dst-port", "proto", "tcp-flags", "packet-length", "frag-bit", "precedence",
             "port-range"),
    "ipv6": ("src-addr", "dst-addr", "src-port", "dst-port", "next-hdr", "payload-length", "tcp-flags", "traffic-class"),
}  # fmt: skip
PROFILE_FLAGS = ("enable-capture", "enable-set-ttl", "ttl-match", "interface-based", "common-acl")

_SESSION_NAME = re.compile(r"[\x21-\x7e]{1,79}")
_ACL_NAME = re.compile(r"[\x21-\x7e]{1,64}")
_ACL_REFERENCE = re.compile(r"[\x21-\x7e]{1,80}")
_UDF_NAME = re.compile(r"[a-zA-Z0-9][-_.:a-zA-Z0-9]{0,15}")
_LOCATION = re.compile(r"\d+/(?:\d+|RS?P\d+)/CPU\d+", re.IGNORECASE)
_WORD = re.compile(r"\S+")

Rule = Callable[[Cursor], Step]

# -- mirroring


# Behind the global `monitor-session`, what is of the whole router and no name (YANG um-monitor-session-cfg 24.4.2, the leaves beside
# its list). That its leaf mirror-interval is one word on the command line is unverified.
_OF_THE_ROUTER = ("router-id", "local-capture-capacity", "default-capture-disable", "mirror-interval")


def _of_the_router(cursor: Cursor, word: str) -> Step:
    """`monitor-session router-id 9`; a negation needs no value."""
    key, line = ("monitor-session router", word), f"monitor-session {word}"
    if word == "default-capture-disable" or (cursor.negate and not cursor.more):
        return Step(key, line)
    if word == "router-id":
        return Step(key, f"{line} {cursor.number(1, 255)}")
    if word == "mirror-interval":
        return Step(key, f"{line} {cursor.keyword(*INTERVALS)}")
    size = cursor.number(1, 4_294_967_295)
    unit = cursor.maybe("kb", "mb", "gb")
    return Step(key, f"{line} {size}{f' {unit}' if unit else ''}")


def _session(cursor: Cursor) -> Step:
    """Global `monitor-session NAME [CLASS]`; what follows belongs to its submode."""
    if cursor.peek().lower() in _OF_THE_ROUTER:
        return _of_the_router(cursor, cursor.word().lower())
    name = cursor.matching(_SESSION_NAME)
    given = cursor.maybe(*CLASSES)
    return Step(("monitor-session", name), f"monitor-session {name} {given or 'ethernet'}", "mon", keep=given is None)


def _attachment(cursor: Cursor) -> Step:
    """`monitor-session NAME [CLASS] [direction D] [port-level]` of an interface, in any order; printed in one."""
    name = cursor.matching(_SESSION_NAME)
    given = cursor.maybe(*CLASSES)
    direction = port_level = ""
    while cursor.more:
        word = cursor.maybe("direction", "port-level")
        if word == "direction" and not direction:
            direction = f" direction {cursor.keyword('rx-only', 'tx-only')}"
        elif word == "port-level" and not port_level:
            port_level = " port-level"
        elif word is None:
            break
        else:
            raise Invalid(cursor.at - 1)
    line = f"monitor-session {name} {given or 'ethernet'}{direction}{port_level}"
    return Step(("monitor-session", name), line, "if-mon")


def _destination(cursor: Cursor) -> Step:
    side = cursor.maybe("rx", "tx") or ""
    key = ("destination", side) if side else ("destination",)
    if cursor.negate and not cursor.more:
        return Step(key, "destination")
    what = cursor.keyword("interface", "pseudowire", "next-hop", "file")
    if cursor.negate and not cursor.more and what not in ("pseudowire", "file"):  # those two are whole lines
        return Step(key, "destination")
    words = ["destination", *([side] if side else []), what]
    if what == "interface":
        words.append(cursor.interface())
        if cursor.maybe(
            "erspan-session-id"
        ):  # the word of the leaf in YANG um-monitor-session-cfg; unverified on the command line
            words += ["erspan-session-id", str(cursor.number(1, 65_535))]
    elif what == "next-hop":
        family = cursor.keyword("ipv4", "ipv6")
        words += [family, cursor.ipv4() if family == "ipv4" else cursor.ipv6()]
        if cursor.maybe("vrf"):
            words += ["vrf", cursor.word()]
    elif what == "file":
        while cursor.more:
            option = cursor.keyword("size", "buffer-type", "format")
            words.append(option)
            if option == "size":
                words.append(str(cursor.number(1, 16_777_216)))
            else:
                words.append(cursor.keyword("linear") if option == "buffer-type" else cursor.keyword("pcapng"))
    return Step(("destination", side), " ".join(words))


def _mirror(cursor: Cursor) -> Step:
    what = cursor.keyword("first", "interval")
    if cursor.negate and not cursor.more:
        return Step(("mirror", what), f"mirror {what}")
    value = str(cursor.number(1, 10_000)) if what == "first" else cursor.keyword(*INTERVALS)
    return Step(("mirror", what), f"mirror {what} {value}")


def _numbered(word: str, low: int, high: int) -> Rule:
    def rule(cursor: Cursor) -> Step:
        value = "" if cursor.negate and not cursor.more else f" {cursor.number(low, high)}"
        return Step((word,), word + value)

    return rule


def _rate_limit(cursor: Cursor) -> Step:
    side = cursor.keyword("rx", "tx")
    value = "" if cursor.negate and not cursor.more else f" {cursor.number(1, 4_294_967_295)}"
    return Step(("rate-limit", side), f"rate-limit {side}{value}")


def _inject(cursor: Cursor) -> Step:
    value = "" if cursor.negate and not cursor.more else f" {cursor.interface()}"
    return Step(("inject-interface",), f"inject-interface{value}")


def _acl(cursor: Cursor) -> Step:
    """`acl [ipv4 | ipv6] [NAME] [merge-group N [priority N]]` (YANG um-monitor-session-cfg from 7.8.1 on; a priority needs a group)."""
    if not cursor.more:
        return Step(("acl",), "acl")
    family = cursor.peek() if cursor.peek() in ("ipv4", "ipv6") else ""
    words = ["acl"]
    if family:
        words.append(cursor.word())
        if cursor.negate and not cursor.more:
            return Step(("acl", family), f"acl {family}")
    if family or cursor.peek() != "merge-group":
        words.append(cursor.matching(_ACL_REFERENCE))
    if cursor.maybe("merge-group"):
        words += ["merge-group", str(cursor.number(1, 65_535))]
        if cursor.maybe("priority"):
            words += ["priority", str(cursor.number(1, 65_535))]
    return Step(("acl", family), " ".join(words))


# -- access lists, UDFs, profiles


_OTHER_GLOBAL_IP = (
    "netmask-format",
    "virtual",
    "prefix-list",
    "assembler",
    "conflict-policy",
    "nd",
    "path-mtu-discovery",
    "hop-limit",
)


def _access_list(family: str) -> Rule:
    def rule(cursor: Cursor) -> Step:
        if cursor.peek() in _OTHER_GLOBAL_IP:
            return _generic(cursor, cursor.at - 1)
        cursor.keyword("access-list")
        name = cursor.matching(_ACL_NAME)
        return Step((f"{family} access-list", name), f"{family} access-list {name}", f"{family}-acl")

    return rule


def _entry(family: str) -> Rule:
    """An entry of an access list, with or without its number (the cursor stands behind the first word)."""

    def rule(cursor: Cursor) -> Step:
        cursor.at -= 1
        if cursor.peek().isdecimal():
            number = cursor.number(1, 2_147_483_644)
            if cursor.negate and not cursor.more:
                return Step(("ace", number), str(number))
            return Step(("ace", number), f"{number} {aces.normalised(cursor, family)}")
        line = aces.normalised(cursor, family)
        return Step(("text",), line) if cursor.negate else Step(("ace", 0), line)

    return rule


def _udf(cursor: Cursor) -> Step:
    name = cursor.matching(_UDF_NAME)
    if cursor.negate and not cursor.more:
        return Step(("udf", name), f"udf {name}")
    cursor.keyword("header")
    header, layer = cursor.keyword("outer", "inner"), cursor.keyword("l2", "l3", "l4")
    cursor.keyword("offset")
    offset = cursor.number(0, 63)
    cursor.keyword("length")
    return Step(("udf", name), f"udf {name} header {header} {layer} offset {offset} length {cursor.number(1, 4)}")


_PROFILE_PATH = ("profile", "tcam", "format", "access-list")


def _hw_module(cursor: Cursor) -> Step:
    start = cursor.at
    for word in _PROFILE_PATH:
        if choose(cursor.peek(), (word,)) is None:
            cursor.at = start
            return _generic(cursor, start - 1)
        cursor.word()
    family = cursor.keyword("ipv4", "ipv6")
    words: list[str] = []
    slots: set[str] = set()  # a UDF may be called as a slot is
    location = ""
    while cursor.more:
        at = cursor.at
        word = cursor.word()
        if re.fullmatch(r"udf[1-8]", word) and word not in slots:
            slots.add(word)
            words += [word, cursor.matching(_UDF_NAME)]
        elif word == "location":
            location = cursor.matching(_LOCATION).upper()
        else:
            found = choose(word, (*QUALIFIERS[family], *PROFILE_FLAGS))
            if found is None or found in words:
                raise Invalid(at)
            words.append(found)
    if not words and not cursor.negate:
        raise Incomplete
    key = ("hw-module tcam", family, location) if location or not cursor.negate else ("hw-module tcam", family)
    line = " ".join(["hw-module", *_PROFILE_PATH, family, *words, *(["location", location] if location else [])])
    return Step(key, line)


# -- interfaces


def _interface(cursor: Cursor) -> Step:
    pre = "preconfigure " if cursor.maybe("preconfigure") else ""
    name = cursor.interface()
    l2 = ""
    if names.is_sub(name) and cursor.maybe("l2transport"):
        l2 = " l2transport"
    return Step(("interface", name), f"interface {pre}{name}{l2}", "subif" if names.is_sub(name) else "if", keep=not l2)


def _ipv4(cursor: Cursor) -> Step:
    what = cursor.word()
    if what == "address":
        return _ipv4_address(cursor)
    if what == "access-group":
        return _access_group(cursor, "ipv4")
    if what == "unnumbered":
        value = "" if cursor.negate and not cursor.more else f" {cursor.interface()}"
        return Step(("ipv4 address", "unnumbered"), f"ipv4 unnumbered{value}")
    cursor.at -= 1
    return _keyed(cursor, "ipv4", 2)


def _ipv4_address(cursor: Cursor) -> Step:
    if cursor.negate and not cursor.more:
        return Step(("ipv4 address",), "ipv4 address")
    text = cursor.word()
    try:
        parsed = ipaddress.IPv4Interface(text if "/" in text else f"{text}/{cursor.word()}")
    except ValueError:
        raise Invalid(cursor.at - 1) from None
    secondary = " secondary" if cursor.maybe("secondary") else ""
    key = ("ipv4 address", str(parsed.ip)) if secondary else ("ipv4 address", "")
    return Step(key, f"ipv4 address {parsed.ip} {parsed.netmask}{secondary}")


def _ipv6(cursor: Cursor) -> Step:
    what = cursor.word()
    if what == "access-group":
        return _access_group(cursor, "ipv6")
    if what == "address":
        if cursor.negate and not cursor.more:
            return Step(("ipv6 address",), "ipv6 address")
        text = cursor.word()
        try:
            value = str(ipaddress.IPv6Interface(text))
        except ValueError:
            raise Invalid(cursor.at - 1) from None
        tail = f" {cursor.rest()}" if cursor.more else ""
        return Step(("ipv6 address", value), f"ipv6 address {value}{tail}")
    cursor.at -= 1
    return _keyed(cursor, "ipv6", 2)


def _access_group(cursor: Cursor, family: str) -> Step:
    common = ""
    if cursor.peek() == "common":
        cursor.word()
        common = f"common {cursor.matching(_ACL_REFERENCE)} "
    name = cursor.matching(_ACL_REFERENCE)
    side = cursor.keyword("ingress", "egress")
    tail = f" {cursor.rest()}" if cursor.more else ""
    return Step((f"{family} access-group", side), f"{family} access-group {common}{name} {side}{tail}")


def _free(word: str, key_words: int, minimum: int = 1) -> Rule:
    """A line of which only the first words identify it: `mtu 9000` (1), `tunnel mode gre ipv4` (2)."""

    def rule(cursor: Cursor) -> Step:
        return _keyed(cursor, word, key_words, minimum)

    return rule


def _keyed(cursor: Cursor, word: str, key_words: int, minimum: int = 1) -> Step:
    given = len(cursor.words) - cursor.at
    if given < minimum and not cursor.negate:
        raise Incomplete
    words = [word, *cursor.words[cursor.at :]]
    cursor.at = len(cursor.words)
    return Step(tuple(words[:key_words]), " ".join(words))


def _mtu(cursor: Cursor) -> Step:
    if cursor.negate and not cursor.more:
        return Step(("mtu",), "mtu")
    return Step(("mtu",), f"mtu {cursor.number(64, 65535)}")


def _tunnel(cursor: Cursor) -> Step:
    what = cursor.keyword(
        "mode", "source", "destination", "ttl", "tos", "dfbit", "key", "bfd", "vrf", "flow-label-encapsulation", "tp"
    )
    if cursor.negate and not cursor.more:
        return Step(("tunnel", what), f"tunnel {what}")
    if what == "source" and not cursor.peek()[:1].isdigit():
        return Step(("tunnel", what), f"tunnel source {cursor.interface()}")
    if what in ("source", "destination"):
        text = cursor.word()
        try:
            value = str(ipaddress.ip_address(text))
        except ValueError:
            raise Invalid(cursor.at - 1) from None
        return Step(("tunnel", what), f"tunnel {what} {value}")
    if what == "mode":
        mode = cursor.keyword("gre", "ipv4", "ipv6", "ipv6ipv4")
        inner = f" {cursor.keyword('ipv4', 'ipv6')}" if mode == "gre" else ""
        tail = f" {cursor.rest()}" if cursor.more else ""
        return Step(("tunnel", what), f"tunnel mode {mode}{inner}{tail}")
    return Step(("tunnel", what), f"tunnel {what} {cursor.rest()}")


def _l2transport(cursor: Cursor) -> Step:
    return Step(("l2transport",), "l2transport", "if-l2")


# -- everything else, taken as it is

# Word that opens a submode -> how the prompt goes on; inside a submode that is not understood.
_OPENERS = {"address-family": "afi", "vrf": "vrf", "xconnect": "xc", "p2p": "p2p", "neighbor": "nbr", "bridge": "bg",
            "bridge-domain": "bd", "area": "ar", "interface": "if"}  # fmt: skip
# Global word -> (words of its key, submode or None); 0 = the whole line is the key
_GLOBAL = {
    "hostname": (1, None), "clock": (2, None), "logging": (0, None), "service": (0, None), "telnet": (0, None),
    "domain": (0, None), "taskgroup": (2, "tg"), "usergroup": (2, "ug"), "username": (2, "un"), "aaa": (0, None),
    "vrf": (2, "vrf"), "line": (2, "line"), "vty-pool": (2, None), "snmp-server": (0, None), "ntp": (1, "ntp"),
    "router": (0, "router"), "l2vpn": (1, "l2vpn"), "ssh": (0, None), "tacacs-server": (0, None), "radius-server": (0, None),
    "cdp": (0, None), "lldp": (1, "lldp"), "grpc": (1, "grpc"), "netconf-yang": (0, None), "netconf": (0, None),
    "xml": (0, None), "banner": (2, None), "control-plane": (1, "ctrl"), "mpls": (2, "mpls"), "evpn": (1, "evpn"),
    "segment-routing": (1, "sr"), "multicast-routing": (1, "mcast"), "key": (3, "key"), "object-group": (0, "og"),
    "flow": (0, "flow"), "sampler-map": (2, "sm"), "performance-mgmt": (0, None), "ftp": (0, None), "tftp": (0, None),
    "http": (0, None), "call-home": (1, "call-home"), "dhcp": (2, "dhcp"), "track": (2, "track"), "bfd": (1, "bfd"),
    "lacp": (0, None), "rsvp": (1, "rsvp"), "nsr": (0, None), "fpd": (0, None), "license": (0, None), "alias": (0, None),
    "crypto": (0, None), "ethernet": (0, None), "cef": (0, None), "lpts": (0, None), "rcc": (0, None), "process": (0, None),
    "telemetry": (0, "telemetry"), "policy-map": (0, "pmap"), "class-map": (0, "cmap"), "event": (0, None),
    "onepk": (0, None), "install": (0, None), "fault-manager": (0, None), "icmp": (0, None), "tcp": (0, None),
}  # fmt: skip


def _global(word: str, key_words: int, mode: str | None) -> Rule:
    def rule(cursor: Cursor) -> Step:
        words = [word, *cursor.words[cursor.at :]]
        if len(words) < max(key_words, 1 if mode else 2) and not cursor.negate:
            raise Incomplete
        take = key_words if mode and key_words else len(words)
        cursor.at += take - 1
        if word == "router":
            prompt = "static" if words[1:2] == ["static"] else (words[1] if len(words) > 1 else "router")
            take = 2 if prompt == "static" else len(words)
            cursor.at = cursor.at - len(words) + take if take < len(words) else cursor.at
            return Step(("router", *words[1:take]), " ".join(words[:take]), f"any:{prompt}")
        text = " ".join(words[:take])
        if cursor.negate and not key_words:
            return Step(("text",), text)
        key = (word, *words[1 : key_words or take])
        return Step(key, text, f"any:{mode}" if mode else None)

    return rule


def _generic(cursor: Cursor, start: int, prompt: str = "") -> Step:
    """The rest of the line from start on as one step, whatever it says."""
    text = " ".join(cursor.words[start:])
    cursor.at = len(cursor.words)
    first = cursor.words[start]
    if cursor.negate:
        return Step(("text",), text)
    if prompt and first in _OPENERS and len(cursor.words) - start > 1:
        return Step(("line", text), text, f"any:{prompt}-{_OPENERS[first]}")
    return Step(("line", text), text)


_LISTS = dict.fromkeys(("permit", "deny", "remark"), _entry)
_IN_INTERFACE: dict[str, Rule] = {
    "monitor-session": _attachment, "ipv4": _ipv4, "ipv6": _ipv6, "mtu": _mtu, "tunnel": _tunnel,
    "l2transport": _l2transport, "shutdown": _free("shutdown", 1, 0), "description": _free("description", 1),
    "vrf": _free("vrf", 1), "encapsulation": _free("encapsulation", 1), "rewrite": _free("rewrite", 1),
    "bundle": _free("bundle", 2), "service-policy": _free("service-policy", 2), "load-interval": _free("load-interval", 1),
    "bandwidth": _free("bandwidth", 1), "speed": _free("speed", 1), "duplex": _free("duplex", 1),
    "negotiation": _free("negotiation", 1), "carrier-delay": _free("carrier-delay", 1), "cdp": _free("cdp", 1, 0),
    "lldp": _free("lldp", 9, 0), "lacp": _free("lacp", 9), "dampening": _free("dampening", 1, 0), "flow": _free("flow", 4),
    "logging": _free("logging", 9), "mac-address": _free("mac-address", 1), "arp": _free("arp", 2),
    "ethernet": _free("ethernet", 9), "transceiver": _free("transceiver", 9), "host-routing": _free("host-routing", 1, 0),
    "keepalive": _free("keepalive", 1, 0), "dot1q": _free("dot1q", 2), "mac-accounting": _free("mac-accounting", 9),
    "proxy-arp": _free("proxy-arp", 1, 0), "point-to-point": _free("point-to-point", 1, 0), "mpls": _free("mpls", 9),
    "propagate": _free("propagate", 9), "fec": _free("fec", 1), "frequency": _free("frequency", 9), "loopback": _free("loopback", 1),
}  # fmt: skip
_L2: dict[str, Rule] = {
    "monitor-session": _attachment, "l2protocol": _free("l2protocol", 9), "propagate": _free("propagate", 9),
    "service-policy": _free("service-policy", 2),
}  # fmt: skip
_ROOT: dict[str, Rule] = {word: _global(word, keys, mode) for word, (keys, mode) in _GLOBAL.items()}
_ROOT |= {
    "interface": _interface, "monitor-session": _session, "ipv4": _access_list("ipv4"), "ipv6": _access_list("ipv6"),
    "udf": _udf, "hw-module": _hw_module,
}  # fmt: skip
MODES: dict[str, dict[str, Rule]] = {
    "config": _ROOT, "if": _IN_INTERFACE, "subif": _IN_INTERFACE, "if-l2": _L2,
    "if-mon": {"acl": _acl, "mirror": _mirror},
    "mon": {"destination": _destination, "mirror": _mirror, "inject-interface": _inject, "rate-limit": _rate_limit,
            "discard-class": _numbered("discard-class", 0, 7), "traffic-class": _numbered("traffic-class", 0, 7)},
    "ipv4-acl": {word: _entry("ipv4") for word in _LISTS}, "ipv6-acl": {word: _entry("ipv6") for word in _LISTS},
}  # fmt: skip


def prompt_of(mode: str) -> str:
    """The text between the brackets of the prompt: "config-if-mon"."""
    return "config" if mode == "config" else f"config-{mode.removeprefix('any:')}"


def parse(mode: str, words: Sequence[str], start: int = 0) -> tuple[list[Step], bool]:
    """The steps of one line below mode, and whether it negates. words[start:] is the line, its `no` included.

    Raises Invalid with the index of the word, or Incomplete.
    """
    cursor = Cursor(list(words), start)
    if cursor.peek() == "no":
        cursor.word()
        cursor.negate = True
        if not cursor.more:
            raise Incomplete
    steps: list[Step] = []
    while True:
        step = _step(mode, cursor)
        steps.append(step)
        if not cursor.more:
            return steps, cursor.negate
        if step.mode is None:
            raise Invalid(cursor.at)
        mode = step.mode


def _step(mode: str, cursor: Cursor) -> Step:
    if mode.startswith("any:"):
        return _generic(cursor, cursor.at, mode.removeprefix("any:"))
    rules = MODES[mode]
    at = cursor.at
    word = cursor.word()
    rule = rules.get(word)
    if rule is None and mode.endswith("-acl") and word.isdecimal():
        rule = _entry(mode.removesuffix("-acl"))
    if rule is None:
        found = choose(word, tuple(rules))
        if found is None:
            raise Invalid(at)
        rule = rules[found]
    return rule(cursor)


def steps_of_start_state(parents: list[Step], line: str) -> list[Step]:
    """Lenient parse for a start state: what the grammar does not know stays as it was written."""
    mode = parents[-1].mode if parents else "config"
    try:
        if mode:
            steps, negate = parse(mode, line.split())
            if not negate:
                return [step._replace(keep=False) for step in steps]
    except (Invalid, Incomplete):
        pass
    return [Step(("line", line), line)]
