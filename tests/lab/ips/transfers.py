# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How a sensor gets a file: it connects to the server of a URL over HTTPS, HTTP, SCP or FTP, and trusts only what it was told to."""

from __future__ import annotations

import asyncio
import ftplib
import hashlib
import io
import re
import socket
import ssl
import tempfile
import warnings
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import SplitResult, unquote, urlsplit

import aiohttp
import asyncssh
from cryptography import x509

if TYPE_CHECKING:
    from .device import IpsDevice

PORTS = {"https": 443, "http": 80, "scp": 22, "ftp": 21}
LIMIT = 60.0  # seconds of a transfer
NOT_TRUSTED = "The host is not trusted. Add the host to the system's trusted TLS certificates."
NOT_KNOWN = "The host is not trusted. Add the host to the system's known hosts list."
BROKEN = "The connection was closed before the file was complete."
TOO_LARGE = "The file is larger than the space that is available."
LOGIN = "Authentication failed."


class Refused(Exception):
    """Why the sensor does not do it, in its words, without `Error: `."""


@dataclass(frozen=True, slots=True)
class Url:
    """Where a file is. password: asked for at the prompt, never part of the URL."""

    scheme: str
    host: str
    port: int
    path: str
    user: str
    text: str

    @property
    def file(self) -> str:
        return unquote(self.path.rsplit("/", 1)[-1])

    @property
    def needs_password(self) -> bool:
        return bool(self.user) or self.scheme in ("scp", "ftp")


def url(text: str) -> Url:
    """The URL of a command; Refused where it is none that a sensor takes."""
    try:
        parts: SplitResult = urlsplit(text)
        port = parts.port
    except ValueError:
        raise Refused("invalid URL") from None
    if parts.scheme not in PORTS or not parts.hostname:
        raise Refused("invalid URL")
    if parts.password is not None:
        raise Refused("a password in the URL is not accepted; it is asked for")
    return Url(
        parts.scheme, parts.hostname, port or PORTS[parts.scheme], parts.path, unquote(parts.username or ""), text
    )


def table_id(host: str, port: int, usual: int = 443) -> str:
    """As the tables of trusted hosts name one: the port only where it is not the usual one."""
    return host if port == usual else f"{host}:{port}"


async def pull(device: IpsDevice, where: Url, password: str) -> bytes:
    """The file; Refused with the reason."""
    room = int(device.options.get("disk", 500_000_000))
    try:
        async with asyncio.timeout(LIMIT):
            if where.scheme in ("https", "http"):
                return await _http(device, where, password, room)
            if where.scheme == "scp":
                return await _scp(device, where, password, room)
            return await _ftp(where, password, room)
    except TimeoutError:
        raise Refused("Connect failed [4,110]") from None
    except OSError as error:
        raise Refused(f"Connect failed [4,{error.errno or 111}]") from None


async def certificate_of(host: str, port: int) -> bytes:
    """What a server shows, in DER; OSError where there is none."""
    context = _tolerant()
    _reader, writer = await asyncio.wait_for(asyncio.open_connection(host, port, ssl=context), 10)
    try:
        secured: ssl.SSLObject = writer.get_extra_info("ssl_object")
        return secured.getpeercert(binary_form=True) or b""
    finally:
        writer.transport.abort()


async def key_of(host: str, port: int) -> asyncssh.SSHKey:
    """The host key of an SSH server; OSError where there is none."""
    key = await asyncio.wait_for(asyncssh.get_server_host_key(host, port), 10)
    if key is None:
        raise ConnectionRefusedError(111, "no key")
    return key


def _tolerant() -> ssl.SSLContext:
    """An old client: it takes every version and key. Whom it trusts is checked against its table, by the certificate itself."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    context.set_ciphers("ALL:@SECLEVEL=0")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # that an old version is old is the point
        context.minimum_version = ssl.TLSVersion.TLSv1
    return context


def check_trust(device: IpsDevice, where: Url, shown: bytes) -> None:
    """Refused, unless the table has exactly this certificate for the host, and it is valid by the sensor's clock."""
    address = socket.gethostbyname(where.host)
    names = {table_id(host, where.port) for host in (where.host, address)}
    if not any(device.trusted.get(name) == shown for name in names):
        raise Refused(NOT_TRUSTED)
    certificate = x509.load_der_x509_certificate(shown)
    if not certificate.not_valid_before_utc <= device.now() <= certificate.not_valid_after_utc:
        raise Refused("The certificate of the host is not yet valid or has expired.")
    digest = certificate.signature_hash_algorithm
    if not device.options.get("trusts_sha2", True) and digest is not None and digest.name not in ("md5", "sha1"):
        raise Refused("The signature algorithm of the host's certificate is not supported.")


