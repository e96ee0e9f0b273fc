# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.mspplus.netsec.plugins.plugin_utils._engine.states import State, desired_state

things = st.dictionaries(
    st.sampled_from("abcdef"), st.dictionaries(st.sampled_from("xyz"), st.integers(0, 3)), max_size=5
)


def build(existing: dict[str, int] | None, given: dict[str, int]) -> dict[str, int]:
    return {**(existing or {}), **given}


def run(current: dict, given_: dict, state: State, owned: str = "abcdef") -> dict:
    return desired_state(current, given_, state, build, owned.__contains__)


def test_each_state_means_what_ansible_network_modules_mean_by_it() -> None:
    current, document = {"a": {"x": 1, "y": 1}, "b": {"x": 2}}, {"a": {"x": 9}}
    assert run(current, document, "merged") == {"a": {"x": 9, "y": 1}, "b": {"x": 2}}
    assert run(current, document, "replaced") == {"a": {"x": 9}, "b": {"x": 2}}
    assert run(current, document, "overridden") == {"a": {"x": 9}}
    assert run(current, document, "overridden", owned="a") == {"a": {"x": 9}, "b": {"x": 2}}
    assert run(current, document, "deleted") == {"b": {"x": 2}}


@given(things, things, st.sampled_from(["merged", "replaced", "overridden", "deleted"]))
def test_a_second_run_changes_nothing(current: dict, document: dict, state: State) -> None:
    once = run(current, document, state)
    assert run(once, document, state) == once
