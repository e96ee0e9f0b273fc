# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""ips_certificate and its table on sensors of the lab: what is accepted, made again, refused, and what faults leave."""

from __future__ import annotations

import csv
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from integration.conftest import StartLab
from integration.sensor_tasks import OLD_TLS, SensorTasks, sensor

ROOT = Path(__file__).resolve().parents[2]


def store(tasks: SensorTasks) -> dict[str, str]:
    """The files of the trust store."""
    return {path.name: path.read_text() for path in (tasks.state_dir / "ips_trust").glob("*.pem")}


def test_rule_35_what_ssh_proves_is_loaded_and_a_second_run_does_nothing(lab: StartLab, tmp_path: Path) -> None:
    tasks = SensorTasks(lab(sensor()), tmp_path)
    planned = tasks("certificate", check=True, diff=True)
    assert planned["changed"] and not tasks.state_dir.exists()
    done = tasks("certificate")
    assert done["changed"] and done["certificate"]["status"] == "valid" and done["certificate"]["mismatch"] == "No"
    assert done["after"]["store"]["source"] == "ssh-verified"
    assert list(store(tasks).values()) == [tasks.device.certificate_pem]
    assert not tasks("certificate")["changed"]
    assert tasks.written == []  # nothing on the sensor


def test_rule_35_what_ssh_contradicts_is_refused(lab: StartLab, tmp_path: Path) -> None:
    tasks = SensorTasks(lab(sensor(hidden_fingerprint=True)), tmp_path)
    for state in ("current", "synced", "regenerated"):
        refused = tasks("certificate", {"state": state, "force": True})
        assert refused["failed"] and "C35" in {problem["rule"] for problem in refused["problems"]}
    assert not store(tasks) and tasks.written == []


def test_rule_35_without_checked_host_keys_nothing_is_proven(lab: StartLab, tmp_path: Path) -> None:
    tasks = SensorTasks(lab(sensor()), tmp_path)
    found = tasks("certificate", ansible_host_key_checking=False)
    assert not found["changed"] and found["certificate"]["status"] == "unavailable"
    assert any("host keys are not checked" in text for text in found["warnings"])
    assert tasks("certificate", {"policy": "first_use"}, ansible_host_key_checking=False)["changed"]


def test_rule_35_a_new_certificate_is_taken_over_by_sync_only(lab: StartLab, tmp_path: Path) -> None:
    tasks = SensorTasks(lab(sensor()), tmp_path)
    tasks("certificate")
    first = store(tasks)
    assert tasks("certificate", {"state": "regenerated", "force": True}, netsec_state_dir=str(tmp_path / "other"))[
        "changed"
    ]
    seen = tasks("certificate")
    assert not seen["changed"] and seen["certificate"]["mismatch"] == "Yes" and store(tasks) == first
    assert any("C31" in text for text in seen["warnings"])
    assert tasks("certificate", {"state": "synced"})["changed"]
    assert list(store(tasks).values()) == [tasks.device.certificate_pem] != list(first.values())


@pytest.mark.parametrize("words", ["colon", "is"])
def test_an_expired_certificate_is_made_again_once(lab: StartLab, tmp_path: Path, words: str) -> None:
    tasks = SensorTasks(lab(sensor(certificate="expired", fingerprint_words=words)), tmp_path)
    old = tasks.device.certificate_pem
    planned = tasks("certificate", {"state": "regenerated"}, check=True)
    assert planned["commands"][0] == "tls generate-key" and tasks.device.certificate_pem == old
    done = tasks("certificate", {"state": "regenerated"})
    assert done["changed"] and done["certificate"]["status"] == "valid", done
    assert tasks.device.certificate_pem != old
    assert list(store(tasks).values()) == [tasks.device.certificate_pem]
    assert done["new_certificate"]["sha1"] == tasks.device.fingerprints()["sha1"].replace(":", "").lower()
    assert not tasks("certificate", {"state": "regenerated"})["changed"]
    assert tasks.commands.count("tls generate-key") == 1


def test_days_before_the_end_decide(lab: StartLab, tmp_path: Path) -> None:
    tasks = SensorTasks(lab(sensor(certificate_days=20)), tmp_path)
    assert "tls generate-key" not in tasks("certificate", {"state": "regenerated"}, check=True)["commands"]
    asked = {"state": "regenerated", "regenerate_before_days": 30}
    assert "tls generate-key" in tasks("certificate", asked, check=True)["commands"]


