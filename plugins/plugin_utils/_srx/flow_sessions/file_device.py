# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The file that a table is written to: complete under its name, or not there at all. Work on the controller's disk."""

from __future__ import annotations

import contextlib
import gzip
import os
import tempfile
from pathlib import Path
from types import TracebackType
from typing import Any

from ..._engine.failures import ApplyFailed, reason_of, remedy_of
from .export import header, layout, writer
from .model import Raw

COMPRESSION = 3  # of 9: a third of the time of 6 for a tenth more


class SessionFile:
    """A context: rows go to a file beside the final one, which takes its name when the block ends without an exception.

    Raises ApplyFailed when the disk does not take it.
    """

    def __init__(self, path: str) -> None:
        self.path = Path(os.path.expanduser(path))  # of a user that does not exist, the text stays
        self._kind, self._packed = layout(self.path.name)
        self._row = writer(self._kind)
        self._file: Any = None
        self._raw: Any = None
        self._temporary: Path | None = None
        self.rows = 0

    def __enter__(self) -> SessionFile:
        try:
            descriptor, name = tempfile.mkstemp(prefix=f".{self.path.name}.", suffix=".part", dir=self.path.parent)
            self._temporary = Path(name)
            self._raw = os.fdopen(descriptor, "wb")
            # No name and no time in a compressed one: the same sessions make the same file.
            packer = gzip.GzipFile("", "wb", COMPRESSION, self._raw, mtime=0) if self._packed else None
            self._file = _Text(self._raw, packer)
            self._file.write(header(self._kind))
        except OSError as error:
            self._discard()
            self._fail(error)
        return self

    def write(self, raw: Raw) -> None:
        try:
            self._file.write(self._row(raw))
        except OSError as error:
            self._fail(error)
        self.rows += 1

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is not None:
            self._discard()
            return
        try:
            self._file.close()  # the end of a compressed file; the file below it stays open
            self._raw.flush()
            os.fsync(self._raw.fileno())
            self._raw.close()
            if self._temporary is not None:
                self._temporary.chmod(0o600)
                self._temporary.replace(self.path)
        except OSError as failure:
            self._discard()
            self._fail(failure)

    @property
    def size(self) -> int:
        """Bytes on the disk."""
        return self.path.stat().st_size

    def _discard(self) -> None:
        """Nothing of it stays, whatever state it is in."""
        for opened in (self._file, self._raw):
            with contextlib.suppress(OSError, ValueError):
                if opened is not None:
                    opened.close()
        if self._temporary is not None:
            self._temporary.unlink(missing_ok=True)

    def _fail(self, error: OSError) -> None:
        raise ApplyFailed(
            f"the sessions cannot be written to {self.path}: {reason_of(error)}. Nothing was left there after {self.rows} sessions. "
            f"{remedy_of(error, 'dest', self.path)}"
        ) from None


class _Text:
    """Rows in blocks: a write a row costs more than the row."""

    BLOCK = 1000

    def __init__(self, raw: Any, packer: Any) -> None:
        self._file = packer or raw
        self._packer = packer
        self._rows: list[str] = []

    def write(self, row: str) -> None:
        self._rows.append(row)
        if len(self._rows) >= self.BLOCK:
            self._flush()

    def close(self) -> None:
        self._flush()
        if self._packer is not None:
            self._packer.close()

    def _flush(self) -> None:
        rows, self._rows = self._rows, []
        self._file.write("".join(rows).encode())
