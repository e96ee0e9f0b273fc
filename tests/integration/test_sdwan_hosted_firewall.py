# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""sdwan_hosted_firewall on an appliance of the lab: every state, jobs that run, jobs that fail, links that break."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from integration.conftest import StartLab
from integration.hosted import (
    CODE,
    IMAGE,
    KEY,
    NEXT,
    WANTED,
    Task,
    appliance,
    calls,
    machine,
    running,
    stocked,
    written,
)

from ansible_collections.mspplus.netsec.plugins.plugin_utils._engine.failures import ConnectionFailed
from ansible_collections.mspplus.netsec.plugins.plugin_utils._engine.operations import Plan
from lab.sdwan.hosting import Hosting
from lab.server import Lab

POST = "POST config/hosted_firewalls"
START, SHUTDOWN, DEPROVISION = (f"{POST}?action={action}" for action in ("start", "shutdown", "deprovision"))
REDIRECTS = """
network: acme
sites: [{site_name: branch1, model: cb1100}]
package: Production
content:
  hosted_firewall_template:
    - {name: T, vendor: Palo Alto Networks, model: VM 50, service_redirection_interfaces: [{interface: Interface-1, vlan: 0}]}
  firewall:
    branch1:
      firewall_local_policy:
        - {id: 1, priority: 100, policy_type: hosted_firewall, action: redirect, hosted_firewall_template: T,
           service_redirection_interface: Interface-1}
"""


MANY = """
network: acme
sites: [{site_name: branch1, model: cb1100}]
package: Production
content:
  firewall:
    branch1:
      firewall_local_policy: [ROWS]
"""


@pytest.fixture
def edge(lab: StartLab) -> Lab:
    started = lab(appliance())
    stocked(started, hosting(started))
    return started


def hosting(lab: Lab, name: str = "edge1") -> Hosting:
    found: Hosting = lab.device(name).device.hosting
    return found


def has(lab: Lab) -> str:
    """Both statuses of what the appliance hosts."""
    hosted = hosting(lab).machine
    return "" if hosted is None else f"{hosted.admin_status} {hosted.operation_status}"


def test_from_empty_to_running_stopped_running_and_gone_and_each_second_run_writes_nothing(
    edge: Lab, tmp_path: Path
) -> None:
    steps: list[tuple[dict[str, Any], list[str], str]] = [
        (WANTED, [POST], "Up Running"),
        ({"power": "stopped"}, [SHUTDOWN], "Down Stopped"),
        ({"model": "VM50"}, [START], "Up Running"),
        ({"state": "absent"}, [DEPROVISION], ""),
        ({**WANTED, "power": "stopped"}, [POST, SHUTDOWN], "Down Stopped"),
    ]
    sent: list[str] = []
    for given, requests, after in steps:
        planned = Task(edge, tmp_path, "edge1", check_mode=True, **given).run()
        assert planned["changed"] and written(edge, "edge1") == sent
        done = Task(edge, tmp_path, "edge1", **given).run()
        sent += requests
        assert done["changed"] and has(edge) == after and written(edge, "edge1") == sent
        assert (done["after"], done["commands"]) == (planned["after"], planned["commands"])
        assert [line.partition(" {")[0] for line in done["commands"]] == requests
        again = Task(edge, tmp_path, "edge1", **given).run()
        assert not again["changed"] and again["before"] == again["after"] == done["after"]
        assert written(edge, "edge1") == sent


