# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The rules of images: each broken once, and once nearly."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from ansible_collections.mspplus.netsec.plugins.plugin_utils._engine.problems import errors
from ansible_collections.mspplus.netsec.plugins.plugin_utils._sdwan.firewall_image.model import (
    STALLED,
    Desired,
    TargetState,
)
from ansible_collections.mspplus.netsec.plugins.plugin_utils._sdwan.firewall_image.rules import (
    after,
    check,
    validate,
    validate_regions,
)
from ansible_collections.mspplus.netsec.plugins.plugin_utils._sdwan.model import Image, Region, Storage, System

NAME, VENDOR, SIZE = "PA-VM-KVM-9.0.1.qcow2", "Palo Alto Networks", 1000
WANTED = Desired(NAME, vendor=VENDOR, size=SIZE)
GONE = Desired(NAME, present=False)
ROOM = Storage("secondary", True, 5000, 0, 5000, True)


def appliance(*images: Image, model: str = "cb1100", room: Storage = ROOM) -> TargetState:
    return TargetState({image.name: image for image in images}, room, None, System(model=model))


def center(*images: Image, room: Storage = ROOM, **more: Any) -> TargetState:
    return TargetState({image.name: image for image in images}, room, room.reserved, **more)


def image(name: str = NAME, size: int = SIZE, **more: Any) -> Image:
    return Image(name, VENDOR, size, **{"status": "complete", "percent": 100, **more})


def broken(state: TargetState, desired: Desired = WANTED) -> list[str]:
    return [found.rule for found in errors(check({"here": state}, desired))]


def test_nothing_is_wrong_with_what_is_right() -> None:
    for state in (appliance(), appliance(image("other.qcow2")), appliance(image()), center(), center(image())):
        assert check({"here": state}, WANTED) == []
    assert validate(WANTED) == validate(GONE) == []


@pytest.mark.parametrize(
    "name", ["", "../x.qcow2", "a/b.qcow2", "a\\b", "a\nb", "a b.qcow2", 'a"b', "-a.qcow2", "x" * 201]
)
def test_h26_names_that_a_path_does_not_carry(name: str) -> None:
    assert [found.rule for found in validate(replace(WANTED, name=name)) if found.severity == "error"] == ["H26"]


def test_h26_what_somebody_uploaded_under_an_odder_name_can_be_deleted() -> None:
    assert validate(replace(GONE, name="PA VM (1).qcow2")) == []
    for name in ("..", "a/b", "a\\b", " a", "a\x00", "\x7f", "x" * 201, "a\ud800"):
        assert [found.rule for found in validate(replace(GONE, name=name))] == ["H26"], name


def test_h2_unknown_vendors_and_h31_unverified_ones() -> None:
    assert [found.rule for found in validate(replace(WANTED, vendor="Palo Alto"))] == ["H2"]
    found = validate(replace(WANTED, vendor="Check Point"))
    assert [(problem.rule, problem.severity) for problem in found] == [("H31", "warning")]
    assert validate(replace(GONE, vendor="Palo Alto")) == []


def test_h6_an_odd_suffix_only_warns() -> None:
    found = validate(replace(WANTED, name="PA-VM.ova"))
    assert [(problem.rule, problem.severity) for problem in found] == [("H6", "warning")]
    assert validate(replace(WANTED, name="PA-VM.QCOW2")) == []


@pytest.mark.parametrize("model", ["cb210", "", "11000"])
def test_h1_only_an_1100_takes_an_image(model: str) -> None:
    assert broken(appliance(model=model)) == ["H1"]
    assert broken(appliance(image(), model=model), GONE) == []


def test_h5_an_appliance_holds_two_images_and_center_more() -> None:
    two = (image("a"), image("b"))
    assert broken(appliance(*two)) == ["H5"]
    assert broken(center(*two)) == []
    assert broken(appliance(image("a"), image())) == []
    assert broken(appliance(image("a"), image(size=5)), replace(WANTED, force=True)) == []


def test_h5_an_image_in_use_is_neither_deleted_nor_replaced() -> None:
    assert broken(appliance(image(in_use=True)), GONE) == ["H5"]
    assert broken(appliance(image("other", in_use=True)), GONE) == []
    assert broken(appliance(image(size=5, in_use=True)), replace(WANTED, force=True)) == ["H5"]
    assert broken(appliance(image(in_use=True))) == []


def test_h35_another_size_is_another_image_and_both_sizes_are_named() -> None:
    (found,) = check({"here": appliance(image(size=5))}, WANTED)
    assert found.rule == "H35"
    assert "5 bytes" in found.message
    assert "1000" in found.message
    assert broken(appliance(image(size=5)), replace(WANTED, force=True)) == []
    assert broken(appliance(image(size=0))) == []  # it does not tell one


def test_h7_nothing_is_done_while_another_image_is_uploaded() -> None:
    other = image("other", status="uploading", percent=40)
    assert broken(appliance(other)) == ["H7"]
    assert broken(appliance(other, image())) == []
    assert broken(appliance(other, image()), GONE) == ["H7"]
    assert broken(appliance(replace(other, status="failed"))) == []


