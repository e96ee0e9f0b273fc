# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""ips_reboot on sensors of the lab: consent, waiting, what does not come back."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest
from ansible.plugins.loader import action_loader
from integration.conftest import StartLab
from integration.sensor_tasks import SensorTasks, sensor

from ansible_collections.mspplus.netsec.plugins.plugin_utils._engine.problems import Problem
from ansible_collections.mspplus.netsec.plugins.plugin_utils._engine.run import Intent


def test_rule_40_a_reboot_needs_a_word(lab: StartLab, tmp_path: Path) -> None:
    tasks = SensorTasks(lab(sensor()), tmp_path)
    refused = tasks("reboot")
    assert refused["failed"] and "confirm: true" in refused["msg"]
    planned = tasks("reboot", check=True)
    assert planned["changed"] and planned["commands"] == ["reset"]
    assert "reset" not in tasks.commands


def test_rule_40_without_waiting_it_returns_at_once_and_claims_nothing(lab: StartLab, tmp_path: Path) -> None:
    tasks = SensorTasks(lab(sensor(minute_seconds=0.2)), tmp_path)
    done = tasks("reboot", {"confirm": True})
    assert done["changed"] and done["reboot"]["waited"] is False
    assert "Request Succeeded." in done["reboot"]["said"]


def test_waiting_sees_it_go_and_come_back(lab: StartLab, tmp_path: Path) -> None:
    tasks = SensorTasks(lab(sensor(minute_seconds=0.3)), tmp_path)
    done = tasks("reboot", {"confirm": True, "wait": True, "wait_timeout": 60})
    assert done["changed"], done
    assert done["reboot"]["went_down"] and done["reboot"]["ran_after"] > 0
    assert done["after"]["not_running"] == [] and done["after"]["uptime"] != done["before"]["uptime"]


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        ({"name": "boot_long", "milliseconds": 60_000}, "did not come back"),
        ({"name": "application_down", "at": "Analysis"}, "AnalysisEngine did not run"),
    ],
)
def test_what_does_not_come_back_is_named(lab: StartLab, tmp_path: Path, fault: dict[str, object], words: str) -> None:
    tasks = SensorTasks(lab(sensor(minute_seconds=0.05, faults=[fault])), tmp_path)
    failed = tasks("reboot", {"confirm": True, "wait": True, "wait_timeout": 6})
    assert failed["failed"] and failed["changed"] and words in failed["msg"], failed


def test_a_guard_refuses_a_reboot(lab: StartLab, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def guard(intent: Intent) -> Sequence[Problem]:
        return [Problem("R1", "customer", "this partner may not do that")]

    monkeypatch.setattr(action_loader.get("mspplus.netsec.ips_reboot", class_only=True), "guards", (guard,))
    tasks = SensorTasks(lab(sensor()), tmp_path)
    refused = tasks("reboot", {"confirm": True})
    assert refused["failed"] and refused["problems"][-1]["rule"] == "R1"
    assert "reset" not in tasks.commands


def test_a_viewer_may_not(lab: StartLab, tmp_path: Path) -> None:
    failed = SensorTasks(lab(sensor(role="viewer")), tmp_path)("reboot", {"confirm": True})
    assert failed["failed"] and failed["device_state"].startswith("unchanged")
