# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Status of traffic mirrors for people who already have the text."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from ansible.errors import AnsibleFilterError

from ansible_collections.mspplus.netsec.plugins.plugin_utils._engine.controller.supported import on_call, tried

with tried():
    from ansible_collections.mspplus.netsec.plugins.plugin_utils._iosxr.refusals import no_answer
    from ansible_collections.mspplus.netsec.plugins.plugin_utils._iosxr.span_status.status import merged, parse_status
    from ansible_collections.mspplus.netsec.plugins.plugin_utils._iosxr.span_status.troubleshooting import (
        status_document,
    )

DOCUMENTATION = r"""
name: parse_monitor_session_status
short_description: Read the status of traffic mirrors from text of a Cisco IOS XR router
version_added: 1.0.0
author:
  - mspplus.netsec authors (@mspplus)
description:
  - Turns the output of C(show monitor-session status), also with C(detail), with C(error) or of one session only, into
    a list of sessions. No device is asked.
  - Prompts, timestamps, several outputs in one text and both line ends are fine. Blocks of the same session become one;
    what a later block says wins, but never hides the full text of an error.
  - What it does not understand is kept in C(unparsed) of its session. An empty text, or the router's refusal, is an
    error, since it does not tell which mirrors there are; nothing else of a text makes it fail.
options:
  _input:
    description: Text that the router printed.
    type: str
    required: true
seealso:
  - module: mspplus.netsec.iosxr_span_info
  - plugin: mspplus.netsec.parse_iosxr_span
    plugin_type: filter
"""

EXAMPLES = r"""
- name: Show what does not mirror in a saved output, and what Cisco advises
  vars:
    output: |
      Monitor-session EASTON
      Destination interface TenGigE0/0/0/20
      ================================================================================
      Source Interface      Dir   Status
      --------------------- ----  ----------------------------------------------------
      Te0/0/0/42 (port)     Both  Not operational (destination not active)
    sessions: "{{ output | mspplus.netsec.parse_monitor_session_status }}"
  ansible.builtin.debug:
    msg: "{{ item.0.name }}: {{ item.1.interface }} {{ item.1.status }}. {{ item.1.remedy }}"
  loop: "{{ sessions | subelements('sources') | rejectattr('1.operational') }}"
  loop_control:
    label: "{{ item.1.interface }}"
"""

RETURN = r"""
_value:
  description:
    - One entry a session, in the order of the text. Keys that the text does not show are left out.
    - The same form as RV(mspplus.netsec.iosxr_span_info#module:sessions), without the state of interfaces.
  type: list
  elements: dict
  contains:
    name:
      description: Name of the session.
      type: str
      returned: always
    class:
      description: Traffic class, where the router prints it.
      type: str
    operational:
      description: Whether the session has sources, all of them mirror, and the session itself has no fault.
      type: bool
      returned: always
    destination:
      description: Where the copies go, in the words of the document of M(mspplus.netsec.iosxr_span).
      type: dict
    rx_destination:
      description: The same for received traffic only.
      type: dict
    tx_destination:
      description: The same for sent traffic only.
      type: dict
    destination_state:
      description: State of the destination, as printed in brackets.
      type: str
    problem:
      description: The session's own status line, when it reports a fault.
      type: str
    explanation:
      description: Cisco's explanation of RV(_value[].problem).
      type: str
    remedy:
      description: What to do about it.
      type: str
    blamed:
      description: The interface whose state explains more.
      type: dict
    sources:
      description: The mirrored interfaces.
      type: list
      elements: dict
      returned: always
      contains:
        interface:
          description: Full name of the interface.
          type: str
          returned: always
        operational:
          description: Whether it mirrors. C(false) as well when the status is cut off.
          type: bool
          returned: always
        status:
          description: The router's words, wrapped lines joined.
          type: str
          returned: always
        direction:
          description: C(both), C(rx-only) or C(tx-only).
          type: str
        port_level:
          description: Whether the whole main port is mirrored.
          type: bool
        reason:
          description: Why it is not operational, in the router's words.
          type: str
        error:
          description: The router's error text.
          type: str
        acl_match:
          description: Whether only what an ACL captures is mirrored.
          type: bool
        portion:
          description: Portion of each packet, in the router's words.
          type: str
        interval:
          description: Sampling, in the router's words.
          type: str
        explanation:
          description: Cisco's explanation of the status.
          type: str
        remedy:
          description: What to do about it.
          type: str
        blamed:
          description: The interface whose state explains more.
          type: dict
    unparsed:
      description: Lines of the session that were not understood, at most 50.
      type: list
      elements: str
"""


def parse_monitor_session_status(text: str) -> list[dict[str, Any]]:
    """Text -> sessions as in RETURN. Raises AnsibleFilterError for anything but a string, and for one that is no answer."""
    if not isinstance(text, str):
        raise AnsibleFilterError(f"parse_monitor_session_status: needs the printed text, got {type(text).__name__}")
    sessions = status_document(merged(parse_status(text)))
    if why := no_answer(text, is_read=bool(sessions)):
        raise AnsibleFilterError(f"parse_monitor_session_status: {why}, so it does not tell which mirrors there are")
    return sessions


class FilterModule:
    """Ansible looks filters up here."""

    def filters(self) -> dict[str, Callable[..., Any]]:
        return on_call({"parse_monitor_session_status": parse_monitor_session_status})
