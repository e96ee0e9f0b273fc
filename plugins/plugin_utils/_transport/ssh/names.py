# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Which names of hosts and users may reach a shell: an ssh_config file puts them into ProxyCommand and `Match exec`. Pure.

The characters are those that OpenSSH refuses since 9.6 (ssh.c, valid_hostname() and valid_ruser(), after CVE-2023-51385). A user
may have a backslash (`DOMAIN\\user`), but not as its last character; unlike there, a user has neither a blank nor a dollar sign,
both have no line end of Unicode and nothing invisible, and a host has nothing that a shell expands to names of files or takes for a
comment.
"""

from __future__ import annotations

from ..._engine.words.device_text import flat
from ..login_error import LoginError

HOST_REFUSED = frozenset("'`\"$\\;&<>|(){}*?[]~#!")
USER_REFUSED = frozenset("'`\"$;&<>|(){}")


def host_name(text: str, where: str) -> str:
    """The text, if it may be the name or address of a host. where: what set it, for the message. Raises LoginError."""
    return _checked(text, "host", where, HOST_REFUSED)


def user_name(text: str, where: str) -> str:
    """The text, if it may be the name of a user. where: what set it, for the message. Raises LoginError."""
    if text.endswith("\\"):
        raise LoginError(f"the user {text!r} ends with a backslash. Check {where}.")
    return _checked(text, "user", where, USER_REFUSED)


def _checked(text: str, kind: str, where: str, refused: frozenset[str]) -> str:
    if text.startswith("-"):
        raise LoginError(
            f"the {kind} {text!r} begins with a dash: a command would take it for an option. Check {where}."
        )
    if flat(text) != text or any(char.isspace() for char in text):
        raise LoginError(f"the {kind} {text!r} has a blank or a control character in it. Check {where}.")
    found = sorted(refused.intersection(text))
    if found:
        raise LoginError(
            f"the {kind} {text!r} has {' '.join(found)} in it, which means something to a shell. Check {where}."
        )
    return text
