# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The certificate that a sensor shows on 443: self-signed, good or of the old kinds, minted when it is first needed."""

from __future__ import annotations

import ssl
import subprocess
import tempfile
import warnings
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID

# kind -> (bits of the key, digest of the signature, days from now until it expires)
KINDS: dict[str, tuple[int, str, int]] = {
    "good": (2048, "sha256", 400),
    "sha1": (2048, "sha1", 400),
    "legacy": (1024, "md5", 400),
    "expired": (2048, "sha256", -20),
    "not_yet_valid": (2048, "sha256", 760),
}
TLS = {"1.0": "TLSv1", "1.1": "TLSv1_1", "1.2": "TLSv1_2", "1.3": "TLSv1_3"}
LIFETIME = timedelta(days=731)
_KEPT = 4  # keys of a size that the sensors of a process share: making one takes a while

_keys: dict[int, list[rsa.RSAPrivateKey]] = {}
_next: dict[int, int] = {}


@dataclass(frozen=True, slots=True)
class Identity:
    """A private key and its certificate, in PEM."""

    key: str
    certificate: str

    @property
    def loaded(self) -> x509.Certificate:
        return x509.load_pem_x509_certificate(self.certificate.encode())

    def fingerprints(self) -> dict[str, str]:
        """md5, sha1 and sha256 as FD:83:..."""
        own = self.loaded
        digests = {"md5": hashes.MD5(), "sha1": hashes.SHA1(), "sha256": hashes.SHA256()}  # as shown
        return {name: own.fingerprint(digest).hex(":").upper() for name, digest in digests.items()}


def mint(kind: str, address: str, platform: str, first: datetime) -> Identity:
    """A new certificate for the address of a sensor, valid for two years from first on. kind: its key and digest."""
    bits, digest, _days = KINDS[kind]
    key = _key(bits)
    if digest == "sha256":
        return Identity(_pem(key), _signed(key, address, platform, first))
    return Identity(_pem(key), _by_openssl(key, digest, address, platform, first))


def server_side(identity: Identity, version: str) -> ssl.SSLContext:
    """The TLS side of a web server that speaks one version only, with whatever cipher and key an old one has."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.set_ciphers("ALL:@SECLEVEL=0")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # that an old version is old is the point
        context.minimum_version = context.maximum_version = getattr(ssl.TLSVersion, TLS[version])
    with tempfile.NamedTemporaryFile("w", suffix=".pem", encoding="ascii") as file:  # ssl reads keys from files only
        file.write(identity.key + identity.certificate)
        file.flush()
        context.load_cert_chain(file.name)
    return context


def _key(bits: int) -> rsa.RSAPrivateKey:
    kept = _keys.setdefault(bits, [])
    turn = _next[bits] = _next.get(bits, -1) + 1
    if len(kept) < _KEPT:
        kept.append(rsa.generate_private_key(public_exponent=65537, key_size=bits))
    return kept[turn % len(kept)]


def _subject(address: str, platform: str) -> list[tuple[x509.ObjectIdentifier, str]]:
    return [
        (NameOID.COUNTRY_NAME, "US"),
        (NameOID.ORGANIZATION_NAME, "Cisco Systems, Inc."),
        (NameOID.ORGANIZATIONAL_UNIT_NAME, platform),
        (NameOID.COMMON_NAME, address),
    ]


def _signed(key: rsa.RSAPrivateKey, address: str, platform: str, first: datetime) -> str:
    name = x509.Name([x509.NameAttribute(oid, value) for oid, value in _subject(address, platform)])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(first)
        .not_valid_after(first + LIFETIME)
        .sign(key, hashes.SHA256())
    )
    return certificate.public_bytes(serialization.Encoding.PEM).decode()


_CONFIG = """[ca]
default_ca=own
[own]
database={directory}/index.txt
new_certs_dir={directory}
rand_serial=yes
policy=any
[any]
countryName=optional
organizationName=optional
organizationalUnitName=optional
commonName=optional
[req]
distinguished_name=name
prompt=no
[name]
{subject}
"""


def _by_openssl(key: rsa.RSAPrivateKey, digest: str, address: str, platform: str, first: datetime) -> str:
    """The library signs neither with MD5 nor with SHA-1; the command still does, and only `ca` takes both dates."""
    words = dict(zip(["C", "O", "OU", "CN"], (value for _oid, value in _subject(address, platform)), strict=True))
    with tempfile.TemporaryDirectory() as folder:
        directory = Path(folder)
        subject = "\n".join(f"{word}={value}" for word, value in words.items())
        (directory / "own.cnf").write_text(_CONFIG.format(directory=folder, subject=subject), encoding="ascii")
        (directory / "index.txt").touch()
        (directory / "key.pem").write_text(_pem(key), encoding="ascii")
        config = ["-config", f"{folder}/own.cnf"]
        _openssl("req", "-new", "-key", f"{folder}/key.pem", "-out", f"{folder}/own.csr", *config)
        dates = ["-startdate", f"{first:%y%m%d%H%M%SZ}", "-enddate", f"{first + LIFETIME:%y%m%d%H%M%SZ}"]
        files = ["-keyfile", f"{folder}/key.pem", "-in", f"{folder}/own.csr", "-out", f"{folder}/own.pem"]
        _openssl("ca", "-selfsign", "-batch", "-notext", "-md", digest, *dates, *files, *config)
        return (directory / "own.pem").read_text(encoding="ascii")


def _openssl(*words: str) -> None:
    done = subprocess.run(["openssl", *words], capture_output=True, text=True, check=False, timeout=30)
    if done.returncode:
        raise RuntimeError(f"openssl {words[0]}: {done.stderr.strip()}")


def _pem(key: rsa.RSAPrivateKey) -> str:
    form = serialization.PrivateFormat.PKCS8
    return key.private_bytes(serialization.Encoding.PEM, form, serialization.NoEncryption()).decode()


def first_day(kind: str, days: int | None, now: datetime | None = None) -> datetime:
    """When a certificate of a kind begins that ends in so many days (by kind where none are told)."""
    last = (now or datetime.now(UTC)) + timedelta(days=KINDS[kind][2] if days is None else days)
    return last.replace(microsecond=0) - LIFETIME
