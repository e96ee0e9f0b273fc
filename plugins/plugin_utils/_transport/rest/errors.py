# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Why an HTTPS call brought no answer, in one line with its remedy. A table over the errors beneath; pure.

requests and urllib3 wrap what happened in several layers, some as cause, some as argument; what counts is the innermost
error that says something, by the name of its class: this file needs neither library.
"""

from __future__ import annotations

import errno
import re
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Literal

from ..._engine.words.device_text import LONGEST_MESSAGE, clean

# unsent: the device saw nothing of the call; silent: it did not answer in time; lost: the link broke, it may have acted.
Fate = Literal["unsent", "silent", "lost"]


@dataclass(frozen=True)
class Attempt:
    """What was tried, for the messages. secrets: what none of them shows. call: `METHOD path`; named: the waiting time is an
    option's; inside: after the login.

    fingerprint: SHA-256 of the certificate that the device shows, "" when it is not known. total: seconds that the answer may
    take.
    """

    host: str
    port: int
    call: str
    timeout: float
    read_timeout: float
    named: bool = True
    inside: bool = True
    proxy: str = ""
    client_cert: str = ""
    fingerprint: str = ""
    total: float = 0.0
    secrets: Sequence[str] = field(default=(), repr=False)

    @property
    def where(self) -> str:
        return f"{self.host} port {self.port}"


def explained(error: BaseException, attempt: Attempt) -> tuple[Fate, str]:
    """error: what requests raised, with all that lies beneath it."""
    beneath = list(chain(error))
    for name, fate, explain in _TABLE:
        for cause in beneath:
            if any(kind.__name__ == name for kind in type(cause).__mro__):
                text = explain(cause, attempt)
                if text:
                    return fate, clean(text, LONGEST_MESSAGE, attempt.secrets)
    text = f"{attempt.where}: {attempt.call} failed: {type(beneath[-1]).__name__}: {beneath[-1]}"
    return "lost", clean(text, LONGEST_MESSAGE, attempt.secrets)


def distrusted(error: BaseException) -> bool:
    """Whether the device's certificate was the trouble."""
    return any(type(cause).__name__ == "SSLCertVerificationError" for cause in chain(error))


def chain(error: BaseException) -> Iterator[BaseException]:
    """The error and all beneath it, from the outside in: causes, contexts, reasons, and errors that are arguments."""
    seen: set[int] = set()
    waiting = deque([error])
    while waiting:
        current = waiting.popleft()
        if id(current) in seen:
            continue
        seen.add(id(current))
        yield current
        inner = (getattr(current, "reason", None), *current.args, current.__cause__, current.__context__)
        waiting.extend(item for item in inner if isinstance(item, BaseException))


_LAST = "In a lab, ansible_rest_validate_certs: false accepts any certificate, even an impostor's."


def _certificate(error: BaseException, attempt: Attempt) -> str:
    code = getattr(error, "verify_code", 0)
    reason = getattr(error, "verify_message", "") or str(error)
    certificate = f" It shows the certificate with SHA-256 {attempt.fingerprint}." if attempt.fingerprint else ""
    pin = "pin the certificate with ansible_rest_pin_sha256"
    if code in (9, 10):  # X509_V_ERR_CERT_NOT_YET_VALID, X509_V_ERR_CERT_HAS_EXPIRED
        return (
            f"{attempt.where}: the certificate is out of date: {reason}.{certificate} Check the controller's clock, give the device a "
            f"new certificate (signed by an authority in ansible_rest_ca_path), or {pin} until it has one. {_LAST}"
        )
    if code in (62, 64) or "match" in reason:  # X509_V_ERR_HOSTNAME_MISMATCH, X509_V_ERR_IP_ADDRESS_MISMATCH
        return (
            f"{attempt.where}: the certificate is for another name: {reason}.{certificate} Set ansible_rest_server_name to the name in "
            f"it, or ansible_rest_ca_path and a certificate that has this name, or {pin}. {_LAST}"
        )
    return (
        f"{attempt.where}: the certificate is not trusted: {reason}.{certificate} Compare it with the device's own. If they agree, name "
        f"the PEM file of the authority that signed it in ansible_rest_ca_path, or {pin}. {_LAST}"
    )


def _pin(error: BaseException, attempt: Attempt) -> str:
    if "ingerprint" not in str(error):
        return ""
    found = re.search(r'got "?([0-9a-fA-F:]+)', str(error))
    seen = found[1] if found else "another one"
    return (
        f"{attempt.where}: the certificate is not the pinned one: it has SHA-256 {seen}. The connection may be intercepted, or the "
        "device has a new certificate; then compare it with the device's own and set ansible_rest_pin_sha256 to it."
    )


def _alert(error: BaseException, attempt: Attempt) -> str:
    reason = str(getattr(error, "reason", "") or error).upper()
    for words, text in _ALERTS:
        if any(word in reason for word in words):
            more = f" It was shown {attempt.client_cert}." if attempt.client_cert and "client" in text else ""
            return f"{attempt.where}: {text}{more}"
    return ""


