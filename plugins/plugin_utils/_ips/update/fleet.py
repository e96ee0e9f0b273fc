# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Who of a fleet gets what, who is skipped, and why. Pure.

One update at a time is selected by hand; policies select by themselves what is the newest that applies. A sensor to which an
update does not apply is shown with the reason, never left out.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

from ..packages import Package
from ..versions import Release, SignatureLevel, Step
from .model import FailMode, Request, SensorState, Stock
from .path import way
from .risk import tags
from .rules import check, reason

# The five modes of an automatic update; each does everything that the one before it does.
Mode = Literal["disabled", "check", "download", "download_apply", "download_apply_deploy"]
MODES: tuple[Mode, ...] = ("disabled", "check", "download", "download_apply", "download_apply_deploy")

SensorUpdates = Literal["minor_and_service_packs", "service_packs", "none"]
# An automatic mode never applies a major update. A patch and a repackage are part of their service pack.
_ALLOWED: Mapping[SensorUpdates, frozenset[Step]] = {
    "minor_and_service_packs": frozenset({"minor", "service_pack", "patch", "repackage"}),
    "service_packs": frozenset({"service_pack", "patch", "repackage"}),
    "none": frozenset(),
}

CURRENT = "up to date"
AUTO_MANAGED = "an automatic mode owns this sensor; include_auto_managed takes it nevertheless"
NOT_SUPPORTED = "Cisco IOS IPS is not supported; it is never touched"
NO_MAJOR = "automatic modes never apply a major update"


def does(mode: Mode, action: Mode) -> bool:
    """Whether a mode goes as far as another one does.

    >>> does("download_apply", "download"), does("check", "download")
    (True, False)
    """
    return MODES.index(mode) >= MODES.index(action)


@dataclass(frozen=True, slots=True)
class Policy:
    """A group of sensors and what they may be updated to. signature: the highest level; None for no signature updates, "latest".

    fail_mode, high_availability: what becomes of their traffic meanwhile.
    """

    name: str
    sensors: tuple[str, ...]
    sensor_updates: SensorUpdates = "minor_and_service_packs"
    signature: SignatureLevel | Literal["latest"] | None = "latest"
    fail_mode: FailMode = "unknown"
    high_availability: bool = False


@dataclass(frozen=True, slots=True)
class Member:
    """One sensor of the fleet. state: None where it was not read; unread: why. ios: it is a router with Cisco IOS IPS.

    template: everything of a request but its package.
    """

    host: str
    state: SensorState | None
    template: Callable[[Package], Request]
    unread: str = ""
    ios: bool = False


@dataclass(frozen=True, slots=True)
class Decision:
    """What becomes of one sensor with one kind of update.

    package: that it gets; None where it gets none, and then the reason. steps: the packages on the way, that one included.
    inapplicable: a newer package that it does not get, with the reason. keeps: a package that was selected by hand and is there
    already: from now on that one is wanted. limit: the highest signature level of its policy.
    """

    host: str
    kind: Literal["sensor", "signature"]
    package: Package | None = None
    reason: str = ""
    policy: str = ""
    steps: tuple[Package, ...] = ()
    risk: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    inapplicable: tuple[tuple[str, str], ...] = ()
    keeps: Package | None = None
    limit: SignatureLevel | None = None


@dataclass(frozen=True, slots=True)
class FleetPlan:
    """All of it. unsupported: hosts that are no sensors of this kind, apart from those that are skipped."""

    decisions: tuple[Decision, ...] = ()
    unsupported: tuple[str, ...] = ()
    auto_managed: tuple[str, ...] = field(default=())

    @property
    def updates(self) -> list[Decision]:
        return [each for each in self.decisions if each.package]

    @property
    def skipped(self) -> list[Decision]:
        return [each for each in self.decisions if not each.package]


def manual(
    package: Package,
    selected: Sequence[str],
    fleet: Mapping[str, Member],
    policies: Iterable[Policy],
    stock: Stock,
    auto_managed: Collection[str] = (),
) -> FleetPlan:
    """One package for the selected sensors, and for all members of the selected policies.

    auto_managed: sensors that an automatic mode owns and this run leaves to it.
    """
    by_name = {policy.name: policy for policy in policies}
    hosts = dict.fromkeys(host for name in selected for host in (by_name[name].sensors if name in by_name else (name,)))
    kind: Literal["sensor", "signature"] = "signature" if package.kind in ("signature", "engine") else "sensor"
    owner = {host: policy.name for policy in by_name.values() for host in policy.sensors}
    decided = []
    for host in hosts:
        empty = Decision(host, kind, policy=owner.get(host, ""))
        member = fleet.get(host)
        if member and member.ios:
            continue
        if host in auto_managed:
            decided.append(replace(empty, reason=AUTO_MANAGED))
        elif member is None or member.state is None:
            decided.append(replace(empty, reason=_unread(member)))
        else:
            found = _decide(empty, member.state, member.template(package), stock)
            decided.append(replace(found, keeps=package) if found.reason == CURRENT else found)
    return FleetPlan(tuple(decided), _unsupported(hosts, fleet), tuple(host for host in hosts if host in auto_managed))


