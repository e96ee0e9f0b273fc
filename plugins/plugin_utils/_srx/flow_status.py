# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""`show security flow status` and `show security flow statistics`, as text. Pure; never raises.

Labels differ between releases, so each line `label: value` is kept under its own name; what every caller asks for has a
key of its own. Captures: SRX of 12.1 to 21.4, vSRX 24.4.
"""

from __future__ import annotations

import re
from typing import Any

from .junos_cli import by_node

MAX_LINES = 5000  # of one answer; real ones have some dozens
_LINE = re.compile(r"^(?P<blank>\s*)(?P<label>[A-Za-z][^:]{0,80}?)\s*:\s*(?P<value>\S.{0,200})?$")
_NUMBER = re.compile(r"\d{1,20}")


def parse_status(text: str) -> list[dict[str, Any]]:
    """One mapping a node: node, tracing (bool, None where the device does not report it), trace_flags, fields."""
    return [_status(node, part) for node, part in by_node(text)]


def _status(node: str, text: str) -> dict[str, Any]:
    fields = _fields(text)
    status = fields.get("flow_tracing_status")
    flags = str(fields.get("flow_tracing_options") or "")
    return {
        "node": node or None,
        "tracing": None if status is None else str(status).lower().startswith("on"),
        "trace_flags": flags.replace(",", " ").split(),
        "fields": fields,
    }


def parse_statistics(text: str) -> list[dict[str, Any]]:
    """One mapping a node, and on a chassis with several units one a unit: node, unit, fields with numbers as int."""
    found = []
    for node, part in by_node(text):
        for unit, body in _units(part):
            found.append({"node": node or None, "unit": unit or None, "fields": _fields(body)})
    return found


_UNIT = re.compile(
    r"^\s*Flow Statistics of (?P<unit>FPC\S+ PIC\S+?):?\s*$|^\s*Flow Statistics Summary:?\s*$", re.MULTILINE
)


def _units(text: str) -> list[tuple[str, str]]:
    heads = list(_UNIT.finditer(text))
    if not heads:
        return [("", text)]
    ends = [head.start() for head in heads[1:]] + [len(text)]
    return [(head["unit"] or "summary", text[head.end() : end]) for head, end in zip(heads, ends, strict=True)]


def _fields(text: str) -> dict[str, Any]:
    fields: dict[str, Any] = {}
    for line in text.split("\n")[:MAX_LINES]:
        found = _LINE.match(line)
        if found and found["value"]:
            value = found["value"].strip()
            fields[_key(found["label"])] = int(value) if _NUMBER.fullmatch(value) else value
    return fields


def _key(label: str) -> str:
    return re.sub(r"[^a-z0-9]+", "_", label.lower()).strip("_")
