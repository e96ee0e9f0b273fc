# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Names and numbers of protocols and services are two spellings of one thing."""

from __future__ import annotations

import socket

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.mspplus.netsec.plugins.plugin_utils._srx.protocols import (
    PROTOCOLS,
    SERVICES,
    port_number,
    protocol_name,
)


@pytest.mark.parametrize("name", PROTOCOLS)
def test_a_protocol_is_the_same_by_name_and_by_number(name: str):
    number = {"icmp6": 58, "ospf": 89}.get(name) or getattr(socket, f"IPPROTO_{name.upper()}")
    assert protocol_name(str(number)) == protocol_name(name) == protocol_name(f" {name.upper()} ") == name


def test_a_number_without_a_name_stays_a_number():
    assert [protocol_name(text) for text in ("0", "255", "0006")] == ["0", "255", "tcp"]


@pytest.mark.parametrize("text", ["256", "-1", "", "tcpp", "٦", "1.0", "9" * 5000])
def test_what_is_no_protocol_is_refused(text: str):
    with pytest.raises(ValueError, match="neither a number"):
        protocol_name(text)


@pytest.mark.parametrize("keyword", SERVICES)
def test_a_keyword_is_a_port_in_any_case(keyword: str):
    number = port_number(keyword)
    assert number == port_number(keyword.upper()) == port_number(str(number)) and 1 <= number <= 65535


@pytest.mark.parametrize(
    ("keyword", "number"),
    [
        ("https", 443),
        ("ftp-data", 20),
        ("domain", 53),
        ("ldp", 646),
        ("bgp", 179),
        ("bootps", 67),
        ("dhcp", 67),
        ("krb-prop", 754),
    ],
)
def test_a_keyword_is_the_port_of_its_service(keyword: str, number: int):
    assert port_number(keyword) == number


@pytest.mark.parametrize(
    "text", ["0", "65536", "-1", "", "1-2", "80~90", "htt", "٨٠", "00000199999", "000001" + "9" * 20, "9" * 5000]
)
def test_what_is_no_port_is_refused(text: str):
    with pytest.raises(ValueError, match="neither a port"):
        port_number(text)


@given(st.one_of(st.text(), st.from_regex(r"0*\d{1,8}", fullmatch=True)))
def test_a_port_that_is_taken_can_be_sent(text: str):
    try:
        found = port_number(text)
    except ValueError:
        return
    assert 1 <= found <= 65535
