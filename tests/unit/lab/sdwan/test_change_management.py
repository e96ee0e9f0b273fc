# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Change management: the way of a package to the sites, what each state allows, and every fault on that way."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from typing import Any

import pytest

from lab.sdwan.change_management import VERIFIED
from lab.sdwan.nitro import Refusal

from .asked import STEP, Mcn

ACTIONS = (
    "verify",
    "stage",
    "activate",
    "activate_with_rollback",
    "ignore_incomplete",
)
EXPORT = ("POST", "config/config_packages", "export_to_cm")
SITE_FIELDS = {
    "site_name",
    "appliance_name",
    "model",
    "status",
    "transfer_state",
    "active_config",
    "staged_config",
    "active_software",
    "staged_sw_revision",
    "expected_sw_revision",
    "observed_sw_revision",
    "expected_interruption",
    "actual_interruption_ms",
}


def edited() -> Mcn:
    mcn = Mcn()
    mcn.do("PUT", "global_network_settings", connection_match_type="symmetric")
    return mcn


def run(work: Coroutine[Any, Any, None]) -> None:
    async def bounded() -> None:
        await asyncio.wait_for(work, 10)

    asyncio.run(bounded())


def is_live(mcn: Mcn) -> bool:
    """Whether the network runs what was edited."""
    settings = mcn.network.live.content.get("global_network_settings", {})
    return bool(settings.get("connection_match_type") == "symmetric")


def column(seen: dict[str, Any], key: str) -> dict[str, Any]:
    return {row["appliance_name"]: row[key] for row in seen["sites_cm_status"]}


@pytest.mark.parametrize("activate", ["activate", "activate_with_rollback"])
def test_a_package_goes_all_the_way_and_each_site_runs_it(activate: str) -> None:
    mcn = edited()

    async def way() -> None:
        assert (await mcn.state())["state"] == "idle"
        await mcn.ask(*EXPORT)
        seen = await mcn.state()
        assert (seen["state"], seen["network_staged_selected_filename"]) == ("network_staging", "Production")
        await mcn.change("verify")
        seen = await mcn.state()
        assert (seen["state"], seen["message"]) == ("appliance_staging", VERIFIED)
        await mcn.change("stage")
        assert not any(column(await mcn.state(), "staged_config").values())
        seen = await mcn.until(lambda seen: seen["state"] == "activate")
        assert set(column(seen, "staged_config").values()) == {"Production_2"}
        assert set(column(seen, "active_config").values()) == {"Production_1"}
        assert not is_live(mcn)
        await mcn.change(activate)
        seen = await mcn.until(lambda seen: seen["state"] == "idle")
        assert seen["current_config"] == "Production_2"
        assert set(column(seen, "active_config").values()) == {"Production_2"}
        assert not any(column(seen, "staged_config").values())
        assert seen["failure_reason"] == ""

    run(way())
    assert is_live(mcn)
    assert mcn.changes.activations == 1


def test_what_is_live_does_not_change_with_the_package_after() -> None:
    mcn = edited()

    async def way() -> None:
        await mcn.staged()
        await mcn.ask("PUT", "global_network_settings", connection_match_type="directional")
        await mcn.change("activate")
        await mcn.until(lambda seen: seen["state"] == "idle")
        assert is_live(mcn)
        await mcn.ask("PUT", "global_network_settings", default_firewall_action="drop")
        assert mcn.network.live.content["global_network_settings"]["default_firewall_action"] == "allow"

    run(way())


def test_the_fields_are_those_of_the_reference() -> None:
    (seen,) = edited().do("GET", "config/change_management")
    assert set(seen) == {
        "state",
        "status",
        "message",
        "failure_reason",
        "activate_info",
        "current_config",
        "inbox_files",
        "network_staged_selected_filename",
        "sites_cm_status",
    }
    assert {frozenset(row) for row in seen["sites_cm_status"]} == {frozenset(SITE_FIELDS)}
    assert [row["appliance_name"] for row in seen["sites_cm_status"]] == ["dc-a", "berlin-a", "berlin-b", "paris-a"]


@pytest.mark.parametrize(
    ("steps", "allowed"),
    [
        ((), set()),
        (("export",), {"verify", "activate", "activate_with_rollback"}),
        (("export", "verify"), {"stage"}),
        (("export", "verify", "stage"), {"activate", "activate_with_rollback"}),
    ],
)
@pytest.mark.parametrize("action", ACTIONS)
def test_each_state_allows_what_the_reference_says(steps: tuple[str, ...], allowed: set[str], action: str) -> None:
    mcn = edited()

    async def way() -> None:
        for step in steps:
            await (mcn.ask(*EXPORT) if step == "export" else mcn.change(step))
        if "stage" in steps:
            await mcn.until(lambda seen: seen["state"] == "activate")
        before = await mcn.state()
        if action in allowed:
            await mcn.change(action)
            return
        with pytest.raises(Refusal) as refusal:
            await mcn.change(action)
        assert refusal.value.status == 400
        assert await mcn.state() == before

    run(way())
    assert (mcn.changes.state != "idle") == bool(steps)


