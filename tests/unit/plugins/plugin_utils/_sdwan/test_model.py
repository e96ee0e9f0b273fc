# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What appliances and Center say, however oddly they say it."""

from __future__ import annotations

import ipaddress
import re
from dataclasses import fields
from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.mspplus.netsec.plugins.plugin_utils._sdwan.model import (
    LONGEST,
    PHASES,
    HostedFirewall,
    Image,
    Phase,
    Region,
    Site,
    Storage,
    System,
    collector_address,
    conflicts,
    flag,
    hosted_firewalls,
    images,
    is_default_region,
    is_host,
    number,
    phase,
    regions,
    sites,
    storage,
    system,
    text,
)

KEYS = [
    *{field.name for kind in (System, Region, Site, Image, Storage, HostedFirewall) for field in fields(kind)},
    *("product", "sw_version", "appliance_mode", "is_active", "region_name", "image_name", "software"),
]
_leaves = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=12)
    | st.sampled_from(["complete", "uploading", "MCN", "1100", "Running", "Up", "100", "²", "9" * 5000, "wanop"])
)
answers = _leaves | st.lists(_leaves, max_size=2) | st.dictionaries(st.text(max_size=5), _leaves, max_size=2)
items = st.dictionaries(st.sampled_from(sorted(KEYS)) | st.text(max_size=5), answers, max_size=9)


def typed(kind: type[Any], values: Any) -> bool:
    """Whether each field has a value of the type that its default has, or None where that is one of them."""
    empty = kind(name="") if kind in (Region, Image) else kind(site_name="") if kind is Site else kind()
    return all(
        type(getattr(values, field.name)) is type(getattr(empty, field.name)) or field.name in ("active", "percent")
        for field in fields(kind)
    )


@given(st.lists(items, max_size=2), st.none() | items)
def test_no_answer_is_too_odd_and_all_texts_are_bounded(found: list[dict[str, Any]], ha: dict[str, Any] | None) -> None:
    read = [*regions(found), *sites(found), *images(found), *hosted_firewalls(found), *map(storage, found)]
    read += [system(item, ha) for item in found]
    for row in read:
        assert typed(type(row), row), row
        values = [getattr(row, field.name) for field in fields(row)]
        assert all(len(value) <= LONGEST for value in values if isinstance(value, str))
        assert all(0 <= value < 10**19 for value in values if isinstance(value, int))
    assert len(conflicts(found)) <= len(found)


@given(st.lists(items, max_size=2))
def test_what_is_derived_from_an_answer_never_fails_either(found: list[dict[str, Any]]) -> None:
    for image in images(found):
        assert not (image.complete and image.uploading)
    for row in hosted_firewalls(found):
        assert row.phase in get_args(Phase)
        assert not row.is_up or (row.phase == "running" and row.admin_status)
        assert row.device_url == "" or row.management_ip
        assert row.key == (row.site_name, row.appliance_name)
    for item in found:
        said = system(item, item)
        assert isinstance(said.hosts_firewalls, bool) and said.role
        assert not said.is_active_mcn or said.mode.upper() == "MCN"


# --- fields


@pytest.mark.parametrize(
    ("value", "said", "counted", "yes"),
    [
        (None, "", 0, False),
        ([1], "", 0, False),
        ({"a": 1}, "", 0, False),
        (" x ", "x", 0, False),
        (5, "5", 5, False),
        ("5", "5", 5, False),
        (-5, "-5", 0, False),
        (1, "1", 1, True),
        (True, "True", 0, True),
        (False, "False", 0, False),
        ("Enabled", "Enabled", 0, True),
        ("no", "no", 0, False),
        ("²", "²", 0, False),
        ("1" * 20, "1" * 20, 0, False),
        ("x" * 999, "x" * LONGEST, 0, False),
    ],
)
def test_a_field_of_another_type_is_its_empty_value(value: Any, said: str, counted: int, yes: bool) -> None:
    item = {"key": value}
    assert (text(item, "key"), number(item, "key"), flag(item, "key")) == (said, counted, yes)
    assert (text({}, "key"), number({}, "key"), flag({}, "key")) == ("", 0, False)


