# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is written for hosts, but does nothing there."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.mspplus.netsec.plugins.plugin_utils._site.capabilities import CAPABILITIES, OF_RUNS, SITE
from ansible_collections.mspplus.netsec.plugins.plugin_utils._site.files_device import file_remarks, role_options
from ansible_collections.mspplus.netsec.plugins.plugin_utils._site.remarks import (
    NEAR,
    check_brakes,
    distance,
    nearest,
    remarks,
    tag_warnings,
)
from ansible_collections.mspplus.netsec.plugins.plugin_utils._site.selection import Fleet, SettingError

ROWS = [row for row in CAPABILITIES.values() if row.playbook == SITE]
OPTIONS = role_options(Path(__file__).resolve().parents[5] / "roles", CAPABILITIES)
SPAN = CAPABILITIES["iosxr_span"]
DOCUMENT = {"iosxr_span_config": {}}
NOTHING = "iosxr_span_config is not set."


def told(
    routers: Mapping[str, Mapping[str, Any]],
    *,
    others: Mapping[str, Mapping[str, Any]] | None = None,
    shared: Mapping[str, Any] | None = None,
    limit: Collection[str] | None = None,
    only_if_idle: bool = False,
) -> list[str]:
    hosts = {**routers, **(others or {})}
    found = Fleet({"iosxr": list(routers), "all": list(hosts)}, shared or {}, hosts.__getitem__)
    return list(remarks(ROWS, found, OPTIONS, lambda host: (), limit, only_if_idle=only_if_idle).lines)


def test_hosts_of_which_nothing_is_desired_are_one_line() -> None:
    assert told({"edge1": DOCUMENT, "edge2": {}, "edge3": {}}) == [f"Nothing is desired of edge2, edge3: {NOTHING}"]
    many = {f"edge{number}": {} for number in range(200)}
    (line,) = told(many)
    assert line.endswith(f"edge9 and 190 more: {NOTHING}") and len(line) < 200


def test_hosts_with_all_that_they_need_are_no_line() -> None:
    assert told({"edge1": DOCUMENT, "edge2": {"iosxr_span_state": "deleted"}}) == []
    assert told({"edge1": {}}, shared=DOCUMENT) == []
    assert told({}) == []


@pytest.mark.parametrize(
    "name", ["iosxr_span_confg", "iosxr_span_conifg", "iosrx_span_config", "iosxr_span_configs", "ioxr_span_confi"]
)
def test_a_name_that_is_nearly_right_is_told(name: str) -> None:
    assert told({"edge1": {name: {}}}) == [
        f"Nothing is desired of edge1: {NOTHING}",
        f"{name} (edge1) is read by no role: is iosxr_span_config meant?",
    ]


def test_a_name_of_the_role_that_it_does_not_read_is_told_where_nothing_is_desired() -> None:
    assert told({"edge1": {"iosxr_span_sessions": []}})[1:] == ["iosxr_span_sessions (edge1) is read by no role."]
    assert told({"edge1": {**DOCUMENT, "iosxr_span_customer_sessions": []}}) == []  # the user's own, read by a template


def test_an_option_that_is_misspelt_is_told_where_something_is_desired_too() -> None:
    hosts = {host: {**DOCUMENT, "iosxr_span_comit_label": "CHG1"} for host in ("edge1", "edge2")}
    assert told(hosts) == [
        "iosxr_span_comit_label (edge1, edge2) is read by no role: is iosxr_span_commit_label meant?"
    ]
    assert told({"edge1": {**DOCUMENT, "netsec_seral": 1}}) == [
        "netsec_seral (edge1) is read by no role: is netsec_serial meant?"
    ]


def test_what_roles_read_and_register_is_no_mistake() -> None:
    names = [name for options in OPTIONS.values() for name in options]
    registered = [f"{row.name}_{what}" for row in ROWS for what in ("live", "result")]
    assert told({"edge1": {**DOCUMENT, **dict.fromkeys([*names, *registered])}}) == []
    assert told({"edge1": {**DOCUMENT, "ansible_connection": "x", "site_name": "berlin"}}) == []


