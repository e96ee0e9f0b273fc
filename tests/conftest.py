# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How hard properties are tried: `make test` uses the profile called default, `make soak` the one called soak.

`make test` tries the same examples each time, so that what it finds comes from the change; `make soak` looks for new ones.
"""

from __future__ import annotations

from hypothesis import settings

# No deadline: on two busy cores a time says nothing about the code.
settings.register_profile("default", deadline=None, print_blob=True, derandomize=True)
settings.register_profile("soak", parent=settings.get_profile("default"), max_examples=5000, derandomize=False)
settings.load_profile("default")
