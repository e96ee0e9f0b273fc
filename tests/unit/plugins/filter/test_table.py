# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Rows -> lines, of which each is a line wherever it is shown."""

from __future__ import annotations

from typing import Any

import pytest
from ansible.errors import AnsibleFilterError
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.mspplus.netsec.plugins.filter.table import table


def test_columns_are_as_wide_as_their_widest_cell() -> None:
    assert table([["fw1", 500, None], ["firewall2", 1, "x"]], ["host", "sessions", "more"]) == [
        "HOST       SESSIONS  MORE",
        "fw1        500       -",
        "firewall2  1         x",
    ]
    assert table([], ["host"]) == []


@given(st.lists(st.lists(st.text(), min_size=2, max_size=2), max_size=4))
def test_a_row_is_one_printable_line(rows: list[list[str]]) -> None:
    lines = table(rows, ["one", "two"])
    assert len(lines) == (len(rows) + 1 if rows else 0)
    assert all(len(line.splitlines()) == 1 and line.isprintable() for line in lines)


@pytest.mark.parametrize(
    ("rows", "titles"), [("ab", ["x"]), ([["a"]], ["x", "y"]), (["ab"], ["x"]), ([[1]], "x"), (None, ["x"])]
)
def test_anything_else_is_refused(rows: Any, titles: Any) -> None:
    with pytest.raises(AnsibleFilterError, match="table"):
        table(rows, titles)
