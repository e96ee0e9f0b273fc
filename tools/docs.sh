#!/usr/bin/env bash
# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# docs.sh: the site in build/docs/html, from the guides of docs/ and the reference that antsibull-docs makes of the
# plugins' own documentation.

set -euo pipefail
shopt -s nullglob
cd "$(dirname "${BASH_SOURCE[0]}")/.."
PATH=$PWD/.venv/bin:$PATH

site=build/docs
rm -rf "$site"
mkdir -p "$site/source"
cp -r docs/. "$site/source"
mkdir -m 700 "$site/source/reference"  # antsibull-docs wants it readable by its owner only
antsibull-docs collection --use-current --squash-hierarchy --fail-on-error \
    --dest-dir "$site/source/reference" mspplus.netsec
{
    printf 'mspplus.netsec\n==============\n\n.. toctree::\n   :maxdepth: 2\n\n'
    for guide in docs/*.md; do
        guide=${guide#docs/}
        echo "   ${guide%.md}"
    done
    printf '   reference/index\n'
} > "$site/source/index.rst"
sphinx-build -q -W --keep-going -b html "$site/source" "$site/html"
echo "$site/html/index.html"
