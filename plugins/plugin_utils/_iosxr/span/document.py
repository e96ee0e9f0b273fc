# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The document (option ``config`` of module iosxr_span), parsed once into typed objects. Pure.

It comes through the argument spec of the module: keys, types and choices are right. Here every value is checked for what no line of the
device could hold (grammar.py). What is only too large, too long or unknown is looked at by rules (rules/). Every problem is reported at once,
what is wrong with a single value together with all broken rules.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from functools import cached_property, partial
from typing import Any, Generic, Self, TypeVar

from ..._engine.failures import ValidationFailed
from ..._engine.problems import Problem
from ..._engine.states import State
from . import grammar
from .aces import normal_match, normal_remark
from .model import (
    AccessListKey,
    BindingKey,
    Destination,
    Direction,
    Family,
    Session,
    SessionClass,
    Source,
    TcamProfileKey,
    Tunnel,
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

K = TypeVar("K")
T = TypeVar("T")

Check = Callable[[Any], Any]

_ALL_DIRECTIONS: dict[str, Direction] = {"both": "both", **DIRECTIONS}

# field -> how a value of the document is checked and normalised; the keys of the document are the fields of the model
DESTINATION_FIELDS: dict[str, Check] = {
    "interface": grammar.interface,
    "erspan_session_id": grammar.integer,
    "next_hop": grammar.address,
    "vrf": grammar.word(32),
    "pseudowire": bool,
    "file": grammar.file,
}
_PARTIAL: dict[str, Check] = {
    "mirror_first": grammar.integer,
    "mirror_interval": grammar.interval,
}
SESSION_FIELDS: dict[str, Check] = {
    **_PARTIAL,
    "discard_class": grammar.integer,
    "traffic_class": grammar.integer,
    "inject_interface": grammar.interface,
    "rate_limit_rx": grammar.integer,
    "rate_limit_tx": grammar.integer,
}
SOURCE_FIELDS: dict[str, Check] = {
    **_PARTIAL,
    "l2transport": bool,
    "direction": _ALL_DIRECTIONS.__getitem__,
    "port_level": bool,
    "acl": bool,
    "acl_name": grammar.access_list_name,
    "acl_ipv4": grammar.access_list_name,
    "acl_ipv6": grammar.access_list_name,
    "preconfigure": bool,
}
UDF_FIELDS: dict[str, Check] = {
    "header": HEADERS.__getitem__,
    "layer": LAYERS.__getitem__,
    "offset": grammar.integer,
    "length": grammar.integer,
}
PROFILE_SWITCHES: dict[str, Check] = dict.fromkeys(PROFILE_FLAGS.values(), bool)
TUNNEL_FIELDS: dict[str, Check] = {
    "ipv4_address": grammar.ipv4_interface,
    "ipv4_unnumbered": grammar.interface,
    "mode": grammar.tunnel_mode,  # "" is a tunnel that has none
    "source": grammar.tunnel_source,
    "destination": grammar.address,
    "shutdown": bool,
}
DESTINATIONS = ("destination", "rx_destination", "tx_destination")
ACL_NAMES = ("acl_name", "acl_ipv4", "acl_ipv6")


class DocumentError(ValidationFailed):
    """The document is not one that a router could have. problems: every one of them."""


@dataclass(frozen=True, slots=True)
class Item(Generic[K]):
    """One thing that a document names. place: where it is, in the document's words. key: as the model knows it.

    values: what the document says of it, by field of the model. What it leaves out is not there. removes: whether what is never
    written and is left out is removed (unwritten.py).
    """

    place: str
    key: K
    values: Mapping[str, Any]
    removes: bool = False


@dataclass(frozen=True, slots=True)
class SessionItem:
    """session_class: None when left out. configured: whether the session itself is configured, or only sources of its name.

    values: as of Item; a destination of None removes the one that is there. removes: as of Item, for the sources too.
    """

    place: str
    name: str
    session_class: SessionClass | None
    configured: bool
    values: Mapping[str, Any]
    sources: tuple[Item[str], ...]
    removes: bool = False


@dataclass(frozen=True, slots=True)
class ListItem:
    """entries: None when left out; then those of the router are not managed."""

    place: str
    key: AccessListKey
    entries: tuple[Item[int], ...] | None
    interfaces: tuple[str, ...]


@dataclass(frozen=True)
class Document:
    """everything: state deleted without a document, which means every session and attachment.

    router_id: None when left out. names_router_id: whether it is given, which in state deleted is all that counts.
    globals: the router-wide settings that it shows; None when left out. They change nothing.
    problems: what is wrong with the document by itself. What is wrong with a single value has the id of a rule, and the value is left out:
    the rest of the document is checked with all rules.
    """

    state: State
    sessions: tuple[SessionItem, ...] = ()
    access_lists: tuple[ListItem, ...] = ()
    udfs: tuple[Item[str], ...] = ()
    tcam_profiles: tuple[Item[TcamProfileKey], ...] = ()
    tunnels: tuple[Item[str], ...] = ()
    everything: bool = False
    router_id: int | None = None
    names_router_id: bool = False
    globals: tuple[str, ...] | None = None
    problems: tuple[Problem, ...] = field(default=(), compare=False)

    @classmethod
    def of(cls, config: Mapping[str, Any] | None, state: State) -> Self:
        """config: as the argument spec leaves it, without what was left out; None when there is no document at all.

        In state deleted only names count, so nothing else is read. Never raises: see problems.
        """
        given = {} if config is None else config
        reading = _Reading(names_only=state == "deleted")
        parts = (
            tuple(reading.sessions(given)),
            tuple(reading.access_lists(given)),
            tuple(reading.udfs(given)),
            tuple(reading.tcam_profiles(given)),
            tuple(reading.tunnels(given)),
        )
        everything = state == "deleted" and config is None
        number, lines = reading.router_id(given), reading.globals(given)
        problems = (*_unsaid(config, state), *reading.problems)
        return cls(state, *parts, everything, number, given.get("router_id") is not None, lines, problems)

    @cached_property
    def interfaces(self) -> frozenset[str]:
        """Those that are named as a source."""
        return frozenset(source.key for session in self.sessions for source in session.sources)

    @cached_property
    def bindings(self) -> Mapping[BindingKey, str]:
        """Which access list is named for an interface."""
        return {
            BindingKey(interface, item.key.family, "ingress"): item.key.name
            for item in self.access_lists
            for interface in item.interfaces
        }

    def normalised(self) -> dict[str, Any]:
        """Plain data: the same for two documents that say the same, whatever their order and spelling. Without what changes nothing."""
        sessions = [
            {
                "name": item.name,
                "class": item.session_class,
                "configured": item.configured,
                "remove_unsupported": item.removes,
                **_plain(item.values),
                "sources": _items(item.sources, "interface"),
            }
            for item in sorted(self.sessions, key=lambda item: (item.name, item.session_class or ""))
        ]
        lists = [
            {
                "name": item.key.name,
                "family": item.key.family,
                "entries": None if item.entries is None else _items(item.entries, "sequence"),
                "interfaces": sorted(item.interfaces),
            }
            for item in sorted(self.access_lists, key=lambda item: item.key)
        ]
        return {
            "sessions": sessions,
            "access_lists": lists,
            "udfs": _items(self.udfs, "name"),
            "tcam_profiles": _items(self.tcam_profiles, "profile"),
            "tunnels": _items(self.tunnels, "name"),
            "everything": self.everything,
            **({"router_id": self.router_id} if self.names_router_id else {}),
        }


def _items(items: Sequence[Item[Any]], name: str) -> list[dict[str, Any]]:
    return [
        {name: item.key, "remove_unsupported": item.removes, **_plain(item.values)}
        for item in sorted(items, key=lambda item: str(item.key))
    ]


def _plain(values: Mapping[str, Any]) -> dict[str, Any]:
    return {key: asdict(value) if isinstance(value, Destination) else value for key, value in values.items()}


def _unsaid(config: Mapping[str, Any] | None, state: State) -> Iterator[Problem]:
    """Leaving something out never removes everything."""
    if state == "overridden" and (config is None or "sessions" not in config):
        text = "state overridden removes every session that is not named, and the document names none"
        yield Problem("document", "sessions", text, "Write sessions: [] if this is intended.")
    if state == "deleted" and config is not None and not config:
        text = "state deleted without a document removes every mirror, and this document is empty"
        yield Problem("document", "config", text, "Leave config out if this is intended.")


class _Reading:
    """Collects problems while a document is read. names_only: values are not read, and may be missing or wrong."""

    def __init__(self, names_only: bool) -> None:
        self._names_only = names_only
        self.problems: list[Problem] = []

    def say(self, item: str, message: str, remedy: str = "", rule: str = "document") -> None:
        if not self._names_only:
            self.problems.append(Problem(rule, item, message, remedy))

    # -- the pieces every part is read with

    @staticmethod
    def each(parent: Mapping[str, Any], key: str, place: str = "") -> Iterator[tuple[str, Mapping[str, Any]]]:
        """(place, mapping) of each element of a list; place counts from 1."""
        for index, item in enumerate(parent.get(key) or (), 1):
            yield f"{place}.{key}[#{index}]".lstrip("."), item

    def value(self, given: Any, check: Callable[[Any], T], place: str, rule: str = "document") -> T | None:
        """The checked value; None when it is left out or wrong (and then it was said). rule: that a wrong one breaks."""
        if given is None:
            return None
        try:
            return check(given)
        except ValueError as error:
            self.problems.append(Problem(rule, place, str(error)))
        return None

    def name(
        self, item: Mapping[str, Any], key: str, check: Callable[[Any], T], place: str, rule: str = "document"
    ) -> T | None:
        return self.value(item.get(key), check, f"{place}.{key}", rule)

    def named(self, item: Mapping[str, Any], key: str, check: Callable[[Any], str], place: str) -> str | None:
        """As `name`; where that is wrong a stand-in, so that what else is wrong with the thing is told in the same round."""
        found = self.name(item, key, check, place)
        return found if found is not None or self._names_only else place.rpartition("[")[2].rstrip("]")

    def values(self, item: Mapping[str, Any], checks: Mapping[str, Check], place: str) -> dict[str, Any]:
        if self._names_only:
            return {}
        read = {key: self.name(item, key, check, place, "value") for key, check in checks.items()}
        return {key: value for key, value in read.items() if value is not None}

    def other(self, item: Mapping[str, Any], known: Callable[[list[str]], object], place: str) -> dict[str, Any]:
        """Lines that no field knows, as a value; nothing where there are none."""
        if self._names_only:
            return {}
        check = grammar.other_line(known)
        lines = [self.value(line, check, f"{place}.other", "value") for line in item.get("other") or ()]
        found = tuple(dict.fromkeys(line for line in lines if line is not None))
        return {"other": found} if found else {}

    # -- sessions

    def sessions(self, config: Mapping[str, Any]) -> Iterator[SessionItem]:
        for place, item in self.each(config, "sessions"):
            name = self.named(item, "name", grammar.session_name, place)
            if name is None:
                continue
            place = f"sessions[{name}]"
            configured = item.get("configured") is not False
            values = {
                **self.values(item, SESSION_FIELDS, place),
                **self.destinations(item, place),
                **self.other(item, lambda words: session_field(Session(""), words), place),
            }
            if not configured and any(value is not None for value in values.values()):
                self.say(place, "is not configured, so only its class and sources can be written")
            session_class = SESSION_CLASSES[item["class"]] if item.get("class") is not None else None
            sources = () if self._names_only else tuple(self.sources(item, place))
            yield SessionItem(place, name, session_class, configured, values, sources, _removes(item))

    def destinations(self, item: Mapping[str, Any], place: str) -> dict[str, Destination | None]:
        given = {} if self._names_only else {key: item[key] for key in DESTINATIONS if item.get(key) is not None}
        return {key: self.destination(value, f"{place}.{key}") for key, value in given.items()}

    def destination(self, given: Mapping[str, Any], place: str) -> Destination | None:
        before = len(self.problems)
        found = Destination(**self.values(given, DESTINATION_FIELDS, place))
        if len(self.problems) > before or not given:
            return None
        kinds = [found.interface is not None, found.next_hop is not None, found.pseudowire, found.file is not None]
        if sum(kinds) != 1 or (found.vrf and found.next_hop is None):
            self.say(place, "needs exactly one of interface, next_hop, pseudowire and file; vrf is for next_hop only")
            return None
        return found

    def sources(self, item: Mapping[str, Any], place: str) -> Iterator[Item[str]]:
        for where, given in self.each(item, "sources", place):
            interface = self.named(given, "interface", grammar.interface, where)
            if interface is None:
                continue
            where = f"{place}.sources[{interface}]"
            values = self.values(given, SOURCE_FIELDS, where)
            if any(key in values for key in ACL_NAMES):
                if values.get("acl") is False:
                    self.say(where, "acl is false, but an ACL is named", "Leave out one of them.")
                values["acl"] = True
            values |= self.other(given, lambda words: source_field(Source("", ""), words), where)
            yield Item(where, interface, values, _removes(given))

    # -- what selects traffic

    def access_lists(self, config: Mapping[str, Any]) -> Iterator[ListItem]:
        named: set[AccessListKey] = set()
        bound: dict[BindingKey, str] = {}
        for place, item in self.each(config, "access_lists"):
            name = self.named(item, "name", grammar.access_list_name, place)
            if name is None:
                continue
            key = AccessListKey(FAMILIES[item["family"]], name)
            place = f"access_lists[{key.family} {name}]"
            if key in named:
                self.say(place, "is listed twice", "Write one entry with everything.")
            named.add(key)
            read = [self.value(each, grammar.interface, f"{place}.interfaces") for each in item.get("interfaces") or ()]
            interfaces = tuple(interface for interface in read if interface is not None)
            for interface in interfaces:
                binding = BindingKey(interface, key.family, "ingress")
                if binding in bound:
                    self.say(f"{place}.interfaces[{interface}]", f"already has the {key.family} ACL {bound[binding]}")
                bound[binding] = name
            managed = item.get("entries") is not None and not self._names_only
            yield ListItem(place, key, self.entries(item, key.family, place) if managed else None, interfaces)

    def entries(self, item: Mapping[str, Any], family: Family, place: str) -> tuple[Item[int], ...]:
        found: dict[int, Item[int]] = {}
        for where, given in self.each(item, "entries", place):
            sequence = self.name(given, "sequence", grammar.integer, where)
            if sequence is None:
                continue
            where = f"{place}.entries[{sequence}]"
            values: dict[str, Any] = {
                "action": given["action"],
                "match": self.name(given, "match", partial(_match, given["action"], family), where, "value")
                or f"{family} any any",  # of one that is wrong; the document is refused
            }
            if given.get("udfs") is not None:
                values["udfs"] = self.udf_matches(given, where)
            if given.get("capture") is not None:
                values["capture"] = given["capture"]
            if values["action"] == "remark" and (values.get("capture") or values.get("udfs")):
                self.say(where, "a remark matches nothing, so it has no capture and no udfs")
            if sequence in found:
                self.say(where, "is listed twice")
            found[sequence] = Item(where, sequence, values)
        return tuple(found[sequence] for sequence in sorted(found))

    def udf_matches(self, item: Mapping[str, Any], place: str) -> tuple[UdfMatch, ...]:
        found: list[UdfMatch] = []
        for where, given in self.each(item, "udfs", place):
            name = self.name(given, "name", grammar.udf_name, where)
            value = self.name(given, "value", grammar.hexadecimal, where, "value")
            mask = self.name(given, "mask", grammar.hexadecimal, where, "value")
            if name is not None and value is not None and mask is not None:
                if any(match.name == name for match in found):
                    self.say(where, f"the UDF {name} is matched twice")
                found.append(UdfMatch(name, value, mask))
        return tuple(found)

    def udfs(self, config: Mapping[str, Any]) -> Iterator[Item[str]]:
        named: set[str] = set()
        for place, item in self.each(config, "udfs"):
            name = self.named(item, "name", grammar.udf_name, place)
            if name is None:
                continue
            place = f"udfs[{name}]"
            if name in named:
                self.say(place, "is listed twice")
            named.add(name)
            yield Item(place, name, self.values(item, UDF_FIELDS, place))

    def tcam_profiles(self, config: Mapping[str, Any]) -> Iterator[Item[TcamProfileKey]]:
        named: set[TcamProfileKey] = set()
        for place, item in self.each(config, "tcam_profiles"):
            key = TcamProfileKey(FAMILIES[item["family"]], self.name(item, "location", grammar.location, place))
            place = f"tcam_profiles[{key.family}{f' {key.location}' if key.location else ''}]"
            values = self.values(item, PROFILE_SWITCHES, place)
            if not self._names_only:
                for part, check in (("qualifiers", grammar.qualifier), ("udfs", grammar.udf_name)):
                    if item.get(part) is not None:
                        values[part] = self.words(item[part], check, f"{place}.{part}")
            words = values.get("qualifiers", ())
            for reserved in sorted({*words} & {*PROFILE_FLAGS, "location", *SLOTS}):
                self.say(f"{place}.qualifiers", f"{reserved} has a key of its own")
            if "qualifiers" in values:
                values["qualifiers"] = in_order(words)
            slots = len(values.get("udfs", ()))
            if slots > len(SLOTS):
                self.say(f"{place}.udfs", f"there are {len(SLOTS)} slots, not {slots}", "Use fewer UDFs.", "S21")
            if key in named:
                self.say(place, "is listed twice")
            named.add(key)
            yield Item(place, key, values)

    def words(self, given: Sequence[Any], check: Callable[[Any], str], place: str) -> tuple[str, ...]:
        read = [self.value(word, check, place, "value") for word in given]
        found = [word for word in read if word is not None]
        for word in sorted({word for word in found if found.count(word) > 1}):
            self.say(place, f"{word} is listed twice")
        return tuple(dict.fromkeys(found))

    # -- tunnels, and router-wide settings

    def router_id(self, config: Mapping[str, Any]) -> int | None:
        return None if self._names_only else self.value(config.get("router_id"), grammar.integer, "router_id", "value")

    def globals(self, config: Mapping[str, Any]) -> tuple[str, ...] | None:
        given = config.get("globals")
        if given is None or self._names_only:
            return None
        read = [self.value(line, grammar.router_wide, "globals", "value") for line in given]
        return tuple(sorted({line for line in read if line is not None}))

    def tunnels(self, config: Mapping[str, Any]) -> Iterator[Item[str]]:
        named: set[str] = set()
        for place, item in self.each(config, "tunnels"):
            name = self.named(item, "name", grammar.tunnel_ip, place)
            if name is None:
                continue
            place = f"tunnels[{name}]"
            values = self.values(item, TUNNEL_FIELDS, place)
            if name in named:
                self.say(place, "is listed twice")
            named.add(name)
            if "ipv4_address" in values and "ipv4_unnumbered" in values:
                self.say(place, "has ipv4_address and ipv4_unnumbered", "Leave out one of them.")
            values |= self.other(item, lambda words: tunnel_field(Tunnel(""), words), place)
            yield Item(place, name, values, _removes(item))


def _removes(given: Mapping[str, Any]) -> bool:
    return given.get("remove_unsupported") is True


def _match(action: str, family: Family, text: Any) -> str:
    if not isinstance(text, str):
        raise ValueError("must be text")
    return normal_remark(text) if action == "remark" else normal_match(family, text)
