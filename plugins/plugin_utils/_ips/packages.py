# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Names of Cisco IPS package files: what a file is, from its name alone. Pure, never raises.

The keyword of the kind is looked for before the platform: in ``IPS-CS-MGR-sig-S648-req-E4.zip`` there is none, and an
optional platform would swallow ``sig``. Sources: Cisco IPS 7.0 and 7.1 installation guides, "Obtaining Software" (OL-18504-01,
OL-24002-01); release notes of 5.1(7)E1, 6.0(3)E1, 6.1(1)E2; Security Manager 4.4 user guide (files for Security Manager).
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Literal

from .versions import Release, SignatureLevel, Version, parse_engine, parse_signature_level, parse_version

# signature and engine updates; an update of the sensor's software (major, minor, service pack) and a patch of it; images that only
# re-image a sensor.
Kind = Literal["signature", "engine", "sensor", "patch", "system", "recovery"]

_KEYWORDS: Mapping[str, Kind] = MappingProxyType(
    {
        "sig": "signature",
        "engine": "engine",
        "patch": "patch",
        "maj": "sensor",
        "min": "sensor",
        "sp": "sensor",
        "sys": "system",
        "r": "recovery",
    }
)
_STRONG = "K9"  # "strong crypto designator"
_MANAGER = (("IPS", "CSM"), ("IPS", "CS", "MGR"))  # files for Security Manager, not for a sensor
_PRODUCTS = (("IPS",), ("IDS",), ("WS", "SVC"))
_ENDINGS = (".rpm.pkg", ".pkg", ".zip", ".img", ".bin.gz", "")
_SAFE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,127}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Package:
    """One file. name: as it was given, without a folder; in an upgrade history it may have no ending.

    manager: a file for Security Manager. platform: the identifier in the name (``4270_20``), "" where the name has none.
    release: that a sensor has afterwards; None for signature and engine updates. engine: that a sensor has afterwards; for a
    signature update the one that it requires. signature: the level that it brings. requires: the release that must be
    installed (engine updates), or its least (old signature updates).
    """

    name: str
    kind: Kind
    manager: bool
    platform: str
    release: Release | None
    engine: int | None
    signature: SignatureLevel | None
    requires: Release | None

    @property
    def stem(self) -> str:
        """The name without its ending, which compares with that of an upgrade history."""
        return _without_ending(self.name)[0]

    @property
    def version(self) -> Version | None:
        """Of a package that brings a release."""
        return Version(self.release, self.engine) if self.release else None

    @property
    def installable(self) -> bool:
        """Whether the `upgrade` command of a sensor takes it."""
        return not self.manager and self.kind not in ("system", "recovery")

    def describe(self) -> dict[str, Any]:
        """What Security Manager's tables of downloaded updates show: the parts of the version, each in a column."""
        found: dict[str, Any] = {"file": self.name, "kind": self.kind, "platform": self.platform or None}
        if self.release:
            for part in ("major", "minor", "service_pack", "repackage", "patch"):
                found[part] = getattr(self.release, part)
        found["engine"] = None if self.engine is None else f"E{self.engine}"
        found["signature"] = None if self.signature is None else str(self.signature)
        found["requires"] = None if self.requires is None else str(self.requires)
        found["for_security_manager"] = self.manager
        return found


def parse_package(name: str) -> Package | None:
    """None for what is no package of Cisco IPS, and for a name that may not reach a command line.

    >>> parse_package("IPS-4270_20-K9-patch-7.1-11p1-E4.pkg").version
    Version(release=Release(major=7, minor=1, service_pack=11, patch=1, repackage=''), engine=4)
    """
    if not _SAFE.fullmatch(name):
        return None
    stem, ending = _without_ending(name)
    words = tuple(stem.split("-"))
    manager = any(words[: len(each)] == each for each in _MANAGER)
    product = next((each for each in (*_MANAGER, *_PRODUCTS) if words[: len(each)] == each), None)
    if product is None or (ending == ".zip") is not manager:
        return None
    words = words[len(product) :]
    at, kind, rest = _kind(words)
    if kind is None:
        return None
    platform = "-".join(word for word in words[:at] if word != _STRONG)
    return _built(name, kind, manager, platform, rest)


def _without_ending(name: str) -> tuple[str, str]:
    ending = next(ending for ending in _ENDINGS if name.lower().endswith(ending))
    return name[: len(name) - len(ending)], ending


def _kind(words: Sequence[str]) -> tuple[int, Kind | None, Sequence[str]]:
    """Where the platform ends, the kind, and the words behind its keyword."""
    for place, word in enumerate(words):
        if word.lower() in _KEYWORDS:
            return place, _KEYWORDS[word.lower()], words[place + 1 :]
    if _STRONG in words:  # IPS-K9-7.1-2-E4.pkg has no keyword
        place = words.index(_STRONG)
        return place, "sensor", words[place + 1 :]
    return 0, None, ()


def _built(name: str, kind: Kind, manager: bool, platform: str, rest: Sequence[str]) -> Package | None:
    if kind == "signature":
        return _signature(name, manager, platform, rest)
    if kind == "engine":
        # engine-E4-req-7.1-2
        engine = parse_engine(rest[0]) if len(rest) > 2 and rest[1] == "req" else None
        requires = parse_version("-".join(rest[2:]))
        if engine is None or requires is None:
            return None
        return Package(name, kind, manager, platform, None, engine, None, requires.release)
    if kind in ("system", "recovery"):
        rest = rest[2:]  # the version of the installer: 1.1-a
    version = parse_version("-".join(rest))
    if version is None:
        return None
    level = next((parse_signature_level(word) for word in rest if word[:1] == "S"), None)  # 5.0-1e-S149
    return Package(name, kind, manager, platform, version.release, version.engine, level, None)


def _signature(name: str, manager: bool, platform: str, rest: Sequence[str]) -> Package | None:
    requires: Version | None = None
    engine: int | None = None
    level = parse_signature_level(rest[0]) if rest and rest[0][:1] == "S" else None
    if level and len(rest) == 3 and rest[1] == "req":  # sig-S552-req-E4
        engine = parse_engine(rest[2])
    elif level and len(rest) > 3 and rest[1] == "minreq":  # sig-S251-minreq-5.1-4, before 5.1(5)E1
        requires = parse_version("-".join(rest[2:]))
    elif len(rest) == 3 and rest[2][:1] == "S":  # sig-4.1-4-S146, of IDS 4
        level, requires = parse_signature_level(rest[2]), parse_version("-".join(rest[:2]))
    if level is None or (engine is None and requires is None):
        return None
    return Package(name, "signature", manager, platform, None, engine, level, requires.release if requires else None)
