"""What counts as activity."""

import dataclasses
from typing import Any

import pytest

from eohub_lifetime.activity import activity
from eohub_lifetime.contract import Report
from eohub_profiles.decision import Lifetime

LIFETIME = Lifetime(
    idle_seconds=3600,
    grace_seconds=600,
    keep_seconds=3600,
    maximum_age_seconds=None,
    cpu_percent=10.0,
    gpu_percent=5.0,
)
OPEN_TAB = Report(busy_kernels=0, cpu_percent=3.0, gpu_percent=None, dask_tasks=0, terminal_jobs=0)


def tab(**changes: Any) -> Report:
    """An open tab with something beside."""
    return Report(**(OPEN_TAB.model_dump() | changes))


def test_an_open_tab_with_an_idle_kernel_is_no_activity() -> None:
    assert activity(OPEN_TAB, LIFETIME) == ()


def test_a_kernel_that_sleeps_is_activity_though_it_uses_no_cpu() -> None:
    assert activity(tab(busy_kernels=1, cpu_percent=0.0), LIFETIME) == ("one busy kernel",)


@pytest.mark.parametrize(
    ("report", "said"),
    [
        (tab(cpu_percent=190.4), "CPU at 190 %"),
        (tab(gpu_percent=40.0), "GPU at 40 %"),
        (tab(dask_tasks=12), "12 Dask tasks"),
        (tab(terminal_jobs=1), "one terminal job"),
    ],
)
def test_each_kind_of_work_alone_is_activity(report: Report, said: str) -> None:
    assert activity(report, LIFETIME) == (said,)


def test_a_load_at_the_threshold_is_none_and_above_it_is() -> None:
    assert activity(tab(cpu_percent=10.0, gpu_percent=5.0), LIFETIME) == ()
    assert len(activity(tab(cpu_percent=10.1, gpu_percent=5.1), LIFETIME)) == 2


def test_a_gpu_that_cannot_be_read_is_no_activity_and_no_error() -> None:
    assert activity(tab(gpu_percent=None), dataclasses.replace(LIFETIME, gpu_percent=0.0)) == ()


def test_everything_that_is_busy_is_said() -> None:
    busy = Report(busy_kernels=2, cpu_percent=50.0, gpu_percent=50.0, dask_tasks=1, terminal_jobs=2)
    assert activity(busy, LIFETIME) == (
        "2 busy kernels",
        "CPU at 50 %",
        "GPU at 50 %",
        "one Dask task",
        "2 terminal jobs",
    )
