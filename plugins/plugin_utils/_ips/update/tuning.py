# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How new and modified signatures of an update are to be: enabled, severity, action, retired. Text of the sensor <-> objects. Pure.

The statements are those of `service signature-definition sig0` in the Cisco IPS 7.1 CLI guide, "Defining Signatures".
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

SERVICE = "signature-definition sig0"
LARGEST = 32 << 20  # characters of a configuration that are looked at

_SIGNATURE = re.compile(r"signatures (\d{1,6}) (\d{1,4})", re.ASCII)
_ACTION = re.compile(r"[a-z0-9-]{1,40}", re.ASCII)
SEVERITIES = ("high", "medium", "low", "informational")


@dataclass(frozen=True, slots=True)
class Tuning:
    """One signature. number: ``2004/0``. None: it stays as the update has it. engine: the name of its engine, which an action needs.

    actions: sorted; None to leave them.
    """

    number: str
    enabled: bool | None = None
    retired: bool | None = None
    severity: str | None = None
    engine: str | None = None
    actions: tuple[str, ...] | None = None

    def as_dict(self) -> dict[str, Any]:
        return {
            "id": self.number,
            "enabled": self.enabled,
            "retired": self.retired,
            "severity": self.severity,
            "engine": self.engine,
            "action": None if self.actions is None else list(self.actions),
        }

    def met_by(self, found: Tuning | None) -> bool:
        """Whether a sensor's configuration says all that this one does."""
        if found is None:
            return not any(each is not None for each in (self.enabled, self.retired, self.severity, self.actions))
        pairs = (
            (self.enabled, found.enabled),
            (self.retired, found.retired),
            (self.severity, found.severity),
            (self.actions, found.actions),
        )
        return all(wanted is None or wanted == has for wanted, has in pairs)


def parse_document(items: Sequence[Mapping[str, Any]], number_of: Mapping[str, str]) -> tuple[Tuning, ...]:
    """The option ``signature_tuning``. number_of: ids as they were typed -> ``2004/0``."""
    return tuple(
        Tuning(
            number_of[item["id"]],
            item.get("enabled"),
            item.get("retired"),
            item.get("severity"),
            item.get("engine"),
            None if item.get("action") is None else tuple(sorted(set(item["action"]))),
        )
        for item in items
    )


def is_action(text: str) -> bool:
    return bool(_ACTION.fullmatch(text))


def due(wanted: Iterable[Tuning], has: Mapping[str, Tuning]) -> list[Tuning]:
    """What is not so yet."""
    return [each for each in wanted if not each.met_by(has.get(each.number))]


def lines(tuning: Iterable[Tuning]) -> list[str]:
    """Statements within the service mode; the mode itself is not among them."""
    found: list[str] = []
    for each in tuning:
        main, _slash, sub = each.number.partition("/")
        found.append(f"signatures {main} {sub}")
        if each.severity is not None:
            found.append(f"alert-severity {each.severity}")
        if each.actions is not None and each.engine is not None:
            found += [f"engine {each.engine}", f"event-action {'|'.join(each.actions)}", "exit"]
        if each.enabled is not None or each.retired is not None:
            found.append("status")
            found += [f"enabled {_word(each.enabled)}"] if each.enabled is not None else []
            found += [f"retired {_word(each.retired)}"] if each.retired is not None else []
            found.append("exit")
        found.append("exit")
    return found


def _word(value: bool | None) -> str:
    return "true" if value else "false"


def parse_configuration(text: str) -> dict[str, Tuning]:
    """What `show configuration` has of each signature that is not as its update brought it, by number. Never raises."""
    found: dict[str, Tuning] = {}
    inside = False
    block: list[str] = []
    number = ""
    depth = 0
    for line in (each.strip() for each in text[:LARGEST].splitlines()):
        if line.startswith("service "):
            inside, depth, number = line == f"service {SERVICE}", 0, ""
        if not inside:
            continue
        opened = _SIGNATURE.fullmatch(line)
        if opened and not number:
            number, block, depth = f"{int(opened[1])}/{int(opened[2])}", [], 1
        elif number:
            block.append(line)
            depth += 1 if re.match(r"engine |status$", line) else -1 if line == "exit" else 0
            if depth == 0:
                found[number] = _tuning(number, block)
                number = ""
    return found


def _tuning(number: str, block: Sequence[str]) -> Tuning:
    words = dict(line.partition(" ")[::2] for line in block)
    actions = words.get("event-action")
    return Tuning(
        number,
        _flag(words.get("enabled")),
        _flag(words.get("retired")),
        words.get("alert-severity"),
        words.get("engine"),
        tuple(sorted(actions.split("|"))) if actions else None,
    )


def _flag(text: str | None) -> bool | None:
    return {"true": True, "false": False}.get(text or "")


def threat_profiles(text: str) -> tuple[str, ...]:
    """Names of the threat profiles that a configuration applies (unverified: the statement ``threat-profile NAME``)."""
    return tuple(re.findall(r"^\s*threat-profile (\S{1,100})\s*$", text[:LARGEST], re.MULTILINE))


def has_snmp_policy(text: str) -> bool:
    """Whether SNMP is on: `enable-set-get true` or a trap destination in `service notification`."""
    return bool(
        re.search(
            r"^\s*(?:enable-set-get true|enable-notifications true|trap-destinations \S)", text[:LARGEST], re.MULTILINE
        )
    )
