# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The specification: everything wrong with it is said at once, before anything listens."""

from __future__ import annotations

from pathlib import Path
from typing import Any, ClassVar

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lab import kinds
from lab.spec import SpecError, load, numbered


class Nothing:
    OPTIONS: ClassVar[dict[str, type]] = {"release": str, "cards": list}


@pytest.fixture(autouse=True)
def _kind(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(kinds.KINDS, "nothing", Nothing)


def device(**more: Any) -> dict[str, Any]:
    return {"name": "edge1", "kind": "nothing", **more}


def problems(*devices: object) -> list[str]:
    with pytest.raises(SpecError) as caught:
        load({"devices": list(devices)})
    return caught.value.problems


def test_defaults_are_those_of_the_readme() -> None:
    (spec,) = load({"devices": [device()]})
    assert (spec.port, spec.username, spec.password, spec.config, spec.options) == (0, "lab", "lab", "", {})
    assert (spec.legacy, spec.rtt_ms, spec.login_seconds, bool(spec.faults)) == (False, 0.0, 0.0, False)


def test_further_keys_of_the_kind_are_its_options() -> None:
    (spec,) = load({"devices": [device(release="6.5.1", cards=["0/0"])]})
    assert spec.options == {"release": "6.5.1", "cards": ["0/0"]}


def test_count_counts_up_ports_and_names_and_gives_each_its_own_faults() -> None:
    specs = load({"devices": [device(port=2201, count=200, faults=[{"name": "disk_full", "times": 1}])]})
    assert [(specs[0].name, specs[0].port), (specs[-1].name, specs[-1].port)] == [("edge1", 2201), ("edge200", 2400)]
    assert specs[0].faults.active("disk_full")
    assert not specs[0].faults
    assert specs[1].faults


@pytest.mark.parametrize(
    ("name", "count", "wanted"),
    [
        ("edge1", 1, ["edge1"]),
        ("edge", 2, ["edge1", "edge2"]),
        ("r09", 2, ["r09", "r10"]),
        ("a1b7", 2, ["a1b7", "a1b8"]),
        ("5", 2, ["5", "6"]),
    ],
)
def test_names_are_counted_up(name: str, count: int, wanted: list[str]) -> None:
    assert numbered(name, count) == wanted


@given(st.from_regex(r"[a-z0-9-]{1,8}", fullmatch=True), st.integers(1, 300))
@settings(max_examples=50, deadline=None)
def test_counted_names_are_all_different(name: str, count: int) -> None:
    assert len(set(numbered(name, count))) == count


@pytest.mark.parametrize(
    ("more", "words"),
    [
        ({"colour": 1}, "device edge1: unknown key 'colour'"),
        ({"kind": "toaster"}, "unknown kind 'toaster' (known: "),
        ({"name": "edge 1"}, "'edge 1' is not a host name"),
        ({"name": "../../etc/passwd"}, "is not a host name"),
        ({"port": "2201"}, "port must be int, not str"),
        ({"port": True}, "port must be int, not bool"),
        ({"port": 70000}, "port 70000 is not between"),
        ({"port": 65000, "count": 1000}, "is above 65535"),
        ({"count": 0}, "count must be 1 or more"),
        ({"release": 7}, "release must be str, not int"),
        ({"rtt_ms": -1}, "rtt_ms must not be negative"),
        ({"faults": ["melt"]}, "unknown fault 'melt'"),
        ({"faults": [{"name": "drop"}]}, "parameter 'at' is missing"),
        ({"auth": ["telepathy"]}, "unknown method 'telepathy'"),
        ({"auth": ["publickey"]}, "needs authorized_keys"),
        ({"config": "no-such-file.cfg"}, "no-such-file.cfg"),
    ],
)
def test_a_wrong_device_is_named_with_what_is_wrong(more: dict[str, Any], words: str) -> None:
    assert words in "\n".join(problems({**device(), **more}))


def test_everything_wrong_is_said_at_once() -> None:
    found = problems(
        device(port=2201, colour=1, faults=["melt"]),
        {"kind": "nothing"},
        "edge9",
        device(port=2300, name="a", count=3),
        device(port=2302, name="b"),
        device(port=2310, name="b"),
    )
    assert sorted(text.partition(" (known: ")[0] for text in found) == [
        "device 2: key 'name' is missing",
        "device 3: a device is a mapping, not str",
        "device b: port 2302 is also that of a3",
        "device b: the name is used 2 times",
        "device edge1: unknown fault 'melt'",
        "device edge1: unknown key 'colour'",
    ]


@pytest.mark.parametrize("data", [[], {}, {"devices": []}, {"devices": {"name": "x"}}])
def test_a_file_without_devices_is_refused(tmp_path: Path, data: object) -> None:
    path = tmp_path / "spec.yml"
    path.write_text(str(data))
    with pytest.raises(SpecError, match="list `devices`"):
        load(path)


def test_text_that_is_no_yaml_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "spec.yml"
    path.write_text("devices: [")
    with pytest.raises(SpecError, match=r"spec\.yml"):
        load(path)


def test_start_state_and_keys_stand_in_files_beside_the_spec(tmp_path: Path) -> None:
    (tmp_path / "edge1.cfg").write_text("hostname edge1\n")
    (tmp_path / "id.pub").write_text("ssh-ed25519 AAAA someone\n")
    (tmp_path / "spec.yml").write_text(
        "devices: [{name: edge1, kind: nothing, config: edge1.cfg, authorized_keys: [id.pub, ssh-rsa BBBB]}]"
    )
    (spec,) = load(tmp_path / "spec.yml")
    assert spec.config == "hostname edge1\n"
    assert spec.authorized_keys == ("ssh-ed25519 AAAA someone", "ssh-rsa BBBB")
