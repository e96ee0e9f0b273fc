# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What answers of change management and of a compile mean."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.mspplus.netsec.plugins.plugin_utils._sdwan.package_model import (
    ChangeState,
    audits,
    change_state,
    has_audits,
    same_package,
)

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


@pytest.mark.parametrize(
    ("state", "selected", "others"),
    [
        ("idle", "", False),
        ("", "", False),
        ("whatever", "", False),
        ("network_staging", "", False),
        ("appliance_staging", "", True),
        ("activate", "", True),
        ("activating", "", True),
        ("network_staging", "P_3.zip", False),
        ("activate", "P", False),
        ("network_staging", "Other", True),
        ("activate", "Other_2", True),
        ("staging", "Other", True),
        ("idle", "Other", False),
    ],
)
def test_a_change_of_somebody_else_is_told_from_ours(state: str, selected: str, others: bool) -> None:
    assert ChangeState(state=state, selected=selected).is_of_others("P") is others


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
    "body",
    [
        {"config_packages": {"audits": {"error": [ROW], "warning": []}}},
        {"config_packages": [{"audits": {"error": [ROW]}}]},
        {"config_packages": [{"audits": [{"error": [ROW]}]}]},
    ],
)
def test_audits_are_found_however_the_answer_nests_them(body: Any) -> None:
    assert [(item.rule, item.severity, item.device_text) for item in audits(body)] == [("H34", "error", "broken")]
    assert has_audits(body)


@pytest.mark.parametrize("body", [None, [], {}, {"config_packages": {"message": "Done"}}, {"config_packages": []}])
def test_an_answer_without_audits_is_none(body: Any) -> None:
    assert audits(body) == []
    assert not has_audits(body)


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
    assert all(item.severity in ("error", "warning") for item in audits(body))
    assert has_audits(body) in (True, False)
    if isinstance(body, dict):
        assert isinstance(change_state(body), ChangeState)
