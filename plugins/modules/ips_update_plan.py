# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Documentation of the action plugin of the same name; the work is done on the controller."""

from __future__ import annotations

DOCUMENTATION = r"""
module: ips_update_plan
short_description: Decide which Cisco IPS sensors of a fleet get which update, and write that into the inventory
version_added: 1.3.0
description:
  - From what M(mspplus.netsec.ips_info) told of each sensor and the packages in the cache, it decides who gets what, who is skipped and why. No
    sensor is asked and none is changed.
  - With O(package), one update is selected by hand for the sensors and policies in O(select). Without it, each policy selects the newest packages
    that apply to each of its sensors; a major update never.
  - What is decided is written into one file of the inventory, which is kept in git as the rest of it. M(mspplus.netsec.ips_update) brings a
    sensor there. Where the checkout is not kept, RV(wanted_diff) is what a merge request needs.
  - Routers with Cisco IOS IPS are listed apart as not supported, and never touched.
author:
  - mspplus.netsec authors (@mspplus)
extends_documentation_fragment:
  - mspplus.netsec.attributes
  - mspplus.netsec.attributes.ips_controller
  - mspplus.netsec.ips_packages
options:
  sensors:
    description:
      - What M(mspplus.netsec.ips_info) returned for each sensor, by its name in the inventory. A failed result counts as a sensor that was
        not read, with its message as the reason.
      - Further keys C(threat_profiles) (a list) and C(snmp_policy) (a boolean) are taken, where they are known.
    type: dict
    required: true
  unsupported:
    description: Hosts that are routers with Cisco IOS IPS. A result whose message says so counts as one, too.
    type: list
    elements: str
    default: []
  mode:
    description:
      - How far the automatic update goes. V(disabled), V(check) and V(download) plan only. V(download_apply) and
        V(download_apply_deploy) write O(dest) as well; deploying is the work of M(mspplus.netsec.ips_update).
    type: str
    choices: [disabled, check, download, download_apply, download_apply_deploy]
    default: check
  policies:
    description: Groups of sensors that are updated alike.
    type: list
    elements: dict
    default: []
    suboptions:
      name:
        description: Name of the policy.
        type: str
        required: true
      sensors:
        description: Its sensors, by their names in the inventory. A sensor has one policy.
        type: list
        elements: str
        required: true
      sensor_updates:
        description: Which updates of their software they get. Patches belong to their service pack. Major updates are always a person's decision.
        type: str
        choices: [minor_and_service_packs, service_packs, none]
        default: minor_and_service_packs
      signature:
        description: The highest signature level that they get, such as V(S734); V(latest), or V(none) for no signature updates.
        type: str
        default: latest
      fail_mode:
        description: As O(fail_mode), of this policy.
        type: str
        choices: [open, close, unknown]
        default: unknown
      high_availability:
        description: As O(high_availability), of this policy.
        type: bool
        default: false
  package:
    description:
      - The one update that is selected by hand, the file name of a package in the cache. An engine package comes with the signature update that
        needs it.
    type: str
  select:
    description: Sensors and policies for O(package). All sensors of a policy are meant; those that it does not apply to are shown with the reason.
    type: list
    elements: str
    default: []
  include_auto_managed:
    description:
      - Take sensors of O(policies) by hand, too, although O(mode) applies updates to them automatically. Otherwise they are skipped with a warning.
    type: bool
    default: false
  max_levels_per_step:
    description: The most signature levels that a sensor goes up at a time. It goes there in steps then, for which the packages must be in the cache.
    type: int
  fail_mode:
    description:
      - What becomes of traffic that a sensor does not inspect while it updates. V(open) passes it, V(close) stops it. It decides the tags in C(risk).
    type: str
    choices: [open, close, unknown]
    default: unknown
  high_availability:
    description: Whether the sensors are in pairs, of which the other one takes over during a reboot.
    type: bool
    default: false
  dest:
    description:
      - The file to write. By default C(group_vars/ips/update_wanted.yml) beside the inventory.
      - Ansible does not read the file C(group_vars/ips.yml) beside a folder C(group_vars/ips), so the folder is not made there; that is refused.
    type: path
seealso:
  - module: mspplus.netsec.ips_info
  - module: mspplus.netsec.ips_package
  - module: mspplus.netsec.ips_update
"""

