# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a document may say, and that nothing of it can become a second line."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ansible_collections.mspplus.netsec.plugins.plugin_utils._engine.arguments import ArgumentError
from ansible_collections.mspplus.netsec.plugins.plugin_utils._engine.problems import Problem
from ansible_collections.mspplus.netsec.plugins.plugin_utils._iosxr.span.arguments import document_of
from ansible_collections.mspplus.netsec.plugins.plugin_utils._iosxr.span.canonical import router_wide, to_document
from ansible_collections.mspplus.netsec.plugins.plugin_utils._iosxr.span.described import described
from ansible_collections.mspplus.netsec.plugins.plugin_utils._iosxr.span.desired import desired_state
from ansible_collections.mspplus.netsec.plugins.plugin_utils._iosxr.span.document import Document, DocumentError
from ansible_collections.mspplus.netsec.plugins.plugin_utils._iosxr.span.model import Span, UdfMatch
from ansible_collections.mspplus.netsec.plugins.plugin_utils._iosxr.span.parse import parse
from ansible_collections.mspplus.netsec.plugins.plugin_utils._iosxr.span.render import render

from .strategies import spans

DOCUMENT: dict[str, Any] = {
    "sessions": [
        {
            "name": "mon1",
            "class": "ethernet",
            "destination": {"interface": "tunnel-ip3"},
            "sources": [
                {"interface": "HundredGigE0/1/0/1", "direction": "rx-only", "port_level": True, "acl": True},
                {"interface": "HundredGigE0/1/0/2", "direction": "both", "acl": True, "acl_name": "TM-ACL"},
            ],
        },
        {
            "name": "other",
            "class": "ipv4",
            "configured": False,
            "sources": [{"interface": "BVI1", "direction": "both"}],
        },
    ],
    "access_lists": [
        {
            "name": "TM-ACL",
            "family": "ipv4",
            "entries": [
                {
                    "sequence": 10,
                    "action": "permit",
                    "match": "udp 10.1.1.0 0.0.0.255 eq 10 any",
                    "udfs": [{"name": "udf3", "value": "0x56", "mask": "0xff"}],
                    "capture": True,
                },
                {"sequence": 30, "action": "remark", "match": "free text"},
            ],
            "interfaces": ["HundredGigE0/1/0/1"],
        }
    ],
    "udfs": [{"name": "udf3", "header": "outer", "layer": "l4", "offset": 0, "length": 1}],
    "tcam_profiles": [
        {"family": "ipv4", "qualifiers": ["src-addr", "src-port", "proto"], "udfs": ["udf3"], "enable_capture": True}
    ],
    "tunnels": [
        {
            "name": "tunnel-ip3",
            "ipv4_address": "15.1.1.1/24",
            "mode": "gre ipv4",
            "source": "172.16.3.24",
            "destination": "70.1.1.2",
        }
    ],
}


def span_of(config: dict[str, Any]) -> Span:
    """What the document describes on a router that has nothing."""
    return desired_state(Span(), Document.of(config, "replaced"))


def told(config: dict[str, Any]) -> list[Problem]:
    document = Document.of(config, "replaced")
    return [*document.problems, *described(document, Span())[1]]


def problems(config: dict[str, Any]) -> list[tuple[str, str]]:
    return [(problem.item, problem.message) for problem in told(config)]


def changed(path: str, value: Any) -> dict[str, Any]:
    """DOCUMENT with one value changed: changed("udfs.0.offset", 5)."""
    document = json.loads(json.dumps(DOCUMENT))
    *way, last = [int(part) if part.isdigit() else part for part in path.split(".")]
    place = document
    for part in way:
        place = place[part]
    place[last] = value
    return document


def test_the_canonical_document_is_its_own_reading() -> None:
    assert to_document(span_of(DOCUMENT)) == DOCUMENT


@settings(max_examples=300, deadline=None)
@given(spans())
def test_document_and_objects_say_the_same(span: Span) -> None:
    """But for what is the whole router's: a document shows it, and says nothing of it."""
    document = to_document(span)
    said = replace(span, globals=(), router_id=None)
    assert span_of(document) == said
    assert span_of(json.loads(json.dumps(document))) == said
    assert Document.of(document, "replaced").globals == (tuple(router_wide(span)) or None)


def test_many_ways_to_write_the_same() -> None:
    document = changed("udfs.0.offset", "0")
    document["sessions"][0]["destination"]["interface"] = "tunnelip3"
    document["sessions"][0]["sources"][0]["interface"] = "hu0/1/0/1"
    document["sessions"][0]["sources"][1].update(interface="HundredGigE 0/1/0/2", acl=None, direction=None)
    document["access_lists"][0]["interfaces"] = ["Hu0/1/0/1"]
    document["access_lists"][0]["entries"][0].update(
        match="17 10.1.1.9/24 eq 10 ANY", udfs=[{"name": "udf3", "value": 86, "mask": "255"}]
    )
    document["access_lists"][0]["entries"].reverse()
    document["tcam_profiles"][0]["qualifiers"].reverse()
    del document["tunnels"][0]["mode"]
    del document["sessions"][0]["class"]
    assert span_of(document) == span_of(DOCUMENT)


