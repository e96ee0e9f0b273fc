# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Images of firewalls: an upload by a playbook over TLS against curl, and what it takes of memory."""

from __future__ import annotations

import os
import re
import shutil
import statistics
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import labs
import yaml
from measuring import BenchError, Cost, Program, alternate, described, keep, median, run

MIB = 1 << 20
SIZE = 2048 * MIB
SIZES = (256 * MIB, SIZE)  # for memory
NAME = "PA-VM-KVM.qcow2"
CALL = "config/hosted_firewall_images"
CHECKSUM = re.compile(r'"checksum_seconds": ([0-9.]+)')
UPLOAD = re.compile(r'"seconds": ([0-9.]+)')
BYTES = re.compile(r'"uploaded_bytes": ([0-9]+)')
# The lab counts what comes and throws it away. A hash of it would cost more than the upload.
DEVICE = {"name": "edge1", "kind": "sdwan", "username": "ops", "password": "bench-password", "upload_hashing": False}


@dataclass(frozen=True)
class Appliance:
    """A lab with one appliance. checksums, uploads: seconds of each of our runs, as its result tells them."""

    pid: int
    folder: Path
    variables: dict[str, Any]
    checksums: list[float] = field(default_factory=list)
    uploads: list[float] = field(default_factory=list)

    @property
    def image(self) -> Path:
        return self.folder / NAME

    def curl(self, *words: str, check: Any = lambda output: None) -> Program:
        base = f"https://127.0.0.1:{self.variables['ansible_port']}/sdwan/nitro/v1"
        options = ("--silent", "--show-error", "--fail", "--cacert", "hosts.ca.txt")
        command = ("curl", *options, "--cookie", "jar", "--cookie-jar", "jar", *words[:-1], f"{base}/{words[-1]}")
        return Program(command, labs.environment(self.folder), self.folder, check)

    def play(self, sent: int) -> Program:
        """A playbook run that has the image there. sent: bytes that it must say it uploaded."""
        task = {"mspplus.netsec.sdwan_firewall_image": {"src": str(self.image), "progress": False}}
        head = [{"name": "Bench", "hosts": "all", "gather_facts": False, "tasks": [{"name": "Image", **task}]}]
        (self.folder / "play.yml").write_text(yaml.safe_dump(head, sort_keys=False), encoding="utf-8")
        # The cookies of curl, and what Ansible keeps, stay in the folder of the bench.
        config = (
            f"[defaults]\ncollections_path = {labs.ROOT / 'build' / 'collections'}\nhome = {self.folder / 'home'}\n"
        )
        (self.folder / "ansible.cfg").write_text(config, encoding="utf-8")

        def check(output: str) -> None:
            found = BYTES.search(output)
            if found is None or int(found[1]) != sent or "failed=0" not in output:
                raise BenchError(f"the playbook did not upload {sent} bytes:\n{output[-3000:]}")

        command = (str(labs.OURS / "ansible-playbook"), "-v", "-i", "hosts.yml", "play.yml")
        return Program(command, labs.environment(self.folder), self.folder, check)

    def log_in(self) -> None:
        login = self.folder / "login.json"
        user, password = self.variables["ansible_user"], self.variables["ansible_password"]
        login.write_text(f'{{"login": {{"username": "{user}", "password": "{password}"}}}}', encoding="utf-8")
        run(self.curl("--header", "Content-Type: application/json", "--data", f"@{login}", "config/login"))

    def ours(self, _number: int = 0) -> Cost:
        cost = run(self.play(SIZE), self.pid)
        for pattern, seconds in ((CHECKSUM, self.checksums), (UPLOAD, self.uploads)):
            found = pattern.search(cost.output)
            if found is None:
                raise BenchError(f"the result has no {pattern.pattern}:\n{cost.output[-3000:]}")
            seconds.append(float(found[1]))
        self.clear()
        return cost

    def theirs(self, _number: int = 0) -> Cost:
        cost = run(self.upload, self.pid)
        self.clear()
        return cost

    @property
    def upload(self) -> Program:
        form = ("--form", "vendor=Palo Alto Networks", "--form", f"file=@{NAME}")
        return self.curl(*form, f"{CALL}?action=file_upload")

    def clear(self) -> None:
        """Without the image, which must have come whole."""
        size = self.image.stat().st_size
        run(self.curl(CALL, check=lambda output: _whole(output, size)))
        run(self.curl("--request", "DELETE", f"{CALL}/image_name={NAME}"))


