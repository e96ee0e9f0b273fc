# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""srx_fpc_error_action and srx_fpc_error_info against lab chassis, over the real connection."""

from __future__ import annotations

import copy
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from integration.conftest import StartLab
from integration.firewalls import carried, open_door, sent
from integration.harness import Tasks
from netmiko import ConnectHandler

from ansible_collections.mspplus.netsec.plugins.plugin_utils._engine.failures import (
    ApplyFailed,
    ConnectionFailed,
    ValidationFailed,
)
from ansible_collections.mspplus.netsec.plugins.plugin_utils._engine.run import Run, Terms, converge
from ansible_collections.mspplus.netsec.plugins.plugin_utils._engine.waiting import Progress
from ansible_collections.mspplus.netsec.plugins.plugin_utils._srx import xml_tree
from ansible_collections.mspplus.netsec.plugins.plugin_utils._srx.configure import CommitOptions
from ansible_collections.mspplus.netsec.plugins.plugin_utils._srx.firewall import Firewall
from ansible_collections.mspplus.netsec.plugins.plugin_utils._srx.fpc_errors.counters import parse_fpc_errors
from ansible_collections.mspplus.netsec.plugins.plugin_utils._srx.fpc_errors.device import FpcWing
from ansible_collections.mspplus.netsec.plugins.plugin_utils._srx.fpc_errors.info_device import GATHERED, inspect
from lab.server import Lab

CONFIG = """\
set system host-name core
set chassis fpc 0 error major action alarm
set chassis fpc 1 pic 0 tunnel-services
set chassis fpc 7 error minor threshold 20
set chassis fpc 7 error minor action log
"""
WANTED: list[dict[str, Any]] = [
    {"fpc": 0, "fatal": {"threshold": 1, "actions": ["alarm", "get-state"]}, "major": {"actions": ["log", "alarm"]}},
    {"fpc": 1, "minor": {"threshold": 5, "actions": ["log"]}},
]
RESET: list[dict[str, Any]] = [{"fpc": 0, "major": {"actions": ["alarm", "reset"]}}]
READ_TIMEOUT = 2.0
WRITES = r"^(?:configure|set (?!cli)|delete|deactivate|commit|rollback)"
ERRORS = [
    {
        "fpc": 0,
        "severity": "major",
        "count": 2,
        "cleared": 1,
        "category": "memory",
        "scope": "pfe",
        "name": "XM_PARITY",
    },
    {"fpc": 7, "severity": "minor", "count": 13},
]


def chassis(**options: Any) -> dict[str, Any]:
    return {
        "name": "core",
        "kind": "srx",
        "model": "srx5800",
        "password": "CANARY-lab-password",
        "config_text": CONFIG,
        **options,
    }


@contextmanager
def opened(lab: Lab) -> Iterator[Firewall]:
    door = open_door(lab, "core", READ_TIMEOUT)
    try:
        yield Firewall(door, READ_TIMEOUT)
    finally:
        door.close()


def run(
    lab: Lab, document: Any, state: Any = "overridden", *, confirmed: bool = False, check_mode: bool = False
) -> Run:
    """One run of srx_fpc_error_action, from login to logout."""
    with opened(lab) as firewall:
        options = CommitOptions(60, 5, "CHG1")
        wing = FpcWing(firewall, copy.deepcopy(document), state, options, Progress("core", None), confirmed=confirmed)
        return converge(wing, Terms(check_mode=check_mode))


def text(lab: Lab) -> list[str]:
    """Lines of the configuration below chassis, in their order."""
    return [line for line in carried(lab, "core") if line.split()[1] == "chassis"]


def written(lab: Lab) -> list[str]:
    return [line for line in sent(lab, "core") if re.search(WRITES, line)]


# -- states


NEW = [
    "0 error fatal threshold 1",
    "0 error fatal action alarm",
    "0 error fatal action get-state",
    "0 error major action log",
    "0 error major action alarm",
]
NEW_1 = ["1 pic 0 tunnel-services", "1 error minor threshold 5", "1 error minor action log"]
OLD_7 = ["7 error minor threshold 20", "7 error minor action log"]


