# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""srx_policy_log and srx_flow_info against lab firewalls, over the real connection."""

from __future__ import annotations

import copy
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from integration.conftest import StartLab
from integration.eventually import eventually
from integration.firewalls import carried, device, open_door, sent
from integration.harness import Tasks
from netmiko import ConnectHandler

from ansible_collections.mspplus.netsec.plugins.plugin_utils._engine.failures import ApplyFailed, ValidationFailed
from ansible_collections.mspplus.netsec.plugins.plugin_utils._engine.problems import Problem
from ansible_collections.mspplus.netsec.plugins.plugin_utils._engine.run import Run, Terms, converge
from ansible_collections.mspplus.netsec.plugins.plugin_utils._engine.waiting import Progress
from ansible_collections.mspplus.netsec.plugins.plugin_utils._srx.configure import CommitOptions
from ansible_collections.mspplus.netsec.plugins.plugin_utils._srx.firewall import Firewall
from ansible_collections.mspplus.netsec.plugins.plugin_utils._srx.flow_info.device import GATHER, gathered
from ansible_collections.mspplus.netsec.plugins.plugin_utils._srx.policy_log.device import PolicyLogWing
from lab.server import Lab

PAIR = "from-zone trust to-zone untrust policy"
CONFIG = f"""\
set system host-name fw1
set security log mode stream
set security log stream siem host 192.0.2.50
set security flow tcp-mss ipsec-vpn mss 1350
set security flow allow-dns-reply
set security policies {PAIR} web match source-address any
set security policies {PAIR} web match destination-address any
set security policies {PAIR} web match application junos-https
set security policies {PAIR} web then permit
set security policies {PAIR} web then log session-init
set security policies {PAIR} "deny rest" match source-address any
set security policies {PAIR} "deny rest" match destination-address any
set security policies {PAIR} "deny rest" match application any
set security policies {PAIR} "deny rest" then deny
set security policies global policy all match source-address any
set security policies global policy all match destination-address any
set security policies global policy all match application any
set security policies global policy all then permit
set security policies global policy all then log session-close
set security zones security-zone trust interfaces ge-0/0/1.0
set security zones security-zone untrust interfaces ge-0/0/0.0
"""
WEB: dict[str, Any] = {"from_zone": "trust", "to_zone": "untrust", "name": "web"}
DENY = {**WEB, "name": "deny rest"}
ALL: dict[str, Any] = {"global": True, "name": "all"}
WANTED = [{**WEB, "session_close": True}, {**DENY, "session_init": True}]
WRITES = r"^(?:configure|set (?!cli)|delete|deactivate|commit|rollback)"
READ_TIMEOUT = 3.0


def srx(**options: Any) -> dict[str, Any]:
    return {"name": "fw1", "kind": "srx", "password": "CANARY-lab-password", "config_text": CONFIG, **options}


@contextmanager
def opened(lab: Lab) -> Iterator[Firewall]:
    door = open_door(lab, read_timeout=READ_TIMEOUT)
    try:
        yield Firewall(door, READ_TIMEOUT)
    finally:
        door.close()


def run(
    lab: Lab,
    document: Any,
    state: Any = "merged",
    *,
    check_mode: bool = False,
    confirm_timeout: int = 60,
    **commit: Any,
) -> Run:
    """One run of srx_policy_log, from login to logout."""
    with opened(lab) as firewall:
        options = CommitOptions(confirm_timeout, 5, **commit)
        wing = PolicyLogWing(firewall, copy.deepcopy(document), state, options, Progress("fw1", None))
        return converge(wing, Terms(check_mode=check_mode))


def logs(lab: Lab) -> list[str]:
    """What is logged: the lines with a log, without what stands before the policy's name."""
    return [line.partition(" policy ")[2] for line in carried(lab) if " then log " in line]


def written(lab: Lab) -> list[str]:
    return [line for line in sent(lab) if re.search(WRITES, line)]


INIT, CLOSE = "then log session-init", "then log session-close"


