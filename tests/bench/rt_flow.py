# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Session logs of an SRX, every structured line to typed fields: ours over pygrok, and over nothing but finding the pairs."""

from __future__ import annotations

import json
import statistics
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from labs import OURS, PEERS, ROOT, environment
from measuring import BenchError, Cost, Program, alternate, median, run
from sessions import CLIENTS, COLLECTION, folder_of

GENERATOR = (str(OURS / "python"), str(ROOT / "tests" / "lab" / "srx" / "generate.py"), "rt-flow", "--structured")
GROK_LINES = 20_000
LIMIT_LINES = 200_000
# What says nothing is null with us; patterns return the word. Names that somebody chose are as they are on both sides.
NOTHING = {"N/A": None, "None": None, "": None, "No ": "No"}
CHOSEN = {"policy_name", "source_zone_name", "destination_zone_name"}


def log(folder: Path, lines: int, *words: str) -> Path:
    """A file of structured lines, as the lab's firewalls send them."""
    path = folder / "rt_flow.log"
    command = f'exec "$0" "$@" > {path.name}'
    run(Program(("bash", "-c", command, *GENERATOR, "--count", str(lines), *words), environment(folder), folder))
    return path


def program(folder: Path, lines: int, client: str, *words: str) -> Program:
    """A side. ours: in the environment of the collection; peers in theirs."""

    def done(output: str) -> None:
        if not output.startswith(f"done {lines} "):
            raise BenchError(f"not all lines were read: {output[:3000]}")

    own = client == "rt_flow_ours.py"
    python = str((OURS if own else PEERS) / "python")
    return Program(
        (python, str(CLIENTS / client), *words), {**environment(folder), **(COLLECTION if own else {})}, folder, done
    )


def detail(sides: Mapping[str, Program], costs: Mapping[str, Sequence[Cost]], lines: int) -> dict[str, Any]:
    return {
        name: {
            "command": sides[name].shown,
            "wall_s": [round(cost.wall, 3) for cost in found],
            "cpu_s": [round(cost.cpu, 3) for cost in found],
            "median_wall_s": round(median(found), 3),
            "median_cpu_s": round(statistics.median(cost.cpu for cost in found), 3),
            "microseconds_a_line": round(median(found) / lines * 1e6, 2),
        }
        for name, found in costs.items()
    }


def same_fields(folder: Path, path: Path, styles: Sequence[str]) -> int:
    """How many fields patterns found in all lines. Raises BenchError unless ours found the same in each. Not timed."""
    for name, client, words in (
        ("ours", "rt_flow_ours.py", ()),
        *((style, "rt_flow_grok.py", (style,)) for style in styles),
    ):
        run(program(folder, 0, client, *words, str(path), f"{name}.jsonl"))
    compared = 0
    for style in styles:
        with (
            (folder / "ours.jsonl").open(encoding="utf-8") as left,
            (folder / f"{style}.jsonl").open(encoding="utf-8") as right,
        ):
            for number, (mine, theirs) in enumerate(zip(left, right, strict=True), 1):
                compared += _compared(number, json.loads(mine), json.loads(theirs))
    return compared


def _compared(number: int, ours: dict[str, Any], theirs: dict[str, Any]) -> int:
    """Fields of one line. theirs: null where an optional part of the pattern was not there."""
    found = {name: value for name, value in theirs.items() if value is not None}
    found.pop("syslog5424_pri", None)  # of the syslog, not of the session
    if "session_id_32" in found:
        found["session_id"] = found.pop("session_id_32")
    if found.get("protocol_id") not in (1, 58):
        found.pop("icmp_type", None)  # the 0 that the device prints there is null with us
    if str(found.get("time", "")).endswith("Z"):
        found["time"] = found["time"][:-1] + "+00:00"
    for name, value in found.items():
        said = NOTHING.get(value, value) if isinstance(value, str) and name not in CHOSEN else value
        if ours.get(name) != said:
            raise BenchError(f"line {number}: {name} is {ours.get(name)!r} with us, {value!r} by the pattern")
    missing = {name for name, value in ours.items() if value is not None} - found.keys() - DERIVED
    if missing:
        raise BenchError(f"line {number}: the pattern finds no {', '.join(sorted(missing))}")
    return len(found)


DERIVED = {"event", "naive", "start", "end", "nat_applied", "reason_class", "reason_meaning"}


def rt_flow_vs_pygrok(say: Any) -> tuple[float, dict[str, Any]]:
    """Lines of firewalls of all releases, with what samples show now and then (--mixed --quirks)."""
    folder = folder_of("rt-flow-pygrok")
    path = log(folder, GROK_LINES, "--mixed", "--quirks")
    fields = same_fields(folder, path, ("shipped", "anchored"))
    say(f"  {fields} fields are the same")
    sides = {
        "ours": program(folder, GROK_LINES, "rt_flow_ours.py", str(path)),
        "pygrok": program(folder, GROK_LINES, "rt_flow_grok.py", "shipped", str(path)),
        "pygrok_anchored": program(folder, GROK_LINES, "rt_flow_grok.py", "anchored", str(path)),
    }
    costs = alternate({name: lambda number, side=side: run(side) for name, side in sides.items()}, say=say)
    if len({cost.output for found in costs.values() for cost in found}) != 1:
        raise BenchError("the sums differ")
    about = {"lines": GROK_LINES, "fields_compared": fields, **detail(sides, costs, GROK_LINES)}
    about["ratio_to_shipped"] = round(median(costs["ours"]) / median(costs["pygrok"]), 4)
    return median(costs["ours"]) / median(costs["pygrok_anchored"]), about


def rt_flow_vs_regex_limit(say: Any) -> tuple[float, dict[str, Any]]:
    """Lines of one release, against one re.findall of the pairs of each: no header, no types, no dictionary."""
    folder = folder_of("rt-flow-limit")
    path = log(folder, LIMIT_LINES)
    sides = {
        "ours": program(folder, LIMIT_LINES, "rt_flow_ours.py", str(path)),
        "findall": program(folder, LIMIT_LINES, "rt_flow_findall.py", str(path)),
    }
    costs = alternate({name: lambda number, side=side: run(side) for name, side in sides.items()}, say=say)
    path.unlink()
    return median(costs["ours"]) / median(costs["findall"]), {"lines": LIMIT_LINES, **detail(sides, costs, LIMIT_LINES)}
