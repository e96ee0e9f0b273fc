# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A run that is cut short from this side, in the middle of a trial commit: the router never keeps half of a change."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
import yaml
from integration.eventually import eventually
from integration.routers import WANTED, router, run, text

from lab import inventory
from lab.server import Lab

ROOT = Path(__file__).resolve().parents[2]
CONFIRM_TIMEOUT = 30
TASK_TIMEOUT = 8  # seconds; on a slow machine, too, the trial has begun by then
DOWN = {"name": "mirror_down", "at": "new"}


def start(lab: Lab, directory: Path, **task: Any) -> subprocess.Popen[str]:
    """ansible-playbook with one task; when its new mirror never comes up it watches for long."""
    hosts = directory / "hosts.yml"
    inventory.write(lab, hosts)
    module = {"config": WANTED, "state": "overridden", "settle": 25, "confirm_timeout": CONFIRM_TIMEOUT}
    play = {"hosts": "all", "gather_facts": False, "tasks": [{"mspplus.netsec.iosxr_span": module, **task}]}
    playbook = directory / "play.yml"
    playbook.write_text(yaml.safe_dump([play]), encoding="utf-8")
    programs = Path(sys.executable).parent
    return subprocess.Popen(
        [programs / "ansible-playbook", "-i", hosts, playbook],
        env={
            "PATH": f"{programs}:{os.environ['PATH']}",
            "HOME": str(directory),
            "ANSIBLE_COLLECTIONS_PATH": str(ROOT / "build" / "collections"),
            "ANSIBLE_NOCOLOR": "1",
        },
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )


def sent(lab: Lab) -> list[str]:
    return [entry["text"] for entry in lab.journal("edge1") if entry["event"] in ("command", "answer")]


def watching(lab: Lab) -> bool:
    return any(line.startswith("do show monitor-session") for line in sent(lab))


def converges(lab: Lab, directory: Path) -> bool:
    lab.clear_faults("edge1")
    return bool(run(lab, directory, WANTED, commit_timeout=3 * TASK_TIMEOUT)["changed"])


@pytest.mark.parametrize("lost_session", ["timer", "rollback"])
def test_a_task_timeout_leaves_the_trial_and_the_router_rolls_back(lab: Any, tmp_path: Path, lost_session: str) -> None:
    edge = lab(router(faults=[DOWN], lost_session=lost_session))
    before = text(edge)
    playbook = start(edge, tmp_path, timeout=TASK_TIMEOUT)
    output, _errors = playbook.communicate(timeout=60)
    assert playbook.returncode == 2, output
    assert f"Timed out after {TASK_TIMEOUT} second" in output and "Traceback" not in output
    assert any(line.startswith("commit confirmed") for line in sent(edge)) and "commit" not in sent(edge)
    assert sent(edge)[-2:] == ["end", "yes"], "the session was left politely, in finally"
    eventually(lambda: text(edge) == before)
    assert converges(edge, tmp_path)


def test_a_task_timeout_does_not_wait_for_a_commit_that_hangs(lab: Any, tmp_path: Path) -> None:
    edge = lab(router(faults=[{"name": "hang", "at": "^commit confirmed"}]))
    before = text(edge)
    began = time.monotonic()
    playbook = start(edge, tmp_path, timeout=TASK_TIMEOUT)
    output, _errors = playbook.communicate(timeout=60)
    assert time.monotonic() - began < TASK_TIMEOUT + 30, "the default commit_timeout is 300 s"
    assert playbook.returncode == 2, output
    assert f"Timed out after {TASK_TIMEOUT} second" in output and "Traceback" not in output
    assert "commit" not in sent(edge)
    assert text(edge) == before
    assert converges(edge, tmp_path)


@pytest.mark.soak
def test_a_commit_that_ends_after_the_task_timeout_is_taken_back_by_its_timer(lab: Any, tmp_path: Path) -> None:
    edge = lab(router(commit_seconds=2.0 * TASK_TIMEOUT))
    device = edge.device("edge1").device
    before = text(edge)
    playbook = start(edge, tmp_path, timeout=TASK_TIMEOUT)
    output, _errors = playbook.communicate(timeout=60)
    assert playbook.returncode == 2 and f"Timed out after {TASK_TIMEOUT} second" in output, output
    eventually(lambda: text(edge) != before)
    eventually(lambda: device.trial is None, seconds=CONFIRM_TIMEOUT + 30.0)
    assert text(edge) == before
    assert "commit" not in sent(edge)
    assert converges(edge, tmp_path)


@pytest.mark.parametrize(("lost_session", "limit"), [("timer", CONFIRM_TIMEOUT + 30.0), ("rollback", 30.0)])
def test_ctrl_c_in_the_trial_never_confirms_it(lab: Any, tmp_path: Path, lost_session: str, limit: float) -> None:
    """At the latest when the trial's timer ends, the router carries what it did before."""
    edge = lab(router(faults=[DOWN], lost_session=lost_session))
    before = text(edge)
    playbook = start(edge, tmp_path)
    eventually(lambda: watching(edge))
    assert text(edge) != before
    os.killpg(playbook.pid, signal.SIGINT)
    output, _errors = playbook.communicate(timeout=60)
    assert playbook.returncode != 0 and "Traceback" not in output
    assert "commit" not in sent(edge)
    eventually(lambda: text(edge) == before, seconds=limit)
    assert converges(edge, tmp_path)
