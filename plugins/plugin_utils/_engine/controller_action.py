# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Modules that work on the controller alone: whatever connection the host of the task has, it is not opened."""

from __future__ import annotations

from .action import DeviceAction


class ControllerAction(DeviceAction):
    """As any module, but without a door: `delegate_to: localhost` is possible and changes nothing."""

    def _check_door(self) -> None:
        """No connection is needed, so none is wrong."""
