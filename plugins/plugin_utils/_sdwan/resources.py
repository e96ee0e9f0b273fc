# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Every call that this wing knows, as one table: what is documented, what is not, how each is addressed. Pure.

The public NITRO reference of SD-WAN 11.0 documents everything around a hosted firewall, but not the calls that host one.
Those rows follow the habits of NITRO, are marked, and a user who has the reference of his own appliance (Configuration >
Appliance Settings > NITRO API > Download Nitro API Doc) overrides their names without touching code.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from .._transport.rest.api import quoted, target

APPLIANCE = "NetScaler SD-WAN NITRO API reference 11.0"
CENTER = "NetScaler SD-WAN Center NITRO API reference 11.0"
FORMS = "Citrix: Palo Alto Networks firewall integration on the SD-WAN 1100 platform (forms; no call is documented)"
GUESS = "unverified"


@dataclass(frozen=True)
class Resource:
    """path: below the base path of the system. keys: those of the path that deletes one item, in NITRO's order.

    envelope: the key that a body is wrapped in, where it is not the last word of the path. upload_field: of a multipart
    body. fields: our name of a field -> theirs, where they differ, at whatever depth of an item. values: our name of a field ->
    their value -> ours. unlisted: our names of fields that a documented resource has only by its forms.
    """

    path: str
    source: str
    keys: tuple[str, ...] = ()
    documented: bool = True
    envelope: str = ""
    upload_field: str = "file"
    fields: Mapping[str, str] | None = None
    values: Mapping[str, Mapping[str, str]] | None = None
    unlisted: frozenset[str] = frozenset()

    @property
    def wrapped_in(self) -> str:
        return self.envelope or self.path.rpartition("/")[2]


def _forms(path: str, *keys: str) -> Resource:
    return Resource(path, FORMS, keys, documented=False)


# What the forms of a policy have for a hosted firewall, and the reference has not (its actions end at count_and_continue).
_REDIRECT = frozenset(
    {"policy_type", "hosted_firewall_template", "service_redirection_interface", "service_redirection_vlan"}
)
_EDITOR: Mapping[str, Resource] = {
    "firewall_policy_template": Resource(
        "config_editor/firewall_policy_template",
        APPLIANCE,
        ("package_name", "firewall_policy_template_name"),
        unlisted=_REDIRECT,
    ),
    "firewall": Resource("config_editor/firewall", APPLIANCE, ("site_name", "package_name"), unlisted=_REDIRECT),
    "firewall_local_policy_delete": Resource(
        "config_editor/firewall_local_policy_delete", APPLIANCE, ("site_name", "id", "package_name")
    ),
    "firewall_policy_template_delete": Resource(
        "config_editor/firewall_policy_template_delete", APPLIANCE, ("site_name", "package_name", "template_name")
    ),
    "global_network_settings": Resource(
        "config_editor/global_network_settings",
        APPLIANCE,
        ("package_name",),
        unlisted=frozenset({"connection_match_type"}),
    ),
    "firewall_zones": Resource("config_editor/firewall_zones", APPLIANCE, ("package_name",)),
    "sites": Resource("config_editor/sites", APPLIANCE, ("package_name",)),
    "office_365_breakout_policy": Resource("config_editor/office_365_breakout_policy", APPLIANCE, ("package_name",)),
    "hosted_firewall_template": _forms("config_editor/hosted_firewall_template", "name", "package_name"),
}
_HOSTING: Mapping[str, Resource] = {
    "hosted_firewall_images": _forms("config/hosted_firewall_images", "image_name"),
    "hosted_firewall_storage": _forms("config/hosted_firewall_storage"),
    "hosted_firewalls": _forms("config/hosted_firewalls"),
    "hosted_firewall_log": _forms("config/hosted_firewall_log"),
}
_PACKAGES: Mapping[str, Resource] = {
    "config_packages": Resource("config/config_packages", APPLIANCE, ("package_name",)),
    "config_package_save_as": Resource("config/config_package_save_as", APPLIANCE),
    "change_management": Resource("config/change_management", APPLIANCE),
}

