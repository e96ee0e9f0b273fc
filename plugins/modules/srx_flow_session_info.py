# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Documentation of the action plugin of the same name; the work is done on the controller."""

from __future__ import annotations

DOCUMENTATION = r"""
module: srx_flow_session_info
short_description: Read the flow sessions of a Juniper SRX firewall, from a summary to tables of millions
version_added: 1.1.0
description:
  - Reads C(show security flow session) of one firewall in one login, and changes nothing. Summary, one session, or a listing by
    every filter of the device.
  - A listing is read while it comes. It goes to a file (JSON Lines or CSV), into counts by policy, application, interface and
    address, or as far as O(limit) into the result; memory stays flat however large the table is.
  - Names on request the sessions whose translated address does not belong to their egress interface any more.
  - What the device reports as displayed is compared with what was understood; a difference is a warning, an answer that is cut is
    an error.
author:
  - mspplus.netsec authors (@mspplus)
extends_documentation_fragment:
  - mspplus.netsec.attributes.info
  - mspplus.netsec.attributes.srx
  - mspplus.netsec.progress
options:
  level:
    description:
      - What to read. V(summary) gives figures, of all sessions or of those that O(filter) selects.
      - V(brief) and V(extensive) list sessions; they need O(filter) or O(limit).
      - Brief listings name neither application nor NAT pool, so V(brief) is read as V(extensive) where O(aggregate) has
        V(application) or O(check) is given.
    type: str
    choices: [summary, brief, extensive]
    default: summary
  session_identifier:
    description:
      - Read this session only, 1 to 18446744073709551615; the device shows it in full whatever O(level) is.
      - Excludes O(filter), O(limit) and O(start_identifier). A session that does not exist is no error, RV(sessions) is empty then.
    type: int
  filter:
    description:
      - Which sessions, in the words of the device. All that is given must apply.
      - All releases know O(filter.source_prefix), O(filter.destination_prefix), O(filter.source_port), O(filter.destination_port),
        O(filter.protocol), O(filter.application), O(filter.family), O(filter.interface) and O(filter.add_on). The others are
        those of 24.4R1; a release that does not know one refuses the command, which the task reports.
    type: dict
    suboptions:
      source_prefix:
        description: Address or prefix of the source, IPv4 or IPv6.
        type: str
      destination_prefix:
        description: Address or prefix of the destination, IPv4 or IPv6.
        type: str
      source_port:
        description: Port of the source, 1 to 65535.
        type: int
      destination_port:
        description: Port of the destination, 1 to 65535.
        type: int
      protocol:
        description: IP protocol, a number from 0 to 255 or a name such as V(tcp), V(udp), V(icmp), V(icmp6), V(esp), V(gre).
        type: str
      application:
        description: Application that a policy names, such as V(junos-ssh).
        type: str
      family:
        description: Address family.
        type: str
        choices: [inet, inet6]
      interface:
        description: Logical interface that the session enters or leaves by, such as V(ge-0/0/1.0).
        type: str
      policy_id:
        description: Index of the policy, 1 to 4294967295; RV(sessions[].policy_index).
        type: int
      zone:
        description: Security zone.
        type: str
      application_firewall_rule_set:
        description: Rule set of the application firewall.
        type: str
      application_traffic_control_rule_set:
        description: Rule set of application traffic control.
        type: str
      dynamic_application:
        description: Application that the device recognised, such as V(junos:SSL).
        type: str
      dynamic_application_group:
        description: Group of recognised applications.
        type: str
      url_category:
        description: Category of the URL.
        type: str
      logical_system:
        description: Logical system. By itself it does not narrow a listing down.
        type: str
      root_logical_system:
        description: Only the root logical system. By itself it does not narrow a listing down.
        type: bool
      tenant:
        description: Tenant system. By itself it does not narrow a listing down.
        type: str
      all_logical_systems_tenants:
        description: All logical systems and tenants. By itself it does not narrow a listing down.
        type: bool
      conn_tag:
        description: Connection tag, 0 to 4294967295, decimal or with C(0x).
        type: str
      vrf_group:
        description: L3VPN VRF group.
        type: str
      session_state:
        description: State of the session in a cluster.
        type: str
        choices: [warm, backup, active-warm]
      tunnel_inspection_type:
        description: Kind of the inspected tunnel.
        type: str
        choices: [vxlan, gre, ipip, geneve]
      vxlan_vni:
        description: VXLAN network identifier, 0 to 16777215.
        type: int
      geneve_vni:
        description: Geneve network identifier, 0 to 16777215.
        type: int
      ha_link:
        description: Only sessions of the link between the nodes.
        type: bool
      plugin_name:
        description: Name of a flow plugin.
        type: str
      plugin_status:
        description: What that plugin thinks of the session.
        type: str
        choices: [interested, ignore]
      duration_more_than:
        description: Seconds that the session lives, more than this, 1 to 100000.
        type: int
      duration_less_than:
        description: Seconds that the session lives, less than this, 1 to 100000.
        type: int
      timeout_more_than:
        description: Seconds that its timeout is set to, more than this, 1 to 100000.
        type: int
      timeout_less_than:
        description: Seconds that its timeout is set to, less than this, 1 to 100000.
        type: int
      curr_more_than:
        description: Seconds that are left of its timeout, more than this, 1 to 100000.
        type: int
      curr_less_than:
        description: Seconds that are left of its timeout, less than this, 1 to 100000.
        type: int
      packets_more_than:
        description: Packets of the session, more than this, from 1; the range is not public.
        type: int
      packets_less_than:
        description: Packets of the session, less than this, from 1; the range is not public.
        type: int
      bytes_more_than:
        description: Bytes of the session, more than this, from 1; the range is not public.
        type: int
      bytes_less_than:
        description: Bytes of the session, less than this, from 1; the range is not public.
        type: int
      source_tenant:
        description: Tenant that the session comes from.
        type: str
      destination_service:
        description: Service of the destination.
        type: str
      aging:
        description: Only sessions that are being aged out.
        type: bool
      source_nat_pool:
        description: Source NAT pool.
        type: str
      nat_port_overload_index:
        description: Index of port overloading, 0 to 127.
        type: int
      tunnel_info:
        description: Only sessions with information of a tunnel.
        type: bool
      session_type:
        description: Part that the session plays in HTTP/2.
        type: str
        choices: [HTTP2-parent, HTTP2-child]
      encrypted:
        description: Only sessions of encrypted traffic.
        type: bool
      add_on:
        description: Only sessions that this service works on; the device's own word.
        type: str
        choices:
          - idp
          - ssl
          - tunnel
          - nat
          - services-offload
          - resource-manager
          - application-firewall
          - application-traffic-control
          - security-intelligence
          - advanced-anti-malware
          - anti-virus
          - drop-flow
          - content-filtering
          - web-filtering
  limit:
    description:
      - Read at most so many sessions. A result takes 100000 of them at most, a file any number.
      - V(0) reads all sessions, of the whole table when there is no O(filter), and returns none of them; it needs O(dest),
        O(aggregate) or O(check).
      - When left out, all sessions that O(filter) selects are read, and RV(sessions) holds the first 1000 of them.
    type: int
  start_identifier:
    description:
      - Begin at this session identifier, 1 to 18446744073709551615. Where the release does not know the word, what is below
        is read and left out.
    type: int
  format:
    description:
      - How the device is to answer. V(auto) is XML, and text where the device refuses XML.
    type: str
    choices: [auto, xml, text]
    default: auto
  dest:
    description:
      - File on the controller that takes the sessions, O(limit) of them or all. C(.jsonl) is one JSON object a line, the same as
        RV(sessions); C(.csv) has a header and a column for each key, C(in_source) and so on. A further C(.gz) compresses it.
      - The file appears when it is whole, with mode 0600, and replaces one of the same name. Its directory must exist.
      - In CSV a text that a spreadsheet would take for a formula gets an apostrophe in front.
      - With it the sessions stay out of the result.
    type: path
  aggregate:
    description:
      - Count sessions, bytes and packets by these. A session counts with the bytes and packets of both its wings, and by
        V(interface) at both its interfaces.
      - In a cluster both nodes list a session, as active and as backup; O(node) asks only one of them.
    type: list
    elements: str
    choices: [policy, application, interface, source, destination]
    default: []
  top:
    description: So many names of each aggregate are returned, those with the most bytes; the rest is one sum. 1 to 10000.
    type: int
    default: 10
  check:
    description:
      - V(interface_nat) compares the translated source address of every session that has interface NAT with the addresses
        of its egress interface, read by C(show interfaces terse) in the same login.
    type: list
    elements: str
    choices: [interface_nat]
    default: []
  node:
    description: In a cluster, whose sessions. A device that is no cluster refuses it. Both nodes answer when it is left out.
    type: str
    choices: ['0', '1', all, local, primary]
  timeout:
    description:
      - Seconds that reading may take as a whole, 1 to 86400.
      - How long the device may be silent is C(ansible_netmiko_read_timeout) of the connection; a filter that few sessions of
        a large table pass needs more of it.
    type: int
    default: 900
  page_size:
    description:
      - Read a listing in pages of so many sessions, by the device's C(start-identifier) and C(count), so that a link that drops
        costs one page. A release that does not know these words is read in one answer, with a warning.
      - V(0) reads every listing in one answer; at most 100000.
    type: int
    default: 10000
seealso:
  - plugin: mspplus.netsec.parse_flow_session
    plugin_type: filter
notes:
  - A full table holds up to 6291456 sessions per SPU on the SRX5000 line. That is why a listing without O(filter) and O(limit) is
    refused before anything is sent.
  - Filters, ranges and the words of paging are those of YANG junos-es-rpc-security 24.4R1. How a device counts pages on several
    SPUs is not public; sessions that come in no usable order are read in one answer.
"""