def test_a_host_outside_our_groups_is_told_where_something_would_be_desired() -> None:
    line = "iosxr_span_config is set for core7, outside group iosxr: nothing is done there."
    assert told({"edge1": DOCUMENT}, others={"core7": DOCUMENT, "web1": {}}) == [line]
    assert told({"edge1": {}}, others={"web1": DOCUMENT}, shared=DOCUMENT) == []  # -e is for everybody
    assert told({"edge1": DOCUMENT}, others={"core7": DOCUMENT}, limit=["edge1"]) == []


def test_a_variable_for_hosts_of_another_group_is_told_where_the_host_has_nothing_else_to_do() -> None:
    hosts: dict[str, dict[str, Any]] = {
        "edge1": {"srx_policy_log_config": []},
        "edge2": {**DOCUMENT, "srx_policy_log_config": []},
    }
    assert told(hosts) == [
        f"Nothing is desired of edge1: {NOTHING}",
        "srx_policy_log_config is set for edge1, outside group srx: nothing is done there.",
    ]


def test_a_group_whose_name_is_misspelt_is_named() -> None:
    hosts: dict[str, dict[str, Any]] = {"edge1": DOCUMENT, "edge2": {}, "fw1": {}}
    groups = {"iosxr": ["edge1"], "iosrx": ["edge2"], "iosxr2": ["edge1"], "web": ["fw1"], "all": list(hosts)}
    assert remarks(ROWS, Fleet(groups, {}, hosts.__getitem__), OPTIONS, lambda host: ()).lines == (
        "No playbook goes to group iosrx (edge2): is iosxr meant?",
    )


def test_a_limit_leaves_the_others_out() -> None:
    assert told({"edge1": {}, "edge2": {}}, limit=["edge2"]) == [f"Nothing is desired of edge2: {NOTHING}"]


def test_where_few_hosts_have_something_the_others_are_told_only_if_all_have_nothing() -> None:
    assert told({"edge1": DOCUMENT, "edge2": {"iosxr_span_confg": {}}}, only_if_idle=True) == [
        "iosxr_span_confg (edge2) is read by no role: is iosxr_span_config meant?"
    ]
    assert told({"edge1": {}, "edge2": {}}, only_if_idle=True) == [f"Nothing is desired of edge1, edge2: {NOTHING}"]


def test_before_variables_are_known_nothing_is_said() -> None:
    assert remarks(ROWS, Fleet({"iosxr": ["edge1"]}, {}, None), OPTIONS, lambda host: ()).lines == ()


@pytest.mark.parametrize("text", ["", "---\n", "# iosxr_span_config:\n#   sessions: []\n", "---\n...\n", "{}\n"])
def test_a_file_that_sets_nothing_is_named(tmp_path: Path, text: str) -> None:
    folder = tmp_path / "host_vars" / "edge1"
    folder.mkdir(parents=True)
    (folder / "iosxr_span.yml").write_text(text, encoding="utf-8")
    (folder / "other.yml").write_text("a: 1\n", encoding="utf-8")
    files = file_remarks(lambda host: str(tmp_path), {"all": ["edge1"]})
    assert list(files("edge1")) == [
        "host_vars/edge1/iosxr_span.yml sets nothing: it is empty, or all of it is commented out."
    ]


def test_a_file_of_a_host_whose_name_is_misspelt_is_named(tmp_path: Path) -> None:
    folder = tmp_path / "host_vars"
    (folder / "edg1").mkdir(parents=True)
    (folder / "egde2.yml").write_text("a: 1\n", encoding="utf-8")
    (folder / "edge3.yml").write_bytes(b"\xff\xfe")
    files = file_remarks(lambda host: str(tmp_path), {"all": ["edge1", "edge2", "edge3"]})
    assert list(files("edge1")) == ["host_vars/edg1 belongs to no host: is {hosts} meant?"]
    assert list(files("edge2")) == ["host_vars/egde2.yml belongs to no host: is {hosts} meant?"]
    assert list(files("edge3")) == [] == list(file_remarks(lambda host: None, {})("edge1"))


def test_files_of_groups_are_looked_at_too(tmp_path: Path) -> None:
    folder = tmp_path / "group_vars"
    (folder / "iosrx").mkdir(parents=True)
    (folder / "iosxr.yml").write_text("---\n", encoding="utf-8")
    (folder / "srx.yml").write_text("---\n", encoding="utf-8")
    files = file_remarks(lambda host: str(tmp_path), {"iosxr": ["edge1"], "srx": ["fw1"], "all": ["edge1", "fw1"]})
    assert list(files("edge1")) == [
        "group_vars/iosxr.yml sets nothing: it is empty, or all of it is commented out.",
        "group_vars/iosrx belongs to no group: is iosxr meant?",
    ]


