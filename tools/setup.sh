#!/usr/bin/env bash
# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# setup.sh [ENVIRONMENT]: makes or updates one environment from the pins in requirements/, and links this checkout to
# where Ansible looks for mspplus.netsec. Does nothing when nothing changed. Exit code 77: no Python for it is installed.

set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

environment=${1:-main}
case $environment in
    main) venv=.venv pythons="3.11 3.12 3.13 3.14" pins="ansible-core-2.19 runtime tests checks" ;;
    2.20) venv=.venv-2.20 pythons="3.12 3.13 3.14" pins="ansible-core-2.20 runtime tests" ;;
    2.21) venv=.venv-2.21 pythons="3.13 3.12 3.14" pins="ansible-core-2.21 runtime tests" ;;
    nox) venv=.venv-nox pythons="3.11 3.12 3.13 3.14" pins="nox" ;;
    bench) venv=.venv-bench pythons="3.11 3.12 3.13" pins="ansible-core-2.19 runtime bench" ;;
    *) echo "setup.sh: no environment is called $environment" >&2; exit 2 ;;
esac

install_pins() {
    local arguments=(--constraint requirements/constraints.txt) pin python stamp
    for pin in $pins; do
        arguments+=(--requirement "requirements/$pin.txt")
    done
    # shellcheck disable=SC2086  # one word a version
    python=$(tools/find_python.sh $pythons) || { echo "$python"; exit 77; }
    stamp=$(echo "$python" | cat - requirements/*.txt | cksum)
    if [ -x "$venv/bin/python" ] && [ "$(cat "$venv/pins" 2>/dev/null)" = "$stamp" ]; then
        return
    fi
    if ! "$venv/bin/python" -c "" 2>/dev/null; then
        echo "making $venv with $python"
        "$python" -m venv --clear "$venv"
    fi
    echo "installing ${pins// /, } into $venv"
    # -qq prints errors only: warnings about the machine's own pip configuration are not ours.
    "$venv/bin/python" -m pip install -qq --disable-pip-version-check "${arguments[@]}"
    echo "$stamp" > "$venv/pins"
}

tools/link_checkout.sh
install_pins
