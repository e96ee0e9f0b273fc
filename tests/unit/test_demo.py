# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What tools/demo.sh takes out of the output of Ansible."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

DEMO = Path(__file__).resolve().parents[2] / "tools" / "demo.sh"
LOG = """TASK [Mirrors] *****
--- before: remote sessions[mon1]
+++ after: remote sessions[mon1]
@@ -0,0 +1 @@
+name: mon1

changed: [remote]
--- before: local sessions[old]
+++ after: local sessions[old]
@@ -1 +0,0 @@
-name: old

--- before: local sessions[new]
+++ after: local sessions[new]
@@ -0,0 +1 @@
+name: new

changed: [local]
"""


def difference(folder: Path, host: str, most: int) -> list[str]:
    (folder / "check.log").write_text(LOG, encoding="utf-8")
    function = re.search(r"^difference\(\) \{\n.*?^\}\n", DEMO.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
    assert function
    script = f"work={folder}\n{function[0]}difference check {host} {most}\n"
    done = subprocess.run(["bash", "-c", script], capture_output=True, text=True, timeout=30, check=True)
    return [line.strip() for line in done.stdout.splitlines()]


def test_a_host_sees_all_of_its_differences_and_no_others(tmp_path: Path) -> None:
    seen = difference(tmp_path, "local", 24)
    assert "-name: old" in seen and "+name: new" in seen and "+name: mon1" not in seen
    assert difference(tmp_path, "remote", 24)[-1] == "+name: mon1"
    assert difference(tmp_path, "local", 3)[3:] == ["... and 5 lines more"]
