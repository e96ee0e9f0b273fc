# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Why sessions close: the reasons that RT_FLOW prints, with a class to count by and what Juniper says they mean. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

CLASSES = (
    "fin", "rst_client", "rst_server", "rst", "timeout", "icmp", "admin", "policy", "ha", "alg", "auth", "idp", "resource", "other", "unknown",
)  # fmt: skip


@dataclass(frozen=True)
class Reason:
    """name: as printed. seen: whether a public log or test has the name; if not, it is recalled and `unverified`. source: of the meaning."""

    name: str
    kind: str
    meaning: str
    seen: bool
    source: str


_TABLE = "Juniper: Monitoring Security Flow Sessions, session close reasons"
_LOGS = "public logs"

REASONS = tuple(
    Reason(*row, _TABLE)
    for row in (
        ("TCP CLIENT RST", "rst_client", "The client closed the session with a TCP reset.", True),
        ("TCP SERVER RST", "rst_server", "The server closed the session with a TCP reset.", True),
        ("TCP FIN", "fin", "A FIN came from either end.", True),
        ("response received", "icmp", "The answer to a request arrived, for example of an ICMP echo.", True),
        ("ICMP error", "icmp", "An ICMP error arrived.", True),
        ("aged out", "timeout", "The session reached its age-out.", False),
        ("ALG", "alg", "An error of the ALG closed the session, for example a limit of RAS was reached.", False),
        ("HA", "ha", "The chassis cluster closed the session.", False),
        ("idle Timeout", "timeout", "There was no traffic until the configured age-out time.", True),
        ("Auth", "auth", "Authentication failed.", False),
        ("IDP", "idp", "IDP closed the session because of an internal error of its security module.", False),
        ("synproxy failure", "other", "A failure of the SYN proxy closed the session.", False),
        ("synproxy limit", "resource", "A minor session could not be allocated, the original session had to be freed.", False),
        ("parent closed", "other", "The parent session was closed.", False),
        ("CLI", "admin", "A user cleared the session at the command line.", False),
        ("CP NACK", "resource", "The central point answered with a NACK.", False),
        ("CP delete", "other", "The central point acknowledged a deletion, which closed the session.", False),
        ("policy delete", "policy", "The matching policy was marked for deletion.", False),
        ("fwd session", "other", "The forwarding session was deleted.", False),
        ("multicast route change", "other", "A multicast route changed.", False),
        ("first path reroute, session recreated", "other", "The first path was rerouted and the session was created again.", False),
        (
            "source NAT allocation failure",
            "resource",
            "The central point acknowledged the session but gave no address for source NAT (DIP): the packet was dropped.",
            False,
        ),
        ("other", "other", "Any other reason, for example a PIM register that had to be refreshed.", False),
        ("error create IKE pass-through template", "resource", "The template of an IKE pass-through could not be created.", False),
        ("IKE pass-through child session ageout", "timeout", "The template of an IKE pass-through had no child session.", False),
        ("sess timeout on pending state", "timeout", "The session timed out while it was pending.", False),
        ("unknown", "unknown", "The device does not know why.", False),
    )
)  # fmt: skip
"""The 27 rows of Juniper's table, in its order."""

FURTHER = tuple(
    Reason(*row, True, _LOGS)
    for row in (
        ("TCP RST", "rst", "A TCP reset closed the session; the log does not say from which end."),
        ("unset", "unknown", "The device gave no reason."),
        ("application failure or action", "other", "An application service closed the session, or acted on it."),
        ("Closed by junos-alg", "alg", "The ALG closed the session."),
        ("idle Timeout N/A", "timeout", "There was no traffic until the configured age-out time."),
        ("Denied by policy", "policy", "A policy denied the session; it was never created."),
        ("policy deny", "policy", "A policy denied the session; it was never created."),
    )
)
"""Reasons that are in logs, not in the table. Their meaning is read off their name."""


def _key(name: str) -> str:
    return " ".join(name.casefold().split())


_BY_NAME = {_key(reason.name): reason for reason in (*REASONS, *FURTHER)}


@lru_cache(maxsize=1024)
def explained(name: str) -> tuple[str, str | None]:
    """Class and meaning of a printed reason, whatever its case. What no table has is `other`, without a meaning.

    >>> explained("tcp fin")
    ('fin', 'A FIN came from either end.')
    >>> explained("Closed by something new")
    ('other', None)
    """
    reason = _BY_NAME.get(_key(name[:256]).removeprefix("session closed "))
    return (reason.kind, reason.meaning) if reason else ("other", None)
