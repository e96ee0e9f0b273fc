# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a refusal of Junos looks like, what it means and what to do about it: the one table for reads, operational commands,
lines of a configuration and commits. Pure.

Captures of operational mode and ansible's terminal plugin for Junos show the beginnings of such lines; wording that no public
source shows is marked unverified. Every row begins as a refusal does, so that a log that mentions one does not count.
"""

from __future__ import annotations

import re

from .._engine.refusals import Refusal, Refusals

# What some code asks for by its meaning.
NO_FILE = "there is no such file"
NOT_IN_PRIVATE = "this release does not support a trial commit in private mode"

OTHERWISE = "Check that this model and release know the command and its values."

# `delete` of what is not there: the device goes on, so it is not a refusal.
NOTHING_TO_DELETE = re.compile(r"^warning: statement not found", re.MULTILINE)

_PERMISSIONS = (
    "Give the login class of this user the permissions that it needs (view to read; trace and clear for the flow monitor; "
    "maintenance for files; configure and control of the statements for a change), or use another user."
)
_ERROR = r"^[ \t]*error:[^\n]*"
_BARE = r"^[ \t]*(?:error:[^\n]*)?"  # some refusals come with and without this beginning

_GENERAL = re.compile(
    r"^[ \t]*(?:error:|unknown command|syntax error|missing argument|missing mandatory argument|invalid |"
    r"permission denied|could not |'[^'\n]{1,100}' is ambiguous)",
    re.MULTILINE,
)

_ROWS: tuple[tuple[str, str, str], ...] = (
    (
        _BARE + r"configuration database locked by",
        "another session holds the configuration exclusively",
        "See who in the device's own words, and run again when it is gone.",
    ),
    (
        _BARE + r"shared configuration database modified",
        "another session has changed the shared candidate and not committed it",
        "Commit it or discard it (configure, rollback 0, commit), then run again.",
    ),
    (
        _ERROR + r"(?:confirmed[^\n]*private|private[^\n]*confirmed)",  # unverified wording
        NOT_IN_PRIVATE,
        "Set confirm_timeout: 0 to commit without a trial.",
    ),
    (_BARE + r"permission denied", "this user is not allowed to do that", _PERMISSIONS),
    (
        _BARE + r"unknown command",
        "this user is not allowed to do that, or the release does not know the command",
        f"{_PERMISSIONS} Check that this release knows the command.",
    ),
    (
        # unverified wording
        r"^[ \t]*(?:error:|could not )[^\n]*(?:no space left|file ?system (?:is )?full)",
        "the device has no space left",
        "Free space on the device (request system storage cleanup), then run again.",
    ),
    (
        _ERROR + r"maximum[^\n]*filter",  # captured
        "the flow monitor accepts no more filters",
        "Remove filters that are no longer needed (purge: true removes all that are not named).",
    ),
    (
        _BARE + r"could not resolve file",  # captured
        NO_FILE,
        "No packet has matched yet, or the file has another name.",
    ),
    (_ERROR + r"no such file", NO_FILE, "Check the name of the file."),
    (_ERROR + r"flow trace file", "the flow monitor has no trace file", "Give file.name."),  # captured
    (_ERROR + r"specify[^\n]*flow filter", "the flow monitor has no filter", "Give at least one filter."),
    (
        _ERROR + r"traceoptions",  # unverified wording
        "the flow monitor and flow traceoptions exclude each other",
        "Ask who needs the other one before it is stopped.",
    ),
    (
        r"^[ \t]*(?:syntax error|missing argument|missing mandatory argument|'[^'\n]{1,100}' is ambiguous)",
        "the device does not know the command in this form",
        "Check that this model and release know the command.",
    ),
)

REFUSALS = Refusals(
    [Refusal(re.compile(pattern, re.MULTILINE | re.IGNORECASE), meaning, remedy) for pattern, meaning, remedy in _ROWS],
    _GENERAL,
)


def refusal_in(*texts: str) -> str:
    """How a device refused in the first of these texts in which it did, in words; empty where it refused in none.

    >>> refusal_in("one", "error: no such file"), refusal_in("Session ID: 7")
    ('the device refused: error: no such file (there is no such file)', '')
    """
    said = next(filter(None, map(REFUSALS.find, texts)), None)
    if said is None:
        return ""
    return f"the device refused: {said.text}" + (f" ({said.meaning})" if said.meaning else "")