@pytest.mark.parametrize(
    ("state", "document", "left"),
    [
        ("merged", WANTED, [f"web {INIT}", f"web {CLOSE}", f'"deny rest" {INIT}', f"all {CLOSE}"]),
        ("replaced", WANTED, [f"web {CLOSE}", f'"deny rest" {INIT}', f"all {CLOSE}"]),
        ("overridden", WANTED, [f"web {CLOSE}", f'"deny rest" {INIT}']),
        ("deleted", [WEB], [f"all {CLOSE}"]),
        ("merged", [{**ALL, "session_close": False, "session_init": True}], [f"web {INIT}", f"all {INIT}"]),
    ],
)
def test_each_state_converges_in_one_login_and_a_second_run_changes_nothing(
    lab: StartLab, state: str, document: Any, left: list[str]
) -> None:
    edge = lab(srx())
    planned = run(edge, document, state, check_mode=True)
    assert planned.changed and written(edge) == [] and carried(edge) == CONFIG.splitlines()
    done = run(edge, document, state, comment="CHG 42")
    assert (done.changed, done.plan, done.before, done.after) == (True, planned.plan, planned.before, planned.after)
    assert done.details["commit"] == 'commit confirmed 1 comment "CHG 42"'
    assert logs(edge) == left
    lines = written(edge)
    assert lines[0] == "configure private" and 'commit confirmed 1 comment "CHG 42"' in lines and "commit" in lines
    again = run(edge, document, state)
    assert not again.changed and again.plan.commands == [] and written(edge) == lines
    assert len([entry for entry in edge.journal("fw1") if entry["event"] == "login"]) == 3


def test_only_the_named_contexts_are_read_and_only_what_policies_do(lab: StartLab) -> None:
    edge = lab(srx())
    run(edge, [{**WEB, "session_close": True}, {**ALL, "session_close": True}], check_mode=True)
    reads = [line for line in sent(edge) if line.startswith("show configuration security policies")]
    show, then = "show configuration security policies", '| match "then |deactivate "'
    forms = ("| display set", "| display set | display inheritance no-comments")
    contexts = ("from-zone trust to-zone untrust", "global")
    assert reads == [f"{show} {context} {form} {then}" for context in contexts for form in forms]


def test_the_diff_shows_both_lists(lab: StartLab, tmp_path: Path) -> None:
    result = Tasks(lab(srx()), tmp_path, "fw1")("srx_policy_log", {"config": WANTED}, check=True, diff=True)
    (diff,) = result["diff"]
    assert diff["before_header"] == "fw1"
    assert diff["before"].count("session_close: false") == 2
    assert diff["after"].count("session_close: false") == 1
    assert all(line.startswith("- {from_zone: ") for line in diff["after"].splitlines())


def test_a_policy_that_does_not_exist_is_never_made(lab: StartLab) -> None:
    edge = lab(srx())
    with pytest.raises(ValidationFailed, match=r"(?s)L1.*trust to untrust: wbe.*Near: web"):
        run(edge, [{**WEB, "name": "wbe", "session_close": True}, *WANTED])
    assert written(edge) == []


def test_what_would_log_in_vain_warns(lab: StartLab) -> None:
    silent = CONFIG.replace("set security log mode stream\nset security log stream siem host 192.0.2.50\n", "")
    edge = lab(srx(config_text=silent))
    done = run(edge, [{**DENY, "session_close": True}])
    assert [warning.rule for warning in done.warnings] == ["L2", "L3"]
    assert run(edge, [{**DENY, "session_close": True}]).warnings == []


def test_event_mode_wants_a_target_that_takes_information(lab: StartLab) -> None:
    def event(target: str) -> str:
        return CONFIG.replace("mode stream", "mode event") + f"set system syslog {target}\n"

    desired = [{**WEB, "session_close": True}]
    assert run(lab(srx(config_text=event("file messages any notice"))), desired).warnings[0].rule == "L3"
    assert run(lab(srx(config_text=event("host 192.0.2.9 user info"))), desired).warnings == []


def test_a_deactivated_policy_warns(lab: StartLab) -> None:
    edge = lab(srx(config_text=f"{CONFIG}deactivate security policies {PAIR} web\n"))
    assert [warning.rule for warning in run(edge, [{**WEB, "session_close": True}]).warnings] == ["L6"]


