# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""ips_update_plan on what ips_info tells of real sensors of the lab, and the file that it writes."""

from __future__ import annotations

from pathlib import Path
from typing import Any, ClassVar

import pytest
import yaml
from integration.conftest import StartLab
from integration.harness import Tasks

from lab.ips import shows
from lab.ips.packages import package

SIG = "IPS-sig-S734-req-E4.pkg"
PACKAGES = (SIG, "IPS-K9-7.1-9-E4.pkg")


class Fleet:
    def __init__(self, start: StartLab, directory: Path) -> None:
        self.lab = start(
            {"name": "s1", "kind": "ips", "signature": "S722.0"},
            {"name": "s2", "kind": "ips", "signature": "S734.0", "release": "7.1(9)E4"},
            {"name": "s3", "kind": "ips", "license": "expired"},
        )
        self.directory = directory
        self.cache = directory / "cache"
        self.cache.mkdir()
        for name in PACKAGES:
            (self.cache / name).write_bytes(package(name))
        names = ("s1", "s2", "s3")
        facts = {name: Tasks(self.lab, directory, name)("ips_info", {"gather": ["version", "clock"]}) for name in names}
        self.sensors = {**facts, "s4": {"failed": True, "unreachable": True, "msg": "s4: no route to it."}}
        self.dest = directory / "inventory" / "group_vars" / "ips" / "update_wanted.yml"

    def __call__(self, *, check: bool = False, diff: bool = False, **more: Any) -> dict[str, Any]:
        options = {"sensors": self.sensors, "cache": str(self.cache), "policies": self.policies, **more}
        before = self.asked
        result = Tasks(self.lab, self.directory, "s1")("ips_update_plan", options, check=check, diff=diff)
        assert self.asked == before  # no sensor is
        return result

    @property
    def asked(self) -> int:
        """Logins and commands at all sensors; the end of a session may be noted later."""
        entries = [entry for name in ("s1", "s2", "s3") for entry in self.lab.journal(name)]
        return sum(entry["event"] in ("connect", "login", "command") for entry in entries)

    policies: ClassVar[list[dict[str, Any]]] = [
        {"name": "all", "sensors": ["s1", "s2", "s3", "s4", "rtr1"], "fail_mode": "open"}
    ]


@pytest.fixture
def fleet(lab: StartLab, tmp_path: Path) -> Fleet:
    return Fleet(lab, tmp_path)


def test_the_plan_says_who_gets_what_who_is_skipped_and_why(fleet: Fleet) -> None:
    plan = fleet(unsupported=["rtr1"])
    assert not plan["changed"] and not fleet.dest.exists()
    assert {(each["host"], each["package"]) for each in plan["updates"]} == {
        ("s1", SIG),
        ("s1", PACKAGES[1]),
        ("s3", PACKAGES[1]),
    }
    skipped = {(each["host"], each["kind"]): each["reason"] for each in plan["left_out"]}
    assert skipped[("s2", "signature")] == skipped[("s2", "sensor")] == "up to date"
    assert "needs a license" in skipped[("s3", "signature")]
    assert skipped[("s4", "sensor")] == "it was not read: s4: no route to it."
    assert plan["unsupported"] == ["rtr1"]
    assert {each["host"] for each in plan["update_status"]["behind"]} == {"s1", "s3"}
    assert plan["signatures"]["status"] == "unknown"
    assert plan["updates"][0]["risk"] == ["reboot", "uninspected"]


@pytest.mark.parametrize("mode", ["disabled", "check", "download"])
def test_rule_16_modes_before_apply_change_no_file(fleet: Fleet, mode: str) -> None:
    assert not fleet(mode=mode)["changed"]
    assert not fleet.dest.exists()


@pytest.mark.parametrize("mode", ["download_apply", "download_apply_deploy"])
def test_rule_16_apply_writes_what_is_wanted_into_one_file_and_deploys_nothing(fleet: Fleet, mode: str) -> None:
    foretold = fleet(mode=mode, check=True, diff=True)
    assert foretold["changed"] and not fleet.dest.exists()
    done = fleet(mode=mode, diff=True)
    assert done["changed"] and done["diff"]["after"] == fleet.dest.read_text() == foretold["diff"]["after"]
    wanted = {"s1": {"sensor": PACKAGES[1], "signature": SIG}, "s3": {"sensor": PACKAGES[1]}}
    assert yaml.safe_load(fleet.dest.read_text()) == {"ips_update_wanted": wanted}
    assert f"+    signature: {SIG}\n" in done["wanted_diff"]
    assert [(each["host"], each["kind"]) for each in done["pending_deploy"]] == [
        ("s1", "sensor"),
        ("s1", "signature"),
        ("s3", "sensor"),
    ]
    again = fleet(mode=mode)
    assert not again["changed"] and again["wanted_diff"] == "" and again["wanted"] == wanted


def test_by_hand_one_package_for_selected_sensors_and_policies(fleet: Fleet) -> None:
    done = fleet(package=SIG, select=["all"], unsupported=["rtr1"])
    assert [(each["host"], each["package"]) for each in done["updates"]] == [("s1", SIG)]
    assert done["wanted"] == {"s1": {"signature": SIG}, "s2": {"signature": SIG}}  # s2 is there, and is to stay there
    assert [each["host"] for each in done["pending_deploy"]] == ["s1"]


