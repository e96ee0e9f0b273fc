# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The folder of packages on this controller. Runs that go on at once share it, and so does whoever places a file there by hand. I/O.

Beside the packages lie what a server publishes with them (``NAME.json``, ``NAME.readme.txt``, ``SHA256SUMS``) and our own index. A
download gets its name only when it is whole, so a file with the name of a package was whole once, or was placed by hand.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import re
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

from ..._engine.controller.files import SHARED, StillLocked, lock_file, locked, whole, write
from ..._engine.failures import ApplyFailed
from ..._engine.words.json_text import object_of
from ..packages import Package, parse_package
from ..update.model import Held
from ..update.signatures import of_metadata, of_readme, threat_profiles_of

INDEX = ".index.json"
LOCK = ".lock"
SUMS = "SHA256SUMS"
CHUNK = 1 << 20
LARGEST_TEXT = 8 << 20  # bytes of a file beside a package
LOCK_SECONDS = 30.0  # that a write of the index of another run may take
PAUSE = 0.2

_UNFINISHED = re.compile(r".*\.(?:part|partial|crdownload|download|filepart|tmp|opdownload)", re.IGNORECASE)
_LIKE_A_PACKAGE = re.compile(r"(?:IPS|IDS|WS-SVC)-.*", re.IGNORECASE)
_BESIDE = (".json", ".readme.txt", ".txt")
_SUM = re.compile(r"([0-9a-fA-F]{64}) [ *](\S.*)", re.ASCII)


@dataclass(frozen=True)
class Refused:
    """A file in the folder that is not used, with the reason."""

    file: str
    reason: str


@dataclass(frozen=True)
class Contents:
    """stock: the packages by name. sources: where each is from, ``server`` and so on or ``hand``. sums: what is known of each file."""

    stock: Mapping[str, Held] = field(default_factory=dict)
    sources: Mapping[str, str] = field(default_factory=dict)
    refused: tuple[Refused, ...] = ()
    index: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)

    def rows(self) -> list[dict[str, Any]]:
        """For a result: what Security Manager's tables of downloaded updates show, and where each file is from."""
        return [
            {**held.package.describe(), "size": held.size, "sha256": held.sha256, "source": self.sources[name]}
            for name, held in sorted(self.stock.items())
        ]


