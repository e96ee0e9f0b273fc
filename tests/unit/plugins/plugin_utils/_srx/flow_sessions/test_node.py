# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A node of a firewall that has none: the option to leave out is named, not a syntax error."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from ansible_collections.mspplus.netsec.plugins.plugin_utils._engine.failures import ApplyFailed
from ansible_collections.mspplus.netsec.plugins.plugin_utils._engine.waiting import Progress
from ansible_collections.mspplus.netsec.plugins.plugin_utils._srx.flow_sessions.device import CLUSTER, inspect
from ansible_collections.mspplus.netsec.plugins.plugin_utils._srx.flow_sessions.query import Query

REFUSED = "                                    ^\nsyntax error.\n"


class Refusing:
    """A firewall that does not know the question. node: as its prompt tells after an answer; status: of its cluster."""

    def __init__(self, node: str, status: str) -> None:
        self.node, self._told, self._status = "", node, status
        self.sent: list[str] = []

    def attempt(self, *commands: str) -> list[str]:
        self.sent += commands
        self.node = self._told
        return [self._status for _command in commands]

    def stream(self, command: str, _seconds: float, _characters: int) -> Iterator[str]:
        self.sent.append(command)
        yield REFUSED


def asked(
    node: str, told: str = "", status: str = "error: Chassis cluster is not enabled."
) -> tuple[ApplyFailed, list[str]]:
    firewall: Any = Refusing(told, status)
    with pytest.raises(ApplyFailed) as failed:
        inspect(firewall, Query(node=node), "auto", Progress("fw1", None))
    return failed.value, firewall.sent


@pytest.mark.parametrize("node", ["0", "1", "all", "local", "primary"])
def test_a_firewall_that_is_no_cluster_has_no_node(node: str) -> None:
    failure, sent = asked(node)
    assert str(failure).startswith("No chassis cluster: leave `node` out (the firewall refused ")
    assert [(problem.rule, problem.item) for problem in failure.problems] == [("Q7", "node")]
    assert sent == [f"show security flow session summary node {node} | display xml | no-more", CLUSTER]


@pytest.mark.parametrize(("told", "status"), [("node0", ""), ("", "Cluster ID: 1\nNode   Priority Status\n")])
def test_what_a_cluster_refuses_has_another_reason(told: str, status: str) -> None:
    failure, _sent = asked("primary", told, status)
    assert "cluster" not in str(failure) and "syntax error" in str(failure)


def test_without_a_node_nothing_more_is_asked() -> None:
    failure, sent = asked("")
    assert "cluster" not in str(failure) and CLUSTER not in sent
