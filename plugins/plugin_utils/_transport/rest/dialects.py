# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Dialects of REST systems: how one logs in and out and refuses, and the table that finds it by its names. Pure.

The rows are elsewhere: each wing has its own, and the connection puts them into one table.
"""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
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

    name: of the dialect. network_os: of the hosts that speak it. title: for a person. base_path: with `{version}`; version:
    its default.
    auth: what carries the session: `cookie` (whatever the login sets), `token` (found in the login's answer at token_at, sent
    as token_header: (name, format)), `basic` (user and password with each call, no login). login_envelope: the key around the
    login's body, "" for none. login_body: key in it -> name of the credential; those that are not set are left out.
    error_code, error_text: keys of an error's body, the first one there counts. expired: statuses that mean "log in again,
    nothing was done". serial: the vendor wants one call at a time; the door never sends two.
    """

    name: str
    title: str
    base_path: str
    version: str
    auth: Literal["cookie", "token", "basic"]
    network_os: tuple[str, ...] = ()
    login: Call | None = None
    logout: Call | None = None
    login_envelope: str = ""
    login_body: Mapping[str, str] = field(default_factory=dict)
    token_at: tuple[str, ...] = ()
    token_header: tuple[str, str] = ("Authorization", "Bearer {token}")
    error_code: tuple[str, ...] = ("errorcode",)
    error_text: tuple[str, ...] = ("errormessage", "message")
    expired: frozenset[int] = frozenset({401})
    media: str = ""
    serial: bool = True

    def path(self, version: str = "", base_path: str = "") -> str:
        """The base path, with one slash at each end. Empty arguments mean the defaults.

        >>> Dialect("box", "a box", "/api/{version}/", "v1", "cookie").path()
        '/api/v1/'
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

        >>> box = Dialect("box", "a box", "/api/", "", "cookie")
        >>> box.error({"errorcode": 0, "message": "Done"}), box.error({"errorcode": 7, "message": "locked"})
        (None, (7, 'locked'))
        """
        if not isinstance(body, Mapping):
            return None
        code = next((number(body[key]) for key in self.error_code if key in body), None)
        return (code, self.text_of_error(body)) if code else None

    def text_of_error(self, body: Any) -> str:
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


@dataclass(frozen=True)
class DialectTable:
    """rows: by the name of the dialect. names: those and each ansible_network_os -> name of the dialect."""

    rows: Mapping[str, Dialect]
    names: Mapping[str, str]

    @property
    def example(self) -> str:
        """An ansible_network_os, for messages."""
        return next((name for name in self.names if name not in self.rows), next(iter(self.rows)))

    def find(self, name: str) -> Dialect:
        """The dialect for its own name or an ansible_network_os. Raises ValueError, whose text lists what there is."""
        word = name.strip().lower()
        if word in self.names:
            return self.rows[self.names[word]]
        near = difflib.get_close_matches(word, [*self.names], n=3, cutoff=0.6)
        hint = f"; near: {', '.join(near)}" if near else f"; known: {', '.join(self.names)}"
        raise ValueError(f"unknown REST system {name!r}{hint}")


def dialect_table(*rows: Dialect) -> DialectTable:
    """A table of rows. Raises ValueError when a name is listed twice.

    >>> table = dialect_table(Dialect("box", "a box", "/api/", "", "cookie", network_os=("maker.box.box",)))
    >>> table.find("maker.box.box").title
    'a box'
    """
    listed = [(row.name, row.name) for row in rows] + [(name, row.name) for row in rows for name in row.network_os]
    names = dict(listed)
    if len(names) != len(listed):
        raise ValueError("a name of a dialect is listed twice")
    return DialectTable(MappingProxyType({row.name: row for row in rows}), MappingProxyType(names))
