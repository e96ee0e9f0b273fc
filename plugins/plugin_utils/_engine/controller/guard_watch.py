# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The work of a guard: log in, wait for the end of the run, and where that came too early remove what it made."""

from __future__ import annotations

import contextlib
import importlib
import os
import select
import signal
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Protocol

from ansible.errors import AnsibleError
from ansible.playbook.play_context import PlayContext
from ansible.plugins.loader import connection_loader

from ..failures import RunFailed
from ..words.device_text import LONGEST_MESSAGE, clean, hiding
from .guard_program import Worker
from .guard_records import Book, of_text
from .processes import Process

KEEP_SECONDS = 45.0  # between two signs of life: devices end sessions that keep silent, some after a minute
LOOK_SECONDS = 1.0  # between two looks at ansible-playbook where no descriptor reports its end
LAST_WORDS_SECONDS = 2.0  # that a worker gets to end
# What the worker wrote last may still be on its way to the device, so it is looked at once more.
SETTLE_SECONDS = 1.0

DONE, TAKE_OVER = "done", "take over"  # what a worker says


class Guarded(Protocol):
    """What a capability gives a guard to do, over a door of its own. All may raise RunFailed, as doors do."""

    def log_in(self) -> None: ...

    def keep(self) -> None:
        """A sign of life that changes nothing."""

    def clean_up(self) -> str:
        """Take away what was made. What is left on the device, in words that begin with "unchanged" where nothing is."""

    def log_out(self) -> None: ...


def guard(order: Mapping[str, Any], worker: Worker) -> None:
    """order: what guard_process.GuardProcess writes."""
    os.set_inheritable(order["lock"], False)
    book = Book(Path(order["record"]))
    record = of_text(order["begun"])
    door = connection_loader.get(order["door"], PlayContext())
    door.set_options(direct=order["options"])
    work: Guarded = importlib.import_module(order["wing"]).guarded(door, record.made)
    try:
        work.log_in()
    except (AnsibleError, RunFailed) as error:
        worker.tell(failed=clean(error, LONGEST_MESSAGE, door.secrets))
        return
    worker.tell(ready=os.getpid())
    why = _waited(worker, record.main, work)
    if why:
        _end(worker, record.worker)
        with hiding(lambda: door.secrets):
            left = clean(_cleaned_up(work), LONGEST_MESSAGE)
        book.end(record, "guard", why, left)
    with contextlib.suppress(AnsibleError, RunFailed):
        work.log_out()


def _waited(worker: Worker, main: Process | None, work: Guarded) -> str:
    """Why the run ended too early; "" when it ended as it should."""
    try:
        watched = main.watched() if main else None
    except ProcessLookupError:
        return _gone(main)
    also = () if watched is None else (watched,)
    kept = time.monotonic()
    while True:
        pause = KEEP_SECONDS if also or not main else LOOK_SECONDS
        line = worker.line(pause, *also)
        if line == DONE:
            return ""
        if line == TAKE_OVER:
            return "the run could not clean up after itself"
        if worker.gone:
            return "its worker ended"
        if main and (select.select(also, [], [], 0)[0] if also else not main.lives):
            return _gone(main)
        if time.monotonic() - kept >= KEEP_SECONDS:
            kept = time.monotonic()
            with contextlib.suppress(AnsibleError, RunFailed):
                work.keep()


def _gone(main: Process | None) -> str:
    return f"ansible-playbook (process {main.id if main else 0}) ended"


def _end(worker: Worker, process: Process) -> None:
    """A worker whose ansible-playbook is gone goes on, and no one takes its result: it would start again what is stopped here."""
    for how in (signal.SIGTERM, signal.SIGKILL):
        end = time.monotonic() + LAST_WORDS_SECONDS
        if not worker.gone:
            process.end(how)
        while not worker.gone and (left := end - time.monotonic()) > 0:
            worker.line(left)


def _cleaned_up(work: Guarded) -> str:
    try:
        time.sleep(SETTLE_SECONDS)
        first = work.clean_up()
        if not first.startswith("unchanged"):
            return first
        time.sleep(SETTLE_SECONDS)
        return work.clean_up()
    except Exception as error:  # only the next run can read it
        return f"changed: it could not be cleaned up ({type(error).__name__}: {error})"
