# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""One session of a flow table, whatever it was printed as. Pure.

Two shapes. A *raw* session is what both parsers give: one flat dict of text by key, ``policy``, ``in.source``; the cheapest
thing to make, and all that counting needs. A *session* is what people get: nested, typed, every known key there.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Any, Literal, NamedTuple

from ..._engine.words.device_text import cut

Raw = dict[str, str]
Kind = Literal["text", "number", "name"]  # a name that says nothing is None

LONGEST_VALUE = 4096  # characters that are kept of one value
MAX_UNPARSED = 50  # lines that are kept of what was not understood
LONGEST_UNPARSED = 200  # characters of each of them

# What a device prints where it has nothing to say: sources as of the tables below.
NOTHING = frozenset({"", "N/A", "Null", "None"})


class Field(NamedTuple):
    """One thing that a device reports. tags: its elements in XML; labels: the same in text, in small letters."""

    key: str
    kind: Kind
    tags: tuple[str, ...]
    labels: tuple[str, ...]


# Tags: read off captures of 15.1X49, 18.4 and 20.3 (`show security flow session | display xml`), names of YANG
# junos-es-rpc-security 24.4R1. Labels: vSRX 24.4 and SRX5k 15.1 (brief), SRX4700 25.x (extensive).
SESSION = (
    Field("session_id", "number", ("session-identifier",), ("session id",)),
    Field("status", "name", ("status",), ("status",)),
    Field("state", "name", ("sess-state",), ("session state",)),
    Field("ha_state", "name", ("session-state",), ("ha state", "state")),
    Field("flags", "name", ("session-flag",), ("flags", "flag")),
    Field("policy", "name", ("policy",), ("policy name",)),
    Field("source_nat_pool", "name", ("nat-source-pool-name",), ("source nat pool",)),
    Field("application", "name", ("application-name",), ("application",)),
    Field("application_value", "number", ("application-value",), ()),
    Field("dynamic_application", "name", ("dynamic-application-name",), ("dynamic application",)),
    Field("configured_timeout", "number", ("configured-timeout",), ("maximum timeout",)),
    Field("timeout", "number", ("timeout",), ("current timeout", "timeout")),
    Field("logical_system", "name", ("logical-system", "logical-system-name"), ("logical system",)),
    Field("start_time", "number", ("start-time",), ("start time",)),
    Field("duration", "number", ("duration",), ("duration",)),
)
# Printed by few releases and levels: there when they are printed. The labels that differ from their tag are here.
FURTHER = (
    Field("encryption", "text", ("encryption", "encryption-traffic-name"), ("encryption",)),
    Field("url_category", "text", ("url-category", "url-category-name"), ("url-category",)),
    Field(
        "application_traffic_control_rule_set", "text",
        ("application-traffic-control-rule-set-name", "application-traffic-control-rule-set"),
        ("application traffic control rule-set",),
    ),
    Field("rule", "text", ("rule-name", "application-traffic-control-rule-name"), ("rule",)),
)  # fmt: skip
WING = (
    Field("source", "name", ("source-address",), ()),
    Field("source_port", "number", ("source-port",), ()),
    Field("destination", "name", ("destination-address",), ()),
    Field("destination_port", "number", ("destination-port",), ()),
    Field("protocol", "name", ("protocol",), ()),
    Field("interface", "name", ("interface-name",), ("if", "interface")),
    Field("conn_tag", "name", ("conn-tag",), ("conn tag",)),
    Field("packets", "number", ("pkt-cnt",), ("pkts",)),
    Field("bytes", "number", ("byte-cnt",), ("bytes",)),
)
WING_KEYS = ("source", "source_port", "destination", "destination_port", "protocol")  # in the order of a line of text
WING_FURTHER = (
    Field("cp_session_id", "number", ("dcp-session-id", "cp-session-id"), ("cp session id",)),
    Field("tunnel_id", "text", ("tunnel-information", "tunnel-id"), ("tunnel id", "tunnel")),
)
# Figures of `summary`: captures of 15.1X49 and 20.3 (XML), vSRX 24.4 (text).
SUMMARY = (
    Field("unicast", "number", ("active-unicast-sessions",), ("unicast-sessions",)),
    Field("multicast", "number", ("active-multicast-sessions",), ("multicast-sessions",)),
    Field("services_offload", "number", ("active-services-offload-sessions",), ("services-offload-sessions",)),
    Field("failed", "number", ("failed-sessions",), ("failed-sessions",)),
    Field("in_drop_flow", "number", ("active-session-in-drop-flow", "sessions-in-drop-flow"), ("sessions-in-drop-flow",)),
    Field("in_use", "number", ("active-sessions",), ("sessions-in-use",)),
    Field("valid", "number", ("active-session-valid", "displayed-session-valid"), ("valid sessions",)),
    Field("pending", "number", ("active-session-pending", "displayed-session-pending"), ("pending sessions",)),
    Field("invalidated", "number", ("active-session-invalidated", "displayed-session-invalidated"), ("invalidated sessions",)),
    Field("other", "number", ("active-session-other", "displayed-session-other"), ("sessions in other states",)),
    Field("maximum", "number", ("max-sessions",), ("maximum-sessions",)),
)  # fmt: skip

