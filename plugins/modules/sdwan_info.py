# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Documentation of the action plugin of the same name; the work is done on the controller."""

from __future__ import annotations

DOCUMENTATION = r"""
module: sdwan_info
short_description: Read what a Citrix SD-WAN appliance or Center hosts and redirects
version_added: 1.2.0
description:
  - Reads the system, its pair, Center's inventory and regions, images of firewalls and the room for them, hosted firewalls with all
    columns of both GUIs, hosted firewall templates, policies in the order in which a site evaluates them, what redirects count, and
    the state of change management.
  - Changes nothing.
author:
  - mspplus.netsec authors (@mspplus)
extends_documentation_fragment:
  - mspplus.netsec.attributes.info
  - mspplus.netsec.attributes.sdwan
  - mspplus.netsec.nitro
options:
  gather:
    description:
      - What to read. By default all that the system has; V(templates) and V(policies) where O(package) is given.
      - What the system does not have, or refuses, is in RV(not_available) with the reason, and not an error unless nothing else was asked for.
      - V(inventory) and V(regions) are Center's, V(system), V(ha) and V(redirect_counters) an appliance's. V(templates), V(policies) and
        V(change_management) are to be had on the MCN and in Center.
    type: list
    elements: str
    choices:
      [
        system, ha, inventory, regions, images, storage, hosted_firewalls, operation_log, redirect_counters, change_management,
        templates, policies,
      ]
    default: []
  package:
    description: Configuration package that V(templates) and V(policies) are read from. Without one they are left out, with a warning.
    type: str
  site:
    description: The one site whose V(policies) are read. By default all that have a firewall configuration of their own.
    type: str
  via:
    description:
      - Read from the host itself, also where it has a manager, or from its V(manager), which the variables C(manager_host) and so on
        lead to.
    type: str
    choices: [host, manager]
    default: host
seealso:
  - module: mspplus.netsec.sdwan_hosted_firewall
  - module: mspplus.netsec.sdwan_redirect
"""

EXAMPLES = r"""
- name: Firewalls and what passes through them
  mspplus.netsec.sdwan_info:
    gather: [hosted_firewalls, redirect_counters]
  register: branch

- name: In which order a site decides, read on the MCN
  mspplus.netsec.sdwan_info:
    gather: [policies]
    package: Production
    site: berlin
"""

RETURN = r"""
system:
  description: Model, release, site, mode (MCN or Client), management address, serial number; C(hosts_firewalls) for an 1100.
  returned: when gathered
  type: dict
  sample: {model: cb1100, mode: Client, site_name: berlin, hosts_firewalls: true}
ha:
  description: Whether this appliance is the active one of its pair; V(null) where it does not report it.
  returned: when gathered
  type: dict
  sample: {is_active: true, status: Active}
inventory:
  description: The appliances that Center knows.
  returned: when gathered
  type: list
  elements: dict
regions:
  description: Regions with the address of their collector.
  returned: when gathered
  type: list
  elements: dict
  sample: [{name: emea, collector_ip: 192.0.2.30, is_default: false}]
images:
  description: Images of firewalls.
  returned: when gathered
  type: list
  elements: dict
  sample: [{name: PA-VM-KVM-9.0.1.qcow2, vendor: Palo Alto Networks, size: 2147483648, complete: true, in_use: true}]
storage:
  description: Room for images in bytes.
  returned: when gathered
  type: dict
hosted_firewalls:
  description:
    - Hosted firewalls with all columns of both GUIs. C(device_url) is the firewall's own GUI; open it in a private window.
  returned: when gathered
  type: list
  elements: dict
  sample: [{site_name: berlin, admin_status: Up, operation_status: Running, is_up: true, device_url: 'https://192.0.2.20:4100'}]
operation_log:
  description: The last 20 lines that the system logged about jobs on hosted firewalls, whatever became of them; the newest one last.
  returned: when gathered
  type: list
  elements: dict
  sample: [{time: '2026-01-01 12:00:00', site_name: berlin, message: virtual machine is up}]
redirect_counters:
  description:
    - Policies that redirect with their zones, packets and bytes, as the appliance counts them, and what the firewall got, gave back
      and lost. The latter are V(null), with the reason in RV(not_available), where the release does not report them.
    - C(truncated) tells that the appliance may have more policies than the 1000 that it lists at most, so that some which redirect may be
      missing; a warning says so, too.
  returned: when gathered
  type: dict
  sample:
    policies:
      - {action: redirect, packets: 10, bytes: 1000, source_firewall_zone_name: any, destination_firewall_zone_name: any}
    truncated: false
    packets_sent: 10
    packets_received: 10
    packets_dropped: 0
change_management:
  description: State of change management, and what each appliance runs and has staged.
  returned: when gathered
  type: dict
templates:
  description: Hosted firewall templates, as O(mspplus.netsec.sdwan_redirect#module:config) has them.
  returned: when gathered
  type: list
  elements: dict
policies:
  description: Per site its policies in the order of evaluation.
  returned: when gathered
  type: list
  elements: dict
  contains:
    site:
      description: The site.
      type: str
      returned: always
    connection_match_type:
      description: How connections are matched.
      type: str
      returned: always
    policies:
      description:
        - First one first, with its C(number). C(stage) is V(pre_templates), V(pre_global), V(local), V(local_auto), V(post_templates)
          or V(post_global), C(position) the place in it, C(template) the one that it comes from.
        - C(shadowed_by) is the number of the policy before it that leaves a redirect nothing, or of the redirect that leaves a breakout, a
          drop or a reject nothing. C(policy) is as O(mspplus.netsec.sdwan_redirect#module:config) has it.
      type: list
      elements: dict
      returned: always
warnings:
  description: What is not as complete as it looks, and parts that need O(package).
  returned: when there are any
  type: list
  elements: str
not_available:
  description: What was asked for and could not be read, with the reason.
  returned: always
  type: dict
api_documented:
  description: Whether all calls that were sent are in the vendor's reference.
  returned: always
  type: bool
undocumented_calls:
  description: Resources that are not.
  returned: always
  type: list
  elements: str
"""
