# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What differs between the platforms of Cisco IPS: tables only. Pure.

Every value has a mark. ``documented``: a vendor document says so. ``unverified``: no public source confirms it; rules that rest
on it only warn.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

Mark = Literal["documented", "unverified"]

NOTES_E3 = "Release notes for Cisco IPS 6.1(1)E3: an engine update of AIM-IPS and NME-IPS takes up to 40 minutes"
CSM44 = (
    "Security Manager 4.4 user guide, Managing IPS Licenses: an IPS 4270 or an AIP SSM-40 requires a Cisco.com account"
)
NAMES = "Cisco IPS 7.1 installation guide, Table C-2; file list of the release notes of 6.1(1)E2"
NO_SOURCE = "unverified"

MINUTE = 60.0  # seconds
# Identifiers that stand in file names of Cisco's own documents; the others follow their pattern.
_SEEN = frozenset(
    [
        "4240",
        "4255",
        "4260",
        "4270_20",
        "4345",
        "AIM",
        "IDSM2",
        "NME",
        "SSC_5",
        "SSM_10",
        "SSM_20",
        "SSM_40",
        "SSP_10",
        "SSP_5512",
    ]
)


@dataclass(frozen=True, slots=True)
class Platform:
    """One family. shown: what `show version` prints behind "Platform:". identifiers: those of its package files.

    upgrade_limit: seconds that an update with its reboot may take. requires_cisco_com: it takes licences from Cisco.com only.
    name_mark: how sure shown and identifiers are; limit_mark: the same of upgrade_limit.
    """

    key: str
    shown: re.Pattern[str]
    identifiers: frozenset[str]
    upgrade_limit: float
    name_mark: Mark
    limit_mark: Mark
    sources: tuple[str, ...]
    requires_cisco_com: bool = False

    def __post_init__(self) -> None:
        marks = (self.name_mark, self.limit_mark)
        if not self.sources or ("documented" in marks and set(self.sources) == {NO_SOURCE}):
            raise ValueError(f"a platform needs the source of what is documented: {self!r}")


def _row(key: str, shown: str, *identifiers: str, cisco_com: bool = False, slow: bool = False) -> Platform:
    """slow: an engine update reboots it, and that takes 40 minutes."""
    seen = _SEEN.issuperset(identifiers)
    sources = (NAMES if seen else NO_SOURCE, *((NOTES_E3,) if slow else ()), *((CSM44,) if cisco_com else ()))
    return Platform(
        key,
        re.compile(shown, re.ASCII | re.IGNORECASE),
        frozenset(identifiers),
        45 * MINUTE if slow else 30 * MINUTE,
        "documented" if seen else "unverified",
        "documented" if slow else "unverified",
        sources,
        cisco_com,
    )


# In this order: the first row whose pattern is found in the text is the platform.
PLATFORMS: tuple[Platform, ...] = (
    _row("AIM-IPS", r"\bAIM(?:-IPS)?\b", "AIM", slow=True),
    _row("NME-IPS", r"\bNME(?:-IPS)?\b", "NME", slow=True),
    _row("IDSM-2", r"\bIDSM-?2\b", "IDSM2"),
    _row("SSM-10", r"\bSSM-?(?:AIP-?)?10\b", "SSM_10"),
    _row("SSM-20", r"\bSSM-?(?:AIP-?)?20\b", "SSM_20"),
    _row("SSM-40", r"\bSSM-?(?:AIP-?)?40\b", "SSM_40", cisco_com=True),
    _row("SSC-5", r"\bSSC-?5\b", "SSC_5"),
    *(_row(f"SSP-{size}", rf"\bSSP-?(?:IPS)?-?{size}\b", f"SSP_{size}") for size in (10, 20, 40, 60)),
    *(_row(f"ASA-{size}", rf"\b(?:ASA|SSP)[-_]?{size}\b", f"SSP_{size}") for size in (5512, 5515, 5525, 5545, 5555)),
    _row("IPS-4270", r"(?<!\d)4270(?!\d)", "4270_20", cisco_com=True),
    *(
        _row(f"IPS-{size}", rf"(?<!\d){size}(?!\d)", str(size))
        for size in (4215, 4235, 4240, 4250, 4255, 4260, 4345, 4360, 4510, 4520)
    ),
)

UNKNOWN = Platform("unknown", re.compile(r"(?!)"), frozenset(), 45 * MINUTE, "unverified", "unverified", (NO_SOURCE,))


def platform_of(shown: str) -> Platform:
    """The row of what `show version` prints behind "Platform:"; UNKNOWN, which has the longest limit, for none of them.

    >>> platform_of("ASA-SSM-10").key, platform_of("IDS-4250-SX").key, platform_of("ASA5585-SSP-IPS10").key
    ('SSM-10', 'IPS-4250', 'SSP-10')
    """
    return next((row for row in PLATFORMS if row.shown.search(shown[:200])), UNKNOWN)


_IOS = re.compile(r"Cisco (?:IOS|Internetwork Operating System)", re.IGNORECASE)
CISCO_IOS = "this is a router with Cisco IOS; Cisco IOS IPS is another product, is not supported, and is never touched"


def is_cisco_ios(show_version: str) -> bool:
    """Whether a text is that of a Cisco IOS router."""
    return bool(_IOS.search(show_version[:2000]))
