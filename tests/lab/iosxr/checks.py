# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What IOS XR refuses when a candidate is committed, with its own words.

Captured from routers: the two SPAN texts (public NSO logs) and `Parameter not programmed on ACL TCAM UDK` (XRDOCS).
Everything behind a switch is unverified: whether the router refuses it, and how it says so.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from . import aces, grammar
from .picture import Attachment, Facts, facts_of
from .tree import Change, Node, changes, ordered

ATTACHMENTS = "'SPAN' detected the 'warning' condition 'This platform doesn't support configuring multiple attachments of a traffic class'"
DESTINATION = "Destination interface {} for session {} is already configured for use with session {}"
NOT_IN_KEY = (
    "'dpa_feat_mgr' detected the 'warning' condition 'Parameter not programmed on ACL TCAM UDK (User Defined Key), "
    "check syslog for more details'"
)
# unverified wordings
LAYER_2 = "'ether_feat_mgr' detected the 'warning' condition 'Layer 2 and layer 3 configuration cannot be on interface {} together'"
ATTACHED_ABOVE = "'SPAN' detected the 'warning' condition 'Interface {} is l2transport: attach under l2transport'"
NO_CAPTURE = "'dnx_feat_mgr' detected the 'warning' condition 'ACL capture is not supported without enable-capture in the TCAM profile'"
ACL_IN_USE = "'ipv4_acl_mgr' detected the 'warning' condition 'Access list {} is in use by interface {}'"
ACL_UNKNOWN = "'ipv4_acl_mgr' detected the 'warning' condition 'Access list {} does not exist'"
UDF_UNKNOWN = "'udf_mgr' detected the 'warning' condition 'UDF {} is not defined'"
ID_FIXED = "'SPAN' detected the 'warning' condition 'ERSPAN session ID is not supported on this platform'"
ID_UNKNOWN = "'SPAN' detected the 'warning' condition 'ERSPAN session ID is not supported in this release'"
NO_PORT_LEVEL = "'SPAN' detected the 'warning' condition 'Port-level mirroring is not supported on this platform'"
NO_EGRESS = "'SPAN' detected the 'warning' condition 'Egress mirroring is not supported'"
NO_MEMBER = "'SPAN' detected the 'warning' condition 'Bundle member {} is not supported as source'"
NOT_PER_INTERFACE = "'SPAN' detected the 'warning' condition 'Truncation is supported per session only'"
TOO_MANY = "'SPAN' detected the 'resource not available' condition 'Maximum number of monitor sessions reached'"
NO_BUNDLE = "'SPAN' detected the 'warning' condition 'Bundle interfaces are not supported as destination'"
REJECTED = "'SPAN' detected the 'warning' condition 'This operation is not supported'"

# switch -> default; keys of the lab's specification
SWITCHES = {
    "strict_layer": True,
    "strict_acl": True,
    "strict_acl_reference": False,
    "strict_udf": True,
    "strict_limits": False,
    "strict_platform": True,
}


class Failure(NamedTuple):
    """path: the lines from the top down to the one that was refused, as printed. text: the device's own."""

    path: tuple[str, ...]
    text: str


class Case(NamedTuple):
    """One commit. live: TCAM profile at the last reload of the cards, (family, location) -> words."""

    before: Node
    after: Node
    old: Facts
    new: Facts
    live: Mapping[tuple[str, str], tuple[str, ...]]
    options: Mapping[str, Any]
    platform: str
    release: tuple[int, ...]


def check(before: Node, after: Node, live: Mapping[tuple[str, str], tuple[str, ...]], options: Mapping[str, Any],
          platform: str, release: tuple[int, ...]) -> list[Failure]:  # fmt: skip
    """Every line of the candidate that the device refuses. Configuration that was there before is not looked at again."""
    case = Case(before, after, facts_of(before), facts_of(after), live, options, platform, release)
    found: dict[Failure, None] = {}
    for rule in RULES:
        found.update(dict.fromkeys(rule(case)))
    return list(found)


