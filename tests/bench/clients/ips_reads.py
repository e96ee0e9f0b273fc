# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Sensors in a thread pool of netmiko: log in, read, log out, fetch the certificate of the web server. Usage: ips_reads.py PLAN.json

netmiko has no driver for sensors, so it is the collection's, which is one for any script.
"""

from __future__ import annotations

import json
import ssl
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from ansible_collections.mspplus.netsec.plugins.plugin_utils._ips.netmiko_driver import CiscoIps

plan = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))


def read(host: dict[str, Any]) -> int:
    with CiscoIps(
        device_type="cisco_ips",
        host=host["host"],
        port=host["port"],
        username=host["username"],
        password=host["password"],
        ssh_strict=True,
        alt_host_keys=True,
        alt_key_file=plan["known_hosts"],
    ) as session:
        size = sum(len(session.send_command(command)) for command in plan["commands"])
    return size + len(ssl.get_server_certificate((host["host"], host["https_port"]), timeout=30))


with ThreadPoolExecutor(plan["parallel"]) as pool:
    sizes = list(pool.map(read, plan["hosts"]))
print(f"done {len(sizes)} {sum(sizes)}")
