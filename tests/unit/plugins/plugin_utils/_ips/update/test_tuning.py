# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Tuned signatures: statements, configuration, and which may be tuned."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.mspplus.netsec.plugins.plugin_utils._ips.packages import parse_package
from ansible_collections.mspplus.netsec.plugins.plugin_utils._ips.update.model import Held, Request, SensorState
from ansible_collections.mspplus.netsec.plugins.plugin_utils._ips.update.rules import base_level, check_tuning
from ansible_collections.mspplus.netsec.plugins.plugin_utils._ips.update.signatures import of_metadata
from ansible_collections.mspplus.netsec.plugins.plugin_utils._ips.update.tuning import (
    Tuning,
    due,
    has_snmp_policy,
    lines,
    parse_configuration,
    threat_profiles,
)
from ansible_collections.mspplus.netsec.plugins.plugin_utils._ips.versions import SignatureLevel, parse_version

CONFIGURATION = """\
! Version 7.1(7)
service notification
enable-set-get true
exit
! ------------------------------
service signature-definition sig0
threat-profile edge
signatures 2004 0
alert-severity low
engine atomic-ip
event-action produce-alert|deny-packet-inline
exit
status
enabled true
retired false
exit
exit
signatures 2150 0
status
enabled false
exit
exit
exit
! ------------------------------
service ssh-known-hosts
signatures 9999 0
exit
"""
NAME = "IPS-sig-S734-req-E4.pkg"
LEVEL = SignatureLevel(734)

TUNINGS = st.builds(
    Tuning,
    st.integers(1, 999999).map(lambda number: f"{number}/0"),
    st.booleans(),
    st.none() | st.booleans(),
    st.none() | st.sampled_from(["high", "low"]),
    st.just("atomic-ip"),
    st.just(("deny-packet-inline", "produce-alert")),
)


def held(*changes: tuple[str, str, int], name: str = NAME) -> Held:
    package = parse_package(name)
    assert package
    listed = [{"id": number, "name": "x", "status": status, "level": level} for number, status, level in changes]
    return Held(
        package, signatures=of_metadata(json.dumps({"since": "S700", "signatures": listed}), LEVEL) if listed else None
    )


def refused(state: SensorState, *tuning: Tuning, package: Held | None = None, **other: Any) -> list[str]:
    chosen = package or held(("2500/0", "new", 734), ("2004/0", "modified", 730))
    request = Request(chosen.package, **other)
    return [problem.item for problem in check_tuning(state, tuning, request, {chosen.package.name: chosen})]


def sensor(level: int, *history: str) -> SensorState:
    return SensorState(parse_version("7.1(7)E4"), SignatureLevel(level), history=history)


def test_a_configuration_tells_what_is_tuned() -> None:
    assert parse_configuration(CONFIGURATION) == {
        "2004/0": Tuning("2004/0", True, False, "low", "atomic-ip", ("deny-packet-inline", "produce-alert")),
        "2150/0": Tuning("2150/0", enabled=False),
    }
    assert threat_profiles(CONFIGURATION) == ("edge",)
    assert has_snmp_policy(CONFIGURATION)
    assert not has_snmp_policy(CONFIGURATION.replace("enable-set-get true", "enable-set-get false"))


@given(st.lists(TUNINGS, max_size=4, unique_by=lambda each: each.number))
def test_statements_read_back_as_configuration(tuning: list[Tuning]) -> None:
    text = "\n".join(["service signature-definition sig0", *lines(tuning), "exit", "service host", "exit"])
    found = parse_configuration(text)
    assert found == {each.number: each for each in tuning}
    assert due(tuning, found) == []


@given(st.text(max_size=300))
def test_a_configuration_never_raises(text: str) -> None:
    parse_configuration(text)
    parse_configuration(f"service signature-definition sig0\nsignatures 1 0\n{text}")


def test_only_what_is_not_so_is_due() -> None:
    has = parse_configuration(CONFIGURATION)
    assert due([Tuning("2004/0", severity="low"), Tuning("2150/0", enabled=False)], has) == []
    other = Tuning("2004/0", actions=("produce-alert",), engine="atomic-ip")
    assert due([other, Tuning("2004/0", enabled=True)], has) == [other]
    assert due([Tuning("1/0", enabled=True)], has) == [Tuning("1/0", enabled=True)]
    assert due([Tuning("1/0")], has) == []


def test_only_new_and_modified_signatures_are_tuned() -> None:
    assert refused(sensor(722), Tuning("2500/0", enabled=True), Tuning("2004/0", enabled=True)) == []
    assert refused(sensor(722), Tuning("60000/0", enabled=True)) == ["signature_tuning[60000/0]"]
    assert refused(sensor(732), Tuning("2004/0", enabled=True)) == [
        "signature_tuning[2004/0]"
    ]  # modified before that level


def test_tuning_without_a_list_is_refused() -> None:
    assert refused(sensor(722), Tuning("2500/0", enabled=True), package=held()) == ["signature_tuning"]


def test_tuning_goes_with_the_signature_update_alone() -> None:
    assert refused(sensor(734), Tuning("2500/0", enabled=True), present=False) == ["signature_tuning"]
    assert refused(sensor(722), Tuning("1/0"), package=held(name="IPS-K9-7.1-9-E4.pkg")) == ["signature_tuning"]


@pytest.mark.parametrize(
    "tuning",
    [
        (Tuning("2500/0"), Tuning("2500/0")),
        (Tuning("2500/0", actions=("produce-alert",)),),
        (Tuning("2500/0", engine="x", actions=("a\nb",)),),
    ],
)
def test_what_no_sensor_takes_is_refused(tuning: tuple[Tuning, ...]) -> None:
    assert refused(sensor(722), *tuning) == ["signature_tuning[2500/0]"]


def test_once_the_update_is_there_the_pack_before_it_counts() -> None:
    package = held().package
    assert base_level(sensor(722), package) == SignatureLevel(722)
    assert base_level(sensor(734, "IPS-sig-S722-req-E4", "IPS-sig-S734-req-E4"), package) == SignatureLevel(722)
    assert base_level(sensor(734), package) == SignatureLevel(733)
