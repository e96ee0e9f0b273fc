# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The file of an image on the controller: what is wrong with it, and what helps."""

from __future__ import annotations

import errno
import os
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.mspplus.netsec.plugins.plugin_utils._engine.failures import ValidationFailed
from ansible_collections.mspplus.netsec.plugins.plugin_utils._engine.problems import Problem
from ansible_collections.mspplus.netsec.plugins.plugin_utils._sdwan.firewall_image import device
from ansible_collections.mspplus.netsec.plugins.plugin_utils._sdwan.firewall_image.device import local_file, summed


def refused(path: Path) -> Problem:
    with pytest.raises(ValidationFailed) as caught:
        local_file(str(path))
    (problem,) = caught.value.problems
    assert (problem.rule, problem.item) == ("H28", "src")
    return problem


def test_h28_a_file_that_is_not_there_and_a_path_that_leads_through_a_file(tmp_path: Path) -> None:
    assert "There is no such file: correct src" in refused(tmp_path / "gone" / "pan.qcow2").remedy
    (tmp_path / "file").write_bytes(b"x")
    assert "is a file and no folder" in refused(tmp_path / "file" / "pan.qcow2").remedy
    assert "Shorten src" in refused(tmp_path / ("x" * 300)).remedy


def test_h28_a_folder_and_an_empty_file(tmp_path: Path) -> None:
    assert "names a folder: name a file" in refused(tmp_path).remedy
    (tmp_path / "empty").touch()
    assert "it is empty" in refused(tmp_path / "empty").message


@pytest.mark.parametrize(
    ("number", "words"), [(errno.EACCES, "lacks the permission"), (errno.EIO, "disk reports an error")]
)
def test_h28_what_helps_depends_on_the_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int, words: str
) -> None:
    """Tests may run as root, for whom no permission is missing, so the error is given."""
    image = tmp_path / "pan.qcow2"
    image.write_bytes(b"x")
    whole = local_file(str(image))

    def failing(*_arguments: Any) -> Any:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(device, "open", failing, raising=False)
    assert words in refused(image).remedy
    with pytest.raises(ValidationFailed, match=os.strerror(number)) as caught:
        summed(whole, lambda what, share: None)
    assert words in caught.value.problems[0].remedy
