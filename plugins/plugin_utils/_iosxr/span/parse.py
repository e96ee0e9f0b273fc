# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Running configuration of IOS XR -> mirroring objects. Pure; never raises; one pass, line by line.

A line of the hierarchical form is the end of a line of the `formal` form, so there is one reader for both: each word
sequence is handed to the reader of the line above it, which gives the reader of what is below it. Where a
line belongs is given by its indentation alone: a `!` inside an interface does not end the interface (capture of NCS 540
7.1.2 and of an ASR 9000).
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from typing import Literal, Protocol, TypeVar

from ..names import UnknownKind, interface_name, kind
from .aces import NAMING, printed_match
from .model import (
    AccessList,
    AccessListKey,
    Ace,
    Binding,
    BindingKey,
    Destination,
    Direction,
    Family,
    Session,
    SessionClass,
    Source,
    SourceKey,
    Span,
    TcamProfile,
    TcamProfileKey,
    Tunnel,
    Udf,
    UdfMatch,
)

LONGEST_LINE = 4096  # characters; the routers' own limit is shorter, so more is garbage
MOST_OTHER = 256  # unknown lines kept of one submode; more is garbage

SESSION_CLASSES: dict[str, SessionClass] = {
    "ethernet": "ethernet", "ipv4": "ipv4", "ipv6": "ipv6", "mpls-ipv4": "mpls-ipv4", "mpls-ipv6": "mpls-ipv6",
}  # fmt: skip
DIRECTIONS: dict[str, Direction] = {"rx-only": "rx-only", "tx-only": "tx-only"}
FAMILIES: dict[str, Family] = {"ipv4": "ipv4", "ipv6": "ipv6"}
HEADERS: dict[str, Literal["outer", "inner"]] = {"outer": "outer", "inner": "inner"}
LAYERS: dict[str, Literal["l2", "l3", "l4"]] = {"l2": "l2", "l3": "l3", "l4": "l4"}
PROFILE_WORDS = ("hw-module", "profile", "tcam", "format", "access-list")
PROFILE_FLAGS = {  # word -> field
    "enable-capture": "enable_capture",
    "enable-set-ttl": "enable_set_ttl",
    "ttl-match": "ttl_match",
    "interface-based": "interface_based",
    "common-acl": "common_acl",
}
SLOTS = tuple(f"udf{number}" for number in range(1, 9))
# A key is a set of fields, so their order says nothing; this is the one of the `?` help (XRDOCS UDK).
_FIELD_ORDER = (
    "src-addr", "dst-addr", "src-port", "dst-port", "proto", "next-hdr", "tcp-flags", "packet-length", "payload-length",
    "frag-bit", "precedence", "traffic-class", "port-range",
)  # fmt: skip
ACL_WORDS = frozenset({"ipv4", "ipv6", "mpls", "merge-group", "priority"})  # after `acl` these are no names
# The words before the id of an ERSPAN session, behind a destination interface. The first is its leaf in YANG um-monitor-session-cfg from
# 7.8.1 on; that the command line has the same word is unverified, so the likely others are read too.
ERSPAN_ID = ("erspan-session-id", "erspan-id", "session-id")
# `monitor-session WORD` is a router-wide setting (YANG um-monitor-session-cfg 24.4.2, the leaves beside its list of sessions; kb, mb
# and gb are words of local-capture-capacity), and `no monitor-session WORD` removes it.
GLOBALS = frozenset({"router-id", "local-capture-capacity", "default-capture-disable", "mirror-interval"})
# The first words of the lines of a session (same model): in the formal form they may follow its name at once.
_SESSION_WORDS = frozenset({
    "destination", "inject-interface", "cloud-span", "discard-class", "traffic-class", "mirror", "drops", "forward-drop",
    "tm-drop", "protocol-capture", "rate-limit",
})  # fmt: skip
NO_LISTS = frozenset({"maximum", "log-update"})  # `ipv4 access-list maximum ...` is no list

