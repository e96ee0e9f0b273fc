# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How a file reaches a sensor, as the lines of a plan. Pure.

A sensor pulls its files. Over HTTPS it has to trust the server first: one that others publish on for good, one that is there for a
single file only for as long as that takes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from ..._engine.operations import Operation

TRUST = "trusted_hosts"


@dataclass(frozen=True, slots=True)
class Server:
    """Whom a sensor pulls a file from over HTTPS. sha2: whether its certificate is signed with SHA-2."""

    name: str
    not_before: datetime
    not_after: datetime
    sha2: bool
    cisco_com: bool = False


@dataclass(frozen=True, slots=True)
class Delivery:
    """base: the URL in front of the file name, which ends in a slash.

    trust: address and port of the HTTPS server that the sensor has to trust, "" for none; trusted: it does so already. transient: it is
    told to for this file only, and to forget it behind it.
    """

    base: str
    trust: str = ""
    trusted: bool = False
    transient: bool = False

    def url(self, name: str) -> str:
        return f"{self.base}{name}"

    @property
    def host(self) -> tuple[str, int]:
        """Address and port to trust. Only where there is one, and its port is known."""
        address, _colon, port = self.trust.rpartition(":")
        return address, int(port)

    @property
    def _line(self) -> str:
        address, _colon, port = self.trust.rpartition(":")
        return f"tls trusted-host ip-address {address}{'' if port == '443' else f' port {port}'}"

    @property
    def table_id(self) -> str:
        """Of the host in the sensor's table: ``A.B.C.D`` or ``A.B.C.D:N``."""
        return self.trust.removesuffix(":443")

    @property
    def _forget_line(self) -> str:
        return f"no tls trusted-host id {self.table_id}"

    def before(self) -> list[Operation]:
        """What has to come before the first file: a published server is trusted from then on."""
        if not self.trust or self.transient or self.trusted:
            return []
        return [Operation("create", f"{TRUST}[{self.trust}]", (self._line,), (self._forget_line,))]

    def around(self, command: str) -> Sequence[str]:
        """A command that pulls a file, with the trust that is there for it only."""
        if self.trust and self.transient:
            return (self._line, command, self._forget_line)
        return (command,)


def is_trust(operation: Operation) -> bool:
    """Whether an operation is one of Delivery.before().

    >>> is_trust(Operation("create", "trusted_hosts[192.0.2.1:443]", (), None))
    True
    """
    return operation.item.startswith(f"{TRUST}[")