def _attachment_path(source: Attachment) -> tuple[str, ...]:
    top = f"interface {source.interface}"
    if source.l2transport and "." not in source.interface:
        return (top, "l2transport", source.line)
    return (f"{top} l2transport" if source.l2transport else top, source.line)


def _one_attachment_a_class(case: Case) -> Iterator[Failure]:
    old = set(case.old.attachments)
    seen: dict[tuple[str, str], list[Attachment]] = {}
    for source in case.new.attachments:
        seen.setdefault((source.interface, source.session_class), []).append(source)
    for sources in seen.values():
        fresh = [source for source in sources if source not in old]
        if len(sources) > 1 and fresh:
            for source in fresh if len(fresh) < len(sources) else fresh[1:]:
                yield Failure(_attachment_path(source), ATTACHMENTS)


def _destination_in_one_session(case: Case) -> Iterator[Failure]:
    users: dict[str, list[str]] = {}
    for session in case.new.sessions.values():
        for interface in dict.fromkeys(session.interfaces()):
            users.setdefault(interface, []).append(session.name)
    for interface, sessions in users.items():
        fresh = [
            name
            for name in sessions
            if name not in case.old.sessions or interface not in case.old.sessions[name].interfaces()
        ]
        if len(sessions) < 2 or not fresh:
            continue
        for name in fresh if len(fresh) < len(sessions) else fresh[1:]:
            other = sessions[1] if sessions[0] == name else sessions[0]
            session = case.new.sessions[name]
            sides = [side for side, where in session.destinations.items() if where[:2] == ("interface", interface)]
            line = f"destination {sides[0] + ' ' if sides[0] else ''}interface {interface}"
            yield Failure((session.line, line), DESTINATION.format(interface, name, other))


# -- access lists in the hardware


def _applied(case: Case, facts: Facts) -> Iterator[tuple[tuple[str, ...], str, str]]:
    """(path of the line, family, name) of each place where an access list goes into the hardware."""
    for interface, family, name, line in facts.bindings:
        yield (f"interface {interface}", line), family, name
    if not case.options.get("strict_attachment_acl", True):
        return
    for source in facts.attachments:
        for family, name, line in source.acl_names():
            for each in (family,) if family else ("ipv4", "ipv6"):
                yield (*_attachment_path(source), line), each, name


def _entries(root: Node, family: str, name: str) -> Node | None:
    return (root.children or {}).get((f"{family} access-list", name))


def _fits_the_live_key(case: Case) -> Iterator[Failure]:
    """Line cards hold the key of their last reload; an entry that needs more cannot be programmed."""
    if case.platform != "ncs5500":
        return
    old = set(_applied(case, case.old))
    for place in dict.fromkeys(_applied(case, case.new)):
        path, family, name = place
        access_list = _entries(case.after, family, name)
        if access_list is None or (place in old and access_list is _entries(case.before, family, name)):
            continue
        text = _misfit(case, family, access_list)
        if text:
            yield Failure(path, text)


def _misfit(case: Case, family: str, access_list: Node) -> str | None:
    words = next((words for (each, _location), words in case.live.items() if each == family), None)
    key = (
        set(grammar.QUALIFIERS[family])
        if words is None
        else {word for word in words if word in grammar.QUALIFIERS[family]}
    )
    known = set(_udfs_of_profile(words or ()))
    for node in (access_list.children or {}).values():
        entry = node.line.partition(" ")[2]
        needed, udfs = aces.qualifiers(entry, family)
        if any(not key & set(each.split("|")) for each in needed) or not known.issuperset(udfs):
            return NOT_IN_KEY
        if "capture" in entry.split()[3:] and case.release < (6, 5, 1) and "enable-capture" not in (words or ()):
            return NO_CAPTURE
    return None


