# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What answers of change management and of a compile mean."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.mspplus.netsec.plugins.plugin_utils._sdwan.change_model import (
    ChangeState,
    SiteState,
    audits,
    change_state,
    has_audits,
    same_package,
)
from ansible_collections.mspplus.netsec.plugins.plugin_utils._sdwan.resources import Resources

KNOWN = ("Production", "Production_test", "Production2", "Lab")


@pytest.mark.parametrize(
    ("active", "package", "same"),
    [
        ("Production", "Production", True),
        ("production_12", "Production", True),
        ("Production_12.cfg", "Production", True),
        ("Production.zip", "Production", True),
        ("Production_test_2", "Production", False),
        ("Production_test_2", "Production_test", True),
        ("Production2", "Production", False),
        ("Production2", "Production2", True),
        ("Production-old.cfg", "Production", False),
        ("Production_netsec_before", "Production", False),
        ("", "Production", False),
    ],
)
def test_a_configuration_comes_from_the_package_with_the_longest_name_that_fits(
    active: str, package: str, same: bool
) -> None:
    assert same_package(active, package, KNOWN) is same


def site(active: str, staged: str) -> SiteState:
    return SiteState("a", "a1", "", "", active, staged)


@pytest.mark.parametrize(
    ("state", "selected", "sites", "taken"),
    [
        ("idle", "", (), False),
        ("", "", (), False),
        ("whatever", "", (), False),
        ("idle", "Other", (), False),
        ("network_staging", "", (), False),
        ("network_staging", "P_3", (), False),  # what the network runs
        ("network_staging", "p_3.zip", (), False),
        ("network_staging", "P", (), False),
        ("activate", "P", (site("P_3", ""),), False),
        ("activate", "P", (site("P_3", "P_4"),), True),
        ("network_staging", "P_4", (), True),
        ("network_staging", "Other", (), True),
        ("appliance_staging", "", (), True),
        ("appliance_staging", "P_4", (site("P_3", ""),), True),
        ("activate", "", (), True),
        ("activate", "P_4", (site("P_3", "P_4"),), True),
        ("activate", "P_3", (site("P_3", "P_4"),), True),
        ("activate", "", (site("P_3", ""),), False),
        ("activate", "", (site("P_3", "P_4"),), True),
        ("activate", "P_3", (site("P_3", "P_3"),), False),  # a system that keeps the name of the last state
        ("activating", "", (), True),
        ("staging", "P_3", (site("P_3", "P_3"),), True),
    ],
)
def test_a_change_under_way_is_told_from_one_that_is_live(
    state: str, selected: str, sites: tuple[SiteState, ...], taken: bool
) -> None:
    assert ChangeState(state=state, selected=selected, current_config="P_3", sites=sites).is_taken is taken


def test_sites_that_run_what_was_staged_are_found_by_their_appliance() -> None:
    rows = [
        {"site_name": "a", "appliance_name": "a1", "active_config": "P_2", "staged_config": ""},
        {
            "site_name": "b",
            "appliance_name": "b1",
            "active_config": "P_1",
            "staged_config": "P_2",
            "transfer_state": "Failed: timeout",
        },
    ]
    found = change_state({"state": "ACTIVATE", "sites_cm_status": rows})
    assert found.state == "activate"
    assert [site.name for site in found.activated({"a/a1": "P_2", "b/b1": "P_2"})] == ["a/a1"]
    assert [site.name for site in found.failing] == ["b/b1"]


ROW = {"code": "EC1", "msg": "broken", "object": "x", "severity": "error"}


@pytest.mark.parametrize(
    "audited",
    [
        {"error": [ROW], "warning": []},
        {"error": ROW},
        {"error": "broken"},
        {"error": ["broken"]},
        [{"error": [ROW]}],
        [{"warning": []}, {"error": [ROW]}],
        [ROW],
        [{**ROW, "severity": "ERROR"}],
    ],
)
def test_an_audit_of_an_error_is_found_however_the_answer_nests_it(audited: Any) -> None:
    answer = [{"audits": audited}]
    assert [(item.rule, item.severity, item.device_text) for item in audits(answer)] == [("H34", "error", "broken")]
    assert has_audits(answer)


@pytest.mark.parametrize("audited", [{"error": [], "notice": [ROW]}, {"error": ""}, {"error": None}, {}, []])
def test_audits_without_an_error_or_a_warning_say_nothing(audited: Any) -> None:
    assert audits([{"audits": audited}]) == []
    assert has_audits([{"audits": audited}])


@pytest.mark.parametrize("answer", [[], [{}], [{"message": "Done"}], [{"audits": None}], [{"audits": "none"}]])
def test_an_answer_without_audits_is_none(answer: Any) -> None:
    assert audits(answer) == []
    assert not has_audits(answer)


def test_a_network_of_one_appliance_may_come_without_its_list() -> None:
    found = change_state({"sites_cm_status": {"site_name": "a", "active_config": "P_1"}})
    assert [site.name for site in found.sites] == ["a"]


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["config_packages", "audits", "error", "warning", "state", "sites_cm_status", "msg"]),
            inner,
            max_size=4,
        )
    ),
    max_leaves=15,
)


@given(JSON)
def test_answers_of_any_shape_are_read_without_an_error(body: Any) -> None:
    answer = Resources("sdwan").unwrap("config_packages", body)
    assert all(item.severity in ("error", "warning") for item in audits(answer))
    assert has_audits(answer) in (True, False)
    if isinstance(body, dict):
        assert isinstance(change_state(body), ChangeState)
