# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The document (option ``config`` of module iosxr_span) -> mirroring objects and back. Pure.

Every value is checked against the grammar of the device (grammar.py), and every problem is reported at once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, TypeVar

from ..._engine.failures import ValidationFailed
from ..._engine.problems import Problem
from ..names import sort_key
from . import grammar
from .aces import normal_match, normal_remark
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
from .parse import (
    DIRECTIONS,
    FAMILIES,
    HEADERS,
    LAYERS,
    PROFILE_FLAGS,
    SESSION_CLASSES,
    SLOTS,
    in_order,
    session_field,
    source_field,
    tunnel_field,
)

T = TypeVar("T")

Item = Mapping[str, Any]
Check = Callable[[Any], Any]

DOCUMENT_KEYS = ("sessions", "access_lists", "udfs", "tcam_profiles", "tunnels")
_ALL_DIRECTIONS: dict[str, Direction] = {"both": "both", **DIRECTIONS}
_ACTIONS = {"permit": "permit", "deny": "deny", "remark": "remark"}

# field -> how a document's value is checked; the keys of the document are the fields of the model
_DESTINATION: dict[str, Check] = {
    "interface": grammar.interface,
    "next_hop": grammar.address,
    "vrf": grammar.word(32),
    "pseudowire": grammar.boolean,
    "file": grammar.file,
}
_PARTIAL: dict[str, Check] = {
    "mirror_first": grammar.number(1, 65535),
    "mirror_interval": grammar.interval,
}
_SESSION: dict[str, Check] = {
    **_PARTIAL,
    "discard_class": grammar.number(0, 7),
    "traffic_class": grammar.number(0, 7),
    "inject_interface": grammar.interface,
    "rate_limit_rx": grammar.number(1, grammar.LARGEST),
    "rate_limit_tx": grammar.number(1, grammar.LARGEST),
}
_SOURCE: dict[str, Check] = {
    **_PARTIAL,
    "l2transport": grammar.boolean,
    "direction": grammar.one_of(_ALL_DIRECTIONS),
    "port_level": grammar.boolean,
    "acl": grammar.boolean,
    "acl_name": grammar.access_list_name,
    "acl_ipv4": grammar.access_list_name,
    "acl_ipv6": grammar.access_list_name,
    "preconfigure": grammar.boolean,
}
_UDF: dict[str, Check] = {
    "header": grammar.one_of(HEADERS),
    "layer": grammar.one_of(LAYERS),
    "offset": grammar.number(0, 65535),
    "length": grammar.number(1, 65535),
}
_PROFILE_SWITCHES: dict[str, Check] = dict.fromkeys(PROFILE_FLAGS.values(), grammar.boolean)
_TUNNEL: dict[str, Check] = {
    "ipv4_address": grammar.ipv4_interface,
    "ipv4_unnumbered": grammar.interface,
    "mode": grammar.tunnel_mode,  # "" is a tunnel that has none
    "source": grammar.tunnel_source,
    "destination": grammar.address,
    "shutdown": grammar.boolean,
}
_DESTINATIONS = ("destination", "rx_destination", "tx_destination")
_ACL_NAMES = ("acl_name", "acl_ipv4", "acl_ipv6")


INCOMPLETE = "incomplete"  # the rule of what is missing: in state merged the router itself may have it


class DocumentError(ValidationFailed):
    """The document is not one that a router could carry. problems: every one of them.

    span: what could be read of it, without what is wrong; of a source that stands twice in a class, the first.
    """

    def __init__(self, problems: Sequence[Problem], span: Span | None = None) -> None:
        super().__init__(problems)
        self.span = Span() if span is None else span


def from_document(document: Item) -> Span:
    """The objects that a document describes, with defaults for what it leaves out.

    Raises DocumentError with every problem: unknown keys, what the device's grammar does not take, things named twice.
    Those that break a rule of the table have its id; none of these rules can be downgraded.
    Bindings on interfaces come out as ingress bindings without further words, which is all that a document can say.
    """
    reading = _Reading()
    span = reading.span(document)
    if reading.problems:
        raise DocumentError(reading.problems, span)
    return span


