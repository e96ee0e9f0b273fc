# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Redirects of a package: current + document -> desired state -> requests with their undo. Pure.

Owned are the match type, hosted firewall templates, policies that redirect, and the policy lists that a document names. What
SD-WAN made itself is never part of it, nor are other policies and templates.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from ..._engine.operations import Kind, Operation, Plan
from ..._engine.states import State
from ..._engine.states import desired_state as things
from ..change_plan import ChangeOptions, PackageRequests, import_copy, rest, transaction
from ..model import Item, rows, text
from ..resources import Resources
from ..vendors import VENDORS
from .model import (
    BREAKOUTS,
    SYMMETRIC,
    HostedTemplate,
    Policy,
    PolicyTemplate,
    Redirects,
    SiteFirewall,
    hosted_entry,
    hosted_item,
    hosted_template,
    policy,
    to_entry,
    to_item,
)

PRIORITY_STEP = 100  # between a site's policies; the system redistributes them

# -- document -> desired state -----------------------------------------------------------------------------------------------


def desired_state(current: Redirects, document: Item, state: State) -> Redirects:
    """What the package must hold. Names that do not exist are kept: the rules report them."""
    desired = _redirected(current, document, state)
    if state == "deleted":
        off = frozenset(word for word in BREAKOUTS if word in (document.get("office_365_breakout") or {}))
        return replace(desired, breakout=current.breakout - off)
    given: Mapping[str, bool] = document.get("office_365_breakout") or {}
    kept = current.breakout if state != "overridden" or not given else frozenset()
    on = {word for word in BREAKOUTS if given.get(word)}
    off = frozenset(word for word in BREAKOUTS if given.get(word) is False)
    match_type = str(document.get("connection_match_type") or current.match_type)
    return replace(desired, match_type=match_type, breakout=(kept | on) - off)


def _redirected(current: Redirects, document: Item, state: State) -> Redirects:
    hosted = things(
        current.hosted,
        {item["name"]: item for item in document.get("hosted_firewall_templates") or ()},
        state,
        _hosted,
    )
    return _policies(replace(current, hosted=hosted), document, state)


def _hosted(existing: HostedTemplate | None, given: Item) -> HostedTemplate:
    base = hosted_item(existing) if existing else {}
    vendor = str(given.get("vendor") or base.get("vendor") or "")
    mode = VENDORS[vendor].mode if vendor in VENDORS else base.get("deployment_mode", "")
    desired = hosted_template(
        {**base, "deployment_mode": mode, **{key: item for key, item in given.items() if item is not None}}
    )
    return replace(desired, raw=existing.raw if existing else {})


def _policies(current: Redirects, document: Item, state: State) -> Redirects:
    trusted = [policy({"action": "allow", "application": name}) for name in document.get("trusted_applications") or ()]
    templates = dict(current.templates)
    sites = dict(current.sites)
    named_templates = {item["name"]: item for item in document.get("policy_templates") or ()}
    named_sites = {item["site"]: item for item in document.get("site_policies") or ()}
    if state == "overridden":
        templates = {
            name: item if name in named_templates else replace(item, pre=_without_redirects(item.pre))
            for name, item in templates.items()
        }
        sites = {
            name: item if name in named_sites else replace(item, policies=_without_redirects(item.policies))
            for name, item in sites.items()
        }
    global_template = current.global_template
    for name, item in named_templates.items():
        if state == "deleted":
            templates.pop(name, None)
            global_template = "" if global_template == name else global_template
            sites = {site: _detached(firewall, name) for site, firewall in sites.items()}
            continue
        old = templates.get(name, PolicyTemplate(name))
        templates[name] = replace(old, pre=_listed(old.pre, item.get("pre_appliance_policies"), trusted, state))
        global_template = _attached_everywhere(global_template, name, item.get("global"))
        sites = _attached(sites, name, item.get("sites"), state)
    for name, item in named_sites.items():
        old_site = sites.get(name, SiteFirewall())
        sites[name] = replace(old_site, policies=_listed(old_site.policies, item.get("policies"), trusted, state))
    return replace(current, templates=templates, sites=sites, global_template=global_template)


def _attached_everywhere(current: str, name: str, desired: bool | None) -> str:
    if desired:
        return name
    return "" if desired is False and current == name else current


def _attached(
    sites: Mapping[str, SiteFirewall], name: str, desired: Sequence[str] | None, state: State
) -> dict[str, SiteFirewall]:
    if desired is None:
        return dict(sites)
    found = dict(sites)
    if state != "merged":
        found = {site: _detached(item, name) if site not in desired else item for site, item in found.items()}
    for site in desired:
        item = found.get(site, SiteFirewall())
        if name not in item.templates:
            found[site] = replace(item, templates=(*item.templates, name))
    return found


