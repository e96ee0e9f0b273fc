# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The lab of a bench: its process, what its routers are configured with, inventories for both sides."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import measuring
import yaml

ROOT = Path(__file__).resolve().parents[2]
BUILD = ROOT / "build" / "bench"
OURS = ROOT / ".venv" / "bin"
PEERS = Path(sys.executable).parent  # .venv-bench
# Not the read, but how each client quiets the terminal.
PREPARATION = ("terminal ",)


@dataclass(frozen=True)
class Lab:
    """A lab under way. hosts: {name, host, port, username, password} each, in order, and https_port of sensors. journals: False when not kept."""

    pid: int
    folder: Path
    hosts: list[dict[str, Any]]
    known_hosts: Path

    def journal(self, name: str, after: int = 0) -> list[dict[str, Any]]:
        """Entries of a device; after: how many to leave out at the start."""
        path = self.folder / "journal" / f"{name}.jsonl"
        lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
        return [json.loads(line) for line in lines[after:]]

    def reads(self, name: str, after: int = 0) -> list[list[str]]:
        """Commands that each login typed in exec mode, without those that prepare the terminal."""
        sessions: dict[int, list[str]] = {}
        for entry in self.journal(name, after):
            if entry["event"] == "login":
                sessions[entry["session"]] = []
            elif entry["event"] == "command" and entry["mode"] == "exec" and entry["text"].strip():
                sessions.setdefault(entry["session"], []).append(entry["text"].strip())
        return [[text for text in typed if not text.startswith((*PREPARATION, "exit"))] for typed in sessions.values()]


@contextmanager
def lab(name: str, device: Mapping[str, Any]) -> Iterator[Lab]:
    """A lab process of its own for one bench. device: as in a specification; `count` of it, on free ports."""
    folder = BUILD / name
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    spec, hosts = folder / "lab.yml", folder / "hosts.yml"
    spec.write_text(yaml.safe_dump({"devices": [{"kind": "iosxr", **device}]}, sort_keys=False), encoding="utf-8")
    command = [
        OURS / "python",
        ROOT / "tests" / "lab",
        "up",
        spec,
        "--inventory",
        hosts,
        "--journal",
        folder / "journal",
    ]
    with (folder / "lab.txt").open("w+", encoding="utf-8") as output:
        process = subprocess.Popen([str(word) for word in command], stdout=output, stderr=subprocess.STDOUT)
        measuring.keep(process.pid)
        try:
            _wait_ready(process, folder / "lab.txt")
            yield Lab(process.pid, folder, _hosts(hosts), hosts.with_name("hosts.known_hosts.txt"))
            if process.poll() is not None:
                raise measuring.BenchError(f"the lab ended early, see {folder / 'lab.txt'}")
        finally:
            process.terminate()
            process.wait(60)
    faults = [line for line in (folder / "lab.txt").read_text(encoding="utf-8").splitlines() if line != "lab ready"]
    if faults:
        raise measuring.BenchError("the lab had errors of its own:\n" + "\n".join(faults[-20:]))


def _wait_ready(process: subprocess.Popen[bytes], output: Path) -> None:
    end = time.monotonic() + 60
    while "lab ready" not in output.read_text(encoding="utf-8"):
        if process.poll() is not None or time.monotonic() > end:
            raise measuring.BenchError(f"the lab does not start:\n{output.read_text(encoding='utf-8')}")
        time.sleep(0.05)


def _hosts(inventory: Path) -> list[dict[str, Any]]:
    groups = yaml.safe_load(inventory.read_text(encoding="utf-8"))["all"]["children"]
    return [
        {
            "name": name,
            "host": "127.0.0.1",
            "port": item["ansible_port"],
            "username": item["ansible_user"],
            "password": item["ansible_password"],
            **({"https_port": item["ips_https_port"]} if "ips_https_port" in item else {}),
        }
        for group in groups.values()
        for name, item in group["hosts"].items()
    ]


# -- both sides

GROUPS = {"ips": "ips"}  # of a side; those that are not here: iosxr
CONNECTIONS = {
    "ours": {"ansible_connection": "mspplus.netsec.netmiko", "ansible_netmiko_known_hosts": "{{ bench_known_hosts }}"},
    "ips": {
        "ansible_connection": "mspplus.netsec.netmiko",
        "ansible_network_os": "cisco_ips",
        "ansible_netmiko_known_hosts": "{{ bench_known_hosts }}",
    },
    "network_cli": {
        "ansible_connection": "ansible.netcommon.network_cli",
        "ansible_network_cli_ssh_type": "libssh",
        "ansible_host_key_checking": True,
    },
    "local": {"ansible_connection": "local"},
    "rest": {
        "ansible_connection": "mspplus.netsec.rest",
        "ansible_network_os": "citrix.sdwan.sdwan",
        "ansible_rest_ca_path": "{{ bench_folder }}/hosts.ca.txt",
    },
}
PEER_SITE = {"PYTHONPATH": str(Path(__file__).with_name("peer_site"))}
PLAYBOOKS = {
    "ours": OURS / "ansible-playbook",
    "rest": OURS / "ansible-playbook",
    "ips": OURS / "ansible-playbook",
    "local": OURS / "ansible-playbook",
    "network_cli": PEERS / "ansible-playbook",
}


