# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Documentation of the action plugin of the same name; the work is done on the controller."""

from __future__ import annotations

DOCUMENTATION = r"""
module: sdwan_redirect
short_description: Redirect traffic of a Citrix SD-WAN network into hosted firewalls
version_added: 1.2.0
description:
  - Manages in one document how a network redirects traffic into the firewalls that its 1100 appliances host; how connections are
    matched, hosted firewall templates, policy templates with where they are attached, policies of sites, and what breaks out to the
    Internet before it. Makes the network run exactly that, in one transaction.
  - Checks the document against the rules of the platform first, all at once; symmetric matching, interfaces and VLANs of the template,
    the order of policies, allows and other redirects that would shadow a redirect, policies that are listed twice, firewalls that are
    not up.
  - Sends what the vendor's reference has, spelled as it is there. What is named after the forms only, because no reference has it, is told in
    RV(undocumented_calls) and RV(undocumented_fields).
  - Then saves a backup of the package, edits, compiles and reads the audit, hands it over to change management, verifies, stages and
    activates with rollback, and polls every site. Whatever fails before the activation is rolled back, and what was staged is cancelled.
  - The backup package exists as long as a change is neither live nor rolled back. A run that finds one finishes what another one began.
  - Policies that SD-WAN makes itself, for management servers and for Office 365, are shown as C(auto_generated) and never deleted.
author:
  - mspplus.netsec authors (@mspplus)
extends_documentation_fragment:
  - mspplus.netsec.attributes
  - mspplus.netsec.attributes.sdwan
  - mspplus.netsec.nitro
  - mspplus.netsec.progress
options:
  via:
    description:
      - V(mcn) edits on the master control node. An appliance that is not the active MCN is refused with its role.
      - V(center) edits in SD-WAN Center, which imports the configuration from the active MCN first, where its copy is older, and refuses if
        the MCN moved since. That import is a plan of its own; the run goes on after it, check mode and a saved plan end there.
    type: str
    choices: [mcn, center]
    default: mcn
  package:
    description:
      - Name of the configuration package, the one that the network runs. Everything that it holds is activated, so it should have no
        edits of others that wait.
    type: str
    required: true
  backup_package:
    description:
      - Name of the package that keeps what was before, while a change is under way, and is deleted then. Nothing else may have that name.
        By default O(package) with C(_netsec_before).
    type: str
  config:
    description: What the network redirects.
    type: dict
    required: true
    suboptions:
      connection_match_type:
        description: How connections are matched. Redirects need V(symmetric). By the forms; not in the reference.
        type: str
        choices: [directional, symmetric]
      hosted_firewall_templates:
        description: What SD-WAN knows of the firewalls that it redirects into. By the forms; not in the reference.
        type: list
        elements: dict
        suboptions:
          name:
            description: Name of the template.
            type: str
            required: true
          vendor:
            description: Vendor of the firewall; V(Palo Alto Networks), or V(Check Point), which is unverified.
            type: str
          deployment_mode:
            description: Follows the vendor (V(Virtual Wire) for Palo Alto Networks), so it may be left out.
            type: str
          model:
            description: Model of the virtual machine; V(VM 50) or V(VM 100) for Palo Alto Networks.
            type: str
          primary_management_server:
            description: Address or name of Panorama. SD-WAN lets its traffic pass by itself.
            type: str
          secondary_management_server:
            description: The same of the second one.
            type: str
          service_redirection_interfaces:
            description: Interfaces of the firewall that traffic is redirected into, with the VLANs that the firewall has, too.
            type: list
            elements: dict
            suboptions:
              interface:
                description: One of the two.
                type: str
                required: true
                choices: [Interface-1, Interface-2]
              vlan:
                description: VLAN between appliance and firewall, V(1) to V(4094). V(0), as leaving it out, is untagged.
                type: int
      policy_templates:
        description: Firewall policy templates.
        type: list
        elements: dict
        suboptions:
          name:
            description: Name of the template.
            type: str
            required: true
          global:
            description: Attach it to all sites. A network has one such template.
            type: bool
          sites:
            description:
              - Attach it to these sites. With O(state=replaced) and O(state=overridden) it is detached from all others.
            type: list
            elements: str
          pre_appliance_policies:
            description: Its policies before those of a site, in their order.
            type: list
            elements: dict
            suboptions: &policy
              action:
                description:
                  - What is done with what matches. A policy that names a template redirects without it, another one allows.
                  - V(redirect), and the three options that say where to, are by the forms; they are not in the reference.
                type: str
                choices: [allow, drop, reject, count_and_continue, redirect]
              hosted_firewall_template:
                description: Template of the firewall to redirect into.
                type: str
              service_redirection_interface:
                description:
                  - Interface of the firewall that the traffic enters, that of the side which opens the connection. Answers take the other one
                    by themselves.
                type: str
                choices: [Interface-1, Interface-2]
              service_redirection_vlan:
                description: VLAN on that interface, inside the appliance only. V(0) means none, as does leaving it out.
                type: int
              application:
                description: Application that it matches.
                type: str
              application_family:
                description: Family of applications that it matches.
                type: str
              application_objects:
                description: Application object that it matches.
                type: str
              ip_protocol_num:
                description: Number of the IP protocol.
                type: int
              source_ip_address:
                description: Address or prefix.
                type: str
              source_port:
                description: Port or range of ports. A single port is sent as a number; how a range is sent is not documented.
                type: str
              source_service_type:
                description: Service that the traffic comes from.
                type: str
                choices: [any, local, virtual_path, internet, intranet, gre_tunnel, lan_ipsec_tunnel, ip_host, multicast]
              source_service_name:
                description: Name of that service.
                type: str
              from_zones:
                description:
                  - Firewall zones that the traffic comes from. The reference has one a policy, V(default_lan_zone), V(internet_zone),
                    V(untrusted_internet_zone) or any. Several, and zones of the network's own, are sent as the forms show them, with a warning.
                type: list
                elements: str
              destination_ip_address:
                description: Address or prefix.
                type: str
              destination_port:
                description: As O(config.policy_templates[].pre_appliance_policies[].source_port).
                type: str
              destination_service_type:
                description: Service that the traffic goes to; V(internet) for all that leaves for the Internet.
                type: str
                choices: [any, local, virtual_path, internet, intranet, gre_tunnel, lan_ipsec_tunnel, ip_host, multicast]
              destination_service_name:
                description: Name of that service.
                type: str
              to_zones:
                description: Firewall zones that the traffic goes to, in the same way.
                type: list
                elements: str
              ip_dscp:
                description: DSCP value, such as V(ef). V(ANY) is as leaving it out.
                type: str
                choices:
                  [
                    ANY, DEFAULT, af11, af12, af13, af21, af22, af23, af31, af32, af33, af41, af42, af43, cs1, cs2, cs3, cs4, cs5, cs6, cs7,
                    ef,
                  ]
              allow_fragments:
                description: Whether fragments match. True by default.
                type: bool
              track_connection:
                description: Whether connections are tracked. True by default.
                type: bool
              reverse_also:
                description: Whether the reverse direction gets a policy, too.
                type: bool
              match_established:
                description: Whether packets of connections match that were there before the policy.
                type: bool
              log_connection_start:
                description: Log the begin of connections.
                type: bool
              log_connection_end:
                description: Log the end of connections.
                type: bool
              log_interval:
                description: Seconds between log lines of a connection, V(60) to V(600); V(0) for none.
                type: int
      site_policies:
        description: Policies of single sites.
        type: list
        elements: dict
        suboptions:
          site:
            description: Name of the site.
            type: str
            required: true
          policies:
            description: Its policies, in their order.
            type: list
            elements: dict
            suboptions: *policy
      office_365_breakout:
        description:
          - Which categories of Office 365 leave a branch directly. SD-WAN makes the policies for them, before all others.
          - A category that is left out stays as it is, with O(state=overridden) it is off. Without this option all stay as they are.
        type: dict
        suboptions:
          optimize:
            description: The category Optimize.
            type: bool
          allow:
            description: The category Allow.
            type: bool
          default:
            description: The category Default.
            type: bool
      trusted_applications:
        description: Further applications that leave directly. In each list of the document that redirects, an allow for each comes before the first redirect.
        type: list
        elements: str
  state:
    description:
      - V(merged) adds what is named. In a list of policies what is there stays in its order; a redirect that is missing comes at the end,
        another policy before the first redirect, unless the document has it after one.
      - V(replaced) makes each named template and each named list of policies exactly as written.
      - V(overridden) does the same, deletes all other hosted firewall templates, and takes the redirects out of all other lists. Other
        policies and templates stay.
      - V(deleted) deletes the named templates (detached first), the named policies of sites (all redirects of a site that is named
        without policies), and switches the named breakouts off.
      - Policies that SD-WAN made are never changed.
    type: str
    choices: [merged, replaced, overridden, deleted]
    default: merged
  hosted_firewalls:
    description:
      - Firewalls as RV(mspplus.netsec.sdwan_hosted_firewall#module:firewalls) has them, of all sites. Tells through an MCN whether a
        site's firewall is up; the MCN knows of its own only, Center of all. Without it a new redirect through an MCN needs O(force).
    type: list
    elements: dict
  virtual_wire_tags:
    description: Tags of the virtual wires inside the firewalls, to be compared with the VLANs of a template.
    type: list
    elements: dict
    suboptions:
      template:
        description: Name of the hosted firewall template.
        type: str
        required: true
      tags:
        description: All tags; V(0) for untagged.
        type: list
        elements: int
        required: true
  activate:
    description: Whether the package is handed over and activated. V(false) ends after the compile; the backup package stays.
    type: bool
    default: true
  rollback:
    description: Activate with rollback; SD-WAN returns by itself when an error occurs.
    type: bool
    default: true
  ignore_incomplete:
    description: Go on without appliances that fail to stage, instead of cancelling for all.
    type: bool
    default: false
  force:
    description:
      - Redirect into firewalls that are not up, or of which it is not known, activate a package that is not the one that runs, and replace
        what another user has handed over to change management, but not staged.
    type: bool
    default: false
  assume:
    description:
      - What an earlier task of the same run, or an earlier plan of a set, provides. Check mode does not require it, as that task changed nothing
        either; RV(plan.after) names it. The real run looks whether it is there, and refuses where it is not.
      - V(hosted_firewalls) are up (M(mspplus.netsec.sdwan_hosted_firewall)).
    type: list
    elements: str
    choices: [hosted_firewalls]
    default: []
  stage_timeout:
    description: Seconds that staging may take on all sites.
    type: int
    default: 1200
  activation_timeout:
    description: Seconds that activating may take on all sites. Appliances restart meanwhile.
    type: int
    default: 600
seealso:
  - module: mspplus.netsec.sdwan_hosted_firewall
  - module: mspplus.netsec.sdwan_info
"""

