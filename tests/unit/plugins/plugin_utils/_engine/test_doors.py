# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from ansible_collections.mspplus.netsec.plugins.plugin_utils._engine.doors import prefixed

DEFINITIONS = {
    "host": {"vars": [{"name": "inventory_hostname"}, {"name": "ansible_host"}]},
    "remote_user": {"vars": [{"name": "ansible_user"}, {"name": "ansible_ssh_user"}]},
    "password": {"vars": [{"name": "ansible_password"}]},
    "timeout": {},
}


def test_a_door_finds_its_variables_under_the_names_that_ansible_users_know():
    variables = {"manager_host": "m", "manager_user": "u", "manager_timeout": 3, "ansible_password": "p"}
    assert prefixed(DEFINITIONS, "manager", variables) == {
        "host": "manager_host",
        "remote_user": "manager_user",
        "timeout": "manager_timeout",
    }


def test_the_name_of_the_option_wins():
    variables = {"manager_user": "u", "manager_remote_user": "v"}
    assert prefixed(DEFINITIONS, "manager", variables) == {"remote_user": "manager_remote_user"}


def test_other_prefixes_are_not_looked_at():
    assert prefixed(DEFINITIONS, "manager", {"sensor_host": "s", "inventory_hostname": "x"}) == {}