EXAMPLES = r"""
- name: What every sensor runs
  mspplus.netsec.ips_info:
    gather: [version, clock]
  register: sensor
  ignore_unreachable: true

- name: The plan of the fleet
  mspplus.netsec.ips_update_plan:
    sensors: "{{ dict(ansible_play_hosts_all | zip(ansible_play_hosts_all | map('extract', hostvars, 'sensor'))) }}"
    mode: download_apply
    policies:
      - name: edge
        sensors: "{{ groups['ips_edge'] }}"
        sensor_updates: service_packs
        signature: latest
        fail_mode: open
  run_once: true

- name: One signature update by hand
  mspplus.netsec.ips_update_plan:
    sensors: "{{ sensors }}"
    package: IPS-sig-S734-req-E4.pkg
    select: [edge, ips9]
    policies: "{{ policies }}"
  run_once: true
"""

RETURN = r"""
updates:
  description: Who gets what.
  returned: success
  type: list
  elements: dict
  sample: [{host: ips1, policy: edge, kind: signature, package: IPS-sig-S734-req-E4.pkg, reason: null, warnings: [], inapplicable: [], risk: [uninspected],
            steps: [IPS-engine-E4-req-7.1-2.pkg, IPS-sig-S734-req-E4.pkg]}]
  contains:
    host:
      description: The sensor.
      type: str
      returned: always
    policy:
      description: Its policy; null where it has none.
      type: str
      returned: always
    kind:
      description: V(sensor) for its software, V(signature) for its signatures.
      type: str
      returned: always
    package:
      description: The package that it gets; null where it gets none.
      type: str
      returned: always
    steps:
      description: All packages on the way there, such as the engine package that comes with a signature update.
      type: list
      elements: str
      returned: always
    risk:
      description: V(reboot), V(failover), V(uninspected) and V(traffic-stops), as far as they may happen.
      type: list
      elements: str
      returned: always
    reason:
      description: Why it gets none, in the words of Security Manager where it has any.
      type: str
      returned: always
    warnings:
      description: What is to be known before.
      type: list
      elements: str
      returned: always
    inapplicable:
      description: Newer packages that do not apply, each C(package) with its C(reason).
      type: list
      elements: dict
      returned: always
left_out:
  description: Who gets nothing, and why, in the form of RV(updates).
  returned: success
  type: list
  elements: dict
unsupported:
  description: Routers with Cisco IOS IPS, which are never touched.
  returned: success
  type: list
  elements: str
auto_managed:
  description: Sensors that an automatic mode owns.
  returned: success
  type: list
  elements: str
signatures:
  description:
    - The signatures that the highest signature update brings to the sensors that get one, from the lowest level among them. C(new) and C(modified), each with
      C(id), C(name), C(level) and C(link).
    - C(status) is V(known), V(partial) where the lists begin above that level, and V(unknown) where there is no list beside the package. The form of such
      lists is unverified.
  returned: success
  type: dict
  sample: {status: known, from: S722, to: S734, modified: [], new: [{id: 2500/0, name: Example, level: S734, link: "https://tools.cisco.com/"}]}
update_status:
  description: As M(mspplus.netsec.ips_package) returns it, with C(behind), the sensors for which there is something newer.
  returned: success
  type: dict
wanted:
  description: What each sensor is to run, the content of O(dest).
  returned: success
  type: dict
  sample: {ips1: {sensor: IPS-K9-7.1-9-E4.pkg, signature: IPS-sig-S734-req-E4.pkg}}
wanted_diff:
  description: A unified diff of O(dest), empty where nothing changes.
  returned: success
  type: str
pending_deploy:
  description: What is wanted and not deployed. C(runs) is null for a sensor that was not read.
  returned: success
  type: list
  elements: dict
  sample: [{host: ips1, kind: signature, package: IPS-sig-S734-req-E4.pkg, runs: S722}]
dest:
  description: The file.
  returned: success
  type: str
warnings:
  description: What is to be known, a text each, with the host in front.
  returned: when there are any
  type: list
  elements: str
errors:
  description: Every error of the arguments.
  returned: when the arguments are wrong
  type: list
  elements: str
problems:
  description: What is wrong with the options or the file, with id, item and remedy.
  returned: on failure
  type: list
  elements: dict
device_state:
  description: The state of the host, which this module never changes.
  returned: on failure
  type: str
"""
