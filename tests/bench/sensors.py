# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A fleet of Cisco IPS sensors: its whole status over bare netmiko, and the trust store of a controller under many writers."""

from __future__ import annotations

import datetime
import hashlib
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import checks
import labs
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from measuring import BenchError, Program, alternate, described, median, run
from sessions import CLIENTS, COLLECTION, folder_of

DEVICES = 200
DEVICE = {"name": "ips", "kind": "ips", "license_days": 200}
STATUS = {
    "name": "Read the sensor",
    "mspplus.netsec.ips_info": {},
    "register": "sensor",
    # A part that could not be read is no failure of the module; of this fleet all can be.
    "failed_when": "sensor is failed or sensor.not_available | length > 0 or not sensor.certificate.same",
}
WRITERS, SENSORS_EACH = 50, 20


def _bare(lab: labs.Lab, hosts: Sequence[Mapping[str, Any]], commands: Sequence[str]) -> Program:
    plan = {"hosts": list(hosts), "commands": list(commands), "parallel": checks.PARALLEL}
    program = labs.client(lab, "ips_reads", plan, f"-{len(hosts)}")
    return Program(program.command, {**program.environment, **COLLECTION}, program.folder, program.check)


def ips_status_fleet(say: Any) -> tuple[float, dict[str, Any]]:
    """200 sensors: a play of ips_info over a pool of 20 threads of netmiko that reads the same and fetches the certificates.

    `ips_status.yml` beside it is what an operator runs: two tasks, the second one compares with the trust store.
    """
    with labs.lab("ips-status", {**DEVICE, "count": DEVICES}) as lab:
        ours = labs.playbook(lab, "ips", "status", [STATUS], lab.hosts)
        commands = checks.warm_up(lab, ours)
        theirs = _bare(lab, lab.hosts, commands)
        further = checks.same_reads(lab, theirs, commands)
        sides = {
            "ours": ours,
            "netmiko": theirs,
            "playbook": labs.shipped(lab, "ips_status", lab.hosts, {}, side="ips"),
            "ours_start_up": labs.playbook(lab, "ips", "nothing", [], lab.hosts),
            "netmiko_start_up": _bare(lab, [], []),
        }
        costs = checks.compare(lab, sides, say)
        found = {
            "devices": DEVICES,
            "forks_and_threads": checks.PARALLEL,
            "reads": commands,
            "netmiko_also_sends": further,
            # What a busy machine does not blur.
            "cpu_ratio": round(described(costs["ours"])["cpu_s"] / described(costs["netmiko"])["cpu_s"], 3),
            "playbook_ratio": round(median(costs["playbook"]) / median(costs["netmiko"]), 3),
            **checks.detail(lab, sides, costs),
        }
        return median(costs["ours"]) / median(costs["netmiko"]), found


# -- the trust store


def _certificate(number: int) -> tuple[str, str]:
    """PEM of a sensor's certificate, which it signed itself, and the SHA-256 of its DER."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, f"sensor{number}")])
    now = datetime.datetime.now(datetime.UTC)
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now)
        .not_valid_after(now + datetime.timedelta(days=730))
        .sign(key, hashes.SHA256())
    )
    der = made.public_bytes(serialization.Encoding.DER)
    return made.public_bytes(serialization.Encoding.PEM).decode("ascii"), hashlib.sha256(der).hexdigest()


def _writers(folder: Path, client: str, plan: Path) -> Program:
    """A program with 50 writer processes. Both are in the environment of the collection."""

    def done(output: str) -> None:
        if not output.startswith(f"done {WRITERS * SENSORS_EACH}\n"):
            raise BenchError(f"{client}: {output[:3000]}")

    command = (str(labs.OURS / "python"), str(CLIENTS / client), str(plan))
    return Program(command, {**labs.environment(folder), **COLLECTION}, folder, done)


def lost(store: Path, expected: Mapping[str, str]) -> int:
    """How many entries are missing or wrong, of the files or of the index. expected: file -> SHA-256 of the DER."""
    index = json.loads((store / "index.json").read_text(encoding="utf-8"))
    wrong = 0
    for name, sha256 in expected.items():
        path = store / name
        found = ""
        if path.exists():
            one = x509.load_pem_x509_certificate(path.read_bytes())
            found = one.fingerprint(hashes.SHA256()).hex()
        wrong += found != sha256 or index.get(name, {}).get("sha256") != sha256
    return wrong


def trust_store_writers(say: Any) -> tuple[float, dict[str, Any]]:
    """50 processes accept certificates of 20 sensors each, all at once: entries lost. Beside it a bare locked write of the same."""
    folder = folder_of("trust-store")
    made = [_certificate(number) for number in range(WRITERS)]
    jobs = [
        {"pem": pem, "sha256": sha256, "hosts": [f"10.{number}.0.{sensor}" for sensor in range(SENSORS_EACH)]}
        for number, (pem, sha256) in enumerate(made)
    ]
    plan = folder / "plan.json"
    plan.write_text(json.dumps(jobs), encoding="utf-8")
    expected = {f"{host}_443.pem": job["sha256"] for job in jobs for host in job["hosts"]}
    missing = {"ours": 0, "bare": 0}

    def turn(side: str, client: str) -> Any:
        def once(number: int) -> Any:
            own = folder / f"{side}-{number}"
            own.mkdir()
            cost = run(_writers(own, client, plan))
            missing[side] += lost(own / "store", expected)
            return cost

        return once

    costs = alternate({"ours": turn("ours", "trust_ours.py"), "bare": turn("bare", "trust_bare.py")}, say=say)
    if missing["bare"]:
        raise BenchError(f"the bare write lost {missing['bare']} entries, so it is no peer")
    about = {
        "writers": WRITERS,
        "entries": len(expected),
        "ratio_to_bare_write": round(median(costs["ours"]) / median(costs["bare"]), 3),
        **{side: described(costs[side]) for side in costs},
    }
    return float(missing["ours"]), about
