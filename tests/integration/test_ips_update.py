# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""ips_update on sensors of the lab: updates with and without a reboot, steps, reverts, both ways of a file, and what refuses it."""

from __future__ import annotations

import hashlib
import json
import ssl
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from integration.conftest import StartLab
from integration.harness import Tasks
from integration.sensor_terminal import well

from ansible_collections.mspplus.netsec.plugins.plugin_utils._engine import waiting
from lab.ips.packages import package
from lab.server import Lab
from lab.update_server import pages

SIG, PACK, ENGINE = "IPS-sig-S734-req-E4.pkg", "IPS-K9-7.1-9-E4.pkg", "IPS-engine-E4-req-7.1-2.pkg"
STEPS = ("IPS-sig-S725-req-E4.pkg", "IPS-sig-S730-req-E4.pkg")
PASSWORD = "canary-update-server"


class Sensor:
    """One sensor, a cache with packages, and tasks."""

    def __init__(self, start: StartLab, directory: Path, *further: dict[str, Any], **more: Any) -> None:
        own = {"name": "s1", "kind": "ips", "signature": "S722.0", "password": "canary-sensor", **more}
        self.lab: Lab = start(own, *further)
        self.cache = directory / "cache"
        self.cache.mkdir()
        for name in (SIG, PACK, ENGINE, *STEPS):
            (self.cache / name).write_bytes(package(name))
        self.tasks = Tasks(self.lab, directory, "s1")

    def __call__(self, name: str = SIG, *, check: bool = False, diff: bool = False, **more: Any) -> dict[str, Any]:
        variables = more.pop("variables", {})
        options = {"package": name, "cache": str(self.cache), "upgrade_timeout": 40, **more}
        result = self.tasks("ips_update", options, check=check, diff=diff, **variables)
        assert "canary" not in json.dumps(result).lower()
        return result

    @property
    def device(self) -> Any:
        return self.lab.device("s1").device

    @property
    def level(self) -> tuple[str, str]:
        return self.device.version, self.device.signature

    def written(self, since: int = 0) -> list[str]:
        return self.tasks.written(since)

    def describe(self, name: str) -> None:
        """Metadata beside a package, as an update server of the lab publishes it."""
        stem = name.removesuffix(".pkg")
        data = (self.cache / name).read_bytes()
        (self.cache / f"{stem}.json").write_bytes(pages.metadata(name, data, pages.Shelf(2, 1, ())))


Start = Callable[..., Sensor]


@pytest.fixture
def sensor(lab: StartLab, tmp_path: Path) -> Start:
    return lambda *further, **more: Sensor(lab, tmp_path, *further, **more)


def rules(result: dict[str, Any]) -> list[str]:
    return [problem["rule"] for problem in result.get("problems", ()) if problem["severity"] == "error"]


def test_a_signature_update_from_this_controller_and_a_second_run_does_nothing(sensor: Start) -> None:
    one = sensor()
    foretold = one(check=True, diff=True)
    assert foretold["changed"] and one.written() == []
    (shown,) = foretold["diff"]
    assert shown["before_header"].startswith("s1")
    assert (shown["before"], shown["after"]) == (
        'version: "7.1(7)E4"\nsignature: S722\n',
        'version: "7.1(7)E4"\nsignature: S734\n',
    )
    done = one(fail_mode="open")
    assert done["changed"], done
    assert one.level == ("7.1(7)E4", "S734.0")
    assert done["after"] == foretold["after"] == {"version": "7.1(7)E4", "signature": "S734"}
    (step,) = done["steps"]
    assert (step["package"], step["runs"], step["rebooted"]) == (SIG, "7.1(7)E4, S734", False)
    assert done["plan"]["operations"][0]["risk"] == ["uninspected"]
    assert one.device.trusted == {}  # what was trusted for the task is forgotten
    assert set(well(one.lab).applications.values()) == {"Running"}
    mark = len(one.tasks.journal)
    again = one()
    assert not again["changed"] and again["steps"] == []
    assert one.written(mark) == []


def test_an_update_of_the_software_reboots_and_all_runs_again(sensor: Start) -> None:
    one = sensor()
    done = one(PACK)
    assert done["changed"], done
    assert one.level == ("7.1(9)E4", "S722.0")
    assert done["steps"][0]["rebooted"] is True
    assert "reboot" in done["plan"]["operations"][0]["risk"]
    assert one.device.trusted == {}
    assert not one(PACK)["changed"]


def test_rule_24_the_engine_package_comes_with_the_signature_update(sensor: Start) -> None:
    one = sensor(release="7.1(2)E3")
    done = one()
    assert done["changed"], done
    assert [step["package"] for step in done["steps"]] == [ENGINE, SIG]
    assert one.level == ("7.1(2)E4", "S734.0")
    assert not one()["changed"]


