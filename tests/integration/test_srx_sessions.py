# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""srx_flow_session_info against lab firewalls, over the real connection."""

from __future__ import annotations

import csv
import gzip
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from ansible.playbook.play_context import PlayContext
from ansible.plugins.loader import connection_loader
from integration.conftest import StartLab

from ansible_collections.mspplus.netsec.plugins.plugin_utils._engine.failures import (
    ApplyFailed,
    Dropped,
    ValidationFailed,
)
from ansible_collections.mspplus.netsec.plugins.plugin_utils._engine.waiting import Progress
from ansible_collections.mspplus.netsec.plugins.plugin_utils._srx.firewall import Firewall
from ansible_collections.mspplus.netsec.plugins.plugin_utils._srx.flow_sessions.device import checked, inspect
from ansible_collections.mspplus.netsec.plugins.plugin_utils._srx.flow_sessions.query import Query
from lab.server import Lab

CONFIG = """\
set system host-name fw1
set interfaces ge-0/0/0 unit 0 family inet address 203.0.113.1/24
set interfaces ge-0/0/1 unit 0 family inet address 10.1.0.1/16
set security zones security-zone trust interfaces ge-0/0/1.0
set security zones security-zone untrust interfaces ge-0/0/0.0
set security policies from-zone trust to-zone untrust policy allow-out match source-address any
set security policies from-zone trust to-zone untrust policy allow-out match destination-address any
set security policies from-zone trust to-zone untrust policy allow-out match application any
set security policies from-zone trust to-zone untrust policy allow-out then permit
set security nat source rule-set out from zone trust
set security nat source rule-set out to zone untrust
set security nat source rule-set out rule r1 match source-address 0.0.0.0/0
set security nat source rule-set out rule r1 then source-nat interface
"""
SIZE = 137
SHAPES: dict[str, dict[str, Any]] = {
    "branch": {"xml_shape": "single"},
    "SPUs": {"model": "srx5400"},
    "cluster of one": {"xml_shape": "cluster"},
    "cluster": {"cluster": True},
    "wrapped": {"xml_shape": "wrapped", "release": "24.4R1"},
    "siblings": {"xml_shape": "siblings", "release": "15.1X49-D100"},
    "SPUs of a cluster": {"model": "srx5800", "cluster": True, "xml_shape": "per_pic"},
}


def firewall(**options: Any) -> dict[str, Any]:
    return {
        "name": "fw1",
        "kind": "srx",
        "config_text": CONFIG,
        "password": "CANARY-lab-password",
        "sessions": SIZE,
        **options,
    }


def asked(lab: Lab, folder: Path, layout: str = "auto", *, read_timeout: float = 5.0, **query: Any) -> dict[str, Any]:
    """The result of one task, from login to logout."""
    desired = checked(Query(**query))
    host = lab.device("fw1")
    known_hosts = folder / "known_hosts"
    known_hosts.write_text(lab.known_hosts(), encoding="utf-8")
    connection = connection_loader.get("mspplus.netsec.netmiko", PlayContext(), "/dev/null")
    connection.set_options(
        direct={
            "host": "127.0.0.1",
            "port": host.port,
            "remote_user": host.spec.username,
            "password": host.spec.password,
            "platform": "juniper_junos",
            "known_hosts": str(known_hosts),
            "read_timeout": read_timeout,
        }
    )
    try:
        return inspect(Firewall(connection, read_timeout), desired, layout, Progress("fw1", None))  # type: ignore[arg-type]
    finally:
        connection.close()


def sent(lab: Lab) -> list[str]:
    """Commands about sessions that the firewall received."""
    return [
        entry["text"] for entry in lab.journal("fw1") if entry["event"] == "command" and "flow session" in entry["text"]
    ]


# -- all shapes and layouts


@pytest.mark.parametrize("layout", ["xml", "text"])
@pytest.mark.parametrize("shape", SHAPES)
def test_a_listing_holds_what_the_device_says_it_displayed(
    lab: StartLab, tmp_path: Path, shape: str, layout: str
) -> None:
    edge = lab(firewall(**SHAPES[shape]))
    found = asked(edge, tmp_path, layout, level="extensive", limit=100_000, page_size=0)
    times = 2 if SHAPES[shape].get("cluster") else 1
    assert (found["total"], found["displayed"], found["format"]) == (SIZE * times, SIZE * times, layout)
    keys = {(session["node"], session["fpc_pic"], session["session_id"]) for session in found["sessions"]}
    assert len(keys) == SIZE * times and "warnings" not in found
    summary = asked(edge, tmp_path, layout)["summary"]
    assert sum(row["in_use"] for row in summary) == SIZE * times