def test_the_appliance_gets_what_the_task_says_and_the_result_holds_no_secret(edge: Lab, tmp_path: Path) -> None:
    task = Task(edge, tmp_path, "edge1", **WANTED)
    done = task.run()
    hosted = hosting(edge).machine
    assert hosted is not None and hosted.secrets == {"vm_auth_key": KEY, "auth_code": CODE}
    (row,) = done["firewalls"]
    assert (row["model"], row["image_name"], row["admin_status"]) == ("VM 50", IMAGE, "Up")
    assert row["device_url"] == "https://192.0.2.10:4100" and row["state"] == "started"
    assert done["api_documented"] is False
    assert done["undocumented_calls"] == ["hosted_firewall_images", "hosted_firewalls", "virtual_machines"]
    assert "canary" not in json.dumps(done) and "canary" not in "".join(task.said).lower()
    assert KEY not in json.dumps(edge.journal("edge1")) and CODE not in json.dumps(edge.journal("edge1"))
    assert any("1 of 1 done" in line or "0 of 1 done; this appliance: Provisioning" in line for line in task.said)


def test_a_run_without_change_reads_twice(edge: Lab, tmp_path: Path) -> None:
    Task(edge, tmp_path, "edge1", **WANTED).run()
    before = len(calls(edge, "edge1"))
    Task(edge, tmp_path, "edge1", **WANTED).run()
    assert [call for call in calls(edge, "edge1")[before:] if "login" not in call] == [
        "GET config/system_options",
        "GET config/hosted_firewalls",
    ]


# -- rules ------------------------------------------------------------------------------------------------------------------


def test_what_the_appliance_would_refuse_is_refused_before(lab: StartLab, tmp_path: Path) -> None:
    text = "sites: [{site_name: small, model: cb410, virtual_machines: {cloud_direct: running}}]"
    small = lab(appliance(config_text=text))
    assert Task(small, tmp_path, "edge1", **WANTED).refused() == ["H1", "H10", "H24"]
    assert written(small, "edge1") == []


def test_a_live_redirect_keeps_its_firewall_up_unless_forced(lab: StartLab, tmp_path: Path) -> None:
    edge = lab(appliance(config_text=REDIRECTS))
    stocked(edge, hosting(edge))
    Task(edge, tmp_path, "edge1", **WANTED).run()
    writes = written(edge, "edge1")
    for given in ({"power": "stopped"}, {"state": "absent"}):
        assert Task(edge, tmp_path, "edge1", **given).refused() == ["H4"]
    assert Task(edge, tmp_path, "edge1", **WANTED, update_secret="always").refused() == ["H37", "H4"]
    assert written(edge, "edge1") == writes
    assert Task(edge, tmp_path, "edge1", power="stopped", force=True).run()["changed"]
    assert has(edge) == "Down Stopped"


def test_other_settings_need_force_and_provision_anew(edge: Lab, tmp_path: Path) -> None:
    Task(edge, tmp_path, "edge1", **WANTED).run()
    assert Task(edge, tmp_path, "edge1", **{**WANTED, "image": NEXT}).refused() == ["H37"]
    done = Task(edge, tmp_path, "edge1", **{**WANTED, "image": NEXT}, force=True).run()
    hosted = hosting(edge).machine
    assert hosted is not None and hosted.image_name == NEXT and has(edge) == "Up Running"
    assert written(edge, "edge1") == [POST, DEPROVISION, POST]
    assert {tag for item in done["plan"]["operations"] for tag in item["risk"]} == {"reprovisions", "takes-down"}
    assert not Task(edge, tmp_path, "edge1", **{**WANTED, "image": NEXT}, force=True).run()["changed"]


def test_secrets_are_given_anew_each_run_where_that_is_asked_for_with_force(edge: Lab, tmp_path: Path) -> None:
    Task(edge, tmp_path, "edge1", **WANTED).run()
    new = {**WANTED, "vm_auth_key": "canary-second", "update_secret": "always"}
    assert Task(edge, tmp_path, "edge1", **new).refused() == ["H37"]
    new["force"] = True
    assert Task(edge, tmp_path, "edge1", **new).run()["changed"]
    hosted = hosting(edge).machine
    assert hosted is not None and hosted.secrets["vm_auth_key"] == "canary-second"
    assert written(edge, "edge1") == [POST, DEPROVISION, POST]


