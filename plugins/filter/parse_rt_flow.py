# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Session logs of Juniper SRX firewalls (RT_FLOW, APPTRACK) that you already have -> one dict a line."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from ansible.errors import AnsibleFilterError

from ansible_collections.mspplus.netsec.plugins.plugin_utils._engine.controller.supported import on_call, tried

with tried():
    from ansible_collections.mspplus.netsec.plugins.plugin_utils._srx.rt_flow.line import parse

DOCUMENTATION = r"""
name: parse_rt_flow
short_description: Read session logs (RT_FLOW) of Juniper SRX firewalls
version_added: 1.1.0
author:
  - mspplus.netsec authors (@mspplus)
description:
  - Turns log lines of sessions that were created, closed or denied into one dict a line. No firewall is asked.
  - Takes C(RT_FLOW_SESSION_CREATE), C(RT_FLOW_SESSION_CLOSE) and C(RT_FLOW_SESSION_DENY), C(APPTRACK_SESSION_CREATE), C(APPTRACK_SESSION_CLOSE),
    C(APPTRACK_SESSION_VOL_UPDATE) and C(APPTRACK_SESSION_ROUTE_UPDATE), and all of them with C(_LS), as a logical system writes them.
  - Takes structured lines (C(format sd-syslog)) with any structured data identifier or none, and free text in the layouts that Junos has had
    (9.x; 11.4; connection tags and rule types, 15.1; further columns of 19.x, 20.x, 21.x, 22.2 and 26.2). Priority, host and time zone may be missing,
    relays may have put headers in front, or taken the name of the message away.
  - Never fails on what is in a line. A line that is no such log comes back with RV(_value[].event) null and the line in RV(_value[].unparsed).
notes:
  - Free text is not always unambiguous. Policies and rules may have blanks in their names, zones may not. Two names of NAT rules that have blanks, in
    a layout without rule types, cannot be distinguished. Then what follows the addresses is in RV(_value[].unparsed). Structured lines have no such limits.
  - The last columns of free text are read from left to right, as the releases added them. Words that fit no column, of a line that was cut or of a
    release that has more columns, are in RV(_value[].unparsed), never in the column of another.
  - Columns of free text of C(APPTRACK) between 15.1X49 and 21.x are unverified where no log of the release is published.
options:
  _input:
    description: Text with log lines, or a list of lines.
    type: raw
    required: true
  year:
    description:
      - Year of the first stamp that has none, as in C(Nov 21 05:51:02). From December to January the year counts up, in the other direction down.
      - Left out, such a line has RV(_value[].time) null and the stamp in RV(_value[].stamp). The clock of the controller is never asked.
    type: int
seealso:
  - module: mspplus.netsec.srx_policy_log
  - module: mspplus.netsec.srx_flow_session_info
"""

EXAMPLES = r"""
- name: Who was denied, and by which policy
  ansible.builtin.debug:
    msg: "{{ item.time }} {{ item.source_address }} -> {{ item.destination_address }}:{{ item.destination_port }} by {{ item.policy_name }}"
  loop: "{{ lookup('ansible.builtin.file', 'srx.log') | mspplus.netsec.parse_rt_flow | selectattr('event', '==', 'deny') }}"

- name: How many sessions to one server ended in which way
  ansible.builtin.debug:
    msg: "{{ item.0 }}: {{ item.1 | length }}"
  loop: "{{ ended | groupby('reason_class') | map('list') }}"
  loop_control:
    label: "{{ item.0 }}"
  vars:
    log: "{{ lookup('ansible.builtin.file', 'srx.log') | mspplus.netsec.parse_rt_flow(year=2026) }}"
    ended: "{{ log | selectattr('event', '==', 'close') | selectattr('destination_address', '==', '192.0.2.80') }}"
"""

