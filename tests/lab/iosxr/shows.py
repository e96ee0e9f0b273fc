# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""`show ...` outside the configuration commands: text computed from the state of the device.

Layouts: genieparser golden outputs and the Cisco guide; what no capture shows is named in the docstrings.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING

from . import mirrors, names
from .picture import Picture
from .tree import Node, formal, lines_of, ordered
from .words import Cursor, Incomplete, Invalid, choose

if TYPE_CHECKING:
    from .device import IosXrDevice

NO_ITEMS = "% No such configuration item(s)\n\n"


def show(device: IosXrDevice, words: list[str], at: int) -> str:
    """words[at:] is the line behind `show`. Raises Invalid or Incomplete."""
    best: tuple[int, Handler] | None = None
    furthest = at
    for row, handler in SHOWS:
        fits = 0
        for literal, word in zip(row, words[at:], strict=False):
            if not literal.startswith(word.lower()) or len(word) < 2:
                break
            fits += 1
        furthest = max(furthest, at + fits)
        if fits == len(row) and (best is None or fits > best[0]):
            best = (fits, handler)
    if best is None:
        if furthest >= len(words):
            raise Incomplete
        raise Invalid(furthest)
    cursor = Cursor(words, at + best[0])
    text = best[1](device, cursor)
    if cursor.more:
        raise Invalid(cursor.at)
    return text


# -- running configuration


@lru_cache(maxsize=64)
def _formal_interfaces(root: Node) -> str:
    """Devices that started with the same text share this."""
    return "".join(f"{line}\n" for line in formal(root) if line.startswith("interface "))


def running_config(device: IosXrDevice, cursor: Cursor) -> str:
    words = [cursor.word() for _word in range(len(cursor.words) - cursor.at)]
    start = cursor.at - len(words)
    flat = "formal" in words
    words = [word for word in words if word != "formal"]
    if flat and words == ["interface"]:
        return f"{_formal_interfaces(device.running)}\n" if _formal_interfaces(device.running) else NO_ITEMS
    if not words:
        lines: Iterator[str] = formal(device.running) if flat else _whole(device)
        changed = time.strftime("%a %b %d %H:%M:%S %Y", time.gmtime(device.booted))
        user = device.commits[-1].user if device.commits else "lab"
        header = (
            f"!! IOS XR Configuration {device.release_text}\n!! Last configuration change at {changed} by {user}\n!\n"
        )
        return f"Building configuration...\n{header}{''.join(f'{line}{chr(10)}' for line in lines)}end\n\n"
    path = _path(words, start)
    found = "".join(f"{line}\n" for line in _chosen(device.running, path, flat))
    return f"{found}\n" if found else NO_ITEMS


def _whole(device: IosXrDevice) -> Iterator[str]:
    for _key, node in ordered(device.running):
        yield from lines_of(node)


_TOP = ("interface", "monitor-session", "hw-module", "hostname", "router", "l2vpn", "username", "line", "logging", "snmp-server",
        "access-list", "ipv4", "ipv6", "udf", "ntp", "vrf", "ssh", "aaa", "domain", "telnet", "clock", "taskgroup", "usergroup",
        "lldp", "cdp", "grpc", "netconf-yang", "mpls", "route-policy", "evpn", "service", "banner", "flow", "vty-pool")  # fmt: skip


def _path(words: Sequence[str], start: int) -> list[str]:
    """The words as a configuration prints them. start: index of the first, for the caret."""
    first = choose(words[0], _TOP)
    if first is None:
        raise Invalid(start)
    path = [first, *words[1:]]
    if first == "interface" and len(path) > 1:
        if path[1] == "preconfigure":
            del path[1]
            start += 1
        if len(path) > 1:
            cursor = Cursor(path, 1)
            try:
                name = cursor.interface()
            except Invalid as invalid:
                raise Invalid(start + invalid.index) from None
            path = ["interface", name, *path[cursor.at :]]
    elif first in ("ipv4", "ipv6") and len(path) > 1 and "access-list".startswith(path[1]) and len(path[1]) > 2:
        path[1] = "access-list"
    return path


