# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""srx_capture when its processes are ended: real processes, real signals, one by one and as groups."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import pytest
import yaml
from integration.conftest import StartLab
from integration.eventually import eventually
from integration.firewalls import device, open_door
from integration.harness import Tasks
from integration.test_srx_capture import FILE, FILTERS, NOTHING, define, left, srx

from ansible_collections.mspplus.netsec.plugins.plugin_utils._engine.controller.guard_records import Record, of_text
from ansible_collections.mspplus.netsec.plugins.plugin_utils._engine.controller.processes import Process
from ansible_collections.mspplus.netsec.plugins.plugin_utils._engine.failures import ValidationFailed
from ansible_collections.mspplus.netsec.plugins.plugin_utils._engine.waiting import Progress
from ansible_collections.mspplus.netsec.plugins.plugin_utils._srx.capture.device import Capture, Limits
from ansible_collections.mspplus.netsec.plugins.plugin_utils._srx.capture.earlier_device import Earlier
from ansible_collections.mspplus.netsec.plugins.plugin_utils._srx.capture.guard_device import guarded
from ansible_collections.mspplus.netsec.plugins.plugin_utils._srx.capture.model import Made
from ansible_collections.mspplus.netsec.plugins.plugin_utils._srx.firewall import Firewall
from ansible_collections.mspplus.netsec.plugins.plugin_utils._srx.flow_monitor.model import file_of, filter_of
from lab import inventory
from lab.server import Lab

ROOT = Path(__file__).resolve().parents[2]
OPTIONS: dict[str, Any] = {"filters": FILTERS, "interval": 1, "progress": False}
STILL_RUNNING = (True, ["back", "out"])
LIMIT = 30.0  # seconds for anything that has to happen
SIGNALS = {"INT": signal.SIGINT, "TERM": signal.SIGTERM, "KILL": signal.SIGKILL}


class Run:
    """A playbook with one capture of 40 seconds, in processes of its own. folder: that of the records."""

    def __init__(self, lab: Lab, directory: Path, **task: Any) -> None:
        self.lab = lab
        self._directory = directory
        hosts = directory / "inventory" / "hosts.yml"
        inventory.write(lab, hosts)
        self.folder = hosts.parent / ".netsec_state" / "guards"
        options = {**OPTIONS, "duration": 40, **task.pop("options", {})}
        play = {"hosts": "fw1", "gather_facts": False, "tasks": [{"mspplus.netsec.srx_capture": options, **task}]}
        (directory / "play.yml").write_text(yaml.safe_dump([play]), encoding="utf-8")
        programs = Path(sys.executable).parent
        self.process = subprocess.Popen(
            [programs / "ansible-playbook", "-i", hosts, directory / "play.yml", *task.pop("arguments", ())],
            env={
                "PATH": f"{programs}:{os.environ['PATH']}",
                "HOME": str(directory),
                "LC_ALL": "C.UTF-8",
                "ANSIBLE_COLLECTIONS_PATH": str(ROOT / "build" / "collections"),
                "ANSIBLE_NOCOLOR": "1",
                "A_SECRET_OF_THE_RUN": "CANARY-environment",
            },
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )

    @property
    def record(self) -> Record | None:
        texts = [path.read_text() for path in self.folder.glob("*.json")] if self.folder.exists() else []
        return of_text(texts[0]) if texts else None

    def active(self) -> Record:
        """Its record, once the monitor is active."""
        wait_for(lambda: device(self.lab).monitor.running, self)
        record = self.record
        assert record and record.guard and record.main
        assert record.main.id == self.process.pid and record.worker.lives and record.guard.lives
        return record

    def end(self) -> str:
        output, _errors = self.process.communicate(timeout=LIMIT)
        assert "canary" not in output.lower() and "Traceback" not in output
        return output


def wait_for(what: Callable[[], bool], run: Run | None = None) -> None:
    end = time.monotonic() + LIMIT
    while not what():
        if run and run.process.poll() is not None:
            raise AssertionError(run.process.communicate()[0])
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.1)


@contextmanager
def running(lab: Lab, directory: Path, **task: Any) -> Iterator[Run]:
    """Whatever a test does, no process of it is left."""
    run = Run(lab, directory, **task)
    record = None
    try:
        yield run
    finally:
        record = run.record
        for process in ids(record) if record else ():
            process.end(signal.SIGKILL)
        run.process.kill()
        run.process.communicate()


def ids(record: Record) -> list[Process]:
    return [process for process in (record.main, record.worker, record.guard) if process]


