# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The two ways of a file to a sensor: from a published server, or from this controller for the time of a task. I/O."""

from __future__ import annotations

import hashlib
import ipaddress
import re
import socket
import ssl
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from ..._engine.failures import ApplyFailed
from ..._engine.problems import Problem
from ..._engine.waiting import Progress
from ..ips_cli import url as typed_url
from .delivery import Delivery, Server
from .serving_device import Identity, Serving, addresses_of, dates_of, fingerprints_of, given, made, own_address

TIMEOUT = 20.0  # seconds for a look at a certificate
PORT_PATIENCE = 3600.0  # seconds that the updates of other sensors may take on the same port


@dataclass(frozen=True)
class Offer:
    """A file that can be pulled. address, port: of the server, as the sensor names it."""

    url: str
    address: str
    port: int


class FromUrl:
    """``transfer: url``. base: URL of the folder, with a user where one is needed, never with a password.

    accepted: SHA-256 of the server's certificate; "" to have it checked by the authorities in ca, or the system's.
    """

    def __init__(self, base: str, password: str, accepted: str = "", ca: str = "") -> None:
        self.password = password
        self.refused: list[str] = []
        self._base = base if base.endswith("/") else f"{base}/"
        self._parts = urlsplit(self._base)
        self._accepted, self._ca = accepted, ca
        self._der = b""

    @property
    def _secured(self) -> bool:
        return self._parts.scheme == "https"

    @property
    def _port(self) -> int:
        return self._parts.port or 443

    def server(self) -> Server | None:
        if not self._secured:
            return None
        host = self._parts.hostname or ""
        not_before, not_after, sha2 = dates_of(self._shown())
        return Server(f"{host}:{self._port}", not_before, not_after, sha2, f".{host}".endswith(".cisco.com"))

    def delivery(self) -> Delivery:
        if not self._secured:
            return Delivery(self._base)
        return Delivery(self._base, f"{min(sorted(addresses_of(self._parts.hostname or '')))}:{self._port}")

    def fingerprints(self) -> Mapping[str, str]:
        return fingerprints_of(self._shown())

    @contextmanager
    def open(self, name: str) -> Iterator[Offer]:
        yield Offer(f"{self._base}{name}", self._parts.hostname or "", self._port)

    def _shown(self) -> bytes:
        """The certificate that the server shows to this controller, if it is the right one. The sensor must see the same."""
        if self._der:
            return self._der
        host = self._parts.hostname or ""
        context = ssl.create_default_context(cafile=self._ca or None)
        if self._accepted:
            context.check_hostname = False
            context.verify_mode = ssl.CERT_NONE
        where = f"{host} port {self._port}"
        try:
            with (
                socket.create_connection((host, self._port), TIMEOUT) as wire,
                context.wrap_socket(wire, server_hostname=host) as secured,
            ):
                der = secured.getpeercert(binary_form=True) or b""
        except (OSError, ValueError) as error:
            reason = getattr(error, "verify_message", "") or getattr(error, "strerror", "") or str(error)
            remedy = "Check url. A certificate that no authority signed is accepted with url_certificate."
            raise ApplyFailed(
                "the server of the packages is not trusted, or not reached",
                [Problem("transfer", "url", f"{where}: {reason}", remedy)],
            ) from None
        if self._accepted and _sha256(der) != self._accepted:
            text = f"{where} shows the certificate with SHA-256 {_sha256(der)}, not the accepted one"
            raise ApplyFailed(
                "the server of the packages is not trusted", [Problem("transfer", "url_certificate", text)]
            )
        self._der = der
        return der


class FromController:
    """``transfer: controller``. address: of this controller as the sensor sees it, "" to find out; port: 0 for any free one."""

    def __init__(
        self,
        folder: Path,
        sensor: str,
        address: str,
        port: int,
        progress: Progress,
        *,
        bind: str = "",
        tls_min: str = "TLSv1_2",
        certificate: str = "",
        key: str = "",
    ) -> None:
        self.password = ""
        self._folder, self._sensor, self._port = folder, sensor, port
        self._bind, self._tls_min = bind, tls_min
        self._progress = progress
        self._files = (certificate, key)
        self._given_address = address
        self._identity: Identity | None = None
        self.refused: list[str] = []

    @property
    def _address(self) -> str:
        self._given_address = self._given_address or own_address(self._sensor, 22)
        return self._given_address

    def _own(self) -> Identity:
        if self._identity is None:
            certificate, key = self._files
            self._identity = given(certificate, key) if certificate else made(self._address, datetime.now(UTC))
        return self._identity

    def server(self) -> Server | None:
        own = self._own()
        return Server("this controller", own.not_before, own.not_after, own.sha2)

    def delivery(self) -> Delivery:
        """A port that is chosen when the file is served has no number in the plan."""
        port = str(self._port or "PORT")
        suffix = "" if port == "443" else f":{port}"
        return Delivery(f"https://{self._address}{suffix}/", f"{self._address}:{port}", transient=True)

    def fingerprints(self) -> Mapping[str, str]:
        return self._own().fingerprints

    @contextmanager
    def open(self, name: str) -> Iterator[Offer]:
        def sent(done: int, whole: int) -> None:
            self._progress(f"the sensor pulls {name}", done / whole if whole else None)

        serving = Serving(
            self._folder / name,
            self._own(),
            self._address,
            self._port,
            addresses_of(self._sensor),
            bind=self._bind,
            tls_min=self._tls_min,
            sent=sent,
            patience=PORT_PATIENCE,
            waiting=lambda: self._progress(f"another task serves on port {self._port}"),
        )
        self.refused = serving.refused
        with serving:
            yield Offer(serving.url, self._address, serving.port)


Transfer = FromUrl | FromController


def wrong_options(options: Mapping[str, Any]) -> list[str]:
    """What is wrong with the options of a transfer (fragment ips_transfer) by themselves."""
    wrong = []
    for name in ("transfer_address", "transfer_bind"):
        if options[name] and not _is_address(options[name]):
            wrong.append(f"{name}: {options[name][:60]!r} is not an address")
    if options["transfer"] != "url":
        return wrong
    try:
        typed_url(f"{options['url'].rstrip('/')}/x")
    except ValueError as error:
        wrong.append(f"url: {error}")
    if options["url_certificate"] and not re.fullmatch(r"[0-9a-f]{64}", _digits(options["url_certificate"])):
        wrong.append("url_certificate is not a SHA-256: it has 64 hexadecimal digits")
    return wrong


def transfer(options: Mapping[str, Any], folder: Path, sensor: str, progress: Progress) -> Transfer:
    """As the options say. folder: of the files that this controller serves. sensor: its address."""
    if options["transfer"] == "url":
        accepted = _digits(options["url_certificate"] or "")
        return FromUrl(options["url"], options["url_password"] or "", accepted, options["url_ca_path"] or "")
    return FromController(
        folder,
        sensor,
        options["transfer_address"] or "",
        options["transfer_port"],
        progress,
        bind=options["transfer_bind"] or "",
        tls_min=options["transfer_tls_min_version"],
        certificate=options["transfer_certificate"] or "",
        key=options["transfer_key"] or "",
    )


def _digits(text: str) -> str:
    """Of a fingerprint."""
    return re.sub(r"[\s:]|^sha-?256[:=]", "", text, flags=re.IGNORECASE).lower()


def _is_address(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True


def _sha256(der: bytes) -> str:
    return hashlib.sha256(der).hexdigest()
