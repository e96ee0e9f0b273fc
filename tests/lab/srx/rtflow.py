# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""RT_FLOW lines: what policies log about sessions; structured, and in four generations of free text.

Field order and layouts are those of published samples: araqne tests and SRX 9.x to 11.x (a), logstash patterns and SRX220 (b), Azure
Sentinel and SRX1500 (c), 20+ samples (d), syslog-ng's junos source, SC4S tests (logical systems). Line n of a seed is always the same.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from .flows import Session, Table, mix
from .slots import NUMBERS, SLOTS

GENERATIONS = ("a", "b", "c", "d")
EVENTS = (
    "CREATE",
    "CLOSE",
    "DENY",
    "APPTRACK_CREATE",
    "APPTRACK_CLOSE",
    "APPTRACK_VOL_UPDATE",
    "APPTRACK_ROUTE_UPDATE",
)
REASONS = (
    "TCP CLIENT RST", "TCP SERVER RST", "TCP FIN", "response received", "ICMP error", "aged out", "ALG", "HA", "idle Timeout", "Auth", "IDP",
    "synproxy failure", "synproxy limit", "parent closed", "CLI", "CP NACK", "CP delete", "policy delete", "fwd session",
    "multicast route change", "first path reroute, session recreated", "source NAT allocation failure", "other",
    "error create IKE pass-through template", "IKE pass-through child session ageout", "sess timeout on pending state", "unknown",
    "TCP RST", "unset", "application failure or action", "Closed by junos-alg", "idle Timeout N/A",
)  # fmt: skip
"""27 rows of Juniper's table in its order (most names recalled, unverified), then others seen in public logs."""
_COMMON = (5, 0, 2, 2, 2, 3, 1, 8, 8)  # indexes of what most sessions close by
PLATFORMS = (40, 26, 35, 129, 135)  # last number of the structured data id


@dataclass(frozen=True, slots=True)
class Style:
    """How lines look.

    structured: sd-syslog; else the free text of `generation`. quirks: what samples show now and then: PRI, host or time zone missing, other
    structured data ids or none, `None` and `UNKNOWN` for N/A, `No ` with its blank, curly quotes, names with blanks; chosen by the number of
    the line. brief: no free text behind structured data. wide: `session-id` instead of `session-id-32` in generation d. logical_system: _LS lines.
    """

    structured: bool = True
    generation: str = "d"
    host: str = "srx1"
    quirks: bool = False
    brief: bool = False
    wide: bool = True
    logical_system: str = ""
    platform: int = 40


@dataclass(slots=True)
class Event:
    """One log line before it has a form. fields: in their order, as structured data names them. text: of the free form, per generation."""

    name: str
    when: datetime
    number: int
    fields: dict[str, str]
    parts: dict[str, str] = field(default_factory=dict)


def event_of(table: Table, k: int, kind: str, when: datetime, style: Style) -> Event:
    """What the device logs about session k. kind: of EVENTS. when: of the line; for a close the end of the session."""
    session = table.session(k)
    noise = mix(k ^ table.seed << 20)
    parts = _parts(session, noise, style)
    if kind == "DENY":
        denier = [policy for policy in table.scene.policies if policy.action != "permit"]
        parts["policy"] = denier[k % len(denier)].name if denier else "deny-all"
    tail = "_LS" if style.logical_system else ""
    name = f"APPTRACK_SESSION_{kind[9:]}{tail}" if kind.startswith("APPTRACK") else f"RT_FLOW_SESSION_{kind}{tail}"
    fields = {"logical-system-name": style.logical_system} if style.logical_system else {}
    if kind in ("CLOSE", "APPTRACK_CLOSE"):
        fields["reason"] = parts["reason"]
    fields |= _fields(kind, parts, style)
    return Event(name, when, k, fields, parts)


