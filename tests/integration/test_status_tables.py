# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Tables of status.yml as people see them who have no ansible.cfg of ours: the roles' own tasks on what hosts registered."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from integration.sites import ROOT

UNREACHED = {"unreachable": True, "changed": False, "msg": "timed out\nand more"}
BAD = "Not operational (destination not active)"
WHY = {"explanation": "The destination interface is not in the Up state.", "remedy": "Bring it up."}


def mirrors(number: int, status: str = "Operational", **more: Any) -> dict[str, Any]:
    """What a router with two mirrors registered."""
    sources = [
        {
            "interface": f"TenGigE0/0/0/{port}",
            "direction": "both",
            "port_level": True,
            "status": "Operational",
            "operational": True,
        }
        for port in (1, 2)
    ]
    sources[1] |= {"status": status, "operational": status == "Operational", **more}
    session = {
        "name": f"ids{number}",
        "class": "ethernet",
        "destination": {"interface": "HundredGigE0/1/0/30"},
        "sources": sources,
    }
    return {"sessions": [session], "config": {}}


def firewall(targets: list[str], **more: Any) -> dict[str, Any]:
    monitor = {"running": True, "file": "client-trace", "filters": [{"name": "client-out"}, {"name": "client-back"}]}
    figures = [{"node": node, "in_use": 500, "maximum": 1000} for node in more.pop("nodes", [None])]
    table = {"sessions": figures, "not_logging": [{}], "policies": [{}, {}], "log_targets": targets}
    return {"monitor": monitor, "node": None, **table, **more}


def hosted(site: str, up: bool = True) -> dict[str, Any]:
    status = {"admin_status": "Up" if up else "Down", "operation_status": "Running" if up else "Stopped", "is_up": up}
    packets = {"packets_sent": 30, "packets_received": 30, "packets_dropped": 0}
    kind = {"vendor": "Palo Alto Networks", "model": "VM 50", "device_url": f"https://{site}.example.com:4100"}
    return {"hosted_firewalls": [{"site_name": site, "appliance_name": f"{site}-a", **status, **packets, **kind}]}


