# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Who is faster, measured in one run: `make bench`, or `make bench ONLY=name` for one. See README.md.

Prints a table, writes build/bench.json: {name: {"value": number, "unit": text, "detail": {...}}}. A figure that falls
short is printed as such and is no error; a bench that cannot run is one: exit code 1.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import checks
import images
import jobs
import labs
import measuring
import plays
import pushes
import redirects
import rt_flow
import sensors
import sessions

UNIT = "ours / theirs, wall time"


@dataclass(frozen=True)
class Bench:
    """work: progress callback -> value, detail. reach: largest value that is good enough; None: only reported.

    further: (text, largest value or None, key of detail), a second figure.
    """

    work: Callable[[Callable[[str], None]], tuple[float, dict[str, Any]]]
    reach: float | None
    unit: str = UNIT
    further: tuple[str, float | None, str] | None = None


BENCHES = {
    "span_check_vs_network_cli": Bench(checks.span_check_vs_network_cli, 0.10),
    "span_site_vs_module": Bench(jobs.span_site_vs_module, 1.4),
    "status_vs_module": Bench(jobs.status_vs_module, 1.5),
    "foreign_task_vs_local": Bench(
        jobs.foreign_task_vs_local, 1.5, "over our connection / over a local one, wall time"
    ),
    "span_check_vs_bare_netmiko": Bench(checks.span_check_vs_bare_netmiko, 1.5),
    "span_check_vs_ssh_limit": Bench(checks.span_check_vs_ssh_limit, 3.0),
    "span_push_800_vs_send_config_set": Bench(
        pushes.span_push_800_vs_send_config_set, 0.10, further=("best peer", 1.2, "ratio_to_best_peer")
    ),
    "span_marginal": Bench(checks.span_marginal, 1.1, "a router of 250..500 / of 50..250, wall time"),
    "span_play_vs_network_cli": Bench(plays.span_play_vs_network_cli, None),
    "flow_session_stream_vs_dom": Bench(
        sessions.flow_session_stream_vs_dom, 0.5, further=("peak MB, two million", 150.0, "peak_mb_2000000")
    ),
    "flow_session_text_vs_ttp": Bench(sessions.flow_session_text_vs_ttp, 0.1),
    "rt_flow_vs_pygrok": Bench(
        rt_flow.rt_flow_vs_pygrok, 0.05, further=("patterns as shipped", 0.05, "ratio_to_shipped")
    ),
    "rt_flow_vs_regex_limit": Bench(rt_flow.rt_flow_vs_regex_limit, 2.0),
    "image_upload_vs_curl": Bench(
        images.image_upload_vs_curl, 1.3, "ours / theirs, upload", further=("whole run", 1.3, "whole_run_ratio")
    ),
    "image_upload_memory": Bench(images.image_upload_memory, 100.0, "MB more than without an upload"),
    "redirect_requests": Bench(redirects.redirect_requests, None, "HTTP requests of a run without a change"),
    "ips_status_fleet": Bench(
        sensors.ips_status_fleet, 1.5, further=("ips_status.yml, two tasks", None, "playbook_ratio")
    ),
    "trust_store_writers": Bench(
        sensors.trust_store_writers,
        0.0,
        "entries lost",
        further=("over a bare locked write", None, "ratio_to_bare_write"),
    ),
}


def main(arguments: list[str]) -> int:
    names = arguments or list(BENCHES)
    unknown = [name for name in names if name not in BENCHES]
    if unknown:
        print(f"no bench is called {', '.join(unknown)}; there are {', '.join(BENCHES)}", file=sys.stderr)
        return 2
    signal.signal(signal.SIGTERM, lambda *_signal: sys.exit(143))  # so that labs and programs are ended on the way out
    measuring.adopt_orphans()
    output = labs.ROOT / "build" / "bench.json"
    output.parent.mkdir(exist_ok=True)
    results: dict[str, Any] = json.loads(output.read_text(encoding="utf-8")) if output.exists() else {}
    failed: list[str] = []
    for name in names:
        results.pop(name, None)
        result = measured(name)
        if result:
            results[name] = result
        else:
            failed.append(name)
        output.write_text(json.dumps(results, indent=2) + "\n", encoding="utf-8")
    print(table({name: results[name] for name in names if name in results}))
    print(f"details: {output.relative_to(labs.ROOT)}")
    for name in failed:
        print(f"{name}: COULD NOT RUN, see above", file=sys.stderr)
    return 1 if failed else 0


def measured(name: str) -> dict[str, Any] | None:
    """One entry of bench.json; None when the bench could not run, which is printed."""
    bench = BENCHES[name]
    print(name, flush=True)
    started = time.time()
    try:
        value, detail = bench.work(lambda text: print(text, flush=True))
    except measuring.BenchError as error:
        print(f"{name}: {error}", file=sys.stderr, flush=True)
        return None
    machine = {
        "cores": os.cpu_count(),
        "load_average_after": [round(load, 2) for load in os.getloadavg()],
        "at": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(started)),
        "took_s": round(time.time() - started),
    }
    return {"value": round(value, 4), "unit": bench.unit, "detail": {**detail, "machine": machine}}


def table(results: dict[str, Any]) -> str:
    """A row a figure: name, value, what it should reach, whether it does."""
    rows = [("bench", "value", "reach", "")]
    for name, result in results.items():
        bench = BENCHES[name]
        rows.append((name, f"{result['value']:.3f}", *_verdict(result["value"], bench.reach)))
        if bench.further:
            text, reach, key = bench.further
            rows.append((f"  {text}", f"{result['detail'][key]:.3f}", *_verdict(result["detail"][key], reach)))
    widths = [max(len(row[column]) for row in rows) for column in range(4)]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows
    )


def _verdict(value: float, reach: float | None) -> tuple[str, str]:
    if reach is None:
        return "-", "reported only"
    return f"<= {reach:g}", "ok" if value <= reach else "MISSED"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
