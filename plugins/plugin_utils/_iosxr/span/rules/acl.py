# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Rules of what selects: access lists and their bindings, user-defined fields, TCAM profiles; one function a rule. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator

from ...._engine.rules import Finding
from ...._engine.words.enumeration import some
from ...platforms import (
    ACL_ID_BITS,
    ACL_NAME_GUIDE,
    CAPTURE_INCLUDED_FROM,
    IPV6_MANDATORY_QUALIFIERS,
    KEY_BITS,
    QUALIFIER_BITS,
    QUALIFIERS_WANTING_FRAG_BIT,
    UDF_LENGTH,
    UDF_NAME,
    UDFS_PER_ACE,
    UDFS_PER_PROFILE,
    UDFS_USABLE,
    UDFS_USABLE_FROM,
    acl_name_limit,
    dotted,
)
from ..aces import qualifiers
from ..model import STAND_IN, AccessList, AccessListKey, Ace, Binding, Family, Source, TcamProfile
from ..render import entry_line
from .view import (
    CLASS_FAMILIES,
    FAMILIES,
    View,
    doubt,
    list_item,
    names_list,
    profile_item,
    source_item,
)

# field of a source that names a list -> families of lists that it may mean
_LIST_FIELDS: dict[str, tuple[Family, ...]] = {"acl_name": FAMILIES, "acl_ipv4": ("ipv4",), "acl_ipv6": ("ipv6",)}


MOST_LISTED = 100  # entries in one message


def _entries(view: View) -> Iterator[tuple[AccessListKey, Ace, str]]:
    for key, acl in view.after.access_lists.items():
        for ace in acl.entries:
            yield key, ace, f"{list_item(key)}.entries[{ace.sequence}]"


def _captures(acl: AccessList) -> bool:
    return any(ace.capture for ace in acl.entries)


# ---- access lists and what refers to them --------------------------------------------------------------------------


def capture_action(view: View) -> Iterator[Finding]:
    possible = view.platform.capture_on_deny
    if possible.value:
        return
    for _key, ace, item in _entries(view):
        if ace.capture and ace.action != "permit":
            yield Finding(
                "S14",
                item,
                f"capture is set on a {ace.action} entry, the guide allows it on permit only",
                "Capture with a permit entry.",
            )


def bundle_list(view: View) -> Iterator[Finding]:
    """Members of a bundle cannot be seen, so ports with a capturing ACL that are no sources are pointed at."""
    bundles = [source for source in view.selecting_sources if source.interface.startswith("Bundle-Ether")]
    bare = [source for source in bundles if view.bindings_known and not view.selecting_lists(source)]
    if not bare:
        return
    strays = sorted(
        binding.interface
        for binding in view.ingress.values()
        if "/" in binding.interface
        and binding.interface not in view.sources_of_interface
        and _captures(view.after.access_lists.get(AccessListKey(binding.family, binding.acl), AccessList("", "ipv4")))
    )
    for source in bare if strays else ():
        yield Finding(
            "S15",
            source_item(source),
            f"{source.interface} has no ACL, but {some(strays)} has one and is not a source;"
            " the ACL of a bundle works on the bundle, not on its members",
            f"Bind the ACL to {source.interface}.",
        )


def layer2_and_mpls(view: View) -> Iterator[Finding]:
    layer2 = view.platform.acl_on_layer2
    for source in view.selecting_sources:
        if not CLASS_FAMILIES[source.session_class]:
            yield Finding(
                "S16",
                f"{source_item(source)}.acl",
                f"no ACL selects MPLS traffic, and session {source.session} is of class {source.session_class}",
                "Remove the ACL, or mirror with class ethernet.",
            )
        elif source.l2transport and not layer2.value:
            yield Finding(
                "S16",
                f"{source_item(source)}.acl",
                f"{source.interface} is a layer 2 interface, and layer 2 ACLs select nothing for a mirror"
                + doubt(layer2),
                "Remove the ACL: the whole traffic of the interface is mirrored then.",
                not layer2.certain,
            )


