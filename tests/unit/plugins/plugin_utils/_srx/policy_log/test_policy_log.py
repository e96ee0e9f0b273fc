# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Session logs of policies: laws of the plan through an interpreter of `set` and `delete`, each rule broken and nearly."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.mspplus.netsec.plugins.plugin_utils._engine.problems import Problem
from ansible_collections.mspplus.netsec.plugins.plugin_utils._srx.display_set import Statements, statements, words_of
from ansible_collections.mspplus.netsec.plugins.plugin_utils._srx.groups import Inherited
from ansible_collections.mspplus.netsec.plugins.plugin_utils._srx.policy_log.model import (
    Key,
    Policy,
    PolicyLogs,
    carriers,
    key_of,
    logging_gaps,
    parse,
    to_document,
)
from ansible_collections.mspplus.netsec.plugins.plugin_utils._srx.policy_log.plan import desired_state, plan
from ansible_collections.mspplus.netsec.plugins.plugin_utils._srx.policy_log.rules import check, validate

KEYS = [
    Key("trust", "untrust", "web"),
    Key("trust", "untrust", "deny rest"),
    Key("dmz", "trust", "web"),
    Key("", "", "all"),
]
ACTIONS = ["permit", "deny", "reject"]


def text_of(logs: dict[Key, Policy]) -> list[str]:
    """As the device prints it."""
    lines = []
    for key, policy in logs.items():
        path = "set " + " ".join(f'"{word}"' if " " in word else word for word in key.path)
        lines += [f"{path} match source-address any", f"{path} then {policy.action}"]
        lines += [f"{path} then log session-init"] * policy.init + [f"{path} then log session-close"] * policy.close
    return lines


def applied(lines: list[str], commands: list[str]) -> dict[Key, Policy]:
    """What a device makes of the commands."""
    paths = [words_of(line)[1:] for line in lines]
    for command in commands:
        verb, *rest = words_of(command)
        if verb == "set":
            assert tuple(rest) not in paths
            paths.append(tuple(rest))
        else:
            assert verb == "delete" and tuple(rest) in paths
            paths.remove(tuple(rest))
    return parse(Inherited(Statements(tuple(paths))))


policies = st.builds(Policy, st.booleans(), st.booleans(), st.sampled_from(ACTIONS))
carried = st.dictionaries(st.sampled_from(KEYS), policies, min_size=1)
entries = st.lists(
    st.builds(
        lambda key, init, close: {**to_document({key: Policy()})[0], "session_init": init, "session_close": close},
        st.sampled_from(KEYS),
        st.sampled_from([None, True, False]),
        st.sampled_from([None, True, False]),
    ),
    max_size=4,
)


@given(carried, entries, st.sampled_from(["merged", "replaced", "overridden", "deleted"]))
def test_the_plan_gives_what_is_wanted_its_undo_what_was_and_a_second_plan_nothing(
    before: dict[Key, Policy], items: list[dict[str, Any]], state: Any
) -> None:
    lines = text_of(before)
    current = PolicyLogs(parse(Inherited(statements("\n".join(lines)))))
    assert current.policies == before
    desired = desired_state(current, items, state)
    made = plan(current, desired)
    after = applied(lines, made.commands)
    assert after == desired.policies
    assert not plan(PolicyLogs(after), desired)
    assert applied(text_of(after), made.undo_commands) == before
    assert all(line.split()[1:3] == ["security", "policies"] and " then log session-" in line for line in made.commands)


@given(carried)
def test_a_document_of_what_is_there_changes_nothing(before: dict[Key, Policy]) -> None:
    current = PolicyLogs(before)
    for state in ("merged", "replaced", "overridden"):
        assert not plan(current, desired_state(current, to_document(before), state))  # type: ignore[arg-type]


@given(st.text(max_size=200))
def test_parse_never_raises(text: str) -> None:
    parse(Inherited(statements(f"set security policies {text}\nset security policies global policy {text}")))


def test_states_own_what_they_say() -> None:
    before = {KEYS[0]: Policy(True, False, "permit"), KEYS[3]: Policy(False, True, "permit")}
    current = PolicyLogs(before)
    item = {"from_zone": "trust", "to_zone": "untrust", "name": "web", "session_close": True}

    def logged(state: Any) -> dict[str, tuple[bool, bool]]:
        found = desired_state(current, [item], state).policies
        return {key.name: (policy.init, policy.close) for key, policy in found.items()}

    assert logged("merged") == {"web": (True, True), "all": (False, True)}
    assert logged("replaced") == {"web": (False, True), "all": (False, True)}
    assert logged("overridden") == {"web": (False, True), "all": (False, False)}
    assert logged("deleted") == {"web": (False, False), "all": (False, True)}


WEB: dict[str, Any] = {"from_zone": "trust", "to_zone": "untrust", "name": "web", "session_close": True}


def ids(problems: list[Problem]) -> list[str]:
    return [problem.rule for problem in problems]


