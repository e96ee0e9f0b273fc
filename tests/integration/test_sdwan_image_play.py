# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""sdwan_firewall_image as an operator runs it: ansible-playbook, an inventory, managers and collectors as further doors."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from integration.conftest import StartLab
from integration.networks import center, device, sent, spec, written
from integration.single_tasks import SingleTask

from lab.sdwan.hosting import GIB, Image

NAME = "PA-VM-KVM-9.0.1.qcow2"
CONTENT = bytes(range(256)) * 4096  # 1 MiB
SHA256 = f"sha256:{hashlib.sha256(CONTENT).hexdigest()}"
WHOLE = [(NAME, len(CONTENT), "complete")]

Play = Callable[..., dict[str, Any]]


@pytest.fixture
def acme(lab: StartLab) -> Any:
    return lab(
        spec("branch", "berlin"),
        center("center", reserved=GIB),
        center("emea", role="collector", region="emea", reserved=GIB, password="CANARY-collector"),
    )


@pytest.fixture
def play(acme: Any, tmp_path: Path) -> Play:
    """`play(options of the task, hosts=..., **variables)` -> its result. No secret anywhere in the output at -vvvv."""
    (tmp_path / NAME).write_bytes(CONTENT)
    defaults = {"src": str(tmp_path / NAME), "wait_timeout": 5}
    return SingleTask(acme, tmp_path, "sdwan_firewall_image", "branch", defaults)


def listed(acme: Any, name: str) -> list[tuple[str, int, str]]:
    hosting = getattr(device(acme, name), "store", None) or device(acme, name).hosting
    return [(image.image_name, image.size, image.status) for image in hosting.images.values()]


def doors(acme: Any, **more: Any) -> dict[str, Any]:
    return {
        "manager_host": "127.0.0.1",
        "manager_port": acme.device("center").port,
        "manager_dialect": "sdwan_center",
        "collector_port": acme.device("emea").port,
        "collector_password": "CANARY-collector",
        **more,
    }


def test_an_appliance_gets_the_image_once_and_check_mode_only_tells(acme: Any, play: Play) -> None:
    planned = play({"checksum": SHA256}, "--check", "--diff")
    assert planned["changed"] and written(acme, "branch") == []
    (diff,) = planned["diff"]
    assert f"  - {{name: {NAME}, " in diff["after"] and diff["before"] == "images:\n"
    assert diff["after_header"].endswith(" appliance")
    done = play({})
    assert (done["changed"], done["after"], done["commands"]) == (True, planned["after"], planned["commands"])
    assert (done["checksum"], done["size"], done["image"]) == (SHA256, len(CONTENT), NAME)
    assert done["targets"][0]["uploaded_bytes"] == len(CONTENT) and done["targets"][0]["rate"] > 0
    assert not done["api_documented"] and "hosted_firewall_images" in done["undocumented_calls"]
    assert listed(acme, "branch") == WHOLE
    again = play({})
    assert not again["changed"] and again["commands"] == [] and again["targets"][0]["uploaded_bytes"] == 0
    assert "checksum" not in again and not again["api_documented"]
    assert written(acme, "branch") == ["POST config/hosted_firewall_images?action=file_upload"]
    gone = play({"state": "absent", "src": f"/not/there/{NAME}"})
    assert gone["changed"] and listed(acme, "branch") == [] and "size" not in gone


def test_center_and_the_collectors_behind_it_are_served_from_one_task(acme: Any, play: Play) -> None:
    given = {"via": "center", "collectors": ["all"], "reserve": "2g"}
    done = play(given, **doors(acme))
    assert done["changed"], done
    assert [row["target"] for row in done["targets"]] == ["center", "collector emea"]
    assert listed(acme, "center") == listed(acme, "emea") == WHOLE
    assert {state["reserved"] for state in done["after"].values()} == {2 * GIB}
    assert not play(given, **doors(acme))["changed"]
    direct = {key: value for key, value in doors(acme).items() if "collector" in key}
    gone = play({"via": "center", "collectors": ["emea"], "state": "absent"}, hosts="center", **direct)
    assert gone["changed"] and listed(acme, "center") == listed(acme, "emea") == []
    assert [text for text in gone["warnings"] if "[H36]" in text and "via: appliance" in text] != []
    assert sent(acme, "branch") == []
    for name in ("center", "emea"):
        assert device(acme, name).nitro.live == set()


