# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""iosxr_span: the IOS XR wing, the engine and a netmiko connection put together."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from ansible_collections.mspplus.netsec.plugins.plugin_utils._engine.arguments import without_none
from ansible_collections.mspplus.netsec.plugins.plugin_utils._engine.failures import ApplyFailed
from ansible_collections.mspplus.netsec.plugins.plugin_utils._engine.problems import Problem
from ansible_collections.mspplus.netsec.plugins.plugin_utils._engine.run import Applied, Run
from ansible_collections.mspplus.netsec.plugins.plugin_utils._engine.state_action import StateAction
from ansible_collections.mspplus.netsec.plugins.plugin_utils._engine.waiting import Progress
from ansible_collections.mspplus.netsec.plugins.plugin_utils._iosxr.configure import CommitOptions
from ansible_collections.mspplus.netsec.plugins.plugin_utils._iosxr.router import Router
from ansible_collections.mspplus.netsec.plugins.plugin_utils._iosxr.span.arguments import span_arguments
from ansible_collections.mspplus.netsec.plugins.plugin_utils._iosxr.span.desired import validate
from ansible_collections.mspplus.netsec.plugins.plugin_utils._iosxr.span.device import SpanWing
from ansible_collections.mspplus.netsec.plugins.plugin_utils._iosxr.span.document import Document
from ansible_collections.mspplus.netsec.plugins.plugin_utils._iosxr.span.reload import waiting
from ansible_collections.mspplus.netsec.plugins.plugin_utils._iosxr.span.rules.table import RULES
from ansible_collections.mspplus.netsec.plugins.plugin_utils._iosxr.span_status.down import as_problem, down


class ActionModule(StateAction):
    door = "mspplus.netsec.netmiko"
    arguments = span_arguments()
    rules = RULES

    def validate(self, options: dict[str, Any]) -> list[str]:
        wrong = CommitOptions.of(options).wrong
        if options["settle"] >= options["confirm_timeout"]:
            wrong.append(
                f"settle ({options['settle']} s) must be less than confirm_timeout ({options['confirm_timeout']} s): "
                "the router would roll back while the mirrors are still watched. Lower the one or raise the other"
            )
        return wrong

    def parse(self, options: dict[str, Any], progress: Progress) -> tuple[Document, Sequence[Problem]]:
        document = Document.of(without_none(options["config"]), options["state"])
        return document, validate(document)

    def look(self, wing: SpanWing, run: Run, options: dict[str, Any]) -> Applied:
        """What waits for the operator, and what is not operational after the run."""
        said = [] if run.plan.deferred else _reload(run.plan.notes.get("reload_required", ()))  # that is said with it
        if self._task.check_mode or not options["verify"]:
            return Applied(tuple(said))
        rows = down(wing.status())
        known = {problem.item for problem in run.warnings if problem.rule == "was-down"}
        found = [as_problem(row) for row in rows]
        if found and options["require_operational"]:
            state = "changed as the document says" if run.changed else "unchanged"
            message = f"{len(found)} of the mirrors and sessions of the router are not operational"
            raise ApplyFailed(message, [replace(each, severity="error") for each in found], state, {"down": rows})
        return Applied((*said, *(each for each in found if each.item not in known)), {"down": rows})

    @contextmanager
    def wing(self, document: Document, options: dict[str, Any], progress: Progress) -> Iterator[SpanWing]:
        router = Router(self._connection, self._connection.read_timeout)
        commit = CommitOptions.of(options, self.record.on_trial)
        yield SpanWing(router, document, commit, options["settle"], progress, options["platform"])


def _reload(cards: Sequence[str]) -> list[Problem]:
    return [Problem("reload", "tcam_profiles", waiting(cards, ()), severity="warning")] if cards else []