# What is printed between configuration lines and belongs to none: it must not end the submode that it interrupts.
NOISE = re.compile(
    r"!|(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun) [A-Z][a-z]{2} +\d+ \d\d:\d\d:\d\d|Building configuration"
    r"|\S+:[A-Z][a-z]{2} +\d+ \d\d:\d\d:\d\d.* %[A-Z]"
)
_PROMPT = re.compile(r"RP/\d+/\w+/CPU\d+:[^#]{0,200}#")
_HEX_OR_NUMBER = re.compile(r"0[xX][0-9A-Fa-f]{1,16}|[0-9]{1,10}", re.ASCII)
_INTEGER = re.compile(r"[0-9]{1,10}", re.ASCII)

Words = list[str]
Submode = TypeVar("Submode", Session, Source, Tunnel)


class Reader(Protocol):
    """Takes the words of one line; gives the reader of the lines under it."""

    def __call__(self, words: Words) -> Reader: ...


def parse(text: str) -> Span:
    """All mirroring that text speaks of: `show running-config` in hierarchical or formal form, or a part of it.

    Prompts, timestamps, `!!` banners, CRLF and pager marks may be in between. Never raises; what it does not know
    inside a submode of its own is kept in ``other``, anything else is passed over.
    """
    collected = _Collected()
    stack: list[tuple[int, Reader]] = []
    for indent, words in _lines(text):
        while stack and stack[-1][0] >= indent:
            stack.pop()
        if not stack and indent:
            continue  # under a line that is not there: what it would mean is unknown
        reader = stack[-1][1] if stack else collected.top
        stack.append((indent, reader(words)))
    return collected.span()


def layer2_interfaces(text: str) -> frozenset[str]:
    """The interfaces of a running configuration in formal form that are configured as l2transport. Never raises."""
    found = set()
    for _indent, words in _lines(text):
        if words[:1] == ["interface"]:
            name = words[2:] if words[1:2] == ["preconfigure"] else words[1:]
            if name[1:2] == ["l2transport"]:
                found.add(printed_interface(name[0]))
    return frozenset(found)


def bundle_members(text: str) -> dict[str, str]:
    """Member -> bundle, of a running configuration in formal form (`interface X bundle id 1 mode active`). Never raises."""
    found = {}
    for _indent, words in _lines(text):
        if words[:1] == ["interface"]:
            name, *rest = words[2:] if words[1:2] == ["preconfigure"] else words[1:]
            if rest[:2] == ["bundle", "id"] and rest[2:3] and _INTEGER.fullmatch(rest[2]):
                member = printed_interface(name)
                found[member] = f"{'Bundle-POS' if kind(member) == 'POS' else 'Bundle-Ether'}{int(rest[2])}"
    return found


def cross_connects(text: str) -> dict[str, str]:
    """Session -> the cross connect that names it (`xconnect group G p2p P`), of a running configuration in formal form. Never raises."""
    found: dict[str, str] = {}
    for _indent, words in _lines(text):
        match words:
            case ["l2vpn", "xconnect", "group", group, "p2p", name, "monitor-session", session, *_]:
                found.setdefault(session, f"xconnect group {group} p2p {name}")
    return found


def _lines(text: str) -> Iterator[tuple[int, Words]]:
    """(indentation, words) of each configuration line."""
    start = 0
    while start < len(text):
        end = text.find("\n", start)
        end = len(text) if end < 0 else end
        if end - start <= LONGEST_LINE:
            line = text[start:end].rstrip()
            if "\t" in line:
                line = line.expandtabs()
            if "--More--" in line:  # the router wipes it with backspaces, then prints the line
                line = line[max(line.rfind("\x08"), line.rfind("\r"), line.rfind("--More--") + 7) + 1 :]
            body = line.lstrip(" ")
            if _PROMPT.match(body):
                yield 0, []
            elif body and body.isprintable() and not NOISE.match(body):
                yield len(line) - len(body), body.split()
        start = end + 1


def _ignored(words: Words) -> Reader:
    return _ignored


