# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""srx_capture against lab firewalls: what it brings, what it leaves behind, what becomes of it when something goes wrong."""

from __future__ import annotations

import json
import os
import re
import resource
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from integration.conftest import StartLab
from integration.eventually import eventually
from integration.firewalls import device, open_door, sent

from ansible_collections.mspplus.netsec.plugins.plugin_utils._engine.failures import (
    ApplyFailed,
    ConnectionFailed,
    ValidationFailed,
)
from ansible_collections.mspplus.netsec.plugins.plugin_utils._engine.operations import Plan
from ansible_collections.mspplus.netsec.plugins.plugin_utils._engine.waiting import Progress
from ansible_collections.mspplus.netsec.plugins.plugin_utils._srx.capture import clean_up_device
from ansible_collections.mspplus.netsec.plugins.plugin_utils._srx.capture.device import Capture, Limits
from ansible_collections.mspplus.netsec.plugins.plugin_utils._srx.capture.file_device import CaptureFiles
from ansible_collections.mspplus.netsec.plugins.plugin_utils._srx.firewall import Firewall
from ansible_collections.mspplus.netsec.plugins.plugin_utils._srx.flow_monitor.model import file_of, filter_of
from lab.server import Lab

CONFIG = """\
set system host-name fw1
set security zones security-zone trust interfaces ge-0/0/1.0
set security zones security-zone untrust interfaces ge-0/0/0.0
set interfaces ge-0/0/0 unit 0 family inet address 203.0.113.2/30
set interfaces ge-0/0/1 unit 0 family inet address 10.1.1.1/24
set security policies from-zone trust to-zone untrust policy web match source-address any
set security policies from-zone trust to-zone untrust policy web match destination-address any
set security policies from-zone trust to-zone untrust policy web match application any
set security policies from-zone trust to-zone untrust policy web then permit
"""
FILTERS: list[dict[str, Any]] = [
    {"name": "out", "source_prefix": "10.1.1.7", "protocol": "tcp"},
    {"name": "back", "destination_prefix": "10.1.1.7", "protocol": "tcp"},
]
FILE: dict[str, Any] = {"name": "capture", "size": "1m", "files": 2}
WRITES = ("monitor ", "clear ", "file delete")
READ_TIMEOUT = 1.5


def srx(**options: Any) -> dict[str, Any]:
    return {
        "name": "fw1",
        "kind": "srx",
        "config_text": CONFIG,
        "password": "CANARY-lab-password",
        "packets_per_second": 40.0,
        **options,
    }


@pytest.fixture(autouse=True)
def no_long_pause(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clean_up_device, "FIRST_PAUSE", 0.1)


class Clock:
    """Real time; `meanwhile` happens at the first sleep."""

    def __init__(self, meanwhile: Callable[[], object] | None = None) -> None:
        self._meanwhile = meanwhile

    def monotonic(self) -> float:
        return time.monotonic()

    def sleep(self, seconds: float) -> None:
        meanwhile, self._meanwhile = self._meanwhile, None
        if meanwhile:
            meanwhile()
        time.sleep(seconds)


class Interrupted(Exception):
    """What ends a task from outside."""


def begun(
    door: Any, *, file: dict[str, Any] | None = None, clock: Clock | None = None, **limits: Any
) -> tuple[Plan, Capture]:
    """A capture that is about to begin, over an open or closed door."""
    firewall = Firewall(door, READ_TIMEOUT)
    desired = Limits(**{"duration": 0.4, "interval": 0.2, **limits})
    filters = [filter_of(item) for item in FILTERS]
    task = Capture(firewall, filters, file_of(file or FILE), desired, Progress("fw1", None), clock or Clock())
    return task.prepared(), task


def capture(
    lab: Lab,
    dest: Path | None = None,
    *,
    file: dict[str, Any] | None = None,
    clock: Clock | None = None,
    check_mode: bool = False,
    **limits: Any,
) -> dict[str, Any]:
    """One task, from login to logout."""
    door = open_door(lab, read_timeout=READ_TIMEOUT)
    try:
        begin, task = begun(door, file=file, clock=clock, **limits)
        result: dict[str, Any] = {"commands": task.commands(begin)}
        return result if check_mode else result | task.run(begin, CaptureFiles(str(dest) if dest else None, "fw1"))
    finally:
        door.close()


def written(lab: Lab) -> list[str]:
    return [line for line in sent(lab) if line.startswith(WRITES)]


