# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Redirects of a live network, through its MCN or through Center: reads, the transaction, what is counted after. I/O."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Any

from ..._engine.failures import ApplyFailed, ConnectionFailed, ValidationFailed
from ..._engine.operations import Operation, Plan
from ..._engine.problems import Problem
from ..._engine.rules import Finding, in_order, problem
from ..._engine.run import Applied
from ..._engine.states import State
from ..._engine.waiting import Progress
from ..._transport.rest.api import Rejected
from ..change_model import NETWORK_STAGING, ChangeState, packages, same_package
from ..change_plan import PACKAGE, ChangeOptions, PackageRequests, Unfinished
from ..change_transaction import Change, is_live, may_be_done, read_state, settled, unnoted
from ..manager import Manager
from ..model import HostedFirewall, Item, System, hosted_firewalls, sites, system, text
from ..rule_table import RULES
from .model import Redirects, redirects, to_document, zone
from .order import evaluated, redirecting_sites
from .plan import desired_state, edits, owned, plan, redirects_anything
from .rules import HOSTED_FIREWALLS, Context, after, check, check_order


@dataclass(frozen=True)
class Task:
    """What one task asks for. config: the document. firewalls: what the task was given about firewalls, as it was given; None where it
    was given nothing. tags: of virtual wires, by template. assume: what an earlier stage provides."""

    config: Item
    state: State
    change: ChangeOptions
    firewalls: Sequence[Item] | None = None
    tags: Mapping[str, frozenset[int]] = field(default_factory=dict)
    assume: Sequence[str] = ()


def read_package(
    manager: Manager, package: str, unfinished: Unfinished | None = None, import_due: bool = False
) -> Redirects:
    """Five reads."""
    keys = {"package_name": package}
    return redirects(
        manager.one("global_network_settings", keys),
        manager.get("hosted_firewall_template", keys),
        manager.get("firewall_policy_template", keys),
        manager.get("firewall", keys),
        manager.one("office_365_breakout_policy", keys),
        unfinished,
        import_due,
    )


