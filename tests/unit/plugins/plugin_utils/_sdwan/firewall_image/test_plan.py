# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Images: what counts as there, what is done about the rest, and that doing it leaves nothing to do."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.mspplus.netsec.plugins.plugin_utils._engine.operations import Operation, Plan
from ansible_collections.mspplus.netsec.plugins.plugin_utils._engine.problems import errors
from ansible_collections.mspplus.netsec.plugins.plugin_utils._sdwan.firewall_image.model import (
    STALLED,
    Desired,
    Targets,
    TargetState,
    collectors,
    is_broken,
    is_under_way,
    owned,
    parse_options,
    sha256_of,
    size_of,
    to_document,
)
from ansible_collections.mspplus.netsec.plugins.plugin_utils._sdwan.firewall_image.plan import (
    Step,
    desired_state,
    plan,
    sent,
    step_of,
    steps,
)
from ansible_collections.mspplus.netsec.plugins.plugin_utils._sdwan.firewall_image.rules import check
from ansible_collections.mspplus.netsec.plugins.plugin_utils._sdwan.model import Image, Region, Storage, System
from ansible_collections.mspplus.netsec.plugins.plugin_utils._sdwan.resources import Resources, parsed

NAME, VENDOR, SIZE = "PA-VM-KVM-9.0.1.qcow2", "Palo Alto Networks", 1000
WANTED = Desired(NAME, vendor=VENDOR, size=SIZE)
APPLIANCE = System(model="cb1100")
POST = "POST config/hosted_firewall_images?action=file_upload"
DELETE = f"DELETE config/hosted_firewall_images/image_name={NAME}"


def lines(state: TargetState, desired: Desired = WANTED, sha256: str = "") -> list[str]:
    return [step.line for step in steps({"here": state}, desired, {"here": Resources("sdwan_center")}, sha256)]


def deeds(state: TargetState, desired: Desired = WANTED) -> list[str]:
    return [step.action for step in steps({"here": state}, desired, {"here": Resources("sdwan_center")})]


def holding(*images: Image, **more: Any) -> TargetState:
    return TargetState({image.name: image for image in images}, **more)


def test_an_upload_is_a_line_that_names_file_vendor_size_and_checksum() -> None:
    (line,) = lines(TargetState(), sha256="ab")
    method, path, body = parsed(line)
    assert f"{method} {path}" == POST
    assert body["hosted_firewall_images"] == {"image_name": NAME, "vendor": VENDOR, "size": SIZE, "sha256": "ab"}


@pytest.mark.parametrize(
    ("image", "done"),
    [
        (Image(NAME, VENDOR, SIZE, "complete", 100), []),
        (Image(NAME, VENDOR, SIZE), []),
        (Image(NAME, VENDOR, 0, "Complete"), []),
        (Image(NAME, VENDOR, 999, "complete"), ["delete", "upload"]),
        (Image(NAME, VENDOR, SIZE, "failed", 40), ["delete", "upload"]),
        (Image(NAME, VENDOR, SIZE, STALLED, 40), ["delete", "upload"]),
        (Image(NAME.lower(), VENDOR, SIZE, "complete"), ["upload"]),
    ],
)
def test_an_image_is_there_by_name_size_and_status(image: Image, done: list[str]) -> None:
    assert deeds(holding(image)) == done


def test_an_upload_under_way_is_left_alone_by_whoever_does_not_wait() -> None:
    state = holding(Image(NAME, VENDOR, 5, "uploading", 40))
    assert deeds(state, replace(WANTED, patient=False)) == []
    assert deeds(state, replace(WANTED, patient=False, force=True)) == []


def test_storage_is_reserved_before_the_upload_and_only_where_it_differs() -> None:
    room = Storage("secondary", True, 10, 0, 10, True)
    desired = replace(WANTED, reserve=5000)
    reserve, upload = steps({"here": holding(storage=room)}, desired, {"here": Resources("sdwan_center")})
    assert reserve.line == 'PUT config/hosted_firewall_storage {"hosted_firewall_storage":{"reserved":5000}}'
    assert reserve.undo == 'PUT config/hosted_firewall_storage {"hosted_firewall_storage":{"reserved":10}}'
    assert upload.action == "upload"
    assert deeds(holding(storage=replace(room, reserved=5000)), desired) == ["upload"]
    assert deeds(holding(storage=room, system=APPLIANCE), desired) == ["upload"]


