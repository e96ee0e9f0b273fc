# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Documentation of the action plugin of the same name; the work is done on the controller."""

from __future__ import annotations

DOCUMENTATION = r"""
module: srx_policy_log
short_description: Keep the session logs of Juniper SRX policies as written
version_added: 1.1.0
description:
  - Manages for a list of security policies, between zones or global, whether they log the start (C(session-init)) and the end
    (C(session-close)) of sessions, and configures the firewall to do exactly that, in one login and one commit.
  - Never makes a policy. One that does not exist is reported, with names that are near.
  - Warns where C(session-close) would never fire, because the policy denies, and where nothing would send or store the lines, because
    neither a stream nor a syslog target is configured.
  - Commits in a private candidate on trial (C(commit confirmed)), reads back, and confirms in the same session.
author:
  - mspplus.netsec authors (@mspplus)
extends_documentation_fragment:
  - mspplus.netsec.attributes
  - mspplus.netsec.attributes.srx
  - mspplus.netsec.commit
  - mspplus.netsec.commit.junos
  - mspplus.netsec.progress
options:
  config:
    description: The policies. RV(mspplus.netsec.srx_flow_info#module:policies) names those that do not log both ends.
    type: list
    elements: dict
    required: true
    suboptions:
      name:
        description: Name of the policy.
        type: str
        required: true
      from_zone:
        description: Zone where its sessions come from. Not for a global policy.
        type: str
      to_zone:
        description: Zone where its sessions go to. Not for a global policy.
        type: str
      global:
        description: The policy is a global one.
        type: bool
      session_init:
        description: Log the begin of a session; of a policy that denies, that it denied.
        type: bool
      session_close:
        description: Log the end of a session, with its packets, bytes and duration.
        type: bool
  state:
    description:
      - V(merged) sets what is named; a log that an entry leaves out stays as it is.
      - V(replaced) makes each named policy exactly as written; what an entry leaves out is off.
      - V(overridden) does the same, and switches the logs of all other policies off.
      - V(deleted) switches both logs of each named policy off.
      - Owned are the two statements below C(then log) of a policy. Nothing else of it is ever touched.
    type: str
    choices: [merged, replaced, overridden, deleted]
    default: merged
seealso:
  - module: mspplus.netsec.srx_flow_info
  - plugin: mspplus.netsec.parse_rt_flow
    plugin_type: filter
notes:
  - What configuration groups (C(apply-groups)) bring counts, and is named in RV(from_groups). It is changed in the group - a task that would
    remove it, or change a policy that a group made, is refused and names the group.
"""

EXAMPLES = r"""
- name: Log the end of what is permitted, and what is denied
  mspplus.netsec.srx_policy_log:
    config:
      - {from_zone: trust, to_zone: untrust, name: allow-web, session_close: true}
      - {from_zone: trust, to_zone: untrust, name: deny-rest, session_init: true}
      - {global: true, name: deny-all, session_init: true}
    comment: CHG0012345

- name: No logs but these, on the whole firewall
  mspplus.netsec.srx_policy_log:
    state: overridden
    config:
      - {from_zone: untrust, to_zone: dmz, name: inbound-mail, session_init: true, session_close: true}

- name: What would change
  mspplus.netsec.srx_policy_log:
    config: "{{ srx_policy_log_config }}"
  check_mode: true
  diff: true
"""

