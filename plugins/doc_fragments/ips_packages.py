# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The folder of packages that several modules share."""

from __future__ import annotations


class ModuleDocFragment:
    DOCUMENTATION = r"""
options:
  cache:
    description:
      - The folder of packages on the controller. Runs that go on at once share it. By default C(ips_packages) in the folder for the state of this
        controller (C(netsec_state_dir)).
      - Packages may be placed there by hand, under the names that the vendor gave them. A C(SHA256SUMS) beside them, or a C(NAME.json) with
        C(sha256) and C(size), is what they are checked against. A file that is incomplete, or another one than it says, is refused by name.
    type: path
"""
