# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The rules of hosted firewalls: each broken once, and once nearly."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.mspplus.netsec.plugins.plugin_utils._engine.problems import Problem
from ansible_collections.mspplus.netsec.plugins.plugin_utils._sdwan.hosted_firewall.model import Document, Fleet
from ansible_collections.mspplus.netsec.plugins.plugin_utils._sdwan.hosted_firewall.plan import steps
from ansible_collections.mspplus.netsec.plugins.plugin_utils._sdwan.hosted_firewall.rules import (
    Details,
    View,
    after,
    check,
    validate,
)
from ansible_collections.mspplus.netsec.plugins.plugin_utils._sdwan.model import Image, Storage
from ansible_collections.mspplus.netsec.plugins.plugin_utils._sdwan.resources import Resources

from .hosting import BERLIN_A, HERE, IMAGE, SITES, across, appliance, center, row, task

COMPLETE = Image(IMAGE, "Palo Alto Networks", 5, "complete", 100)
ROOM = Storage("secondary", True, 20, 5, 15, True)
GOOD = Details(images={"": [COMPLETE], "emea": [COMPLETE]}, storage={"": [ROOM], "emea": [ROOM]})


def judged(current: Fleet, document: Document, read_details: Details = GOOD) -> list[Problem]:
    table = Resources("sdwan" if document.via == "appliance" else "sdwan_center")
    listed = steps(current, document, table)
    return check(View(current, document, listed, SITES, read_details, document.wait))


def broken(current: Fleet, document: Document, read_details: Details = GOOD) -> set[tuple[str, str]]:
    return {(found.rule, found.item) for found in judged(current, document, read_details)}


def managed(document: Document, *rows: Any, read_details: Details = GOOD) -> set[tuple[str, str]]:
    return broken(center(document, *rows), document, read_details)


def test_nothing_is_wrong_with_what_is_right() -> None:
    assert judged(appliance(), task()) == []
    assert managed(across("berlin", "paris")) == set()


@pytest.mark.parametrize(
    ("given", "item"),
    [
        ({"sites": ("berlin",)}, "sites"),
        ({"region": "emea"}, "region"),
        ({"via": "center"}, "sites"),
        ({"via": "collector", "sites": ("paris",)}, "region"),
        ({"via": "center", "sites": ("berlin", "berlin")}, "sites[berlin]"),
    ],
)
def test_h25_a_task_says_what_it_is_about_once(given: dict[str, Any], item: str) -> None:
    assert [(found.rule, found.item) for found in validate(task(**given), {})] == [("H25", item)]


@pytest.mark.parametrize(
    ("given", "item"),
    [
        ({"image": "../x.qcow2"}, "image"),
        ({"image": "a\nb"}, "image"),
        ({"image": ""}, "image"),
        ({"image": "<auth_code>"}, "image"),
        ({"primary_management_server": "a b"}, "primary_management_server"),
        ({"secondary_management_server": "https://panorama"}, "secondary_management_server"),
        ({"via": "center", "sites": ("a/b/c",)}, "sites[a/b/c]"),
        ({"via": "center", "sites": ("/a",)}, "sites[/a]"),
    ],
)
def test_h26_values_fit_where_they_are_carried(given: dict[str, Any], item: str) -> None:
    assert [(found.rule, found.item) for found in validate(task(**given), {})] == [("H26", item)]


@pytest.mark.parametrize(
    "given",
    [
        {"image": "PA VM (10.2).qcow2"},
        {"primary_management_server": "2001:db8::1"},
        {"secondary_management_server": ""},
        {"via": "center", "sites": ("berlin/berlin-a",)},
        {"via": "collector", "sites": ("a", "b"), "region": "emea"},
    ],
)
def test_h25_h26_near_misses(given: dict[str, Any]) -> None:
    assert validate(task(**given), {"auth_code": "A1-B2", "vm_auth_key": "x" * 1024}) == []


@pytest.mark.parametrize("secret", ["canary\n", "canary" * 300])
def test_h26_a_secret_that_cannot_be_one_is_refused_unseen(secret: str) -> None:
    (found,) = validate(task(), {"auth_code": secret})
    assert (found.rule, found.item) == ("H26", "auth_code") and "canary" not in str(found)


@pytest.mark.parametrize(
    ("given", "item"),
    [
        ({"vendor": "Palo Alto"}, "vendor"),
        ({"model": "VM 300"}, "model"),
        ({"vendor": "Check Point", "model": "VM 50"}, "model"),
    ],
)
def test_h2_the_model_is_one_of_the_vendor(given: dict[str, Any], item: str) -> None:
    assert [(found.rule, found.item) for found in validate(task(**given), {})] == [("H2", item)]


@pytest.mark.parametrize("model", ["VM 100", "vm-50", "VM100"])
def test_h2_spelling_does_not_matter(model: str) -> None:
    assert validate(task(model=model), {}) == []


