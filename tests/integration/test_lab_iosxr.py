# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The lab's IOS XR router as clients of others see it: netmiko's cisco_xr driver and scrapli's IOS XR platform, unmodified."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from integration.eventually import eventually
from netmiko import ConnectHandler
from netmiko.exceptions import ConfigInvalidException
from scrapli import Cli
from scrapli.auth import Options as Auth
from scrapli.transport import Ssh2Options

from lab.server import Lab, running

CONFIG = """\
hostname edge1
interface HundredGigE0/0/0/1
 description upstream
 monitor-session mon1 ethernet direction rx-only port-level
 !
!
monitor-session mon1 ethernet
 destination interface HundredGigE0/0/0/9
!
"""
MIRROR = [
    "monitor-session mon2 ethernet",
    "destination interface HundredGigE0/0/0/8",
    "root",
    "interface HundredGigE0/0/0/2",
    "monitor-session mon2 ethernet direction rx-only port-level",
]
LONG = "a-router-whose-name-does-not-fit-the-prompt"


@pytest.fixture
def lab() -> Iterator[Lab]:
    spec = {
        "devices": [
            {"name": "edge1", "kind": "iosxr", "config_text": CONFIG, "settle_seconds": 0.0},
            {"name": "long", "kind": "iosxr", "config_text": f"hostname {LONG}\n"},
            {"name": "hasty", "kind": "iosxr", "config_text": CONFIG, "lost_session": "rollback"},
            {"name": "slow", "kind": "iosxr", "config_text": CONFIG, "commit_seconds": 2.0},
        ]
    }
    with running(spec) as started:
        yield started
        assert started.errors == []


def netmiko(lab: Lab, name: str = "edge1") -> Any:
    return ConnectHandler(
        device_type="cisco_xr", host="127.0.0.1", port=lab.device(name).port, username="lab", password="lab"
    )


def scrapli(lab: Lab, name: str = "edge1") -> Cli:
    return Cli(
        host="127.0.0.1",
        port=lab.device(name).port,
        definition_file_or_name="cisco_iosxr",
        auth_options=Auth(username="lab", password="lab"),
        transport_options=Ssh2Options(),
    )


def text_of(lab: Lab, name: str = "edge1") -> str:
    return lab.call(lab.device(name).device.running_text)


# -- netmiko


def test_netmiko_logs_in_and_reads(lab: Lab) -> None:
    with netmiko(lab) as router:
        assert router.base_prompt == "RP/0/RP0/CPU0:edge1"
        assert "Version 7.3.2" in router.send_command("show version")
        assert "Hu0/0/0/1 (port)      Rx    Operational" in router.send_command("show monitor-session status")
        filtered = router.send_command("show running-config formal interface | include monitor-session")
        assert filtered.splitlines()[-1] == (
            "interface HundredGigE0/0/0/1 monitor-session mon1 ethernet direction rx-only port-level"
        )


def test_netmiko_reads_in_pages(lab: Lab) -> None:
    with netmiko(lab) as router:
        router.send_command("terminal length 10")
        router.write_channel("show interfaces brief\n")
        seen = router.read_until_pattern("--More--")
        router.write_channel("q")
        assert "LineP" in seen
        assert router.find_prompt().endswith("edge1#")


def test_netmiko_commits(lab: Lab) -> None:
    with netmiko(lab) as router:
        router.send_config_set(MIRROR)
        assert router.check_config_mode()
        assert "Failed" not in router.commit()
        router.exit_config_mode()
        assert "Operational" in router.send_command("show monitor-session mon2 status")
    assert "monitor-session mon2 ethernet direction rx-only port-level" in text_of(lab)


def test_netmiko_commits_with_a_label_and_a_comment(lab: Lab) -> None:
    with netmiko(lab) as router:
        router.send_config_set(MIRROR)
        router.commit(label="CHG0042", comment="mirror for the analyser")
        router.exit_config_mode()
        assert "CHG0042" in router.send_command("show configuration commit list")


def test_netmiko_commits_on_trial_and_confirms(lab: Lab) -> None:
    with netmiko(lab) as router:
        router.send_config_set(MIRROR)
        router.commit(confirm=True, confirm_delay=60)
        assert lab.device("edge1").device.trial is not None
        assert "% Confirming commit for trial session." in router.commit()
        router.exit_config_mode()
    assert lab.device("edge1").device.trial is None
    assert "mon2" in text_of(lab)


def test_netmiko_loses_a_trial_that_it_does_not_confirm(lab: Lab) -> None:
    router = netmiko(lab, "hasty")
    router.send_config_set(MIRROR)
    router.commit(label="T1", confirm=True, confirm_delay=60)
    assert "mon2" in text_of(lab, "hasty")
    router.paramiko_cleanup()
    eventually(lambda: "mon2" not in text_of(lab, "hasty"))


