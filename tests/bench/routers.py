# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The routers of the benches: what they are configured with, and the document that says the same."""

from __future__ import annotations

from typing import Any

SESSIONS = {"mon1": "HundredGigE0/0/0/40", "mon2": "HundredGigE0/0/0/41"}  # name -> destination
SOURCES = 8
ACL = "TM-ACL"
MANY = 800


def _port(number: int) -> str:
    return f"HundredGigE0/0/0/{number}"


def _session_of(number: int) -> str:
    return "mon1" if number % 2 else "mon2"


def start_state() -> str:
    """Two local sessions, eight sources, every other one with an access list that captures."""
    lines = [line for name, port in SESSIONS.items() for line in (f"monitor-session {name} ethernet",
             f" destination interface {port}", "!")]  # fmt: skip
    lines += [
        f"ipv4 access-list {ACL}",
        " 10 permit udp 10.1.1.0 0.0.0.255 eq 10 any capture",
        " 20 permit ipv4 any any",
        "!",
    ]
    for number in range(SOURCES):
        session = _session_of(number)
        lines += [f"interface {_port(number)}", f" monitor-session {session} ethernet direction rx-only port-level"]
        lines += ["  acl", " !", f" ipv4 access-group {ACL} ingress"] if session == "mon1" else [" !"]
        lines.append("!")
    return "\n".join(lines) + "\n"


def document() -> dict[str, Any]:
    """The same as a document."""
    return {
        "sessions": [
            {"name": name, "class": "ethernet", "destination": {"interface": port}, "sources": _sources(name)}
            for name, port in SESSIONS.items()
        ],
        "access_lists": [
            {
                "name": ACL,
                "family": "ipv4",
                "entries": [
                    {"sequence": 10, "action": "permit", "match": "udp 10.1.1.0 0.0.0.255 eq 10 any", "capture": True},
                    {"sequence": 20, "action": "permit", "match": "ipv4 any any"},
                ],
                "interfaces": [source["interface"] for source in _sources("mon1")],
            }
        ],
    }


def _sources(session: str) -> list[dict[str, Any]]:
    return [
        {"interface": _port(number), "direction": "rx-only", "port_level": True, **({"acl": True} if session == "mon1" else {})}
        for number in range(SOURCES)
        if _session_of(number) == session
    ]  # fmt: skip


def many_sources() -> dict[str, Any]:
    """One session with 800 sources, for a router that has none of it; its ports are those of MANY_PORTS."""
    sources = [{"interface": _port(number), "direction": "rx-only", "port_level": True} for number in range(MANY)]
    return {"sessions": [{"name": "mon1", "class": "ethernet", "destination": {"interface": _port(MANY)}, "sources": sources}]}  # fmt: skip


MANY_PORTS = MANY + 1