def _detached(site: SiteFirewall, template: str) -> SiteFirewall:
    return replace(site, templates=tuple(name for name in site.templates if name != template))


def _without_redirects(policies: Iterable[Policy]) -> tuple[Policy, ...]:
    return tuple(item for item in policies if item.auto or not item.is_redirect)


def _listed(
    current: tuple[Policy, ...], given: Sequence[Item] | None, trusted: Sequence[Policy], state: State
) -> tuple[Policy, ...]:
    """SD-WAN's own first, as they are. Trusted applications come before the first redirect."""
    auto = tuple(item for item in current if item.auto)
    own = tuple(item for item in current if not item.auto)
    if state == "deleted":
        unwanted = [*(policy(item) for item in given or ()), *trusted]
        return (*auto, *(item for item in own if item not in unwanted and not (given is None and item.is_redirect)))
    if given is None:
        return current
    desired = _paired(own, [policy(item) for item in given])
    if state == "merged":
        desired = _merged(own, desired)
    if any(item.is_redirect for item in desired):
        desired = _before_redirects(desired, _paired(own, trusted))
    return (*auto, *desired)


def _merged(own: Sequence[Policy], desired: Sequence[Policy]) -> list[Policy]:
    """What is there stays in its order. A redirect that is missing comes last; another policy before the first redirect,
    unless the document has it after one."""
    merged = list(own)
    for number, item in enumerate(desired):
        if item in merged:
            continue
        if item.is_redirect:
            merged.append(item)
        elif any(earlier.is_redirect for earlier in desired[:number]):
            merged.insert(merged.index(desired[number - 1]) + 1, item)
        else:
            merged = _before_redirects(merged, [item])
    return merged


def _paired(own: Iterable[Policy], desired: Iterable[Policy]) -> list[Policy]:
    """For each the device's own one, with what it knows of it, where there is one like that which no other one got."""
    left, found = list(own), []
    for item in desired:
        place = left.index(item) if item in left else -1
        found.append(left.pop(place) if place >= 0 else replace(item, raw={}))
    return found


def _before_redirects(policies: Sequence[Policy], further: Sequence[Policy]) -> list[Policy]:
    """What comes after the first redirect moves before it."""
    first = next((number for number, item in enumerate(policies) if item.is_redirect), len(policies))
    moved = [item for item in further if item not in policies[:first]]
    return [*policies[:first], *moved, *(item for item in policies[first:] if item not in moved)]


# -- desired state -> requests -----------------------------------------------------------------------------------------------


def plan(
    current: Redirects,
    desired: Redirects,
    table: Resources,
    options: ChangeOptions,
    through_center: bool = False,
    after: Sequence[str] = (),
) -> Plan:
    """The edits and what makes them live; or the import of what the MCN runs alone, because the edits are planned on that.

    after: what an earlier stage has to provide before redirects go live. Raises ValueError for names that fit into no request.
    """
    if current.import_due:
        return Plan((import_copy(table, options.package),), continues=True)
    found = edits(current, desired, PackageRequests(table, options.package))
    if current.unfinished and current.unfinished.live:
        return Plan(rest(table, options, through_center), continues=bool(found))
    # A run before this one may have edited the package, and ended before it was live.
    if not found and not (current.unfinished and options.activate):
        return Plan()
    return Plan(transaction(found, table, options, current.unfinished, through_center), after=tuple(after))


def edits(current: Redirects, desired: Redirects, requests: PackageRequests) -> tuple[Operation, ...]:
    """What lets traffic pass comes first, what redirects after it; removals run the other way round."""
    operations: list[Operation] = []
    if desired.match_type != current.match_type and desired.match_type == SYMMETRIC:
        operations.append(_match_type(current, desired, requests))
    grown = current.breakout | desired.breakout
    operations += _breakout(current.breakout, grown, requests)
    operations += _hosted_changes(current, desired, requests)
    operations += _template_changes(current, desired, requests)
    operations += [
        operation
        for name in sorted({*current.sites, *desired.sites})
        for operation in _site(name, current.sites.get(name), desired.sites.get(name, SiteFirewall()), requests)
    ]
    if desired.global_template != current.global_template:
        operations.append(_global_template(current, desired, requests))
    operations += [
        _gone_template(item, requests)
        for name, item in current.templates.items()
        if name not in desired.templates and not item.auto
    ]
    operations += [_gone_hosted(item, requests) for name, item in current.hosted.items() if name not in desired.hosted]
    operations += _breakout(grown, desired.breakout, requests)
    if desired.match_type != current.match_type and desired.match_type != SYMMETRIC:
        operations.append(_match_type(current, desired, requests))
    return tuple(operations)


