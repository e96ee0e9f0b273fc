# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What each state makes of a document and a router, and what it never touches."""

from __future__ import annotations

import copy
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ansible_collections.mspplus.netsec.plugins.plugin_utils._engine.arguments import ArgumentError
from ansible_collections.mspplus.netsec.plugins.plugin_utils._engine.problems import Problem
from ansible_collections.mspplus.netsec.plugins.plugin_utils._engine.states import STATES, State
from ansible_collections.mspplus.netsec.plugins.plugin_utils._iosxr.platforms import Facts
from ansible_collections.mspplus.netsec.plugins.plugin_utils._iosxr.span.arguments import document_of, span_arguments
from ansible_collections.mspplus.netsec.plugins.plugin_utils._iosxr.span.canonical import to_document
from ansible_collections.mspplus.netsec.plugins.plugin_utils._iosxr.span.desired import (
    desired_state,
    resulting,
    validate,
)
from ansible_collections.mspplus.netsec.plugins.plugin_utils._iosxr.span.document import Document, DocumentError
from ansible_collections.mspplus.netsec.plugins.plugin_utils._iosxr.span.model import (
    AccessListKey,
    BindingKey,
    Source,
    Span,
)
from ansible_collections.mspplus.netsec.plugins.plugin_utils._iosxr.span.parse import parse
from ansible_collections.mspplus.netsec.plugins.plugin_utils._iosxr.span.plan import plan
from ansible_collections.mspplus.netsec.plugins.plugin_utils._iosxr.span.rules.check import check
from ansible_collections.mspplus.netsec.plugins.plugin_utils._iosxr.span.rules.table import RULES
from ansible_collections.mspplus.netsec.plugins.plugin_utils._iosxr.span.unwritten import parts

from .strategies import spans

ROUTER = parse("""hw-module profile tcam format access-list ipv4 src-addr udf1 u enable-capture
udf u header outer l4 offset 0 length 1
udf spare header outer l4 offset 2 length 1
ipv4 access-list TM
 10 permit udp any any udf u 0x1 0xff capture
 20 permit ipv4 any any
!
ipv4 access-list FILTER
 10 permit ipv4 any any
!
interface TenGigE0/0/0/1
 ipv4 access-group TM ingress compress level 3
 monitor-session a ethernet direction rx-only port-level
  acl
  new-feature on
 !
!
interface TenGigE0/0/0/2
 ipv4 access-group TM ingress
 monitor-session a ethernet port-level
 !
!
interface preconfigure TenGigE0/9/0/1
 monitor-session b ethernet
 !
!
interface TenGigE0/0/0/42
 l2transport
  monitor-session b ethernet port-level
  !
 !
!
interface tunnel-ip3
 ipv4 address 15.1.1.1 255.255.255.0
 tunnel mode gre ipv4
 tunnel destination 70.1.1.2
!
interface tunnel-ip9
 tunnel mode ipv6ipv4
!
monitor-session a ethernet
 destination interface tunnel-ip3
 traffic-class 3
 shiny
!
monitor-session b ethernet
 destination interface TenGigE0/0/0/9
!
""")


def session(name: str, *sources: Any, **further: Any) -> dict[str, Any]:
    listed = [source if isinstance(source, dict) else {"interface": source} for source in sources]
    return {"sessions": [{"name": name, **({"sources": listed} if listed else {}), **further}]}


def applied(current: Span, config: dict[str, Any] | None, state: State) -> Span:
    return desired_state(current, Document.of(config, state))


def findings(current: Span, config: dict[str, Any] | None, state: State) -> list[Problem]:
    return list(resulting(current, Document.of(config, state)).findings)


def flaws(config: dict[str, Any] | None, state: State) -> list[Problem]:
    return validate(Document.of(config, state))


def whole(span: Span) -> dict[str, Any]:
    """Its document, which says that there are no sessions, too."""
    return {"sessions": [], **to_document(span)}


def written_only(span: Span) -> Span:
    """Without what is never written."""

    def bare(thing: Any) -> Any:
        empty = {field: () if field == "other" else None for field in parts(thing)}
        return replace(thing, **empty)

    return replace(
        span,
        sessions={name: bare(session) for name, session in span.sessions.items()},
        sources={key: bare(source) for key, source in span.sources.items()},
    )


