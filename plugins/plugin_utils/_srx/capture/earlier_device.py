# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What an earlier capture of this controller left on a firewall, by its record: nothing else there is ours. I/O."""

from __future__ import annotations

from ..._engine.controller.guard_records import Record, Reservation
from ..._engine.failures import ApplyFailed, ValidationFailed
from ..._engine.waiting import Progress
from ..firewall import Firewall
from ..flow_monitor.device import read
from .clean_up_device import CleanUp, log_files
from .model import Made
from .rules import left_on_another_node


class Earlier:
    """record: of a run whose processes are gone, if there is one. made: what is still there and can be removed now."""

    def __init__(self, firewall: Firewall, record: Record | None) -> None:
        """Raises ValidationFailed when it is on the other node of a cluster, ApplyFailed, ConnectionFailed."""
        self._firewall = firewall
        self._record = record
        self._used = False  # by another user, whose monitor writes a file of its own: it stays on record for later
        self.made = self._still_ours(Made.of(record.made), record.device) if record and record.made else None

    def commands(self) -> list[str]:
        """What would be sent to take it away."""
        return CleanUp(self._firewall, self.made, Progress("", None)).commands() if self.made else []

    def clean_up(self, reservation: Reservation, progress: Progress) -> list[str]:
        """The commands that were sent. Raises ApplyFailed when something stays."""
        sent: list[str] = []
        if not self.made and not self._used:
            reservation.tell("unchanged; nothing is left")
        if self.made:
            left = CleanUp(self._firewall, self.made, progress, sent=sent)()
            reservation.tell(left)
            if not left.startswith("unchanged"):
                text = f"what the capture of {self._when} left could not be removed"
                raise ApplyFailed(text, device_state=left, details={"commands": sent})
        return sent

    def warnings(self, *, done: bool) -> list[str]:
        """done: it was removed; else it would be. A sentence for whoever runs the next capture."""
        if self.made:
            how = "was" if done else "would be"
            return [f"the capture of {self._when} was cut short; what it left {how} removed: {self.made}"]
        ended = self._record.ended if self._record else None
        if self._record and ended and not self._record.made:
            state = ended["device_state"]
            return [f"the capture of {self._when} was cut short ({ended['why']}); its guard cleaned up: {state}"]
        return []

    @property
    def _when(self) -> str:
        return f"{self._record.began} (process {self._record.worker.id})" if self._record else ""

    def _still_ours(self, made: Made, device: str) -> Made | None:
        seen = read(self._firewall)
        here = self._firewall.node
        if here != made.node:
            raise ValidationFailed(left_on_another_node(str(made), made.node, here, device))
        self._used = made.used_by_others(seen)
        still = made.still_there(seen)
        files = [] if made.keep_file else log_files(self._firewall, made.file)
        return still if not self._used and (still.filters or files or seen.running) else None
