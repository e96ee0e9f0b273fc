# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The REST connection as a user meets it: ansible-playbook, an inventory with its authority, real HTTPS servers."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from integration.rest_system import BASE, Tiny
from integration.results import Results

from lab import inventory, kinds

ROOT = Path(__file__).resolve().parents[2]
PASSWORD = "CANARY-device-password"

# An action that speaks to its device, to the device's manager through a second door, and fails with what it was refused.
BOTH_DOORS = """
from ansible_collections.mspplus.netsec.plugins.plugin_utils._engine.action import DeviceAction
from ansible_collections.mspplus.netsec.plugins.plugin_utils._engine.arguments import Arguments
from ansible_collections.mspplus.netsec.plugins.plugin_utils._engine.doors import open_door
from pathlib import Path


class ActionModule(DeviceAction):
    door = "mspplus.netsec.rest"
    arguments = Arguments(Path(__file__).parents[1] / "modules" / "both.py")

    def run(self, tmp=None, task_vars=None):
        self.variables = task_vars
        return super().run(tmp, task_vars)

    def perform(self, options):
        self._connection.request("GET", "config/things")
        with open_door(self, self.variables, "mspplus.netsec.rest", "manager") as manager:
            body = {"things": {"name": options["key"]}}
            if options["path"]:
                manager.request("POST", options["path"], body=body)
            found = manager.request("GET", "config/things").body
        return {"changed": False, "urls": [self._connection.base_url, manager.base_url], "found": found}
"""
DOCUMENTATION = '''
DOCUMENTATION = """
module: both
short_description: Both doors
description: [For tests.]
author: [Nobody]
options:
  key:
    description: [A secret.]
    type: str
  path:
    description: [Where to write.]
    type: str
"""
'''

Play = Callable[..., tuple[int, str, list[dict[str, Any]]]]


