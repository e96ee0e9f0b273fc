# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What every state module promises, once: refusals, warn_only, the run, the result and the same keys on failure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from types import MappingProxyType
from typing import Any, ClassVar

from .action import DeviceAction
from .arguments import ArgumentError
from .controller.run_record import RunRecord
from .failures import ApplyFailed, ConnectionFailed, RunFailed, ValidationFailed
from .plan_document import PlanDocument, Subject
from .problems import Problem, downgraded, errors
from .rules import Rule, overridable
from .run import Applied, Guard, Run, Terms, Wing, converge
from .waiting import Progress
from .words.difference import differences

# Variables of a task, beside its options: whose device it is, what was consented to, the key for hashes of secrets.
CUSTOMER = "netsec_customer"
EXPECTED_PLAN = "netsec_expected_plan"
PLAN_KEY = "netsec_plan_key"


class StateAction(DeviceAction):
    """A module that brings a device to a desired state. A child defines what its options mean, the engine does the rest.

    rules: the table of the capability; the overridable ones are what warn_only may name. guards: further checks that may refuse.
    """

    rules: ClassVar[Mapping[str, Rule]] = MappingProxyType({})
    guards: ClassVar[Sequence[Guard]] = ()

    # Of this run, filled in on its way: its record on the controller, what the document is warned of, what the wing reports.
    record: RunRecord
    _told: Sequence[Problem] = ()
    _warnings: Sequence[Problem] = ()
    _report: Mapping[str, Any] = MappingProxyType({})

    def validate(self, options: dict[str, Any]) -> list[str]:
        """Errors of the arguments that neither documentation nor constraints can say."""
        return []

    def parse(self, options: dict[str, Any], progress: Progress) -> tuple[Any, Sequence[Problem]]:
        """The document as typed objects, and what is wrong with it by itself. No device is asked."""
        raise TypeError(f"{type(self).__name__} has no parse()")

    def wing(self, document: Any, options: dict[str, Any], progress: Progress) -> AbstractContextManager[Wing[Any]]:
        """The capability on open doors. Raises ArgumentError, ValidationFailed, ApplyFailed, ConnectionFailed."""
        raise TypeError(f"{type(self).__name__} has no wing()")

    def look(self, wing: Any, run: Run, options: dict[str, Any]) -> Applied:
        """What a run that went well tells beside its change: further warnings and keys of the result. May read, writes nothing.

        Raises ApplyFailed, ConnectionFailed when the task must fail because of it.
        """
        return Applied()

    def perform(self, options: dict[str, Any]) -> dict[str, Any]:
        warn_only = tuple(options.get("warn_only") or ())
        wrong = [*self.validate(options), *self._not_overridable(warn_only)]
        if wrong:
            raise ArgumentError(wrong)
        progress = self.progress(options["progress"])
        self.record = RunRecord.of(self._subject, self._task_vars, self._templar.template)
        self._told = self.record.warnings
        terms = Terms(
            check_mode=self._task.check_mode,
            subject=self._subject,
            warn_only=warn_only,
            assume=tuple(options.get("assume") or ()),
            guards=self.guards,
            expected=self._expected_plan(),
            key=str(self._variable(PLAN_KEY) or "").encode(),
            hold=self.record.hold,
            settle=lambda: self.record.settle(progress),
        )
        document, problems = self.parse(options, progress)
        self._warnings = downgraded(problems, warn_only)
        if errors(self._warnings):
            raise ValidationFailed(self._warnings)
        self.record.look()
        with self.wing(document, options, progress) as wing:
            try:
                run = converge(wing, terms, progress)
                if not terms.check_mode and not run.changed:
                    self.record.forget()
                self._look(wing, run, options)
            finally:
                self._report = wing.report()
        result = {"changed": run.changed, **self._described(run)}
        if self._task.diff:
            result["diff"] = differences(self._host, run.before, run.after)
        return result

    def _look(self, wing: Any, run: Run, options: dict[str, Any]) -> None:
        try:
            seen = self.look(wing, run, options)
        except RunFailed as error:
            failed = error
            if run.changed and isinstance(error, ConnectionFailed):
                failed = ApplyFailed(
                    f"the change is applied, but the session was lost afterwards: {error}", (), "changed"
                )
            failed.run = run
            raise failed from error
        run.warnings += seen.warnings
        run.details.update(seen.details)

    def known(self, error: Exception) -> dict[str, Any]:
        """As on success, but without the plans, for Ansible prints all of a failed result: what was tried is in commands."""
        run = (error.run if isinstance(error, RunFailed) else None) or Run()
        found = {key: value for key, value in self._described(run).items() if key != "further_plans"}
        # A wing that reads after a failure knows better than the run.
        after = error.details.pop("after", run.after) if isinstance(error, ApplyFailed) else run.after
        return {**found, "plan": None, "after": after}

    def _described(self, run: Run) -> dict[str, Any]:
        """The keys that every result of a state module has."""
        problems = [*self._warnings, *self._told, *run.warnings]
        warnings = [str(problem) for problem in problems if problem.severity == "warning"]
        warnings += dict.fromkeys(document.plan.deferred_because for document in run.plans if document.plan.deferred)
        plans = [document.as_dict() for document in run.plans]
        return {
            "before": run.before,
            "after": run.after,
            "commands": run.commands,
            "operations": run.counts,
            "plan": plans[0] if plans else None,
            **({"further_plans": plans[1:]} if plans[1:] else {}),
            **run.plan.notes,
            **({"deferred": [operation.as_dict() for operation in run.plan.deferred]} if run.plan.deferred else {}),
            **self._report,
            **run.details,
            **({"warnings": list(dict.fromkeys(warnings))} if warnings else {}),
        }

    def _not_overridable(self, warn_only: Sequence[str]) -> list[str]:
        known = overridable(self.rules)
        unknown = sorted(set(warn_only) - known)
        if not unknown:
            return []
        return [f"warn_only: {', '.join(unknown)} cannot be downgraded; only {', '.join(sorted(known))} can"]

    def _variable(self, name: str) -> Any:
        return self._templar.template(self._task_vars[name]) if name in self._task_vars else None

    @property
    def _subject(self) -> Subject:
        module = str(self._task.action).rpartition(".")[2]
        return Subject(module, self._host, str(self._variable(CUSTOMER) or ""))

    def _expected_plan(self) -> PlanDocument | None:
        if EXPECTED_PLAN not in self._task_vars:
            return None
        given = self._variable(EXPECTED_PLAN)
        if given is None:  # an emptied variable is no consent
            raise ArgumentError(
                [f"{EXPECTED_PLAN} is null. Give the plan that was reviewed, or leave the variable out"]
            )
        try:
            return PlanDocument.from_dict(given)
        except ValueError as wrong:
            raise ArgumentError([f"{EXPECTED_PLAN}: {wrong}"]) from None
