# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Faults: the table checks itself and its documentation, specs are checked against it, counting is exact."""

from __future__ import annotations

from pathlib import Path

import pytest

from lab import faults as faults_module
from lab.faults import FAULTS, LOGIN, REQUIRED, Faults, check_fault

README = Path(faults_module.__file__).with_name("README.md")


def fired(faults: Faults) -> list[str]:
    seen: list[str] = []
    faults.on_fire = lambda name, text, session, mode: seen.append(f"{name} {text}".strip())
    return seen


@pytest.mark.parametrize("name", FAULTS)
def test_every_row_can_be_armed_with_its_required_parameters_alone(name: str) -> None:
    row = FAULTS[name]
    needed = {key: "commit" if kind is str else 7 for key, (kind, default) in row.params.items() if default is REQUIRED}
    faults = Faults([{"name": name, **needed}])
    found = faults.peek(name, "commit confirmed 60")
    assert found is not None
    assert set(found) == {"name", *row.params}


@pytest.mark.parametrize("name", FAULTS)
def test_the_readme_documents_every_row_as_the_table_has_it(name: str) -> None:
    row = FAULTS[name]
    params = ", ".join(key if default is REQUIRED else f"{key}?" for key, (_kind, default) in row.params.items())
    line = f"| `{name}` | {params or '–'} | {row.layer} | {row.what} | {row.ends} |"
    assert line in README.read_text(encoding="utf-8").splitlines()


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        ("nonsense", "unknown fault 'nonsense' (known: refuse, wrong_password"),
        (7, "not int"),
        ({"at": "commit"}, "unknown fault None"),
        ({"name": "drop"}, "parameter 'at' is missing"),
        ({"name": "drop", "at": "("}, "not a regular expression"),
        ({"name": "drop", "at": 3}, "at must be text"),
        ({"name": "slow", "bytes_per_second": "9600"}, "must be a number"),
        ({"name": "slow", "bytes_per_second": 0}, "must be 1 or more"),
        ({"name": "drop", "at": "x", "after_bytes": -1}, "must be 0 or more"),
        ({"name": "drop", "at": "x", "times": True}, "times must be a number"),
        ({"name": "drop", "at": "x", "color": "red"}, "unknown parameter 'color'"),
        ({"name": "refuse", "how": "politely"}, "closed or refused"),
        ({"name": "garbage_body", "at": "x", "how": "poem"}, "how must be html or truncated or noise or huge"),
        ({"name": "refuse", "how": "refused", "times": 1}, "cannot count"),
    ],
)
def test_a_wrong_fault_is_named_in_plain_words(fault: object, words: str) -> None:
    assert words in "; ".join(check_fault(fault))
    with pytest.raises(ValueError, match=r"."):
        Faults([fault])


def test_all_errors_of_one_fault_come_together() -> None:
    assert sorted(check_fault({"name": "truncated", "at": "(", "color": 1, "times": 0})) == [
        "fault truncated: at is not a regular expression: '('",
        "fault truncated: parameter 'after_bytes' is missing",
        "fault truncated: times must be 1 or more",
        "fault truncated: unknown parameter 'color'",
    ]


def test_times_counts_down_and_then_the_device_is_well() -> None:
    faults = Faults([{"name": "commit_rejected", "times": 2}])
    seen = fired(faults)
    assert [bool(faults.active("commit_rejected", "commit")) for _commit in range(4)] == [True, True, False, False]
    assert seen == ["commit_rejected commit"] * 2
    assert not faults


def test_nth_happens_only_at_that_match() -> None:
    faults = Faults([{"name": "hang", "at": "^show", "nth": 2}])
    lines = ["show a", "configure", "show b", "show c"]
    assert [line for line in lines if faults.active("hang", line)] == ["show b"]


def test_peek_counts_nothing() -> None:
    faults = Faults([{"name": "disk_full", "times": 1}])
    seen = fired(faults)
    assert faults.peek("disk_full")
    assert faults.peek("disk_full")
    assert seen == []
    assert faults.active("disk_full")


def test_login_is_an_event_and_not_a_word_in_a_command() -> None:
    login = Faults([{"name": "drop", "at": "login"}])
    assert not login.active("drop", "show login")
    assert login.active("drop", LOGIN)
    everything = Faults([{"name": "drop", "at": "."}])
    assert not everything.active("drop", LOGIN)
    assert everything.active("drop", "show login")


def test_in_http_the_word_login_is_part_of_a_path() -> None:
    faults = Faults([{"name": "hang_request", "at": "login"}])
    assert faults.active("hang_request", "POST /nitro/v1/config/login")
    assert not faults.active("hang_request", "GET /nitro/v1/config/things")


def test_a_kind_that_asks_for_a_fault_not_in_the_table_is_wrong() -> None:
    with pytest.raises(ValueError, match="unknown fault 'comit_rejected'"):
        Faults().active("comit_rejected")


def test_changes_are_told() -> None:
    faults = Faults()
    told: list[bool] = []
    faults.on_change = lambda: told.append(bool(faults))
    faults.add("refuse")
    faults.clear()
    assert told == [True, False]