class Cache:
    """The folder need not be there: then it is empty, and made by the first download."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    # -- reading ------------------------------------------------------------------------------------------------------

    def look(self, *, sums: bool = True, lists: Collection[str] | None = None) -> Contents:
        """What is in it. Writes nothing; files that the index does not know are read for their checksum. Raises ApplyFailed.

        sums: False reads only those of which something tells what their checksum must be. lists: packages whose lists of signatures and
        threat profiles are read; None for all.
        """
        try:
            names = sorted(os.listdir(self.folder))
        except FileNotFoundError:
            return Contents()
        except OSError as error:
            raise _failed(error, self.folder) from None
        index, due = self._index(), self._sums()
        stock: dict[str, Held] = {}
        sources: dict[str, str] = {}
        known: dict[str, Mapping[str, Any]] = {}
        refused: list[Refused] = []
        for name in names:
            package = parse_package(name)
            if package is None or not _has_ending(package):
                refused += _no_package(name)
                continue
            try:
                entry = self._examined(name, index.get(name), sums)
                wrong = self._wrong(package, entry, index.get(name), due)
            except OSError as error:
                wrong, entry = f"it cannot be read: {error.strerror}", {}
            if wrong:
                refused.append(Refused(name, wrong))
                continue
            if entry["sha256"]:
                known[name] = entry
            stock[name] = self._held(package, entry, lists is None or name in lists)
            sources[name] = str(entry["source"])
        return Contents(stock, sources, tuple(refused), known)

    def _examined(self, name: str, before: Mapping[str, Any] | None, summed: bool) -> dict[str, Any]:
        """The entry of a file in the index, as it is now; without a checksum where that is neither known nor asked for. Raises
        OSError."""
        path = self.folder / name
        found = path.stat()
        stamp = {"size": found.st_size, "mtime_ns": found.st_mtime_ns}
        if before and all(before.get(key) == value for key, value in stamp.items()):
            return dict(before)
        source = str(before["source"]) if before else "hand"
        return {**stamp, "sha256": _sha256(path) if summed else "", "source": source}

    def _wrong(
        self, package: Package, entry: dict[str, Any], before: Mapping[str, Any] | None, sums: Mapping[str, str]
    ) -> str:
        """Why a file is not used; "" for a good one. Adds a missing checksum to the entry where it is needed. Raises OSError."""
        name = package.name
        if not entry["size"]:
            return "it is empty"
        with open(self.folder / name, "rb") as file:
            start = file.read(512).lstrip().lower()
        if start.startswith((b"<!doctype html", b"<html")):
            return "it is an HTML page, such as that of a login, and not a package"
        metadata = object_of(self._beside(package, ".json"))
        told = str(metadata.get("sha256") or sums.get(name) or "").lower()
        if not entry["sha256"] and (told or (before and before["source"] != "hand")):
            entry["sha256"] = _sha256(self.folder / name)
        if told and told != entry["sha256"]:
            return f"its SHA-256 is {entry['sha256']}, and must be {told}: it is incomplete or another file"
        size = metadata.get("size")
        if isinstance(size, int) and size != entry["size"]:
            return f"it has {entry['size']} bytes, and must have {size}"
        if before and before.get("source") != "hand" and before.get("sha256") != entry["sha256"]:
            return "it is not the file that was downloaded: it was changed since. Delete it, and it is downloaded again"
        return ""

    def _held(self, package: Package, entry: Mapping[str, Any], listed: bool) -> Held:
        if not listed:
            return Held(package, int(entry["size"]), str(entry["sha256"]))
        metadata, readme = self._beside(package, ".json"), self._beside(package, ".readme.txt")
        signatures = None
        if package.signature:
            signatures = of_metadata(metadata, package.signature) or of_readme(readme, package.signature)
        return Held(package, int(entry["size"]), str(entry["sha256"]), threat_profiles_of(metadata), signatures)

    def _beside(self, package: Package, ending: str) -> str:
        return _text(self.folder / f"{package.stem}{ending}")

    def _index(self) -> dict[str, dict[str, Any]]:
        """An index that cannot be used is as none: it is made again from the files."""
        files = object_of(_text(self.folder / INDEX)).get("files")
        if not isinstance(files, dict):
            return {}
        wanted = {"size": int, "mtime_ns": int, "sha256": str, "source": str}
        return {
            str(name): entry
            for name, entry in files.items()
            if isinstance(entry, dict) and all(isinstance(entry.get(key), kind) for key, kind in wanted.items())
        }

    def _sums(self) -> dict[str, str]:
        return sums_of(_text(self.folder / SUMS))

    # -- writing ------------------------------------------------------------------------------------------------------

    def keep(self, contents: Contents) -> None:
        """Note what a look found out, so that the next one need not read the files. Raises ApplyFailed."""
        if not self.folder.is_dir():
            return
        with self._locked(LOCK, LOCK_SECONDS):
            index = self._index()
            looked = {
                name: dict(entry) for name, entry in contents.index.items() if not self._is_now(name, index.get(name))
            }
            merged = {**index, **looked}
            present = {name: entry for name, entry in merged.items() if (self.folder / name).exists()}
            if present != index:
                self._write_index(present)

    def _is_now(self, name: str, entry: Mapping[str, Any] | None) -> bool:
        """Whether an entry is about the file as it is: another run may have brought it since this one looked, and knows where it is from."""
        if entry is None:
            return False
        try:
            found = (self.folder / name).stat()
        except OSError:
            return False
        return (entry["size"], entry["mtime_ns"]) == (found.st_size, found.st_mtime_ns)

    @contextlib.contextmanager
    def adding(
        self, package: Package, limit: float, waiting: Callable[[], None] = lambda: None
    ) -> Iterator[IO[bytes] | None]:
        """A file to write the package into, which gets its name at the end of a block that did not fail; None where another run
        has brought it meanwhile. limit: seconds to wait for that run. Raises ApplyFailed."""
        try:
            self.folder.mkdir(mode=0o755, parents=True, exist_ok=True)
        except OSError as error:
            raise _failed(error, self.folder) from None
        name = package.name
        with contextlib.ExitStack() as held:
            held.enter_context(self._locked(f".{name}.lock", limit, waiting))
            if (self.folder / name).exists():
                yield None
                return
            for left in self.folder.glob(f".{name}.*.part"):  # of a run that is gone: this one holds its lock
                left.unlink(missing_ok=True)
            part = self.folder / f".{name}.{os.getpid()}.part"
            try:
                with whole(self.folder / name, part, SHARED) as file:
                    yield file
            except OSError as error:
                raise _failed(error, part) from None

    def note(self, package: Package, source: str, sha256: str) -> None:
        """Where a package that was just added is from, and what its content was."""
        found = (self.folder / package.name).stat()
        entry = {"size": found.st_size, "mtime_ns": found.st_mtime_ns, "sha256": sha256, "source": source}
        with self._locked(LOCK, LOCK_SECONDS):
            self._write_index({**self._index(), package.name: entry})

    def put_beside(self, name: str, text: str) -> None:
        """A text that is published with a package. Raises ApplyFailed."""
        try:
            self.folder.mkdir(mode=0o755, parents=True, exist_ok=True)
            if _text(self.folder / name) != text:
                write(self.folder / name, text, SHARED)
        except OSError as error:
            raise _failed(error, self.folder / name) from None

    def record(self, name: str, change: Callable[[dict[str, Any]], dict[str, Any]]) -> dict[str, Any]:
        """Change a small JSON file of ours under the lock of the folder; what it is then. Raises ApplyFailed."""
        try:
            self.folder.mkdir(mode=0o755, parents=True, exist_ok=True)
            with self._locked(LOCK, LOCK_SECONDS):
                found = change(object_of(_text(self.folder / name)))
                write(self.folder / name, json.dumps(found, indent=2, sort_keys=True) + "\n", SHARED)
        except OSError as error:
            raise _failed(error, self.folder / name) from None
        return found

    def recorded(self, name: str) -> dict[str, Any]:
        """What record() wrote; {} where there is nothing."""
        return object_of(_text(self.folder / name))

    def _write_index(self, files: Mapping[str, Any]) -> None:
        try:
            write(self.folder / INDEX, json.dumps({"files": files}, indent=1, sort_keys=True) + "\n", SHARED)
        except OSError as error:
            raise _failed(error, self.folder / INDEX) from None

    @contextlib.contextmanager
    def _locked(self, name: str, limit: float, waiting: Callable[[], None] = lambda: None) -> Iterator[None]:
        """The system frees it with the process that holds it, however that ended. Raises ApplyFailed after limit seconds."""
        path = self.folder / name
        with contextlib.ExitStack() as held:
            try:
                held.enter_context(locked(lock_file(path, 0o644), limit, waiting, pause=PAUSE))
            except StillLocked:
                text = f"another run has held {path} for more than {limit:g} s"
                raise ApplyFailed(f"{text}. See what it does, then run again") from None
            except OSError as error:
                raise _failed(error, path) from None
            yield


def sums_of(text: str) -> dict[str, str]:
    """File name -> SHA-256, of a SHA256SUMS.

    >>> sums_of("AB" * 32 + "  IPS-sig-S734-req-E4.pkg")["IPS-sig-S734-req-E4.pkg"][:4]
    'abab'
    """
    found = filter(None, (_SUM.fullmatch(line.rstrip()) for line in text.splitlines()))
    return {each[2].strip(): each[1].lower() for each in found}


def _no_package(name: str) -> list[Refused]:
    """What looks as if it was meant to be one is refused by name; what else lies there does not matter."""
    if name.startswith(".") or name == SUMS or name.endswith(_BESIDE):
        return []
    if _UNFINISHED.fullmatch(name):
        return [Refused(name, "it is a download that did not end")]
    if _LIKE_A_PACKAGE.fullmatch(name):
        return [Refused(name, "this is not the name of a package; a package keeps the name that the vendor gave it")]
    return []


def _has_ending(package: Package) -> bool:
    return package.stem != package.name


def _sha256(path: Path) -> str:
    digest = hashlib.sha256()
    with open(path, "rb") as file:
        while data := file.read(CHUNK):
            digest.update(data)
    return digest.hexdigest()


def _text(path: Path) -> str:
    """ "" for a file that is not there, or cannot be read."""
    try:
        with open(path, encoding="utf-8", errors="replace") as file:
            return file.read(LARGEST_TEXT)
    except OSError:
        return ""


def _failed(error: OSError, path: Path) -> ApplyFailed:
    return ApplyFailed(f"{error.filename or path}: {error.strerror}. Check the folder of the packages (cache)")
