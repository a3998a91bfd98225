"""Makes a virtual cube: files are read, compared and joined, and kept in its place once all went well."""

import math
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, as_completed
from contextvars import copy_context
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, cast

import icechunk
import xarray as xr
from virtualizarr.manifests import ManifestArray

from eohub_cubes.contract import VirtualRefusal
from eohub_cubes.errors import DataDamaged, DataMissing, NotJoinable, NotReadable, StoreDown
from eohub_cubes.virtual import compared, joined_dimension, not_joinable, order_of, unreadable
from eohub_cubes.virtualizing.files import VirtualFile, read_file
from eohub_cubes.virtualizing.places import place_of
from eohub_cubes.virtualizing.repository import authorised, containers_of, first_line

_AT_ONCE = 8
type Progress = Callable[[int, int], None]
"""Told how many files are read, of how many."""


def build(addresses: Sequence[str], target: str, join: str, progress: Progress) -> None:
    """Make an icechunk repository at `target` that refers to the values of netCDF-4 files.

    Files are put in the order of their times. Raises NotJoinable with all reasons, TargetTaken, and what
    readers raise; then nothing is left at the target.
    """
    if not target.endswith(".icechunk"):
        raise NotReadable("The name of a virtual cube ends in .icechunk.", hint=f"Try {target}.icechunk.")
    if not addresses:
        raise NotReadable("There are no files to join.", hint="Look whether the pattern of their names fits.")
    with place_of(target) as (folder, publish):
        files = _read(addresses, join, progress)
        dimension = joined_dimension(files[0].facts, join)
        ordered = [files[index] for index in order_of([each.facts for each in files], dimension)]
        joined = xr.concat(
            [each.dataset for each in ordered],
            dim=dimension,
            data_vars="minimal",
            coords="minimal",
            compat="override",
            combine_attrs="override",
            join="override",
        )
        try:
            _keep(joined, ordered, folder)
        except (icechunk.IcechunkError, OSError) as error:
            raise StoreDown("The virtual cube could not be written.", hint=first_line(error)) from None
        publish()


def _read(addresses: Sequence[str], join: str, progress: Progress) -> list[VirtualFile]:
    found: dict[int, VirtualFile] = {}
    refused: list[VirtualRefusal] = []
    threads = ThreadPoolExecutor(_AT_ONCE)
    asked: dict[Future[VirtualFile], int] = {
        threads.submit(copy_context().run, read_file, address, join): index
        for index, address in enumerate(addresses)
    }
    try:
        progress(0, len(addresses))
        for count, future in enumerate(as_completed(asked), start=1):
            index = asked[future]
            try:
                found[index] = future.result()
            except NotJoinable as error:
                refused.extend(error.refusals)
            except (DataMissing, DataDamaged, NotReadable) as error:
                refused.append(unreadable(addresses[index], error.detail))
            progress(count, len(addresses))
    finally:
        # Whoever stops does not wait for reads that are under way.
        threads.shutdown(wait=False, cancel_futures=True)
    if refused:
        if found:
            # Those that can be read may have reasons of their own.
            facts = [found[index].facts for index in sorted(found)]
            refused.extend(compared(facts, joined_dimension(facts[0], join))[1])
        refused.sort(key=lambda each: addresses.index(each.address))
        raise not_joinable(refused)
    return [found[index] for index in range(len(addresses))]


def _keep(joined: xr.Dataset, files: Sequence[VirtualFile], folder: Path) -> None:
    for variable in joined.variables.values():
        if isinstance(variable._data, ManifestArray):  # pyright: ignore[reportPrivateUsage]
            continue
        # What is copied goes into one chunk, instead of one for each file.
        for name in ("chunks", "preferred_chunks"):
            variable.encoding.pop(name, None)
        # And none is given a missing value that it had not.
        variable.encoding.setdefault("_FillValue", None)
    config = icechunk.RepositoryConfig.default()
    containers = {each.url_prefix: each for each in containers_of(file.facts.address for file in files)}
    for container in containers.values():
        config.set_virtual_chunk_container(container)
    repository = icechunk.Repository.create(
        icechunk.local_filesystem_storage(str(folder)),
        config,
        authorize_virtual_chunk_access=authorised(containers, str(folder)),
    )
    repository.save_config()
    session = repository.writable_session("main")
    cast(Any, joined).vz.to_icechunk(session.store, last_updated_at=_newest(files))
    session.commit(f"Virtual cube of {len(files)} files")


def _newest(files: Sequence[VirtualFile]) -> datetime | None:
    """When the files were last written, to the next second: a chunk of a newer file is not read."""
    times = [each.modified.timestamp() for each in files if each.modified is not None]
    return datetime.fromtimestamp(math.ceil(max(times)), UTC) if len(times) == len(files) else None
