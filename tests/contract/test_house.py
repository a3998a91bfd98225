"""The house rules of the design, checked: the tree, sizes, annotations, budgets, forbidden text."""

import ast
import re
import statistics
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
ROOMS = {"hub_config", "spawner_profiles", "kernels", "extensions", "tests", "docs"}
HOUSEKEEPING = {
    ".ci", ".gitignore", ".python-version", ".yarnrc.yml", "CHANGELOG.md", "LICENSE", "Makefile", "README.md",
    ".prettierignore", "eslint.config.mjs", "helm-values.yaml", "package.json",
    "prettier.config.mjs", "pyproject.toml", "requirements-dev.lock", "requirements.lock",
    "tsconfig.base.json", "vitest.config.mjs", "yarn.lock",
}  # fmt: skip
PACKAGES = {
    "profiles": ROOT / "spawner_profiles" / "eohub_profiles",
    "hub": ROOT / "hub_config" / "eohub_hub",
    "toolkit": ROOT / "extensions" / "toolkit" / "eohub_toolkit",
    "storage": ROOT / "extensions" / "storage" / "eohub_storage",
    "catalogue": ROOT / "extensions" / "catalogue" / "eohub_catalogue",
    "cubes": ROOT / "extensions" / "cubes" / "eohub_cubes",
    "lifetime": ROOT / "extensions" / "lifetime" / "eohub_lifetime",
}
GENERATED = {"api.gen.ts"}


def committed(*patterns: str) -> list[Path]:
    """Files that git tracks, and new ones that it does not ignore."""
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "--", *patterns]
    names = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout.splitlines()
    return sorted({ROOT / name for name in names if (ROOT / name).is_file()})


def lines_of(path: Path) -> int:
    """Lines of a file that hold something: a blank line costs nothing to read."""
    return sum(1 for line in path.read_text("utf-8").splitlines() if line.strip())


def product_modules() -> list[Path]:
    rooms = ("spawner_profiles/*.py", "hub_config/*.py", "extensions/*.py", "kernels/*.py")
    return [path for path in committed(*rooms) if "versions" not in path.parts]


