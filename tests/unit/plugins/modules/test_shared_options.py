# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""What modules share is documented once, as a fragment, and the argument spec is what `ansible-doc` shows."""

from __future__ import annotations

import json
import subprocess
import sys
from collections import defaultdict
from collections.abc import Iterator, Mapping
from importlib.machinery import SourceFileLoader
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
import yaml
from ansible.parsing.plugin_docs import read_docstring

from ansible_collections.mspplus.netsec.plugins.plugin_utils._engine.arguments import (
    Arguments,
    documented_options,
    plain,
)

PLUGINS = Path(__file__).parents[4] / "plugins"
MODULES = sorted((PLUGINS / "modules").glob("*.py"))
# The document of a capability and its states are its own, whatever words they happen to share.
OWN = {"config", "state"}


def own_options(module: Path) -> dict[str, Any]:
    document = read_docstring(str(module), ignore_errors=False)["doc"]
    return plain(document.get("options") or {})


def levels(options: Mapping[str, Any], path: str = "") -> Iterator[tuple[str, Mapping[str, Any]]]:
    for name, option in options.items():
        yield f"{path}{name}", option
        yield from levels(option.get("suboptions") or {}, f"{path}{name}.")


def test_ansible_doc_shows_the_options_of_the_argument_spec() -> None:
    names = [f"mspplus.netsec.{module.stem}" for module in MODULES]
    command = [str(Path(sys.executable).with_name("ansible-doc")), "--type", "module", "--json", *names]
    answer = subprocess.run(command, cwd=PLUGINS.parent, capture_output=True, text=True, check=True).stdout
    for name, module in zip(names, MODULES, strict=True):
        shown = json.loads(answer)[name]["doc"]["options"]
        assert shown == json.loads(json.dumps(plain(documented_options(module)))), name


def test_no_option_is_documented_twice_in_the_same_words() -> None:
    found: dict[tuple[str, str], list[str]] = defaultdict(list)
    for module in MODULES:
        for name, option in own_options(module).items():
            if name not in OWN:
                found[name, json.dumps(option, sort_keys=True)].append(module.stem)
    assert {name: modules for (name, _text), modules in found.items() if len(modules) > 1} == {}


def test_an_option_that_stands_in_a_fragment_is_no_module_s_own() -> None:
    """Unless it is not the same: the trial of a commit has another range on each system."""
    for module in MODULES:
        merged, own = plain(documented_options(module)), own_options(module)
        assert {name: merged[name] for name in own} == own
    shared = {name for path in (PLUGINS / "doc_fragments").glob("*.py") for name in fragment_options(path)}
    repeated = {(module.stem, name) for module in MODULES for name in shared & own_options(module).keys()}
    assert repeated == {("iosxr_span", "confirm_timeout")}


def fragment_options(path: Path) -> set[str]:
    module = ModuleType(path.stem)
    SourceFileLoader(path.stem, str(path)).exec_module(module)
    texts = [text for name, text in vars(module.ModuleDocFragment).items() if name.isupper()]
    return {name for text in texts for name in yaml.safe_load(text).get("options", {})}


@pytest.mark.parametrize("module", MODULES, ids=lambda path: path.stem)
def test_every_option_has_a_type_and_says_what_it_is(module: Path) -> None:
    for path, option in levels(documented_options(module)):
        assert option.get("type") in {"str", "int", "float", "bool", "list", "dict", "path", "raw"}, path
        assert option.get("description"), path
        assert (option["type"] == "list") == ("elements" in option), path
        assert not (option.get("required") and "default" in option), path


def test_an_unknown_fragment_is_an_error(tmp_path: Path) -> None:
    folder = tmp_path / "modules"
    folder.mkdir()
    (tmp_path / "doc_fragments").symlink_to(PLUGINS / "doc_fragments")
    for slug in ("mspplus.netsec.nothing", "mspplus.netsec.commit.nothing", "other.collection.commit"):
        module = folder / "some.py"
        module.write_text(
            f'DOCUMENTATION = """\nmodule: some\nextends_documentation_fragment: [{slug}]\noptions: {{}}\n"""\n'
        )
        with pytest.raises(ValueError, match="no fragment"):
            Arguments(module)


def test_what_a_module_documents_itself_wins() -> None:
    spec = Arguments(PLUGINS / "modules" / "iosxr_span.py").spec
    assert spec["confirm_timeout"]["default"] == 120 and spec["commit_timeout"]["default"] == 300
    capture, monitor = (
        Arguments(PLUGINS / "modules" / f"{name}.py").spec for name in ("srx_capture", "srx_flow_monitor")
    )
    assert capture["filters"] == monitor["filters"]
