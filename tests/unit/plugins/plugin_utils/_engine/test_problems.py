# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A failure as a person reads it: what failed, why, the state of the device, nothing twice."""

from __future__ import annotations

from ansible_collections.mspplus.netsec.plugins.plugin_utils._engine.problems import Problem, told

FULL = Problem("device", "configuration", "no space is left", "Free some.", device_text="% Disk full")


def test_what_a_problem_says_is_not_said_before_it() -> None:
    assert told("the router refused the commit: no space is left", [FULL], "unchanged").splitlines() == [
        "the router refused the commit",
        "[device] configuration: no space is left. The device said: % Disk full. Remedy: Free some.",
        "The device is now: unchanged.",
    ]
    assert told("no space is left", [FULL]).splitlines() == [str(FULL)]


def test_a_problem_that_is_there_twice_is_said_once() -> None:
    assert told("two lines were refused", [FULL, FULL]).splitlines() == ["two lines were refused", str(FULL)]


def test_words_of_the_device_are_not_repeated() -> None:
    quoting = Problem("device", "line 1", "the device refused it: % Disk full", device_text="% Disk full")
    assert str(quoting) == "[device] line 1: the device refused it: % Disk full."


def test_other_words_before_a_problem_stay() -> None:
    assert told("1 of the mirrors did not come up", [FULL]).splitlines()[0] == "1 of the mirrors did not come up"
