# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Every rule has a state that breaks it and a near miss that does not; the laws hold for any state."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ansible_collections.mspplus.netsec.plugins.plugin_utils._engine.problems import Problem, errors
from ansible_collections.mspplus.netsec.plugins.plugin_utils._engine.rules import overridable
from ansible_collections.mspplus.netsec.plugins.plugin_utils._iosxr.platforms import PLATFORMS, Facts
from ansible_collections.mspplus.netsec.plugins.plugin_utils._iosxr.span.model import (
    AccessList,
    Ace,
    Binding,
    Destination,
    Session,
    Source,
    Span,
    TcamProfile,
    Tunnel,
    Udf,
    UdfMatch,
)
from ansible_collections.mspplus.netsec.plugins.plugin_utils._iosxr.span.rules.check import (
    OLD_FAULT,
    check,
)
from ansible_collections.mspplus.netsec.plugins.plugin_utils._iosxr.span.rules.table import RULES

from .cases import (
    ACL_MIRROR,
    ANALYSER,
    ASR,
    C8K,
    CASES,
    NCS,
    NINE,
    PORT,
    PORT2,
    Case,
    acl,
    bound,
    by_acl,
    ending,
    matching,
    profile,
    session,
    source,
    span,
    tunnel,
    udf,
)

IDS = [f"{case.rule}-{place}" for place, case in enumerate(CASES)]


def found(problems: Iterable[Problem], rule: str) -> list[Problem]:
    return [problem for problem in problems if problem.rule == rule]


@pytest.mark.parametrize("case", CASES, ids=IDS)
def test_a_state_that_breaks_the_rule_is_reported_at_its_item(case: Case) -> None:
    problems = found(check(span(*case.before), span(*case.broken), case.facts), case.rule)
    assert case.item in [problem.item for problem in problems]
    assert all(problem.message and problem.remedy for problem in problems)


@pytest.mark.parametrize("case", CASES, ids=IDS)
def test_a_near_miss_is_not_reported(case: Case) -> None:
    problems = check(span(*case.before), span(*case.fine), case.fine_facts or case.facts)
    assert case.item not in [problem.item for problem in found(problems, case.rule) if not _milder(case, problem)]


def _milder(case: Case, problem: Problem) -> bool:
    """Eight UDFs are warned of, nine refused."""
    return case.rule == "S21" and case.facts is NCS and problem.severity == "warning"


def test_every_rule_is_exercised_or_says_where_it_is_looked_after() -> None:
    elsewhere = {rule.id for rule in RULES.values() if rule.elsewhere}
    by_the_document = {"unwritten"}  # only its words tell it: test_unwritten.py
    assert {case.rule for case in CASES} | elsewhere | by_the_document == set(RULES)
    assert not {case.rule for case in CASES} & (elsewhere | by_the_document)


def test_the_table_has_all_rules_of_the_guides() -> None:
    assert {f"S{number}" for number in range(1, 29)} <= RULES.keys()


def test_rules_whose_sources_agree_and_that_the_router_enforces_cannot_be_downgraded() -> None:
    assert {"S1", "S11", "S13", "S14", "S17"} <= overridable(RULES)
    assert not {"S3", "S5", "S6", "S27", "interface-exists", "feature"} & overridable(RULES)
    assert all(RULES[rule].severity == "error" for rule in overridable(RULES))


# ---- severity ------------------------------------------------------------------------------------------------------


def severities(before: Span, after: Span, facts: Facts, rule: str) -> list[str]:
    return [problem.severity for problem in found(check(before, after, facts), rule)]


