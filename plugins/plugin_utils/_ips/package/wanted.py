# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which packages of a server are new to a cache. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from ..packages import Package

Rank = tuple[Any, ...]


def _family(package: Package) -> tuple[str, ...]:
    """Packages of which a later one is an update of an earlier one. Those of engines are never, as each is for one release."""
    if package.kind == "engine":
        return ("engine", package.platform, package.name)
    return (package.kind, package.platform)


def rank(package: Package) -> Rank:
    """What orders the packages of a family."""
    if package.kind == "signature":
        return (package.signature, package.engine or 0)
    return (package.release, package.engine or 0) if package.release else (package.requires, package.engine or 0)


def new(offered: Iterable[Package], held: Iterable[Package]) -> list[Package]:
    """All that are higher than the highest in the cache; of a family that the cache has nothing of, the highest alone, since
    signature updates and service packs are cumulative."""
    have: dict[tuple[str, ...], Rank] = {}
    for package in held:
        family = _family(package)
        have[family] = max(have.get(family, rank(package)), rank(package))
    families: dict[tuple[str, ...], list[Package]] = {}
    for package in offered:
        if package.installable:
            families.setdefault(_family(package), []).append(package)
    found: list[Package] = []
    for family, packages in families.items():
        ordered = sorted(packages, key=lambda each: (rank(each), each.name))
        least = have.get(family)
        found += ordered[-1:] if least is None else [each for each in ordered if rank(each) > least]
    return sorted(found, key=lambda each: each.name)


def named(names: Sequence[str], offered: Iterable[Package]) -> tuple[list[Package], list[str]]:
    """The packages of these names, and the names that the server does not have."""
    by_name = {package.name: package for package in offered}
    return [by_name[name] for name in names if name in by_name], [name for name in names if name not in by_name]
