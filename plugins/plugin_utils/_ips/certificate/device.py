# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The certificate of a live sensor and the trust store of this controller: reads, a new one, taking it over. I/O."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from ..._engine.failures import ApplyFailed, ConnectionFailed
from ..._engine.operations import Plan
from ..._engine.problems import Problem
from ..._engine.run import Applied
from ..._engine.waiting import Progress, poll
from ..door import WebDoor
from ..moments import utc_now
from ..sensor import Sensor
from .look_device import BothSides, both_sides, shown_or_why, told_fingerprints
from .model import Certificate, grouped
from .plan import GENERATE, desired_state, plan
from .rules import UNCHECKED, Certificates, Terms, check, source_of_new
from .status import OVER_HTTP, Seen, row, seen_now
from .trust_entry import Source
from .trust_store import TrustStore

NOT_ASKED = "the sensor was not asked"


@dataclass(frozen=True)
class Place:
    """Where a sensor's certificate is accepted: name of the host in the inventory, address and port of its web server."""

    host: str
    address: str
    port: int

    @property
    def shown(self) -> str:
        """As the sensors' own tables name hosts."""
        return self.address if self.port == 443 else f"{self.address}:{self.port}"


class CertificateWing:
    """ips_certificate: the six steps of one sensor (see _engine/run.py)."""

    def __init__(
        self,
        sensor: Sensor | None,
        web: WebDoor | None,
        store: TrustStore,
        place: Place,
        terms: Terms,
        limit: float,
        progress: Progress,
        now: Callable[[], datetime] = utc_now,
    ) -> None:
        """sensor: None where none is asked (absent). limit: seconds that the web server may take to show a new certificate."""
        self._sensor = sensor
        self._web = web
        self._store = store
        self._place = place
        self._terms = terms
        self._limit = limit
        self._progress = progress
        self._now = now
        self._last: Certificates | None = None
        self._seen: Seen | None = None

    def desired(self) -> dict[str, Any]:
        terms = self._terms
        return {
            "state": terms.state,
            "policy": terms.policy,
            "communication": terms.communication,
            "regenerate_before_days": terms.before_days,
            "force": terms.force,
        }

    def secrets(self) -> dict[str, str]:
        return {}

    def read(self) -> Certificates:
        stored = self._store.get(self._place.address, self._place.port)
        if self._sensor is None:
            self._last = Certificates(why=NOT_ASKED, untold=NOT_ASKED, stored=stored)
            return self._last
        seen = BothSides(None, OVER_HTTP, {}, OVER_HTTP) if self._web is None else both_sides(self._sensor, self._web)
        self._seen = seen_now(seen.shown, seen.why, self._now())
        self._last = Certificates(seen.shown, seen.why, tuple(sorted(seen.told.items())), seen.untold, stored)
        return self._last

    def desired_state(self, current: Certificates) -> Certificates:
        return desired_state(current, self._terms)

    def read_details(self, current: Certificates, desired: Certificates) -> None:
        """All that the rules need was read already."""

    def check(self, current: Certificates, desired: Certificates) -> list[Problem]:
        return check(current, self._terms)

    def plan(self, current: Certificates, desired: Certificates) -> Plan:
        return plan(current, desired, self._place.shown)

    def apply(self, plan: Plan, current: Certificates, desired: Certificates) -> Applied:
        if not desired.replaces:
            self._keep(desired)
            return Applied()
        source = source_of_new(current, self._terms)
        if source is None:
            raise ApplyFailed(f"a new certificate would not be accepted: {UNCHECKED}")
        if GENERATE in plan.commands:
            made = self._generated(current)
        elif current.shown is not None:  # an earlier run made it and did not come to take it over
            made = current.shown
        else:
            raise ApplyFailed("the certificate cannot be read any more")
        try:
            self._put(made, source)
        except Exception as failed:
            raise self._not_stored(str(failed), made.sha1, current) from failed
        return Applied(details={"new_certificate": made.facts(self._now())})

    def show(self, state: Certificates) -> dict[str, Any]:
        new = {"sha256": "a new certificate"} if state.replaces else None
        shown = state.shown.facts(self._now()) if state.shown else None
        stored = state.stored
        accepted = {**stored.certificate.facts(self._now()), "source": stored.source} if stored else None
        return {"device": new or shown, "store": new or accepted}

    def owned(self, state: Certificates) -> dict[str, Any]:
        """The accepted certificate, and where a new one may replace that of the sensor, whether its dates ask for it: a plan says which
        certificate it accepts, but replaces any that is out of date."""
        owned = {"store": state.stored.certificate.sha256 if state.stored else None}
        if self._terms.state == "regenerated":
            owned["device"] = state.shown.dates(self._terms.now) if state.shown else None
        return owned

    def counts(self, state: Certificates) -> dict[str, int]:
        return {"accepted certificates": int(state.stored is not None or bool(state.replaces))}

    def report(self) -> dict[str, Any]:
        """The sensor's line of the table of certificates."""
        last = self._last
        if last is None:
            return {}
        accepted = last.stored.accepted if last.stored else None
        place = self._place
        line = row(place.host, place.shown, accepted, self._seen, self._terms.communication, self._now())
        return {"certificate": line}

    # -- the store ----------------------------------------------------------------------------------------------------

    def _keep(self, desired: Certificates) -> None:
        place = self._place
        if desired.stored is None:
            self._store.remove(place.address, place.port)
        else:
            self._put(desired.stored.certificate, desired.stored.source)

    def _put(self, certificate: Certificate, source: Source) -> None:
        """With what was seen of the sensor, which is the same certificate."""
        place, now = self._place, self._now()
        self._store.put(place.address, place.port, certificate, source, now)
        self._store.note(place.address, place.port, seen_now(certificate, "", now))

    # -- a new certificate --------------------------------------------------------------------------------------------

    def _generated(self, current: Certificates) -> Certificate:
        """Made on the sensor, and shown by its web server. Raises ApplyFailed."""
        self._progress("making a new certificate")
        sensor = self._sensor
        if sensor is None:
            raise ApplyFailed(NOT_ASKED)
        try:
            fingerprints = sensor.generate_key(self._limit)
        except ConnectionFailed as lost:
            raise self._unknown(f"the session was lost while the sensor made a certificate: {lost}") from lost
        if "SHA1" not in fingerprints:
            fingerprints, untold = told_fingerprints(sensor)
            if untold:
                raise self._unknown(f"the sensor made a certificate, but does not tell its fingerprint: {untold}")
        old = current.shown.sha256 if current.shown else ""
        self._progress("waiting until the web server shows it")

        def fits(seen: tuple[Certificate | None, str]) -> bool:
            return seen[0] is not None and seen[0].sha256 != old and seen[0].fits(fingerprints) is True

        seen = poll(lambda: shown_or_why(self._web), fits, self._limit)
        if not fits(seen) or seen[0] is None:
            what = f"it still shows SHA1 {grouped(seen[0].sha1)}" if seen[0] else f"it shows none: {seen[1]}"
            raise self._not_stored(
                f"within {self._limit:g} s the web server did not show it ({what}); reboot the sensor",
                fingerprints["SHA1"],
                current,
            )
        return seen[0]

    def _not_stored(self, why: str, sha1: str, current: Certificates) -> ApplyFailed:
        accepted = f"SHA1 {grouped(current.stored.certificate.sha1)}" if current.stored else "none"
        message = f"regenerated on the device (SHA1 {grouped(sha1)}), but the trust store was not updated (it has {accepted}): {why}"
        problem = Problem(
            "C31", self._terms.item, message, "Run with state: synced when the sensor shows its new certificate."
        )
        state = "changed: the sensor has a new certificate, the trust store does not"
        return ApplyFailed("the new certificate was not taken over", [problem], state)

    def _unknown(self, why: str) -> ApplyFailed:
        state = "unknown: the sensor may have a new certificate; the trust store was not changed"
        return ApplyFailed(
            why, [Problem("C31", self._terms.item, why, "Run again: what is there is read first.")], state
        )