def test_the_five_cases_of_the_guide_break_no_rule() -> None:
    local = span(session(), source(direction="rx-only"))
    remote = span(session(to="tunnel-ip3"), source(direction="rx-only"), tunnel())
    layer2 = span(session("EASTON", "TenGigE0/0/0/20"), source("TenGigE0/0/0/42", "EASTON", l2transport=True))
    by_list = span(
        session(),
        by_acl("HundredGigE0/0/0/1"),
        ending(acl(match="udp 10.1.1.0 0.0.0.255 eq 10 any")),
        bound(),
        profile("src-addr", "dst-addr", "src-port", "proto", "frag-bit", enable_capture=True),
    )
    by_udf = span(
        session(to="tunnel-ip3"),
        by_acl(),
        ending(acl(udfs=matching("udf1", "udf2"))),
        bound(),
        udf(),
        udf("udf2"),
        profile("src-addr", "dst-addr", udfs=("udf1", "udf2"), enable_capture=True),
        tunnel(),
    )
    for state in (local, remote, layer2, by_list, by_udf):
        problems = check(Span(), state, Facts("ncs5500", (6, 3, 2)))
        assert not errors(problems)
        assert {problem.rule for problem in problems} <= {"ethernet-tunnel"}


def test_a_platform_of_which_nothing_is_known_only_warns() -> None:
    state = span(*(session(f"m{n}", f"HundredGigE0/1/0/{n}") for n in range(5)))
    assert severities(Span(), state, NCS, "S1") == ["error"]
    assert severities(Span(), state, Facts(), "S1") == ["warning"]
    assert "not verified" in found(check(Span(), state, Facts()), "S1")[0].message


def test_what_the_router_itself_refuses_is_an_error_on_every_platform() -> None:
    state = span(session(), session("mon2"))
    assert [severities(Span(), state, Facts(key), "S3") for key in PLATFORMS] == [["error"]] * len(PLATFORMS)


def test_without_an_acl_the_platforms_differ() -> None:
    state = span(session(), by_acl(), acl())
    assert "mirrors everything" in found(check(Span(), state, NCS), "S26")[0].message
    assert "mirrors nothing" in found(check(Span(), state, C8K), "S26")[0].message


def test_bindings_that_were_not_read_are_not_missed() -> None:
    assert not found(check(Span(), span(session(), by_acl()), NCS), "S26")


def test_an_old_fault_is_a_warning_and_the_same_fault_of_a_new_source_is_an_error() -> None:
    before = span(session(), source(port_level=False))
    after = span(session(), source(port_level=False), source(PORT2, port_level=False))
    old, new = found(check(before, after, NCS), "S13")
    assert (old.severity, new.severity) == ("warning", "error")
    assert OLD_FAULT in old.message
    assert PORT2 in new.item


@pytest.mark.parametrize(("number", "expected"), [(7, "error"), (6, "warning"), (5, "warning")])
def test_too_many_sessions_may_become_fewer_but_not_more(number: int, expected: str) -> None:
    sessions = [session(f"m{n}", f"HundredGigE0/1/0/{n}") for n in range(7)]
    assert severities(span(*sessions[:6]), span(*sessions[:number]), NCS, "S1") == [expected]


def test_the_session_that_had_the_destination_first_keeps_it() -> None:
    problems = found(check(span(session("zz")), span(session("zz"), session("aa")), NCS), "S3")
    assert [problem.item for problem in problems] == ["sessions[aa].destination"]
    assert "session zz" in problems[0].message


def test_a_new_source_on_an_old_destination_is_the_offender() -> None:
    problems = found(check(span(session()), span(session(), source(ANALYSER)), NCS), "S6")
    assert [(problem.item, problem.severity) for problem in problems] == [
        (f"sessions[mon1].sources[{ANALYSER}]", "error")
    ]


@pytest.mark.parametrize(
    "adopted",
    [
        Session("mon1", destination=Destination(next_hop="10.0.0.1", vrf="V")),
        Session("mon1", destination=Destination(file="size 1024")),
        Session("mon1", rx_destination=Destination(interface=PORT), tx_destination=Destination(interface=PORT2)),
        session(mirror_first=100, mirror_interval="1K", rate_limit_rx=5, other=("sflow",)),
    ],
)
def test_an_adopted_configuration_stays_legal(adopted: Session) -> None:
    features = {"feature", "S9", "S17"}
    state = span(adopted, source(PORT2))
    grown = span(adopted, source(PORT2), source("TenGigE0/0/0/3"))
    assert not features & {problem.rule for problem in errors(check(state, grown, NCS))}
    assert features & {problem.rule for problem in errors(check(Span(), grown, NCS))}


