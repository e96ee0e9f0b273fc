# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Wedge conditions of the cards of a chassis for people who already have its log lines and alarms."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from ansible.errors import AnsibleFilterError

from ansible_collections.mspplus.netsec.plugins.plugin_utils._engine.controller.supported import on_call, tried

with tried():
    from ansible_collections.mspplus.netsec.plugins.plugin_utils._srx.fpc_errors.wedge_text import parse
    from ansible_collections.mspplus.netsec.plugins.plugin_utils._srx.xml_tree import missing

DOCUMENTATION = r"""
name: parse_fpc_wedges
short_description: Read wedge conditions of the cards of a Juniper SRX5000 from log lines and alarms
version_added: 1.3.0
author:
  - mspplus.netsec authors (@mspplus)
description:
  - Turns log lines and the output of C(show chassis alarms) that you already have into wedge conditions, as M(mspplus.netsec.srx_fpc_error_info)
    reads them. No device is asked.
  - A wedge is an error that blocks traffic. A transient one is recorded in the log, an irreversible one also raises a chassis alarm.
  - It never fails because of a text. Without an answer of C(show chassis alarms), or with a refusal or one that was cut, an empty list does not mean
    that nothing is wedged, and RV(_value.broken) says so.
notes:
  - The wording of alarms and log lines about wedges is in no public source. They are recognised by their words; the lines themselves are in the result.
requirements:
  - xmltodict >= 0.13.0 on the controller
positional: _input
options:
  _input:
    description: Log lines, the output of C(show chassis alarms) as text or XML, or log lines and alarms one after the other; text, or a list of lines.
    type: raw
    required: true
  alarms:
    description: Output of C(show chassis alarms), as text or XML, where O(_input) has only log lines. O(_input) is not searched for alarms then.
    type: raw
  hardware:
    description: Output of C(show chassis hardware), as text or XML. With it, entries name the kind of card, and whether the driver is watched on it.
    type: raw
seealso:
  - module: mspplus.netsec.srx_fpc_error_info
  - plugin: mspplus.netsec.parse_fpc_errors
    plugin_type: filter
"""

EXAMPLES = r"""
- name: What blocks traffic, after what was saved during the outage?
  vars:
    output: |
      2 alarms currently active
      Alarm time               Class  Description
      2026-11-21 04:00:00 UTC  Major  FPC 0 TOE irreversible wedge condition
      2026-11-21 04:00:02 UTC  Minor  PEM 1 Not OK
      Nov 21 03:59:58  core fpc0 TOE(0): irreversible wedge condition detected
    found: "{{ output | mspplus.netsec.parse_fpc_wedges }}"
  ansible.builtin.debug:
    msg: "FPC {{ item.fpc }}: {{ item.driver }}, {{ item.kind }}, since {{ item.first_seen }}"
  loop: "{{ found.wedges | selectattr('active') }}"
  loop_control:
    label: "{{ item.driver }}"

- name: Nothing is wedged, and the texts can tell
  vars:
    log: "Nov 21 03:00:00  core fpc0 XMCHIP(0): link up"
    alarms: No alarms currently active
    found: "{{ log | mspplus.netsec.parse_fpc_wedges(alarms=alarms) }}"
  ansible.builtin.assert:
    that: found.complete and not found.wedges
"""

RETURN = r"""
_value:
  description: The wedge conditions, and what they are worth.
  type: dict
  contains:
    wedges:
      description: One entry a driver and FPC, those that are active and irreversible first, in the form of RV(mspplus.netsec.srx_fpc_error_info#module:wedges).
      type: list
      elements: dict
      returned: always
      contains:
        node:
          description: Node of the cluster, where it is reported.
          type: str
          returned: in a cluster
        fpc:
          description: Slot.
          type: int
          returned: when reported
        card:
          description: Kind of card in the slot.
          type: str
          returned: when O(hardware) tells it
        driver:
          description: V(XM), V(LU), V(XL), V(TOE), V(host-loopback) or V(unknown).
          type: str
          returned: always
        kind:
          description: V(irreversible) (an alarm is active, or a text says so), V(transient) (a text says so, or it ended), V(unknown).
          type: str
          returned: always
        active:
          description: Whether an alarm is active, or nothing shows that the condition ended.
          type: bool
          returned: always
        alarm:
          description: Whether a chassis alarm is active.
          type: bool
          returned: always
        log_lines:
          description: Log lines that report it, without those that report its end.
          type: int
          returned: always
        first_seen:
          description: Time of the first word of it, as printed.
          type: str
          returned: when reported
        last_seen:
          description: Time of the last log line of it, as printed.
          type: str
          returned: when reported
        detected_on_this_card:
          description: Whether Juniper names this kind of card for this driver.
          type: bool
          returned: when driver and card are known
        text:
          description: The device's own words.
          type: str
          returned: always
    complete:
      description: Whether there is a whole answer of C(show chassis alarms), as far as it tells, and no refusal.
      type: bool
      returned: always
    broken:
      description: Why it is not. Null when it is.
      type: str
      returned: always
"""


def _text(option: str, source: object) -> str:
    if isinstance(source, str):
        return str(source)
    if isinstance(source, Iterable) and not isinstance(source, Mapping | bytes):
        lines = list(source)
        if all(isinstance(line, str) for line in lines):
            return "\n".join(line.rstrip("\r\n") for line in lines)
    raise AnsibleFilterError(
        f"parse_fpc_wedges: {option} needs the text that a device printed, or its lines, not {type(source).__name__}"
    )


def parse_fpc_wedges(source: object, alarms: object = None, hardware: object = None) -> dict[str, Any]:
    """Raises AnsibleFilterError on anything but text or lines of it, and where xmltodict is missing."""
    if missing():
        raise AnsibleFilterError(missing()[0])
    return parse(
        _text("_input", source),
        None if alarms is None else _text("alarms", alarms),
        "" if hardware is None else _text("hardware", hardware),
    )


class FilterModule:
    """Filters of this file."""

    def filters(self) -> dict[str, Callable[..., Any]]:
        return on_call({"parse_fpc_wedges": parse_fpc_wedges})
