# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""site.yml and status.yml on the lab's SD-WAN network, as an operator runs them, and single tasks of the modules."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from integration.sites import SITE, STATUS, sites

ROOT = Path(__file__).parents[2]
KINDS = ("sdwan", "sdwan_center")


@pytest.fixture
def network(tmp_path: Path) -> Iterator[Any]:
    with sites(KINDS, tmp_path) as start:
        yield start


def writes(site: Any) -> list[str]:
    """Requests of all systems that could change something."""
    found = [text for host in site.lab.hosts for text in site.received(host, "request")]
    return [text for text in found if not text.startswith("GET ") and "config/login" not in text]


def play(site: Any, hosts: str, *tasks: dict[str, Any], options: tuple[str, ...] = ()) -> Any:
    book = [
        {"name": "Test", "hosts": hosts, "gather_facts": False, "tasks": [{"name": "Task", **task} for task in tasks]}
    ]
    path = site.directory / "play.yml"
    path.write_text(yaml.safe_dump(book), encoding="utf-8")
    return site.play(path, *options)


def test_a_site_converges_a_second_run_writes_nothing_and_no_secret_is_told(network):
    site = network()
    planned = site.play(SITE, "--check", "--diff", "--tags", "sdwan_hosted_firewall")  # also what the role includes
    assert planned.code == 0, planned.output
    assert writes(site) == []
    assert planned.having("changed") == {"berlin", "center", "mcn"}
    assert re.findall(r"\[H\d+\].*", planned.output) == []  # images, storage and firewalls are what the same run brings
    done = site.play(SITE, "-vvvv")
    assert done.code == 0, done.output
    assert done.having("changed") == {"berlin", "center", "mcn"}
    asked = len(writes(site))
    again = site.play(SITE, "-vvvv")
    assert again.code == 0, again.output
    assert again.having("changed") == set()
    assert writes(site)[asked:] == []
    status = site.play(STATUS)
    assert "4 hosted firewalls were seen; some have a row for each system that knows them." in status.output
    # What was sent is what was meant, although nobody was told.
    secrets = site.device("berlin").hosting.machine.secrets
    assert secrets["vm_auth_key"] == "canary-berlin-2c9f07-key"


def test_in_batches_the_host_that_redirects_comes_last_and_first_on_the_way_back(network):
    site = network()
    done = site.play(SITE, "-e", "netsec_serial=1", "-e", "netsec_canary=center")
    assert (done.code, done.having("changed")) == (0, {"berlin", "center", "mcn"}), done.output
    runs = re.findall(r"TASK \[mspplus.netsec.sdwan_hosted_firewall : What is set .*\n\w+: \[(\w+)\]", done.output)
    assert runs == ["center", "berlin", "mcn"]
    again = site.play(SITE)
    assert (again.code, again.having("changed")) == (0, set())
    gone = site.play(SITE, "-e", "netsec_serial=1", "-e", "sdwan_hosted_firewall_state=absent", "--check")
    runs = re.findall(r"TASK \[mspplus.netsec.sdwan_hosted_firewall : What is set .*\n\w+: \[(\w+)\]", gone.output)
    assert runs[0] == "mcn"


def test_a_redirect_into_firewalls_of_which_nothing_is_known_needs_a_word(network):
    site = network()
    refused = site.play(SITE, "--limit", "mcn")
    assert refused.code == 2
    assert "[H32] site_policies[berlin]" in refused.text
    assert writes(site) == []
    assert site.play(SITE, "--limit", "mcn", "-e", "sdwan_hosted_firewall_redirect_force=true").having("changed") == {
        "mcn"
    }


def test_check_mode_from_empty_plans_the_firewall_and_finds_its_mistakes(network):
    site = network()
    planned = site.play(SITE, "--limit", "berlin", "--check", "--diff")
    assert planned.code == 0
    assert "the appliance has no image" not in planned.output  # the real run uploads it first
    assert "-- {state: absent}\n+- {state: started, " in planned.output
    wrong = site.play(SITE, "--limit", "berlin", "--check", "-e", '{"sdwan_hosted_firewall_model": "VM 300"}')
    assert wrong.code == 2
    assert "[H2]" in wrong.text
    assert writes(site) == []