def test_a_refused_feature_names_the_platform_and_who_has_it() -> None:
    state = span(Session("mon1", destination=Destination(pseudowire=True)))
    assert (
        "NCS 5500 7.0.1 is not known to have a pseudowire as destination (known of ASR 9000; NCS 5500 from 7.0.2)"
        in (str(found(check(Span(), state, Facts("ncs5500", (7, 0, 1))), "S9")[0]))
    )
    assert "ASR 9000 7.5.1 has a pseudowire as destination, but this collection does not write it" in (
        str(found(check(Span(), state, ASR), "S9")[0])
    )


def test_a_longer_name_of_an_acl_is_a_warning_where_the_release_takes_it() -> None:
    for length, release, expected in (
        (65, None, "error"),
        (80, (7, 0, 2), "warning"),
        (81, (7, 0, 2), "error"),
        (128, (24, 4, 1), "warning"),
        (129, (24, 4, 1), "error"),
    ):
        assert severities(Span(), span(acl("A" * length)), Facts("ncs5500", release), "S23") == [expected]


def test_a_fixed_router_has_its_profile_on_the_route_processor() -> None:
    things = (udf(), acl(udfs=matching("udf1")), bound())
    state = span(*things, profile(udfs=("udf1",), location="0/RP0/CPU0"))
    assert not found(check(Span(), state, NCS), "S22")


def test_a_profile_of_the_line_card_goes_before_the_one_of_all() -> None:
    things = (udf(), acl(udfs=matching("udf1")), bound(), profile(udfs=("udf1",)))
    assert not found(check(Span(), span(*things), NCS), "S22")
    assert found(check(Span(), span(*things, profile("proto", location="0/0/CPU0")), NCS), "S22")


def test_platforms_without_a_tcam_key_want_no_profile() -> None:
    state = span(udf(), acl(udfs=matching("udf1")), bound())
    assert found(check(Span(), state, NCS), "S22")
    assert not found(check(Span(), state, ASR), "S22")


def test_an_acl_of_the_other_family_beside_the_capturing_one_is_no_fault() -> None:
    other = AccessList("V6", "ipv6", (Ace(10, "permit", "ipv6 any any"),))
    state = span(*ACL_MIRROR, other, bound("V6", family="ipv6"))
    assert not found(check(Span(), state, NCS), "capture-missing")


def test_a_missing_acl_is_told_once_for_all_sources_that_newly_name_it() -> None:
    stays = by_acl(PORT2, acl_ipv4="NOPE")
    before = span(session(), stays, by_acl(PORT, acl_ipv4="TM"))
    ports = ("HundredGigE0/0/0/3", "HundredGigE0/0/0/4")
    after = span(session(), stays, by_acl(PORT, acl_ipv4="NOPE"), *(by_acl(port, acl_ipv4="NOPE") for port in ports))
    (problem,) = found(check(before, after, NCS), "acl-exists")
    assert problem.severity == "error"
    assert all(port in problem.message for port in (PORT, *ports)) and PORT2 not in problem.message
    assert not found(check(before, before, NCS), "acl-exists")
    changed = span(session(), replace(stays, port_level=False, session_class="ipv4"))
    assert not found(check(before, changed, NCS), "acl-exists")


def test_an_acl_that_takes_a_binding_is_told_with_the_one_that_loses_it_and_once() -> None:
    before = span(bound("FILTER"), bound("FILTER", PORT2))
    after = span(acl(), bound(), bound("TM", PORT2))
    (problem,) = found(check(before, after, NCS), "takes-binding")
    assert problem.severity == "warning"
    assert all(word in problem.message for word in ("TM", "FILTER", PORT, PORT2))
    assert not found(check(after, after, NCS), "takes-binding")