def test_h1_only_the_1100_hosts_a_firewall() -> None:
    assert broken(appliance(model="cb410"), task()) == {("H1", "the appliance")}
    assert managed(across("dc", "berlin")) == {("H1", "sites[dc/dc-a]")}
    assert broken(appliance(model="cb410"), task(present=False)) == set()


def test_h24_sites_are_in_the_inventory() -> None:
    assert managed(across("rome", "berlin")) == {("H24", "sites[rome]")}
    (found,) = (found for found in judged(center(across("paris/x")), across("paris/x")))
    assert found.rule == "H24" and "paris/paris-a" in found.remedy


def test_h24_sites_are_in_the_region() -> None:
    assert managed(across("paris", "berlin", region="emea")) == {
        ("H24", "sites[berlin/berlin-a]"),
        ("H24", "sites[berlin/berlin-b]"),
    }
    assert managed(across("paris", region="emea")) == set()
    assert managed(across("berlin", region="default")) == set()


def test_h9_both_of_a_pair_are_named() -> None:
    assert managed(across("berlin/berlin-b")) == {("H9", "sites[berlin]")}
    assert managed(across("berlin/berlin-b", "berlin/berlin-a")) == set()
    assert managed(across("paris/paris-a")) == set()


def test_h25_what_is_provisioned_is_complete() -> None:
    assert broken(appliance(), task(model=None, image=None)) == {("H25", "model"), ("H25", "image")}
    assert broken(appliance(row(HERE, "stopped")), task(model=None, image=None)) == set()


@pytest.mark.parametrize(
    ("image", "rule"),
    [
        (Image("other.qcow2"), "H24"),
        (Image(IMAGE, status="uploading", percent=40), "H7"),
        (Image(IMAGE, status="failed"), "H24"),
        (Image(IMAGE, "Check Point", status="complete"), "H24"),
    ],
)
def test_the_image_is_there_and_complete(image: Image, rule: str) -> None:
    assert broken(appliance(), task(), Details(images={"": [image]})) == {(rule, "image")}
    assert broken(appliance(row()), task(), Details(images={"": [image]})) == set()


def test_h8_the_image_is_on_the_collector_of_each_region() -> None:
    document = across("berlin", "paris")
    missing_parts = Details(images={"": [COMPLETE], "emea": []}, storage=GOOD.storage)
    assert managed(document, read_details=missing_parts) == {("H8", "image")}
    assert managed(across("berlin"), read_details=missing_parts) == set()
    closed = Details(images={"": [COMPLETE]}, closed={"emea": "no route"})
    (found,) = judged(center(document), document, closed)
    assert (found.rule, found.item) == ("H8", "sites[paris/paris-a]")
    assert "no route" in found.message and "collector_password" in found.remedy
    through = across("paris", via="collector", region="emea")
    assert managed(through, read_details=Details(images={"": []})) == {("H8", "image")}


@pytest.mark.parametrize("storage", [Storage("secondary", False, 20, 0, 20, True), Storage("secondary", known=True)])
def test_h27_center_has_storage_for_images(storage: Storage) -> None:
    missing_parts = Details(images=GOOD.images, storage={"": [storage], "emea": [ROOM]})
    assert managed(across("berlin", "paris"), read_details=missing_parts) == {("H27", "image")}
    assert managed(across("paris"), read_details=missing_parts) == set()
    either = Details(images=GOOD.images, storage={"": [storage, ROOM]})
    assert managed(across("berlin"), read_details=either) == set()
    assert managed(across("berlin"), read_details=Details(images=GOOD.images, storage={"": [Storage()]})) == set()


def test_h10_cloud_direct_and_wanop_exclude_a_firewall() -> None:
    rivals = Details(images=GOOD.images, rivals=[("", "cloud_direct")])
    assert broken(appliance(), task(), rivals) == {("H10", "the appliance")}
    assert broken(appliance(row()), task(), rivals) == set()
    unknown = judged(appliance(), task(), Details(images=GOOD.images, rivals_unknown="HTTP 404"))
    assert [(found.rule, found.severity) for found in unknown] == [("H10", "warning")]


@pytest.mark.parametrize(
    "given", [{"present": False}, {"power": "stopped"}, {"renew": True, "secrets": ("auth_code",)}]
)
def test_h4_what_a_live_policy_redirects_to_is_not_taken_down(given: dict[str, Any]) -> None:
    live, idle = Details(images=GOOD.images, redirects={"": "a live policy"}), Details(images=GOOD.images)
    anew = {("H37", "the appliance")} if given.get("renew") else set()
    assert broken(appliance(row()), task(**given), live) == {("H4", "the appliance"), *anew}
    assert broken(appliance(row()), task(**given), idle) == anew
    assert broken(appliance(row()), task(**given, force=True), live) == set()


