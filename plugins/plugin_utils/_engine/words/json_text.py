# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Text that may be JSON, from a file that anybody can have changed or from a server. Pure."""

from __future__ import annotations

import json
from typing import Any


def object_of(text: str) -> dict[str, Any]:
    """{} for what is no JSON object. Never raises, however deep it is.

    >>> object_of('{"size": 1}'), object_of("[1]"), object_of(""), object_of("[" * 100_000)
    ({'size': 1}, {}, {}, {})
    """
    try:
        data = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    return data if isinstance(data, dict) else {}
