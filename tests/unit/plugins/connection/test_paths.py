# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A path of a connection that no file system can have is told with its option, before anything is opened."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from ansible.parsing.plugin_docs import read_docstring

ROOT = Path(__file__).resolve().parents[4]
COLLECTIONS = ROOT / "build" / "collections"
PROGRAM = """
import json, sys
from ansible.plugins.loader import connection_loader, init_plugin_loader
init_plugin_loader([sys.argv[1]])
from ansible.playbook.play_context import PlayContext
said = {}
found = connection_loader.get(sys.argv[2], PlayContext())
for name in found.path_options:
    found.set_options(direct={"host": "127.0.0.1", "port": 1, "remote_user": "ops", "password": "x", name: "/tmp/a\\0b"})
    try:
        found.open()
    except Exception as error:
        said[name] = [type(error).__name__, str(error)]
print(json.dumps(said))
"""


@pytest.mark.parametrize("connection", ["netmiko", "rest"])
def test_a_nul_in_any_option_of_type_path_is_told_with_the_option(connection: str) -> None:
    source = ROOT / "plugins" / "connection" / f"{connection}.py"
    options = read_docstring(str(source), ignore_errors=False)["doc"]["options"]
    paths = {name for name, option in options.items() if option.get("type") == "path"}
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, COLLECTIONS, f"mspplus.netsec.{connection}"],
        capture_output=True,
        check=True,
        text=True,
        timeout=60,
    )
    said = json.loads(done.stdout.splitlines()[-1])
    assert paths and said.keys() == paths
    for name, (kind, text) in said.items():
        assert kind == "Unreachable"
        assert f"the option {name} of mspplus.netsec.{connection} has a NUL character" in text
