# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Errors of cards: counters with thresholds and actions, alarms, wedge conditions, and the lines they leave in the log.

Tags: YANG get-fpc-error-information 24.4R1, where a card's own counters are spelled `-level-occured` and those of a category
`-level-occurred`. No public source shows the text: layout a is a table of all cards, layout b one table a card (both unverified, as are
the texts of alarms and log lines).

Keys of the specification:

fpc_errors: list of {fpc, severity: fatal | major | minor, count (1), cleared (0), category (functional), scope (board), name}.
wedges: list of {fpc, driver: XM | LU | XL | TOE | host-loopback, kind: transient | irreversible}; TOE and host-loopback on SPC2 only.
fpc_errors_layout: a | b.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary
from xml.sax.saxutils import escape

from . import flowconfig, nodes
from .chassis import SRX5000, cards_of, namespace
from .flow_xml import element
from .operational import Refusal

if TYPE_CHECKING:
    from .device import SrxDevice
    from .operational import Request

OPTIONS = {"fpc_errors": list, "wedges": list, "fpc_errors_layout": str}
CHOICES = {"fpc_errors_layout": ("a", "b")}
LEVELS = ("minor", "major", "fatal")
THRESHOLDS = {"fatal": 1, "major": 1, "minor": 10}
ACTIONS = {
    "fatal": ("alarm", "reset"),
    "major": ("get-state", "alarm"),
    "minor": ("log",),
}  # of major and minor unverified
SCOPES = ("board", "pfe")
CATEGORIES = ("functional", "memory", "io", "storage", "switch", "processing")
DRIVERS = {
    "XM": ("spc2", "ioc2", "ioc3"),
    "LU": ("spc2", "ioc2", "ioc3"),
    "XL": ("spc2", "ioc2", "ioc3"),
    "TOE": ("spc2",),
    "host-loopback": ("spc2",),
}
KINDS = ("transient", "irreversible")
_AGE = timedelta(minutes=20)  # how long ago the errors of the specification happened
_RESTART = ("reset", "offline")


@dataclass(frozen=True, slots=True)
class Error:
    """One kind of error of a card, with how often it came and went."""

    fpc: int
    severity: str
    count: int = 1
    cleared: int = 0
    category: str = "functional"
    scope: str = "board"
    name: str = ""

    @property
    def label(self) -> str:
        return self.name or f"{self.category}_{self.severity}_error"


@dataclass(frozen=True, slots=True)
class Counter:
    """One level of a card or category. taken: how often its actions were."""

    level: str
    occurred: int
    cleared: int
    threshold: int
    taken: int
    actions: tuple[str, ...]

    @property
    def action(self) -> str:
        """As printed: `GET STATE|ALARM|`."""
        return "".join(f"{name.upper().replace('-', ' ')}|" for name in self.actions)


_FOUND: WeakKeyDictionary[SrxDevice, list[Error]] = WeakKeyDictionary()


def wrong(options: Mapping[str, Any], model: str) -> list[str]:
    """What of the options' values is wrong; their types were checked with the specification."""
    found = []
    cards = cards_of(model, options)
    for row in (*options.get("fpc_errors", ()), *options.get("wedges", ())):
        if not isinstance(row, Mapping) or row.get("fpc") not in cards:
            found.append(f"{row!r}: fpc is not a slot of this chassis with a card")
    for row in options.get("fpc_errors", ()):
        if isinstance(row, Mapping):
            found += [f"fpc_errors: unknown key {key!r}" for key in row if key not in Error.__dataclass_fields__]
            found += [
                f"fpc_errors: {key} must be one of {', '.join(choices)}, not {row.get(key)!r}"
                for key, choices in (("severity", LEVELS), ("category", CATEGORIES), ("scope", SCOPES))
                if row.get(key, choices[0]) not in choices
            ]
    for row in options.get("wedges", ()):
        if isinstance(row, Mapping) and cards.get(row.get("fpc", -1)) not in DRIVERS.get(str(row.get("driver")), ()):
            found.append(f"wedges: driver {row.get('driver')!r} is not detected on the card in slot {row.get('fpc')}")
        if isinstance(row, Mapping) and row.get("kind", "transient") not in KINDS:
            found.append(f"wedges: kind must be one of {', '.join(KINDS)}")
    return found


def attach(device: SrxDevice) -> None:
    """A reboot forgets what was injected; called once, when the device is made."""
    device.on_reboot.append(lambda: forget(device))


def forget(device: SrxDevice) -> None:
    _FOUND.pop(device, None)


def errors_of(device: SrxDevice) -> list[Error]:
    if device not in _FOUND:
        _FOUND[device] = [Error(**row) for row in device.options.get("fpc_errors", ())]
    return _FOUND[device]