def test_jobs_are_those_of_the_plan_also_where_it_went_through_json(edge: Lab, tmp_path: Path) -> None:
    def through_json(plan: Plan) -> Plan:
        return Plan.from_dict(json.loads(json.dumps(plan.as_dict())))

    Task(edge, tmp_path, "edge1", **WANTED, carried_out=through_json).run()
    hosted = hosting(edge).machine
    assert hosted is not None and hosted.secrets == {"vm_auth_key": KEY, "auth_code": CODE}
    other = {**WANTED, "image": NEXT, "power": "stopped", "force": True}
    Task(edge, tmp_path, "edge1", **other, carried_out=through_json).run()
    assert written(edge, "edge1") == [POST, DEPROVISION, POST, SHUTDOWN]

    def without_the_last(plan: Plan) -> Plan:
        return Plan(plan.operations[:-1])

    failed = Task(edge, tmp_path, "edge1", **{**other, "image": IMAGE}, carried_out=without_the_last).failed()
    assert "does not show it" in str(failed)
    assert written(edge, "edge1")[4:] == [DEPROVISION, POST] and has(edge) == "Up Running"


def test_an_image_that_an_earlier_stage_uploads_is_assumed_in_check_mode_and_looked_for_in_the_real_run(
    lab: StartLab, tmp_path: Path
) -> None:
    edge = lab(appliance())
    assumed = {**WANTED, "assume": ["image"]}
    planned = Task(edge, tmp_path, "edge1", check_mode=True, **assumed).run()
    assert planned["plan"]["after"] == [f"the image {IMAGE} is complete on the appliance"]
    assert planned["warnings"] == []
    assert Task(edge, tmp_path, "edge1", **assumed).refused() == ["H24"]
    assert Task(edge, tmp_path, "edge1", check_mode=True, **WANTED).refused() == ["H24"]
    stocked(edge, hosting(edge))
    assert Task(edge, tmp_path, "edge1", **assumed).run()["plan"] == planned["plan"]


def test_redirects_that_an_earlier_stage_takes_away_are_assumed_gone_in_check_mode_only(
    lab: StartLab, tmp_path: Path
) -> None:
    edge = lab(appliance(config_text=REDIRECTS))
    stocked(edge, hosting(edge))
    Task(edge, tmp_path, "edge1", **WANTED).run()
    gone = {"state": "absent", "assume": ["no_redirects"]}
    planned = Task(edge, tmp_path, "edge1", check_mode=True, **gone).run()
    assert planned["plan"]["after"] == ["no live policy redirects to the firewall of this appliance"]
    assert Task(edge, tmp_path, "edge1", **gone).refused() == ["H4"]


# -- jobs that run ----------------------------------------------------------------------------------------------------------


def test_a_job_that_runs_is_adopted_and_not_started_twice(lab: StartLab, tmp_path: Path) -> None:
    edge = lab(appliance(phase_seconds=0.3))
    stocked(edge, hosting(edge))
    edge.call(lambda: hosting(edge).provision(machine()))
    planned = Task(edge, tmp_path, "edge1", check_mode=True, **WANTED).run()
    assert not planned["changed"] and has(edge).startswith("Down Provisioning")
    done = Task(edge, tmp_path, "edge1", **WANTED).run()
    assert not done["changed"] and has(edge) == "Up Running"
    assert done["adopted"][0].startswith("this appliance: Provisioning: ")
    assert written(edge, "edge1") == []


def test_what_an_adopted_job_leaves_is_what_counts(lab: StartLab, tmp_path: Path) -> None:
    edge = lab(appliance(phase_seconds=0.2))
    stocked(edge, hosting(edge))
    edge.call(lambda: hosting(edge).provision(machine()))
    assert Task(edge, tmp_path, "edge1", **WANTED, power="stopped").run()["changed"]
    assert written(edge, "edge1") == [SHUTDOWN] and has(edge) == "Down Stopped"


