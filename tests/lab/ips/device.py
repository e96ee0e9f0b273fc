# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""One Cisco IPS sensor: what its logins and its web server share. README.md tells every key of the specification."""

from __future__ import annotations

import asyncio
import hashlib
import ssl
import time
from collections.abc import Coroutine
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from aiohttp import web

from . import identity, settings, statistics, updates
from .events import Events
from .ios import router
from .licenses import Licence
from .packages import Version, name_of, release

if TYPE_CHECKING:
    from ..terminal import Terminal

CHOICES: dict[str, tuple[str, ...]] = {
    "web_server": ("https", "http", "off"),
    "role": ("administrator", "operator", "viewer", "service"),
    "license": ("valid", "expired", "none", "invalid", "trial"),
    "license_words": ("prefix", "separate"),
    "stopped_words": ("NotRunning", "Not Running"),
    "clock_flag": ("", "*", "."),
    "certificate": tuple(identity.KINDS),
    "tls_version": tuple(identity.TLS),
    "fingerprint_words": ("colon", "is"),
    "password_words": ("Password", "Enter"),
    "bypass": ("auto", "on", "off"),
}
RUNNING, STOPPED, STARTING = "Running", "NotRunning", "Starting"
SLOW_PLATFORMS = ("AIM-IPS", "NME-IPS")


@dataclass(frozen=True, slots=True)
class Applied:
    """An entry of the upgrade history. name: as the package's file, with .pkg. when: UTC, by the sensor's clock."""

    name: str
    when: datetime


@dataclass(frozen=True, slots=True)
class State:
    """What an update changes, and a downgrade takes back."""

    version: Version
    engine: int
    level: int
    level_date: date
    suffix: str = ".0"


