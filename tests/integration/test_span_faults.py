# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Each fault of the lab at each step of a run: it ends as the tables of endings.py allow, and the next run converges."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from integration.endings import ENDINGS, FAILED, SUCCESS, UNREACHABLE, Ending, deviations
from integration.eventually import eventually
from integration.routers import FULL, FULL_START, attempted, router, run, text

from lab.faults import FAULTS
from lab.server import Lab, running

CONFIRM_TIMEOUT = 30  # the shortest that IOS XR takes
DOWN = {"name": "mirror_down", "at": "new"}
REJECTED = {"name": "commit_rejected", "times": 1}
TRIAL = "^commit confirmed"
STATUS = "^do show monitor-session status"


@dataclass(frozen=True)
class Step:
    """A place where a run can be hit: the nth command that matches. also: what else goes wrong, so that it gets there."""

    phase: str
    at: str
    nth: int | None = None
    also: tuple[dict[str, Any], ...] = ()


# What a run sends, in its order.
STEPS = {
    "reading sessions": Step("read", "^show running-config monitor-session"),
    "reading attachments": Step("read", "^show running-config formal interface .*monitor-session"),
    "reading an access list": Step("read", "^show running-config ipv4 access-list"),
    "reading UDFs": Step("read", "^show running-config udf"),
    "reading TCAM profiles": Step("read", "^show running-config hw-module"),
    "reading a tunnel": Step("read", "^show running-config interface tunnel-ip3"),
    "reading the version": Step("read", "^show version"),
    "reading interfaces": Step("survey", "^show interfaces brief"),
    "reading layers": Step("read", "^show running-config formal .*l2transport"),
    "reading cross connects": Step("read", "^show running-config formal l2vpn"),
    "reading the status": Step("read", "^show monitor-session status"),
    "entering configuration": Step("candidate", "^configure"),
    "pasting": Step("candidate", "^interface TenGigE0/0/0/1$"),
    "reading back": Step("candidate", "^show configuration$"),
    "committing on trial": Step("trial", TRIAL),
    "asking why": Step("why", "^show configuration failed", None, (REJECTED,)),
    "watching": Step("trial", STATUS),
    "looking again": Step("trial", STATUS, 2),
    "confirming": Step("confirm", "^commit$"),
    "leaving": Step("after", "^end$"),
    "verifying sessions": Step("after", "^show running-config monitor-session", 2),
    "verifying attachments": Step("after", "^show running-config formal interface .*monitor-session", 2),
    "verifying an access list": Step("after", "^show running-config ipv4 access-list", 2),
    "asking for the reason": Step("undo", "^do show monitor-session status detail", None, (DOWN,)),
    "leaving a trial": Step("undo", "^end$", None, (DOWN,)),
    "reading what was rolled back": Step("undo", "^show running-config monitor-session", 2, (DOWN,)),
}
AT_A_STEP: dict[str, dict[str, Any]] = {
    "drop": {},  # before the router acts on the command
    "drop in the answer": {"name": "drop", "after_bytes": 5},
    "drop behind the answer": {"name": "drop", "after_bytes": 100_000},  # it has acted; no prompt comes
    "hang": {},
    "truncated": {"after_bytes": 40},
    "garbage": {"bytes": 48},
    "not_authorized": {},
}
ANYWHERE: dict[str, tuple[str, dict[str, Any]]] = {  # phase that it hits, parameters
    "refuse": ("login", {"times": 1}),
    "wrong_password": ("login", {"times": 1}),
    "changed_host_key": ("login", {"times": 1}),
    "slow": ("read", {"bytes_per_second": 20_000}),
    "overrun": (
        "candidate",
        {"buffer": 512, "bytes_per_second": 4_000, "times": 1},
    ),  # the reads fit, the paste does not
    "overrun while reading": ("read", {"name": "overrun", "buffer": 64, "bytes_per_second": 4_000, "times": 1}),
    "commit_rejected": ("trial", {"times": 1}),
    "disk_full": ("trial", {"times": 1}),
    "concurrent_commit": ("trial", {"times": 1}),
    "mirror_down": ("trial", {"at": "new"}),
}
# Of each kind some, at different steps, so that `make test` has every fault and nearly every step. Those that wait for
# a trial's timer are left to `make soak`, but for one.
SHORT = {
    ("drop", "reading a tunnel"),
    ("drop", "pasting"),
    ("drop", "committing on trial"),
    ("drop", "watching"),
    ("drop", "verifying sessions"),
    ("drop in the answer", "reading back"),
    ("drop behind the answer", "leaving"),
    ("hang", "reading attachments"),
    ("hang", "verifying attachments"),
    ("truncated", "reading sessions"),
    ("truncated", "reading UDFs"),
    ("truncated", "watching"),
    ("truncated", "verifying an access list"),
    ("garbage", "reading interfaces"),
    ("garbage", "reading TCAM profiles"),
    ("garbage", "looking again"),
    ("not_authorized", "entering configuration"),
    ("not_authorized", "reading an access list"),
    ("not_authorized", "asking why"),
    ("not_authorized", "confirming"),
    ("not_authorized", "reading what was rolled back"),
}
WITH_THE_TIMER = {("drop", "watching")}
SESSION_LOST = ("drop", "drop in the answer", "drop behind the answer", "hang")
ON_TRIAL = ("trial", "confirm", "undo")


