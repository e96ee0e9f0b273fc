# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Documentation of the action plugin of the same name; the work is done on the controller."""

from __future__ import annotations

DOCUMENTATION = r"""
module: srx_flow_info
short_description: Read what a Juniper SRX does with flows, and which policies do not log
version_added: 1.1.0
description:
  - Reads the global parameters of flows, the status of the flow module, its counters, and what every policy logs, in one round trip; on request the
    flow monitor and the figures of the session table, too, in the same session.
  - Names the policies that do not log both ends of their sessions, and what would send or store the lines.
author:
  - mspplus.netsec authors (@mspplus)
extends_documentation_fragment:
  - mspplus.netsec.attributes.info
  - mspplus.netsec.attributes.srx
options:
  gather:
    description:
      - V(parameters) are those of C(security flow) in the configuration, with the defaults of what is not set.
      - V(status) is C(show security flow status), V(statistics) is C(show security flow statistics).
      - V(policies) shows what each policy logs.
      - V(monitor) is the flow monitor, as M(mspplus.netsec.srx_flow_monitor_info) reads it; V(sessions) is the summary of the session table, as
        M(mspplus.netsec.srx_flow_session_info) reads it. They are not gathered by default.
    type: list
    elements: str
    choices: [parameters, status, statistics, policies, monitor, sessions]
    default: [parameters, status, statistics, policies]
seealso:
  - module: mspplus.netsec.srx_policy_log
  - module: mspplus.netsec.srx_flow_session_info
  - module: mspplus.netsec.srx_flow_monitor_info
"""

EXAMPLES = r"""
- name: Which policies keep silent?
  mspplus.netsec.srx_flow_info:
    gather: [policies]
  register: flow

- name: Show them
  ansible.builtin.debug:
    var: flow.not_logging

- name: Is flow tracing on, and who switched it on?
  mspplus.netsec.srx_flow_info:
    gather: [parameters, status]
"""

RETURN = r"""
parameters:
  description:
    - The global parameters, nested as the configuration is. Each has C(value), C(default) (the value is the one of the release, nothing
      is set) and, where it has one, C(unit). What a configuration group brings has its C(group), too.
    - C(traceoptions) tells whether flow tracing is configured, C(other) has the lines that this collection does not know.
  returned: when gathered
  type: dict
  sample: {route_change_timeout: {value: null, default: true, unit: seconds}, tcp_mss: {ipsec_vpn: {mss: {value: 1350, default: false, unit: bytes}}}}
status:
  description: One entry a node, with whether flow tracing is on (by a monitor or by traceoptions), its flags, and all fields.
  returned: when gathered
  type: list
  elements: dict
  sample: [{node: null, tracing: true, trace_flags: [basic-datapath], fields: {inet_forwarding_mode: flow based}}]
statistics:
  description: One entry a node, and a unit on a chassis with several, with all counters.
  returned: when gathered
  type: list
  elements: dict
  sample: [{node: null, unit: null, fields: {current_sessions: 500, packets_dropped: 12}}]
policies:
  description: What each policy logs, in the form of O(mspplus.netsec.srx_policy_log#module:config).
  returned: when gathered
  type: list
  elements: dict
  sample: [{from_zone: trust, to_zone: untrust, name: allow-web, session_init: false, session_close: true}]
from_groups:
  description:
    - The logs that configuration groups (C(apply-groups)) bring, each with its group, C(a or b) where several could. RV(policies) and
      RV(not_logging) tell what the device does, so they count.
  returned: when V(policies) was gathered
  type: list
  elements: dict
  sample: [{from_zone: trust, to_zone: untrust, name: allow-web, session_close: log-all}]
not_logging:
  description:
    - The policies that do not log both ends, with what is C(missing) and their C(action). A policy that denies needs C(session-init) only, since
      a denied session never closes.
  returned: when V(policies) was gathered
  type: list
  elements: dict
  sample: [{from_zone: trust, to_zone: untrust, name: allow-web, action: permit, session_init: false, session_close: true, missing: [session-init]}]
log_targets:
  description: What would send or store session logs. Empty when nothing would.
  returned: when V(policies) was gathered
  type: list
  elements: str
  sample: [stream siem]
monitor:
  description: Whether the monitor runs, the name of its trace file, and its filters, as RV(mspplus.netsec.srx_flow_monitor_info#module:monitor).
  returned: when V(monitor) was gathered
  type: dict
  sample: {running: true, file: client-trace, filters: [{name: client-out, source_prefix: 10.1.1.7/32}]}
node:
  description: The node of a chassis cluster that answered, V(null) where there is no cluster.
  returned: when V(monitor) was gathered
  type: str
  sample: node0
sessions:
  description: Figures of the session table, one entry for each place that has a table, as RV(mspplus.netsec.srx_flow_session_info#module:summary).
  returned: when V(sessions) was gathered
  type: list
  elements: dict
  sample: [{node: null, fpc_pic: null, in_use: 500, maximum: 4194304}]
"""
