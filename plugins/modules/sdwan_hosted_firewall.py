# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Documentation of the action plugin of the same name; the work is done on the controller."""

from __future__ import annotations

DOCUMENTATION = r"""
module: sdwan_hosted_firewall
short_description: Provision, start, stop and remove hosted firewalls on Citrix SD-WAN 1100 appliances
version_added: 1.2.0
description:
  - Provisions, starts, stops and removes the firewall that an SD-WAN 1100 appliance hosts as a virtual machine, through the appliance itself,
    through SD-WAN Center, or through the collector of a region. One task covers all its sites.
  - Checks everything first and reports all that is wrong at once; the platform, the vendor's model, the image on every system that
    needs it, both appliances of a pair in high availability, Cloud Direct and WANOP, reserved storage, and live redirects.
  - A job that runs already is adopted, whoever started it. It is waited for, and never started twice.
  - A firewall counts as up only when its admin status and its operation status both say so. A text that is not known never counts
    as success.
  - The vendor documents the forms of the GUI for all this, but no call. The calls of this module are unverified; see O(resources)
    and RV(undocumented_calls).
author:
  - mspplus.netsec authors (@mspplus)
extends_documentation_fragment:
  - mspplus.netsec.attributes
  - mspplus.netsec.attributes.sdwan
  - mspplus.netsec.nitro
  - mspplus.netsec.progress
options:
  state:
    description:
      - V(present) provisions the firewall where there is none. One whose provisioning failed is deprovisioned and provisioned again; one
        of a pair in high availability that only failed to boot is started, and the other one is left alone.
      - V(absent) deprovisions it. The image stays.
    type: str
    choices: [present, absent]
    default: present
  power:
    description: Whether a firewall that is V(present) runs.
    type: str
    choices: [started, stopped]
    default: started
  via:
    description:
      - What the task speaks to.
      - V(appliance) is the appliance that hosts the firewall.
      - V(center) is SD-WAN Center; it provisions many sites.
      - V(collector) is the collector of the O(region). Its address is read from SD-WAN Center first.
      - Where the host of the task is another one, the variables C(manager_host), C(manager_user), C(manager_password),
        C(manager_network_os) and so on lead to the appliance or to Center. Collectors are opened with C(collector_user),
        C(collector_password), C(collector_port) and so on where these are set, else with those of the manager.
    type: str
    choices: [appliance, center, collector]
    default: appliance
  region:
    description:
      - Region of the sites. Needed with O(via=collector).
      - With O(via=center) it only makes sure that the sites are in that region.
    type: str
  sites:
    description:
      - With O(via=center) and O(via=collector), the sites, or C(site/appliance). A site means all its appliances.
      - Naming one appliance of a pair in high availability is an error, because both are provisioned together.
    type: list
    elements: str
  vendor:
    description:
      - Vendor of the firewall, C(Palo Alto Networks) or C(Check Point).
      - Where it is not given, a firewall is provisioned as C(Palo Alto Networks), and one that is there is not compared.
      - The rows of C(Check Point) are unverified.
    type: str
  model:
    description: Model of the virtual machine, such as V(VM 50) or V(VM 100); V(VM50) is the same. Needed to provision one.
    type: str
  image:
    description:
      - Name of the software image. Needed to provision a firewall.
      - With O(via=center) it has to be on Center, and for sites of other regions than the default one on the collector of each region.
    type: str
  primary_management_server:
    description: Address or name of the primary management server (Panorama).
    type: str
  secondary_management_server:
    description: Address or name of the secondary management server.
    type: str
  vm_auth_key:
    description:
      - VM authentication key, which registers the firewall in Panorama. It expires, so generate it just before.
      - Can be written, never read.
    type: str
  auth_code:
    description:
      - Authentication code, which licenses the firewall.
      - Can be written, never read.
    type: str
  update_secret:
    description:
      - V(on_create) uses O(vm_auth_key) and O(auth_code) when the firewall is provisioned.
      - V(always) gives them again in each run. A firewall that is provisioned takes no other keys, so each run deprovisions it and
        provisions it again; what it is configured with is lost, so it needs O(force), and the task is never idempotent.
    type: str
    choices: [on_create, always]
    default: on_create
  force:
    description:
      - Do what loses traffic or configuration. SD-WAN drops what a live policy redirects to a firewall that is down, and no
        other firewall takes over.
      - Needed to shut down, deprovision or reprovision a firewall while a live policy redirects to it. An appliance counts its live
        policies. In Center the copy of the package that the network runs decides, and those copies whose names begin like it. It is
        needed there, too, where Center has no such copy, or an older one than the MCN runs; and on a collector, which has none.
      - Needed to change the O(vendor), O(model), O(image) or a management server of a firewall, which deprovisions it and
        provisions it again, and to do that to one that failed after it was at work.
      - Provisions both of a pair in high availability again where one of them has to be provisioned, or does not boot when it is started
        once more. What the other one is configured with is lost, and the site has no firewall until both are up. Without it only that one
        is, and whether Center takes that beside a firewall that is there is not documented.
      - With O(state=absent), a firewall is removed in the middle of a job, too, such as one that never ends.
    type: bool
    default: false
  assume:
    description:
      - What an earlier task of the same run, or an earlier plan of a set, provides. Check mode does not require it, as that task changed nothing
        either; RV(plan.after) names it. The real run looks whether it is there, and refuses where it is not.
      - V(image) is there, complete, with room for it (M(mspplus.netsec.sdwan_firewall_image)).
      - V(no_redirects) lead to a firewall that is taken down (M(mspplus.netsec.sdwan_redirect)).
    type: list
    elements: str
    choices: [image, no_redirects]
    default: []
  wait:
    description:
      - Wait for the jobs.
      - With V(false) the task ends when the first job of each appliance began; jobs that need another one to end first are
        returned as RV(deferred), and the next run begins them.
    type: bool
    default: true
  wait_timeout:
    description: Seconds that the task may wait in all, for jobs of others and for its own.
    type: int
    default: 1800
seealso:
  - module: mspplus.netsec.sdwan_firewall_image
  - module: mspplus.netsec.sdwan_redirect
  - module: mspplus.netsec.sdwan_info
  - plugin: mspplus.netsec.rest
    plugin_type: connection
notes:
  - Open RV(firewalls) C(device_url) in a private window of the browser; the GUI of the appliance and that of the firewall share
    the address, and their cookies get in each other's way.
  - A firewall whose job failed is left as it is, and the other sites go on. RV(device_state) says what each appliance has.
  - Whether Cloud Direct or WANOP excludes a firewall is read by a call that is a guess. Where the system refuses it, the run warns and goes on.
  - Remove redirects (M(mspplus.netsec.sdwan_redirect)) before the firewall that they lead to.
"""

