# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a sensor shows: the layouts of `show version`, `show configuration`, `show statistics` and the others."""

from __future__ import annotations

import base64
import time
from datetime import datetime
from typing import TYPE_CHECKING

from . import licenses, updates
from .packages import Version
from .settings import SERVICES

if TYPE_CHECKING:
    from .device import IpsDevice

WIDTH = 54  # of the lines of the head, blanks behind them included
BUILD = "S-2013_FEB_05_05_37_7_1_6_65   (Release)   2013-02-05T05:40:22-0600"
NOTICE = """***NOTICE***
This product contains cryptographic features and is subject to United States
and local country laws governing import, export, transfer and use. Delivery
of Cisco cryptographic products does not imply third-party authority to import,
export, distribute or use encryption. Importers, exporters, distributors and
users are responsible for compliance with U.S. and local country laws. By using
this product you agree to comply with applicable laws and regulations. If you
are unable to comply with U.S. and local laws, return this product immediately.

A summary of U.S. laws governing Cisco cryptographic products may be found at:
http://www.cisco.com/wwl/export/crypto/tool/stqrg.html

If you require further assistance please contact us by sending email to
export@cisco.com.

"""
NO_LICENCE = {
    "none": "There is no license key installed on this IPS platform.",
    "expired": "The license key on this IPS platform has expired.",
    "invalid": "The license key on this IPS platform is invalid.",
}
LICENCE_NOTICE = """***LICENSE NOTICE***
{}
The system will continue to operate with the currently installed
signature set.  A valid license must be obtained in order to apply
signature updates.  Please go to http://www.cisco.com/go/license
to obtain a new license or install a license.
"""


def banner(device: IpsDevice) -> str:
    """What a login gets before its first prompt."""
    notice = NO_LICENCE.get(device.license_state)
    return NOTICE + (LICENCE_NOTICE.format(notice) if notice else "")


