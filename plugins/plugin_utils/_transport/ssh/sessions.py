# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What surrounds a netmiko login, on paramiko: host keys, private keys, ssh_config, jump hosts, the offers of both sides."""

from __future__ import annotations

import contextlib
import io
import os
import shlex
import socket
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import pairwise
from typing import Any

from ..login_error import LoginError
from ..watchdog import limited, shut
from .algorithms import disabled, offered
from .careful_login import careful_transport
from .errors import HostKeyRefused
from .known_hosts import KnownKeys, fingerprint, known_keys, name_of
from .names import host_name, user_name

with contextlib.suppress(ImportError):  # the connection says so before it calls anything here
    import paramiko

MAX_JUMPS = 8
LONGEST_PREPARATION = 120.0  # seconds from the login to the prompt


@dataclass(frozen=True)
class Target:
    """Where to log in, as whom, with what, and which host keys are right.

    known_hosts: text of the file, None when host keys are not checked. alias: the name in known_hosts.
    """

    host: str
    port: int
    user: str
    password: str | None = field(default=None, repr=False)
    key: Any = field(default=None, repr=False)
    allow_agent: bool = False
    look_for_keys: bool = False
    alias: str = ""
    known_hosts: str | None = ""
    known_hosts_file: str = ""
    legacy: bool = False
    timeout: float = 10.0
    banner_timeout: float = 15.0
    auth_timeout: float = 20.0

    @cached_property  # a file of hundreds of devices is read through once a login
    def keys(self) -> KnownKeys:
        if self.known_hosts is None:
            return KnownKeys()
        return known_keys(self.known_hosts, self.alias or self.host, 22 if self.alias else self.port)

    @property
    def login_limit(self) -> float:
        """Seconds after which a login is given up, however steadily the other side talks: paramiko counts again from each byte
        of a banner, and waits an hour for a channel and for ever for a terminal."""
        return self.timeout + self.banner_timeout + self.auth_timeout + LONGEST_PREPARATION

    @property
    def disabled(self) -> dict[str, list[str]]:
        return disabled(self.legacy, self.keys.types)


def host_key_policy(target: Target) -> Any:
    """A policy for paramiko that knows the whole of known_hosts; paramiko asks it for every key that it has not loaded."""

    class Policy(paramiko.MissingHostKeyPolicy):
        def missing_host_key(self, client: Any, hostname: str, key: Any) -> None:
            check_host_key(target, key.get_name(), key.get_base64(), key.asbytes())

    return Policy()


def check_host_key(target: Target, kind: str, text: str, wire: bytes) -> None:
    """Raises HostKeyRefused. kind, text: as in known_hosts; wire: the same key in wire format."""
    if target.known_hosts is None:
        return
    keys = target.keys
    offered = f"the device shows the {kind} key {fingerprint(wire)}"
    name = name_of(target.alias or target.host, 22 if target.alias else target.port)
    where = f"{target.host} port {target.port}"
    if (kind, text) in keys.revoked:
        raise HostKeyRefused(f"{where}: the host key is revoked in {target.known_hosts_file}: {offered}.")
    if (kind, text) in keys.accepted:
        return
    if keys.accepted:
        raise HostKeyRefused(
            f"{where}: the host key has CHANGED: {offered}, {target.known_hosts_file} has another one for {name}. "
            f"The connection may be intercepted, or the device has new keys; then remove the old entry first: "
            f"`ssh-keygen -f {shlex.quote(target.known_hosts_file)} -R {shlex.quote(name)}`."
        )
    raise HostKeyRefused(f"{where}: the host key is unknown: {offered}, {target.known_hosts_file} has none for {name}.")


def private_key(path: str | None, content: str | None, passphrase: str | None) -> Any:
    """A key from its text or from a file, None when there is neither. Raises LoginError; never shows the text."""
    if not (path or content):
        return None
    name = "in ansible_private_key" if content else path
    try:
        if content or not path:
            return _key_from_text(content or "", passphrase)
        # Not os.path.exists() before: netmiko and paramiko ignore files that are not there.
        with open(path, encoding="utf-8") as file:
            key = _key_from_text(file.read(), passphrase)
        if os.path.isfile(f"{path}-cert.pub"):
            key.load_certificate(f"{path}-cert.pub")
        return key
    except OSError as error:
        raise LoginError(
            f"the private key {name} cannot be read: {error.strerror}. Check ansible_private_key_file."
        ) from None
    except paramiko.PasswordRequiredException:
        raise LoginError(
            f"the private key {name} is encrypted: set ansible_private_key_passphrase, or load it into an ssh-agent."
        ) from None
    except (paramiko.SSHException, ValueError):  # the text of the error may hold the key
        wrong = "its passphrase is wrong, or it" if passphrase else "it"
        raise LoginError(f"the private key {name}: {wrong} has a format that this controller cannot read.") from None