def test_a_long_way_is_gone_in_steps_each_of_which_is_verified(sensor: Start) -> None:
    one = sensor()
    done = one(max_levels_per_step=5)
    assert [step["runs"] for step in done["steps"]] == ["7.1(7)E4, S725", "7.1(7)E4, S730", "7.1(7)E4, S734"]
    upgrades = [line.rpartition("/")[2] for line in one.written() if line.startswith("upgrade ")]
    assert upgrades == [*STEPS, SIG]


def test_rule_28_a_revert_goes_one_level_back_and_a_second_one_does_nothing(sensor: Start) -> None:
    one = sensor(history=["IPS-sig-S720-req-E4", "IPS-sig-S722-req-E4.pkg"])
    one()
    done = one(state="reverted")
    assert done["changed"] and one.level[1] == "S722.0", done
    assert done["after"]["signature"] == "S722"
    again = one(state="reverted")
    assert not again["changed"] and one.level[1] == "S722.0"


# -- what refuses it --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("more", "name", "rule"),
    [
        ({"signature": "S740.0"}, SIG, "U19"),
        ({"license": "expired"}, SIG, "U44"),
        ({"license": "none"}, SIG, "U44"),
        ({"release": "7.1(2)E3"}, PACK, "U23"),
        ({"release": "7.1(3)E3"}, SIG, "U24"),
        ({"clock_offset": 86400.0 * 500}, SIG, "U13"),
        ({"release": "5.1(8)E4"}, PACK, "U25"),
    ],
)
def test_what_does_not_apply_is_refused_before_anything_is_sent(
    sensor: Start, more: dict[str, Any], name: str, rule: str
) -> None:
    one = sensor(**more)
    before = one.level
    for check in (True, False):
        refused = one(name, check=check)
        assert refused["failed"] and rule in rules(refused), refused
        assert refused["device_state"] == "unchanged"
    assert one.written() == [] and one.level == before


def test_rule_21_a_threat_profile_that_the_update_lacks_in_the_vendors_words(sensor: Start) -> None:
    one = sensor(threat_profiles=["scada"])
    one.describe(SIG)
    refused = one()
    assert [(each["rule"], each["message"]) for each in refused["problems"] if each["severity"] == "error"] == [
        ("U21", "Currently applied threat profile is not applicable to this signature version")
    ]


def test_rule_20_an_snmp_policy_in_the_vendors_words(sensor: Start) -> None:
    one = sensor(release="7.2(2)E4", snmp=True)
    (one.cache / "IPS-K9-7.3-1-E4.pkg").write_bytes(package("IPS-K9-7.3-1-E4.pkg"))
    refused = one("IPS-K9-7.3-1-E4.pkg")
    assert refused["problems"][0]["message"].startswith("Selected upgrade is not recommended. Unassign the SNMP policy")


def test_a_package_that_is_not_in_the_cache_is_refused_without_a_login(sensor: Start) -> None:
    one = sensor()
    assert rules(one("IPS-sig-S799-req-E4.pkg")) == ["U50"]
    (one.cache / SIG).write_bytes(b"<html>log in</html>")
    refused = one()
    assert "HTML page" in refused["problems"][0]["message"]
    assert one.tasks.journal == []


def test_arguments_are_refused_all_at_once(sensor: Start) -> None:
    refused = sensor()(
        f"{SIG},{PACK}", transfer="url", url="https://ips:canary-password@192.0.2.1/IPSpath", transfer_address="here"
    )
    assert len(refused["errors"]) == 3
    assert "not the name of one package" in refused["errors"][0]


# -- the ways of a file -----------------------------------------------------------------------------------------------


def updates(**more: Any) -> dict[str, Any]:
    own = {"name": "updates", "kind": "update_server", "password": PASSWORD, "packages": [SIG, PACK]}
    return {**own, **more}


def fingerprint(lab: Lab) -> str:
    pem = ssl.get_server_certificate(("127.0.0.1", lab.device("updates").port))
    return hashlib.sha256(ssl.PEM_cert_to_DER_cert(pem)).hexdigest()


def from_url(one: Sensor, **more: Any) -> dict[str, Any]:
    port = one.lab.device("updates").port
    return {
        "transfer": "url",
        "url": f"https://127.0.0.1:{port}/IPSpath",
        "url_certificate": fingerprint(one.lab),
        **more,
    }


