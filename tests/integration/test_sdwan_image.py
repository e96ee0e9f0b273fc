# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""sdwan_firewall_image against appliances, a Center and collectors of the lab, over the real connection."""

from __future__ import annotations

import hashlib
import itertools
import json
import os
import re
import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from integration.networks import after, center, device, opened, spec, written

from ansible_collections.mspplus.netsec.plugins.plugin_utils._engine.failures import (
    ApplyFailed,
    ConnectionFailed,
    ValidationFailed,
)
from ansible_collections.mspplus.netsec.plugins.plugin_utils._engine.operations import Plan
from ansible_collections.mspplus.netsec.plugins.plugin_utils._engine.run import Applied, Run, Terms, converge
from ansible_collections.mspplus.netsec.plugins.plugin_utils._engine.waiting import Progress
from ansible_collections.mspplus.netsec.plugins.plugin_utils._sdwan.firewall_image.device import (
    ImageWing,
    local_file,
    summed,
    verified,
)
from ansible_collections.mspplus.netsec.plugins.plugin_utils._sdwan.firewall_image.model import Desired, Targets
from lab.sdwan.hosting import GIB, Image, Machine
from lab.server import Lab

NAME = "PA-VM-KVM-9.0.1.qcow2"
VENDOR = "Palo Alto Networks"
CONTENT = bytes(range(256)) * 4096  # 1 MiB
UPLOAD = "action=file_upload"


@pytest.fixture
def image(tmp_path: Path) -> Path:
    path = tmp_path / NAME
    path.write_bytes(CONTENT)
    return path


def run(
    lab: Lab, image: Path | None, *, via: str = "appliance", hosts: dict[str, str] | None = None, check_mode: bool = False,
    timeout: float = 5.0, stalls_after: float = 0.5, lines: list[str] | None = None,
    wing_type: type[ImageWing] = ImageWing, **desired: Any,
) -> Run:  # fmt: skip
    """One run. hosts: targets -> devices of the lab; by default the appliance branch."""
    file = local_file(str(image)) if image else None
    name, patient = desired.pop("name", NAME), desired.get("wait", True) and not check_mode
    document = Desired(name, file is not None, VENDOR, file.size if file else 0, patient=patient, **desired)
    with ExitStack() as doors:
        managers = {
            target: doors.enter_context(opened(lab, host)) for target, host in (hosts or {via: "branch"}).items()
        }
        progress = Progress("branch", None if lines is None else lines.append, itertools.count(0.0, 5.0).__next__)
        wing = wing_type(managers, document, file, progress, timeout, stalls_after)
        try:
            done = converge(wing, Terms(check_mode, assume=document.assume))
        except ApplyFailed as failed:
            failed.details |= wing.report()
            raise
        done.details |= wing.report()
        return done


def ended(*arguments: Any, **more: Any) -> Exception | None:
    try:
        run(*arguments, **more)
    except (ApplyFailed, ConnectionFailed, ValidationFailed) as error:
        return error
    return None


def rules(error: Exception | None) -> list[str]:
    assert isinstance(error, ValidationFailed)
    return [item.rule for item in error.problems if item.severity == "error"]


def branch(site: str = "berlin", **more: Any) -> dict[str, Any]:
    return spec("branch", site, **more)


def shown(lab: Lab, name: str = "branch") -> dict[str, tuple[int, str]]:
    hosting = getattr(device(lab, name), "store", None) or device(lab, name).hosting
    return {item.image_name: (item.size, item.status) for item in hosting.images.values()}


def test_an_image_is_uploaded_once_whole_and_listed(lab, image):
    running = lab(branch())
    done = run(running, image)
    assert done.changed
    assert shown(running) == {NAME: (len(CONTENT), "complete")}
    stored = device(running, "branch").hosting.images[NAME]
    assert stored.sha256 == hashlib.sha256(CONTENT).hexdigest()
    assert stored.vendor == VENDOR
    assert done.details["targets"][0]["uploaded_bytes"] == len(CONTENT)
    assert f'"sha256":"{stored.sha256}"' in done.plan.commands[0]
    asked = len(written(running, "branch"))
    assert not run(running, image).changed
    assert written(running, "branch")[asked:] == []


