# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The lab's SD-WAN Center without a connection: regions, storage, jobs of several sites, packages of its own."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, ClassVar

import pytest

from lab.sdwan.hosting import GIB, Hosting, Image
from lab.sdwan.nitro import Ask, Refusal
from lab.sdwan_center.device import SdwanCenterDevice
from lab.spec import DeviceSpec

START = """
network: acme
regions: [{region_name: default}, {region_name: emea, collector_ip: 127.0.0.21}]
sites:
  - {site_name: dc, model: cb2100, mode: primary_mcn}
  - {site_name: berlin, model: cb1100, appliances: [berlin-a, berlin-b]}
  - {site_name: bonn, model: cb1100}
  - {site_name: cologne, model: cb1100, virtual_machines: {cloud_direct: running}}
  - {site_name: paris, model: cb1100, region: emea}
package: Production
"""
IMAGE = "pan.qcow2"
FORM = {"vendor": "Palo Alto Networks", "model": "VM 50", "image_name": IMAGE, "vm_auth_key": "canary-key"}
BONN = {"site_name": "bonn", "appliance_name": "bonn-a"}
PAIR = [{"site_name": "berlin", "appliance_name": f"berlin-{letter}"} for letter in "ab"]

README = Path(__file__).resolve().parents[3] / "lab" / "sdwan_center" / "README.md"

Make = Callable[..., "Center"]


class Center:
    """A device and the loop in which its jobs run."""

    made: ClassVar[int] = 0

    def __init__(self, faults: tuple[Any, ...] = (), **options: Any) -> None:
        Center.made += 1
        self.spec = DeviceSpec(f"center{Center.made}", "sdwan_center", config=START)
        self.spec.options = {"network": "acme", "phase_seconds": 0.001, "reserved": 20 * GIB, **options}
        for fault in faults:
            self.spec.faults.add(fault)
        self.device = SdwanCenterDevice(self.spec)
        self.network = self.device.network
        for store in self.network.stores.values():
            store.images.setdefault(IMAGE, Image(IMAGE, "Palo Alto Networks", GIB, sha256="f00"))

    async def ask(
        self, method: str, resource: str, action: str = "", item: Any = None, query: Any = None, **keys: Any
    ) -> Any:
        ask = Ask(method, resource, action=action, item=item, query=query or {})
        (ask.filter if method == "GET" else ask.keys).update(keys)
        if method == "GET" and resource.startswith("config_editor/"):
            ask.keys.update(keys)
        return await self.device.nitro.table[resource][f"{method}?{action}" if action else method](ask)

    def do(self, *call: Any, **more: Any) -> Any:
        return asyncio.run(self.ask(*call, **more))

    def provision(self, *sites: Any, **form: Any) -> None:
        """All jobs have ended when it returns."""

        async def work() -> None:
            await self.ask("POST", "config/hosted_firewalls", item={**FORM, **form, "sites": list(sites)})
            await self.settle()

        asyncio.run(work())

    def act(self, action: str, row: Any) -> None:
        async def work() -> None:
            await self.ask("POST", "config/hosted_firewalls", action, row)
            await self.settle()

        asyncio.run(work())

    async def settle(self) -> None:
        async with asyncio.timeout(5):
            while any(hosting.busy for hosting in self.hostings()):
                await asyncio.sleep(0.001)

    def hostings(self) -> list[Hosting]:
        return [appliance.hosting for site in self.network.sites.values() for appliance in site.appliances]

    def at(self, site: str, name: str = "") -> Hosting:
        return self.network.appliance(site, name)[1].hosting

    def states(self, **keys: Any) -> dict[str, str]:
        rows = self.do("GET", "config/hosted_firewalls", **keys)
        return {row.get("appliance_name", row["management_ip"]): row["operation_status"] for row in rows}


@pytest.fixture
def center() -> Iterator[Make]:
    made: list[Center] = []

    def make(*faults: Any, **options: Any) -> Center:
        made.append(Center(faults, **options))
        return made[-1]

    yield make
    for one in made:
        asyncio.run(one.device.close())


def refusal(work: Callable[[], Any]) -> str:
    with pytest.raises(Refusal) as caught:
        work()
    assert caught.value.status == 400
    return caught.value.text


