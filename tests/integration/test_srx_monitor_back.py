# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The way back of a flow monitor, and the pure device of the unit tests held against the lab's."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from integration.conftest import StartLab
from integration.firewalls import device, open_door
from integration.test_srx_monitor import (
    BACK,
    CHANGED,
    COMMANDS,
    HELD,
    NEXT,
    READ_TIMEOUT,
    carried,
    ended,
    run,
    srx,
    typed,
)
from unit.plugins.plugin_utils._srx.flow_monitor import monitors

from ansible_collections.mspplus.netsec.plugins.plugin_utils._engine.failures import ApplyFailed, ValidationFailed
from ansible_collections.mspplus.netsec.plugins.plugin_utils._engine.run import Terms, converge
from ansible_collections.mspplus.netsec.plugins.plugin_utils._engine.waiting import Progress
from ansible_collections.mspplus.netsec.plugins.plugin_utils._srx.firewall import Firewall
from ansible_collections.mspplus.netsec.plugins.plugin_utils._srx.flow_monitor.device import MonitorWing, read
from ansible_collections.mspplus.netsec.plugins.plugin_utils._srx.flow_monitor.plan import Document
from lab.server import running
from lab.srx.monitor import Monitor as LabMonitor

START, STOP = "monitor security flow start", "monitor security flow stop"


class Timeout(BaseException):
    """As Ansible's own task timeout: no Exception."""


# -- interrupted


def interrupting(at: str, *, sends: bool) -> type[Firewall]:
    """A firewall whose task is interrupted at the first command that begins so. sends: its answer is under way then."""

    class Interrupted(Firewall):
        fired = False

        def attempt(self, *commands: str) -> list[str]:
            if not self.fired and commands[0].startswith(at):
                self.fired = True
                if sends:
                    self._door.send(f"{commands[0]}\n")
                raise Timeout
            return super().attempt(*commands)

    return Interrupted


@pytest.mark.parametrize("sends", [True, False])
@pytest.mark.parametrize(
    "at",
    ["monitor security flow stop", "clear", "monitor security flow filter new", "monitor security flow file", START],
)
def test_what_ran_before_an_interruption_runs_again_as_it_was(lab: StartLab, at: str, sends: bool) -> None:
    edge = lab(srx())
    typed(edge, "monitor security flow filter theirs protocol udp")
    run(edge)
    start = carried(edge)
    with pytest.raises(Timeout):
        run(edge, CHANGED, NEXT, kind=interrupting(at, sends=sends))
    assert carried(edge) == start == (True, "client-trace", {"theirs": {"protocol": "udp"}, **HELD})
    assert run(edge, CHANGED, NEXT).changed and not run(edge, CHANGED, NEXT).changed


def test_an_interruption_of_the_proof_takes_the_change_back(lab: StartLab) -> None:
    edge = lab(srx())

    class Interrupted(Firewall):
        reads = 0

        def read(self, *commands: str) -> list[str]:
            self.reads += 1
            if self.reads == 2:
                raise Timeout
            return super().read(*commands)

    with pytest.raises(Timeout):
        run(edge, kind=Interrupted)
    assert carried(edge) == (False, "client-trace", {})  # no command takes the file's name away


def test_an_interruption_stays_one_when_nothing_can_be_taken_back(lab: StartLab) -> None:
    edge = lab(srx())
    edge.add_fault("fw1", {"name": "drop", "at": "^show monitor", "nth": 2})
    with pytest.raises(Timeout):
        run(edge, kind=interrupting(START, sends=True))


# -- faults on the way back


def test_a_way_back_that_is_refused_says_what_is_left_to_do(lab: StartLab) -> None:
    edge = lab(srx())
    run(edge)
    start = carried(edge)
    edge.add_fault("fw1", {"name": "not_authorized", "at": "^monitor security flow file"})
    edge.add_fault("fw1", {"name": "not_authorized", "at": "^clear monitor security flow filter new"})
    how, said, state = ended(edge, CHANGED, NEXT)
    assert how == "failed" and "'monitor security flow file next-trace'" in said
    assert state.startswith("changed; still to do: clear monitor security flow filter new; ")
    assert state.count("clear monitor security flow filter new") == 2 and "permission denied" in state
    assert START in state and carried(edge) != start and not carried(edge)[0]


@pytest.mark.parametrize("fault", [{"name": "drop"}, {"name": "hang"}, {"name": "garbage", "bytes": 200}])
def test_a_way_back_that_cannot_be_seen_is_unknown(lab: StartLab, fault: dict[str, Any]) -> None:
    edge = lab(srx())
    run(edge)

    def spoil() -> None:
        edge.add_fault("fw1", {"name": "not_authorized", "at": "^monitor security flow file"})
        edge.add_fault("fw1", {**fault, "at": "^show monitor"})

    with pytest.raises(ApplyFailed, match="monitor security flow file next-trace") as failed:
        run(edge, CHANGED, NEXT, meanwhile=spoil)
    state = failed.value.device_state
    assert state.startswith("unknown") and "show monitor security flow shows" in state


def test_a_filter_that_others_gave_hidden_criteria_is_given_them_back(lab: StartLab) -> None:
    edge = lab(srx(shows_extras=True))
    typed(edge, "monitor security flow filter out conn-tag 5 protocol udp", "monitor security flow file theirs")
    start = carried(edge)
    edge.add_fault("fw1", {"name": "not_authorized", "at": "^monitor security flow start"})
    how, _said, state = ended(edge, [{"name": "out", "protocol": "udp"}, BACK])
    assert (how, state, carried(edge)) == ("failed", "rolled back", start)