def test_check_mode_sends_nothing(lab, image):
    running = lab(branch())
    planned = run(running, image, check_mode=True)
    assert planned.changed
    assert written(running, "branch") == []
    assert planned.plan.as_dict() == run(running, image).plan.as_dict()


def test_an_image_that_is_not_used_is_deleted_and_one_that_is_stays(lab, image):
    running = lab(branch())
    hosting = device(running, "branch").hosting
    hosting.images |= {name: Image(name, VENDOR, 5) for name in ("a.qcow2", "b.qcow2")}
    hosting.machine = Machine(VENDOR, "VM 50", "b.qcow2")
    assert run(running, None, name="a.qcow2").changed
    assert not run(running, None, name="a.qcow2").changed
    assert rules(ended(running, None, name="b.qcow2")) == ["H5"]
    assert [*shown(running)] == ["b.qcow2"]


class ThroughJson(ImageWing):
    """Carries out what was left of a plan by JSON."""

    def apply(self, plan: Plan, current: Targets, desired: Targets) -> Applied:
        return super().apply(Plan.from_dict(json.loads(json.dumps(plan.as_dict()))), current, desired)


class UnderAnotherName(ImageWing):
    """Carries out a plan that says otherwise than its task."""

    def apply(self, plan: Plan, current: Targets, desired: Targets) -> Applied:
        renamed = json.loads(json.dumps(plan.as_dict()).replace(NAME, "other.qcow2"))
        return super().apply(Plan.from_dict(renamed), current, desired)


def test_what_is_sent_is_what_the_plan_says_and_not_what_the_task_would(lab, image):
    running = lab(center("center", reserved=GIB))
    store = device(running, "center").store
    store.images[NAME] = Image(NAME, VENDOR, 5)
    task = {"hosts": {"center": "center"}, "force": True, "reserve": 2 * GIB}
    assert run(running, image, wing_type=ThroughJson, **task).changed
    assert [line.partition("?")[0].partition("/image_name")[0] for line in written(running, "center")] == [
        "PUT config/hosted_firewall_storage",
        "DELETE config/hosted_firewall_images",
        "POST config/hosted_firewall_images",
    ]
    assert shown(running, "center") == {NAME: (len(CONTENT), "complete")}
    store.images.clear()
    assert isinstance(ended(running, image, wing_type=UnderAnotherName, **task), ApplyFailed)
    assert [*shown(running, "center")] == ["other.qcow2"]


def test_a_file_that_is_not_the_one_of_the_plan_is_not_sent(lab, image):
    class Grown(ImageWing):
        def apply(self, plan: Plan, current: Targets, desired: Targets) -> Applied:
            grown = json.loads(json.dumps(plan.as_dict()).replace(str(len(CONTENT)), "7"))
            return super().apply(Plan.from_dict(grown), current, desired)

    running = lab(branch())
    error = ended(running, image, wing_type=Grown)
    assert isinstance(error, ApplyFailed)
    assert "not the one that the plan names" in str(error)
    assert shown(running) == {}


def test_an_image_whose_firewall_an_earlier_stage_removes_is_assumed_free_in_check_mode_only(lab):
    running = lab(branch())
    hosting = device(running, "branch").hosting
    hosting.images[NAME] = Image(NAME, VENDOR, 5)
    hosting.machine = Machine(VENDOR, "VM 50", NAME)
    assumed = {"assume": ("not_in_use",)}
    planned = run(running, None, check_mode=True, **assumed)
    assert planned.plan.after == (f"no firewall uses the image {NAME} (appliance)",)
    assert rules(ended(running, None, **assumed)) == ["H5"]
    assert rules(ended(running, None, check_mode=True)) == ["H5"]
    hosting.machine = None
    assert run(running, None, **assumed).plan == planned.plan


# -- rules ------------------------------------------------------------------------------------------------------------


def test_another_platform_takes_no_image(lab, image):
    running = lab(branch("rome"))
    assert rules(ended(running, image)) == ["H1"]
    assert written(running, "branch") == []


