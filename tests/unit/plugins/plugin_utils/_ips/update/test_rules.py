# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Every reason why an update does not apply, one test that breaks it and a near miss."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from ansible_collections.mspplus.netsec.plugins.plugin_utils._engine.problems import Problem
from ansible_collections.mspplus.netsec.plugins.plugin_utils._ips.packages import Package, parse_package
from ansible_collections.mspplus.netsec.plugins.plugin_utils._ips.transfer.delivery import Server
from ansible_collections.mspplus.netsec.plugins.plugin_utils._ips.update.model import Held, Request, SensorState
from ansible_collections.mspplus.netsec.plugins.plugin_utils._ips.update.path import way
from ansible_collections.mspplus.netsec.plugins.plugin_utils._ips.update.rules import NO_SHA2, RULES, check, reason
from ansible_collections.mspplus.netsec.plugins.plugin_utils._ips.versions import (
    parse_release,
    parse_signature_level,
    parse_version,
)

NOW = datetime(2013, 8, 13, 12, tzinfo=UTC)
SERVER = Server("updates.example.net", NOW - timedelta(days=30), NOW + timedelta(days=30), sha2=False)


def sensor(version: str = "7.1(7)E4", signature: str = "S722.0", **other: Any) -> SensorState:
    defaults: dict[str, Any] = {
        "platform": "IPS-4345-K9",
        "licence": "valid",
        "clock": NOW,
        "threat_profiles": (),
        "snmp": False,
        "applications": {"MainApp": True, "AnalysisEngine": True},
    }
    return SensorState(parse_version(version), parse_signature_level(signature), **{**defaults, **other})


def package(name: str) -> Package:
    found = parse_package(name)
    assert found is not None
    return found


def request(name: str, **other: Any) -> Request:
    return Request(package(name), **{"server": SERVER, "controller_time": NOW, **other})


def stock(*names: str, **profiles: tuple[str, ...]) -> dict[str, Held]:
    return {name: Held(package(name), threat_profiles=profiles.get("profiles")) for name in names}


def found(state: SensorState, name: str, *at_hand: str, **other: Any) -> list[Problem]:
    return check(state, request(name, **other), stock(name, *at_hand))


def errors(state: SensorState, name: str, *at_hand: str, **other: Any) -> list[str]:
    return [each.rule for each in found(state, name, *at_hand, **other) if each.severity == "error"]


def warnings(state: SensorState, name: str, *at_hand: str, **other: Any) -> list[str]:
    return [each.rule for each in found(state, name, *at_hand, **other) if each.severity == "warning"]


SIG = "IPS-sig-S734-req-E4.pkg"


def test_nothing_keeps_a_sensor_from_an_update_that_fits() -> None:
    assert found(sensor(), SIG) == []
    assert found(sensor(), "IPS-4345-K9-7.1-9-E4.pkg") == []


def test_rule_12_signature_updates_are_for_5_1_4_and_higher() -> None:
    assert errors(sensor("5.1(3)", "S100"), "IPS-sig-S251-minreq-5.1-2.pkg") == ["U12"]
    assert errors(sensor("5.1(4)", "S100"), "IPS-sig-S251-minreq-5.1-4.pkg") == []
    assert errors(sensor("5.1(3)E4"), "IPS-K9-5.1-8-E4.pkg") == []  # only signature updates


def test_rule_13_a_clock_past_the_end_of_the_certificate_fails_and_names_ntp() -> None:
    late = sensor(clock=SERVER.not_after + timedelta(seconds=1))
    problem = next(each for each in found(late, SIG, controller_time=late.clock) if each.severity == "error")
    assert problem.rule == "U13"
    assert "NTP" in problem.remedy
    assert errors(sensor(clock=SERVER.not_after), SIG) == []  # its last second is valid


@pytest.mark.parametrize(
    "state",
    [
        sensor(clock=SERVER.not_before - timedelta(seconds=1)),
        sensor(clock=NOW + timedelta(minutes=6)),
        sensor(clock_trusted=False),
        sensor(clock=None),
    ],
    ids=["before the certificate", "not that of the controller", "not authoritative", "not known"],
)
def test_rule_13_other_doubts_about_a_clock_only_warn(state: SensorState) -> None:
    assert errors(state, SIG) == []
    assert "U13" in warnings(state, SIG)


