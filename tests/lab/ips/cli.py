# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The command line of one login: exec, configuration and service modes, over a Terminal of the lab's core."""

from __future__ import annotations

import functools
import hashlib
import itertools
import socket
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import asyncssh

from . import packages, shows, transfers, updates
from .servicemode import OPERATOR, ServiceMode
from .settings import SERVICES
from .statistics import STATISTICS
from .transfers import Refused
from .words import INVALID, Command, Wrong, choose, command, find, pipe

if TYPE_CHECKING:
    from .device import IpsDevice

MOST_SESSIONS = 10
YES = ("yes", "y")
DENIED = "Error: User does not have permission to execute this command\n"
NO_MAIN_APP = "Error: Cannot communicate with mainApp (getVersion). Please contact your system administrator.\n"
WARNING = """************************ WARNING *******************************************
UNAUTHORIZED ACCESS TO THIS NETWORK DEVICE IS PROHIBITED.
This account is intended to be used for support and
troubleshooting purposes only. Unauthorized modifications
are not supported and will require this device to be
re-imaged to guarantee proper operation.
****************************************************************************
"""
SPINNER = "|/-\\"
_numbers = itertools.count(1200)


async def service_account(terminal: Any) -> None:
    """The service account has no CLI: it lands in the Linux shell."""
    terminal.length, terminal.mode = 0, "shell"
    await terminal.write(WARNING)
    while True:
        line = (await terminal.readline("-bash-2.05b$ ")).strip()
        if line in ("exit", "logout"):
            return
        if line and line != "\x1a":
            await terminal.write(f"-bash: {line.split()[0]}: command not found\n")


class Leave(Exception):
    """The user logged out."""