EXAMPLES = r"""
- name: A firewall on this appliance
  mspplus.netsec.sdwan_hosted_firewall:
    model: VM 50
    image: PA-VM-KVM-10.2.9.qcow2
    primary_management_server: panorama.example.com
    vm_auth_key: "{{ vault_vm_auth_key }}"
    auth_code: "{{ vault_auth_code }}"

- name: Firewalls on two sites, one of them a pair, through SD-WAN Center
  mspplus.netsec.sdwan_hosted_firewall:
    via: center
    sites: [berlin, hamburg]
    model: VM 100
    image: PA-VM-KVM-10.2.9.qcow2
    primary_management_server: 192.0.2.10
    secondary_management_server: 192.0.2.11
    vm_auth_key: "{{ vault_vm_auth_key }}"

- name: The same through the collector of a region
  mspplus.netsec.sdwan_hosted_firewall:
    via: collector
    region: emea
    sites: [paris]
    model: VM 50
    image: PA-VM-KVM-10.2.9.qcow2

- name: Shut one down, although traffic is redirected to it
  mspplus.netsec.sdwan_hosted_firewall:
    power: stopped
    force: true

- name: Begin to remove, and see about it later
  mspplus.netsec.sdwan_hosted_firewall:
    via: center
    sites: [hamburg]
    state: absent
    wait: false
"""

