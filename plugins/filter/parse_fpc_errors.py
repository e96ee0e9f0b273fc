# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Error counters of FPCs for people who already have the text."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from ansible.errors import AnsibleFilterError

from ansible_collections.mspplus.netsec.plugins.plugin_utils._engine.controller.supported import on_call, tried

with tried():
    from ansible_collections.mspplus.netsec.plugins.plugin_utils._srx.fpc_errors.counters import (
        parse_fpc_errors as parse,
    )
    from ansible_collections.mspplus.netsec.plugins.plugin_utils._srx.xml_tree import missing

DOCUMENTATION = r"""
name: parse_fpc_errors
short_description: Read the error counters of the cards of a Juniper SRX5000 from text or XML
version_added: 1.1.0
author:
  - mspplus.netsec authors (@mspplus)
description:
  - Turns the output of C(show chassis fpc errors), also with C(detail), of one slot, of a cluster, or through C(| display xml),
    into counters of FPCs, of their categories and of single errors. No device is asked.
  - No public source has a sample of the text. A table is read by the words of its header, in whatever order and width its columns
    stand; everything else by its labels.
  - Both spellings of the tag (C(-level-occured), C(-level-occurred)) are the same.
  - What it does not understand is returned. It never fails because of the text. A text without counters, such as an empty one or a refusal, says
    so in RV(_value.broken); it never reads as cards without errors.
requirements:
  - xmltodict >= 0.13.0 on the controller
options:
  _input:
    description: Text that the device printed, or a list of its lines.
    type: raw
    required: true
seealso:
  - module: mspplus.netsec.srx_fpc_error_info
"""

EXAMPLES = r"""
- name: Which cards had major errors?
  vars:
    output: |
      FPC  Level Occurred Cleared Threshold Action-Taken Action
      0    Minor 0        0       10        0            LOG|
           Major 2        1       1         1            GET STATE|ALARM|
           Fatal 0        0       1         0            ALARM|RESET|
    counters: "{{ output | mspplus.netsec.parse_fpc_errors }}"
  ansible.builtin.debug:
    msg: "FPC {{ item.fpc }}: {{ item.levels.major.occurred }} major errors, then {{ item.levels.major.actions | join(', ') }}"
  loop: "{{ counters.fpcs | selectattr('levels.major.occurred', 'gt', 0) }}"
  loop_control:
    label: "{{ item.fpc }}"
"""

RETURN = r"""
_value:
  description: The counters. Keys that the text does not show are left out.
  type: dict
  contains:
    fpcs:
      description: One entry an FPC, in the order of the text, in the form of RV(mspplus.netsec.srx_fpc_error_info#module:errors).
      type: list
      elements: dict
      returned: always
      contains:
        node:
          description: Node of the cluster.
          type: str
          returned: in a cluster
        fpc:
          description: Slot.
          type: int
          returned: always
        pfe_state:
          description: State of the packet forwarding engines, as printed.
          type: str
          returned: when reported
        levels:
          description: >-
            Cumulative counters by level (V(fatal), V(major), V(minor)). C(occurred), C(cleared), C(threshold), C(action_taken)
            (how often; C(actions_taken) where the text names the actions instead) and C(actions) (names as in the configuration).
          type: dict
          returned: always
        categories:
          description: The same counters by C(scope) and C(category).
          type: list
          elements: dict
          returned: always
        errors:
          description: Single errors with their counters and history.
          type: list
          elements: dict
          returned: always
    complete:
      description: Whether the text has counters and is whole, as far as it tells.
      type: bool
      returned: always
    broken:
      description: Why it is not. Null when it is.
      type: str
      returned: always
    unparsed:
      description: Lines that were not understood, at most 100, or what is wrong with the XML.
      type: list
      elements: str
      returned: always
"""


def parse_fpc_errors(source: object) -> dict[str, Any]:
    """Raises AnsibleFilterError on anything but text or lines of it, and where xmltodict is missing."""
    if missing():
        raise AnsibleFilterError(missing()[0])
    if isinstance(source, str):
        return parse(str(source))
    if isinstance(source, Iterable) and not isinstance(source, Mapping | bytes):
        lines = list(source)
        if all(isinstance(line, str) for line in lines):
            return parse(lines)
    raise AnsibleFilterError(f"parse_fpc_errors needs the text that a device printed, not {type(source).__name__}")


class FilterModule:
    """Filters of this file."""

    def filters(self) -> dict[str, Callable[..., Any]]:
        return on_call({"parse_fpc_errors": parse_fpc_errors})
