# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The command line of a Cisco IPS sensor: its prompts, what it prints around an answer, what may be typed. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator

# sensor# for administrators and operators, sensor> for viewers. Of a mode: sensor(config)#, sensor(config-hos-net)#.
# (flylib.com/books/en/2.464.1/aip_ssm_maintenance.html) The prompt of a Unix shell, which may end in # too, does not match.
_NAME = r"(?!-?[a-z]*sh-\d)[\w.\-]+"
PROMPT = re.compile(rf"{_NAME}[#>]")
IN_A_MODE = r"{base}(?:\([^\s()]{{1,80}}\))?[#>] ?"

# The account `service` lands in a Linux shell: -bash-2.05b$ (captured), bash-2.05b# after su, a bare $ or #.
SHELL = re.compile(r"(?:-?[a-z]*sh-[\d.]+\w*|\[?[\w.\-]+@[\w.\-]+[: ][^\]\s]*\]?)?\s?[$#%]")
SHELL_REFUSED = (
    "this user lands in the Linux shell of the sensor, not in its command line: it has the role `service`. "
    "Log in as a user with the role administrator, operator or viewer."
)

QUIET = ("terminal length 0",)  # captured; a sensor has no `terminal width`

# `show configuration` turns a wheel in the text: "Generating current config: |Generating current config: /" (captured).
_WHEEL = re.compile(r"Generating current config:? ?(?:[|/\\-](?=\x08|Generating|[ \t]*(?:\n|$)|!))?(?:\x08[ |/\\-]?)*")
_PARTIAL = re.compile(r"[^\n\x08]\x08")

_UNTYPABLE = re.compile(r"[^!-~]|[?\"'`\\]")
_MODE = re.compile(r"\((?P<mode>[^\s()]+)\)[#>]\s*$")
_LONGEST_WORD = 512  # characters
_SHOWN = 200  # characters of a word in a message

# A password may hold a slash or an @, so whatever is between a colon and the last @ counts as one; the host behind it is a name or address.
_WITH_PASSWORD = re.compile(r"[a-z]+://[^/@:]*:.*@", re.DOTALL | re.IGNORECASE)
_URL = re.compile(
    r"(?:https?|ftp|scp)://(?:[^/@:]+@)?(?:\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9](?:[\w.-]*\w)?)(?::\d{1,5})?/[^@]*", re.ASCII
)

_FINGERPRINT = re.compile(
    r"^[ \t]*(?:Certificate )?(?P<kind>MD5|SHA1)(?: fingerprint)?(?: is)?:?[ \t]+(?P<hex>[0-9A-F]{2}(?::[0-9A-F]{2})+)[ \t.]*$",
    re.MULTILINE | re.IGNORECASE,
)
_HEX = {"MD5": 16, "SHA1": 20}  # bytes


def without_wheel(text: str) -> str:
    r"""An answer without the wheel that turns while a sensor collects its configuration, and without what it erased itself.

    >>> without_wheel("Generating current config: |Generating current config: /\n! version")
    '\n! version'
    >>> without_wheel("ab\x08c")
    'ac'
    """
    shown = _WHEEL.sub("", text)
    while "\x08" in shown:
        erased = _PARTIAL.sub("", shown)
        shown = erased if erased != shown else shown.replace("\x08", "")
    return shown


def mode_of(prompt: str) -> str:
    """The mode that a prompt shows, "" in exec mode.

    >>> mode_of("sensor(config-hos)#"), mode_of("sensor#")
    ('config-hos', '')
    """
    found = _MODE.search(prompt)
    return found["mode"] if found else ""


def word(text: str) -> str:
    """Text as one word of the command line. Raises ValueError for what cannot be typed: blanks, quotes, control and non-ASCII
    characters, and ``?``, which is the help key wherever it is.

    >>> word("https://10.0.0.5:8443/sensor1.lic")
    'https://10.0.0.5:8443/sensor1.lic'
    """
    wrong = _wrong_word(text)
    if wrong:
        raise ValueError(f"{text[:_SHOWN]!r}{'...' if text[_SHOWN:] else ''}: {wrong}")
    return text


def _wrong_word(text: str) -> str:
    """Why a text cannot be typed as one word; "" where it can."""
    if not text:
        return "an empty word"
    found = _UNTYPABLE.search(text)
    if found:
        return f"the character {found[0]!r} cannot be typed into a sensor"
    return f"a word of more than {_LONGEST_WORD} characters" if len(text) > _LONGEST_WORD else ""


def url(text: str) -> str:
    """A URL that a sensor is told, as one word. Raises ValueError where it cannot be typed or holds a password: a password is
    typed at the sensor's prompt, since URLs are kept in logs. No message shows one.

    >>> url("scp://ops@10.0.0.5/ips/IPS-sig-S733-req-E4.pkg")
    'scp://ops@10.0.0.5/ips/IPS-sig-S733-req-E4.pkg'
    """
    shown = without_password(text)[:_LONGEST_WORD]
    if _WITH_PASSWORD.match(text):
        raise ValueError(f"{shown!r}: the password is no part of a URL; it is typed at the sensor's prompt")
    wrong = _wrong_word(text)
    if wrong:
        raise ValueError(f"{shown!r}: {wrong}")
    if not _URL.fullmatch(text):
        raise ValueError(f"{shown!r} is no https, http, scp or ftp URL with a host and a path")
    return text


def without_password(text: str) -> str:
    """A URL for a message. A password may hold any character, also one that belongs to the parts behind it.

    >>> without_password("ftp://ops:sec/r@t@10.0.0.5/a")
    'ftp://ops:********@10.0.0.5/a'
    """
    return re.sub(r"(://[^/@:\s]*):.*@", r"\1:********@", text, flags=re.DOTALL)


def fingerprints(text: str) -> dict[str, str]:
    """MD5 and SHA1 of a certificate as a sensor prints them, by these names: lower-case hexadecimal digits without colons. What is
    not there, or has another length, is not in the result.

    ``MD5: FD:83:..``, ``MD5 fingerprint is FD:83:..`` (unverified) and ``Certificate MD5 fingerprint is ..`` (unverified) count.

    >>> fingerprints("SHA1: 4A:2B:79:A0:32:8E:11:F6:76:00:6F:A0:96:6B:5B:DF:15:88:47:BB")
    {'SHA1': '4a2b79a0328e11f676006fa0966b5bdf158847bb'}
    """
    return dict(_fingerprints(text))


def _fingerprints(text: str) -> Iterator[tuple[str, str]]:
    for found in _FINGERPRINT.finditer(text):
        kind, digits = found["kind"].upper(), found["hex"].replace(":", "").lower()
        if len(digits) == 2 * _HEX[kind]:
            yield kind, digits
