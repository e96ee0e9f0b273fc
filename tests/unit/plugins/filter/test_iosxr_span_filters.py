# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The filters as a template sees them."""

from __future__ import annotations

from typing import Any

import pytest
from ansible.errors import AnsibleFilterError
from ansible.utils.display import Display

from ansible_collections.mspplus.netsec.plugins.filter import iosxr_span_commands as commands_plugin
from ansible_collections.mspplus.netsec.plugins.filter import parse_iosxr_span as parse_plugin

PARSE = parse_plugin.FilterModule().filters()["parse_iosxr_span"]
COMMANDS = commands_plugin.FilterModule().filters()["iosxr_span_commands"]

TEXT = """RP/0/RP0/CPU0:edge1#show running-config
Thu Aug 29 21:42:22.829 UTC
interface TenGigE0/2/0/19
 monitor-session ms1 ethernet direction rx-only port-level
 !
!
monitor-session ms1 ethernet
 destination interface HundredGigE0/2/0/15
!
end
"""
DOCUMENT = {
    "sessions": [
        {
            "name": "ms1",
            "class": "ethernet",
            "destination": {"interface": "HundredGigE0/2/0/15"},
            "sources": [{"interface": "TenGigE0/2/0/19", "direction": "rx-only", "port_level": True}],
        }
    ]
}
LINES = [
    "monitor-session ms1 ethernet",
    " destination interface HundredGigE0/2/0/15",
    "root",
    "interface TenGigE0/2/0/19",
    " monitor-session ms1 ethernet direction rx-only port-level",
    "root",
]


def test_text_becomes_a_document_and_a_document_lines() -> None:
    assert PARSE(TEXT) == DOCUMENT
    assert COMMANDS(DOCUMENT) == LINES
    assert COMMANDS(DOCUMENT, PARSE(TEXT)) == []
    assert PARSE("\n".join(line for line in LINES if line != "root")) == DOCUMENT


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "the text is empty"),
        (" \n\n", "the text is empty"),
        ("show running-config\n% Invalid input detected at '^' marker.\n", "the router refused: % Invalid input"),
        ("% This command is not authorized\n", "the router refused: % This command is not authorized"),
        ("<rpc-reply><rpc-error><error-message>access denied</error-message></rpc-error></rpc-reply>", "XML or JSON"),
        ('{"Cisco-IOS-XR-um-monitor-session-cfg:monitor-sessions": {}}', "XML or JSON"),
    ],
)
def test_what_is_no_answer_is_no_router_without_mirrors(text: str, why: str) -> None:
    with pytest.raises(AnsibleFilterError, match=why):
        PARSE(text)
    assert PARSE("% No such configuration item(s)\n") == PARSE("hostname edge1\n") == {}


def test_each_state_has_its_lines() -> None:
    empty: dict[str, Any] = {}
    assert COMMANDS(empty, DOCUMENT) == []
    gone = ["interface TenGigE0/2/0/19", " no monitor-session ms1 ethernet", "root", "no monitor-session ms1"]
    assert COMMANDS({"sessions": []}, DOCUMENT, state="overridden") == gone
    assert COMMANDS(DOCUMENT, DOCUMENT, "deleted") == gone
    assert COMMANDS({"sessions": [{"name": "ms1"}]}, DOCUMENT, state="replaced") == [
        *gone[:3],
        "monitor-session ms1 ethernet",
        " no destination interface HundredGigE0/2/0/15",
        "root",
    ]


def test_every_problem_is_told_at_once() -> None:
    wrong = {"sessions": [{"name": "a b"}, {"name": "c", "sources": [{"interface": "nowhere"}]}]}
    with pytest.raises(AnsibleFilterError, match=r"(?s)the document is wrong.*sessions\[#1\].*sessions\[c\]\.sources"):
        COMMANDS(wrong)
    with pytest.raises(AnsibleFilterError, match=r"(?s)the current document is wrong.*sessions\[#1\]"):
        COMMANDS({}, wrong)


