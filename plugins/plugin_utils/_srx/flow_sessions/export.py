# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Sessions as rows of a file: JSON Lines or CSV, chosen by its name. Pure: writing is session_file_device's."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from typing import Any, Literal

from .model import SESSION, WING, Raw, session

Layout = Literal["jsonl", "csv"]

# What a table has room for, in its order. Further elements that a release prints are in JSON Lines only.
COLUMNS = (
    "node", "fpc_pic",
    *(name for row in SESSION for name in ((row.key, "policy_index") if row.key == "policy" else (row.key,))),
    *(f"{side}_{row.key}" for side in ("in", "out") for row in WING),
    "nat_applied", "nat_source", "nat_source_port", "nat_destination", "nat_destination_port",
)  # fmt: skip
# A spreadsheet takes these for the start of a formula, and names come from a device.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def layout(name: str) -> tuple[Layout, bool]:
    """How a file of this name is written, and whether compressed. Raises ValueError, whose text says what there is.

    >>> layout("/tmp/edge1.csv.gz")
    ('csv', True)
    """
    packed = name.endswith(".gz")
    stem = name.removesuffix(".gz")
    if stem.endswith(".jsonl"):
        return "jsonl", packed
    if stem.endswith(".csv"):
        return "csv", packed
    raise ValueError(f"{name!r} ends neither in .jsonl nor in .csv, nor in one of them and .gz")


def header(kind: Layout) -> str:
    return _csv(list(COLUMNS)) if kind == "csv" else ""


def writer(kind: Layout) -> Callable[[Raw], str]:
    """What makes one row, with its line end, of a raw session."""
    return _csv_row if kind == "csv" else _json_row


def flat(session: dict[str, Any]) -> dict[str, Any]:
    """A session by COLUMNS."""
    found = {key: value for key, value in session.items() if not isinstance(value, dict)}
    for prefix in ("in", "out", "nat"):
        found |= {f"{prefix}_{key}": value for key, value in (session.get(prefix) or {}).items()}
    return {key: found.get(key) for key in COLUMNS}


def _json_row(raw: Raw) -> str:
    return json.dumps(session(raw), ensure_ascii=True, separators=(",", ":")) + "\n"


def _csv_row(raw: Raw) -> str:
    return _csv([_cell(value) for value in flat(session(raw)).values()])


def _cell(value: Any) -> Any:
    if isinstance(value, str) and value.startswith(_FORMULA):
        return f"'{value}"
    return value


def _csv(cells: list[Any]) -> str:
    buffer = io.StringIO()
    csv.writer(buffer, lineterminator="\n").writerow(cells)
    return buffer.getvalue()
