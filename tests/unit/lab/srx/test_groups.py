# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Groups of the lab's firewalls, by the examples of Juniper's documentation and captures."""

from __future__ import annotations

import pytest

from lab.srx.groups import comments, effective
from lab.srx.tree import from_text


def lines(config: str, member: str = "") -> list[str]:
    return list(effective(from_text(config), member).lines(command=""))


MTU = "set groups big interfaces <ge-*> mtu 9000\nset interfaces ge-0/0/0 description a\nset interfaces xe-0/0/0 description b\n"


@pytest.mark.parametrize(
    ("config", "shown"),
    [
        (MTU, ["interfaces ge-0/0/0 description a", "interfaces xe-0/0/0 description b"]),  # not applied
        (
            f"{MTU}set apply-groups big",
            ["interfaces ge-0/0/0 description a", "interfaces ge-0/0/0 mtu 9000", "interfaces xe-0/0/0 description b"],
        ),
        (
            f"{MTU}set interfaces ge-0/0/0 apply-groups-except big\nset apply-groups big",
            ["interfaces ge-0/0/0 description a", "interfaces xe-0/0/0 description b"],
        ),
        ("set groups a system host-name x\nset apply-groups a\nset system host-name y", ["system host-name y"]),
        (
            "set groups a system host-name x\nset groups b system host-name y\nset apply-groups a\nset apply-groups b",
            ["system host-name x"],
        ),
        (
            "set groups a system host-name x\nset groups b system host-name y\nset apply-groups a\nset system apply-groups b",
            ["system host-name y"],
        ),
        ('set groups node1 system host-name x\nset apply-groups "${node}"', ["system host-name x"]),
    ],
)
def test_what_a_group_brings(config: str, shown: list[str]) -> None:
    assert lines(config, "node1") == shown


def test_a_comment_names_the_group_of_each_statement_it_brings() -> None:
    config = "set groups dns system name-server 10.0.0.100\nset apply-groups dns\nset system name-server 10.0.0.1\n"
    assert list(effective(from_text(config)).curly(0, comments)) == [
        "system {",
        "    name-server {",
        "        10.0.0.1;",
        "        ##",
        "        ## '10.0.0.100' was inherited from group 'dns'",
        "        ##",
        "        10.0.0.100;",
        "    }",
        "}",
    ]
