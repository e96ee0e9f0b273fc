# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A play of many small tasks over a slow link: where connections that stay open between tasks may win."""

from __future__ import annotations

from typing import Any

import checks
import labs
import routers
from measuring import described, median, run

DEVICES, RTT_MS, LOGIN_SECONDS = 20, 50, 1


def _tasks() -> list[dict[str, Any]]:
    """Five tasks a host that each have a reason to stand alone."""
    document = routers.document()
    parts = [{"sessions": [session]} for session in document["sessions"]] + [{"access_lists": document["access_lists"]}]
    merged = [
        {"name": f"Part {number}", "mspplus.netsec.iosxr_span": {"config": part, "state": "merged"}}
        for number, part in enumerate(parts, 1)
    ]
    return [
        *merged,
        {"name": "Status", "mspplus.netsec.iosxr_span_info": {"gather": ["status"]}},
        {"name": "Configuration", "mspplus.netsec.iosxr_span_info": {"gather": ["config"]}},
    ]


def span_play_vs_network_cli(say: Any) -> tuple[float, dict[str, Any]]:
    """20 routers, 50 ms away, a login takes a second: five of our tasks over five iosxr_command with the same reads."""
    device = {**checks.DEVICE, "count": DEVICES, "rtt_ms": RTT_MS, "login_seconds": LOGIN_SECONDS}
    with labs.lab("play", device) as lab:
        ours = labs.playbook(lab, "ours", "play", _tasks(), lab.hosts, "--check")
        run(ours)
        reads = [commands for commands in lab.reads(lab.hosts[0]["name"]) if commands]
        tasks = [
            {"name": f"Read {number}", "cisco.iosxr.iosxr_command": {"commands": commands}}
            for number, commands in enumerate(reads, 1)
        ]
        peer = labs.playbook(lab, "network_cli", "play", tasks, lab.hosts, "--check")
        further = checks.same_reads(lab, peer, [command for commands in reads for command in commands])
        sides = {"ours": ours, "network_cli": peer}
        costs = checks.compare(lab, sides, say)
        found = {
            "devices": DEVICES,
            "rtt_ms": RTT_MS,
            "login_seconds": LOGIN_SECONDS,
            "logins_a_device": {"ours": len(reads), "network_cli": 1},
            "reads": reads,
            "network_cli_also_sends": further,
            **{side: {**described(costs[side]), "command": sides[side].shown} for side in sides},
        }
        return median(costs["ours"]) / median(costs["network_cli"]), found
