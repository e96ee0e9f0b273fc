# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A plan as one document to be reviewed: who it is for, what it was computed from, what it would do. Pure.

It is a consent, not a script: to apply one means to plan again and to compare.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from .operations import Operation, Plan
from .problems import Problem
from .version import VERSION

SCHEMA = 1


@dataclass(frozen=True, slots=True)
class Subject:
    """Whom a plan is for. customer: "" where the inventory names none."""

    module: str = ""
    host: str = ""
    customer: str = ""


@dataclass(frozen=True, slots=True)
class PlanDocument:
    """desired: hash of what determines the plan. fingerprint: hash of the owned part of what the device carried."""

    subject: Subject
    desired: str
    fingerprint: str
    plan: Plan
    schema: int = SCHEMA
    collection: str = VERSION

    def as_dict(self) -> dict[str, Any]:
        """Plain data for JSON; from_dict() reads it."""
        return {
            "schema": self.schema,
            "collection": self.collection,
            "module": self.subject.module,
            "host": self.subject.host,
            "customer": self.subject.customer,
            "desired": self.desired,
            "fingerprint": self.fingerprint,
            **self.plan.as_dict(),
        }

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> PlanDocument:
        """Raises ValueError, in words for a person, on anything that as_dict() did not write."""
        try:
            subject = Subject(str(data["module"]), str(data["host"]), str(data["customer"]))
            plan = Plan.from_dict(data)
            head = (str(data["desired"]), str(data["fingerprint"]))
            return cls(subject, *head, plan, int(data["schema"]), str(data["collection"]))
        except (AttributeError, KeyError, TypeError, ValueError) as wrong:
            raise ValueError(f"this is not a plan of this collection ({type(wrong).__name__}: {wrong})") from wrong

    def differences(self, now: PlanDocument) -> list[Problem]:
        """Why now is not what was consented to; nothing when it is the same."""
        return list(_differences(self, now))


def _differences(reviewed: PlanDocument, now: PlanDocument) -> Iterator[Problem]:
    review = "Make a new plan and have it reviewed."
    heads = (
        ("plan-schema", "schema", reviewed.schema, now.schema),
        ("plan-collection", "collection", reviewed.collection, now.collection),
        ("plan-module", "module", reviewed.subject.module, now.subject.module),
        ("plan-host", "host", reviewed.subject.host, now.subject.host),
        ("plan-customer", "customer", reviewed.subject.customer, now.subject.customer),
    )
    for rule, item, old, new in heads:
        if old != new:
            yield Problem(rule, item, f"the plan is for {item} {old!r}, this run is for {new!r}", review)
    if reviewed.desired != now.desired:
        yield Problem("plan-desired", "desired", "the desired state is not the one that was reviewed", review)
    if reviewed.fingerprint != now.fingerprint:
        text = "the state of the device is not what it was when the plan was made"
        yield Problem("plan-fingerprint", "fingerprint", text, review)
    yield from _changed_operations(reviewed.plan, now.plan, review)


def _changed_operations(reviewed: Plan, now: Plan, remedy: str) -> Iterator[Problem]:
    """What was consented to and is not due any more, and the reverse; a changed order counts, too."""
    old, new = (*reviewed.operations, *reviewed.deferred), (*now.operations, *now.deferred)
    for operation in (Counter(old) - Counter(new)).elements():
        yield Problem("plan-operations", operation.item, f"no longer due: {_in_words(operation)}", remedy)
    for operation in (Counter(new) - Counter(old)).elements():
        yield Problem("plan-operations", operation.item, f"not in the plan: {_in_words(operation)}", remedy)
    if Counter(old) == Counter(new) and (reviewed.operations, reviewed.deferred) != (now.operations, now.deferred):
        yield Problem("plan-operations", "operations", "they are due in another order or at another time", remedy)


def _in_words(operation: Operation) -> str:
    return f"{operation.kind}: {'; '.join(operation.do)}"


def fingerprint(value: Any) -> str:
    """SHA-256 of the canonical JSON of plain data: the same for equal values, whatever the order of their keys."""
    text = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return hashlib.sha256(text.encode("ascii")).hexdigest()


def desired_hash(desired: Any, secrets: Mapping[str, str], key: bytes = b"") -> str:
    """Hash of what determines a plan.

    A plain hash of a secret can be guessed, so secrets enter only as HMAC-SHA-256 under a key, and not at all without one.
    """
    macs = {
        name: hmac.new(key, f"{name}\0{value}".encode("utf-8", "surrogatepass"), hashlib.sha256).hexdigest()
        for name, value in secrets.items()
        if key
    }
    return fingerprint({"desired": desired, **({"secrets": macs} if macs else {})})
