# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a plan of mirrors is bound to: the hash of the desired state, and the fingerprint of what a document may change."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ansible_collections.mspplus.netsec.plugins.plugin_utils._engine.plan_document import desired_hash, fingerprint
from ansible_collections.mspplus.netsec.plugins.plugin_utils._engine.states import STATES, State
from ansible_collections.mspplus.netsec.plugins.plugin_utils._engine.waiting import Progress
from ansible_collections.mspplus.netsec.plugins.plugin_utils._iosxr.configure import CommitOptions
from ansible_collections.mspplus.netsec.plugins.plugin_utils._iosxr.router import PLATFORM, Router
from ansible_collections.mspplus.netsec.plugins.plugin_utils._iosxr.span.canonical import to_document
from ansible_collections.mspplus.netsec.plugins.plugin_utils._iosxr.span.desired import desired_state
from ansible_collections.mspplus.netsec.plugins.plugin_utils._iosxr.span.device import SpanWing
from ansible_collections.mspplus.netsec.plugins.plugin_utils._iosxr.span.document import Document
from ansible_collections.mspplus.netsec.plugins.plugin_utils._iosxr.span.model import (
    AccessList,
    AccessListKey,
    Ace,
    Session,
    Source,
    Span,
    Udf,
)
from ansible_collections.mspplus.netsec.plugins.plugin_utils._iosxr.span.parse import parse
from ansible_collections.mspplus.netsec.plugins.plugin_utils._iosxr.span.plan import plan
from ansible_collections.mspplus.netsec.plugins.plugin_utils._iosxr.span.scope import Scope, owned

from .strategies import spans

ROUTER = parse("""ipv4 access-list TM
 10 permit udp any any capture
 20 permit ipv4 any any
!
ipv4 access-list FILTER
 10 permit ipv4 any any
!
udf u header outer l4 offset 0 length 1
udf theirs header outer l4 offset 2 length 1
interface TenGigE0/0/0/1
 ipv4 access-group TM ingress
 monitor-session a ethernet direction rx-only port-level
 !
!
interface TenGigE0/0/0/2
 ipv4 access-group FILTER ingress
 monitor-session b ethernet port-level
 !
!
interface TenGigE0/0/0/3
 monitor-session a ethernet port-level
 !
!
monitor-session a ethernet
 destination interface TenGigE0/0/0/8
!
monitor-session b ethernet
 destination interface TenGigE0/0/0/9
!
""")
CONFIG: dict[str, Any] = {
    "sessions": [{"name": "a", "class": "ethernet", "sources": [{"interface": "Te0/0/0/1", "port_level": True}]}],
    "access_lists": [
        {
            "name": "TM",
            "family": "ipv4",
            "entries": [{"sequence": 10, "action": "permit", "match": "tcp any any", "capture": True}],
            "interfaces": ["TenGigE0/0/0/1"],
        }
    ],
    "udfs": [{"name": "u", "header": "outer", "layer": "l4", "offset": 4, "length": 1}],
}


class Nobody:
    """A door that nothing goes through."""

    base_prompt = "RP/0/RP0/CPU0:edge1"
    platform = PLATFORM

    def open(self) -> None:
        """It always is."""

    def close(self) -> None:
        """Nothing to close."""

    def send(self, text: str) -> None:
        raise AssertionError(f"sent: {text}")

    def receive(self, timeout: float) -> str:
        raise AssertionError("read")


def wing(config: dict[str, Any] | None, state: State = "replaced", **options: Any) -> SpanWing:
    given = {"commit": CommitOptions(), "settle": 30.0, "progress": Progress("edge1", None), **options}
    return SpanWing(Router(Nobody(), 1.0), Document.of(config, state), **given)


def hashed(config: dict[str, Any] | None, state: State = "replaced", **options: Any) -> str:
    return desired_hash(wing(config, state, **options).desired(), {})


# -- the desired state


