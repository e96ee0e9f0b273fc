# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Processes of this machine, distinguished from later ones with the same id."""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import platform
import signal
from dataclasses import dataclass
from pathlib import Path

_PROC = Path("/proc")


@dataclass(frozen=True)
class Process:
    """id; started: ticks from the boot to its start, "" on systems that do not show it."""

    id: int
    started: str = ""

    @classmethod
    def of(cls, number: int) -> Process:
        return cls(number, _started(number))

    @property
    def lives(self) -> bool:
        """One that ended and was not waited for yet (a zombie) does not."""
        if (_PROC / "self" / "stat").exists():
            return bool(self.started) and _started(self.id) == self.started
        try:
            os.kill(self.id, 0)
        except PermissionError:
            return True
        except OSError:
            return False
        return True

    def watched(self) -> int | None:
        """A descriptor that becomes readable when it ends; None where the system has none. Raises ProcessLookupError."""
        if not hasattr(os, "pidfd_open"):
            return None
        try:
            number = os.pidfd_open(self.id)
        except ProcessLookupError:
            raise
        except OSError:  # an old kernel, or a container that forbids the call
            return None
        if not self.lives:  # asked for once the descriptor is there: it cannot be another one's from now on
            os.close(number)
            raise ProcessLookupError(self.id)
        return number

    def end(self, how: signal.Signals) -> None:
        """Send it a signal, if it is still there."""
        with contextlib.suppress(OSError):
            watched = self.watched()
            if watched is None:
                if self.lives:
                    os.kill(self.id, how)
                return
            try:
                signal.pidfd_send_signal(watched, how)
            finally:
                os.close(watched)


def _started(number: int) -> str:
    try:
        text = (_PROC / str(number) / "stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""
    # proc(5): 2 is the name in parentheses, which may hold blanks, 3 the state, 22 the start time.
    fields = text.rpartition(")")[2].split()
    return "" if len(fields) < 20 or fields[0] in "ZX" else fields[19]


def own() -> Process:
    return Process.of(os.getpid())


def parent() -> Process | None:
    """ansible-playbook, seen from one of its workers; None where it does the work itself, as in a test.

    Raises ProcessLookupError when it is gone already.
    """
    found = multiprocessing.parent_process()  # ansible-core forks its workers with multiprocessing
    if found is None or found.pid is None:
        return None
    if os.getppid() != found.pid:
        raise ProcessLookupError(found.pid)
    return Process.of(found.pid)


def machine() -> str:
    """Name, boot and namespace: process ids mean something where all of it is the same. A container is a machine of its own."""
    boot, space = "", ""
    with contextlib.suppress(OSError):
        boot = (_PROC / "sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
        space = os.readlink(_PROC / "self/ns/pid")
    return f"{platform.node()}/{boot}/{space}"
