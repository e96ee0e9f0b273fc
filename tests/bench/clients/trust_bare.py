# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A process a job of PLAN.json, all at once: lock, write a PEM file and an index of JSON, each whole or not at all, unlock. Nothing else."""

from __future__ import annotations

import fcntl
import json
import multiprocessing
import os
import sys
from pathlib import Path
from typing import Any

jobs = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
fork = multiprocessing.get_context("fork")
start = fork.Barrier(len(jobs))
store = Path("store")


def replace(path: Path, text: str) -> None:
    new = path.with_suffix(".new")  # under the lock there is one writer
    with new.open("w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    new.replace(path)


def write(job: dict[str, Any]) -> None:
    start.wait()
    for host in job["hosts"]:
        name = f"{host}_443.pem"
        with (store / ".lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            replace(store / name, job["pem"])
            index = json.loads((store / "index.json").read_text(encoding="utf-8"))
            replace(store / "index.json", json.dumps({**index, name: {"sha256": job["sha256"]}}))


store.mkdir()
(store / "index.json").write_text("{}", encoding="utf-8")
writers = [fork.Process(target=write, args=(job,)) for job in jobs]
for writer in writers:
    writer.start()
for writer in writers:
    writer.join()
if any(writer.exitcode for writer in writers):
    raise SystemExit("a writer failed")
print(f"done {sum(len(job['hosts']) for job in jobs)}")
