# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Documentation of the action plugin of the same name; the work is done on the controller."""

from __future__ import annotations

DOCUMENTATION = r"""
module: iosxr_span
short_description: Keep the traffic mirrors of a Cisco IOS XR router as written
version_added: 1.0.0
description:
  - Manages all traffic mirroring (SPAN, ERSPAN, ACL and UDF based) of one router as one document and makes the router
    match exactly that, in one login and one commit.
  - Checks the rules of the platform before anything is sent and reports every broken one at once.
  - Commits with a timer (C(commit confirmed)), watches the mirrors come up, and confirms in the same session. When a
    mirror that was created or changed does not come up, or one that was operational before is not any more and the document did
    not remove it, the router rolls back.
  - Written for NCS 5500. What other platforms add (next-hop, pseudowire and file destinations, partial mirroring and more)
    is parsed, shown and kept, and refused in a document where it would have to be written. This module could not
    restore it, so it stays in every O(state) until O(config.sessions[].remove_unsupported) removes it or V(deleted) names its session.
author:
  - mspplus.netsec authors (@mspplus)
extends_documentation_fragment:
  - mspplus.netsec.attributes
  - mspplus.netsec.attributes.iosxr
  - mspplus.netsec.platform
  - mspplus.netsec.warn_only
  - mspplus.netsec.commit
  - mspplus.netsec.progress
requirements:
  - netmiko >= 4.6.0 on the controller
options:
  config:
    description:
      - The document. RV(mspplus.netsec.iosxr_span_info#module:config) and the filter
        P(mspplus.netsec.parse_iosxr_span#filter) give one in the same form.
      - May be left out only with O(state=deleted), which then removes all monitor sessions and source attachments.
    type: dict
    suboptions:
      sessions:
        description: Monitor sessions with their sources.
        type: list
        elements: dict
        suboptions:
          name:
            description: Name of the session, 1 to 79 characters.
            type: str
            required: true
          class:
            description: Traffic class of the session and of its sources. C(ethernet) when left out of a new session.
            type: str
            choices: [ethernet, ipv4, ipv6, mpls-ipv4, mpls-ipv6]
          configured:
            description:
              - V(false) means that the router has sources of this name but no C(monitor-session) of that name, and that
                the session itself is not managed. Reads show it so.
            type: bool
          destination:
            description: Where the copies go. A session without a destination is legal, and mirrors nothing.
            type: dict
            suboptions: &destination
              interface:
                description: A physical interface, or C(tunnel-ipN) for ERSPAN.
                type: str
              erspan_session_id:
                description:
                  - Session id in the ERSPAN header of the copies, 1 to 65535, for a C(tunnel-ipN), from release 7.8.1 on. Refused (rule
                    C(erspan-id)) on NCS 5500, where it is always zero, and on Cisco 8000, which numbers sessions itself.
                type: int
              next_hop:
                description: IPv4 or IPv6 next hop. Shown and kept, not written by this version.
                type: str
              vrf:
                description: VRF of the next hop. Shown and kept, not written by this version.
                type: str
              pseudowire:
                description: Into the pseudowire whose cross connect names this session. Shown and kept, not written by this version.
                type: bool
              file:
                description: The words after C(destination file). Shown and kept, not written by this version.
                type: str
          rx_destination:
            description: Destination of received traffic only (NC57 line cards from release 7.4.2). Shown and kept, not written by this version.
            type: dict
            suboptions: *destination
          tx_destination:
            description: Destination of sent traffic only (NC57 line cards from release 7.4.2). Shown and kept, not written by this version.
            type: dict
            suboptions: *destination
          mirror_first:
            description: Mirror 1 to 10000 bytes of each packet. Shown and kept, not written by this version unless O(warn_only) has V(S17).
            type: int
          mirror_interval:
            description: Mirror one packet in so many (V(1K)). Shown and kept, not written by this version unless O(warn_only) has V(S17).
            type: str
          discard_class:
            description: Discard class of the copies, 0 to 7. Shown and kept, not written by this version.
            type: int
          traffic_class:
            description: Traffic class of the copies, 0 to 7. Shown and kept, not written by this version.
            type: int
          inject_interface:
            description: Interface to inject the copies at. Shown and kept, not written by this version.
            type: str
          rate_limit_rx:
            description: Limit of received traffic in kbit/s. Shown and kept, not written by this version.
            type: int
          rate_limit_tx:
            description: Limit of sent traffic in kbit/s. Shown and kept, not written by this version.
            type: int
          other:
            description: Lines of the session that this module has no word for, and lines with more words than it knows. Shown and kept, never written.
            type: list
            elements: str
          remove_unsupported:
            description:
              - V(true) removes from this session, and from its sources that are listed, what this module never writes (O(config.sessions[].other),
                other destinations than interfaces, partial mirroring and the like) and the document does not list, in every O(state).
                In V(replaced) and V(overridden) it removes sources that have such configuration and are not listed, too.
              - Otherwise it stays. A document that would replace it is refused (rule C(unwritten)).
            type: bool
          sources:
            description: The mirrored interfaces.
            type: list
            elements: dict
            suboptions:
              interface:
                description:
                  - Interface, sub-interface or bundle, in any form that the router prints (C(Te0/0/0/42),
                    C(TenGigE0/0/0/42), C(HundredGigE 0/5/0/38)).
                type: str
                required: true
              l2transport:
                description:
                  - Attach under C(l2transport) of the interface. It must be given exactly where the interface is configured as
                    C(l2transport) (rule C(layer)); this module neither makes nor removes that.
                type: bool
              direction:
                description: C(both) when left out of a new source.
                type: str
                choices: [both, rx-only, tx-only]
              port_level:
                description: Mirror the whole main port. NCS 5500 supports only this for SPAN.
                type: bool
              acl:
                description: Mirror only what the ACL of the interface marks with C(capture). Implied by a named one.
                type: bool
              acl_name:
                description: Match this ACL, whatever the interface has.
                type: str
              acl_ipv4:
                description: Match this IPv4 ACL, whatever the interface has.
                type: str
              acl_ipv6:
                description: Match this IPv6 ACL, whatever the interface has.
                type: str
              mirror_first:
                description: Mirror 1 to 10000 bytes of each packet. Shown and kept, not written by this version unless O(warn_only) has V(S17).
                type: int
              mirror_interval:
                description: Mirror one packet in so many (V(1K)). Shown and kept, not written by this version unless O(warn_only) has V(S17).
                type: str
              preconfigure:
                description: The attachment is under C(interface preconfigure), for hardware that is not there yet.
                type: bool
              other:
                description: Lines of the attachment that this module has no word for, or not for all words. Shown and kept, never written.
                type: list
                elements: str
              remove_unsupported:
                description: The same as O(config.sessions[].remove_unsupported), for this source.
                type: bool
      access_lists:
        description:
          - Access lists that select what is mirrored. Only those named here are read, changed or deleted.
          - Wherever a list is bound it filters, too. A change that removes entries, puts a C(permit) before a C(deny), or leaves no
            entry that permits the rest gets a warning (C(filters)) that names every interface and every such entry.
        type: list
        elements: dict
        suboptions:
          name:
            description: Name of the ACL.
            type: str
            required: true
          family:
            description: Address family.
            type: str
            required: true
            choices: [ipv4, ipv6]
          entries:
            description: Access control entries.
            type: list
            elements: dict
            suboptions:
              sequence:
                description: Sequence number.
                type: int
                required: true
              action:
                description: What the entry does with the traffic itself.
                type: str
                required: true
                choices: [permit, deny, remark]
              match:
                description:
                  - What is between the action and C(udf) or C(capture), in the router's words, such as
                    C(udp 10.1.1.0 0.0.0.255 eq 10 any). The text itself for a remark.
                  - Letter case matters in names (C(vrf RED), C(net-group SERVERS)), not in keywords.
                type: str
                required: true
              udfs:
                description: User-defined fields to match, at most 8.
                type: list
                elements: dict
                suboptions:
                  name:
                    description: Name of a UDF.
                    type: str
                    required: true
                  value:
                    description: Value, as a hexadecimal string or a number.
                    type: raw
                    required: true
                  mask:
                    description: Mask, as a hexadecimal string or a number.
                    type: raw
                    required: true
              capture:
                description: Mirror what this entry matches.
                type: bool
          interfaces:
            description:
              - Interfaces on which this ACL is bound as C(access-group NAME ingress). An interface's other ingress ACL of
                the same family is replaced, and a warning (C(takes-binding)) names both. Bindings on interfaces that are
                not named stay.
            type: list
            elements: str
      udfs:
        description:
          - User-defined fields. Only those named here are changed or deleted.
          - A new definition of one that a TCAM profile of the router uses counts as a change of that profile. Whether the
            hardware needs the reload for it is unverified.
        type: list
        elements: dict
        suboptions:
          name:
            description: Name, 1 to 16 characters.
            type: str
            required: true
          header:
            description: Which header the offset starts from.
            type: str
            choices: [outer, inner]
          layer:
            description: Which layer of that header.
            type: str
            choices: [l2, l3, l4]
          offset:
            description: Offset in bytes, 0 to 63.
            type: int
          length:
            description: Length in bytes, 1 to 4.
            type: int
      tcam_profiles:
        description:
          - The line C(hw-module profile tcam format access-list) of an address family. A change needs a reload of line cards,
            which this module never does; see RV(reload_required).
        type: list
        elements: dict
        suboptions:
          family:
            description: Address family.
            type: str
            required: true
            choices: [ipv4, ipv6]
          location:
            description: One line card; all of them when left out.
            type: str
          qualifiers:
            description: Fields of the key, such as C(src-addr) and C(dst-port).
            type: list
            elements: str
          udfs:
            description: Names of UDFs, in the order of the slots C(udf1) to C(udf8).
            type: list
            elements: str
          enable_capture:
            description: Needed for C(capture) before release 6.5.1.
            type: bool
          enable_set_ttl:
            description: Allow ACEs that set the TTL.
            type: bool
          ttl_match:
            description: Allow ACEs that match the TTL.
            type: bool
          interface_based:
            description: Interface-based key.
            type: bool
          common_acl:
            description: Room for a common ACL.
            type: bool
      tunnels:
        description: GRE tunnels that carry ERSPAN copies. Only those named here are read, changed or deleted.
        type: list
        elements: dict
        suboptions:
          name:
            description: C(tunnel-ipN).
            type: str
            required: true
          ipv4_address:
            description: Address with prefix length, such as V(15.1.1.1/24).
            type: str
          ipv4_unnumbered:
            description: Interface whose address is borrowed.
            type: str
          mode:
            description:
              - Tunnel mode, C(gre ipv4) when left out of a new tunnel. Other modes than C(gre ipv4) and C(gre ipv6) are shown
                and kept, never written.
            type: str
          source:
            description: Source address or interface.
            type: str
          destination:
            description: Destination address; for a session of class C(ethernet) it must be the analyser itself.
            type: str
          shutdown:
            description: Whether the tunnel is shut down.
            type: bool
          other:
            description: Lines of the interface that this module has no word for. Shown and kept, never written.
            type: list
            elements: str
          remove_unsupported:
            description: V(true) removes such lines, and a mode that is never written, where the document does not list them.
            type: bool
      router_id:
        description:
          - Id of the router for its mirrors, C(monitor-session router-id), 1 to 255, from release 7.7.1 on. It is owned only by being
            named. Refused (rule C(erspan-id)) where the platform has no ERSPAN session id to choose.
        type: int
      globals:
        description:
          - Router-wide settings of C(monitor-session), which are no sessions (C(router-id), C(local-capture-capacity),
            C(default-capture-disable), C(mirror-interval)), a line each, as the router has them.
          - They are shown, never written and never removed but for the first one, which O(config.router_id) sets. No session may have the
            name of one. A document that has others than the router gets a warning.
        type: list
        elements: str
  state:
    description:
      - V(merged) adds and updates what is named, and leaves out what the document leaves out. A named source that sits in
        another session moves, in the same commit.
      - V(replaced) makes each named session (with its sources), ACL, UDF, TCAM profile and tunnel exactly as written.
      - In both, an interface that is named as a source belongs to the sessions that name it. It leaves every other session,
        of whatever class; it stays in sessions of two classes only where the document names it in both.
      - V(overridden) does the same, and removes all monitor sessions and source attachments that are not named. ACLs,
        bindings, UDFs, profiles and tunnels are owned only by being named; others stay.
      - What this module never writes stays in all three. A session or source that is not named and has such configuration is
        kept with a warning (C(kept)), a session with all its sources.
      - V(deleted) removes what is named. An ACL that is still bound or used elsewhere, or that has no C(capture) entry, is
        never deleted; a warning says so.
      - C(monitor-session) lines under C(l2vpn), and further router-wide settings of C(monitor-session) (O(config.globals)), belong to no
        document and are never touched. A session that a cross connect of C(l2vpn) names is not removed (rule C(cross-connect)).
    type: str
    choices: [merged, replaced, overridden, deleted]
    default: merged
  verify:
    description:
      - Whether the live status of all mirrors of the router is read at the end, in the same session. What is not operational is in
        RV(down), and each of it is a warning. Not in check mode.
    type: bool
    default: true
  require_operational:
    description:
      - With O(verify), whether the task fails for what is not operational then. Mirrors that it touched must come up anyway (O(settle)).
    type: bool
    default: false
  settle:
    description:
      - Seconds to wait until every mirror that this run touched is operational. Must be less than O(confirm_timeout).
    type: int
    default: 30
  confirm_timeout:
    description: Seconds after which the router rolls back by itself unless the commit was confirmed, 30 to 65535.
    type: int
    default: 120
  commit_label:
    description:
      - Label of the commit, such as a change ticket. Letters, digits, C(_) and C(-), starting with a letter.
      - The router takes a label once. The next commit of the same label gets a number, such as C(CHG0012345-2).
    type: str
  commit_comment:
    description: Comment of the commit, up to 60 characters. Dropped with a warning on releases before 7.0.
    type: str
  exclusive:
    description: Lock the configuration (C(configure exclusive)) while the change is made.
    type: bool
    default: false
seealso:
  - module: mspplus.netsec.iosxr_span_info
  - plugin: mspplus.netsec.netmiko
    plugin_type: connection
  - plugin: mspplus.netsec.parse_iosxr_span
    plugin_type: filter
notes:
  - Use with C(ansible_connection=mspplus.netsec.netmiko) and C(ansible_network_os=cisco.iosxr.iosxr).
  - A document that changes a TCAM profile takes two runs. The first commits UDFs and the profile and returns
    RV(reload_required) and RV(deferred); the second, after the line cards were reloaded, does the rest.
  - When the controller dies in the middle, the router rolls back when the timer of the trial commit ends.
"""

