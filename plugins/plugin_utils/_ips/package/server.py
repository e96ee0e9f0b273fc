# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The update server: who it may be, what its settings must be, what its failures mean. Pure.

What Cisco.com speaks is in no public source, so its row stands on the same directory listing and is ``unverified``; the path is
the one that the automatic update of a sensor was seen to read (community.cisco.com ta-p/3122341).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Literal

from ..._engine.problems import Problem
from ..._engine.rules import Finding, error, problems, rule_table

CSM = "Security Manager 4.4 user guide, Configuring the IPS Update Server"

Mark = Literal["documented", "unverified"]


@dataclass(frozen=True, slots=True)
class Row:
    """One kind of server. host, path: where nothing is given. certificates: how many must be accepted by their thumbprint at least;
    0 where the authorities of the controller may decide. login: whether it needs a user and a password."""

    title: str
    host: str
    path: str
    certificates: int
    login: bool
    mark: Mark
    source: str


SERVERS: Mapping[str, Row] = MappingProxyType(
    {
        "local": Row("the local update server", "", "", 0, False, "documented", CSM),
        "cisco_com": Row(
            "Cisco.com",
            "www.cisco.com",
            "swc/esd/06/273556262/guest",
            2,
            True,
            "unverified",
            "community.cisco.com ta-p/3122341",
        ),
    }
)

RULES = rule_table(
    (
        error("U14", "The path of an update server is the path only, not a URL", CSM),
        error("U15", "Both certificates of Cisco.com are accepted before a download", CSM),
        error("U57", "An update server has a name, and Cisco.com a login", CSM),
        error("U58", "A thumbprint is a SHA-256", "this collection"),
    )
)

_HOST = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9.:_-]{0,252}[A-Za-z0-9])?", re.ASCII)
_PATH = re.compile(r"[A-Za-z0-9._~!$&'()*+,;=:@/ -]{0,400}", re.ASCII)
_PROXY = re.compile(r"https?://[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?(?::\d{1,5})?/?", re.ASCII)

# What a failed download from Cisco.com may be, in the order in which it is worth looking.
CISCO_COM_REMEDY = (
    "First see whether the account is eligible to download strong encryption software: log in to Cisco.com, try to download an IPS "
    "package, and accept the agreements that it shows. Then check the user name and the password. Then check that both certificates are "
    "accepted, that of the image meta-data locator and that of the download site."
)
NO_LISTING = "it answers with an HTML page instead of a directory listing"
LISTING_REMEDY = (
    "It has two settings for this: directory listing must be on (in IIS: Home Directory, Directory browsing), and the default content "
    "page must be off (in IIS: Documents, Enable Default Content Page)."
)


@dataclass(frozen=True, slots=True)
class UpdateServer:
    """Settings without secrets. accepted: SHA-256 of certificates, as plain digits."""

    type: Literal["local", "cisco_com"]
    host: str
    port: int
    path: str
    user: str
    accepted: tuple[str, ...]
    ca: str
    validate: bool
    proxy: str
    proxy_user: str
    timeout: float

    @property
    def row(self) -> Row:
        return SERVERS[self.type]

    def below(self, name: str = "") -> str:
        """The path of a file, or of the folder; percent-encoded, as far as a path may need it."""
        return "/".join(part for part in (self.path.replace(" ", "%20"), name) if part) + ("" if name else "/")

    def as_dict(self) -> dict[str, Any]:
        return {"type": self.type, "host": self.host, "port": self.port, "path": self.path, "mark": self.row.mark}


def parse(given: Mapping[str, Any]) -> UpdateServer:
    """given: the option ``server``, with its defaults."""
    row = SERVERS[given["type"]]
    return UpdateServer(
        given["type"],
        str(given["host"] or row.host).strip(),
        int(given["port"]),
        str(given["path"] if given["path"] is not None else row.path).strip("/"),
        str(given["username"] or ""),
        tuple(_digits(each) for each in given["certificates"]),
        str(given["ca_path"] or ""),
        bool(given["validate_certs"]),
        str(given["proxy"] or ""),
        str(given["proxy_username"] or ""),
        float(given["timeout"]),
    )


def check(server: UpdateServer, given: Mapping[str, Any]) -> list[Problem]:
    """Everything that is wrong with the settings. given: as of parse(), for what people typed."""
    return problems(RULES, _check(server, str(given["path"] or "")))


def _check(server: UpdateServer, typed: str) -> Iterator[Finding]:
    row = server.row
    if "://" in typed or re.match(r"[\w.-]+\.[A-Za-z]{2,}(?::\d+)?/", typed):
        remedy = "Of http://servername/IPSpath it is IPSpath; the name of the server is server.host."
        yield Finding("U14", "server.path", "this is a URL, or begins with a host; only its path belongs here", remedy)
    elif not _PATH.fullmatch(typed) or ".." in typed.split("/"):
        yield Finding("U14", "server.path", f"{typed[:60]!r} is not the path of a URL")
    if not _HOST.fullmatch(server.host):
        text = f"{server.host[:60]!r} is not a host name or address" if server.host else "the update server has no host"
        yield Finding("U57", "server.host", text, "Give its DNS name or address alone.")
    if not 1 <= server.port <= 65535:
        yield Finding("U57", "server.port", f"{server.port} is not between 1 and 65535")
    if server.timeout < 1:
        yield Finding("U57", "server.timeout", f"{server.timeout:g} seconds are less than 1")
    if row.login and not server.user:
        yield Finding(
            "U57", "server.username", f"{row.title} needs a user and a password", "Set username and server_password."
        )
    if server.proxy and not _PROXY.fullmatch(server.proxy):
        remedy = "User and password of the proxy have options of their own."
        yield Finding("U57", "server.proxy", "a proxy is http://HOST:PORT", remedy)
    for each in server.accepted:
        if not re.fullmatch(r"[0-9a-f]{64}", each):
            remedy = "openssl x509 -noout -fingerprint -sha256 prints it."
            yield Finding("U58", "server.certificates", f"{each[:80]!r} does not have 64 hexadecimal digits", remedy)
    if server.validate and len(set(server.accepted)) < row.certificates:
        text = (
            f"{row.title} has two certificates, that of the image meta-data locator and that of the download site; "
            f"{len(set(server.accepted))} of them are accepted"
        )
        yield Finding("U15", "server.certificates", text, "Look at both, and list their SHA-256 here.")


def _digits(text: Any) -> str:
    return re.sub(r"^sha-?256[:=]|[\s:]", "", str(text).strip().lower())


def remedy_for(kind: str, server: UpdateServer, fingerprint: str = "") -> str:
    """kind: of a failure, as _transport/rest/files has them. fingerprint: SHA-256 of the certificate that the server shows."""
    if server.type == "cisco_com":
        return CISCO_COM_REMEDY
    shown = f"It shows the certificate with SHA-256 {fingerprint}. " if len(fingerprint) == 64 else ""
    return {
        "certificate": (
            f"{shown}Compare it with the server's own; if they agree, add it to server.certificates, or name the authority that signed "
            "it in server.ca_path. In a lab, server.validate_certs: false accepts any."
        ),
        "login": "Check server.username and server_password.",
        "forbidden": LISTING_REMEDY,
        "missing": "Check server.path.",
        "text": LISTING_REMEDY,
        "slow": "It asks for a pause; run again later.",
        "broken": "Run again; what was downloaded is thrown away.",
    }.get(kind, "Check server.host, server.port and server.proxy. The proxy is this controller's; a sensor has none.")
