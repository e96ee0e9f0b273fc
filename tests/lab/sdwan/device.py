# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A Citrix SD-WAN appliance: an MCN where its site's mode says so, else a client; the host of a firewall where it is an 1100."""

from __future__ import annotations

import asyncio
import time
from typing import Any, ClassVar

from aiohttp import web
from cryptography import x509

from ..certificates import fingerprint
from ..spec import DeviceSpec
from .change_management import ChangeManagement
from .editor import Editor
from .hosting import Machine, shown_machine
from .images import Images
from .inbox import Inbox
from .monitor import Monitor
from .network import MCN_MODES, Network, join, leave
from .nitro import Ask, Handler, Nitro, Refusal

BASE = "/sdwan/nitro/v1/"
DEFAULT = "sites: [{site_name: branch1, model: cb1100}]"
RELEASE = "11.0.3.1003"
MANAGEMENT = ("primary_management_server", "secondary_management_server")


class SdwanDevice:
    """site, appliance: which of the network this is; by default its first one. See README.md for the options."""

    DIALECT: ClassVar[str] = "sdwan"
    OPTIONS: ClassVar[dict[str, type]] = {
        "network": str,
        "site": str,
        "appliance": str,
        "release": str,
        "model_name": str,
        "base": str,
        "second_factor": str,
        "session_seconds": float,
        "upload_field": str,
        "upload_rate": float,
        "upload_hashing": bool,
        "phase_seconds": float,
        "old_errors": bool,
        "nested": bool,
        "bare": bool,
        "missing": list,
    }
    SECRETS: ClassVar[tuple[str, ...]] = ("vm_auth_key", "auth_code")

    def __init__(self, spec: DeviceSpec) -> None:
        self.spec = spec
        options = spec.options
        self.certificate = ""  # PEM, of the lab
        self.network: Network = join(str(options.get("network", spec.name)), spec.config or DEFAULT, spec.name)
        try:
            self.site, self.appliance = self.network.appliance(
                str(options.get("site", next(iter(self.network.sites)))), str(options.get("appliance", ""))
            )
        except KeyError as error:
            leave(self.network, spec.name)
            raise ValueError(f"the network has no {error}") from error
        self.hosting = self.appliance.hosting
        self.hosting.phase_seconds = float(options.get("phase_seconds", self.hosting.phase_seconds))
        self.hosting.trouble = self._trouble
        self._boots = self.appliance.boots
        self._reboots: set[asyncio.Task[None]] = set()
        self._own_inbox: list[str] = []
        self.inbox = Inbox(self._inbox_names, lambda name: self.changes.receive_file(name) if self.is_mcn else None)
        self.nitro = Nitro(
            str(options.get("base", BASE)),
            spec.username,
            spec.password,
            second=str(options.get("second_factor", "")),
            idle=self._away,
        )
        self.nitro.old_errors = bool(options.get("old_errors", False))
        self.nitro.nested = bool(options.get("nested", True))
        self.nitro.bare = bool(options.get("bare", False))
        self.nitro.session_seconds = float(options.get("session_seconds", 0.0))
        self.nitro.wrong_password = lambda user: bool(spec.faults.active("wrong_password", user, mode="login"))
        self.nitro.before = self._before
        self.nitro.table = self._table()
        for name in options.get("missing", ()):
            self.nitro.table.pop(name, None)

    @property
    def is_mcn(self) -> bool:
        return self.site.mode in MCN_MODES

    @property
    def editor(self) -> Editor:
        return editor_of(self.network)

    @property
    def changes(self) -> ChangeManagement:
        return changes_of(self.network)

    def routes(self) -> list[web.RouteDef]:
        return self.nitro.routes()

    def forget(self) -> None:
        self.nitro.forget()

    def error(self, status: int, code: int, text: str) -> dict[str, Any]:
        return self.nitro.error(status, code, text)

    async def close(self) -> None:
        for reboot in self._reboots:
            reboot.cancel()
        leave(self.network, self.spec.name)

    def _away(self) -> bool:
        """Asked before each call: no session outlives a restart."""
        if self._boots != self.appliance.boots:
            self._boots = self.appliance.boots
            self.nitro.forget()
        return self.appliance.restarting

    def _inbox_names(self) -> list[str]:
        """The MCN's is that of change management."""
        return self.changes.inbox if self.is_mcn else self._own_inbox

    def _trouble(self, step: str) -> str:
        if self.spec.faults.active("job_hangs", step):
            return "hang"
        return "fail" if self.spec.faults.active("job_fails", step) else ""

    def _before(self, ask: Ask) -> None:
        if self.spec.faults.active("mcn_moves", f"{ask.method} {ask.resource}?{ask.action}"):
            self.network.live.revision += 1

    # -- what it answers ----------------------------------------------------------------------------------------------

    def _table(self) -> dict[str, dict[str, Handler]]:
        options = self.spec.options
        images = Images(
            self.hosting,
            self.spec.faults,
            field=str(options.get("upload_field", "file")),
            rate=float(options.get("upload_rate", 0.0)),
            hashing=bool(options.get("upload_hashing", True)),
        )
        table: dict[str, dict[str, Handler]] = {
            "config/system_options": {"GET": self._system, "POST?reboot": self._reboot},
            "config/appliance_certificate": {"GET": self._certificate},
            **self.inbox.table(),
            **images.table(),
            "config/hosted_firewall_storage": {"GET": self._storage},
            "config/hosted_firewalls": {
                "GET": self._firewalls,
                "POST": self._provision,
                "POST?start": self._action,
                "POST?shutdown": self._action,
                "POST?deprovision": self._action,
            },
            "config/hosted_firewall_log": {"GET": self._log},
            "config/virtual_machines": {"GET": self._machines},
            **Monitor(self.network, self.site, self.appliance).table(),
        }
        changes = self.editor.table() | self.changes.table(faults=self.spec.faults)
        if self.is_mcn:
            return table | changes
        return table | {name: dict.fromkeys(methods, _not_here) for name, methods in changes.items()}

    async def _system(self, _ask: Ask) -> Any:
        options = self.spec.options
        return [
            {
                "model": str(options.get("model_name", self.site.model)),
                "product": "NetScaler SD-WAN",
                "serial_no": self.appliance.serial_no,
                "sw_version": str(options.get("release", RELEASE)),
                "os_ver": "6.0",
                "site_name": self.site.site_name,
                "appliance_mode": "MCN" if self.is_mcn else "Client",
                "management_ip": self.appliance.management_ip,
                "license_state": True,
                "system_time": time.strftime("%Y-%m-%d %H:%M:%S", time.gmtime()),
            }
        ]

    async def _reboot(self, _ask: Ask) -> None:
        """It answers first. Jobs of change management do not survive their MCN; what runs does."""
        self._reboots.add(asyncio.get_running_loop().create_task(self._rebooting()))

    async def _rebooting(self) -> None:
        if self.is_mcn:
            self.network.restart_change_management()
        self.appliance.restarting = True
        try:
            await asyncio.sleep(self.hosting.phase_seconds)
        finally:
            self.appliance.restarting = False

    async def _certificate(self, _ask: Ask) -> Any:
        if not self.certificate:
            return []
        shown = x509.load_pem_x509_certificate(self.certificate.encode())
        return [
            {
                "fingerprint": fingerprint(self.certificate),
                "start_date": str(shown.not_valid_before_utc),
                "end_date": str(shown.not_valid_after_utc),
            }
        ]

    async def _storage(self, _ask: Ask) -> Any:
        return [self.hosting.shown_storage()]

    async def _machines(self, _ask: Ask) -> Any:
        return [{"name": name, "state": state} for name, state in self.hosting.machines.items()]

    async def _firewalls(self, _ask: Ask) -> Any:
        return [shown_machine(self.hosting, self.appliance.management_ip)] if self.hosting.machine else []

    async def _provision(self, ask: Ask) -> None:
        self.hosting.provision(wanted(ask))

    async def _action(self, ask: Ask) -> None:
        getattr(self.hosting, ask.action)()

    async def _log(self, _ask: Ask) -> Any:
        return list(self.hosting.log)


async def _not_here(_ask: Ask) -> Any:
    raise Refusal("Configuration changes are allowed on the MCN only", 403)


def wanted(ask: Ask) -> Machine:
    """The machine of a provisioning form. Models are written as the forms write them."""
    return Machine(
        vendor=ask.text("vendor"),
        model=ask.text("model"),
        image_name=ask.text("image_name"),
        primary_management_server=ask.text(MANAGEMENT[0], needed=False),
        secondary_management_server=ask.text(MANAGEMENT[1], needed=False),
        secrets={key: ask.text(key, needed=False) for key in ("vm_auth_key", "auth_code")},
    )


# The MCN's editor and change management belong to the network: a pair of MCNs shares them, Center asks for them.
def editor_of(network: Network) -> Editor:
    if network.editor is None:
        network.editor = Editor(network)
        network.editor.export = lambda name, content: changes_of(network).receive(name, content)
    editor: Editor = network.editor
    return editor


def changes_of(network: Network) -> ChangeManagement:
    if network.changes is None:
        network.changes = ChangeManagement(network)
    changes: ChangeManagement = network.changes
    return changes
