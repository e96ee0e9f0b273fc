# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Error actions of FPCs as typed objects: `set` lines or document -> objects -> lines or document. Pure.

Grammar: `chassis fpc N error (fatal|major|minor) threshold X` and `... action A`, the same below `chassis error` for all FPCs
(YANG junos-es-conf-chassis 24.4R1). Actions are a list in the user's order.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple

from ..groups import Inherited
from .tables import LEVEL_ROWS, LEVELS, Level

Statement = tuple[str, ...]
Item = Mapping[str, Any]
ALL = -1  # the slot that means `chassis error`


class Key(NamedTuple):
    """What one pair of threshold and actions belongs to. fpc: slot, or ALL."""

    fpc: int
    level: Level

    @property
    def path(self) -> Statement:
        return (*target_path(self.fpc), self.level)


@dataclass(frozen=True, slots=True)
class Setting:
    """threshold: None is the default of the level. actions: empty is the default of the level."""

    threshold: int | None = None
    actions: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return self.threshold is not None or bool(self.actions)


@dataclass(frozen=True, slots=True)
class Brought:
    """What groups bring of one level. threshold: its value, None where they bring none, or the configuration itself has one, which
    counts then; threshold_group: by whom. actions: action -> group."""

    threshold: int | None = None
    threshold_group: str = ""
    actions: Mapping[str, str] = field(default_factory=dict)

    @property
    def document(self) -> dict[str, Any]:
        threshold = {"threshold": self.threshold_group} if self.threshold_group else {}
        return {**threshold, **({"actions": dict(self.actions)} if self.actions else {})}


@dataclass(frozen=True, slots=True)
class FpcErrors:
    """All the error actions that a device has, or must have.

    other: lines below `error` of a slot that no field knows, shown and kept. inactive: paths that are deactivated, at or
    below an `error` or above it; what is there has no effect and is not in settings. dormant: what is below them.
    present: slots that the configuration names, for whatever; shared: those in which there is anything else than ours. brought: what of
    the settings configuration groups bring.
    """

    settings: Mapping[Key, Setting] = field(default_factory=dict)
    other: Mapping[int, tuple[str, ...]] = field(default_factory=dict)
    inactive: frozenset[Statement] = frozenset()
    dormant: Mapping[Key, Setting] = field(default_factory=dict)
    present: frozenset[int] = field(default=frozenset(), compare=False)
    shared: frozenset[int] = field(default=frozenset(), compare=False)
    brought: Mapping[Key, Brought] = field(default_factory=dict, compare=False)

    def own(self, key: Key) -> Setting:
        """What of a setting stands, or has to stand, in the configuration itself: groups bring the rest."""
        setting, brought = self.settings.get(key, Setting()), self.brought.get(key)
        if brought is None:
            return setting
        threshold = None if setting.threshold == brought.threshold else setting.threshold
        return Setting(threshold, tuple(action for action in setting.actions if action not in brought.actions))


class Effect(NamedTuple):
    """What counts for one level of one FPC. origin: of the actions: fpc, all or default."""

    threshold: int
    actions: tuple[str, ...]
    origin: str


def target_path(fpc: int) -> Statement:
    return ("chassis", "error") if fpc == ALL else ("chassis", "fpc", str(fpc), "error")


def target_name(fpc: int) -> str:
    """In the words of a document.

    >>> target_name(3), target_name(ALL)
    ('fpc 3', 'all')
    """
    return "all" if fpc == ALL else f"fpc {fpc}"


def target_document(fpc: int) -> dict[str, Any]:
    """What names an FPC, or all of them, in a document."""
    return {"all": True} if fpc == ALL else {"fpc": fpc}


def item_name(key: Key) -> str:
    """
    >>> item_name(Key(3, "fatal"))
    'config[fpc 3].fatal'
    """
    return f"config[{target_name(key.fpc)}].{key.level}"


# -- configuration


def parse(paths: Iterable[Statement], inactive: Iterable[Statement] = ()) -> FpcErrors:
    """From the paths of `set` and of `deactivate` lines. What is no error action is left out. Never raises."""
    settings: dict[Key, Setting] = {}
    other: dict[int, list[str]] = {}
    slots: dict[int, bool] = {}  # whether others have something there
    for path in paths:
        slot, (fpc, rest) = _slot_of(path), _below(path)
        key, setting = _setting(fpc, rest, settings) if fpc is not None and rest else (None, Setting())
        if slot is not None:
            slots[slot] = slots.get(slot, False) or (key is None and len(path) > 3)
        if key is not None:
            settings[key] = setting
        elif fpc is not None and rest:
            other.setdefault(fpc, []).append(" ".join(rest))
    off = frozenset(path for path in inactive if _concerns(path))
    asleep = {key for key in settings if _asleep(key, off)}
    return FpcErrors(
        {key: settings[key] for key in sorted(settings, key=order) if settings[key] and key not in asleep},
        {fpc: tuple(lines) for fpc, lines in sorted(other.items())},
        off,
        {key: settings[key] for key in sorted(asleep, key=order)},
        frozenset(slots),
        frozenset(
            slot
            for slot, shared in slots.items()
            if shared or any(_slot_of(path) == slot and len(path) < 5 for path in off)
        ),
    )