def test_a_cluster_and_a_commit_without_trial(lab: StartLab) -> None:
    edge = lab(srx(cluster=True))
    assert run(edge, WANTED, "replaced", confirm_timeout=0).changed
    assert [line for line in written(edge) if line.startswith("commit")] == ["commit check", "commit"]
    assert not run(edge, WANTED, "replaced").changed


def test_a_release_without_trials_in_private_mode_is_locked_instead(lab: StartLab) -> None:
    edge = lab(srx(private_confirmed=False))
    assert run(edge, WANTED).changed
    lines = written(edge)
    assert lines.index("configure private") < lines.index("configure exclusive")
    assert [line for line in lines if line.startswith("commit conf")] == ["commit confirmed 1"] * 2
    assert lines[-2:] == ["commit", "rollback 0"]


# -- others


def other(lab: Lab) -> Any:
    port = lab.device("fw1").port
    return ConnectHandler(
        device_type="juniper_junos", host="127.0.0.1", port=port, username="lab", password="CANARY-lab-password"
    )


def test_a_session_that_holds_the_configuration_is_named(lab: StartLab) -> None:
    edge = lab(srx())
    with other(edge) as session:
        session.send_command("configure exclusive", expect_string=r"# $")
        with pytest.raises(ApplyFailed, match="holds the configuration exclusively") as failed:
            run(edge, WANTED)
    assert failed.value.device_state == "unchanged"
    assert "terminal p" in failed.value.problems[0].device_text
    assert run(edge, WANTED).changed


def test_a_shared_candidate_that_somebody_changed_is_not_touched(lab: StartLab) -> None:
    edge = lab(srx())
    with other(edge) as session:
        session.send_config_set(["set system services ssh"], exit_config_mode=False)
        with pytest.raises(ApplyFailed, match="shared candidate"):
            run(edge, WANTED)
        session.send_command("rollback 0", expect_string=r"# $")
        session.exit_config_mode()
    assert run(edge, WANTED).changed


def test_somebody_elses_commit_stays(lab: StartLab) -> None:
    edge = lab(srx(faults=[{"name": "concurrent_commit", "at": "^commit confirmed", "times": 1}]))
    assert run(edge, WANTED).changed
    assert any("snmp location" in line for line in carried(edge))


def test_a_statement_that_somebody_removed_meanwhile_is_planned_again(lab: StartLab) -> None:
    edge = lab(srx())
    with opened(edge) as firewall:
        options = CommitOptions(60, 5)
        wing = PolicyLogWing(firewall, [WEB], "deleted", options, Progress("fw1", None))
        read, stolen = wing.read, []

        def stealing() -> Any:
            seen = read()
            if not stolen:
                stolen.append(True)
                root = device(edge).running.copy()
                root.delete(f"security policies {PAIR} web then log session-init".split())
                edge.call(lambda: device(edge).store(root, "other", "cli"))
            return seen

        wing.read = stealing  # type: ignore[method-assign]
        outcome = converge(wing, Terms(check_mode=False))
    assert not outcome.changed and f"web {INIT}" not in logs(edge)


# -- what goes wrong


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        ({"name": "commit_rejected", "at": "^commit check"}, "check-out failed"),
        ({"name": "disk_full", "at": "^commit confirmed"}, "no space left"),
        ({"name": "not_authorized", "at": "^configure"}, "is not allowed to do that"),
        ({"name": "not_authorized", "at": "^set security"}, "does not accept the line"),
        ({"name": "not_authorized", "at": "^commit confirmed"}, "is not allowed to do that"),
    ],
)
def test_a_refusal_leaves_the_firewall_unchanged_and_the_next_run_converges(
    lab: StartLab, fault: dict[str, Any], said: str
) -> None:
    edge = lab(srx(faults=[{**fault, "times": 1}]))
    with pytest.raises(ApplyFailed) as failed:
        run(edge, WANTED)
    words = f"{failed.value} {' '.join(map(str, failed.value.problems))}"
    assert re.search(said, words, re.IGNORECASE), words
    assert failed.value.device_state == "unchanged" and carried(edge) == CONFIG.splitlines()
    assert run(edge, WANTED).changed


