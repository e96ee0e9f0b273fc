# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How a change meets others: locks, trials and labels of other sessions, line cards that were not reloaded, 800 sources."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from integration.routers import WANTED, attempted, router, run
from netmiko import ConnectHandler

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


def refused(lab: Lab, directory: Path, **options: Any) -> dict[str, Any]:
    result = attempted(lab, directory, WANTED, **options)
    assert result["failed"] and result["device_state"] == "unchanged" and not result["changed"]
    return result


def test_a_lock_of_somebody_else_is_named(lab: Any, tmp_path: Path) -> None:
    edge = lab(router())
    with other(edge) as client:
        client.send_command("configure exclusive", expect_string=r"\(config\)#")
        failed = refused(edge, tmp_path, exclusive=True)
        assert "lock" in failed["msg"] and failed["problems"][0]["remedy"]
        client.send_command("abort", expect_string=r"#")
    assert run(edge, tmp_path, WANTED, exclusive=True)["changed"]


def test_a_trial_commit_of_somebody_else_is_named(lab: Any, tmp_path: Path) -> None:
    edge = lab(router())
    with other(edge) as client:
        client.send_config_set(["interface TenGigE0/0/0/9", "description trial"])
        client.send_command("commit confirmed 600", expect_string=r"\(config\S*\)#")
        assert "trial commit" in refused(edge, tmp_path)["msg"]
        client.send_command("commit", expect_string=r"\(config\S*\)#")
        client.exit_config_mode()
    assert run(edge, tmp_path, WANTED)["changed"]


def test_a_label_that_is_in_use_gets_a_number(lab: Any, tmp_path: Path) -> None:
    edge = lab(router())
    first = run(edge, tmp_path, WANTED, commit_label="CHG0012345")
    second = run(edge, tmp_path, {"sessions": []}, commit_label="CHG0012345")
    assert "label CHG0012345 " in first["commit"]
    assert "label CHG0012345-2 " in second["commit"]


def test_a_comment_stands_in_the_commit(lab: Any, tmp_path: Path) -> None:
    edge = lab(router())
    outcome = run(edge, tmp_path, WANTED, commit_comment="change 12345 of tonight")
    assert outcome["commit"].endswith("comment change 12345 of tonight")


def test_a_source_of_another_session_moves_in_one_commit(lab: Any, tmp_path: Path) -> None:
    edge = lab(router())
    moved = {"interface": "TenGigE0/0/0/1", "port_level": True}
    outcome = run(edge, tmp_path, {"sessions": [{"name": "keep", "sources": [moved]}]}, "merged")
    assert [operation["risk"] for operation in outcome["plan"]["operations"]] == [["moves-source"]]
    assert sum(command.startswith("commit confirmed") for command in commands(edge)) == 1
    assert {source["interface"] for source in outcome["after"]["sessions"][0]["sources"]} > {"TenGigE0/0/0/1"}


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
    edge = lab(router(config_text="hostname edge1\n"))
    first = run(edge, tmp_path, PROFILE)
    assert first["reload_required"] == ["all line cards"] and first["deferred"]
    assert first["plan"]["continues"]

    failed = attempted(edge, tmp_path, PROFILE)
    assert failed["failed"] and failed["device_state"] == "unchanged"
    assert failed["reload_required"] == ["all line cards"] and failed["deferred"]
    assert any("Reload" in problem["remedy"] for problem in failed["problems"])

    edge.call(edge.device("edge1").device.reload_cards)
    second = run(edge, tmp_path, PROFILE, settle=10)
    assert second["changed"] and not second["plan"]["deferred"] and not second["plan"]["continues"]
    assert not run(edge, tmp_path, PROFILE)["changed"]
    assert not [command for command in commands(edge) if command.startswith("reload")]


def many(ports: int) -> dict[str, Any]:
    sources = [{"interface": f"TenGigE0/0/{port // 48}/{port % 48}", "port_level": True} for port in range(ports)]
    return {"sessions": [{"name": "all", "destination": {"interface": "HundredGigE0/9/0/0"}, "sources": sources}]}


def test_reads_and_commits_do_not_grow_with_the_sources(lab: Any, tmp_path: Path) -> None:
    asked = {}
    for ports in (1, 800):
        names = [f"TenGigE0/0/{port // 48}/{port % 48}" for port in range(ports)]
        edge = lab(router(config_text="hostname edge1\n", interfaces=[*names, "HundredGigE0/9/0/0"]))
        assert run(edge, tmp_path, many(ports), settle=20)["changed"]
        assert not run(edge, tmp_path, many(ports))["changed"]
        words = [command for command in commands(edge) if command.startswith(("show", "commit", "end", "configure"))]
        asked[ports] = [command for command in words if "status" not in command]
    assert asked[1] == asked[800]
