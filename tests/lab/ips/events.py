# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The events of a sensor and who has subscribed to them."""

from __future__ import annotations

import asyncio
import itertools
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .device import IpsDevice

MOST_SUBSCRIPTIONS, MOST_EVENTS, KEPT = 5, 500, 5000


@dataclass(frozen=True, slots=True)
class Event:
    """kind: of evStatus (applicationStarted, ...), evError or evIdsAlert. text: what it is about."""

    number: int
    kind: str
    text: str
    when: datetime
    details: tuple[tuple[str, str], ...] = ()


@dataclass(slots=True)
class Subscription:
    """position: number of the next event that it gets. kinds: evStatus, evError, evIdsAlert; empty: all."""

    position: int
    kinds: frozenset[str] = frozenset()
    waiting: bool = False
    unconfirmed: list[Event] = field(default_factory=list)


class Events:
    """Memory of the last events, and up to five subscriptions."""

    def __init__(self, device: IpsDevice) -> None:
        self.device = device
        self.kept: list[Event] = []
        self.subscriptions: dict[int, Subscription] = {}
        self._numbers = itertools.count(1)
        self._ids = itertools.count(1)
        self._arrived = asyncio.Event()

    def add(self, kind: str, text: str, **details: str) -> None:
        """Something happened. kind `evIdsAlert` and `evError` are those, every other one is a status."""
        self.kept.append(Event(next(self._numbers), kind, text, self.device.now(), tuple(details.items())))
        del self.kept[:-KEPT]
        self._arrived.set()
        self._arrived = asyncio.Event()

    def forget(self) -> None:
        """The sensor boots: subscriptions are gone."""
        self.subscriptions.clear()

    def open(self, kinds: frozenset[str], everything: bool, force: bool) -> int | None:
        """The number of a new subscription; None: there are too many. everything: from the oldest kept event on."""
        if len(self.subscriptions) >= MOST_SUBSCRIPTIONS:
            if not force:
                return None
            self.subscriptions.pop(next(iter(self.subscriptions)))
        last = self.kept[-1].number + 1 if self.kept else 1
        first = self.kept[0].number if self.kept else 1
        number = next(self._ids)
        self.subscriptions[number] = Subscription(first if everything else last, kinds)
        return number

    async def get(self, number: int, most: int, timeout: float | None) -> tuple[list[Event], int] | None:
        """Events, and how many are left; None: no such subscription. timeout: seconds, None waits until there is one."""
        subscription = self.subscriptions.get(number)
        if subscription is None:
            return None
        subscription.waiting = True
        try:
            async with asyncio.timeout(timeout):
                while not (found := self._pending(subscription)):
                    await self._arrived.wait()
        except TimeoutError:
            found = self._pending(subscription)
        finally:
            subscription.waiting = False
        if number not in self.subscriptions:
            return None
        given = found[: min(most, MOST_EVENTS)]
        if given:
            subscription.position = given[-1].number + 1
        return given, len(found) - len(given)

    def _pending(self, subscription: Subscription) -> list[Event]:
        return [
            event
            for event in self.kept
            if event.number >= subscription.position
            and (not subscription.kinds or element(event) in subscription.kinds)
        ]


def element(event: Event) -> str:
    """The element of SDEE that an event becomes."""
    return event.kind if event.kind in ("evIdsAlert", "evError") else "evStatus"
