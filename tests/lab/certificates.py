# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The certificates of the lab: one authority a lab, and for each HTTPS device the good or bad certificate it was told to show."""

from __future__ import annotations

import datetime
import ipaddress
import ssl
import tempfile
from functools import cached_property
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

# What `tls` of a device may be.
KINDS = ("good", "expired", "wrong_name", "self_signed")

_DAY = datetime.timedelta(days=1)
_YEARS = 3650

HERE = "127.0.0.1"


class Authority:
    """A certificate authority, made when it is first needed. directory: where it is kept (ca.pem, ca.key); None: nowhere."""

    def __init__(self, directory: Path | None = None) -> None:
        self._directory = directory

    @property
    def pem(self) -> str:
        """The certificate of the authority: what a client has to trust."""
        return _pem(self._own[1])

    def server(self, name: str, kind: str, address: str = HERE) -> tuple[str, str]:
        """(private key, certificate) in PEM for a device at an address; kind: one of KINDS. Kept, if the authority is."""
        where = "" if address == HERE else f".{address}"
        path = self._directory / f"{name}{where}.{kind}.pem" if self._directory else None
        if path and path.exists():
            key, _mark, certificate = path.read_text(encoding="ascii").partition("-----BEGIN CERTIFICATE-----")
            return key, _mark + certificate
        key, certificate = self._issue_server(name, kind, address)
        if path:
            path.touch(mode=0o600)
            path.write_text(key + certificate, encoding="ascii")
        return key, certificate

    def client(self, name: str) -> tuple[str, str]:
        """(private key, certificate) in PEM for a client whose devices ask for one."""
        key = _new_key()
        return _key_pem(key), _pem(self._signed(name, key, [ExtendedKeyUsageOID.CLIENT_AUTH], [], -1, _YEARS))

    @cached_property
    def _own(self) -> tuple[ec.EllipticCurvePrivateKey, x509.Certificate]:
        if self._directory and (self._directory / "ca.key").exists() and (self._directory / "ca.pem").exists():
            key = serialization.load_pem_private_key((self._directory / "ca.key").read_bytes(), None)
            assert isinstance(key, ec.EllipticCurvePrivateKey)
            return key, x509.load_pem_x509_certificate((self._directory / "ca.pem").read_bytes())
        key = _new_key()
        certificate = _self_signed("Lab authority", key)
        if self._directory:
            (self._directory / "ca.key").touch(mode=0o600)
            (self._directory / "ca.key").write_text(_key_pem(key), encoding="ascii")
            (self._directory / "ca.pem").write_text(_pem(certificate), encoding="ascii")
        return key, certificate

    def _issue_server(self, name: str, kind: str, address: str) -> tuple[str, str]:
        key = _new_key()
        if kind == "self_signed":
            return _key_pem(key), _pem(_self_signed(name, key, [*_names(name), *_addresses(address)]))
        names = _names("another.example") if kind == "wrong_name" else [*_names(name), *_addresses(address)]
        last = -1 if kind == "expired" else _YEARS
        return _key_pem(key), _pem(self._signed(name, key, [ExtendedKeyUsageOID.SERVER_AUTH], names, -10, last))

    def _signed(
        self,
        name: str,
        key: ec.EllipticCurvePrivateKey,
        uses: list[x509.ObjectIdentifier],
        names: list[x509.GeneralName],
        first: int,
        last: int,
    ) -> x509.Certificate:
        own, authority = self._own
        builder = (
            _builder(name, authority.subject, key, first, last)
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .add_extension(x509.ExtendedKeyUsage(uses), critical=False)
            .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(own.public_key()), critical=False)
        )
        if names:
            builder = builder.add_extension(x509.SubjectAlternativeName(names), critical=False)
        return builder.sign(own, hashes.SHA256())


def server_context(key: str, certificate: str, client_ca: str = "") -> ssl.SSLContext:
    """The TLS side of a server. client_ca: PEM; with it, only clients that show a certificate of that authority get in."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    with tempfile.NamedTemporaryFile("w", suffix=".pem", encoding="ascii") as file:  # ssl reads keys from files only
        file.write(key + certificate)
        file.flush()
        context.load_cert_chain(file.name)
    if client_ca:
        context.verify_mode = ssl.CERT_REQUIRED
        context.load_verify_locations(cadata=client_ca)
    return context


def fingerprint(certificate: str) -> str:
    """SHA-256 of a PEM certificate in hexadecimal, as `openssl x509 -fingerprint -sha256` shows it, without colons."""
    return x509.load_pem_x509_certificate(certificate.encode()).fingerprint(hashes.SHA256()).hex()


def _self_signed(
    name: str, key: ec.EllipticCurvePrivateKey, names: list[x509.GeneralName] | None = None
) -> x509.Certificate:
    builder = _builder(name, _subject(name), key, -10, _YEARS).add_extension(
        x509.BasicConstraints(ca=not names, path_length=None), critical=True
    )
    if names:
        alternatives = x509.SubjectAlternativeName(names)
        builder = builder.add_extension(alternatives, critical=False)
    else:
        usage = dict.fromkeys(
            ("data_encipherment", "decipher_only", "encipher_only", "key_agreement", "key_encipherment"), False
        )
        sign = x509.KeyUsage(
            digital_signature=True, content_commitment=False, key_cert_sign=True, crl_sign=True, **usage
        )
        builder = builder.add_extension(sign, critical=True)
    return builder.sign(key, hashes.SHA256())


def _builder(
    name: str, issuer: x509.Name, key: ec.EllipticCurvePrivateKey, first: int, last: int
) -> x509.CertificateBuilder:
    """first, last: days from now."""
    now = datetime.datetime.now(datetime.UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(_subject(name))
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now + first * _DAY)
        .not_valid_after(now + last * _DAY)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    )


def _names(name: str) -> list[x509.GeneralName]:
    return [x509.DNSName(name)]


def _addresses(address: str) -> list[x509.GeneralName]:
    return [x509.DNSName("localhost"), x509.IPAddress(ipaddress.ip_address(address))]


def _subject(name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])


def _new_key() -> ec.EllipticCurvePrivateKey:
    return ec.generate_private_key(ec.SECP256R1())


def _key_pem(key: ec.EllipticCurvePrivateKey) -> str:
    form = serialization.PrivateFormat.PKCS8
    return key.private_bytes(serialization.Encoding.PEM, form, serialization.NoEncryption()).decode()


def _pem(certificate: x509.Certificate) -> str:
    return certificate.public_bytes(serialization.Encoding.PEM).decode()
