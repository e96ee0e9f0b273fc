# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How Junos says no: what is a refusal, what only speaks of one, and what each means."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.mspplus.netsec.plugins.plugin_utils._srx.refusals import (
    NO_FILE,
    NOT_IN_PRIVATE,
    OTHERWISE,
    REFUSALS,
)

CLUSTER = "node0:\n" + "-" * 74 + "\n"


@pytest.mark.parametrize(
    ("text", "line", "meaning", "remedy"),
    [
        ("error: Please specify the monitor flow trace file.", "", "no trace file", "file.name"),
        ("error: Please specify monitor security flow filter.", "", "no filter", "filter"),
        ("error: maximum number of monitor security flow filters (64) is reached.", "", "no more filters", "purge"),
        ("error: flow traceoptions session is active, monitor security flow is blocked.", "", "exclude", "other one"),
        ("error: could not resolve file: client-trace", "", NO_FILE, "No packet"),
        ("error: /var/log/x: No such file or directory", "", NO_FILE, "name of the file"),
        ("              ^\nunknown command.", "unknown command.", "is not allowed to do that, or", "permissions"),
        ("          ^\nsyntax error, expecting <command>.", "syntax error, expecting <command>.", "form", "release"),
        ("missing mandatory argument", "", "form", "release"),
        ("missing argument.", "", "form", "release"),
        ("'s' is ambiguous.\nPossible completions:", "'s' is ambiguous.", "form", "release"),
        (CLUSTER + "error: permission denied: log", "error: permission denied: log", "not allowed", "trace and clear"),
        ("permission denied.", "", "not allowed", "configure and control"),
        ("error: /var/log/x: Permission denied", "", "not allowed", "maintenance"),
        ("invalid value 'x' in ip address: 'y'", "", "", ""),
        ("error: Value 70000 is not within range (1..65535)", "", "", ""),
        (
            "error: configuration database locked by:\n  noc terminal p0 (pid 1) on since now",
            "error: configuration database locked by:",
            "exclusively",
            "when it is gone",
        ),
        ("error: shared configuration database modified", "", "shared candidate", "rollback 0"),
        ("error: could not write: /config/juniper.conf+: No space left on device", "", "no space", "cleanup"),
        ("error: commit confirmed is not allowed in private configuration mode", "", NOT_IN_PRIVATE, "confirm_timeout"),
        ("error: trial\nerror: commit failed", "error: trial", "", ""),
    ],
)
def test_a_refusal_is_seen_and_what_it_means(text: str, line: str, meaning: str, remedy: str) -> None:
    said = REFUSALS.find(f"something before\n{text}\nsomething after")
    assert said is not None and said.text == (line or text)
    assert meaning in said.meaning and bool(meaning) == bool(said.meaning)
    assert remedy in said.remedy and bool(remedy) == bool(said.remedy)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Valid sessions: 1\nInvalidated sessions: 450",
        "Name: error: x",
        "  Drop error counters: 0",
        "Nov 28 19:00:00 fw1 sshd[1]: error: permission denied for root",
        "Nov 28 19:00:00 fw1 /kernel: pid 1 (x), uid 0 on /var: filesystem full",
        "2026-11-28 mgd[1]: configuration database locked by: noc",
        "set system services ssh  # unknown command",
        "warning: statement not found",
        "set applications application 'a' is ambiguous",
    ],
)
def test_what_only_speaks_of_a_refusal_is_none(text: str) -> None:
    assert REFUSALS.find(text) is None


@given(st.text(max_size=200))
def test_any_answer_can_be_looked_at(text: str) -> None:
    said = REFUSALS.find(text)
    assert said is None or said.text in text


def test_a_problem_says_what_the_table_knows_and_what_the_device_said() -> None:
    known, unknown = REFUSALS.find("error: permission denied: trace"), REFUSALS.find("error: whatever")
    assert known and unknown
    problem = known.problem("device", "monitor security flow start", "filters[a]", OTHERWISE)
    assert (problem.rule, problem.item, problem.device_text) == ("device", "filters[a]", known.text)
    assert problem.message == "the device refused 'monitor security flow start': this user is not allowed to do that"
    assert problem.remedy == known.remedy
    read = unknown.problem("device", "show version", "", OTHERWISE)
    assert (read.rule, read.item, read.remedy) == ("read", "show version", OTHERWISE)
