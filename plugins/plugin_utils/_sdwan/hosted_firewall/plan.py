# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Hosted firewalls: what is there + what is asked for -> jobs in their order, with their undo. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal, cast

from ..._engine.operations import Kind, Operation, Plan
from ..model import HostedFirewall, rows, text
from ..resources import Resources, parsed
from ..vendors import PALO_ALTO
from .model import (
    SECRETS,
    SETTINGS,
    Document,
    Fleet,
    Key,
    Machine,
    Target,
    end,
    ended,
    failed_booting,
    failed_taking_down,
    is_busy,
    partners,
    powered,
)

Action = Literal["deprovision", "provision", "start", "shutdown"]
# A firewall goes through these in this order, never back; all appliances go through one of them together.
ROUNDS: tuple[tuple[Action, ...], ...] = (("deprovision",), ("provision",), ("start", "shutdown"))
_KINDS: Mapping[Action, Kind] = {
    "deprovision": "delete",
    "provision": "create",
    "start": "update",
    "shutdown": "update",
}
_BACK: Mapping[Action, Action] = {"start": "shutdown", "shutdown": "start", "provision": "deprovision"}
Jobs = tuple[list[Action], tuple[str, ...], bool]  # what is needed, its risk, whether another job has to end first
REPEATS, REPROVISIONS, TAKES_DOWN = "repeats-failed", "reprovisions", "takes-down"
LATER = "A job has to end before the next one can begin; with wait: false, run again for the rest."


@dataclass(frozen=True, slots=True)
class Step:
    """One request: a job on one appliance or, to provision, on all of a site. undo: None where nothing restores what was. later:
    it waits for another job, and the task does not."""

    action: Action
    targets: tuple[Target, ...]
    line: str
    undo: tuple[str, ...] | None
    risk: tuple[str, ...]
    later: bool = False

    @property
    def item(self) -> str:
        first = self.targets[0]
        return first.item if len(self.targets) == 1 else f"sites[{first.site}]"


def desired_state(current: Fleet, document: Document) -> Fleet:
    """Every appliance of the task in its desired state."""
    return replace(current, machines={key: _desired(machine, document) for key, machine in current.machines.items()})


def _desired(machine: Machine | None, document: Document) -> Machine | None:
    if not document.present:
        return None
    settings = provisioned_with(document)
    if machine is None:
        fresh = Machine(HostedFirewall(**settings), frozenset(SETTINGS.values()))
        return powered(fresh, document.power)
    changed = {name: value for name, value in document.settings.items() if name in machine.reported}
    return powered(replace(machine, firewall=replace(machine.firewall, **changed)), document.power)


def provisioned_with(document: Document) -> dict[str, Any]:
    return {"vendor": PALO_ALTO, **document.settings}


def actions(machine: Machine | None, document: Document, renewed: bool = False) -> tuple[list[Action], tuple[str, ...]]:
    """(the jobs that one appliance needs, tags of risk). renewed: its secrets were given again in this run."""
    provisioning = _provisioning(document)
    if machine is None:
        return (provisioning if document.present else []), ()
    if not document.present:
        return ["deprovision"], (TAKES_DOWN,)
    if machine.phase == "failed":
        return ["deprovision", *provisioning], (REPEATS,)
    if machine.differs(document.settings) or (document.renew and not renewed):
        return ["deprovision", *provisioning], (REPROVISIONS, TAKES_DOWN)
    if document.power == "started":
        return ([] if machine.is_up else ["start"]), ()
    return ([] if machine.is_stopped else ["shutdown"]), (TAKES_DOWN,)


def jobs(machine: Machine | None, document: Document, renewed: bool = False) -> Jobs:
    """As actions(), for a machine that may be in the middle of a job: that one is never started twice, what it ends in is what
    counts."""
    if machine is None or not is_busy(machine) or takes_at_once(machine, document):
        return *actions(machine, document, renewed), False
    if not end(machine):
        return [], (), True  # its outcome is not known; a rule reports it, or the wait did
    return *actions(ended(machine), document, renewed), True


