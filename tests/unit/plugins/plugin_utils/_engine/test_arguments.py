# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.mspplus.netsec.plugins.plugin_utils._engine.arguments import (
    ArgumentError,
    Arguments,
    Constraints,
    plain,
    specification,
    without_none,
)
from ansible_collections.mspplus.netsec.plugins.plugin_utils._engine.raw_arguments import unusable_paths

MODULES = Path(__file__).parents[5] / "plugins" / "modules"


@pytest.mark.parametrize("module", sorted(MODULES.glob("*.py")), ids=lambda path: path.stem)
def test_every_module_s_documentation_is_an_argument_spec(module: Path) -> None:
    assert Arguments(module).spec


def test_a_list_that_must_have_an_entry_has_one() -> None:
    arguments = Arguments(MODULES / "srx_capture.py", Constraints(filled=frozenset({"filters"})))
    assert arguments.validated({"filters": [{"name": "out"}]})["filters"][0]["name"] == "out"
    with pytest.raises(ArgumentError) as caught:
        arguments.validated({"filters": []})
    assert caught.value.messages == ["filters must have at least one entry"]
    with pytest.raises(ValueError, match="gone"):
        Arguments(MODULES / "srx_capture.py", Constraints(filled=frozenset({"gone"})))


def test_all_errors_come_at_once_and_name_their_option() -> None:
    span = Arguments(MODULES / "iosxr_span.py")
    source = {"interface": "Te0/0/0/1", "direction": "sideways"}
    with pytest.raises(ArgumentError) as caught:
        span.validated({"state": "gone", "settle": "soon", "config": {"sessions": [{"sources": [source]}]}})
    text = "\n".join(caught.value.messages)
    for part in ("gone", "settle", "sideways", "name"):
        assert part in text


NAMED: list[tuple[Constraints, str]] = [
    (Constraints(no_log=frozenset({"secret"})), "secret"),
    (Constraints(bounds={"size": (0, 1)}), "size"),
    (Constraints(filled=frozenset({"items"})), "items"),
    (Constraints(mutually_exclusive=[("name", "other")]), "other"),
    (Constraints(required_together=[("name", "other")]), "other"),
    (Constraints(required_one_of=[("name", "other")]), "other"),
    (Constraints(required_if=[("other", "x", ("name",))]), "other"),
    (Constraints(required_if=[("name", "x", ("number", "other"), True)]), "other"),
    (Constraints(nested=(("config.gone", Constraints()),)), r"config\.gone"),
    (Constraints(nested=(("config", Constraints(required_one_of=[("a", "b")])),)), r"config\.b"),
]


@pytest.mark.parametrize(("constraints", "name"), NAMED)
def test_a_table_that_names_an_unknown_option_is_an_error(constraints: Constraints, name: str) -> None:
    options = {
        "name": {"type": "str"},
        "number": {"type": "int"},
        "config": {"type": "dict", "suboptions": {"a": {"type": "str"}}},
    }
    with pytest.raises(ValueError, match=f"not documented: {name}$"):
        specification(options, constraints)


def test_only_numbers_have_bounds() -> None:
    with pytest.raises(ValueError, match="not numbers: name"):
        specification({"name": {"type": "str"}}, Constraints(bounds={"name": (1, 2)}))
    assert specification({"name": {"type": "float"}}, Constraints(bounds={"name": (1, None)}))


def test_what_the_user_left_out_is_left_out() -> None:
    assert without_none({"a": None, "b": [{"c": None, "d": 0}], "e": False}) == {"b": [{"d": 0}], "e": False}


class Tagged(str):
    """As core marks text with where it stands."""


def test_values_lose_the_types_that_core_pins_to_them() -> None:
    found = plain({Tagged("a"): [Tagged("b"), 1, True, None, 1.5, (2,)]})
    assert found == {"a": ["b", 1, True, None, 1.5, [2]]}
    assert [type(item) for item in (*found, *found["a"])] == [str, str, int, bool, type(None), float, list]


def test_unknown_options_come_first_then_null_then_what_core_says() -> None:
    span = Arguments(MODULES / "iosxr_span.py")
    with pytest.raises(ArgumentError) as caught:
        span.validated({"sttae": "merged", "state": "overridden", "config": {"sessions": None}, "settle": "soon"})
    first, second, *rest = caught.value.messages
    assert first == "unknown option sttae; near: state" and second.startswith("config.sessions is null")
    assert any("settle" in message for message in rest)


def test_null_counts_as_left_out_only_where_the_state_can_remove_nothing() -> None:
    span = Arguments(MODULES / "iosxr_span.py")
    assert span.validated({"state": "merged", "config": {"sessions": None}})["config"]["sessions"] is None
    assert span.validated({"config": {"sessions": None}})["state"] == "merged"
    for state in ("replaced", "overridden", "deleted"):
        with pytest.raises(ArgumentError, match=r"config is null"):
            span.validated({"state": state, "config": None})
    emptied = {"sessions": [{"name": "a", "destination": {"interface": None}}]}
    for state in ("merged", "replaced", "overridden", "deleted"):
        with pytest.raises(ArgumentError, match=r"config\.sessions\[a\]\.destination has only empty values"):
            span.validated({"state": state, "config": emptied})
    with pytest.raises(ArgumentError, match=r"config\.sessions\[#1\] is an empty entry"):
        span.validated({"state": "merged", "config": {"sessions": [None]}})


