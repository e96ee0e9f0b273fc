# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A copy of the lab's inventory, the lab that fits it, and ansible-playbook on both, as an operator runs it."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import yaml

from lab import inventory as lab_inventory
from lab.server import Lab, running

ROOT = Path(__file__).resolve().parents[2]
SOURCE = ROOT / "inventories" / "lab"
SITE, ADOPT, STATUS = (ROOT / "playbooks" / f"{name}.yml" for name in ("site", "adopt", "status"))
WITH_SECRETS = re.compile(r"hosts\.yml|lab.*\.yml|.*\.cfg")  # files of the inventory that hold the lab's passwords

VARIABLE = "netsec_canary"  # who goes first; the lab's secrets have the last word of this name in them


class Run:
    """One ansible-playbook: its exit code, all that it printed, the recap as host -> word -> number."""

    def __init__(self, code: int, output: str) -> None:
        self.code, self.output = code, output
        recap = re.findall(r"^(\S+) +: (ok=\d+ .*)$", output, re.MULTILINE)
        self.recap = {host: {word: int(n) for word, n in re.findall(r"(\w+)=(\d+)", row)} for host, row in recap}

    def having(self, word: str) -> set[str]:
        """Hosts with at least one task that was `changed`, `failed` or `unreachable`."""
        return {host for host, row in self.recap.items() if row[word]}

    @property
    def text(self) -> str:
        """The output with its line breaks and indents folded, for searching a message."""
        return " ".join(self.output.split())


class Site:
    """A copy of the lab's inventory, the lab that fits it, and ansible-playbook on both."""

    def __init__(self, lab: Lab, directory: Path) -> None:
        self.lab, self.directory = lab, directory
        self.inventory = directory / "inventory"
        self.outputs: list[str] = []
        lab_inventory.write(lab, self.inventory / "hosts.yml")

    def play(self, playbook: Path, *options: str) -> Run:
        programs = Path(sys.executable).parent
        done = subprocess.run(
            [programs / "ansible-playbook", "-i", self.inventory / "hosts.yml", *options, playbook],
            cwd=self.directory,
            env={
                "PATH": f"{programs}:{os.environ['PATH']}",
                "HOME": str(self.directory),
                "LANG": "C.UTF-8",
                "ANSIBLE_CONFIG": str(ROOT / "ansible.cfg"),
                "ANSIBLE_NOCOLOR": "1",
                "ANSIBLE_LOG_PATH": str(self.directory / "ansible.log"),
            },
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            check=False,
            text=True,
            timeout=120,
        )
        self.outputs.append(done.stdout)
        return Run(done.returncode, done.stdout)

    def device(self, host: str) -> Any:
        return self.lab.device(host).device

    def received(self, host: str, event: str = "command") -> list[str]:
        return [entry["text"] for entry in self.lab.journal(host) if entry["event"] == event]

    def document(self, host: str, name: str = "iosxr_span.yml") -> Path:
        return self.inventory / "host_vars" / host / name

    def leaks(self) -> list[str]:
        """Where a secret of the lab turned up; the inventory that holds them aside. The name of a variable is none."""
        outputs = [text.replace(VARIABLE, "") for text in self.outputs]
        found = [f"output of run {number}" for number, text in enumerate(outputs, 1) if "canary" in text]
        for path in self.directory.rglob("*"):
            if path.is_file() and not (path.parent == self.inventory and WITH_SECRETS.fullmatch(path.name)):
                found += [str(path)] if b"canary" in path.read_bytes().replace(VARIABLE.encode(), b"") else []
        return found


@contextmanager
def sites(kinds: str | tuple[str, ...], directory: Path) -> Iterator[Any]:
    """Gives a function that starts a site with the devices of these kinds of a specification of inventories/lab.

    config_text of hosts may be replaced, keys added. At the end no kind may have had an error of its own, and no secret may stand
    anywhere.
    """
    started: list[Site] = []
    with ExitStack() as stack:

        def start(spec: str = "lab.yml", **changed: dict[str, Any]) -> Site:
            shutil.copytree(SOURCE, directory / "inventory", ignore=shutil.ignore_patterns("hosts.*"))
            listed = yaml.safe_load((SOURCE / spec).read_text(encoding="utf-8"))["devices"]
            devices = [device for device in listed if device["kind"] in kinds]
            for device in devices:
                if "config" in device:
                    device.setdefault("config_text", (SOURCE / device.pop("config")).read_text(encoding="utf-8"))
                device.update(changed.get(device["name"], {}))
            started.append(Site(stack.enter_context(running({"devices": devices})), directory))
            return started[-1]

        try:
            yield start
        finally:
            errors = [error for site in started for error in site.lab.errors]
    assert errors == []
    assert [leak for site in started for leak in site.leaks()] == []
