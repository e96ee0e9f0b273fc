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

from .._engine.problems import Problem, Severity
from .model import Item, rows, text

NETWORK_STAGING, APPLIANCE_STAGING, ACTIVATE = "network_staging", "appliance_staging", "activate"

# unverified: no page names such states.
_ACTIVATING, _STAGING = re.compile(r"activating|in.?progress"), re.compile(r"^staging")
_FAILED = re.compile(r"fail|error|reject|unreachable|timed? ?out", re.IGNORECASE)
MOST_AUDITS = 50  # that a result lists
_AUDITS: dict[Severity, str] = {
    "error": "the compiler of the configuration finds an error",
    "warning": "the compiler warns",
}


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
    """state: as it came. current_config: what the network runs, with whatever distinguishes one activation from the next."""

    state: str = ""
    message: str = ""
    failure_reason: str = ""
    current_config: str = ""
    selected: str = ""  # the configuration that was handed over
    sites: tuple[SiteState, ...] = ()

    def is_of(self, package: str, known: Iterable[str] = ()) -> bool:
        """What was handed over comes from that package."""
        return same_package(self.selected, package, known)

    @property
    def is_taken(self) -> bool:
        """A change was handed over, staged, or is being activated, and is not live.

        Neither how the state is called while nothing is under way nor whether the last change stays named then is documented. So
        a name that what runs may come from proves nothing, and in `activate` the sites show it.
        """
        if self.is_under_way or self.state == APPLIANCE_STAGING:
            return True
        waits = bool(self.selected) and not _comes_from(self.current_config, _stem(self.selected))
        staged = any(site.staged_config not in ("", site.active_config) for site in self.sites)
        if self.state == NETWORK_STAGING:
            return waits
        return self.state == ACTIVATE and (waits or staged or not self.sites)

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
    """Of an item of change management; its status takes the place of a message that is missing."""
    return ChangeState(
        text(item, "state").lower(),
        text(item, "message") or text(item, "status"),
        text(item, "failure_reason"),
        text(item, "current_config"),
        text(item, "network_staged_selected_filename"),
        tuple(_site(row) for row in rows(item, "sites_cm_status")),
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


def packages(items: Iterable[Item]) -> set[str]:
    """Their names."""
    return {text(item, "package_name") for item in items} - {""}


def audits(packages: Sequence[Item]) -> list[Problem]:
    """What a compile says: errors as errors, warnings as warnings; notices are left out. packages: its answer, unwrapped."""
    found: list[Problem] = []
    for severity, message in _AUDITS.items():
        for item in _findings(packages, severity)[:MOST_AUDITS]:
            where = " ".join(filter(None, (text(item, "siteuiid"), text(item, "object")))) or "package"
            device_text = text(item, "msg") or text(item, "code") or "no text"
            remedy = f"Audit {text(item, 'code')}." if text(item, "code") else ""
            found.append(Problem("H34", where, message, remedy, severity, device_text))
    return found


def _findings(packages: Sequence[Item], severity: str) -> list[Item]:
    """The audits of one severity: in a list of their own, or each with its severity. One that is mere text counts, too."""
    found: list[Item] = []
    for group in (group for package in packages for group in rows(package, "audits")):
        value = group.get(severity)
        listed = value if isinstance(value, list) else [value]
        found += [row if isinstance(row, Mapping) else {"msg": row} for row in listed if row]
        if "msg" in group and text(group, "severity").lower() == severity:
            found.append(group)
    return found


def has_audits(packages: Sequence[Item]) -> bool:
    """Whether the answer of a compile has audits at all: without any, nothing was compiled."""
    return any(isinstance(package.get("audits"), Mapping | list) for package in packages)


def _stem(name: str) -> str:
    return re.sub(r"\.\w{1,4}$", "", name)


_STAMP = re.compile(r"(?:[_. -]\d+)?(?:\.\w{1,4})?")


def same_package(active: str, package: str, known: Iterable[str] = ()) -> bool:
    """Whether a configuration comes from that package. How it is named is unverified: a number and a suffix may follow; of
    several known packages that fit, the one with the longest name counts.

    >>> same_package("Production_12.cfg", "Production"), same_package("Production_test_2", "Production")
    (True, False)
    """
    fitting = [name for name in {*known, package} if _comes_from(active, name)]
    return max(fitting, key=len, default="") == package


def _comes_from(active: str, package: str) -> bool:
    head, tail = active[: len(package)], active[len(package) :]
    return head.casefold() == package.casefold() and bool(_STAMP.fullmatch(tail))
