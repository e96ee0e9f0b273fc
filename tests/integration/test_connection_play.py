# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The netmiko connection as a user meets it: ansible-playbook, an inventory with its known_hosts, real SSH servers."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, ClassVar

import pytest
import yaml
from integration.results import Results

from lab import kinds

ROOT = Path(__file__).resolve().parents[2]
PASSWORD = "CANARY-device-password"

# An action that speaks to its device, and to the device's manager through a second door.
BOTH_DOORS = """
from ansible.plugins.action import ActionBase
from ansible_collections.mspplus.netsec.plugins.plugin_utils._engine.doors import open_door, preload

preload("mspplus.netsec.netmiko")


class ActionModule(ActionBase):
    def run(self, tmp=None, task_vars=None):
        result = super().run(tmp, task_vars)
        self._connection.open()
        with open_door(self, task_vars, "mspplus.netsec.netmiko", "manager") as manager:
            result["prompts"] = [self._connection.base_prompt, manager.base_prompt]
        result["closed"] = not manager.connected
        return result
"""


class Prompt:
    """A command line that answers `show` commands only."""

    OPTIONS: ClassVar[dict[str, type]] = {}

    def __init__(self, spec: Any) -> None:
        self.name = spec.name

    async def shell(self, terminal: Any) -> None:
        terminal.length = 0
        while (line := (await terminal.readline(f"RP/0/RP0/CPU0:{self.name}#")).strip()) != "exit":
            await terminal.write(f"answer to {line}\n" if line.startswith("show") else "")

    async def close(self) -> None:
        pass


Play = Callable[..., tuple[int, str, list[dict[str, Any]]]]


