# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A look at the certificate of a server: a TLS handshake and nothing else. I/O."""

from __future__ import annotations

import socket
import ssl
from dataclasses import replace

from ..._engine.words.device_text import clean
from ..login_error import LoginError
from ..watchdog import limited, shut
from .login import Front
from .tls import context

# What OpenSSL says, the first that its text holds -> why, with the option that changes it. Measured with OpenSSL 3.0.
_WEAKER = "set ansible_rest_tls_ciphers: DEFAULT@SECLEVEL=0"
_REASONS: tuple[tuple[str, str], ...] = (
    ("HTTP_REQUEST", "it speaks HTTP there, not TLS"),
    ("WRONG_VERSION_NUMBER", "what it speaks there is not TLS"),
    # ALERT_PROTOCOL_VERSION, UNSUPPORTED_PROTOCOL, NO_PROTOCOLS_AVAILABLE
    (
        "PROTOCOL",
        f"it speaks an older TLS than this controller: set ansible_rest_tls_min_version: TLSv1, and {_WEAKER}, which that needs",
    ),
    ("LEGACY_SIGALG", f"its signatures are below the security level of this controller: {_WEAKER}"),
    ("TOO_WEAK", f"its key or signature is below the security level of this controller: {_WEAKER}"),
    ("TOO_SMALL", f"its key is below the security level of this controller: {_WEAKER}"),
    (
        "HANDSHAKE_FAILURE",
        f"there is no cipher that both have: {_WEAKER}; 3DES and RC4, which some old systems have only, are not in every OpenSSL",
    ),
)


def shown_certificate(front: Front) -> bytes:
    """The server's certificate as DER, whatever it says. Raises LoginError, whose text names the option that would help."""
    where = f"port {front.port}"
    look = context(replace(front.tls, validate=False, pin="", ca=""))
    try:
        with (
            socket.create_connection((front.host, front.port), front.timeout) as wire,
            # Each read of a handshake has a limit of its own, so a server that sends a byte at a time needs another one.
            limited(2 * front.timeout, lambda: shut(wire)),
            look.wrap_socket(wire, server_hostname=front.tls.server_name or front.host) as secured,
        ):
            found = secured.getpeercert(binary_form=True)
    except ssl.SSLError as error:
        raise LoginError(f"no TLS session on {where}: {_reason(error)}.") from None
    except TimeoutError:
        raise LoginError(
            f"no certificate came from {where} within {front.timeout:g} s; ansible_rest_timeout allows more."
        ) from None
    except (OSError, ValueError) as error:  # ValueError: a name that cannot be asked for
        raise LoginError(f"{where} cannot be reached: {clean(getattr(error, 'strerror', None) or error)}.") from None
    if not found:
        raise LoginError(f"{where} shows no certificate.")
    return found


def _reason(error: ssl.SSLError) -> str:
    said = f"{error.reason or ''} {error}".upper().replace(" ", "_")
    return next((text for mark, text in _REASONS if mark in said), clean(error.reason or error))
