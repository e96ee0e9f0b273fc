# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""srx_flow_monitor and srx_flow_monitor_info against lab firewalls, over the real connection."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pytest
from integration.conftest import StartLab
from integration.firewalls import device, open_door, sent
from integration.harness import Tasks

from ansible_collections.mspplus.netsec.plugins.plugin_utils._engine.failures import (
    ApplyFailed,
    ConnectionFailed,
    ValidationFailed,
)
from ansible_collections.mspplus.netsec.plugins.plugin_utils._engine.run import Run, Terms, converge
from ansible_collections.mspplus.netsec.plugins.plugin_utils._engine.waiting import Progress
from ansible_collections.mspplus.netsec.plugins.plugin_utils._srx.firewall import Firewall
from ansible_collections.mspplus.netsec.plugins.plugin_utils._srx.flow_monitor.device import MonitorWing, inspect
from ansible_collections.mspplus.netsec.plugins.plugin_utils._srx.flow_monitor.model import file_of, filter_of
from ansible_collections.mspplus.netsec.plugins.plugin_utils._srx.flow_monitor.plan import Document
from lab.server import Lab

CONFIG = """\
set system host-name fw1
set security zones security-zone trust interfaces ge-0/0/1.0
set security zones security-zone untrust interfaces ge-0/0/0.0
set interfaces ge-0/0/0 unit 0 family inet address 203.0.113.2/30
set interfaces ge-0/0/1 unit 0 family inet address 10.1.1.1/24
"""
TRACEOPTIONS = ["set security flow traceoptions file someones", "set security flow traceoptions flag basic-datapath"]
OUT: dict[str, Any] = {
    "name": "out",
    "source_prefix": "10.1.1.7",
    "protocol": "6",
    "destination_port": "https",
    "interface": "ge-0/0/1",
}
BACK: dict[str, Any] = {"name": "back", "destination_prefix": "10.1.1.7/32", "protocol": "tcp", "source_port": "443"}
FILE: dict[str, Any] = {"name": "client-trace", "size": "1m", "files": 3}
_FILE = MappingProxyType(FILE)
WRITES = re.compile(r"(?:monitor|clear|configure|set (?!cli)|file delete|request)\b")
COMMANDS = [
    "monitor security flow filter out source-prefix 10.1.1.7/32 destination-port 443 protocol tcp interface ge-0/0/1.0",
    "monitor security flow filter back destination-prefix 10.1.1.7/32 source-port 443 protocol tcp",
    "monitor security flow file client-trace size 1048576 files 3",
    "monitor security flow start",
]
READ_TIMEOUT = 1.5  # seconds; a hang waits this long


def srx(**options: Any) -> dict[str, Any]:
    return {"name": "fw1", "kind": "srx", "password": "CANARY-lab-password", "config_text": CONFIG, **options}


@contextmanager
def opened(lab: Lab, kind: type[Firewall] = Firewall) -> Iterator[Firewall]:
    door = open_door(lab, read_timeout=READ_TIMEOUT)
    try:
        yield kind(door, READ_TIMEOUT)
    finally:
        door.close()


def run(
    lab: Lab,
    filters: list[dict[str, Any]] | None = None,
    file: Mapping[str, Any] | None = _FILE,
    state: str = "started",
    *,
    check_mode: bool = False,
    meanwhile: Callable[[], object] | None = None,
    kind: type[Firewall] = Firewall,
    **options: bool,
) -> Run:
    """One run of srx_flow_monitor, from login to logout. meanwhile: happens between its reads and its first command.

    One with another file is about a monitor that runs already, so it says that it takes it over.
    """

    def progress(what: str) -> None:
        if meanwhile and what.startswith("applying"):
            meanwhile()

    items = [OUT, BACK] if filters is None else filters
    with opened(lab, kind) as firewall:
        asked = Document(
            [filter_of(item) for item in items],
            file_of(file) if file else None,
            state,
            **{"take_over": file is not _FILE, **options},
        )
        wing = MonitorWing(firewall, asked, Progress("fw1", None))
        return converge(wing, Terms(check_mode=check_mode), progress)


def typed(lab: Lab, *commands: str) -> None:
    """What somebody else types."""
    with opened(lab) as firewall:
        firewall.read(*commands)


def carried(lab: Lab) -> tuple[bool, str | None, dict[str, dict[str, str]]]:
    """Whether the monitor runs, the name of its file, and what the device holds of each filter."""
    monitor = device(lab).monitor
    filters = {name: dict(item.criteria) for name, item in monitor.filters.items()}
    return monitor.running, monitor.file.name if monitor.file else None, filters


