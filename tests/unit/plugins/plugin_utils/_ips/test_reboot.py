# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A reboot: what is promised of its coming back, over a sensor that plays it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from ansible_collections.mspplus.netsec.plugins.plugin_utils._engine.failures import (
    ApplyFailed,
    Dropped,
    Unreachable,
)
from ansible_collections.mspplus.netsec.plugins.plugin_utils._engine.run import Terms, converge
from ansible_collections.mspplus.netsec.plugins.plugin_utils._engine.waiting import Progress
from ansible_collections.mspplus.netsec.plugins.plugin_utils._ips.reboot.device import BYPASS, RebootWing
from ansible_collections.mspplus.netsec.plugins.plugin_utils._ips.sensor import Said

VERSION = """Cisco Intrusion Prevention System, Version 7.1(7)E4
Sensor up-time is {days} days.
MainApp            S-2013_FEB_05_05_37_7_1_6_65   (Release)   2013-02-05T05:40:22-0600   Running
AnalysisEngine     S-2013_FEB_05_05_37_7_1_6_65   (Release)   2013-02-05T05:40:22-0600   {state}
"""
RUNS, STARTS = VERSION.format(days=0, state="Running"), VERSION.format(days=0, state="NotRunning")


class Reboots:
    """A sensor that goes down when it is told to, and answers afterwards with texts in turn."""

    last_failure = "connection refused"

    def __init__(self, *texts: str | Exception, bypass: str = "auto", back: bool = True, drops: bool = True) -> None:
        self._texts = list(texts)
        self._bypass, self._back, self._drops = bypass, back, drops
        self._told = False
        self.resets = 0

    def read(self, *commands: str) -> list[str]:
        if not self._told:
            return [VERSION.format(days=91, state="Running")]
        text = self._texts.pop(0) if len(self._texts) > 1 else self._texts[0]
        if isinstance(text, Exception):
            raise text
        return [text]

    def attempt(self, *commands: str) -> list[str]:
        assert commands == (BYPASS,)
        return [f"bypass-mode {self._bypass}"]

    def reset(self) -> Said:
        self.resets += 1
        self._told = True
        return Said("Request Succeeded.", dropped=False)

    def wait_for_end(self, limit: float) -> bool:
        return self._drops

    def wait_for_return(self, limit: float, progress: Callable[..., None], interval: float = 5.0) -> bool:
        return self._back


def run(sensor: Any, limit: float | None, *, check: bool = False) -> tuple[Any, RebootWing]:
    wing = RebootWing(sensor, limit, Progress("s1", None))
    return converge(wing, Terms(check_mode=check)), wing


def test_rule_40_without_waiting_it_is_told_once_and_nothing_is_claimed() -> None:
    sensor = Reboots()
    done, wing = run(sensor, None)
    assert (done.changed, sensor.resets) == (True, 1)
    assert wing.report()["reboot"] == {"said": "Request Succeeded.", "waited": False}


def test_rule_40_check_mode_does_not_reboot() -> None:
    sensor = Reboots()
    planned, wing = run(sensor, None, check=True)
    assert (planned.changed, planned.commands, sensor.resets, wing.report()) == (True, ["reset"], 0, {})


@pytest.mark.parametrize(("bypass", "tag"), [("auto", "uninspected"), ("on", "uninspected"), ("off", "traffic-stops")])
def test_the_risk_is_told_by_what_the_sensor_does_with_traffic(bypass: str, tag: str) -> None:
    planned, _wing = run(Reboots(bypass=bypass), None, check=True)
    assert planned.plan.operations[0].risk == ("reboot", tag)


def test_waiting_ends_when_all_applications_run(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("time.sleep", lambda _seconds: None)
    sensor = Reboots(ApplyFailed("the sensor is still starting"), Dropped("ended"), STARTS, RUNS)
    done, wing = run(sensor, 60.0)
    assert done.after == {"version": "7.1(7)E4", "uptime": "0 days", "not_running": []}
    seen = wing.report()["reboot"]
    assert (seen["went_down"], seen["waited"]) == (True, True)
    assert seen["ran_after"] >= seen["answered_after"]


@pytest.mark.parametrize(
    ("sensor", "words"),
    [
        (Reboots(RUNS, drops=False), "did not end the session"),
        (Reboots(RUNS, back=False), "did not come back within"),
        (Reboots(STARTS), "AnalysisEngine did not run"),
        (Reboots(ApplyFailed("still starting")), "still starting"),
        (Reboots(Unreachable("no route")), "no route"),
    ],
)
def test_what_did_not_come_back_is_a_failure_with_what_was_seen(
    sensor: Reboots, words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("time.sleep", lambda _seconds: None)
    with pytest.raises(ApplyFailed) as failed:
        run(sensor, 0.2)
    assert words in failed.value.problems[0].message
    assert failed.value.changed