def sources(span: Span, name: str) -> set[str]:
    return {source.interface for source in span.sources.values() if source.session == name}


def source(span: Span, interface: str) -> Source:
    (found,) = (source for source in span.sources.values() if source.interface == interface)
    return found


# -- laws


@settings(max_examples=150, deadline=None)
@given(spans(), st.sampled_from(["merged", "replaced", "overridden"]))
def test_what_a_router_says_of_itself_changes_nothing_in_any_state(span: Span, state: State) -> None:
    assert applied(span, whole(span), state) == span


@settings(max_examples=150, deadline=None)
@given(spans(), spans(), st.sampled_from(STATES))
def test_applied_twice_is_applied_once(current: Span, other: Span, state: State) -> None:
    document = whole(other)
    once = applied(current, document, state)
    assert applied(once, document, state) == once


@settings(max_examples=150, deadline=None)
@given(spans(), spans(), st.sampled_from(STATES))
def test_what_a_document_does_not_name_stays(current: Span, other: Span, state: State) -> None:
    document = whole(other)
    result = applied(current, document, state)
    named = {item["name"] for item in document.get("sessions", ())}
    for part in ("access_lists", "bindings", "udfs", "tcam_profiles", "tunnels"):
        before, after, given_part = getattr(current, part), getattr(result, part), set(getattr(other, part))
        if part == "access_lists":
            given_part = {(item["family"], item["name"]) for item in document.get(part, ())}
        assert {key: item for key, item in before.items() if key not in given_part} == {
            key: item for key, item in after.items() if key not in given_part
        }
    if state != "overridden":
        assert all(result.sessions[name] == item for name, item in current.sessions.items() if name not in named)
        moved = {key.interface for key in other.sources}
        assert all(
            result.sources[key] == item
            for key, item in current.sources.items()
            if item.session not in named and key.interface not in moved
        )


@settings(max_examples=150, deadline=None)
@given(spans(), spans(), st.sampled_from(["merged", "replaced", "overridden"]))
def test_a_source_that_is_named_is_in_the_sessions_that_name_it_only(current: Span, other: Span, state: State) -> None:
    result = applied(current, whole(other), state)
    named = {key.interface for key in other.sources}
    assert {key for key in result.sources if key.interface in named} <= other.sources.keys()


@settings(max_examples=150, deadline=None)
@given(spans(), spans())
def test_overridden_leaves_exactly_the_mirrors_of_the_document(current: Span, other: Span) -> None:
    document = whole(other)
    unmanaged = {item["name"] for item in document.get("sessions", ()) if item.get("configured") is False}
    result = applied(written_only(current), document, "overridden")
    assert result.sources.keys() == other.sources.keys()
    assert result.sessions.keys() - unmanaged == other.sessions.keys() - unmanaged
    assert applied(written_only(current), {"sessions": []}, "overridden") == replace(
        written_only(current), sessions={}, sources={}
    )


@settings(max_examples=150, deadline=None)
@given(spans(), spans())
def test_of_what_a_document_does_not_name_overridden_leaves_what_nothing_could_put_back(
    current: Span, other: Span
) -> None:
    result = applied(current, whole(other), "overridden")
    left = {name for name in result.sessions if name not in other.sessions and name in current.sessions}
    named = {item["name"] for item in whole(other)["sessions"]}
    moved = {key.interface for key in other.sources}
    for name, session in current.sessions.items():
        held = [
            session,
            *(it for key, it in current.sources.items() if it.session == name and key.interface not in moved),
        ]
        if name not in named:
            assert (name in left) == any(parts(each) for each in held)
            assert (
                all(result.sources.get(it.key) == it for it in held[1:] if isinstance(it, Source)) or name not in left
            )
    kept_sources = result.sources.keys() - other.sources.keys()
    assert all(result.sources[key] == current.sources[key] for key in kept_sources)
    assert not {key.interface for key in kept_sources} & moved


# -- merged


