# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What an appliance or Center says, as typed objects: system, regions, sites, images, storage, hosted firewalls. Pure.

Answers are untrusted: a field that is missing or of another type becomes its empty value, never an error.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from .._engine.words.device_text import clean, cut
from .vendors import can_host, device_url, spelled

Item = Mapping[str, Any]
DEFAULT_REGION = "default"  # how Center calls it is unverified; compared without case, "" counts too
_PERCENT = re.compile(r"(\d{1,3})(?:\.\d{1,6})?\s?%?", re.ASCII)
_HOST = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9.-]{0,251}[A-Za-z0-9])?")
LONGEST = 500  # characters of a text that is kept


def text(item: Item, key: str) -> str:
    """A value of an item without blanks around it, at most LONGEST characters; "" where it is missing or not a scalar."""
    value = item.get(key)
    return "" if value is None or isinstance(value, Mapping | list) else cut(str(value).strip(), LONGEST)


def number(item: Item, key: str) -> int:
    """0 where there is none; NITRO writes some numbers as text."""
    value = text(item, key)
    return int(value) if value.isdecimal() and len(value) < 20 else 0


def rows(item: Item, key: str) -> list[Item]:
    """What an item holds below a key; NITRO may answer a list of one as that one."""
    value = item.get(key)
    return [row for row in (value if isinstance(value, list) else [value]) if isinstance(row, Mapping)]


def percent(item: Item, key: str) -> int | None:
    """Of `40`, `40%` or `40.5 %`; None where there is none. What is not understood is 0: never taken for complete."""
    value = text(item, key)
    found = _PERCENT.fullmatch(value)
    return int(found[1]) if found else 0 if value else None


def flag(item: Item, key: str) -> bool:
    return text(item, key).lower() in ("1", "true", "yes", "on", "enabled", "active")


@dataclass(frozen=True, slots=True)
class System:
    """An appliance. mode: MCN or Client. active: of a pair; None where it says nothing of it (no pair)."""

    model: str = ""
    release: str = ""
    site_name: str = ""
    mode: str = ""
    management_ip: str = ""
    serial_no: str = ""
    active: bool | None = None

    @property
    def hosts_firewalls(self) -> bool:
        return can_host(self.model)

    @property
    def is_active_mcn(self) -> bool:
        return self.mode.upper() == "MCN" and self.active is not False

    @property
    def role(self) -> str:
        """In words, for a refusal."""
        mode = self.mode or "an appliance of unknown mode"
        return mode if self.active is not False else f"{mode}, standby of its pair"


def system(options: Item, ha: Item | None = None) -> System:
    """options: config/system_options; ha: monitor/appliance_ha_status, where there is a pair."""
    return System(
        model=text(options, "model") or text(options, "product"),
        release=text(options, "sw_version"),
        site_name=text(options, "site_name"),
        mode=text(options, "appliance_mode"),
        management_ip=text(options, "management_ip"),
        serial_no=text(options, "serial_no"),
        active=flag(ha, "is_active") if ha and text(ha, "is_active") else None,
    )


@dataclass(frozen=True, slots=True)
class Region:
    name: str
    collector_ip: str = ""

    @property
    def is_default(self) -> bool:
        return is_default_region(self.name)


def is_default_region(name: str) -> bool:
    return name.strip().lower().removesuffix("region").rstrip("_ -") in ("", DEFAULT_REGION)


def regions(items: Iterable[Item]) -> list[Region]:
    return [Region(text(item, "region_name"), text(item, "collector_ip")) for item in items]


def collector_address(regions: Iterable[Region], name: str) -> str:
    """Where the collector of a region is. Raises ValueError: no such region, no collector, or what Center says is not an address;
    a password is going to be sent there."""
    listed = list(regions)
    found = next((region for region in listed if region.name == name), None)
    if found is None:
        known = ", ".join(sorted(region.name for region in listed)[:20]) or "none"
        raise ValueError(f"Center has no region {name!r}; its regions: {known}")
    address = found.collector_ip
    if not address:
        raise ValueError(f"Center names no collector for the region {name!r}")
    if not is_host(address):
        raise ValueError(f"what Center names as collector of the region {name!r} is not an address: {address[:80]!r}")
    return address


def is_host(text: str) -> bool:
    """An IP address or a host name."""
    address, zoned, zone = text.partition("%")
    try:
        ipaddress.ip_address(address)
    except ValueError:
        return bool(_HOST.fullmatch(text)) and ".." not in text and not re.fullmatch(r"[\d.]+", text)
    return not zoned or (":" in address and bool(_HOST.fullmatch(zone)))


@dataclass(frozen=True, slots=True)
class Site:
    """One appliance of Center's inventory; a pair in high availability has two rows with the same site_name."""

    site_name: str
    appliance_name: str = ""
    region_name: str = ""
    management_ip: str = ""
    model: str = ""
    release: str = ""
    status: str = ""


def sites(items: Iterable[Item]) -> list[Site]:
    """The rows of Center's inventory, one an appliance."""
    return [
        Site(
            text(item, "site_name"),
            text(item, "appliance_name"),
            text(item, "region_name"),
            text(item, "management_ip"),
            text(item, "model"),
            text(item, "software"),
            text(item, "status"),
        )
        for item in items
    ]


