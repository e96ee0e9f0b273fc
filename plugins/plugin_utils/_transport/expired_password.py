# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How systems say that a password has expired, on a terminal and in an answer, and what a person is told then. Pure.

An answer to such a question would be taken for a new password, so whoever logs in looks here before anything is typed.

Sources: Linux-PAM, pam_unix ("You are required to change your password immediately", "(current) UNIX password:", "Current password:",
"New password:", "Retype new password:"), as sensors and managers of many makers have it; OpenSSH, session.c ("WARNING: Your password has
expired.", "You must change your password now and login again!"); FreeBSD, pam_unix and passwd, on which firewalls and routers stand ("Old Password:",
"New Password:", "Retype New Password:"). Other systems use the same few words.
"""

from __future__ import annotations

import re

# The unfinished line is a question for a secret.
_SECRET = re.compile(r"\b(?:password|passwd|passphrase|passcode|secret)\b[^\n]{0,60}[:?>][ \t]*\Z", re.IGNORECASE)
# ... for one that would replace another one, or whether that may happen now.
_REPLACES = re.compile(
    r"\b(?:new|old|current|existing|retype|re-?enter|verify|confirm|repeat|again|chang(?:e|ing))\b", re.IGNORECASE
)
_WHETHER = re.compile(r"\bchange (?:it|(?:your |the |this )?password)\b[^\n]{0,60}(?:\?|[)\]:])[ \t]*\Z", re.IGNORECASE)
_EXPIRED = re.compile(
    r"\bpasswords?(?: (?!not\b|never\b|or\b|and\b|if\b|when\b|session\b|token\b|certificate\b|licen[cs]e\b)[^\s.;:]+){0,5} (?:expired|aged)\b"
    r"|\bpassword[ _-]?(?:expired|aged)\b|\bexpired[ _-]password\b"
    r"|\b(?:you|user) (?:\S+ ){0,2}(?:must|have to|has to|need to|needs to|required to) change (?:your|the|its|his|her) (?:\S+ )?password\b"
    r"|\bpassword (?:must|has to|needs to) be (?:changed|reset)\b(?! every)"
    r"|\bpassword[ _-]change (?:is )?required\b|\b(?:change|reset|update)[_-]?password\b",
    re.IGNORECASE,
)
# Banners tell everybody what would be, and what is so every ninety days. None of that is said of this user now.
_CONDITION = re.compile(r"\b(?:if|when|whenever|once|in case|should)\b[^.;!]*\Z", re.IGNORECASE)
_CLAUSE = 200  # characters that a condition is looked for in
_OFTEN = re.compile(r"\W*(?:\w+\W+){0,2}(?:every|regularly|periodically|at least once)\b", re.IGNORECASE)
_BEFORE = 2000  # characters before a question that may say why it is asked


def asks_for_secret(text: str) -> bool:
    """Whether what a terminal printed ends in a question for a password of any kind.

    >>> asks_for_secret("Username: ops\\nPassword: "), asks_for_secret("Password: \\nedge1#")
    (True, False)
    """
    return _SECRET.search(_last_line(text)) is not None


def asks_for_new(text: str) -> bool:
    """Whether what a terminal printed ends in a question that belongs to the change of a password.

    >>> asks_for_new("Changing password for ops\\n(current) UNIX password: "), asks_for_new("Password: ")
    (True, False)
    >>> asks_for_new("WARNING: Your password has expired.\\r\\nPassword: ")
    True
    """
    line = _last_line(text)
    if _SECRET.search(line):
        return bool(_REPLACES.search(line)) or expired(text[-_BEFORE:])
    return _WHETHER.search(line) is not None


def expired(text: str) -> bool:
    """Whether a text says that a password has expired or must be changed first; not that passwords do so now and then.

    >>> expired("Your password has expired."), expired("Your password will expire in 5 days")
    (True, False)
    >>> expired("If your password has expired, call the service desk. You must change your password every 90 days.")
    False
    """
    words = " ".join(text.split())
    return any(
        not _CONDITION.search(words, max(0, found.start() - _CLAUSE), found.start())
        and not _OFTEN.match(words, found.end())
        for found in _EXPIRED.finditer(words)
    )


def advice(user: str, place: str) -> str:
    """What happened and what to do, for a message. place: where the new password is set by hand (``ssh ops@edge1``)."""
    return (
        f"the password of user {user} has expired: the device wants a new one before it lets the user in. Nothing was typed "
        f"into its prompt. Log in by hand ({place}), set a new password there, then set ansible_password to it"
    )


def _last_line(text: str) -> str:
    return text.replace("\r", "").rpartition("\n")[2]
