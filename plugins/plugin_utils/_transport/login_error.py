# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What every way of logging in raises before anything is sent, and how a text becomes one line. Pure."""

from __future__ import annotations

import re


class LoginError(Exception):
    """The login cannot be tried; its text names the remedy. DeviceConnection makes an unreachable host of it."""


def one_line(text: str) -> str:
    """Printable, without line ends.

    >>> one_line("a\\r\\n  b\\x1b[1m ")
    'a b [1m'
    """
    return re.sub(r"\s+", " ", "".join(char if char.isprintable() else " " for char in text)).strip()
