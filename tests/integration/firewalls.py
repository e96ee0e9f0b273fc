# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A lab SRX and the real connection plugin on it, without the seconds that ansible-playbook takes to start."""

from __future__ import annotations

from typing import Any

from ansible.playbook.play_context import PlayContext
from ansible.plugins.loader import connection_loader
from integration.scratch import scratch_file

from ansible_collections.mspplus.netsec.plugins.plugin_utils._srx.firewall import Firewall
from lab.server import Lab

READ_TIMEOUT = 5.0  # seconds; hang faults wait this long


def open_door(lab: Lab, name: str = "fw1", read_timeout: float = READ_TIMEOUT) -> Any:
    """The connection to a firewall of the lab, not opened yet."""
    host = lab.device(name)
    door = connection_loader.get("mspplus.netsec.netmiko", PlayContext(), "/dev/null")
    door.set_options(
        direct={
            "host": "127.0.0.1",
            "port": host.port,
            "remote_user": host.spec.username,
            "password": host.spec.password,
            "platform": "juniper_junos",
            "known_hosts": scratch_file("known_hosts", lab.known_hosts()),
            "read_timeout": read_timeout,
        }
    )
    return door


def firewall(lab: Lab, name: str = "fw1", read_timeout: float = READ_TIMEOUT) -> Firewall:
    """A session on it."""
    return Firewall(open_door(lab, name, read_timeout), read_timeout)


def device(lab: Lab, name: str = "fw1") -> Any:
    """The lab's SrxDevice."""
    return lab.device(name).device


def carried(lab: Lab, name: str = "fw1") -> list[str]:
    """The running configuration as `set` lines."""
    lines: list[str] = lab.call(device(lab, name).running_lines)
    return lines


def sent(lab: Lab, name: str = "fw1") -> list[str]:
    """All commands that the firewall got, in their order."""
    return [entry["text"] for entry in lab.journal(name) if entry["event"] == "command"]
