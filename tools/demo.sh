#!/usr/bin/env bash
# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# demo.sh: starts the lab of inventories/lab, brings its routers, firewalls and SD-WAN network to their desired state and shows what is live.
# Stops the lab whatever happens. Exit code 0 only if the last run of site.yml changed nothing.

set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
PATH=$PWD/.venv/bin:$PATH
export ANSIBLE_DISPLAY_SKIPPED_HOSTS=false  # what is not to be done needs no line

work=build/demo
inventory=$work/inventory/hosts.yml
lab=

stop_lab() {
    local code=$?
    if [ -n "$lab" ]; then
        kill "$lab" 2>/dev/null || true
        wait "$lab" 2>/dev/null || true
    fi
    [ "$code" -eq 0 ] || echo "the demo failed; the lab is stopped, its logs stand in $work" >&2
}
trap stop_lab EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP

start_lab() {
    # `timeout` ends the lab even if this script is killed so hard that its traps do not run.
    timeout --kill-after=10 1200 python tests/lab up inventories/lab/lab.yml \
        --inventory "$inventory" --state "$work/state" --journal "$work/journal" > "$work/lab.log" 2>&1 &
    lab=$!
    for _ in {1..300}; do
        if grep -q '^lab ready' "$work/lab.log"; then
            return
        fi
        kill -0 "$lab" 2>/dev/null || break
        sleep 0.1
    done
    echo "the lab did not start:" >&2
    cat "$work/lab.log" >&2
    exit 1
}

step() {
    printf '\n=== %s\n\n' "$1"
}

play() {
    ansible-playbook -i "$inventory" "$@"
}

# The recap of a run, a line a host, says whether anything changed or failed.
assert_nothing_changed() {
    local recap
    recap=$(grep -E '^[^ ]+ +: ok=[0-9]+ ' "$1") || { echo "the run has no recap" >&2; exit 1; }
    if echo "$recap" | grep -E 'changed=[1-9]|unreachable=[1-9]|failed=[1-9]'; then
        echo "these hosts changed or failed in a run that should have found nothing to do" >&2
        exit 1
    fi
}

rm -rf "$work"
mkdir -p "$work/inventory"
# An inventory of its own beside the lab's variables, so that a running `make lab` keeps its.
ln -s "$PWD/inventories/lab/group_vars" "$PWD/inventories/lab/host_vars" "$PWD/inventories/lab/images" "$work/inventory"
step "The lab: routers and firewalls that speak SSH, an SD-WAN network that speaks HTTPS, on this machine"
start_lab
echo "ready; what they receive stands in $work/journal"

step "What would change (--check --diff)"
play playbooks/site.yml --check --diff

step "For real"
play playbooks/site.yml

step "The operator reloads the line cards of the router whose TCAM profile changed"
play inventories/lab/reload.yml

step "What had to wait for the reload"
play playbooks/site.yml

step "Once more: nothing changes"
play playbooks/site.yml | tee "$work/again.log"
assert_nothing_changed "$work/again.log"

step "Every mirror, every firewall, live"
play playbooks/status.yml

step "What a firewall does with one flow: five seconds of capture, cleaned up"
play playbooks/capture.yml --limit core