def test_numbers_have_bounds_and_the_message_names_them() -> None:
    arguments = Arguments(
        MODULES / "iosxr_span.py", Constraints(bounds={"settle": (0, None), "confirm_timeout": (30, 65535)})
    )
    with pytest.raises(ArgumentError) as caught:
        arguments.validated({"state": "deleted", "settle": -1, "confirm_timeout": 5})
    assert caught.value.messages == ["settle must be 0 or more, not -1", "confirm_timeout must be 30 to 65535, not 5"]
    with pytest.raises(ValueError, match="gone"):
        Arguments(MODULES / "iosxr_span.py", Constraints(bounds={"gone": (0, 1)}))


@pytest.mark.parametrize(
    ("config", "said"),
    [(5, "config must be a dict, not int"), ([1], "config must be a dict, not list"), ({"sessions": 1.5}, "sessions")],
)
def test_something_else_than_a_dictionary_is_an_error_of_the_arguments(config: object, said: str) -> None:
    with pytest.raises(ArgumentError, match=said):
        Arguments(MODULES / "iosxr_span.py").validated({"config": config, "state": "replaced"})


def test_a_null_is_left_out_and_a_message_is_one_line() -> None:
    needed = Constraints(required_if=[("state", "merged", ("config",))])
    with pytest.raises(ArgumentError) as caught:
        Arguments(MODULES / "iosxr_span.py", needed).validated({"config": None})
    assert len(caught.value.messages) == 1 and caught.value.messages[0].startswith("config is null"), "said once"
    with pytest.raises(ArgumentError, match=r"following are missing: config$"):
        Arguments(MODULES / "iosxr_span.py", needed).validated({})
    with pytest.raises(ArgumentError) as raised:
        Arguments(MODULES / "iosxr_span.py").validated({"config": {}, "platform": "x\nno router bgp 1"})
    (message,) = raised.value.messages
    assert r"x\nno router" in message and message.isprintable()


def test_an_infinite_number_is_an_error_of_the_arguments() -> None:
    span = Arguments(MODULES / "iosxr_span.py")
    for given in ({"settle": float("inf")}, {"config": {"router_id": "INF"}}):
        with pytest.raises(ArgumentError, match="infinite"):
            span.validated(given)


def paths_of(options: Mapping[str, Any], above: str = "") -> Iterator[str]:
    for name, option in options.items():
        if "path" in (option.get("type"), option.get("elements")):
            yield f"{above}{name}"
        yield from paths_of(option.get("options") or {}, f"{above}{name}.")


PATHS = [(module, path) for module in sorted(MODULES.glob("*.py")) for path in paths_of(Arguments(module).spec)]


@pytest.mark.parametrize(("module", "path"), PATHS, ids=[f"{module.stem}-{path}" for module, path in PATHS])
def test_a_nul_in_a_path_is_refused_with_its_option_in_every_module(module: Path, path: str) -> None:
    *above, name = path.split(".")
    given: dict[str, Any] = {name: "/tmp/a\0b"}
    for outer in reversed(above):
        given = {outer: given}
    with pytest.raises(ArgumentError) as caught:
        Arguments(module).validated(given)
    assert f"{path} has a NUL character, which no path may have: take it out" in caught.value.messages


def test_a_nul_is_found_in_lists_and_below_dictionaries_and_under_an_alias() -> None:
    inner = {"file": {"type": "path"}, "name": {"type": "str"}}
    spec = {
        "dest": {"type": "path", "aliases": ["to"]},
        "files": {"type": "list", "elements": "path"},
        "config": {"type": "dict", "options": {"entries": {"type": "list", "elements": "dict", "options": inner}}},
    }
    given = {
        "to": "a\0",
        "files": ["a", "b\0"],
        "config": {"entries": [{"file": "a", "name": "\0"}, {"file": "\0"}]},
    }
    assert unusable_paths(given, spec) == ["dest", "files[#2]", "config.entries[#2].file"]
    assert unusable_paths({"to": None, "files": "a", "config": {"entries": None}}, spec) == []


def test_a_list_that_may_not_be_empty_is_not_offered_as_an_empty_one() -> None:
    capture = Arguments(MODULES / "srx_capture.py", Constraints(filled=frozenset({"filters"})))
    with pytest.raises(ArgumentError) as caught:
        capture.validated({"filters": None})
    (message,) = caught.value.messages
    assert message.startswith("filters is null") and message.endswith("Write its entries.") and "[]" not in message
