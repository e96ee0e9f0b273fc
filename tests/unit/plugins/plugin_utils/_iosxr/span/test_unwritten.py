# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is read and never written stays on the router, in every state, until a document says remove_unsupported."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

import pytest
import yaml

from ansible_collections.mspplus.netsec.plugins.plugin_utils._engine.problems import Problem
from ansible_collections.mspplus.netsec.plugins.plugin_utils._engine.states import State
from ansible_collections.mspplus.netsec.plugins.plugin_utils._iosxr.platforms import Facts
from ansible_collections.mspplus.netsec.plugins.plugin_utils._iosxr.span.canonical import to_document
from ansible_collections.mspplus.netsec.plugins.plugin_utils._iosxr.span.desired import desired_state, resulting
from ansible_collections.mspplus.netsec.plugins.plugin_utils._iosxr.span.document import Document
from ansible_collections.mspplus.netsec.plugins.plugin_utils._iosxr.span.model import Session, Source, Span
from ansible_collections.mspplus.netsec.plugins.plugin_utils._iosxr.span.parse import parse
from ansible_collections.mspplus.netsec.plugins.plugin_utils._iosxr.span.plan import plan
from ansible_collections.mspplus.netsec.plugins.plugin_utils._iosxr.span.render import render
from ansible_collections.mspplus.netsec.plugins.plugin_utils._iosxr.span.rules.check import check
from ansible_collections.mspplus.netsec.plugins.plugin_utils._iosxr.span.unwritten import (
    SESSION_FEATURES,
    SOURCE_FEATURES,
)

ROUTER = parse("""monitor-session router-id 9
interface TenGigE0/0/0/1
 monitor-session a ethernet port-level
  mirror first 200
 !
!
interface TenGigE0/0/0/2
 monitor-session a ethernet port-level
  acl ipv4 X merge-group 10
 !
!
interface TenGigE0/0/0/3
 monitor-session a ethernet port-level
 !
!
interface TenGigE0/0/0/4
 monitor-session udp ethernet port-level
 !
!
interface TenGigE0/0/0/5
 monitor-session stray ethernet port-level
  mirror interval 1K
 !
!
interface TenGigE0/0/0/6
 monitor-session plain ethernet port-level
 !
!
interface tunnel-ip9
 tunnel mode ipv6ipv4
 tunnel ttl 3
!
monitor-session a ethernet
 destination next-hop ipv4 192.0.2.9
 mirror first 100
 shiny level 3
 shiny level 4
!
monitor-session udp ethernet
 destination udp ipv4 192.0.2.1 port 5
!
monitor-session plain ethernet
 destination interface TenGigE0/0/0/9
!
monitor-session ways ethernet
 destination rx interface TenGigE0/0/0/8
!
""")
STATES: tuple[State, ...] = ("merged", "replaced", "overridden")
ASR = Facts("asr9k", (7, 3, 2))


def named(name: str = "a", *sources: str | dict[str, Any], **further: Any) -> dict[str, Any]:
    listed = [source if isinstance(source, dict) else {"interface": source} for source in sources]
    return {"sessions": [{"name": name, **({"sources": listed} if listed else {}), **further}]}


def applied(config: dict[str, Any], state: State = "replaced", current: Span = ROUTER) -> Span:
    return desired_state(current, Document.of(config, state))


def refused(config: dict[str, Any], state: State = "replaced") -> list[Problem]:
    """The errors, those of the rules on an ASR 9000 too."""
    document = Document.of(config, state)
    desired, told = resulting(ROUTER, document)
    return [problem for problem in check(ROUTER, desired, ASR, told) if problem.severity == "error"]


def source(span: Span, interface: str) -> Source:
    (found,) = (source for source in span.sources.values() if source.interface == interface)
    return found


