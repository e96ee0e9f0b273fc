# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Each fault at each step of an update: a named end, the state of the sensor told as it is, and the next run converges."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from integration.conftest import StartLab
from integration.eventually import eventually
from integration.sensor_terminal import well
from integration.test_ips_update import ENGINE, PACK, SIG, Sensor, new_signature, rules

__all__ = ["sensor"]  # a fixture

STEPS = (
    "^show version",
    "^show clock$",
    "^show configuration",
    "^configure terminal",
    "^tls trusted-host",
    "^upgrade ",
    "^no tls",
)


@pytest.fixture
def sensor(lab: StartLab, tmp_path: Path) -> Any:
    return lambda *further, **more: Sensor(lab, tmp_path, *further, **more)


def converged(one: Sensor, name: str = SIG, **more: Any) -> None:
    """The next run leads there, and the one behind it does nothing."""
    well(one.lab)
    done = one(name, **more)
    assert not done.get("failed"), done
    assert one.level == (("7.1(9)E4", "S722.0") if name == PACK else ("7.1(7)E4", "S734.0"))
    again = one(name, **more)
    assert not again.get("failed") and not again["changed"], again


def told_as_it_is(one: Sensor, result: dict[str, Any], before: tuple[str, str]) -> None:
    """What a failed run says of the sensor is so."""
    if result.get("unreachable"):
        assert one.level == before
        return
    state = result["device_state"]
    assert state.startswith(("unchanged", "changed", "not reached any more")), state
    assert result["changed"] is not state.startswith("unchanged")
    if state.startswith("unchanged"):
        assert one.level == before, result


# One fault of each kind at a step where it matters; the others in `make soak`.
QUICK = {
    ("drop", "^upgrade "),
    ("hang", "^tls trusted-host"),
    ("truncated", "^show version"),
    ("garbage", "^show configuration"),
}
CASES = [
    pytest.param(fault, at, marks=[] if (fault, at) in QUICK else [pytest.mark.soak])
    for fault in ("drop", "hang", "truncated", "garbage")
    for at in STEPS
]


@pytest.mark.parametrize(("fault", "at"), CASES)
def test_a_link_that_fails_at_a_step(sensor: Any, fault: str, at: str) -> None:
    more = {"truncated": {"after_bytes": 20}, "garbage": {"bytes": 200, "after_bytes": 10}}.get(fault, {})
    one = sensor(faults=[{"name": fault, "at": at, "times": 1, **more}])
    before = one.level
    result = one(upgrade_timeout=6, variables={"ansible_netmiko_read_timeout": 2})
    assert "Traceback" not in json.dumps(result)
    if result.get("failed") or result.get("unreachable"):
        assert result["msg"]
        told_as_it_is(one, result, before)
    else:
        assert one.level[1] == "S734.0"
    converged(one)


def test_trust_that_may_be_left_on_the_sensor_is_named(sensor: Any) -> None:
    one = sensor(faults=[{"name": "drop", "at": "^tls trusted-host", "times": 1}])
    result = one()
    assert result["failed"]
    (left,) = [problem for problem in result["problems"] if problem["item"].startswith("trusted_hosts[127.0.0.1:")]
    assert left["severity"] == "warning" and "no tls trusted-host id 127.0.0.1:" in left["remedy"]
    converged(one)


@pytest.mark.parametrize("fault", ["not_authorized", "disk_full"])
def test_a_refusal_at_the_upgrade_leaves_the_sensor_as_it_was(sensor: Any, fault: str) -> None:
    one = sensor(faults=[{"name": fault, "at": "upgrade|S734", "times": 1}])
    failed = one()
    assert failed["failed"] and failed["device_state"].startswith("unchanged"), failed
    assert one.level[1] == "S722.0" and one.device.trusted == {}
    converged(one)