def test_a_source_in_two_sessions_is_refused() -> None:
    twice = {"sessions": [*DOCUMENT["sessions"], {**DOCUMENT["sessions"][0], "name": "ms2"}]}
    with pytest.raises(AnsibleFilterError, match=r"(?s)the document is wrong.*\[S5\] sessions\[ms2\]"):
        COMMANDS(twice)


@pytest.mark.parametrize("value", [None, 5, ["x"], {"x": 1}])
def test_what_is_no_text_is_refused(value: Any) -> None:
    with pytest.raises(AnsibleFilterError, match="needs text"):
        PARSE(value)


@pytest.mark.parametrize(
    ("document", "state", "said"),
    [
        ("x", "merged", "dictionary requested"),
        ([1], "replaced", "config must be a dict, not list"),
        (5, "deleted", "config must be a dict, not int"),
        ({}, "gathered", "state must be one of"),
        ({}, "overridden", "names none"),
        ({}, "deleted", "this document is empty"),
        (None, "merged", "config is null"),
        (None, "deleted", "config is null"),
        ({"sessions": None}, "overridden", r"config\.sessions is null"),
        ({"sessions": [{"name": "a", "sources": None}]}, "replaced", r"config\.sessions\[a\]\.sources is null"),
        ({"session": []}, "merged", r"unknown option config\.session; near: sessions"),
    ],
)
def test_what_the_module_refuses_is_refused(document: Any, state: str, said: str) -> None:
    with pytest.raises(AnsibleFilterError, match=said):
        COMMANDS(document, state=state)


TUNNELS = "".join(
    f"interface tunnel-ip{number}\n tunnel destination 70.1.1.{number}\n{mode}!\n"
    for number, mode in enumerate(["", " tunnel mode gre ipv4\n", " tunnel mode ipv6ipv4\n"], 1)
)


@pytest.mark.parametrize("state", ["merged", "replaced"])
def test_what_a_router_carries_is_a_document_whatever_the_collection_knows_of_it(state: str) -> None:
    document = PARSE(TEXT + TUNNELS)
    assert [tunnel["mode"] for tunnel in document["tunnels"]] == ["", "gre ipv4", "ipv6ipv4"]
    assert COMMANDS(document, document, state) == []


UNKNOWN = TEXT.replace("TenGigE0/2/0/19", "WarpGigE0/2/0/19")


def test_one_interface_of_an_unknown_type_does_not_keep_the_rest_from_being_rendered(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    told: list[str] = []
    monkeypatch.setattr(Display, "warning", lambda _self, text, *_more: told.append(text))
    lines = COMMANDS(PARSE(UNKNOWN))
    assert "interface WarpGigE0/2/0/19" in lines and " destination interface HundredGigE0/2/0/15" in lines
    assert ["WarpGigE is not a type of interface" in text for text in told] == [True]
    assert COMMANDS(PARSE(UNKNOWN), PARSE(UNKNOWN)) == [] and len(told) == 1


def test_values_that_no_router_takes_are_all_told() -> None:
    source = {"interface": "Te0/2/0/19", "mirror_first": 10_001}
    document = {
        "sessions": [{"name": "ms1", "traffic_class": 8, "sources": [source]}],
        "access_lists": [
            {
                "name": "A",
                "family": "ipv4",
                "entries": [{"sequence": 10, "action": "permit", "match": "tcp 10.0.0.0/33 any"}],
            }
        ],
        "udfs": [{"name": "u" * 17, "header": "outer", "layer": "l4", "offset": 0, "length": 9}],
    }
    with pytest.raises(AnsibleFilterError) as wrong:
        COMMANDS(document)
    for said in ("mirror_first", "traffic_class", "10.0.0.0/33", "16 letters", "1 to 4 bytes"):
        assert said in str(wrong.value)
    with pytest.raises(AnsibleFilterError, match=r"(?s)any of ! .*mirror_first"):
        COMMANDS({"sessions": [{"name": "ms1", "sources": [source]}, {"name": "a b"}]})
