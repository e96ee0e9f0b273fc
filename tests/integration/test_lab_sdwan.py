# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The request examples of the NITRO reference, sent by curl to the lab's SD-WAN appliances as the reference writes them."""

from __future__ import annotations

import hashlib
import json
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from integration.eventually import eventually
from integration.networks import NETWORK, PASSWORD, device, spec

from lab.certificates import fingerprint
from lab.sdwan.hosting import Image, Machine
from lab.server import Lab

IMAGE = "PA-VM-KVM-9.0.1.qcow2"
VENDOR = "Palo Alto Networks"
LOGIN = {"login": {"username": "ops", "password": PASSWORD}}
VERIFIED = "Successful Verification. Results: Network staging validation successful"
BREAK = "\n"


class Curl:
    """One client: curl with a cookie jar. base: path below which it calls."""

    def __init__(self, lab: Lab, name: str, directory: Path, base: str = "/sdwan/nitro/v1/") -> None:
        self.url = f"https://127.0.0.1:{lab.device(name).port}{base}"
        self.jar = directory / f"{name}.cookies"
        self.ca = directory / "ca.pem"
        self.ca.write_text(lab.ca_pem(), encoding="ascii")

    def __call__(self, method: str, path: str, *options: str, body: Any = None, code: int = 0) -> tuple[int, Any]:
        """(status, JSON of the answer). code: that curl ends with; when it got no answer the status is 0."""
        json_body = [] if body is None else ["-H", "Content-Type: application/json", "-d", json.dumps(body)]
        done = subprocess.run(
            ["curl", "-sS", "--max-time", "20", "--cacert", self.ca, "-b", self.jar, "-c", self.jar, "-g", "-X", method,
             *json_body, *options, "-w", f"{BREAK}%{{http_code}}", self.url + path],
            capture_output=True, text=True, check=False, timeout=30,
        )  # fmt: skip
        assert done.returncode == code, (done.returncode, done.stdout, done.stderr)
        text, _break, status = done.stdout.rpartition(BREAK)
        return int(status), json.loads(text) if text.startswith("{") else None

    def login(self, **more: str) -> Curl:
        assert self("POST", "config/login", body={"login": {**LOGIN["login"], **more}})[0] == 200
        return self

    def ok(self, *arguments: Any, **more: Any) -> Any:
        """What stands in the envelope of a success."""
        status, body = self(*arguments, **more)
        assert status == 200, body
        (content,) = body.values()
        return content

    def no(self, *arguments: Any, **more: Any) -> tuple[int, str]:
        """Status and text of a refusal, in the words of 11.0."""
        status, body = self(*arguments, **more)
        assert set(body) == {"errorcode", "errormessage"}
        assert body["errorcode"] != 0
        return status, body["errormessage"]


@pytest.fixture
def client(lab: Callable[..., Lab], tmp_path: Path) -> Callable[..., tuple[Lab, Curl]]:
    """An appliance of the network acme and a curl that is logged in."""

    def start(site: str = "dc", **more: Any) -> tuple[Lab, Curl]:
        running = lab(spec("box", site, **more))
        return running, Curl(running, "box", tmp_path, more.get("base", "/sdwan/nitro/v1/")).login()

    return start


# -- the examples of the reference ---------------------------------------------------------------------------------------


def test_a_login_brings_a_cookie_and_a_logout_takes_it_away(client):
    running, curl = client()
    system = curl.ok("GET", "config/system_options")[0]
    assert (system["appliance_mode"], system["license_state"]) == ("MCN", True)
    assert curl("DELETE", "config/login") == (200, {"errorcode": 0, "message": "Done", "severity": "NONE"})
    assert curl.no("GET", "config/system_options") == (401, "Authentication failed")
    assert curl("DELETE", "config/login/")[0] == 401
    assert curl("POST", "config/login?action=add", body=LOGIN)[0] == 200
    assert curl("DELETE", "config/login/")[0] == 200
    assert PASSWORD not in json.dumps(running.journal("box"))