@pytest.mark.parametrize(
    ("state", "document", "left"),
    [
        ("merged", WANTED, [*NEW, *NEW_1, *OLD_7]),
        ("replaced", WANTED, [*NEW, *NEW_1, *OLD_7]),
        ("overridden", WANTED, [*NEW, *NEW_1]),
        ("deleted", [{"fpc": 7}], ["0 error major action alarm", "1 pic 0 tunnel-services"]),
        ("deleted", None, ["1 pic 0 tunnel-services"]),
    ],
)
def test_each_state_converges_in_one_login_and_a_second_run_changes_nothing(
    lab: StartLab, state: str, document: Any, left: list[str]
) -> None:
    edge = lab(chassis())
    planned = run(edge, document, state, check_mode=True)
    assert planned.changed and written(edge) == [] and text(edge) == CONFIG.splitlines()[1:]
    done = run(edge, document, state)
    assert (done.changed, done.plan, done.before, done.after) == (True, planned.plan, planned.before, planned.after)
    assert text(edge) == [f"set chassis fpc {line}" for line in left]
    lines = len(written(edge))
    again = run(edge, document, state)
    assert not again.changed and again.plan.commands == [] and len(written(edge)) == lines
    logins = [entry for entry in edge.journal("core") if entry["event"] == "login"]
    assert len(logins) == 3


def test_actions_keep_the_order_of_the_document(lab: StartLab) -> None:
    edge = lab(chassis())
    run(edge, WANTED, "merged")
    path = "set chassis fpc 0 error major action"
    assert [line for line in text(edge) if line.startswith(path)] == [f"{path} log", f"{path} alarm"]
    turned = [{"fpc": 0, "major": {"actions": ["alarm", "log"]}}]
    assert run(edge, turned, "merged").changed
    assert [line for line in text(edge) if line.startswith(path)] == [f"{path} alarm", f"{path} log"]
    assert not run(edge, turned, "merged").changed


@pytest.mark.parametrize("module", ["srx_fpc_error_action", "srx_fpc_error_info"])
def test_without_xmltodict_a_person_is_told_what_to_install(
    lab: StartLab, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, module: str
) -> None:
    monkeypatch.setattr(xml_tree, "MISSING", ImportError("No module named 'xmltodict'"))
    task = Tasks(lab(chassis()), tmp_path, "core")
    result = task(module, {"config": WANTED} if module.endswith("action") else {})
    assert result["failed"] and "pip install xmltodict" in result["msg"] and result["device_state"] == "unchanged"


def test_the_diff_shows_both_documents(lab: StartLab, tmp_path: Path) -> None:
    task = Tasks(lab(chassis()), tmp_path, "core")
    result = task("srx_fpc_error_action", {"config": WANTED, "state": "overridden"}, check=True, diff=True)
    assert result["model"] == "SRX5800" and result["release"]
    (diff,) = result["diff"]
    assert "threshold: 20" in diff["before"] and "threshold: 20" not in diff["after"]
    assert "get-state" in diff["after"] and len(result["plan"]["fingerprint"]) == 64


def test_what_is_deactivated_is_written_anew(lab: StartLab) -> None:
    edge = lab(chassis(config_text=f"{CONFIG}deactivate chassis fpc 0 error major\n"))
    document = [{"fpc": 0, "major": {"actions": ["alarm"]}}]
    assert run(edge, document, "merged").changed
    assert "deactivate" not in "".join(text(edge)) and "set chassis fpc 0 error major action alarm" in text(edge)
    assert not run(edge, document, "merged").changed


# -- rules


def test_a_reset_of_an_spc2_is_refused_until_it_is_confirmed(lab: StartLab) -> None:
    edge = lab(chassis())
    for document in (RESET, [{"fpc": 0, "major": {"actions": ["alarm", "offline"]}}]):
        with pytest.raises(ValidationFailed, match=r"F6.*whole chassis.*confirm_chassis_restart"):
            run(edge, document, "merged")
    assert written(edge) == []
    done = run(edge, RESET, "merged", confirmed=True)
    assert done.changed and done.plan.operations[0].risk == ("restarts-chassis",)
    assert [(warning.rule, warning.severity) for warning in done.warnings] == [("F6", "warning")]
    assert not run(edge, RESET, "merged", confirmed=True).changed
    # An IOC2 restarts alone.
    assert run(edge, [{"fpc": 7, "major": {"actions": ["alarm", "reset"]}}], "merged").plan.operations[0].risk == (
        "restarts-fpc",
    )