def test_one_target_that_cannot_take_it_keeps_the_bytes_from_all(acme: Any, play: Play) -> None:
    device(acme, "emea").store.images["x"] = Image("x", "Palo Alto Networks", GIB)
    failed = play({"via": "center", "collectors": ["emea"]}, **doors(acme))
    assert [(row["rule"], row["item"]) for row in failed["problems"]] == [("H27", "targets[collector emea]")]
    away = play({"via": "center", "collectors": ["emea"]}, **doors(acme, collector_password="CANARY-wrong"))
    assert [(row["rule"], row["item"]) for row in away["problems"]] == [("H8", "targets[collector emea]")]
    assert "collector_password" in away["problems"][0]["remedy"] and not away["changed"]
    unknown = play({"via": "center", "collectors": ["mars"]}, **doors(acme))
    assert [row["rule"] for row in unknown["problems"]] == ["H24"] and "Known: default, emea" in unknown["msg"]
    assert written(acme, "center") == written(acme, "emea") == []


def test_a_failure_is_told_whole(acme: Any, play: Play) -> None:
    acme.add_fault("emea", {"name": "reset", "at": "action=file_upload", "after_bytes": 1000})
    failed = play({"via": "center", "collectors": ["emea"]}, **doors(acme))
    assert failed["changed"] and "The device is now" in failed["msg"], failed
    assert failed["device_state"] == "center: the image is there" and failed["checksum"] == SHA256
    assert [row["uploaded_bytes"] for row in failed["targets"]] == [len(CONTENT), 0]
    assert failed["commands"] and failed["before"] and not failed["api_documented"]
    acme.clear_faults("emea")
    done = play({"via": "center", "collectors": ["emea"]}, **doors(acme))
    assert [row["uploaded_bytes"] for row in done["targets"]] == [0, len(CONTENT)]


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"via": "center"}, "this host leads to an appliance"),
        ({"collectors": ["all"]}, "collectors and reserve are Center's"),
        ({"reserve": "10g"}, "collectors and reserve are Center's"),
        ({"via": "center", "reserve": "ten"}, "reserve: 'ten' is not a valid size"),
        ({"checksum": "md5:0"}, "checksum is sha256: and 64 hexadecimal digits, not 'md5:0'"),
        ({"checksum": f"sha256:{'0' * 64}"}, "[H28] checksum"),
        ({"src": "/not/there"}, "[H28] src"),
        ({"src": "/dev/null"}, "[H28] src: /dev/null: it is not a file"),
        ({"vendor": "Palo"}, "[H2] vendor"),
        ({"name": "../x.qcow2"}, "[H26] name"),
        ({"resources": {"images": {}}}, "resources.images: there is no such resource"),
        ({"wait_timeout": -1}, "wait_timeout must be 0 or more"),
    ],
)
def test_a_task_that_cannot_be_meant_is_refused_in_words(
    acme: Any, play: Play, given: dict[str, Any], said: str
) -> None:
    failed = play(given)
    assert said in failed["msg"] and not failed["changed"]
    asked = [text for text in sent(acme, "branch") if "config/login" not in text]
    assert asked == []


def test_names_of_calls_are_the_users_to_change(acme: Any, play: Play) -> None:
    other = {"hosted_firewall_images": {"path": "config/nfv_images"}}
    failed = play({"resources": other})
    assert "config/nfv_images" in failed["msg"] and "Set `resources:" in failed["msg"]
    assert written(acme, "branch") == []
