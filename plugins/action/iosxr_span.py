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
from ansible_collections.mspplus.netsec.plugins.plugin_utils._engine.problems import Problem
from ansible_collections.mspplus.netsec.plugins.plugin_utils._engine.state_action import StateAction
from ansible_collections.mspplus.netsec.plugins.plugin_utils._engine.waiting import Progress
from ansible_collections.mspplus.netsec.plugins.plugin_utils._iosxr.configure import CommitOptions
from ansible_collections.mspplus.netsec.plugins.plugin_utils._iosxr.router import Router
from ansible_collections.mspplus.netsec.plugins.plugin_utils._iosxr.span.arguments import span_arguments
from ansible_collections.mspplus.netsec.plugins.plugin_utils._iosxr.span.desired import validate
from ansible_collections.mspplus.netsec.plugins.plugin_utils._iosxr.span.device import SpanWing
from ansible_collections.mspplus.netsec.plugins.plugin_utils._iosxr.span.document import Document
from ansible_collections.mspplus.netsec.plugins.plugin_utils._iosxr.span.rules.table import RULES


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

    @contextmanager
    def wing(self, document: Document, options: dict[str, Any], progress: Progress) -> Iterator[SpanWing]:
        router = Router(self._connection, self._connection.read_timeout)
        commit = replace(CommitOptions.of(options), on_trial=self.record.on_trial)
        yield SpanWing(router, document, commit, options["settle"], progress, options["platform"])