def strike(record: Record, who: str, how: signal.Signals, *, group: bool) -> None:
    """Send the signal to the processes of these names, or to the groups that they are in."""
    processes = [getattr(record, name) for name in who.split("+")]
    groups = [
        os.getpgid(process.id) for process in processes
    ]  # before the first one is gone: it may take another one along
    for process, number in zip(processes, groups, strict=True):
        if group:
            with suppress(ProcessLookupError):
                os.killpg(number, how)
        else:
            process.end(how)


def again(lab: Lab, directory: Path, **options: Any) -> dict[str, Any]:
    """The next run."""
    return Tasks(lab, directory, "fw1")("srx_capture", {**OPTIONS, "duration": 1, **options})


def quick(*cases: tuple[str, str, bool]) -> list[Any]:
    """Every case; those that are named in `make test`, the others in `make soak`."""
    names = ("main", "worker", "main+worker", "main+worker+guard")
    found = []
    for who in names:
        for how in SIGNALS:
            for group in (False, True):
                if who.endswith("guard") and how == "KILL":
                    continue  # nobody is left: a test of its own
                marks = [] if (who, how, group) in cases else [pytest.mark.soak]
                name = f"{how} to {'groups of ' if group else ''}{who}"
                found.append(pytest.param(who, SIGNALS[how], group, id=name, marks=marks))
    return found


@pytest.mark.parametrize(
    ("who", "how", "group"),
    quick(("main", "INT", True), ("main", "KILL", False)),
)
def test_a_run_that_is_ended_leaves_nothing(
    lab: StartLab, tmp_path: Path, who: str, how: signal.Signals, group: bool
) -> None:
    edge = lab(srx())
    with running(edge, tmp_path) as run:
        record = run.active()
        strike(record, who, how, group=group)
        wait_for(lambda: left(edge) == NOTHING)
        wait_for(lambda: not any(process.lives for process in ids(record)))
        run.end()
        told = run.record
        assert told and told.ended and told.made is None
        assert told.ended["by"] == "guard" and told.ended["device_state"].startswith("unchanged; ")
        assert not any("canary" in path.read_text().lower() for path in run.folder.iterdir())
    result = again(edge, tmp_path)
    assert not result["failed"] and result["summary"]["packets"] > 0, result
    (said,) = result["cleaned_up"]
    assert "was cut short" in said and "its guard cleaned up" in said and f"fw1: {said}" in result["warnings"]
    assert left(edge) == NOTHING and not list(run.folder.glob("*.json"))


@pytest.mark.parametrize("group", [False, pytest.param(True, marks=pytest.mark.soak)])
def test_what_nobody_could_take_away_the_next_run_does_by_its_record(
    lab: StartLab, tmp_path: Path, group: bool
) -> None:
    edge = lab(srx())
    with running(edge, tmp_path) as run:
        record = run.active()
        strike(record, "guard+worker+main", signal.SIGKILL, group=group)
        run.end()
        eventually(lambda: not any(process.lives for process in ids(record)))  # a loaded machine takes its time
        assert left(edge)[:2] == STILL_RUNNING and run.record == record
    foretold = Tasks(edge, tmp_path, "fw1")("srx_capture", {**OPTIONS, "duration": 1}, check=True)
    assert left(edge)[:2] == STILL_RUNNING and run.record == record, "check mode changes nothing"
    assert foretold["commands"][0] == "monitor security flow stop"
    result = again(edge, tmp_path)
    assert not result["failed"] and result["summary"]["packets"] > 0, result
    assert len(result["cleaned_up"]) == len(foretold["cleaned_up"]) == 1
    assert "what it left was removed: the filters out, back and the file mspplus-capture" in result["cleaned_up"][0]
    assert set(foretold["commands"]) <= set(result["commands"])
    assert left(edge) == NOTHING and not list(run.folder.glob("*.json"))


def test_without_a_record_what_is_left_belongs_to_somebody_else(lab: StartLab, tmp_path: Path) -> None:
    edge = lab(srx())
    with running(edge, tmp_path) as run:
        strike(run.active(), "guard+worker+main", signal.SIGKILL, group=False)
        run.end()
    for path in run.folder.glob("*.json"):
        path.unlink()
    wait_for(lambda: bool(left(edge)[2]) or bool(edge.call(device(edge).monitor.write_out)))
    before = left(edge)
    result = again(edge, tmp_path)
    assert [problem["rule"] for problem in result["problems"]] == ["C1", "C4", "C4", "C5"]
    assert left(edge) == before