class _Collected:
    """What was read so far, and the readers that add to it."""

    def __init__(self) -> None:
        self.sessions: dict[str, Session] = {}
        self.sources: dict[SourceKey, Source] = {}
        self.entries: dict[AccessListKey, dict[int, Ace]] = {}
        self.bindings: dict[BindingKey, Binding] = {}
        self.udfs: dict[str, Udf] = {}
        self.tcam_profiles: dict[TcamProfileKey, TcamProfile] = {}
        self.tunnels: dict[str, Tunnel] = {}
        self.router_id: int | None = None
        self.globals: tuple[str, ...] = ()

    def span(self) -> Span:
        lists = {
            key: AccessList(key.name, key.family, tuple(entries[number] for number in sorted(entries)))
            for key, entries in self.entries.items()
        }
        return Span(
            self.sessions,
            self.sources,
            lists,
            self.bindings,
            self.udfs,
            self.tcam_profiles,
            self.tunnels,
            tuple(sorted(self.globals)),
            self.router_id,
        )

    def top(self, words: Words) -> Reader:
        """A line at the margin."""
        match words:
            case ["monitor-session", name, *rest]:
                if name == "router-id" and (number := _integer(rest, 0)) is not None:
                    self.router_id = number
                    return _ignored
                if self._is_global(name, rest):
                    self.globals = _with(self.globals, printed_global(words))
                    return _ignored
                return self._session(name, rest)
            case ["interface", *rest]:
                return self._interface(rest)
            case [("ipv4" | "ipv6") as family, "access-list", name, *rest] if name not in NO_LISTS:
                key = AccessListKey(FAMILIES[family], name)
                self.entries.setdefault(key, {})
                return _under(lambda words: self._entry(key, words), rest)
            case ["udf", name, *rest]:
                self._udf(name, rest)
            case ["hw-module", *rest] if tuple(words[:5]) == PROFILE_WORDS:
                self._profile(rest[4:])
        return _ignored

    # -- sessions

    def _is_global(self, name: str, rest: Words) -> bool:
        """Whether `monitor-session NAME REST` is a router-wide setting. So is an unknown one, where no session of that name is known and
        neither a class nor a line of a session follows."""
        return name in GLOBALS or bool(
            rest and rest[0] not in SESSION_CLASSES and rest[0] not in _SESSION_WORDS and name not in self.sessions
        )

    def _session(self, name: str, rest: Words) -> Reader:
        session_class = SESSION_CLASSES.get(rest[0]) if rest else None
        if session_class:
            rest = rest[1:]
        session = self.sessions.get(name) or Session(name)
        self.sessions[name] = replace(session, session_class=session_class or session.session_class)
        return _under(lambda words: self._session_line(name, (), words), rest)

    def _session_line(self, name: str, above: tuple[str, ...], words: Words) -> Reader:
        """above: the words of the unknown lines that this one is below."""
        session = self.sessions[name]
        changed = None if above else session_field(session, words)
        path = (*above, *words)[:MOST_OTHER]
        self.sessions[name] = changed or _with_line(session, path)
        return lambda below: self._session_line(name, path, below)

    # -- interfaces

    def _interface(self, words: Words) -> Reader:
        preconfigure = words[:1] == ["preconfigure"]
        words = words[preconfigure:]
        if len(words) > 1 and words[0].replace("-", "").isalpha() and words[1][0].isdigit():
            words = [words[0] + words[1], *words[2:]]
        if not words:
            return _ignored
        name = printed_interface(words[0])
        l2transport = words[1:2] == ["l2transport"]
        if kind(name) == "tunnel-ip" and len(words) == 1:
            self.tunnels.setdefault(name, Tunnel(name, mode=""))
        return _under(
            lambda below: self._interface_line(name, preconfigure, l2transport, below), words[1 + l2transport :]
        )

    def _interface_line(self, name: str, preconfigure: bool, l2transport: bool, words: Words) -> Reader:
        match words:
            case ["monitor-session", session, *rest]:
                return self._source(Source(name, session, "ethernet", l2transport, preconfigure=preconfigure), rest)
            case ["l2transport", *rest] if not l2transport:
                return _under(lambda below: self._interface_line(name, preconfigure, True, below), rest)
            case [("ipv4" | "ipv6") as family, "access-group", *rest]:
                self._binding(name, FAMILIES[family], preconfigure, rest)
                return _ignored
        if kind(name) == "tunnel-ip" and not l2transport:
            return self._tunnel_line(name, (), words)
        return _ignored

    def _binding(self, name: str, family: Family, preconfigure: bool, words: Words) -> None:
        """`NAME ingress [more]`; with `common A [B] ingress` the name is all of these words."""
        for index, word in enumerate(words):
            if index and (word == "ingress" or word == "egress"):
                acl, other = " ".join(words[:index]), " ".join(words[index + 1 :])
                binding = Binding(name, family, acl, "ingress" if word == "ingress" else "egress", other, preconfigure)
                self.bindings[binding.key] = binding
                return

    def _source(self, source: Source, words: Words) -> Reader:
        """source: as far as the header says. An attachment whose lines come one by one (formal) grows."""
        if words and words[0] in SESSION_CLASSES:
            source = replace(source, session_class=SESSION_CLASSES[words[0]])
            words = words[1:]
        key = source.key
        known = self.sources.get(key)
        if known is not None and known.session == source.session:
            source = known
        while words:
            if words[0] == "direction" and words[1:2] and words[1] in DIRECTIONS:
                source = replace(source, direction=DIRECTIONS[words[1]])
                words = words[2:]
            elif words[0] == "port-level":
                source = replace(source, port_level=True)
                words = words[1:]
            else:
                break
        self.sources[key] = source
        return _under(lambda below: self._source_line(key, (), below), words)

    def _source_line(self, key: SourceKey, above: tuple[str, ...], words: Words) -> Reader:
        source = self.sources[key]
        changed = None if above else source_field(source, words)
        path = (*above, *words)[:MOST_OTHER]
        self.sources[key] = changed or _with_line(source, path)
        return lambda below: self._source_line(key, path, below)

    def _tunnel_line(self, name: str, above: tuple[str, ...], words: Words) -> Reader:
        tunnel = self.tunnels.get(name) or Tunnel(name, mode="")
        changed = None if above else tunnel_field(tunnel, words)
        path = (*above, *words)[:MOST_OTHER]
        self.tunnels[name] = changed or _with_line(tunnel, path)
        return lambda below: self._tunnel_line(name, path, below)

    # -- what selects traffic

    def _entry(self, key: AccessListKey, words: Words) -> Reader:
        ace = read_entry(key.family, words)
        if ace:
            self.entries[key][ace.sequence] = ace
        return _ignored

    def _udf(self, name: str, words: Words) -> None:
        match words:
            case ["header", header, layer, "offset", offset, "length", length] if header in HEADERS and layer in LAYERS:
                if _INTEGER.fullmatch(offset) and _INTEGER.fullmatch(length):
                    self.udfs[name] = Udf(name, HEADERS[header], LAYERS[layer], int(offset), int(length))

    def _profile(self, words: Words) -> None:
        if not words or words[0] not in FAMILIES:
            return
        qualifiers, udfs, flags, location = [], {}, {}, None
        rest = words[1:]
        while rest:
            word, value = rest[0], rest[1] if len(rest) > 1 else None
            if value is not None and (word in SLOTS or word == "location"):
                if word == "location":
                    location = value.upper()
                else:
                    udfs[word] = value
                rest = rest[2:]
                continue
            if word in PROFILE_FLAGS:
                flags[PROFILE_FLAGS[word]] = True
            elif word not in qualifiers:
                qualifiers.append(word)
            rest = rest[1:]
        slots = tuple(udfs[slot] for slot in sorted(udfs))
        profile = TcamProfile(FAMILIES[words[0]], in_order(qualifiers), slots, location=location, **flags)
        self.tcam_profiles[profile.key] = profile


