# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Documentation of the action plugin of the same name; the work is done on the controller."""

from __future__ import annotations

DOCUMENTATION = r"""
module: ips_license
short_description: Keep a Cisco IPS sensor licensed
version_added: 1.3.0
description:
  - Applies a licence to a sensor, from local files or from a licence server, where it expires later than the one that the sensor has, or where its information
    differs. A licence with the same expiry and the same information is no change.
  - What Cisco Security Manager did for a fleet. Sensors are selected that have no licence, an expired one, or one that expires soon (O(select)).
  - Of a licence server, no more than 8 licences are fetched in any 180 seconds, by all forks and all runs of this controller together, since Cisco's own server
    blocks the tenth within three minutes. Runs wait for each other.
  - The form of licence files is in no public source. A file is taken as it is; serial number and expiry are read where they can be recognised.
author:
  - mspplus.netsec authors (@mspplus)
extends_documentation_fragment:
  - mspplus.netsec.attributes
  - mspplus.netsec.attributes.ips
  - mspplus.netsec.ips_transfer
  - mspplus.netsec.ips_server
  - mspplus.netsec.progress
options:
  state:
    description:
      - V(present) gives the sensor the licence. A sensor's licence is replaced, never removed.
    type: str
    choices: [present]
    default: present
  source:
    description:
      - V(files) are local files of this controller.
      - V(server) is a licence server. It is asked for C(SERIAL.lic) below its path, only for sensors that are selected, and in check mode, too.
      - V(last_attempt) is the file that was last tried on this sensor, whatever became of it. It fails where none is known.
    type: str
    choices: [files, server, last_attempt]
    default: files
  files:
    description:
      - Licence files, or folders of files with the ending C(.lic). Each is for the sensor whose serial number it names; a file that does not tell one
        needs it as a word of its name. Of several for one sensor, the one that expires last counts.
      - Files for other sensors do not matter; RV(files) says which fit.
    type: list
    elements: path
  select:
    description:
      - V(due) acts on a sensor with no licence, with an expired one, or with one that expires within O(days_before_expiry) days. An invalid licence, and one
        whose status is unknown, is not selected but reported.
      - V(all) acts on each sensor.
      - By default V(due) with a licence server, else V(all).
    type: str
    choices: [all, due]
  days_before_expiry:
    description: Days before the expiry of a licence from which a new one is looked for.
    type: int
    default: 1
  force:
    description:
      - Apply the licence also where it expires earlier, or on the same day, and is not known to differ. A licence that the sensor is known to have is not
        applied again.
      - Whether the information differs is known where this controller applied the licence that the sensor has. An earlier expiry with other information is
        applied with a warning.
    type: bool
    default: false
  requires_cisco_com:
    description:
      - Whether the sensor takes licences from Cisco.com only. Such a sensor is refused with local files and with a local server. By default what is
        known of the platform; IPS 4270 and AIP SSM-40 are the vendor's examples.
      - The vendor's manager wants Cisco.com as the server of the whole fleet then. Here the sensor alone is refused.
    type: bool
  limiter:
    description:
      - Folder that keeps the limit of the licence server. By default C(ips_license_limiter) in the folder for the state of this controller
        (C(netsec_state_dir)), which each inventory has for itself. Give inventories of one controller that ask the same server the same folder.
    type: path
  limiter_timeout:
    description: Seconds that a task waits for its place within the limit. A fleet of 200 sensors takes 75 minutes.
    type: int
    default: 7200
  copy_timeout:
    description: Seconds that the sensor may take to pull and to check the licence without a word.
    type: int
    default: 300
seealso:
  - module: mspplus.netsec.ips_info
  - module: mspplus.netsec.ips_update
notes:
  - The last attempt on each sensor is remembered in the folder for the state of the controller (C(netsec_state_dir)), with its file. Where no disk
    lasts, it is not known after the run which licence a sensor has; its expiry alone decides then, and nothing can be redeployed.
"""

EXAMPLES = r"""
- name: Licences that were sent by mail, each to the sensor whose serial number it names
  mspplus.netsec.ips_license:
    files:
      - "{{ inventory_dir }}/licenses"

- name: Once a day, whatever expires within a week
  mspplus.netsec.ips_license:
    source: server
    days_before_expiry: 7
    server:
      host: licenses.example.net
      path: licenses
      username: ips
    server_password: "{{ vault_license_server_password }}"

- name: The same file again, after what stopped it is repaired
  mspplus.netsec.ips_license:
    source: last_attempt
"""

RETURN = r"""
before:
  description:
    - What the device carried before, normalised. V(null) when it was not read.
    - Status and expiry of the licence; C(file) is the SHA-256 of the file that the sensor has, as far as the controller knows it.
  returned: always
  type: dict
  sample: {status: expired, expires: "2026-11-01", file: null}
after:
  description:
    - What is configured afterwards, read back; in check mode what would be. V(null) when it was not read.
    - In the same form.
  returned: always
  type: dict
commands:
  description:
    - The lines or requests of the plan, in order, with those of further plans, without secrets.
    - Of a file that this controller serves on a port of its own choice, C(PORT) stands for the port.
  returned: always
  type: list
  elements: str
  sample: ['copy https://192.0.2.10:8443/MQEA9470012.lic license-key']
operations:
  description: How many operations the plan has, with those of further plans. V(create) counts what was not there, V(update) what is changed, V(delete)
    what is removed.
  returned: always
  type: dict
  sample: {create: 0, update: 1, delete: 0}
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
license:
  description:
    - What the sensor says of its licence at the end. C(status) is V(valid), V(invalid), V(expired), V(none), V(trial) or V(unknown); C(days_left)
      are those until C(expires), in UTC. C(lines) are the sensor's own.
  returned: when the sensor was read
  type: dict
  sample: {status: valid, said: valid, expires: "2027-08-01", days_left: 246, lines: ["Licensed, expires:      01-Aug-2027 UTC"]}
serial:
  description: The serial number of the sensor.
  returned: when the sensor was read
  type: str
selected:
  description: Whether the sensor was to be acted on (O(select)).
  returned: when the sensor was read
  type: bool
reason:
  description: Why a licence was applied, or why not.
  returned: when the sensor was read
  type: str
  sample: MQEA9470012.lic expires on 2027-08-01, that of the sensor on 2026-11-29
requires_cisco_com:
  description: Whether the sensor takes licences from Cisco.com only.
  returned: when the sensor was read
  type: bool
offered:
  description: The licence for this sensor, with C(file), C(serial), C(expires) and C(sha256).
  returned: when the sensor was read; V(null) where there is none
  type: dict
files:
  description: All licences that were looked at. C(fits) says whether one is for this sensor, so what fits no sensor can be named.
  returned: when the sensor was read
  type: list
  elements: dict
  sample: [{file: MQEA9470012.lic, serial: MQEA9470012, expires: "2027-08-01", sha256: 5f0c1e..., fits: true}]
last_attempt:
  description: The last licence that was tried on this sensor, with C(outcome) V(applied), V(failed) or V(unknown), and C(why).
  returned: when the sensor was read; V(null) where none is known
  type: dict
waited_seconds:
  description: Seconds that the limit of the licence server took.
  returned: when the sensor was read
  type: float
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
  sample: unchanged
"""
