#!/usr/bin/env bash
# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
#
# demo.sh: starts the lab of inventories/lab, brings its routers, firewalls and SD-WAN network to their desired state and shows what is live.
# Tells it as a story of less than 150 lines; all that Ansible printed is in build/demo. Stops the lab whatever happens. Exit code 0 only if the
# last run of site.yml changed nothing.

set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
PATH=$PWD/.venv/bin:$PATH
export ANSIBLE_CALLBACK_RESULT_FORMAT=json  # a line of a table is a line of the log

work=build/demo
inventory=$work/inventory/hosts.yml
lab=

stop_lab() {
    local code=$?
    if [ -n "$lab" ]; then
        kill "$lab" 2>/dev/null || true
        wait "$lab" 2>/dev/null || true
    fi
    [ "$code" -eq 0 ] || echo "the demo failed; the lab is stopped, its logs are in $work" >&2
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
    printf '\n=== %s\n' "$1"
}

# Runs a playbook; all that it prints is in NAME.log, what it says on stderr in NAME.err.
play() {
    local name=$1 begun=$SECONDS
    shift
    if ! ansible-playbook -i "$inventory" "$@" > "$work/$name.log" 2> "$work/$name.err"; then
        tail -n 60 "$work/$name.log" "$work/$name.err" >&2
        exit 1
    fi
    echo "($((SECONDS - begun)) s; all of it: $work/$name.log)"
}

# Each task that changed something, and where.
changes() {
    awk '/^TASK \[/ { task = $0; sub(/^TASK \[([a-z._]+ : )?/, "", task); sub(/\] \**$/, "", task) }
         /^changed: \[/ { host = $2; gsub(/[][]/, "", host)
                          if (!(task in where)) order[++tasks] = task
                          if (index(", " where[task] ",", ", " host ",")) next
                          where[task] = where[task] (where[task] != "" ? ", " : "") host }
         END { for (i = 1; i <= tasks; i++) printf "  %-70s %s\n", order[i] ":", where[order[i]]
               if (!tasks) print "  nothing" }' "$work/$1.log"
}

# All differences that one host would see in a task, cut after some lines. Those of a host come one after the other, then its name.
difference() {
    awk -v host="$2" -v most="$3" '
        /^--- / { if (!inside) lines = 0; inside = 1 }
        inside && /^(changed|ok): \[/ { inside = 0
            if (index($0, "[" host "]")) { for (i = 1; i <= lines && i <= most; i++) print "  " line[i]
                                           if (lines > most) print "  ... and " lines - most " lines more"; exit } }
        inside && NF { line[++lines] = $0 }' "$work/$1.log"
}

# What the tasks say that show a list of lines: tables, mostly.
said() {
    sed -n 's/^        "\(.*\)",\{0,1\}$/  \1/p' "$work/$1.log" | sed 's/\\"/"/g'
}

# As changes(), or one line where these are the changes of another run.
changes_beside() {
    if [ "$(changes "$1" | tr -s ', ' '\n' | sort)" = "$(changes "$2" | tr -s ', ' '\n' | sort)" ]; then
        echo "  what the check said, on the same hosts"
    else
        changes "$1"
    fi
}

warnings() {
    sed -n 's/^\[WARNING\]: /  warning: /p' "$work/$1.err" | awk '!seen[$0]++' | sed 's/^\(.\{157\}\).\{4,\}$/\1.../'
}

# The recap of a run, a line a host, says whether anything changed or failed.
assert_nothing_changed() {
    local recap
    recap=$(grep -E '^[^ ]+ +: ok=[0-9]+ ' "$work/$1.log") || { echo "the run has no recap" >&2; exit 1; }
    if echo "$recap" | grep -E 'changed=[1-9]|unreachable=[1-9]|failed=[1-9]'; then
        echo "these hosts changed or failed in a run that should have found nothing to do" >&2
        exit 1
    fi
    echo "  $(echo "$recap" | wc -l) hosts, of which none changed"
}

rm -rf "$work"
mkdir -p "$work/inventory"
# An inventory of its own beside the lab's variables, so that a running `make lab` keeps its.
ln -s "$PWD/inventories/lab/host_vars" "$PWD/inventories/lab/images" "$work/inventory"
cp -r inventories/lab/group_vars "$work/inventory"  # copied: a file for the sensors is written into it
step "The lab: routers, firewalls and IPS sensors that speak SSH, an SD-WAN network that speaks HTTPS, on this machine"
start_lab
echo "(ready; what the devices receive is in $work/journal)"

step "What is there: playbooks/status.yml"
play before playbooks/status.yml
said before

step "What would change: playbooks/site.yml --check --diff"
play check playbooks/site.yml --check --diff
changes check
echo "  what router local would see:"
difference check local 10

step "What changed: playbooks/site.yml"
play site playbooks/site.yml
changes_beside site check
warnings site
said site

step "The sensors, now licensed, get this week's signatures: playbooks/ips_update.yml"
play updates playbooks/ips_update.yml -e ips_update_mode=download_apply_deploy
said updates
changes updates

step "The operator reloads the line cards of router udf, whose TCAM profile changed, and runs site.yml again"
play reload inventories/lab/reload.yml
play rest playbooks/site.yml
changes rest

step "What changes on the next run: nothing"
play again playbooks/site.yml
assert_nothing_changed again

step "What a firewall does with one flow, for five seconds, cleaned up: playbooks/capture.yml"
play capture playbooks/capture.yml --limit core
said capture

step "What is there now: playbooks/status.yml"
play after playbooks/status.yml
said after

step "Look at these three things"
echo "  1. inventories/lab/host_vars/remote/iosxr_span.yml: a document is all that there is to write for a router"
echo "  2. $work/journal/remote.jsonl: what the router received, each login, command and commit"
echo "  3. make lab, then .venv/bin/ansible-playbook playbooks/site.yml --check --diff after a change to a document"
