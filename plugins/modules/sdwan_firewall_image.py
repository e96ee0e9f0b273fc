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
    there. An image that is there with the same name and size is not sent again.
  - Every target is read and checked before the first byte goes anywhere; platform, room, the two images that an appliance holds, uploads
    that are under way. The checksum of the local file is verified first.
  - The file is streamed, so memory stays flat however big it is. The task ends when each target lists the image as complete.
  - An upload of the same image that is under way already is waited for, not started again.
author:
  - mspplus.netsec authors (@mspplus)
extends_documentation_fragment:
  - mspplus.netsec.attributes
  - mspplus.netsec.attributes.sdwan
options:
  src:
    description: The image file, a path on the controller. Needed for O(state=present).
    type: path
  name:
    description: Name of the image. By default that of the file.
    type: str
  state:
    description:
      - Whether the image is there. An image that is in use is never deleted. Deleting it in Center leaves the copies of appliances alone.
    type: str
    choices: [present, absent]
    default: present
  via:
    description: Whether the system is an appliance or SD-WAN Center.
    type: str
    choices: [appliance, center]
    default: appliance
  collectors:
    description:
      - Regions whose collectors get the image, too, or V(all). Sites of a region other than the default one take their image from there.
      - Their addresses are those that Center knows.
    type: list
    elements: str
  vendor:
    description: Vendor of the firewall; V(Palo Alto Networks), or V(Check Point), which is unverified.
    type: str
    default: Palo Alto Networks
  checksum:
    description: C(sha256:) and the digits that the vendor publishes. A file with another one is not sent.
    type: str
  reserve:
    description:
      - Storage that Center and each collector reserve for images on the secondary partition, in bytes or as V(20g).
    type: str
  force:
    description: Replace an image of the same name that has another size.
    type: bool
    default: false
  wait:
    description: Wait until each target lists the image as complete. V(false) ends when all bytes are sent.
    type: bool
    default: true
  wait_timeout:
    description: Seconds to wait for that, and for the answer to the last byte.
    type: int
    default: 1800
  resources:
    description:
      - Other names for the calls of NITRO, by the name of the resource; a mapping with any of C(path), C(envelope), C(upload_field) and
        C(fields) (our name of a field to theirs).
    type: dict
  progress:
    description: Report progress of long work on stderr.
    type: bool
    default: true
seealso:
  - module: mspplus.netsec.sdwan_hosted_firewall
notes:
  - How long an upload may stall is the C(ansible_rest_read_timeout) of the connection.
  - Hosts of a play that share a Center need C(throttle=1).
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

- name: No old image
  mspplus.netsec.sdwan_firewall_image:
    name: PA-VM-KVM-8.1.3.qcow2
    state: absent
"""

RETURN = r"""
before:
  description: Per target its images, and with O(reserve) the storage that Center reserves.
  returned: when the targets were read
  type: dict
  sample: {appliance: {images: []}}
after:
  description: The same after, read back; in check mode as it would be.
  returned: when the targets were read
  type: dict
image:
  description: Name of the image.
  returned: success
  type: str
size:
  description: Bytes of the local file.
  returned: with O(state=present)
  type: int
checksum:
  description: Checksum of the local file, where it was computed; with O(checksum), or because the file was sent.
  returned: when it was computed
  type: str
  sample: sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08
checksum_seconds:
  description: What that took.
  returned: when it was computed
  type: float
targets:
  description: Uploads; target, bytes, seconds, bytes a second.
  returned: when something was sent
  type: list
  elements: dict
  sample: [{target: appliance, uploaded_bytes: 2147483648, seconds: 21.4, rate: 100349702}]
commands:
  description: The requests that were, or in check mode would be, sent. That of an upload names the file's size and checksum.
  returned: when a plan was made
  type: list
  elements: str
plan:
  description: The ordered operations with their undo, the collection's version and the fingerprint of what they were computed from.
  returned: when a plan was made
  type: dict
api_documented:
  description: False; the vendor documents no call for images of firewalls.
  returned: always
  type: bool
undocumented_calls:
  description: Resources that were used and are not in the vendor's reference.
  returned: always
  type: list
  elements: str
warnings:
  description: Rules that warn.
  returned: when there are any
  type: list
  elements: str
problems:
  description: Each broken rule with its id, the item, the remedy and the device's own words.
  returned: on failure
  type: list
  elements: dict
  contains:
    rule:
      description: Id of the rule.
      type: str
      returned: always
    item:
      description: The offending target or option.
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
  description: On failure, what the targets hold now.
  returned: on failure
  type: str
  sample: unchanged
"""
