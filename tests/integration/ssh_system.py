# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A command line for the tests of the connection, and the connection to it."""

from __future__ import annotations

from pathlib import Path
from typing import Any, ClassVar

import pytest
from ansible.errors import AnsibleConnectionFailure
from ansible.playbook.play_context import PlayContext
from ansible.plugins.loader import connection_loader

from ansible_collections.mspplus.netsec.plugins.plugin_utils._engine import failures

NAME = "mspplus.netsec.netmiko"
PASSWORD = "CANARY-device-password"
USER = {"username": "ops", "password": PASSWORD}


class Shell:
    """A command line that looks like IOS XR's, or like a Linux shell, and answers with what it was asked."""

    OPTIONS: ClassVar[dict[str, type]] = {"prompt": str}

    def __init__(self, spec: Any) -> None:
        self.prompt = spec.options.get("prompt", f"RP/0/RP0/CPU0:{spec.name}#")

    async def shell(self, terminal: Any) -> None:
        terminal.length = 0
        await terminal.write("\n#### Authorized users only ####\n\n")
        while (line := (await terminal.readline(self.prompt)).strip()) != "exit":
            if line.startswith("say "):
                await terminal.write(f"{line.removeprefix('say ')}\n")
            elif line.startswith("show"):
                await terminal.write(f"answer to {line}: né 日本\n")
            elif line.startswith("ask"):
                await terminal.ask("Proceed? [confirm]")
            elif line and not line.startswith("terminal"):
                await terminal.write("   ^\n% Invalid input detected at '^' marker.\n")

    async def close(self) -> None:
        pass


def door_to(lab: Any, directory: Path, name: str = "edge1", action: str = "", **options: Any) -> Any:
    """A connection to a device of a lab, not open yet, that knows the lab's host keys. directory: for the file of them."""
    known_hosts = directory / "known_hosts.txt"
    if not known_hosts.exists():
        known_hosts.write_text(lab.known_hosts())
    given = {
        "host": "127.0.0.1",
        "port": lab.device(name).port,
        "remote_user": "ops",
        "password": PASSWORD,
        "known_hosts": str(known_hosts),
        "network_os": "cisco.iosxr.iosxr",
        "read_timeout": 5,
        "timeout": 5,
    }
    door = connection_loader.get(NAME, PlayContext())
    door.set_options(task_keys={"action": action}, direct={**given, **options})
    return door


def edge(**more: Any) -> dict[str, Any]:
    return {"name": "edge1", "kind": "shell", **USER, **more}


def refused(door: Any) -> str:
    """The message of a login that fails: one line, no secret, unreachable for Ansible and for the engine."""
    with pytest.raises(AnsibleConnectionFailure) as caught:
        door.open()
    assert isinstance(caught.value, failures.Unreachable)
    text = str(caught.value)
    assert len(text.splitlines()) == 1
    assert "CANARY" not in text
    return text


def answer(door: Any, line: str = "show clock") -> str:
    door.send(f"{line}\n")
    text = ""
    while not text.rstrip().endswith("#") or "answer" not in text:
        text += door.receive(5)
    return text
