"""Watching the end of a process: which process can be watched, and what a watch holds."""

import asyncio
import os
import resource
import sys

import pytest

from eohub_hub.spawner.end_watch import EndWatch, watch_end
from eohub_hub.spawner.process import ProcessRecord, started_at

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="pidfd_open(2) is Linux's")


def never() -> None:
    raise AssertionError("the process of the tests has not ended")


@pytest.fixture
def myself() -> ProcessRecord:
    return ProcessRecord(os.getpid(), started_at(os.getpid()) or "")


def open_files() -> int:
    return len(os.listdir("/proc/self/fd"))


def test_a_watch_takes_one_file_and_gives_it_back_once(myself: ProcessRecord) -> None:
    async def watch() -> None:
        before, watches = open_files(), EndWatch.open
        watch = watch_end(myself, never)
        assert watch is not None
        assert (open_files(), EndWatch.open) == (before + 1, watches + 1)
        await asyncio.sleep(0)
        watch.close()
        watch.close()
        assert (open_files(), EndWatch.open) == (before, watches)

    asyncio.run(watch())


def test_another_process_with_the_same_number_is_not_watched(myself: ProcessRecord) -> None:
    async def watch() -> None:
        before = open_files()
        assert watch_end(ProcessRecord(myself.pid, "at another time"), never) is None
        assert open_files() == before

    asyncio.run(watch())


def test_what_has_ended_is_not_watched() -> None:
    async def watch() -> None:
        assert watch_end(ProcessRecord(2**22 + 1, "before"), never) is None

    asyncio.run(watch())


def test_watches_never_take_more_than_half_of_the_files(myself: ProcessRecord) -> None:
    async def watch() -> None:
        first = watch_end(myself, never)
        assert first is not None
        soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        resource.setrlimit(resource.RLIMIT_NOFILE, (2, hard))
        try:
            assert watch_end(myself, never) is None
        finally:
            resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
            first.close()

    asyncio.run(watch())
