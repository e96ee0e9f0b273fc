# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Candidates and commits: what is refused and how, trials, locks, questions, history."""

from __future__ import annotations

import asyncio
import contextlib

import pytest

from lab.iosxr.device import IosXrDevice
from lab.iosxr.session import Session

from .scripted import Done, Script, device, play, told

MIRROR = [
    "configure",
    "monitor-session m1 ethernet destination interface hu0/0/0/9",
    "interface hu0/0/0/1 monitor-session m1 port-level",
]
FAILED = "% Failed to commit one or more configuration items during a pseudo-atomic operation."


def reason(router: IosXrDevice, *lines: str) -> str:
    """The `!!%` text after these lines and a commit; "" when it went through."""
    shown = told(router, "configure", *lines, "root", "commit", "show configuration failed")
    return "\n".join(line[4:] for line in shown.splitlines() if line.startswith("!!% "))


# -- the candidate


def test_the_candidate_shows_what_changes_and_nothing_else() -> None:
    router = device(
        "interface HundredGigE0/0/0/1\n mtu 9000\n description a\n!\nudf u header outer l4 offset 0 length 1\n"
    )
    shown = told(
        router,
        "configure",
        "no udf u",
        "interface hu0/0/0/1",
        "no mtu",
        "description a",
        "shutdown",
        "show configuration",
    )
    assert shown.splitlines() == [
        "Building configuration...",
        "!! IOS XR Configuration 7.3.2",
        "no udf u header outer l4 offset 0 length 1",
        "interface HundredGigE0/0/0/1",
        " no mtu 9000",
        " shutdown",
        "!",
        "end",
    ]


def test_a_net_change_of_nothing_is_nothing() -> None:
    router = device("udf u header outer l4 offset 0 length 1\n")
    assert (
        told(router, "configure", "no udf u", "udf u header outer l4 offset 0 length 1", "commit")
        == "No configuration changes to commit."
    )
    assert "+" not in told(router, "configure", "show commit changes diff")


def test_clear_and_abort_drop_the_candidate() -> None:
    router = device()
    assert "mtu" not in told(router, *MIRROR, "clear", "show configuration")
    play(router, *MIRROR, "abort")
    assert router.running_text() == ""
    assert router.candidates == []


def test_merge_and_running() -> None:
    router = device("hostname a\n")
    assert "udf u" in told(router, "configure", "udf u header outer l4 offset 0 length 1", "show configuration merge")
    assert "udf u" not in told(
        router, "configure", "udf u header outer l4 offset 0 length 1", "show configuration running"
    )


def test_the_diff_marks_lines() -> None:
    router = device("interface HundredGigE0/0/0/1\n mtu 9000\n!\n")
    shown = told(
        router,
        "configure",
        "interface hu0/0/0/1 mtu 9100",
        "udf u header outer l4 offset 0 length 1",
        "show commit changes diff",
    )
    assert shown.splitlines()[2:-1] == [
        "+  udf u header outer l4 offset 0 length 1",
        "#  interface HundredGigE0/0/0/1",
        "-   mtu 9000",
        "+   mtu 9100",
        "   !",
    ]


# -- commits


def test_a_commit_with_label_and_comment_is_listed() -> None:
    router = device()
    play(router, *MIRROR, "commit label CHG1 comment one two", "end")
    assert (router.commits[-1].label, router.commits[-1].comment) == ("CHG1", "one two")
    assert "CHG1" in told(router, "show configuration commit list")
    assert "already in use" in told(router, "configure", "hostname x", "commit label CHG1")
    assert "+  monitor-session m1 ethernet" in told(router, "show configuration commit changes last 1 diff")
    assert told(router, "show configuration commit changes CHG1").splitlines()[2] == "interface HundredGigE0/0/0/1"


@pytest.mark.parametrize(
    ("options", "seconds"),
    [("confirmed 60", 60), ("confirmed minutes 2", 120), ("confirmed", 600), ("label L confirmed 45 comment a b", 45), ("confirmed seconds 30", 30)],
)  # fmt: skip
def test_forms_of_a_trial(options: str, seconds: int) -> None:
    router = device()
    assert abs(asyncio.run(_trial(router, f"commit {options}")) - seconds) < 5


