# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Doors beside the one that Ansible opens: a second connection of a task, and connections loaded before the fork."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from types import MappingProxyType
from typing import Any

from ansible.errors import AnsibleError
from ansible.playbook.play_context import PlayContext
from ansible.plugins.action import ActionBase
from ansible.plugins.loader import connection_loader
from ansible.utils.collection_loader import AnsibleCollectionConfig  # type: ignore[attr-defined]  # core names no exports


def preload(plugin: str) -> None:
    """Load a connection, and what its sessions need, where an action is imported: in the main process, before it forks.

    Ansible loads actions there, but connections in each worker: code, documentation and libraries would be compiled,
    parsed and imported once a host and task (40 ms and, with netmiko, 200 ms more).
    """
    if not AnsibleCollectionConfig.collection_finder:
        return  # outside Ansible, as in unit tests, there is nothing to load for
    with suppress(AnsibleError, ImportError):  # whoever needs the connection gets the message
        connection = connection_loader.get(plugin, PlayContext())
        if connection is not None:
            connection.load()


@contextmanager
def open_door(
    action: ActionBase, task_vars: Mapping[str, Any], plugin: str, *prefixes: str, **fixed: Any
) -> Iterator[Any]:
    """A further connection of a task, open, and closed at the end of the block. Raises what its open() raises, AnsibleError.

    Each option of the plugin is looked up as ``<prefix>_<name>`` first (``manager_host``, ``manager_password``; name is
    that of the option, or that of one of its variables without ``ansible_``), then as for every connection. Of several
    prefixes an earlier one wins. fixed: options that no variable changes (the address that another system gave).

    >>> with open_door(self, task_vars, "mspplus.netsec.rest", "collector", "manager") as manager: ...  # doctest: +SKIP
    """
    with closed_door(action, task_vars, plugin, *prefixes, **fixed) as door:
        door.open()
        yield door


@contextmanager
def closed_door(
    action: ActionBase,
    task_vars: Mapping[str, Any],
    plugin: str,
    *prefixes: str,
    defaults: Mapping[str, Any] = MappingProxyType({}),
    **fixed: Any,
) -> Iterator[Any]:
    """As open_door(), but nothing is sent before the caller asks for it. defaults: options that only a variable of a prefix
    changes (the port beside that of the first door)."""
    door = connection_loader.get(plugin, action._play_context, task_uuid=action._task._uuid)
    if door is None:
        raise AnsibleError(f"the connection {plugin} was not found")
    task = action._task
    variables = task_vars
    if task.delegate_to:
        variables = task_vars.get("ansible_delegated_vars", {}).get(task.delegate_to, task_vars)
    keys = {**task.dump_attrs(), "timeout": action._play_context.timeout}
    if action._play_context.password:
        keys["password"] = action._play_context.password  # -k
    named: dict[str, str] = {}
    for prefix in reversed(prefixes):
        named |= prefixed(door.option_definitions, prefix, variables)
    direct = {option: action._templar.template(variables[name]) for option, name in named.items()}
    direct = {**defaults, **direct, **fixed}
    # As the executor does for the first door: task_vars are templates until they are read.
    given = door._resolve_option_variables(variables, action._templar)
    door.set_options(task_keys=keys, var_options=given, direct=direct)
    try:
        yield door
    finally:
        door.close()


def prefixed(definitions: Mapping[str, Any], prefix: str, variables: Mapping[str, Any]) -> dict[str, str]:
    """Per option the variable of that prefix which sets it: that named as the option, else as the option's variables.

    >>> prefixed({"remote_user": {"vars": [{"name": "ansible_user"}]}}, "manager", {"manager_user": "ops"})
    {'remote_user': 'manager_user'}
    """
    found: dict[str, str] = {}
    for option, definition in definitions.items():
        # The last of an option's variables wins, as in Ansible; its own name wins over all.
        names = [str(entry["name"]) for entry in definition.get("vars") or ()]
        endings = [name.removeprefix("ansible_") for name in names if name.startswith("ansible_")] + [option]
        for ending in endings:
            if f"{prefix}_{ending}" in variables:
                found[option] = f"{prefix}_{ending}"
    return found