def items_of(document: Item, key: str) -> list[Item]:
    """The mappings of a list of a document, whatever else stands there."""
    found = document.get(key) if isinstance(document, Mapping) else None
    return [item for item in found if isinstance(item, Mapping)] if isinstance(found, list | tuple) else []


@dataclass(frozen=True, slots=True)
class Named:
    """What a document names, whatever it says of it. sessions: name -> whether the session itself is meant."""

    sessions: Mapping[str, bool]
    access_lists: frozenset[AccessListKey]
    bindings: frozenset[tuple[str, AccessListKey]]
    udfs: frozenset[str]
    tcam_profiles: frozenset[TcamProfileKey]
    tunnels: frozenset[str]


def named(document: Item) -> Named:
    """The names of a document, for deleting. Raises DocumentError with every one that no router would take."""
    reading = _Reading()
    if not isinstance(document, Mapping):
        raise DocumentError([Problem("document", "config", "must be a mapping")])
    reading.only(document, DOCUMENT_KEYS, "config")
    found = reading.names(document)
    if reading.problems:
        raise DocumentError(reading.problems)
    return found


class _Reading:
    """Collects objects and problems while a document is read."""

    def __init__(self) -> None:
        self.problems: list[Problem] = []

    def say(self, item: str, message: str, remedy: str = "", rule: str = "document") -> None:
        self.problems.append(Problem(rule, item, message, remedy))

    def span(self, document: Item) -> Span:
        if not isinstance(document, Mapping):
            self.say("config", "must be a mapping")
            return Span()
        self.only(document, DOCUMENT_KEYS, "config")
        sessions, sources = self.sessions(document)
        hidden = {source.interface for source in sources.values() if source.preconfigure}
        lists, bindings = self.access_lists(document, hidden)
        return Span(
            sessions,
            sources,
            lists,
            bindings,
            self.udfs(document),
            self.tcam_profiles(document),
            self.tunnels(document),
        )

    # -- the pieces every part is read with

    def only(self, item: Item, keys: tuple[str, ...], place: str) -> None:
        for key in item:
            if key not in keys:
                self.say(place, f"there is no key {str(key)[:40]!r}", f"Known keys: {', '.join(keys)}.")

    def each(self, parent: Item, key: str, place: str = "") -> Iterator[tuple[str, Item]]:
        """(place, mapping) of each element of a list; place counts from 1."""
        for index, item in enumerate(self.list_of(parent, key, place or "config"), 1):
            where = f"{place}.{key}[#{index}]" if place else f"{key}[#{index}]"
            if isinstance(item, Mapping):
                yield where, item
            else:
                self.say(where, "must be a mapping")

    def list_of(self, parent: Item, key: str, place: str) -> list[Any]:
        value = parent.get(key)
        if value is None:
            return []
        if not isinstance(value, list | tuple):
            self.say(f"{place}.{key}", "must be a list")
            return []
        return list(value)

    def value(self, item: Item, key: str, check: Callable[[Any], T], place: str, required: bool = False) -> T | None:
        """The checked value; None when it is left out or wrong (and then it was said)."""
        given = item.get(key)
        if given is None:
            if required:
                self.say(place, f"needs {key}", rule=INCOMPLETE)
            return None
        try:
            return check(given)
        except grammar.BreaksRule as error:
            self.say(f"{place}.{key}", str(error), "Choose a shorter name.", error.rule)
        except ValueError as error:
            self.say(f"{place}.{key}", str(error))
        return None

    def values(self, item: Item, checks: Mapping[str, Check], place: str, required: bool = False) -> dict[str, Any]:
        read = {key: self.value(item, key, check, place, required) for key, check in checks.items()}
        return {key: value for key, value in read.items() if value is not None}

    def others(self, item: Item, known: Callable[[list[str]], object], place: str) -> tuple[str, ...]:
        check = grammar.other_line(known)
        lines = [self.value({"other": line}, "other", check, place) for line in self.list_of(item, "other", place)]
        return tuple(dict.fromkeys(line for line in lines if line is not None))

    def names(self, document: Item) -> Named:
        sessions: dict[str, bool] = {}
        for place, item in self.each(document, "sessions"):
            name = self.value(item, "name", grammar.session_name, place, required=True)
            if name is not None:
                sessions[name] = sessions.get(name, False) or item.get("configured") is not False
        lists: set[AccessListKey] = set()
        bindings: set[tuple[str, AccessListKey]] = set()
        for place, item in self.each(document, "access_lists"):
            name = self.value(item, "name", grammar.access_list_name, place, required=True)
            family = self.value(item, "family", grammar.one_of(FAMILIES), place, required=True)
            key = AccessListKey(family or "ipv4", name or "")
            lists.add(key)
            for value in self.list_of(item, "interfaces", place):
                interface = self.value({"interfaces": value}, "interfaces", grammar.interface, place)
                bindings.add((interface or "", key))
        profiles = set()
        for place, item in self.each(document, "tcam_profiles"):
            family = self.value(item, "family", grammar.one_of(FAMILIES), place, required=True)
            profiles.add(TcamProfileKey(family or "ipv4", self.value(item, "location", grammar.location, place)))
        udfs = [self.value(item, "name", grammar.udf_name, place, True) for place, item in self.each(document, "udfs")]
        tunnels = [
            self.value(item, "name", grammar.tunnel_ip, place, True) for place, item in self.each(document, "tunnels")
        ]
        return Named(
            sessions,
            frozenset(lists),
            frozenset(bindings),
            frozenset(name for name in udfs if name is not None),
            frozenset(profiles),
            frozenset(name for name in tunnels if name is not None),
        )

    # -- sessions

    def sessions(self, document: Item) -> tuple[dict[str, Session], dict[SourceKey, Source]]:
        sessions: dict[str, Session] = {}
        sources: dict[SourceKey, Source] = {}
        named: set[tuple[str, str]] = set()
        for place, item in self.each(document, "sessions"):
            name = self.value(item, "name", grammar.session_name, place, required=True)
            if name is None:
                continue
            place = f"sessions[{name}]"
            self.only(item, ("name", "class", "configured", "other", "sources", *_DESTINATIONS, *_SESSION), place)
            session = self.session(name, item, place)
            configured = self.value(item, "configured", grammar.boolean, place)
            if (name, session.session_class) in named or (configured is not False and name in sessions):
                self.say(place, "is named twice", "Write one entry with all sources.")
            named.add((name, session.session_class))
            if configured is not False:
                sessions[name] = session
            elif session != Session(name, session.session_class):
                self.say(place, "is not configured, so only its class and sources can be written")
            self.sources(item, session, place, sources)
        return sessions, sources

    def session(self, name: str, item: Item, place: str) -> Session:
        given = self.values(item, _SESSION, place)
        for key in _DESTINATIONS:
            destination = self.destination(item, key, place)
            if destination:
                given[key] = destination
        return Session(
            name,
            self.value(item, "class", grammar.one_of(SESSION_CLASSES), place) or "ethernet",
            other=self.others(item, lambda words: session_field(Session(name), words), place),
            **given,
        )

    def destination(self, item: Item, key: str, place: str) -> Destination | None:
        given = item.get(key)
        if given is None:
            return None
        if not isinstance(given, Mapping):
            self.say(f"{place}.{key}", "must be a mapping")
            return None
        place = f"{place}.{key}"
        self.only(given, tuple(_DESTINATION), place)
        before = len(self.problems)
        found = Destination(**self.values(given, _DESTINATION, place))
        if len(self.problems) > before:
            return None
        kinds = [found.interface is not None, found.next_hop is not None, found.pseudowire, found.file is not None]
        if sum(kinds) > 1 or (not any(kinds) and given) or (found.vrf and found.next_hop is None):
            self.say(
                place, "needs exactly one of interface, next_hop, pseudowire and file; vrf goes with next_hop only"
            )
            return None
        return found if any(kinds) else None

    def sources(self, item: Item, session: Session, place: str, found: dict[SourceKey, Source]) -> None:
        for where, given in self.each(item, "sources", place):
            interface = self.value(given, "interface", grammar.interface, where, required=True)
            if interface is None:
                continue
            where = f"{place}.sources[{interface}]"
            self.only(given, ("interface", "other", *_SOURCE), where)
            read = self.values(given, _SOURCE, where)
            if any(key in read for key in _ACL_NAMES):
                if read.get("acl") is False:
                    self.say(where, "acl is false, but an ACL is named", "Leave out one of them.")
                read["acl"] = True
            others = self.others(given, lambda words: source_field(Source("", ""), words), where)
            source = Source(interface, session.name, session.session_class, other=others, **read)
            twin = found.get(source.key)
            if twin is not None:
                self.say(
                    where,
                    f"is already a source of session {twin.session}, and a router takes one session of a class",
                    "Keep one of the two.",
                    "S5",
                )
            found.setdefault(source.key, source)

    # -- what selects traffic

    def access_lists(
        self, document: Item, hidden: set[str]
    ) -> tuple[dict[AccessListKey, AccessList], dict[BindingKey, Binding]]:
        """hidden: interfaces that are only preconfigured."""
        lists: dict[AccessListKey, AccessList] = {}
        bindings: dict[BindingKey, Binding] = {}
        named: set[AccessListKey] = set()
        for place, item in self.each(document, "access_lists"):
            name = self.value(item, "name", grammar.access_list_name, place, required=True)
            family = self.value(item, "family", grammar.one_of(FAMILIES), place, required=True)
            if name is None or family is None:
                continue
            place = f"access_lists[{family} {name}]"
            self.only(item, ("name", "family", "entries", "interfaces"), place)
            key = AccessListKey(family, name)
            if key in named:
                self.say(place, "is named twice", "Write one entry with everything.")
            named.add(key)
            if item.get("entries") is not None:
                lists[key] = AccessList(name, family, self.entries(item, family, place))
            for value in self.list_of(item, "interfaces", place):
                interface = self.value({"interfaces": value}, "interfaces", grammar.interface, place)
                if interface is None:
                    continue
                binding = Binding(interface, family, name, preconfigure=interface in hidden)
                if binding.key in bindings:
                    self.say(
                        f"{place}.interfaces[{interface}]", f"already has the {family} ACL {bindings[binding.key].acl}"
                    )
                bindings[binding.key] = binding
        return lists, bindings

    def entries(self, item: Item, family: Family, place: str) -> tuple[Ace, ...]:
        found: dict[int, Ace] = {}
        for where, given in self.each(item, "entries", place):
            sequence = self.value(given, "sequence", grammar.number(1, 2_147_483_644), where, required=True)
            if sequence is None:
                continue
            where = f"{place}.entries[{sequence}]"
            self.only(given, ("sequence", "action", "match", "udfs", "capture"), where)
            action = self.value(given, "action", grammar.one_of(_ACTIONS), where, required=True)
            udfs = self.udf_matches(given, where)
            capture = self.value(given, "capture", grammar.boolean, where) or False
            if action == "remark" and (capture or udfs):
                self.say(where, "a remark matches nothing, so it has no capture and no udfs")
            if sequence in found:
                self.say(where, "is named twice")
            match = self.value(given, "match", partial(_match, action, family), where, required=True)
            found[sequence] = _ace(sequence, action, match or "", udfs, capture)
        return tuple(found[sequence] for sequence in sorted(found))

    def udf_matches(self, item: Item, place: str) -> tuple[UdfMatch, ...]:
        found: list[UdfMatch] = []
        for where, given in self.each(item, "udfs", place):
            self.only(given, ("name", "value", "mask"), where)
            name = self.value(given, "name", grammar.udf_name, where, required=True)
            value = self.value(given, "value", grammar.hexadecimal, where, required=True)
            mask = self.value(given, "mask", grammar.hexadecimal, where, required=True)
            if name is not None and value is not None and mask is not None:
                if any(match.name == name for match in found):
                    self.say(where, f"the UDF {name} is matched twice")
                found.append(UdfMatch(name, value, mask))
        return tuple(found)

    def udfs(self, document: Item) -> dict[str, Udf]:
        found: dict[str, Udf] = {}
        for place, item in self.each(document, "udfs"):
            name = self.value(item, "name", grammar.udf_name, place, required=True)
            if name is None:
                continue
            place = f"udfs[{name}]"
            self.only(item, ("name", *_UDF), place)
            read = self.values(item, _UDF, place, required=True)
            if name in found:
                self.say(place, "is named twice")
            if len(read) == len(_UDF):
                found[name] = Udf(name, **read)
        return found

    def tcam_profiles(self, document: Item) -> dict[TcamProfileKey, TcamProfile]:
        found: dict[TcamProfileKey, TcamProfile] = {}
        for place, item in self.each(document, "tcam_profiles"):
            family = self.value(item, "family", grammar.one_of(FAMILIES), place, required=True)
            if family is None:
                continue
            location = self.value(item, "location", grammar.location, place)
            place = f"tcam_profiles[{family}{f' {location}' if location else ''}]"
            self.only(item, ("family", "location", "qualifiers", "udfs", *_PROFILE_SWITCHES), place)
            fields = self.words(item, "qualifiers", grammar.qualifier, place)
            for reserved in sorted({*fields} & {*PROFILE_FLAGS, "location", *(f"udf{slot}" for slot in range(1, 9))}):
                self.say(f"{place}.qualifiers", f"{reserved} has a key of its own")
            udfs = self.words(item, "udfs", grammar.udf_name, place)
            if len(udfs) > len(SLOTS):
                self.say(f"{place}.udfs", f"there are {len(SLOTS)} slots, not {len(udfs)}", "Use fewer UDFs.", "S21")
            profile = TcamProfile(
                family, in_order(fields), udfs, location=location, **self.values(item, _PROFILE_SWITCHES, place)
            )
            if profile.key in found:
                self.say(place, "is named twice")
            if not (profile.qualifiers or profile.udfs or any(getattr(profile, field) for field in _PROFILE_SWITCHES)):
                self.say(place, "needs qualifiers", rule=INCOMPLETE)
            found[profile.key] = profile
        return found

    def words(self, item: Item, key: str, check: Callable[[Any], str], place: str) -> tuple[str, ...]:
        read = [self.value({key: word}, key, check, place) for word in self.list_of(item, key, place)]
        found = [word for word in read if word is not None]
        for word in sorted({word for word in found if found.count(word) > 1}):
            self.say(f"{place}.{key}", f"{word} is named twice")
        return tuple(dict.fromkeys(found))

    # -- tunnels

    def tunnels(self, document: Item) -> dict[str, Tunnel]:
        found: dict[str, Tunnel] = {}
        for place, item in self.each(document, "tunnels"):
            name = self.value(item, "name", grammar.tunnel_ip, place, required=True)
            if name is None:
                continue
            place = f"tunnels[{name}]"
            self.only(item, ("name", "other", *_TUNNEL), place)
            read = self.values(item, _TUNNEL, place)
            if name in found:
                self.say(place, "is named twice")
            if "ipv4_address" in read and "ipv4_unnumbered" in read:
                self.say(place, "has ipv4_address and ipv4_unnumbered", "Leave out one of them.")
            others = self.others(item, lambda words: tunnel_field(Tunnel(""), words), place)
            found[name] = Tunnel(name, other=others, **read)
        return found