async def _trial(router: IosXrDevice, command: str) -> float:
    """Seconds that a trial still has."""
    session = Session(router, Script([*MIRROR, command]))
    session.timestamps = False
    with contextlib.suppress(Done):
        for line in [*MIRROR, command]:
            await session._line(line)
    assert router.trial is not None
    assert router.trial.timer is not None
    left = router.trial.timer.when() - asyncio.get_running_loop().time()
    router.confirm_trial()
    return left


@pytest.mark.parametrize(
    "command",
    [
        "commit confirmed 29",
        "commit confirmed 65536",
        "commit confirmed minutes x",
        "commit label",
        "commit now",
        "commit label a%b",
    ],
)
def test_broken_commits(command: str) -> None:
    router = device()
    assert told(router, *MIRROR, command).startswith((" ", "%"))
    assert router.commits == []


def test_before_release_7_a_trial_has_no_comment() -> None:
    assert "% Invalid" in told(device(release="6.6.3"), *MIRROR, "commit confirmed 60 comment x")


def test_a_trial_is_confirmed_by_the_next_commit() -> None:
    router = device()
    assert told(router, *MIRROR, "commit confirmed 60", "commit") == "% Confirming commit for trial session."
    assert router.trial is None
    assert "monitor-session m1" in router.running_text()


def test_a_trial_outlives_its_lost_session_until_its_timer_ends() -> None:
    async def wait() -> None:
        router = device("hostname edge1\n")
        await _until_the_client_hangs_up(router, *MIRROR, "commit confirmed 60")
        assert "monitor-session m1" in router.running_text()
        assert router.locked_against(None) == "A trial commit is underway in another configuration session."
        assert router.trial is not None
        router.start_trial(router.trial.owner, router.trial.base, 0.02)
        await asyncio.sleep(0.06)
        assert router.running_text() == "hostname edge1\n"
        assert router.locked_against(None) is None

    asyncio.run(wait())


def test_a_trial_may_end_with_its_lost_session() -> None:
    router = device("hostname edge1\n", lost_session="rollback")
    play(router, *MIRROR, "commit confirmed 60")  # the client hangs up
    assert router.running_text() == "hostname edge1\n"
    assert router.commits[-1].client == "Rollback"


@pytest.mark.parametrize("lost_session", ["timer", "rollback"])
def test_what_was_confirmed_outlives_its_session(lost_session: str) -> None:
    router = device("hostname edge1\n", lost_session=lost_session)
    play(router, *MIRROR, "commit confirmed 60", "commit")
    assert "monitor-session m1" in router.running_text()
    assert router.trial is None


def test_a_session_loses_its_uncommitted_changes() -> None:
    router = device("hostname edge1\n")
    play(router, *MIRROR)
    assert router.running_text() == "hostname edge1\n"
    assert router.candidates == []


async def _until_the_client_hangs_up(router: IosXrDevice, *lines: str) -> None:
    with contextlib.suppress(Done):
        await Session(router, Script(list(lines))).run()


def test_leaving_a_trial_asks_and_rolls_back() -> None:
    router = device()
    shown = play(router, *MIRROR, "commit confirmed 60", "end", "no", "end", "yes", "show clock")
    assert shown.count("Do you wish to exit? [no]:") == 2
    assert "RP/0/RP0/CPU0:edge1#show clock" in shown
    assert router.running_text() == ""


def test_a_trial_that_nobody_confirms_rolls_back_by_its_timer() -> None:
    async def wait() -> None:
        router = device()
        session = Session(router, Script([]))
        for line in [*MIRROR, "commit confirmed 30"]:
            await session._line(line)
        assert router.trial is not None
        router.start_trial(router.trial.owner, router.trial.base, 0.02)
        await asyncio.sleep(0.06)
        assert router.running_text() == ""
        assert router.trial is None

    asyncio.run(wait())


def test_uncommitted_changes_are_asked_about() -> None:
    router = device()
    shown = play(router, *MIRROR, "end", "cancel", "exit", "exit", "exit", "", "end", "yes")
    assert shown.count("Uncommitted changes found, commit them before exiting(yes/no/cancel)? [cancel]:") == 3
    assert "monitor-session m1" in router.running_text()
    play(router, "configure", "hostname x", "end", "no")
    assert router.hostname == "edge1"


