# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""One task of a module by ansible-playbook at -vvvv, with its result as data, and no secret anywhere in what it printed."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import yaml
from integration.results import Results

from lab import inventory
from lab.server import Lab

ROOT = Path(__file__).resolve().parents[2]


class SingleTask:
    """`task(options, "--check", hosts=..., **variables)` -> the result. defaults: options of every task."""

    def __init__(self, lab: Lab, directory: Path, module: str, hosts: str, defaults: dict[str, Any]) -> None:
        self._directory, self._module, self._hosts, self._defaults = directory, module, hosts, defaults
        inventory.write(lab, directory / "inventory" / "hosts.yml")
        self._results = Results(directory)
        self._log = directory / "ansible.log"
        (directory / "ansible.cfg").write_text(f"[defaults]\nlog_path = {self._log}\n")

    def __call__(self, given: dict[str, Any], *options: str, hosts: str = "", **variables: Any) -> dict[str, Any]:
        directory = self._directory
        self._results.clear()
        task = {f"mspplus.netsec.{self._module}": {**self._defaults, **given}}
        head = {"hosts": hosts or self._hosts, "gather_facts": False, "vars": variables, "tasks": [task]}
        (directory / "play.yml").write_text(yaml.safe_dump([head]))
        done = subprocess.run(
            ["ansible-playbook", "-vvvv", "-i", str(directory / "inventory"), *options, str(directory / "play.yml")],
            env={
                "PATH": os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]]),
                "HOME": str(directory),
                "LC_ALL": "C.UTF-8",
                "ANSIBLE_CONFIG": str(directory / "ansible.cfg"),
                "ANSIBLE_COLLECTIONS_PATH": str(ROOT / "build" / "collections"),
                **self._results.environment,
            },
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        output = done.stdout + done.stderr + self._log.read_text()
        assert "canary" not in (output + self._results.text).lower()
        assert "Traceback" not in output
        ((result,),) = (task.values() for task in self._results.by_host())
        return dict(result)
