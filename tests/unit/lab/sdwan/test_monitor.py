# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a site's monitor counts of the configuration that it runs."""

from __future__ import annotations

import asyncio
import copy
from typing import Any

import pytest

from lab.sdwan.hosting import Machine
from lab.sdwan.monitor import COUNTED_FLAGS, Monitor
from lab.sdwan.network import Network
from lab.sdwan.nitro import Ask, Refusal

from .asked import REDIRECT, START


class Watched:
    """The monitor of a site that drops, redirects and allows. running: whether its firewall does."""

    def __init__(self, *, running: bool = True, machine: bool = True) -> None:
        self.network = Network(START)
        self.site, self.appliance = self.network.appliance("berlin")
        rows = [{"action": "drop", "destination_port": 23}, copy.deepcopy(REDIRECT), {"action": "allow"}]
        self.network.live.content["firewall"] = {"berlin": {"firewall_local_policy": rows}}
        if machine:
            status = "Running" if running else "Stopped"
            self.appliance.hosting.machine = Machine("Palo Alto Networks", "VM 100", "x", operation_status=status)
        self.table = Monitor(self.network, self.site, self.appliance).table()

    def look(self, name: str, **filter_: str) -> list[dict[str, Any]]:
        ask = Ask("GET", f"monitor/{name}", filter=filter_)
        found: list[dict[str, Any]] = asyncio.run(self.table[ask.resource]["GET"](ask))[name]
        return found

    def redirected(self) -> tuple[int, int, int]:
        machine = self.appliance.hosting.machine
        assert machine is not None
        return machine.sent, machine.received, machine.dropped


def test_counts_grow_with_each_look_and_in_the_order_of_evaluation() -> None:
    berlin = Watched()
    first, second = berlin.look("firewall_filter_stats"), berlin.look("firewall_filter_stats")
    # The management server of the firewall passes both ways first.
    assert [row["action"] for row in first] == ["allow", "allow", "drop", "redirect", "allow"]
    assert all(int(later["packets"]) > int(row["packets"]) > 0 for row, later in zip(first, second, strict=True))


def test_what_is_redirected_reaches_a_firewall_that_runs_and_is_dropped_before_one_that_does_not() -> None:
    up, down = Watched(), Watched(running=False)
    for site in (up, down):
        site.look("firewall_filter_stats")
    assert up.redirected() == (10, 10, 0)
    assert down.redirected() == (10, 0, 10)
    assert [row["sent_packets_dropped"] for row in up.look("firewall_connection_stats")] == ["0", "0", "0", "0"]
    assert [row["sent_packets_dropped"] for row in down.look("firewall_connection_stats")] == ["0", "0", "10", "0"]


def test_without_a_firewall_redirected_connections_are_dropped_and_nothing_else_is_counted() -> None:
    berlin = Watched(machine=False)
    assert "redirect" in [row["action"] for row in berlin.look("firewall_filter_stats")]
    assert [row["sent_packets_dropped"] for row in berlin.look("firewall_connection_stats")] == ["0", "0", "10", "0"]


def test_a_site_without_policies_counts_nothing() -> None:
    berlin = Watched()
    paris = Monitor(berlin.network, *berlin.network.appliance("paris")).table()
    ask = Ask("GET", "monitor/firewall_filter_stats")
    assert asyncio.run(paris[ask.resource]["GET"](ask)) == {"firewall_filter_stats": []}


@pytest.mark.parametrize("name", ["firewall_filter_stats", "firewall_connection_stats"])
def test_lists_are_limited(name: str) -> None:
    berlin = Watched()
    rows = [{"action": "allow", "destination_port": port} for port in range(1, 1101)]
    berlin.network.live.content["firewall"] = {"berlin": {"firewall_local_policy": rows}}
    assert [len(berlin.look(name, **asked)) for asked in ({}, {"max_stats": "100"}, {"max_stats": "1000"})] == [
        *(50, 100, 1000)
    ]
    for wrong in ("many", "1", "1001", ""):
        with pytest.raises(Refusal, match="Invalid filter"):
            berlin.look(name, max_stats=wrong)


def test_counters_have_the_fields_and_types_of_the_reference() -> None:
    row = Watched().look("firewall_filter_stats")[3]
    assert (row["source_firewall_zone_name"], row["dscp"], row["destination_service_type"]) == (
        "any",
        "ANY",
        "internet",
    )
    assert {type(row[name]) for name in row if name not in COUNTED_FLAGS} == {str}
    assert {row[name] for name in COUNTED_FLAGS} == {0, 1}
    assert not {"id", "from_zones", "to_zones"} & row.keys()


def test_applications_have_the_fields_of_the_reference_and_are_filtered_by_family() -> None:
    berlin = Watched()
    name = "applications"
    (iperf,) = berlin.look(name, application="iperf")
    assert set(iperf) == {"application", "family", "bytes_received", "bytes_sent", "total_bytes"}
    assert {type(value) for value in iperf.values()} == {str}
    services = berlin.look(name, family="Network Service")
    assert services and {item["family"] for item in services} == {"Network Service"}
    assert berlin.look(name, family="Network Service", application="iperf") == []
    assert all(int(item["total_bytes"]) == int(item["bytes_sent"]) + int(item["bytes_received"]) for item in services)