def in_order(fields: Iterable[str]) -> tuple[str, ...]:
    """The fields of a TCAM key in their one order; unknown ones after, by name."""
    return tuple(sorted(fields, key=lambda field: (_FIELD_ORDER.index(field) if field in _FIELD_ORDER else 99, field)))


def _under(reader: Reader, rest: Words) -> Reader:
    """The reader of a header line; rest: what the formal form has on the same line."""
    return reader(rest) if rest else reader


def _with(lines: tuple[str, ...], line: str) -> tuple[str, ...]:
    """Further lines of a block, each once and not without end. What is not configuration at the margin (comment, prompt) is not here either."""
    passed_over = line in lines or NOISE.match(line) or _PROMPT.match(line)
    return lines if passed_over or len(lines) >= MOST_OTHER or len(line) > LONGEST_LINE else (*lines, line)


def _with_line(thing: Submode, path: tuple[str, ...]) -> Submode:
    """A thing with one more line that no field knows; where it begins as one that a field knows, the field has its value."""
    line = " ".join(path)
    other = _with(thing.other, line)
    thing = replace(thing, other=other)
    return begun(thing, line) if line in other else thing


def begun(thing: Submode, line: str) -> Submode:
    """A thing with what the first words of an unknown line say, as far as a field knows them: `acl ipv4 C4 merge-group 5 priority 3` names
    the access list C4, whatever stands behind it."""
    words = line.split()
    for end in range(len(words) - 1, 0, -1):
        if (
            words[end - 1 : end + 1] == ["acl", "mpls"] or words[end] == "secondary"
        ):  # an ACL of another kind; another address
            return thing
        found = _field(thing, words[:end])
        if found is not None:
            return found
    return thing