def list_name_length(view: View) -> Iterator[Finding]:
    limit = acl_name_limit(view.facts.release)
    named = {list_item(key): key.name for key in view.after.access_lists}
    seen = set(named.values())
    for source in view.selecting_sources:
        for field in _LIST_FIELDS:
            name = getattr(source, field)
            if name and name not in seen:  # once for all sources that name it
                seen.add(name)
                named[f"{source_item(source)}.{field}"] = name
    for item, name in named.items():
        if len(name) > ACL_NAME_GUIDE.value:
            release = f" of {dotted(view.facts.release)}" if view.facts.release else ""
            yield Finding(
                "S23",
                item,
                f"the name has {len(name)} characters; the guide allows {ACL_NAME_GUIDE.value}, an attachment{release}"
                f" {limit}",
                f"Use a name of at most {ACL_NAME_GUIDE.value} characters.",
                warning=len(name) <= limit,
            )


def udf_direction(view: View) -> Iterator[Finding]:
    for binding in view.after.bindings.values():
        if binding.direction == "egress":
            acl = view.after.access_lists.get(AccessListKey(binding.family, binding.acl))
            matching = [ace.sequence for ace in acl.entries if ace.udfs] if acl else []
            if matching:
                yield Finding(
                    "S25",
                    f"access_lists[{binding.family} {binding.acl}].entries[{matching[0]}].udfs",
                    f"the ACL is bound egress to {binding.interface}, and a UDF is matched on ingress only",
                    f"Take the ACL off {binding.interface} egress, or match without UDFs.",
                )


def without_acl(view: View) -> Iterator[Finding]:
    if not view.bindings_known:
        return
    effect = view.platform.without_acl
    bare: dict[str, list[str]] = defaultdict(list)
    for source in view.selecting_sources:
        if CLASS_FAMILIES[source.session_class] and not source.l2transport and not view.selecting_lists(source):
            bare[source.session].append(source.interface)
    for session, interfaces in bare.items():
        yield Finding(
            "S26",
            f"sessions[{session}].sources",
            f"{some(sorted(interfaces))} selects by ACL, but neither names one nor has one for received traffic;"
            f" {view.platform.title} then mirrors {effect.value}" + doubt(effect),
            "Bind an ACL with capture entries to it, name one at the source, or remove acl.",
        )


def family_of_source(view: View) -> Iterator[Finding]:
    for source in view.selecting_sources:
        families = CLASS_FAMILIES[source.session_class]
        for family in FAMILIES:
            field = f"acl_{family}"
            if families and family not in families and getattr(source, field):
                yield Finding(
                    "family",
                    f"{source_item(source)}.{field}",
                    f"{field} names an {family} ACL, session {source.session} is of class {source.session_class}",
                    f"Name an {families[0]} ACL.",
                )
        if len(families) == 1:
            yield from _other_family(view, source, families[0])


def _other_family(view: View, source: Source, family: Family) -> Iterator[Finding]:
    """An ACL that exists in the other family only, named by the source or bound to its interface."""
    other: Family = "ipv6" if family == "ipv4" else "ipv4"
    lists, name = view.after.access_lists, source.acl_name
    if name and AccessListKey(other, name) in lists and AccessListKey(family, name) not in lists:
        found = f"{name} is an {other} ACL"
    elif (
        not names_list(source)
        and (source.interface, family) not in view.ingress
        and (source.interface, other) in view.ingress
    ):
        found = f"{source.interface} has an {other} ACL only"
    else:
        return
    yield Finding(
        "family",
        f"{source_item(source)}.acl",
        f"{found}, session {source.session} is of class {source.session_class}",
        f"Use an {family} ACL, or another class.",
    )


