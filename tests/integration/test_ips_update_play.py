# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A fleet as an operator updates it: playbooks/ips_update.yml with its modes, a second run, and two runs at once."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from integration.conftest import StartLab
from integration.harness import Tasks
from integration.mails import plain_server
from integration.results import Results
from integration.sites import ROOT

PLAYBOOK = ROOT / "playbooks" / "ips_update.yml"
SIG, PACK = "IPS-sig-S734-req-E4.pkg", "IPS-K9-7.1-9-E4.pkg"
PASSWORD = "canary-update-server"
NAMES = ("s1", "s2", "s3", "s4")


class Fleet:
    """Four sensors: behind, behind with a service pack too, without a licence, and one that does not answer."""

    def __init__(self, start: StartLab, directory: Path) -> None:
        self.lab = start(
            {"name": "s1", "kind": "ips", "signature": "S722.0", "release": "7.1(9)E4"},
            {"name": "s2", "kind": "ips", "signature": "S730.0", "release": "7.1(7)E4"},
            {"name": "s3", "kind": "ips", "license": "expired", "release": "7.1(9)E4"},
            {"name": "s4", "kind": "ips", "faults": [{"name": "refuse", "how": "refused"}]},
            {"name": "updates", "kind": "update_server", "password": PASSWORD, "login": True, "packages": [SIG, PACK]},
        )
        self.directory = directory
        Tasks(self.lab, directory, "s1")  # writes the inventory
        self.inventory = directory / "inventory"
        ca = directory / "updates.pem"
        ca.write_text(self.lab.ca_pem(), encoding="ascii")
        values = {
            "ips_update_server": {
                "host": "127.0.0.1",
                "port": self.lab.device("updates").port,
                "path": "IPSpath",
                "username": "lab",
                "ca_path": str(ca),
            },
            "ips_update_server_password": PASSWORD,
            "ips_update_policies": [{"name": "edge", "sensors": list(NAMES), "fail_mode": "open"}],
            "ips_update_fail_mode": "open",
        }
        folder = self.inventory / "group_vars" / "ips"
        folder.mkdir(parents=True)
        (folder / "updates.yml").write_text(yaml.safe_dump(values))
        self.results = Results(directory)

    def command(self, *options: str, playbook: Path = PLAYBOOK) -> tuple[list[str], dict[str, str]]:
        environment = {
            "PATH": os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]]),
            "HOME": str(self.directory),
            "LC_ALL": "C.UTF-8",
            "ANSIBLE_COLLECTIONS_PATH": str(ROOT / "build" / "collections"),
            **self.results.environment,
        }
        return ["ansible-playbook", "-i", str(self.inventory), str(playbook), *options], environment

    def play(self, mode: str, *options: str, playbook: Path = PLAYBOOK) -> tuple[str, dict[str, int]]:
        """What was printed, and how many tasks changed something on each host."""
        self.results.clear()
        command, environment = self.command("-e", f"ips_update_mode={mode}", *options, playbook=playbook)
        done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=300, check=False)
        output = done.stdout + done.stderr
        assert "canary" not in (output + self.results.text).lower()
        assert "Traceback" not in output
        return output, {
            name: int(count) for name, count in re.findall(r"^(s\d)\s.*changed=(\d+)", output, re.MULTILINE)
        }

    def role(self, hosts: str, **keywords: Any) -> Path:
        """A playbook with the role alone, as site.yml has it."""
        play = [{"hosts": hosts, "gather_facts": False, **keywords, "roles": ["mspplus.netsec.ips_update"]}]
        (self.directory / "deploy.yml").write_text(yaml.safe_dump(play))
        return self.directory / "deploy.yml"

    @property
    def told(self) -> list[list[tuple[str, str | None, str]]]:
        """What each task of the last run told: event, host, text."""
        results = [json.loads(line)[2] for line in self.results.text.splitlines()]
        return [
            [(each["event"], each["host"], each["text"]) for each in result["notifications"]]
            for result in results
            if "notifications" in result
        ]

    @property
    def levels(self) -> dict[str, tuple[str, str]]:
        return {name: (device.version, device.signature) for name in NAMES if (device := self.lab.device(name).device)}

    def upgrades(self, name: str) -> list[str]:
        """The packages that a sensor was told to install."""
        return [
            str(entry["text"]).rpartition("/")[2]
            for entry in self.lab.journal(name)
            if entry["event"] == "command" and str(entry["text"]).startswith("upgrade ")
        ]

    @property
    def downloads(self) -> list[str]:
        return [name for name in self.lab.device("updates").device.downloads if name.endswith(".pkg")]