def test_deleting_is_one_line_or_none() -> None:
    gone = Desired(NAME, present=False)
    assert lines(holding(Image(NAME, VENDOR, 5)), gone) == [DELETE]
    assert lines(holding(Image("other", VENDOR, 5)), gone) == []
    assert lines(holding(Image("a b", VENDOR, 5)), replace(gone, name="a b")) == [f"{DELETE[: -len(NAME)]}a%20b"]


def test_operations_say_what_they_are_and_how_they_are_undone() -> None:
    found = plan([Step("center", "delete", DELETE), Step("center", "upload", POST, DELETE)])
    assert [(item.kind, item.item, item.undo) for item in found.operations] == [
        ("delete", "targets[center]", None),
        ("create", "targets[center]", (DELETE,)),
    ]
    assert found.commands == [DELETE, POST]


def test_an_operation_that_went_through_json_is_the_same_step_and_says_what_is_sent() -> None:
    table = Resources("sdwan_center")
    room = Storage("secondary", True, 10, 0, 10, True)
    state = holding(Image(NAME, VENDOR, 999, "failed"), storage=room)
    found = steps({"collector emea": state}, replace(WANTED, reserve=5000), {"collector emea": table}, "ab" * 32)
    reviewed = Plan.from_dict(json.loads(json.dumps(plan(found).as_dict())))
    assert [step_of(operation) for operation in reviewed.operations] == found
    assert [sent(step, table) for step in found] == [
        {"reserved": 5000},
        {},
        {"image_name": NAME, "vendor": VENDOR, "size": SIZE, "sha256": "ab" * 32},
    ]
    for item, do in (("center", (POST,)), ("targets[center]", ())):
        with pytest.raises(ValueError, match="not an operation on images"):
            step_of(Operation("create", item, do, None))


def test_what_is_owned_is_the_image_of_the_document_and_not_its_status_or_use() -> None:
    def of(*images: Image, **more: Any) -> Any:
        return owned({"here": holding(*images, **more)}, WANTED)

    mine = Image(NAME, VENDOR, SIZE, "complete")
    assert of(mine) == of(replace(mine, in_use=True), Image("theirs", VENDOR, 5))
    assert of(replace(mine, status="uploading", percent=4)) == of(replace(mine, status="uploading", percent=5, size=7))
    assert len({json.dumps(of(*images)) for images in ((), (mine,), (replace(mine, size=1),))}) == 3


def test_what_determines_a_plan_is_in_what_is_desired_and_nothing_else() -> None:
    facts = WANTED.plan_facts
    assert replace(WANTED, patient=False, assume=("not_in_use",)).plan_facts == facts
    for change in (
        {"force": True},
        {"size": 7},
        {"name": "x"},
        {"present": False},
        {"collectors": ("emea",)},
        {"sha256": "ab"},
    ):
        assert replace(WANTED, **change).plan_facts != facts


IMAGES = st.builds(
    Image,
    st.sampled_from([NAME, "a.qcow2", "b.qcow2"]),
    st.just(VENDOR),
    st.sampled_from([0, 5, SIZE]),
    st.sampled_from(["", "complete", "uploading", "failed", STALLED, "contemplating"]),
    st.sampled_from([None, 0, 40, 100]),
    st.booleans(),
)
STATES = st.builds(
    holding,
    IMAGES,
    IMAGES,
    storage=st.builds(Storage, st.just("secondary"), st.booleans(), *[st.integers(0, 9000)] * 3, known=st.booleans()),
    system=st.sampled_from([None, APPLIANCE, System(model="cb210")]),
)
DOCUMENTS = st.builds(
    Desired,
    st.just(NAME),
    st.booleans(),
    st.just(VENDOR),
    st.just(SIZE),
    st.sampled_from([None, 0, 8000]),
    st.booleans(),
    st.just(True),
    st.booleans(),
)


