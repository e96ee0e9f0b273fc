# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which calls are tried again, and how long a session waits before."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.mspplus.netsec.plugins.plugin_utils._transport.rest.retries import (
    LONGEST_WAIT,
    Retries,
    TooLong,
    seconds_asked,
)

NOW = datetime(2026, 11, 28, 12, 0, tzinfo=UTC).timestamp()


@pytest.mark.parametrize(
    ("method", "safe", "expect_down", "tries"),
    [
        ("GET", None, False, 4),
        ("HEAD", None, False, 4),
        ("POST", None, False, 1),
        ("DELETE", None, False, 1),
        ("POST", True, False, 4),
        ("GET", False, False, 1),
        ("GET", None, True, 1),
        ("POST", True, True, 1),
    ],
)
def test_only_what_does_no_harm_is_tried_again(method: str, safe: bool | None, expect_down: bool, tries: int) -> None:
    assert Retries(3, 1.0).tries(method, safe, expect_down=expect_down) == tries


def test_no_further_tries_mean_one() -> None:
    assert Retries(0, 1.0).tries("GET") == 1


def test_the_wait_doubles_up_to_a_limit() -> None:
    steady = Retries(9, 2.0, chance=lambda low, high: (low + high) / 2)
    waits = [steady.pause(attempt, "", NOW) for attempt in range(1, 8)]
    assert waits == [2, 4, 8, 16, 32, LONGEST_WAIT, LONGEST_WAIT]


@given(st.integers(1, 40), st.floats(0, 1000))
def test_chance_spreads_the_wait_by_a_quarter(attempt: int, wait: float) -> None:
    plain = min(wait * 2 ** (attempt - 1), LONGEST_WAIT)
    assert 0.75 * plain <= Retries(3, wait).pause(attempt, "", NOW) <= min(1.25 * plain, LONGEST_WAIT)


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("0", 0),
        (" 20 ", 20),
        ("Sat, 28 Nov 2026 12:00:30 GMT", 30),
        ("Wed, 21 Oct 2015 07:28:00 GMT", 0),
        ("", None),
        ("soon", None),
        ("-5", None),
        ("1.5", None),
        ("Sat, 99 Nov 2026 12:00:30 GMT", None),
    ],
)
def test_what_a_device_asks_for(text: str, seconds: float | None) -> None:
    assert seconds_asked(text, NOW) == seconds
    if seconds is not None:
        assert Retries(3, 1.0).pause(1, text, NOW) == seconds


@given(st.text())
def test_a_header_never_raises(text: str) -> None:
    seconds = seconds_asked(text, NOW)
    assert seconds is None or seconds >= 0


def test_a_device_that_asks_for_too_much_is_given_up() -> None:
    assert Retries(3, 1.0).pause(1, f"{LONGEST_WAIT:.0f}", NOW) == LONGEST_WAIT
    with pytest.raises(TooLong) as caught:
        Retries(3, 1.0).pause(1, "3600", NOW)
    assert (caught.value.seconds, str(caught.value)) == (3600, "3600 s")
