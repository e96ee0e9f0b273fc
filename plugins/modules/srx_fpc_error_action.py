# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Documentation of the action plugin of the same name; the work is done on the controller."""

from __future__ import annotations

DOCUMENTATION = r"""
module: srx_fpc_error_action
short_description: Keep what an SRX5000 chassis does about errors of its cards as written
version_added: 1.1.0
description:
  - Manages thresholds and actions for fatal, major and minor errors of the cards (FPCs) of an SRX5400, SRX5600 or SRX5800, and
    configures exactly that on the chassis, in one login and one commit.
  - Checks chassis, Routing Engine, release, cards and actions before anything is sent, and reports every broken rule at once.
  - Refuses C(offline) and C(reset) where an SPC2 is installed unless O(confirm_chassis_restart) is set. Such an action makes the
    chassis daemon restart B(all) FPCs, SPCs and IOCs alike, which is a restart of the whole chassis.
  - Commits in a private candidate on trial (C(commit confirmed)), reads back, and confirms in the same session.
author:
  - mspplus.netsec authors (@mspplus)
extends_documentation_fragment:
  - mspplus.netsec.attributes
  - mspplus.netsec.attributes.srx
  - mspplus.netsec.warn_only
  - mspplus.netsec.commit
  - mspplus.netsec.commit.junos
  - mspplus.netsec.progress
requirements:
  - xmltodict >= 0.13.0 on the controller
options:
  config:
    description:
      - The document, an entry for each FPC. RV(mspplus.netsec.srx_fpc_error_info#module:config) gives one in the same form.
      - May be left out only with O(state=deleted), which then removes all error actions, so that the defaults apply.
    type: list
    elements: dict
    suboptions:
      fpc:
        description: Slot of the FPC, 0 to 23. Excludes O(config[].all).
        type: int
      all:
        description:
          - V(true) means all FPCs that have no settings of their own (C(set chassis error)). In the model of 24.4R1, not in
            that of 18.4; which release brought it is unverified.
        type: bool
      fatal:
        description: >-
          Fatal errors. Their actions are taken once, when their count exceeds the threshold.
          Default threshold 1, default actions C(alarm) and C(reset).
        type: dict
        suboptions: &level
          threshold:
            description: Count of errors. 1 to 1024 for fatal and major ones; 0 to 1024 for minor ones, where 0 never acts.
            type: int
          actions:
            description:
              - What is done, in this order. Known are V(reset), V(offline), V(alarm), V(get-state) and V(log) (all releases),
                V(disable-pfe) and V(offline-pic) (18.4 and 24.4), V(fault) (18.4), V(reset-pfe) and V(trap) (24.4), V(offline-pfe) (in a
                text of Juniper's only). Whether a release in between has one that only its neighbour has is unverified, and a warning.
              - The list is one value, also with O(state=merged). It is never empty, because that would mean the default actions.
            type: list
            elements: str
      major:
        description: >-
          Major errors. Their actions are taken once, when their count exceeds the threshold.
          Default threshold 1; the default actions C(get-state) and C(alarm) are unverified.
        type: dict
        suboptions: *level
      minor:
        description: >-
          Minor errors. Their actions are taken each time the count reaches the threshold.
          Default threshold 10; the default action C(log) is unverified.
        type: dict
        suboptions: *level
      other:
        description: Statements below C(error) that this module has no word for. Shown and kept, never written.
        type: list
        elements: str
      inactive:
        description: Paths that are deactivated, so that what is there has no effect. Shown, never written.
        type: list
        elements: str
  state:
    description:
      - V(merged) sets what is named. Levels, thresholds and action lists that the document leaves out stay.
      - V(replaced) makes each named FPC exactly as written; levels that it leaves out fall back to their defaults.
      - V(overridden) does the same, and removes the error actions of all FPCs that are not named, and those of O(config[].all).
      - V(deleted) removes what is named - the levels that an entry names, or all three where it names none.
      - Owned are thresholds and actions of the three levels, and what is deactivated in their place. Nothing else below
        C(chassis) is ever touched.
    type: str
    choices: [merged, replaced, overridden, deleted]
    default: merged
  confirm_chassis_restart:
    description:
      - Allows C(offline) and C(reset), written or by falling back to the defaults, where an SPC2 is installed.
      - Set it only where a restart of the whole chassis is what you want when errors reach their threshold.
    type: bool
    default: false
seealso:
  - module: mspplus.netsec.srx_fpc_error_info
notes:
  - O(warn_only) takes V(F4) (kind of card), V(F5) (empty slot), V(F12) (action that the release is not known to have) and V(F14) (all
    FPCs at once).
  - In a chassis cluster, the first alarm of a major or fatal error fails redundancy group 1 over at once. A fatal or major list
    without C(alarm) is a warning there.
  - The default actions of fatal errors reset the FPC. On an SPC2 that restarts the whole chassis although no line of the
    configuration says so; RV(mspplus.netsec.srx_fpc_error_info#module:effective) shows it.
  - What configuration groups (C(apply-groups)) bring counts, and is named in RV(from_groups). It is changed in the group - a task that would
    remove it is refused and names the group.
"""

