# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""sdwan_hosted_firewall through SD-WAN Center and a region's collector: pairs, regions, stores, sites that fail."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

import pytest
from integration.conftest import StartLab
from integration.hosted import IMAGE, WANTED, Task, appliance, calls, imported, running, stocked, written

from ansible_collections.mspplus.netsec.plugins.plugin_utils._engine.failures import ValidationFailed
from lab.sdwan.hosting import GIB, Hosting
from lab.sdwan.network import Network
from lab.server import Lab

NETWORK = """
network: acme
regions:
  - {region_name: default}
  - {region_name: emea, collector_ip: 192.0.2.21}
  - {region_name: apac, collector_ip: 192.0.2.22}
sites:
  - {site_name: dc, model: cb2100, mode: primary_mcn}
  - {site_name: berlin, model: cb1100, appliances: [berlin-a, berlin-b]}
  - {site_name: bonn, model: cb1100}
  - {site_name: paris, model: cb1100, region: emea}
  - {site_name: tokyo, model: cb1100, region: apac}
"""
CENTER: dict[str, Any] = {"kind": "sdwan_center", "network": "acme", "reserved": 40 * GIB, "config_text": NETWORK}
THERE: dict[str, Any] = {"via": "center", **WANTED}
POST = "POST config/hosted_firewalls"


def center(name: str = "center", **options: Any) -> dict[str, Any]:
    return {**appliance(name), **CENTER, **options}


def collector(region: str = "emea", name: str = "collector-21") -> dict[str, Any]:
    return center(name, role="collector", region=region)


def network(lab: Lab, name: str = "center") -> Network:
    found: Network = lab.device(name).device.network
    return found


def at(lab: Lab, site: str, name: str = "") -> Hosting:
    return network(lab).appliance(site, name)[1].hosting


def has(lab: Lab, *where: str) -> str:
    hosted = at(lab, *where).machine
    return "" if hosted is None else f"{hosted.admin_status} {hosted.operation_status}"


@pytest.fixture
def head(lab: StartLab) -> Lab:
    started = lab(center(), collector())
    stocked(started, *network(started).stores.values())
    imported(started)
    return started


def test_a_pair_and_a_site_go_all_the_way_and_back_and_second_runs_write_nothing(head: Lab, tmp_path: Path) -> None:
    given = {**THERE, "sites": ["berlin", "bonn"]}
    planned = Task(head, tmp_path, "center", check_mode=True, **given).run()
    assert planned["changed"] and written(head, "center") == []
    done = Task(head, tmp_path, "center", **given).run()
    assert (done["after"], done["commands"]) == (planned["after"], planned["commands"])
    assert written(head, "center") == [POST, POST]
    assert [has(head, "berlin", "berlin-a"), has(head, "berlin", "berlin-b"), has(head, "bonn")] == ["Up Running"] * 3
    assert [row["appliance_name"] for row in done["firewalls"]] == ["berlin-a", "berlin-b", "bonn-a"]
    assert all(row["device_url"] == f"https://{row['management_ip']}:4100" for row in done["firewalls"])
    assert not Task(head, tmp_path, "center", **given).run()["changed"]
    assert Task(head, tmp_path, "center", via="center", sites=["berlin", "bonn"], power="stopped").run()["changed"]
    assert [has(head, "berlin", "berlin-b"), has(head, "bonn")] == ["Down Stopped"] * 2
    gone = {"via": "center", "sites": ["berlin", "bonn"], "state": "absent"}
    assert Task(head, tmp_path, "center", **gone).run()["changed"] and has(head, "berlin", "berlin-a") == ""
    assert not Task(head, tmp_path, "center", **gone).run()["changed"]
    assert len(written(head, "center")) == 2 + 3 + 3


def test_secrets_reach_each_appliance_and_no_result(head: Lab, tmp_path: Path) -> None:
    done = Task(head, tmp_path, "center", **THERE, sites=["berlin"]).run()
    for name in ("berlin-a", "berlin-b"):
        hosted = at(head, "berlin", name).machine
        assert hosted is not None and hosted.secrets["auth_code"] == WANTED["auth_code"]
    assert "canary" not in str(done)


def test_sites_of_two_regions_are_provisioned_from_the_store_of_each(head: Lab, tmp_path: Path) -> None:
    done = Task(head, tmp_path, "center", **THERE, sites=["paris", "bonn"]).run()
    assert [row["region_name"] for row in done["firewalls"]] == ["emea", "default"]
    assert has(head, "paris") == "Up Running"
    assert [call for call in calls(head, "collector-21") if "login" not in call] == [
        "GET config/hosted_firewall_images",
        "GET config/hosted_firewall_storage",
    ]
    assert head.device("collector-21").device.nitro.live == set()