@pytest.mark.parametrize("state", STATES)
def test_a_session_keeps_what_its_document_does_not_speak_of(state: State) -> None:
    result = applied(named("a", "TenGigE0/0/0/1", "TenGigE0/0/0/2", "TenGigE0/0/0/3"), state)
    assert result.sessions["a"] == ROUTER.sessions["a"]
    assert source(result, "TenGigE0/0/0/1").mirror_first == 200
    assert source(result, "TenGigE0/0/0/2").other == ("acl ipv4 X merge-group 10",)
    assert not [line for line in plan(ROUTER, result).commands if "next-hop" in line or "no mirror" in line]
    assert refused(named("a", "TenGigE0/0/0/1"), state) == []


@pytest.mark.parametrize("state", STATES)
def test_the_word_removes_it_from_the_session_and_its_sources_and_keeps_what_is_listed(state: State) -> None:
    document = named("a", "TenGigE0/0/0/1", remove_unsupported=True, other=["shiny level 4"])
    result = applied(document, state)
    assert refused(document, state) == []
    assert result.sessions["a"] == Session("a", other=("shiny level 4",))
    assert source(result, "TenGigE0/0/0/1").mirror_first is None
    assert {it.interface for it in result.sources.values() if it.session == "a"} == (
        {"TenGigE0/0/0/1", "TenGigE0/0/0/2", "TenGigE0/0/0/3"} if state == "merged" else {"TenGigE0/0/0/1"}
    )


def test_the_word_at_a_source_speaks_of_that_source_only() -> None:
    result = applied(named("a", {"interface": "TenGigE0/0/0/1", "remove_unsupported": True}, "TenGigE0/0/0/2"))
    assert source(result, "TenGigE0/0/0/1").mirror_first is None
    assert source(result, "TenGigE0/0/0/2").other and result.sessions["a"] == ROUTER.sessions["a"]


@pytest.mark.parametrize("state", ["replaced", "overridden"])
def test_a_source_that_is_not_listed_stays_with_it_and_is_told(state: State) -> None:
    document = named("a", "TenGigE0/0/0/7")
    result, told = resulting(ROUTER, Document.of(document, state))
    assert {it.interface for it in result.sources.values() if it.session == "a"} == {
        "TenGigE0/0/0/1",
        "TenGigE0/0/0/2",
        "TenGigE0/0/0/7",
    }
    stays = {problem.item: problem for problem in told if problem.rule == "kept"}
    assert {"sessions[a].sources[TenGigE0/0/0/1]", "sessions[a].sources[TenGigE0/0/0/2]"} <= stays.keys()
    assert "remove_unsupported: true at sessions[a]" in stays["sessions[a].sources[TenGigE0/0/0/1]"].remedy


def test_overridden_keeps_a_session_that_it_could_not_put_back_with_its_sources_and_tells_it() -> None:
    result, told = resulting(ROUTER, Document.of({"sessions": []}, "overridden"))
    assert result.sessions.keys() == {"a", "udp", "ways"}
    assert {it.interface for it in result.sources.values()} == {f"TenGigE0/0/0/{port}" for port in (1, 2, 3, 4, 5)}
    assert {problem.item for problem in told} == {
        "sessions[a]",
        "sessions[udp]",
        "sessions[ways]",
        "sessions[stray].sources[TenGigE0/0/0/5]",
    }
    assert all(problem.severity == "warning" and problem.remedy for problem in told)
    assert {"a", "udp", "ways"} & applied(named("a") | {}, "deleted").sessions.keys() == {"udp", "ways"}
    assert desired_state(ROUTER, Document.of(None, "deleted")).sessions == {}


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize(
    ("document", "item"),
    [
        (named("a", destination={"interface": "TenGigE0/0/0/9"}), "sessions[a].destination"),
        (named("a", destination={}), "sessions[a].destination"),
        (named("ways", rx_destination={}), "sessions[ways].rx_destination"),
        (named("udp", destination={"interface": "TenGigE0/0/0/9"}), "sessions[udp].other"),
        (named("a", other=["shiny level 4"]), "sessions[a].other"),
        (named("a", {"interface": "TenGigE0/0/0/2", "acl_ipv4": "Y"}), "sessions[a].sources[TenGigE0/0/0/2].other"),
        ({"tunnels": [{"name": "tunnel-ip9", "mode": "gre ipv4"}]}, "tunnels[tunnel-ip9].mode"),
    ],
)
def test_what_would_take_its_place_is_refused_until_the_word_is_said(
    state: State, document: dict[str, Any], item: str
) -> None:
    document = {"sessions": [], **copy.deepcopy(document)}
    (problem,) = (problem for problem in refused(document, state) if problem.rule == "unwritten")
    assert problem.item == item and "remove_unsupported: true" in problem.remedy
    place = (document["sessions"] or document["tunnels"])[0]
    place["remove_unsupported"] = True
    assert not [problem for problem in refused(document, state) if problem.rule == "unwritten"]