def test_merged_keeps_what_is_left_out() -> None:
    result = applied(ROUTER, session("a", {"interface": "Te0/0/0/1", "port_level": False}), "merged")
    assert result.sessions == ROUTER.sessions
    assert source(result, "TenGigE0/0/0/1") == replace(source(ROUTER, "TenGigE0/0/0/1"), port_level=False)
    assert sources(result, "a") == {"TenGigE0/0/0/1", "TenGigE0/0/0/2"}


def test_merged_moves_a_source_of_another_session() -> None:
    result = applied(ROUTER, session("b", "TenGigE0/0/0/1"), "merged")
    assert source(result, "TenGigE0/0/0/1") == replace(source(ROUTER, "TenGigE0/0/0/1"), session="b")
    assert sources(result, "a") == {"TenGigE0/0/0/2"}


def of_class(name: str, *sources: Any) -> dict[str, Any]:
    return session(name, *sources, **{"class": "ipv4"})


@pytest.mark.parametrize("state", ["merged", "replaced"])
def test_a_source_of_a_session_of_another_class_moves(state: State) -> None:
    result = applied(ROUTER, of_class("new", "TenGigE0/0/0/2"), state)
    moved = source(result, "TenGigE0/0/0/2")
    assert (moved.session, moved.session_class) == ("new", "ipv4")
    assert moved.port_level == (state == "merged")
    assert sources(result, "a") == {"TenGigE0/0/0/1"} and sources(result, "b") == sources(ROUTER, "b")
    operations = {operation.item: operation.risk for operation in plan(ROUTER, result).operations}
    assert operations["sessions[new].sources[TenGigE0/0/0/2]"] == ("moves-source",)
    assert operations["sessions[a].sources[TenGigE0/0/0/2]"] == ()


def test_a_moved_source_stays_under_l2transport() -> None:
    moved = source(applied(ROUTER, of_class("new", "TenGigE0/0/0/42"), "merged"), "TenGigE0/0/0/42")
    assert (moved.session, moved.l2transport, moved.port_level) == ("new", True, True)


def test_a_source_stays_in_two_classes_where_the_document_names_both() -> None:
    both = {"sessions": [*of_class("new", "TenGigE0/0/0/1")["sessions"], *session("a", "Te0/0/0/1")["sessions"]]}
    result = applied(ROUTER, both, "merged")
    found = {item.session: item for item in result.sources.values() if item.interface == "TenGigE0/0/0/1"}
    assert found == {"a": source(ROUTER, "TenGigE0/0/0/1"), "new": Source("TenGigE0/0/0/1", "new", "ipv4")}
    assert applied(result, both, "merged") == result
    alone = applied(result, session("a", "TenGigE0/0/0/1"), "merged")
    assert source(alone, "TenGigE0/0/0/1") == found["a"]
    assert applied(result, session("a", "TenGigE0/0/0/2"), "merged") == result


def test_merged_finds_an_attachment_under_l2transport() -> None:
    result = applied(ROUTER, session("b", {"interface": "TenGigE0/0/0/42", "direction": "rx-only"}), "merged")
    assert source(result, "TenGigE0/0/0/42") == replace(source(ROUTER, "TenGigE0/0/0/42"), direction="rx-only")


def test_merged_acl_false_takes_the_named_lists_away() -> None:
    router = parse("interface TenGigE0/0/0/1 monitor-session a ethernet acl ipv4 X\n")
    result = applied(router, session("a", {"interface": "TenGigE0/0/0/1", "acl": False}), "merged")
    assert not source(result, "TenGigE0/0/0/1").acl
    assert source(result, "TenGigE0/0/0/1").acl_ipv4 is None


def test_a_session_that_changes_its_class_takes_its_sources_along() -> None:
    result = applied(ROUTER, session("a", **{"class": "ipv4"}), "merged")
    assert result.sessions["a"] == replace(ROUTER.sessions["a"], session_class="ipv4")
    assert {key.session_class for key, item in result.sources.items() if item.session == "a"} == {"ipv4"}
    assert sources(result, "a") == sources(ROUTER, "a")


