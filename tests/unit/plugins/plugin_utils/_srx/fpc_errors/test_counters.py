# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Error counters of FPCs from tables of any layout, from labels and from XML."""

from __future__ import annotations

import random
import re
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ansible_collections.mspplus.netsec.plugins.plugin_utils._srx.fpc_errors.counters import (
    MOST_LINES,
    MOST_UNPARSED,
    actions_of,
    number,
    parse_fpc_errors,
)
from ansible_collections.mspplus.netsec.plugins.plugin_utils._srx.fpc_errors.tables import LEVELS

TABLE = """\
FPC  Level Occurred Cleared Threshold Action-Taken Action
0    Minor      0       0        10        0       LOG|
     Major      2       1         1        1       GET STATE|ALARM|
     Fatal      0       0         1        0       RESET
     Pfe-State: pfe-0 -ENABLED | pfe-1 -ENABLED |
11   Minor      7       0        10        0       LOG|
     Major      0       0         1        0       GET STATE|ALARM|
     Fatal      0       0         1        0       RESET
     Pfe-State: pfe-0 -ENABLED | pfe-1 -DISABLED |
"""
DETAIL = """\
FPC 3
  Level    Occurred  Cleared  Threshold  Action-Taken  Action
  Major    2         1        1          1             GET-STATE|ALARM|
  Scope: Board
    Category: Functional
      Major occurred: 2, cleared: 1, threshold: 1, action-taken: 1, action: GET-STATE|ALARM|
    Category: Memory
      Major occurred: 0, cleared: 0, threshold: 1, action-taken: 0, action: GET-STATE|ALARM|
  Scope: Pfe
    Category: Functional
      Minor occurred: 9, cleared: 9, threshold: 10, action-taken: 0, action: LOG|
  ------------------------------------------------------------
  Error Name              : XMCHIP_CMERROR_FI_PACKET_LEN
  Identifier              : /fpc/3/pfe/0/cm/0/XMCHIP(0)/0/XMCHIP_CMERROR_FI
  State                   : enabled
  Scope                   : pfe
  Category                : functional
  Level                   : major
  Threshold               : 1
  Occur count             : 2
  Clear count             : 1
  Last occurred(ms ago)   : 1200000
  Error history           : 2026-11-21 04:00:00
  Error history           : 2026-11-21 04:05:00
  ------------------------------------------------------------
  Error Name              : another
  Occur count             : 1
"""
XML = """\
<rpc-reply xmlns:junos="http://xml.juniper.net/junos/24.4R1/junos">
    <fpc-error-information xmlns="http://xml.juniper.net/junos/24.4R1/junos-chassis">
        <fpc>
            <slot>3</slot>
            <major-level-occured>2</major-level-occured>
            <major-level-cleared>1</major-level-cleared>
            <major-level-threshold>1</major-level-threshold>
            <major-level-action-taken>1</major-level-action-taken>
            <major-level-action>GET STATE|ALARM|</major-level-action>
            <fpc-pfe-state>pfe-0 -ENABLED | </fpc-pfe-state>
            <scope-level>
                <scope>board</scope>
                <category-level>
                    <category>functional</category>
                    <major-level-occurred>2</major-level-occurred>
                    <major-level-cleared>1</major-level-cleared>
                </category-level>
            </scope-level>
            <fpc-error>
                <error-name>XMCHIP</error-name>
                <error-level>Major</error-level>
                <error-threshold>1</error-threshold>
                <error-occur-count>2</error-occur-count>
                <error-history><entry><time>04:00</time></entry><entry><time>04:05</time></entry></error-history>
            </fpc-error>
        </fpc>
    </fpc-error-information>
    <cli><banner>{primary:node0}</banner></cli>
</rpc-reply>
"""


def test_a_table() -> None:
    found = parse_fpc_errors(TABLE)
    assert found["unparsed"] == [] and [row["fpc"] for row in found["fpcs"]] == [0, 11]
    assert found["fpcs"][0]["levels"]["major"] == {
        "occurred": 2,
        "cleared": 1,
        "threshold": 1,
        "action_taken": 1,
        "actions": ["get-state", "alarm"],
    }
    assert found["fpcs"][1]["pfe_state"] == "pfe-0 -ENABLED | pfe-1 -DISABLED |"
    assert found["fpcs"][1]["levels"]["minor"]["occurred"] == 7


