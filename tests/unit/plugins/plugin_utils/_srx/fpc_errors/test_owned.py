# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Error actions of FPCs: what determines a plan, and what of the chassis a document may change."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.mspplus.netsec.plugins.plugin_utils._engine.plan_document import fingerprint
from ansible_collections.mspplus.netsec.plugins.plugin_utils._engine.states import State
from ansible_collections.mspplus.netsec.plugins.plugin_utils._srx.display_set import statements
from ansible_collections.mspplus.netsec.plugins.plugin_utils._srx.fpc_errors.model import parse
from ansible_collections.mspplus.netsec.plugins.plugin_utils._srx.fpc_errors.plan import normalised, owned

DOCUMENT: list[dict[str, Any]] = [{"fpc": 1, "fatal": {"threshold": 2, "actions": ["alarm", "log"]}}]
CONFIG = """\
set chassis fpc 1 error fatal threshold 1
set chassis fpc 1 error major action log
set chassis fpc 2 error minor action alarm
"""
EVERY: tuple[State, ...] = ("merged", "replaced", "overridden", "deleted")


def desired(document: list[dict[str, Any]] | None, state: State = "merged") -> str:
    return fingerprint(normalised(document, state))


def print_of(state: State, more: str = "", *, without: str = "", document: Any = ...) -> str:
    lines = [line for line in CONFIG.splitlines() if not (without and without in line)]
    found = statements("\n".join([*lines, more]))
    chosen = DOCUMENT if document is ... else document  # None is a document, too
    return fingerprint(owned(parse(found.paths, found.inactive), chosen, state))


@pytest.mark.parametrize("state", EVERY)
def test_the_order_of_entries_does_not_determine_a_plan(state: State) -> None:
    other = {"all": True, "minor": {"threshold": 5}}
    assert desired([*DOCUMENT, other], state) == desired([other, *DOCUMENT], state)
    assert desired([{**DOCUMENT[0], "all": False}], state) == desired(DOCUMENT, state)


@pytest.mark.parametrize(
    "entry",
    [
        {"fpc": 2, "fatal": {"threshold": 2, "actions": ["alarm", "log"]}},
        {"fpc": 1, "major": {"threshold": 2, "actions": ["alarm", "log"]}},
        {"fpc": 1, "fatal": {"threshold": 3, "actions": ["alarm", "log"]}},
        {"fpc": 1, "fatal": {"threshold": 2, "actions": ["log", "alarm"]}},  # a list is in the user's order
        {"fpc": 1, "fatal": {"threshold": 2}},
    ],
)
def test_what_is_asked_for_determines_a_plan(entry: dict[str, Any]) -> None:
    assert desired([entry]) != desired(DOCUMENT)


def test_what_goes_is_named_by_its_levels() -> None:
    assert desired([{"fpc": 1, "fatal": {"threshold": 9}}], "deleted") == desired(DOCUMENT, "deleted")
    assert desired([{"fpc": 1}], "deleted") != desired(DOCUMENT, "deleted") != desired(None, "deleted")


@pytest.mark.parametrize("state", EVERY)
def test_only_what_a_document_may_change_is_owned(state: State) -> None:
    start = print_of(state)
    every, whole = state == "overridden", state in ("replaced", "overridden")
    assert print_of(state, without="fatal threshold") != start
    assert print_of(state, "set chassis fpc 1 error fatal action reset") != start
    assert print_of(state, "deactivate chassis fpc 1 error fatal") != start
    assert (print_of(state, without="fpc 1 error major") != start) == whole
    assert (print_of(state, without="fpc 2") != start) == every
    assert (print_of(state, "set chassis fpc 3 error fatal threshold 7") != start) == every
    assert (print_of(state, "set chassis error fatal threshold 7") != start) == every
    assert print_of(state, "set chassis fpc 1 error scope pfe category functional fatal threshold 3") == start
    assert print_of(state, "set chassis fpc 1 pic 0 tunnel-services\nset chassis aggregated-devices") == start


def test_deleted_owns_the_levels_it_names_the_fpcs_it_names_or_all() -> None:
    for document, others in ((DOCUMENT, False), ([{"fpc": 1}], False), (None, True)):
        start = print_of("deleted", document=document)
        assert (print_of("deleted", without="fpc 2", document=document) != start) == others
        major = print_of("deleted", without="fpc 1 error major", document=document)
        assert (major != start) == (document is not DOCUMENT)