def left(lab: Lab) -> tuple[bool, list[str], list[str]]:
    """Whether the monitor runs, its filters, and the files of /var/log."""
    monitor = device(lab).monitor
    return monitor.running, sorted(monitor.filters), sorted(device(lab).files)


@contextmanager
def file_size(limit: int) -> Iterator[None]:
    """Files of this process may not grow beyond this: what a full disk does."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def define(lab: Lab, *commands: str) -> None:
    """What somebody else has typed."""
    door = open_door(lab)
    try:
        Firewall(door, 5.0).read(*commands)
    finally:
        door.close()


NOTHING = (False, [], [])


def test_a_capture_brings_packets_and_leaves_nothing(lab: StartLab, tmp_path: Path) -> None:
    edge = lab(srx())
    result = capture(edge, tmp_path / "fw1", kept=5)
    assert written(edge) == result["commands"]
    assert left(edge) == NOTHING
    assert result["ended_by"] == "duration" and result["seconds"] >= 0.4 and not result["wrapped"]
    summary = result["summary"]
    assert "warnings" not in result
    assert len(result["packets"]) == 5 < summary["packets"]
    assert set(summary["filters"]) == {"out", "back"} and set(summary["verdicts"]) == {"forwarded", "dropped"}
    packets = [json.loads(line) for line in (tmp_path / "fw1.jsonl").read_text(encoding="utf-8").splitlines()]
    lines = (tmp_path / "fw1.log").read_text(encoding="utf-8").splitlines()
    assert len(packets) == summary["packets"] == sum("matched filter" in line for line in lines)
    assert packets[:5] == result["packets"] and len(lines) == summary["lines"]
    assert (
        (tmp_path / "fw1.txt")
        .read_text(encoding="utf-8")
        .startswith(f"fw1: {len(packets)} packets, {len(lines)} lines\n")
    )
    assert sorted(path.name for path in tmp_path.iterdir()) == ["fw1.jsonl", "fw1.log", "fw1.txt"]


def test_enough_packets_end_it_earlier(lab: StartLab) -> None:
    result = capture(lab(srx()), duration=20, stop_after=5)
    assert result["ended_by"] == "count" and result["seconds"] < 10 and result["summary"]["packets"] >= 5
    assert "files" not in result


def test_check_mode_says_the_commands_and_sends_none(lab: StartLab) -> None:
    edge = lab(srx())
    commands = capture(edge, check_mode=True)["commands"]
    assert commands[0].startswith("monitor security flow filter out") and commands[-1] == "file delete /var/log/capture"
    assert written(edge) == [] and left(edge) == NOTHING


def test_a_file_that_turns_over_is_fetched_oldest_first_and_goes_whole(lab: StartLab, tmp_path: Path) -> None:
    edge = lab(srx(packets_per_second=200.0))
    result = capture(edge, tmp_path / "fw1", file={"name": "capture", "size": 20480, "files": 4}, duration=0.8)
    assert result["wrapped"] and left(edge) == NOTHING
    times = [json.loads(line)["time"] for line in (tmp_path / "fw1.jsonl").read_text(encoding="utf-8").splitlines()]
    assert times == sorted(times)
    assert [line for line in written(edge) if line.startswith("file")] == [
        f"file delete /var/log/capture{ending}" for ending in (".2", ".1", ".0", "")
    ]
    assert result["commands"] == written(edge)


def test_packets_are_counted_over_all_files(lab: StartLab) -> None:
    edge = lab(srx(packets_per_second=200.0))
    file = {"name": "capture", "size": 10240, "files": 20}
    result = capture(edge, file=file, duration=20, stop_after=60)
    assert result["ended_by"] == "count" and result["seconds"] < 10 and result["summary"]["packets"] >= 60
    assert left(edge) == NOTHING


def test_nothing_that_matched_is_a_result_too(lab: StartLab, tmp_path: Path) -> None:
    edge = lab(srx(packets_per_second=0.0))
    result = capture(edge, tmp_path / "fw1")
    assert (result["packets"], result["summary"]["packets"], result["wrapped"]) == ([], 0, False)
    assert (tmp_path / "fw1.jsonl").read_bytes() == b"" and left(edge) == NOTHING


def test_a_second_capture_sets_the_bounds_of_its_file_anew(lab: StartLab) -> None:
    """The device still knows the name; size and number are nowhere to be seen."""
    edge = lab(srx())
    capture(edge)
    capture(edge, file={"name": "capture", "size": 20480, "files": 5})
    assert (device(edge).monitor.file.size, device(edge).monitor.file.files) == (20480, 5)


def test_files_of_others_with_a_similar_name_stay(lab: StartLab) -> None:
    edge = lab(srx())
    edge.call(lambda: [device(edge).append(name, ["precious"], 10_000, 2) for name in ("capture-old", "capture.txt")])
    capture(edge)
    assert left(edge) == (False, [], ["capture-old", "capture.txt"])


def test_the_file_may_stay(lab: StartLab) -> None:
    edge = lab(srx())
    capture(edge, keep_file=True)
    assert left(edge) == (False, [], ["capture"])


@pytest.mark.parametrize("node", ["node0", "node1"])
def test_a_cluster_captures_on_the_node_that_answers(lab: StartLab, node: str) -> None:
    edge = lab(srx(cluster=True, node=node))
    assert capture(edge)["summary"]["packets"] > 0 and left(edge) == NOTHING


# -- what is not free for a capture


TRACE = "set security flow traceoptions file t\nset security flow traceoptions flag basic-datapath\n"


@pytest.mark.parametrize(
    ("commands", "options", "rules"),
    [
        (
            ["monitor security flow filter x", "monitor security flow file f", "monitor security flow start"],
            {},
            ["C1", "C3"],
        ),
        ([], {"config_text": CONFIG + TRACE}, ["C2"]),
        (["monitor security flow filter theirs"], {}, ["C3"]),
        (["monitor security flow filter out protocol udp"], {}, ["C4"]),
    ],
)
def test_a_device_that_is_not_free_is_refused(
    lab: StartLab, commands: list[str], options: dict[str, Any], rules: list[str]
) -> None:
    edge = lab(srx(**options))
    define(edge, *commands)
    before, typed = left(edge), written(edge)
    with pytest.raises(ValidationFailed) as refused:
        capture(edge)
    assert [problem.rule for problem in refused.value.problems] == rules
    assert left(edge) == before and written(edge) == typed


def test_a_file_that_exists_is_never_overwritten(lab: StartLab) -> None:
    edge = lab(srx())
    edge.call(lambda: device(edge).append("capture", ["precious"], 10_000, 2))
    with pytest.raises(ValidationFailed, match="C5"):
        capture(edge)
    assert device(edge).files["capture"] == ["precious"]


def test_filters_of_others_stay_when_they_are_allowed(lab: StartLab) -> None:
    edge = lab(srx())
    define(edge, "monitor security flow filter theirs protocol udp", "monitor security flow file theirs-trace")
    result = capture(edge, with_others=True)
    assert "theirs" in result["summary"]["filters"]
    assert left(edge) == (False, ["theirs"], [])
    assert device(edge).monitor.file.name == "theirs-trace"


def test_a_filter_that_somebody_makes_meanwhile_stays(lab: StartLab) -> None:
    edge = lab(srx())
    capture(edge, clock=Clock(lambda: define(edge, "monitor security flow filter late")))
    assert left(edge) == (False, ["late"], [])


# -- what goes wrong


ANY = "^(?!set cli|cli)"


def commands(lab: Lab) -> list[str]:
    """What was sent behind the login."""
    return [line for line in sent(lab) if re.match(ANY, line)]


def ending(lab: Lab, dest: Path) -> tuple[str, str, str]:
    """How a capture ends (unreachable, refused, failed, success), what it says, device_state."""
    try:
        capture(lab, dest)
    except ConnectionFailed as error:
        return "unreachable", str(error), "unchanged"
    except ValidationFailed as refused:
        return "refused", str(refused), "unchanged"
    except ApplyFailed as failed:
        return "failed", str(failed), failed.device_state
    return "success", "", "unchanged"


SPOILT: dict[str, dict[str, Any]] = {
    "drop": {},
    "drop in the middle": {"name": "drop", "after_bytes": 3},
    "hang": {},
    "truncated": {"after_bytes": 5},
    "garbage": {"bytes": 200},
    "not_authorized": {},
}


QUICK = (16, 22, 5, 30, 33, 27)
# A capture sends some forty commands, the more the longer the machine takes; one of each fault in `make test`.
EVERY = [
    pytest.param(fault, nth, marks=[] if (fault, nth) in zip(SPOILT, QUICK, strict=True) else [pytest.mark.soak])
    for fault in SPOILT
    for nth in range(1, 46)
]


@pytest.mark.parametrize(("fault", "nth"), EVERY)
def test_a_fault_at_any_command_leaves_nothing(lab: StartLab, fault: str, nth: int, tmp_path: Path) -> None:
    edge = lab(srx(faults=[{"name": fault, "at": ANY, "nth": nth, "times": 1, **SPOILT[fault]}]))
    how, said, state = ending(edge, tmp_path / "fw1")
    fired = [entry for entry in edge.journal("fw1") if entry["event"] == "fault"]
    assert fired or len(commands(edge)) < nth, "the fault did not happen"
    assert left(edge) == NOTHING and state.startswith("unchanged"), (how, said, state)
    assert (how == "success") == bool(list(tmp_path.iterdir()))
    if how != "success":
        assert said and "Traceback" not in said
    if how in ("unreachable", "refused"):
        assert written(edge) == []
    edge.clear_faults("fw1")
    assert capture(edge)["summary"]["packets"] > 0


AT = [
    r"^monitor security flow filter out", r"^monitor security flow filter back", r"^monitor security flow file",
    r"^monitor security flow start", r"^show log capture \|", r"^monitor security flow stop", r"^show log capture$",
    r"^clear monitor security flow filter out", r"^file delete",
]  # fmt: skip


@pytest.mark.parametrize("at", AT)
@pytest.mark.parametrize("fault", ["drop", "hang"])
def test_a_link_that_is_lost_leaves_nothing(lab: StartLab, at: str, fault: str, tmp_path: Path) -> None:
    edge = lab(srx(faults=[{"name": fault, "at": at, "times": 1}]))
    failed = ""
    try:
        capture(edge, tmp_path / "fw1")
    except ApplyFailed as error:
        failed = error.device_state
    assert [entry for entry in edge.journal("fw1") if entry["event"] == "fault"]
    assert left(edge) == NOTHING
    # What is lost while cleaning up costs nothing: the capture is there, and the next session cleans up.
    assert bool(failed) != bool(list(tmp_path.iterdir())) and (not failed or failed.startswith("unchanged"))
    assert capture(edge)["summary"]["packets"] > 0


@pytest.mark.parametrize(
    "at", ["^monitor security flow start", "^monitor security flow filter back", "^show log capture$"]
)
def test_a_refusal_leaves_nothing(lab: StartLab, at: str) -> None:
    edge = lab(srx(faults=[{"name": "not_authorized", "at": at, "times": 1}]))
    with pytest.raises(ApplyFailed, match="permission denied") as failed:
        capture(edge)
    assert failed.value.device_state.startswith("unchanged") and left(edge) == NOTHING
    assert failed.value.details["commands"] == [line for line in written(edge) if not re.search(at, line)]


def test_a_trace_that_came_in_part_is_warned_of(lab: StartLab) -> None:
    edge = lab(srx(faults=[{"name": "truncated", "at": "^show log capture$", "after_bytes": 300, "times": 1}]))
    result = capture(edge)
    (warning,) = result["warnings"]
    assert re.search(r"counted \d+ packets, but only [01] could be read", warning) and left(edge) == NOTHING


def test_a_file_that_cannot_be_deleted_is_said(lab: StartLab) -> None:
    edge = lab(srx(faults=[{"name": "not_authorized", "at": "^file delete"}]))
    with pytest.raises(ApplyFailed, match="could not be cleaned up") as failed:
        capture(edge)
    assert failed.value.device_state.startswith("changed: ") and "could not be deleted" in failed.value.device_state
    assert left(edge) == (False, [], ["capture"])
    assert failed.value.details["summary"]["packets"] > 0


def test_a_device_that_stays_away_is_given_up_in_time_and_what_may_be_left_is_said(
    lab: StartLab, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(clean_up_device, "SECONDS", 1.0)
    monkeypatch.setattr(clean_up_device, "FIRST_PAUSE", 0.2)
    edge = lab(srx(faults=[{"name": "drop", "at": r"^show log capture \|", "times": 1}]))
    clock = Clock(lambda: edge.add_fault("fw1", {"name": "refuse"}))
    started = time.monotonic()
    with pytest.raises(ApplyFailed) as failed:
        capture(edge, clock=clock)
    assert time.monotonic() - started < 30
    state = failed.value.device_state
    assert state.startswith("changed: ") and all(word in state for word in ("out, back", "capture", "state: absent"))


def test_a_reboot_in_the_middle_is_said(lab: StartLab) -> None:
    edge = lab(srx())
    with pytest.raises((ApplyFailed, ConnectionFailed)) as failed:
        capture(edge, clock=Clock(lambda: edge.call(device(edge).reboot)), duration=5.0)
    assert "lost the capture" in str(failed.value) or "session was lost" in str(failed.value)
    assert left(edge) == NOTHING


def test_somebody_who_stops_the_monitor_ends_the_capture_early(lab: StartLab) -> None:
    edge = lab(srx())
    clock = Clock(lambda: define(edge, "monitor security flow stop"))
    result = capture(edge, clock=clock, duration=20)
    assert result["ended_by"] == "stopped" and result["seconds"] < 10 and left(edge) == NOTHING


def test_a_session_that_comes_back_on_the_other_node_is_said(lab: StartLab) -> None:
    edge = lab(srx(cluster=True, faults=[{"name": "drop", "at": r"^show log capture \|", "times": 1}]))
    clock = Clock(lambda: setattr(device(edge), "node", "node1"))
    with pytest.raises(ApplyFailed) as failed:
        capture(edge, clock=clock)
    assert failed.value.device_state.startswith("changed: ") and "on node1, not on node0" in failed.value.device_state


def test_an_interrupted_task_cleans_up(lab: StartLab) -> None:
    def interrupt() -> None:
        raise Interrupted

    edge = lab(srx())
    with pytest.raises(Interrupted):
        capture(edge, clock=Clock(interrupt))
    assert left(edge) == NOTHING


@pytest.mark.parametrize("at", ["^show log capture", "^clear monitor security flow filter out", "^file delete"])
def test_a_task_that_is_interrupted_while_it_waits_for_an_answer_cleans_up(lab: StartLab, at: str) -> None:
    """As the option timeout of a task does it: a signal, wherever the process stands; in the end of a capture, too."""
    edge = lab(srx(faults=[{"name": "hang", "at": at, "times": 1}]))

    def alarm(_number: int, _frame: object) -> None:
        raise Interrupted

    def when_it_hangs() -> None:
        eventually(lambda: [entry for entry in edge.journal("fw1") if entry["event"] == "fault"])
        os.kill(os.getpid(), signal.SIGUSR1)

    before = signal.signal(signal.SIGUSR1, alarm)
    watcher = threading.Thread(target=when_it_hangs)
    watcher.start()
    try:
        with pytest.raises(Interrupted):
            capture(edge)
    finally:
        watcher.join(10)
        signal.signal(signal.SIGUSR1, before)
    assert left(edge) == NOTHING


def test_what_a_killed_process_leaves_is_bounded_on_the_device(lab: StartLab) -> None:
    edge = lab(srx(packets_per_second=400.0))
    door = open_door(edge)
    begin, _task = begun(door, file={"name": "capture", "size": 10240, "files": 3})
    door.close()
    define(edge, *begin.commands)
    time.sleep(0.5)
    edge.call(device(edge).monitor.write_out)
    sizes = {name: sum(len(line) + 1 for line in lines) for name, lines in device(edge).files.items()}
    assert set(sizes) == {"capture", "capture.0", "capture.1"} and max(sizes.values()) <= 10240


def test_a_folder_that_is_not_there_is_said_before_anything_is_sent(lab: StartLab, tmp_path: Path) -> None:
    edge = lab(srx())
    with pytest.raises(ApplyFailed, match="cannot be written: No such file or directory"):
        capture(edge, tmp_path / "nowhere" / "fw1")
    assert written(edge) == [] and left(edge) == NOTHING


@pytest.mark.parametrize("limit", [8, 20_000])
def test_a_full_disk_leaves_no_files_and_nothing_on_the_device(lab: StartLab, tmp_path: Path, limit: int) -> None:
    """Noticed in the middle of a fetch, while the device still writes, or at its end."""
    edge = lab(srx(packets_per_second=400.0 if limit > 8 else 2.0))
    door = open_door(edge)
    begin, task = begun(door, duration=0.6)
    with file_size(limit), pytest.raises(ApplyFailed, match="File too large") as failed:
        task.run(begin, CaptureFiles(str(tmp_path / "fw1"), "fw1"))
    door.close()
    assert failed.value.device_state.startswith("unchanged") and left(edge) == NOTHING
    assert list(tmp_path.iterdir()) == []


def test_a_disk_that_is_full_at_the_end_hides_nothing_that_is_left(lab: StartLab, tmp_path: Path) -> None:
    edge = lab(srx(packets_per_second=2.0, faults=[{"name": "not_authorized", "at": "^file delete"}]))
    door = open_door(edge)
    begin, task = begun(door, duration=0.6)
    with file_size(8), pytest.raises(ApplyFailed, match="File too large") as failed:
        task.run(begin, CaptureFiles(str(tmp_path / "fw1"), "fw1"))
    door.close()
    assert failed.value.device_state.startswith("changed: ") and left(edge) == (False, [], ["capture"])
