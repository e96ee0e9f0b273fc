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
FAMILIES = ("Network Service", "Web", "Network Management")
MOST = ("50", "100", "1000")  # that a list without pages can be limited to


# Field of a counter -> of the policy. All of them are text, but for flags, which are 0 or 1.
COUNTED = {
    "application_name": "application",
    "dpi_application_name": "application",
    "dpi_family_name": "application_family",
    "dscp": "ip_dscp",
    "ip_protocol": "ip_protocol_num",
    "source_firewall_zone_name": "from_zones",
    "source_ip_addr": "source_ip_address",
    "source_service_name": "source_service_name",
    "source_service_type": "source_service_type",
    "port_or_icmp_type": "source_port",
    "destination_firewall_zone_name": "to_zones",
    "destination_ip_address": "destination_ip_address",
    "destination_service_name": "destination_service_name",
    "destination_service_type": "destination_service_type",
    "destination_port_or_icmp_type": "destination_port",
}
COUNTED_FLAGS = (
    *("allow_fragments", "log_connection_end", "log_connection_start"),
    *("match_established", "track_connection"),
)


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
        return {"firewall_filter_stats": rows[: _most(ask)]}

    def _policies(self) -> list[dict[str, Any]]:
        behind, name = self._appliance.behind, self._site.site_name
        content = complete(self._network.live.content if behind is None else behind, self._network.own_zones)
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
        return {
            "action": row["action"],
            "packets": str(packets),
            "bytes": str(100 * packets),
            **{theirs: str(row.get(ours, "any")) for theirs, ours in COUNTED.items()},
            **{name: int(row[name]) for name in COUNTED_FLAGS},
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
                    "state": "ESTABLISHED",
                    "source_route_type": row["source_service_type"],
                    "destination_route_type": row["destination_service_type"],
                    "source_firewall_zone_name": row["from_zones"],
                    "destination_firewall_zone_name": row["to_zones"],
                    "packets_sent": str(packets),
                    "sent_packets_dropped": str(packets if lost else 0),
                }
            )
        return {"firewall_connection_stats": rows[: _most(ask)]}

    async def _applications(self, ask: Ask) -> Any:
        names = ["iperf", *(f"application{number}" for number in range(1, APPLICATIONS))]
        items = [
            {
                "application": name,
                "family": FAMILIES[(number - 1) % len(FAMILIES)],
                "bytes_received": str(40 * number),
                "bytes_sent": str(60 * number),
                "total_bytes": str(100 * number),
            }
            for number, name in enumerate(names)
        ]
        wanted = {key: ask.filter[key] for key in ("application", "family") if key in ask.filter}
        found = [item for item in items if all(item[key] == value for key, value in wanted.items())]
        return paged("applications", found, ask)


def _most(ask: Ask) -> int:
    given = ask.filter.get("max_stats", MOST[0])
    if given not in MOST:
        raise Refusal("Invalid filter")
    return int(given)
