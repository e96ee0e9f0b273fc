# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Each fault of the lab at each step of a run: a clear error, the router unchanged or rolled back, the next run converges."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from integration.routers import WANTED, router, run

from ansible_collections.mspplus.netsec.plugins.plugin_utils._engine.failures import DoorError, Failed, Refused
from lab.faults import FAULTS
from lab.server import Lab

# What a run sends, in its order: the places where it can be hit.
STEPS = {
    "reading sessions": "^show running-config monitor-session",
    "reading attachments": "^show running-config formal",
    "reading the version": "^show version",
    "reading interfaces": "^show interfaces brief",
    "reading the status": "^show monitor-session status",
    "entering configuration": "^configure",
    "pasting": "^interface TenGigE0/0/0/1$",
    "reading back": "^show configuration$",
    "committing on trial": "^commit confirmed",
    "watching": "^do show monitor-session status",
    "confirming": "^commit$",
    "leaving": "^end$",
}
AT_A_STEP: dict[str, dict[str, Any]] = {
    "drop": {},
    "drop in the answer": {"name": "drop", "after_bytes": 5},
    "hang": {},
    "truncated": {"after_bytes": 40},
    "garbage": {"bytes": 48},
    "not_authorized": {},
}
ANYWHERE: dict[str, dict[str, Any]] = {
    "refuse": {},
    "wrong_password": {},
    "changed_host_key": {},
    "slow": {"bytes_per_second": 20_000},
    "overrun": {"buffer": 64, "bytes_per_second": 2_000},
    "commit_rejected": {},
    "disk_full": {},
    "concurrent_commit": {},
    "mirror_down": {"at": "new"},
}
# One of each kind, each at another step, so that `make test` has every fault and nearly every step.
SHORT = {
    ("drop", "pasting"),
    ("drop in the answer", "reading back"),
    ("drop", "committing on trial"),
    ("hang", "reading attachments"),
    ("truncated", "reading sessions"),
    ("truncated", "watching"),
    ("garbage", "reading interfaces"),
    ("not_authorized", "entering configuration"),
    ("not_authorized", "reading sessions"),
}


def cases() -> Iterator[Any]:
    for fault, parameters in AT_A_STEP.items():
        for step, command in STEPS.items():
            marks = () if (fault, step) in SHORT else (pytest.mark.soak,)
            armed = {"name": fault, "at": command, **parameters}
            yield pytest.param(armed, id=f"{fault} while {step}", marks=marks)
    for fault, parameters in ANYWHERE.items():
        yield pytest.param({"name": fault, **parameters}, id=fault)


def test_every_fault_of_the_lab_is_in_the_matrix() -> None:
    assert {parameters.get("name", name) for name, parameters in {**AT_A_STEP, **ANYWHERE}.items()} == set(FAULTS)


def text(lab: Lab) -> str:
    """The router's configuration without what an unrelated commit of the lab adds."""
    running: str = lab.call(lab.device("edge1").device.running_text)
    return re.sub(r"^!.*\n", "", running, flags=re.MULTILINE)


def rolled_back(lab: Lab, start: str, limit: float = 40) -> bool:
    """Whether the router carries its start configuration, at the latest when the timer of a trial commit has ended."""
    end = time.monotonic() + limit
    while text(lab) != start and time.monotonic() < end:
        time.sleep(0.25)
    return text(lab) == start


def attempt(edge: Lab, known: Path) -> Exception | None:
    """One run: None when it changed the router as wanted, else the error that it ended with."""
    try:
        outcome = run(edge, WANTED, known_hosts=known)
    except (Failed, Refused, DoorError) as error:
        return error
    assert outcome.changed
    return None


@pytest.mark.parametrize("fault", list(cases()))
def test_a_fault_ends_in_one_of_its_allowed_states(lab: Any, tmp_path: Path, fault: dict[str, Any]) -> None:
    known = tmp_path / "known_hosts"
    edge = lab(router())
    start = text(edge)
    edge.add_fault("edge1", {**fault, **({} if fault["name"] in ("slow", "mirror_down") else {"times": 1})})
    error = attempt(edge, known)
    if error is not None:
        assert str(error).strip() and "\n" not in str(error) and "Traceback" not in str(error)
        state = getattr(error, "device_state", "unchanged")
        if state.startswith("changed"):  # the commit was taken and its answer was lost: the next run verifies it
            assert fault["at"] in (STEPS["confirming"], STEPS["leaving"])
        elif fault["name"] != "concurrent_commit":
            assert rolled_back(edge, start), f"{error} ({state})"
    edge.clear_faults("edge1")
    run(edge, WANTED, known_hosts=known)
    assert not run(edge, WANTED, known_hosts=known).changed
    assert set(edge.device("edge1").device.operational_sessions) >= {"keep", "new"}
