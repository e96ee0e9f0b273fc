# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Devices at other loopback addresses: what the specification takes, and what follows the address."""

from __future__ import annotations

import ipaddress
from pathlib import Path
from typing import Any

import pytest
import yaml
from cryptography import x509
from hypothesis import given, settings
from hypothesis import strategies as st

from lab import inventory
from lab.certificates import Authority
from lab.server import Lab
from lab.spec import SpecError, load

AT = "127.0.0.21"
LOGIN = {"ansible_user": "lab", "ansible_password": "lab"}


pytestmark = pytest.mark.usefixtures("toaster")


def device(name: str = "bread1", **more: Any) -> dict[str, Any]:
    return {"name": name, "kind": "iosxr", **more}


def accepted(address: str) -> bool:
    try:
        load({"devices": [device(address=address)]})
    except SpecError as error:
        return f"address {address!r} is not one of 127.0.0.0/8" not in str(error)
    return True


def test_the_default_is_where_everybody_looks() -> None:
    assert [item.address for item in load({"devices": [device(), device("bread2", address=AT)]})] == ["127.0.0.1", AT]


@pytest.mark.parametrize(
    "address",
    [
        "0.0.0.0",
        "",
        "localhost",
        "::1",
        "127.0.0",
        "127.0.0.256",
        "127.0.0.01",
        "127.0.0.1 ",
        "127.0.0.1\n",
        "127.0.0.٣",
    ],
)
def test_nothing_but_a_loopback_address_is_one(address: str) -> None:
    assert not accepted(address)


@given(st.ip_addresses(v=4) | st.ip_addresses(v=4, network="127.0.0.0/8"))
@settings(max_examples=60, deadline=None)
def test_every_loopback_address_is_one_and_no_other(address: ipaddress.IPv4Address) -> None:
    assert accepted(str(address)) == address.is_loopback


def test_a_port_is_taken_once_an_address() -> None:
    both = [device("a", address=AT, port=8443), device("b", address="127.0.0.22", port=8443)]
    assert len(load({"devices": both})) == 2
    with pytest.raises(SpecError, match="port 8443 is also that of a"):
        load({"devices": [*both, device("c", address=AT, port=8443)]})


def test_certificates_name_the_address_and_are_kept_by_it(tmp_path: Path) -> None:
    def addresses(certificate: str) -> list[str]:
        names = x509.load_pem_x509_certificate(certificate.encode()).extensions.get_extension_for_class(
            x509.SubjectAlternativeName
        )
        return [str(item) for item in names.value.get_values_for_type(x509.IPAddress)]

    authority = Authority(tmp_path)
    for kind, wanted in (("good", [AT]), ("expired", [AT]), ("self_signed", [AT]), ("wrong_name", [])):
        assert addresses(authority.server("bread1", kind, AT)[1]) == wanted
    assert addresses(authority.server("bread1", "good")[1]) == ["127.0.0.1"]
    assert addresses(Authority(tmp_path).server("bread1", "good", AT)[1]) == [AT]


def test_inventory_and_known_hosts_lead_to_the_address(tmp_path: Path) -> None:
    lab = Lab(
        {"devices": [device("toast", kind="toaster", address=AT, port=8443), device("edge", address=AT, port=22)]}
    )
    known_hosts = inventory.write(lab, tmp_path / "hosts.yml")
    groups = yaml.safe_load((tmp_path / "hosts.yml").read_text())["all"]["children"]
    assert {name: group["hosts"] for name, group in groups.items()} == {
        "toaster": {"toast": {"ansible_host": AT, "ansible_port": 8443, **LOGIN}},
        "iosxr": {"edge": {"ansible_host": AT, "ansible_port": 22, **LOGIN}},
    }
    assert known_hosts.read_text().startswith(f"[{AT}]:22 ssh-")
