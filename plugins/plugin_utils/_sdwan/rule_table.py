# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What hosting a firewall and redirecting traffic into it obeys: one table for all modules of the wing. Pure."""

from __future__ import annotations

from collections.abc import Mapping

from .._engine.rules import HOUSE, Rule, elsewhere, error, rule_table, warning

PAGE = "Citrix: Palo Alto Networks firewall integration on the SD-WAN 1100 platform"
NITRO = "NetScaler SD-WAN NITRO API reference 11.0"
ORDER = "Citrix SD-WAN: firewall policies (order of evaluation)"

RULES: Mapping[str, Rule] = rule_table((
    error("H1", "Only the 1100 platform hosts a firewall.", PAGE),
    error("H2", "The model is one of the vendor's: VM 50 or VM 100 of Palo Alto Networks.", PAGE),
    error("H3", "The deployment mode follows the vendor, and there are two interfaces: Interface-1 and Interface-2.", PAGE),
    error("H4", "A firewall is provisioned before traffic is redirected into it and stopped only after: SD-WAN drops traffic to one that is down.", PAGE),
    error("H5", "An appliance holds two images; one in use cannot be deleted or replaced.", PAGE),
    warning("H6", "An image has a suffix of its vendor's images.", "unverified"),
    error("H7", "While an image is uploaded nothing else is done with the appliance's images.", PAGE),
    error("H8", "Sites of a region other than the default one need the image on that region's collector.", PAGE),
    error("H9", "Of a site in high availability both appliances are provisioned.", PAGE),
    error("H10", "No firewall is hosted beside Cloud Direct or SD-WAN WANOP.", PAGE),
    warning("H11", "Redirected traffic is limited to 100 Mbit/s, so redirecting everything suits small branches.", PAGE),
    elsewhere("H12", "The firewall's own GUI is at port 4100 of the management address, in a private window.", PAGE, "device_url of each result"),
    error("H13", "Connections are matched symmetrically before anything is redirected.", PAGE),
    warning("H14", "The interface is that of the side which opens the connection; the reply takes the other one by itself.", PAGE),
    error("H15", "A policy redirects into an interface, and a VLAN, that its template has; the firewall needs the same VLANs.", PAGE),
    error("H16", "Policies that SD-WAN made for management servers and Office 365 belong to SD-WAN.", PAGE),
    elsewhere("H17", "Policies are evaluated in six stages, templates before the site's own.", ORDER, "sdwan_info, policies"),
    error("H18", "An allow, drop, reject or other redirect that comes first and takes all that a redirect would take leaves it nothing.", ORDER),
    error("H19", "The breakout of Office 365 and of trusted applications comes before the redirect.", PAGE),
    warning("H20", "The VM authentication key registers the firewall in Panorama, so it needs a management server, and it expires.", PAGE),
    warning("H21", "After activation the appliance counts what it redirects.", PAGE),
    elsewhere("H22", "The firewall's own policy is configured inside it, not through SD-WAN.", PAGE, "paloaltonetworks.panos"),
    error("H23", "Only the active MCN changes the network's configuration.", f"{NITRO}, config/system_options, monitor/appliance_ha_status"),
    error("H24", "What the document names exists: sites, templates, images, zones.", NITRO),
    error("H25", "A thing is named once, and completely.", HOUSE),
    error("H26", "Names and values fit where NITRO puts them.", f"{NITRO}; escaping in paths is not documented"),
    error("H27", "There is room for an image on every target.", PAGE),
    error("H28", "A local file matches its checksum.", HOUSE),
    error("H29", "overridden and deleted name what they apply to: an emptied variable must not stop a network's redirects.", HOUSE),
    error("H30", "The package that is edited is the one that the network runs.", HOUSE),
    warning("H31", "The rows of this vendor are unverified.", "unverified"),
    error("H32", "Whether the firewalls of redirecting sites are up was read, or given.", HOUSE),
    error("H33", "No other session is changing the network.", f"{NITRO}, config/change_management"),
    error("H34", "The package compiles without errors.", f"{NITRO}, config/config_packages?action=compile"),
    error("H35", "An image of the same name is the same image.", HOUSE),
    warning("H36", "Deleting an image from Center leaves the copies of appliances alone.", PAGE),
    error("H37", "A provisioned firewall keeps its vendor, model, image and management servers, unless it is provisioned again.", PAGE),
    error("H38", "What a system reports of a firewall is understood before anything is done with it.", HOUSE),
    warning("H39", "What is activated is what this run changes, and nothing that waited in the package.", HOUSE),
    warning("H40", "A template's model is that of the firewalls that are provisioned.", PAGE),
    warning("H41", "The breakout of an application comes before a redirect of Internet traffic.", PAGE),
    warning("H42", "What an image holds is known where it was sent: no call tells the checksum of one that is there.", "unverified"),
    warning("H43", "A policy is listed once, and no redirect before it takes all that a drop or reject is for.", ORDER),
    warning("H44", "A policy names one of the firewall zones that are always there.", f"{NITRO}, config_editor/firewall_policy_template"),
))  # fmt: skip
