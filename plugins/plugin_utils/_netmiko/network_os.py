# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What Ansible calls the platforms of netmiko that no wing is for. A table; pure.

A system that this collection has modules for has its own row, in the netmiko_platform.py of its wing.
"""

from __future__ import annotations

from collections.abc import Mapping

# ansible_network_os, as the collections of Ansible's network platforms document it -> netmiko's device_type.
NETWORK_OS: Mapping[str, str] = {
    "arista.eos.eos": "arista_eos",
    "arubanetworks.aoscx.aoscx": "aruba_aoscx",
    "check_point.gaia.checkpoint": "checkpoint_gaia",
    "cisco.asa.asa": "cisco_asa",
    "cisco.ios.ios": "cisco_ios",
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
    "ruckus.fastiron.fastiron": "ruckus_fastiron",
    "vyos.vyos.vyos": "vyos",
}
