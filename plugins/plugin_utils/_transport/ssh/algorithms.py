# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""SSH algorithms: which are old, and what a server offers. Pure but for the socket that it is given."""

from __future__ import annotations

import socket
import time
from collections.abc import Mapping, Sequence

# What paramiko 3.5 still offers and what should not be accepted without asking: SHA-1, MD5, CBC, DSS (RFC 9142, RFC 8758 and
# the defaults of OpenSSH 8.8). Keys are those of paramiko's `disabled_algorithms`.
LEGACY: Mapping[str, tuple[str, ...]] = {
    "kex": (
        "diffie-hellman-group-exchange-sha1",
        "diffie-hellman-group14-sha1",
        "diffie-hellman-group1-sha1",
        "gss-gex-sha1-toWM5Slw5Ew8Mqkay+al2g==",
        "gss-group14-sha1-toWM5Slw5Ew8Mqkay+al2g==",
        "gss-group1-sha1-toWM5Slw5Ew8Mqkay+al2g==",
    ),
    "keys": ("ssh-rsa", "ssh-dss"),
    "pubkeys": ("ssh-rsa", "ssh-dss"),
    "ciphers": ("aes128-cbc", "aes192-cbc", "aes256-cbc", "3des-cbc", "blowfish-cbc", "arcfour", "arcfour128"),
    "macs": ("hmac-sha1", "hmac-sha1-96", "hmac-md5", "hmac-md5-96"),
}

HOST_KEYS = (
    "ssh-ed25519",
    "ecdsa-sha2-nistp256",
    "ecdsa-sha2-nistp384",
    "ecdsa-sha2-nistp521",
    "rsa-sha2-512",
    "rsa-sha2-256",
    "ssh-rsa",
    "ssh-dss",
)
# An RSA key is in known_hosts as ssh-rsa, however it signs.
_SIGNATURES = {"ssh-rsa": ("rsa-sha2-512", "rsa-sha2-256", "ssh-rsa")}

# RFC 4253 section 7.1: the lists of SSH_MSG_KEXINIT that are compared, in order of transmission.
_OFFER = ("kex", "keys", "ciphers", "_ciphers_back", "macs")
_NOT_ALGORITHMS = ("ext-info-", "kex-strict-")  # flags that travel in the list of key exchanges
_KEXINIT = 20
_MAX_PACKET = 35000  # bytes, RFC 4253 section 6.1


def disabled(legacy: bool, known_types: Sequence[str]) -> dict[str, list[str]]:
    """paramiko's `disabled_algorithms`.

    known_types: types of the keys that known_hosts has for the host. Where it has some, only those are asked for:
    otherwise a device with several keys shows the one that the file does not have, and looks like an impostor.
    """
    off = {} if legacy else {kind: list(names) for kind, names in LEGACY.items()}
    desired = {name for kind in known_types for name in _SIGNATURES.get(kind, (kind,))}
    if desired & set(HOST_KEYS):
        off["keys"] = sorted({*off.get("keys", ()), *(name for name in HOST_KEYS if name not in desired)})
    return off


def offered(sock: socket.socket, timeout: float) -> dict[str, list[str]]:
    """What the server at the other end of a fresh connection offers: {"kex": [...], "keys": ..., "ciphers", "macs"}.

    Empty when it does not say. Sends only the version line that the protocol begins with.
    """
    end = time.monotonic() + timeout
    data = b""
    try:
        sock.settimeout(timeout)
        sock.sendall(b"SSH-2.0-mspplus.netsec\r\n")
        while time.monotonic() < end and len(data) < 2 * _MAX_PACKET:
            lists = _parse(data)
            if lists:
                return lists
            chunk = sock.recv(_MAX_PACKET)
            if not chunk:
                break
            data += chunk
    except OSError:
        pass
    return {}


def _parse(data: bytes) -> dict[str, list[str]]:
    """The lists of a server's first packet after its version line; empty as long as it is not complete."""
    start = 0 if data.startswith(b"SSH-") else data.find(b"\nSSH-") + 1
    end = data.find(b"\n", start)
    packet = data[end + 1 :]
    if not data.startswith(b"SSH-", start) or end < 0 or len(packet) < 6:
        return {}
    length = int.from_bytes(packet[:4], "big")
    if packet[5] != _KEXINIT or len(packet) < length + 4:
        return {}
    lists: dict[str, list[str]] = {}
    position = 6 + 16  # length, padding length, message number; the cookie
    for name in _OFFER:
        size = int.from_bytes(packet[position : position + 4], "big")
        text = packet[position + 4 : position + 4 + size].decode("ascii", "replace")
        lists[name] = [word for word in text.split(",") if word and not word.startswith(_NOT_ALGORITHMS)]
        position += 4 + size
    return {name: words for name, words in lists.items() if not name.startswith("_")}
