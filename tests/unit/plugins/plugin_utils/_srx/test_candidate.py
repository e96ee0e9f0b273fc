# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""`display set`, and what `show | compare` says against what was pasted."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.mspplus.netsec.plugins.plugin_utils._engine.operations import Operation
from ansible_collections.mspplus.netsec.plugins.plugin_utils._srx.candidate import (
    Difference,
    deviations,
    difference,
    rejections,
)
from ansible_collections.mspplus.netsec.plugins.plugin_utils._srx.display_set import (
    Statements,
    from_curly,
    statements,
    words_of,
)

PLACE = '[edit security policies from-zone trust to-zone untrust policy "deny rest" then]'
PATH = ("security", "policies", "from-zone", "trust", "to-zone", "untrust", "policy", "deny rest", "then")
SET = 'set security policies from-zone trust to-zone untrust policy "deny rest" then log session-init'
DELETE = SET.replace("set ", "delete ", 1)


@given(st.text(max_size=300))
def test_no_text_breaks_a_reader(text: str) -> None:
    operation = Operation("create", "x", (SET,), (DELETE,))
    assert isinstance(statements(text), Statements)
    assert isinstance(difference(text), Difference)
    assert isinstance(rejections(text, [operation]), list)
    assert all(isinstance(path, tuple) for path in from_curly(text.split("\n")))


word = st.text(st.characters(min_codepoint=33, max_codepoint=126, exclude_characters='"'), min_size=1, max_size=8)


@given(st.lists(st.one_of(word, st.just("two words")), min_size=1, max_size=6))
def test_words_survive_their_quotes(words: list[str]) -> None:
    assert words_of(" ".join(f'"{item}"' if " " in item else item for item in words)) == tuple(words)


def test_statements_know_what_is_deactivated_above_them() -> None:
    found = statements("{primary:node0}\nset a b c\nset a d\ndeactivate a b\n## Last changed\nannotate x\n")
    assert found.paths == (("a", "b", "c"), ("a", "d")) and found.inactive == (("a", "b"),)
    assert list(found.below("a")) == [("b", "c"), ("d",)]
    assert found.is_inactive(("a", "b", "c")) and not found.is_inactive(("a", "d"))


def test_a_comparison_is_read_as_paths() -> None:
    log = f"{PLACE}\n+   log {{\n+       session-init;\n+   }}\n"
    fpc = "[edit chassis fpc 0 error]\n-  fatal {\n-      threshold 5;\n-      action [ alarm log ];\n-  }\n"
    fatal = ("chassis", "fpc", "0", "error", "fatal")
    assert difference(log + fpc) == Difference(
        ((*PATH, "log", "session-init"),),
        ((*fatal, "threshold", "5"), (*fatal, "action", "alarm"), (*fatal, "action", "log")),
    )


@pytest.mark.parametrize(
    ("lines", "shown", "missing", "extra"),
    [
        ([SET], f"{PLACE}\n+   log {{\n+       session-init;\n+   }}\n", [], []),
        ([SET], f"{PLACE}\n+   log session-init;\n", [], []),
        ([DELETE], f"{PLACE}\n-   log {{\n-       session-init;\n-   }}\n", [], []),
        ([SET], "", [SET.replace('"', "")], []),
        ([DELETE], "", [DELETE.replace('"', "")], []),
        ([SET], f"{PLACE}\n+   log {{\n+       session-init;\n+       session-close;\n+   }}\n", [], ["session-close"]),
        (
            [SET],
            f"{PLACE}\n+   log session-init;\n[edit system]\n-  host-name fw1;\n",
            [],
            ["delete system host-name fw1"],
        ),
        (["set a threshold 5"], "[edit a]\n-  threshold 9;\n+  threshold 5;\n", [], []),
        (["delete a action", "set a action x"], "[edit a]\n-  action [ y z ];\n+  action x;\n", [], []),
        (["delete a action", "set a action y"], "[edit a]\n-  action [ y z ];\n+  action y;\n", [], []),
        (["set a action b"], "[edit a]\n-  action x;\n+  action [ x b ];\n", [], []),
        (["delete a b", "set a b"], "", [], []),
        ([SET], f"{PLACE}\n!   inactive: log {{ ... }}\n+   log session-init;\nwarning: something\n", [], []),
    ],
)
def test_what_deviates_is_named(lines: list[str], shown: str, missing: list[str], extra: list[str]) -> None:
    found_missing, found_extra = deviations(lines, difference(shown))
    assert found_missing == missing
    assert len(found_extra) == len(extra) and all(text in found for text, found in zip(extra, found_extra, strict=True))


def test_each_complaint_of_a_check_is_tied_to_its_operation() -> None:
    operations = [
        Operation("create", "one", ("set a b c d",), ()),
        Operation("create", "two", (SET,), (DELETE,)),
    ]
    answer = (
        "[edit security policies from-zone trust to-zone untrust]\n  'policy deny rest'\n    Missing mandatory statement: 'match'\n"
        "error: configuration check-out failed: (missing mandatory statements)\n"
    )
    (problem,) = rejections(answer, operations)
    assert (problem.item, problem.device_text) == ("two", "'policy deny rest' Missing mandatory statement: 'match'")
    (loose,) = rejections("error: daemon file propagation failed\n", operations)
    assert loose.device_text == "daemon file propagation failed"