class IpsDevice:
    """spec: a DeviceSpec of the lab (name, config, options, faults)."""

    LENIENT = True  # its web server takes what old clients send
    OPTIONS: ClassVar[dict[str, type]] = {
        "https_port": int, "web_server": str, "role": str, "release": str, "recovery": str, "platform": str, "serial": str,
        "signature": str, "signature_date": str, "history": list, "license": str, "license_days": int, "license_line": str,
        "license_words": str, "license_info": str, "stopped": list, "stopped_words": str, "clock_offset": float,
        "clock_flag": str, "time_zone": str, "zone_minutes": int, "certificate": str, "certificate_days": int,
        "tls_version": str, "fingerprint_words": str, "password_words": str, "spinner": int, "trusts_sha2": bool,
        "minute_seconds": float, "disk": int, "bypass": str, "snmp": bool, "threat_profiles": list,
        "hidden_fingerprint": bool, "auto_update": str, "ios": bool,
    }  # fmt: skip

    def __init__(self, spec: Any) -> None:
        self.spec, self.name, self.faults = spec, spec.name, spec.faults
        self.options: dict[str, Any] = dict(spec.options)
        problems = [
            f"{key} must be one of {', '.join(choices)}, not {self.options[key]!r}"
            for key, choices in CHOICES.items()
            if key in self.options and self.options[key] not in choices
        ]
        if problems:
            raise ValueError("; ".join(problems))
        option = self.options.get
        version, engine = release(option("release", "7.1(7)E4"))
        signed = updates.SIGNATURE.fullmatch(option("signature", "S722.0"))
        if not signed:
            raise ValueError(f"signature {option('signature')!r} is not of the form S722.0")
        on = date.fromisoformat(str(option("signature_date", "2013-06-05")))
        self.state = State(version, engine, int(signed[1]), on, signed[2] or "")
        self.recovery = str(option("recovery", option("release", "7.1(7)E4")))
        self.platform = str(option("platform", "IPS-4260"))
        self.serial = str(option("serial", "LAB" + hashlib.sha256(self.name.encode()).hexdigest()[:8].upper()))
        self.role = str(option("role", "administrator"))
        self.services = settings.start(spec, self.options)
        self.config_changed = self.now()
        self.license_status, self.licence = self._first_licence()
        first = datetime(2013, 2, 5, 10, 4, 6, tzinfo=UTC)
        self.history = [
            Applied(str(name), first + timedelta(days=7 * number)) for number, name in enumerate(option("history", ()))
        ]
        self.previous: tuple[State, dict[str, settings.Node], list[Applied]] | None = self._before()
        self.applications = dict.fromkeys(updates.applications(version), RUNNING)
        self.applications |= dict.fromkeys(map(str, option("stopped", ())), STOPPED)
        self.trusted: dict[str, bytes] = {}  # id -> certificate, DER
        self.known_hosts: dict[str, str] = {}  # id -> public key line
        self.booted = time.monotonic() - 91 * 86400
        self.terminals: list[Terminal] = []
        self.numbers: dict[int, int] = {}  # CLI ID of each login
        self.events = Events(self)
        self.updating = False
        self.busy_until = 0.0  # monotonic: the AnalysisEngine builds its tables
        # -- what the lab sets
        self.https_port: int = option("https_port", 0)
        self.powered, self.on_power = True, _nothing
        self.state_dir: Path | None = None
        self._identity: identity.Identity | None = None
        self._shown: identity.Identity | None = None
        self._context: ssl.SSLContext | None = None
        self._renamed = False
        self._tasks: set[asyncio.Task[Any]] = set()

    def _before(self) -> tuple[State, dict[str, settings.Node], list[Applied]] | None:
        """Where the history has two signature packs, a downgrade goes back to the first of them."""
        names = [name_of(f"{entry.name.removesuffix('.pkg')}.pkg") for entry in self.history[-2:]]
        if len(names) < 2 or not all(name and name.kind == "signature" for name in names) or names[0] is None:
            return None
        services = {name: node.copy() for name, node in self.services.items()}
        on = self.history[-2].when.date()
        return replace(self.state, level=names[0].level, level_date=on, suffix=".0"), services, self.history[:-1]

    # -- what tests use

    @property
    def version(self) -> str:
        """7.1(7)E4."""
        return f"{self.state.version}E{self.state.engine}"

    @property
    def signature(self) -> str:
        """S722.0."""
        return f"S{self.state.level}{self.state.suffix}"

    @property
    def tuned(self) -> dict[str, dict[str, Any]]:
        """What is set of signatures, by `number.sub`."""
        return settings.tuned(self.services)

    @property
    def certificate_pem(self) -> str:
        """What the web server shows."""
        return self.shown_identity.certificate

    @property
    def shown_identity(self) -> identity.Identity:
        """The certificate that the web server shows."""
        return self._own(shown=True)

    def fingerprints(self) -> dict[str, str]:
        """md5, sha1, sha256 of what `show tls fingerprint` tells, as FD:83:..."""
        return self._own(shown=False).fingerprints()

    def reboot(self, minutes: float = 4) -> None:
        """All sessions are cut; it comes back after so many of its minutes."""
        self.power_off()
        self.spawn(self._boot(minutes))

    def power_off(self) -> None:
        """Nothing answers any more."""
        self.powered = False
        for terminal in list(self.terminals):
            terminal.cut()
        self.events.forget()
        self.on_power()

    def power_on(self) -> None:
        """It boots: SSH answers before MainApp runs."""
        self.spawn(self._boot(0))

    # -- time

    def now(self) -> datetime:
        """By its own clock, UTC."""
        return datetime.now(UTC) + timedelta(seconds=self.options.get("clock_offset", 0))

    def local(self, when: datetime | None = None) -> str:
        """11:52:48 UTC Wed Aug 31 2011, in its time zone."""
        moment = (when or self.now()) + timedelta(minutes=self.options.get("zone_minutes", 0))
        return updates.written(moment, str(self.options.get("time_zone", "UTC")))

    async def minutes(self, number: float) -> None:
        """Wait so many of the sensor's minutes."""
        await asyncio.sleep(number * self.options.get("minute_seconds", 0.02))

    @property
    def busy(self) -> bool:
        """The AnalysisEngine builds its tables."""
        return time.monotonic() < self.busy_until

    @property
    def slow(self) -> bool:
        """A network module: an engine update takes 40 minutes."""
        return self.platform.startswith(SLOW_PLATFORMS)

    # -- licence

    def _first_licence(self) -> tuple[str, Licence | None]:
        kind = str(self.options.get("license", "valid"))
        if kind in ("none", "invalid"):
            return kind, None
        days = self.options.get("license_days", -10 if kind == "expired" else 90)
        expires = datetime.now(UTC).date() + timedelta(days=days)
        words = "trial" if kind == "trial" else "subscription"
        info = str(self.options.get("license_info", "contract 1"))
        return "", Licence(self.serial, expires, words, info)

    @property
    def license_state(self) -> str:
        """valid, expired, none, invalid or trial, by its own clock."""
        if self.licence is None:
            return self.license_status
        if self.now().date() > self.licence.expires:
            return "expired"
        return "trial" if self.licence.kind == "trial" else "valid"

    # -- certificate

    def _own(self, shown: bool) -> identity.Identity:
        """shown: what 443 shows; else what the CLI tells. They differ only while a fault or a lie keeps them apart."""
        if self._shown is None:
            self._identity = self._shown = self._first_identity()
            if self.options.get("hidden_fingerprint"):
                self._identity = identity.mint("good", self.address, self.platform, identity.first_day("good", None))
        assert self._identity is not None
        return self._shown if shown else self._identity

    def _first_identity(self) -> identity.Identity:
        """What it starts with: with a state directory that of the last run, unless its dates are no longer as told."""
        kind = str(self.options.get("certificate", "good"))
        first = identity.first_day(kind, self.options.get("certificate_days"))
        kept = self.state_dir / f"{self.name}.{kind}.sensor.pem" if self.state_dir else None
        if kept and kept.exists():
            key, mark, certificate = kept.read_text(encoding="ascii").partition("-----BEGIN CERTIFICATE-----")
            own = identity.Identity(key, mark + certificate)
            if abs(own.loaded.not_valid_before_utc - first) < timedelta(days=1):
                return own
        own = identity.mint(kind, self.address, self.platform, first)
        if kept:
            kept.touch(mode=0o600)
            kept.write_text(own.key + own.certificate, encoding="ascii")
        return own

    @property
    def own_identity(self) -> identity.Identity:
        """The certificate that the CLI tells of."""
        return self._own(shown=False)

    def new_certificate(self, *, at_once: bool = True) -> identity.Identity:
        """As `tls generate-key`: valid from now by its clock. at_once False: the web server shows it from the next boot on."""
        kind = str(self.options.get("certificate", "good"))
        kind = kind if kind in ("sha1", "legacy") else "good"
        self._own(shown=True)
        self._identity = identity.mint(kind, self.address, self.platform, self.now().replace(microsecond=0))
        self._renamed = False
        if at_once:
            self._show()
        return self._identity

    def _show(self) -> None:
        if self._identity is not self._shown and not self.options.get("hidden_fingerprint"):
            self._shown, self._context = self._identity, None
            self.events.add("certificatesChanged", "")

    def tls_context(self) -> ssl.SSLContext | None:
        """The TLS side of the web server; None: it speaks plain HTTP."""
        if self.options.get("web_server") == "http":
            return None
        if self._context is None:
            legacy = self.options.get("certificate") == "legacy"
            version = str(self.options.get("tls_version", "1.0" if legacy else "1.2"))
            self._context = identity.server_side(self._own(shown=True), version)
        return self._context

    @property
    def https_listens(self) -> bool:
        """Whether there is a web server; while it boots there is none."""
        return self.options.get("web_server") != "off" and self.applications["MainApp"] == RUNNING

    # -- boot

    async def _boot(self, minutes: float) -> None:
        long = self.faults.active("boot_long")
        await (asyncio.sleep(long["milliseconds"] / 1000) if long else self.minutes(minutes))
        stopped = {str(name) for name in self.options.get("stopped", ())}
        self.applications = {
            name: STOPPED if name in stopped else STARTING for name in updates.applications(self.state.version)
        }
        self.booted, self.powered = time.monotonic(), True
        self.on_power()
        await self.minutes(1)
        self.start_applications()
        if self._renamed:
            self.new_certificate()
        self._show()
        self.on_power()

    def start_applications(self) -> None:
        """What does not stay down runs."""
        for name, state in self.applications.items():
            if state == STARTING or (name == "AnalysisEngine" and state == STOPPED and not self._told_to_stop(name)):
                down = self.faults.active("application_down", name)
                self.applications[name] = STOPPED if down else RUNNING
                self.events.add("applicationStopped" if down else "applicationStarted", name)

    def _told_to_stop(self, name: str) -> bool:
        return name in self.options.get("stopped", ())

    # -- the lab's interface

    @property
    def address(self) -> str:
        """Of the command and control interface, without its length."""
        own = self.services["host"].sections["network-settings"].values["host-ip"]
        return own.partition("/")[0]

    @property
    def hostname(self) -> str:
        return self.services["host"].sections["network-settings"].values["host-name"]

    def changed(self, before: dict[str, settings.Node]) -> None:
        """The configuration changed: a new name or address wants a new certificate."""
        self.config_changed = self.now()
        old = before["host"].sections["network-settings"].values
        new = self.services["host"].sections["network-settings"].values
        if old["host-ip"] != new["host-ip"]:
            self.new_certificate()
        elif old["host-name"] != new["host-name"]:
            self._renamed = True  # its certificate follows at the next reboot

    def broadcast(self, text: str) -> None:
        """To every line, as `wall` does."""
        for terminal in self.terminals:
            terminal.interrupt(f"\nBroadcast message from root ({updates.ctime(self.now())}):\n\n{text}\n\n")

    def spawn(self, work: Coroutine[Any, Any, Any]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def started(self) -> None:
        if self.options.get("auto_update"):
            self.events.add("autoUpgradeServerCheck", statistics.DIRECTORY)

    async def shell(self, terminal: Terminal) -> None:
        from .cli import Cli, service_account

        if self.options.get("ios"):
            await router(terminal, self.hostname, self.serial)
            return
        if self.role == "service":
            await service_account(terminal)
            return
        self.terminals.append(terminal)
        try:
            await Cli(self, terminal).run()
        finally:
            self.terminals.remove(terminal)

    def routes(self) -> list[web.RouteDef]:
        from .webserver import routes

        return routes(self)

    async def close(self) -> None:
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)


def _nothing() -> None:
    """Until the lab listens there is nobody to tell."""
