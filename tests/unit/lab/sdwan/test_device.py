# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Whatever an appliance or a Center is asked, it answers or refuses: a mistake of a client is never one of the lab."""

from __future__ import annotations

import asyncio
import contextlib
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from unit.lab.sdwan.asked import START

from lab.faults import FAULTS
from lab.sdwan.device import SdwanDevice
from lab.sdwan.nitro import Ask, Refusal
from lab.sdwan_center.device import SdwanCenterDevice
from lab.spec import DeviceSpec

README = Path(__file__).parents[3] / "lab/sdwan/README.md"
RIGHT = {
    "package_name": "Production",
    "new_package_name": "P2",
    "name": "pan",
    "site_name": "berlin",
    "appliance_name": "berlin-a",
    "vendor": "Palo Alto Networks",
    "model": "VM 50",
    "image_name": "pan.qcow2",
    "firewall_policy_template_name": "T",
    "template_name": "T",
    "global_policy_template": "T",
    "connection_match_type": "symmetric",
    "enable_breakout_from_branch_allow": True,
    "id": "1",
    "reserved": 1 << 30,
    "mcn": "dc",
    "sites": [{"site_name": "paris"}],
    "firewall_settings": [{"policy_template_name": "T"}],
    "pre_appliance_policies": [{"policy_type": "hosted_firewall", "hosted_firewall_template": "pan",
                                "service_redirection_interface": "Interface-1", "to_zones": "any"}],
    "firewall_local_policy": [{"action": "allow", "id": 1, "priority": 100}],
    "service_redirection_interfaces": [{"interface": "Interface-1", "vlan": 5}],
}  # fmt: skip
WRONG: tuple[Any, ...] = (None, "", "x", "²", -1, True, [], ["x"], [None], [[]], {}, {"a": 1}, [{"a": []}])


def mistakes() -> Iterator[dict[str, Any]]:
    """What is right, but for one field, or one field of a row."""
    for key, value in RIGHT.items():
        for wrong in WRONG:
            yield {**RIGHT, key: wrong}
            for field in value[0] if isinstance(value, list) else ():
                yield {**RIGHT, key: [{**value[0], field: wrong}]}


def call(name: str, method: str, item: dict[str, Any]) -> Ask:
    verb, _sign, action = method.partition("?")
    if verb in ("GET", "DELETE"):
        return Ask(verb, name, {key: str(value) for key, value in item.items()}, action)
    return Ask(verb, name, action=action, item=item)


async def tried(kind: Any, options: dict[str, Any], name: str, method: str) -> int:
    """How often a call of a new device was not refused. What it took is read and compiled: neither may stumble over it."""
    more = {"phase_seconds": 0, **options}
    device = kind(DeviceSpec(name="box", kind="x", username="ops", password="x", config=START, options=more))
    table, taken = device.nitro.table, 0
    reads = [(read, verb) for read, verbs in table.items() for verb in ("GET", "POST?compile") if verb in verbs]
    first = [("config/network_config_import", "POST")] if "config/network_config_import" in table else []
    try:
        for before in first:
            await table[before[0]][before[1]](call(*before, {"mcn": "dc"}))
        for item in mistakes():
            with contextlib.suppress(Refusal):
                await table[name][method](call(name, method, item))
                taken += 1
                for read in reads:
                    with contextlib.suppress(Refusal):
                        await table[read[0]][read[1]](call(*read, {"package_name": "Production"}))
    finally:
        await device.close()
    return taken


@pytest.mark.parametrize(
    ("kind", "options"), [(SdwanDevice, {"site": "dc"}), (SdwanDevice, {"site": "paris"}), (SdwanCenterDevice, {})]
)
def test_no_call_makes_the_lab_fail(kind: Any, options: dict[str, Any]) -> None:
    probe = kind(DeviceSpec(name="box", kind="x", username="ops", password="x", config=START, options=options))
    calls = [(name, method) for name, methods in probe.nitro.table.items() for method in methods]
    asyncio.run(probe.close())
    taken = {
        (name, method): asyncio.run(tried(kind, options, name, method))
        for name, method in calls
        if "upload" not in method  # needs a request
    }
    assert sum(taken.values()) > 300


def test_the_readme_tells_every_key_resource_and_fault() -> None:
    text = README.read_text(encoding="utf-8")
    assert {name for name in SdwanDevice.OPTIONS if f"`{name}`" not in text} == set()
    spec = DeviceSpec(name="box", kind="x", username="ops", password="x", config=START)
    device = SdwanDevice(spec)
    told = re.findall(r"`((?:config|config_editor|monitor)/\w+)`", text)
    assert {*told} - {"config/login"} == {*device.nitro.table}
    assert {name for name, fault in FAULTS.items() if fault.layer == "sdwan" and f"`{name}`" not in text} == set()
    asyncio.run(device.close())
