from dataclasses import replace
from types import MappingProxyType

import pytest
from fakes.gpu_cluster import GPU, gpu_node, holder
from hypothesis import given
from hypothesis import strategies as st

from eohub_hub.kubernetes.ledger import Count, GpuNode, Holder, Standing, Taint, Ticket, count, standings
from eohub_profiles.decision import Placement, Toleration

ANYWHERE = Placement(MappingProxyType({}), (), None)


def ticket(pod: str, gpus: int = 1, placement: Placement = ANYWHERE, *, granted: bool = False) -> Ticket:
    return Ticket(pod, GPU, gpus, placement, granted)


def test_gpus_are_granted_in_the_order_in_which_they_were_asked_for() -> None:
    found = standings([gpu_node("one", 2)], [ticket("a"), ticket("b"), ticket("c"), ticket("d")])
    assert found == {
        "a": Standing(is_granted=True),
        "b": Standing(is_granted=True),
        "c": Standing(is_granted=False, before=0),
        "d": Standing(is_granted=False, before=1),
    }


def test_a_pod_that_is_ending_still_holds_its_gpu() -> None:
    node = gpu_node("one", 1, holder("old", is_ending=True))
    assert node.free(GPU) == 0
    assert not standings([node], [ticket("new")])["new"].is_granted


def test_a_pod_of_the_same_name_that_is_ending_is_not_the_one_that_waits() -> None:
    node = gpu_node("one", 2, holder("mine", is_ending=True), holder("other"))
    assert not standings([node], [ticket("mine")])["mine"].is_granted


def test_the_gpus_of_a_cordoned_node_are_not_free() -> None:
    nodes = [gpu_node("one", 4, is_open=False), gpu_node("two", 1, holder("x"))]
    assert count(nodes, [], ANYWHERE, GPU) == Count(0, 1)
    assert standings(nodes, [ticket("a")])["a"] == Standing(is_granted=False, before=0)


def test_a_node_that_lost_gpus_to_a_fault_has_none_left_and_not_less() -> None:
    node = gpu_node("one", 1, holder("a", 2), holder("b", 2))
    assert node.free(GPU) == 0
    assert str(count([node], [], ANYWHERE, GPU)) == "0 of 1 free"


def test_two_gpus_must_be_on_one_node() -> None:
    nodes = [gpu_node("one", 2, holder("x")), gpu_node("two", 2, holder("y"))]
    assert not standings(nodes, [ticket("pair", 2)])["pair"].is_granted
    assert standings(nodes, [ticket("single")])["single"].is_granted


def test_nobody_overtakes_whoever_waits_for_more() -> None:
    nodes = [gpu_node("one", 2, holder("x"))]
    found = standings(nodes, [ticket("pair", 2), ticket("single")])
    assert found["single"] == Standing(is_granted=False, before=1)


def test_those_who_want_other_gpus_do_not_wait_for_each_other() -> None:
    part = Ticket("part", "nvidia.com/mig-1g.10gb", 1, ANYWHERE)
    nodes = [gpu_node("one", 1, holder("x")), GpuNode("two", {}, (), True, {part.resource: 1})]
    assert standings(nodes, [ticket("whole"), part])["part"].is_granted


def test_what_was_granted_stays_granted_and_is_taken_from_the_rest() -> None:
    nodes = [gpu_node("one", 1)]
    found = standings(nodes, [ticket("first"), ticket("second", granted=True)])
    assert found["second"].is_granted
    assert not found["first"].is_granted
    assert count(nodes, [ticket("second", granted=True)], ANYWHERE, GPU) == Count(0, 1)


def test_a_pod_that_runs_counts_once_and_not_as_its_claim_too() -> None:
    nodes = [gpu_node("one", 2, holder("mine"))]
    assert count(nodes, [ticket("mine", granted=True)], ANYWHERE, GPU) == Count(1, 2)


def test_more_gpus_than_any_node_has_are_not_possible() -> None:
    assert standings([gpu_node("one", 4)], [ticket("a", 8)])["a"] == Standing(False, 0, is_possible=False)
    assert not standings([], [ticket("a")])["a"].is_possible


