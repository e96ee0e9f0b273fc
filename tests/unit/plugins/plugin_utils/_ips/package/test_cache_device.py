# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The cache of packages: hand-placed files, refused ones, runs at once."""

from __future__ import annotations

import errno
import fcntl
import hashlib
import json
import multiprocessing
import os
import time
from pathlib import Path
from typing import IO

import pytest

from ansible_collections.mspplus.netsec.plugins.plugin_utils._engine.failures import ApplyFailed
from ansible_collections.mspplus.netsec.plugins.plugin_utils._ips.package.cache_device import INDEX, Cache
from ansible_collections.mspplus.netsec.plugins.plugin_utils._ips.packages import Package, parse_package

NAME = "IPS-sig-S734-req-E4.pkg"
DATA = b"package" * 1000


def package(name: str = NAME) -> Package:
    found = parse_package(name)
    assert found is not None
    return found


def place(folder: Path, name: str, data: bytes = DATA) -> Path:
    folder.mkdir(exist_ok=True)
    (folder / name).write_bytes(data)
    return folder / name


def test_a_cache_that_is_not_there_is_empty_and_a_look_makes_nothing(tmp_path: Path) -> None:
    assert Cache(tmp_path / "cache").look().stock == {}
    assert list(tmp_path.iterdir()) == []


def test_a_file_that_was_placed_by_hand_is_taken(tmp_path: Path) -> None:
    place(tmp_path, NAME)
    contents = Cache(tmp_path).look()
    assert contents.stock[NAME].sha256 == hashlib.sha256(DATA).hexdigest()
    assert contents.sources == {NAME: "hand"}
    assert [path.name for path in tmp_path.iterdir()] == [NAME]  # looking writes nothing


@pytest.mark.parametrize(
    ("name", "data", "beside", "reason"),
    [
        (NAME, b"", {}, "it is empty"),
        (NAME, b"\n<!DOCTYPE html><title>Log in</title>", {}, "HTML page"),
        (f"{NAME}.part", DATA, {}, "did not end"),
        ("IPS-sig-S734-req-E4.pkg.crdownload", DATA, {}, "did not end"),
        ("IPS-sig-S734-req-E4 (1).pkg", DATA, {}, "not the name of a package"),
        ("IPS-sig-S734-req-E4", DATA, {}, "not the name of a package"),
        (NAME, DATA, {"SHA256SUMS": f"{'ab' * 32}  {NAME}\n"}, "must be abab"),
        (NAME, DATA, {"IPS-sig-S734-req-E4.json": json.dumps({"sha256": "cd" * 32})}, "must be cdcd"),
        (NAME, DATA[:-1], {"IPS-sig-S734-req-E4.json": json.dumps({"size": len(DATA)})}, "must have 7000"),
    ],
)
def test_what_is_no_whole_package_is_refused_by_name(
    tmp_path: Path, name: str, data: bytes, beside: dict[str, str], reason: str
) -> None:
    place(tmp_path, name, data)
    for other, text in beside.items():
        (tmp_path / other).write_text(text)
    contents = Cache(tmp_path).look()
    assert contents.stock == {}
    assert [each.file for each in contents.refused] == [name]
    assert reason in contents.refused[0].reason


def test_a_right_checksum_beside_it_is_no_reason(tmp_path: Path) -> None:
    place(tmp_path, NAME)
    (tmp_path / "SHA256SUMS").write_text(f"{hashlib.sha256(DATA).hexdigest()} *{NAME}\n")
    (tmp_path / "readme").write_text("anything")
    contents = Cache(tmp_path).look()
    assert list(contents.stock) == [NAME]
    assert contents.refused == ()


def test_a_second_look_reads_no_file_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = place(tmp_path, NAME)
    Cache(tmp_path).keep(Cache(tmp_path).look())
    stamp = path.stat()
    path.write_bytes(DATA[::-1])
    os.utime(path, ns=(stamp.st_atime_ns, stamp.st_mtime_ns))  # looks as before, so its old checksum is still told
    assert Cache(tmp_path).look().stock[NAME].sha256 == hashlib.sha256(DATA).hexdigest()


@pytest.mark.parametrize(
    "text", ["", "{", "[]", '{"files": 3}', '{"files": {"IPS-sig-S734-req-E4.pkg": {"size": "x"}}}']
)
def test_a_spoilt_index_is_made_again(tmp_path: Path, text: str) -> None:
    place(tmp_path, NAME)
    (tmp_path / INDEX).write_text(text)
    cache = Cache(tmp_path)
    cache.keep(cache.look())
    assert json.loads((tmp_path / INDEX).read_text())["files"][NAME]["sha256"] == hashlib.sha256(DATA).hexdigest()


def test_a_download_that_was_changed_since_is_refused(tmp_path: Path) -> None:
    cache = Cache(tmp_path)
    with cache.adding(package(), 1.0) as file:
        assert file is not None
        file.write(DATA)
    cache.note(package(), "server", hashlib.sha256(DATA).hexdigest())
    assert cache.look().sources == {NAME: "server"}
    (tmp_path / NAME).write_bytes(b"another one")
    assert "changed since" in cache.look().refused[0].reason


