# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What configuration groups bring: three texts compared, wildcards, and what the capabilities make of it."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.mspplus.netsec.plugins.plugin_utils._engine.problems import errors
from ansible_collections.mspplus.netsec.plugins.plugin_utils._srx import groups
from ansible_collections.mspplus.netsec.plugins.plugin_utils._srx.fpc_errors import plan as fpc_plan
from ansible_collections.mspplus.netsec.plugins.plugin_utils._srx.fpc_errors import rules as fpc_rules
from ansible_collections.mspplus.netsec.plugins.plugin_utils._srx.fpc_errors.model import from_groups as fpc_groups
from ansible_collections.mspplus.netsec.plugins.plugin_utils._srx.fpc_errors.model import parse_inherited
from ansible_collections.mspplus.netsec.plugins.plugin_utils._srx.fpc_errors.model import to_document as fpc_document
from ansible_collections.mspplus.netsec.plugins.plugin_utils._srx.groups import inherited
from ansible_collections.mspplus.netsec.plugins.plugin_utils._srx.policy_log.model import (
    PolicyLogs,
    from_groups,
    logging_gaps,
    parse,
    to_document,
)
from ansible_collections.mspplus.netsec.plugins.plugin_utils._srx.policy_log.plan import desired_state, plan
from ansible_collections.mspplus.netsec.plugins.plugin_utils._srx.policy_log.rules import check

PAIR = "security policies from-zone trust to-zone untrust policy"
OWN = f"set {PAIR} web then permit\nset {PAIR} web then log session-init\nset {PAIR} mail then permit\n"
CLOSES = f"set {PAIR} web then log session-close\nset {PAIR} mail then log session-close\n"
LOG_ALL = "set groups log-all security policies from-zone <*> to-zone <*> policy <*> then log session-close\n"
MADE = f"set {PAIR} last then deny\nset {PAIR} last then log session-init\n"
MAKES = f"set groups deny security policies from-zone <*> to-zone <*> policy last then deny\nset groups deny {PAIR} last then log session-init\n"
WEB = {"from_zone": "trust", "to_zone": "untrust", "name": "web"}


def logs() -> PolicyLogs:
    return PolicyLogs(parse(inherited(OWN, OWN + CLOSES + MADE, LOG_ALL + MAKES)), ("stream siem",))


@pytest.mark.parametrize(
    ("pattern", "path", "meets"),
    [
        ("fpc <*> error fatal action alarm", "fpc 3 error fatal action alarm", True),
        ("fpc <[0-3]> error fatal action alarm", "fpc 3 error fatal action alarm", True),
        ("fpc <[!0-3]> error fatal action alarm", "fpc 3 error fatal action alarm", False),
        ("fpc <1?> error fatal action alarm", "fpc 11 error fatal action alarm", True),
        ("fpc * error fatal action alarm", "fpc 3 error fatal action alarm", False),
        ("fpc <*> error fatal action", "fpc 3 error fatal action alarm", False),
        ("fpc 3 error fatal action alarm", "fpc 3 error fatal action alarm", True),
    ],
)
def test_wildcards_stand_in_angle_brackets(pattern: str, path: str, meets: bool) -> None:
    read = inherited("", f"set chassis {path}", f"set groups g chassis {pattern}")
    assert read.group_of(("chassis", *path.split())) == ("g" if meets else "")


def test_what_stands_there_itself_is_no_groups_and_several_groups_are_named() -> None:
    lines = "set groups a chassis error major threshold <*>\nset groups b chassis error major threshold 5\n"
    path = ("chassis", "error", "major", "threshold", "5")
    assert inherited("", f"set {' '.join(path)}", lines).group_of(path) == "a or b"
    assert inherited(f"set {' '.join(path)}", f"set {' '.join(path)}", lines).group_of(path) == ""


def test_only_lines_with_wildcards_are_compared_one_by_one(monkeypatch: pytest.MonkeyPatch) -> None:
    compared: list[Any] = []
    monkeypatch.setattr(groups, "_meets", lambda pattern, path: compared.append(pattern))
    lines = [f"security policies global policy p{number} then deny" for number in range(50)]
    read = inherited("", *("\n".join(f"set {start}{line}" for line in lines) for start in ("", "groups big ")))
    assert {policy.group for policy in parse(read).values()} == {"big"} and compared == []


def test_an_answer_that_was_cut_hides_nothing_that_stands_there() -> None:
    read = inherited(OWN, "", "")
    assert [" ".join(path) for path in read.found.paths] == [line.removeprefix("set ") for line in OWN.splitlines()]


def test_comments_of_a_release_that_prints_them_are_passed_over() -> None:
    text = f"##\n## 'session-close' was inherited from group 'log-all'\n##\n{CLOSES}"
    assert inherited("", text, LOG_ALL) == inherited("", CLOSES, LOG_ALL)


@given(st.text(), st.text(), st.text())
def test_no_text_raises(own: str, counting: str, groups: str) -> None:
    read = inherited(own, counting, f"set groups {groups}")
    parse(read)
    parse_inherited(read)


# -- logs of policies


def test_a_policy_logs_what_a_group_brings() -> None:
    current = logs()
    shown = {entry["name"]: (entry["session_init"], entry["session_close"]) for entry in to_document(current.policies)}
    assert shown == {"web": (True, True), "mail": (False, True), "last": (True, False)}
    assert {gap["name"]: gap["missing"] for gap in logging_gaps(current.policies)} == {"mail": ["session-init"]}
    assert [
        (entry["name"], entry.get("session_close"), entry.get("session_init"))
        for entry in from_groups(current.policies)
    ] == [
        ("web", "log-all", None),
        ("mail", "log-all", None),
        ("last", None, "deny"),
    ]


