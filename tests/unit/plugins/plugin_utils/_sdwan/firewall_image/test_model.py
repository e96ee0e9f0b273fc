# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Images, sizes, checksums and collectors: laws of what is read and what counts as there."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.mspplus.netsec.plugins.plugin_utils._sdwan.firewall_image.model import (
    ALL,
    STALLED,
    Desired,
    TargetState,
    collectors,
    is_broken,
    is_under_way,
    sha256_of,
    size_of,
    to_document,
)
from ansible_collections.mspplus.netsec.plugins.plugin_utils._sdwan.firewall_image.plan import desired_state, steps
from ansible_collections.mspplus.netsec.plugins.plugin_utils._sdwan.firewall_image.rules import check
from ansible_collections.mspplus.netsec.plugins.plugin_utils._sdwan.model import (
    Image,
    Region,
    Storage,
    System,
    images,
    is_host,
)
from ansible_collections.mspplus.netsec.plugins.plugin_utils._sdwan.resources import Resources, parsed

NAME, SIZE = "PA-VM-KVM-9.0.1.qcow2", 1000
WANTED = Desired(NAME, vendor="Palo Alto Networks", size=SIZE)

statuses = st.sampled_from(["", "complete", "Ready", "uploading", "in progress", "failed", STALLED]) | st.text(
    max_size=9
)
found_images = st.builds(
    Image,
    st.sampled_from([NAME, "other.qcow2"]),
    st.text(max_size=5),
    st.sampled_from([0, 1, SIZE]),
    statuses,
    st.none() | st.integers(0, 120),
    st.booleans(),
)


# --- sizes and checksums


@given(st.integers(0, 10**15 - 1), st.sampled_from(["", "k", "m", "g", "t"]), st.sampled_from(["", "b", "i", "ib"]))
def test_a_size_counts_in_powers_of_1024(count: int, unit: str, rest: str) -> None:
    written = f" {count}{unit}{rest} "
    assert size_of(written) == size_of(written.upper()) == count * 1024 ** " kmgt".index(unit or " ")


@given(st.text(max_size=20))
def test_any_text_is_a_size_or_refused_in_words(text: str) -> None:
    refused, size = "", 0
    try:
        size = size_of(text)
    except ValueError as error:
        refused = str(error)
    assert "is not a valid size" in refused or (size >= 0 and text.strip()[0] in "0123456789")


def test_what_is_no_size_is_cut_in_the_message() -> None:
    with pytest.raises(ValueError, match="is not a valid size") as found:
        size_of("x" * 9000)
    assert len(str(found.value)) < 100


@given(st.binary(min_size=32, max_size=32))
def test_a_checksum_is_read_in_any_case(digest: bytes) -> None:
    written = f"sha256:{digest.hex()}"
    assert sha256_of(written) == sha256_of(written.upper()) == sha256_of(f" {written}\n") == digest.hex()


@pytest.mark.parametrize(
    "text", ["md5:" + "ab" * 16, "sha256 " + "ab" * 32, "sha256:" + "a" * 65, "ſha256:" + "ab" * 32]
)
def test_no_other_checksum_is_taken(text: str) -> None:
    with pytest.raises(ValueError, match="64 hexadecimal digits"):
        sha256_of(text)


# --- what is there


@given(found_images)
def test_a_status_means_one_thing(image: Image) -> None:
    assert [image.complete, is_broken(image), is_under_way(image)].count(True) == 1
    assert not image.uploading or is_under_way(image)


@pytest.mark.parametrize(
    "status", ["Failed", "failure: no space", "ERROR", "Invalid image", "corrupted", "aborted", "canceled"]
)
def test_what_will_never_be_complete_is_broken(status: str) -> None:
    assert is_broken(Image(NAME, status=status))


@pytest.mark.parametrize("status", ["uploading", "contemplating", "no errors yet", "unfailing", "verifying"])
def test_what_may_still_become_complete_is_under_way(status: str) -> None:
    assert is_under_way(Image(NAME, status=status))


