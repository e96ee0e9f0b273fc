# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""From the options of a REST connection to settings that a session can be opened with. Checks them; sends nothing."""

from __future__ import annotations

import base64
import os
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from ..login_error import LoginError
from .dialects import Dialect, DialectTable
from .retries import Retries
from .tls import Tls, pinned

Option = Callable[[str], Any]

# In the inventory's directory, the first that is there. Ansible reads no .txt of a directory as inventory.
AUTHORITIES = ("ca.txt", "ca.pem")
TIMES_SILENCE = 10  # what a whole answer with its headers may take, however steadily it trickles


@dataclass(frozen=True)
class Settings:
    """A session that can be tried. user, password and the like are "" where there is none."""

    system: Dialect
    base_url: str
    host: str
    port: int
    user: str
    password: str = field(repr=False)
    secondary_password: str = field(repr=False)
    tls: Tls
    proxy: str = field(repr=False)
    timeout: float
    read_timeout: float
    total_timeout: float | None
    retries: Retries

    def longest_answer(self, silence: float | None) -> float:
        """Seconds that a whole answer may take. silence: the limit that the call brings; one that is known to take long gets
        as long, whatever the option says."""
        if self.total_timeout is None:
            return TIMES_SILENCE * (silence or self.read_timeout)
        return max(self.total_timeout, silence or 0.0)

    @property
    def credential_secrets(self) -> list[str]:
        """What a device or a proxy may repeat of the login: the passwords, and user and password as a header carries them."""
        pair = base64.b64encode(f"{self.user}:{self.password}".encode()).decode()
        proxy = (urlsplit(self.proxy).password or "") if self.proxy else ""
        return [self.password, self.secondary_password, pair, proxy]

    @property
    def credentials(self) -> dict[str, str]:
        return {
            "username": self.user,
            "password": self.password,
            "secondary_password": self.secondary_password,
        }

    @property
    def proxy_shown(self) -> str:
        """The proxy without its password."""
        return self.proxy.rpartition("@")[2] if self.proxy else ""


def planned(option: Option, dialects: DialectTable) -> Settings:
    """option: the value of an option of the connection by its name. Raises LoginError before anything is sent."""
    system = _system(option, dialects)
    host, port = _address(option)
    user, password = str(option("remote_user") or ""), str(option("password") or "")
    if not user:
        raise LoginError("no user to log in as: set ansible_user, or use -u.")
    if not password:
        raise LoginError(f"no password for user {user}: set ansible_password (in a vault), or use -k.")
    path = system.path(_plain(option, "api_version"), _plain(option, "base_path"))
    name = f"[{host}]" if ":" in host else host
    return Settings(
        system=system,
        base_url=f"https://{name}:{port}{path}",
        host=host,
        port=port,
        user=user,
        password=password,
        secondary_password=str(option("secondary_password") or ""),
        tls=_tls(option),
        proxy=_proxy(option),
        timeout=_seconds(option, "timeout"),
        read_timeout=_seconds(option, "read_timeout"),
        total_timeout=None if option("total_timeout") is None else _seconds(option, "total_timeout"),
        retries=Retries(max(0, int(option("retries"))), max(0.0, float(option("retry_wait")))),
    )


def _system(option: Option, dialects: DialectTable) -> Dialect:
    name = option("dialect") or option("network_os")
    if not name:
        raise LoginError(
            f"the system is not known: set ansible_network_os ({dialects.example}), or ansible_rest_dialect "
            f"({', '.join(dialects.rows)})."
        )
    try:
        return dialects.find(str(name))
    except ValueError as error:
        raise LoginError(f"{error}. Check ansible_network_os or ansible_rest_dialect.") from None


def _address(option: Option) -> tuple[str, int]:
    host = str(option("host")).strip().removeprefix("[").removesuffix("]")
    if not host or re.search(r"[\s\x00-\x1f\x7f/@?#\\%\[\]]", host):
        raise LoginError(f"{host!r} is not a host name or address. Check ansible_host: it has no https:// and no path.")
    port = int(option("port"))
    if not 1 <= port <= 65535:
        raise LoginError(f"port {port} is not between 1 and 65535. Check ansible_port.")
    return host, port


def _plain(option: Option, name: str) -> str:
    text = str(option(name) or "")
    if not re.fullmatch(r"[A-Za-z0-9._~{}/-]*", text) or ".." in text:
        raise LoginError(f"ansible_rest_{name} {text!r} is not a path of a URL.")
    return text


def _seconds(option: Option, name: str) -> float:
    seconds = float(option(name))
    if not 0 < seconds < float("inf"):
        raise LoginError(f"{name} must be more than 0 seconds, not {seconds:g}. Check ansible_rest_{name}.")
    return seconds


def _proxy(option: Option) -> str:
    proxy = str(option("proxy") or "")
    if not proxy:
        return ""
    try:
        parts = urlsplit(proxy)
        good = parts.scheme in ("http", "https") and bool(parts.hostname) and (parts.port or 1) > 0
    except ValueError:
        good = False
    if not good:  # its text may hold a password
        raise LoginError("ansible_rest_proxy is not http://HOST:PORT of a proxy.")
    return proxy


def _tls(option: Option) -> Tls:
    pin = option("pin_sha256")
    ca = option("ca_path")
    if not ca and option("inventory_dir"):
        beside = (os.path.join(str(option("inventory_dir")), name) for name in AUTHORITIES)
        ca = next((path for path in beside if os.path.isfile(path)), "")
    return Tls(
        validate=bool(option("validate_certs")),
        ca=str(ca or ""),
        pin=pinned(str(pin)) if pin else "",
        server_name=str(option("server_name") or ""),
        client_cert=str(option("client_cert") or ""),
        client_key=str(option("client_key") or ""),
        client_key_passphrase=str(option("client_key_passphrase") or ""),
        minimum=str(option("tls_min_version") or ""),
        ciphers=str(option("tls_ciphers") or ""),
    )


@dataclass(frozen=True)
class Front:
    """What a look at a certificate needs: no user, no password."""

    host: str
    port: int
    tls: Tls
    timeout: float


def front(option: Option) -> Front:
    """Raises LoginError before anything is sent."""
    host, port = _address(option)
    return Front(host, port, _tls(option), _seconds(option, "timeout"))