def test_a_third_image_is_refused_and_a_second_one_not(lab, image):
    running = lab(branch())
    images = device(running, "branch").hosting.images
    images["a.qcow2"] = Image("a.qcow2", VENDOR, 5)
    assert run(running, image).changed
    del images[NAME]
    images["b.qcow2"] = Image("b.qcow2", VENDOR, 5)
    error = ended(running, image)
    assert rules(error) == ["H5"]
    assert "a.qcow2, b.qcow2" in str(error)


def test_an_image_of_that_name_and_size_with_other_content_is_told_as_unverified_and_replaced_by_force(lab, image):
    running = lab(branch())
    hosting = device(running, "branch").hosting
    sha256 = hashlib.sha256(CONTENT).hexdigest()
    hosting.images[NAME] = Image(NAME, VENDOR, len(CONTENT), sha256="00" * 32)
    told = run(running, image, sha256=sha256)
    assert not told.changed and [problem.rule for problem in told.warnings] == ["H42"]
    assert hosting.images[NAME].sha256 == "00" * 32
    hosting.machine = Machine(VENDOR, "VM 50", NAME)
    assert rules(ended(running, image, sha256=sha256, force=True)) == ["H5"]
    hosting.machine = None
    planned = run(running, image, sha256=sha256, force=True, check_mode=True)
    done = run(running, image, sha256=sha256, force=True)
    assert planned.commands == done.commands and done.changed and done.warnings == []
    assert [line.split()[0] for line in done.commands] == ["DELETE", "POST"]
    assert hosting.images[NAME].sha256 == sha256
    assert not run(running, image).changed and run(running, image).warnings == []


def test_an_image_of_that_name_and_another_size_needs_force_and_must_not_be_in_use(lab, image):
    running = lab(branch())
    hosting = device(running, "branch").hosting
    hosting.images[NAME] = Image(NAME, VENDOR, 5)
    assert rules(ended(running, image)) == ["H35"]
    hosting.machine = Machine(VENDOR, "VM 50", NAME)
    assert rules(ended(running, image, force=True)) == ["H5"]
    hosting.machine = None
    assert run(running, image, force=True).changed
    assert shown(running) == {NAME: (len(CONTENT), "complete")}


def test_nothing_is_begun_while_another_image_is_uploaded(lab, image):
    running = lab(branch())
    device(running, "branch").hosting.images["other.qcow2"] = Image("other.qcow2", VENDOR, 5, "uploading", 40)
    error = ended(running, image)
    assert rules(error) == ["H7"]
    assert "40 %" in str(error)


def when_listed(lab: Lab, work: Callable[[], object]) -> None:
    """What somebody else does as soon as a run has listed the images for the first time."""
    todo = [work]
    after(lab, "branch", "config/hosted_firewall_images", "GET", lambda: todo and todo.pop()())


def test_an_upload_of_the_same_image_that_is_under_way_is_waited_for(lab, image):
    running = lab(branch())
    images = device(running, "branch").hosting.images
    images[NAME] = Image(NAME, VENDOR, 5, "uploading", 40)
    when_listed(running, lambda: images.update({NAME: Image(NAME, VENDOR, len(CONTENT))}))
    done = run(running, image)
    assert not done.changed
    assert done.details["targets"] == [
        {"target": "appliance", "uploaded_bytes": 0, "seconds": 0.0, "rate": 0, "adopted": "uploading"}
    ]
    assert written(running, "branch") == []


def test_what_an_upload_of_somebody_else_leaves_is_what_counts(lab, image):
    running = lab(branch())
    images = device(running, "branch").hosting.images
    for left, wrong in (({NAME: Image(NAME, VENDOR, 7)}, ["H35"]), ({}, [])):
        images[NAME] = Image(NAME, VENDOR, 5, "uploading", 40)
        when_listed(running, lambda left=left: (images.clear(), images.update(left)))
        error = ended(running, image)
        assert (rules(error) if wrong else error) == (wrong or None)
    assert shown(running) == {NAME: (len(CONTENT), "complete")}


