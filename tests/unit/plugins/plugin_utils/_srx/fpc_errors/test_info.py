# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What becomes of a part whose commands gave nothing, or not all."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.mspplus.netsec.plugins.plugin_utils._srx.fpc_errors.info_device import GATHERED, inspect

HARDWARE = """\
Hardware inventory:
Item             Version  Part number  Serial number     Description
Chassis                                JN1234F4CAGA      SRX5800
FPC 0            REV 12   750-044175   CABC1234          SRX5k SPC II
"""
REFUSED = "error: permission denied: chassis\n"
ANSWERS = {
    "show chassis hardware": HARDWARE,
    "show version": "Model: srx5800\nJunos: 21.4R3\n",
    "show chassis fpc errors": "<rpc-reply><fpc-error-information><fpc><slot>0</slot></fpc></fpc-error-information></rpc-reply>",
    "show chassis alarms": "No alarms currently active\n",
    "show system alarms": "No alarms currently active\n",
    "show log messages": "",
    "show chassis fabric summary": "Plane   State    Uptime\n 0      Online   2 hours\n",
    "show chassis fabric fpcs": "FPC #0\n    PFE #0\n        Plane 0: Plane enabled\n",
    "show chassis routing-engine": "Routing Engine status:\n  Slot 0:\n    Current state                  Master\n",
    "show configuration": "",
}
# Each answer that says nothing, and the keys that are then unknown.
SILENT = {
    "show chassis hardware": {"hardware", "effective", "wedge_detection"},
    "show chassis fpc errors": {"errors"},
    "show chassis alarms": {"alarms", "wedges", "path_errors"},
    "show system alarms": {"alarms"},
    "show chassis fabric summary": {"fabric"},
    "show chassis fabric fpcs": {"fabric"},
    "show chassis routing-engine": {"routing_engines"},
}
REFUSABLE = {
    **SILENT,
    "show log messages": {"wedges", "path_errors"},
    "show configuration": {"config", "from_groups", "effective"},
}


class Chassis:
    """A firewall that answers by a table."""

    node = ""

    def __init__(self, **answers: str) -> None:
        self._answers = ANSWERS | answers

    def attempt(self, *commands: str) -> list[str]:
        return [
            self._answers[max((key for key in self._answers if line.startswith(key)), key=len)] for line in commands
        ]


def read(**answers: str) -> dict[str, Any]:
    firewall: Any = Chassis(**answers)
    return inspect(firewall, GATHERED, detail=True)


def test_an_empty_part_means_that_there_is_nothing() -> None:
    found = read()
    assert "warnings" not in found
    assert [key for key in ("config", "alarms", "wedges", "fabric", "path_errors") if found[key] != []] == []
    assert [key for key, value in found.items() if value is None] == []


@pytest.mark.parametrize(
    ("command", "answer", "unknown"),
    [
        *((command, "", keys) for command, keys in SILENT.items()),
        *((command, REFUSED, keys) for command, keys in REFUSABLE.items()),
    ],
)
def test_a_part_that_could_not_be_read_is_null_and_told(command: str, answer: str, unknown: set[str]) -> None:
    found = read(**{command: answer})
    assert {key for key, value in found.items() if value is None} == unknown
    told = [warning for warning in found["warnings"] if command in warning]
    assert told and all(any(f"{key} is null" in warning for warning in told) for key in unknown)
    assert all(("refused" if answer else "not complete") in warning for warning in told)


def test_what_the_other_read_gave_is_kept_and_told_to_be_incomplete() -> None:
    found = read(
        **{"show chassis alarms": REFUSED, "show log messages": "Nov 21 03:59:58  core fpc0 TOE(0): wedge condition\n"}
    )
    assert [(row["fpc"], row["alarm"]) for row in found["wedges"]] == [(0, False)]
    (told,) = found["warnings"]
    assert "wedges is not complete" in told and "alarms is null" in told