def test_somebody_else_committed() -> None:
    router = device(faults=({"name": "concurrent_commit", "times": 1},))
    shown = play(router, *MIRROR, "commit", "no", "commit", "yes")
    assert shown.count("Do you wish to proceed with this commit anyway? [no]:") == 2
    assert shown.count("One or more commits have occurred from other") == 2
    assert "snmp-server location" in router.running_text()
    assert "monitor-session m1" in router.running_text()


def test_a_candidate_lies_over_what_others_committed() -> None:
    async def both() -> None:
        router = device("udf u header outer l4 offset 0 length 1\n")
        session = Session(router, Script([]))
        for line in ["configure", "hostname mine"]:
            await session._line(line)
        router.external_commit(["no udf u", "interface hu0/0/0/1", "mtu 9000"])
        assert session.candidate is not None
        assert [change.node.line for change in session.candidate.changes()] == ["hostname mine"]

    asyncio.run(both())


def test_exclusive_sessions_lock_out_others() -> None:
    async def two() -> None:
        router = device()
        one, two = Session(router, Script([])), Session(router, Script([]))
        await one._line("configure exclusive")
        await two._line("configure exclusive")
        assert two.candidate is None
        assert "Cannot enter exclusive mode. The Configuration Namespace is locked by another agent." in "".join(
            two.terminal.output
        )
        await two._line("configure")
        await two._line("hostname x")
        await two._line("commit")
        assert "locked by another agent" in two.terminal.output[-1]
        assert router.commits == []
        await one._line("hostname y")
        await one._line("commit confirmed 60")
        await one._line("commit")
        await one._line("abort")
        await two._line("commit confirmed 60")
        assert "Do you wish to proceed" in "".join(two.terminal.output)

    with contextlib.suppress(Done):
        asyncio.run(two())


def test_a_trial_elsewhere_refuses_exclusive() -> None:
    async def two() -> str:
        router = device()
        one, two = Session(router, Script([])), Session(router, Script([]))
        for line in [*MIRROR, "commit confirmed 60"]:
            await one._line(line)
        await two._line("configure exclusive")
        router.confirm_trial()
        return "".join(two.terminal.output)

    assert "A trial commit is underway in another configuration session." in asyncio.run(two())


def test_sessions_are_listed() -> None:
    assert "Client: CLI" in told(device(), "configure", "show configuration sessions detail")
    assert "commit-confirm" in told(device(), *MIRROR, "commit confirmed 60", "do show configuration sessions detail")


def test_rollback() -> None:
    router = device()
    play(router, *MIRROR, "commit label A", "end", "configure", "hostname b", "commit", "end")
    assert "successfully rolled back" in told(router, "rollback configuration last 1")
    assert router.hostname == "edge1"
    play(router, "rollback configuration to A")
    assert router.running_text() == ""


def test_replace_asks() -> None:
    router = device("hostname a\nudf u header outer l4 offset 0 length 1\n")
    play(router, "configure", "hostname b", "commit replace", "yes")
    assert router.running_text() == "hostname b\n"


def test_other_questions_and_logs() -> None:
    router = device(large_config_question=True, commit_log=True)
    shown = play(router, *MIRROR, "commit", "y")
    assert "Confirm? [y/n][confirm]" in shown
    assert "%MGBL-CONFIG-6-DB_COMMIT : Configuration committed by user 'lab'" in shown


# -- what is refused


def test_a_failed_commit_changes_nothing_and_keeps_the_candidate() -> None:
    router = device()
    play(router, *MIRROR, "commit")
    before = router.running_text()
    lines = [
        "configure",
        "monitor-session m2 ethernet",
        "interface hu0/0/0/1",
        "monitor-session m2 ethernet port-level",
        "commit",
    ]
    assert told(router, *lines).startswith(FAILED)
    assert router.running_text() == before
    assert told(router, *lines, "show configuration failed").splitlines() == [
        "!! SEMANTIC ERRORS: This configuration was rejected by ",
        "!! the system due to semantic errors. The individual ",
        "!! errors with each failed configuration command can be ",
        "!! found below.",
        "",
        "",
        "interface HundredGigE0/0/0/1",
        " monitor-session m2 ethernet port-level",
        "!!% 'SPAN' detected the 'warning' condition 'This platform doesn't support configuring multiple attachments of a traffic class'",
        " !",
        "!",
        "end",
    ]
    assert "monitor-session m2" in told(router, *lines, "show configuration")


