# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Whose limits count on Cisco IOS XR."""

from __future__ import annotations


class ModuleDocFragment:
    DOCUMENTATION = r"""
options:
  platform:
    description: Whose limits count. V(auto) reads C(show version).
    type: str
    choices: [auto, ncs5500, ncs540, ncs560, ncs5700, asr9k, cisco8000, xrv9000, generic]
    default: auto
"""
