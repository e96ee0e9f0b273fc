# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The table of calls: how each is addressed, wrapped and read, and what a user may rename."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import unquote

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from ansible_collections.mspplus.netsec.plugins.plugin_utils._sdwan.resources import (
    MAX_PAGES,
    SYSTEMS,
    Resource,
    Resources,
    parsed,
    unlisted_in,
    wrong_target,
)
from ansible_collections.mspplus.netsec.plugins.plugin_utils._transport.rest.api import target

SDWAN = Resources("sdwan")
NAMES = sorted(SYSTEMS["sdwan"])
ROWS = [(system, name, row) for system, rows in SYSTEMS.items() for name, row in rows.items()]

_leaves = st.none() | st.booleans() | st.integers(-(2**70), 2**70) | st.floats(allow_nan=False) | st.text(max_size=12)
_keys = st.sampled_from(["hosted_firewalls", "regions", "metadata", "no_of_pages", "name"]) | st.text(max_size=5)
anything = st.recursive(
    _leaves, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(_keys, inner, max_size=4), max_leaves=8
)
words = st.from_regex(r"[A-Za-z0-9_.-]{1,12}", fullmatch=True)
items = st.dictionaries(words, anything, max_size=5)
carried = st.text(
    st.characters(exclude_categories=["Cs"], exclude_characters="/\\\x7f", min_codepoint=32), min_size=1, max_size=20
)


# --- the table


@pytest.mark.parametrize(("system", "name", "row"), ROWS, ids=[f"{system}-{name}" for system, name, _row in ROWS])
def test_a_row_says_who_said_it(system: str, name: str, row: Resource) -> None:
    reference = re.search(r"NITRO API reference \d+\.\d+$", row.source)
    assert bool(reference) is row.documented, "a documented call cites the reference with its release"
    if reference:
        assert ("Center" in row.source) is (system == "sdwan_center"), "the reference of that very system"
    else:
        assert row.source == "unverified" or "no call is documented" in row.source


@pytest.mark.parametrize("name", sorted({name for _system, name, _row in ROWS if name.startswith("hosted_firewall")}))
def test_no_call_that_hosts_a_firewall_is_passed_off_as_documented(name: str) -> None:
    assert not any(rows[name].documented for rows in SYSTEMS.values() if name in rows)


def test_paths_are_below_the_groups_of_nitro_and_each_is_there_once() -> None:
    for system, rows in SYSTEMS.items():
        paths = [row.path for row in rows.values()]
        assert len({*paths}) == len(paths), system
        for name, row in rows.items():
            assert re.fullmatch(r"(config|config_editor|monitor)/[a-z0-9_]+", row.path), row
            assert target(row.path) == row.path and Resources(system).of_path(row.path) == name
            assert len({*row.keys}) == len(row.keys)


def test_packages_of_center_are_edited_where_it_was_seen_to() -> None:
    center = Resources("sdwan_center")
    assert center["change_management"].path == "config_editor/change_management"
    assert center["change_management"].source == "unverified" and not center["change_management"].documented
    assert SDWAN["change_management"].path == "config/change_management"


def test_a_system_that_is_not_known_is_an_error() -> None:
    with pytest.raises(KeyError):
        Resources("zia")


# --- paths


@given(st.dictionaries(words, carried, min_size=1, max_size=4))
def test_a_path_carries_any_value_and_gives_it_back(keys: dict[str, str]) -> None:
    path = SDWAN.path("hosted_firewalls", keys)
    assert target(path) == path  # goes on the wire as it is
    head, _slash, tail = path.rpartition("/")
    assert head == "config/hosted_firewalls" and re.fullmatch(r"[\x21-\x7e]+", tail)
    pairs = [pair.split("=") for pair in tail.split(",")]
    assert [(name, unquote(value)) for name, value in pairs] == list(keys.items())


@pytest.mark.parametrize(
    ("value", "written"),
    [
        ("a,b", "a%2Cb"),
        ("a=b", "a%3Db"),
        ("a b", "a%20b"),
        ("a%2Fb", "a%252Fb"),
        ("?#&;", "%3F%23%26%3B"),
        ("München", "M%C3%BCnchen"),
        ("..", ".."),
        (7, "7"),
    ],
)
def test_what_nitro_would_read_itself_is_percent_encoded(value: Any, written: str) -> None:
    assert SDWAN.path("config_packages", {"package_name": value}) == f"config/config_packages/package_name={written}"