def test_an_upload_that_moves_is_never_replaced_and_one_that_stands_still_is_not_soon(lab, image):
    running = lab(branch())
    images = device(running, "branch").hosting.images
    images[NAME] = Image(NAME, VENDOR, 5, "uploading", 40)
    moves = True

    def move() -> None:
        if moves:
            images[NAME] = Image(NAME, VENDOR, 5, "uploading", images[NAME].percent + 1)

    after(running, "branch", "config/hosted_firewall_images", "GET", move)
    moving = ended(running, image, timeout=0.8, stalls_after=0.5)
    assert images[NAME].percent > 42
    moves = False
    still = ended(running, image, timeout=0.8, stalls_after=2.0)
    for error in (moving, still):
        assert isinstance(error, ApplyFailed)
        assert re.search(r"still being uploaded, its status is uploading, 4\d %", str(error))
        assert error.device_state == "unchanged"
    assert written(running, "branch") == []
    assert run(running, image, timeout=0.8).changed
    assert shown(running) == {NAME: (len(CONTENT), "complete")}


def test_neither_check_mode_nor_wait_false_waits_for_an_upload_of_somebody_else(lab, image):
    running = lab(branch())
    device(running, "branch").hosting.images[NAME] = Image(NAME, VENDOR, 5, "uploading", 40)
    began = time.monotonic()
    assert not run(running, image, check_mode=True, timeout=300).changed
    assert not run(running, image, wait=False, timeout=300).changed
    assert time.monotonic() - began < 30
    assert written(running, "branch") == []


def test_whoever_does_not_wait_is_done_when_the_bytes_are(lab, image):
    running = lab(branch(faults=[{"name": "upload_stalls"}]))
    done = run(running, image, wait=False, timeout=30)
    assert done.changed
    assert [row["complete"] for row in done.after["appliance"]["images"]] == [False]
    assert done.details["targets"][0]["uploaded_bytes"] == len(CONTENT)
    assert not run(running, image, wait=False).changed


def test_an_image_has_the_name_of_the_task(lab, image):
    running = lab(branch())
    assert run(running, image, name="vm50-golden.qcow2").changed
    assert shown(running) == {"vm50-golden.qcow2": (len(CONTENT), "complete")}
    assert not run(running, image, name="vm50-golden.qcow2").changed


def test_an_image_that_is_listed_as_uploaded_for_ever_is_deleted_by_force(lab):
    running = lab(branch())
    device(running, "branch").hosting.images[NAME] = Image(NAME, VENDOR, 5, "uploading", 40)
    assert rules(ended(running, None)) == ["H7"]
    assert run(running, None, force=True).changed
    assert shown(running) == {}


def test_a_release_that_does_not_tell_of_its_room_is_warned_of(lab, image):
    running = lab(branch(missing=["config/hosted_firewall_storage"]))
    done = run(running, image)
    assert done.changed
    assert [(item.rule, item.severity) for item in done.warnings] == [("H27", "warning")]


def test_room_is_checked_on_every_target_before_the_first_byte(lab, image):
    running = lab(center("center", reserved=GIB), center("emea", role="collector", region="emea", reserved=1000))
    hosts = {"center": "center", "collector emea": "emea"}
    error = ended(running, image, hosts=hosts)
    assert rules(error) == ["H27"]
    assert "targets[collector emea]" in str(error)
    assert written(running, "center") == written(running, "emea") == []
    done = run(running, image, hosts=hosts, reserve=2 * GIB)
    assert done.after["collector emea"]["reserved"] == 2 * GIB
    assert shown(running, "center") == shown(running, "emea") == {NAME: (len(CONTENT), "complete")}
    assert not run(running, image, hosts=hosts, reserve=2 * GIB).changed


def test_a_center_without_secondary_storage_takes_no_image(lab, image):
    running = lab(center("center", secondary_storage=False))
    assert rules(ended(running, image, hosts={"center": "center"}, reserve=GIB)) == ["H27"]


