# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Each rule of a capture: broken, and a near miss."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.mspplus.netsec.plugins.plugin_utils._srx.capture.rules import RULES, check
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
