# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a refusal of a sensor looks like, what kind it is and what to do about it: the one table of this wing. Pure.

Captured is only the form `Error: getHostSshKey : socket connect failed [` (CLI guide 7.1, OL-19892-01, page 126). All other wording is
unverified, so the patterns are loose; what none of them explains is shown as the sensor said it.
"""

from __future__ import annotations

import re

from .._engine.refusals import Refusal, Refusals

# The kinds, which some code asks for by name.
NOT_READY = "the sensor is still starting"
NOT_TRUSTED = "the sensor does not trust the server's certificate"
UNKNOWN_HOST_KEY = "the sensor does not know the server's SSH key"
NO_SHA2 = "the image of this sensor does not know certificates that are signed with SHA-2"
UNREACHABLE = "the sensor does not reach the server"
NO_FILE = "the server has no such file"
WRONG_PASSWORD = "the server refused the user or the password"
SERVER_FAILED = "the server answered with an error"
NO_SPACE = "the sensor has no space left"
BROKEN = "what the sensor downloaded is broken, incomplete or no package"
NOT_FOR_THIS = "the package does not fit this sensor"
NO_LICENCE = "the sensor has no valid licence for this"
WRONG_LICENCE = "the licence file does not fit this sensor"
NOT_ALLOWED = "this user is not allowed to do that"
BUSY = "the sensor is busy with another update or rebuilds its engines"
NOTHING_TO_DOWNGRADE = "there is no update that could be taken back"
UNKNOWN_COMMAND = "the sensor does not know the command in this form"

OTHERWISE = "Check that this release knows the command, and see the sensor's own words."

_ERROR = r"^[ \t]*(?:% ?)?(?:Error|err\w*)\b[^\n]*?"

_GENERAL = re.compile(
    r"^[ \t]*(?:% ?(?:Invalid|Incomplete|Ambiguous|Unrecognized|Unknown|Bad|Error|Permission|Authorization)\b|Error:|err[A-Z]\w+)",
    re.MULTILINE,
)

_ROWS: tuple[tuple[str, str, str], ...] = (
    (_ERROR + r"cannot communicate with mainApp", NOT_READY, "Wait until it has booted, then run again."),
    (
        _ERROR + r"(?:host key|known hosts?)\b",
        UNKNOWN_HOST_KEY,
        "Let the sensor know the key of the SCP server (ssh host-key ADDRESS).",
    ),
    (
        _ERROR + r"signature algorithm",  # Cisco's field notice FN64080
        NO_SHA2,
        "Upgrade the image first, or use a server with a certificate that this image knows.",
    ),
    (
        _ERROR + r"(?:\bnot (?:a )?trusted|\buntrusted|\bcertificate|\btrusted[ -]host|\btls\b|\bssl\b)",
        NOT_TRUSTED,
        "Let the sensor trust it (tls trusted-host ip-address ADDRESS port PORT), and check the sensor's clock (use NTP).",
    ),
    (
        _ERROR + r"(?:authentication|\bpassword|\blogin|access denied|\b40[13]\b)",
        WRONG_PASSWORD,
        "Check the user of the URL and the password.",
    ),
    (_ERROR + r"(?:not found|no such file|does not exist|\b404\b)", NO_FILE, "Check the path of the URL."),
    (_ERROR + r"http error", SERVER_FAILED, "See the server's own log."),
    (
        _ERROR + r"(?:connect(?:ion)? (?:failed|refused|timed out)|socket|unreachable|no route|timed out|resolve)",
        UNREACHABLE,
        "Check address, port and the way between sensor and server; a sensor has no proxy.",
    ),
    (
        _ERROR + r"(?:no space|disk (?:is )?full|not enough space|insufficient|larger than the space)",
        NO_SPACE,
        "Free space on the sensor.",
    ),
    (
        _ERROR
        + r"(?:checksum|truncat|corrupt|incomplete|before the file was complete|digital signature|not a valid update)",
        BROKEN,
        "Compare the file on the server with its checksum, then run again.",
    ),
    (
        _ERROR + r"(?:setLicenseKey|licen[cs]e[^\n]*(?:serial|invalid|not valid|does not match|parse|format))",
        WRONG_LICENCE,
        "Get the licence file for the serial number of this sensor.",
    ),
    (_ERROR + r"licen[cs]e", NO_LICENCE, "Apply a valid licence first."),
    (
        _ERROR
        + r"(?:\brequires?\b|not (?:compatible|applicable|supported)|inapplicable|\bplatform\b|may not be installed|"
        r"already (?:installed|applied)|recovery image)",
        NOT_FOR_THIS,
        "Choose a package for this platform, version and engine.",
    ),
    (_ERROR + r"(?:in progress|\bbusy\b|try again)", BUSY, "Wait until it is done, then run again."),
    (
        _ERROR + r"(?:permission|privilege|not (?:allowed|authori[sz]ed)|\brole\b)",
        NOT_ALLOWED,
        "Log in as a user with the role administrator.",
    ),
    (
        r"^[ \t]*(?:Error: *)?No downgrade available",
        NOTHING_TO_DOWNGRADE,
        "Its upgrade history shows what is installed.",
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
