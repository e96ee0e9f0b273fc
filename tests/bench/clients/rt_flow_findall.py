# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The limit: nothing but the pairs of each line, untyped. Usage: rt_flow_findall.py FILE. Prints how many lines and pairs."""

from __future__ import annotations

import re
import sys
from pathlib import Path

PAIRS = re.compile(r'([\w-]+)="([^"]*)"')

lines = pairs = 0
with Path(sys.argv[1]).open(encoding="utf-8", newline="\n") as file:
    for line in file:
        lines += 1
        pairs += len(PAIRS.findall(line))
print("done", lines, pairs)
