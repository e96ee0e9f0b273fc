# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Lab firewalls whose configuration comes from groups: what they do is shown, what a group brings is not removed."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from integration.conftest import StartLab
from integration.firewalls import device, sent
from integration.harness import Tasks

from lab.server import Lab

PAIR = "security policies from-zone trust to-zone untrust policy"
CONFIG = f"""\
set system host-name fw1
set groups log-all security policies from-zone <*> to-zone <*> policy <*> then log session-close
set groups log-all security log mode stream
set groups log-all security log stream siem host 192.0.2.5
set groups flow security flow tcp-mss ipsec-vpn mss 1350
set apply-groups log-all
set security apply-groups flow
set {PAIR} web match source-address any
set {PAIR} web match destination-address any
set {PAIR} web match application any
set {PAIR} web then permit
set {PAIR} quiet apply-groups-except log-all
set {PAIR} quiet match source-address any
set {PAIR} quiet match destination-address any
set {PAIR} quiet match application any
set {PAIR} quiet then permit
set security zones security-zone trust interfaces ge-0/0/1.0
set security zones security-zone untrust interfaces ge-0/0/0.0
"""
CHASSIS = """\
set system host-name fw1
set groups errors chassis fpc <*> error fatal threshold 2
set groups errors chassis fpc <*> error fatal action alarm
set groups everywhere chassis error minor threshold 20
set apply-groups errors
set apply-groups everywhere
set chassis fpc 7 error fatal action log
"""
WEB: dict[str, Any] = {"from_zone": "trust", "to_zone": "untrust", "name": "web"}


def srx(config: str = CONFIG, **options: Any) -> dict[str, Any]:
    return {"name": "fw1", "kind": "srx", "password": "CANARY-lab-password", "config_text": config, **options}


@pytest.fixture(params=[False, True], ids=["plain", "with comments"])
def edge(lab: StartLab, request: pytest.FixtureRequest) -> Lab:
    """Whether `display set` prints comments of groups, no source shows for all releases."""
    return lab(srx(set_comments=request.param))


def written(lab: Lab) -> list[str]:
    return [line for line in sent(lab) if line.startswith(("configure", "set security", "delete", "commit"))]


def test_policies_log_what_their_groups_bring(edge: Lab, tmp_path: Path) -> None:
    told = Tasks(edge, tmp_path, "fw1")("srx_flow_info", {"gather": ["policies", "parameters"]})
    assert {entry["name"]: entry["session_close"] for entry in told["policies"]} == {"web": True, "quiet": False}
    assert {entry["name"]: entry["missing"] for entry in told["not_logging"]} == {
        "web": ["session-init"],
        "quiet": ["session-init", "session-close"],
    }
    assert told["from_groups"] == [{**WEB, "session_close": "log-all"}]
    assert told["log_targets"] == ["stream siem"]
    mss = told["parameters"]["tcp_mss"]["ipsec_vpn"]["mss"]
    assert (mss["value"], mss["default"], mss["group"]) == (1350, False, "flow")
    assert "group" not in told["parameters"]["tcp_mss"]["all_tcp"]["mss"]


@pytest.mark.parametrize(
    ("config", "state"),
    [
        ([{**WEB, "session_close": False}], "merged"),
        ([{**WEB, "session_init": True}], "replaced"),
        ([WEB], "deleted"),
        ([{**WEB, "name": "quiet", "session_init": True}], "overridden"),
    ],
)
def test_a_log_that_a_group_brings_is_not_removed(edge: Lab, tmp_path: Path, config: Any, state: str) -> None:
    for check in (True, False):
        result = Tasks(edge, tmp_path, "fw1")("srx_policy_log", {"config": config, "state": state}, check=check)
        assert result["failed"] and not result["changed"]
        assert [(each["rule"], each["item"]) for each in result["problems"] if each["severity"] == "error"] == [
            ("L10", "config[trust to untrust: web]")
        ]
        assert "the group log-all brings session-close" in result["msg"]
        assert result["from_groups"][0]["session_close"] == "log-all"
    assert written(edge) == []


def test_what_a_group_brings_is_kept_and_the_rest_is_written(edge: Lab, tmp_path: Path) -> None:
    task = Tasks(edge, tmp_path, "fw1")
    given = {"config": [{**WEB, "session_init": True, "session_close": True}], "state": "replaced"}
    done = task("srx_policy_log", given)
    assert done["changed"] and done["commands"] == [f"set {PAIR} web then log session-init"]
    assert done["before"] == [{**WEB, "session_init": False, "session_close": True}]
    assert done["after"] == [{**WEB, "session_init": True, "session_close": True}]
    assert done["from_groups"] == [{**WEB, "session_close": "log-all"}]
    assert not task("srx_policy_log", given)["changed"]


