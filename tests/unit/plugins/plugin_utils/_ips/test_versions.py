# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Three spellings of one version, and how versions compare."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.mspplus.netsec.plugins.plugin_utils._ips.versions import (
    Release,
    SignatureLevel,
    Version,
    parse_engine,
    parse_release,
    parse_signature_level,
    parse_version,
)

RELEASES = st.builds(
    Release,
    st.integers(0, 99),
    st.integers(0, 99),
    st.integers(0, 999),
    st.integers(0, 999),
    st.sampled_from(["", "a", "e", "z"]),
)
VERSIONS = st.builds(Version, RELEASES, st.none() | st.integers(0, 99))


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("7.1(7)E4", "7.1(7)E4"),
        ("5.1(8)E3", "5.1(8)E3"),
        ("7.2(2)", "7.2(2)"),
        ("7.2-2", "7.2(2)"),
        ("7.2.2", "7.2(2)"),
        ("7.1-11p1-E4", "7.1(11p1)E4"),
        ("7.2-1pl-E4", "7.2(1p1)E4"),  # as the 7.1 guide misspells its own example
        ("6.0-4a-E1", "6.0(4a)E1"),
        ("6.0(5) E3", "6.0(5)E3"),
        ("6.0-3-E.1", "6.0(3)E1"),
        ("6.0(1)E1.1", "6.0(1)E1"),
        ("5.1(4)S251.0", "5.1(4)"),
        ("5.0-1e-S149", "5.0(1e)"),
        ("7.3-5p1-E4", "7.3(5p1)E4"),
        (" 7.1(3)E4 \n", "7.1(3)E4"),
    ],
)
def test_all_spellings_are_one_version(text: str, shown: str) -> None:
    assert str(parse_version(text)) == shown


@pytest.mark.parametrize(
    "text", ["", "7.1", "7", "7.1(", "7.1(2", "7.1(2)E", "7.1(2)X4", "15.2(4)M3", "7.1-2;reset", "7.1(２)", "1" * 200]
)
def test_what_is_no_version_is_none(text: str) -> None:
    assert parse_version(text) is None


@given(VERSIONS)
def test_every_spelling_reads_back_as_it_was(version: Version) -> None:
    assert parse_version(str(version)) == version
    assert parse_version(version.in_file_name) == version
    assert parse_release(version.release.dotted) == version.release


@given(st.text(max_size=80))
def test_a_parser_never_raises(text: str) -> None:
    for parse in (parse_version, parse_signature_level, parse_engine):
        parse(text)


def test_releases_compare_by_number_patch_and_repackage_in_this_order() -> None:
    texts = ["5.1(8)", "6.0(4)", "6.0(4a)", "6.0(4p1)", "6.0(5)", "6.1(1)", "7.1(9)", "7.1(10)", "7.1(11)", "7.1(11p1)"]
    releases = [parse_release(text) for text in texts]
    assert sorted(releases, key=lambda release: release or Release(0, 0, 0)) == releases


@given(RELEASES, RELEASES)
def test_a_step_is_none_or_forwards_in_one_direction_only(one: Release, other: Release) -> None:
    steps = {one.step_to(other), other.step_to(one)}
    assert steps == {"none"} if one == other else "backwards" in steps and len(steps) == 2


@pytest.mark.parametrize(
    ("start", "target", "step"),
    [
        ("5.1(8)", "6.0(1)", "major"),
        ("6.0(5)", "6.1(1)", "minor"),
        ("7.1(1)", "7.1(4)", "service_pack"),
        ("7.1(11)", "7.1(11p1)", "patch"),
        ("6.0(4)", "6.0(4a)", "repackage"),
        ("7.1(4)", "7.1(4)", "none"),
        ("7.1(4)", "7.0(9)", "backwards"),
    ],
)
def test_a_step_has_the_name_of_the_first_number_that_differs(start: str, target: str, step: str) -> None:
    first, second = parse_release(start), parse_release(target)
    assert first and second and first.step_to(second) == step


def test_a_signature_level_of_a_sensor_is_that_of_a_file() -> None:
    assert parse_signature_level("S722.0") == parse_signature_level("S722") == SignatureLevel(722)
    assert SignatureLevel(99) < SignatureLevel(722) < SignatureLevel(722, 1) < SignatureLevel(1000)


@given(st.builds(SignatureLevel, st.integers(0, 99999), st.integers(0, 999)))
def test_a_signature_level_reads_back(level: SignatureLevel) -> None:
    assert parse_signature_level(str(level)) == level


@pytest.mark.parametrize(
    ("text", "engine"), [("E4", 4), ("E.1", 1), ("4", 4), ("e3", 3), ("", None), ("E", None), ("S4", None)]
)
def test_engines(text: str, engine: int | None) -> None:
    assert parse_engine(text) == engine
