# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How a file gets to a sensor, which pulls it: the options of it."""

from __future__ import annotations


class ModuleDocFragment:
    DOCUMENTATION = r"""
options:
  transfer:
    description:
      - V(controller) serves the file from this controller over HTTPS, for the time of the task, to the address of the sensor only. The sensor is told to trust
        the certificate of the task, after its fingerprint was compared, and to forget it afterwards.
      - V(url) is a server that publishes the files, over HTTPS, HTTP, SCP or FTP.
    type: str
    choices: [controller, url]
    default: controller
  url:
    description:
      - URL of the folder with the files, such as V(https://192.0.2.20/IPSpath) or V(scp://ips@192.0.2.20//srv/ips). The file name is added. A password is no
        part of it.
      - The certificate of an HTTPS server that the sensor does not trust yet is added to its table of trusted hosts, after its fingerprint was compared with
        the one that this controller sees. An SSH host key for SCP has to be known to the sensor.
    type: str
  url_password:
    description: Password of the user in O(url). It is typed at the prompt of the sensor.
    type: str
  url_certificate:
    description: SHA-256 of the certificate of the server, where no authority of this controller signed it.
    type: str
  url_ca_path:
    description: PEM file of the authorities that may have signed it. By default those of the system.
    type: path
  transfer_address:
    description: Address of this controller as the sensor sees it. By default the one that the route to the sensor begins with.
    type: str
  transfer_port:
    description: Port that the file is served on. V(0) is any free one.
    type: int
    default: 0
  transfer_bind:
    description: Address to listen on, where that is another one than O(transfer_address), as in a container.
    type: str
  transfer_tls_min_version:
    description: The least version of TLS that is served. Old images speak V(TLSv1) only.
    type: str
    choices: [TLSv1, TLSv1_1, TLSv1_2, TLSv1_3]
    default: TLSv1_2
  transfer_certificate:
    description: PEM file of a certificate of your own to serve with, such as one with SHA-1 for images that do not know SHA-2 (field notice FN64080).
    type: path
  transfer_key:
    description: PEM file of its key.
    type: path
"""
