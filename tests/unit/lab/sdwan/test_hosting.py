# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What hosts a firewall: slots and room for images, the one virtual machine and its jobs."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from lab.sdwan.hosting import GIB, PHASES, Hosting, Image, Machine, shown_machine
from lab.sdwan.nitro import Refusal

VENDOR = "Palo Alto Networks"
IMAGE = "pan.qcow2"


def hosting(**more: Any) -> Hosting:
    found = Hosting(phase_seconds=0.001, **more)
    found.images[IMAGE] = Image(IMAGE, VENDOR, GIB)
    return found


def wanted(**more: Any) -> Machine:
    return Machine(**{"vendor": VENDOR, "model": "VM 50", "image_name": IMAGE, **more})


def done(box: Hosting, *actions: str, **more: Any) -> None:
    """provision and other actions, each to the end of its job."""

    async def work() -> None:
        for action in actions:
            getattr(box, action)(*([wanted(**more)] if action == "provision" else []))
            async with asyncio.timeout(5):
                while box.busy:
                    await asyncio.sleep(0.001)

    asyncio.run(work())


def refused(work: Callable[[], Any]) -> str:
    with pytest.raises(Refusal) as refusal:
        work()
    assert refusal.value.status == 400
    return refusal.value.text


# -- images --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("more", "call", "said"),
    [
        ({"supported": False}, {}, "Hosted firewall is not supported on this platform"),
        ({}, {"name": ""}, "Invalid file name"),
        ({}, {"name": "../x"}, "Invalid file name"),
        ({"slots": 1}, {}, "A maximum of 1 software images can be uploaded"),
        ({}, {"size": 20 * GIB}, "Not enough space"),
        ({}, {"vendor": "Acme"}, "Unknown vendor Acme"),
        ({}, {"vendor": ""}, "Unknown vendor "),
    ],
)
def test_an_image_is_refused(more: dict[str, Any], call: dict[str, Any], said: str) -> None:
    box = hosting(**more)
    assert refused(lambda: box.begin_upload(**{"name": "new", "vendor": VENDOR, "size": 1, **call})) == said
    assert set(box.images) == {IMAGE}


def test_one_upload_at_a_time_and_an_image_in_use_stays() -> None:
    box = hosting()
    box.machine = wanted()
    for work in (lambda: box.begin_upload(IMAGE, VENDOR, 1), lambda: box.delete_image(IMAGE)):
        assert refused(work) == "Image is in use"
    box.begin_upload("new", VENDOR, 1)
    assert refused(lambda: box.begin_upload("newer", VENDOR, 1)) == "Another image upload is in progress"
    assert [(row["image_name"], row["in_use"]) for row in box.shown_images()] == [(IMAGE, True), ("new", False)]
    assert refused(lambda: box.delete_image("other")) == "Image does not exist"


def test_an_image_is_replaced_in_its_own_slot_and_room() -> None:
    box = hosting(reserved=GIB)
    box.images["other"] = Image("other", VENDOR, 0)
    image = box.begin_upload(IMAGE, VENDOR, GIB)
    assert (image.status, image.size, image.percent) == ("uploading", 0, 0)


def test_an_image_is_never_shown_with_its_checksum() -> None:
    box = hosting()
    box.images[IMAGE].sha256 = "f00"
    assert "f00" not in str(box.shown_images())


class Slots(RuleBasedStateMachine):
    """Whatever is asked, no more images than slots, no more bytes than room, one upload at a time."""

    def __init__(self) -> None:
        super().__init__()
        self.box = Hosting(slots=2, reserved=10)

    @rule(name=st.sampled_from("abc"), size=st.integers(0, 12))
    def begin(self, name: str, size: int) -> None:
        with contextlib.suppress(Refusal):
            self.box.begin_upload(name, VENDOR, size).size = size

    @precondition(lambda self: self.box.images)
    @rule(status=st.sampled_from(["complete", "failed"]))
    def end(self, status: str) -> None:
        for image in self.box.images.values():
            if image.status == "uploading":
                image.status = status

    @rule(name=st.sampled_from("abc"))
    def delete(self, name: str) -> None:
        try:
            self.box.delete_image(name)
        except Refusal:
            assert name not in self.box.images

    @invariant()
    def holds(self) -> None:
        assert len(self.box.images) <= 2
        assert [image.status for image in self.box.images.values()].count("uploading") <= 1
        assert self.box.used <= 10
        shown = self.box.shown_storage()
        assert shown["used"] + shown["free"] == shown["reserved"]


test_slots = Slots.TestCase


# -- the virtual machine -------------------------------------------------------------------------------------------------