EXAMPLES = r"""
- name: Mirror what enters a port to the analyser beside the router
  mspplus.netsec.iosxr_span:
    config:
      sessions:
        - name: ms1
          destination:
            interface: HundredGigE0/2/0/15
          sources:
            - interface: TenGigE0/2/0/19
              direction: rx-only
              port_level: true

- name: Mirror selected traffic through a GRE tunnel, and nothing else on this router
  mspplus.netsec.iosxr_span:
    state: overridden
    commit_label: CHG0012345
    config:
      sessions:
        - name: mon1
          destination:
            interface: tunnel-ip3
          sources:
            - interface: HundredGigE0/1/0/1
              direction: rx-only
              port_level: true
              acl: true
      access_lists:
        - name: TM-ACL
          family: ipv4
          entries:
            - {sequence: 10, action: permit, match: udp 10.1.1.0 0.0.0.255 eq 10 any, capture: true}
            - {sequence: 20, action: permit, match: ipv4 any any}
          interfaces:
            - HundredGigE0/1/0/1
      tunnels:
        - name: tunnel-ip3
          ipv4_address: 15.1.1.1/24
          source: 172.16.3.24
          destination: 70.1.1.2

- name: Remove every mirror of this router
  mspplus.netsec.iosxr_span:
    state: deleted
"""

