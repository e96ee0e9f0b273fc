# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Flow monitors and flow traces for people who already have the text."""

from __future__ import annotations

from collections.abc import Callable
from itertools import islice
from typing import Any

from ansible.errors import AnsibleFilterError

from ansible_collections.mspplus.netsec.plugins.plugin_utils._engine.controller.supported import on_call, tried

with tried():
    from ansible_collections.mspplus.netsec.plugins.plugin_utils._srx.flow_monitor.model import (
        Monitor,
        is_incomplete,
        is_told,
        missing_parts,
        parse,
        to_document,
    )
    from ansible_collections.mspplus.netsec.plugins.plugin_utils._srx.flow_trace import packets
    from ansible_collections.mspplus.netsec.plugins.plugin_utils._srx.refusals import refusal_in

DOCUMENTATION = r"""
name: parse_monitor_flow
short_description: Read the flow monitor or a flow trace file from text of a Juniper SRX
version_added: 1.1.0
author:
  - mspplus.netsec authors (@mspplus)
description:
  - Turns the output of C(show monitor security flow) into a document, and the lines of a flow trace file (C(show log FILE)) into packets with
    what happened to them. No device is asked.
  - Both may stand in one text. What it does not understand is left out; it never fails because of the text.
  - A text that does not tell of the monitor, such as an empty one or a refusal, says so in RV(_value.broken). It never reads as a monitor that
    rests.
options:
  _input:
    description: The text.
    type: str
    required: true
  node:
    description: Node of a chassis cluster whose monitor is read. By default the first one of the text.
    type: str
    default: ""
  limit:
    description: The most packets to return, the oldest ones.
    type: int
    default: 10000
seealso:
  - module: mspplus.netsec.srx_flow_monitor_info
  - module: mspplus.netsec.srx_capture
"""

EXAMPLES = r"""
- name: What was dropped, from a saved trace
  ansible.builtin.debug:
    msg: "{{ (lookup('ansible.builtin.file', 'client-trace') | mspplus.netsec.parse_monitor_flow).events | selectattr('verdict', 'equalto', 'dropped') }}"

- name: Filters of a saved output
  ansible.builtin.debug:
    msg: "{{ (text | mspplus.netsec.parse_monitor_flow).monitor.filters }}"
  vars:
    text: "{{ lookup('ansible.builtin.file', 'show_monitor.txt') }}"
"""

RETURN = r"""
_value:
  description: The content of the text.
  type: dict
  contains:
    monitor:
      description: As RV(mspplus.netsec.srx_flow_monitor_info#module:monitor). Its C(running) is null where the text does not tell.
      type: dict
      returned: always
    complete:
      description: Whether the text tells all of the monitor; false for a trace alone.
      type: bool
      returned: always
    broken:
      description: Why it does not. Null when it does.
      type: str
      returned: always
    events:
      description: As RV(mspplus.netsec.srx_flow_monitor_info#module:events).
      type: list
      elements: dict
      returned: always
"""


def parse_monitor_flow(text: Any, node: str = "", limit: int = 10_000) -> dict[str, Any]:
    if not isinstance(text, str):
        raise AnsibleFilterError(f"parse_monitor_flow needs text, not {type(text).__name__}")
    if not isinstance(limit, int) or limit < 0:
        raise AnsibleFilterError(f"parse_monitor_flow: limit must be 0 or more, not {limit!r}")
    shown, where = str(text), str(node)
    told = is_told(shown, where)
    monitor = to_document(parse(shown, where) if told else Monitor())
    broken = _why_incomplete(shown, where, told)
    return {
        "monitor": monitor if told else {**monitor, "running": None},
        "complete": not broken,
        "broken": broken or None,
        "events": list(islice(packets(shown), limit)),
    }


def _why_incomplete(text: str, node: str, told: bool) -> str:
    """Why no one may take the monitor of a text for that of the device; "" where it is whole."""
    if told:
        cut = "a filter lacks lines that every filter has, so it may be cut" if is_incomplete(text, node) else ""
        return missing_parts(text, node) or cut
    if not text.strip():
        return "it is empty"
    return refusal_in(text) or f"it does not show whether the monitor{f' of {node}' if node else ''} is active"


class FilterModule:
    def filters(self) -> dict[str, Callable[..., Any]]:
        return on_call({"parse_monitor_flow": parse_monitor_flow})
