# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What an error page of a web server says to a person."""

from __future__ import annotations

import time

import pytest

from ansible_collections.mspplus.netsec.plugins.plugin_utils._transport.rest.files import _words


def test_the_words_of_a_page_are_shown_without_its_tags() -> None:
    page = b"<!DOCTYPE html><head><title>x</title></head><style>p {}</style><p>Not <b>found</b>,\n sorry</p>"
    assert _words(page) == "Not found , sorry"


@pytest.mark.parametrize("tag", [b"<", b"<a", b"<style", b"<head "])
def test_a_page_of_tags_that_never_end_takes_no_time(tag: bytes) -> None:
    began = time.process_time()
    assert len(_words(tag * 100_000)) < 400
    assert time.process_time() - began < 0.6
