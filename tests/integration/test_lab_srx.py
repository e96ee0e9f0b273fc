# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The lab's SRX as clients of others see it: netmiko's juniper_junos driver and scrapli's Junos platform, unmodified."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from integration.eventually import eventually
from netmiko import ConnectHandler
from scrapli import Cli
from scrapli.auth import Options as Auth
from scrapli.transport import Ssh2Options

from lab.server import Lab, running

CONFIG = """\
set system host-name fw1
set security policies from-zone trust to-zone untrust policy web match source-address any
set security policies from-zone trust to-zone untrust policy web match destination-address any
set security policies from-zone trust to-zone untrust policy web match application junos-https
set security policies from-zone trust to-zone untrust policy web then permit
set security zones security-zone trust interfaces ge-0/0/1.0
set security zones security-zone untrust interfaces ge-0/0/0.0
set interfaces ge-0/0/0 unit 0 family inet address 203.0.113.2/30
set interfaces ge-0/0/1 unit 0 family inet address 10.1.1.1/24
"""
LOG = "set security policies from-zone trust to-zone untrust policy web then log session-close"
LOGGING = LOG.removeprefix("set ")


@pytest.fixture
def lab() -> Iterator[Lab]:
    spec = {
        "devices": [
            {"name": "fw1", "kind": "srx", "config_text": CONFIG, "minute_seconds": 1.0},
            {"name": "pair", "kind": "srx", "config_text": CONFIG, "cluster": True},
            {"name": "root", "kind": "srx", "config_text": CONFIG, "username": "root"},
            {"name": "bare", "kind": "srx", "config_text": CONFIG, "username": "root", "csh": True},
            {"name": "strict", "kind": "srx", "config_text": CONFIG, "private_confirmed": False},
        ]
    }
    with running(spec) as started:
        yield started
        assert started.errors == []


def netmiko(lab: Lab, name: str = "fw1", user: str = "lab") -> Any:
    return ConnectHandler(
        device_type="juniper_junos", host="127.0.0.1", port=lab.device(name).port, username=user, password="lab"
    )


def scrapli(lab: Lab, name: str = "fw1") -> Cli:
    return Cli(
        host="127.0.0.1",
        port=lab.device(name).port,
        definition_file_or_name="juniper_junos",
        auth_options=Auth(username="lab", password="lab"),
        transport_options=Ssh2Options(),
    )


def carried(lab: Lab, name: str = "fw1") -> list[str]:
    return lab.call(lab.device(name).device.running_lines)


# -- netmiko


@pytest.mark.parametrize(("name", "user"), [("fw1", "lab"), ("pair", "lab"), ("root", "root"), ("bare", "root")])
def test_netmiko_logs_in_and_reads(lab: Lab, name: str, user: str) -> None:
    with netmiko(lab, name, user) as firewall:
        assert firewall.base_prompt == f"{user}@fw1"
        assert "JUNOS Software Release [21.4R3]" in firewall.send_command("show version")
        summary = firewall.send_command("show security flow session summary")
        assert "Maximum-sessions: " in summary and ("node1:" in summary) == (name == "pair")


def test_netmiko_monitors_a_flow(lab: Lab) -> None:
    with netmiko(lab) as firewall:
        assert (
            firewall.send_command("monitor security flow start") == "error: Please specify the monitor flow trace file."
        )
        assert firewall.send_command("monitor security flow file trace size 65536 files 2").strip() == ""
        assert (
            firewall.send_command("monitor security flow start")
            == "error: Please specify monitor security flow filter."
        )
        firewall.send_command("monitor security flow filter interface reth0 source-prefix 192.168.56.10 myfilter")
        assert firewall.send_command("monitor security flow start").strip() == ""
        shown = firewall.send_command("show monitor security flow")
        assert "Monitor security flow session status: Active" in shown
        assert "Source: 192.168.56.10/32 (port 0~65535)" in shown
        assert "Interface: reth0.0" in shown
        assert "Flow tracing status: on" in firewall.send_command("show security flow status")
        eventually(lambda: str(firewall.send_command("show log trace")), lambda log: "matched filter myfilter:" in log)
        firewall.send_command("monitor security flow stop")
        assert "Flow tracing status: off" in firewall.send_command("show security flow status")
    lab.call(lab.device("fw1").device.reboot)
    with netmiko(lab) as firewall:
        assert "filters: 0" in firewall.send_command("show monitor security flow")


def test_netmiko_commits(lab: Lab) -> None:
    with netmiko(lab) as firewall:
        firewall.send_config_set([LOG], exit_config_mode=False)
        assert firewall.check_config_mode()
        assert "+       session-close;" in firewall.send_command("show | compare", expect_string=r"# $")
        assert "configuration check succeeds" in firewall.commit(check=True)
        assert LOG not in carried(lab)
        assert "commit complete" in firewall.commit(comment="CHG0042")
        firewall.exit_config_mode()
    assert LOG in carried(lab)


def test_netmiko_commits_on_trial_and_the_firewall_takes_it_back(lab: Lab) -> None:
    with netmiko(lab) as firewall:
        firewall.send_config_set([LOG], exit_config_mode=False)
        assert "will be automatically rolled back in 2 minutes" in firewall.commit(confirm=True, confirm_delay=2)
        assert LOG in carried(lab)
    eventually(lambda: carried(lab), lambda lines: LOG not in lines)
    assert lab.device("fw1").device.trial is None


