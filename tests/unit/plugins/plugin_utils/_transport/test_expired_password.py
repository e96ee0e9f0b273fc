# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.mspplus.netsec.plugins.plugin_utils._transport.expired_password import (
    asks_for_new,
    asks_for_secret,
    expired,
)


@pytest.mark.parametrize(
    "printed",
    [
        "You are required to change your password immediately (password expired).\r\nCurrent password: ",
        "You are required to change your password immediately (root enforced)\r\n(current) UNIX password: ",
        # A Cisco IPS sensor, at the first login and after a recovery.
        "You are required to change your password immediately (password aged)\nChanging password for cisco\n(current) password: ",
        "WARNING: Your password has expired.\nYou must change your password now and login again!\nOld Password:",
        "Changing local password for ops\r\nOld Password:",
        "\r\nNew Password:",
        "\nRetype new password: ",
        "Enter New Login Password: ",
        "Your password has expired.\nPassword: ",
        "Your password has expired: passwords must be changed every 90 days.\nPassword: ",
        "If you are not authorised, leave now. Your password has expired, choose one of at least 12 characters\nPassword: ",
        "% Password expired, enter new secret: ",
        "Password expired; 2 login left in 3 day(s).\nChange it now [Y/Any key - No]?",
        "Do you want to change the password? [y/n]: ",
        "Please change your password (yes/no)?",
    ],
)
def test_a_question_for_a_new_password_is_known(printed: str) -> None:
    assert asks_for_new(printed)


@pytest.mark.parametrize(
    "printed",
    [
        "Password: ",
        "Your password will expire in 5 days.\r\n\r\nRP/0/RP0/CPU0:edge1#",
        "WARNING: Your password has expired.\r\nops@fw1> ",  # Junos lets the user in, and refuses commits
        "Passwords must be changed every 90 days.\nPassword: ",
        # Banners that everybody gets: who took them for an answer would never log in there.
        "If your password has expired, call the service desk.\nPassword: ",
        "You must change your password every 90 days\nUsername: ops\nPassword: ",
        "Contact IT once the password has expired\nPassword: ",
        "You have to change your password at least once a year.\nPassword: ",
        "Notice: the new password policy: see intranet\n",
        "New password:\r\nRP/0/RP0/CPU0:edge1#",
        "ops@box:~/change_password$ ",
        "",
    ],
)
def test_what_is_no_question_for_a_new_password(printed: str) -> None:
    assert not asks_for_new(printed)


@pytest.mark.parametrize(("printed", "secret"), [("Password:", True), ("Enter secret: ", True), ("edge1#", False)])
def test_any_question_for_a_secret_is_known(printed: str, secret: bool) -> None:
    assert asks_for_secret(printed) is secret


@pytest.mark.parametrize(
    "said",
    [
        "Password expired",
        "Your password has\n expired.",
        "The password of user admin has expired, change it in the web interface",
        "You must change your default password",
        "The user has to change the password",
        "The password must be changed before first use",
        "password change required",
        "Password of ops expired. Change it.",
        "PASSWORD_EXPIRED",
        "a redirect to /cgi-bin/change_password.cgi, which is not followed.",
    ],
)
def test_an_answer_that_says_that_the_password_has_expired(said: str) -> None:
    assert expired(said)


@pytest.mark.parametrize(
    "said",
    [
        "Authentication failed",
        "Your password will expire in 5 days",
        "Session expired, please enter user and password",
        "The certificate has expired",
        "Your password has not expired",
        "Wrong password, or the session expired",
        "Wrong password. Session expired",
        "Users must be changed by an administrator",
        "Wrong user or password. Contact the administrator to change it",
        "Passwords must be changed every 90 days",
    ],
)
def test_an_answer_that_says_something_else(said: str) -> None:
    assert not expired(said)


@given(st.text(max_size=300))
def test_no_text_is_too_strange(text: str) -> None:
    assert asks_for_new(text) in (True, False)
    assert expired(text) in (True, False)
