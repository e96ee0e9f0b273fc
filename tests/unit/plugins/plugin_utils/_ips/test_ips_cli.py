# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.mspplus.netsec.plugins.plugin_utils._ips import refusals
from ansible_collections.mspplus.netsec.plugins.plugin_utils._ips.ips_cli import (
    fingerprints,
    mode_of,
    url,
    without_wheel,
    word,
)
from ansible_collections.mspplus.netsec.plugins.plugin_utils._ips.netmiko_platform import IPS

SHA1 = "4A:2B:79:A0:82:8B:65:3A:83:B5:D9:50:C0:8E:F6:C6:B0:30:47:BB"
MD5 = "FD:83:6E:41:D3:88:48:1C:44:7F:AF:5D:52:60:89:DE"


@pytest.mark.parametrize(
    ("text", "prompt", "shell"),
    [
        ("sensor1#", True, False),
        ("ips-4260.example.net>", True, False),
        ("-bash-2.05b$", False, True),
        ("bash-2.05b#", False, True),
        ("[service@sensor1 ~]$", False, True),
        ("$", False, True),
        ("***LICENSE NOTICE***", False, False),
        ("to obtain a new license or install a license.", False, False),
    ],
)
def test_the_prompt_is_told_from_that_of_a_shell_and_from_notices(text: str, prompt: bool, shell: bool) -> None:
    fast = IPS.fast_login
    assert fast is not None
    assert fast.refused is not None
    assert (bool(fast.prompt.fullmatch(text)), bool(fast.refused[0].fullmatch(text))) == (prompt, shell)


@pytest.mark.parametrize(
    "wheel",
    [
        "Generating current config: |Generating current config: /Generating current config: -\n",
        "Generating current config: |\x08/\x08-\x08\\\x08|\n",
        "Generating current config: \\\x08 \x08\n",
        "Generating current config: \n",
    ],
)
def test_the_wheel_is_no_part_of_an_answer(wheel: str) -> None:
    assert without_wheel(f"{wheel}! ----\nservice host\n- a\nexit\n").strip() == "! ----\nservice host\n- a\nexit"


@given(st.text(alphabet="ab \x08\n|/-\\!", max_size=60))
def test_what_a_sensor_erases_is_gone_and_no_text_is_too_odd(text: str) -> None:
    assert "\x08" not in without_wheel(text)
    assert "\x08" not in without_wheel(f"Generating current config: {text}")


def test_a_line_without_a_wheel_is_as_it_was() -> None:
    assert without_wheel("a | b / c - d\n") == "a | b / c - d\n"


@pytest.mark.parametrize(
    ("prompt", "mode"),
    [("s1#", ""), ("s1>", ""), ("s1(config)#", "config"), ("s1(config-hos-net)# ", "config-hos-net")],
)
def test_a_prompt_shows_the_mode(prompt: str, mode: str) -> None:
    assert mode_of(prompt) == mode


@pytest.mark.parametrize("text", ["", "a b", "a\nb", "a?b", 'a"b', "a\x1b", "é", "x" * 600])
def test_what_cannot_be_typed_is_no_word(text: str) -> None:
    with pytest.raises(ValueError, match=r"word|typed"):
        word(text)


def test_a_password_in_a_url_is_refused_and_not_shown() -> None:
    with pytest.raises(ValueError, match="prompt") as refused:
        url("scp://ops:hunter2@10.0.0.5/a.pkg")
    assert "hunter2" not in str(refused.value)


@pytest.mark.parametrize(
    "password", ["hunt/er2", "hunt@er2", "hunt/er2@", 'hunt"er2', "hunt er2", "hunt?er2", "hunt:er2", "12/er2", "é/er2"]
)
@pytest.mark.parametrize("scheme", ["ftp", "scp", "https", "FTP"])
def test_a_password_with_any_character_in_it_is_refused_and_not_shown(scheme: str, password: str) -> None:
    with pytest.raises(ValueError, match="prompt") as refused:
        url(f"{scheme}://ops:{password}@10.0.0.5/a.pkg")
    assert "er2" not in str(refused.value) and "hunt" not in str(refused.value)


@pytest.mark.parametrize(
    "text", ["https://10.0.0.5:8443/s1.lic", "https://[2001:db8::5]/a", "ftp://ops@files.example.net/ips/IPS-x.pkg"]
)
def test_urls_without_a_password_are_typed_as_they_are(text: str) -> None:
    assert url(text) == text