def written(lab: Lab) -> list[str]:
    return [line for line in sent(lab) if WRITES.match(line)]


def told(outcome: Run) -> list[str]:
    return [warning.rule for warning in outcome.warnings]


HELD = {
    "out": {
        "source-prefix": "10.1.1.7/32",
        "destination-port": "443",
        "protocol": "tcp",
        "interface": "ge-0/0/1.0",
    },
    "back": {"destination-prefix": "10.1.1.7/32", "source-port": "443", "protocol": "tcp"},
}
EMPTY = (False, None, {})


# -- the states


def test_check_mode_tells_a_run_does_a_second_run_changes_nothing(lab: StartLab) -> None:
    edge = lab(srx())
    planned = run(edge, check_mode=True)
    assert planned.changed and planned.plan.commands == COMMANDS
    assert written(edge) == [] and carried(edge) == EMPTY
    done = run(edge)
    assert (done.changed, done.plan, done.before, done.after) == (True, planned.plan, planned.before, planned.after)
    assert written(edge) == COMMANDS and carried(edge) == (True, "client-trace", HELD)
    again = run(edge)
    assert not again.changed and again.plan.commands == [] and written(edge) == COMMANDS
    assert told(done) == [] and told(again) == ["M17"]
    assert len([entry for entry in edge.journal("fw1") if entry["event"] == "login"]) == 3


def test_the_diff_shows_the_monitor_before_and_after(lab: StartLab, tmp_path: Path) -> None:
    task = Tasks(lab(srx()), tmp_path, "fw1")
    diff = task("srx_flow_monitor", {"filters": [OUT, BACK], "file": FILE}, check=True, diff=True)["diff"][0]
    assert diff["before"] == "running: false\nfile: null\nfilters:\n"
    assert diff["after"].startswith("running: true\nfile: client-trace\nfilters:\n  - {name: out, ")
    assert 'source_prefix: "10.1.1.7/32"' in diff["after"] and "interface: ge-0/0/1.0" in diff["after"]


def test_each_state_converges_and_stays(lab: StartLab) -> None:
    edge = lab(srx())

    def reached(state: str, **more: Any) -> list[str]:
        before = len(written(edge))
        assert run(edge, state=state, **more).changed
        assert not run(edge, state=state, **more).changed
        return written(edge)[before:]

    assert reached("present") == COMMANDS[:3] and not carried(edge)[0]
    assert reached("started") == COMMANDS[3:] and carried(edge)[0]
    assert reached("stopped", filters=[], file=None) == ["monitor security flow stop"]
    assert carried(edge) == (False, "client-trace", HELD)
    assert reached("started", filters=[], file=None) == ["monitor security flow start"]
    assert reached("absent", filters=[{"name": "out"}], file=None) == [
        "monitor security flow stop",
        "clear monitor security flow filter out",
        "monitor security flow start",
    ]
    assert carried(edge)[0] and set(carried(edge)[2]) == {"back"}
    assert reached("absent", filters=[{"name": "back"}], file=None) == [
        "monitor security flow stop",
        "clear monitor security flow filter back",
    ]
    assert carried(edge) == (False, "client-trace", {})


def test_present_leaves_a_running_monitor_running_with_one_short_gap(lab: StartLab) -> None:
    edge = lab(srx())
    run(edge)
    before = len(written(edge))
    done = run(edge, [OUT, {**BACK, "protocol": "udp"}], state="present")
    assert written(edge)[before:] == [
        "monitor security flow stop",
        "clear monitor security flow filter back",
        "monitor security flow filter back destination-prefix 10.1.1.7/32 source-port 443 protocol udp",
        "monitor security flow start",
    ]
    assert carried(edge)[0] and done.plan.operations[0].risk == ("gap",)


def test_another_trace_file_is_set_between_stop_and_start(lab: StartLab) -> None:
    edge = lab(srx())
    run(edge)
    assert run(edge, file={"name": "other"}).plan.commands == [
        "monitor security flow stop",
        "monitor security flow file other",
        "monitor security flow start",
    ]
    assert carried(edge)[:2] == (True, "other")


