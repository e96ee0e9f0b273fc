# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Documentation of the action plugin of the same name; the work is done on the controller."""

from __future__ import annotations

DOCUMENTATION = r"""
module: ips_certificate
short_description: Keep the certificate of a Cisco IPS sensor accepted and current
version_added: 1.3.0
description:
  - Keeps a trust store on the controller, with the one certificate of each sensor's web server that is accepted, and makes a new certificate on the sensor
    where the old one runs out. Sensors sign their certificates themselves, for about two years.
  - A certificate is not accepted because it was seen. The fingerprint that the sensor tells over SSH, whose host key is checked, must be that of the
    certificate on the HTTPS port. O(policy) relaxes that.
  - A sensor that is spoken to over HTTP has no certificate; this is said, and nothing is changed.
author:
  - mspplus.netsec authors (@mspplus)
extends_documentation_fragment:
  - mspplus.netsec.attributes
  - mspplus.netsec.attributes.ips
  - mspplus.netsec.progress
options:
  state:
    description:
      - V(current) loads the sensor's certificate into the trust store where there is none for it, and compares. A difference is reported, not removed.
      - V(synced) makes the certificate of the sensor the accepted one.
      - V(regenerated) makes a new certificate on the sensor (C(tls generate-key)) where the old one has expired, or has fewer than
        O(regenerate_before_days) days left, waits until its web server shows it, and accepts it. Otherwise it does the same as V(current). Whoever
        else has the old certificate pinned has to accept the new one.
      - V(absent) forgets the accepted certificate, for a sensor that is gone. No sensor is asked.
      - Owned are the sensor's file in the trust store and, with V(regenerated), the sensor's certificate. Nothing else is ever touched.
    type: str
    choices: [current, synced, regenerated, absent]
    default: current
  policy:
    description:
      - V(strict) accepts what SSH proves only.
      - V(first_use) also accepts the first certificate of a sensor without proof. A change of it needs proof.
      - V(always) accepts whatever the sensor shows. Meant for a lab.
    type: str
    choices: [strict, first_use, always]
    default: strict
  communication:
    description:
      - How the sensor's web server is spoken to. Over V(http) certificates are not used, so V(synced) and V(regenerated) are refused.
    type: str
    choices: [https, http]
    default: https
  regenerate_before_days:
    description:
      - With O(state=regenerated), a certificate with fewer days left is made again. With V(0) only one that has expired.
    type: int
    default: 0
  force:
    description:
      - With O(state=regenerated), make a new certificate in any case. Each run makes another one then.
    type: bool
    default: false
  regenerate_timeout:
    description: Seconds that the sensor may take to make a certificate, and those that its web server may take to show it.
    type: int
    default: 120
  all_sensors:
    description:
      - Needed to act on all sensors at once. Where a play has every host of the group C(ips), there is more than one, and C(--limit) selects none,
        V(synced) and V(regenerated) are refused without it. C(--limit all), and one that only leaves hosts out, select none.
    type: bool
    default: false
  trust_store:
    description:
      - Folder of the accepted certificates, one PEM file a sensor, named after its address and port. By default C(ips_trust) in the folder for the
        state of the controller (C(netsec_state_dir)). It is made where it is missing. Files may be put there by hand.
      - Where no disk lasts, all sensors are unknown again after each run; with O(policy=strict) they are accepted by proof each time.
    type: path
seealso:
  - module: mspplus.netsec.ips_certificate_info
  - module: mspplus.netsec.ips_info
notes:
  - What a sensor's file in the trust store has is what M(mspplus.netsec.ips_info) compares the sensor's HTTPS port with before it sends user and
    password there.
"""

EXAMPLES = r"""
- name: Accept the certificates of sensors that are new here, if SSH proves them
  mspplus.netsec.ips_certificate:

- name: Take a certificate over after the sensor was given a new one
  mspplus.netsec.ips_certificate:
    state: synced

- name: Once a day, renew what expires within a month
  mspplus.netsec.ips_certificate:
    state: regenerated
    regenerate_before_days: 30
    all_sensors: true

- name: A sensor with a web server of 2010
  mspplus.netsec.ips_certificate:
  vars:
    ips_https_tls_min_version: TLSv1
    ips_https_tls_ciphers: DEFAULT@SECLEVEL=0
"""

RETURN = r"""
before:
  description:
    - What the device carried before, normalised. V(null) when it was not read.
    - The certificate on the sensor (C(device)), and the accepted one (C(store)) with how it was accepted in C(source).
  returned: always
  type: dict
  sample: {device: {sha1: 4a2b79..., not_after: "2027-11-28T22:00:00Z"}, store: null}
after:
  description:
    - What is configured afterwards, read back; in check mode what would be. V(null) when it was not read.
    - In the same form.
  returned: always
  type: dict
  sample: {device: {sha1: 4a2b79..., not_after: "2027-11-28T22:00:00Z"}, store: {sha1: 4a2b79..., source: ssh-verified}}
commands:
  description: The lines or requests of the plan, in order, with those of further plans, without secrets.
  returned: always
  type: list
  elements: str
  sample: ["trust 10.0.0.5: 5f0c1e..."]
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
  sample: unchanged
certificate:
  description:
    - The sensor's line of the table of certificates. C(status) is V(valid), V(expired), V(not_yet_valid), V(unavailable) (not in the trust store) or
      V(nonretrievable) (it could not be read from the sensor, with the reason in C(why)); C(status_text) has the words of Cisco Security Manager.
    - C(mismatch) is V(Yes) or V(No), and empty where one of both certificates is not there. C(remedy) says what to do.
    - The thumbprints are SHA-1, as the sensor's own command line prints them, of both sides. C(age_seconds) is the age of what is shown of the
      sensor, read at C(read_at). C(days_left) and C(valid_until) are those of the certificate on the sensor.
  returned: when the trust store could be read
  type: dict
  sample:
    host: sensor1
    address: 10.0.0.5
    communication: https
    status: valid
    status_text: Valid Certificate
    mismatch: "No"
    valid_from: "2025-11-28T22:00:00Z"
    valid_until: "2027-11-28T22:00:00Z"
    days_left: 364
    thumbprint_store: 4a2b79a0328e11f676006fa0966b5bdf158847bb
    thumbprint_device: 4a2b79a0328e11f676006fa0966b5bdf158847bb
    sha256_store: 5f0c1e...
    sha256_device: 5f0c1e...
    source: ssh-verified
    fetched_at: "2026-11-28T22:00:00Z"
    read_at: "2026-11-28T22:00:00Z"
    age_seconds: 0
    why: null
    remedy: null
new_certificate:
  description: The certificate that was made.
  returned: when one was made
  type: dict
  sample: {sha1: 4a2b79..., not_after: "2028-11-28T22:00:00Z"}
"""
