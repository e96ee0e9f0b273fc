# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Times as this wing tells and reads them: UTC, ISO 8601, to the second. Pure but for the clock."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

_FORM = "%Y-%m-%dT%H:%M:%SZ"
_NAMES = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
MONTHS: Mapping[str, int] = {name: place for place, name in enumerate(_NAMES, 1)}  # a sensor knows no other language


def utc_now() -> datetime:
    return datetime.now(UTC)


def utc(moment: datetime) -> str:
    """As ISO 8601, to the second.

    >>> utc(datetime(2026, 11, 28, 22, 0, tzinfo=UTC))
    '2026-11-28T22:00:00Z'
    """
    return moment.astimezone(UTC).strftime(_FORM)


def moment_of(text: Any) -> datetime | None:
    """What utc() wrote; None for anything else.

    >>> moment_of("2026-11-28T22:00:00Z").hour
    22
    """
    try:
        return datetime.strptime(str(text), _FORM).replace(tzinfo=UTC)
    except ValueError:
        return None