def test_a_remark_on_files_names_its_host() -> None:
    found = Fleet({"iosxr": ["edge1"], "all": ["edge1"]}, {}, {"edge1": {}}.__getitem__)
    lines = remarks(ROWS, found, OPTIONS, lambda host: ["host_vars/edg1 belongs to no host: is {hosts} meant?"]).lines
    assert lines[1:] == ("host_vars/edg1 belongs to no host: is edge1 meant?",)


words = st.text("abc_", max_size=6)


@given(words, words, words)
def test_a_distance_is_one(one: str, other: str, third: str) -> None:
    assert distance(one, one) == 0 and (distance(one, other) > 0) == (one != other)
    assert distance(one, other) <= max(len(one), len(other))
    back = distance(other, one)  # pylint: disable=arguments-out-of-order
    assert back == distance(one, other)
    assert distance(one + third, other + third) <= distance(one, other)


@given(words, st.lists(words, max_size=5))
def test_no_near_name_is_passed_over(name: str, known: list[str]) -> None:
    least = min((distance(name, other) for other in known), default=NEAR + 1)
    found = nearest(name, known)
    assert found in known and distance(name, found) == least if least <= NEAR else found == ""


def test_the_nearest_is_near() -> None:
    assert nearest("iosxr_spam", ["iosxr_span", "srx_capture"]) == "iosxr_span"
    assert nearest("web", ["iosxr_span", "srx_capture"]) == ""


def routers(hosts: Mapping[str, Mapping[str, Any]], shared: Mapping[str, Any] | None = None) -> Fleet:
    return Fleet({"iosxr": list(hosts), "all": list(hosts)}, shared or {}, hosts.__getitem__)


def test_a_variable_that_would_hold_a_run_back_is_refused_where_it_is_misspelt() -> None:
    """Each of these would let all hosts go at once, or a change that nobody has reviewed."""
    misspelt = {
        "netsec_canery": "netsec_canary",
        "netsec_canaries": "netsec_canary",
        "netsec_canary_host": "netsec_canary",
        "nestec_canary": "netsec_canary",
        "netsec_serail": "netsec_serial",
        "netsec_max_fail": "netsec_max_fail_percentage",
        "netsec_max_fail_percent": "netsec_max_fail_percentage",
        "netsec_expectd_plan": "netsec_expected_plan",
    }
    for name, meant in misspelt.items():
        for found in (routers({"edge1": {}}, {name: "edge1"}), routers({"edge1": {name: "edge1"}})):
            with pytest.raises(SettingError, match=rf"^{name} is read by nothing: is {meant} meant"):
                check_brakes(SPAN, found)


@pytest.mark.parametrize("name", [*OF_RUNS, "netsec_site", "netsec_contract", "canary", "serial", "ansible_serial"])
def test_other_names_are_not_taken_for_them(name: str) -> None:
    check_brakes(SPAN, routers({"edge1": {name: "edge1"}}, {name: "edge1"}))
    check_brakes(SPAN, routers({}))


def test_tags_that_select_or_skip_nothing_are_told() -> None:
    rows = [*CAPABILITIES.values()]
    for run in (["all"], ["iosxr_span"], ["iosxr_span_verify", "mine"], ["tagged"], []):
        assert tag_warnings(run, [], rows) == [], run
    assert tag_warnings(["all"], ["srx_policy_log", "mine"], rows) == []
    (near,) = tag_warnings(["iosxr_spam", "srx_policy_log"], [], rows)
    assert near == "--tags iosxr_spam: no task of this collection has this tag. Is iosxr_span meant?"
    (far,) = tag_warnings(["mirrors"], [], rows)
    assert far.startswith(
        "--tags mirrors: no task of this collection has such a tag. Each role is a tag: iosxr_span, srx_policy_log, "
    )
    (skipped,) = tag_warnings(["all"], ["mirrors"], rows)
    assert skipped.startswith("--skip-tags mirrors: no task")
    with pytest.raises(SettingError, match="so nothing would be skipped: is srx_policy_log meant"):
        tag_warnings(["all"], ["srx_polcy_log"], rows)
