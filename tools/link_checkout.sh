#!/usr/bin/env bash
# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# link_checkout.sh: links this checkout to where Ansible looks for mspplus.netsec. What `ansible-galaxy collection install` has put there,
# which is the first path of ansible.cfg, makes room: a link made inside a folder of it would leave Ansible with the installed files.

set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

target=build/collections/ansible_collections/mspplus/netsec
# Entry by entry: a link to the whole checkout would lie inside what it points at.
entries="CHANGELOG.md LICENSE README.md galaxy.yml changelogs docs extensions inventories meta playbooks plugins roles tests"

if [ -L "$target" ] || [ -e "$target/MANIFEST.json" ]; then
    echo "an installed mspplus.netsec in build/collections makes room for this checkout; install it elsewhere with ansible-galaxy ... -p DIRECTORY" >&2
    rm -rf "$target"
fi
mkdir -p "$target"
for entry in $entries; do
    if [ -e "$entry" ]; then
        [ -L "$target/$entry" ] || rm -rf "${target:?}/$entry"
        ln -sfn "../../../../../$entry" "$target/$entry"
    fi
done
