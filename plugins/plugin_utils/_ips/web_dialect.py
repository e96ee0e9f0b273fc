# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The web server of a Cisco IPS sensor for the connection mspplus.netsec.rest: SDEE and the transaction server. A row; pure.

Both speak XML with HTTP's basic authentication at each request (stleary/Events, EC_tech_doc; check_cisco_idps).
"""

from __future__ import annotations

from .._transport.rest.dialects import Dialect

SENSOR = Dialect(
    name="cisco_ips",
    title="the web server of a Cisco IPS sensor",
    base_path="/cgi-bin/",
    version="",
    auth="basic",
    network_os=("cisco.ips.ips",),
    media="text/xml",
)
