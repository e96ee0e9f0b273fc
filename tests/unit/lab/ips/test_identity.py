# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Certificates of sensors: of the old kinds too, with the dates that were asked for."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

from lab.ips import identity


@pytest.mark.parametrize(
    ("kind", "bits", "digest"),
    [
        ("good", 2048, "sha256"),
        ("sha1", 2048, "sha1"),
        ("legacy", 1024, "md5"),
        ("expired", 2048, "sha256"),
        ("not_yet_valid", 2048, "sha256"),
    ],
)
def test_each_kind_has_its_key_digest_and_dates(kind: str, bits: int, digest: str) -> None:
    now = datetime.now(UTC)
    first = identity.first_day(kind, None, now)
    own = identity.mint(kind, "127.0.0.9", "IPS-4260", first).loaded
    key, algorithm = own.public_key(), own.signature_hash_algorithm
    assert isinstance(key, RSAPublicKey)
    assert algorithm is not None
    assert (key.key_size, algorithm.name) == (bits, digest)
    assert own.subject.rfc4514_string() == "CN=127.0.0.9,OU=IPS-4260,O=Cisco Systems\\, Inc.,C=US"
    assert own.issuer == own.subject
    assert (own.not_valid_before_utc, own.not_valid_after_utc) == (first, first + identity.LIFETIME)
    wanted = {"expired": False, "not_yet_valid": False}.get(kind, True)
    assert (own.not_valid_before_utc <= now <= own.not_valid_after_utc) is wanted


def test_a_new_certificate_has_other_fingerprints_for_the_same_dates() -> None:
    first = identity.first_day("good", 30)
    one, two = (identity.mint("good", "127.0.0.1", "IPS-4260", first).fingerprints() for _again in range(2))
    assert {name: len(text) for name, text in one.items()} == {"md5": 47, "sha1": 59, "sha256": 95}
    assert not set(one.values()) & set(two.values())


def test_days_move_the_end_of_a_certificate() -> None:
    now = datetime(2026, 11, 28, 12, tzinfo=UTC)
    assert identity.first_day("good", 5, now) + identity.LIFETIME == now + timedelta(days=5)
