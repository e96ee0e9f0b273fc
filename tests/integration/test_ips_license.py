# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""ips_license on sensors of the lab: files, a licence server with its limit, the last attempt, both ways of a file, and what refuses it."""

from __future__ import annotations

import json
import shutil
import ssl
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.request import urlopen

import pytest
from integration.conftest import StartLab
from integration.harness import Tasks

from lab.ips.licenses import license_file
from lab.server import Lab

SERIAL = "MQEA9470012"
PASSWORD = "canary-licence-server"


def day(days: int) -> date:
    return datetime.now(UTC).date() + timedelta(days=days)


class Sensor:
    """One sensor, a folder of licences, and tasks."""

    def __init__(self, start: StartLab, directory: Path, *further: dict[str, Any], **more: Any) -> None:
        own = {"name": "s1", "kind": "ips", "serial": SERIAL, "password": "canary-sensor", **more}
        self.lab: Lab = start(own, *further)
        self.files = directory / "licenses"
        self.files.mkdir()
        self.state_dir = directory / "inventory" / ".netsec_state"
        self.tasks = Tasks(self.lab, directory, "s1")

    def __call__(self, *, check: bool = False, diff: bool = False, **more: Any) -> dict[str, Any]:
        variables = more.pop("variables", {})
        if "source" not in more and "files" not in more:
            more["files"] = [str(self.files)]
        result = self.tasks("ips_license", more, check=check, diff=diff, **variables)
        assert "canary" not in json.dumps(result).lower()
        return result

    def file(self, days: int, name: str = f"{SERIAL}.lic", serial: str = SERIAL, **more: str) -> str:
        (self.files / name).write_bytes(license_file(serial, day(days), **more))
        return str(self.files / name)

    def from_server(self, **more: Any) -> dict[str, Any]:
        updates = self.lab.device("updates")
        (self.files.parent / "ca.pem").write_text(self.lab.ca_pem())
        server = {
            "host": "127.0.0.1",
            "port": updates.port,
            "path": "licenses",
            "ca_path": str(self.files.parent / "ca.pem"),
            **more.pop("server", {}),
        }
        return self(source="server", server=server, **more)

    @property
    def device(self) -> Any:
        return self.lab.device("s1").device

    @property
    def expires(self) -> date | None:
        licence = self.device.licence
        return licence.expires if licence else None

    @property
    def given(self) -> list[str]:
        return list(self.lab.device("updates").device.given)

    def written(self, since: int = 0) -> list[str]:
        return self.tasks.written(since)


Start = Callable[..., Sensor]


@pytest.fixture
def sensor(lab: StartLab, tmp_path: Path) -> Start:
    return lambda *further, **more: Sensor(lab, tmp_path, *further, **more)


def server(days: int | None = 200, **more: Any) -> dict[str, Any]:
    licenses = {} if days is None else {SERIAL: day(days)}
    return {"name": "updates", "kind": "update_server", "licenses": licenses, "password": PASSWORD, **more}


def rules(result: dict[str, Any]) -> list[str]:
    return [problem["rule"] for problem in result.get("problems", ()) if problem["severity"] == "error"]


def warned(result: dict[str, Any]) -> str:
    return "\n".join(result.get("warnings", ()))


# -- files ------------------------------------------------------------------------------------------------------------


def test_a_licence_that_expires_later_is_applied_and_a_second_run_does_nothing(sensor: Start) -> None:
    one = sensor(license_days=5)
    one.file(200)
    foretold = one(check=True, diff=True)
    assert foretold["changed"] and one.written() == [] and not one.state_dir.exists()
    (shown,) = foretold["diff"]
    assert str(day(5)) in shown["before"] and str(day(200)) in shown["after"]
    done = one()
    assert done["changed"], done
    assert one.expires == day(200)
    assert done["after"] == foretold["after"] and done["plan"] == foretold["plan"]
    assert done["license"]["status"] == "valid" and done["license"]["days_left"] == 200
    assert done["last_attempt"]["outcome"] == "applied"
    assert one.device.trusted == {}  # what was trusted for the task is forgotten
    mark = len(one.tasks.journal)
    again = one()
    assert not again["changed"] and again["reason"] == "the sensor has this licence"
    assert one.written(mark) == []