def test_what_the_device_cannot_show_of_the_file_is_set_again_only_by_force(lab: StartLab) -> None:
    edge = lab(srx())
    run(edge)
    bigger = {**FILE, "size": "2m"}
    unseen = run(edge, file=bigger)
    assert not unseen.changed and told(unseen) == ["M17"] and "force_file" in unseen.warnings[0].remedy
    forced = run(edge, file=bigger, force_file=True)
    assert forced.changed and "monitor security flow file client-trace size 2097152 files 3" in forced.plan.commands
    assert device(edge).monitor.file.size == 2 * 1024**2 and carried(edge)[0]


# -- others


def test_filters_of_others_stay_until_they_are_purged(lab: StartLab) -> None:
    edge = lab(srx())
    typed(edge, "monitor security flow filter theirs protocol udp", "monitor security flow filter empty")
    run(edge)
    assert set(carried(edge)[2]) == {"theirs", "empty", "out", "back"}
    run(edge, state="absent")
    assert set(carried(edge)[2]) == {"theirs", "empty"} and carried(edge)[0]
    run(edge, [OUT], purge=True)
    assert set(carried(edge)[2]) == {"out"} and carried(edge)[0]
    run(edge, [], None, "absent", purge=True)
    assert carried(edge)[2] == {} and not carried(edge)[0]
    clears = [line for line in sent(edge) if line.startswith("clear")]
    assert len(clears) == 5 and all(line.startswith("clear monitor security flow filter ") for line in clears)


THEIRS = (
    "monitor security flow filter theirs source-prefix 10.9.9.9",
    "monitor security flow file their-trace",
    "monitor security flow start",
)


@pytest.mark.parametrize("state", ["started", "present", "stopped"])
@pytest.mark.parametrize("file", [FILE, None], ids=["another file", "no file"])
def test_a_monitor_that_somebody_else_runs_is_left_alone_unless_told(
    lab: StartLab, tmp_path: Path, state: str, file: dict[str, Any] | None
) -> None:
    edge = lab(srx())
    typed(edge, *THEIRS)
    task = Tasks(edge, tmp_path, "fw1")
    start, sent_before = carried(edge), written(edge)
    options = {"filters": [OUT], "state": state, **({"file": file} if file else {})}
    for check in (True, False):
        refused = task("srx_flow_monitor", options, check=check)
        assert refused["failed"] and not refused["changed"]
        assert [(each["rule"], each["item"]) for each in refused["problems"]] == [("M20", "state")]
        assert "theirs into their-trace: another user captures" in refused["msg"] and "take_over" in refused["msg"]
    assert (carried(edge), written(edge)) == (start, sent_before)
    taken = task("srx_flow_monitor", {**options, "take_over": True})
    assert taken["changed"] and taken["before"]["file"] == "their-trace" and set(carried(edge)[2]) == {"out", "theirs"}
    assert carried(edge)[:2] == (state != "stopped", "client-trace" if file else "their-trace")
    assert not task("srx_flow_monitor", {**options, "take_over": True})["changed"]


def test_a_filter_that_matches_everything_warns(lab: StartLab, tmp_path: Path) -> None:
    edge = lab(srx())
    given = {"filters": [{"name": "all", "source_prefix": "0.0.0.0/0"}], "file": FILE}
    done = Tasks(edge, tmp_path, "fw1")("srx_flow_monitor", given)
    assert done["changed"] and any("[M21] filters[all]: it matches every packet" in text for text in done["warnings"])


def test_active_traceoptions_refuse_and_are_never_stopped(lab: StartLab) -> None:
    edge = lab(srx(config_text=CONFIG + "\n".join(TRACEOPTIONS)))
    for check_mode in (True, False):
        with pytest.raises(ValidationFailed, match=r"M11.*traceoptions are configured and active"):
            run(edge, check_mode=check_mode)
    assert written(edge) == [] and carried(edge) == EMPTY
    assert run(edge, state="present").changed  # filters and file do not trace anything
    inactive = CONFIG + "\n".join([*TRACEOPTIONS, "deactivate security flow traceoptions"])
    assert run(lab(srx(config_text=inactive))).changed


@pytest.mark.parametrize("conflict", ["error", "silent"])
def test_traceoptions_that_come_in_the_meantime_are_noticed(lab: StartLab, conflict: str) -> None:
    edge = lab(srx(conflict=conflict))
    with pytest.raises(ApplyFailed) as failed:
        run(edge, meanwhile=lambda: edge.call(lambda: device(edge).external_commit(TRACEOPTIONS)))
    assert carried(edge) == (False, "client-trace", {})
    assert failed.value.device_state.startswith("rolled back, but for the name of its trace file, client-trace")
    words = " ".join(map(str, failed.value.problems))
    assert ("blocked" in words) if conflict == "error" else ("monitor security flow start" in words)


