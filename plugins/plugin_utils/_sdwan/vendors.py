# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Vendors of hosted firewalls, and which appliance can host one: tables. Pure.

Source, where a row does not say otherwise: "Citrix: Palo Alto Networks firewall integration on the SD-WAN 1100 platform".
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Vendor:
    """name: as the forms write it. models: the forms' spelling. mode: of deployment; follows the vendor. suffixes: of images,
    in lower case; they only warn, because no page names a format. documented: False means that the row is unverified."""

    name: str
    models: tuple[str, ...]
    mode: str
    suffixes: tuple[str, ...]
    documented: bool = True

    def model(self, text: str) -> str:
        """The form's spelling of a model, "" when the vendor has none like it: the status table writes VM50 for VM 50.

        >>> VENDORS["Palo Alto Networks"].model("vm-50")
        'VM 50'
        """
        return next((model for model in self.models if _plain(model) == _plain(text)), "")


VENDORS: Mapping[str, Vendor] = {
    vendor.name: vendor
    for vendor in (
        Vendor("Palo Alto Networks", ("VM 50", "VM 100"), "Virtual Wire", (".qcow2",)),
        # unverified: the page of this vendor's integration names other fields; its models and mode were not confirmed.
        Vendor("Check Point", ("Edge",), "Bridge", (".qcow2", ".img"), documented=False),
    )
}
PALO_ALTO = "Palo Alto Networks"
INTERFACES = ("Interface-1", "Interface-2")  # a hosted firewall has these two and no more
GUI_PORT = 4100  # of the firewall, on the management address of its appliance
REDIRECT_MBITS = 100  # what redirected traffic is limited to
MOST_IMAGES = 2  # on one appliance

_PLATFORM = re.compile(r"(?<!\d)1100(?!\d)")


def can_host(model: str) -> bool:
    """Only the 1100 platform does. How system_options spells it is unverified: cb1100, 1100, CB-1100 all count.

    >>> can_host("cb1100"), can_host("cb210"), can_host("11000")
    (True, False, False)
    """
    return bool(_PLATFORM.search(model))


def device_url(management_ip: str) -> str:
    """Where the firewall's own GUI is; to be opened in a private window of the browser."""
    host = f"[{management_ip}]" if ":" in management_ip else management_ip
    return f"https://{host}:{GUI_PORT}"


def spelled(vendor: str, model: str) -> tuple[str, str]:
    """Vendor and model as the forms write them, however a device does; what is not known stays as it came.

    >>> spelled("palo alto", "VM50"), spelled("", "vm-100"), spelled("Other", "X1")
    (('Palo Alto Networks', 'VM 50'), ('', 'VM 100'), ('Other', 'X1'))
    """
    plain = _plain(vendor)
    known = next((item for item in VENDORS.values() if len(plain) > 3 and _plain(item.name).startswith(plain)), None)
    makers = [known] if known else [] if vendor else [*VENDORS.values()]
    form = next((found for maker in makers if (found := maker.model(model))), model)
    return (known.name if known else vendor), form


def _plain(text: str) -> str:
    return re.sub(r"[^a-z0-9]", "", text.lower())
