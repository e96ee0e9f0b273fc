# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""An ansible-core and a Python that are too old are refused in one line, whatever of the collection is loaded first."""

from __future__ import annotations

import os
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
import yaml

from ansible_collections.mspplus.netsec.plugins.plugin_utils._engine.controller import supported
from ansible_collections.mspplus.netsec.plugins.plugin_utils._engine.controller.supported import refusal

ROOT = Path(__file__).resolve().parents[6]
ENTRIES = [
    path for kind in ("action", "connection", "filter") for path in sorted((ROOT / "plugins" / kind).glob("*.py"))
]
NEW, OLD = (3, 11, 0), (3, 10, 13)


@pytest.mark.parametrize("core", ["2.19.0", "2.19.0b1", "2.20.1", "2.21.0.dev0", "3.0.0", "10.1"])
def test_what_is_new_enough_is_taken(core: str) -> None:
    assert refusal(core, NEW) == refusal(core, (3, 14, 0)) == refusal(core, (4, 0, 0)) == ""


@pytest.mark.parametrize(
    ("core", "python"), [("2.18.9", NEW), ("2.9.27", NEW), ("2.19.0", OLD), ("2.17.1", OLD), ("2.19.0", (3, 8, 1))]
)
def test_what_is_too_old_is_named_with_what_is_needed(core: str, python: tuple[int, ...]) -> None:
    text = refusal(core, python)
    assert len(text.splitlines()) == 1
    assert "ansible-core >= 2.19 and Python >= 3.11" in text
    assert f"this is ansible-core {core} on Python {'.'.join(map(str, python))}" in text


def test_the_limits_are_those_that_the_collection_declares() -> None:
    runtime = yaml.safe_load((ROOT / "meta" / "runtime.yml").read_text())
    assert runtime["requires_ansible"] == f">={'.'.join(map(str, supported.CORE))}.0"
    checked = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["mypy"]["python_version"]
    assert checked == ".".join(map(str, supported.PYTHON))


AS_OLD = """
import sys
import ansible.release
from ansible.errors import AnsibleError

core, python, *modules = sys.argv[1:]
str(AnsibleError("core's own imports, which need this Python"))
if core:
    ansible.release.__version__ = core
if python:  # what did not exist then
    sys.version_info = tuple(map(int, python.split(".")))
    import datetime, enum, functools, typing
    for module, name in ((typing, "Self"), (datetime, "UTC"), (enum, "StrEnum"), (functools, "cache")):
        delattr(module, name)
    import types
    sys.modules["tomllib"] = types.ModuleType("none")
for module in modules:
    try:
        __import__(module)
        if ".filter." in module:
            (called,) = sys.modules[module].FilterModule().filters().values()
            called("some text")
    except AnsibleError as refused:
        print(module, refused)
    else:
        print(module, "was loaded")
"""


@pytest.mark.parametrize(("core", "python"), [("2.18.9", ""), ("", "3.8.18"), ("2.17.1", "3.10.13")])
def test_every_entry_refuses_by_itself(core: str, python: str) -> None:
    modules = [f"ansible_collections.mspplus.netsec.plugins.{path.parent.name}.{path.stem}" for path in ENTRIES]
    done = subprocess.run(
        [sys.executable, "-c", AS_OLD, core, python, *modules],
        env={"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT / "build" / "collections")},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 0, done.stderr
    said = dict(line.split(" ", 1) for line in done.stdout.splitlines())
    assert len(said) == len(ENTRIES) > 20
    assert {
        module
        for module, text in said.items()
        if "mspplus.netsec needs ansible-core >= 2.19 and Python >= 3.11" not in text
    } == set()
