# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""ips_info on sensors of the lab: what it shows, what it cannot, and that it asks no other sensor."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from integration.conftest import StartLab
from integration.eventually import eventually
from integration.sensor_tasks import OLD_TLS, SensorTasks, sensor


def test_all_parts_of_a_sensor(lab: StartLab, tmp_path: Path) -> None:
    tasks = SensorTasks(lab(sensor(platform="ASA-SSM-10", serial="JAF1234ABCD", stopped=["AnalysisEngine"])), tmp_path)
    found = tasks("info")
    assert (found["version"], found["release"], found["engine"]) == ("7.1(7)E4", "7.1(7)", "E4")
    assert found["signature"] == {"level": "S722.0", "date": "2013-06-05"}
    assert (found["platform"], found["serial"], found["license"]["status"]) == ("ASA-SSM-10", "JAF1234ABCD", "valid")
    assert (found["all_running"], found["not_running"]) == (False, ["AnalysisEngine"])
    assert [item["running"] for item in found["upgrade_history"]][-1] is True
    assert abs(found["clock"]["ahead_seconds"]) <= 2
    assert (found["certificate"]["same"], found["certificate"]["status"]) == (True, "valid")
    assert found["certificate"]["https"]["sha1"] == tasks.device.fingerprints()["sha1"].replace(":", "").lower()
    assert set(found["auto_update"]) == {"last_directory_read", "last_download", "last_install", "next_attempt"}
    assert found["inventory"][0]["serial"] == "JAF1234ABCD"
    assert found["not_available"] == {} and not found["changed"]
    assert tasks.written == []


@pytest.mark.parametrize(
    ("more", "status"),
    [
        ({"license": "valid", "license_days": 30}, "valid"),
        ({"license": "expired"}, "expired"),
        ({"license": "none"}, "none"),
        ({"license": "invalid"}, "invalid"),
        ({"license": "trial"}, "trial"),
        ({"license": "trial", "license_words": "separate"}, "trial"),
        ({"license_line": "License: something new"}, "unknown"),
        ({"license": "expired", "license_days": -3, "clock_offset": -20 * 86400.0}, "expired"),
    ],
)
def test_rule_1_the_status_of_the_licence(lab: StartLab, tmp_path: Path, more: dict[str, Any], status: str) -> None:
    found = SensorTasks(lab(sensor(**more)), tmp_path)("info", {"gather": ["version"]})
    assert found["license"]["status"] == status
    assert (found["license"]["days_left"] is None) == (status in ("none", "invalid", "unknown"))
    if "clock_offset" in more:
        assert found["license"]["said"] == "valid" and any("clock" in text for text in found["warnings"])


def test_rule_2_only_the_selected_sensor_is_read(lab: StartLab, tmp_path: Path) -> None:
    started = lab(sensor(), sensor("s2"))
    SensorTasks(started, tmp_path)("info")
    assert list(started.journal("s2")) == []


def test_a_sensor_whose_tls_is_too_old_gets_its_status_and_the_names_of_the_variables(
    lab: StartLab, tmp_path: Path
) -> None:
    tasks = SensorTasks(lab(sensor(certificate="legacy")), tmp_path)
    found = tasks("info")
    assert "version" in found, found
    assert found["version"] == "7.1(7)E4" and found["license"]["status"] == "valid"
    assert found["certificate"]["ssh"] and found["certificate"]["https"] is None
    assert "ips_https_tls_min_version" in found["not_available"]["certificate_https"]
    assert "ips_https_tls_ciphers" in found["not_available"]["certificate_https"]
    seen = tasks("info", {"gather": ["certificate"]}, **OLD_TLS)
    assert (seen["certificate"]["same"], seen["certificate"]["https"]["key_bits"]) == (True, 1024)
    assert seen["certificate"]["https"]["signed_with"] == "md5"
    half = tasks("info", {"gather": ["certificate"]}, ips_https_tls_min_version="TLSv1")
    assert "ips_https_tls_ciphers" in half["not_available"]["certificate_https"]