def test_lists_of_the_monitor_come_in_pages_and_are_filtered(client):
    _running, curl = client()
    first = curl.ok("GET", "monitor/applications")
    assert first["metadata"] == [{"no_of_pages": "3"}]
    pages = [curl.ok("GET", f"monitor/applications?filter=page_no:{page}")["applications"] for page in (1, 2, 3, 4)]
    assert pages[0] == first["applications"]
    assert [len(page) for page in pages] == [50, 50, 20, 0]
    assert len({row["application"] for page in pages for row in page}) == 120
    found = curl.ok("GET", "monitor/applications?filter=page_no:1;application:iperf")
    assert [row["application"] for row in found["applications"]] == ["iperf"]
    found = curl.ok("GET", "monitor/applications?filter=family:Network%20Service")["applications"]
    assert {row["family"] for row in found} == {"Network Service"}
    assert set(found[0]) == {"application", "family", "bytes_received", "bytes_sent", "total_bytes"}
    assert curl.no("GET", "monitor/applications?filter=iperf")[0] == 400


def test_a_package_is_made_edited_compiled_saved_and_deleted(client):
    _running, curl = client()
    package = {"config_packages": {"package_name": "P"}}
    assert curl.ok("POST", "config/config_packages", body=package) == {"message": "resource added succesfully"}
    settings = {"package_name": "P", "global_policy_template": "T"}
    assert curl.ok("PUT", "config_editor/global_network_settings", body={"global_network_settings": settings}) == {
        "message": "resource modified succesfully"
    }
    audits = curl.ok("POST", "config/config_packages?action=compile", body=package)["audits"]
    assert set(audits) == {"error", "warning", "notice"}
    assert [set(row) for row in audits["error"]] == [{"code", "msg", "object", "severity", "siteuiid", "uiid"}]
    template = {"package_name": "P", "firewall_policy_template_name": "T", "pre_appliance_policies": [{}]}
    curl.ok("POST", "config_editor/firewall_policy_template", body={"firewall_policy_template": template})
    assert curl.ok("POST", "config/config_packages?action=compile", body=package)["audits"]["error"] == []
    (read,) = curl.ok("GET", "config_editor/firewall_policy_template/package_name=P")
    (policy,) = read["pre_appliance_policies"]
    assert (policy["action"], policy["match_type"], policy["ip_dscp"]) == ("allow", "any;", "ANY")
    path = "config_editor/firewall_policy_template/package_name=P,firewall_policy_template_name=T"
    assert curl.ok("DELETE", path) == {"message": "resource deleted succesfully"}
    assert curl.ok("GET", "config_editor/firewall_policy_template/package_name=P") == []
    copy = {"package_name": "P", "new_package_name": "P2"}
    curl.ok("POST", "config/config_package_save_as", body={"config_package_save_as": copy})
    curl.ok("DELETE", "config/config_packages/package_name=P")
    names = [row["package_name"] for row in curl.ok("GET", "config/config_packages")]
    assert names == ["Production", "P2"]


def test_keys_may_hold_what_a_path_gives_a_meaning(client):
    _running, curl = client()
    name = "a,b=c d/e"
    template = {"package_name": "Production", "firewall_policy_template_name": name}
    curl.ok("POST", "config_editor/firewall_policy_template", body={"firewall_policy_template": template})
    key = "a%2Cb%3Dc%20d%2Fe"
    path = f"config_editor/firewall_policy_template/package_name=Production,firewall_policy_template_name={key}"
    curl.ok("DELETE", path)
    assert curl.ok("GET", "config_editor/firewall_policy_template/package_name=Production") == []


def test_a_policy_of_a_site_is_deleted_by_its_number_and_a_template_detached(client):
    _running, curl = client()
    item = {
        "package_name": "Production",
        "site_name": "berlin",
        "firewall_settings": [{"policy_template_name": "T"}],
        "firewall_local_policy": [{"action": "drop"}, {"action": "allow"}],
    }
    curl.ok("PUT", "config_editor/firewall", body={"firewall": item})

    def read() -> dict[str, Any]:
        (row,) = curl.ok("GET", "config_editor/firewall/package_name=Production")
        return dict(row)

    first = read()["firewall_local_policy"][0]["id"]
    keys = f"site_name=berlin,id={first},package_name=Production"
    curl.ok("DELETE", f"config_editor/firewall_local_policy_delete/{keys}")
    assert [row["action"] for row in read()["firewall_local_policy"]] == ["allow"]
    keys = "site_name=berlin,package_name=Production,template_name=T"
    curl.ok("DELETE", f"config_editor/firewall_policy_template_delete/{keys}")
    assert read()["firewall_settings"] == []
    curl.ok("DELETE", "config_editor/firewall/site_name=berlin,package_name=Production")
    assert curl.ok("GET", "config_editor/firewall/package_name=Production") == []