def capture_missing(view: View) -> Iterator[Finding]:
    lame: dict[AccessListKey, list[str]] = defaultdict(list)
    for source in view.selecting_sources:
        keys = view.selecting_lists(source)
        captures = {key: captured for key in keys if (captured := _capture_of(view, key)) is not None}
        # With acl_name a class takes ACLs of both families; the one that is not there says nothing.
        all_seen = len(captures) == len(keys) or (source.acl_name and captures)
        if all_seen and not any(captures.values()):
            for key in captures:
                lame[key].append(source.interface)
    for key, interfaces in lame.items():
        yield Finding(
            "capture-missing",
            list_item(key),
            f"it selects what is mirrored of {some(sorted(interfaces))}, but no entry has capture",
            "Set capture: true on the entries whose packets must be mirrored.",
        )


def _capture_of(view: View, key: AccessListKey) -> bool | None:
    """Whether an entry of a list captures; None where the list was not read or is not there."""
    acl = view.after.access_lists.get(key)
    return _captures(acl) if acl is not None else view.facts.captures.get(key)


def list_removed(view: View) -> Iterator[Finding]:
    removed = view.before.access_lists.keys() - view.after.access_lists.keys()
    users: dict[AccessListKey, list[str]] = defaultdict(list)
    for binding in view.after.bindings.values() if removed else ():
        users[AccessListKey(binding.family, binding.acl)].append(binding.interface)
    for source in view.selecting_sources if removed else ():
        for key in view.selecting_lists(source) if names_list(source) else ():
            users[key].append(source.interface)
    for key in removed & users.keys():
        yield Finding(
            "acl-exists",
            list_item(key),
            f"it would be removed, but {some(sorted(set(users[key])))} still uses it",
            "Remove its bindings and the sources that name it as well, or keep it.",
        )


def list_named(view: View) -> Iterator[Finding]:
    """Of names that are new at an interface: those that it has already need not be in the document, so they were not read.

    Whether a list is of the right family is another rule.
    """
    before = view.before.sources.values()
    had = {(source.interface, field, getattr(source, field)) for source in before for field in _LIST_FIELDS}
    users: dict[tuple[str, tuple[AccessListKey, ...]], list[Source]] = defaultdict(list)
    for source in view.selecting_sources:
        for field, families in _LIST_FIELDS.items():
            name = getattr(source, field)
            if name and (source.interface, field, name) not in had:
                users[field, tuple(AccessListKey(family, name) for family in families)].append(source)
    for (field, keys), sources in users.items():
        if any(key in lists for key in keys for lists in (view.after.access_lists, view.before.access_lists)):
            continue
        name = keys[0].name
        family = f"{keys[0].family} " if len(keys) == 1 else ""
        yield Finding(
            "acl-exists",
            f"{source_item(sources[0])}.{field}",
            f"{some(sorted(source.interface for source in sources))} selects by the {family}ACL {name},"
            " which neither the document nor the router has",
            f"Write {name} under access_lists, or correct the name.",
        )


def list_bound(view: View) -> Iterator[Finding]:
    """Of bindings that a run makes: the router drops everything, or nothing, at an ACL that it does not have; no source says which."""
    missing: dict[AccessListKey, list[str]] = defaultdict(list)
    for binding in view.after.bindings.values():
        for name in lists_of(binding):
            key = AccessListKey(binding.family, name)
            known = key in view.after.access_lists or key in view.before.access_lists
            if not known and not _is_bound_before(view, binding):
                missing[key].append(binding.interface)
    for key, interfaces in missing.items():
        yield Finding(
            "acl-exists",
            f"{list_item(key)}.interfaces",
            f"{key.name} would be bound to {some(sorted(interfaces))}, and neither the document nor the router has it",
            "Write its entries, or correct the name.",
        )