def cases() -> Iterator[Any]:
    for kind, parameters in AT_A_STEP.items():
        for name, step in STEPS.items():
            often = {"nth": step.nth} if step.nth else {} if kind == "not_authorized" else {"times": 1}
            fault = {"name": kind, "at": step.at, **parameters, **often}
            both = kind in SESSION_LOST and step.phase in ON_TRIAL
            for lost_session in ("timer", "rollback") if both else ("timer",):
                short = (kind, name) in SHORT and (
                    not both or (lost_session == "timer") == ((kind, name) in WITH_THE_TIMER)
                )
                marks = () if short else (pytest.mark.soak,)
                suffix = f", {lost_session}" if both else ""
                yield pytest.param(fault, step, lost_session, id=f"{kind} while {name}{suffix}", marks=marks)
    for kind, (phase, parameters) in ANYWHERE.items():
        yield pytest.param({"name": kind, **parameters}, Step(phase, ""), "timer", id=kind)


def test_every_fault_of_the_lab_is_in_the_matrix() -> None:
    parts = [*AT_A_STEP.items(), *((name, parameters) for name, (_phase, parameters) in ANYWHERE.items())]
    tried = {parameters.get("name", name) for name, parameters in parts}
    assert (
        tried
        == {name for name, fault in FAULTS.items() if fault.layer not in ("http", "sdwan", "ips", "update_server")}
        == set(ENDINGS)
    )


@pytest.fixture(scope="module")
def desired(tmp_path_factory: pytest.TempPathFactory) -> str:
    """What the router carries after a run that nothing disturbs."""
    with running({"devices": [router(config_text=FULL_START)]}) as edge:
        start = text(edge)
        assert run(edge, tmp_path_factory.mktemp("wanted"), FULL)["changed"]
        assert text(edge) != start
        return text(edge)


def attempt(edge: Lab, directory: Path, **options: Any) -> Ending:
    """One run, and what the router carries when it has ended."""
    result = attempted(edge, directory, FULL, read_timeout=2, **options)
    if result.get("unreachable"):
        ending = Ending(UNREACHABLE, result["msg"], result["msg"])
    elif result.get("failed"):
        words = "\n".join([result["msg"], *(problem["device_text"] for problem in result["problems"])])
        message = result["msg"].partition("\n")[0]
        rules = tuple(problem["rule"] for problem in result["problems"])
        ending = Ending(FAILED, words, message, rules, result["device_state"])
    else:
        ending = Ending(SUCCESS if result["changed"] else "nothing", "\n".join(result.get("warnings", ())))
    return replace(ending, carried=text(edge))


def settled(edge: Lab, limit: float = CONFIRM_TIMEOUT + 30.0) -> str:
    """The router's text when no trial is left that could still roll back."""
    device = edge.device("edge1").device
    eventually(lambda: edge.call(lambda: device.trial is None), seconds=limit)
    return text(edge)


def fired(edge: Lab) -> tuple[str, ...]:
    return tuple(entry["text"] for entry in edge.journal("edge1") if entry["event"] == "fault")