def takes_at_once(machine: Machine, document: Document) -> bool:
    """Whether a firewall in the middle of a job is removed without waiting for the end: the task asks for it, because a job may
    never end."""
    return not document.present and document.force and end(machine) != "absent"


def steps(
    current: Fleet,
    document: Document,
    table: Resources,
    renewed: Collection[Key] = (),
    tried: Collection[Key] = (),
) -> list[Step]:
    """In the order of the rounds, then of the task. renewed: their secrets were given again in this run. tried: those that did not
    come up when this run started them."""
    found: dict[tuple[int, Action, str, bool], list[tuple[Target, tuple[str, ...]]]] = {}
    needed = {key: jobs(current.machines.get(key), document, key in renewed) for key in current.targets}
    needed |= _started_alone(current, document, needed, tried)
    if document.force:
        needed |= _whole_pairs(current, document, needed)
    # Both of a pair are provisioned together, so the one that is free waits for the other.
    held = {key[0] for key, (listed, _risk, _busy) in needed.items() if listed[:2] == ["deprovision", "provision"]} - {
        ""
    }
    for key, target in current.targets.items():
        listed, risk, busy = needed[key]
        for number, action in enumerate(listed):
            later = not document.wait and (busy or number > 0 or (action == "provision" and target.site in held))
            together = target.site if action == "provision" else target.name
            found.setdefault((_round(action), action, together, later), []).append((target, risk))
    ordered = sorted(found.items(), key=lambda entry: entry[0][0])  # stable: the order of the task stays
    return [_step(action, group, current, document, table, later) for (_n, action, _t, later), group in ordered]


def _started_alone(
    current: Fleet, document: Document, needed: Mapping[Key, Jobs], tried: Collection[Key]
) -> dict[Key, Jobs]:
    """Of a pair of which one did not boot and the other one stays: that one is started, because to provision it again takes the
    other one down, too."""
    if not document.present or document.power != "started" or document.renew:
        return {}
    return {
        key: (["start"], (REPEATS,), needed[key][2])
        for key, machine in current.machines.items()
        if key not in tried
        and machine is not None
        and failed_booting(machine)
        and not machine.differs(document.settings)
        and any("provision" not in needed[other.key][0] for other in partners(current, current.targets[key]))
    }


def starts_alone(listed: Sequence[Step], current: Fleet) -> list[Target]:
    """The appliances of which a step starts one that failed to boot, with the other of its pair left alone."""
    return [
        step.targets[0]
        for step in listed
        if step.action == "start" and failed_booting(current.machines.get(step.targets[0].key))
    ]


def next_of_failed(target: Target, seen: Fleet, tried: bool = False) -> str:
    """What the next run needs where a firewall failed, and what that costs. tried: this run started it already."""
    others, machine = partners(seen, target), seen.machines.get(target.key)
    if not others:
        if machine is None or not (machine.has_carried or failed_taking_down(machine)):
            return "The next run deprovisions it and provisions it again."
        return (
            "It had been running before, so the next run needs force: true to deprovision it and to provision it again, and its own "
            "configuration is lost."
        )
    names = ", ".join(other.name for other in others)
    cost = (
        f"force: true, which deprovisions {names}, too, and provisions both again: the own configuration of {names} is lost, and "
        "the site has no firewall until both are up"
    )
    alone = f"To leave {names} alone, provision it on the appliance itself (via: appliance)"
    if failed_booting(machine) and not tried:
        return f"The next run starts it, and leaves {names} alone. Where it does not boot then either, a run needs {cost}. {alone}."
    return f"Center provisions both of a pair together, so the next run needs {cost}. {alone}."


def _whole_pairs(current: Fleet, document: Document, needed: Mapping[Key, Jobs]) -> dict[Key, Jobs]:
    """Of a pair of which one is to be provisioned, the other again, too: Center provisions both together, and whether it takes
    one beside a firewall that is there is not documented. What can be lost by that needs force."""
    halves = {key[0] for key, (listed, _risk, _busy) in needed.items() if "provision" in listed and key[0]}
    provisioning, risk = _provisioning(document), (REPROVISIONS, TAKES_DOWN)
    return {
        key: (["deprovision", *provisioning], risk, busy)
        for key, (listed, _risk, busy) in needed.items()
        if key[0] in halves and "provision" not in listed
    }


