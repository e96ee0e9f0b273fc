# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The lab's SD-WAN Center, its collectors and its appliances as one network, seen by curl: the examples of the reference replayed."""

from __future__ import annotations

import asyncio
import hashlib
import json
import socket
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import asyncssh
import pytest
from integration.eventually import eventually

from lab.sdwan.hosting import GIB
from lab.server import Lab

PASSWORD, SECOND, KEY = "canary-center-password", "canary-second-factor", "canary-vm-auth-key"
VENDOR = "Palo Alto Networks"
NETWORK = """
network: acme
regions:
  - {region_name: default}
  - {region_name: emea, collector_ip: 127.0.0.21}
  - {region_name: apac, collector_ip: 127.0.0.22}
sites:
  - {site_name: dc, model: cb2100, mode: primary_mcn}
  - {site_name: berlin, model: cb1100, appliances: [berlin-a, berlin-b]}
  - {site_name: paris, model: cb1100, region: emea}
  - {site_name: tokyo, model: cb1100, region: apac}
package: Production
"""
Start = Callable[..., Lab]


def device(name: str, kind: str = "sdwan_center", **more: Any) -> dict[str, Any]:
    common = {"username": "admin", "password": PASSWORD, "network": "acme", "config_text": NETWORK}
    return {"name": name, "kind": kind, **common, "phase_seconds": 0.02, **more}


def collector(region: str, address: str, port: int) -> dict[str, Any]:
    return device(region, role="collector", region=region, address=address, port=port, reserved=GIB)


class Curl:
    """A user with a cookie jar, a certificate authority and nothing of ours."""

    def __init__(self, lab: Lab, name: str, directory: Path) -> None:
        host = lab.device(name)
        self.base = f"https://{host.spec.address}:{host.port}{host.device.nitro.base}"
        self.jar, self.ca = directory / f"{name}.cookies", directory / "ca.pem"
        self.ca.write_text(lab.ca_pem())

    def __call__(self, path: str, *arguments: str) -> tuple[int, Any]:
        """(status, body)."""
        common = ["-sS", "-m", "20", "--cacert", str(self.ca), "-b", str(self.jar), "-w", "\n%{http_code}"]
        command = ["curl", *common, *arguments, self.base + path]
        body, _newline, status = subprocess.run(command, capture_output=True, text=True, check=True).stdout.rpartition(
            "\n"
        )
        return int(status), json.loads(body)

    def send(self, method: str, path: str, item: Any = None, *more: str) -> tuple[int, Any]:
        name = path.partition("/")[2].partition("?")[0]
        body = ["-H", "Content-Type: application/json", "-d", json.dumps({name: item})] if item is not None else []
        return self(path, "-X", method, *body, *more)

    def login(self, **more: str) -> int:
        item = {"username": "admin", "password": PASSWORD, **more}
        return self.send("POST", "config/login", item, "-c", str(self.jar))[0]

    def get(self, path: str) -> list[Any]:
        status, body = self(path)
        assert status == 200, body
        found: list[Any] = body[path.split("?")[0].split("/")[1]]
        return found

    def done(self, method: str, path: str, item: Any = None) -> None:
        status, body = self.send(method, path, item)
        assert status == 200, body

    def until(self, path: str, desired: Callable[[list[Any]], bool]) -> list[Any]:
        return eventually(lambda: self.get(path), desired)


@pytest.fixture
def curl(tmp_path: Path) -> Callable[..., Curl]:
    def make(lab: Lab, name: str, **login: str) -> Curl:
        user = Curl(lab, name, tmp_path)
        assert user.login(**login) == 200
        return user

    return make


def free_port(*addresses: str) -> int:
    """One that nobody uses at any of the addresses."""
    for _try in range(20):
        with socket.create_server((addresses[0], 0)) as first:
            port: int = first.getsockname()[1]
        try:
            for address in addresses[1:]:
                socket.create_server((address, port)).close()
        except OSError:
            continue
        return port
    raise AssertionError("no port is free")


