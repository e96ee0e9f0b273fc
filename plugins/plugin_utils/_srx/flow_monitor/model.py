# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The flow monitor of an SRX: `show monitor security flow` and document -> objects -> both. Pure.

The device rewrites what is typed (10.0.0.1 -> 10.0.0.1/32, reth0 -> reth0.0, nothing -> 0.0.0.0/0, port 0~65535, None); objects
hold the rewritten form, with "" for what matches anything. Texts: two captures of SRX, one of vSRX 24.4.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ..junos_cli import by_node, word
from ..protocols import port_number, protocol_name

Item = Mapping[str, Any]

# option -> word of the command. The first ones are always shown by the device; of the others no capture proves it.
SHOWN: Mapping[str, str] = {
    "source_prefix": "source-prefix", "destination_prefix": "destination-prefix", "source_port": "source-port",
    "destination_port": "destination-port", "protocol": "protocol", "interface": "interface", "logical_system": "logical-system",
}  # fmt: skip
EXTRAS: Mapping[str, str] = {
    "destination_service": "destination-service", "tenant": "tenant", "source_tenant": "source-tenant", "conn_tag": "conn-tag",
    "vxlan_vni": "vxlan-vni", "geneve_vni": "geneve-vni", "tunnel_inspection_type": "tunnel-inspection-type",
}  # fmt: skip
# label of a line of the device, in lower case and without punctuation -> option; unverified, so nothing relies on one.
_EXTRA_LABELS: Mapping[str, str] = {key.replace("_", " "): key for key in EXTRAS}
ROOT = "root-logical-system"
MAX_FILTERS = 10_000  # that are read; how many a device takes no source says


@dataclass(frozen=True, slots=True)
class Filter:
    """Criteria as the device shows them; "" matches anything. extras: option and value of what it may not show."""

    name: str
    source_prefix: str = ""
    destination_prefix: str = ""
    source_port: str = ""
    destination_port: str = ""
    protocol: str = ""
    interface: str = ""
    logical_system: str = ""
    extras: tuple[tuple[str, str], ...] = ()

    @property
    def command(self) -> str:
        """The command that makes it. Raises ValueError for what cannot be typed."""
        words = ["monitor security flow filter", word(self.name)]
        for option, keyword in SHOWN.items():
            value = getattr(self, option)
            if value:
                words += [keyword, word(value)]
        for option, value in self.extras:
            words += [EXTRAS[option], word(value)]
        return " ".join(words)


@dataclass(frozen=True, slots=True)
class TraceFile:
    """What the device shows of it is its name only. size: bytes; files: how many it keeps; None: not given."""

    name: str
    size: int | None = None
    files: int | None = None
    match: str = ""
    world_readable: bool | None = None

    @property
    def command(self) -> str:
        words = ["monitor security flow file", word(self.name)]
        if self.size is not None:
            words += ["size", str(self.size)]
        if self.files is not None:
            words += ["files", str(self.files)]
        if self.match:
            words += ["match", word(self.match)]
        if self.world_readable is not None:
            words.append("world-readable" if self.world_readable else "no-world-readable")
        return " ".join(words)


@dataclass(frozen=True, slots=True)
class Monitor:
    """running: started. tracing: the flag basic-datapath, as `show security flow status` shows it; None where it does not.
    traceoptions: flow tracing is configured and active."""

    running: bool = False
    file: TraceFile | None = None
    filters: Mapping[str, Filter] = field(default_factory=dict)
    tracing: bool | None = field(default=None, compare=False)
    traceoptions: bool = field(default=False, compare=False)


# -- from the device --------------------------------------------------------------------------------------------------

_HEAD = re.compile(
    r"^monitor security flow (?P<what>session status|trace file|filters)\s*:\s*(?P<value>.*)$", re.IGNORECASE
)
_LINE = re.compile(r"^(?P<label>[A-Za-z][A-Za-z \-]{0,40}?)\s*:\s*(?P<value>.{0,300})$")
# Whether a port that has a name is ever printed by it is unverified.
_PORT = r"(?:\d+|[a-z][a-z-]*[a-z])"
_END = re.compile(rf"^(?P<prefix>\S+)(?:\s*\(port (?P<low>{_PORT})(?:[~-](?P<high>{_PORT}))?\))?$")


