# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The table of certificates: what is on the sensor, what is accepted on this controller, and what to do about the difference. Pure.

Statuses, their words and the remedies: Cisco Security Manager 4.4 user guide, "Managing IPS Certificates".
"""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from ..moments import moment_of, utc
from .model import Certificate

Status = Literal["valid", "expired", "not_yet_valid", "unavailable", "nonretrievable"]

WORDS: Mapping[Status, str] = {
    "valid": "Valid Certificate",
    "expired": "Expired Certificate",
    "not_yet_valid": "Certificate Not Yet Valid",
    "unavailable": "Unavailable Refresh to get Cert Info",
    "nonretrievable": "Nonretrievable Cert Info not available",
}
SYNC = "Take the sensor's certificate over (state: synced)."
REMEDIES: Mapping[Status, str] = {
    "valid": "",
    "expired": "Make a new certificate on the sensor, which is then taken over (state: regenerated).",
    "not_yet_valid": (
        "Make the clocks of sensor and controller the same (use NTP); consider a new certificate (state: regenerated)."
    ),
    "unavailable": "Load it from the sensor (state: current).",
    "nonretrievable": (
        "Try again; then see whether the sensor is up, check user and password, the sensor's allowed hosts (this controller must be one of "
        "them), and whether ping reaches it."
    ),
}
OVER_HTTP = "over HTTP certificates are not used"
NEVER_SEEN = "it was not read from the sensor yet"

# Of the exported table, in the words of Security Manager where it has the column.
COLUMNS: Mapping[str, str] = {
    "host": "Device",
    "address": "Address",
    "mismatch": "Certificate Mismatch?",
    "valid_until": "Valid Until on Device",
    "valid_from": "Valid From on Device",
    "status_text": "Certificate Status on Device",
    "thumbprint_store": "Thumbprint on Controller",
    "thumbprint_device": "Thumbprint on Device",
    "sha256_store": "SHA-256 on Controller",
    "sha256_device": "SHA-256 on Device",
    "days_left": "Days Left",
    "source": "Accepted By",
    "fetched_at": "Accepted At",
    "read_at": "Read At",
    "age_seconds": "Age In Seconds",
    "communication": "Communication",
    "why": "Reason",
    "remedy": "What To Do",
}


@dataclass(frozen=True)
class Seen:
    """What the sensor showed when it was last looked at. at: ISO 8601 in UTC. why: it could not be had."""

    at: str
    sha256: str = ""
    sha1: str = ""
    md5: str = ""
    not_before: str = ""
    not_after: str = ""
    why: str = ""


@dataclass(frozen=True)
class Accepted:
    """What of an accepted certificate the table shows."""

    sha256: str
    sha1: str
    fetched_at: str
    source: str


def seen_now(certificate: Certificate | None, why: str, now: datetime) -> Seen:
    """why: where there is no certificate."""
    if certificate is None:
        return Seen(utc(now), why=why)
    return Seen(
        utc(now),
        certificate.sha256,
        certificate.sha1,
        certificate.md5,
        utc(certificate.not_before),
        utc(certificate.not_after),
    )


def status_of(accepted: Accepted | None, seen: Seen | None, communication: str, now: datetime) -> tuple[Status, str]:
    """The status, and why, where it is no matter of dates. At the very second of either end the certificate is still valid.

    A sensor that is not in the store is unavailable even where its certificate can be read: that is the vendor's word for it.
    """
    if communication == "http":
        return "nonretrievable", OVER_HTTP
    if seen is not None and not seen.sha256:
        return "nonretrievable", seen.why or NEVER_SEEN
    if accepted is None:
        return "unavailable", "" if seen else NEVER_SEEN
    if seen is None:
        return "nonretrievable", NEVER_SEEN
    not_before, not_after = moment_of(seen.not_before), moment_of(seen.not_after)
    if not_before is None or not_after is None:
        return "nonretrievable", "what is remembered of it has no dates"
    if now < not_before:
        return "not_yet_valid", ""
    return ("expired", "") if now > not_after else ("valid", "")


def row(
    host: str, address: str, accepted: Accepted | None, seen: Seen | None, communication: str, now: datetime
) -> dict[str, Any]:
    """A line of the table. mismatch is "" where one of both is not there. age_seconds: of what is shown of the sensor."""
    status, why = status_of(accepted, seen, communication, now)
    compared = status in ("valid", "expired", "not_yet_valid") and accepted and seen
    mismatch = "" if not compared else "No" if accepted and seen and accepted.sha256 == seen.sha256 else "Yes"
    remedy = SYNC if mismatch == "Yes" and status == "valid" else REMEDIES[status]
    until = moment_of(seen.not_after) if seen else None
    read_at = moment_of(seen.at) if seen else None
    return {
        "host": host,
        "address": address,
        "communication": communication,
        "status": status,
        "status_text": WORDS[status],
        "mismatch": mismatch,
        "valid_from": (seen and seen.not_before) or None,
        "valid_until": (seen and seen.not_after) or None,
        "days_left": (until - now).days if until else None,
        "thumbprint_store": accepted.sha1 if accepted else None,
        "thumbprint_device": (seen and seen.sha1) or None,
        "sha256_store": accepted.sha256 if accepted else None,
        "sha256_device": (seen and seen.sha256) or None,
        "source": accepted.source if accepted else None,
        "fetched_at": accepted.fetched_at if accepted else None,
        "read_at": seen.at if seen else None,
        "age_seconds": max(0, int((now - read_at).total_seconds())) if read_at else None,
        "why": why or None,
        "remedy": remedy or None,
    }


def table_as_csv(rows: Sequence[Mapping[str, Any]], expected: Sequence[str]) -> str:
    """The whole table, with a line of headings. Raises ValueError where a sensor of expected is missing, or one is in it twice or too much:
    there is no export of a part."""
    listed = [str(line.get("host", "")) for line in rows]
    missing, more = sorted(set(expected) - set(listed)), sorted(set(listed) - set(expected))
    if missing:
        raise ValueError(f"the table lacks {', '.join(missing)}: only the whole table is exported")
    if more:
        raise ValueError(f"the table has {', '.join(more)}, which is not expected")
    if len(set(listed)) != len(listed):
        raise ValueError("a sensor is listed twice")
    made = io.StringIO()
    writer = csv.writer(made, lineterminator="\n")
    writer.writerow(COLUMNS.values())
    for line in sorted(rows, key=lambda line: str(line["host"])):
        writer.writerow([_cell(line.get(name)) for name in COLUMNS])
    return made.getvalue()


def _cell(value: Any) -> str:
    """A text that no spreadsheet takes for a formula."""
    text = "" if value is None else str(value)
    return f"'{text}" if text[:1] in ("=", "+", "-", "@", "\t", "\r") and not text.lstrip("-").isdigit() else text
