# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Documentation of the action plugin of the same name; the work is done on the controller."""

from __future__ import annotations

DOCUMENTATION = r"""
module: ips_notify
short_description: Tell what a run on Cisco IPS sensors brought, also by mail
version_added: 1.3.0
description:
  - Reads the results of other modules, and returns what is worth telling as a list that a program can read. With O(mail), it mails that, too.
  - No sensor is asked and none is changed; the connection of the host is not opened. Without anything to tell, no mail is sent.
author:
  - mspplus.netsec authors (@mspplus)
extends_documentation_fragment:
  - mspplus.netsec.attributes
  - mspplus.netsec.attributes.ips_controller
attributes:
  check_mode:
    support: full
    description: Sends no mail in C(check_mode).
  diff_mode:
    support: none
    description: There is nothing to compare.
  idempotent:
    support: none
    description: Each run tells what its results say, and mails it.
options:
  notify_on:
    description:
      - What is told. V(available), V(downloaded), V(applied) and V(deployed) are about updates; V(applied) is what is written into the inventory and
        waits to be deployed. V(license_expiry) is the status of licences, V(license_job) what became of them.
      - By default all.
    type: list
    elements: str
    choices: [available, downloaded, applied, deployed, license_expiry, license_job]
  days_before_expiry:
    description: Days before the expiry of a licence from which it is told.
    type: int
    default: 1
  licenses:
    description: By host, what M(mspplus.netsec.ips_license) or M(mspplus.netsec.ips_info) returned.
    type: dict
  updates:
    description: By host, what M(mspplus.netsec.ips_update) returned, of one task or of a loop.
    type: dict
  package:
    description: What M(mspplus.netsec.ips_package) returned.
    type: dict
  plan:
    description: What M(mspplus.netsec.ips_update_plan) returned.
    type: dict
  mail:
    description: Whom to mail, and how.
    type: dict
    suboptions:
      to:
        description: The addresses. A text may have several, with commas between them.
        type: list
        elements: str
        required: true
      sender:
        description: The address that the mail is from.
        type: str
        required: true
      server:
        description: The SMTP server.
        type: str
        required: true
      port:
        description: Its port. By default 587 for V(starttls), 465 for V(tls), 25 for V(none).
        type: int
      tls:
        description: V(starttls) begins without and changes to TLS, V(tls) begins with it, V(none) does without, and then takes no password.
        type: str
        choices: [starttls, tls, none]
        default: starttls
      username:
        description: The user, where the server wants a login.
        type: str
      ca_path:
        description: PEM file of the authorities that may have signed its certificate. By default those of the system.
        type: path
      subject:
        description: How the subject begins.
        type: str
        default: Cisco IPS sensors
      timeout:
        description: Seconds of silence that end it.
        type: float
        default: 30
  mail_password:
    description: Password of O(mail.username).
    type: str
seealso:
  - module: mspplus.netsec.ips_license
  - module: mspplus.netsec.ips_update_plan
"""

EXAMPLES = r"""
- name: Mail what became of the licences
  mspplus.netsec.ips_notify:
    licenses: "{{ dict(ansible_play_hosts_all | zip(ansible_play_hosts_all | map('extract', hostvars, 'ips_license_result'))) }}"
    notify_on: [license_expiry, license_job]
    mail:
      to: [noc@example.net, "a.person@example.net, another@example.net"]
      sender: controller@example.net
      server: smtp.example.net
      username: controller
    mail_password: "{{ vault_smtp_password }}"
  run_once: true
"""

RETURN = r"""
notifications:
  description: What is worth telling. C(host) is null for what is no sensor's; C(bad) says that it needs a person.
  returned: always
  type: list
  elements: dict
  sample: [{event: license_expiry, host: sensor1, text: "its licence expires on 2026-11-29, in 1 day", bad: true}]
mailed_to:
  description: The addresses that the mail went to; in check mode those that it would go to.
  returned: success
  type: list
  elements: str
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
  description: Why no mail was sent, with the words of the server.
  returned: on failure
  type: list
  elements: dict
device_state:
  description: The state of the host, which this module never changes.
  returned: on failure
  type: str
"""
