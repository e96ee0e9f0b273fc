# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Configuration packages and change management: what their answers mean. Pure.

Source: "NetScaler SD-WAN NITRO API reference 11.0", config/config_packages and config/change_management. Of the states only
`network_staging`, `appliance_staging` and `activate` are named there; what a site's status and transfer_state say is typed as
plain text, so it is matched by words, and what is not known is waited for, never taken as done.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from .._engine.problems import Problem
from .model import Item, text

NETWORK_STAGING, APPLIANCE_STAGING, ACTIVATE = "network_staging", "appliance_staging", "activate"

# unverified: no page names such states.
_ACTIVATING, _STAGING = re.compile(r"activating|in.?progress"), re.compile(r"^staging")
_FAILED = re.compile(r"fail|error|reject|unreachable|timed? ?out", re.IGNORECASE)
MOST_AUDITS = 50  # that a result lists


@dataclass(frozen=True, slots=True)
class SiteState:
    site_name: str
    appliance_name: str
    status: str
    transfer_state: str
    active_config: str
    staged_config: str

    @property
    def failed(self) -> bool:
        return bool(_FAILED.search(self.transfer_state) or _FAILED.search(self.status))

    @property
    def name(self) -> str:
        return f"{self.site_name}/{self.appliance_name}" if self.appliance_name else self.site_name

    def as_dict(self) -> dict[str, str]:
        keys = ("site_name", "appliance_name", "status", "transfer_state", "active_config", "staged_config")
        return {key: getattr(self, key) for key in keys}


@dataclass(frozen=True, slots=True)
class ChangeState:
    """state: as it came. current_config: what the network runs, with whatever tells one activation from the next."""

    state: str = ""
    message: str = ""
    failure_reason: str = ""
    current_config: str = ""
    selected: str = ""  # the configuration that was handed over
    sites: tuple[SiteState, ...] = ()

    def is_of(self, package: str) -> bool:
        """What was handed over comes from that package."""
        return same_package(self.selected, package)

    def is_of_others(self, package: str) -> bool:
        """Somebody else is in the middle of a change: he handed it over, staged it, or it is being activated.

        What the state is called while nothing is under way is not documented, so with nothing handed over only those states
        count that mean more.
        """
        if self.selected and not self.is_of(package):
            return self.state in (NETWORK_STAGING, APPLIANCE_STAGING, ACTIVATE) or self.is_under_way
        return not self.selected and (self.state in (APPLIANCE_STAGING, ACTIVATE) or self.is_under_way)

    @property
    def is_told(self) -> bool:
        """The system answered; what it calls its state while nothing is under way may be nothing."""
        return bool(self.state or self.current_config or self.sites)

    @property
    def is_activating(self) -> bool:
        return bool(_ACTIVATING.search(self.state))

    @property
    def is_under_way(self) -> bool:
        return self.is_activating or bool(_STAGING.search(self.state))

    @property
    def failing(self) -> list[SiteState]:
        return [site for site in self.sites if site.failed]

    def activated(self, staged: Mapping[str, str]) -> list[SiteState]:
        """Sites that run what was staged for them. staged: name of the appliance -> configuration."""
        return [site for site in self.sites if staged.get(site.name) and site.active_config == staged[site.name]]


def change_state(item: Item) -> ChangeState:
    rows = item.get("sites_cm_status")
    sites = tuple(_site(row) for row in rows if isinstance(row, Mapping)) if isinstance(rows, list) else ()
    return ChangeState(
        text(item, "state").lower(),
        text(item, "message") or text(item, "status"),
        text(item, "failure_reason"),
        text(item, "current_config"),
        text(item, "network_staged_selected_filename"),
        sites,
    )


def _site(row: Item) -> SiteState:
    return SiteState(
        text(row, "site_name"),
        text(row, "appliance_name"),
        text(row, "status"),
        text(row, "transfer_state"),
        text(row, "active_config"),
        text(row, "staged_config"),
    )


def audits(body: Any) -> list[Problem]:
    """What a compile says: errors as errors, warnings as warnings; notices are left out."""
    found: list[Problem] = []
    for severity, words in (("error", "error"), ("warning", "warning")):
        for item in _listed(body, words)[:MOST_AUDITS]:
            where = " ".join(filter(None, (text(item, "siteuiid"), text(item, "object")))) or "package"
            said = text(item, "msg") or text(item, "code") or "no text"
            message = (
                "the compiler of the configuration finds an error" if severity == "error" else "the compiler warns"
            )
            remedy = f"Audit {text(item, 'code')}." if text(item, "code") else ""
            found.append(Problem("H34", where, message, remedy, "error" if severity == "error" else "warning", said))
    return found


def _listed(body: Any, severity: str) -> Sequence[Item]:
    """The audits of one severity, however deep the answer nests them."""
    at = body
    for key in ("config_packages", "audits"):
        if isinstance(at, list):
            at = at[0] if at else None
        at = at.get(key, at) if isinstance(at, Mapping) else None
    if isinstance(at, list):
        at = at[0] if at else None
    found = at.get(severity) if isinstance(at, Mapping) else None
    return [item for item in found if isinstance(item, Mapping)] if isinstance(found, list) else []


def has_audits(body: Any) -> bool:
    """Whether an answer of a compile has audits at all: without any, nothing was compiled."""
    at = body.get("config_packages") if isinstance(body, Mapping) else None
    at = at[0] if isinstance(at, list) and at else at
    return isinstance(at, Mapping) and isinstance(at.get("audits"), Mapping | list)


_STAMP = re.compile(r"(?:[_. -]\d+)?(?:\.\w{1,4})?")


def same_package(active: str, package: str, known: Iterable[str] = ()) -> bool:
    """Whether a configuration comes from that package. How it is named is unverified: a number and a suffix may follow; of
    several known packages that fit, the one with the longest name is meant.

    >>> same_package("Production_12.cfg", "Production"), same_package("Production_test_2", "Production")
    (True, False)
    """
    fitting = [name for name in {*known, package} if _comes_from(active, name)]
    return max(fitting, key=len, default="") == package


def _comes_from(active: str, package: str) -> bool:
    head, tail = active[: len(package)], active[len(package) :]
    return head.casefold() == package.casefold() and bool(_STAMP.fullmatch(tail))
