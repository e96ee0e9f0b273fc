# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What every module of this collection says about itself."""

from __future__ import annotations


class ModuleDocFragment:
    # What a module does to a device; the parts of the systems below go with either.
    DOCUMENTATION = r"""
attributes:
  check_mode:
    support: full
    description: Can run in C(check_mode) and return what would change, without writing to the device.
  diff_mode:
    support: full
    description: Returns the normalised configuration before and after, when in diff mode.
  idempotent:
    support: full
    description: A second run with the same arguments changes nothing.
"""

    INFO = r"""
attributes:
  check_mode:
    support: full
    description: Reads only; the same with and without C(check_mode).
  diff_mode:
    support: N/A
    description: Changes nothing, so there is nothing to compare.
  idempotent:
    support: full
    description: Changes nothing.
"""

    IOSXR = r"""
attributes:
  action_group:
    support: full
    description: Use C(group/mspplus.netsec.iosxr) or C(group/mspplus.netsec.all) in C(module_defaults).
    membership:
      - mspplus.netsec.all
      - mspplus.netsec.iosxr
"""

    SRX = r"""
attributes:
  action_group:
    support: full
    description: Use C(group/mspplus.netsec.srx) or C(group/mspplus.netsec.all) in C(module_defaults).
    membership:
      - mspplus.netsec.all
      - mspplus.netsec.srx
requirements:
  - netmiko >= 4.6.0 on the controller
notes:
  - Use with C(ansible_connection=mspplus.netsec.netmiko) and C(ansible_network_os=junipernetworks.junos.junos).
seealso:
  - plugin: mspplus.netsec.netmiko
    plugin_type: connection
"""

    IPS = r"""
attributes:
  action_group:
    support: full
    description: Use C(group/mspplus.netsec.ips) or C(group/mspplus.netsec.all) in C(module_defaults).
    membership:
      - mspplus.netsec.all
      - mspplus.netsec.ips
requirements:
  - netmiko >= 4.6.0 on the controller
  - cryptography >= 42.0.0 on the controller
notes:
  - Use with C(ansible_connection=mspplus.netsec.netmiko) and C(ansible_network_os=cisco_ips). Sensors of the 2010s offer old SSH algorithms only; set
    C(ansible_netmiko_legacy_algorithms=true) for them.
  - The user needs the role administrator for changes; viewer is enough for reading. The account C(service) lands in a Linux shell and is refused.
  - The HTTPS port of the sensor is a second door with variables of its own. C(ips_https_port) (443 by default), C(ips_https_host), C(ips_https_user),
    C(ips_https_password), C(ips_https_timeout), and for old sensors C(ips_https_tls_min_version) and C(ips_https_tls_ciphers). They have the meaning of the
    options of the connection P(mspplus.netsec.rest#connection); where one is missing, the variable C(ansible_*) of the host counts, except for the port.
seealso:
  - plugin: mspplus.netsec.netmiko
    plugin_type: connection
  - plugin: mspplus.netsec.rest
    plugin_type: connection
"""

    # For modules of the IPS wing that open no connection to the host.
    IPS_CONTROLLER = r"""
attributes:
  action_group:
    support: full
    description: Use C(group/mspplus.netsec.ips) or C(group/mspplus.netsec.all) in C(module_defaults).
    membership:
      - mspplus.netsec.all
      - mspplus.netsec.ips
"""

    SDWAN = r"""
attributes:
  action_group:
    support: full
    description: Use C(group/mspplus.netsec.sdwan) or C(group/mspplus.netsec.all) in C(module_defaults).
    membership:
      - mspplus.netsec.all
      - mspplus.netsec.sdwan
requirements:
  - requests >= 2.32.0 on the controller
  - requests-toolbelt >= 1.0.0 on the controller
notes:
  - Use with C(ansible_connection=mspplus.netsec.rest) and C(ansible_network_os=citrix.sdwan.sdwan) for an appliance,
    C(citrix.sdwan.center) for SD-WAN Center.
  - Where the variable C(manager_host) is set, the task goes to that system instead of the host; C(manager_port), C(manager_user),
    C(manager_password), C(manager_dialect) and so on are the variables of the connection with that prefix, and those of the host
    count where one is missing. M(mspplus.netsec.sdwan_info) goes there only with C(via=manager). Collectors of regions have the
    prefix C(collector), then C(manager).
  - The vendor documents the configuration editor, packages, change management and counters, but no call that hosts a firewall or
    redirects into it. Those follow the habits of the API, were not seen on a device, and can be renamed with O(resources). A result
    that rests on one says C(api_documented=false) and names them.
seealso:
  - plugin: mspplus.netsec.rest
    plugin_type: connection
"""
