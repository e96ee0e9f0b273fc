# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Documentation of the action plugin of the same name; the work is done on the controller."""

from __future__ import annotations

DOCUMENTATION = r"""
module: srx_fpc_error_info
short_description: Read error counters, error actions and wedge conditions of an SRX5000 chassis
version_added: 1.1.0
description:
  - Reads how often each card (FPC) had fatal, major and minor errors, what the chassis did about it and would do about the next
    ones, which alarms are active, which drivers are wedged, and how fabric and control path are. One login, one round trip.
  - A command that the device refuses, as chassis without such cards do, and an answer that says nothing of what was asked are warnings. What
    is not known for that reason is null, never an empty list; an empty list means that there is nothing.
author:
  - mspplus.netsec authors (@mspplus)
extends_documentation_fragment:
  - mspplus.netsec.attributes.info
  - mspplus.netsec.attributes.srx
requirements:
  - xmltodict >= 0.13.0 on the controller
options:
  gather:
    description:
      - What to read. V(config) gives what is configured and what counts, V(errors) the counters, V(alarms) chassis and system
        alarms, V(wedges) wedge conditions from alarms and the last 2000 lines of C(messages) that may speak of one, V(fabric)
        fabric and control-path errors, V(hardware) cards and Routing Engines.
    type: list
    elements: str
    choices: [config, errors, alarms, wedges, fabric, hardware]
    default: [config, errors, alarms, wedges, fabric, hardware]
  detail:
    description: Read counters of categories and of single errors, too (C(show chassis fpc errors detail)).
    type: bool
    default: true
  fpc:
    description: Read the counters of this slot only, 0 to 23.
    type: int
seealso:
  - module: mspplus.netsec.srx_fpc_error_action
  - plugin: mspplus.netsec.parse_fpc_errors
    plugin_type: filter
  - plugin: mspplus.netsec.parse_fpc_wedges
    plugin_type: filter
notes:
  - The wording of alarms and log lines about wedges, fabric and control path is in no public source. They are recognised by their
    words; the lines themselves are in the result.
"""

EXAMPLES = r"""
- name: Read errors and wedge conditions
  mspplus.netsec.srx_fpc_error_info:
    gather: [errors, wedges]
  register: chassis

- name: Nothing blocks traffic for good
  ansible.builtin.assert:
    that: chassis.wedges | selectattr('kind', 'eq', 'irreversible') | length == 0

- name: Cards whose fatal errors would restart the whole chassis
  ansible.builtin.debug:
    msg: "{{ about.effective | selectattr('fatal.restarts_chassis') | map(attribute='fpc') }}"
  vars:
    about: "{{ hostvars[inventory_hostname].chassis }}"
  when: about.effective is defined
"""

