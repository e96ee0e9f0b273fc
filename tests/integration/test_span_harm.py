# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a run must not do to a router that has more on it than the document says: remove what nothing could put back, end a mirror that
worked, make a port layer 2, take entries from a filter without a word."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from integration.harness import Tasks
from integration.routers import attempted, router, run, text

from lab.server import Lab

GLOBALS = """monitor-session router-id 9
monitor-session local-capture-capacity 100 mb
monitor-session default-capture-disable
monitor-session mirror-interval 1K
"""
ROUTED = """hostname edge1
interface TenGigE0/0/0/1
 monitor-session a ethernet port-level
 !
!
interface TenGigE0/0/0/20
 ipv4 address 192.0.2.1 255.255.255.0
!
monitor-session a ethernet
 destination next-hop ipv4 192.0.2.9
 mirror first 100
!
"""
LOCAL = ROUTED.replace("next-hop ipv4 192.0.2.9\n mirror first 100", "interface TenGigE0/0/0/21")
SOURCE = {"interface": "TenGigE0/0/0/1", "port_level": True}


def session(name: str = "a", *sources: dict[str, Any], **further: Any) -> dict[str, Any]:
    return {"sessions": [{"name": name, **({"sources": list(sources)} if sources else {}), **further}]}


def sent(lab: Lab) -> list[str]:
    return [entry["text"] for entry in lab.journal("edge1") if entry["event"] == "command"]


def info(lab: Lab, directory: Path, **options: Any) -> dict[str, Any]:
    return Tasks(lab, directory / "info", "edge1")("iosxr_span_info", {"gather": ["config"], **options})


# -- settings of the whole router


@pytest.mark.parametrize("state", ["merged", "replaced", "overridden", "deleted"])
def test_settings_of_the_whole_router_stay_are_shown_and_are_no_sessions(lab: Any, tmp_path: Path, state: str) -> None:
    edge = lab(router(config_text=LOCAL + GLOBALS))
    names = ["b", "c", "d", "e"]  # four sessions are the most that NCS 5500 takes
    wanted = {
        "sessions": [
            {"name": name, "destination": {"interface": f"TenGigE0/0/0/3{at}"}} for at, name in enumerate(names)
        ]
    }
    own = session("a", SOURCE, destination={"interface": "TenGigE0/0/0/21"})
    result = run(edge, tmp_path, wanted if state == "overridden" else own, state)
    lines = sorted(GLOBALS.splitlines())
    assert result["before"]["globals"] == result["after"]["globals"] == lines
    assert not [line for line in result["commands"] if "router-id" in line or "capture" in line]
    assert set(GLOBALS.splitlines()) <= set(text(edge).splitlines())
    assert info(edge, tmp_path)["config"]["globals"] == lines
    assert info(edge, tmp_path, sessions=["none"])["config"] == {"globals": lines}
    shown = {"sessions": [], **info(edge, tmp_path)["config"]}
    assert not run(edge, tmp_path, shown, "overridden")["changed"]


# -- what nothing could put back


def test_what_is_never_written_stays_when_a_document_leaves_it_out(lab: Any, tmp_path: Path) -> None:
    edge = lab(router(platform="asr9k", config_text=ROUTED))
    refused = attempted(edge, tmp_path, session("a", SOURCE, destination={"next_hop": "192.0.2.8"}), "replaced")
    (problem,) = refused["problems"]
    assert problem["rule"] == "S9" and problem["remedy"].startswith("Leave it out")

    more = session("a", SOURCE, {"interface": "TenGigE0/0/0/2", "port_level": True})
    result = run(edge, tmp_path, more, "replaced")
    assert " mirror first 100\n destination next-hop ipv4 192.0.2.9\n" in text(edge)
    assert [mirror["operational"] for mirror in result["mirrors"]] == [True]
    assert not run(edge, tmp_path, more, "replaced")["changed"]

    kept = run(edge, tmp_path, {"sessions": []}, "overridden")
    assert not kept["changed"] and any("[kept] sessions[a]" in warning for warning in kept["warnings"])
    gone = run(edge, tmp_path, session("a", SOURCE, remove_unsupported=True), "replaced")
    assert " mirror first 100" not in text(edge) and "next-hop" not in text(edge) and gone["changed"]


# -- mirrors that worked


def test_a_session_that_loses_its_destination_by_being_left_out_is_rolled_back(lab: Any, tmp_path: Path) -> None:
    edge = lab(router(config_text=LOCAL))
    before = text(edge)
    failed = attempted(edge, tmp_path, session("a", SOURCE), "replaced", settle=20)
    assert failed["failed"] and failed["device_state"] == "rolled back" and text(edge) == before
    (problem,) = failed["problems"]
    assert problem["item"] == "sessions[a].sources[TenGigE0/0/0/1]" and "was operational before" in problem["message"]
    assert [mirror["operational"] for mirror in failed["mirrors"]] == [False]
    assert "stopped working" in failed["msg"] and "destination: {}" in problem["remedy"]


