# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A lab network of SD-WAN and the real connection plugin on its systems, without the seconds that ansible-playbook takes."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from types import MappingProxyType
from typing import Any

import yaml
from ansible.playbook.play_context import PlayContext
from ansible.plugins.loader import connection_loader
from integration.scratch import scratch_file

from ansible_collections.mspplus.netsec.plugins.plugin_utils._sdwan.manager import Manager
from lab.server import Lab

PASSWORD = "CANARY-sdwan-password"
READ_TIMEOUT = 5.0  # seconds; hang faults wait this long
NETWORK: Mapping[str, Any] = MappingProxyType(
    {
        "network": "acme",
        "regions": [{"region_name": "default"}, {"region_name": "emea", "collector_ip": "127.0.0.1"}],
        "sites": [
            {"site_name": "dc", "model": "cb2100", "mode": "primary_mcn"},
            {"site_name": "berlin", "model": "cb1100"},
            {"site_name": "hamburg", "model": "cb1100", "appliances": ["hamburg-a", "hamburg-b"]},
            {"site_name": "paris", "model": "cb1100", "region": "emea"},
            {"site_name": "rome", "model": "cb210"},
        ],
        "package": "Production",
    }
)


def spec(name: str, site: str, network: Mapping[str, Any] = NETWORK, **more: Any) -> dict[str, Any]:
    """An appliance of a network. The first one of a lab brings the network."""
    return {
        "name": name,
        "kind": "sdwan",
        "username": "ops",
        "password": PASSWORD,
        "network": network["network"],
        "site": site,
        "config_text": yaml.safe_dump(dict(network)),
        **more,
    }


def center(name: str = "center", network: Mapping[str, Any] = NETWORK, **more: Any) -> dict[str, Any]:
    """The head-end, or with `role: collector` and a region that region's collector."""
    return {
        "name": name,
        "kind": "sdwan_center",
        "username": "ops",
        "password": PASSWORD,
        "network": network["network"],
        "config_text": yaml.safe_dump(dict(network)),
        **more,
    }


def open_door(lab: Lab, name: str, **options: Any) -> Any:
    """The connection to a system of the lab, not opened yet."""
    host = lab.device(name)
    given = {
        "host": "127.0.0.1",
        "port": host.port,
        "remote_user": host.spec.username,
        "password": host.spec.password,
        "ca_path": scratch_file("ca.pem", lab.ca_pem()),
        "dialect": host.device.DIALECT,
        "read_timeout": READ_TIMEOUT,
        "timeout": 5,
        "retry_wait": 0.01,
    }
    door = connection_loader.get("mspplus.netsec.rest", PlayContext())
    door.set_options(direct={**given, **options})
    return door


@contextmanager
def opened(lab: Lab, name: str, overrides: Mapping[str, Any] | None = None, **options: Any) -> Iterator[Manager]:
    door = open_door(lab, name, **options)
    try:
        yield Manager(door, overrides)
    finally:
        door.close()


def device(lab: Lab, name: str) -> Any:
    """The lab's object."""
    return lab.device(name).device


def sent(lab: Lab, name: str) -> list[str]:
    """All requests that it got, in their order: method and path below the base path."""
    base = device(lab, name).nitro.base
    return [entry["text"].replace(base, "") for entry in lab.journal(name) if entry["event"] == "request"]


def written(lab: Lab, name: str) -> list[str]:
    """Those that could change something; logging in and out is none."""
    return [text for text in sent(lab, name) if not text.startswith("GET ") and "config/login" not in text]


def after(lab: Lab, name: str, resource: str, method: str, then: Callable[[], object]) -> None:
    """Have a system do something more after each call of this kind, before it answers."""
    table = device(lab, name).nitro.table[resource]
    usual = table[method]

    async def both(ask: Any) -> Any:
        answer = await usual(ask)
        then()
        return answer

    table[method] = both
