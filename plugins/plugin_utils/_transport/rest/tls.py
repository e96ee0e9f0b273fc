# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""TLS as the options of a REST connection say it, for requests: who is trusted, what is shown, which certificate is pinned."""

from __future__ import annotations

import logging
import os
import re
import ssl
import warnings
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ..login_error import LoginError
from .deadline import Allowance, response_class

try:
    import requests
    from requests.adapters import HTTPAdapter
    from urllib3.connection import HTTPSConnection
    from urllib3.connectionpool import HTTPSConnectionPool
except ImportError as error:
    MISSING: ImportError | None = error
else:
    MISSING = None

# They would write URLs to a log of the whole run; what went wrong is said in the task's result.
for _library in ("urllib3", "requests"):
    logging.getLogger(_library).addHandler(logging.NullHandler())
    logging.getLogger(_library).propagate = False

MINIMUMS: Mapping[str, ssl.TLSVersion] = {
    "TLSv1": ssl.TLSVersion.TLSv1,
    "TLSv1.1": ssl.TLSVersion.TLSv1_1,
    "TLSv1.2": ssl.TLSVersion.TLSv1_2,
    "TLSv1.3": ssl.TLSVersion.TLSv1_3,
}
BLOCK = 1 << 18  # bytes that urllib3 takes from a body at a time; its 16 KiB cost four times the calls


@dataclass(frozen=True)
class Tls:
    """validate: whether certificates are checked. ca: a file or directory of authorities, "" for those of the system.

    pin: SHA-256 of the one certificate that is accepted, whatever it says; "" for none. server_name: the name that the
    certificate must have, and that is asked for; "" for the host's. minimum: the oldest TLS that is spoken, one of MINIMUMS, ""
    for that of the controller; ciphers: OpenSSL's cipher string, with its security level, "" for the controller's.
    """

    validate: bool = True
    ca: str = ""
    pin: str = ""
    server_name: str = ""
    client_cert: str = ""
    client_key: str = ""
    client_key_passphrase: str = field(default="", repr=False)
    minimum: str = ""
    ciphers: str = ""

    @property
    def checked(self) -> bool:
        """Whether authority, name and dates count."""
        return self.validate and not self.pin


def pinned(text: str) -> str:
    """A fingerprint as people write it (colons, blanks, `sha256:` before it) as plain hexadecimal. Raises LoginError."""
    digits = re.sub(r"[\s:]", "", re.sub(r"^sha-?256[:=]|^.*fingerprint=", "", text.strip().lower()))
    if not re.fullmatch(r"[0-9a-f]{64}", digits):
        raise LoginError(
            "ansible_rest_pin_sha256 is not a SHA-256: it has 64 hexadecimal digits, as "
            "`openssl x509 -noout -fingerprint -sha256` prints them."
        )
    return digits


def context(tls: Tls) -> ssl.SSLContext:
    """Raises LoginError when a file cannot be used."""
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    # What Python 3.13 added refuses the certificates that appliances make for themselves; a trusted one need not be a root.
    made.verify_flags &= ~ssl.VERIFY_X509_STRICT
    made.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN
    _go_back_to(made, tls)
    if not tls.checked:
        made.check_hostname = False
        made.verify_mode = ssl.CERT_NONE
    elif tls.ca:
        _trust(made, tls.ca)
    else:
        made.load_default_certs()
    if tls.client_cert:
        _show(made, tls)
    elif tls.client_key:
        raise LoginError("ansible_rest_client_key needs ansible_rest_client_cert, the certificate that belongs to it.")
    return made


def _go_back_to(made: ssl.SSLContext, tls: Tls) -> None:
    """Older TLS, where the options say so. TLS 1.0 needs a minimum version and security level 0 (measured with OpenSSL 3.0)."""
    if tls.minimum:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)
            made.minimum_version = MINIMUMS[tls.minimum]
    if tls.ciphers:
        try:
            made.set_ciphers(tls.ciphers)
        except ssl.SSLError:
            raise LoginError(
                f"OpenSSL of this controller has no cipher of {tls.ciphers!r}. Check ansible_rest_tls_ciphers."
            ) from None


def _trust(made: ssl.SSLContext, path: str) -> None:
    try:
        if os.path.isdir(path):
            made.load_verify_locations(capath=path)
        else:
            made.load_verify_locations(cafile=path)
    except ssl.SSLError:
        raise LoginError(f"{path} holds no certificate in PEM format. Check ansible_rest_ca_path.") from None
    except OSError as error:
        raise LoginError(
            f"the authorities in {path} cannot be read: {error.strerror}. Check ansible_rest_ca_path."
        ) from None


def _show(made: ssl.SSLContext, tls: Tls) -> None:
    try:
        # Without a passphrase OpenSSL would ask the terminal for it.
        made.load_cert_chain(tls.client_cert, tls.client_key or None, password=lambda: tls.client_key_passphrase)
    except ssl.SSLError as error:
        reason = error.reason or "unknown format"
        raise LoginError(
            f"the client certificate {tls.client_cert} cannot be used with its key ({reason}). Check "
            "ansible_rest_client_cert, ansible_rest_client_key and ansible_rest_client_key_passphrase."
        ) from None
    except OSError as error:
        raise LoginError(
            f"the client certificate {tls.client_cert} or its key cannot be read: {error.strerror}. Check "
            "ansible_rest_client_cert and ansible_rest_client_key."
        ) from None


def session(tls: Tls, proxy: str, allowance: Allowance) -> Any:
    """A requests.Session that knows these settings and nothing of its surroundings. allowance: for each answer. Raises
    LoginError."""
    made = requests.Session()
    made.trust_env = False  # no proxies and no CA bundles of the environment, no .netrc
    made.verify = tls.checked
    made.proxies = {"https": proxy} if proxy else {}
    made.mount("https://", _adapter(tls, allowance))
    return made


def _adapter(tls: Tls, allowance: Allowance) -> Any:
    pool: dict[str, Any] = {"ssl_context": context(tls), "blocksize": BLOCK}
    if tls.pin:
        pool["assert_fingerprint"] = tls.pin
    if tls.server_name:
        pool["server_hostname"] = tls.server_name

    class Connection(HTTPSConnection):
        pass

    Connection.response_class = response_class(allowance)

    class Pool(HTTPSConnectionPool):
        ConnectionCls = Connection

    class Adapter(HTTPAdapter):
        """As requests', but the TLS context is ours: it would add the authorities of certifi to it. And answers have a limit."""

        def init_poolmanager(self, connections: int, maxsize: int, block: bool = False, **keywords: Any) -> None:
            super().init_poolmanager(connections, maxsize, block, **{**keywords, **pool})
            self._limit(self.poolmanager)

        def proxy_manager_for(self, proxy: str, **keywords: Any) -> Any:
            return self._limit(super().proxy_manager_for(proxy, **{**keywords, **pool}))

        @staticmethod
        def _limit(manager: Any) -> Any:
            manager.pool_classes_by_scheme = {**manager.pool_classes_by_scheme, "https": Pool}
            return manager

        def cert_verify(self, conn: Any, url: str, verify: Any, cert: Any) -> None:
            conn.cert_reqs = "CERT_REQUIRED" if verify else "CERT_NONE"

    return Adapter(pool_connections=1, pool_maxsize=1)