def inject(device: SrxDevice, **error: Any) -> list[str]:
    """One more error, now: keywords of Error. The actions that it set off."""
    found = Error(**error)
    before = {counter.level: counter.taken for counter in counters(device, found.fpc)}
    errors_of(device).append(found)
    return [
        action
        for counter in counters(device, found.fpc)
        if counter.taken > before[counter.level]
        for action in counter.actions
    ]


# -- thresholds, actions, counters


def configured(device: SrxDevice, fpc: int, level: str) -> tuple[int, tuple[str, ...]]:
    """Threshold and actions: those of `chassis fpc N error`, else of `chassis error`, else the defaults."""
    threshold, actions = THRESHOLDS[level], ACTIONS[level]
    for path in (("error", level), ("fpc", str(fpc), "error", level)):
        own: list[str] = []
        for line in device.config.lines("chassis"):
            match flowconfig.split(line.removeprefix("chassis ")):
                case [*head, "threshold", value] if tuple(head) == path:
                    threshold = int(value)
                case [*head, "action", name] if tuple(head) == path:
                    own.append(name)
                case _:
                    pass
        actions = tuple(own) or actions
    return threshold, actions


def taken(level: str, occurred: int, threshold: int) -> int:
    """Fatal and major errors act once, when their count has reached the threshold; minor ones each time it is reached; 0 never acts."""
    if threshold <= 0 or occurred < threshold:
        return 0
    return occurred // threshold if level == "minor" else 1


def counters(device: SrxDevice, fpc: int, scope: str = "", category: str = "") -> list[Counter]:
    """The three levels of a card, of all its errors or of one scope or category."""
    found = []
    for level in LEVELS:
        own = [
            error
            for error in errors_of(device)
            if error.fpc == fpc
            and error.severity == level
            and scope in ("", error.scope)
            and category in ("", error.category)
        ]
        threshold, actions = configured(device, fpc, level)
        occurred = sum(error.count for error in own)
        found.append(
            Counter(
                level,
                occurred,
                sum(error.cleared for error in own),
                threshold,
                taken(level, occurred, threshold),
                actions,
            )
        )
    return found


# -- show chassis fpc errors


@dataclass(slots=True)
class _Wanted:
    slots: list[int]
    detail: bool = False
    scope: str = ""
    category: str = ""


def _wanted(request: Request) -> _Wanted:
    device = request.device
    if device.model not in SRX5000:
        raise Refusal(f"error: command is not valid on the {device.model}")
    cards = cards_of(device.model, device.options)
    wanted = _Wanted(list(cards))
    words = list(request.words)
    while words:
        word = words.pop(0)
        if word.isdecimal() and int(word) < SRX5000[device.model][1]:
            wanted.slots = [int(word)] if int(word) in cards else []
        elif word == "detail":
            wanted.detail = True
        elif word in ("scope", "category") and words:
            value = words.pop(0)
            if value not in (SCOPES if word == "scope" else CATEGORIES):
                raise Refusal("syntax error.")
            setattr(wanted, word, value)
        else:
            raise Refusal("missing argument." if word in ("scope", "category") else "syntax error.")
    return wanted


def show(request: Request) -> Iterable[str]:
    """The old Routing Engine has no error handling: it prints nothing."""
    wanted, device = _wanted(request), request.device
    if device.options.get("routing_engine", 2) == 1:
        return (
            nodes.text(device.nodes, lambda _node, _depth: [])
            if not request.xml
            else nodes.xml(device.nodes, lambda _node, _depth: [])
        )
    layout = device.options.get("fpc_errors_layout", "a")

    def text(_node: str, _depth: int) -> Iterator[str]:
        if layout == "a" and wanted.slots:
            yield "FPC  Level Occurred Cleared Threshold Action-Taken Action\n"
        for slot in wanted.slots:
            yield from _text(device, slot, wanted, layout)

    def xml(_node: str, depth: int) -> Iterator[str]:
        blank = "    " * depth
        yield f"{blank}<fpc-error-information{namespace(device)}>\n"
        for slot in wanted.slots:
            yield from _xml(device, slot, wanted, depth + 1)
        yield f"{blank}</fpc-error-information>\n"

    return nodes.xml(device.nodes, xml) if request.xml else nodes.text(device.nodes, text)


def _parts(device: SrxDevice, slot: int, wanted: _Wanted) -> list[tuple[str, list[str]]]:
    """Scopes with their categories that have errors and are wanted."""
    have = {(error.scope, error.category) for error in _errors(device, slot, wanted)}
    scopes = [scope for scope in SCOPES if wanted.scope in ("", scope)]
    return [(scope, [category for category in CATEGORIES if (scope, category) in have]) for scope in scopes]


