# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""One file for one sensor over HTTPS, for as long as a task needs it: a sensor pulls its files and takes none that is pushed. I/O.

The certificate is made for the task, and the sensor is told its fingerprint over SSH. Only the sensor's address is answered.
"""

from __future__ import annotations

import errno
import hashlib
import ipaddress
import os
import socket
import ssl
import tempfile
import threading
import time
import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import TracebackType
from typing import Any
from urllib.parse import quote

from ..._engine.failures import ApplyFailed
from ..._engine.problems import Problem

try:
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import rsa
    from cryptography.x509.oid import NameOID
except ImportError as error:
    MISSING: ImportError | None = error
else:
    MISSING = None

CHUNK = 1 << 16
PATIENCE = 60.0  # seconds of silence that end a transfer
PAUSE = 0.5  # seconds between two tries to get a port
AROUND = timedelta(days=365)  # of now, for which a made certificate is valid: the clock of a sensor may be wrong
KEY_BITS = 2048

Sent = Callable[[int, int], None]  # bytes so far, bytes of the whole file


@dataclass(frozen=True)
class Identity:
    """A certificate with its key, PEM. sha2: whether it is signed with SHA-2."""

    certificate: bytes
    key: bytes
    der: bytes
    not_before: datetime
    not_after: datetime
    sha2: bool

    @property
    def fingerprints(self) -> Mapping[str, str]:
        """By the names that a sensor has for them: hexadecimal digits in lower case."""
        return fingerprints_of(self.der)


def fingerprints_of(der: bytes) -> dict[str, str]:
    return {
        "MD5": hashlib.md5(der, usedforsecurity=False).hexdigest(),
        "SHA1": hashlib.sha1(der, usedforsecurity=False).hexdigest(),
    }


def dates_of(der: bytes) -> tuple[datetime, datetime, bool]:
    """The first and the last moment of a certificate, and whether it is signed with SHA-2. Raises ApplyFailed."""
    if MISSING:
        raise ApplyFailed(f"cryptography is needed on the controller ({MISSING}): pip install cryptography")
    try:
        found = x509.load_der_x509_certificate(der)
    except ValueError as error:
        raise ApplyFailed(f"the certificate of a server cannot be read: {error}") from None
    return found.not_valid_before_utc, found.not_valid_after_utc, _is_sha2(found)


def _is_sha2(certificate: Any) -> bool:
    digest = certificate.signature_hash_algorithm
    return digest is None or digest.name not in ("md5", "sha1")


def made(address: str, now: datetime) -> Identity:
    """A new one for an address of this controller. Raises ApplyFailed where the library is missing."""
    if MISSING:
        raise ApplyFailed(
            f"cryptography is needed on the controller to serve a file ({MISSING}): pip install cryptography"
        )
    key = rsa.generate_private_key(public_exponent=65537, key_size=KEY_BITS)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, address)])
    built = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - AROUND)
        .not_valid_after(now + AROUND)
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address(address))]), critical=False)
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return _identity(built, private)


def given(certificate: str, key: str) -> Identity:
    """One of the user's own, from its PEM files. Raises ApplyFailed."""
    try:
        pem, private = Path(certificate).read_bytes(), Path(key).read_bytes()
        return _identity(x509.load_pem_x509_certificate(pem), private)
    except OSError as error:
        raise ApplyFailed(f"{error.filename}: {error.strerror}. Check transfer_certificate and transfer_key") from None
    except ValueError:
        raise ApplyFailed(f"{certificate} holds no certificate in PEM format. Check transfer_certificate") from None


def _identity(certificate: Any, key: bytes) -> Identity:
    return Identity(
        certificate.public_bytes(serialization.Encoding.PEM),
        key,
        certificate.public_bytes(serialization.Encoding.DER),
        certificate.not_valid_before_utc,
        certificate.not_valid_after_utc,
        _is_sha2(certificate),
    )


def own_address(towards: str, port: int) -> str:
    """The address of this controller that a host sees, as far as routes tell; no packet is sent. Raises ApplyFailed."""
    try:
        family, kind, protocol, _name, target = socket.getaddrinfo(towards, port, type=socket.SOCK_DGRAM)[0]
        with socket.socket(family, kind, protocol) as probe:
            probe.connect(target)
            return str(probe.getsockname()[0])
    except OSError as error:
        text = f"the address of this controller that {towards} sees is not known ({error.strerror})"
        raise ApplyFailed(f"{text}. Set transfer_address") from None


def addresses_of(host: str) -> frozenset[str]:
    """Those of a name. Raises ApplyFailed."""
    try:
        return frozenset(str(entry[4][0]) for entry in socket.getaddrinfo(host, None))
    except OSError as error:
        raise ApplyFailed(f"{host} cannot be resolved: {error.strerror}") from None


