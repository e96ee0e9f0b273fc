# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What a compile finds."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from lab.sdwan.hosting import Machine
from lab.sdwan.nitro import Refusal

from .asked import REDIRECT, START, Mcn


def redirecting(site: str = "berlin", **row: Any) -> Mcn:
    mcn = Mcn(f"{START}own_zones: true\n")
    mcn.do("PUT", "global_network_settings", connection_match_type="symmetric")
    mcn.do("PUT", "firewall", site_name=site, firewall_local_policy=[{**REDIRECT, **row}])
    return mcn


def _template(mcn: Mcn) -> None:
    mcn.do("PUT", "hosted_firewall_template", name="pan", vendor="Check Point")


def _mode(mcn: Mcn) -> None:
    mcn.do("PUT", "hosted_firewall_template", name="pan", deployment_mode="Bridge")


def _interface(mcn: Mcn) -> None:
    rows = [{"interface": "Interface-1"}, {"interface": "Interface-3"}]
    mcn.do("PUT", "hosted_firewall_template", name="pan", service_redirection_interfaces=rows)


def _zone(mcn: Mcn) -> None:
    mcn.do("PUT", "firewall", site_name="paris", firewall_local_policy=[{"from_zones": "any;moon"}])


def _attached(mcn: Mcn) -> None:
    mcn.do("PUT", "firewall", site_name="paris", firewall_settings=[{"policy_template_name": "gone"}])


def _everywhere(mcn: Mcn) -> None:
    mcn.do("PUT", "global_network_settings", global_policy_template="gone")


def _directional(mcn: Mcn) -> None:
    mcn.do("PUT", "global_network_settings", connection_match_type="directional")


def _gone(mcn: Mcn) -> None:
    mcn.do("DELETE", "hosted_firewall_template", name="pan")


def _vlan(mcn: Mcn) -> None:
    row = {**REDIRECT, "service_redirection_vlan": 30}
    mcn.do("PUT", "firewall", site_name="berlin", firewall_local_policy=[row])


def _platform(mcn: Mcn) -> None:
    mcn.do("PUT", "firewall", site_name="dc", firewall_local_policy=[REDIRECT])


def _post(mcn: Mcn) -> None:
    rows = [{"to_zones": "moon"}]
    mcn.do("POST", "firewall_policy_template", firewall_policy_template_name="t", post_appliance_policies=rows)


@pytest.mark.parametrize(
    ("spoil", "text"),
    [
        (_template, "EC801 pan: VM 100 is no model of Check Point"),
        (_mode, "EC802 pan: Bridge is not the deployment mode of Palo Alto Networks"),
        (_interface, "EC803 pan: invalid service redirection interface Interface-3, VLAN 0"),
        (_attached, "EC810 paris: the policy template gone does not exist"),
        (_everywhere, "EC810 gone: the global policy template does not exist"),
        (_platform, "EC820 dc: cb2100 does not support hosted firewalls"),
        (_zone, "EC830 paris: the zone moon does not exist"),
        (_post, "EC830 t: the zone moon does not exist"),
        (_directional, "EC840 berlin: hosted firewall policies need the connection match type Symmetric"),
        (_gone, "EC841 berlin: the hosted firewall template pan does not exist"),
        (_vlan, "EC842 berlin: pan has no interface Interface-1 with VLAN 30"),
    ],
)
def test_an_error_is_found_and_the_package_is_not_handed_over(spoil: Callable[[Mcn], None], text: str) -> None:
    mcn = redirecting()
    assert mcn.audits()["error"] == []
    spoil(mcn)
    assert mcn.audits()["error"] == [text]
    with pytest.raises(Refusal, match="audit errors"):
        mcn.do("POST", "config/config_packages", "export_to_cm")
    assert mcn.changes.state == "idle"


def test_an_audit_has_all_fields_of_the_reference() -> None:
    mcn = redirecting()
    found = mcn.do("POST", "config/config_packages", "compile")
    (row,) = found["audits"]["warning"]
    assert set(row) == {"code", "msg", "object", "severity", "siteuiid", "uiid"}
    assert found["package_name"] == "Production"


def test_a_redirect_without_a_running_firewall_is_a_warning_until_it_runs() -> None:
    mcn = redirecting()
    assert mcn.audits()["warning"] == ["EC821 berlin: no hosted firewall is running; redirected traffic is dropped"]
    _site, appliance = mcn.network.appliance("berlin")
    appliance.hosting.machine = Machine("Palo Alto Networks", "VM 100", "pan.qcow2", operation_status="Running")
    assert mcn.audits()["warning"] == []


def test_a_redirect_for_all_sites_warns_of_those_that_cannot() -> None:
    mcn = redirecting()
    mcn.do("POST", "firewall_policy_template", firewall_policy_template_name="t", pre_appliance_policies=[REDIRECT])
    mcn.do("PUT", "global_network_settings", global_policy_template="t")
    found = mcn.audits()
    assert found["error"] == []
    assert found["warning"][0] == "EC820 dc: cb2100 does not support hosted firewalls"
    assert {text.split(":")[0] for text in found["warning"][1:]} == {"EC821 berlin", "EC821 paris"}