RETURN = r"""
before:
  description:
    - What the device carried before, normalised. V(null) when it was not read.
    - The logs of the policies of O(config), with O(state=overridden) those of all policies.
  returned: always
  type: list
  elements: dict
  sample: [{from_zone: trust, to_zone: untrust, name: allow-web, session_init: false, session_close: false}]
after:
  description:
    - What is configured afterwards, read back; in check mode what would be. V(null) when it was not read.
    - In the same form.
  returned: always
  type: list
  elements: dict
  sample: [{from_zone: trust, to_zone: untrust, name: allow-web, session_init: false, session_close: true}]
commands:
  description: The lines or requests of the plan, in order, with those of further plans, without secrets.
  returned: always
  type: list
  elements: str
  sample: ["set security policies from-zone trust to-zone untrust policy allow-web then log session-close"]
operations:
  description: How many operations the plan has, with those of further plans. V(create) counts what was not there, V(update) what is changed, V(delete)
    what is removed.
  returned: always
  type: dict
  sample: {create: 1, update: 0, delete: 0}
plan:
  description: The plan, as one document that can be saved, reviewed and compared with a later one. V(null) when none was made, and on failure.
  returned: always
  type: dict
  contains:
    schema:
      description: Version of this form.
      type: int
      returned: always
    collection:
      description: Version of the collection that made the plan.
      type: str
      returned: always
    module:
      description: The module that the plan is for.
      type: str
      returned: always
    host:
      description: The inventory host that it is for.
      type: str
      returned: always
    customer:
      description: The customer that it is for, from the variable C(netsec_customer). Empty when that is not set.
      type: str
      returned: always
    desired:
      description: >-
        SHA-256 of the document and of all options that determine the plan. Secrets enter it only as HMAC under the key
        C(netsec_plan_key), and not at all without one.
      type: str
      returned: always
    fingerprint:
      description: SHA-256 of that part of the device's state that the task may change, as it was read.
      type: str
      returned: always
    operations:
      description: The operations in their order. Each leaves the device in a safe state.
      type: list
      elements: dict
      returned: always
      contains:
        kind:
          description: V(create), V(update) or V(delete).
          type: str
          returned: always
        item:
          description: What it changes, in the words of the document.
          type: str
          returned: always
        do:
          description: The lines or requests that make the change.
          type: list
          elements: str
          returned: always
        undo:
          description: Those that take it back. V(null) where nothing does.
          type: list
          elements: str
          returned: always
        risk:
          description: Tags for whoever reviews the plan.
          type: list
          elements: str
          returned: always
    deferred:
      description: Operations that have to wait, in the same form.
      type: list
      elements: dict
      returned: always
    deferred_because:
      description: What they wait for. Empty when nothing waits.
      type: str
      returned: always
    notes:
      description: What else planning brought. Each note is a key of the result, too.
      type: dict
      returned: always
    continues:
      description: Whether the operations change what the rest is planned on, so that another plan follows.
      type: bool
      returned: always
    after:
      description: What an earlier stage has to provide before this plan can be applied.
      type: list
      elements: str
      returned: always
further_plans:
  description: The plans of the stages after the first one, in the form of RV(plan).
  returned: when there was more than one stage
  type: list
  elements: dict
warnings:
  description: Rules that warn, a text each, with the host in front.
  returned: when there are any
  type: list
  elements: str
errors:
  description: Every error of the arguments.
  returned: when the arguments are wrong
  type: list
  elements: str
problems:
  description: Each broken rule with its id, the offending item, the remedy and the device's own words.
  returned: on failure
  type: list
  elements: dict
  contains:
    rule:
      description: Id of the rule.
      type: str
      returned: always
    item:
      description: The offending place of the document, or the option, or the object of the device.
      type: str
      returned: always
    message:
      description: What is wrong.
      type: str
      returned: always
    remedy:
      description: What to do.
      type: str
      returned: always
    severity:
      description: C(error) or C(warning).
      type: str
      returned: always
    device_text:
      description: The device's own words, when it was the device that refused.
      type: str
      returned: always
device_state:
  description: The state of the device now, such as V(unchanged), V(rolled back) or V(changed; run again to verify it).
  returned: on failure
  type: str
  sample: rolled back
from_groups:
  description:
    - The logs that configuration groups bring, each with its group, C(a or b) where several could.
  returned: when groups bring some of what RV(before) shows
  type: list
  elements: dict
  sample: [{from_zone: trust, to_zone: untrust, name: allow-web, session_close: log-all}]
commit:
  description: The commit as it was sent, with the time of its trial, its label or its comment.
  returned: when something was committed
  type: str
  sample: commit confirmed 5 comment "CHG0012345"
"""
