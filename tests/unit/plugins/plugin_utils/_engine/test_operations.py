# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.mspplus.netsec.plugins.plugin_utils._engine.operations import Operation, Plan

words = st.lists(st.text(max_size=20), max_size=3).map(tuple)
operations = st.builds(
    Operation, st.sampled_from(["create", "update", "delete"]), st.text(max_size=20), words, st.none() | words, words
)
plans = st.builds(
    Plan,
    st.lists(operations, max_size=3).map(tuple),
    st.lists(operations, max_size=2).map(tuple),
    st.text(),
    st.dictionaries(st.text(max_size=5), st.integers(), max_size=2),
    st.booleans(),
    words,
)


@given(plans)
def test_a_plan_survives_json(plan: Plan) -> None:
    assert Plan.from_dict(json.loads(json.dumps(plan.as_dict()))) == plan


def test_undo_runs_backwards() -> None:
    plan = Plan((Operation("create", "a", ("a",), ("no a",)), Operation("create", "b", ("b",), ("no b",))))
    assert plan.commands == ["a", "b"]
    assert plan.undo_commands == ["no b", "no a"]
    assert Plan((*plan.operations, Operation("update", "c", ("c",), None))).undo_commands == ["no b", "no a"]


def test_an_unknown_kind_is_refused() -> None:
    with pytest.raises(ValueError, match="unknown kind"):
        Operation.from_dict({"kind": "wipe", "item": "", "do": [], "undo": [], "risk": []})
