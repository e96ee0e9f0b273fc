# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""`monitor security flow`: operational state that no configuration shows and a reboot wipes.

Normalisation and texts: vSRX and SRX captures of `show monitor security flow`, a `?` capture of vSRX 24.4. What no public
source shows is a switch of the kind, see README.md.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import TYPE_CHECKING

from .nodes import DASHES
from .operational import Refusal, Request, Unknown
from .slots import NUMBERS

if TYPE_CHECKING:
    from .device import SrxDevice

CRITERIA = (
    "source-prefix", "destination-prefix", "source-port", "destination-port", "destination-service", "protocol", "interface",
    "logical-system", "tenant", "source-tenant", "conn-tag", "vxlan-vni", "geneve-vni", "tunnel-inspection-type",
)  # fmt: skip
FLAGS = ("root-logical-system",)
EXTRAS = {
    "conn-tag": "Conn Tag", "tenant": "Tenant", "source-tenant": "Source tenant", "vxlan-vni": "VXLAN VNI",
    "geneve-vni": "Geneve VNI", "tunnel-inspection-type": "Tunnel inspection type", "destination-service": "Destination service",
}  # fmt: skip
SERVICES = {
    "http": 80,
    "https": 443,
    "domain": 53,
    "imap": 143,
    "smtp": 25,
    "ssh": 22,
    "telnet": 23,
    "ftp": 21,
    "bgp": 179,
}
NAME = re.compile(r"[A-Za-z0-9._-]{1,63}")
SIZES = (10240, 1073741824)
UNITS = {"k": 1024, "m": 1024**2, "g": 1024**3}
DEFAULT_SIZE = 128 * 1024
PACKETS_A_SECOND = 4


@dataclass(frozen=True)
class Filter:
    name: str
    criteria: tuple[tuple[str, str], ...] = ()

    def get(self, key: str) -> str:
        return dict(self.criteria).get(key, "")


@dataclass
class TraceFile:
    name: str
    size: int = DEFAULT_SIZE
    files: int = 3
    match: str = ""
    world_readable: bool = False


@dataclass
class Monitor:
    """running since started; what it wrote before its last stop stands in the device's files."""

    device: SrxDevice
    filters: dict[str, Filter] = field(default_factory=dict)
    file: TraceFile | None = None
    running: bool = False
    started: datetime | None = None
    written: int = 0

    # -- what it does

    def start(self) -> None:
        if self.file is None:
            raise Refusal("error: Please specify the monitor flow trace file.")
        if not self.filters:
            raise Refusal("error: Please specify monitor security flow filter.")
        if self.device.traceoptions:
            self._conflict("error: flow traceoptions session is active, monitor security flow is blocked.")
            return
        if self.running:
            if self.device.options.get("start_active", "silent") == "error":
                raise Refusal("error: monitor security flow is already active.")
            return
        self.running, self.started, self.written = True, self.device.now(), 0

    def stop(self) -> None:
        self.write_out()
        self.running, self.started = False, None

    def _conflict(self, text: str) -> None:
        if self.device.options.get("conflict", "error") == "error":
            raise Refusal(text)

    def write_out(self) -> None:
        """Bring the trace file up to now."""
        if not (self.running and self.file and self.started):
            return
        due = int((self.device.now() - self.started).total_seconds() * self.rate)
        count = min(max(0, due - self.written), 2000)
        if count:
            lines = self.device.traced(self.written, count)
            pattern = re.compile(self.file.match) if self.file.match else None
            kept = [line for line in lines if pattern is None or pattern.search(line)]
            self.device.append(self.file.name, kept, self.file.size, self.file.files)
        self.written = max(self.written, due)

    @property
    def rate(self) -> float:
        return float(self.device.options.get("packets_per_second", PACKETS_A_SECOND))

    def define(self, wanted: Filter) -> None:
        limit = int(self.device.options.get("max_filters", 0))
        if limit and wanted.name not in self.filters and len(self.filters) >= limit:
            raise Refusal(f"error: maximum number of monitor security flow filters ({limit}) is reached.")
        there = self.filters.get(wanted.name)
        if there and self.device.options.get("filter_repeat", "merge") == "merge":
            wanted = replace(wanted, criteria=tuple({**dict(there.criteria), **dict(wanted.criteria)}.items()))
        self.filters[wanted.name] = wanted

    # -- what it shows

    def shown(self) -> Iterator[str]:
        yield f"Monitor security flow session status: {'Active' if self.running else 'Inactive'}\n"
        yield f"Monitor security flow trace file: {f'/var/log/{self.file.name}' if self.file else 'None'}\n"
        yield f"Monitor security flow filters: {len(self.filters)}\n"
        for item in self.filters.values():
            yield f"  Name: {item.name}\n    Status: {'Active' if self.running else 'Inactive'}\n"
            yield f"    Source: {self._end(item, 'source')}\n    Destination: {self._end(item, 'destination')}\n"
            if item.get("protocol"):
                yield f"    Protocol: {protocol_name(item.get('protocol'))}\n"
            yield f"    Logical system: {item.get('logical-system') or 'root-logical-system'}\n"
            yield f"    Interface: {interface(item.get('interface')) or 'None'}\n"
            if self.device.options.get("shows_extras", False):
                yield from (f"    {label}: {item.get(key)}\n" for key, label in EXTRAS.items() if item.get(key))

    def _end(self, item: Filter, side: str) -> str:
        other = item.get("destination-prefix" if side == "source" else "source-prefix")
        v6 = ":" in other and self.device.options.get("any_v6", "v4") == "v6"
        prefix = item.get(f"{side}-prefix") or ("::/0" if v6 else "0.0.0.0/0")
        port = item.get(f"{side}-port") or "0~65535"
        if port.isdecimal() and self.device.options.get("port_print", "single") == "range":
            port = f"{port}~{port}"
        return f"{prefix} (port {port})"


