# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""srx_capture: a capture of the SRX wing, its guard, the engine and a netmiko connection put together."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from ansible_collections.mspplus.netsec.plugins.plugin_utils._engine.action import DeviceAction
from ansible_collections.mspplus.netsec.plugins.plugin_utils._engine.arguments import (
    Arguments,
    Constraints,
    without_none,
)
from ansible_collections.mspplus.netsec.plugins.plugin_utils._engine.controller.guard_process import (
    GuardFailed,
    GuardProcess,
)
from ansible_collections.mspplus.netsec.plugins.plugin_utils._engine.controller.guard_records import (
    Busy,
    Records,
    Reservation,
)
from ansible_collections.mspplus.netsec.plugins.plugin_utils._engine.controller.state_dir import StateDir
from ansible_collections.mspplus.netsec.plugins.plugin_utils._engine.failures import ValidationFailed
from ansible_collections.mspplus.netsec.plugins.plugin_utils._engine.problems import errors
from ansible_collections.mspplus.netsec.plugins.plugin_utils._engine.waiting import Progress
from ansible_collections.mspplus.netsec.plugins.plugin_utils._srx.capture import guard_device
from ansible_collections.mspplus.netsec.plugins.plugin_utils._srx.capture.device import Capture, Limits
from ansible_collections.mspplus.netsec.plugins.plugin_utils._srx.capture.earlier_device import Earlier
from ansible_collections.mspplus.netsec.plugins.plugin_utils._srx.capture.file_device import CaptureFiles
from ansible_collections.mspplus.netsec.plugins.plugin_utils._srx.capture.rules import busy_elsewhere, unguarded
from ansible_collections.mspplus.netsec.plugins.plugin_utils._srx.firewall import Firewall
from ansible_collections.mspplus.netsec.plugins.plugin_utils._srx.flow_monitor.model import file_of, filter_of
from ansible_collections.mspplus.netsec.plugins.plugin_utils._srx.flow_monitor.rules import validate

BOUNDS = {"duration": (1, 3600), "interval": (1, 600), "limit": (1, 100_000), "stop_after": (1, 10_000_000)}


class ActionModule(DeviceAction):
    door = "mspplus.netsec.netmiko"
    arguments = Arguments(
        Path(__file__).parents[1] / "modules" / "srx_capture.py",
        Constraints(bounds=BOUNDS, filled=frozenset({"filters"})),
    )

    def perform(self, options: dict[str, Any]) -> dict[str, Any]:
        filters, file = without_none(options["filters"]), without_none(options["file"])
        problems = validate(filters, file, "started", purge=False)
        if errors(problems):
            raise ValidationFailed(problems)
        limits = Limits(
            options["duration"],
            options["interval"],
            options["stop_after"],
            options["limit"],
            options["with_others"],
            options["keep_file"],
        )
        desired = [filter_of(item) for item in filters]

        def capture() -> Capture:
            """Logged in."""
            firewall = Firewall(self._connection, self._connection.read_timeout)
            return Capture(firewall, desired, file_of(file), limits, self.progress(options["progress"]))

        try:
            if self._task.check_mode:
                result = self._foretold(capture)
            else:
                with self._records().reserved() as reservation:
                    result = self._captured(capture, reservation, CaptureFiles(options["dest"], self._host))
        except Busy as busy:
            raise ValidationFailed(busy_elsewhere(str(busy))) from None
        warnings = [*map(str, problems), *result["cleaned_up"], *result.pop("warnings", ())]
        return {"changed": True, **result, **({"warnings": warnings} if warnings else {})}

    def _records(self) -> Records:
        """Of the device that the connection leads to, whatever its name is in this inventory."""
        state = StateDir.of(self._task_vars, self._templar.template)
        device = f"{self._connection.get_option('host')}:{self._connection.get_option('port') or ''}"
        return Records(state, "mspplus.netsec.srx_capture", self._host, device)

    def _foretold(self, capture: Callable[[], Capture]) -> dict[str, Any]:
        record = self._records().look()
        task = capture()
        earlier = Earlier(task.firewall, record)
        before = earlier.commands()
        begin = task.prepared(earlier.made)
        return {"commands": [*before, *task.commands(begin)], "cleaned_up": earlier.warnings(done=False)}

    def _captured(
        self, capture: Callable[[], Capture], reservation: Reservation, files: CaptureFiles
    ) -> dict[str, Any]:
        task = capture()
        earlier = Earlier(task.firewall, reservation.left)
        before = earlier.clean_up(reservation, Progress("", None))
        begin = task.prepared()
        try:
            options = self._connection.get_options()
            guard = GuardProcess(reservation, task.made.as_dict(), self.door, options, guard_device.__name__)
        except GuardFailed as failed:
            raise ValidationFailed(unguarded(str(failed)), "There is no guard for this capture") from None
        try:
            result = task.run(begin, files)
        finally:
            if task.left:
                reservation.tell(task.left)
                gone = guard.let_go()
            else:
                guard.take_over()
        result["commands"] = [*before, *result["commands"]]
        result["warnings"] = [*([gone] if gone else ()), *result.get("warnings", ())]
        return {**result, "cleaned_up": earlier.warnings(done=True)}
