# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What ips_info tells of a sensor, as what decides whether an update applies. Pure, never raises."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, get_args

from ..moments import moment_of
from ..platforms import CISCO_IOS
from ..versions import parse_signature_level, parse_version
from .model import Licence, SensorState

_IOS = re.compile(re.escape(CISCO_IOS))


def state_of(facts: Mapping[str, Any]) -> SensorState | None:
    """None for a result without a version: the sensor was not read."""
    if not isinstance(facts.get("version"), str):
        return None
    clock = _mapping(facts, "clock")
    listed = [item for item in _list(facts, "applications") if isinstance(item, Mapping) and item.get("state")]
    history = [item for item in _list(facts, "upgrade_history") if isinstance(item, Mapping)]
    licence = str(_mapping(facts, "license").get("status"))
    profiles = facts.get("threat_profiles")
    snmp = facts.get("snmp_policy")
    return SensorState(
        parse_version(facts["version"]),
        parse_signature_level(str(_mapping(facts, "signature").get("level") or "")),
        str(facts.get("platform") or ""),
        {str(item.get("name")): item.get("running") is True for item in listed},
        next((each for each in get_args(Licence) if each == licence), "unknown"),
        tuple(str(item.get("package")).removesuffix(".pkg") for item in history),
        tuple(map(str, profiles)) if isinstance(profiles, list) else None,
        snmp if isinstance(snmp, bool) else None,
        moment_of(clock.get("utc")),
        not clock.get("flag"),
    )


def why_unread(facts: Mapping[str, Any]) -> str:
    """What a result says that has no version; its first line."""
    said = _mapping(facts, "not_available").get("version") or facts.get("msg") or ""
    return next(iter(str(said).splitlines()), "")[:500] or "no version was gathered"


def says_ios(facts: Mapping[str, Any]) -> bool:
    """Whether a failed result says that the host is a router with Cisco IOS."""
    return bool(_IOS.search(why_unread(facts)))


def _mapping(facts: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    found = facts.get(key)
    return found if isinstance(found, Mapping) else {}


def _list(facts: Mapping[str, Any], key: str) -> list[Any]:
    found = facts.get(key)
    return found if isinstance(found, list) else []
