# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""One schedule in the words of Security Manager, and what cron, systemd and AWX call the same. Pure.

Rule 17 of the user guide of Security Manager 4.4, "Automating IPS Updates": a start date, hh:mm in 24 hours, and per hour, day, week or month, or
one time.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

Every = Literal["hour", "day", "week", "month", "once"]
EVERY: tuple[Every, ...] = ("hour", "day", "week", "month", "once")
KEYS = frozenset({"start", "time", "every", "time_zone"})
LAST_DAY = 28  # that each month has: all three skip a month that does not have the day

_DATE = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_TIME = re.compile(r"(?:[01]\d|2[0-3]):[0-5]\d", re.ASCII)
_ZONE = re.compile(r"[A-Za-z][A-Za-z0-9_+-]*(?:/[A-Za-z0-9_+-]+)*", re.ASCII)
_UNTYPABLE = re.compile(r"[\x00-\x1f\x7f]")
_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


@dataclass(frozen=True)
class Schedule:
    """start: the first moment, in the time zone."""

    start: datetime
    every: Every
    zone: str = "UTC"

    @property
    def cron_fields(self) -> str:
        at = self.start
        day, month, weekday = "*", "*", "*"
        if self.every == "week":
            weekday = str(at.isoweekday() % 7)
        elif self.every in ("month", "once"):
            day = str(at.day)
            month = str(at.month) if self.every == "once" else "*"
        return f"{at.minute} {'*' if self.every == 'hour' else at.hour} {day} {month} {weekday}"

    @property
    def on_calendar(self) -> str:
        """As ``systemd-analyze calendar`` takes it."""
        at = self.start
        form = {
            "hour": f"*-*-* *:{at:%M}:00",
            "day": f"*-*-* {at:%H:%M}:00",
            "week": f"{_DAYS[at.weekday()]} *-*-* {at:%H:%M}:00",
            "month": f"*-*-{at:%d} {at:%H:%M}:00",
            "once": f"{at:%Y-%m-%d %H:%M}:00",
        }
        return f"{form[self.every]} {self.zone}"

    @property
    def rrule(self) -> str:
        """As AWX takes it."""
        frequency = {"hour": "HOURLY", "day": "DAILY", "week": "WEEKLY", "month": "MONTHLY", "once": "DAILY"}[
            self.every
        ]
        end = ";COUNT=1" if self.every == "once" else ""
        moment = f"{self.start:%Y%m%dT%H%M%S}"
        start = f"DTSTART:{moment}Z" if self.zone == "UTC" else f"DTSTART;TZID={self.zone}:{moment}"
        return f"{start} RRULE:FREQ={frequency};INTERVAL=1{end}"

    def guard(self, percent: str) -> str:
        """A shell condition for what neither cron nor a timer can say: not before the start, and once means this year only.

        percent: how the place that it goes to wants it written."""
        once = self.every == "once"
        form = "%Y%m%d" if once else "%Y%m%d%H%M"
        due = f"{self.start:{form}}"
        return f'[ "$(TZ={self.zone} date +{form.replace("%", percent)})" {"-eq" if once else "-ge"} {due} ]'


def parse(given: Mapping[str, Any]) -> Schedule:
    """Raises ValueError with everything that is wrong."""
    wrong = [f"unknown key {key!r}; it has {', '.join(sorted(KEYS))}" for key in sorted(set(map(str, given)) - KEYS)]
    start, at = str(given.get("start", "")), str(given.get("time", ""))
    every, zone = str(given.get("every", "")), str(given.get("time_zone", "UTC"))
    day = _day(start)
    if day is None:
        wrong.append(f"start: {start[:40]!r} is no date such as 2026-12-01")
    if not _TIME.fullmatch(at):
        wrong.append(f"time: {at[:40]!r} is not hh:mm in 24 hours, in quotes, such as '02:30'")
    if every not in EVERY:
        wrong.append(f"every: {every[:40]!r} is not one of {', '.join(EVERY)}")
    if not _ZONE.fullmatch(zone):
        wrong.append(f"time_zone: {zone[:40]!r} is no name such as Europe/Berlin")
    if day is not None and every == "month" and day.day > LAST_DAY:
        wrong.append(f"start: not every month has a day {day.day}; choose one up to {LAST_DAY}")
    if wrong or day is None:
        raise ValueError("; ".join(wrong))
    chosen = next(each for each in EVERY if each == every)
    return Schedule(day.replace(hour=int(at[:2]), minute=int(at[3:])), chosen, zone)


def _day(text: str) -> datetime | None:
    if not _DATE.fullmatch(text):
        return None
    try:
        return datetime.strptime(text, "%Y-%m-%d")
    except ValueError:
        return None


def rendered(schedule: Schedule, command: str, name: str) -> dict[str, str]:
    """The same for cron, systemd and AWX. command: a line of the shell. name: of the job. Raises ValueError for what cannot be written."""
    if not command.strip() or _UNTYPABLE.search(command):
        raise ValueError("the command must be one line")
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9_.-]*", name):
        raise ValueError(f"{name[:40]!r} cannot be the name of a unit")
    cron_command = command.replace("%", r"\%")
    return {
        "cron": f"CRON_TZ={schedule.zone}\n{schedule.cron_fields} {schedule.guard(chr(92) + '%')} && {cron_command}\n",
        "on_calendar": schedule.on_calendar,
        "systemd_timer": (
            f"[Unit]\nDescription={name}\n\n[Timer]\nOnCalendar={schedule.on_calendar}\nPersistent=true\n\n"
            "[Install]\nWantedBy=timers.target\n"
        ),
        "systemd_service": (
            f"[Unit]\nDescription={name}\n\n[Service]\nType=oneshot\n"
            f"ExecCondition=/bin/sh -c {_unit_word(schedule.guard('%'))}\nExecStart=/bin/sh -c {_unit_word(command)}\n"
        ),
        "awx_rrule": schedule.rrule,
    }


def _unit_word(text: str) -> str:
    """One word of a systemd unit, in which neither specifiers nor variables are replaced."""
    for plain, written in (("\\", "\\\\"), ('"', '\\"'), ("%", "%%"), ("$", "$$")):
        text = text.replace(plain, written)
    return f'"{text}"'