def done(current: Targets, desired: Desired) -> dict[str, TargetState]:
    """What a faithful system has after the steps, from their lines alone."""
    states = dict(current)
    for step in steps(current, desired, dict.fromkeys(current, Resources("sdwan_center"))):
        method, _path, body = parsed(step.line)
        state = states[step.target]
        images = dict(state.images)
        if method == "PUT":
            state = replace(state, storage=replace(state.storage, reserved=body["hosted_firewall_storage"]["reserved"]))
        elif method == "DELETE":
            del images[NAME]
        else:
            item = body["hosted_firewall_images"]
            assert item["image_name"] not in images
            images[item["image_name"]] = Image(item["image_name"], item["vendor"], item["size"], "complete", 100)
            state = replace(state, renewed=True)
        states[step.target] = replace(state, images=images)
    return states


@given(STATES, STATES, DOCUMENTS)
def test_after_the_steps_nothing_is_left_to_do_and_it_is_as_foretold(
    one: TargetState, other: TargetState, desired: Desired
) -> None:
    current = {"center": one, "collector emea": other}
    if errors(check(current, desired)):
        return
    after = done(current, desired)
    assert steps(after, desired, dict.fromkeys(current, Resources("sdwan_center"))) == []
    told = to_document(desired_state(current, desired))
    shown = to_document(after)
    for target in current:
        by_name = [sorted(rows[target]["images"], key=lambda row: str(row["name"])) for rows in (told, shown)]
        assert by_name[0] == by_name[1]


@given(STATES, DOCUMENTS)
def test_steps_touch_no_other_image_and_none_that_is_in_use(state: TargetState, desired: Desired) -> None:
    current = {"here": state}
    if errors(check(current, desired)):
        return
    after = done(current, desired)["here"].images
    for name, image in state.images.items():
        if name != NAME or image.in_use:
            assert after[name] == image


@given(STATES)
def test_a_state_as_a_document_is_plain_data(state: TargetState) -> None:
    document = to_document({"here": state})
    assert json.loads(json.dumps(document)) == document


@given(IMAGES)
def test_an_image_is_complete_or_broken_or_under_way(image: Image) -> None:
    assert [image.complete, is_broken(image), is_under_way(image)].count(True) == 1


@pytest.mark.parametrize(
    ("text", "size"),
    [("0", 0), ("2048", 2048), ("10g", 10 << 30), ("1 GiB", 1 << 30), ("5M", 5 << 20), ("1tb", 1 << 40)],
)
def test_sizes_with_units(text: str, size: int) -> None:
    assert size_of(text) == size


@pytest.mark.parametrize("text", ["", "g", "-1", "1.5g", "1e9", "0x10", "١٢", "9" * 16, "10g\n10"])
def test_sizes_that_are_none(text: str) -> None:
    with pytest.raises(ValueError, match="is not a valid size"):
        size_of(text)


@pytest.mark.parametrize("text", ["", "ab" * 32, "sha1:" + "ab" * 20, "sha256:" + "ab" * 31, "sha256:" + "xy" * 32])
def test_checksums_that_are_none(text: str) -> None:
    with pytest.raises(ValueError, match="sha256"):
        sha256_of(text)


def test_all_that_is_wrong_with_the_options_is_said_at_once() -> None:
    right: dict[str, Any] = {"via": "center"} | dict.fromkeys(["resources", "reserve", "checksum", "collectors"])
    assert parse_options({**right, "reserve": "1k", "checksum": "sha256:" + "AB" * 32}) == (1024, "ab" * 32, [])
    assert parse_options(right) == (None, "", [])
    wrong = {"via": "appliance", "resources": {"x": {}}, "reserve": "?", "checksum": "?"}
    told = parse_options({**right, **wrong})[2]
    begins = (
        "resources.x: there is no such",
        "reserve: '?'",
        "checksum is sha256:",
        "collectors and reserve are Center's",
    )
    assert [line.startswith(start) for line, start in zip(told, begins, strict=True)] == [True] * 4


def test_collectors_are_named_apart_from_center_and_once_each() -> None:
    known = [
        Region("default", "192.0.2.1"),
        Region("center", "192.0.2.2"),
        Region("emea", "192.0.2.3"),
        Region("north", "192.0.2.3"),
        Region("apac"),
        Region("bad", "x y"),
    ]
    assert collectors(["all"], known) == {"collector center": "192.0.2.2", "collector emea": "192.0.2.3"}
    assert collectors(["default", "apac", "bad"], known) == {"collector default": "192.0.2.1"}
    assert collectors([], known) == {}