def test_what_the_document_itself_breaks_takes_its_place_among_the_others_once() -> None:
    slots = profile(udfs=NINE)
    told = [
        Problem("S21", "tcam_profiles[ipv4].udfs", "there are 8 slots, not 9", "Use fewer UDFs."),
        Problem("S5", "sessions[m2].sources[x]", "is already a source of session m1", "Keep one."),
    ]
    problems = check(Span(), span(*map(udf, NINE), slots, session(to="Bundle-Ether7")), NCS, told)
    assert [problem.rule for problem in errors(problems)] == ["S5", "S7", "S21"]
    assert {*told} <= {*problems}
    assert check(Span(), Span(), NCS, told) == told[::-1]


# ---- laws ----------------------------------------------------------------------------------------------------------

INTERFACES = st.sampled_from(
    [
        PORT,
        PORT2,
        ANALYSER,
        f"{PORT}.10",
        "BVI1",
        "Bundle-Ether1",
        "tunnel-ip3",
        "tunnel-te1",
        "Loopback0",
        "",
        "x/y",
        "…",
    ]
)
NAMES = st.sampled_from(["mon1", "mon2", "mon3", "A", "", "m" * 90, "udf1", "u2", "日本"])
OPTIONAL_NUMBER = st.none() | st.integers(-1, 20000)
CLASSES = st.sampled_from(["ethernet", "ipv4", "ipv6", "mpls-ipv4", "mpls-ipv6"])
FAMILIES = st.sampled_from(["ipv4", "ipv6"])
WORDS = st.lists(st.sampled_from(["src-addr", "src-port", "next-hdr", "proto", "", "?"]), max_size=4).map(tuple)
DESTINATIONS = st.none() | st.builds(
    Destination,
    interface=st.none() | INTERFACES,
    next_hop=st.none() | st.just("10.0.0.1"),
    pseudowire=st.booleans(),
    file=st.none() | st.sampled_from(["", "format pcapng"]),
)
UDF_MATCHES = st.lists(st.builds(UdfMatch, NAMES, st.integers(0, 9), st.integers(0, 9)), max_size=9).map(tuple)
ACES = st.builds(
    Ace,
    st.integers(1, 100),
    st.sampled_from(["permit", "deny", "remark"]),
    st.sampled_from(["ipv4 any any", "udp any eq 5 any", "", "tcp", "host host host"]) | st.text(max_size=20),
    udfs=UDF_MATCHES,
    capture=st.booleans(),
)
LOCATIONS = st.sampled_from([None, "0/0/CPU0", "0/RP0/CPU0", "?"])
THINGS = st.one_of(
    st.builds(
        Session,
        NAMES,
        CLASSES,
        DESTINATIONS,
        DESTINATIONS,
        mirror_first=OPTIONAL_NUMBER,
        mirror_interval=st.none() | st.sampled_from(["1K", "3"]),
        discard_class=OPTIONAL_NUMBER,
        inject_interface=st.none() | INTERFACES,
        other=st.sampled_from([(), ("sflow",)]),
    ),
    st.builds(
        Source,
        INTERFACES,
        NAMES,
        CLASSES,
        l2transport=st.booleans(),
        direction=st.sampled_from(["both", "rx-only", "tx-only"]),
        port_level=st.booleans(),
        acl=st.booleans(),
        acl_name=st.none() | NAMES,
        acl_ipv4=st.none() | NAMES,
        acl_ipv6=st.none() | NAMES,
        mirror_first=OPTIONAL_NUMBER,
        preconfigure=st.booleans(),
    ),
    st.builds(AccessList, NAMES, FAMILIES, st.lists(ACES, max_size=3).map(tuple)),
    st.builds(Binding, INTERFACES, FAMILIES, NAMES, st.sampled_from(["ingress", "egress"])),
    st.builds(
        Udf,
        NAMES,
        st.sampled_from(["outer", "inner"]),
        st.sampled_from(["l2", "l3", "l4"]),
        st.integers(-1, 200),
        st.integers(-1, 9),
    ),
    st.builds(TcamProfile, FAMILIES, WORDS, st.lists(NAMES, max_size=9).map(tuple), location=LOCATIONS),
    st.builds(Tunnel, st.sampled_from(["tunnel-ip3", "tunnel-ip4"]), source=st.none() | INTERFACES),
)
SPANS = st.lists(THINGS, max_size=10).map(lambda things: span(*things))
ROUTERS = st.builds(
    Facts,
    st.sampled_from([*PLATFORMS, "toaster"]),
    st.none() | st.lists(st.integers(0, 30), max_size=4).map(tuple),
    st.none() | st.frozensets(INTERFACES),
)
LAW = settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])


