# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The generated file on the disk, with runs at once."""

from __future__ import annotations

import errno
import fcntl
import multiprocessing
import os
from pathlib import Path

import pytest

from ansible_collections.mspplus.netsec.plugins.plugin_utils._engine.failures import ApplyFailed
from ansible_collections.mspplus.netsec.plugins.plugin_utils._ips.packages import parse_package
from ansible_collections.mspplus.netsec.plugins.plugin_utils._ips.update.fleet import Decision
from ansible_collections.mspplus.netsec.plugins.plugin_utils._ips.update.wanted_device import (
    alone,
    not_hiding,
    read,
    write,
)
from ansible_collections.mspplus.netsec.plugins.plugin_utils._ips.update.wanted_file import merged, render

SIG = "IPS-sig-S734-req-E4.pkg"


def test_what_is_written_is_read_and_folders_are_made(tmp_path: Path) -> None:
    path = tmp_path / "group_vars" / "ips" / "update_wanted.yml"
    assert read(path) == ("", {})
    text = render({"ips1": {"signature": SIG}})
    write(path, text)
    assert read(path) == (text, {"ips1": {"signature": SIG}})
    assert [each.name for each in path.parent.iterdir()] == [path.name]


def test_a_folder_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    (tmp_path / "group_vars").write_text("a file")
    with pytest.raises(ApplyFailed, match="cannot be written"):
        write(tmp_path / "group_vars" / "update_wanted.yml", render({}))


@pytest.mark.parametrize("hidden", ["ips.yml", "ips.yaml", "ips.json"])
def test_a_folder_that_would_hide_variables_of_the_same_group_is_refused(tmp_path: Path, hidden: str) -> None:
    path = tmp_path / "group_vars" / "ips" / "update_wanted.yml"
    not_hiding(path)
    path.parent.parent.mkdir()
    (path.parent.parent / hidden).write_text("ips_license_days_before_expiry: 30\n")
    with pytest.raises(ApplyFailed, match="would hide") as refused:
        not_hiding(path)
    assert "Move" in refused.value.problems[0].remedy
    not_hiding(tmp_path / "elsewhere" / "ips" / "update_wanted.yml")


def _decide(folder: Path, host: str) -> None:
    path = folder / "update_wanted.yml"
    with alone(path):
        _text, before = read(path)
        write(path, render(merged(before, [Decision(host, "signature", parse_package(SIG))], {})))


def test_runs_at_once_lose_no_decision(tmp_path: Path) -> None:
    runs = [multiprocessing.Process(target=_decide, args=(tmp_path, f"ips{number}")) for number in range(12)]
    for run in runs:
        run.start()
    for run in runs:
        run.join(60)
    assert len(read(tmp_path / "update_wanted.yml")[1]) == 12
    assert sorted(each.name for each in tmp_path.iterdir()) == ["update_wanted.yml"]  # no lock is left in a checkout


def test_another_run_that_hangs_ends_in_a_bounded_wait(tmp_path: Path) -> None:
    path = tmp_path / "update_wanted.yml"
    with alone(path), pytest.raises(ApplyFailed, match="cannot be written") as refused, alone(path, 0.2):
        pytest.fail("two at once")
    assert "another run" in refused.value.problems[0].message
    with alone(path, 0.2):
        write(path, render({}))


def test_a_file_system_without_locks_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def flock(_number: int, _how: int) -> None:
        raise OSError(errno.ENOLCK, os.strerror(errno.ENOLCK))

    path = tmp_path / "update_wanted.yml"
    monkeypatch.setattr(fcntl, "flock", flock)
    with pytest.raises(ApplyFailed, match="cannot be written") as refused, alone(path):
        pytest.fail("it was not locked")
    assert refused.value.problems[0].message == f"{path}: No locks available"


def test_a_full_disk_is_told_with_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_number: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    path = tmp_path / "update_wanted.yml"
    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(ApplyFailed, match="cannot be written") as refused:
        write(path, render({}))
    assert refused.value.problems[0].message == f"{path}: No space left on device"
    assert list(tmp_path.iterdir()) == []