def test_a_tunnel_keeps_its_mode_and_its_lines() -> None:
    document = {"tunnels": [{"name": "tunnel-ip9", "destination": "70.1.1.2"}]}
    kept = applied(document).tunnels["tunnel-ip9"]
    assert (kept.mode, kept.other, kept.destination) == ("ipv6ipv4", ("tunnel ttl 3",), "70.1.1.2")
    document["tunnels"][0]["remove_unsupported"] = True  # type: ignore[assignment]
    bare = applied(document).tunnels["tunnel-ip9"]
    assert (bare.mode, bare.other) == ("gre ipv4", ())


@pytest.mark.parametrize("state", STATES)
def test_a_source_that_moves_takes_it_along_or_is_refused(state: State) -> None:
    document = named("plain", "TenGigE0/0/0/1", destination={"interface": "TenGigE0/0/0/9"})
    assert source(applied(document, state), "TenGigE0/0/0/1").mirror_first == 200
    other = named("new", "TenGigE0/0/0/1", destination={"interface": "TenGigE0/0/0/7"}, **{"class": "mpls-ipv4"})
    assert source(applied(other, state), "TenGigE0/0/0/1").mirror_first == 200
    assert [problem.rule for problem in refused(other, state)] == ["S17"]
    other["sessions"][0]["remove_unsupported"] = True
    assert source(applied(other, state), "TenGigE0/0/0/1").mirror_first is None and not refused(other, state)


def test_a_source_that_leaves_a_session_of_another_class_is_refused_where_it_could_not_be_restored() -> None:
    router = parse("""interface TenGigE0/0/0/1
 monitor-session a ethernet port-level
  mirror first 200
 !
 monitor-session b ipv4 port-level
 !
!
monitor-session a ethernet
!
monitor-session b ipv4
!
""")
    document = named("b", "TenGigE0/0/0/1", **{"class": "ipv4"})
    (problem,) = resulting(router, Document.of(document, "merged")).findings
    assert (problem.rule, problem.item) == ("unwritten", "sessions[a].sources[TenGigE0/0/0/1].mirror_first")
    assert "Name it in session a too" in problem.remedy
    assert "remove_unsupported: true at sessions[b].sources[TenGigE0/0/0/1]" in problem.remedy
    document["sessions"][0]["sources"][0]["remove_unsupported"] = True
    assert not resulting(router, Document.of(document, "merged")).findings
    both = {"sessions": [*named("a", "TenGigE0/0/0/1")["sessions"], *document["sessions"]]}
    assert applied(both, "merged", router).sources == router.sources


def test_what_the_printed_remedy_advises_loses_nothing() -> None:
    """A document with what the router has in other words is refused; without it, as the remedy says, nothing goes."""
    document = named("a", "TenGigE0/0/0/1", destination={"next_hop": "192.0.2.10"}, mirror_first=50)
    rules = {problem.rule: problem.remedy for problem in refused(document)}
    assert rules.keys() == {"S9", "S17"} and all(remedy.startswith("Leave it out") for remedy in rules.values())
    followed = named("a", "TenGigE0/0/0/1")
    assert applied(followed).sessions["a"] == ROUTER.sessions["a"]


