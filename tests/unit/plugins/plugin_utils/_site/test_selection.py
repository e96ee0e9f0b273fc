# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which hosts a capability is desired of, in which order, how many at a time."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.mspplus.netsec.plugins.plugin_utils._site.capabilities import CAPABILITIES
from ansible_collections.mspplus.netsec.plugins.plugin_utils._site.selection import (
    Fleet,
    Order,
    SettingError,
    batches,
    canaries_of,
    order,
    percentage_of,
    serial_of,
    setting,
)

SPAN, MONITOR, HOSTED = (CAPABILITIES[name] for name in ("iosxr_span", "srx_flow_monitor", "sdwan_hosted_firewall"))
DOCUMENT = {"iosxr_span_config": {}}
Hosts = Mapping[str, Mapping[str, Any]]


def fleet(hosts: Hosts, shared: Mapping[str, Any] | None = None, group: str = "iosxr") -> Fleet:
    return Fleet({group: list(hosts), "all": list(hosts)}, shared or {}, hosts.__getitem__)


def hosts_of(hosts: Hosts, **shared: Any) -> list[str]:
    return list(order(SPAN, fleet(hosts, shared)).hosts)


def test_a_host_counts_where_a_variable_is_set_whatever_its_value() -> None:
    values: list[Any] = [{}, None, [], "{{ nothing }}"]
    assert hosts_of({f"edge{n}": {"iosxr_span_config": value} for n, value in enumerate(values)}) == [
        "edge0",
        "edge1",
        "edge2",
        "edge3",
    ]
    assert hosts_of({"edge1": {"iosxr_span_confg": {}}, "edge2": {}}) == []


@pytest.mark.parametrize(
    ("state", "counts"), [("deleted", True), ("overridden", False), (None, True), (["deleted"], False)]
)
def test_a_state_desires_without_a_document(state: Any, counts: bool) -> None:
    """One that has no value is for the role to refuse."""
    assert hosts_of({"edge1": {"iosxr_span_state": state}}) == (["edge1"] if counts else [])
    assert hosts_of({"edge1": {}}, iosxr_span_state=state) == (["edge1"] if counts else [])


def test_what_is_set_for_the_whole_play_counts_for_every_host_of_the_groups() -> None:
    assert hosts_of({"edge1": {}, "edge2": {}}, **DOCUMENT) == ["edge1", "edge2"]
    found = Fleet(
        {"srx": ["fw1"], "iosxr": ["edge1"], "all": ["fw1", "edge1"]}, DOCUMENT, {"fw1": {}, "edge1": {}}.__getitem__
    )
    assert order(SPAN, found).hosts == ("edge1",) and order(MONITOR, found).hosts == ()


def test_before_variables_are_known_all_hosts_count() -> None:
    assert order(SPAN, Fleet({"iosxr": ["edge1", "edge2"]}, {}, None), ["edge2"]).hosts == ("edge2", "edge1")
    assert order(SPAN, Fleet({}, {}, None)) == Order(())


def test_canaries_go_alone_and_first_and_another_host_where_none_of_them_takes_part() -> None:
    found = fleet({"edge1": DOCUMENT, "edge2": DOCUMENT, "edge3": DOCUMENT, "edge4": {}})
    assert order(SPAN, found) == Order(("edge1", "edge2", "edge3"), 0)
    assert order(SPAN, found, ["edge3", "edge2"]) == Order(("edge3", "edge2", "edge1"), 2)
    assert order(SPAN, found, ["edge4", "fw1"]) == Order(("edge1", "edge2", "edge3"), 1)


REDIRECT = {"sdwan_hosted_firewall_redirect_config": {}}
MODEL = {"sdwan_hosted_firewall_model": "VM 50"}


def test_a_host_that_redirects_comes_after_the_firewalls_and_before_them_on_the_way_back() -> None:
    hosts = {"mcn": REDIRECT, "berlin": MODEL, "paris": MODEL}
    assert order(HOSTED, fleet(hosts, group="sdwan")) == Order(("berlin", "paris", "mcn"), 0)
    assert order(HOSTED, fleet(hosts, group="sdwan"), ["paris"]) == Order(("paris", "berlin", "mcn"), 1)
    assert order(HOSTED, fleet(hosts, group="sdwan"), ["mcn"]) == Order(("berlin", "paris", "mcn"), 1)
    gone = {"sdwan_hosted_firewall_state": "absent"}
    assert order(HOSTED, fleet(hosts, gone, "sdwan"), ["paris"]) == Order(("mcn", "paris", "berlin"), 2)
    own = {host: {**variables, **gone} for host, variables in hosts.items()}
    assert order(HOSTED, fleet(own, group="sdwan")).hosts == ("mcn", "berlin", "paris")


