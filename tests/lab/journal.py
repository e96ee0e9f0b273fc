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

EVENTS = ("connect", "login", "login-failed", "command", "answer", "key", "disconnect", "fault", "error")


class Journal:
    """Entries of one device, in memory and, given a directory, as JSON lines in ``<directory>/<device>.jsonl``.

    An entry is ``{"time": monotonic seconds, "wall": ISO 8601, "event": one of EVENTS, "text": str, "session": int
    (0: the device itself), "mode": str}``. Passwords are never handed to it.
    """

    def __init__(self, device: str, directory: Path | None = None) -> None:
        self.entries: list[dict[str, Any]] = []
        self._path = directory / f"{device}.jsonl" if directory else None
        self._file: TextIO | None = None

    def add(self, event: str, text: str, session: int = 0, mode: str = "") -> None:
        """Append one entry, stamped now."""
        if event not in EVENTS:
            raise ValueError(f"unknown journal event {event!r}")
        wall = datetime.now(UTC).isoformat(timespec="milliseconds")
        entry = {
            "time": time.monotonic(),
            "wall": wall,
            "event": event,
            "text": text,
            "session": session,
            "mode": mode,
        }
        self.entries.append(entry)
        if self._path:
            if self._file is None:
                self._file = self._path.open("a", buffering=1, encoding="utf-8")
            self._file.write(json.dumps(entry) + "\n")

    def close(self) -> None:
        """Close the file; entries stay readable in memory."""
        if self._file:
            self._file.close()
        self._file, self._path = None, None