def test_an_image_that_a_collector_lacks_or_a_collector_that_is_away_is_refused_before(
    head: Lab, tmp_path: Path
) -> None:
    head.call(network(head).stores["emea"].images.clear)
    assert Task(head, tmp_path, "center", **THERE, sites=["paris", "bonn"]).refused() == ["H8"]
    head.add_fault("collector-21", {"name": "refuse", "how": "refused"})
    assert Task(head, tmp_path, "center", **THERE, sites=["paris", "bonn"]).refused() == ["H8"]
    assert Task(head, tmp_path, "center", **THERE, sites=["bonn"]).run()["changed"]
    assert written(head, "center") == [POST]


def test_every_rule_of_center_is_told_at_once(lab: StartLab, tmp_path: Path) -> None:
    bare = lab(center(reserved=0))
    given = {**THERE, "sites": ["rome", "dc", "berlin/berlin-a", "bonn"], "region": "default"}
    assert Task(bare, tmp_path, "center", **given).refused() == ["H1", "H24", "H24", "H27", "H9"]
    assert written(bare, "center") == []


def test_a_collector_manages_its_region(head: Lab, tmp_path: Path) -> None:
    given = {**THERE, "via": "collector", "region": "emea", "sites": ["paris"]}
    assert Task(head, tmp_path, "collector-21", **given).run()["changed"]
    assert has(head, "paris") == "Up Running" and written(head, "collector-21") == [POST]
    assert not Task(head, tmp_path, "collector-21", **given).run()["changed"]
    assert "H24" in Task(head, tmp_path, "collector-21", **{**given, "sites": ["bonn"]}).refused()


def test_one_site_that_fails_keeps_the_others_from_nothing_and_the_next_run_repeats_it(
    head: Lab, tmp_path: Path
) -> None:
    head.add_fault("center", {"name": "job_fails", "at": "bonn-a: booting", "times": 1})
    given = {**THERE, "sites": ["bonn", "berlin", "paris"], "power": "stopped"}
    failed = Task(head, tmp_path, "center", **given).failed()
    assert failed.device_state == (
        "changed: bonn/bonn-a: Failed: booting; berlin/berlin-a: Stopped; berlin/berlin-b: Stopped; paris/paris-a: Stopped"
    )
    assert [problem.item for problem in failed.problems] == ["sites[bonn/bonn-a]"]
    assert {line["site_name"] for line in failed.details["operation_log"]} == {"bonn", "berlin", "paris"}
    sent = len(written(head, "center"))
    assert Task(head, tmp_path, "center", **given).run()["changed"] and has(head, "bonn") == "Down Stopped"
    again = [call.rpartition("=")[2] for call in written(head, "center")[sent:]]
    assert again == ["deprovision", POST, "shutdown"]


PAIR = {**THERE, "sites": ["berlin"]}


def half_a_pair(head: Lab, tmp_path: Path, step: str, times: int) -> tuple[Any, str]:
    """The machine of berlin-a, which is up, and what the task says of berlin-b, which failed in that step, as it will so often."""
    head.add_fault("center", {"name": "job_fails", "at": f"berlin-b: {step}", "times": times})
    failed = Task(head, tmp_path, "center", **PAIR).failed()
    assert f"berlin/berlin-a: Running; berlin/berlin-b: Failed: {step}" in failed.device_state
    (problem,) = failed.problems
    assert problem.item == "sites[berlin/berlin-b]"
    return at(head, "berlin", "berlin-a").machine, problem.remedy


def sent_since(head: Lab, count: int) -> list[str]:
    return [call.rpartition("=")[2] for call in written(head, "center")[count:]]


@pytest.mark.parametrize("force", [False, True])
def test_one_of_a_pair_that_did_not_boot_is_started_and_the_other_one_is_left_alone(
    head: Lab, tmp_path: Path, force: bool
) -> None:
    healthy, remedy = half_a_pair(head, tmp_path, "booting", 1)
    for part in ("force: true", "berlin/berlin-a", "own configuration", "via: appliance"):
        assert part in remedy
    assert Task(head, tmp_path, "center", **PAIR, force=force).run()["changed"]
    assert sent_since(head, 1) == ["start"]
    assert at(head, "berlin", "berlin-a").machine is healthy
    assert [has(head, "berlin", "berlin-a"), has(head, "berlin", "berlin-b")] == ["Up Running"] * 2
    assert not Task(head, tmp_path, "center", **PAIR, force=True).run()["changed"]


