# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Sessions as XML, one element a line; tags and their order as in captures of 12.1 to 24.4 devices."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from xml.sax.saxutils import escape

from .flow_text import Style, escaped
from .slots import Slot

SHAPES = ("single", "multi_spu", "cluster", "wrapped", "siblings", "per_pic")


def element(depth: int, tag: str, text: str) -> str:
    return f"{'    ' * depth}<{tag}>{text}</{tag}>\n"


def namespace(release: str) -> str:
    return f' xmlns="http://xml.juniper.net/junos/{release}/junos-flow"'


def template(slot: Slot, level: str, style: Style, depth: int) -> str:
    """A % template for one flow-session. depth: indentation of its own tag, in steps."""
    full = level == "extensive"
    parts = [f'{"    " * depth}<flow-session junos:style="{"extensive" if full else "brief"}">\n']
    parts += [element(depth + 1, tag, text) for tag, text in (_head(slot, style, full))]
    parts.append(_wing(slot, style, full, depth + 1, ingress=True))
    if not slot.tunnel:
        parts.append(_wing(slot, style, full, depth + 1, ingress=False))
    parts.append(f"{'    ' * depth}</flow-session>\n")
    return "".join(parts)


def _constant(text: str) -> str:
    return escaped(escape(text))


def _head(slot: Slot, style: Style, full: bool) -> Iterator[tuple[str, str]]:
    """The status is empty for tunnels, the encryption has a blank in front, an unknown application has no elements (captures)."""
    yield "session-identifier", "%(id)d"
    yield "status", "" if slot.tunnel else "Normal"
    if style.ha:
        yield "session-state", style.ha
    if full:
        yield "session-flag", slot.flags
    yield "policy", _constant(slot.policy.label) if slot.policy else "N/A"
    if full:
        yield "nat-source-pool-name", _constant("interface" if slot.nat == "interface" else slot.pool or "Null")
        if slot.application:
            yield "application-name", _constant(slot.service.application)
            yield "application-value", str(slot.service.port)
        yield "dynamic-application-name", _constant(slot.service.dynamic)
        yield "encryption", " Unknown"
        yield "application-traffic-control-rule-set-name", "INVALID"
        yield "rule-name", "INVALID"
    yield "configured-timeout", "%(timeout)s"
    yield "timeout", "%(left)s"
    yield "sess-state", slot.state
    yield "logical-system", ""
    if full:
        yield "wan-acceleration", ""
        if slot.offload:
            yield "services-offload", "services-offload"
        yield "start-time", "%(start)d"
        yield "duration", "%(duration)d"
        yield "session-mask", "0"


def _wing(slot: Slot, style: Style, full: bool, depth: int, *, ingress: bool) -> str:
    prefix = "" if ingress else "b"
    rows = [
        ("direction", "In" if ingress else "Out"),
        ("source-address", f"%({prefix}src)s"),
        ("source-port", f"%({prefix}sport)d"),
        ("destination-address", f"%({prefix}dst)s"),
        ("destination-port", f"%({prefix}dport)d"),
        ("protocol", slot.service.protocol),
        ("conn-tag", "0x0"),
        ("interface-name", _constant(slot.ingress if ingress else slot.egress)),
    ]
    if full:
        rows += [
            ("session-token", "0x%(token)x"),
            ("flag", "0x21" if ingress else "0x20"),
            ("route", "0x50010"),
            ("gateway", f"%({prefix}src)s"),
            ("tunnel-information", "0"),
            ("port-sequence", "0"),
            ("fin-sequence", "0"),
            ("fin-state", "0"),
            ("seq-ack-diff", "0"),
        ]
    rows += [("pkt-cnt", f"%({prefix}packets)d"), ("byte-cnt", f"%({prefix}bytes)d")]
    if style.cp:
        rows.append(("dcp-session-id", "%(cp)d"))
    blank = "    " * depth
    body = "".join(element(depth + 1, tag, text) for tag, text in rows)
    return f'{blank}<flow-information junos:style="{"extensive" if full else "brief"}">\n{body}{blank}</flow-information>\n'


def information(body: Iterable[str], release: str, depth: int, where: str = "") -> Iterator[str]:
    """A flow-session-information around its body. where: the SPU it is of, as ` on FPC0 PIC1:`."""
    blank = "    " * depth
    yield f"{blank}<flow-session-information{namespace(release)}>\n"
    if where:
        yield element(depth + 1, "flow-fpc-pic-id", where)
    yield from body
    yield f"{blank}</flow-session-information>\n"


_SUMMARY = (  # tag, key of the figures
    ("active-unicast-sessions", "unicast"), ("active-multicast-sessions", "multicast"), ("active-services-offload-sessions", "offload"),
    ("failed-sessions", "failed"), ("active-sessions", "used"), ("active-session-valid", "valid"), ("active-session-pending", "pending"),
    ("active-session-invalidated", "invalidated"), ("active-session-other", "other"), ("max-sessions", "maximum"),
)  # fmt: skip


def summary(numbers: dict[str, int], release: str, depth: int) -> str:
    blank = "    " * depth
    body = "".join(element(depth + 1, tag, str(numbers[key])) for tag, key in _SUMMARY)
    return f"{blank}<flow-session-summary-information{namespace(release)}>\n{body}{blank}</flow-session-summary-information>\n"


def filtered_summary(numbers: dict[str, int], depth: int, invalidated: bool = True) -> str:
    """invalidated: some releases leave that element out (captures)."""
    rows = [
        ("valid", "valid"),
        ("pending", "pending"),
        ("invalidated", "invalidated"),
        ("other", "other"),
        ("count", "used"),
    ]
    return "".join(
        element(depth, f"displayed-session-{tag}", str(numbers[key]))
        for tag, key in rows
        if invalidated or tag != "invalidated"
    )
