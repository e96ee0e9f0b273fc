# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What is written for hosts, but does nothing there, and the hosts of which nothing is desired. Pure."""

from __future__ import annotations

import difflib
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from .._engine.words.enumeration import some
from .capabilities import OF_RUNS, Capability
from .selection import Fleet, SettingError, Variables, desires

MOST_NAMED = 10  # hosts in one line
NEAR = 2  # letters that may be wrong, missing, too many or swapped

# Variables that hold a run back. One that is misspelt holds nothing back, so it is refused before the first host.
_BRAKES = ("netsec_canary", "netsec_serial", "netsec_max_fail_percentage", "netsec_expected_plan")
_OUR_PREFIX = "netsec_"
_LIKE = 0.65  # how much of a name must agree: netsec_canaries and netsec_canary_host are taken for netsec_canary

# Tags that Ansible itself gives a meaning.
_TAGS_OF_ANSIBLE = frozenset({"all", "always", "never", "tagged", "untagged"})

# Names that Ansible itself gives every host, and those of connections, which are no business of roles.
_OF_ANSIBLE = ("ansible_", "inventory_", "group_", "play_", "role_")


@dataclass(frozen=True)
class Found:
    """hosts: what each remark is about, in the order of the inventory. lines: the remarks, in words."""

    hosts: tuple[str, ...] = ()
    lines: tuple[str, ...] = ()


@dataclass
class _Remarks:
    """Texts with {hosts} in them, each with the hosts that it is about."""

    about: dict[str, dict[str, None]] = field(default_factory=dict)

    def add(self, text: str, host: str) -> None:
        self.about.setdefault(text, {})[host] = None

    def found(self) -> Found:
        hosts = dict.fromkeys(host for about in self.about.values() for host in about)
        return Found(
            tuple(hosts), tuple(text.replace("{hosts}", some(about, MOST_NAMED)) for text, about in self.about.items())
        )


def remarks(
    capabilities: Sequence[Capability],
    fleet: Fleet,
    options: Mapping[str, Collection[str]],
    files: Callable[[str], Iterable[str]],
    limit: Collection[str] | None = None,
    *,
    only_if_idle: bool = False,
) -> Found:
    """All that is to be said about the hosts of these capabilities, the hosts of which nothing is desired first.

    options: role -> its variables. files: what is to be said about the files of variables of a host of which nothing is desired.
    limit: the hosts that take part, None for all. only_if_idle: that nothing is desired of a host is told only where nothing is
    desired of any. Nothing is found before Ansible knows the variables of the hosts.
    """
    if fleet.of is None:
        return Found()
    told = _Remarks()
    rows = _rows_of_hosts(capabilities, fleet)
    ours = {host: fleet.of(host) for host in rows if limit is None or host in limit}
    spelling = Spelling(options)
    idle = {
        host: None
        for host, own in ours.items()
        if not any(desires(row, fleet.shared) or desires(row, own) for row in rows[host])
    }
    if only_if_idle and len(idle) < len(ours):
        idle = {}
    for host in idle:
        told.add(_nothing(rows[host]), host)
    for host in idle:
        for text in files(host):
            told.add(text, host)
    for host, own in ours.items():
        for name in _own_names(own):
            meant = spelling.meant(name)
            if meant:
                told.add(f"{name} ({{hosts}}) is read by no role: is {meant} meant?", host)
            elif host in idle and spelling.is_stranger(name, capabilities):
                told.add(f"{name} ({{hosts}}) is read by no role.", host)
    for host, row, name in _misplaced(capabilities, fleet, {*ours} - {*idle}, limit):
        told.add(f"{name} is set for {{hosts}}, outside {_any(row.groups)}: nothing is done there.", host)
    for group, meant in _strange_groups(capabilities, fleet):
        for host in fleet.groups[group]:
            if host not in rows and (limit is None or host in limit):
                told.add(f"No playbook goes to group {group} ({{hosts}}): is {meant} meant?", host)
    return told.found()


def _own_names(variables: Variables) -> Iterator[str]:
    return (str(name) for name in variables if not str(name).startswith(_OF_ANSIBLE))


def _rows_of_hosts(capabilities: Iterable[Capability], fleet: Fleet) -> dict[str, list[Capability]]:
    """Host -> what it is for."""
    found: dict[str, list[Capability]] = {}
    for row in capabilities:
        for host in fleet.members(row):
            found.setdefault(host, []).append(row)
    return found


def _nothing(capabilities: Iterable[Capability]) -> str:
    """Why nothing is desired of a host that these capabilities are for."""
    variables = list(dict.fromkeys(name for row in capabilities for name in row.variables))
    set_ = f"{variables[0]} is not set" if len(variables) == 1 else f"none of {', '.join(variables)} is set"
    return f"Nothing is desired of {{hosts}}: {set_}."


def _misplaced(
    capabilities: Sequence[Capability], fleet: Fleet, busy: Collection[str], limit: Collection[str] | None
) -> Iterator[tuple[str, Capability, str]]:
    """Hosts with a variable that would desire something of them if they were in another group. busy: hosts that have something
    to do, which may share variables with others in a group."""
    members = {row.name: frozenset(fleet.members(row)) for row in capabilities}
    for host in fleet.groups.get("all", ()) if fleet.of else ():
        if host in busy or (limit is not None and host not in limit):
            continue
        variables = fleet.of(host) if fleet.of else {}
        for row in capabilities:
            for name in row.variables:
                if name in variables and name not in fleet.shared and host not in members[row.name]:
                    yield host, row, name


