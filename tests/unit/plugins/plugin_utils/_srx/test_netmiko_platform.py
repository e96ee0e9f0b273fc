# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest

from ansible_collections.mspplus.netsec.plugins.plugin_utils._srx.netmiko_platform import JUNOS


@pytest.mark.parametrize(
    ("text", "prompt", "shell"),
    [
        ("ops@edge1>", True, False),
        ("ops@edge-1.example.net>", True, False),
        ("root@edge1:~ #", False, True),
        ("root@edge1%", False, True),
        ("root@edge1:RE:0%", False, True),
        ("%", False, True),
        ("{primary:node0}", False, False),
        ("ops@edge1#", False, False),
        ("Last login: Fri Nov 20", False, False),
    ],
)
def test_the_prompt_is_told_from_that_of_a_shell_and_from_banners(text: str, prompt: bool, shell: bool) -> None:
    fast = JUNOS.fast_login
    assert fast is not None
    assert fast.shell is not None
    assert (bool(fast.prompt.fullmatch(text)), bool(fast.shell[0].fullmatch(text))) == (prompt, shell)


@pytest.mark.parametrize(
    ("output", "line"),
    [
        ("      ^\nunknown command.\n", "unknown command."),
        ("missing mandatory argument: destination-prefix\n", "missing mandatory argument: destination-prefix"),
        ("invalid value '70000' in ip port: '70000'\n", "invalid value '70000' in ip port: '70000'"),
        ("error: syntax error: foo\n", "error: syntax error: foo"),
        ("Errors: 0\n", ""),
        ("Active sessions: 5\nInvalidated sessions: 0\n", ""),
    ],
)
def test_what_raw_takes_for_a_refusal(output: str, line: str) -> None:
    said = JUNOS.refusals.find(output)
    assert (said.text if said else "") == line