def _key_from_text(content: str, passphrase: str | None) -> Any:
    """Raises PasswordRequiredException, ValueError."""
    text = content.replace("\r\n", "\n").rstrip("\n") + "\n"  # variables lose the last line end that the format needs
    encrypted = False
    for kind in ("Ed25519Key", "ECDSAKey", "RSAKey", "DSSKey"):
        reader = getattr(paramiko, kind, None)  # there is no DSSKey since paramiko 4
        if reader is None:
            continue
        try:
            return reader.from_private_key(io.StringIO(text), passphrase)
        except paramiko.PasswordRequiredException:
            encrypted = True
        except Exception:  # each class fails at the keys of the others in its own way
            continue
    if encrypted:
        raise paramiko.PasswordRequiredException("encrypted")
    raise ValueError("no key")


class SshConfig:
    """An ssh_config file that was named explicitly; never ~/.ssh/config by itself."""

    def __init__(self, path: str | None) -> None:
        self._path = path
        self._text = ""
        if path:
            try:
                with open(path, encoding="utf-8") as file:
                    self._text = file.read()
            except (OSError, UnicodeDecodeError) as error:
                raise self._unusable(error) from None

    def about(self, host: str, user: str | None, port: int | str | None, where: tuple[str, str]) -> dict[str, Any]:
        """What the file says about a host, keys in lower case. user, port: what is set elsewhere, and wins. where: what set host
        and user, for messages.

        The file may run commands with the names in them (`Match exec`, ProxyCommand), so the names are looked at first, and once
        more when the file has brought others.
        """
        host_name(host, where[0])
        user_name(user or "", where[1])
        if not self._path:
            return {key: value for key, value in (("user", user), ("port", port)) if value}
        # As first lines of the file they win, and %p and %r of a ProxyCommand mean them. In quotes: `User =x` is user x.
        known = [f'{key} "{value}"' for key, value in (("User", user), ("Port", port)) if value]
        try:
            config = paramiko.SSHConfig.from_text("\n".join(["Host *", *known, self._text]))
            said = dict(config.lookup(host))
        except ImportError as missing:  # paramiko runs `Match exec` by a package that it does not depend on
            raise LoginError(
                f"the ssh_config file {self._path} has `Match exec`, for which paramiko needs invoke on the controller "
                f"({missing}): run `pip install invoke` in the Python environment of ansible-playbook, or write the section "
                "without `exec`."
            ) from None
        except Exception as error:  # shlex, getpass, the command of `Match exec`: each fails in its own way
            raise self._unusable(error) from None
        host_name(str(said.get("hostname", host)), f"HostName in {self._path}")
        user_name(str(said.get("user", "")), f"User in {self._path}")
        return said

    def _unusable(self, error: Exception) -> LoginError:
        return LoginError(
            f"the ssh_config file {self._path} cannot be used: {str(error) or type(error).__name__}. "
            "Check ansible_netmiko_ssh_config_file."
        )

    def route(self, target: Target, host_config: Mapping[str, Any], jump_password: str | None) -> Route:
        """The way to a target as the file describes it: direct, ProxyCommand, or ProxyJump over any number of hosts."""
        if host_config.get("proxyjump", "none").lower() != "none":
            hops = [self._hop(word.strip(), target, jump_password) for word in host_config["proxyjump"].split(",")]
            if len(hops) > MAX_JUMPS:
                raise LoginError(f"ProxyJump over more than {MAX_JUMPS} hosts: {host_config['proxyjump']}")
            return Route(target, tuple(hops))
        return Route(target, command=host_config.get("proxycommand", ""))

    def _hop(self, word: str, target: Target, password: str | None) -> Target:
        user, _at, rest = word.removeprefix("ssh://").rpartition("@")
        name, colon, port = rest.rpartition(":")
        if not colon or not port.isdigit():
            name, port = rest, ""
        place = f"ProxyJump in {self._path}"
        host_config = self.about(name.strip("[]"), user, port, (place, place))
        return replace(
            target,
            host=host_config.get("hostname", name.strip("[]")),
            port=port_of(host_config),
            user=host_config.get("user", target.user),
            alias=host_config.get("hostkeyalias", ""),
            # The password of a device is not shown to a jump host unasked.
            password=password,
            key=private_key(identity(host_config), None, None) or target.key,
        )


def identity(host_config: Mapping[str, Any]) -> str | None:
    """The first IdentityFile."""
    files: Sequence[str] = host_config.get("identityfile", ())
    return os.path.expanduser(files[0]) if files and files[0].lower() != "none" else None


