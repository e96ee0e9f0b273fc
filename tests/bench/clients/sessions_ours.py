# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Our reader of XML or text, to an aggregate. Usage: sessions_ours.py xml|text FILE [NAMES], - for
standard input, NAMES: how many names a dimension counts one by one; the collection's
folder in PYTHONPATH. Prints a digest of the aggregate, and how much memory this process had at most."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

from sessions_digest import TOP, digest

from ansible_collections.mspplus.netsec.plugins.plugin_utils._srx.flow_sessions import text_reader as session_text
from ansible_collections.mspplus.netsec.plugins.plugin_utils._srx.flow_sessions import xml_reader as session_xml
from ansible_collections.mspplus.netsec.plugins.plugin_utils._srx.flow_sessions.aggregate import (
    MOST_NAMES,
    Aggregate,
    needed,
)
from ansible_collections.mspplus.netsec.plugins.plugin_utils._srx.flow_sessions.model import Report

layout, name, *most = sys.argv[1:]
by = ("policy", "application", "interface", "source", "destination") if layout == "xml" else ("policy", "interface")


def pieces() -> Iterator[str]:
    with sys.stdin if name == "-" else Path(name).open(encoding="utf-8", newline="") as file:
        while piece := file.read(1 << 20):
            yield piece


report = Report()
counted = Aggregate(by, TOP, int(most[0]) if most else MOST_NAMES)
reader = session_xml.sessions if layout == "xml" else session_text.sessions
for session in reader(pieces(), report, needed(by)):
    counted.add(session)
if report.broken or report.unparsed or report.total != report.sessions:
    sys.exit(f"not all was understood: {report}")
top = {}
for dimension, table in counted.result().items():
    for row in table["top"]:
        name = str(row[dimension])
        if dimension == "policy" and row["policy_index"] is not None:
            name += f"/{row['policy_index']}"
        top.setdefault(dimension, []).append((name, row["sessions"], row["bytes"], row["packets"]))
print(digest(report.sessions, top), {key: table["names"] for key, table in counted.result().items()})
with Path("/proc/self/status").open(encoding="utf-8") as status:
    print("peak_kb", next(line.split()[1] for line in status if line.startswith("VmHWM")))
