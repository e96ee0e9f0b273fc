# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a play and its inventory say about hosts, as Ansible gives it to a lookup. Reads variables, no device."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from ansible.errors import AnsibleError
from ansible.inventory.manager import InventoryManager
from ansible.utils.vars import load_extra_vars
from jinja2 import Undefined, UndefinedError

from .capabilities import Capability
from .selection import Fleet, canaries_of, setting


class _Shared(Mapping[str, Any]):
    """What is set for the whole play; values are templated when they are asked for."""

    def __init__(self, variables: Mapping[str, Any], template: Callable[[Any], Any]) -> None:
        self._variables, self._template = variables, template

    def __getitem__(self, name: str) -> Any:
        return self._template(self._variables[name])

    def __iter__(self) -> Iterator[str]:
        return iter(self._variables)

    def __len__(self) -> int:
        return len(self._variables)


class _Own(Mapping[str, Any]):
    """The variables of a host. A value that has no meaning (its template names what is not set) is None: the role of the host
    tells what is wrong with it."""

    def __init__(self, names: Mapping[str, Any], values: Callable[[], Mapping[str, Any]]) -> None:
        self._names, self._values = names, values

    def __getitem__(self, name: str) -> Any:
        if name not in self._names:
            raise KeyError(name)
        try:
            value = self._values()[name]
        except (AnsibleError, UndefinedError):
            return None
        return None if isinstance(value, Undefined) else value

    def __iter__(self) -> Iterator[str]:
        return iter(self._names)

    def __len__(self) -> int:
        return len(self._names)

    def __contains__(self, name: object) -> bool:
        return name in self._names


def fleet_of(lookup: Any, variables: Mapping[str, Any]) -> Fleet:
    """The inventory as the lookup plugin sees it, in a keyword of a play or in a task.

    In a task the variables are those of one host, too: what is its own is taken away again from what all hosts share.
    """
    hostvars = variables.get("hostvars")
    groups = variables.get("groups") or {}
    if hostvars is None:
        return Fleet(groups, _Shared(variables, lookup._templar.template), None)

    def of(host: str) -> Mapping[str, Any]:
        return _Own(_names(hostvars, host), lambda: hostvars[host])

    shared = dict(variables)
    current = variables.get("inventory_hostname")
    if current in groups.get("all", ()):
        extra = load_extra_vars(lookup._loader)
        own = of(str(current))
        shared = {name: value for name, value in shared.items() if name in extra or name not in own}
    return Fleet(groups, _Shared(shared, lookup._templar.template), of, _taking_part(lookup, variables))


def _taking_part(lookup: Any, variables: Mapping[str, Any]) -> frozenset[str] | None:
    """The hosts that --limit leaves, None for all. As in core's lookup inventory_hostnames, an inventory of the same groups answers."""
    limit = variables.get("ansible_limit")
    if not limit:
        return None
    inventory = InventoryManager(lookup._loader, parse=False)
    for group, hosts in (variables.get("groups") or {}).items():
        inventory.add_group(group)
        for host in hosts:
            inventory.add_host(host, group=group)
    inventory.subset(limit)
    return frozenset(host.name for host in inventory.get_hosts())


def _names(hostvars: Any, host: str) -> Mapping[str, Any]:
    """The variables of a host, without their values. Raises AnsibleError with its name: core's text of a file that is no YAML
    names neither the file nor a host that has it."""
    try:
        found: Mapping[str, Any] = hostvars.raw_get(host)
    except AnsibleError as error:
        text = f"the variables of {host} cannot be read: {str(error).rstrip('.')}."
        if "YAML" in text:
            text += " `yamllint` on the directory of the inventory names the file and the line."
        raise AnsibleError(text) from None
    return found


def canaries(capability: Capability, fleet: Fleet) -> list[str]:
    """Raises SettingError for a name that is no host."""
    value = setting(capability, fleet, "netsec_canary")
    return [] if value is None else canaries_of(value, fleet.groups.get("all", ()))
