# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a wing sees of a REST system: answers, refusals, and the door that gives them. Types; pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from ..._engine.failures import ApplyFailed
from ..._engine.words.device_text import clean

# What a path below the base path may hold; everything else has to be percent-encoded by whoever builds it.
_PATH = re.compile(r"(?:[A-Za-z0-9._~!$&'()*+,;=:@/-]|%[0-9A-Fa-f]{2})*")


@dataclass(frozen=True)
class Answer:
    """One answer. body: parsed JSON, None when there was none; text where the dialect has a media type of its own. headers: names in lower case."""

    status: int
    body: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)


class Rejected(ApplyFailed):
    """The device took the request and said no.

    status: of HTTP. code: the system's own error number, None where it gave none. text: the device's words, bounded, on
    one line. device_state speaks of this request alone; a wing that had done more before says so itself.
    """

    def __init__(self, message: str, *, status: int, code: int | None, text: str, method: str, path: str) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.text = text
        self.method = method
        self.path = path


Sent = Callable[[int, int], None]  # bytes of the file sent so far, its size


class RestDoor(Protocol):
    """A session on a REST system; the connection mspplus.netsec.rest is one. Raises ConnectionFailed, Rejected.

    dialect: its name, see dialects.Dialect. base_url: scheme, host, port and base path; no secrets.
    """

    dialect: str
    base_url: str

    def open(self) -> None:
        """Log in, unless it is done. Raises Unreachable."""

    def close(self) -> None:
        """Log out and hang up; never raises."""

    def request(
        self,
        method: str,
        path: str,
        *,
        query: Mapping[str, str] | None = None,
        body: Any = None,
        safe: bool | None = None,
        timeout: float | None = None,
        expect_down: bool = False,
    ) -> Answer:
        """One call. path: below the base path, percent-encoded. body: becomes JSON, None sends none.

        safe: may be repeated without harm (default: GET and HEAD); only such calls are tried again, after a 429, a 5xx, a
        lost link or a spoilt answer. timeout: seconds of silence. expect_down: the device may be restarting: one try, and the
        next call connects and logs in again.
        A 401 means that it was not done: one login, then the call once more. Raises Rejected, Dropped, Timeout.
        """

    def upload(
        self,
        path: str,
        file: str,
        *,
        field: str,
        filename: str = "",
        query: Mapping[str, str] | None = None,
        fields: Mapping[str, str] | None = None,
        progress: Sent | None = None,
        timeout: float | None = None,
    ) -> Answer:
        """POST a local file as multipart/form-data, streamed from the disk. field: of the file; fields: the others, first.
        filename: as the device will see it, by default that of the file.

        timeout: seconds of silence after the last byte. Never tried again once bytes were sent, except after a 401. Raises as
        request(), ApplyFailed when the file cannot be read or changes under way.
        """


def target(path: str, query: Mapping[str, str] | None = None) -> str:
    """Path and query as they go on the wire. Raises ValueError, whose text says what is wrong.

    ``:``, ``;`` and ``,`` of values stay as they are: some systems write filters with them.

    >>> target("monitor/flows", {"filter": "page_no:2;application:a b"})
    'monitor/flows?filter=page_no:2;application:a%20b'
    """
    if not path or path.startswith("/") or not _PATH.fullmatch(path):
        raise ValueError(f"{clean(path)!r} is not a path below the base path: it must be relative and percent-encoded")
    if any(re.sub(r"%2[eE]", ".", part) in (".", "..") for part in path.split("/")):
        raise ValueError(f"{path!r} leads out of the base path")
    if not query:
        return path
    pairs = (f"{quoted(str(name))}={quoted(str(value), ':;,')}" for name, value in query.items())
    return f"{path}?{'&'.join(pairs)}"


def quoted(text: str, also: str = "") -> str:
    """Percent-encoded but for letters, digits, `-._~` (RFC 3986, 2.3) and also. Raises ValueError on half a character.

    >>> quoted("a/b é", "/")
    'a/b%20%C3%A9'
    """
    return "".join(
        char
        if char in also or (char.isascii() and (char.isalnum() or char in "-._~"))
        else "".join(f"%{byte:02X}" for byte in char.encode())
        for char in text
    )