RETURN = r"""
down:
  description: What is not operational on the router after the run, in sessions of others too; a row each. Empty when all is well.
  returned: with O(verify), when the status was read
  type: list
  elements: dict
  sample:
    - session: ms1
      interface: TenGigE0/2/0/19
      status: Not operational (destination not active)
      explanation: The destination interface or pseudowire is not in the Up state.
      blamed: {interface: HundredGigE0/2/0/15, exists: true, state: down, line_protocol: down}
  contains:
    session:
      description: Name of the session.
      type: str
      returned: always
    interface:
      description: The source. Left out where it is the session itself that has the problem.
      type: str
      returned: sometimes
    status:
      description: The router's words.
      type: str
      returned: always
    explanation:
      description: What Cisco says about that status.
      type: str
      returned: sometimes
    remedy:
      description: What Cisco says to do about it.
      type: str
      returned: sometimes
    blamed:
      description: The interface whose state is the reason, with that state as far as the router told it.
      type: dict
      returned: sometimes
before:
  description:
    - What the device carried before, normalised. V(null) when it was not read.
    - The mirroring as a document. Parts that O(config) does not name were not read.
  returned: always
  type: dict
  sample: {sessions: [{name: ms1, class: ethernet, destination: {interface: HundredGigE0/2/0/15}}]}
after:
  description:
    - What is configured afterwards, read back; in check mode what would be. V(null) when it was not read.
    - In check mode with what waits for a reload.
  returned: always
  type: dict
  sample: {sessions: [{name: ms1, class: ethernet, destination: {interface: HundredGigE0/2/0/15}}]}
commands:
  description: The lines or requests of the plan, in order, with those of further plans, without secrets.
  returned: always
  type: list
  elements: str
  sample: ["interface TenGigE0/2/0/19", " monitor-session ms1 ethernet direction rx-only port-level"]
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
deferred:
  description:
    - Operations that have to wait, in the form of RV(plan.operations). Run the same task again when what they wait for is there.
    - They wait for the reload of RV(reload_required).
  returned: when something waits
  type: list
  elements: dict
warnings:
  description:
    - Rules that warn, a text each, with the host in front.
    - With them, faults that were there before.
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
mirrors:
  description: Live status of the mirrors that this run touched.
  returned: when something was applied
  type: list
  elements: dict
  sample: [{session: ms1, interface: TenGigE0/2/0/19, operational: true, status: Operational}]
commit:
  description: The commit as it was sent, with the time of its trial, its label or its comment.
  returned: when something was committed
  type: str
  sample: commit label CHG0012345 confirmed 120
reload_required:
  description: Line cards that must be reloaded by the operator before the rest can be applied.
  returned: when a TCAM profile was, or would be, changed
  type: list
  elements: str
  sample: ["all line cards"]
platform:
  description: Whose limits counted. V(null) when the device was not read.
  returned: when the device was asked
  type: str
  sample: ncs5500
release:
  description: Release of IOS XR. V(null) when the device did not report it.
  returned: when the device was asked
  type: str
  sample: 7.3.2
"""
