# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What the contract of the state modules needs to know of each: a lab, a task, and what must and must not matter to it."""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from integration.networks import NETWORK, center, spec

from lab.ips.packages import package
from lab.sdwan.hosting import Image, Machine
from lab.server import Lab

# start: what the task finds. others: the same, and something of others beside it, or another status. owned: the same, and what the
# document may change is otherwise.
Variant = Literal["start", "others", "owned"]
Options = Mapping[str, Any]


@dataclass(frozen=True)
class Row:
    """devices: of the lab, by variant. prepare: what is done to the running lab. options: a task that changes something.

    irrelevant, relevant: changes of the options that must leave the hash of the desired state alone, or change it. emptying: a
    task that leaves nothing of its kind, and what the warning counts. broken: changes of the options that break a rule, and its id.
    removing: states in which null could remove something. secret: option -> value that must be in no hash.
    """

    module: str
    host: str
    devices: Callable[[Variant], list[dict[str, Any]]]
    options: Options
    irrelevant: tuple[Options, ...]
    relevant: tuple[Options, ...]
    emptying: tuple[Options, str]
    broken: tuple[Options, str]
    removing: tuple[str, ...]
    prepare: Callable[[Lab, Variant], None] = lambda lab, variant: None
    secret: Options = field(default_factory=dict)
    id: str = ""

    def __str__(self) -> str:
        return self.id or self.module


# -- IOS XR -----------------------------------------------------------------------------------------------------------

ROUTER = """\
hostname edge1
interface TenGigE0/0/0/1
 description customer A
 monitor-session old ethernet port-level
 !
!
interface TenGigE0/0/0/2
 monitor-session keep ethernet direction rx-only port-level
 !
!
monitor-session keep ethernet
 destination interface TenGigE0/0/0/20
!
monitor-session old ethernet
 destination interface TenGigE0/0/0/21
!
"""
SPAN: dict[str, Any] = {
    "sessions": [
        {
            "name": "keep",
            "destination": {"interface": "TenGigE0/0/0/20"},
            "sources": [{"interface": "Te0/0/0/2", "direction": "tx-only", "port_level": True}],
        },
        {
            "name": "new",
            "destination": {"interface": "TenGigE0/0/0/22"},
            "sources": [{"interface": "TenGigE0/0/0/3", "direction": "rx-only", "port_level": True}],
        },
    ]
}
COMMIT = {"confirm_timeout": 30, "settle": 2}


def _router(variant: Variant) -> list[dict[str, Any]]:
    text = {
        "start": ROUTER,
        "others": ROUTER.replace(" description customer A\n", " description customer B\n").replace(
            "hostname edge1\n", "hostname edge1\nipv4 access-list THEIRS\n 10 permit ipv4 any any\n!\n"
        ),
        "owned": ROUTER.replace(
            "monitor-session old ethernet port-level", "monitor-session old ethernet direction rx-only port-level"
        ),
    }[variant]
    ports = [f"TenGigE0/0/0/{port}" for port in range(48)]
    return [
        {"name": "edge1", "kind": "iosxr", "password": "CANARY-lab-password", "interfaces": ports, "config_text": text}
    ]


# -- Juniper SRX ------------------------------------------------------------------------------------------------------

FIREWALL = """\
set system host-name fw1
set security log mode stream
set security log stream siem host 192.0.2.50
set security policies from-zone trust to-zone untrust policy web match source-address any
set security policies from-zone trust to-zone untrust policy web match destination-address any
set security policies from-zone trust to-zone untrust policy web match application junos-https
set security policies from-zone trust to-zone untrust policy web then permit
set security policies from-zone trust to-zone untrust policy web then log session-init
set security policies global policy all match source-address any
set security policies global policy all match destination-address any
set security policies global policy all match application any
set security policies global policy all then permit
set security zones security-zone trust interfaces ge-0/0/1.0
set security zones security-zone untrust interfaces ge-0/0/0.0
set interfaces ge-0/0/0 unit 0 family inet address 203.0.113.2/30
set interfaces ge-0/0/1 unit 0 family inet address 10.1.1.1/24
"""
WEB = {"from_zone": "trust", "to_zone": "untrust", "name": "web"}
CHASSIS = """\
set system host-name core
set chassis fpc 0 error major action alarm
set chassis fpc 7 error minor threshold 20
set chassis fpc 7 error minor action log
"""
CORE: list[dict[str, Any]] = [{"fpc": 0, "major": {"actions": ["log", "alarm"]}}]


