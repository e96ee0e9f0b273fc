#!/usr/bin/env bash
# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# docs.sh: the site in build/docs/html: the guides of docs/ and the reference that antsibull-docs makes of the plugins.
# Needs .venv/bin on PATH.

set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

site=build/docs
rm -rf "$site"
mkdir -p "$site"
chmod 700 "$site"  # antsibull-docs refuses a directory that others may read
antsibull-docs --config-file /dev/null sphinx-init --use-current --squash-hierarchy --lenient --dest-dir "$site" mspplus.netsec
