# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""A configuration that does what `set`, `delete` and `deactivate` lines say, written without the product; error actions at random."""

from __future__ import annotations

from hypothesis import strategies as st

Path = tuple[str, ...]
ACTIONS = ["reset", "offline", "alarm", "get-state", "log"]


class Config:
    """paths: of the `set` lines, in order. `chassis fpc N` is an entry of a list. A threshold has one value; actions keep the order of their making."""

    def __init__(self, text: str = "") -> None:
        self.paths: list[Path] = []
        self.inactive: list[Path] = []
        self.run(text.splitlines())

    def run(self, lines: list[str]) -> Config:
        for line in lines:
            verb, *words = line.split()
            path = tuple(words)
            if verb == "set":
                if len(path) > 1 and path[-2] == "threshold":
                    self.paths = [each for each in self.paths if each[:-1] != path[:-1]]
                if path not in self.paths:
                    self.paths.append(path)
                if len(path) > 3:  # an entry that holds something is not printed for itself
                    self.paths = [each for each in self.paths if each != path[:3]]
            elif verb == "delete":
                assert any(each[: len(path)] == path for each in self.paths), f"nothing to delete: {line}"
                self.paths = [each for each in self.paths if each[: len(path)] != path]
                self.inactive = [each for each in self.inactive if each[: len(path)] != path]
                entry = path[:3]  # of a list: it stays when its last statement goes
                if path[1] == "fpc" and len(path) > 3 and not any(each[:3] == entry for each in self.paths):
                    self.paths.append(entry)
            else:
                assert verb == "deactivate", line
                self.inactive.append(path)
        return self

    def text(self) -> list[str]:
        """Grouped as a device prints it, list entries of the user's order in theirs."""
        lines = [f"set {' '.join(path)}" for path in self.paths]
        heads = list(dict.fromkeys(line.partition(" error ")[0] for line in sorted(lines)))
        grouped = sorted(lines, key=lambda line: (heads.index(line.partition(" error ")[0]), _level(line)))
        return grouped + sorted(f"deactivate {' '.join(path)}" for path in self.inactive)


def _level(line: str) -> str:
    head, _separator, rest = line.partition(" error ")
    words = rest.split()
    return f"{head} {words[0] if words else ''} {'a' if 'threshold' in words else 'b'}"


levels = st.fixed_dictionaries(
    {},
    optional={
        "threshold": st.integers(1, 1024),
        "actions": st.lists(st.sampled_from(ACTIONS), min_size=1, unique=True),
    },
)
entries = st.fixed_dictionaries({}, optional={"fatal": levels, "major": levels, "minor": levels})
targets = st.one_of(st.integers(0, 3).map(lambda slot: {"fpc": slot}), st.just({"all": True}))
documents = st.lists(
    st.builds(lambda target, entry: {**target, **entry}, targets, entries),
    max_size=4,
    unique_by=lambda entry: str(entry.get("fpc")),
)


@st.composite
def configurations(draw: st.DrawFn) -> Config:
    """Error actions of some slots, statements of others around them, some of them deactivated."""
    lines = []
    for slot in draw(st.lists(st.integers(0, 3), max_size=3, unique=True)):
        target = f"chassis fpc {slot}"
        if draw(st.booleans()):
            lines.append(f"set {target} pic 0 tunnel-services")
        lines += _lines(draw, f"{target} error")
    if draw(st.booleans()):
        lines += _lines(draw, "chassis error")
    if draw(st.booleans()):
        lines += [
            "set chassis fpc 2 error scope pfe category functional fatal threshold 3",
            "set chassis aggregated-devices",
        ]
    config = Config("\n".join(lines))
    errors = sorted(
        {" ".join(path[: path.index("error") + 2]) for path in config.paths if "error" in path and "scope" not in path}
    )
    for path in draw(st.lists(st.sampled_from(errors), max_size=2, unique=True)) if errors else []:
        config.run([f"deactivate {path}"])
    return config


def _lines(draw: st.DrawFn, target: str) -> list[str]:
    found = []
    for level, setting in draw(entries).items():
        if "threshold" in setting:
            found.append(f"set {target} {level} threshold {setting['threshold']}")
        found += [f"set {target} {level} action {action}" for action in setting.get("actions", ())]
    return found
