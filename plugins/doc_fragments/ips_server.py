# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The update server, which has packages and licences: the options of it."""

from __future__ import annotations


class ModuleDocFragment:
    DOCUMENTATION = r"""
options:
  server:
    description:
      - The update server, which has packages, or licences. A proxy is the controller's only; a sensor has none.
    type: dict
    suboptions:
      type:
        description:
          - V(local) is a web server of your own. For packages, it needs directory listing.
          - V(cisco_com) is Cisco.com. What it speaks is in no public source, so this is unverified; it is read as any directory listing, and
            O(server.host) and O(server.path) can be set. For licences, O(server.path) has to be.
        type: str
        choices: [local, cisco_com]
        default: local
      host:
        description: Its DNS name or address. Needed for V(local).
        type: str
      port:
        description: Its HTTPS port.
        type: int
        default: 443
      path:
        description: The path of the folder on it, and only the path. Of C(http://servername/IPSpath) it is V(IPSpath).
        type: str
      username:
        description:
          - The user, where it wants a login. Cisco.com does. The account must be eligible to download strong encryption software, and for licences its support
            contract must include the serial numbers of the sensors.
        type: str
      certificates:
        description:
          - SHA-256 of the certificates that are accepted, and no other is. Without any, the authorities of the controller decide.
          - Cisco.com has two, that of the image meta-data locator and that of the download site, and both must be listed.
        type: list
        elements: str
        default: []
      ca_path:
        description: PEM file, or directory, of the authorities that may have signed its certificate. By default those of the system.
        type: path
      validate_certs:
        description: V(false) accepts any certificate, even an impostor's. For a lab.
        type: bool
        default: true
      proxy:
        description: Proxy of the controller on the way to the server, V(http://HOST:PORT).
        type: str
      proxy_username:
        description: User of the proxy.
        type: str
      timeout:
        description: Seconds of silence that end a download, and that a connection may take.
        type: float
        default: 30
  server_password:
    description: Password of O(server.username).
    type: str
  server_proxy_password:
    description: Password of O(server.proxy_username).
    type: str
"""