def test_h42_the_content_of_an_image_that_is_there_is_not_known() -> None:
    summed = replace(WANTED, sha256="ab" * 32)
    for state in (appliance(image()), center(image(size=0)), appliance(image(in_use=True))):
        (found,) = check({"here": state}, summed)
        assert (found.rule, found.severity, found.item) == ("H42", "warning", "targets[here]")
        assert "sha256:abab" in found.message and "force" in found.remedy
        assert check({"here": replace(state, renewed=True)}, summed) == []
    assert check({"here": appliance(image())}, replace(summed, force=True)) == []
    assert check({"here": appliance()}, summed) == check({"here": appliance(image())}, WANTED) == []
    assert broken(appliance(image(in_use=True)), replace(summed, force=True)) == ["H5"]


def test_h7_an_image_that_is_uploaded_is_deleted_by_force_only() -> None:
    for status in ("uploading", "contemplating"):
        state = appliance(image(status=status, percent=40))
        assert broken(state, GONE) == ["H7"]
        assert broken(state, replace(GONE, force=True)) == []
    assert broken(appliance(image(status="failed")), GONE) == []


def test_what_is_broken_is_replaced_without_force() -> None:
    for status in ("failed", "Error: checksum", STALLED):
        assert broken(appliance(image(status=status, percent=40, size=5))) == []


def test_h27_there_must_be_room_for_the_whole_image() -> None:
    for make in (appliance, center):
        assert broken(make(room=replace(ROOM, free=999))) == ["H27"]
        assert broken(make(room=replace(ROOM, free=1000))) == []
        assert broken(make(image(), room=replace(ROOM, free=0))) == []
        assert broken(make(image(size=600), room=replace(ROOM, free=399)), replace(WANTED, force=True)) == ["H27"]
        assert broken(make(image(size=600), room=replace(ROOM, free=400)), replace(WANTED, force=True)) == []


def test_h27_what_is_going_to_be_reserved_counts() -> None:
    little = replace(ROOM, reserved=100, used=50, free=50)
    assert broken(center(room=little)) == ["H27"]
    assert broken(center(room=little), replace(WANTED, reserve=1049)) == ["H27"]
    assert broken(center(room=little), replace(WANTED, reserve=1050)) == []
    assert broken(center(image(), room=little), replace(WANTED, reserve=49)) == ["H27"]
    assert broken(center(image(), room=little), replace(WANTED, reserve=50)) == []


def test_h27_center_needs_its_secondary_partition() -> None:
    assert broken(center(room=replace(ROOM, active=False)), replace(WANTED, reserve=9000)) == ["H27"]


def test_h27_room_that_nobody_tells_of_warns_but_cannot_be_reserved() -> None:
    state = center(room=Storage(), unknown="there is no such call")
    (found,) = check({"here": state}, WANTED)
    assert (found.rule, found.severity) == ("H27", "warning")
    assert "no such call" in found.message
    assert broken(state, replace(WANTED, reserve=9000)) == ["H27"]
    assert check({"here": state}, GONE) == []


def test_h36_deleting_in_center_says_that_appliances_keep_theirs() -> None:
    (found,) = check({"here": center(image())}, GONE)
    assert (found.rule, found.severity) == ("H36", "warning")
    assert check({"here": center()}, GONE) == check({"here": appliance(image())}, GONE) == []


def test_every_target_is_checked_and_named() -> None:
    found = check({"center": center(room=replace(ROOM, free=1)), "collector emea": center(image(size=5))}, WANTED)
    assert [(problem.rule, problem.item) for problem in found] == [
        ("H27", "targets[center]"),
        ("H35", "targets[collector emea]"),
    ]


REGIONS = [Region("default"), Region("emea", "192.0.2.7"), Region("apac", "https://evil/"), Region("latam")]


@pytest.mark.parametrize(
    ("chosen", "found"),
    [
        (["emea"], []),
        (["mars"], ["H24"]),
        (["default"], ["H8"]),
        (["latam"], ["H8"]),
        (["apac"], ["H24"]),
        (["all"], ["H24"]),
        (["mars", "latam", "apac"], ["H8", "H24", "H24"]),
    ],
)
def test_collectors_are_those_of_regions_that_have_one(chosen: list[str], found: list[str]) -> None:
    assert [problem.rule for problem in validate_regions(chosen, REGIONS)] == found


def test_what_uses_an_image_may_be_gone_by_then_and_the_plan_says_so() -> None:
    state = {"here": appliance(image(in_use=True)), "there": appliance(image("other.qcow2"))}
    (found,) = errors(check(state, GONE))
    assert (found.rule, found.assumption) == ("H5", "not_in_use")
    assumed = replace(GONE, assume=("not_in_use",))
    assert after(state, assumed) == [f"no firewall uses the image {NAME} (here)"]
    assert after(state, GONE) == after({"there": state["there"]}, assumed) == []
    assert after(state, replace(WANTED, assume=("not_in_use",))) == []
