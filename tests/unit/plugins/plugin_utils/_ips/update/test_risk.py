# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What happens to traffic during an update."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.mspplus.netsec.plugins.plugin_utils._ips.packages import parse_package
from ansible_collections.mspplus.netsec.plugins.plugin_utils._ips.platforms import platform_of
from ansible_collections.mspplus.netsec.plugins.plugin_utils._ips.update.model import Request
from ansible_collections.mspplus.netsec.plugins.plugin_utils._ips.update.risk import tags

SIG, PACK, ENGINE = "IPS-sig-S734-req-E4.pkg", "IPS-K9-7.1-9-E4.pkg", "IPS-engine-E4-req-7.1-2.pkg"


@pytest.mark.parametrize(
    ("name", "platform", "mode", "pair", "expected"),
    [
        (SIG, "IPS-4345", "open", False, ("uninspected",)),
        (SIG, "IPS-4345", "close", False, ("traffic-stops",)),
        (SIG, "IPS-4345", "unknown", False, ("uninspected", "traffic-stops")),
        (SIG, "IPS-4345", "open", True, ("uninspected",)),
        (PACK, "IPS-4345", "open", False, ("reboot", "uninspected")),
        (PACK, "IPS-4345", "close", True, ("reboot", "failover")),
        (ENGINE, "IPS-4345", "close", True, ("traffic-stops",)),
        (ENGINE, "NME-IPS-K9", "close", False, ("reboot", "traffic-stops")),
    ],
)
def test_tags(name: str, platform: str, mode: Any, pair: bool, expected: tuple[str, ...]) -> None:
    package = parse_package(name)
    assert package
    request = Request(package, fail_mode=mode, high_availability=pair)
    assert tags(package, request, platform_of(platform)) == expected
