# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Running configuration that you already have -> the document of iosxr_span."""

from __future__ import annotations

from typing import Any

from ansible.errors import AnsibleFilterError

from ansible_collections.mspplus.netsec.plugins.plugin_utils._engine.controller.supported import on_call, tried

with tried():
    from ansible_collections.mspplus.netsec.plugins.plugin_utils._iosxr.refusals import no_answer
    from ansible_collections.mspplus.netsec.plugins.plugin_utils._iosxr.span.canonical import to_document
    from ansible_collections.mspplus.netsec.plugins.plugin_utils._iosxr.span.parse import parse

DOCUMENTATION = r"""
name: parse_iosxr_span
short_description: Read the traffic mirroring out of the running configuration of an IOS XR router
version_added: 1.0.0
description:
  - Turns the text of C(show running-config), whole or in part, hierarchical or C(formal), into the document that
    O(mspplus.netsec.iosxr_span#module:config) takes. No router is needed.
  - Prompts, timestamps, banners and CRLF may be in the text. What has nothing to do with mirroring is passed over.
  - Names come out in full and sorted; what is empty or false is left out.
  - An empty text, or the router's refusal, is an error, since it does not tell what is configured.
author:
  - mspplus.netsec authors (@mspplus)
positional: _input
options:
  _input:
    description: The text.
    type: str
    required: true
seealso:
  - plugin: mspplus.netsec.iosxr_span_commands
    plugin_type: filter
  - module: mspplus.netsec.iosxr_span
notes:
  - Egress access groups and words after the direction of an access group have no place in a document.
"""

EXAMPLES = r"""
- name: Show the mirrors of a saved configuration
  ansible.builtin.debug:
    msg: "{{ lookup('ansible.builtin.file', 'edge1.cfg') | mspplus.netsec.parse_iosxr_span }}"
"""

RETURN = r"""
_value:
  description: The document. Empty when the text has no mirroring.
  type: dict
  sample:
    sessions:
      - name: ms1
        class: ethernet
        destination: {interface: HundredGigE0/2/0/15}
        sources:
          - {interface: TenGigE0/2/0/19, direction: rx-only, port_level: true}
"""


def parse_iosxr_span(text: Any) -> dict[str, Any]:
    """Raises AnsibleFilterError when text is no text, and for one that is no answer: it would read as a router without mirrors."""
    if not isinstance(text, str):
        raise AnsibleFilterError(f"parse_iosxr_span needs text, not {type(text).__name__}")
    document = to_document(parse(text))
    if why := no_answer(text, is_read=bool(document)):
        raise AnsibleFilterError(f"parse_iosxr_span: {why}, so it does not tell what is configured")
    return document


class FilterModule:
    def filters(self) -> dict[str, Any]:
        return on_call({"parse_iosxr_span": parse_iosxr_span})