def _text(device: SrxDevice, slot: int, wanted: _Wanted, layout: object) -> Iterator[str]:
    rows = counters(device, slot, wanted.scope, wanted.category)
    state = "Pfe-State: pfe-0 -ENABLED | pfe-1 -ENABLED |"
    if layout == "a":
        for number, row in enumerate(rows):
            yield (f"{slot if not number else '':<5}{row.level.capitalize():<6}{row.occurred:<9}{row.cleared:<8}{row.threshold:<10}{row.taken:<13}"
                   f"{row.action}\n")  # fmt: skip
        yield f"     {state}\n"
    else:
        yield f"FPC {slot}\n  Level    Occurred  Cleared  Threshold  Action-Taken  Action\n"
        for row in rows:
            yield f"  {row.level.capitalize():<9}{row.occurred:<10}{row.cleared:<9}{row.threshold:<11}{row.taken:<14}{row.action}\n"
        yield f"  {state}\n"
    if wanted.detail:
        yield from _detail(device, slot, wanted)


def _detail(device: SrxDevice, slot: int, wanted: _Wanted) -> Iterator[str]:
    for scope, categories in _parts(device, slot, wanted):
        for category in categories:
            yield f"  Scope: {scope.capitalize()}\n    Category: {category.capitalize()}\n"
            for row in counters(device, slot, scope, category):
                yield (f"      {row.level.capitalize()} occurred: {row.occurred}, cleared: {row.cleared}, threshold: {row.threshold}, "
                       f"action-taken: {row.taken}, action: {row.action}\n")  # fmt: skip
    for error in _errors(device, slot, wanted):
        yield "  " + "-" * 60 + "\n"
        yield "".join(f"  {label:<24}: {value}\n" for label, _tag, value in _error_rows(device, error))


def _errors(device: SrxDevice, slot: int, wanted: _Wanted) -> list[Error]:
    return [
        error
        for error in errors_of(device)
        if error.fpc == slot and wanted.scope in ("", error.scope) and wanted.category in ("", error.category)
    ]


def _error_rows(device: SrxDevice, error: Error) -> list[tuple[str, str, str]]:
    """Label, tag (both unverified), value."""
    threshold, _actions = configured(device, error.fpc, error.severity)
    return [
        ("Error Name", "error-name", error.label),
        ("Identifier", "error-identifier", f"/fpc/{error.fpc}/{error.scope}/0/cm/0/{error.label}"),
        ("State", "error-state", "enabled"),
        ("Scope", "error-scope", error.scope),
        ("Category", "error-category", error.category),
        ("Level", "error-level", error.severity),
        ("Threshold", "error-threshold", str(threshold)),
        ("Occur count", "error-occur-count", str(error.count)),
        ("Clear count", "error-clear-count", str(error.cleared)),
        ("Last occurred(ms ago)", "error-last-occurred", str(int(_AGE.total_seconds()) * 1000)),
    ]


def _xml(device: SrxDevice, slot: int, wanted: _Wanted, depth: int) -> Iterator[str]:
    blank = "    " * depth
    yield f"{blank}<fpc>\n" + element(depth + 1, "slot", str(slot))
    for row in counters(device, slot, wanted.scope, wanted.category):
        yield _level(row, depth + 1, "occured")
    yield element(depth + 1, "fpc-pfe-state", "pfe-0 -ENABLED | pfe-1 -ENABLED | ")
    if wanted.detail:
        for scope, categories in _parts(device, slot, wanted):
            yield f"{blank}    <scope-level>\n" + element(depth + 2, "scope", scope)
            for category in categories:
                yield f"{blank}        <category-level>\n" + element(depth + 3, "category", category)
                yield "".join(_level(row, depth + 3, "occurred") for row in counters(device, slot, scope, category))
                yield f"{blank}        </category-level>\n"
            yield f"{blank}    </scope-level>\n"
        for error in _errors(device, slot, wanted):
            yield f"{blank}    <fpc-error>\n"
            yield "".join(element(depth + 2, tag, escape(value)) for _label, tag, value in _error_rows(device, error))
            yield f"{blank}    </fpc-error>\n"
    yield f"{blank}</fpc>\n"


def _level(row: Counter, depth: int, spelled: str) -> str:
    values = (
        (spelled, row.occurred),
        ("cleared", row.cleared),
        ("threshold", row.threshold),
        ("action-taken", row.taken),
        ("action", row.action),
    )
    return "".join(element(depth, f"{row.level}-level-{what}", str(value)) for what, value in values)


