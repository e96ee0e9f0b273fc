# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A line a thing, the name of what holds it in the header."""

from __future__ import annotations

import copy
import difflib
from typing import Any

import yaml
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.mspplus.netsec.plugins.plugin_utils._engine.words.difference import differences, flow


def source(number: int, **more: Any) -> dict[str, Any]:
    return {"interface": f"TenGigE0/0/0/{number}", "direction": "rx-only", "port_level": True, **more}


SPAN = {
    "sessions": [
        {
            "name": "ids",
            "class": "ethernet",
            "destination": {"interface": "Te0/0/0/9"},
            "sources": [source(1), source(2)],
        },
        {"name": "lab", "class": "ethernet", "sources": [source(3)]},
    ],
    "udfs": [{"name": "udf1", "length": 1}, {"name": "udf2", "length": 2}],
}
POLICIES = [
    {"from_zone": "trust", "to_zone": "untrust", "name": name, "session_init": False, "session_close": close}
    for name, close in (("web", True), ("rest", False))
]
MONITOR = {
    "running": True,
    "file": "trace",
    "filters": [{"name": "out", "source_prefix": "10.1.1.7/32"}, {"name": "back"}],
}
ACLS = {"access_lists": [{"name": "A", "family": family, "entries": [{"sequence": 10}]} for family in ("ipv4", "ipv6")]}


def changed(part: dict[str, str]) -> list[str]:
    """Lines that Ansible shows with a sign, as it makes them."""
    made = difflib.unified_diff(part["before"].splitlines(), part["after"].splitlines(), n=3, lineterm="")
    return [line for line in made if line[0] in "+-" and not line.startswith(("+++", "---"))]


def test_a_removed_source_is_one_line_and_its_session_is_in_the_header() -> None:
    after = copy.deepcopy(SPAN)
    gone = after["sessions"][0]["sources"].pop()  # type: ignore[attr-defined]
    (part,) = differences("edge1", SPAN, after)
    assert part["before_header"] == part["after_header"] == "edge1 sessions[ids]"
    assert changed(part) == ["-  - {interface: TenGigE0/0/0/2, direction: rx-only, port_level: true}"]
    assert yaml.safe_load(changed(part)[0].removeprefix("-")) == [gone]


def test_the_last_source_that_goes_is_one_line_too() -> None:
    after = copy.deepcopy(SPAN)
    after["sessions"][1]["sources"].clear()  # type: ignore[attr-defined]
    (part,) = differences("edge1", SPAN, after)
    assert changed(part) == ["-  - {interface: TenGigE0/0/0/3, direction: rx-only, port_level: true}"]


def test_a_removed_session_is_its_own_lines_and_no_other_ones() -> None:
    after = {**SPAN, "sessions": SPAN["sessions"][:1]}
    (part,) = differences("edge1", SPAN, after)
    assert part["before_header"] == "edge1 sessions[lab]" and part["after"] == ""
    assert changed(part)[0] == "-name: lab" and len(changed(part)) == 4


def test_a_source_that_moves_is_a_line_in_either_session() -> None:
    after = copy.deepcopy(SPAN)
    moved = after["sessions"][0]["sources"].pop()  # type: ignore[attr-defined]
    after["sessions"][1]["sources"].append(moved)  # type: ignore[attr-defined]
    found = [(part["before_header"], changed(part)) for part in differences("edge1", SPAN, after)]
    line = "  - {interface: TenGigE0/0/0/2, direction: rx-only, port_level: true}"
    assert found == [("edge1 sessions[ids]", [f"-{line}"]), ("edge1 sessions[lab]", [f"+{line}"])]


def test_a_policy_and_a_filter_are_one_line_each() -> None:
    (part,) = differences("fw1", POLICIES, [POLICIES[0], {**POLICIES[1], "session_close": True}])
    text = "- {from_zone: trust, to_zone: untrust, name: rest, session_init: false, session_close: "
    assert part["before_header"] == "fw1"
    assert changed(part) == [f"-{text}false}}", f"+{text}true}}"]
    (part,) = differences("fw1", MONITOR, {**MONITOR, "filters": MONITOR["filters"][1:]})  # type: ignore[index]
    assert changed(part) == ['-  - {name: out, source_prefix: "10.1.1.7/32"}']


def test_lists_of_one_name_are_told_by_their_next_word() -> None:
    (part,) = differences("edge1", ACLS, {"access_lists": ACLS["access_lists"][:1]})
    assert part["before_header"] == "edge1 access_lists[A ipv6]"


def test_what_has_no_name_comes_first_and_what_is_the_same_not_at_all() -> None:
    after = {**SPAN, "sessions": [], "udfs": SPAN["udfs"][:1]}
    parts = differences("edge1", SPAN, after)
    assert [part["before_header"] for part in parts] == ["edge1", "edge1 sessions[ids]", "edge1 sessions[lab]"]
    assert changed(parts[0]) == ["-  - {name: udf2, length: 2}"]
    assert differences("edge1", SPAN, copy.deepcopy(SPAN)) == []


def test_a_state_that_is_not_known_is_empty() -> None:
    assert {part["before"] for part in differences("edge1", None, SPAN)} == {""}
    assert {part["after"] for part in differences("edge1", POLICIES, None)} == {""}


def test_a_target_with_things_is_told_by_its_name() -> None:
    before, after = {"appliance": {"images": []}}, {"appliance": {"images": [{"name": "PA-VM.qcow2", "size": 5}]}}
    (part,) = differences("berlin", before, after)
    assert part["after_header"] == "berlin appliance"
    assert changed(part) == ["+  - {name: PA-VM.qcow2, size: 5}"]


NAMES = st.sampled_from(["name", "sources", "site", "x y", "no", "{{ a }}"])
SCALARS = st.none() | st.booleans() | st.integers(-9, 9) | st.text(max_size=6)
PLAIN = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=3), max_leaves=12
)


@given(PLAIN)
def test_one_line_of_yaml_is_what_it_was_made_of(value: Any) -> None:
    line = flow(value)
    assert len(line.splitlines()) == 1 and line.isprintable()
    assert yaml.safe_load(line) == value


@given(PLAIN, PLAIN)
def test_states_of_any_form_differ_where_they_do(before: Any, after: Any) -> None:
    parts = differences("edge1", before, after)
    assert all(part["before"] != part["after"] for part in parts)
    if flow(before) == flow(after):
        assert parts == []
