# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The filter as a playbook sees it: text or lines in, counters out, a clear error for anything else."""

from __future__ import annotations

from typing import Any

import pytest
import yaml
from ansible.errors import AnsibleFilterError
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.mspplus.netsec.plugins.filter.parse_fpc_errors import EXAMPLES, RETURN, FilterModule

TEXT = """\
FPC  Level Occurred Cleared Threshold Action-Taken Action
4    Minor      0       0        10        0       LOG|
     Major      2       1         1        1       GET STATE|ALARM|
"""


def parse(source: object) -> Any:
    return FilterModule().filters()["parse_fpc_errors"](source)


def test_text_and_lines_give_the_documented_keys() -> None:
    found = parse(TEXT)
    assert found == parse(TEXT.splitlines())
    documented = yaml.safe_load(RETURN)["_value"]["contains"]
    assert set(found) == set(documented)
    assert set(found["fpcs"][0]) <= set(documented["fpcs"]["contains"])
    assert found["fpcs"][0]["levels"]["major"]["actions"] == ["get-state", "alarm"]


def test_the_text_of_the_example_is_understood() -> None:
    (task,) = yaml.safe_load(EXAMPLES)
    found = parse(task["vars"]["output"])
    assert found["unparsed"] == []
    assert {level: row["occurred"] for level, row in found["fpcs"][0]["levels"].items()} == {
        "minor": 0,
        "major": 2,
        "fatal": 0,
    }


@pytest.mark.parametrize("source", [None, 5, {"a": 1}, b"FPC 0", [1, 2], ["FPC 0", None]])
def test_anything_else_is_a_clear_error(source: object) -> None:
    with pytest.raises(AnsibleFilterError, match="needs the text"):
        parse(source)


@given(st.text(max_size=200) | st.lists(st.text(max_size=40), max_size=10))
def test_it_never_fails_because_of_the_text(source: object) -> None:
    assert set(parse(source)) == {"fpcs", "unparsed", "complete", "broken"}


@pytest.mark.parametrize(
    ("source", "why"),
    [
        ("", "it has no counters of any FPC"),
        ([], "it has no counters of any FPC"),
        (
            "error: permission denied\n",
            "the device refused: error: permission denied (this user is not allowed to do that)",
        ),
        ("unknown command.", "the device refused: unknown command."),
        (
            "<rpc-reply><rpc-error><error-message>no</error-message></rpc-error></rpc-reply>",
            "the device refused: error: no",
        ),
        ("<rpc-reply><fpc-error-information/></rpc-reply>", "it has no counters of any FPC"),
        ("<rpc-reply><fpc-error-information><fpc><slot>1</slot></fpc>", "the XML ends in the middle"),
        ('{"fpc-error-information": []}', "it has no counters of any FPC"),
    ],
)
def test_what_is_no_answer_is_no_chassis_without_errors(source: object, why: str) -> None:
    found = parse(source)
    assert not found["complete"] and found["broken"].startswith(why)
    assert (parse(TEXT)["complete"], parse(TEXT)["broken"]) == (True, None)
