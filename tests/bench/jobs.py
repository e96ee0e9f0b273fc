# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What an operator runs: the playbooks of the collection, each beside the one task that does its work."""

from __future__ import annotations

from typing import Any

import checks
import labs
from measuring import Program, described, median

DEVICES = 300
MODULE = {
    "name": "Keep the mirrors",
    "mspplus.netsec.iosxr_span": {"config": "{{ iosxr_span_config }}", "state": "overridden"},
}
READING = {"name": "Read the mirrors", "mspplus.netsec.iosxr_span_info": {"gather": ["config", "status"]}}
FOREIGN = {"name": "Say something", "ansible.builtin.debug": {"msg": "the same on every host"}}


def _compared(say: Any, name: str, make: Any) -> tuple[float, dict[str, Any]]:
    """make: lab -> {side: program}; the first side over the second."""
    with labs.lab(name, {**checks.DEVICE, "count": DEVICES}) as lab:
        sides: dict[str, Program] = make(lab)
        costs = checks.compare(lab, sides, say)
        ours, peer = (costs[side] for side in list(sides)[:2])
        found = {"devices": DEVICES, "forks": checks.PARALLEL, **checks.detail(lab, sides, costs)}
        # What a busy machine does not blur.
        found["cpu_ratio"] = round(described(ours)["cpu_s"] / described(peer)["cpu_s"], 3)
        return median(ours) / median(peer), found


def span_site_vs_module(say: Any) -> tuple[float, dict[str, Any]]:
    """300 routers, no change: site.yml over a play of its one task."""

    def make(lab: labs.Lab) -> dict[str, Program]:
        play = labs.playbook(lab, "ours", "module", [MODULE], lab.hosts, "--check", desired=checks.DESIRED)
        return {"site": checks.our_site(lab, lab.hosts), "module": play}

    return _compared(say, "site-vs-module", make)


def status_vs_module(say: Any) -> tuple[float, dict[str, Any]]:
    """300 routers: status.yml over a play of the task that reads."""

    def make(lab: labs.Lab) -> dict[str, Program]:
        play = labs.playbook(lab, "ours", "reading", [READING], lab.hosts, desired=checks.DESIRED)
        return {"status": labs.shipped(lab, "status", lab.hosts, checks.DESIRED), "module": play}

    return _compared(say, "status-vs-module", make)


def foreign_task_vs_local(say: Any) -> tuple[float, dict[str, Any]]:
    """300 hosts, a debug task: over our connection, which it never opens, over the same with local connections."""

    def make(lab: labs.Lab) -> dict[str, Program]:
        return {side: labs.playbook(lab, side, "debug", [FOREIGN], lab.hosts) for side in ("ours", "local")}

    return _compared(say, "foreign-task", make)