def binding_taken(view: View) -> Iterator[Finding]:
    """Reported for what a run changes, so it is reported once."""
    taken: dict[tuple[AccessListKey, str, str], list[str]] = defaultdict(list)
    for key, binding in view.after.bindings.items():
        old = view.before.bindings.get(key)
        if old is not None and old.acl != binding.acl:
            taken[AccessListKey(binding.family, binding.acl), old.acl, old.other].append(binding.interface)
    for (acl, other, words), interfaces in taken.items():
        yield Finding(
            "takes-binding",
            f"{list_item(acl)}.interfaces",
            f"{acl.name} takes the place of {other} on {some(sorted(interfaces))}: {other} filters nothing there any more"
            + (f", and its options {words!r}, which this collection cannot write, are lost" if words else ""),
            f"If {other} must go on filtering, write its entries into {acl.name} too, or leave these interfaces out.",
        )


def list_filters(view: View) -> Iterator[Finding]:
    """What a run takes from the filter that a bound list is, on any interface. Reported for what it changes."""
    bound: dict[AccessListKey, list[Binding]] = defaultdict(list)
    for binding in view.after.bindings.values():
        for name in lists_of(binding):
            bound[AccessListKey(binding.family, name)].append(binding)
    for key, bindings in bound.items():
        before, after = view.before.access_lists.get(key), view.after.access_lists.get(key)
        fresh = [binding for binding in bindings if not _is_bound_before(view, binding)]
        if after is None or (before == after and not fresh):
            continue
        effects = _filter_changes(before, after)
        concerned = bindings if before != after else fresh
        ends = any(lists_of(binding)[-1] == key.name for binding in concerned)
        if (
            (effects or fresh or before is None)
            and ends
            and not any(_permits_all(ace, key.family) for ace in after.entries)
        ):
            effects.append("no entry permits all of the rest, so everything else is dropped")
        if effects:
            where = ", ".join(sorted(f"{binding.interface} {binding.direction}" for binding in concerned))
            remedy = (
                "Keep these entries, end the list with a permit of everything, or use a list of its own for the mirror."
            )
            yield Finding(
                "filters", f"{list_item(key)}.entries", f"{key.name} filters on {where}: {'; '.join(effects)}", remedy
            )


def list_unbound(view: View) -> Iterator[Finding]:
    """What a list that is taken off an interface dropped there. One that another list takes the place of is told by another rule."""
    off: dict[AccessListKey, list[str]] = defaultdict(list)
    for place, binding in view.before.bindings.items():
        for name in lists_of(binding) if place not in view.after.bindings else ():
            off[AccessListKey(binding.family, name)].append(f"{binding.interface} {binding.direction}")
    for key, places in off.items():
        acl = view.before.access_lists.get(key)
        dropped = [entry_line(ace) for ace in acl.entries if ace.action == "deny"] if acl else []
        if acl and acl.entries and not any(_permits_all(ace, key.family) for ace in acl.entries):
            dropped.append("everything else")
        if dropped:
            text = f"{key.name} is taken off {', '.join(sorted(places))}: what it drops there ({', '.join(dropped[:MOST_LISTED])}) passes then"
            yield Finding(
                "filters", f"{list_item(key)}.interfaces", text, "Bind a list there that filters, or leave it bound."
            )


def lists_of(binding: Binding) -> list[str]:
    """The lists of a binding. `common A B` is two: B decides on what A neither permits nor denies."""
    words = binding.acl.split()
    return words[1:] if len(words) > 1 and words[0] == "common" else words


def _is_bound_before(view: View, binding: Binding) -> bool:
    old = view.before.bindings.get(binding.key)
    return old is not None and old.acl == binding.acl