def line_of_table(
    sensor: Callable[[], Sensor] | None,
    web: WebDoor | None,
    store: TrustStore,
    place: Place,
    communication: str,
    *,
    writes: bool,
    now: Callable[[], datetime] = utc_now,
) -> dict[str, Any]:
    """The sensor's line of the table. sensor: opens a session; None asks no sensor and shows what was seen last, with its age.

    A sensor that cannot be reached gets a line, too. ssh_tells_the_same: None where SSH or the HTTPS port did not answer.
    """
    entry = store.get(place.address, place.port)
    accepted = entry.accepted if entry else None
    if sensor is None:
        seen = store.seen(place.address, place.port)
        return {**row(place.host, place.shown, accepted, seen, communication, now()), "ssh_tells_the_same": None}
    sides, without_ssh = _sides(sensor, web)
    seen = seen_now(sides.shown, sides.why, now())
    if writes and web is not None:
        store.note(place.address, place.port, seen)
    line = row(place.host, place.shown, accepted, seen, communication, now())
    return {**line, "ssh_tells_the_same": sides.same, "ssh_why": without_ssh or sides.untold or None}


def _sides(sensor: Callable[[], Sensor], web: WebDoor | None) -> tuple[BothSides, str]:
    """Both sides, or the HTTPS port alone with the reason. Over HTTP no sensor is asked."""
    if web is None:
        return BothSides(None, OVER_HTTP), ""
    try:
        return both_sides(sensor(), web), ""
    except ConnectionFailed as failed:
        return BothSides(*shown_or_why(web)), str(failed)
