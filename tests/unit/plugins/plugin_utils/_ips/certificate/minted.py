# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Certificates for tests, minted by the library, once a process."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import cache

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from ansible_collections.mspplus.netsec.plugins.plugin_utils._ips.certificate.model import Certificate, from_der

NOW = datetime(2026, 11, 28, 12, tzinfo=UTC)


@cache
def minted(name: str = "10.0.0.5", before: int = -100, after: int = 630) -> Certificate:
    """before, after: days from NOW to both ends of its validity."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(NOW + timedelta(days=before))
        .not_valid_after(NOW + timedelta(days=after))
        .sign(key, hashes.SHA256())
    )
    return from_der(made.public_bytes(serialization.Encoding.DER))


def told(certificate: Certificate) -> tuple[tuple[str, str], ...]:
    """What SSH tells of it."""
    return (("MD5", certificate.md5), ("SHA1", certificate.sha1))
