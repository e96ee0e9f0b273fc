# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The table of the certificates of sensors as CSV."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from ansible.errors import AnsibleFilterError

from ansible_collections.mspplus.netsec.plugins.plugin_utils._engine.controller.supported import on_call, tried

with tried():
    from ansible_collections.mspplus.netsec.plugins.plugin_utils._ips.certificate.status import table_as_csv

DOCUMENTATION = r"""
name: ips_certificates_csv
short_description: Make a CSV file of the certificates of all Cisco IPS sensors
version_added: 1.3.0
author:
  - mspplus.netsec authors (@mspplus)
description:
  - Turns lines of M(mspplus.netsec.ips_certificate_info) into one CSV text, sorted by sensor. Where Cisco Security Manager has a column, it has its title.
  - Only the whole table is exported. A sensor of O(expected) without a line is an error that names it.
  - A text that a spreadsheet would take for a formula begins with an apostrophe.
positional: expected
options:
  _input:
    description: The lines, RV(mspplus.netsec.ips_certificate_info#module:certificate) of each sensor.
    type: list
    elements: dict
    required: true
  expected:
    description: The names of all sensors, such as C(groups['ips']).
    type: list
    elements: str
    required: true
seealso:
  - module: mspplus.netsec.ips_certificate_info
"""

EXAMPLES = r"""
- name: Export the table
  ansible.builtin.copy:
    dest: certificates.csv
    mode: "0644"
    content: "{{ groups['ips'] | map('extract', hostvars, ['seen', 'certificate']) | mspplus.netsec.ips_certificates_csv(groups['ips']) }}"
"""

RETURN = r"""
_value:
  description: The text, with a line of titles.
  type: str
"""


def ips_certificates_csv(lines: Any, expected: Any) -> str:
    rows = list(lines) if not isinstance(lines, str | Mapping) and hasattr(lines, "__iter__") else None
    if rows is None or not all(isinstance(line, Mapping) for line in rows):
        raise AnsibleFilterError("ips_certificates_csv needs a list of the lines of ips_certificate_info")
    if not isinstance(expected, list | tuple):
        raise AnsibleFilterError("ips_certificates_csv: expected must be a list of names")
    try:
        return table_as_csv(rows, [str(name) for name in expected])
    except ValueError as error:
        raise AnsibleFilterError(f"ips_certificates_csv: {error}") from None


class FilterModule:
    def filters(self) -> dict[str, Callable[..., Any]]:
        return on_call({"ips_certificates_csv": ips_certificates_csv})