def test_merged_entries_and_bindings() -> None:
    entries = [
        {"sequence": 20, "action": "deny", "match": "tcp any any"},
        {"sequence": 5, "action": "remark", "match": "x"},
    ]
    document = {
        "access_lists": [{"name": "TM", "family": "ipv4", "entries": entries, "interfaces": ["Te0/0/0/7", "Te0/0/0/1"]}]
    }
    result = applied(ROUTER, document, "merged")
    assert [
        (ace.sequence, ace.action, ace.capture) for ace in result.access_lists[AccessListKey("ipv4", "TM")].entries
    ] == [
        (5, "remark", False),
        (10, "permit", True),
        (20, "deny", False),
    ]
    bound = {key.interface: item.other for key, item in result.bindings.items() if item.acl == "TM"}
    assert bound == {"TenGigE0/0/0/1": "compress level 3", "TenGigE0/0/0/2": "", "TenGigE0/0/0/7": ""}


def test_the_further_words_of_a_binding_stay_with_their_list() -> None:
    document = {"access_lists": [{"name": "FILTER", "family": "ipv4", "interfaces": ["TenGigE0/0/0/1"]}]}
    result = applied(ROUTER, document, "merged")
    bound = result.bindings[BindingKey("TenGigE0/0/0/1", "ipv4", "ingress")]
    assert (bound.acl, bound.other) == ("FILTER", "")
    (operation,) = plan(ROUTER, result).operations
    assert operation.risk == ("replaces-binding",)
    assert operation.undo[1] == " ipv4 access-group TM ingress compress level 3"


def test_merged_udf_profile_and_tunnel() -> None:
    document = {
        "udfs": [{"name": "u", "offset": 4}],
        "tcam_profiles": [{"family": "ipv4", "qualifiers": ["dst-addr"]}],
        "tunnels": [{"name": "tunnelip3", "ipv4_unnumbered": "Lo0"}],
    }
    result = applied(ROUTER, document, "merged")
    assert (result.udfs["u"].offset, result.udfs["u"].layer) == (4, "l4")
    (profile,) = result.tcam_profiles.values()
    assert (profile.qualifiers, profile.udfs, profile.enable_capture) == (("dst-addr",), ("u",), True)
    assert result.tunnels["tunnel-ip3"] == replace(
        ROUTER.tunnels["tunnel-ip3"], ipv4_address=None, ipv4_unnumbered="Loopback0"
    )


def test_a_bad_document_is_refused_in_every_state() -> None:
    for state in STATES:
        with pytest.raises(DocumentError):
            applied(ROUTER, {"sessions": [{"name": "a\nb"}], "tunnels": [{"name": "x"}]}, state)


# -- replaced and overridden


def test_replaced_is_exactly_what_is_written_and_what_is_never_written_stays() -> None:
    result = applied(ROUTER, session("a", "TenGigE0/0/0/1"), "replaced")
    assert result.sessions["a"].destination is None and result.sessions["a"].traffic_class == 3
    assert result.sessions["a"].other == ("shiny",)
    assert sources(result, "a") == {"TenGigE0/0/0/1"}
    assert source(result, "TenGigE0/0/0/1") == Source("TenGigE0/0/0/1", "a", other=("new-feature on",))
    assert sources(result, "b") == sources(ROUTER, "b")


def test_a_list_without_entries_keeps_its_own() -> None:
    document = {"access_lists": [{"name": "FILTER", "family": "ipv4", "interfaces": ["TenGigE0/0/0/2"]}]}
    result = applied(ROUTER, document, "replaced")
    assert result.access_lists == ROUTER.access_lists
    assert result.bindings[BindingKey("TenGigE0/0/0/2", "ipv4", "ingress")].acl == "FILTER"
    assert BindingKey("TenGigE0/0/0/1", "ipv4", "ingress") in result.bindings


def test_a_session_that_is_not_managed_stays_when_its_sources_are() -> None:
    document = session("a", "TenGigE0/0/0/5", configured=False)
    for state in ("merged", "replaced", "overridden"):
        assert applied(ROUTER, document, state).sessions["a"] == ROUTER.sessions["a"]
    result = applied(written_only(ROUTER), document, "overridden")
    assert "b" not in result.sessions
    assert {item.interface for item in result.sources.values()} == {"TenGigE0/0/0/5"}
    assert "a" in applied(ROUTER, document, "deleted").sessions


