"""What the cube view of the Lab can ask the user's own Jupyter server."""

import asyncio

from eohub_cubes.contract import (
    CodeQuery,
    CubeDescription,
    DescribeQuery,
    Estimate,
    EstimateQuery,
    Located,
    LocateQuery,
    NotebookCode,
    Preview,
    PreviewQuery,
    Series,
    SeriesQuery,
    VirtualJob,
    VirtualJobs,
    VirtualQuery,
)
from eohub_cubes.server.extension import PREFIX
from eohub_cubes.server.paths import ServerPaths
from eohub_cubes.server.reader_process import ReaderProcess
from eohub_cubes.server.virtual_jobs import VirtualCubes
from eohub_toolkit.routes import route


@route("POST", "/describe")
async def describe(query: DescribeQuery, reader: ReaderProcess, paths: ServerPaths) -> CubeDescription:
    """Tell what is in some data, from its metadata alone."""
    return await reader.ask("describe", paths.of_source(query), CubeDescription)


@route("POST", "/estimate")
async def estimate(query: EstimateQuery, reader: ReaderProcess, paths: ServerPaths) -> Estimate:
    """Tell what a selection costs to read and to hold, from metadata and headers alone."""
    return await reader.ask("estimate", paths.of_source(query), Estimate)


@route("POST", "/preview")
async def preview(query: PreviewQuery, reader: ReaderProcess, paths: ServerPaths) -> Preview:
    """Read one slice to draw, within a budget of bytes."""
    return await reader.ask("preview", paths.of_source(query), Preview)


@route("POST", "/series")
async def series(query: SeriesQuery, reader: ReaderProcess, paths: ServerPaths) -> Series:
    """Read the values along one dimension at a point, within a budget of bytes."""
    return await reader.ask("series", paths.of_source(query), Series)


@route("POST", "/locate")
async def locate(query: LocateQuery, reader: ReaderProcess, paths: ServerPaths) -> Located:
    """Find the step of a value, or the value of a step."""
    return await reader.ask("locate", paths.of_source(query), Located)


@route("POST", "/code")
async def code(query: CodeQuery, reader: ReaderProcess, paths: ServerPaths) -> NotebookCode:
    """Write the notebook cell that opens a source."""
    return await reader.ask("code", paths.of_source(query), NotebookCode)


@route("POST", "/virtual")
async def make_virtual(query: VirtualQuery, virtual: VirtualCubes, paths: ServerPaths) -> VirtualJob:
    """Begin to make a virtual cube from many files; it goes on without the page that asked."""
    return await virtual.start(await asyncio.to_thread(paths.of_virtual, query))


@route("GET", "/virtual")
async def list_virtual(virtual: VirtualCubes) -> VirtualJobs:
    """Tell how far the virtual cubes of late are, the newest first."""
    return await virtual.jobs()


@route("POST", "/virtual/{job}/again")
async def make_virtual_again(job: str, virtual: VirtualCubes) -> VirtualJob:
    """Begin one anew that was interrupted, refused or cancelled, or that failed."""
    return await virtual.again(job)


@route("DELETE", "/virtual/{job}")
async def cancel_virtual(job: str, virtual: VirtualCubes) -> VirtualJob:
    """Stop making a virtual cube; nothing of it stays."""
    return await virtual.cancel(job)


ROUTES = (
    describe,
    estimate,
    preview,
    series,
    locate,
    code,
    make_virtual,
    list_virtual,
    make_virtual_again,
    cancel_virtual,
)
__all__ = ["PREFIX", "ROUTES"]