async def _http(device: IpsDevice, where: Url, password: str, room: int) -> bytes:
    """Certificates are compared before a credential is sent, and again on the connection that carries the file."""
    pinned: bool | aiohttp.Fingerprint = True
    connector = aiohttp.TCPConnector(ssl=_tolerant())
    if where.scheme == "https":
        shown = await certificate_of(where.host, where.port)
        check_trust(device, where, shown)
        pinned = aiohttp.Fingerprint(hashlib.sha256(shown).digest())
    login = {"Authorization": aiohttp.encode_basic_auth(where.user, password)} if where.user else {}
    address = re.sub(r"//[^/@]*@", "//", where.text, count=1)
    limit = aiohttp.ClientTimeout(LIMIT)
    try:
        async with aiohttp.ClientSession(connector=connector, headers=login, timeout=limit) as session:
            session._retry_connection = False  # a sensor asks once; aiohttp has no public way to
            async with session.get(address, allow_redirects=False, ssl=pinned) as answer:
                return await _body(answer, room)
    except aiohttp.ServerFingerprintMismatch:
        raise Refused(NOT_TRUSTED) from None
    except aiohttp.ClientConnectorError as error:
        raise Refused(f"Connect failed [4,{error.os_error.errno or 111}]") from None
    except aiohttp.ClientError:
        raise Refused(BROKEN) from None


async def _body(answer: aiohttp.ClientResponse, room: int) -> bytes:
    if answer.status == 401:
        raise Refused(LOGIN)
    if answer.status != 200:
        raise Refused(f"http error response: {answer.status}")
    data = bytearray()
    async for piece in answer.content.iter_chunked(65536):
        data += piece
        if len(data) > room:
            raise Refused(TOO_LARGE)
    return bytes(data)


async def _scp(device: IpsDevice, where: Url, password: str, room: int) -> bytes:
    name = table_id(where.host, where.port, usual=22)
    if name not in device.known_hosts:
        raise Refused(NOT_KNOWN)
    known = asyncssh.import_known_hosts(f"[{where.host}]:{where.port} {device.known_hosts[name]}\n")
    path = where.path[1:] or "."  # `//dir` is from the root, `/dir` from the directory of the login
    with tempfile.TemporaryDirectory() as folder:
        target = Path(folder) / "file"
        try:
            async with asyncssh.connect(
                where.host,
                where.port,
                username=where.user,
                password=password,
                known_hosts=known,
                client_keys=None,
                config=None,
                agent_path=None,
            ) as connection:
                await asyncssh.scp((connection, path), target)
        except asyncssh.PermissionDenied:
            raise Refused(LOGIN) from None
        except asyncssh.HostKeyNotVerifiable:
            raise Refused(NOT_KNOWN) from None
        except asyncssh.ConnectionLost:
            raise Refused(BROKEN) from None
        except (asyncssh.SFTPError, asyncssh.Error):
            raise Refused(f"File not found: {path}") from None
        if target.stat().st_size > room:
            raise Refused(TOO_LARGE)
        return target.read_bytes()


async def _ftp(where: Url, password: str, room: int) -> bytes:
    return await asyncio.to_thread(_ftp_now, where, password, room)


def _ftp_now(where: Url, password: str, room: int) -> bytes:
    data, path = io.BytesIO(), where.path[1:] or "."

    def take(piece: bytes) -> None:
        data.write(piece)
        if data.tell() > room:
            raise Refused(TOO_LARGE)

    with ftplib.FTP(timeout=20) as client:
        client.connect(where.host, where.port)
        try:
            client.login(where.user or "anonymous", password)
        except ftplib.error_perm:
            raise Refused(LOGIN) from None
        try:
            expected = client.sendcmd("TYPE I") and client.size(path)
            client.retrbinary(f"RETR {path}", take)
        except ftplib.error_perm:
            raise Refused(f"File not found: {path}") from None
        except (EOFError, ftplib.Error, ConnectionError):
            raise Refused(BROKEN) from None
    if isinstance(expected, int) and data.tell() < expected:
        raise Refused(BROKEN)
    return data.getvalue()


def bubble_babble(data: bytes) -> str:
    """The SHA-1 of a public key as words that can be read aloud, as `ssh-keygen -B` prints them."""
    vowels, consonants = "aeiouy", "bcdfghklmnprstvzx"
    digest = hashlib.sha1(data, usedforsecurity=False).digest()
    seed, text = 1, "x"
    for index in range(0, len(digest) - 1, 2):
        one, two = digest[index], digest[index + 1]
        text += vowels[((one >> 6 & 3) + seed) % 6] + consonants[one >> 2 & 15] + vowels[((one & 3) + seed // 6) % 6]
        text += consonants[two >> 4 & 15] + "-" + consonants[two & 15]
        seed = (seed * 5 + one * 7 + two) % 36
    return text + vowels[seed % 6] + consonants[16] + vowels[seed // 6] + "x"
