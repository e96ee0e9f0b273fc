# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the lab's firewalls print, without a firewall: for benches and tests.

    python tests/lab/srx/generate.py sessions --count 200000 --xml > sessions.xml
    python tests/lab/srx/generate.py sessions --count 200000 --text --level extensive --layout 24 > sessions.txt
    python tests/lab/srx/generate.py rt-flow --count 200000 --structured > rt_flow.log
    python tests/lab/srx/generate.py rt-flow --count 200000 --generation 15.1 > rt_flow.log

sessions: the listing of a table of --count sessions (--model srx5800 for many SPUs, --cluster for two nodes, --shape and --layout as the
    keys xml_shape and session_layout of a specification). XML is a whole rpc-reply.
rt-flow: --count lines, starting at --start; --mixed takes the layouts of all releases in turn, --quirks what samples show now and then.
Both are the same for the same --seed, and for the same --config, a file of `set` lines that zones, addresses, policies and NAT come from.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from datetime import datetime
from itertools import islice
from pathlib import Path

if __name__ == "__main__":  # run as a file, Python puts tests/lab/srx on the path; the package is found from tests/
    sys.path[0] = str(Path(__file__).resolve().parents[2])

from lab.srx import flow_text, flow_xml, flowconfig, rtflow
from lab.srx.flow_words import Query
from lab.srx.flows import Table
from lab.srx.sessions import Listing, spus_of

START = "2026-01-02T03:04:05.000+00:00"


def sessions(
    count: int,
    *,
    xml: bool,
    level: str = "brief",
    seed: int = 1,
    model: str = "vsrx",
    cluster: bool = False,
    release: str = "24.4R1",
    layout: str = "",
    shape: str = "",
    scene: flowconfig.Scene | None = None,
) -> Iterator[str]:
    """The answer to `show security flow session LEVEL`, in pieces; XML with its rpc-reply."""
    layout = layout or flow_text.layout_of(release)
    spus = spus_of(model, shape)
    table = Table(scene or flowconfig.Scene(), count, seed, spus=spus, wide=layout not in ("9x", "15"))
    names = ("node0", "node1") if cluster else ("",)
    listing = Listing(table, release, layout, shape or ("multi_spu" if len(spus) > 1 else "single"), names)
    query = Query(level=level)
    if not xml:
        yield from listing.text(query)
        return
    yield f'<rpc-reply xmlns:junos="http://xml.juniper.net/junos/{release}/junos">\n'
    yield from listing.xml(query)
    yield f"    <cli>\n        <banner>{'{primary:node0}' if cluster else ''}</banner>\n    </cli>\n</rpc-reply>\n"


def rt_flow(
    count: int,
    *,
    structured: bool,
    generation: str = "20",
    seed: int = 1,
    quirks: bool = False,
    mixed: bool = False,
    start: str = START,
    scene: flowconfig.Scene | None = None,
) -> Iterator[str]:
    """Lines with their ends."""
    table = Table(scene or flowconfig.Scene(), max(count, 1), seed)
    style = rtflow.Style(structured=structured, generation=generation, quirks=quirks)
    for text in rtflow.lines(table, count, datetime.fromisoformat(start), style, mixed=mixed):
        yield f"{text}\n"


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Outputs of the lab's firewalls, of any size.")
    commands = parser.add_subparsers(dest="command", required=True)
    table = commands.add_parser("sessions", help="show security flow session")
    form = table.add_mutually_exclusive_group()
    form.add_argument("--xml", action="store_true")
    form.add_argument("--text", action="store_true", help="the default")
    table.add_argument("--level", choices=("brief", "extensive", "summary"), default="brief")
    table.add_argument("--model", default="vsrx")
    table.add_argument("--cluster", action="store_true")
    table.add_argument("--release", default="24.4R1")
    table.add_argument("--layout", choices=flow_text.LAYOUTS, default="")
    table.add_argument("--shape", choices=flow_xml.SHAPES, default="")
    log = commands.add_parser("rt-flow", help="session logs")
    log.add_argument("--structured", action="store_true")
    log.add_argument("--generation", choices=rtflow.GENERATIONS, default="20")
    log.add_argument("--quirks", action="store_true")
    log.add_argument("--mixed", action="store_true")
    log.add_argument("--start", default=START, metavar="ISO-TIME")
    for command in (table, log):
        command.add_argument("--count", type=int, required=True)
        command.add_argument("--seed", type=int, default=1)
        command.add_argument("--config", type=Path, help="file of set lines")
    return parser.parse_args()


def main() -> None:
    chosen = _arguments()
    scene = None
    if chosen.config:
        lines = chosen.config.read_text(encoding="utf-8").splitlines()
        scene = flowconfig.read(line.removeprefix("set ") for line in lines)
    if chosen.command == "sessions":
        pieces = sessions(
            chosen.count, xml=chosen.xml, level=chosen.level, seed=chosen.seed, model=chosen.model, cluster=chosen.cluster,
            release=chosen.release, layout=chosen.layout, shape=chosen.shape, scene=scene,
        )  # fmt: skip
    else:
        pieces = rt_flow(
            chosen.count, structured=chosen.structured, generation=chosen.generation, seed=chosen.seed, quirks=chosen.quirks,
            mixed=chosen.mixed, start=chosen.start, scene=scene,
        )  # fmt: skip
    while batch := "".join(islice(pieces, 256)):
        sys.stdout.write(batch)


if __name__ == "__main__":
    main()
