# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""`show statistics`: what each part of a sensor says of itself."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import TYPE_CHECKING

from . import updates
from .transfers import Refused

if TYPE_CHECKING:
    from .device import IpsDevice

DIRECTORY = "http://198.133.219.25//swc/esd/06/273556262/guest/"


def host(device: IpsDevice) -> str:
    """With what its own automatic update says of itself, in its time zone."""
    memory = "   Memory usage (bytes) = 698351616\n   Memory free (bytes) = 322961408\n"
    return (
        "General Statistics\n"
        f"   Last Change To Host Config (UTC) = {updates.written(device.config_changed, '').replace('  ', ' ')}\n"
        "   Command Control Port Device = Management0/0\n"
        "Network Statistics\n"
        "    = ma0_0     Link encap:Ethernet  HWaddr 00:04:23:D5:A1:8D\n"
        f"    =           inet addr:{device.address}  Bcast:127.255.255.255  Mask:255.0.0.0\n"
        "NTP Statistics\n   status = Not applicable\n"
        "Memory Usage\n   usedBytes = 698351616\n   freeBytes = 322961408\n   totalBytes = 1021313024\n"
        "Summertime Statistics\n   start = 03:00:00 PDT Sun Mar 08 2026\n   end = 01:00:00 PST Sun Nov 01 2026\n"
        "CPU Statistics\n   Usage over last 5 seconds = 0\n   Usage over last minute = 2\n   Usage over last 5 minutes = 2\n"
        f"Memory Statistics\n{memory}{auto_update(device)}Auxilliary Processors Installed\n"
    )


def auto_update(device: IpsDevice) -> str:
    """As captured; `auto_update` of the specification is the pack that it found last, none: it is not configured."""
    pack = str(device.options.get("auto_update", ""))
    if not pack:
        names = ("lastDirectoryReadAttempt", "lastDownloadAttempt", "lastInstallAttempt", "nextAttempt")
        return "Auto Update Statistics\n" + "".join(f"   {name} = N/A\n" for name in names)
    read, load, install, again = (
        device.local(device.now() + timedelta(minutes=minutes)) for minutes in (-30, -29.9, -29, 30)
    )
    return (
        "Auto Update Statistics\n"
        f"   lastDirectoryReadAttempt = {read}\n    =   Read directory: {DIRECTORY}\n    =   Success\n"
        f"   lastDownloadAttempt = {load}\n    =   Download: {DIRECTORY}{pack}.pkg\n    =   Success\n"
        f"   lastInstallAttempt = {install}\n    =   {pack}: Update completed successfully\n"
        f"   nextAttempt = {again}\n"
    )


def sdee(device: IpsDevice) -> str:
    """Subscriptions of event clients."""
    rows = "".join(
        f"   sub-{number}\n      State = {'Read Pending' if item.waiting else 'Open'}\n      Last Read Time = N/A\n"
        for number, item in device.events.subscriptions.items()
    )
    return (
        f"General\n   Open Subscriptions = {len(device.events.subscriptions)}\n   Blocked Subscriptions = 0\n"
        "   Maximum Available Subscriptions = 5\n   Maximum Events Per Retrieval = 500\n"
        f"Subscriptions\n{rows}"
    )


def engine(device: IpsDevice) -> str:
    """Refused while the AnalysisEngine builds its tables."""
    if device.busy:
        raise Refused(
            "getVirtualSensorStatistics : Analysis Engine is busy rebuilding regex tables. This may take a while."
        )
    if device.applications["AnalysisEngine"] != "Running":
        raise Refused("getVirtualSensorStatistics : Analysis Engine is not running.")
    return (
        "Virtual Sensor Statistics\n   Statistics for Virtual Sensor vs0\n      Name of current Signature-Definition instance = sig0\n"
        "      Number of seconds since a reset of the statistics = 3600\n      Total packets processed since reset = 0\n"
    )


def _plain(title: str, *rows: str) -> Callable[[IpsDevice], str]:
    def show(_device: IpsDevice) -> str:
        return f"{title}\n" + "".join(f"   {row}\n" for row in rows)

    return show


STATISTICS: dict[str, Callable[[IpsDevice], str]] = {
    "analysis-engine": engine,
    "authentication": _plain("General", "totalAuthenticationAttempts = 2", "failedAuthenticationAttempts = 0"),
    "event-server": _plain("General", "openSubscriptions = 0", "blockedSubscriptions = 0"),
    "event-store": _plain("EventStore Statistics", "Total number of events = 0"),
    "host": host,
    "logger": _plain(
        "The number of Log interprocessor FIFO overruns = 0", "The number of syslog messages received = 0"
    ),
    "network-access": _plain("Current Configuration", "LogAllBlockEventsAndSensors = true", "MaxBlockEntries = 250"),
    "notification": _plain("General", "Number of SNMP set requests = 0", "Number of SNMP get requests = 0"),
    "sdee-server": sdee,
    "transaction-server": _plain("General", "totalControlTransactions = 1", "failedControlTransactions = 0"),
    "virtual-sensor": engine,
    "web-server": _plain("listener-443", "session-1", "   remote host = 127.0.0.1"),
}
