from dataclasses import replace

import pytest
from fakes.plans import small_plan
from hypothesis import given
from hypothesis import strategies as st

from eohub_profiles.compile import THREAD_VARIABLES, compile_local
from eohub_profiles.decision import Plan
from eohub_profiles.resolve import threads


def plan(cpu: float) -> Plan:
    return replace(small_plan(), cpu=cpu, threads=threads(cpu))


def test_a_plan_of_two_cores_is_held_to_two_threads() -> None:
    limits = compile_local(plan(2.0))
    assert (limits.cpu_count, limits.memory_bytes) == (2, 4_294_967_296)
    assert dict(limits.environment) == {
        "OMP_NUM_THREADS": "2",
        "OPENBLAS_NUM_THREADS": "2",
        "MKL_NUM_THREADS": "2",
        "NUMEXPR_MAX_THREADS": "2",
        "NUMBA_NUM_THREADS": "2",
        "ZARR_THREADING__MAX_WORKERS": "2",
        "DASK_NUM_WORKERS": "2",
    }


@pytest.mark.parametrize(("cpu", "count", "thread_count"), [(0.1, 1, "1"), (1.5, 2, "1"), (2.5, 3, "2")])
def test_a_part_of_a_core_needs_a_core_but_brings_no_thread(
    cpu: float, count: int, thread_count: str
) -> None:
    limits = compile_local(plan(cpu))
    assert limits.cpu_count == count
    assert limits.environment["OMP_NUM_THREADS"] == thread_count


def test_the_limits_of_one_server_cannot_be_changed_through_another() -> None:
    first = compile_local(plan(2.0))
    with pytest.raises(TypeError):
        first.environment["OMP_NUM_THREADS"] = "64"  # pyright: ignore[reportIndexIssue]
    assert first == compile_local(plan(2.0))


@given(st.integers(100, 512_000))
def test_threads_never_exceed_the_cores(milli_cores: int) -> None:
    limits = compile_local(plan(milli_cores / 1_000))
    for name in THREAD_VARIABLES:
        assert 1 <= int(limits.environment[name]) <= limits.cpu_count
