# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Documentation of the action plugin of the same name; the work is done on the controller."""

from __future__ import annotations

DOCUMENTATION = r"""
module: srx_flow_monitor
short_description: Keep the operational flow monitor of a Juniper SRX as written
version_added: 1.1.0
description:
  - Manages filters, trace file and state of C(monitor security flow) and configures the firewall to do exactly that. The monitor is
    operational state - nothing is committed, no configuration shows it, and a reboot clears it. The next run configures it again.
  - Compares with what the device makes of its input (C(10.0.0.1) becomes C(10.0.0.1/32), C(reth0) becomes C(reth0.0)), so a second
    run changes nothing.
  - Checks before anything is sent what the device would refuse or silently not do. Flow traceoptions, which exclude the monitor, are
    never stopped.
  - Stops the monitor only when something must change, and starts it again. What does not work is taken back.
  - Refuses to touch a monitor that another user runs, unless O(take_over) says so.
author:
  - mspplus.netsec authors (@mspplus)
extends_documentation_fragment:
  - mspplus.netsec.attributes
  - mspplus.netsec.attributes.srx
  - mspplus.netsec.flow_filters
  - mspplus.netsec.warn_only
  - mspplus.netsec.progress
options:
  state:
    description:
      - V(started) makes filters and trace file and lets the monitor run.
      - V(present) makes filters and trace file; the monitor goes on running or resting as it was.
      - V(stopped) does the same and stops the monitor. Without filters it only stops.
      - V(absent) removes the named filters, with O(purge) all. A monitor that has no filter left stays stopped.
    type: str
    choices: [started, stopped, present, absent]
    default: started
  file:
    description:
      - The trace file. The device shows its name only, so a change of anything else cannot be seen; see O(force_file).
      - May be left out when the device has one already.
    type: dict
    suboptions:
      name:
        description: Name of the file in C(/var/log). Not one that a keyword of the command begins with, such as V(size) or V(match).
        type: str
        required: true
      size:
        description: Bytes after which the device begins a new file, 10240 to 1073741824, or with k, m or g after the number.
        type: str
      files:
        description: How many files the device keeps, 2 to 1000.
        type: int
      match:
        description: Regular expression; lines that do not match are not written. Cannot hold a question mark, which is the help key.
        type: str
      world_readable:
        description: Whether every user of the device may read the file.
        type: bool
  purge:
    description: Remove filters that O(filters) does not name. Other operators may have made them.
    type: bool
    default: false
  force_file:
    description: Set the trace file although it has that name, because its size, number, match or readability changed. Always changes.
    type: bool
    default: false
  take_over:
    description:
      - Change a monitor that another user runs. It is stopped, gets the filters and the file of this task, and is started again; what
        the other user was tracing ends there.
      - Nothing on the device says who started a monitor. It counts as another user's when it runs into another file than O(file), or,
        without O(file), when it has none of O(filters). A task that names neither is about whatever runs.
    type: bool
    default: false
seealso:
  - module: mspplus.netsec.srx_flow_monitor_info
  - module: mspplus.netsec.srx_capture
  - plugin: mspplus.netsec.parse_monitor_flow
    plugin_type: filter
notes:
  - O(warn_only) takes V(M3).
  - A trace fills the file until it is stopped. Give O(file.size) and O(file.files), or take M(mspplus.netsec.srx_capture).
  - In a chassis cluster the monitor of the node that answers is kept. No source says whether it spans both nodes.
"""

EXAMPLES = r"""
- name: Watch both directions of one client
  mspplus.netsec.srx_flow_monitor:
    filters:
      - {name: client-out, source_prefix: 10.1.1.7, protocol: tcp, destination_port: https}
      - {name: client-back, destination_prefix: 10.1.1.7, protocol: tcp, source_port: https}
    file: {name: client-trace, size: 1m, files: 3}

- name: Stop, and leave filters and file as they are
  mspplus.netsec.srx_flow_monitor:
    state: stopped

- name: Remove two filters, and no others
  mspplus.netsec.srx_flow_monitor:
    state: absent
    filters:
      - name: client-out
      - name: client-back
"""

