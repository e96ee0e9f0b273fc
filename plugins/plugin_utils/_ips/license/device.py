# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Licences on a live sensor: what it has, the file that it pulls, what it shows behind that. I/O."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from ..._engine.failures import ApplyFailed, ConnectionFailed, ValidationFailed
from ..._engine.operations import Operation, Plan
from ..._engine.problems import Problem
from ..._engine.rules import Finding, problem
from ..._engine.run import Applied
from ..._engine.waiting import Progress
from ..info.device import read_version
from ..info.facts import license_facts
from ..ips_cli import url
from ..moments import utc
from ..sensor import Sensor
from ..transfer.delivery import is_trust
from ..transfer.sending_device import Sending
from ..transfer.ways_device import Transfer
from .model import Attempt, Held, LicenseFile, Outcome, runs
from .plan import desired_state, file_name, plan
from .rules import RULES, Terms, check, choice, decided, refused, selected
from .source_device import Attempts, Source

IDLE = 20.0  # seconds that a session is left alone before it is opened again: a sensor ends one that is idle for long


@dataclass(frozen=True)
class Way:
    """How files reach the sensor. folder: of the file that this controller serves; None where a server publishes files under their own names.

    patience: seconds that the sensor may take to copy one. options: those that determine the plan.
    """

    transfer: Transfer
    folder: Path | None
    patience: float
    options: Mapping[str, Any]


