# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Laws of the plan, through a device that is pure."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from ansible_collections.mspplus.netsec.plugins.plugin_utils._srx.flow_monitor.model import Filter, Monitor, TraceFile
from ansible_collections.mspplus.netsec.plugins.plugin_utils._srx.flow_monitor.plan import (
    START,
    STOP,
    clear,
    desired_state,
    plan,
    satisfies,
)

from .monitors import Device, by_name, device, files, monitors, some_filters

STATES = ("started", "stopped", "present", "absent")
SWITCHES = [
    {"repeat": repeat, "shows_extras": shows_extras}
    for repeat in ("merge", "replace")
    for shows_extras in (True, False)
]
documents = st.fixed_dictionaries(
    {
        "filters": some_filters(),
        "file": st.none() | files,
        "state": st.sampled_from(STATES),
        "purge": st.booleans(),
    }
)


def brought(
    monitor: Monitor, document: dict[str, Any], switches: dict[str, Any]
) -> tuple[Device, Monitor, Monitor, Any]:
    """A device, what is seen of it, what is wanted, the plan. Only what the rules let through (M9, M10)."""
    box = device(monitor, **switches)
    current = box.shown()
    desired = desired_state(current, **document)
    assume(not desired.running or (desired.filters and desired.file))
    return box, current, desired, plan(current, desired)


@pytest.mark.parametrize("switches", SWITCHES)
@given(monitor=monitors(), document=documents)
def test_current_and_plan_are_wanted_and_a_second_plan_is_empty(
    switches: dict[str, Any], monitor: Monitor, document: dict[str, Any]
):
    box, _current, desired, steps = brought(monitor, document, switches)
    for command in steps.commands:
        box.do(command)
    seen = box.shown()
    assert seen.running == desired.running and seen.file == by_name(desired).file
    assert set(seen.filters) == set(desired.filters)
    assert all(satisfies(seen.filters[name], item) for name, item in desired.filters.items())
    assert not plan(seen, desired)
    assert not plan(seen, desired_state(seen, **document))


@given(monitor=monitors(), document=documents)
def test_a_device_that_merges_and_one_that_replaces_end_alike(monitor: Monitor, document: dict[str, Any]):
    ends = []
    for repeat in ("merge", "replace"):
        box, _current, _desired, steps = brought(monitor, document, {"repeat": repeat})
        for command in steps.commands:
            box.do(command)
        ends.append((steps.commands, box.carried()))
    assert ends[0] == ends[1]


@pytest.mark.parametrize("switches", SWITCHES)
@given(monitor=monitors(), document=documents)
def test_a_plan_and_its_undo_are_the_start(switches: dict[str, Any], monitor: Monitor, document: dict[str, Any]):
    box, current, desired, steps = brought(monitor, document, switches)
    for command in steps.commands + steps.undo_commands:
        box.do(command)
    seen = box.shown()
    assert (seen.running, seen.filters) == (current.running, current.filters)
    assert seen.file == (current.file or by_name(desired).file)  # no command takes a file away


@pytest.mark.parametrize("switches", SWITCHES)
@given(monitor=monitors(), document=documents, data=st.data())
def test_from_every_prefix_there_is_a_way_back(
    switches: dict[str, Any], monitor: Monitor, document: dict[str, Any], data: st.DataObject
):
    box, current, _desired, steps = brought(monitor, document, switches)
    for command in steps.commands[: data.draw(st.integers(0, len(steps.commands)))]:
        box.do(command)
    for command in plan(box.shown(), current, exactly=True).commands:
        box.do(command)
    seen = box.shown()
    assert (seen.running, seen.filters) == (current.running, current.filters)
    assert not plan(seen, current, exactly=True)


