# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a chassis is made of: `show chassis hardware`, `routing-engine`, `fpc`, `fabric ...`, `show version`.

Descriptions and columns: samples of Juniper's SRX5400, SRX5800, SRX345 and vSRX documentation. Fabric errors are unverified.

Keys of the specification:

cards: slot -> spc2 | spc3 | ioc2 | ioc3, of an SRX5000 chassis (default: see CARDS).
routing_engine (2): 1 is the old one (no error handling), 2 the RE-1800X4, 3 the SRX5K-RE3-128G.
fabric_errors: list of {fpc, pfe, plane, text}: links that are not well.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING
from xml.sax.saxutils import escape

from . import nodes
from .flow_xml import element
from .operational import Refusal

if TYPE_CHECKING:
    from .device import SrxDevice
    from .operational import Request

OPTIONS = {"cards": dict, "routing_engine": int, "fabric_errors": list}
SRX5000 = {"srx5400": ("SRX5400", 3), "srx5600": ("SRX5600", 6), "srx5800": ("SRX5800", 12)}  # name, slots of cards
CARDS: dict[str, dict[int, str]] = {
    "srx5400": {0: "spc2", 2: "ioc2"},
    "srx5600": {0: "spc2", 1: "spc2", 3: "ioc2", 5: "ioc3"},
    "srx5800": {0: "spc2", 1: "spc2", 2: "spc2", 7: "ioc2", 11: "ioc3"},
}
KINDS = {  # card -> version, part number, description, its CPU, names of its PICs
    "spc2": ("REV 18", "750-054877", "SRX5k SPC II", "SRX5k DPC PPC", ("SPU Flow",) * 4),
    "spc3": ("REV 17", "750-073435", "SRX5K-SPC3", "SRX5k vCPP Broadwell", ("SPU Flow",) * 2),
    "ioc2": ("REV 11", "750-043157", "SRX5k IOC II", "SRX5k MPC PMB", ("10x 10GE SFP+",)),
    "ioc3": (
        "REV 07",
        "750-062242",
        "SRX5k IOC3 24XGE+6XLG",
        "RMPC PMB",
        ("12x 10GE SFP+", "12x 10GE SFP+", "3x 40GE QSFP+", "3x 40GE QSFP+"),
    ),
}
ENGINES = {
    1: ("REV 07", "710-015273", "RE-S-1300", "SRX5k RE-13-20"),
    2: ("REV 02", "740-056658", "RE-S-1800X4", "SRX5k RE-1800X4"),
    3: ("REV 04", "750-095568", "RE-S-2X00x6", "SRX5K-RE3-128G"),
}
PLANES = 6


@dataclass(frozen=True, slots=True)
class Item:
    """A row of the inventory; below: what is plugged into it."""

    name: str
    version: str = ""
    part: str = ""
    serial: str = ""
    description: str = ""
    below: tuple[Item, ...] = ()


def cards_of(model: str, options: Mapping[str, object]) -> dict[int, str]:
    """Slot -> card, of an SRX5000; empty for other models."""
    own = options.get("cards")
    if model not in SRX5000:
        return {}
    return {int(slot): str(card) for slot, card in sorted(own.items())} if isinstance(own, Mapping) else CARDS[model]


def wrong(options: Mapping[str, object]) -> list[str]:
    """What of the options' values is wrong; their types were checked with the specification."""
    found = []
    cards = options.get("cards", {})
    if isinstance(cards, Mapping):
        for slot, card in cards.items():
            if not str(slot).isdecimal() or card not in KINDS:
                found.append(f"cards: {slot!r}: {card!r} is not a slot and one of {', '.join(KINDS)}")
    if options.get("routing_engine", 2) not in ENGINES:
        found.append(f"routing_engine must be one of {', '.join(map(str, ENGINES))}")
    return found