def functions_of(path: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def named(path: Path) -> str:
    return str(path.relative_to(ROOT))


def test_the_tree_has_no_other_top_level_name() -> None:
    names = {path.relative_to(ROOT).parts[0] for path in committed()}
    assert names <= ROOMS | HOUSEKEEPING, names - ROOMS - HOUSEKEEPING


def test_the_tree_has_no_empty_room() -> None:
    for room, package in PACKAGES.items():
        assert any(package.glob("*.py")), room


@pytest.mark.parametrize("path", product_modules(), ids=named)
def test_a_module_fits_into_a_head(path: Path) -> None:
    assert len(path.read_text("utf-8").splitlines()) <= 400


def test_modules_are_small_in_the_middle() -> None:
    sizes = [lines_of(path) for path in product_modules() if lines_of(path) > 3]
    assert statistics.median(sizes) <= 100


@pytest.mark.parametrize("path", [*product_modules(), *committed("tests/*.py")], ids=named)
def test_a_function_fits_on_a_screen(path: Path) -> None:
    long = {
        node.name: size
        for node in functions_of(path)
        if (size := (node.end_lineno or node.lineno) - node.lineno + 1) > 60
    }
    assert not long


@pytest.mark.parametrize("path", product_modules(), ids=named)
def test_public_functions_are_annotated(path: Path) -> None:
    for node in functions_of(path):
        if node.name.startswith("_"):
            continue
        arguments = [*node.args.posonlyargs, *node.args.args, *node.args.kwonlyargs]
        bare = [a.arg for a in arguments if a.annotation is None and a.arg not in ("self", "cls", "_")]
        assert not bare, f"{node.name}: {bare}"
        assert node.returns is not None, node.name


@pytest.mark.parametrize("path", committed("*.ts", "*.tsx"), ids=named)
def test_a_typescript_file_fits_into_a_head(path: Path) -> None:
    if path.name not in GENERATED:
        assert len(path.read_text("utf-8").splitlines()) <= 400


def test_the_toolkit_stays_within_its_budget() -> None:
    python = sum(lines_of(path) for path in PACKAGES["toolkit"].rglob("*.py"))
    typescript = sum(
        lines_of(path)
        for path in committed("extensions/toolkit/lab/src")
        if path.suffix in (".ts", ".tsx") and ".test." not in path.name and ".spec." not in path.name
    )
    assert python <= 900
    assert typescript <= 500


def test_there_is_at_least_as_much_test_code_as_source() -> None:
    of_scripts = {path for path in committed("*.ts", "*.tsx", "*.js") if {"test", "tests"} & {*path.parts}}
    tests = [*committed("tests/*.py"), *of_scripts]
    scripts = committed("extensions/*.ts", "extensions/*.tsx", "hub_config/*.js")
    sources = [
        *product_modules(),
        *(path for path in scripts if path.name not in GENERATED and path not in tests),
    ]
    assert sum(map(lines_of, tests)) >= sum(map(lines_of, sources))


def test_unit_tests_mirror_the_rooms() -> None:
    rooms = {path.relative_to(ROOT).parts[2] for path in committed("tests/unit/*.py")}
    assert rooms <= PACKAGES.keys() | {"kernels"}
    assert PACKAGES.keys() <= rooms


@pytest.mark.parametrize(
    "path", [path for path in product_modules() if path.name == "contract.py"], ids=named
)
def test_wire_types_know_pydantic_and_nothing_of_the_server(path: Path) -> None:
    assert not imports_of(path) & {
        "fastapi",
        "tornado",
        "sqlalchemy",
        "jupyter_server",
        "httpx2",
        "os",
        "time",
    }


FEATURES = ("storage", "catalogue", "cubes", "lifetime", "profiles")
PURE = {
    "base64", "binascii", "collections", "collections.abc", "contextlib", "dataclasses", "datetime",
    "decimal", "difflib", "enum", "fractions", "functools", "hashlib", "itertools", "json", "keyword", "math",
    "operator", "re", "string", "types", "typing", "unicodedata", "urllib.parse", "pydantic",
    "pydantic_core", "eohub_toolkit.errors", "eohub_profiles.mounts", "eohub_profiles.decision",
    "eohub_profiles.model", "eohub_profiles.standing", "eohub_profiles.tiers", "cql2", "shapely",
    "copy", "pystac.serialization", "shapely.geometry.base", "numpy",
    "numpy.typing", "xarray", "pandas", "cftime", "pyproj", "pyproj.exceptions",
}  # fmt: skip
"""What a domain module may import beside its own feature's; whatever is not here needs a port."""

READERS = {
    "extensions/cubes/eohub_cubes/__init__.py": {
        "importlib",
        *(
            f"eohub_cubes.notebook.{name}"
            for name in ("estimates", "explorer", "opening", "searching", "stores", "virtual")
        ),
    },
    "spawner_profiles/eohub_profiles/catalog.py": {"pathlib"},
    "spawner_profiles/eohub_profiles/source.py": {"pathlib"},
    "spawner_profiles/eohub_profiles/document.py": {"yaml"},
}
"""The policy is read in one place and parsed in another; what a notebook has is imported when it is used."""

CLOCKS = {"now", "today", "utcnow"}


DOMAIN_ROOMS = {"lint"}
"""Folders of domain modules, where one file would be too long."""

OF_A_SHARED_ROOM = {"eohub_catalogue.index.footprint"}
"""What domain modules may use of a room that both halves share: it is as pure as they are."""


def domain_modules_of(package: Path) -> list[Path]:
    """The pure modules of a feature: those beside `contract.py`, and in rooms of their own."""
    return sorted(
        [*package.glob("*.py"), *(path for room in DOMAIN_ROOMS for path in package.glob(f"{room}/*.py"))]
    )


def domain_modules() -> list[Path]:
    return [path for feature in FEATURES for path in domain_modules_of(PACKAGES[feature])]


def modules_beside(path: Path) -> set[str]:
    """The names of the domain modules of the same feature."""
    package = next(each for each in PACKAGES.values() if each in path.parents)
    paths = [other.relative_to(package.parent) for other in domain_modules_of(package)]
    names = {".".join(other.with_suffix("").parts).removesuffix(".__init__") for other in paths}
    return names - {package.name}


def impurities_of(source: str, allowed: set[str]) -> list[str]:
    """What a domain module may not use: other imports, a clock, a file, a name made at run time."""
    found: list[str] = []
    for node in ast.walk(ast.parse(source)):
        match node:
            case ast.Import(names=names):
                found += [alias.name for alias in names if alias.name not in allowed]
            case ast.ImportFrom(module=module, names=names, level=level) if level or module not in allowed:
                found += [f"{module}.{alias.name}" for alias in names]
            case ast.ImportFrom(names=names):
                found += [alias.name for alias in names if alias.name in CLOCKS]
            case ast.Attribute(attr=name) if name in CLOCKS:
                found.append(name)
            case ast.Name(id="open" | "__import__" | "eval" | "exec" | "input" | "print" as name):
                found.append(name)
            case _:
                pass
    return found


@pytest.mark.parametrize("path", domain_modules(), ids=named)
def test_domain_modules_are_pure(path: Path) -> None:
    allowed = PURE | OF_A_SHARED_ROOM | modules_beside(path) | READERS.get(named(path), set())
    assert impurities_of(path.read_text("utf-8"), allowed) == []


@pytest.mark.parametrize(
    "source",
    [
        "import os", "import boto3", "import http.client", "from http import client", "import urllib.request",
        "from urllib import request", "from urllib.request import urlopen", "import time", "import socket",
        "from datetime import datetime\nx = datetime.now()", "import datetime\nx = datetime.date.today()",
        "from eohub_storage import service", "from eohub_storage.service import app", "from . import server",
        "from .server import command", "from pathlib import Path", "x = open('x')", "x = __import__('os')",
        "def f():\n    import random", "import importlib", "from eohub_toolkit import http",
        "from eohub_toolkit.http import Client", "print('x')",
    ],
)  # fmt: skip
def test_what_touches_the_world_is_found_in_a_domain_module(source: str) -> None:
    assert impurities_of(source, PURE | {"eohub_storage.policy"})


SHARED = {"catalogue": {"index", "lint"}, "cubes": {"formats", "reading", "notebook", "virtualizing"}}
"""Rooms beside the halves of a feature, which import neither of them."""

WITHOUT_SERVICE = {"cubes"}
"""Features that have nothing beside the hub."""


def test_the_halves_of_a_feature_lie_in_their_folders() -> None:
    for feature in ("storage", "catalogue", "cubes", "lifetime"):
        folders = {path.parent.name for path in PACKAGES[feature].glob("*/__init__.py")}
        halves = {"server"} if feature in WITHOUT_SERVICE else {"server", "service"}
        assert folders == halves | SHARED.get(feature, set()), feature


def imports_of(path: Path) -> set[str]:
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {node.module, node.module.partition(".")[0]}
    return found


@pytest.mark.parametrize("path", committed("extensions/*/lab/src/panel/*.tsx"), ids=named)
def test_panels_are_react_without_jupyter(path: Path) -> None:
    modules = re.findall(r"from\s+'([^']+)'", path.read_text("utf-8"))
    assert not [module for module in modules if module.startswith("@jupyterlab/") or "/plugins/" in module]


def test_only_the_client_knows_urls() -> None:
    for path in committed("extensions/*/lab/src/*.ts", "extensions/*/lab/src/*.tsx"):
        if path.name in GENERATED or path.name.startswith("client") or ".test." in path.name:
            continue
        assert "ServerConnection" not in path.read_text("utf-8") or "toolkit" in path.parts, named(path)


FORBIDDEN_TEXT = {
    "a registry's host name": re.compile(
        r"pypi\.org|pythonhosted\.org|npmjs\.(org|com)|yarnpkg\.com|deb\.debian\.org|repo1?\.maven|proxy\.golang",
        re.I,
    ),
    "a path of one machine": re.compile(r"/work/|/root/|/home/[a-z]+/(?!\.)"),
    "unfinished work": re.compile(r"\b(TODO|FIXME|XXX)\b"),
}


@pytest.mark.parametrize("kind", FORBIDDEN_TEXT)
def test_no_committed_file_holds(kind: str) -> None:
    pattern = FORBIDDEN_TEXT[kind]
    found: list[str] = []
    for path in committed():
        if path == Path(__file__) or path.suffix in (".png", ".svg", ".ico"):
            continue
        for number, line in enumerate(path.read_text("utf-8", "replace").splitlines(), 1):
            if pattern.search(line):
                found.append(f"{named(path)}:{number}: {line.strip()[:80]}")
    assert not found


def test_lock_files_pin_every_package_by_hash() -> None:
    locks = committed("*.lock")
    assert {named(path) for path in locks} >= {"requirements.lock", "requirements-dev.lock", "yarn.lock"}
    for path in locks:
        if path.name == "yarn.lock":
            continue
        text = path.read_text("utf-8")
        pins = re.findall(r"^[a-z0-9][\w.-]*(?:\[[^\]]*\])?==", text, re.M)
        assert pins, named(path)
        assert "index-url" not in text
        blocks = re.split(r"^(?=[a-z0-9][\w.-]*(?:\[[^\]]*\])?==)", text, flags=re.M)[1:]
        assert all("--hash=sha256:" in block for block in blocks), named(path)