def test_preconfigured_is_the_hardware_s_word() -> None:
    document = session(
        "b", "TenGigE0/9/0/1", {"interface": "TenGigE0/0/0/42", "l2transport": True, "preconfigure": True}
    )
    result = applied(ROUTER, document, "replaced")
    assert source(result, "TenGigE0/9/0/1").preconfigure
    assert not source(result, "TenGigE0/0/0/42").preconfigure


# -- deleted


def test_deleted_without_a_document_removes_every_mirror_and_nothing_else() -> None:
    assert applied(ROUTER, None, "deleted") == replace(ROUTER, sessions={}, sources={})
    assert findings(ROUTER, None, "deleted") == []


def test_deleted_session_takes_all_its_attachments() -> None:
    result = applied(ROUTER, session("a", "TenGigE0/0/0/1"), "deleted")
    assert list(result.sessions) == ["b"]
    assert sources(result, "a") == set() and sources(result, "b") == sources(ROUTER, "b")


def kept(document: dict[str, Any]) -> dict[str, str]:
    return {problem.item: problem.message for problem in findings(ROUTER, document, "deleted")}


def test_a_list_goes_only_when_nothing_needs_it_and_it_selects_for_mirrors() -> None:
    document: dict[str, Any] = {"access_lists": [{"name": "TM", "family": "ipv4", "interfaces": ["TenGigE0/0/0/1"]}]}
    result = applied(ROUTER, document, "deleted")
    assert AccessListKey("ipv4", "TM") in result.access_lists
    assert list(result.bindings) == [BindingKey("TenGigE0/0/0/2", "ipv4", "ingress")]
    assert kept(document) == {"access_lists[ipv4 TM]": "was not deleted: it is bound to TenGigE0/0/0/2 ingress"}
    document["access_lists"][0]["interfaces"].append("TenGigE0/0/0/2")
    assert AccessListKey("ipv4", "TM") not in applied(ROUTER, document, "deleted").access_lists
    assert kept(document) == {}
    document = {"access_lists": [{"name": "FILTER", "family": "ipv4"}]}
    assert "no capture entry" in kept(document)["access_lists[ipv4 FILTER]"]


def test_udfs_and_tunnels_go_only_when_nothing_needs_them() -> None:
    document = {
        "udfs": [{"name": "u"}, {"name": "spare"}],
        "tunnels": [{"name": "tunnel-ip3"}, {"name": "tunnel-ip9"}],
    }
    result = applied(ROUTER, document, "deleted")
    assert list(result.udfs) == ["u"]
    assert list(result.tunnels) == ["tunnel-ip3", "tunnel-ip9"]
    assert kept(document) == {
        "udfs[u]": "was not deleted: the ipv4 access list TM matches it",
        "tunnels[tunnel-ip3]": "was not deleted: the session a uses it as destination",
        "tunnels[tunnel-ip9]": "was not deleted: its mode is ipv6ipv4, not gre",
    }
    whole = to_document(ROUTER)
    left = applied(ROUTER, whole, "deleted")
    assert set(left.tunnels) == {"tunnel-ip9"}
    assert (left.sessions, left.sources, left.bindings, left.udfs, left.tcam_profiles) == ({}, {}, {}, {}, {})
    assert list(left.access_lists) == [AccessListKey("ipv4", "FILTER")]