def _parts(session: Session, noise: int, style: Style) -> dict[str, str]:
    """Everything a line may say, as text."""
    wide = style.wide and style.generation == "d"
    slot, values = session.slot, {key: str(value) for key, value in session.values.items()}
    protocol = slot.service.protocol
    none = "None" if style.generation in ("a", "b") else "N/A"
    nat_source = slot.nat in ("interface", "pool")
    reason = REASONS[_COMMON[noise % len(_COMMON)]] if noise >> 8 & 15 else REASONS[(noise >> 12) % len(REASONS)]
    if protocol.startswith("icmp") and noise & 1:
        reason = "response received"
    dynamic = slot.service.dynamic.partition(":")[2]
    service = slot.service.application or ("icmp" if protocol.startswith("icmp") else "None")
    return {
        "source": values["src"], "sport": values["sport"], "destination": values["dst"], "dport": values["dport"],
        "nsource": values["bdst"], "nsport": values["bdport"], "ndestination": values["bsrc"], "ndport": values["bsport"],
        "service": service, "protocol": str(NUMBERS.get(protocol, 0)), "icmp": "8" if protocol.startswith("icmp") else "0",
        "policy": slot.policy.name if slot.policy else "N/A", "from": slot.from_zone or "trust", "to": slot.to_zone or "untrust",
        "session": str(session.values["id"] if wide else int(session.values["id"]) & 0xFFFFFFFF),
        "srule": slot.rule if nat_source else none, "drule": slot.rule if slot.nat == "destination" else none,
        "stype": "source rule" if nat_source else "N/A", "dtype": "destination rule" if slot.nat == "destination" else "N/A",
        "interface": slot.ingress, "egress": slot.egress, "reason": reason, "packets": values["packets"], "bytes": values["bytes"],
        "bpackets": values["bpackets"], "bbytes": values["bbytes"], "elapsed": values["duration"], "user": "N/A", "roles": "N/A",
        "application": dynamic, "nested": "UNKNOWN", "encrypted": "Yes" if dynamic == "SSL" else "No", "none": none,
    }  # fmt: skip


# What structured data says, in order: key -> key of the parts. "=" starts a constant.
_ENDS = (
    ("source-address", "source"),
    ("source-port", "sport"),
    ("destination-address", "destination"),
    ("destination-port", "dport"),
)
_TAG = (("connection-tag", "=0"),)
_NAT = (
    ("nat-source-address", "nsource"),
    ("nat-source-port", "nsport"),
    ("nat-destination-address", "ndestination"),
    ("nat-destination-port", "ndport"),
)
_RULES_OLD = (("src-nat-rule-name", "srule"), ("dst-nat-rule-name", "drule"))
_RULES = (
    ("nat-connection-tag", "=0"), ("src-nat-rule-type", "stype"), ("src-nat-rule-name", "srule"), ("dst-nat-rule-type", "dtype"),
    ("dst-nat-rule-name", "drule"),
)  # fmt: skip
_POLICY = (
    ("protocol-id", "protocol"),
    ("policy-name", "policy"),
    ("source-zone-name", "from"),
    ("destination-zone-name", "to"),
)
_USER = (("username", "user"), ("roles", "roles"), ("packet-incoming-interface", "interface"))
_APPLICATION = (("application", "application"), ("nested-application", "nested"))
_ENCRYPTED = (("encrypted", "encrypted"),)
_CATEGORY = (
    ("application-category", "=N/A"), ("application-sub-category", "=N/A"), ("application-risk", "=-1"), ("application-characteristics", "=N/A"),
)  # fmt: skip
_VRF = (("src-vrf-grp", "=N/A"), ("dst-vrf-grp", "=N/A"))
_COUNTS = (
    ("packets-from-client", "packets"), ("bytes-from-client", "bytes"), ("packets-from-server", "bpackets"), ("bytes-from-server", "bbytes"),
    ("elapsed-time", "elapsed"),
)  # fmt: skip
_PEER = (
    ("secure-web-proxy-session-type", "=NA"), ("peer-session-id", "=0"), ("peer-source-address", "=0.0.0.0"), ("peer-source-port", "=0"),
    ("peer-destination-address", "=0.0.0.0"), ("peer-destination-port", "=0"), ("hostname", "=NA NA"),
)  # fmt: skip
Rows = tuple[tuple[str, str], ...]


