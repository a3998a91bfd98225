"""The loop that reads run on."""

import asyncio
import gc
from concurrent.futures import ThreadPoolExecutor
from threading import Event

import pytest

from eohub_cubes.reading.loop import loop, now, on_loop


async def collects() -> bool:
    return gc.isenabled()


def test_the_thread_that_reads_for_a_library_collects_none_of_its_garbage() -> None:
    assert now(collects()) is False
    assert gc.isenabled()


def test_garbage_is_collected_again_when_the_last_who_waits_has_read() -> None:
    begun, go_on = Event(), Event()

    async def long() -> None:
        begun.set()
        await asyncio.to_thread(go_on.wait)

    with ThreadPoolExecutor(1) as threads:
        waiting = threads.submit(now, long())
        begun.wait()
        now(collects())
        assert not gc.isenabled()
        go_on.set()
        waiting.result()
    assert gc.isenabled()


def test_a_read_that_fails_leaves_collection_as_it_was() -> None:
    async def fail() -> None:
        raise ValueError("it fails")

    with pytest.raises(ValueError, match="it fails"):
        now(fail())
    assert gc.isenabled()


def test_who_collects_no_garbage_does_so_afterwards_too() -> None:
    gc.disable()
    try:
        now(collects())
        assert not gc.isenabled()
    finally:
        gc.enable()


async def test_a_read_that_is_awaited_fails_where_it_is_awaited() -> None:
    async def fail() -> None:
        assert asyncio.get_running_loop() is loop()
        raise ValueError("it fails")

    with pytest.raises(ValueError, match="it fails"):
        await on_loop(fail())


async def test_a_read_that_was_cancelled_stops_and_logs_nothing_where_it_then_fails() -> None:
    told: list[object] = []
    begun, ended = Event(), Event()

    async def breaks() -> None:
        begun.set()
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            raise ConnectionError("cut") from None
        finally:
            ended.set()

    loop().set_exception_handler(lambda _, context: told.append(context))
    try:
        waiting = asyncio.create_task(on_loop(breaks()))
        await asyncio.to_thread(begun.wait)
        waiting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await waiting
        await asyncio.to_thread(ended.wait)
        now(asyncio.sleep(0))
        gc.collect()
        assert told == []
    finally:
        loop().set_exception_handler(None)
