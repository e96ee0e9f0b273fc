# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A device's words never move a cursor, begin a line, turn a text around, or carry a secret or a part of one."""

from __future__ import annotations

import html
import json
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.mspplus.netsec.plugins.plugin_utils._engine.problems import Problem
from ansible_collections.mspplus.netsec.plugins.plugin_utils._engine.waiting import Progress
from ansible_collections.mspplus.netsec.plugins.plugin_utils._engine.words.device_text import (
    LONGEST,
    MASK,
    clean,
    cut,
    escaped,
    flat,
    hiding,
    lines,
    masked,
    sanitised,
)

UNSEEN = [
    *map(chr, range(0x20)),
    *map(chr, range(0x7F, 0xA0)),
    *"\u2028\u2029\u200b\u200c\u200d\u2060\ufeff\u00ad\u061c\u180e\u200e\u200f\u034f\u115f\u3164\u2800\ufe0f",
    *map(chr, (*range(0x202A, 0x202F), *range(0x2066, 0x206A))),
    "\ud800",
    "\udfff",
    "\U000e0041",
    "\U000e0100",
]


@pytest.mark.parametrize("char", UNSEEN, ids=ascii)
def test_what_is_not_seen_becomes_a_blank(char: str) -> None:
    assert clean(f"a{char}b") == "a b"
    assert flat(f"a{char}b") == "a b"
    assert lines(f"a{char}b") == (f"a{char}b" if char in "\n\t" else "a b")
    assert char == "\n" or char not in escaped(f"a{char}b")


@given(st.text(max_size=3000))
def test_a_text_for_a_person_is_one_bounded_printable_line(text: str) -> None:
    line = clean(text)
    assert line.isprintable()
    assert len(line) <= LONGEST + 1
    assert clean(line) == line


@pytest.mark.parametrize(
    "said",
    [
        "no: pa  ss <w>&rd",
        "no: pa ss <w>&rd",
        "no: pa\r\n  ss <w>&rd",
        f"no: {json.dumps({'p': 'pa  ss <w>&rd'})}",
        f"no: {html.escape('pa  ss <w>&rd')}",
        f"no: {quote('pa  ss <w>&rd')}",
        f"no: {quote('pa  ss <w>&rd').lower()}",
        f"no: {quote('pa  ss <w>&rd').replace('%20', '+')}",
        "no: pa\x1b\x00 ss <w>&rd",
        "no: pa\u200b ss <w>&rd",
    ],
)
def test_a_secret_with_two_blanks_is_masked_however_it_comes_back(said: str) -> None:
    shown = clean(said, secrets=["pa  ss <w>&rd"])
    assert MASK in shown
    assert not {"ss", "%3Cw", "&lt;", "<w>"} & set(shown.split())
    assert "ss <w" not in shown
    assert "pa" not in shown


SECRET = "CANARY-0123456789"


@pytest.mark.parametrize("before", range(40))
def test_no_part_of_a_secret_is_left_at_the_edge_of_a_cut(before: int) -> None:
    text = "x" * (20 + before) + SECRET + "y" * 60
    for shown in (clean(text, 40, [SECRET]), cut(text, 40, [SECRET]), clean(" " * 9 * 40 + text, 40, [SECRET])):
        assert "CANA" not in shown
        assert not any(SECRET[start : start + 4] in shown for start in range(len(SECRET) - 3))


def test_a_text_that_is_not_cut_stays_as_it_is() -> None:
    assert cut("the canary", 40, ["canary"]) == "the canary"


def test_within_hiding_everything_is_masked_whoever_shows_it() -> None:
    secrets = ["first"]
    said: list[str] = []
    now = [0.0]
    progress = Progress("fw1", said.append, lambda: now[0])
    now[0] = 60.0
    with hiding(lambda: secrets):
        secrets.append("sec  ond")  # a session's own secrets come later
        progress("first, \x1b[2Jsec  ond\nand a line", 0.5)
        problem = Problem("R", "i  tem\x07", "first", "sec  ond", device_text="x" * 489 + " sec  ond and more")
        fields = problem.as_dict()
        shown = [*fields.values(), str(problem), masked("sec ond"), *said]
    assert said == [f"fw1: {MASK}, [2J{MASK} and a line (50%)"]
    assert fields["item"] == "i  tem "
    assert fields["device_text"] == "x" * 489 + f" {MASK} a…"
    assert not [text for text in shown if "first" in text or "sec" in text or not text.isprintable()]
    assert masked("first") == "first"


def test_free_text_is_looked_through_at_any_depth() -> None:
    value = {"a\x1b": ["x\x07\nsecret", {"b": ("secret", 5, None)}]}
    assert sanitised(value, ["secret"]) == {"a ": [f"x \n{MASK}", {"b": [MASK, 5, None]}]}


@pytest.mark.parametrize("secret", ["", " ", "\n"])
def test_nothing_is_no_secret(secret: str) -> None:
    assert clean("a b", secrets=[secret]) == "a b"
