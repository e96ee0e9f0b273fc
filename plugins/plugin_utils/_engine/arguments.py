# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""Arguments of a module: types and defaults from its documentation, the rest from a small table beside the action.

Documentation has no place for no_log and exclusions (ansible-test refuses the one, knows nothing of the other), and
core's own check in action plugins stops at the first error; hence this file.
"""

from __future__ import annotations

# First, before anything that an old Python does not have.
from .controller import required  # noqa: F401  # pylint: disable=unused-import

# isort: split

import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from importlib.machinery import SourceFileLoader
from pathlib import Path
from types import ModuleType
from typing import Any

from ansible.module_utils.common.arg_spec import ArgumentSpecValidator
from ansible.module_utils.common.yaml import yaml_load
from ansible.module_utils.errors import UnsupportedError
from ansible.parsing.plugin_docs import read_docstring

from .raw_arguments import examined, mistyped, unusable_paths

COLLECTION = "mspplus.netsec"  # all that a fragment may come from
_KEPT = ("type", "elements", "required", "default", "choices", "aliases")


@dataclass(frozen=True)
class Constraints:
    """What documentation cannot say. Words as in AnsibleModule; no_log: names of top-level options.

    bounds: the least and the most that a number may be, None for no limit, by top-level option. filled: names of top-level
    lists that must have an entry.
    """

    no_log: frozenset[str] = frozenset()
    bounds: Mapping[str, tuple[float | None, float | None]] = field(default_factory=dict)
    filled: frozenset[str] = frozenset()
    mutually_exclusive: Sequence[Sequence[str]] = ()
    required_together: Sequence[Sequence[str]] = ()
    required_one_of: Sequence[Sequence[str]] = ()
    required_if: Sequence[Sequence[Any]] = ()
    # (path of a suboption such as "config.sessions.destination", constraints of that level)
    nested: tuple[tuple[str, Constraints], ...] = ()

    def as_keywords(self) -> dict[str, Any]:
        keys = ("mutually_exclusive", "required_together", "required_one_of", "required_if")
        return {key: [list(item) for item in getattr(self, key)] for key in keys if getattr(self, key)}

    @property
    def names(self) -> frozenset[str]:
        """The options of its level that it speaks of."""
        groups = (*self.mutually_exclusive, *self.required_together, *self.required_one_of)
        conditions = [(option, *needed) for option, _value, needed, *_any in self.required_if]
        grouped = {name for group in (*groups, *conditions) for name in group}
        return self.no_log | self.filled | self.bounds.keys() | grouped


class ArgumentError(Exception):
    """messages: every error, in core's words, with the path of the option."""

    def __init__(self, messages: Sequence[str]) -> None:
        super().__init__("; ".join(messages))
        self.messages = list(messages)


class Arguments:
    """Built once, when the action plugin is imported: parsing documentation costs milliseconds."""

    def __init__(self, documentation: Path, constraints: Constraints = Constraints()) -> None:
        self.spec = specification(documented_options(documentation), constraints)
        self.no_log = constraints.no_log
        self._bounds = constraints.bounds
        self._filled = constraints.filled
        self._keywords = constraints.as_keywords()
        # Top-level options without which some state cannot be.
        self._needed = {name for name, option in self.spec.items() if option.get("required")} | {
            name for _option, _value, needed, *_any in constraints.required_if for name in needed
        }

    def validated(self, arguments: Mapping[str, Any]) -> dict[str, Any]:
        """The arguments with defaults and right types. Raises ArgumentError with all that is wrong: unknown options first, then
        null where a list or a dictionary is expected, then the rest."""
        given = plain(arguments)
        unknown, nulls = examined(given, self.spec)
        if self._only_adds(given):
            # Left out, as elsewhere in Ansible; where the option is needed, the word for that is null and not missing.
            nulls = [null for null in nulls if null.always or null.path in self._needed]
        nulls = [replace(null, words="Write its entries.") if null.path in self._filled else null for null in nulls]
        written = {name: value for name, value in given.items() if value is not None}  # core counts a null as given
        try:
            outcome = ArgumentSpecValidator(self.spec, **self._keywords).validate(written)
        except TypeError:  # core looks for suboptions in what it has just found to be no dictionary
            wrong = mistyped(given, self.spec)
            raise ArgumentError([_one_line(str(each)) for each in (*unknown, *nulls, *wrong)]) from None
        except OverflowError:
            raise ArgumentError(["a number is infinite (.inf) where a whole number is expected"]) from None
        said = {null.path for null in nulls}
        others = [
            error.msg
            for error in outcome.errors
            if not isinstance(error, UnsupportedError) and not _misses_only(error.msg, said)
        ]
        options = dict(outcome.validated_parameters)
        wrong_paths = [
            f"{path} has a NUL character, which no path may have: take it out"
            for path in unusable_paths(given, self.spec)
        ]
        messages = [
            *map(str, unknown),
            *map(str, nulls),
            *dict.fromkeys(others),
            *wrong_paths,
            *self._out_of_bounds({name: value for name, value in options.items() if name not in said}),
        ]
        if messages:
            raise ArgumentError(list(map(_one_line, messages)))
        return options

    def _only_adds(self, given: Mapping[str, Any]) -> bool:
        """Whether the state is one that could remove nothing."""
        state = self.spec.get("state")
        return state is not None and given.get("state", state.get("default")) == "merged"

    def _out_of_bounds(self, options: Mapping[str, Any]) -> list[str]:
        empty = [f"{name} must have at least one entry" for name in sorted(self._filled) if options.get(name) == []]
        return empty + [
            f"{name} must be {_range(low, high)}, not {options[name]}"
            for name, (low, high) in self._bounds.items()
            if isinstance(options.get(name), int | float)
            and not (low if low is not None else -math.inf) <= options[name] <= (high if high is not None else math.inf)
        ]