@pytest.mark.parametrize(
    "given",
    [
        {"sdwan_hosted_firewall_image_src": None},
        {"sdwan_hosted_firewall_model": None},
        {"sdwan_hosted_firewall_redirect_config": {"trusted_applications": ["webex"]}},
    ],
)
def test_an_emptied_variable_of_the_role_is_named(network, given):
    site = network()
    done = site.play(SITE, "--limit", "berlin", "-e", json.dumps(given))
    assert done.code == 2
    assert next(iter(given)) in done.text
    assert "A variable is set, but empty" in done.text
    assert writes(site) == []


@pytest.mark.parametrize(
    ("policies", "state", "said"),
    [
        (None, "replaced", "sdwan_hosted_firewall_redirect_config[...].policies is null"),
        ([None], "merged", "sdwan_hosted_firewall_redirect_config[...].entry is null"),
        ([{"action": None}], "merged", "sdwan_hosted_firewall_redirect_config[...].entry is null"),
        (
            [{"from_zones": None, "action": "drop"}],
            "overridden",
            "sdwan_hosted_firewall_redirect_config[...].from_zones is null",
        ),
    ],
)
def test_a_null_deep_in_the_redirects_is_refused_before_the_image_is_touched(network, policies, state, said):
    site = network()
    given = {
        "sdwan_hosted_firewall_redirect_config": {"site_policies": [{"site": "berlin", "policies": policies}]},
        "sdwan_hosted_firewall_redirect_package": "Production",
        "sdwan_hosted_firewall_redirect_state": state,
    }
    done = site.play(SITE, "--limit", "berlin", "-e", json.dumps(given))
    assert done.code == 2
    assert said in done.text
    assert writes(site) == [] and "TASK [mspplus.netsec.sdwan_hosted_firewall : Image]" not in done.output


def test_texts_that_look_like_a_null_are_none_and_a_null_that_counts_as_left_out_is_taken(network):
    site = network()
    policy = {"action": "drop", "application": 'x, null, [null] "policies": null {"": null}', "source_port": None}
    config = {"site_policies": [{"site": "berlin", "policies": [policy]}]}
    given = {
        "sdwan_hosted_firewall_redirect_config": config,
        "sdwan_hosted_firewall_redirect_state": "replaced",
        "sdwan_hosted_firewall_redirect_package": "Production",
    }
    done = site.play(SITE, "--limit", "mcn", "--check", "-e", json.dumps(given))
    assert "redirect_config[...]" not in done.text
    assert done.code == 0, done.output
    assert done.having("changed") == {"mcn"}


def test_the_role_knows_every_list_and_mapping_of_a_redirect_document():
    documented = yaml.safe_load((ROOT / "plugins/modules/sdwan_redirect.py").read_text().split('"""')[3])

    def lists(options):
        for name, option in options.items():
            yield from [name] if option["type"] in ("list", "dict") else []
            yield from lists(option.get("suboptions", {}))

    known = yaml.safe_load((ROOT / "roles/sdwan_hosted_firewall/vars/main.yml").read_text())
    assert {*known["sdwan_hosted_firewall_lists"]} == {*lists(documented["options"]["config"]["suboptions"])}


def test_a_firewall_that_is_refused_says_why_although_a_key_is_set(network):
    site = network()
    assert site.play(SITE).code == 0
    refused = site.play(SITE, "--limit", "berlin", "-e", "sdwan_hosted_firewall_power=stopped", "--diff", "-vvvv")
    assert refused.code == 2
    assert "[H4]" in refused.text
    assert "censored" not in refused.output


def test_a_refusal_after_center_imported_says_that_it_did(network):
    site = network()
    document = {
        "office_365_breakout": {"optimize": True},
        "policy_templates": [{"name": "house", "sites": ["nowhere"]}],
    }
    options = {"package": "Production", "via": "center", "config": document}
    refused = play(site, "center", {"mspplus.netsec.sdwan_redirect": options})
    assert refused.code == 2
    assert [line for line in writes(site) if "network_config_import" in line] == writes(site) != []
    assert "[H24]" in refused.text
    assert "an earlier stage of this run was applied" in refused.text
    assert "imported: true" in refused.output
    asked = len(writes(site))
    again = play(site, "center", {"mspplus.netsec.sdwan_redirect": options})
    assert (again.code, writes(site)[asked:]) == (2, [])
    assert "The document breaks rules; nothing was sent" in again.text


