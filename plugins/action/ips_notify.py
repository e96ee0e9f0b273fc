# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""ips_notify: what of a run is worth telling, and the mail that tells it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from ansible_collections.mspplus.netsec.plugins.plugin_utils._engine.action import ControllerAction
from ansible_collections.mspplus.netsec.plugins.plugin_utils._engine.arguments import (
    ArgumentError,
    Arguments,
    Constraints,
)
from ansible_collections.mspplus.netsec.plugins.plugin_utils._ips.moments import utc_now
from ansible_collections.mspplus.netsec.plugins.plugin_utils._ips.notice.mail_device import Relay, send
from ansible_collections.mspplus.netsec.plugins.plugin_utils._ips.notice.model import (
    EVENTS,
    Notice,
    Results,
    addresses,
    message,
    notices,
)

PORTS = {"starttls": 587, "tls": 465, "none": 25}


class ActionModule(ControllerAction):
    arguments = Arguments(
        Path(__file__).parents[1] / "modules" / "ips_notify.py",
        Constraints(no_log=frozenset({"mail_password"}), bounds={"days_before_expiry": (0, 3650)}),
    )
    _found: list[Notice]

    def perform(self, options: dict[str, Any]) -> dict[str, Any]:
        self._found = []
        given = options["mail"]
        to = _checked(given) if given else []
        results = Results(*(options[name] or {} for name in ("licenses", "updates", "package", "plan")))
        wanted = EVENTS if options["notify_on"] is None else options["notify_on"]
        self._found = notices(results, wanted, options["days_before_expiry"])
        mails = bool(given and self._found)
        refused: list[str] = []
        if mails and not self._task.check_mode:
            refused = self._mailed(given, to, options["mail_password"] or "")
        warnings = [f"the mail server refused {address}" for address in refused]
        return {
            **self.known(ArgumentError([])),
            "changed": mails,
            "mailed_to": [address for address in to if address not in refused] if mails else [],
            **({"warnings": warnings} if warnings else {}),
        }

    def known(self, error: Exception) -> dict[str, Any]:
        """A mail that cannot be sent takes nothing from what it would have told."""
        return {"notifications": [each.as_dict() for each in getattr(self, "_found", [])]}

    def _mailed(self, given: dict[str, Any], to: list[str], password: str) -> list[str]:
        mail = message(self._found, given["sender"], to, given["subject"], utc_now())
        relay = Relay(
            given["server"],
            given["port"] or PORTS[given["tls"]],
            given["tls"],
            given["username"] or "",
            password,
            given["ca_path"] or "",
            given["timeout"],
        )
        return send(mail, given["sender"], to, relay)


def _checked(given: dict[str, Any]) -> list[str]:
    """The addresses. Raises ArgumentError."""
    wrong, to = [], []
    try:
        to = addresses(given["to"])
        if not to:
            wrong.append("mail.to names no address")
    except ValueError as error:
        wrong.append(f"mail.to: {error}")
    try:
        if len(addresses([given["sender"]])) != 1:
            wrong.append("mail.sender is one address")
    except ValueError as error:
        wrong.append(f"mail.sender: {error}")
    if given["tls"] == "none" and given["username"]:
        wrong.append("mail.username: a password is sent over TLS only; set mail.tls")
    if given["port"] is not None and not 1 <= given["port"] <= 65535:
        wrong.append(f"mail.port: {given['port']} is not between 1 and 65535")
    if wrong:
        raise ArgumentError(wrong)
    return to
