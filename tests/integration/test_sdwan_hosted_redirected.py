# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Firewalls that sdwan_redirect redirected traffic into, and sdwan_hosted_firewall shall take down, both through Center."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from integration.conftest import StartLab
from integration.harness import Tasks
from integration.networks import center, device, spec, written
from integration.redirects import ALL_TRAFFIC, BREAKOUT, INTERNET, QUICK, run

from lab.sdwan.hosting import Machine
from lab.server import Lab


@pytest.fixture
def managed(lab: StartLab) -> Lab:
    """Firewalls are up, and no packet was counted."""
    started = lab(spec("mcn", "dc"), center("center"))
    for name in ("berlin", "hamburg", "paris"):
        for appliance in device(started, "mcn").network.sites[name].appliances:
            appliance.hosting.machine = Machine(
                "Palo Alto Networks", "VM 50", "i", admin_status="Up", operation_status="Running"
            )
            appliance.hosting.phase_seconds = 0.01
    return started


def taken_down(lab: Lab, directory: Path, *sites: str, **given: Any) -> dict[str, Any]:
    options = {"via": "center", "sites": list(sites), "power": "stopped", **given}
    return Tasks(lab, directory, "center")("sdwan_hosted_firewall", options, **QUICK)


def refused(result: dict[str, Any]) -> list[tuple[str, str]]:
    return [(problem["rule"], problem["item"]) for problem in result.get("problems", ())]


@pytest.mark.parametrize("given", [{}, {"state": "absent"}], ids=["stopped", "absent"])
@pytest.mark.parametrize("document", [ALL_TRAFFIC, INTERNET, BREAKOUT], ids=["own", "template", "global"])
def test_a_redirect_that_center_activated_holds_the_firewall_until_it_is_taken_back(
    managed: Lab, tmp_path: Path, document: Any, given: dict[str, Any]
) -> None:
    assert run(managed, document, name="center").changed
    sent = written(managed, "center")
    first = taken_down(managed, tmp_path, "berlin", **given)
    assert refused(first) == [("H4", "sites[berlin/berlin-a]")] and not first["changed"]
    assert "a live policy redirects traffic into it (package Production)" in first["msg"]
    assert written(managed, "center") == sent
    assert taken_down(managed, tmp_path, "paris", **given)["changed"] is (document is not BREAKOUT)
    assert run(managed, document, "deleted", name="center").changed
    second = taken_down(managed, tmp_path, "berlin", **given)
    assert second["changed"] and not refused(second)


def test_a_pair_is_held_by_its_site_and_goes_by_force(managed: Lab, tmp_path: Path) -> None:
    assert run(managed, INTERNET, name="center").changed
    both = taken_down(managed, tmp_path, "hamburg")
    assert refused(both) == [("H4", "sites[hamburg/hamburg-a]"), ("H4", "sites[hamburg/hamburg-b]")]
    assert taken_down(managed, tmp_path, "hamburg", force=True)["changed"]


def test_a_redirect_of_the_mcn_that_center_did_not_import_holds_the_firewall(managed: Lab, tmp_path: Path) -> None:
    run(managed, {"connection_match_type": "symmetric"}, name="center")
    assert run(managed, ALL_TRAFFIC).changed  # on the MCN
    result = taken_down(managed, tmp_path, "berlin")
    assert refused(result) == [("H4", "sites[berlin/berlin-a]")] and "Center's copy is older" in result["msg"]


def test_what_is_prepared_in_center_and_not_live_does_not_count_as_taken_back(managed: Lab, tmp_path: Path) -> None:
    assert run(managed, ALL_TRAFFIC, name="center").changed
    assert run(managed, ALL_TRAFFIC, "deleted", name="center", activate=False).changed
    result = taken_down(managed, tmp_path, "berlin")
    assert refused(result) == [("H4", "sites[berlin/berlin-a]")]
    assert "may be what ran before a change that is not live yet" in result["msg"]
