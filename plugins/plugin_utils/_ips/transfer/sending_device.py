# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The files of a task on their way to one sensor, with the trust that this needs. I/O."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace

from ..._engine.failures import ApplyFailed, ConnectionFailed
from ..._engine.problems import Problem
from ..sensor import KEY_PATIENCE, Sensor
from .delivery import TRUST, Delivery, Server
from .ways_device import Transfer

TRUSTED = "show tls trusted-hosts"


class Sending:
    """patience: seconds that the sensor may take to look at a certificate.

    told_to_trust: the host that it trusts from this run on, "" for none. leftover: what this run should have removed.
    """

    def __init__(self, sensor: Sensor, transfer: Transfer, patience: float) -> None:
        self.told_to_trust = ""
        self.leftover: list[Problem] = []
        self._sensor = sensor
        self._transfer = transfer
        self._patience = min(KEY_PATIENCE, patience)
        self._trusted = False

    @property
    def password(self) -> str:
        """For the prompt of the sensor."""
        return self._transfer.password

    def server(self) -> Server | None:
        """Whom the sensor pulls from, where that is over HTTPS; nothing is sent to it but a TLS handshake. Raises ApplyFailed."""
        return self._transfer.server()

    def delivery(self) -> Delivery:
        """For the command lines of the plan. Raises ApplyFailed."""
        return replace(self._transfer.delivery(), trusted=self._trusted)

    def look(self) -> None:
        """Whether the sensor trusts a published server already. Raises ApplyFailed, ConnectionFailed."""
        delivery = self._transfer.delivery()
        if delivery.trust and not delivery.transient:
            self._trusted = delivery.table_id in self._sensor.attempt(TRUSTED)[0].split()

    def trust(self) -> None:
        """The operation of Delivery.before(). Raises ApplyFailed, ConnectionFailed."""
        self.told_to_trust = self._trust(*self._transfer.delivery().host)

    @contextmanager
    def pulled(self, name: str) -> Iterator[str]:
        """The URL of a file that can be pulled now. A server that is there for this file only is forgotten behind it."""
        with ExitStack() as stack:
            offer = stack.enter_context(self._transfer.open(name))
            delivery = self._transfer.delivery()
            if delivery.trust and delivery.transient:
                stack.callback(self._forget, self._trusted_for_now(offer.address, offer.port))
            yield offer.url

    def seen(self, item: str) -> list[Problem]:
        """For an error about an item: what the server of the file saw, and what is left behind."""
        return [*(Problem("transfer", item, text) for text in self._transfer.refused[:5]), *self.leftover]

    def _trust(self, address: str, port: int) -> str:
        return self._sensor.trust_tls_host(address, port, self._transfer.fingerprints(), self._patience)

    def _trusted_for_now(self, address: str, port: int) -> str:
        try:
            return self._trust(address, port)
        except ConnectionFailed:  # perhaps behind the answer
            text = "the session was lost while the sensor was told to trust the certificate that this task had for it"
            self._leave(f"{address}:{port}", text)
            raise

    def _forget(self, known: str) -> None:
        try:
            self._sensor.open()
            self._sensor.forget_tls_host(known)
        except (ApplyFailed, ConnectionFailed) as failed:
            self._leave(known, f"the sensor still trusts the certificate that this task had for it ({failed})")

    def _leave(self, known: str, text: str) -> None:
        remedy = f"Remove it, if it is there: no tls trusted-host id {known}."
        self.leftover.append(Problem("transfer", f"{TRUST}[{known}]", text, remedy, "warning"))
