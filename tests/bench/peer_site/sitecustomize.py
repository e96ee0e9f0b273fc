# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Lets network_cli check host keys against the lab's known_hosts file.

libssh looks in the home directory of the password database only, ansible.netcommon has no option for another file, and
a bench does not write into anybody's ~/.ssh. Python loads this at its start where PYTHONPATH leads here; it acts in the
processes that hold network_cli's connections, which import pylibsshext anyway.
"""

from __future__ import annotations

import os
import sys
from typing import Any

if any("ansible_connection_cli_stub" in word for word in sys.orig_argv):
    from pylibsshext import session

    class Session(session.Session):  # type: ignore[misc]
        """As shipped, with the one option that netcommon does not hand through."""

        def connect(self, **options: Any) -> None:
            super().connect(knownhosts=os.environ["BENCH_KNOWN_HOSTS"], **options)

    session.Session = Session
