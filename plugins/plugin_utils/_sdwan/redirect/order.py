# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The order in which a site's policies are evaluated, and which of them leave nothing to a later one. Pure.

Source: "Citrix SD-WAN: firewall policies": 1 Pre-Templates, 2 Pre-Global, 3 Local, 4 Local auto-generated, 5 Post-Templates,
6 Post-Global. In which of them the policies are that SD-WAN makes for management servers is unverified; they are shown where
the system lists them.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from ..vendors import can_host
from .model import LISTS, REDIRECT, Policy, Redirects, SiteFirewall

DECIDING = ("allow", "drop", "reject", REDIRECT)  # count_and_continue lets a later one decide


_SIDES = [("from_zones", "to_zones")] + [
    (f"source_{part}", f"destination_{part}") for part in ("ip_address", "port", "service_type", "service_name")
]
_OTHER_SIDE = {name: other for pair in _SIDES for name, other in (pair, pair[::-1])}


@dataclass(frozen=True, slots=True)
class Placed:
    """A policy where a site evaluates it. template: "" for one of its own. position: from 1, in the stage."""

    stage: str
    template: str
    position: int
    policy: Policy


def evaluated(state: Redirects, site_name: str) -> list[Placed]:
    """The policies of all six stages, first one first."""
    site = state.sites.get(site_name, SiteFirewall())
    attached = [name for name in site.templates if name in state.templates]
    first = [*(name for name, item in state.templates.items() if item.auto and name not in attached), *attached]
    last = [name for name in (state.global_template,) if name in state.templates and name not in first]
    pre, post = ({name: getattr(item, part) for name, item in state.templates.items()} for part in ("pre", "post"))
    return [
        *_stage("pre_templates", [(name, policy) for name in first for policy in pre[name]]),
        *_stage("pre_global", [(name, policy) for name in last for policy in pre[name]]),
        *_stage("local", [("", policy) for policy in site.policies if not policy.auto]),
        *_stage("local_auto", [("", policy) for policy in site.policies if policy.auto]),
        *_stage("post_templates", [(name, policy) for name in first for policy in post[name]]),
        *_stage("post_global", [(name, policy) for name in last for policy in post[name]]),
    ]


def _stage(stage: str, listed: list[tuple[str, Policy]]) -> list[Placed]:
    return [Placed(stage, template, number, policy) for number, (template, policy) in enumerate(listed, 1)]


def redirecting_sites(state: Redirects, models: Mapping[str, str] | None = None) -> list[str]:
    """Sites that evaluate a redirect. models: of all sites of the package; then those count that can host a firewall."""
    names = state.sites if models is None else [name for name, model in models.items() if can_host(model)]
    return sorted(name for name in names if any(placed.policy.is_redirect for placed in evaluated(state, name)))


def unreached(placed: list[Placed]) -> list[tuple[Placed, Placed]]:
    """(policy, the first earlier one that decides all that it would match): redirects, and behind a redirect the breakouts, drops and
    rejects. What matches everything at the end is not looked at: that is how a list usually ends."""
    found = []
    for number, later in enumerate(placed):
        if not (later.policy.is_redirect or _matters(later.policy)):
            continue
        earlier = _taker(later, placed[:number])
        if earlier and (later.policy.is_redirect or earlier.policy.is_redirect):
            found.append((later, earlier))
    return found


def _matters(policy: Policy) -> bool:
    return (policy.action in ("drop", "reject") and not policy.matches_anything) or is_breakout(policy)


def shadowed(placed: list[Placed]) -> list[tuple[Placed, Placed]]:
    """(redirect, the earlier policy that takes all of what it would take), another redirect too; not one that is the same."""
    found = []
    for number, later in enumerate(placed):
        others = [item for item in placed[:number] if item.policy != later.policy]
        earlier = _taker(later, others) if later.policy.is_redirect else None
        if earlier:
            found.append((later, earlier))
    return found


def unstopped(placed: list[Placed]) -> list[tuple[Placed, Placed]]:
    """(drop or reject, the earlier redirect that sends all of its traffic into a firewall)."""
    return [
        (later, earlier)
        for later, earlier in unreached(placed)
        if later.policy.action in ("drop", "reject") and earlier.policy.is_redirect
    ]