RETURN = r"""
before:
  description:
    - What the device carried before, normalised. V(null) when it was not read.
    - Whether the monitor runs, the name of its trace file, its filters as the device shows them.
  returned: always
  type: dict
  sample: {running: false, file: null, filters: []}
after:
  description:
    - What is configured afterwards, read back; in check mode what would be. V(null) when it was not read.
    - In the same form.
  returned: always
  type: dict
  sample: {running: true, file: client-trace, filters: [{name: client-out, source_prefix: 10.1.1.7/32, destination_port: "443", protocol: tcp}]}
commands:
  description: The lines or requests of the plan, in order, with those of further plans, without secrets.
  returned: always
  type: list
  elements: str
  sample: ["monitor security flow filter client-out source-prefix 10.1.1.7/32 destination-port 443 protocol tcp", "monitor security flow start"]
operations:
  description: How many operations the plan has, with those of further plans. V(create) counts what was not there, V(update) what is changed, V(delete)
    what is removed.
  returned: always
  type: dict
  sample: {create: 1, update: 0, delete: 0}
plan:
  description:
    - The plan, as one document that can be saved, reviewed and compared with a later one. V(null) when none was made, and on failure.
    - The risk V(gap) marks that a running monitor rests for a moment.
  returned: always
  type: dict
  contains:
    schema:
      description: Version of this form.
      type: int
      returned: always
    collection:
      description: Version of the collection that made the plan.
      type: str
      returned: always
    module:
      description: The module that the plan is for.
      type: str
      returned: always
    host:
      description: The inventory host that it is for.
      type: str
      returned: always
    customer:
      description: The customer that it is for, from the variable C(netsec_customer). Empty when that is not set.
      type: str
      returned: always
    desired:
      description: >-
        SHA-256 of the document and of all options that determine the plan. Secrets enter it only as HMAC under the key
        C(netsec_plan_key), and not at all without one.
      type: str
      returned: always
    fingerprint:
      description: SHA-256 of that part of the device's state that the task may change, as it was read.
      type: str
      returned: always
    operations:
      description: The operations in their order. Each leaves the device in a safe state.
      type: list
      elements: dict
      returned: always
      contains:
        kind:
          description: V(create), V(update) or V(delete).
          type: str
          returned: always
        item:
          description: What it changes, in the words of the document.
          type: str
          returned: always
        do:
          description: The lines or requests that make the change.
          type: list
          elements: str
          returned: always
        undo:
          description: Those that take it back. V(null) where nothing does.
          type: list
          elements: str
          returned: always
        risk:
          description: Tags for whoever reviews the plan.
          type: list
          elements: str
          returned: always
    deferred:
      description: Operations that have to wait, in the same form.
      type: list
      elements: dict
      returned: always
    deferred_because:
      description: What they wait for. Empty when nothing waits.
      type: str
      returned: always
    notes:
      description: What else planning brought. Each note is a key of the result, too.
      type: dict
      returned: always
    continues:
      description: Whether the operations change what the rest is planned on, so that another plan follows.
      type: bool
      returned: always
    after:
      description: What an earlier stage has to provide before this plan can be applied.
      type: list
      elements: str
      returned: always
further_plans:
  description: The plans of the stages after the first one, in the form of RV(plan).
  returned: when there was more than one stage
  type: list
  elements: dict
warnings:
  description: Rules that warn, a text each, with the host in front.
  returned: when there are any
  type: list
  elements: str
errors:
  description: Every error of the arguments.
  returned: when the arguments are wrong
  type: list
  elements: str
problems:
  description: Each broken rule with its id, the offending item, the remedy and the device's own words.
  returned: on failure
  type: list
  elements: dict
  contains:
    rule:
      description: Id of the rule.
      type: str
      returned: always
    item:
      description: The offending place of the document, or the option, or the object of the device.
      type: str
      returned: always
    message:
      description: What is wrong.
      type: str
      returned: always
    remedy:
      description: What to do.
      type: str
      returned: always
    severity:
      description: C(error) or C(warning).
      type: str
      returned: always
    device_text:
      description: The device's own words, when it was the device that refused.
      type: str
      returned: always
device_state:
  description:
    - The state of the device now, such as V(unchanged), V(rolled back) or V(changed; run again to verify it).
    - No command removes the name of a trace file, so a first run that is rolled back leaves it, and says so.
  returned: on failure
  type: str
  sample: rolled back
"""
