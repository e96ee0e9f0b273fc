# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Output of `show security flow session` that you already have -> sessions, figures, counts."""

from __future__ import annotations

from typing import Any

from ansible.errors import AnsibleFilterError

from ansible_collections.mspplus.netsec.plugins.plugin_utils._engine.controller.supported import on_call, tried

with tried():
    from ansible_collections.mspplus.netsec.plugins.plugin_utils._srx.flow_sessions.aggregate import DIMENSIONS
    from ansible_collections.mspplus.netsec.plugins.plugin_utils._srx.flow_sessions.parse import parse

DOCUMENTATION = r"""
name: parse_flow_session
short_description: Read sessions out of the output of show security flow session
version_added: 1.1.0
description:
  - Turns the output of C(show security flow session), as text of any release or as XML of C(| display xml), into typed sessions.
    No firewall is needed.
  - Takes brief and extensive listings, summaries, headings of cluster nodes and SPUs. Prompts and banners may surround it.
  - Never fails on what a device printed. What was not understood is returned, and an answer that is cut says so.
  - A table is whole only where the device says how many sessions it has. An empty text, a refusal, JSON, a listing that lost its line ends or its
    C(Total sessions) are not RV(_value.complete), and RV(_value.broken) has the reason.
author:
  - mspplus.netsec authors (@mspplus)
positional: _input
options:
  _input:
    description: The output.
    type: str
    required: true
  format:
    description: What the output is. V(auto) looks.
    type: str
    choices: [auto, xml, text]
    default: auto
  limit:
    description: Return at most so many sessions; all of them when left out. All are counted.
    type: int
  aggregate:
    description: Count sessions, bytes and packets by these, as O(mspplus.netsec.srx_flow_session_info#module:aggregate) does.
    type: list
    elements: str
    choices: [policy, application, interface, source, destination]
    default: []
  top:
    description: So many names of each aggregate are returned.
    type: int
    default: 10
seealso:
  - module: mspplus.netsec.srx_flow_session_info
"""

EXAMPLES = r"""
- name: Read a saved listing
  ansible.builtin.set_fact:
    table: "{{ lookup('ansible.builtin.file', 'sessions.xml') | mspplus.netsec.parse_flow_session }}"

- name: Ten busiest policies of a support file, without the sessions themselves
  ansible.builtin.debug:
    msg: "{{ (text | mspplus.netsec.parse_flow_session(limit=0, aggregate=['policy'])).aggregate.policy.top }}"
  vars:
    text: "{{ lookup('ansible.builtin.file', 'sessions.txt') }}"
"""

RETURN = r"""
_value:
  description: What the output holds.
  type: dict
  contains:
    format:
      description: V(xml) or V(text).
      type: str
      returned: always
    sessions:
      description: As RV(mspplus.netsec.srx_flow_session_info#module:sessions).
      type: list
      elements: dict
      returned: always
    total:
      description: How many sessions were understood.
      type: int
      returned: always
    displayed:
      description: How many the device reports as displayed; none when it did not report it.
      type: int
      returned: always
    summary:
      description: As RV(mspplus.netsec.srx_flow_session_info#module:summary), empty in a listing.
      type: list
      elements: dict
      returned: always
    aggregate:
      description: As RV(mspplus.netsec.srx_flow_session_info#module:aggregate).
      type: dict
      returned: when O(aggregate) is given
    complete:
      description: Whether the output is a whole answer, as it says itself.
      type: bool
      returned: always
    broken:
      description: Why it is not whole; none when it is.
      type: str
      returned: always
    unparsed:
      description: What was not understood, at most 50 lines, and wings that a session has beside its first C(In) and its first C(Out).
      type: list
      elements: str
      returned: always
"""


def parse_flow_session(
    text: Any,
    format: Any = "auto",  # noqa: A002  # the name of the option
    limit: Any = None,
    aggregate: Any = (),
    top: Any = 10,
) -> dict[str, Any]:
    """Raises AnsibleFilterError for arguments that are not what the documentation says."""
    if not isinstance(text, str):
        raise AnsibleFilterError(f"parse_flow_session needs text, not {type(text).__name__}")
    if format not in ("auto", "xml", "text"):
        raise AnsibleFilterError(f"parse_flow_session: format is {format!r}, not one of auto, xml, text")
    by = [aggregate] if isinstance(aggregate, str) else list(aggregate or ())
    unknown = [name for name in by if name not in DIMENSIONS]
    if unknown:
        raise AnsibleFilterError(f"parse_flow_session: aggregate takes {', '.join(DIMENSIONS)}, not {unknown}")
    for name, number in (("limit", limit), ("top", top)):
        if number is not None and (not isinstance(number, int) or isinstance(number, bool) or number < 0):
            raise AnsibleFilterError(f"parse_flow_session: {name} is {number!r}, not a count")
    return parse(str(text), str(format), limit, [str(name) for name in by], 10 if top is None else top)


class FilterModule:
    def filters(self) -> dict[str, Any]:
        return on_call({"parse_flow_session": parse_flow_session})
