"""Reports put together, and answers that have grown old."""

from eohub_lifetime.contract import Ending, Report, ServerLifetime
from eohub_lifetime.reports import later, merged


def test_work_of_a_report_that_did_not_arrive_is_in_the_next_one() -> None:
    first = Report(busy_kernels=2, cpu_percent=5.0, gpu_percent=80.0, dask_tasks=0, terminal_jobs=1)
    second = Report(busy_kernels=1, cpu_percent=50.0, gpu_percent=None, dask_tasks=7, terminal_jobs=0)
    both = Report(busy_kernels=2, cpu_percent=50.0, gpu_percent=80.0, dask_tasks=7, terminal_jobs=1)
    assert merged(first, second) == both
    assert merged(second, first) == both
    assert merged(None, second) is second


def test_without_a_gpu_there_is_none_in_both() -> None:
    assert merged(Report(), Report()).gpu_percent is None


def test_a_countdown_goes_on_between_two_answers_and_stops_at_nothing() -> None:
    ending = Ending(stops_in_seconds=100, cause="idle", why="Idle.", keep_seconds=3600)
    said = ServerLifetime(ending=ending, rules="", busy_with=(), age_seconds=10, refresh_seconds=60)
    after = later(said, 30)
    assert after.ending is not None
    assert (after.ending.stops_in_seconds, after.ending.keep_seconds, after.age_seconds) == (70, 3600, 40)
    after = later(said, 500)
    assert after.ending is not None
    assert after.ending.stops_in_seconds == 0


def test_the_browser_asks_its_own_server_more_often_than_that_reports() -> None:
    said = ServerLifetime(ending=None, rules="", busy_with=(), age_seconds=None, refresh_seconds=60)
    assert later(said, 5).refresh_seconds == 15
    assert later(said.model_copy(update={"refresh_seconds": 2.0}), 5).refresh_seconds == 2
    assert later(said, 5).age_seconds is None