@pytest.mark.parametrize("state", ["none", "expired", "invalid", "trial"])
def test_rule_01_each_status_is_told_and_a_licence_helps(sensor: Start, state: str) -> None:
    one = sensor(license=state)
    one.file(200)
    done = one()
    assert done["changed"] and done["before"]["status"] == state, done
    assert done["after"]["status"] == "valid" and one.expires == day(200)


def test_rule_01_a_status_that_is_not_understood_is_unknown_and_never_valid(sensor: Start) -> None:
    one = sensor(license_line="License status: pending activation")
    done = one(select="due", files=[one.file(200)])
    assert not done["changed"] and done["license"]["status"] == "unknown"
    assert done["license"]["lines"] == ["License status: pending activation"]
    assert "unknown" in warned(done)


def test_rule_06_each_sensor_gets_the_file_that_names_its_serial_number(lab: StartLab, tmp_path: Path) -> None:
    one = Sensor(lab, tmp_path, {"name": "s2", "kind": "ips", "serial": "OTHER0000001", "password": "canary-sensor"})
    one.file(200, "b.lic")
    one.file(300, "a.lic", "OTHER0000001")
    one.file(300, "c.lic", "NOBODY000001")
    first = one()
    other = Tasks(lab_of(one), tmp_path, "s2")("ips_license", {"files": [str(one.files)]})
    assert first["changed"] and other["changed"], (first, other)
    assert one.expires == day(200)
    assert one.lab.device("s2").device.licence.expires == day(300)
    fits = [{file["file"]: file["fits"] for file in result["files"]} for result in (first, other)]
    assert fits == [{"a.lic": False, "b.lic": True, "c.lic": False}, {"a.lic": True, "b.lic": False, "c.lic": False}]


def lab_of(one: Sensor) -> Lab:
    return one.lab


def test_rule_06_a_sensor_for_which_there_is_no_file_is_told_and_left_alone(sensor: Start) -> None:
    one = sensor(license="none")
    one.file(200, "a.lic", "OTHER0000001")
    done = one()
    assert not done["changed"] and one.written() == []
    assert f"no licence file is for serial number {SERIAL} (it has no licence)" in warned(done)


def test_rule_02_only_the_sensor_of_the_task_is_asked(sensor: Start) -> None:
    one = sensor({"name": "s2", "kind": "ips", "password": "canary-sensor"})
    one.file(200)
    assert one()["changed"]
    assert not [entry for entry in one.lab.journal("s2") if entry["event"] in ("connect", "login")]


def test_rule_04_a_sensor_that_requires_cisco_com_is_refused_with_files_and_with_a_local_server(sensor: Start) -> None:
    one = sensor(server(), platform="IPS-4270-20-K9", license="expired")
    one.file(200)
    for refused in (one(), one.from_server(), one(check=True)):
        assert refused["failed"] and rules(refused) == ["L4"]
        assert refused["requires_cisco_com"] and refused["license"]["status"] == "expired"
    assert one.written() == [] and one.given == []
    assert one(requires_cisco_com=False)["changed"]


def test_rule_04_what_is_known_better_than_by_the_platform_counts(sensor: Start) -> None:
    one = sensor()
    one.file(200)
    refused = one(requires_cisco_com=True)
    assert rules(refused) == ["L4"] and one.written() == []


def test_rule_08_the_same_day_and_no_known_difference_is_no_change_unless_forced(sensor: Start) -> None:
    one = sensor(license_days=90)
    one.file(90)
    kept = one()
    assert not kept["changed"] and "the same day" in kept["reason"]
    assert one.written() == []
    assert one(force=True)["changed"]
    assert not one(force=True)["changed"]