def test_a_package_is_verified_staged_and_activated_and_the_sites_come_back(lab, tmp_path):
    running = lab(spec("mcn", "dc", phase_seconds=0.01), spec("berlin", "berlin"))
    mcn, berlin = (Curl(running, name, tmp_path).login() for name in ("mcn", "berlin"))
    running.add_fault("mcn", {"name": "restart_long", "milliseconds": 1500})  # time for a call that meets nobody
    policies = [{"action": "drop", "destination_port": 23}]
    item = {"package_name": "Production", "site_name": "berlin", "firewall_local_policy": policies}
    mcn.ok("PUT", "config_editor/firewall", body={"firewall": item})
    assert berlin.ok("GET", "monitor/firewall_filter_stats")["firewall_filter_stats"] == []
    mcn.ok(
        "POST", "config/config_packages?action=export_to_cm", body={"config_packages": {"package_name": "Production"}}
    )
    assert mcn.no("POST", "config/change_management?action=stage")[0] == 400
    assert mcn.ok("POST", "config/change_management?action=verify") == {"message": VERIFIED}
    mcn.ok("POST", "config/change_management?action=stage")

    def state() -> str:
        return str(mcn.ok("GET", "config/change_management")[0]["state"])

    eventually(state, lambda seen: seen == "activate")
    mcn.ok("POST", "config/change_management?action=activate_with_rollback")
    eventually(lambda: device(running, "berlin").appliance.restarting, bool)
    assert berlin("GET", "config/system_options", code=56) == (0, None)
    eventually(lambda: device(running, "mcn").appliance.restarting, lambda restarting: not restarting)
    assert berlin.no("GET", "config/system_options")[0] == 401
    assert mcn.no("GET", "config/system_options")[0] == 401
    (found,) = mcn.login().ok("GET", "config/change_management")
    assert (found["state"], found["current_config"]) == ("idle", "Production_2")
    assert {row["active_config"] for row in found["sites_cm_status"]} == {"Production_2"}
    counted = [berlin.login().ok("GET", "monitor/firewall_filter_stats")["firewall_filter_stats"] for _look in (1, 2)]
    assert [row["action"] for row in counted[0]] == ["drop"]
    assert int(counted[1][0]["packets"]) > int(counted[0][0]["packets"])


@pytest.mark.parametrize("field", ["file", "filename"])
@pytest.mark.parametrize("action", ["file_upload", "upload_license", "upload_os_image", "upload_lcm_package"])
def test_a_file_goes_to_the_inbox(client, tmp_path, field, action):
    running, curl = client()
    path = tmp_path / "package.cfg"
    path.write_bytes(b"x" * 300_000)
    upload = f"config/file_upload_to_inbox?action={action}"
    assert curl.ok("POST", upload, "-F", f"{field}=@{path}") == {"inbox_files": ["package.cfg"]}
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    assert device(running, "box").inbox.files == {"package.cfg": (300_000, digest)}
    assert curl.ok("GET", "config/change_management")[0]["inbox_files"] == ["package.cfg"]
    assert curl.no("POST", upload, "-F", f"other=@{path}") == (400, "The field file is mandatory")
    assert curl.no("POST", upload, body={"file_upload_to_inbox": {}})[0] == 415
    curl.ok("POST", "config/change_management?action=clear_inbox")
    assert curl.ok("GET", "config/change_management")[0]["inbox_files"] == []


def test_a_file_that_was_uploaded_is_verified_staged_and_activated_as_in_the_scenario_of_the_reference(
    client, tmp_path
):
    running, curl = client()
    path = tmp_path / "config.zip"
    path.write_bytes(b"x" * 1000)
    curl.ok("POST", "config/file_upload_to_inbox?action=file_upload", "-F", f"file=@{path}")
    assert curl.ok("POST", f"{CHANGE}?action=verify") == {"message": VERIFIED}
    (seen,) = curl.ok("GET", CHANGE)
    assert (seen["state"], seen["network_staged_selected_filename"]) == ("appliance_staging", "config.zip")
    curl.ok("POST", f"{CHANGE}?action=stage")
    eventually(lambda: curl.ok("GET", CHANGE)[0]["state"], lambda state: state == "activate")
    curl.ok("POST", f"{CHANGE}?action=activate")
    box = device(running, "box")
    eventually(lambda: (box.network.live.revision, box.appliance.restarting), lambda seen: seen == (2, False))
    assert curl.login().ok("GET", CHANGE)[0]["current_config"] == "Production_2"


