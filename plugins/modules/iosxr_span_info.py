# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Documentation of the action plugin of the same name; the work is done on the controller."""

from __future__ import annotations

DOCUMENTATION = r"""
module: iosxr_span_info
short_description: Read the traffic mirrors of a Cisco IOS XR router, their status and what keeps them down
version_added: 1.0.0
description:
  - Reads the traffic mirroring (SPAN, ERSPAN, ACL and UDF based) of one router in one login, and changes nothing.
  - Gives the configuration as the document that M(mspplus.netsec.iosxr_span) takes, and the live status of every session
    and source with Cisco's own explanation and remedy. For what is not operational it reads, in the same login, the
    state of the interface that the status blames.
  - For tunnel destinations it checks on request whether route, ARP and outgoing interface satisfy the ERSPAN restrictions
    of the platform.
author:
  - mspplus.netsec authors (@mspplus)
extends_documentation_fragment:
  - mspplus.netsec.attributes.info
  - mspplus.netsec.attributes.iosxr
  - mspplus.netsec.platform
requirements:
  - netmiko >= 4.6.0 on the controller
options:
  gather:
    description:
      - What to read. The router is asked for nothing else.
      - V(config) is the configuration, returned as RV(config).
      - V(status) is the live status of sessions and sources, returned as RV(sessions).
      - V(counters) are the counters of mirrored packets, returned as RV(counters). On platforms that do not count
        (see RV(counters_supported)) they are not asked for.
      - V(reachability) is the way to the far end of every tunnel that a session sends to, returned as RV(tunnels).
    type: list
    elements: str
    choices: [config, status, counters, reachability]
    default: [config, status]
  sessions:
    description:
      - Names of the sessions to return; all of them when left out. A session that the router does not have is no error,
        it is missing in the result.
    type: list
    elements: str
  diagnostics:
    description:
      - Outputs for Cisco's support, returned as raw text in RV(diagnostics). Debugging is never switched on.
      - V(detail), V(errors) and V(internal) are C(show monitor-session status) with that view.
      - V(trace) is C(show monitor-session trace).
      - V(platform_trace), V(platform_trace_errors) and V(platform_trace_events) are C(show monitor-session platform trace)
        with C(all), C(errors) or C(events).
      - V(process_mgr), V(process_mgr_errors) and V(process_mgr_internal) are C(show monitor-session process mgr) with
        C(detail), C(errors) or C(internal).
      - What the release does not know is returned with the router's refusal as its text.
    type: list
    elements: str
    choices:
      - detail
      - errors
      - internal
      - trace
      - platform_trace
      - platform_trace_errors
      - platform_trace_events
      - process_mgr
      - process_mgr_errors
      - process_mgr_internal
    default: []
seealso:
  - module: mspplus.netsec.iosxr_span
  - plugin: mspplus.netsec.netmiko
    plugin_type: connection
  - plugin: mspplus.netsec.parse_iosxr_span
    plugin_type: filter
  - plugin: mspplus.netsec.parse_monitor_session_status
    plugin_type: filter
notes:
  - Use with C(ansible_connection=mspplus.netsec.netmiko) and C(ansible_network_os=cisco.iosxr.iosxr).
  - The layouts of C(show monitor-session counters) and of separate destinations for received and sent traffic are not
    public. They are read tolerantly, and what is not understood is returned as it was printed.
"""

