# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The files of a capture: whole under their names, or not there; hostile text in them stays text."""

from __future__ import annotations

import json
import os
import resource
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.mspplus.netsec.plugins.plugin_utils._engine.failures import ApplyFailed
from ansible_collections.mspplus.netsec.plugins.plugin_utils._srx.capture.file_device import CaptureFiles, readable

SUMMARY: dict[str, Any] = {"packets": 1, "lines": 2, "filters": {"f": 1}, "verdicts": {"dropped": 1}, "reasons": {}}
NAMES = ["fw1.jsonl", "fw1.log", "fw1.txt"]


def write(dest: Path | str | None, lines: list[str], packets: list[dict[str, Any]]) -> CaptureFiles:
    with CaptureFiles(None if dest is None else str(dest), "fw1") as files:
        for line in lines:
            assert files.line(line) == line
        for packet in packets:
            files.packet(packet)
        files.finish(SUMMARY)
    return files


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


@contextmanager
def file_size(limit: int) -> Iterator[None]:
    """Files of this process may not grow beyond this: what a full disk does."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def test_three_files_hold_lines_packets_and_summary(tmp_path: Path) -> None:
    files = write(tmp_path / "fw1", ["one", "two"], [{"filter": "f"}])
    assert names(tmp_path) == NAMES
    assert (tmp_path / "fw1.log").read_bytes() == b"one\ntwo\n"
    assert (tmp_path / "fw1.jsonl").read_bytes() == b'{"filter": "f"}\n'
    assert (tmp_path / "fw1.txt").read_text(encoding="utf-8").startswith("fw1: 1 packets, 2 lines\n")
    assert {Path(path).name for path in files.about["files"].values()} == set(NAMES)


def test_only_the_user_reads_them(tmp_path: Path) -> None:
    """Addresses of customers stand in them."""
    write(tmp_path / "fw1", ["one"], [])
    assert {path.stat().st_mode & 0o777 for path in tmp_path.iterdir()} == {0o600}


def test_without_a_destination_nothing_is_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert write(None, ["one"], [{}]).about == {} and names(tmp_path) == []


def test_under_the_final_names_nothing_stands_before_the_end(tmp_path: Path) -> None:
    for name in NAMES:
        (tmp_path / name).write_text("older", encoding="utf-8")
    with CaptureFiles(str(tmp_path / "fw1"), "fw1") as files:
        files.line("new")
        files.finish(SUMMARY)
        assert {(tmp_path / name).read_text(encoding="utf-8") for name in NAMES} == {"older"}
    assert (tmp_path / "fw1.log").read_text(encoding="utf-8") == "new\n" and names(tmp_path) == NAMES


@pytest.mark.parametrize("error", [ApplyFailed("device"), KeyboardInterrupt(), SystemExit()])
def test_what_ends_early_leaves_the_older_files(tmp_path: Path, error: BaseException) -> None:
    (tmp_path / "fw1.log").write_text("older", encoding="utf-8")

    def interrupted(files: CaptureFiles) -> None:
        with files:
            files.line("new")
            raise error

    with pytest.raises(type(error)):
        interrupted(CaptureFiles(str(tmp_path / "fw1"), "fw1"))
    assert names(tmp_path) == ["fw1.log"] and (tmp_path / "fw1.log").read_text(encoding="utf-8") == "older"


@pytest.mark.parametrize("lines", [1, 5000])
def test_a_full_disk_leaves_the_older_files(tmp_path: Path, lines: int) -> None:
    """Noticed while writing, or only when the last bytes go out at the end."""
    (tmp_path / "fw1.jsonl").write_text("older", encoding="utf-8")
    with file_size(8), pytest.raises(ApplyFailed, match=r"fw1\.\* cannot be written: File too large\. Check dest"):
        write(tmp_path / "fw1", ["a line that is longer than that"] * lines, [])
    assert names(tmp_path) == ["fw1.jsonl"] and (tmp_path / "fw1.jsonl").read_text(encoding="utf-8") == "older"


def test_a_folder_that_does_not_exist_is_named(tmp_path: Path) -> None:
    with pytest.raises(
        ApplyFailed, match=r"cannot be written: No such file.*The folder .*nowhere is not there: create it"
    ):
        write(tmp_path / "nowhere" / "fw1", [], [])


def test_a_name_that_a_directory_has_is_refused_before_anything_is_captured(tmp_path: Path) -> None:
    """Else the capture would be lost at its end, when the third of the files cannot take its name."""
    (tmp_path / "fw1.txt").mkdir()
    with (
        pytest.raises(ApplyFailed, match="cannot be written: Is a directory"),
        CaptureFiles(str(tmp_path / "fw1"), "fw1"),
    ):
        pytest.fail("it began")
    assert names(tmp_path) == ["fw1.txt"]


@pytest.mark.parametrize("dest", ["captures/", ".", "captures/.."])
def test_a_destination_that_names_no_file_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, dest: str
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "captures").mkdir()
    with pytest.raises(ApplyFailed, match="not the beginning of a file name"):
        write(dest, [], [])
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


def test_a_destination_of_the_home_directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    write("~/fw1", ["one"], [])
    assert names(tmp_path) == NAMES


def test_a_link_is_replaced_and_its_target_stays(tmp_path: Path) -> None:
    (tmp_path / "precious").write_text("precious", encoding="utf-8")
    folder = tmp_path / "captures"
    folder.mkdir()
    os.symlink(tmp_path / "precious", folder / "fw1.log")
    write(folder / "fw1", ["one"], [])
    assert (tmp_path / "precious").read_text(encoding="utf-8") == "precious"
    assert (folder / "fw1.log").read_text(encoding="utf-8") == "one\n"


@given(
    lines=st.lists(st.text(st.characters(exclude_characters="\n"), max_size=30), max_size=5),
    reasons=st.dictionaries(st.text(max_size=20), st.integers(1, 9), max_size=4),
)
def test_hostile_text_never_raises_and_never_makes_more_lines(
    tmp_path_factory: pytest.TempPathFactory, lines: list[str], reasons: dict[str, int]
) -> None:
    folder = tmp_path_factory.mktemp("captures")
    packets = [{"reason": reason, "n": count} for reason, count in reasons.items()]
    summary = {**SUMMARY, "reasons": reasons}
    with CaptureFiles(str(folder / "fw1"), "fw1") as files:
        for line in lines:
            files.line(line)
        for packet in packets:
            files.packet(packet)
        files.finish(summary)
    assert (folder / "fw1.log").read_bytes().count(b"\n") == len(lines)
    read = [json.loads(line) for line in (folder / "fw1.jsonl").read_text(encoding="utf-8").splitlines()]
    assert [packet["n"] for packet in read] == list(reasons.values())
    text = (folder / "fw1.txt").read_text(encoding="utf-8")
    assert len(text.splitlines()) == len(readable("fw1", SUMMARY).splitlines()) + bool(reasons) + len(reasons)
    assert not any(ord(char) < 32 and char != "\n" for char in text)


def test_escape_sequences_of_a_device_reach_no_terminal() -> None:
    text = readable("fw1", {**SUMMARY, "filters": {"\x1b[2J": 1}, "reasons": {"a\rb\u2028c": 2}})
    assert "\x1b" not in text and "\r" not in text and "\u2028" not in text


def test_the_summary_shows_the_most_first() -> None:
    text = readable("fw1", {**SUMMARY, "reasons": {"b": 1, "a": 1, "c": 700}})
    assert text.endswith("reasons\n     700  c\n       1  a\n       1  b\n")
