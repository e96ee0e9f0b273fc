# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a lab device received and did, in order: tests assert on it."""

from __future__ import annotations

import json
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TextIO

EVENTS = ("connect", "login", "login-failed", "command", "answer", "key", "request", "disconnect", "fault", "error")


class Journal:
    """Entries of one device, in memory and, given a directory, as JSON lines in ``<directory>/<device>.jsonl``.

    An entry is ``{"time": monotonic seconds, "wall": ISO 8601, "event": one of EVENTS, "text": str, "session": int
    (0: the device itself), "mode": str}``. Passwords are never handed to it. A `request` of HTTP also has "status" (int, None
    when it was not answered), "bytes" (of its body, as far as it came) and, if it was JSON, "body" with its secrets masked.
    """

    def __init__(self, device: str, directory: Path | None = None) -> None:
        self.entries: list[dict[str, Any]] = []
        self._path = directory / f"{device}.jsonl" if directory else None
        self._file: TextIO | None = None
        self._second, self._date = -1.0, ""

    def add(self, event: str, text: str, session: int = 0, mode: str = "") -> None:
        """Append one entry, stamped now."""
        self.done(self.begin(event, text, session, mode))

    def begin(self, event: str, text: str, session: int = 0, mode: str = "") -> dict[str, Any]:
        """As add(), for what takes a while: the entry is there at once, its line in the file comes with done()."""
        if event not in EVENTS:
            raise ValueError(f"unknown journal event {event!r}")
        entry = {
            "time": time.monotonic(),
            "wall": self._wall(),
            "event": event,
            "text": text,
            "session": session,
            "mode": mode,
        }
        self.entries.append(entry)
        return entry

    def done(self, entry: dict[str, Any], **more: Any) -> None:
        """Complete an entry of begin()."""
        entry.update(more)
        if self._path:
            if self._file is None:
                self._file = self._path.open("a", buffering=1, encoding="utf-8")
            self._file.write(json.dumps(entry) + "\n")

    def _wall(self) -> str:
        """Now as ISO 8601 with milliseconds; the part that changes once a second is kept, a paste has thousands."""
        second, fraction = divmod(time.time(), 1)
        if second != self._second:
            self._second = second
            self._date = datetime.fromtimestamp(second, UTC).strftime("%Y-%m-%dT%H:%M:%S")
        return f"{self._date}.{int(fraction * 1000):03d}+00:00"

    def close(self) -> None:
        """Close the file; entries stay readable in memory."""
        if self._file:
            self._file.close()
        self._file, self._path = None, None