def test_a_shown_answer_that_was_cut_once_is_asked_for_again(lab: StartLab) -> None:
    edge = lab(srx())
    run(edge)
    for cut in (1, 45, 100, 150, 250):
        edge.clear_faults("fw1")
        edge.add_fault("fw1", {"name": "truncated", "at": "^show monitor", "after_bytes": cut, "times": 1})
        assert not run(edge).changed, cut


def switched(command: str, old: str, new: str, times: int = 1000) -> type[Firewall]:
    """A firewall whose flow status says something else behind a command, so many times."""

    class Switched(Firewall):
        left = 0

        def attempt(self, *commands: str) -> list[str]:
            answers = super().attempt(*commands)
            if commands == (command,):
                self.left = times
            elif self.left:
                self.left -= 1
                answers = [answer.replace(old, new) for answer in answers]
            return answers

    return Switched


def test_a_monitor_that_is_active_and_traces_nothing_is_a_failure(lab: StartLab) -> None:
    edge = lab(srx())
    kind = switched(START, "tracing status: on", "tracing status: off")
    with pytest.raises(ApplyFailed, match="does not show their effect") as failed:
        run(edge, kind=kind)
    assert "basic-datapath is missing" in str(failed.value.problems[0])
    assert failed.value.device_state.startswith("rolled back") and not carried(edge)[0]


def test_a_flag_that_comes_a_little_later_is_waited_for(lab: StartLab) -> None:
    edge = lab(srx())
    assert run(edge, kind=switched(START, "tracing status: on", "tracing status: off", 2)).changed
    assert run(edge, state="stopped", kind=switched(STOP, "tracing status: off", "tracing status: on", 2)).changed
    assert carried(edge) == (False, "client-trace", HELD)


def test_a_monitor_that_is_stopped_and_traces_on_is_a_failure(lab: StartLab) -> None:
    edge = lab(srx())
    run(edge)
    kind = switched(STOP, "tracing status: off", "tracing status: on")
    with pytest.raises(ApplyFailed, match="does not show their effect") as failed:
        run(edge, state="stopped", kind=kind)
    assert "basic-datapath stayed" in str(failed.value.problems[0])
    assert failed.value.device_state == "rolled back" and carried(edge) == (True, "client-trace", HELD)


KINDS: dict[str, dict[str, Any]] = {
    "drop": {"name": "drop"},
    "drop behind it": {"name": "drop", "after_bytes": 0},
    "hang": {"name": "hang"},
    "garbage": {"name": "garbage", "bytes": 200},
    "not authorized": {"name": "not_authorized"},
}
FIRST_RUN = (*(f"^{command}$" for command in COMMANDS), "^show monitor security flow")


@pytest.mark.parametrize(
    ("at", "kind"),
    [pytest.param(at, kind, marks=() if kind == "drop" else pytest.mark.soak) for at in FIRST_RUN for kind in KINDS],
)
def test_a_first_run_that_a_fault_ends_leaves_nothing_but_the_name_of_a_file(lab: StartLab, at: str, kind: str) -> None:
    edge = lab(srx())
    edge.add_fault("fw1", {**KINDS[kind], "at": at, "times": 1, **({"nth": 2} if at.startswith("^show") else {})})
    how, said, state = ended(edge)
    assert [entry for entry in edge.journal("fw1") if entry["event"] == "fault"], "the fault did not happen"
    running, file, filters = carried(edge)
    if how == "success":
        assert (running, file, filters) == (True, "client-trace", HELD) and kind == "garbage"
        return
    assert how == "failed" and said.strip()
    assert (running, filters) == (False, {})
    assert state.startswith(("unchanged", "rolled back")) and ("trace file" in state) == (file is not None), state
    assert run(edge).changed and carried(edge) == (True, "client-trace", HELD)
    assert not run(edge).changed


# -- the pure device of the unit tests and the lab are one


@pytest.mark.parametrize("repeat", ["merge", "replace"])
@pytest.mark.parametrize("shows_extras", [True, False])
def test_documents_end_on_the_lab_as_on_the_pure_device(repeat: str, shows_extras: bool) -> None:
    """The same start and document: the same commands, the same filters, and a second run without change."""
    switches = {"filter_repeat": repeat, "shows_extras": shows_extras}
    with running({"devices": [srx(**switches)]}) as edge:
        box = device(edge)
        door = open_door(edge, read_timeout=READ_TIMEOUT)
        firewall = Firewall(door, READ_TIMEOUT)

        @settings(max_examples=25, suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much])
        @given(
            monitors.monitors(),
            monitors.some_filters(),
            st.none() | monitors.files,
            st.sampled_from(["started", "stopped", "present", "absent"]),
            st.booleans(),
        )
        def same(start: Any, filters: Any, file: Any, state: str, purge: bool) -> None:
            pure = monitors.device(start, repeat=repeat, shows_extras=shows_extras)

            def reset() -> None:
                box.monitor = LabMonitor(box)

            edge.call(reset)
            commands = [item.command for item in start.filters.values()]
            commands += [start.file.command] if start.file else []
            firewall.read(*commands, *([START] if start.running else []))
            assert (read(firewall).running, carried(edge)[2]) == (pure.running, pure.filters)

            def wing() -> MonitorWing:
                return MonitorWing(
                    firewall, Document(filters, file, state, purge, take_over=True), Progress("fw1", None)
                )

            try:
                done = converge(wing(), Terms(check_mode=False))
            except ValidationFailed as refused:
                assume({problem.rule for problem in refused.problems} - {"M9", "M10", "M16", "M17"})  # those may stand
                raise
            for command in done.plan.commands:
                pure.do(command)
            assert carried(edge) == (pure.running, pure.file["name"] if pure.file else None, pure.filters)
            assert not converge(wing(), Terms(check_mode=False)).changed

        try:
            same()
        finally:
            door.close()
    assert edge.errors == []
