# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Each rule of a capture: broken, and a near miss."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.mspplus.netsec.plugins.plugin_utils._srx.capture.rules import (
    RULES,
    busy_elsewhere,
    check,
    left_on_another_node,
    unguarded,
)
from ansible_collections.mspplus.netsec.plugins.plugin_utils._srx.flow_monitor.model import Filter, Monitor, TraceFile

FILE = TraceFile("capture", 20480, 2)
OURS = [Filter("out")]


@pytest.mark.parametrize(
    ("before", "more", "items"),
    [
        (Monitor(), {}, []),
        (Monitor(True, FILE, {}), {}, [("C1", "device")]),
        (Monitor(True, FILE, {}, tracing=True), {}, [("C1", "device")]),  # the monitor itself traces
        (Monitor(tracing=True), {}, [("C2", "device")]),
        (Monitor(traceoptions=True), {}, [("C2", "device")]),
        (Monitor(filters={"x": Filter("x")}), {}, [("C3", "device")]),
        (Monitor(filters={"x": Filter("x")}), {"with_others": True}, []),
        (Monitor(filters={"out": Filter("out")}), {"with_others": True}, [("C4", "filters[out]")]),
        (Monitor(), {"existing": ["capture.0.gz"]}, [("C5", "file.name")]),
        (
            Monitor(True, FILE, {"x": Filter("x"), "out": Filter("out")}),
            {"existing": ["capture"]},
            [("C1", "device"), ("C3", "device"), ("C4", "filters[out]"), ("C5", "file.name")],
        ),
    ],
)
def test_a_firewall_is_free_or_all_reasons_are_told(
    before: Monitor, more: dict[str, Any], items: list[tuple[str, str]]
) -> None:
    found = check(before, OURS, FILE, more.get("existing", []), with_others=more.get("with_others", False))
    assert [(problem.rule, problem.item) for problem in found] == items
    assert all(problem.severity == "error" and problem.remedy and problem.rule in RULES for problem in found)


def test_what_only_the_controller_knows_is_told_with_its_remedy() -> None:
    found = [
        *busy_elsewhere("process 7"),
        *unguarded("authentication failed"),
        *left_on_another_node("the filters out and the file capture", "node0", "node1", "192.0.2.1:22"),
    ]
    assert [problem.rule for problem in found] == ["C6", "C7", "C8"]
    assert all(problem.severity == "error" and problem.item == "device" and problem.remedy for problem in found)
    assert "(process 7)" in found[0].message and "authentication failed" in found[1].message
    assert "on node0" in found[2].message and "on node1" in found[2].message and "192.0.2.1:22" in found[2].remedy
