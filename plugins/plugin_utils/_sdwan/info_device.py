# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What an appliance or Center tells of itself, its firewalls and its redirects; a part that one does not have is no error. I/O."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from .._engine.failures import Failed
from .device import Manager
from .model import HostedFirewall, flag, hosted_firewalls, images, regions, sites, storage, system, text
from .package_model import change_state
from .redirect_device import counters, read_package
from .redirect_model import Redirects, hosted_entry, to_entry
from .redirect_order import evaluated, premature, shadowed

APPLIANCE, CENTER = frozenset({"sdwan"}), frozenset({"sdwan_center"})
BOTH = APPLIANCE | CENTER


@dataclass(frozen=True)
class Asked:
    """package, site: "" where the task names none."""

    package: str = ""
    site: str = ""


def firewall_facts(shown: HostedFirewall) -> dict[str, Any]:
    """All columns of both GUIs, what they mean together, and where the firewall's own GUI is."""
    return {**asdict(shown), "phase": shown.phase, "is_up": shown.is_up, "device_url": shown.device_url}


def _system(manager: Manager, _asked: Asked) -> Any:
    return _read_system(manager)


def _read_system(manager: Manager) -> dict[str, Any]:
    found = system(manager.one("system_options"))
    return {**asdict(found), "hosts_firewalls": found.hosts_firewalls}


def _inventory(manager: Manager, _asked: Asked) -> Any:
    return [asdict(site) for site in sites(manager.get("inventory_status"))]


def _regions(manager: Manager, _asked: Asked) -> Any:
    return [{**asdict(region), "is_default": region.is_default} for region in regions(manager.get("regions"))]


def _ha(manager: Manager, _asked: Asked) -> Any:
    item = manager.one("appliance_ha_status")
    return {"is_active": flag(item, "is_active"), "status": text(item, "status")}


def _images(manager: Manager, _asked: Asked) -> Any:
    return [{**asdict(image), "complete": image.complete} for image in images(manager.get("hosted_firewall_images"))]


def _storage(manager: Manager, _asked: Asked) -> Any:
    return asdict(storage(manager.one("hosted_firewall_storage")))


def _hosted(manager: Manager, _asked: Asked) -> Any:
    return [firewall_facts(item) for item in hosted_firewalls(manager.get("hosted_firewalls"))]


def _templates(manager: Manager, asked: Asked) -> Any:
    state = read_package(manager, asked.package)
    return [hosted_entry(item) for _name, item in sorted(state.hosted.items())]


def _policies(manager: Manager, asked: Asked) -> Any:
    state = read_package(manager, asked.package)
    names = [asked.site] if asked.site else sorted(state.sites)
    return [
        {"site": name, "connection_match_type": state.match_type, "policies": in_order(state, name)} for name in names
    ]


def in_order(state: Redirects, site: str) -> list[dict[str, Any]]:
    """A site's policies as it evaluates them. shadowed_by: number of the one that leaves this one nothing, None for none."""
    placed = evaluated(state, site)
    behind = {id(late): early for late, early in [*shadowed(placed), *premature(placed)]}
    number = {id(item): place for place, item in enumerate(placed, 1)}
    return [
        {
            "number": place,
            "stage": item.stage,
            "template": item.template or None,
            "auto_generated": item.policy.auto,
            "redirect": item.policy.is_redirect,
            "shadowed_by": number[id(behind[id(item)])] if id(item) in behind else None,
            "policy": to_entry(item.policy),
        }
        for place, item in enumerate(placed, 1)
    ]


def _counters(manager: Manager, _asked: Asked) -> Any:
    firewalls = hosted_firewalls(manager.get("hosted_firewalls"))
    sent = {
        key: sum(getattr(item, key) for item in firewalls)
        for key in ("packets_sent", "packets_received", "packets_dropped")
    }
    return {"policies": counters(manager), **sent}


def _changes(manager: Manager, _asked: Asked) -> Any:
    found = change_state(manager.one("change_management"))
    return {
        "state": found.state,
        "message": found.message,
        "failure_reason": found.failure_reason,
        "current_config": found.current_config,
        "sites": [site.as_dict() for site in found.sites],
    }


# part -> (systems that have it, whether it needs a package, how it is read)
PARTS: Mapping[str, tuple[frozenset[str], bool, Callable[[Manager, Asked], Any]]] = {
    "system": (APPLIANCE, False, _system),
    "ha": (APPLIANCE, False, _ha),
    "inventory": (CENTER, False, _inventory),
    "regions": (CENTER, False, _regions),
    "images": (BOTH, False, _images),
    "storage": (BOTH, False, _storage),
    "hosted_firewalls": (BOTH, False, _hosted),
    "redirect_counters": (APPLIANCE, False, _counters),
    "change_management": (BOTH, False, _changes),
    "templates": (BOTH, True, _templates),
    "policies": (BOTH, True, _policies),
}
NAMES = {"sdwan": "an appliance", "sdwan_center": "Center"}


def gathered(manager: Manager, wanted: Sequence[str], asked: Asked) -> dict[str, Any]:
    """The wanted parts as keys; what could not be had, with the reason, in `not_available`. Raises DoorError; Failed where
    nothing of what was wanted could be had. wanted: empty for all that need no package, or a package is named for."""
    found: dict[str, Any] = {}
    missing: dict[str, str] = {}
    system_name = manager.door.dialect
    chosen = wanted or [
        name
        for name, (systems, needs, _read) in PARTS.items()
        if system_name in systems and (asked.package or not needs)
    ]
    for name in chosen:
        systems, needs_package, read = PARTS[name]
        if system_name not in systems:
            missing[name] = f"{NAMES[system_name]} does not tell it"
        elif needs_package and not asked.package:
            missing[name] = "name the package"
        else:
            try:
                found[name] = read(manager, asked)
            except Failed as refused:
                missing[name] = str(refused)
    if missing and not found:
        listed = "; ".join(f"{name}: {why}" for name, why in missing.items())
        raise Failed(f"nothing of what was asked for could be read: {listed}")
    return {**found, "not_available": missing}