def parse(text: str, node: str = "") -> Monitor:
    """The monitor of a node, or the only one. Unknown lines are left out; never raises."""
    running, file = False, None
    filters: dict[str, dict[str, Any]] = {}
    current: dict[str, Any] = {}
    for line in _lines(text, node):
        stripped = line.strip()
        head, found = _HEAD.match(stripped), _LINE.match(stripped)
        if head and head["what"].lower() == "session status":
            running = head["value"].strip().lower() == "active"
        elif head and head["what"].lower() == "trace file":
            file = _file_name(head["value"].strip())
        elif found and not head and found["label"].lower() == "name":
            current = filters.setdefault(found["value"].strip(), {}) if len(filters) < MAX_FILTERS else {}
        elif found and not head:
            _criterion(current, found["label"].lower(), found["value"].strip())
    built = {name: _filter(name, criteria) for name, criteria in filters.items() if name}
    return Monitor(running, TraceFile(file) if file else None, built)


def _lines(text: str, node: str) -> list[str]:
    parts = by_node(text.replace("\r", ""))
    return next((part for name, part in parts if name == node), parts[0][1]).split("\n")


def is_told(text: str, node: str = "") -> bool:
    """Whether a text says of a node whether its monitor is active. Never raises."""
    parts = by_node(text.replace("\r", ""))
    return not (node and all(name != node for name, _part in parts)) and _status(_lines(text, node)) != ""


def _status(lines: list[str]) -> str:
    """active or inactive; "" where nothing says so."""
    heads = [head for line in lines if (head := _HEAD.match(line.strip())) and head["what"].lower() == "session status"]
    said = heads[-1]["value"].strip().lower() if heads else ""
    return said if said in ("active", "inactive") else ""


def missing_parts(text: str, node: str = "") -> str:
    """What every answer has and this one has not, so that it must not be acted on; "" when it is complete. Never raises."""
    heads = {head["what"].lower(): head["value"] for line in _lines(text, node) if (head := _HEAD.match(line.strip()))}
    names = sum(label == "name" for label in _labels(text, node))
    count = heads.get("filters", "").strip()
    if not _status(_lines(text, node)):
        return "it does not show whether the monitor is active"
    resting = count == "0" and heads["session status"].strip().lower() == "inactive"
    if "trace file" not in heads and not resting:  # whether a monitor that has none prints the line is unverified
        return "it does not name the trace file"
    if not re.fullmatch(r"[0-9]{1,9}", count) or int(count) != names:
        return f"it reports {count or 'no number of'} filters and shows {names}"
    found = parse(text, node)
    try:
        _commands = [item.command for item in (*found.filters.values(), *([found.file] if found.file else ()))]
    except ValueError as wrong:
        return f"it has names that cannot be typed: {wrong}"
    return ""


def is_incomplete(text: str, node: str = "") -> bool:
    """A filter lacks a line that filters have in all captures; an answer may have been cut. Never raises."""
    labels = _labels(text, node)
    return any(labels.count(label) < labels.count("name") for label in ("source", "destination", "interface"))


def _labels(text: str, node: str) -> list[str]:
    """Of lines that have a value."""
    found = (_LINE.match(line.strip()) for line in _lines(text, node) if not _HEAD.match(line.strip()))
    labels = [(line["label"].lower(), line["value"]) for line in found if line and line["value"]]
    return [label for label, value in labels if label not in ("source", "destination") or _END.match(value)]


def _file_name(value: str) -> str:
    return "" if value.lower() in ("", "none") else value.removeprefix("/var/log/")


