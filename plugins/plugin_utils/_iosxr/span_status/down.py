# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What of the live status of a router is not operational: rows for a program, problems for a person. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from ..._engine.problems import Problem

RULE = "operational"


def down(sessions: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """What of a status_document() is not operational, a row each: a session that has a problem itself, and every source."""
    rows: list[dict[str, Any]] = []
    for session in sessions:
        if "problem" in session:
            rows.append({"session": session["name"], "status": session["problem"], **_reasons(session)})
        for source in session["sources"]:
            if not source["operational"]:
                place = {"session": session["name"], "interface": source["interface"]}
                rows.append({**place, "status": source["status"], **_reasons(source)})
    return rows


def _reasons(found: Mapping[str, Any]) -> dict[str, Any]:
    return {key: found[key] for key in ("explanation", "remedy", "blamed") if key in found}


def as_problem(row: Mapping[str, Any]) -> Problem:
    """A row of down(), for a person."""
    item = f"sessions[{row['session']}]" + (f".sources[{row['interface']}]" if "interface" in row else "")
    words = [f"{row['status']}.", row.get("explanation", ""), _state(row.get("blamed") or {})]
    return Problem(RULE, item, " ".join(filter(None, words)), row.get("remedy", ""), "warning")


def _state(blamed: Mapping[str, Any]) -> str:
    if "state" in blamed:
        return f"{blamed['interface']} is {blamed['state']}."
    return "" if blamed.get("exists", True) else f"There is no {blamed['interface']}."