@given(
    st.lists(st.sampled_from("abcdef")),
    st.lists(st.sampled_from("abcdef"), unique=True),
    st.sets(st.sampled_from("abcdef")),
)
def test_an_order_has_each_host_once_and_canaries_lead(canaries: list[str], hosts: list[str], last: set[str]) -> None:
    found = order(HOSTED, fleet({host: REDIRECT if host in last else MODEL for host in hosts}, group="sdwan"), canaries)
    assert sorted(found.hosts) == sorted(hosts)
    assert [host in last for host in found.hosts] == sorted(host in last for host in found.hosts)
    assert (found.alone > 0) == bool(canaries)
    assert set(found.hosts[: found.alone]) >= {host for host in canaries if host in hosts and host not in last}


def test_a_setting_is_that_of_the_play_else_of_the_first_host_that_it_is_for() -> None:
    hosts = {"edge1": {"netsec_serial": 1}, "edge2": {"netsec_serial": 2}}
    assert setting(SPAN, fleet(hosts), "netsec_serial") == 1
    assert setting(SPAN, fleet(hosts, {"netsec_serial": 3}), "netsec_serial") == 3
    assert setting(MONITOR, fleet(hosts), "netsec_serial") is None
    assert setting(SPAN, Fleet({"iosxr": ["edge1"]}, {}, None), "netsec_serial") is None


@pytest.mark.parametrize(
    ("value", "found"),
    [
        (None, []),
        (5, [5]),
        ("5", [5]),
        ("10%", ["10%"]),
        ([1, "10 %", "100%"], [1, "10%", "100%"]),
        ("1, 10, 25%", [1, 10, "25%"]),
    ],
)
def test_batches_are_numbers_and_shares(value: Any, found: list[str | int]) -> None:
    assert serial_of(value) == found


@pytest.mark.parametrize("value", [0, "0%", "-1", "ten", True, [1, "x"], {"a": 1}, "101%", 1.5])
def test_other_batches_are_refused(value: Any) -> None:
    with pytest.raises(SettingError, match="netsec_serial has"):
        serial_of(value)


@pytest.mark.parametrize(("value", "found"), [(0, 0.0), ("10%", 10.0), (100, 100.0), ("2.5", 2.5)])
def test_a_percentage(value: Any, found: float) -> None:
    assert percentage_of(value) == found


@pytest.mark.parametrize("value", [-1, 101, "ten", None, True, "nan"])
def test_another_percentage_is_refused(value: Any) -> None:
    with pytest.raises(SettingError, match="must be 0 to 100"):
        percentage_of(value)


def test_a_canary_that_is_no_host_is_refused() -> None:
    assert canaries_of("edge1, fw1", ["edge1", "fw1"]) == ["edge1", "fw1"]
    with pytest.raises(SettingError, match="netsec_canary names edg1: the inventory has no such host"):
        canaries_of(["edge1", "edg1"], ["edge1", "fw1"])


def test_hosts_that_go_alone_come_before_the_batches() -> None:
    assert [batches(0, []), batches(0, [10]), batches(1, []), batches(2, [10, "50%"])] == [
        [],
        [10],
        [1, "100%"],
        [1, 1, 10, "50%"],
    ]


def test_variables_of_hosts_that_a_limit_leaves_out_are_not_asked_for() -> None:
    """A file of theirs may be broken, or encrypted with a password that is not at hand."""
    hosts = {"edge1": DOCUMENT, "edge2": DOCUMENT}
    limited = Fleet({"iosxr": ["edge0", *hosts], "all": ["edge0", *hosts]}, {}, hosts.__getitem__, {*hosts})
    assert order(SPAN, limited, ["edge0"]) == Order(("edge1", "edge2"), 1)
    assert setting(SPAN, limited, "netsec_serial") is None
