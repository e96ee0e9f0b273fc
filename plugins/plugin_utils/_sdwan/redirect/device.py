# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Redirects of a live network, through its MCN or through Center: reads, the transaction, what is counted after. I/O."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from typing import Any

from ..._engine.failures import ApplyFailed, ConnectionFailed, ValidationFailed
from ..._engine.operations import Operation, Plan
from ..._engine.problems import Problem
from ..._engine.run import Applied
from ..._engine.states import State
from ..._engine.waiting import Progress
from ..._transport.rest.api import Rejected
from ..change_model import packages, same_package
from ..change_transaction import Change, ChangeOptions
from ..manager import Manager
from ..model import HostedFirewall, Item, System, hosted_firewalls, sites, system, text
from ..rule_table import problem
from .model import Redirects, redirects, to_document
from .order import evaluated, redirecting_sites
from .plan import Requests, desired_state, plan, redirects_anything
from .rules import Context, check, check_order

PACKAGE = "package"


def read_package(manager: Manager, package: str, unfinished: bool = False) -> Redirects:
    """Five reads."""
    keys = {"package_name": package}
    return redirects(
        manager.one("global_network_settings", keys),
        manager.get("hosted_firewall_template", keys),
        manager.get("firewall_policy_template", keys),
        manager.get("firewall", keys),
        manager.one("office_365_breakout_policy", keys),
        unfinished,
    )


