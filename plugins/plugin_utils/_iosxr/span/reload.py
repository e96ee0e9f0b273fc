# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What has to wait for the reload of line cards, because a TCAM profile is live only after it. Pure.

Sources: XRDOCS tutorials on UDF and UDK; an entry whose fields the live profile lacks fails at commit with
`Parameter not programmed on ACL TCAM UDK`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TypeVar

from .aces import qualifiers
from .model import (
    AccessList,
    AccessListKey,
    Ace,
    Binding,
    BindingKey,
    Family,
    Source,
    SourceKey,
    Span,
    TcamProfile,
    TcamProfileKey,
    Udf,
)
from .parse import FAMILIES, PROFILE_FLAGS, SESSION_CLASSES

K = TypeVar("K")
V = TypeVar("V")

ALL_CARDS = "all line cards"

# The key of a card without a profile. Unverified: sources name its parts only in examples of what works without one.
DEFAULT_FIELDS: Mapping[Family, frozenset[str]] = {
    "ipv4": frozenset({"src-addr", "dst-addr", "src-port", "dst-port", "proto", "tcp-flags", "frag-bit", "precedence"}),
    "ipv6": frozenset({"src-addr", "dst-addr", "src-port", "dst-port", "next-hdr", "tcp-flags", "traffic-class"}),
}


def redefined_udfs(current: Span, desired: Span) -> frozenset[str]:
    """The UDFs of the router's TCAM profiles that get another definition.

    Unverified: no source says whether a live profile follows it without a reload, so its profile counts as changed.
    """
    used = {name for profile in current.tcam_profiles.values() for name in profile.udfs}
    return frozenset(
        name for name in used & current.udfs.keys() & desired.udfs.keys() if current.udfs[name] != desired.udfs[name]
    )


def reload_cards(current: Span, desired: Span) -> list[str]:
    """The cards whose profile changes: all, or their locations. Empty when no profile changes."""
    changed = _changed_profiles(current, desired)
    if any(key.location is None for key in changed):
        return [ALL_CARDS]
    return sorted({key.location for key in changed if key.location is not None})


def waiting(cards: Sequence[str], items: Sequence[str]) -> str:
    """What the operator has to do. items: what is sent after that only.

    >>> waiting(["0/1/CPU0"], ["access_lists[ipv4 acl1]"]).partition("again.")[2]
    ' Waiting until then: access_lists[ipv4 acl1].'
    """
    what = f"A TCAM profile changes. It works only after a reload of {' and '.join(cards)}, which nothing here does."
    remedy = "In a maintenance window: reload, wait until the interfaces are up, run this again."
    return " ".join([what, remedy, *([f"Waiting until then: {', '.join(items)}."] if items else [])])


def interim(current: Span, desired: Span) -> Span:
    """What the router can have before the reload: what is desired, but what needs a profile that is not live yet as it is now.

    An access list waits as a whole. It is a filter too, and half of its new entries could let pass or drop what neither
    the old nor the new list would. Its bindings wait with it, and sources that match it: without it they would mirror
    everything.
    """
    gained = _gained(current, desired)
    waiting = frozenset(
        key
        for key, access_list in desired.access_lists.items()
        if any(_uses(access_list) & fields for fields in gained[key.family])
    )
    lists = _kept(current.access_lists, desired.access_lists, waiting)
    bindings = _kept(
        current.bindings,
        desired.bindings,
        frozenset(
            key for key, binding in desired.bindings.items() if AccessListKey(key.family, binding.acl) in waiting
        ),
    )
    sources = _kept(
        current.sources,
        desired.sources,
        frozenset(key for key, source in desired.sources.items() if _lists_of(source, desired.bindings) & waiting),
    )
    sources = {
        key: source
        for key, source in sources.items()
        if source == desired.sources.get(key) or _stays(source, current, desired)
    }
    lists = {**_still_used(current, desired, bindings, sources), **lists}
    udfs = {**_udfs_still_used(current.udfs, _unlike(lists, desired.access_lists)), **desired.udfs}
    return replace(desired, access_lists=lists, bindings=bindings, sources=sources, udfs=udfs)


