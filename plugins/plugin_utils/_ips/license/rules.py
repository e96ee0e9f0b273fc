# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Who gets a licence, and which: the vendor's rules as a table, and the decisions. Pure.

The numbers of the rules follow the user guide of Security Manager 4.4, "Managing IPS Licenses". Where it is silent: the information of two
licences is known to differ only where the controller applied the one that the sensor has; then the bytes of the files are compared. What is
not known to differ does not count as different, so that no licence is replaced by an older one unasked.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Literal

from ..._engine.problems import Problem
from ..._engine.rules import HOUSE, Finding, elsewhere, error, problems, rule_table, warning
from ..platforms import platform_of
from .model import Held, LicenseFile, SourceKind

GUIDE = "Cisco Security Manager 4.4 user guide, Managing IPS Licenses"

RULES = rule_table(
    (
        warning("L1", "The status is one of valid, invalid, expired, none, trial; anything else is unknown.", GUIDE),
        error("L3", "A licence server gives the licence of the sensor.", GUIDE),
        error("L4", "A sensor that requires Cisco.com takes licences from there only.", GUIDE),
        warning("L6", "A licence file is for the sensor whose serial number it names.", GUIDE),
        error("L7", "No more than 8 licences in any 180 seconds.", GUIDE),
        warning("L8", "A licence is applied if it expires later or its information differs.", GUIDE),
        error("L9", "A redeployment needs an earlier attempt with a file.", GUIDE),
        warning("L10", "Selected are sensors with no, an expired or a soon expiring licence.", GUIDE),
        error("L11", "A licence file can be read.", HOUSE),
        warning("L12", "A licence has not expired already.", HOUSE),
        error("L13", "The sensor takes the licence.", HOUSE),
        elsewhere("L2", "Only selected sensors are read.", GUIDE, "the hosts of the play"),
        elsewhere("L5", "Sensors that are not acted on are listed.", GUIDE, "the role lists them"),
    )
)

Select = Literal["all", "due"]
CONTRACT = (
    "See that the support contract of the account includes the serial number of the sensor. Then check user and password, and the accepted "
    "certificates."
)


@dataclass(frozen=True)
class Terms:
    """What the task asks for. today: in UTC. source: whom licences come from; of a redeployment, of the last attempt.

    requires_cisco_com: None leaves that to the platform."""

    today: date
    source: SourceKind = "files"
    redeploy: bool = False
    select: Select = "all"
    before_days: int = 1
    force: bool = False
    requires_cisco_com: bool | None = None

    def requires(self, platform: str) -> bool:
        """Whether a sensor takes licences from Cisco.com only. The guide names two platforms "for example"."""
        known = platform_of(platform).requires_cisco_com
        return known if self.requires_cisco_com is None else self.requires_cisco_com


@dataclass(frozen=True)
class Decision:
    """apply: whether a file is applied. why: in a sentence for both. shortens: the sensor's licence expires earlier behind it.
    doubtful: it may be worth a look that it is not applied."""

    apply: bool
    why: str
    shortens: bool = False
    doubtful: bool = False


def selected(held: Held, terms: Terms) -> tuple[bool, str]:
    """Whether the sensor is acted on, and why. Rule 10: no licence, an expired one, one that expires within so many days; a trial only for
    its date, an invalid one not at all."""
    status, left = held.license.status(terms.today), held.license.days_left(terms.today)
    if status == "none":
        why, due = "it has no licence", True
    elif status == "expired":
        why, due = "its licence has expired", True
    elif status in ("valid", "trial") and left is not None:
        why, due = f"its licence expires in {left} day{'' if left == 1 else 's'}", left <= terms.before_days
    else:
        why, due = f"the status of its licence is {status}", False
    return due or terms.select == "all", why


def refused(held: Held, terms: Terms) -> bool:
    """Whether the sensor takes licences from elsewhere only."""
    source = held.attempt.file.source if terms.redeploy and held.attempt else terms.source
    return terms.requires(held.platform) and source != "cisco_com"