@given(st.text(max_size=5), st.sampled_from(["/", "\\", "\x7f", *map(chr, range(32))]), st.text(max_size=5))
def test_one_character_that_no_path_carries_is_enough_to_refuse(before: str, char: str, after: str) -> None:
    with pytest.raises(ValueError, match=r"^package_name .* cannot be used in a path of NITRO"):
        SDWAN.path("config_packages", {"package_name": before + char + after})


def test_an_empty_value_never_addresses_everything() -> None:
    with pytest.raises(ValueError, match="it is empty"):
        SDWAN.path("config_packages", {"package_name": ""})
    with pytest.raises(ValueError, match="site_name"):
        SDWAN.path("firewall", {"package_name": "P", "site_name": ""})


def test_half_a_character_is_refused() -> None:
    with pytest.raises(ValueError, match="surrogates"):
        SDWAN.path("config_packages", {"package_name": "\ud800"})


def test_keys_stand_in_the_order_of_nitro_and_what_it_does_not_name_comes_last() -> None:
    keys = {"other": "1", "package_name": "P", "id": 4, "site_name": "S"}
    found = SDWAN.path("firewall_local_policy_delete", keys)
    assert found == "config_editor/firewall_local_policy_delete/site_name=S,id=4,package_name=P,other=1"


def test_without_keys_a_path_is_that_of_all() -> None:
    assert SDWAN.path("firewall") == SDWAN.path("firewall", {}) == "config_editor/firewall"


@given(st.sampled_from(NAMES), st.dictionaries(words, carried, max_size=3), st.sampled_from(["", "?action=x/y"]))
def test_a_path_leads_back_to_its_resource(name: str, keys: dict[str, str], query: str) -> None:
    assert SDWAN.of_path(SDWAN.path(name, keys) + query) == name


@pytest.mark.parametrize(
    "path", ["", "config", "config/hosted_firewall", "config/hosted_firewallss", "x/config/firewall"]
)
def test_a_path_of_nobody_has_no_resource(path: str) -> None:
    assert SDWAN.of_path(path) == ""


# --- lines


def plain(body: Any) -> Any:
    return None if body is None else {"hosted_firewalls": body}


@given(
    st.sampled_from(["GET", "POST", "PUT", "DELETE"]),
    st.none() | items,
    st.dictionaries(words, carried, max_size=3),
    st.sampled_from(["", "start", "a b&c=d?e#f"]),
)
def test_a_line_is_read_back_as_what_is_sent(method: str, item: Any, keys: dict[str, str], action: str) -> None:
    line = SDWAN.line(method, "hosted_firewalls", item, keys, action)
    where = target(SDWAN.path("hosted_firewalls", keys), {"action": action} if action else None)
    assert parsed(line) == (method, where, plain(item))
    assert "\n" not in line


@given(items)
def test_equal_items_are_equal_lines(item: dict[str, Any]) -> None:
    backwards = dict(reversed(item.items()))
    assert SDWAN.line("PUT", "firewall", item) == SDWAN.line("PUT", "firewall", backwards)


def test_an_empty_body_is_not_the_same_as_none() -> None:
    assert SDWAN.line("POST", "firewall", {}) == 'POST config_editor/firewall {"firewall":{}}'
    assert SDWAN.line("POST", "firewall") == "POST config_editor/firewall"


@pytest.mark.parametrize(
    "line",
    ["", "GET", "GET ", "PATCH config/x", "get config/x", " GET config/x", "GET config/x ", "PUT config/x {", "x"],
)
def test_what_is_no_request_is_a_value_error(line: str) -> None:
    with pytest.raises(ValueError, match=r"is not a request|Expecting"):
        parsed(line)


def test_a_long_text_that_is_no_request_is_cut() -> None:
    with pytest.raises(ValueError, match="is not a request") as found:
        parsed("x" * 9000)
    assert len(str(found.value)) < 120


def test_a_secret_is_filled_in_wherever_a_whole_string_refers_to_it() -> None:
    item = {"auth_code": "<auth_code>", "deep": [{"x": "<vm_auth_key>"}, "<vm_auth_key>"]}
    line = SDWAN.line("POST", "hosted_firewalls", item)
    _method, _path, body = parsed(line, {"auth_code": 'A"1', "vm_auth_key": "K<auth_code>"})
    filled = {"auth_code": 'A"1', "deep": [{"x": "K<auth_code>"}, "K<auth_code>"]}
    assert body == {"hosted_firewalls": filled}  # once: what a secret holds is no reference


