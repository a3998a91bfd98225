"""Looking at everything in the server that may work."""

import json
import os
import pty
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import psutil
import pytest
from fakes.lifetime import Clock
from fakes.lifetime_pod import GatewayManager, KernelManager, Nvml

from eohub_lifetime.contract import Report
from eohub_lifetime.server.cpu import CpuMeter, seconds_used, top_process
from eohub_lifetime.server.dask_notes import tasks_noted, write_note
from eohub_lifetime.server.gpu import GpuMeter
from eohub_lifetime.server.kernels import busy_kernels
from eohub_lifetime.server.looking import ServerLooker
from eohub_lifetime.server.terminals import terminal_jobs

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC).timestamp()


def kernel(state: str, active_at: float = NOON) -> dict[str, Any]:
    when = datetime.fromtimestamp(active_at, UTC).isoformat().replace("+00:00", "Z")
    return {"id": "1", "execution_state": state, "last_activity": when, "connections": 1}


class TestKernels:
    @pytest.mark.parametrize("manager", [KernelManager, GatewayManager])
    async def test_a_busy_kernel_counts_however_long_ago_it_began(self, manager: Any) -> None:
        assert await busy_kernels(manager(kernel("busy"), kernel("idle")), NOON + 7200) == 1

    async def test_a_cell_that_ran_between_two_looks_counts(self) -> None:
        manager = KernelManager(kernel("idle", NOON + 30))
        assert await busy_kernels(manager, NOON) == 1
        assert await busy_kernels(manager, NOON + 60) == 0

    async def test_a_kernel_that_only_starts_is_no_work(self) -> None:
        assert await busy_kernels(KernelManager(kernel("starting", NOON + 30)), NOON) == 0

    async def test_a_kernel_of_which_nothing_is_known_is_no_work(self) -> None:
        odd = KernelManager({"id": "1"}, {"id": "2", "last_activity": None}, {"last_activity": "soon"})
        assert await busy_kernels(odd, NOON) == 0


class TestCpu:
    def test_it_is_the_share_of_one_core_since_the_look_before(self) -> None:
        clock, used = Clock(100.0), Clock(5.0)
        meter = CpuMeter(used, clock)
        clock.now, used.now = 110.0, 6.0
        assert meter.percent() == pytest.approx(10.0)
        clock.now, used.now = 120.0, 36.0
        assert meter.percent() == pytest.approx(300.0)
        clock.now = 130.0
        assert meter.percent() == 0.0

    def test_time_that_was_lost_with_a_process_is_no_negative_work(self) -> None:
        clock, used = Clock(0.0), Clock(50.0)
        meter = CpuMeter(used, clock)
        clock.now, used.now = 10.0, 20.0
        assert meter.percent() == 0.0
        assert meter.percent() == 0.0

    def test_this_process_and_what_it_waited_for_are_counted(self) -> None:
        before = seconds_used()
        end = time.process_time() + 0.2
        while time.process_time() < end:
            pass
        assert seconds_used() - before >= 0.1

    def test_as_root_the_first_process_may_be_that_of_the_machine(self) -> None:
        top = top_process()
        assert top.pid == os.getpid() or (top.pid == 1 and psutil.Process(1).uids().real == os.getuid() != 0)


class TestGpu:
    def test_the_busiest_gpu_counts_by_the_mean_of_its_samples(self) -> None:
        assert GpuMeter(Nvml([[0, 10], [50, 70], 3])).percent() == 60.0

    def test_only_samples_after_the_look_before_are_asked_for(self) -> None:
        library = Nvml([[10, 20, 30]])
        meter = GpuMeter(library)
        meter.percent()
        meter.percent()
        assert library.asked_since == [0, 102]

    def test_a_gpu_without_samples_tells_what_it_does_now(self) -> None:
        assert GpuMeter(Nvml([42])).percent() == 42.0

    @pytest.mark.parametrize("library", [None, Nvml([]), Nvml([None]), Nvml([5], is_gone=True)])
    def test_where_no_gpu_tells_anything_there_is_none(self, library: Any) -> None:
        assert GpuMeter(library).percent() is None


class TestDask:
    def test_the_notes_of_now_are_added_up_and_old_ones_go(self, tmp_path: Path) -> None:
        folder = tmp_path / "notes"
        assert tasks_noted(folder, NOON) == 0
        for name, tasks in (("a", 3), ("b", 4), ("old", 9)):
            write_note(folder, name, tasks)
            os.utime(folder / f"{name}.json", (NOON, NOON))
        os.utime(folder / "old.json", (NOON - 31, NOON - 31))
        assert tasks_noted(folder, NOON) == 7
        assert not (folder / "old.json").exists()
        assert folder.stat().st_mode & 0o777 == 0o700

    def test_a_note_is_replaced_as_a_whole(self, tmp_path: Path) -> None:
        write_note(tmp_path, "a", 3)
        write_note(tmp_path, "a", 0)
        assert [path.name for path in tmp_path.iterdir()] == ["a.json"]
        assert json.loads((tmp_path / "a.json").read_text()) == {"tasks": 0}

    @pytest.mark.parametrize(
        "text", ["", "[]", "{}", '{"tasks": "x"}', '{"tasks": -5}', "\x00" * 500, "null"]
    )
    def test_what_is_no_note_says_nothing(self, tmp_path: Path, text: str) -> None:
        (tmp_path / "a.json").write_text(text)
        assert tasks_noted(tmp_path, time.time()) == 0

    def test_a_note_of_endless_tasks_is_bounded(self, tmp_path: Path) -> None:
        (tmp_path / "a.json").write_text('{"tasks": 99999999999999999999}')
        assert tasks_noted(tmp_path, time.time()) == 1_000_000_000


class TestTerminals:
    @pytest.fixture
    def terminal(self) -> Iterator[int]:
        ours, theirs = pty.openpty()
        yield ours
        os.close(ours)
        os.close(theirs)

    def test_without_terminals_there_are_no_jobs(self) -> None:
        assert terminal_jobs(None) == 0
        assert terminal_jobs(SimpleNamespace(terminals={})) == 0

    def test_a_terminal_that_nobody_leads_or_that_is_closed_has_no_job(self, terminal: int) -> None:
        process = SimpleNamespace(fd=terminal, pid=1)
        manager = SimpleNamespace(terminals={"1": SimpleNamespace(ptyproc=process)})
        assert terminal_jobs(manager) == 0
        manager.terminals["2"] = SimpleNamespace(ptyproc=SimpleNamespace(fd=-1, pid=1))
        assert terminal_jobs(manager) == 0


async def test_a_look_is_about_the_time_since_the_one_before(tmp_path: Path) -> None:
    clock, used = Clock(NOON), Clock(0.0)
    app = SimpleNamespace(
        kernel_manager=KernelManager(kernel("idle", NOON + 5)), web_app=SimpleNamespace(settings={})
    )
    looker = ServerLooker(app, cpu=CpuMeter(used, clock), gpu=GpuMeter(None), notes=tmp_path, clock=clock)
    clock.now, used.now = NOON + 10, 5.0
    assert await looker.look() == Report(busy_kernels=1, cpu_percent=50.0)
    clock.now = NOON + 20
    assert await looker.look() == Report()
