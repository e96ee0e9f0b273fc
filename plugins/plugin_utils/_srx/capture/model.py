# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a capture makes on a device, so that others can take it away: its guard, and the next run. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from ..flow_monitor.model import Filter, Monitor, TraceFile, filter_of, filters_document
from ..flow_monitor.plan import desired_state, satisfies


@dataclass(frozen=True, slots=True)
class Made:
    """file: name of the trace file. file_before: of the one that was set before. node: where all of it stands, "" on a
    standalone device. keep_file: the file stays."""

    filters: tuple[Filter, ...]
    file: str
    file_before: str = ""
    node: str = ""
    keep_file: bool = False

    @classmethod
    def of(cls, record: Mapping[str, Any]) -> Made:
        """Of as_dict()."""
        filters = tuple(filter_of(item) for item in record["filters"])
        return cls(filters, record["file"], record["file_before"], record["node"], record["keep_file"])

    def as_dict(self) -> dict[str, Any]:
        return {
            "filters": filters_document(self.filters),
            "file": self.file,
            "file_before": self.file_before,
            "node": self.node,
            "keep_file": self.keep_file,
        }

    def at_rest(self, seen: Monitor) -> Monitor:
        """What is to be left of what is seen: everything of others, nothing of this, at rest."""
        without = desired_state(seen, self.filters, None, "absent")
        file = TraceFile(self.file_before) if self.file_before else without.file
        return replace(without, running=False, file=file)

    def used_by_others(self, seen: Monitor) -> bool:
        """Whether the monitor writes another file by now, so that stopping it would end what another user does."""
        return seen.running and seen.file is not None and seen.file.name != self.file

    def still_there(self, seen: Monitor) -> Made:
        """Without filters of the same name that match something else: another user has made them since."""
        own = tuple(
            item for item in self.filters if item.name in seen.filters and satisfies(seen.filters[item.name], item)
        )
        return replace(self, filters=own)

    def __str__(self) -> str:
        names = ", ".join(item.name for item in self.filters)
        return f"the filters {names} and the file {self.file}"