def test_appliances_are_away_while_they_activate_and_come_back() -> None:
    mcn = edited()
    appliances = [appliance for site in mcn.network.sites.values() for appliance in site.appliances]
    mcn.faults.add({"name": "restart_long", "milliseconds": 60})

    async def way() -> None:
        await mcn.staged()
        await mcn.change("activate")
        while not all(appliance.restarting for appliance in appliances):  # run() bounds it
            await asyncio.sleep(STEP)
        seen = await mcn.until(lambda seen: seen["state"] == "idle")
        assert min(column(seen, "actual_interruption_ms").values()) >= 60
        assert not any(appliance.restarting for appliance in appliances)

    run(way())


def test_staging_and_activating_are_not_disturbed() -> None:
    mcn = edited()

    async def way() -> None:
        await mcn.ask(*EXPORT)
        await mcn.change("verify", "stage")
        for action in ("stage", "verify", "activate", "ignore_incomplete", "clear_network_staging"):
            with pytest.raises(Refusal):
                await mcn.change(action)
        with pytest.raises(Refusal, match="busy"):
            await mcn.ask(*EXPORT)
        await mcn.until(lambda seen: seen["state"] == "activate")
        await mcn.change("activate")
        for action in ("activate", "cancel_stage", "clear_network_staging"):
            with pytest.raises(Refusal):
                await mcn.change(action)
        await mcn.until(lambda seen: seen["state"] == "idle")

    run(way())


def test_what_was_staged_is_taken_back() -> None:
    mcn = edited()

    async def way() -> None:
        await mcn.staged()
        await mcn.change("cancel_stage")
        seen = await mcn.state()
        assert seen["state"] == "network_staging"
        assert not any(column(seen, "staged_config").values())
        await mcn.change("clear_network_staging")
        seen = await mcn.state()
        assert (seen["state"], seen["network_staged_selected_filename"]) == ("idle", "")
        assert seen["inbox_files"] == ["Production"]
        await mcn.change("clear_inbox")
        assert (await mcn.state())["inbox_files"] == []

    run(way())
    assert not is_live(mcn)


# -- faults -----------------------------------------------------------------------------------------------------------


def test_a_verify_that_fails_says_why_and_the_next_one_may_succeed() -> None:
    mcn = edited()
    mcn.faults.add({"name": "verify_fails", "times": 1})

    async def way() -> None:
        await mcn.ask(*EXPORT)
        await mcn.change("verify")
        seen = await mcn.state()
        assert (seen["state"], seen["status"]) == ("network_staging", "failed")
        assert seen["failure_reason"]
        await mcn.change("verify")
        assert (await mcn.state())["failure_reason"] == ""

    run(way())


def test_an_appliance_that_does_not_stage_stays_failed_until_it_is_left_behind() -> None:
    mcn = edited()
    mcn.faults.add({"name": "site_stage_fails", "at": "paris"})
    mcn.faults.add({"name": "site_stage_fails", "at": "berlin-b"})

    async def way() -> None:
        await mcn.ask(*EXPORT)
        await mcn.change("verify", "stage")
        seen = await mcn.until(lambda seen: "failed" in column(seen, "transfer_state").values())
        assert [name for name, state in column(seen, "transfer_state").items() if state == "failed"] == [
            "berlin-b",
            "paris-a",
        ]
        assert [name for name, staged in column(seen, "staged_config").items() if not staged] == ["berlin-b", "paris-a"]
        await asyncio.sleep(5 * STEP)
        assert (await mcn.state())["state"] == "staging"
        with pytest.raises(Refusal):
            await mcn.change("activate")
        await mcn.change("ignore_incomplete", "activate_with_rollback")
        seen = await mcn.until(lambda seen: seen["state"] == "idle")
        assert column(seen, "active_config") == {
            "dc-a": "Production_2",
            "berlin-a": "Production_2",
            "berlin-b": "Production_1",
            "paris-a": "Production_1",
        }
        behind = {a.name for site in mcn.network.sites.values() for a in site.appliances if a.behind is not None}
        assert behind == {"berlin-b", "paris-a"}
        mcn.faults.clear()
        await mcn.staged()
        await mcn.change("activate")
        seen = await mcn.until(lambda seen: seen["state"] == "idle")
        assert set(column(seen, "active_config").values()) == {"Production_3"}
        assert all(a.behind is None for site in mcn.network.sites.values() for a in site.appliances)

    run(way())
    assert is_live(mcn)


def test_a_failed_stage_can_be_cancelled_and_done_again() -> None:
    mcn = edited()
    mcn.faults.add({"name": "site_stage_fails", "at": "berlin-b", "times": 1})

    async def way() -> None:
        await mcn.ask(*EXPORT)
        await mcn.change("verify", "stage")
        await mcn.until(lambda seen: "failed" in column(seen, "transfer_state").values())
        assert column(await mcn.state(), "staged_config")["berlin-b"] == ""
        await mcn.change("cancel_stage", "verify", "stage")
        seen = await mcn.until(lambda seen: seen["state"] == "activate")
        assert set(column(seen, "staged_config").values()) == {"Production_2"}
        assert not seen["failure_reason"]

    run(way())
    assert not is_live(mcn)