def port_of(host_config: Mapping[str, Any]) -> int:
    """The TCP port, 22 where none is set. Raises LoginError."""
    try:
        return int(host_config.get("port", 22))
    except ValueError:
        raise LoginError(f"the port {host_config['port']!r} in the ssh_config file is not a number") from None


@dataclass(frozen=True)
class Route:
    """How to get a byte stream to the target."""

    target: Target
    hops: tuple[Target, ...] = ()
    command: str = ""

    @property
    def first(self) -> Target:
        """The host that a TCP connection is made to."""
        return (*self.hops, self.target)[0]

    def open(self, failed: Callable[[BaseException, Target], Exception]) -> Wire:
        """A stream to the target. failed: makes the error of a jump host. Raises what it makes, LoginError, OSError."""
        if self.command:
            return Wire(_proxy(self.command), [])
        clients: list[Any] = []
        stops = [*self.hops, self.target]
        stream: Any = _dial(self.first)
        try:
            for here, there in pairwise(stops):
                clients.append(_log_in(here, stream, failed))
                transport = clients[-1].get_transport()
                try:
                    stream = transport.open_channel(
                        "direct-tcpip", (there.host, there.port), ("127.0.0.1", 0), timeout=here.timeout
                    )
                except (paramiko.SSHException, OSError, EOFError) as error:
                    raise LoginError(
                        f"the jump host {here.host} does not reach {there.host} port {there.port}: {error}"
                    ) from None
        except BaseException:
            Wire(stream, clients).close()
            raise
        return Wire(stream, clients)

    def offers(self) -> dict[str, tuple[list[str], list[str]]]:
        """Per kind of algorithm, what the target and what we offer. Looks once more at the target, over the same way."""
        ours = _own_offers(self.target)
        theirs: dict[str, list[str]] = {}
        try:
            wire = self.open(lambda error, _target: LoginError(str(error)))
            try:
                theirs = offered(wire.stream, self.target.timeout)
            finally:
                wire.close()
        except (LoginError, OSError):
            pass  # it is for a message about another error
        return {kind: (theirs.get(kind, []), names) for kind, names in ours.items()}


@dataclass
class Wire:
    """A stream and the jump hosts that carry it."""

    stream: Any
    clients: list[Any]

    def close(self) -> None:
        with contextlib.suppress(OSError, EOFError):
            self.stream.close()
        for client in reversed(self.clients):
            client.close()
        if isinstance(self.stream, paramiko.ProxyCommand):
            self.stream.process.wait(5)


def _proxy(command: str) -> Any:
    class Proxy(paramiko.ProxyCommand):
        def close(self) -> None:
            # paramiko closes it from two threads, and would kill a process that is gone.
            with contextlib.suppress(ProcessLookupError):
                if self.process.poll() is None:
                    super().close()

    try:
        return Proxy(command)
    except (OSError, ValueError) as error:
        raise LoginError(f"the ProxyCommand {command!r} cannot be run: {error}") from None


def _dial(target: Target) -> socket.socket:
    stream = socket.create_connection((target.host, target.port), target.timeout)
    # A login is a chain of small packets; with Nagle's algorithm each pair of them waits for a delayed ACK (40 ms).
    stream.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return stream


def _log_in(target: Target, stream: Any, failed: Callable[[BaseException, Target], Exception]) -> Any:
    client = paramiko.SSHClient()
    client.set_missing_host_key_policy(host_key_policy(target))
    try:
        with limited(target.login_limit, lambda: shut(stream)):
            client.connect(
                target.host,
                target.port,
                target.user,
                target.password,
                pkey=target.key,
                allow_agent=target.allow_agent,
                look_for_keys=target.look_for_keys,
                timeout=target.timeout,
                banner_timeout=target.banner_timeout,
                auth_timeout=target.auth_timeout,
                disabled_algorithms=target.disabled,
                sock=stream,
                transport_factory=careful_transport(),
            )
    except (paramiko.SSHException, HostKeyRefused, OSError, EOFError) as error:
        client.close()
        raise failed(error, target) from None
    return client


def _own_offers(target: Target) -> dict[str, list[str]]:
    """What paramiko would offer, as it is installed and as the target's switches are."""
    left, right = socket.socketpair()
    try:
        transport = paramiko.Transport(left, disabled_algorithms=target.disabled)
        return {
            "kex": list(transport.preferred_kex),
            "keys": [name for name in transport.preferred_keys if "-cert-" not in name],
            "ciphers": list(transport.preferred_ciphers),
            "macs": list(transport.preferred_macs),
        }
    finally:
        left.close()
        right.close()