@pytest.mark.parametrize(
    ("items", "state", "rules"),
    [
        ([WEB], "merged", []),
        ([WEB, {**WEB, "name": "other"}], "merged", []),
        ([WEB, {**WEB, "session_init": True}], "merged", ["L4"]),
        ([{**WEB, "name": "what?"}], "merged", ["L5"]),
        ([{**WEB, "name": ""}], "merged", ["L5"]),
        ([{**WEB, "from_zone": "a\nb"}], "merged", ["L5"]),
        ([{**WEB, "name": "x" * 64}], "merged", ["L5"]),
        ([{**WEB, "name": "x" * 63, "to_zone": "z" * 64}], "merged", ["L5"]),
        ([{**WEB, "name": "x" * 63, "to_zone": "z" * 63}], "merged", []),
        ([{**WEB, "global": True}], "merged", ["L7"]),
        ([{"name": "web", "session_init": True}], "merged", ["L7"]),
        ([{"name": "web", "global": True, "session_init": True}], "merged", []),
        ([{**WEB, "to_zone": None}], "merged", ["L7"]),
        ([{key: value for key, value in WEB.items() if key != "session_close"}], "merged", ["L8"]),
        ([{key: value for key, value in WEB.items() if key != "session_close"}], "replaced", []),
        ([], "merged", ["L8"]),
        ([], "overridden", ["L9"]),
    ],
)
def test_what_a_document_breaks_by_itself(items: list[dict[str, Any]], state: Any, rules: list[str]) -> None:
    assert ids(validate(items, state)) == rules


@pytest.mark.parametrize(
    ("policy", "targets", "rules"),
    [
        (Policy(False, False, "permit"), ("stream siem",), []),
        (None, ("stream siem",), ["L1"]),
        (Policy(False, False, "deny"), ("stream siem",), ["L2"]),
        (Policy(False, False, "reject"), ("stream siem",), ["L2"]),
        (Policy(False, True, "deny"), ("stream siem",), []),
        (Policy(False, False, "permit"), (), ["L3"]),
        (Policy(False, True, "permit"), (), []),
        (Policy(False, False, "permit", inactive=True), ("stream siem",), ["L6"]),
    ],
)
def test_what_breaks_on_the_device(policy: Policy | None, targets: tuple[str, ...], rules: list[str]) -> None:
    current = PolicyLogs({key_of(WEB): policy} if policy else {}, targets)
    problems = check(current, desired_state(current, [WEB], "merged"), [WEB], "merged")
    assert ids(problems) == rules
    warn = {"L2", "L3", "L6"}  # the device takes it, but a line would be missing
    assert [problem.severity for problem in problems] == ["warning" if rule in warn else "error" for rule in rules]


@pytest.mark.parametrize(
    ("log", "syslog", "found"),
    [
        ("mode stream\nstream a host 192.0.2.1", "", ("stream a",)),
        ("mode stream", "file messages any any", ()),
        ("mode event\nstream a host 192.0.2.1", "file x user info", ("syslog file x",)),
        ("mode event", "file x user notice", ()),
        ("mode event", "host 192.0.2.1 any any", ("syslog host 192.0.2.1",)),
        ("mode event", "file x kernel any", ()),
        ("stream a host 192.0.2.1", "file x any info", ("stream a", "syslog file x")),
        ("stream a format sd-syslog", "", ()),
    ],
)
def test_what_carries_the_lines_away(log: str, syslog: str, found: tuple[str, ...]) -> None:
    def below(path: str, text: str) -> Statements:
        return statements("\n".join(f"set {path} {line}" for line in text.splitlines()))

    assert carriers(below("security log", log), below("system syslog", syslog)) == found


def test_a_policy_that_denies_needs_no_close() -> None:
    gaps = logging_gaps(
        {
            KEYS[0]: Policy(True, False, "permit"),
            KEYS[1]: Policy(True, False, "deny"),
            KEYS[3]: Policy(False, True, "reject"),
        }
    )
    assert [(gap["name"], gap["missing"]) for gap in gaps] == [("web", ["session-close"]), ("all", ["session-init"])]


def test_a_deactivated_part_is_seen() -> None:
    path = "security policies from-zone trust to-zone untrust policy web"
    text = f"set {path} then permit\nset {path} then log session-init\n"
    assert parse(Inherited(statements(text)))[KEYS[0]] == Policy(True, False, "permit")
    for off in ("security policies from-zone trust to-zone untrust", path, f"{path} then log"):
        assert parse(Inherited(statements(f"{text}deactivate {off}")))[KEYS[0]].inactive
    assert not parse(Inherited(statements(f"{text}deactivate {path} match")))[KEYS[0]].inactive


def test_a_log_that_is_deactivated_warns_even_when_nothing_changes_and_counts_as_silent() -> None:
    current = PolicyLogs({key_of(WEB): Policy(False, True, "permit", inactive=True)}, ("stream siem",))
    assert ids(check(current, desired_state(current, [WEB], "merged"), [WEB], "merged")) == ["L6"]
    assert logging_gaps(current.policies)[0]["missing"] == ["session-init", "session-close"]