EXAMPLES = r"""
- name: How full is the session table?
  mspplus.netsec.srx_flow_session_info:
  register: table

- name: Sessions of one host, the first 50
  mspplus.netsec.srx_flow_session_info:
    level: extensive
    filter:
      source_prefix: 10.1.2.3
      protocol: tcp
    limit: 50
  register: host

- name: Show what was translated
  ansible.builtin.debug:
    msg: "{{ item['in'].source }} -> {{ item.nat.source }}:{{ item.nat.source_port }}"
  loop: "{{ host.sessions | selectattr('nat', 'truthy') | selectattr('nat.applied', 'in', ['source', 'both']) }}"
  loop_control:
    label: "{{ item.session_id }}"

- name: One session
  mspplus.netsec.srx_flow_session_info:
    session_identifier: 17179902569

- name: Whom is the uplink busy with? The whole table is read, twenty names of each are returned
  mspplus.netsec.srx_flow_session_info:
    level: brief
    limit: 0
    aggregate: [policy, source, interface]
    top: 20
    node: primary

- name: Keep the table of the night
  mspplus.netsec.srx_flow_session_info:
    level: extensive
    limit: 0
    dest: "/srv/sessions/{{ inventory_hostname }}.jsonl.gz"
    timeout: 3600

- name: Did sessions keep an address that the uplink lost?
  mspplus.netsec.srx_flow_session_info:
    level: brief
    filter:
      interface: ge-0/0/0.0
    check: [interface_nat]
  register: uplink
  failed_when: uplink.interface_nat.stale > 0
"""

