# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What an appliance or Center reports of itself, its firewalls and its redirects; a part that one does not have is not an error. I/O."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from typing import Any

from ..._engine.failures import ApplyFailed
from ..._transport.rest.api import Rejected
from ..change_model import change_state, packages
from ..manager import Manager
from ..model import HostedFirewall, hosted_firewalls, images, log_lines, regions, sites, storage, system, text
from ..redirect.model import hosted_entry, hosted_template, redirects
from .model import PACKETS, counter, firewall_facts, ha_facts, in_order, packets

APPLIANCE, CENTER = frozenset({"sdwan"}), frozenset({"sdwan_center"})
BOTH = APPLIANCE | CENTER


@dataclass(frozen=True)
class Asked:
    """package, site: "" where the task names none."""

    package: str = ""
    site: str = ""


class Reader:
    """Reads of one task: what two parts need is asked for once. missing: why a part, or some of it, could not be had. warned: what
    is not as complete as it looks."""

    def __init__(self, manager: Manager, asked: Asked) -> None:
        self.manager = manager
        self.asked = asked
        self.missing: dict[str, str] = {}
        self.warned: list[str] = []
        self._firewalls: list[HostedFirewall] | None = None

    def firewalls(self) -> list[HostedFirewall]:
        if self._firewalls is None:
            self._firewalls = hosted_firewalls(self.manager.get("hosted_firewalls"))
        return self._firewalls

    def why(self, refused: ApplyFailed) -> str:
        """The refusal in words; that of a call which no reference names has the option that renames it."""
        name = self.manager.table.of_path(refused.path) if isinstance(refused, Rejected) else ""
        if isinstance(refused, Rejected) and "package_name=" in refused.path:
            return f"{refused}. {self._packages()}"
        if not name or self.manager.table[name].documented:
            return str(refused)
        return (
            f"{refused}. The vendor does not document this call; if this release has it elsewhere, set "
            f"`resources: {{{name}: {{path: ...}}}}`"
        )

    def _packages(self) -> str:
        with suppress(ApplyFailed):
            listed = sorted(packages(self.manager.get("config_packages")))
            return f"Its packages: {', '.join(listed[:20]) or 'none'}"
        return "It lists no packages; the active MCN does"

    def of_package(self, name: str) -> list[dict[str, Any]]:
        return self.manager.get(name, {"package_name": self.asked.package})


def _system(reader: Reader) -> Any:
    found = system(reader.manager.one("system_options"))
    facts = {name: value for name, value in asdict(found).items() if name != "active"}  # that is the part ha
    return {**facts, "hosts_firewalls": found.hosts_firewalls}


def _inventory(reader: Reader) -> Any:
    return [asdict(site) for site in sites(reader.manager.get("inventory_status"))]


def _regions(reader: Reader) -> Any:
    return [{**asdict(region), "is_default": region.is_default} for region in regions(reader.manager.get("regions"))]


def _ha(reader: Reader) -> Any:
    return ha_facts(reader.manager.one("appliance_ha_status"))


def _images(reader: Reader) -> Any:
    found = images(reader.manager.get("hosted_firewall_images"))
    return [{**asdict(image), "complete": image.complete} for image in found]


def _storage(reader: Reader) -> Any:
    return asdict(storage(reader.manager.one("hosted_firewall_storage")))


def _hosted(reader: Reader) -> Any:
    return [firewall_facts(item) for item in reader.firewalls()]


def _templates(reader: Reader) -> Any:
    found = [item for item in map(hosted_template, reader.of_package("hosted_firewall_template")) if item.name]
    return [hosted_entry(item) for item in sorted(found, key=lambda item: item.name)]


