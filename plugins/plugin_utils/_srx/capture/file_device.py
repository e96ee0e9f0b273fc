# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The three files of a capture on the controller: lines, packets, summary. Whole under their names, or not there at all."""

from __future__ import annotations

import contextlib
import errno
import json
import os
import tempfile
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Self

from ..._engine.failures import ApplyFailed, reason_of, remedy_of
from ..._engine.words.device_text import clean, flat, masked

ENDINGS = {"log": ".log", "packets": ".jsonl", "summary": ".txt"}


class CaptureFiles:
    """A context. dest: beginning of the names; without it everything is dropped. Raises ApplyFailed for one that names no file, and
    when the disk does not take them."""

    def __init__(self, dest: str | None, title: str) -> None:
        if dest and os.path.basename(dest) in ("", ".", ".."):
            raise ApplyFailed(f"dest is the directory {dest}, not the beginning of a file name. Add one to it")
        self._dest = os.path.abspath(os.path.expanduser(dest)) if dest else ""
        self._title = title
        self._open: dict[str, IO[str]] = {}

    @property
    def about(self) -> dict[str, Any]:
        """The key `files` of the result, nothing where there are none."""
        return {"files": {kind: f"{self._dest}{ending}" for kind, ending in ENDINGS.items()}} if self._dest else {}

    def __enter__(self) -> Self:
        if self._dest:
            folder, name = os.path.split(self._dest)
            try:
                for kind, ending in ENDINGS.items():
                    if os.path.isdir(f"{self._dest}{ending}"):  # it would be noticed when all is captured
                        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
                    self._open[kind] = tempfile.NamedTemporaryFile(
                        "w",
                        encoding="utf-8",
                        errors="replace",
                        prefix=f".{name}.",
                        suffix=".part",
                        dir=folder,
                        delete=False,
                    )
            except OSError as error:
                self._drop()
                raise self._failed(error) from error
        return self

    def line(self, text: str) -> str:
        self._write("log", f"{flat(masked(text))}\n")
        return text

    def packet(self, packet: Mapping[str, Any]) -> None:
        self._write("packets", f"{json.dumps(packet)}\n")

    def finish(self, summary: Mapping[str, Any]) -> None:
        """The summary: the last thing that is written."""
        self._write("summary", readable(self._title, summary))

    def _write(self, kind: str, text: str) -> None:
        if self._dest:
            try:
                self._open[kind].write(text)
            except OSError as error:
                raise self._failed(error) from error

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if error is not None:
            self._drop()
            return
        try:
            for file in self._open.values():
                file.close()
            for name, file in self._open.items():
                os.replace(file.name, f"{self._dest}{ENDINGS[name]}")
        except OSError as full:
            self._drop()
            raise self._failed(full) from full

    def _drop(self) -> None:
        for file in self._open.values():
            with contextlib.suppress(OSError):  # a full disk says so once more
                file.close()
            Path(file.name).unlink(missing_ok=True)

    def _failed(self, error: OSError) -> ApplyFailed:
        remedy = remedy_of(error, "dest", self._dest)
        return ApplyFailed(f"the files {self._dest}.* cannot be written: {reason_of(error)}. {remedy}")


def readable(title: str, summary: Mapping[str, Any]) -> str:
    """A summary for a person. What the device wrote stays on its line and reaches no terminal as a control sequence.

    >>> print(readable("fw1", {"packets": 2, "lines": 9, "filters": {"f": 2}, "verdicts": {"dropped": 2}, "reasons": {}}))
    fw1: 2 packets, 9 lines
    filters
           2  f
    verdicts
           2  dropped
    <BLANKLINE>
    """
    lines = [f"{clean(title)}: {summary['packets']} packets, {summary['lines']} lines"]
    for part in ("filters", "verdicts", "reasons"):
        if summary[part]:
            lines.append(part)
            ordered = sorted(summary[part].items(), key=lambda pair: (-pair[1], pair[0]))
            lines += [f"{number:8}  {clean(name)}" for name, number in ordered]
    return "\n".join(lines) + "\n"