def _fields(kind: str, parts: dict[str, str], style: Style) -> dict[str, str]:
    new, newest = style.generation in ("c", "d"), style.generation == "d"
    tag, rules = (_TAG, _RULES) if new else ((), _RULES_OLD)
    session: Rows = (("session-id" if newest and style.wide else "session-id-32", "session"),)
    service: Rows = (("service-name", "service"),)
    base: Rows = (*_ENDS, *tag, *service)
    if kind == "DENY":
        icmp: Rows = (("protocol-id", "protocol"), ("icmp-type", "icmp"), *_POLICY[1:])
        rows: Rows = (*base, *icmp)
        if style.generation != "a":
            rows = (*rows, *_APPLICATION, *_USER, *_ENCRYPTED)
        if newest:
            rows = (*rows, ("reason", "=Denied by policy"), *session, *_CATEGORY)
    elif kind.startswith("APPTRACK"):
        rows = (
            *_ENDS,
            *service,
            *_APPLICATION,
            *_NAT,
            *_RULES_OLD,
            *_POLICY,
            *session,
            *(_COUNTS if kind != "APPTRACK_CREATE" else ()),
        )
        rows = (
            *rows,
            *_USER[:2],
            *_ENCRYPTED,
            *((("destination-interface-name", "egress"),) if kind == "APPTRACK_ROUTE_UPDATE" else ()),
        )
    else:
        rows = (*base, *_NAT, *rules, *_POLICY, *session)
        if kind == "CLOSE":
            rows = (*rows, *_COUNTS)
        if style.generation == "a":
            rows = (*rows, *_USER[2:])
        elif kind == "CLOSE":
            rows = (*rows, *_APPLICATION, *_USER, *_ENCRYPTED, *((*_CATEGORY, *_PEER, *_VRF) if newest else ()))
        else:
            rows = (*rows, *_USER, *((*_APPLICATION, *_ENCRYPTED, *_CATEGORY, *_VRF) if newest else ()))
    return {key: where[1:] if where.startswith("=") else parts[where] for key, where in rows}


# -- free text


def free_text(event: Event, generation: str) -> str:
    """The message without its header and tag: `session created 10.0.0.1/1->...`."""
    kind = event.name.removesuffix("_LS").rpartition("SESSION_")[2]
    p = event.parts
    ends = f"{p['source']}/{p['sport']}->{p['destination']}/{p['dport']}"
    tag = " 0x0" if generation in ("c", "d") else ""
    if event.name.startswith("APPTRACK"):
        return _apptrack(kind, p, ends)
    if kind == "DENY":
        text = f"session denied {ends}{tag} {p['service']} {p['protocol']}({p['icmp']}) {p['policy']} {p['from']} {p['to']}"
        if generation != "a":
            text += f" {p['application']} {p['nested']} {p['user']}({p['roles']}) {p['interface']} {p['encrypted']}"
        return text + (f" Denied by policy {p['session']} N/A N/A -1 N/A" if generation == "d" else "")
    nat = f"{p['nsource']}/{p['nsport']}->{p['ndestination']}/{p['ndport']}"
    rules = f"{p['stype']} {p['srule']} {p['dtype']} {p['drule']}" if tag else f"{p['srule']} {p['drule']}"
    where = f"{p['protocol']} {p['policy']} {p['from']} {p['to']} {p['session']}"
    head = f"{ends}{tag} {p['service']} {nat}{tag} {rules} {where}"
    if kind == "CREATE":
        return f"session created {head}" + _created(p, generation, event)
    counts = f"{p['packets']}({p['bytes']}) {p['bpackets']}({p['bbytes']}) {p['elapsed']}"
    return f"session closed {p['reason']}: {head} {counts}" + _closed(p, generation, event)


def _created(p: dict[str, str], generation: str, event: Event) -> str:
    user = f" {p['user']}({p['roles']}) {p['interface']}"
    if generation == "a":
        return ""
    if generation == "d":
        return f"{user} {p['application']} {p['nested']} UNKNOWN N/A N/A -1 N/A N/A N/A Off {_system(event)}"
    return user


def _closed(p: dict[str, str], generation: str, event: Event) -> str:
    if generation == "a":
        return ""
    text = f" {p['application']} {p['nested']} {p['user']}({p['roles']}) {p['interface']} {p['encrypted']}"
    if generation == "b" and event.number % 5 == 3:  # empty application: several blanks in a row (SRX220)
        return f"   {p['user']}({p['roles']}) {p['interface']} "
    if generation == "d":
        text += f" N/A N/A -1 N/A NA 0 0.0.0.0/0->0.0.0.0/0 NA NA N/A N/A Off {_system(event)}"
    return text