class RedirectWing:
    """sdwan_redirect: the six steps of one network (see _engine/run.py). overrides: of resources.

    check_mode: no activation of an earlier run is waited for. earlier: what a run that was cut short has noted of itself; note:
    takes such notes of this one.
    """

    def __init__(
        self,
        manager: Manager,
        task: Task,
        progress: Progress,
        *,
        overrides: Mapping[str, Any] | None = None,
        check_mode: bool = False,
        earlier: Mapping[str, Any] = MappingProxyType({}),
        note: Callable[..., None] = unnoted,
    ) -> None:
        self._manager = manager
        self._task = task
        self._options = task.change
        self._progress = progress
        self._overrides = overrides or {}
        self._check_mode = check_mode
        self._earlier = earlier
        self._note = note
        self._given = None if task.firewalls is None else hosted_firewalls(task.firewalls)
        self._revision = ""
        self._imported = False  # Center's copy was replaced before anything was planned on it
        self._live = False  # ours was activated
        self._running_now: Redirects | None = None  # what runs, where the package already holds more
        self._system = System()
        self._around = self._context()
        self._warned: list[Problem] = []
        self._desired = Redirects()
        self._sites = {str(item["site"]) for item in task.config.get("site_policies") or ()}
        self._templates = {str(item["name"]) for item in task.config.get("policy_templates") or ()}

    def desired(self) -> dict[str, Any]:
        """Of the firewalls that the task was given only which they are: what they do at the moment is their status."""
        firewalls = {(row.site_name, row.appliance_name) for row in self._given or ()}
        return {
            "via": "center" if self._manager.is_center else "mcn",
            "config": self._task.config,
            "state": self._task.state,
            **self._options.plan_facts,
            "hosted_firewalls": None if self._given is None else sorted(firewalls),
            "virtual_wire_tags": {name: sorted(tags) for name, tags in self._task.tags.items()},
            "resources": self._overrides,
        }

    def secrets(self) -> dict[str, str]:
        return {}

    # -- read ---------------------------------------------------------------------------------------------------------

    def read(self) -> Redirects:
        """Raises ValidationFailed where this is not the active MCN, or the package is not the one that the network runs;
        ApplyFailed where an activation that an earlier run started does not end."""
        self._warned = []
        self._running_now = None
        if not self._manager.is_center and not self._system.mode:
            self._system = _system(self._manager)
            if not self._system.is_active_mcn:
                text = f"{self._system.site_name or 'this appliance'} is {self._system.role}"
                raise _refused("H23", "via", text, "Run this on the active MCN, or via: center.")
        known = packages(self._manager.get("config_packages"))
        has_copy = self._options.package in known
        if not has_copy and (not self._manager.is_center or self._imported):
            listed = ", ".join(sorted(known)) or "none"
            raise _refused("H24", PACKAGE, f"there is no package {self._options.package}", f"Known: {listed}.")
        state = read_state(self._manager)
        self._running(state.current_config, known)
        unfinished = self._unfinished(state, known) if has_copy else None
        is_live = bool(unfinished and unfinished.live)
        import_due = self._manager.is_center and not is_live and self._is_old(known)
        if not has_copy:
            return Redirects(import_due=True)
        found = read_package(self._manager, self._options.package, unfinished, import_due)
        if unfinished and not is_live and self._options.activate:
            self._running_now = read_package(self._manager, self._options.backup)
            self._tell_what_waits(self._running_now, found)
        return found

    def _unfinished(self, state: ChangeState, known: set[str]) -> Unfinished | None:
        """An activation that an earlier run started is waited for: what it leaves is what counts."""
        if self._options.backup not in known:
            return None
        ours = state.is_of(self._options.package, known - {self._options.backup})
        if self._options.activate and state.is_activating and (ours or not state.selected) and not self._check_mode:
            state = settled(self._manager, self._options, self._progress)
            ours = state.is_of(self._options.package, known - {self._options.backup})
        if is_live(self._options, self._earlier.get("activation"), state):
            return Unfinished(live=True)
        waits = state.is_taken and not state.is_activating and state.state != NETWORK_STAGING
        return Unfinished(staged=ours and waits)

    def _tell_what_waits(self, running: Redirects, found: Redirects) -> None:
        listed = ", ".join(operation.item for operation in self._edits(running, found)) or "nothing that redirects"
        text = f"there is a package {self._options.backup}, left by a run that did not end; its changes may not be live yet: {listed}"
        self._warned.append(_problem("H39", PACKAGE, text, "They are activated, too, and the backup is deleted."))

    def _edits(self, current: Redirects, desired: Redirects) -> tuple[Operation, ...]:
        """Raises ApplyFailed for names that do not fit into a request: a user made them on the system."""
        try:
            return edits(current, desired, PackageRequests(self._manager.table, self._options.package))
        except ValueError as wrong:
            raise ApplyFailed("the package cannot be edited", [_unfit(wrong)]) from wrong

    def _running(self, active: str, known: set[str]) -> None:
        backup = self._options.backup
        if backup in known and not self._live and same_package(active, backup, known):
            text = f"the network runs {active}, and a backup is deleted in the end"
            raise _refused("H25", "backup_package", text, "Give it a name that nothing else has.")
        if not active:
            text = "change management does not report which package the network runs"
            self._warned.append(_problem("H30", PACKAGE, text, "Make sure that it is this one.", warning=True))
        elif not same_package(active, self._options.package, () if self._live else known - {backup}):
            text = f"the network runs {active}, so activating {self._options.package} would replace more than redirects"
            remedy = "Name the package that runs, or use force: true."
            if not self._options.force:
                raise _refused("H30", PACKAGE, text, remedy)
            self._warned.append(_problem("H30", PACKAGE, text, remedy, warning=True))

    def _is_old(self, known: set[str]) -> bool:
        """Whether Center's copy is not what the MCN runs; Center edits a copy."""
        seen = self._manager.one("network_config_import")
        active = text(seen, "active_revision")
        imported = text(seen, "mcn_revision") if text(seen, "package_name") == self._options.package else ""
        has_copy = self._options.package in known
        self._revision = active if has_copy and imported == active else ""
        if self._revision:
            return False
        if has_copy and (not active or (self._imported and not imported)):
            what = "what it imported" if active else "what the MCN runs"
            message = f"Center does not report {what}, so its copy is taken as it is"
            remedy = "Import it by hand if the MCN has changed."
            self._warned.append(_problem("H30", PACKAGE, message, remedy, warning=True))
            return False
        if has_copy and self._options.backup in known:
            message = f"the MCN runs {active}, and Center's older copy holds a change that is not live yet"
            remedy = f"Delete the package {self._options.backup} to give that change up, then run again."
            raise _refused("H30", PACKAGE, message, remedy)
        return True

    # -- check and plan -----------------------------------------------------------------------------------------------

    def desired_state(self, current: Redirects) -> Redirects:
        return current if current.import_due else desired_state(current, self._task.config, self._task.state)

    def read_details(self, current: Redirects, desired: Redirects) -> None:
        """Sites, zones and firewalls: where something changes, and only what the change concerns."""
        self._desired = desired
        current = self._running_now or current  # what waits in the package is as new as what the document adds
        if current.import_due:
            return
        keys = {"package_name": self._options.package}
        everywhere = desired.templates.get(desired.global_template)
        if desired == current and not (everywhere and any(item.is_redirect for item in everywhere.pre)):
            return
        models = {text(row, "site_name"): text(row, "model") for row in self._manager.get("sites", keys)}
        if desired == current:
            self._around = self._context(models)
            return
        zoned = any(item.value("from_zones") or item.value("to_zones") for _where, item in desired.redirects())
        names = None
        if zoned:
            names = frozenset(zone(text(row, "name")) for row in self._manager.get("firewall_zones", keys))
        hosted = self._hosted() if redirects_anything(desired) else None
        self._around = self._context(models, names, hosted)

    def _context(
        self,
        models: Mapping[str, str] | None = None,
        zones: frozenset[str] | None = None,
        hosted: Mapping[str, Sequence[HostedFirewall]] | None = None,
    ) -> Context:
        return Context(models, zones, hosted, self._task.tags, self._options.force)

    def _hosted(self) -> dict[str, list[HostedFirewall]] | None:
        """By site. Center knows all of them; an MCN its own; the others have to be given."""
        rows = list(self._given or ())
        here = self._system.site_name
        if self._system.hosts_firewalls and here not in {row.site_name for row in rows}:
            with suppress(ApplyFailed):  # no page documents that call, so a release may not have it
                listed = hosted_firewalls(self._manager.get("hosted_firewalls"))
                own = [row for row in listed if row.site_name in ("", here)]
                own = own or [HostedFirewall(operation_status="not provisioned")]
                rows += [replace(row, site_name=here) for row in own]
        if self._manager.is_center:
            rows += hosted_firewalls(self._manager.get("hosted_firewalls"))
            known = {(row.site_name, row.appliance_name) for row in rows} | {
                (row.site_name, "") for row in rows if not row.appliance_name
            }
            # An appliance without a firewall counts as one that is not up, so that half a pair is seen.
            rows += [
                HostedFirewall(site.site_name, site.appliance_name, operation_status="not provisioned")
                for site in sites(self._manager.get("inventory_status"))
                if not {(site.site_name, site.appliance_name), (site.site_name, "")} & known
            ]
        return _by_site(rows)

    def check(self, current: Redirects, desired: Redirects) -> list[Problem]:
        if current.import_due:
            return self._warned
        made = [name for name in sorted(self._templates) if name in current.templates and current.templates[name].auto]
        remedy = "Leave it out; its content follows office_365_breakout."
        theirs = [
            _problem("H16", f"policy_templates[{name}]", "SD-WAN made this template itself", remedy) for name in made
        ]
        found = check(self._running_now or current, desired, self._around)
        return in_order(RULES, [*self._warned, *theirs, *found])

    def plan(self, current: Redirects, desired: Redirects) -> Plan:
        assumed: Sequence[str] = ()
        if HOSTED_FIREWALLS in self._task.assume:
            assumed = after(self._running_now or current, desired, self._around)
        try:
            return plan(current, desired, self._manager.table, self._options, self._manager.is_center, assumed)
        except ValueError as wrong:
            raise ValidationFailed([_unfit(wrong)]) from wrong

    # -- apply --------------------------------------------------------------------------------------------------------

    def apply(self, plan: Plan, current: Redirects, desired: Redirects) -> Applied:
        if [operation.item for operation in plan.operations] == [PACKAGE]:
            self._import(plan)
            return Applied()
        change = Change(
            self._manager,
            self._options,
            self._progress,
            left=lambda: self._missing(current, desired),
            back=lambda: self._edits(read_package(self._manager, self._options.package), current),
            moved=self._moved,
            note=self._note,
        )
        applied = change.make(plan)
        if not self._options.activate:
            return applied
        self._live = True
        warnings, details = list(applied.warnings), dict(applied.details)
        if redirects_anything(desired) and not self._manager.is_center:
            found = self._counted(desired)
            warnings += found[0]
            details["redirect_counters"] = found[1]
        return Applied(tuple(warnings), details)

    def _import(self, plan: Plan) -> None:
        self._progress("importing the configuration of the active MCN")
        try:
            for line in plan.commands:
                self._manager.send(line)
        except (ConnectionFailed, ApplyFailed) as error:
            unsure = not isinstance(error, Rejected) or may_be_done(error)
            state = "unknown; the network runs what it ran before, but Center's copy of the package may be another one"
            problems = error.problems if isinstance(error, ApplyFailed) else ()
            raise ApplyFailed(f"the import failed: {error}", problems, state if unsure else "unchanged") from error
        self._imported = True

    def _missing(self, current: Redirects, desired: Redirects) -> list[Problem]:
        """What the package lacks after the edits, what SD-WAN lost of its own, what is in the wrong order."""
        seen = read_package(self._manager, self._options.package)
        left = self._edits(seen, desired)
        found = [Problem("read-back", item.item, f"still to do: {'; '.join(item.do)}") for item in left]
        lost = _auto(current, desired) - _auto(seen, desired)
        found += [_problem("H16", where, f"'{policy}' of SD-WAN is gone", "") for where, policy in sorted(lost)]
        return [*found, *check_order(self._running_now or current, seen)]

    def _moved(self) -> str:
        if not self._manager.is_center:
            return ""
        active = text(self._manager.one("network_config_import"), "active_revision") if self._revision else ""
        return f"the MCN runs {active}, Center had imported {self._revision}" if active != self._revision else ""

    def _counted(self, desired: Redirects) -> tuple[list[Problem], list[dict[str, Any]]]:
        """The counters of the MCN itself; those of other sites are on their own appliances."""
        if self._system.site_name not in redirecting_sites(desired, self._around.models):
            return [], []
        try:
            counted = self._manager.redirect_counters()
        except (ConnectionFailed, ApplyFailed, Rejected) as error:
            return [_problem("H21", "redirect_counters", f"they could not be read: {error}", "Read sdwan_info.")], []
        text = counted.cut or ("" if counted.rows else "the appliance counts no policy that redirects")
        remedy = "Look at Monitoring > Firewall > Filter Policies."
        return [_problem("H21", "redirect_counters", text, remedy)] if text else [], counted.rows

    # -- what to say --------------------------------------------------------------------------------------------------

    def show(self, state: Redirects) -> dict[str, Any]:
        """{} where Center has no copy of the package yet."""
        if state.import_due and state == Redirects():
            return {}
        return to_document(state, self._sites, self._templates)

    def owned(self, state: Redirects) -> dict[str, Any]:
        return owned(state, self._task.config, self._task.state)

    def counts(self, state: Redirects) -> dict[str, int]:
        redirecting = sum(1 for _where, _policy in state.redirects())
        return {"redirects": redirecting, "hosted firewall templates": len(state.hosted)}

    def report(self) -> dict[str, Any]:
        sites_then = redirecting_sites(self._desired, self._around.models)
        about = {**self._manager.about, "undocumented_fields": self._manager.undocumented_fields}
        return {"redirecting_sites": sites_then, "imported": self._imported, **about}