def test_settings_of_the_whole_router_are_shown_and_no_state_touches_them() -> None:
    for state in STATES:
        result, told = resulting(
            ROUTER, Document.of({"sessions": [], "globals": ["monitor-session router-id 7"]}, state)
        )
        assert (result.globals, result.router_id) == (ROUTER.globals, ROUTER.router_id) == ((), 9)
        assert [problem.severity for problem in told if problem.rule == "globals"] == ["warning"]
        assert not [line for line in plan(ROUTER, result).commands if "router-id" in line]
    assert desired_state(ROUTER, Document.of(None, "deleted")).router_id == 9
    assert to_document(ROUTER)["globals"] == ["monitor-session router-id 9"]
    assert [problem.item for problem in Document.of(named("Router-ID"), "deleted").problems] == ["sessions[#1].name"]


# -- words behind what is known of a line

LONGER = parse("""interface TenGigE0/0/0/1
 monitor-session a ethernet direction rx-only port-level
  acl ipv4 C4 merge-group 5 priority 3
  mirror first 100 bytes
 !
!
interface tunnel-ip3
 ipv4 address 15.1.1.1 255.255.255.0 route-tag 7
 tunnel mode gre ipv4
 tunnel source Loopback0 shiny
 tunnel destination 70.1.1.2 shiny 3
 ipv4 address 15.1.2.1 255.255.255.0 secondary
!
monitor-session a ethernet
 destination interface tunnel-ip3 shiny 3
!
""")
SAID: dict[str, Any] = {
    "sessions": [
        {
            "name": "a",
            "destination": {"interface": "tunnel-ip3"},
            "sources": [
                {
                    "interface": "Te0/0/0/1",
                    "direction": "rx-only",
                    "port_level": True,
                    "acl_ipv4": "C4",
                    "mirror_first": 100,
                }
            ],
        }
    ],
    "tunnels": [
        {"name": "tunnel-ip3", "ipv4_address": "15.1.1.1/24", "source": "Lo0", "destination": "70.1.1.2"},
    ],
}


def test_what_goes_on_behind_a_value_leaves_the_value_what_it_is() -> None:
    (source,) = LONGER.sources.values()
    assert (source.acl, source.acl_ipv4, source.mirror_first) == (True, "C4", 100)
    destination = LONGER.sessions["a"].destination
    assert destination is not None and destination.interface == "tunnel-ip3"
    tunnel = LONGER.tunnels["tunnel-ip3"]
    assert (tunnel.ipv4_address, tunnel.source, tunnel.destination) == ("15.1.1.1/24", "Loopback0", "70.1.1.2")
    assert parse(render(LONGER)) == LONGER and "acl ipv4 C4\n" not in render(LONGER)


@pytest.mark.parametrize("state", ["merged", "replaced", "overridden"])
def test_a_document_that_says_the_value_changes_nothing_of_its_line(state: State) -> None:
    """A group and a priority of an ACL were a change on every run."""
    result, told = resulting(LONGER, Document.of(SAID, state))
    assert result == LONGER and told == ()
    assert not plan(LONGER, result)


def test_a_value_that_changes_would_take_the_words_behind_it_away() -> None:
    for way, value in (("acl_ipv4", "C5"), ("mirror_first", 99)):
        document = copy.deepcopy(SAID)
        document["sessions"][0]["sources"][0][way] = value
        _result, told = resulting(LONGER, Document.of(document, "merged"))
        assert [problem.rule for problem in told] == ["unwritten"]
    document = copy.deepcopy(SAID)
    document["tunnels"][0]["destination"] = "70.1.1.3"
    _result, told = resulting(LONGER, Document.of(document, "merged"))
    assert [(problem.rule, "70.1.1.2 shiny 3" in problem.message) for problem in told] == [("unwritten", True)]