def test_deleting_in_center_leaves_the_appliance_alone_and_says_so(lab, image):
    running = lab(branch(), center("center", reserved=GIB))
    run(running, image)
    run(running, image, hosts={"center": "center"})
    done = run(running, None, hosts={"center": "center"})
    assert [(item.rule, item.item) for item in done.warnings] == [
        ("H36", "targets[center]"),
        ("removes-all", "firewall images"),
    ]
    assert (shown(running, "center"), [*shown(running)]) == ({}, [NAME])


def test_a_file_must_be_what_its_checksum_says(image, tmp_path):
    file = summed(local_file(str(image)), lambda what, share: None)
    assert verified(file, hashlib.sha256(CONTENT).hexdigest()) is file
    with pytest.raises(ValidationFailed, match="H28"):
        verified(file, "0" * 64)
    (tmp_path / "empty").touch()
    for path in (tmp_path / "empty", tmp_path / "missing", tmp_path):
        with pytest.raises(ValidationFailed, match="H28"):
            local_file(str(path))


# -- what goes wrong --------------------------------------------------------------------------------------------------

FAULTS: list[dict[str, Any]] = [
    {"name": "reset", "at": UPLOAD, "after_bytes": 200_000},
    {"name": "http_status", "at": UPLOAD, "status": 500},
    {"name": "error_in_200", "at": UPLOAD},
    {"name": "garbage_body", "at": UPLOAD},
    {"name": "http_status", "at": "GET .*hosted_firewall_images", "status": 403, "nth": 2},
]


@pytest.mark.parametrize("fault", FAULTS, ids=[f"{fault['name']} {fault.get('at', '')}" for fault in FAULTS])
def test_a_failed_upload_leaves_no_half_of_it_and_the_next_run_converges(lab, image, fault):
    running = lab(branch(faults=[fault]))
    error = ended(running, image, timeout=1.0)
    assert isinstance(error, ApplyFailed)
    assert [entry for entry in running.journal("branch") if entry["event"] == "fault"]
    whole = shown(running) == {NAME: (len(CONTENT), "complete")}
    assert whole or shown(running) == {}
    assert error.changed == whole
    running.clear_faults("branch")
    run(running, image)
    assert shown(running) == {NAME: (len(CONTENT), "complete")}
    assert not run(running, image).changed


@pytest.mark.parametrize("fault", ["lost_answer", "unauthorized"])
def test_an_answer_that_is_lost_and_a_session_that_is_forgotten_do_no_harm(lab, image, fault):
    running = lab(branch(faults=[{"name": fault, "at": UPLOAD, "times": 1}]))
    assert run(running, image).changed
    assert [entry["text"].split()[0] for entry in running.journal("branch") if entry["event"] == "fault"] == [fault]
    assert shown(running) == {NAME: (len(CONTENT), "complete")}


def test_an_image_that_never_becomes_complete_is_left_and_replaced_when_it_stands_still(lab, image):
    running = lab(branch(faults=[{"name": "upload_stalls", "times": 1}]))
    error = ended(running, image, timeout=0.8)
    assert isinstance(error, ApplyFailed)
    assert "was sent, but is not complete: its status is uploading, 99 %" in str(error)
    assert "wait_timeout" in str(error)
    assert error.changed
    assert error.device_state == "appliance: the image is listed, its status is uploading, 99 %"
    assert error.details["targets"][0]["uploaded_bytes"] == len(CONTENT)
    assert run(running, image, timeout=0.8).plan.commands[0].startswith("DELETE")
    assert shown(running) == {NAME: (len(CONTENT), "complete")}


def test_a_half_that_could_not_be_deleted_is_told_and_replaced_by_the_next_run(lab, image):
    running = lab(branch(faults=[{"name": "http_status", "at": "DELETE .*image_name"}]))
    os.truncate(image, 16 << 20)

    def shrunk(what: str, share: float | None = None) -> None:
        if "uploading" in what and share and share > 0.5:
            os.truncate(image, 1 << 20)

    with pytest.raises(ApplyFailed, match="became shorter") as failed:
        watched(running, image, shrunk)
    assert failed.value.device_state.startswith("appliance: a part of the image may be there; the next run replaces it")
    assert [*shown(running)] == [NAME]
    running.clear_faults("branch")
    run(running, image, timeout=1.0)
    assert shown(running) == {NAME: (len(CONTENT), "complete")}