def _misses_only(text: str, names: Collection[str]) -> bool:
    """Whether core says that options are missing which are all among these.

    >>> _misses_only("state is overridden but all of the following are missing: config", {"config"})
    True
    >>> _misses_only("missing required arguments: config, name", {"config"}), _misses_only("config: is wrong", {"config"})
    (False, False)
    """
    what, _colon, missing = text.rpartition(": ")
    return what.endswith(("missing required arguments", "following are missing")) and {*missing.split(", ")} <= {*names}


def _one_line(text: str) -> str:
    r"""A message quotes what was given, control characters too.

    >>> _one_line("got: \n")
    'got: \\n'
    """
    return "".join(each if each.isprintable() else each.encode("unicode_escape").decode() for each in text)


def _range(low: float | None, high: float | None) -> str:
    """
    >>> _range(1, 600), _range(0, None), _range(1, 10_000_000)
    ('1 to 600', '0 or more', '1 to 10000000')
    """
    least, most = (f"{bound:.15g}" if bound is not None else "" for bound in (low, high))
    if high is None:
        return f"{least} or more"
    return f"{most} or less" if low is None else f"{least} to {most}"


def documented_options(documentation: Path) -> dict[str, Any]:
    """The options of a module, with those of its fragments, merged as core does it: what the module documents itself wins, then
    the fragment that is named first. Raises ValueError on a file without documentation and on an unknown fragment."""
    document = read_docstring(str(documentation), ignore_errors=False)["doc"]
    if not document:
        raise ValueError(f"{documentation} holds no DOCUMENTATION")
    options: dict[str, Any] = dict(document.get("options") or {})
    for slug in document.get("extends_documentation_fragment", ()):
        options = {**_fragment_options(documentation.parents[1] / "doc_fragments", str(slug)), **options}
    return options


def _fragment_options(folder: Path, slug: str) -> Mapping[str, Any]:
    """Options of a fragment such as ``mspplus.netsec.commit.part``."""
    name, _dot, part = slug.partition(f"{COLLECTION}.")[2].partition(".")
    text = _fragments(folder / f"{name}.py").get(part.upper() or "DOCUMENTATION")
    if text is None:
        raise ValueError(f"{folder} has no fragment {slug}")
    if "options:" not in text:  # attributes only; parsing them would cost milliseconds
        return {}
    options: Mapping[str, Any] = yaml_load(text)["options"]
    return options


@cache
def _fragments(path: Path) -> Mapping[str, str]:
    """The texts of a file of fragments by their names, which are in capitals; empty when there is no such file. A fragment may be
    put together from parts, so the file is run, as core does it."""
    if not path.is_file():
        return {}
    module = ModuleType(path.stem)
    SourceFileLoader(path.stem, str(path)).exec_module(module)
    return {
        name: text for name, text in vars(module.ModuleDocFragment).items() if name.isupper() and isinstance(text, str)
    }


def specification(options: Mapping[str, Any], constraints: Constraints) -> dict[str, Any]:
    """An argument spec from documented options. Raises ValueError when the table names an option that is not there, or bounds
    one that is no number."""
    nested = dict(constraints.nested)
    unknown = set(constraints.names - options.keys())
    spec = _level(options, nested, "", unknown)
    unknown |= nested.keys()
    if unknown:
        raise ValueError(f"constraints name options that are not documented: {', '.join(sorted(unknown))}")
    boundless = sorted(name for name in constraints.bounds if spec[name].get("type") not in ("int", "float"))
    if boundless:
        raise ValueError(f"constraints bound options that are not numbers: {', '.join(boundless)}")
    for name, option in spec.items():
        option["no_log"] = name in constraints.no_log
    return spec


def _level(options: Mapping[str, Any], nested: dict[str, Constraints], path: str, unknown: set[str]) -> dict[str, Any]:
    """unknown: filled with what nested constraints name and no documentation does."""
    spec: dict[str, Any] = {}
    for name, documented in options.items():
        here = f"{path}.{name}".lstrip(".")
        option = {key: documented[key] for key in _KEPT if key in documented}
        if "suboptions" in documented:
            option["options"] = _level(documented["suboptions"], nested, here, unknown)
            constraints = nested.pop(here, Constraints())
            unknown |= {f"{here}.{other}" for other in constraints.names - option["options"].keys()}
            option.update(constraints.as_keywords())
        spec[name] = option
    return spec


def plain(value: Any) -> Any:
    """The same data in Python's own types. Core pins each value's origin to it, which every later copy pays for."""
    if isinstance(value, Mapping):
        return {plain(key): plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    for kind in (bool, str, int, float):  # bool first: it is an int
        if isinstance(value, kind):
            return kind(value)
    return value


def without_none(value: Any) -> Any:
    """The same data without the options that the user left out: core's validator fills those in as None."""
    if isinstance(value, Mapping):
        return {key: without_none(item) for key, item in value.items() if item is not None}
    if isinstance(value, list):
        return [without_none(item) for item in value]
    return value