# -- change management ----------------------------------------------------------------------------------------------------

CHANGE = "config/change_management"
PACKAGE = {"config_packages": {"package_name": "Production"}}


WAY = {"network_staging": (), "appliance_staging": ("verify",), "activate": ("verify", "stage")}


def to_state(curl: Curl, state: str) -> None:
    """From idle, by the documented way."""
    if state != "idle":
        curl.ok("POST", "config/config_packages?action=export_to_cm", body=PACKAGE)
        for action in WAY[state]:
            curl.ok("POST", f"{CHANGE}?action={action}")
    eventually(lambda: seen(curl)["state"], lambda found: found == state)


def seen(curl: Curl) -> dict[str, Any]:
    (found,) = curl.ok("GET", CHANGE)
    return dict(found)


ALLOWED = {
    "idle": set(),
    "network_staging": {"verify", "activate", "activate_with_rollback"},
    "appliance_staging": {"stage"},
    "activate": {"activate", "activate_with_rollback"},
}


@pytest.mark.parametrize("state", [*ALLOWED])
def test_each_state_refuses_what_the_reference_does_not_allow_in_it(client, state):
    _running, curl = client()
    to_state(curl, state)
    for action in {"verify", "stage", "activate", "activate_with_rollback", "ignore_incomplete"} - ALLOWED[state]:
        assert curl.no("POST", f"{CHANGE}?action={action}")[0] == 400, action
        assert seen(curl)["state"] == state


@pytest.mark.parametrize("action", ["activate", "activate_with_rollback"])
def test_a_package_may_be_activated_before_it_is_verified(client, action):
    running, curl = client()
    to_state(curl, "network_staging")
    curl.ok("POST", f"{CHANGE}?action={action}")
    eventually(lambda: device(running, "box").network.live.revision, lambda revision: revision == 2)
    assert seen(curl.login())["state"] == "idle"


def test_a_package_that_is_not_verified_says_why_and_stays_where_it_is(client):
    running, curl = client(faults=[{"name": "verify_fails", "times": 1}])
    to_state(curl, "network_staging")
    curl.ok("POST", f"{CHANGE}?action=verify")
    found = seen(curl)
    assert (found["state"], found["status"], found["network_staged_selected_filename"]) == (
        "network_staging", "failed", "Production",
    )  # fmt: skip
    assert found["failure_reason"]
    assert curl.ok("POST", f"{CHANGE}?action=verify") == {"message": VERIFIED}
    assert (seen(curl)["state"], seen(curl)["failure_reason"]) == ("appliance_staging", "")
    assert device(running, "box").network.live.revision == 1


def test_an_appliance_that_does_not_stage_holds_up_the_others_until_it_is_left_behind(lab, tmp_path):
    running = lab(
        spec("mcn", "dc"), *(spec(f"hamburg-{side}", "hamburg", appliance=f"hamburg-{side}") for side in "ab")
    )
    mcn = Curl(running, "mcn", tmp_path).login()
    running.add_fault("mcn", {"name": "site_stage_fails", "at": "hamburg-b"})
    item = {"package_name": "Production", "site_name": "hamburg", "firewall_local_policy": [{"action": "drop"}]}
    mcn.ok("PUT", "config_editor/firewall", body={"firewall": item})
    to_state(mcn, "appliance_staging")
    mcn.ok("POST", f"{CHANGE}?action=stage")

    def column(key: str) -> dict[str, str]:
        return {row["appliance_name"]: row[key] for row in seen(mcn)["sites_cm_status"]}

    eventually(lambda: column("transfer_state"), lambda found: "failed" in found.values())
    assert [name for name, staged in column("staged_config").items() if not staged] == ["hamburg-b"]
    assert seen(mcn)["state"] == "staging"
    assert mcn.no("POST", f"{CHANGE}?action=activate")[0] == 400
    mcn.ok("POST", f"{CHANGE}?action=ignore_incomplete")
    mcn.ok("POST", f"{CHANGE}?action=activate")
    network = device(running, "mcn").network
    eventually(lambda: network.live.revision, lambda revision: revision == 2)
    mcn.login()
    assert [name for name, runs in column("active_config").items() if runs != "Production_2"] == ["hamburg-b"]
    counted = [
        Curl(running, f"hamburg-{side}", tmp_path).login().ok("GET", "monitor/firewall_filter_stats") for side in "ab"
    ]
    assert [len(rows["firewall_filter_stats"]) for rows in counted] == [1, 0]


