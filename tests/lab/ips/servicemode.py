# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A service mode: statements are collected and applied when it is left and the question is answered."""

from __future__ import annotations

from typing import TYPE_CHECKING

from . import signatures
from .settings import RULE, SECTIONS, SERVICES, SEVERAL, Node
from .transfers import Refused
from .words import INVALID, Wrong

if TYPE_CHECKING:
    from .device import IpsDevice

OPERATOR = (
    "signature-definition",
    "event-action-rules",
    "interface",
    "notification",
    "logger",
)  # the rest is the administrator's


CUSTOM = 60_000  # number of the first signature that is a customer's own
REQUIRED = ("network-settings", "host-ip", "host-name", "bypass-mode")  # what a sensor cannot be without


class ServiceMode:
    """One service that is being changed. where: the sections it stands in, with their letters in the prompt."""

    def __init__(self, device: IpsDevice, service: str) -> None:
        self.device, self.service = device, service
        self.node = device.services[service].copy()
        self.where: list[tuple[str, Node, str]] = []

    @property
    def prompt(self) -> str:
        """What stands in the parentheses: config-sig-sig-sta."""
        return "-".join(("config", SERVICES[self.service][1], *(letters for _line, _node, letters in self.where)))

    @property
    def here(self) -> Node:
        return self.where[-1][1] if self.where else self.node

    @property
    def changed(self) -> bool:
        return list(self.node.copy().prune().lines()) != list(self.device.services[self.service].copy().prune().lines())

    def leave(self) -> bool:
        """One step up; False: it stands at the top already."""
        if not self.where:
            return False
        self.where.pop()
        return True

    def statement(self, line: str) -> None:
        """What was typed, other than exit and show. Wrong or Refused with the device's words."""
        words = line.split()
        if words[0] in ("no", "default"):
            if len(words) < 2:
                raise Wrong("% Incomplete command.")
            self._take_back(" ".join(words[1:]), custom=words[0] == "no")
            return
        sections = SECTIONS.get(self.service, {})
        if words[0] in sections:
            if len(words) != sections[words[0]] + 1:
                raise Wrong(
                    "% Incomplete command." if len(words) <= sections[words[0]] else INVALID,
                    0,
                )
            self._enter(words)
        else:
            if len(words) < 2:
                raise Wrong(INVALID, 0)
            self._check(words)
            self.here.set(" ".join(words))

    def _enter(self, words: list[str]) -> None:
        line = " ".join(words)
        if words[0] == "signatures":
            self._known(words[1], words[2])
        elif words[0] == "engine" and self._signature is not None:
            engine = signatures.signature(self._signature).engine
            if words[1] != engine:
                raise Refused(f"the engine of signature {self._signature}.0 is {engine}")
        letters = words[1 if words[0] == "engine" else 0][:3]
        self.where.append((line, self.here.below(line), letters))

    def _known(self, number: str, sub: str) -> None:
        if not (number.isdigit() and sub.isdigit()):
            raise Wrong(INVALID, 0)
        custom = int(number) >= CUSTOM
        if not custom and (sub != "0" or not signatures.known(int(number), self.device.state.level)):
            raise Refused(f"signature {number}.{sub} does not exist")

    @property
    def _signature(self) -> int | None:
        line = self.where[0][0] if self.where else ""
        return int(line.split()[1]) if line.startswith("signatures ") else None

    def _check(self, words: list[str]) -> None:
        allowed = {
            "alert-severity": signatures.SEVERITIES,
            "enabled": ("true", "false"),
            "retired": ("true", "false"),
            "bypass-mode": ("auto", "on", "off"),
        }
        if words[0] in allowed and words[1] not in allowed[words[0]]:
            raise Wrong(INVALID, len(words[0]) + 1)

    def _take_back(self, line: str, custom: bool) -> None:
        words = line.split()
        if words[0] == "signatures":
            if len(words) != 3:
                raise Wrong("% Incomplete command.")
            self._known(words[1], words[2])
            if custom and int(words[1]) < CUSTOM:
                raise Refused("only custom signatures can be removed")
        if words[0] in REQUIRED:
            raise Refused(f"{words[0]} is required")
        if not self.here.remove(line) and words[0] in SEVERAL:
            raise Refused(f"there is no {line}")

    def show(self) -> str:
        """`show settings`."""
        number = self._signature
        if number is None:
            return _settings(self.here, 3)
        own, line = signatures.signature(number), self.where[-1][0]
        if len(self.where) == 1:
            _word, sig, sub = line.split()
            return f"   sig-id: {sig}\n   subsig-id: {sub}\n   {RULE}\n{_full_signature(own, self.here)}   {RULE}\n"
        rows = {"engine": _actions, "status": _flags}.get(line.split()[0])
        text = "".join(f"      {row}\n" for row in rows(own, self.here)) if rows else _settings(self.here, 6)
        return f"   {line.split()[-1]}\n   {RULE}\n{text}   {RULE}\n"

    def apply(self) -> None:
        """The statements become the configuration; Refused: they are lost, the sensor is as it was."""
        device, faults = self.device, self.device.faults
        name = "".join(word.capitalize() for word in self.service.split("-"))
        if faults.active("commit_rejected", self.service):
            raise Refused(f"editConfigDelta{name} : the configuration was refused")
        if faults.active("concurrent_commit", self.service):
            raise Refused(f"editConfigDelta{name} : the configuration was changed by another session")
        before = dict(device.services)
        device.services = {**device.services, self.service: self.node.prune()}
        device.changed(before)


def _value(name: str, set_to: str | None, default: str) -> str:
    return f"{name}: {default} <defaulted>" if set_to is None else f"{name}: {set_to} default: {default}"


def _flags(own: signatures.Signature, node: Node) -> list[str]:
    flags = {"enabled": own.enabled, "retired": own.retired}
    return [_value(key, node.values.get(key), str(default).lower()) for key, default in flags.items()]


def _actions(_own: signatures.Signature, node: Node) -> list[str]:
    return [_value("event-action", node.values.get("event-action"), "produce-alert")]


def _full_signature(own: signatures.Signature, node: Node) -> str:
    status = node.sections.get("status", Node())
    engine = node.sections.get(f"engine {own.engine}", Node())
    rule, deep = " " * 6 + RULE, " " * 9 + RULE
    lines = (
        " " * 6 + _value("alert-severity", node.values.get("alert-severity"), own.severity),
        *("      sig-description", rule, f"         sig-name: {own.name} <defaulted>", rule, "      engine", rule),
        *(f"         {own.engine}", deep, *(" " * 12 + row for row in _actions(own, engine)), deep, rule),
        *("      status", rule, *(" " * 9 + row for row in _flags(own, status)), rule),
    )
    return "".join(f"{line}\n" for line in lines)


def _settings(node: Node, depth: int) -> str:
    pad, text = " " * depth, ""
    for word, value in node.values.items():
        text += f"{pad}{word}: {value}\n" if value else f"{pad}{word}\n"
    for line, below in node.sections.items():
        text += f"{pad}{line}\n{pad}{RULE}\n{_settings(below, depth + 3)}{pad}{RULE}\n"
    return text