def test_how_a_run_is_made_does_not_determine_its_plan() -> None:
    commit = CommitOptions(30, 60, "CHG1", "tonight", True, (7, 3, 2))
    loud = Progress("edge2", print)
    assert hashed(CONFIG, commit=commit, settle=1.0, progress=loud) == hashed(CONFIG)


def test_neither_order_nor_spelling_of_a_document_determines_its_plan() -> None:
    other = {
        **CONFIG,
        "sessions": [
            {"name": "z"},
            {"name": "a", "class": "ethernet", "sources": [{"interface": "TenGigE 0/0/0/1", "port_level": True}]},
        ],
    }
    turned = {**other, "sessions": list(reversed(other["sessions"]))}
    assert hashed(other) == hashed(turned) != hashed(CONFIG)
    spelled = {**CONFIG, "access_lists": [{**CONFIG["access_lists"][0], "interfaces": ["Te0/0/0/1"]}]}
    assert hashed(spelled) == hashed(CONFIG)


@pytest.mark.parametrize("left_out", ["class", "sources"])
def test_what_a_document_says_determines_its_plan(left_out: str) -> None:
    session = {key: value for key, value in CONFIG["sessions"][0].items() if key != left_out}
    assert hashed({**CONFIG, "sessions": [session]}, "merged") != hashed(CONFIG, "merged")


def test_state_and_platform_determine_a_plan() -> None:
    hashes = {hashed(CONFIG, state, platform=platform) for state in STATES for platform in ("auto", "ncs5500")}
    assert len(hashes) == 2 * len(STATES)
    assert hashed(None, "deleted") != hashed({"sessions": []}, "deleted")


@settings(deadline=None)
@given(spans(), spans())
def test_two_documents_with_one_hash_say_the_same(one: Span, another: Span) -> None:
    documents = [{"sessions": [], **to_document(span)} for span in (one, another)]
    assert (hashed(documents[0]) == hashed(documents[1])) == (one == another)


# -- what the document may change


def printed(span: Span, state: State, *config: dict[str, Any] | None) -> str:
    """config: the document, by default that of this file."""
    return fingerprint(owned(span, Document.of(*(config or (CONFIG,)), state)))


def _foreign_source(span: Span) -> Span:
    source = Source("TenGigE0/0/0/2", "b", direction="rx-only", port_level=True)
    return replace(span, sources={**span.sources, source.key: source})


def _foreign_session(span: Span) -> Span:
    return replace(span, sessions={**span.sessions, "new": Session("new")})


def _foreign_list(span: Span) -> Span:
    acl = AccessList("FILTER", "ipv4", (Ace(10, "deny", "ipv4 any any"),))
    return replace(span, access_lists={**span.access_lists, AccessListKey("ipv4", "FILTER"): acl})


def _foreign_binding(span: Span) -> Span:
    return replace(span, bindings={key: it for key, it in span.bindings.items() if key.interface == "TenGigE0/0/0/1"})


def _foreign_udf(span: Span) -> Span:
    return replace(span, udfs={**span.udfs, "theirs": Udf("theirs", "outer", "l4", 6, 1)})


def _absent_hardware(span: Span) -> Span:
    return replace(span, sources={key: replace(it, preconfigure=True) for key, it in span.sources.items()})


def _sibling(span: Span) -> Span:
    source = Source("TenGigE0/0/0/3", "a", direction="rx-only", port_level=True)
    return replace(span, sources={**span.sources, source.key: source})


def _other_entry(span: Span) -> Span:
    key = AccessListKey("ipv4", "TM")
    entries = (span.access_lists[key].entries[0], Ace(20, "deny", "ipv4 any any"))
    return replace(span, access_lists={**span.access_lists, key: AccessList("TM", "ipv4", entries)})


def _session(span: Span) -> Span:
    return replace(span, sessions={**span.sessions, "a": Session("a")})


def _source(span: Span) -> Span:
    return replace(span, sources={key: it for key, it in span.sources.items() if key.interface != "TenGigE0/0/0/1"})