def _whole(output: str, size: int) -> None:
    if f'"size": {size}' not in output or '"status": "complete"' not in output:
        raise BenchError(f"the lab does not have the image of {size} bytes: {output[:500]}")


@contextmanager
def appliance(name: str) -> Iterator[Appliance]:
    folder = labs.BUILD / name
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    (folder / "lab.yml").write_text(yaml.safe_dump({"devices": [DEVICE]}), encoding="utf-8")
    lab = (labs.OURS / "python", labs.ROOT / "tests" / "lab", "up", folder / "lab.yml")
    command = [*lab, "--inventory", folder / "hosts.yml", "--state", folder / "state"]
    with (folder / "lab.txt").open("w", encoding="utf-8") as output:
        process = subprocess.Popen([str(word) for word in command], stdout=output, stderr=subprocess.STDOUT)
        keep(process.pid)
        try:
            labs._wait_ready(process, folder / "lab.txt")
            listed = yaml.safe_load((folder / "hosts.yml").read_text(encoding="utf-8"))["all"]["children"]
            ((_group, found),) = listed.items()
            known = {**found.get("vars", {}), **found["hosts"]["edge1"]}
            started = Appliance(process.pid, folder, known)
            started.log_in()
            yield started
        finally:
            process.terminate()
            process.wait(60)
            (folder / NAME).unlink(missing_ok=True)
    wrong = [line for line in (folder / "lab.txt").read_text(encoding="utf-8").splitlines() if line != "lab ready"]
    if wrong:
        raise BenchError("the lab had errors of its own:\n" + "\n".join(wrong[-20:]))


def sparse(path: Path, size: int) -> None:
    """A file of zeros that takes no room on the disk. It is in memory afterwards, so no side reads it first."""
    path.touch()
    os.truncate(path, size)
    with path.open("rb") as file:
        while file.read(MIB):
            pass


def image_upload_vs_curl(say: Any) -> tuple[float, dict[str, Any]]:
    """2 GiB to an appliance over TLS on loopback: a whole playbook run, the pass for the checksum taken out, over curl -F."""
    with appliance("image-upload") as lab:
        sparse(lab.image, SIZE)
        costs = alternate({"ours": lab.ours, "curl": lab.theirs}, say=say)
        run(lab.upload)
        start_up = statistics.median(run(lab.play(0)).wall for _turn in range(3))  # with all reads
        commands = {"ours": lab.play(SIZE).shown, "curl": lab.upload.shown}
        checksum = statistics.median(lab.checksums)
        theirs = median(costs["curl"])
        without = statistics.median(
            cost.wall - seconds for cost, seconds in zip(costs["ours"], lab.checksums, strict=True)
        )
    about = {
        "megabytes": SIZE // MIB,
        "checksum_s": round(checksum, 3),
        "checksum_raw_s": [round(seconds, 3) for seconds in lab.checksums],
        "upload_raw_s": lab.uploads,
        "ratio_with_checksum": round(median(costs["ours"]) / theirs, 3),
        "ratio_without_start_up": round((without - start_up) / theirs, 3),
        "ours_start_up_s": round(start_up, 3),
        "megabytes_a_second": {"ours": round(SIZE / MIB / without), "curl": round(SIZE / MIB / theirs)},
        **{name: {"command": commands[name], **described(found)} for name, found in costs.items()},
    }
    return without / theirs, about


def image_upload_memory(say: Any) -> tuple[float, dict[str, Any]]:
    """Megabytes that an upload takes on top of a run that finds the image there; the worse of two sizes."""
    about: dict[str, Any] = {}
    found: list[float] = []
    with appliance("image-memory") as lab:
        for size in SIZES:
            sparse(lab.image, size)
            with_upload = run(lab.play(size), memory=True).peak_mb or 0.0
            without = run(lab.play(0), memory=True).peak_mb or 0.0
            found.append(round(with_upload - without, 1))
            about[f"{size // MIB}_mib"] = {"peak_mb": with_upload, "peak_mb_without_upload": without}
            say(f"  {size // MIB} MiB: {with_upload:.1f} MB at most, {without:.1f} without upload")
            lab.clear()
    return max(found), about
