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
