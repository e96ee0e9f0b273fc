# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a package does to a sensor: whether it is taken, what it changes, how long it takes, and the way back."""

from __future__ import annotations

import asyncio
import re
import time
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING

from . import licenses, packages
from .packages import Name, Version
from .transfers import TOO_LARGE, Refused

if TYPE_CHECKING:
    from .device import IpsDevice

SIGNATURE = re.compile(r"S(\d+)(\.\d+)?")
BAD_LICENCE = "The license key is not valid."
BAD_PACKAGE = "The update file is not a valid update package."
_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
# Minutes of the sensor. Of the network modules 40 are documented, for an update to E3; the others are the lab's own.
INSTALL, REBOOT, ENGINE, ENGINE_SLOW, TABLES = 1, 4, 10, 40, 2


def applications(version: Version) -> list[str]:
    """Names of the applications of a release, in the order of `show version`, without the CLI."""
    return ["MainApp", "AnalysisEngine", *(["CollaborationApp"] if version.major >= 7 else [])]


def written(moment: datetime, zone: str) -> str:
    """18:40:04 JST Fri Oct 28 2011, whatever the locale of the process."""
    day = f"{_DAYS[moment.weekday()]} {_MONTHS[moment.month - 1]} {moment.day:02d} {moment.year}"
    return f"{moment:%H:%M:%S} {zone} {day}"


def ctime(moment: datetime) -> str:
    """Fri Oct 28 18:40:04 2011, whatever the locale of the process."""
    return f"{_DAYS[moment.weekday()]} {_MONTHS[moment.month - 1]} {moment.day:02d} {moment:%H:%M:%S} {moment.year}"


def take_licence(device: IpsDevice, data: bytes) -> None:
    """A licence file becomes the licence; Refused where it cannot."""
    licence = licenses.read(data)
    if licence is None or device.faults.active("license_rejected"):
        raise Refused(BAD_LICENCE)
    if licence.serial != device.serial:
        raise Refused(f"The license key is not valid: it is for serial number {licence.serial}.")
    if licence.expires < device.now().date():
        raise Refused("The license key has expired.")
    device.licence, device.license_status = licence, ""


def judge(device: IpsDevice, file: str, data: bytes) -> Name:
    """What a file is, if the sensor takes it; Refused with the reason."""
    name = packages.name_of(file)
    if name is not None and name.kind == "image":
        raise Refused("System and recovery images are installed by another procedure.")
    if device.faults.active("disk_full", file):
        raise Refused(TOO_LARGE)
    if name is None or not packages.is_genuine(file, data) or device.faults.active("upgrade_rejected", file):
        raise Refused(BAD_PACKAGE)
    if name.platform and not packages.fits(name.platform, device.platform):
        raise Refused(f"This update is not for the platform {device.platform}.")
    if name.kind == "signature":
        _judge_signature(device, name)
    elif name.kind == "engine":
        _judge_engine(device, name)
    elif name.version is None or name.version <= device.state.version:
        raise Refused("This update may not be installed: the sensor has the same or a later version.")
    return name


def _judge_signature(device: IpsDevice, name: Name) -> None:
    if device.license_state not in ("valid", "trial"):
        raise Refused("A valid license is required to apply signature updates.")
    if name.engine != device.state.engine:
        raise Refused(f"The update requires signature engine level E{name.engine}.")
    if name.level <= device.state.level:
        raise Refused("This update may not be installed: the sensor has the same or a later version.")


def _judge_engine(device: IpsDevice, name: Name) -> None:
    if name.engine <= device.state.engine:
        raise Refused("This update may not be installed: the sensor has the same or a later version.")
    base = device.state.version
    if name.version is None or (base.major, base.minor, base.pack) != (
        name.version.major, name.version.minor, name.version.pack,
    ):  # fmt: skip
        raise Refused(f"The update requires version {name.version}.")


def remember(device: IpsDevice) -> None:
    """What a downgrade comes back to."""
    services = {name: node.copy() for name, node in device.services.items()}
    device.previous = (device.state, services, list(device.history))


def change(device: IpsDevice, name: Name) -> None:
    """The package is applied."""
    from .device import Applied

    remember(device)
    if not device.faults.active("upgrade_old_level"):
        today = device.now().date()
        if name.kind == "signature":
            device.state = replace(device.state, level=name.level, level_date=today, suffix=".0")
        elif name.kind == "engine" or name.version is None:
            device.state = replace(device.state, engine=name.engine)
        else:
            device.state = replace(device.state, version=name.version, engine=max(name.engine, device.state.engine))
        device.history.append(Applied(name.file, device.now()))


async def upgrade(device: IpsDevice, name: Name) -> bool:
    """Apply a package, told to every line. True: the sensor reboots, the session ends."""
    device.events.add("downloadUpgradeFile", name.file)
    device.broadcast(
        f"Applying update {name.file.removesuffix('.pkg')}.  This may take several minutes.\n"
        "Please do not reboot the sensor during this update."
    )
    await device.minutes(INSTALL)
    change(device, name)
    if name.kind == "signature":
        restart_engine(device)
        return False
    down(device, ENGINE_SLOW if name.kind == "engine" and device.slow else ENGINE)
    return True


def restart_engine(device: IpsDevice) -> None:
    """Behind a signature update: the AnalysisEngine does not run for a while."""
    seconds = TABLES * device.options.get("minute_seconds", 0.02)
    device.broadcast("Update complete.\nsensorApp is restarting\nThis may take several minutes.")
    device.applications["AnalysisEngine"] = "Starting"
    device.busy_until = time.monotonic() + seconds

    async def later() -> None:
        await asyncio.sleep(seconds)
        device.start_applications()

    device.spawn(later())


def down(device: IpsDevice, minutes: float) -> None:
    """The sensor goes down; it comes back unless a fault keeps it."""
    device.broadcast("The system is going down NOW!")
    if device.faults.active("upgrade_never_returns"):
        device.power_off()
    else:
        device.reboot(minutes)


def last_pack(device: IpsDevice) -> str:
    """The package that a downgrade goes back to, as the question names it."""
    assert device.previous is not None
    history = device.previous[2]
    return history[-1].name.removesuffix(".pkg") if history else f"IPS-K9-{device.previous[0].version.dashed}"


def reboots(device: IpsDevice) -> bool:
    """Whether the way back needs a reboot: all but that of a signature update."""
    assert device.previous is not None
    state = device.previous[0]
    return (state.version, state.engine) != (device.state.version, device.state.engine)


def downgrade(device: IpsDevice) -> bool:
    """Back to what was before the last update. True: the sensor reboots."""
    assert device.previous is not None
    state, services, history = device.previous
    rebooting = reboots(device)
    device.previous = None
    if not device.faults.active("upgrade_old_level"):
        device.state, device.services, device.history = state, services, history
    if rebooting:
        down(device, REBOOT)
    else:
        restart_engine(device)
    return rebooting