@given(found_images, st.booleans(), st.booleans(), st.booleans())
def test_an_image_is_there_when_it_is_whole_or_nobody_waits_for_it(
    image: Image, patient: bool, force: bool, renewed: bool
) -> None:
    desired = replace(WANTED, patient=patient, force=force)
    image = replace(image, name=NAME)
    state = TargetState({NAME: image}, renewed=renewed)
    whole = image.complete and image.size in (0, SIZE)
    assert desired.is_whole(image) == whole
    under_way = not patient and is_under_way(image)
    assert desired.is_there(state) == ((not force or renewed) if whole else under_way)
    assert not desired.is_unverified(state)
    assert replace(desired, sha256="ab").is_unverified(state) == (whole and not renewed)


@pytest.mark.parametrize("patient", [True, False])
def test_what_is_not_listed_is_not_there(patient: bool) -> None:
    desired = replace(WANTED, patient=patient)
    assert not desired.is_whole(None) and not desired.is_there(TargetState())


def test_a_broken_image_is_never_there() -> None:
    for patient in (True, False):
        state = TargetState({NAME: Image(NAME, "", SIZE, "failed", 100)})
        assert not replace(WANTED, patient=patient).is_there(state)


# --- targets


def test_what_is_only_known_of_a_target_makes_it_no_other_state() -> None:
    plain = TargetState({NAME: Image(NAME)}, reserved=5)
    assert replace(plain, storage=Storage(free=9, known=True), system=System("1100"), unknown="why") == plain
    assert replace(plain, reserved=6) != plain and replace(plain, images={}) != plain
    assert replace(plain, system=System("1100")).is_appliance and not plain.is_appliance


def test_a_document_shows_what_a_target_has_and_not_how_full_it_is() -> None:
    read = images(
        [{"image_name": NAME, "vendor": "v", "size": 7, "status": "uploading", "percent": 40, "in_use": True}]
    )
    states = {
        "center": TargetState({NAME: read[0]}, Storage(free=9, known=True), 5),
        "appliance": TargetState(system=System("1100")),
    }
    row: dict[str, Any] = {"name": NAME, "vendor": "v", "size": 7, "complete": False, "in_use": True}
    assert to_document(states) == {"center": {"images": [row], "reserved": 5}, "appliance": {"images": []}}


@pytest.mark.parametrize(
    ("reserve", "system", "present", "foretold"),
    [
        (7, None, True, 7),
        (0, None, True, 0),
        (None, None, True, 5),
        (7, System("1100"), True, 5),
        (7, None, False, 5),
    ],
)
def test_a_document_foretells_what_is_reserved(
    reserve: int | None, system: System | None, present: bool, foretold: int
) -> None:
    """Only Center reserves room, and only for an image that it gets."""
    desired = replace(WANTED, reserve=reserve, present=present)
    current = {"here": TargetState({}, Storage(reserved=5, free=9000, known=True), 5, system)}
    table = {"here": Resources("sdwan_center" if system is None else "sdwan")}
    assert to_document(desired_state(current, desired))["here"]["reserved"] == foretold
    sent = [parsed(step.line)[2] for step in steps(current, desired, table) if step.action == "reserve"]
    assert sent == ([{"hosted_firewall_storage": {"reserved": foretold}}] if foretold != 5 else [])


def test_the_same_problem_of_storage_is_told_once() -> None:
    unknown = {"here": TargetState(unknown="there is no such call")}
    assert [found.severity for found in check(unknown, WANTED)] == ["warning"]
    assert [found.severity for found in check(unknown, replace(WANTED, reserve=9000))] == ["error"]


some_regions = st.lists(
    st.builds(
        Region,
        st.sampled_from(["", "default", "emea", "apac", "latam", ALL]),
        st.sampled_from(["", "192.0.2.1", "192.0.2.2", "2001:db8::1", "evil/x", "a b"]),
    ),
    max_size=6,
    unique_by=lambda region: region.name,
)


@given(st.lists(st.sampled_from(["emea", "apac", "default", "mars", ALL]), max_size=4), some_regions)
def test_collectors_are_addresses_of_chosen_regions_once_each(chosen: list[str], known: list[Region]) -> None:
    found = collectors(chosen, known)
    by_target = {f"collector {region.name}": region for region in known}
    for target, address in found.items():
        region = by_target[target]
        assert is_host(address) and address == region.collector_ip
        assert region.name in chosen or (ALL in chosen and not region.is_default)
    assert len({*found.values()}) == len(found)
    desired = {
        region.collector_ip
        for region in known
        if is_host(region.collector_ip) and (region.name in chosen or (ALL in chosen and not region.is_default))
    }
    assert {*found.values()} == desired
