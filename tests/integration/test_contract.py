# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What every state module promises, tried on all of them: through its action, over the real connection, against the lab."""

from __future__ import annotations

import copy
import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from ansible.plugins.loader import action_loader
from integration.contract_rows import ROWS, Row, Variant, image_file, ips_cache, ips_license
from integration.harness import Tasks

from ansible_collections.mspplus.netsec.plugins.plugin_utils._engine.plan_document import PlanDocument
from ansible_collections.mspplus.netsec.plugins.plugin_utils._engine.problems import Problem
from ansible_collections.mspplus.netsec.plugins.plugin_utils._engine.run import Intent
from ansible_collections.mspplus.netsec.plugins.plugin_utils._engine.state_action import StateAction
from lab.server import Lab

ROOT = Path(__file__).resolve().parents[2]
# Actions that keep no state, and why.
NO_STATE_MODULES = {
    "ips_notify": "it tells people",
    "ips_package": "it fills a cache on the controller",
    "ips_update_plan": "it writes a file of the inventory",
    "srx_capture": "it leaves the firewall as it was",
}
# State modules without a row, and why; they have tests of their own.
NO_ROW = {"ips_reboot": "each run reboots, there is no state that a second run could find"}

# Modules that cannot leave a device without a thing of their kind, and why.
REMOVES_NOTHING = {"ips_license": "a licence is replaced, never removed"}

BASE = {"changed", "before", "after", "commands", "operations", "plan"}  # keys of every result
NOTHING = {"create": 0, "update": 0, "delete": 0}

every_module = pytest.mark.parametrize("row", ROWS, ids=str)


class Bench:
    """A lab with the device of a row, and the row's tasks."""

    def __init__(self, row: Row, lab: Callable[..., Lab], directory: Path, variant: Variant = "start") -> None:
        self.row = row
        self._lab = lab(*row.devices(variant))
        row.prepare(self._lab, variant)
        (directory / variant).mkdir(parents=True, exist_ok=True)
        self.tasks = Tasks(self._lab, directory / variant, row.host)
        self.state_dir = directory / variant / "inventory" / ".netsec_state"
        (directory / "copy").mkdir(exist_ok=True)
        self._files = {
            "{{ image }}": image_file(directory),
            "{{ copy_of_image }}": image_file(directory / "copy"),
            "{{ trust_store }}": str(directory / variant / "trust"),
            "{{ ips_cache }}": ips_cache(directory),
            "{{ ips_license }}": ips_license(directory),
            "{{ copy_of_ips_license }}": ips_license(directory / "copy"),
            "{{ another_ips_license }}": ips_license(directory, 200),
        }

    def __call__(self, changes: Mapping[str, Any] | None = None, **more: Any) -> dict[str, Any]:
        return self.run({**self.row.options, **(changes or {})}, **more)

    def run(self, options: Mapping[str, Any], **more: Any) -> dict[str, Any]:
        given = {name: self._filled(value) for name, value in options.items()}
        result = self.tasks(self.row.module, given, **more)
        assert "canary" not in json.dumps(result).lower()
        return result

    def _filled(self, value: Any) -> Any:
        if isinstance(value, list):
            return [self._filled(item) for item in value]
        return self._files.get(value, value) if isinstance(value, str) else copy.deepcopy(value)

    def written(self, since: int = 0) -> list[str]:
        return self.tasks.written(since)

    @property
    def mark(self) -> int:
        return len(self.tasks.journal)


Start = Callable[..., Bench]


@pytest.fixture
def bench(lab: Callable[..., Lab], tmp_path: Path) -> Start:
    return lambda row, variant="start": Bench(row, lab, tmp_path, variant)


def plan_of(result: Mapping[str, Any]) -> PlanDocument:
    return PlanDocument.from_dict(result["plan"])


def test_every_state_module_has_a_row() -> None:
    names = {path.stem for path in (ROOT / "plugins" / "action").glob("*.py")}
    state = {name for name in names if issubclass(_action(name), StateAction)}
    assert state == {row.module for row in ROWS} | NO_ROW.keys()
    rest = {name for name in names - state if not name.endswith("_info")}
    assert rest == NO_STATE_MODULES.keys()