@pytest.mark.parametrize(
    "text", ["/a/b", "tftp://h/a", "https://h", "https://h/a b", "https:///a", "https://a:b:c@h/x"]
)
def test_only_urls_that_a_sensor_pulls_are_urls(text: str) -> None:
    with pytest.raises(ValueError, match=r"URL|typed"):
        url(text)


@pytest.mark.parametrize(
    "form",
    ["{kind}: {hex}", "{kind} fingerprint is {hex}", "Certificate {kind} fingerprint is {hex}", "  {kind}:   {hex}  "],
)
def test_fingerprints_are_read_in_each_spelling(form: str) -> None:
    text = "\n".join(form.format(kind=kind, hex=digits) for kind, digits in (("MD5", MD5), ("SHA1", SHA1)))
    assert fingerprints(f"banner\n{text}\nend") == {
        "MD5": MD5.replace(":", "").lower(),
        "SHA1": SHA1.replace(":", "").lower(),
    }


def test_a_fingerprint_of_another_length_is_none() -> None:
    assert fingerprints(f"SHA1: {MD5}\nMD5: {MD5}:00") == {}


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("The host is not trusted. Add the host to the system's trusted TLS certificates.", refusals.NOT_TRUSTED),
        ("The host is not trusted. Add the host to the system's known hosts list.", refusals.UNKNOWN_HOST_KEY),
        ("The certificate of the host is not yet valid or has expired.", refusals.NOT_TRUSTED),
        ("The signature algorithm of the host's certificate is not supported.", refusals.NO_SHA2),
        ("Connect failed [4,111]", refusals.UNREACHABLE),
        ("Authentication failed.", refusals.WRONG_PASSWORD),
        ("http error response: 404", refusals.NO_FILE),
        ("http error response: 500", refusals.SERVER_FAILED),
        ("File not found: /dir/file", refusals.NO_FILE),
        ("The connection was closed before the file was complete.", refusals.BROKEN),
        ("The file is larger than the space that is available.", refusals.NO_SPACE),
        ("The update file is not a valid update package.", refusals.BROKEN),
        ("This update is not for the platform IPS-4260.", refusals.NOT_FOR_THIS),
        ("The update requires signature engine level E4.", refusals.NOT_FOR_THIS),
        ("The update requires version 7.1(2).", refusals.NOT_FOR_THIS),
        (
            "This update may not be installed: the sensor has the same or a later version.",
            refusals.NOT_FOR_THIS,
        ),
        ("A valid license is required to apply signature updates.", refusals.NO_LICENCE),
        ("System and recovery images are installed by another procedure.", refusals.NOT_FOR_THIS),
        ("Another update is in progress.", refusals.BUSY),
    ],
)
def test_a_refused_package_has_a_kind_and_a_remedy(text: str, kind: str) -> None:
    said = refusals.REFUSALS.find(f"Applying\nError: execUpgradeSoftware : {text}\n")
    assert said is not None
    assert said.text == f"Error: execUpgradeSoftware : {text}"
    assert said.meaning == kind
    assert said.remedy


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("Error: setLicenseKey : The license key is not valid: it is for serial number X.", refusals.WRONG_LICENCE),
        ("Error: setLicenseKey : The license key has expired.", refusals.WRONG_LICENCE),
        ("Error: setLicenseKey : Connect failed [4,111]", refusals.UNREACHABLE),
        ("Error: setLicenseKey : The connection was closed before the file was complete.", refusals.BROKEN),
        ("Error: getTlsCertificate : socket connect failed [4,111]", refusals.UNREACHABLE),
        ("Error: getHostSshKey : socket connect failed [", refusals.UNREACHABLE),
        ("Error: User does not have permission to execute this command", refusals.NOT_ALLOWED),
        (
            "Error: Cannot communicate with mainApp (getVersion). Please contact your system administrator.",
            refusals.NOT_READY,
        ),
        ("% Invalid command at '^' marker.", refusals.UNKNOWN_COMMAND),
        ("No downgrade available.", refusals.NOTHING_TO_DOWNGRADE),
        ("Error: editConfigDeltaSignatureDefinition : the configuration was refused", ""),
    ],
)
def test_what_else_a_sensor_refuses(text: str, kind: str) -> None:
    said = refusals.REFUSALS.find(text)
    assert said is not None
    assert said.meaning == kind


@pytest.mark.parametrize(
    "text",
    [
        "Health Status for License Key Expiration   Green",
        "    =   IPS-sig-S605-req-E4: Update completed successfully",
        "No license present",
        "Licensed, expires:      01-Aug-2013 UTC",
        "errors = 0",
    ],
)
def test_a_report_is_no_refusal(text: str) -> None:
    assert refusals.REFUSALS.find(text) is None
