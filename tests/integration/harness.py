# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Tasks of a module through its action and Ansible's own task executor, against a lab, without starting ansible-playbook.

Arguments, variables, templates and the connection go the way they go in a play: only the worker's fork is missing.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ansible import context
from ansible.executor.task_executor import TaskExecutor
from ansible.inventory.manager import InventoryManager
from ansible.parsing.dataloader import DataLoader
from ansible.playbook.play import Play
from ansible.playbook.play_context import PlayContext
from ansible.plugins import loader as plugin_loaders
from ansible.utils.context_objects import CLIArgs
from ansible.vars.manager import VariableManager

from lab import inventory
from lab.server import Lab

WRITES = ("PUT", "POST", "DELETE")


class Tasks:
    """`tasks(module, options, check=..., diff=..., **variables)` -> the task's result as a play would have it.

    host: the inventory name; several of one lab share a directory. Everything that a result holds must be plain data.
    """

    def __init__(self, lab: Lab, directory: Path, host: str) -> None:
        self.lab, self.host = lab, host
        self._loader = DataLoader()
        self._hosts = directory / "inventory" / "hosts.yml"
        if not self._hosts.exists():
            inventory.write(lab, self._hosts)

    def __call__(
        self, module: str, options: Mapping[str, Any], *, check: bool = False, diff: bool = False, **variables: Any
    ) -> dict[str, Any]:
        context.CLIARGS = CLIArgs({"check": check, "diff": diff, "verbosity": 0})  # type: ignore[assignment]
        found = InventoryManager(loader=self._loader, sources=[str(self._hosts)])
        manager = VariableManager(loader=self._loader, inventory=found)
        head = {
            "hosts": self.host,
            "gather_facts": False,
            "vars": variables,
            "tasks": [{"name": "One task", f"mspplus.netsec.{module}": dict(options)}],
        }
        play = Play().load(head, variable_manager=manager, loader=self._loader)
        ((task,),) = [block.block for block in play.compile() if block.block and block.block[0].action != "meta"]
        host = found.get_host(self.host)
        job = manager.get_vars(play=play, host=host, task=task)
        executor = TaskExecutor(
            host, task, job, PlayContext(play=play), self._loader, plugin_loaders, _Silence(), manager
        )
        result: dict[str, Any] = executor.run()
        shown = {key: value for key, value in result.items() if key[0] != "_"}
        return dict(json.loads(json.dumps(shown, default=_shown)))

    # -- what the lab saw ---------------------------------------------------------------------------------------------

    @property
    def journal(self) -> list[dict[str, Any]]:
        return list(self.lab.journal(self.host))

    def written(self, since: int = 0) -> list[str]:
        """What was sent to change something, behind so many entries of the journal; logging in and out is no change."""
        return [line for entry in self.journal[since:] if (line := _write(entry))]


def _shown(value: Any) -> Any:
    """A warning as core carries it to the callback, where it becomes its text. Raises TypeError for anything else."""
    event = getattr(value, "event", None)
    if event is None:
        raise TypeError(f"a result holds {type(value).__name__}, which is no plain data")
    return event.msg


class _Silence:
    """Where callbacks would listen."""

    def __getattr__(self, name: str) -> Any:
        return lambda *args, **kwargs: None


# Command lines that read, prepare the terminal, or leave a mode.
_READING = ("show ", "do show ", "run show ", "terminal ", "set cli ", "file list ", "exit", "end", "abort")


def _write(entry: Mapping[str, Any]) -> str:
    text = str(entry.get("text", "")).strip()
    if entry["event"] == "request":
        method, _blank, path = text.partition(" ")
        return "" if method not in WRITES or "config/login" in path else text
    if entry["event"] != "command" or not text or text.startswith(_READING):
        return ""
    return text
