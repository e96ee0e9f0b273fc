# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from dataclasses import fields

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.mspplus.netsec.plugins.plugin_utils._iosxr.platforms import (
    FEATURES,
    PLATFORMS,
    Facts,
    Known,
    Releases,
    acl_name_limit,
    covers,
    has,
    in_model,
    mirror_intervals,
    platform,
    platform_of,
    where,
)
from ansible_collections.mspplus.netsec.plugins.plugin_utils._iosxr.span.rules.table import RULES

XR = (
    "Cisco IOS XR Software, Version {}\nCopyright (c) 2013-2020 by Cisco Systems, Inc.\n\n{}\nSystem uptime is 3 days\n"
)


@pytest.mark.parametrize(
    ("version", "hardware", "expected"),
    [
        ("6.5.1[Default]", "cisco NCS-5500 () processor", ("ncs5500", (6, 5, 1))),
        ("7.0.2", "cisco NCS-55A1-24H () processor", ("ncs5500", (7, 0, 2))),
        ("6.3.2", "cisco NCS-5501-SE (Intel) processor", ("ncs5500", (6, 3, 2))),
        ("7.0.2", "NCS5502 2RU Chassis, Jericho", ("ncs5500", (7, 0, 2))),
        ("7.4.2", "cisco NCS-57C3-MOD-SYS () processor", ("ncs5700", (7, 4, 2))),
        ("7.1.2", "cisco NCS-540 () processor", ("ncs540", (7, 1, 2))),
        ("24.2.1 LNT", "cisco N540-24Q8L2DD-SYS (VXR) processor with 32GB of memory", ("ncs540", (24, 2, 1))),
        ("7.1.1", "cisco N560-4 () processor", ("ncs560", (7, 1, 1))),
        ("6.1.4[Default]", "cisco ASR9K Series (Intel 686 F6M14S4) processor with 12M bytes", ("asr9k", (6, 1, 4))),
        ("7.5.2", "cisco ASR-9906 () processor", ("asr9k", (7, 5, 2))),
        ("7.3.1 LNT", "cisco 8201 (VXR)\ncisco 8201-SYS processor", ("cisco8000", (7, 3, 1))),
        ("7.11.1 LNT", "cisco 8808 (Intel(R) Xeon(R) CPU)", ("cisco8000", (7, 11, 1))),
        ("24.3.1", "cisco IOS-XRv 9000 () processor", ("xrv9000", (24, 3, 1))),
        ("6.1.2", "cisco IOS XRv Series (Pentium II Stepping 1) processor", ("generic", (6, 1, 2))),
        ("6.6.3", "cisco NCS-5001 () processor", ("generic", (6, 6, 3))),
        ("9.9", "cisco 12404/PRP processor", ("generic", (9, 9))),
    ],
)
def test_the_platform_and_release_of_a_show_version(
    version: str, hardware: str, expected: tuple[str, tuple[int, ...]]
) -> None:
    text = XR.format(version, hardware)
    assert platform_of(text) == expected
    assert platform_of(text.replace("\n", "\r\n")) == expected


def test_a_host_name_does_not_choose_the_platform() -> None:
    text = XR.format("7.0.2", "asr9k-edge uptime is 1 day\ncisco NCS-5500 () processor")
    assert platform_of(text) == ("ncs5500", (7, 0, 2))


def test_a_text_that_says_nothing_is_generic() -> None:
    assert platform_of("% Invalid input detected at '^' marker.") == ("generic", None)


@given(st.text(max_size=300))
def test_any_text_gives_a_platform_of_the_table(text: str) -> None:
    assert platform_of(text)[0] in PLATFORMS
    assert platform_of("cisco " + text)[0] in PLATFORMS


def test_an_unknown_key_counts_as_generic() -> None:
    assert platform(Facts("toaster")) is PLATFORMS["generic"]


def test_of_a_platform_that_is_not_recognised_nothing_is_certain() -> None:
    generic = PLATFORMS["generic"]
    values = [getattr(generic, field.name) for field in fields(generic)]
    assert not any(value.certain for value in values if isinstance(value, Known))


