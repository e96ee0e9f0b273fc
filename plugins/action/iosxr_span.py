# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""iosxr_span: the IOS XR wing, the engine and a netmiko connection put together."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ansible_collections.mspplus.netsec.plugins.plugin_utils._engine.action import DeviceAction, converged
from ansible_collections.mspplus.netsec.plugins.plugin_utils._engine.arguments import (
    ArgumentError,
    Arguments,
    Constraints,
    without_none,
)
from ansible_collections.mspplus.netsec.plugins.plugin_utils._engine.failures import ValidationFailed
from ansible_collections.mspplus.netsec.plugins.plugin_utils._engine.run import converge
from ansible_collections.mspplus.netsec.plugins.plugin_utils._iosxr.configure import CommitOptions
from ansible_collections.mspplus.netsec.plugins.plugin_utils._iosxr.span.desired import validate
from ansible_collections.mspplus.netsec.plugins.plugin_utils._iosxr.span.device import Router, SpanWing
from ansible_collections.mspplus.netsec.plugins.plugin_utils._iosxr.span.rules.check import overridable_rules

DESTINATION = Constraints(mutually_exclusive=[("interface", "next_hop", "pseudowire", "file")])


class ActionModule(DeviceAction):
    door = "mspplus.netsec.netmiko"
    arguments = Arguments(
        Path(__file__).parents[1] / "modules" / "iosxr_span.py",
        Constraints(
            required_if=[("state", kind, ("config",)) for kind in ("merged", "replaced", "overridden")],
            nested=tuple(
                (f"config.sessions.{name}", DESTINATION) for name in ("destination", "rx_destination", "tx_destination")
            ),
        ),
    )

    def perform(self, options: dict[str, Any]) -> dict[str, Any]:
        _check(options)
        given = without_none(options["config"])
        flawed = validate(given, options["state"])
        if flawed:
            raise ValidationFailed(flawed)
        document = given or {}
        router = Router(self._connection, self._connection.read_timeout)
        commit = CommitOptions(
            options["confirm_timeout"],
            options["commit_timeout"],
            options["commit_label"],
            options["commit_comment"],
            options["exclusive"],
        )
        progress = self.progress(options["progress"])
        wing = SpanWing(router, document, options["state"], commit, options["settle"], progress, options["platform"])
        outcome = converge(
            wing, check_mode=self._task.check_mode, warn_only=tuple(options["warn_only"]), progress=progress
        )
        desired = {"config": document, "state": options["state"]}
        return {**converged(outcome, desired, self._task.diff), **wing.about}


def _check(options: dict[str, Any]) -> None:
    """What neither documentation nor core's validator can say. Raises ArgumentError with all of it."""
    wrong = []
    if not 30 <= options["confirm_timeout"] <= 65535:
        wrong.append(f"confirm_timeout must be 30 to 65535 seconds, not {options['confirm_timeout']}")
    if options["commit_timeout"] < 1:
        wrong.append(f"commit_timeout must be 1 second or more, not {options['commit_timeout']}")
    if not 0 <= options["settle"] < options["confirm_timeout"]:
        wrong.append(
            f"settle ({options['settle']} s) must be less than confirm_timeout ({options['confirm_timeout']} s): "
            "the router would roll back while the mirrors are still watched. Lower the one or raise the other"
        )
    wrong += CommitOptions(label=options["commit_label"], comment=options["commit_comment"]).wrong
    unknown = sorted(set(options["warn_only"]) - overridable_rules())
    if unknown:
        wrong.append(
            f"warn_only: {', '.join(unknown)} cannot be downgraded; only {', '.join(sorted(overridable_rules()))} can"
        )
    if wrong:
        raise ArgumentError(wrong)