TAGS = {tag: row.key for row in (*SESSION, *FURTHER) for tag in row.tags}
WING_TAGS = {tag: row.key for row in (*WING, *WING_FURTHER) for tag in row.tags}
SUMMARY_TAGS = {tag: row.key for row in SUMMARY for tag in row.tags}
LABELS = {label: row.key for row in (*SESSION, *FURTHER) for label in row.labels}
WING_LABELS = {label: row.key for row in (*WING, *WING_FURTHER) for label in row.labels}
SUMMARY_LABELS = {label: row.key for row in SUMMARY for label in row.labels}

_KINDS = {row.key: row.kind for row in (*SESSION, *FURTHER)}
_WING_KINDS = {row.key: row.kind for row in (*WING, *WING_FURTHER)}
_POLICY = re.compile(r"(.*)/([0-9]{1,10})", re.DOTALL)
_PIC = re.compile(r"FPC\s*([0-9]{1,3})\s*PIC\s*([0-9]{1,3})")


class Place(NamedTuple):
    """Where a table lies. node: ``node0`` in a cluster; fpc_pic: ``FPC0 PIC1`` where there are several; else empty."""

    node: str
    fpc_pic: str


@dataclass
class Report:
    """What an answer held beside its sessions. Both parsers fill one while they read.

    sessions: those that were given out. totals: what the device says it displayed, by place, when it said so.
    summary: figures by place. unparsed: how much was not understood (lines of text, sessions of XML without a readable
    identifier), samples: the first of it. broken: why the answer is not whole; empty when it is.
    lead: what stood before XML began, in which a device refuses. uncounted: behind the last count of a text came more: sessions,
    the heading of an SPU or a node, or a figure that is not the last of a summary; an answer that is cut ends so. In XML: a node told
    nothing.
    """

    sessions: int = 0
    totals: dict[Place, int] = field(default_factory=dict)
    summary: dict[Place, dict[str, int]] = field(default_factory=dict)
    unparsed: int = 0
    samples: list[str] = field(default_factory=list)
    broken: str = ""
    lead: str = ""
    uncounted: bool = False

    def odd(self, what: str) -> None:
        """One more thing that was not understood."""
        self.unparsed += 1
        if len(self.samples) < MAX_UNPARSED:
            self.samples.append(cut(what.strip(), LONGEST_UNPARSED))

    def displayed(self, place: Place, count: int) -> None:
        self.totals[place] = self.totals.get(place, 0) + count

    def figure(self, place: Place, key: str, value: int) -> None:
        row = self.summary.setdefault(place, {})
        row[key] = row.get(key, 0) + value

    def figures(self, place: Place) -> dict[str, Any]:
        """One row of a summary; displayed: sessions that a filter selects."""
        row: dict[str, Any] = {"node": place.node or None, "fpc_pic": place.fpc_pic or None}
        row |= self.summary.get(place, {})
        return row | ({"displayed": self.totals[place]} if place in self.totals else {})

    @property
    def total(self) -> int | None:
        """Sessions that the device says it displayed; None when it did not say."""
        return sum(self.totals.values()) if self.totals else None


