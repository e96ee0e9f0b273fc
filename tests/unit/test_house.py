# Copyright (c) 2026, the mspplus.netsec authors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The house holds its own plan: who imports whom, what stays pure, what every file carries."""

from __future__ import annotations

import ast
import re
import subprocess
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
UTILS = ROOT / "plugins" / "plugin_utils"
COLLECTION = "ansible_collections.mspplus.netsec"

# In a wing everything is pure but the rooms that talk to a device or to the controller's disk: these, and all whose names end
# with _device. In the engine and the transport only the rooms of PURE_SHARED are.
DEVICE_ROOMS = {
    *("arguments", "change_transaction", "configure", "device", "firewall", "manager", "router"),
    *("door", "limiter", "netmiko_driver", "packages_cache", "sensor", "serving", "source", "trust_store"),
}
SHARED = {"_engine", "_transport"}  # what every wing may use, and what knows no wing
PURE_SHARED = {
    "_engine/words/device_text",
    "_engine/words/difference",
    "_engine/words/json_text",
    "_engine/words/enumeration",
    "_engine/failures",
    "_engine/operations",
    "_engine/problems",
    "_engine/refusals",
    "_engine/rules",
    "_engine/states",
    "_engine/version",
    "_transport/expired_password",
    "_transport/login_error",
    "_transport/rest/api",
    "_transport/rest/dialects",
    "_transport/rest/errors",
    "_transport/rest/retries",
    "_transport/ssh/errors",
    "_transport/ssh/names",
    "_transport/ssh/platforms",
}
# What a wing may use of the transport: the doors and what goes through them, and the types of its rows for a connection.
OPEN_TO_WINGS = {
    "_transport/rest/api",
    "_transport/rest/dialects",
    "_transport/rest/files",
    "_transport/ssh/cli",
    "_transport/ssh/configuration",
    "_transport/ssh/platforms",
}
MOST_FILES = 15  # in a folder below plugin_utils; one with more is two
# Makers and systems, as one word of a name or of a text. Wings know them; the engine and the transport do not.
VENDORS = re.compile(
    r"arista|brocade|check.?point|cisco|citrix|cloudbridge|ericsson|forti(?:net|gate|os)|huawei|ios.?xr|ios.?xe|juniper|junos|"
    r"mikrotik|netscaler|nitro|nokia|nx.?os|palo.?alto|pan.?os|sd.?wan|(?<![a-z])srx(?![a-z])|vyos|zscaler",
    re.IGNORECASE,
)
IMPURE = {"ansible", "asyncssh", "netmiko", "paramiko", "requests", "scrapli", "socket", "subprocess", "urllib"}

# The licence itself.
WITHOUT_HEADER = {"LICENSE", "LICENSES/GPL-3.0-or-later.txt"}


def files(*folders: str) -> list[Path]:
    """What git knows or would add under the folders, or everywhere."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard", *folders],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    return [ROOT / name for name in sorted(set(listed.split("\0"))) if name and (ROOT / name).is_file()]


def named(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def imports(path: Path) -> set[str]:
    return imported(path.read_text(encoding="utf-8"), (*COLLECTION.split("."), *path.relative_to(ROOT).parent.parts))


def imported(source: str, package: tuple[str, ...]) -> set[str]:
    """Absolute names of what the source of a file in that package imports."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            names |= {name.name for name in node.names}
        elif isinstance(node, ast.ImportFrom):
            above = package[: len(package) - node.level + 1] if node.level else ()
            origin = (*above, *([node.module] if node.module else []))
            names |= {".".join((*origin, name.name)) for name in node.names}
    return names


def wing_of(text: str) -> set[str]:
    """Wings that a module name passes through; engine and transport are none."""
    return set(re.findall(r"plugin_utils[./](_[a-z]+)", text)) - SHARED


def pure(room: str) -> bool:
    """room: below plugin_utils, as in ``_srx/policy_log/model``."""
    if room.split("/")[0] in SHARED:
        return room in PURE_SHARED
    name = room.rpartition("/")[2]
    return name not in DEVICE_ROOMS and not name.endswith("_device")


def room_of(path: Path) -> str:
    return path.relative_to(UTILS).with_suffix("").as_posix()


def rooms(names: Iterable[str]) -> set[str]:
    """The files of plugin_utils that absolute names lead to."""
    found = set()
    for name in names:
        parts = name.partition("plugin_utils.")[2].split(".")
        found |= {
            room for size in range(1, len(parts) + 1) if (UTILS / f"{(room := '/'.join(parts[:size]))}.py").is_file()
        }
    return found


PYTHON = [path for path in files() if path.suffix == ".py"]
UTIL_FILES = [path for path in PYTHON if path.is_relative_to(UTILS)]
PURE_FILES = [path for path in UTIL_FILES if pure(room_of(path))]