def test_filters_and_monitor_of_others_are_not_taken_for_what_a_record_names(lab: StartLab, tmp_path: Path) -> None:
    """Somebody has cleaned up by hand and made other filters of the same name, or captures with what is left."""
    edge = lab(srx())
    with running(edge, tmp_path) as run:
        strike(run.active(), "guard+worker+main", signal.SIGKILL, group=False)
        run.end()
    define(edge, "monitor security flow stop", "monitor security flow file theirs", "monitor security flow start")
    result = again(edge, tmp_path)
    assert {problem["rule"] for problem in result["problems"]} >= {"C1", "C4"}
    assert device(edge).monitor.running and run.record, "it stays on record until it can be taken away"
    define(
        edge,
        "monitor security flow stop",
        "clear monitor security flow filter out",
        "monitor security flow filter out protocol udp",
    )
    result = again(edge, tmp_path)
    assert [problem["rule"] for problem in result["problems"]] == ["C4"], result
    assert left(edge)[:2] == (False, ["out"])


@pytest.mark.parametrize("group", [False, pytest.param(True, marks=pytest.mark.soak)])
@pytest.mark.parametrize("how", [*(pytest.param(name, marks=pytest.mark.soak) for name in ("INT", "TERM")), "KILL"])
def test_a_run_whose_guard_is_ended_cleans_up_itself(lab: StartLab, tmp_path: Path, how: str, group: bool) -> None:
    edge = lab(srx())
    with running(edge, tmp_path, options={"duration": 4}) as run:
        record = run.active()
        strike(record, "guard", SIGNALS[how], group=group)
        output = run.end()
    assert run.process.returncode == 0, output
    assert left(edge) == NOTHING and not list(run.folder.glob("*.json"))
    assert ("was ended from outside before its time" in output) == (how == "KILL"), "else it waits for its worker"
    eventually(lambda: not any(process.lives for process in ids(record)))  # a loaded machine takes its time


def test_a_run_meanwhile_is_refused_and_told_whose_turn_it_is(lab: StartLab, tmp_path: Path) -> None:
    """While it captures, and while its orphaned worker and then its guard are all that is left of it."""
    edge = lab(srx())
    with running(edge, tmp_path) as run:
        record = run.active()
        assert record.main and record.guard
        logins = sum(entry["event"] == "login" for entry in edge.journal("fw1"))
        expected = [f"process {record.main.id})"]
        for check in (False, True):
            result = Tasks(edge, tmp_path, "fw1")("srx_capture", OPTIONS, check=check)
            (problem,) = result["problems"]
            assert (
                problem["rule"] == "C6" and expected[0] in problem["message"] and result["device_state"] == "unchanged"
            )
        record.guard.end(signal.SIGSTOP)  # so that the test sees what is over in a second
        record.main.end(signal.SIGKILL)
        wait_for(lambda: not (record.main and record.main.lives))
        said = again(edge, tmp_path)["problems"][0]["message"]
        assert f"process {record.worker.id}, the worker of an ansible-playbook that is gone" in said
        record.worker.end(signal.SIGKILL)
        wait_for(lambda: not record.worker.lives)
        said = again(edge, tmp_path)["problems"][0]["message"]
        assert f"process {record.guard.id}, which cleans up after a run that is gone" in said
        assert logins == sum(entry["event"] == "login" for entry in edge.journal("fw1"))
        record.guard.end(signal.SIGCONT)
        wait_for(lambda: left(edge) == NOTHING)


def test_the_guard_shows_no_secret_and_stands_alone(lab: StartLab, tmp_path: Path) -> None:
    edge = lab(srx())
    with running(edge, tmp_path) as run:
        record = run.active()
        assert record.guard
        folder = Path("/proc") / str(record.guard.id)
        shown = (folder / "cmdline").read_bytes()
        if os.access(folder / "environ", os.R_OK):  # a process that may not be dumped shows it to root only
            shown += (folder / "environ").read_bytes()
        assert b"guard_program.py" in shown and b"canary" not in shown.lower()
        assert "Max core file size        0                    0" in (folder / "limits").read_text()
        assert os.getsid(record.guard.id) == os.getpgid(record.guard.id) == record.guard.id
        assert sum(entry["event"] == "login" for entry in edge.journal("fw1")) == 2