# Names of OpenSSL's errors, what they mean.
_ALERTS: tuple[tuple[tuple[str, ...], str], ...] = (
    (
        ("CERTIFICATE_REQUIRED", "ALERT_UNKNOWN_CA", "ALERT_BAD_CERTIFICATE", "ALERT_CERTIFICATE_UNKNOWN"),
        "the device wants a client certificate that it trusts. Set ansible_rest_client_cert and ansible_rest_client_key.",
    ),
    (
        ("WRONG_VERSION_NUMBER", "HTTP_REQUEST", "RECORD_LAYER_FAILURE"),
        "it does not speak TLS there. Check ansible_port.",
    ),
    (
        ("PROTOCOL_VERSION", "UNSUPPORTED_PROTOCOL", "NO_PROTOCOLS"),
        "it has no TLS version that this controller accepts (1.2 and later). Update the device, or its TLS settings.",
    ),
    (
        ("HANDSHAKE_FAILURE", "NO_SHARED_CIPHER", "KEY_TOO_SMALL", "MD_TOO_WEAK", "UNSAFE_LEGACY"),
        "no common TLS parameters: it offers too weak ones, or wants a client certificate (ansible_rest_client_cert).",
    ),
)


def _proxy(_error: BaseException, attempt: Attempt) -> str:
    return f"{attempt.where}: the proxy {attempt.proxy} does not connect to it. Check ansible_rest_proxy."


def _dns(_error: BaseException, attempt: Attempt) -> str:
    return f"{attempt.host}: the name cannot be resolved. Check ansible_host and the controller's DNS."


def _refused(_error: BaseException, attempt: Attempt) -> str:
    return (
        f"{attempt.where}: connection refused: nothing listens there. "
        "Check ansible_host and ansible_port, and that HTTPS is enabled on the device."
    )


def _no_connection(error: BaseException, attempt: Attempt) -> str:
    if any(getattr(cause, "errno", None) == errno.ECONNREFUSED for cause in chain(error)) or "refused" in str(error):
        return _refused(error, attempt)
    return f"{attempt.where}: no route to it. Check ansible_host and the controller's routes and firewalls."


def _no_answer_yet(_error: BaseException, attempt: Attempt) -> str:
    return (
        f"{attempt.where}: no connection within {attempt.timeout:g} s. Check the address and the firewalls between; "
        "ansible_rest_timeout allows more time."
    )


def _silent(_error: BaseException, attempt: Attempt) -> str:
    more = "; ansible_rest_read_timeout allows more" if attempt.named else ""
    return f"{attempt.where}: no answer to {attempt.call} within {attempt.read_timeout:g} s{more}."


def _too_slow(_error: BaseException, attempt: Attempt) -> str:
    return (
        f"{attempt.where}: the answer to {attempt.call} is still not complete after {attempt.total:g} s; "
        "ansible_rest_total_timeout allows more."
    )


def _lost(_error: BaseException, attempt: Attempt) -> str:
    reasons = "a restart, a service that ended, a cut link"
    if not attempt.inside:
        wants = "" if attempt.client_cert else "it wants a client certificate (ansible_rest_client_cert), "
        reasons = f"{wants}too many sessions, {reasons}"
    return (
        f"{attempt.where}: the device closed the connection in the middle of {attempt.call}. Common reasons: {reasons}."
    )


def _url(_error: BaseException, attempt: Attempt) -> str:
    return f"{attempt.where}: this is not the address of a web service. Check ansible_host, ansible_port and ansible_rest_proxy."


# Name of a class, what became of the call, what it means; the first row that has something to say about any error wins.
_TABLE: tuple[tuple[str, Fate, Callable[[BaseException, Attempt], str]], ...] = (
    ("AnswerTooSlow", "silent", _too_slow),
    ("SSLCertVerificationError", "unsent", _certificate),
    ("SSLError", "unsent", _pin),
    ("SSLError", "unsent", _alert),
    ("ProxyError", "unsent", _proxy),
    ("NameResolutionError", "unsent", _dns),
    ("gaierror", "unsent", _dns),
    ("UnicodeError", "unsent", _dns),
    ("InvalidURL", "unsent", _url),
    ("LocationParseError", "unsent", _url),
    ("NewConnectionError", "unsent", _no_connection),
    ("ConnectTimeoutError", "unsent", _no_answer_yet),
    ("ConnectTimeout", "unsent", _no_answer_yet),
    ("ConnectionRefusedError", "unsent", _refused),
    ("ReadTimeoutError", "silent", _silent),
    ("ReadTimeout", "silent", _silent),
    ("TimeoutError", "silent", _silent),
    ("RemoteDisconnected", "lost", _lost),
    ("ConnectionError", "lost", _lost),
    ("ProtocolError", "lost", _lost),
    ("ChunkedEncodingError", "lost", _lost),
    ("SSLError", "lost", _lost),
    ("HTTPError", "lost", _lost),
)
