# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""How a door fails: each of these is known to Ansible and to the engine."""

from __future__ import annotations

from ansible.errors import AnsibleConnectionFailure

from .._engine import failures


class Unreachable(AnsibleConnectionFailure, failures.Unreachable):
    """No session was opened; nothing but the login was sent."""


class Dropped(AnsibleConnectionFailure, failures.Dropped):
    """The open session ended."""


class Timeout(AnsibleConnectionFailure, failures.Timeout):
    """The session is open and nothing came within the limit."""


# The engine's errors, and what Ansible knows them as.
CAUSES = (failures.Unreachable, failures.Dropped, failures.Timeout)
KNOWN = {failures.Unreachable: Unreachable, failures.Dropped: Dropped, failures.Timeout: Timeout}