def _system(event: Event) -> str:
    return event.fields.get("logical-system-name", "root")


def _apptrack(kind: str, p: dict[str, str], ends: str) -> str:
    verb = {"CREATE": "session created", "CLOSE": f"session closed {p['reason']}:", "VOL_UPDATE": "volume update:"}.get(
        kind, "route update:"
    )
    text = (
        f"AppTrack {verb} {ends} {p['service']} {p['application']} {p['nested']} {p['nsource']}/{p['nsport']}->{p['ndestination']}/{p['ndport']} "
        f"{p['srule']} {p['drule']} {p['protocol']} {p['policy']} {p['from']} {p['to']} {p['session']}"
    )
    if kind != "CREATE":
        text += f" {p['packets']}({p['bytes']}) {p['bpackets']}({p['bbytes']}) {p['elapsed']}"
    return f"{text} {p['user']} {p['roles']} {p['encrypted']}"


# -- whole lines


def line(event: Event, style: Style) -> str:
    """One line as a collector receives it, without its end."""
    return _structured(event, style) if style.structured else _unstructured(event, style)


def _structured(event: Event, style: Style) -> str:
    odd = event.number if style.quirks else 0
    fields = dict(event.fields)
    if odd % 7 == 1 and "encrypted" in fields:
        fields["encrypted"] = "No "
    if odd % 11 == 2 and "policy-name" in fields:
        fields["policy-name"] += " internet; offload"
    quotes = [f'{key}="{value}"' for key, value in fields.items()]
    if odd % 13 == 4:  # samples in documents have curly quotes at some keys
        quotes[:2] = [f"{key}=\u201c{value}\u201d" for key, value in list(fields.items())[:2]]
    identifier = {3: "junos@2636.1.1.1.2.135", 5: "junos@2626.192.0.2.1.40", 6: "-custom@1"}.get(
        odd % 17, f"junos@2636.1.1.1.2.{style.platform}"
    )
    data = f"[{identifier} {' '.join(quotes)}]" if odd % 17 != 8 else f"[{' '.join(quotes)}]"
    stamp = event.when.isoformat(timespec="milliseconds")
    if odd % 19 == 9:
        stamp = stamp[:23]  # no time zone
    elif stamp.endswith("+00:00") and odd % 3 == 1:
        stamp = f"{stamp[:23]}Z"
    head = "" if odd % 23 == 10 else "<14>"
    host = "-" if odd % 29 == 12 else style.host
    text = "" if style.brief else " " + free_text(event, style.generation)
    if odd % 31 == 14:
        text = text.replace("->", "-->")  # Juniper: Monitoring Security Flow Sessions
    return f"{head}1 {stamp} {host} RT_FLOW - {event.name} {data}{text}"


def _unstructured(event: Event, style: Style) -> str:
    odd = event.number if style.quirks else 0
    moment = event.when
    host = "" if odd % 29 == 12 else f"{style.host} "
    head = "" if odd % 23 == 10 else "<14>"
    return f"{head}{moment:%b} {moment.day:2d} {moment:%H:%M:%S} {host}RT_FLOW: {event.name}: {free_text(event, style.generation)}"


def kind_of(number: int, apptrack: bool = True) -> str:
    """The event of line n of an endless log: mostly ends of sessions, a beginning before each."""
    if apptrack and number % 16 >= 14:
        return EVENTS[3 + number // 16 % 4]
    return ("CREATE", "CLOSE", "CREATE", "CLOSE", "CLOSE", "DENY", "CREATE")[number % 7]


def lines(
    table: Table, count: int, start: datetime, style: Style, *, apptrack: bool = True, mixed: bool = False
) -> Iterator[str]:
    """`count` lines, three milliseconds apart. mixed: the generations in turn, and every tenth line of a logical system."""
    changing = [replace(style, generation=each) for each in GENERATIONS] if mixed else [style]
    systems = [replace(each, logical_system="root-logical-system") for each in changing]
    for number in range(count):
        own = (systems if mixed and number % 10 == 9 else changing)[number % len(changing)]
        k = number % max(1, table.size)
        while table.slots[k % SLOTS].tunnel:  # what has no policy is not logged
            k += 1
        yield line(event_of(table, k, kind_of(number, apptrack), start + timedelta(milliseconds=3 * number), own), own)