def _chosen(node: Node, path: list[str], flat: bool, prefix: str = "", indent: int = 0) -> Iterator[str]:
    """Nodes below node that path leads to, with the lines they stand under."""
    for _key, child in ordered(node):
        words = child.line.replace("interface preconfigure ", "interface ", 1).split()
        size = min(len(words), len(path))
        if words[:size] != path[:size]:
            continue
        blank = " " * indent
        if len(path) <= len(words):
            yield from _block(child, flat, prefix, indent)
            continue
        if child.children is None:
            continue
        below = list(_chosen(child, path[size:], flat, f"{prefix}{child.line} ", indent + 1))
        if below and not flat:
            yield f"{blank}{child.line}"
            yield from below
            yield f"{blank}!"
        elif below:
            yield from below


def _block(node: Node, flat: bool, prefix: str, indent: int) -> Iterator[str]:
    if not flat:
        yield from lines_of(node, indent)
        return
    yield prefix + node.line
    if node.children:
        yield from formal(node, f"{prefix}{node.line} ")


_INLINE_ACL = re.compile(r"^( *)(monitor-session .*)\n\1 (acl(?: .*)?)\n", re.MULTILINE)
_CLASS = re.compile(r"\b(monitor-session \S+) ethernet\b")


def styled(device: IosXrDevice, text: str) -> str:
    """The forms that differ between releases: `acl` in a line of its own or behind the attachment, the default class."""
    if device.options.get("acl_print") == "inline":
        text = _INLINE_ACL.sub(r"\1\2 \3\n", text)
    if device.options.get("class_print", "omit" if device.platform == "asr9k" else "always") == "omit":
        text = _CLASS.sub(r"\1", text)
    return text


# -- platform


def version(device: IosXrDevice, cursor: Cursor) -> str:
    name = {"ncs5500": "NCS-5500", "asr9k": "ASR9K Series", "8000": "8000"}[device.platform]
    up = int(time.time() - device.booted) + 149_640
    uptime = f"{up // 86400} day{'s' * (up >= 172800)} {up // 3600 % 24} hours {up // 60 % 60} minutes"
    release = device.release_text
    build = {"ncs5500": "ncs5500", "asr9k": "asr9k", "8000": "8000"}[device.platform]
    return f"""\
Cisco IOS XR Software, Version {release}
Copyright (c) 2013-2021 by Cisco Systems, Inc.

Build Information:
 Built By     : ingunawa
 Built On     : Wed Oct 13 20:00:36 PDT 2021
 Built Host   : iox-ucs-017
 Workspace    : /auto/srcarchive17/prod/{release}/{build}/ws
 Version      : {release}
 Location     : /opt/cisco/XR/packages/
 Label        : {release}-0

cisco {name} () processor
System uptime is {uptime}

"""


def platform(device: IosXrDevice, cursor: Cursor) -> str:
    """Cards are those that the ports stand on. Card types are examples."""
    cards = sorted({names.card(name) for name in device.hardware if names.kind(name) != "MgmtEth"})
    processor = device.node_name.partition("/")[2]
    down = device.picture_reloading()
    rows = [
        f"{card:<18}{'NC55-24H12F-SE':<25}{'BOOTING' if down & {'', card} else 'IOS XR RUN':<17}NSHUT" for card in cards
    ]
    rows.append(f"{processor + '(Active)':<18}{'NC55-RP':<25}{'IOS XR RUN':<17}NSHUT")
    head = f"{'Node':<18}{'Type':<25}{'State':<17}Config state\n{'-' * 80}\n"
    return head + "".join(f"{row}\n" for row in rows)


def clock(device: IosXrDevice, cursor: Cursor) -> str:
    return time.strftime("%H:%M:%S.000 UTC %a %b %d %Y\n", time.gmtime())


# -- interfaces


def _all_interfaces(device: IosXrDevice, picture: Picture) -> list[str]:
    return sorted({*picture.facts.interfaces, *device.hardware, "Null0"}, key=names.order)


def _states(state: str | None) -> tuple[str, str]:
    return {"up": ("up", "up"), "down": ("down", "down"), "admin-down": ("admin-down", "admin-down")}.get(
        state or "", ("down", "down")
    )