def _action(name: str) -> type:
    found: type = action_loader.get(f"mspplus.netsec.{name}", class_only=True)
    return found


@every_module
def test_check_mode_sends_no_write_and_says_what_the_real_run_does_and_a_second_run_sends_none(
    row: Row, bench: Start
) -> None:
    device = bench(row)
    planned = device(check=True, diff=True)
    assert planned["changed"], planned
    assert device.written() == []
    assert bool(planned["diff"]) == (planned["before"] != planned["after"])
    for part in planned["diff"]:
        assert part["before_header"].split()[0] == part["after_header"].split()[0] == row.host
        assert part["before"] != part["after"]
    done = device(diff=True)
    assert done["changed"], done
    assert done["plan"] == planned["plan"]
    assert device.written() != []
    before = device.mark
    again = device()
    assert not again.get("failed") and not again["changed"], again
    assert (again["before"], again["commands"], again["operations"]) == (again["after"], [], NOTHING)
    assert device.written(before) == []
    assert set(done) >= set(planned) - {"warnings"} and set(again) >= BASE


@every_module
def test_plan_and_operations_survive_json_and_are_counted(row: Row, bench: Start) -> None:
    planned = bench(row)(check=True)
    assert PlanDocument.from_dict(json.loads(json.dumps(planned["plan"]))).as_dict() == planned["plan"]
    assert sum(planned["operations"].values()) == len(planned["plan"]["operations"]) > 0
    assert planned["commands"] == [line for operation in planned["plan"]["operations"] for line in operation["do"]]
    assert (planned["plan"]["module"], planned["plan"]["host"]) == (row.module, row.host)
    assert all(operation["undo"] is None or operation["undo"] for operation in planned["plan"]["operations"])


@every_module
def test_what_does_not_determine_a_plan_does_not_change_its_hash_and_what_does_does(row: Row, bench: Start) -> None:
    device = bench(row)
    hashes = plan_of(device(check=True)).desired
    for changes in row.irrelevant:
        assert plan_of(device(changes, check=True)).desired == hashes, changes
    for changes in row.relevant:
        assert plan_of(device(changes, check=True)).desired != hashes, changes


@every_module
def test_a_secret_enters_the_hash_under_a_key_only(row: Row, bench: Start) -> None:
    device = bench(row)
    plain, keyed = plan_of(device(check=True)), plan_of(device(check=True, netsec_plan_key="k" * 32))
    assert (keyed.desired != plain.desired) == bool(row.secret)
    for name in row.secret:
        other = plan_of(device({name: "another-canary"}, check=True, netsec_plan_key="k" * 32))
        assert other.desired != keyed.desired
        assert plan_of(device({name: "another-canary"}, check=True)).desired == plain.desired


@every_module
def test_objects_of_others_leave_the_fingerprint_alone_and_owned_ones_do_not(row: Row, bench: Start) -> None:
    start, others, owned = (plan_of(bench(row, variant)(check=True)) for variant in ("start", "others", "owned"))
    assert others.fingerprint == start.fingerprint
    assert owned.fingerprint != start.fingerprint
    assert others.desired == owned.desired == start.desired


@every_module
def test_an_expected_plan_of_another_state_is_refused_and_one_of_this_state_is_applied(row: Row, bench: Start) -> None:
    other = bench(row, "owned")(check=True)["plan"]
    device = bench(row)
    refused = device(netsec_expected_plan=other)
    assert refused["failed"] and not refused["changed"]
    assert "not the plan that was reviewed" in refused["msg"]
    assert "plan-fingerprint" in {problem["rule"] for problem in refused["problems"]}
    for changes in ({"collection": "0.0.1"}, {"host": "another"}, {"customer": "another"}, {"desired": "0"}):
        assert device(netsec_expected_plan={**device(check=True)["plan"], **changes})["failed"], changes
    assert device(netsec_expected_plan={"plan": "none"})["failed"]
    assert "netsec_expected_plan is null" in device(netsec_expected_plan=None)["msg"]
    assert device.written() == []
    reviewed = json.loads(json.dumps(device(check=True)["plan"]))
    done = device(netsec_expected_plan=reviewed)
    assert done["changed"] and done["plan"] == reviewed, done
    assert device(netsec_expected_plan=reviewed)["failed"]