def repeated(placed: list[Placed]) -> list[tuple[Placed, Placed]]:
    """(policy, the same one before it in another list); SD-WAN's own are not looked at."""
    own = [item for item in placed if not item.policy.auto]
    found = []
    for number, later in enumerate(own):
        same = (item for item in own[:number] if item.policy == later.policy and _list(item) != _list(later))
        earlier = next(same, None)
        if earlier:
            found.append((later, earlier))
    return found


def _list(placed: Placed) -> tuple[str, str]:
    return placed.stage, placed.template


def _taker(later: Placed, before: list[Placed]) -> Placed | None:
    return next((item for item in before if item.policy.action in DECIDING and covers(item.policy, later.policy)), None)


def premature(placed: list[Placed]) -> list[tuple[Placed, Placed]]:
    """(breakout, the earlier redirect that takes all of its traffic): allows of applications that came too late."""
    return [(later, earlier) for later, earlier in _outrun(placed) if covers(earlier.policy, later.policy)]


def outrun_to_the_internet(placed: list[Placed]) -> list[tuple[Placed, Placed]]:
    """(breakout, the earlier redirect that takes all of its traffic to the Internet, but not all of it)."""
    return [(later, earlier) for later, earlier in _outrun(placed) if not covers(earlier.policy, later.policy)]


def _outrun(placed: list[Placed]) -> Iterator[tuple[Placed, Placed]]:
    for number, later in enumerate(placed):
        if later.policy.action != "allow" or not is_breakout(later.policy):
            continue
        leaving = later.policy
        if not leaving.value("destination_service_type"):
            leaving = replace(leaving, match=(*leaving.match, ("destination_service_type", "internet")))
        earlier: list[Placed] = []
        for item in placed[:number]:
            if item.policy.action == "allow" and covers(item.policy, leaving):
                break  # what comes before this one is all that counts
            if item.policy.is_redirect and covers(item.policy, leaving):
                earlier.append(item)
        if earlier:
            yield later, next((item for item in earlier if covers(item.policy, later.policy)), earlier[0])


def is_breakout(policy: Policy) -> bool:
    """An allow for an application, or one that SD-WAN made for Office 365."""
    names = ("application", "application_family", "application_objects")
    return policy.action == "allow" and any(policy.value(name) for name in names)


def covers(earlier: Policy, later: Policy) -> bool:
    """Whether all that the later one matches is matched by the earlier one, too; of a policy with reverse_also both directions."""
    if ("match_established", True) in earlier.options:
        return False
    return all(any(_takes(outer, inner) for outer in _directions(earlier)) for inner in _directions(later))


def _takes(outer: Mapping[str, Any], inner: Mapping[str, Any]) -> bool:
    return all(_contains(name, value, inner.get(name)) for name, value in outer.items())


def _directions(policy: Policy) -> list[Mapping[str, Any]]:
    """What it matches, and, where SD-WAN adds a copy for the other direction, what that one does."""
    match = dict(policy.match)
    if ("reverse_also", True) not in policy.options:
        return [match]
    return [match, {_OTHER_SIDE.get(name, name): value for name, value in match.items()}]


def _contains(name: str, outer: Any, inner: Any) -> bool:
    """None is anything."""
    if outer == inner:
        return True
    if inner is None:
        return False
    if name in LISTS:
        return {*inner} <= {*outer}
    if name.endswith("_ip_address"):
        return _within(str(inner), str(outer))
    if name.endswith("_port"):
        big, small = _ports(str(outer)), _ports(str(inner))
        return bool(big and small and big[0] <= small[0] and small[1] <= big[1])
    return False


def _within(inner: str, outer: str) -> bool:
    try:
        small, big = (ipaddress.ip_network(text, strict=False) for text in (inner, outer))
    except ValueError:
        return False
    if isinstance(small, ipaddress.IPv4Network) and isinstance(big, ipaddress.IPv4Network):
        return small.subnet_of(big)
    if isinstance(small, ipaddress.IPv6Network) and isinstance(big, ipaddress.IPv6Network):
        return small.subnet_of(big)
    return False


def _ports(text: str) -> tuple[int, int] | None:
    """Of "80" or "80-90"; None for anything else."""
    first, dash, last = (part.strip() for part in text.partition("-"))
    if not first.isdecimal() or (dash and not last.isdecimal()):
        return None
    return int(first), int(last) if dash else int(first)