def _mtu(picture: Picture, name: str) -> int:
    node = picture.facts.interfaces.get(name)
    own = (node.children or {}).get(("mtu",)) if node else None
    if own:
        return int(own.line.split()[1])
    return {"Null": 1500, "Loopback": 1500, "tunnel-ip": 1500}.get(
        names.kind(name), 1518 if names.is_sub(name) else 1514
    )


_ENCAP = {"Null": "Null", "Loopback": "Loopback", "tunnel-ip": "TUNNEL_IP"}


def interfaces_brief(device: IosXrDevice, cursor: Cursor) -> str:
    """Layout of genie's golden output of `show interfaces brief`."""
    picture = device.picture()
    head = (
        "\n               Intf       Intf        LineP              Encap  MTU        BW\n"
        "               Name       State       State               Type (byte)    (Kbps)\n" + "-" * 80 + "\n"
    )
    rows = []
    for name in _all_interfaces(device, picture):
        state = picture.state(name)
        if state is None:
            continue
        interface, line = _states(state)
        encap = "802.1Q" if names.is_sub(name) else _ENCAP.get(names.kind(name), "ARPA")
        speed = names.SPEED.get(names.kind(name), 0)
        rows.append(
            f"{names.short(name):>20} {interface:>11} {line:>11} {encap:>18} {_mtu(picture, name):>5} {speed:>10}"
        )
    return head + "".join(f"{row}\n" for row in rows) + "\n"


def ip_brief(device: IosXrDevice, cursor: Cursor) -> str:
    picture = device.picture()
    rows = []
    for name in _all_interfaces(device, picture):
        if picture.state(name) is None or name == "Null0":
            continue
        interface, line = {"up": ("Up", "Up"), "admin-down": ("Shutdown", "Down")}.get(
            picture.state(name) or "", ("Down", "Down")
        )
        address = next((str(own.ip) for own in picture.facts.addresses.get(name, ())), "unassigned")
        rows.append(f"{name:<30} {address:<15} {interface:<15} {line:<8} default \n")
    return f"\n{'Interface':<30} {'IP-Address':<15} {'Status':<15} {'Protocol':<8} Vrf-Name\n{''.join(rows)}\n"


def interfaces(device: IosXrDevice, cursor: Cursor) -> str:
    if not cursor.more:
        raise Incomplete
    name = cursor.interface()
    picture = device.picture()
    state = picture.state(name)
    if state is None:
        return f"Interface not found ({name})\n"
    interface, line = _states(state)
    if state == "admin-down":
        interface = line = "administratively down"
    node = picture.facts.interfaces.get(name)
    described = (node.children or {}).get(("description",)) if node else None
    address = next((str(own) for own in picture.facts.addresses.get(name, ())), "Unknown")
    lines = [f"{name} is {interface}, line protocol is {line} ", "  Interface state transitions: 1",
             f"  Hardware is {'Aggregated Ethernet interface(s)' if name.startswith('Bundle') else names.kind(name)}"]  # fmt: skip
    if described:
        lines.append(f"  Description: {described.line.partition(' ')[2]}")
    lines += [
        f"  Internet address is {address}",
        f"  MTU {_mtu(picture, name)} bytes, BW {names.SPEED.get(names.kind(name), 0)} Kbit",
    ]
    return "".join(f"{text}\n" for text in lines) + "\n"


# -- addresses


def route(device: IosXrDevice, cursor: Cursor) -> str:
    """`show route [ipv4] A`. Layout of genie's golden output of one routing entry."""
    cursor.maybe("ipv4")
    address = cursor.ipv4()
    cursor.maybe("detail")
    found = device.picture().lookup(address)
    if found is None:
        return "\n% Network not in table\n\n"
    lines = [f"Routing entry for {found.prefix}"]
    if found.source == "static":
        lines.append('  Known via "static", distance 1, metric 0')
        via = f"    {found.next_hop}" if found.next_hop else f"    directly connected, via {found.interface}"
        if found.next_hop and found.interface and device.static_names_interface(str(found.prefix)):
            via += f", via {found.interface}"
    else:
        kind = "connected" if found.source == "connected" else "local"
        lines.append(f'  Known via "{kind}", distance 0, metric 0 (connected)')
        via = f"    directly connected, via {found.interface}"
    stamp = time.strftime("%b %d %H:%M:%S.000", time.gmtime(device.booted))
    lines += [
        f"  Installed {stamp} for 1d17h",
        "  Routing Descriptor Blocks",
        via,
        "      Route metric is 0",
        "  No advertising protos. ",
    ]
    return "\n" + "".join(f"{line}\n" for line in lines) + "\n"


