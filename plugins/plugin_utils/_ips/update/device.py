# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Updates on a live sensor: what it runs, the file on its way, the wait until all of it runs again. I/O."""

from __future__ import annotations

import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Any

from ..._engine.failures import ApplyFailed, ConnectionFailed
from ..._engine.operations import Operation, Plan
from ..._engine.problems import Problem
from ..._engine.rules import Finding, problem
from ..._engine.run import Applied
from ..._engine.waiting import Progress, poll
from ..info.device import read_clock, read_version
from ..info.facts import clock_facts, version_facts
from ..moments import moment_of, utc_now
from ..packages import Package
from ..platforms import CISCO_IOS
from ..sensor import KEY_PATIENCE, Said, Sensor
from ..transfer.delivery import Server, is_trust
from ..transfer.sending_device import Sending
from ..transfer.ways_device import Transfer
from . import tuning
from .facts import state_of
from .model import SensorState, Stock
from .plan import DOWNGRADE, TUNING, Wanted, desired_state, package_of, plan
from .rules import RULES, check, check_tuning

CONFIGURATION = "show configuration"
EVERY = 5.0  # seconds between two looks at a sensor that starts
SETTLED = 0.2  # of the limit: so long a sensor is at its old level with all that runs before that counts as the end


@dataclass(frozen=True)
class Step:
    """What became of one package."""

    package: str
    seconds: float
    runs: str
    rebooted: bool

    def as_dict(self) -> dict[str, Any]:
        return {
            "package": self.package,
            "seconds": round(self.seconds, 1),
            "runs": self.runs,
            "rebooted": self.rebooted,
        }


