# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Importing this refuses an ansible-core or a Python that this collection does not run on, in one line.

Ansible itself only warns, and an old Python ends in a traceback about some name. So what Ansible loads imports this first, and this
file has nothing that is newer than Python 3.7.
"""

from __future__ import annotations

import re
import sys

from ansible.errors import AnsibleError
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


_refused = refusal(__version__, tuple(sys.version_info[:3]))
if _refused:
    raise AnsibleError(_refused)
