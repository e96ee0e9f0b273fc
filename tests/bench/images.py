# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Images of firewalls: an upload by a playbook over TLS against curl, and what it takes of memory."""

from __future__ import annotations

import json
import os
import re
import statistics
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import labs
from measuring import BenchError, Cost, Program, alternate, described, median, run

MIB = 1 << 20
SIZE = 2048 * MIB
SIZES = (256 * MIB, SIZE)  # for memory
TURNS = 3  # of each, for memory
NAME = "PA-VM-KVM.qcow2"
BASE = "/sdwan/nitro/v1"
CALL = "config/hosted_firewall_images"
CHECKSUM = re.compile(r'"checksum_seconds": ([0-9.]+)')
UPLOAD = re.compile(r'"seconds": ([0-9.]+)')
CURL_UPLOAD = re.compile(r"uploaded in ([0-9.]+) s")
BYTES = re.compile(r'"uploaded_bytes": ([0-9]+)')
# The lab counts what comes and throws it away. A hash of it would cost more than the upload.
DEVICE = {"name": "edge1", "kind": "sdwan", "username": "ops", "password": "bench-password", "upload_hashing": False}


@dataclass(frozen=True)
class Appliance:
    """A lab with one appliance. checksums, uploads, curl_uploads: seconds of each run, as its own output tells them."""

    lab: labs.Lab
    checksums: list[float] = field(default_factory=list)
    uploads: list[float] = field(default_factory=list)
    curl_uploads: list[float] = field(default_factory=list)

    @property
    def image(self) -> Path:
        return self.lab.folder / NAME

    # -- both sides

    def play(self, sent: int) -> Program:
        """A playbook run that has the image there. sent: bytes that it must say it uploaded."""
        options = {"src": str(self.image), "progress": False}
        task = {"name": "Image", "mspplus.netsec.sdwan_firewall_image": options}
        program = labs.playbook(self.lab, "rest", "image", [task], self.lab.hosts, "-v")

        def check(output: str) -> None:
            program.check(output)
            found = BYTES.search(output)
            if found is None or int(found[1]) != sent:
                raise BenchError(f"the playbook did not upload {sent} bytes:\n{output[-3000:]}")

        return Program(program.command, program.environment, program.folder, check)

    @property
    def upload(self) -> Program:
        """curl, which logs in and uploads in one run, as ours does."""
        form = ("--form", "vendor=Palo Alto Networks", "--form", f"file=@{NAME}")
        return self.curl([*form, "--write-out", "uploaded in %{time_total} s", f"{CALL}?action=file_upload"])

    def curl(self, *calls: list[str], check: Any = lambda output: None) -> Program:
        """A login and these calls, each with its options and last its path."""
        login = ["--header", "Content-Type: application/json", "--data", "@login.json", "config/login"]
        common = ("--silent", "--show-error", "--fail", "--cacert", "hosts.ca.txt", "--cookie", "")
        words: list[str] = []
        for number, call in enumerate((login, *calls)):
            url = f"https://127.0.0.1:{self.lab.hosts[0]['port']}{BASE}/{call[-1]}"
            words += [*(["--next"] if number else []), *common, *call[:-1], url]
        return Program(("curl", *words), labs.environment(self.lab.folder), self.lab.folder, check)

    # -- turns

    def ours(self, _number: int = 0) -> Cost:
        cost = run(self.play(SIZE), self.lab.pid)
        self.checksums.append(_told(CHECKSUM, cost))
        self.uploads.append(_told(UPLOAD, cost))
        self.clear()
        return cost

    def theirs(self, _number: int = 0) -> Cost:
        cost = run(self.upload, self.lab.pid)
        self.curl_uploads.append(_told(CURL_UPLOAD, cost))
        self.clear()
        return cost

    def clear(self) -> None:
        """Without the image, which must have come whole."""
        size = self.image.stat().st_size

        def check(output: str) -> None:
            if f'"size": {size}' not in output or '"status": "complete"' not in output:
                raise BenchError(f"the lab does not have the image of {size} bytes: {output[:500]}")

        run(self.curl([CALL], ["--request", "DELETE", f"{CALL}/image_name={NAME}"], check=check))