@pytest.mark.parametrize(
    ("document", "state"),
    [
        (session("a", SOURCE, destination={}), "replaced"),
        (
            session("a", {"interface": "TenGigE0/0/0/2", "port_level": True}, destination={"interface": "Te0/0/0/21"}),
            "replaced",
        ),
        (session("a"), "deleted"),
        ({"sessions": []}, "overridden"),
    ],
)
def test_a_mirror_that_a_document_removes_may_end(
    lab: Any, tmp_path: Path, document: dict[str, Any], state: str
) -> None:
    edge = lab(router(config_text=LOCAL))
    assert run(edge, tmp_path, document, state)["changed"]
    assert not run(edge, tmp_path, document, state)["changed"]


# -- names


def test_a_name_in_an_entry_keeps_its_case_and_another_case_is_another_name(lab: Any, tmp_path: Path) -> None:
    start = "ipv4 access-list A\n 10 permit ipv4 any any nexthop1 vrf red ipv4 192.0.2.9\n!\n"
    edge = lab(router(config_text=LOCAL + start))
    match = "IPv4 any any NextHop1 vrf RED ipv4 192.0.2.9"
    document = {
        "access_lists": [
            {"name": "A", "family": "ipv4", "entries": [{"sequence": 10, "action": "permit", "match": match}]}
        ]
    }
    assert run(edge, tmp_path, document, "merged")["changed"]
    assert " 10 permit ipv4 any any nexthop1 vrf RED ipv4 192.0.2.9\n" in text(edge)
    assert not run(edge, tmp_path, document, "merged")["changed"]


# -- layers

LAYERS = (
    LOCAL
    + "interface TenGigE0/0/0/30\n l2transport\n !\n!\ninterface TenGigE0/0/0/20.10 l2transport\n encapsulation dot1q 10\n!\n"
)


@pytest.mark.parametrize(
    ("port", "l2transport", "filtered"),
    [
        ("TenGigE0/0/0/20", True, True),
        ("TenGigE0/0/0/20", True, False),
        ("TenGigE0/0/0/2", True, True),
        ("TenGigE0/0/0/30", False, True),
        ("TenGigE0/0/0/20.10", False, True),
    ],
)
def test_a_mirror_neither_makes_a_port_layer_2_nor_stands_beside_it(
    lab: Any, tmp_path: Path, port: str, l2transport: bool, filtered: bool
) -> None:
    edge = lab(router(config_text=LAYERS, filter_supported=filtered))
    before = text(edge)
    source = {"interface": port, "port_level": True, "l2transport": l2transport}
    failed = attempted(edge, tmp_path, session("a", source), "merged")
    assert [(problem["rule"], problem["item"]) for problem in failed["problems"]] == [
        ("layer", f"sessions[a].sources[{port}].l2transport")
    ]
    assert port in failed["problems"][0]["message"] and text(edge) == before
    turned = session("a", {**source, "l2transport": not l2transport})
    assert run(edge, tmp_path, turned, "merged")["changed"]
    unchanged = len(sent(edge))
    assert not run(edge, tmp_path, turned, "merged")["changed"]
    assert not [command for command in sent(edge)[unchanged:] if "l2transport" in command]
    assert run(edge, tmp_path, {"sessions": [{"name": "a", "configured": False}]}, "deleted")["changed"]
    assert ("\n l2transport\n" in text(edge)) and text(edge).count("l2transport") == 2


# -- filters

EDGE = (
    LOCAL
    + """ipv4 access-list EDGE
 10 deny tcp any any eq ssh
 20 permit ipv4 any any
!
interface TenGigE0/0/0/7
 ipv4 access-group EDGE ingress
!
interface TenGigE0/0/0/8
 ipv4 access-group EDGE egress
!
"""
)
CAPTURE = {"sequence": 10, "action": "permit", "match": "udp any any", "capture": True}


def listed(*entries: dict[str, Any], name: str = "EDGE", interfaces: tuple[str, ...] = ()) -> dict[str, Any]:
    return {
        "access_lists": [{"name": name, "family": "ipv4", "entries": list(entries), "interfaces": list(interfaces)}]
    }


def test_what_a_filter_loses_is_told_with_every_interface(lab: Any, tmp_path: Path) -> None:
    edge = lab(router(config_text=EDGE))

    def told(document: dict[str, Any], state: str, check: bool = True) -> str:
        result = run(edge, tmp_path, document, state, check=check)
        (warning,) = [each for each in result["warnings"] if "[filters]" in each]
        return warning

    merged = told(listed(CAPTURE), "merged")
    assert "TenGigE0/0/0/7 ingress, TenGigE0/0/0/8 egress" in merged and "'10 deny tcp any any eq ssh'" in merged
    assert "everything else is dropped" not in merged
    replaced = told(listed(CAPTURE), "replaced")
    assert "'20 permit ipv4 any any'" in replaced and "everything else is dropped" in replaced
    new = listed(CAPTURE, name="NEW", interfaces=("TenGigE0/0/0/1",))
    assert "NEW filters on TenGigE0/0/0/1 ingress: no entry permits" in told(new, "merged", check=False)
    assert not [each for each in run(edge, tmp_path, new, "merged").get("warnings", ()) if "[filters]" in each]
