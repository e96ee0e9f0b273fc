# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""srx_policy_log: session logs of the SRX wing, the engine and a netmiko connection put together."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ansible_collections.mspplus.netsec.plugins.plugin_utils._engine.action import DeviceAction, converged
from ansible_collections.mspplus.netsec.plugins.plugin_utils._engine.arguments import (
    ArgumentError,
    Arguments,
    without_none,
)
from ansible_collections.mspplus.netsec.plugins.plugin_utils._engine.failures import ValidationFailed
from ansible_collections.mspplus.netsec.plugins.plugin_utils._engine.run import converge
from ansible_collections.mspplus.netsec.plugins.plugin_utils._srx.configure import CommitOptions
from ansible_collections.mspplus.netsec.plugins.plugin_utils._srx.firewall import Firewall
from ansible_collections.mspplus.netsec.plugins.plugin_utils._srx.policy_log.device import PolicyLogWing
from ansible_collections.mspplus.netsec.plugins.plugin_utils._srx.policy_log.rules import validate


class ActionModule(DeviceAction):
    door = "mspplus.netsec.netmiko"
    arguments = Arguments(Path(__file__).parents[1] / "modules" / "srx_policy_log.py")

    def perform(self, options: dict[str, Any]) -> dict[str, Any]:
        commit = CommitOptions(options["confirm_timeout"], options["commit_timeout"], options["comment"])
        if commit.wrong:
            raise ArgumentError(commit.wrong)
        document, state = without_none(options["config"]), options["state"]
        flawed = validate(document, state)
        if flawed:
            raise ValidationFailed(flawed)
        progress = self.progress(options["progress"])
        firewall = Firewall(self._connection, self._connection.read_timeout)
        wing = PolicyLogWing(firewall, document, state, commit, progress)
        outcome = converge(wing, check_mode=self._task.check_mode, progress=progress)
        return converged(outcome, {"config": document, "state": state}, self._task.diff)
