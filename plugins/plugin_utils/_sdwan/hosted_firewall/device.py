# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Hosted firewalls of live systems: what is there, jobs begun and waited for, and what became of them. I/O."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, suppress
from typing import Any

from ..._engine.failures import ApplyFailed, ConnectionFailed
from ..._engine.operations import Plan
from ..._engine.problems import Problem
from ..._engine.run import Applied
from ..._engine.waiting import Progress, poll
from ..._engine.words.device_text import clean
from ..._transport.rest.api import Rejected, RestDoor
from ..manager import Manager
from ..model import (
    Image,
    Storage,
    collector_address,
    conflicts,
    images,
    log_lines,
    regions,
    sites,
    storage,
    system,
    text,
)
from ..redirect.info_device import redirecting
from ..resources import SYSTEMS
from .model import (
    Document,
    Fleet,
    Key,
    Machine,
    Target,
    as_rows,
    chosen,
    columns,
    end,
    fleet,
    is_busy,
    machines,
    members,
    owned,
    partners,
)
from .plan import (
    ROUNDS,
    TAKES_DOWN,
    Action,
    Step,
    desired_state,
    later_all,
    next_of_failed,
    plan,
    starts_alone,
    step_of,
    steps,
    takes_at_once,
)
from .rules import Details, View, after, check

Collector = Callable[[str], AbstractContextManager[RestDoor]]  # the door of the collector at an address

TOLERATED = 5  # looks in a row that give nothing; a device that is at work may not answer
AFTERTHOUGHT = 3.0  # seconds within which a job shows that was begun by a request without an answer
STILL = "The job goes on; run again to wait for it, with a longer wait_timeout."
ENDLESS = "One that never ends is removed with state: absent and force: true."


