# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The log of a session: a file of its owner's only, in whole lines, without secrets and without control characters."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Sequence
from typing import Any

from ..._engine.words.device_text import lines, masked
from ..login_error import LoginError
from ..private_file import Refused, appended

with contextlib.suppress(ImportError):  # the connection says so before it calls anything here
    from netmiko.session_log import SessionLog

LONGEST_LINE = 1 << 16  # characters that are held back until the line ends
HELD = 1 << 12  # of a longer one: as long as any secret


def session_log(path: str | None, secrets: Sequence[str]) -> Any:
    """A log for netmiko, open; None without a path. Raises LoginError.

    What came is written by whole lines, so a secret that came in pieces is seen as one.
    """
    if not path:
        return None
    name = path

    class Log(SessionLog):
        """netmiko knows a log by its class, and sets no_log and calls open(), write(), flush() and close()."""

        session_log: Any
        _rest = ""

        def open(self) -> None:
            if self.session_log is None:
                self.session_log = os.fdopen(appended(name), "a", encoding="utf-8", errors="replace")

        def write(self, data: str) -> None:
            *whole, self._rest = (self._rest + data).split("\n")
            if len(self._rest) > LONGEST_LINE:
                shown = masked(self._rest, self.no_log.values())
                whole, self._rest = [*whole, shown[:-HELD]], shown[-HELD:]
            self._put("".join(f"{line}\n" for line in whole))

        def flush(self) -> None:
            """Nothing waits but an unfinished line."""

        def close(self) -> None:
            self._put(self._rest)
            self._rest = ""
            if self.session_log is not None:
                self.session_log.close()
                self.session_log = None

        def _put(self, text: str) -> None:
            if text and self.session_log is not None:
                self.session_log.write(lines(masked(text, self.no_log.values())))
                self.session_log.flush()

    hidden: dict[Any, str] = dict(enumerate(secrets))
    log = Log(file_name=path, no_log=hidden)
    try:
        log.open()
    except (OSError, Refused) as error:
        why = error.strerror if isinstance(error, OSError) else error
        raise LoginError(f"the session log {path} is not written: {why}. Check ansible_netmiko_session_log.") from None
    return log