class RedirectWing:
    """sdwan_redirect: the six steps of one network (see _engine/run.py). given: firewalls that the task was told of."""

    def __init__(
        self,
        manager: Manager,
        document: Item,
        state: State,
        options: ChangeOptions,
        progress: Progress,
        *,
        given: Sequence[HostedFirewall] | None = None,
        tags: Mapping[str, frozenset[int]] | None = None,
        check_mode: bool = False,
    ) -> None:
        self._manager = manager
        self._document = document
        self._state = state
        self._options = options
        self._progress = progress
        self._given = given
        self._tags = tags or {}
        self._check_mode = check_mode
        self._requests = Requests(manager.table, options.package)
        self._revision = ""
        self.imported = False  # Center's copy was replaced before anything was checked
        self._live = False  # ours was activated
        self._running_now: Redirects | None = None  # what runs, where the package already holds more
        self._system = System()
        self._around = Context(tags=self._tags)
        self._warned: list[Problem] = []
        self._desired = Redirects()
        self._sites = {str(item["site"]) for item in document.get("site_policies") or ()}
        self._templates = {str(item["name"]) for item in document.get("policy_templates") or ()}

    # -- read ---------------------------------------------------------------------------------------------------------

    def read(self) -> Redirects:
        """Raises ValidationFailed where this is not the active MCN, or the package is not the one that the network runs."""
        self._warned = []
        if self._manager.is_center:
            self._import(packages(self._manager.get("config_packages")))
        elif not self._system.mode:
            self._system = _system(self._manager)
            if not self._system.is_active_mcn:
                text = f"{self._system.site_name or 'this appliance'} is {self._system.role}"
                remedy = "Run this on the active MCN, or via: center."
                raise ValidationFailed([problem(("H23", "via", text, remedy))])
        known = packages(self._manager.get("config_packages"))
        if self._options.package not in known:
            listed = ", ".join(sorted(known)) or "none"
            raise ValidationFailed(
                [problem(("H24", PACKAGE, f"there is no package {self._options.package}", f"Known: {listed}."))]
            )
        self._running(known)
        unfinished = self._options.backup in known
        found = read_package(self._manager, self._options.package, unfinished)
        self._running_now = None
        if unfinished and self._options.activate:
            self._running_now = read_package(self._manager, self._options.backup)
            self._tell_what_waits(self._running_now, found)
        return found

    def _tell_what_waits(self, running: Redirects, found: Redirects) -> None:
        waiting = self._difference(running, found).operations
        listed = ", ".join(operation.item for operation in waiting) or "nothing that redirects"
        text = f"there is a package {self._options.backup}, as a run leaves it that did not end; its changes may not be live yet: {listed}"
        self._warned.append(problem(("H39", PACKAGE, text, "They are activated, too, and the backup is deleted.")))

    def _difference(self, current: Redirects, desired: Redirects) -> Plan:
        """Raises ApplyFailed for names that do not fit into a request: somebody made them on the system."""
        try:
            return plan(current, desired, self._requests)
        except ValueError as wrong:
            raise ApplyFailed("the package cannot be edited", [_unfit(wrong)]) from wrong

    def _running(self, known: set[str]) -> None:
        active = Change(self._manager, self._options, self._progress).state().current_config
        backup = self._options.backup
        if backup in known and not self._live and same_package(active, backup, known):
            text = f"the network runs {active}, and a backup is deleted in the end"
            raise ValidationFailed([problem(("H25", "backup_package", text, "Give it a name that nothing else has."))])
        if not active:
            text = "change management does not tell what the network runs"
            self._warned.append(_warning("H30", text, "Make sure that it is this one."))
        elif not same_package(active, self._options.package, () if self._live else known - {backup}):
            text = f"the network runs {active}, so activating {self._options.package} would replace more than redirects"
            found = problem(("H30", PACKAGE, text, "Name the package that runs, or say force: true."))
            if not self._options.force:
                raise ValidationFailed([found])
            self._warned.append(replace(found, severity="warning"))

    def _import(self, known: set[str]) -> None:
        """Center edits a copy of what the MCN runs; one that is old is fetched anew, except in check mode."""
        seen = self._manager.one("network_config_import")
        active = text(seen, "active_revision")
        imported = text(seen, "mcn_revision") if text(seen, "package_name") == self._options.package else ""
        has_copy = self._options.package in known
        if has_copy and imported and imported == active:
            self._revision = active
            return
        if has_copy and not active:
            message = "Center does not tell what the MCN runs, so its copy is taken as it is"
            self._warned.append(_warning("H30", message, "Import it by hand if the MCN has changed."))
            return
        if has_copy and self._options.backup in known:
            message = f"the MCN runs {active}, and Center's older copy holds a change that is not live yet"
            remedy = f"Delete the package {self._options.backup} to give that change up, then run again."
            raise ValidationFailed([problem(("H30", PACKAGE, message, remedy))])
        if self._check_mode:
            if not has_copy:
                message = "Center has not imported this package from the MCN, and check mode does not write to it"
                remedy = "Import it (Configuration > Network Config Import)."
                raise ValidationFailed([problem(("H30", PACKAGE, message, remedy))])
            message = f"Center's copy is of {imported or 'an unknown revision'}, the MCN runs {active}"
            self._warned.append(_warning("H30", message, "A real run imports first."))
            return
        self._progress("importing the configuration of the active MCN")
        line = self._manager.table.line("POST", "network_config_import", {"package_name": self._options.package})
        self._manager.send(line)
        self.imported = self.imported or not self._live
        self._revision = text(self._manager.one("network_config_import"), "mcn_revision")

    # -- check and plan -----------------------------------------------------------------------------------------------

    def desired_state(self, current: Redirects) -> Redirects:
        return desired_state(current, self._document, self._state)

    def read_details(self, current: Redirects, desired: Redirects) -> None:
        """Sites, zones and firewalls: where something changes, and only what the change concerns."""
        self._desired = desired
        current = self._running_now or current  # what waits in the package is as new as what the document adds
        keys = {"package_name": self._options.package}
        everywhere = desired.templates.get(desired.global_template)
        if desired == current and not (everywhere and any(item.is_redirect for item in everywhere.pre)):
            return
        models = {text(row, "site_name"): text(row, "model") for row in self._manager.get("sites", keys)}
        if desired == current:
            self._around = Context(models, tags=self._tags)
            return
        zoned = any(item.value("from_zones") or item.value("to_zones") for _where, item in desired.redirects())
        names = None
        if zoned:
            names = frozenset(text(row, "name") for row in self._manager.get("firewall_zones", keys))
        hosted = self._hosted() if redirects_anything(desired) else None
        self._around = Context(models, names, hosted, self._tags)

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
        made = [name for name in sorted(self._templates) if name in current.templates and current.templates[name].auto]
        remedy = "Leave it out; what it says follows office_365_breakout."
        theirs = [
            problem(("H16", f"policy_templates[{name}]", "SD-WAN made this template itself", remedy)) for name in made
        ]
        return [*self._warned, *theirs, *check(self._running_now or current, desired, self._around)]

    def plan(self, current: Redirects, desired: Redirects) -> Plan:
        try:
            found = plan(current, desired, self._requests)
        except ValueError as wrong:
            raise ValidationFailed([_unfit(wrong)]) from wrong
        unfinished = current.unfinished and self._options.activate
        operations = found.operations
        change = Change(self._manager, self._options, self._progress)
        if unfinished:
            # A run before this one edited the package and ended before it was live.
            operations += (Operation("update", PACKAGE, (), (), ("unfinished",)),)
        notes = {"transaction": change.lines(current.unfinished)} if operations else {}
        return Plan(operations, notes=notes)

    # -- apply --------------------------------------------------------------------------------------------------------

    def apply(self, plan: Plan, current: Redirects, desired: Redirects) -> Applied:
        change = Change(self._manager, self._options, self._progress)
        applied = change.make(
            plan,
            lambda: self._missing(current, desired),
            lambda: self._back(current),
            unfinished=current.unfinished,
            moved=self._moved,
        )
        if not self._options.activate:
            return applied
        self._live = True
        warnings, details = list(applied.warnings), dict(applied.details)
        if redirects_anything(desired) and not self._manager.is_center:
            found = self._counted(desired)
            warnings += found[0]
            details["redirect_counters"] = found[1]
        return Applied(tuple(warnings), details)

    def _missing(self, current: Redirects, desired: Redirects) -> list[Problem]:
        """What the package lacks after the edits, what SD-WAN lost of its own, what stands in the wrong order."""
        seen = read_package(self._manager, self._options.package)
        left = self._difference(seen, desired).operations
        found = [Problem("read-back", item.item, f"still to do: {'; '.join(item.do)}") for item in left]
        lost = _auto(current, desired) - _auto(seen, desired)
        found += [problem(("H16", where, f"'{shown}' of SD-WAN is gone", "")) for where, shown in sorted(lost)]
        return [*found, *check_order(self._running_now or current, seen)]

    def _back(self, before: Redirects) -> Plan:
        return self._difference(read_package(self._manager, self._options.package), before)

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
            rows = self._manager.redirect_counters()
        except (ConnectionFailed, ApplyFailed, Rejected) as error:
            return [problem(("H21", "redirect_counters", f"they could not be read: {error}", "Read sdwan_info."))], []
        if not rows:
            text = "the appliance counts no policy that redirects"
            return [problem(("H21", "redirect_counters", text, "Look at Monitoring > Firewall > Filter Policies."))], []
        return [], rows

    @property
    def redirecting(self) -> list[str]:
        """Sites that redirect after the run."""
        return redirecting_sites(self._desired, self._around.models)

    def show(self, state: Redirects) -> dict[str, Any]:
        return to_document(state, self._sites, self._templates)


def _unfit(wrong: ValueError) -> Problem:
    return problem(("H26", PACKAGE, str(wrong), "Rename it in the configuration editor, or change it there."))


def _warning(rule: str, message: str, remedy: str) -> Problem:
    return replace(problem((rule, PACKAGE, message, remedy)), severity="warning")


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
    """SD-WAN's own policies, except those of what is not wanted any more: they go with what they were made for."""
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
