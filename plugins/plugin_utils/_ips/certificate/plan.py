# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Certificates: what is there + what is asked for -> what has to be -> operations with their undo. Pure."""

from __future__ import annotations

from dataclasses import replace

from ..._engine.operations import Kind, Operation, Plan
from ..moments import utc
from .model import Certificate
from .rules import Certificates, Terms, is_due, judged
from .trust_entry import Entry

GENERATE = "tls generate-key"
# Whoever has the old certificate pinned (another manager, an event viewer) has to accept the new one.
RISK = ("breaks-pins",)


def desired_state(current: Certificates, terms: Terms) -> Certificates:
    """current loads what is missing, synced takes the sensor's over, regenerated makes a new one where it is due and takes that over,
    absent forgets it.

    What may not be accepted stays as it is; check() says why.
    """
    if terms.state == "absent":
        return replace(current, stored=None)
    if is_due(current, terms) and current.shown is not None:
        return replace(current, replaces=current.shown.sha256)
    source, _why = judged(current, terms)
    missing = current.stored is None
    if current.shown is None or source is None or not (missing or terms.state == "synced"):
        return current
    if current.stored is not None and current.stored.certificate == current.shown:
        return current
    return replace(current, stored=Entry(current.shown, utc(terms.now), source))


def plan(current: Certificates, desired: Certificates, address: str) -> Plan:
    """Empty where the store has what it must have. address: of the sensor, in the store's words."""
    operations = []
    if desired.replaces:
        made = current.shown is not None and current.shown.sha256 != desired.replaces
        if not made:
            operations.append(Operation("update", "certificate", (GENERATE,), None, RISK))
        stored = current.stored.certificate if current.stored else None
        if not made or stored != current.shown:
            kind: Kind = "update" if stored else "create"
            do = f"trust {address}: the new certificate, by the fingerprint that SSH tells"
            operations.append(Operation(kind, f"trust_store[{address}]", (do,), None))
        return Plan(tuple(operations))
    new, old = _certificate(desired), _certificate(current)
    if old is not None and new is None:
        gone = Operation(
            "delete", f"trust_store[{address}]", (f"forget {address}",), (f"trust {address}: {old.sha256}",)
        )
        operations.append(gone)
    if new is not None and new != old:
        undo = f"trust {address}: {old.sha256}" if old else f"forget {address}"
        do = f"trust {address}: {new.sha256}"
        operations.append(Operation("update" if old else "create", f"trust_store[{address}]", (do,), (undo,)))
    return Plan(tuple(operations))


def _certificate(state: Certificates) -> Certificate | None:
    return state.stored.certificate if state.stored else None