def _policies(reader: Reader) -> Any:
    """Reads documented resources only: the order of policies needs neither hosted firewalls nor their templates."""
    settings = next(iter(reader.of_package("global_network_settings")), {})
    state = redirects(
        settings, (), reader.of_package("firewall_policy_template"), reader.of_package("firewall"), breakout={}
    )
    site = reader.asked.site
    if site and site not in state.sites:
        known = sorted({text(item, "site_name") for item in reader.of_package("sites")})
        if site not in known:
            raise ApplyFailed(
                f"{reader.asked.package} has no site {site!r}; its sites: {', '.join(known[:20]) or 'none'}"
            )
    return [
        {"site": name, "connection_match_type": state.match_type, "policies": in_order(state, name)}
        for name in ([site] if site else sorted(state.sites))
    ]


def _counters(reader: Reader) -> Any:
    """What policies count is documented; what the firewall counts is not, and its lack takes nothing from the others."""
    counted = reader.manager.redirect_counters()
    if counted.truncated:
        reader.warned.append(f"redirect_counters: {counted.cut}")
    found = {"policies": [counter(row) for row in counted.rows], "truncated": counted.truncated}
    try:
        return {**found, **packets(reader.firewalls())}
    except ApplyFailed as refused:
        reader.missing["redirect_counters"] = f"{', '.join(PACKETS)}: {reader.why(refused)}"
        return {**found, **dict.fromkeys(PACKETS)}


def _log(reader: Reader) -> Any:
    return log_lines(reader.manager.get("hosted_firewall_log"))


def _changes(reader: Reader) -> Any:
    found = change_state(reader.manager.one("change_management"))
    return {
        "state": found.state,
        "message": found.message,
        "failure_reason": found.failure_reason,
        "current_config": found.current_config,
        "sites": [site.as_dict() for site in found.sites],
    }


# part -> (systems that have it, whether it needs a package, how it is read)
PARTS: Mapping[str, tuple[frozenset[str], bool, Callable[[Reader], Any]]] = {
    "system": (APPLIANCE, False, _system),
    "ha": (APPLIANCE, False, _ha),
    "inventory": (CENTER, False, _inventory),
    "regions": (CENTER, False, _regions),
    "images": (BOTH, False, _images),
    "storage": (BOTH, False, _storage),
    "hosted_firewalls": (BOTH, False, _hosted),
    "operation_log": (BOTH, False, _log),
    "redirect_counters": (APPLIANCE, False, _counters),
    "change_management": (BOTH, False, _changes),
    "templates": (BOTH, True, _templates),
    "policies": (BOTH, True, _policies),
}
NAMES = {"sdwan": "an appliance", "sdwan_center": "Center"}
NO_PACKAGE = "name the package"


def gathered(manager: Manager, gather: Sequence[str], asked: Asked) -> dict[str, Any]:
    """The requested parts as keys; what could not be read, with the reason, in `not_available`, and `warnings`. Raises ConnectionFailed; ApplyFailed where
    nothing of what was asked for could be read. gather: empty for all that need no package, or a package is named for."""
    found: dict[str, Any] = {}
    reader = Reader(manager, asked)
    missing, system_name = reader.missing, manager.door.dialect
    chosen = gather or [
        name
        for name, (systems, needs, _read) in PARTS.items()
        if system_name in systems and (asked.package or not needs)
    ]
    for name in dict.fromkeys(chosen):
        systems, needs_package, read = PARTS[name]
        if system_name not in systems:
            missing[name] = f"{NAMES[system_name]} does not report it"
        elif needs_package and not asked.package:
            missing[name] = NO_PACKAGE
        else:
            try:
                found[name] = read(reader)
            except ApplyFailed as refused:
                missing[name] = reader.why(refused)
    if missing and not found:
        listed = "; ".join(f"{name}: {why}" for name, why in missing.items())
        failed = ApplyFailed(f"nothing of what was asked for could be read: {listed}")
        failed.details["not_available"] = missing
        raise failed
    unnamed = [name for name, reason in missing.items() if reason == NO_PACKAGE]
    warned = [*reader.warned, *([f"{', '.join(unnamed)}: {NO_PACKAGE}"] if unnamed else [])]
    return {**found, "not_available": missing, **({"warnings": warned} if warned else {})}