def inventory(model: str, cards: Mapping[int, str], engine: int, serial: str) -> Item:
    """The chassis with everything in it. serial: a text that the serial numbers are made from."""
    number = sum(map(ord, serial)) % 9000 + 1000
    if model in SRX5000:
        version, part, _model, description = ENGINES[engine]
        name = SRX5000[model][0]
        rows = [
            Item("Midplane", "REV 01", "760-063936", f"ACRN{number}", f"{name} Backplane"),
            Item("FPM Board", "REV 01", "760-058099", f"CAGC{number}", "Front Panel Display"),
            Item("PEM 0", "Rev 05", "740-034724", f"QCS{number}", "PS 4.1kW; 200-240V AC in"),
            Item("PEM 1", "Rev 05", "740-034724", f"QCS{number + 1}", "PS 4.1kW; 200-240V AC in"),
            Item("Routing Engine 0", version, part, f"9009{number}", description),
            Item("CB 0", "REV 01", "750-056587", f"CACG{number}", "SRX5k SCB II"),
        ]
        first = next((slot for slot, card in cards.items() if card.startswith("spc")), -1)
        rows += [_card(slot, card, number + slot, slot == first) for slot, card in cards.items()]
        rows.append(Item("Fan Tray 0", description="Enhanced Fan Tray"))
        return Item("Chassis", serial=f"JN{number}F4CAGA", description=name, below=tuple(rows))
    if model == "vsrx":
        pics = (Item("PIC 0", description="Virtual GE"),)
        board = (Item("Midplane"), Item("System IO"), Item("Routing Engine", description="VSRX-2CPU-4G memory"),
                 Item("FPC 0", "BUILTIN", "BUILTIN", "", "Virtual FPC", pics), Item("Power Supply 0"))  # fmt: skip
        return Item("Chassis", serial=f"{number}ab{number}cd", description="VSRX", below=board)
    name = model.upper()
    pic = (Item("PIC 0", "", "BUILTIN", "BUILTIN", "8xGE,8xGE SFP Base PIC"),)
    rows = [
        Item("Midplane", "REV 15", "650-065043", f"CY{number}AF0001", name),
        Item("Routing Engine 0", "REV 15", "650-065043", f"CY{number}AF0001", f"RE-{name}"),
        Item("FPC 0", "", "BUILTIN", "BUILTIN", "FPC", pic),
        Item("Power Supply 0"),
    ]
    return Item("Chassis", serial=f"CY{number}AF0001", description=name, below=tuple(rows))


def _card(slot: int, card: str, number: int, central: bool) -> Item:
    """central: the central point of the chassis is its first PIC."""
    version, part, description, cpu, pics = KINDS[card]
    below = [Item("CPU", "REV 04", "711-043360", f"CAGB{number}", cpu)]
    names = ("SPU Cp", *pics[1:]) if central else pics
    below += [Item(f"PIC {index}", "BUILTIN", "BUILTIN", "", name) for index, name in enumerate(names)]
    return Item(f"FPC {slot}", version, part, f"CACH{number}", description, tuple(below))


def _chassis(device: SrxDevice, node: str) -> Item:
    engine = int(device.options.get("routing_engine", 2))
    return inventory(device.model, cards_of(device.model, device.options), engine, device.name + node)


def hardware(request: Request) -> Iterable[str]:
    device = request.device

    def rows(item: Item, depth: int) -> Iterator[str]:
        text = f"{' ' * (2 * depth)}{item.name:<{17 - 2 * depth}}{item.version:<9}{item.part:<13}{item.serial:<18}{item.description}"
        yield f"{text.rstrip()}\n"
        for below in item.below:
            yield from rows(below, depth if item.name == "Chassis" else depth + 1)

    def text(node: str, _depth: int) -> Iterator[str]:
        yield "Hardware inventory:\nItem             Version  Part number  Serial number     Description\n"
        yield from rows(_chassis(device, node), 0)

    def tree(item: Item, depth: int, tag: str) -> Iterator[str]:
        blank = "    " * depth
        style = ' junos:style="inventory"' if tag == "chassis" else ""
        yield f"{blank}<{tag}{style}>\n" + element(depth + 1, "name", item.name)
        for name, value in (
            ("version", item.version),
            ("part-number", item.part),
            ("serial-number", item.serial),
            ("description", item.description),
        ):
            if value:
                yield element(depth + 1, name, escape(value))
        lower = {"chassis": "chassis-module", "chassis-module": "chassis-sub-module"}.get(tag, "chassis-sub-sub-module")
        for below in item.below:
            yield from tree(below, depth + 1, lower)
        yield f"{blank}</{tag}>\n"

    def xml(node: str, depth: int) -> Iterator[str]:
        blank = "    " * depth
        yield f"{blank}<chassis-inventory{namespace(device)}>\n"
        yield from tree(_chassis(device, node), depth + 1, "chassis")
        yield f"{blank}</chassis-inventory>\n"

    return nodes.xml(device.nodes, xml) if request.xml else nodes.text(device.nodes, text)


