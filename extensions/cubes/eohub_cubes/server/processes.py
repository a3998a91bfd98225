"""How the Jupyter server starts the processes that read data: asked by lines in, answering by lines out."""

import asyncio
import sys
from collections.abc import Mapping, Sequence

from eohub_cubes.server.messages import LARGEST_MESSAGE


async def started(
    module: str, environ: Mapping[str, str], pass_fds: Sequence[int] = ()
) -> asyncio.subprocess.Process:
    """Start a module of this package; no file of the person's working folder is taken for a library (-P)."""
    return await asyncio.create_subprocess_exec(
        sys.executable,
        "-P",
        "-m",
        f"eohub_cubes.server.{module}",
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        env=dict(environ),
        limit=LARGEST_MESSAGE,
        pass_fds=pass_fds,
    )