def _filter_changes(before: AccessList | None, after: AccessList) -> list[str]:
    """The entries that are lost, the deny entries that a new permit entry comes before, and the deny entries that a list gets which
    filtered without them. capture alone changes no filter."""
    old = {ace.sequence: ace for ace in before.entries if ace.action != "remark"} if before else {}
    new = {ace.sequence: ace for ace in after.entries if ace.action != "remark"}
    gone = [entry_line(ace) for sequence, ace in old.items() if not _same_filter(ace, new.get(sequence))]
    added = [
        sequence for sequence, ace in new.items() if ace.action == "permit" and not _same_filter(ace, old.get(sequence))
    ]
    passed = [
        entry_line(ace)
        for sequence, ace in old.items()
        if ace.action == "deny" and _same_filter(ace, new.get(sequence)) and added and min(added) < sequence
    ]
    denied = [
        entry_line(ace)
        for sequence, ace in new.items()
        if before and ace.action == "deny" and not _same_filter(ace, old.get(sequence))
    ]
    effects = [f"it loses {_listed(gone)}"] if gone else []
    effects += [f"it drops what {_listed(denied)} matches"] if denied else []
    return effects + ([f"what entry {min(added)} permits no longer reaches {_listed(passed)}"] if passed else [])


def _listed(lines: list[str]) -> str:
    return some(map(repr, lines), MOST_LISTED)


def _same_filter(ace: Ace, other: Ace | None) -> bool:
    return other is not None and (ace.action, ace.match, ace.udfs) == (other.action, other.match, other.udfs)


def _permits_all(ace: Ace, family: Family) -> bool:
    """Options that match nothing (``log``, ``counter NAME``) may follow."""
    words = ace.match.split()
    rest = words[3:]
    rest = rest[2:] if rest[:1] == ["counter"] else rest
    everything = words[:3] == [family, "any", "any"] and not set(rest) - {"log", "log-input"}
    return ace.action == "permit" and not ace.udfs and everything


def named_list_hides(view: View) -> Iterator[Finding]:
    for source in view.selecting_sources:
        for key in view.selecting_lists(source) if names_list(source) else ():
            own = view.ingress.get((source.interface, key.family))
            if own and own.acl != key.name:
                yield Finding(
                    "named-acl-hides",
                    source_item(source),
                    f"the ACL {key.name} that the source names selects alone; {own.acl}, bound to {source.interface},"
                    " only filters",
                    f"Remove the name if {own.acl} must select.",
                )


# ---- user-defined fields -------------------------------------------------------------------------------------------


def udf_limits(view: View) -> Iterator[Finding]:
    highest = view.platform.udf_offset
    for name, udf in view.after.udfs.items():
        item = f"udfs[{name}]"
        if not UDF_NAME.fullmatch(name) and not name.startswith(STAND_IN):
            yield Finding(
                "S20",
                f"{item}.name",
                f"{name!r} is not a name of 1 to 16 letters, digits and -_.: that begins with a letter or digit",
                "Choose another name.",
            )
        if (udf.header, udf.layer) == ("inner", "l2"):
            yield Finding(
                "S20", f"{item}.layer", "there is no inner l2 header to match", "Use l3 or l4, or header: outer."
            )
        if udf.length not in UDF_LENGTH:
            yield Finding("S20", f"{item}.length", f"a UDF has 1 to 4 bytes, not {udf.length}", "Use several UDFs.")
        if not 0 <= udf.offset <= highest.value:
            yield Finding(
                "S20",
                f"{item}.offset",
                f"the offset is {udf.offset}, {view.platform.title} takes 0 to {highest.value}" + doubt(highest),
                "Start from a later header.",
                not highest.certain and udf.offset >= 0,
            )


def udf_count(view: View) -> Iterator[Finding]:
    for profile in view.after.tcam_profiles.values():
        count = len(profile.udfs)
        item = f"{profile_item(profile)}.udfs"
        if count > UDFS_PER_PROFILE.value:
            message = f"{count} UDFs, a profile has {UDFS_PER_PROFILE.value} slots"
            yield Finding("S21", item, message, "Use fewer UDFs.", amount=count)
        elif count > UDFS_USABLE.value and (view.facts.release is None or view.facts.release >= UDFS_USABLE_FROM):
            message = f"{count} UDFs, as of {dotted(UDFS_USABLE_FROM)} only {UDFS_USABLE.value} are usable"
            yield Finding("S21", item, message, "Use fewer UDFs.", warning=True)
    for _key, ace, item in _entries(view):
        if len(ace.udfs) > UDFS_PER_ACE.value:
            message = f"{len(ace.udfs)} UDF matches, an entry takes {UDFS_PER_ACE.value}"
            yield Finding("S21", f"{item}.udfs", message, "Match fewer UDFs.", amount=len(ace.udfs))


