# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""`show interfaces terse [NAME]`: what the configuration gives an address, up; and the ports that zones name."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING
from xml.sax.saxutils import escape

from .chassis import namespace
from .flow_commands import scene_of
from .flow_xml import element
from .flows import DEFAULT_ADDRESS
from .slots import PLAIN

if TYPE_CHECKING:
    from .device import SrxDevice
    from .operational import Request

Row = tuple[str, list[tuple[str, str]]]
"""A logical interface, and its families with their addresses."""


def rows_of(device: SrxDevice) -> list[Row]:
    scene = scene_of(device)
    if not scene.addresses and not scene.addresses6:
        scene.zones = scene.zones or PLAIN.zones
        scene.addresses = {
            "ge-0/0/0.0": [f"{DEFAULT_ADDRESS}/24"]
        }  # what the sessions of such a device are translated to
    names = {*scene.addresses, *scene.addresses6, *(name for members in scene.zones.values() for name in members)}
    return [
        (
            name,
            [("inet", address) for address in scene.addresses.get(name, ())]
            + [("inet6", address) for address in scene.addresses6.get(name, ())],
        )
        for name in sorted(names)
    ]


def terse(request: Request) -> Iterable[str]:
    """Layout of Juniper's documentation; the Routing Engine answers for both nodes of a cluster."""
    device = request.device
    wanted = request.words[0] if request.words else ""
    rows = [row for row in rows_of(device) if wanted in ("", row[0], row[0].partition(".")[0])]
    return _xml(device, rows) if request.xml else _text(rows)


def _text(rows: list[Row]) -> Iterator[str]:
    yield "Interface               Admin Link Proto    Local                 Remote\n"
    seen = set()
    for name, families in rows:
        port = name.partition(".")[0]
        if port not in seen:
            seen.add(port)
            yield f"{port:<24}up    up\n"
        head = f"{name:<24}up    up   "
        for family, address in families or [("", "")]:
            yield f"{head}{family:<9}{address}".rstrip() + "\n"
            head = " " * 35


def _xml(device: SrxDevice, rows: list[Row]) -> Iterator[str]:
    yield f'    <interface-information{namespace(device, "interface")} junos:style="terse">\n'
    for port in dict.fromkeys(name.partition(".")[0] for name, _families in rows):
        yield "        <physical-interface>\n" + _state(port, 3)
        for name, families in rows:
            if name.partition(".")[0] == port:
                yield "            <logical-interface>\n" + _state(name, 4)
                for family, address in families:
                    body = element(5, "address-family-name", family)
                    local = f"{'    ' * 5}<interface-address>\n{element(6, 'ifa-local', escape(address))}{'    ' * 5}</interface-address>\n"
                    yield f"                <address-family>\n{body}{local}                </address-family>\n"
                yield "            </logical-interface>\n"
        yield "        </physical-interface>\n"
    yield "    </interface-information>\n"


def _state(name: str, depth: int) -> str:
    return (
        element(depth, "name", escape(name))
        + element(depth, "admin-status", "up")
        + element(depth, "oper-status", "up")
    )


HANDLERS: dict[str, Callable[[Request], Iterable[str]]] = {"show interfaces terse": terse}
