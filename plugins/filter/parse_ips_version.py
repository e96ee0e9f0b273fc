# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A sensor's `show version` for people who already have the text."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ansible.errors import AnsibleFilterError

from ansible_collections.mspplus.netsec.plugins.plugin_utils._engine.controller.supported import on_call, tried

with tried():
    from ansible_collections.mspplus.netsec.plugins.plugin_utils._ips.info.facts import version_facts
    from ansible_collections.mspplus.netsec.plugins.plugin_utils._ips.info.version_text import parse
    from ansible_collections.mspplus.netsec.plugins.plugin_utils._ips.moments import utc_now
    from ansible_collections.mspplus.netsec.plugins.plugin_utils._ips.refusals import REFUSALS

DOCUMENTATION = r"""
name: parse_ips_version
short_description: Read C(show version) of a Cisco IPS sensor
version_added: 1.3.0
author:
  - mspplus.netsec authors (@mspplus)
description:
  - Turns the output of C(show version) into version, signature level, licence, applications and upgrade history. No device is asked.
  - It never fails because of the text. A text that is not that of a sensor says so in RV(_value.broken), and a licence line that is not understood
    is V(unknown), never valid.
options:
  _input:
    description: The text.
    type: str
    required: true
seealso:
  - module: mspplus.netsec.ips_info
"""

EXAMPLES = r"""
- name: When does the licence expire?
  ansible.builtin.debug:
    msg: "{{ (lookup('ansible.builtin.file', 'sensor1.txt') | mspplus.netsec.parse_ips_version).license.expires }}"

- name: Over a bare session
  ansible.builtin.raw: show version
  register: shown
  changed_when: false

- name: Which applications do not run?
  ansible.builtin.debug:
    msg: "{{ (shown.stdout | mspplus.netsec.parse_ips_version).not_running }}"
"""

RETURN = r"""
_value:
  description:
    - The keys of M(mspplus.netsec.ips_info) that C(show version) answers, such as RV(mspplus.netsec.ips_info#module:version),
      RV(mspplus.netsec.ips_info#module:license) and RV(mspplus.netsec.ips_info#module:upgrade_history).
  type: dict
  contains:
    license:
      description: As RV(mspplus.netsec.ips_info#module:license); C(days_left) counts from today.
      type: dict
      returned: always
    broken:
      description: Why the text is not that of a sensor; null when it is.
      type: str
      returned: always
"""


def parse_ips_version(text: Any) -> dict[str, Any]:
    if not isinstance(text, str):
        raise AnsibleFilterError(f"parse_ips_version needs text, not {type(text).__name__}")
    found = parse(str(text))
    broken = None if found.is_told else _why(str(text))
    return {**version_facts(found, utc_now()), "broken": broken}


def _why(text: str) -> str:
    if not text.strip():
        return "it is empty"
    refusal = REFUSALS.find(text)
    return f"the sensor refused: {refusal.text}" if refusal else "it shows no version of a Cisco IPS sensor"


class FilterModule:
    def filters(self) -> dict[str, Callable[..., Any]]:
        return on_call({"parse_ips_version": parse_ips_version})