def test_check_mode_starts_no_guard_and_writes_nothing(lab: StartLab, tmp_path: Path) -> None:
    edge = lab(srx())
    result = Tasks(edge, tmp_path, "fw1")("srx_capture", OPTIONS, check=True)
    assert not result["failed"] and result["cleaned_up"] == []
    assert sum(entry["event"] == "login" for entry in edge.journal("fw1")) == 1
    assert not (tmp_path / "inventory" / ".netsec_state").exists()


def test_a_guard_that_cannot_log_in_lets_nothing_begin(lab: StartLab, tmp_path: Path) -> None:
    """The device takes one session of this user and no second one."""
    edge = lab(srx())
    task = Tasks(edge, tmp_path, "fw1")

    def refuse_the_second() -> None:
        wait_for(lambda: any(entry["event"] == "login" for entry in edge.journal("fw1")))
        edge.add_fault("fw1", {"name": "wrong_password"})

    watcher = threading.Thread(target=refuse_the_second)
    watcher.start()
    result = task("srx_capture", {**OPTIONS, "duration": 1})
    watcher.join()
    (problem,) = result["problems"]
    assert problem["rule"] == "C7" and "ansible_user" in problem["message"] and "two logins" in problem["remedy"]
    assert result["device_state"] == "unchanged" and task.written() == [] and left(edge) == NOTHING
    assert "canary" not in json.dumps(result).lower()
    assert not list((tmp_path / "inventory" / ".netsec_state" / "guards").glob("*.json"))
    edge.clear_faults("fw1")
    assert again(edge, tmp_path)["summary"]["packets"] > 0


def test_a_guard_whose_session_is_lost_logs_in_again_while_it_can(lab: StartLab) -> None:
    edge = lab(srx(faults=[{"name": "drop", "at": "^show monitor security flow", "nth": 2, "times": 1}]))
    door = open_door(edge)
    firewall = Firewall(door, 5.0)
    task = Capture(firewall, list(map(filter_of, FILTERS)), file_of(FILE), Limits(1, 1), Progress("fw1", None))
    begin = task.prepared()
    work = guarded(open_door(edge), json.loads(json.dumps(task.made.as_dict())))
    work.log_in()
    firewall.read(*begin.commands)
    door.close()
    logins = sum(entry["event"] == "login" for entry in edge.journal("fw1"))
    work.keep()
    work.keep()
    assert [entry for entry in edge.journal("fw1") if entry["event"] == "fault"]
    assert sum(entry["event"] == "login" for entry in edge.journal("fw1")) == logins + 1
    assert left(edge)[:2] == STILL_RUNNING and work.clean_up().startswith("unchanged; ")
    assert left(edge) == NOTHING
    work.log_out()


def test_what_is_left_on_the_other_node_of_a_cluster_is_told(lab: StartLab) -> None:
    edge = lab(srx(cluster=True))
    node = device(edge).node
    made = Made((filter_of(FILTERS[0]),), "capture", node=node)
    record = Record("module", "fw1", "192.0.2.1:22", "yesterday", "machine", Process(1), made=made.as_dict())
    define(edge, "monitor security flow filter out source-prefix 10.1.1.7 protocol tcp")
    firewall = Firewall(open_door(edge), 5.0)
    assert Earlier(firewall, record).commands() == ["clear monitor security flow filter out"]
    device(edge).node = "node1" if node == "node0" else "node0"
    with pytest.raises(ValidationFailed) as refused:
        Earlier(firewall, record)
    assert [problem.rule for problem in refused.value.problems] == ["C8"] and f"on {node}" in str(refused.value)


def test_a_task_timeout_is_cleaned_up_by_the_run_itself(lab: StartLab, tmp_path: Path) -> None:
    edge = lab(srx())
    with running(edge, tmp_path, timeout=4) as run:
        record = run.active()
        output = run.end()
    assert run.process.returncode == 2 and "Timed out after 4 second" in output
    assert left(edge) == NOTHING and not list(run.folder.glob("*.json"))
    eventually(lambda: not any(process.lives for process in ids(record)))  # a loaded machine takes its time


def test_a_folder_that_others_can_read_is_refused_before_a_login(lab: StartLab, tmp_path: Path) -> None:
    edge = lab(srx())
    (tmp_path / "open").mkdir(mode=0o755)
    result = Tasks(edge, tmp_path, "fw1")("srx_capture", OPTIONS, netsec_state_dir=str(tmp_path / "open"))
    (problem,) = result["problems"]
    assert problem["item"] == "netsec_state_dir" and problem["remedy"] == f"chmod 700 {tmp_path / 'open'}"
    assert [entry for entry in edge.journal("fw1") if entry["event"] == "login"] == []
