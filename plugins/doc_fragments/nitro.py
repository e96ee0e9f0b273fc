# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What all calls of Citrix SD-WAN's NITRO API share."""

from __future__ import annotations


class ModuleDocFragment:
    DOCUMENTATION = r"""
options:
  resources:
    description:
      - Other names and paths of calls, for releases whose own reference (Configuration > Appliance Settings > NITRO API > Download
        Nitro API Doc) names them differently.
      - Maps a resource, such as C(hosted_firewalls), to a mapping of any of C(path) (C(config/...)), C(envelope), C(upload_field),
        C(fields) (our names of fields to theirs) and C(values) (our name of a field to a mapping of their texts to ours;
        C(operation_status) is C(Running) or C(Stopped), or begins with C(Failed)).
    type: dict
"""