class LicenseWing:
    """ips_license: the six steps of one sensor (see _engine/run.py). given: what the document names, as plain data."""

    def __init__(
        self,
        sensor: Sensor,
        terms: Terms,
        source: Source,
        attempts: Attempts,
        way: Way,
        given: Any,
        progress: Progress,
        now: Callable[[], datetime],
    ) -> None:
        self._sensor = sensor
        self._terms = terms
        self._source = source
        self._attempts = attempts
        self._way = way
        self._given = given
        self._progress = progress
        self._now = now
        self._offered: Sequence[LicenseFile] | None = None  # asked for once a run
        self._first: Held | None = None
        self._last: Held | None = None
        self._sending = Sending(sensor, way.transfer, way.patience)
        self._leftover: list[Problem] = []  # what this controller could not keep

    # -- what is asked for --------------------------------------------------------------------------------------------

    def desired(self) -> dict[str, Any]:
        terms = self._terms
        return {
            "from": self._given,
            "select": terms.select,
            "days_before_expiry": terms.before_days,
            "force": terms.force,
            "requires_cisco_com": terms.requires_cisco_com,
            **self._way.options,
        }

    def secrets(self) -> dict[str, str]:
        return {}

    # -- reading ------------------------------------------------------------------------------------------------------

    def read(self) -> Held:
        found = read_version(self._sensor)
        attempt = self._attempts.last()
        held = Held(found.platform, found.serial, found.license, attempt)
        held = replace(held, runs=runs(found.serial, found.license, self._terms.today, attempt))
        if selected(held, self._terms)[0] and not refused(held, self._terms):
            self._offered = self._files(held.serial)
        elif self._offered is None and self._terms.source == "files":
            self._offered = self._files(held.serial)  # they are listed, whomever they are for
        offer = self._choice(held)
        self._last = replace(held, offer=offer)
        self._first = self._first or self._last
        return self._last

    def _choice(self, held: Held) -> LicenseFile | None:
        if self._offered is None or refused(held, self._terms):
            return None
        if self._terms.redeploy:
            return next(iter(self._offered), None)
        return choice(self._offered, held)

    def _files(self, serial: str) -> Sequence[LicenseFile]:
        if self._offered is not None:
            return self._offered
        began = self._now()
        found = self._source.files(serial)
        if (self._now() - began).total_seconds() > IDLE:
            self._sensor.reopen()
        return found

    def read_details(self, current: Held, desired: Held) -> None:
        """Whether the sensor trusts the server, where it would pull from one."""
        if current is not desired:
            self._sending.look()

    # -- pure ---------------------------------------------------------------------------------------------------------

    def desired_state(self, current: Held) -> Held:
        return desired_state(current, self._terms)

    def check(self, current: Held, desired: Held) -> list[Problem]:
        found = check(current, self._terms)
        if current is not desired and self._published(current):
            try:
                url(self._sending.delivery().url(self._published(current)))
            except ValueError as error:
                found.append(problem(RULES, Finding("L11", "files", str(error), "Rename the file.")))
        return found

    def plan(self, current: Held, desired: Held) -> Plan:
        if current is desired:
            return Plan()
        return plan(current, desired, self._sending.delivery(), self._published(desired))

    def _published(self, held: Held) -> str:
        return held.offer.name if held.offer is not None and self._way.folder is None else ""

    def show(self, state: Held) -> dict[str, Any]:
        """file: SHA-256 of the file that the sensor has, where the controller knows it."""
        expires = state.license.expires
        status = state.license.status(self._terms.today)
        return {"status": status, "expires": expires.isoformat() if expires else None, "file": state.runs or None}

    def owned(self, state: Held) -> dict[str, Any]:
        """What the sensor says of its licence, and not what its day makes of it."""
        expires = state.license.expires
        return {"status": state.license.said, "expires": expires.isoformat() if expires else None}

    def counts(self, state: Held) -> dict[str, int]:
        return {"licences": int(state.license.said != "none")}

    def report(self) -> dict[str, Any]:
        first, last = self._first, self._last
        if first is None or last is None:
            return {}
        chosen, why = selected(first, self._terms)
        decision = decided(first, self._terms)
        offered = self._offered or ()
        return {
            "license": license_facts(last.license, self._now()),
            "serial": last.serial or None,
            "selected": chosen,
            "requires_cisco_com": self._terms.requires(last.platform),
            "reason": why
            if not chosen
            else decision.why
            if not refused(first, self._terms)
            else "it requires Cisco.com",
            "offered": first.offer.as_dict() if first.offer else None,
            "files": [{**file.as_dict(), "fits": file.is_for(last.serial)} for file in offered],
            "waited_seconds": round(getattr(self._source, "waited", 0.0), 1),
            "last_attempt": _shown(self._attempts.noted or last.attempt),
        }

    # -- writing ------------------------------------------------------------------------------------------------------

    def apply(self, plan: Plan, current: Held, desired: Held) -> Applied:
        offer = desired.offer
        if offer is None:
            raise ApplyFailed("there is no licence to apply")
        for operation in plan.operations:
            if is_trust(operation):
                self._trust(operation)
            else:
                self._copy(offer, current)
        return Applied((*self._sending.leftover, *self._leftover))

    def _trust(self, operation: Operation) -> None:
        try:
            self._sending.trust()
        except ConnectionFailed as lost:
            state = f"unknown: the session was lost at {operation.item}; the licence is as it was"
            raise ApplyFailed(str(lost), (), state) from lost

    def _copy(self, offer: LicenseFile, current: Held) -> None:
        name = self._published(replace(current, offer=offer)) or file_name(current.serial)
        if self._way.folder is not None:
            (self._way.folder / name).write_bytes(offer.data)
        attempt = Attempt(offer, current.serial, utc(self._now()))
        self._attempts.note(attempt)
        self._progress(f"the sensor pulls {name}")
        try:
            with self._sending.pulled(name) as address:
                self._sensor.copy(address, "license-key", self._sending.password, self._way.patience)
        except ApplyFailed as failed:
            self._ended(attempt, "failed", str(failed))
            raise self._explained(failed) from failed
        except ConnectionFailed as lost:
            self._ended(attempt, "unknown", str(lost))
            state = "unknown: the session was lost while the sensor took the licence"
            raise ApplyFailed(f"{lost} Run again: what the sensor has is read first.", self._seen(), state) from lost
        self._ended(attempt, "applied", "")

    def _ended(self, attempt: Attempt, outcome: Outcome, why: str) -> None:
        try:
            self._attempts.note(replace(attempt, outcome=outcome, why=why))
        except ValidationFailed as failed:  # a disk that became full is no reason to call an applied licence a failure
            text = f"this controller could not remember the attempt ({failed.problems[0].message})"
            self._leftover.append(Problem("state-dir", "license", text, "See its disk.", "warning"))

    def _seen(self) -> list[Problem]:
        """What the server of the file saw, and what is left behind."""
        return [*self._sending.seen("license"), *self._leftover]

    def _explained(self, failed: ApplyFailed) -> ApplyFailed:
        state, told = failed.device_state, self._sending.told_to_trust
        if told and state == "unchanged":
            state = f"changed: the licence is as it was, but the sensor trusts {told} from now on"
        if self._sending.leftover and state == "unchanged":
            state = "changed: the licence is as it was, but the sensor still trusts the certificate of this task"
        return ApplyFailed(str(failed), [*failed.problems, *self._seen()], state)


def _shown(attempt: Attempt | None) -> dict[str, Any] | None:
    if attempt is None:
        return None
    return {**attempt.file.as_dict(), "at": attempt.at, "outcome": attempt.outcome, "why": attempt.why or None}