def test_moving_a_source_in_one_commit_is_allowed() -> None:
    router = device()
    play(router, *MIRROR, "commit")
    assert reason(router, "interface hu0/0/0/1", "no monitor-session m1 ethernet", "monitor-session m2 ethernet") == ""
    assert reason(router, "interface hu0/0/0/1", "monitor-session m4 ipv4") == ""


def test_a_destination_belongs_to_one_session() -> None:
    router = device()
    play(router, *MIRROR, "commit")
    assert reason(router, "monitor-session m2 ethernet destination interface hu0/0/0/9") == (
        "Destination interface HundredGigE0/0/0/9 for session m2 is already configured for use with session m1"
    )
    assert reason(router, "no monitor-session m1", "monitor-session m2 ethernet destination interface hu0/0/0/9") == ""


UDF = "udf u1 header outer l4 offset 0 length 1"
PROFILE = (
    "hw-module profile tcam format access-list ipv4 src-addr dst-addr src-port proto frag-bit udf1 u1 enable-capture"
)
BIND = "interface hu0/0/0/1 ipv4 access-group A ingress"
NOT_IN_KEY = (
    "'dpa_feat_mgr' detected the 'warning' condition 'Parameter not programmed on ACL TCAM UDK (User Defined Key), "
    "check syslog for more details'"
)


def test_an_access_list_must_fit_the_live_profile() -> None:
    router = device()
    udf_entry = "ipv4 access-list A 10 permit udp 10.1.1.0/24 any udf u1 0x1 0xff capture"
    assert reason(router, UDF, udf_entry) == ""
    assert reason(router, BIND) == NOT_IN_KEY
    assert reason(router, PROFILE, BIND) == NOT_IN_KEY
    assert reason(router, PROFILE) == ""
    assert reason(router, BIND) == NOT_IN_KEY
    router.reload_cards()
    assert reason(router, BIND) == ""
    assert reason(router, "ipv4 access-list A 20 permit udp any any eq 9") == NOT_IN_KEY
    assert (
        reason(
            router,
            "ipv4 access-list B 20 permit tcp any any syn",
            "interface hu0/0/0/2 monitor-session m",
            "acl ipv4 B",
        )
        == NOT_IN_KEY
    )


def test_only_the_card_that_reloads_gets_the_profile() -> None:
    router = device(f"{UDF}\n", reload_seconds=0.0)
    play(router, "configure", f"{PROFILE} location 0/1/CPU0", "commit")
    router.reload_cards("0/2/CPU0")
    assert router.live_profile == {}
    router.reload_cards("0/1/CPU0")
    assert list(router.live_profile) == [("ipv4", "0/1/CPU0")]


def test_other_platforms_do_not_check_the_key() -> None:
    assert (
        reason(device(platform="asr9k"), UDF, "ipv4 access-list A 10 permit ipv4 any any udf u1 0x1 0xff", BIND) == ""
    )


def test_capture_before_6_5_1_needs_the_profile() -> None:
    assert "enable-capture" in reason(
        device(release="6.3.2"), "ipv4 access-list A 10 permit ipv4 any any capture", BIND
    )
    assert reason(device(release="6.5.1"), "ipv4 access-list A 10 permit ipv4 any any capture", BIND) == ""


@pytest.mark.parametrize(
    ("switch", "lines", "word"),
    [
        ("strict_acl", ["no ipv4 access-list A"], "in use"),
        ("strict_acl_reference", ["interface hu0/0/0/5 ipv4 access-group NONE ingress"], "does not exist"),
        ("strict_udf", ["no udf u1"], "not defined"),
        ("strict_udf", ["ipv4 access-list C 10 permit ipv4 any any udf nix 0x1 0x1"], "not defined"),
        ("strict_limits", [f"monitor-session m{n} ethernet" for n in range(5)], "Maximum number"),
        ("strict_limits", ["monitor-session m ethernet destination interface BE1"], "not supported as destination"),
    ],
)
def test_refusals_behind_switches(switch: str, lines: list[str], word: str) -> None:
    config = f"ipv4 access-list A\n 10 permit ipv4 any any\n!\ninterface HundredGigE0/0/0/1\n ipv4 access-group A ingress\n!\n{UDF}\n{PROFILE}\n"
    assert word in reason(device(config, **{switch: True}), *(part for line in lines for part in ("root", line)))
    assert reason(device(config, **{switch: False}), *(part for line in lines for part in ("root", line))) == ""