def test_a_reboot_that_takes_longer_than_the_limit_is_named(sensor: Any) -> None:
    one = sensor(faults=[{"name": "boot_long", "milliseconds": 9000, "times": 1}])
    failed = one(PACK, upgrade_timeout=4)
    assert failed["failed"] and "did not come back" in failed["msg"]
    assert failed["changed"]
    converged(one, PACK)


def test_an_engine_update_that_is_left_half_way_is_named_and_gone_on_with(sensor: Any) -> None:
    one = sensor(release="7.1(2)E3", faults=[{"name": "upgrade_rejected", "at": "sig-S734", "times": 1}])
    failed = one()
    assert failed["failed"] and failed["changed"]
    assert failed["device_state"].startswith("changed: 7.1(2)E4, S722")
    assert [step["package"] for step in failed["steps"]] == [ENGINE]
    done = one()
    assert [step["package"] for step in done["steps"]] == [SIG]
    assert one.level == ("7.1(2)E4", "S734.0")


@pytest.mark.parametrize("fault", ["commit_rejected", "concurrent_commit"])
def test_tuning_that_is_refused_behind_the_update_is_told_and_done_by_the_next_run(sensor: Any, fault: str) -> None:
    one = sensor(faults=[{"name": fault, "times": 1}])
    one.describe(SIG)
    tuning = [{"id": new_signature(one), "severity": "high"}]
    failed = one(signature_tuning=tuning)
    assert failed["failed"] and failed["device_state"].startswith("changed: 7.1(7)E4, S734"), failed
    assert one.device.tuned == {}
    done = one(signature_tuning=tuning)
    assert done["changed"] and [each["item"] for each in done["plan"]["operations"]] == ["signature_tuning"]
    assert not one(signature_tuning=tuning)["changed"]


def test_a_revert_that_does_not_happen_is_named(sensor: Any) -> None:
    one = sensor()
    one()
    one.lab.add_fault("s1", {"name": "upgrade_old_level", "times": 1})
    failed = one(state="reverted", upgrade_timeout=6)
    assert failed["failed"] and rules(failed) == ["old-level"], failed
    assert failed["device_state"].startswith("unchanged: 7.1(7)E4, S734")


def test_another_session_that_updates_the_sensor_meanwhile_is_told(sensor: Any) -> None:
    one = sensor()
    one.lab.call(lambda: setattr(one.device, "updating", True))
    failed = one()
    assert failed["failed"] and "Another update is in progress." in json.dumps(failed["problems"])
    assert failed["device_state"].startswith("unchanged")
    one.lab.call(lambda: setattr(one.device, "updating", False))
    converged(one)


def test_a_play_that_is_killed_in_the_middle_leaves_a_sensor_that_the_next_run_brings_there(
    sensor: Any, tmp_path: Path
) -> None:
    one = sensor(minute_seconds=1.0)
    play = [
        {
            "hosts": "s1",
            "gather_facts": False,
            "tasks": [{"name": "Update", "mspplus.netsec.ips_update": {"package": SIG, "cache": str(one.cache)}}],
        }
    ]
    (tmp_path / "play.json").write_text(json.dumps(play))
    root = Path(__file__).resolve().parents[2]
    process = subprocess.Popen(
        [
            str(Path(sys.executable).parent / "ansible-playbook"),
            "-i",
            str(tmp_path / "inventory"),
            str(tmp_path / "play.json"),
        ],
        env={
            "PATH": "/usr/bin:/bin",
            "HOME": str(tmp_path),
            "ANSIBLE_COLLECTIONS_PATH": str(root / "build" / "collections"),
        },
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    eventually(lambda: any("upgrade " in str(entry.get("text")) for entry in one.tasks.journal))
    subprocess.run(["kill", "-KILL", "--", f"-{process.pid}"], check=False)
    process.wait()
    # Its worker outlives it, and while that one works a second run is refused.
    done = eventually(one, lambda result: rules(result) != ["another-run"], 60)
    assert not done.get("failed"), done
    converged(one)
    assert one.device.trusted == {}
