# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The option of modules that have rules on which sources contradict each other."""

from __future__ import annotations


class ModuleDocFragment:
    DOCUMENTATION = r"""
options:
  warn_only:
    description:
      - Ids of rules to report as warnings instead of errors. Only rules on which the vendor's own sources contradict each other, or
        that the device itself does not enforce, can be named; another id is refused with those that can.
    type: list
    elements: str
    default: []
"""