RETURN = r"""
before:
  description:
    - What the device carried before, normalised. V(null) when it was not read.
    - What each appliance had, without counters.
  returned: always
  type: list
  elements: dict
  sample: [{site_name: berlin, appliance_name: berlin-a, state: absent}]
after:
  description:
    - What is configured afterwards, read back; in check mode what would be. V(null) when it was not read.
    - In the same form.
  returned: always
  type: list
  elements: dict
  sample:
    - site_name: berlin
      appliance_name: berlin-a
      state: started
      vendor: Palo Alto Networks
      model: VM 50
      image_name: PA-VM-KVM-10.2.9.qcow2
      primary_management_server: panorama.example.com
      secondary_management_server: ''
commands:
  description:
    - The lines or requests of the plan, in order, with those of further plans, without secrets.
    - Secrets are in them as C(<vm_auth_key>) and C(<auth_code>).
  returned: always
  type: list
  elements: str
  sample: ["POST config/hosted_firewalls?action=start"]
operations:
  description: How many operations the plan has, with those of further plans. V(create) counts what was not there, V(update) what is changed, V(delete)
    what is removed.
  returned: always
  type: dict
  sample: {create: 1, update: 0, delete: 0}
plan:
  description:
    - The plan, as one document that can be saved, reviewed and compared with a later one. V(null) when none was made, and on failure.
    - The risk V(takes-down) marks that redirected traffic is dropped, V(reprovisions) that what the firewall is configured with is lost,
      V(repeats-failed) that a job that failed is repeated.
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
    - They wait for a job to end, with O(wait=false).
  returned: when something waits
  type: list
  elements: dict
firewalls:
  description: All that the systems report of the firewalls, one item an appliance.
  returned: when the systems were read
  type: list
  elements: dict
  contains:
    site_name:
      description: Site; null where the appliance itself does not report it.
      type: str
      returned: always
    appliance_name:
      description: Appliance of the site.
      type: str
      returned: always
    region_name:
      description: Region of the site.
      type: str
      returned: always
    management_ip:
      description: Management address of the appliance.
      type: str
      returned: always
    state:
      description: C(absent), C(started), C(stopped), or else the status of the system, such as C(Failed).
      type: str
      returned: always
    vendor:
      description: Vendor.
      type: str
      returned: always
    model:
      description: Model, in the spelling of the forms.
      type: str
      returned: always
    image_name:
      description: Software image.
      type: str
      returned: always
    admin_status:
      description: Admin status, as the system reports it.
      type: str
      returned: always
    processing_status:
      description: Processing status, that of the data path, as the system reports it.
      type: str
      returned: always
    operation_status:
      description: Operation status, as the system reports it.
      type: str
      returned: always
    packets_sent:
      description: Packets sent to the firewall.
      type: int
      returned: always
    packets_received:
      description: Packets received from it.
      type: int
      returned: always
    packets_dropped:
      description: Packets dropped because it was down, for example.
      type: int
      returned: always
    primary_management_server:
      description: Primary management server.
      type: str
      returned: always
    secondary_management_server:
      description: Secondary management server.
      type: str
      returned: always
    device_url:
      description: The firewall's own GUI. Open it in a private window of the browser.
      type: str
      returned: always
      sample: https://192.0.2.11:4100
adopted:
  description: Jobs that ran before this task and that it did not start again.
  returned: when there were any
  type: list
  elements: str
  sample: ["berlin/berlin-a: Provisioning: booting"]
jobs:
  description: Jobs that were begun and not waited for. The next run adopts them.
  returned: with O(wait=false), when there are any
  type: list
  elements: str
  sample: ["berlin/berlin-a: provision"]
operation_log:
  description: The last lines of the system's operation log about these sites, at most 20.
  returned: when a job failed or did not end in time
  type: list
  elements: dict
  sample: [{time: '2026-01-01 12:00:00', site_name: berlin, message: booting failed}]
api_documented:
  description: Whether all calls of this run are documented by the vendor.
  returned: when the systems were read
  type: bool
  sample: false
undocumented_calls:
  description: The resources of this run that are not documented by the vendor.
  returned: when the systems were read
  type: list
  elements: str
  sample: [hosted_firewall_images, hosted_firewalls]
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
  sample: "changed: berlin/berlin-a: Running; paris/paris-a: Failed: booting"
"""