class Cli:
    """One login. service: the service mode that is open."""

    def __init__(self, device: IpsDevice, terminal: Any) -> None:
        self.device, self.terminal = device, terminal
        self.number = next(_numbers)
        self.configuring = False
        self.service: ServiceMode | None = None
        self._filter: Callable[[str], str] = str
        self.exec_table, self.config_table = self._exec(), self._config()

    # -- the loop

    async def run(self) -> None:
        device, terminal = self.device, self.terminal
        terminal.more = " --MORE-- "
        if len(device.terminals) > MOST_SESSIONS:
            await terminal.write("Error: the maximum number of allowed CLI sessions has been reached\n")
            return
        length, terminal.length = terminal.length, 0
        await terminal.write(shows.banner(device))
        terminal.length = length
        device.numbers[id(self)] = self.number
        try:
            while True:
                terminal.mode = "service" if self.service else "config" if self.configuring else "exec"
                await self._line(await terminal.readline(self.prompt))
        except Leave:
            return
        finally:
            device.numbers.pop(id(self), None)

    @property
    def prompt(self) -> str:
        where = f"({self.service.prompt})" if self.service else "(config)" if self.configuring else ""
        return f"{self.device.hostname}{where}# "

    async def _line(self, typed: str) -> None:
        line = typed.replace("?", "").strip()
        if not line:
            return
        if line == "\x1a":
            line = "end" if self.configuring else ""
            if not line:
                return
        if self.terminal.fault("not_authorized", line):
            await self.terminal.write(DENIED)
            return
        try:
            await self._command(line)
        except Wrong as wrong:
            column = typed.index(line[0]) + wrong.column if line[0] in typed else wrong.column
            marker = f"{' ' * (len(self.prompt) + column)}^\n" if wrong.column >= 0 else ""
            await self.terminal.write(f"{marker}{wrong}\n")
        except Refused as refused:
            await self.terminal.write(f"Error: {refused}\n")

    async def _command(self, line: str) -> None:
        if self.service:
            await self._service_line(self.service, line)
            return
        text, self._filter = pipe(line)
        handler, values = find(text, self.config_table if self.configuring else self.exec_table, self.device.role)
        await handler(*values)

    async def _out(self, text: str) -> None:
        await self.terminal.write(self._filter(text))

    # -- tables

    def _exec(self) -> list[Command]:
        def show(make: Callable[..., str], *more: Any) -> Callable[[], Any]:
            async def handler() -> None:
                await self._out(make(self.device, *more))

            return handler

        return [
            command("show version", self._show_version),
            command("show clock", show(shows.clock)),
            command("show clock detail", show(shows.clock, True)),
            command("show tls fingerprint", self._show_fingerprint),
            command("show tls trusted-hosts", self._show_trusted),
            command("show tls trusted-hosts <id>", self._show_trusted_one),
            command("show ssh host-keys", self._show_keys),
            command("show inventory", show(shows.inventory)),
            command("show privilege", self._show_privilege),
            command("show users", show(shows.users, self.number, False)),
            command("show users all", show(shows.users, self.number, True)),
            command("show health", show(shows.health)),
            command("show interfaces", show(shows.interfaces)),
            command("show statistics <name>", self._show_statistics),
            command("show configuration", self._show_configuration),
            command("more current-config", self._show_configuration),
            command("show history", self._nothing),
            command("show events", self._show_events),
            command("terminal length <lines>", self._terminal_length),
            command("configure terminal", self._configure, "operator"),
            command("exit", self._leave),
            command("copy <url> license-key", self._copy_licence, "administrator"),
            command("tls generate-key", self._generate_key, "administrator"),
            command("reset", functools.partial(self._reset, ""), "administrator"),
            command("reset powerdown", functools.partial(self._reset, "powerdown"), "administrator"),
        ]

    def _config(self) -> list[Command]:
        admin = "administrator"
        return [
            command("exit", self._to_exec),
            command("end", self._to_exec),
            command("service <name>", self._open_service),
            command("service <name> <instance>", self._open_service),
            command("upgrade <url>", self._upgrade, admin),
            command("downgrade", self._downgrade, admin),
            command("tls trusted-host ip-address <address>", self._trust, admin),
            command("tls trusted-host ip-address <address> port <number>", self._trust, admin),
            command("no tls trusted-host id <id>", self._distrust, admin),
            command("ssh host-key <address>", self._know, admin),
            command("ssh host-key <address> port <number>", self._know, admin),
            command("no ssh host-key <id>", self._forget, admin),
        ]

    # -- exec

    async def _nothing(self) -> None:
        """A command that shows nothing here."""

    async def _leave(self) -> None:
        raise Leave

    async def _show_version(self) -> None:
        if self.device.applications["MainApp"] != "Running":
            await self.terminal.write(NO_MAIN_APP)
            await self.terminal.ask("Would you like to run cidDump?[no]: ")
            return
        await self._out(shows.version(self.device))

    async def _show_fingerprint(self) -> None:
        await self._out(shows.fingerprints(self.device.fingerprints()))

    async def _show_trusted(self) -> None:
        await self._out("".join(f"{name}\n" for name in self.device.trusted))

    async def _show_trusted_one(self, name: str) -> None:
        if name not in self.device.trusted:
            raise Refused(f"there is no trusted host {name}")
        await self._out(shows.fingerprints(_prints(self.device.trusted[name])))

    async def _show_keys(self) -> None:
        await self._out("".join(f"{name}\n" for name in self.device.known_hosts))

    async def _show_privilege(self) -> None:
        await self._out(f"Current privilege level is {self.device.role}\n")

    async def _show_statistics(self, name: str) -> None:
        chosen = choose(name, set(STATISTICS))
        if chosen is None:
            raise Wrong(INVALID, len("show statistics "))
        await self._out(STATISTICS[chosen](self.device))

    async def _show_configuration(self) -> None:
        """The spinner is part of the text; whoever reads it has to take it out."""
        steps = int(self.device.options.get("spinner", 8))
        if steps:
            await self.terminal.write("".join(f"Generating current config: {SPINNER[n % 4]}" for n in range(steps)))
            await self.terminal.write("\b" * 28 + " " * 28 + "\b" * 28)
        await self._out(shows.configuration(self.device))

    async def _show_events(self) -> None:
        """Until ^C."""
        while await self.terminal.readkey() != "\x03":
            pass
        await self.terminal.write("^C\n")

    async def _terminal_length(self, lines: str) -> None:
        if not lines.isdigit() or int(lines) > 512:
            raise Wrong(INVALID, len("terminal length "))
        self.terminal.length = int(lines)

    async def _configure(self) -> None:
        self.configuring = True

    async def _generate_key(self) -> None:
        stuck = self.terminal.fault("certificate_stuck")
        made = self.device.new_certificate(at_once=not stuck)
        await self._out(
            shows.fingerprints(made.fingerprints(), str(self.device.options.get("fingerprint_words", "colon")))
        )

    async def _reset(self, how: str) -> None:
        await self.terminal.write("Warning: Executing this command will stop all applications and reboot the node.\n")
        if (await self.terminal.ask("Continue with reset? []: ")).strip().lower() not in YES:
            await self.terminal.write("Reset aborted.\n")
            return
        await self.terminal.write("Request Succeeded.\n")
        down = "power off" if how else "reboot"
        self.device.broadcast(f"The system is going down for {down} NOW!")
        if how:
            self.device.power_off()
        else:
            self.device.reboot(updates.REBOOT)
        raise Leave

    # -- files

    async def _password(self, where: transfers.Url) -> str:
        if not where.needs_password:
            return ""
        words = {"Password": "Password: ", "Enter": "Enter password: "}
        return str(await self.terminal.ask_secret(words[self.device.options.get("password_words", "Password")]))

    async def _copy_licence(self, text: str) -> None:
        try:
            where = transfers.url(text)
            password = await self._password(where)
            updates.take_licence(self.device, await transfers.pull(self.device, where, password))
        except Refused as refused:
            raise Refused(f"setLicenseKey : {refused}") from None

    async def _upgrade(self, text: str) -> None:
        try:
            await self._upgrade_from(text)
        except Refused as refused:
            raise Refused(f"execUpgradeSoftware : {refused}") from None

    async def _upgrade_from(self, text: str) -> None:
        device = self.device
        where = transfers.url(text)
        password = await self._password(where)
        told = packages.name_of(where.file)
        kind = told.what(device.state.version) if told else "an update"
        restart = "" if kind == "a signature update" else " The system may be rebooted to complete the upgrade."
        await self.terminal.write(
            f"Warning: Executing this command will apply {kind} to the application partition.{restart}\n"
        )
        if (await self.terminal.ask("Continue with upgrade? []: ")).strip().lower() not in YES:
            await self.terminal.write("Upgrade aborted.\n")
            return
        if device.updating:
            raise Refused("Another update is in progress.")
        device.updating = True
        try:
            data = await transfers.pull(device, where, password)
            name = updates.judge(device, where.file, data)
            rebooting = await updates.upgrade(device, name)  # also when the session ends meanwhile
        finally:
            device.updating = False
        if rebooting:
            raise Leave

    async def _downgrade(self) -> None:
        device = self.device
        if device.previous is None:
            await self.terminal.write("No downgrade available.\n")
            return
        pack = updates.last_pack(device)
        if updates.reboots(device):
            await self.terminal.write(
                f"Warning: Executing this command will reboot the system and downgrade to {pack}.\n"
                "Configuration changes made since the last upgrade will be lost and the system may be rebooted.\n"
            )
        else:
            await self.terminal.write(f"Warning: Executing this command will downgrade to {pack}.\n")
        if (await self.terminal.ask("Continue with downgrade? []: ")).strip().lower() not in YES:
            await self.terminal.write("Downgrade aborted.\n")
            return
        if device.previous is None:  # another session was faster
            await self.terminal.write("No downgrade available.\n")
        elif updates.downgrade(device):
            raise Leave

    # -- configuration

    async def _to_exec(self) -> None:
        self.configuring = False

    async def _open_service(self, name: str, instance: str = "") -> None:
        chosen = choose(name, set(SERVICES))
        if chosen is None:
            raise Wrong(INVALID, len("service "))
        if self.device.role == "operator" and chosen not in OPERATOR:
            raise Wrong(INVALID, len("service "))
        wanted = SERVICES[chosen][0]
        if wanted and not instance:
            raise Wrong("% Incomplete command.")
        if instance != wanted:
            raise Wrong(INVALID, len(f"service {name} "))
        self.service = ServiceMode(self.device, chosen)

    async def _trust(self, address: str, number: str = "443") -> None:
        try:
            shown = await transfers.certificate_of(_address(address), _port(number))
        except (OSError, TimeoutError) as error:
            raise Refused(f"getTlsCertificate : socket connect failed [4,{_errno(error)}]") from None
        prints = _prints(shown)
        await self.terminal.write(
            f"Certificate MD5 fingerprint is {prints['md5']}\nCertificate SHA1 fingerprint is {prints['sha1']}\n"
        )
        question = "Would you like to add this to the trusted certificate table for this host?[yes]: "
        if await self._agreed(question):
            name = transfers.table_id(address, int(number))
            self.device.trusted[name] = shown
            await self.terminal.write(f"Certificate ID: {name} successfully added to the TLS trusted host table.\n")

    async def _agreed(self, question: str) -> bool:
        """A blank answer means yes."""
        return (await self.terminal.ask(question)).strip().lower() in ("", *YES)

    async def _distrust(self, name: str) -> None:
        if self.device.trusted.pop(name, None) is None:
            raise Refused(f"there is no trusted host {name}")

    async def _know(self, address: str, number: str = "22") -> None:
        try:
            key = await transfers.key_of(_address(address), _port(number))
        except (OSError, TimeoutError, asyncssh.Error) as error:
            raise Refused(f"getHostSshKey : socket connect failed [4,{_errno(error)}]") from None
        md5 = key.get_fingerprint("md5").removeprefix("MD5:").upper()
        await self.terminal.write(
            f"MD5 fingerprint is {md5}\nBubble Babble is {transfers.bubble_babble(key.public_data)}\n"
        )
        if await self._agreed("Would you like to add this to the known hosts table for this host?[yes]: "):
            name = transfers.table_id(address, int(number), usual=22)
            self.device.known_hosts[name] = key.export_public_key().decode().strip()

    async def _forget(self, name: str) -> None:
        if self.device.known_hosts.pop(name, None) is None:
            raise Refused(f"there is no host key of {name}")

    # -- service modes

    async def _service_line(self, service: ServiceMode, line: str) -> None:
        words = line.split()
        if words[0] == "end" and len(words) == 1:
            service.where.clear()
            await self._leave_service(service)
            self.configuring = False
        elif words[0] == "exit" and len(words) == 1:
            if not service.leave():
                await self._leave_service(service)
        elif words[0] == "show":
            if words[1:] != ["settings"]:
                raise Wrong(INVALID, len("show "))
            await self.terminal.write(service.show())
        else:
            service.statement(line)

    async def _leave_service(self, service: ServiceMode) -> None:
        changed = service.changed
        agreed = not changed or await self._agreed("Apply Changes:?[yes]: ")
        self.service = None
        if changed and agreed:
            service.apply()


def _prints(der: bytes) -> dict[str, str]:
    return {name: hashlib.new(name, der).digest().hex(":").upper() for name in ("md5", "sha1")}


def _address(text: str) -> str:
    try:
        socket.inet_aton(text)
    except OSError:
        raise Refused(f"invalid IP address {text}") from None
    return text


def _port(text: str) -> int:
    if not text.isdigit() or not 0 < int(text) < 65536:
        raise Refused(f"invalid port {text}")
    return int(text)


def _errno(error: BaseException) -> int:
    return int(getattr(error, "errno", None) or 111)