# --- systems

OPTIONS = {
    "model": "cb1100",
    "sw_version": "11.0.3",
    "site_name": "dc",
    "appliance_mode": "MCN",
    "management_ip": "192.0.2.1",
    "serial_no": "S1",
}


def test_a_system_is_read() -> None:
    found = system(OPTIONS)
    assert found == System("cb1100", "11.0.3", "dc", "MCN", "192.0.2.1", "S1", None)
    assert found.hosts_firewalls and found.is_active_mcn and found.role == "MCN"
    assert system({"product": "CB-210"}).model == "CB-210"


@pytest.mark.parametrize(
    ("mode", "ha", "active", "role"),
    [
        ("MCN", None, True, "MCN"),
        ("mcn", {}, True, "mcn"),
        ("MCN", {"is_active": ""}, True, "MCN"),
        ("MCN", {"is_active": True}, True, "MCN"),
        ("MCN", {"is_active": "1"}, True, "MCN"),
        ("MCN", {"is_active": 0}, False, "MCN, standby of its pair"),
        ("MCN", {"is_active": "standby"}, False, "MCN, standby of its pair"),
        ("Client", {"is_active": True}, False, "Client"),
        ("", None, False, "an appliance of unknown mode"),
    ],
)
def test_only_the_active_one_of_a_pair_of_mcns_is_the_active_mcn(
    mode: str, ha: dict[str, Any] | None, active: bool, role: str
) -> None:
    found = system({**OPTIONS, "appliance_mode": mode}, ha)
    assert (found.is_active_mcn, found.role) == (active, role)


# --- regions and addresses


@pytest.mark.parametrize("name", ["", " ", "default", "Default", "Default_Region", "DEFAULT REGION", "defaultregion"])
def test_the_default_region_by_any_of_its_names(name: str) -> None:
    assert is_default_region(name) and Region(name).is_default


@pytest.mark.parametrize("name", ["emea", "default2", "not default", "region1", "regional", "defaults"])
def test_what_is_not_the_default_region(name: str) -> None:
    assert not is_default_region(name) and not Region(name).is_default


HOSTS = [
    "192.0.2.7",
    "2001:db8::1",
    "fe80::1%eth0",
    "fe80::1%12",
    "a",
    "c1.example.net",
    "xn--mnchen-3ya.de",
    "9.example",
]
NO_HOSTS = [
    "",
    " 192.0.2.7",
    "192.0.2.7\n",
    "192.0.2",
    "192.0.2.256",
    "192.0.2.7/24",
    "192.0.2.7:443",
    "192.0.2.7%eth0",
    "[2001:db8::1]",
    "fe80::1%",
    "fe80::1%@evil.example:443",
    "fe80::1%x\r\nHost: evil",
    "fe80::1%a b",
    "fe80::1%a%b",
    "::1/x",
    "a..b",
    ".a",
    "a.",
    "-a",
    "a_b",
    "a b",
    "a@b",
    "a/b",
    "a?b",
    "a#b",
    "a:b",
    "é.example",
    "x" * 254,
]


@pytest.mark.parametrize("given", HOSTS)
def test_an_address_or_the_name_of_a_host(given: str) -> None:
    assert is_host(given)
    assert collector_address([Region("emea", given)], "emea") == given


@pytest.mark.parametrize("given", NO_HOSTS)
def test_a_password_is_sent_to_nothing_that_is_no_address(given: str) -> None:
    assert not is_host(given)
    with pytest.raises(ValueError, match="emea"):
        collector_address([Region("emea", given)], "emea")


