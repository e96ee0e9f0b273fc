# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The licences of a fleet as an operator renews them: playbooks/ips_renew.yml, what it lists, and two runs at once."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from integration.conftest import StartLab
from integration.harness import Tasks
from integration.mails import plain_server
from integration.sites import ROOT

from lab.ips.licenses import license_file

PLAYBOOK = ROOT / "playbooks" / "ips_renew.yml"
PASSWORD = "canary-licence-server"


def day(days: int) -> date:
    return datetime.now(UTC).date() + timedelta(days=days)


def serial(number: int) -> str:
    return f"MQEA947{number:04d}"


class Fleet:
    """Sensors whose licences have expired, or are as the keys say, and a licence server."""

    def __init__(self, start: StartLab, directory: Path, *sensors: dict[str, Any], **server: Any) -> None:
        self.names = [f"s{number}" for number in range(1, len(sensors) + 1)]
        devices = [
            {"name": name, "kind": "ips", "serial": serial(number), "password": "canary-sensor", **keys}
            for number, (name, keys) in enumerate(zip(self.names, sensors, strict=True), 1)
        ]
        licenses = {serial(number): day(200) for number in range(1, len(sensors) + 1)}
        updates = {"name": "updates", "kind": "update_server", "password": PASSWORD, "licenses": licenses, **server}
        self.lab = start(*devices, updates)
        self.directory = directory
        Tasks(self.lab, directory, "s1")  # writes the inventory
        ca = directory / "updates.pem"
        ca.write_text(self.lab.ca_pem(), encoding="ascii")
        port = self.lab.device("updates").port
        self.server = {"host": "127.0.0.1", "port": port, "path": "licenses", "ca_path": str(ca)}

    def started(self, *options: str, **variables: Any) -> subprocess.Popen[str]:
        given = ["-e", json.dumps(variables), *options]
        return subprocess.Popen(
            ["ansible-playbook", "-i", str(self.directory / "inventory"), str(PLAYBOOK), *given],
            env={
                "PATH": os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]]),
                "HOME": str(self.directory),
                "LC_ALL": "C.UTF-8",
                "ANSIBLE_COLLECTIONS_PATH": str(ROOT / "build" / "collections"),
            },
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def play(self, *options: str, **variables: Any) -> tuple[int, str]:
        return ended(self.started(*options, **variables))

    def expires(self, name: str) -> date | None:
        licence = self.lab.device(name).device.licence
        return licence.expires if licence else None

    @property
    def given(self) -> list[str]:
        return list(self.lab.device("updates").device.given)


def ended(process: subprocess.Popen[str]) -> tuple[int, str]:
    """Its code and all that it printed, which holds no password."""
    output, _nothing = process.communicate(timeout=240)
    assert "canary" not in output.lower() and "Traceback" not in output
    return process.returncode, output


def test_rule_05_the_playbook_renews_what_is_due_and_lists_all_others_with_the_reason(
    lab: StartLab, tmp_path: Path
) -> None:
    fleet = Fleet(
        lab,
        tmp_path,
        {"license": "expired"},
        {"license_days": 90},
        {"license": "none", "platform": "IPS-4270-20-K9"},
        {"license": "invalid"},
        {"faults": [{"name": "refuse", "how": "refused"}]},
    )
    folder = tmp_path / "licenses"
    folder.mkdir()
    for number in (1, 2, 3, 4, 77):
        (folder / f"{number}.lic").write_bytes(license_file(serial(number), day(200)))
    mail = {"to": ["noc@example.net"], "sender": "c@example.net", "server": "127.0.0.1", "port": 1}
    code, output = fleet.play("--tags", "ips_license", ips_license_files=[str(folder)], ips_license_mail=mail)
    assert "no mail was sent" in output  # what became of a fleet is told, whatever failed; here nothing listens
    assert code != 0  # one was refused, one was not reached
    for line in (
        "s1: valid (",
        "s2: valid (",
        "90 days left); not selected: its licence expires in 90 days",
        "s3: none; not applied: it requires Cisco.com",
        "s4: invalid; not selected: the status of its licence is invalid",
        "77.lic: for none of these sensors",
    ):
        assert line in output, output
    assert "2.lic: for none" not in output and "s5: " in output
    assert [fleet.expires(name) for name in ("s1", "s2", "s3")] == [day(200), day(90), None]
    assert "applied: the status" in output or "applied: 1.lic expires on" in output