def _udfs_of_profile(words: Iterable[str]) -> Iterator[str]:
    """The UDFs behind the slots udf1 .. udf8. A UDF may be called as a slot is (Cisco guide), so names are skipped over."""
    rest = iter(words)
    for word in rest:
        if len(word) == 4 and word.startswith("udf") and word[3].isdigit():
            yield next(rest, "")


# -- switched, because unverified


def _one_layer_an_interface(case: Case) -> Iterator[Failure]:
    """An address and l2transport go not together, and a mirror of a layer 2 interface is attached under its l2transport."""
    if not case.options.get("strict_layer", True):
        return
    for name, node in case.new.interfaces.items():
        if case.old.interfaces.get(name) is node:
            continue
        keys = node.children or {}
        layer2 = node.line.endswith(" l2transport") or ("l2transport",) in keys
        if layer2 and any(key[0] in ("ipv4 address", "ipv6 address") for key in keys):
            path = (node.line,) if node.line.endswith(" l2transport") else (node.line, "l2transport")
            yield Failure(path, LAYER_2.format(name))
        above = () if node.line.endswith(" l2transport") or not layer2 else keys
        for key in above:
            if key[0] == "monitor-session":
                yield Failure((node.line, keys[key].line), ATTACHED_ABOVE.format(name))


def _access_lists_in_use_stay(case: Case) -> Iterator[Failure]:
    removal, reference = case.options.get("strict_acl", True), case.options.get("strict_acl_reference", False)
    if not (removal or reference):
        return
    old = set(_applied(case, case.old))
    for path, family, name in dict.fromkeys(_applied(case, case.new)):
        if len(path) > 2 or _entries(case.after, family, name) is not None:
            continue
        if removal and _entries(case.before, family, name) is not None:
            yield Failure(
                (f"no {family} access-list {name}",), ACL_IN_USE.format(name, path[0].removeprefix("interface "))
            )
        elif reference and (path, family, name) not in old:
            yield Failure(path, ACL_UNKNOWN.format(name))


def _udfs_in_use_stay(case: Case) -> Iterator[Failure]:
    if not case.options.get("strict_udf", True):
        return
    known = {str(key[1]) for key in case.after.children or {} if key[0] == "udf"}
    gone = {str(key[1]) for key in case.before.children or {} if key[0] == "udf"} - known
    old = {path for path, _udfs in _udf_users(case.before)}
    for path, udfs in _udf_users(case.after):
        for name in udfs:
            if name not in known and (path not in old or name in gone):
                yield Failure((f"no udf {name}",) if name in gone else path, UDF_UNKNOWN.format(name))


def _udf_users(root: Node) -> Iterator[tuple[tuple[str, ...], tuple[str, ...]]]:
    """(path of the line, UDFs that it names): profiles and entries of access lists."""
    for key, node in (root.children or {}).items():
        if key[0] == "hw-module tcam":
            yield (node.line,), tuple(_udfs_of_profile(node.line.split()))
        elif str(key[0]).endswith("access-list"):
            for child in (node.children or {}).values():
                if " udf " in child.line:
                    entry = child.line.partition(" ")[2]
                    yield (node.line, child.line), tuple(aces.qualifiers(entry, str(key[0])[:4])[1])


def _what_the_platform_has(case: Case) -> Iterator[Failure]:
    """Ids of ERSPAN sessions (YANG um-monitor-session-cfg from 7.8.1 on; NCS 5500: always zero; Cisco 8000: numbers of its own), and the
    restrictions of the Cisco 8000 guides: no port-level sources, no members of bundles, nothing sent to a port or into a tunnel, from 7.5.3 on
    no truncation of a single interface.
    """
    if not case.options.get("strict_platform", True):
        return
    fixed = case.platform in ("ncs5500", "8000")
    for name, session in case.new.sessions.items():
        before = case.old.sessions.get(name)
        for side, words in session.destinations.items():
            if "erspan-session-id" in words and (before is None or before.destinations.get(side) != words):
                line = " ".join(("destination", *((side,) if side else ()), *words))
                if fixed or case.release < (7, 8, 1):
                    yield Failure((session.line, line), ID_FIXED if fixed else ID_UNKNOWN)
    if case.platform == "8000":
        yield from _cisco_8000(case)