def playbook(
    lab: Lab,
    side: str,
    name: str,
    tasks: Sequence[Mapping[str, Any]],
    hosts: Sequence[Mapping[str, Any]],
    *flags: str,
    desired: Mapping[str, Any] | None = None,
) -> measuring.Program:
    """An ansible-playbook run of these tasks on these hosts. side: ours | rest, ips (ours, too) | network_cli | local.

    desired: variables of all hosts.
    """
    folder = _site(lab, side, name, hosts, desired or {})
    play = [{"name": "Bench", "hosts": "all", "gather_facts": False, "tasks": list(tasks)}]
    _dump(folder / "play.yml", play)
    expected = {host["name"]: len(tasks) for host in hosts if tasks}
    return measuring.Program(
        (str(PLAYBOOKS[side]), "-i", "hosts.yml", "play.yml", *flags),
        {**environment(folder), **PEER_SITE, "BENCH_KNOWN_HOSTS": str(lab.known_hosts)}
        if side == "network_cli"
        else environment(folder),
        folder,
        lambda output: _recap(output, expected),
    )


def shipped(
    lab: Lab, name: str, hosts: Sequence[Mapping[str, Any]], desired: Mapping[str, Any], *flags: str, side: str = "ours"
) -> measuring.Program:
    """A run of a playbook of the collection on these devices. desired: variables of all of them. side: ours | ips."""
    folder = _site(lab, side, f"{name}-{len(hosts)}", hosts, desired)

    def check(output: str) -> None:
        rows = re.findall(r"^\S+ +: ok=(\d+) .* unreachable=0 +failed=0 ", output, re.MULTILINE)
        if len(rows) != len(hosts) or "0" in rows:
            raise measuring.BenchError(f"{name}.yml did not do its work on each host\n{output[-3000:]}")

    playbook = ROOT / "playbooks" / f"{name}.yml"
    return measuring.Program(
        (str(PLAYBOOKS["ours"]), "-i", "hosts.yml", str(playbook), *flags), environment(folder), folder, check
    )


def _site(lab: Lab, side: str, name: str, hosts: Sequence[Mapping[str, Any]], desired: Mapping[str, Any]) -> Path:
    """A folder with an inventory, whose hosts are of the group of the side, and a configuration."""
    folder = lab.folder / f"{side}-{name}"
    folder.mkdir(exist_ok=True)
    common = {
        "ansible_network_os": "cisco.iosxr.iosxr",
        "bench_known_hosts": str(lab.known_hosts),
        "bench_folder": str(lab.folder),
        **CONNECTIONS[side],
        **desired,
    }
    members = {host["name"]: _variables(host) for host in hosts}
    _dump(folder / "hosts.yml", {"all": {"vars": common, "children": {GROUPS.get(side, "iosxr"): {"hosts": members}}}})
    (folder / "ansible.cfg").write_text(_config(folder), encoding="utf-8")
    return folder


def _variables(host: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "ansible_host": host["host"],
        "ansible_port": host["port"],
        "ansible_user": host["username"],
        "ansible_password": host["password"],
        **({"ips_https_port": host["https_port"]} if "https_port" in host else {}),
    }


def _config(folder: Path) -> str:
    return (
        "[defaults]\n"
        f"collections_path = {ROOT / 'build' / 'collections'}:{PEERS.parent}\n"
        f"home = {folder / 'home'}\n"
        "forks = 20\nhost_key_checking = true\ninterpreter_python = auto_silent\nretry_files_enabled = false\n"
    )


def environment(folder: Path) -> dict[str, str]:
    """Of every program: nothing of the caller's Ansible settings."""
    kept = {key: value for key, value in os.environ.items() if not key.startswith(("ANSIBLE_", "PYTHON"))}
    return {**kept, "ANSIBLE_CONFIG": str(folder / "ansible.cfg"), "LC_ALL": "C.UTF-8", "COLUMNS": "200"}


def _dump(path: Path, data: Any) -> None:
    path.write_text("---\n" + yaml.safe_dump(data, sort_keys=False, width=200), encoding="utf-8")


def _recap(output: str, expected: Mapping[str, int]) -> None:
    """Every host did every task."""
    rows = dict(line.split(":", 1) for line in output.rpartition("PLAY RECAP")[2].splitlines()[1:] if ":" in line)
    recap = {name.strip(): dict(word.split("=") for word in row.split()) for name, row in rows.items()}
    for name, tasks in expected.items():
        row = recap.get(name, {})
        if row.get("ok") != str(tasks) or row.get("failed") != "0" or row.get("unreachable") != "0":
            raise measuring.BenchError(f"{name} did not do its {tasks} tasks: {row}\n{output[:3000]}")


def client(lab: Lab, name: str, plan: Mapping[str, Any], label: str = "") -> measuring.Program:
    """A program of clients/ with its plan: hosts and known_hosts are added to what the caller gives."""
    folder = lab.folder / f"{name}{label}"
    folder.mkdir(exist_ok=True)
    whole = {"known_hosts": str(lab.known_hosts), **plan}
    (folder / "plan.json").write_text(json.dumps(whole), encoding="utf-8")
    expected = f"done {len(whole['hosts'])}"

    def check(output: str) -> None:
        if not output.startswith(expected):
            raise measuring.BenchError(f"{name}: {output[:3000]}")

    program = Path(__file__).parent / "clients" / f"{name}.py"
    return measuring.Program((sys.executable, str(program), "plan.json"), environment(folder), folder, check)
