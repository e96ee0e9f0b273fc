# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a sensor says of its own automatic update in `show statistics host`. Pure, never raises.

Layout: community.cisco.com, document 3122341 (a 4240). Times are in the sensor's local time zone.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

_HEAD = re.compile(r"^(?P<indent>[ \t]*)(?P<name>last\w+Attempt|nextAttempt)[ \t]*=[ \t]*(?P<at>\S[^\n]*?)?[ \t]*$")
_DETAIL = re.compile(r"^[ \t]*=[ \t]*(?P<text>\S[^\n]*?)[ \t]*$")
_NEVER = frozenset({"", "N/A", "none", "None"})
LINES = 20  # of the details of an attempt

ATTEMPTS = {
    "lastDirectoryReadAttempt": "last_directory_read",
    "lastDownloadAttempt": "last_download",
    "lastInstallAttempt": "last_install",
    "nextAttempt": "next_attempt",
}


@dataclass
class Attempt:
    """at: as printed, "" for never. lines: what the sensor says became of it."""

    at: str = ""
    lines: list[str] = field(default_factory=list)


def parse(text: str) -> dict[str, Attempt]:
    """By the names of ATTEMPTS' values, all of them; empty where the text has no such statistics (releases before 6.1)."""
    start = text.find("Auto Update Statistics")
    if start < 0:
        return {}
    found = {name: Attempt() for name in ATTEMPTS.values()}
    current: Attempt | None = None
    for line in text[start : start + 20_000].replace("\r", "").split("\n")[1:]:
        if head := _HEAD.match(line):
            current = found.get(ATTEMPTS.get(head["name"], ""))
            if current is not None:
                current.at = "" if (head["at"] or "") in _NEVER else head["at"]
        elif current is not None and (detail := _DETAIL.match(line)):
            if len(current.lines) < LINES:
                current.lines.append(detail["text"])
        elif line.strip():
            break
    return found
