# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Configuration of the lab's firewall: the tree, what a comparison shows, candidates that meet."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lab.srx.committing import actions_of, parse, syntax
from lab.srx.device import SrxDevice
from lab.srx.pipes import apply, split
from lab.srx.tree import Node, compare, from_text

POLICY = "security policies from-zone a to-zone b policy"
LINES = [
    f"set {POLICY} one match source-address any", f"set {POLICY} one then permit", f"set {POLICY} two match source-address any",
    f"set {POLICY} two then deny", "set chassis fpc 0 error minor threshold 3", "set system host-name fw1",
    "set system syslog file messages any notice", "set interfaces ge-0/0/0 unit 0 family inet address 10.0.0.1/24",
]  # fmt: skip
README = Path(__file__).parents[3] / "lab" / "srx"


def tree(*lines: str) -> Node:
    return from_text("\n".join(lines))


@given(st.lists(st.sampled_from(LINES), unique=True))
def test_set_lines_and_curly_text_are_the_same_configuration(lines: list[str]) -> None:
    node = tree(*lines)
    assert sorted(node.lines()) == sorted(lines)
    assert from_text("\n".join(node.curly())) == node


@given(st.lists(st.sampled_from(LINES), unique=True), st.permutations(LINES))
def test_what_is_deleted_line_by_line_leaves_nothing_but_lists(lines: list[str], order: list[str]) -> None:
    node = tree(*lines)
    for line in order:
        node.delete(line.split()[1:])
    assert not [line for line in node.lines() if line in LINES]


def test_a_leaf_with_one_value_is_replaced_and_a_value_set_back_is_no_change() -> None:
    old = tree(*LINES)
    new = old.copy()
    path = ["chassis", "fpc", "0", "error", "minor", "threshold"]
    new.set([*path, "9"])
    assert list(compare(old, new)) == ["[edit chassis fpc 0 error minor]", "-   threshold 3;", "+   threshold 9;"]
    new.set([*path, "3"])
    assert new == old and list(compare(old, new)) == []


def test_only_the_order_of_ordered_lists_is_a_change() -> None:
    old = tree(*LINES)
    new = old.copy()
    new.delete(["system", "host-name"])
    new.set(["system", "host-name", "fw1"])
    assert new == old and list(compare(old, new)) == []
    new.delete([*POLICY.split(), "one"])
    for line in LINES[:2]:
        new.set(line.split()[1:])
    assert new != old and any(line.startswith("!") for line in compare(old, new))


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("chassis fpc 0 error fatal threshold 1024", ""),
        ("chassis fpc 0 error fatal threshold 0", "error: Value 0 is not within range (1..1024)"),
        ("chassis fpc 0 error minor threshold 0", ""),
        ("chassis fpc 0 error fatal action bogus", "syntax error."),
        ("security policies global policy p then log session-close", ""),
        ("security policies global policy p then log bogus", "syntax error."),
        ("bogus x", "syntax error."),
    ],
)
def test_lines_are_refused_as_they_are_typed(line: str, said: str) -> None:
    assert syntax(line.split(), "21.4R3") == said


def test_actions_follow_the_release() -> None:
    assert "trap" in actions_of("24.4R1") and "trap" not in actions_of("21.4R3") and "fault" in actions_of("18.4R3")
    assert "disable-pfe" not in actions_of("15.1X49-D50")


def test_commits_are_parsed() -> None:
    wanted = parse(["commit", "confirmed", "5", "comment", "CHG 1", "and-quit"])
    assert (wanted.minutes, wanted.comment, wanted.quit, wanted.check) == (5, "CHG 1", True, False)
    assert parse(["commit", "confirmed"]).minutes == 10
    for line in ("commit confirmed 0", "commit bogus"):
        with pytest.raises(ValueError, match="error"):
            parse(line.split())


def test_pipes_cut_lines_however_pieces_come() -> None:
    piped = split('show x | match "a|b" | except c | count')
    assert (piped.command, [name for name, _argument in piped.filters]) == ("show x", ["match", "except", "count"])
    assert list(apply(["a\nb", "c\nd", "\nac\n"], piped.filters[:1])) == ["a\n", "bc\n", "ac\n"]
    assert list(apply(["a\nb", "c\nd", "\nac\n"], piped.filters)) == ["Count: 1 lines\n"]


def test_the_pages_name_every_key_of_the_specification() -> None:
    files = [README / "README.md", README / "TRAFFIC.md", *README.glob("*.py")]
    text = "\n".join(path.read_text(encoding="utf-8") for path in files if path.name not in ("device.py", "traffic.py"))
    assert [key for key in SrxDevice.OPTIONS if not re.search(rf"\b{key}\b", text)] == []