def parse_inherited(read: Inherited) -> FpcErrors:
    """What counts, and what of it groups bring. Where a slot is an entry of the configuration itself, is told by what stands there."""
    counting = parse(read.found.paths, read.found.inactive)
    standing = parse([path for path in read.found.paths if path in read.own], read.found.inactive)
    brought: dict[Key, Brought] = {}
    for key, setting in counting.settings.items():
        threshold = read.group_of((*key.path, "threshold", str(setting.threshold)))
        actions = {
            action: group for action in setting.actions if (group := read.group_of((*key.path, "action", action)))
        }
        if threshold or actions:
            brought[key] = Brought(setting.threshold if threshold else None, threshold, actions)
    return replace(counting, present=standing.present, shared=standing.shared, brought=brought)


def from_groups(state: FpcErrors) -> list[dict[str, Any]]:
    """What groups bring, by slot and level, with the groups."""
    return [
        {**target_document(key.fpc), "level": key.level, **state.brought[key].document}
        for key in sorted(state.brought, key=order)
    ]


def _setting(fpc: int, rest: Statement, settings: Mapping[Key, Setting]) -> tuple[Key | None, Setting]:
    level = next((level for level in LEVELS if level == rest[0]), None)
    if level is None:
        return None, Setting()
    key = Key(fpc, level)
    was = settings.get(key, Setting())
    match rest[1:]:
        case ():
            return key, was
        case ("threshold", value) if value.isascii() and value.isdigit() and len(value) <= 9:
            return key, Setting(int(value), was.actions)
        case ("action", name):
            return key, Setting(was.threshold, was.actions if name in was.actions else (*was.actions, name))
        case _:
            return None, was


def _below(path: Statement) -> tuple[int | None, Statement]:
    """Slot and the words below its `error`; None for what is no error action."""
    match path:
        case ("chassis", "error", *rest):
            return ALL, tuple(rest)
        case ("chassis", "fpc", slot, "error", *rest) if slot.isascii() and slot.isdigit() and len(slot) <= 3:
            return int(slot), tuple(rest)
        case _:
            return None, ()


def _concerns(path: Statement) -> bool:
    """Whether a deactivated path holds error actions, or lies below them."""
    return path in (("chassis",), ("chassis", "fpc")) or path[:2] == ("chassis", "error") or (
        path[:2] == ("chassis", "fpc") and (len(path) == 3 or path[3:4] == ("error",))
    )  # fmt: skip


def _asleep(key: Key, inactive: Iterable[Statement]) -> bool:
    """A single statement that is deactivated deactivates its level: what is left of it is not what is configured."""
    return any(path[: len(key.path)] == key.path or key.path[: len(path)] == path for path in inactive)


def lines(key: Key, setting: Setting) -> list[str]:
    """`set` lines of one level, threshold first."""
    path = "set " + " ".join(key.path)
    threshold = [] if setting.threshold is None else [f"{path} threshold {setting.threshold}"]
    return threshold + [f"{path} action {action}" for action in setting.actions]


def order(key: Key) -> tuple[int, int]:
    return key.fpc, LEVELS.index(key.level)


def effect(state: FpcErrors, fpc: int, level: Level) -> Effect:
    """What counts: the FPC's own, else that of all FPCs, else the default. That own takes precedence over all is unverified."""
    own, every, row = state.settings.get(Key(fpc, level), Setting()), state.settings.get(Key(ALL, level), Setting()), LEVEL_ROWS[level]  # fmt: skip
    threshold = next((value for value in (own.threshold, every.threshold) if value is not None), row.threshold)
    if own.actions:
        return Effect(threshold, own.actions, "all" if fpc == ALL else "fpc")
    return Effect(threshold, every.actions or row.actions, "all" if every.actions else "default")


# -- document


def fpc_of(item: Item) -> int | None:
    """The slot that an entry of a document speaks of; None where it names none, or both a slot and all."""
    slot, every = item.get("fpc"), bool(item.get("all"))
    if (slot is None) == (not every) or isinstance(slot, bool):
        return None
    return ALL if every else slot if isinstance(slot, int) else None


def from_document(document: Sequence[Item]) -> dict[Key, Setting]:
    """Every level that a document names, the last word on each. Never raises: the rules report what is wrong with it."""
    found: dict[Key, Setting] = {}
    for item in document:
        fpc = fpc_of(item)
        for level in LEVELS:
            given = item.get(level)
            if fpc is not None and given is not None:
                found[Key(fpc, level)] = Setting(given.get("threshold"), tuple(given.get("actions") or ()))
    return found


def to_document(state: FpcErrors) -> list[dict[str, Any]]:
    """Entries by slot, all FPCs first; of inactive statements only their paths."""
    asleep = {fpc for fpc in (_slot_of(path) for path in state.inactive) if fpc is not None}
    document: list[dict[str, Any]] = []
    for fpc in sorted({key.fpc for key, setting in state.settings.items() if setting} | set(state.other) | asleep):
        item = target_document(fpc)
        for level in LEVELS:
            setting = state.settings.get(Key(fpc, level), Setting())
            if setting:
                item[level] = {
                    **({} if setting.threshold is None else {"threshold": setting.threshold}),
                    **({"actions": list(setting.actions)} if setting.actions else {}),
                }
        if state.other.get(fpc):
            item["other"] = list(state.other[fpc])
        inactive = sorted(" ".join(path) for path in state.inactive if _slot_of(path) == fpc)
        document.append({**item, **({"inactive": inactive} if inactive else {})})
    return document


def _slot_of(path: Statement) -> int | None:
    """The slot that a path speaks of, ALL among them."""
    if path[:2] == ("chassis", "error"):
        return ALL
    return (
        int(path[2])
        if path[:2] == ("chassis", "fpc")
        and len(path) > 2
        and path[2].isascii()
        and path[2].isdigit()
        and len(path[2]) <= 3
        else None
    )
