# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What hosts a firewall: the images of a box (or of a Center), its storage, the one virtual machine and its jobs.

Behaviour after "Palo Alto Networks firewall integration on the SD-WAN 1100 platform"; the words of states are unverified.
"""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from .nitro import Refusal

GIB = 1 << 30
VENDORS = {"Palo Alto Networks": ("VM 50", "VM 100"), "Check Point": ("Edge",)}
PHASES = ("copying image", "creating virtual machine", "booting")


@dataclass
class Image:
    image_name: str
    vendor: str
    size: int = 0
    status: str = "complete"  # uploading | complete | failed
    percent: int = 100
    sha256: str = ""  # never shown: for tests


@dataclass
class Machine:
    vendor: str
    model: str
    image_name: str
    primary_management_server: str = ""
    secondary_management_server: str = ""
    secrets: dict[str, str] = field(default_factory=dict)  # what was given for vm_auth_key and auth_code; never shown
    admin_status: str = "Down"  # Up | Down
    processing_status: str = "Stopped"  # of the data path
    operation_status: str = "Provisioning: copying image"
    sent: int = 0
    received: int = 0
    dropped: int = 0


@dataclass
class Hosting:
    """slots: images that fit (0: as many as the storage holds). phase_seconds: of a job. machines: others on the box, by name,
    with their state: Cloud Direct and WANOP exclude a hosted firewall. trouble: called at each step of a job: "fail", "hang"
    or ""."""

    slots: int = 2
    machines: dict[str, str] = field(default_factory=dict)
    supported: bool = True
    images: dict[str, Image] = field(default_factory=dict)
    partition: str = "primary"
    secondary_storage: bool = True
    reserved: int = 20 * GIB
    machine: Machine | None = None
    log: list[dict[str, str]] = field(default_factory=list)
    phase_seconds: float = 0.05
    trouble: Callable[[str], str] = lambda step: ""
    _job: asyncio.Task[None] | None = None

    @property
    def used(self) -> int:
        return sum(image.size for image in self.images.values())

    @property
    def busy(self) -> bool:
        return self._job is not None and not self._job.done()

    @property
    def running(self) -> bool:
        return self.machine is not None and self.machine.operation_status == "Running"

    def note(self, message: str) -> None:
        self.log.append({"time": time.strftime("%Y-%m-%d %H:%M:%S", time.gmtime()), "message": message})

    # -- images -------------------------------------------------------------------------------------------------------

    def begin_upload(self, name: str, vendor: str, size: int) -> Image:
        """size: announced. Raises Refusal where the appliance would say no."""
        if not self.supported:
            raise Refusal("Hosted firewall is not supported on this platform")
        if not name or "/" in name:
            raise Refusal("Invalid file name")
        if any(image.status == "uploading" for image in self.images.values()):
            raise Refusal("Another image upload is in progress")
        if name not in self.images and self.slots and len(self.images) >= self.slots:
            raise Refusal(f"A maximum of {self.slots} software images can be uploaded")
        if self.machine and self.machine.image_name == name:
            raise Refusal("Image is in use")
        replaced = self.images[name].size if name in self.images else 0
        if size > self.reserved - self.used + replaced:
            raise Refusal("Not enough space")
        if vendor not in VENDORS:
            raise Refusal(f"Unknown vendor {vendor}")
        image = self.images[name] = Image(name, vendor, 0, "uploading", 0)
        return image

    def delete_image(self, name: str) -> None:
        if name not in self.images:
            raise Refusal("Image does not exist")
        if self.machine and self.machine.image_name == name:
            raise Refusal("Image is in use")
        del self.images[name]

    def shown_images(self) -> list[dict[str, Any]]:
        used = self.machine.image_name if self.machine else ""
        return [
            {
                "image_name": image.image_name,
                "vendor": image.vendor,
                "size": image.size,
                "status": image.status,
                "percent": image.percent,
                "in_use": image.image_name == used,
            }
            for image in self.images.values()
        ]

    def shown_storage(self) -> dict[str, Any]:
        return {
            "partition": self.partition,
            "active": self.secondary_storage or self.partition == "primary",
            "reserved": self.reserved,
            "used": self.used,
            "free": max(0, self.reserved - self.used),
        }

    # -- the virtual machine -----------------------------------------------------------------------------------------------

    def provision(self, wanted: Machine, images: dict[str, Image] | None = None) -> None:
        """images: where the image comes from, by default the box's own. Raises Refusal."""
        if not self.supported:
            raise Refusal("Hosted firewall is not supported on this platform")
        if self.machine or self.busy:
            raise Refusal("A virtual machine is already provisioned")
        for name, state in self.machines.items():
            raise Refusal(f"{name} is already provisioned on this appliance ({state})")
        image = (self.images if images is None else images).get(wanted.image_name)
        if image is None or image.status != "complete":
            raise Refusal("Software image does not exist or is not complete")
        if wanted.vendor not in VENDORS or wanted.model not in VENDORS[wanted.vendor]:
            raise Refusal(f"Invalid virtual machine model {wanted.model}")
        self.machine = wanted
        self._start(self._provisioning(wanted))

    def start(self) -> None:
        machine = self._mine("start")
        if machine.admin_status == "Up":
            raise Refusal("The virtual machine is already up")
        self._start(self._booting(machine))

    def shutdown(self) -> None:
        machine = self._mine("shutdown")
        if machine.admin_status == "Down":
            raise Refusal("The virtual machine is already down")
        machine.admin_status, machine.operation_status = "Down", "Shutting down"
        self._start(self._halting(machine))

    def deprovision(self) -> None:
        machine = self._mine("deprovision")
        machine.operation_status, machine.admin_status = "Deprovisioning", "Down"
        self._start(self._removing())

    def _mine(self, action: str) -> Machine:
        if self.machine is None:
            raise Refusal("No virtual machine is provisioned")
        if self.busy and action != "deprovision":
            raise Refusal("Another operation is in progress")
        if self.busy and self._job is not None:
            self._job.cancel()
        return self.machine

    def _start(self, job: Any) -> None:
        self._job = asyncio.get_running_loop().create_task(job)

    async def _step(self, step: str) -> bool:
        """False when the job ends here."""
        trouble = self.trouble(step)
        if trouble == "hang":
            await asyncio.Event().wait()
        await asyncio.sleep(self.phase_seconds)
        self.note(f"{step}{' failed' if trouble else ''}")
        return not trouble

    async def _provisioning(self, machine: Machine) -> None:
        for phase in PHASES:
            machine.operation_status = f"Provisioning: {phase}"
            if not await self._step(phase):
                machine.operation_status = f"Failed: {phase}"
                return
        self._up(machine)

    async def _booting(self, machine: Machine) -> None:
        machine.operation_status = "Starting"
        if await self._step("booting"):
            self._up(machine)
        else:
            machine.operation_status = "Failed: booting"

    def _up(self, machine: Machine) -> None:
        machine.admin_status, machine.processing_status, machine.operation_status = "Up", "Running", "Running"
        self.note("virtual machine is up")

    async def _halting(self, machine: Machine) -> None:
        if await self._step("shutting down"):
            machine.processing_status, machine.operation_status = "Stopped", "Stopped"
        else:
            machine.operation_status = "Failed: shutting down"

    async def _removing(self) -> None:
        if await self._step("deprovisioning"):
            self.machine = None
        elif self.machine:
            self.machine.operation_status = "Failed: deprovisioning"

    def close(self) -> None:
        if self._job is not None:
            with contextlib.suppress(RuntimeError):
                self._job.cancel()


def shown_machine(hosting: Hosting, management_ip: str) -> dict[str, Any]:
    """All columns of both GUIs but site and appliance, which the caller knows."""
    machine = hosting.machine
    assert machine is not None
    return {
        "management_ip": management_ip,
        "vendor": machine.vendor,
        # The status table writes VM50 where the forms write VM 50.
        "model": machine.model.replace(" ", ""),
        "image_name": machine.image_name,
        "admin_status": machine.admin_status,
        "processing_status": machine.processing_status,
        "operation_status": machine.operation_status,
        "packets_sent": machine.sent,
        "packets_received": machine.received,
        "packets_dropped": machine.dropped,
        "device_access": f"https://{management_ip}:4100",
        "primary_management_server": machine.primary_management_server,
        "secondary_management_server": machine.secondary_management_server,
    }