@pytest.mark.parametrize("generation", ["9x", "15", "18", "24"])
@pytest.mark.parametrize("level", ["brief", "extensive"])
def test_every_generation_of_text_is_understood(lab: StartLab, tmp_path: Path, generation: str, level: str) -> None:
    edge = lab(firewall(session_layout=generation, cluster=generation == "24"))
    found = asked(edge, tmp_path, "text", level=level, filters={"protocol": "tcp"})
    assert found["total"] == found["displayed"] > 50 and "unparsed" not in found
    assert {session["in"]["protocol"] for session in found["sessions"]} == {"tcp"}
    assert all(session["timeout"] is not None and session["state"] for session in found["sessions"])


def test_text_is_asked_for_where_xml_is_refused(lab: StartLab, tmp_path: Path) -> None:
    edge = lab(firewall())
    edge.add_fault("fw1", {"name": "not_authorized", "at": "display xml"})
    found = asked(edge, tmp_path, level="brief", filters={"protocol": "udp"})
    assert found["format"] == "text" and found["total"] == found["displayed"] > 0
    with pytest.raises(ApplyFailed, match="refused"):
        asked(edge, tmp_path, "xml", level="brief", filters={"protocol": "udp"})


@pytest.mark.parametrize("node", ["1", "primary", "all"])
def test_a_node_of_a_firewall_that_is_no_cluster_is_told(lab: StartLab, tmp_path: Path, node: str) -> None:
    with pytest.raises(ApplyFailed, match="No chassis cluster: leave `node` out") as failed:
        asked(lab(firewall()), tmp_path, node=node)
    assert failed.value.device_state == "unchanged"
    assert [problem.rule for problem in failed.value.problems] == ["Q7"]
    for level in ("summary", "brief"):
        found = asked(lab(firewall(cluster=True)), tmp_path, node=node, level=level, filters={"protocol": "udp"})
        assert found["summary" if level == "summary" else "sessions"]


# -- what is asked


def test_one_session(lab: StartLab, tmp_path: Path) -> None:
    edge = lab(firewall())
    (some, *_rest) = asked(edge, tmp_path, level="brief", limit=5)["sessions"]
    (one,) = asked(edge, tmp_path, session_identifier=some["session_id"])["sessions"]
    assert one["session_id"] == some["session_id"] and one["in"]["source"] == some["in"]["source"]
    assert asked(edge, tmp_path, session_identifier=5)["sessions"] == []


@pytest.mark.parametrize(
    ("filters", "holds"),
    [
        ({"protocol": "udp"}, lambda session: session["in"]["protocol"] == "udp"),
        ({"destination_port": 443}, lambda session: session["in"]["destination_port"] == 443),
        ({"interface": "ge-0/0/1.0", "protocol": 6}, lambda session: session["in"]["protocol"] == "tcp"),
        ({"source_prefix": "10.0.0.0/8"}, lambda session: session["in"]["source"].startswith("10.")),
        ({"family": "inet"}, lambda session: ":" not in session["in"]["source"]),
        ({"add_on": "nat"}, lambda session: session["nat"] and session["nat"]["applied"] != "none"),
    ],
)
def test_filters_select(lab: StartLab, tmp_path: Path, filters: dict[str, Any], holds: Any) -> None:
    edge = lab(firewall())
    found = asked(edge, tmp_path, level="brief", filters=filters)
    assert 0 < found["total"] < SIZE and all(holds(session) for session in found["sessions"])
    summary = asked(edge, tmp_path, filters=filters)["summary"]
    assert sum(row["displayed"] for row in summary) == found["total"]


def test_a_full_listing_is_refused_before_anything_is_sent(lab: StartLab, tmp_path: Path) -> None:
    edge = lab(firewall())
    with pytest.raises(ValidationFailed, match=r"Q1.*limit"):
        asked(edge, tmp_path, level="brief")
    assert edge.journal("fw1") == []


# -- pages and limits