def test_what_is_staged_can_be_taken_back(client):
    running, curl = client()
    to_state(curl, "activate")
    curl.ok("POST", f"{CHANGE}?action=cancel_stage")
    found = seen(curl)
    assert found["state"] == "network_staging"
    assert not any(row["staged_config"] for row in found["sites_cm_status"])
    curl.ok("POST", f"{CHANGE}?action=clear_network_staging")
    assert seen(curl)["network_staged_selected_filename"] == ""
    assert device(running, "box").network.live.revision == 1


@pytest.mark.parametrize(
    ("action", "revision"), [("activate", 2), ("activate_with_rollback", 1)], ids=["without rollback", "with rollback"]
)
def test_only_an_activation_with_rollback_goes_back_when_there_is_an_error(client, action, revision):
    running, curl = client(faults=[{"name": "activation_rolls_back"}])
    to_state(curl, "activate")
    curl.ok("POST", f"{CHANGE}?action={action}")
    eventually(lambda: device(running, "box").changes.state, lambda state: state != "activating")
    found = seen(curl.login())
    assert (found["current_config"], bool(found["failure_reason"])) == (f"Production_{revision}", revision == 1)
    assert device(running, "box").network.live.revision == revision


def test_calls_that_overlap_are_seen(client):
    running, curl = client()
    assert device(running, "box").nitro.busiest == 1
    process = subprocess.Popen(
        ["curl", "-sS", "--cacert", curl.ca, "-b", curl.jar, "--limit-rate", "1k", "--max-time", "20", "-F",
         "file=@-;filename=slow", f"{curl.url}config/file_upload_to_inbox?action=file_upload"],
        stdin=subprocess.PIPE, stdout=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        assert process.stdin is not None
        process.stdin.write(b"x" * 100_000)
        process.stdin.close()
        eventually(lambda: device(running, "box").nitro.busy, lambda busy: busy == 1)
        curl.ok("GET", "config/system_options")
    finally:
        process.kill()
        process.wait(10)
    assert device(running, "box").nitro.busiest == 2


# -- how NITRO speaks ----------------------------------------------------------------------------------------------------


def test_an_appliance_may_be_at_version_2(client, tmp_path):
    running, curl = client(base="/sdwan/nitro/v2/")
    assert curl.ok("GET", "config/system_options")[0]["site_name"] == "dc"
    assert Curl(running, "box", tmp_path)("POST", "config/login", body=LOGIN)[0] == 404


@pytest.mark.parametrize(
    ("call", "options", "status"),
    [
        (("GET", "config/nothing"), {}, 400),
        (("GET", "config"), {}, 400),
        (("GET", "config/system_options/x"), {}, 400),
        (("PUT", "config/system_options"), {"body": {"system_options": {}}}, 405),
        (("POST", "config/system_options?action=factory_reset"), {}, 405),
        (("POST", "config/config_packages"), {"body": {"other": {}}}, 400),
        (("POST", "config/config_packages"), {"body": {"config_packages": {}}}, 400),
        (("POST", "config/config_packages"), {"body": {"config_packages": {"package_name": "Production"}}}, 400),
        (("POST", "config/config_packages", "-d", "package_name=P"), {}, 415),
        (("POST", "config/config_packages", "-H", "Content-Type: application/json", "-d", '{"login"{'), {}, 400),
        (("POST", "config/login"), {"body": {"login": {"username": "ops", "password": "x"}}}, 401),
        (("POST", "config/login"), {"body": {"login": "ops"}}, 401),
    ],
)
def test_what_cannot_be_done_has_its_status(client, call, options, status):
    _running, curl = client()
    assert curl.no(*call, **options)[0] == status


def test_errors_of_10_0_are_said_in_its_words_and_one_may_stand_in_a_200(client):
    running, curl = client(old_errors=True)
    assert curl("GET", "config/nothing") == (
        400,
        {"errorcode": 400, "message": "Invalid resource", "severity": "ERROR"},
    )
    running.add_fault("box", {"name": "error_in_200", "at": "compile", "code": 1234, "text": "busy", "times": 1})
    body = {"config_packages": {"package_name": "Production"}}
    status, found = curl("POST", "config/config_packages?action=compile", body=body)
    assert (status, found["errorcode"], found["message"]) == (200, 1234, "busy")
    assert curl("POST", "config/config_packages?action=compile", body=body)[0] == 200


def test_answers_are_lists_and_nested_or_bare_and_flat(client):
    _running, curl = client()
    assert isinstance(curl.ok("GET", "config/system_options"), list)
    assert list(curl("GET", "monitor/applications")[1]) == ["applications"]
    _running, curl = client(bare=True, nested=False)
    assert curl.ok("GET", "config/system_options")["site_name"] == "dc"
    assert isinstance(curl.ok("GET", "config_editor/sites/package_name=Production"), list)
    found = curl("GET", "monitor/applications?filter=page_no:3")[1]
    assert (len(found["applications"]), found["metadata"]) == (20, {"no_of_pages": "3"})


def test_a_session_ends_when_it_is_not_used_and_when_the_device_forgets_it(client):
    running, curl = client(session_seconds=60.0)
    sessions = device(running, "box").nitro._used

    def unused(seconds: float) -> None:
        running.call(lambda: sessions.update({cookie: used - seconds for cookie, used in sessions.items()}))

    for _call in range(3):
        unused(30.0)
        curl.ok("GET", "config/system_options")
    unused(61.0)
    assert curl.no("GET", "config/system_options") == (401, "Authentication failed")
    curl.login()
    running.add_fault("box", {"name": "unauthorized", "at": "system_options", "times": 1})
    assert curl.no("GET", "config/system_options")[0] == 401
    curl.login().ok("GET", "config/system_options")


def test_a_second_factor_is_needed_where_there_is_one(lab, tmp_path):
    curl = Curl(lab(spec("box", "dc", second_factor="canary-second")), "box", tmp_path)
    assert curl.no("POST", "config/login", body=LOGIN)[0] == 401
    curl.login(secondaryPassword="canary-second").ok("GET", "config/system_options")


def test_a_wrong_password_and_a_login_stand_in_the_journal(client):
    running, curl = client()
    running.add_fault("box", {"name": "wrong_password", "times": 1})
    assert curl.no("POST", "config/login", body=LOGIN) == (401, "Authentication failed")
    events = [(entry["event"], entry["text"]) for entry in running.journal("box") if "login" in entry["event"]]
    assert events == [("login", "ops"), ("login-failed", "ops")]


def test_the_certificate_that_it_tells_is_the_one_it_shows(client):
    running, curl = client()
    (found,) = curl.ok("GET", "config/appliance_certificate")
    assert found["fingerprint"] == running.device("box").https.fingerprint
    assert found["fingerprint"] == fingerprint(device(running, "box").certificate)
    assert found["start_date"] < found["end_date"]


def test_it_reboots_and_ends_what_change_management_did(client):
    running, curl = client(phase_seconds=0.5)
    body = {"config_packages": {"package_name": "Production"}}
    curl.ok("POST", "config/config_packages?action=export_to_cm", body=body)
    curl.ok("POST", "config/system_options?action=reboot")
    eventually(lambda: device(running, "box").appliance.restarting, bool)
    assert curl("GET", "config/system_options", code=56) == (0, None)
    eventually(lambda: device(running, "box").appliance.restarting, lambda restarting: not restarting)
    assert curl.no("GET", "config/system_options")[0] == 401
    assert curl.login().ok("GET", "config/change_management")[0]["state"] == "idle"


# -- roles and platforms -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("site", "more", "mode", "active"),
    [
        ("dc", {}, "MCN", 1),
        ("spare", {}, "MCN", 0),
        ("berlin", {}, "Client", 1),
        ("hamburg", {"appliance": "hamburg-a"}, "Client", 1),
        ("hamburg", {"appliance": "hamburg-b"}, "Client", 0),
    ],
)
def test_an_appliance_knows_its_role(lab, tmp_path, site, more, mode, active):
    spare = {"site_name": "spare", "model": "cb2100", "mode": "secondary_mcn"}
    network = {**NETWORK, "sites": [*NETWORK["sites"], spare]}
    curl = Curl(lab(spec("box", site, network, model_name="1100-SE", **more)), "box", tmp_path).login()
    system = curl.ok("GET", "config/system_options")[0]
    assert (system["appliance_mode"], system["site_name"], system["model"]) == (mode, site, "1100-SE")
    assert curl.ok("GET", "monitor/appliance_ha_status")[0]["is_active"] == active
    status = curl("GET", "config/change_management")[0]
    assert status == (200 if mode == "MCN" else 403)
    assert curl("POST", "config/config_packages", body={"config_packages": {"package_name": "P"}})[0] == status


