# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Session tables of an SRX, from file to aggregate: ours over an XML tree with XPath, and over a template of TTP."""

from __future__ import annotations

import shutil
import statistics
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from labs import BUILD, OURS, PEERS, ROOT, environment
from measuring import BenchError, Cost, Program, alternate, median, run

SESSIONS = 200_000
LARGE = (1_000_000, 2_000_000)
CLIENTS = Path(__file__).parent / "clients"
GENERATOR = (str(OURS / "python"), str(ROOT / "tests" / "lab" / "srx" / "generate.py"), "sessions")
COLLECTION = {"PYTHONPATH": str(ROOT / "build" / "collections")}


def table(folder: Path, name: str, words: Sequence[str]) -> Path:
    """A file with the listing of a table, as the lab's firewalls print it."""
    path = folder / name
    command = f'exec "$0" "$@" > {path.name}'
    run(Program(("bash", "-c", command, *GENERATOR, "--count", str(SESSIONS), *words), environment(folder), folder))
    return path


def folder_of(name: str) -> Path:
    folder = BUILD / name
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    return folder


def ours(folder: Path, layout: str, path: Path) -> Program:
    """All names are counted, as the peers do; by default it stops at so many as keep memory flat."""
    program = str(CLIENTS / "sessions_ours.py")
    return Program(
        (str(OURS / "python"), program, layout, str(path), str(SESSIONS)),
        {**environment(folder), **COLLECTION},
        folder,
        done,
    )


def peer(folder: Path, name: str, *words: str) -> Program:
    return Program((str(PEERS / "python"), str(CLIENTS / name), *words), environment(folder), folder, done)


def done(output: str) -> None:
    if not output.startswith(f"done {SESSIONS} "):
        raise BenchError(f"not all sessions were counted: {output[:3000]}")


def compared(sides: Mapping[str, Program], say: Any) -> dict[str, list[Cost]]:
    """Turns of all sides. Raises BenchError when their aggregates differ."""
    costs = alternate({name: lambda number, program=program: run(program) for name, program in sides.items()}, say=say)
    found = {name: " ".join(cost.output.split()[:3]) for name, sides_costs in costs.items() for cost in sides_costs}
    if len(set(found.values())) != 1:
        raise BenchError(f"the aggregates differ: {found}")
    return costs


def detail(sides: Mapping[str, Program], costs: Mapping[str, Sequence[Cost]]) -> dict[str, Any]:
    return {
        name: {
            "command": sides[name].shown,
            "wall_s": [round(cost.wall, 3) for cost in found],
            "cpu_s": [round(cost.cpu, 3) for cost in found],
            "median_wall_s": round(median(found), 3),
            "median_cpu_s": round(statistics.median(cost.cpu for cost in found), 3),
        }
        for name, found in costs.items()
    }


def flow_session_stream_vs_dom(say: Any) -> tuple[float, dict[str, Any]]:
    """Extensive XML of a chassis with many SPUs: count, bytes, packets by policy, application, interface and address."""
    folder = folder_of("flow-session-xml")
    words = ("--xml", "--level", "extensive", "--model", "srx5800")
    path = table(folder, "sessions.xml", words)
    sides = {
        "ours": ours(folder, "xml", path),
        "lxml_dom": peer(folder, "sessions_lxml.py", "dom", str(path)),
        "lxml_iterparse": peer(folder, "sessions_lxml.py", "iterparse", str(path)),
    }
    costs = compared(sides, say)
    about: dict[str, Any] = {"sessions": SESSIONS, "megabytes": path.stat().st_size >> 20, **detail(sides, costs)}
    about["ratio_to_iterparse"] = median(costs["ours"]) / median(costs["lxml_iterparse"])
    about["lxml_dom"]["peak_memory_mb"] = run(sides["lxml_dom"], memory=True).peak_mb
    path.unlink()
    for number in LARGE:
        about[f"peak_mb_{number}"] = peak(folder, number, words)
        say(f"  {number} sessions: {about[f'peak_mb_{number}']} MB at most")
    about["peak_ratio"] = about[f"peak_mb_{LARGE[1]}"] / about[f"peak_mb_{LARGE[0]}"]
    return median(costs["ours"]) / median(costs["lxml_dom"]), about


def peak(folder: Path, number: int, words: Sequence[str]) -> float:
    """Megabytes that our process had resident at most, as the kernel counts them; sessions come through a pipe."""
    generator = " ".join([*GENERATOR, "--count", str(number), *words])
    reader = f"{OURS / 'python'} {CLIENTS / 'sessions_ours.py'} xml -"
    command = ("bash", "-o", "pipefail", "-c", f"{generator} | {reader}")
    output = run(Program(command, {**environment(folder), **COLLECTION}, folder)).output
    if not output.startswith(f"done {number} "):
        raise BenchError(f"not all sessions were counted: {output[:3000]}")
    return round(int(output.split("peak_kb")[1]) / 1024, 1)


def flow_session_text_vs_ttp(say: Any) -> tuple[float, dict[str, Any]]:
    """Brief text: count, bytes, packets by policy and interface."""
    folder = folder_of("flow-session-text")
    path = table(folder, "sessions.txt", ("--text",))
    sides = {"ours": ours(folder, "text", path), "ttp": peer(folder, "sessions_ttp.py", str(path))}
    costs = compared(sides, say)
    about = {"sessions": SESSIONS, "megabytes": path.stat().st_size >> 20, **detail(sides, costs)}
    path.unlink()
    return median(costs["ours"]) / median(costs["ttp"]), about