def test_falling_back_to_a_reset_is_refused_too(lab: StartLab) -> None:
    edge = lab(chassis(config_text=f"{CONFIG}set chassis fpc 0 error fatal action alarm\n"))
    with pytest.raises(ValidationFailed, match=r"F7.*default"):
        run(edge, None, "deleted")
    assert written(edge) == []
    assert run(edge, None, "deleted", confirmed=True).changed


def test_a_cluster_is_warned_about_lists_without_alarm(lab: StartLab) -> None:
    document = [{"fpc": 7, "fatal": {"actions": ["log"]}}]
    edge = lab(chassis(cluster=True))
    done = run(edge, document, "merged")
    assert done.changed and [warning.rule for warning in done.warnings] == ["F9"]
    assert not run(edge, document, "merged").changed
    assert run(lab(chassis()), document, "merged").warnings == []


@pytest.mark.parametrize(
    ("options", "rule"),
    [
        ({"model": "vsrx"}, "F1"),
        ({"model": "srx345"}, "F1"),
        ({"routing_engine": 1}, "F2"),
        ({"release": "15.1X49-D20"}, "F3"),
        ({"release": "17.2R1"}, "F3"),
        ({"cards": {3: "spc2"}}, "F5"),
    ],
)
def test_what_cannot_handle_errors_is_refused_before_anything_is_sent(
    lab: StartLab, options: dict[str, Any], rule: str
) -> None:
    edge = lab(chassis(**options))
    with pytest.raises(ValidationFailed) as refused:
        run(edge, [{"fpc": 0, "minor": {"threshold": 5}}], "merged")
    assert rule in [problem.rule for problem in refused.value.problems if problem.severity == "error"]
    assert written(edge) == []


@pytest.mark.parametrize("release", ["15.1X49-D50.3", "17.3R1", "18.4R3", "21.4R3", "24.4R1"])
def test_every_release_takes_what_its_row_has(lab: StartLab, release: str) -> None:
    actions = {"24.4R1": ["trap", "reset-pfe"], "18.4R3": ["fault", "disable-pfe"]}.get(release, ["get-state", "log"])
    edge = lab(chassis(release=release))
    assert run(edge, [{"fpc": 7, "major": {"actions": ["alarm", *actions]}}], "merged").changed


def test_a_threshold_that_is_reached_already_is_a_warning(lab: StartLab) -> None:
    edge = lab(chassis(fpc_errors=ERRORS))
    done = run(edge, [{"fpc": 7, "minor": {"threshold": 13}}], "merged", check_mode=True)
    assert [warning.rule for warning in done.warnings] == ["F18"] and "13 minor errors" in done.warnings[0].message
    assert run(edge, [{"fpc": 7, "minor": {"threshold": 14}}], "merged", check_mode=True).warnings == []


# -- reads


@pytest.mark.parametrize("cluster", [False, True])
def test_counters_are_the_same_from_xml_and_from_both_layouts_of_text(lab: StartLab, cluster: bool) -> None:
    found = []
    for layout in ("a", "b"):
        edge = lab(chassis(fpc_errors=ERRORS, fpc_errors_layout=layout, cluster=cluster))
        with opened(edge) as firewall:
            command = "show chassis fpc errors detail"
            found += [parse_fpc_errors(answer) for answer in firewall.read(command, f"{command} | display xml")]
    assert found[0] == found[1] == found[2] == found[3] and found[0]["unparsed"] == []
    rows = {(row.get("node", ""), row["fpc"]): row for row in found[0]["fpcs"]}
    assert len(rows) == 5 * (1 + cluster)
    first = rows["node0" if cluster else "", 0]
    assert first["levels"]["major"] == {
        "occurred": 2,
        "cleared": 1,
        "threshold": 1,
        "action_taken": 1,
        "actions": ["alarm"],
    }
    assert [(row["scope"], row["category"], row["levels"]["major"]["occurred"]) for row in first["categories"]] == [
        ("pfe", "memory", 2)
    ]
    assert [(row["name"], row["level"], row["occurred"], row["cleared"]) for row in first["errors"]] == [
        ("XM_PARITY", "major", 2, 1)
    ]
    assert first["errors"][0]["last_occurred_ms"] > 0


