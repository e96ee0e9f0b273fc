# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""TTP: a template for brief listings, to an aggregate. Usage: sessions_ttp.py FILE"""

from __future__ import annotations

import sys
from pathlib import Path

from sessions_digest import Tables, digest
from ttp import ttp

WING = (
    "{{ source }}/{{ source_port }} --> {{ destination }}/{{ destination_port }};{{ protocol }}, "
    "Conn Tag: {{ tag }}, If: {{ interface }}, Pkts: {{ packets }}, Bytes: {{ bytes }},"
)
TEMPLATE = f"""
<group name="sessions*">
Session ID: {{{{ id | _start_ }}}}, Policy name: {{{{ policy | ORPHRASE }}}}, Timeout: {{{{ timeout }}}}, Session State: {{{{ state }}}}
<group name="in">
  In: {WING}
</group>
<group name="out">
  Out: {WING}
</group>
</group>
"""

parser = ttp(data=Path(sys.argv[1]).read_text(encoding="utf-8"), template=TEMPLATE, log_level="ERROR")
parser.parse(one=True)
sessions = parser.result()[0][0]["sessions"]
tables = Tables()
for session in sessions:
    wings = [session[side] for side in ("in", "out") if side in session]
    sent, packets = sum(int(wing["bytes"]) for wing in wings), sum(int(wing["packets"]) for wing in wings)
    tables.add("policy", session["policy"], sent, packets)
    for interface in dict.fromkeys(wing["interface"] for wing in wings):
        tables.add("interface", interface, sent, packets)
print(digest(len(sessions), tables.top()))