def _match_type(current: Redirects, desired: Redirects, requests: PackageRequests) -> Operation:
    do, undo = (
        requests.put("global_network_settings", {"connection_match_type": state.match_type})
        for state in (desired, current)
    )
    return Operation("update", "connection_match_type", (do,), (undo,), ("all-policies",))


def _global_template(current: Redirects, desired: Redirects, requests: PackageRequests) -> Operation:
    do, undo = (
        requests.put("global_network_settings", {"global_policy_template": state.global_template})
        for state in (desired, current)
    )
    return Operation("update", "global_policy_template", (do,), (undo,), ("all-sites",))


def _breakout(current: frozenset[str], desired: frozenset[str], requests: PackageRequests) -> list[Operation]:
    changed = current ^ desired
    if not changed:
        return []
    do, undo = (
        requests.put("office_365_breakout_policy", {BREAKOUTS[word]: word in state for word in sorted(changed)})
        for state in (desired, current)
    )
    return [Operation("update", "office_365_breakout", (do,), (undo,))]


def _hosted_changes(current: Redirects, desired: Redirects, requests: PackageRequests) -> Iterable[Operation]:
    name = "hosted_firewall_template"
    for key, item in desired.hosted.items():
        where = f"hosted_firewall_templates[{key}]"
        old = current.hosted.get(key)
        if old is None:
            do = requests.post(name, hosted_item(replace(item, raw={})))
            yield Operation("create", where, (do,), (requests.delete(name, name=key),))
        elif old != item:
            yield Operation(
                "update", where, (requests.put(name, hosted_item(item)),), (requests.put(name, hosted_item(old)),)
            )


def _gone_hosted(item: HostedTemplate, requests: PackageRequests) -> Operation:
    name = "hosted_firewall_template"
    do, undo = requests.delete(name, name=item.name), requests.post(name, hosted_item(item))
    return Operation("delete", f"hosted_firewall_templates[{item.name}]", (do,), (undo,))


def _template_changes(current: Redirects, desired: Redirects, requests: PackageRequests) -> Iterable[Operation]:
    name = "firewall_policy_template"
    for key, item in desired.templates.items():
        where = f"policy_templates[{key}]"
        old = current.templates.get(key)
        if item.auto:
            continue
        if old is None:
            gone = requests.delete(name, firewall_policy_template_name=key)
            yield Operation("create", where, (requests.post(name, _template_item(item)),), (gone,))
        elif _own(old.pre) != _own(item.pre):
            do, undo = (requests.put(name, _template_item(state)) for state in (item, old))
            yield Operation("update", where, (do,), (undo,), _risk(old.pre, item.pre))


def _gone_template(item: PolicyTemplate, requests: PackageRequests) -> Operation:
    name = "firewall_policy_template"
    do = requests.delete(name, firewall_policy_template_name=item.name)
    return Operation("delete", f"policy_templates[{item.name}]", (do,), (requests.post(name, _template_item(item)),))


def _template_item(template: PolicyTemplate) -> dict[str, Any]:
    """The whole item: whether a PUT merges or replaces lists is not documented, so nothing is left out."""
    kept = {key: value for key, value in template.raw.items() if key not in ("auto_generated", "package_name")}
    return {
        **kept,
        "firewall_policy_template_name": template.name,
        "pre_appliance_policies": [_item(item) for item in template.pre],
        "post_appliance_policies": rows(kept, "post_appliance_policies"),
    }


def _item(policy: Policy) -> dict[str, Any]:
    """SD-WAN's own policies go back as they came."""
    if policy.auto:
        return dict(policy.raw)
    return {key: value for key, value in to_item(policy).items() if key != "priority"}


def _site(name: str, old: SiteFirewall | None, new: SiteFirewall, requests: PackageRequests) -> Iterable[Operation]:
    if old is None and new == SiteFirewall():
        return
    before = old or SiteFirewall()
    do: list[str] = []
    left, unwanted = _without(_own(before.policies), _own(new.policies))
    for item in unwanted:  # whether a PUT removes what it does not name is not documented; this call does
        do.append(requests.delete("firewall_local_policy_delete", site_name=name, id=item.raw["id"]))
    for template in before.templates:
        if template not in new.templates:
            do.append(requests.delete("firewall_policy_template_delete", site_name=name, template_name=template))
    added = [template for template in new.templates if template not in before.templates]
    if left != _own(new.policies) or added:
        do.append(requests.put("firewall", _site_item(name, new, before)))
    if do:
        kind: Kind = "update" if old else "create"
        undo = (
            requests.put("firewall", _site_item(name, before, before))
            if old
            else requests.delete("firewall", site_name=name)
        )
        risk = _risk(before.policies, new.policies)
        yield Operation(kind, f"site_policies[{name}]", tuple(do), (undo,), risk)


