# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Start a guard beside a worker, and let it go at the end.

A worker of ansible-core cannot clean up after itself when it is asked to end: its handler of INT and TERM kills its own process
group and leaves with os._exit(), so that no `finally` runs (ansible-core 2.19, executor/process/worker.py, WorkerProcess._term),
and ansible-playbook sends it one of these at Ctrl-C (executor/task_queue_manager.py, _signal_handler). So another process has to,
in a session and a process group of its own.
"""

from __future__ import annotations

import contextlib
import json
import os
import select
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import IO, Any, cast

from ansible.utils.collection_loader import AnsibleCollectionConfig  # type: ignore[attr-defined]  # core names no exports

from ..failures import RunFailed
from .guard_records import Reservation
from .guard_watch import DONE, TAKE_OVER
from .processes import Process

PROGRAM = Path(__file__).with_name("guard_program.py")
READY_SECONDS = 240.0  # that its login may take; the options of the connection bound each part of it
END_SECONDS = 10.0  # that it gets to log out
# Python needs these at its start. All others come with the order, since some of them are secrets.
KEPT = ("PATH", "LD_LIBRARY_PATH", "LANG", "LC_ALL", "LC_CTYPE")


class GuardFailed(RunFailed):
    """There is no guard, so nothing may be begun. Its text says why."""


class GuardProcess:
    """A guard that is ready. door: name and options of its connection; wing: the module with its guarded()."""

    def __init__(
        self, reservation: Reservation, made: Mapping[str, Any], door: str, options: Mapping[str, Any], wing: str
    ) -> None:
        """made: what will be on the device. Raises GuardFailed, ValidationFailed."""
        self._reservation = reservation
        try:
            self._process = subprocess.Popen(
                [sys.executable, "-I", str(PROGRAM)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                env={name: os.environ[name] for name in KEPT if name in os.environ},
                pass_fds=[reservation.lock],
                start_new_session=True,
            )
        except OSError as error:
            raise GuardFailed(f"the guard cannot be started: {error.strerror}") from None
        self._input, self._output = cast(IO[bytes], self._process.stdin), cast(IO[bytes], self._process.stdout)
        try:
            reservation.hold(made, Process.of(self._process.pid))
            self._write(self._order(door, options, wing))
            self._ready()
        except BaseException:
            self._kill()
            reservation.tell("unchanged; nothing was started")
            raise

    @property
    def id(self) -> int:
        return self._process.pid

    def let_go(self) -> str:
        """The run has cleaned up after itself. A warning where the guard had gone before that, else ""."""
        early = self._process.poll() is not None
        self._write(DONE)
        try:
            self._close()
            self._process.wait(END_SECONDS)
        except subprocess.TimeoutExpired:
            self._kill()  # it has nothing to do any more, and may hang in a read
        return f"the guard of this run (process {self.id}) was ended from outside before its time" if early else ""

    def take_over(self) -> None:
        """The run could not clean up: the guard does, from now on and by itself."""
        self._reservation.handed_over = True
        self._write(TAKE_OVER)
        self._close()

    def _order(self, door: str, options: Mapping[str, Any], wing: str) -> str:
        return json.dumps(
            {
                "environment": dict(os.environ),
                "path": sys.path,
                "collections": list(AnsibleCollectionConfig.collection_paths),
                "door": door,
                "options": dict(options),
                "wing": wing,
                "record": str(self._reservation.book.path),
                "begun": json.dumps(asdict(self._reservation.record)),
                "lock": self._reservation.lock,
            },
            default=str,
        )

    def _ready(self) -> None:
        answer = self._answer()
        if "ready" not in answer:
            raise GuardFailed(str(answer.get("failed") or "it ended without a word"))

    def _answer(self) -> dict[str, Any]:
        number = self._output.fileno()
        end = time.monotonic() + READY_SECONDS
        text = b""
        while not text.endswith(b"\n"):
            readable, _writable, _broken = select.select([number], [], [], max(0.0, end - time.monotonic()))
            if not readable:
                return {"failed": f"it was not ready within {READY_SECONDS:g} s"}
            piece = os.read(number, 65536)
            if not piece:
                return {}
            text += piece
        return dict(json.loads(text))

    def _write(self, line: str) -> None:
        with contextlib.suppress(OSError):  # it is gone: its answer, or poll(), shows it
            self._input.write(line.encode() + b"\n")
            self._input.flush()

    def _close(self) -> None:
        with contextlib.suppress(OSError):
            self._input.close()
        self._output.close()

    def _kill(self) -> None:
        self._process.kill()
        self._close()
        self._process.wait()
