# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""From the options of a task to a fleet with its policies. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from ..._engine.problems import Problem
from ..._engine.rules import Finding, error, problems, rule_table
from ..packages import Package, parse_package
from ..versions import SignatureLevel, parse_signature_level
from .facts import says_ios, state_of, why_unread
from .fleet import CURRENT, Decision, Member, Policy
from .model import FailMode, Request, SensorState, Stock

CSM = "Security Manager 4.4 user guide"

RULES = rule_table(
    (
        error("U18", "A policy names its sensors, and a sensor has one policy", f"{CSM}, Automating IPS Updates"),
        error(
            "U26",
            "One update at a time is selected, and sensors or policies for it",
            f"{CSM}, Manually Applying IPS Updates",
        ),
        error("U50", "The selected package is at hand", "this collection"),
    )
)


def policies_of(given: Sequence[Mapping[str, Any]]) -> tuple[Policy, ...]:
    """The option ``policies``, validated by validate()."""
    return tuple(
        Policy(
            item["name"],
            tuple(item["sensors"]),
            item["sensor_updates"],
            _limit(item["signature"]),
            item["fail_mode"],
            bool(item["high_availability"]),
        )
        for item in given
    )


def _limit(text: str) -> SignatureLevel | Any:
    return None if text == "none" else parse_signature_level(text) or "latest"


def validate(options: Mapping[str, Any], stock: Stock) -> list[Problem]:
    """Everything that the options break by themselves."""
    return problems(RULES, _validate(options, stock))


def _validate(options: Mapping[str, Any], stock: Stock) -> Iterator[Finding]:
    owner: dict[str, str] = {}
    names: set[str] = set()
    for item in options["policies"]:
        at = f"policies[{item['name']}]"
        if item["name"] in names:
            yield Finding("U18", at, "this name is listed twice")
        names.add(item["name"])
        if item["signature"] not in ("latest", "none") and parse_signature_level(item["signature"]) is None:
            yield Finding("U18", f"{at}.signature", f"{item['signature'][:40]!r} is no signature level such as S734")
        for host in item["sensors"]:
            if host in owner:
                yield Finding("U18", f"{at}.sensors[{host}]", f"the policy {owner[host]} has this sensor, too")
            owner.setdefault(host, item["name"])
    package, select = options["package"], options["select"]
    if bool(package) is not bool(select):
        yield Finding("U26", "select" if package else "package", "a package and sensors for it are given together")
    if package and parse_package(package) is None:
        yield Finding(
            "U26", "package", f"{package[:80]!r} is not the name of one package", "Give the name of its file."
        )
    elif package and package not in stock:
        yield Finding(
            "U50", "package", f"{package} is not in the cache", "Download it with ips_package, or place it there."
        )


def template(
    policy: Policy | None, most_levels: int | None, fail_mode: FailMode, high_availability: bool, now: datetime
) -> Callable[[Package], Request]:
    """A request without its package. policy: that of the sensor; None where it has none."""
    mode = policy.fail_mode if policy and policy.fail_mode != "unknown" else fail_mode
    pair = high_availability or bool(policy and policy.high_availability)

    def made(package: Package) -> Request:
        return Request(
            package,
            most_levels=most_levels,
            fail_mode=mode,
            high_availability=pair,
            controller_time=now.astimezone(UTC),
        )

    return made


def fleet_of(options: Mapping[str, Any], policies: Sequence[Policy], now: datetime) -> dict[str, Member]:
    """The sensors that were read, and the hosts that are no sensors."""
    owner = {host: policy for policy in policies for host in policy.sensors}
    found: dict[str, Member] = {}
    for host, facts in options["sensors"].items():
        made = template(
            owner.get(host), options["max_levels_per_step"], options["fail_mode"], options["high_availability"], now
        )
        known = facts if isinstance(facts, Mapping) else {}
        state = state_of(known)
        found[host] = Member(host, state, made, "" if state else why_unread(known), state is None and says_ios(known))
    for host in options["unsupported"]:
        found[host] = Member(host, None, template(None, None, "unknown", False, now), ios=True)
    return found


def states_of(fleet: Mapping[str, Member]) -> dict[str, SensorState]:
    return {host: member.state for host, member in fleet.items() if member.state is not None}


def is_behind(decision: Decision) -> bool:
    """Whether there is something newer that a sensor does not run yet, whether it gets that now or not."""
    return decision.package is not None or (
        bool(decision.reason) and decision.reason != CURRENT and bool(decision.inapplicable)
    )


def lowest_level(states: Mapping[str, SensorState], decisions: Sequence[Decision]) -> SignatureLevel | None:
    """The lowest signature level among the sensors that get a signature update."""
    hosts = [each.host for each in decisions if each.package and each.kind == "signature"]
    levels = [state.signature for host in hosts if (state := states.get(host)) and state.signature]
    return min(levels, default=None)