def test_a_download_that_fails_leaves_nothing(tmp_path: Path) -> None:
    def broken(file: IO[bytes] | None) -> None:
        assert file is not None
        file.write(DATA)
        raise ValueError("broken")

    cache = Cache(tmp_path)
    with pytest.raises(ValueError, match="broken"), cache.adding(package(), 1.0) as file:
        broken(file)
    assert cache.look().stock == {}
    assert [path for path in tmp_path.iterdir() if path.suffix == ".part"] == []


def test_what_a_killed_run_left_is_removed_by_the_next_download(tmp_path: Path) -> None:
    place(tmp_path, f".{NAME}.4711.part")
    with Cache(tmp_path).adding(package(), 1.0) as file:
        assert file is not None
        file.write(DATA)
    assert [path.name for path in tmp_path.iterdir() if path.suffix == ".part"] == []


def test_a_full_disk_is_told_and_leaves_nothing(tmp_path: Path) -> None:
    def full() -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), NAME)

    with pytest.raises(ApplyFailed, match="No space left"), Cache(tmp_path).adding(package(), 1.0):
        full()
    assert Cache(tmp_path).look().stock == {}


def test_a_file_system_without_locks_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def flock(_number: int, _how: int) -> None:
        raise OSError(errno.ENOLCK, os.strerror(errno.ENOLCK))

    cache = Cache(tmp_path)
    place(tmp_path, NAME)
    contents = cache.look()
    monkeypatch.setattr(fcntl, "flock", flock)
    with pytest.raises(ApplyFailed, match=r"\.lock: No locks available\. Check the folder"):
        cache.keep(contents)


def _download(folder: Path, results: multiprocessing.Queue[bool]) -> None:
    with Cache(folder).adding(package(), 30.0) as file:
        if file is not None:
            file.write(DATA)
            time.sleep(0.2)
    results.put(file is not None)


def test_of_runs_at_once_one_downloads_and_the_others_wait(tmp_path: Path) -> None:
    results: multiprocessing.Queue[bool] = multiprocessing.Queue()
    runs = [multiprocessing.Process(target=_download, args=(tmp_path, results)) for _run in range(6)]
    for run in runs:
        run.start()
    outcomes = [results.get(timeout=60) for _run in runs]
    for run in runs:
        run.join(60)
    assert sorted(outcomes) == [False] * 5 + [True]
    assert (tmp_path / NAME).read_bytes() == DATA


def test_another_run_that_hangs_ends_in_a_bounded_wait(tmp_path: Path) -> None:
    cache = Cache(tmp_path)
    with cache.adding(package(), 1.0) as file:
        assert file is not None
        with pytest.raises(ApplyFailed, match="another run has held"), Cache(tmp_path).adding(package(), 0.3):
            pass


def _note(folder: Path, level: int) -> None:
    cache = Cache(folder)
    each = package(f"IPS-sig-S{level}-req-E4.pkg")
    with cache.adding(each, 30.0) as file:
        if file is not None:
            file.write(DATA)
    cache.note(each, "server", hashlib.sha256(DATA).hexdigest())


def test_no_entry_of_the_index_is_lost_between_processes(tmp_path: Path) -> None:
    runs = [multiprocessing.Process(target=_note, args=(tmp_path, level)) for level in range(700, 716)]
    for run in runs:
        run.start()
    for run in runs:
        run.join(60)
    assert len(json.loads((tmp_path / INDEX).read_text())["files"]) == 16


def test_a_look_during_a_download_of_another_run_does_not_make_it_a_file_by_hand(tmp_path: Path) -> None:
    mine, other = Cache(tmp_path), Cache(tmp_path)
    with other.adding(package(), 5.0) as file:
        assert file is not None
        file.write(DATA)
    seen = mine.look()  # before the other run noted where it is from
    other.note(package(), "server", hashlib.sha256(DATA).hexdigest())
    mine.keep(seen)
    assert mine.look().sources == {NAME: "server"}
    (tmp_path / NAME).write_bytes(DATA + b"changed")
    assert "changed since" in mine.look().refused[0].reason


def test_what_a_look_found_of_an_older_file_is_not_kept_about_a_newer_one(tmp_path: Path) -> None:
    place(tmp_path, NAME, b"older")
    mine, other = Cache(tmp_path), Cache(tmp_path)
    seen = mine.look()
    (tmp_path / NAME).unlink()
    with other.adding(package(), 5.0) as file:
        assert file is not None
        file.write(DATA)
    other.note(package(), "server", hashlib.sha256(DATA).hexdigest())
    mine.keep(seen)
    assert mine.look().stock[NAME].sha256 == hashlib.sha256(DATA).hexdigest()
    assert mine.look().sources == {NAME: "server"}
