# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What decides whether an update applies: a sensor, the packages at hand, the server that a sensor pulls from. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from types import MappingProxyType
from typing import Literal

from ..packages import Package
from ..platforms import Platform, platform_of
from ..transfer.delivery import Server
from ..versions import Release, SignatureLevel, Version
from .tuning import Tuning

# valid, trial: signature updates are taken. unknown: its line was not understood, so it is neither.
Licence = Literal["valid", "trial", "expired", "invalid", "none", "unknown"]
# What becomes of traffic while the sensor does not inspect it: it passes, or it stops.
FailMode = Literal["open", "close", "unknown"]


@dataclass(frozen=True, slots=True)
class SensorState:
    """One sensor as it is. None: it was not read, or not understood.

    applications: whether each one that has a state runs. history: names of the installed packages, oldest first. clock: UTC;
    clock_trusted: False where the sensor itself marks it as not set by a time source. snmp: whether an SNMP policy is configured.
    tuned: signatures that are not as their update has them, by number.
    """

    version: Version | None = None
    signature: SignatureLevel | None = None
    platform: str = ""
    applications: Mapping[str, bool] = field(default_factory=lambda: MappingProxyType({}))
    licence: Licence = "unknown"
    history: tuple[str, ...] = ()
    threat_profiles: tuple[str, ...] | None = None
    snmp: bool | None = None
    clock: datetime | None = None
    clock_trusted: bool = True
    tuned: Mapping[str, Tuning] = field(default_factory=lambda: MappingProxyType({}))

    @property
    def row(self) -> Platform:
        return platform_of(self.platform)

    @property
    def stopped(self) -> list[str]:
        """Applications that do not run."""
        return sorted(name for name, runs in self.applications.items() if not runs)

    def has(self, package: Package) -> bool:
        """Whether it is at the package's level already; an engine that was raised since does not matter."""
        if package.kind == "signature":
            return self.signature is not None and self.signature == package.signature
        if self.version is None:
            return False
        engine_reached = package.engine is None or (self.version.engine or 0) >= package.engine
        return engine_reached and (package.kind == "engine" or self.version.release == package.release)

    def after(self, package: Package) -> SensorState:
        """The state that an update must lead to. The clock goes on, so it is not part of it."""
        engine = self.version.engine if self.version else None
        history = (*self.history, package.stem)
        if package.kind == "signature":
            return replace(self, signature=package.signature, history=history)
        if package.kind == "engine":
            version = replace(self.version, engine=package.engine) if self.version else None
            return replace(self, version=version, history=history)
        version = Version(package.release, package.engine or engine) if package.release else self.version
        signature = package.signature
        if signature is None or (self.signature is not None and self.signature > signature):
            signature = self.signature
        return replace(self, version=version, signature=signature, history=history)


@dataclass(frozen=True, slots=True)
class SignatureChange:
    """One signature of an update. number: ``1234/0``. level: the update that brought it. link: its description on Cisco.com."""

    number: str
    name: str
    status: Literal["new", "modified"]
    level: SignatureLevel
    link: str = ""


@dataclass(frozen=True, slots=True)
class SignatureList:
    """What metadata or a readme tells of the signatures of an update. since: the level from which on it lists them all."""

    changes: tuple[SignatureChange, ...]
    since: SignatureLevel


@dataclass(frozen=True, slots=True)
class Held:
    """A package at hand, with what its metadata says. size: bytes. None: nothing says it, because no public source describes
    such metadata (``unverified``)."""

    package: Package
    size: int = 0
    sha256: str = ""
    threat_profiles: tuple[str, ...] | None = None
    signatures: SignatureList | None = None


Stock = Mapping[str, Held]
"""The packages at hand by the name of their file."""


@dataclass(frozen=True, slots=True)
class Request:
    """What is wanted of one sensor: to be at a package's level, or without that signature update (present: False).

    most_levels: signature levels that one step may go up; None for any number. server: None where it is no HTTPS server.
    controller_time: UTC, to compare the sensor's clock with.
    """

    package: Package
    present: bool = True
    most_levels: int | None = None
    fail_mode: FailMode = "unknown"
    high_availability: bool = False
    server: Server | None = None
    controller_time: datetime | None = None


def fits(package: Package, platform: Platform) -> bool | None:
    """Whether a package is for a platform: one without an identifier is for all; None where the platform is not known."""
    if not package.platform:
        return True
    if not platform.identifiers:
        return None
    return package.platform in platform.identifiers


def engine_fits(package: Package, release: Release) -> bool:
    """Whether a sensor runs "the particular version that the engine package requires". A patch or a repackage of that service
    pack is that version, unless the package itself names a patch."""
    return package.requires in (release, release.base)