def _problem(rule: str, item: str, message: str, remedy: str = "", *, warning: bool = False) -> Problem:
    return problem(RULES, Finding(rule, item, message, remedy, warning))


def _refused(rule: str, item: str, message: str, remedy: str) -> ValidationFailed:
    return ValidationFailed([_problem(rule, item, message, remedy)])


def _unfit(wrong: ValueError) -> Problem:
    return _problem("H26", PACKAGE, str(wrong), "Rename it in the configuration editor, or change it there.")


def _system(manager: Manager) -> System:
    options = manager.one("system_options")
    try:
        return system(options, manager.one("appliance_ha_status"))
    except Rejected as refused:
        if refused.status not in (400, 404, 405):
            raise
        return system(options)  # an appliance without a pair may not have the call


def _by_site(rows: Sequence[HostedFirewall]) -> dict[str, list[HostedFirewall]]:
    found: dict[str, list[HostedFirewall]] = {}
    for row in rows:
        found.setdefault(row.site_name, []).append(row)
    return found


def _auto(state: Redirects, desired: Redirects) -> set[tuple[str, str]]:
    """SD-WAN's own policies, except those of what is no longer desired: they are removed with what they were made for."""
    found = {
        (f"policy_templates[{name}]", str(item))
        for name, template in state.templates.items()
        for item in template.pre
        if item.auto and desired.breakout >= state.breakout
    }
    for name, site in state.sites.items():
        if desired.hosted == state.hosted and _targets(state, name) <= _targets(desired, name):
            found |= {(f"site_policies[{name}]", str(item)) for item in site.policies if item.auto}
    return found


def _targets(state: Redirects, site: str) -> set[str]:
    """Hosted firewall templates that a site redirects into."""
    return {placed.policy.target.template for placed in evaluated(state, site) if placed.policy.target}