def namespace(device: SrxDevice, what: str = "chassis") -> str:
    return f' xmlns="http://xml.juniper.net/junos/{device.release}/junos-{what}"'


def routing_engine(request: Request) -> Iterable[str]:
    """`show chassis routing-engine`; loads and temperatures are constants."""
    device = request.device
    big = device.model in SRX5000
    model = (
        ENGINES[int(device.options.get("routing_engine", 2))][3]
        if big
        else {"vsrx": "VSRX-2CPU-4G memory"}.get(device.model, f"RE-{device.model.upper()}")
    )
    rows = [
        ("Current state", "mastership-state", "Master"), ("Election priority", "mastership-priority", "Master (default)"),
        ("Temperature", "temperature", "35 degrees C / 95 degrees F"), ("Memory utilization", "memory-buffer-utilization", "7 percent"),
        ("Model", "model", model), ("Serial ID", "serial-number", f"9009{sum(map(ord, device.name)):06d}"),
        ("Uptime", "up-time", "3 days, 4 hours, 2 minutes, 11 seconds"), ("Last reboot reason", "last-reboot-reason", "0x1:power cycle/failure"),
    ]  # fmt: skip

    def text(_node: str, _depth: int) -> Iterator[str]:
        yield "Routing Engine status:\n" + ("  Slot 0:\n" if big else "")
        yield "".join(f"    {label:<31}{value}\n" for label, _tag, value in rows)
        yield "    Load averages:                 1 minute   5 minute  15 minute\n                                       0.04       0.05       0.07\n"

    def xml(_node: str, depth: int) -> Iterator[str]:
        blank = "    " * depth
        yield f"{blank}<route-engine-information{namespace(device)}>\n{blank}    <route-engine>\n"
        yield element(depth + 2, "slot", "0") if big else ""
        yield "".join(
            element(depth + 2, tag, escape(value.removesuffix(" percent") if tag.startswith("mem") else value))
            for _label, tag, value in rows
        )
        yield f"{blank}    </route-engine>\n{blank}</route-engine-information>\n"

    return nodes.xml(device.nodes, xml) if request.xml else nodes.text(device.nodes, text)


def version(request: Request) -> Iterable[str]:
    device = request.device

    def text(_node: str, _depth: int) -> Iterator[str]:
        yield f"Hostname: {device.hostname}\nModel: {device.model}\nJunos: {device.release}\nJUNOS Software Release [{device.release}]\n"

    def xml(_node: str, depth: int) -> Iterator[str]:
        blank = "    " * depth
        yield f"{blank}<software-information>\n"
        for tag, value in (
            ("host-name", device.hostname),
            ("product-model", device.model),
            ("product-name", device.model),
            ("junos-version", device.release),
        ):
            yield element(depth + 1, tag, escape(value))
        yield f"{blank}    <package-information>\n" + element(depth + 2, "name", "junos")
        yield element(depth + 2, "comment", f"JUNOS Software Release [{device.release}]")
        yield f"{blank}    </package-information>\n{blank}</software-information>\n"

    return nodes.xml(device.nodes, xml) if request.xml else nodes.text(device.nodes, text)