@every_module
def test_a_guard_refuses_after_the_first_read_and_before_any_write(
    row: Row, bench: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[Intent] = []

    def guard(intent: Intent) -> Sequence[Problem]:
        seen.append(intent)
        return [Problem("R1", "customer", "this partner may not do that", "Ask for the delegation.")]

    monkeypatch.setattr(_action(row.module), "guards", (guard,))
    device = bench(row)
    for check in (True, False):
        refused = device(check=check)
        assert refused["failed"] and [problem["rule"] for problem in refused["problems"]][-1] == "R1"
        assert "This run is not allowed" in refused["msg"]
    assert device.written() == []
    assert [intent.subject.module for intent in seen] == [row.module] * 2
    assert all(intent.plan and intent.before is not None for intent in seen)


@every_module
def test_failures_carry_the_fields_of_success(row: Row, bench: Start) -> None:
    device = bench(row)
    changes, rule = row.broken
    broken = device(changes)
    assert any(problem["rule"].startswith(rule) for problem in broken["problems"]), broken
    unknown = device({"sttae": "merged"})
    unreachable = device(ansible_password="wrong")
    assert unreachable["unreachable"]
    assert device.written() == []
    done = device()
    for failed in (broken, unknown, unreachable):
        assert set(failed) >= BASE, BASE - set(failed)
        assert {"problems", "device_state", "msg"} <= set(failed)
        assert not failed["changed"]
        assert failed["plan"] is None and failed["after"] in (None, failed["before"])
        lines = failed["msg"].splitlines()
        assert len(set(lines)) == len(lines)
    assert set(done) >= BASE


ANOTHER_RUN = """
import pathlib, sys
from ansible_collections.mspplus.netsec.plugins.plugin_utils._engine.controller.run_record import RunRecord
from ansible_collections.mspplus.netsec.plugins.plugin_utils._engine.operations import Operation, Plan
from ansible_collections.mspplus.netsec.plugins.plugin_utils._engine.plan_document import Subject

module, host, folder = sys.argv[1:]
record = RunRecord.of(Subject(module, host, ""), {"inventory_dir": folder}, lambda value: value)
with record.hold(Plan((Operation("update", "an item", ("a line",), None),))):
    print("it holds", flush=True)
    sys.stdin.read()
"""


@contextmanager
def another_run(device: Bench, module: str) -> Iterator[subprocess.Popen[str]]:
    """A process that is changing the host of a row."""
    process = subprocess.Popen(
        [sys.executable, "-c", ANOTHER_RUN, module, device.row.host, str(device.state_dir.parent)],
        env={"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT / "build" / "collections")},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout and process.stdout.readline() == "it holds\n"
        yield process
    finally:
        process.kill()
        process.communicate()


@every_module
def test_while_another_run_changes_the_host_it_is_refused_and_once_that_one_is_gone_it_goes_on(
    row: Row, bench: Start
) -> None:
    device = bench(row)
    start = device.mark
    system = row.module.partition("_")[0]
    with another_run(device, row.module) as process:
        for check in (True, False):
            refused = device(check=check)
            (problem,) = refused["problems"]
            assert refused["failed"] and problem["rule"] == "another-run" and refused["device_state"] == "unchanged"
            assert f"process {process.pid}, since 20" in problem["message"], problem
        later = [entry["event"] for entry in device.tasks.journal[start:]]
        assert not {"connect", "login", "command", "request"} & set(later)
    foretold = device(check=True)
    assert foretold["changed"] and any("was cut short" in said and "an item" in said for said in foretold["warnings"])
    assert list(device.state_dir.glob("runs/*.json")), "check mode leaves the record"
    done = device()
    assert done["changed"] and any("was cut short" in said for said in done["warnings"]), done
    assert not list(device.state_dir.glob("runs/*.json"))
    with another_run(device, f"{system}_another"):  # another module of the same host
        refused = device()
        assert [problem["rule"] for problem in refused["problems"]] == ["another-run"]
    again = device()
    assert not again["changed"] and not any("cut short" in said for said in again.get("warnings", ()))


@every_module
def test_nothing_is_written_to_the_controller_where_nothing_is_applied(row: Row, bench: Start) -> None:
    device = bench(row)
    device(check=True)
    assert not device.state_dir.exists()
    with_record = device()
    assert with_record["changed"] and device.state_dir.stat().st_mode & 0o077 == 0
    files = {path: path.stat().st_mtime_ns for path in device.state_dir.rglob("*")}
    assert [path.suffix for path in files if path.parent.name == "runs"] == [".lock"]
    assert not device()["changed"]
    assert {path: path.stat().st_mtime_ns for path in device.state_dir.rglob("*")} == files


@every_module
def test_an_inventory_without_a_folder_is_warned_where_something_is_applied(row: Row, bench: Start) -> None:
    device = bench(row)
    folder = device.state_dir.parent
    variables = {
        "inventory_dir": None,
        "ansible_netmiko_known_hosts": str(folder / "hosts.known_hosts.txt"),
        "ansible_rest_ca_path": str(folder / "hosts.ca.txt"),
    }
    done, again = device(**variables), device(**variables)
    assert done["changed"] and any("Set netsec_state_dir" in said for said in done["warnings"]), done
    assert not again["changed"] and not any("netsec_state_dir" in said for said in again.get("warnings", ())), again
    assert not device.state_dir.exists()


@every_module
def test_unknown_options_come_first_with_the_nearest_name(row: Row, bench: Start) -> None:
    refused = bench(row).run({"sttae": "merged"})
    assert refused["errors"][0] == "unknown option sttae; near: state"
    assert refused["failed"]


def _nulled(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Paths of all lists and dictionaries, and of one entry of each list."""
    if path:
        yield path
    if isinstance(value, Mapping):
        for key, item in value.items():
            if isinstance(item, Mapping | list):
                yield from _nulled(item, (*path, key))
    elif isinstance(value, list) and value:
        yield from _nulled(value[0], (*path, 0)) if isinstance(value[0], Mapping | list) else [(*path, 0)]


def _with_null(options: Mapping[str, Any], path: Sequence[Any]) -> dict[str, Any]:
    changed = copy.deepcopy(dict(options))
    place: Any = changed
    for step in path[:-1]:
        place = place[step]
    place[path[-1]] = None
    return changed


@every_module
def test_null_where_a_list_or_a_dictionary_is_expected_is_refused_in_every_state_that_could_remove(
    row: Row, bench: Start
) -> None:
    device = bench(row)
    start = device.mark
    paths = list(_nulled(row.options))
    for state in row.removing:
        for path in paths:
            refused = device.run({**_with_null(row.options, path), "state": state})
            last = next(step for step in reversed(path) if isinstance(step, str))
            assert refused["failed"] and last in refused["errors"][0], (state, path, refused)
            assert "null" in refused["errors"][0]
            text = json.loads(json.dumps(_with_null(row.options, path)))
            top = path[0]
            if isinstance(text[top], dict):  # core takes JSON where a dictionary is expected
                refused = device.run({**text, top: json.dumps(text[top]), "state": state})
                assert refused["failed"] and "null" in refused["errors"][0], (state, path)
    assert paths or row.module in ("ips_certificate", "ips_update", "sdwan_firewall_image", "sdwan_hosted_firewall")
    later = [entry["event"] for entry in device.tasks.journal[start:]]  # whoever prepared the device may still log out
    assert not {"connect", "login", "command", "request"} & set(later)


def test_every_module_that_can_remove_has_a_task_that_does() -> None:
    assert {row.module for row in ROWS if row.emptying is None} == REMOVES_NOTHING.keys()


@pytest.mark.parametrize("row", [row for row in ROWS if row.emptying], ids=str)
def test_a_plan_that_removes_everything_of_its_kind_says_how_many(row: Row, bench: Start) -> None:
    assert row.emptying
    device = bench(row)
    device()
    options, counted = row.emptying
    planned = device.run(options, check=True)
    assert planned["changed"], planned
    assert any(f"this removes all {counted}" in text for text in planned["warnings"]), planned.get("warnings")
    assert planned["operations"]["delete"] + planned["operations"]["update"] > 0
