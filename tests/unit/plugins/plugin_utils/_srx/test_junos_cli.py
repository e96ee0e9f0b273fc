# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What may be typed into Junos, and what belongs to its prompt."""

from __future__ import annotations

import shlex

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.mspplus.netsec.plugins.plugin_utils._srx.junos_cli import (
    by_node,
    role_of,
    without_banners,
    word,
)

typable = st.characters(min_codepoint=32, max_codepoint=126, exclude_characters='?"\\')


@given(st.text(typable, min_size=1, max_size=40))
def test_a_word_is_read_back_as_it_was(text: str) -> None:
    assert shlex.split(word(text)) == [text]


@given(st.text(typable, max_size=9), st.characters().filter(lambda char: char in '?"\\' or not " " <= char <= "~"))
def test_one_character_that_cannot_be_typed_is_enough(text: str, char: str) -> None:
    with pytest.raises(ValueError, match="cannot be typed"):
        word(text + char)


@pytest.mark.parametrize("text", ["", "a\nb", "what?", 'say "x"', "back\\slash", "caf\u00e9", "\x15"])
def test_what_cannot_be_typed_never_leaves(text: str) -> None:
    with pytest.raises(ValueError, match=r"empty|cannot be typed"):
        word(text)


def test_the_lines_of_the_next_prompt_are_no_answer() -> None:
    assert without_banners("Total sessions: 1\n\n{primary:node0}") == "Total sessions: 1"
    assert without_banners("commit complete\n\n{secondary:node1}[edit security flow]") == "commit complete"
    assert without_banners("commit complete\n\n[edit]") == "commit complete"
    assert without_banners("[edit security]\n+ x;\n\n[edit]") == "[edit security]\n+ x;"
    assert without_banners("a {b}\n") == "a {b}"


def test_the_role_in_a_cluster_comes_from_the_prompt() -> None:
    assert role_of("text\n\n{secondary:node1}") == ("secondary", "node1")
    assert role_of("{primary:node0}[edit]") == ("primary", "node0")
    assert role_of("{master:0}") == ("", "")
    assert role_of("no banner") == ("", "")


def test_a_cluster_answers_by_node() -> None:
    dashes = "-" * 74
    text = f"node0:\n{dashes}\nTotal: 1\n\nnode1:\n{dashes}\nTotal: 2\n"
    assert by_node(text) == [("node0", "Total: 1"), ("node1", "Total: 2")]
    assert by_node("Total: 3\n") == [("", "Total: 3\n")]
