# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The number of an error decides what helps against it."""

from __future__ import annotations

import errno
import os

import pytest

from ansible_collections.mspplus.netsec.plugins.plugin_utils._engine.failures import reason_of, remedy_of

PATH = "/srv/out/a.csv"


def remedy(number: int, **more: bool) -> str:
    return remedy_of(OSError(number, os.strerror(number), PATH), "dest", PATH, **more)


@pytest.mark.parametrize(
    ("number", "words"),
    [
        (errno.ENOSPC, "Free the disk that /srv/out is on"),
        (errno.EDQUOT, "quota on /srv/out"),
        (errno.ENOENT, "The folder /srv/out is not there: create it"),
        (errno.EACCES, "lacks the permission: grant it on /srv/out"),
        (errno.EPERM, "lacks the permission"),
        (errno.EROFS, "read-only"),
        (errno.ENOTDIR, "is a file and no folder"),
        (errno.EISDIR, "names a folder"),
        (errno.ENAMETOOLONG, "Shorten dest"),
        (errno.ELOOP, "symbolic link"),
        (errno.EMFILE, "ulimit -n"),
        (errno.EFBIG, "Check dest"),
    ],
)
def test_each_cause_has_its_own_remedy(number: int, words: str) -> None:
    assert words in remedy(number)
    assert ("Free the disk" in remedy(number)) == (number == errno.ENOSPC)


def test_a_file_that_is_to_be_read_is_not_there_and_its_folder_may_be() -> None:
    assert remedy(errno.ENOENT, to_read=True) == "There is no such file: correct dest."
    assert "grant it on /srv/out/a.csv" in remedy(errno.EACCES, to_read=True)


@pytest.mark.parametrize("number", sorted(errno.errorcode))
def test_every_error_has_a_sentence_with_the_option_or_what_to_change(number: int) -> None:
    assert remedy(number).endswith(".") and "{" not in remedy(number)


def test_an_error_without_a_number_is_shown_in_its_own_words() -> None:
    error = OSError("odd")
    assert (reason_of(error), remedy_of(error, "dest", "a.csv")) == ("odd", "Check dest.")
