# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a refusal of a sensor looks like, what kind it is and what to do about it: the one table of this wing. Pure.

Captured is only the form `Error: getHostSshKey : socket connect failed [` (CLI guide 7.1, OL-19892-01, page 126). All other wording is
unverified, so the patterns are loose; what none of them explains is shown as the sensor said it.
"""

from __future__ import annotations

import re

from .._engine.problems import Problem
from .._engine.refusals import Match, Refusal, Refusals

# The kinds, which some code asks for by name.
NOT_TRUSTED = "the sensor does not trust the server's certificate"
UNREACHABLE = "the sensor does not reach the server"
NO_FILE = "the server has no such file"
WRONG_PASSWORD = "the server refused the user or the password"
NO_SPACE = "the sensor has no space left"
BROKEN = "what the sensor downloaded is broken or incomplete"
NOT_FOR_THIS = "the package does not fit this sensor"
NO_LICENCE = "the sensor has no valid licence for this"
WRONG_LICENCE = "the licence file does not fit this sensor"
NOT_ALLOWED = "this user is not allowed to do that"
BUSY = "the sensor is busy with another update or analysis"
UNKNOWN_COMMAND = "the sensor does not know the command in this form"

OTHERWISE = "Check that this release knows the command, and see the sensor's own words."

_ERROR = r"^[ \t]*(?:% ?)?(?:Error|err\w*)\b[^\n]*?"

_GENERAL = re.compile(
    r"^[ \t]*(?:% ?(?:Invalid|Incomplete|Ambiguous|Unrecognized|Unknown|Bad|Error|Permission|Authorization)\b|Error:|err[A-Z]\w+)",
    re.MULTILINE,
)

_ROWS: tuple[tuple[str, str, str], ...] = (
    (
        _ERROR + r"(?:not (?:a )?trusted|untrusted|certificate|trusted[ -]host|tls|ssl)",
        NOT_TRUSTED,
        "Let the sensor trust it (tls trusted-host ip-address ADDRESS port PORT), and check the sensor's clock (use NTP).",
    ),
    (
        _ERROR + r"(?:host key|known hosts?)",
        NOT_TRUSTED,
        "Let the sensor know the key of the SCP server (ssh host-key ADDRESS).",
    ),
    (
        _ERROR + r"(?:authenti|password|login|access denied|401|403|not authori[sz]ed by)",
        WRONG_PASSWORD,
        "Check the user of the URL and the password.",
    ),
    (
        _ERROR + r"(?:not found|no such file|does not exist|404)",
        NO_FILE,
        "Check the path of the URL.",
    ),
    (
        _ERROR + r"(?:connect(?:ion)? (?:failed|refused|timed out)|socket|unreachable|no route|timed out|resolve)",
        UNREACHABLE,
        "Check address, port and the way between sensor and server; a sensor has no proxy.",
    ),
    (_ERROR + r"(?:no space|disk (?:is )?full|not enough space|insufficient)", NO_SPACE, "Free space on the sensor."),
    (
        _ERROR + r"licen[cs]e[^\n]*(?:serial|invalid|not valid|does not match|corrupt|parse|signature|format)",
        WRONG_LICENCE,
        "Get the licence file for the serial number of this sensor.",
    ),
    (
        _ERROR + r"licen[cs]e",
        NO_LICENCE,
        "Apply a valid licence first.",
    ),
    (
        _ERROR + r"(?:checksum|truncat|corrupt|incomplete|digital signature|size)",
        BROKEN,
        "Compare the file on the server with its checksum, then run again.",
    ),
    (
        _ERROR
        + r"(?:requires?|not (?:compatible|applicable|supported)|inapplicable|platform|wrong package|already (?:installed|applied))",
        NOT_FOR_THIS,
        "Choose a package for this platform, version and engine.",
    ),
    (_ERROR + r"(?:in progress|busy|try again)", BUSY, "Wait until it is done, then run again."),
    (
        _ERROR + r"(?:permission|privilege|not (?:allowed|authori[sz]ed)|role)",
        NOT_ALLOWED,
        "Log in as a user with the role administrator.",
    ),
    (
        r"^[ \t]*% ?(?:Invalid|Incomplete|Ambiguous|Unrecognized|Unknown|Bad) ",
        UNKNOWN_COMMAND,
        "Check that this release knows the command, and that the user's role may use it (administrator for changes).",
    ),
)

REFUSALS = Refusals(
    [Refusal(re.compile(pattern, re.MULTILINE | re.IGNORECASE), kind, remedy) for pattern, kind, remedy in _ROWS],
    _GENERAL,
)


def refused_problem(refusal: Match, item: str, command: str, rule: str = "device") -> Problem:
    """What a sensor said to a command. item: whose command it is, in the document's words."""
    meaning = f": {refusal.meaning}" if refusal.meaning else ""
    remedy = refusal.remedy or OTHERWISE
    return Problem(rule, item, f"the sensor refused {command!r}{meaning}", remedy, device_text=refusal.text)