@settings(max_examples=150, deadline=None)
@given(
    spans(),
    st.sampled_from(STATES),
    st.dictionaries(
        st.sampled_from(sorted(span_arguments().spec["config"]["options"])),
        st.lists(
            st.dictionaries(
                st.sampled_from(["name", "family", "class", "sources", "entries", "interfaces", "location", "configured"]),
                st.sampled_from(["mon1", "ipv4", "TM-ACL", "tunnel-ip3", None, [], {}, [{}], 5, ["x"], [{"interface": 1}], False]),
            )
            | st.integers(),
            max_size=3,
        )
        | st.text(max_size=3),
        max_size=3,
    ),
)  # fmt: skip
def test_no_document_makes_it_fail_otherwise(current: Span, state: State, document: Any) -> None:
    refused: tuple[str, ...] | None = None
    try:
        read = document_of(document, state)
        result = desired_state(current, read)
    except ArgumentError as error:
        refused = tuple(error.messages)
    except DocumentError as error:
        refused = tuple(f"{problem.rule and problem.item and problem.message}" for problem in error.problems)
    if refused is not None:
        assert refused and all(refused)
        return
    named = {item.name for item in read.sessions}
    there, left = set(current.sessions), set(result.sessions)
    holding = {name for name, item in current.sessions.items() if parts(item)}
    holding |= {item.session for item in current.sources.values() if parts(item)} & there
    allowed = {"deleted": there, "overridden": named | holding}.get(state, there | named)
    assert left <= allowed, "no session comes from nowhere"
    if state in ("merged", "replaced"):
        assert there <= left, "what the document does not name is left alone"


def test_flaws_are_known_without_a_router_and_a_merge_may_leave_out_what_the_router_has() -> None:
    partial = {"udfs": [{"name": "u", "offset": 3}]}
    assert flaws(partial, "merged") == []
    assert {problem.rule for problem in flaws(partial, "replaced")} == {"incomplete"}
    assert [problem.item for problem in flaws({"udfs": [{"name": "u\n", "offset": 3}]}, "merged")] == ["udfs[#1].name"]
    assert flaws({"sessions": [{"name": "a b"}]}, "deleted")
    assert flaws(None, "deleted") == []


LONG = "u" * 17
RULE_BREAKERS = (
    ("S5", {"sessions": [*session("a", "Te0/0/0/1")["sessions"], *session("b", "TenGigE0/0/0/1", "Te0/0/0/2")["sessions"]]}),
    ("S20", {"udfs": [{"name": LONG, "header": "outer", "layer": "l4", "offset": 0, "length": 1}]}),
    ("S21", {"tcam_profiles": [{"family": "ipv4", "udfs": [f"u{number}" for number in range(9)]}]}),
    ("S24", {"sessions": [{"name": "m" * 80}, {"name": "fine"}]}),
)  # fmt: skip


@pytest.mark.parametrize(("rule", "document"), RULE_BREAKERS, ids=[rule for rule, _document in RULE_BREAKERS])
@pytest.mark.parametrize("state", ["merged", "replaced", "overridden"])
def test_a_rule_that_a_document_breaks_by_itself_does_not_hide_the_others(
    state: State, rule: str, document: dict[str, Any]
) -> None:
    document = {"sessions": [], **document}
    assert flaws(document, state) == []
    problems = check(
        ROUTER, applied(ROUTER, document, state), Facts("ncs5500", (7, 5, 1)), findings(ROUTER, document, state)
    )
    assert rule in {problem.rule for problem in problems if problem.severity == "error"}
    assert not RULES[rule].overridable  # a warning would let a part of the document pass
    assert isinstance(applied(ROUTER, document, state), Span)
    assert findings(ROUTER, to_document(ROUTER), state) == []
    flawed = {**document, "tunnels": [{"name": "TenGigE0/0/0/1"}]}
    assert {problem.rule for problem in flaws(flawed, state)} == {rule, "document"}
    with pytest.raises(DocumentError) as raised:
        applied(ROUTER, flawed, state)
    assert {problem.rule for problem in raised.value.problems} == {rule, "document"}


def test_of_a_source_in_two_sessions_the_first_counts_and_the_rest_is_checked() -> None:
    document = RULE_BREAKERS[0][1]
    result = applied(Span(), document, "replaced")
    assert sources(result, "a") == {"TenGigE0/0/0/1"} and sources(result, "b") == {"TenGigE0/0/0/2"}
    (problem,) = findings(Span(), document, "replaced")
    assert problem.item == "sessions[b].sources[TenGigE0/0/0/1]" and "session a" in problem.message