SYSTEMS: Mapping[str, Mapping[str, Resource]] = {
    "sdwan": {
        **_EDITOR,
        **_HOSTING,
        **_PACKAGES,
        "system_options": Resource("config/system_options", APPLIANCE),
        "virtual_machines": Resource("config/virtual_machines", GUESS, documented=False),
        "appliance_ha_status": Resource("monitor/appliance_ha_status", APPLIANCE),
        "firewall_filter_stats": Resource("monitor/firewall_filter_stats", APPLIANCE),
        "firewall_connection_stats": Resource("monitor/firewall_connection_stats", APPLIANCE),
    },
    "sdwan_center": {
        **{name: replace(row, source=CENTER) if row.documented else row for name, row in _EDITOR.items()},
        # An appliance calls it sites, Center site, in the path and in the envelope.
        "sites": Resource("config_editor/site", CENTER, ("package_name",)),
        **_HOSTING,
        # config_packages was seen in use (a public write-up of CVE-2020-8272), not in the reference; the others go with it.
        **{
            name: replace(row, documented=False, source=GUESS, path=row.path.replace("config/", "config_editor/", 1))
            for name, row in _PACKAGES.items()
        },
        "regions": Resource("config/regions", CENTER),
        "virtual_machines": Resource("config/virtual_machines", GUESS, documented=False),
        "inventory_status": Resource("config/inventory_status", CENTER),
        "network_config_import": _forms("config/network_config_import"),
    },
}

LINE = re.compile(r"(GET|POST|PUT|DELETE) (\S+)(?: (.+))?", re.DOTALL)

# `via` of a task -> dialect of the door that it needs.
DIALECTS = {"appliance": "sdwan", "mcn": "sdwan", "center": "sdwan_center", "collector": "sdwan_center"}
_NAMES = {"sdwan": "an appliance (dialect sdwan)", "sdwan_center": "SD-WAN Center (dialect sdwan_center)"}

# What a user may override of a row. `fields` maps our name of a field to theirs.
OVERRIDABLE = ("path", "envelope", "upload_field", "fields", "values")

_UNSAFE = re.compile(r"[\x00-\x1f\x7f/\\]")
_PATH = re.compile(r"(?:config|config_editor|monitor|diag)(?:/(?!\.{1,2}(?:/|$))[A-Za-z0-9_.-]+)+")
_TEXT = re.compile(r"[^\x00-\x1f\x7f]{1,200}")
_WORD = re.compile(r"[A-Za-z0-9_.-]+")


