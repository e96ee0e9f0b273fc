#!/usr/bin/env bash
# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# find_python.sh 3.12 3.13 ...: prints the first of these Pythons that can make environments, as the real program behind
# links and pyenv's shims (a shim is found on PATH and then refuses to run). Exit code 77: none is installed.

set -euo pipefail

probe='import ensurepip, sys, venv; print(f"{sys.version_info.major}.{sys.version_info.minor} {sys.executable}")'
for version in "$@"; do
    for candidate in \
        "$(command -v "python$version" || true)" \
        "${PYENV_ROOT:-$HOME/.pyenv}/versions/$version."*/bin/"python$version" \
        {/usr/local,/usr,"$HOME/.local",/opt/homebrew}/bin/"python$version" \
        "$(command -v python3 || true)"; do
        [ -x "$candidate" ] || continue
        read -r found program < <("$candidate" -I -c "$probe" 2>/dev/null) || continue
        if [ "$found" = "$version" ]; then
            echo "$program"
            exit 0
        fi
    done
done
versions=$*
echo "no Python ${versions// / or } with venv and ensurepip is installed"
exit 77