def test_all_limits_of_ncs_5500_are_documented() -> None:
    row = PLATFORMS["ncs5500"]
    values = {field.name: value for field in fields(row) if isinstance(value := getattr(row, field.name), Known)}
    assert [name for name, value in values.items() if not value.certain] == []
    assert [name for name, value in values.items() if "Cisco" not in value.source and "NCS" not in value.source] == []
    numbers = {name: value.value for name, value in values.items() if isinstance(value.value, int)}
    assert numbers and [name for name, number in numbers.items() if not 0 <= number <= 10_000] == []


@pytest.mark.parametrize(("mark", "source"), [("documented", ""), ("documented", "unverified"), ("sure", "a guide")])
def test_a_value_without_mark_or_source_is_refused(mark: str, source: str) -> None:
    with pytest.raises(ValueError, match="source"):
        Known(4, mark, source)  # type: ignore[arg-type]


def test_every_feature_is_refused_by_a_rule_of_the_table() -> None:
    assert {feature.rule for feature in FEATURES.values()} <= RULES.keys()


def test_features_come_and_go_with_the_releases() -> None:
    sflow = FEATURES["sflow"].model
    assert sflow is not None
    present = [(7, 8, 1), (7, 9, 1), (7, 10, 1), (7, 11, 1), (24, 1, 1), (24, 2, 1), (26, 2, 1)]
    assert [covers(sflow.value, release) for release in present] == [False, True, True, False, False, True, True]
    rate_limit = FEATURES["rate-limit"].model
    assert rate_limit is not None
    assert covers(rate_limit.value, (25, 2, 1))
    assert not covers(rate_limit.value, (25, 3, 1))


@pytest.mark.parametrize(
    ("feature", "facts", "expected"),
    [
        ("pseudowire", Facts("ncs5500", (7, 0, 1)), False),
        ("pseudowire", Facts("ncs5500", (7, 0, 2)), True),
        ("pseudowire", Facts("ncs5500"), None),
        ("pseudowire", Facts("asr9k"), True),
        ("rx-tx-destination", Facts("ncs5700", (7, 4, 2)), True),
        ("rx-tx-destination", Facts("ncs5500", (7, 4, 2)), False),
        ("next-hop", Facts("toaster", (7, 4, 2)), False),
        ("file", Facts("cisco8000", (7, 5, 3)), True),
        ("file", Facts("cisco8000"), None),
        ("mirror-first", Facts("cisco8000", (7, 5, 3)), True),
        ("mirror-first", Facts("cisco8000", (7, 5, 2)), False),
        ("source-mirror-first", Facts("cisco8000", (7, 5, 2)), True),
        ("source-mirror-first", Facts("cisco8000", (7, 5, 3)), False),
        ("source-mirror-first", Facts("asr9k", (7, 5, 3)), True),
    ],
)
def test_who_has_a_feature(feature: str, facts: Facts, expected: bool | None) -> None:
    assert has(feature, facts) is expected


def test_a_message_can_say_who_has_a_feature() -> None:
    assert where("pseudowire") == "ASR 9000; NCS 5500 from 7.0.2"
    assert where("other") == ""
    assert where("source-mirror-first") == "ASR 9000 from 4.0.1; Cisco 8000 until before 7.5.3"


def test_ids_of_erspan_are_refused_with_the_reason_of_the_platform() -> None:
    assert {key: row.erspan_session_id.value for key, row in PLATFORMS.items() if row.erspan_session_id.certain} == {
        "ncs5500": "its ERSPAN session id is always zero",
        "cisco8000": "its ERSPAN session id is a number of its own that tells sessions apart",
    }
    assert PLATFORMS["asr9k"].erspan_session_id.value == ""
    assert [in_model("erspan-id", release) for release in ((7, 7, 1), (7, 8, 1))] == [False, True]
    assert [in_model("router-id", release) for release in ((7, 6, 1), (7, 7, 1))] == [False, True]


def test_limits_that_depend_on_the_release() -> None:
    assert [acl_name_limit(release) for release in (None, (6, 5, 1), (24, 3, 1), (24, 4, 1))] == [64, 80, 80, 128]
    assert "2" not in mirror_intervals((7, 5, 1))
    assert "2" in mirror_intervals((7, 7, 1))
    assert "2" in mirror_intervals(None)


def test_a_range_ends_before_its_end() -> None:
    assert covers((Releases((1,), (2,)),), (1, 9, 9))
    assert not covers((Releases((1,), (2,)),), (2,))