@pytest.mark.parametrize("start_active", ["silent", "error"])
def test_somebody_who_starts_it_first(lab: StartLab, start_active: str) -> None:
    edge = lab(srx(start_active=start_active))
    run(edge, state="present")

    def start() -> None:
        typed(edge, "monitor security flow start")

    if start_active == "silent":
        assert run(edge, meanwhile=start).changed and carried(edge)[0]
    else:
        with pytest.raises(ApplyFailed, match="already active"):
            run(edge, meanwhile=start)
    assert not run(edge, state="present").changed
    run(edge)
    assert carried(edge) == (True, "client-trace", HELD)


def test_a_reboot_loses_everything_and_the_next_run_makes_it_again(lab: StartLab) -> None:
    edge = lab(srx())
    run(edge)
    edge.call(device(edge).reboot)
    assert carried(edge) == EMPTY
    again = run(edge)
    assert again.changed and again.plan.commands == COMMANDS
    assert carried(edge) == (True, "client-trace", HELD) and not run(edge).changed


# -- what no source tells of the device: both ways


SWITCHES = {
    "port_print": ("single", "range"),
    "any_v6": ("v4", "v6"),
    "filter_repeat": ("merge", "replace"),
    "clear_feedback": ("text", "silent"),
    "size_suffix": (True, False),
    "shows_extras": (True, False),
    "start_active": ("silent", "error"),
    "conflict": ("error", "silent"),
}


@pytest.mark.parametrize(("switch", "value"), [(key, value) for key, values in SWITCHES.items() for value in values])
def test_what_nobody_knows_of_the_device_makes_no_difference(lab: StartLab, switch: str, value: Any) -> None:
    edge = lab(srx(**{switch: value}))
    six = {"name": "six", "source_prefix": "2001:db8::7", "protocol": "58"}
    six_back = {"name": "six-back", "destination_prefix": "2001:db8::/32", "source_port": "53"}
    filters = [OUT, BACK, six, six_back]
    assert run(edge, filters).changed and not run(edge, filters).changed
    fewer = [{"name": "out", "source_prefix": "10.1.1.8/32"}, BACK, six, six_back]
    assert run(edge, fewer).changed and not run(edge, fewer).changed
    assert carried(edge)[2]["out"] == {"source-prefix": "10.1.1.8/32"}
    assert run(edge, fewer, state="absent").changed and not run(edge, fewer, state="absent").changed
    assert carried(edge) == (False, "client-trace", {})


@pytest.mark.parametrize("shown", [True, False])
def test_criteria_that_the_device_may_not_show(lab: StartLab, shown: bool) -> None:
    edge = lab(srx(shows_extras=shown))
    tagged = {**OUT, "conn_tag": 7, "tenant": "TSYS1", "vxlan_vni": 42, "tunnel_inspection_type": "vxlan"}
    assert told(run(edge, [tagged])) == []
    again = run(edge, [tagged])
    assert not again.changed
    assert told(again) == (["M17"] if shown else ["M16", "M17"])
    held = carried(edge)[2]["out"]
    assert (held["conn-tag"], held["tenant"], held["vxlan-vni"]) == ("7", "TSYS1", "42")
    other = run(edge, [{**tagged, "conn_tag": 8}])
    assert other.changed == shown
    assert carried(edge)[2]["out"]["conn-tag"] == ("8" if shown else "7")
    assert run(edge, [{**tagged, "conn_tag": 8, "protocol": "udp"}]).changed  # made anew, with all of them
    assert carried(edge)[2]["out"]["conn-tag"] == "8"


@pytest.mark.parametrize("nodes", ["both", "local"])
@pytest.mark.parametrize("node", ["node0", "node1"])
def test_a_cluster_shows_the_monitor_of_the_node_that_answers(lab: StartLab, nodes: str, node: str) -> None:
    role = "primary" if node == "node0" else "secondary"
    edge = lab(srx(cluster=True, monitor_nodes=nodes, node=node, role=role))
    assert run(edge).changed and carried(edge) == (True, "client-trace", HELD)
    assert not run(edge).changed
    with opened(edge) as firewall:
        found = inspect(firewall, None, False, 10, 5.0)
    assert (found["node"], found["tracing"], found["monitor"]["running"]) == (node, True, True)
    assert run(edge, state="absent").changed and not run(edge, state="absent").changed


