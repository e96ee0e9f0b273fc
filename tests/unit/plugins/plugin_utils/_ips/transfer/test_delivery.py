# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

import pytest

from ansible_collections.mspplus.netsec.plugins.plugin_utils._engine.operations import Operation
from ansible_collections.mspplus.netsec.plugins.plugin_utils._ips.transfer.delivery import Delivery, is_trust

PULL = "upgrade https://192.0.2.20/x.pkg"


def test_a_published_server_is_trusted_once_and_for_good() -> None:
    (operation,) = Delivery("https://192.0.2.20/", "192.0.2.20:443").before()
    assert operation.do == ("tls trusted-host ip-address 192.0.2.20",)
    assert operation.undo == ("no tls trusted-host id 192.0.2.20",)
    assert is_trust(operation)
    assert Delivery("https://192.0.2.20/", "192.0.2.20:443").around(PULL) == (PULL,)
    assert Delivery("https://192.0.2.20/", "192.0.2.20:443", trusted=True).before() == []


def test_a_server_for_one_file_is_trusted_around_its_command_only() -> None:
    served = Delivery("https://192.0.2.10:8443/", "192.0.2.10:8443", transient=True)
    assert served.before() == []
    assert served.around(PULL) == (
        "tls trusted-host ip-address 192.0.2.10 port 8443",
        PULL,
        "no tls trusted-host id 192.0.2.10:8443",
    )


@pytest.mark.parametrize(
    ("trust", "host", "table_id"),
    [
        ("192.0.2.20:443", ("192.0.2.20", 443), "192.0.2.20"),
        ("192.0.2.20:8443", ("192.0.2.20", 8443), "192.0.2.20:8443"),
        ("192.0.2.20:4430", ("192.0.2.20", 4430), "192.0.2.20:4430"),
    ],
)
def test_the_table_of_a_sensor_names_a_port_unless_it_is_that_of_https(
    trust: str, host: tuple[str, int], table_id: str
) -> None:
    delivery = Delivery("https://x/", trust)
    assert (delivery.host, delivery.table_id) == (host, table_id)


def test_without_https_nothing_is_trusted() -> None:
    by_scp = Delivery("scp://ips@192.0.2.20//srv/")
    assert by_scp.before() == [] and by_scp.around(PULL) == (PULL,)
    assert not is_trust(Operation("update", "packages[x]", (PULL,), None))