def _match(action: str | None, family: Family, text: Any) -> str:
    if not isinstance(text, str):
        raise ValueError("must be text")
    return normal_remark(text) if action == "remark" else normal_match(family, text)


def _ace(sequence: int, action: str | None, match: str, udfs: tuple[UdfMatch, ...], capture: bool) -> Ace:
    if action == "remark":
        return Ace(sequence, "remark", match)
    return Ace(sequence, "deny" if action == "deny" else "permit", match, udfs, capture)


# -- objects -> document


def to_document(span: Span) -> dict[str, Any]:
    """The canonical document: sorted, full names, without what is empty or false. from_document() leads back.

    An egress binding, the further words of a binding and one whose name is several words (`common A B`) have no place in
    a document; they belong to nobody here.
    """
    parts = {
        "sessions": list(_sessions(span)),
        "access_lists": list(_access_lists(span)),
        "udfs": [udf_item(udf) for _name, udf in sorted(span.udfs.items())],
        "tcam_profiles": [
            profile_item(profile)
            for profile in sorted(span.tcam_profiles.values(), key=lambda item: (item.family, item.location or ""))
        ],
        "tunnels": [
            tunnel_item(tunnel) for _name, tunnel in sorted(span.tunnels.items(), key=lambda item: sort_key(item[0]))
        ],
    }
    return {key: value for key, value in parts.items() if value}


