# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Redirects of a configuration package: items of NITRO -> objects, objects -> items and document. Pure.

Documented fields: "NetScaler SD-WAN NITRO API reference 11.0", config_editor/firewall_policy_template, firewall,
global_network_settings, office_365_breakout_policy. Those that say where a policy redirects to are not documented; they are
named after the forms of "Citrix: Palo Alto Networks firewall integration on the SD-WAN 1100 platform".
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from ..change_plan import Unfinished
from ..model import Item, flag, number, rows, text
from ..vendors import VENDORS, spelled

SYMMETRIC, DIRECTIONAL = "symmetric", "directional"
REDIRECT = "redirect"
ACTIONS = ("allow", "drop", "reject", "count_and_continue", REDIRECT)
BREAKOUTS = {  # our word -> NITRO's field
    "optimize": "enable_breakout_from_branch_optimize",
    "allow": "enable_breakout_from_branch_allow",
    "default": "enable_breakout_from_branch_default",
}

# What a policy matches: name -> what means "anything", in lower case. The device writes "any;" for some.
MATCHES: Mapping[str, str] = {
    "application": "any",
    "application_family": "any",
    "application_objects": "any",
    "ip_protocol_num": "",
    "source_ip_address": "",
    "source_port": "",
    "source_service_type": "any",
    "source_service_name": "any",
    "from_zones": "any",
    "destination_ip_address": "",
    "destination_port": "",
    "destination_service_type": "any",
    "destination_service_name": "any",
    "to_zones": "any",
    "ip_dscp": "any",
}
NUMBERS = frozenset({"ip_protocol_num", "log_interval", "service_redirection_vlan"})
LISTS = frozenset({"from_zones", "to_zones"})
# Words as the reference spells them; a device, and who types them, may not: the enumerations of NAT policies have Default_LAN_Zone.
ZONES = ("default_lan_zone", "internet_zone", "untrusted_internet_zone")
AF = tuple(f"af{row}{drop}" for row in range(1, 5) for drop in range(1, 4))
DSCP = ("ANY", "DEFAULT", *AF, *(f"cs{number}" for number in range(1, 8)), "ef")
_SPELLED = {word.casefold(): word for word in (*DSCP, *ZONES)}
# What a policy does beside its action: name -> default.
FLAGS: Mapping[str, bool] = {
    "allow_fragments": True,
    "track_connection": True,
    "reverse_also": False,
    "match_established": False,
    "log_connection_start": False,
    "log_connection_end": False,
}
# The first of these that a policy matches is its match_type.
MATCH_TYPES = ("application", "application_family", "application_objects")


class Target(NamedTuple):
    """Where a policy redirects to. vlan: 0 for none."""

    template: str
    interface: str
    vlan: int = 0


@dataclass(frozen=True, slots=True)
class Policy:
    """One firewall policy, what is default left out. auto: made by SD-WAN, not ours. raw: as the device has it."""

    action: str = "allow"
    target: Target | None = None
    match: tuple[tuple[str, Any], ...] = ()
    options: tuple[tuple[str, Any], ...] = ()
    auto: bool = field(default=False, compare=False)
    raw: Mapping[str, Any] = field(default_factory=dict, compare=False)

    @property
    def is_redirect(self) -> bool:
        return self.action == REDIRECT

    @property
    def matches_anything(self) -> bool:
        return not self.match

    def value(self, name: str) -> Any:
        """What it matches of a field; None for anything."""
        return dict(self.match).get(name)

    def __str__(self) -> str:
        what = " ".join(
            f"{name}={';'.join(value) if isinstance(value, tuple) else value}" for name, value in self.match
        )
        where = f" into {self.target.template} {self.target.interface}" if self.target else ""
        return f"{self.action}{where} {what or 'any'}"


