# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Options of a commit: those of every system that has one, and those of Junos."""

from __future__ import annotations


class ModuleDocFragment:
    DOCUMENTATION = r"""
options:
  commit_timeout:
    description: Seconds that the device may think about a commit without a word.
    type: int
    default: 300
"""

    JUNOS = r"""
options:
  confirm_timeout:
    description:
      - Seconds after which the device rolls back by itself unless the commit was confirmed; V(0) commits without a trial.
      - Junos counts minutes, so they are rounded up; RV(commit) says what was sent.
    type: int
    default: 300
  comment:
    description: Comment of the commit, such as a change ticket.
    type: str
"""