def _criterion(criteria: dict[str, Any], label: str, value: str) -> None:
    if label in ("source", "destination"):
        found = _END.match(value)
        if found:
            criteria[f"{label}_prefix"] = network(found["prefix"])
            criteria[f"{label}_port"] = _ports(found["low"], found["high"])
    elif label == "protocol":
        criteria["protocol"] = _known_protocol(value)
    elif label == "interface":
        criteria["interface"] = "" if value.lower() == "none" else value
    elif label == "logical system":
        criteria["logical_system"] = "" if value == ROOT else value
    elif label.replace("-", " ") in _EXTRA_LABELS and value.lower() not in ("", "none"):
        criteria.setdefault("extras", {})[_EXTRA_LABELS[label.replace("-", " ")]] = value


def _filter(name: str, criteria: dict[str, Any]) -> Filter:
    extras = tuple(sorted(criteria.pop("extras", {}).items()))
    return Filter(name, **criteria, extras=extras)


def network(text: str) -> str:
    """A prefix as a network; "" for one that matches anything. What is no prefix stays as it is.

    >>> network("10.0.0.1"), network("10.1.2.3/24"), network("::/0")
    ('10.0.0.1/32', '10.1.2.0/24', '')
    """
    try:
        found = ipaddress.ip_interface(text).network
    except ValueError:
        return text
    return "" if found.prefixlen == 0 else str(found)


def _ports(low: str | None, high: str | None) -> str:
    if low is None or (low, high or low) == ("0", "65535"):
        return ""
    first, last = _port(low), _port(high or low)
    return first if first == last else f"{first}~{last}"


def _port(text: str) -> str:
    """By its number; what is neither number nor keyword stays as it is (0 of a range, say)."""
    try:
        return str(port_number(text))
    except ValueError:
        return text


def _known_protocol(text: str) -> str:
    try:
        return protocol_name(text)
    except ValueError:
        return text


# -- from and to documents --------------------------------------------------------------------------------------------


def filter_of(item: Item) -> Filter:
    """Of an entry that the rules have let through; what they refuse stays as it was typed."""
    given = {key: str(value) for key, value in item.items() if value is not None and key in (*SHOWN, *EXTRAS)}
    criteria = {key: _normal(key, given[key]) for key in SHOWN if key in given}
    extras = tuple(sorted((key, given[key]) for key in EXTRAS if key in given))
    return Filter(str(item["name"]), **criteria, extras=extras)


def _normal(key: str, text: str) -> str:
    if key.endswith("_prefix"):
        return network(text)
    if key == "interface":
        return text if "." in text else f"{text}.0"
    if key == "logical_system":
        return "" if text == ROOT else text
    try:
        return str(port_number(text)) if key.endswith("_port") else protocol_name(text)
    except ValueError:
        return text


_SIZE = re.compile(r"([0-9]{1,12})([kmg]?)", re.IGNORECASE)
_UNITS = {"": 1, "k": 1024, "m": 1024**2, "g": 1024**3}


def bytes_of(text: str) -> int:
    """Bytes of a size with or without k, m, g. Sent as bytes: whether the command line takes a suffix is unverified.

    Raises ValueError.

    >>> bytes_of("1m")
    1048576
    """
    found = _SIZE.fullmatch(text.strip())
    if not found:
        raise ValueError(f"{text!r} is not a valid size: write a number, with k, m or g after it")
    return int(found[1]) * _UNITS[found[2].lower()]


def file_of(item: Item) -> TraceFile:
    """From an entry of the task. Raises ValueError for a size that is not valid."""
    size = item.get("size")
    return TraceFile(
        str(item["name"]),
        None if size is None else bytes_of(str(size)),
        item.get("files"),
        str(item.get("match") or ""),
        item.get("world_readable"),
    )


def to_document(monitor: Monitor) -> dict[str, Any]:
    """What a person reads as before and after: running, file, filters with what they match."""
    return {
        "running": monitor.running,
        "file": monitor.file.name if monitor.file else None,
        "filters": filters_document(list(monitor.filters.values())),
    }


def filters_document(filters: Sequence[Filter]) -> list[dict[str, Any]]:
    """[{name, the criteria that are set, further ones that the device shows}]."""
    return [
        {
            "name": item.name,
            **{option: getattr(item, option) for option in SHOWN if getattr(item, option)},
            **dict(item.extras),
        }
        for item in filters
    ]