# -- who manages what -----------------------------------------------------------------------------------------------------


def test_a_head_end_manages_all_regions_and_a_collector_its_own(center: Make) -> None:
    head, emea = center(), center(role="collector", region="emea")
    assert head.network is emea.network
    listed = [row["appliance_name"] for row in head.do("GET", "config/inventory_status")]
    assert listed == ["dc-a", "berlin-a", "berlin-b", "bonn-a", "cologne-a", "paris-a"]
    assert [row["site_name"] for row in emea.do("GET", "config/inventory_status")] == ["paris"]
    assert [row["collector_ip"] for row in head.do("GET", "config/regions")] == ["", "127.0.0.21"]
    assert "Site bonn does not exist" in refusal(lambda: emea.provision(BONN))
    emea.provision({"site_name": "paris"})
    assert emea.states() == head.states() == head.states(region_name="emea") == {"paris-a": "Running"}
    assert head.states(region_name="default") == {}


def test_packages_and_change_management_are_the_head_ends(center: Make) -> None:
    emea = center(role="collector", region="emea").device.nitro.table
    assert not [name for name in emea if name.startswith("config_editor/") or "import" in name]
    assert "config_editor/change_management" in center().device.nitro.table


@pytest.mark.parametrize(
    ("options", "words"), [({"role": "queen"}, "role 'queen'"), ({"region": "mars"}, "no region mars")]
)
def test_a_device_that_cannot_be_is_refused(center: Make, options: dict[str, str], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        center(**options)


def test_resources_can_be_missing(center: Make) -> None:
    assert "config/hosted_firewall_log" not in center(missing=["config/hosted_firewall_log"]).device.nitro.table


def test_a_report_has_pages_and_columns(center: Make) -> None:
    query = {"page": "number:2;size:2", "attrs": "site_name"}
    answer = center().do("GET", "reports/sites", query=query)
    assert answer.text == (
        '{"sites": [{"site_name": "bonn"}, {"site_name": "cologne"}], "_meta": {"total": 5, "page": 2, "size": 2}}'
    )
    assert refusal(lambda: center().do("GET", "reports/sites", query={"page": "number:x"})) == "Invalid page"


# -- images and their storage ---------------------------------------------------------------------------------------------


def test_each_region_keeps_its_own_images_and_deleting_leaves_appliances_alone(center: Make) -> None:
    head, emea = center(), center(role="collector", region="emea")
    head.provision(BONN)
    head.do("DELETE", "config/hosted_firewall_images", image_name=IMAGE)
    assert head.do("GET", "config/hosted_firewall_images") == []
    assert [row["image_name"] for row in emea.do("GET", "config/hosted_firewall_images")] == [IMAGE]
    assert [image.sha256 for image in head.at("bonn").images.values()] == ["f00"]
    assert "Software image" in refusal(lambda: head.provision(*PAIR))


def test_space_is_reserved_on_the_secondary_partition(center: Make) -> None:
    head = center(reserved=0)
    (storage,) = head.do("GET", "config/hosted_firewall_storage")
    assert (storage["partition"], storage["reserved"], storage["used"]) == ("secondary", 0, GIB)
    upload = ("POST", "config/hosted_firewall_images", "file_upload")
    assert "No space is reserved" in refusal(lambda: head.do(*upload))
    for given, words in ((GIB - 1, "Less than"), ("lots", "Invalid"), (None, "mandatory")):
        assert words in refusal(
            lambda: head.do("PUT", "config/hosted_firewall_storage", item={"reserved": given})  # noqa: B023
        )
    head.do("PUT", "config/hosted_firewall_storage", item={"reserved": 3 * GIB})
    (storage,) = head.do("GET", "config/hosted_firewall_storage")
    assert (storage["reserved"], storage["free"]) == (3 * GIB, 2 * GIB)


def test_without_secondary_storage_nothing_is_reserved_or_uploaded(center: Make) -> None:
    head = center(secondary_storage=False)
    assert head.do("GET", "config/hosted_firewall_storage")[0]["active"] is False
    calls = [("PUT", "config/hosted_firewall_storage", ""), ("POST", "config/hosted_firewall_images", "file_upload")]
    for method, resource, action in calls:
        with pytest.raises(Refusal, match="not active"):
            head.do(method, resource, action, {"reserved": 5 * GIB})


# -- hosted firewalls -----------------------------------------------------------------------------------------------------


def test_a_firewall_goes_through_its_life_on_each_appliance(center: Make) -> None:
    head = center()
    head.provision(*PAIR, BONN)
    assert head.states() == dict.fromkeys(("berlin-a", "berlin-b", "bonn-a"), "Running")
    machines = [head.at("berlin", f"berlin-{letter}").machine for letter in "ab"]
    assert machines[0] is not machines[1]
    assert [machine.secrets["vm_auth_key"] for machine in machines if machine] == ["canary-key"] * 2
    assert "canary" not in str(head.do("GET", "config/hosted_firewalls"))
    head.act("shutdown", PAIR[1])
    head.act("deprovision", BONN)
    assert head.states() == {"berlin-a": "Running", "berlin-b": "Stopped"}
    head.act("start", PAIR[1])
    assert head.states()["berlin-b"] == "Running"
    assert {row["appliance_name"] for row in head.do("GET", "config/hosted_firewall_log")} == {
        "berlin-a",
        "berlin-b",
        "bonn-a",
    }


@pytest.mark.parametrize(
    ("sites", "form", "words"),
    [
        ([], {}, "sites is mandatory"),
        (["bonn"], {}, "site_name is mandatory"),
        ([{"site_name": "atlantis"}], {}, "Site atlantis does not exist"),
        ([{"site_name": "bonn", "appliance_name": "bonn-z"}], {}, "bonn-z does not exist at site bonn"),
        ([BONN, {"site_name": "berlin"}], {}, "appliance_name is mandatory"),
        ([BONN, PAIR[0]], {}, "Both appliances of berlin"),
        ([BONN, {"site_name": "dc"}], {}, "not supported on dc-a"),
        ([BONN, {"site_name": "cologne"}], {}, "cloud_direct is already provisioned on cologne-a"),
        ([BONN, {"site_name": "paris"}], {}, "not part of region default"),
        ([BONN], {"region_name": "mars"}, "Region mars"),
        ([BONN], {"image_name": "other.qcow2"}, "Software image does not exist in region default"),
        ([BONN], {"model": "VM 500"}, "Invalid virtual machine model"),
        ([BONN], {"vendor": ""}, "vendor is mandatory"),
    ],
)
def test_what_cannot_be_provisioned_starts_nothing_anywhere(
    center: Make, sites: list[Any], form: dict[str, str], words: str
) -> None:
    head = center()
    assert words in refusal(lambda: head.provision(*sites, **form))
    assert not [hosting for hosting in head.hostings() if hosting.machine or hosting.images]


def test_an_appliance_takes_two_images_from_center_too(center: Make) -> None:
    head = center()
    head.at("berlin", "berlin-b").images.update({name: Image(name, "Palo Alto Networks") for name in ("a", "b")})
    assert "maximum of 2" in refusal(lambda: head.provision(*PAIR))
    assert head.at("berlin", "berlin-a").machine is None
    head.at("berlin", "berlin-b").images[IMAGE] = head.at("berlin", "berlin-b").images.pop("a")
    head.provision(*PAIR)
    assert sorted(head.at("berlin", "berlin-b").images) == ["b", IMAGE]
    assert "already provisioned on berlin-a" in refusal(lambda: head.provision(*PAIR))


def test_what_else_runs_on_appliances_is_told_with_its_site(center: Make) -> None:
    found = center().do("GET", "config/virtual_machines")
    assert found == [
        {"site_name": "cologne", "appliance_name": "cologne-a", "name": "cloud_direct", "state": "running"}
    ]


def test_without_names_appliances_are_told_by_their_address(center: Make) -> None:
    head = center(appliance_names=False)
    rows = [row for row in head.do("GET", "config/inventory_status") if row["site_name"] == "berlin"]
    assert not [row for row in rows if "appliance_name" in row]
    chosen = [{"site_name": "berlin", "appliance_name": row["management_ip"]} for row in rows]
    head.provision(*chosen)
    assert head.states() == {row["management_ip"]: "Running" for row in rows}
    head.act("deprovision", chosen[1])
    assert head.at("berlin", "berlin-b").machine is None


def test_faults_of_center_and_of_the_appliance_hit_its_jobs_once_each(center: Make) -> None:
    head = center({"name": "job_fails", "at": "berlin-b: booting", "times": 1})
    steps: list[str] = []
    head.at("berlin", "berlin-a").trouble = lambda step: steps.append(step) or ""  # type: ignore[func-returns-value]
    head.provision(*PAIR)
    assert head.states() == {"berlin-a": "Running", "berlin-b": "Failed: booting"}
    head.act("shutdown", PAIR[0])
    assert steps == ["copying image", "creating virtual machine", "booting", "shutting down"]
    head.act("deprovision", PAIR[1])
    assert head.states() == {"berlin-a": "Stopped"}


# -- packages -------------------------------------------------------------------------------------------------------------


def test_center_edits_a_copy_of_what_the_mcn_runs(center: Make) -> None:
    head = center()
    assert head.do("GET", "config_editor/config_packages") == []
    assert head.do("GET", "config/network_config_import") == [{"active_revision": "Production_1"}]
    head.do("POST", "config/network_config_import", item={"mcn": "dc"})
    (seen,) = head.do("GET", "config/network_config_import")
    assert (seen["package_name"], seen["mcn_revision"], seen["active_revision"]) == (
        "Production",
        *["Production_1"] * 2,
    )
    settings = {"package_name": "Production", "connection_match_type": "symmetric"}
    head.do("PUT", "config_editor/global_network_settings", item=settings)
    assert head.network.live.content == {}
    shown = head.do("GET", "config_editor/global_network_settings", package_name="Production")
    assert shown[0]["connection_match_type"] == "symmetric"
    head.do("POST", "config/network_config_import", item=None)
    shown = head.do("GET", "config_editor/global_network_settings", package_name="Production")
    assert shown[0]["connection_match_type"] == "directional"


def test_only_an_mcn_is_imported_from_and_only_what_it_runs(center: Make) -> None:
    head = center()
    resource = ("POST", "config/network_config_import", "")
    assert refusal(lambda: head.do(*resource, {"mcn": "bonn"})) == "There is no such MCN"
    assert refusal(lambda: head.do(*resource, {"package_name": "Other"})) == "The MCN runs Production"
    assert head.device.imported == {}


def test_what_center_hands_over_is_activated_in_the_network(center: Make) -> None:
    head = center()
    change = ("POST", "config_editor/change_management")

    async def until(state: str) -> dict[str, Any]:
        async with asyncio.timeout(5):
            while (seen := (await head.ask("GET", change[1]))[0])["state"] != state:
                await asyncio.sleep(0.005)
        return dict(seen)

    async def work() -> dict[str, Any]:
        await head.ask("POST", "config/network_config_import", item={"mcn": "dc"})
        item = {"package_name": "Production", "connection_match_type": "symmetric"}
        await head.ask("PUT", "config_editor/global_network_settings", item=item)
        await head.ask("POST", "config_editor/config_packages", "export_to_cm", {"package_name": "Production"})
        for action in ("verify", "stage"):
            await head.ask(*change, action)
        await until("activate")
        await head.ask(*change, "activate_with_rollback")
        return await until("idle")

    assert asyncio.run(work())["current_config"] == "Production_2"
    assert head.network.live.content["global_network_settings"]["connection_match_type"] == "symmetric"
    assert head.do("GET", "config/network_config_import")[0]["active_revision"] == "Production_2"
    assert head.device.imported["mcn_revision"] == "Production_1"


def test_the_readme_tells_every_key_and_every_resource(center: Make) -> None:
    text = README.read_text(encoding="utf-8")
    assert set(re.findall(r"^\| `(\w+)` \|", text, re.MULTILINE)) == set(SdwanCenterDevice.OPTIONS)
    told = set(re.findall(r"`((?:config|reports)/\w+)`", text))
    assert {name for name in center().device.nitro.table if not name.startswith("config_editor/")} <= told
