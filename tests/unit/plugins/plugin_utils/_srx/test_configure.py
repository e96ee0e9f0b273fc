# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The commit that a user's seconds become."""

from __future__ import annotations

import pytest

from ansible_collections.mspplus.netsec.plugins.plugin_utils._srx.configure import CommitOptions


@pytest.mark.parametrize(
    ("seconds", "sent"),
    [
        (1, "commit confirmed 1"),
        (60, "commit confirmed 1"),
        (61, "commit confirmed 2"),
        (300, "commit confirmed 5"),
        (65535 * 60, "commit confirmed 65535"),
    ],
)
def test_seconds_are_rounded_up_to_the_minutes_of_junos(seconds: int, sent: str) -> None:
    options = CommitOptions(seconds)
    assert options.wrong == []
    assert options.command(trial=True) == sent
    assert options.command(trial=False) == "commit"


def test_no_seconds_are_no_trial() -> None:
    assert (CommitOptions(0).wrong, CommitOptions(0).minutes) == ([], 0)


@pytest.mark.parametrize("seconds", [-1, 65535 * 60 + 1])
def test_seconds_that_junos_cannot_count_are_refused(seconds: int) -> None:
    assert CommitOptions(seconds).wrong == [f"confirm_timeout must be 0 to 3932100 seconds, not {seconds}"]