@pytest.mark.parametrize(
    ("method", "path", "item"),
    [
        ("PUT", "config_editor/global_network_settings", {"package_name": "Production"}),
        ("POST", "config_editor/firewall_policy_template", {"firewall_policy_template_name": "T"}),
        ("DELETE", "config_editor/firewall/site_name=berlin,package_name=Production", None),
        ("GET", "config_editor/sites/package_name=Production", None),
        ("DELETE", "config/config_packages/package_name=Production", None),
        ("POST", "config/config_packages?action=export_to_cm", {"package_name": "Production"}),
        ("POST", "config/change_management?action=verify", None),
    ],
)
def test_a_client_has_no_configuration_of_the_network(client, method, path, item):
    running, curl = client("berlin")
    body = None if item is None else {path.split("/")[1].split("?")[0]: item}
    assert curl.no(method, path, body=body)[0] == 403
    assert [*device(running, "box").editor.packages] == ["Production"]


def test_a_network_without_the_named_site_does_not_start(lab):
    with pytest.raises(ValueError, match="the network has no 'madrid'"):
        lab(spec("box", "madrid"))


# -- images and firewalls ------------------------------------------------------------------------------------------------


@pytest.fixture
def image(tmp_path: Path) -> Path:
    path = tmp_path / IMAGE
    with path.open("wb") as file:
        file.truncate(24 << 20)
    return path


