# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a sensor's web server is asked: the version by the transaction server, events of itself by SDEE. I/O.

User and password go with each request, so a session is made only to the one certificate that was accepted, or that SSH proved.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, suppress
from typing import Any, Protocol

from ..._engine.failures import ApplyFailed, ConnectionFailed
from ..certificate.model import Certificate
from ..certificate.trust_entry import Entry
from ..door import own_words
from . import web_text

TRANSACTIONS = "transaction-server"
EVENTS = "sdee-server"  # releases 5 and later; 4 had event-server
A_TIME = 500  # events; a sensor gives no more
MOST_TIMES = 10
KEPT = 100  # events, the newest


class Asked(Protocol):
    """The connection mspplus.netsec.rest with the dialect of a sensor."""

    def request(
        self, method: str, path: str, *, query: Mapping[str, str], body: Any = None, safe: bool | None = None
    ) -> Any: ...


Session = Callable[[str], AbstractContextManager[Asked]]
"""Opens a session to the one certificate of that SHA-256."""


def pin(shown: Certificate | None, told: Mapping[str, str], stored: Entry | None, keys_checked: bool) -> str:
    """SHA-256 of the certificate that may get user and password. Raises ApplyFailed, whose text says why none may.

    keys_checked: SSH host keys are, so what SSH tells proves something.
    """
    if shown is None:
        raise ApplyFailed("its certificate could not be read, so user and password were not sent")
    if stored is not None and stored.certificate != shown:
        raise ApplyFailed(
            "its certificate is not the accepted one, so user and password were not sent. Use ips_certificate with state: synced if "
            "the sensor has a new one"
        )
    if stored is None and not (keys_checked and shown.fits(told)):
        raise ApplyFailed(
            "its certificate is not accepted, and SSH does not prove it, so user and password were not sent. Use ips_certificate first"
        )
    return shown.sha256


def version(session: Session, sha256: str) -> dict[str, Any]:
    """Raises ApplyFailed with the reason."""
    with _told(), session(sha256) as door:
        answer = door.request(
            "POST", TRANSACTIONS, query={"command": "getVersion"}, body=web_text.GET_VERSION, safe=True
        )
        return web_text.version(str(answer.body))


def events(session: Session, sha256: str) -> list[dict[str, Any]]:
    """The newest events that tell of the sensor itself, from the beginning of its event store. Raises ApplyFailed with the reason.

    The subscription is closed again: a sensor has five.
    """
    with _told(), session(sha256) as door:
        opened = _ask(door, action="open", events="evStatus+evError", startTime="0")
        number = web_text.subscription(opened)
        try:
            return _fetched(door, number)
        finally:
            with suppress(ApplyFailed, ConnectionFailed, ValueError):
                _ask(door, action="close", subscriptionId=number)


def _fetched(door: Asked, number: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    for _time in range(MOST_TIMES):
        text = _ask(door, action="get", subscriptionId=number, timeout="0", maxNbrOfEvents=str(A_TIME))
        found = [*found, *web_text.events(text)][-KEPT:]
        if not web_text.remaining(text):
            break
    return found


def _ask(door: Asked, **query: str) -> str:
    return str(door.request("GET", EVENTS, query=query).body)


@contextmanager
def _told() -> Iterator[None]:
    """Failures of a session and of an answer as ApplyFailed: SSH may still answer."""
    try:
        yield
    except (ConnectionFailed, ValueError) as error:
        raise ApplyFailed(own_words(str(error))) from None