def test_one_of_a_pair_that_never_boots_is_provisioned_again_with_the_other_with_force_only(
    head: Lab, tmp_path: Path
) -> None:
    healthy, _remedy = half_a_pair(head, tmp_path, "booting", 3)
    failed = Task(head, tmp_path, "center", **PAIR).failed()
    assert sent_since(head, 1) == ["start"]
    assert "the next run needs force: true, which deprovisions berlin/berlin-a" in failed.problems[0].remedy
    assert at(head, "berlin", "berlin-a").machine is healthy
    done = Task(head, tmp_path, "center", **PAIR, force=True).run()
    assert sent_since(head, 2) == ["start", "deprovision", "deprovision", POST]
    assert done["changed"] and done["plan"]["continues"]
    assert [has(head, "berlin", "berlin-a"), has(head, "berlin", "berlin-b")] == ["Up Running"] * 2


def test_one_of_a_pair_that_is_no_virtual_machine_yet_needs_force_and_that_is_told_at_once(
    head: Lab, tmp_path: Path
) -> None:
    healthy, remedy = half_a_pair(head, tmp_path, "creating virtual machine", 1)
    assert "the next run needs force: true, which deprovisions berlin/berlin-a" in remedy
    failed = Task(head, tmp_path, "center", **PAIR).failed()
    assert "force: true" in failed.problems[0].remedy and at(head, "berlin", "berlin-a").machine is healthy
    assert Task(head, tmp_path, "center", **PAIR, force=True).run()["changed"]
    assert [has(head, "berlin", "berlin-a"), has(head, "berlin", "berlin-b")] == ["Up Running"] * 2


def test_check_mode_shows_the_start_of_one_of_a_pair_and_that_more_may_follow(head: Lab, tmp_path: Path) -> None:
    healthy, _remedy = half_a_pair(head, tmp_path, "booting", 9)
    planned = Task(head, tmp_path, "center", check_mode=True, **PAIR, force=True).run()
    assert [line.rpartition("=")[2].split(" ")[0] for line in planned["commands"]] == ["start"]
    assert planned["plan"]["continues"]
    failed = Task(head, tmp_path, "center", **PAIR, force=True, consented=True).failed()  # ends with the plan
    assert sent_since(head, 1) == ["start"] and "force: true" in failed.problems[0].remedy
    assert at(head, "berlin", "berlin-a").machine is healthy


def test_a_firewall_that_got_traffic_once_goes_through_center_when_the_running_package_redirects_no_more(
    head: Lab, tmp_path: Path
) -> None:
    head.call(lambda: setattr(at(head, "bonn"), "machine", running(sent=5)))
    assert Task(head, tmp_path, "center", via="center", sites=["bonn"], state="absent").run()["changed"]


def test_a_center_that_does_not_know_what_runs_takes_nothing_down_without_force(
    lab: StartLab, head: Lab, tmp_path: Path
) -> None:
    gone = {"via": "center", "sites": ["bonn"], "power": "stopped"}
    head.call(lambda: setattr(at(head, "bonn"), "machine", running()))
    head.call(lambda: setattr(network(head).live, "revision", 9))
    with pytest.raises(ValidationFailed, match="the MCN runs Production_9, and Center's copy is older"):
        Task(head, tmp_path, "center", **gone).run()
    head.call(head.device("center").device.editor.packages.clear)
    with pytest.raises(ValidationFailed, match="Center has no copy of Production_9"):
        Task(head, tmp_path, "center", **gone).run()
    assert written(head, "center") == []
    assert not Task(head, tmp_path, "center", via="center", sites=["bonn"], state="present").run()["changed"]
    planned = Task(head, tmp_path, "center", check_mode=True, assume=["no_redirects"], **gone).run()
    assert planned["changed"]
    imported(head)
    assert Task(head, tmp_path, "center", **gone).run()["changed"] and has(head, "bonn") == "Down Stopped"


def test_a_collector_takes_down_nothing_without_force_because_it_has_no_package(head: Lab, tmp_path: Path) -> None:
    gone = {"via": "collector", "region": "emea", "sites": ["paris"], "state": "absent"}
    head.call(lambda: setattr(at(head, "paris"), "machine", running()))
    assert Task(head, tmp_path, "collector-21", **gone).refused() == ["H4"]
    assert Task(head, tmp_path, "collector-21", **gone, force=True).run()["changed"]


def test_jobs_of_several_sites_are_begun_and_left_and_adopted(lab: StartLab, tmp_path: Path) -> None:
    head = lab(center(phase_seconds=0.3))
    stocked(head, *network(head).stores.values())
    given = {**THERE, "sites": ["berlin", "bonn"]}
    begun = Task(head, tmp_path, "center", **given, wait=False).run()
    assert len(begun["jobs"]) == 3
    done = Task(head, tmp_path, "center", **copy.deepcopy(given)).run()
    assert not done["changed"] and len(done["adopted"]) == 3 and written(head, "center") == [POST, POST]
    assert [row["image_name"] for row in done["firewalls"]] == [IMAGE] * 3