EXAMPLES = r"""
- name: Read configuration and status of all mirrors
  mspplus.netsec.iosxr_span_info:
  register: span

- name: Stop when a mirror is down, and say what Cisco advises
  ansible.builtin.assert:
    that: item.1.operational
    fail_msg: "{{ item.0.name }}: {{ item.1.interface }}: {{ item.1.status }}. {{ item.1.remedy | default('') }}"
    quiet: true
  loop: "{{ span.sessions | subelements('sources') }}"
  loop_control:
    label: "{{ item.0.name }} {{ item.1.interface }}"

- name: Check the way to the analyser of one session
  mspplus.netsec.iosxr_span_info:
    gather: [status, reachability]
    sessions: [mon1]
  register: erspan

- name: Show what of the ERSPAN restrictions is not satisfied
  ansible.builtin.debug:
    msg: "{{ erspan.tunnels | map(attribute='problems') | flatten | map(attribute='message') }}"

- name: Collect the outputs that Cisco's support asks for
  mspplus.netsec.iosxr_span_info:
    gather: []
    diagnostics: [errors, internal, platform_trace]
  register: support

- name: Keep them in files
  ansible.builtin.copy:
    content: "{{ item.value }}"
    dest: "./{{ inventory_hostname }}_{{ item.key }}.txt"
    mode: "0600"
  delegate_to: localhost
  loop: "{{ support.diagnostics | dict2items }}"
  loop_control:
    label: "{{ item.key }}"
  vars:
    ansible_connection: local
"""

