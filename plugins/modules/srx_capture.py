# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Documentation of the action plugin of the same name; the work is done on the controller."""

from __future__ import annotations

DOCUMENTATION = r"""
module: srx_capture
short_description: Capture for a while what a Juniper SRX does with some flows, and clean up
version_added: 1.1.0
description:
  - Configures filters and a trace file of the flow monitor, starts it, waits until the time is over or enough packets matched, stops it,
    fetches the file, removes filters and file again, and parses what was captured. At least one filter is needed.
  - Stops and cleans up in every case in which the process can still act, over a new session when the link dropped. A guard, a
    process of its own, does it where the run is cut short (Ctrl-C, a signal, a worker that is killed), and the next run where the
    guard was killed too. What no one can clean up is bounded on the device by O(file).
  - Refuses to begin while another run of this controller captures there, while the monitor runs, while flow tracing is configured,
    and where there are other filters, whose packets would be captured too.
  - Leaves three files on the controller - the lines as the device wrote them, the packets as JSON Lines, and a summary to read.
author:
  - mspplus.netsec authors (@mspplus)
extends_documentation_fragment:
  - mspplus.netsec.attributes.srx
  - mspplus.netsec.flow_filters
  - mspplus.netsec.progress
attributes:
  check_mode:
    support: full
    description: Can run in C(check_mode) and return the commands, without sending any.
  diff_mode:
    support: N/A
    description: Leaves the device as it found it.
  idempotent:
    support: N/A
    description: Each run is a capture of its own.
options:
  file:
    description: The trace file on the device.
    type: dict
    default: {}
    suboptions:
      name:
        description: Its name in C(/var/log). It must not exist before the capture.
        type: str
        default: mspplus-capture
      size:
        description: Bytes after which the device begins a new file, 10240 to 1073741824, or with k, m, g after the number.
        type: str
        default: 1m
      files:
        description: How many files the device keeps, 2 to 1000. The oldest go first.
        type: int
        default: 2
  duration:
    description: Seconds to capture, 1 to 3600.
    type: int
    default: 30
  stop_after:
    description: Stop earlier, when so many packets matched, 1 to 10000000. Counted every O(interval) seconds.
    type: int
  interval:
    description: Seconds between two looks at the capture, 1 to 600.
    type: int
    default: 5
  dest:
    description:
      - Beginning of the names of the three files on the controller, such as V(captures/fw1). C(.log), C(.jsonl) and C(.txt) come after it. A relative
        path begins where the play was started. The directory must exist. Existing files are replaced. Without it no files are written.
    type: path
  limit:
    description: The most packets that are in the result, 1 to 100000. All of them are in the files.
    type: int
    default: 100
  with_others:
    description: Begin although filters of others are on the device. Their packets are captured too.
    type: bool
    default: false
  keep_file:
    description: Leave the trace file on the device.
    type: bool
    default: false
seealso:
  - module: mspplus.netsec.srx_flow_monitor
  - module: mspplus.netsec.srx_flow_monitor_info
  - plugin: mspplus.netsec.parse_monitor_flow
    plugin_type: filter
notes:
  - A trace file that was set for the flow monitor before is set again by its name; its size, number and match cannot be read from the device.
  - A packet of a session that is offloaded to hardware (services-offload) never reaches the trace.
  - A capture logs in twice, the second time for its guard, before anything is begun. Where the device or a jump host gives this user
    one session only, nothing is begun. Check mode starts no guard and logs in once.
  - The guard gets the options of the connection over a pipe. Neither its arguments nor its environment hold a secret, and it leaves no
    core dump. It takes some 60 MB of memory for each capture under way, and ends with the run; INT, TERM and HUP do not end it before that.
  - What a capture makes is written down before it is made, in the folder that the variable C(netsec_state_dir) names, by default
    C(.netsec_state) beside the inventory. Leftovers are removed by such a record only, once its processes are gone; without
    one they count as those of another user.
  - The end of a container or of a machine takes the guard along. The record does its work in the next run where that folder lasts.
  - Limit a task by O(duration), not by C(timeout) alone.
"""

EXAMPLES = r"""
- name: What happens to the mail of one client?
  mspplus.netsec.srx_capture:
    filters:
      - {name: mail-out, source_prefix: 10.1.1.7, protocol: tcp, destination_port: 25}
      - {name: mail-back, destination_prefix: 10.1.1.7, protocol: tcp, source_port: 25}
    duration: 60
    stop_after: 200
    dest: "captures/{{ inventory_hostname }}"
  register: capture

- name: What was dropped, and why
  ansible.builtin.debug:
    msg: "{{ capture.packets | selectattr('verdict', 'equalto', 'dropped') | map(attribute='reason') | unique }}"
"""

RETURN = r"""
commands:
  description: The commands that were, or in check mode would be, sent.
  returned: always
  type: list
  elements: str
cleaned_up:
  description: What an earlier capture that was cut short had left, and who removed it. In check mode, what would be removed.
  returned: always
  type: list
  elements: str
  sample:
    - "the capture of 2026-11-28T19:32:58+00:00 (process 4711) was cut short; what it left was removed: the filters mail-out and the file mspplus-capture"
packets:
  description: The packets, oldest first, at most O(limit). In the form of RV(mspplus.netsec.srx_flow_monitor_info#module:events).
  returned: when something was captured
  type: list
  elements: dict
summary:
  description: How many packets there were in all, by filter, by verdict and by reason.
  returned: when the capture ended
  type: dict
  sample: {packets: 12, lines: 96, filters: {mail-out: 7, mail-back: 5}, verdicts: {forwarded: 10, dropped: 2}, reasons: {denied by policy: 2}}
ended_by:
  description: V(duration), V(count) when O(stop_after) packets had matched, V(stopped) when another user stopped the monitor.
  returned: when the capture ended
  type: str
  sample: duration
seconds:
  description: How long the monitor ran.
  returned: when the capture ended
  type: float
  sample: 30.2
files:
  description: The files on the controller, with their whole paths.
  returned: when O(dest) is given
  type: dict
  sample: {log: /home/netops/captures/fw1.log, packets: /home/netops/captures/fw1.jsonl, summary: /home/netops/captures/fw1.txt}
wrapped:
  description: The device keeps as many files as it may, so the oldest packets may be lost. Give O(file) more room.
  returned: when the capture ended
  type: bool
device_state:
  description: On failure, what was left on the device. On success, nothing is.
  returned: on failure
  type: str
  sample: unchanged; the monitor is stopped, filters and file are gone
problems:
  description: What is wrong, each with its rule, item and remedy.
  returned: on failure
  type: list
  elements: dict
"""
