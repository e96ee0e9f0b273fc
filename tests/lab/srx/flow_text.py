# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Sessions as text, in the layouts of four generations of releases; templates are made once a slot.

Sources: Junos OS 9.2 and 12.1 feature guides (9x), 15.1 SRX5k captures (15), vSRX 24.4 cluster capture (24), SRX4700 25.x capture
(extensive, 24). `18` is what lies between them, unverified.
"""

from __future__ import annotations

from dataclasses import dataclass

from .slots import Slot

LAYOUTS = ("9x", "15", "18", "24")


def layout_of(release: str) -> str:
    """The generation of a release: 21.4R3 -> 18."""
    head = release.partition(".")[0]
    year = int(head) if head.isdecimal() else 24
    return "9x" if year < 15 else "15" if year < 18 else "18" if year < 22 else "24"


@dataclass(frozen=True, slots=True)
class Style:
    """layout: of LAYOUTS. ha: Active | Backup in a cluster, else "". cp: the chassis has a central point, whose ids are shown."""

    layout: str = "24"
    ha: str = ""
    cp: bool = False


def escaped(text: str) -> str:
    """Constant text of a % template."""
    return text.replace("%", "%%")


def template(slot: Slot, level: str, style: Style) -> str:
    """A % template for the values of a session of this slot. level: brief or extensive."""
    return _extensive(slot, style) if level == "extensive" else _brief(slot, style)


def _state(slot: Slot, style: Style) -> str:
    return slot.state if style.layout in ("9x", "15") else f"Session State: {slot.state}"


def _ha(style: Style) -> str:
    if not style.ha:
        return ""
    return f"HA State: {style.ha}, " if style.layout in ("18", "24") else f"State: {style.ha}, "


def _brief(slot: Slot, style: Style) -> str:
    policy = escaped(slot.policy.label) if slot.policy else "N/A"
    lines = [f"Session ID: %(id)d, Policy name: {policy}, {_ha(style)}Timeout: %(left)s, {_state(slot, style)}"]
    protocol, old = slot.service.protocol, style.layout == "9x"
    tag = "" if old else " Conn Tag: 0x0,"
    end = (
        f", CP Session ID: %(cp)d{',' if style.layout == '24' else ''}"
        if style.cp and not old
        else {"18": ", ", "24": ","}.get(style.layout, "")
    )
    wings = [
        f"  In: %(src)s/%(sport)d --> %(dst)s/%(dport)d;{protocol},{tag} If: {slot.ingress}, Pkts: %(packets)d, Bytes: %(bytes)d{end}"
    ]
    if not slot.tunnel:
        wings.append(f"  Out: %(bsrc)s/%(bsport)d --> %(bdst)s/%(bdport)d;{protocol},{tag} If: {slot.egress}, "
                     f"Pkts: %(bpackets)d, Bytes: %(bbytes)d{end}")  # fmt: skip
    return "\n".join([*lines, *wings]) + "\n"


def _extensive(slot: Slot, style: Style) -> str:
    new = style.layout == "24"
    ha = f", {_ha(style)[:-2]}" if style.ha else ""
    flags = slot.flags + (", services-offload" if slot.offload else "")
    pool = "interface" if slot.nat == "interface" else slot.pool or "Null"
    application = f", Application: {escaped(slot.application)}" if slot.application else ""
    lines = [
        f"Session ID: %(id)d, Status: Normal{ha}",
        f"Flags: {flags}" if new else f"Flag: {slot.flags.replace('/0x2/', '/')}",
        f"Policy name: {escaped(slot.policy.label) if slot.policy else 'N/A'}",
        f"Source NAT pool: {escaped(pool)}{application}",
    ]
    if style.layout != "9x":
        lines.append(f"Dynamic application: {slot.service.dynamic},")
    if new:
        lines += ["Encryption:  Unknown", "Url-category:  Unknown"]
    if style.layout != "9x":
        lines.append("Application traffic control rule-set: INVALID, Rule: INVALID")
    lines += [
        "Maximum timeout: %(timeout)s, Current timeout: %(left)s",
        f"Session State: {slot.state}",
        "Start time: %(start)d, Duration: %(duration)d",
    ]
    lines += _wing(
        slot, style, "In: %(src)s/%(sport)d --> %(dst)s/%(dport)d", slot.ingress, "Pkts: %(packets)d, Bytes: %(bytes)d"
    )
    if not slot.tunnel:
        lines += _wing(
            slot,
            style,
            "Out: %(bsrc)s/%(bsport)d --> %(bdst)s/%(bdport)d",
            slot.egress,
            "Pkts: %(bpackets)d, Bytes: %(bbytes)d",
        )
    return "\n".join(lines) + "\n"


def _wing(slot: Slot, style: Style, head: str, interface: str, counts: str) -> list[str]:
    lines = [f"   {head};{slot.service.protocol},"]
    flag = "0x200021" if head.startswith("In") else "0x200020"
    gateway = "%(src)s" if head.startswith("In") else "%(bsrc)s"
    if style.layout == "24":
        lines += [f"  Conn Tag: 0x0, Attachment Id: 0, GW Endpoint Id: 0, Flow Cookie: 0, Interface: {interface},"]
        tail = "Tunnel ID: 0, Tunnel type: None,"
    else:
        lines += [f"  {'' if style.layout == '9x' else 'Conn Tag: 0x0, '}Interface: {interface},"]
        tail = "Tunnel: 0"
    lines += [
        f"    Session token: 0x%(token)x, Flag: {flag},",
        f"    Route: 0x50010, Gateway: {gateway}, {tail}",
        "    Port sequence: 0, FIN sequence: 0,",
        "    FIN state: 0,",
        f"    {counts}",
    ]
    if style.cp:
        lines.append("    CP Session ID: %(cp)d")
    return lines


def summary(numbers: dict[str, int], layout: str) -> str:
    """The whole table's figures. numbers: keys of `sessions.figures`."""
    drop = f"Sessions-in-drop-flow: {numbers['drop']}\n" if layout == "24" else ""
    return (
        f"Unicast-sessions: {numbers['unicast']}\nMulticast-sessions: 0\nServices-offload-sessions: {numbers['offload']}\n"
        f"Failed-sessions: {numbers['failed']}\n{drop}Sessions-in-use: {numbers['used']}\n"
        f"  Valid sessions: {numbers['valid']}\n  Pending sessions: {numbers['pending']}\n"
        f"  Invalidated sessions: {numbers['invalidated']}\n  Sessions in other states: {numbers['other']}\n"
        f"Maximum-sessions: {numbers['maximum']}\n"
    )


def filtered_summary(numbers: dict[str, int]) -> str:
    """Figures of the sessions that a filter selects."""
    return (
        f"Valid sessions: {numbers['valid']}\nPending sessions: {numbers['pending']}\nInvalidated sessions: {numbers['invalidated']}\n"
        f"Sessions in other states: {numbers['other']}\nTotal sessions: {numbers['used']}\n"
    )