def protocol_name(text: str) -> str:
    """A number is shown by its name where it has one."""
    names = {str(number): name for name, number in NUMBERS.items()}
    return names.get(text, text)


def interface(text: str) -> str:
    return text if not text or "." in text else f"{text}.0"


# -- the commands -----------------------------------------------------------------------------------------------------


def filter_command(request: Request) -> Iterable[str]:
    """The name may stand first or last."""
    words, criteria, name = list(request.words), {}, ""
    at = 0
    while at < len(words):
        word = words[at]
        key = _key(word)
        if key in FLAGS:
            criteria["logical-system"] = "root-logical-system"
            at += 1
        elif key and at + 1 < len(words):
            criteria[key] = _value(request.device, key, words[at + 1])
            at += 2
        elif key:
            raise Unknown(_index(request, len(words)), "missing argument.")
        elif not name and NAME.fullmatch(word):
            name = word
            at += 1
        else:
            raise Unknown(_index(request, at), "syntax error.")
    if not name:
        raise Unknown(_index(request, len(words)), "missing argument.")
    request.device.monitor.define(Filter(name, tuple(criteria.items())))
    return ()


def _key(word: str) -> str:
    found = [key for key in (*CRITERIA, *FLAGS) if key == word] or [
        key for key in (*CRITERIA, *FLAGS) if len(word) > 3 and key.startswith(word)
    ]
    return found[0] if len(found) == 1 else ""


def _index(request: Request, at: int) -> int:
    return len(request.line.split()) - len(request.words) + at


def _value(device: SrxDevice, key: str, text: str) -> str:
    if key.endswith("-prefix"):
        try:
            return str(ipaddress.ip_interface(text).with_prefixlen)
        except ValueError:
            raise Refusal(f"error: invalid value '{text}' in ip address: '{text}'") from None
    if key.endswith("-port"):
        text = str(SERVICES.get(text, text))
        if not text.isdecimal() or not 0 < int(text) < 65536:
            raise Refusal(f"error: Value {text} is not within range (1..65535)")
    if key == "protocol" and not (text.isdecimal() and int(text) < 256) and text not in NUMBERS:
        raise Refusal(f"error: invalid protocol: {text}")
    return text


def file_command(request: Request) -> Iterable[str]:
    words, name = list(request.words), ""
    found: dict[str, object] = {}
    at = 0
    while at < len(words):
        word = words[at]
        if word in ("size", "files", "match"):
            if at + 1 == len(words):
                raise Unknown(_index(request, len(words)), "missing argument.")
            found[word] = _file_value(request.device, word, words[at + 1])
            at += 2
        elif word in ("world-readable", "no-world-readable"):
            found["world_readable"] = word == "world-readable"
            at += 1
        elif not name and re.fullmatch(r"[!-.0-~]{1,1024}", word):
            name = word
            at += 1
        else:
            raise Unknown(_index(request, at), "syntax error.")
    if not name:
        raise Unknown(_index(request, len(words)), "missing argument.")
    request.device.monitor.write_out()
    request.device.monitor.file = TraceFile(name, **found)  # type: ignore[arg-type]
    return ()


def _file_value(device: SrxDevice, key: str, text: str) -> object:
    if key == "match":
        try:
            re.compile(text)
        except re.error:
            raise Refusal(f"error: invalid regular expression: '{text}'") from None
        return text
    number = text
    if (
        key == "size"
        and text[-1:].lower() in UNITS
        and text[:-1].isdecimal()
        and device.options.get("size_suffix", True)
    ):
        number = str(int(text[:-1]) * UNITS[text[-1].lower()])
    low, high = SIZES if key == "size" else (2, 1000)
    if not number.isdecimal():
        raise Refusal(f"error: invalid numeric value: '{text}'")
    if not low <= int(number) <= high:
        raise Refusal(f"error: Value {number} is not within range ({low}..{high})")
    return int(number)


def start_command(request: Request) -> Iterable[str]:
    _nothing_more(request)
    request.device.monitor.start()
    return ()


def stop_command(request: Request) -> Iterable[str]:
    _nothing_more(request)
    request.device.monitor.stop()
    return ()


def clear_command(request: Request) -> Iterable[str]:
    """Without a name all of them go."""
    monitor = request.device.monitor
    names = list(request.words) or list(monitor.filters)
    if len(request.words) > 1:
        raise Unknown(_index(request, 1), "syntax error.")
    gone = [monitor.filters.pop(name) for name in names if name in monitor.filters]
    if request.device.options.get("clear_feedback", "text") == "silent":
        return ()
    return [f"{len(gone)} monitor security flow filter{'' if len(gone) == 1 else 's'} cleared.\n"]


def show_command(request: Request) -> Iterable[str]:
    _nothing_more(request)
    device = request.device
    text = "".join(device.monitor.shown())
    if request.xml:
        return [f"    <output>\n{text}    </output>\n"]
    both = device.cluster and device.options.get("monitor_nodes", "both") == "both"
    if not both:
        return [text]
    other = "".join(Monitor(device).shown())
    parts = [f"{name}:\n{DASHES}\n{text if name == device.node else other}" for name in device.nodes]
    return ["\n".join(parts)]


def _nothing_more(request: Request) -> None:
    if request.words:
        raise Unknown(_index(request, 0), "syntax error.")


HANDLERS = {
    "monitor security flow filter": filter_command,
    "monitor security flow file": file_command,
    "monitor security flow start": start_command,
    "monitor security flow stop": stop_command,
    "clear monitor security flow filter": clear_command,
    "show monitor security flow": show_command,
    "show monitoring security flow": show_command,  # as Juniper's guide spells it
}
