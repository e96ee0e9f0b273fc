# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

from ansible_collections.mspplus.netsec.plugins.plugin_utils._engine.plan_document import desired_hash, fingerprint


def test_a_fingerprint_ignores_the_order_of_keys_and_nothing_else() -> None:
    assert fingerprint({"a": [1, 2], "b": None}) == fingerprint({"b": None, "a": [1, 2]})
    assert fingerprint({"a": [1, 2]}) != fingerprint({"a": [2, 1]})


def test_a_secret_enters_the_hash_under_a_key_only_and_by_its_name() -> None:
    plain = desired_hash({"a": 1}, {"auth_code": "x"})
    assert plain == desired_hash({"a": 1}, {"auth_code": "y"}) == desired_hash({"a": 1}, {})
    keyed = desired_hash({"a": 1}, {"auth_code": "x"}, b"key")
    assert len({plain, keyed, desired_hash({"a": 1}, {"auth_code": "y"}, b"key")}) == 3
    assert keyed != desired_hash({"a": 1}, {"auth_code": "x"}, b"other")
    assert keyed != desired_hash({"a": 1}, {"vm_auth_key": "x"}, b"key")
