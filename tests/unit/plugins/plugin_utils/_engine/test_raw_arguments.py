# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.mspplus.netsec.plugins.plugin_utils._engine.raw_arguments import examined

SPEC: dict[str, Any] = {
    "state": {"type": "str"},
    "names": {"type": "list", "elements": "str", "aliases": ["hosts"]},
    "free": {"type": "dict"},
    "config": {
        "type": "dict",
        "options": {
            "note": {"type": "str"},
            "sessions": {
                "type": "list",
                "elements": "dict",
                "options": {
                    "name": {"type": "str"},
                    "sources": {"type": "list", "elements": "dict", "options": {"port": {"type": "str"}}},
                },
            },
        },
    },
}


@pytest.mark.parametrize(
    ("given", "path"),
    [
        ({"names": None}, "names"),
        ({"hosts": None}, "hosts"),
        ({"config": None}, "config"),
        ({"config": {"sessions": None}}, "config.sessions"),
        ({"config": {"sessions": [None]}}, "config.sessions[#1]"),
        ({"config": {"sessions": [{"name": "a"}, {"name": "b", "sources": None}]}}, "config.sessions[b].sources"),
        ({"config": {"sessions": [{"sources": None}]}}, "config.sessions[#1].sources"),
        ({"config": {"sessions": [{"name": "a", "sources": [None]}]}}, "config.sessions[a].sources[#1]"),
        ({"config": '{"sessions": [{"name": "a", "sources": null}]}'}, "config.sessions[a].sources"),
        ({"config": {"sessions": ['{"name": "a", "sources": null}']}}, "config.sessions[a].sources"),
        ({"names": ["a", None]}, "names[#2]"),
        ({"free": None}, "free"),
        ({"config": {"note": None}}, "config"),
        ({"config": {"sessions": [{"name": None}]}}, "config.sessions[#1]"),
    ],
)
def test_null_is_found_at_any_depth_with_its_path_and_what_to_write(given: dict[str, Any], path: str) -> None:
    unknown, nulls = examined(given, SPEC)
    assert unknown == [] and [null.path for null in nulls] == [path]
    assert str(nulls[0]).startswith(f"{path} ") and "null" in str(nulls[0])


def test_a_null_scalar_counts_as_left_out_and_so_does_what_is_not_documented() -> None:
    assert examined({"state": None, "config": {"note": None, "sessions": []}, "free": {"x": None}}, SPEC) == ([], [])


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"sttae": "merged"}, "unknown option sttae; near: state"),
        ({"config": {"sesions": []}}, "unknown option config.sesions; near: sessions"),
        (
            {"config": {"sessions": [{"name": "a", "surces": []}]}},
            "unknown option config.sessions[a].surces; near: sources",
        ),
        ({7: 1}, "unknown option 7"),
    ],
)
def test_an_unknown_option_is_told_with_its_path_and_the_nearest_name(given: dict[Any, Any], said: str) -> None:
    assert [str(each) for each in examined(given, SPEC)[0]] == [said]


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["config", "sessions", "sources", "name", "names", "x"]), inner, max_size=4)
    ),
    max_leaves=12,
)


@given(st.dictionaries(st.sampled_from(["config", "names", "free", "state", "y"]), values))
def test_whatever_is_given_nothing_is_raised_and_every_null_has_a_path(given: dict[str, Any]) -> None:
    unknown, nulls = examined(given, SPEC)
    assert all(null.path and null.words for null in nulls) and all(each.path for each in unknown)