def _srx(more: Mapping[str, str]) -> Callable[[Variant], list[dict[str, Any]]]:
    """more: per variant, lines beside those of the start."""

    def devices(variant: Variant) -> list[dict[str, Any]]:
        text = FIREWALL + more.get(variant, "")
        return [{"name": "fw1", "kind": "srx", "password": "CANARY-lab-password", "config_text": text}]

    return devices


def _chassis(variant: Variant) -> list[dict[str, Any]]:
    more = {
        "others": "set chassis fpc 7 error minor threshold 21\n",
        "owned": "set chassis fpc 0 error major threshold 3\n",
    }.get(variant, "")
    text = (
        CHASSIS.replace("set chassis fpc 7 error minor threshold 20\n", "") + more
        if variant == "others"
        else CHASSIS + more
    )
    return [{"name": "core", "kind": "srx", "model": "srx5800", "password": "CANARY-lab-password", "config_text": text}]


def _monitored(lab: Lab, variant: Variant) -> None:
    """Filters that somebody typed."""
    lines = {
        "start": [],
        "others": ["monitor security flow filter theirs source-prefix 10.9.9.9/32"],
        "owned": ["monitor security flow filter out source-prefix 10.9.9.9/32"],
    }[variant]
    host = lab.device("fw1")
    from netmiko import ConnectHandler

    with ConnectHandler(
        device_type="juniper_junos",
        host="127.0.0.1",
        port=host.port,
        username=host.spec.username,
        password=host.spec.password,
    ) as session:
        for line in lines:
            session.send_command(line)


# -- Citrix SD-WAN ----------------------------------------------------------------------------------------------------

IMAGE = "PA-VM-KVM-10.2.9.qcow2"
VENDOR = "Palo Alto Networks"
SIZE = 1 << 16
KEY = "canary-vm-auth-key"
TEMPLATE = {
    "name": "pa-branch",
    "vendor": VENDOR,
    "model": "VM 50",
    "service_redirection_interfaces": [{"interface": "Interface-1"}, {"interface": "Interface-2"}],
}
REDIRECT: dict[str, Any] = {
    "connection_match_type": "symmetric",
    "hosted_firewall_templates": [TEMPLATE],
    "site_policies": [
        {
            "site": "berlin",
            "policies": [{"hosted_firewall_template": "pa-branch", "service_redirection_interface": "Interface-1"}],
        }
    ],
}
UP = [{"site_name": "berlin", "admin_status": "Up", "operation_status": "Running"}]


