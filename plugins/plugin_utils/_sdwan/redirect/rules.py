# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a document of redirects, and the package that it leads to, break of the wing's rules. Pure."""

from __future__ import annotations

import difflib
import ipaddress
import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from ..._engine.problems import Problem
from ..._engine.rules import Finding, problems
from ..._engine.states import State
from ..model import HostedFirewall, Item, is_host
from ..rule_table import RULES
from ..vendors import INTERFACES, REDIRECT_MBITS, VENDORS, can_host
from .model import ACTIONS, REDIRECT, SYMMETRIC, ZONES, HostedTemplate, Policy, Redirects, SiteFirewall, Target, policy
from .order import Placed, evaluated, outrun_to_the_internet, premature, repeated, shadowed, unstopped
from .plan import is_empty, redirects_anything

HIGHEST_VLAN = 4094
_RANGES = (("service_redirection_vlan", 0, HIGHEST_VLAN, "H15"), ("ip_protocol_num", 1, 255, "H26"))
LONGEST_NAME = 64  # characters; NITRO documents no limit (unverified)

_PORTS = re.compile(r"\d{1,5}(?:-\d{1,5})?")
_WORDS = re.compile(r"[^\x00-\x1f\x7f]{1,200}")


@dataclass(frozen=True)
class Context:
    """What a package's sites are, where redirecting matters. models, zones: None where they were not read.

    hosted: the firewalls of sites, by site; None where it is not known. tags: of the firewall's virtual wires, by template.
    force: redirecting into firewalls that are not up is only warned of.
    """

    models: Mapping[str, str] | None = None
    zones: frozenset[str] | None = None
    hosted: Mapping[str, Sequence[HostedFirewall]] | None = None
    tags: Mapping[str, frozenset[int]] = field(default_factory=dict)
    force: bool = False


HOSTED_FIREWALLS = "hosted_firewalls"  # the assumption that an earlier stage brings them up


@dataclass(frozen=True)
class View:
    current: Redirects
    desired: Redirects
    around: Context


# -- the document by itself -------------------------------------------------------------------------------------------


def validate(document: Item, state: State) -> list[Problem]:
    """What it breaks before anything is read."""
    found: list[Finding] = []
    if is_empty(document) and (state in ("overridden", "deleted") or not document.get("connection_match_type")):
        remedy = "Name templates, policies or sites; to stop all redirects use state: deleted and name them."
        found.append(Finding("H29", "config", f"the document of state {state} names nothing", remedy))
    for number, item in enumerate(document.get("hosted_firewall_templates") or ()):
        found += _hosted_flaws(number, item, state)
    for name, key in (("policy_templates", "name"), ("site_policies", "site"), ("hosted_firewall_templates", "name")):
        found += _twice(name, [item[key] for item in document.get(name) or ()])
    everywhere = [item["name"] for item in document.get("policy_templates") or () if item.get("global")]
    if len(everywhere) > 1:
        text = f"{' and '.join(everywhere)} are both attached to all sites"
        found.append(
            Finding(
                "H25", "policy_templates", text, "A network has one global template; attach the other one to sites."
            )
        )
    for where, policies in _lists(document):
        for number, item in enumerate(policies):
            found += _policy_flaws(f"{where}[{number}]", item)
        found += _repeats(where, policies) if state != "deleted" else ()
    for name in document.get("trusted_applications") or ():
        if not _WORDS.fullmatch(name):
            found.append(
                Finding(
                    "H26", "trusted_applications", f"{name[:40]!r} is not a valid application name", "Give its name."
                )
            )
    return problems(RULES, found)


def _lists(document: Item) -> Iterator[tuple[str, Sequence[Item]]]:
    for item in document.get("policy_templates") or ():
        yield f"policy_templates[{item['name']}].pre_appliance_policies", item.get("pre_appliance_policies") or ()
    for item in document.get("site_policies") or ():
        yield f"site_policies[{item['site']}].policies", item.get("policies") or ()