def _changed_profiles(current: Span, desired: Span) -> list[TcamProfileKey]:
    keys = current.tcam_profiles.keys() | desired.tcam_profiles.keys()
    redefined = redefined_udfs(current, desired)
    return [
        key
        for key in keys
        if (was := current.tcam_profiles.get(key)) != desired.tcam_profiles.get(key)
        or (was is not None and not redefined.isdisjoint(was.udfs))
    ]


def _gained(current: Span, desired: Span) -> dict[Family, list[frozenset[str]]]:
    """For each profile that changes: the fields that cards get with the reload and do not have now."""
    found: dict[Family, list[frozenset[str]]] = {family: [] for family in FAMILIES.values()}
    redefined = {f"udf {name}" for name in redefined_udfs(current, desired)}
    for key in _changed_profiles(current, desired):
        after, now = (_provided(span.tcam_profiles, key) for span in (desired, current))
        found[key.family].append(after - (now - redefined))
    return found


def _provided(profiles: Mapping[TcamProfileKey, TcamProfile], key: TcamProfileKey) -> frozenset[str]:
    """The fields of a card's key: of its own profile, else of the one for all cards, else the default."""
    profile = profiles.get(key) or profiles.get(TcamProfileKey(key.family, None))
    if profile is None:
        return DEFAULT_FIELDS[key.family]
    flags = (word for word, field in PROFILE_FLAGS.items() if getattr(profile, field))
    return frozenset((*profile.qualifiers, *flags, *(f"udf {name}" for name in profile.udfs)))


def _uses(access_list: AccessList) -> frozenset[str]:
    return frozenset(field for ace in access_list.entries for field in _fields(ace, access_list.family))


def _fields(ace: Ace, family: Family) -> frozenset[str]:
    capture = {"enable-capture"} if ace.capture else set()
    return qualifiers(ace, family) | {f"udf {udf.name}" for udf in ace.udfs} | capture


def _lists_of(source: Source, bindings: Mapping[BindingKey, Binding]) -> frozenset[AccessListKey]:
    """The lists that select for a source: those it names, else those of its interface."""
    found = set()
    if source.acl:
        for family, own_name in (("ipv4", source.acl_ipv4), ("ipv6", source.acl_ipv6)):
            binding = bindings.get(BindingKey(source.interface, FAMILIES[family], "ingress"))
            name = own_name or source.acl_name or (binding.acl if binding else None)
            if name:
                found.add(AccessListKey(FAMILIES[family], name))
    return frozenset(found)


def _kept(current: Mapping[K, V], desired: Mapping[K, V], waiting: frozenset[K]) -> dict[K, V]:
    """What is desired, with those that wait as they are now, or not at all where they are new."""
    return {
        key: current[key] if key in waiting else value
        for key, value in desired.items()
        if key not in waiting or key in current
    }


def _stays(source: Source, current: Span, desired: Span) -> bool:
    """Whether a source that waits can stay where it is.

    Not in a session that is removed or changes its class, and not where its interface gets the same session in another class.
    """
    now, then = (span.sessions.get(source.session) for span in (current, desired))
    elsewhere = (
        desired.sources.get(SourceKey(source.interface, switched, session_class))
        for switched in (False, True)
        for session_class in SESSION_CLASSES.values()
        if session_class != source.session_class
    )
    if any(other is not None and other.session == source.session for other in elsewhere):
        return False
    return now is None or (then is not None and then.session_class == now.session_class)


def _unlike(between: Mapping[K, V], desired: Mapping[K, V]) -> dict[K, V]:
    """What waits."""
    return {key: value for key, value in between.items() if value != desired.get(key)}


def _still_used(
    current: Span, desired: Span, bindings: Mapping[BindingKey, Binding], sources: Mapping[SourceKey, Source]
) -> dict[AccessListKey, AccessList]:
    """The lists that go only after what waits has let go of them."""
    waiting = _unlike(bindings, desired.bindings).values()
    used = {AccessListKey(binding.family, name) for binding in waiting for name in binding.acl.split()}
    for source in _unlike(sources, desired.sources).values():
        used |= _lists_of(source, bindings)
    return {key: access_list for key, access_list in current.access_lists.items() if key in used}


def _udfs_still_used(udfs: Mapping[str, Udf], lists: Mapping[AccessListKey, AccessList]) -> dict[str, Udf]:
    used = {udf.name for access_list in lists.values() for ace in access_list.entries for udf in ace.udfs}
    return {name: udf for name, udf in udfs.items() if name in used}
