# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest

from ansible_collections.mspplus.netsec.plugins.plugin_utils._iosxr.netmiko_platform import IOSXR


@pytest.mark.parametrize(
    ("text", "matches"),
    [
        ("RP/0/RP0/CPU0:edge1#", True),
        ("RP/0/0/CPU0:ios#", True),
        ("RP/0/RSP0/CPU0:a.very-long_name>", True),
        ("########", False),
        ("Unauthorized access is prohibited #", False),
        ("RP/0/RP0/CPU0:edge1(config)#", True),
        ("Fri Nov 20 12:00:00.000 UTC", False),
        ("", False),
    ],
)
def test_the_prompt_is_told_from_banners(text: str, matches: bool) -> None:
    assert IOSXR.fast_login is not None
    assert bool(IOSXR.fast_login.prompt.fullmatch(text)) is matches


@pytest.mark.parametrize(
    ("output", "line"),
    [
        ("show x\n        ^\n% Invalid input detected at '^' marker.\n", "% Invalid input detected at '^' marker."),
        ("% This command is not authorized\n", "% This command is not authorized"),
        ("% Failed to commit. A trial commit is underway\n", "% Failed to commit. A trial commit is underway"),
        (
            "Cannot enter exclusive mode. It is locked by another agent.\n",
            "Cannot enter exclusive mode. It is locked by another agent.",
        ),
        ("% No such configuration item(s)\n", ""),
        ("Packets dropped: 5 % of all\n", ""),
    ],
)
def test_what_raw_takes_for_a_refusal(output: str, line: str) -> None:
    said = IOSXR.refusals.find(output)
    assert (said.text if said else "") == line