def hit(edge: Lab, directory: Path, fault: dict[str, Any], *also: dict[str, Any]) -> Ending:
    """One run against these faults, what came of it at once and later."""
    for armed in (fault, *also):
        edge.add_fault("edge1", armed)
    ending = attempt(edge, directory, confirm_timeout=CONFIRM_TIMEOUT, commit_timeout=2)
    ending = replace(ending, fired=fired(edge))
    edge.clear_faults("edge1")
    return replace(ending, later=settled(edge))


@pytest.mark.parametrize(("fault", "step", "lost_session"), list(cases()))
def test_a_fault_ends_as_its_contract_says(
    lab: Any, tmp_path: Path, desired: str, fault: dict[str, Any], step: Step, lost_session: str
) -> None:
    edge = lab(router(config_text=FULL_START, lost_session=lost_session, settle_seconds=0.5))
    start = text(edge)
    ending = hit(edge, tmp_path, fault, *step.also)
    assert deviations(fault, step.phase, ending, start, desired) == [], ending
    run(edge, tmp_path, FULL)
    assert text(edge) == desired
    assert not run(edge, tmp_path, FULL)["changed"]
    assert set(edge.device("edge1").device.operational_sessions) >= {"keep", "new"}


@pytest.mark.parametrize("lost_session", [pytest.param("timer", marks=pytest.mark.soak), "rollback"])
def test_a_commit_that_comes_after_the_run_has_ended_is_announced(
    lab: Any, tmp_path: Path, desired: str, lost_session: str
) -> None:
    """A commit goes on when nobody waits for it any more. So nobody may say that it was rolled back."""
    edge = lab(router(config_text=FULL_START, lost_session=lost_session, commit_seconds=4.0))
    device = edge.device("edge1").device
    start = text(edge)
    ending = attempt(edge, tmp_path, confirm_timeout=CONFIRM_TIMEOUT, commit_timeout=2)
    assert (ending.kind, ending.carried) == (FAILED, start)
    assert ending.device_state.startswith(("unchanged", "unknown"))
    assert f"rolls back by itself within {CONFIRM_TIMEOUT} s" in ending.device_state
    assert device.commits == []
    assert [commit.client for commit in eventually(lambda: device.commits)[:1]] == ["commit-confirm"]
    assert settled(edge) == start
    assert run(edge, tmp_path, FULL, commit_timeout=20)["changed"]
    assert text(edge) == desired


@pytest.mark.parametrize("kind", ["drop", "hang", "truncated", "garbage", "not_authorized", "mirror_down"])
def test_a_fault_that_does_not_happen_is_a_deviation(lab: Any, tmp_path: Path, desired: str, kind: str) -> None:
    edge = lab(router(config_text=FULL_START))
    start = text(edge)
    fault = {"name": kind, **AT_A_STEP.get(kind, {}), "at": "^no command is like this$"}
    ending = hit(edge, tmp_path, fault)
    assert f"the fault {kind} did not happen" in deviations(fault, "after", ending, start, desired)


DROPPED = {"name": "drop", "at": TRIAL, "times": 1}
TRUE = Ending(
    FAILED, "the session was lost", "the session was lost", (), "rolled back", "start", "start", (f"drop {TRIAL[1:]}",)
)


def test_a_true_ending_is_no_deviation() -> None:
    assert deviations(DROPPED, "trial", TRUE, "start", "wanted") == []


@pytest.mark.parametrize(
    ("phase", "lie"),
    [
        ("trial", {"carried": "half"}),  # says rolled back
        ("trial", {"carried": "wanted", "later": "wanted"}),
        ("trial", {"later": "half"}),
        ("trial", {"kind": SUCCESS, "carried": "start"}),
        ("trial", {"kind": UNREACHABLE}),
        ("trial", {"device_state": "changed; run again to verify it"}),
        ("trial", {"device_state": "unknown"}),
        ("trial", {"message": ""}),
        ("trial", {"message": "Traceback"}),
        ("trial", {"fired": ()}),
        ("trial", {"fired": ("hang commit confirmed 30",)}),
        ("trial", {"fired": ("drop show version",)}),
        ("read", {"kind": UNREACHABLE, "carried": "wanted"}),
        ("after", {"device_state": "changed; run again to verify it"}),  # carries the start
        ("after", {}),
        ("undo", {}),  # does not name the mirror
    ],
)
def test_a_lie_is_a_deviation(phase: str, lie: dict[str, Any]) -> None:
    assert deviations(DROPPED, phase, replace(TRUE, **lie), "start", "wanted")
