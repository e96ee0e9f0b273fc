# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Whether this collection runs on the ansible-core and the Python that it finds. Nothing here is newer than Python 3.7.

Ansible itself only warns, and an old Python ends in a traceback about some name. What opens a device is refused when it is loaded
(required.py), a filter when it is called: Ansible loads all filters of a collection for one, and leaves out what cannot be loaded.
"""

from __future__ import annotations

import re
import sys
from contextlib import nullcontext, suppress
from typing import Any

from ansible.errors import AnsibleFilterError
from ansible.release import __version__

# A test ties them to meta/runtime.yml and to what mypy checks the code for.
CORE = (2, 19)
PYTHON = (3, 11)


def refusal(core: str, python: tuple[int, ...]) -> str:
    """Why these versions are refused, "" where they are not. core: as ansible-core writes its version.

    >>> refusal("2.19.0", (3, 11, 7)), refusal("2.20.0.dev0", (3, 14, 0))
    ('', '')
    """
    found = re.match(r"(\d+)\.(\d+)", core)
    old_core = found is not None and (int(found.group(1)), int(found.group(2))) < CORE
    if not old_core and python[:2] >= PYTHON:
        return ""
    newest = ".".join(map(str, PYTHON))
    needed = f"ansible-core >= {'.'.join(map(str, CORE))} and Python >= {newest}"
    return (
        f"mspplus.netsec needs {needed} on the controller; this is ansible-core {core} on Python "
        f"{'.'.join(map(str, python[:3]))} ({sys.executable}). Install one beside it: `python{newest} -m venv netsec` and "
        "`netsec/bin/pip install 'ansible-core>=2.19' -r ee-requirements.txt` (that file is in meta/ of the collection)."
    )


REFUSED = refusal(__version__, tuple(sys.version_info[:3]))


def tried() -> Any:
    """A block that imports what an old Python cannot; there it does nothing."""
    return suppress(Exception) if REFUSED else nullcontext()


def on_call(filters: dict[str, Any]) -> dict[str, Any]:
    """The filters of a plugin; where they are not supported, ones of the same names that say so when they are called."""
    return dict.fromkeys(filters, _refuse) if REFUSED else filters


def _refuse(*_arguments: Any, **_keywords: Any) -> Any:
    raise AnsibleFilterError(REFUSED)