@pytest.fixture
def systems(lab, monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setitem(kinds.KINDS, "tiny", Tiny)
    user = {"kind": "tiny", "username": "ops", "password": PASSWORD}
    return lab(
        {"name": "edge1", **user}, {"name": "edge2", **user}, {"name": "boss", **user, "password": "CANARY-boss"}
    )


@pytest.fixture
def play(systems, tmp_path: Path) -> Play:
    """`play(tasks, hosts=..., **variables)` -> (return code, all output, results in their order)."""
    inventory.write(systems, tmp_path / "inventory" / "hosts.yml")
    _collection(tmp_path)
    written = Results(tmp_path)
    log = tmp_path / "ansible.log"
    (tmp_path / "ansible.cfg").write_text(f"[defaults]\nlog_path = {log}\n")
    environment = {
        "PATH": os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]]),
        "HOME": str(tmp_path),
        "LC_ALL": "C.UTF-8",
        "HTTPS_PROXY": "http://127.0.0.1:9",
        "ANSIBLE_CONFIG": str(tmp_path / "ansible.cfg"),
        "ANSIBLE_COLLECTIONS_PATH": str(tmp_path),
        **written.environment,
    }

    def run(
        tasks: list[dict[str, Any]], *options: str, hosts: str = "edge1", facts: bool = False, **variables: Any
    ) -> tuple[int, str, list[dict[str, Any]]]:
        playbook = tmp_path / "play.yml"
        written.clear()
        head = {"hosts": hosts, "gather_facts": facts, "vars": variables, "tasks": tasks}
        playbook.write_text(yaml.safe_dump([head]))
        done = subprocess.run(
            ["ansible-playbook", "-i", str(tmp_path / "inventory"), *options, str(playbook)],
            env=environment,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        output = done.stdout + done.stderr + log.read_text()
        assert "canary" not in (output + written.text).lower()
        assert "Traceback" not in output
        assert "Unable to parse" not in output, "an inventory directory holds what Ansible does not read as inventory"
        return done.returncode, output, written.by_host()

    return run


def _collection(path: Path) -> None:
    """The collection with one more action: the connection takes actions of the collection only."""
    plugins = path / "ansible_collections" / "mspplus" / "netsec" / "plugins"
    for folder, text in (("action", BOTH_DOORS), ("modules", DOCUMENTATION)):
        (plugins / folder).mkdir(parents=True)
        (plugins / folder / "both.py").write_text(text)
    for folder in ("connection", "plugin_utils"):
        (plugins / folder).symlink_to(ROOT / "plugins" / folder)


def calls(lab: Any, name: str) -> list[str]:
    return [entry["text"].replace(BASE, "") for entry in lab.journal(name) if entry["event"] == "request"]


def test_raw_logs_in_once_a_task_and_says_method_path_status_and_time_only(play, systems):
    code, output, results = play(
        [
            {"ansible.builtin.raw": "GET config/{{ item }}", "loop": ["things?filter=hidden:1", "things"]},
            {"ansible.builtin.raw": "GET config/nothing", "failed_when": False},
            {"ansible.builtin.meta": "reset_connection"},
        ],
        "-vvvv",
    )
    assert code == 0, output
    first, second = results[0]["edge1"]["results"]
    assert json.loads(first["stdout"]) == {"things": [], "query": {"filter": "hidden:1"}}
    assert json.loads(second["stdout"]) == {"things": [], "query": {}}
    assert (results[1]["edge1"]["rc"], "HTTP 404" in results[1]["edge1"]["stderr"]) == (1, True)
    assert "REST POST config/login -> 200 in " in output
    lines = [line for line in output.splitlines() if "REST GET" in line]
    assert lines
    assert not [line for line in lines if "?" in line or "filter" in line]
    login, read, logout = "POST config/login", "GET config/things", "DELETE config/login"
    assert calls(systems, "edge1")[:4] == [login, f"{read}?filter=hidden:1", read, logout]
    assert systems.device("edge1").device.live == set()


def test_nothing_else_sends_a_byte(play, systems):
    tasks = [
        {"ansible.builtin.setup": {}},
        {"ansible.builtin.command": "id"},
        {"ansible.builtin.copy": {"content": "x", "dest": "/tmp/x"}},
        {"ansible.builtin.wait_for_connection": {"timeout": 60}},
        {"ansible.builtin.raw": "GET config/things", "become": True},
        {"ansible.builtin.raw": "show version"},
    ]
    code, _output, results = play([{**task, "ignore_errors": True} for task in tasks])
    assert code == 0
    for result in results[:4]:
        assert "takes mspplus.netsec.* and ansible.builtin.raw only" in result["edge1"]["msg"]
    assert "Set `gather_facts: false` on the play." in results[0]["edge1"]["msg"]
    assert "ansible_become: false" in results[4]["edge1"]["msg"]
    assert "raw only reads here: `GET path`" in results[5]["edge1"]["msg"]
    assert all("\n" not in result["edge1"]["msg"] for result in results)
    assert systems.journal("edge1") == []


@pytest.mark.parametrize(
    ("variables", "said"),
    [
        ({"ansible_password": "CANARY-wrong"}, "authentication of user ops failed (HTTP 401)"),
        ({"ansible_rest_ca_path": "/etc/ssl/certs"}, "ansible_rest_ca_path"),
        ({"ansible_port": 1}, "connection refused"),
    ],
)
def test_a_login_that_fails_makes_the_host_unreachable_in_one_line(play, variables, said):
    code, _output, results = play([{"ansible.builtin.raw": "GET config/things"}], "-vvvv", **variables)
    assert code == 4
    result = results[0]["edge1"]
    assert result["unreachable"]
    assert said in result["msg"]
    assert "\n" not in result["msg"]


def test_the_manager_of_a_device_is_a_second_door(play, systems):
    manager = {
        "manager_host": "127.0.0.1",
        "manager_port": "{{ 0 + " + str(systems.device("boss").port) + " }}",
        "manager_password": "CANARY-boss",
    }
    task = {"mspplus.netsec.both": {"key": "", "path": ""}}
    code, output, results = play([task], "-vvvv", hosts="edge1,edge2", **manager)
    assert code == 0, output
    for name in ("edge1", "edge2"):
        urls = [f"https://127.0.0.1:{systems.device(door).port}{BASE}" for door in (name, "boss")]
        assert results[0][name]["urls"] == urls
    assert systems.device("boss").device.live == set()
    code, _output, results = play([{"mspplus.netsec.both": {"key": "", "path": "config/none"}}], **manager)
    assert code == 2
    assert "POST config/none was refused with HTTP 404" in results[0]["edge1"]["msg"]
    assert results[0]["edge1"]["device_state"] == "unchanged"
