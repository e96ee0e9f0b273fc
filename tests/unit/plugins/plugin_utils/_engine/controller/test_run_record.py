# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Records of runs that change a host: who is refused, what is remembered, what is forgotten. Locks and files are real ones."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.mspplus.netsec.plugins.plugin_utils._engine.controller import guard_records, run_record
from ansible_collections.mspplus.netsec.plugins.plugin_utils._engine.controller.run_record import RunRecord
from ansible_collections.mspplus.netsec.plugins.plugin_utils._engine.failures import (
    ApplyFailed,
    Unreachable,
    ValidationFailed,
)
from ansible_collections.mspplus.netsec.plugins.plugin_utils._engine.operations import Operation, Plan
from ansible_collections.mspplus.netsec.plugins.plugin_utils._engine.plan_document import Subject

PLAN = Plan(tuple(Operation("update", f"item {number}", ("line",), None) for number in range(7)))
Records = Callable[..., RunRecord]


@pytest.fixture
def looked(tmp_path: Path) -> Records:
    """The record of one more run, which has looked."""

    def start(module: str = "srx_policy_log", host: str = "fw1") -> RunRecord:
        record = RunRecord.of(Subject(module, host, ""), {"inventory_dir": str(tmp_path)}, lambda value: value)
        record.look()
        return record

    return start


def files(tmp_path: Path) -> list[Path]:
    return sorted((tmp_path / ".netsec_state").glob("runs/*.json"))


def cut_short(record: RunRecord, tmp_path: Path, **facts: Any) -> None:
    """As a kill leaves it: the file as it was in the middle, a worker that is gone, nobody with the lock."""
    with record.hold(PLAN):
        record.note(**facts)
        (file,) = files(tmp_path)
        text = json.loads(file.read_text())
    text["worker"]["started"] = "1"
    file.write_text(json.dumps(text))


def fails(record: RunRecord, device_state: str, **facts: Any) -> None:
    """A run that noted something, and whose change failed."""

    def run() -> None:
        with record.hold(PLAN):
            record.note(**facts)
            raise ApplyFailed("no", device_state=device_state)

    with pytest.raises(ApplyFailed):
        run()


def test_a_second_run_of_a_host_is_refused_whatever_its_module_and_other_hosts_and_systems_are_not(
    looked: Records,
) -> None:
    late = looked()
    with looked().hold(PLAN) as moved:
        assert moved == ""
        for module in ("srx_policy_log", "srx_fpc_error_action"):
            with pytest.raises(ValidationFailed, match=f"process {os.getpid()}, since 20") as refused:
                looked(module)
            assert [problem.rule for problem in refused.value.problems] == ["another-run"]
        with pytest.raises(ValidationFailed, match="another run"), late.hold(PLAN):
            raise AssertionError("it was let in")
        for module, host in (("srx_policy_log", "fw2"), ("iosxr_span", "fw1")):
            with looked(module, host).hold(PLAN) as moved:
                assert moved == ""


def test_who_looked_before_another_run_changed_the_host_is_told(looked: Records) -> None:
    early = looked()
    with looked("srx_fpc_error_action").hold(PLAN):
        pass
    with early.hold(PLAN) as moved:
        assert "meanwhile" in moved
    with looked().hold(PLAN) as moved:
        assert moved == ""


def test_a_run_that_was_cut_short_is_told_once_and_its_record_goes(looked: Records, tmp_path: Path) -> None:
    cut_short(looked(), tmp_path, activation={"package": "Production"})
    for _look in range(2):  # check mode
        record = looked()
        (said,) = record.warnings
        assert said.severity == "warning" and "was cut short; it was about item 0, item 1, item 2" in said.message
        assert "item 4 and 2 more" in said.message and record.earlier == {"activation": {"package": "Production"}}
    other = looked("srx_fpc_error_action")
    assert not other.warnings and other.earlier == {}
    with other.hold(PLAN):
        pass
    assert len(files(tmp_path)) == 1, "a run of another module leaves it"
    looked().forget()
    assert not files(tmp_path) and not looked().warnings


