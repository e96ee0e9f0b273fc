# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Who of a fleet gets what: by hand one package for many, by policies the newest that applies to each."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.mspplus.netsec.plugins.plugin_utils._ips.packages import Package, parse_package
from ansible_collections.mspplus.netsec.plugins.plugin_utils._ips.update.fleet import (
    AUTO_MANAGED,
    CURRENT,
    MODES,
    NO_MAJOR,
    Member,
    Policy,
    automatic,
    does,
    manual,
)
from ansible_collections.mspplus.netsec.plugins.plugin_utils._ips.update.model import Held, Request, SensorState
from ansible_collections.mspplus.netsec.plugins.plugin_utils._ips.versions import (
    SignatureLevel,
    parse_signature_level,
    parse_version,
)


def package(name: str) -> Package:
    found = parse_package(name)
    assert found is not None
    return found


def stock(*names: str) -> dict[str, Held]:
    return {name: Held(package(name)) for name in names}


def member(host: str, version: str, signature: str, **other: Any) -> Member:
    values: dict[str, Any] = {"platform": "IPS-4345", "licence": "valid", "threat_profiles": (), "snmp": False, **other}
    state = SensorState(parse_version(version), parse_signature_level(signature), **values)
    return Member(host, state, lambda package: Request(package, fail_mode="open"))


SIG = "IPS-sig-S734-req-E4.pkg"
FLEET = {
    each.host: each
    for each in (
        member("ips1", "7.1(7)E4", "S722"),
        member("ips2", "7.1(7)E4", "S734"),
        member("ips3", "7.1(7)E4", "S740"),
        member("ips4", "7.1(2)E3", "S500"),
        member("ips5", "7.1(7)E4", "S722", licence="expired"),
        Member("ips6", None, Request, unread="no route to host"),
        Member("rtr1", None, Request, ios=True),
    )
}
DMZ = Policy("dmz", ("ips1", "ips2", "ips3", "rtr1"))


def test_rule_26_a_policy_brings_all_its_sensors_and_those_left_out_have_a_reason() -> None:
    plan = manual(package(SIG), ["dmz", "ips4", "ips5", "ips6", "ips1"], FLEET, [DMZ], stock(SIG))
    assert [(each.host, each.package and each.package.name) for each in plan.updates] == [("ips1", SIG)]
    reasons = {each.host: each.reason for each in plan.skipped}
    assert reasons["ips2"] == CURRENT
    assert reasons["ips3"] == "Selected package is inapplicable"
    assert "no package of that engine is at hand" in reasons["ips4"]
    assert "needs a license" in reasons["ips5"]
    assert reasons["ips6"] == "it was not read: no route to host"
    assert {each.policy for each in plan.decisions if each.host in DMZ.sensors} == {"dmz"}


def test_cisco_ios_ips_is_listed_apart_and_gets_nothing() -> None:
    for plan in (manual(package(SIG), ["dmz", "rtr1"], FLEET, [DMZ], stock(SIG)), automatic(FLEET, [DMZ], stock(SIG))):
        assert plan.unsupported == ("rtr1",)
        assert "rtr1" not in {each.host for each in plan.decisions}


def test_a_manual_run_leaves_sensors_to_their_automatic_mode() -> None:
    plan = manual(package(SIG), ["ips1"], FLEET, [DMZ], stock(SIG), auto_managed=["ips1"])
    assert [(each.host, each.reason) for each in plan.skipped] == [("ips1", AUTO_MANAGED)]
    assert plan.auto_managed == ("ips1",)
    assert [each.host for each in manual(package(SIG), ["ips1"], FLEET, [DMZ], stock(SIG)).updates] == ["ips1"]


def test_rule_16_each_mode_does_all_that_the_one_before_does() -> None:
    assert [[does(mode, action) for action in MODES] for mode in MODES] == [
        [place >= other for other in range(5)] for place in range(5)
    ]
    assert MODES[-1] == "download_apply_deploy"


@pytest.mark.parametrize(
    ("kind", "given"),
    [("minor_and_service_packs", "IPS-K9-7.2-1-E4.pkg"), ("service_packs", "IPS-K9-7.1-9-E4.pkg"), ("none", None)],
)
def test_rule_18_a_policy_says_which_software_its_sensors_get(kind: Any, given: str | None) -> None:
    at_hand = stock("IPS-K9-7.1-8-E4.pkg", "IPS-K9-7.1-9-E4.pkg", "IPS-K9-7.2-1-E4.pkg", "IPS-K9-8.0-1-E4.pkg")
    plan = automatic(FLEET, [Policy("core", ("ips1",), kind, None)], at_hand)
    assert [each.package and each.package.name for each in plan.decisions] == ([given] if given else [])


def test_rule_18_automatic_modes_never_apply_a_major_update() -> None:
    plan = automatic(FLEET, [Policy("core", ("ips1",), signature=None)], stock("IPS-K9-8.0-1-E4.pkg"))
    assert [(each.package, each.reason) for each in plan.decisions] == [(None, NO_MAJOR)]


def test_rule_18_a_policy_says_the_highest_signature_level() -> None:
    at_hand = stock("IPS-sig-S728-req-E4.pkg", "IPS-sig-S730-req-E4.pkg", SIG)
    for limit, name in ((SignatureLevel(731), "IPS-sig-S730-req-E4.pkg"), ("latest", SIG)):
        plan = automatic(FLEET, [Policy("core", ("ips1",), "none", limit)], at_hand)  # type: ignore[arg-type]
        assert [each.package and each.package.name for each in plan.decisions] == [name]


def test_the_newest_package_that_does_not_apply_is_told_with_the_one_that_does() -> None:
    plan = automatic(FLEET, [Policy("core", ("ips4",), "none")], stock("IPS-sig-S600-req-E3.pkg", SIG))
    (decision,) = plan.decisions
    assert decision.package and decision.package.name == "IPS-sig-S600-req-E3.pkg"
    assert [name for name, _reason in decision.inapplicable] == [SIG]


def test_signatures_are_planned_on_the_software_that_comes_first() -> None:
    fleet = {"ips1": member("ips1", "7.1(1)E3", "S500")}
    at_hand = stock("IPS-K9-7.1-2-E3.pkg", "IPS-engine-E4-req-7.1-2.pkg", SIG)
    plan = automatic(fleet, [Policy("core", ("ips1",))], at_hand)
    assert [[step.name for step in each.steps] for each in plan.updates] == [
        ["IPS-K9-7.1-2-E3.pkg"],
        ["IPS-engine-E4-req-7.1-2.pkg", SIG],
    ]


def test_a_fleet_that_has_all_of_it_gets_nothing() -> None:
    plan = automatic({"ips2": FLEET["ips2"]}, [Policy("core", ("ips2",))], stock(SIG))
    assert not plan.updates
    assert {each.reason for each in plan.skipped} == {CURRENT}
