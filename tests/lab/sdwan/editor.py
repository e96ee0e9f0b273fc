# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The configuration editor: packages, what they hold, and the calls of `config_editor` and `config/config_packages`.

Source: "NetScaler SD-WAN NITRO API reference 11.0", config_editor/* and config/config_packages. A PUT replaces the lists that it
names and keeps the other keys (unverified). How a package calls the things of a hosted firewall is not documented at all.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Collection, Mapping
from typing import Any

from .audit import audits
from .network import Network
from .nitro import Ask, Handler, Refusal
from .policies import OFFICE_365, automatic, flat, number, office_365, rows_of, shown, stored
from .reference import NETWORK_SETTINGS, SITE_SETTINGS, fits

PACKAGES = {
    name: f"config/{name}"
    for name in ("config_packages", "config_package_save_as", "config_package_export", "config_package_import")
}
SETTINGS = {
    "connection_match_type": "directional",
    "default_firewall_action": "allow",
    "default_connection_state_tracking": False,
    "global_policy_template": "",
}
BREAKOUTS = tuple(f"enable_breakout_from_branch_{word}" for word in ("optimize", "allow", "default"))
ZONES = ("default_lan_zone", "internet_zone", "untrusted_internet_zone")
INTERFACES = "service_redirection_interfaces"
TEMPLATE_LISTS = ("pre_appliance_policies", "post_appliance_policies")
_LISTS = (*TEMPLATE_LISTS, INTERFACES, "firewall_settings", "firewall_local_policy", "sites")
SITE_LISTS = ("firewall_static_nat_policy", "firewall_dynamic_nat_policy", "firewall_destination_nat_policy")


class Editor:
    """Packages by name; the one that is live is there from the start. export: what export_to_cm does with one."""

    def __init__(self, network: Network) -> None:
        self.network = network
        try:
            self.packages: dict[str, dict[str, Any]] = {
                network.live.package: complete(network.live.content, network.own_zones)
            }
        except Refusal as refusal:
            raise ValueError(f"content of the network: {refusal.text}") from refusal
        self.export: Callable[[str, dict[str, Any]], None] = lambda name, content: None

    def table(self, names: Mapping[str, str] = PACKAGES) -> dict[str, dict[str, Handler]]:
        return {
            names["config_packages"]: {
                "GET": self._list,
                "POST": self._create,
                "DELETE": self._delete,
                "POST?compile": self._compile,
                "POST?export_to_cm": self._export,
            },
            names["config_package_save_as"]: {"POST": self._save_as},
            names["config_package_export"]: {"POST": self._export_file},
            names["config_package_import"]: {"POST": self._import_file},
            "config_editor/global_network_settings": {"GET": self._get_settings, "PUT": self._put_settings},
            "config_editor/office_365_breakout_policy": {"GET": self._get_breakout, "PUT": self._put_breakout},
            "config_editor/hosted_firewall_template": self._things("hosted_firewall_template", "name"),
            "config_editor/firewall_policy_template": {
                **self._things("firewall_policy_template", "firewall_policy_template_name"),
                "GET": self._get_templates,
            },
            "config_editor/firewall_zones": {
                **self._things("firewall_zones", "name"),
                "GET": self._get_zones,
            },
            "config_editor/firewall": {
                "GET": self._get_firewall,
                "POST": self._add_firewall,
                "PUT": self._put_firewall,
                "DELETE": self._delete_firewall,
            },
            "config_editor/firewall_local_policy_delete": {"DELETE": self._delete_local},
            "config_editor/firewall_policy_template_delete": {"DELETE": self._detach},
            names.get("sites", "config_editor/sites"): {"GET": self._get_sites},
            "config_editor/ha_appliance": {"GET": self._get_ha},
        }

    def package(self, name: str) -> dict[str, Any]:
        if name not in self.packages:
            raise Refusal(f"Package {name} does not exist")
        return self.packages[name]

    def _of(self, ask: Ask) -> dict[str, Any]:
        return self.package(
            ask.keys.get("package_name", "") if ask.method in ("GET", "DELETE") else ask.text("package_name")
        )

    # -- packages -----------------------------------------------------------------------------------------------------

    async def _list(self, _ask: Ask) -> Any:
        return [{"package_name": name, "audits": {}} for name in self.packages]

    async def _create(self, ask: Ask) -> None:
        name = ask.text("package_name")
        if name in self.packages:
            raise Refusal(f"Package {name} already exists")
        self.packages[name] = complete({}, self.network.own_zones)

    async def _delete(self, ask: Ask) -> None:
        self.package(ask.keys.get("package_name", ""))
        del self.packages[ask.keys["package_name"]]

    async def _save_as(self, ask: Ask) -> None:
        new = ask.text("new_package_name")
        if new in self.packages:
            raise Refusal(f"Package {new} already exists")
        self.packages[new] = copy.deepcopy(self._of(ask))

    async def _compile(self, ask: Ask) -> Any:
        return {"package_name": ask.text("package_name"), "audits": audits(self._of(ask), self.network)}

    async def _export(self, ask: Ask) -> None:
        content = self._of(ask)
        if audits(content, self.network)["error"]:
            raise Refusal("The package has audit errors")
        self.export(ask.text("package_name"), copy.deepcopy(content))

    async def _export_file(self, ask: Ask) -> Any:
        self._of(ask)
        raise Refusal("Export to a file is not available here", 500)

    async def _import_file(self, ask: Ask) -> Any:
        raise Refusal(f"There is no uploaded file for {ask.text('package_name')}")

    # -- singletons ---------------------------------------------------------------------------------------------------

    async def _get_settings(self, ask: Ask) -> Any:
        return [dict(self._of(ask)["global_network_settings"])]

    async def _put_settings(self, ask: Ask) -> None:
        settings = self._of(ask)["global_network_settings"]
        given = {key: value for key, value in flat(ask.item, *_LISTS).items() if key in NETWORK_SETTINGS}
        fits(given, NETWORK_SETTINGS)
        settings.update({key: value for key, value in given.items() if value is not None})

    async def _get_breakout(self, ask: Ask) -> Any:
        return [dict(self._of(ask)["office_365_breakout_policy"])]

    async def _put_breakout(self, ask: Ask) -> None:
        given = {key: ask.item[key] for key in BREAKOUTS if ask.item.get(key) is not None}
        fits(given, dict.fromkeys(BREAKOUTS, bool))
        self._of(ask)["office_365_breakout_policy"].update(given)

    # -- lists of named things ----------------------------------------------------------------------------------------

    def _things(self, name: str, key: str) -> dict[str, Handler]:
        async def read(ask: Ask) -> Any:
            return [dict(item) for item in self._of(ask)[name]]

        async def add(ask: Ask) -> None:
            items = self._of(ask)[name]
            if ask.text(key) == OFFICE_365 or any(item[key] == ask.text(key) for item in items):
                raise Refusal(f"{ask.text(key)} already exists")
            added = {**self._kept(name, ask.item, {}), key: ask.text(key)}
            if name == "firewall_zones":
                added["id"] = 1 + max((number(item, "id") for item in items), default=0)
            items.append(added)

        async def modify(ask: Ask) -> None:
            items = self._of(ask)[name]
            _not_automatic(ask.text(key))
            for place, item in enumerate(items):
                if item[key] == ask.text(key):
                    items[place] = self._kept(name, ask.item, item)
                    return
            raise Refusal(f"{ask.text(key)} does not exist")

        async def remove(ask: Ask) -> None:
            items = self._of(ask)[name]
            _not_automatic(ask.keys.get(key, ""))
            left = [item for item in items if item[key] != ask.keys.get(key)]
            if len(left) == len(items):
                raise Refusal(f"{ask.keys.get(key)} does not exist")
            items[:] = left

        return {"GET": read, "POST": add, "PUT": modify, "DELETE": remove}

    def _kept(self, name: str, given: Mapping[str, Any], old: Mapping[str, Any]) -> dict[str, Any]:
        fields = flat(given, *_LISTS)
        item = {**old, **{key: copy.deepcopy(value) for key, value in fields.items() if key != "package_name"}}
        if name == "firewall_policy_template":
            for key in TEMPLATE_LISTS:
                rows = [row for row in rows_of(item.get(key), key) if not row.get("auto_generated")]
                item[key] = [stored(row, self.network.own_zones, _fields(old.get(key) or [])) for row in rows]
        return _hosted(item) if name == "hosted_firewall_template" else item

    async def _get_templates(self, ask: Ask) -> Any:
        content = self._of(ask)
        found = []
        made = office_365(content)
        if made:
            found.append(
                {
                    "firewall_policy_template_name": OFFICE_365,
                    "auto_generated": True,
                    "pre_appliance_policies": [shown(item) for item in made],
                    "post_appliance_policies": [],
                }
            )
        for item in content["firewall_policy_template"]:
            pre, post = (
                [{**shown(row), "priority": 100 * place} for place, row in enumerate(item.get(key) or [], 1)]
                for key in TEMPLATE_LISTS
            )
            found.append({**item, "pre_appliance_policies": pre, "post_appliance_policies": post})
        return found

    async def _get_zones(self, ask: Ask) -> Any:
        return [dict(item) for item in self._of(ask)["firewall_zones"]]

    # -- sites --------------------------------------------------------------------------------------------------------

    async def _get_firewall(self, ask: Ask) -> Any:
        content = self._of(ask)
        names = [ask.keys["site_name"]] if "site_name" in ask.keys else [*content["firewall"]]
        return [self._firewall(content, name) for name in names if name in content["firewall"]]

    def _firewall(self, content: dict[str, Any], name: str) -> dict[str, Any]:
        item = content["firewall"][name]
        local = [shown(row) for row in item["firewall_local_policy"]]
        made = [shown(row) for row in automatic(content, name)]
        return {**copy.deepcopy(item), "site_name": name, "firewall_local_policy": [*made, *local]}

    async def _add_firewall(self, ask: Ask) -> None:
        if ask.text("site_name") in self._of(ask)["firewall"]:
            raise Refusal(f"The firewall of {ask.text('site_name')} already exists")
        await self._put_firewall(ask)

    async def _put_firewall(self, ask: Ask) -> None:
        content, name = self._of(ask), ask.text("site_name")
        if name not in self.network.sites:
            raise Refusal(f"Site {name} does not exist")
        item = {**empty_site(), **content["firewall"].get(name, {})}
        if "firewall_settings" in ask.item:
            item["firewall_settings"] = [
                flat(row) for row in rows_of(ask.item["firewall_settings"], "firewall_settings")
            ]
            for row in item["firewall_settings"]:
                fits(row, SITE_SETTINGS)
        for key in SITE_LISTS:
            if key in ask.item:
                item[key] = copy.deepcopy(rows_of(ask.item[key], key))
        if "firewall_local_policy" in ask.item:
            given = rows_of(ask.item["firewall_local_policy"], "firewall_local_policy")
            old = item["firewall_local_policy"]
            item["firewall_local_policy"] = _numbered(old, given, self.network.own_zones, _fields(old))
        content["firewall"][name] = item

    async def _delete_firewall(self, ask: Ask) -> None:
        if self._of(ask)["firewall"].pop(ask.keys.get("site_name", ""), None) is None:
            raise Refusal("Site does not exist")

    async def _delete_local(self, ask: Ask) -> None:
        item = self._of(ask)["firewall"].get(ask.keys.get("site_name", ""), empty_site())
        wanted = ask.keys.get("id", "")
        if wanted.startswith("auto"):
            raise Refusal("Automatically created policies cannot be deleted")
        left = [row for row in item["firewall_local_policy"] if str(row["id"]) != wanted]
        if len(left) == len(item["firewall_local_policy"]):
            raise Refusal(f"Policy {wanted} does not exist")
        item["firewall_local_policy"] = left

    async def _detach(self, ask: Ask) -> None:
        item = self._of(ask)["firewall"].get(ask.keys.get("site_name", ""), empty_site())
        name = ask.keys.get("template_name", "")
        left = [row for row in item["firewall_settings"] if row.get("policy_template_name") != name]
        if len(left) == len(item["firewall_settings"]):
            raise Refusal(f"Template {name} is not attached")
        item["firewall_settings"] = left

    async def _get_sites(self, ask: Ask) -> Any:
        self._of(ask)
        return [
            {"site_name": site.site_name, "model": site.model, "mode": site.mode, "region": site.region}
            for site in self.network.sites.values()
        ]

    async def _get_ha(self, ask: Ask) -> Any:
        self._of(ask)
        return [
            {"site_name": site.site_name, "name": appliance.name}
            for site in self.network.sites.values()
            if len(site.appliances) > 1
            for appliance in site.appliances
        ]


def empty_site() -> dict[str, Any]:
    return {"firewall_settings": [], "firewall_local_policy": [], **{name: [] for name in SITE_LISTS}}


def complete(content: Mapping[str, Any], own_zones: bool = False) -> dict[str, Any]:
    """A package with all that a new one has. What it holds already may have fields of another release, which then go back as they
    came."""
    found = copy.deepcopy(dict(content))
    found["global_network_settings"] = {**SETTINGS, **found.get("global_network_settings", {})}
    found["office_365_breakout_policy"] = {
        **dict.fromkeys(BREAKOUTS, False),
        **found.get("office_365_breakout_policy", {}),
    }
    found.setdefault("hosted_firewall_template", [])
    found.setdefault("firewall_policy_template", [])
    for item in found["firewall_policy_template"]:
        for key in TEMPLATE_LISTS:
            item[key] = [stored(row, own_zones, row) for row in rows_of(item.get(key), key)]
    found["hosted_firewall_template"] = [_hosted(item) for item in found["hosted_firewall_template"]]
    found.setdefault("firewall_zones", [{"id": place, "name": name} for place, name in enumerate(ZONES, 1)])
    sites: dict[str, Any] = {}
    for name, item in (found.get("firewall") or {}).items():
        sites[name] = {**empty_site(), **item}
        rows = rows_of(sites[name]["firewall_local_policy"], "firewall_local_policy")
        sites[name]["firewall_local_policy"] = _numbered(
            [row for row in rows if row.get("id")], rows, own_zones, _fields(rows)
        )
    found["firewall"] = sites
    return found


def _hosted(item: Mapping[str, Any]) -> dict[str, Any]:
    if not item.get("vendor") or not item.get("model"):
        raise Refusal("vendor and model are mandatory")
    rows = [flat(row) for row in rows_of(item.get(INTERFACES), INTERFACES)]
    interfaces = [{"interface": str(row.get("interface", "")), "vlan": number(row, "vlan")} for row in rows]
    return {**flat(item, INTERFACES), INTERFACES: interfaces}


def _not_automatic(name: str) -> None:
    if name == OFFICE_365:
        raise Refusal("Automatically created templates cannot be changed")


def _fields(rows: list[dict[str, Any]]) -> set[str]:
    return {name for row in rows for name in row}


def _numbered(
    old: list[dict[str, Any]], given: list[dict[str, Any]], own_zones: bool, also: Collection[str]
) -> list[dict[str, Any]]:
    """Ids are the system's, priorities are redistributed by a hundred, SD-WAN's own policies are not part of the list."""
    rows = [stored(row, own_zones, also) for row in given if not row.get("auto_generated")]
    rows.sort(key=lambda row: number(row, "priority", 1 << 30))
    highest = max([0, *(number(row, "id") for row in old)])
    free = {str(row["id"]) for row in old}
    for place, row in enumerate(rows, 1):
        if str(row.get("id", "")) in free:
            free.discard(str(row["id"]))
        else:
            highest += 1
            row["id"] = highest
        row["priority"] = 100 * place
    return rows
