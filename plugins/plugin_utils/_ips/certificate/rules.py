# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What keeps a certificate from being accepted or made again: a table, and the checks. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from ..._engine.problems import Problem
from ..._engine.rules import Finding, error, problems, rule_table, warning
from .model import Certificate, grouped
from .status import OVER_HTTP, REMEDIES, SYNC
from .trust_entry import Entry, Source

Wanted = Literal["current", "synced", "regenerated", "absent"]
Policy = Literal["strict", "first_use", "always"]

GUIDE = "Cisco Security Manager 4.4 user guide, Managing IPS Certificates"
HOUSE = "this collection: a certificate is accepted by proof, not by trust in the first sight"
UNCHECKED = "SSH host keys are not checked, so what SSH tells of it proves nothing"

RULES = rule_table(
    (
        error("C30", "Over HTTP certificates are not used.", GUIDE),
        error("C33", "A certificate that cannot be read is neither accepted nor replaced.", GUIDE),
        error("C35", "What SSH tells of the certificate and what the HTTPS port shows are the same.", HOUSE),
        error("C36", "A certificate is accepted as the policy says.", HOUSE),
        warning("C31", "The sensor's certificate is the accepted one; else HTTPS to it is refused.", GUIDE),
        warning("C34", "The certificate is within its dates.", GUIDE),
    )
)


@dataclass(frozen=True)
class Certificates:
    """What is there, or has to be. shown: on the HTTPS port, None with the reason in why. told: the fingerprints that SSH tells, with the
    reason in untold where there are none. stored: the accepted one.

    replaces: of a desired state: SHA-256 of the certificate that a new one has to replace, "" where none is made.
    """

    shown: Certificate | None = None
    why: str = ""
    told: tuple[tuple[str, str], ...] = ()
    untold: str = ""
    stored: Entry | None = None
    replaces: str = ""


@dataclass(frozen=True)
class Terms:
    """What the task asks for. keys_checked: SSH host keys are, so what SSH tells proves something. before_days: a certificate with fewer days
    left is made again; force: in any case. now: the controller's time."""

    state: Wanted
    policy: Policy
    communication: str
    now: datetime
    keys_checked: bool = True
    before_days: int = 0
    force: bool = False
    item: str = field(default="certificate")


def judged(current: Certificates, terms: Terms) -> tuple[Source | None, str]:
    """How the certificate on the port may be accepted, and why not where it may not."""
    shown = current.shown
    if shown is None:
        return None, current.why or "it could not be read"
    fits = shown.fits(dict(current.told))
    if fits and terms.keys_checked:
        return "ssh-verified", ""
    if terms.policy == "always":
        return "always", ""
    if fits is False:
        return None, "it is not the one that SSH tells"
    if terms.policy == "first_use" and current.stored is None:
        return "first-use", ""
    if current.stored is not None and current.stored.certificate == shown:
        return current.stored.source, ""  # it is accepted already
    if not terms.keys_checked:
        return None, UNCHECKED
    return None, f"SSH does not tell its fingerprint ({current.untold or 'no SHA1'})"


def source_of_new(current: Certificates, terms: Terms) -> Source | None:
    """How a certificate that the sensor makes now may be accepted by the fingerprint that SSH tells; None where it may not."""
    if terms.keys_checked:
        return "ssh-verified"
    if terms.policy == "always":
        return "always"
    return "first-use" if terms.policy == "first_use" and current.stored is None else None


def is_due(current: Certificates, terms: Terms) -> bool:
    """Whether a new certificate is to be made."""
    if terms.state != "regenerated" or current.shown is None or terms.communication == "http":
        return False
    shown = current.shown
    return terms.force or shown.dates(terms.now) == "expired" or shown.days_left(terms.now) < terms.before_days


def check(current: Certificates, terms: Terms) -> list[Problem]:
    """Every problem of what is there with what is asked for."""
    return problems(RULES, _findings(current, terms))


def _findings(current: Certificates, terms: Terms) -> Iterator[Finding]:
    item, shown = terms.item, current.shown
    acts = terms.state != "current"
    if terms.state == "absent":
        return
    if terms.communication == "http":
        yield Finding("C30", item, OVER_HTTP, "Set communication: https for this sensor.", warning=not acts)
        return
    if shown is None:
        yield Finding("C33", item, f"it cannot be read: {current.why}", REMEDIES["nonretrievable"], warning=not acts)
        return
    if shown.fits(dict(current.told)) is False:
        told = ", ".join(f"{kind} {grouped(digits)}" for kind, digits in current.told)
        message = f"SSH tells {told}, the HTTPS port shows SHA1 {grouped(shown.sha1)}"
        remedy = "Find out who answers on that port; reboot the sensor if its web server still has an old certificate."
        yield Finding("C35", item, message, remedy, warning=terms.policy == "always")
    elif (source := judged(current, terms))[0] is None:
        remedy = "See that SSH tells it (show tls fingerprint) with its host key checked, or set policy: first_use or always."
        yield Finding("C36", item, f"it is not accepted: {source[1]}", remedy, warning=not acts)
    elif is_due(current, terms) and source_of_new(current, terms) is None:
        remedy = "Check host keys (ansible_host_key_checking), or set policy: always."
        yield Finding("C36", item, f"a new one would not be accepted: {UNCHECKED}", remedy)
    yield from _warnings(current, shown, terms)


def _warnings(current: Certificates, shown: Certificate, terms: Terms) -> Iterator[Finding]:
    different = current.stored is not None and current.stored.certificate != shown
    if different and terms.state != "synced" and not is_due(current, terms):
        yield Finding("C31", terms.item, "the accepted certificate is another one than that of the sensor", SYNC)
    dates = shown.dates(terms.now)
    if dates == "expired" and not is_due(current, terms):
        yield Finding("C34", terms.item, f"it expired on {shown.not_after:%Y-%m-%d}", REMEDIES["expired"])
    if dates == "not_yet_valid":
        yield Finding(
            "C34", terms.item, f"it is not valid before {shown.not_before:%Y-%m-%d}", REMEDIES["not_yet_valid"]
        )
