# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Every rule of FPC error actions against document and resulting state, all problems at once. Pure; never raises."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from ..._engine.problems import Problem
from ..._engine.rules import Finding, problems
from ..._engine.states import State
from ..chassis import Card, Chassis, Release
from .model import (
    ALL,
    FpcErrors,
    Item,
    Key,
    Setting,
    effect,
    fpc_of,
    from_document,
    item_name,
    target_name,
    target_path,
)
from .rule_table import RULES
from .tables import (
    ACTIONS,
    ALL_FPCS,
    CARD_HANDLING,
    CARDS,
    CHASSIS,
    DETECTION,
    HIGHEST_SLOT,
    KNOWN_ACTIONS,
    LEVEL_ROWS,
    LEVELS,
    NOT_ALL_FPCS,
    OFFLINE_PFE,
    OLD_ENGINE,
    RESTARTING,
    SLOTS_OF_A_NODE,
    action_sets,
    reached,
)

_WORD = re.compile(r"[a-z][a-z0-9-]{0,30}")
CONFIRM = "Leave them out, or set confirm_chassis_restart: true where a restart of the chassis is what you want."
WHOLE_CHASSIS = "chassisd then restarts ALL FPCs, SPCs and IOCs alike: the whole chassis"


@dataclass(frozen=True)
class Facts:
    """The device. model: of `show version`, where the hardware does not report it. release: as printed, and parsed.

    counts: errors that an FPC has counted so far. confirmed: the user said confirm_chassis_restart.
    """

    chassis: Sequence[Chassis] = ()
    model: str = ""
    release_text: str = ""
    release: Release | None = None
    cluster: bool = False
    confirmed: bool = False
    counts: Mapping[Key, int] = field(default_factory=dict)

    @property
    def models(self) -> list[str]:
        return sorted({one.model for one in self.chassis if one.model} or {self.model} - {""})

    @property
    def slots(self) -> list[int]:
        return sorted({slot for one in self.chassis for slot in one.cards})

    def cards(self, fpc: int) -> list[Card]:
        """What the slot holds, on every node. Whether `chassis fpc` counts the slots of node 1 on, as interfaces do, is
        unverified: both readings are looked at."""
        if fpc == ALL:
            return [card for one in self.chassis for card in one.cards.values()]
        found = [one.cards.get(fpc) for one in self.chassis]
        if self.cluster:
            found += [one.cards.get(fpc - SLOTS_OF_A_NODE.get(one.model, 100)) for one in self.chassis]
        return [card for card in found if card is not None]


def restarting_slots(facts: Facts) -> frozenset[int]:
    """Slots, ALL among them, in which offline or reset restarts the whole chassis."""
    found = [fpc for fpc in (ALL, *range(HIGHEST_SLOT + 1)) if any(_restarts(card) for card in facts.cards(fpc))]
    return frozenset(found)


def _restarts(card: Card) -> bool:
    return card.kind in CARDS and bool(CARDS[card.kind].restarts_chassis)


@dataclass(frozen=True)
class View:
    current: FpcErrors
    desired: FpcErrors
    document: Sequence[Item]
    state: State
    facts: Facts

    @property
    def writes(self) -> bool:
        """Removing settings is possible wherever they are."""
        return self.state != "deleted" and bool(self.given)

    @cached_property
    def given(self) -> dict[Key, Setting]:
        return from_document(self.document) if self.state != "deleted" else {}

    def changed(self, key: Key) -> bool:
        return self.current.settings.get(key) != self.desired.settings.get(key)


def validate(document: Sequence[Item] | None, state: State) -> list[Problem]:
    """What is wrong with the form of a document, whatever the device is: known before a connection is opened."""
    if state == "deleted" and document is not None and not document:
        text = "state deleted without a document removes all error actions, and this document is empty"
        return [Problem("document", "config", text, "Leave config out if this is intended.")]
    return problems(RULES, _form(document or ()))