def test_the_documented_login_with_and_without_its_second_factor(lab: Start, tmp_path: Path) -> None:
    running = lab(device("center", second_factor=SECOND))
    user = Curl(running, "center", tmp_path)
    assert user("config/regions")[0] == 401
    assert user.login() == user.login(secondaryPassword="canary-other") == 401
    assert user.login(password="canary-wrong", secondaryPassword=SECOND) == 401
    assert user.login(secondaryPassword=SECOND) == 200
    assert [row["region_name"] for row in user.get("config/regions")] == ["default", "emea", "apac"]
    assert user.send("DELETE", "config/login")[0] == 200
    assert user("config/regions")[0] == 401
    assert "canary" not in json.dumps(running.journal("center"))


def test_documented_resources_and_what_a_system_does_not_have(lab: Start, curl: Callable[..., Curl]) -> None:
    user = curl(lab(device("center", missing=["config/hosted_firewalls"])), "center")
    row = next(row for row in user.get("config/inventory_status") if row["site_name"] == "paris")
    assert (row["model"], row["region_name"], row["status"]) == ("cb1100", "emea", "Connected")
    user.done("POST", "config/discovery_settings?action=start_region_discovery")
    assert user.send("POST", "config/discovery_settings?action=format_disk")[0] == 405
    status, report = user("reports/sites?page=number:1;size:2&attrs=site_name")
    assert (status, report["sites"]) == (200, [{"site_name": "dc"}, {"site_name": "berlin"}])
    assert report["_meta"]["total"] == 4
    assert user("config/hosted_firewalls") == (400, {"errorcode": 400, "errormessage": "Invalid resource"})


def test_collectors_share_a_port_and_each_has_a_certificate_region_and_store_of_its_own(
    lab: Start, curl: Callable[..., Curl], tmp_path: Path
) -> None:
    port = free_port("127.0.0.21", "127.0.0.22")
    running = lab(device("center"), collector("emea", "127.0.0.21", port), collector("apac", "127.0.0.22", port))
    image = tmp_path / "pan.qcow2"
    image.write_bytes(b"canary" * 1000)
    emea, apac, head = (curl(running, name) for name in ("emea", "apac", "center"))
    upload = ["-X", "POST", "-F", f"vendor={VENDOR}", "-F", f"file=@{image}"]
    assert emea("config/hosted_firewall_images?action=file_upload", *upload)[0] == 200
    (row,) = emea.get("config/hosted_firewall_images")
    assert (row["image_name"], row["size"], row["status"]) == (image.name, 6000, "complete")
    assert apac.get("config/hosted_firewall_images") == head.get("config/hosted_firewall_images") == []
    refused = head("config/hosted_firewall_images?action=file_upload", *upload)
    assert refused[0] == 400
    assert "No space is reserved" in refused[1]["errormessage"]
    store = running.call(lambda: running.device("emea").device.store)
    assert store.images[image.name].sha256 == hashlib.sha256(image.read_bytes()).hexdigest()

    form = {"vendor": VENDOR, "model": "VM 50", "image_name": image.name, "vm_auth_key": KEY}
    emea.done("POST", "config/hosted_firewalls", {**form, "sites": [{"site_name": "paris"}]})
    assert apac.send("POST", "config/hosted_firewalls", {**form, "sites": [{"site_name": "tokyo"}]})[0] == 400
    (row,) = head.until("config/hosted_firewalls", lambda rows: rows[0]["operation_status"] == "Running")
    assert (row["site_name"], row["region_name"], row["model"]) == ("paris", "emea", "VM50")
    assert head.get("config/hosted_firewalls?filter=region_name:apac") == apac.get("config/hosted_firewalls") == []

    ours = ["--cacert", str(tmp_path / "ca.pem")]
    swapped = ["curl", "-sS", "-m", "20", *ours, "--connect-to", f"::127.0.0.22:{port}", f"https://127.0.0.21:{port}/"]
    wrong = subprocess.run(swapped, capture_output=True, text=True, check=False)
    assert wrong.returncode == 60, wrong.stderr


