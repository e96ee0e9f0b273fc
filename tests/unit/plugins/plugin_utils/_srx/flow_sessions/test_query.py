# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What may be asked of a session table, and the command line that asks it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.mspplus.netsec.plugins.plugin_utils._srx.flow_sessions.aggregate import DIMENSIONS
from ansible_collections.mspplus.netsec.plugins.plugin_utils._srx.flow_sessions.query import (
    FILTERS,
    RULES,
    Query,
    command,
    problems,
)
from lab.srx.flow_words import KEYWORDS

MODULE = Path(__file__).resolve().parents[6] / "plugins" / "modules" / "srx_flow_session_info.py"
EXAMPLES = {"range": 100, "prefix": "10.0.0.0/8", "protocol": "tcp", "tag": "0x1f", "flag": True, "word": "a name"}
WRONG: dict[str, list[Any]] = {
    "range": [-1, 2**64, "x"],
    "prefix": ["10.0.0.0/33", "here", "10.0.0.0/8; reboot"],
    "protocol": [256, "TCP\n", "tcp udp"],
    "tag": ["0x1ffffffff", "-1", "x"],
    "flag": ["yes"],
    "word": ["", "a?", "a\nreboot", "x" * 300, 'a"b'],
    "choice": ["whatever"],
}


def rules(**query: Any) -> list[str]:
    return [problem.rule for problem in problems(Query(**query))]


def example(name: str) -> Any:
    row = FILTERS[name]
    return row.choices[0] if row.kind == "choice" else EXAMPLES[row.kind]


@pytest.mark.parametrize(("name", "most"), [("zone", 63), ("application", 255)])
def test_a_name_that_is_too_long_is_told_how_long_it_may_be(name: str, most: int) -> None:
    (found,) = problems(Query(level="brief", filters={name: "x" * (most + 1)}))
    assert found.rule == "Q2" and f"at most {most} are allowed" in found.message
    assert problems(Query(level="brief", filters={name: "x" * most})) == []


@pytest.mark.parametrize("name", FILTERS)
def test_every_filter_is_taken_and_typed(name: str) -> None:
    value = example(name)
    query = Query(filters={name: value})
    assert problems(query) == []
    words = command(query).split(" ", 4)[4].removesuffix(" summary")
    shown = "" if value is True else '"a name"' if value == "a name" else str(value)
    keyword = "" if name == "add_on" else name.replace("_", "-")  # an add-on is its own keyword
    assert words == f"{keyword} {shown}".strip()
    assert {keyword, shown} & {*KEYWORDS}, "the grammar of the lab's firewall has it, too"


@pytest.mark.parametrize(
    ("name", "value"), [(name, value) for name, row in FILTERS.items() for value in WRONG[row.kind]]
)
def test_values_out_of_range_never_leave(name: str, value: Any) -> None:
    assert rules(filters={name: value}) == ["Q2"]


@given(
    st.sampled_from([name for name, row in FILTERS.items() if row.kind in ("word", "prefix", "protocol", "tag")]),
    st.text(max_size=30),
)
def test_a_filter_is_refused_or_typed_without_control_characters(name: str, text: str) -> None:
    query = Query(filters={name: text})
    if not problems(query):
        assert command(query).isprintable() and command(query).isascii() and "?" not in command(query)


def test_a_filter_that_is_switched_off_is_not_asked_for() -> None:
    assert command(Query(filters={"aging": False, "zone": None})) == "show security flow session summary"


@pytest.mark.parametrize(
    ("query", "rule"),
    [
        ({"level": "brief"}, "Q1"),
        ({"level": "extensive", "filters": {"tenant": "a"}}, "Q1"),
        ({"level": "brief", "start_identifier": 5}, "Q1"),
        ({"level": "brief", "aggregate": ("policy",)}, "Q1"),
        ({"filters": {"nothing": 1}}, "Q2"),
        ({"session_identifier": 0}, "Q2"),
        ({"level": "brief", "limit": -1, "dest": "a.csv"}, "Q2"),
        ({"level": "brief", "limit": 5, "top": 0}, "Q2"),
        ({"filters": {"tenant": "a", "logical_system": "b"}}, "Q3"),
        ({"filters": {"bytes_more_than": 10, "bytes_less_than": 11}}, "Q3"),
        ({"session_identifier": 5, "filters": {"protocol": "tcp"}}, "Q4"),
        ({"session_identifier": 5, "limit": 5}, "Q4"),
        ({"limit": 5}, "Q5"),
        ({"dest": "a.csv"}, "Q5"),
        ({"level": "brief", "limit": 0}, "Q6"),
        ({"level": "brief", "limit": 200_000}, "Q6"),
        ({"level": "brief", "limit": 5, "dest": "a.txt"}, "Q6"),
    ],
)
def test_each_rule_breaks(query: dict[str, Any], rule: str) -> None:
    assert rules(**query) == [rule] and rule in RULES


@pytest.mark.parametrize(
    "query",
    [
        {},
        {"level": "brief", "limit": 1},
        {"level": "brief", "filters": {"zone": "trust"}},
        {"level": "brief", "limit": 0, "aggregate": ("policy",)},
        {"level": "extensive", "limit": 0, "dest": "a.jsonl.gz"},
        {"level": "brief", "limit": 200_000, "dest": "a.csv"},
        {"filters": {"bytes_more_than": 10, "bytes_less_than": 12}},
        {"session_identifier": 2**64 - 1},
    ],
)
def test_near_misses_pass(query: dict[str, Any]) -> None:
    assert rules(**query) == []


def test_commands() -> None:
    base = "show security flow session"
    assert command(Query(session_identifier=7)) == f"{base} session-identifier 7"
    assert (
        command(Query(level="brief", filters={"protocol": 6}), 5, 100)
        == f"{base} protocol 6 start-identifier 5 count 100"
    )
    assert command(Query(level="extensive", node="1")) == f"{base} extensive node 1"
    assert command(Query(level="brief", aggregate=("application",))) == f"{base} extensive"
    assert command(Query(level="brief", checks=("interface_nat",))) == f"{base} extensive"


def test_the_documentation_has_every_filter_with_its_choices() -> None:
    text = MODULE.read_text(encoding="utf-8").split('DOCUMENTATION = r"""')[1].split('"""')[0]
    options = yaml.safe_load(text)["options"]
    documented = options["filter"]["suboptions"]
    assert set(documented) == set(FILTERS)
    for name, row in FILTERS.items():
        assert documented[name]["type"] == {"range": "int", "flag": "bool"}.get(row.kind, "str")
        assert tuple(documented[name].get("choices", ())) == row.choices
    assert tuple(options["aggregate"]["choices"]) == DIMENSIONS