def test_everything_of_a_chassis_in_one_round_trip(lab: StartLab) -> None:
    wedged = [{"fpc": 0, "driver": "TOE", "kind": "irreversible"}, {"fpc": 7, "driver": "XM", "kind": "transient"}]
    fabric = [{"fpc": 7, "pfe": 0, "plane": 3, "text": "Links error"}]
    edge = lab(chassis(fpc_errors=ERRORS, wedges=wedged, fabric_errors=fabric))
    with opened(edge) as firewall:
        found = inspect(firewall, GATHERED, detail=True)
    assert "warnings" not in found and "errors_unparsed" not in found
    assert (found["model"], found["release"]) == ("SRX5800", "21.4R3")
    assert [item.get("fpc") for item in found["config"]] == [0, 7]
    effective = {row["fpc"]: row for row in found["effective"]}
    assert effective[0]["fatal"] == {
        "threshold": 1,
        "actions": ["alarm", "reset"],
        "origin": "default",
        "restarts_chassis": True,
    }
    assert effective[7]["fatal"]["restarts_chassis"] is False and effective[7]["minor"]["threshold"] == 20
    assert [(row["fpc"], row["driver"], row["kind"], row["active"]) for row in found["wedges"]] == [
        (0, "TOE", "irreversible", True),
        (7, "XM", "transient", False),
    ]
    assert found["fabric"] == [{"plane": 3, "state": "Check"}, {"fpc": 7, "pfe": 0, "plane": 3, "state": "Links error"}]
    assert {alarm["fpc"] for alarm in found["alarms"]} == {0}
    assert [engine["version"] for engine in found["routing_engines"]] == [2] and found["hardware"][0][
        "model"
    ] == "SRX5800"
    assert written(edge) == []


def test_a_cluster_tells_its_nodes_apart(lab: StartLab) -> None:
    with opened(lab(chassis(cluster=True, fpc_errors=ERRORS))) as firewall:
        found = inspect(firewall, GATHERED, detail=False)
    assert {row["node"] for part in ("errors", "hardware", "alarms") for row in found[part]} == {"node0", "node1"}
    assert all(row["categories"] == row["errors"] == [] for row in found["errors"])


def test_what_a_small_firewall_does_not_know_is_null_and_a_warning(lab: StartLab) -> None:
    with opened(lab(chassis(model="vsrx"))) as firewall:
        found = inspect(firewall, GATHERED, detail=True)
    assert found["model"] == "VSRX" and found["hardware"] and found["errors"] is None and found["fabric"] is None
    assert found["alarms"] == [] and found["wedges"] == [], "these were read, and there are none"
    assert any(
        "show chassis fpc errors" in warning and warning.endswith("errors is null") for warning in found["warnings"]
    )


@pytest.mark.parametrize(
    ("refused", "unknown"),
    [
        ("show chassis alarms", {"alarms", "wedges", "path_errors"}),
        ("show log messages", {"wedges", "path_errors"}),
        ("show chassis hardware", {"hardware", "effective", "wedge_detection"}),
        ("show chassis fabric summary", {"fabric"}),
        ("show configuration chassis", {"config", "from_groups", "effective"}),
        ("show chassis routing-engine", {"routing_engines"}),
    ],
)
def test_a_part_whose_read_is_refused_never_says_that_there_is_nothing(
    lab: StartLab, refused: str, unknown: set[str]
) -> None:
    edge = lab(chassis())
    edge.add_fault("core", {"name": "not_authorized", "at": refused})
    with opened(edge) as firewall:
        found = inspect(firewall, GATHERED, detail=True)
    assert {key for key, value in found.items() if value is None} >= unknown
    for key in unknown:
        assert any(refused in warning and f"{key} is null" in warning for warning in found["warnings"])


