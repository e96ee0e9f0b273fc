# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Files that runs share: whole or not at all, and one writer at a time. Processes and locks are real ones."""

from __future__ import annotations

import errno
import os
import stat
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.mspplus.netsec.plugins.plugin_utils._engine.controller import files
from ansible_collections.mspplus.netsec.plugins.plugin_utils._engine.controller.files import (
    PRIVATE,
    SHARED,
    StillLocked,
    lock,
    lock_file,
    locked,
    read,
    whole,
    write,
)

ROOT = Path(__file__).parents[6]
FULL = OSError(errno.ENOSPC, "No space left on device")
BEGIN = """
import os, pathlib, sys
from ansible_collections.mspplus.netsec.plugins.plugin_utils._engine.controller import files

path = pathlib.Path(sys.argv[1])
"""
HOLDER = """
with files.locked(files.lock_file(path), 5):
    print("ready", flush=True)
    sys.stdin.read()
"""
HALFWAY = """
with files.whole(path, path.with_name(".part")) as file:
    file.write(b"half")
    file.flush()
    print("ready", flush=True)
    sys.stdin.read()
"""
COUNTER = """
for _ in range(50):
    with files.locked(files.lock_file(path.with_name(".lock")), 30, pause=0.001):
        files.write(path, str(int(files.read(path)) + 1))
"""
REWRITER = """
print("ready", flush=True)
for number in range(200):
    files.write(path, str(number % 10) * 200_000)
"""


