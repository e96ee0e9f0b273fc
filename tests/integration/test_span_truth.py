# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a router has is read as it means it, what it would refuse is told before anything is sent, and all of it at once."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from integration.harness import Tasks
from integration.routers import attempted, router, run, text

from lab.server import Lab

GROUPED = """hostname edge1
interface TenGigE0/0/0/1
 monitor-session a ethernet direction rx-only
  acl ipv4 C4 merge-group 5 priority 3
 !
!
ipv4 access-list C4
 10 permit icmp any any echo capture
 20 permit ipv4 any any
!
interface tunnel-ip3
 ipv4 address 15.1.1.1 255.255.255.0
 tunnel mode gre ipv4
 tunnel source 15.1.1.1
 tunnel destination 15.1.1.2
!
monitor-session a ethernet
 destination interface TenGigE0/0/0/21
 mirror interval 1K
!
"""
PLAIN = """hostname edge1
interface TenGigE0/0/0/1
 monitor-session a ethernet port-level
 !
!
monitor-session a ethernet
 destination interface TenGigE0/0/0/21
!
"""


def sent(lab: Lab) -> list[str]:
    return [entry["text"] for entry in lab.journal("edge1") if entry["event"] == "command"]


def sources(*given: dict[str, Any], **further: Any) -> dict[str, Any]:
    return {"sessions": [{"name": "a", "sources": list(given), **further}]}


def broken(result: dict[str, Any], edge: Lab) -> set[tuple[str, str]]:
    """(rule, item) of each error; nothing may have been sent."""
    assert result["failed"] and not result["changed"]
    assert not [command for command in sent(edge) if not command.startswith(("show ", "terminal "))]
    return {(problem["rule"], problem["item"]) for problem in result["problems"] if problem["severity"] == "error"}


# -- what is there


@pytest.mark.parametrize("state", ["merged", "replaced", "overridden"])
def test_words_behind_an_access_list_are_no_change_and_stay(lab: Any, tmp_path: Path, state: str) -> None:
    edge = lab(router(config_text=GROUPED, platform="asr9k", release="7.8.1"))
    source = {"interface": "TenGigE0/0/0/1", "direction": "rx-only", "acl_ipv4": "C4"}
    wanted = sources(source, destination={"interface": "TenGigE0/0/0/21"}, mirror_interval="1k")
    before = text(edge)
    assert not run(edge, tmp_path, wanted, state)["changed"] and text(edge) == before
    assert run(edge, tmp_path, sources({**source, "port_level": True}), "merged")["changed"]
    assert "direction rx-only port-level\n  acl ipv4 C4 merge-group 5 priority 3\n" in text(edge).replace(
        " ethernet", ""
    )
    other = run(edge, tmp_path, sources({**source, "port_level": True}), "merged")
    assert not other["changed"]
    refused = attempted(edge, tmp_path, sources({**source, "acl_ipv4": "C5"}), "merged")
    assert "unwritten" in {problem["rule"] for problem in refused["problems"]}


def test_values_that_the_router_writes_otherwise_are_no_change(lab: Any, tmp_path: Path) -> None:
    edge = lab(router(config_text=PLAIN))
    entries = [
        "icmp any any 8",
        "icmp any 10.1.1.1/32 3 1",
        "tcp 10.1.1.0/24 any eq 080",
        "igmp any any 22",
        "UDP any any EQ 53",
    ]
    entries += ["17 10.1.1.9 0.0.0.255 any dscp 46", "sctp any any eq 22"]
    document = {
        "access_lists": [
            {
                "name": "A",
                "family": "ipv4",
                "entries": [
                    {"sequence": at, "action": "permit", "match": match} for at, match in enumerate(entries, 1)
                ],
            }
        ]
    }
    for state in ("merged", "replaced"):
        assert run(edge, tmp_path, document, state)["changed"] is (state == "merged")
    assert " 1 permit icmp any any echo\n 2 permit icmp any host 10.1.1.1 host-unreachable\n" in text(edge)


