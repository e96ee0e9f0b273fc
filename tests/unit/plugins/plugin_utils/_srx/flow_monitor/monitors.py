# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Monitors for tests: strategies, a device that is pure, the text that a device shows."""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from hypothesis import strategies as st

from ansible_collections.mspplus.netsec.plugins.plugin_utils._srx.flow_monitor.model import (
    EXTRAS,
    SHOWN,
    Filter,
    Monitor,
    TraceFile,
)
from ansible_collections.mspplus.netsec.plugins.plugin_utils._srx.protocols import PROTOCOLS

NAMES = ("a", "b.1", "client-out", "_x")
_CHOICES: Mapping[str, tuple[str, ...]] = {
    "source_prefix": ("", "10.0.0.1/32", "10.1.0.0/16", "2001:db8::1/128"),
    "destination_prefix": ("", "192.0.2.0/24", "2001:db8:1::/64"),
    "source_port": ("", "1", "443"),
    "destination_port": ("", "80", "65535"),
    "protocol": ("", "tcp", "icmp6", "254"),
    "interface": ("", "reth0.0", "ge-0/0/1.100"),
    "logical_system": ("", "LS-1"),
}
_EXTRAS = {"conn_tag": ("5", "4294967295"), "tenant": ("T1",), "vxlan_vni": ("7", "8"), "source_tenant": ("T2",)}

criteria = st.fixed_dictionaries({option: st.sampled_from(values) for option, values in _CHOICES.items()})
extras = st.fixed_dictionaries({}, optional={option: st.sampled_from(values) for option, values in _EXTRAS.items()})


def filters(names: Iterable[str] = NAMES) -> st.SearchStrategy[Filter]:
    return st.builds(
        lambda name, shown, hidden: Filter(name, **shown, extras=tuple(sorted(hidden.items()))),
        st.sampled_from(list(names)),
        criteria,
        extras,
    )


def some_filters(most: int = 4) -> st.SearchStrategy[list[Filter]]:
    return st.lists(filters(), max_size=most, unique_by=lambda item: item.name)


files = st.builds(
    TraceFile,
    st.sampled_from(["trace1", "trace2"]),
    st.none() | st.sampled_from([10240, 1048576]),
    st.none() | st.integers(2, 1000),
    st.sampled_from(["", "10.0.0.1", "a b|c"]),
    st.none() | st.booleans(),
)


@dataclass
class Device:
    """What the commands make of a monitor, without text: an interpreter as small as the rules that it rests on.

    repeat: what a filter that is there and named again becomes, merge or replace. shows_extras: as the switch of the lab.
    """

    filters: dict[str, dict[str, str]] = field(default_factory=dict)
    file: dict[str, str] | None = None
    running: bool = False
    repeat: str = "merge"
    shows_extras: bool = True

    def do(self, command: str) -> None:
        words = shlex.split(command)
        if words[:4] == ["clear", "monitor", "security", "flow"]:
            assert words[4] == "filter" and len(words) == 6, f"clears what others made: {command}"
            del self.filters[words[5]]
            return
        assert words[:3] == ["monitor", "security", "flow"], command
        kind, rest = words[3], words[4:]
        if kind == "start":
            assert self.filters and self.file and not self.running, (
                "a start that the device refuses or takes for nothing"
            )
            self.running = True
        elif kind == "stop":
            assert self.running and not rest
            self.running = False
        elif kind == "filter":
            given = dict(zip(rest[1::2], rest[2::2], strict=True))
            assert set(given) <= {*SHOWN.values(), *EXTRAS.values()}
            self.filters[rest[0]] = {**(self.filters.get(rest[0], {}) if self.repeat == "merge" else {}), **given}
        else:
            assert kind == "file", command
            flags = [word for word in rest[1:] if word.endswith("world-readable")]
            pairs = [word for word in rest[1:] if word not in flags]
            self.file = {"name": rest[0], **dict(zip(pairs[::2], pairs[1::2], strict=True)), **dict.fromkeys(flags, "")}

    def shown(self) -> Monitor:
        """What a read of it finds."""
        found = {name: self._filter(name, given) for name, given in self.filters.items()}
        return Monitor(self.running, TraceFile(self.file["name"]) if self.file else None, found)

    def _filter(self, name: str, given: Mapping[str, str]) -> Filter:
        shown = {option: given.get(keyword, "") for option, keyword in SHOWN.items()}
        hidden = tuple(sorted((option, given[keyword]) for option, keyword in EXTRAS.items() if keyword in given))
        return Filter(name, **shown, extras=hidden if self.shows_extras else ())

    def carried(self) -> tuple[Any, ...]:
        """All that it carries, hidden things too."""
        return self.running, self.file, {name: dict(given) for name, given in self.filters.items()}


def device(monitor: Monitor, **switches: Any) -> Device:
    """A device that carries this monitor."""
    made = Device(**switches)
    for item in monitor.filters.values():
        made.do(item.command)
    if monitor.file:
        made.do(monitor.file.command)
    made.running = monitor.running
    return made


def monitors() -> st.SearchStrategy[Monitor]:
    """Such as a device can have: one that runs has a filter and a file."""

    def possible(running: bool, file: TraceFile | None, found: list[Filter]) -> Monitor:
        return Monitor(running and file is not None and bool(found), file, {item.name: item for item in found})

    return st.builds(possible, st.booleans(), st.none() | files, some_filters())


_LABELS = {
    "conn_tag": "Conn Tag",
    "tenant": "Tenant",
    "source_tenant": "Source tenant",
    "destination_service": "Destination service",
    "vxlan_vni": "VXLAN VNI",
    "geneve_vni": "Geneve VNI",
    "tunnel_inspection_type": "Tunnel inspection type",
}


def render(
    monitor: Monitor, *, single: bool = True, any_v6: bool = False, indent: str = "  ", extras: bool = True
) -> str:
    """`show monitor security flow` as the captures have it. single: a port is N, not N~N."""

    def end(prefix: str, port: str) -> str:
        ports = "0~65535" if not port else port if single or "~" in port else f"{port}~{port}"
        return f"{prefix or ('::/0' if any_v6 else '0.0.0.0/0')} (port {ports})"

    status = "Active" if monitor.running else "Inactive"
    lines = [
        f"Monitor security flow session status: {status}",
        f"Monitor security flow trace file: {f'/var/log/{monitor.file.name}' if monitor.file else 'None'}",
        f"Monitor security flow filters: {len(monitor.filters)}",
    ]
    for item in monitor.filters.values():
        lines += [f"{indent}Name: {item.name}", f"{indent * 2}Status: {status}"]
        lines.append(f"{indent * 2}Source: {end(item.source_prefix, item.source_port)}")
        lines.append(f"{indent * 2}Destination: {end(item.destination_prefix, item.destination_port)}")
        lines += [f"{indent * 2}Protocol: {item.protocol}"] if item.protocol else []
        lines.append(f"{indent * 2}Logical system: {item.logical_system or 'root-logical-system'}")
        lines.append(f"{indent * 2}Interface: {item.interface or 'None'}")
        lines += [f"{indent * 2}{_LABELS[key]}: {value}" for key, value in item.extras if extras]
    return "\n".join(lines) + "\n"


def by_name(monitor: Monitor) -> Monitor:
    """Without what no device shows of a trace file."""
    return replace(monitor, file=TraceFile(monitor.file.name) if monitor.file else None)


PROTOCOL_NAMES = tuple(PROTOCOLS)
