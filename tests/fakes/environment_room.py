"""Environments in a folder, made by nobody and tried by a function of the test."""

import json
from collections.abc import Sequence
from pathlib import Path

from eohub_hub.local.environment import MARKER, marker_of
from eohub_hub.local.environments.manifest import load_manifest
from eohub_hub.local.environments.recipes import POD_HALVES, recipe_of
from eohub_hub.local.environments.room import EnvironmentRoom

MANIFEST = """
environments:
  - id: base
    title: Python
    languages: [Python]
    smoke: [{kernel: python3, code: print(1), output: "1"}]
  - id: java
    title: Java
    languages: [Java, Python]
    layers: [base]
    kernel: java
    channels: ports
    needs: {command: [java, --version], says: Java 2, title: Java 21, install: default-jdk}
    smoke: [{kernel: java, code: "1", output: "1"}]
"""


def make_room(folder: Path, *, java: str = "Java 21") -> EnvironmentRoom:
    """A room of two environments on a machine whose java says `java`."""
    for name in ("base", "java"):
        kernel = folder / "kernels" / name
        kernel.mkdir(parents=True)
        (kernel / "kernel.json").write_text("{}")
        (kernel / "requirements.lock").write_text("one==1")
    (folder / "kernels" / "manifest.yaml").write_text(MANIFEST)
    (folder / "kernels" / "smoke.py").write_text("")
    (folder / "dist").mkdir()
    for half in POD_HALVES:
        (folder / "dist" / f"{half}-0.1.0-py3-none-any.whl").write_text(half)
    (folder / "environments").mkdir()
    room = EnvironmentRoom(load_manifest(folder / "kernels"), folder / "environments", folder)
    room.look_around(lambda _: java)
    return room


def pretend_made(room: EnvironmentRoom, *identifiers: Sequence[str] | str) -> None:
    """Have environments look as made by the recipe of now."""
    for identifier in identifiers:
        known = room.known(str(identifier))
        place = room.place(known.id)
        place.mkdir(exist_ok=True)
        marker = marker_of(place, recipe_of(known, room.manifest, room.project))
        (place / MARKER).write_text(json.dumps(marker))
