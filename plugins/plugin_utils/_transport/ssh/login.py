# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""From the options of a connection to a netmiko object that can log in, and from its errors to one line."""

from __future__ import annotations

import contextlib
import logging
import os
import socket
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from ..login_error import LoginError
from .careful_login import watch
from .errors import Attempt, explained
from .names import host_name, user_name
from .platforms import PlatformTable
from .sessions import Route, SshConfig, Target, host_key_policy, identity, port_of, private_key

try:
    import netmiko
    import paramiko
    from netmiko.ssh_dispatcher import CLASS_MAPPER
except ImportError as error:
    MISSING: ImportError | None = error
else:
    MISSING = None

# Without a handler Python prints their tracebacks to stderr, and the log of a run (ANSIBLE_LOG_PATH) would get the words of a device
# as they came; what went wrong is said in the task's result.
for _library in ("paramiko", "netmiko"):
    logging.getLogger(_library).addHandler(logging.NullHandler())
    logging.getLogger(_library).propagate = False

Option = Callable[[str], Any]


@dataclass(frozen=True)
class Login:
    """A login that can be tried. platform: netmiko's device_type."""

    platform: str
    target: Target
    route: Route


def planned(option: Option, platforms: PlatformTable) -> Login:
    """option: the value of an option of the connection by its name. Raises LoginError before anything is sent."""
    platform = _platform(option, platforms)
    target, route = _way(option)
    return Login(platform, target, route)


def _platform(option: Option, platforms: PlatformTable) -> str:
    name = option("platform") or option("network_os")
    if not name:
        network_os, device_type = platforms.example
        raise LoginError(
            f"the platform is not known: set ansible_network_os ({network_os}), "
            f"or ansible_netmiko_platform to a netmiko device_type ({device_type})."
        )
    try:
        return platforms.device_type(str(name), CLASS_MAPPER)
    except ValueError as error:
        raise LoginError(f"{error}. Check ansible_network_os or ansible_netmiko_platform.") from None


def _way(option: Option) -> tuple[Target, Route]:
    places = ("ansible_host", "ansible_user")
    host, user = host_name(str(option("host")), places[0]), user_name(str(option("remote_user") or ""), places[1])
    config = SshConfig(option("ssh_config_file"))
    host_config = config.about(host, user, option("port"), places)
    if not host_config.get("user"):
        raise LoginError("no user to log in as: set ansible_user, or use -u.")
    passphrase = option("private_key_passphrase")
    key = private_key(option("private_key_file") or identity(host_config), option("private_key"), passphrase)
    password = option("password") or None
    agent = option("allow_agent")
    file, text = _known_hosts(option)
    target = Target(
        host=host_config.get("hostname", host),
        port=port_of(host_config),
        user=host_config["user"],
        password=password,
        key=key,
        allow_agent=not (password or key) if agent is None else agent,
        look_for_keys=option("look_for_keys"),
        alias=host_config.get("hostkeyalias", ""),
        known_hosts=text,
        known_hosts_file=file,
        legacy=option("legacy_algorithms"),
        timeout=option("timeout"),
        banner_timeout=option("banner_timeout"),
        auth_timeout=option("auth_timeout"),
    )
    return target, config.route(target, host_config, option("jump_password") or None)


def _known_hosts(option: Option) -> tuple[str, str | None]:
    """The file and its text; no text when host keys are not to be checked."""
    if not option("host_key_checking"):
        return "", None
    path = option("known_hosts")
    if not path:
        directory = option("inventory_dir")
        if not directory:
            raise LoginError(
                "host keys are checked, but there is no known_hosts file: this inventory has no directory. "
                "Set ansible_netmiko_known_hosts."
            )
        path = os.path.join(
            directory, "known_hosts.txt"
        )  # Ansible reads no .txt of an inventory directory as inventory
    try:
        with open(path, encoding="utf-8", errors="replace") as file:
            return path, file.read()
    except FileNotFoundError:
        return path, ""  # the refusal names the file, the key and how to add it
    except OSError as error:
        raise LoginError(
            f"the known_hosts file {path} cannot be read: {error.strerror}. Check ansible_netmiko_known_hosts."
        ) from None


def new_device(login: Login, stream: Any, log: Any, driver: Any = None) -> Any:
    """A netmiko object that is not connected yet. stream: to the target; log: of session_log(), or None. driver: its class where
    netmiko has none for the platform."""
    target = login.target
    device = (driver or netmiko.ConnectHandler)(
        device_type=login.platform,
        host=target.host,
        port=target.port,
        username=target.user,
        password=target.password,
        pkey=target.key,
        allow_agent=target.allow_agent,
        use_keys=target.look_for_keys,
        disabled_algorithms=target.disabled,
        conn_timeout=target.timeout,
        auth_timeout=target.auth_timeout,
        banner_timeout=target.banner_timeout,
        sock=stream,
        session_log=log,
        auto_connect=False,
    )
    device.key_policy = host_key_policy(target)
    watch(device)
    return device


def hang_up(device: Any) -> None:
    """Close at once. netmiko's own disconnect() would ask the device for its mode first, and sleep."""
    with contextlib.suppress(OSError, EOFError, AttributeError):
        channel = device.remote_conn  # None before the login is through
        channel.close()
        # paramiko's reader looks up only each tenth of a second; the end of the stream wakes it at once.
        channel.transport.sock.shutdown(socket.SHUT_RDWR)
    with contextlib.suppress(OSError, EOFError, AttributeError, paramiko.SSHException):
        device.paramiko_cleanup()


def why(error: BaseException, target: Target, route: Route | None = None) -> str:
    """Why logging in failed, in one line. target: the device, or the jump host that it failed at."""
    incompatible = isinstance(error.__context__ or error, paramiko.ssh_exception.IncompatiblePeer)
    ways = [
        (target.key is not None, "private key"),
        (target.allow_agent and "SSH_AUTH_SOCK" in os.environ, "keys of the ssh-agent"),
        (target.look_for_keys, "keys in ~/.ssh"),
        (bool(target.password), "password"),
    ]
    return explained(
        error,
        Attempt(
            host=target.host,
            port=target.port,
            user=target.user,
            timeout=target.timeout,
            known_hosts=target.known_hosts_file,
            ways=[name for used, name in ways if used],
            offers=(route or Route(target)).offers() if incompatible else {},
            legacy=target.legacy,
            paramiko=paramiko.__version__,
            secrets=[target.password] if target.password else [],
        ),
    )
