# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""netmiko in a thread pool: log in, read, log out. Usage: netmiko_reads.py PLAN.json"""

from __future__ import annotations

import json
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from netmiko import ConnectHandler

plan = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))


def read(host: dict[str, Any]) -> int:
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
        return sum(len(session.send_command(command)) for command in plan["commands"])


with ThreadPoolExecutor(plan["parallel"]) as pool:
    sizes = list(pool.map(read, plan["hosts"]))
print(f"done {len(sizes)} {sum(sizes)}")