@dataclass(frozen=True, slots=True)
class HostedTemplate:
    name: str
    vendor: str = ""
    mode: str = ""
    model: str = ""
    primary_management_server: str = ""
    secondary_management_server: str = ""
    interfaces: tuple[tuple[str, int], ...] = ()  # (interface, VLAN or 0), sorted
    raw: Mapping[str, Any] = field(default_factory=dict, compare=False)


@dataclass(frozen=True, slots=True)
class PolicyTemplate:
    """pre: policies before those of a site. post: after them, which nothing here changes. auto: SD-WAN's own."""

    name: str
    pre: tuple[Policy, ...] = ()
    post: tuple[Policy, ...] = field(default=(), compare=False)
    auto: bool = field(default=False, compare=False)
    raw: Mapping[str, Any] = field(default_factory=dict, compare=False)


@dataclass(frozen=True, slots=True)
class SiteFirewall:
    """templates: attached to the site. policies: its own, in their order."""

    templates: tuple[str, ...] = ()
    policies: tuple[Policy, ...] = ()
    raw: Mapping[str, Any] = field(default_factory=dict, compare=False)


@dataclass(frozen=True, slots=True)
class Redirects:
    """Of one package. unfinished: a change of ours that was begun and neither activated nor rolled back. import_due: this is an
    older copy of what the MCN runs, or, where there is none yet, empty."""

    match_type: str = DIRECTIONAL
    hosted: Mapping[str, HostedTemplate] = field(default_factory=dict)
    templates: Mapping[str, PolicyTemplate] = field(default_factory=dict)
    global_template: str = ""
    sites: Mapping[str, SiteFirewall] = field(default_factory=dict)
    breakout: frozenset[str] = frozenset()
    unfinished: Unfinished | None = field(default=None, compare=False)
    import_due: bool = field(default=False, compare=False)

    def redirects(self) -> Iterable[tuple[str, Policy]]:
        """(where, policy) of each redirect, in the words of a document."""
        for name, template in self.templates.items():
            yield from ((f"policy_templates[{name}]", policy) for policy in template.pre if policy.is_redirect)
        for name, site in self.sites.items():
            yield from ((f"site_policies[{name}]", policy) for policy in site.policies if policy.is_redirect)


def policy(item: Item) -> Policy:
    """From NITRO or from a document: they have the same names."""
    target = None
    action = text(item, "action").lower() or "allow"
    if text(item, "policy_type").lower() == "hosted_firewall" or text(item, "hosted_firewall_template"):
        action = REDIRECT
    if action == REDIRECT:
        target = Target(
            text(item, "hosted_firewall_template"),
            text(item, "service_redirection_interface"),
            number(item, "service_redirection_vlan"),
        )
    match = tuple((name, value) for name in MATCHES if (value := _matched(item, name)) is not None)
    options: list[tuple[str, Any]] = [
        (name, not default) for name, default in FLAGS.items() if text(item, name) and flag(item, name) is not default
    ]
    if number(item, "log_interval"):
        options.append(("log_interval", number(item, "log_interval")))
    return Policy(action, target, match, tuple(options), flag(item, "auto_generated"), dict(item))


# What is a word of the reference, whose case does not count.
WORDS = frozenset({"source_service_type", "destination_service_type"})


def zone(name: str) -> str:
    """A firewall zone as the enumeration of a policy has it, where it is one of the three that are always there.

    >>> zone("Default_LAN_Zone"), zone("Guests")
    ('default_lan_zone', 'Guests')
    """
    spelled_so = _SPELLED.get(name.casefold(), name)
    return spelled_so if spelled_so in ZONES else name