def test_from_a_published_server_which_the_sensor_is_told_to_trust(sensor: Start) -> None:
    one = sensor(updates())
    done = one(**from_url(one))
    assert done["changed"] and one.level[1] == "S734.0", done
    port = one.lab.device("updates").port
    assert list(one.device.trusted) == [f"127.0.0.1:{port}"]
    assert [each["item"] for each in done["plan"]["operations"]] == [
        f"trusted_hosts[127.0.0.1:{port}]",
        f"packages[{SIG}]",
    ]
    mark = len(one.tasks.journal)
    again = one(PACK, **from_url(one))
    assert [each["item"] for each in again["plan"]["operations"]] == [f"packages[{PACK}]"]  # it is trusted already
    assert not any("trusted-host" in line for line in one.written(mark))


def test_a_password_is_typed_at_the_prompt_and_never_part_of_a_command(sensor: Start) -> None:
    one = sensor(updates(login=True))
    port = one.lab.device("updates").port
    given = from_url(one, url=f"https://lab@127.0.0.1:{port}/IPSpath", url_password=PASSWORD)
    done = one(**given)
    assert done["changed"], done
    assert "canary" not in json.dumps(done["commands"]).lower()
    wrong = one(PACK, **{**given, "url_password": "canary-wrong"})
    assert wrong["failed"] and wrong["device_state"].startswith("unchanged")


def test_over_ftp_no_certificate_is_asked_for(sensor: Start) -> None:
    one = sensor(updates(ftp_port=0))
    device = one.lab.device("updates").device
    one.lab.call(device.listening.wait)
    url = f"ftp://lab@127.0.0.1:{device.ftp_port}/IPSpath"
    done = one(transfer="url", url=url, url_password=PASSWORD)
    assert done["changed"] and one.level[1] == "S734.0", done
    assert one.device.trusted == {}


def test_over_scp_the_sensor_must_know_the_key_of_the_server(sensor: Start) -> None:
    one = sensor(updates(scp_port=0))
    device = one.lab.device("updates").device
    one.lab.call(device.listening.wait)
    given = {
        "transfer": "url",
        "url": f"scp://lab@127.0.0.1:{device.scp_port}//IPSpath",
        "url_password": PASSWORD,
    }
    refused = one(**given)
    assert refused["failed"] and "ssh host-key" in json.dumps(refused["problems"]), refused
    assert refused["device_state"].startswith("unchanged")
    one.lab.call(lambda: one.device.known_hosts.update({f"127.0.0.1:{device.scp_port}": device.ssh_key}))
    done = one(**given)
    assert done["changed"] and one.level[1] == "S734.0", done


def test_progress_is_told_with_the_host_in_front(sensor: Start, monkeypatch: pytest.MonkeyPatch, capfd: Any) -> None:
    monkeypatch.setattr(waiting, "QUIET_SECONDS", 0.0)
    monkeypatch.setattr(waiting, "EVERY_SECONDS", 0.0)
    one = sensor()
    assert one(progress=True)["changed"]
    lines = capfd.readouterr().err.splitlines()
    assert f"s1: upgrade {SIG}" in lines
    assert f"s1: the sensor pulls {SIG} (100%)" in lines
    assert "s1: waiting until all applications run" in lines
    assert one(state="reverted", progress=False)["changed"]
    assert capfd.readouterr().err == ""


def test_a_server_with_another_certificate_than_this_controller_accepts_is_refused(sensor: Start) -> None:
    one = sensor(updates())
    refused = one(**from_url(one, url_certificate="ab" * 32))
    assert refused["failed"] and "not the accepted one" in refused["msg"]
    assert one.written() == []


@pytest.mark.parametrize(
    ("fault", "more", "said"),
    [
        ({"name": "download_broken", "at": "S734"}, {}, "before the file was complete"),
        ({}, {"disk": 100}, "larger than the space"),
        ({}, {"trusts_sha2": False}, "signature algorithm"),
    ],
)
def test_a_sensor_that_cannot_pull_the_file_is_as_before(
    sensor: Start, fault: dict[str, Any], more: dict[str, Any], said: str
) -> None:
    one = sensor(updates(faults=[fault] if fault else []), **more)
    failed = one(**from_url(one))
    assert failed["failed"] and said in json.dumps(failed["problems"]), failed
    assert one.level == ("7.1(7)E4", "S722.0")
    where = f"127.0.0.1:{one.lab.device('updates').port}"
    assert failed["device_state"] == f"changed: 7.1(7)E4, S722; it trusts {where} from now on"
    assert list(one.device.trusted) == [where]


def test_a_file_that_another_address_asks_for_is_not_served_and_the_reason_is_told(sensor: Start) -> None:
    one = sensor(address="127.0.0.2")  # the lab's sensor pulls from 127.0.0.1, as one behind another interface would
    failed = one(transfer_address="127.0.0.1")
    assert failed["failed"] and "127.0.0.1 is not the sensor's address" in json.dumps(failed["problems"]), failed
    assert failed["device_state"].startswith("unchanged: 7.1(7)E4, S722")
    assert one.level[1] == "S722.0" and one.device.trusted == {}