def test_each_batch_mails_what_became_of_its_own_sensors(lab: StartLab, tmp_path: Path) -> None:
    fleet = Fleet(lab, tmp_path, {"license": "expired"}, {"license": "expired"})
    folder = tmp_path / "licenses"
    folder.mkdir()
    for number in (1, 2):
        (folder / f"{number}.lic").write_bytes(license_file(serial(number), day(200)))
    with plain_server() as (mailbox, mail):
        options: dict[str, Any] = {"ips_license_files": [str(folder)], "ips_license_mail": mail, "netsec_serial": 1}
        code, output = fleet.play("--tags", "ips_license", **options)
    assert code == 0, output
    assert [[line.split(":")[0] for line in lines] for lines in mailbox.lines] == [["  s1"], ["  s2"]]


def test_two_runs_at_once_keep_the_limit_of_the_server_and_the_next_one_converges(
    lab: StartLab, tmp_path: Path
) -> None:
    """Eight sensors, two runs: the ninth licence would have to wait. Whom one run renews, the other one finds renewed or at work."""
    fleet = Fleet(lab, tmp_path, *[{"license": "expired"}] * 8, license_limit=8)
    options = {"ips_license_server": fleet.server, "ips_license_limiter_timeout": 5}
    began = time.time()
    runs = [fleet.started("--tags", "ips_license", "--forks", "4", **options) for _run in range(2)]
    outputs = [ended(run)[1] for run in runs]
    assert time.time() - began < 150
    given = fleet.given
    assert len(given) <= 8, given  # the tenth is what the vendor blocks
    assert "Too many license requests" not in "".join(outputs)
    (places,) = tmp_path.glob("inventory/.netsec_state/ips_license_limiter")
    for place in places.iterdir():  # three minutes later
        place.write_text(f"idle {time.time() - 181:.6f}\n")
    fleet.lab.call(lambda: fleet.lab.device("updates").device.options.update(license_limit=100))
    code, output = fleet.play("--tags", "ips_license", **options)
    assert code == 0, output
    assert {fleet.expires(name) for name in fleet.names} == {day(200)}
    before = fleet.given
    code, output = fleet.play("--tags", "ips_license", **options)
    assert code == 0 and "changed=0" in output and "changed=1" not in output
    assert fleet.given == before  # a second run downloads nothing


def test_how_many_at_a_time_may_be_written_in_the_inventory(lab: StartLab, tmp_path: Path) -> None:
    fleet = Fleet(lab, tmp_path, {"license_days": 90}, {"license_days": 90})
    folder = tmp_path / "inventory" / "group_vars"
    folder.mkdir(exist_ok=True)
    (folder / "ips.yml").write_text("netsec_serial: 1\n", encoding="utf-8")
    code, output = fleet.play("--check", "--tags", "ips_license", ips_license_server=fleet.server)
    assert code == 0 and output.count("PLAY [Renew the licences") == 2, output


def test_the_playbook_renews_certificates_too_and_a_second_run_changes_nothing(lab: StartLab, tmp_path: Path) -> None:
    fleet = Fleet(lab, tmp_path, {"license_days": 3, "certificate": "expired"}, {"license_days": 90})
    options = {
        "ips_license_server": fleet.server,
        "ips_license_days_before_expiry": 7,
        "ips_certificate_all_sensors": True,
    }
    code, output = fleet.play("--check", **options)
    assert code == 0 and "would be applied" in output and fleet.expires("s1") == day(3), output
    code, output = fleet.play(**options)
    assert code == 0, output
    assert (fleet.expires("s1"), fleet.expires("s2")) == (day(200), day(90))
    code, output = fleet.play(**options)
    assert code == 0 and "changed=0" in output and "changed=1" not in output, output
