# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The state folder: ours alone, and made when it is needed."""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.mspplus.netsec.plugins.plugin_utils._engine.controller import state_dir
from ansible_collections.mspplus.netsec.plugins.plugin_utils._engine.controller.state_dir import StateDir
from ansible_collections.mspplus.netsec.plugins.plugin_utils._engine.failures import ValidationFailed


def plain(value: Any) -> Any:
    return value


def mode(path: Path) -> int:
    return stat.S_IMODE(path.lstat().st_mode)


def refusal(path: Path, *, create: bool = True) -> str:
    with pytest.raises(ValidationFailed) as refused:
        StateDir(path).folder("guards", create=create)
    (problem,) = refused.value.problems
    assert problem.item == "netsec_state_dir" and problem.remedy
    return problem.message


def test_it_lies_beside_the_inventory_unless_a_variable_says_otherwise(tmp_path: Path) -> None:
    beside = {"inventory_dir": str(tmp_path / "acme")}
    assert StateDir.of(beside, plain).folder("guards", create=False) == tmp_path / "acme" / ".netsec_state" / "guards"
    named = {**beside, "netsec_state_dir": "{{ it }}"}
    assert StateDir.of(named, lambda value: value and str(tmp_path)).folder("x", create=False) == tmp_path / "x"


@pytest.mark.parametrize(
    "variables", [{}, {"inventory_dir": None}, {"netsec_state_dir": "state", "inventory_dir": "/x"}]
)
def test_a_place_that_depends_on_where_a_play_was_started_is_refused(variables: dict[str, Any]) -> None:
    with pytest.raises(ValidationFailed) as refused:
        StateDir.of(variables, plain)
    assert "netsec_state_dir" in str(refused.value) or "inventory_dir" in str(refused.value)


def test_it_is_made_for_its_owner_only_and_kept_out_of_git(tmp_path: Path) -> None:
    old = os.umask(0)
    try:
        folder = StateDir(tmp_path / "state").folder("guards", create=True)
    finally:
        os.umask(old)
    assert (mode(folder), mode(folder.parent), mode(folder.parent / ".gitignore")) == (0o700, 0o700, 0o600)
    assert (folder.parent / ".gitignore").read_text() == "*\n"
    assert StateDir(tmp_path / "state").folder("guards", create=True) == folder


def test_looking_makes_nothing(tmp_path: Path) -> None:
    assert not StateDir(tmp_path / "state").folder("guards", create=False).exists()
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("create", [True, False])
def test_a_folder_that_is_not_ours_alone_is_refused(
    tmp_path: Path, create: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "open").mkdir(mode=0o750)
    assert "open to other users" in refusal(tmp_path / "open", create=create)
    (tmp_path / "real").mkdir(mode=0o700)
    (tmp_path / "link").symlink_to(tmp_path / "real")
    assert "symbolic link" in refusal(tmp_path / "link", create=create)
    (tmp_path / "file").write_text("")
    assert "is no folder" in refusal(tmp_path / "file", create=create)
    (tmp_path / "state").mkdir(mode=0o700)
    (tmp_path / "state" / "guards").symlink_to(tmp_path / "real")
    assert "symbolic link" in refusal(tmp_path / "state", create=create)
    monkeypatch.setattr(state_dir.os, "geteuid", lambda: os.getuid() + 1)
    assert "belongs to another user" in refusal(tmp_path / "real", create=create)
    assert list((tmp_path / "real").iterdir()) == []


def test_a_folder_that_cannot_be_made_is_told(tmp_path: Path) -> None:
    assert "No such file or directory" in refusal(tmp_path / "nowhere" / "state")


def test_a_nul_is_refused_with_the_variable() -> None:
    with pytest.raises(ValidationFailed) as caught:
        StateDir.of({"netsec_state_dir": "/tmp/a\0b"}, lambda value: value)
    (problem,) = caught.value.problems
    assert "NUL" in problem.message and "netsec_state_dir" in problem.remedy


@pytest.mark.parametrize(
    ("number", "words"),
    [(errno.ENOSPC, "Free the disk"), (errno.EACCES, "lacks the permission"), (errno.ENOENT, "create it")],
)
def test_what_helps_depends_on_what_the_file_system_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int, words: str
) -> None:
    def failing(path: Path) -> None:
        raise OSError(number, os.strerror(number), str(path))

    monkeypatch.setattr(state_dir, "_make", failing)
    with pytest.raises(ValidationFailed) as caught:
        StateDir(tmp_path / "state").folder("guards", create=True)
    assert words in caught.value.problems[0].remedy