def test_netmiko_confirms_a_trial(lab: Lab) -> None:
    with netmiko(lab) as firewall:
        firewall.send_config_set([LOG], exit_config_mode=False)
        firewall.commit(confirm=True, confirm_delay=2)
        assert lab.device("fw1").device.trial is not None
        firewall.commit()
        firewall.exit_config_mode()
    assert lab.device("fw1").device.trial is None, "no timer is left that could take it back"
    assert LOG in carried(lab)


def test_netmiko_is_told_why_a_commit_is_rejected(lab: Lab) -> None:
    with netmiko(lab) as firewall:
        firewall.send_config_set(["set security policies global policy new then permit"], exit_config_mode=False)
        with pytest.raises(ValueError, match=r"(?s)Missing mandatory statement: 'match'.*check-out failed"):
            firewall.commit()
        assert "Exit with uncommitted changes?" in firewall.exit_config_mode()


# -- scrapli


def test_scrapli_logs_in_reads_and_commits(lab: Lab) -> None:
    with scrapli(lab) as firewall:
        assert "Model: vsrx" in firewall.send_input("show version").result
        firewall.enter_mode(requested_mode="configuration")
        firewall.send_inputs([LOG, "commit"], requested_mode="configuration")
        firewall.enter_mode(requested_mode="exec")
    assert LOG in carried(lab)


# -- what clients of all kinds rely on


def test_private_candidates_of_two_sessions_are_merged(lab: Lab) -> None:
    with netmiko(lab) as one, netmiko(lab) as two:
        for session, line in ((one, LOG), (two, LOG.replace("session-close", "session-init"))):
            session.send_command("configure private", expect_string=r"# $")
            session.send_command(line, expect_string=r"# $")
        for session in (one, two):
            assert "commit complete" in session.send_command("commit", expect_string=r"# $")
    assert {LOG, LOG.replace("session-close", "session-init")} <= set(carried(lab))


def test_an_exclusive_session_keeps_others_out(lab: Lab) -> None:
    with netmiko(lab) as one, netmiko(lab) as two:
        one.send_command("configure exclusive", expect_string=r"# $")
        assert "configuration database locked by:" in two.send_command("configure private")
        assert two.find_prompt().endswith(">")


def test_a_shared_candidate_that_somebody_changed_refuses_private_sessions(lab: Lab) -> None:
    with netmiko(lab) as one, netmiko(lab) as two:
        one.send_config_set([LOG], exit_config_mode=False)
        assert "shared configuration database modified" in two.send_command("configure private")


def test_a_release_without_trials_in_private_mode_says_so(lab: Lab) -> None:
    with netmiko(lab, "strict") as firewall:
        firewall.send_command("configure private", expect_string=r"# $")
        firewall.send_command(LOG, expect_string=r"# $")
        assert "not allowed in private" in firewall.send_command("commit confirmed 5", expect_string=r"# $")
        firewall.send_command("rollback 0", expect_string=r"# $")
        firewall.exit_config_mode()
    assert LOG not in carried(lab, "strict")


def test_a_running_monitor_and_traceoptions_exclude_each_other(lab: Lab) -> None:
    traceoptions = ["set security flow traceoptions file ftrace", "set security flow traceoptions flag basic-datapath"]
    with netmiko(lab) as firewall:
        for command in ("file t1", "filter f1", "start"):
            firewall.send_command(f"monitor security flow {command}")
        firewall.send_config_set(traceoptions, exit_config_mode=False)
        with pytest.raises(ValueError, match="traceoptions session is blocked"):
            firewall.commit()
        firewall.send_command("run monitor security flow stop", expect_string=r"# $")
        firewall.commit()
        firewall.exit_config_mode()
        assert "is blocked" in firewall.send_command("monitor security flow start")


def test_the_help_key_never_becomes_part_of_a_line(lab: Lab) -> None:
    with netmiko(lab) as firewall:
        firewall.write_channel("show version ?\n")
        assert "Possible completions:" in firewall.read_until_pattern(r"fw1> $")
        assert firewall.find_prompt().endswith(">")


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("show bogus", "unknown command."),
        ("monitor security flow filter f1 destination-port 70000", "error: Value 70000 is not within range"),
        ("monitor security flow filter", "missing argument."),
        ("monitor security flow file x size 100", "error: Value 100 is not within range (10240..1073741824)"),
        ("show log nothing-here", "error: could not resolve file: nothing-here"),
        ("show version | bogus", "syntax error."),
    ],
)
def test_what_is_wrong_is_refused_in_the_words_of_junos(lab: Lab, line: str, said: str) -> None:
    with netmiko(lab) as firewall:
        assert said in firewall.send_command(line)


def test_output_goes_through_pipes(lab: Lab) -> None:
    with netmiko(lab) as firewall:
        assert (
            firewall.send_command("show configuration | display set | match policy | count").strip() == "Count: 4 lines"
        )
        assert firewall.send_command("show configuration | display set | last 1").strip() == CONFIG.splitlines()[-1]
        xml = firewall.send_command("show security flow session count 3 | display xml | no-more")
        assert re.search(r"<rpc-reply xmlns:junos=.*</rpc-reply>", xml, re.DOTALL)
        assert xml.count("<flow-session junos:style=") == 3
