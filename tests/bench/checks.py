# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The check of a fleet where nothing changed, against three ways to read the same texts."""

from __future__ import annotations

import statistics
from collections.abc import Mapping, Sequence
from typing import Any

import labs
import routers
from measuring import ROUNDS, BenchError, Cost, Program, alternate, described, median, run

PARALLEL = 20
CHECK = {
    "name": "Keep the mirrors",
    "mspplus.netsec.iosxr_span": {"config": "{{ span }}", "state": "overridden"},
    "vars": {"span": routers.document()},
}
DESIRED = {"iosxr_span_config": routers.document()}
DEVICE = {"name": "edge", "config_text": routers.start_state()}


def our_check(lab: labs.Lab, hosts: Sequence[Mapping[str, Any]]) -> Program:
    """ansible-playbook --check on these routers; nothing may be changed."""
    program = labs.playbook(lab, "ours", f"check-{len(hosts)}", [CHECK], hosts, "--check")

    def check(output: str) -> None:
        program.check(output)
        if output.count("changed=0 ") != len(hosts):
            raise BenchError(f"the check of an unchanged fleet sees changes\n{output[-3000:]}")

    return Program(program.command, program.environment, program.folder, check)


def our_site(lab: labs.Lab, hosts: Sequence[Mapping[str, Any]]) -> Program:
    """site.yml in check mode on these routers, which are as written; nothing may be changed."""
    program = labs.shipped(lab, "site", hosts, DESIRED, "--check")

    def check(output: str) -> None:
        program.check(output)
        if output.count("changed=0 ") != len(hosts):
            raise BenchError(f"site.yml sees changes in an unchanged fleet\n{output[-3000:]}")

    return Program(program.command, program.environment, program.folder, check)


def warm_up(lab: labs.Lab, program: Program) -> list[str]:
    """Run ours once, untimed; the reads that each router received. Raises BenchError when routers differ."""
    run(program)
    first, *others = (lab.reads(host["name"]) for host in (lab.hosts[0], lab.hosts[-1]) if lab.reads(host["name"]))
    if len(first) != 1 or any(other != first for other in others):
        raise BenchError(f"expected one login a router with the same reads, seen {first} and {others}")
    return first[0]


def same_reads(lab: labs.Lab, program: Program, commands: Sequence[str]) -> list[str]:
    """Run a peer once, untimed; what it sent beside the reads. Raises BenchError when it left some out."""
    name = lab.hosts[0]["name"]
    seen = len(lab.journal(name))
    run(program)
    sent = [command for login in lab.reads(name, seen) for command in login]
    for command in commands:
        if command not in sent:
            raise BenchError(f"{program.shown}: {command!r} was not read; seen: {sent}")
        sent.remove(command)
    return sent


def compare(lab: labs.Lab, sides: Mapping[str, Program], say: Any) -> dict[str, list[Cost]]:
    """Timed rounds against this lab."""

    def timed(program: Program) -> Any:
        return lambda _round: run(program, lab.pid)

    return alternate({name: timed(program) for name, program in sides.items()}, ROUNDS, say)


def detail(lab: labs.Lab, sides: Mapping[str, Program], costs: Mapping[str, Sequence[Cost]]) -> dict[str, Any]:
    """Times, commands and the lab's CPU of each side."""
    return {name: {**described(costs[name]), "command": program.shown} for name, program in sides.items()}


def network_cli_reads(lab: labs.Lab, commands: Sequence[str]) -> Program:
    task = {"name": "Read the same", "cisco.iosxr.iosxr_command": {"commands": list(commands)}}
    return labs.playbook(lab, "network_cli", "reads", [task], lab.hosts, "--check")


def client_reads(lab: labs.Lab, name: str, hosts: Sequence[Mapping[str, Any]], commands: Sequence[str]) -> Program:
    plan = {"hosts": list(hosts), "commands": list(commands), "parallel": PARALLEL}
    return labs.client(lab, name, plan, f"-{len(hosts)}")