def test_rule_08_the_same_day_and_other_information_is_applied(sensor: Start) -> None:
    one = sensor(license_days=5)
    one.file(90, info="contract 1")
    assert one()["changed"]
    one.file(90, info="contract 2")
    done = one()
    assert done["changed"] and one.device.licence.info == "contract 2", done
    assert done["reason"] == "its information differs" and not done.get("warnings")
    assert not one()["changed"]


def test_rule_08_an_earlier_day_with_other_information_is_applied_with_a_warning(sensor: Start) -> None:
    one = sensor(license_days=5)
    assert one(files=[one.file(90, "long.lic")])["changed"]
    short = one.file(60, "short.lic", info="contract 2")
    done = one(files=[short])
    assert done["changed"] and one.expires == day(60)
    assert "earlier than that of the sensor" in warned(done)
    assert done["plan"]["operations"][0]["risk"] == ["shortens-licence"]
    assert not one(files=[short])["changed"]


def test_rule_08_an_earlier_day_is_kept_away_where_no_difference_is_known(sensor: Start) -> None:
    one = sensor(license_days=90)
    one.file(60)
    kept = one()
    assert not kept["changed"] and "whether its information differs is not known" in warned(kept)
    assert one(force=True)["changed"] and one.expires == day(60)


def test_of_several_files_for_one_sensor_the_one_that_expires_last_counts(sensor: Start) -> None:
    one = sensor(license_days=5)
    one.file(60, "old.lic")
    one.file(300, "new.lic")
    assert one()["changed"] and one.expires == day(300)
    assert not one()["changed"]


def test_a_file_that_has_expired_is_named_and_not_applied(sensor: Start) -> None:
    one = sensor(license="none")
    one.file(-3)
    done = one()
    assert not done["changed"] and "expired on" in warned(done)
    assert one.written() == []


def test_files_that_are_none_are_refused_by_name_before_a_sensor_is_asked(sensor: Start) -> None:
    one = sensor()
    one.file(200)
    (one.files / "empty.lic").write_bytes(b"")
    (one.files / "page.lic").write_text("<!DOCTYPE html><html>Log in</html>")
    (one.files / "huge.lic").write_bytes(b"x" * 70_000)
    refused = one(files=[str(one.files), "/nowhere/x.lic"])
    assert refused["failed"] and rules(refused) == ["L11"] * 4
    for name in ("empty.lic", "page.lic", "huge.lic", "/nowhere/x.lic"):
        assert name in refused["msg"]
    assert not [entry for entry in one.tasks.journal if entry["event"] == "login"]


@pytest.mark.parametrize("name", [f"for {SERIAL} (2027).lic", f"{SERIAL.lower()}.lic"])
def test_a_file_that_tells_nothing_goes_by_its_name(sensor: Start, name: str) -> None:
    one = sensor(license="none")
    (one.files / name).write_bytes(b"opaque: 7e1c0f2b")
    planned = one(check=True)
    assert planned["changed"] and planned["commands"][1].endswith(f"/{SERIAL}.lic license-key"), planned
    refused = one()  # the lab's sensor knows its own form only
    assert refused["failed"] and one.device.licence is None
    assert refused["device_state"] == "unchanged" and "not valid" in refused["msg"]
    assert refused["last_attempt"]["outcome"] == "failed"


# -- rule 10: who is selected -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("spec", "acted"),
    [
        ({"license": "none"}, True),
        ({"license": "expired"}, True),
        ({"license_days": 1}, True),
        ({"license_days": 2}, False),
        ({"license": "trial", "license_days": 30}, False),
        ({"license": "trial", "license_days": 1}, True),
        ({"license": "invalid"}, False),
    ],
    ids=str,
)
def test_rule_10_selected_are_none_expired_and_soon_expiring_licences(
    sensor: Start, spec: dict[str, Any], acted: bool
) -> None:
    one = sensor(**spec)
    one.file(200)
    done = one(select="due")
    assert (done["selected"], done["changed"]) == (acted, acted), done
    assert bool(one.written()) is acted
    if spec.get("license") == "invalid":
        assert "not selected" in warned(done)


