# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A network of the lab: its start state, and who shares it."""

from __future__ import annotations

from typing import Any

import pytest

from lab.sdwan import network as networks
from lab.sdwan.device import SdwanDevice
from lab.sdwan.network import Network, join, leave
from lab.spec import DeviceSpec

START = """
regions: [{region_name: default}, {region_name: emea, collector_ip: 127.0.0.21}]
sites:
  - {site_name: dc, model: cb2100, mode: primary_mcn}
  - {site_name: berlin, model: cb1100, appliances: [berlin-a, berlin-b]}
  - {site_name: paris, model: cb1100, region: emea, virtual_machines: {cloud_direct: running}}
package: Production
content: {firewall_zones: []}
"""


@pytest.fixture(autouse=True)
def _alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(networks, "_NETWORKS", {})


def made(name: str, **options: Any) -> SdwanDevice:
    spec = DeviceSpec(name, "sdwan", config=START)
    spec.options = {"network": "acme", **options}
    return SdwanDevice(spec)


def test_a_start_state_is_read() -> None:
    network = Network(START)
    assert [row["collector_ip"] for row in network.regions] == ["", "127.0.0.21"]
    assert set(network.stores) == {"default", "emea"}
    dc, berlin, paris = network.sites.values()
    assert (dc.mode, berlin.mode, paris.region) == ("primary_mcn", "client", "emea")
    assert [site.hosts_firewalls for site in (dc, berlin, paris)] == [False, True, True]
    assert [(appliance.name, appliance.active) for appliance in berlin.appliances] == [
        ("berlin-a", True),
        ("berlin-b", False),
    ]
    assert paris.appliances[0].hosting.machines == {"cloud_direct": "running"}
    assert network.live.stamp == "Production_1"
    every = [appliance for site in network.sites.values() for appliance in site.appliances]
    for attribute in ("management_ip", "serial_no"):
        assert len({getattr(appliance, attribute) for appliance in every}) == len(every)


def test_an_appliance_is_found_by_its_site_and_name() -> None:
    network = Network(START)
    assert network.appliance("berlin")[1].name == "berlin-a"
    assert network.appliance("berlin", "berlin-b")[1].name == "berlin-b"
    for wrong in (("rome", ""), ("berlin", "dc-a")):
        with pytest.raises(KeyError):
            network.appliance(*wrong)


@pytest.mark.parametrize("text", ["", "sites: []", "sites: [{model: cb1100}]", "sites: 5", "[1]", "a: [", "sites: [x]"])
def test_what_is_no_network_is_said(text: str) -> None:
    with pytest.raises(ValueError, match="network"):
        join("acme", text, "one")
    assert networks._NETWORKS == {}


def test_devices_of_one_name_share_a_network_until_the_last_leaves() -> None:
    first = join("acme", START, "one")
    assert join("acme", "sites: none of this is read", "two") is first
    assert join("other", START, "three") is not first
    leave(first, "one")
    assert join("acme", "", "two and a half") is first
    leave(first, "two")
    leave(first, "two and a half")
    leave(first, "two and a half")
    assert join("acme", START, "one") is not first


def test_a_member_that_comes_again_gets_a_new_network_and_the_old_one_cannot_end_it() -> None:
    old = join("acme", START, "one")
    new = join("acme", START, "one")
    assert new is not old
    leave(old, "one")
    assert join("acme", START, "two") is new


def test_a_device_takes_its_place() -> None:
    mcn, berlin = made("mcn"), made("berlin", site="berlin", appliance="berlin-b")
    assert mcn.network is berlin.network
    assert (mcn.site.site_name, mcn.is_mcn, berlin.is_mcn) == ("dc", True, False)
    assert berlin.appliance.name == "berlin-b"
    assert berlin.hosting is berlin.appliance.hosting


def test_a_device_without_a_place_leaves_nothing() -> None:
    for options in ({"site": "rome"}, {"site": "berlin", "appliance": "x"}):
        with pytest.raises(ValueError, match="the network has no"):
            made("box", **options)
    assert networks._NETWORKS == {}


def test_only_the_mcn_answers_for_packages() -> None:
    mcn, berlin = made("mcn"), made("berlin", site="berlin")
    assert mcn.editor is berlin.editor
    assert set(mcn.nitro.table) == set(berlin.nitro.table)
    assert mcn.nitro.table["config/config_packages"] != berlin.nitro.table["config/config_packages"]


def test_a_restart_ends_sessions_once() -> None:
    box = made("box")
    box.nitro.live.add("canary-cookie")
    assert not box.nitro.down()
    assert box.nitro.live
    box.appliance.restarting = True
    box.appliance.restarting = True
    assert box.nitro.down()
    assert (box.nitro.live, box.appliance.boots) == (set(), 1)
    box.appliance.restarting = False
    box.nitro.live.add("canary-other")
    assert not box.nitro.down()
    assert box.nitro.live


def test_a_resource_can_be_missing() -> None:
    assert "config/virtual_machines" not in made("box", missing=["config/virtual_machines"]).nitro.table
