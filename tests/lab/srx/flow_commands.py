# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The commands around flow sessions, as a device answers them: sessions, status, statistics, gates, and clearing.

Keys of the specification:

sessions (200): size of the table. session_seed (1): which sessions.
session_layout: 9x | 15 | 18 | 24, generation of the text (default: that of the release).
xml_shape: single | multi_spu | cluster | wrapped | siblings | per_pic (default: by model). `multi_spu` has the SPUs of an SRX5400 on any
    model; `cluster` answers as one with a single node; `siblings` puts empty elements beside a summary (15.1X49); `per_pic` is 20.3's.
start_identifier (true): the release knows start-identifier and count.
stale_nat (0): so many sessions keep the old address when a commit changes that of their egress interface, for stale_nat_seconds (60).
stale_nat_address: with it they have this address from the beginning on.
clear_ends_session (false): `clear security flow session all` ends the login that it was typed in, as documented for traffic ports.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING
from weakref import WeakKeyDictionary

from ..terminal import Hangup
from . import flow_text, flow_words, flow_xml, flowconfig, nodes
from .chassis import cards_of
from .flow_words import Query, Wrong
from .flows import Table
from .operational import Refusal, Unknown, words_of
from .sessions import MAXIMUM, MAXIMUM_SPU, Listing, spus_of

if TYPE_CHECKING:
    from .device import SrxDevice
    from .operational import Request

_TABLES: WeakKeyDictionary[SrxDevice, Table] = WeakKeyDictionary()
OPTIONS = {
    "sessions": int, "session_seed": int, "session_layout": str, "xml_shape": str, "start_identifier": bool, "stale_nat": int,
    "stale_nat_seconds": float, "stale_nat_address": str, "clear_ends_session": bool,
}  # fmt: skip
CHOICES = {"session_layout": flow_text.LAYOUTS, "xml_shape": flow_xml.SHAPES}


def scene_of(device: SrxDevice) -> flowconfig.Scene:
    return flowconfig.read([*device.config.lines("interfaces"), *device.config.lines("security")])


def attach(device: SrxDevice) -> None:
    """Follows the commits and reboots of a device; called once, when its start state stands."""
    device.on_commit.append(lambda: _committed(device))
    device.on_reboot.append(lambda: _forget(device))
    if device.options.get("stale_nat"):
        table_of(device)  # it must know the addresses that a commit changes


def _forget(device: SrxDevice) -> None:
    """Sessions do not outlive a reboot; the traffic comes back as it was."""
    _TABLES.pop(device, None)


def _committed(device: SrxDevice) -> None:
    table = _TABLES.get(device)
    if table:
        options = device.options
        table.use(scene_of(device), int(options.get("stale_nat", 0)), float(options.get("stale_nat_seconds", 60.0)))


def table_of(device: SrxDevice) -> Table:
    """The device's sessions; made when somebody asks for them first."""
    table = _TABLES.get(device)
    if table is None:
        options = device.options
        shape = str(options.get("xml_shape", ""))
        old = layout_of(device) in ("9x", "15")
        cards = tuple(slot for slot, card in cards_of(device.model, options).items() if card.startswith("spc"))
        spus = spus_of(device.model, shape, cards)
        epoch = int(device.now().timestamp()) if layout_of(device) == "24" else 1_000_000
        scene = scene_of(device)
        table = Table(
            scene,
            int(options.get("sessions", 200)),
            int(options.get("session_seed", 1)),
            spus=spus,
            wide=not old,
            epoch=epoch,
        )
        _TABLES[device] = table
        if options.get("stale_nat_address") and options.get("stale_nat"):
            for interface in {slot.egress for slot in table.slots if slot.nat == "interface"}:
                seconds = float(options.get("stale_nat_seconds", 60.0))
                table.keep(interface, str(options["stale_nat_address"]), int(options["stale_nat"]), seconds)
    return table


def layout_of(device: SrxDevice) -> str:
    return str(device.options.get("session_layout") or flow_text.layout_of(device.release))


def listing_of(device: SrxDevice) -> Listing:
    table = table_of(device)
    many = len(table.spus) > 1
    shape = str(device.options.get("xml_shape") or ("multi_spu" if many else "single"))
    maximum = MAXIMUM_SPU if many else MAXIMUM.get(device.model, MAXIMUM["vsrx"])
    return Listing(table, device.release, layout_of(device), shape, tuple(device.nodes), maximum)


