# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Where a login goes, as an object: what it shows of itself."""

from __future__ import annotations

from ansible_collections.mspplus.netsec.plugins.plugin_utils._transport.ssh.login import Login
from ansible_collections.mspplus.netsec.plugins.plugin_utils._transport.ssh.sessions import Route, Target


def test_a_target_shows_neither_its_password_nor_its_key() -> None:
    hop = Target("jump", 22, "ops", password="CANARY-jump", key="CANARY-key")
    target = Target("edge1", 22, "ops", password="CANARY-device")
    shown = repr(Login("cisco_xr", target, Route(target, (hop,))))
    assert "CANARY" not in shown and "edge1" in shown and "jump" in shown