def test_categories_and_single_errors() -> None:
    found = parse_fpc_errors(DETAIL)
    (fpc,) = found["fpcs"]
    assert found["unparsed"] == []
    assert [
        (row["scope"], row["category"], {level: each["occurred"] for level, each in row["levels"].items()})
        for row in fpc["categories"]
    ] == [
        ("board", "functional", {"major": 2}),
        ("board", "memory", {"major": 0}),
        ("pfe", "functional", {"minor": 9}),
    ]
    first, second = fpc["errors"]
    assert (
        first["name"],
        first["level"],
        first["threshold"],
        first["occurred"],
        first["cleared"],
        first["last_occurred_ms"],
    ) == (
        "XMCHIP_CMERROR_FI_PACKET_LEN",
        "major",
        1,
        2,
        1,
        1_200_000,
    )
    assert first["error_history"] == ["2026-11-21 04:00:00", "2026-11-21 04:05:00"]
    assert second == {"name": "another", "occurred": 1}


def test_xml_with_both_spellings_of_the_tag() -> None:
    found = parse_fpc_errors(XML)
    (fpc,) = found["fpcs"]
    assert found["unparsed"] == []
    assert fpc["levels"]["major"] == {
        "occurred": 2,
        "cleared": 1,
        "threshold": 1,
        "action_taken": 1,
        "actions": ["get-state", "alarm"],
    }
    assert fpc["categories"] == [
        {"scope": "board", "category": "functional", "levels": {"major": {"occurred": 2, "cleared": 1}}}
    ]
    assert fpc["errors"] == [
        {"name": "XMCHIP", "level": "major", "threshold": 1, "occurred": 2, "error_history": [["04:00", "04:05"]]}
    ]
    swapped = XML.replace("-occured>", "-OCC>").replace("-occurred>", "-occured>").replace("-OCC>", "-occurred>")
    assert parse_fpc_errors(swapped) == found


def test_what_is_not_told_is_left_out() -> None:
    assert parse_fpc_errors(XML)["fpcs"][0]["pfe_state"] == "pfe-0 -ENABLED |"
    (fpc,) = parse_fpc_errors(re.sub("<fpc-pfe-state>.*?<", "<fpc-pfe-state><", XML))["fpcs"]
    assert "pfe_state" not in fpc
    (error,) = parse_fpc_errors("FPC 1\nError Name : x\nClear count :\nOccur count : many\n")["fpcs"][0]["errors"]
    assert error == {"name": "x", "occurred": "many"}


def test_a_table_may_name_what_was_done_instead_of_counting_it() -> None:
    head = "FPC  Level  Occurred  Cleared  Threshold  Action-Taken  Action\n"
    found = parse_fpc_errors(
        f"{head}0    Major  2         0        1          ALARM         GET STATE|ALARM|\n1    Major  0   0  1  -  LOG\n"
    )
    assert found["fpcs"][0]["levels"]["major"] == {
        "occurred": 2,
        "cleared": 0,
        "threshold": 1,
        "actions_taken": ["alarm"],
        "actions": ["get-state", "alarm"],
    }
    assert found["fpcs"][1]["levels"]["major"] == {"occurred": 0, "cleared": 0, "threshold": 1, "actions": ["log"]}


def test_nodes_of_a_cluster() -> None:
    text = f"node0:\n{'-' * 74}\n{TABLE}\nnode1:\n{'-' * 74}\n{TABLE}\n{{primary:node0}}\n"
    found = parse_fpc_errors(text)
    assert [(row["node"], row["fpc"]) for row in found["fpcs"]] == [
        ("node0", 0),
        ("node0", 11),
        ("node1", 0),
        ("node1", 11),
    ]
    assert found["unparsed"] == []
    body = XML[
        XML.index("<fpc-error-information") : XML.index("</fpc-error-information>") + len("</fpc-error-information>")
    ]
    items = "".join(
        f"<multi-routing-engine-item><re-name>{node}</re-name>{body}</multi-routing-engine-item>"
        for node in ("node0", "node1")
    )
    wrapped = f"<rpc-reply><multi-routing-engine-results>{items}</multi-routing-engine-results></rpc-reply>"
    assert [(row["node"], row["fpc"]) for row in parse_fpc_errors(wrapped)["fpcs"]] == [("node0", 3), ("node1", 3)]


def test_what_is_not_understood_is_returned() -> None:
    found = parse_fpc_errors(f"{TABLE}Something entirely new 5\n")
    assert found["unparsed"] == ["Something entirely new 5"] and len(found["fpcs"]) == 2
    assert len(parse_fpc_errors("what is this\n" * 1000)["unparsed"]) == MOST_UNPARSED
    assert parse_fpc_errors(XML[:700])["unparsed"] == ["the XML ends in the middle"]
    assert parse_fpc_errors(XML[:700])["fpcs"][0]["levels"]["major"]["occurred"] == 2


def test_a_refusal_is_no_counter() -> None:
    text = "error: command is not valid on the vsrx"
    found = parse_fpc_errors(text)
    assert (found["fpcs"], found["unparsed"], found["complete"]) == ([], [text], False)
    assert found["broken"] == f"the device refused: {text}"


