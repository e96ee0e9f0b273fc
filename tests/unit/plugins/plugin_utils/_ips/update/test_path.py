# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The laws of a way: it ends at the wanted package, goes up only, and its steps are no longer than allowed."""

from __future__ import annotations

from functools import reduce
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.mspplus.netsec.plugins.plugin_utils._ips.packages import Package
from ansible_collections.mspplus.netsec.plugins.plugin_utils._ips.update.model import Held, Request, SensorState
from ansible_collections.mspplus.netsec.plugins.plugin_utils._ips.update.path import way
from ansible_collections.mspplus.netsec.plugins.plugin_utils._ips.update.rules import check
from ansible_collections.mspplus.netsec.plugins.plugin_utils._ips.versions import Release, SignatureLevel, Version


def signature(level: int, engine: int) -> Package:
    return Package(
        f"IPS-sig-S{level}-req-E{engine}.pkg", "signature", False, "", None, engine, SignatureLevel(level), None
    )


def engine(level: int, requires: Release) -> Package:
    name = f"IPS-engine-E{level}-req-{requires.in_file_name}.pkg"
    return Package(name, "engine", False, "", None, level, None, requires)


PACKAGES = st.lists(
    st.builds(signature, st.integers(1, 60), st.integers(2, 4))
    | st.builds(engine, st.integers(2, 4), st.builds(Release, st.just(7), st.just(1), st.integers(1, 3))),
    max_size=14,
)
STATES = st.builds(
    SensorState,
    st.builds(Version, st.builds(Release, st.just(7), st.just(1), st.integers(1, 3)), st.integers(2, 4)),
    st.builds(SignatureLevel, st.integers(1, 60)),
    st.just("IPS-4345"),
    licence=st.just("valid"),
)


@given(STATES, st.integers(1, 60), st.integers(2, 4), PACKAGES, st.none() | st.integers(1, 20))
def test_a_way_without_errors_leads_there_and_is_empty_afterwards(
    state: SensorState, level: int, needed: int, at_hand: list[Package], most: int | None
) -> None:
    wanted = signature(level, needed)
    stock = {each.name: Held(each) for each in [*at_hand, wanted]}
    request = Request(wanted, most_levels=most)
    found = way(state, request, stock)
    if any(each.severity == "error" for each in check(state, request, stock)):
        return
    assert found.missing == ""
    end = reduce(SensorState.after, found.steps, state)
    assert end.has(wanted)
    assert way(end, request, stock).steps == ()
    assert check(end, request, stock) == []
    levels = [state.signature, *(step.signature for step in found.steps if step.kind == "signature")]
    for before, after in pairwise(levels):
        assert before and after and before < after
        assert most is None or after.number - before.number <= most
    engines = [step for step in found.steps if step.kind == "engine"]
    assert len(engines) <= 1 and found.steps[: len(engines)] == tuple(engines)
    for step in found.steps:
        if step.kind == "signature":  # never before its engine
            before_it = reduce(SensorState.after, found.steps[: found.steps.index(step)], state)
            assert before_it.version and (before_it.version.engine or 0) >= (step.engine or 0)
