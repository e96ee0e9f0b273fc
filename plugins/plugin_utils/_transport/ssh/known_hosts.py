# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""known_hosts files, as sshd(8) describes them: which keys a host may show. Pure.

paramiko parses every key of the file at each login and forgets about wildcards and @revoked; with hundreds of devices
in a file that is most of what a login costs. This looks at the lines of one host only.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from collections.abc import Iterator
from dataclasses import dataclass
from fnmatch import fnmatchcase


@dataclass(frozen=True)
class KnownKeys:
    """What a file says about one host: (type, base64 text of the key) pairs."""

    accepted: tuple[tuple[str, str], ...] = ()
    revoked: tuple[tuple[str, str], ...] = ()

    @property
    def types(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(kind for kind, _key in self.accepted))


def known_keys(text: str, host: str, port: int) -> KnownKeys:
    """The keys of host:port. Lines that cannot be read are passed over, as OpenSSH does; certificate authorities too."""
    accepted: list[tuple[str, str]] = []
    revoked: list[tuple[str, str]] = []
    name = name_of(host, port).lower()
    for marker, hosts, kind, key in _entries(text):
        if _matches(hosts, name):
            if marker == "@revoked":
                revoked.append((kind, key))
            elif not marker:
                accepted.append((kind, key))
    return KnownKeys(tuple(accepted), tuple(revoked))


def name_of(host: str, port: int) -> str:
    """How a known_hosts file calls it.

    >>> name_of("edge1", 22), name_of("edge1", 2201)
    ('edge1', '[edge1]:2201')
    """
    return host if port == 22 else f"[{host}]:{port}"


def fingerprint(key: bytes) -> str:
    """As ssh-keygen -l prints it. key: the public key in wire format."""
    return "SHA256:" + base64.b64encode(hashlib.sha256(key).digest()).decode().rstrip("=")


def _entries(text: str) -> Iterator[tuple[str, str, str, str]]:
    for line in text.splitlines():
        if line.startswith("#"):
            continue
        words = line.split(None, 4)
        marker = words.pop(0) if words and words[0].startswith("@") else ""
        if len(words) >= 3:
            yield marker, words[0], words[1], words[2]


def _matches(hosts: str, name: str) -> bool:
    if hosts.startswith("|1|"):
        return _matches_hash(hosts, name)
    found = False
    for pattern in hosts.lower().split(","):
        negated = pattern.startswith("!")
        if _fits(name, pattern.removeprefix("!")):
            if negated:
                return False
            found = True
    return found


def _fits(name: str, pattern: str) -> bool:
    if "*" not in pattern and "?" not in pattern:
        return name == pattern  # nearly every line: fnmatch would compile an expression for each
    # fnmatch would read "[edge1]:2201" as a set of characters; known_hosts knows * and ? only.
    return fnmatchcase(name, pattern.replace("[", "[[]"))


def _matches_hash(hashed: str, name: str) -> bool:
    try:
        _before, _kind, salt, digest = hashed.split("|")
        desired = hmac.new(base64.b64decode(salt), name.encode(), hashlib.sha1).digest()
        return hmac.compare_digest(desired, base64.b64decode(digest))
    except (ValueError, binascii.Error):
        return False
