# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Hosted firewalls: jobs in their order, with their undo; laws on a device of a few lines."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from hypothesis import given

from ansible_collections.mspplus.netsec.plugins.plugin_utils._engine.operations import Plan
from ansible_collections.mspplus.netsec.plugins.plugin_utils._sdwan.hosted_firewall.model import (
    Document,
    Fleet,
    Machine,
    ended,
    machines,
    owned,
    powered,
    state,
)
from ansible_collections.mspplus.netsec.plugins.plugin_utils._sdwan.hosted_firewall.plan import (
    Step,
    desired_state,
    later_all,
    plan,
    provisioned_with,
    step_of,
    steps,
)
from ansible_collections.mspplus.netsec.plugins.plugin_utils._sdwan.resources import Resources, parsed

from .hosting import BERLIN_A, BERLIN_B, HERE, PARIS, STATUSES, across, appliance, center, documents, fleets, row, task

APPLIANCE, CENTER = Resources("sdwan"), Resources("sdwan_center")


def here(current: Fleet, document: Document) -> list[str]:
    return [step.line for step in steps(current, document, APPLIANCE)]


def actions(current: Fleet, document: Document) -> list[str]:
    return [step.action for step in steps(current, document, APPLIANCE)]


def test_provisioning_is_one_request_with_references_to_its_secrets() -> None:
    (line,) = here(appliance(), task(secrets=("vm_auth_key", "auth_code")))
    method, path, body = parsed(line, {"vm_auth_key": "K", "auth_code": "A"})
    assert (method, path) == ("POST", "config/hosted_firewalls")
    assert body["hosted_firewalls"] == {
        "vendor": "Palo Alto Networks",
        "model": "VM 50",
        "image_name": "PA-VM-KVM-10.2.9.qcow2",
        "primary_management_server": "192.0.2.50",
        "vm_auth_key": "K",
        "auth_code": "A",
    }
    assert '"vm_auth_key":"<vm_auth_key>"' in line


def test_both_of_a_pair_are_provisioned_by_one_request_and_acted_on_by_two() -> None:
    document = across("berlin")
    (step,) = steps(center(document), document, CENTER)
    assert step.item == "sites[berlin]" and len(step.targets) == 2 and len(step.undo) == 2
    assert [item["appliance_name"] for item in json.loads(step.line.split(" ", 2)[2])["hosted_firewalls"]["sites"]] == [
        "berlin-a",
        "berlin-b",
    ]
    running = center(document, row(BERLIN_A), row(BERLIN_B))
    lines = [step.line for step in steps(running, replace(document, power="stopped"), CENTER)]
    assert len(lines) == 2 and all("?action=shutdown " in line for line in lines)


@pytest.mark.parametrize(
    ("status", "present", "power", "expected"),
    [
        (None, True, "started", ["provision"]),
        (None, True, "stopped", ["provision", "shutdown"]),
        (None, False, "started", []),
        ("running", True, "started", []),
        ("running", True, "stopped", ["shutdown"]),
        ("running", False, "started", ["deprovision"]),
        ("stopped", True, "started", ["start"]),
        ("stopped", True, "stopped", []),
        ("failed", True, "started", ["deprovision", "provision"]),
        ("failed", False, "started", ["deprovision"]),
        ("provisioning", True, "started", []),
        ("provisioning", True, "stopped", ["shutdown"]),
        ("stopping", True, "started", ["start"]),
        ("deprovisioning", False, "started", []),
        ("deprovisioning", True, "started", ["provision"]),
        ("strange", True, "started", []),
        ("strange", False, "started", []),
    ],
)
def test_each_state_needs_these_jobs_and_a_running_job_is_never_started_twice(
    status: str | None, present: bool, power: str, expected: list[str]
) -> None:
    current = appliance(*([row(HERE, status)] if status else []))
    assert actions(current, task(present=present, power=power)) == expected


def test_a_firewall_is_removed_in_the_middle_of_a_job_when_somebody_says_so() -> None:
    for status in ("provisioning", "strange"):
        assert actions(appliance(row(HERE, status)), task(present=False, force=True)) == ["deprovision"]
    assert actions(appliance(row(HERE, "deprovisioning")), task(present=False, force=True)) == []


@pytest.mark.parametrize(
    "change",
    [
        {"model": "VM 100"},
        {"image": "other.qcow2"},
        {"vendor": "Check Point", "model": "Edge"},
        {"primary_management_server": ""},
        {"secondary_management_server": "192.0.2.51"},
    ],
)
def test_other_settings_provision_anew(change: dict[str, str]) -> None:
    first, second = steps(appliance(row()), task(**change), APPLIANCE)
    assert (first.action, second.action) == ("deprovision", "provision")
    assert first.risk == second.risk == ("reprovisions", "takes-down")
    assert "config/hosted_firewalls {" in first.undo[0] and "VM 50" in first.undo[0]


@pytest.mark.parametrize("near", [{"model": "vm-50"}, {"vendor": None, "model": None, "image": None}])
def test_other_words_for_the_same_provision_nothing(near: dict[str, str | None]) -> None:
    assert actions(appliance(row()), task(**near)) == []
    other = task(vendor=None, model=None, image=None, primary_management_server=None)
    assert actions(appliance(row(vendor="Check Point", model="Edge")), other) == []


def test_secrets_are_given_anew_once_a_run_and_only_where_that_is_asked_for() -> None:
    given = task(secrets=("auth_code",))
    assert actions(appliance(row()), given) == []
    always = replace(given, renew=True)
    assert actions(appliance(row()), always) == ["deprovision", "provision"]
    assert steps(appliance(row()), always, APPLIANCE, renewed={HERE}) == []