def test_rule_13_no_certificate_no_doubt() -> None:
    assert found(sensor(clock=SERVER.not_after + timedelta(days=9)), SIG, server=None) == []


@pytest.mark.parametrize(
    ("state", "name"),
    [
        (sensor("7.1(7)E4"), "IPS-4345-K9-7.1-6-E4.pkg"),
        (sensor("7.1(11p1)E4"), "IPS-4345-K9-7.1-11-E4.pkg"),
        (sensor(signature="S734.1"), SIG),
        (sensor(signature="S735"), SIG),
    ],
)
def test_rule_19_a_lower_package_is_inapplicable_in_the_vendors_words(state: SensorState, name: str) -> None:
    assert reason(found(state, name)) == "Selected package is inapplicable"


def test_rule_19_the_same_level_is_nothing_to_do() -> None:
    for state, name in ((sensor(signature="S734.0"), SIG), (sensor("7.1(9)E4"), "IPS-4345-K9-7.1-9-E4.pkg")):
        assert found(state, name) == []
        assert way(state, request(name), stock(name)).steps == ()


def test_rule_20_snmp_policy_from_7_2_2_to_7_3_1_in_the_vendors_words() -> None:
    text = reason(found(sensor("7.2(2)E4", snmp=True), "IPS-4345-K9-7.3-1-E4.pkg"))
    assert text == (
        "Selected upgrade is not recommended. Unassign the SNMP policy on the device and deploy it to continue with the "
        "upgrade to 7.3.1"
    )
    assert found(sensor("7.2(2)E4", snmp=False), "IPS-4345-K9-7.3-1-E4.pkg") == []


def test_rule_20_other_updates_to_7_3_1_with_snmp_only_warn() -> None:
    state = sensor("7.2(1)E4", snmp=True)
    assert (errors(state, "IPS-4345-K9-7.3-1-E4.pkg"), warnings(state, "IPS-4345-K9-7.3-1-E4.pkg")) == ([], ["U20"])
    unread = sensor("7.2(2)E4", snmp=None)
    assert warnings(unread, "IPS-4345-K9-7.3-1-E4.pkg") == ["U20"]


def test_rule_21_a_missing_threat_profile_in_the_vendors_words() -> None:
    state = sensor(threat_profiles=("SCADA",))
    problems = check(state, request(SIG), stock(SIG, profiles=("Edge", "Web_Applications")))
    assert reason(problems) == "Currently applied threat profile is not applicable to this signature version"
    assert problems[0].remedy == "Remove the threat profile, then update."
    assert check(state, request(SIG), stock(SIG, profiles=("SCADA", "Edge"))) == []


def test_rule_21_contents_that_are_not_known_only_warn() -> None:
    assert warnings(sensor(threat_profiles=("SCADA",)), SIG) == ["U21"]


def test_rule_22_the_engine_package_must_be_at_hand() -> None:
    state = sensor("7.1(2)E3", "S500")
    assert errors(state, SIG) == ["U22"]
    assert errors(state, SIG, "IPS-engine-E4-req-7.1-2.pkg") == []
    assert errors(state, SIG, "IPS-SSP_10-engine-E4-req-7.1-2.pkg") == ["U22"]  # for another platform


@pytest.mark.parametrize(
    ("version", "name", "broken"),
    [
        ("6.0(5)E3", "IPS-K9-6.1-1-E3.pkg", []),
        ("6.0(5)E3", "IPS-K9-6.1-1-E2.pkg", ["U23"]),
        ("6.1(1)E2", "IPS-K9-6.1-1-E3.pkg", ["U23"]),
    ],
)
def test_rule_23_sensor_updates_need_the_same_engine(version: str, name: str, broken: list[str]) -> None:
    assert errors(sensor(version), name) == broken