def upload(curl: Curl, path: Path, vendor: str = VENDOR, name: str = IMAGE, **more: Any) -> tuple[int, Any]:
    options = ("-H", "Expect:", "-F", f"vendor={vendor}", "-F", f"file=@{path};filename={name}")
    return curl("POST", "config/hosted_firewall_images?action=file_upload", *options, **more)


def test_an_image_comes_in_and_is_listed_with_its_size(client, image):
    running, curl = client("berlin")
    assert upload(curl, image) == (200, {"hosted_firewall_images": {"message": "resource added succesfully"}})
    (row,) = curl.ok("GET", "config/hosted_firewall_images")
    assert row == {
        "image_name": IMAGE, "vendor": VENDOR, "size": 24 << 20, "status": "complete", "percent": 100, "in_use": False,
    }  # fmt: skip
    kept = device(running, "box").hosting.images[IMAGE]
    assert kept.sha256 == hashlib.sha256(image.read_bytes()).hexdigest()
    (storage,) = curl.ok("GET", "config/hosted_firewall_storage")
    assert (storage["used"], storage["free"]) == (24 << 20, storage["reserved"] - (24 << 20))
    curl.ok("DELETE", f"config/hosted_firewall_images/image_name={IMAGE}")
    assert curl.ok("GET", "config/hosted_firewall_images") == []


def _two(hosting: Any) -> None:
    hosting.images |= {name: Image(name, VENDOR, 1) for name in ("one", "two")}


def _used(hosting: Any) -> None:
    hosting.images[IMAGE] = Image(IMAGE, VENDOR, 1)
    hosting.machine = Machine(VENDOR, "VM 50", IMAGE)


def _full(hosting: Any) -> None:
    hosting.reserved = 20 << 20


def _other(hosting: Any) -> None:
    hosting.images["one"] = Image("one", VENDOR, 1, status="uploading")


@pytest.mark.parametrize(
    ("site", "before", "more", "said"),
    [
        ("rome", None, {}, "Hosted firewall is not supported on this platform"),
        ("berlin", _two, {}, "A maximum of 2 software images can be uploaded"),
        ("berlin", _used, {}, "Image is in use"),
        ("berlin", _full, {}, "Not enough space"),
        ("berlin", _other, {}, "Another image upload is in progress"),
        ("berlin", None, {"vendor": "Acme"}, "Unknown vendor Acme"),
    ],
)
def test_what_it_does_not_take_is_refused_before_the_first_byte(client, image, site, before, more, said):
    running, curl = client(site, upload_rate=1 << 20)  # 24 seconds, if it were read
    if before is not None:
        running.call(lambda: before(device(running, "box").hosting))
    began = time.monotonic()
    assert upload(curl, image, **more) == (400, {"errorcode": 400, "errormessage": said})
    assert time.monotonic() - began < 10
    assert not any(row["size"] > 1 for row in curl.ok("GET", "config/hosted_firewall_images"))


