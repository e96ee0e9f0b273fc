# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a refusal of IOS XR looks like, what it means, and what to do about it: one table for reads, operational commands,
configuration, commits and ansible.builtin.raw. Pure.

Texts are the device's own, from captures in the issues of netmiko and cisco.iosxr; those that no capture shows are marked
unverified. That something was not found (`% No such configuration item(s)`, `% Network not in table`) is an answer.
"""

from __future__ import annotations

import re

from .._engine.refusals import Refusal, Refusals

# A refusal begins its line. A configuration that is read may hold the same words in a remark or a description.
_LEAD = (
    r"^(?=%|!!%|Cannot |Error|A trial |This command |Permission |Authorization |No space |Disk |Insufficient |Label ).*"
)


def _row(words: str, meaning: str, remedy: str) -> Refusal:
    return Refusal(re.compile(f"{_LEAD}(?:{words})", re.IGNORECASE | re.MULTILINE), meaning, remedy)


_LABEL = _row(
    r"label\b.*\b(?:already|in use|exists)",
    "the label of this commit, and the names that follow it, are in use",
    "Use another commit_label.",
)
_PENDING = _row(
    r"TCAM UDK",
    "a TCAM profile that this needs is configured, and not active yet",
    "Reload the line cards, so that the TCAM profile becomes active, and run again.",
)
LABEL_USED = _LABEL.pattern
TCAM_PENDING = re.compile(r"TCAM UDK", re.IGNORECASE)
UNKNOWN_COMMAND = re.compile(r"^% (?:Invalid input|Incomplete command|Ambiguous command)", re.MULTILINE)


_ROWS = (
    _row(
        r"trial commit is underway",
        "another session holds a trial commit that is neither confirmed nor rolled back",
        "Wait for its timer, or ask its owner to confirm (show configuration sessions detail).",
    ),
    _row(
        r"locked by another|Cannot enter exclusive mode",
        "another session holds the lock on the configuration",
        "See who with show configuration sessions, and run again when it is gone.",
    ),
    _row(
        r"not authorized|authorization failed|permission denied",
        "this user is not authorised to do that",
        "Give the user the task group that the command needs, or use another user.",
    ),
    _row(
        r"no space|disk (?:is )?full|insufficient disk",  # unverified wording
        "the router has no disk space left for the commit",
        "Free space on the router (show media), then run again.",
    ),
    _LABEL,
    _PENDING,
)

REFUSALS = Refusals(
    _ROWS,
    re.compile(
        r"^% ?(?:Invalid|Incomplete|Ambiguous|Unrecognized|Unknown|Bad|Error|Failed to commit)\b|^% .*\bdenied\b",
        re.MULTILINE | re.IGNORECASE,
    ),
)
# A line of a configuration is answered with nothing but its prompt, so whatever else begins with % refuses it.
LINE_REFUSALS = Refusals(_ROWS, re.compile(r"^% .+$", re.MULTILINE))


def no_answer(text: str, *, is_read: bool) -> str:
    """Why a text is no answer of a router, in words; empty where it is one. is_read: something was found in it, so
    it is not searched for a refusal. Nothing that the CLI prints is found in XML and JSON.

    >>> no_answer(' {"sessions": []}', is_read=False), no_answer("monitor-session a", is_read=True)
    ('it is XML or JSON', '')
    """
    said = None if is_read else REFUSALS.find(text)
    if said:
        return f"the router refused: {said.text}"
    if not text.strip():
        return "the text is empty"
    return "it is XML or JSON" if text.lstrip().startswith(("<", "{", "[")) else ""
