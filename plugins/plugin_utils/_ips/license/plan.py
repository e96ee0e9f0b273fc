# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A sensor's licence as it is + the one to apply -> commands. Pure. Nothing takes a licence back."""

from __future__ import annotations

from dataclasses import replace

from ..._engine.operations import Operation, Plan
from ..transfer.delivery import Delivery
from .model import Held
from .rules import Terms, decided

ITEM = "license"
SHORTENS = "shortens-licence"


def file_name(serial: str) -> str:
    """As a file is served to its sensor: a name that can be typed, whatever the file is called."""
    return f"{serial.strip().upper()}.lic"


def desired_state(current: Held, terms: Terms) -> Held:
    """With the file that is offered, where it is to be applied."""
    offer = current.offer
    if offer is None or not decided(current, terms).apply:
        return current
    found = replace(current.license, said="valid", expires=offer.expires, lines=())
    return replace(current, license=found, runs=offer.sha256)


def plan(current: Held, desired: Held, delivery: Delivery, published: str = "") -> Plan:
    """Empty where the sensor has the file. published: the name of the file on a published server."""
    if desired.offer is None or desired.runs != desired.offer.sha256 or current.runs == desired.runs:
        return Plan()
    do = delivery.around(f"copy {delivery.url(published or file_name(current.serial))} license-key")
    old, new = current.license.expires, desired.license.expires
    risk = (SHORTENS,) if old is not None and new is not None and new < old else ()
    there = current.license.said != "none"
    item = f"{ITEM}[{desired.offer.sha256[:16]}]"  # a plan is consent to these bytes and to no others
    return Plan((*delivery.before(), Operation("update" if there else "create", item, tuple(do), None, risk)))
