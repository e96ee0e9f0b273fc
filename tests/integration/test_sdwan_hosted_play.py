# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""sdwan_hosted_firewall as an operator runs it: ansible-playbook, an inventory, managers and collectors as further doors."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from integration.conftest import StartLab
from integration.hosted import IMAGE, WANTED, appliance, calls, stocked, written
from integration.single_tasks import SingleTask

from lab.sdwan.hosting import GIB

NETWORK = """
network: acme
regions: [{region_name: default}, {region_name: emea, collector_ip: 127.0.0.1}, {region_name: apac, collector_ip: 'x y'}]
sites:
  - {site_name: dc, model: cb2100, mode: primary_mcn}
  - {site_name: bonn, model: cb1100}
  - {site_name: paris, model: cb1100, region: emea}
"""
Play = Callable[..., dict[str, Any]]


@pytest.fixture
def acme(lab: StartLab) -> Any:
    shared: dict[str, Any] = {"network": "acme", "config_text": NETWORK}
    center = {"kind": "sdwan_center", **shared, "reserved": 40 * GIB}
    started = lab(
        appliance(**shared, site="bonn"),
        {**appliance("center"), **center},
        {**appliance("emea"), **center, "role": "collector", "region": "emea", "password": "CANARY-collector"},
    )
    network = started.device("center").device.network
    stocked(started, *network.stores.values(), started.device("edge1").device.hosting)
    return started


@pytest.fixture
def play(acme: Any, tmp_path: Path) -> Play:
    """`play(options of the task, hosts=..., **variables)` -> its result. No secret anywhere in the output at -vvvv."""
    return SingleTask(acme, tmp_path, "sdwan_hosted_firewall", "edge1", {"wait_timeout": 20})


def manager(acme: Any, **more: Any) -> dict[str, Any]:
    return {
        "manager_host": "127.0.0.1",
        "manager_port": acme.device("center").port,
        "manager_dialect": "sdwan_center",
        **more,
    }


def test_an_appliance_hosts_what_the_task_says_and_check_mode_only_tells(acme: Any, play: Play) -> None:
    planned = play(WANTED, "--check", "--diff")
    assert planned["changed"] and written(acme, "edge1") == []
    assert "state: started" in planned["diff"][0]["after"] and "<vm_auth_key>" in planned["commands"][0]
    done = play({**WANTED, "progress": False})
    assert done["changed"] and done["firewalls"][0]["image_name"] == IMAGE and not done["api_documented"]
    assert not play(WANTED)["changed"]
    assert written(acme, "edge1") == ["POST config/hosted_firewalls"]


def test_a_job_that_fails_is_told_whole(acme: Any, play: Play) -> None:
    acme.add_fault("edge1", {"name": "job_fails", "at": "booting"})
    failed = play(WANTED)
    assert failed["changed"] and failed["device_state"].startswith("changed: this appliance: Failed")
    assert failed["operation_log"][-1]["message"] == "booting failed" and failed["problems"][0]["rule"] == "job"
    assert failed["firewalls"][0]["operation_status"] == "Failed: booting"
    assert failed["commands"] and failed["undocumented_calls"]


def test_center_and_the_collectors_behind_it_are_further_doors(acme: Any, play: Play) -> None:
    doors = manager(acme, collector_port=acme.device("emea").port, collector_password="CANARY-collector")
    given = {**WANTED, "via": "center", "sites": ["paris", "bonn"]}
    done = play(given, **doors)
    assert done["changed"], done
    assert [row["state"] for row in done["firewalls"]] == ["started", "started"]
    assert "GET config/hosted_firewall_images" in calls(acme, "emea") and calls(acme, "edge1") == []
    through = {"via": "collector", "region": "emea", "sites": ["paris"], "state": "absent", "force": True}
    gone = play(through, **doors)
    assert gone["changed"] and written(acme, "emea") == ["POST config/hosted_firewalls?action=deprovision"]
    assert not play(through, hosts="center", **{key: value for key, value in doors.items() if "collector" in key})[
        "changed"
    ]
    for name in ("center", "emea"):
        assert acme.device(name).device.nitro.live == set()


def test_a_wrong_password_of_a_collector_is_a_problem_with_its_remedy(acme: Any, play: Play) -> None:
    doors = manager(acme, collector_port=acme.device("emea").port)
    failed = play({**WANTED, "via": "center", "sites": ["paris"]}, **doors)
    assert [problem["rule"] for problem in failed["problems"]] == ["H8"] and not failed["changed"]
    assert (
        "authentication" in failed["problems"][0]["message"] and "collector_password" in failed["problems"][0]["remedy"]
    )
    assert written(acme, "center") == []


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"via": "center", "sites": ["bonn"]}, "this host leads to an appliance"),
        ({"vendor": "Palo"}, "[H2] vendor"),
        ({"resources": {"hosted_firewall": {}}}, "resources.hosted_firewall: there is no such resource"),
        ({"wait_timeout": -1}, "wait_timeout must be 0 or more"),
        ({"state": "gone"}, "value of state must be one of"),
        ({"vm_auth_key": "canary\nkey"}, "[H26] vm_auth_key"),
    ],
)
def test_a_task_that_cannot_be_meant_is_refused_in_words(
    acme: Any, play: Play, given: dict[str, Any], said: str
) -> None:
    failed = play({**WANTED, **given})
    assert said in failed["msg"] and not failed["changed"]
    assert written(acme, "edge1") == []


@pytest.mark.parametrize(
    ("region", "said"), [("rome", "no region 'rome'"), ("default", "no collector"), ("apac", "not an address")]
)
def test_a_region_without_a_collector_is_refused(acme: Any, play: Play, region: str, said: str) -> None:
    failed = play({"via": "collector", "region": region, "sites": ["paris"], "state": "absent"}, **manager(acme))
    assert said in failed["msg"] and failed["problems"][0]["rule"] == "H24"