def _query(request: Request) -> Query:
    device = request.device
    try:
        return flow_words.parse(request.words, bool(device.options.get("start_identifier", True)), device.cluster)
    except Wrong as wrong:
        if wrong.at < 0:
            raise Refusal(str(wrong)) from wrong
        raise Unknown(len(words_of(request.line)) - len(request.words) + wrong.at, str(wrong)) from wrong


def sessions(request: Request) -> Iterable[str]:
    query, listing = _query(request), listing_of(request.device)
    return listing.xml(query) if request.xml else listing.text(query)


def clear(request: Request) -> Iterable[str]:
    """`N active sessions cleared` for each node (Juniper: clear security flow session all). Without a word it is incomplete (unverified)."""
    device = request.device
    words = request.words
    if not words:
        raise Unknown(len(words_of(request.line)), "syntax error, expecting <command>.")
    everything = list(words) == ["all"]
    query = Query() if everything else _query(request)
    listing = listing_of(device)
    count = yield from listing.clear(query)
    lines = nodes.text(device.nodes, lambda _node, _depth: [f"{count} active sessions cleared\n"])
    if everything and device.options.get("clear_ends_session"):
        raise Hangup
    yield from lines


# -- status and statistics

_STATUS = """\
  Flow forwarding mode:
    Inet forwarding mode: flow based
    Inet6 forwarding mode: {inet6}
    MPLS forwarding mode: drop
    ISO forwarding mode: drop
{tap}  Flow trace status
    Flow tracing status: {trace}
{options}  Flow session distribution
    Distribution mode: {mode}
    GTP-U distribution: Disabled
  Flow ipsec performance acceleration: off
  Flow packet ordering
    Ordering mode: Hardware
{power}"""


def tracing(device: SrxDevice) -> tuple[bool, str]:
    """Whether flow tracing is on, and its flags: those of the running monitor, or of configured traceoptions."""
    monitor = getattr(device, "monitor", None)
    if monitor is not None and monitor.running:
        return True, "basic-datapath"
    lines = [flowconfig.split(line) for line in device.config.lines("security flow traceoptions")]
    flags = [words[words.index("flag") + 1] for words in lines if "flag" in words[:-1]]
    return bool(flags), " ".join(dict.fromkeys(flags))


def status(request: Request) -> Iterable[str]:
    """`show security flow status`; labels as in 15.1 to 21.4 captures."""
    device = request.device
    on, flags = tracing(device)
    mode = "Hash-based" if len(table_of(device).spus) > 1 else "RR-based"
    inet6 = (
        "flow based"
        if any("mode flow-based" in line for line in device.config.lines("security forwarding-options"))
        else "drop"
    )
    new = layout_of(device) in ("18", "24")

    def text(_node: str, _depth: int) -> Iterator[str]:
        yield _STATUS.format(
            inet6=inet6,
            trace="on" if on else "off",
            options=f"    Flow tracing options: {flags}\n" if on else "",
            mode=mode,
            tap="  Tap mode: disabled (default)\n" if new else "",
            power="  Flow power mode IPsec: Disabled\n" if new else "",
        )

    def xml(_node: str, depth: int) -> Iterator[str]:
        groups = {
            "flow-forwarding-mode": (
                ("flow-forwarding-mode-inet", "flow based"), ("flow-forwarding-mode-inet6", inet6),
                ("flow-forwarding-mode-mpls", "drop"), ("flow-forwarding-mode-iso", "drop"),
            ),
            "flow-trace-option": (("flow-trace-status", "on" if on else "off"), ("flow-trace-options", flags)),
            "flow-session-distribution": (("mode", mode), ("gtpu-distr-status", "Disabled")),
            "flow-packet-ordering": (("ordering-mode", "Hardware"),),
        }  # fmt: skip
        blank = "    " * depth
        yield f"{blank}<flow-status-all{flow_xml.namespace(device.release)}>\n"
        for tag, rows in groups.items():
            yield f"{blank}    <{tag}>\n"
            yield "".join(flow_xml.element(depth + 2, name, value) for name, value in rows if value)
            yield f"{blank}    </{tag}>\n"
        yield f"{blank}</flow-status-all>\n"

    return nodes.xml(device.nodes, xml) if request.xml else nodes.text(device.nodes, text)


