# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The file with what each sensor is to run."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.mspplus.netsec.plugins.plugin_utils._ips.packages import parse_package
from ansible_collections.mspplus.netsec.plugins.plugin_utils._ips.update.fleet import Decision
from ansible_collections.mspplus.netsec.plugins.plugin_utils._ips.update.model import SensorState
from ansible_collections.mspplus.netsec.plugins.plugin_utils._ips.update.wanted_file import (
    difference,
    merged,
    parse,
    pending,
    render,
)
from ansible_collections.mspplus.netsec.plugins.plugin_utils._ips.versions import (
    SignatureLevel,
    parse_signature_level,
    parse_version,
)

SIG, PACK = "IPS-sig-S734-req-E4.pkg", "IPS-K9-7.1-9-E4.pkg"
ENTRIES = st.dictionaries(st.sampled_from(["sensor", "signature"]), st.just(""), min_size=1).map(
    lambda kinds: {kind: {"sensor": PACK, "signature": SIG}[kind] for kind in kinds}
)


def sensor(version: str, signature: str) -> SensorState:
    return SensorState(parse_version(version), parse_signature_level(signature))


@given(st.dictionaries(st.text(min_size=1, max_size=20), ENTRIES, max_size=5))
def test_what_is_rendered_reads_back(wanted: dict[str, dict[str, str]]) -> None:
    text = render(wanted)
    assert parse(text) == wanted
    assert render(parse(text)) == text


@pytest.mark.parametrize(
    "text",
    [
        "a: b",
        "ips_update_wanted: {}\nother: 1",
        "ips_update_wanted: {ips1: {sensor: IPS-sig-S734-req-E4.pkg}}",
        "ips_update_wanted: {ips1: {firmware: x}}",
        "ips_update_wanted: {ips1: [x]}",
        "[",
        "ips_update_wanted: [1]",
    ],
)
def test_a_file_that_is_not_ours_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        parse(text)


def test_a_new_file_is_an_empty_one() -> None:
    assert parse("") == parse("---\nips_update_wanted: {}\n") == {}


def test_decisions_are_added_and_what_a_sensor_has_passed_goes() -> None:
    before = {"ips1": {"sensor": PACK}, "ips2": {"signature": SIG}, "ips3": {"signature": SIG}}
    found = merged(before, [Decision("ips1", "signature", parse_package(SIG))], {"ips2": sensor("7.1(9)E4", "S740")})
    assert found == {"ips1": {"sensor": PACK, "signature": SIG}, "ips3": {"signature": SIG}}
    assert merged(found, [], {"ips3": sensor("7.1(9)E4", "S734")}) == found  # deployed is still wanted


def test_a_level_above_that_of_the_policy_is_not_wanted_any_more() -> None:
    before = {"ips1": {"sensor": PACK, "signature": SIG}}
    state = {"ips1": sensor("7.1(7)E4", "S722")}  # S734 was reverted
    for limit, entry in (
        (SignatureLevel(722), {"sensor": PACK}),
        (SignatureLevel(734), before["ips1"]),
        (None, before["ips1"]),
    ):
        assert merged(before, [Decision("ips1", "signature", reason="up to date", limit=limit)], state) == {
            "ips1": entry
        }


def test_what_was_selected_by_hand_and_is_there_is_wanted_from_then_on() -> None:
    before, old = {"ips1": {"signature": SIG}}, parse_package("IPS-sig-S722-req-E4.pkg")
    found = merged(before, [Decision("ips1", "signature", keeps=old)], {"ips1": sensor("7.1(7)E4", "S722")})
    assert found == {"ips1": {"signature": "IPS-sig-S722-req-E4.pkg"}}


def test_what_is_not_deployed_is_pending() -> None:
    wanted = {"ips1": {"sensor": PACK, "signature": SIG}, "ips2": {"signature": SIG}, "ips3": {"signature": SIG}}
    states = {"ips1": sensor("7.1(9)E4", "S722"), "ips2": sensor("7.1(7)E4", "S734")}
    assert [(row["host"], row["kind"], row["runs"]) for row in pending(wanted, states)] == [
        ("ips1", "signature", "S722"),
        ("ips3", "signature", None),
    ]


def test_the_difference_is_one_that_git_understands() -> None:
    before, after = render({}), render({"ips1": {"signature": SIG}})
    text = difference(before, after, "update_wanted.yml")
    assert text.startswith("--- a/update_wanted.yml\n+++ b/update_wanted.yml\n")
    assert f"+    signature: {SIG}\n" in text
    assert difference(after, after, "x") == ""