RETURN = r"""
model:
  description: Model of the chassis; empty when it was not reported.
  returned: always
  type: str
  sample: SRX5800
release:
  description: Release of Junos; empty when it was not reported.
  returned: always
  type: str
  sample: 21.4R3
config:
  description: The configured error actions, as a document of O(mspplus.netsec.srx_fpc_error_action#module:config).
  returned: when O(gather) has V(config); null when it could not be read
  type: list
  elements: dict
  sample: [{fpc: 0, fatal: {threshold: 1, actions: [alarm, get-state]}}]
from_groups:
  description: What of RV(config) configuration groups bring, in the form of RV(mspplus.netsec.srx_fpc_error_action#module:from_groups).
  returned: when O(gather) has V(config); null when it could not be read
  type: list
  elements: dict
  sample: [{fpc: 3, level: fatal, threshold: errors, actions: {alarm: errors}}]
effective:
  description: >-
    What counts for each card that is there, level by level. That an FPC's own setting goes before that of all, and the default
    actions of major and minor errors, are unverified.
  returned: when O(gather) has V(config); null when it could not be read
  type: list
  elements: dict
  contains:
    fpc:
      description: Slot.
      type: int
      returned: always
    card:
      description: Kind of card, V(unknown) where its description is not a known one.
      type: str
      returned: always
    fatal: &effective_level
      description: >-
        Threshold, actions, where the actions come from (V(fpc), V(all), V(default)), and whether they would restart the whole
        chassis (an SPC2 that is reset or taken offline).
      type: dict
      returned: always
      sample: {threshold: 1, actions: [alarm, reset], origin: default, restarts_chassis: true}
    major: *effective_level
    minor: *effective_level
errors:
  description: Counters, one entry an FPC. The form of P(mspplus.netsec.parse_fpc_errors#filter).
  returned: when O(gather) has V(errors); null when it could not be read
  type: list
  elements: dict
  contains:
    node:
      description: Node of the cluster.
      type: str
      returned: in a cluster
    fpc:
      description: Slot.
      type: int
      returned: always
    pfe_state:
      description: State of the packet forwarding engines, as printed.
      type: str
      returned: when reported
    levels:
      description: >-
        Cumulative counters by level (V(fatal), V(major), V(minor)) with C(occurred), C(cleared), C(threshold),
        C(action_taken) (how often) and C(actions), as far as they are reported.
      type: dict
      returned: always
      sample: {major: {occurred: 2, cleared: 1, threshold: 1, action_taken: 1, actions: [get-state, alarm]}}
    categories:
      description: The same counters by C(scope) and C(category).
      type: list
      elements: dict
      returned: always
      sample: [{scope: board, category: functional, levels: {major: {occurred: 2, cleared: 1}}}]
    errors:
      description: >-
        Single errors with C(name), C(identifier), C(level), C(threshold), C(occurred), C(cleared), C(last_occurred_ms)
        (milliseconds ago) and whatever else the device reports, such as their history, under its own label.
      type: list
      elements: dict
      returned: always
errors_unparsed:
  description: What of the answer was not understood.
  returned: when there is any
  type: list
  elements: str
alarms:
  description: Standing alarms with C(time), C(class), C(description), and C(fpc) and C(node) where they are known.
  returned: when O(gather) has V(alarms); null when it could not be read
  type: list
  elements: dict
  sample: [{time: "2026-11-21 04:00:00 UTC", class: Major, description: FPC 1 Major Errors, fpc: 1}]
wedges:
  description: Wedge conditions, one entry a driver and FPC, those that are active and irreversible first.
  returned: when O(gather) has V(wedges); null when it could not be read
  type: list
  elements: dict
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
      returned: when known
    driver:
      description: V(XM), V(LU), V(XL), V(TOE), V(host-loopback) or V(unknown).
      type: str
      returned: always
    kind:
      description: >-
        V(irreversible) (an alarm is active, or a text says so), V(transient) (a text says so, or it ended), V(unknown).
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
      description: Whether Juniper names this kind of card for this driver (TOE and host loopback on SPC2 only).
      type: bool
      returned: when driver and card are known
    text:
      description: The device's own words.
      type: str
      returned: always
wedge_detection:
  description: Drivers that are watched, card by card.
  returned: when O(gather) has V(wedges); null when it could not be read
  type: list
  elements: dict
  sample: [{fpc: 0, card: SPC2, drivers: [XM, LU, XL, TOE, host-loopback]}]
fabric:
  description: Planes that are neither online nor spare, and links of an FPC that are not enabled.
  returned: when O(gather) has V(fabric); null when it could not be read
  type: list
  elements: dict
  sample: [{plane: 3, state: Check}, {fpc: 1, pfe: 0, plane: 3, state: Links error}]
path_errors:
  description: >-
    Fabric and control-path errors that alarms and log lines report - C(kind) (V(fabric) or V(control-path)), C(text), C(count),
    C(first_seen), C(last_seen), and C(fpc), C(card), C(plane), C(node) where they are known.
  returned: when O(gather) has V(fabric); null when it could not be read
  type: list
  elements: dict
hardware:
  description: Model, serial number, cards and Routing Engines, one entry a node.
  returned: when O(gather) has V(hardware); null when it could not be read
  type: list
  elements: dict
  sample: [{model: SRX5800, serial_number: JN1234F4CAGA, cards: [{fpc: 0, kind: SPC2, description: SRX5k SPC II}]}]
routing_engines:
  description: Slot, version (in Juniper's counting for SRX5000), state, model, up time and reason of the last reboot.
  returned: when O(gather) has V(hardware); null when it could not be read
  type: list
  elements: dict
  sample: [{slot: 0, version: 2, state: Master, model: SRX5k RE-1800X4}]
warnings:
  description: Commands that the device refused or answered without what was asked, and what is null or not complete because of it.
  returned: when there are any
  type: list
  elements: str
"""