STATISTICS = (  # label, tag, key of `numbers`
    ("Current sessions", "flow-session-count-valid", "sessions"), ("Packets received", "flow-pkt-count-rx", "received"),
    ("Packets transmitted", "flow-pkt-count-tx", "transmitted"), ("Packets forwarded/queued", "flow-pkt-count-fwd", "forwarded"),
    ("Packets copied", "flow-pkt-count-copy", "copied"), ("Packets dropped", "flow-pkt-count-drop", "dropped"),
    ("Services-offload packets processed", "flow-pkt-count-offload", "offload"), ("Fragment packets", "flow-frag-count-fwd", "fragments"),
    ("Pre fragments generated", "pre-frag-generated", "before"), ("Post fragments generated", "post-frag-generated", "after"),
)  # fmt: skip


def statistics(request: Request) -> Iterable[str]:
    """`show security flow statistics`: labels of captures; the tags of the last rows are unverified."""
    device = request.device
    listing = listing_of(device)
    table = listing.table

    def of_spu(index: int, node: str) -> dict[str, int]:
        used = listing.figures(index, Query(), node)["valid"]
        total = used * 1740 + 90
        return {"sessions": used, "received": total, "transmitted": total - used * 3, "forwarded": total - used * 3, "copied": used // 7,
                "dropped": used * 3, "offload": 0, "fragments": used // 11, "before": 0, "after": 0}  # fmt: skip

    def text(node: str, _depth: int) -> Iterator[str]:
        for index, spu in enumerate(table.spus):
            if listing.many:
                yield f"{chr(10) if index else ''}Flow Statistics of FPC{spu.fpc} PIC{spu.pic}:\n"
            numbers = of_spu(index, node)
            yield "".join(f"    {label}: {numbers[key]}\n" for label, _tag, key in STATISTICS)

    def xml(node: str, depth: int) -> Iterator[str]:
        for index, spu in enumerate(table.spus):
            blank, numbers = "    " * depth, of_spu(index, node)
            yield f"{blank}<flow-statistics-all{flow_xml.namespace(device.release)}>\n"
            if listing.many:
                yield flow_xml.element(depth + 1, "flow-fpc-pic-id", f" of FPC{spu.fpc} PIC{spu.pic}:")
            yield "".join(flow_xml.element(depth + 1, tag, str(numbers[key])) for _label, tag, key in STATISTICS)
            yield f"{blank}</flow-statistics-all>\n"

    return nodes.xml(device.nodes, xml) if request.xml else nodes.text(device.nodes, text)


def gate(request: Request) -> Iterable[str]:
    """No gate is open: the lab's sessions have no children."""
    device = request.device

    def xml(_node: str, depth: int) -> Iterator[str]:
        blank = "    " * depth
        body = flow_xml.element(depth + 1, "displayed-gate-count", "0")
        yield f"{blank}<flow-gate-information{flow_xml.namespace(device.release)}>\n{body}{blank}</flow-gate-information>\n"

    return (
        nodes.xml(device.nodes, xml)
        if request.xml
        else nodes.text(device.nodes, lambda _node, _depth: ["Total gates: 0\n"])
    )


def cp_summary(request: Request) -> Iterable[str]:
    """`show security flow cp-session summary`: only a chassis with a central point has them. Layout unverified."""
    device = request.device
    table = table_of(device)
    count = table.size - table.gone if len(table.spus) > 1 else 0

    numbers = {"valid": count, "pending": 0, "invalidated": 0, "other": 0, "used": count}

    def text(_node: str, _depth: int) -> list[str]:
        return [f"DCP Flow Sessions on FPC0 PIC0:\n{flow_text.filtered_summary(numbers)}"]

    def xml(_node: str, depth: int) -> Iterator[str]:
        blank = "    " * depth
        yield f"{blank}<flow-session-information{flow_xml.namespace(device.release)}>\n"
        yield flow_xml.element(depth + 1, "dcp-flow-fpc-pic-id", " on FPC0 PIC0:")
        yield flow_xml.filtered_summary(numbers, depth + 1)
        yield f"{blank}</flow-session-information>\n"

    return nodes.xml(device.nodes, xml) if request.xml else nodes.text(device.nodes, text)


HANDLERS: dict[str, Callable[[Request], Iterable[str]]] = {
    "show security flow session": sessions,
    "clear security flow session": clear,
    "show security flow status": status,
    "show security flow statistics": statistics,
    "show security flow gate": gate,
    "show security flow cp-session summary": cp_summary,
}