def test_the_rules_below_see_the_tree() -> None:
    assert {"_engine", "_transport", "_iosxr", "_ips", "_sdwan", "_srx"} <= {
        room_of(path).split("/")[0] for path in PURE_FILES
    }
    assert [path for path in PYTHON if path.is_relative_to(ROOT / "tests" / "lab")]


def test_imports_are_seen_in_every_form() -> None:
    source = "import a.b\nfrom c import d\nfrom . import e\nfrom .f import g\nfrom .._srx.model import h\n"
    package = ("top", "plugin_utils", "_iosxr")
    names = {"a.b", "c.d", "top.plugin_utils._iosxr.e", "top.plugin_utils._iosxr.f.g", "top.plugin_utils._srx.model.h"}
    assert imported(source, package) == names
    assert {wing for name in names for wing in wing_of(name)} == {"_iosxr", "_srx"}


def test_the_lab_shares_no_code_with_the_plugins() -> None:
    guilty = [
        named(path)
        for path in files("tests/lab")
        if re.search(r"ansible_collections|plugin_utils", path.read_text(encoding="utf-8", errors="replace"))
    ]
    assert guilty == []


def test_the_plugins_do_not_know_the_lab() -> None:
    guilty = [
        named(path)
        for path in files("plugins")
        if re.search(r"tests[./]lab|\bfrom lab\b|\bimport lab\b", path.read_text(encoding="utf-8"))
    ]
    assert guilty == []


@pytest.mark.parametrize("path", UTIL_FILES, ids=named)
def test_a_wing_imports_no_other_wing_and_the_engine_none(path: Path) -> None:
    own = wing_of(named(path))
    assert {name for name in imports(path) if wing_of(name) - own} == set()


# Rooms beside the capabilities of a wing that read with the grammar of one of them.
WITH_THE_GRAMMAR_OF_ONE = {"_iosxr/candidate"}


@pytest.mark.parametrize("path", UTIL_FILES, ids=named)
def test_what_the_capabilities_of_a_wing_share_imports_none_of_them(path: Path) -> None:
    room = room_of(path)
    wing, *below = room.split("/")
    if wing not in SHARED and len(below) == 1 and room not in WITH_THE_GRAMMAR_OF_ONE:
        assert {name for name in rooms(imports(path)) if name.startswith(f"{wing}/") and name.count("/") > 1} == set()


@pytest.mark.parametrize("path", PURE_FILES, ids=named)
def test_pure_rooms_import_neither_ansible_nor_a_network(path: Path) -> None:
    assert {name for name in imports(path) if name.split(".")[0] in IMPURE} == set()


@pytest.mark.parametrize("path", PURE_FILES, ids=named)
def test_pure_rooms_import_only_pure_rooms_of_the_house(path: Path) -> None:
    assert {room for room in rooms(imports(path)) if not pure(room)} == set()


def test_the_engine_imports_no_transport() -> None:
    engine = {room for path in UTIL_FILES if room_of(path).startswith("_engine/") for room in rooms(imports(path))}
    assert {room for room in engine if room.startswith("_transport/")} == set()


def test_the_transport_imports_only_pure_rooms_of_the_engine() -> None:
    used = {room for path in UTIL_FILES if room_of(path).startswith("_transport/") for room in rooms(imports(path))}
    assert {room for room in used if not room.startswith("_transport/")} <= PURE_SHARED


def test_a_wing_uses_of_the_transport_only_its_doors_and_rows() -> None:
    used = {
        (named(path), room)
        for path in UTIL_FILES
        if wing_of(named(path))
        for room in rooms(imports(path))
        if room.startswith("_transport/") and room not in OPEN_TO_WINGS
    }
    assert used == set()


def test_a_wing_uses_nothing_of_the_engine_that_is_a_plugin_of_ansible() -> None:
    plugins = {
        room_of(path)
        for path in UTIL_FILES
        if room_of(path).startswith("_engine/") and any(name.startswith("ansible.plugins.") for name in imports(path))
    }
    assert {"_engine/action", "_engine/doors"} <= plugins
    used = {room for path in UTIL_FILES if wing_of(named(path)) for room in rooms(imports(path))}
    assert used & {*plugins, "_engine/state_action"} == set()


def test_the_engine_and_the_transport_name_no_vendor() -> None:
    found = {
        (named(path), word[0])
        for path in UTIL_FILES
        if room_of(path).split("/")[0] in SHARED
        for word in VENDORS.finditer(f"{path.name}\n{path.read_text(encoding='utf-8')}")
    }
    assert found == set()


def test_the_words_of_vendors_are_seen_and_others_are_not() -> None:
    assert all(
        map(VENDORS.search, ("cisco.iosxr.iosxr", "a Junos device", "srx_capture", "SD-WAN", "NITRO's", "IOS XR"))
    )
    assert not VENDORS.search("netmiko and paramiko find the position of a host")


