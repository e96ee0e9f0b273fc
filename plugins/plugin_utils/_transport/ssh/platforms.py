# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""netmiko's platforms: what Ansible calls them, how to log in fast, how a device says no. Tables; pure."""

from __future__ import annotations

import difflib
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass

# ansible_network_os, as the collections of Ansible's network platforms document it -> netmiko's device_type.
NETWORK_OS: Mapping[str, str] = {
    "arista.eos.eos": "arista_eos",
    "arubanetworks.aoscx.aoscx": "aruba_aoscx",
    "check_point.gaia.checkpoint": "checkpoint_gaia",
    "cisco.asa.asa": "cisco_asa",
    "cisco.ios.ios": "cisco_ios",
    "cisco.iosxr.iosxr": "cisco_xr",
    "cisco.nxos.nxos": "cisco_nxos",
    "ciscosmb": "cisco_s300",
    "commscope.icx.icx": "ruckus_fastiron",
    "community.ciscosmb.ciscosmb": "cisco_s300",
    "community.network.aireos": "cisco_wlc",
    "community.network.aruba": "aruba_os",
    "community.network.ce": "huawei_vrpv8",
    "community.network.edgeos": "ubiquiti_edgerouter",
    "community.network.edgeswitch": "ubiquiti_edgeswitch",
    "community.network.eric_eccli": "ericsson_ipos",
    "community.network.exos": "extreme_exos",
    "community.network.icx": "ruckus_fastiron",
    "community.network.ironware": "brocade_netiron",
    "community.network.nos": "extreme_nos",
    "community.network.slxos": "extreme_slx",
    "community.network.sros": "nokia_sros",
    "community.network.voss": "extreme_vsp",
    "community.routeros.routeros": "mikrotik_routeros",
    "dellemc.os10.os10": "dell_os10",
    "dellemc.os6.os6": "dell_os6",
    "dellemc.os9.os9": "dell_os9",
    "dellos10": "dell_os10",
    "dellos6": "dell_os6",
    "dellos9": "dell_os9",
    "f5networks.f5_modules.bigip": "f5_tmsh",
    "fortinet.fortios.fortios": "fortinet",
    "junipernetworks.junos.junos": "juniper_junos",
    "ruckus.fastiron.fastiron": "ruckus_fastiron",
    "vyos.vyos.vyos": "vyos",
}
_SHORT = {name.rpartition(".")[2]: device_type for name, device_type in NETWORK_OS.items()}

# netmiko reaches these in other ways than SSH, or by trying commands on an unknown device.
_NOT_SSH = re.compile(r"_telnet$|_serial$|^autodetect$")


def device_type(name: str, known: Collection[str]) -> str:
    """netmiko's device_type for an ansible_network_os or a device_type. known: netmiko's own names.

    Raises ValueError, whose text lists near matches.

    >>> device_type("cisco.iosxr.iosxr", ["cisco_xr"]), device_type("iosxr", ["cisco_xr"])
    ('cisco_xr', 'cisco_xr')
    """
    word = name.strip().lower()
    found = NETWORK_OS.get(word) or _SHORT.get(word) or (word if word in known else None)
    if found and not _NOT_SSH.search(found):
        plain = found.removesuffix("_ssh")  # netmiko has both names for one driver; the tables have one
        return plain if plain in known else found
    usable = sorted({*NETWORK_OS, *_SHORT, *(item for item in known if not _NOT_SSH.search(item))})
    near = difflib.get_close_matches(word, usable, n=4, cutoff=0.5)
    hint = f"; near: {', '.join(near)}" if near else ""
    if found:
        raise ValueError(f"{name!r} is not a platform that is reached by SSH{hint}")
    raise ValueError(f"unknown platform {name!r}{hint}")


@dataclass(frozen=True)
class FastLogin:
    """A login in two round trips: wait for the prompt, then everything that quiets the terminal in one write.

    netmiko's own preparation waits for each echo, and sleeps between its looks at the channel.
    prompt: the whole of what the device prints when it waits, without a blank at the end. longest: how many characters
    of it stay the same in every mode, None for all. shell: the prompt of a Unix shell that some users land in, and the
    command that leads from there to the command line.
    """

    prompt: re.Pattern[str]
    commands: tuple[str, ...]
    longest: int | None = None
    shell: tuple[re.Pattern[str], str] | None = None


FAST_LOGINS: Mapping[str, FastLogin] = {
    "cisco_xr": FastLogin(
        # RP/0/RSP0/CPU0:edge1#  "System prompt" in Cisco's IOS XR Getting Started guides: type/rack/slot/module:name
        re.compile(r"[A-Za-z0-9]+(?:/[A-Za-z0-9]+){2,3}:[^\s#>]+[#>]"),
        ("terminal length 0", "terminal width 511"),
        longest=31,  # netmiko's cisco_xr: in configuration mode the router cuts the prompt at 31 characters
    ),
    "juniper_junos": FastLogin(
        # user@host>  A cluster prints {primary:node0} in a line of its own before it.
        re.compile(r"[\w.\-]+@[\w.\-]+>"),
        # Without complete-on-space off a blank that is typed ahead may complete a word.
        ("set cli screen-width 511", "set cli complete-on-space off", "set cli screen-length 0"),
        # root@host:~ #, root@host% or a bare %: netmiko's juniper_junos, and root@host:RE:0% of older releases.
        shell=(re.compile(r"(?:root@[\w.\-]+(?::[\w~/:.\-]*)? ?)?[%#]"), "cli"),
    ),
}

# How devices refuse a line, in the families that netmiko knows. For raw's return code only; actions have their own.
_PERCENT = re.compile(
    r"^% ?(?:Invalid|Incomplete|Ambiguous|Unrecognized|Unknown|Bad|Error|Permission|Access denied|Authorization|"
    r"This command is not authorized|Command authorization failed)\b.*$",
    re.MULTILINE | re.IGNORECASE,
)
_JUNOS = re.compile(r"^(?:\s*\^\s*\n)?(?:unknown command|syntax error|missing argument|error: ).*$", re.MULTILINE)


def refusal(platform: str, output: str) -> str:
    """The line in which a device says that it did not do what it was told; empty when there is none."""
    found = (_JUNOS if platform.startswith("juniper") else _PERCENT).search(output)
    return found[0].strip() if found else ""
