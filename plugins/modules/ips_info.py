# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Documentation of the action plugin of the same name; the work is done on the controller."""

from __future__ import annotations

DOCUMENTATION = r"""
module: ips_info
short_description: Read version, licence, applications, clock and certificate of a Cisco IPS sensor
version_added: 1.3.0
description:
  - Reads what a Cisco IPS sensor says of itself over SSH, and the certificate that it shows on its HTTPS port.
  - A part that cannot be read takes nothing from the others; RV(not_available) says why. A sensor whose TLS this controller does not speak still
    gets its status over SSH, and the reason names the variable that would help.
  - What a sensor prints and no document explains is never read as good news; a licence line that is not understood is V(unknown), with the line itself.
author:
  - mspplus.netsec authors (@mspplus)
extends_documentation_fragment:
  - mspplus.netsec.attributes.info
  - mspplus.netsec.attributes.ips
options:
  gather:
    description:
      - V(version) is C(show version) with the licence, the applications and the upgrade history.
      - V(clock) compares the sensor's clock with the controller's.
      - V(certificate) compares C(show tls fingerprint) with the certificate on the HTTPS port.
      - V(auto_update) is what the sensor says of its own automatic update, in C(show statistics host).
      - V(inventory) is C(show inventory).
      - V(web) asks the transaction server on the HTTPS port for the version, as a second opinion. V(events) asks the SDEE server there what the
        sensor reports of itself, such as changed certificates, downloads and applications that stop.
      - V(web) and V(events) send user and password to the HTTPS port. They do so only if the certificate there is the accepted one, or where none is
        accepted yet, the one that SSH tells.
    type: list
    elements: str
    choices: [version, clock, certificate, auto_update, inventory, web, events]
    default: [version, clock, certificate, auto_update, inventory]
  communication:
    description:
      - How the sensor's web server is spoken to. With V(http) there is no certificate, so nothing is asked there.
    type: str
    choices: [https, http]
    default: https
  trust_store:
    description:
      - Folder of the accepted certificates; see M(mspplus.netsec.ips_certificate). Only read here.
    type: path
seealso:
  - module: mspplus.netsec.ips_certificate_info
  - module: mspplus.netsec.ips_certificate
"""

EXAMPLES = r"""
- name: What is the state of this sensor?
  mspplus.netsec.ips_info:
  register: sensor

- name: Show sensors whose licence ends within a month
  ansible.builtin.debug:
    msg: "{{ inventory_hostname }}: {{ sensor.license.status }}, {{ sensor.license.days_left }} days left"
  when: sensor.license.days_left | default(0, true) | int < 30

- name: Only the licence, of a sensor with an old web server
  mspplus.netsec.ips_info:
    gather: [version]
"""

