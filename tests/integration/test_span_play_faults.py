# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How a task of iosxr_span ends in a play when something goes wrong: failed or unreachable, and with which result.

One run of ansible-playbook over a lab with a router for each way to end; every test looks at one of them.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml
from integration.routers import START, WANTED, router, text

from lab import inventory
from lab.server import Lab, running

ROOT = Path(__file__).resolve().parents[2]
FAULTS: dict[str, dict[str, Any]] = {
    "well": {},
    "verify": {"name": "drop", "at": "^show running-config monitor-session", "nth": 2, "times": 1},
    "rejected": {"name": "commit_rejected", "times": 1},
    "down": {"name": "mirror_down", "at": "new"},
    "command": {"name": "not_authorized", "at": "^configure", "times": 1},
    "commit": {"name": "not_authorized", "at": "^commit confirmed", "times": 1},
    "read": {"name": "drop", "at": "^show version", "times": 1},
    "password": {"name": "wrong_password"},
    "key": {"name": "changed_host_key"},
}
DOCUMENT_RULES = {  # the destination of a session is its source too
    "sessions": [
        {
            "name": "new",
            "destination": {"interface": "TenGigE0/0/0/22"},
            "sources": [{"interface": "TenGigE0/0/0/22", "port_level": True}],
        }
    ]
}


@dataclass(frozen=True)
class Run:
    """results: of the task, by host. before, carried: what each router carried before and after. output: all of it."""

    lab: Lab
    output: str
    results: dict[str, dict[str, Any]]
    before: dict[str, str]
    carried: dict[str, str]


def play(directory: Path, hosts: Path, documents: dict[str, Any]) -> str:
    """One task on every host; its result in DIRECTORY/HOST.json, however it ended. Gives the output."""
    task = {
        "mspplus.netsec.iosxr_span": {
            "config": "{{ documents[inventory_hostname] }}",
            "state": "overridden",
            "settle": 2,
            "confirm_timeout": 30,
        },
        "register": "result",
        "ignore_errors": True,
        "ignore_unreachable": True,
    }
    note = {
        "ansible.builtin.copy": {
            "content": "{{ result | to_json }}",
            "dest": f"{directory}/{{{{ inventory_hostname }}}}.json",
            "mode": "0600",
        },
        "delegate_to": "localhost",
    }
    playbook = directory / "play.yml"
    playbook.write_text(
        yaml.safe_dump(
            [{"hosts": "all", "gather_facts": False, "vars": {"documents": documents}, "tasks": [task, note]}]
        )
    )
    programs = Path(sys.executable).parent
    done = subprocess.run(
        [programs / "ansible-playbook", "-i", hosts, "--forks", "10", "--diff", playbook],
        env={
            "PATH": f"{programs}:{os.environ['PATH']}",
            "HOME": str(directory),
            "LC_ALL": "C.UTF-8",
            "ANSIBLE_COLLECTIONS_PATH": str(ROOT / "build" / "collections"),
            "ANSIBLE_NOCOLOR": "1",
        },
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=100,
        check=False,
    )
    assert done.returncode == 0, done.stdout
    return done.stdout


@pytest.fixture(scope="module")
def ended(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Run]:
    directory = tmp_path_factory.mktemp("play")
    devices = [
        router(name, config_text=START.replace("edge1", name), faults=[fault] if fault else [])
        for name, fault in {**FAULTS, "rules": {}}.items()
    ]
    with running({"devices": devices}) as lab:
        names = [device["name"] for device in devices]
        before = {name: text(lab, name) for name in names}
        hosts = directory / "hosts.yml"
        inventory.write(lab, hosts)
        output = play(directory, hosts, {name: DOCUMENT_RULES if name == "rules" else WANTED for name in names})
        results = {name: json.loads((directory / f"{name}.json").read_text()) for name in names}
        yield Run(lab, output, results, before, {name: text(lab, name) for name in names})
        assert lab.errors == []


def as_if_well(ended: Run, name: str) -> str:
    """What the router would carry after a run that went well."""
    return ended.carried["well"].replace("hostname well", f"hostname {name}")


def has_tried(result: dict[str, Any]) -> bool:
    """Whether a result tells what was there, how much was planned, and as which lines."""
    return bool(result["before"]["sessions"] and sum(result["operations"].values()) and result["commands"])


@pytest.mark.parametrize("name", [name for name, fault in FAULTS.items() if fault])
def test_every_fault_happened(ended: Run, name: str) -> None:
    fired = [entry["text"] for entry in ended.lab.journal(name) if entry["event"] == "fault"]
    assert any(entry.startswith(FAULTS[name]["name"]) for entry in fired), fired


def test_a_run_without_a_fault_changes_its_router(ended: Run) -> None:
    result = ended.results["well"]
    assert result["changed"] is True
    assert not result.get("failed") and not result.get("unreachable")
    assert result["before"] != result["after"] and has_tried(result)
    assert all(mirror["operational"] for mirror in result["mirrors"])
    assert ended.carried["well"] != ended.before["well"]


