# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""RT_FLOW lines: what policies log about sessions; structured, and in the free text of eight releases.

Columns of 22.2 and 26.2: Juniper's System Log Explorer; of the releases before: araqne tests and SRX 9.x to 11.x, logstash patterns and SRX220
(11.4), Azure Sentinel and SRX1500 (15.1), syslog-ng's tests (19), structured captures of 20.x and 21.x; SC4S tests (logical systems). AppTrack:
Juniper's own test library and captures of 15.1X49, 19.x and 20.x. Line n of a seed is always the same.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from .flowconfig import GLOBAL, Policy
from .flows import Session, Table, mix
from .slots import NUMBERS, SLOTS

GENERATIONS = ("9", "11.4", "15.1", "19", "20", "21", "22.2", "26.2")
"""The first release of each layout."""
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
    the line. brief: no free text behind structured data. wide: `session-id` instead of `session-id-32` from 20 on. logical_system: _LS lines.
    """

    structured: bool = True
    generation: str = "20"
    host: str = "srx1"
    quirks: bool = False
    brief: bool = False
    wide: bool = True
    logical_system: str = ""
    platform: int = 40

    def since(self, release: str) -> bool:
        """Whether its release is this one of GENERATIONS, or a later one."""
        return GENERATIONS.index(self.generation) >= GENERATIONS.index(release)


@dataclass(slots=True)
class Event:
    """One log line before it has a form. fields: in their order, as structured data names them. parts: everything a line may say.
    tail: keys of the fields that free text ends with."""

    name: str
    when: datetime
    number: int
    fields: dict[str, str]
    parts: dict[str, str] = field(default_factory=dict)
    tail: tuple[str, ...] = ()


def event_of(table: Table, k: int, kind: str, when: datetime, style: Style) -> Event:
    """What the device logs about session k. kind: of EVENTS. when: of the line; for a close the end of the session."""
    session = table.session(k)
    noise = mix(k ^ table.seed << 20)
    parts = _parts(session, noise, style)
    if kind == "DENY":
        denier = [policy for policy in table.scene.policies if policy.action != "permit"]
        parts["policy"] = _named(denier[k % len(denier)]) if denier else "deny-all"
    tail = "_LS" if style.logical_system else ""
    name = f"APPTRACK_SESSION_{kind[9:]}{tail}" if kind.startswith("APPTRACK") else f"RT_FLOW_SESSION_{kind}{tail}"
    fields = {"logical-system-name": style.logical_system} if style.logical_system else {}
    if kind in ("CLOSE", "APPTRACK_CLOSE"):
        fields["reason"] = parts["reason"]
    rows, ending = _rows(kind, style)
    fields |= {key: where[1:] if where.startswith("=") else parts[where] for key, where in (*rows, *ending)}
    return Event(name, when, k, fields, parts, tuple(key for key, _where in ending))


def _named(policy: Policy) -> str:
    """Logs mark a global policy (logstash's tests)."""
    return f"{policy.name}(global)" if policy.from_zone == GLOBAL else policy.name


def _parts(session: Session, noise: int, style: Style) -> dict[str, str]:
    """Everything a line may say, as text."""
    wide = style.wide and style.since("20")
    slot, values = session.slot, {key: str(value) for key, value in session.values.items()}
    protocol = slot.service.protocol
    none = "N/A" if style.since("15.1") else "None"
    nat_source = slot.nat in ("interface", "pool")
    reason = REASONS[_COMMON[noise % len(_COMMON)]] if noise >> 8 & 15 else REASONS[(noise >> 12) % len(REASONS)]
    if protocol.startswith("icmp") and noise & 1:
        reason = "response received"
    dynamic = slot.service.dynamic.partition(":")[2]
    category = _CATEGORIES[noise >> 16 & 3] if dynamic != "UNKNOWN" else _CATEGORIES[0]
    service = slot.service.application or ("icmp" if protocol.startswith("icmp") else "None")
    return {
        "source": values["src"], "sport": values["sport"], "destination": values["dst"], "dport": values["dport"],
        "nsource": values["bdst"], "nsport": values["bdport"], "ndestination": values["bsrc"], "ndport": values["bsport"],
        "service": service, "protocol": str(NUMBERS.get(protocol, 0)), "icmp": "8" if protocol.startswith("icmp") else "0",
        "policy": _named(slot.policy) if slot.policy else "N/A", "from": slot.from_zone or "trust", "to": slot.to_zone or "untrust",
        "session": str(session.values["id"] if wide else int(session.values["id"]) & 0xFFFFFFFF),
        "srule": slot.rule if nat_source else none, "drule": slot.rule if slot.nat == "destination" else none,
        "stype": "source rule" if nat_source else "N/A", "dtype": "destination rule" if slot.nat == "destination" else "N/A",
        "interface": slot.ingress, "egress": slot.egress, "reason": reason, "packets": values["packets"], "bytes": values["bytes"],
        "bpackets": values["bpackets"], "bbytes": values["bbytes"], "elapsed": values["duration"], "user": "N/A", "roles": "N/A",
        "application": dynamic, "nested": "UNKNOWN", "encrypted": "Yes" if dynamic == "SSL" else "No", "none": none,
        "category": category[0], "sub-category": category[1], "risk": category[2], "characteristics": category[3],
    }  # fmt: skip


# What lines say, in order: key -> key of the parts. "=" starts a constant.
Rows = tuple[tuple[str, str], ...]
_CATEGORIES = (
    ("N/A", "N/A", "-1", "N/A"),
    ("Web", "N/A", "4", "Can Leak Information;Supports File Transfer;Prone to Misuse;"),
    ("Web", "Social-Networking", "3", "N/A"),
    ("Multimedia", "Web-Based", "2", "Bandwidth;Loss of Productivity;"),
)
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
_COUNTS = (
    ("packets-from-client", "packets"), ("bytes-from-client", "bytes"), ("packets-from-server", "bpackets"), ("bytes-from-server", "bbytes"),
    ("elapsed-time", "elapsed"),
)  # fmt: skip
_PEER = (
    ("secure-web-proxy-session-type", "=NA"), ("peer-session-id", "=0"), ("peer-source-address", "=0.0.0.0"), ("peer-source-port", "=0"),
    ("peer-destination-address", "=0.0.0.0"), ("peer-destination-port", "=0"), ("hostname", "=NA NA"),
)  # fmt: skip


def _unused(*keys: str) -> Rows:
    return tuple((key, "=N/A") for key in keys)


_CATEGORY = (
    ("application-category", "category"), ("application-sub-category", "sub-category"), ("application-risk", "risk"),
    ("application-characteristics", "characteristics"),
)  # fmt: skip
_VRF = _unused("src-vrf-grp", "dst-vrf-grp")
_TUNNEL = (("tunnel-inspection", "=Off"), ("tunnel-inspection-policy-set", "=root"))
_TENANT = _unused("source-tenant", "destination-service")
_CONTEXT = _unused("dst-identity-context-name", "dst-identity-context-roles")
_GBP = _unused("gbp-src-tag", "gbp-dst-tag", "forwarded-for")
_LAST = _unused("src-vrf", "dst-vrf")
_URL = _unused("url-host", "url-cat", "url-risk")

# Columns at the end of a message, and the release that added them.
_TAILS: dict[str, tuple[tuple[str, Rows], ...]] = {
    "CREATE": (
        ("19", (*_APPLICATION, *_ENCRYPTED, *_CATEGORY)), ("20", _VRF), ("21", _TUNNEL), ("22.2", _TENANT), ("26.2", (*_CONTEXT, *_GBP, *_LAST)),
    ),
    "CLOSE": (
        ("11.4", _ENCRYPTED), ("19", _CATEGORY), ("20", (*_PEER, *_VRF)), ("21", _TUNNEL), ("22.2", (("session-flag", "=0"), *_TENANT)),
        ("26.2", (*_unused("user-type"), *_CONTEXT, *_GBP, *_URL, *_LAST)),
    ),
    "DENY": (
        ("19", _CATEGORY), ("20", _VRF), ("22.2", _TENANT),
        ("26.2", (*_unused("user-type"), *_CONTEXT, *_unused("source-country", "destination-country"), *_GBP, *_URL, *_LAST)),
    ),
}  # fmt: skip
_WHO = (("username", "user"), ("roles", "roles"), *_ENCRYPTED)
_EGRESS = (("destination-interface-name", "egress"),)
_CLASS = (("category", "category"), ("sub-category", "sub-category"))
_PROFILE = (*_unused("profile-name", "rule-name"), ("routing-instance", "=default"))
_UPLINK = (*_unused("uplink-incoming-interface-name"), ("uplink-tx-bytes", "=0"), ("uplink-rx-bytes", "=0"))
_MULTIPATH = _unused("multipath-rule-name")
_APBR = _unused("apbr-policy-name")
_DSCP = (("dscp-value", "=N/A"), ("apbr-rule-type", "=default"))
_BEGUN = (("11.4", _WHO), ("15.1", _EGRESS), ("19", _CLASS), ("20", _VRF))
_APPTRACK: dict[str, tuple[tuple[str, Rows], ...]] = {
    "APPTRACK_CREATE": _BEGUN,
    "APPTRACK_VOL_UPDATE": _BEGUN,
    "APPTRACK_ROUTE_UPDATE": (("9", (*_WHO, *_PROFILE)), ("15.1", _EGRESS), ("19", (*_CLASS, *_APBR)), ("21", (*_VRF, *_DSCP))),
    "APPTRACK_CLOSE": (("11.4", _WHO), ("15.1", (*_PROFILE, *_EGRESS, *_UPLINK)), ("19", (*_CLASS, *_APBR, *_MULTIPATH)), ("20", _VRF), ("21", _DSCP)),
}  # fmt: skip
_X49 = (
    *_WHO,
    *_PROFILE,
    *_EGRESS,
    *_UPLINK,
    *_MULTIPATH,
    *_VRF,
)  # the end of a closed AppTrack session in 15.1X49, and only there


def _tail(kind: str, style: Style) -> Rows:
    if kind == "APPTRACK_CLOSE" and style.generation == "15.1":
        return _X49
    tails = _APPTRACK[kind] if kind in _APPTRACK else _TAILS[kind]
    return tuple(row for release, rows in tails if style.since(release) for row in rows)


def _rows(kind: str, style: Style) -> tuple[Rows, Rows]:
    """Columns of an event, and those that it ends with, which free text has in the same order."""
    new, newest = style.since("15.1"), style.since("20")
    tag, rules = (_TAG, _RULES) if new else ((), _RULES_OLD)
    session: Rows = (("session-id" if newest and style.wide else "session-id-32", "session"),)
    service: Rows = (("service-name", "service"),)
    base: Rows = (*_ENDS, *tag, *service)
    if kind == "DENY":
        rows: Rows = (*base, ("protocol-id", "protocol"), ("icmp-type", "icmp"), *_POLICY[1:])
        rows += (*_APPLICATION, *_USER, *_ENCRYPTED) if style.since("11.4") else ()
        rows += (("reason", "=Denied by policy"), *session) if style.since("19") else ()
    elif kind.startswith("APPTRACK"):
        rows = (*_ENDS, *service, *_APPLICATION, *_NAT, *_RULES_OLD, *_POLICY, *session)
        rows += _COUNTS if kind in ("APPTRACK_CLOSE", "APPTRACK_VOL_UPDATE") else ()
    else:
        rows = (*base, *_NAT, *rules, *_POLICY, *session)
        if kind == "CLOSE":
            rows = (*rows, *_COUNTS)
        if not style.since("11.4"):
            rows = (*rows, *_USER[2:])
        elif kind == "CLOSE":
            rows = (*rows, *_APPLICATION, *_USER)
        else:
            rows = (*rows, *_USER)
    return rows, _tail(kind, style)


# -- free text


def free_text(event: Event, generation: str) -> str:
    """The message without its header and tag: `session created 10.0.0.1/1->...`; of a logical system `Lsys NAME: session created ...`."""
    name = event.name.removesuffix("_LS")
    text = _text(name.rpartition("SESSION_")[2], event, Style(generation=generation))
    return f"Lsys {event.fields['logical-system-name']}: {text}" if name != event.name else text


def _text(kind: str, event: Event, style: Style) -> str:
    p = event.parts
    ends = f"{p['source']}/{p['sport']}->{p['destination']}/{p['dport']}"
    tag = " 0x0" if style.since("15.1") else ""
    if event.name.startswith("APPTRACK"):
        return _apptrack(kind, p, ends) + _ending(event)
    if kind == "DENY":
        text = f"session denied {ends}{tag} {p['service']} {p['protocol']}({p['icmp']}) {p['policy']} {p['from']} {p['to']}"
        if style.since("11.4"):
            text += f" {p['application']} {p['nested']} {p['user']}({p['roles']}) {p['interface']} {p['encrypted']}"
        return text + (f" Denied by policy {p['session']}" if style.since("19") else "") + _ending(event)
    nat = f"{p['nsource']}/{p['nsport']}->{p['ndestination']}/{p['ndport']}"
    rules = f"{p['stype']} {p['srule']} {p['dtype']} {p['drule']}" if tag else f"{p['srule']} {p['drule']}"
    where = f"{p['protocol']} {p['policy']} {p['from']} {p['to']} {p['session']}"
    head = f"{ends}{tag} {p['service']} {nat}{tag} {rules} {where}"
    user = f" {p['user']}({p['roles']}) {p['interface']}" if style.since("11.4") else ""
    if kind == "CREATE":
        return f"session created {head}{user}{_ending(event)}"
    head += f" {p['packets']}({p['bytes']}) {p['bpackets']}({p['bbytes']}) {p['elapsed']}"
    if style.generation == "11.4" and event.number % 5 == 3:  # empty application: several blanks in a row (SRX220)
        return f"session closed {p['reason']}: {head}  {user} "
    application = f" {p['application']} {p['nested']}" if user else ""
    return f"session closed {p['reason']}: {head}{application}{user}{_ending(event)}"


def _ending(event: Event) -> str:
    """The last columns. Both ends of the session of a web proxy are one word, as in `0.0.0.0/0->0.0.0.0/0`."""
    values = [event.fields[key] for key in event.tail]
    if "peer-source-address" in event.tail:
        at = event.tail.index("peer-source-address")
        values[at : at + 4] = ["{}/{}->{}/{}".format(*values[at : at + 4])]
    return "".join(f" {value}" for value in values)


def _apptrack(kind: str, p: dict[str, str], ends: str) -> str:
    verb = {"CREATE": "session created", "CLOSE": f"session closed {p['reason']}:", "VOL_UPDATE": "volume update:"}.get(
        kind, "route update:"
    )
    text = (
        f"AppTrack {verb} {ends} {p['service']} {p['application']} {p['nested']} {p['nsource']}/{p['nsport']}->{p['ndestination']}/{p['ndport']} "
        f"{p['srule']} {p['drule']} {p['protocol']} {p['policy']} {p['from']} {p['to']} {p['session']}"
    )
    counts = f" {p['packets']}({p['bytes']}) {p['bpackets']}({p['bbytes']}) {p['elapsed']}"
    return text + (counts if kind in ("CLOSE", "VOL_UPDATE") else "")


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
        own = (systems if mixed and number % 10 == 9 else changing)[(number + number // 16) % len(changing)]
        k = number % max(1, table.size)
        while table.slots[k % SLOTS].tunnel:  # what has no policy is not logged
            k += 1
        yield line(event_of(table, k, kind_of(number, apptrack), start + timedelta(milliseconds=3 * number), own), own)