def arp(device: IosXrDevice, cursor: Cursor) -> str:
    """Entries of the specification, and the router's own addresses. Layout of genie's golden output."""
    wanted = cursor.ipv4() if cursor.more and cursor.peek()[:1].isdigit() else None
    picture = device.picture()
    head = "Address         Age        Hardware Addr   State      Type  Interface\n"
    rows: dict[str, list[str]] = {}
    for name, owns in picture.facts.addresses.items():
        if names.kind(name) in ("Loopback", "tunnel-ip") or picture.state(name) != "up":
            continue
        for own in owns:
            if wanted in (None, str(own.ip)):
                rows.setdefault(_arp_card(name), []).append(
                    f"{own.ip!s:<15} {'-':<10} {'0200.0000.0001':<15} {'Interface':<10} {'ARPA':<5} {name}\n"
                )
    for address, mac in (device.options.get("arp") or {}).items():
        link = next(
            (
                each
                for each in picture.connected()
                if each.source == "connected" and picture.lookup(str(address)) == each
            ),
            None,
        )
        if link and link.interface and wanted in (None, str(address)):
            rows.setdefault(_arp_card(link.interface), []).append(
                f"{address!s:<15} {'00:01:02':<10} {_mac(str(mac)):<15} {'Dynamic':<10} {'ARPA':<5} {link.interface}\n"
            )
    if not rows:
        rows = {"0/0/CPU0": []}
    line = "-" * 79 + "\n"
    return "".join(f"\n{line}{card}\n{line}{head}{''.join(found)}" for card, found in sorted(rows.items())) + "\n"


def _arp_card(name: str) -> str:
    return names.card(name) if names.is_physical(name) else "0/RP0/CPU0"


def _mac(text: str) -> str:
    digits = "".join(char for char in text.lower() if char in "0123456789abcdef")[:12].rjust(12, "0")
    return f"{digits[:4]}.{digits[4:8]}.{digits[8:]}"


def cef(device: IosXrDevice, cursor: Cursor) -> str:
    """`show cef [ipv4] A`: the way out. The counters and pointers of a real entry are constants here."""
    cursor.maybe("ipv4")
    address = cursor.ipv4()
    picture = device.picture()
    found = picture.lookup(address)
    if found is None:
        return f"% No entry found for {address}\n"
    hop = found.next_hop or address
    if found.source == "local":
        return f"{address}/32, version 7, receive\n  Updated Nov 20 10:00:00.000\n  Prefix Len 32\n"
    resolved = (
        hop in {str(key) for key in device.options.get("arp") or {}} or names.kind(found.interface or "") == "tunnel-ip"
    )
    return f"""\
{found.prefix}, version 12, internal 0x1000001 0x0 (ptr 0x8e3e1a70) [1], 0x0 (0x8e3a9a08), 0x0 (0x0)
 Updated Nov 20 10:00:00.000
 {"remote adjacency to " + str(found.interface) if resolved else "incomplete adjacency to " + str(found.interface)}
 Prefix Len {found.prefix.prefixlen}, traffic index 0, precedence n/a, priority 3
   via {hop}/32, {found.interface}, 5 dependencies, weight 0, class 0 [flags 0x0]
    path-idx 0 NHID 0x0 [0x8f0b1c70 0x0]
    next hop {hop}/32
    {"remote" if resolved else "incomplete"} adjacency
"""


Handler = Callable[["IosXrDevice", Cursor], str]
SHOWS: tuple[tuple[tuple[str, ...], Handler], ...] = (
    (("running-config",), running_config),
    (("version",), version),
    (("platform",), platform),
    (("clock",), clock),
    (("interfaces", "brief"), interfaces_brief),
    (("interfaces",), interfaces),
    (("ipv4", "interface", "brief"), ip_brief),
    (("ip", "interface", "brief"), ip_brief),
    (("route",), route),
    (("arp",), arp),
    (("cef",), cef),
    (("monitor-session",), mirrors.show),
)
