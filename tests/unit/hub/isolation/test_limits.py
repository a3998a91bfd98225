import pytest

from eohub_hub.isolation.limits import (
    MAXIMUM_PROCESSES,
    Bound,
    Machine,
    choose_cores,
    enforcement,
    resource_limits,
)

GIB = 1 << 30
PRIVATE = "the private memory of each process, not for shared memory"
ACCOUNTS = Machine(Bound.PROCESS, Bound.ACCOUNT, (0, 1, 2, 3))
CGROUP = Machine(Bound.CGROUP, Bound.CGROUP, (0, 1, 2, 3))
CPU_TOO = Machine(Bound.CGROUP, Bound.CGROUP, (0, 1, 2, 3), Bound.CGROUP)
NOTHING = Machine(Bound.NOTHING, Bound.NOTHING, ())


class TestWords:
    def test_a_limit_of_the_whole_server_is_told_from_one_of_each_process(self) -> None:
        assert enforcement(CGROUP, 2, 4 * GIB).memory == "Memory: 4 GiB, enforced for the whole server"
        assert enforcement(ACCOUNTS, 2, 4 * GIB).memory == f"Memory: 4 GiB, enforced for {PRIVATE}"

    def test_what_is_not_enforced_is_said(self) -> None:
        assert enforcement(NOTHING, 2, 4 * GIB).lines == (
            "Memory: 4 GiB, not enforced on this machine",
            "CPU: not enforced, threads are set to the number of cores",
            "Processes: not bounded",
        )

    def test_a_profile_larger_than_the_machine_is_told_what_it_gets(self) -> None:
        undone = "set by affinity, which a program can undo"
        assert enforcement(ACCOUNTS, 16).cpu == f"CPU: 4 of 4 cores, {undone}"

    @pytest.mark.parametrize("machine", [ACCOUNTS, CGROUP, NOTHING])
    @pytest.mark.parametrize("cores", [None, 0.5, 2])
    def test_nothing_but_a_quota_is_called_an_enforced_cpu_limit(
        self, machine: Machine, cores: float | None
    ) -> None:
        assert "enforced" not in enforcement(machine, cores).cpu.replace("not enforced", "")

    @pytest.mark.parametrize(("cores", "amount"), [(None, ""), (0.5, " 0.5,"), (2.0, " 2,")])
    def test_a_quota_is_said_in_cores(self, cores: float | None, amount: str) -> None:
        assert enforcement(CPU_TOO, cores).cpu == f"CPU:{amount} enforced for the whole server"

    def test_before_a_choice_there_is_no_amount(self) -> None:
        lines = enforcement(ACCOUNTS).lines
        assert lines[0] == f"Memory: enforced for {PRIVATE}"
        assert lines[1] == "CPU: set by affinity, which a program can undo (4 cores on this machine)"
        assert lines[2] == f"Processes: at most {MAXIMUM_PROCESSES} per person"


class TestSize:
    @pytest.mark.parametrize(
        ("cpu", "gib", "is_smaller"), [(4, 8, False), (5, 8, True), (4, 9, True), (0.5, 1, False)]
    )
    def test_a_machine_is_compared_in_cores_and_memory(self, cpu: float, gib: int, is_smaller: bool) -> None:
        machine = Machine(Bound.PROCESS, Bound.ACCOUNT, (0, 1, 2, 3), memory_bytes=8 * GIB)
        assert machine.is_smaller_than(cpu, gib * GIB) is is_smaller

    def test_what_is_not_known_is_not_called_smaller(self) -> None:
        assert not NOTHING.is_smaller_than(64, 1024 * GIB)


class TestResourceLimits:
    def test_memory_is_bounded_by_what_is_written_to_and_not_by_addresses(self) -> None:
        limits = resource_limits(ACCOUNTS, 4 * GIB)
        assert limits["RLIMIT_DATA"] == 4 * GIB
        assert "RLIMIT_AS" not in limits

    def test_processes_are_counted_only_where_an_account_is_one_persons(self) -> None:
        shared = Machine(Bound.PROCESS, Bound.NOTHING, (0,))
        assert "RLIMIT_NPROC" in resource_limits(ACCOUNTS, GIB)
        assert "RLIMIT_NPROC" not in resource_limits(shared, GIB)

    def test_a_cgroup_needs_no_second_limit(self) -> None:
        assert resource_limits(CGROUP, GIB) == {"RLIMIT_CORE": 0}

    @pytest.mark.parametrize("machine", [ACCOUNTS, CGROUP, NOTHING])
    def test_no_memory_with_tokens_in_it_is_ever_written_to_disk(self, machine: Machine) -> None:
        assert resource_limits(machine, GIB)["RLIMIT_CORE"] == 0


class TestCores:
    def test_servers_are_spread(self) -> None:
        first = choose_cores(ACCOUNTS, 2, [])
        second = choose_cores(ACCOUNTS, 2, [first])
        third = choose_cores(ACCOUNTS, 1, [first, second, (0,)])
        assert (first, second, third) == ((0, 1), (2, 3), (1,))

    @pytest.mark.parametrize("wanted", [4, 5, 64])
    def test_more_than_there_are_means_all(self, wanted: float) -> None:
        assert choose_cores(ACCOUNTS, wanted, [(0,)]) == (0, 1, 2, 3)

    @pytest.mark.parametrize(("wanted", "count"), [(0.1, 1), (1, 1), (1.5, 2), (3, 3)])
    def test_a_part_of_a_core_is_a_whole_one(self, wanted: float, count: int) -> None:
        assert len(choose_cores(ACCOUNTS, wanted, [])) == count

    def test_cores_that_the_hub_may_not_use_are_not_given_away(self) -> None:
        assert choose_cores(Machine(Bound.NOTHING, Bound.NOTHING, (3, 7)), 1, [(3,)]) == (7,)

    def test_where_nothing_can_be_pinned_nothing_is(self) -> None:
        assert choose_cores(NOTHING, 2, []) == ()