def test_h4_what_failed_may_be_repeated_because_it_is_down_anyway() -> None:
    assert (
        broken(appliance(row(HERE, "failed")), task(), Details(images=GOOD.images, redirects={"": "a live policy"}))
        == set()
    )


@pytest.mark.parametrize("sent", [0, 7, None])
def test_h4_through_center_the_running_package_decides_whatever_was_counted(sent: int | None) -> None:
    document = across("paris", present=False)
    current = center(document, row(("paris", "paris-a"), packets_sent=sent))
    assert judged(current, document) == []
    redirects = {"paris": "a live policy redirects traffic into it", "rome": "and here"}
    assert [(found.rule, found.item) for found in judged(current, document, Details(redirects=redirects))] == [
        ("H4", "sites[paris/paris-a]")
    ]


def test_h20_a_key_for_panorama_needs_its_address() -> None:
    lonely = task(secrets=("vm_auth_key",), primary_management_server=None)
    found = judged(appliance(), lonely)
    assert [(one.rule, one.severity) for one in found] == [("H20", "warning")]
    assert judged(appliance(row()), lonely) == []
    assert judged(appliance(), task(secrets=("vm_auth_key",))) == []


def test_h31_an_unverified_vendor_warns() -> None:
    image = Details(images={"": [Image(IMAGE, "Check Point")]})
    found = judged(appliance(), task(vendor="Check Point", model="Edge"), image)
    assert [(one.rule, one.severity) for one in found] == [("H31", "warning")]


def test_what_it_was_provisioned_with_stays_without_force() -> None:
    (found,) = judged(
        appliance(row()), task(model="VM 100", image="new_one.qcow2"), Details(images={"": [Image("new_one.qcow2")]})
    )
    assert (found.rule, found.item) == ("H37", "the appliance")
    assert "model is 'VM 50', not 'VM 100'" in found.message and "new_one" in found.message
    assert broken(appliance(row()), task(model="VM 100", force=True)) == set()


@pytest.mark.parametrize(
    ("said", "rules"),
    [
        ({}, set()),
        ({"packets_received": 3}, {"H37"}),
        ({"operation_status": "Failed: shutting down"}, {"H37"}),
    ],
)
def test_what_failed_is_provisioned_anew_unless_it_was_at_work(said: dict[str, Any], rules: set[str]) -> None:
    current = appliance(row(HERE, "failed", **said))
    assert {found.rule for found in judged(current, task())} == rules
    assert judged(current, task(force=True)) == []
    assert judged(current, task(present=False)) == []


def test_a_status_that_nobody_knows_is_waited_for_or_reported() -> None:
    document = across("berlin", wait=False)
    found = managed(document, row(BERLIN_A, "strange"))
    assert found == {("H38", "sites[berlin/berlin-a]")}
    assert managed(across("berlin"), row(BERLIN_A, "strange")) == set()
    assert managed(document, row(BERLIN_A, "provisioning")) == set()


def test_all_problems_come_at_once() -> None:
    document = across("rome", "dc", "berlin/berlin-a", image="other.qcow2")
    assert {rule for rule, _item in managed(document)} == {"H24", "H1", "H9"}
    assert len(managed(document)) == 4


# -- what an earlier stage may bring ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("images", "assumption"),
    [
        ([], "image"),
        ([Image(IMAGE, status="uploading", percent=4)], "image"),
        ([Image(IMAGE, status="failed")], "image"),
        ([Image(IMAGE, "Check Point", status="complete")], ""),
    ],
)
def test_an_image_that_is_not_there_yet_may_be_brought_by_an_earlier_stage(
    images: list[Image], assumption: str
) -> None:
    (found,) = judged(appliance(), task(), Details(images={"": images}))
    assert (found.item, found.assumption, found.severity) == ("image", assumption, "error")


def test_redirects_may_be_gone_by_then_and_a_collector_that_is_away_may_not_be_there_by_then() -> None:
    (live,) = judged(appliance(row()), task(present=False), Details(redirects={"": "a live policy"}))
    assert (live.rule, live.assumption) == ("H4", "no_redirects")
    away = Details(images={"": [COMPLETE]}, storage={"": [ROOM]}, closed={"emea": "refused"})
    document = across("paris")
    assert [found.assumption for found in judged(center(document), document, away)] == [""]


def test_a_plan_names_what_its_task_assumes_whatever_is_there() -> None:
    assumed = across("berlin", "paris", assume=("image", "no_redirects"))
    listed = steps(center(assumed), assumed, Resources("sdwan_center"))
    where = "SD-WAN Center, the collector of region emea"
    assert after(assumed, listed) == [f"the image {IMAGE} is complete on {where}"]
    assert after(across("berlin"), listed) == []
    gone = task(present=False, assume=("image", "no_redirects"))
    taking = steps(appliance(row()), gone, Resources("sdwan"))
    assert after(gone, taking) == ["no live policy redirects to the firewall of this appliance"]
    assert after(gone, []) == []
