# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What loading a connection costs a task that never opens it: nothing but the file and its options."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

COLLECTIONS = Path(__file__).resolve().parents[4] / "build" / "collections"
# A process that loads a connection as a worker of Ansible does, after all that the worker has loaded before.
PROGRAM = """
import json, sys
from ansible.plugins.loader import connection_loader, init_plugin_loader
init_plugin_loader([sys.argv[1]])
import ansible.cli.playbook, ansible.executor.task_executor, ansible.plugins.connection.local
from ansible import constants
from ansible.playbook.play_context import PlayContext
for name in sys.argv[3:]:
    sys.modules[name] = None  # importing it raises ImportError
before = set(sys.modules)
found = connection_loader.get(sys.argv[2], PlayContext())
light = sorted(set(sys.modules) - before)
missing = found.load()
kept = constants.config._plugins["connection"][found._load_name]
print(json.dumps([light, sorted(sys.modules), str(missing), kept]))
"""


def loaded(connection: str, *absent: str) -> tuple[list[str], list[str], str, Any]:
    """Modules that came with the plugin, modules after load(), what load() says, the options that Ansible knows."""
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, COLLECTIONS, f"mspplus.netsec.{connection}", *absent],
        capture_output=True,
        check=True,
        text=True,
        timeout=60,
    )
    light, everything, missing, options = json.loads(done.stdout.splitlines()[-1])
    return light, everything, missing, options


@pytest.mark.parametrize(
    ("connection", "heavy"),
    [("netmiko", {"netmiko", "paramiko", "cryptography"}), ("rest", {"requests", "urllib3", "requests_toolbelt"})],
)
def test_a_connection_imports_what_a_session_needs_only_when_told(connection: str, heavy: set[str]) -> None:
    light, everything, missing, _options = loaded(connection)
    assert {name.partition(".")[0] for name in light} <= {"ansible", "ansible_collections"}
    rooms = {name.partition(".plugin_utils.")[2] for name in light} - {"", "_transport"}
    versions = {"_engine", "_engine.controller", "_engine.controller.required", "_engine.controller.supported"}
    assert rooms == {"_transport.device_connection", *versions}
    assert heavy <= set(everything)
    assert missing == "None"


@pytest.mark.parametrize(
    ("connection", "package"), [("netmiko", "netmiko"), ("rest", "requests"), ("rest", "requests_toolbelt")]
)
def test_what_is_missing_is_told_and_nothing_else_breaks(connection: str, package: str) -> None:
    assert package in loaded(connection, package)[2]


@pytest.mark.parametrize("connection", ["netmiko", "rest"])
def test_ansible_knows_the_documented_options(connection: str) -> None:
    text = (Path(__file__).resolve().parents[4] / "plugins" / "connection" / f"{connection}.py").read_text(
        encoding="utf-8"
    )
    documented = yaml.safe_load(text.partition('DOCUMENTATION = r"""')[2].partition('"""')[0])["options"]
    assert loaded(connection)[3] == documented