@pytest.fixture
def routers(lab, monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setitem(kinds.KINDS, "prompt", Prompt)
    user = {"kind": "prompt", "username": "ops", "password": PASSWORD}
    return lab(
        {"name": "edge1", **user}, {"name": "edge2", **user}, {"name": "boss", **user, "password": "CANARY-manager"}
    )


@pytest.fixture
def play(routers, tmp_path: Path) -> Play:
    """`play(tasks, hosts=..., **variables)` -> (return code, all output, results in their order)."""
    inventory = tmp_path / "inventory"
    inventory.mkdir()
    (inventory / "known_hosts.txt").write_text(routers.known_hosts())
    _collection(tmp_path)
    written = Results(tmp_path)
    (tmp_path / "ansible.cfg").write_text("[defaults]\n")
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    environment = {
        "PATH": path,
        "HOME": str(tmp_path),
        "LC_ALL": "C.UTF-8",
        "ANSIBLE_CONFIG": str(tmp_path / "ansible.cfg"),
        "ANSIBLE_COLLECTIONS_PATH": str(tmp_path),
        **written.environment,
    }

    def run(
        tasks: list[dict[str, Any]],
        *options: str,
        hosts: str = "edge1",
        facts: bool = False,
        login: bool = True,
        **variables: Any,
    ) -> tuple[int, str, list[dict[str, Any]]]:
        (inventory / "hosts.yml").write_text(yaml.safe_dump(_inventory(routers, login)))
        playbook = tmp_path / "play.yml"
        written.clear()
        head = {"hosts": hosts, "gather_facts": facts, "vars": variables, "tasks": tasks}
        playbook.write_text(yaml.safe_dump([head]))
        done = subprocess.run(
            ["ansible-playbook", "-i", str(inventory / "hosts.yml"), *options, str(playbook)],
            env=environment,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        output = done.stdout + done.stderr
        assert "canary" not in (output + written.text).lower()
        assert "Traceback" not in output
        return done.returncode, output, written.by_host()

    return run


def _inventory(routers: Any, login: bool) -> dict[str, Any]:
    hosts = {
        name: {"ansible_host": "127.0.0.1", "ansible_port": routers.device(name).port} for name in ("edge1", "edge2")
    }
    everyone = {"ansible_connection": "mspplus.netsec.netmiko", "ansible_network_os": "cisco.iosxr.iosxr"}
    if login:
        everyone |= {"ansible_user": "ops", "ansible_password": PASSWORD}
    return {"all": {"hosts": hosts, "vars": everyone}}


def _collection(path: Path) -> None:
    """The collection with one more action: the connection takes actions of the collection only."""
    plugins = path / "ansible_collections" / "mspplus" / "netsec" / "plugins"
    for folder, text in (("action", BOTH_DOORS), ("modules", "")):
        (plugins / folder).mkdir(parents=True)
        (plugins / folder / "both.py").write_text(text)
    for folder in ("connection", "plugin_utils"):
        (plugins / folder).symlink_to(ROOT / "plugins" / folder)


def test_raw_with_a_loop_and_with_delegation_logs_in_once_a_task(play, routers):
    code, _output, results = play(
        [
            {"ansible.builtin.raw": "show {{ item }}", "loop": ["clock", "version"]},
            {"ansible.builtin.raw": "show delegated", "delegate_to": "edge2"},
            {"ansible.builtin.meta": "reset_connection"},
            {"ansible.builtin.debug": {"msg": "untouched"}},
        ],
        "-vvvv",
    )
    assert code == 0
    assert [item["stdout"] for item in results[0]["edge1"]["results"]] == [
        "answer to show clock\n",
        "answer to show version\n",
    ]
    assert results[1]["edge1"]["stdout_lines"] == ["answer to show delegated"]
    for name in ("edge1", "edge2"):
        assert [entry["event"] for entry in routers.journal(name)].count("login") == 1


def test_nothing_else_sends_a_byte(play, routers):
    tasks = [
        {"ansible.builtin.command": "id"},
        {"ansible.builtin.ping": {}},
        {"ansible.builtin.copy": {"content": "x", "dest": "/tmp/x"}},
        {"ansible.builtin.wait_for_connection": {"timeout": 60}},
        {"ansible.builtin.raw": "show clock", "become": True},
    ]
    code, _output, results = play([{**task, "ignore_errors": True} for task in tasks])
    assert code == 0
    for result in results[:4]:
        assert "takes mspplus.netsec.* and ansible.builtin.raw only" in result["edge1"]["msg"]
    assert "ansible_become: false" in results[4]["edge1"]["msg"]
    assert all("\n" not in result["edge1"]["msg"] for result in results)
    assert routers.journal("edge1") == []


def test_forgotten_facts_are_refused_in_one_line_with_the_remedy(play, routers):
    code, _output, results = play([], facts=True)
    assert code == 2
    assert "Set `gather_facts: false` on the play." in results[0]["edge1"]["msg"]
    assert "\n" not in results[0]["edge1"]["msg"]
    assert routers.journal("edge1") == []


@pytest.mark.parametrize(
    ("variables", "said"),
    [
        ({"ansible_password": "CANARY-wrong"}, "authentication of user ops failed"),
        ({"ansible_netmiko_known_hosts": "/nowhere"}, "ssh-keyscan"),
    ],
)
def test_a_login_that_fails_makes_the_host_unreachable_in_one_line(play, variables, said):
    code, _output, results = play([{"ansible.builtin.raw": "show clock"}], "-vvv", **variables)
    assert code == 4
    result = results[0]["edge1"]
    assert result["unreachable"]
    assert said in result["msg"]
    assert "\n" not in result["msg"]


def test_command_line_options_count(play, routers, tmp_path):
    tasks = [{"ansible.builtin.raw": "show x"}]
    key = tmp_path / "no-key"
    code, _output, results = play(tasks, "-u", "olga", "--private-key", str(key), login=False)
    assert code == 4
    assert f"the private key {key} cannot be read" in results[0]["edge1"]["msg"]
    secret = tmp_path / "password"
    secret.write_text("CANARY-wrong")
    options = ["-u", "olga", "--connection-password-file", str(secret)]
    code, _output, results = play(tasks, *options, login=False)
    assert "authentication of user olga failed; tried: password" in results[0]["edge1"]["msg"]


def test_a_second_door_has_its_own_variables_first(play, routers):
    manager = {
        "manager_host": "127.0.0.1",
        "manager_port": "{{ 0 + " + str(routers.device("boss").port) + " }}",
        "manager_password": "CANARY-manager",
    }
    code, output, results = play([{"mspplus.netsec.both": {}}], hosts="edge1,edge2", **manager)
    assert code == 0, output
    for name in ("edge1", "edge2"):
        assert results[0][name]["prompts"] == [f"RP/0/RP0/CPU0:{name}", "RP/0/RP0/CPU0:boss"]
        assert results[0][name]["closed"]
    logins = [entry["text"] for entry in routers.journal("boss") if entry["event"] == "login"]
    assert logins == ["ops", "ops"], "the user is that of the first door, because none of its own is set"
