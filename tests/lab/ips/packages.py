# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Names and contents of update packages, as a sensor reads them, and the versions of its software."""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import dataclass
from typing import Any

_RELEASE = re.compile(r"(\d+)\.(\d+)\((\d+)([a-z]?)(?:p(\d+))?\)E\.?(\d+)")
# Test the word of the kind before the platform: `IPS-CS-MGR-sig-...` would give `sig` to the platform otherwise.
_KINDS: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("image", re.compile(r"(?:IPS|IDS|WS-SVC-IDSM2).*-(?:sys|r)-.*")),
    ("signature", re.compile(r"IPS(?:-(?P<platform>[A-Za-z0-9_]+))?-sig-S(?P<level>\d+)-req-E(?P<engine>\d+)\.pkg")),
    (
        "engine",
        re.compile(
            r"IPS(?:-(?P<platform>[A-Za-z0-9_]+))?-engine-E(?P<engine>\d+)-req-(?P<major>\d+)\.(?P<minor>\d+)-(?P<pack>\d+)\.pkg"
        ),
    ),
    (
        "update",
        re.compile(
            r"IPS(?:-(?P<platform>[A-Za-z0-9_]+))?-K9-(?:patch-)?(?P<major>\d+)\.(?P<minor>\d+)-(?P<pack>\d+)"
            r"(?P<letter>[a-z]?)(?:p(?P<patch>\d+))?-E\.?(?P<engine>\d+)\.pkg"
        ),
    ),
)
_MAGIC = b"LAB-IPS-PACKAGE\n"


@dataclass(frozen=True, slots=True, order=True)
class Version:
    """x.y(z[letter][pN]) of the application partition; the engine is told apart."""

    major: int
    minor: int
    pack: int
    patch: int = 0
    letter: str = ""

    def __str__(self) -> str:
        return f"{self.major}.{self.minor}({self.pack}{self.letter}{f'p{self.patch}' if self.patch else ''})"

    @property
    def dashed(self) -> str:
        """As file names have it: 7.1-7."""
        return str(self).replace("(", "-").replace(")", "")


def release(text: str) -> tuple[Version, int]:
    """``7.1(7)E4`` -> its version and engine level. ValueError for another form."""
    found = _RELEASE.fullmatch(text)
    if not found:
        raise ValueError(f"release {text!r} is not of the form 7.1(7)E4")
    major, minor, pack, letter, patch, engine = found.groups()
    return Version(int(major), int(minor), int(pack), int(patch or 0), letter), int(engine)


@dataclass(frozen=True, slots=True)
class Name:
    """What the name of a package says. kind: signature, engine, update, image. level: of signatures. base: what an engine requires."""

    file: str
    kind: str
    platform: str = ""
    level: int = 0
    engine: int = 0
    version: Version | None = None

    def what(self, current: Version) -> str:
        """The words of the warning before it is applied."""
        if self.kind == "signature":
            return "a signature update"
        if self.kind == "engine" or self.version is None:
            return "an engine update"
        if self.version.major != current.major:
            return "a major version upgrade"
        if self.version.minor != current.minor:
            return "a minor version upgrade"
        return "a patch update" if self.version.pack == current.pack else "a service pack update"


def name_of(file: str) -> Name | None:
    """A file name taken apart; None: not the name of a package."""
    for kind, pattern in _KINDS:
        found = pattern.fullmatch(file)
        if not found:
            continue
        parts: dict[str, Any] = found.groupdict()
        version = None
        if "major" in parts:
            major, minor, pack, patch = (int(parts.get(key) or 0) for key in ("major", "minor", "pack", "patch"))
            version = Version(major, minor, pack, patch, parts.get("letter") or "")
        return Name(
            file,
            kind,
            parts.get("platform") or "",
            int(parts.get("level") or 0),
            int(parts.get("engine") or 0),
            version,
        )
    return None


def fits(identifier: str, platform: str) -> bool:
    """Whether the platform of a name is that of `show version`: SSP_10 is ASA5585-SSP-IPS10, SSP_5512 is ASA5512-IPS."""
    number = re.search(r"\d{4}", identifier)
    parts = [number.group()] if number else re.findall(r"[A-Z]+|\d+", identifier.upper())
    return all(part in platform.upper() for part in parts)


def package(name: str, size: int = 20_000, **more: Any) -> bytes:
    """A package of that name as bytes; a sensor refuses it under another name, cut or damaged. more: kept in its header."""
    header = json.dumps({"name": name, **more}).encode()
    body = _MAGIC + len(header).to_bytes(4, "big") + header
    filling = hashlib.sha256(name.encode()).digest()
    missing = max(0, size - len(body) - 32)
    body += (filling * (missing // 32 + 1))[:missing]
    return body + hashlib.sha256(body).digest()


def is_genuine(name: str, data: bytes) -> bool:
    """Whether a file is the whole package of that name."""
    if not data.startswith(_MAGIC) or hashlib.sha256(data[:-32]).digest() != data[-32:]:
        return False
    start = len(_MAGIC) + 4
    length = int.from_bytes(data[start - 4 : start], "big")
    return bool(json.loads(data[start : start + length])["name"] == name)
