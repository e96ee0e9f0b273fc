# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A change of an SRX's configuration with a fault at each of its steps: how it ends, what is said, what the firewall carries.

Every case: the fault happened; before the first write the firewall is unreachable, later the task has failed; what is said of the
firewall is true at that moment; the next run converges. One step of each kind in `make test`, all of them in `make soak`.
"""

from __future__ import annotations

import re
from typing import Any

import pytest
from integration.conftest import StartLab
from integration.firewalls import carried, open_door
from integration.test_srx_policy_log import CONFIG, WANTED, srx

from ansible_collections.mspplus.netsec.plugins.plugin_utils._engine.failures import (
    ApplyFailed,
    ConnectionFailed,
    ValidationFailed,
)
from ansible_collections.mspplus.netsec.plugins.plugin_utils._engine.run import Run, Terms, converge
from ansible_collections.mspplus.netsec.plugins.plugin_utils._engine.waiting import Progress
from ansible_collections.mspplus.netsec.plugins.plugin_utils._srx.configure import CommitOptions
from ansible_collections.mspplus.netsec.plugins.plugin_utils._srx.firewall import Firewall
from ansible_collections.mspplus.netsec.plugins.plugin_utils._srx.policy_log.device import PolicyLogWing
from lab.server import Lab

READ_TIMEOUT = 1.0  # seconds; a hang waits this long
START = CONFIG.splitlines()

# The commands of a run that nothing disturbs, in their order, as patterns; how often one comes before the one that is meant.
# Of the two reads of a context, the one of what is written there; the other has what groups bring.
POLICIES = r"^(run )?show configuration security policies (?!.*inheritance).* untrust "
STEPS: dict[str, tuple[str, int]] = {
    "login": ("login", 1),
    "read": (POLICIES, 1),
    "read what carries logs": (r"^show configuration security log", 1),
    "configure": (r"^configure private", 1),
    "first line": (r"^set security", 1),
    "last line": (r'^set security .*"deny rest"', 1),
    "compare": (r"^show \| compare", 1),
    "check": (r"^commit check", 1),
    "commit": (r"^commit confirmed", 1),
    "read back": (POLICIES, 2),
    "confirm": (r"^commit$", 1),
    "leave": (r"^rollback 0", 1),
    "exit": (r"^exit configuration-mode", 1),
    "verify": (POLICIES, 3),
}
BEFORE_A_WRITE = ("login", "read", "read what carries logs")
KINDS: dict[str, dict[str, Any]] = {
    "drop": {"name": "drop"},
    "drop in the middle": {"name": "drop", "after_bytes": 3},
    "hang": {"name": "hang"},
    "truncated": {"name": "truncated", "after_bytes": 5},
    "garbage": {"name": "garbage", "bytes": 200},
    "not authorized": {"name": "not_authorized"},
}
QUICK = {
    ("login", "drop"), ("read", "hang"), ("read", "truncated"), ("read", "not authorized"), ("configure", "drop"),
    ("last line", "drop"), ("last line", "garbage"), ("compare", "truncated"), ("check", "hang"), ("commit", "drop"),
    ("commit", "drop in the middle"), ("read back", "drop"), ("confirm", "drop"), ("confirm", "hang"), ("leave", "drop"),
    ("verify", "drop"),
}  # fmt: skip


def run(lab: Lab) -> Run:
    door = open_door(lab, read_timeout=READ_TIMEOUT)
    try:
        firewall = Firewall(door, READ_TIMEOUT)
        wing = PolicyLogWing(firewall, WANTED, "merged", CommitOptions(60, 2), Progress("fw1", None))
        return converge(wing, Terms(check_mode=False))
    finally:
        door.close()


def cases() -> list[Any]:
    found = []
    for step in STEPS:
        for kind in KINDS:
            if step == "login" and kind not in ("drop", "hang"):
                continue
            marks = [] if (step, kind) in QUICK else [pytest.mark.soak]
            found.append(pytest.param(step, kind, marks=marks, id=f"{step}: {kind}"))
    return found


@pytest.mark.parametrize(("step", "kind"), cases())
def test_a_fault_at_a_step_ends_as_it_may(lab: StartLab, step: str, kind: str) -> None:
    at, nth = STEPS[step]
    fault = {**KINDS[kind], "at": at, "times": 1, **({"nth": nth} if nth > 1 else {})}
    edge = lab(srx(faults=[fault]))
    ended, said, state = "success", "", ""
    try:
        run(edge)
    except ConnectionFailed as error:
        ended, said = "unreachable", str(error)
    except ValidationFailed as refused:
        ended, said, state = "failed", str(refused), "unchanged"
    except ApplyFailed as failed:
        ended, state = "failed", failed.device_state
        said = f"{failed} {' '.join(map(str, failed.problems))}"
    now = carried(edge)
    assert [entry for entry in edge.journal("fw1") if entry["event"] == "fault"], "the fault did not happen"
    allowed = {"unreachable", "failed", "success"} if step in BEFORE_A_WRITE else {"failed", "success"}
    assert ended in allowed, (ended, said)
    if kind in ("drop", "hang") and step in BEFORE_A_WRITE:
        assert ended == "unreachable"
    if ended == "unreachable":
        assert now == START and said and "\n" not in said
    if ended == "failed":
        assert said.strip() and "Traceback" not in said
        true = {
            "unchanged": now == START,
            "rolled back": now == START,
            "changed": now != START,
            "unknown": bool(re.search(r"within \d+ s", state)),
        }
        assert next((value for word, value in true.items() if state.startswith(word)), False), (
            state,
            said,
            now == START,
        )
    if ended == "success":
        assert sum(" then log " in line for line in now) == 4
    edge.clear_faults("fw1")
    again = run(edge)
    assert sum(" then log " in line for line in carried(edge)) == 4
    assert again.changed == (now == START)
    assert not run(edge).changed


def test_the_steps_are_those_of_a_run(lab: StartLab) -> None:
    """Each step is found in a run that nothing disturbs, so that no case waits for what never comes."""
    edge = lab(srx())
    run(edge)
    sent = [entry["text"] for entry in edge.journal("fw1") if entry["event"] == "command"]
    for step, (at, nth) in STEPS.items():
        if step != "login":
            assert sum(bool(re.search(at, line)) for line in sent) >= nth, step


def test_input_that_is_lost_leaves_the_firewall_as_it_was(lab: StartLab) -> None:
    many = [
        {"from_zone": "trust", "to_zone": "untrust", "name": f"p{number}", "session_close": True}
        for number in range(60)
    ]
    path = "set security policies from-zone trust to-zone untrust policy"
    lines = [f"{path} {item['name']} {what}" for item in many for what in ("match source-address any", "then permit")]
    edge = lab(srx(config_text=CONFIG + "\n".join(lines)))

    def attempt() -> bool:
        door = open_door(edge, read_timeout=READ_TIMEOUT)
        try:
            firewall = Firewall(door, READ_TIMEOUT)
            wing = PolicyLogWing(firewall, many, "merged", CommitOptions(60, 5), Progress("fw1", None))
            return converge(wing, Terms(check_mode=False)).changed
        finally:
            door.close()

    edge.add_fault("fw1", {"name": "overrun", "buffer": 2048, "bytes_per_second": 200_000, "times": 1})
    before = carried(edge)
    state = ""
    try:
        attempt()
    except ApplyFailed as failed:
        state = failed.device_state
    if state:
        assert (state, carried(edge)) == ("unchanged", before)
        edge.clear_faults("fw1")
        assert attempt()
    assert sum(line.endswith(" then log session-close") for line in carried(edge)) == 61
