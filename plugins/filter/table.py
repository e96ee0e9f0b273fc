# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Rows -> the lines of a table."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from ansible.errors import AnsibleFilterError

from ansible_collections.mspplus.netsec.plugins.plugin_utils._engine.controller.supported import on_call, tried

with tried():
    from ansible_collections.mspplus.netsec.plugins.plugin_utils._engine.words.device_text import clean

DOCUMENTATION = r"""
name: table
short_description: Lines of a table with columns of equal width
version_added: 1.3.0
description:
  - Gives a list of lines, so that a task such as M(ansible.builtin.debug) shows a table with every callback, whether it prints JSON or YAML.
  - Cells are texts of devices, too - what would start a line or move the cursor of a terminal becomes a blank. An empty cell is C(-).
  - YAML breaks a line at a single blank behind its 80th character, so texts of several words belong into the first columns.
author:
  - mspplus.netsec authors (@mspplus)
positional: _input, titles
options:
  _input:
    description: The rows, each a list of cells.
    type: list
    elements: list
    required: true
  titles:
    description: The titles of the columns. They are shown in capitals.
    type: list
    elements: str
    required: true
"""

EXAMPLES = r"""
- name: Who has how many sessions
  ansible.builtin.debug:
    msg: "{{ [['fw1', 500], ['fw2', 12]] | mspplus.netsec.table(['host', 'sessions']) }}"
"""

RETURN = r"""
_value:
  description: The lines, the titles first. Empty where there is no row.
  type: list
  elements: str
  sample: ["HOST  SESSIONS", "fw1   500", "fw2   12"]
"""

LONGEST_CELL = 200


def table(rows: Any, titles: Any) -> list[str]:
    """Raises AnsibleFilterError on anything but rows of as many cells as there are titles."""
    if not _is_list(rows) or not all(_is_list(row) for row in rows) or not _is_list(titles):
        raise AnsibleFilterError("table needs a list of rows, each a list of cells, and a list of titles")
    if any(len(row) != len(titles) for row in rows):
        raise AnsibleFilterError(f"table has {len(titles)} titles, and a row with another number of cells")
    if not rows:
        return []
    lines = [[str(title).upper() for title in titles], *([_cell(value) for value in row] for row in rows)]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    return ["  ".join(map(str.ljust, line, widths)).rstrip() for line in lines]


def _cell(value: Any) -> str:
    return clean("" if value is None else value, LONGEST_CELL).strip() or "-"


def _is_list(value: Any) -> bool:
    return isinstance(value, Sequence) and not isinstance(value, str | bytes)


class FilterModule:
    """Filters of this file."""

    def filters(self) -> dict[str, Callable[..., Any]]:
        return on_call({"table": table})