class Serving:
    """A block within which one file can be fetched. address, port: as the sensor names them; port 0 is any free one.

    allowed: addresses that are answered. bind: where to listen, "" for the address itself. tls_min: the least version of TLS.
    patience: seconds to wait for a port that another task serves on; waiting: called meanwhile.
    """

    def __init__(
        self,
        file: Path,
        identity: Identity,
        address: str,
        port: int,
        allowed: frozenset[str],
        *,
        bind: str = "",
        tls_min: str = "TLSv1_2",
        sent: Sent = lambda done, whole: None,
        patience: float = 0.0,
        waiting: Callable[[], None] = lambda: None,
    ) -> None:
        self.address = address
        self.identity = identity
        self.refused: list[str] = []  # who was not answered, or what TLS failed
        self._file = file
        self._bind, self._port = bind or address, port
        self._allowed = allowed
        self._tls_min = tls_min
        self._sent = sent
        self._patience, self._waiting = patience, waiting

    @property
    def port(self) -> int:
        return int(self._server.server_address[1])

    @property
    def url(self) -> str:
        name = f"[{self.address}]" if ":" in self.address else self.address
        return f"https://{name}{'' if self.port == 443 else f':{self.port}'}/{quote(self._file.name)}"

    def __enter__(self) -> Serving:
        """Raises ApplyFailed."""
        context = _context(self.identity, self._tls_min)
        end = time.monotonic() + self._patience
        while True:
            try:
                self._server = self._made(context)
                break
            except OSError as error:
                if error.errno != errno.EADDRINUSE or time.monotonic() > end:
                    raise self._no_port(error) from None
            self._waiting()
            time.sleep(PAUSE)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.1,), daemon=True)
        self._thread.start()
        return self

    def _made(self, context: ssl.SSLContext) -> _Server:
        where = (self._bind, self._port)
        return _Server(where, context, self._file, self._allowed, self._sent, self.refused)

    def _no_port(self, error: OSError) -> ApplyFailed:
        text = f"{self._bind} port {self._port}: {error.strerror}"
        remedy = "Set transfer_address, transfer_bind, transfer_port."
        return ApplyFailed(
            "this controller cannot serve the file", [Problem("transfer", "transfer_port", text, remedy)]
        )

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


def _context(identity: Identity, tls_min: str) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # an old version is what was asked for
        context.minimum_version = ssl.TLSVersion[tls_min]
    if tls_min in ("TLSv1", "TLSv1_1"):
        context.set_ciphers("DEFAULT:@SECLEVEL=0")  # their handshake is signed with MD5 and SHA-1
    with tempfile.TemporaryDirectory() as folder:  # OpenSSL takes files only
        path = Path(folder) / "identity.pem"
        path.touch(mode=0o600)
        path.write_bytes(identity.certificate + b"\n" + identity.key)
        try:
            context.load_cert_chain(path)
        except (ssl.SSLError, OSError) as error:
            raise ApplyFailed(f"certificate and key do not belong together, or are too weak: {error}") from None
    return context


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False

    def __init__(
        self,
        where: tuple[str, int],
        context: ssl.SSLContext,
        file: Path,
        allowed: frozenset[str],
        sent: Sent,
        refused: list[str],
    ) -> None:
        self.address_family = socket.AF_INET6 if ":" in where[0] else socket.AF_INET
        self.context, self.file, self.allowed, self.sent, self.refused = context, file, allowed, sent, refused
        super().__init__(where, _Handler)

    def verify_request(self, request: Any, client_address: Any) -> bool:
        address = str(client_address[0]).removeprefix("::ffff:")
        if address not in self.allowed:
            self.refused.append(f"{address} is not the sensor's address, so it was not answered")
            return False
        return True

    def finish_request(self, request: Any, client_address: Any) -> None:
        request.settimeout(PATIENCE)
        try:
            with self.context.wrap_socket(request, server_side=True) as secured:
                super().finish_request(secured, client_address)
        except ssl.SSLError as error:
            self.refused.append(f"TLS with {client_address[0]} failed: {error.reason or error}")
        except OSError:
            return  # it hung up, as it does when it only looks at the certificate

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Nothing is printed into the output of a play."""


class _Handler(BaseHTTPRequestHandler):
    server: _Server
    protocol_version = "HTTP/1.0"
    server_version = "mspplus.netsec"
    sys_version = ""

    def do_GET(self) -> None:
        self._answer(body=True)

    def do_HEAD(self) -> None:
        self._answer(body=False)

    def _answer(self, *, body: bool) -> None:
        path = self.server.file
        if self.path.partition("?")[0] != f"/{quote(path.name)}":
            self.send_error(404)
            return
        with open(path, "rb") as file:
            whole = os.fstat(file.fileno()).st_size
            self.send_response(200)
            self.send_header("Content-Type", "application/octet-stream")
            self.send_header("Content-Length", str(whole))
            self.end_headers()
            done = 0
            while body and (piece := file.read(CHUNK)):
                self.wfile.write(piece)
                done += len(piece)
                self.server.sent(done, whole)

    def log_message(self, *arguments: Any) -> None:
        """No log: what matters is in the result."""