@dataclass(frozen=True, slots=True)
class Image:
    """complete: None where the system does not say; then being listed is all there is. percent: of an upload."""

    name: str
    vendor: str = ""
    size: int = 0
    status: str = ""
    percent: int | None = None
    in_use: bool = False

    @property
    def complete(self) -> bool:
        done = self.percent is None or self.percent >= 100
        return done and self.status.lower() in ("", "complete", "completed", "uploaded", "ready", "available")

    @property
    def uploading(self) -> bool:
        return self.status.lower().startswith(("upload", "in progress")) and not self.complete


def images(items: Iterable[Item]) -> list[Image]:
    """The rows of the list of software images. Sizes are in bytes."""
    return [
        Image(
            text(item, "image_name"),
            text(item, "vendor"),
            number(item, "size"),
            text(item, "status"),
            percent(item, "percent"),
            flag(item, "in_use"),
        )
        for item in items
    ]


@dataclass(frozen=True, slots=True)
class Storage:
    """Bytes. partition: primary or secondary. known: False where the system says nothing of its room."""

    partition: str = ""
    active: bool = True
    reserved: int = 0
    used: int = 0
    free: int = 0
    known: bool = False


def storage(item: Item) -> Storage:
    """Bytes. Where the system reports no free bytes, they are what is reserved and not used."""
    if not text(item, "free") and not text(item, "reserved"):
        return Storage()
    reserved, used = number(item, "reserved"), number(item, "used")
    free = number(item, "free") if text(item, "free") else max(0, reserved - used)
    active = flag(item, "active") if text(item, "active") else True
    return Storage(text(item, "partition"), active, reserved, used, free, True)


Phase = Literal["running", "stopped", "busy", "failed", "unknown"]

# The first words of an operation status, in lower case -> what they mean. unverified: no page lists them; what is not here is
# "unknown", which never counts as success. For the same reason what means "running" is the whole status, not its first words.
PHASES: Mapping[str, Phase] = {
    "running": "running",
    "up": "running",
    "booted": "running",
    "stopped": "stopped",
    "shut down": "stopped",
    "shutdown": "stopped",
    "down": "stopped",
    "provisioning": "busy",
    "copying": "busy",
    "creating": "busy",
    "booting": "busy",
    "starting": "busy",
    "shutting down": "busy",
    "stopping": "busy",
    "deprovisioning": "busy",
    "in progress": "busy",
    "failed": "failed",
    "error": "failed",
}


def phase(operation_status: str) -> Phase:
    """
    >>> phase("Provisioning: booting"), phase("Whatever")
    ('busy', 'unknown')
    """
    text = operation_status.strip().lower()
    return next((meaning for words, meaning in PHASES.items() if _means(text, words, meaning)), "unknown")


def _means(text: str, words: str, meaning: Phase) -> bool:
    if meaning == "running":
        return text == words
    return text.startswith(words) and not text[len(words) : len(words) + 1].isalnum()


@dataclass(frozen=True, slots=True)
class HostedFirewall:
    """The virtual machine of one appliance, all columns of both GUIs. site, appliance: empty on an appliance itself."""

    site_name: str = ""
    appliance_name: str = ""
    region_name: str = ""
    management_ip: str = ""
    vendor: str = ""
    model: str = ""  # the forms' spelling, where the vendor is known
    image_name: str = ""
    admin_status: str = ""
    processing_status: str = ""
    operation_status: str = ""
    packets_sent: int = 0
    packets_received: int = 0
    packets_dropped: int = 0
    primary_management_server: str = ""
    secondary_management_server: str = ""

    @property
    def phase(self) -> Phase:
        return phase(self.operation_status)

    @property
    def is_up(self) -> bool:
        """Both say so: the administrator's status and that of the operation."""
        return self.admin_status.lower() in ("up", "enabled") and self.phase == "running"

    @property
    def device_url(self) -> str:
        return device_url(self.management_ip) if self.management_ip else ""

    @property
    def key(self) -> tuple[str, str]:
        return self.site_name, self.appliance_name


def hosted_firewalls(items: Iterable[Item]) -> list[HostedFirewall]:
    return [_hosted(item) for item in items]


def _hosted(item: Item) -> HostedFirewall:
    vendor, model = spelled(text(item, "vendor"), text(item, "model"))
    return HostedFirewall(
        site_name=text(item, "site_name"),
        appliance_name=text(item, "appliance_name"),
        region_name=text(item, "region_name"),
        management_ip=text(item, "management_ip"),
        vendor=vendor,
        model=model,
        image_name=text(item, "image_name"),
        admin_status=text(item, "admin_status"),
        processing_status=text(item, "processing_status"),
        operation_status=text(item, "operation_status"),
        packets_sent=number(item, "packets_sent"),
        packets_received=number(item, "packets_received"),
        packets_dropped=number(item, "packets_dropped"),
        primary_management_server=text(item, "primary_management_server"),
        secondary_management_server=text(item, "secondary_management_server"),
    )


LOG_LINES = 20


def log_lines(items: Iterable[Item]) -> list[dict[str, str]]:
    """The last lines of a log of operations: time, site_name, message, each on one line and bounded."""
    return [{key: clean(text(item, key), 300) for key in ("time", "site_name", "message")} for item in items][
        -LOG_LINES:
    ]


def conflicts(items: Iterable[Item]) -> list[tuple[str, str]]:
    """(site, name) of virtual machines that exclude a hosted firewall: Cloud Direct and WANOP."""
    return [
        (text(item, "site_name"), text(item, "name"))
        for item in items
        if any(
            word in text(item, "name").lower().replace("_", "").replace(" ", "") for word in ("clouddirect", "wanop")
        )
    ]