def watched(lab: Lab, image: Path, progress: Any) -> None:
    file = local_file(str(image))
    with opened(lab, "branch") as manager:
        wing = ImageWing({"appliance": manager}, Desired(NAME, True, VENDOR, file.size), file, progress)
        converge(wing, Terms(check_mode=False))


def test_an_upload_that_somebody_else_was_quicker_with_is_left_alone(lab, image):
    running = lab(branch())
    images = device(running, "branch").hosting.images
    when_listed(running, lambda: images.update({NAME: Image(NAME, VENDOR, 5, "uploading", 40)}))
    error = ended(running, image, timeout=0.5)
    assert isinstance(error, ApplyFailed)
    assert "Another image upload is in progress" in str(error)
    assert error.device_state == "unchanged"
    assert not [line for line in written(running, "branch") if line.startswith("DELETE")]
    assert shown(running) == {NAME: (5, "uploading")}


def test_a_task_that_is_stopped_leaves_no_half(lab, image, monkeypatch):
    running = lab(branch())

    def stopped(self: Progress, what: str, share: float | None = None) -> None:
        if "uploading" in what:
            raise KeyboardInterrupt

    monkeypatch.setattr(Progress, "__call__", stopped)
    with pytest.raises(KeyboardInterrupt):
        run(running, image)
    monkeypatch.undo()
    assert shown(running) == {}
    assert run(running, image).changed


def test_a_file_that_somebody_writes_to_meanwhile_is_no_image(lab, image):
    running = lab(branch())
    stamps = iter([(2, 2)])

    def touched(what: str, share: float | None = None) -> None:
        if "uploading" in what and (stamp := next(stamps, None)):
            os.utime(image, ns=stamp)

    with pytest.raises(ApplyFailed, match="changed while it was sent") as failed:
        watched(running, image, touched)
    assert failed.value.device_state == "appliance: the image is there"
    assert [item.rule for item in failed.value.problems] == ["H28"]


@pytest.mark.parametrize("at", ["DELETE .*hosted_firewall_images", "PUT .*hosted_firewall_storage"])
@pytest.mark.parametrize("fault", ["lost_answer", "reset", "http_status", "unauthorized"])
def test_what_becomes_of_other_writes_is_looked_at(lab, image, fault, at):
    running = lab(center("center", reserved=GIB))
    store = device(running, "center").store
    store.images[NAME] = Image(NAME, VENDOR, 5)
    desired: dict[str, Any] = {"hosts": {"center": "center"}, "force": True, "reserve": 2 * GIB}
    running.add_fault("center", {"name": fault, "at": at})
    error = ended(running, image, timeout=1.0, **desired)
    if error is not None:
        assert isinstance(error, ApplyFailed)
        reserved = "center: its storage is reserved" if store.reserved == 2 * GIB else "unchanged"
        assert error.device_state == reserved
        assert shown(running, "center") == {NAME: (5, "complete")}
        running.clear_faults("center")
        run(running, image, **desired)
    else:
        assert fault in ("lost_answer", "unauthorized")
    assert shown(running, "center") == {NAME: (len(CONTENT), "complete")}
    assert store.reserved == 2 * GIB


def test_targets_that_have_it_already_are_named_when_a_later_one_fails(lab, image):
    running = lab(center("center", reserved=GIB), center("emea", role="collector", region="emea", reserved=GIB))
    running.add_fault("emea", {"name": "http_status", "at": UPLOAD})
    error = ended(running, image, hosts={"center": "center", "collector emea": "emea"})
    assert isinstance(error, ApplyFailed)
    assert error.device_state == "center: the image is there"
    assert error.changed


def test_long_uploads_tell_percent_rate_and_time_left(lab, image):
    lines: list[str] = []
    run(lab(branch()), image, lines=lines)
    assert any("MB/s" in line and "s left" in line and "%" in line for line in lines)
