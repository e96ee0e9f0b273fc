# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""scrapli's send_inputs in configuration mode and commit. Usage: scrapli_push.py PLAN.json"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from scrapli import AuthOptions, Cli, SessionOptions
from scrapli.transport import BinOptions

plan = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))

for host in plan["hosts"]:
    with Cli(
        host["host"],
        port=host["port"],
        definition_file_or_name="cisco_iosxr",
        auth_options=AuthOptions(username=host["username"], password=host["password"]),
        transport_options=BinOptions(known_hosts_path=plan["known_hosts"], enable_strict_key=True),
        session_options=SessionOptions(operation_timeout_s=600),
    ) as session:
        sent = session.send_inputs(plan["lines"], requested_mode="configuration")
        if sent.failed:
            raise SystemExit(f"refused: {sent.result[-500:]}")
        session.send_input("commit", requested_mode="configuration")
print(f"done {len(plan['hosts'])}")