def test_sources_that_only_the_router_shows_to_be_the_same_are_told() -> None:
    """The one without l2transport takes that of the router, and so the place of the other."""
    switched = {"interface": "TenGigE0/0/0/42", "l2transport": True}
    named = [*session("a", "TenGigE0/0/0/42")["sessions"], *session("b", switched)["sessions"]]
    assert findings(Span(), {"sessions": named}, "merged") == []
    assert [item.rule for item in findings(ROUTER, {"sessions": named}, "merged")] == ["S5"]


def test_names_to_delete_are_refused_before_a_connection_is_opened() -> None:
    document = {"sessions": [{"name": "m" * 80}], "udfs": [{"name": LONG}]}
    assert [problem.rule for problem in flaws(document, "deleted")] == ["S20", "S24"]
    with pytest.raises(DocumentError):
        applied(ROUTER, document, "deleted")


def test_everything_goes_only_when_the_document_says_so() -> None:
    assert [problem.item for problem in flaws({"udfs": []}, "overridden")] == ["sessions"]
    assert flaws({"sessions": []}, "overridden") == []


def test_an_empty_document_deletes_nothing() -> None:
    assert [problem.item for problem in flaws({}, "deleted")] == ["config"]
    assert flaws(None, "deleted") == []


MANY_FAULTS: dict[str, Any] = {
    "sessions": [
        {
            "name": "a",
            "destination": {"interface": "TenGigE0/0/0/9"},
            "mirror_first": 10_001,
            "sources": [
                {"interface": "HunderdGigE0/0/0/1", "port_level": True, "mirror_interval": "3k"},
                {"interface": "TenGigE0/0/0/9", "port_level": True},  # a destination
                {"interface": "TenGigE0/0/0/8"},  # not port_level
            ],
        }
    ],
    "access_lists": [
        {
            "name": "A",
            "family": "ipv4",
            "entries": [
                {"sequence": 10, "action": "permit", "match": "tcp any any eq 70000", "udfs": [{"name": LONG, "value": 1, "mask": 1 << 33}]},
                {"sequence": 2_147_483_644, "action": "permit", "match": "ipv4 any any"},
            ],
        }
    ],
    "udfs": [{"name": LONG, "header": "inner", "layer": "l2", "offset": 99, "length": 5}],
}  # fmt: skip


@pytest.mark.parametrize("state", ["merged", "replaced", "overridden"])
def test_all_problems_of_a_document_come_in_one_round(state: State) -> None:
    assert flaws(MANY_FAULTS, state) == [], "nothing of it keeps the rules from being checked"
    after = applied(Span(), MANY_FAULTS, state)
    told = check(Span(), after, Facts("ncs5500", (7, 5, 1)), findings(Span(), MANY_FAULTS, state))
    wrong = {(problem.rule, problem.item) for problem in told if problem.severity == "error"}
    assert wrong >= {
        ("value", "sessions[a].mirror_first"),
        ("S17", "sessions[a].mirror_first"),
        ("interface-type", "sessions[a].sources[HunderdGigE0/0/0/1]"),
        ("value", "sessions[a].sources[HunderdGigE0/0/0/1].mirror_interval"),
        ("S6", "sessions[a].destination"),
        ("S13", "sessions[a].sources[TenGigE0/0/0/8].port_level"),
        ("ace", "access_lists[ipv4 A].entries[10].match"),
        ("value", f"access_lists[ipv4 A].entries[10].udfs[{LONG}].mask"),
        ("value", "access_lists[ipv4 A].entries[2147483644].sequence"),
        ("S22", "access_lists[ipv4 A].entries[10].udfs"),
        ("S20", f"udfs[{LONG}].name"),
        ("S20", f"udfs[{LONG}].layer"),
        ("S20", f"udfs[{LONG}].offset"),
        ("S20", f"udfs[{LONG}].length"),
    }


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("sessions", 0, "mirror_interval"), "now and then"),
        (("sessions", 0, "destination"), {"next_hop": "10.0.0.256"}),
        (("sessions", 0, "sources", 2, "other"), ["no shutdown"]),
        (("access_lists", 0, "entries", 0, "match"), "ipv4 any any\nend"),
        (("access_lists", 0, "entries", 0, "udfs", 0, "value"), "0xzz"),
        (("tunnels", 0, "destination"), "70.1.1.256"),
        (("tunnels", 0, "ipv4_address"), "15.1.1.1"),
        (("tcam_profiles", 0, "qualifiers"), ["src addr"]),
    ],
)
def test_a_value_that_is_none_is_left_out_and_hides_no_rule(path: tuple[Any, ...], value: Any) -> None:
    document = copy.deepcopy(
        {
            **MANY_FAULTS,
            "tunnels": [{"name": "tunnel-ip3"}],
            "tcam_profiles": [{"family": "ipv4", "qualifiers": ["proto"]}],
        }
    )
    place: Any = document
    for part in path[:-1]:
        place = place[part]
    place[path[-1]] = value
    assert flaws(document, "merged") == []
    after = applied(Span(), document, "merged")
    told = check(Span(), after, Facts("ncs5500", (7, 5, 1)), findings(Span(), document, "merged"))
    wrong = {(problem.rule, problem.item.rpartition(".")[2]) for problem in told if problem.severity == "error"}
    assert ("value", "next_hop" if isinstance(value, dict) else str(path[-1])) in wrong and not RULES[
        "value"
    ].overridable
    assert {("S13", "port_level"), ("S20", "offset"), ("value", "mirror_first")} <= wrong