def fpcs(request: Request) -> Iterable[str]:
    """`show chassis fpc`: slots and states."""
    device = request.device
    cards = cards_of(device.model, device.options) or {0: ""}

    def text(_node: str, _depth: int) -> Iterator[str]:
        yield "                     Temp  CPU Utilization (%)   Memory    Utilization (%)\n"
        yield "Slot State            (C)  Total  Interrupt      DRAM (MB) Heap     Buffer\n"
        for slot in range(SRX5000.get(device.model, ("", 1))[1]):
            yield (
                f"{slot:3d}  Online            35      5          0       2048       20         26\n"
                if slot in cards
                else f"{slot:3d}  Empty           \n"
            )

    def xml(_node: str, depth: int) -> Iterator[str]:
        blank = "    " * depth
        yield f"{blank}<fpc-information{namespace(device)}>\n"
        for slot in range(SRX5000.get(device.model, ("", 1))[1]):
            body = element(depth + 2, "slot", str(slot)) + element(
                depth + 2, "state", "Online" if slot in cards else "Empty"
            )
            yield f"{blank}    <fpc>\n{body}{blank}    </fpc>\n"
        yield f"{blank}</fpc-information>\n"

    return nodes.xml(device.nodes, xml) if request.xml else nodes.text(device.nodes, text)


def _with_fabric(request: Request) -> SrxDevice:
    if request.device.model not in SRX5000:
        raise Refusal(f"error: command is not valid on the {request.device.model}")
    return request.device


def _bad_links(device: SrxDevice) -> dict[tuple[int, int, int], str]:
    return {
        (int(row.get("fpc", 0)), int(row.get("pfe", 0)), int(row.get("plane", 0))): str(row.get("text", "Links error"))
        for row in device.options.get("fabric_errors", ())
    }


def fabric_summary(request: Request) -> Iterable[str]:
    """`show chassis fabric summary`: a plane with a bad link is in state Check."""
    device = _with_fabric(request)
    bad = {plane for _fpc, _pfe, plane in _bad_links(device)}
    states = [(plane, "Check" if plane in bad else "Online") for plane in range(PLANES)]

    def text(_node: str, _depth: int) -> Iterator[str]:
        yield "Plane   State    Uptime\n"
        yield "".join(f" {plane:<7}{state:<9}3 days, 4 hours, 2 minutes, 11 seconds\n" for plane, state in states)

    def xml(_node: str, depth: int) -> Iterator[str]:
        blank = "    " * depth
        yield f"{blank}<fm-state-information{namespace(device)}>\n"
        for plane, state in states:
            body = element(depth + 2, "plane-slot", str(plane)) + element(depth + 2, "state", state)
            yield f"{blank}    <fm-state-item>\n{body}{blank}    </fm-state-item>\n"
        yield f"{blank}</fm-state-information>\n"

    return nodes.xml(device.nodes, xml) if request.xml else nodes.text(device.nodes, text)


def fabric_fpcs(request: Request) -> Iterable[str]:
    """`show chassis fabric fpcs`: each packet forwarding engine's links to each plane."""
    device = _with_fabric(request)
    bad, cards = _bad_links(device), cards_of(device.model, device.options)

    def text(_node: str, _depth: int) -> Iterator[str]:
        yield "Fabric management FPC state:\n"
        for slot in cards:
            yield f"FPC #{slot}\n    PFE #0\n"
            yield "".join(
                f"        Plane {plane}: {bad.get((slot, 0, plane), 'Plane enabled')}\n" for plane in range(PLANES)
            )

    def xml(_node: str, depth: int) -> Iterator[str]:
        blank = "    " * depth
        yield f"{blank}<fm-fpc-state-information{namespace(device)}>\n"
        for slot in cards:
            yield (
                f"{blank}    <fm-fpc>\n"
                + element(depth + 2, "fpc-slot", str(slot))
                + element(depth + 2, "pfe-slot", "0")
            )
            for plane in range(PLANES):
                state = escape(bad.get((slot, 0, plane), "Plane enabled"))
                yield element(depth + 2, "plane-slot", str(plane)) + element(depth + 2, "state", state)
            yield f"{blank}    </fm-fpc>\n"
        yield f"{blank}</fm-fpc-state-information>\n"

    return nodes.xml(device.nodes, xml) if request.xml else nodes.text(device.nodes, text)


HANDLERS: dict[str, Callable[[Request], Iterable[str]]] = {
    "show chassis hardware": hardware,
    "show chassis routing-engine": routing_engine,
    "show chassis fpc": fpcs,
    "show chassis fabric summary": fabric_summary,
    "show chassis fabric fpcs": fabric_fpcs,
    "show version": version,
}
