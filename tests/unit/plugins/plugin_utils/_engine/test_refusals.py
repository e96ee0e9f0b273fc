# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A table of refusals: which row counts, which line is told."""

from __future__ import annotations

import re

import pytest

from ansible_collections.mspplus.netsec.plugins.plugin_utils._engine.refusals import Match, Refusal, Refusals

TABLE = Refusals(
    [
        Refusal(re.compile(r"^no: locked", re.MULTILINE), "another session holds it", "Wait."),
        Refusal(re.compile(r"^no: (?:locked|denied)", re.MULTILINE), "this user may not", "Ask."),
    ],
    re.compile(r"^no:|^\s*\^\s*\nwhat", re.MULTILINE),
)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            "no: locked by x",
            Match("no: locked by x", "another session holds it", "Wait."),
        ),  # the first row that matches
        ("a\nno: denied \nb", Match("no: denied", "this user may not", "Ask.")),
        (
            "no: space\nno: denied",
            Match("no: denied", "this user may not", "Ask."),
        ),  # a row knows more than the pattern
        ("no: space\nno: more", Match("no: space", "", "")),
        ("  ^\nwhat is that\n", Match("what is that", "", "")),  # the line in which the match ends
        ("yes, no: nothing", None),
        ("", None),
    ],
)
def test_a_row_counts_before_the_general_pattern_and_the_whole_line_is_told(text: str, said: Match | None) -> None:
    assert TABLE.find(text) == said