@pytest.mark.parametrize("most", [0, 2])
def test_a_limit_of_filters(lab: StartLab, most: int) -> None:
    edge = lab(srx(max_filters=most))
    three = [OUT, BACK, {"name": "third"}]
    typed(edge, "monitor security flow filter theirs")
    if not most:
        assert run(edge, three).changed
        return
    with pytest.raises(ApplyFailed, match="maximum number") as failed:
        run(edge, three)
    assert failed.value.device_state == "rolled back" and carried(edge) == (False, None, {"theirs": {}})
    (problem,) = failed.value.problems
    assert problem.item == "filters[back]" and "purge" in problem.remedy
    assert run(edge, [OUT, BACK], purge=True).changed


# -- what goes wrong on the way


def ended(lab: Lab, *arguments: Any, **more: Any) -> tuple[str, str, str]:
    """How a run ended, what was said, and what was said of the device."""
    try:
        run(lab, *arguments, **more)
    except ConnectionFailed as error:
        return "unreachable", str(error), ""
    except ValidationFailed as refused:
        return "failed", str(refused), "unchanged"
    except ApplyFailed as failed:
        return "failed", f"{failed} {' '.join(map(str, failed.problems))}", failed.device_state
    return "success", "", ""


CHANGED = [{"name": "out", "source_prefix": "10.1.1.9"}, BACK, {"name": "new"}]
NEXT = {"name": "next-trace"}
STEPS = {
    "login": ("login", 1),
    "read": (r"^show monitor security flow", 1),
    "read the status": (r"^show security flow status", 1),
    "read traceoptions": (r"^show configuration security flow ", 1),
    "stop": (r"^monitor security flow stop", 1),
    "clear": (r"^clear monitor security flow filter out", 1),
    "make": (r"^monitor security flow filter out", 1),
    "make another": (r"^monitor security flow filter new", 1),
    "file": (r"^monitor security flow file", 1),
    "start": (r"^monitor security flow start", 1),
    "prove": (r"^show monitor security flow", 2),
    "verify": (r"^show monitor security flow", 3),
}
READS = ("login", "read", "read the status", "read traceoptions")
FAULTS: dict[str, dict[str, Any]] = {
    "drop": {"name": "drop"},
    "drop behind it": {"name": "drop", "after_bytes": 0},
    "hang": {"name": "hang"},
    "truncated": {"name": "truncated", "after_bytes": 40},
    "garbage": {"name": "garbage", "bytes": 200},
    "not authorized": {"name": "not_authorized"},
}
QUICK = {
    *((step, "drop") for step in STEPS), ("read", "truncated"), ("read the status", "garbage"), ("clear", "drop behind it"),
    ("make", "not authorized"), ("file", "hang"), ("start", "not authorized"), ("start", "drop behind it"), ("prove", "truncated"),
    ("verify", "garbage"), ("read traceoptions", "not authorized"),
}  # fmt: skip


def cases() -> list[Any]:
    found = []
    for step in STEPS:
        for fault in FAULTS:
            if step == "login" and fault not in ("drop", "hang"):
                continue
            marks = [] if (step, fault) in QUICK else [pytest.mark.soak]
            found.append(pytest.param(step, fault, marks=marks, id=f"{step}: {fault}"))
    return found


@pytest.mark.parametrize(("step", "fault"), cases())
def test_a_fault_at_a_step_is_undone_told_truly_and_the_next_run_converges(
    lab: StartLab, step: str, fault: str
) -> None:
    """From a monitor that runs, with a filter that changes, one that comes, and another file."""
    edge = lab(srx())
    typed(edge, "monitor security flow filter theirs protocol udp")
    run(edge)
    start = carried(edge)
    at, nth = STEPS[step]
    edge.add_fault("fw1", {**FAULTS[fault], "at": at, "times": 1, **({"nth": nth} if nth > 1 else {})})
    how, said, state = ended(edge, CHANGED, NEXT)
    now = carried(edge)
    assert [entry for entry in edge.journal("fw1") if entry["event"] == "fault"], "the fault did not happen"
    assert how in ({"unreachable", "failed", "success"} if step in READS else {"failed", "success"}), (how, said)
    if how == "unreachable":
        assert now == start and said and "\n" not in said
    if how == "failed":
        assert said.strip() and "Traceback" not in said
        true = {"unchanged": now == start, "rolled back": now == start, "changed": now != start}
        assert next(value for word, value in true.items() if state.startswith(word)), (state, now)
    assert now[2]["theirs"] == {"protocol": "udp"}
    edge.clear_faults("fw1")
    run(edge, CHANGED, NEXT)
    assert carried(edge)[:2] == (True, "next-trace")
    assert carried(edge)[2] == {
        "theirs": {"protocol": "udp"}, "out": {"source-prefix": "10.1.1.9/32"}, "back": HELD["back"], "new": {}
    }  # fmt: skip
    assert not run(edge, CHANGED, NEXT).changed