@pytest.mark.parametrize(
    "text", ["<auth_code> ", "x<auth_code>", "<auth_code", "auth_code", "<AUTH_CODE>", "<other>", "<>"]
)
def test_what_only_looks_like_a_reference_stays(text: str) -> None:
    line = SDWAN.line("POST", "hosted_firewalls", {"note": text, "<auth_code>": 1})
    assert parsed(line, {"auth_code": "S3CRET"})[2] == {"hosted_firewalls": {"note": text, "<auth_code>": 1}}


def test_without_secrets_references_stay_and_paths_never_take_them() -> None:
    line = SDWAN.line("POST", "hosted_firewalls", {"auth_code": "<auth_code>"}, {"name": "<auth_code>"})
    assert parsed(line)[2] == {"hosted_firewalls": {"auth_code": "<auth_code>"}}
    assert parsed(line, {"auth_code": "S3CRET"})[1] == "config/hosted_firewalls/name=%3Cauth_code%3E"


# --- answers


@pytest.mark.parametrize(
    ("body", "speaks"),
    [
        ({"regions": []}, True),
        ({"regions": None}, True),
        ({"regions": {"message": "Done"}}, True),
        ({}, False),
        ({"region": []}, False),
        ({"errorcode": 0}, False),
        ([{"regions": []}], False),
        ("regions", False),
        (None, False),
    ],
)
def test_an_answer_speaks_of_a_resource_by_its_envelope_alone(body: Any, speaks: bool) -> None:
    center = Resources("sdwan_center")
    assert center.has("regions", body) is speaks
    assert Resources("sdwan_center", {"regions": {"envelope": "areas"}}).has("regions", body) is False


@pytest.mark.parametrize(
    ("via", "dialect", "leads_to"),
    [
        ("mcn", "sdwan", ""),
        ("center", "sdwan_center", ""),
        ("center", "sdwan", "an appliance"),
        ("mcn", "sdwan_center", "SD-WAN Center"),
        ("appliance", "sdwan_center", "SD-WAN Center"),
        ("collector", "sdwan", "an appliance"),
        ("mcn", "zia", "zia"),
    ],
)
def test_a_door_to_another_system_than_the_task_says_is_told(via: str, dialect: str, leads_to: str) -> None:
    told = wrong_target(via, dialect)
    assert bool(told) is bool(leads_to)
    assert f"leads to {leads_to}" in told or not leads_to


@given(st.sampled_from(NAMES), anything)
def test_what_has_items_speaks_of_its_resource(name: str, body: Any) -> None:
    assert SDWAN.has(name, body) or SDWAN.unwrap(name, body) == []
    assert SDWAN.has(name, SDWAN.wrap(name, {"a": 1}))


def renamed(fields: dict[str, str], **more: str) -> Resources:
    return Resources("sdwan", {"hosted_firewalls": {"fields": fields, **more}})


def told_apart(value: Any, fields: dict[str, str]) -> Any:
    """Without names that another field was renamed to: nothing tells which of the two is meant."""
    if isinstance(value, dict):
        clear = {key: item for key, item in value.items() if key in fields or key not in fields.values()}
        return {key: told_apart(item, fields) for key, item in clear.items()}
    return [told_apart(item, fields) for item in value] if isinstance(value, list) else value


@given(
    st.dictionaries(words, words, max_size=4).filter(lambda fields: len({*fields.values()}) == len(fields)),
    items,
    st.sampled_from(["hosted_firewalls", "vms"]),
)
def test_an_item_with_renamed_fields_comes_back_as_it_was(
    fields: dict[str, str], item: dict[str, Any], envelope: str
) -> None:
    item = told_apart(item, fields)
    table = renamed(fields, envelope=envelope)
    body = table.wrap("hosted_firewalls", item)
    assert list(body) == [envelope]
    assert {*body[envelope]} == {fields.get(key, key) for key in item}
    assume(envelope not in body[envelope])  # that would be an answer nested once more
    assert table.unwrap("hosted_firewalls", body) == [item]


