# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Documentation of the action plugin of the same name; the work is done on the controller."""

from __future__ import annotations

DOCUMENTATION = r"""
module: srx_flow_monitor_info
short_description: Read the flow monitor of a Juniper SRX and what it captured
version_added: 1.1.0
description:
  - Reads whether the monitor runs, its filters and its trace file, and on request the packets in a trace file - which filter they
    matched, their five-tuple, and what happened to them.
author:
  - mspplus.netsec authors (@mspplus)
extends_documentation_fragment:
  - mspplus.netsec.attributes.info
  - mspplus.netsec.attributes.srx
options:
  events:
    description: Fetch the trace file too, and return its packets.
    type: bool
    default: false
  file:
    description: Name of the trace file to fetch. By default the one that the monitor has.
    type: str
  limit:
    description: The most packets to return, the newest ones, 1 to 100000. The whole file is read and counted in any case.
    type: int
    default: 100
  timeout:
    description: The most seconds that reading the file may take, 1 to 3600.
    type: int
    default: 120
seealso:
  - module: mspplus.netsec.srx_flow_monitor
  - module: mspplus.netsec.srx_capture
  - plugin: mspplus.netsec.parse_monitor_flow
    plugin_type: filter
"""

EXAMPLES = r"""
- name: What is monitored
  mspplus.netsec.srx_flow_monitor_info:

- name: The last packets that were dropped, and why
  mspplus.netsec.srx_flow_monitor_info:
    events: true
    limit: 500
  register: trace

- name: Show them
  ansible.builtin.debug:
    msg: "{{ trace.events | selectattr('verdict', 'equalto', 'dropped') }}"
"""

RETURN = r"""
monitor:
  description: Whether the monitor runs, the name of its trace file, its filters in the form of O(mspplus.netsec.srx_flow_monitor#module:filters).
  returned: always
  type: dict
  sample: {running: true, file: client-trace, filters: [{name: client-out, source_prefix: 10.1.1.7/32}]}
tracing:
  description: Whether flow tracing is on, as C(show security flow status) shows it; V(null) where it does not.
  returned: always
  type: bool
traceoptions:
  description: Whether flow traceoptions are configured and active. They and the monitor exclude each other.
  returned: always
  type: bool
node:
  description: The node of a chassis cluster that answered.
  returned: always
  type: str
  sample: node0
events:
  description: The packets, oldest first. Keys that the trace does not show are V(null).
  returned: when O(events)
  type: list
  elements: dict
  contains:
    time:
      description: Month, day and time of the device.
      type: str
      returned: always
      sample: Nov 21 06:21:07.682052
    filter:
      description: The filter that matched.
      type: str
      returned: always
    source:
      description: Source address.
      type: str
      returned: always
    source_port:
      description: Source port; of ICMP its identifier.
      type: int
      returned: always
    destination:
      description: Destination address.
      type: str
      returned: always
    destination_port:
      description: Destination port.
      type: int
      returned: always
    protocol:
      description: Name or number of the protocol.
      type: str
      returned: always
    length:
      description: Bytes.
      type: int
      returned: always
    interface_in:
      description: Where it came in.
      type: str
      returned: always
    interface_out:
      description: Where it was to go out.
      type: str
      returned: always
    from_zone:
      description: Zone where it came from.
      type: str
      returned: always
    to_zone:
      description: Zone where it was to go.
      type: str
      returned: always
    next_hop:
      description: Next hop of the route.
      type: str
      returned: always
    session_id:
      description: Session that it belongs to.
      type: int
      returned: always
    session:
      description: V(created), V(found), or V(null) when there was none.
      type: str
      returned: always
    policy:
      description: The policy that permitted or denied it.
      type: str
      returned: always
    nat_source:
      description: Translated source address and port.
      type: str
      returned: always
    verdict:
      description: V(forwarded), V(dropped), or V(null) when the trace does not show it.
      type: str
      returned: always
    reason:
      description: The device's words on why it was dropped.
      type: str
      returned: always
    lines:
      description: Lines that the trace has on it.
      type: int
      returned: always
summary:
  description: How many packets the file has, by filter, by verdict and by reason.
  returned: when O(events)
  type: dict
  sample: {packets: 8, lines: 140, filters: {client-out: 8}, verdicts: {forwarded: 6, dropped: 2}, reasons: {denied by policy: 2}}
"""