def test_a_statement_that_goes_and_comes_back_by_its_group_is_taken_back_with_the_reason(
    edge: Lab, tmp_path: Path
) -> None:
    edge.call(lambda: device(edge).external_commit([f"set {PAIR} web then log session-close"]))
    before = device(edge).running_lines()
    failed = Tasks(edge, tmp_path, "fw1")("srx_policy_log", {"config": [{**WEB, "session_close": False}]})
    assert failed["failed"] and failed["device_state"] == "rolled back"
    assert "the group log-all brings session-close" in failed["problems"][0]["message"]
    assert device(edge).running_lines() == before


def test_a_policy_that_a_group_makes_is_left_to_its_group(lab: StartLab, tmp_path: Path) -> None:
    made = "set groups rest security policies from-zone <*> to-zone <*> policy rest"
    lines = [f"{made} match {word} any" for word in ("source-address", "destination-address", "application")]
    edge = lab(srx("\n".join([CONFIG, *lines, f"{made} then deny", "set apply-groups rest", ""])))
    rest = {**WEB, "name": "rest"}
    task = Tasks(edge, tmp_path, "fw1")
    refused = task("srx_policy_log", {"config": [{**rest, "session_init": True}]})
    assert [each["rule"] for each in refused["problems"]] == [
        "L10"
    ] and "the group rest brings the whole policy" in refused["msg"]
    assert not task("srx_policy_log", {"config": [{**rest, "session_close": True}]})["changed"]
    assert written(edge) == []


def test_traceoptions_of_a_group_keep_the_monitor_from_starting(lab: StartLab, tmp_path: Path) -> None:
    lines = "set groups trace security flow traceoptions flag basic-datapath\nset apply-groups trace\n"
    edge = lab(srx(CONFIG + lines))
    given = {"filters": [{"name": "out", "source_prefix": "10.1.1.7"}], "file": {"name": "t"}}
    refused = Tasks(edge, tmp_path, "fw1")("srx_flow_monitor", given)
    assert [each["rule"] for each in refused["problems"]] == ["M11"]


# -- error actions of FPCs


@pytest.fixture
def core(lab: StartLab) -> Lab:
    return lab(srx(CHASSIS, model="srx5800"))


def test_error_actions_that_groups_bring_count_and_are_named(core: Lab, tmp_path: Path) -> None:
    told = Tasks(core, tmp_path, "fw1")("srx_fpc_error_info", {"gather": ["config"]})
    assert told["config"] == [
        {"all": True, "minor": {"threshold": 20}},
        {"fpc": 7, "fatal": {"threshold": 2, "actions": ["log", "alarm"]}},
    ]
    row = next(row for row in told["effective"] if row["fpc"] == 7)
    assert (row["fatal"]["threshold"], row["fatal"]["actions"], row["minor"]["threshold"]) == (2, ["log", "alarm"], 20)
    assert told["from_groups"][1] == {
        "fpc": 7,
        "level": "fatal",
        "threshold": "errors",
        "actions": {"alarm": "errors"},
    }


def test_error_actions_that_groups_bring_are_not_removed_and_not_written_again(core: Lab, tmp_path: Path) -> None:
    task = Tasks(core, tmp_path, "fw1")
    same = [{"fpc": 7, "fatal": {"threshold": 2, "actions": ["alarm", "log"]}}]
    assert not task("srx_fpc_error_action", {"config": same})["changed"]
    for given in ({"state": "deleted"}, {"config": [{"fpc": 7, "fatal": {"actions": ["log"]}}], "state": "replaced"}):
        refused = task("srx_fpc_error_action", given)
        assert {each["rule"] for each in refused["problems"] if each["severity"] == "error"} == {"F20"}
        assert "the group errors brings action alarm" in refused["msg"]
    assert [line for line in sent(core) if line.startswith("configure")] == []
    wider = [{"fpc": 7, "fatal": {"threshold": 9, "actions": ["get-state", "alarm"]}}]
    done = task("srx_fpc_error_action", {"config": wider})
    assert done["changed"] and not task("srx_fpc_error_action", {"config": wider})["changed"]
    assert device(core).running_lines()[-2:] == [
        "set chassis fpc 7 error fatal threshold 9",
        "set chassis fpc 7 error fatal action get-state",
    ]


def test_reads_are_one_round_trip(edge: Lab, tmp_path: Path) -> None:
    """A command that waits for the answer of the one before it would come later than all of the paste."""
    Tasks(edge, tmp_path, "fw1")("srx_policy_log", {"config": [{**WEB, "session_close": True}]}, check=True)
    reads = [line for line in sent(edge) if line.startswith("show configuration")]
    assert len(reads) == len({*reads}) * 2 == 10  # nothing is to be done, so it is looked at twice