def test_what_was_there_before_is_not_refused_again() -> None:
    config = "interface HundredGigE0/0/0/1\n monitor-session a ethernet\n !\n monitor-session b ethernet\n !\n!\n"
    assert reason(device(config), "hostname x") == ""


# -- faults


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        ({"name": "commit_rejected", "times": 1}, FAILED),
        (
            {"name": "disk_full", "times": 1},
            "% Failed to commit .. As an error encountered during commit operation. No space left",
        ),
        ({"name": "not_authorized", "at": "^commit", "times": 1}, "% This command is not authorized"),
    ],
)
def test_faults_of_a_commit(fault: dict, said: str) -> None:
    router = device("hostname edge1\n", (fault,))
    assert told(router, *MIRROR, "commit").startswith(said)
    assert router.running_text() == "hostname edge1\n"
    assert told(router, *MIRROR, "commit") == ""


def test_a_rejected_commit_names_a_line_of_the_candidate() -> None:
    router = device(faults=("commit_rejected",))
    lines = ["configure", "interface te0/0/0/1", "mtu 9000", "l2transport", "monitor-session m1 ethernet"]
    assert told(router, *lines, "commit", "show configuration failed").splitlines()[6:] == [
        "interface TenGigE0/0/0/1",
        " l2transport",
        "  monitor-session m1 ethernet",
        "!!% 'SPAN' detected the 'warning' condition 'This operation is not supported'",
        "  !",
        " !",
        "!",
        "end",
    ]


# -- layers, and what is the whole router's

LAYERS = """interface HundredGigE0/0/0/1
 ipv4 address 10.0.0.1 255.255.255.0
!
interface HundredGigE0/0/0/2
 l2transport
 !
!
monitor-session m1 ethernet
!
"""


def test_addresses_and_l2transport_go_not_together_and_a_mirror_stands_under_l2transport() -> None:
    under = ["l2transport", "monitor-session m1 ethernet port-level"]
    assert "HundredGigE0/0/0/1 together" in reason(device(LAYERS), "interface hu0/0/0/1", *under)
    assert "HundredGigE0/0/0/2 together" in reason(device(LAYERS), "interface hu0/0/0/2", "ipv4 address 10.0.1.1/24")
    beside = reason(device(LAYERS), "interface hu0/0/0/2", under[1])
    assert "HundredGigE0/0/0/2 is l2transport" in beside
    assert reason(device(LAYERS), "interface hu0/0/0/2", *under) == ""
    assert reason(device(LAYERS), "interface hu0/0/0/1", under[1]) == ""
    assert reason(device(LAYERS, strict_layer=False), "interface hu0/0/0/1", *under) == ""


def test_what_is_the_whole_router_s_is_no_session_and_goes_by_its_word() -> None:
    router = device(LAYERS)
    lines = ["monitor-session local-capture-capacity 100 mb", "monitor-session mirror-interval 1K"]
    assert reason(router, "monitor-session router-id 9", "monitor-session default-capture-disable", *lines) == ""
    assert list(router.facts.sessions) == ["m1"]
    shown = told(router, "show running-config monitor-session")
    for line in (*lines, "monitor-session router-id 9", "monitor-session default-capture-disable"):
        assert line in shown.splitlines()
    assert "Invalid input" in play(router, "configure", "monitor-session router-id 256")
    assert "Incomplete" in play(router, "configure", "monitor-session router-id")
    assert reason(router, "no monitor-session router-id") == ""
    assert "router-id" not in router.running_text() and "m1" in router.running_text()