def check(
    current: FpcErrors, desired: FpcErrors, document: Sequence[Item] | None, state: State, facts: Facts
) -> list[Problem]:
    """The rules that are broken, in the order of the table, then by item."""
    view = View(current, desired, document or (), state, facts)
    return problems(RULES, (finding for run in _CHECKS for finding in run(view)))


# -- the document itself


def _form(document: Sequence[Item]) -> Iterator[Finding]:
    slots = [fpc_of(item) for item in document]
    for number, (item, fpc) in enumerate(zip(document, slots, strict=True)):
        if fpc is None or not (fpc == ALL or 0 <= fpc <= HIGHEST_SLOT) or (item.get("fpc") == ALL):
            text = f"fpc: {item.get('fpc')!r}, all: {item.get('all')!r}"
            yield Finding("F15", f"config[{number}]", f"names no FPC ({text})", "Give fpc: 0 to 23, or all: true.")
    for fpc, count in Counter(fpc for fpc in slots if fpc is not None).items():
        if count > 1:
            yield Finding("F13", f"config[{target_name(fpc)}]", f"is named {count} times", "Write it once.")


def _values(view: View) -> Iterator[Finding]:
    for key, setting in view.given.items():
        row, item = LEVEL_ROWS[key.level], item_name(key)
        if setting.threshold is not None and not row.lowest <= setting.threshold <= row.highest:
            wrong = f"threshold {setting.threshold} is not {row.lowest} to {row.highest}"
            yield Finding("F11", f"{item}.threshold", wrong, "")
        for action, count in Counter(setting.actions).items():
            if count > 1:
                yield Finding("F13", f"{item}.actions", f"{action!r} is named {count} times", "Write it once.")
            if not _WORD.fullmatch(action):
                yield Finding("F19", f"{item}.actions", f"{action!r} is not a valid action name", _known())
    for entry in view.document if view.state != "deleted" else ():
        fpc = fpc_of(entry)
        for level in LEVELS:
            if fpc is not None and (entry.get(level) or {}).get("actions") == []:
                remedy = "Leave actions out for the default ones, or name harmless ones such as log."
                yield Finding(
                    "F16", f"{item_name(Key(fpc, level))}.actions", "an empty list does not mean no action", remedy
                )


def _known() -> str:
    return f"Known are {', '.join(sorted(KNOWN_ACTIONS))}."


def _brought(view: View) -> Iterator[Finding]:
    for key, brought in view.current.brought.items():
        new = view.desired.settings.get(key, Setting())
        if brought.threshold is not None and new.threshold is None:
            yield _group(f"{item_name(key)}.threshold", brought.threshold_group, f"threshold {brought.threshold}")
        for action, group in brought.actions.items():
            if action not in new.actions:
                yield _group(f"{item_name(key)}.actions", group, f"action {action}")


def _group(item: str, group: str, what: str) -> Finding:
    text = f"the group {group} brings {what}, so nothing here can remove it"
    return Finding(
        "F20",
        item,
        text,
        f"Change it there (groups {group}), keep it out of here (apply-groups-except), or write it, too.",
    )


# -- preflight: chassis, Routing Engine, release, cards


def _platform(view: View) -> Iterator[Finding]:
    if not view.writes:
        return
    facts = view.facts
    wrong = [model for model in facts.models if model not in CHASSIS]
    if wrong or not facts.models:
        text = f"this is an {', '.join(wrong)}" if wrong else "the device does not report its model"
        yield Finding("F1", "device", f"{text}; only {', '.join(CHASSIS)} handle errors of FPCs", "", not wrong)
    engines = [(one.node, engine) for one in facts.chassis for engine in one.engines]
    for node, engine in engines:
        where = f"{node} Routing Engine {engine.slot}".strip()
        if engine.version == OLD_ENGINE:
            yield Finding(
                "F2",
                where,
                f"{engine.description} is version 1, which does not handle errors of FPCs",
                "Take RE-1800X4 or newer.",
            )
        elif engine.version is None and not wrong:
            yield Finding("F2", where, f"whether {engine.description or 'it'} is version 1 is not known", "", True)
    yield from _release(view)


