# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Our reader of session logs, every line to its typed fields. Usage: rt_flow_ours.py FILE [FIELDS]; the collection's
folder in PYTHONPATH. Prints how many lines and bytes were counted; writes the fields to FIELDS, a JSON object a line."""

from __future__ import annotations

import json
import sys
from pathlib import Path

from ansible_collections.mspplus.netsec.plugins.plugin_utils._srx.rt_flow.line import parse

lines = octets = 0
with Path(sys.argv[1]).open(encoding="utf-8", newline="\n") as file:
    if sys.argv[2:]:
        with Path(sys.argv[2]).open("w", encoding="utf-8") as output:
            output.writelines(json.dumps(record) + "\n" for record in parse(file))
    else:
        for record in parse(file):
            lines += 1
            octets += record.get("bytes_from_client", 0)
print("done", lines, octets)