def test_what_is_left_of_a_part_is_kept_and_told_to_be_incomplete(lab: StartLab) -> None:
    edge = lab(chassis(wedges=[{"fpc": 0, "driver": "TOE", "kind": "irreversible"}]))
    edge.add_fault("core", {"name": "not_authorized", "at": "show chassis alarms"})
    with opened(edge) as firewall:
        found = inspect(firewall, ["wedges"], detail=False)
    assert [(row["fpc"], row["driver"], row["alarm"]) for row in found["wedges"]] == [(0, "TOE", False)]
    assert any("wedges is not complete" in warning for warning in found["warnings"])


def test_the_counters_of_one_slot(lab: StartLab) -> None:
    with opened(lab(chassis(fpc_errors=ERRORS))) as firewall:
        assert [row["fpc"] for row in inspect(firewall, ["errors"], detail=True, fpc=7)["errors"]] == [7]


# -- faults

STEPS = (
    "^show configuration chassis",
    "^show chassis fpc errors",
    "^configure private",
    "^set chassis",
    r"^show \| compare",
    "^commit check",
    "^commit confirmed",
    "^run show configuration",
    "^commit$",
)


def ending(lab: Lab) -> str:
    """How a run ends: what it says of the device, unreachable, or nothing where it succeeds."""
    try:
        run(lab, WANTED)
    except ApplyFailed as failed:
        return failed.device_state
    except ConnectionFailed:
        return "unreachable"
    return ""


@pytest.mark.parametrize(
    ("fault", "step"), [*(("drop", step) for step in STEPS), ("hang", "^set chassis"), ("hang", "^commit confirmed")]
)
def test_a_link_that_goes_leaves_the_old_or_the_new_and_the_next_run_converges(
    lab: StartLab, fault: str, step: str
) -> None:
    edge = lab(chassis())
    start = text(edge)
    edge.add_fault("core", {"name": fault, "at": step, "times": 1})
    state = ending(edge)
    if state == "unreachable":
        assert written(edge) == []
    assert any(entry["event"] == "fault" for entry in edge.journal("core"))
    if state.startswith(("unchanged", "rolled back", "unreachable")):
        assert text(edge) == start
    changed = text(edge) == start
    assert run(edge, WANTED).changed is changed
    assert not run(edge, WANTED).changed


@pytest.mark.parametrize(
    "fault", [{"name": "commit_rejected"}, {"name": "disk_full"}, {"name": "not_authorized", "at": "^configure"}]
)
def test_a_refused_commit_is_told_and_changes_nothing(lab: StartLab, fault: dict[str, Any]) -> None:
    edge = lab(chassis())
    start = text(edge)
    edge.add_fault("core", {**fault, "times": 1})
    with pytest.raises(ApplyFailed) as failed:
        run(edge, WANTED)
    assert failed.value.device_state == "unchanged" and failed.value.problems
    assert text(edge) == start and run(edge, WANTED).changed


def test_a_commit_of_others_stays(lab: StartLab) -> None:
    edge = lab(chassis())
    edge.add_fault("core", {"name": "concurrent_commit", "times": 1})
    run(edge, WANTED)
    assert not run(edge, WANTED).changed
    with opened(edge) as firewall:
        assert "snmp location" in firewall.read("show configuration snmp | display set")[0]


def test_the_undo_of_a_plan_brings_back_every_line(lab: StartLab) -> None:
    edge = lab(chassis(config_text=f"{CONFIG}deactivate chassis fpc 0 error major\n"))
    start = text(edge)
    steps = run(edge, WANTED).plan
    host = edge.device("core")
    where = {"host": "127.0.0.1", "port": host.port, "username": host.spec.username, "password": host.spec.password}
    with ConnectHandler(device_type="juniper_junos", **where) as client:
        client.send_config_set(steps.undo_commands, exit_config_mode=False)
        client.commit(and_quit=True)
    assert sorted(text(edge)) == sorted(start)
