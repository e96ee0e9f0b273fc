# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is a refusal of a router, and what only looks like one."""

from __future__ import annotations

import pytest

from ansible_collections.mspplus.netsec.plugins.plugin_utils._engine.failures import ApplyFailed
from ansible_collections.mspplus.netsec.plugins.plugin_utils._iosxr.refusals import REFUSALS
from ansible_collections.mspplus.netsec.plugins.plugin_utils._iosxr.router import answered

INVALID = "show x\n     ^\n% Invalid input detected at '^' marker.\n"


@pytest.mark.parametrize(
    ("answer", "text", "remedy"),
    [
        (INVALID, "% Invalid input detected at '^' marker.", ""),
        ("% Incomplete command.", "% Incomplete command.", ""),
        ("Thu Aug 29 21:42:22.829 UTC\n% This command is not authorized\n", "% This command is not authorized", "task group"),
        (
            "Cannot enter exclusive mode. The Configuration Namespace is locked by another agent.",
            "Cannot enter exclusive mode. The Configuration Namespace is locked by another agent.",
            "show configuration sessions",
        ),
        (
            "% Failed to commit. A trial commit is underway in another configuration session.",
            "% Failed to commit. A trial commit is underway in another configuration session.",
            "Wait for its timer",
        ),
        (
            "Building configuration...\n% Failed to commit .. As an error encountered during commit operation. No space left on device",
            "% Failed to commit .. As an error encountered during commit operation. No space left on device",
            "Free space",
        ),
        ("% Failed to commit .. Label 'CHG1' is already in use", "% Failed to commit .. Label 'CHG1' is already in use", "commit_label"),
        ("!!% Parameter not programmed on ACL TCAM UDK", "!!% Parameter not programmed on ACL TCAM UDK", "Reload the line cards"),
        ("% Failed to commit one or more configuration items.", "% Failed to commit one or more configuration items.", ""),
    ],
)  # fmt: skip
def test_a_refusal_is_told_with_its_line_and_its_remedy(answer: str, text: str, remedy: str) -> None:
    said = REFUSALS.find(answer)
    assert said is not None and said.text == text
    assert remedy in said.remedy and bool(remedy) == bool(said.remedy)


@pytest.mark.parametrize(
    "answer",
    [
        "",
        "% No such configuration item(s)\n",
        "% Network not in table\n",
        "% Confirming commit for trial session.",
        "ipv4 access-list A\n 10 remark permission denied, disk full, a trial commit is underway\n!\n",
        "interface TenGigE0/0/0/1 description label is already in use\n",
        "interface TenGigE0/0/0/1\n description locked by another team, not authorized\n!\n",
    ],
)
def test_an_answer_is_no_refusal(answer: str) -> None:
    assert REFUSALS.find(answer) is None
    assert answered(["show x"], [answer]) == [answer]


def test_a_refused_read_names_its_command() -> None:
    with pytest.raises(ApplyFailed, match=r"refused to answer 'show b': This command is not authorized") as raised:
        answered(["show a", "show b"], ["fine", "% This command is not authorized"])
    (problem,) = raised.value.problems
    assert (problem.item, problem.device_text) == ("show b", "This command is not authorized")
    assert "task group" in problem.remedy and raised.value.device_state == "unchanged"