def test_rule_24_the_engine_package_comes_with_a_signature_update() -> None:
    state = sensor("6.1(1)E2", "S400")
    at_hand = stock(SIG, "IPS-engine-E4-req-6.1-1.pkg", "IPS-engine-E4-req-6.1-2.pkg")
    steps = way(state, request(SIG), at_hand).steps
    assert [step.name for step in steps] == ["IPS-engine-E4-req-6.1-1.pkg", SIG]


def test_rule_24_only_on_the_release_that_the_engine_package_requires() -> None:
    engine = "IPS-engine-E4-req-7.1-2.pkg"
    assert errors(sensor("7.1(3)E3", "S500"), SIG, engine) == ["U24"]
    assert errors(sensor("7.1(2)E3", "S500"), SIG, engine) == []
    assert errors(sensor("7.1(2p1)E3", "S500"), SIG, engine) == []  # a patch of that release


def test_rule_24_an_engine_package_is_not_selected_by_itself() -> None:
    assert errors(sensor("7.1(2)E3"), "IPS-engine-E4-req-7.1-2.pkg") == ["U24"]


def test_rule_24_a_package_for_the_platform_goes_before_one_for_all() -> None:
    names = ("IPS-engine-E4-req-7.1-2.pkg", "IPS-4345-engine-E4-req-7.1-2.pkg")
    steps = way(sensor("7.1(2)E3", "S500"), request(SIG), stock(SIG, *names)).steps
    assert [step.name for step in steps] == ["IPS-4345-engine-E4-req-7.1-2.pkg", SIG]


def test_rule_25_no_major_update_is_left_out() -> None:
    name = "IPS-4345-K9-7.0-1-E3.pkg"
    assert errors(sensor("5.1(8)E3"), name) == ["U25"]
    assert errors(sensor("6.0(6)E3"), name) == []
    assert RULES["U25"].overridable  # the CLI guide lets 5.1(6) go to 7.1(1)


def test_rule_25_minor_updates_and_signatures_are_cumulative() -> None:
    assert errors(sensor("6.0(6)E3"), "IPS-K9-6.2-1-E3.pkg") == []
    assert errors(sensor(signature="S300"), SIG) == []
    assert len(way(sensor(signature="S300"), request(SIG), stock(SIG)).steps) == 1


def test_rule_28_only_the_signature_update_that_came_last_is_reverted() -> None:
    last = sensor(signature="S734", history=("IPS-sig-S733-req-E4", "IPS-sig-S734-req-E4"))
    assert errors(last, SIG, present=False) == []
    assert errors(replace(last, signature=parse_signature_level("S740")), SIG, present=False) == ["U28"]
    covered = replace(last, history=("IPS-sig-S734-req-E4", "IPS-4345-K9-7.1-7-E4"))
    assert errors(covered, SIG, present=False) == ["U28"]
    assert errors(last, "IPS-4345-K9-7.1-7-E4.pkg", present=False) == ["U28"]
    assert errors(sensor(signature="S733"), SIG, present=False) == []  # it is gone already
    assert errors(replace(last, history=()), SIG, present=False) == ["U28"]  # nothing tells what would be removed


def test_rule_29_a_package_is_for_the_platform_in_its_name() -> None:
    assert errors(sensor(), "IPS-SSP_10-K9-7.1-9-E4.pkg") == ["U29"]
    assert errors(sensor(), "IPS-K9-7.1-9-E4.pkg") == []
    assert errors(sensor(platform="MSP-9000"), "IPS-SSP_10-K9-7.1-9-E4.pkg") == ["U29"]
    assert errors(sensor(platform="MSP-9000"), "IPS-K9-7.1-9-E4.pkg") == []


@pytest.mark.parametrize("name", ["IPS-CSM-K9-7.1.3.zip", "IPS-CS-MGR-SSC_5-K9-6.2-4-E4.zip"])
def test_rule_29_files_for_security_manager_are_no_update_of_a_sensor(name: str) -> None:
    assert package(name).manager
    assert bool(package(name).platform) is (package(name).release < parse_release("7.1.3"))  # type: ignore[operator]
    assert errors(sensor(), name) == ["U41"]