def _matched(item: Item, name: str) -> Any:
    """None for anything."""
    given = item.get(name)
    if given is None or isinstance(given, Mapping):
        return None
    words = [str(word) for word in given] if isinstance(given, list | tuple) else str(given).split(";")
    found = sorted({word.strip() for word in words if word.strip()})
    if not found or [word.lower() for word in found] == [MATCHES[name]] or found in (["any"], ["*"]):
        return None
    if name in LISTS:
        return tuple(sorted({zone(word) for word in found}))
    value = ";".join(found)
    if name == "ip_dscp":
        return _SPELLED.get(value.casefold(), value)
    if name in WORDS:
        return value.lower()
    if name.endswith("_ip_address"):
        return _prefix(value)
    if name.endswith("_port"):
        first, dash, last = (_port(part.strip()) for part in value.partition("-"))
        return first if first == last or not dash else f"{first}-{last}"
    if name in NUMBERS and value.isdecimal() and len(value) < 6:
        return int(value) or None
    return value


def _port(text: str) -> str:
    """Without leading zeros: a single port goes as an integer and comes back so."""
    return str(int(text)) if text.isdecimal() and len(text) < 20 else text


def _prefix(value: str) -> str | None:
    """As a device writes it: without host bits, a single address without its length; None for all addresses (of IPv4, which
    is what SD-WAN 11 routes; all of IPv6 is less than any)."""
    try:
        found = ipaddress.ip_network(value, strict=False)
    except ValueError:
        return value
    if not found.prefixlen and found.version == 4:
        return None
    return str(found.network_address) if found.prefixlen == found.max_prefixlen else str(found)


def to_item(desired: Policy) -> dict[str, Any]:
    """As NITRO takes it: of a policy that does not redirect only what its reference has. One that came from the device goes back
    as it came."""
    if desired.raw:
        return dict(desired.raw)
    item: dict[str, Any] = {
        "action": desired.action,
        "match_type": next((name for name in MATCH_TYPES if desired.value(name)), "ip_protocol"),
    }
    item.update((name, _sent(name, value)) for name, value in desired.match)
    item.update({**FLAGS, **dict(desired.options)})
    if desired.target:
        item["policy_type"] = "hosted_firewall"
        item["hosted_firewall_template"], item["service_redirection_interface"], vlan = desired.target
        item["service_redirection_vlan"] = vlan
    return item


def _sent(name: str, value: Any) -> Any:
    """A single port is an integer by the reference, which calls it "port or port range"; a range has to be text. It documents one
    zone a policy; several are joined as the forms show them (unverified)."""
    if isinstance(value, tuple):
        return ";".join(value)
    return int(value) if name.endswith("_port") and str(value).isdecimal() else value


def to_entry(policy: Policy) -> dict[str, Any]:
    """As a document has it."""
    entry: dict[str, Any] = {"action": policy.action}
    if policy.target:
        entry["hosted_firewall_template"], entry["service_redirection_interface"] = policy.target[:2]
        if policy.target.vlan:
            entry["service_redirection_vlan"] = policy.target.vlan
    entry.update((name, list(value) if isinstance(value, tuple) else value) for name, value in policy.match)
    entry.update(policy.options)
    return {**entry, "auto_generated": True} if policy.auto else entry


def hosted_template(item: Item) -> HostedTemplate:
    """From an item of NITRO; vendor, model and mode as our tables spell them."""
    vendor, model = spelled(text(item, "vendor"), text(item, "model"))
    known = VENDORS.get(vendor)
    return HostedTemplate(
        name=text(item, "name"),
        vendor=vendor,
        mode=_mode(text(item, "deployment_mode"), known.mode if known else ""),
        model=model,
        primary_management_server=text(item, "primary_management_server"),
        secondary_management_server=text(item, "secondary_management_server"),
        interfaces=tuple(
            sorted(
                {(text(row, "interface"), number(row, "vlan")) for row in rows(item, "service_redirection_interfaces")}
            )
        ),
        raw=dict(item),
    )


def _mode(mode: str, usual: str) -> str:
    """virtual_wire and Virtual Wire are one mode."""
    same = mode.casefold().replace("_", " ").replace("-", " ") == usual.casefold()
    return usual if not mode or same else mode


