# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Documentation of the action plugin of the same name; the work is done on the controller."""

from __future__ import annotations

DOCUMENTATION = r"""
module: ips_package
short_description: Look for updates of Cisco IPS sensors on an update server, and download them to the controller
version_added: 1.3.0
description:
  - Reads the directory listing of an update server over HTTPS, and downloads the packages that are new into a cache on the controller. No sensor
    is asked and none is changed; the connection of the host is not opened.
  - A download gets its name when it is whole and its checksum is right; until then no run sees it. A second run downloads nothing. Of two runs at once one
    downloads, and the other one waits for it.
  - Without O(server), it only looks at what is in the cache.
  - There is no Security Manager server here, so its properties (C(packageMonitorInterval)) have no counterpart.
author:
  - mspplus.netsec authors (@mspplus)
extends_documentation_fragment:
  - mspplus.netsec.attributes
  - mspplus.netsec.attributes.ips_controller
  - mspplus.netsec.ips_packages
  - mspplus.netsec.ips_server
  - mspplus.netsec.progress
options:
  mode:
    description:
      - V(check) looks what the server has, which tests its settings, too. It touches no sensor, and of the cache only the update status.
      - V(download) downloads what is new as well.
    type: str
    choices: [check, download]
    default: download
  packages:
    description:
      - File names of the packages to download. By default all that are newer than those in the cache; of what the cache has nothing of, the newest, since
        signature updates and service packs are cumulative. Engine packages are all downloaded, as each is for one release.
    type: list
    elements: str
seealso:
  - module: mspplus.netsec.ips_update_plan
  - module: mspplus.netsec.ips_update
"""

EXAMPLES = r"""
- name: Is there anything new?
  mspplus.netsec.ips_package:
    mode: check
    server:
      host: updates.example.net
      path: IPSpath
      ca_path: "{{ inventory_dir }}/ca.pem"
  delegate_to: localhost
  run_once: true

- name: Download what is new, through a proxy
  mspplus.netsec.ips_package:
    server:
      host: updates.example.net
      path: IPSpath
      username: ips
      proxy: http://proxy.example.net:3128
    server_password: "{{ vault_update_server_password }}"
  run_once: true

- name: One package by its name
  mspplus.netsec.ips_package:
    packages: [IPS-sig-S734-req-E4.pkg]
    server:
      host: updates.example.net
      path: IPSpath
      certificates: ["9f:86:d0:81:88:4c:7d:65:9a:2f:ea:a0:c5:5a:d0:15:a3:bf:4f:1b:2b:0b:82:2c:d1:5d:6c:15:b0:f0:0a:08"]
  run_once: true

- name: What has been placed by hand
  mspplus.netsec.ips_package:
    cache: /srv/ips_packages
  run_once: true
"""

RETURN = r"""
update_status:
  description: What is known of the update server.
  returned: success
  type: dict
  contains:
    server:
      description: The server of the last look, without its login. C(mark) is V(unverified) for Cisco.com.
      type: dict
      returned: always
    last_check:
      description: When that was, in UTC.
      type: str
      returned: always
    last_result:
      description: V(ok), or why it could not be read.
      type: str
      returned: always
    newest_found:
      description: The newest C(sensor) and the newest C(signature) update that it had, by file name.
      type: dict
      returned: always
    newest_downloaded:
      description: The same of the cache.
      type: dict
      returned: always
    not_downloaded:
      description: What it has that is new to the cache.
      type: list
      elements: str
      returned: always
packages:
  description: The packages in the cache.
  returned: success
  type: list
  elements: dict
  sample: [{file: IPS-sig-S734-req-E4.pkg, kind: signature, platform: null, engine: E4, signature: S734, requires: null, for_security_manager: false,
            size: 2000000, sha256: 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08, source: server}]
  contains:
    file:
      description: Its name.
      type: str
      returned: always
    kind:
      description: C(signature), C(engine), C(sensor), C(patch), C(system) or C(recovery).
      type: str
      returned: always
    platform:
      description: The identifier of a platform in its name; null for a package for all.
      type: str
      returned: always
    major:
      description: Part of the version that a sensor has afterwards.
      type: int
      returned: for updates of the software
    minor:
      description: Part of that version.
      type: int
      returned: for updates of the software
    service_pack:
      description: Part of that version.
      type: int
      returned: for updates of the software
    repackage:
      description: Part of that version, a letter or empty.
      type: str
      returned: for updates of the software
    patch:
      description: Part of that version, 0 without a patch.
      type: int
      returned: for updates of the software
    engine:
      description: The engine that it brings, or that a signature update requires.
      type: str
      returned: always
    signature:
      description: The signature level.
      type: str
      returned: always
    requires:
      description: The release that must be installed, where its name says one.
      type: str
      returned: always
    for_security_manager:
      description: Whether it is a file for Security Manager, which no sensor installs.
      type: bool
      returned: always
    size:
      description: Bytes.
      type: int
      returned: always
    sha256:
      description: Its checksum.
      type: str
      returned: always
    source:
      description: V(server), or V(hand) where it was placed by hand.
      type: str
      returned: always
refused:
  description: Files in the cache that are not used, with the reason. A warning names each.
  returned: success
  type: list
  elements: dict
  sample: [{file: IPS-sig-S735-req-E4.pkg.part, reason: it is a download that did not end}]
downloaded:
  description: What this run downloaded. On failure, what it had downloaded before; that stays in the cache.
  returned: always
  type: list
  elements: dict
  sample: [{file: IPS-sig-S734-req-E4.pkg, size: 2000000, seconds: 4.1, rate: 487804, server: "updates.example.net:443",
            sha256: 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08}]
offered:
  description: The packages that the server has.
  returned: success
  type: list
  elements: str
would_download:
  description: In check mode, what would be downloaded.
  returned: success
  type: list
  elements: str
cache:
  description: The folder of packages.
  returned: success
  type: str
warnings:
  description: Files in the cache that are not used, a text each, with the host in front.
  returned: when there are any
  type: list
  elements: str
errors:
  description: Every error of the arguments.
  returned: when the arguments are wrong
  type: list
  elements: str
problems:
  description: What is wrong with the settings, or with the server, with id, item, remedy and the server's own words.
  returned: on failure
  type: list
  elements: dict
device_state:
  description: The state of the host, which this module never changes.
  returned: on failure
  type: str
"""
