# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What every way of logging in raises before anything is sent. Pure."""

from __future__ import annotations


class LoginError(Exception):
    """The login cannot be tried; its text names the remedy. DeviceConnection makes an unreachable host of it."""