def test_an_adopted_job_that_fails_is_repeated_in_the_same_run(lab: StartLab, tmp_path: Path) -> None:
    edge = lab(appliance(phase_seconds=0.2))
    stocked(edge, hosting(edge))
    edge.add_fault("edge1", {"name": "job_fails", "at": "creating", "times": 1})
    edge.call(lambda: hosting(edge).provision(machine()))
    done = Task(edge, tmp_path, "edge1", **WANTED).run()
    assert done["changed"] and done["before"][0]["state"] == "Failed: creating virtual machine"
    assert written(edge, "edge1") == [DEPROVISION, POST] and has(edge) == "Up Running"


def test_who_is_quicker_with_the_same_job_is_adopted(edge: Lab, tmp_path: Path) -> None:
    table = edge.device("edge1").device.nitro.table["config/hosted_firewalls"]
    provision = table["POST"]

    async def beaten(ask: Any) -> Any:
        hosting(edge).provision(machine())
        return await provision(ask)

    table["POST"] = beaten
    assert Task(edge, tmp_path, "edge1", **WANTED).run()["changed"] and has(edge) == "Up Running"
    assert written(edge, "edge1") == [POST]


def test_a_task_that_does_not_wait_leaves_a_job_that_the_next_one_adopts(lab: StartLab, tmp_path: Path) -> None:
    edge = lab(appliance(phase_seconds=0.4))
    stocked(edge, hosting(edge))
    begun = Task(edge, tmp_path, "edge1", **WANTED, power="stopped", wait=False).run()
    assert begun["changed"] and begun["jobs"] == ["this appliance: provision"]
    assert [item["do"] for item in begun["deferred"]] == [[SHUTDOWN]]
    assert begun["firewalls"][0]["state"].startswith("Provisioning")
    idle = Task(edge, tmp_path, "edge1", **WANTED, power="stopped", wait=False).run()
    assert not idle["changed"] and len(idle["deferred"]) == 1
    assert written(edge, "edge1") == [POST]
    assert Task(edge, tmp_path, "edge1", **WANTED, power="stopped").run()["changed"]
    assert written(edge, "edge1") == [POST, SHUTDOWN] and has(edge) == "Down Stopped"


def test_a_job_that_never_ends_is_a_time_out_with_the_log_and_can_be_removed(edge: Lab, tmp_path: Path) -> None:
    edge.add_fault("edge1", {"name": "job_hangs", "at": "booting"})
    failed = Task(edge, tmp_path, "edge1", **WANTED, wait_timeout=1).failed()
    assert "changed: this appliance: Provisioning: booting" in failed.device_state
    assert [problem.rule for problem in failed.problems] == ["wait"]
    assert [line["message"] for line in failed.details["operation_log"]] == [
        "copying image",
        "creating virtual machine",
    ]
    again = Task(edge, tmp_path, "edge1", **WANTED, wait_timeout=1).failed()
    assert again.device_state.startswith("unchanged") and not again.changed
    assert written(edge, "edge1") == [POST]
    assert Task(edge, tmp_path, "edge1", state="absent", wait_timeout=0).failed().device_state.startswith("unchanged")
    assert Task(edge, tmp_path, "edge1", state="absent", force=True).run()["changed"] and has(edge) == ""


def test_a_status_that_nobody_knows_is_no_success(edge: Lab, tmp_path: Path) -> None:
    edge.call(lambda: setattr(hosting(edge), "machine", running(operation_status="Contemplating")))
    failed = Task(edge, tmp_path, "edge1", **WANTED, wait_timeout=1).failed()
    assert "Contemplating" in failed.device_state and not failed.changed
    assert Task(edge, tmp_path, "edge1", **WANTED, wait=False).refused() == ["H38"]
    assert written(edge, "edge1") == []


# -- faults -----------------------------------------------------------------------------------------------------------------