def test_what_center_provisions_runs_on_the_appliance(lab: Start, curl: Callable[..., Curl], tmp_path: Path) -> None:
    running = lab(
        device("center"),
        *(device(f"berlin-{side}", "sdwan", site="berlin", appliance=f"berlin-{side}") for side in "ab"),
    )
    head = curl(running, "center")
    head.done("PUT", "config/hosted_firewall_storage", {"reserved": GIB})
    image = tmp_path / "pan.qcow2"
    image.write_bytes(b"x" * 5000)
    upload = ["-X", "POST", "-F", f"vendor={VENDOR}", "-F", f"file=@{image}"]
    assert head("config/hosted_firewall_images?action=file_upload", *upload)[0] == 200
    pair = [{"site_name": "berlin", "appliance_name": f"berlin-{side}"} for side in "ab"]
    form = {"vendor": VENDOR, "model": "VM 100", "image_name": image.name, "region_name": "default"}
    half = head.send("POST", "config/hosted_firewalls", {**form, "sites": pair[:1]})
    assert (half[0], half[1]["errormessage"]) == (400, "Both appliances of berlin have to be selected")
    head.done("POST", "config/hosted_firewalls", {**form, "sites": pair})
    for name in ("berlin-a", "berlin-b"):
        branch = curl(running, name)
        (row,) = branch.until("config/hosted_firewalls", lambda rows: rows[0]["operation_status"] == "Running")
        assert (row["model"], row["image_name"]) == ("VM100", image.name)
        assert [(row["image_name"], row["in_use"]) for row in branch.get("config/hosted_firewall_images")] == [
            (image.name, True)
        ]
    head.done("POST", "config/hosted_firewalls?action=shutdown", pair[1])
    head.until("config/hosted_firewalls", lambda rows: rows[1]["operation_status"] == "Stopped")
    assert head.send("DELETE", f"config/hosted_firewall_images/image_name={image.name}")[0] == 200
    assert curl(running, "berlin-a").get("config/hosted_firewall_images") != []
    assert {row["appliance_name"] for row in head.get("config/hosted_firewall_log")} == {"berlin-a", "berlin-b"}


def test_a_region_is_provisioned_from_its_own_store_and_storage_has_to_be_set_aside(
    lab: Start, curl: Callable[..., Curl], tmp_path: Path
) -> None:
    running = lab(
        device("center", reserved=GIB),
        device("emea", role="collector", region="emea", address="127.0.0.21", reserved=GIB),
        device("apac", role="collector", region="apac", secondary_storage=False),
    )
    head, emea, apac = (curl(running, name) for name in ("center", "emea", "apac"))
    image = tmp_path / "pan.qcow2"
    image.write_bytes(b"x" * 5000)
    upload = ["-X", "POST", "-F", f"vendor={VENDOR}", "-F", f"file=@{image}"]
    assert emea("config/hosted_firewall_images?action=file_upload", *upload)[0] == 200

    def refused(user: Curl, method: str, path: str, item: Any) -> str:
        status, body = user.send(method, path, item)
        assert (status, set(body)) == (400, {"errorcode", "errormessage"})
        text: str = body["errormessage"]
        return text

    def provision(user: Curl, site: str, **more: str) -> str:
        form = {"vendor": VENDOR, "model": "VM 50", "image_name": image.name, "sites": [{"site_name": site}], **more}
        return refused(user, "POST", "config/hosted_firewalls", form)

    assert provision(head, "paris") == "Software image does not exist in region default or is not complete"
    assert provision(head, "tokyo", region_name="emea") == "Site tokyo is not part of region emea"
    assert provision(head, "paris", region_name="mars") == "Region mars does not exist"
    assert provision(emea, "tokyo") == "Site tokyo does not exist"
    assert provision(emea, "paris", model="VM 500") == "Invalid virtual machine model VM 500"
    assert head.get("config/hosted_firewalls") == []
    assert {row["region_name"] for row in emea.get("config/inventory_status")} == {"emea"}
    assert emea.send("GET", "config_editor/sites/package_name=Production")[0] == 400

    storage = "config/hosted_firewall_storage"
    assert refused(emea, "PUT", storage, {"reserved": 4999}) == "Less than what is used cannot be reserved"
    emea.done("PUT", storage, {"reserved": 5000})
    assert [(row["reserved"], row["used"], row["free"]) for row in emea.get(storage)] == [(5000, 5000, 0)]
    assert refused(apac, "PUT", storage, {"reserved": GIB}) == "The secondary partition is not active"
    assert apac.get(storage)[0]["active"] is False
    assert apac("config/hosted_firewall_images?action=file_upload", *upload)[0] == 400
    assert [user.get("config/hosted_firewall_images") for user in (head, apac)] == [[], []]


