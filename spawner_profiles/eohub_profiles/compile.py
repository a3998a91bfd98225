"""A plan as the limits of a process on this machine."""

from collections.abc import Mapping
from dataclasses import dataclass
from math import ceil
from types import MappingProxyType

from eohub_profiles.decision import Plan

# Each library starts as many threads as the machine has cores unless its own variable says otherwise:
# OpenMP, OpenBLAS, Intel MKL, NumExpr, Numba, zarr 3 (`threading.max_workers`), Dask's threaded scheduler.
THREAD_VARIABLES = (
    "OMP_NUM_THREADS",
    "OPENBLAS_NUM_THREADS",
    "MKL_NUM_THREADS",
    "NUMEXPR_MAX_THREADS",
    "NUMBA_NUM_THREADS",
    "ZARR_THREADING__MAX_WORKERS",
    "DASK_NUM_WORKERS",
)


@dataclass(frozen=True, slots=True)
class LocalLimits:
    """Whole cores to run on, bytes of memory, and the variables that hold libraries to the plan's threads."""

    cpu_count: int
    memory_bytes: int
    environment: Mapping[str, str]


def compile_local(plan: Plan) -> LocalLimits:
    """Return the limits for a local spawner; CPU affinity knows only whole cores, so a part is rounded up."""
    return LocalLimits(
        cpu_count=ceil(plan.cpu),
        memory_bytes=plan.memory_bytes,
        environment=MappingProxyType({name: str(plan.threads) for name in THREAD_VARIABLES}),
    )