EXAMPLES = r"""
- name: All traffic of a small branch passes its firewall
  mspplus.netsec.sdwan_redirect:
    package: Production
    config:
      connection_match_type: symmetric
      hosted_firewall_templates:
        - name: pa-branch
          vendor: Palo Alto Networks
          model: VM 50
          primary_management_server: panorama.example.com
          service_redirection_interfaces: [{interface: Interface-1}]
      site_policies:
        - site: berlin
          policies:
            - {hosted_firewall_template: pa-branch, service_redirection_interface: Interface-1}
    hosted_firewalls: "{{ firewalls.firewalls }}"

- name: Internet traffic of three sites, Office 365 and Webex directly
  mspplus.netsec.sdwan_redirect:
    package: Production
    config:
      office_365_breakout: {optimize: true}
      trusted_applications: [webex]
      policy_templates:
        - name: internet-to-firewall
          sites: [berlin, paris, rome]
          pre_appliance_policies:
            - destination_service_type: internet
              hosted_firewall_template: pa-branch
              service_redirection_interface: Interface-1

- name: No more redirects at one site
  mspplus.netsec.sdwan_redirect:
    package: Production
    state: deleted
    config:
      site_policies: [{site: berlin}]
"""

RETURN = r"""
before:
  description:
    - What the device carried before, normalised. V(null) when it was not read.
    - What the package said about redirects, and the lists that O(config) names. Empty where Center had no copy of it yet.
  returned: always
  type: dict
after:
  description:
    - What is configured afterwards, read back; in check mode what would be. V(null) when it was not read.
    - In the same form.
  returned: always
  type: dict
commands:
  description:
    - The lines or requests of the plan, in order, with those of further plans, without secrets.
    - The requests; what makes the edits live is among them.
  returned: always
  type: list
  elements: str
  sample: ['PUT config_editor/global_network_settings {"global_network_settings":{"connection_match_type":"symmetric","package_name":"Production"}}']
operations:
  description: How many operations the plan has, with those of further plans. V(create) counts what was not there, V(update) what is changed, V(delete)
    what is removed.
  returned: always
  type: dict
  sample: {create: 1, update: 0, delete: 0}
plan:
  description:
    - The plan, as one document that can be saved, reviewed and compared with a later one. V(null) when none was made, and on failure.
    - The items C(transaction[...]) are the steps around the edits; backup, compile, export, verify, stage, activate.
    - The risk V(leaves-failing-appliances) marks O(ignore_incomplete), V(all-sites) and V(all-policies) what is for the whole network,
      V(redirects) and V(stops-redirecting) what traffic is sent to a firewall, or no more.
    - The import of the configuration into Center, the item C(package), is a plan of its own, which C(continues).
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
sites:
  description: What change management reports for each appliance.
  returned: when something was staged
  type: list
  elements: dict
imported:
  description:
    - Whether Center's copy was replaced by what the MCN runs, before the rest was planned. What others had edited in the copy is gone.
    - That changes Center, so the task has changed something, and not the network.
  returned: when the device was asked
  type: bool
redirecting_sites:
  description: Sites that redirect after the run.
  returned: when the device was asked
  type: list
  elements: str
  sample: [berlin, paris]
redirect_counters:
  description:
    - The redirecting policies that the MCN itself counts. Those of other sites are on their appliances; ask M(mspplus.netsec.sdwan_info) there.
  returned: when activated through an MCN
  type: list
  elements: dict
api_documented:
  description: Whether all calls that were sent are in the vendor's reference, with all their fields.
  returned: when the device was asked
  type: bool
undocumented_calls:
  description: Resources that are not.
  returned: when the device was asked
  type: list
  elements: str
  sample: [hosted_firewall_template]
undocumented_fields:
  description: Fields that were sent to documented resources, and that the reference of these does not have.
  returned: when the device was asked
  type: list
  elements: str
  sample: [firewall.service_redirection_interface, global_network_settings.connection_match_type]
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
  sample: rolled back; the live configuration was not changed
"""