def test_large_values_of_a_udf() -> None:
    document = changed("access_lists.0.entries.0.udfs", [{"name": "u", "value": 0xFFFFFFFF, "mask": "0xFFFFFFFF"}])
    (access_list,) = span_of(document).access_lists.values()
    assert access_list.entries[0].udfs == (UdfMatch("u", 0xFFFFFFFF, 0xFFFFFFFF),)


HOSTILE = (
    "x\nno router bgp 1",
    "x\r",
    "\x03",
    "!x",
    "a?",
    "",
    "\u0661",
    "x" * 600,
    "\x1b[A",
    7.5,
    ["x"],
    {"x": 1},
    True,
)
TEXTS = (
    "sessions.0.name",
    "sessions.0.destination.interface",
    "sessions.0.sources.0.interface",
    "sessions.0.sources.0.direction",
    "sessions.0.sources.1.acl_name",
    "access_lists.0.name",
    "access_lists.0.family",
    "access_lists.0.interfaces.0",
    "access_lists.0.entries.0.match",
    "access_lists.0.entries.0.action",
    "access_lists.0.entries.0.sequence",
    "access_lists.0.entries.0.udfs.0.name",
    "access_lists.0.entries.0.udfs.0.value",
    "udfs.0.name",
    "udfs.0.header",
    "udfs.0.offset",
    "tcam_profiles.0.family",
    "tcam_profiles.0.qualifiers.0",
    "tcam_profiles.0.udfs.0",
    "tcam_profiles.0.location",
    "tunnels.0.name",
    "tunnels.0.ipv4_address",
    "tunnels.0.source",
    "tunnels.0.destination",
    "sessions.0.mirror_interval",
    "sessions.0.inject_interface",
    "sessions.0.other",
    "sessions.0.sources.0.other",
    "tunnels.0.other",
    "tunnels.0.ipv4_unnumbered",
)


# What the argument spec of the module lists the words of.
CHOICES = (
    "sessions.0.sources.0.direction",
    "access_lists.0.family",
    "access_lists.0.entries.0.action",
    "udfs.0.header",
    "tcam_profiles.0.family",
)


@pytest.mark.parametrize("path", TEXTS)
@pytest.mark.parametrize("value", HOSTILE, ids=repr)
def test_no_value_can_become_another_line(path: str, value: Any) -> None:
    given = [value] if path.endswith("other") else value
    if path in CHOICES:
        with pytest.raises(ArgumentError, match=r"must be one of|of the following: "):
            document_of(changed(path, given), "replaced")
    else:
        assert problems(changed(path, given))


@pytest.mark.parametrize(
    "line",
    ["root", "exit", "end", "commit", "no shutdown", "do reload", "interface X", "acl", "acl A", "mirror first 5"],
)
def test_an_unknown_line_must_not_act_or_be_known(line: str) -> None:
    assert problems(changed("sessions.0.sources.0.other", [line]))


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(TEXTS), st.text(max_size=30))
def test_fuzzed_strings_never_add_a_line(path: str, text: str) -> None:
    document = changed(path, [text] if path.endswith("other") else text)
    try:
        span = desired_state(Span(), document_of(document, "replaced"))
    except (ArgumentError, DocumentError):
        return
    rendered = render(span)
    assert all(line.isascii() and line.isprintable() for line in rendered.splitlines())
    assert parse(rendered) == span


@pytest.mark.parametrize(
    ("path", "value", "place", "said"),
    [
        ("sessions.0.name", "m" * 600, "sessions[#1].name", "1 to 512"),
        ("sessions.0.sources.1.interface", "Hu0/1/0/1", "sessions[mon1].sources[HundredGigE0/1/0/1]", "already a source"),
        ("sessions.1.configured", True, "sessions[other]", ""),
        ("sessions.0.destination", {"interface": "Te0/0/0/1", "pseudowire": True}, "sessions[mon1].destination", "exactly one"),
        ("sessions.0.destination", {"vrf": "x"}, "sessions[mon1].destination", "exactly one"),
        ("sessions.0.sources.1.acl", False, "sessions[mon1].sources[HundredGigE0/1/0/2]", "acl is false"),
        ("sessions.1.traffic_class", 3, "sessions[other]", "not configured"),
        ("access_lists.0.entries.1.sequence", 10, "access_lists[ipv4 TM-ACL].entries[10]", "listed twice"),
        ("access_lists.0.entries.1.capture", True, "access_lists[ipv4 TM-ACL].entries[30]", "remark"),
        ("access_lists.0.interfaces", ["Hu0/1/0/1", "HundredGigE0/1/0/1"], "access_lists[ipv4 TM-ACL].interfaces[HundredGigE0/1/0/1]", "already"),
        ("udfs.0.length", None, "udfs[udf3]", "needs length"),
        ("tcam_profiles.0.qualifiers", ["enable-capture"], "tcam_profiles[ipv4].qualifiers", "key of its own"),
        ("tunnels.0.ipv4_unnumbered", "Lo0", "tunnels[tunnel-ip3]", "ipv4_address and"),
        ("tunnels.0.name", "Te0/0/0/1", "tunnels[#1].name", "not a tunnel-ip"),
    ],
)  # fmt: skip
def test_each_problem_is_told_with_its_place(path: str, value: Any, place: str, said: str) -> None:
    if said:
        assert any(item == place and said in message for item, message in problems(changed(path, value)))
    else:
        assert span_of(changed(path, value)).sessions.keys() == {"mon1", "other"}