def test_renamed_fields_are_those_of_paths_too() -> None:
    table = renamed({"site_name": "siteName"})
    assert table.path("hosted_firewalls", {"site_name": "S"}) == "config/hosted_firewalls/siteName=S"
    assert table.line("PUT", "hosted_firewalls", {"site_name": "S", "x": 1}).endswith('{"siteName":"S","x":1}}')
    assert SDWAN.wrap("hosted_firewalls", {"site_name": "S"}) == {"hosted_firewalls": {"site_name": "S"}}


ONE = {"name": "a"}


@pytest.mark.parametrize(
    ("body", "found"),
    [
        ({"regions": [ONE, {"name": "b"}]}, [ONE, {"name": "b"}]),
        ({"regions": ONE}, [ONE]),
        ({"regions": {"metadata": [{"no_of_pages": 2}], "regions": [ONE]}}, [ONE]),
        ({"regions": {"regions": ONE}}, [ONE]),
        ({"regions": [ONE, None, 3, "x", [ONE]]}, [ONE]),
        ({"regions": [{}]}, [{}]),
        ({"regions": []}, []),
        ({"regions": None}, []),
        ({"regions": "none"}, []),
        ({"region": [ONE]}, []),
        ({}, []),
        ([ONE], []),
        ("", []),
        (None, []),
    ],
)
def test_an_answer_is_a_list_or_one_item_or_nested(body: Any, found: list[dict[str, str]]) -> None:
    assert Resources("sdwan_center").unwrap("regions", body) == found


@given(anything | st.fixed_dictionaries({"hosted_firewalls": anything}))
def test_no_answer_is_too_odd_to_be_read(body: Any) -> None:
    for table in (SDWAN, renamed({"name": "no_of_pages", "x": "y"})):
        assert all(isinstance(key, str) for item in table.unwrap("hosted_firewalls", body) for key in item)
        assert 1 <= table.pages("hosted_firewalls", body) <= MAX_PAGES


def paged(number: Any) -> dict[str, Any]:
    return {"hosted_firewalls": {"metadata": [{"no_of_pages": number}], "hosted_firewalls": []}}


@pytest.mark.parametrize(
    ("number", "found"),
    [
        (3, 3),
        ("3", 3),
        (0, 1),
        (-1, 1),
        (2.5, 1),
        (True, 1),
        (None, 1),
        ("many", 1),
        ("²", 1),
        ([2], 1),
        (MAX_PAGES, MAX_PAGES),
        (MAX_PAGES + 1, MAX_PAGES),
        (10**30, MAX_PAGES),
        ("9" * 5000, MAX_PAGES),
    ],
)
def test_pages_are_counted_and_bounded(number: Any, found: int) -> None:
    assert SDWAN.pages("hosted_firewalls", paged(number)) == found


@pytest.mark.parametrize("metadata", [{"no_of_pages": 4}, [{"no_of_pages": 4}, {"no_of_pages": 9}]])
def test_metadata_is_a_mapping_or_a_list_of_one(metadata: Any) -> None:
    assert SDWAN.pages("hosted_firewalls", {"hosted_firewalls": {"metadata": metadata}}) == 4
    assert SDWAN.pages("hosted_firewalls", {"hosted_firewalls": [ONE], "metadata": metadata}) == 4


@pytest.mark.parametrize(
    "body", [None, [], {}, {"hosted_firewalls": []}, {"hosted_firewalls": {"metadata": []}}, paged({})]
)
def test_an_answer_that_says_nothing_of_pages_is_one(body: Any) -> None:
    assert SDWAN.pages("hosted_firewalls", body) == 1


# --- overrides


def test_an_override_changes_its_row_of_its_table_only() -> None:
    given = {
        "hosted_firewalls": {
            "path": "config_editor/vnf",
            "envelope": "vnf_list",
            "upload_field": "image",
            "fields": {"model": "flavor"},
        }
    }
    table = Resources("sdwan", given)
    assert table.path("hosted_firewalls", {"model": "x"}) == "config_editor/vnf/flavor=x"
    assert table.wrap("hosted_firewalls", {"model": 1}) == {"vnf_list": {"flavor": 1}}
    assert table["hosted_firewalls"].upload_field == "image"
    assert not table["hosted_firewalls"].documented
    assert table.of_path("config_editor/vnf/flavor=x") == "hosted_firewalls"
    assert table.of_path("config/hosted_firewalls") == ""
    for other in (Resources("sdwan"), Resources("sdwan", {}), Resources("sdwan", None)):
        assert other["hosted_firewalls"] == SYSTEMS["sdwan"]["hosted_firewalls"]