def _without(before: tuple[Policy, ...], new: tuple[Policy, ...]) -> tuple[tuple[Policy, ...], tuple[Policy, ...]]:
    """(what is left, what goes, by its id) of policies of which only the new ones stay: of two that are the same the first one."""
    kept = list(new)
    left: list[Policy] = []
    gone: list[Policy] = []
    for item in before:
        if item in kept:
            kept.remove(item)
            left.append(item)
        else:
            (gone if text(item.raw, "id") else left).append(item)
    return tuple(left), tuple(gone)


def _site_item(name: str, site: SiteFirewall, before: SiteFirewall) -> dict[str, Any]:
    """All of a site's firewall: its NAT policies go back as they came."""
    kept = {key: value for key, value in before.raw.items() if key != "package_name"}
    settings = rows(kept, "firewall_settings")
    attached = {text(item, "policy_template_name"): item for item in settings}
    policies = []
    number = 0
    for item in site.policies:
        if item.auto:
            policies.append(dict(item.raw))
            continue
        number += PRIORITY_STEP
        policies.append({**to_item(item), "priority": number})
    return {
        **kept,
        "site_name": name,
        "firewall_settings": [
            *(dict(item) for item in settings if not text(item, "policy_template_name")),
            *(dict(attached.get(template) or {"policy_template_name": template}) for template in site.templates),
        ],
        "firewall_local_policy": policies,
    }


def _own(policies: Iterable[Policy]) -> tuple[Policy, ...]:
    return tuple(item for item in policies if not item.auto)


def _risk(old: Iterable[Policy], new: Iterable[Policy]) -> tuple[str, ...]:
    before, after = ({item for item in policies if item.is_redirect} for policies in (old, new))
    return ("redirects",) if after - before else ("stops-redirecting",) if before - after else ()


def owned(current: Redirects, document: Item, state: State) -> dict[str, Any]:
    """Plain data: the part of a package that a document may change. SD-WAN's own policies, what the system numbers, and whatever
    the document does not name are not in it; with `overridden` all redirects and hosted firewall templates are."""
    everything = state == "overridden"
    hosted = {item["name"] for item in document.get("hosted_firewall_templates") or ()}
    templates = {item["name"]: item for item in document.get("policy_templates") or ()}
    sites = {item["site"] for item in document.get("site_policies") or ()}
    given = document.get("office_365_breakout") or {}
    words = [word for word in BREAKOUTS if word in given or (everything and given)]
    attaches_everywhere = any(item.get("global") for item in templates.values())
    everywhere = attaches_everywhere or current.global_template in templates
    return {
        "connection_match_type": current.match_type if document.get("connection_match_type") else None,
        "hosted_firewall_templates": [
            hosted_entry(item) for name, item in sorted(current.hosted.items()) if everything or name in hosted
        ],
        "policy_templates": _owned_lists(
            {name: item.pre for name, item in current.templates.items()}, templates, everything
        ),
        "global_policy_template": current.global_template if everywhere else None,
        "attached": {
            name: sorted(
                site
                for site, item in current.sites.items()
                if name in item.templates and (state != "merged" or site in (given_template.get("sites") or ()))
            )
            for name, given_template in templates.items()
            if state == "deleted" or given_template.get("sites") is not None
        },
        "site_policies": _owned_lists({name: item.policies for name, item in current.sites.items()}, sites, everything),
        "office_365_breakout": {word: word in current.breakout for word in words},
    }


def _owned_lists(
    lists: Mapping[str, tuple[Policy, ...]], named: Collection[str], everything: bool
) -> dict[str, list[dict[str, Any]]]:
    """Of a list that is named all policies, as its order may change; of another one the redirects."""
    entries = {
        name: [to_entry(item) for item in _own(policies) if name in named or item.is_redirect]
        for name, policies in lists.items()
        if name in named or everything
    }
    return {name: rows for name, rows in sorted(entries.items()) if rows}


def is_empty(document: Item) -> bool:
    """Nothing in it says which redirects it is about: trusted applications go into the lists that it names, and the other keys
    are settings beside the redirects."""
    settings = ("connection_match_type", "trusted_applications", "office_365_breakout")
    return not any(document.get(key) for key in document if key not in settings)


def redirects_anything(state: Redirects) -> bool:
    return any(True for _where, _policy in state.redirects())
