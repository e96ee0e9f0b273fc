# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Text that may be JSON."""

from __future__ import annotations

import pytest

from ansible_collections.mspplus.netsec.plugins.plugin_utils._engine.words.json_text import object_of


def test_an_object_is_given_as_it_is() -> None:
    assert object_of('{"size": 1, "of": {"a": []}}') == {"size": 1, "of": {"a": []}}


@pytest.mark.parametrize("text", ["", " ", "{", "[1]", "null", '"{}"', "1" * 5000, "[" * 100_000, '{"a":' * 100_000])
def test_anything_else_is_as_nothing(text: str) -> None:
    assert object_of(text) == {}
