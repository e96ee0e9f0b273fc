# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which packages lead a sensor to the wanted one: the engine package that a signature update needs, and levels in between. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from ..packages import Package
from ..versions import SignatureLevel
from .model import Request, SensorState, Stock, engine_fits, fits

Missing = Literal["", "engine", "engine_release", "level"]


@dataclass(frozen=True, slots=True)
class Way:
    """steps: packages in the order of their installation; the wanted one is the last. Empty where there is nothing to do.

    missing: what keeps the sensor from it: no engine package at hand (``engine``), only ones for other releases
    (``engine_release``), no package within most_levels above a level (``level``). at: of the last one, that level.
    """

    steps: tuple[Package, ...] = ()
    missing: Missing = ""
    at: SignatureLevel | None = None


def way(state: SensorState, request: Request, stock: Stock) -> Way:
    """For a request of present: True; whether each step is allowed is a question of the rules."""
    package = request.package
    if state.has(package):
        return Way()
    if package.kind != "signature":
        return Way((package,))
    engine = _engine(state, package, stock)
    if isinstance(engine, Way):
        return engine
    between = _levels(state, request, stock)
    if isinstance(between, Way):
        return between
    return Way((*engine, *between, package))


def needs_engine(state: SensorState, package: Package) -> bool:
    if package.kind != "signature" or package.engine is None:
        return False
    return state.version is not None and (state.version.engine or 0) < package.engine


def _engine(state: SensorState, package: Package, stock: Stock) -> tuple[Package, ...] | Way:
    if not needs_engine(state, package) or state.version is None:
        return ()
    known = [
        held.package
        for held in stock.values()
        if held.package.kind == "engine"
        and held.package.installable
        and held.package.engine == package.engine
        and fits(held.package, state.row)
    ]
    if not known:
        return Way(missing="engine")
    release = state.version.release
    fitting = sorted(
        (each for each in known if engine_fits(each, release)), key=lambda each: (each.platform, each.name)
    )
    return (fitting[-1],) if fitting else Way(missing="engine_release")  # one for this platform before one for all


def _levels(state: SensorState, request: Request, stock: Stock) -> Sequence[Package] | Way:
    """Signature updates between the level of the sensor and the wanted one, as few as most_levels allows."""
    most, wanted, at = request.most_levels, request.package.signature, state.signature
    if most is None or wanted is None or at is None:
        return ()
    known = {
        held.package.signature: held.package
        for _name, held in sorted(stock.items())
        if held.package.kind == "signature"
        and held.package.installable
        and held.package.signature is not None
        and (held.package.engine or 0) <= (request.package.engine or 0)
        and (held.package.requires is None or (state.version and held.package.requires <= state.version.release))
        and fits(held.package, state.row)
    }
    found: list[Package] = []
    while wanted.number - at.number > most:
        reachable = [level for level in known if at < level < wanted and level.number - at.number <= most]
        if not reachable:
            return Way(missing="level", at=at)
        at = max(reachable)
        found.append(known[at])
    return found