def test_an_old_sensor_is_accepted_with_its_own_tls(lab: StartLab, tmp_path: Path) -> None:
    tasks = SensorTasks(lab(sensor(certificate="legacy")), tmp_path)
    found = tasks("certificate")
    assert not found["changed"] and found["certificate"]["status"] == "nonretrievable"
    assert any("ips_https_tls_min_version" in text for text in found["warnings"])
    assert tasks("certificate", {"state": "synced"})["failed"]
    assert tasks("certificate", **OLD_TLS)["changed"]
    assert "ips_https_tls_ciphers" in str(
        tasks("certificate", {"state": "synced"}, ips_https_tls_min_version="TLSv1")["problems"]
    )


def test_rule_30_over_http_nothing_is_done(lab: StartLab, tmp_path: Path) -> None:
    tasks = SensorTasks(lab(sensor(web_server="http")), tmp_path)
    found = tasks("certificate", {"communication": "http"})
    assert not found["changed"] and found["certificate"]["status"] == "nonretrievable"
    for state in ("synced", "regenerated"):
        refused = tasks("certificate", {"communication": "http", "state": state, "force": True})
        assert [problem["rule"] for problem in refused["problems"]] == ["C30"]
    assert tasks.written == [] and not store(tasks)


def test_rule_36_all_sensors_at_once_need_a_word(lab: StartLab, tmp_path: Path) -> None:
    tasks = SensorTasks(lab(sensor(), sensor("s2")), tmp_path)
    assert tasks("certificate", {"state": "synced"})["changed"]  # this play has one of two
    play = {"hosts": "ips", "gather_facts": False, "tasks": [{"mspplus.netsec.ips_certificate": {"state": "synced"}}]}
    (tmp_path / "play.yml").write_text(yaml.safe_dump([play]))
    code, output = playbook(tmp_path, "play.yml")
    assert code != 0 and "all_sensors: true" in output
    assert playbook(tmp_path, "play.yml", "--limit", "s1")[0] == 0
    play["tasks"] = [{"mspplus.netsec.ips_certificate": {"state": "synced", "all_sensors": True}}]
    (tmp_path / "play.yml").write_text(yaml.safe_dump([play]))
    assert playbook(tmp_path, "play.yml")[0] == 0


def test_absent_forgets_without_asking(lab: StartLab, tmp_path: Path) -> None:
    tasks = SensorTasks(lab(sensor()), tmp_path)
    tasks("certificate")
    mark = tasks.mark
    assert tasks("certificate", {"state": "absent"})["changed"]
    assert not tasks("certificate", {"state": "absent"})["changed"]
    assert tasks.events(mark) == [] and not store(tasks)


# -- faults -----------------------------------------------------------------------------------------------------------


def test_a_web_server_that_keeps_the_old_one_is_named_and_the_next_run_converges(lab: StartLab, tmp_path: Path) -> None:
    running = lab(
        sensor(certificate="expired", faults=[{"name": "certificate_stuck", "times": 1}], minute_seconds=0.01)
    )
    tasks = SensorTasks(running, tmp_path)
    failed = tasks("certificate", {"state": "regenerated", "regenerate_timeout": 1})
    assert failed["failed"] and failed["changed"], failed
    assert "trust store does not" in failed["device_state"] and "reboot the sensor" in failed["msg"]
    running.call(tasks.device.reboot)
    for _run in range(20):
        done = tasks("certificate", {"state": "regenerated"})
        if not done.get("unreachable") and not done.get("failed"):
            break
    assert done["certificate"]["mismatch"] == "No", done
    assert list(store(tasks).values()) == [tasks.device.certificate_pem]


@pytest.mark.parametrize("at", ["^show tls", "^tls generate-key"])
@pytest.mark.parametrize("name", ["drop", "hang", "garbage", "not_authorized"])
def test_each_fault_at_each_step_ends_in_a_state_that_is_named(
    lab: StartLab, tmp_path: Path, name: str, at: str
) -> None:
    running = lab(sensor(certificate="expired", faults=[{"name": name, "at": at, "times": 1}]))
    tasks = SensorTasks(running, tmp_path)
    hurt = tasks("certificate", {"state": "regenerated", "regenerate_timeout": 3}, ansible_command_timeout=2)
    if hurt.get("failed") or hurt.get("unreachable"):
        assert hurt["device_state"] and "Traceback" not in hurt["msg"]
    again = tasks("certificate", {"state": "regenerated"})
    assert not again.get("failed") and again["certificate"]["mismatch"] == "No", again
    assert list(store(tasks).values()) == [tasks.device.certificate_pem]
    assert not tasks("certificate", {"state": "regenerated"})["changed"]