def test_an_interface_of_an_unknown_type_is_kept_and_told(lab: Any, tmp_path: Path) -> None:
    strange = PLAIN + "interface WarpGigE0/0/0/1\n monitor-session a ethernet port-level\n !\n!\n"
    edge = lab(router(config_text=strange))
    shown = Tasks(edge, tmp_path / "info", "edge1")("iosxr_span_info", {"gather": ["config"]})["config"]
    assert "WarpGigE0/0/0/1" in {source["interface"] for source in shown["sessions"][0]["sources"]}
    result = run(edge, tmp_path, shown, "overridden")
    assert not result["changed"] and any("[interface-type]" in warning for warning in result["warnings"])
    more = {"interface": "TenGigE0/0/0/2", "port_level": True}
    shown["sessions"][0]["sources"].append(more)
    assert run(edge, tmp_path, shown, "overridden")["changed"] and "interface WarpGigE0/0/0/1" in text(edge)


# -- all of it at once, before anything is sent


def test_all_problems_of_a_document_are_told_in_one_run(lab: Any, tmp_path: Path) -> None:
    edge = lab(router(config_text=PLAIN))
    document = {
        **sources(
            {"interface": "HunderdGigE0/0/0/1", "port_level": True},
            {"interface": "TenGigE0/0/0/99", "port_level": True},
            {"interface": "TenGigE0/0/0/21", "port_level": True},
            {"interface": "TenGigE0/0/0/2"},
            mirror_first=10_001,
            destination={"interface": "TenGigE0/0/0/21"},
        ),
        "access_lists": [
            {
                "name": "A",
                "family": "ipv4",
                "entries": [
                    {"sequence": 10, "action": "permit", "match": "tcp 10.0.0.0/33 any"},
                    {"sequence": 20, "action": "permit", "match": "udp any any eq 70000"},
                    {"sequence": 30, "action": "permit", "match": "quic any any"},
                ],
            }
        ],
        "udfs": [{"name": "u" * 17, "header": "outer", "layer": "l4", "offset": 99, "length": 1}],
    }
    listed = "access_lists[ipv4 A].entries"
    assert broken(attempted(edge, tmp_path, document, "merged"), edge) >= {
        ("interface-type", "sessions[a].sources[HunderdGigE0/0/0/1]"),
        ("interface-exists", "sessions[a].sources[TenGigE0/0/0/99]"),
        ("S6", "sessions[a].sources[TenGigE0/0/0/21]"),
        ("S13", "sessions[a].sources[TenGigE0/0/0/2].port_level"),
        ("value", "sessions[a].mirror_first"),
        *(("ace", f"{listed}[{number}].match") for number in (10, 20, 30)),
        ("S20", f"udfs[{'u' * 17}].name"),
        ("S20", f"udfs[{'u' * 17}].offset"),
    }


def test_ids_are_written_where_they_can_be_and_refused_with_the_reason(lab: Any, tmp_path: Path) -> None:
    destination = {"interface": "tunnel-ip3", "erspan_session_id": 7}
    wanted = {"sessions": [{"name": "b", "destination": destination}], "router_id": 9}
    edge = lab(router(config_text=GROUPED, platform="asr9k", release="7.8.1"))
    result = run(edge, tmp_path, wanted, "merged")
    assert result["after"]["router_id"] == 9 and result["before"]["router_id"] is None
    assert " destination interface tunnel-ip3 erspan-session-id 7\n" in text(edge)
    assert "monitor-session router-id 9\n" in text(edge)
    assert not run(edge, tmp_path, wanted, "merged")["changed"]
    assert run(edge, tmp_path, {"router_id": 9}, "deleted")["changed"] and "router-id" not in text(edge)

    for at, (platform, release, said) in enumerate(
        [
            ("ncs5500", "24.2.1", "always zero"),
            ("8000", "24.2.1", "a number of its own"),
            ("asr9k", "7.7.1", "release 7.7.1"),
        ]
    ):
        edge = lab(router(config_text=GROUPED, platform=platform, release=release))
        failed = attempted(edge, tmp_path / str(at), wanted, "merged")
        where = "sessions[b].destination.erspan_session_id"
        assert ("erspan-id", where) in broken(failed, edge)
        assert said in next(problem["message"] for problem in failed["problems"] if problem["item"] == where)


