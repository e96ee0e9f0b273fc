# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""netmiko's send_config_set and commit. Usage: netmiko_push.py PLAN.json; `cmd_verify`: null leaves netmiko's default."""

from __future__ import annotations

import json
import sys
from pathlib import Path

from netmiko import ConnectHandler

plan = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
options = {} if plan["cmd_verify"] is None else {"cmd_verify": plan["cmd_verify"]}

for host in plan["hosts"]:
    with ConnectHandler(
        device_type="cisco_xr",
        host=host["host"],
        port=host["port"],
        username=host["username"],
        password=host["password"],
        ssh_strict=True,
        alt_host_keys=True,
        alt_key_file=plan["known_hosts"],
    ) as session:
        session.send_config_set(plan["lines"], **options)
        session.commit()
        session.exit_config_mode()
print(f"done {len(plan['hosts'])}")