# -- the table --------------------------------------------------------------------------------------------------------


def test_rule_39_the_table_without_asking_tells_its_age(lab: StartLab, tmp_path: Path) -> None:
    tasks = SensorTasks(lab(sensor()), tmp_path)
    asked = tasks("certificate_info")["certificate"]
    assert (asked["status"], asked["ssh_tells_the_same"]) == ("unavailable", True)
    mark = tasks.mark
    remembered = tasks("certificate_info", {"refresh": False})["certificate"]
    assert tasks.events(mark) == []
    assert remembered["thumbprint_device"] == asked["thumbprint_device"] and remembered["age_seconds"] >= 0


def test_rule_33_a_sensor_that_cannot_be_reached_has_its_line(lab: StartLab, tmp_path: Path) -> None:
    tasks = SensorTasks(lab(sensor(web_server="off")), tmp_path)
    line = tasks("certificate_info", check=True)["certificate"]
    assert line["status"] == "nonretrievable" and "cannot be reached" in line["why"]
    assert not tasks.state_dir.exists()
    gone = SensorTasks(lab(sensor(faults=["refuse"])), tmp_path / "other")
    found = gone("certificate_info")
    assert not found.get("unreachable") and found["certificate"]["ssh_why"]


def started(directory: Path, name: str, *arguments: str) -> subprocess.Popen[str]:
    """A playbook that runs. name: of a file in the directory, or of a playbook of the collection."""
    path = directory / name
    return subprocess.Popen(
        ["ansible-playbook", "-i", str(directory / "inventory"), *arguments, str(path) if path.exists() else name],
        env={
            "PATH": os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]]),
            "HOME": str(directory),
            "LC_ALL": "C.UTF-8",
            "ANSIBLE_COLLECTIONS_PATH": str(ROOT / "build" / "collections"),
        },
        cwd=directory,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def ended(process: subprocess.Popen[str]) -> tuple[int, str]:
    """Its code and all that it printed, which holds no password."""
    output, _nothing = process.communicate(timeout=180)
    assert "canary" not in output.lower() and "Traceback" not in output
    return process.returncode, output


def playbook(directory: Path, name: str, *arguments: str) -> tuple[int, str]:
    return ended(started(directory, name, *arguments))


def test_rule_38_the_playbook_shows_all_sensors_and_exports_the_whole_table(lab: StartLab, tmp_path: Path) -> None:
    fleet = [
        sensor(),
        sensor("s2", certificate="expired"),
        sensor("s3", certificate="legacy"),
        sensor("s4", faults=["refuse"]),
    ]
    SensorTasks(lab(*fleet), tmp_path)
    export = f"ips_certificate_export={tmp_path}/table.csv"
    _code, output = playbook(tmp_path, "mspplus.netsec.ips_status", "-e", export)
    assert "3 sensors were read, 1 not reached." in output and "not reached: s4: " in output, output
    assert re.search(r'"s1 +valid +\S+ +90 +7\.1\(7\)E4 +S722\.0 ', output), output
    with open(tmp_path / "table.csv", newline="") as file:
        rows: list[dict[str, Any]] = list(csv.DictReader(file))
    assert [row["Device"] for row in rows] == ["s1", "s2", "s3", "s4"]
    assert "ips_https_tls_min_version" in rows[2]["Reason"]


def test_two_runs_at_once_lose_nothing_and_the_next_one_has_nothing_to_do(lab: StartLab, tmp_path: Path) -> None:
    names = ["s1", "s2", "s3", "s4"]
    running = lab(*(sensor(name, certificate="expired") for name in names))
    tasks = SensorTasks(running, tmp_path)
    options = {"state": "regenerated", "all_sensors": True}
    play = {"hosts": "ips", "gather_facts": False, "tasks": [{"mspplus.netsec.ips_certificate": options}]}
    (tmp_path / "play.yml").write_text(yaml.safe_dump([play]))
    both = [started(tmp_path, "play.yml"), started(tmp_path, "play.yml")]
    for code, output in map(ended, both):
        assert code == 0 or "another run is changing this host" in output, output
    assert sorted(store(tasks).values()) == sorted(running.device(name).device.certificate_pem for name in names)
    code, output = playbook(tmp_path, "play.yml")
    assert code == 0 and output.count("changed=0") == len(names), output
    made = [entry for name in names for entry in running.journal(name) if "generate-key" in str(entry.get("text"))]
    assert len(made) == len(names)  # each sensor has made one certificate