def test_an_envelope_is_the_last_word_of_the_path_unless_it_is_named() -> None:
    assert Resources("sdwan", {"hosted_firewalls": {"path": "config/a/b"}})["hosted_firewalls"].wrapped_in == "b"
    assert SDWAN["change_management"].wrapped_in == "change_management"


WRONG: list[tuple[str, Any, str]] = [
    ("vnf", {}, "resources.vnf: there is no such resource"),
    ("firewall", None, "resources.firewall must be a mapping"),
    ("firewall", "config/x", "resources.firewall must be a mapping"),
    ("firewall", ["path"], "resources.firewall must be a mapping"),
    ("firewall", {"documented": True}, "resources.firewall.documented: only path"),
    ("firewall", {"keys": []}, "resources.firewall.keys: only path"),
    ("firewall", {"path": "firewall"}, "resources.firewall.path"),
    ("firewall", {"path": "/config/x"}, "resources.firewall.path"),
    ("firewall", {"path": "config/"}, "resources.firewall.path"),
    ("firewall", {"path": "config/../../x"}, "resources.firewall.path"),
    ("firewall", {"path": "config/x/.."}, "resources.firewall.path"),
    ("firewall", {"path": "config/."}, "resources.firewall.path"),
    ("firewall", {"path": "config/x?y=z"}, "resources.firewall.path"),
    ("firewall", {"path": "config/x y"}, "resources.firewall.path"),
    ("firewall", {"path": "config/x\n"}, "resources.firewall.path"),
    ("firewall", {"path": "config/%2e%2e"}, "resources.firewall.path"),
    ("firewall", {"path": "https://evil/config/x"}, "resources.firewall.path"),
    ("firewall", {"path": None}, "resources.firewall.path"),
    ("firewall", {"envelope": ""}, "resources.firewall.envelope"),
    ("firewall", {"envelope": "a/b"}, "resources.firewall.envelope"),
    ("firewall", {"envelope": None}, "resources.firewall.envelope"),
    ("firewall", {"envelope": 5}, "resources.firewall.envelope"),
    ("firewall", {"upload_field": 'a"; b'}, "resources.firewall.upload_field"),
    ("firewall", {"upload_field": None}, "resources.firewall.upload_field"),
    ("firewall", {"fields": ["a"]}, "resources.firewall.fields"),
    ("firewall", {"fields": {"a": "b c"}}, "resources.firewall.fields"),
    ("firewall", {"fields": {"a": ""}}, "resources.firewall.fields"),
    ("firewall", {"fields": {"a": None}}, "resources.firewall.fields"),
    ("firewall", {"fields": {"a": ["b"]}}, "resources.firewall.fields"),
    ("firewall", {"fields": {1: "b"}}, "resources.firewall.fields"),
    ("firewall", {"fields": {"a": "c", "b": "c"}}, "resources.firewall.fields"),
]


@pytest.mark.parametrize(("name", "given", "text"), WRONG)
def test_a_wrong_override_is_named_by_the_path_of_its_option(name: str, given: Any, text: str) -> None:
    with pytest.raises(ValueError, match=f"^{re.escape(text)}") as found:
        Resources("sdwan", {name: given})
    assert str(found.value).count("resources.") == 1


def test_everything_that_is_wrong_is_told_at_once_and_always_in_the_same_order() -> None:
    wrong = {
        "vnf": {},
        "firewall": {"path": "x", "envelope": "", "upload_field": "", "fields": 1, "zz": 1, "aa": 1},
        "sites": {"path": "config/fine"},
        "system_options": 3,
    }
    with pytest.raises(ValueError, match="no such resource") as found:
        Resources("sdwan", wrong)
    places = re.findall(r"resources\.[a-z_.]*[a-z_]", str(found.value))
    assert places == [
        "resources.vnf",
        "resources.firewall.aa",
        "resources.firewall.zz",
        "resources.firewall.envelope",
        "resources.firewall.path",
        "resources.firewall.upload_field",
        "resources.firewall.fields",
        "resources.system_options",
    ]