def _twice(where: str, names: Sequence[str]) -> Iterator[Finding]:
    for name in dict.fromkeys(names):
        if names.count(name) > 1:
            yield Finding("H25", f"{where}[{name}]", "it is listed twice", "Merge the two entries.")
        if not _is_name(name) or len(name) > LONGEST_NAME:
            remedy = f"Use letters of any language, digits, blanks and . _ -, at most {LONGEST_NAME} of them."
            yield Finding(
                "H26", f"{where}[{name[:LONGEST_NAME]!r}]", "the name does not fit into a path of NITRO", remedy
            )


def _is_name(text: str) -> bool:
    """Of names that are used in a path, where they are sent as percent-encoded UTF-8: no character that has a meaning there."""
    kinds = [unicodedata.category(char)[0] for char in text]
    return kinds[:1] in (["L"], ["N"]) and all(
        kind in "LMN" or char in " ._-" for kind, char in zip(kinds, text, strict=True)
    )


def _repeats(where: str, policies: Sequence[Item]) -> Iterator[Finding]:
    seen: dict[Policy, int] = {}
    for number, item in enumerate(map(policy, policies)):
        first = seen.setdefault(item, number)
        if first != number:
            text = f"it is the same policy as {where}[{first}]: '{item}'"
            yield Finding("H43", f"{where}[{number}]", text, "Take one of them out.")


def _hosted_flaws(number: int, item: Item, state: State) -> Iterator[Finding]:
    where = f"hosted_firewall_templates[{item.get('name') or number}]"
    vendor = VENDORS.get(str(item.get("vendor") or ""))
    if item.get("vendor") and vendor is None:
        yield Finding("H2", where, f"unknown vendor {item['vendor']!r}", f"Known: {', '.join(VENDORS)}.")
    if vendor:
        if item.get("model") and not vendor.model(item["model"]):
            yield Finding(
                "H2", where, f"{vendor.name} has no model {item['model']!r}", f"Models: {', '.join(vendor.models)}."
            )
        mode = item.get("deployment_mode")
        if mode and mode.lower() != vendor.mode.lower():
            yield Finding(
                "H3", where, f"deployment_mode is {mode!r}", f"Leave it out: {vendor.name} is in {vendor.mode}."
            )
        if not vendor.documented:
            yield Finding(
                "H31", where, f"{vendor.name}: models, mode and fields are unverified", "Try it on one site first."
            )
    rows = item.get("service_redirection_interfaces")
    if state != "deleted" and rows is not None:
        yield from _interface_flaws(where, rows)
    for key in ("primary_management_server", "secondary_management_server"):
        if item.get(key) and not is_host(item[key]):
            yield Finding(
                "H26", f"{where}.{key}", f"{item[key][:60]!r} is neither an address nor a name", "Give one of them."
            )


def _interface_flaws(where: str, rows: Sequence[Item]) -> Iterator[Finding]:
    seen: list[tuple[str, int]] = []
    for row in rows:
        name, vlan = row["interface"], row.get("vlan") or 0
        if name not in INTERFACES:
            yield Finding(
                "H3", where, f"there is no interface {name!r}", f"A hosted firewall has {' and '.join(INTERFACES)}."
            )
        if not 0 <= vlan <= HIGHEST_VLAN:
            yield Finding(
                "H15", where, f"{vlan} is not a valid VLAN", f"VLANs are 1 to {HIGHEST_VLAN}; leave it out for none."
            )
        if (name, vlan) in seen:
            yield Finding("H25", where, f"{name} with VLAN {vlan or 'none'} is listed twice", "Take one of them out.")
        seen.append((name, vlan))
    if not rows:
        yield Finding("H3", where, "it has no interface to redirect into", f"Name {INTERFACES[0]} at least.")