class HostedWing:
    """sdwan_hosted_firewall: the six steps (see _engine/run.py) for all appliances of a task.

    secrets: by name. check_mode: no job is waited for. overrides: of resources, for collectors, too. consented: this run carries out a plan
    that was accepted, and ends with it.
    """

    def __init__(
        self,
        manager: Manager,
        document: Document,
        secrets: Mapping[str, str],
        *,
        wait_timeout: float,
        collector: Collector,
        progress: Progress,
        overrides: Mapping[str, Any] | None = None,
        check_mode: bool = False,
        consented: bool = False,
    ) -> None:
        self._manager = manager
        self._document = document
        self._secrets = secrets
        self._patient = document.wait and not check_mode
        self._consented = consented
        self._limit = wait_timeout
        self._collector = collector
        self._progress = progress
        self._overrides = overrides or {}
        self._sites: dict[str, list[Target]] = {}
        self._targets: dict[Key, Target] | None = None
        self._details = Details()
        self._undocumented: set[str] = set()
        self._end: float | None = None  # of all waiting, by the monotonic clock
        self._missed = 0
        self._seen = Fleet()
        self._adopted: dict[Key, str] = {}
        self._started: dict[Key, Action] = {}
        self._renewed: set[Key] = set()
        self._tried: set[Key] = set()  # one of a pair that did not boot when it was started
        self._problems: dict[Key, Problem] = {}
        self._unsure: set[Key] = set()  # a job may have begun

    def desired(self) -> dict[str, Any]:
        """With the names of the secrets that are given, without their values."""
        return {**self._document.plan_facts, "resources": self._overrides}

    def secrets(self) -> dict[str, str]:
        return dict(self._secrets) if self._document.present else {}

    # -- the six steps --------------------------------------------------------------------------------------------------------

    def read(self) -> Fleet:
        """Jobs that run are waited for where the task waits: what they leave is what counts."""
        if self._targets is None:
            self._targets = self._named()
        self._seen = self._look()
        busy = self._busy(self._seen)
        if not busy:
            return self._seen
        for target, machine in busy:
            self._adopted.setdefault(target.key, machine.status)
        if self._patient:
            self._wait(lambda seen: not self._busy(seen), [target for target, _machine in busy], "done")
            left = self._busy(self._seen)
            if left:
                found = [
                    Problem("wait", target.item, _still(machine), f"{STILL} {ENDLESS}") for target, machine in left
                ]
                raise self._failed("a job that was running before did not end", found, self._state("unchanged"))
        return self._seen

    def desired_state(self, current: Fleet) -> Fleet:
        return desired_state(current, self._document)

    def read_details(self, current: Fleet, desired: Fleet) -> None:
        listed = self._steps(current)
        provisioning = [target for step in listed if step.action == "provision" for target in step.targets]
        taken_down = [target.site for step in listed if TAKES_DOWN in step.risk for target in step.targets]
        guarded = taken_down and not self._document.force
        self._details = Details(redirects=self._redirects(taken_down) if guarded else {})
        if provisioning:
            self._details = self._stores(provisioning)

    def check(self, current: Fleet, desired: Fleet) -> list[Problem]:
        steps_now = self._steps(current)
        return check(View(current, self._document, steps_now, self._sites, self._details, self._document.wait))

    def plan(self, current: Fleet, desired: Fleet) -> Plan:
        listed = self._steps(current)
        now = [step for step in listed if not step.later]
        return plan(listed, after(self._document, now), self._goes_on and bool(starts_alone(now, current)))

    @property
    def _goes_on(self) -> bool:
        """Whether a start that fails is no end: the task may provision the whole pair again."""
        return self._document.force and self._document.wait

    def apply(self, plan: Plan, current: Fleet, desired: Fleet) -> Applied:
        """One round after another. A firewall that fails is left as it is and keeps the others from nothing."""
        table, targets = self._manager.table, self._targets or {}
        listed = [step_of(operation, table, targets) for operation in plan.operations]
        for members_of_round in ROUNDS:
            before = self._seen
            started: dict[Key, Action] = {}
            for step in listed:
                if step.action in members_of_round and not self._blocked(step):
                    started |= dict.fromkeys(self._begin(step), step.action)
            if started and self._document.wait:
                self._follow(started, before)
            self._take_as_tried(starts_alone(listed, before))
        if self._problems:
            names = ", ".join(self._targets_of(self._problems))
            word = "unknown; last seen" if self._unsure else "changed" if self._started else "unchanged"
            state = self._state(word)
            raise self._failed(
                f"not all firewalls are in the desired state: {names}", list(self._problems.values()), state
            )
        return Applied()

    def _take_as_tried(self, targets: Sequence[Target]) -> None:
        """What was started to leave the other of its pair alone, and failed: with force the run goes on with both."""
        for key in {target.key for target in targets} & self._problems.keys() - self._unsure:
            self._tried.add(key)
            if self._goes_on and not self._consented:
                del self._problems[key]

    def show(self, state: Fleet) -> list[dict[str, Any]]:
        return as_rows(state)

    def owned(self, state: Fleet) -> list[dict[str, Any]]:
        return owned(state)

    def counts(self, state: Fleet) -> dict[str, int]:
        return {"hosted firewalls": len(state.hosting) + state.others}

    def report(self) -> dict[str, Any]:
        """Further keys of the result, whatever it is."""
        undocumented = sorted(self._undocumented | set(self._manager.about["undocumented_calls"]))
        listed: dict[str, Any] = {
            "firewalls": columns(self._seen),
            "api_documented": not undocumented,
            "undocumented_calls": undocumented,
        }
        targets = self._targets or {}
        if self._adopted:
            listed["adopted"] = [f"{targets[key].name}: {status}" for key, status in self._adopted.items()]
        if self._started and not self._document.wait:
            listed["jobs"] = [f"{targets[key].name}: {action}" for key, action in self._started.items()]
        return listed

    # -- reads ------------------------------------------------------------------------------------------------------------------

    def _named(self) -> dict[Key, Target]:
        if self._document.via == "appliance":
            appliance = system(self._manager.one("system_options"))
            return {
                ("", ""): Target(model=appliance.model, management_ip=appliance.management_ip, here=appliance.site_name)
            }
        self._sites = members(sites(self._manager.get("inventory_status")))
        return chosen(self._sites, self._document.sites)

    def _look(self) -> Fleet:
        return fleet(self._targets or {}, machines(self._manager.get("hosted_firewalls")))

    def _busy(self, seen: Fleet) -> list[tuple[Target, Machine]]:
        return [
            (target, machine)
            for target, machine in seen.hosting
            if is_busy(machine) and not takes_at_once(machine, self._document)
        ]

    def _redirects(self, names: Sequence[str]) -> dict[str, str]:
        """An appliance counts for its live policies what they redirect; Center has the package that runs."""
        if self._document.via != "appliance":
            return redirecting(self._manager, names)
        counted = self._manager.redirect_counters()
        if counted.rows:
            return {"": "a live policy redirects traffic into it"}
        unknown = f"whether a live policy redirects traffic into it is not known: {counted.cut}"
        return {"": unknown} if counted.truncated else {}

    def _stores(self, provisioning: Sequence[Target]) -> Details:
        """Images and storage wherever an image has to be: here, and on the collectors of other regions."""
        found: dict[str, list[Image]] = {}
        room: dict[str, list[Storage]] = {}
        closed: dict[str, str] = {}
        for store in dict.fromkeys(target.store(self._document.via) for target in provisioning):
            if not store:
                found[store], room[store] = self._store(self._manager)
                continue
            self._progress(f"looking at the collector of {store}")
            try:
                address = collector_address(regions(self._manager.get("regions")), store)
                with self._collector(address) as door:
                    other = Manager(door, self._overrides)
                    found[store], room[store] = self._store(other)
                    self._undocumented |= set(other.about["undocumented_calls"])
            except (ConnectionFailed, ApplyFailed, ValueError) as error:
                closed[store] = str(error)
        rivals: list[tuple[str, str]] = []
        unknown = ""
        if "virtual_machines" in SYSTEMS[self._manager.door.dialect]:
            try:
                rivals = conflicts(self._manager.get("virtual_machines"))
            except ApplyFailed as failed:
                unknown = str(failed)
        return Details(found, room, closed, rivals, unknown, self._details.redirects)

    def _store(self, manager: Manager) -> tuple[list[Image], list[Storage]]:
        listed = images(manager.get("hosted_firewall_images"))
        room: list[Storage] = []
        if self._document.via != "appliance":
            with suppress(ApplyFailed):  # what does not report its storage refuses when it has too little
                room = [storage(item) for item in manager.get("hosted_firewall_storage")]
        return listed, room

    def _steps(self, current: Fleet) -> list[Step]:
        listed = steps(current, self._document, self._manager.table, self._renewed, self._tried)
        return listed if self._document.wait else later_all(listed, self._started)

    # -- jobs -------------------------------------------------------------------------------------------------------------------

    def _blocked(self, step: Step) -> bool:
        """What failed on an appliance keeps it, and the other of its pair, from the next job."""
        reasons = [self._problems[target.key] for target in step.targets if target.key in self._problems]
        for target in step.targets if reasons else ():
            text = f"not tried: {step.action} is for all of {target.site or 'the appliance'}"
            self._problems.setdefault(target.key, Problem("job", target.item, text, "Repair the other one first."))
        return bool(reasons)

    def _begin(self, step: Step) -> list[Key]:
        """The appliances on which the job runs now. A request whose answer was lost, or that another user was quicker with,
        may have begun it all the same."""
        keys = [target.key for target in step.targets]
        before = self._seen
        try:
            self._manager.send(step.line, self._secrets)
        except (ConnectionFailed, ApplyFailed) as error:
            started = self._started_after(step, before, error)
            refused = isinstance(error, Rejected) and 400 <= error.status < 500
            unsure = bool(self._missed) and not refused
            for target in step.targets:
                if target.key not in started:
                    self._problems[target.key] = _not_begun(step, target, error, unsure, self._remedy(step, target))
                    self._unsure |= {target.key} if unsure else set()
            keys = [key for key in keys if key in started]
        self._started |= dict.fromkeys(keys, step.action)
        if step.action == "provision":
            self._renewed |= {*keys}
        return keys

    def _remedy(self, step: Step, target: Target) -> str:
        again = "Run again: what is already done is not repeated."
        alone = step.action == "provision" and partners(self._seen, target)
        return f"{again} {next_of_failed(target, self._seen)}" if alone else again

    def _started_after(self, step: Step, before: Fleet, error: Exception) -> set[Key]:
        def started(seen: Fleet) -> set[Key]:
            return {
                target.key
                for target in step.targets
                if _has_begun(step.action, before.machines.get(target.key), seen.machines.get(target.key))
            }

        limit = 0.0 if isinstance(error, ApplyFailed) else AFTERTHOUGHT
        seen = self._polled(lambda seen: len(started(seen)) == len(step.targets), limit)
        return started(seen)

    def _follow(self, started: Mapping[Key, Action], before: Fleet) -> None:
        """Wait for jobs. One that failed, or did not end in time, becomes a problem. before: what was seen last before them; a
        failure that stood there is no news of the job."""
        moved: set[Key] = set()

        def over(seen: Fleet) -> bool:
            moved.update(
                key for key in started if _status_text(seen.machines.get(key)) != _status_text(before.machines.get(key))
            )
            return all(_is_over(started[key], seen.machines.get(key), key in moved) for key in started)

        self._wait(over, [self._target(key) for key in started], "done")
        for key, action in started.items():
            machine = self._seen.machines.get(key)
            if _reached(action, machine):
                continue
            target = self._target(key)
            if _is_over(action, machine, key in moved):
                remedy = f"See operation_log. {next_of_failed(target, self._seen, action == 'start')}"
                words = f"{action} did not succeed"
                self._problems[key] = Problem("job", target.item, words, remedy, device_text=_status_text(machine))
            else:
                self._problems[key] = Problem("wait", target.item, f"{action}: {_still(machine)}", f"{STILL} {ENDLESS}")

    def _wait(self, done: Callable[[Fleet], bool], targets: Sequence[Target], word: str) -> None:
        def done_and_reported(seen: Fleet) -> bool:
            open_ones = [target for target in targets if is_busy(seen.machines.get(target.key))]
            share = (len(targets) - len(open_ones)) / len(targets)
            first = "".join(
                f"; {target.name}: {_status_text(seen.machines.get(target.key))}" for target in open_ones[:1]
            )
            self._progress(f"{len(targets) - len(open_ones)} of {len(targets)} {word}{first}", share)
            return done(seen)

        if self._end is None:
            self._end = time.monotonic() + self._limit
        self._polled(done_and_reported, max(0.0, self._end - time.monotonic()))

    def _polled(self, done: Callable[[Fleet], bool], limit: float) -> Fleet:
        """The first state that is done, else the last one. Raises ApplyFailed when too many looks in a row give nothing."""
        self._missed = 0
        try:
            return poll(self._looked, done, limit)
        except (ConnectionFailed, ApplyFailed) as error:
            if not self._started and not self._problems:
                raise
            text = f"jobs were started, but their outcome is not known: {error}"
            raise self._failed(text, list(self._problems.values()), self._state("unknown; last seen")) from error

    def _looked(self) -> Fleet:
        try:
            self._seen = self._look()
            self._missed = 0
        except (ConnectionFailed, Rejected) as error:
            self._missed += 1
            final = isinstance(error, Rejected) and 400 <= error.status < 500
            if final or self._missed > TOLERATED:
                raise
        return self._seen

    # -- what to say ------------------------------------------------------------------------------------------------------------

    def _target(self, key: Key) -> Target:
        return (self._targets or {})[key]

    def _targets_of(self, keys: Mapping[Key, Any]) -> list[str]:
        return [self._target(key).name for key in keys]

    def _state(self, word: str) -> str:
        """What each appliance has now, in a sentence."""
        rows = [
            f"{target.name}: {clean(_status_text(self._seen.machines.get(key)), 120)}"
            for key, target in (self._targets or {}).items()
        ]
        return f"{word}: {'; '.join(rows)}"

    def _failed(self, message: str, problems: Sequence[Problem], state: str) -> ApplyFailed:
        return ApplyFailed(message, problems, state, {"operation_log": self._log()})

    def _log(self) -> list[dict[str, str]]:
        """The last lines of the systems' own log about these sites; [] where there is none to be had."""
        sites_of = {target.site for target in (self._targets or {}).values()}
        with suppress(ConnectionFailed, ApplyFailed):
            rows = self._manager.get("hosted_firewall_log")
            return log_lines(row for row in rows if "" in sites_of or text(row, "site_name") in {*sites_of, ""})
        return []


