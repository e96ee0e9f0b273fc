# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How a change meets others: locks, trials and labels of other sessions, line cards that were not reloaded, 800 sources."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from integration.routers import WANTED, router, run
from netmiko import ConnectHandler

from ansible_collections.mspplus.netsec.plugins.plugin_utils._engine.failures import ApplyFailed
from lab.server import Lab


@contextmanager
def other(lab: Lab) -> Iterator[Any]:
    """Somebody else on the same router."""
    host = lab.device("edge1")
    where = {"host": "127.0.0.1", "port": host.port, "username": host.spec.username, "password": host.spec.password}
    with ConnectHandler(device_type="cisco_xr", **where) as client:
        yield client


def commands(lab: Lab) -> list[str]:
    return [entry["text"] for entry in lab.journal("edge1") if entry["event"] == "command"]


def refused(lab: Lab, known: Path, **commit: Any) -> ApplyFailed:
    with pytest.raises(ApplyFailed) as caught:
        run(lab, WANTED, known_hosts=known, **commit)
    assert caught.value.device_state == "unchanged" and not caught.value.changed
    return caught.value


def test_a_lock_of_somebody_else_is_named(lab: Any, tmp_path: Path) -> None:
    edge, known = lab(router()), tmp_path / "known_hosts"
    with other(edge) as client:
        client.send_command("configure exclusive", expect_string=r"\(config\)#")
        failed = refused(edge, known, exclusive=True)
        assert "lock" in str(failed) and failed.problems[0].remedy
        client.send_command("abort", expect_string=r"#")
    assert run(edge, WANTED, known_hosts=known, exclusive=True).changed


def test_a_trial_commit_of_somebody_else_is_named(lab: Any, tmp_path: Path) -> None:
    edge, known = lab(router()), tmp_path / "known_hosts"
    with other(edge) as client:
        client.send_config_set(["interface TenGigE0/0/0/9", "description trial"])
        client.send_command("commit confirmed 600", expect_string=r"\(config\S*\)#")
        assert "trial commit" in str(refused(edge, known))
        client.send_command("commit", expect_string=r"\(config\S*\)#")
        client.exit_config_mode()
    assert run(edge, WANTED, known_hosts=known).changed


def test_a_label_that_is_in_use_gets_a_number(lab: Any, tmp_path: Path) -> None:
    edge, known = lab(router()), tmp_path / "known_hosts"
    first = run(edge, WANTED, known_hosts=known, label="CHG0012345")
    second = run(edge, {"sessions": []}, known_hosts=known, label="CHG0012345")
    assert "label CHG0012345 " in first.details["commit"]
    assert "label CHG0012345-2 " in second.details["commit"]


def test_a_comment_stands_in_the_commit(lab: Any, tmp_path: Path) -> None:
    edge, known = lab(router()), tmp_path / "known_hosts"
    outcome = run(edge, WANTED, known_hosts=known, comment="change 12345 of tonight")
    assert outcome.details["commit"].endswith("comment change 12345 of tonight")


def test_a_source_of_another_session_moves_in_one_commit(lab: Any, tmp_path: Path) -> None:
    edge, known = lab(router()), tmp_path / "known_hosts"
    moved = {"interface": "TenGigE0/0/0/1", "port_level": True}
    outcome = run(edge, {"sessions": [{"name": "keep", "sources": [moved]}]}, "merged", known_hosts=known)
    assert [operation.risk for operation in outcome.plan.operations] == [("moves-source",)]
    assert sum(command.startswith("commit confirmed") for command in commands(edge)) == 1
    assert {source["interface"] for source in outcome.after["sessions"][0]["sources"]} > {"TenGigE0/0/0/1"}


PROFILE = {
    "sessions": [
        {
            "name": "keep",
            "destination": {"interface": "TenGigE0/0/0/20"},
            "sources": [{"interface": "TenGigE0/0/0/3", "direction": "rx-only", "port_level": True, "acl": True}],
        }
    ],
    "udfs": [{"name": "inner", "header": "inner", "layer": "l4", "offset": 10, "length": 2}],
    "tcam_profiles": [
        {"family": "ipv4", "qualifiers": ["src-addr", "dst-addr", "proto"], "udfs": ["inner"], "enable_capture": True}
    ],
    "access_lists": [
        {
            "name": "deep",
            "family": "ipv4",
            "interfaces": ["TenGigE0/0/0/3"],
            "entries": [
                {
                    "sequence": 10,
                    "action": "permit",
                    "match": "ipv4 any any",
                    "capture": True,
                    "udfs": [{"name": "inner", "value": "0x12", "mask": "0xffff"}],
                },
                {"sequence": 20, "action": "permit", "match": "ipv4 any any"},
            ],
        }
    ],
}


def test_a_profile_takes_two_runs_and_says_so_until_the_cards_were_reloaded(lab: Any, tmp_path: Path) -> None:
    edge, known = lab(router(config_text="hostname edge1\n")), tmp_path / "known_hosts"
    first = run(edge, PROFILE, known_hosts=known)
    assert first.plan.notes["reload_required"] == ["all line cards"] and first.plan.deferred

    with pytest.raises(ApplyFailed) as caught:
        run(edge, PROFILE, known_hosts=known)
    failed = caught.value
    assert failed.device_state == "unchanged"
    assert failed.details["reload_required"] == ["all line cards"] and failed.details["deferred"]
    assert any("Reload" in problem.remedy for problem in failed.problems)

    edge.call(edge.device("edge1").device.reload_cards)
    second = run(edge, PROFILE, known_hosts=known, settle=10.0)
    assert second.changed and not second.plan.deferred
    assert not run(edge, PROFILE, known_hosts=known).changed
    assert not [command for command in commands(edge) if command.startswith("reload")]


def many(ports: int) -> dict[str, Any]:
    sources = [{"interface": f"TenGigE0/0/{port // 48}/{port % 48}", "port_level": True} for port in range(ports)]
    return {"sessions": [{"name": "all", "destination": {"interface": "HundredGigE0/9/0/0"}, "sources": sources}]}


def test_reads_and_commits_do_not_grow_with_the_sources(lab: Any, tmp_path: Path) -> None:
    known = tmp_path / "known_hosts"
    asked = {}
    for ports in (1, 800):
        names = [f"TenGigE0/0/{port // 48}/{port % 48}" for port in range(ports)]
        edge = lab(router(config_text="hostname edge1\n", interfaces=[*names, "HundredGigE0/9/0/0"]))
        assert run(edge, many(ports), known_hosts=known, settle=20.0).changed
        assert not run(edge, many(ports), known_hosts=known).changed
        words = [command for command in commands(edge) if command.startswith(("show", "commit", "end", "configure"))]
        asked[ports] = [command for command in words if "status" not in command]
    assert asked[1] == asked[800]
