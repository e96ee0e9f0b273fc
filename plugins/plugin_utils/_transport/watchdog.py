# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A limit on what has none of its own: libraries that wait for ever, or begin to count again with each byte."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any


@dataclass
class Watch:
    passed: bool = False  # the limit; what was waited for was ended


@contextlib.contextmanager
def limited(seconds: float, end: Callable[[], None]) -> Iterator[Watch]:
    """A block that may take so long. end: called from another thread when it does not; makes whatever it waits for fail."""
    watch = Watch()

    def bite() -> None:
        watch.passed = True
        end()

    timer = threading.Timer(seconds, bite)
    timer.daemon = True
    timer.start()
    try:
        yield watch
    finally:
        timer.cancel()


def shut(stream: Any) -> None:
    """Whoever reads from a socket, or from a stream that is like one, sees its end at once; never raises."""
    with contextlib.suppress(OSError, EOFError, AttributeError):
        if isinstance(stream, socket.socket):
            stream.shutdown(socket.SHUT_RDWR)
        else:
            stream.close()
