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
from jinja2 import StrictUndefined
from jinja2.nativetypes import NativeEnvironment

from ansible_collections.mspplus.netsec.plugins.filter import parse_rt_flow as plugin
from ansible_collections.mspplus.netsec.plugins.plugin_utils._srx.rt_flow.fields import EVENTS, NUMBERS, OWN
from ansible_collections.mspplus.netsec.plugins.plugin_utils._srx.rt_flow.reasons import CLASSES

DOCUMENTED = yaml.safe_load(plugin.RETURN)["_value"]["contains"]
TEXT = """\
Jan  2 03:04:05 srx1 RT_FLOW: RT_FLOW_SESSION_CREATE: session created 10.0.0.1/5->192.0.2.8/443 junos-https 10.0.0.1/5->192.0.2.8/443 None None 6 p a b 41
Jan  2 03:04:09 srx1 RT_FLOW: RT_FLOW_SESSION_CLOSE: session closed TCP FIN: 10.0.0.1/5->192.0.2.8/443 None 10.0.0.1/5->192.0.2.8/443 None None 6 p a b 41 1(2) 3(4) 4
Jan  2 03:04:10 srx1 RT_FLOW: RT_FLOW_SESSION_DENY: session denied 10.0.0.1/5->192.0.2.8/443 None 1(8) deny-all a b
no log
"""  # noqa: E501


def parse(lines: Any, **options: Any) -> list[dict[str, Any]]:
    return plugin.FilterModule().filters()["parse_rt_flow"](lines, **options)


def test_text_and_a_list_of_lines_give_the_same_plain_data():
    entries = parse(TEXT, year=2026)
    assert [entry["event"] for entry in entries] == ["create", "close", "deny", None]
    assert entries[1]["start"] == entries[0]["start"] == "2026-01-02T03:04:05"
    assert parse(TEXT.splitlines(), year=2026) == parse(iter(TEXT.splitlines()), year=2026) == entries
    assert json.loads(json.dumps(entries)) == entries


def test_every_key_of_a_line_that_is_always_returned_is_documented():
    always = {name for name, row in DOCUMENTED.items() if row.get("returned") in ("always", "session logs")}
    for entry in parse(TEXT)[:3]:
        assert always <= set(entry) <= set(DOCUMENTED)
    assert set(OWN) <= set(DOCUMENTED)


def test_numbers_classes_and_events_are_documented_as_they_are():
    assert {name for name, row in DOCUMENTED.items() if row["type"] == "int"} <= NUMBERS
    assert all(f"V({name})" in DOCUMENTED["reason_class"]["description"] for name in CLASSES)
    assert all(f"V({name})" in DOCUMENTED["event"]["description"] for name in EVENTS.values())


@pytest.mark.parametrize("example", yaml.safe_load(plugin.EXAMPLES), ids=lambda example: example["name"])
def test_every_example_can_be_run(example: dict[str, Any]):
    jinja = NativeEnvironment(undefined=StrictUndefined)
    jinja.filters["mspplus.netsec.parse_rt_flow"] = parse
    jinja.globals["lookup"] = lambda plugin, name: TEXT.replace("192.0.2.8/", "192.0.2.80/")
    values: dict[str, Any] = {}
    for name, text in example.get("vars", {}).items():
        values[name] = jinja.from_string(text).render(values)
    items = list(jinja.from_string(example["loop"]).render(values))
    assert len(items) == 1
    for item in items:
        assert jinja.from_string(example["ansible.builtin.debug"]["msg"]).render(item=item)


@pytest.mark.parametrize("value", [None, 5, {"a": "b"}, [1], [None], ["text", {}]])
def test_anything_but_text_and_lines_is_refused_in_one_line(value: Any):
    with pytest.raises(AnsibleFilterError, match=r"^parse_rt_flow: [^\n]+$"):
        parse(value)


@pytest.mark.parametrize("year", ["2026", 0, 10000, True, 2026.5])
def test_a_year_is_a_year(year: Any):
    with pytest.raises(AnsibleFilterError, match="not a year"):
        parse(TEXT, year=year)