def _policy_flaws(where: str, item: Item) -> Iterator[Finding]:
    action = item.get("action") or ("redirect" if item.get("hosted_firewall_template") else "allow")
    target = [key for key in ("hosted_firewall_template", "service_redirection_interface") if not item.get(key)]
    if action not in ACTIONS:
        yield Finding("H26", where, f"there is no action {action!r}", f"Actions: {', '.join(ACTIONS)}.")
    if action == REDIRECT and target:
        yield Finding("H25", where, f"a redirect needs {' and '.join(target)}", "Say where it redirects to.")
    if action != REDIRECT and len(target) < 2:
        yield Finding(
            "H25",
            where,
            f"the action {action} does not redirect",
            "Leave action out, or the template and the interface.",
        )
    if item.get("service_redirection_interface") and item["service_redirection_interface"] not in INTERFACES:
        text = f"there is no interface {item['service_redirection_interface']!r}"
        yield Finding("H3", where, text, f"A hosted firewall has {' and '.join(INTERFACES)}.")
    kinds = [key for key in ("application", "application_family", "application_objects") if item.get(key)]
    if len(kinds) > 1:
        yield Finding("H25", where, f"{' and '.join(kinds)} are both given", "A policy matches one of them.")
    for key in ("source_ip_address", "destination_ip_address"):
        if item.get(key) and not _is_network(item[key]):
            yield Finding(
                "H26", f"{where}.{key}", f"{item[key][:60]!r} is not an address or prefix", "Write 192.0.2.0/24."
            )
    for key in ("source_port", "destination_port"):
        if item.get(key) and not _is_ports(str(item[key])):
            yield Finding(
                "H26", f"{where}.{key}", f"{str(item[key])[:40]!r} is not a port or range", "Write 443 or 8000-8099."
            )
    for key, lowest, highest, rule in _RANGES:
        given = item.get(key)
        if given is not None and not lowest <= given <= highest:
            yield Finding(
                rule,
                f"{where}.{key}",
                f"{given} is not {lowest} to {highest}",
                "Correct it, or leave it out for any.",
            )
    interval = item.get("log_interval")
    if interval and not 60 <= interval <= 600:
        yield Finding("H26", f"{where}.log_interval", f"{interval} seconds are too few or too many", "0, or 60 to 600.")
    for key, value in item.items():
        for word in value if isinstance(value, list) else [value]:
            if isinstance(word, str) and not _WORDS.fullmatch(word):
                yield Finding(
                    "H26", f"{where}.{key}", "it is empty, too long or has control characters", "Give a plain text."
                )


def _is_network(text: str) -> bool:
    try:
        ipaddress.ip_network(text, strict=False)
    except ValueError:
        return False
    return True


def _is_ports(text: str) -> bool:
    if not _PORTS.fullmatch(text):
        return False
    first, _dash, last = text.partition("-")
    return int(first) <= int(last or first) <= 65535


# -- what it leads to -------------------------------------------------------------------------------------------------


def check(current: Redirects, desired: Redirects, around: Context) -> list[Problem]:
    """Every broken rule of the resulting package. Advice is given for what is new or changed only."""
    view = View(current, desired, around)
    return problems(RULES, [finding for run in _CHECKS for finding in run(view)])


def check_order(before: Redirects, state: Redirects) -> list[Problem]:
    """Of a package as it is: what comes before what and did not before, with the policies that SD-WAN made by itself."""
    view = View(before, state, Context())
    return problems(RULES, [finding for run in (_shadowed, _breakout_late) for finding in run(view)])


def _redirecting_sites(state: Redirects) -> dict[str, list[tuple[str, Policy]]]:
    """Per site the redirects that are its own or those of a template attached to it: (where, policy)."""
    found: dict[str, list[tuple[str, Policy]]] = {}
    for name, site in state.sites.items():
        rows = [(f"site_policies[{name}]", item) for item in site.policies if item.is_redirect]
        for template in site.templates:
            pre = state.templates[template].pre if template in state.templates else ()
            rows += [(f"policy_templates[{template}]", item) for item in pre if item.is_redirect]
        if rows:
            found[name] = rows
    return found


def _global_redirects(state: Redirects) -> list[Policy]:
    template = state.templates.get(state.global_template)
    return [item for item in template.pre if item.is_redirect] if template else []


def _hosts(view: View) -> set[str]:
    """Sites that would redirect, with those of the global template that can host a firewall."""
    sites = {*_redirecting_sites(view.desired)}
    if _global_redirects(view.desired) and view.around.models is not None:
        sites |= {name for name, model in view.around.models.items() if can_host(model)}
    return sites


def _platform(view: View) -> Iterator[Finding]:
    models = view.around.models
    if models is None:
        return
    for name in _redirecting_sites(view.desired):
        if name in models and not can_host(models[name]):
            text = f"{name} is a {models[name] or 'site of unknown model'}, which cannot host a firewall"
            yield Finding("H1", _named(view.desired, name), text, "Redirect at sites with an 1100 only.")
    if _global_redirects(view.desired) and models and not any(map(can_host, models.values())):
        text = "no site of this package is an 1100, so none could redirect"
        yield Finding(
            "H1", f"policy_templates[{view.desired.global_template}]", text, "Redirect at sites with an 1100 only."
        )


