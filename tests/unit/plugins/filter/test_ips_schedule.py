# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""One schedule in three languages, read by those who speak them: a shell, systemd-analyze, and a small reader of the rule."""

from __future__ import annotations

import re
import shutil
import subprocess
from typing import Any

import pytest
from ansible.errors import AnsibleFilterError

from ansible_collections.mspplus.netsec.plugins.filter.ips_schedule import ips_schedule

COMMAND = "ansible-playbook mspplus.netsec.ips_renew"
DAILY = {"start": "2026-12-01", "time": "02:30", "every": "day"}


@pytest.mark.parametrize(
    ("every", "cron", "calendar", "rule"),
    [
        ("hour", "30 * * * *", "*-*-* *:30:00", "FREQ=HOURLY;INTERVAL=1"),
        ("day", "30 2 * * *", "*-*-* 02:30:00", "FREQ=DAILY;INTERVAL=1"),
        ("week", "30 2 * * 2", "Tue *-*-* 02:30:00", "FREQ=WEEKLY;INTERVAL=1"),
        ("month", "30 2 1 * *", "*-*-01 02:30:00", "FREQ=MONTHLY;INTERVAL=1"),
        ("once", "30 2 1 12 *", "2026-12-01 02:30:00", "FREQ=DAILY;INTERVAL=1;COUNT=1"),
    ],
)
def test_rule_17_per_hour_day_week_month_or_one_time(every: str, cron: str, calendar: str, rule: str) -> None:
    found = ips_schedule({**DAILY, "every": every}, COMMAND)
    assert found["cron"].splitlines()[0] == "CRON_TZ=UTC"
    assert found["cron"].splitlines()[1].startswith(f"{cron} [") and found["cron"].endswith(f"&& {COMMAND}\n")
    assert found["on_calendar"] == f"{calendar} UTC" and f"OnCalendar={calendar} UTC\n" in found["systemd_timer"]
    assert found["awx_rrule"] == f"DTSTART:20261201T023000Z RRULE:{rule}"


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd is not installed")
@pytest.mark.parametrize("every", ["hour", "day", "week", "month", "once"])
def test_systemd_reads_the_calendar(every: str) -> None:
    found = ips_schedule({**DAILY, "every": every, "start": "2099-12-01"}, COMMAND)
    done = subprocess.run(
        ["systemd-analyze", "calendar", found["on_calendar"]], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0 and "Next elapse: " in done.stdout, done.stderr


@pytest.mark.parametrize(
    ("every", "start", "runs"),
    [
        ("day", "2020-01-01", True),
        ("day", "2099-01-01", False),
        ("once", "2020-01-01", False),
        ("once", "2099-01-01", False),
    ],
)
def test_a_shell_holds_the_command_back_before_the_start_and_in_other_years(every: str, start: str, runs: bool) -> None:
    found = ips_schedule({**DAILY, "every": every, "start": start}, "echo ran 100%")
    line = found["cron"].splitlines()[1]
    shell = line.split(" ", 5)[5].replace(r"\%", "%")  # as cron does
    assert (
        subprocess.run(["sh", "-c", shell], capture_output=True, text=True, check=False).stdout == "ran 100%\n"
    ) is runs
    service = found["systemd_service"]
    (condition,) = re.findall(r'^ExecCondition=/bin/sh -c "(.*)"$', service, re.MULTILINE)
    plain = condition.replace("$$", "$").replace("%%", "%").replace('\\"', '"')  # as systemd does
    assert (subprocess.run(["sh", "-c", plain], check=False).returncode == 0) is runs
    assert 'ExecStart=/bin/sh -c "echo ran 100%%"\n' in service


def test_a_time_zone_is_in_all_of_them() -> None:
    found = ips_schedule({**DAILY, "time_zone": "Europe/Berlin"}, COMMAND, "renew")
    assert found["cron"].startswith("CRON_TZ=Europe/Berlin\n") and "TZ=Europe/Berlin date" in found["cron"]
    assert found["on_calendar"].endswith(" Europe/Berlin")
    assert found["awx_rrule"].startswith("DTSTART;TZID=Europe/Berlin:20261201T023000 RRULE:")
    assert "Description=renew\n" in found["systemd_timer"]


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"start": "2026-02-30"}, "start:"),
        ({"start": "01.12.2026"}, "start:"),
        ({"time": "24:00"}, "time:"),
        ({"time": 150}, "in quotes"),
        ({"every": "fortnight"}, "every:"),
        ({"every": "month", "start": "2026-12-31"}, "not every month has a day 31"),
        ({"time_zone": "UTC; rm -rf /"}, "time_zone:"),
        ({"at": "02:30"}, "unknown key 'at'"),
    ],
    ids=str,
)
def test_what_is_wrong_is_said(changes: dict[str, Any], said: str) -> None:
    with pytest.raises(AnsibleFilterError, match=said):
        ips_schedule({**DAILY, **changes}, COMMAND)


def test_everything_that_is_wrong_is_said_at_once_and_a_command_is_one_line() -> None:
    with pytest.raises(AnsibleFilterError, match=r"start: .*time: .*every: "):
        ips_schedule({}, COMMAND)
    for command, name in (("a\nb", "job"), ("", "job"), ("a", "../job")):
        with pytest.raises(AnsibleFilterError):
            ips_schedule(DAILY, command, name)
    with pytest.raises(AnsibleFilterError, match="dictionary"):
        ips_schedule("daily", COMMAND)
