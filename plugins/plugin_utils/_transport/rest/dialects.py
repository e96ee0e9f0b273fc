# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The REST systems that the connection knows: how each logs in and out, and how each says no. A table; pure.

Sources: "NetScaler SD-WAN NITRO API reference 11.0" (index: base path, login, logout; ErrorSchema on every page) and 10.0
(error bodies with `message`), "NetScaler SD-WAN Center NITRO API reference 11.0" (index, config/login: secondaryPassword).
"""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

Credentials = Mapping[str, str]  # username, password, secondary_password; those that are set


@dataclass(frozen=True)
class Call:
    """A fixed call below the base path."""

    method: str
    path: str


@dataclass(frozen=True)
class Dialect:
    """One system.

    base_path: with `{version}`; version: its default. auth: what carries the session: `cookie` (whatever the login
    sets), `token` (found in the login's answer at token_at, sent as token_header: (name, format)), `basic` (user and
    password with each call, no login). login_envelope: the key around the login's body, "" for none. login_body: key in it ->
    name of the credential; those that are not set are left out. error_code, error_text: keys of an error's body, the first one there counts.
    expired: statuses that mean "log in again, nothing was done". serial: the vendor wants one call at a time; the door
    never sends two.
    """

    title: str
    base_path: str
    version: str
    auth: Literal["cookie", "token", "basic"]
    login: Call | None = None
    logout: Call | None = None
    login_envelope: str = ""
    login_body: Mapping[str, str] = field(default_factory=dict)
    token_at: tuple[str, ...] = ()
    token_header: tuple[str, str] = ("Authorization", "Bearer {token}")
    error_code: tuple[str, ...] = ("errorcode",)
    error_text: tuple[str, ...] = ("errormessage", "message")
    expired: frozenset[int] = frozenset({401})
    serial: bool = True

    def path(self, version: str = "", base_path: str = "") -> str:
        """The base path, with one slash at each end. Empty arguments mean the defaults.

        >>> DIALECTS["sdwan"].path()
        '/sdwan/nitro/v1/'
        """
        text = (base_path or self.base_path).replace("{version}", version or self.version).strip("/")
        return f"/{text}/" if text else "/"

    def credentials(self, given: Credentials) -> Any:
        """The body of the login."""
        body = {key: given[name] for key, name in self.login_body.items() if given.get(name)}
        return {self.login_envelope: body} if self.login_envelope else body

    def token(self, body: Any) -> str:
        """The token in a login's answer, "" when it is not there."""
        for key in self.token_at:
            body = body.get(key) if isinstance(body, Mapping) else None
        return body if isinstance(body, str) else ""

    def error(self, body: Any) -> tuple[int | None, str] | None:
        """(code, text) when the body says that it is an error, whatever the status of HTTP was.

        >>> DIALECTS["sdwan"].error({"errorcode": 0, "message": "Done"}) is None
        True
        """
        if not isinstance(body, Mapping):
            return None
        code = next((number(body[key]) for key in self.error_code if key in body), None)
        return (code, self.said(body)) if code else None

    def said(self, body: Any) -> str:
        """The words of an error's body, "" when there are none."""
        if not isinstance(body, Mapping):
            return ""
        return next((str(body[key]) for key in self.error_text if body.get(key)), "")


def number(value: Any) -> int | None:
    """An error code, which some answers write as text; None when it is no number."""
    try:
        return int(value)
    except (TypeError, ValueError, OverflowError):
        return None


_NITRO_LOGIN = {"username": "username", "password": "password"}

DIALECTS: Mapping[str, Dialect] = {
    "sdwan": Dialect(
        title="Citrix SD-WAN appliance",
        base_path="/sdwan/nitro/{version}/",
        version="v1",
        auth="cookie",
        login=Call("POST", "config/login"),
        logout=Call("DELETE", "config/login"),
        login_envelope="login",
        login_body=_NITRO_LOGIN,
    ),
    "sdwan_center": Dialect(
        title="Citrix SD-WAN Center",
        base_path="/sdwan_center/nitro/{version}/",
        version="v1",
        auth="cookie",
        login=Call("POST", "config/login"),
        logout=Call("DELETE", "config/login"),
        login_envelope="login",
        login_body={**_NITRO_LOGIN, "secondaryPassword": "secondary_password"},
    ),
}

# ansible_network_os -> name of a dialect.
NETWORK_OS: Mapping[str, str] = {
    "citrix.sdwan.sdwan": "sdwan",
    "citrix.sdwan.center": "sdwan_center",
}


def dialect_name(name: str) -> str:
    """The dialect for its own name or an ansible_network_os. Raises ValueError, whose text lists what there is.

    >>> dialect_name("citrix.sdwan.center")
    'sdwan_center'
    """
    word = name.strip().lower()
    found = NETWORK_OS.get(word, word)
    if found in DIALECTS:
        return found
    near = difflib.get_close_matches(word, [*DIALECTS, *NETWORK_OS], n=3, cutoff=0.6)
    hint = f"; near: {', '.join(near)}" if near else f"; known: {', '.join([*DIALECTS, *NETWORK_OS])}"
    raise ValueError(f"unknown REST system {name!r}{hint}")