@given(st.dictionaries(st.sampled_from([*NAMES, "vnf", ""]), anything, max_size=4))
def test_any_override_is_taken_or_refused_in_words(overrides: dict[str, Any]) -> None:
    told, table = "", SDWAN
    try:
        table = Resources("sdwan", overrides)
    except ValueError as error:
        told = str(error)
    assert not told or told.startswith("resources.")
    assert all(target(table.path(name, {"a": "b"})) for name in overrides if not told)


def test_names_and_words_of_a_release_become_ours_at_every_depth_and_theirs_on_the_way_out():
    overrides = {
        "firewall": {"fields": {"hosted_firewall_template": "vnf"}, "values": {"action": {"steer": "redirect"}}},
        "hosted_firewalls": {"values": {"operation_status": {"booted up": "Running"}}},
    }
    table = Resources("sdwan", overrides)
    theirs = {"site_name": "berlin", "firewall_local_policy": [{"action": "steer", "vnf": "pa"}]}
    ours = {"site_name": "berlin", "firewall_local_policy": [{"action": "redirect", "hosted_firewall_template": "pa"}]}
    assert table.unwrap("firewall", {"firewall": [theirs]}) == [ours]
    assert table.wrap("firewall", ours) == {"firewall": theirs}
    rows = table.unwrap(
        "hosted_firewalls", {"hosted_firewalls": [{"operation_status": "booted up"}, {"operation_status": "?"}]}
    )
    assert [row["operation_status"] for row in rows] == ["Running", "?"]


@pytest.mark.parametrize("values", ["x", {"a": "b"}, {"a": {"b": 1}}, {"a": {"b": "c\nd"}}, {"a b": {}}])
def test_words_that_are_none_are_refused(values):
    with pytest.raises(ValueError, match=r"resources\.firewall\.values"):
        Resources("sdwan", {"firewall": {"values": values}})


def test_an_answer_that_is_nested_without_end_is_no_error():
    deep = []
    for _level in range(900):
        deep = [deep]
    assert Resources("sdwan").unwrap("firewall", {"firewall": {"x": deep}}) == [{"x": deep}]


# --- what a system calls otherwise, and what its reference does not have


def test_center_calls_sites_site_in_path_and_envelope() -> None:
    keys = {"package_name": "P"}
    center, appliance = Resources("sdwan_center"), Resources("sdwan")
    assert center.path("sites", keys) == "config_editor/site/package_name=P"
    assert appliance.path("sites", keys) == "config_editor/sites/package_name=P"
    body = [{"site_name": "berlin", "model": "cb1100"}]
    assert center.unwrap("sites", {"site": body}) == appliance.unwrap("sites", {"sites": body}) == body
    assert not center.has("sites", {"sites": body})
    assert center.of_path("config_editor/site/package_name=P") == "sites"


@pytest.mark.parametrize(
    ("name", "item", "unlisted"),
    [
        ("global_network_settings", {"connection_match_type": "symmetric"}, {"connection_match_type"}),
        ("global_network_settings", {"global_policy_template": "T"}, set()),
        ("firewall", {"firewall_local_policy": [{"action": "drop"}, {"policy_type": "x"}]}, {"policy_type"}),
        ("firewall", {"firewall_local_policy": [{"action": "drop"}]}, set()),
        (
            "firewall_policy_template",
            {"pre_appliance_policies": [{"hosted_firewall_template": "pa", "service_redirection_vlan": 0}]},
            {"hosted_firewall_template", "service_redirection_vlan"},
        ),
        ("hosted_firewall_template", {"name": "pa"}, set()),  # the whole call is marked
    ],
)
def test_fields_that_a_documented_resource_does_not_have_are_known(
    name: str, item: dict[str, Any], unlisted: set[str]
) -> None:
    table = Resources("sdwan")
    assert unlisted_in(table[name], table.wrap(name, item)) == unlisted
    renamed = Resources("sdwan", {name: {"fields": {field: f"my_{field}" for field in table[name].unlisted}}})
    assert unlisted_in(renamed[name], renamed.wrap(name, item)) == unlisted


@given(anything)
def test_fields_are_looked_for_in_anything(body: Any) -> None:
    assert unlisted_in(Resources("sdwan")["firewall"], body) <= Resources("sdwan")["firewall"].unlisted