def test_what_a_run_noted_stays_where_its_change_does_not_and_goes_where_it_does(
    looked: Records, tmp_path: Path
) -> None:
    cut_short(looked(), tmp_path, activation=1)
    for state in ("rolled back", "unchanged"):
        fails(looked(), state, activation=2)
        assert looked().earlier == {"activation": 1}
    fails(looked(), "unknown; it is under way", activation=3)
    left = looked()
    assert left.earlier == {"activation": 3} and "ended in the middle" in left.warnings[0].message
    with left.hold(PLAN):
        left.note(activation=4)
    assert not files(tmp_path)


def test_a_failure_that_leaves_nothing_to_know_leaves_no_record(looked: Records, tmp_path: Path) -> None:
    fails(looked(), "rolled back", activation=1)
    assert not files(tmp_path)


@pytest.mark.parametrize("failure", [ValidationFailed([]), Unreachable("gone")])
def test_a_trial_that_was_announced_and_did_not_come_to_be_leaves_no_record(
    looked: Records, tmp_path: Path, failure: Exception
) -> None:
    """Another session was quicker, and the second plan is refused or the second read fails."""

    def run(record: RunRecord) -> None:
        with record.hold(PLAN):
            record.on_trial(300)
            raise failure

    with pytest.raises(type(failure)):
        run(looked())
    assert not files(tmp_path) and not looked().warnings
    cut_short(looked(), tmp_path, activation=1)
    with pytest.raises(type(failure)):
        run(looked())
    assert looked().earlier == {"activation": 1}


def test_a_trial_that_may_still_be_taken_back_is_waited_for_once(
    looked: Records, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cut_short(looked(), tmp_path)
    assert not looked().settle(lambda what: None)
    now = time.time()
    monkeypatch.setattr(run_record.time, "time", lambda: now)
    cut_short(looked(), tmp_path, **{run_record.UNTIL: now + 120})
    record = looked()
    assert "may still roll its trial commit back" in record.warnings[0].message
    slept: list[float] = []
    said: list[str] = []
    monkeypatch.setattr(run_record.time, "sleep", slept.append)
    assert record.settle(said.append)
    assert slept == [120] and "waiting 120 s" in said[0]
    monkeypatch.setattr(run_record.time, "time", lambda: now + 121)
    assert not record.settle(said.append)
    cut_short(looked(), tmp_path, **{run_record.UNTIL: now + 100_000})
    record = looked()
    assert not record.settle(said.append) and len(slept) == 1, "nobody waits for a day"
    record.forget()
    assert looked().warnings and files(tmp_path)


def test_a_trial_is_on_record_until_it_is_confirmed(looked: Records, tmp_path: Path) -> None:
    record = looked()
    with record.hold(PLAN):
        (file,) = files(tmp_path)
        record.on_trial(120)
        left = json.loads(file.read_text())["made"]["facts"][run_record.UNTIL] - time.time()
        assert 110 < left <= 120 + run_record.MARGIN
        record.on_trial(0)
        assert json.loads(file.read_text())["made"]["facts"] == {}


def test_a_disk_that_becomes_full_ends_no_change_that_has_begun(
    looked: Records, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(path: Path, text: str) -> None:
        raise OSError(28, "No space left on device", str(path))

    record = looked()
    with record.hold(PLAN):
        monkeypatch.setattr(guard_records, "write", full)
        record.note(activation=1)
    with pytest.raises(ValidationFailed, match="No space left"), looked().hold(PLAN):
        raise AssertionError("nothing may be begun unrecorded")


def test_an_inventory_without_a_folder_warns_where_something_is_applied() -> None:
    record = RunRecord.of(Subject("srx_policy_log", "fw1", ""), {}, lambda value: value)
    record.look()
    record.forget()
    assert not record.warnings
    with record.hold(PLAN) as moved:
        record.note(activation=1)
        assert moved == ""
    assert [problem.item for problem in record.warnings] == ["netsec_state_dir"]