def _told(pattern: re.Pattern[str], cost: Cost) -> float:
    found = pattern.search(cost.output)
    if found is None:
        raise BenchError(f"the output has no {pattern.pattern}:\n{cost.output[-3000:]}")
    return round(float(found[1]), 3)


@contextmanager
def appliance(name: str) -> Iterator[Appliance]:
    with labs.lab(name, DEVICE) as lab:
        host = lab.hosts[0]
        login = {"login": {"username": host["username"], "password": host["password"]}}
        (lab.folder / "login.json").write_text(json.dumps(login), encoding="utf-8")
        started = Appliance(lab)
        try:
            yield started
        finally:
            started.image.unlink(missing_ok=True)


def sparse(path: Path, size: int) -> None:
    """A file of zeros that takes no room on the disk. It is in memory afterwards, so no side reads it first."""
    path.touch()
    os.truncate(path, size)
    with path.open("rb") as file:
        while file.read(MIB):
            pass


def image_upload_vs_curl(say: Any) -> tuple[float, dict[str, Any]]:
    """2 GiB to an appliance over TLS on loopback: the upload of a playbook run over that of curl -F, each as its side tells.

    whole_run_ratio: whole programs, from the start of Ansible to the image listed, only the pass for the checksum taken out.
    """
    with appliance("image-upload") as lab:
        sparse(lab.image, SIZE)
        costs = alternate({"ours": lab.ours, "curl": lab.theirs}, say=say)
        run(lab.upload)
        start_up = statistics.median(run(lab.play(0)).wall for _turn in range(3))  # with all reads
        commands = {"ours": lab.play(SIZE).shown, "curl": lab.upload.shown}
    ours, theirs = statistics.median(lab.uploads), statistics.median(lab.curl_uploads)
    pairs = zip(costs["ours"], lab.checksums, strict=True)
    without_checksum = statistics.median(cost.wall - seconds for cost, seconds in pairs)
    about = {
        "megabytes": SIZE // MIB,
        "upload_s": {"ours": lab.uploads, "curl": lab.curl_uploads},
        "ratio_by_round": [round(one / other, 3) for one, other in zip(lab.uploads, lab.curl_uploads, strict=True)],
        "megabytes_a_second": {"ours": round(SIZE / MIB / ours), "curl": round(SIZE / MIB / theirs)},
        "checksum_s": lab.checksums,
        "ours_start_up_s": round(start_up, 3),
        "whole_run_ratio": round(without_checksum / median(costs["curl"]), 3),
        "whole_run_with_checksum_ratio": round(median(costs["ours"]) / median(costs["curl"]), 3),
        **{name: {"command": commands[name], **described(found)} for name, found in costs.items()},
    }
    return ours / theirs, about


def image_upload_memory(say: Any) -> tuple[float, dict[str, Any]]:
    """Megabytes that an upload takes on top of a run that finds the image there; the worse of two sizes.

    A sample can only miss a peak, so that the highest of some turns is nearest to it.
    """
    about: dict[str, Any] = {"turns": TURNS}
    found: list[float] = []
    with appliance("image-memory") as lab:
        for size in SIZES:
            sparse(lab.image, size)
            sending, idle = [], []
            for turn in range(TURNS):
                if turn:
                    lab.clear()
                sending.append(run(lab.play(size), memory=True).peak_mb or 0.0)
                idle.append(run(lab.play(0), memory=True).peak_mb or 0.0)
            lab.clear()
            found.append(round(max(sending) - max(idle), 1))
            about[f"{size // MIB}_mib"] = {"peak_mb": sending, "peak_mb_without_upload": idle, "more_mb": found[-1]}
            say(f"  {size // MIB} MiB: {max(sending):.1f} MB at most, {max(idle):.1f} without upload")
    return max(found), about