@pytest.mark.parametrize(
    ("path", "value", "said"),
    [
        ("sessions.0.colour", "red", r"unknown option config\.sessions\[mon1\]\.colour"),
        ("sessions.0.sources.0.port-level", True, r"unknown option .*; near: port_level"),
        ("sessions", "mon1", r"config -> sessions|sessions.*dict"),
        ("sessions.0.sources", None, r"config\.sessions\[mon1\]\.sources is null"),
        ("udfs.0.layer", "l5", r"must be one of: l2, l3, l4"),
        ("udfs.0.offset", "many", r"offset"),
        ("access_lists.0.entries.0.action", None, r"action"),
    ],
)
def test_the_structure_is_that_of_the_module_s_options(path: str, value: Any, said: str) -> None:
    with pytest.raises(ArgumentError, match=said):
        document_of(changed(path, value), "replaced")


def test_what_could_be_read_is_told_with_what_is_wrong() -> None:
    config = changed("sessions.0.sources.1.interface", "Hu0/1/0/1")
    config["udfs"].append({"name": "u", "header": "outer", "layer": "l4", "offset": 10**20, "length": 1})
    document = Document.of(config, "replaced")
    assert [problem.rule for problem in document.problems] == ["value"]
    span, twice = described(document, Span())
    assert [problem.rule for problem in twice] == ["S5"]
    fine = span_of(DOCUMENT)
    (first,) = (source for source in fine.sources.values() if source.interface == "HundredGigE0/1/0/1")
    assert span.sources[first.key] == first
    assert (span.sessions, span.udfs) == (fine.sessions, fine.udfs)


@pytest.mark.parametrize(
    ("path", "value", "rules"),
    [
        ("sessions.0.name", "m" * 80, []),  # a name that a rule speaks of
        ("sessions.0.name", "m" * 79 + "\n", ["document"]),
        ("sessions.0.name", "", ["document"]),
        ("udfs.0.name", "u" * 17, []),
        ("udfs.0.name", "u" * 17 + "?", ["document"]),
        ("access_lists.0.name", "A" * 129, []),
        ("access_lists.0.name", "A" * 513, ["document"]),
        ("udfs.0.offset", -1, []),
        ("sessions.0.sources.0.interface", "HunderdGigE0/0/0/1", []),
        ("tcam_profiles.0.udfs", [f"u{number}" for number in range(9)], ["S21"]),
    ],
)
def test_a_value_that_breaks_a_rule_is_told_from_one_that_is_none(path: str, value: Any, rules: list[str]) -> None:
    assert [problem.rule for problem in told(changed(path, value))] == rules


def test_all_problems_are_told_at_once() -> None:
    document = changed("udfs.0.offset", -1)
    document["sessions"][0]["name"] = "a b"
    document["tunnels"][0]["destination"] = "nowhere"
    places = ["sessions[#1].name", "tunnels[tunnel-ip3].destination"]
    assert [item for item, _message in problems(document)] == places
    with pytest.raises(DocumentError) as raised:
        span_of(document)
    assert [problem.item for problem in raised.value.problems] == [*places, "udfs[udf3].offset"]


@settings(max_examples=200, deadline=None)
@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=8) | st.sampled_from(["ipv4", "Te0/0/0/1", "m"]),
        lambda inner: st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["sessions", "name", "sources", "interface", "access_lists", "family", "entries", "udfs", "tunnels", "other"]),
            inner,
            max_size=4,
        ),
        max_leaves=12,
    )
)  # fmt: skip
def test_no_document_makes_it_fail_otherwise(document: Any) -> None:
    refused: tuple[str, ...] | None = None
    try:
        read = document_of(document, "replaced")
        span = desired_state(Span(), read)
    except ArgumentError as error:
        refused = tuple(error.messages)
    except DocumentError as error:
        refused = tuple(f"{problem.rule and problem.item and problem.message}" for problem in error.problems)
    if refused is not None:
        assert refused and all(refused)
        return
    assert span_of(to_document(span)) == span, "what was understood can be written and read again"
    assert len(span.sessions) <= len(read.sessions)
