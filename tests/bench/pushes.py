# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""800 sources to a router: the whole playbook run, against sending the same lines and a commit."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import labs
import routers
from measuring import ROUNDS, BenchError, Cost, Program, alternate, described, median, run

PEERS = {  # side -> (program, what its plan has beside hosts and lines)
    "send_config_set": ("netmiko_push", {"cmd_verify": None}),
    "send_config_set_without_cmd_verify": ("netmiko_push", {"cmd_verify": False}),
    "scrapli": ("scrapli_push", {}),
}
APPLY = {
    "name": "Make 800 sources so",
    "mspplus.netsec.iosxr_span": {"config": "{{ span }}", "state": "overridden"},
    "vars": {"span": routers.many_sources()},
}
SHOWN = "show running-config formal interface | include monitor-session"


def _ours(lab: labs.Lab, host: Mapping[str, Any]) -> Program:
    program = labs.playbook(lab, "ours", f"push-{host['name']}", [APPLY], [host])

    def check(output: str) -> None:
        program.check(output)
        if "changed=1 " not in output:
            raise BenchError(f"nothing was applied\n{output[-3000:]}")

    return Program(program.command, program.environment, program.folder, check)


def pasted(lab: labs.Lab, name: str) -> list[str]:
    """What ours typed in configuration mode before it looked at the candidate."""
    typed = [entry["text"] for entry in lab.journal(name) if entry["event"] == "command"]
    start = next(index for index, text in enumerate(typed) if text.startswith("configure")) + 1
    end = next(index for index, text in enumerate(typed) if text.strip() == "show configuration")
    return typed[start:end]


def span_push_800_vs_send_config_set(say: Any) -> tuple[float, dict[str, Any]]:
    """Each run writes to a router of its own that has none of it; at the end all hold the same."""
    count = 1 + (1 + len(PEERS)) * ROUNDS
    with labs.lab("push", {"name": "edge", "count": count, "ports": routers.MANY_PORTS}) as lab:
        free = iter(lab.hosts)
        first = next(free)
        run(_ours(lab, first))
        lines = pasted(lab, first["name"])
        labels = {side: number for number, side in enumerate(("ours", *PEERS))}
        turns = {side: [next(free) for _round in range(ROUNDS)] for side in labels}

        def program(side: str, host: Mapping[str, Any]) -> Program:
            if side == "ours":
                return _ours(lab, host)
            name, more = PEERS[side]
            return labs.client(lab, name, {"hosts": [host], "lines": lines, **more}, f"-{host['name']}")

        def turn(side: str) -> Any:
            return lambda number: run(program(side, turns[side][number]), lab.pid)

        costs = alternate({side: turn(side) for side in labels}, ROUNDS, say)
        _all_hold_the_same(lab)
        return _result(lab, first, lines, costs)


def _all_hold_the_same(lab: labs.Lab) -> None:
    """Every router has all sources: no side was fast by leaving something out."""
    plan = {"hosts": lab.hosts, "commands": [SHOWN], "parallel": 1, "save": "texts.json"}
    program = labs.client(lab, "asyncssh_reads", plan)
    run(program)
    for name, text in json.loads((program.folder / "texts.json").read_text(encoding="utf-8")).items():
        found = text.count("\ninterface HundredGigE")
        if found != routers.MANY:
            raise BenchError(f"{name} holds {found} sources instead of {routers.MANY}")


def _result(
    lab: labs.Lab, first: Mapping[str, Any], lines: list[str], costs: Mapping[str, list[Cost]]
) -> tuple[float, dict[str, Any]]:
    times = {side: median(found) for side, found in costs.items()}
    best = min((side for side in times if side != "ours"), key=lambda side: times[side])
    typed = [entry["text"] for entry in lab.journal(first["name"]) if entry["event"] == "command"]
    found: dict[str, Any] = {
        "sources": routers.MANY,
        "lines": len(lines),
        "first_lines": lines[:4],
        "ours_beside_the_lines": [text for text in typed if text not in set(lines)],
        "best_peer": best,
        "ratio_to_best_peer": round(times["ours"] / times[best], 3),
        "ratios": {side: round(times["ours"] / time, 3) for side, time in times.items()},
    }
    nothing = labs.playbook(lab, "ours", "nothing", [], lab.hosts[:1])
    found["ours_start_up"] = {**described([run(nothing, lab.pid) for _turn in range(ROUNDS)]), "command": nothing.shown}
    for side, cost in costs.items():
        found[side] = described(cost)
    found["note"] = (
        "ours reads, checks, verifies the candidate, commits on trial, watches and confirms; peers send and commit"
    )
    return times["ours"] / times["send_config_set"], found
