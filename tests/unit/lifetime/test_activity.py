"""What counts as activity."""

from dataclasses import replace

import pytest

from eohub_lifetime.activity import Sample, activity
from eohub_profiles.decision import Lifetime

LIFETIME = Lifetime(
    idle_seconds=3600,
    grace_seconds=600,
    keep_seconds=3600,
    maximum_age_seconds=None,
    cpu_percent=10.0,
    gpu_percent=5.0,
)
OPEN_TAB = Sample(busy_kernels=0, cpu_percent=3.0, gpu_percent=None, dask_tasks=0, terminal_jobs=0)


def test_an_open_tab_with_an_idle_kernel_is_no_activity() -> None:
    assert activity(OPEN_TAB, LIFETIME) == ()


def test_a_kernel_that_sleeps_is_activity_though_it_uses_no_cpu() -> None:
    assert activity(replace(OPEN_TAB, busy_kernels=1, cpu_percent=0.0), LIFETIME) == ("one busy kernel",)


@pytest.mark.parametrize(
    ("sample", "said"),
    [
        (replace(OPEN_TAB, cpu_percent=190.4), "CPU at 190 %"),
        (replace(OPEN_TAB, gpu_percent=40.0), "GPU at 40 %"),
        (replace(OPEN_TAB, dask_tasks=12), "12 Dask tasks"),
        (replace(OPEN_TAB, terminal_jobs=1), "one terminal job"),
    ],
)
def test_each_kind_of_work_alone_is_activity(sample: Sample, said: str) -> None:
    assert activity(sample, LIFETIME) == (said,)


def test_a_load_at_the_threshold_is_none_and_above_it_is() -> None:
    assert activity(replace(OPEN_TAB, cpu_percent=10.0, gpu_percent=5.0), LIFETIME) == ()
    assert len(activity(replace(OPEN_TAB, cpu_percent=10.1, gpu_percent=5.1), LIFETIME)) == 2


def test_a_gpu_that_cannot_be_read_is_no_activity_and_no_error() -> None:
    assert activity(replace(OPEN_TAB, gpu_percent=None), replace(LIFETIME, gpu_percent=0.0)) == ()


def test_everything_that_is_busy_is_said() -> None:
    busy = Sample(busy_kernels=2, cpu_percent=50.0, gpu_percent=50.0, dask_tasks=1, terminal_jobs=2)
    assert activity(busy, LIFETIME) == (
        "2 busy kernels",
        "CPU at 50 %",
        "GPU at 50 %",
        "one Dask task",
        "2 terminal jobs",
    )