def _cisco_8000(case: Case) -> Iterator[Failure]:
    members = {port for ports in case.new.bundles.values() for port in ports}
    old = set(case.old.attachments)
    for source in case.new.attachments:
        if source in old:
            continue
        path = _attachment_path(source)
        if source.port_level:
            yield Failure(path, NO_PORT_LEVEL)
        if source.interface in members:
            yield Failure(path, NO_MEMBER.format(source.interface))
        session = case.new.sessions.get(source.session)
        if source.direction != "rx-only" and session is not None and session.interfaces():
            yield Failure(path, NO_EGRESS)
        for line in source.lines if case.release >= (7, 5, 3) else ():
            if line.startswith("mirror first "):
                yield Failure((*path, line), NOT_PER_INTERFACE)


def _limits(case: Case) -> Iterator[Failure]:
    if not case.options.get("strict_limits", False):
        return
    fresh = [session for name, session in case.new.sessions.items() if name not in case.old.sessions]
    room = max(4 - (len(case.new.sessions) - len(fresh)), 0)
    for session in fresh[room:]:
        yield Failure((session.line,), TOO_MANY)
    for session in case.new.sessions.values():
        if session != case.old.sessions.get(session.name):
            for interface in session.interfaces():
                if interface.startswith("Bundle-"):
                    yield Failure((session.line, f"destination interface {interface}"), NO_BUNDLE)


RULES: tuple[Callable[[Case], Iterator[Failure]], ...] = (
    _one_attachment_a_class,
    _destination_in_one_session,
    _fits_the_live_key,
    _one_layer_an_interface,
    _access_lists_in_use_stay,
    _udfs_in_use_stay,
    _what_the_platform_has,
    _limits,
)

_HEADER = """\
!! SEMANTIC ERRORS: This configuration was rejected by 
!! the system due to semantic errors. The individual 
!! errors with each failed configuration command can be 
!! found below.


"""  # noqa: W291 -- the device prints the blanks at the ends


def report(failures: list[Failure]) -> str:
    """`show configuration failed`: each refused line where it stands, with the reason below it."""
    lines: list[str] = []
    for path, text in failures:
        lines += [" " * indent + line for indent, line in enumerate(path)]
        lines.append(f"!!% {text}")
        leaf = 1 if _is_leaf(path) else 0
        lines += [" " * indent + "!" for indent in range(len(path) - 1 - leaf, -1, -1)]
    return f"{_HEADER}{chr(10).join(lines)}\nend\n"


def _is_leaf(path: tuple[str, ...]) -> bool:
    return not (path[-1].startswith("monitor-session ") and len(path) > 1)


def a_changed_line(before: Node, after: Node) -> tuple[str, ...]:
    """The path of a line of the candidate, of mirroring if there is one, for a rejection that a fault makes up."""
    paths = list(_changed(changes(before, after), ()))
    return next((path for path in paths if "monitor-session" in path[-1]), paths[0] if paths else ("monitor-session",))


def _changed(found: list[Change], above: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    for change in found:
        path = (*above, f"no {change.node.line}" if change.sign == "-" else change.node.line)
        if change.sign == "+" and not (above and path[-1].startswith("monitor-session ")):
            yield from _leaves(change.node, path)
        elif change.sign == "#":
            yield from _changed(change.below, path)
        else:
            yield path


def _leaves(node: Node, path: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    if not node.children or (len(path) > 1 and node.line.startswith("monitor-session ")):
        yield path
        return
    for _key, child in ordered(node):
        yield from _leaves(child, (*path, child.line))
