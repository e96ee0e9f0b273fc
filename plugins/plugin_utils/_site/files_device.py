# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What files on the controller say about variables: the options of roles, and files of hosts that set nothing."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from .remarks import NEAR, distance

_ENDINGS = ("", ".yml", ".yaml", ".json")  # what Ansible reads below host_vars
_LARGEST = 1 << 20  # bytes of a file that is looked into


def role_options(roles: Path, names: Iterable[str]) -> dict[str, frozenset[str]]:
    """Role -> the variables of all its entry points, from its meta/argument_specs.yml."""
    return {name: _options(roles / name / "meta" / "argument_specs.yml") for name in names}


def _options(path: Path) -> frozenset[str]:
    loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    specs = yaml.load(path.read_text(encoding="utf-8"), Loader=loader)["argument_specs"]
    return frozenset(name for entry in specs.values() for name in entry.get("options", {}))


def file_remarks(
    inventory: Callable[[str], str | None], groups: Mapping[str, Iterable[str]]
) -> Callable[[str], Iterator[str]]:
    """A function: what is to be said about the files of variables of a host and of its groups, in words with {hosts} for its name.

    inventory: the directory of the inventory that has the host, None where there is no such directory. groups: name -> hosts.
    """
    members = {group: frozenset(hosts) for group, hosts in groups.items()}
    names_of = cache(_entries)  # hosts of one inventory share its folders
    set_by = cache(_idle_files)
    everyone = frozenset(host for hosts in members.values() for host in hosts)

    def told(host: str) -> Iterator[str]:
        directory = inventory(host)
        if directory:
            own = [group for group, hosts in members.items() if host in hosts]
            for folder, names, known, what in (
                (Path(directory) / "host_vars", [(host, "{hosts}")], everyone, "host"),
                (Path(directory) / "group_vars", [(group, group) for group in own], members.keys(), "group"),
            ):
                for path in (path for name, _shown in names for path in set_by(folder, name)):
                    yield f"{path.relative_to(directory)} sets nothing: it is empty, or all of it is commented out."
                yield from _strays(names_of(folder), names, known, what)

    return told


def _strays(
    entries: Sequence[tuple[str, str]], names: Sequence[tuple[str, str]], known: Collection[str], what: str
) -> Iterator[str]:
    """entries: of _entries(). names: each with the words that it is shown with."""
    for stray, place in entries:
        for name, shown in names if stray not in known else ():
            if distance(stray, name) <= min(NEAR, len(name) // 3):
                yield f"{place} belongs to no {what}: is {shown} meant?"


def _entries(folder: Path) -> list[tuple[str, str]]:
    """What each entry of a folder is called for Ansible, and its place beside the inventory."""
    entries = sorted(folder.iterdir()) if folder.is_dir() else []
    return [(entry.name if entry.is_dir() else entry.stem, str(entry.relative_to(folder.parent))) for entry in entries]


def _idle_files(folder: Path, name: str) -> list[Path]:
    return [path for path in _files(folder, name) if _sets_nothing(path)]


def _files(folder: Path, name: str) -> list[Path]:
    """The files of variables of a host or a group, as Ansible looks for them."""
    found = [folder / f"{name}{ending}" for ending in _ENDINGS]
    within = sorted((folder / name).rglob("*")) if (folder / name).is_dir() else []
    return [path for path in (*found, *within) if path.is_file() and path.suffix in _ENDINGS]


def _sets_nothing(path: Path) -> bool:
    try:
        text = path.read_text(encoding="utf-8") if path.stat().st_size <= _LARGEST else "more"
    except (OSError, UnicodeDecodeError):
        return False  # Ansible itself tells what is wrong with it
    lines = (line.strip() for line in text.splitlines())
    return not any(line and not line.startswith("#") and line not in ("---", "...", "{}") for line in lines)