def test_a_job_that_fails_says_why_and_the_next_run_repeats_it(edge: Lab, tmp_path: Path) -> None:
    edge.add_fault("edge1", {"name": "job_fails", "at": "booting", "times": 1})
    failed = Task(edge, tmp_path, "edge1", **WANTED).failed()
    assert failed.device_state == "changed: this appliance: Failed: booting" and failed.changed
    assert [(problem.rule, problem.device_text) for problem in failed.problems] == [("job", "Failed: booting")]
    assert failed.details["operation_log"][-1]["message"] == "booting failed"
    assert failed.details["firewalls"][0]["operation_status"] == "Failed: booting"
    assert "canary" not in f"{failed} {failed.details} {failed.problems}"
    done = Task(edge, tmp_path, "edge1", **WANTED).run()
    assert written(edge, "edge1") == [POST, DEPROVISION, POST] and has(edge) == "Up Running"
    assert {tag for item in done["plan"]["operations"] for tag in item["risk"]} == {"repeats-failed"}


def test_a_log_is_bounded_and_clean(edge: Lab, tmp_path: Path) -> None:
    rows = [{"time": "t", "message": f"{number}\x1b[2J" + "x" * 400} for number in range(50)]
    edge.call(lambda: hosting(edge).log.extend(rows))
    edge.add_fault("edge1", {"name": "job_fails", "at": "booting"})
    log = Task(edge, tmp_path, "edge1", **WANTED).failed().details["operation_log"]
    assert len(log) == 20 and all(len(line["message"]) <= 301 and "\x1b" not in line["message"] for line in log)


@pytest.mark.parametrize(
    "fault",
    [
        {"name": "http_status", "at": "POST .*hosted_firewalls", "status": 500, "times": 1},
        {"name": "error_in_200", "at": "POST .*hosted_firewalls", "times": 1},
        {"name": "http_status", "at": "POST .*hosted_firewalls", "status": 403, "times": 1},
        {"name": "reset", "at": "POST .*hosted_firewalls", "times": 1},
        {"name": "hang_request", "at": "POST .*hosted_firewalls", "times": 1},
    ],
)
def test_a_request_that_is_not_done_fails_and_the_next_run_does_it(
    edge: Lab, tmp_path: Path, fault: dict[str, Any]
) -> None:
    edge.add_fault("edge1", fault)
    failed = Task(edge, tmp_path, "edge1", **WANTED).failed()
    assert failed.device_state == "unchanged: this appliance: no firewall" and has(edge) == ""
    assert "provision was not started" in failed.problems[0].message
    assert "canary" not in f"{failed} {failed.details} {failed.problems}"
    assert Task(edge, tmp_path, "edge1", **WANTED).run()["changed"] and has(edge) == "Up Running"


@pytest.mark.parametrize("name", ["lost_answer", "garbage_body"])
def test_a_request_whose_answer_is_lost_is_looked_after_and_not_sent_again(
    edge: Lab, tmp_path: Path, name: str
) -> None:
    edge.add_fault("edge1", {"name": name, "at": "POST .*hosted_firewalls", "times": 1})
    assert Task(edge, tmp_path, "edge1", **WANTED).run()["changed"]
    assert written(edge, "edge1") == [POST] and has(edge) == "Up Running"


def test_sessions_that_end_and_reads_that_fail_while_a_job_runs_are_got_over(lab: StartLab, tmp_path: Path) -> None:
    edge = lab(appliance(phase_seconds=0.5))
    stocked(edge, hosting(edge))
    edge.add_fault("edge1", {"name": "unauthorized", "at": "GET .*hosted_firewalls$", "nth": 2})
    edge.add_fault("edge1", {"name": "http_status", "at": "GET .*hosted_firewalls$", "status": 500, "nth": 4})
    assert Task(edge, tmp_path, "edge1", **WANTED).run()["changed"]
    assert sum("POST config/login" in call for call in calls(edge, "edge1")) == 2
    assert written(edge, "edge1") == [POST]