# -- what goes wrong --------------------------------------------------------------------------------------------------


def test_an_upgrade_that_never_comes_back_is_named_and_the_next_run_converges(sensor: Start) -> None:
    one = sensor(faults=[{"name": "upgrade_never_returns"}])
    failed = one(PACK, upgrade_timeout=6)
    assert failed["failed"] and "did not come back" in failed["msg"], failed
    assert failed["device_state"] == "not reached any more; it may be in the middle of the update"
    assert failed["changed"]
    one.lab.call(one.device.power_on)
    well(one.lab)
    done = one(PACK)
    assert not done.get("failed") and one.level[0] == "7.1(9)E4", done


@pytest.mark.parametrize("name", [SIG, PACK])
def test_an_upgrade_that_comes_back_at_the_old_level_is_named_and_the_next_run_converges(
    sensor: Start, name: str
) -> None:
    one = sensor(faults=[{"name": "upgrade_old_level", "times": 1}])
    failed = one(name, upgrade_timeout=8)
    assert failed["failed"] and rules(failed) == ["old-level"], failed
    assert failed["device_state"].startswith("unchanged: 7.1(7)E4, S722")
    assert one(name)["changed"]
    assert one.level == (("7.1(9)E4", "S722.0") if name == PACK else ("7.1(7)E4", "S734.0"))


@pytest.mark.parametrize("words", ["NotRunning", "Not Running"])
def test_an_application_that_stays_down_is_named(sensor: Start, words: str) -> None:
    one = sensor(faults=[{"name": "application_down", "at": "AnalysisEngine"}], stopped_words=words)
    failed = one(upgrade_timeout=8)
    assert failed["failed"] and rules(failed) == ["not-running"], failed
    assert "AnalysisEngine" in failed["msg"]
    assert failed["device_state"] == "changed: 7.1(7)E4, S734, and not all applications run"
    assert failed["changed"]


def test_a_refused_upgrade_is_told_in_the_sensors_words(sensor: Start) -> None:
    one = sensor(faults=[{"name": "upgrade_rejected"}])
    failed = one()
    assert failed["failed"] and "not a valid update package" in json.dumps(failed["problems"])
    assert failed["device_state"].startswith("unchanged: 7.1(7)E4, S722") and not failed["changed"]
    assert one.device.trusted == {}


def test_a_step_that_fails_in_the_middle_says_where_the_sensor_is(sensor: Start) -> None:
    one = sensor(faults=[{"name": "upgrade_rejected", "at": "S730", "times": 1}])
    failed = one(max_levels_per_step=5)
    assert failed["failed"] and failed["changed"]
    assert failed["device_state"].startswith("changed: 7.1(7)E4, S725")
    assert [step["package"] for step in failed["steps"]] == [STEPS[0]]
    done = one(max_levels_per_step=5)
    assert [step["package"] for step in done["steps"]] == [STEPS[1], SIG]


# -- tuning -----------------------------------------------------------------------------------------------------------


def new_signature(one: Sensor) -> str:
    listed = json.loads((one.cache / SIG.replace(".pkg", ".json")).read_text())["signatures"]
    row = next(each for each in listed if each["level"] == 734 and each["status"] == "new")
    return f"{row['id']}/{row['subid']}"


def test_new_signatures_are_tuned_with_the_update(sensor: Start) -> None:
    one = sensor()
    one.describe(SIG)
    number = new_signature(one)
    tuning = [
        {
            "id": number,
            "enabled": True,
            "severity": "high",
            "engine": "atomic-ip",
            "action": ["produce-alert", "deny-packet-inline"],
        }
    ]
    done = one(signature_tuning=tuning)
    assert done["changed"] and one.level[1] == "S734.0", done
    assert [each["item"] for each in done["plan"]["operations"]] == [f"packages[{SIG}]", "signature_tuning"]
    assert number.replace("/", ".") in one.device.tuned
    again = one(signature_tuning=tuning)
    assert not again["changed"], again
    softer = one(signature_tuning=[{"id": number, "severity": "low"}])
    assert softer["changed"] and softer["commands"] == [
        f"signatures {number.replace('/', ' ')}",
        "alert-severity low",
        "exit",
    ]


def test_tuning_without_a_list_of_signatures_or_of_another_one_is_refused(sensor: Start) -> None:
    one = sensor()
    assert rules(one(signature_tuning=[{"id": "7340/0", "enabled": True}])) == ["U51"]
    one.describe(SIG)
    refused = one(signature_tuning=[{"id": "60001/0", "enabled": True}])
    assert rules(refused) == ["U51"] and "no custom signature is added and none is deleted" in refused["msg"]
    assert one.written() == []
