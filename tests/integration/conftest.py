# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Labs for tests: each runs in a thread of the test's process and is gone at the end of the test."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from ansible.plugins.loader import init_plugin_loader

# Before anything of the collection is imported: then Ansible's own loader finds it, and its plugins with their options.
init_plugin_loader([str(Path(__file__).resolve().parents[2] / "build" / "collections")])

TESTS = str(Path(__file__).resolve().parents[1])
if TESTS not in sys.path:
    sys.path.insert(0, TESTS)

from lab.server import Lab, running  # noqa: E402

StartLab = Callable[..., Lab]


@pytest.fixture
def lab() -> Iterator[StartLab]:
    """A factory: ``edge = lab({"name": "edge1", "kind": "iosxr"}, ...)``; further arguments as of `running`.

    Ports are free ones unless given. At the end of the test no kind may have had an error of its own.
    """
    labs: list[Lab] = []
    with ExitStack() as stack:

        def start(*devices: Mapping[str, Any], **more: Any) -> Lab:
            labs.append(stack.enter_context(running({"devices": list(devices)}, **more)))
            return labs[-1]

        yield start
    assert [error for running_lab in labs for error in running_lab.errors] == []


@pytest.fixture
def network(lab: StartLab) -> Callable[..., Lab]:
    """`network(further devices, ...)`: a lab with the MCN `mcn` of an SD-WAN network; keywords are keys of its spec."""
    from integration.networks import spec  # here: it needs the collection, which is found only now

    def start(*further: Mapping[str, Any], **more: Any) -> Lab:
        return lab(spec("mcn", "dc", **more), *further)

    return start