def _release(view: View) -> Iterator[Finding]:
    release, release_text = view.facts.release, view.facts.release_text
    if release is None:
        yield Finding("F3", "device", f"the release is not known ({release_text or 'not reported'})", "", True)
    elif not reached(release, DETECTION):
        yield Finding(
            "F3", "device", f"{release_text} does not handle errors of FPCs", "It begins with 15.1X49-D30 and 17.3R1."
        )
    elif not reached(release, CARD_HANDLING):
        message = (
            f"{release_text} detects errors of cards, but handles those of IOC2, IOC3 and SPC2 from 15.1X49-D50 on"
        )
        yield Finding("F3", "device", message, "Upgrade.", True)
    everything = [key for key in view.given if key.fpc == ALL]
    if everything and release is not None and release.train < ALL_FPCS.release.train:
        unknown = release.train > NOT_ALL_FPCS.release.train
        message = f"{release_text} {'may not know' if unknown else 'does not know'} error actions of all FPCs at once (chassis error)"
        yield Finding("F14", "config[all]", message, "Write the FPCs one by one.", unknown)


def _cards(view: View) -> Iterator[Finding]:
    for fpc in sorted({key.fpc for key in view.given} - {ALL}):
        item, cards = f"config[{target_name(fpc)}]", view.facts.cards(fpc)
        if not cards and view.facts.slots:
            present = ", ".join(map(str, view.facts.slots))
            yield Finding("F5", item, "no card is in this slot", f"Cards are in {present}.")
        for card in cards:
            row = CARDS.get(card.kind)
            if row is None or row.unverified:
                text = f"whether errors of {card.kind or repr(card.description)} are handled is unverified"
                yield Finding("F4", item, text, "", True)
            elif not row.handled:
                message = f"errors of a card of kind {card.kind} ({card.description}) are not handled"
                yield Finding("F4", item, message, "Juniper names IOC2, IOC3 and SPC2.")


def _actions(view: View) -> Iterator[Finding]:
    release = view.facts.release
    for key, setting in view.given.items():
        for action in setting.actions:
            if not _WORD.fullmatch(action):
                continue
            item = f"{item_name(key)}.actions"
            if action not in KNOWN_ACTIONS:
                yield Finding("F12", item, f"no release is known to have the action {action!r}", _known())
            elif release is None:
                if not all(action in row.actions for row in ACTIONS):
                    yield Finding("F12", item, f"not every release has the action {action!r}", "", True)
            else:
                yield from _unknown_action(item, action, release, view.facts.release_text)


def _unknown_action(item: str, action: str, release: Release, release_text: str) -> Iterator[Finding]:
    row, following = action_sets(release)
    known, later = action in row.actions, following is not None and action in following.actions
    if known and (following is None or later):
        return
    if known or later or (row.unverified and following is None) or action in OFFLINE_PFE.actions:
        yield Finding("F12", item, f"whether {release_text} knows the action {action!r} is unverified", "", True)
        return
    remedy = f"Known are {', '.join(sorted(row.actions))}."
    yield Finding("F12", item, f"{release_text} does not know the action {action!r} ({row.source})", remedy)


# -- what restarts


def _restarting(view: View) -> Iterator[Finding]:
    facts = view.facts
    for key, setting in view.desired.settings.items():
        actions = sorted(RESTARTING & set(setting.actions))
        if not actions:
            continue
        item, text = f"{item_name(key)}.actions", " and ".join(actions)
        asked = bool(RESTARTING & set(view.given.get(key, Setting()).actions))
        cards = facts.cards(key.fpc)
        sure = sorted({card.slot for card in cards if _restarts(card)})
        if sure:
            message = f"{text} of the SPC2 in slot {', '.join(map(str, sure))}: {WHOLE_CHASSIS}"
            warns = facts.confirmed or not asked
            yield Finding("F6", item, message, "" if facts.confirmed and asked else CONFIRM, warns)
        elif asked and (not cards or any(_unknown(card) for card in cards)):
            what = ", ".join(sorted({card.kind or card.description for card in cards})) or "a card that is not there"
            message = f"whether {text} of {what} restarts the whole chassis, as that of an SPC2 does, is unverified"
            # No card of the chassis was reported at all: the answer was cut or is not understood, and an SPC2 may be in it.
            blind = not facts.cards(ALL)
            yield Finding(
                "F6", item, message, CONFIRM if blind and not facts.confirmed else "", not blind or facts.confirmed
            )