@pytest.mark.parametrize("state", ["merged", "replaced", "overridden", "deleted"])
def test_what_no_line_could_hold_is_told_with_the_values_that_are_wrong(state: State) -> None:
    document = {**MANY_FAULTS, "tunnels": [{"name": "Te0/0/0/1"}]}
    told = {(problem.rule, problem.item) for problem in flaws(document, state)}
    assert ("document", "tunnels[#1].name") in told and ("S20", f"udfs[{LONG}].name") in told
    if state != "deleted":
        assert {("value", "sessions[a].mirror_first"), ("ace", "access_lists[ipv4 A].entries[10].match")} <= told


def test_an_interface_of_an_unknown_type_that_the_router_has_is_kept_and_told() -> None:
    router = parse(
        "interface WarpGigE0/0/0/1\n monitor-session a ethernet port-level\n !\n!\nmonitor-session a\n destination interface Te0/0/0/9\n"
    )
    document = to_document(router)
    for state in ("merged", "replaced", "overridden"):
        after = applied(router, document, state)
        assert after == router and not plan(router, after)
        told = check(router, after, Facts("ncs5500", (7, 5, 1)))
        assert [(problem.rule, problem.severity) for problem in told] == [("interface-type", "warning")]


@pytest.mark.parametrize(
    ("given", "there"),
    [("1k", "1K"), ("1024", "1K"), ("0512", "512"), ("16384", "16K"), ("64", "64"), ("02K", "2K")],
)
def test_an_interval_is_the_same_however_it_is_written(given: str, there: str) -> None:
    router = parse(f"monitor-session a ethernet\n mirror interval {there}\n!\n")
    assert applied(router, {"sessions": [{"name": "a", "mirror_interval": given}]}, "merged") == router
    assert parse(f"monitor-session a ethernet\n mirror interval {given}\n!\n") == router


def test_keywords_are_the_same_in_any_letter_case() -> None:
    router = parse("""monitor-session mirror-interval 1K
hw-module profile tcam format access-list ipv4 src-addr location 0/0/CPU0
interface tunnel-ip3
 tunnel mode gre ipv4
!
monitor-session a ethernet
 destination file size 1024 buffer-type linear
!
""")
    document = {
        "sessions": [{"name": "a", "destination": {"file": "SIZE 01024  Buffer-Type Linear"}}],
        "tcam_profiles": [{"family": "ipv4", "location": "0/0/cpu0", "qualifiers": ["SRC-ADDR"]}],
        "tunnels": [{"name": "Tunnel-IP3", "mode": "GRE IPv4"}],
        "globals": ["monitor-session Mirror-Interval 1k"],
    }
    assert applied(router, document, "replaced") == router
    assert findings(router, document, "replaced") == []