@pytest.fixture
def fleet(lab: StartLab, tmp_path: Path) -> Fleet:
    return Fleet(lab, tmp_path)


def test_one_run_brings_the_fleet_there_and_the_next_one_changes_and_downloads_nothing(fleet: Fleet) -> None:
    before = fleet.levels
    output, changed = fleet.play("check")
    assert fleet.levels == before and fleet.downloads == [] and not any(changed.values())
    output, changed = fleet.play("download_apply_deploy", "--check", "--diff")
    assert fleet.levels == before and fleet.downloads == []
    output, changed = fleet.play("download_apply")
    assert fleet.levels == before and sorted(fleet.downloads) == [PACK, SIG]
    wanted = yaml.safe_load((fleet.inventory / "group_vars" / "ips" / "update_wanted.yml").read_text())
    assert wanted == {"ips_update_wanted": {"s1": {"signature": SIG}, "s2": {"sensor": PACK, "signature": SIG}}}
    output = " ".join(output.split())  # long lines are folded
    assert f"s2: {SIG} is wanted and not deployed, it runs S730" in output
    assert "s3: no signature update, a signature update needs a license, and the sensor has an expired one" in output
    assert re.search(r"s4: no sensor update, it was not read: .*connection refused", output), output
    output, changed = fleet.play("download_apply_deploy")
    assert fleet.levels == {**before, "s1": ("7.1(9)E4", "S734.0"), "s2": ("7.1(9)E4", "S734.0")}, output
    assert (changed["s1"], changed["s2"], changed["s3"]) == (1, 1, 0)
    for event, host in (("deployed", "s1"), ("deployed", "s2")):
        assert f'"event": "{event}", "host": "{host}"' in fleet.results.text
    output, changed = fleet.play("download_apply_deploy")
    assert not any(changed.values()), output
    assert sorted(fleet.downloads) == [PACK, SIG]


def test_the_role_alone_deploys_what_the_file_of_the_inventory_says(fleet: Fleet) -> None:
    fleet.play("download_apply")
    command, environment = fleet.command(playbook=fleet.role("s1"))
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert fleet.levels["s1"] == ("7.1(9)E4", "S734.0")
    assert fleet.levels["s2"] == ("7.1(7)E4", "S730.0")


def test_a_run_in_which_every_sensor_fails_still_tells_and_mails(fleet: Fleet) -> None:
    for name in ("s1", "s2"):
        fleet.lab.add_fault(name, {"name": "upgrade_old_level", "times": 1})
    more = {"ips_update_upgrade_timeout": 10}
    with plain_server() as (mailbox, mail):
        options = ("--limit", "s1,s2", "-e", json.dumps({**more, "ips_update_mail": mail}))
        output, _changed = fleet.play("download_apply_deploy", *options)
    planned, deployed = fleet.told
    assert [(event, host) for event, host, _text in planned] == [("downloaded", None)] * 2, output
    assert [(event, host) for event, host, _text in deployed] == [("deployed", "s1"), ("deployed", "s2")]
    for host, (_event, _host, text), line in zip(("s1", "s2"), deployed, mailbox.lines[1], strict=True):
        assert text.startswith("the update failed: ") and line.startswith(f"! {host}: the update failed: ")


def test_the_role_alone_tells_of_each_batch_by_itself_also_what_failed_or_was_not_reached(fleet: Fleet) -> None:
    fleet.play("download")
    fleet.lab.add_fault("s2", {"name": "upgrade_old_level", "times": 1})
    more = {"ips_update_packages": [SIG], "ips_update_upgrade_timeout": 10}
    fleet.play("check", "-e", json.dumps(more), playbook=fleet.role("s1,s2,s4", serial=[1, 2]))
    first, second = fleet.told
    assert first == [("deployed", "s1", f"{SIG} is installed; it runs 7.1(9)E4, S734")]
    assert [(event, host) for event, host, _text in second] == [("deployed", "s2"), ("deployed", "s4")]
    assert all(text.startswith("the update failed: ") for _event, _host, text in second)
    assert "still at" in second[0][2] and "refused" in second[1][2].lower()