def _exists(view: View) -> Iterator[Finding]:
    models, desired = view.around.models, view.desired
    for name, site in desired.sites.items():
        if models is not None and name not in models and site != view.current.sites.get(name, SiteFirewall()):
            yield Finding("H24", _named(desired, name), "the package has no such site", _near(name, models))
        for template in site.templates:
            if (
                template not in desired.templates
                and template not in view.current.sites.get(name, SiteFirewall()).templates
            ):
                yield Finding(
                    "H24",
                    f"site_policies[{name}]",
                    f"there is no policy template {template}",
                    _near(template, desired.templates),
                )
    for where, item in _new_redirects(view):
        if item.target and item.target.template and item.target.template not in desired.hosted:
            text = f"there is no hosted firewall template {item.target.template} ('{item}')"
            yield Finding("H24", where, text, _near(item.target.template, desired.hosted))
    for name in view.current.hosted:
        used = [where for where, item in desired.redirects() if item.target and item.target.template == name]
        if name not in desired.hosted and used:
            yield Finding(
                "H24",
                f"hosted_firewall_templates[{name}]",
                f"{used[0]} redirects into it",
                "Delete that policy, too.",
            )
    zones = view.around.zones
    for where, item in [*desired.redirects()] if zones is not None else []:
        named = {*(item.value("from_zones") or ()), *(item.value("to_zones") or ())}
        for zone in sorted(named - (zones or frozenset())):
            yield Finding("H24", where, f"there is no zone {zone}", _near(zone, zones or ()))


def _named(desired: Redirects, site: str) -> str:
    """Where a document names a site: of a template that it gets, or by itself."""
    attached, own = desired.sites[site].templates, desired.sites[site].policies
    return f"policy_templates[{attached[-1]}].sites[{site}]" if attached and not own else f"site_policies[{site}]"


def _near(name: str, names: Iterable[str]) -> str:
    known = sorted(names)
    near = difflib.get_close_matches(name, known, n=3)
    return f"Near: {', '.join(near)}." if near else f"Known: {', '.join(known[:10]) or 'none'}."


def _new_policies(view: View) -> list[tuple[str, Policy]]:
    def listed(state: Redirects) -> list[tuple[str, Policy]]:
        named = [(f"policy_templates[{name}]", item.pre) for name, item in state.templates.items()]
        named += [(f"site_policies[{name}]", item.policies) for name, item in state.sites.items()]
        return [(where, item) for where, policies in named for item in policies if not item.auto]

    known = set(listed(view.current))
    return [pair for pair in listed(view.desired) if pair not in known]


def _new_redirects(view: View) -> list[tuple[str, Policy]]:
    known = set(view.current.redirects())
    return [pair for pair in view.desired.redirects() if pair not in known]


def _symmetric(view: View) -> Iterator[Finding]:
    if redirects_anything(view.desired) and view.desired.match_type != SYMMETRIC:
        text = f"connections are matched {view.desired.match_type}, so replies would bypass the firewall"
        yield Finding("H13", "connection_match_type", text, "Set connection_match_type: symmetric in the document.")


def _templates(view: View) -> Iterator[Finding]:
    for name, item in view.desired.hosted.items():
        where = f"hosted_firewall_templates[{name}]"
        if item == view.current.hosted.get(name):
            continue
        missing = [key for key, value in (("vendor", item.vendor), ("model", item.model)) if not value]
        if missing or not item.interfaces:
            text = f"{' and '.join(missing) or 'service_redirection_interfaces'} must be given"
            yield Finding("H25", where, text, "Describe the template completely.")
        vendor = VENDORS.get(item.vendor)
        if vendor and item.model and not vendor.model(item.model):
            yield Finding(
                "H2", where, f"{vendor.name} has no model {item.model!r}", f"Models: {', '.join(vendor.models)}."
            )
    for place, redirect in view.desired.redirects():
        into = redirect.target and view.desired.hosted.get(redirect.target.template)
        if redirect.target and into and redirect.target[1:] not in into.interfaces:
            text = f"{_into_nothing(redirect.target, into)} ('{redirect}')"
            yield Finding("H15", place, text, f"{into.name} has {_interfaces(into)}.")
    for name, tags in view.around.tags.items():
        hosted = view.desired.hosted.get(name)
        vlans = {vlan for _interface, vlan in hosted.interfaces} if hosted else set()
        if hosted and vlans != tags:
            text = (
                f"the template has the VLANs {_numbers(vlans)}, the firewall's virtual wires the tags {_numbers(tags)}"
            )
            yield Finding("H15", f"hosted_firewall_templates[{name}]", text, "Give both the same; 0 means untagged.")


