# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A limit on a whole answer, from its status line to its last byte.

http.client reads a line until it ends, and a socket counts its silence again from each byte: a server that sends one byte of a
header a second would hold a task for ever. So each read from the socket gets what is left of the time.
"""

from __future__ import annotations

import http.client
import io
import time
from dataclasses import dataclass
from typing import Any


class AnswerTooSlow(TimeoutError):
    """The answer is not complete when its time is over, however steadily it comes."""


@dataclass
class Allowance:
    """seconds: for the answers that are still to be begun, of one connection with one call at a time."""

    seconds: float


def response_class(allowance: Allowance) -> type[http.client.HTTPResponse]:
    """What http.client and urllib3 make answers of, those of a proxy to CONNECT included. Its reads raise AnswerTooSlow."""

    class Response(http.client.HTTPResponse):
        def __init__(self, sock: Any, *arguments: Any, **keywords: Any) -> None:
            super().__init__(sock, *arguments, **keywords)
            raw = self.fp.detach()
            self.fp = io.BufferedReader(_Timed(raw, sock, allowance.seconds))

    return Response


class _Timed(io.RawIOBase):
    """raw: reads from sock, whose own time-out is the limit of silence."""

    def __init__(self, raw: Any, sock: Any, seconds: float) -> None:
        self._raw = raw
        self._sock = sock
        self._silence: float | None = sock.gettimeout()
        self._end = time.monotonic() + seconds

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> Any:
        left = self._end - time.monotonic()
        if left <= 0:
            raise AnswerTooSlow
        last = self._silence is None or left < self._silence
        try:
            self._sock.settimeout(left if last else self._silence)
            return self._raw.readinto(buffer)
        except TimeoutError:
            if last:
                raise AnswerTooSlow from None
            raise
        finally:
            self._sock.settimeout(self._silence)

    def close(self) -> None:
        if not self.closed:
            self._raw.close()
        super().close()