EXAMPLES = r"""
- name: No error of a services card restarts the chassis
  mspplus.netsec.srx_fpc_error_action:
    config:
      - fpc: 0
        fatal: {threshold: 1, actions: [alarm, get-state]}
        major: {threshold: 1, actions: [alarm]}
        minor: {threshold: 10, actions: [log]}

- name: Exactly this, and defaults for every other card
  mspplus.netsec.srx_fpc_error_action:
    state: overridden
    comment: CHG0012345
    config:
      - fpc: 7
        fatal: {actions: [alarm, offline]}

- name: Restart the whole chassis when a services card has a fatal error
  mspplus.netsec.srx_fpc_error_action:
    config:
      - fpc: 0
        fatal: {actions: [alarm, log, reset]}
    confirm_chassis_restart: true

- name: Minor errors of one card as they are by default
  mspplus.netsec.srx_fpc_error_action:
    state: deleted
    config:
      - fpc: 0
        minor: {}
"""

RETURN = r"""
before:
  description:
    - What the device carried before, normalised. V(null) when it was not read.
    - The error actions as a document.
  returned: always
  type: list
  elements: dict
  sample: [{fpc: 0, fatal: {threshold: 1, actions: [alarm]}}]
after:
  description:
    - What is configured afterwards, read back; in check mode what would be. V(null) when it was not read.
    - In the same form.
  returned: always
  type: list
  elements: dict
  sample: [{fpc: 0, fatal: {threshold: 1, actions: [alarm, get-state]}}]
commands:
  description: The lines or requests of the plan, in order, with those of further plans, without secrets.
  returned: always
  type: list
  elements: str
  sample: ["set chassis fpc 0 error fatal action get-state"]
operations:
  description: How many operations the plan has, with those of further plans. V(create) counts what was not there, V(update) what is changed, V(delete)
    what is removed.
  returned: always
  type: dict
  sample: {create: 1, update: 0, delete: 0}
plan:
  description:
    - The plan, as one document that can be saved, reviewed and compared with a later one. V(null) when none was made, and on failure.
    - The risk V(restarts-chassis) marks what resets an SPC2 or takes it offline, V(restarts-fpc) to any other card.
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
commit:
  description: The commit as it was sent, with the time of its trial, its label or its comment.
  returned: when something was committed
  type: str
  sample: commit confirmed 5 comment "CHG0012345"
from_groups:
  description: What configuration groups bring, by slot and level, each with its group, C(a or b) where several could.
  returned: when groups bring some of the error actions
  type: list
  elements: dict
  sample: [{fpc: 3, level: fatal, threshold: errors, actions: {alarm: errors}}]
model:
  description: Model of the chassis.
  returned: when the device reported it
  type: str
  sample: SRX5800
release:
  description: Release of Junos.
  returned: when the device reported it
  type: str
  sample: 21.4R3
"""
