# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""One schedule for cron, systemd and AWX."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from ansible.errors import AnsibleFilterError

from ansible_collections.mspplus.netsec.plugins.plugin_utils._engine.controller.supported import on_call, tried

with tried():
    from ansible_collections.mspplus.netsec.plugins.plugin_utils._ips.schedule import parse, rendered

DOCUMENTATION = r"""
name: ips_schedule
short_description: Write one schedule for cron, systemd and AWX
version_added: 1.3.0
author:
  - mspplus.netsec authors (@mspplus)
description:
  - Checks a schedule in the words of Cisco Security Manager, and writes it as a line of a crontab, as a timer and a service of systemd, and as the
    rule of a schedule of AWX.
  - Neither cron nor a timer knows a first day, so both get a condition that holds the command back before it.
positional: command, name
options:
  _input:
    description: The schedule.
    type: dict
    required: true
    suboptions:
      start:
        description: The first day, as V(2026-12-01). It chooses the day of the week, or of the month.
        type: str
        required: true
      time:
        description: The time of day in 24 hours, as V('02:30'). Of V(hour), the minutes count.
        type: str
        required: true
      every:
        description: How often. V(once) is one time.
        type: str
        choices: [hour, day, week, month, once]
        required: true
      time_zone:
        description: The name of the time zone of both. In a crontab it is written as C(CRON_TZ), which cronie knows.
        type: str
        default: UTC
  command:
    description: What is run, one line of the shell.
    type: str
    required: true
  name:
    description: The name of the job.
    type: str
    default: ips_renew
seealso:
  - module: mspplus.netsec.ips_license
"""

EXAMPLES = r"""
- name: A timer on the controller that renews licences and certificates every night
  ansible.builtin.copy:
    dest: /etc/systemd/system/ips_renew.timer
    mode: "0644"
    content: "{{ (schedule | mspplus.netsec.ips_schedule('ansible-playbook mspplus.netsec.ips_renew')).systemd_timer }}"
  vars:
    schedule: {start: "2026-12-01", time: "02:30", every: day, time_zone: Europe/Berlin}
"""

RETURN = r"""
_value:
  description:
    - C(cron) for a crontab, C(systemd_timer) and C(systemd_service) for two units of the same name, C(on_calendar) for a timer of your own, and C(awx_rrule)
      for the field C(rrule) of a schedule of AWX.
  type: dict
"""


def ips_schedule(given: Any, command: Any, name: str = "ips_renew") -> dict[str, str]:
    if not isinstance(given, Mapping):
        raise AnsibleFilterError("ips_schedule needs a dictionary with start, time and every")
    try:
        return rendered(parse(given), str(command), str(name))
    except ValueError as error:
        raise AnsibleFilterError(f"ips_schedule: {error}") from None


class FilterModule:
    def filters(self) -> dict[str, Callable[..., Any]]:
        return on_call({"ips_schedule": ips_schedule})
