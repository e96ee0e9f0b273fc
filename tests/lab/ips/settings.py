# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The configuration of a sensor: services with sections and values, what service modes change, and its text."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

RULE = "-" * 47
# service -> (its instance, letters of its prompt). The order is that of `show configuration`.
SERVICES: dict[str, tuple[str, str]] = {
    "interface": ("", "int"),
    "authentication": ("", "aut"),
    "event-action-rules": ("rules0", "rul"),
    "host": ("", "hos"),
    "logger": ("", "log"),
    "network-access": ("", "net"),
    "notification": ("", "not"),
    "signature-definition": ("sig0", "sig"),
    "ssh-known-hosts": ("", "ssh"),
    "trusted-certificates": ("", "tru"),
    "web-server": ("", "web"),
    "anomaly-detection": ("ad0", "ano"),
    "external-product-interface": ("", "ext"),
    "health-monitor": ("", "hea"),
    "global-correlation": ("", "glo"),
    "analysis-engine": ("", "ana"),
}
# What opens a mode below a service: word -> number of words behind it. A mode may hold any of them.
SECTIONS: dict[str, dict[str, int]] = {
    "host": {
        "network-settings": 0,
        "time-zone-settings": 0,
        "summertime-option": 1,
        "ntp-option": 1,
        "auto-upgrade": 0,
        "cisco-server": 1,
        "user-server": 1,
        "schedule-option": 1,
    },
    "interface": {"physical-interfaces": 1, "inline-interfaces": 1, "bypass-option": 0},
    "signature-definition": {"signatures": 2, "status": 0, "engine": 1, "sig-description": 0, "alert-frequency": 0},
    "analysis-engine": {"virtual-sensor": 1},
    "event-action-rules": {"overrides": 1, "filters": 2, "general": 0},
    "notification": {"trap-destinations": 1},
}
# Statements that may stand several times, told apart by their value.
SEVERAL = frozenset({"access-list", "threat-profile"})


@dataclass(slots=True)
class Node:
    """values: word -> what was set (with one of SEVERAL: the whole line -> nothing). sections: line -> what is below it."""

    values: dict[str, str] = field(default_factory=dict)
    sections: dict[str, Node] = field(default_factory=dict)

    def copy(self) -> Node:
        return Node(dict(self.values), {line: node.copy() for line, node in self.sections.items()})

    def below(self, line: str) -> Node:
        """A section, made where there is none."""
        return self.sections.setdefault(line, Node())

    def set(self, line: str) -> None:
        """A statement."""
        word, _blank, value = line.partition(" ")
        if word in SEVERAL:
            self.values[line] = ""
        else:
            self.values[word] = value

    def remove(self, line: str) -> bool:
        """Take a statement or a section away; False: it is not there."""
        word = line.partition(" ")[0]
        for key in (line, word):
            if key == word != line and word in SEVERAL:
                return False
            if self.values.pop(key, None) is not None or self.sections.pop(key, None) is not None:
                return True
        return False

    def prune(self) -> Node:
        """Sections that hold nothing say nothing."""
        self.sections = {line: node.prune() for line, node in self.sections.items() if node.prune()}
        return self

    def __bool__(self) -> bool:
        return bool(self.values or self.sections)

    def lines(self) -> Iterator[str]:
        """As `show configuration` has it: a section ends with `exit`."""
        for word, value in self.values.items():
            yield f"{word} {value}".rstrip()
        for line, node in self.sections.items():
            yield line
            yield from node.lines()
            yield "exit"


def start(spec: Any, options: Mapping[str, Any]) -> dict[str, Node]:
    """The services of a sensor as its specification says."""
    services = {name: Node() for name in SERVICES}
    services["interface"].set(f"bypass-mode {options.get('bypass', 'auto')}")
    network = services["host"].below("network-settings")
    for line in (
        f"host-ip {spec.address}/8,127.0.0.1",
        f"host-name {spec.name}",
        "telnet-option disabled",
        "access-list 0.0.0.0/0",
    ):
        network.set(line)
    zone = services["host"].below("time-zone-settings")
    zone.set(f"offset {options.get('zone_minutes', 0)}")
    zone.set(f"standard-time-zone-name {options.get('time_zone', 'UTC')}")
    if options.get("snmp"):
        services["notification"].set("enable-set-get true")
    for name in options.get("threat_profiles", ()):
        services["signature-definition"].set(f"threat-profile {name}")
    return services


def tuned(services: Mapping[str, Node]) -> dict[str, dict[str, Any]]:
    """What is set of signatures: ``{"2004.0": {"enabled": True, "retired": False, "severity": "high", "actions": [..]}}``."""
    found = {}
    for line, node in services["signature-definition"].sections.items():
        _word, number, sub = line.split()
        status = node.sections.get("status", Node()).values
        one: dict[str, Any] = {key: status[key] == "true" for key in ("enabled", "retired") if key in status}
        if "alert-severity" in node.values:
            one["severity"] = node.values["alert-severity"]
        for below in node.sections.values():
            if "event-action" in below.values:
                one["actions"] = below.values["event-action"].split("|")
        found[f"{number}.{sub}"] = one
    return found
