# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Documentation of the action plugin of the same name; the work is done on the controller."""

from __future__ import annotations

DOCUMENTATION = r"""
module: ips_certificate_info
short_description: Show the certificate of a Cisco IPS sensor beside the accepted one
version_added: 1.3.0
description:
  - Compares the certificate that a sensor shows with the one that is accepted on this controller, and says what to do about the difference.
  - Each sensor gets its line, also one that cannot be reached. P(mspplus.netsec.ips_certificates_csv#filter) makes a CSV file of the lines of all sensors.
author:
  - mspplus.netsec authors (@mspplus)
extends_documentation_fragment:
  - mspplus.netsec.attributes.info
  - mspplus.netsec.attributes.ips
options:
  refresh:
    description:
      - Ask the sensor. Otherwise what was seen last is shown, with its age, and no connection is opened.
      - What was seen is remembered beside the trust store, except in check mode; nothing is accepted by that.
    type: bool
    default: true
  communication:
    description:
      - How the sensor's web server is spoken to. Over V(http) certificates are not used; the line says so.
    type: str
    choices: [https, http]
    default: https
  trust_store:
    description:
      - Folder of the accepted certificates; see O(mspplus.netsec.ips_certificate#module:trust_store).
    type: path
seealso:
  - module: mspplus.netsec.ips_certificate
  - plugin: mspplus.netsec.ips_certificates_csv
    plugin_type: filter
"""

EXAMPLES = r"""
- name: Ask each sensor
  mspplus.netsec.ips_certificate_info:
  register: seen

- name: The whole table as CSV
  ansible.builtin.copy:
    dest: certificates.csv
    mode: "0644"
    content: "{{ groups['ips'] | map('extract', hostvars, ['seen', 'certificate']) | mspplus.netsec.ips_certificates_csv(groups['ips']) }}"
  delegate_to: localhost
  run_once: true
  vars:
    ansible_connection: local

- name: What is known without asking, and how old it is
  mspplus.netsec.ips_certificate_info:
    refresh: false
"""

RETURN = r"""
certificate:
  description:
    - The sensor's line of the table of certificates. C(status) is V(valid), V(expired), V(not_yet_valid), V(unavailable) (not in the trust store) or
      V(nonretrievable) (it could not be read from the sensor, with the reason in C(why)); C(status_text) has the words of Cisco Security Manager.
    - C(mismatch) is V(Yes) or V(No), and empty where one of both certificates is not there. C(remedy) says what to do.
    - The thumbprints are SHA-1, as the sensor's own command line prints them, of both sides. C(age_seconds) is the age of what is shown of the
      sensor, read at C(read_at). C(days_left) and C(valid_until) are those of the certificate on the sensor.
    - C(ssh_tells_the_same) is whether the fingerprint that SSH tells is that of the certificate; null where either did not answer, with the reason
      in C(ssh_why).
  returned: always
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
    ssh_tells_the_same: true
    ssh_why: null
"""