def process(code: str, path: Path) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", BEGIN + code, str(path)],
        env={"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT / "build" / "collections")},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


@contextmanager
def running(code: str, path: Path) -> Iterator[subprocess.Popen[str]]:
    """Another process that has come to its "ready"; killed at the end of the block."""
    other = process(code, path)
    try:
        assert other.stdout is not None
        assert other.stdout.readline() == "ready\n"
        yield other
    finally:
        other.kill()
        other.communicate()


@pytest.fixture
def umask() -> Iterator[Callable[[int], int]]:
    old = os.umask(0o022)
    yield os.umask
    os.umask(old)


def mode(path: Path) -> int:
    return stat.S_IMODE(path.lstat().st_mode)


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def fails(monkeypatch: pytest.MonkeyPatch, error: OSError, when: Callable[[int], bool] = lambda _mode: True) -> None:
    """os.fsync fails for what has such a mode."""
    sync = os.fsync

    def fsync(number: int) -> None:
        if when(os.fstat(number).st_mode):
            raise error
        sync(number)

    monkeypatch.setattr(os, "fsync", fsync)


# -- contents ---------------------------------------------------------------------------------------------------------


def test_what_is_written_is_read_and_nothing_else_is_left(tmp_path: Path) -> None:
    path = tmp_path / "record.json"
    assert read(path) == ""
    for text in ("old", "new: ä\r\n", ""):
        write(path, text)
        assert path.read_bytes() == text.encode()
    assert names(tmp_path) == ["record.json"]


def test_no_more_is_read_than_asked_for(tmp_path: Path) -> None:
    write(tmp_path / "record.json", "abcdef")
    assert read(tmp_path / "record.json", 4) == "abcd"


@pytest.mark.parametrize(
    ("asked", "mask", "found"),
    [(PRIVATE, 0, 0o600), (SHARED, 0o022, 0o644), (SHARED, 0o002, 0o664), (SHARED, 0o077, 0o600)],
)
def test_a_file_is_private_or_as_the_umask_says_and_never_wider(
    tmp_path: Path, umask: Callable[[int], int], asked: int, mask: int, found: int
) -> None:
    umask(mask)
    path = tmp_path / "file"
    path.write_text("old")
    path.chmod(0o777)
    with whole(path, tmp_path / ".part", asked) as file:
        assert mode(tmp_path / ".part") == found, "while it is written"
        file.write(b"new")
    assert (mode(path), path.read_text()) == (found, "new")
    write(path, "by default")
    assert mode(path) == 0o600


def test_a_disk_that_is_full_leaves_what_was_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "record.json"
    write(path, "old")
    fails(monkeypatch, FULL)
    with pytest.raises(OSError, match="No space left"):
        write(path, "new")
    assert read(path) == "old" and names(tmp_path) == ["record.json"]


def test_a_block_that_fails_leaves_what_was_there(tmp_path: Path) -> None:
    path = tmp_path / "package"
    write(path, "old")
    with suppress(KeyboardInterrupt), whole(path, tmp_path / ".part") as file:
        file.write(b"half")
        raise KeyboardInterrupt
    assert read(path) == "old" and names(tmp_path) == ["package"]


def test_what_cannot_be_encoded_leaves_what_was_there(tmp_path: Path) -> None:
    write(tmp_path / "record.json", "old")
    with pytest.raises(UnicodeEncodeError):
        write(tmp_path / "record.json", "\ud800")
    assert read(tmp_path / "record.json") == "old" and names(tmp_path) == ["record.json"]


def test_a_part_of_another_is_neither_overwritten_nor_removed(tmp_path: Path) -> None:
    (tmp_path / "theirs").write_text("precious")
    (tmp_path / ".part").symlink_to(tmp_path / "theirs")
    with pytest.raises(FileExistsError), whole(tmp_path / "package", tmp_path / ".part"):
        pytest.fail("it was opened")
    assert names(tmp_path) == [".part", "theirs"] and (tmp_path / "theirs").read_text() == "precious"


def test_the_content_is_on_the_disk_before_the_name_and_then_the_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    steps: list[str] = []
    sync, rename = os.fsync, os.replace

    def fsync(number: int) -> None:
        steps.append("folder" if stat.S_ISDIR(os.fstat(number).st_mode) else f"{os.fstat(number).st_size} bytes")
        sync(number)

    def replace(old: Path, new: Path) -> None:
        steps.append(f"named {new.name}")
        rename(old, new)

    monkeypatch.setattr(os, "fsync", fsync)
    monkeypatch.setattr(os, "replace", replace)
    write(tmp_path / "record.json", "12345")
    assert steps == ["5 bytes", "named record.json", "folder"]


def test_a_file_system_that_syncs_no_folder_is_good_enough(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fails(monkeypatch, OSError(errno.EINVAL, "Invalid argument"), stat.S_ISDIR)
    write(tmp_path / "record.json", "new")
    assert read(tmp_path / "record.json") == "new"
    fails(monkeypatch, OSError(errno.EIO, "Input/output error"), stat.S_ISDIR)
    with pytest.raises(OSError, match="Input/output"):
        write(tmp_path / "record.json", "newer")


def test_no_symbolic_link_is_followed_to_read_to_write_or_to_lock(tmp_path: Path) -> None:
    path = tmp_path / "record.json"
    (tmp_path / "theirs").write_text("precious")
    path.symlink_to(tmp_path / "theirs")
    for follow in (read, lock_file):
        with pytest.raises(OSError, match="symbolic links"):
            follow(path)
    write(path, "ours")
    assert (tmp_path / "theirs").read_text() == "precious" and read(path) == "ours"


@pytest.mark.parametrize("name", ["x" * 255, "\N{GRINNING FACE}" * 63, ".index.json"])
def test_every_name_that_a_file_can_have_can_be_written(tmp_path: Path, name: str) -> None:
    write(tmp_path / name, "new")
    assert names(tmp_path) == [name]


def test_a_writer_that_is_killed_halfway_leaves_what_was_there(tmp_path: Path) -> None:
    path = tmp_path / "record.json"
    write(path, "old")
    with running(HALFWAY, path):
        assert read(path) == "old"
    assert read(path) == "old" and (tmp_path / ".part").read_text() == "half"


def test_who_reads_meanwhile_sees_a_whole_file(tmp_path: Path) -> None:
    path = tmp_path / "record.json"
    write(path, "x" * 200_000)
    seen = set()
    with running(REWRITER, path) as writer:
        while writer.poll() is None:
            text = read(path)
            assert len(text) == 200_000 and len(set(text)) == 1
            seen.add(text[0])
    assert len(seen) > 1, "nothing was written meanwhile"


# -- locks ------------------------------------------------------------------------------------------------------------


def test_processes_at_once_lose_no_change(tmp_path: Path) -> None:
    write(tmp_path / "count", "0")
    others = [process(COUNTER, tmp_path / "count") for _count in range(4)]
    for other in others:
        assert other.communicate(timeout=60) == ("", "")
    assert read(tmp_path / "count") == "200" and names(tmp_path) == [".lock", "count"]


def test_a_lock_that_is_held_ends_the_wait_and_a_killed_holder_frees_it(tmp_path: Path) -> None:
    path = tmp_path / ".lock"
    told: list[float] = []
    with running(HOLDER, path):
        began = time.monotonic()
        with (
            pytest.raises(StillLocked),
            locked(lock_file(path), 0.3, lambda: told.append(time.monotonic() - began), pause=0.05),
        ):
            pytest.fail("two at once")
        assert 0.3 <= time.monotonic() - began < 5
        assert 2 <= len(told) <= 8 and told == sorted(told), "while it waits, and no more often than it looks"
    with locked(lock_file(path), 0.3, lambda: pytest.fail("it waited")):
        assert path.is_file()


def test_the_descriptor_is_closed_however_the_block_ended(tmp_path: Path) -> None:
    def is_open(number: int) -> bool:
        try:
            os.fstat(number)
        except OSError:
            return False
        return True

    holder, second = lock_file(tmp_path / ".lock"), lock_file(tmp_path / ".lock")
    with suppress(KeyError), locked(holder, 0):
        with pytest.raises(StillLocked), locked(second, 0, pause=0.01):
            pytest.fail("two at once")
        assert is_open(holder) and not is_open(second)
        raise KeyError
    assert not is_open(holder)


def test_who_only_looks_shares_the_lock(tmp_path: Path) -> None:
    first, second, third = (lock_file(tmp_path / ".lock") for _opened in range(3))
    try:
        lock(first, 0, shared=True)
        lock(second, 0, shared=True)
        with pytest.raises(StillLocked):
            lock(third, 0, pause=0.01)
    finally:
        for number in (first, second, third):
            os.close(number)


def test_a_folder_is_locked_without_a_file_in_it(tmp_path: Path) -> None:
    def opened() -> int:
        return os.open(tmp_path, os.O_RDONLY | os.O_DIRECTORY)

    with locked(opened(), 0), pytest.raises(StillLocked), locked(opened(), 0, pause=0.01):
        pytest.fail("two at once")
    assert names(tmp_path) == []


def test_a_lock_is_for_its_owner_only_unless_asked_otherwise(tmp_path: Path, umask: Callable[[int], int]) -> None:
    umask(0)
    for number in (lock_file(tmp_path / "a"), lock_file(tmp_path / "b", 0o644)):
        assert not os.get_inheritable(number), "a program that is started must not keep it"
        os.close(number)
    assert (mode(tmp_path / "a"), mode(tmp_path / "b")) == (0o600, 0o644)


def test_a_file_system_without_locks_is_told_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def flock(_number: int, _how: Any) -> None:
        raise OSError(errno.ENOLCK, "No locks available")

    monkeypatch.setattr(files.fcntl, "flock", flock)
    with pytest.raises(OSError, match="No locks"), locked(lock_file(tmp_path / ".lock"), 60):
        pytest.fail("it was not locked")