def blank(thing: Submode) -> Submode:
    """A thing of the same kind with no lines."""
    if isinstance(thing, Session):
        return Session(thing.name)
    return Source(thing.interface, thing.session) if isinstance(thing, Source) else Tunnel(thing.name, mode="")


def _field(thing: Submode, words: Words) -> Submode | None:
    if isinstance(thing, Session):
        return session_field(thing, words)
    return source_field(thing, words) if isinstance(thing, Source) else tunnel_field(thing, words)


def printed_interface(text: str) -> str:
    """The full name; a type that the table does not know stays as printed."""
    try:
        return interface_name(text)
    except UnknownKind as unknown:
        return unknown.name
    except ValueError:
        return text


def printed_global(words: Words) -> str:
    """A router-wide setting in the form that the router prints. What is not in the table of them stays word by word."""
    if words[1:2] and words[1].lower() in GLOBALS:
        words = ["monitor-session", *(word.lower() for word in words[1:])]
        if words[1] == "mirror-interval":
            words = [*words[:2], *map(mirror_interval, words[2:])]
    return " ".join(words)


def mirror_interval(text: str) -> str:
    """The word of the router for one packet in so many: ``1k`` and ``1024`` -> ``1K``, ``0512`` -> ``512``. Others as they are."""
    number = text[:-1] if text[-1:] in ("k", "K") else text
    if not _INTEGER.fullmatch(number):
        return text
    packets = int(number) * (1024 if number != text else 1)
    return f"{packets // 1024}K" if packets >= 1024 and packets % 1024 == 0 else str(packets)


def _integer(words: Words, at: int) -> int | None:
    """The last word of a line, where it is a number."""
    return int(words[at]) if len(words) == at + 1 and _INTEGER.fullmatch(words[at]) else None


def session_field(session: Session, words: Words) -> Session | None:
    """The session with what a line of its submode says; None for an unknown line."""
    number = _integer(words, len(words) - 1)
    match words:
        case ["destination", ("rx" | "tx") as side, *rest] if destination := _destination(rest):
            return (
                replace(session, rx_destination=destination)
                if side == "rx"
                else replace(session, tx_destination=destination)
            )
        case ["destination", *rest] if destination := _destination(rest):
            return replace(session, destination=destination)
        case ["mirror", "first", _] if number is not None:
            return replace(session, mirror_first=number)
        case ["mirror", "interval", interval]:
            return replace(session, mirror_interval=mirror_interval(interval))
        case ["discard-class", _] if number is not None:
            return replace(session, discard_class=number)
        case ["traffic-class", _] if number is not None:
            return replace(session, traffic_class=number)
        case ["inject-interface", *rest] if rest:
            return replace(session, inject_interface=printed_interface(" ".join(rest))) if len(rest) == 1 else None
        case ["rate-limit", "rx", _] if number is not None:
            return replace(session, rate_limit_rx=number)
        case ["rate-limit", "tx", _] if number is not None:
            return replace(session, rate_limit_tx=number)
    return None


def _destination(words: Words) -> Destination | None:
    match words:
        case ["interface", *name, word, number] if name and word in ERSPAN_ID and _INTEGER.fullmatch(number):
            where = _destination(["interface", *name])
            return replace(where, erspan_session_id=int(number)) if where else None
        case ["interface", name]:
            return Destination(interface=printed_interface(name))
        case ["interface", name, number] if number[0].isdigit():
            return Destination(interface=printed_interface(name + number))
        case ["next-hop", ("ipv4" | "ipv6"), address]:
            return Destination(next_hop=_address(address))
        case ["next-hop", ("ipv4" | "ipv6"), address, "vrf", vrf]:
            return Destination(next_hop=_address(address), vrf=vrf)
        case ["pseudowire"]:
            return Destination(pseudowire=True)
        case ["file", *rest]:
            return Destination(file=" ".join(rest))
    return None


