# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Session logs of a live SRX: the smallest reads, and the change through a private candidate. I/O."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ..._engine.operations import Plan
from ..._engine.problems import Problem
from ..._engine.run import Applied
from ..._engine.states import State
from ..._engine.waiting import Progress
from ..configure import CommitOptions, Configuration
from ..display_set import Statements, statements
from ..firewall import Firewall
from ..groups import INHERITANCE, inherited, of_groups_command
from ..junos_cli import word
from .model import Item, Key, Policy, PolicyLogs, carriers, from_groups, key_of, parse, to_document
from .plan import desired_state, normalised, owned, plan
from .rules import check, leaf

POLICIES = "show configuration security policies"
SET = "| display set"
# Of a policy only what it does is read: its addresses and applications may be thousands of lines.
ONLY_THEN = '| match "then |deactivate "'
OF_GROUPS = of_groups_command("security policies .* then")
LOG = f"show configuration security log {SET} | {INHERITANCE}"
SYSLOG = f"show configuration system syslog {SET} | {INHERITANCE}"


def reads(items: Sequence[Item], state: State) -> list[str]:
    """Two commands a context that the document names, what stands there and what counts; for overridden two for all."""
    if state == "overridden":
        return policy_reads(POLICIES)
    contexts = dict.fromkeys(key_of(item).context for item in items)
    return [command for context in contexts for command in policy_reads(f"{POLICIES} {' '.join(map(word, context))}")]


def policy_reads(show: str) -> list[str]:
    return [f"{show} {SET} {ONLY_THEN}", f"{show} {SET} | {INHERITANCE} {ONLY_THEN}"]


def policies_of(firewall: Firewall, commands: Sequence[str]) -> tuple[Mapping[Key, Policy], Statements, Statements]:
    """Policies, and what is configured of logging, in one round trip."""
    *texts, groups, log, syslog = firewall.read(*commands, OF_GROUPS, LOG, SYSLOG)
    read = inherited("\n".join(texts[::2]), "\n".join(texts[1::2]), groups)
    return parse(read), statements(log), statements(syslog)


class PolicyLogWing:
    """srx_policy_log: the six steps of one firewall (see _engine/run.py)."""

    def __init__(
        self, firewall: Firewall, items: Sequence[Item], state: State, commit: CommitOptions, progress: Progress
    ) -> None:
        self._firewall = firewall
        self._items = items
        self._state = state
        self._configuration = Configuration(firewall, commit, progress)
        self._reads = reads(items, state)
        self._named = {key_of(item) for item in items}
        self._applied = False
        self._seen = PolicyLogs()

    def desired(self) -> dict[str, Any]:
        return {"config": normalised(self._items, self._state), "state": self._state}

    def secrets(self) -> dict[str, str]:
        return {}

    def read(self) -> PolicyLogs:
        """Twice where policies are missing or nothing is to be done: an answer that was cut on its way hides policies and
        what they log."""
        for _look in ("first", "second"):
            policies, log, syslog = policies_of(self._firewall, self._reads)
            current = PolicyLogs(policies, carriers(log, syslog))
            if self._named <= policies.keys() and (self._applied or self.desired_state(current) != current):
                break
        self._seen = current
        return current

    def desired_state(self, current: PolicyLogs) -> PolicyLogs:
        return desired_state(current, self._items, self._state)

    def read_details(self, current: PolicyLogs, desired: PolicyLogs) -> None:
        """All that the rules need was read already."""

    def check(self, current: PolicyLogs, desired: PolicyLogs) -> list[Problem]:
        return check(current, desired, self._items, self._state)

    def plan(self, current: PolicyLogs, desired: PolicyLogs) -> Plan:
        return plan(current, desired)

    def apply(self, plan: Plan, current: PolicyLogs, desired: PolicyLogs) -> Applied:
        self._applied = True  # what is seen now is compared with the desired state, and looked for twice there
        return self._configuration.change(plan, lambda: self._kept(desired))

    def show(self, state: PolicyLogs) -> list[dict[str, Any]]:
        every = self._state == "overridden"
        return to_document({key: item for key, item in state.policies.items() if every or key in self._named})

    def owned(self, state: PolicyLogs) -> list[dict[str, Any]]:
        return owned(state, self._items, self._state)

    def counts(self, state: PolicyLogs) -> dict[str, int]:
        """Of those that were read: all of them with overridden only."""
        kind = "policies that log" if self._state == "overridden" else "policies that log in the contexts of config"
        return {kind: sum(policy.init or policy.close for policy in state.policies.values())}

    def report(self) -> dict[str, Any]:
        """Which of the logs shown groups bring, where they do."""
        every = self._state == "overridden"
        shown = {key: policy for key, policy in self._seen.policies.items() if every or key in self._named}
        brought = from_groups(shown)
        return {"from_groups": brought} if brought else {}

    def _kept(self, desired: PolicyLogs) -> list[Problem]:
        """What the device does not show of a change that it took on trial."""
        seen = self.read()
        brought = {key.item: policy.brought for key, policy in seen.policies.items()}
        found = []
        for item in plan(seen, desired).operations:
            groups = "".join(
                f"; the group {group} brings {leaf(option)}" for option, group in brought.get(item.item, ())
            )
            found.append(Problem("read-back", item.item, f"still to do: {'; '.join(item.do)}{groups}"))
        return found