@pytest.mark.parametrize("switches", SWITCHES)
@given(monitor=monitors(), document=documents)
def test_every_prefix_is_safe(switches: dict[str, Any], monitor: Monitor, document: dict[str, Any]):
    box, _current, desired, steps = brought(monitor, document, switches)
    start = box.carried()[2]
    named = {item.name for item in document["filters"]}
    others = {name: given for name, given in start.items() if name not in named}
    for command in steps.commands:
        box.do(command)
        running, _file, carried = box.carried()
        if not document["purge"]:
            assert others.items() <= carried.items(), "a filter of somebody else was touched"
        if running:  # each filter then is what it was, or what it shall be
            ends = [start, device(desired).carried()[2]]
            assert all(any(end.get(name) == given for end in ends) for name, given in carried.items())
            assert carried and len(carried) >= min(map(len, ends))


@given(monitors(), documents)
def test_what_runs_rests_while_it_changes_and_each_filter_is_cleared_by_its_name(
    monitor: Monitor, document: dict[str, Any]
):
    _box, current, desired, steps = brought(monitor, document, {})
    commands = steps.commands
    changes = [command for command in commands if command not in (START, STOP)]
    assert commands == [
        *([STOP] if current.running and (changes or not desired.running) else []),
        *changes,
        *([START] if desired.running and (changes or not current.running) else []),
    ]
    for command in commands + steps.undo_commands:
        assert not command.startswith("clear") or command.split()[5:], command
    gap = [step for step in steps.operations if "gap" in step.risk]
    assert len(gap) == (STOP in commands and START in commands)


@given(monitors(), documents)
def test_filters_of_others_go_with_purge_only(monitor: Monitor, document: dict[str, Any]):
    desired = desired_state(monitor, **document)
    named = {item.name for item in document["filters"]}
    others = {name: item for name, item in monitor.filters.items() if name not in named}
    kept = {name: item for name, item in desired.filters.items() if name not in named}
    assert kept == ({} if document["purge"] else others)
    if document["state"] == "absent":
        assert not named & set(desired.filters)
        assert desired.running == (monitor.running and bool(desired.filters))
    else:
        assert named <= set(desired.filters)
        assert desired.running == {"started": True, "stopped": False}.get(document["state"], monitor.running)


def test_a_bare_clear_does_not_exist():
    with pytest.raises(ValueError, match="without a name"):
        clear("")
    assert clear("-x") == 'clear monitor security flow filter "-x"'


def test_a_file_of_that_name_is_set_again_by_force_only():
    there = Monitor(False, TraceFile("t"), {"f": Filter("f")})
    desired = desired_state(there, [], TraceFile("t", 20480), "present")
    assert not plan(there, desired)
    forced = plan(there, desired, force_file=True)
    assert forced.commands == ["monitor security flow file t size 20480"]
    assert [step.undo for step in forced.operations] == [None]  # what it had before is not shown
    first = plan(Monitor(), desired_state(Monitor(), [], TraceFile("t"), "present"))
    assert [step.undo for step in first.operations] == [None]  # no command takes it away
    other = desired_state(there, [], TraceFile("u", 20480), "present")
    assert plan(there, other).commands == ["monitor security flow file u size 20480"]
    assert plan(there, other).undo_commands == ["monitor security flow file t"]


def test_a_running_monitor_is_stopped_for_a_new_file():
    there = Monitor(True, TraceFile("t"), {"f": Filter("f")})
    desired = desired_state(there, [], TraceFile("u"), "present")
    assert plan(there, desired).commands == [STOP, "monitor security flow file u", START]


@pytest.mark.parametrize(
    ("shown", "desired", "same"),
    [
        ((), (("conn_tag", "5"),), True),  # nobody can verify it
        ((("conn_tag", "5"),), (("conn_tag", "5"),), True),
        ((("conn_tag", "6"),), (("conn_tag", "5"),), False),
        ((("conn_tag", "5"),), (), False),
        ((("conn_tag", "5"), ("tenant", "T")), (("conn_tag", "5"),), False),
    ],
)
def test_a_criterion_that_is_not_shown_counts_as_set(shown: Any, desired: Any, same: bool):
    assert satisfies(Filter("f", extras=shown), Filter("f", extras=desired)) is same
    current = Monitor(filters={"f": Filter("f", extras=shown)})
    assert bool(plan(current, Monitor(filters={"f": Filter("f", extras=desired)}))) is not same
    assert not satisfies(Filter("f", "10.0.0.1/32", extras=shown), Filter("f", extras=desired))