def test_the_way_back_takes_redirects_then_firewalls_then_images(network):
    site = network()
    assert site.play(SITE).code == 0
    gone = ("-e", "sdwan_hosted_firewall_state=absent")
    back = (*gone, "-e", "sdwan_hosted_firewall_force=true")
    asked = len(writes(site))
    planned = site.play(SITE, "--limit", "berlin,mcn", *gone, "--check")
    assert planned.code == 0, planned.output  # what the redirects are that go first is assumed
    assert planned.having("changed") == {"berlin", "mcn"}
    assert writes(site)[asked:] == []
    assert site.play(SITE, *back).code == 0
    assert site.device("berlin").hosting.machine is None
    assert site.device("berlin").hosting.images == {}
    assert site.device("center").store.images == {}
    live = site.device("mcn").network.live.content
    assert [row["firewall_policy_template_name"] for row in live["firewall_policy_template"]] == ["house"]
    asked = len(writes(site))
    assert site.play(SITE, *back).having("changed") == set()
    assert writes(site)[asked:] == []


@pytest.mark.parametrize(
    ("module", "options", "words"),
    [
        ("sdwan_firewall_image", {"state": "present"}, ["src"]),
        ("sdwan_firewall_image", {"src": "/nowhere", "checksum": "md5:1"}, ["sha256:"]),
        ("sdwan_firewall_image", {"src": "/nowhere"}, ["[H28]", "/nowhere"]),
        ("sdwan_firewall_image", {"src": "/nowhere", "reserve": "10g"}, ["via: center"]),
        ("sdwan_hosted_firewall", {"model": "VM 300", "image": "x.qcow2"}, ["[H2]", "VM 50, VM 100"]),
        ("sdwan_hosted_firewall", {"via": "center", "sites": ["berlin"]}, ["via: center", "sdwan"]),
        ("sdwan_redirect", {"package": "Production", "config": {}}, ["[H29]"]),
        ("sdwan_redirect", {"package": "Production", "config": {"nonsense": 1}}, ["unknown option", "nonsense"]),
        ("sdwan_redirect", {"package": "a/b", "config": {"trusted_applications": ["x"]}}, ["[H26]"]),
        (
            "sdwan_redirect",
            {"package": "P", "via": "center", "config": {"connection_match_type": "symmetric"}},
            ["via: center", "leads to an appliance"],
        ),
        ("sdwan_info", {"gather": ["everything"]}, ["gather", "hosted_firewalls"]),
        (
            "sdwan_info",
            {"resources": {"firewalls": {"path": "config/x"}}},
            ["there is no such resource", "hosted_firewalls"],
        ),
    ],
)
def test_a_mistake_is_named_and_nothing_is_written(network, module, options, words):
    site = network()
    done = play(site, "berlin", {f"mspplus.netsec.{module}": options})
    assert done.code == 2
    assert [word for word in words if word not in done.text] == []
    assert "Traceback" not in done.output
    assert writes(site) == []


def test_a_wrong_password_and_a_system_that_is_not_there_are_unreachable(network):
    site = network()
    for variable, words in (("ansible_password=wrong", "authentication"), ("ansible_port=1", "127.0.0.1")):
        done = play(site, "berlin", {"mspplus.netsec.sdwan_info": {}}, options=("-e", variable))
        assert done.having("unreachable") == {"berlin"}
        assert words in done.text
        assert "Traceback" not in done.output


def test_names_of_calls_can_be_changed_by_the_user(network):
    site = network()
    options = {"gather": ["hosted_firewalls"], "resources": {"hosted_firewalls": {"path": "config/renamed"}}}
    done = play(site, "berlin", {"mspplus.netsec.sdwan_info": options})
    assert done.code == 2
    assert any("config/renamed" in text for text in site.received("berlin", "request"))