def test_rule_10_the_days_are_an_option(sensor: Start) -> None:
    one = sensor(license_days=30)
    one.file(200)
    assert not one(select="due", days_before_expiry=29)["changed"]
    assert one(select="due", days_before_expiry=30)["changed"]


# -- rule 3, 7: a licence server --------------------------------------------------------------------------------------


def test_rule_03_a_licence_server_is_asked_for_what_is_due_and_a_second_run_downloads_nothing(sensor: Start) -> None:
    one = sensor(server(login=True), license="expired")
    login = {"server": {"username": "lab"}, "server_password": PASSWORD}
    done = one.from_server(**login)
    assert done["changed"] and one.expires == day(200), done
    assert one.given == [SERIAL]
    again = one.from_server(**login)
    assert not again["changed"] and again["selected"] is False
    assert one.given == [SERIAL]


def test_a_licence_that_is_not_newer_than_that_of_the_sensor_is_not_applied(sensor: Start) -> None:
    one = sensor(server(1), license_days=1)
    kept = one.from_server()
    assert not kept["changed"] and one.given == [SERIAL] and one.written() == []


@pytest.mark.parametrize(
    ("spec", "said"),
    [
        ({"contract": []}, "support contract does not include"),
        ({"licenses": {}}, "404"),
        ({"license_limit": 1}, "Too many license requests"),
        ({"faults": [{"name": "download_broken", "after_bytes": 20}]}, "bytes"),
        ({"login": True}, "401"),
    ],
    ids=str,
)
def test_rule_03_a_server_that_gives_none_is_an_error_that_names_why(
    sensor: Start, spec: dict[str, Any], said: str
) -> None:
    one = sensor(server(**spec), license="none")
    if "license_limit" in spec:  # the only one is taken
        context = ssl.create_default_context(cadata=one.lab.ca_pem())
        with urlopen(
            f"https://127.0.0.1:{one.lab.device('updates').port}/licenses/{SERIAL}.lic", context=context
        ) as taken:
            taken.read()
    refused = one.from_server()
    assert refused["failed"] and rules(refused) == ["L3"] and said in refused["msg"], refused["msg"]
    assert refused["device_state"] == "unchanged" and one.written() == []
    remedy = refused["problems"][0]["remedy"]
    assert ("support contract" in remedy) == bool({"contract", "licenses"} & spec.keys())
    updates = one.lab.device("updates").device

    def repaired() -> None:
        updates.options.update(contract=None, license_limit=9, login=False)
        updates.licenses[SERIAL] = license_file(SERIAL, day(200))

    one.lab.call(repaired)
    one.lab.clear_faults("updates")
    assert one.from_server()["changed"] and one.expires == day(200)


def test_rule_03_cisco_com_needs_an_account_both_certificates_and_a_path_and_its_failure_names_the_contract(
    sensor: Start,
) -> None:
    one = sensor(server(contract=[]), platform="IPS-4270-20-K9", license="none")
    bare = one(source="server", server={"type": "cisco_com"})
    assert {"U15", "U57"} <= set(rules(bare))
    shown = one.lab.device("updates").https.fingerprint
    account = {"type": "cisco_com", "username": "cco", "certificates": [shown, "00" * 32]}
    refused = one.from_server(server=account, server_password=PASSWORD)
    assert rules(refused) == ["L3"]
    assert refused["problems"][0]["remedy"].startswith("See that the support contract of the account includes")


def test_rule_07_a_full_limit_waits_no_longer_than_it_is_told_and_names_itself(sensor: Start) -> None:
    one = sensor(server(), license="none")
    folder = one.files.parent / "limiter"
    folder.mkdir()
    for number in range(1, 9):
        (folder / f"place-{number}").write_text(f"idle {datetime.now(UTC).timestamp():.6f}\n")
    refused = one.from_server(limiter=str(folder), limiter_timeout=1)
    assert rules(refused) == ["L7"] and "8 licences were fetched within 180 s" in refused["msg"]
    assert one.given == []
    (folder / "place-3").write_text(f"idle {datetime.now(UTC).timestamp() - 179:.6f}\n")
    done = one.from_server(limiter=str(folder), limiter_timeout=10)
    assert done["changed"] and 0.1 < done["waited_seconds"] < 9, done


