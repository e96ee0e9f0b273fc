# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A process a job of PLAN.json, all at once: each accepts its certificate for its sensors in the trust store of ./store."""

from __future__ import annotations

import json
import multiprocessing
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from ansible_collections.mspplus.netsec.plugins.plugin_utils._ips.certificate.model import from_pem
from ansible_collections.mspplus.netsec.plugins.plugin_utils._ips.certificate.trust_store import TrustStore

jobs = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
fork = multiprocessing.get_context("fork")
start = fork.Barrier(len(jobs))


def write(job: dict[str, Any]) -> None:
    store, certificate = TrustStore(Path("store")), from_pem(job["pem"])
    start.wait()
    for host in job["hosts"]:
        store.put(host, 443, certificate, "ssh-verified", datetime.now(UTC))


writers = [fork.Process(target=write, args=(job,)) for job in jobs]
for writer in writers:
    writer.start()
for writer in writers:
    writer.join()
if any(writer.exitcode for writer in writers):
    raise SystemExit("a writer failed")
print(f"done {sum(len(job['hosts']) for job in jobs)}")