def test_what_failed_is_repeated_and_said_so() -> None:
    first, second = steps(appliance(row(HERE, "failed")), task(), APPLIANCE)
    assert first.risk == second.risk == ("repeats-failed",)
    assert first.undo is None


def test_all_appliances_go_through_one_round_together() -> None:
    document = across("berlin", "paris", power="stopped")
    current = center(document, row(BERLIN_A, "failed"))
    assert [(step.action, len(step.targets)) for step in steps(current, document, CENTER)] == [
        ("deprovision", 1),
        ("provision", 2),
        ("provision", 1),
        ("shutdown", 1),
        ("shutdown", 1),
        ("shutdown", 1),
    ]


def test_a_task_that_does_not_wait_begins_one_job_and_tells_the_rest() -> None:
    document = task(power="stopped", wait=False)
    listed = steps(appliance(), document, APPLIANCE)
    planned = plan(listed)
    assert [operation.kind for operation in planned.operations] == ["create"]
    assert len(planned.deferred) == 1 and "run again" in planned.deferred_because
    busy = plan(steps(appliance(row(HERE, "provisioning")), document, APPLIANCE))
    assert not busy and len(busy.deferred) == 1
    assert not plan(later_all(listed, {HERE}))


def test_with_force_both_of_a_pair_are_provisioned_anew_where_one_has_to_be() -> None:
    document = across("berlin", "paris")
    current = center(document, row(BERLIN_A), row(PARIS))
    assert [(step.action, step.item) for step in steps(current, document, CENTER)] == [
        ("provision", "sites[berlin/berlin-b]")
    ]
    forced = replace(document, force=True)
    assert [(step.action, step.item) for step in steps(current, forced, CENTER)] == [
        ("deprovision", "sites[berlin/berlin-a]"),
        ("provision", "sites[berlin]"),
    ]
    at_once = steps(current, replace(forced, wait=False), CENTER)
    assert [(step.action, step.later) for step in at_once] == [("deprovision", False), ("provision", True)]
    assert steps(center(forced, row(BERLIN_A), row(BERLIN_B), row(PARIS)), forced, CENTER) == []


def test_start_and_shutdown_undo_each_other() -> None:
    (step,) = steps(appliance(row(HERE, "stopped")), task(), APPLIANCE)
    assert (step.line, step.undo) == (
        "POST config/hosted_firewalls?action=start",
        ("POST config/hosted_firewalls?action=shutdown",),
    )


@given(fleets, documents)
def test_operations_that_went_through_json_are_the_same_steps(current: Fleet, document: Document) -> None:
    for table, fleet_of, given_document in (
        (CENTER, current, document),
        (APPLIANCE, appliance(row(HERE, "stopped")), task(power="started")),
        (APPLIANCE, appliance(), task(secrets=("vm_auth_key",))),
    ):
        listed = steps(fleet_of, given_document, table)
        reviewed = Plan.from_dict(json.loads(json.dumps(plan(listed).as_dict())))
        assert [step_of(operation, table, fleet_of.targets) for operation in reviewed.operations] == listed
        assert all(step.undo is None or step.undo for step in listed)


def test_an_operation_on_another_appliance_is_none_of_ours() -> None:
    document = across("paris")
    (step,) = steps(center(document), document, CENTER)
    with pytest.raises(ValueError, match="not an operation on the firewalls of this task"):
        step_of(plan([step]).operations[0], CENTER, center(across("berlin")).targets)


def test_what_is_owned_has_no_status_and_no_counters() -> None:
    up = owned(appliance(row()))
    assert owned(appliance(row(packets_sent=5, processing_status="Contemplating"))) == up
    assert owned(appliance(row(HERE, "provisioning"))) == owned(appliance(row(HERE, "stopping")))
    others = [appliance(), appliance(row(HERE, "stopped")), appliance(row(model="VM100"))]
    assert all(owned(other) != up for other in others)


def test_firewalls_of_others_are_counted() -> None:
    document = across("paris")
    assert center(document, row(PARIS), row(BERLIN_A), row(BERLIN_B)).others == 2
    assert appliance(row()).others == 0


def done(current: Fleet, step: Step, document: Document) -> Fleet:
    """What a well device shows after a job."""
    after = dict(current.machines)
    for target in step.targets:
        machine = ended(had) if (had := after[target.key]) else None
        if step.action == "deprovision":
            assert machine is not None
            after[target.key] = None
        elif step.action == "provision":
            assert machine is None
            fresh: Machine = machines([{**row(target.key), **provisioned_with(document)}])[0]
            after[target.key] = powered(fresh, "started")
        else:
            assert machine is not None and state(machine) != {"start": "started", "shutdown": "stopped"}[step.action]
            after[target.key] = powered(machine, "started" if step.action == "start" else "stopped")
    return replace(current, machines=after)


@given(fleets, documents)
def test_the_plan_leads_to_what_is_wanted_and_a_second_one_is_empty(current: Fleet, document: Document) -> None:
    """Machines of which nobody knows what they do are left alone."""
    settled = replace(
        current,
        machines={
            key: None
            if machine is not None and machine.firewall.operation_status == STATUSES["strange"][1]
            else machine
            for key, machine in current.machines.items()
        },
    )
    listed = steps(settled, document, CENTER)
    renewed = [target.key for step in listed if step.action == "provision" for target in step.targets]
    after = settled
    for step in listed:
        after = done(after, step, document)
    final = replace(after, machines={key: ended(m) if m else None for key, m in after.machines.items()})
    desired = desired_state(settled, document)
    assert [state(machine) for machine in final.machines.values()] == [
        state(machine) for machine in desired.machines.values()
    ]
    assert all(not machine.differs(document.settings) for machine in final.machines.values() if machine)
    assert steps(final, document, CENTER, renewed) == []