@pytest.mark.parametrize(
    "options", [{}, {"cluster": True}, {"model": "srx5400", "release": "24.4R1"}], ids=["alone", "cluster", "SPUs"]
)
@pytest.mark.parametrize("size", [10, 50, 137, 1000])
def test_pages_hold_the_same_as_one_answer(lab: StartLab, tmp_path: Path, options: dict[str, Any], size: int) -> None:
    edge = lab(firewall(**options))
    whole = asked(edge, tmp_path, level="brief", limit=100_000, page_size=0)
    paged = asked(edge, tmp_path, level="brief", limit=0, page_size=size, dest=str(tmp_path / "all.jsonl"))
    rows = [json.loads(line) for line in (tmp_path / "all.jsonl").read_text().splitlines()]

    def key(session: dict[str, Any]) -> tuple[Any, ...]:
        return (session["node"] or "", session["session_id"])

    assert sorted(map(key, rows)) == sorted(map(key, whole["sessions"]))
    assert paged["total"] == whole["total"] == paged["file"]["sessions"]
    assert any(f"count {size}" in command for command in sent(edge))


def test_a_release_without_pages_is_read_in_one_answer(lab: StartLab, tmp_path: Path) -> None:
    edge = lab(firewall(start_identifier=False))
    found = asked(edge, tmp_path, level="brief", limit=0, page_size=10, aggregate=("policy",))
    assert found["total"] == SIZE and any("does not know" in warning for warning in found["warnings"])


def test_identifiers_that_cannot_be_paged_are_read_in_one_answer(lab: StartLab, tmp_path: Path) -> None:
    edge = lab(firewall(model="srx5400", release="15.1X49-D100"))
    found = asked(edge, tmp_path, level="brief", limit=0, page_size=10, aggregate=("policy",))
    assert found["total"] == SIZE


@pytest.mark.parametrize(
    "options", [{}, {"start_identifier": False}, {"cluster": True}], ids=["count", "no count", "cluster"]
)
@pytest.mark.parametrize("limit", [1, 20])
def test_no_more_is_read_than_the_limit(lab: StartLab, tmp_path: Path, options: dict[str, Any], limit: int) -> None:
    edge = lab(firewall(**options))
    found = asked(edge, tmp_path, level="brief", limit=limit)
    assert found["total"] == len(found["sessions"]) == limit
    again = asked(edge, tmp_path, level="brief", limit=limit, start_identifier=found["sessions"][-1]["session_id"] + 1)
    ids = {session["session_id"] for session in found["sessions"]}
    assert not ids & {session["session_id"] for session in again["sessions"]} and again["total"] == limit


# -- files and counts


def test_files_hold_every_session(lab: StartLab, tmp_path: Path) -> None:
    edge = lab(firewall())
    listed = asked(edge, tmp_path, level="extensive", limit=SIZE)["sessions"]
    for name in ("a.jsonl", "a.jsonl.gz", "a.csv", "a.csv.gz"):
        path = tmp_path / name
        found = asked(edge, tmp_path, level="extensive", limit=0, dest=str(path))
        assert (
            "sessions" not in found
            and found["file"]["sessions"] == SIZE
            and found["file"]["bytes"] == path.stat().st_size
        )
        text = gzip.decompress(path.read_bytes()).decode() if name.endswith("gz") else path.read_text()
        if ".jsonl" in name:
            assert [json.loads(line) for line in text.splitlines()] == listed
        else:
            rows = list(csv.DictReader(text.splitlines()))
            assert [int(row["session_id"]) for row in rows] == [session["session_id"] for session in listed]
            assert [row["in_source"] for row in rows] == [session["in"]["source"] for session in listed]


def test_counts_are_those_of_the_sessions(lab: StartLab, tmp_path: Path) -> None:
    edge = lab(firewall())
    by = ("policy", "application", "interface", "source", "destination")
    found = asked(edge, tmp_path, level="brief", limit=0, aggregate=by, top=1000)
    listed = asked(edge, tmp_path, level="extensive", limit=SIZE)["sessions"]
    wings = [wing for session in listed for wing in (session["in"], session["out"]) if wing]
    total = {
        "sessions": SIZE,
        "bytes": sum(wing["bytes"] for wing in wings),
        "packets": sum(wing["packets"] for wing in wings),
    }
    assert found["aggregate"]["total"] == total
    for name in by:
        table = found["aggregate"][name]
        assert table["exact"] and table["other"]["sessions"] == 0 and table["names"] == len(table["top"])
        if name != "interface":
            assert {key: sum(row[key] for row in table["top"]) for key in total} == total
    applications = {row["application"] for row in found["aggregate"]["application"]["top"]}
    assert applications == {session["application"] for session in listed}


