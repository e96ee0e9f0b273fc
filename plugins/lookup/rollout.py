# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# ruff: noqa: E402  (Ansible wants the documentation before the imports)

"""How a playbook goes over the hosts of a role."""

from __future__ import annotations

DOCUMENTATION = r"""
name: rollout
short_description: How a playbook goes over the hosts of a role
version_added: 1.3.0
author:
  - mspplus.netsec authors (@mspplus)
description:
  - For the keywords of a play - the hosts of which a role of this collection has something to do, how many of them at a time, and how many may fail.
  - A host counts where a variable of the role is set for it that says what is desired, whatever its value is. Other hosts cost nothing.
  - Variables of hosts are known from the second play of a run on. Before, and with C(--list-hosts), all hosts of the groups of the role count.
options:
  _terms:
    description: The name of the role.
    type: list
    elements: str
    required: true
  give:
    description:
      - V(hosts) - the hosts, for the keyword C(hosts). V(all:!all), which is no host, where there is none.
      - V(serial) - the batches, for the keyword C(serial).
      - V(max_fail_percentage) - one number, for the keyword of that name; nothing where it is not set.
    type: str
    choices: [hosts, serial, max_fail_percentage]
    default: hosts
notes:
  - The variable C(netsec_serial) is a number of hosts or a share of them (V(10%)), or a list of both, as the keyword C(serial) takes it.
  - The variable C(netsec_canary) is a host, or a list of hosts. Each goes alone, before all others; where one fails, the run ends. Where the role
    has nothing to do on any of them, its first host goes alone.
  - The variable C(netsec_max_fail_percentage) is 0 to 100, as the keyword C(max_fail_percentage) takes it.
  - These variables are given with C(-e), as C(vars) of C(import_playbook), or in the inventory for all hosts or for a group. Of the inventory, those
    of the first host of the group that takes part count.
  - A variable whose name is nearly one of these, or C(netsec_expected_plan), is refused before the first host, for it would hold nothing back. So is
    a tag to skip that is nearly one of this collection.
"""

EXAMPLES = r"""
- name: Mirrors, on a canary first, then ten routers at a time
  hosts: "{{ query('mspplus.netsec.rollout', 'iosxr_span') }}"
  gather_facts: false
  strategy: linear
  serial: "{{ query('mspplus.netsec.rollout', 'iosxr_span', give='serial') }}"
  max_fail_percentage: "{{ query('mspplus.netsec.rollout', 'iosxr_span', give='max_fail_percentage') | first | default(omit) }}"
  roles:
    - mspplus.netsec.iosxr_span
"""

RETURN = r"""
_raw:
  description: What the keyword gets.
  type: list
  elements: raw
"""

from typing import Any

from ansible.errors import AnsibleError
from ansible.plugins.lookup import LookupBase
from ansible.utils.display import Display

from ansible_collections.mspplus.netsec.plugins.plugin_utils._site.capabilities import CAPABILITIES
from ansible_collections.mspplus.netsec.plugins.plugin_utils._site.inventory_device import canaries, fleet_of
from ansible_collections.mspplus.netsec.plugins.plugin_utils._site.remarks import check_brakes, tag_warnings
from ansible_collections.mspplus.netsec.plugins.plugin_utils._site.selection import (
    NO_HOST,
    SettingError,
    batches,
    order,
    percentage_of,
    serial_of,
    setting,
)


class LookupModule(LookupBase):
    """Names and numbers for the keywords of a play."""

    def run(self, terms: list[str], variables: dict[str, Any] | None = None, **kwargs: Any) -> list[Any]:
        """Raises AnsibleError for an unknown role, for a variable of the run that means nothing or is misspelt, and for a
        misspelt tag to skip."""
        self.set_options(var_options=variables, direct=kwargs)
        name = str(terms[0]) if terms else ""
        if name not in CAPABILITIES:
            raise AnsibleError(f"rollout knows {', '.join(CAPABILITIES)}, not {name!r}")
        capability = CAPABILITIES[name]
        given = variables or {}
        fleet = fleet_of(self, given)
        try:
            check_brakes(capability, fleet)
            tags = (given.get(f"ansible_{which}_tags") or () for which in ("run", "skip"))
            for text in tag_warnings(*tags, CAPABILITIES.values()):
                Display().warning(text)  # once, however often it is asked for
            if self.get_option("give") == "max_fail_percentage":
                value = setting(capability, fleet, "netsec_max_fail_percentage")
                return [] if value is None else [percentage_of(value)]
            first = canaries(capability, fleet)
            if self.get_option("give") == "serial":
                return batches(
                    order(capability, fleet, first).alone if first else 0,
                    serial_of(setting(capability, fleet, "netsec_serial")),
                )
            return [*order(capability, fleet, first).hosts] or [NO_HOST]
        except SettingError as error:
            raise AnsibleError(str(error)) from error
