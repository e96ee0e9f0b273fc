# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a guard runs first: nothing but Python's own library is needed until it knows where the rest lies.

All its input comes as one line of JSON on its standard input; its arguments and its environment hold nothing. The end of
that input is the end of the worker that holds its other end.
"""

from __future__ import annotations

import contextlib
import ctypes
import importlib
import json
import os
import resource
import select
import signal
import sys
from typing import Any

WATCH = "ansible_collections.mspplus.netsec.plugins.plugin_utils._engine.controller.guard_watch"
LONGEST_LINE = 16 * 1024 * 1024  # bytes
PR_SET_DUMPABLE = 4  # prctl(2)


class Worker:
    """The other end: lines come from it, one line goes to it."""

    def __init__(self, source: int, answer: int) -> None:
        self._source, self._answer = source, answer
        self._rest = b""
        self.gone = False

    def line(self, timeout: float | None = None, *also: int) -> str:
        """The next line without its end; "" when there is none in time, it is gone, or one of the other descriptors is readable."""
        while b"\n" not in self._rest and not self.gone and len(self._rest) < LONGEST_LINE:
            readable, _writable, _broken = select.select([self._source, *also], [], [], timeout)
            if self._source not in readable:
                return ""
            piece = os.read(self._source, 65536)
            self._rest += piece
            self.gone = not piece
        line, found, rest = self._rest.partition(b"\n")
        if not found:
            return ""
        self._rest = rest
        return line.decode()

    def tell(self, **answer: Any) -> None:
        with contextlib.suppress(OSError):  # it is gone: line() says so
            os.write(self._answer, json.dumps(answer).encode() + b"\n")


def keep_to_itself() -> None:
    """No core dump, no look into its memory by other processes of this user, no end before the work is done.

    It ends with its worker, not by a signal: Ctrl-C goes to a group that it is no part of, and whoever shuts a machine down sends
    TERM to everybody, so that its work begins just then.
    """
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    with contextlib.suppress(OSError, AttributeError):  # Linux only
        ctypes.CDLL(None).prctl(PR_SET_DUMPABLE, 0, 0, 0, 0)
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGPIPE, signal.SIGQUIT):
        signal.signal(number, signal.SIG_IGN)


def own_pipes() -> Worker:
    """Standard input and output for the worker alone: whatever a library prints goes nowhere."""
    worker = Worker(os.dup(0), os.dup(1))
    nowhere = os.open(os.devnull, os.O_RDWR)
    for number in (0, 1, 2):
        os.dup2(nowhere, number)
    os.close(nowhere)
    return worker


def main() -> None:
    keep_to_itself()
    worker = own_pipes()
    line = worker.line()
    if not line:
        return
    order = json.loads(line)
    os.environ.clear()
    os.environ.update(order["environment"])  # after the start: /proc shows that of the start only
    sys.path[:] = order["path"]
    try:
        loader = importlib.import_module("ansible.plugins.loader")  # it reads the environment, so it comes now
        loader.init_plugin_loader(order["collections"])
        importlib.import_module(WATCH).guard(order, worker)
    except Exception as error:
        worker.tell(failed=f"{type(error).__name__}: {error}")
        raise


if __name__ == "__main__":
    main()