@LAW
@given(SPANS, SPANS, ROUTERS)
def test_any_two_states_are_checked_by_rules_of_the_table_in_one_order(before: Span, after: Span, facts: Facts) -> None:
    problems = check(before, after, facts)
    assert {problem.rule for problem in problems} <= RULES.keys()
    assert all(problem.severity == "warning" for problem in problems if RULES[problem.rule].severity == "warning")
    order = list(RULES)
    places = [order.index(problem.rule) for problem in problems]
    assert places == sorted(places)
    assert problems == check(before, after, facts)


@LAW
@given(SPANS, ROUTERS)
def test_a_router_that_shall_stay_as_it_is_has_no_errors(state: Span, facts: Facts) -> None:
    assert not errors(check(state, state, facts))


@LAW
@given(SPANS, ROUTERS)
def test_the_order_in_which_a_state_was_read_does_not_matter(state: Span, facts: Facts) -> None:
    turned = Span(
        **{
            field: dict(reversed(getattr(state, field).items()))
            for field in ("sessions", "sources", "access_lists", "bindings", "udfs", "tcam_profiles", "tunnels")
        }
    )
    assert check(Span(), state, facts) == check(Span(), turned, facts)


def test_advice_is_given_once_and_again_when_its_object_changes() -> None:
    source = Source("TenGigE0/0/0/1", "m", port_level=True)
    tunnel = Tunnel("tunnel-ip3", ipv4_unnumbered="Loopback0", source="Loopback0", destination="70.1.1.2")
    session = Session("m", destination=Destination("tunnel-ip3"))
    span = Span(sessions={"m": session}, sources={source.key: source}, tunnels={tunnel.name: tunnel})
    moved = replace(span, tunnels={tunnel.name: replace(tunnel, destination="70.1.1.3")})
    facts = Facts("ncs5500", (7, 3, 2))
    advised = [[problem.rule for problem in check(was, span, facts)] for was in (Span(), span, moved)]
    assert advised == [["ethernet-tunnel"], [], ["ethernet-tunnel"]]


def test_an_error_says_whether_its_rule_can_be_downgraded() -> None:
    seen = set()
    for case in CASES:
        for problem in check(span(*case.before), span(*case.broken), case.facts):
            told = "can be downgraded with warn_only" in problem.remedy
            assert told is (problem.severity == "error" and problem.rule in overridable(RULES))
            seen.add(told)
    assert seen == {True, False}


@pytest.mark.parametrize("mode", ["ipv6ipv4", ""])
def test_a_tunnel_of_another_mode_than_gre_is_kept_and_not_written(mode: str) -> None:
    """An adopted tunnel stays as it is; a document cannot make one."""
    strange = span(tunnel(mode=mode))
    assert not found(check(strange, strange, NCS), "feature")
    for before in (Span(), span(tunnel())):
        (problem,) = found(check(before, strange, NCS), "feature")
        assert problem.severity == "error" and problem.item == "tunnels[tunnel-ip3].mode"


def test_an_attachment_that_stands_is_not_asked_for_its_layer() -> None:
    wrong = span(session(), source(l2transport=True))
    assert not found(check(wrong, wrong, replace(NCS, layer2=frozenset())), "layer")
    assert not found(check(Span(), wrong, NCS), "layer")  # nobody asked the router
    absent = replace(NCS, layer2=frozenset(), interfaces=frozenset({PORT2, ANALYSER}))
    assert {problem.rule for problem in errors(check(Span(), wrong, absent))} == {"interface-exists"}
