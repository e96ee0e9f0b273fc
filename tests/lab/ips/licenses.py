# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Licence files. No sample of the vendor's is public: this form is the lab's own."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from datetime import UTC, date, datetime
from xml.sax.saxutils import escape, unescape

_FIELD = re.compile(r"<(serialNumber|productId|kind|expires|info|key)>([^<]*)</\1>")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


@dataclass(frozen=True, slots=True)
class Licence:
    """serial: of the sensor that may use it. kind: subscription or trial. expires: its last day."""

    serial: str
    expires: date
    kind: str = "subscription"
    info: str = "contract 1"
    product: str = "IPS-4260-K9"

    @property
    def key(self) -> str:
        """What makes a changed file invalid."""
        parts = (self.serial, self.product, self.kind, day(self.expires), self.info)
        return hashlib.sha256("\0".join(("lab", *parts)).encode()).hexdigest()


def day(value: date) -> str:
    """01-Aug-2013, whatever the locale of the process."""
    return f"{value.day:02d}-{_MONTHS[value.month - 1]}-{value.year}"


def license_file(serial: str, expires: date | str, **more: str) -> bytes:
    """A licence as a file. expires: a date, or YYYY-MM-DD. more: kind, info, product."""
    last = date.fromisoformat(expires) if isinstance(expires, str) else expires
    licence = Licence(serial, last, **more)
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<license version="1.0">\n'
        f"  <serialNumber>{escape(licence.serial)}</serialNumber>\n"
        f"  <productId>{escape(licence.product)}</productId>\n"
        f"  <kind>{escape(licence.kind)}</kind>\n"
        f"  <expires>{day(licence.expires)}</expires>\n"
        f"  <info>{escape(licence.info)}</info>\n"
        f"  <key>{licence.key}</key>\n"
        "</license>\n"
    ).encode()


def read(data: bytes) -> Licence | None:
    """The licence in a file; None where it is none, or a damaged one."""
    fields = {name: unescape(value) for name, value in _FIELD.findall(data.decode("utf-8", "replace"))}
    try:
        expires = datetime.strptime(fields["expires"], "%d-%b-%Y").replace(tzinfo=UTC).date()
        licence = Licence(fields["serialNumber"], expires, fields["kind"], fields["info"], fields["productId"])
        return licence if fields["key"] == licence.key else None
    except (KeyError, ValueError):
        return None