def shown(directory: Path, role: str, live: dict[str, Any], form: str = "json") -> tuple[list[str], str]:
    """The lines that the last task of a status says, and all that Ansible prints, by its default callback."""
    hosts = {host: {"ansible_connection": "local", f"{role}_live": found} for host, found in live.items()}
    (directory / "hosts.yml").write_text(json.dumps({"all": {"hosts": hosts}}), encoding="utf-8")
    (directory / "ansible.cfg").write_text("[defaults]\n", encoding="utf-8")
    tasks = yaml.safe_load((ROOT / "roles" / role / "tasks" / "status.yml").read_text(encoding="utf-8"))
    path = ROOT / "roles" / role / "templates"
    (table,) = [task for task in tasks if "ansible.builtin.debug" in task]
    play = {"name": "Status", "hosts": "all", "gather_facts": False, "tasks": [table]}
    (directory / "status.yml").write_text(
        json.dumps([play]).replace("status.j2", f"{path}/status.j2"), encoding="utf-8"
    )
    done = subprocess.run(
        [Path(sys.executable).parent / "ansible-playbook", "-i", "hosts.yml", "status.yml"],
        cwd=directory,
        env={
            "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
            "HOME": str(directory),
            "LANG": "C.UTF-8",
            "ANSIBLE_CONFIG": str(directory / "ansible.cfg"),
            "ANSIBLE_COLLECTIONS_PATH": str(ROOT / "build" / "collections"),
            "ANSIBLE_CALLBACK_RESULT_FORMAT": form,
        },
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    told = re.search(r"^ok: \[\S+\] => *\n?(.*?)^\n?(?=PLAY RECAP)", done.stdout, re.MULTILINE | re.DOTALL)
    assert told, done.stdout
    return yaml.safe_load(told[1])["msg"], done.stdout


def test_a_table_of_300_routers_is_a_line_a_mirror_with_those_that_are_down_first(tmp_path: Path) -> None:
    live = {f"edge{number:03}": mirrors(number) for number in range(300)}
    live["edge200"] = mirrors(200, BAD, **WHY)
    live["edge250"] = mirrors(250, BAD, **WHY)
    live |= {"edge007": UNREACHED, "edge008": UNREACHED}
    lines, output = shown(tmp_path, "iosxr_span", live)
    assert lines[:4] == [
        "594 of 596 mirrors are operational, 298 routers were read, 2 routers not reached.",
        "not reached: edge007: timed out",
        "not reached: edge008: timed out",
        f"{BAD}: {WHY['explanation']} {WHY['remedy']}",
    ]
    title, *rows = lines[4:]
    assert len(rows) == 596 and title.split()[:3] == ["HOST", "STATUS", "SESSION"]
    assert [row.split()[0] for row in rows[:2]] == ["edge200", "edge250"] and all(BAD in row for row in rows[:2])
    assert not any(BAD in row for row in rows[2:])
    assert len({row.index("TenGigE") for row in rows} | {title.index("SOURCE")}) == 1  # columns
    assert max(map(len, output.splitlines())) < 200


@pytest.mark.parametrize("form", ["json", "yaml"])
def test_a_row_is_a_line_of_the_output_in_every_form(tmp_path: Path, form: str) -> None:
    live = {"edge1": mirrors(1, BAD, **WHY), "edge2": UNREACHED}
    lines, output = shown(tmp_path, "iosxr_span", live, form)
    assert lines[0] == "1 of 2 mirrors are operational, 1 router was read, 1 router not reached."
    for row in lines[3:]:
        assert row in output
    lines, output = shown(tmp_path, "srx_flow_monitor", {"fw1": firewall(["stream siem"])}, form)
    assert lines[-1].startswith("fw1 ") and lines[-1] in output
    lines, output = shown(tmp_path, "sdwan_hosted_firewall", {"berlin": hosted("berlin")}, form)
    assert lines[-1].startswith("berlin ") and lines[-1] in output


def test_firewalls_whose_logs_go_nowhere_come_first(tmp_path: Path) -> None:
    live = {
        "fw1": firewall(["stream siem"]),
        "fw2": firewall([], node="node0", nodes=["node0", "node1"]),
        "fw3": UNREACHED,
    }
    lines, _output = shown(tmp_path, "srx_flow_monitor", live)
    assert lines[:2] == [
        "2 firewalls were read, 1 firewall not reached. Session logs of 1 firewall go nowhere.",
        "not reached: fw3: timed out",
    ]
    assert re.fullmatch(
        r"fw2 +running \(node0\) +NONE +1 of 2 +500 of 1000 +client-trace +client-out,client-back", lines[3]
    )
    assert re.fullmatch(
        r"fw1 +running +stream siem +1 of 2 +500 of 1000 +client-trace +client-out,client-back", lines[4]
    )


def test_hosted_firewalls_that_are_not_up_come_first(tmp_path: Path) -> None:
    live = {
        "berlin": hosted("berlin"),
        "paris": hosted("paris", up=False),
        "center": {"failed": True, "msg": "no answer"},
    }
    lines, _output = shown(tmp_path, "sdwan_hosted_firewall", live)
    assert lines[:2] == [
        "2 hosted firewalls were seen, 1 not up, 1 system gave no answer.",
        "not read: center: no answer",
    ]
    assert [line.split()[0] for line in lines[2:]] == ["HOST", "paris", "berlin"]


def test_what_a_device_says_moves_no_cursor(tmp_path: Path) -> None:
    lines, output = shown(tmp_path, "iosxr_span", {"edge1": mirrors(1, "down\x1b[2J of late", **WHY)})
    assert lines[-2].startswith("edge1  down [2J of late  ids1 ")
    assert "\x1b" not in output
