# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What may hold secrets is a regular file of ours alone, whatever stood at its name; nothing is written through a link."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from ansible_collections.mspplus.netsec.plugins.plugin_utils._srx.capture.file_device import CaptureFiles
from ansible_collections.mspplus.netsec.plugins.plugin_utils._srx.flow_sessions.file_device import SessionFile
from ansible_collections.mspplus.netsec.plugins.plugin_utils._transport.private_file import Refused, appended


def _append(path: Path) -> None:
    descriptor = appended(str(path))
    try:
        assert os.get_blocking(descriptor)
        os.write(descriptor, b"more\n")
    finally:
        os.close(descriptor)


def test_a_new_file_is_its_owners_only(tmp_path: Path) -> None:
    path = tmp_path / "log"
    old = os.umask(0)
    try:
        _append(path)
    finally:
        os.umask(old)
    assert path.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("mode", [0o644, 0o666, 0o660, 0o604, 0o400 | 0o200, 0o700])
def test_an_old_one_becomes_so(tmp_path: Path, mode: int) -> None:
    path = tmp_path / "log"
    path.write_text("before\n")
    path.chmod(mode)
    _append(path)
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.read_text() == "before\nmore\n"


@pytest.mark.parametrize("dangling", [False, True])
def test_a_link_is_refused_wherever_it_leads(tmp_path: Path, dangling: bool) -> None:
    path, other = tmp_path / "log", tmp_path / "other"
    path.symlink_to(other)
    if not dangling:
        other.write_text("theirs")
    with pytest.raises(Refused, match="symbolic link"):
        _append(path)
    assert not other.exists() if dangling else other.read_text() == "theirs"


def test_a_file_of_somebody_else_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "log"
    path.write_text("theirs")
    path.chmod(0o644)
    monkeypatch.setattr(os, "geteuid", lambda: os.getuid() + 1)
    with pytest.raises(Refused, match="another user"):
        _append(path)
    assert path.stat().st_mode & 0o777 == 0o644


def _second_name(path: Path) -> None:
    path.write_text("")
    os.link(path, path.with_name("second"))


@pytest.mark.parametrize(("make", "why"), [(_second_name, "hard link"), (os.mkfifo, "pipe")])
def test_what_is_no_plain_file_is_refused_at_once(tmp_path: Path, make: Callable[[Path], None], why: str) -> None:
    path = tmp_path / "log"
    make(path)
    with pytest.raises(Refused, match=why):
        _append(path)


def test_a_table_of_sessions_replaces_a_link_and_opens_no_file_to_others(tmp_path: Path) -> None:
    other, path = tmp_path / "other", tmp_path / "sessions.csv"
    other.write_text("theirs")
    path.symlink_to(other)
    with SessionFile(str(path)):
        pass
    assert other.read_text() == "theirs"
    assert not path.is_symlink()
    assert path.stat().st_mode & 0o777 == 0o600


def test_the_files_of_a_capture_do_so_too_and_hold_no_control_characters(tmp_path: Path) -> None:
    other, path = tmp_path / "other", tmp_path / "capture"
    other.write_text("theirs")
    (tmp_path / "capture.log").symlink_to(other)
    with CaptureFiles(str(path), "fw1\x1b") as files:
        assert files.line("a\x1b[2J\u202eb") == "a\x1b[2J\u202eb"
        files.finish({"packets": 1, "lines": 1, "filters": {"f\x07": 1}, "verdicts": {}, "reasons": {}})
    assert other.read_text() == "theirs"
    made = [tmp_path / f"capture{ending}" for ending in (".log", ".jsonl", ".txt")]
    assert [file.stat().st_mode & 0o777 for file in made] == [0o600] * 3
    assert not [file for file in made if file.is_symlink()]
    assert made[0].read_text() == "a [2J b\n"
    assert all(char.isprintable() or char == "\n" for char in made[2].read_text())
