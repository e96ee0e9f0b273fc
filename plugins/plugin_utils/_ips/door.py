# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The second door of a sensor, its web server, as the wing sees it: the certificate that it shows. I/O."""

from __future__ import annotations

from typing import Protocol

from .._engine.failures import ApplyFailed, ConnectionFailed

WEB = "mspplus.netsec.rest"  # the connection
# In front of the variables of this door: ips_https_port, ips_https_tls_min_version and so on.
PREFIX = "ips_https"
PORT = 443
DIALECT = "cisco_ips"


class WebDoor(Protocol):
    """The connection mspplus.netsec.rest, not open."""

    def certificate(self) -> bytes:
        """DER. Raises ConnectionFailed."""


def shown_certificate(door: WebDoor) -> bytes:
    """The certificate that the sensor shows on its HTTPS port, as DER. Raises ApplyFailed, whose text names the variable that lets this
    controller speak the sensor's TLS: SSH may still answer."""
    try:
        return door.certificate()
    except ConnectionFailed as failed:
        raise ApplyFailed(own_words(str(failed))) from None


def own_words(text: str) -> str:
    """A message of the connection with the names of this door's variables.

    >>> own_words("set ansible_rest_tls_min_version: TLSv1")
    'set ips_https_tls_min_version: TLSv1'
    """
    return text.replace("ansible_rest_", f"{PREFIX}_")
