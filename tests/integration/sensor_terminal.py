# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""OpenSSH as the client of the lab's IPS sensors, and what tests of them share."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import asyncssh
import pytest
from integration.eventually import eventually

from lab.server import Lab

PASSWORD = "canary-ips-4c1d"
SERIAL = "MQEA9470012"
SIGNATURES = "IPS-sig-S733-req-E4.pkg"
PACK = "IPS-K9-7.1-8-E4.pkg"


class OpenSsh:
    """`ssh` with a key; what is typed comes all at once, as the sensor reads it."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        key = asyncssh.generate_private_key("ssh-ed25519")
        key.write_private_key(str(directory / "id"))
        (directory / "id").chmod(0o600)
        self.public = key.export_public_key().decode()

    def __call__(self, lab: Lab, name: str, *lines: str) -> str:
        """What the screen showed, without carriage returns; `terminal length 0` is typed first, `exit` last."""
        (self.directory / "known_hosts").write_text(lab.known_hosts())
        command = ["ssh", "-F", "none", "-tt", "-i", str(self.directory / "id"), "-p", str(lab.device(name).port)]
        for option in (
            "BatchMode=yes", "StrictHostKeyChecking=yes", f"UserKnownHostsFile={self.directory / 'known_hosts'}",
        ):  # fmt: skip
            command += ["-o", option]
        typed = "".join(f"{line}\n" for line in ("terminal length 0", *lines, "exit"))
        done = subprocess.run(
            [*command, f"{lab.device(name).spec.username}@127.0.0.1"],
            input=typed,
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        return done.stdout.replace("\r", "")


StartSensors = Callable[..., Lab]


@pytest.fixture
def openssh(tmp_path: Path) -> OpenSsh:
    return OpenSsh(tmp_path)


@pytest.fixture
def sensors(lab: Callable[..., Lab], openssh: OpenSsh) -> StartSensors:
    """A factory: ``sensors(license="none")`` is the sensor s1; further devices as mappings. The update server is called updates."""

    def start(*further: Mapping[str, Any], **more: Any) -> Lab:
        own = {
            "name": "s1",
            "kind": "ips",
            "serial": SERIAL,
            "password": PASSWORD,
            "authorized_keys": [openssh.public],
            **more,
        }
        return lab(own, *further)

    return start


def updates(**more: Any) -> dict[str, Any]:
    """An update server."""
    return {"name": "updates", "kind": "update_server", "password": PASSWORD, "packages": [SIGNATURES, PACK], **more}


def listening(lab: Lab) -> Any:
    """The update server when its FTP and SCP sides listen."""
    device = lab.device("updates").device
    lab.call(device.listening.wait)
    return device


def trust(lab: Lab) -> tuple[str, ...]:
    """Lines that make the sensor trust the update server over HTTPS."""
    return (
        "configure terminal",
        f"tls trusted-host ip-address 127.0.0.1 port {lab.device('updates').port}",
        "yes",
        "exit",
    )


def https(lab: Lab, path: str, user: str = "") -> str:
    """A URL on the update server."""
    return f"https://{user}{'@' if user else ''}127.0.0.1:{lab.device('updates').port}/{path}"


def upgrade(url: str, *answers: str) -> tuple[str, ...]:
    """Lines of an upgrade; it leaves the configuration mode where the session is still there."""
    return "configure terminal", f"upgrade {url}", *answers, "exit"


def well(lab: Lab, name: str = "s1") -> Any:
    """The sensor when everything of it runs again."""
    device = lab.device(name).device
    eventually(lambda: device.powered and set(device.applications.values()) == {"Running"} and not device.busy)
    return device


def answers(lab: Lab, name: str = "s1") -> list[str]:
    """What was typed at questions, as the journal has it."""
    return [entry["text"] for entry in lab.journal(name) if entry["event"] == "answer"]