def _strange_groups(capabilities: Iterable[Capability], fleet: Fleet) -> Iterator[tuple[str, str]]:
    """Groups whose names are nearly those of groups that a playbook goes to, with those names."""
    ours = {group for row in capabilities for group in row.groups}
    for group in fleet.groups:
        meant = nearest(group, ours - {group})
        if meant and group not in ours and distance(group, meant) <= len(meant) // 3:
            yield group, meant


class Spelling:
    """Names that roles read, and which of them a name that none reads may mean."""

    def __init__(self, options: Mapping[str, Collection[str]]) -> None:
        registered = {f"{role}_{what}" for role in options for what in ("live", "result")}
        self._known = frozenset({*OF_RUNS, *registered, *(name for names in options.values() for name in names)})
        self._meant: dict[str, str] = {}

    def meant(self, name: str) -> str:
        """The known name that is nearest, empty where the name is known or none is near."""
        if name not in self._meant:
            self._meant[name] = "" if name in self._known else nearest(name, self._known)
        return self._meant[name]

    def is_stranger(self, name: str, capabilities: Iterable[Capability]) -> bool:
        """Whether a name begins as those of a role do, and is not one of them."""
        return name not in self._known and name.startswith(tuple(f"{row.name}_" for row in capabilities))


def check_brakes(capability: Capability, fleet: Fleet) -> None:
    """Raises SettingError where a variable of the run that would hold it back is misspelt: in what is set for the whole play, or
    for the first host that the capability is for (as selection.setting() reads it)."""
    hosts = fleet.members(capability)
    own = fleet.of(hosts[0]) if fleet.of and hosts else {}
    for name in dict.fromkeys([*_own_names(fleet.shared), *_own_names(own)]):
        meant = _brake(name)
        if meant:
            raise SettingError(f"{name} is read by nothing: is {meant} meant? Rename it, or remove it")


def _brake(name: str) -> str:
    """The brake that an unknown name may mean, empty for none.

    >>> _brake("netsec_canaries"), _brake("nestec_serial"), _brake("netsec_max_fail"), _brake("netsec_state_dir")
    ('netsec_canary', 'netsec_serial', 'netsec_max_fail_percentage', '')
    """
    if name in OF_RUNS:
        return ""
    near = nearest(name, _BRAKES)
    if near or not name.startswith(_OUR_PREFIX):
        return near
    rest = name.removeprefix(_OUR_PREFIX)
    words = {brake.removeprefix(_OUR_PREFIX): brake for brake in _BRAKES}
    like = difflib.get_close_matches(rest, words, n=1, cutoff=_LIKE)
    begun = [word for word in words if len(rest) > NEAR and word.startswith(rest)]
    return next((words[word] for word in (*like, *begun)), "")


def tag_warnings(run: Iterable[str], skipped: Iterable[str], capabilities: Collection[Capability]) -> list[str]:
    """What is to be said about the tags of a run: those that are nearly ours, and tags that select or skip nothing of ours.

    Raises SettingError for a tag to skip that is nearly ours: what it means would be done. A tag may also be one that a
    playbook gives to the import of ours, so others are no error.
    """
    known = {name: None for row in capabilities for name in (row.name, *row.tags)}
    roles = [row.name for row in capabilities]
    told = []
    for option, tags in (("--tags", [*run]), ("--skip-tags", [*skipped])):
        near = {tag: nearest(tag, known) for tag in tags if tag not in known}
        for tag, meant in near.items():
            text = f"{option} {tag}: no task of this collection has this tag"
            if meant and option == "--skip-tags":
                raise SettingError(f"{text}, so nothing would be skipped: is {meant} meant?")
            if meant:
                told.append(f"{text}. Is {meant} meant?")
        if tags and len(near) == len(tags) and not any(near.values()) and not _TAGS_OF_ANSIBLE.intersection(tags):
            told.append(
                f"{option} {','.join(tags)}: no task of this collection has such a tag. Each role is a tag: {', '.join(roles)}."
            )
    return told


def nearest(name: str, known: Iterable[str]) -> str:
    """The name of these that differs least, empty where each differs in more than NEAR letters.

    >>> nearest("iosxr_span_confg", ["iosxr_span_config", "iosxr_span_state"]), nearest("motd", ["iosxr_span_state"])
    ('iosxr_span_config', '')
    """
    near = [(distance(name, other), other) for other in known if _may_be_near(name, other)]
    least, meant = min(near, default=(NEAR + 1, ""))
    return meant if least <= NEAR else ""


def _may_be_near(one: str, other: str) -> bool:
    """By the letters without their order: an inventory has thousands of names, and distance() looks at each pair of letters."""
    if abs(len(one) - len(other)) > NEAR:
        return False
    letters, others = _letters(one), _letters(other)
    return (letters - others).total() <= NEAR and (others - letters).total() <= NEAR


@lru_cache(maxsize=4096)
def _letters(name: str) -> Counter[str]:
    return Counter(name)


@lru_cache(maxsize=4096)
def distance(one: str, other: str) -> int:
    """How many letters are wrong, missing, too many, or swapped with their neighbour.

    >>> distance("iosxr_span_confg", "iosxr_span_config"), distance("iosrx", "iosxr")
    (1, 1)
    """
    before: list[int] = []
    last = list(range(len(other) + 1))
    for row, letter in enumerate(one, 1):
        current = [row]
        for column, wanted in enumerate(other, 1):
            least = min(last[column] + 1, current[column - 1] + 1, last[column - 1] + (letter != wanted))
            if row > 1 and column > 1 and letter == other[column - 2] and one[row - 2] == wanted:
                least = min(least, before[column - 2] + 1)
            current.append(least)
        before, last = last, current
    return last[-1]


def _any(groups: Sequence[str]) -> str:
    return f"group {groups[0]}" if len(groups) == 1 else f"the groups {', '.join(groups)}"
