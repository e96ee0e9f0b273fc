# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the raw arguments of a task show, and nothing shows any more once a validator has filled them up: unknown options,
and null where a list or a dictionary is expected."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from ansible.module_utils.common.validation import check_type_dict, check_type_list

LONGEST_NAME = 60  # characters of an unknown option that a message shows


@dataclass(frozen=True, slots=True)
class Null:
    """path: of the option (``config.sessions[a].sources``). what: is found there. words: what to write instead. always: refused
    in every state; one that is not always refused counts as left out where the state can remove nothing."""

    path: str
    what: str
    words: str
    always: bool = False

    def __str__(self) -> str:
        return f"{self.path} {self.what}. {self.words}"


@dataclass(frozen=True, slots=True)
class Unknown:
    path: str
    near: str

    def __str__(self) -> str:
        hint = f"; near: {self.near}" if self.near else ""
        return f"unknown option {self.path}{hint}"


@dataclass(frozen=True, slots=True)
class Mistyped:
    """kind: what is expected (``dict``). found: the type that is there."""

    path: str
    kind: str
    found: str

    def __str__(self) -> str:
        return f"{self.path} must be a {self.kind}, not {self.found}"


def examined(arguments: Mapping[str, Any], spec: Mapping[str, Any]) -> tuple[list[Unknown], list[Null]]:
    """All of both, at any depth. spec: an argument spec as core has it (type, elements, options, aliases). Never raises."""
    found = list(_level(arguments, spec, ""))
    return [each for each in found if isinstance(each, Unknown)], [each for each in found if isinstance(each, Null)]


def mistyped(arguments: Mapping[str, Any], spec: Mapping[str, Any]) -> list[Mistyped]:
    """Where something is not a list or dictionary and cannot be taken for one, at any depth. Never raises."""
    return [each for each in _level(arguments, spec, "") if isinstance(each, Mistyped)]


def unusable_paths(arguments: Mapping[str, Any], spec: Mapping[str, Any]) -> list[str]:
    """Options of type path, at any depth, whose value has a NUL character: no file system knows such a name. Never raises."""
    found: list[str] = []
    for name, option in spec.items():
        for key in (name, *option.get("aliases", ())):
            found += _unusable(arguments.get(key), option, name)
    return found


def _unusable(value: Any, option: Mapping[str, Any], path: str) -> list[str]:
    if isinstance(value, list | tuple):
        inner = {**option, "type": option.get("elements")}
        return [each for number, item in enumerate(value, 1) for each in _unusable(item, inner, f"{path}[#{number}]")]
    if isinstance(value, Mapping):
        return [f"{path}.{each}" for each in unusable_paths(value, option.get("options") or {})]
    is_path = "path" in (option.get("type"), option.get("elements"))
    return [path] if is_path and isinstance(value, str) and "\0" in value else []


def _level(given: Mapping[str, Any], spec: Mapping[str, Any], above: str) -> Iterator[Unknown | Null | Mistyped]:
    names = {alias: name for name, option in spec.items() for alias in (name, *option.get("aliases", ()))}
    for key, value in given.items():
        path = f"{above}.{str(key)[:LONGEST_NAME]}".lstrip(".")
        name = names.get(key) if isinstance(key, str) else None
        if name is None:
            near = difflib.get_close_matches(str(key), list(names), n=1, cutoff=0.6)
            yield Unknown(path, "".join(near))
        else:
            yield from _option(value, spec[name], path)


def _option(value: Any, option: Mapping[str, Any], path: str) -> Iterator[Unknown | Null | Mistyped]:
    kind = option.get("type")
    if kind not in ("list", "dict"):
        return
    if value is None:
        last = path.rpartition(".")[2]
        if kind == "list":
            words = f"Write its entries, or `{last}: []` if it is to be empty."
        else:
            words = "Write the keys that belong below it, with `[]` for a list that is to be empty."
        yield Null(path, "is null: nothing, or only comments, is written below it", words)
        return
    inner = option.get("options")
    if kind == "dict":
        yield from _dictionary(value, inner, path)
        return
    listed = _coerced(check_type_list, value)
    if not isinstance(listed, list | tuple):
        yield Mistyped(path, "list", type(value).__name__)
        return
    for number, entry in enumerate(listed, 1):
        if entry is None:
            yield Null(f"{path}[#{number}]", "is an empty entry (null)", "Fill it, or remove its dash.", True)
        elif option.get("elements") == "dict":
            yield from _dictionary(entry, inner, path, number)


def _dictionary(
    value: Any, inner: Mapping[str, Any] | None, path: str, number: int = 0
) -> Iterator[Unknown | Null | Mistyped]:
    """number: which entry of a list it is; 0 for none."""
    level = _coerced(check_type_dict, value)
    if not isinstance(level, Mapping):
        yield Mistyped(f"{path}[#{number}]" if number else path, "dict", type(value).__name__)
    elif inner:
        where = f"{path}[{_name(level, number)}]" if number else path
        if level and all(level[key] is None and _is_scalar(inner, key) for key in level):
            # A null scalar counts as left out, and an empty dictionary may mean that something is to be removed.
            yield Null(where, "has only empty values (null)", "Fill one of them, or remove it.", True)
        yield from _level(level, inner, where)


def _is_scalar(spec: Mapping[str, Any], key: Any) -> bool:
    option = spec.get(key) if isinstance(key, str) else None
    return option is not None and option.get("type") not in ("list", "dict")


def _coerced(check: Any, value: Any) -> Any:
    """As core's validator would take it: a text may be JSON, or key=value pairs. What it does not take it reports itself."""
    if isinstance(value, Mapping | list | tuple):
        return value
    try:
        return check(value)
    except (TypeError, ValueError):
        return None


def _name(entry: Mapping[str, Any], number: int) -> str:
    name = entry.get("name")
    return str(name)[:LONGEST_NAME] if isinstance(name, str) and name.isprintable() and name else f"#{number}"