def test_what_center_hands_over_the_mcn_runs(lab: Start, curl: Callable[..., Curl]) -> None:
    running = lab(device("center"), device("mcn", "sdwan", site="dc"))
    head, mcn = curl(running, "center"), curl(running, "mcn")
    head.done("POST", "config/network_config_import", {"mcn": "dc"})
    package = {"package_name": "Production"}
    head.done("PUT", "config_editor/global_network_settings", {**package, "connection_match_type": "symmetric"})
    settings = "config_editor/global_network_settings/package_name=Production"
    assert [user.get(settings)[0]["connection_match_type"] for user in (head, mcn)] == ["symmetric", "directional"]
    status, compiled = head.send("POST", "config_editor/config_packages?action=compile", package)
    assert (status, compiled["config_packages"]["audits"]["error"]) == (200, [])
    head.done("POST", "config_editor/config_packages?action=export_to_cm", package)
    change = "config_editor/change_management"
    assert head.send("POST", f"{change}?action=stage")[0] == 400
    for action in ("verify", "stage"):
        head.done("POST", f"{change}?action={action}")
    head.until(change, lambda rows: rows[0]["state"] == "activate")
    assert mcn.get("config/change_management")[0]["state"] == "activate"
    head.done("POST", f"{change}?action=activate_with_rollback")
    (seen,) = head.until(change, lambda rows: rows[0]["state"] == "idle")
    assert seen["current_config"] == "Production_2"
    assert {row["active_config"] for row in seen["sites_cm_status"]} == {"Production_2"}
    (imported,) = head.get("config/network_config_import")
    assert (imported["mcn_revision"], imported["active_revision"]) == ("Production_1", "Production_2")


def test_faults_of_http_happen_here_too(lab: Start, curl: Callable[..., Curl]) -> None:
    running = lab(device("center"))
    head = curl(running, "center")
    running.add_fault("center", {"name": "unauthorized", "at": "regions", "times": 1})
    assert head("config/regions") == (401, {"errorcode": 401, "errormessage": "Authentication failed"})
    assert head.login() == 200
    running.add_fault("center", {"name": "mcn_moves", "at": "GET config/network_config_import", "times": 1})
    stamps = [head.get("config/network_config_import")[0]["active_revision"] for _time in range(2)]
    assert stamps == ["Production_2"] * 2


def test_an_ssh_device_listens_at_its_address_only_and_is_known_by_it(lab: Start, tmp_path: Path) -> None:
    running = lab({"name": "edge1", "kind": "iosxr", "address": "127.0.0.31", "password": PASSWORD})
    known_hosts = tmp_path / "known_hosts"
    known_hosts.write_text(running.known_hosts())
    port = running.device("edge1").port
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", port), timeout=5)

    async def banner() -> str:
        login = {"username": "lab", "password": PASSWORD, "known_hosts": str(known_hosts), "config": None}
        async with asyncssh.connect("127.0.0.31", port, **login) as connection:
            return str((await connection.run(input="exit\n", request_pty=True, timeout=20)).stdout)

    assert "#" in asyncio.run(banner())