def test_a_change_that_is_not_seen_afterwards_is_taken_back(lab: StartLab) -> None:
    edge = lab(srx())
    with opened(edge) as firewall:
        wing = PolicyLogWing(firewall, WANTED, "merged", CommitOptions(60, 5), Progress("fw1", None))
        kept, asked = wing._kept, []

        def missing(desired: Any) -> list[Problem]:
            asked.append(True)
            return kept(desired) if len(asked) > 2 else [Problem("read-back", "config", "it is not there")]

        wing._kept = missing  # type: ignore[method-assign]
        with pytest.raises(ApplyFailed, match="does not show the change") as failed:
            converge(wing, Terms(check_mode=False))
    assert failed.value.device_state == "rolled back"
    assert logs(edge) == [f"web {INIT}", f"all {CLOSE}"]
    assert run(edge, WANTED).changed


def test_an_interrupted_run_is_rolled_back_by_the_firewall(lab: StartLab) -> None:
    edge = lab(srx(minute_seconds=0.5))

    class Interrupted(Exception):
        pass

    with opened(edge) as firewall:
        wing = PolicyLogWing(firewall, WANTED, "merged", CommitOptions(60, 5), Progress("fw1", None))

        def interrupted(desired: Any) -> list[Problem]:
            raise Interrupted

        wing._kept = interrupted  # type: ignore[method-assign]
        with pytest.raises(Interrupted):
            converge(wing, Terms(check_mode=False))
    assert eventually(lambda: carried(edge), lambda lines: lines == CONFIG.splitlines())
    assert not device(edge).candidates
    assert run(edge, WANTED).changed


# -- srx_flow_info


def test_flow_info_reads_everything_in_one_round_trip(lab: StartLab) -> None:
    edge = lab(srx())
    with opened(edge) as firewall:
        found = gathered(firewall, list(GATHER))
    mss = found["parameters"]["tcp_mss"]["ipsec_vpn"]["mss"]
    assert mss == {"value": 1350, "default": False, "unit": "bytes"}
    assert found["parameters"]["allow_dns_reply"] == {"value": True, "default": False}
    assert found["parameters"]["tcp_session"]["tcp_initial_timeout"]["value"] == 20
    assert found["status"][0]["tracing"] is False
    assert found["statistics"][0]["fields"]["current_sessions"] > 0
    assert {entry["name"]: entry["missing"] for entry in found["not_logging"]} == {
        "web": ["session-close"],
        "deny rest": ["session-init"],
        "all": ["session-init"],
    }
    assert found["log_targets"] == ["stream siem"]
    assert written(edge) == []


def test_flow_info_knows_nodes_units_and_who_traces(lab: StartLab) -> None:
    trace = "set security flow traceoptions file ftrace\nset security flow traceoptions flag basic-datapath\n"
    edge = lab(srx(cluster=True, model="srx5800", config_text=CONFIG + trace))
    with opened(edge) as firewall:
        found = gathered(firewall, ["parameters", "status", "statistics"])
    assert found["parameters"]["traceoptions"] == {"active": True, "flags": ["basic-datapath"], "file": "ftrace"}
    assert [(item["node"], item["tracing"], item["trace_flags"]) for item in found["status"]] == [
        ("node0", True, ["basic-datapath"]),
        ("node1", True, ["basic-datapath"]),
    ]
    assert {item["node"] for item in found["statistics"]} == {"node0", "node1"}
    assert "policies" not in found


@pytest.mark.parametrize("cluster", [False, True])
def test_flow_info_reads_monitor_and_session_table_in_the_same_session(lab: StartLab, cluster: bool) -> None:
    edge = lab(srx(cluster=cluster, sessions=40))
    with opened(edge) as firewall:
        found = gathered(firewall, ["monitor", "sessions", "policies"])
        alone = gathered(firewall, ["sessions"])
    assert found["monitor"] == {"running": False, "file": None, "filters": []}
    assert found["node"] == ("node0" if cluster else None)
    assert [row["node"] for row in found["sessions"]] == (["node0", "node1"] if cluster else [None])
    assert {row["in_use"] for row in found["sessions"]} == {40} and found["log_targets"] == ["stream siem"]
    assert set(alone) <= {"sessions", "warnings"} and alone["sessions"] == found["sessions"]
    assert len([entry for entry in edge.journal(next(iter(edge.hosts))) if entry["event"] == "login"]) == 1
    assert written(edge) == []
