# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The SD-WAN systems for the connection mspplus.netsec.rest: how each logs in and out, and how each refuses. Rows; pure.

Sources: "NetScaler SD-WAN NITRO API reference 11.0" (index: base path, login, logout; ErrorSchema on every page) and 10.0
(error bodies with `message`), "NetScaler SD-WAN Center NITRO API reference 11.0" (index, config/login: secondaryPassword).
"""

from __future__ import annotations

from .._transport.rest.dialects import Call, Dialect

_LOGIN = {"username": "username", "password": "password"}

APPLIANCE = Dialect(
    name="sdwan",
    title="Citrix SD-WAN appliance",
    network_os=("citrix.sdwan.sdwan",),
    base_path="/sdwan/nitro/{version}/",
    version="v1",
    auth="cookie",
    login=Call("POST", "config/login"),
    logout=Call("DELETE", "config/login"),
    login_envelope="login",
    login_body=_LOGIN,
)
CENTER = Dialect(
    name="sdwan_center",
    title="Citrix SD-WAN Center",
    network_os=("citrix.sdwan.center",),
    base_path="/sdwan_center/nitro/{version}/",
    version="v1",
    auth="cookie",
    login=Call("POST", "config/login"),
    logout=Call("DELETE", "config/login"),
    login_envelope="login",
    login_body={**_LOGIN, "secondaryPassword": "secondary_password"},
)