RETURN = r"""
config:
  description:
    - The mirroring as the document that O(mspplus.netsec.iosxr_span#module:config) takes; sessions with their sources, and
      the ACLs, UDFs, TCAM profiles and tunnels that belong to them.
  returned: when O(gather) has V(config)
  type: dict
  sample:
    sessions:
      - name: EASTON
        class: ethernet
        destination: {interface: TenGigE0/0/0/20}
        sources:
          - {interface: TenGigE0/0/0/42, l2transport: true, direction: both, port_level: true}
sessions:
  description: Live status, one entry a session. Keys that the router does not report are left out.
  returned: when O(gather) has V(status)
  type: list
  elements: dict
  contains:
    name:
      description: Name of the session.
      type: str
      returned: always
    class:
      description: Traffic class, where the router prints it.
      type: str
      returned: when printed
    operational:
      description: Whether the session has sources, all of them mirror, and the session itself has no fault.
      type: bool
      returned: always
    destination:
      description: Where the copies go, in the words of the document.
      type: dict
      returned: when there is one
    rx_destination:
      description: The same for received traffic only.
      type: dict
      returned: when there is one
    tx_destination:
      description: The same for sent traffic only.
      type: dict
      returned: when there is one
    destination_state:
      description: State of the destination, as printed in brackets.
      type: str
      returned: when printed
    problem:
      description: The session's own status line, when it reports a fault.
      type: str
      returned: on a fault
    explanation:
      description: Cisco's explanation of RV(sessions[].problem).
      type: str
      returned: when Cisco gives one
    remedy:
      description: What to do about it.
      type: str
      returned: when Cisco gives one
    blamed: &blamed
      description: The interface whose state explains more.
      type: dict
      returned: when a status blames one
      contains:
        interface:
          description: Full name of the interface.
          type: str
          returned: always
        exists:
          description: Whether the router has it.
          type: bool
          returned: when its state was read
        state:
          description: V(up), V(down) or V(admin-down).
          type: str
          returned: when it exists
        line_protocol:
          description: V(up), V(down) or V(admin-down).
          type: str
          returned: when it exists
    sources:
      description: The mirrored interfaces.
      type: list
      elements: dict
      returned: always
      contains:
        interface:
          description: Full name of the interface.
          type: str
          returned: always
        operational:
          description: Whether it mirrors. V(false) as well when the status is cut off.
          type: bool
          returned: always
        status:
          description: The router's words, wrapped lines joined.
          type: str
          returned: always
        direction:
          description: V(both), V(rx-only) or V(tx-only).
          type: str
          returned: when printed
        port_level:
          description: Whether the whole main port is mirrored.
          type: bool
          returned: when printed
        reason:
          description: Why it is not operational, in the router's words.
          type: str
          returned: when printed
        error:
          description: The router's error text.
          type: str
          returned: when printed
        acl_match:
          description: Whether only what an ACL captures is mirrored.
          type: bool
          returned: when printed
        portion:
          description: Portion of each packet, in the router's words.
          type: str
          returned: when printed
        interval:
          description: Sampling, in the router's words.
          type: str
          returned: when printed
        explanation:
          description: Cisco's explanation of the status.
          type: str
          returned: when Cisco gives one
        remedy:
          description: What to do about it.
          type: str
          returned: when Cisco gives one
        blamed: *blamed
    unparsed:
      description: Lines of the session that were not understood, at most 50.
      type: list
      elements: str
      returned: when there are any
  sample:
    - name: mon1
      operational: false
      destination: {interface: tunnel-ip3}
      sources:
        - interface: TenGigE0/0/0/15
          operational: false
          status: Not operational (destination not active)
          direction: rx-only
          port_level: true
          reason: destination not active
          explanation: The destination interface or pseudowire is not in the Up state.
          blamed: {interface: tunnel-ip3, exists: true, state: down, line_protocol: down}
tunnels:
  description: The way to the far end of every tunnel that a session sends to.
  returned: when O(gather) has V(reachability)
  type: list
  elements: dict
  contains:
    name:
      description: The tunnel.
      type: str
      returned: always
    destination:
      description: Its far end; none when the tunnel has no destination.
      type: str
      returned: always
    route:
      description: Prefix of the route to the far end; none when there is no route.
      type: str
      returned: always
    next_hops:
      description: The paths of that route, recursive ones followed.
      type: list
      elements: dict
      returned: always
      contains:
        address:
          description: Address of the next hop; none when the far end is directly connected.
          type: str
          returned: always
        interface:
          description: Outgoing interface; none when it could not be found out.
          type: str
          returned: always
        labelled:
          description: Whether the router puts MPLS labels on.
          type: bool
          returned: always
        backup:
          description: Whether the path is a backup and is not used now.
          type: bool
          returned: always
        arp_resolved:
          description: Whether the router knows the hardware address of the next hop, or of the far end itself.
          type: bool
          returned: always
    satisfied:
      description: Whether every ERSPAN restriction is satisfied; none when the route could not be understood.
      type: bool
      returned: always
    problems:
      description: What is not satisfied, each with rule id, item, message, remedy, severity and the device's own words.
      type: list
      elements: dict
      returned: always
  sample:
    - name: tunnel-ip3
      destination: 70.1.1.2
      route: 70.1.1.0/24
      next_hops:
        - {address: 10.0.0.2, interface: HundredGigE0/0/0/1, labelled: false, backup: false, arp_resolved: true}
      satisfied: true
      problems: []
counters:
  description: What each source mirrored since the counters were cleared. A counter that the router does not print is left out.
  returned: when O(gather) has V(counters) and RV(counters_supported) is not V(false)
  type: list
  elements: dict
  contains:
    session:
      description: Name of the session.
      type: str
      returned: always
    interface:
      description: Full name of the source.
      type: str
      returned: always
    rx_packets:
      description: Received packets that were mirrored.
      type: int
      returned: when printed
    rx_bytes:
      description: Received bytes that were mirrored.
      type: int
      returned: when printed
    tx_packets:
      description: Sent packets that were mirrored.
      type: int
      returned: when printed
    tx_bytes:
      description: Sent bytes that were mirrored.
      type: int
      returned: when printed
    not_mirrored_packets:
      description: Packets that could not be mirrored.
      type: int
      returned: when printed
    not_mirrored_bytes:
      description: Bytes that could not be mirrored.
      type: int
      returned: when printed
  sample:
    - {session: ms2, interface: GigabitEthernet0/2/0/19, rx_packets: 1000, rx_bytes: 68000}
counters_unparsed:
  description: Lines of the counters that were not understood.
  returned: when there are any
  type: list
  elements: str
counters_supported:
  description: Whether the platform counts mirrored packets. NCS 5500 does not for ERSPAN and ACL-based mirrors.
  returned: when O(gather) has V(counters)
  type: bool
diagnostics:
  description: Raw text of each output that O(diagnostics) asks for, by its name.
  returned: when O(diagnostics) is not empty
  type: dict
  sample: {errors: "Monitor-session ms1\nDestination interface TenGigE0/2/0/15 is not configured\n"}
platform:
  description: Whose limits counted.
  returned: always
  type: str
  sample: ncs5500
release:
  description: Release of IOS XR.
  returned: when the device reported it
  type: str
  sample: 7.3.2
"""
