# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Whether a play acts on a selection of the sensors or on all of them. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

GROUP = "ips"  # of the inventory


def unselected(variables: Mapping[str, Any], what: str) -> list[str]:
    """Why a play must say that it means all sensors; empty where it has a selection. variables: of a task.

    Security Manager asks before it acts on all sensors, too. A sensor alone in its group is a selection.
    """
    fleet = set((variables.get("groups") or {}).get(GROUP) or ())
    hosts = set(variables.get("ansible_play_hosts_all") or ())
    if len(fleet) < 2 or not fleet <= hosts or _selects(str(variables.get("ansible_limit") or "")):
        return []
    ways = "select some (--limit, or the hosts of the play), or say all_sensors: true"
    return [f"{what} would act on all {len(fleet)} sensors of the group {GROUP}: {ways}"]


def _selects(limit: str) -> bool:
    """Whether ``--limit`` selects sensors. One that takes all hosts, or only leaves some out that are no sensors, does not.

    >>> _selects("dmz"), _selects("all"), _selects("!router1")
    (True, False, False)
    """
    words = [word.strip() for word in re.split(r"[,:]", limit)]
    return any(word not in ("", "all", "*") and not word.startswith("!") for word in words)
