# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A reboot of a live sensor: what was before, the reset, and what is seen of its coming back. I/O."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from ..._engine.failures import ApplyFailed, ConnectionFailed
from ..._engine.operations import Operation, Plan
from ..._engine.problems import Problem
from ..._engine.run import Applied
from ..._engine.waiting import Progress, poll
from ..info.device import read_version
from ..info.version_text import VersionText
from ..sensor import Sensor

BYPASS = "show configuration | include bypass-mode"
GOES_DOWN = 180.0  # seconds within which a sensor that was told to reboot ends the sessions; unverified
_OFF = re.compile(r"^[ \t]*bypass-mode[ \t]+off\b", re.MULTILINE)


@dataclass(frozen=True)
class Sight:
    """What was seen of a sensor. stops_traffic: without the applications no traffic passes (fail-close). rebooted: by this task."""

    version: VersionText
    stops_traffic: bool = False
    rebooted: bool = False


class RebootWing:
    """ips_reboot: the six steps of one sensor (see _engine/run.py). Each run reboots: there is no state that a second one could find.

    limit: seconds to wait for its coming back; None does not wait.
    """

    def __init__(
        self, sensor: Sensor, limit: float | None, progress: Progress, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._sensor = sensor
        self._limit = limit
        self._progress = progress
        self._clock = clock
        self._after: Sight | None = None
        self._seen: dict[str, Any] = {}

    def desired(self) -> dict[str, Any]:
        return {"state": "rebooted"}

    def secrets(self) -> dict[str, str]:
        return {}

    def read(self) -> Sight:
        """Before the reboot: of the sensor. Behind it: what was seen of its coming back."""
        if self._after is not None:
            return self._after
        version = read_version(self._sensor)
        (bypass,) = self._sensor.attempt(BYPASS)
        return Sight(version, bool(_OFF.search(bypass)))

    def desired_state(self, current: Sight) -> Sight:
        return Sight(current.version, current.stops_traffic, True)

    def read_details(self, current: Sight, desired: Sight) -> None:
        """All was read already."""

    def check(self, current: Sight, desired: Sight) -> list[Problem]:
        return []

    def plan(self, current: Sight, desired: Sight) -> Plan:
        """Hardware with a bypass passes traffic uninspected meanwhile; with bypass-mode off nothing passes."""
        if current.rebooted:
            return Plan()
        risk = ("reboot", "traffic-stops" if current.stops_traffic else "uninspected")
        return Plan((Operation("update", "sensor", ("reset",), None, risk),))

    def apply(self, plan: Plan, current: Sight, desired: Sight) -> Applied:
        self._progress("rebooting")
        started = self._clock()
        try:
            said = self._sensor.reset()
        except ConnectionFailed as lost:
            raise ApplyFailed(
                f"the session was lost while the sensor was told to reboot: {lost}", (), UNKNOWN
            ) from lost
        self._seen = {"said": said.text.strip(), "waited": self._limit is not None}
        self._after = desired
        if self._limit is not None:
            self._after = Sight(self._returned(said.dropped, started, self._limit), current.stops_traffic, True)
        return Applied()

    def show(self, state: Sight) -> dict[str, Any]:
        version = state.version
        return {"version": version.version, "uptime": version.uptime, "not_running": list(version.not_running)}

    def owned(self, state: Sight) -> dict[str, Any]:
        """A reboot is consented to for what the sensor runs."""
        return {"version": state.version.version, "history": [item.package for item in state.version.history]}

    def counts(self, state: Sight) -> dict[str, int]:
        return {}

    def report(self) -> dict[str, Any]:
        return {"reboot": self._seen} if self._seen else {}

    # -- its coming back ----------------------------------------------------------------------------------------------

    def _returned(self, dropped: bool, started: float, limit: float) -> VersionText:
        """The first answer that tells all applications run. Raises ApplyFailed with what was seen instead."""
        went = dropped or self._sensor.wait_for_end(min(GOES_DOWN, limit))
        self._seen["went_down"] = went
        if not went:
            raise self._not_back("it took the command, but did not end the session", "it has not gone down yet")
        left = limit - (self._clock() - started)
        if not self._sensor.wait_for_return(max(left, 1.0), self._progress, interval=1.0):
            why = self._sensor.last_failure
            raise self._not_back(f"it went down and did not come back within {limit:g} s ({why})", "it does not answer")
        self._seen["answered_after"] = round(self._clock() - started, 1)
        last = self._settled(limit - (self._clock() - started))
        self._seen["ran_after"] = round(self._clock() - started, 1)
        return last

    def _settled(self, left: float) -> VersionText:
        """SSH answers before the applications run."""
        said = "it does not tell its version"

        def look() -> VersionText | None:
            nonlocal said
            self._progress("waiting until all applications run")
            try:
                return read_version(self._sensor)
            except ApplyFailed as refused:
                said = str(refused)
            except ConnectionFailed as lost:  # SSH may end the first sessions again
                said = str(lost)
                self._sensor.wait_for_return(1.0, self._progress)
            return None

        last = poll(look, lambda found: found is not None and found.all_running, max(left, 0.0))
        if last is None:
            raise self._not_back(f"it answers again, but {said}", "its applications do not run")
        if not last.all_running:
            names = ", ".join(last.not_running) or "its applications"
            raise self._not_back(f"it came back, but {names} did not run within the limit", f"{names}: not running")
        return last

    def _not_back(self, why: str, now: str) -> ApplyFailed:
        remedy = "Look at its console. wait_timeout allows more time; ips_info shows what it tells."
        return ApplyFailed(
            "the sensor was rebooted, but is not as it was",
            [Problem("reboot", "sensor", why, remedy)],
            f"changed; {now}",
        )


UNKNOWN = "unknown: it may reboot"