def test_such_words_are_removed_only_where_a_document_says_so() -> None:
    document = copy.deepcopy(SAID)
    document["sessions"][0]["remove_unsupported"] = True
    commands = plan(LONGER, desired_state(LONGER, Document.of(document, "merged"))).commands
    assert "  acl ipv4 C4" in commands and not [line for line in commands if "merge-group" in line]
    assert " destination interface tunnel-ip3" in commands


def test_a_moved_source_takes_the_words_with_it() -> None:
    document = copy.deepcopy(SAID)
    document["sessions"][0]["sources"][0]["direction"] = "both"
    commands = plan(LONGER, desired_state(LONGER, Document.of(document, "merged"))).commands
    assert "  acl ipv4 C4 merge-group 5 priority 3" in commands and "  acl ipv4 C4" not in commands


def test_an_acl_of_another_kind_is_not_taken_for_one_of_these() -> None:
    text = "interface TenGigE0/0/0/1\n monitor-session a ethernet\n  acl mpls M merge-group 5\n"
    (source,) = parse(text).sources.values()
    assert not source.acl and source.other == ("acl mpls M merge-group 5",)


def test_an_erspan_session_id_belongs_to_the_line_of_its_destination() -> None:
    router = parse("monitor-session a ethernet\n destination interface tunnel-ip3 erspan-session-id 7\n!\n")
    said = {"sessions": [{"name": "a", "destination": {"interface": "ti3"}}]}
    assert desired_state(router, Document.of(said, "merged")) == router
    assert to_document(router)["sessions"][0]["destination"] == {"interface": "tunnel-ip3", "erspan_session_id": 7}
    said["sessions"][0]["destination"] = {"interface": "ti3", "erspan_session_id": 8}
    changed = plan(router, desired_state(router, Document.of(said, "merged")))
    assert changed.commands == [
        "monitor-session a ethernet",
        " destination interface tunnel-ip3 erspan-session-id 8",
        "root",
    ]
    said["sessions"][0]["destination"] = {"interface": "ti4"}
    moved = desired_state(router, Document.of(said, "merged")).sessions["a"].destination
    assert moved is not None and moved.erspan_session_id is None


@pytest.mark.parametrize(
    ("state", "given", "after", "lines"),
    [
        ("merged", 7, 7, ["monitor-session router-id 7"]),
        ("overridden", 9, 9, []),
        ("overridden", None, 9, []),
        ("deleted", 9, None, ["no monitor-session router-id"]),
        ("deleted", None, 9, []),
    ],
)
def test_the_id_of_the_router_is_owned_by_being_named(
    state: State, given: int | None, after: int | None, lines: list[str]
) -> None:
    router = Span(router_id=9)
    document = Document.of({"sessions": [], **({"router_id": given} if given else {})}, state)
    result = desired_state(router, document)
    assert result.router_id == after and plan(router, result).commands == lines
    assert [line for operation in plan(router, result).operations for line in operation.undo or ()] == (
        ["monitor-session router-id 9"] if lines else []
    )


def test_the_documentation_says_what_is_never_written() -> None:
    module = Path(__file__).parents[6] / "plugins" / "modules" / "iosxr_span.py"
    text = module.read_text(encoding="utf-8").partition('DOCUMENTATION = r"""')[2].partition('"""')[0]
    session = yaml.safe_load(text)["options"]["config"]["suboptions"]["sessions"]["suboptions"]
    source = session["sources"]["suboptions"]
    never = [session[field] for field in SESSION_FEATURES if field != "other"]
    never += [source[field] for field in SOURCE_FEATURES if field != "other"]
    never += [session["destination"]["suboptions"][field] for field in ("next_hop", "vrf", "pseudowire", "file")]
    for option in never:
        assert "Shown and kept, not written by this version" in str(option["description"]), option
    for option in (session["mirror_first"], source["mirror_first"]):
        assert "1 to 10000" in str(option["description"])