def _into_nothing(target: Target, hosted: HostedTemplate) -> str:
    return f"{hosted.name} has no {target.interface} {f'with VLAN {target.vlan}' if target.vlan else 'without VLAN'}"


def _interfaces(hosted: HostedTemplate) -> str:
    return ", ".join(f"{name} VLAN {vlan}" if vlan else name for name, vlan in hosted.interfaces) or "none"


def _numbers(values: Iterable[int]) -> str:
    return ", ".join(map(str, sorted(values))) or "none"


def after(current: Redirects, desired: Redirects, around: Context) -> list[str]:
    """What has to be so before the change is made, in words: the assumption about the firewalls of all sites that newly redirect."""
    sites = _newly_redirecting(View(current, desired, around))
    return [f"the hosted firewalls of {', '.join(sites)} are up"] if sites else []


def _newly_redirecting(view: View) -> list[str]:
    """Sites that evaluate a redirect which they did not before, and can host a firewall."""
    now, before = _redirecting_sites(view.desired), _redirecting_sites(view.current)
    found = {name for name, listed in now.items() if {*listed} - {*before.get(name, ())}}
    if {*_global_redirects(view.desired)} - {*_global_redirects(view.current)}:
        found = _hosts(view)
    models = view.around.models or {}
    return sorted(name for name in found if name not in models or can_host(models[name]))


def _provisioned(view: View) -> Iterator[Finding]:
    remedy = "Provision it first (sdwan_hosted_firewall), or use force: true; until it is up SD-WAN drops what is redirected."
    for name in _newly_redirecting(view):
        where = f"site_policies[{name}]"
        rows = (view.around.hosted or {}).get(name)
        if rows is None:
            text = f"nothing that was read or given shows whether the firewall of {name} is up"
            remedy_here = "Give hosted_firewalls, as sdwan_hosted_firewall returns them, or use force: true."
            yield Finding("H32", where, text, remedy_here, warning=view.around.force, assumption=HOSTED_FIREWALLS)
            continue
        down = [f"{item.admin_status or '?'}/{item.operation_status or '?'}" for item in rows if not item.is_up]
        if not rows or down:
            text = f"the firewall of {name} is not up ({', '.join(down) or 'not provisioned'})"
            yield Finding("H4", where, text, remedy, warning=view.around.force, assumption=HOSTED_FIREWALLS)
        yield from _other_models(view, name, rows)


def _other_models(view: View, site: str, rows: Sequence[HostedFirewall]) -> Iterator[Finding]:
    for template in {
        item.target.template for _where, item in _redirecting_sites(view.desired).get(site, []) if item.target
    }:
        hosted = view.desired.hosted.get(template)
        others = sorted({item.model for item in rows if item.model and hosted and item.model != hosted.model})
        if hosted and others:
            text = f"its model is {hosted.model}, but the firewall of {site} is a {', '.join(others)}"
            yield Finding("H40", f"hosted_firewall_templates[{template}]", text, "Make both the same.")


def _throughput(view: View) -> Iterator[Finding]:
    for where, item in _new_redirects(view):
        if item.matches_anything:
            text = f"it redirects everything, and redirected traffic is limited to {REDIRECT_MBITS} Mbit/s"
            yield Finding(
                "H11",
                where,
                text,
                "Redirect Internet traffic only (destination_service_type: internet) where that is too little.",
            )