def test_a_link_that_stays_down_says_what_may_be_there(lab: StartLab) -> None:
    edge = lab(srx())
    edge.add_fault("fw1", {"name": "drop", "at": "^monitor security flow file"})
    edge.add_fault("fw1", {"name": "drop", "at": "^show monitor", "nth": 2})
    how, said, state = ended(edge)
    assert how == "failed" and "lost" in said
    assert state.startswith("unknown") and "show monitor security flow" in state


def test_an_answer_that_decides_nothing_is_never_acted_upon(lab: StartLab) -> None:
    edge = lab(srx())
    run(edge)
    lines = written(edge)
    edge.add_fault("fw1", {"name": "truncated", "at": "^show monitor security flow", "after_bytes": 60})
    how, said, state = ended(edge, CHANGED)
    assert (how, state) == ("failed", "unchanged") and "show monitor security flow" in said
    assert written(edge) == lines


class Interrupted(Firewall):
    """A task that is interrupted when the monitor is to start."""

    def attempt(self, *commands: str) -> list[str]:
        if commands == ("monitor security flow start",):
            raise KeyboardInterrupt
        return super().attempt(*commands)


def test_an_interrupted_task_leaves_nothing_of_its_own(lab: StartLab) -> None:
    edge = lab(srx())
    typed(edge, "monitor security flow filter theirs")
    with pytest.raises(KeyboardInterrupt):
        run(edge, kind=Interrupted)
    assert carried(edge) == (False, "client-trace", {"theirs": {}})  # no command takes the file's name away


def test_a_user_who_may_not_is_told_what_he_lacks(lab: StartLab) -> None:
    edge = lab(srx(faults=[{"name": "not_authorized", "at": "^monitor security flow filter"}]))
    how, said, state = ended(edge)
    assert (how, state) == ("failed", "unchanged")
    assert "monitor security flow filter out" in said and "permissions" in said


# -- reading


def test_info_reads_without_writing(lab: StartLab) -> None:
    edge = lab(srx())
    with opened(edge) as firewall:
        found = inspect(firewall, None, False, 10, 5.0)
    assert found == {
        "monitor": {"running": False, "file": None, "filters": []}, "tracing": False, "traceoptions": False, "node": None
    }  # fmt: skip
    run(edge)
    lines = written(edge)
    with opened(edge) as firewall:
        found = inspect(firewall, None, False, 10, 5.0)
    assert found["tracing"] is True and found["monitor"]["filters"][0]["source_prefix"] == "10.1.1.7/32"
    assert written(edge) == lines


def test_events_are_the_newest_packets_and_the_whole_file_is_counted(lab: StartLab) -> None:
    edge = lab(srx(packets_per_second=200.0))
    run(edge)
    time.sleep(0.2)
    run(edge, [], None, "stopped")
    with opened(edge) as firewall:
        whole = inspect(firewall, None, True, 100_000, 30.0)
        some = inspect(firewall, "client-trace", True, 3, 30.0)
    assert some["summary"] == whole["summary"] and some["events"] == whole["events"][-3:]
    assert len(whole["events"]) == whole["summary"]["packets"] > 3
    assert set(whole["summary"]["filters"]) == {"out", "back"}
    assert {packet["source"] for packet in whole["events"] if packet["filter"] == "out"} == {"10.1.1.7"}
    assert {packet["protocol"] for packet in whole["events"]} == {"tcp"}


def test_a_trace_that_is_not_there_is_explained(lab: StartLab) -> None:
    edge = lab(srx())
    with opened(edge) as firewall:
        with pytest.raises(ApplyFailed, match="no trace file"):
            inspect(firewall, None, True, 10, 5.0)
        with pytest.raises(ApplyFailed, match="refused 'show log nothing'") as failed:
            inspect(firewall, "nothing", True, 10, 5.0)
    assert failed.value.device_state == "unchanged" and failed.value.problems[0].remedy