def automatic(fleet: Mapping[str, Member], policies: Iterable[Policy], stock: Stock) -> FleetPlan:
    """For each policy the newest packages that apply to each of its sensors: first its software, then its signatures."""
    decided: list[Decision] = []
    hosts: list[str] = []
    for policy in policies:
        for host in policy.sensors:
            hosts.append(host)
            member = fleet.get(host)
            if member and member.ios:
                continue
            empty = Decision(host, "sensor", policy=policy.name)
            if member is None or member.state is None:
                decided.append(replace(empty, reason=_unread(member)))
                continue
            decided += _automatic(empty, member, member.state, policy, stock)
    return FleetPlan(tuple(decided), _unsupported(hosts, fleet), tuple(hosts))


def _automatic(empty: Decision, member: Member, state: SensorState, policy: Policy, stock: Stock) -> Iterator[Decision]:
    if policy.sensor_updates != "none":
        chosen = _newest(empty, member, state, _releases(state, stock), policy, stock)
        yield chosen
        if chosen.package:
            state = state.after(chosen.package)  # what its signatures are installed on
    if policy.signature is not None:
        limit = None if policy.signature == "latest" else policy.signature
        empty = replace(empty, kind="signature", limit=limit)
        yield _newest(empty, member, state, _levels(policy.signature, state, stock), policy, stock)


def _newest(
    empty: Decision, member: Member, state: SensorState, candidates: Sequence[Package], policy: Policy, stock: Stock
) -> Decision:
    """The first candidate, from the newest on, that applies. Those that do not are told with it."""
    refused: list[tuple[str, str]] = []
    for package in candidates:
        if package.release and state.version:
            step = state.version.release.step_to(package.release)
            if step not in _ALLOWED[policy.sensor_updates]:
                why = (
                    NO_MAJOR
                    if step == "major"
                    else f"the policy {policy.name} takes no {step.replace('_', ' ')} updates"
                )
                refused.append((package.name, why))
                continue
        found = _decide(empty, state, member.template(package), stock)
        if found.package:
            return replace(found, inapplicable=tuple(refused))
        refused.append((package.name, found.reason))
    return replace(empty, reason=refused[0][1] if refused else CURRENT, inapplicable=tuple(refused))


def _decide(empty: Decision, state: SensorState, request: Request, stock: Stock) -> Decision:
    found = check(state, request, stock)
    warnings = tuple(str(each) for each in found if each.severity == "warning")
    refused = reason(found)
    if refused:
        return replace(empty, reason=refused, warnings=warnings)
    steps = way(state, request, stock).steps
    if not steps:
        return replace(empty, reason=CURRENT)
    risk = dict.fromkeys(tag for step in steps for tag in tags(step, request, state.row))
    return replace(empty, package=request.package, steps=steps, risk=tuple(risk), warnings=warnings)


def _releases(state: SensorState, stock: Stock) -> list[Package]:
    """Software above that of the sensor, the newest first."""
    known = [
        held.package for held in stock.values() if held.package.kind in ("sensor", "patch") and held.package.installable
    ]
    release = state.version.release if state.version else Release(0, 0, 0)
    newer = [each for each in known if each.release and each.release > release]
    return sorted(newer, key=lambda each: (each.release or release, each.engine or 0, each.name), reverse=True)


def _levels(limit: SignatureLevel | Literal["latest"], state: SensorState, stock: Stock) -> list[Package]:
    """Signature updates above the level of the sensor and up to that of the policy, the newest first."""
    least = state.signature or SignatureLevel(0)
    found = [
        (held.package.signature, held.package)
        for held in stock.values()
        if held.package.signature and held.package.kind == "signature" and held.package.installable
    ]
    wanted = [each for each in found if each[0] > least and (limit == "latest" or each[0] <= limit)]
    return [package for _level, package in sorted(wanted, key=lambda each: (each[0], each[1].name), reverse=True)]


def _unread(member: Member | None) -> str:
    return f"it was not read: {member.unread or 'no reason is known'}" if member else "it was not read: no such host"


def _unsupported(hosts: Iterable[str], fleet: Mapping[str, Member]) -> tuple[str, ...]:
    return tuple(host for host in dict.fromkeys(hosts) if host in fleet and fleet[host].ios)


def as_dict(decision: Decision) -> dict[str, object]:
    """A row of a result."""
    return {
        "host": decision.host,
        "policy": decision.policy or None,
        "kind": decision.kind,
        "package": decision.package.name if decision.package else None,
        "steps": [step.name for step in decision.steps],
        "risk": list(decision.risk),
        "reason": decision.reason or None,
        "warnings": list(decision.warnings),
        "inapplicable": [{"package": name, "reason": why} for name, why in decision.inapplicable],
    }
