# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Error actions of FPCs on a live SRX: which reads, what is read only for a change, how it is written. I/O."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ..._engine.failures import ApplyFailed
from ..._engine.operations import Plan
from ..._engine.problems import Problem
from ..._engine.run import Applied
from ..._engine.states import State
from ..._engine.waiting import Progress
from ..chassis import parse_hardware, parse_release, parse_version
from ..configure import CommitOptions, Configuration
from ..firewall import Firewall
from ..groups import inherited, reads
from .counters import parse_fpc_errors
from .model import FpcErrors, Item, Key, from_groups, parse_inherited, to_document
from .plan import desired_state, normalised, owned, plan
from .rules import Facts, check, restarting_slots
from .tables import LEVELS

CONFIGURATION = tuple(f"{command} | no-more" for command in reads("chassis"))
HARDWARE = "show chassis hardware | no-more"
VERSION = "show version | no-more"
ERRORS = "show chassis fpc errors | display xml | no-more"  # a model names its tags, no source shows its text


class FpcWing:
    """srx_fpc_error_action: the six steps of one firewall (see _engine/run.py)."""

    def __init__(
        self,
        firewall: Firewall,
        document: Sequence[Item] | None,
        state: State,
        commit: CommitOptions,
        progress: Progress,
        *,
        confirmed: bool,
    ) -> None:
        self._firewall = firewall
        self._document = document
        self._state = state
        self._configuration = Configuration(firewall, commit, progress)
        self._confirmed = confirmed
        self._facts: Facts | None = None
        self._seen = FpcErrors()

    def desired(self) -> dict[str, Any]:
        return {
            "config": normalised(self._document, self._state),
            "state": self._state,
            "confirm_chassis_restart": self._confirmed,
        }

    def secrets(self) -> dict[str, str]:
        return {}

    def read(self) -> FpcErrors:
        """The configuration; with the first one chassis and release, in the same round trip."""
        if self._facts is not None:
            return self._told(configured(*self._firewall.read(*CONFIGURATION)))
        *texts, hardware, version = self._firewall.read(*CONFIGURATION, HARDWARE, VERSION)
        self._facts = facts_of(hardware, version, cluster=bool(self._firewall.node), confirmed=self._confirmed)
        return self._told(configured(*texts))

    def _told(self, seen: FpcErrors) -> FpcErrors:
        self._seen = seen
        return seen

    def desired_state(self, current: FpcErrors) -> FpcErrors:
        return desired_state(current, self._document, self._state)

    def read_details(self, current: FpcErrors, desired: FpcErrors) -> None:
        """How many errors are counted already: a threshold may be reached when it is committed. A device that does not
        show is not one that a change has to wait for."""
        facts = self._known()
        if current == desired:
            return
        # What an SPC2 would cost is decided by this answer, so it is asked for twice: it may have been cut on its way.
        if parse_hardware(self._firewall.read(HARDWARE)[0]) != list(facts.chassis):
            raise ApplyFailed("two reads of show chassis hardware differ; nothing was sent. Run again")
        if facts.counts:
            return
        answer = self._firewall.attempt(ERRORS)[0]
        self._facts = Facts(**{**vars(facts), "counts": counts_of(answer)})

    def check(self, current: FpcErrors, desired: FpcErrors) -> list[Problem]:
        return check(current, desired, self._document, self._state, self._known())

    def plan(self, current: FpcErrors, desired: FpcErrors) -> Plan:
        return plan(current, desired, restarting_slots(self._known()))

    def apply(self, plan: Plan, current: FpcErrors, desired: FpcErrors) -> Applied:
        return self._configuration.change(plan, lambda: self._kept(desired))

    def show(self, state: FpcErrors) -> list[dict[str, Any]]:
        return to_document(state)

    def owned(self, state: FpcErrors) -> list[dict[str, Any]]:
        return owned(state, self._document, self._state)

    def counts(self, state: FpcErrors) -> dict[str, int]:
        return {"FPCs with error actions": len({key.fpc for key in (*state.settings, *state.dormant)})}

    def report(self) -> dict[str, Any]:
        """Whose rules counted, and what groups bring, where they do."""
        if self._facts is None:
            return {}
        brought = from_groups(self._seen)
        models = self._facts.models
        return {
            **({"model": models[0]} if models else {}),
            **({"release": self._facts.release_text} if self._facts.release_text else {}),
            **({"from_groups": brought} if brought else {}),
        }

    def _kept(self, desired: FpcErrors) -> list[Problem]:
        """What the device does not show of a change that it took on trial."""
        left = self.plan(self.read(), desired).operations
        return [Problem("read-back", item.item, f"still to do: {'; '.join(item.do)}") for item in left]

    def _known(self) -> Facts:
        if self._facts is None:
            raise ApplyFailed("the firewall was not read")
        return self._facts


def configured(own: str, counting: str, groups: str) -> FpcErrors:
    """From the answers to CONFIGURATION."""
    return parse_inherited(inherited(own, counting, groups))


def facts_of(hardware: str, version: str, *, cluster: bool, confirmed: bool = False) -> Facts:
    """What the rules need to know of a device. hardware, version: answers of show chassis hardware and show version."""
    model, release = parse_version(version)
    chassis = tuple(parse_hardware(hardware))
    return Facts(chassis, model, release, parse_release(release), cluster or len(chassis) > 1, confirmed)


def counts_of(text: str) -> dict[Key, int]:
    """Errors that occurred, by FPC and level; the most of all nodes."""
    found: dict[Key, int] = {}
    for row in parse_fpc_errors(text)["fpcs"]:
        for level in LEVELS:
            counters = row["levels"].get(level, {})
            key = Key(row["fpc"], level)
            found[key] = max(found.get(key, 0), counters.get("occurred", 0))
    return found
