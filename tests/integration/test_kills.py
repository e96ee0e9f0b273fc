# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Kills in the middle of each kind of change: real processes, real signals, one by one and as a group.

After each of them the next run finds what is live, goes on from there, and does nothing twice. What a KILL of ansible-playbook
leaves is a worker that finishes: a run meanwhile is refused and told whose turn it is. One kill of each kind in `make test`, all of
them in `make soak`.
"""

from __future__ import annotations

import copy
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml
from integration.conftest import StartLab
from integration.contract_rows import IMAGE, REDIRECT, UP, image_file
from integration.eventually import eventually
from integration.firewalls import carried
from integration.harness import Tasks
from integration.networks import center, device, spec, written
from integration.routers import WANTED, router, text
from integration.test_span_interrupted import watching
from integration.test_srx_policy_log import WANTED as LOGS
from integration.test_srx_policy_log import srx

from ansible_collections.mspplus.netsec.plugins.plugin_utils._engine.controller.guard_records import Record, of_text
from lab import inventory
from lab.sdwan.hosting import Image
from lab.server import Lab

ROOT = Path(__file__).resolve().parents[2]
PATIENCE = 60.0  # seconds for anything that has to happen
SIGNALS = {"INT": signal.SIGINT, "TERM": signal.SIGTERM, "KILL": signal.SIGKILL}
WHO = ("main", "worker", "group")


@dataclass(frozen=True)
class Change:
    """One kind. options: of the task; {{ image }} is a file. slow: so that a kill finds it in the middle; fast: not any more.

    middle: it is there. once: requests that may come once only, whatever was killed, as parts of them. state: what the device
    carries.
    """

    module: str
    host: str
    devices: Callable[[], list[dict[str, Any]]]
    options: dict[str, Any]
    middle: Callable[[Lab], object]
    state: Callable[[Lab], object]
    slow: Callable[[Lab], object] = lambda lab: None
    fast: Callable[[Lab], object] = lambda lab: None
    once: tuple[str, ...] = ()


def _paced(seconds: float) -> Callable[[Lab], None]:
    """How long each step of change management takes."""

    def pace(lab: Lab) -> None:
        lab.call(lambda: setattr(device(lab, "mcn").network.changes, "step_seconds", seconds))

    return pace


def _phased(seconds: float) -> Callable[[Lab], None]:
    """How long each step of a provisioning takes."""

    def pace(lab: Lab) -> None:
        hosting = device(lab, "branch").hosting

        def change() -> None:
            hosting.phase_seconds = seconds
            if IMAGE not in hosting.images:
                hosting.images[IMAGE] = Image(IMAGE, "Palo Alto Networks", 5 << 30)

        lab.call(change)

    return pace


def _images(lab: Lab) -> list[tuple[str, str, int]]:
    images = device(lab, "branch").hosting.images
    return [(image.image_name, image.status, image.size) for image in images.values()]


def _networks(lab: Lab) -> tuple[Any, ...]:
    mcn = device(lab, "mcn")
    return sorted(mcn.editor.packages), mcn.network.live.content, mcn.network.changes.activations


def _changing(state: str) -> Callable[[Lab], bool]:
    return lambda lab: device(lab, "mcn").network.changes.state == state


REDIRECTS = {"package": "Production", "config": REDIRECT, "state": "merged", "hosted_firewalls": UP}
THROUGH_MCN = {"module": "sdwan_redirect", "host": "mcn", "devices": lambda: [spec("mcn", "dc")], "options": REDIRECTS}
SPAN = {"config": WANTED, "state": "overridden", "settle": 25, "confirm_timeout": 30}
CHANGES: dict[str, Change] = {
    "IOS XR trial": Change(
        "iosxr_span",
        "edge1",
        lambda: [router(settle_seconds=5.0)],
        SPAN,
        watching,
        text,
    ),
    "IOS XR trial that ends with its session": Change(
        "iosxr_span",
        "edge1",
        lambda: [router(settle_seconds=5.0, lost_session="rollback")],
        SPAN,
        watching,
        text,
    ),
    "Junos trial": Change(
        "srx_policy_log",
        "fw1",
        lambda: [srx(commit_seconds=3.0)],
        {"config": LOGS, "state": "merged", "confirm_timeout": 60},
        lambda lab: device(lab, "fw1").trial,
        carried,
    ),
    "upload": Change(
        "sdwan_firewall_image",
        "branch",
        lambda: [spec("branch", "berlin", upload_rate=30_000)],
        {"src": "{{ image }}", "state": "present"},
        lambda lab: any(size for _name, _status, size in _images(lab)),
        _images,
    ),
    "provisioning": Change(
        "sdwan_hosted_firewall",
        "branch",
        lambda: [spec("branch", "berlin")],
        {
            "model": "VM 50",
            "image": IMAGE,
            "primary_management_server": "192.0.2.50",
            "vm_auth_key": "canary-vm-auth-key",
            "wait_timeout": 60,
        },
        lambda lab: device(lab, "branch").hosting.busy,
        lambda lab: device(lab, "branch").hosting.running,
        slow=_phased(1.5),
        fast=_phased(0.05),
        once=("POST config/hosted_firewalls",),
    ),
    "staging": Change(
        **THROUGH_MCN,
        middle=_changing("staging"),
        state=_networks,
        slow=_paced(1.5),
        fast=_paced(0.05),
        once=("action=activate",),
    ),
    "activation": Change(
        **THROUGH_MCN,
        middle=_changing("activating"),
        state=_networks,
        slow=_paced(1.5),
        fast=_paced(0.05),
        once=("action=stage", "action=activate"),
    ),
    "activation through Center": Change(
        "sdwan_redirect",
        "center",
        lambda: [spec("mcn", "dc"), center()],
        {**REDIRECTS, "via": "center"},
        middle=_changing("activating"),
        state=_networks,
        slow=_paced(1.5),
        fast=_paced(0.05),
        once=("action=stage", "action=activate"),
    ),
}


class Run:
    """A playbook with one task, in processes of its own, and the records of its inventory."""

    def __init__(self, lab: Lab, directory: Path, change: Change) -> None:
        self.lab, self.change = lab, change
        self._directory = directory
        hosts = directory / "inventory" / "hosts.yml"
        inventory.write(lab, hosts)
        self.folder = hosts.parent / ".netsec_state" / "runs"
        image = image_file(directory)
        self.options = {name: image if value == "{{ image }}" else value for name, value in change.options.items()}
        task = {f"mspplus.netsec.{change.module}": {**self.options, "progress": False}}
        play = {"hosts": change.host, "gather_facts": False, "tasks": [task]}
        (directory / "play.yml").write_text(yaml.safe_dump([play]), encoding="utf-8")
        programs = Path(sys.executable).parent
        self.process = subprocess.Popen(
            [programs / "ansible-playbook", "-i", hosts, directory / "play.yml"],
            env={
                "PATH": f"{programs}:{os.environ['PATH']}",
                "HOME": str(directory),
                "LC_ALL": "C.UTF-8",
                "ANSIBLE_COLLECTIONS_PATH": str(ROOT / "build" / "collections"),
                "ANSIBLE_NOCOLOR": "1",
            },
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )

    def records(self) -> list[Record]:
        return [of_text(path.read_text()) for path in self.folder.glob("*.json")] if self.folder.exists() else []

    def in_the_middle(self) -> Record:
        """Its record, once the change is under way."""

        def look() -> object:
            if self.process.poll() is not None:
                raise AssertionError(self.process.communicate()[0])
            return self.change.middle(self.lab)

        eventually(look, seconds=PATIENCE)
        (record,) = self.records()
        assert record.main and record.main.id == self.process.pid and record.worker.lives
        return record

    def end(self) -> str:
        output, _errors = self.process.communicate(timeout=PATIENCE)
        assert "canary" not in output.lower() and "Traceback" not in output
        return output

    def again(self, **more: Any) -> dict[str, Any]:
        """The next run."""
        return Tasks(self.lab, self._directory, self.change.host)(self.change.module, self.options, **more)


@contextmanager
def running(lab: Lab, directory: Path, change: Change) -> Iterator[Run]:
    """Whatever a test does, no process of it is left."""
    change.slow(lab)
    run = Run(lab, directory, change)
    try:
        yield run
    finally:
        for record in run.records():
            record.worker.end(signal.SIGKILL)
        run.process.kill()
        run.process.communicate()


def strike(record: Record, who: str, how: signal.Signals) -> None:
    assert record.main
    if who == "group":
        groups = {os.getpgid(record.worker.id), os.getpgid(record.main.id)}
        for group in groups:
            with suppress(ProcessLookupError):
                os.killpg(group, how)
    else:
        getattr(record, who).end(how)


_UNDISTURBED: dict[str, object] = {}


def undisturbed(lab: StartLab, directory: Path, name: str) -> object:
    """What a run leaves that nobody kills."""
    if name not in _UNDISTURBED:
        directory.mkdir()
        _UNDISTURBED[name] = copy.deepcopy(_left(lab, directory, CHANGES[name]))
    return _UNDISTURBED[name]


def _left(lab: StartLab, directory: Path, change: Change) -> object:
    started = lab(*change.devices())
    change.slow(started)
    change.fast(started)
    hosts = directory / "inventory" / "hosts.yml"
    inventory.write(started, hosts)
    image = image_file(directory)
    options = {name: image if value == "{{ image }}" else value for name, value in change.options.items()}
    result = Tasks(started, directory, change.host)(change.module, options)
    assert result["changed"] and not result.get("failed"), result
    return change.state(started)


QUICK = {
    ("IOS XR trial that ends with its session", "group", "INT"),
    ("upload", "main", "TERM"),
    ("provisioning", "worker", "KILL"),
    ("staging", "group", "INT"),
    ("activation", "group", "KILL"),
    ("activation through Center", "worker", "TERM"),
}


def cases() -> list[Any]:
    found = []
    for name in CHANGES:
        for who in WHO:
            for how in SIGNALS:
                if (who, how) == ("main", "KILL"):
                    continue  # its worker goes on: tests of their own
                marks = [] if (name, who, how) in QUICK else [pytest.mark.soak]
                found.append(pytest.param(name, who, SIGNALS[how], id=f"{name}: {how} to {who}", marks=marks))
    return found


@pytest.mark.parametrize(("name", "who", "how"), cases())
def test_the_run_after_a_kill_goes_on_from_what_is_live_and_does_nothing_twice(
    lab: StartLab, tmp_path: Path, name: str, who: str, how: signal.Signals
) -> None:
    change = CHANGES[name]
    wanted = undisturbed(lab, tmp_path / "undisturbed", name)
    edge = lab(*change.devices())
    with running(edge, tmp_path, change) as run:
        record = run.in_the_middle()
        strike(record, who, how)
        run.end()
        eventually(lambda: not record.worker.lives)
        assert [left.worker for left in run.records()] == [record.worker], "it is still on record"
        foretold = run.again(check=True)
        assert any("was cut short" in said for said in foretold["warnings"]), foretold
        assert run.records(), "check mode changes nothing"
        change.fast(edge)
        done = run.again()
        assert not done.get("failed") and not done.get("unreachable"), done
        assert any("was cut short" in said for said in done["warnings"]), done
        assert change.state(edge) == wanted
        for once in change.once:
            asked = [line for line in written(edge, change.host) if once in line]
            assert len(asked) == 1, asked
        assert not run.records()
        last = run.again()
        assert not last["changed"] and not any("cut short" in said for said in last.get("warnings", ())), last


@pytest.mark.parametrize(
    "name", [name if name == "Junos trial" else pytest.param(name, marks=pytest.mark.soak) for name in CHANGES]
)
def test_a_worker_that_outlives_its_playbook_finishes_and_a_run_meanwhile_is_refused(
    lab: StartLab, tmp_path: Path, name: str
) -> None:
    change = CHANGES[name]
    wanted = undisturbed(lab, tmp_path / "undisturbed", name)
    edge = lab(*change.devices())
    with running(edge, tmp_path, change) as run:
        record = run.in_the_middle()
        strike(record, "main", signal.SIGKILL)
        eventually(lambda: not (record.main and record.main.lives))
        logins = [entry for entry in edge.journal(change.host) if entry["event"] == "login"]
        for check in (True, False):
            refused = run.again(check=check)
            (problem,) = refused["problems"]
            assert problem["rule"] == "another-run" and refused["device_state"] == "unchanged"
            assert f"process {record.worker.id}, the worker of an ansible-playbook that is gone" in problem["message"]
            assert f"since {record.began}" in problem["message"]
        assert logins == [entry for entry in edge.journal(change.host) if entry["event"] == "login"]
        change.fast(edge)
        eventually(lambda: not record.worker.lives, seconds=PATIENCE)
        done = run.again()
        assert not done.get("failed") and not done["changed"], done
        assert change.state(edge) == wanted and not run.records()
