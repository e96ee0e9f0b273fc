# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Lines that a running flow monitor writes: what became of each packet that a filter matches.

The first four lines of a packet, the stamp and the hit marker are captured; the wording of the other steps is that of published
basic-datapath traces, pointers and table numbers are made up. Packet n of a filter is always the same packet; only its time is of now.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Protocol

from .flow_commands import table_of
from .flows import Table, mix
from .slots import NUMBERS, PORTS, PROTOCOLS, Slot

if TYPE_CHECKING:
    from .device import SrxDevice

FATES = ("created", "found", "denied", "translated", "found", "no route", "created", "found")
"""What becomes of packets, in turn; a session is found that a packet before it has created."""
_GAP = timedelta(microseconds=1_370)  # between two packets
_STEP = timedelta(microseconds=41)  # between two lines of one


@dataclass(frozen=True, slots=True)
class TraceFilter:
    """Criteria as typed; "" is any. A port may be a number or a range `1000~2000`."""

    name: str
    source_prefix: str = ""
    destination_prefix: str = ""
    source_port: str = ""
    destination_port: str = ""
    protocol: str = ""
    interface: str = ""


@dataclass(frozen=True, slots=True)
class Packet:
    """protocol: its name, or a number without one. fate: of FATES. session: id. denier: the policy that would drop it."""

    name: str
    source: str
    sport: int
    destination: str
    dport: int
    protocol: str
    slot: Slot
    session: int
    fate: str
    translated: str
    ingress: str
    denier: str

    @property
    def number(self) -> int:
        return NUMBERS.get(self.protocol) or int(self.protocol)


class Criteria(Protocol):
    """A filter as the monitor keeps it: a name, and its criteria by the words of the command line; "" is any."""

    @property
    def name(self) -> str: ...

    def get(self, key: str) -> str: ...


def _of(item: Criteria) -> TraceFilter:
    service = item.get("destination-service")
    return TraceFilter(
        item.name,
        item.get("source-prefix"),
        item.get("destination-prefix"),
        item.get("source-port"),
        item.get("destination-port") or str(PORTS.get(service, service)),
        item.get("protocol"),
        item.get("interface"),
    )


def trace_lines(filters: Sequence[Criteria], start_index: int, count: int, device: SrxDevice) -> Iterator[str]:
    """Lines, without their ends, of the packets start_index, start_index + 1, ...: count of them, taken by the filters in turn.

    The last of them has just been seen. The key trace_packets of the specification: any (there are packets for every filter) | table (only
    those of the session table).
    """
    any_traffic = device.options.get("trace_packets", "any") == "any"
    return lines_of(
        [_of(item) for item in filters], start_index, count, table_of(device), device.now() - _GAP * count, any_traffic
    )


