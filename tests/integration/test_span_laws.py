# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The laws of the plan, on a router that answers: from any state to any other, nothing else touched, and back again."""

from __future__ import annotations

import os
import re
from pathlib import Path
from random import Random
from typing import Any

import pytest
from integration.routers import PORTS, router, run, undo_commands
from netmiko import ConnectHandler

from lab.server import Lab

PAIRS = 150 if os.environ.get("SOAK") else 12
NAMES = ("mon1", "2", "EASTON", "cisco-rtp1", "a_b")
LISTS = ("TM-ACL", "acl1")
MATCHES = ("udp 10.1.1.0 0.0.0.255 eq 10 any", "ipv4 any any", "tcp any host 10.9.9.9 eq www")
LAYER_2 = PORTS[40:]  # a mirror neither makes a port one of these nor the reverse
FOREIGN = """hostname edge1
interface Loopback0
 ipv4 address 192.0.2.1 255.255.255.255
!
interface TenGigE0/0/0/5
 description another team's
 mtu 9000
!
l2vpn
 xconnect group G
  p2p P
   monitor-session mon1
   neighbor ipv4 192.0.2.9 pw-id 7
   !
  !
 !
!
""" + "".join(f"interface {port}\n l2transport\n !\n!\n" for port in LAYER_2)


def random_document(rng: Random) -> dict[str, Any]:
    """A document that an NCS 5500 takes: unique destinations, one session a source, ACLs that exist, received traffic only."""
    ports, switched = rng.sample(PORTS[:40], 24), rng.sample(LAYER_2, 8)
    lists = rng.sample(LISTS, rng.randint(0, 2))
    document: dict[str, Any] = {"sessions": [], "access_lists": []}
    for name in rng.sample(NAMES, rng.randint(0, 4)):
        sources = []
        for _count in range(rng.randint(0, 4)):
            acl = rng.random() < 0.4
            direction = "rx-only" if acl else rng.choice(["both", "rx-only", "tx-only"])
            source = {"interface": ports.pop(), "port_level": True, "direction": direction, "acl": acl}
            if not acl and switched and rng.random() < 0.3:
                source |= {"interface": switched.pop(), "l2transport": True}
            if acl and lists and rng.random() < 0.3:
                source["acl_ipv4"] = rng.choice(lists)
            sources.append(source)
        document["sessions"].append({"name": name, "destination": {"interface": ports.pop()}, "sources": sources})
    for name in lists:
        entries = [
            {
                "sequence": 10 * (index + 1),
                "action": "permit",
                "match": match,
                "capture": index == 0 or rng.random() < 0.5,
            }
            for index, match in enumerate(rng.sample(MATCHES, rng.randint(1, 3)))
        ]
        interfaces = rng.sample(ports, rng.randint(0, 2))
        document["access_lists"].append({"name": name, "family": "ipv4", "entries": entries, "interfaces": interfaces})
        ports = [port for port in ports if port not in interfaces]
    return document


def text(lab: Lab) -> str:
    """Without the time of the last change, and without interfaces that carry nothing."""
    running = lab.call(lab.device("edge1").device.running_text)
    running = re.sub(r"^!! .*\n", "", running, flags=re.MULTILINE)
    return re.sub(r"^interface TenGigE\S+\n!\n", "", running, flags=re.MULTILINE)


def typed_by_netmiko(lab: Lab, lines: list[str]) -> None:
    """Somebody else's client types and commits the lines."""
    host = lab.device("edge1")
    where = {"host": "127.0.0.1", "port": host.port, "username": host.spec.username, "password": host.spec.password}
    with ConnectHandler(device_type="cisco_xr", **where) as client:
        if lines:
            client.send_config_set(lines, cmd_verify=False)
            client.commit()
            client.exit_config_mode()


# The cross connect of the router names a session that a document may remove.
CROSSED: dict[str, Any] = {"warn_only": ["cross-connect"]}


@pytest.mark.parametrize("seed", range(PAIRS))
def test_any_state_leads_to_any_other_and_back(lab: Any, tmp_path: Path, seed: int) -> None:
    rng = Random(seed)
    first, second = random_document(rng), random_document(rng)
    # What a document does not name stays: so both name the same lists, and the second takes the bindings of the first away.
    edge = lab(router(config_text=FOREIGN))
    start = text(edge)

    one = run(edge, tmp_path, first)
    reached = text(edge)
    assert not run(edge, tmp_path, first)["changed"]

    planned = run(edge, tmp_path, second, check=True, **CROSSED)
    assert text(edge) == reached
    two = run(edge, tmp_path, second, **CROSSED)
    assert two["after"] == planned["after"] and two["plan"] == planned["plan"]
    assert not run(edge, tmp_path, second)["changed"]
    for line in FOREIGN.splitlines():
        assert line in text(edge)

    typed_by_netmiko(edge, undo_commands(two))
    assert text(edge) == reached
    typed_by_netmiko(edge, undo_commands(one))
    assert text(edge) == start