def judged(items: list[dict[str, Any]], state: Any) -> tuple[list[tuple[str, str]], list[str]]:
    current = logs()
    desired = desired_state(current, items, state)
    found = errors(check(current, desired, items, state))
    return [(problem.rule, problem.item.rpartition(" ")[2]) for problem in found], plan(current, desired).commands


@pytest.mark.parametrize("state", ["merged", "replaced"])
def test_what_a_group_brings_already_is_not_written_again(state: Any) -> None:
    assert judged([{**WEB, "session_init": True, "session_close": True}], state) == ([], [])


@pytest.mark.parametrize(
    ("items", "state", "names"),
    [
        ([{**WEB, "session_close": False}], "merged", ["web]"]),
        ([{**WEB, "session_init": True}], "replaced", ["web]"]),
        ([WEB], "deleted", ["web]"]),
        ([{**WEB, "session_init": True, "session_close": True}], "overridden", ["last]", "mail]"]),
        ([{**WEB, "name": "last", "session_close": True}], "merged", ["last]"]),
    ],
)
def test_what_a_group_brings_is_not_removed_and_the_group_is_named(items: Any, state: Any, names: list[str]) -> None:
    assert judged(items, state)[0] == [("L10", name) for name in names]
    current = logs()
    for problem in errors(check(current, desired_state(current, items, state), items, state)):
        group = "deny" if problem.item.endswith("last]") else "log-all"
        assert f"the group {group} brings" in problem.message and f"groups {group}" in problem.remedy


def test_what_stands_there_itself_is_removed_as_ever() -> None:
    found, commands = judged([{**WEB, "session_init": False}], "merged")
    assert found == [] and commands == [f"delete {PAIR} web then log session-init"]


# -- error actions of FPCs

FPC_OWN = "set chassis fpc 3 error fatal action log\nset chassis fpc 3 error major threshold 7\n"
FPC_COUNTING = (
    f"{FPC_OWN}set chassis fpc 3 error fatal action alarm\nset chassis fpc 3 error fatal threshold 2\n"
    "set chassis error minor threshold 20\n"
)
FPC_GROUPS = (
    "set groups errors chassis fpc <*> error fatal action alarm\nset groups errors chassis fpc <*> error fatal threshold 2\n"
    "set groups errors chassis fpc <*> error major threshold 5\nset groups minor chassis error minor threshold 20\n"
)


def fpcs() -> Any:
    return parse_inherited(inherited(FPC_OWN, FPC_COUNTING, FPC_GROUPS))


def test_error_actions_are_those_that_count_and_groups_are_named() -> None:
    assert fpc_document(fpcs()) == [
        {"all": True, "minor": {"threshold": 20}},
        {"fpc": 3, "fatal": {"threshold": 2, "actions": ["log", "alarm"]}, "major": {"threshold": 7}},
    ]
    assert fpc_groups(fpcs()) == [
        {"all": True, "level": "minor", "threshold": "minor"},
        {"fpc": 3, "level": "fatal", "threshold": "errors", "actions": {"alarm": "errors"}},
    ]


def changes(document: Any, state: Any) -> tuple[list[tuple[str, str]], list[str], list[str]]:
    current = fpcs()
    desired = fpc_plan.desired_state(current, document, state)
    found = fpc_rules.check(current, desired, document, state, fpc_rules.Facts())
    made = fpc_plan.plan(current, desired)
    undo = [line for operation in reversed(made.operations) for line in operation.undo or ()]
    return [(each.rule, each.item) for each in found if each.rule == "F20"], made.commands, undo


@pytest.mark.parametrize(
    ("document", "state"),
    [
        ([{"fpc": 3, "fatal": {"threshold": 2, "actions": ["alarm", "log"]}}], "merged"),
        ([{"fpc": 3, "fatal": {"actions": ["log", "alarm"]}}], "merged"),
        ([{"all": True, "minor": {"threshold": 20}}], "replaced"),
    ],
)
def test_what_counts_already_is_not_written_again(document: Any, state: Any) -> None:
    assert changes(document, state) == ([], [], [])


def test_what_is_written_beside_a_group_is_its_own_part_with_its_own_undo() -> None:
    found, do, undo = changes([{"fpc": 3, "fatal": {"threshold": 9, "actions": ["get-state", "alarm"]}}], "merged")
    assert found == [] and undo == [
        "delete chassis fpc 3 error fatal threshold",
        "delete chassis fpc 3 error fatal action",
        "set chassis fpc 3 error fatal action log",
    ]
    assert do == [
        "set chassis fpc 3 error fatal threshold 9",
        "delete chassis fpc 3 error fatal action",
        "set chassis fpc 3 error fatal action get-state",
    ]


@pytest.mark.parametrize(
    ("document", "state", "items"),
    [
        ([{"fpc": 3, "fatal": {"actions": ["log"]}}], "merged", ["config[fpc 3].fatal.actions"]),
        (
            [{"fpc": 3, "major": {"threshold": 7}}],
            "replaced",
            ["config[fpc 3].fatal.actions", "config[fpc 3].fatal.threshold"],
        ),
        ([{"all": True}], "deleted", ["config[all].minor.threshold"]),
        (
            None,
            "deleted",
            ["config[all].minor.threshold", "config[fpc 3].fatal.actions", "config[fpc 3].fatal.threshold"],
        ),
    ],
)
def test_what_a_group_brings_of_an_fpc_is_not_removed(document: Any, state: Any, items: list[str]) -> None:
    assert changes(document, state)[0] == [("F20", item) for item in items]
