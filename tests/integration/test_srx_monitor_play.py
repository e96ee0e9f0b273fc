# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""srx_flow_monitor and srx_flow_monitor_info as tasks of ansible-playbook: arguments, check mode, diff, warnings, a task's timeout."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import yaml
from integration.conftest import StartLab
from integration.sites import ROOT, Run
from integration.test_srx_monitor import (
    BACK,
    CHANGED,
    COMMANDS,
    FILE,
    HELD,
    NEXT,
    OUT,
    carried,
    run,
    srx,
    typed,
    written,
)

from lab import inventory
from lab.server import Lab

MONITOR, INFO = "mspplus.netsec.srx_flow_monitor", "mspplus.netsec.srx_flow_monitor_info"
WANTED = {"filters": [OUT, BACK], "file": FILE}


def play(lab: Lab, directory: Path, *tasks: dict[str, Any], options: tuple[str, ...] = ()) -> Run:
    """ansible-playbook with these tasks on all firewalls of the lab."""
    hosts, playbook = directory / "hosts.yml", directory / "play.yml"
    inventory.write(lab, hosts)
    listed = [{"hosts": "all", "gather_facts": False, "tasks": list(tasks)}]
    playbook.write_text(yaml.safe_dump(listed, sort_keys=False), encoding="utf-8")
    programs = Path(sys.executable).parent
    done = subprocess.run(
        [programs / "ansible-playbook", "-i", hosts, *options, playbook],
        env={
            "PATH": f"{programs}:{os.environ['PATH']}",
            "HOME": str(directory),
            "LANG": "C.UTF-8",
            "ANSIBLE_COLLECTIONS_PATH": str(ROOT / "build" / "collections"),
            "ANSIBLE_NOCOLOR": "1",
        },
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        check=False,
        text=True,
        timeout=90,
    )
    assert "Traceback" not in done.stdout and "CANARY" not in done.stdout, done.stdout
    return Run(done.returncode, done.stdout)


def holds(*that: str) -> dict[str, Any]:
    return {"ansible.builtin.assert": {"that": list(that)}}


def test_a_playbook_starts_reads_stops_and_removes(lab: StartLab, tmp_path: Path) -> None:
    edge = lab(srx(packets_per_second=100.0))
    done = play(
        edge,
        tmp_path,
        {MONITOR: WANTED, "register": "first"},
        {MONITOR: WANTED, "register": "second"},
        holds(
            "first is changed",
            "second is not changed",
            f"first.commands == {COMMANDS!r}",
            "second.commands == []",
            "not first.before.running and first.after.running and first.after == second.after",
            "first.plan.operations | length == 4 and first.plan.fingerprint | length == 64",
            "second.warnings | length == 1 and 'fw1: [M17]' in second.warnings[0]",
        ),
        {MONITOR: {"state": "stopped"}, "register": "stopped"},
        {INFO: {"events": True, "limit": 2}, "register": "seen"},
        holds(
            "stopped is changed and not stopped.after.running and stopped.after.filters | length == 2",
            "seen is not changed and seen.monitor == stopped.after and not seen.tracing and not seen.traceoptions",
            "seen.events | length == 2 and seen.summary.packets > 2",
            "seen.events | map(attribute='filter') | unique | difference(['out', 'back']) == []",
        ),
        {MONITOR: {"state": "absent", "purge": True}, "register": "gone"},
        holds("gone is changed and gone.after.filters == [] and not gone.after.running"),
    )
    assert done.code == 0, done.output
    assert carried(edge) == (False, "client-trace", {})


def test_check_mode_and_diff_write_nothing(lab: StartLab, tmp_path: Path) -> None:
    edge = lab(srx())
    shown = play(
        edge,
        tmp_path,
        {MONITOR: WANTED, "register": "planned"},
        holds("planned is changed", f"planned.commands == {COMMANDS!r}"),
        options=("--check", "--diff"),
    )
    assert shown.code == 0, shown.output
    assert "+running: true" in shown.output and "-running: false" in shown.output and "+  - {name: out" in shown.output
    assert written(edge) == [] and carried(edge) == (False, None, {})


