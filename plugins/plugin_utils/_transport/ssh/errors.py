# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Why a login failed, in one line with its remedy. A table over the errors of paramiko and the operating system; pure.

netmiko wraps every refusal in one class (its NetmikoTimeoutException), so what counts is the error beneath, by the
name of its class: this file needs neither library.
"""

from __future__ import annotations

import errno
import shlex
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from ..._engine.words.device_text import LONGEST_MESSAGE, clean
from ..expired_password import advice


@dataclass(frozen=True)
class Attempt:
    """What was tried, for the messages. secrets: what none of them shows.

    ways: of authentication, as a person calls them. offers: per kind of algorithm what (the device, we) offer.
    """

    host: str
    port: int
    user: str
    timeout: float
    known_hosts: str = ""
    ways: Sequence[str] = ()
    offers: Mapping[str, tuple[Sequence[str], Sequence[str]]] = field(default_factory=dict)
    legacy: bool = False
    paramiko: str = ""
    secrets: Sequence[str] = field(default=(), repr=False)

    @property
    def where(self) -> str:
        return f"{self.host} port {self.port}"


class HostKeyRefused(Exception):
    """Raised by the check of host keys; its text is complete but for the way to accept the key."""


def explained(error: BaseException, attempt: Attempt) -> str:
    """One line. error: what the login raised, with what lies beneath it."""
    chain = list(_chain(error))[::-1]  # the first cause knows most
    for name, explain in _TABLE:
        for cause in chain:
            if any(kind.__name__ == name for kind in type(cause).__mro__):
                text = explain(cause, attempt)
                if text:
                    return clean(text, LONGEST_MESSAGE, attempt.secrets)
    deepest = chain[0]
    text = f"{attempt.where}: the login failed: {type(deepest).__name__}: {deepest}"
    return clean(text, LONGEST_MESSAGE, attempt.secrets)


def accept_key(host: str, port: int, known_hosts: str) -> str:
    """How to trust one more key; switching the check off comes last."""
    scan = f"ssh-keyscan -p {port} {host}" if port != 22 else f"ssh-keyscan {host}"
    file = shlex.quote(known_hosts)  # a user will paste it into a shell; host has nothing that means something there
    return (
        f"Compare the fingerprint with the device's own. If they agree, accept the key with `{scan} >> {file}`, "
        "or name another file in ansible_netmiko_known_hosts. "
        "In a lab, ansible_netmiko_host_key_checking: false accepts any key, even an impostor's."
    )


def _chain(error: BaseException) -> Iterator[BaseException]:
    """The error and what lies beneath it; a loop in the chain ends it."""
    seen: set[int] = set()
    current: BaseException | None = error
    while current is not None and id(current) not in seen:
        seen.add(id(current))
        yield current
        current = current.__cause__ or current.__context__


def _unreachable(error: BaseException, attempt: Attempt) -> str:
    """NoValidConnectionsError: every address of the host refused or had no route."""
    causes = getattr(error, "errors", {}).values()
    if any(getattr(cause, "errno", None) == errno.ECONNREFUSED for cause in causes):
        return _refused(error, attempt)
    return _no_route(error, attempt)


def _refused(_error: BaseException, attempt: Attempt) -> str:
    return (
        f"{attempt.where}: connection refused: nothing listens there. "
        "Check ansible_host and ansible_port, and that SSH is enabled on the device."
    )


def _no_route(_error: BaseException, attempt: Attempt) -> str:
    return f"{attempt.where}: no route to it. Check ansible_host and the controller's routes and firewalls."


def _dns(_error: BaseException, attempt: Attempt) -> str:
    return f"{attempt.host}: the name cannot be resolved. Check ansible_host and the controller's DNS."


def _timeout(_error: BaseException, attempt: Attempt) -> str:
    return (
        f"{attempt.where}: no answer within {attempt.timeout:g} s. Check the address and the firewalls between; "
        "ansible_netmiko_timeout allows more time."
    )


def _hung_up(_error: BaseException, attempt: Attempt) -> str:
    return (
        f"{attempt.where}: the device hung up during the login. "
        "Common reasons: all its VTY lines are in use, an access list of its SSH server, too many logins at a time."
    )


def _os_error(error: BaseException, attempt: Attempt) -> str:
    number = getattr(error, "errno", None)
    if number in (errno.EHOSTUNREACH, errno.ENETUNREACH, errno.EADDRNOTAVAIL):
        return _no_route(error, attempt)
    return ""


def _authentication(error: BaseException, attempt: Attempt) -> str:
    tried = ", ".join(attempt.ways) or "nothing (neither a password nor a key is set)"
    allowed = ", ".join(getattr(error, "allowed_types", ()) or ())
    accepts = f"; the device accepts {allowed}" if allowed else ""
    if "timeout" in str(error).lower():
        return (
            f"{attempt.where}: no answer to the authentication of user {attempt.user} in time. "
            "ansible_netmiko_auth_timeout allows more."
        )
    return (
        f"{attempt.where}: authentication of user {attempt.user} failed; tried: {tried}{accepts}. "
        "Check ansible_user and ansible_password or ansible_private_key_file."
    )


def _expired(_error: BaseException, attempt: Attempt) -> str:
    return password_expired(attempt.host, attempt.port, attempt.user)


def password_expired(host: str, port: int, user: str) -> str:
    """One line."""
    way = f"ssh -p {port} {user}@{host}" if port != 22 else f"ssh {user}@{host}"
    return f"{host} port {port}: {advice(user, f'`{way}`')}."


_KINDS = {"kex": "key exchange", "host key": "host key type", "cipher": "cipher", "mac": "MAC"}
_OFFER_KEYS = {"kex": "kex", "host key": "keys", "cipher": "ciphers", "mac": "macs"}


def _incompatible(error: BaseException, attempt: Attempt) -> str:
    kind = next((word for word in _KINDS if word in str(error)), "")
    if not kind:
        return f"{attempt.where}: the device speaks another SSH protocol: {error}"
    theirs, ours = attempt.offers.get(_OFFER_KEYS[kind], ((), ()))
    text = (
        f"{attempt.where}: no common {_KINDS[kind]}: the device offers {', '.join(theirs) or 'none that it named'}; "
        f"this controller offers {', '.join(ours)}. "
    )
    if kind == "host key" and attempt.known_hosts:
        text += f"Only types that {attempt.known_hosts} has for this host are asked for; add the device's other key. "
    if not attempt.legacy:
        return text + "Old algorithms are switched on for one device by ansible_netmiko_legacy_algorithms: true."
    return (
        text + f"ansible_netmiko_legacy_algorithms is on, but paramiko {attempt.paramiko} may no longer have "
        "what the device needs: install paramiko < 5 (3.5.1 is tested)."
    )


def _ssh(error: BaseException, attempt: Attempt) -> str:
    text = str(error)
    if "banner" in text:
        return (
            f"{attempt.where}: no SSH banner: it is not an SSH server, or it is overloaded. Check ansible_port; "
            "ansible_netmiko_banner_timeout allows more time."
        )
    if "No authentication methods" in text:
        return _authentication(error, attempt)
    if "No existing session" in text or "Timeout" in text:
        return _timeout(error, attempt)
    return ""


def _key_refused(error: BaseException, attempt: Attempt) -> str:
    return f"{error} {accept_key(attempt.host, attempt.port, attempt.known_hosts)}"


# Name of a class, what it means; the first row that has something to say about any error of the chain wins.
_TABLE: tuple[tuple[str, Callable[[BaseException, Attempt], str]], ...] = (
    ("HostKeyRefused", _key_refused),
    ("PasswordExpired", _expired),
    ("IncompatiblePeer", _incompatible),
    ("AuthenticationException", _authentication),
    ("NoValidConnectionsError", _unreachable),
    ("gaierror", _dns),
    ("UnicodeError", _dns),
    ("ConnectionRefusedError", _refused),
    ("ConnectionResetError", _hung_up),
    ("BrokenPipeError", _hung_up),
    ("EOFError", _hung_up),
    ("SSHException", _ssh),
    ("TimeoutError", _timeout),
    ("OSError", _os_error),
)
