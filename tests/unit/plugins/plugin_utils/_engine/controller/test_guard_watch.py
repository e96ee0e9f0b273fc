# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a guard waits for: words of its worker, the end of its worker, the end of ansible-playbook. Pipes and processes are real."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest

from ansible_collections.mspplus.netsec.plugins.plugin_utils._engine.controller import guard_watch
from ansible_collections.mspplus.netsec.plugins.plugin_utils._engine.controller.guard_program import Worker
from ansible_collections.mspplus.netsec.plugins.plugin_utils._engine.controller.guard_watch import DONE, TAKE_OVER
from ansible_collections.mspplus.netsec.plugins.plugin_utils._engine.controller.processes import Process
from ansible_collections.mspplus.netsec.plugins.plugin_utils._engine.failures import Dropped


class Work:
    """Counts the signs of life; they fail, as they may."""

    def __init__(self) -> None:
        self.kept = 0

    def keep(self) -> None:
        self.kept += 1
        raise Dropped("the session is gone")


class Pipe:
    """Both ends of what a worker and its guard share."""

    def __init__(self) -> None:
        source, self.end = os.pipe()
        self.answer, answer = os.pipe()
        self.worker = Worker(source, answer)

    def say(self, text: str) -> None:
        os.write(self.end, text.encode())


@pytest.fixture
def pipe() -> Pipe:
    return Pipe()


@pytest.fixture(params=["descriptor", "looks"])
def main(request: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[subprocess.Popen[bytes]]:
    """A process to watch, by a descriptor and where the system has none."""

    def forbidden(_number: int) -> int:
        raise PermissionError

    if request.param == "looks":
        monkeypatch.setattr(os, "pidfd_open", forbidden)
        monkeypatch.setattr(guard_watch, "LOOK_SECONDS", 0.05)
    process = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
    yield process
    process.kill()
    process.wait()


def waited(pipe: Pipe, main: subprocess.Popen[bytes], work: Any = None) -> str:
    return guard_watch._waited(pipe.worker, Process.of(main.pid), work or Work())


def test_a_worker_that_has_cleaned_up_lets_it_go(pipe: Pipe, main: subprocess.Popen[bytes]) -> None:
    pipe.say(f"{DONE}\n")
    os.close(pipe.end)
    assert waited(pipe, main) == ""


def test_a_worker_that_could_not_clean_up_says_so(pipe: Pipe, main: subprocess.Popen[bytes]) -> None:
    pipe.say(f"{TAKE_OVER}\n")
    assert waited(pipe, main) == "the run could not clean up after itself"


def test_the_end_of_a_worker_is_noticed_whatever_it_was_saying(pipe: Pipe, main: subprocess.Popen[bytes]) -> None:
    pipe.say(DONE[:2])
    os.close(pipe.end)
    assert waited(pipe, main) == "its worker ended"


def test_the_end_of_ansible_playbook_is_noticed_while_its_worker_lives(
    pipe: Pipe, main: subprocess.Popen[bytes]
) -> None:
    threading.Timer(0.2, main.kill).start()
    began = time.monotonic()
    assert waited(pipe, main) == f"ansible-playbook (process {main.pid}) ended"
    assert 0.1 < time.monotonic() - began < 10
    assert waited(pipe, main).startswith("ansible-playbook"), "it was gone before the guard looked"


def test_a_session_that_keeps_silent_is_kept_alive(
    pipe: Pipe, main: subprocess.Popen[bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(guard_watch, "KEEP_SECONDS", 0.05)
    work = Work()
    threading.Timer(0.4, pipe.say, [f"{DONE}\n"]).start()
    assert waited(pipe, main, work) == "" and 2 <= work.kept <= 8


def test_a_worker_without_ansible_playbook_is_ended(pipe: Pipe) -> None:
    """One that does not listen to TERM, and whose end of the pipe goes with it."""
    code = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print(flush=True); time.sleep(60)"
    orphan = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, pass_fds=[pipe.end])
    assert orphan.stdout and orphan.stdout.readline()
    os.close(pipe.end)
    guard_watch._end(pipe.worker, Process.of(orphan.pid))
    assert pipe.worker.gone and orphan.wait(5) == -signal.SIGKILL


def test_lines_come_one_by_one_however_they_arrive(pipe: Pipe) -> None:
    pipe.say("one\ntwo\nthr")
    assert [pipe.worker.line(), pipe.worker.line()] == ["one", "two"]
    assert pipe.worker.line(0.05) == "" and not pipe.worker.gone
    pipe.say("ee\n")
    assert pipe.worker.line() == "three"
    pipe.worker.tell(ready=1)
    assert os.read(pipe.answer, 100) == b'{"ready": 1}\n'
