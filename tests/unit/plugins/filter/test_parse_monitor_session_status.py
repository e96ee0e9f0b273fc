# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The filter as Ansible sees it: documented keys, plain data, clear errors."""

from __future__ import annotations

import json
from typing import Any

import pytest
import yaml
from ansible.errors import AnsibleFilterError

from ansible_collections.mspplus.netsec.plugins.filter import parse_monitor_session_status as plugin

TEXT = """\
RP/0/RP0/CPU0:router# show monitor-session status
Thu Aug 29 21:42:22.829 UTC
Monitor-session EASTON (ethernet)
Destination interface TenGigE0/0/0/20 (down)
=====
Source Interface  Dir  Status
-----
Te0/0/0/42 (port)  Both Error: see detailed output for explanation
what is this
RP/0/RP0/CPU0:router# show monitor-session status detail
Monitor-session EASTON
Rx destination interface Te0/0/0/21
Tx destination interface Te0/0/0/22
Source Interfaces
-----
TenGigE0/0/0/42
  Direction: Both
  Port level: True
  ACL match: Disabled
  Portion: Full packet
  Interval: Mirror all packets
  Status: Not operational (destination not active). Error: 'SPAN' is sad
"""


def parse(text: Any) -> list[dict[str, Any]]:
    return plugin.FilterModule().filters()["parse_monitor_session_status"](text)


def test_blocks_of_one_session_become_one_explained_session():
    (session,) = parse(TEXT)
    assert session["name"] == "EASTON"
    assert session["class"] == "ethernet"
    assert session["blamed"] == {"interface": "TenGigE0/0/0/20"}
    (source,) = session["sources"]
    assert source["interface"] == "TenGigE0/0/0/42"
    assert source["error"] == "'SPAN' is sad"
    assert source["remedy"].startswith("Verify the state with show interfaces")


def test_every_key_is_documented_and_every_documented_key_can_appear():
    documented = yaml.safe_load(plugin.RETURN)["_value"]["contains"]
    (session,) = parse(TEXT)
    assert set(session) == set(documented)
    assert set(session["sources"][0]) == set(documented["sources"]["contains"])


def test_the_result_is_plain_data():
    assert json.loads(json.dumps(parse(TEXT))) == parse(TEXT)


@pytest.mark.parametrize(
    "text",
    [
        "",
        " \n",
        "% Invalid input detected at '^' marker.\n",
        "% This command is not authorized\n",
        '{"sessions": []}',
        "<rpc-reply/>",
    ],
)
def test_what_is_no_answer_is_no_router_without_mirrors(text: str):
    with pytest.raises(AnsibleFilterError, match="it does not tell which mirrors there are"):
        parse(text)
    assert parse("RP/0/RSP0/CPU0:edge1#show monitor-session status\nFri Nov 27 10:00:00.000 UTC\n") == []


@pytest.mark.parametrize("value", [None, 5, ["text"], {}])
def test_anything_but_text_is_refused_in_one_line(value: Any):
    with pytest.raises(AnsibleFilterError, match="needs the printed text"):
        parse(value)
