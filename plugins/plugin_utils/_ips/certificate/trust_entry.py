# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""An accepted certificate, and how it was accepted. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from .model import Certificate
from .status import Accepted

# ssh-verified: equal to what SSH told over a checked host key. first-use, always: by a policy. manual: a file put there by hand.
Source = Literal["ssh-verified", "first-use", "always", "manual"]
SOURCES: tuple[Source, ...] = ("ssh-verified", "first-use", "always", "manual")


@dataclass(frozen=True)
class Entry:
    """fetched_at: when it was accepted, ISO 8601 in UTC; source: how."""

    certificate: Certificate
    fetched_at: str
    source: Source

    @property
    def accepted(self) -> Accepted:
        """What of it the table shows."""
        return Accepted(self.certificate.sha256, self.certificate.sha1, self.fetched_at, self.source)
