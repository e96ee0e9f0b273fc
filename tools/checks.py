# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Everything that `make test` checks: one table of commands, run two at a time, and a summary that counts skips as skips.

Usage: checks.py [NAME]    only the checks whose name starts with NAME

Each row of the table can be pasted into a shell that has .venv/bin on its PATH. A command that exits with 77 says that
something is not installed; its last line says what. Parts of a passed check that were left out (an interpreter that
ansible-test missed, a test that pytest skipped) are found in its log and get rows of their own.
"""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
LOGS = ROOT / "build" / "checks"
NOT_INSTALLED = 77
LIMIT = 900  # seconds a check
TAIL = 80  # lines of its log that a failed check shows
AT_ONCE = 2


@dataclass(frozen=True)
class Check:
    """One row. Checks that share a word in `alone` never run at the same time: they share caches or environments."""

    name: str
    command: str
    alone: str = ""


# Tests of the lab and of the house depend on this checkout alone, not on ansible-core: once is enough.
ONCE = "--ignore=tests/unit/lab --ignore=tests/unit/test_house.py"

# The longest first, so that at the end no core waits for one of them: the scenarios of Molecule come between these and the short
# ones. Integration tests wait more than they work: four of their workers take about one core. The runs of ansible-test wait for
# each other, so they begin at once.
LONG = [
    Check("integration", "python -m pytest -n 4 --dist loadscope tests/integration"),
    Check("sanity 2.19", "tools/sanity.sh main", alone="ansible-test"),
    Check("sanity 2.20", "tools/sanity.sh 2.20", alone="ansible-test 2.20"),
    Check("sanity 2.21", "tools/sanity.sh 2.21", alone="ansible-test 2.21"),
    Check("units 2.19", "python -m pytest tests/unit"),
    Check(
        "units 2.20",
        f"tools/setup.sh 2.20 && .venv-2.20/bin/python -m pytest -o cache_dir=build/pytest-2.20 {ONCE}",
        alone="2.20",
    ),
    Check(
        "units 2.21",
        f"tools/setup.sh 2.21 && .venv-2.21/bin/python -m pytest -o cache_dir=build/pytest-2.21 {ONCE}",
        alone="2.21",
    ),
    Check("galaxy import", "tools/setup.sh nox && .venv-nox/bin/nox -r -e build-import-check", alone="nox"),
    Check(
        "demo", 'tools/demo.sh | tee build/demo.txt; [ "$(wc -l < build/demo.txt)" -le 150 ]'
    ),  # a story that is read
]
SHORT = [
    Check("ansible-lint", "ansible-lint --profile production --offline"),
    Check("docs site", "tools/docs.sh"),
    Check("plugin docs", "antsibull-docs lint-collection-docs --plugin-docs --validate-collection-refs=self ."),
    Check("types", "mypy"),
    Check("licences", "tools/setup.sh nox && .venv-nox/bin/nox -r -e license-check extra-checks", alone="nox"),
    Check("format", "ruff format --check ."),
    Check("lint", "ruff check ."),
    Check("shell", "shellcheck tools/*.sh .ci/run"),
    Check("yaml", "yamllint --strict ."),
    Check("changelog", "antsibull-changelog lint"),
]

# What logs say of parts that were left out; the group `part` names it.
LEFT_OUT = [
    re.compile(r"^WARNING: (?P<part>Skipping sanity test .* because it could not be found)\.", re.MULTILINE),
    re.compile(r"^WARNING: (?P<part>Skipping sanity test .* due to missing .*)\.", re.MULTILINE),
    re.compile(r'^WARNING: (?P<part>Required program ".*" not found)\.', re.MULTILINE),
    re.compile(r"^SKIPPED (?P<part>\[\d+\] .*)", re.MULTILINE),
]


@dataclass(frozen=True)
class Result:
    name: str
    result: str  # passed | failed | SKIPPED
    reason: str = ""
    seconds: float = 0.0


class Running:
    """A started check: its process group, its log, its clock."""

    def __init__(self, check: Check) -> None:
        self.check = check
        self.log = LOGS / f"{check.name.replace(' ', '-')}.log"
        self.started = time.monotonic()
        environment = {
            **os.environ,
            "PATH": f"{ROOT / '.venv' / 'bin'}:{os.environ['PATH']}",
            "PY_COLORS": "0",
            "NO_COLOR": "1",
        }
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                ["bash", "-euo", "pipefail", "-c", check.command],
                cwd=ROOT,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    @property
    def seconds(self) -> float:
        return time.monotonic() - self.started

    def over(self) -> bool:
        return self.process.poll() is not None or self.seconds > LIMIT

    def end(self) -> None:
        """Ends what is left of the check: a polite signal to its whole group, a hard one after ten seconds."""
        for number in (signal.SIGTERM, signal.SIGKILL):
            try:
                os.killpg(self.process.pid, number)
                self.process.wait(10)
            except (ProcessLookupError, subprocess.TimeoutExpired):
                continue

    def results(self) -> Iterator[Result]:
        """The check's own row, then a row for each part that it left out."""
        code = self.process.returncode
        text = self.log.read_text(encoding="utf-8", errors="replace")
        lines = text.splitlines() or ["no output"]
        name, seconds = self.check.name, self.seconds
        if code is None:
            yield Result(name, "failed", f"not done after {LIMIT} s", seconds)
        elif code == NOT_INSTALLED:
            yield Result(name, "SKIPPED", lines[-1], seconds)
        elif code:
            yield Result(name, "failed", f"exit code {code}; {self.log.relative_to(ROOT)}", seconds)
        else:
            yield Result(name, "passed", "", seconds)
        for part in dict.fromkeys(found["part"] for pattern in LEFT_OUT for found in pattern.finditer(text)):
            yield Result(name, "SKIPPED", part)