RETURN = r"""
_value:
  description:
    - One entry a line, in the order of the lines. All fields of the line are there, called as Junos calls them with C(_) for C(-); those
      that are not listed here too, as text. A name that is one of this filter's own keys gets C(_) after it.
    - What Junos prints where there is nothing (C(None), C(N/A)) is null, except in names of policies and zones. C(UNKNOWN) stays.
  type: list
  elements: dict
  contains:
    event:
      description: V(create), V(close), V(deny), V(volume_update) or V(route_update); null for a line that is no session log.
      type: str
      returned: always
    unparsed:
      description: The line that is no session log, cut at 16384 characters; of one that is, the part that was not understood.
      type: str
      returned: when there is such a part
    tag:
      description: Name of the message, for example C(RT_FLOW_SESSION_CLOSE_LS). Null when a relay took it away; the words of the message decide then.
      type: str
      returned: session logs
    time:
      description: When the line was written, ISO 8601, with an offset when the line has one. Null when the line does not show it.
      type: str
      returned: session logs
    naive:
      description: Whether RV(_value[].time) has no offset. It is the firewall's wall clock then, whatever its time zone is.
      type: bool
      returned: session logs
    stamp:
      description: The stamp as printed.
      type: str
      returned: when it gives no time
    start:
      description: When the session began. That is RV(_value[].time) of a create, and RV(_value[].time) less C(elapsed_time) of the
        others, because those lines are written later. Null for a denial.
      type: str
      returned: session logs
    end:
      description: When the session was closed. Null for all but V(close).
      type: str
      returned: session logs
    host:
      description: Host of the header.
      type: str
      returned: session logs
    session_id:
      description: Id of the session, from C(session-id) or C(session-id-32). Null when the line has none, as older denials.
      type: int
      returned: session logs
    nat_applied:
      description: What was translated, V(none), V(source), V(destination) or V(both). Null when the line does not show it.
      type: str
      returned: session logs
    icmp_type:
      description: Type of a denied ICMP packet. Null for other protocols, for which the firewall prints 0, and where the line has none.
      type: int
      returned: session logs
    reason:
      description: Why the session was closed, or denied, in the firewall's words.
      type: str
      returned: session logs
    reason_class:
      description: V(fin), V(rst_client), V(rst_server), V(rst), V(timeout), V(icmp), V(admin), V(policy), V(ha), V(alg), V(auth), V(idp),
        V(resource), V(other) or V(unknown). A reason that no table has is V(other).
      type: str
      returned: session logs
    reason_meaning:
      description: What Juniper says about the reason. Null when there is nothing.
      type: str
      returned: session logs
    source_address:
      description: Source of the packet that created the session.
      type: str
    source_port:
      description: Its port.
      type: int
    destination_address:
      description: Destination of that packet.
      type: str
    destination_port:
      description: Its port.
      type: int
    service_name:
      description: Application, for example C(junos-https).
      type: str
    nat_source_address:
      description: Translated source; the source when there was no NAT.
      type: str
    nat_source_port:
      description: Its port.
      type: int
    nat_destination_address:
      description: Translated destination; the destination when there was no NAT.
      type: str
    nat_destination_port:
      description: Its port.
      type: int
    src_nat_rule_type:
      description: Kind of source rule.
      type: str
    src_nat_rule_name:
      description: Source or static NAT rule.
      type: str
    dst_nat_rule_type:
      description: Kind of destination rule.
      type: str
    dst_nat_rule_name:
      description: Destination or static NAT rule.
      type: str
    protocol_id:
      description: Number of the IP protocol.
      type: int
    policy_name:
      description: Policy that permitted or denied, as printed. A global one ends in C((global\)).
      type: str
    source_zone_name:
      description: Zone that the packet came from.
      type: str
    destination_zone_name:
      description: Zone that it went to.
      type: str
    packets_from_client:
      description: Packets of the client.
      type: int
    bytes_from_client:
      description: Bytes of the client.
      type: int
    packets_from_server:
      description: Packets of the server.
      type: int
    bytes_from_server:
      description: Bytes of the server.
      type: int
    elapsed_time:
      description: Seconds from the permission to this line.
      type: int
    packet_incoming_interface:
      description: Interface that the packet came in by.
      type: str
    logical_system_name:
      description: Logical system or tenant that wrote the line, of a structured line or of C(Lsys NAME:) or C(Tenant NAME:) in free text.
      type: str
    tunnel_inspection:
      description: State of tunnel inspection, since 21.x.
      type: str
    tunnel_inspection_policy_set:
      description: Its policy set, since 21.x.
      type: str
"""


def parse_rt_flow(lines: Any, year: Any = None) -> list[dict[str, Any]]:
    """Text or lines -> entries as in RETURN. Raises AnsibleFilterError for arguments that are not what the documentation says."""
    if not isinstance(lines, (str, bytes)):
        if isinstance(lines, dict) or not isinstance(lines, Iterable):
            raise AnsibleFilterError(f"parse_rt_flow: needs text or a list of lines, got {type(lines).__name__}")
        lines = list(lines)
        odd = next((line for line in lines if not isinstance(line, (str, bytes))), None)
        if odd is not None or None in lines:
            raise AnsibleFilterError(f"parse_rt_flow: a line is text, not {type(odd).__name__}")
    if year is not None and (not isinstance(year, int) or isinstance(year, bool) or not 1 <= year <= 9999):
        raise AnsibleFilterError(f"parse_rt_flow: year is {year!r}, not a year")
    return list(parse(lines, year=year))


class FilterModule:
    """Ansible looks filters up here."""

    def filters(self) -> dict[str, Callable[..., Any]]:
        return on_call({"parse_rt_flow": parse_rt_flow})