def _entry(span: Span) -> Span:
    key = AccessListKey("ipv4", "TM")
    entries = (Ace(10, "deny", "udp any any"), span.access_lists[key].entries[1])
    return replace(span, access_lists={**span.access_lists, key: AccessList("TM", "ipv4", entries)})


def _binding(span: Span) -> Span:
    return replace(span, bindings={key: replace(it, acl="FILTER") for key, it in span.bindings.items()})


def _udf(span: Span) -> Span:
    return replace(span, udfs={**span.udfs, "u": Udf("u", "outer", "l4", 6, 1)})


Change = Callable[[Span], Span]
OTHERS: dict[Change, tuple[State, ...]] = {
    _foreign_source: ("merged", "replaced", "deleted"),
    _foreign_session: ("merged", "replaced", "deleted"),
    _foreign_list: STATES,
    _foreign_binding: STATES,
    _foreign_udf: STATES,
    _absent_hardware: STATES,
    _sibling: ("merged",),
    _other_entry: ("merged",),
}
OURS: dict[Change, tuple[State, ...]] = {
    _session: STATES,
    _source: STATES,
    _entry: STATES,
    _binding: STATES,
    _udf: STATES,
    _sibling: ("replaced", "overridden", "deleted"),
    _other_entry: ("replaced", "overridden", "deleted"),
    _foreign_session: ("overridden",),
    _foreign_source: ("overridden",),
}


def cases(changes: dict[Change, tuple[State, ...]]) -> list[Any]:
    return [
        pytest.param(change, state, id=f"{change.__name__.strip('_')} {state}")
        for change, states in changes.items()
        for state in states
    ]


@pytest.mark.parametrize(("change", "state"), cases(OTHERS))
def test_what_others_change_leaves_the_fingerprint_alone(change: Change, state: State) -> None:
    assert change(ROUTER) != ROUTER
    assert printed(change(ROUTER), state) == printed(ROUTER, state)


@pytest.mark.parametrize(("change", "state"), cases(OURS))
def test_what_the_document_may_change_is_in_the_fingerprint(change: Change, state: State) -> None:
    assert printed(change(ROUTER), state) != printed(ROUTER, state)


def test_without_a_document_all_mirrors_are_in_the_fingerprint_and_nothing_else() -> None:
    changes: tuple[Change, ...] = (_session, _source, _foreign_session, _foreign_source)
    for change in changes:
        assert printed(change(ROUTER), "deleted", None) != printed(ROUTER, "deleted", None)
    for change in (_entry, _binding, _udf):
        assert printed(change(ROUTER), "deleted", None) == printed(ROUTER, "deleted", None)


def test_a_class_that_changes_takes_all_sources_of_its_session_along() -> None:
    config = {"sessions": [{"name": "a", "class": "ipv4"}]}
    assert printed(_sibling(ROUTER), "merged", config) != printed(ROUTER, "merged", config)


@settings(deadline=None)
@given(spans(), spans(), st.sampled_from(STATES))
def test_what_a_plan_writes_is_what_the_document_owns(current: Span, other: Span, state: State) -> None:
    """Where nothing of the document's own differs before and after, nothing is written."""
    document = Document.of({"sessions": [], **to_document(other)}, state)
    desired = desired_state(current, document)
    assert bool(plan(current, desired)) == (owned(current, document) != owned(desired, document))


def test_a_document_is_read_in_the_scope_of_what_it_names() -> None:
    assert Scope.of(Document.of({"sessions": [{"name": "a"}]}, "merged")) == Scope()
    scope = Scope.of(Document.of(CONFIG, "merged"))
    assert scope.access_lists == (AccessListKey("ipv4", "TM"),) and scope.keys and scope.bindings
    used = [{"interface": "Te0/0/0/1", "acl_ipv4": "TM"}, {"interface": "Te0/0/0/2", "acl_name": "X"}]
    scope = Scope.of(Document.of({**CONFIG, "sessions": [{"name": "a", "sources": used}]}, "merged"))
    assert scope.referenced == (AccessListKey("ipv4", "X"), AccessListKey("ipv6", "X"))
