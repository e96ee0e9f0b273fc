#!/usr/bin/env bash
# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# sanity.sh CORE: ansible-test's sanity tests, all of them and with no ignores, on a copy of this checkout, with the
# ansible-core of environment CORE (main, 2.20, 2.21). Exit code 77: no Python for it is installed.

set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

core=$1
tools/setup.sh "$core" || exit
venv=$PWD/.venv
[ "$core" = main ] || venv=$PWD/.venv-$core

# ansible-test refuses a linked checkout and wants the collection in its place under ansible_collections.
copy=$PWD/build/sanity-$core/ansible_collections/mspplus/netsec
rm -rf "$copy"
mkdir -p "$copy"
git ls-files -z --cached --others --exclude-standard | while IFS= read -r -d '' file; do
    [ ! -e "$file" ] || printf '%s\0' "$file"
done | tar --create --null --files-from=- | tar --extract --directory "$copy"
git -C "$copy" init --quiet  # or ansible-test finds our repository above, which ignores build/

# ansible-test takes interpreters from PATH and empties the environment, which pyenv's shims do not survive.
path=$venv/bin
for version in 3.{8..14}; do
    if python=$("$copy/tools/find_python.sh" "$version"); then
        path+=:$(dirname "$python")
    fi
done
export PATH=$path:/usr/local/bin:/usr/bin:/bin

# It downloads pip's installer to fill its environments. Where that host is out of reach, ensurepip does the same.
"$venv/bin/python" - <<'PYTHON'
import pathlib
import re
import urllib.request

import ansible_test

pins = pathlib.Path(ansible_test.__path__[0], "_internal", "python_requirements.py").read_text(encoding="utf-8")
for version in set(re.findall(r"\bpip='([\d.]+)'", pins)):
    name = f"get_pip_{version.replace('.', '_')}.py"
    cached = pathlib.Path("~/.ansible/test/cache", name).expanduser()
    if cached.exists():
        continue
    try:
        url = f"https://ci-files.testing.ansible.com/ansible-test/get-pip-{version}.py"
        urllib.request.urlopen(url, timeout=10).close()
    except OSError:
        cached.parent.mkdir(parents=True, exist_ok=True)
        cached.write_text("import ensurepip\n\nensurepip.bootstrap(upgrade=True)\n", encoding="utf-8")
PYTHON

if compgen -G "$copy/tests/sanity/ignore*" > /dev/null; then
    echo "tests/sanity holds ignores; this collection has none"
    exit 1
fi
cd "$copy"
# Without what pip says while it fills the environments: the log is read for errors.
"$venv/bin/ansible-test" sanity --venv --color no 2>&1 |
    grep -vE '^(Looking in|Processing|Collecting|Installing|Successfully|Requirement already|Using cached pip|WARNING: Location|    ? )'
