# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Filters that select the packets of `monitor security flow`."""

from __future__ import annotations


class ModuleDocFragment:
    DOCUMENTATION = r"""
options:
  filters:
    description: The filters. A packet is traced when it matches all criteria of one of them. Name both directions of a flow.
    default: []
    type: list
    elements: dict
    suboptions:
      name:
        description:
          - Name of the filter, 1 to 63 letters, digits, dots, dashes or underscores.
          - Not one that a keyword of the command begins with, such as V(source) or V(protocol); the device would take it for that.
        type: str
        required: true
      source_prefix:
        description: IPv4 or IPv6 address, with or without a length.
        type: str
      destination_prefix:
        description: IPv4 or IPv6 address, with or without a length.
        type: str
      source_port:
        description: A port from 1 to 65535, or the keyword of a service such as V(https).
        type: str
      destination_port:
        description: A port from 1 to 65535, or the keyword of a service such as V(https).
        type: str
      destination_service:
        description: Name of a service. Not known to be shown by the device, so it cannot be verified.
        type: str
      protocol:
        description: Number from 0 to 255 or name of an IP protocol.
        type: str
      interface:
        description: Interface where packets come in or go out. Without a unit, it is unit 0.
        type: str
      logical_system:
        description: Name of a logical system. Deprecated by newer releases.
        type: str
      root_logical_system:
        description: Packets of the root logical system only, which is the default.
        type: bool
      tenant:
        description: Name of a tenant system. Cannot be verified.
        type: str
      source_tenant:
        description: Name of the tenant system where packets come from. Cannot be verified.
        type: str
      conn_tag:
        description: Connection tag, 0 to 4294967295. Cannot be verified.
        type: int
      vxlan_vni:
        description: VXLAN network identifier, 0 to 16777215. Cannot be verified.
        type: int
      geneve_vni:
        description: Geneve network identifier, 0 to 16777215. Cannot be verified.
        type: int
      tunnel_inspection_type:
        description: Kind of the tunnel that is looked into. Cannot be verified.
        type: str
        choices: [vxlan, gre, ipip, geneve]
"""