def test_one_room_locks_files() -> None:
    """And the limiter, whose lock is of the first of some places that is free."""
    locking = {room_of(path) for path in UTIL_FILES if "fcntl" in imports(path)}
    assert locking == {"_engine/controller/files", "_ips/limiter"}


def test_a_folder_of_plugin_utils_is_read_in_one_sitting() -> None:
    counts = Counter(path.parent for path in UTIL_FILES)
    assert {named(folder): count for folder, count in counts.items() if count > MOST_FILES} == {}


def test_no_package_files_under_plugins() -> None:
    assert [named(path) for path in files("plugins") if path.name == "__init__.py"] == []


def test_no_grab_bags() -> None:
    bags = {"utils.py", "helpers.py", "common.py", "misc.py"}
    assert [named(path) for path in files() if path.name in bags] == []


@pytest.mark.parametrize("path", PYTHON, ids=named)
def test_a_file_is_a_room_and_a_function_a_screen(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert text.count("\n") < 700
    if named(path).startswith(("plugins/", "tools/")):
        functions = (node for node in ast.walk(ast.parse(text)) if isinstance(node, ast.FunctionDef))
        assert [node.name for node in functions if (node.end_lineno or 0) - node.lineno >= 60] == []


def bound_names(tree: ast.AST) -> set[str]:
    """What a module calls its variables, arguments and functions."""
    variables = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)}
    arguments = {node.arg for node in ast.walk(tree) if isinstance(node, ast.arg)}
    return variables | arguments | {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}


def test_no_name_that_ansible_test_refuses() -> None:
    """ansible-test says so, too, but only after minutes: pylint's bad-names of its configuration for collections."""
    refused = {"_", "bar", "baz", "foo", "toto", "tutu", "tata"}
    assert bound_names(ast.parse("[1 for _ in (lambda bar: ())]\ndef foo(): pass")) == {"_", "bar", "foo"}
    found = {named(path): bound_names(ast.parse(path.read_text(encoding="utf-8"))) & refused for path in PYTHON}
    assert {path: names for path, names in found.items() if names} == {}


def test_every_file_names_copyright_and_licence() -> None:
    def complete(path: Path) -> bool:
        text = path.read_text(encoding="utf-8", errors="replace")[:2000]
        return "Copyright (c)" in text and bool(re.search(r"SPDX-License-Identifier:\sGPL-3\.0-or-later", text))

    missing = [
        named(path)
        for path in files()
        if named(path) not in WITHOUT_HEADER
        and not complete(path)
        and not (path.with_name(f"{path.name}.license").is_file() and complete(path.with_name(f"{path.name}.license")))
    ]
    assert missing == []


def test_the_version_of_plans_is_the_version_of_the_collection() -> None:
    galaxy = yaml.safe_load((ROOT / "galaxy.yml").read_text(encoding="utf-8"))
    assert f'VERSION = "{galaxy["version"]}"' in (UTILS / "_engine" / "version.py").read_text(encoding="utf-8")


def test_every_module_is_in_the_action_group_of_its_system() -> None:
    groups = yaml.safe_load((ROOT / "meta" / "runtime.yml").read_text(encoding="utf-8"))["action_groups"]
    modules = {path.stem for path in files("plugins/modules")}
    assert {name for group, names in groups.items() if group != "all" for name in names} == modules
    assert all(name.startswith(f"{group}_") for group, names in groups.items() if group != "all" for name in names)
    (everything,) = groups["all"]
    assert everything["metadata"]["extend_group"] == [f"mspplus.netsec.{group}" for group in groups if group != "all"]


def test_every_module_has_its_action_and_every_action_its_documentation() -> None:
    assert {path.stem for path in files("plugins/modules")} == {path.stem for path in files("plugins/action")}


# A reader stumbles over these; the usual words are "is listed twice", "is not a valid …", "another session", "must", "again".
ODD_WORDS = re.compile(
    r"(?i)stands? twice|stood twice|(?<!there )\b(?:is|are) (?-i:none)\b|some ?body else|\b(?:some|no)body\b|\bmend\b|was behind|thereby|\banew\b|\bshall\b"
)


def test_the_house_speaks_plain_english() -> None:
    texts = [*files("plugins", "roles", "playbooks", "docs"), ROOT / "README.md", ROOT / "CONTRIBUTING.md"]
    odd = [
        f"{named(path)}: {found[0]}"
        for path in texts
        if path.suffix in {".py", ".md", ".yml", ".j2"}
        for found in ODD_WORDS.finditer(path.read_text(encoding="utf-8"))
    ]
    assert odd == []
    assert all(map(ODD_WORDS.search, ("it stands twice", "VLAN 5000 is none", "Mend it", "Somebody else changed it")))
    assert not ODD_WORDS.search("empty where there is none; recommended, amended")