def test_an_upload_is_seen_to_grow_and_fails_with_its_client(client, image):
    _running, curl = client("berlin", upload_rate=4 << 20)
    process = subprocess.Popen(
        ["curl", "-sS", "--limit-rate", "100M", "--cacert", curl.ca, "-b", curl.jar, "-F", f"vendor={VENDOR}",
         "-F", f"file=@{image}", f"{curl.url}config/hosted_firewall_images?action=file_upload"],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:

        def rows() -> Any:
            return curl.ok("GET", "config/hosted_firewall_images")

        (row,) = eventually(rows, lambda seen: bool(seen) and seen[0]["percent"] > 0)
        assert (row["status"], 0 < row["percent"] < 100) == ("uploading", True)
        assert curl.no("DELETE", "config/hosted_firewall_images/image_name=none")[0] == 400
    finally:
        process.kill()
        process.wait(10)
    (row,) = eventually(rows, lambda seen: seen[0]["status"] != "uploading")
    assert (row["status"], row["size"] < 24 << 20) == ("failed", True)
    curl.ok("DELETE", f"config/hosted_firewall_images/image_name={IMAGE}")


PART = f'--x\r\nContent-Disposition: form-data; name="vendor"\r\n\r\n{VENDOR}\r\n'
FILE = '--x\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\nabc'


@pytest.mark.parametrize(
    ("kind", "body", "left"),
    [
        ("multipart/form-data", FILE, []),
        ("multipart/form-data; boundary=x", "nothing of it", []),
        ("multipart/form-data; boundary=x", PART + FILE, ["failed"]),
        ("multipart/form-data; boundary=x", PART + "--x--", []),
        ("multipart/mixed; boundary=x", "--x\r\nContent-Type: multipart/mixed; boundary=y\r\n\r\n--y--\r\n--x--", []),
    ],
    ids=["no boundary", "no parts", "no end", "no file", "parts in parts"],
)
@pytest.mark.parametrize("resource", ["hosted_firewall_images", "file_upload_to_inbox"])
def test_a_broken_body_is_refused_and_leaves_no_image_behind_that_looks_whole(client, resource, kind, body, left):
    running, curl = client("berlin")
    header = f"Content-Type: {kind}"
    assert curl.no("POST", f"config/{resource}?action=file_upload", "-H", header, "--data-binary", body)[0] == 400
    images = [row["status"] for row in curl.ok("GET", "config/hosted_firewall_images")]
    assert images == (left if resource == "hosted_firewall_images" else [])
    assert device(running, "box").inbox.files == {}


def test_a_firewall_is_provisioned_stopped_started_and_removed(client, image):
    running, curl = client("berlin", phase_seconds=0.02)
    upload(curl, image)
    secret = {"vm_auth_key": "canary-vm-key", "auth_code": "canary-code"}
    form = {"vendor": VENDOR, "model": "VM 50", "image_name": IMAGE, "primary_management_server": "192.0.2.5", **secret}
    curl.ok("POST", "config/hosted_firewalls", body={"hosted_firewalls": form})

    def status() -> tuple[str, str]:
        (row,) = curl.ok("GET", "config/hosted_firewalls")
        return row["admin_status"], row["operation_status"]

    eventually(status, lambda seen: seen == ("Up", "Running"))
    assert curl.no("POST", "config/hosted_firewalls", body={"hosted_firewalls": form})[0] == 400
    assert curl.no("DELETE", f"config/hosted_firewall_images/image_name={IMAGE}") == (400, "Image is in use")
    curl.ok("POST", "config/hosted_firewalls?action=shutdown")
    eventually(status, lambda seen: seen == ("Down", "Stopped"))
    curl.ok("POST", "config/hosted_firewalls?action=start")
    eventually(status, lambda seen: seen == ("Up", "Running"))
    log = [row["message"] for row in curl.ok("GET", "config/hosted_firewall_log")]
    assert log[:4] == ["copying image", "creating virtual machine", "booting", "virtual machine is up"]
    curl.ok("POST", "config/hosted_firewalls?action=deprovision")
    eventually(lambda: curl.ok("GET", "config/hosted_firewalls"), lambda seen: seen == [])
    assert device(running, "box").hosting.machine is None
    assert "canary-vm-key" not in json.dumps(running.journal("box"))