def udf_exists(view: View) -> Iterator[Finding]:
    used = [(f"{item}.udfs", match.name) for _key, ace, item in _entries(view) for match in ace.udfs]
    used += [(f"{profile_item(it)}.udfs", name) for it in view.after.tcam_profiles.values() for name in it.udfs]
    for item, name in used:
        if name not in view.after.udfs:
            what = "would be removed" if name in view.before.udfs else "is not defined"
            yield Finding("udf-exists", item, f"the UDF {name} {what}", f"Define it as udfs[{name}].")


# ---- TCAM profiles -------------------------------------------------------------------------------------------------


def udf_slot(view: View) -> Iterator[Finding]:
    certain = view.platform.tcam_profiles.certain
    for key, acl, profile in _programmed(view):
        slots = frozenset(profile.udfs) if profile else frozenset()
        place = profile_item(profile) if profile else f"tcam_profiles[{key.family}]"
        for ace in acl.entries:
            missing_parts = [match.name for match in ace.udfs if match.name not in slots]
            if missing_parts:
                what = "has no slot for it" if profile else _no_profile(view, key)
                yield Finding(
                    "S22",
                    f"{list_item(key)}.entries[{ace.sequence}].udfs",
                    f"the entry matches {some(missing_parts)}, but {place} {what}" + doubt(view.platform.tcam_profiles),
                    f"Add it to the udfs of {place}; the profile works after a reload of the line card.",
                    not certain,
                )


def _programmed(view: View) -> Iterator[tuple[AccessListKey, AccessList, TcamProfile | None]]:
    """Every ACL with every TCAM profile that it is programmed under; none where the platform has no such profiles."""
    if view.platform.tcam_profiles.value:
        for key, acl in view.after.access_lists.items():
            for profile in view.profiles(acl):
                yield key, acl, profile


def _no_profile(view: View, key: AccessListKey) -> str:
    others = sorted({profile.family for profile in view.after.tcam_profiles.values()} - {key.family})
    return f"does not exist (there is one for {others[0]})" if others else "does not exist"


def enable_capture(view: View) -> Iterator[Finding]:
    release = view.facts.release
    if release is None or release >= CAPTURE_INCLUDED_FROM:
        return
    for key, acl, profile in _programmed(view):
        if _captures(acl) and not (profile and profile.enable_capture):
            place = profile_item(profile) if profile else f"tcam_profiles[{key.family}]"
            what = "has no enable_capture" if profile else _no_profile(view, key)
            yield Finding(
                "enable-capture",
                list_item(key),
                f"entries capture, which before {dotted(CAPTURE_INCLUDED_FROM)} needs a TCAM profile with"
                f" enable-capture; this router has {dotted(release)}, and {place} {what}"
                + doubt(view.platform.tcam_profiles),
                f"Set {place}.enable_capture: true.",
                not view.platform.tcam_profiles.certain,
            )


def qualifiers_missing(view: View) -> Iterator[Finding]:
    for key, acl, profile in _programmed(view):
        if profile is None:  # the router's own key holds what ordinary entries match
            continue
        known = QUALIFIER_BITS[key.family].keys() | {"ttl-match"}
        there = frozenset(profile.qualifiers) | ({"ttl-match"} if profile.ttl_match else set())
        for ace in acl.entries:
            missing_parts = (qualifiers(ace, key.family) & known) - there
            if missing_parts:
                yield Finding(
                    "tcam-qualifier",
                    f"{list_item(key)}.entries[{ace.sequence}]",
                    f"the entry needs {some(sorted(missing_parts))}, which {profile_item(profile)} does not hold"
                    + doubt(view.platform.tcam_profiles),
                    f"Add it to {profile_item(profile)}, or match without it.",
                    not view.platform.tcam_profiles.certain,
                )


