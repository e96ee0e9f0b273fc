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
from collections.abc import Callable
from pathlib import Path
from typing import Any

import yaml
from integration.routers import WANTED, router

from lab import inventory
from lab.server import Lab

ROOT = Path(__file__).resolve().parents[2]


def start(lab: Lab, directory: Path, **task: Any) -> subprocess.Popen[str]:
    """ansible-playbook with one task, whose new mirror never comes up, so that it watches for long."""
    hosts = directory / "hosts.yml"
    inventory.write(lab, hosts)
    module = {"config": WANTED, "state": "overridden", "settle": 25, "confirm_timeout": 30}
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


def wait_for(what: Callable[[], bool], limit: float) -> bool:
    end = time.monotonic() + limit
    while not what() and time.monotonic() < end:
        time.sleep(0.1)
    return what()


def sent(lab: Lab) -> list[str]:
    return [entry["text"] for entry in lab.journal("edge1") if entry["event"] in ("command", "answer")]


def text(lab: Lab) -> str:
    router_ = lab.device("edge1").device
    lines: list[str] = lab.call(router_.running_text).splitlines()
    return "\n".join(line for line in lines if not line.startswith("!! "))


def test_a_task_timeout_leaves_the_trial_and_the_router_rolls_back(lab: Any, tmp_path: Path) -> None:
    edge = lab(router(faults=[{"name": "mirror_down", "at": "new"}]))
    before = text(edge)
    run = start(edge, tmp_path, timeout=4)
    output, _errors = run.communicate(timeout=60)
    assert run.returncode == 2, output
    assert "Traceback" not in output
    assert any(line.startswith("commit confirmed") for line in sent(edge)) and "commit" not in sent(edge)
    assert "end" in sent(edge), "the session was left politely, in finally"
    assert wait_for(lambda: text(edge) == before, 5)


def test_ctrl_c_in_the_trial_never_confirms_it(lab: Any, tmp_path: Path) -> None:
    edge = lab(router(faults=[{"name": "mirror_down", "at": "new"}]))
    before = text(edge)
    run = start(edge, tmp_path)
    assert wait_for(lambda: any(line.startswith("do show monitor-session") for line in sent(edge)), 30)
    assert text(edge) != before
    os.killpg(run.pid, signal.SIGINT)
    output, _errors = run.communicate(timeout=60)
    assert run.returncode != 0 and "Traceback" not in output
    assert "commit" not in sent(edge)
    assert wait_for(lambda: text(edge) == before, 40)
