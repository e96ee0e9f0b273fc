# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What of a run is worth telling, from the results of other modules, and the mail that tells it. Pure, never raises on a result.

Rule 11 of the user guide of Security Manager 4.4, "Managing IPS Licenses", page 44-3: the mail has the status of expiry and the result of the job. "Automating
IPS Updates" adds updates that are available, downloaded, applied and deployed.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from email.message import EmailMessage
from email.utils import format_datetime
from typing import TYPE_CHECKING, Any, Literal

from ..._engine.words.device_text import clean

if TYPE_CHECKING:
    from datetime import datetime

Event = Literal["available", "downloaded", "applied", "deployed", "license_expiry", "license_job"]
EVENTS: tuple[Event, ...] = ("available", "downloaded", "applied", "deployed", "license_expiry", "license_job")
LONGEST = 500  # characters of a line
MOST = 2000  # lines

_ADDRESS = re.compile(
    r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9](?:[A-Za-z0-9.-]{0,252}[A-Za-z0-9])?", re.ASCII
)


@dataclass(frozen=True)
class Notice:
    """host: "" for what is no sensor's. bad: whether it needs a person."""

    event: Event
    host: str
    text: str
    bad: bool = False

    def as_dict(self) -> dict[str, Any]:
        return {"event": self.event, "host": self.host or None, "text": self.text, "bad": self.bad}

    @property
    def line(self) -> str:
        return f"{self.host}: {self.text}" if self.host else self.text


@dataclass(frozen=True)
class Results:
    """Of other modules, as they were registered. licenses, updates: by host."""

    licenses: Mapping[str, Any]
    updates: Mapping[str, Any]
    package: Mapping[str, Any]
    plan: Mapping[str, Any]


def notices(results: Results, wanted: Iterable[str], before_days: int) -> list[Notice]:
    """In the order of EVENTS, then of the hosts. before_days: of the expiry of a licence."""
    chosen = set(wanted)
    found = [each for each in _all(results, before_days) if each.event in chosen]
    return sorted(found, key=lambda each: EVENTS.index(each.event))[:MOST]


def _all(results: Results, before_days: int) -> Iterator[Notice]:
    if results.package.get("failed"):
        yield Notice("available", "", f"the search for updates failed: {_why(results.package)}", bad=True)
    for name in _list(_dict(results.package.get("update_status")).get("not_downloaded")):
        yield Notice("available", "", f"{_text(name)} is available")
    for download in map(_dict, _list(results.package.get("downloaded"))):
        yield Notice("downloaded", "", f"{_text(download.get('file'))} was downloaded")
    if results.plan.get("failed"):
        yield Notice("applied", "", f"the plan failed: {_why(results.plan)}", bad=True)
    for item in map(_dict, _list(results.plan.get("pending_deploy"))):
        text = f"{_text(item.get('package'))} is wanted, and waits to be deployed"
        yield Notice("applied", _text(item.get("host")), text)
    for host, result in results.updates.items():
        yield from _deployed(host, _dict(result))
    for host, result in results.licenses.items():
        yield from _licensed(host, _dict(result), before_days)


def _deployed(host: str, result: Mapping[str, Any]) -> Iterator[Notice]:
    """Of one task, or of a loop."""
    for one in map(_dict, _list(result.get("results")) or [result]):
        for step in map(_dict, _list(one.get("steps"))):
            yield Notice(
                "deployed", host, f"{_text(step.get('package'))} is installed; it runs {_text(step.get('runs'))}"
            )
        if one.get("failed") or one.get("unreachable"):
            yield Notice("deployed", host, f"the update failed: {_why(one)}", bad=True)


def _licensed(host: str, result: Mapping[str, Any], before_days: int) -> Iterator[Notice]:
    told = _dict(result.get("license"))
    status, left = told.get("status"), told.get("days_left")
    if status in ("none", "expired", "invalid", "unknown"):
        yield Notice("license_expiry", host, f"the status of its licence is {status}", bad=True)
    elif isinstance(left, int) and left <= before_days:
        text = f"its licence expires on {_text(told.get('expires'))}, in {left} day{'' if left == 1 else 's'}"
        yield Notice("license_expiry", host, text, bad=True)
    if result.get("failed") or result.get("unreachable"):
        yield Notice("license_job", host, f"no licence was applied: {_why(result)}", bad=True)
    elif result.get("changed"):
        yield Notice("license_job", host, f"a licence was applied: {_text(result.get('reason'))}")


def _why(result: Mapping[str, Any]) -> str:
    return _text(str(result.get("msg") or "no reason is known").strip().partition("\n")[0])


def _text(value: Any) -> str:
    return clean(str(value if value is not None else "unknown"), LONGEST)


def _dict(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _list(value: Any) -> Sequence[Any]:
    return value if isinstance(value, list | tuple) else ()


def addresses(given: Iterable[str]) -> list[str]:
    """Each once; a text may hold several with commas between them. Raises ValueError for what is no address.

    >>> addresses(["a@example.net, b@example.net", "a@example.net"])
    ['a@example.net', 'b@example.net']
    """
    found = [part.strip() for text in given for part in text.split(",") if part.strip()]
    for each in found:
        if not _ADDRESS.fullmatch(each):
            raise ValueError(f"{each[:60]!r} is no mail address")
    return list(dict.fromkeys(found))


def message(found: Sequence[Notice], sender: str, to: Sequence[str], subject: str, now: datetime) -> EmailMessage:
    """The bad ones first."""
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Date"] = sender, ", ".join(to), format_datetime(now)
    bad = sum(each.bad for each in found)
    mail["Subject"] = f"{clean(subject, 100)}: {len(found)} notices" + (f", {bad} to look at" if bad else "")
    mail["Auto-Submitted"] = "auto-generated"
    ordered = sorted(found, key=lambda each: not each.bad)
    mail.set_content("".join(f"{'! ' if each.bad else '  '}{each.line}\n" for each in ordered))
    return mail