@given(st.ip_addresses())
def test_every_address_is_one(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> None:
    assert is_host(str(address))


@given(st.text(max_size=20) | st.text(max_size=9).map("fe80::1%".__add__))
def test_what_passes_as_a_host_cannot_change_a_url(given: str) -> None:
    assert not is_host(given) or re.fullmatch(r"[A-Za-z0-9.:%-]+", given)


def test_a_collector_that_is_not_there_is_told_with_those_that_are() -> None:
    known = [Region(f"r{index:02}", "192.0.2.7") for index in range(30)]
    with pytest.raises(ValueError, match="no region 'x'; its regions: r00, r01") as found:
        collector_address(known, "x")
    assert "r19" in str(found.value) and "r20" not in str(found.value)
    with pytest.raises(ValueError, match="its regions: none"):
        collector_address([], "x")
    with pytest.raises(ValueError, match="names no collector"):
        collector_address([Region("emea")], "emea")
    with pytest.raises(ValueError, match="is not an address") as found:
        collector_address([Region("emea", "/" * 400)], "emea")
    assert len(str(found.value)) < 200


def test_regions_and_sites_are_read() -> None:
    assert regions([{"region_name": "emea", "collector_ip": "192.0.2.7"}]) == [Region("emea", "192.0.2.7")]
    row = {
        "site_name": "paris",
        "appliance_name": "paris-a",
        "region_name": "emea",
        "management_ip": "192.0.2.21",
        "model": "1100",
        "software": "11.0.3",
        "status": "OK",
    }
    assert sites([row]) == [Site("paris", "paris-a", "emea", "192.0.2.21", "1100", "11.0.3", "OK")]


# --- images and storage


@pytest.mark.parametrize(
    ("item", "complete", "uploading"),
    [
        ({}, True, False),
        ({"status": "complete"}, True, False),
        ({"status": "Complete", "percent": 100}, True, False),
        ({"status": "complete", "percent": 99}, False, False),
        ({"percent": "100"}, True, False),
        ({"percent": "100%"}, True, False),
        ({"percent": 100.0}, True, False),
        ({"percent": "99.9 %"}, False, False),
        ({"percent": "40 of 100"}, False, False),
        ({"percent": 0}, False, False),
        ({"status": "uploading"}, False, True),
        ({"status": "Uploading", "percent": 40}, False, True),
        ({"status": "uploading", "percent": 100}, False, True),
        ({"status": "in progress"}, False, True),
        ({"status": "uploaded", "percent": 100}, True, False),
        ({"status": "uploaded", "percent": 40}, False, True),
        ({"status": "failed", "percent": 100}, False, False),
        ({"status": "contemplating"}, False, False),
        ({"status": "incomplete"}, False, False),
    ],
)
def test_an_image_is_complete_only_where_everything_says_so(
    item: dict[str, Any], complete: bool, uploading: bool
) -> None:
    (found,) = images([{"image_name": "a", **item}])
    assert (found.complete, found.uploading) == (complete, uploading)


def test_an_image_is_read() -> None:
    row = {"image_name": "a", "vendor": "v", "size": "7", "status": "s", "percent": 3, "in_use": "true"}
    assert images([row, {}]) == [Image("a", "v", 7, "s", 3, True), Image("")]


@pytest.mark.parametrize(
    ("item", "found"),
    [
        ({}, Storage()),
        ({"used": 5}, Storage()),
        ({"partition": "secondary", "active": True, "reserved": 9, "used": 4, "free": 5}, None),
        ({"reserved": 9, "used": 4}, Storage("", True, 9, 4, 5, True)),
        ({"reserved": 9, "used": 40}, Storage("", True, 9, 40, 0, True)),
        ({"free": 0}, Storage("", True, 0, 0, 0, True)),
        ({"free": "5", "active": "no"}, Storage("", False, 0, 0, 5, True)),
    ],
)
def test_room_is_known_where_the_system_tells_of_it(item: dict[str, Any], found: Storage | None) -> None:
    assert storage(item) == (found or Storage("secondary", True, 9, 4, 5, True))


# --- firewalls


@pytest.mark.parametrize(
    ("said", "meaning"),
    [
        ("Running", "running"),
        (" UP ", "running"),
        ("Shut down", "stopped"),
        ("shutdown", "stopped"),
        ("Down", "stopped"),
        ("Shutting down", "busy"),
        ("Provisioning: copying image", "busy"),
        ("Deprovisioning", "busy"),
        ("Failed: booting", "failed"),
        ("error", "failed"),
    ],
)
def test_what_a_status_means(said: str, meaning: Phase) -> None:
    assert phase(said) == meaning


@pytest.mark.parametrize(
    "said",
    ["", "Not running", "Upgrading", "up-to-date", "running_late", "Running: failed", "Up, but broken", "Downloading"],
)
def test_a_status_that_is_not_known_has_no_meaning(said: str) -> None:
    assert phase(said) == "unknown"


_sayings = st.lists(st.sampled_from([*PHASES, *" :,-_.", "not", "is"]) | st.text(max_size=3), max_size=4).map("".join)


@given(_sayings)
def test_only_a_status_that_means_running_alone_is_running(said: str) -> None:
    assert (phase(said) == "running") == (said.strip().lower() in ("running", "up", "booted"))
    assert phase(said) in get_args(Phase)


@pytest.mark.parametrize("words", PHASES)
def test_a_status_means_the_same_in_any_case_and_nothing_when_its_word_goes_on(words: str) -> None:
    assert phase(words) == phase(words.upper()) == phase(f" {words} ") != "unknown"
    assert phase(f"{words}x") == phase(f"{words}x: y") == "unknown"


@pytest.mark.parametrize(
    ("admin", "operation", "up"),
    [
        ("Up", "Running", True),
        ("enabled", "up", True),
        ("Down", "Running", False),
        ("", "Running", False),
        ("Up", "Provisioning: booting", False),
        ("Up", "Contemplating", False),
        ("Up", "", False),
    ],
)
def test_a_firewall_is_up_when_both_of_its_statuses_say_so(admin: str, operation: str, up: bool) -> None:
    assert hosted_firewalls([{"admin_status": admin, "operation_status": operation}])[0].is_up is up


def test_a_firewall_is_read_with_all_its_columns() -> None:
    row = {field.name: field.name for field in fields(HostedFirewall) if not field.name.startswith("packets")}
    counters = {"packets_sent": 1, "packets_received": "2", "packets_dropped": 3}
    (found,) = hosted_firewalls([{**row, **counters, "device_access": "https://evil/"}])
    assert {field.name: getattr(found, field.name) for field in fields(found)} == {
        **row,
        **counters,
        "packets_received": 2,
    }


@pytest.mark.parametrize(
    ("vendor", "model", "found"),
    [
        ("Palo Alto Networks", "VM50", "VM 50"),
        ("Palo Alto Networks", "vm-100", "VM 100"),
        ("Palo Alto Networks", "VM300", "VM300"),
        ("Somebody", "VM50", "VM50"),
        ("", "", ""),
    ],
)
def test_a_model_is_spelt_as_in_the_forms_where_the_vendor_has_it(vendor: str, model: str, found: str) -> None:
    assert hosted_firewalls([{"vendor": vendor, "model": model}])[0].model == found


def test_h12_a_firewall_has_its_own_gui_at_port_4100() -> None:
    row = {"management_ip": "192.0.2.11"}
    assert hosted_firewalls([row])[0].device_url == "https://192.0.2.11:4100"
    assert hosted_firewalls([{}])[0].device_url == ""


@pytest.mark.parametrize("name", ["cloud_direct", "Cloud Direct", "CloudDirect", "wanop", "SD-WAN WANOP"])
def test_h10_machines_that_exclude_a_firewall(name: str) -> None:
    assert conflicts([{"site_name": "s", "name": name}, {"name": "direct_cloud"}, {}]) == [("s", name)]