def version(device: IpsDevice) -> str:
    """`show version`, as captured of 7.1(7)E4; what is not in the captures is told in README.md."""
    state, old = device.state, device.state.version.major < 7
    days = int((time.monotonic() - device.booted) // 86400)
    rows = [
        ("Host:", "", ""),
        ("    Realm Keys", "key1.0", ""),
        ("Signature Definition:", "", ""),
        ("    Signature Update", device.signature, state.level_date.isoformat()),
        *([("    Virus Update", "V1.4", "2007-03-02")] if old else []),
    ]
    head = "".join(f"{f'{name:<24}{value:<18}{day}'.ljust(WIDTH)}\n" for name, value, day in rows)
    return (
        "Application Partition:\n\n"
        f"Cisco Intrusion Prevention System, Version {device.version}\n\n{head}"
        f"{'OS Version:             2.6.29.1'.ljust(WIDTH)}\n"
        f"{f'Platform:               {device.platform}'.ljust(WIDTH)}\n"
        f"{f'Serial Number:          {device.serial}'.ljust(WIDTH)}\n"
        f"{licence_line(device)}\n"
        f"Sensor up-time is {days} days.\n"
        "Using 666M out of 974M bytes of available memory (68% usage)\n"
        "system is using 26.2M out of 160.0M bytes of available disk space (16% usage)\n"
        "application-data is using 69.5M out of 171.6M bytes of available disk space (43% usage)\n"
        "boot is using 57.2M out of 70.5M bytes of available disk space (85% usage)\n"
        "application-log is using 494.0M out of 513.0M bytes of available disk space (96% usage)\n\n\n"
        f"{applications(device)}\n"
        f"Upgrade History:\n\n{history(device)}\n"
        f"Recovery Partition Version 1.1 - {device.recovery}\n{certificate_line(device)}"
    )


def licence_line(device: IpsDevice) -> str:
    """The line of the licence, two where a trial is told in words."""
    own = device.options.get("license_line")
    if own is not None:
        return str(own)
    state = device.license_state
    if device.licence is None:
        return "No license present" if state == "none" else "Invalid license key present"
    day = f"{licenses.day(device.licence.expires)} UTC"
    if state == "expired":
        return f"License expired:        {day}"
    if state == "valid":
        return f"{'Licensed, expires:':<24}{day}".ljust(WIDTH)
    if device.options.get("license_words", "prefix") == "prefix":
        return f"Trial license, expires: {day}"
    return f"This is a trial license\nLicense expires:        {day}"


def applications(device: IpsDevice) -> str:
    """Rows of the applications; the CLI has no state."""
    text = ""
    stopped = str(device.options.get("stopped_words", "NotRunning"))
    for name, state in device.applications.items():
        told = "Running" if state == "Running" else stopped
        text += f"{name:<19}{BUILD}   {told}  \n"
    return text + f"{'CLI':<19}{BUILD}            \n"


def history(device: IpsDevice) -> str:
    """The last two packs: the previous one is marked and has no .pkg, the running one is last."""
    if not device.history:
        built = datetime(2013, 2, 5, 10, 4, 6)  # written in the zone of the sensor
        base = f"IPS-K9-{device.state.version.dashed}-E{device.state.engine}"
        return f"  {base}   {updates.written(built, str(device.options.get('time_zone', 'UTC')))}   \n"
    text = ""
    last = device.history[-2:]
    width = max(len(entry.name) for entry in last) + 3
    for entry in last:
        running = entry is last[-1]
        name = entry.name if running else entry.name.removesuffix(".pkg")
        text += f"{'  ' if running else '* '}{name:<{width}}{device.local(entry.when)}   \n"
    return text


def certificate_line(device: IpsDevice) -> str:
    """From 7.0 on the dates of the certificate."""
    if device.state.version < Version(7, 0, 0):
        return ""
    own = device.own_identity.loaded
    first, last = (licenses.day(day) for day in (own.not_valid_before_utc, own.not_valid_after_utc))
    return f"\nHost Certificate Valid from: {first} to {last}\n"


def fingerprints(prints: dict[str, str], words: str = "colon") -> str:
    """As `show tls fingerprint` and `tls generate-key` tell them."""
    middle = ": " if words == "colon" else " fingerprint is "
    return "".join(f"{name.upper()}{middle}{prints[name]}\n" for name in ("md5", "sha1"))


def clock(device: IpsDevice, detail: bool = False) -> str:
    """`show clock`, with the flag that says what its time is worth."""
    flag = str(device.options.get("clock_flag", ""))
    more = "No time source\nSummer time is not configured\n" if detail else ""
    return f"{'' if detail else flag}{device.local()}\n{more}"


def configuration(device: IpsDevice) -> str:
    """`show configuration` behind its spinner."""
    rule = "! ------------------------------\n"
    text = (
        f"{rule}! Current configuration last modified {updates.ctime(device.config_changed)}\n{rule}"
        f"! Version {device.state.version}\n! Host:\n!     Realm Keys          key1.0\n! Signature Definition:\n"
        f"!     Signature Update    {device.signature}   {device.state.level_date.isoformat()}\n"
    )
    for name, (instance, _letters) in SERVICES.items():
        text += f"{rule}service {name}{' ' if instance else ''}{instance}\n"
        text += "".join(f"{line}\n" for line in device.services[name].lines())
        if name == "trusted-certificates":
            for host, der in device.trusted.items():
                text += f"trusted-certificates {host} certificate {base64.b64encode(der).decode()}\n"
        if name == "ssh-known-hosts":
            text += "".join(f"ssh-known-hosts {host} key {key}\n" for host, key in device.known_hosts.items())
        text += "exit\n"
    return text


def inventory(device: IpsDevice) -> str:
    """`show inventory`, in the form of IOS."""
    model = device.platform.replace("-", " ", 1)
    return (
        f'Name: "Chassis", DESCR: "{model} Intrusion Prevention Sensor"\n'
        f"PID: {device.platform}-K9  , VID: V01 , SN: {device.serial}\n"
    )


def users(device: IpsDevice, number: int, everyone: bool) -> str:
    """`show users [all]`: the own session is marked; a locked account stands in parentheses."""
    text = "    CLI ID   User      Privilege\n"
    for other in sorted(device.numbers.values()):
        text += f"{'*' if other == number else ' '}   {other:<9}{device.spec.username:<10}{device.role}\n"
    if everyone:
        text += "             (cisco)   administrator\n             service   service\n"
    return text


def health(_device: IpsDevice) -> str:
    """Red by default: the memory is nearly full, whatever the sensor does."""
    names = (
        "for Failed Applications", "for Signature Updates", "for License Key Expiration", "for Running in Bypass Mode",
        "for Interfaces Being Down", "for the Inspection Load", "for the Time Since Last Event Retrieval",
        "for the Number of Missed Packets",
    )  # fmt: skip
    rows = [("Overall Health Status", "Red"), *((f"Health Status {name}", "Green") for name in names)]
    rows.append(("Health Status for the Memory Usage", "Red"))
    return "".join(f"{name:<56}{colour}\n" for name, colour in rows)


def interfaces(device: IpsDevice) -> str:
    """`show interfaces`, short."""
    return (
        "Interface Statistics\n   Total Packets Received = 0\n   Total Bytes Received = 0\n   Missed Packet Percentage = 0\n"
        f"   Current Bypass Mode = {device.services['interface'].values['bypass-mode']}\n"
        "MAC statistics from interface Management0/0\n   Media Type = TX\n   Link Status = Up\n   Link Speed = Auto_1000\n"
    )
