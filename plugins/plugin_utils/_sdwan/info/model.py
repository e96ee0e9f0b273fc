# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What sdwan_info shows: all six stages of a site's policies, firewalls with what their columns mean, counters. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict
from typing import Any

from ..model import HostedFirewall, Item, flag, number, text
from ..redirect.model import Redirects, to_entry
from ..redirect.order import evaluated, shadowed, unreached

PACKETS = ("packets_sent", "packets_received", "packets_dropped")
NUMBERS = ("packets", "bytes")  # of a counter


def firewall_facts(firewall: HostedFirewall) -> dict[str, Any]:
    """All columns of both GUIs, what they mean together, and where the firewall's own GUI is."""
    return {**asdict(firewall), "phase": firewall.phase, "is_up": firewall.is_up, "device_url": firewall.device_url}


def ha_facts(item: Item) -> dict[str, Any]:
    """is_active: None where the appliance says nothing of it."""
    return {"is_active": flag(item, "is_active") if text(item, "is_active") else None, "status": text(item, "status")}


def counter(row: Item) -> dict[str, Any]:
    """A row of the counters with NITRO's names: all fields that are no lists, packets and bytes as numbers."""
    kept = {name: value for name, value in row.items() if not isinstance(value, Mapping | list)}
    facts = {name: value if isinstance(value, int) else text(row, name) for name, value in kept.items()}
    return facts | {name: number(row, name) for name in NUMBERS}


def packets(firewalls: Iterable[HostedFirewall]) -> dict[str, int]:
    """What all of them got, gave back and lost."""
    listed = list(firewalls)
    return {name: sum(getattr(item, name) for item in listed) for name in PACKETS}


def in_order(state: Redirects, site: str) -> list[dict[str, Any]]:
    """A site's policies as it evaluates them. number: over all stages, position: in its own. shadowed_by: number of the one
    that leaves this one nothing, None for none."""
    placed = evaluated(state, site)
    taken_by = {id(late): early for late, early in [*unreached(placed), *shadowed(placed)]}
    numbers = {id(item): place for place, item in enumerate(placed, 1)}
    return [
        {
            "number": numbers[id(item)],
            "stage": item.stage,
            "template": item.template or None,
            "position": item.position,
            "auto_generated": item.policy.auto,
            "redirect": item.policy.is_redirect,
            "shadowed_by": numbers[id(taken_by[id(item)])] if id(item) in taken_by else None,
            "policy": to_entry(item.policy),
        }
        for item in placed
    ]
