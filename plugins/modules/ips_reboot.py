# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Documentation of the action plugin of the same name; the work is done on the controller."""

from __future__ import annotations

DOCUMENTATION = r"""
module: ips_reboot
short_description: Reboot a Cisco IPS sensor, and say what was seen of it
version_added: 1.3.0
description:
  - Reboots a sensor (C(reset)), after it was confirmed, and waits for it if that is asked for.
  - Cisco Security Manager gives no status of a reboot. Here O(wait) watches the session end, the sensor answer again, and all of its applications run.
  - Each run reboots the sensor. There is no state that a second run could find.
author:
  - mspplus.netsec authors (@mspplus)
extends_documentation_fragment:
  - mspplus.netsec.attributes
  - mspplus.netsec.attributes.ips
  - mspplus.netsec.progress
attributes:
  idempotent:
    support: none
    description: Each run reboots the sensor.
options:
  confirm:
    description:
      - Must be V(true), except in check mode. A reboot stops all applications; where the sensor is fail-close, traffic stops.
    type: bool
    default: false
  wait:
    description: Wait until the sensor is back and all of its applications run.
    type: bool
    default: false
  wait_timeout:
    description: Seconds that the sensor may take for that.
    type: int
    default: 900
seealso:
  - module: mspplus.netsec.ips_info
"""

EXAMPLES = r"""
- name: Reboot, one sensor after the other
  mspplus.netsec.ips_reboot:
    confirm: true
    wait: true
  throttle: 1
"""

RETURN = r"""
before:
  description:
    - What the device carried before, normalised. V(null) when it was not read.
    - Its version, how long it was up, and the applications that did not run.
  returned: always
  type: dict
  sample: {version: 7.1(7)E4, uptime: 91 days, not_running: []}
after:
  description:
    - What is configured afterwards, read back; in check mode what would be. V(null) when it was not read.
    - In the same form. Without O(wait) it is what was before.
  returned: always
  type: dict
  sample: {version: 7.1(7)E4, uptime: 0 days, not_running: []}
commands:
  description: The lines or requests of the plan, in order, with those of further plans, without secrets.
  returned: always
  type: list
  elements: str
  sample: [reset]
operations:
  description: How many operations the plan has, with those of further plans. V(create) counts what was not there, V(update) what is changed, V(delete)
    what is removed.
  returned: always
  type: dict
  sample: {create: 1, update: 0, delete: 0}
plan:
  description: The plan, as one document that can be saved, reviewed and compared with a later one. V(null) when none was made, and on failure.
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
  description: The state of the device now, such as V(unchanged), V(rolled back) or V(changed; run again to verify it).
  returned: on failure
  type: str
  sample: changed; it does not answer
reboot:
  description:
    - What was seen of the reboot. C(said) is what the sensor said to the command, C(waited) whether its coming back was waited for.
    - With O(wait), C(went_down) tells whether it ended the session; C(answered_after) and C(ran_after) are the seconds until it answered, and until all
      applications ran.
  returned: when the sensor was told to reboot
  type: dict
  sample: {said: Request Succeeded., waited: true, went_down: true, answered_after: 240.5, ran_after: 301.2}
"""
