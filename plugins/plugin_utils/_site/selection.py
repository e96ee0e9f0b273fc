# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which hosts a capability is desired of, in which order, and how many at a time. Pure: variables of hosts come in, names go out."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from .capabilities import Capability

NO_HOST = "all:!all"  # a pattern of no host, without a warning
_PERCENT = re.compile(r"(\d+(?:\.\d+)?) *%")


class SettingError(ValueError):
    """A variable of the run has a value that means nothing."""


# The variables of a host, or of a whole play: which ones are set, and the value of one, which may be the result of a template.
Variables = Mapping[str, Any]


@dataclass(frozen=True)
class Fleet:
    """The inventory as a play sees it.

    groups: name -> hosts, in their order. shared: what is set for the whole play, which is what every host has, too (extra
    variables, vars of import_playbook). of: the variables of a host, None before Ansible knows them (with --list-hosts, say).
    limit: the hosts that --limit leaves, None for all. The variables of others are not asked for: a file of theirs may be broken.
    """

    groups: Mapping[str, Sequence[str]]
    shared: Variables
    of: Callable[[str], Variables] | None
    limit: Collection[str] | None = None

    def members(self, capability: Capability) -> list[str]:
        """Hosts that the capability is for, of those that take part."""
        hosts = dict.fromkeys(host for group in capability.groups for host in self.groups.get(group, ()))
        return [host for host in hosts if self.limit is None or host in self.limit]


def desires(capability: Capability, variables: Variables) -> bool:
    """Whether these variables desire something of a host.

    A variable that is set counts whatever its value is, also null: the role says what is wrong with it. So does a state that is
    null, or whose template has no value.
    """
    return any(name in variables for name in capability.variables) or any(
        name in variables and variables[name] in (None, *values) for name, values in capability.states
    )


@dataclass(frozen=True)
class Order:
    """The hosts that a play goes to, in this order. alone: so many of them go one after the other, before all others."""

    hosts: tuple[str, ...]
    alone: int = 0


def order(capability: Capability, fleet: Fleet, canaries: Sequence[str] = ()) -> Order:
    """Hosts of which the capability is desired; the canaries among them first.

    Where it is desired of no canary, the first host goes alone: a run with a canary never begins with all. A host that waits for
    the others (Capability.last) is no canary; on the way back it goes before the canaries.
    """
    hosts = fleet.members(capability)
    back, waiting = list[str](), list[str]()
    if fleet.of is not None:
        known = {host: fleet.of(host) for host in hosts}
        if not desires(capability, fleet.shared):
            hosts = [host for host in hosts if desires(capability, known[host])]
        for host in hosts if capability.last else ():
            if capability.last in known[host] or capability.last in fleet.shared:
                (back if _is_way_back(capability, fleet.shared, known[host]) else waiting).append(host)
    apart = {*back, *waiting}
    others = [host for host in hosts if host not in apart]
    first = [host for host in dict.fromkeys(canaries) if host in others]
    alone = max(1, len(back) + len(first)) if canaries else 0
    return Order((*back, *first, *(host for host in others if host not in first), *waiting), alone)


def _is_way_back(capability: Capability, shared: Variables, own: Variables) -> bool:
    name, value = capability.way_back
    return any(name in variables and variables[name] == value for variables in (shared, own))


def batches(alone: int, serial: Sequence[str | int]) -> list[str | int]:
    """What the keyword serial gets: the hosts that go alone, then the batches as they were asked for.

    >>> batches(0, []), batches(1, []), batches(2, [10, "50%"])
    ([], [1, '100%'], [1, 1, 10, '50%'])
    """
    return [*[1] * alone, *(serial or (["100%"] if alone else []))]


def setting(capability: Capability, fleet: Fleet, name: str) -> Any:
    """The value of a variable of the run, None where it is not set: of the whole play, else of the first host that the capability
    is for, so that it may be written for all or for a group."""
    if name in fleet.shared:
        return fleet.shared[name]
    hosts = fleet.members(capability)
    return fleet.of(hosts[0]).get(name) if fleet.of and hosts else None


def canaries_of(value: Any, known: Iterable[str]) -> list[str]:
    """netsec_canary: a host or several, as a list or with commas between them. Raises SettingError for a name that is no host."""
    names = [str(name) for name in _listed(value)]
    hosts = set(known)
    strangers = [name for name in names if name not in hosts]
    if strangers:
        raise SettingError(f"netsec_canary names {', '.join(strangers)}: the inventory has no such host")
    return names


def serial_of(value: Any) -> list[str | int]:
    """netsec_serial: numbers of hosts or shares of them (``10%``), as a list or with commas between them, as the keyword serial
    takes them. Raises SettingError."""
    found: list[str | int] = []
    for item in _listed(value):
        text = str(item).strip()
        share = _PERCENT.fullmatch(text)
        if share and 0 < float(share[1]) <= 100:
            found.append(text.replace(" ", ""))
        elif text.isascii() and text.isdigit() and int(text) > 0 and not isinstance(item, bool):
            found.append(int(text))
        else:
            raise SettingError(
                f"netsec_serial has {text[:80]!r}, which is neither a number of hosts nor a share such as 10%"
            )
    return found


def percentage_of(value: Any) -> float:
    """netsec_max_fail_percentage. Raises SettingError."""
    text = str(value).strip().removesuffix("%").strip()
    try:
        found = float(text)
    except ValueError:
        found = -1.0
    if isinstance(value, bool) or not 0 <= found <= 100:
        raise SettingError(f"netsec_max_fail_percentage must be 0 to 100, not {str(value)[:80]!r}")
    return found


def _listed(value: Any) -> list[Any]:
    if value is None:
        return []
    if isinstance(value, str):
        return [part.strip() for part in value.split(",") if part.strip()]
    return list(value) if isinstance(value, list | tuple) else [value]