def qualifier_words(view: View) -> Iterator[Finding]:
    for profile in view.after.tcam_profiles.values():
        own, item = QUALIFIER_BITS[profile.family], f"{profile_item(profile)}.qualifiers"
        strange = [word for word in profile.qualifiers if word not in own]
        foreign = [word for word in strange if any(word in bits for bits in QUALIFIER_BITS.values())]
        unknown = [word for word in strange if word not in foreign]
        if foreign:
            other = "ipv6" if profile.family == "ipv4" else "ipv4"
            yield Finding(
                "family",
                item,
                f"{some(foreign)} belongs into a profile of {other}",
                f"Use {some(own)}.",
            )
        if unknown:
            yield Finding(
                "tcam-qualifier-unknown",
                item,
                f"{some(unknown)} is not in any published list of qualifiers",
                f"Known are {some(own, 20)}.",
            )


def qualifier_pairs(view: View) -> Iterator[Finding]:
    for profile in view.after.tcam_profiles.values():
        words, item = frozenset(profile.qualifiers), f"{profile_item(profile)}.qualifiers"
        wanting = [word for word in QUALIFIERS_WANTING_FRAG_BIT if word in words]
        if profile.family == "ipv4" and wanting and "frag-bit" not in words:
            yield Finding(
                "tcam-qualifier-pairs",
                item,
                f"the YANG model requires frag-bit with {some(wanting)}; some releases accept it without",
                "Add frag-bit.",
            )
        missing_parts = [word for word in IPV6_MANDATORY_QUALIFIERS if word not in words]
        if profile.family == "ipv6" and missing_parts:
            yield Finding(
                "tcam-qualifier-pairs",
                item,
                f"a profile of ipv6 must have {some(missing_parts)}",
                f"Add {some(missing_parts)}.",
            )


def key_width(view: View) -> Iterator[Finding]:
    for profile in view.after.tcam_profiles.values():
        width = _width(view, profile)
        *narrow, widest = KEY_BITS[profile.family]
        if width > widest:
            yield Finding(
                "tcam-width",
                profile_item(profile),
                f"the key takes {width} bits, and the widest has {widest}; ACLs would be refused (table full)",
                "Leave out qualifiers or UDFs that no entry uses.",
                amount=width,
            )
        elif narrow and width > narrow[-1]:
            yield Finding(
                "tcam-width",
                profile_item(profile),
                f"the key takes {width} bits, so the one of {widest} instead of {narrow[-1]} bits: fewer entries fit",
                "Leave out qualifiers or UDFs that no entry uses, if entries are short.",
                amount=width,
            )


def _width(view: View, profile: TcamProfile) -> int:
    """Bits of the key with the number of the ACL; unknown qualifiers and UDFs count nothing."""
    bits = QUALIFIER_BITS[profile.family]
    words = {*profile.qualifiers, *(("common-acl",) if profile.common_acl else ())}
    udfs = [view.after.udfs[name] for name in set(profile.udfs) if name in view.after.udfs]
    return ACL_ID_BITS + sum(bits.get(word, 0) for word in words) + sum(8 * udf.length for udf in udfs)


CHECKS: tuple[Callable[[View], Iterator[Finding]], ...] = (
    capture_action,
    bundle_list,
    layer2_and_mpls,
    udf_direction,
    without_acl,
    family_of_source,
    capture_missing,
    list_removed,
    list_named,
    list_bound,
    binding_taken,
    list_filters,
    list_unbound,
    named_list_hides,
    udf_count,
    udf_exists,
    udf_slot,
    enable_capture,
    qualifiers_missing,
    qualifier_words,
    qualifier_pairs,
    key_width,
)
