# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Records of guards: whose device it is, who still lives, what stays on record. Processes and locks are real ones."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pytest

from ansible_collections.mspplus.netsec.plugins.plugin_utils._engine.controller import guard_records
from ansible_collections.mspplus.netsec.plugins.plugin_utils._engine.controller.guard_records import (
    Busy,
    Record,
    Records,
)
from ansible_collections.mspplus.netsec.plugins.plugin_utils._engine.controller.processes import Process, machine, own
from ansible_collections.mspplus.netsec.plugins.plugin_utils._engine.controller.state_dir import StateDir
from ansible_collections.mspplus.netsec.plugins.plugin_utils._engine.failures import ValidationFailed

MADE = {"file": "capture"}


@pytest.fixture
def records(tmp_path: Path) -> Records:
    return Records(StateDir(tmp_path / "state"), "module", "fw1", "192.0.2.1:22")


@pytest.fixture
def sleeper() -> Iterator[subprocess.Popen[bytes]]:
    process = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
    yield process
    process.kill()
    process.wait()


def files(tmp_path: Path) -> list[Path]:
    return sorted((tmp_path / "state" / "guards").glob("*.json"))


def gone() -> Process:
    process = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    found = Process.of(process.pid)
    assert found.lives
    process.communicate(b"\n")
    return found


def put(records: Records, tmp_path: Path, **changes: object) -> Record:
    """A record that an earlier run has left."""
    with records.reserved() as reservation:
        record = replace(reservation.record, **{"worker": gone(), "main": None, "made": MADE, **changes})  # type: ignore[arg-type]
        reservation.handed_over = True
        reservation.book.write(record)
    return record


def test_a_process_is_told_apart_from_a_later_one_with_its_id(sleeper: subprocess.Popen[bytes]) -> None:
    assert own().lives and Process.of(sleeper.pid).lives
    assert not Process(os.getpid(), "1").lives and not gone().lives
    process = Process.of(sleeper.pid)
    process.end(signal.SIGKILL)
    os.waitid(os.P_PID, sleeper.pid, os.WEXITED | os.WNOWAIT)
    assert not process.lives, "nobody has asked for it yet, but it has ended"
    with pytest.raises(ProcessLookupError):
        process.watched()


def test_a_device_is_one_run_s_at_a_time(records: Records, tmp_path: Path) -> None:
    with records.reserved():
        for other in (records.look, records.reserved().__enter__):
            with pytest.raises(Busy, match=f"process {os.getpid()}"):
                other()
        elsewhere = Records(StateDir(tmp_path / "state"), "module", "fw2", "192.0.2.2:22")
        with elsewhere.reserved() as reservation:
            assert reservation.left is None
    assert files(tmp_path) == [] and records.look() is None


def test_looking_writes_nothing(records: Records, tmp_path: Path) -> None:
    assert records.look() is None and list(tmp_path.iterdir()) == []


def test_what_is_made_is_on_record_until_it_is_gone(records: Records, tmp_path: Path) -> None:
    with records.reserved() as reservation:
        reservation.hold(MADE, own())
        (path,) = files(tmp_path)
        assert path.stat().st_mode & 0o777 == 0o600 and json.loads(path.read_text())["made"] == MADE
        reservation.tell("unchanged; all is gone")
    assert files(tmp_path) == []
    with records.reserved() as reservation:
        reservation.hold(MADE)
        reservation.tell("changed: it is still there")
    left = records.look()
    assert left and left.made == MADE and left.ended and left.ended["device_state"] == "changed: it is still there"


def test_what_a_run_left_stays_on_record_when_the_next_one_ends_before_it_looks(
    records: Records, tmp_path: Path
) -> None:
    put(records, tmp_path)
    with suppress(KeyError), records.reserved() as reservation:
        assert reservation.left and reservation.left.made == MADE
        raise KeyError
    left = records.look()
    assert left and left.made == MADE


@pytest.mark.parametrize("who", ["worker", "guard"])
def test_a_record_whose_processes_live_refuses(
    records: Records, tmp_path: Path, who: str, sleeper: subprocess.Popen[bytes]
) -> None:
    """By their ids, where a file system knows no locks."""
    put(records, tmp_path, **{who: Process.of(sleeper.pid)})
    for other in (records.look, records.reserved().__enter__):
        with pytest.raises(Busy, match="process"):
            other()
    sleeper.kill()
    sleeper.wait()
    with records.reserved() as reservation:
        assert reservation.left and reservation.left.made == MADE


def test_ids_of_another_machine_tell_nothing_but_its_lock_does(
    records: Records, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Containers with a common folder: the same ids in each."""
    put(records, tmp_path, worker=own(), machine="runner-7/boot/pid:[1]")
    left = records.look()
    assert left and not left.lives
    with records.reserved() as reservation:
        reservation.book.write(replace(reservation.record, machine="runner-7/boot/pid:[1]"))
        with pytest.raises(Busy, match=f"process {os.getpid()} on runner-7"):
            records.look()
    assert machine() == machine() != "runner-7/boot/pid:[1]"


def test_a_run_that_has_ended_is_not_waited_for(records: Records, tmp_path: Path) -> None:
    put(records, tmp_path, worker=own(), ended={"by": "guard", "why": "w", "at": "t", "device_state": "unchanged"})
    assert records.look()


def test_a_record_that_nobody_can_read_is_named(records: Records, tmp_path: Path) -> None:
    put(records, tmp_path)
    (path,) = files(tmp_path)
    for text in ("no json", "[]", '{"module": 1}'):
        path.write_text(text)
        with pytest.raises(ValidationFailed) as refused:
            records.look()
        assert str(path) in str(refused.value)


def test_a_full_disk_lets_nothing_be_made(records: Records, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_path: Path, _text: str) -> None:
        raise OSError(28, "No space left on device")

    with records.reserved() as reservation:
        monkeypatch.setattr(guard_records, "write", full)
        with pytest.raises(ValidationFailed, match="No space left on device"):
            reservation.hold(MADE)