def test_a_revert_is_kept_by_a_lower_level_of_the_policy_or_by_hand(fleet: Fleet) -> None:
    old = "IPS-sig-S722-req-E4.pkg"
    (fleet.cache / old).write_bytes(package(old))
    assert fleet(package=SIG, select=["s1"])["wanted"] == {"s1": {"signature": SIG}}
    assert fleet(package=old, select=["s1"])["wanted"] == {"s1": {"signature": old}}
    assert fleet(package=SIG, select=["s1"])["wanted"] == {"s1": {"signature": SIG}}
    lower = [{**fleet.policies[0], "sensor_updates": "none", "signature": "S722"}]
    assert fleet(mode="download_apply", policies=lower)["wanted"] == {}


def test_by_hand_a_sensor_of_an_automatic_mode_is_skipped_with_a_warning_unless_told(fleet: Fleet) -> None:
    options = {"package": SIG, "select": ["s1"], "mode": "download_apply"}
    skipped = fleet(**options)
    assert not skipped["changed"] and skipped["auto_managed"] == ["s1"]
    assert any("an automatic mode owns these sensors" in text and "s1" in text for text in skipped["warnings"])
    assert fleet(**options, include_auto_managed=True)["wanted"] == {"s1": {"signature": SIG}}


def test_rule_26_a_package_and_a_selection_belong_together(fleet: Fleet) -> None:
    assert [each["rule"] for each in fleet(package=SIG)["problems"]] == ["U26"]
    assert [each["rule"] for each in fleet(select=["s1"])["problems"]] == ["U26"]
    assert [each["rule"] for each in fleet(package=f"{SIG} {PACKAGES[1]}", select=["s1"])["problems"]] == ["U26"]


def test_rule_22_a_package_that_is_not_at_hand_is_refused(fleet: Fleet) -> None:
    assert [each["rule"] for each in fleet(package="IPS-sig-S799-req-E4.pkg", select=["s1"])["problems"]] == ["U50"]


def test_rule_18_a_sensor_has_one_policy(fleet: Fleet) -> None:
    twice = [*fleet.policies, {"name": "other", "sensors": ["s1"], "signature": "newest"}]
    assert [each["rule"] for each in fleet(policies=twice)["problems"]] == ["U18", "U18"]


def test_variables_of_the_group_in_a_file_beside_the_folder_are_not_hidden(fleet: Fleet) -> None:
    beside = fleet.dest.parent.with_suffix(".yml")
    beside.parent.mkdir(parents=True, exist_ok=True)
    beside.write_text("ips_license_days_before_expiry: 30\n")
    for check in (True, False):
        refused = fleet(mode="download_apply", check=check)
        assert refused["failed"] and [each["rule"] for each in refused["problems"]] == ["wanted-file"]
    assert not fleet.dest.parent.exists()


def test_an_automatic_run_is_no_manual_one_and_no_skipped_task(fleet: Fleet) -> None:
    done = fleet(mode="download_apply")
    assert done["left_out"] and done["auto_managed"] and "skipped" not in done
    assert not [text for text in done.get("warnings", []) if "manual run" in text]


def test_a_file_that_is_not_ours_is_not_overwritten(fleet: Fleet) -> None:
    fleet.dest.parent.mkdir(parents=True)
    fleet.dest.write_text("ips_update_wanted: {}\nmine: 1\n")
    refused = fleet(mode="download_apply")
    assert refused["failed"] and refused["problems"][0]["rule"] == "wanted-file"
    assert fleet.dest.read_text().endswith("mine: 1\n")


IOS = """\
Cisco IOS Software, C2900 Software (C2900-UNIVERSALK9-M), Version 15.2(4)M3, RELEASE SOFTWARE (fc2)
Technical Support: http://www.cisco.com/techsupport
ROM: System Bootstrap, Version 15.0(1r)M15, RELEASE SOFTWARE (fc1)
rtr1 uptime is 2 weeks, 3 days
"""


def test_a_cisco_ios_router_is_recognised_listed_apart_and_never_touched(
    lab: StartLab, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shows, "version", lambda device: IOS)
    tasks = Tasks(lab({"name": "rtr1", "kind": "ips"}), tmp_path, "rtr1")
    info = tasks("ips_info", {"gather": ["version"]})
    assert info["failed"] and "Cisco IOS IPS is another product" in info["msg"]
    options = {"package": SIG, "cache": str(tmp_path / "cache"), "state": "reverted"}
    refused = tasks("ips_update", options)
    assert refused["failed"] and [each["rule"] for each in refused["problems"]] == ["U49"]
    policies = [{"name": "all", "sensors": ["rtr1"]}]
    plan = tasks("ips_update_plan", {"sensors": {"rtr1": info}, "policies": policies, "cache": str(tmp_path / "cache")})
    assert (plan["unsupported"], plan["updates"], plan["left_out"]) == (["rtr1"], [], [])
    assert tasks.written() == []


def test_a_part_that_was_not_available_is_the_reason(fleet: Fleet) -> None:
    fleet.sensors["s4"] = {"clock": {}, "not_available": {"version": "the sensor is still starting"}}
    skipped = {each["host"]: each["reason"] for each in fleet()["left_out"]}
    assert skipped["s4"] == "it was not read: the sensor is still starting"
