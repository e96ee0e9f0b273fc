# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Where licences come from: files of the controller, a licence server, the last attempt. I/O; no sensor is asked."""

from __future__ import annotations

import base64
import binascii
import hashlib
import io
import json
import re
from collections.abc import Callable, Sequence
from contextlib import closing
from pathlib import Path
from typing import Protocol

from ..._engine.controller.files import read, write
from ..._engine.controller.state_dir import StateDir, unusable
from ..._engine.failures import ApplyFailed
from ..._engine.problems import Problem
from ..._engine.rules import Finding, problem
from ..._engine.waiting import Progress
from ..._transport.rest.files import Site, WebFailed, WebFiles
from ..limiter import Limiter
from ..package.server import UpdateServer, remedy_for
from .model import LARGEST, Attempt, LicenseFile, as_record, attempt_of, parse, wrong
from .rules import CONTRACT, RULES

FOLDER = "ips_licenses"  # in the folder for the state of this controller
LIMITER = "ips_license_limiter"
ENDING = ".lic"


class Source(Protocol):
    """Licences that may be for a sensor. Raises ApplyFailed."""

    def files(self, serial: str) -> Sequence[LicenseFile]: ...


# -- files of the controller ------------------------------------------------------------------------------------------


class LocalFiles:
    """All that were named, whomever they are for."""

    def __init__(self, found: Sequence[LicenseFile]) -> None:
        self.found = tuple(found)

    def files(self, serial: str) -> Sequence[LicenseFile]:
        return self.found


def local_files(paths: Sequence[str]) -> tuple[list[LicenseFile], list[Problem]]:
    """Of each path, and of each file with the ending ``.lic`` in one that is a folder; and what is wrong with them."""
    found: list[LicenseFile] = []
    problems: list[Problem] = []
    for given in paths:
        item = f"files[{given}]"
        path = Path(given).expanduser()
        try:
            inner = sorted(path.glob(f"*{ENDING}")) if path.is_dir() else [path]
            for file in inner:
                with open(file, "rb") as opened:
                    data = opened.read(LARGEST + 1)
                why = wrong(data)
                if why:
                    problems.append(problem(RULES, Finding("L11", item, f"{file}: {why}")))
                else:
                    found.append(parse(file.name, data))
        except OSError as error:
            problems.append(problem(RULES, Finding("L11", item, f"{error.filename or path}: {error.strerror}")))
            continue
        if not inner:
            problems.append(problem(RULES, Finding("L11", item, f"this folder has no file with the ending {ENDING}")))
    return found, problems


# -- a licence server -------------------------------------------------------------------------------------------------


class LicenseServer:
    """``GET path/SERIAL.lic`` over HTTPS (unverified: what Cisco's own server speaks is in no public source), within the limit.

    limiter: made when it is needed. limit: seconds to wait for it.
    """

    def __init__(
        self, site: Site, server: UpdateServer, limiter: Callable[[], Limiter], limit: float, progress: Progress
    ) -> None:
        self.waited = 0.0  # seconds, for the limit
        self._site, self._server = site, server
        self._limiter, self._limit = limiter, limit
        self._progress = progress

    def files(self, serial: str) -> Sequence[LicenseFile]:
        """One, or none where the sensor does not tell a serial number that can be asked for."""
        if not re.fullmatch(r"[A-Za-z0-9]{1,40}", serial):
            return []
        name = f"{serial.upper()}{ENDING}"

        def waiting(_left: float) -> None:
            self._progress("waiting for a place within the limit of the licence server")

        with self._limiter().place(self._limit, waiting) as waited:
            self.waited = waited
            data = self._fetched(name)
        why = wrong(data)
        if why:
            raise self._failed(f"what it gave as {name} cannot be used: {why}")
        return [parse(name, data, self._server.type)]

    def _fetched(self, name: str) -> bytes:
        into = _Small()
        try:
            with closing(WebFiles(self._site)) as web:
                web.fetch(self._server.below(name), into)
        except WebFailed as failed:
            raise self._explained(failed) from None
        except _TooLarge:
            raise self._failed(f"what it gave as {name} has more than {LARGEST} bytes, so it is no licence") from None
        return into.getvalue()

    def _explained(self, failed: WebFailed) -> ApplyFailed:
        if failed.kind == "slow":
            remedy = "Run again in three minutes, with fewer sensors at once if others ask this server too."
        elif self._server.type == "cisco_com" or failed.kind in ("forbidden", "missing"):
            remedy = CONTRACT
        elif failed.kind == "text":
            remedy = "Check server.path."
        else:
            remedy = remedy_for(failed.kind, self._server, failed.fingerprint)
        return self._failed(str(failed), remedy, failed.said)

    @staticmethod
    def _failed(text: str, remedy: str = "", said: str = "") -> ApplyFailed:
        found = Problem("L3", "server", text, remedy or "See what the server has there.", device_text=said)
        return ApplyFailed(f"the licence server gave no licence: {text}", [found])


class _TooLarge(Exception):
    pass


class _Small(io.BytesIO):
    def write(self, data: bytes, /) -> int:  # type: ignore[override]
        if self.tell() + len(data) > LARGEST:
            raise _TooLarge
        return super().write(data)


# -- the last attempt -------------------------------------------------------------------------------------------------


class Attempts:
    """The last licence that was tried on each sensor, one file a sensor. state: None where this controller remembers nothing.

    Its problems are ValidationFailed.
    """

    def __init__(self, state: StateDir | None, host: str) -> None:
        readable = re.sub(r"[^A-Za-z0-9._-]", "-", host)[:60].lstrip(".")
        self._name = f"{readable}-{hashlib.sha256(host.encode()).hexdigest()[:8]}.json"
        self._state = state
        self.noted: Attempt | None = None  # by this run

    def last(self) -> Attempt | None:
        """None for none, and for a file that cannot be understood."""
        if self._state is None or self.noted is not None:
            return self.noted
        path = self._state.folder(FOLDER, create=False) / self._name
        try:
            told = json.loads(read(path) or "{}")
            return attempt_of(told, base64.b64decode(str(told.get("data", "")), validate=True))
        except OSError as error:
            raise unusable(f"{error.filename or path}: {error.strerror}") from None
        except (ValueError, binascii.Error, AttributeError, TypeError, RecursionError):
            return None

    def note(self, attempt: Attempt) -> None:
        self.noted = attempt
        if self._state is None:
            return
        told = {**as_record(attempt), "data": base64.b64encode(attempt.file.data).decode()}
        path = self._state.folder(FOLDER, create=True) / self._name
        try:
            write(path, json.dumps(told, indent=1, sort_keys=True) + "\n")
        except OSError as error:
            raise unusable(f"{error.filename or path}: {error.strerror}") from None


class LastAttempt:
    """The same file again."""

    def __init__(self, attempts: Attempts) -> None:
        self._attempts = attempts

    def files(self, serial: str) -> Sequence[LicenseFile]:
        """Whatever the file tells of itself: it belongs to the sensor by the attempt."""
        last = self._attempts.last()
        return [last.file] if last is not None and last.serial == serial else []