def test_a_link_that_stays_broken_after_a_job_began_says_that_nobody_knows(edge: Lab, tmp_path: Path) -> None:
    edge.add_fault("edge1", {"name": "job_hangs", "at": "booting"})
    task = Task(edge, tmp_path, "edge1", **WANTED)
    edge.add_fault("edge1", {"name": "lost_answer", "at": "POST .*hosted_firewalls", "times": 1})
    hostings = edge.device("edge1").device.nitro.table["config/hosted_firewalls"]
    provision = hostings["POST"]

    async def and_break(ask: Any) -> Any:
        edge.device("edge1").spec.faults.add({"name": "reset", "at": "GET .*hosted_firewalls"})
        return await provision(ask)

    hostings["POST"] = and_break
    failed = task.failed()
    assert failed.device_state.startswith("unknown") and failed.changed
    assert "whether provision was started is not known" in failed.problems[0].message
    edge.clear_faults("edge1")
    hostings["POST"] = provision
    assert written(edge, "edge1") == [POST]


def test_a_link_that_breaks_while_a_job_runs_says_that_nobody_knows(edge: Lab, tmp_path: Path) -> None:
    edge.add_fault("edge1", {"name": "job_hangs", "at": "booting"})
    hosted = edge.device("edge1").device.nitro.table["config/hosted_firewalls"]
    provision = hosted["POST"]

    async def and_spoil(ask: Any) -> Any:
        edge.device("edge1").spec.faults.add({"name": "http_status", "at": "GET .*hosted_firewalls", "status": 403})
        return await provision(ask)

    hosted["POST"] = and_spoil
    failed = Task(edge, tmp_path, "edge1", **WANTED).failed()
    assert failed.device_state.startswith("unknown; last seen: this appliance: ") and failed.changed
    assert "their outcome is not known" in str(failed)


def test_a_link_that_breaks_before_anything_was_sent_is_an_unreachable_host(edge: Lab, tmp_path: Path) -> None:
    edge.add_fault("edge1", {"name": "reset", "at": "GET .*hosted_firewalls"})
    with pytest.raises(ConnectionFailed):
        Task(edge, tmp_path, "edge1", **WANTED).run()
    assert written(edge, "edge1") == []


def test_a_release_without_these_calls_names_the_remedy_and_one_with_other_names_works(
    lab: StartLab, tmp_path: Path
) -> None:
    edge = lab(appliance(missing=["config/virtual_machines", "config/hosted_firewall_log"]))
    stocked(edge, hosting(edge))
    done = Task(edge, tmp_path, "edge1", **WANTED).run()
    assert done["changed"] and any("[H10]" in text for text in done["warnings"])
    other = {"hosted_firewalls": {"path": "config/vnf", "envelope": "hosted_firewalls"}}
    failed = Task(edge, tmp_path, "edge1", **WANTED, resources=other).failed()
    assert "config/vnf" in str(failed) and "resources: {hosted_firewalls" in str(failed)


@pytest.mark.parametrize(("count", "known"), [(999, True), (1000, False)])
def test_a_firewall_is_not_taken_down_where_the_list_of_live_policies_was_cut(
    lab: StartLab, tmp_path: Path, count: int, known: bool
) -> None:
    rows = ", ".join(f"{{action: drop, destination_port: {port}}}" for port in range(1, count + 1))
    edge = lab(appliance(network="acme", config_text=MANY.replace("ROWS", rows)))
    edge.call(lambda: setattr(hosting(edge), "machine", running()))
    gone = {"state": "absent"}
    if known:
        assert Task(edge, tmp_path, "edge1", **gone).run()["changed"]
        return
    assert Task(edge, tmp_path, "edge1", **gone).refused() == ["H4"]
    assert has(edge) == "Up Running"
    assert Task(edge, tmp_path, "edge1", **gone, force=True).run()["changed"]
