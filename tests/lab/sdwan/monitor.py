# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The group `monitor` of an appliance: state of the pair, what its policies count, lists in pages.

Source: "NetScaler SD-WAN NITRO API reference 11.0", monitor/*. That a redirect shows in the free text `action` is inferred.
"""

from __future__ import annotations

from typing import Any

from .editor import complete
from .network import Appliance, Network, Site
from .nitro import Ask, Handler, Refusal, paged
from .policies import automatic, office_365, shown, site_policies

APPLICATIONS = 120  # so many that there are three pages


class Monitor:
    def __init__(self, network: Network, site: Site, appliance: Appliance) -> None:
        self._network, self._site, self._appliance = network, site, appliance

    def table(self) -> dict[str, dict[str, Handler]]:
        return {
            "monitor/appliance_ha_status": {"GET": self._ha},
            "monitor/firewall_filter_stats": {"GET": self._filters},
            "monitor/firewall_connection_stats": {"GET": self._connections},
            "monitor/applications": {"GET": self._applications},
        }

    async def _ha(self, _ask: Ask) -> Any:
        active = self._appliance.active and self._site.mode not in ("secondary_mcn", "secondary_rcn")
        return [{"is_active": int(active), "status": "Active" if active else "Standby"}]

    async def _filters(self, ask: Ask) -> Any:
        """Counts grow with each look: traffic flows. What is redirected into a firewall that is down is dropped."""
        rows = [self._count(number, row) for number, row in enumerate(self._policies(), 1)]
        limit = _number(ask.filter.get("max_stats", "50"))
        return {"firewall_filter_stats": rows[:limit]}

    def _policies(self) -> list[dict[str, Any]]:
        behind, name = self._appliance.behind, self._site.site_name
        content = complete(self._network.live.content if behind is None else behind)
        return [shown(row) for row in (*office_365(content), *automatic(content, name), *site_policies(content, name))]

    def _count(self, number: int, row: dict[str, Any]) -> dict[str, Any]:
        counters, machine = self._appliance.counters, self._appliance.hosting.machine
        packets = counters[str(number)] = counters.get(str(number), 0) + 10
        if row["action"] == "redirect" and machine:
            machine.sent += 10
            if self._appliance.hosting.running:
                machine.received += 10
            else:
                machine.dropped += 10
        keys = ("from_zones", "to_zones", "source_service_type", "destination_service_type", "application")
        return {
            "id": number,
            "action": row["action"],
            "packets": packets,
            "bytes": 100 * packets,
            **{key: row[key] for key in keys},
        }

    async def _connections(self, ask: Ask) -> Any:
        """One connection a policy that lets pass; what a firewall that is down should get is dropped."""
        rows = []
        for number, row in enumerate(self._policies(), 1):
            if row["action"] in ("drop", "reject"):
                continue
            lost = row["action"] == "redirect" and not self._appliance.hosting.running
            packets = self._appliance.counters.get(str(number), 0)
            rows.append(
                {
                    "id": number,
                    "state": "ESTABLISHED",
                    "source_service_type": row["source_service_type"],
                    "destination_service_type": row["destination_service_type"],
                    "sent_packets": packets,
                    "sent_packets_dropped": packets if lost else 0,
                }
            )
        return {"firewall_connection_stats": rows[: _number(ask.filter.get("max_stats", "50"))]}

    async def _applications(self, ask: Ask) -> Any:
        names = ["iperf", *(f"application{number}" for number in range(1, APPLICATIONS))]
        items = [{"application": name, "bytes": 100 * number} for number, name in enumerate(names)]
        wanted = ask.filter.get("application")
        return paged("applications", [item for item in items if wanted in (None, item["application"])], ask)


def _number(text: str) -> int:
    if not text.isdecimal():
        raise Refusal("Invalid filter")
    return int(text)