class UpdateWing:
    """S is SensorState. limit: seconds that one package may take; None for that of the platform."""

    def __init__(
        self,
        sensor: Sensor,
        wanted: Wanted,
        stock: Stock,
        transfer: Transfer,
        progress: Progress,
        limit: float | None,
        options: Mapping[str, Any],
    ) -> None:
        self._sensor = sensor
        self._wanted = wanted
        self._stock = stock
        self._sending = Sending(sensor, transfer, limit or KEY_PATIENCE)
        self._progress = progress
        self._limit = limit
        self._options = options  # those about the transfer which determine the plan
        self._configuration = ""
        self._server: Server | None = None
        self._steps: list[Step] = []

    # -- what is asked for --------------------------------------------------------------------------------------------

    def desired(self) -> Any:
        return self._wanted.determining(self._options)

    def secrets(self) -> Mapping[str, str]:
        return {}

    # -- reading ------------------------------------------------------------------------------------------------------

    def read(self) -> SensorState:
        state = self._look()
        with suppress(ApplyFailed):  # a clock that is not understood is one of which nothing is known
            clock = clock_facts(read_clock(self._sensor))
            state = replace(state, clock=moment_of(clock["utc"]), clock_trusted=not clock["flag"])
        if self._wanted.tuning:
            self._configuration = self._sensor.read(CONFIGURATION)[0]
            state = replace(state, tuned=tuning.parse_configuration(self._configuration))
        return state

    def _look(self) -> SensorState:
        """Raises ApplyFailed where the host is no sensor, ConnectionFailed."""
        now = utc_now()
        try:
            facts = version_facts(read_version(self._sensor), now)
        except ApplyFailed as failed:
            if str(failed) == CISCO_IOS:
                raise ApplyFailed(CISCO_IOS, [problem(RULES, Finding("U49", "sensor", CISCO_IOS))]) from failed
            raise
        state = state_of(facts)
        if state is None:
            raise ApplyFailed("show version does not read as that of a Cisco IPS sensor")
        return state

    def read_details(self, current: SensorState, desired: SensorState) -> None:
        """What only an update needs: the configuration, and the server."""
        request = self._wanted.request
        if not request.present or current.has(request.package):
            return
        self._configuration = self._configuration or self._sensor.read(CONFIGURATION)[0]
        self._server = self._sending.server()
        self._sending.look()

    # -- pure ---------------------------------------------------------------------------------------------------------

    def desired_state(self, current: SensorState) -> SensorState:
        return desired_state(current, self._wanted, self._stock)

    def check(self, current: SensorState, desired: SensorState) -> list[Problem]:
        state = current
        if self._configuration:
            state = replace(
                current,
                threat_profiles=tuning.threat_profiles(self._configuration),
                snmp=tuning.has_snmp_policy(self._configuration),
            )
        request = replace(self._wanted.request, server=self._server, controller_time=utc_now())
        found = check(state, request, self._stock)
        return [*found, *check_tuning(state, self._wanted.tuning, request, self._stock)]

    def plan(self, current: SensorState, desired: SensorState) -> Plan:
        return plan(current, self._wanted, self._stock, self._sending.delivery())

    def show(self, state: SensorState) -> Any:
        shown: dict[str, Any] = {
            "version": str(state.version) if state.version else None,
            "signature": str(state.signature) if state.signature else None,
        }
        if self._wanted.tuning:
            numbers = [each.number for each in self._wanted.tuning]
            shown["tuning"] = [state.tuned[number].as_dict() for number in numbers if number in state.tuned]
        return shown

    def owned(self, state: SensorState) -> Any:
        return self.show(state)

    def counts(self, state: SensorState) -> Mapping[str, int]:
        return {"updates of that name": int(state.has(self._wanted.request.package))}

    def report(self) -> Mapping[str, Any]:
        return {"steps": [each.as_dict() for each in self._steps]}

    # -- writing ------------------------------------------------------------------------------------------------------

    def apply(self, plan: Plan, current: SensorState, desired: SensorState) -> Applied:
        at = current
        for operation in plan.operations:
            package = package_of(operation, self._stock)
            if package is None:
                self._configure(operation, at)
            elif operation.do == (DOWNGRADE,):
                at = self._revert(package, at)
            else:
                at = self._upgrade(package, at)
        return Applied(tuple(self._sending.leftover))

    def _configure(self, operation: Operation, at: SensorState) -> None:
        """Trust in a server, or the tuning of signatures."""
        try:
            if is_trust(operation):
                self._sending.trust()
            elif operation.item == TUNING:
                self._progress("tuning signatures")
                self._sensor.change_service(tuning.SERVICE, operation.do)
        except ApplyFailed as failed:
            raise ApplyFailed(str(failed), failed.problems, self._state_now(at)) from failed
        except ConnectionFailed as lost:
            raise ApplyFailed(f"{lost} This happened at {operation.item}.", (), self._state_now(at)) from lost

    def _upgrade(self, package: Package, before: SensorState) -> SensorState:
        began = time.monotonic()
        limit = self._limit or before.row.upgrade_limit

        def waiting(_silence: float) -> None:
            self._progress(f"{package.name} is being installed", min(0.99, (time.monotonic() - began) / limit))

        try:
            with self._sending.pulled(package.name) as url:
                self._progress(f"upgrade {package.name}")
                said = self._sensor.upgrade(url, self._sending.password, limit, waiting)
                return self._finished(package.name, said, before, before.after(package), package, began, limit)
        except ApplyFailed as failed:
            raise self._explained(failed, package, before) from failed
        except ConnectionFailed as lost:
            seen = self._sending.seen(f"packages[{package.name}]")
            raise ApplyFailed(f"{lost} This happened before {package.name}.", seen, self._state_now(before)) from lost

    def _explained(self, failed: ApplyFailed, package: Package, before: SensorState) -> ApplyFailed:
        """A failure with what the server of the file saw, what is still trusted, and the state of the sensor now."""
        seen = self._sending.seen(f"packages[{package.name}]")
        state = self._state_now(before) if failed.device_state == "unchanged" else failed.device_state
        return ApplyFailed(str(failed), [*failed.problems, *seen], state)

    def _revert(self, package: Package, before: SensorState) -> SensorState:
        began = time.monotonic()
        limit = self._limit or before.row.upgrade_limit

        def waiting(_silence: float) -> None:
            self._progress("reverting", min(0.99, (time.monotonic() - began) / limit))

        self._progress(f"reverting {package.name}")
        try:
            said = self._sensor.downgrade(limit, waiting)
        except ApplyFailed as failed:
            raise ApplyFailed(str(failed), failed.problems, self._state_now(before)) from failed
        except ConnectionFailed as lost:
            raise ApplyFailed(f"{lost} This happened before the revert.", (), self._state_now(before)) from lost
        return self._finished(DOWNGRADE, said, before, None, package, began, limit)

    # -- the wait behind it -------------------------------------------------------------------------------------------

    def _finished(
        self,
        name: str,
        said: Said,
        before: SensorState,
        wanted: SensorState | None,
        package: Package,
        began: float,
        limit: float,
    ) -> SensorState:
        """The sensor at its new level with all that runs. wanted: None for a revert. Raises ApplyFailed."""

        def left() -> float:
            return max(0.0, limit - (time.monotonic() - began))

        if said.dropped and not self._sensor.wait_for_return(left(), self._progress, EVERY):
            text = f"{name}: the sensor did not come back within {limit / 60:g} minutes"
            found = Problem("wait", f"packages[{package.name}]", text, "See its console, then run again.")
            raise ApplyFailed(text, [found], "not reached any more; it may be in the middle of the update")

        def arrived(state: SensorState | None) -> bool:
            return (
                state is not None
                and not state.stopped
                and (not state.has(package) if wanted is None else state.has(package))
            )

        stays = _Stays(before, limit * SETTLED)
        seen = poll(self._glance, lambda state: arrived(state) or stays(state), left(), EVERY / 5, EVERY)
        if not arrived(seen):
            raise self._not_there(name, seen, before, package, wanted is None, limit)
        if seen is None:  # arrived() has excluded it
            return before
        self._steps.append(Step(name, time.monotonic() - began, _level(seen), said.dropped))
        return seen

    def _glance(self) -> SensorState | None:
        """None while it cannot be read; a lost session is opened again."""
        self._progress("waiting until all applications run")
        try:
            return self._look()
        except ApplyFailed:
            return None
        except ConnectionFailed:
            self._sensor.close()
        try:
            self._sensor.open()
        except (ApplyFailed, ConnectionFailed):
            self._sensor.close()
        return None

    def _not_there(
        self, name: str, seen: SensorState | None, before: SensorState, package: Package, reverting: bool, limit: float
    ) -> ApplyFailed:
        item = f"packages[{package.name}]"
        after = f"within {limit / 60:g} minutes"
        if seen is None:
            text = f"{name}: the sensor answers, but does not tell its version {after}"
            return ApplyFailed(text, [Problem("wait", item, text)], "not known; it may be in the middle of the update")
        at_level = seen.has(package) is not reverting
        if at_level:
            text = f"{name}: at {_level(seen)}, but these do not run {after}: {', '.join(seen.stopped)}"
            found = Problem("not-running", item, text, "See `show version` and its logs; `reset` restarts the sensor.")
            return ApplyFailed(text, [found], f"changed: {_level(seen)}, and not all applications run")
        text = f"{name}: the sensor is still at {_level(seen)}"
        found = Problem("old-level", item, text, "See `show version` and its logs, then run again.")
        return ApplyFailed(text, [found], self._state_now(before, seen))

    def _state_now(self, before: SensorState, seen: SensorState | None = None) -> str:
        """For a failure. before: as the last step left it; seen: a look that was just taken."""
        if seen is None:
            try:
                self._sensor.reopen()
                seen = self._look()
            except (ApplyFailed, ConnectionFailed):
                return f"not reached any more; before, it was at {_level(before)}"
        stopped = f"; these do not run: {', '.join(seen.stopped)}" if seen.stopped else ""
        if self._sending.told_to_trust:
            return f"changed: {_level(seen)}{stopped}; it trusts {self._sending.told_to_trust} from now on"
        if _level(seen) != _level(before) or self._steps:
            return f"changed: {_level(seen)}{stopped}"
        if set(seen.stopped) - set(before.stopped):
            return f"changed: {_level(seen)} as before{stopped}"
        return f"unchanged: {_level(seen)}{stopped}"


class _Stays:
    """Whether a sensor has been at its old level, with all that runs, for so many seconds: then no update is under way any more."""

    def __init__(self, before: SensorState, seconds: float) -> None:
        self._before = _level(before)
        self._seconds = seconds
        self._since: float | None = None

    def __call__(self, state: SensorState | None) -> bool:
        if state is None or state.stopped or _level(state) != self._before:
            self._since = None
            return False
        self._since = self._since or time.monotonic()
        return time.monotonic() - self._since > self._seconds


def _level(state: SensorState) -> str:
    return f"{state.version or 'an unknown version'}, {state.signature or 'no signature level'}"
