# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The same words for the same aggregate, whoever made it."""

from __future__ import annotations

import hashlib
import heapq
from collections.abc import Mapping

TOP = 50  # names of each dimension, by bytes


class Tables(dict[str, dict[str, list[int]]]):
    """dimension -> name -> sessions, bytes, packets."""

    def add(self, dimension: str, name: str, sent: int, packets: int) -> None:
        count = self.setdefault(dimension, {}).setdefault(name, [0, 0, 0])
        count[0] += 1
        count[1] += sent
        count[2] += packets

    def top(self) -> dict[str, list[tuple[str, int, int, int]]]:
        """Names of policies as their `name/index`, those that mean nothing as None."""
        return {
            dimension: [
                ("None" if name in ("", "N/A") else name, *count)
                for name, count in heapq.nsmallest(TOP, names.items(), key=lambda item: (-item[1][1], item[0]))
            ]
            for dimension, names in self.items()
        }


def digest(sessions: int, top: Mapping[str, list[tuple[str, int, int, int]]]) -> str:
    rows = "\n".join(f"{dimension} {row}" for dimension in sorted(top) for row in top[dimension])
    return f"done {sessions} {hashlib.sha256(rows.encode()).hexdigest()[:16]}"
