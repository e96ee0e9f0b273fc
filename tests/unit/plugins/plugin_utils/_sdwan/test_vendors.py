# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which appliance hosts a firewall, and whose."""

from __future__ import annotations

import ipaddress
import re
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.mspplus.netsec.plugins.plugin_utils._sdwan import vendors
from ansible_collections.mspplus.netsec.plugins.plugin_utils._sdwan.vendors import (
    GUI_PORT,
    INTERFACES,
    PALO_ALTO,
    VENDORS,
    Vendor,
    can_host,
    device_url,
    spelled,
)


@pytest.mark.parametrize(
    "model",
    [
        "1100",
        "cb1100",
        "CB1100",
        "CB-1100",
        "cb 1100",
        "NS-SDW-1100",
        "SD-WAN 1100 SE",
        "1100-SE",
        "1100PE",
        "cb1100/210",
    ],
)
def test_an_1100_by_any_spelling_hosts_a_firewall(model: str) -> None:
    assert can_host(model)


@pytest.mark.parametrize(
    "model",
    ["", "cb110", "110", "210", "cb2100", "11000", "21100", "111001", "1 100", "11.00", "vpx", "4100", "unknown"],
)
def test_no_other_model_hosts_one(model: str) -> None:
    assert not can_host(model)


@given(st.integers(0, 10**6), st.sampled_from(["cb", "CB-", "", "SD-WAN "]), st.sampled_from(["", "-SE", " PE"]))
def test_of_all_numbers_only_1100_hosts_one(platform: int, before: str, after: str) -> None:
    assert can_host(f"{before}{platform}{after}") == (platform == 1100)


@given(st.text(max_size=30))
def test_no_model_is_too_odd(model: str) -> None:
    assert not can_host(model) or "1100" in model


@pytest.mark.parametrize("vendor", VENDORS.values(), ids=VENDORS)
def test_a_vendor_is_complete_and_says_who_said_so(vendor: Vendor) -> None:
    assert vendor.models and vendor.mode
    assert all(re.fullmatch(r"\.[a-z0-9]+", suffix) for suffix in vendor.suffixes)
    assert len({vendor.model(model) for model in vendor.models}) == len(vendor.models)
    source = Path(vendors.__file__).read_text(encoding="utf-8")
    before = source[: source.index(f'Vendor("{vendor.name}"')].splitlines()
    assert 'Source, where a row does not say otherwise: "Citrix: ' in source
    assert vendor.documented or "unverified" in before[-2]


def test_of_palo_alto_the_forms_name_two_models_and_one_mode() -> None:
    found = VENDORS[PALO_ALTO]
    assert (found.models, found.mode, found.documented) == (("VM 50", "VM 100"), "Virtual Wire", True)
    assert INTERFACES == ("Interface-1", "Interface-2")


@pytest.mark.parametrize(
    ("spelt", "model"),
    [
        ("VM 50", "VM 50"),
        ("VM50", "VM 50"),
        ("vm-50", "VM 50"),
        (" Vm_100", "VM 100"),
        ("PA VM 50", ""),
        ("VM 500", ""),
        ("", ""),
    ],
)
def test_h2_a_model_by_its_spellings(spelt: str, model: str) -> None:
    assert VENDORS[PALO_ALTO].model(spelt) == model


@given(st.sampled_from([*VENDORS.values()]), st.text(max_size=9))
def test_a_model_is_one_of_the_vendor_or_none_and_spelt_the_same_for_good(vendor: Vendor, spelt: str) -> None:
    found = vendor.model(spelt)
    assert found in ("", *vendor.models)
    assert vendor.model(found) == found


@given(st.ip_addresses())
def test_h12_the_gui_of_a_firewall_is_at_one_port_of_any_address(
    address: ipaddress.IPv4Address | ipaddress.IPv6Address,
) -> None:
    found = urlsplit(device_url(str(address)))
    assert (found.scheme, found.port, found.path) == ("https", GUI_PORT, "")
    assert ipaddress.ip_address(found.hostname or "") == address


@pytest.mark.parametrize(
    ("vendor", "model", "form"),
    [
        ("Palo Alto Networks", "VM50", (PALO_ALTO, "VM 50")),
        ("palo_alto", "vm-100", (PALO_ALTO, "VM 100")),
        ("", "VM50", ("", "VM 50")),
        ("Other", "VM50", ("Other", "VM50")),
        ("P", "VM50", ("P", "VM50")),
        ("", "", ("", "")),
    ],
)
def test_a_device_may_write_vendor_and_model_otherwise_than_the_forms(vendor, model, form):
    assert spelled(vendor, model) == form