def number(text: str | None) -> int | None:
    """A count, or None: ``N/A``, nothing, or more digits than 64 bits have.

    >>> number("249108372496"), number(" 18 "), number("N/A"), number(None)
    (249108372496, 18, None, None)
    """
    text = (text or "").strip()
    return int(text) if len(text) <= 20 and text.isascii() and text.isdigit() else None


def fpc_pic(text: str) -> str:
    """``FPC0 PIC1`` out of `` on FPC0 PIC1:``; the text itself, bounded, when it is something else."""
    found = _PIC.search(text)
    return f"FPC{found[1]} PIC{found[2]}" if found else cut(text.strip(" :\n"), LONGEST_UNPARSED)


def policy(text: str | None) -> tuple[str | None, int | None]:
    """Name and index.

    >>> policy("allow-out/270"), policy("N/A"), policy("a/b/4")
    (('allow-out', 270), (None, None), ('a/b', 4))
    """
    name = (text or "").strip()
    found = _POLICY.fullmatch(name)
    if found:
        return found[1], int(found[2])
    return (None if name in NOTHING else name), None


def session(raw: Raw) -> dict[str, Any]:
    """A raw session, nested and typed.

    Every key of SESSION is there, None where the device said nothing; further ones as printed. ``in`` and ``out`` are the
    wings, None where there is none (a tunnel has only ``in``). ``nat`` is worked out of them, see translation().
    """
    entry: dict[str, Any] = {"node": raw.get("node") or None, "fpc_pic": raw.get("fpc_pic") or None}
    entry |= {row.key: _typed(row.kind, raw.get(row.key)) for row in SESSION}
    entry["policy"], entry["policy_index"] = policy(raw.get("policy"))
    wings: dict[str, dict[str, Any]] = {}
    for key, text in raw.items():
        side, dot, name = key.partition(".")
        if dot:
            wings.setdefault(side, {})[name] = _typed(_WING_KINDS.get(name, "text"), text)
        elif key not in entry and text.strip():
            entry[key] = _typed(_KINDS.get(key, "text"), text)
    for side in ("in", "out"):
        values = wings.get(side)
        entry[side] = {**{row.key: None for row in WING}, **values} if values else None
    entry["nat"] = translation(raw)
    return entry


def translation(raw: Raw) -> dict[str, Any] | None:
    """What address translation did, read off the wings: the return wing has the translated addresses, swapped.

    {applied: none | source | destination | both, source, source_port, destination, destination_port: after it}.
    None where a wing is missing.
    """
    if "in.source" not in raw or "out.destination" not in raw:
        return None
    get = {key: text.strip() for key, text in raw.items() if "." in key}.get
    source = get("in.source") != get("out.destination") or get("in.source_port") != get("out.destination_port")
    target = get("in.destination") != get("out.source") or get("in.destination_port") != get("out.source_port")
    return {
        "applied": {(False, False): "none", (True, False): "source", (False, True): "destination"}.get(
            (source, target), "both"
        ),
        "source": get("out.destination") or None,
        "source_port": number(get("out.destination_port")),
        "destination": get("out.source") or None,
        "destination_port": number(get("out.source_port")),
    }


def another_wing(raw: Raw, side: str, wing: Raw) -> str:
    """What is said of a wing that a session has beside its first `In` and its first `Out`: it is in no field. side: as printed.

    >>> another_wing({"session_id": "7"}, "Out", dict(zip(WING_KEYS, ("192.0.2.8", "443", "10.0.0.1", "5", "tcp"))))
    'session 7 has one more wing, Out: 192.0.2.8/443 --> 10.0.0.1/5;tcp'
    """
    source, source_port, destination, destination_port, protocol = (wing.get(key, "").strip() for key in WING_KEYS)
    ends = f"{source}/{source_port} --> {destination}/{destination_port};{protocol}"
    return f"session {raw.get('session_id', '').strip()} has one more wing, {side}: {ends}"


def key_of(raw: Raw) -> tuple[str, str, str]:
    """What distinguishes sessions: both nodes of a cluster, and several SPUs, may use one identifier."""
    return raw.get("node", ""), raw.get("fpc_pic", ""), raw.get("session_id", "").strip()


def _typed(kind: Kind, text: str | None) -> Any:
    if kind == "number":
        return number(text)
    value = (text or "").strip()
    return None if kind == "name" and value in NOTHING else value
