# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The document of iosxr_span -> the lines that a router would be given."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from ansible.errors import AnsibleFilterError
from ansible.utils.display import Display

from ansible_collections.mspplus.netsec.plugins.plugin_utils._engine.controller.supported import on_call, tried

with tried():
    from ansible_collections.mspplus.netsec.plugins.plugin_utils._engine.arguments import ArgumentError
    from ansible_collections.mspplus.netsec.plugins.plugin_utils._engine.failures import ValidationFailed
    from ansible_collections.mspplus.netsec.plugins.plugin_utils._engine.problems import Problem, errors
    from ansible_collections.mspplus.netsec.plugins.plugin_utils._iosxr.span.arguments import document_of
    from ansible_collections.mspplus.netsec.plugins.plugin_utils._iosxr.span.desired import resulting
    from ansible_collections.mspplus.netsec.plugins.plugin_utils._iosxr.span.model import Span
    from ansible_collections.mspplus.netsec.plugins.plugin_utils._iosxr.span.plan import plan
    from ansible_collections.mspplus.netsec.plugins.plugin_utils._iosxr.span.rules.value import value_problems

UNKNOWN_TYPE = "interface-type"  # the rule of what is kept as it is written, and told
OF_A_PLATFORM = "S23"  # the rule of a length that depends on the release

DOCUMENTATION = r"""
name: iosxr_span_commands
short_description: Lines of IOS XR configuration that bring a router to a document of traffic mirrors
version_added: 1.0.0
description:
  - Gives the lines that M(mspplus.netsec.iosxr_span) would paste, in order. No router is needed, and none is changed.
  - The lines can be pasted in configuration mode. C(root) leaves a submode.
  - Keys, types and choices of both documents are checked as those of the module's options, null where a list or a dictionary
    belongs included, and so is the grammar of the device. The limits of a platform are not; the module does that.
  - An interface of a type that this collection does not know is kept as it is written, with a warning.
  - When a TCAM profile changes, the lines that need a reload of line cards first are left out, as the module leaves them
    to its second run. Apply the filter again with the configuration of then.
author:
  - mspplus.netsec authors (@mspplus)
positional: _input, current
options:
  _input:
    description: The document, as O(mspplus.netsec.iosxr_span#module:config).
    type: dict
    required: true
  current:
    description: The document of what is configured on the router, such as P(mspplus.netsec.parse_iosxr_span#filter) gives it.
      Nothing when left out.
    type: dict
    default: {}
  state:
    description: As O(mspplus.netsec.iosxr_span#module:state).
    type: str
    choices: [merged, replaced, overridden, deleted]
    default: merged
seealso:
  - plugin: mspplus.netsec.parse_iosxr_span
    plugin_type: filter
  - module: mspplus.netsec.iosxr_span
"""

EXAMPLES = r"""
- name: Show the lines of a document for a fresh router
  ansible.builtin.debug:
    msg: "{{ span | mspplus.netsec.iosxr_span_commands }}"

- name: Show what would change on a router whose configuration was saved
  ansible.builtin.debug:
    msg: "{{ span | mspplus.netsec.iosxr_span_commands(saved | mspplus.netsec.parse_iosxr_span, state='overridden') }}"
"""

RETURN = r"""
_value:
  description: The lines, with their indentation. Empty when there is nothing to do.
  type: list
  elements: str
  sample:
    - interface TenGigE0/2/0/19
    - " monitor-session ms1 ethernet direction rx-only port-level"
    - root
"""


def iosxr_span_commands(document: Any, current: Any = None, state: Any = "merged") -> list[str]:
    """Raises AnsibleFilterError with every problem of the document that is wrong."""
    before = _applied(Span(), {} if current is None else current, "replaced", "the current document")
    desired = _applied(before, document, state, "the document")
    broken = value_problems(desired, before)
    for kept in (each for each in broken if each.rule == UNKNOWN_TYPE):
        Display().warning(f"iosxr_span_commands: {kept}")
    _refuse([each for each in broken if each.rule not in (UNKNOWN_TYPE, OF_A_PLATFORM)], "the document")
    return plan(before, desired).commands


def _applied(router: Span, config: Any, state: Any, what: str) -> Span:
    """What the router has with a document. what: to name it in an error."""
    try:
        desired, findings = resulting(router, document_of(config, state))
    except ArgumentError as error:
        raise AnsibleFilterError("\n".join([f"iosxr_span_commands: {what} is wrong:", *error.messages])) from error
    except ValidationFailed as error:
        raise AnsibleFilterError(f"iosxr_span_commands: {what} is wrong:\n{error}") from error
    _refuse(findings, what)
    return desired


def _refuse(problems: Iterable[Problem], what: str) -> None:
    refused = errors(problems)
    if refused:
        raise AnsibleFilterError("\n".join([f"iosxr_span_commands: {what} is wrong:", *map(str, refused)]))


class FilterModule:
    def filters(self) -> dict[str, Any]:
        return on_call({"iosxr_span_commands": iosxr_span_commands})
