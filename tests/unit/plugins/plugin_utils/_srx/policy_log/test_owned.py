# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Session logs: what determines a plan, and what of the firewall a document may change."""

from __future__ import annotations

from typing import Any, get_args

import pytest

from ansible_collections.mspplus.netsec.plugins.plugin_utils._engine.plan_document import fingerprint
from ansible_collections.mspplus.netsec.plugins.plugin_utils._engine.states import State
from ansible_collections.mspplus.netsec.plugins.plugin_utils._srx.policy_log.model import Item, Key, Policy, PolicyLogs
from ansible_collections.mspplus.netsec.plugins.plugin_utils._srx.policy_log.plan import normalised, owned

STATES: tuple[State, ...] = get_args(State)
WEB, ALL, THEIRS = Key("trust", "untrust", "web"), Key("", "", "all"), Key("dmz", "trust", "theirs")
ITEM: dict[str, Any] = {"from_zone": "trust", "to_zone": "untrust", "name": "web", "session_init": True}
BEFORE = {WEB: Policy(False, True, "permit"), ALL: Policy(True, False, "deny"), THEIRS: Policy(True, True, "permit")}


def desired(items: list[Item], state: State) -> str:
    return fingerprint(normalised(items, state))


def print_of(policies: dict[Key, Policy], state: State, items: tuple[Item, ...] = (ITEM,)) -> str:
    return fingerprint(owned(PolicyLogs({**BEFORE, **policies}), items, state))


@pytest.mark.parametrize("state", STATES)
def test_order_and_spelling_of_a_document_do_not_determine_a_plan(state: State) -> None:
    other = {"global": True, "name": "all", "session_init": True}
    assert desired([ITEM, other], state) == desired([other, ITEM], state)
    spelt = {**ITEM, "global": False}
    assert desired([ITEM], state) == desired([spelt], state)


def test_a_leaf_that_is_left_out_is_off_where_the_document_is_the_whole_word() -> None:
    off = {**ITEM, "session_close": False}
    assert desired([ITEM], "merged") != desired([off], "merged")
    for state in ("replaced", "overridden"):
        assert desired([ITEM], state) == desired([off], state)  # type: ignore[arg-type]
    assert desired([ITEM], "deleted") == desired([{**ITEM, "session_init": False}], "deleted")


@pytest.mark.parametrize(
    "change", [{"session_init": False}, {"name": "ssh"}, {"to_zone": "dmz"}, {"session_close": True}]
)
def test_what_is_asked_for_determines_a_plan(change: dict[str, Any]) -> None:
    for state in ("merged", "replaced", "overridden"):
        assert desired([ITEM], state) != desired([{**ITEM, **change}], state)  # type: ignore[arg-type]


@pytest.mark.parametrize("state", STATES)
def test_only_what_a_document_may_change_is_owned(state: State) -> None:
    start = print_of({}, state)
    assert (print_of({THEIRS: Policy()}, state) != start) == (state == "overridden")
    assert (print_of({Key("a", "b", "new"): Policy(True)}, state) != start) == (state == "overridden")
    assert print_of({WEB: Policy(True, True, "permit")}, state) != start
    # merged leaves alone what it does not name
    assert (print_of({WEB: Policy(False, False, "permit")}, state) != start) == (state != "merged")
    # what a policy does, and whether it is deactivated, no document of logs changes
    assert print_of({WEB: Policy(False, True, "deny", inactive=True)}, state) == start


@pytest.mark.parametrize("state", STATES)
def test_the_order_of_the_device_does_not_matter(state: State) -> None:
    turned = PolicyLogs(dict(reversed(BEFORE.items())))
    assert owned(PolicyLogs(BEFORE), [ITEM], state) == owned(turned, [ITEM], state)