def test_lines_and_text_are_the_same() -> None:
    for text in (TABLE, DETAIL, XML):
        assert (
            parse_fpc_errors(iter(text.splitlines(keepends=True)))
            == parse_fpc_errors(text.replace("\n", "\r\n"))
            == parse_fpc_errors(text)
        )


def test_an_endless_text_ends() -> None:
    lines = (
        "0 Minor 1 1 1 1 LOG" if number else "FPC Level Occurred Cleared Threshold Action-Taken Action"
        for number in range(MOST_LINES + 50)
    )
    found = parse_fpc_errors(lines)
    assert found["unparsed"] == [f"more than {MOST_LINES} lines"] and len(found["fpcs"]) == 1


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("GET STATE|ALARM|", ["get-state", "alarm"]),
        ("get-state, alarm", ["get-state", "alarm"]),
        ("OFFLINE_PFE|", ["offline-pfe"]),
        ("RESET", ["reset"]),
        ("", []),
        ("NONE", []),
        ("-", []),
    ],
)
def test_names_of_actions(text: str, names: list[str]) -> None:
    assert actions_of(text) == names


def test_numbers() -> None:
    assert [number(text) for text in ("7", "1,024", "", "x", "\u0663", "9" * 40)] == [7, 1024, None, None, None, None]


# -- any layout

HEADS = {
    "fpc": ["FPC", "Slot"],
    "level": ["Level", "Severity"],
    "occurred": ["Occurred", "Occured", "Count"],
    "cleared": ["Cleared", "Clear-Count"],
    "threshold": ["Threshold", "Limit"],
    "action_taken": ["Action-Taken", "Actions taken", "Action Taken"],
    "actions": ["Action", "Actions"],
}
counts = st.fixed_dictionaries(
    {key: st.integers(0, 99999) for key in ("occurred", "cleared", "threshold", "action_taken")}
)
actions = st.lists(st.sampled_from(["get-state", "alarm", "log", "reset"]), min_size=1, max_size=3, unique=True)
tables = st.dictionaries(
    st.integers(0, 23),
    st.dictionaries(st.sampled_from(LEVELS), st.tuples(counts, actions), min_size=1),
    min_size=1,
    max_size=4,
)


@settings(max_examples=150, deadline=None)
@given(
    tables,
    st.permutations(["occurred", "cleared", "threshold", "action_taken", "actions"]),
    st.booleans(),
    st.booleans(),
    st.integers(0, 10_000),
)
def test_columns_in_any_order_and_width(
    table: dict[int, dict[str, tuple[dict[str, int], list[str]]]],
    order: list[str],
    own_column: bool,
    repeats: bool,
    seed: int,
) -> None:
    mixer = random.Random(seed)
    columns = [*(["fpc"] if own_column else []), "level", *order]
    widths = {column: mixer.choice([14, 18, 25]) + 12 * (column == "actions") for column in columns}
    heads = "".join(mixer.choice(HEADS[column]).ljust(widths[column]) for column in columns)
    lines = [heads] if own_column else []
    expected: list[dict[str, Any]] = []
    for slot, rows in table.items():
        lines += [] if own_column else [f"FPC {slot}", f"  {heads}"]
        levels = {}
        for place, (level, (counters, names)) in enumerate(rows.items()):
            printed = "".join(f"{name.upper().replace('-', ' ')}|" for name in names)
            cells = {
                **counters,
                "actions": printed,
                "level": level.capitalize(),
                "fpc": slot if repeats or not place else "",
            }
            lines.append(
                ("" if own_column else "  ") + "".join(str(cells[column]).ljust(widths[column]) for column in columns)
            )
            levels[level] = {**counters, "actions": names}
        expected.append({"fpc": slot, "levels": levels, "categories": [], "errors": []})
    found = parse_fpc_errors("\n".join(lines))
    assert (found["unparsed"], found["fpcs"]) == ([], expected)


@given(st.text(max_size=300) | st.text(alphabet="FPC Level Occurred Minor major 0123456789:|-=<>/\n,", max_size=300))
def test_no_text_makes_it_raise(text: str) -> None:
    for each in (
        text,
        f"{TABLE}{text}",
        f"{DETAIL}{text}",
        XML[: len(text) * 5] + text,
        f"<fpc-error-information><fpc><slot>{text}",
    ):
        found = parse_fpc_errors(each)
        assert set(found) == {"fpcs", "unparsed", "complete", "broken"} and len(found["unparsed"]) <= MOST_UNPARSED


@given(st.integers(0, len(TABLE + DETAIL)))
def test_no_cut_makes_it_raise_or_invent(cut: int) -> None:
    whole = {row["fpc"]: row for row in parse_fpc_errors(TABLE + DETAIL)["fpcs"]}
    for row in parse_fpc_errors((TABLE + DETAIL)[:cut])["fpcs"]:
        assert row["fpc"] in whole or row["fpc"] == 1  # 11 cut behind its first digit