RETURN = r"""
read_at:
  description: When it was read, by the controller's clock, in UTC.
  returned: success
  type: str
  sample: "2026-11-28T22:00:00Z"
version:
  description: The version as the sensor prints it.
  returned: when V(version) was gathered
  type: str
  sample: 7.1(7)E4
release:
  description: The version without its engine; null where it is not understood.
  returned: when V(version) was gathered
  type: str
  sample: 7.1(7)
engine:
  description: The engine level, which is the ending of the version.
  returned: when V(version) was gathered
  type: str
  sample: E4
signature:
  description: The C(level) of the signatures, and its C(date).
  returned: when V(version) was gathered
  type: dict
  sample: {level: S722.0, date: "2013-06-05"}
virus_update:
  description: The level of the virus signatures that old releases have.
  returned: when V(version) was gathered
  type: str
  sample: V1.4
os_version:
  description: The version of the operating system below.
  returned: when V(version) was gathered
  type: str
  sample: 2.6.29.1
platform:
  description: The platform as the sensor prints it.
  returned: when V(version) was gathered
  type: str
  sample: ASA-SSM-10
serial:
  description: The serial number.
  returned: when V(version) was gathered
  type: str
  sample: JAF1234ABCD
uptime:
  description: The words of the sensor for how long it is up.
  returned: when V(version) was gathered
  type: str
  sample: 91 days
recovery:
  description: The recovery partition, as the sensor prints it.
  returned: when V(version) was gathered
  type: str
  sample: 1.1 - 7.1(7)E4
license:
  description:
    - C(status) is V(valid), V(invalid), V(expired), V(none), V(trial) or V(unknown). C(expires) is a day in UTC, C(days_left) counts from today in UTC and
      is negative behind that day, which itself still counts.
    - C(said) is the status that the sensor's C(lines) tell. It differs from C(status) where a licence that is said to be valid is behind its day by the
      controller's clock; a warning says so.
  returned: when V(version) was gathered
  type: dict
  sample: {status: valid, said: valid, expires: "2013-08-01", days_left: 12, lines: ["Licensed, expires:      01-Aug-2013 UTC"]}
applications:
  description: Each application with its C(build) and its C(state); C(running) is null for one whose row has no state.
  returned: when V(version) was gathered
  type: list
  elements: dict
  sample: [{name: MainApp, build: S-2013_FEB_05_05_37_7_1_6_65, built: 2013-02-05T05:40:22-0600, state: Running, running: true}]
all_running:
  description: Whether each application with a state runs.
  returned: when V(version) was gathered
  type: bool
not_running:
  description: The applications with a state that is not running.
  returned: when V(version) was gathered
  type: list
  elements: str
  sample: [AnalysisEngine]
upgrade_history:
  description: What was installed, the oldest first; C(running) marks the pack that runs now, C(installed) is in the sensor's time zone.
  returned: when V(version) was gathered
  type: list
  elements: dict
  sample: [{package: IPS-sig-S734-req-E4, installed: "19:59:49 UTC Tue Aug 13 2013", running: true}]
clock:
  description:
    - The sensor's time as printed (C(local), C(zone)) and in C(utc). C(ahead_seconds) is its distance from the controller's clock, negative where it
      is behind. Both are null where the offset of the zone is unknown.
    - C(flag) is what the sensor prints before the time, C(flag_means) is its meaning, C(source) says where the sensor has its time from.
  returned: when V(clock) was gathered
  type: dict
  sample: {local: "2026-11-28 22:00:00", zone: UTC, utc: "2026-11-28T22:00:00Z", ahead_seconds: 0, flag: "", flag_means: "", source: NTP}
certificate:
  description:
    - C(ssh) has the fingerprints of C(show tls fingerprint), C(https) the certificate on the HTTPS port; each is null where it could not be read.
    - C(same) tells whether they are the same certificate; null where one of both is missing.
    - C(status) is that of the dates, V(valid), V(expired) or V(not_yet_valid).
  returned: when V(certificate) was gathered
  type: dict
  sample: {same: true, status: valid, ssh: {sha1: 4a2b..., md5: fd83...}, https: {not_after: "2027-11-28T22:00:00Z", sha1: 4a2b..., md5: fd83...}}
auto_update:
  description:
    - What the sensor says of its own automatic update. Times are as printed, in the sensor's time zone; null is never. Null as a whole where the
      release has no such statistics.
  returned: when V(auto_update) was gathered
  type: dict
  sample: {last_download: {at: "18:40:05 JST Fri Oct 28 2011", lines: [Success]}, next_attempt: "19:35:00 JST Fri Oct 28 2011"}
inventory:
  description: The parts with product and serial number.
  returned: when V(inventory) was gathered
  type: list
  elements: dict
  sample: [{name: Chassis, description: IPS 4260 Intrusion Prevention Sensor, pid: IPS-4260-K9, vid: V01, serial: JAF1234ABCD}]
web:
  description: What the transaction server says of platform, licence and applications, in its own words.
  returned: when V(web) was gathered, and could be
  type: dict
  sample: {platform: IPS-4260, license: {status: valid, expires: "2027-08-01T00:00:00Z"}, applications: [{name: mainApp, running: true}]}
events:
  description:
    - The newest events of the sensor's event store that tell of the sensor itself, the oldest first. C(kind) is V(evStatus) or V(evError), C(what) its
      subject, C(time) in UTC, C(words) the text in it.
  returned: when V(events) was gathered, and could be
  type: list
  elements: dict
  sample: [{kind: evStatus, what: certificatesChanged, time: "2026-11-28T22:00:00Z", words: [the certificate was made again]}]
not_available:
  description: What could not be read, with the reason.
  returned: always
  type: dict
  sample: {certificate_https: "it speaks an older TLS than this controller: set ips_https_tls_min_version: TLSv1"}
"""
