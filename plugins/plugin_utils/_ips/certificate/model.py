# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A sensor's certificate: DER <-> what counts of it. Pure.

The library loads what sensors of the 2010s made (MD5 and SHA-1 signatures, 512 and 1024 bit keys; measured with cryptography 48).
"""

from __future__ import annotations

import base64
import hashlib
import re
import textwrap
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from ..moments import utc

try:
    from cryptography import x509
except ImportError as error:
    MISSING: ImportError | None = error
else:
    MISSING = None

Dates = Literal["valid", "expired", "not_yet_valid"]

LARGEST = 64 * 1024  # bytes of a certificate; a real one has about 1000
_PEM = re.compile(r"-----BEGIN CERTIFICATE-----\s+(?P<body>[A-Za-z0-9+/=\s]+?)-----END CERTIFICATE-----")


@dataclass(frozen=True)
class Certificate:
    """Equal where the DER is. sha256, sha1, md5: of the DER, lower-case hexadecimal digits. not_before, not_after: in UTC.

    key_bits: None for a kind of key that has no such size. signed_with: name of the hash, "" for none.
    """

    der: bytes = field(repr=False)
    subject: str = field(compare=False)
    issuer: str = field(compare=False)
    not_before: datetime = field(compare=False)
    not_after: datetime = field(compare=False)
    key_bits: int | None = field(compare=False)
    signed_with: str = field(compare=False)

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.der).hexdigest()

    @property
    def sha1(self) -> str:
        return hashlib.sha1(self.der, usedforsecurity=False).hexdigest()

    @property
    def md5(self) -> str:
        return hashlib.md5(self.der, usedforsecurity=False).hexdigest()

    @property
    def pem(self) -> str:
        """One PEM block."""
        body = "\n".join(textwrap.wrap(base64.b64encode(self.der).decode(), 64))
        return f"-----BEGIN CERTIFICATE-----\n{body}\n-----END CERTIFICATE-----\n"

    def dates(self, now: datetime) -> Dates:
        """Both ends of the validity still count (RFC 5280, 4.1.2.5)."""
        if now < self.not_before:
            return "not_yet_valid"
        return "expired" if now > self.not_after else "valid"

    def days_left(self, now: datetime) -> int:
        """Whole days until it expires; negative behind that."""
        return (self.not_after - now).days

    def fits(self, fingerprints: Mapping[str, str]) -> bool | None:
        """Whether the fingerprints that a sensor tells of its certificate, by ``MD5`` and ``SHA1``, are those of this one. All that
        are there must be equal; None where there is no SHA1."""
        if "SHA1" not in fingerprints:
            return None
        return fingerprints["SHA1"] == self.sha1 and fingerprints.get("MD5", self.md5) == self.md5

    def facts(self, now: datetime) -> dict[str, Any]:
        """Plain data for a result."""
        return {
            "subject": self.subject,
            "issuer": self.issuer,
            "not_before": utc(self.not_before),
            "not_after": utc(self.not_after),
            "days_left": self.days_left(now),
            "expired": self.dates(now) == "expired",
            "sha256": self.sha256,
            "sha1": self.sha1,
            "md5": self.md5,
            "key_bits": self.key_bits,
            "signed_with": self.signed_with or None,
        }


def from_der(der: bytes) -> Certificate:
    """Raises ValueError for what is no certificate, or one whose dates no calendar has."""
    if MISSING is not None:
        raise ValueError(f"certificates cannot be read without the package cryptography ({MISSING})")
    if len(der) > LARGEST:
        raise ValueError(f"a certificate of more than {LARGEST} bytes")
    try:
        found = x509.load_der_x509_certificate(der)
        return Certificate(
            der,
            _name(found.subject),
            _name(found.issuer),
            found.not_valid_before_utc,
            found.not_valid_after_utc,
            _bits(found),
            _hash(found),
        )
    except Exception as error:  # each part of a broken one fails in its own way
        raise ValueError(f"no certificate: {error}") from None


def from_pem(text: str) -> Certificate:
    """The only certificate of a text. Raises ValueError where there is none, or more than one."""
    found = list(_PEM.finditer(text[: 4 * LARGEST]))
    if len(found) != 1:
        raise ValueError(f"{len(found)} certificates where there must be one")
    try:
        der = base64.b64decode("".join(found[0]["body"].split()), validate=True)
    except ValueError as error:
        raise ValueError(f"no certificate in PEM format: {error}") from None
    return from_der(der)


def grouped(digits: str) -> str:
    """A fingerprint as sensors print it.

    >>> grouped("fd836e")
    'FD:83:6E'
    """
    return ":".join(textwrap.wrap(digits.upper(), 2))


def _name(name: Any) -> str:
    try:
        return str(name.rfc4514_string())
    except Exception:  # names of old devices break rules of encoding
        return ""


def _bits(found: Any) -> int | None:
    try:
        return int(found.public_key().key_size)
    except Exception:  # a key that the library refuses is still a certificate with dates and fingerprints
        return None


def _hash(found: Any) -> str:
    try:
        return str(found.signature_hash_algorithm.name) if found.signature_hash_algorithm else ""
    except Exception:  # an algorithm that the library does not know
        return ""
