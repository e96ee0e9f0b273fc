# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The version that a plan names. A test ties it to galaxy.yml, which an installed collection no longer has."""

from __future__ import annotations

VERSION = "1.2.0"