@pytest.mark.parametrize(
    ("wrong", "event", "text"),
    [
        ({"ips_update_server_password": "canary-wrong"}, "available", "the search for updates failed: "),
        (
            {"ips_update_policies": [{"name": name, "sensors": ["s1"]} for name in ("edge", "core")]},
            "applied",
            "the plan failed: ",
        ),
    ],
)
def test_a_plan_that_failed_is_told_and_nothing_is_deployed(
    fleet: Fleet, wrong: dict[str, Any], event: str, text: str
) -> None:
    before = fleet.levels
    output, _changed = fleet.play("download_apply_deploy", "-e", json.dumps(wrong))
    (told,) = fleet.told
    assert any((kind, host) == (event, None) and said.startswith(text) for kind, host, said in told), output
    assert fleet.levels == before


def test_a_mail_that_cannot_be_sent_holds_no_update_back(fleet: Fleet) -> None:
    mail = {"to": ["noc@example.net"], "sender": "c@example.net", "server": "127.0.0.1", "port": 1}
    output, _changed = fleet.play("download_apply_deploy", "--limit", "s1", "-e", json.dumps({"ips_update_mail": mail}))
    assert fleet.levels["s1"] == ("7.1(9)E4", "S734.0")
    assert len(fleet.told) == 2 and output.count("...ignoring") == 1, output  # the second one fails the run


def test_what_a_policy_wants_no_more_is_not_deployed_from_the_file_as_it_was(fleet: Fleet) -> None:
    def policy(signature: str) -> tuple[str, str]:
        one = {"name": "edge", "sensors": ["s1"], "sensor_updates": "none", "signature": signature, "fail_mode": "open"}
        return "-e", json.dumps({"ips_update_policies": [one]})

    fleet.play("download_apply", *policy("S734"))
    before = fleet.levels
    output, _changed = fleet.play("download_apply_deploy", *policy("S730"))
    wanted = yaml.safe_load((fleet.inventory / "group_vars" / "ips" / "update_wanted.yml").read_text())
    assert wanted == {"ips_update_wanted": {}}, output
    assert fleet.levels == before, output


def test_a_sensor_that_one_package_left_half_way_gets_no_other_one(fleet: Fleet) -> None:
    fleet.lab.add_fault("s2", {"name": "upgrade_old_level", "times": 1})
    output, _changed = fleet.play("download_apply_deploy", "-e", "ips_update_upgrade_timeout=10")
    assert "the sensor is still at 7.1(7)E4" in output, output
    assert fleet.upgrades("s2") == [PACK]
    fleet.play("download_apply_deploy")
    assert fleet.levels["s2"] == ("7.1(9)E4", "S734.0")


def test_two_runs_at_once_break_neither_the_cache_nor_the_file_nor_a_sensor(fleet: Fleet) -> None:
    fleet.results.clear()
    command, environment = fleet.command("-e", "ips_update_mode=download_apply_deploy")
    runs = [
        subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        for _number in range(2)
    ]
    outputs = [run.communicate(timeout=300)[0] for run in runs]
    assert not any("Traceback" in output for output in outputs)
    for output in outputs:  # a sensor that the other run is changing is refused, and nothing else goes wrong
        for problem in re.findall(r'"rule": "([\w-]+)", "item": "s\d"', output):
            assert problem == "another-run"
    assert sorted(fleet.downloads) == [PACK, SIG]
    fleet.play("download_apply_deploy")
    assert fleet.levels["s1"] == fleet.levels["s2"] == ("7.1(9)E4", "S734.0")
    assert sorted(fleet.upgrades("s1") + fleet.upgrades("s2")) == [PACK, SIG, SIG]
    index = json.loads((fleet.inventory / ".netsec_state" / "ips_packages" / ".index.json").read_text())
    assert sorted(index["files"]) == [PACK, SIG]
