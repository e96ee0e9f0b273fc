# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Documentation of the action plugin of the same name; the work is done on the controller."""

from __future__ import annotations

DOCUMENTATION = r"""
module: ips_update
short_description: Bring a Cisco IPS sensor to a signature or software level, or revert a signature update
version_added: 1.3.0
description:
  - Installs one package on a sensor, with all that has to come before it. A signature update that needs a higher engine brings the engine package with
    it, and O(max_levels_per_step) leads there over levels in between. Each step is verified before the next one.
  - A sensor pulls its files. Either this task serves exactly this file to this sensor for as long as it takes, or the sensor pulls it from a published
    server (O(transfer)).
  - It waits until the sensor is back, has the level of the package, and all of its applications run. The health colour of a sensor proves nothing, so it is
    not looked at. The limit of the wait is that of the platform, 45 minutes for AIM-IPS and NME-IPS.
  - What an update does to traffic is in the C(risk) of each operation, V(reboot), V(failover), V(uninspected), V(traffic-stops).
  - Routers with Cisco IOS IPS are refused.
author:
  - mspplus.netsec authors (@mspplus)
extends_documentation_fragment:
  - mspplus.netsec.attributes
  - mspplus.netsec.attributes.ips
  - mspplus.netsec.ips_packages
  - mspplus.netsec.ips_transfer
  - mspplus.netsec.progress
  - mspplus.netsec.warn_only
options:
  package:
    description:
      - File name of the one package that is to be installed, with the ending C(.pkg). With O(transfer=controller) it must be in the cache.
      - What a sensor has already is not installed again; what is lower than what it runs is refused.
    type: str
    required: true
  state:
    description:
      - V(present) brings the sensor to the level of the package.
      - V(reverted) takes the signature update away, if it is the one that was installed last. The sensor goes back to the level before. A sensor that does not
        have it any more is left alone, so that a second run reverts nothing else.
    type: str
    choices: [present, reverted]
    default: present
  max_levels_per_step:
    description: The most signature levels that one step goes up. The packages in between must be in the cache.
    type: int
  fail_mode:
    description: What becomes of traffic that the sensor does not inspect during the update. V(open) passes it, V(close) stops it; the tags in C(risk) say so.
    type: str
    choices: [open, close, unknown]
    default: unknown
  high_availability:
    description: Whether the sensor is one of a pair, of which the other one takes over during a reboot.
    type: bool
    default: false
  upgrade_timeout:
    description: Seconds that one package may take until all applications run again. By default what the platform needs.
    type: int
  signature_tuning:
    description:
      - How new and modified signatures are to be, which is applied with the update. Only signatures that the update brings or changes can be named; custom
        signatures are neither added nor deleted.
      - Which these are is read from metadata or a readme beside the package, whose form is unverified. Without them tuning is refused.
    type: list
    elements: dict
    default: []
    suboptions:
      id:
        description: Number of the signature with its part, such as V(2004/0).
        type: str
        required: true
      enabled:
        description: Whether it is enabled.
        type: bool
      retired:
        description: Whether it is retired.
        type: bool
      severity:
        description: Severity of its alerts.
        type: str
        choices: [high, medium, low, informational]
      action:
        description: All of its event actions, such as V(produce-alert). Needs O(signature_tuning[].engine).
        type: list
        elements: str
      engine:
        description: Name of its engine, such as V(atomic-ip).
        type: str
seealso:
  - module: mspplus.netsec.ips_package
  - module: mspplus.netsec.ips_update_plan
  - module: mspplus.netsec.ips_license
"""

EXAMPLES = r"""
- name: A signature update from this controller
  mspplus.netsec.ips_update:
    package: IPS-sig-S734-req-E4.pkg
    fail_mode: open

- name: What is wanted of each sensor, its software first
  mspplus.netsec.ips_update:
    package: "{{ item }}"
    transfer_address: 192.0.2.10
    transfer_port: 8443
  loop: "{{ ['sensor', 'signature'] | map('extract', ips_update_wanted[inventory_hostname]) | select('defined') }}"

- name: From a published server, in steps of ten levels
  mspplus.netsec.ips_update:
    package: IPS-sig-S734-req-E4.pkg
    max_levels_per_step: 10
    transfer: url
    url: https://ips@192.0.2.20/IPSpath
    url_password: "{{ vault_ips_server_password }}"
    url_certificate: "{{ ips_server_sha256 }}"

- name: A new signature is to drop what it finds
  mspplus.netsec.ips_update:
    package: IPS-sig-S734-req-E4.pkg
    signature_tuning:
      - id: 2500/0
        enabled: true
        severity: high
        engine: service-http
        action: [produce-alert, deny-packet-inline]

- name: Back to the signatures before
  mspplus.netsec.ips_update:
    package: IPS-sig-S734-req-E4.pkg
    state: reverted
"""

RETURN = r"""
before:
  description:
    - What the device carried before, normalised. V(null) when it was not read.
    - Version and signature level; with O(signature_tuning) the tuning of these signatures, too.
  returned: always
  type: dict
  sample: {version: 7.1(7)E4, signature: S722}
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
  sample: ['upgrade https://192.0.2.10:8443/IPS-sig-S734-req-E4.pkg']
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
steps:
  description: What became of each package; of a failed run, of those that were finished.
  returned: when the sensor was read
  type: list
  elements: dict
  sample: [{package: IPS-sig-S734-req-E4.pkg, seconds: 412.5, runs: "7.1(7)E4, S734", rebooted: false}]
  contains:
    package:
      description: The package, or C(downgrade) for a revert.
      type: str
      returned: always
    seconds:
      description: How long it took until all applications ran again.
      type: float
      returned: always
    runs:
      description: Version and signature level behind it.
      type: str
      returned: always
    rebooted:
      description: Whether the session was lost meanwhile, as it is when the sensor reboots.
      type: bool
      returned: always
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
  sample: 'changed: 7.1(7)E4, S734'
"""