def _unknown(card: Card) -> bool:
    return card.kind not in CARDS or CARDS[card.kind].restarts_chassis is None


def _fallbacks(view: View) -> Iterator[Finding]:
    """Defaults that come into force because lists go: the document does not show that they reset."""
    for fpc in sorted(restarting_slots(view.facts) - {ALL}):
        if not view.facts.cards(fpc):
            continue
        for level in LEVELS:
            before, after = effect(view.current, fpc, level), effect(view.desired, fpc, level)
            brings = sorted((RESTARTING & set(after.actions)) - set(before.actions))
            written = RESTARTING & set(view.desired.settings.get(Key(fpc, level), Setting()).actions)
            asked = RESTARTING & set(view.given.get(Key(ALL, level), Setting()).actions)  # F6 speaks of those
            if brings and not written and not asked:
                whose = "the default actions" if after.origin == "default" else "those of all FPCs"
                text = f"falls back to {whose} ({', '.join(after.actions)}), and it holds an SPC2: {WHOLE_CHASSIS}"
                remedy = "Write actions without reset, or set confirm_chassis_restart: true."
                item = item_name(Key(fpc, level))
                yield Finding("F7", item, text, "" if view.facts.confirmed else remedy, view.facts.confirmed)


# -- advice


def _advice(view: View) -> Iterator[Finding]:
    for key, setting in view.given.items():
        row, item = LEVEL_ROWS[key.level], item_name(key)
        if view.changed(key) and setting.actions == row.actions and not row.actions_unverified:
            message = f"{', '.join(setting.actions)} is what {key.level} errors do by default"
            yield Finding("F8", f"{item}.actions", message, "Leave actions out.")
        if view.changed(key) and setting.threshold == 0:
            message = "with a threshold of 0 minor errors never act" + (
                ", whatever the actions" if setting.actions else ""
            )
            yield Finding("F10", f"{item}.threshold", message, "Give a threshold of 1 or more to act.")
    if view.facts.cluster:
        for key, setting in view.desired.settings.items():
            if key.level != "minor" and setting.actions and "alarm" not in setting.actions:
                message = (
                    f"the list lacks alarm: the first alarm of a {key.level} error is what fails redundancy group 1 over at "
                    "once, so this cluster would stay on the node with the error"
                )
                yield Finding("F9", f"{item_name(key)}.actions", message, "Add alarm.")
    yield from _counted(view)


def _counted(view: View) -> Iterator[Finding]:
    for key, count in view.facts.counts.items():
        before, after = effect(view.current, *key), effect(view.desired, *key)
        acts = 0 < after.threshold <= count
        if acts and (before.threshold, before.actions) != (after.threshold, after.actions):
            message = (
                f"{count} {key.level} errors are counted already, which reaches the threshold {after.threshold}: "
                f"{', '.join(after.actions)} may follow the commit at once"
            )
            yield Finding("F18", item_name(key), message, "See srx_fpc_error_info, and clear the cause first.")


def _inactive(view: View) -> Iterator[Finding]:
    for key in view.given:
        for path in view.desired.inactive:
            if len(path) <= len(target_path(key.fpc)) and key.path[: len(path)] == path:
                where = " ".join(path)
                yield Finding(
                    "F17", item_name(key), f"'{where}' is deactivated, so nothing below it works", f"activate {where}"
                )


_CHECKS = (_values, _brought, _platform, _cards, _restarting, _fallbacks, _advice, _actions, _inactive)