RETURN = r"""
summary:
  description: Figures, one entry for each place that has a table. Figures that the device does not report are left out.
  returned: when O(level=summary)
  type: list
  elements: dict
  contains:
    node: &node
      description: Node of the cluster; none on a device alone.
      type: str
      returned: always
    fpc_pic: &fpc_pic
      description: SPU that the table is of; none where there is one.
      type: str
      returned: always
    unicast:
      description: Unicast sessions.
      type: int
      returned: when printed
    multicast:
      description: Multicast sessions.
      type: int
      returned: when printed
    services_offload:
      description: Sessions that are offloaded.
      type: int
      returned: when printed
    failed:
      description: Sessions that failed.
      type: int
      returned: when printed
    in_drop_flow:
      description: Sessions in drop flow.
      type: int
      returned: when printed
    in_use:
      description: Sessions in use.
      type: int
      returned: when printed
    valid:
      description: Valid sessions.
      type: int
      returned: when printed
    pending:
      description: Pending sessions.
      type: int
      returned: when printed
    invalidated:
      description: Invalidated sessions.
      type: int
      returned: when printed
    other:
      description: Sessions in other states.
      type: int
      returned: when printed
    maximum:
      description: Sessions that the table can hold.
      type: int
      returned: when printed
    displayed:
      description: Sessions that O(filter) selects.
      type: int
      returned: with O(filter)
  sample:
    - {node: node0, fpc_pic: null, unicast: 3231, in_use: 3680, valid: 3230, invalidated: 450, maximum: 4194304}
sessions:
  description:
    - Sessions, typed. Keys that are marked as always they are missing where the device prints nothing; what further elements
      a release prints has its own name.
  returned: when sessions were read, without O(dest) and not with O(limit=0)
  type: list
  elements: dict
  contains:
    node: *node
    fpc_pic: *fpc_pic
    session_id:
      description: Identifier. With RV(sessions[].node) and RV(sessions[].fpc_pic) it names one session.
      type: int
      returned: always
    status:
      description: Status, such as V(Normal).
      type: str
      returned: always
    state:
      description: V(Valid), V(Invalidated) or V(Pending).
      type: str
      returned: always
    ha_state:
      description: V(Active) or V(Backup) in a cluster.
      type: str
      returned: always
    flags:
      description: Flags, as printed.
      type: str
      returned: always
    policy:
      description: Name of the policy; none for tunnels.
      type: str
      returned: always
    policy_index:
      description: Its index.
      type: int
      returned: always
    source_nat_pool:
      description: Source NAT pool; V(interface) for interface NAT.
      type: str
      returned: always
    application:
      description: Application of the policy.
      type: str
      returned: always
    application_value:
      description: Number of the application.
      type: int
      returned: always
    dynamic_application:
      description: Application that was recognised.
      type: str
      returned: always
    configured_timeout:
      description: Seconds without traffic after which it ends; none where the device says N/A.
      type: int
      returned: always
    timeout:
      description: Seconds that are left of it.
      type: int
      returned: always
    logical_system:
      description: Logical system.
      type: str
      returned: always
    start_time:
      description: Start, in seconds since the boot, or of the epoch on new releases.
      type: int
      returned: always
    duration:
      description: Age in seconds.
      type: int
      returned: always
    in: &wing
      description: The wing of this direction; none when the session has none.
      type: dict
      returned: always
      contains:
        source:
          description: Address that its packets come from.
          type: str
          returned: always
        source_port:
          description: Port that they come from; the identifier for ICMP.
          type: int
          returned: always
        destination:
          description: Address that they go to.
          type: str
          returned: always
        destination_port:
          description: Port that they go to.
          type: int
          returned: always
        protocol:
          description: Protocol, as printed.
          type: str
          returned: always
        interface:
          description: Logical interface that they come in by.
          type: str
          returned: always
        conn_tag:
          description: Connection tag.
          type: str
          returned: always
        packets:
          description: Packets so far.
          type: int
          returned: always
        bytes:
          description: Bytes so far.
          type: int
          returned: always
    out: *wing
    nat:
      description: What address translation does, worked out of the two wings; none when there is only one.
      type: dict
      returned: always
      contains:
        applied:
          description: V(none), V(source), V(destination) or V(both).
          type: str
          returned: always
        source:
          description: Source address behind the firewall.
          type: str
          returned: always
        source_port:
          description: Source port behind the firewall.
          type: int
          returned: always
        destination:
          description: Destination address behind the firewall.
          type: str
          returned: always
        destination_port:
          description: Destination port behind the firewall.
          type: int
          returned: always
  sample:
    - node: node0
      fpc_pic: null
      session_id: 17179902569
      ha_state: Active
      state: Valid
      policy: allow-out
      policy_index: 270
      timeout: 18
      in: {source: 192.168.99.201, source_port: 18277, destination: 76.214.233.95, destination_port: 722, protocol: icmp,
           interface: reth1.1000, conn_tag: '0x0', packets: 1, bytes: 84}
      out: {source: 76.214.233.95, source_port: 722, destination: 50.220.171.30, destination_port: 11623, protocol: icmp,
            interface: reth0.0, conn_tag: '0x0', packets: 0, bytes: 0}
      nat: {applied: source, source: 50.220.171.30, source_port: 11623, destination: 76.214.233.95, destination_port: 722}
total:
  description: How many sessions were read.
  returned: when sessions were read
  type: int
  sample: 3680
displayed:
  description:
    - How many sessions the device reports as displayed. Higher than RV(total) where both nodes of a cluster gave O(limit)
      of them, or pages overlap; none when it did not report it.
  returned: when sessions were read
  type: int
  sample: 3680
aggregate:
  description: Counts. Beside RV(aggregate.total) an entry for each name of O(aggregate).
  returned: when O(aggregate) is given
  type: dict
  contains:
    total:
      description: Sessions, bytes and packets of all that was read.
      type: dict
      returned: always
    policy: &table
      description: Counts by this name.
      type: dict
      returned: when asked for
      contains:
        top:
          description: O(top) names with the most bytes, each with C(sessions), C(bytes) and C(packets). A policy has its C(policy_index), too.
          type: list
          elements: dict
          returned: always
        other:
          description: The same figures for all that is not in the list.
          type: dict
          returned: always
        names:
          description: How many different names were counted one by one, at most 100000.
          type: int
          returned: always
        exact:
          description: Whether these were all. If not, sessions of further names are in the sum, and the list may lack one of them.
          type: bool
          returned: always
    application: *table
    interface: *table
    source: *table
    destination: *table
  sample:
    total: {sessions: 3680, bytes: 910022, packets: 7801}
    policy:
      top: [{policy: allow-out, policy_index: 270, sessions: 3001, bytes: 900000, packets: 7000}]
      other: {sessions: 679, bytes: 10022, packets: 801}
      names: 14
      exact: true
interface_nat:
  description: What the check found.
  returned: when O(check) has V(interface_nat)
  type: dict
  contains:
    checked:
      description: Sessions with interface NAT whose egress interface is known.
      type: int
      returned: always
    stale:
      description: Those whose translated address the interface does not have.
      type: int
      returned: always
    sessions:
      description: The stale ones, at most 1000.
      type: list
      elements: dict
      returned: always
    unknown_interfaces:
      description: Egress interfaces that C(show interfaces terse) does not list, with how many sessions use them.
      type: dict
      returned: always
  sample:
    checked: 211
    stale: 1
    sessions:
      - node: null
        fpc_pic: null
        session_id: 40000381
        policy: allow-out
        source: 10.1.2.3
        destination: 198.51.100.7
        translated_source: 203.0.113.9
        translated_source_port: 11623
        interface: ge-0/0/0.0
        interface_addresses: [203.0.113.20]
    unknown_interfaces: {}
file:
  description: The file that was written.
  returned: when O(dest) is given
  type: dict
  sample: {path: /srv/sessions/edge1.jsonl.gz, sessions: 3680, bytes: 88120}
format:
  description: How the device answered, V(xml) or V(text).
  returned: always
  type: str
  sample: xml
commands:
  description: What was asked, the first 100 commands; refused ones are included.
  returned: always
  type: list
  elements: str
  sample: ['show security flow session summary | display xml | no-more']
unparsed:
  description: What was not understood, at most 50 lines of 200 characters.
  returned: when there is any
  type: list
  elements: str
"""