def _address(text: str) -> str:
    try:
        return str(ipaddress.ip_address(text))
    except ValueError:
        return text


def source_field(source: Source, words: Words) -> Source | None:
    """The source with what a line of its submode says; None for an unknown line."""
    number = _integer(words, len(words) - 1)
    match words:
        case ["acl"]:
            return replace(source, acl=True)
        case ["acl", "ipv4", name]:
            return replace(source, acl=True, acl_ipv4=name)
        case ["acl", "ipv6", name]:
            return replace(source, acl=True, acl_ipv6=name)
        case ["acl", name] if name not in ACL_WORDS:
            return replace(source, acl=True, acl_name=name)
        case ["mirror", "first", _] if number is not None:
            return replace(source, mirror_first=number)
        case ["mirror", "interval", interval]:
            return replace(source, mirror_interval=mirror_interval(interval))
    return None


def tunnel_field(tunnel: Tunnel, words: Words) -> Tunnel | None:
    """The tunnel with what a line of its interface says; None for an unknown line."""
    match words:
        case ["ipv4", "address", address, *mask] if len(mask) < 2 and (network := _network(address, mask)):
            return replace(tunnel, ipv4_address=network)
        case ["ipv4", "unnumbered", name]:
            return replace(tunnel, ipv4_unnumbered=printed_interface(name))
        case ["tunnel", "mode", *mode] if mode:
            return replace(tunnel, mode=" ".join(mode))
        case ["tunnel", "source", name]:
            return replace(tunnel, source=printed_interface(_address(name)))
        case ["tunnel", "destination", address]:
            return replace(tunnel, destination=_address(address))
        case ["shutdown"]:
            return replace(tunnel, shutdown=True)
    return None


def _network(address: str, mask: Words) -> str | None:
    """``15.1.1.1 255.255.255.0`` or ``15.1.1.1/24`` -> ``15.1.1.1/24``."""
    try:
        return str(ipaddress.IPv4Interface("/".join((address, *mask)))) if mask or "/" in address else None
    except ValueError:
        return None


def read_entry(family: Family, words: Words) -> Ace | None:
    """One entry as the router prints it: ``10 permit udp any any udf udf1 0x1 0xff capture``. None when it is not an entry."""
    if len(words) < 3 or not _INTEGER.fullmatch(words[0]):
        return None
    sequence = int(words[0])
    match words[1]:
        case "remark":
            return Ace(sequence, "remark", " ".join(words[2:]))
        case ("permit" | "deny") as action:
            rest, udfs, capture = _options(words[2:])
            if rest:
                match = printed_match(family, " ".join(rest))
                return Ace(sequence, "permit" if action == "permit" else "deny", match, udfs, capture)
    return None


def _options(words: Words) -> tuple[Words, tuple[UdfMatch, ...], bool]:
    """The words of the match itself, the UDF matches and whether `capture` is there."""
    rest: Words = []
    udfs: list[UdfMatch] = []
    capture = False
    at = 0
    while at < len(words):
        word = words[at]
        if word in NAMING:
            rest += words[at : at + 2]
            at += 2
        elif word == "capture":
            capture = True
            at += 1
        elif word == "udf" and _is_udf(words, at + 1):
            at += 1
            while _is_udf(words, at) or (words[at : at + 1] == ["udf"] and _is_udf(words, at + 1)):
                at += not _is_udf(words, at)
                udfs.append(UdfMatch(words[at], _value(words[at + 1]), _value(words[at + 2])))
                at += 3
        else:
            rest.append(word)
            at += 1
    return rest, tuple(udfs), capture


def _value(word: str) -> int:
    return int(word, 16) if word[:2] in ("0x", "0X") else int(word)


def _is_udf(words: Words, at: int) -> bool:
    """NAME VALUE MASK."""
    values = words[at + 1 : at + 3]
    return len(values) == 2 and all(_HEX_OR_NUMBER.fullmatch(value) for value in values)
