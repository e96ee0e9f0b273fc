# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The argument spec of iosxr_span: the one place that says which keys, types and choices a document has, for the module and for
the filters that take a document."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

from ..._engine.arguments import Arguments, Constraints, without_none
from .document import Document

_DESTINATION = Constraints(mutually_exclusive=[("interface", "next_hop", "pseudowire", "file")])


@cache
def span_arguments() -> Arguments:
    """Made of the module's documentation; reading that costs milliseconds."""
    return Arguments(
        Path(__file__).parents[3] / "modules" / "iosxr_span.py",
        Constraints(
            bounds={"confirm_timeout": (30, 65535), "commit_timeout": (1, None), "settle": (0, None)},
            required_if=[("state", kind, ("config",)) for kind in ("merged", "replaced", "overridden")],
            nested=tuple(
                (f"config.sessions.{name}", _DESTINATION)
                for name in ("destination", "rx_destination", "tx_destination")
            ),
        ),
    )


def document_of(config: Any, state: Any) -> Document:
    """A document that did not come as a task's arguments. Raises ArgumentError where the module would."""
    options = span_arguments().validated({"config": config, "state": state})
    return Document.of(without_none(options["config"]), options["state"])
