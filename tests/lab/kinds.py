# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The kinds of devices that the lab can start.

A kind is a callable that makes a Device from its DeviceSpec. Its attribute ``OPTIONS`` names the further spec keys
that it takes, with their types, e.g. ``OPTIONS = {"release": str}``; the spec refuses every other key.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable, Mapping
from typing import Any

# kind -> "module:attribute"; a kind is imported when a spec names it, so one broken kind does not stop the others.
WHERE: dict[str, str] = {
    "ips": "lab.ips.device:IpsDevice",
    "iosxr": "lab.iosxr.device:IosXrDevice",
    "sdwan": "lab.sdwan.device:SdwanDevice",
    "sdwan_center": "lab.sdwan_center.device:SdwanCenterDevice",
    "srx": "lab.srx.device:SrxDevice",
    "update_server": "lab.update_server.device:UpdateServer",
}

# Kinds registered at run time (tests bring their own) win over WHERE.
KINDS: dict[str, Callable[[Any], Any]] = {}


def known() -> list[str]:
    """Names of all kinds."""
    return sorted({*KINDS, *WHERE})


def kind(name: str) -> Callable[[Any], Any]:
    """The maker of a kind; KeyError for an unknown one."""
    if name not in KINDS:
        module, _colon, attribute = WHERE[name].partition(":")
        KINDS[name] = getattr(importlib.import_module(module), attribute)
    return KINDS[name]


def options_of(name: str) -> Mapping[str, type]:
    """The further spec keys of a kind."""
    options: Mapping[str, type] = getattr(kind(name), "OPTIONS", {})
    return options
