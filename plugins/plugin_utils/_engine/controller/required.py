# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Importing this refuses an ansible-core or a Python that this collection does not run on, in one line. Whoever imports it does so first."""

from __future__ import annotations

from ansible.errors import AnsibleError

from .supported import REFUSED

if REFUSED:
    raise AnsibleError(REFUSED)