@pytest.mark.parametrize("name", ["IPS-4345-K9-sys-1.1-a-7.1-9-E4.img", "IPS-K9-r-1.1-a-7.2-1-E4.pkg"])
def test_an_image_that_re_images_a_sensor_is_no_update(name: str) -> None:
    assert errors(sensor(), name) == ["U41"]


def test_what_a_sensor_runs_must_be_known() -> None:
    assert errors(replace(sensor(), version=None), SIG) == ["U42"]
    assert errors(replace(sensor(), signature=None), SIG) == ["U42"]
    assert errors(replace(sensor(), signature=None), "IPS-4345-K9-7.1-9-E4.pkg") == []


def test_a_patch_is_for_its_service_pack() -> None:
    name = "IPS-4345-K9-patch-7.1-11p2-E4.pkg"
    assert errors(sensor("7.1(10)E4"), name) == ["U43"]
    assert errors(sensor("7.1(11)E4"), name) == []
    assert errors(sensor("7.1(11p1)E4"), name) == []


@pytest.mark.parametrize("licence", ["none", "expired", "invalid"])
def test_signature_updates_need_a_licence_and_others_do_not(licence: Any) -> None:
    assert errors(sensor(licence=licence), SIG) == ["U44"]
    assert errors(sensor(licence=licence), "IPS-4345-K9-7.1-9-E4.pkg") == []
    assert errors(sensor(licence="trial"), SIG) == []
    assert warnings(sensor(licence="unknown"), SIG) == ["U44"]


def test_releases_that_trust_no_sha2_server_are_those_of_the_field_notice() -> None:
    assert len(NO_SHA2) == 2 + 9 + 11 + 2 + 5
    cisco = replace(SERVER, sha2=True, cisco_com=True)
    assert errors(sensor("7.1(7)E4"), SIG, server=cisco) == ["U45"]
    assert errors(sensor("7.1(11p1)E4"), SIG, server=cisco) == []
    assert errors(sensor("7.0(5a)E4"), SIG, server=cisco) == ["U45"]
    assert errors(sensor("7.1(7)E4"), SIG, server=replace(cisco, sha2=False)) == []
    assert warnings(sensor("7.1(7)E4"), SIG, server=replace(cisco, cisco_com=False)) == ["U45"]


def test_an_update_names_the_least_release_that_it_starts_from() -> None:
    assert errors(sensor("5.1(5)E4"), "IPS-4345-K9-7.1-1-E4.pkg") == ["U25", "U46"]
    assert errors(sensor("5.1(6)E4"), "IPS-4345-K9-7.1-1-E4.pkg") == ["U25"]
    assert errors(sensor("5.1(4)", "S100"), "IPS-sig-S251-minreq-5.1-5.pkg") == ["U46"]


def test_a_service_pack_across_minor_versions_warns() -> None:
    assert warnings(sensor("7.0(9)E4"), "IPS-4345-K9-7.1-7-E4.pkg") == ["U47"]
    assert warnings(sensor("7.0(9)E4"), "IPS-4345-K9-7.1-1-E4.pkg") == []


def test_applications_that_do_not_run_before_an_update_are_named() -> None:
    state = sensor(applications={"MainApp": True, "AnalysisEngine": False})
    assert warnings(state, SIG) == ["U48"]
    assert "AnalysisEngine" in found(state, SIG)[0].message


def test_every_step_of_max_levels_needs_a_package() -> None:
    state, between = (
        sensor(signature="S700"),
        ["IPS-sig-S709-req-E4.pkg", "IPS-sig-S719-req-E4.pkg", "IPS-sig-S728-req-E4.pkg"],
    )
    steps = way(state, request(SIG, most_levels=10), stock(SIG, *between)).steps
    assert [str(step.signature) for step in steps] == ["S709", "S719", "S728", "S734"]
    assert errors(state, SIG, *between[:1], most_levels=10) == ["U54"]
    assert errors(state, SIG, most_levels=34) == []