def main(arguments: Sequence[str]) -> int:
    wanted = " ".join(arguments)
    checks = [check for check in [*LONG, *scenarios(), *SHORT] if check.name.startswith(wanted)]
    if not checks:
        print(f"no check has a name that starts with {wanted!r}")
        return 2
    LOGS.mkdir(parents=True, exist_ok=True)
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    started = time.monotonic()
    try:
        results = run(checks)
    except KeyboardInterrupt:
        print("interrupted")
        return 130
    print_table(results, time.monotonic() - started)
    return 1 if any(row.result == "failed" for row in results) else 0


def scenarios() -> Iterator[Check]:
    """A check for each Molecule scenario."""
    found = sorted((ROOT / "extensions" / "molecule").glob("*/molecule.yml"))
    for file in found:
        name = file.parent.name
        # The lab of a scenario runs in a process group of its own: an interrupted check has to stop it itself.
        interrupted = f"trap 'molecule destroy -s {name}; exit 143' TERM"
        yield Check(f"molecule {name}", f"{interrupted}; cd extensions && molecule test -s {name}")
    if not found:
        yield Check("molecule", f"echo no scenario in extensions/molecule; exit {NOT_INSTALLED}")


def run(checks: Sequence[Check]) -> list[Result]:
    """Runs the checks, AT_ONCE at a time. Nothing that it started is left when it returns or raises."""
    waiting, running = list(checks), list[Running]()
    rows: dict[str, list[Result]] = {}
    try:
        while waiting or running:
            busy = {word for job in running for word in job.check.alone.split()}
            ready = (check for check in waiting if not busy & set(check.alone.split()))
            if len(running) < AT_ONCE and (check := next(ready, None)):
                waiting.remove(check)
                running.append(Running(check))
                continue
            for job in [job for job in running if job.over()]:
                job.end()
                running.remove(job)
                rows[job.check.name] = list(job.results())
                print_result(job, rows[job.check.name][0])
            time.sleep(0.1)
    finally:
        for job in running:
            job.end()
    return [row for check in checks for row in rows[check.name]]


def print_result(job: Running, row: Result) -> None:
    print(f"{row.result:8} {row.name} ({row.seconds:.0f} s) {row.reason}".rstrip(), flush=True)
    if row.result == "failed":
        for line in job.log.read_text(encoding="utf-8", errors="replace").splitlines()[-TAIL:]:
            print(f"    {line}")


def print_table(results: Sequence[Result], seconds: float) -> None:
    width = max(len(row.name) for row in results)
    print(f"\n{'check':{width}}  {'result':8}  seconds")
    for row in results:
        clock = f"{row.seconds:7.1f}" if row.seconds else " " * 7
        print(f"{row.name:{width}}  {row.result:8}  {clock}  {row.reason}".rstrip())
    counts = {kind: sum(row.result == kind for row in results) for kind in ("passed", "failed", "SKIPPED")}
    print(f"\n{seconds:.0f} seconds; logs in {LOGS.relative_to(ROOT)}")
    print(f"{counts['passed']} passed, {counts['failed']} failed, {counts['SKIPPED']} skipped")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