def span_check_vs_network_cli(say: Any) -> tuple[float, dict[str, Any]]:
    """50 routers: site.yml over cisco.iosxr.iosxr_command (network_cli, libssh)."""
    with labs.lab("check-network-cli", {**DEVICE, "count": 50}) as lab:
        ours = our_site(lab, lab.hosts)
        commands = warm_up(lab, ours)
        peer = network_cli_reads(lab, commands)
        further = same_reads(lab, peer, commands)
        sides = {
            "ours": ours,
            "network_cli": peer,
            "ours_start_up": labs.playbook(lab, "ours", "nothing", [], lab.hosts, "--check"),
            "network_cli_start_up": labs.playbook(lab, "network_cli", "nothing", [], lab.hosts, "--check"),
        }
        costs = compare(lab, sides, say)
        about = {"devices": 50, "forks": PARALLEL, "reads": commands, "network_cli_also_sends": further}
        return median(costs["ours"]) / median(costs["network_cli"]), {**about, **detail(lab, sides, costs)}


def _over_client(say: Any, peer: str, lab_name: str, sizes: Sequence[int]) -> tuple[float, dict[str, Any]]:
    """Ours over a program of clients/, at each size; the worse one counts."""
    with labs.lab(lab_name, {**DEVICE, "count": max(sizes)}) as lab:
        ratios: dict[int, float] = {}
        found: dict[str, Any] = {"forks_and_parallel": PARALLEL}
        nothing = {
            "ours_start_up": labs.playbook(lab, "ours", "nothing", [], lab.hosts, "--check"),
            f"{peer}_start_up": client_reads(lab, peer, [], []),
        }
        found |= detail(lab, nothing, compare(lab, nothing, say))
        for size in sizes:
            hosts = lab.hosts[:size]
            ours = our_check(lab, hosts)
            commands = warm_up(lab, ours) if not ratios else found["reads"]
            theirs = client_reads(lab, peer, hosts, commands)
            further = same_reads(lab, theirs, commands)
            sides = {"ours": ours, peer: theirs}
            costs = compare(lab, sides, say)
            ratios[size] = median(costs["ours"]) / median(costs[peer])
            found |= {"reads": commands, f"{peer}_also_sends": further}
            found[f"{size}_devices"] = {"ratio": round(ratios[size], 3), **detail(lab, sides, costs)}
        return max(ratios.values()), found


def span_check_vs_bare_netmiko(say: Any) -> tuple[float, dict[str, Any]]:
    """50 and 300 routers: ours over a pool of 20 threads of netmiko."""
    return _over_client(say, "netmiko_reads", "check-netmiko", (50, 300))


def span_check_vs_ssh_limit(say: Any) -> tuple[float, dict[str, Any]]:
    """300 routers: ours over asyncssh without anything around it."""
    return _over_client(say, "asyncssh_reads", "check-asyncssh", (300,))


def span_marginal(say: Any) -> tuple[float, dict[str, Any]]:
    """Cost of one more router between 250 and 500 over that between 50 and 250."""
    sizes = (50, 250, 500)
    with labs.lab("marginal", {**DEVICE, "count": max(sizes)}) as lab:
        sides = {f"{size}_devices": our_check(lab, lab.hosts[:size]) for size in sizes}
        warm_up(lab, sides["50_devices"])
        costs = compare(lab, sides, say)
        few, some, many = (median(costs[f"{size}_devices"]) for size in sizes)
        early, late = (some - few) / 200, (many - some) / 250
        if early <= 0 or late <= 0:
            raise BenchError(f"more routers took less time, the machine is too busy: {few}, {some}, {many} s")
        cpu = [statistics.median(cost.cpu for cost in costs[f"{size}_devices"]) for size in sizes]
        found = {
            "forks": PARALLEL,
            "ms_a_device": {"50_to_250": early * 1000, "250_to_500": late * 1000},
            # What a busy machine does not blur: the same ratio of CPU seconds.
            "cpu_ratio": ((cpu[2] - cpu[1]) / 250) / ((cpu[1] - cpu[0]) / 200),
            **detail(lab, sides, costs),
        }
        for name, program in sides.items():
            found[name]["peak_memory_mb"] = run(program, memory=True).peak_mb
        return late / early, found
