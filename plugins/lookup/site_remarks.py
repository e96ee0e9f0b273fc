# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# ruff: noqa: E402  (Ansible wants the documentation before the imports)

"""What is written for hosts, but does nothing there."""

from __future__ import annotations

DOCUMENTATION = r"""
name: site_remarks
short_description: Hosts of which nothing is desired, and variables that no role reads
version_added: 1.3.0
author:
  - mspplus.netsec authors (@mspplus)
description:
  - Looks at the variables of all hosts in the groups of our roles, and says of which hosts nothing is desired and why - variables that are not set,
    names that are nearly those of a role, files in C(host_vars) and C(group_vars) that set nothing or belong to no host or group.
  - Names that are nearly those of a role are told of all other hosts, too, and hosts outside our groups for which something is desired.
options:
  _terms:
    description: The name of a playbook of this collection, V(site) or V(capture).
    type: list
    elements: str
    required: true
  give:
    description: V(lines) - the remarks. V(hosts) - the hosts that they are about; V(all:!all), which is no host, where there is none.
    type: str
    choices: [lines, hosts]
    default: lines
"""

EXAMPLES = r"""
- name: What is written, but does nothing
  ansible.builtin.debug:
    msg: "{{ query('mspplus.netsec.site_remarks', 'site') }}"
  run_once: true
"""

RETURN = r"""
_raw:
  description: Lines, or names of hosts.
  type: list
  elements: str
"""

from pathlib import Path
from typing import Any

from ansible.errors import AnsibleError
from ansible.plugins.lookup import LookupBase

from ansible_collections.mspplus.netsec.plugins.plugin_utils._site.capabilities import CAPABILITIES, SITE
from ansible_collections.mspplus.netsec.plugins.plugin_utils._site.files_device import file_remarks, role_options
from ansible_collections.mspplus.netsec.plugins.plugin_utils._site.inventory_device import fleet_of
from ansible_collections.mspplus.netsec.plugins.plugin_utils._site.remarks import remarks
from ansible_collections.mspplus.netsec.plugins.plugin_utils._site.selection import NO_HOST

ROLES = Path(__file__).parents[2] / "roles"


class LookupModule(LookupBase):
    """Remarks on the inventory."""

    def run(self, terms: list[str], variables: dict[str, Any] | None = None, **kwargs: Any) -> list[str]:
        """Raises AnsibleError for an unknown playbook."""
        self.set_options(var_options=variables, direct=kwargs)
        playbook = str(terms[0]) if terms else ""
        rows = [row for row in CAPABILITIES.values() if row.playbook == playbook]
        if not rows:
            known = dict.fromkeys(row.playbook for row in CAPABILITIES.values())
            raise AnsibleError(f"site_remarks knows the playbooks {', '.join(known)}, not {playbook!r}")
        given = variables or {}
        fleet = fleet_of(self, given)
        limit = given.get("ansible_play_hosts_all") if "inventory_hostname" in given else fleet.limit
        hostvars = given.get("hostvars")
        files = file_remarks(
            lambda host: hostvars.raw_get(host).get("inventory_dir") if hostvars else None, fleet.groups
        )
        found = remarks(
            rows,
            fleet,
            role_options(ROLES, CAPABILITIES),
            files,
            limit and frozenset(limit),
            only_if_idle=playbook != SITE,
        )
        if self.get_option("give") == "hosts":
            return [*found.hosts] or [NO_HOST]
        return [*found.lines]
