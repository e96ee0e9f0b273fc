# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""srx_capture: a capture of the SRX wing, the engine and a netmiko connection put together."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ansible_collections.mspplus.netsec.plugins.plugin_utils._engine.action import DeviceAction
from ansible_collections.mspplus.netsec.plugins.plugin_utils._engine.arguments import (
    Arguments,
    Constraints,
    without_none,
)
from ansible_collections.mspplus.netsec.plugins.plugin_utils._engine.failures import ValidationFailed
from ansible_collections.mspplus.netsec.plugins.plugin_utils._engine.problems import errors
from ansible_collections.mspplus.netsec.plugins.plugin_utils._srx.capture.device import Capture, Limits
from ansible_collections.mspplus.netsec.plugins.plugin_utils._srx.capture.file_device import CaptureFiles
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
        files = CaptureFiles(options["dest"], self._host)
        firewall = Firewall(self._connection, self._connection.read_timeout)
        desired = [filter_of(item) for item in filters]
        capture = Capture(firewall, desired, file_of(file), limits, self.progress(options["progress"]))
        begin = capture.prepared()
        result: dict[str, Any] = {"changed": True, "commands": capture.commands(begin)}
        if not self._task.check_mode:
            result |= capture.run(begin, files)
        warnings = [*map(str, problems), *result.pop("warnings", ())]
        return {**result, **({"warnings": warnings} if warnings else {})}