# -- interface NAT


def test_sessions_that_kept_an_old_address_are_named(lab: StartLab, tmp_path: Path) -> None:
    edge = lab(firewall(stale_nat=3, stale_nat_address="198.51.100.99", sessions=2000, stale_nat_seconds=600))
    for layout in ("xml", "text"):
        found = asked(edge, tmp_path, layout, level="brief", limit=0, checks=("interface_nat",))["interface_nat"]
        assert found["stale"] == len(found["sessions"]) == 3 < found["checked"]
        assert {item["translated_source"] for item in found["sessions"]} == {"198.51.100.99"}
        assert all(item["interface_addresses"] == ["203.0.113.1"] for item in found["sessions"])
        assert found["unknown_interfaces"] == {}


def test_nothing_is_stale_where_the_device_renewed_all(lab: StartLab, tmp_path: Path) -> None:
    found = asked(lab(firewall()), tmp_path, level="brief", limit=0, checks=("interface_nat",))["interface_nat"]
    assert found["stale"] == 0 < found["checked"]


# -- what goes wrong


@pytest.fixture
def dest(tmp_path: Path) -> Iterator[Path]:
    """A file of an earlier run, which a failed one leaves as it was."""
    folder = tmp_path / "tables"
    folder.mkdir()
    path = folder / "table.jsonl"
    path.write_text("earlier\n", encoding="utf-8")
    yield path
    assert path.read_text(encoding="utf-8") == "earlier\n"
    assert list(folder.iterdir()) == [path]


@pytest.mark.parametrize("after", [0, 5000, 40_000])
def test_an_answer_that_is_cut_is_an_error(lab: StartLab, tmp_path: Path, dest: Path, after: int) -> None:
    edge = lab(firewall())
    edge.add_fault("fw1", {"name": "truncated", "at": "flow session", "after_bytes": after})
    with pytest.raises(ApplyFailed, match="not complete"):
        asked(edge, tmp_path, level="brief", limit=0, page_size=0, dest=str(dest))


def test_a_text_that_is_cut_is_told(lab: StartLab, tmp_path: Path) -> None:
    edge = lab(firewall())
    edge.add_fault("fw1", {"name": "truncated", "at": "flow session", "after_bytes": 5000})
    found = asked(edge, tmp_path, "text", level="brief", limit=0, page_size=0, aggregate=("policy",))
    assert any("may be cut" in warning for warning in found["warnings"])


def test_a_link_that_drops_in_mid_table_leaves_no_file(lab: StartLab, tmp_path: Path, dest: Path) -> None:
    edge = lab(firewall())
    edge.add_fault("fw1", {"name": "drop", "at": "flow session", "after_bytes": 100_000})
    with pytest.raises(Dropped, match="sessions"):
        asked(edge, tmp_path, level="brief", limit=0, page_size=0, dest=str(dest))


def test_a_link_that_drops_costs_one_page(lab: StartLab, tmp_path: Path) -> None:
    edge = lab(firewall())
    edge.add_fault("fw1", {"name": "drop", "at": "flow session", "nth": 4, "after_bytes": 3000, "times": 1})
    path = tmp_path / "all.jsonl"
    found = asked(edge, tmp_path, level="brief", limit=0, page_size=20, dest=str(path))
    ids = [json.loads(line)["session_id"] for line in path.read_text().splitlines()]
    assert found["total"] == len(ids) == len(set(ids)) == SIZE
    assert any("reading went on in a new one" in warning for warning in found["warnings"])


def test_a_dest_that_cannot_be_written_is_a_clear_error(lab: StartLab, tmp_path: Path) -> None:
    edge = lab(firewall(sessions=3000))
    with pytest.raises(ApplyFailed, match=r"cannot be written to /dev/full/"):
        asked(edge, tmp_path, level="brief", limit=0, dest="/dev/full/x.jsonl")


def test_reading_ends_when_its_time_is_up(lab: StartLab, tmp_path: Path) -> None:
    edge = lab(firewall(sessions=20_000))
    edge.add_fault("fw1", {"name": "slow", "bytes_per_second": 100_000})
    with pytest.raises(Exception, match=r"option timeout|prints without end"):
        asked(edge, tmp_path, level="extensive", limit=0, aggregate=("policy",), timeout=2)