def test_what_cannot_be_is_refused_before_a_login(lab: StartLab, tmp_path: Path) -> None:
    """Each with what is wrong, and a near miss of its own kind in the other tests."""
    edge = lab(srx())
    mixed = {"name": "m", "source_prefix": "10.0.0.1", "destination_prefix": "2001:db8::1"}
    wrong: list[tuple[str, dict[str, Any], str]] = [
        (MONITOR, {**WANTED, "warn_only": ["M11"]}, "M11 cannot be downgraded; only M3 can"),
        (MONITOR, {**WANTED, "filters": [OUT, OUT]}, "[M8] filters[out]"),
        (MONITOR, {**WANTED, "filters": [{"name": "source"}]}, "the keyword source-prefix"),
        (MONITOR, {**WANTED, "filters": [mixed]}, "[M3] filters[m]"),
        (MONITOR, {"state": "absent"}, "[M18] filters"),
        (MONITOR, {"filters": None, "state": "absent"}, "filters is null"),
        (INFO, {"file": "../../etc/passwd", "events": True}, "file must be the plain name"),
        (INFO, {"file": "a?", "events": True}, "file must be the plain name"),
        (INFO, {"limit": 0}, "limit must be 1 to 100000, not 0"),
    ]
    tasks = [{name: options, "ignore_errors": True} for name, options, _said in wrong]
    done = play(edge, tmp_path, *tasks)
    assert done.recap["fw1"]["ignored"] == len(wrong), done.output
    for _name, _options, said in wrong:
        assert said in done.text, said
    assert [entry for entry in edge.journal("fw1") if entry["event"] == "login"] == []


def test_a_rule_may_be_downgraded_and_warns(lab: StartLab, tmp_path: Path) -> None:
    edge = lab(srx())
    mixed = {"name": "m", "source_prefix": "10.0.0.1", "destination_prefix": "2001:db8::1", "logical_system": "LS1"}
    done = play(
        edge,
        tmp_path,
        {MONITOR: {"filters": [mixed], "state": "present", "warn_only": ["M3"]}, "register": "made"},
        holds(
            "made is changed",
            "made.warnings | length == 2",
            "'[M3]' in made.warnings[0] and '[M15]' in made.warnings[1]",
        ),
        {MONITOR: {"state": "started"}, "register": "refused", "ignore_errors": True},
        holds(
            "refused.device_state == 'unchanged' and not refused.changed",
            "refused.problems | map(attribute='rule') | list == ['M10']",
        ),
    )
    assert done.code == 0, done.output
    assert set(carried(edge)[2]) == {"m"}


def test_a_failed_start_tells_all_there_is_to_know(lab: StartLab, tmp_path: Path) -> None:
    edge = lab(srx())
    edge.add_fault("fw1", {"name": "not_authorized", "at": "^monitor security flow start"})
    done = play(
        edge,
        tmp_path,
        {MONITOR: WANTED, "register": "failed", "ignore_errors": True},
        holds(
            "failed.failed and not failed.changed",
            "failed.device_state.startswith('rolled back, but for the name of its trace file, client-trace')",
            f"failed.commands == {COMMANDS!r}",
            "failed.problems | length == 1 and 'permission denied' in failed.problems[0].device_text",
            "'trace and clear' in failed.problems[0].remedy",
            "not failed.before.running",
        ),
    )
    assert done.code == 0, done.output
    assert carried(edge) == (False, "client-trace", {})


def test_a_task_that_times_out_leaves_what_was_there(lab: StartLab, tmp_path: Path) -> None:
    edge = lab(srx())
    typed(edge, "monitor security flow filter theirs protocol udp")
    run(edge)
    start = carried(edge)
    edge.add_fault("fw1", {"name": "hang", "at": "^monitor security flow file next-trace", "times": 1})
    done = play(edge, tmp_path, {MONITOR: {"filters": CHANGED, "file": NEXT, "take_over": True}, "timeout": 3})
    assert done.code == 2 and "Timed out after 3 second" in done.text, done.output
    assert "monitor security flow filter new" in written(edge), "the task was not in the middle of it"
    assert carried(edge) == start == (True, "client-trace", {"theirs": {"protocol": "udp"}, **HELD})
