"""What the routes are given: each part made once, nothing started before it is needed."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path

from jupyter_core.paths import jupyter_data_dir

from eohub_cubes.server.kept_jobs import KeptJobs
from eohub_cubes.server.paths import ServerPaths
from eohub_cubes.server.reader_process import ReaderProcess
from eohub_cubes.server.settings import ServerSettings
from eohub_cubes.server.virtual_jobs import VirtualCubes
from eohub_toolkit.settings import load


def parts_of(environ: Mapping[str, str], root: Path) -> dict[type, object]:
    """The parts by the type that a route asks for; `root` is the folder that the Jupyter server shows."""
    settings = cache(lambda: load(ServerSettings, environ))
    kept = KeptJobs(Path(jupyter_data_dir()) / "eohub-cubes" / "virtual")
    return {
        ReaderProcess: ReaderProcess(settings, environ),
        VirtualCubes: VirtualCubes(environ, kept),
        ServerPaths: ServerPaths(root),
    }
