# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""asyncssh and nothing else: log in, all reads in one write, log out. Usage: asyncssh_reads.py PLAN.json"""

from __future__ import annotations

import asyncio
import json
import re
import sys
from pathlib import Path
from typing import Any

import asyncssh

plan = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
PROMPT = re.compile(r"^RP/0/[^\r\n#]*#", re.MULTILINE)


async def read(host: dict[str, Any], known_hosts: asyncssh.SSHKnownHosts, free: asyncio.Semaphore) -> str:
    async with (
        free,
        asyncssh.connect(
            host["host"],
            host["port"],
            username=host["username"],
            password=host["password"],
            known_hosts=known_hosts,
            client_keys=None,
            agent_path=None,
            config=None,
        ) as connection,
        connection.create_process(term_type="vt100", term_size=(511, 511)) as process,
    ):
        commands = ["terminal length 0", *plan["commands"]]
        process.stdin.write("".join(f"{command}\n" for command in commands))
        text, prompts = "", 0
        while prompts < len(commands) + 1:
            chunk = await process.stdout.read(65536)
            if not chunk:
                raise SystemExit(f"{host['name']} closed after {text[-200:]!r}")
            text += chunk
            prompts = len(PROMPT.findall(text))
        return text


async def main() -> None:
    free = asyncio.Semaphore(plan["parallel"])
    known_hosts = asyncssh.read_known_hosts(plan["known_hosts"])
    texts = await asyncio.gather(*(read(host, known_hosts, free) for host in plan["hosts"]))
    if "save" in plan:
        names = (host["name"] for host in plan["hosts"])
        Path(plan["save"]).write_text(json.dumps(dict(zip(names, texts, strict=True))), encoding="utf-8")
    print(f"done {len(texts)} {sum(map(len, texts))}")


asyncio.run(main())