def test_a_trial_whose_session_is_lost_keeps_others_out_until_its_timer_ends(lab: Lab) -> None:
    device = lab.device("edge1").device
    router = netmiko(lab)
    router.send_config_set(MIRROR)
    router.commit(confirm=True, confirm_delay=60)
    router.paramiko_cleanup()
    eventually(lambda: not device.candidates)
    assert "mon2" in text_of(lab)
    with netmiko(lab) as other:
        other.write_channel("configure exclusive\n")
        assert "A trial commit is underway" in other.read_until_pattern(r"session\.[\s\S]*#")
    lab.call(device.roll_back_trial)  # as the timer does
    assert "mon2" not in text_of(lab)


def test_a_commit_goes_on_when_its_session_is_lost(lab: Lab) -> None:
    device = lab.device("slow").device
    router = netmiko(lab, "slow")
    router.send_config_set(MIRROR)
    router.write_channel("commit\n")
    eventually(lambda: any(entry["text"] == "commit" for entry in lab.journal("slow")))
    router.paramiko_cleanup()
    assert "mon2" not in text_of(lab, "slow")
    eventually(lambda: device.commits)
    assert "mon2" in text_of(lab, "slow")


def test_netmiko_sees_a_failed_commit(lab: Lab) -> None:
    with netmiko(lab) as router:
        router.send_config_set(["interface HundredGigE0/0/0/1", "monitor-session mon2 ethernet port-level"])
        with pytest.raises(ValueError, match="Failed to commit one or more configuration items"):
            router.commit()
        assert "multiple attachments of a traffic class" in router.send_command("show configuration failed")
        router.exit_config_mode()
        assert not router.check_config_mode()
    assert "mon2" not in text_of(lab)


def test_netmiko_stops_when_others_committed(lab: Lab) -> None:
    with netmiko(lab) as router:
        router.send_config_set(MIRROR)
        lab.call(lambda: lab.device("edge1").device.external_commit(["hostname edge1b"]))
        with pytest.raises(ValueError, match="Other commits occurred"):
            router.commit()
        router.write_channel("abort\n")
        assert "edge1b#" in router.read_until_pattern(r"#\s*$")
    assert "mon2" not in text_of(lab)


def test_netmiko_finds_errors_in_lines(lab: Lab) -> None:
    with netmiko(lab) as router, pytest.raises(ConfigInvalidException):
        router.send_config_set(["interface Ethernet44"], error_pattern=r"% Invalid input")


def test_netmiko_copes_with_a_cut_prompt(lab: Lab) -> None:
    with netmiko(lab, "long") as router:
        router.send_config_set(["interface HundredGigE0/0/0/2", "mtu 9000"])
        router.commit()
        router.exit_config_mode()
        assert "mtu 9000" in router.send_command("show running-config interface HundredGigE0/0/0/2")


# -- scrapli


def test_scrapli_reads(lab: Lab) -> None:
    with scrapli(lab) as router:
        assert router.get_prompt().result.endswith("edge1#")
        assert "Version 7.3.2" in router.send_input("show version").result
        assert router.send_input("show nonsense").failed


def test_scrapli_commits_in_a_configuration_session(lab: Lab) -> None:
    with scrapli(lab) as router:
        result = router.send_inputs([*MIRROR, "show configuration", "commit"], requested_mode="configuration")
        assert not result.failed
        assert "destination interface HundredGigE0/0/0/8" in result.result
        assert "Operational" in router.send_input("show monitor-session mon2 status").result
    assert "mon2" in text_of(lab)


def test_scrapli_aborts_a_configuration_session(lab: Lab) -> None:
    before = text_of(lab)
    with scrapli(lab) as router:
        router.send_inputs(MIRROR, requested_mode="configuration")
        assert not router.send_input("abort", requested_mode="configuration").failed
        assert router.get_prompt().result.endswith("edge1#")
        assert "No such configuration" in router.send_input("show running-config interface HundredGigE0/0/0/2").result
    assert text_of(lab) == before


def test_scrapli_holds_an_exclusive_session(lab: Lab) -> None:
    with scrapli(lab) as router:
        router.send_inputs(["hostname edge1"], requested_mode="configuration_exclusive")
        with netmiko(lab) as other:
            other.write_channel("configure exclusive\n")
            assert "locked by another agent" in other.read_until_pattern(r"agent\.[\s\S]*#")
        router.send_input("commit", requested_mode="configuration_exclusive")
        router.enter_mode("privileged_exec")


def test_scrapli_answers_the_question_at_the_end(lab: Lab) -> None:
    with scrapli(lab) as router:
        router.send_inputs(MIRROR, requested_mode="configuration")
        router.send_prompted_input(
            "end",
            "Uncommitted changes found",
            "",
            "no",
            requested_mode="configuration",
            operation_timeout_ns=5_000_000_000,
        )
        assert router.get_prompt().result.endswith("edge1#")
    assert "mon2" not in text_of(lab)