class Resources:
    """The table of one system with a user's overrides. Raises ValueError with all that is wrong with those."""

    def __init__(self, system: str, overrides: Mapping[str, Any] | None = None) -> None:
        self._rows = dict(SYSTEMS[system])
        wrong: list[str] = []
        for name, given in (overrides or {}).items():
            wrong += self._override(name, given)
        if wrong:
            raise ValueError("; ".join(wrong))

    def _override(self, name: str, given: Any) -> list[str]:
        where = f"resources.{name}"
        if name not in self._rows:
            return [f"{where}: there is no such resource; known: {', '.join(sorted(self._rows))}"]
        if not isinstance(given, Mapping):
            return [f"{where} must be a mapping of {', '.join(OVERRIDABLE)}"]
        wrong = [
            f"{where}.{key}: only {', '.join(OVERRIDABLE)} can be overridden"
            for key in sorted(given.keys() - {*OVERRIDABLE}, key=str)
        ]
        for key in sorted(given.keys() & {"path", "envelope", "upload_field"}):
            if not _is((_PATH if key == "path" else _WORD), given[key]):
                wrong.append(f"{where}.{key}: {str(given[key])[:80]!r} is not a name of NITRO (group/resource)")
        fields = given.get("fields")
        if fields is not None and not (
            isinstance(fields, Mapping)
            and all(_is(_WORD, word) for pair in fields.items() for word in pair)
            and len({*fields.values()}) == len(fields)
        ):
            wrong.append(f"{where}.fields must map our names of fields to theirs, no two to the same")
        values = given.get("values")
        if values is not None and not (
            isinstance(values, Mapping)
            and all(_is(_WORD, key) and isinstance(row, Mapping) for key, row in values.items())
            and all(_is(_TEXT, word) for row in values.values() for pair in row.items() for word in pair)
        ):
            wrong.append(f"{where}.values must map our names of fields to mappings of their texts to ours")
        if not wrong:
            self._rows[name] = replace(self._rows[name], **given)
        return wrong

    def __getitem__(self, name: str) -> Resource:
        return self._rows[name]

    def path(self, name: str, keys: Mapping[str, Any] | None = None) -> str:
        """The path of a resource, with keys as NITRO writes them: ``/site_name=S,package_name=P``.

        Raises ValueError for a value that no escaping is documented for.

        >>> Resources("sdwan").path("firewall", {"package_name": "P 1", "site_name": "S"})
        'config_editor/firewall/site_name=S,package_name=P%201'
        """
        row = self._rows[name]
        if not keys:
            return row.path
        ordered = [key for key in row.keys if key in keys] + [key for key in keys if key not in row.keys]
        pairs = []
        for key in ordered:
            value = str(keys[key])
            if not value or _UNSAFE.search(value):
                raise ValueError(
                    f"{key} {value!r} cannot be used in a path of NITRO: it is empty, or has / \\ or a control character"
                )
            pairs.append(f"{_theirs(row, key)}={quoted(value)}")
        return f"{row.path}/{','.join(pairs)}"

    def line(
        self,
        method: str,
        name: str,
        item: Mapping[str, Any] | None = None,
        keys: Mapping[str, Any] | None = None,
        action: str = "",
    ) -> str:
        """One request as a line: what a plan shows is what is sent.

        >>> Resources("sdwan").line("POST", "config_packages", {"package_name": "P"}, action="compile")
        'POST config/config_packages?action=compile {"config_packages":{"package_name":"P"}}'
        """
        where = target(self.path(name, keys), {"action": action} if action else None)
        if item is None:
            return f"{method} {where}"
        try:
            body = json.dumps(self.wrap(name, item), sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        except RecursionError:
            raise ValueError(f"an item of {where} is nested too deep") from None
        return f"{method} {where} {body}"

    def of_path(self, path: str) -> str:
        """The name of the resource that a path (with keys, query or not) belongs to, "" for none."""
        bare = path.partition("?")[0]
        found = [name for name, row in self._rows.items() if bare == row.path or bare.startswith(f"{row.path}/")]
        return max(found, key=lambda name: len(self._rows[name].path), default="")

    def wrap(self, name: str, item: Mapping[str, Any]) -> dict[str, Any]:
        """An item as NITRO takes it: their names of fields and values, in its envelope."""
        row = self._rows[name]
        return {row.wrapped_in: _theirs_of(row, item)}

    def has(self, name: str, body: Any) -> bool:
        """Whether an answer speaks of this resource at all."""
        return isinstance(body, Mapping) and self._rows[name].wrapped_in in body

    def unwrap(self, name: str, body: Any) -> list[dict[str, Any]]:
        """The items of an answer, our names of fields. NITRO answers with a list, with one item, or, under monitor, with
        the list nested once more beside its metadata; what has another form has no items."""
        row = self._rows[name]
        found = body.get(row.wrapped_in) if isinstance(body, Mapping) else None
        if isinstance(found, Mapping) and row.wrapped_in in found:
            found = found[row.wrapped_in]
        items = found if isinstance(found, list) else [found]
        return [_ours(row, item) for item in items if isinstance(item, Mapping)]

    def pages(self, name: str, body: Any) -> int:
        """How many pages the answer has in all; 1 where it says nothing."""
        row = self._rows[name]
        found = body.get(row.wrapped_in) if isinstance(body, Mapping) else None
        beside = found if isinstance(found, Mapping) else body  # the metadata is beside the list
        metadata = beside.get("metadata") if isinstance(beside, Mapping) else None
        first = metadata[0] if isinstance(metadata, list) and metadata else metadata
        number = str(first.get("no_of_pages", "1")) if isinstance(first, Mapping) else "1"
        if not number.isdecimal():
            return 1
        return max(1, int(number)) if len(number) < 10 and int(number) < MAX_PAGES else MAX_PAGES


def unlisted_in(row: Resource, value: Any, depth: int = 0) -> set[str]:
    """Fields of an item, as it is sent, that the reference of its resource does not have; by our names."""
    if depth > DEEPEST:
        return set()
    if isinstance(value, list):
        return {name for item in value for name in unlisted_in(row, item, depth + 1)}
    if not isinstance(value, Mapping):
        return set()
    here = {name for name in row.unlisted if _theirs(row, name) in value}
    return here | {name for item in value.values() for name in unlisted_in(row, item, depth + 1)}


DEEPEST = 20  # levels of an item that are looked into; a hostile answer may have thousands
MAX_PAGES = 1000  # of 50 items; bounds what a hostile or broken answer can make us ask for


def _is(words: re.Pattern[str], given: Any) -> bool:
    return isinstance(given, str) and bool(words.fullmatch(given))


def _ours(row: Resource, value: Any, key: str = "", depth: int = 0) -> Any:
    """Their names and values -> ours, as deep as an item of NITRO is."""
    if depth > DEEPEST:
        return value
    if isinstance(value, Mapping):
        names: dict[Any, str] = {theirs: ours for ours, theirs in (row.fields or {}).items()}
        renamed = [(names.get(name, str(name)), item) for name, item in value.items()]
        return {name: _ours(row, item, name, depth + 1) for name, item in renamed}
    if isinstance(value, list):
        return [_ours(row, item, key, depth + 1) for item in value]
    known = (row.values or {}).get(key)
    return known.get(str(value), value) if known else value


def _theirs_of(row: Resource, value: Any, key: str = "", depth: int = 0) -> Any:
    if depth > DEEPEST:
        return value
    if isinstance(value, Mapping):
        return {_theirs(row, name): _theirs_of(row, item, name, depth + 1) for name, item in value.items()}
    if isinstance(value, list):
        return [_theirs_of(row, item, key, depth + 1) for item in value]
    known = {ours: theirs for theirs, ours in (row.values or {}).get(key, {}).items()}
    return known.get(value, value) if isinstance(value, str) else value


def _theirs(row: Resource, key: str) -> str:
    return (row.fields or {}).get(key, key)


def wrong_overrides(via: str, overrides: Mapping[str, Any] | None) -> list[str]:
    """What is wrong with a user's names for the calls of the system that `via` means; nothing when they fit.

    >>> wrong_overrides("mcn", {"sites": {"path": "config_editor/places"}})
    []
    """
    try:
        Resources(DIALECTS[via], overrides)
    except ValueError as wrong:
        return [str(wrong)]
    return []


def wrong_target(via: str, dialect: str) -> str:
    """Why a task cannot go on: its door leads to another system than `via` says. "" where it does not.

    >>> wrong_target("mcn", "sdwan")
    ''
    """
    if DIALECTS[via] == dialect:
        return ""
    return (
        f"via: {via} speaks to {_NAMES[DIALECTS[via]]}, but this host leads to {_NAMES.get(dialect, dialect)}. "
        "Change via, or check ansible_network_os, ansible_rest_dialect, manager_host and manager_network_os"
    )


def parsed(line: str, secrets: Mapping[str, str] | None = None) -> tuple[str, str, Any]:
    """(method, path with query, body) of a line. A string of the body that is ``<name>`` of a secret becomes its value.

    >>> parsed('POST config/x {"x":{"auth_code":"<auth_code>"}}', {"auth_code": "A1"})
    ('POST', 'config/x', {'x': {'auth_code': 'A1'}})
    """
    found = LINE.fullmatch(line)
    if found is None:
        raise ValueError(f"{line[:80]!r} is not a request")
    method, path, body = found.groups()
    references = {f"<{name}>": value for name, value in (secrets or {}).items()}
    return method, path, _filled(json.loads(body), references) if body else None


def _filled(value: Any, references: Mapping[str, str], depth: int = 0) -> Any:
    if depth > DEEPEST:
        return value
    if isinstance(value, Mapping):
        return {key: _filled(item, references, depth + 1) for key, item in value.items()}
    if isinstance(value, list):
        return [_filled(item, references, depth + 1) for item in value]
    return references.get(value, value) if isinstance(value, str) else value