def image_file(directory: Path) -> str:
    """An image on the controller, the same wherever it lies."""
    path = directory / IMAGE
    path.write_bytes(bytes(range(256)) * (SIZE // 256))
    return str(path)


def _appliance(variant: Variant) -> list[dict[str, Any]]:
    return [spec("branch", "berlin", phase_seconds=0.02)]


def _stocked(lab: Lab, variant: Variant) -> None:
    """Images on the appliance, as uploads leave them."""
    names = {"start": [], "others": ["PA-VM-KVM-11.1.1.qcow2"], "owned": [IMAGE]}[variant]
    hosting = lab.device("branch").device.hosting
    lab.call(lambda: hosting.images.update({name: Image(name, VENDOR, SIZE) for name in names}))


def _hosting(lab: Lab, variant: Variant) -> None:
    hosting = lab.device("branch").device.hosting

    def change() -> None:
        names = [IMAGE, "PA-VM-KVM-11.1.1.qcow2"] if variant == "others" else [IMAGE]
        hosting.images.update({name: Image(name, VENDOR, 5 << 30) for name in names})
        if variant == "owned":
            up = {"admin_status": "Up", "processing_status": "Running", "operation_status": "Running"}
            hosting.machine = Machine(VENDOR, "VM 50", IMAGE, "192.0.2.50", **up)

    lab.call(change)


def _network(variant: Variant) -> dict[str, Any]:
    content = {
        "start": {},
        "others": {
            "firewall_policy_template": [
                {"firewall_policy_template_name": "theirs", "pre_appliance_policies": [{"action": "drop"}]}
            ]
        },
        "owned": {"global_network_settings": {"connection_match_type": "symmetric"}},
    }[variant]
    return {**NETWORK, **({"content": content} if content else {})}


def _mcn(variant: Variant) -> list[dict[str, Any]]:
    return [spec("mcn", "dc", network=_network(variant))]


def _center(variant: Variant) -> list[dict[str, Any]]:
    return [spec("mcn", "dc", network=_network(variant)), center()]


def _imported(lab: Lab, variant: Variant) -> None:
    """Center has an older copy of what the MCN runs."""
    mcn, head = lab.device("mcn").device, lab.device("center").device

    def change() -> None:
        head.editor.packages["Production"] = copy.deepcopy(mcn.editor.packages["Production"])
        head.imported = {"package_name": "Production", "mcn_revision": "Production_0"}

    lab.call(change)


# -- Cisco IPS --------------------------------------------------------------------------------------------------------

IPS_PACKAGES = tuple(f"IPS-sig-S{level}-req-E4.pkg" for level in (700, 734, 735))


def ips_cache(directory: Path) -> str:
    """A cache of packages, the same wherever it lies."""
    folder = directory / "ips_packages"
    folder.mkdir(exist_ok=True)
    for name in IPS_PACKAGES:
        (folder / name).write_bytes(package(name))
    return str(folder)


def _sensor(more: Mapping[str, Mapping[str, Any]]) -> Callable[[Variant], list[dict[str, Any]]]:
    """more: per variant, keys beside those of the start, or instead of them."""

    def devices(variant: Variant) -> list[dict[str, Any]]:
        start = {"name": "sensor1", "kind": "ips", "password": "CANARY-lab-password"}
        return [{**start, **more["start"], **more.get(variant, {})}]

    return devices


ROWS = [
    Row(
        "iosxr_span",
        "edge1",
        _router,
        {"config": SPAN, "state": "overridden", **COMMIT},
        ({"progress": False}, {"settle": 3}, {"confirm_timeout": 60}, {"commit_label": "CHG1"}),
        ({"state": "replaced"}, {"platform": "ncs540"}, {"config": {"sessions": SPAN["sessions"][:1]}}),
        ({"config": {"sessions": []}, "state": "overridden", **COMMIT}, "2 monitor sessions"),
        ({"config": {"sessions": [{**SPAN["sessions"][0], "destination": {"interface": "Bundle-Ether1"}}]}}, "S7"),
        ("replaced", "overridden", "deleted"),
    ),
    Row(
        "srx_policy_log",
        "fw1",
        _srx(
            {
                "others": "set security policies from-zone untrust to-zone trust policy in match source-address any\n"
                "set security policies from-zone untrust to-zone trust policy in match destination-address any\n"
                "set security policies from-zone untrust to-zone trust policy in match application any\n"
                "set security policies from-zone untrust to-zone trust policy in then permit\n"
                "set security policies from-zone untrust to-zone trust policy in then log session-init\n",
                "owned": "set security policies from-zone trust to-zone untrust policy web then log session-close\n",
            }
        ),
        {"config": [{**WEB, "session_close": True, "session_init": False}], "state": "replaced"},
        ({"progress": False}, {"commit_timeout": 20}, {"comment": "CHG1"}),
        ({"state": "merged"}, {"config": [{**WEB, "session_init": True}]}),
        ({"config": [WEB], "state": "deleted"}, "1 policies that log"),
        ({"config": [{**WEB, "name": "nobody", "session_init": True}]}, "L1"),
        ("replaced", "overridden", "deleted"),
    ),
    Row(
        "srx_fpc_error_action",
        "core",
        _chassis,
        {"config": CORE, "state": "replaced"},
        ({"progress": False}, {"commit_timeout": 20}, {"comment": "CHG1"}),
        (
            {"state": "merged"},
            {"confirm_chassis_restart": True},
            {"config": [{"fpc": 0, "major": {"actions": ["log"]}}]},
        ),
        ({"config": [{"fpc": 0}, {"fpc": 7}], "state": "deleted"}, "2 FPCs with error actions"),
        ({"config": [{"fpc": 0, "major": {"threshold": 2000}}]}, "F11"),
        ("replaced", "overridden", "deleted"),
    ),
    Row(
        "srx_flow_monitor",
        "fw1",
        _srx({}),
        {
            "filters": [{"name": "out", "source_prefix": "10.1.1.7"}],
            "file": {"name": "client-trace", "size": "1m", "files": 3},
            "state": "started",
        },
        ({"progress": False},),
        ({"purge": True}, {"force_file": True}, {"filters": [{"name": "out", "source_prefix": "10.1.1.8"}]}),
        (
            {"filters": [{"name": "out", "source_prefix": "10.1.1.7"}], "state": "absent"},
            "1 filters of the flow monitor",
        ),
        ({"filters": [{"name": "a b?", "source_prefix": "10.1.1.7"}]}, "M"),
        ("started", "stopped", "absent"),
        _monitored,
    ),
    Row(
        "sdwan_firewall_image",
        "branch",
        _appliance,
        {"src": "{{ image }}", "state": "present"},
        ({"progress": False}, {"wait_timeout": 60}, {"src": "{{ copy_of_image }}"}),
        ({"force": True}, {"name": "PA-VM-KVM-9.0.qcow2"}),
        ({"name": IMAGE, "state": "absent"}, "1 firewall images"),
        ({"vendor": "Palo"}, "H2"),
        ("present", "absent"),
        _stocked,
    ),
    Row(
        "sdwan_hosted_firewall",
        "branch",
        _appliance,
        {
            "model": "VM 50",
            "image": IMAGE,
            "primary_management_server": "192.0.2.50",
            "vm_auth_key": KEY,
            "wait_timeout": 20,
        },
        ({"progress": False}, {"wait_timeout": 60}, {"vm_auth_key": "another-canary"}),
        ({"power": "stopped"}, {"model": "VM 100"}, {"primary_management_server": "192.0.2.51"}),
        ({"state": "absent", "wait_timeout": 20}, "1 hosted firewalls"),
        ({"vendor": "Palo"}, "H2"),
        ("present", "absent"),
        _hosting,
        {"vm_auth_key": KEY},
    ),
    Row(
        "sdwan_redirect",
        "mcn",
        _mcn,
        {"package": "Production", "config": REDIRECT, "state": "merged", "hosted_firewalls": UP},
        ({"progress": False}, {"stage_timeout": 60}, {"activation_timeout": 60}),
        (
            {"state": "replaced"},
            {"activate": False},
            {"hosted_firewalls": [*UP, {"site_name": "paris", "admin_status": "Up", "operation_status": "Running"}]},
        ),
        (
            {
                "package": "Production",
                "config": {
                    **REDIRECT,
                    "hosted_firewall_templates": [],
                    "site_policies": [{"site": "berlin", "policies": []}],
                },
                "state": "overridden",
                "hosted_firewalls": UP,
            },
            "1 redirects",
        ),
        ({"package": "Staging"}, "H24"),
        ("replaced", "overridden", "deleted"),
    ),
    Row(
        "sdwan_redirect",
        "center",
        _center,
        {"package": "Production", "config": REDIRECT, "state": "merged", "via": "center", "hosted_firewalls": UP},
        (),
        (),
        (
            {
                "package": "Production",
                "config": {
                    **REDIRECT,
                    "hosted_firewall_templates": [],
                    "site_policies": [{"site": "berlin", "policies": []}],
                },
                "state": "overridden",
                "via": "center",
                "hosted_firewalls": UP,
            },
            "1 redirects",
        ),
        ({"package": "Staging"}, "H30"),
        ("replaced", "overridden", "deleted"),
        _imported,
        id="sdwan_redirect via center",
    ),
    Row(
        "ips_certificate",
        "sensor1",
        _sensor(
            {"start": {"certificate": "expired"}, "others": {"signature": "S729.0"}, "owned": {"certificate": "good"}}
        ),
        {"state": "regenerated", "trust_store": "{{ trust_store }}"},
        ({"progress": False}, {"regenerate_timeout": 60}),
        ({"policy": "always"}, {"force": True}, {"regenerate_before_days": 5}),
        ({"state": "absent", "trust_store": "{{ trust_store }}"}, "1 accepted certificates"),
        ({"communication": "http"}, "C30"),
        ("synced", "regenerated", "absent"),
    ),
    Row(
        "ips_update",
        "sensor1",
        _sensor(
            {
                "start": {"platform": "IPS-4345-K9", "signature": "S722.0"},
                "others": {"license_days": 50, "clock_offset": 40.0, "snmp": True},
                "owned": {"signature": "S725.0"},
            }
        ),
        {"package": "IPS-sig-S734-req-E4.pkg", "cache": "{{ ips_cache }}", "upgrade_timeout": 60},
        ({"progress": False}, {"upgrade_timeout": 30}, {"transfer_tls_min_version": "TLSv1"}),
        ({"package": "IPS-sig-S735-req-E4.pkg"}, {"fail_mode": "open"}, {"high_availability": True}),
        (
            {"package": "IPS-sig-S734-req-E4.pkg", "state": "reverted", "cache": "{{ ips_cache }}"},
            "1 updates of that name",
        ),
        ({"package": "IPS-sig-S700-req-E4.pkg"}, "U19"),
        ("present", "reverted"),
    ),
]