def _status_text(machine: Machine | None) -> str:
    return "no firewall" if machine is None else machine.status


def _still(machine: Machine | None) -> str:
    return f"did not end in time; its last status: {_status_text(machine)}"


def _reached(action: Action, machine: Machine | None) -> bool:
    if action == "deprovision":
        return machine is None
    return machine is not None and (machine.is_stopped if action == "shutdown" else machine.is_up)


def _is_over(action: Action, machine: Machine | None, moved: bool) -> bool:
    return _reached(action, machine) or (moved and machine is not None and machine.phase == "failed")


def _has_begun(action: Action, before: Machine | None, now: Machine | None) -> bool:
    if action == "deprovision":
        return now is None or end(now) == "absent"
    if action == "provision":
        return now is not None
    return now is not None and (_reached(action, now) or (is_busy(now) and _status_text(now) != _status_text(before)))


def _not_begun(step: Step, target: Target, error: Exception, unsure: bool, remedy: str) -> Problem:
    device_text = error.text if isinstance(error, Rejected) else ""
    if unsure:
        text = f"whether {step.action} was started is not known, because it could not be checked afterwards: {error}"
        return Problem("job", target.item, text, "Run again; it adopts a job that runs.", device_text=device_text)
    return Problem("job", target.item, f"{step.action} was not started: {error}", remedy, device_text=device_text)