def test_a_firewall_goes_through_its_life() -> None:
    box = hosting()
    done(box, "provision")
    assert box.machine is not None
    assert (box.machine.admin_status, box.machine.operation_status, box.running) == ("Up", "Running", True)
    done(box, "shutdown")
    assert (box.machine.admin_status, box.machine.operation_status, box.running) == ("Down", "Stopped", False)
    done(box, "start")
    assert box.running
    done(box, "deprovision")
    assert box.machine is None
    steps = [*PHASES, "virtual machine is up", "shutting down", "booting", "virtual machine is up", "deprovisioning"]
    assert [row["message"] for row in box.log] == steps


@pytest.mark.parametrize(
    ("more", "machine", "said"),
    [
        ({"supported": False}, {}, "Hosted firewall is not supported on this platform"),
        (
            {"machines": {"cloud_direct": "running"}},
            {},
            "cloud_direct is already provisioned on this appliance (running)",
        ),
        ({"machines": {"wanop": "stopped"}}, {}, "wanop is already provisioned on this appliance (stopped)"),
        ({"machine": Machine(VENDOR, "VM 50", IMAGE)}, {}, "A virtual machine is already provisioned"),
        ({}, {"image_name": "other"}, "Software image does not exist or is not complete"),
        ({}, {"model": "VM 300"}, "Invalid virtual machine model VM 300"),
        ({}, {"model": "VM50"}, "Invalid virtual machine model VM50"),
        ({}, {"vendor": "Check Point"}, "Invalid virtual machine model VM 50"),
        ({}, {"vendor": "Acme"}, "Invalid virtual machine model VM 50"),
    ],
)
def test_provisioning_is_refused(more: dict[str, Any], machine: dict[str, Any], said: str) -> None:
    box = hosting(**more)
    before = box.machine
    assert refused(lambda: box.provision(wanted(**machine))) == said
    assert box.machine is before


@pytest.mark.parametrize("status", ["uploading", "failed"])
def test_an_image_that_is_not_complete_cannot_be_provisioned(status: str) -> None:
    box = hosting()
    box.images[IMAGE].status = status
    assert "is not complete" in refused(lambda: box.provision(wanted()))


@pytest.mark.parametrize("action", ["start", "shutdown", "deprovision"])
def test_nothing_can_be_done_without_a_machine(action: str) -> None:
    assert refused(getattr(hosting(), action)) == "No virtual machine is provisioned"


def test_it_is_not_started_or_stopped_twice() -> None:
    box = hosting()
    done(box, "provision")
    assert refused(box.start) == "The virtual machine is already up"
    done(box, "shutdown")
    assert refused(box.shutdown) == "The virtual machine is already down"


@pytest.mark.parametrize("step", PHASES)
def test_a_job_that_fails_says_where_and_can_be_removed(step: str) -> None:
    box = hosting()
    box.trouble = lambda now: "fail" if now == step else ""
    done(box, "provision")
    assert box.machine is not None
    assert (box.machine.operation_status, box.machine.admin_status) == (f"Failed: {step}", "Down")
    assert box.log[-1]["message"] == f"{step} failed"
    assert refused(lambda: box.provision(wanted())) == "A virtual machine is already provisioned"
    box.trouble = lambda now: ""
    done(box, "deprovision", "provision")
    assert box.running


@pytest.mark.parametrize(
    ("before", "action", "step"),
    [(("provision", "shutdown"), "start", "booting"), (("provision",), "shutdown", "shutting down"),
     (("provision",), "deprovision", "deprovisioning")],
)  # fmt: skip
def test_every_action_can_fail(before: tuple[str, ...], action: str, step: str) -> None:
    box = hosting()
    done(box, *before)
    box.trouble = lambda now: "fail"
    done(box, action)
    assert box.machine is not None
    assert box.machine.operation_status == f"Failed: {step}"


def test_a_job_that_hangs_ends_with_its_removal_only() -> None:
    box = hosting()
    box.trouble = lambda step: "hang" if step == "booting" else ""

    async def work() -> None:
        box.provision(wanted())
        async with asyncio.timeout(5):
            while box.machine and box.machine.operation_status != "Provisioning: booting":
                await asyncio.sleep(0.001)
        await asyncio.sleep(0.01)
        assert box.busy
        assert refused(box.start) == "Another operation is in progress"
        box.deprovision()
        async with asyncio.timeout(5):
            while box.busy:
                await asyncio.sleep(0.001)

    asyncio.run(work())
    assert box.machine is None


@given(secret=st.text("abcdef0123456789", min_size=12))
def test_secrets_of_a_machine_are_never_shown(secret: str) -> None:
    box = hosting()
    box.machine = wanted(secrets={"vm_auth_key": f"canary-{secret}"})
    assert "canary" not in str(shown_machine(box, "192.0.2.1")) + str(box.log)