def hosted_item(desired: HostedTemplate) -> dict[str, Any]:
    """As NITRO takes it: the item that was read, with the fields of the template."""
    return {
        **{key: value for key, value in desired.raw.items() if value is not None},
        "name": desired.name,
        "vendor": desired.vendor,
        "deployment_mode": desired.mode,
        "model": desired.model,
        "primary_management_server": desired.primary_management_server,
        "secondary_management_server": desired.secondary_management_server,
        "service_redirection_interfaces": [{"interface": name, "vlan": vlan} for name, vlan in desired.interfaces],
    }


def hosted_entry(template: HostedTemplate) -> dict[str, Any]:
    """As a document has it; what is empty is left out."""
    item = hosted_item(template)
    kept = ("name", "vendor", "deployment_mode", "model", "primary_management_server", "secondary_management_server")
    entry = {key: item[key] for key in kept if item[key]}
    rows = [{"interface": name, **({"vlan": vlan} if vlan else {})} for name, vlan in template.interfaces]
    return {**entry, "service_redirection_interfaces": rows}


def policy_template(item: Item) -> PolicyTemplate:
    """From an item of NITRO, with its policies before and after those of the sites."""
    return PolicyTemplate(
        text(item, "firewall_policy_template_name"),
        tuple(policy(row) for row in rows(item, "pre_appliance_policies")),
        tuple(policy(row) for row in rows(item, "post_appliance_policies")),
        flag(item, "auto_generated"),
        dict(item),
    )


def site_firewall(item: Item) -> SiteFirewall:
    """A site's own policies come in the order of their priorities, where they have any."""
    own = rows(item, "firewall_local_policy")
    if all(text(row, "priority") for row in own):
        own.sort(key=lambda row: number(row, "priority"))
    attached = tuple(text(row, "policy_template_name") for row in rows(item, "firewall_settings"))
    return SiteFirewall(tuple(filter(None, attached)), tuple(map(policy, own)), dict(item))


def redirects(
    settings: Item,
    hosted: Sequence[Item],
    templates: Sequence[Item],
    firewalls: Sequence[Item],
    breakout: Item,
    unfinished: Unfinished | None = None,
    import_due: bool = False,
) -> Redirects:
    """What a package says."""
    match_type = text(settings, "connection_match_type").lower() or DIRECTIONAL
    return Redirects(
        match_type,
        {item.name: item for item in map(hosted_template, hosted) if item.name},
        {item.name: item for item in map(policy_template, templates) if item.name},
        text(settings, "global_policy_template"),
        {text(item, "site_name"): site_firewall(item) for item in firewalls if text(item, "site_name")},
        frozenset(word for word, name in BREAKOUTS.items() if flag(breakout, name)),
        unfinished,
        import_due,
    )


def to_document(
    state: Redirects, named_sites: Iterable[str] = (), named_templates: Iterable[str] = ()
) -> dict[str, Any]:
    """What concerns redirecting, as a document has it; further templates and sites where they are named."""
    templates, sites = {*named_templates}, {*named_sites}
    template_entries = [
        {
            "name": name,
            "pre_appliance_policies": [to_entry(item) for item in template.pre],
            **({"auto_generated": True} if template.auto else {}),
        }
        for name, template in sorted(state.templates.items())
        if template.auto or name in templates or any(item.is_redirect for item in template.pre)
    ]
    desired = {*templates, *(entry["name"] for entry in template_entries)}
    site_entries = [
        {"site": name, "templates": list(site.templates), "policies": [to_entry(item) for item in site.policies]}
        for name, site in sorted(state.sites.items())
        if name in sites or desired & {*site.templates} or any(item.is_redirect or item.auto for item in site.policies)
    ]
    return {
        "connection_match_type": state.match_type,
        "hosted_firewall_templates": [hosted_entry(item) for _name, item in sorted(state.hosted.items())],
        "policy_templates": template_entries,
        "global_policy_template": state.global_template,
        "site_policies": site_entries,
        "office_365_breakout": {word: word in state.breakout for word in BREAKOUTS},
    }