def test_an_entry_keeps_the_names_behind_its_keywords_as_they_are_typed() -> None:
    router = device()
    entry = "10 PERMIT ipv4 any any NextHop1 Track T1 VRF Red IPV4 192.0.2.9 Counter Hits LOG"
    assert reason(router, "ipv4 access-list Edge", entry) == ""
    assert (
        " 10 permit ipv4 any any nexthop1 track T1 vrf Red ipv4 192.0.2.9 counter Hits log\n" in router.running_text()
    )


# -- what platforms and releases have of ERSPAN ids, merge groups and sources

NUMBERED = "monitor-session a ethernet\ndestination interface tunnel-ip3 erspan-session-id 7"


@pytest.mark.parametrize(
    ("platform", "release", "said"),
    [
        ("ncs5500", "24.2.1", "not supported on this platform"),
        ("8000", "24.2.1", "not supported on this platform"),
        ("asr9k", "7.7.1", "not supported in this release"),
        ("asr9k", "7.8.1", ""),
    ],
)
def test_the_id_of_an_erspan_session_is_for_some(platform: str, release: str, said: str) -> None:
    router = device(platform=platform, release=release)
    shown = play(router, f"configure\n{NUMBERED}\ncommit\nshow configuration failed")
    assert (said in shown) if said else ("!!%" not in shown)
    assert ("erspan-session-id 7" in router.running_text()) == (not said)


def test_an_access_list_of_a_source_may_have_a_group_and_a_priority() -> None:
    router = device(platform="asr9k", release="7.8.1")
    source = "interface TenGigE0/0/0/1\nmonitor-session a ethernet direction rx-only"
    play(router, f"configure\n{source}\nacl ipv4 C4 merge-group 5 priority 3\nacl merge-group 6\ncommit")
    assert "acl merge-group 6\n" in router.running_text()
    assert "acl ipv4 C4 merge-group 5 priority 3\n" in router.running_text()
    for line in ("acl ipv4 C4 priority 3", "acl ipv4 C4 merge-group 65536", "acl ipv4 C4 merge-group 5 priority 0"):
        assert "% " in told(router, f"configure\n{source}", line), line


def test_cisco_8000_mirrors_no_whole_ports_no_members_and_no_part_of_one_interface() -> None:
    bundle = "interface TenGigE0/0/0/1\n bundle id 1 mode active\n!\n"
    for lines, said in (
        ("interface TenGigE0/0/0/2\nmonitor-session a ethernet port-level", "Port-level"),
        ("interface TenGigE0/0/0/1\nmonitor-session a ethernet direction rx-only", "Bundle member TenGigE0/0/0/1"),
        ("interface TenGigE0/0/0/2\nmonitor-session a ethernet\nmirror first 100", "per session only"),
        (
            "monitor-session a ethernet\ndestination interface tunnel-ip3\ninterface TenGigE0/0/0/2\nmonitor-session a",
            "Egress",
        ),
    ):
        router = device(bundle, platform="8000", release="7.5.3")
        assert said in play(router, f"configure\n{lines}\ncommit\nshow configuration failed"), said
    router = device(bundle, platform="8000", release="7.5.3")
    play(router, "configure\nmonitor-session a ethernet\ndestination file size 1024\nmirror first 100\ncommit")
    assert " destination file size 1024\n" in router.running_text() and " mirror first 100\n" in router.running_text()


def test_which_cross_connect_names_a_session_is_printed_in_formal_lines() -> None:
    router = device(
        "l2vpn\n xconnect group G\n  p2p P\n   monitor-session a\n   neighbor ipv4 192.0.2.9 pw-id 7\n   !\n  !\n !\n!\n"
    )
    shown = told(router, "show running-config formal l2vpn | include monitor-session")
    assert shown.splitlines()[-1] == "l2vpn xconnect group G p2p P monitor-session a"


def test_messages_of_icmp_are_printed_by_name() -> None:
    router = device()
    play(
        router,
        "configure\nipv4 access-list A\n10 permit icmp any any 8\n20 permit icmp any any 3 1\n30 permit igmp any any 22\ncommit",
    )
    for line in (
        "10 permit icmp any any echo",
        "20 permit icmp any any host-unreachable",
        "30 permit igmp any any v2-report",
    ):
        assert f" {line}\n" in router.running_text()
    assert "% Invalid" in told(router, "configure\nipv4 access-list A", "40 permit icmp any any 256")