# -- what only the router shows


def test_a_list_that_is_bound_must_be_there_and_capture(lab: Any, tmp_path: Path) -> None:
    filtered = "interface TenGigE0/0/0/2\n ipv4 access-group EDGE ingress\n!\nipv4 access-list EDGE\n 10 permit ipv4 any any\n!\n"
    edge = lab(router(config_text=PLAIN + filtered))
    bound = {"access_lists": [{"name": "NOPE", "family": "ipv4", "interfaces": ["TenGigE0/0/0/1"]}]}
    assert broken(attempted(edge, tmp_path, bound, "merged"), edge) == {
        ("acl-exists", "access_lists[ipv4 NOPE].interfaces")
    }
    selecting = sources({"interface": "TenGigE0/0/0/2", "direction": "rx-only", "port_level": True, "acl": True})
    assert ("capture-missing", "access_lists[ipv4 EDGE]") in broken(
        attempted(edge, tmp_path, selecting, "merged"), edge
    )

    edge = lab(router(config_text=PLAIN + filtered.replace("10 permit ipv4 any any", "10 permit ipv4 any any capture")))
    assert run(edge, tmp_path / "fine", selecting, "merged")["changed"]


def test_a_destination_in_a_bundle_that_is_a_source_is_refused(lab: Any, tmp_path: Path) -> None:
    bundle = "interface Bundle-Ether1\n!\ninterface TenGigE0/0/0/30\n bundle id 1 mode active\n!\n"
    for at, filtered in enumerate((True, False)):
        edge = lab(router(config_text=PLAIN + bundle, filter_supported=filtered))
        wanted = sources(
            {"interface": "Bundle-Ether1", "port_level": True}, destination={"interface": "TenGigE0/0/0/30"}
        )
        failed = attempted(edge, tmp_path / str(at), wanted, "merged")
        assert broken(failed, edge) == {("bundle-member", "sessions[a].destination")}


def test_a_session_that_a_cross_connect_names_is_not_removed(lab: Any, tmp_path: Path) -> None:
    crossed = "l2vpn\n xconnect group G\n  p2p P\n   monitor-session a\n  !\n !\n!\n"
    for at, filtered in enumerate((True, False)):
        edge = lab(router(config_text=PLAIN + crossed, filter_supported=filtered))
        failed = attempted(edge, tmp_path / str(at), {"sessions": [{"name": "a"}]}, "deleted")
        assert broken(failed, edge) == {("cross-connect", "sessions[a]")}
        assert "xconnect group G p2p P" in failed["msg"]
        assert ("cross-connect", "sessions[a]") in broken(attempted(edge, tmp_path / str(at), {"sessions": []}), edge)
    allowed = run(edge, tmp_path / "1", {"sessions": [{"name": "a"}]}, "deleted", warn_only=["cross-connect"])
    assert allowed["changed"] and "\nmonitor-session a" not in text(edge)


def test_a_mirror_that_fails_on_trial_is_told_with_the_reason_of_the_router(lab: Any, tmp_path: Path) -> None:
    """The summary says only that the detailed output has it, and that is gone when the router has rolled back."""
    down = {"name": "mirror_down", "at": "a TenGigE0/0/0/2"}
    edge = lab(router(config_text=PLAIN, faults=[down]))
    failed = attempted(edge, tmp_path, sources({"interface": "TenGigE0/0/0/2", "port_level": True}), "merged")
    assert failed["device_state"] == "rolled back"
    assert "PRM connection creation failure" in failed["msg"]
    (mirror,) = [mirror for mirror in failed["mirrors"] if mirror["interface"] == "TenGigE0/0/0/2"]
    assert "PRM connection creation failure" in mirror["status"]
    detail = "do show monitor-session status detail"
    assert sent(edge).index(detail) < len(sent(edge)) - 1 - sent(edge)[::-1].index("end")
    healthy = lab(router(config_text=PLAIN))
    run(healthy, tmp_path / "fine", sources({"interface": "TenGigE0/0/0/2", "port_level": True}), "merged")
    assert detail not in sent(healthy)