# -- rule 9: the last attempt -----------------------------------------------------------------------------------------


def test_rule_09_a_failed_attempt_is_redeployed_with_the_same_file_and_without_an_attempt_that_is_refused(
    sensor: Start,
) -> None:
    one = sensor(license_days=5, faults=[{"name": "license_rejected", "times": 1}])
    refused = one(source="last_attempt")
    assert refused["failed"] and rules(refused) == ["L9"]
    file = one.file(200)
    failed = one()
    assert failed["failed"] and failed["device_state"] == "unchanged" and one.expires == day(5)
    Path(file).unlink()
    done = one(source="last_attempt")
    assert done["changed"] and one.expires == day(200), done
    assert not one(source="last_attempt")["changed"]


def test_rule_09_the_attempt_of_another_device_is_not_redeployed(sensor: Start) -> None:
    one = sensor(license_days=5)
    one.file(200)
    assert one()["changed"]
    one.device.serial = "REPLACED0001"
    refused = one(source="last_attempt")
    assert rules(refused) == ["L9"] and f"serial number {SERIAL}" in refused["msg"]


# -- the way of a file ------------------------------------------------------------------------------------------------


def test_a_published_server_is_trusted_by_its_fingerprint_and_gives_the_file(sensor: Start) -> None:
    one = sensor(server(), license="none")
    one.file(200)
    port = one.lab.device("updates").port
    options = {
        "transfer": "url",
        "url": f"https://127.0.0.1:{port}/licenses",
        "url_certificate": one.lab.device("updates").https.fingerprint,
    }
    planned = one(check=True, **options)
    assert [line.split()[0] for line in planned["commands"]] == ["tls", "copy"]
    done = one(**options)
    assert done["changed"] and one.expires == day(200), done
    assert f"127.0.0.1:{port}" in one.device.trusted
    assert not one(**options)["changed"]


def test_a_password_is_typed_and_never_part_of_a_url(sensor: Start) -> None:
    one = sensor()
    one.file(200)
    refused = one(transfer="url", url="https://ops:canary@127.0.0.1/licenses")
    assert refused["failed"] and "no part of a URL" in refused["msg"]
    both = one(source="server", server={"host": "x"}, transfer="url", url="https://127.0.0.1/licenses")
    assert "transfer: url is for files" in both["msg"]


# -- faults -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("at", ["^configure", "^tls", "^copy", "^no tls", "^show version"])
@pytest.mark.parametrize("fault", ["drop", "hang"])
def test_a_session_that_is_lost_at_any_step_says_what_is_known_and_the_next_run_converges(
    sensor: Start, fault: str, at: str
) -> None:
    one = sensor(license_days=5, faults=[{"name": fault, "at": at, "times": 1}])
    one.file(200)
    ended = one(copy_timeout=3, variables={"ansible_netmiko_read_timeout": 3})
    assert any(entry["event"] == "fault" for entry in one.tasks.journal)
    if ended.get("failed") and one.expires == day(200):
        assert not ended["device_state"].startswith("unchanged"), ended
    assert ended.get("unreachable") or ended.get("failed") or ended["changed"]
    after = one()
    assert not after.get("failed") and one.expires == day(200), after
    assert not one()["changed"]


def test_a_record_that_is_spoilt_is_no_record_and_the_expiry_decides(sensor: Start) -> None:
    one = sensor(license_days=5)
    one.file(200)
    assert one()["changed"]
    (record,) = (one.state_dir / "ips_licenses").iterdir()
    assert record.stat().st_mode & 0o077 == 0
    record.write_text('{"data": "!!"')
    again = one()
    assert not again["changed"] and "the same day" in again["reason"]
    shutil.rmtree(one.state_dir)
    assert not one()["changed"]
