# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Documentation of the action plugin of the same name; the work is done on the controller."""

from __future__ import annotations

DOCUMENTATION = r"""
module: sdwan_firewall_image
short_description: Keep images of hosted firewalls on Citrix SD-WAN appliances, Center and collectors
version_added: 1.2.0
description:
  - Uploads the image of a firewall's virtual machine to an appliance, or to SD-WAN Center and the collectors of its regions, or deletes it
    there. An image that is there with the same name and size is not sent again. No call tells what is in it, so with O(checksum) the
    task warns of that, and O(force) replaces it.
  - Every target is read and checked before the first byte goes anywhere; platform, room, the two images that an appliance holds, uploads
    that are under way. The checksum of the local file is verified first.
  - The file is streamed, so memory stays flat however big it is. The task ends when each target lists the image as complete.
  - An upload of the same image that is under way already is waited for, whoever started it, and never started twice. One that makes no progress
    for the whole of O(wait_timeout), and for no less than 300 seconds, is taken for dead and replaced.
  - An upload that breaks off leaves no half of an image; what could not be deleted then, the next run replaces.
  - The vendor documents the forms of the GUI for all this, but no call. The calls of this module are unverified; see O(resources)
    and RV(undocumented_calls).
author:
  - mspplus.netsec authors (@mspplus)
extends_documentation_fragment:
  - mspplus.netsec.attributes
  - mspplus.netsec.attributes.sdwan
  - mspplus.netsec.nitro
  - mspplus.netsec.progress
options:
  src:
    description: The image file, a path on the controller. Needed for O(state=present).
    type: path
  name:
    description: Name of the image. By default that of O(src), which need not exist for O(state=absent).
    type: str
  state:
    description:
      - Whether the image is there. An image that is in use is never deleted.
      - Deleting it in Center and on collectors leaves the copies of appliances alone, and the task warns of that.
    type: str
    choices: [present, absent]
    default: present
  via:
    description:
      - What the task speaks to, an appliance or SD-WAN Center.
      - Where the host of the task is another one, the variables C(manager_host), C(manager_user), C(manager_password),
        C(manager_network_os) and so on lead to it.
    type: str
    choices: [appliance, center]
    default: appliance
  collectors:
    description:
      - Regions whose collectors get the image, too, or V(all). Sites of a region other than the default one take their image from there.
      - Their addresses are those that Center knows. They are opened with C(collector_user), C(collector_password), C(collector_port) and so
        on where these are set, else with those of the manager.
    type: list
    elements: str
  vendor:
    description: Vendor of the firewall; V(Palo Alto Networks), or V(Check Point), which is unverified.
    type: str
    default: Palo Alto Networks
  checksum:
    description:
      - C(sha256:) and the digits that the vendor publishes. A file with another one is not sent.
      - Of an image that is there already nothing tells a checksum; the task warns that its content cannot be verified.
    type: str
  reserve:
    description:
      - Storage that Center, and each of the collectors, reserves for images on the secondary partition, in bytes or as V(20g). It is read
        back. Without it the reservation stays as it is.
    type: str
  force:
    description:
      - Replace an image of the same name, one of the same size, too, since its content may be another one. Each run with it sends the
        file again. An image that is in use is not replaced even so; an upload that is under way is waited for.
      - With O(state=absent), delete it although it is listed as being uploaded.
    type: bool
    default: false
  assume:
    description:
      - What an earlier task of the same run, or an earlier plan of a set, provides. Check mode does not require it, as that task changed nothing
        either; RV(plan.after) names it. The real run looks whether it is there, and refuses where it is not.
      - V(not_in_use) is what the image will be that is deleted (M(mspplus.netsec.sdwan_hosted_firewall)).
    type: list
    elements: str
    choices: [not_in_use]
    default: []
  wait:
    description: Wait until each target lists the image as complete. V(false) ends when all bytes are sent.
    type: bool
    default: true
  wait_timeout:
    description: Seconds to wait for that, on each target. An upload that makes no progress is given up after as many.
    type: int
    default: 1800
seealso:
  - module: mspplus.netsec.sdwan_hosted_firewall
notes:
  - Targets are served one after the other. Hosts of a play that share a Center need C(throttle=1).
"""

EXAMPLES = r"""
- name: The image on each branch
  mspplus.netsec.sdwan_firewall_image:
    src: /srv/images/PA-VM-KVM-9.0.1.qcow2
    checksum: sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08

- name: The image in Center and on all collectors, with room for it
  mspplus.netsec.sdwan_firewall_image:
    via: center
    src: /srv/images/PA-VM-KVM-9.0.1.qcow2
    collectors: [all]
    reserve: 20g

- name: The same through the management host of the site, whatever the host of the task
  mspplus.netsec.sdwan_firewall_image:
    via: center
    src: /srv/images/PA-VM-KVM-9.0.1.qcow2
    collectors: [emea]
  run_once: true
  vars:
    manager_host: center.example.net
    manager_network_os: citrix.sdwan.center
    manager_user: netops
    manager_password: "{{ vault_center_password }}"

- name: No old image
  mspplus.netsec.sdwan_firewall_image:
    name: PA-VM-KVM-8.1.3.qcow2
    state: absent
"""

RETURN = r"""
before:
  description:
    - What the device carried before, normalised. V(null) when it was not read.
    - Per target its images, and with O(reserve) the storage that Center reserves.
  returned: always
  type: dict
  sample: {appliance: {images: []}}
after:
  description:
    - What is configured afterwards, read back; in check mode what would be. V(null) when it was not read.
    - In the same form.
  returned: always
  type: dict
commands:
  description:
    - The lines or requests of the plan, in order, with those of further plans, without secrets.
    - That of an upload names the file's size and checksum.
  returned: always
  type: list
  elements: str
  sample: ['DELETE config/hosted_firewall_images/image_name=PA-VM-KVM-8.1.3.qcow2']
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
image:
  description: Name of the image.
  returned: when the targets were asked
  type: str
size:
  description: Bytes of the local file.
  returned: with O(state=present)
  type: int
checksum:
  description: Checksum of the local file, where it was computed; with O(checksum), or because the file is, or would be, sent.
  returned: when it was computed
  type: str
  sample: sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08
checksum_seconds:
  description: What that took.
  returned: when it was computed
  type: float
targets:
  description: What was sent where.
  returned: when the targets were read
  type: list
  elements: dict
  sample: [{target: center, uploaded_bytes: 2147483648, seconds: 21.4, rate: 100349702}, {target: collector emea, uploaded_bytes: 0}]
  contains:
    target:
      description: C(appliance), C(center), or C(collector) and its region.
      type: str
      returned: always
    uploaded_bytes:
      description: Bytes of the image that were sent, 0 where it was there.
      type: int
      returned: always
    seconds:
      description: How long that took.
      type: float
      returned: always
    rate:
      description: Bytes a second.
      type: int
      returned: always
    adopted:
      description: The status of an upload that another user had started and that was waited for.
      type: str
      returned: when there was one
api_documented:
  description: False; the vendor documents no call for images of firewalls.
  returned: when the targets were asked
  type: bool
undocumented_calls:
  description: Resources that were used and are not in the vendor's reference.
  returned: when the targets were asked
  type: list
  elements: str
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
  sample: 'center: the image is there'
"""
