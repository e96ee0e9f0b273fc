# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The live status of the mirrors of a router. Reads only."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from ..interfaces import InterfaceState, parse_interface, parse_interfaces_brief
from ..router import INTERFACES, Router
from .status import SessionStatus, merged, parse_status
from .troubleshooting import blamed_interfaces, status_document

STATUSES = ("show monitor-session status", "show monitor-session status detail")
FEW = 8  # blamed interfaces that are asked for one by one; more of them cost less in the list of all


def live_status(router: Router, texts: Iterable[str], names: Sequence[str] = ()) -> list[dict[str, Any]]:
    """What the answers to STATUSES tell of the sessions of these names, of all without names; with the state of what is blamed,
    which takes one more round trip.

    Raises ApplyFailed, ConnectionFailed.
    """
    every = merged(status for text in texts for status in parse_status(text))
    statuses = [status for status in every if not names or status.name in names]
    return status_document(statuses, _blamed(router, statuses))


def _blamed(router: Router, statuses: Sequence[SessionStatus]) -> dict[str, InterfaceState | None]:
    names = blamed_interfaces(statuses)
    if not names:
        return {}
    if len(names) > FEW:
        every = parse_interfaces_brief(router.read([INTERFACES])[0])
        return {name: every.get(name) for name in names}
    texts = router.read_optional([f"show interfaces {name}" for name in names])
    return {name: parse_interface(text) for name, text in zip(names, texts, strict=True)}