def _sessions(span: Span) -> Iterator[dict[str, Any]]:
    """A session with its sources; sources of a session or class that is not configured stand in an entry of their own."""
    attached: dict[tuple[str, SessionClass], list[Source]] = {}
    for source in span.sources.values():
        attached.setdefault((source.session, source.session_class), []).append(source)
    keys = {(session.name, session.session_class) for session in span.sessions.values()} | attached.keys()
    for name, session_class in sorted(keys):
        session = span.sessions.get(name)
        configured = session is not None and session.session_class == session_class
        item = (
            session_item(session)
            if session and configured
            else {"name": name, "class": session_class, "configured": False}
        )
        sources = sorted(
            attached.get((name, session_class), ()), key=lambda source: (sort_key(source.interface), source.key)
        )
        yield {**item, **({"sources": [source_item(source) for source in sources]} if sources else {})}


def session_item(session: Session) -> dict[str, Any]:
    """A session as the document writes it, without its sources."""
    given = {key: getattr(session, key) for key in _SESSION}
    places = {key: _destination_item(getattr(session, key)) for key in _DESTINATIONS}
    return _filled(
        {"name": session.name, "class": session.session_class, **places, **given, "other": list(session.other)}
    )


def _destination_item(destination: Destination | None) -> dict[str, Any]:
    if destination is None:
        return {}
    return {key: value for key in _DESTINATION if (value := getattr(destination, key)) not in (None, False)}