@pytest.mark.parametrize(
    ("toleration", "suits"),
    [
        (None, False),
        (Toleration("gpu", "Exists", "", "NoSchedule"), True),
        (Toleration("gpu", "Exists", "", ""), True),
        (Toleration("gpu", "Equal", "l4", "NoSchedule"), True),
        (Toleration("gpu", "Equal", "a100", "NoSchedule"), False),
        (Toleration("gpu", "Exists", "", "NoExecute"), False),
        (Toleration("other", "Exists", "", "NoSchedule"), False),
    ],
)
def test_a_taint_keeps_away_who_does_not_tolerate_it(toleration: Toleration | None, suits: bool) -> None:
    node = replace(gpu_node(), taints=(Taint("gpu", "l4", "NoSchedule"),))
    placement = Placement(MappingProxyType({}), () if toleration is None else (toleration,), None)
    assert node.suits(placement, GPU) is suits


def test_a_preference_keeps_nobody_away_and_a_selector_does() -> None:
    node = replace(gpu_node(), taints=(Taint("busy", "", "PreferNoSchedule"),), labels={"kind": "l4"})
    assert node.suits(Placement(MappingProxyType({"kind": "l4"}), (), None), GPU)
    assert not node.suits(Placement(MappingProxyType({"kind": "a100"}), (), None), GPU)


holders = st.builds(Holder, st.sampled_from("uvwxyz"), st.fixed_dictionaries({GPU: st.integers(0, 9)}),
                    st.booleans())  # fmt: skip
node_lists = st.lists(
    st.builds(
        lambda name, gpus, is_open, pods: GpuNode(name, {}, (), is_open, {GPU: gpus}, tuple(pods)),
        st.sampled_from(["one", "two", "three"]),
        st.integers(1, 8),
        st.booleans(),
        st.lists(holders, max_size=4),
    ),
    max_size=3,
    unique_by=lambda node: node.name,
)
ticket_lists = st.lists(
    st.builds(ticket, st.sampled_from("abcdefghuvw"), st.integers(1, 4), granted=st.booleans()),
    max_size=8,
    unique_by=lambda each: each.pod,
)


@given(node_lists, ticket_lists)
def test_the_ledger_never_goes_negative_nor_gives_out_more_than_there_is(
    nodes: list[GpuNode], tickets: list[Ticket]
) -> None:
    seen = count(nodes, tickets, ANYWHERE, GPU)
    assert 0 <= seen.free <= seen.of
    there = {each.pod for node in nodes for each in node.holders if not each.is_ending}
    found = standings(nodes, tickets)
    new = [each for each in tickets if found[each.pod].is_granted and not each.is_granted]
    assert sum(each.count for each in new if each.pod not in there) <= sum(node.free(GPU) for node in nodes)
    assert all(node.free(GPU) >= 0 for node in nodes)


@given(node_lists, ticket_lists)
def test_each_who_waits_has_as_many_before_as_wait_before(
    nodes: list[GpuNode], tickets: list[Ticket]
) -> None:
    found = standings(nodes, tickets)
    waiting = [each.pod for each in tickets if not found[each.pod].is_granted]
    if nodes:
        assert [found[pod].before for pod in waiting] == list(range(len(waiting)))
    positions = {each.pod: position for position, each in enumerate(tickets)}
    new = [each.pod for each in tickets if found[each.pod].is_granted and not each.is_granted]
    there = {each.pod for node in nodes for each in node.holders if not each.is_ending}
    assert not waiting or all(positions[pod] < positions[waiting[0]] for pod in new if pod not in there)


@given(node_lists, ticket_lists)
def test_one_more_pod_never_makes_more_gpus_free(nodes: list[GpuNode], tickets: list[Ticket]) -> None:
    fuller = [replace(node, holders=(*node.holders, holder("more"))) for node in nodes]
    assert count(fuller, tickets, ANYWHERE, GPU).free <= count(nodes, tickets, ANYWHERE, GPU).free