def lines_of(
    filters: Sequence[TraceFilter], start_index: int, count: int, table: Table, when: datetime, any_traffic: bool = True
) -> Iterator[str]:
    """any_traffic: there are packets for every filter; else only those of the session table, so a filter may see none."""
    if not filters or not table.size:
        return
    for index in range(start_index, start_index + count):
        wanted = filters[index % len(filters)]
        packet = packet_of(wanted, index // len(filters), table)
        if not any_traffic and not _in_table(wanted, index // len(filters), table):
            continue
        yield from _stamped(packet, when + _GAP * (index - start_index))


def packet_of(wanted: TraceFilter, index: int, table: Table) -> Packet:
    """Packet `index` that this filter matches: a session of the table, bent to the criteria."""
    flow = index - (index % len(FATES)) + {1: 0, 4: 3, 7: 6}.get(index % len(FATES), index % len(FATES))
    k = flow % table.size
    for step in range(64):  # sessions without a policy are tunnels: their packets go another way
        k = (flow + step) % table.size
        if not table.slots[k % len(table.slots)].tunnel:
            break
    session = table.session(k)
    values, noise = session.values, mix(flow ^ 0x5EED)
    source, destination = str(values["src"]), str(values["dst"])
    prefixes = [text for text in (wanted.source_prefix, wanted.destination_prefix) if text]
    family = 6 if any(":" in text for text in prefixes) else 4 if prefixes else 6 if ":" in source else 4
    if (":" in source) != (family == 6):
        source, destination = ("2001:db8:1::5", "2001:db8:2::9") if family == 6 else ("10.1.1.5", "198.51.100.9")
    translated = str(values["bdst"])
    if ":" in translated and family == 4:
        translated = "203.0.113.1"
    return Packet(
        wanted.name,
        _host(wanted.source_prefix, noise) or source,
        _port(wanted.source_port, noise, int(values["sport"])),
        _host(wanted.destination_prefix, noise >> 16) or destination,
        _port(wanted.destination_port, noise >> 8, int(values["dport"])),
        _protocol(wanted.protocol) or session.slot.service.protocol,
        session.slot,
        int(values["id"]),
        FATES[index % len(FATES)],
        translated,
        _ingress(wanted.interface, session.slot),
        next((policy.label for policy in table.scene.policies if policy.action != "permit"), "default-policy/2"),
    )


def _unit(interface: str) -> str:
    return interface if "." in interface else f"{interface}.0"


def _ingress(interface: str, slot: Slot) -> str:
    """A filter's interface is the packet's incoming or outgoing one."""
    return _unit(interface) if interface and _unit(interface) not in (slot.ingress, slot.egress) else slot.ingress


def _in_table(wanted: TraceFilter, index: int, table: Table) -> bool:
    """Session `index` of the table passes the filter's addresses, ports and protocol as it is."""
    values, slot = table.session(index % table.size).values, table.slots[index % table.size % len(table.slots)]
    for prefix, key in ((wanted.source_prefix, "src"), (wanted.destination_prefix, "dst")):
        if prefix:
            network = _network(prefix)
            address = ipaddress.ip_address(str(values[key]))
            if network is None or address.version != network.version or address not in network:
                return False
    for port, key in ((wanted.source_port, "sport"), (wanted.destination_port, "dport")):
        low, high = _ports(port)
        if not low <= int(values[key]) <= high:
            return False
    if wanted.interface and _unit(wanted.interface) not in (slot.ingress, slot.egress):
        return False
    return not wanted.protocol or _protocol(wanted.protocol) == slot.service.protocol


def _network(text: str) -> ipaddress.IPv4Network | ipaddress.IPv6Network | None:
    try:
        return ipaddress.ip_network(text, strict=False)
    except ValueError:
        return None


def _host(prefix: str, noise: int) -> str:
    """An address of the prefix; the very one that was typed when it is a host."""
    network = _network(prefix) if prefix else None
    if network is None or network.prefixlen == 0:
        return ""
    return str(network[noise % min(network.num_addresses, 1 << 16)])


def _ports(text: str) -> tuple[int, int]:
    low, _mark, high = text.replace("-", "~").partition("~")
    if not low.isdecimal():
        return 0, 65535
    return int(low), int(high) if high.isdecimal() else int(low)


def _port(text: str, noise: int, own: int) -> int:
    low, high = _ports(text)
    return own if (low, high) == (0, 65535) else low + noise % (high - low + 1)


def _protocol(text: str) -> str:
    return PROTOCOLS.get(int(text), text) if text.isdecimal() else text if text in NUMBERS else ""


def _stamped(packet: Packet, when: datetime) -> Iterator[str]:
    """`Jul 10 20:48:10 20:48:09.965641:CID-0:RT:` and a step."""
    for step, text in enumerate(_steps(packet)):
        moment = when + _STEP * step
        stamp = f"{moment:%b} {moment.day:2d} {moment:%H:%M:%S} {moment:%H:%M:%S.%f}"
        yield f"{stamp}:CID-0:RT:{text}"


def _steps(packet: Packet) -> Iterator[str]:
    noise = mix(packet.session)
    size = 84 if packet.protocol.startswith("icmp") else 60 + noise % 1400
    ingress, tuple_ = (
        packet.ingress,
        f"{packet.source}/{packet.sport}->{packet.destination}/{packet.dport};{packet.number}",
    )
    yield f"<{tuple_}> matched filter {packet.name}:"
    yield f"packet [{size}] ipid = {noise % 65535}, @0x{noise % (1 << 32):08x}"
    yield f"---- flow_process_pkt: (thd 1): flow_ctxt type 15, common flag 0x0, mbuf 0x{noise >> 20 & 0xFFFFFFFF:08x}, rtbl_idx = 0"
    yield f" flow process pak fast ifl 70 in_ifp {ingress}"
    detail = (
        "(8/0)"
        if packet.protocol == "icmp"
        else f"flag {2 if packet.fate != 'found' else 10:x}"
        if packet.protocol == "tcp"
        else packet.protocol
    )
    ports = ("", "") if packet.protocol.startswith("icmp") else (f"/{packet.sport}", f"/{packet.dport}")
    yield f" {ingress}:{packet.source}{ports[0]}->{packet.destination}{ports[1]}, {packet.protocol}, {detail}"
    yield (f" find flow: table 0x51b5d3b8, hash {noise % 65536}(0xffff), sa {packet.source}, da {packet.destination}, sp {packet.sport}, "
           f"dp {packet.dport}, proto {packet.number}, tok 7")  # fmt: skip
    if packet.fate == "found":
        yield " flow got session."
        yield f"  flow session id {packet.session}"
        yield f"  post addr xlation: {packet.source}->{packet.destination}."
        yield " ----- flow_process_pkt rc 0x0 (fp rc 0)"
        return
    yield " no session found, start first path. in_tunnel - 0x0, from_cp_flag - 0"
    yield from _first_path(packet)


def _first_path(packet: Packet) -> Iterator[str]:
    slot = packet.slot
    policy = slot.policy.label if slot.policy else "default-policy/2"
    yield " flow_first_create_session"
    yield f" flow_first_in_dst_nat: in <{packet.ingress}>, out <N/A> dst_adr {packet.destination}, sp {packet.sport}, dp {packet.dport}"
    yield f"flow_first_rule_dst_xlate: DST no-xlate: 0.0.0.0(0) to {packet.destination}({packet.dport})"
    yield (f"flow_first_routing: vr_id 0, call flow_route_lookup(): src_ip {packet.source}, x_dst_ip {packet.destination}, in ifp {packet.ingress}, "
           f"out ifp N/A sp {packet.sport}, dp {packet.dport}, ip_proto {packet.number}, tos 0")  # fmt: skip
    if packet.fate == "no route":
        yield f"  packet dropped, no route to dest {packet.destination}"
        yield " flow_first_routing: setting out_vrf_id in lpak to 0, grp 0"
        yield " flow find session returns error."
        yield " ----- flow_process_pkt rc 0x7 (fp rc -1)"
        return
    yield (f"  routed (x_dst_ip {packet.destination}) from {slot.from_zone} ({packet.ingress} in 0) to {slot.egress}, "
           f"Next-hop: {packet.destination}")  # fmt: skip
    yield f"flow_first_policy_search: policy search from zone {slot.from_zone}-> zone {slot.to_zone} (0x110,0x1d0016,0x16)"
    yield f"             {packet.source}/{packet.sport} -> {packet.destination}/{packet.dport} proto {packet.number}"
    if packet.fate == "denied":
        yield "  packet dropped, denied by policy"
        yield f"  Denied by policy: {packet.denier} , dropping pkt"
        yield "  packet dropped,  policy deny."
        yield " flow find session returns error."
        yield " ----- flow_process_pkt rc 0x7 (fp rc -1)"
        return
    name, _slash, number = policy.rpartition("/")
    yield f"  permitted by policy {name}({number})"
    yield "  packet passed, Permitted by policy."
    if packet.fate == "translated":
        yield "flow_first_src_xlate:  nat_src_xlated: True, nat_src_xlate_failed: False"
        yield f"  dip id = 2/0, {packet.source}/{packet.sport}->{packet.translated}/{packet.sport}"
    else:
        yield "flow_first_src_xlate:  nat_src_xlated: False, nat_src_xlate_failed: False"
    yield f"flow_first_get_out_ifp: choose interface {slot.egress} as outgoing phy if"
    yield f"  service lookup identified service {slot.service.port}."
    yield f"  flow_first_final_check: in <{packet.ingress}>, out <{slot.egress}>"
    yield f"  Session (id:{packet.session}) created for first pak 200"
    yield "first path session installation succeeded"
    yield " flow got session."
    yield f"  flow session id {packet.session}"
    yield " ----- flow_process_pkt rc 0x0 (fp rc 0)"