def test_an_activation_that_meets_an_error_rolls_the_network_back() -> None:
    mcn = edited()
    mcn.faults.add({"name": "activation_rolls_back", "times": 1})

    async def way() -> None:
        await mcn.staged()
        await mcn.change("activate_with_rollback")
        seen = await mcn.until(lambda seen: bool(seen["failure_reason"]))
        assert (seen["state"], seen["current_config"]) == ("activate", "Production_1")
        assert set(column(seen, "active_config").values()) == {"Production_1"}
        assert not is_live(mcn)
        assert not any(a.restarting for site in mcn.network.sites.values() for a in site.appliances)
        await mcn.change("activate_with_rollback")
        await mcn.until(lambda seen: seen["state"] == "idle")
        assert is_live(mcn)

    run(way())


def test_without_rollback_nothing_rolls_back_and_the_fault_does_not_count() -> None:
    mcn = edited()
    mcn.faults.add("activation_rolls_back")
    fired: list[str] = []
    mcn.faults.on_fire = lambda name, text, session, mode: fired.append(name)

    async def way() -> None:
        await mcn.staged()
        await mcn.change("activate")
        await mcn.until(lambda seen: seen["state"] == "idle")

    run(way())
    assert is_live(mcn)
    assert fired == []


@pytest.mark.parametrize(("step", "state"), [("stage", "appliance_staging"), ("activate", "activate")])
def test_a_job_fails_in_the_step_that_it_is_told_to(step: str, state: str) -> None:
    mcn = edited()
    mcn.faults.add({"name": "job_fails", "at": step, "times": 1})

    async def way() -> None:
        await mcn.ask(*EXPORT)
        await mcn.change("verify", "stage")
        if step == "activate":
            await mcn.until(lambda seen: seen["state"] == "activate")
            await mcn.change("activate")
        seen = await mcn.until(lambda seen: bool(seen["failure_reason"]))
        assert seen["state"] == state
        assert seen["current_config"] == "Production_1"

    run(way())
    assert not is_live(mcn)


def test_a_stage_that_hangs_can_be_cancelled() -> None:
    mcn = edited()
    mcn.faults.add({"name": "job_hangs", "at": "stage", "times": 1})

    async def way() -> None:
        await mcn.ask(*EXPORT)
        await mcn.change("verify", "stage")
        await asyncio.sleep(10 * STEP)
        assert (await mcn.state())["state"] == "staging"
        await mcn.change("cancel_stage", "verify", "stage")
        await mcn.until(lambda seen: seen["state"] == "activate")

    run(way())


def test_somebody_elses_activation_drops_what_was_staged() -> None:
    mcn = edited()

    async def way() -> None:
        await mcn.staged()
        mcn.network.live.revision += 1
        with pytest.raises(Refusal):
            await mcn.change("activate")
        seen = await mcn.state()
        assert (seen["state"], seen["current_config"]) == ("idle", "Production_2")
        assert set(column(seen, "active_config").values()) == {"Production_2"}
        await mcn.staged()
        await mcn.change("activate")
        assert (await mcn.until(lambda seen: seen["state"] == "idle"))["current_config"] == "Production_3"

    run(way())


def test_the_lab_ends_in_the_middle_of_a_job() -> None:
    mcn = edited()

    async def way() -> None:
        await mcn.staged()
        await mcn.change("activate")
        await asyncio.sleep(0)
        mcn.changes.close()

    run(way())
    assert not is_live(mcn)


def test_center_drives_the_same_change() -> None:
    mcn = edited()
    mcn.table |= mcn.changes.table("config_editor/change_management", mcn.faults)

    async def way() -> None:
        await mcn.ask(*EXPORT)
        await mcn.ask("POST", "config_editor/change_management", "verify")
        assert (await mcn.state())["state"] == "appliance_staging"

    run(way())


def test_an_uploaded_configuration_waits_for_a_verify_and_what_runs_stays_the_package() -> None:
    mcn = edited()

    async def way() -> None:
        mcn.changes.receive_file("config.zip")
        seen = await mcn.state()
        assert (seen["state"], seen["network_staged_selected_filename"]) == ("network_staging", "config.zip")
        await mcn.change("verify", "stage")
        await mcn.until(lambda seen: seen["state"] == "activate")
        with pytest.raises(Refusal, match="nothing to verify"):
            await mcn.change("verify")
        await mcn.change("activate")
        seen = await mcn.until(lambda seen: seen["state"] == "idle")
        assert seen["current_config"] == "Production_2"

    run(way())
    assert not is_live(mcn)  # the package was edited, and not handed over


def test_an_upload_during_a_change_is_refused() -> None:
    mcn = edited()

    async def way() -> None:
        await mcn.ask(*EXPORT)
        await mcn.change("verify", "stage")
        with pytest.raises(Refusal, match="busy"):
            mcn.changes.receive_file("config.zip")

    run(way())
