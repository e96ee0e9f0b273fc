# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Service modes of the lab's sensor: whatever is typed, the sensor answers, and what is applied is what was typed."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lab.ips.device import IpsDevice
from lab.ips.servicemode import ServiceMode
from lab.ips.settings import SERVICES
from lab.ips.transfers import Refused
from lab.ips.words import Wrong
from lab.spec import DeviceSpec

WORDS = (
    "signatures", "2004", "0", "60001", "7220", "9999", "status", "enabled", "true", "false", "retired", "engine", "atomic-ip",
    "event-action", "produce-alert|log", "alert-severity", "high", "no", "default", "network-settings", "host-name", "edge",
    "host-ip", "10.0.0.1/8,10.0.0.2", "bypass-mode", "auto", "access-list", "threat-profile", "x",
)  # fmt: skip
LINES = st.lists(st.lists(st.sampled_from(WORDS), min_size=1, max_size=4).map(" ".join), max_size=12)


def sensor(**options: Any) -> IpsDevice:
    return IpsDevice(DeviceSpec("s1", "ips", options=options))


def typed(mode: ServiceMode, lines: list[str]) -> list[str]:
    """What the sensor said to each line; nothing where it took it."""
    said = []
    for line in lines:
        try:
            mode.statement(line)
        except (Wrong, Refused) as error:
            said.append(str(error))
    return said


@given(st.sampled_from(sorted(SERVICES)), LINES)
def test_whatever_is_typed_the_sensor_stays_well(service: str, lines: list[str]) -> None:
    device = sensor()
    mode = ServiceMode(device, service)
    typed(mode, lines)
    assert isinstance(mode.show(), str)
    if mode.changed:
        mode.apply()
    again = ServiceMode(device, service)
    assert not again.changed
    assert device.hostname
    assert device.address
    assert isinstance(device.tuned, dict)


@given(LINES)
def test_what_is_not_applied_changes_nothing(lines: list[str]) -> None:
    device = sensor(threat_profiles=["edge"])
    before = list(device.services["signature-definition"].lines())
    typed(ServiceMode(device, "signature-definition"), lines)
    assert list(device.services["signature-definition"].lines()) == before


@pytest.mark.parametrize(
    ("service", "lines", "said"),
    [
        ("host", ["network-settings", "no host-name"], "host-name is required"),
        ("host", ["default network-settings"], "network-settings is required"),
        ("interface", ["no bypass-mode"], "bypass-mode is required"),
        ("signature-definition", ["no signatures 2004 0"], "only custom signatures can be removed"),
        ("signature-definition", ["no signatures 2004"], "% Incomplete command."),
        ("signature-definition", ["no threat-profile none"], "there is no threat-profile none"),
    ],
)
def test_what_cannot_be_taken_back_is_refused(service: str, lines: list[str], said: str) -> None:
    assert typed(ServiceMode(sensor(), service), lines)[-1:] == [said]


def test_the_defaults_of_a_signature_come_back() -> None:
    device = sensor()
    for lines in (["signatures 2004 0", "alert-severity high"], ["default signatures 2004 0"]):
        mode = ServiceMode(device, "signature-definition")
        assert typed(mode, lines) == []
        mode.apply()
    assert device.tuned == {}


def test_a_threat_profile_can_be_taken_off() -> None:
    device = sensor(threat_profiles=["edge", "core"])
    mode = ServiceMode(device, "signature-definition")
    assert typed(mode, ["no threat-profile edge"]) == []
    mode.apply()
    assert list(device.services["signature-definition"].lines()) == ["threat-profile core"]


@pytest.mark.parametrize(
    ("option", "words"),
    [
        ({"license": "gone"}, "license must be one of"),
        ({"release": "7.1"}, "not of the form"),
        ({"signature": "722"}, "not of the form S722.0"),
        ({"tls_version": "0.9"}, "tls_version must be one of"),
    ],
)
def test_a_specification_that_cannot_be_is_refused(option: dict[str, Any], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        sensor(**option)
