# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Change management of a network: from a package that was handed over to sites that run it.

    idle ─export_to_cm─► network_staging ─verify─► appliance_staging ─stage─► (staging) ─► activate ─activate*─► (activating) ─► idle

Source: "NetScaler SD-WAN NITRO API reference 11.0", config/change_management. The states network_staging, appliance_staging and
activate are documented, with what each allows; `idle`, `staging` and `activating` and all texts but that of a verify are the lab's.
"""

from __future__ import annotations

import asyncio
import copy
import time
from collections.abc import Callable, Coroutine, Iterator
from typing import Any

from ..faults import Faults
from .network import Appliance, Network, Site
from .nitro import Ask, Handler, Refusal

VERIFIED = "Successful Verification. Results: Network staging validation successful"
TRANSFERS = ("preparing", "transferring", "done")


class ChangeManagement:
    """One a network. step_seconds: what each step of a job takes. faults: of the device that is asked."""

    def __init__(self, network: Network, step_seconds: float = 0.05) -> None:
        self.network = network
        self.step_seconds = step_seconds
        self.state = "idle"
        self.message = self.failure_reason = ""
        self.selected = ""  # name of the package, or of the file, that was handed over
        self.package = ""  # the one that runs once it is active
        self.content: dict[str, Any] | None = None
        self.verified = False
        self.transfers: dict[str, str] = {}
        self.incomplete_ignored = False
        self._job: asyncio.Task[None] | None = None
        self.activations = 0
        self.inbox: list[str] = []
        self.interrupted = 0  # milliseconds, by the last activation
        self._seen = network.live.revision

    def table(
        self, resource: str = "config/change_management", faults: Faults | None = None
    ) -> dict[str, dict[str, Handler]]:
        of = faults if faults is not None else Faults()

        def action(work: Callable[[Faults], None]) -> Handler:
            async def handler(ask: Ask) -> Any:
                self._notice()
                work(of)
                return {"message": self.message or f"{ask.action} done"}

            return handler

        actions: dict[str, Callable[[Faults], None]] = {
            "verify": self._verify,
            "stage": self._stage,
            "activate": lambda faults: self._activate(faults, rollback=False),
            "activate_with_rollback": lambda faults: self._activate(faults, rollback=True),
            "cancel_stage": self._cancel,
            "clear_network_staging": self._clear,
            "clear_inbox": lambda faults: self.inbox.clear(),
            "ignore_incomplete": self._ignore_incomplete,
            "migrate_config": lambda faults: None,
        }
        return {resource: {"GET": self._get, **{f"POST?{name}": action(work) for name, work in actions.items()}}}

    def receive(self, name: str, content: dict[str, Any]) -> None:
        """export_to_cm. What was staged before is dropped."""
        self._take(name, name, content)
        self.inbox = [*(known for known in self.inbox if known != name), name]

    def receive_file(self, name: str) -> None:
        """A configuration that was uploaded to the inbox: the next call of the reference's scenario is verify. The lab does not read it;
        it holds what runs."""
        self._take(name, self.network.live.package, copy.deepcopy(self.network.live.content))

    def _take(self, selected: str, package: str, content: dict[str, Any]) -> None:
        self._notice()
        if self._busy:
            raise Refusal("Change management is busy")
        self._reset()
        self.selected, self.package, self.content, self.state = selected, package, content, "network_staging"

    def _notice(self) -> None:
        """Somebody else activated something: what we had staged is gone, and all sites run theirs."""
        if self._seen == self.network.live.revision:
            return
        self._seen = self.network.live.revision
        self.close()
        self._reset()
        for _site, appliance in self._appliances():
            appliance.active_config, appliance.behind, appliance.restarting = self.network.live.stamp, None, False

    @property
    def _busy(self) -> bool:
        return self.state in ("staging", "activating")

    def _reset(self) -> None:
        self.state, self.message, self.failure_reason, self.selected, self.content = "idle", "", "", "", None
        self.package = ""
        self.verified = self.incomplete_ignored = False
        self.transfers = {}
        for _site, appliance in self._appliances():
            appliance.staged_config = ""

    def _appliances(self) -> Iterator[tuple[Site, Appliance]]:
        for site in self.network.sites.values():
            for appliance in site.appliances:
                yield site, appliance

    @property
    def _next(self) -> str:
        return f"{self.package}_{self.network.live.revision + 1}"

    # -- what is shown ------------------------------------------------------------------------------------------------

    async def _get(self, _ask: Ask) -> Any:
        self._notice()
        rows = [
            {
                "site_name": site.site_name,
                "appliance_name": appliance.name,
                "model": site.model,
                "status": _status(self.transfers.get(appliance.name, "")),
                "transfer_state": self.transfers.get(appliance.name, ""),
                "active_config": appliance.active_config,
                "staged_config": appliance.staged_config,
                "active_software": "11.0.3",
                "staged_sw_revision": "11.0.3",
                "expected_sw_revision": "11.0.3",
                "observed_sw_revision": "11.0.3",
                "expected_interruption": "0",
                "actual_interruption_ms": self.interrupted,
            }
            for site, appliance in self._appliances()
        ]
        return [
            {
                "state": self.state,
                "status": "failed" if self.failure_reason else "ok",
                "message": self.message,
                "failure_reason": self.failure_reason,
                "activate_info": "",
                "current_config": self.network.live.stamp,
                "inbox_files": list(self.inbox),
                "network_staged_selected_filename": self.selected,
                "sites_cm_status": rows,
            }
        ]

    # -- actions ------------------------------------------------------------------------------------------------------

    def _verify(self, faults: Faults) -> None:
        if self.state != "network_staging":
            raise Refusal("There is nothing to verify")
        if faults.active("verify_fails"):
            self.failure_reason = "Network staging validation failed"
            return
        self.failure_reason = ""
        self.message, self.verified, self.state = VERIFIED, True, "appliance_staging"

    def _stage(self, faults: Faults) -> None:
        if self.state != "appliance_staging":
            raise Refusal("Staging is allowed in the state appliance_staging only")
        self.state, self.message, self.failure_reason = "staging", "Staging", ""
        self.transfers = {}
        self._spawn(self._staging(faults))

    async def _staging(self, faults: Faults) -> None:
        for transfer in TRANSFERS:
            if not await self._step("stage", faults):
                self.failure_reason, self.state = "Staging failed", "appliance_staging"
                return
            for site, appliance in self._appliances():
                if transfer == "done" and faults.active("site_stage_fails", f"{site.site_name} {appliance.name}"):
                    self.transfers[appliance.name] = "failed"
                elif self.transfers.get(appliance.name) != "failed":
                    self.transfers[appliance.name] = transfer
                    if transfer == "done":
                        appliance.staged_config = self._next
        if "failed" not in self.transfers.values():
            self.state, self.message = "activate", "Staging complete"

    def _ignore_incomplete(self, _faults: Faults) -> None:
        if self.state != "staging" or "failed" not in self.transfers.values():
            raise Refusal("No appliance is incomplete")
        self.incomplete_ignored, self.state, self.message = True, "activate", "Staging complete"

    def _activate(self, faults: Faults, *, rollback: bool) -> None:
        if self.state not in ("activate", "network_staging"):
            raise Refusal("Activation is allowed in the states activate and network_staging only")
        if self.content is None:
            raise Refusal("There is nothing to activate")
        self.state, self.message, self.failure_reason = "activating", "Activating", ""
        self._spawn(self._activating(faults, rollback))

    async def _activating(self, faults: Faults, rollback: bool) -> None:
        works = await self._step("activate", faults)
        restart = faults.active("restart_long")
        left = {name for name, transfer in self.transfers.items() if transfer == "failed"}
        taking_part = [appliance for _site, appliance in self._appliances() if appliance.name not in left]
        await self._restart(taking_part, restart["milliseconds"] / 1000 if restart else None)
        if rollback and faults.active("activation_rolls_back"):
            works = False
        if not works:
            end = "; the network was rolled back" if rollback else "; no site runs it"
            self.state, self.message, self.failure_reason = "activate", "", f"Activation failed{end}"
            return
        assert self.content is not None
        live, new = self.network.live, self._next
        for _site, appliance in self._appliances():
            if appliance.name not in left:
                appliance.active_config, appliance.behind = new, None
            elif appliance.behind is None:
                appliance.behind = live.content
        live.package, live.content = self.package, copy.deepcopy(self.content)
        live.revision += 1
        self._seen = live.revision
        self.activations += 1
        self._reset()
        self.message = "Activation complete"

    async def _restart(self, appliances: list[Appliance], seconds: float | None) -> None:
        began = time.monotonic()
        for appliance in appliances:
            appliance.restarting = True
        try:
            await asyncio.sleep(self.step_seconds if seconds is None else seconds)
        finally:
            for appliance in appliances:
                appliance.restarting = False
        self.interrupted = round(1000 * (time.monotonic() - began))

    def _cancel(self, _faults: Faults) -> None:
        if self.state == "activating":
            raise Refusal("An activation is under way")
        if self._job is not None:
            self._job.cancel()
        for _site, appliance in self._appliances():
            appliance.staged_config = ""
        self.transfers, self.failure_reason, self.message = {}, "", "Staging cancelled"
        if self.state != "idle":
            self.state = "network_staging"

    def _clear(self, _faults: Faults) -> None:
        if self._busy:
            raise Refusal("Change management is busy")
        self._reset()

    # -- jobs ---------------------------------------------------------------------------------------------------------

    async def _step(self, step: str, faults: Faults) -> bool:
        """False when the job fails here."""
        if faults.active("job_hangs", step):
            await asyncio.Event().wait()
        await asyncio.sleep(self.step_seconds)
        return not faults.active("job_fails", step)

    def _spawn(self, job: Coroutine[Any, Any, None]) -> None:
        self._job = asyncio.get_running_loop().create_task(job)

    def start_again(self) -> None:
        """As after a restart of the MCN: no job, nothing staged."""
        for _site, appliance in self._appliances():
            appliance.restarting = False
        self._reset()

    def close(self) -> None:
        if self._job is not None:
            self._job.cancel()


def _status(transfer: str) -> str:
    """Of one appliance, from how far its transfer is."""
    if transfer == "failed":
        return "staging failed"
    if transfer in TRANSFERS and transfer != TRANSFERS[-1]:
        return f"staging {100 * (TRANSFERS.index(transfer) + 1) // len(TRANSFERS)}%"
    return "ok"