# -- alarms and log


def active_alarms(device: SrxDevice) -> list[tuple[datetime, str, str]]:
    """Time, class, description. Every alarm of an error or an irreversible wedge is of class Major."""
    when = device.now() - _AGE
    found = []
    for slot in cards_of(device.model, device.options):
        for counter in counters(device, slot):
            if counter.taken and counter.occurred > counter.cleared and "alarm" in counter.actions:
                found.append((when, "Major", f"FPC {slot} {counter.level.capitalize()} Errors"))
    for row in device.options.get("wedges", ()):
        if row.get("kind") == "irreversible":
            found.append((when, "Major", f"FPC {row['fpc']} {row['driver']} irreversible wedge condition"))
    return found


def chassis_alarms(request: Request) -> Iterable[str]:
    return _alarms(request, active_alarms(request.device))


def system_alarms(request: Request) -> Iterable[str]:
    """The lab's systems have none."""
    return _alarms(request, [])


def _alarms(request: Request, found: list[tuple[datetime, str, str]]) -> Iterable[str]:
    device = request.device

    def text(_node: str, _depth: int) -> Iterator[str]:
        if not found:
            yield "No alarms currently active\n"
            return
        yield f"{len(found)} alarms currently active\nAlarm time               Class  Description\n"
        yield "".join(f"{when:%Y-%m-%d %H:%M:%S} UTC  {kind:<7}{description}\n" for when, kind, description in found)

    def xml(_node: str, depth: int) -> Iterator[str]:
        blank = "    " * depth
        yield f"{blank}<alarm-information{namespace(device, 'alarm')}>\n{blank}    <alarm-summary>\n"
        yield (
            element(depth + 2, "active-alarm-count", str(len(found)))
            if found
            else f"{blank}        <no-active-alarms/>\n"
        )
        yield f"{blank}    </alarm-summary>\n"
        for when, kind, description in found:
            yield f"{blank}    <alarm-detail>\n" + element(depth + 2, "alarm-time", f"{when:%Y-%m-%d %H:%M:%S} UTC")
            yield element(depth + 2, "alarm-class", kind) + element(depth + 2, "alarm-description", escape(description))
            yield element(depth + 2, "alarm-short-description", escape(description)) + element(
                depth + 2, "alarm-type", "Chassis"
            )
            yield f"{blank}    </alarm-detail>\n"
        yield f"{blank}</alarm-information>\n"

    return nodes.xml(device.nodes, xml) if request.xml else nodes.text(device.nodes, text)


def log_lines(device: SrxDevice) -> Iterator[str]:
    """What errors and wedges left in `messages`, oldest first, without line ends. Wedges are reported within five seconds."""
    when = device.now() - _AGE
    cards = cards_of(device.model, device.options)
    for number, row in enumerate(device.options.get("wedges", ())):
        moment = when + timedelta(seconds=number)
        kind = str(row.get("kind", "transient"))
        head = f"{moment:%b} {moment.day:2d} {moment:%H:%M:%S}  {device.hostname}"
        yield f"{head} fpc{row['fpc']} {row['driver']}(0): {kind} wedge condition detected"
        if kind == "irreversible":
            yield f"{head} alarmd[4511]: Alarm set: FPC color=RED, class=CHASSIS, reason=FPC {row['fpc']} {row['driver']} irreversible wedge condition"
        else:
            yield f"{head} fpc{row['fpc']} {row['driver']}(0): wedge condition cleared"
    head = f"{when:%b} {when.day:2d} {when:%H:%M:%S}  {device.hostname}"
    for slot, card in cards.items():
        for error in errors_of(device):
            if error.fpc == slot:
                yield (f"{head} fpc{slot} Error ({error.label}), scope: {error.scope}, category: {error.category}, severity: {error.severity}, "
                       f"count: {error.count}, cleared: {error.cleared}")  # fmt: skip
        for counter in counters(device, slot):
            if counter.taken:
                yield (f"{head} chassisd[4312]: CHASSISD_FPC_ERROR_ACTION: FPC {slot} {counter.level} errors {counter.occurred} reached "
                       f"threshold {counter.threshold}, action {counter.action}")  # fmt: skip
                if card == "spc2" and set(counter.actions) & set(_RESTART):
                    yield f"{head} chassisd[4312]: CHASSISD_RESTART_ALL: FPC {slot} is an SPC2, all FPCs restart"


HANDLERS: dict[str, Callable[[Request], Iterable[str]]] = {
    "show chassis fpc errors": show,
    "show chassis alarms": chassis_alarms,
    "show system alarms": system_alarms,
}
