# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Versions, engine levels and signature levels of Cisco IPS: text -> objects that compare, and back. Pure, never raises.

One version has three spellings: the sensor prints ``7.1(11p1)E4``, a file name says ``7.1-11p1-E4``, and Cisco Security
Manager shows ``7.1.11`` ("7.2.2", "7.3.1"). Source of ``x.y(z[r][pN])En``: Cisco IPS 7.0 installation guide (OL-18504-01),
"IPS Software Versioning".
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

# 6.0 prints a build after the engine (6.0(1)E1.1), releases before 5.1(5) the signature level (5.1(4)S251.0), and file names
# of 6.0(3) write E.1 for E1. One release note writes "1pl" for "1p1". unverified: the build.
_SERVICE_PACK = r"(?P<service_pack>\d{1,3})(?P<repackage>[a-oq-z])?(?:p(?P<patch>\d{1,3}|l))?"
_SHAPES = tuple(
    re.compile(
        rf"v?(?P<major>\d{{1,2}})\.(?P<minor>\d{{1,2}}){before}{_SERVICE_PACK}{after}"
        r"(?:[ .-]?E\.?(?P<engine>\d{1,2})(?:\.\d{1,3})?)?(?:[ -]?S\d{1,5}(?:\.\d{1,3})?)?",
        re.ASCII | re.IGNORECASE,
    )
    for before, after in ((r"\(", r"\)"), ("-", ""), (r"\.", ""))
)
_SIGNATURE = re.compile(r"S?(?P<number>\d{1,5})(?:\.(?P<revision>\d{1,3}))?", re.ASCII | re.IGNORECASE)
_ENGINE = re.compile(r"E?\.?(\d{1,2})", re.ASCII | re.IGNORECASE)
LONGEST = 64  # characters of a version; more is something else

Step = Literal["major", "minor", "service_pack", "patch", "repackage", "none", "backwards"]


@dataclass(frozen=True, slots=True, order=True)
class Release:
    """A version without its engine, which compares as (x, y, z, N, r).

    >>> Release(7, 1, 11, 1) > Release(7, 1, 11, 0, "a") > Release(7, 1, 11) > Release(7, 1, 9)
    True
    """

    major: int
    minor: int
    service_pack: int
    patch: int = 0
    repackage: str = ""

    def __str__(self) -> str:
        """As the sensor prints it: ``7.1(11p1)``."""
        return f"{self.major}.{self.minor}({self._last})"

    @property
    def in_file_name(self) -> str:
        """``7.1-11p1``."""
        return f"{self.major}.{self.minor}-{self._last}"

    @property
    def dotted(self) -> str:
        """As Security Manager writes it: ``7.1.11p1``."""
        return f"{self.major}.{self.minor}.{self._last}"

    @property
    def base(self) -> Release:
        """The service pack that a patch or a repackage is of."""
        return Release(self.major, self.minor, self.service_pack)

    @property
    def _last(self) -> str:
        return f"{self.service_pack}{self.repackage}{f'p{self.patch}' if self.patch else ''}"

    def step_to(self, target: Release) -> Step:
        """What an update to another release is to whoever runs this one.

        >>> Release(6, 0, 5).step_to(Release(6, 1, 1)), Release(7, 1, 1).step_to(Release(7, 1, 4))
        ('minor', 'service_pack')
        """
        if target < self:
            return "backwards"
        names: tuple[Step, ...] = ("major", "minor", "service_pack", "patch", "repackage")
        return next((name for name in names if getattr(self, name) != getattr(target, name)), "none")


@dataclass(frozen=True, slots=True)
class Version:
    """A release with its engine level, which is compared apart: None where the text does not say it."""

    release: Release
    engine: int | None = None

    def __str__(self) -> str:
        """``7.1(11p1)E4``."""
        return f"{self.release}{'' if self.engine is None else f'E{self.engine}'}"

    @property
    def in_file_name(self) -> str:
        """``7.1-11p1-E4``."""
        return f"{self.release.in_file_name}{'' if self.engine is None else f'-E{self.engine}'}"


@dataclass(frozen=True, slots=True, order=True)
class SignatureLevel:
    """``S722`` of a file name and ``S722.0`` of a sensor are the same level."""

    number: int
    revision: int = 0

    def __str__(self) -> str:
        return f"S{self.number}{f'.{self.revision}' if self.revision else ''}"


def parse_version(text: str) -> Version | None:
    """None for what is no version; a build or a signature level behind it is not kept.

    >>> [str(parse_version(text)) for text in ("7.2(2)", "7.2-2-E4", "7.2.2", "6.0-3-E.1")]
    ['7.2(2)', '7.2(2)E4', '7.2(2)', '6.0(3)E1']
    """
    text = text.strip()
    if len(text) > LONGEST:
        return None
    found = next(filter(None, (shape.fullmatch(text) for shape in _SHAPES)), None)
    if not found:
        return None
    part = found.groupdict()
    patch = part["patch"] or "0"
    release = Release(
        int(part["major"]),
        int(part["minor"]),
        int(part["service_pack"]),
        1 if patch in "lL" else int(patch),
        (part["repackage"] or "").lower(),
    )
    return Version(release, int(part["engine"]) if part["engine"] else None)


def parse_release(text: str) -> Release | None:
    """A version of which the engine does not matter."""
    version = parse_version(text)
    return version.release if version else None


def parse_signature_level(text: str) -> SignatureLevel | None:
    """``S722``, ``S722.0`` or ``722``; None for anything else."""
    found = _SIGNATURE.fullmatch(text.strip())
    return SignatureLevel(int(found["number"]), int(found["revision"] or 0)) if found else None


def parse_engine(text: str) -> int | None:
    """``E4``, ``E.4`` or ``4``; None for anything else."""
    found = _ENGINE.fullmatch(text.strip())
    return int(found[1]) if found else None
