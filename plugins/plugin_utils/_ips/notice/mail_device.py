# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A mail on its way to an SMTP server, over TLS. I/O."""

from __future__ import annotations

import smtplib
import ssl
from collections.abc import Sequence
from dataclasses import dataclass, field
from email.message import EmailMessage
from typing import Literal

from ..._engine.failures import ApplyFailed
from ..._engine.problems import Problem

RULE = "mail"


@dataclass(frozen=True)
class Relay:
    """An SMTP server. ca: PEM file of those who may have signed its certificate, "" for the system's."""

    host: str
    port: int
    tls: Literal["starttls", "tls", "none"] = "starttls"
    user: str = ""
    password: str = field(default="", repr=False)
    ca: str = ""
    timeout: float = 30.0


def send(mail: EmailMessage, sender: str, to: Sequence[str], relay: Relay) -> list[str]:
    """The addresses that the server refused, where it took the mail for others. Raises ApplyFailed."""
    where = f"{relay.host}:{relay.port}"
    try:
        context = ssl.create_default_context(cafile=relay.ca or None)
        with _connected(relay, context) as smtp:
            if relay.tls == "starttls":
                smtp.starttls(context=context)
            if relay.user:
                smtp.login(relay.user, relay.password)
            return sorted(smtp.send_message(mail, sender, list(to)))
    except smtplib.SMTPRecipientsRefused as refused:
        raise _failed(f"{where} refused all addresses", _said(refused), "Check mail.to.") from None
    except smtplib.SMTPAuthenticationError as refused:
        raise _failed(f"{where} refused the login", _said(refused), "Check mail.username and mail_password.") from None
    except smtplib.SMTPNotSupportedError:
        remedy = "Set mail.tls and mail.port to what the server offers."
        raise _failed(f"{where} does not offer what was asked for (mail.tls: {relay.tls})", "", remedy) from None
    except ssl.SSLCertVerificationError as error:
        remedy = "Name the authority that signed it in mail.ca_path, and the server as its certificate does."
        raise _failed(f"the certificate of {where} is not accepted: {error.verify_message}", "", remedy) from None
    except (OSError, smtplib.SMTPException) as error:
        why = getattr(error, "strerror", None) or type(error).__name__
        raise _failed(f"{where}: {why}", _said(error), "Check mail.server, mail.port and mail.tls.") from None


def _connected(relay: Relay, context: ssl.SSLContext) -> smtplib.SMTP:
    if relay.tls == "tls":
        return smtplib.SMTP_SSL(relay.host, relay.port, timeout=relay.timeout, context=context)
    return smtplib.SMTP(relay.host, relay.port, timeout=relay.timeout)


def _said(error: Exception) -> str:
    if isinstance(error, smtplib.SMTPResponseException):
        words = error.smtp_error
        return words.decode("utf-8", "replace") if isinstance(words, bytes) else str(words)
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return "; ".join(
            f"{address}: {words.decode('utf-8', 'replace')}" for address, (_code, words) in error.recipients.items()
        )
    return ""


def _failed(text: str, said: str, remedy: str) -> ApplyFailed:
    return ApplyFailed("no mail was sent", [Problem(RULE, "mail", text, remedy, device_text=said)])