def _direction(view: View) -> Iterator[Finding]:
    for where, item in _new_redirects(view):
        if item.target is None:
            continue
        outbound = item.value("destination_service_type") == "internet"
        inbound = item.value("source_service_type") == "internet"
        other = INTERFACES[1] if outbound else INTERFACES[0]
        if outbound != inbound and item.target.interface == other:
            way, right = ("outbound", INTERFACES[0]) if outbound else ("inbound", INTERFACES[1])
            yield Finding(
                "H14",
                where,
                f"{way} Internet traffic goes into {other}",
                f"Use {right}; the replies take the other one.",
            )


def _shadowed(view: View) -> Iterator[Finding]:
    for (site, late), early in _disorder(view, shadowed):
        text = f"'{late.policy}' never matches: '{early.policy}' of {_place(early, site)} comes first"
        yield Finding("H18", _where(late, site), text, "Put the redirect before it, or match less there.")


def _unstopped(view: View) -> Iterator[Finding]:
    for (site, late), early in _disorder(view, unstopped):
        text = f"'{late.policy}' never matches: '{early.policy}' of {_place(early, site)} redirects all of it"
        remedy = f"Put the {late.policy.action} before the redirect, or leave it to the firewall's own policy."
        yield Finding("H43", _where(late, site), text, remedy)


def _repeated(view: View) -> Iterator[Finding]:
    for (site, late), early in _disorder(view, repeated):
        text = f"'{late.policy}' is in {_place(early, site)} already"
        yield Finding("H43", _where(late, site), text, "Take one of them out.")


def _zones_of_the_reference(view: View) -> Iterator[Finding]:
    for where, item in _new_policies(view):
        for key in ("from_zones", "to_zones"):
            names = item.value(key) or ()
            if len(names) > 1 or not {*names} <= {*ZONES}:
                text = (
                    f"{key} has {', '.join(names)}, and NITRO documents one of {', '.join(ZONES)} a policy ('{item}')"
                )
                yield Finding(
                    "H44", where, text, "Look at the policy in the configuration editor before you rely on it."
                )


def _breakout_late(view: View) -> Iterator[Finding]:
    for (site, late), early in _disorder(view, premature):
        text = f"'{late.policy}' comes after '{early.policy}' of {_place(early, site)}, which redirects all of it"
        yield Finding("H19", _where(late, site), text, "Put the breakout before the redirect.")


def _breakout_outrun(view: View) -> Iterator[Finding]:
    for (site, late), early in _disorder(view, outrun_to_the_internet):
        text = f"'{late.policy}' comes after '{early.policy}' of {_place(early, site)}, which redirects what goes to the Internet"
        yield Finding(
            "H41", _where(late, site), text, "Put the breakout before the redirect, if it must let that traffic out."
        )


def _disorder(
    view: View, of: Callable[[list[Placed]], list[tuple[Placed, Placed]]]
) -> Iterable[tuple[tuple[str, Placed], Placed]]:
    """((site, the later one), the earlier one) of pairs that the package did not have before; each policy once."""
    found: dict[tuple[str, Policy], tuple[tuple[str, Placed], Placed]] = {}
    for site in sorted({*view.desired.sites, *_hosts(view), ""}):
        stood = {(late.policy, early.policy) for late, early in of(evaluated(view.current, site))}
        for late, early in of(evaluated(view.desired, site)):
            if (late.policy, early.policy) not in stood:
                found.setdefault((_where(late, site if not late.template else ""), late.policy), ((site, late), early))
    return found.values()


def _where(placed: Placed, site: str) -> str:
    return f"policy_templates[{placed.template}]" if placed.template else f"site_policies[{site}]"


def _place(placed: Placed, site: str) -> str:
    return f"policy template {placed.template}" if placed.template else f"site {site}"


_CHECKS: tuple[Callable[[View], Iterator[Finding]], ...] = (
    _platform,
    _exists,
    _symmetric,
    _templates,
    _provisioned,
    _throughput,
    _direction,
    _shadowed,
    _breakout_late,
    _breakout_outrun,
    _unstopped,
    _repeated,
    _zones_of_the_reference,
)


def validate_package(package: str, backup: str) -> list[Problem]:
    """Of the names of packages, which are used in paths."""
    found = [*_twice("package", [package]), *_twice("backup_package", [backup])]
    if package == backup:
        found.append(Finding("H25", "backup_package", "it has the name of the package itself", "Give it another name."))
    return problems(RULES, found)
