# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The accepted certificates of sensors on this controller: one PEM a sensor, and an index of where each came from. I/O.

A folder of its own. The PEM files are the truth; ``index.json`` adds when and how a certificate was accepted and what was seen last, and
what of it is lost or spoilt is made again. All writers of a controller take one lock; a process that dies gives it up. Files are replaced as
a whole, so readers need no lock.
"""

from __future__ import annotations

import contextlib
import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from ..._engine.controller.files import StillLocked, lock_file, locked, read, write
from ..._engine.controller.state_dir import StateDir
from ..._engine.failures import ValidationFailed
from ..._engine.problems import Problem
from ..._engine.words.json_text import object_of
from ..moments import utc
from .model import Certificate, from_pem
from .status import Seen
from .trust_entry import SOURCES, Entry, Source

FOLDER = "ips_trust"  # in the folder for the state of this controller
INDEX, LOCK = "index.json", ".lock"
LARGEST_INDEX = 64 << 20  # characters; a sensor has about 600 of them
LONGEST_WAIT, PAUSE = 60.0, 0.01  # seconds for the lock; a writer holds it for milliseconds
_NAME = re.compile(r"(?P<host>[A-Za-z0-9][A-Za-z0-9._-]{0,252})_(?P<port>\d{1,5})\.pem")


class TrustStore:
    """folder: need not be there before something is written. Its problems are ValidationFailed."""

    def __init__(self, folder: Path, make: Callable[[], object] | None = None, wait: float = LONGEST_WAIT) -> None:
        """make: makes the folder before the first write; by default a folder whose parent is there."""
        self._folder = folder
        self._make = make or self._mkdir
        self._wait = wait

    @classmethod
    def of(cls, path: str | None, state: Callable[[], StateDir]) -> TrustStore:
        """path: of a folder; by default one in the folder for the state of this controller. Raises ValidationFailed."""
        if path:
            return cls(Path(path))
        remembered = state()
        return cls(remembered.folder(FOLDER, create=False), lambda: remembered.folder(FOLDER, create=True))

    @property
    def folder(self) -> str:
        return str(self._folder)

    # -- reads --------------------------------------------------------------------------------------------------------

    def get(self, host: str, port: int) -> Entry | None:
        """The accepted certificate, None where there is none. Raises ValidationFailed for a file that holds another thing."""
        name = file_name(host, port)
        with self._told():
            text = read(self._folder / name)
            if not text:
                return None
            return self._entry(name, text, self._index())

    def seen(self, host: str, port: int) -> Seen | None:
        """What was seen last; None where nothing is known."""
        with self._told():
            return _seen(self._index().get(file_name(host, port)))

    def names(self) -> list[str]:
        """The files of the accepted certificates, sorted."""
        with self._told():
            if not self._folder.is_dir():
                return []
            return sorted(path.name for path in self._folder.iterdir() if _NAME.fullmatch(path.name))

    # -- writes -------------------------------------------------------------------------------------------------------

    def put(self, host: str, port: int, certificate: Certificate, source: Source, now: datetime) -> bool:
        """Accept a certificate in place of what is there. Whether that changed it: decided on the DER, not on the text."""
        name = file_name(host, port)
        with self._told(), self._locked():
            before = read(self._folder / name)
            same = bool(before) and _certificate(before) == certificate
            index = self._index()
            entry = {"fetched_at": utc(now), "source": source, "sha256": certificate.sha256}
            if not same:
                write(self._folder / name, certificate.pem)
            elif _source(index.get(name)) == source:
                return False
            index[name] = {**index.get(name, {}), **entry, **_facts(certificate)}
            self._write_index(index)
            return not same

    def remove(self, host: str, port: int) -> bool:
        """Whether there was one."""
        name = file_name(host, port)
        with self._told(), self._locked():
            there = (self._folder / name).exists()
            (self._folder / name).unlink(missing_ok=True)
            index = self._index()
            if index.pop(name, None) is not None:
                self._write_index(index)
            return there

    def note(self, host: str, port: int, seen: Seen) -> None:
        """What the sensor showed, for tables that ask no sensor."""
        name = file_name(host, port)
        with self._told(), self._locked():
            index = self._index()
            index[name] = {**index.get(name, {}), "seen": asdict(seen)}
            self._write_index(index)

    def rebuild(self, now: datetime) -> int:
        """Make the index again from the files, which keeps of the old one what can be read. How many certificates there are."""
        with self._told(), self._locked():
            old = self._index()
            index: dict[str, dict[str, Any]] = {}
            for name in self.names():
                entry = self._entry(name, read(self._folder / name), old)
                index[name] = {
                    **old.get(name, {}),
                    "fetched_at": entry.fetched_at or utc(now),
                    "source": entry.source,
                    "sha256": entry.certificate.sha256,
                    **_facts(entry.certificate),
                }
            self._write_index(index)
            return len(index)

    # -- how ----------------------------------------------------------------------------------------------------------

    def _entry(self, name: str, text: str, index: Mapping[str, Mapping[str, Any]]) -> Entry:
        """A file that the index does not know, or knows as another one, was put there by hand."""
        try:
            certificate = from_pem(text)
        except ValueError as error:
            raise _unusable(
                f"{self._folder / name}: {error}", "Remove the file, or put one PEM certificate into it."
            ) from None
        about = index.get(name, {})
        if about.get("sha256") == certificate.sha256:
            return Entry(certificate, str(about.get("fetched_at") or ""), _source(about))
        changed = datetime.fromtimestamp((self._folder / name).stat().st_mtime, UTC)
        return Entry(certificate, utc(changed), "manual")

    def _index(self) -> dict[str, dict[str, Any]]:
        """Empty where it is missing or spoilt: it can be made again."""
        found = object_of(read(self._folder / INDEX, LARGEST_INDEX))
        return {name: about for name, about in found.items() if _NAME.fullmatch(name) and isinstance(about, dict)}

    def _write_index(self, index: Mapping[str, Mapping[str, Any]]) -> None:
        write(self._folder / INDEX, json.dumps(index, indent=1, sort_keys=True) + "\n")

    def _mkdir(self) -> None:
        with contextlib.suppress(FileExistsError):
            self._folder.mkdir(mode=0o700)

    @contextlib.contextmanager
    def _locked(self) -> Iterator[None]:
        """One writer at a time, of all processes. Raises ValidationFailed where another one does not end."""
        self._make()
        path = self._folder / LOCK
        with contextlib.ExitStack() as held:
            try:
                held.enter_context(locked(lock_file(path), self._wait, pause=PAUSE))
            except StillLocked:
                text = f"{path} was locked by another process for {self._wait:g} s"
                raise _unusable(text, "See what that process does, then run again.") from None
            yield

    @contextlib.contextmanager
    def _told(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            raise _unusable(f"{error.filename or self._folder}: {error.strerror}") from None


def file_name(host: str, port: int) -> str:
    """Of a sensor: its address and port, as the sensors' own tables name hosts (``A.B.C.D:N``). Raises ValueError for what is no host.

    >>> file_name("10.0.0.5", 443), file_name("2001:db8::5", 443)
    ('10.0.0.5_443.pem', '2001-db8--5_443.pem')
    """
    name = f"{host.strip('[]').replace(':', '-')}_{port}.pem"
    if not _NAME.fullmatch(name) or ".." in name:
        raise ValueError(f"{host!r} cannot be the name of a file: it is no host name or address")
    return name


def _unusable(text: str, remedy: str = "") -> ValidationFailed:
    problem = Problem("trust-store", "trust_store", text, remedy or "Set trust_store to a folder of your own.")
    return ValidationFailed([problem], "The trust store cannot be used")


def _certificate(text: str) -> Certificate | None:
    with contextlib.suppress(ValueError):
        return from_pem(text)
    return None


def _source(about: Mapping[str, Any] | None) -> Source:
    given = (about or {}).get("source")
    return next((source for source in SOURCES if source == given), "manual")


def _facts(certificate: Certificate) -> dict[str, str]:
    return {
        "sha1": certificate.sha1,
        "md5": certificate.md5,
        "not_before": utc(certificate.not_before),
        "not_after": utc(certificate.not_after),
    }


def _seen(about: Mapping[str, Any] | None) -> Seen | None:
    found = (about or {}).get("seen")
    if not isinstance(found, dict) or not isinstance(found.get("at"), str):
        return None
    known = {name: str(value) for name, value in found.items() if name in Seen.__dataclass_fields__}
    return replace(Seen(known.pop("at")), **known)