def test_another_certificate_than_ssh_tells_is_a_warning(lab: StartLab, tmp_path: Path) -> None:
    found = SensorTasks(lab(sensor(hidden_fingerprint=True)), tmp_path)("info")
    assert found["certificate"]["same"] is False
    assert any("intercepted" in text for text in found["warnings"])


@pytest.mark.parametrize(
    ("more", "ahead"),
    [
        ({"clock_offset": 600.0}, 600),
        ({"clock_offset": -86400.0, "clock_flag": "*"}, -86400),
        ({"time_zone": "JST", "zone_minutes": 540}, 0),
    ],
)
def test_the_distance_of_the_clock(lab: StartLab, tmp_path: Path, more: dict[str, Any], ahead: int) -> None:
    found = SensorTasks(lab(sensor(**more)), tmp_path)("info", {"gather": ["clock"]})
    assert abs(found["clock"]["ahead_seconds"] - ahead) <= 2, found
    assert bool(found.get("warnings")) == (ahead != 0)


def test_over_http_there_is_no_certificate(lab: StartLab, tmp_path: Path) -> None:
    found = SensorTasks(lab(sensor(web_server="http")), tmp_path)("info", {"communication": "http"})
    assert found["not_available"] == {"certificate_https": "over HTTP certificates are not used"}


def test_the_web_server_is_asked_only_behind_a_proven_certificate(lab: StartLab, tmp_path: Path) -> None:
    tasks = SensorTasks(lab(sensor(stopped=["AnalysisEngine"])), tmp_path)
    found = tasks("info", {"gather": ["web", "events"]})
    assert found["not_available"] == {}
    assert found["web"]["platform"] == "IPS-4260" and found["web"]["license"]["status"] == "valid"
    assert {"name": "AnalysisEngine", "running": False} in [
        {**item, "name": "AnalysisEngine"} for item in found["web"]["applications"] if not item["running"]
    ]
    assert isinstance(found["events"], list)
    assert any("transaction-server" in text for text in tasks.requests)


def test_rule_31_another_certificate_than_the_accepted_one_gets_no_password(lab: StartLab, tmp_path: Path) -> None:
    tasks = SensorTasks(lab(sensor(hidden_fingerprint=True)), tmp_path)
    found = tasks("info", {"gather": ["version", "web"]})
    assert "not sent" in found["not_available"]["web"]
    assert tasks.requests == []


def test_events_tell_of_a_new_certificate(lab: StartLab, tmp_path: Path) -> None:
    tasks = SensorTasks(lab(sensor(certificate="expired")), tmp_path)
    assert tasks("certificate", {"state": "regenerated"})["changed"]
    found = tasks("info", {"gather": ["events"]})
    assert "certificatesChanged" in [event["what"] for event in found["events"]]


def test_a_sensor_that_boots_tells_why_it_tells_nothing(lab: StartLab, tmp_path: Path) -> None:
    started = lab(sensor(minute_seconds=0.5))
    tasks = SensorTasks(started, tmp_path)
    started.call(tasks.device.power_on)
    found = tasks("info", {"gather": ["version", "clock"]})
    assert "still starting" in found.get("not_available", {}).get("version", "") or found["version"]
    eventually(lambda: tasks("info", {"gather": ["version"]}).get("all_running"))


@pytest.mark.parametrize("size", [10, 200, 600, 900])
def test_a_cut_answer_claims_nothing(lab: StartLab, tmp_path: Path, size: int) -> None:
    faults = [{"name": "truncated", "at": "^show version", "after_bytes": size}]
    found = SensorTasks(lab(sensor(faults=faults)), tmp_path)("info", {"gather": ["version", "clock"]})
    assert found.get("license", {"status": "unknown"})["status"] in ("unknown", "valid")
    assert found.get("all_running") in (None, False) or found["license"]["status"] == "valid"


def test_a_sensor_that_cannot_be_reached_is_unreachable(lab: StartLab, tmp_path: Path) -> None:
    assert SensorTasks(lab(sensor(faults=["refuse"])), tmp_path)("info")["unreachable"]