def source_item(source: Source) -> dict[str, Any]:
    given = {key: getattr(source, key) for key in _SOURCE}
    return _filled({"interface": source.interface, **given, "other": list(source.other)})


def _access_lists(span: Span) -> Iterator[dict[str, Any]]:
    bound: dict[AccessListKey, list[str]] = {}
    for binding in span.bindings.values():
        if binding.direction == "ingress" and " " not in binding.acl:
            bound.setdefault(AccessListKey(binding.family, binding.acl), []).append(binding.interface)
    for key in sorted(span.access_lists.keys() | bound.keys(), key=lambda key: (key.name, key.family)):
        item: dict[str, Any] = {"name": key.name, "family": key.family}
        if key in span.access_lists:  # also an empty list: without the key its entries are not managed
            item["entries"] = [entry_item(ace) for ace in span.access_lists[key].entries]
        if key in bound:
            item["interfaces"] = sorted(bound[key], key=sort_key)
        yield item


def entry_item(ace: Ace) -> dict[str, Any]:
    udfs = [{"name": udf.name, "value": f"{udf.value:#x}", "mask": f"{udf.mask:#x}"} for udf in ace.udfs]
    return _filled(
        {"sequence": ace.sequence, "action": ace.action, "match": ace.match, "udfs": udfs, "capture": ace.capture}
    )


def udf_item(udf: Udf) -> dict[str, Any]:
    return {"name": udf.name, **{key: getattr(udf, key) for key in _UDF}}


def profile_item(profile: TcamProfile) -> dict[str, Any]:
    switches = {key: getattr(profile, key) for key in _PROFILE_SWITCHES}
    words = {"qualifiers": list(profile.qualifiers), "udfs": list(profile.udfs)}
    return _filled({"family": profile.family, "location": profile.location, **words, **switches})


def tunnel_item(tunnel: Tunnel) -> dict[str, Any]:
    """``mode`` is always there: left out it would mean gre ipv4, while the tunnel may have none."""
    given = {key: getattr(tunnel, key) for key in _TUNNEL}
    return {**_filled({"name": tunnel.name, **given, "other": list(tunnel.other)}), "mode": tunnel.mode}


def _filled(item: Mapping[str, Any]) -> dict[str, Any]:
    """Without what is None, false or empty; a zero stays."""
    return {
        key: value
        for key, value in item.items()
        if value is not None and value is not False and value not in ("", [], {})
    }
