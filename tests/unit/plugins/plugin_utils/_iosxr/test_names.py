# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Every form of an interface name that devices print or people type, and nothing else."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.mspplus.netsec.plugins.plugin_utils._iosxr.names import (
    KINDS,
    UnknownKind,
    interface_name,
    is_known,
    is_subinterface,
    kind,
    parent,
    short,
    sort_key,
)


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("HundredGigE0/1/0/1", "HundredGigE0/1/0/1"),
        ("HundredGigE 0/5/0/38", "HundredGigE0/5/0/38"),
        ("hu0/1/0/1", "HundredGigE0/1/0/1"),
        ("Te0/0/0/42", "TenGigE0/0/0/42"),
        ("TENGIGE0/0/0/42", "TenGigE0/0/0/42"),
        ("TF0/0/0/16/2", "TwentyFiveGigE0/0/0/16/2"),
        ("FH0/2/0/9", "FourHundredGigE0/2/0/9"),
        ("FI0/2/0/9", "FiftyGigE0/2/0/9"),
        ("Fo0/0/0/1", "FortyGigE0/0/0/1"),
        ("Th0/0/0/1", "TwoHundredGigE0/0/0/1"),
        ("Gi0/0/0/2.2", "GigabitEthernet0/0/0/2.2"),
        ("BE1", "Bundle-Ether1"),
        ("bundle-ether1.100", "Bundle-Ether1.100"),
        ("BV1", "BVI1"),
        ("bvi 7", "BVI7"),
        ("ti1", "tunnel-ip1"),
        ("tunnelip3", "tunnel-ip3"),
        ("Tunnel-IP3", "tunnel-ip3"),
        ("tunnel-ip 3", "tunnel-ip3"),
        ("Tsec2", "tunnel-ipsec2"),
        ("Lo0", "Loopback0"),
        ("Mg0/RP0/CPU0/0", "MgmtEth0/RP0/CPU0/0"),
        ("mgmteth0/rp0/cpu0/0", "MgmtEth0/RP0/CPU0/0"),
        ("PW1", "PW-Ether1"),
        ("TenGigE00/0/0/01", "TenGigE0/0/0/1"),
        ("Se0/2/0/0:00", "Serial0/2/0/0:0"),  # a channel
        ("Serial0/2/0/0/1:12.7", "Serial0/2/0/0/1:12.7"),
    ],
)
def test_every_form_becomes_the_full_name(text: str, name: str) -> None:
    assert interface_name(text) == name
    assert interface_name(name) == name


@pytest.mark.parametrize(
    "text",
    [
        "",
        "0/0/0/1",
        "TenGigE",
        "TenGigE0/0",
        "TenGigE0/0/0/1/2/3",
        "Foo0/0/0/1",
        "Bundle-Ether0/0/0/1",
        "tunnel-ip3.1",
        "BVI1.2",
        "TenGigE0/0/0/1 l2transport",
        "TenGigE0/0/0/1\n",
        "TenGigE0/0/0/1\nshutdown",
        "TenGigE0/0/0/\u0661",
        "TenGigE0/0/0/1.99999999999",
        "Bundle-Ether1:2",
        "Serial0/2/0/0:",
        "all",
    ],
)
def test_anything_else_is_refused_with_a_reason(text: str) -> None:
    with pytest.raises(ValueError, match=r"interface|needs|sub-interfaces"):
        interface_name(text)


@pytest.mark.parametrize("entry", KINDS)
def test_each_short_form_leads_back(entry: object) -> None:
    name, _short, shape, *_rest = entry  # type: ignore[misc]
    full = f"{name}0/1/0/2" if shape == "port" else f"{name}12"
    assert kind(full) == name
    assert interface_name(short(full)) == full
    assert interface_name(short(full).upper()) == full


def test_main_interface_and_sub_interface() -> None:
    assert is_subinterface("Bundle-Ether1.100")
    assert not is_subinterface("Bundle-Ether1")
    assert parent("Bundle-Ether1.100") == parent("Bundle-Ether1") == "Bundle-Ether1"
    assert short("Strange1") == "Strange1"


def test_numbers_sort_as_numbers() -> None:
    names = ["TenGigE0/0/0/10", "Bundle-Ether1", "TenGigE0/0/0/2.5", "TenGigE0/0/0/2"]
    assert sorted(names, key=sort_key) == ["Bundle-Ether1", "TenGigE0/0/0/2", "TenGigE0/0/0/2.5", "TenGigE0/0/0/10"]


@given(st.text(max_size=40), st.text(max_size=40))
def test_any_text_has_a_place_in_the_order_and_only_plain_names_pass(one: str, other: str) -> None:
    assert isinstance(sort_key(one) < sort_key(other), bool)
    try:
        name = interface_name(one)
    except ValueError:
        return
    assert name.isascii()
    assert name.isprintable()
    assert " " not in name


def test_a_type_that_the_table_does_not_have_is_told_from_what_is_no_name() -> None:
    with pytest.raises(UnknownKind) as unknown:
        interface_name(" WarpGigE 0/0/0/1.10 ")
    assert unknown.value.name == "WarpGigE0/0/0/1.10"
    assert not is_known(unknown.value.name) and is_known("TenGigE0/0/0/1.10")
    for text in ("WarpGigE0/0/0/1 no shutdown", "WarpGigE", "Warp\nGigE0", "WarpGigE0/0/0/1;"):
        with pytest.raises(ValueError, match="is not an interface name") as wrong:
            interface_name(text)
        assert not isinstance(wrong.value, UnknownKind)