@pytest.mark.parametrize("name", ["password", "key", "read"])
def test_before_the_first_write_a_router_is_unreachable(ended: Run, name: str) -> None:
    result = ended.results[name]
    assert result["unreachable"] is True and not result.get("failed")
    assert result["changed"] is False
    assert result["msg"] and "\n" not in result["msg"]
    assert ended.carried[name] == ended.before[name]


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("password", "ansible_password"),
        ("key", "known_hosts"),
        ("read", "session|connection|closed|lost"),
        ("command", "task group"),
        ("commit", "task group"),
        ("rejected", "rejected the commit"),
        ("down", "did not come up"),
        ("verify", "could not be verified"),
        ("rules", "breaks rules; nothing was sent"),
    ],
)
def test_a_message_names_the_cause_or_the_remedy(ended: Run, name: str, words: str) -> None:
    assert re.search(words, ended.results[name]["msg"])


@pytest.mark.parametrize(
    ("name", "state", "changed"),
    [
        ("verify", "changed", True),
        ("rejected", "unchanged", False),
        ("down", "rolled back", False),
        ("command", "unchanged", False),
        ("commit", "unchanged", False),
        ("rules", "unchanged", False),
    ],
)
def test_a_failed_task_tells_the_state_of_its_router(ended: Run, name: str, state: str, changed: bool) -> None:
    result = ended.results[name]
    assert result["failed"] is True and not result.get("unreachable")
    assert result["device_state"].startswith(state)
    assert result["changed"] is changed
    assert ended.carried[name] == (as_if_well(ended, name) if changed else ended.before[name])


@pytest.mark.parametrize("name", ["verify", "rejected", "down", "command", "commit"])
def test_a_failed_task_keeps_what_it_tried(ended: Run, name: str) -> None:
    result = ended.results[name]
    assert has_tried(result)
    assert result["before"] == ended.results["well"]["before"]
    assert result["commands"] == ended.results["well"]["commands"]
    assert result["plan"] is None  # it would repeat them, and what undoes them


@pytest.mark.parametrize("name", ["rejected", "down", "command", "commit", "rules"])
def test_what_is_printed_of_a_failure_begins_with_what_is_useful_and_says_it_once(ended: Run, name: str) -> None:
    result = ended.results[name]
    lines = result["msg"].splitlines()
    assert lines[0].startswith(f"{name}: ") and len(set(lines)) == len(lines)
    for problem in result["problems"]:
        assert sum(problem["message"] in line for line in lines) == 1, lines
    assert result["after"] in (None, result["before"]), (result["before"], result["after"])
    shown = {key: value for key, value in result.items() if key not in ("exception", "diff", "warnings")}
    beside = {key: value for key, value in shown.items() if key not in ("before", "after", "commands")}
    assert len(yaml.safe_dump(beside, width=10**6).splitlines()) < 45  # however long a remedy is
    assert (
        f"[ERROR]: Task failed: Action failed: {lines[0]}" in ended.output
    )  # once a host, though other hosts say the same


@pytest.mark.parametrize("name", ["rejected", "down", "command", "commit", "rules"])
def test_each_problem_has_its_rule_item_and_remedy(ended: Run, name: str) -> None:
    problems = ended.results[name]["problems"]
    assert problems
    for problem in problems:
        assert (
            problem["rule"] and problem["item"] and problem["message"] and problem["severity"] in ("error", "warning")
        )
        assert problem["remedy"] or problem["severity"] == "warning"


def test_a_rejected_commit_is_tied_to_its_item_with_the_routers_words(ended: Run) -> None:
    (problem,) = ended.results["rejected"]["problems"]
    assert problem["rule"] == "device"
    assert re.fullmatch(r"sessions\[\w+\](\.sources\[\S+\])?", problem["item"])
    assert problem["device_text"]


def test_a_mirror_that_stays_down_is_named_and_its_status_kept(ended: Run) -> None:
    result = ended.results["down"]
    assert [(problem["rule"], problem["item"]) for problem in result["problems"]] == [
        ("settle", "sessions[new].sources[TenGigE0/0/0/3]")
    ]
    states = {(mirror["session"], mirror["interface"]): mirror["operational"] for mirror in result["mirrors"]}
    assert states[("new", "TenGigE0/0/0/3")] is False
    assert states[("keep", "TenGigE0/0/0/1")] is True


def test_what_the_router_carries_after_a_lost_verification_was_confirmed(ended: Run) -> None:
    device = ended.lab.device("verify").device
    assert device.trial is None
    assert device.commits[-1].client == "commit-confirm"


def test_refused_documents_are_never_sent(ended: Run) -> None:
    sent = [entry["text"] for entry in ended.lab.journal("rules") if entry["event"] == "command"]
    assert not any(line.startswith("conf") for line in sent)


def test_nothing_shows_a_password_or_a_traceback(ended: Run) -> None:
    everything = ended.output + json.dumps(ended.results)
    assert "CANARY" not in everything
    assert "Traceback" not in everything