def _provisioning(document: Document) -> list[Action]:
    return ["provision"] if document.power == "started" else ["provision", "shutdown"]


def _round(action: Action) -> int:
    return next(number for number, members in enumerate(ROUNDS) if action in members)


def _step(
    action: Action,
    group: list[tuple[Target, tuple[str, ...]]],
    current: Fleet,
    document: Document,
    table: Resources,
    later: bool,
) -> Step:
    targets = tuple(target for target, _risk in group)
    risk = tuple(dict.fromkeys(tag for _target, tags in group for tag in tags))
    if action == "provision":
        line = _provision(table, targets, provisioned_with(document), document.secrets)
        undo: tuple[str, ...] | None = tuple(_act(table, "deprovision", target) for target in targets)
    else:
        line = _act(table, action, targets[0])
        undo = tuple(_undone(action, targets[0], current, document, table)) or None
    return Step(action, targets, line, undo, risk, later)


def _undone(action: Action, target: Target, current: Fleet, document: Document, table: Resources) -> Iterator[str]:
    if action != "deprovision":
        yield _act(table, _BACK[action], target)
        return
    machine = current.machines.get(target.key)
    if machine is not None and machine.phase != "failed":  # a failed one is not restored
        settings = {name: str(getattr(machine.firewall, name)) for name in SETTINGS.values()}
        yield _provision(table, (target,), settings, document.secrets)


def _act(table: Resources, action: Action, target: Target) -> str:
    item = {"site_name": target.site, **({"appliance_name": target.member} if target.member else {})}
    return table.line("POST", "hosted_firewalls", item if target.site else None, action=action)


def _provision(
    table: Resources, targets: tuple[Target, ...], settings: Mapping[str, str], secrets: tuple[str, ...]
) -> str:
    """Secrets are in it as references; see Manager.send."""
    item: dict[str, Any] = {name: value for name, value in settings.items() if value}
    item |= {name: f"<{name}>" for name in SECRETS if name in secrets}
    first = targets[0]
    if first.site:
        item["region_name"] = first.region
        item["sites"] = [
            {"site_name": target.site, **({"appliance_name": target.member} if target.member else {})}
            for target in targets
        ]
    return table.line("POST", "hosted_firewalls", item)


def later_all(listed: list[Step], started: Collection[Key]) -> list[Step]:
    """For a task that does not wait: appliances on which it began a job get nothing more in this run."""
    return [
        replace(step, later=True) if any(target.key in started for target in step.targets) else step for step in listed
    ]


def plan(listed: list[Step], after: Sequence[str] = (), continues: bool = False) -> Plan:
    """after: what an earlier stage has to provide. continues: what becomes of these steps decides on others."""
    later = tuple(_operation(step) for step in listed if step.later)
    now = tuple(_operation(step) for step in listed if not step.later)
    return Plan(now, later, LATER if later else "", continues=continues, after=tuple(after))


def _operation(step: Step) -> Operation:
    return Operation(_KINDS[step.action], step.item, (step.line,), step.undo, step.risk)


def step_of(operation: Operation, table: Resources, targets: Mapping[Key, Target]) -> Step:
    """The step that an operation of a plan says. targets: the appliances of the task. Raises ValueError for one that is not one of
    ours."""
    (line,) = operation.do
    _method, path, body = parsed(line)
    action = path.partition("?action=")[2] or "provision"
    item = next(iter(table.unwrap("hosted_firewalls", body)), {})
    keys = [(text(row, "site_name"), text(row, "appliance_name")) for row in rows(item, "sites") or [item]]
    if action not in _KINDS or not {*keys} <= targets.keys():
        raise ValueError(f"this is not an operation on the firewalls of this task: {operation}")
    return Step(cast(Action, action), tuple(targets[key] for key in keys), line, operation.undo, operation.risk)
