# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Hosted firewalls of a task: which appliances it is about, what each has, what each must have. Pure.

Nothing of the calls that host a firewall is documented, so what a system does not say is never taken for a difference.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields, replace
from typing import Any, Literal

from ..model import HostedFirewall, Item, Site, hosted_firewalls, is_default_region
from ..vendors import PALO_ALTO, VENDORS, device_url

Via = Literal["appliance", "center", "collector"]
Key = tuple[str, str]  # site, appliance; both empty where the task speaks to the appliance itself
SECRETS = ("vm_auth_key", "auth_code")
# Option -> field of a firewall: what it is provisioned with.
SETTINGS: Mapping[str, str] = {
    "vendor": "vendor",
    "model": "model",
    "image": "image_name",
    "primary_management_server": "primary_management_server",
    "secondary_management_server": "secondary_management_server",
}
End = Literal["running", "stopped", "absent", ""]

# First words of a job's status -> what it ends in. unverified, as model.PHASES.
ENDS: Mapping[str, End] = {
    "deprovisioning": "absent",
    "shutting down": "stopped",
    "stopping": "stopped",
    "provisioning": "running",
    "copying": "running",
    "creating": "running",
    "booting": "running",
    "starting": "running",
}
# A job of these failed: the virtual machine is there, whole, and only did not come up. unverified, as model.PHASES.
BOOTING = re.compile(r"boot|start", re.IGNORECASE)
# A job of these failed: the firewall was there before it, with all that it was configured with.
TAKING_DOWN = re.compile(r"shut|stop|deprovision", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Document:
    """What a task asks for. None: not given. secrets: names of those given. renew: they are given again each time. assume: what an
    earlier stage brings."""

    present: bool = True
    power: Literal["started", "stopped"] = "started"
    via: Via = "appliance"
    region: str = ""
    sites: tuple[str, ...] = ()
    vendor: str | None = None
    model: str | None = None
    image: str | None = None
    primary_management_server: str | None = None
    secondary_management_server: str | None = None
    secrets: tuple[str, ...] = ()
    renew: bool = False
    force: bool = False
    wait: bool = True
    assume: tuple[str, ...] = ()

    @property
    def plan_facts(self) -> dict[str, Any]:
        """Those that determine a plan. What a firewall is made of does not matter to its removal."""
        others = {"assume"} if self.present else {"assume", "power", "secrets", "renew", *SETTINGS}
        return {name: value for name, value in asdict(self).items() if name not in others}

    @property
    def settings(self) -> dict[str, Any]:
        """Fields of a firewall that are given; the model in the forms' spelling, where the vendor has it."""
        given = {name: getattr(self, option) for option, name in SETTINGS.items() if getattr(self, option) is not None}
        if "model" in given:
            vendor = VENDORS.get(self.vendor or PALO_ALTO)
            given["model"] = (vendor.model(given["model"]) if vendor else "") or given["model"]
        return given


def document_of(options: Mapping[str, Any]) -> Document:
    """options: of the task, validated."""
    secrets = tuple(name for name in SECRETS if options.get(name))
    return Document(
        present=options["state"] == "present",
        power=options["power"],
        via=options["via"],
        region=options.get("region") or "",
        sites=tuple(options.get("sites") or ()),
        secrets=secrets,
        renew=bool(secrets) and options["update_secret"] == "always",
        force=options["force"],
        wait=options["wait"],
        assume=tuple(options["assume"]),
        **{option: options.get(option) for option in SETTINGS},
    )


@dataclass(frozen=True, slots=True)
class Target:
    """One appliance that the task is about. member: its name, empty for the appliance behind the door."""

    site: str = ""
    member: str = ""
    region: str = ""
    model: str = ""
    management_ip: str = ""
    here: str = ""  # name of the site that the appliance behind the door is, which addresses nothing

    @property
    def key(self) -> Key:
        return self.site, self.member

    @property
    def name(self) -> str:
        return "/".join(filter(None, self.key)) or "this appliance"

    @property
    def item(self) -> str:
        return f"sites[{self.name}]" if self.site else "the appliance"

    def store(self, via: Via) -> str:
        """Where its image comes from: the region of a collector, "" for the system that the task speaks to."""
        return self.region if via == "center" and not is_default_region(self.region) else ""


def members(rows: Iterable[Site]) -> dict[str, list[Target]]:
    """Sites of Center's inventory with their appliances. The documented inventory names no appliance; of a pair without
    names the management address distinguishes one from the other."""
    listed: dict[str, list[Site]] = {}
    for row in rows:
        if row.site_name:
            listed.setdefault(row.site_name, []).append(row)
    return {
        name: [
            Target(
                name,
                row.appliance_name or (row.management_ip if len(group) > 1 else ""),
                row.region_name,
                row.model,
                row.management_ip,
            )
            for row in group
        ]
        for name, group in listed.items()
    }


def chosen(sites: Mapping[str, Sequence[Target]], names: Iterable[str]) -> dict[Key, Target]:
    """The appliances that the names mean; what is not there is left out, a rule reports it."""
    found: dict[Key, Target] = {}
    for name in names:
        site, slash, member = name.partition("/")
        for target in sites.get(site, ()):
            if not slash or target.member == member:
                found[target.key] = target
    return found


@dataclass(frozen=True, slots=True)
class Machine:
    """A firewall as the system reports it. reported: the fields that it gave; only these are compared."""

    firewall: HostedFirewall
    reported: frozenset[str] = frozenset()

    @property
    def phase(self) -> str:
        return self.firewall.phase

    @property
    def is_up(self) -> bool:
        return self.firewall.is_up

    @property
    def is_stopped(self) -> bool:
        return self.phase == "stopped" and self.firewall.admin_status.lower() not in ("up", "enabled")

    @property
    def status(self) -> str:
        """For a person: both statuses where they do not agree."""
        firewall = self.firewall
        status = firewall.operation_status or "no operation status"
        agreed = self.is_up or self.is_stopped or self.phase in ("busy", "failed")
        return status if agreed else f"{status}, admin status {firewall.admin_status or 'not given'}"

    @property
    def has_carried(self) -> bool:
        firewall = self.firewall
        return bool(firewall.packets_sent or firewall.packets_received)

    def differs(self, settings: Mapping[str, Any]) -> list[str]:
        """Fields whose value is another one."""
        return [name for name, value in settings.items() if name in self.reported and _of(self, name) != value]


def _of(machine: Machine, name: str) -> str:
    return str(getattr(machine.firewall, name))


def machines(items: Iterable[Item]) -> list[Machine]:
    """Rows without any status and vendor are appliances without a firewall."""
    listed = list(items)
    pairs = zip(hosted_firewalls(listed), listed, strict=True)
    return [
        Machine(firewall, frozenset(key for key, value in item.items() if value is not None))
        for firewall, item in pairs
        if firewall.vendor or firewall.operation_status or firewall.admin_status
    ]


@dataclass(frozen=True, slots=True)
class Fleet:
    """The appliances of a task and their firewalls; None: there is none. others: how many firewalls the system has besides."""

    targets: Mapping[Key, Target] = field(default_factory=dict)
    machines: Mapping[Key, Machine | None] = field(default_factory=dict)
    others: int = field(default=0, compare=False)

    @property
    def hosting(self) -> list[tuple[Target, Machine]]:
        pairs = ((target, self.machines.get(key)) for key, target in self.targets.items())
        return [(target, machine) for target, machine in pairs if machine is not None]


def fleet(targets: Mapping[Key, Target], found: Sequence[Machine]) -> Fleet:
    """Each appliance with its firewall. A list that names no appliance is matched by management address, then by site where
    the site has one appliance only."""
    mine = {key: _mine(target, targets, found) for key, target in targets.items()}
    return Fleet(dict(targets), mine, len(found) - sum(machine is not None for machine in mine.values()))


def _mine(target: Target, targets: Mapping[Key, Target], found: Sequence[Machine]) -> Machine | None:
    if not target.site:
        return next(iter(found), None)
    here = [machine for machine in found if machine.firewall.site_name == target.site]
    for machine in here:
        firewall = machine.firewall
        if firewall.appliance_name == target.member or (
            not firewall.appliance_name and firewall.management_ip and firewall.management_ip == target.management_ip
        ):
            return machine
    alone = sum(other.site == target.site for other in targets.values()) == 1
    unnamed = [machine for machine in here if not machine.firewall.appliance_name or not target.member]
    return unnamed[0] if alone and len(unnamed) == 1 and len(here) == 1 else None


def end(machine: Machine) -> End:
    """What the running job of a machine ends in, "" where its words are not known."""
    status = machine.firewall.operation_status.lower()
    return next((ends for words, ends in ENDS.items() if status.startswith(words)), "")


def ended(machine: Machine) -> Machine | None:
    """The machine as it will be when its running job ended well; itself when nothing runs, or it is not known."""
    ends = end(machine) if machine.phase == "busy" else ""
    if ends == "absent":
        return None
    return powered(machine, "started" if ends == "running" else "stopped") if ends else machine


def powered(machine: Machine, power: str) -> Machine:
    """The machine as it is once it was started or shut down."""
    up = power == "started"
    admin, operation = ("Up", "Running") if up else ("Down", "Stopped")
    return replace(machine, firewall=replace(machine.firewall, admin_status=admin, operation_status=operation))


# -- as plain data --------------------------------------------------------------------------------------------------------

_COLUMNS = tuple(column.name for column in fields(HostedFirewall))


def state(machine: Machine | None) -> str:
    """absent, started, stopped, or else the status in the words of the system."""
    if machine is None:
        return "absent"
    if machine.is_up:
        return "started"
    return "stopped" if machine.is_stopped else machine.status


def as_rows(of: Fleet) -> list[dict[str, Any]]:
    """What a task is about, without counters: for before and after."""
    rows = []
    for key, target in of.targets.items():
        machine = of.machines.get(key)
        settings = {name: _of(machine, name) for name in SETTINGS.values()} if machine else {}
        where = {"site_name": target.site, "appliance_name": target.member} if target.site else {}
        rows.append({**where, "state": state(machine), **settings})
    return rows


def owned(of: Fleet) -> list[dict[str, Any]]:
    """The same without the words of a status: whether there is a firewall, whether it runs, and what it was provisioned with."""
    rows = as_rows(of)
    for row, machine in zip(rows, map(of.machines.get, of.targets), strict=True):
        settled = machine is None or machine.is_up or machine.is_stopped
        row["state"] = row["state"] if settled else None
    return rows


def columns(of: Fleet) -> list[dict[str, Any]]:
    """All that the system reports, one row an appliance."""
    rows: list[dict[str, Any]] = []
    for key, target in of.targets.items():
        machine = of.machines.get(key)
        columns_of = asdict(machine.firewall) if machine else dict.fromkeys(_COLUMNS)
        row = {**columns_of, "state": state(machine)}
        row["site_name"] = row["site_name"] or target.site or target.here or None
        row["appliance_name"] = row["appliance_name"] or target.member or None
        row["region_name"] = row["region_name"] or target.region or None
        row["management_ip"] = row["management_ip"] or target.management_ip or None
        address = row["management_ip"]
        row["device_url"] = device_url(address) if machine and address else None
        rows.append(row)
    return rows


def is_busy(machine: Machine | None) -> bool:
    """A job runs, or the status is unknown: either may still become something else."""
    return machine is not None and machine.phase in ("busy", "unknown")


def failed_taking_down(machine: Machine) -> bool:
    return machine.phase == "failed" and bool(TAKING_DOWN.search(machine.firewall.operation_status))


def failed_booting(machine: Machine | None) -> bool:
    return machine is not None and machine.phase == "failed" and bool(BOOTING.search(machine.firewall.operation_status))


def partners(of: Fleet, target: Target) -> list[Target]:
    """The others of its pair that have a firewall which did not fail."""
    return [
        other
        for other, machine in of.hosting
        if target.site and other.site == target.site and other.key != target.key and machine.phase != "failed"
    ]