def decided(held: Held, terms: Terms) -> Decision:
    """Rule 8 on the file that is offered."""
    offer, expires = held.offer, held.license.expires
    if not selected(held, terms)[0]:
        return Decision(False, selected(held, terms)[1])
    if offer is None:
        return Decision(False, f"there is no licence for serial number {held.serial or 'unknown'}")
    if offer.sha256 == held.runs:
        return Decision(False, "the sensor has this licence")
    if offer.expires is not None and offer.expires < terms.today:
        return Decision(False, f"{offer.name} expired on {offer.expires}")
    if expires is None:
        return Decision(True, f"the status of the sensor's licence is {held.license.status(terms.today)}")
    if offer.expires is None:
        return Decision(True, f"{offer.name} is not known to be what the sensor has, and does not tell its expiry")
    if offer.expires > expires:
        return Decision(True, f"{offer.name} expires on {offer.expires}, that of the sensor on {expires}")
    return _not_later(offer, offer.expires, expires, held, terms)


def _not_later(offer: LicenseFile, new: date, old: date, held: Held, terms: Terms) -> Decision:
    earlier = f"{offer.name} expires on {new}, earlier than that of the sensor, {old}"
    differs = bool(held.runs)  # and it is another file
    if terms.redeploy or terms.force or differs:
        why = "its information differs" if differs else "that was asked for"
        return Decision(True, f"{earlier}; {why}" if new < old else why, shortens=new < old)
    if new < old:
        return Decision(False, f"{earlier}; whether its information differs is not known", doubtful=True)
    return Decision(False, f"{offer.name} expires on the same day as that of the sensor, {old}")


def choice(files: Iterable[LicenseFile], held: Held) -> LicenseFile | None:
    """The file for a sensor: of several the one that expires last, of those the one that it has."""
    fitting = [file for file in files if file.is_for(held.serial)]

    def order(file: LicenseFile) -> tuple[date, bool, str]:
        return file.expires or date.min, file.sha256 == held.runs, file.name

    return max(fitting, key=order, default=None)


def check(held: Held, terms: Terms) -> list[Problem]:
    """Every problem of the sensor with what is asked for."""
    return problems(RULES, _findings(held, terms))


def _findings(held: Held, terms: Terms) -> Iterator[Finding]:
    status = held.license.status(terms.today)
    chosen, why = selected(held, terms)
    if status == "unknown":
        lines = "; ".join(held.license.lines) or "no line speaks of it"
        yield Finding("L1", "license", f"the status of the licence is unknown: {lines}", "See `show version`.")
    if not chosen and status in ("invalid", "unknown"):
        yield Finding("L10", "license", f"not selected: {why}", "Set select: all to give it a licence.")
    if not chosen:
        return
    if refused(held, terms):
        text = f"{held.platform or 'this sensor'} requires Cisco.com: it takes no licence from local files or a local server"
        remedy = "Set source: server with server.type: cisco_com; set requires_cisco_com: false if it is known better."
        yield Finding("L4", "license", text, remedy)
        return
    if terms.redeploy:
        yield from _redeployed(held)
    elif held.offer is None and terms.source == "files":
        text = f"no licence file is for serial number {held.serial or 'unknown'} ({why})"
        yield Finding(
            "L6", "files", text, "Name one; a file that does not tell its serial number needs it in its name."
        )
    decision = decided(held, terms)
    if held.offer is not None and held.offer.expires is not None and held.offer.expires < terms.today:
        yield Finding("L12", "files", decision.why, "Get a new licence.")
    if decision.shortens:
        yield Finding("L8", "license", decision.why, "See that this is intended.")
    if decision.doubtful:
        yield Finding("L8", "license", f"not applied: {decision.why}", "Set force: true to apply it.")


def _redeployed(held: Held) -> Iterator[Finding]:
    if held.attempt is None:
        text = "this controller knows of no earlier attempt with a licence file for this sensor"
        yield Finding("L9", "source", text, "Apply one with source: files or source: server first.")
    elif held.attempt.serial != held.serial:
        text = f"the last attempt was on another device, with serial number {held.attempt.serial}"
        yield Finding("L9", "source", text, "Apply the licence of this device with source: files or source: server.")
