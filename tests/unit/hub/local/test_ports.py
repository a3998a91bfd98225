import json
from collections.abc import Callable, Collection
from dataclasses import asdict
from pathlib import Path

import pytest

from eohub_hub.local.errors import BrokenState, PortTaken
from eohub_hub.local.ports import Ports, choose, recall, remember

DEFAULTS = asdict(Ports())


def all_but(taken: Collection[int]) -> Callable[[int], bool]:
    return lambda port: port not in taken


def nobody(port: int) -> str | None:
    return None


def test_on_a_quiet_machine_the_documented_ports_are_used() -> None:
    assert choose({}, {}, all_but([]), nobody) == Ports()


def test_a_taken_default_moves_to_a_free_port_and_the_others_stay() -> None:
    chosen = choose({}, {}, all_but([8001, 8021]), nobody)
    assert chosen.hub == 8031, "8011 is another part's"
    assert {**asdict(chosen), "hub": 8001} == DEFAULTS


def test_s3_moves_also_when_only_its_second_port_is_taken() -> None:
    assert choose({}, {}, all_but([18009]), nobody).s3_filer == 8019


def test_a_port_that_was_set_is_used() -> None:
    assert choose({"public": 9999}, {"public": 8100}, all_but([8000]), nobody).public == 9999


def test_a_set_port_that_is_taken_is_refused_with_port_program_and_variable() -> None:
    with pytest.raises(PortTaken) as caught:
        choose({"proxy_api": 9000}, {}, all_but([9000]), lambda port: f"nginx (process {port})")
    assert caught.value.detail == "Port 9000, which the proxy needs, is taken by nginx (process 9000)."
    assert "EOHUB_LOCAL_PROXY_API_PORT" in (caught.value.hint or "")


def test_the_refusal_names_the_second_port_of_s3_where_that_one_is_taken() -> None:
    with pytest.raises(PortTaken, match="Port 19006, which s3 needs, is taken by another program"):
        choose({"s3": 9006}, {}, all_but([19006]), nobody)


def test_one_port_for_two_parts_is_refused() -> None:
    with pytest.raises(PortTaken, match="Port 9000 was given to two parts of EOHub"):
        choose({"public": 9000, "hub": 9000}, {}, all_but([]), nobody)


def test_a_default_makes_way_for_a_port_that_was_set_for_another_part() -> None:
    chosen = choose({"storage": 8001}, {}, all_but([]), nobody)
    assert (chosen.hub, chosen.storage) == (8021, 8001)


def test_remembered_ports_are_used_again() -> None:
    remembered = {**DEFAULTS, "public": 8050}
    assert choose({}, remembered, all_but([]), nobody).public == 8050


def test_a_remembered_port_may_move_except_the_one_in_the_issuer() -> None:
    assert choose({}, DEFAULTS, all_but([8006]), nobody).s3 == 8016
    with pytest.raises(PortTaken, match="Port 8003, which the identity provider needs"):
        choose({}, DEFAULTS, all_but([8003]), nobody)


def test_on_a_first_start_even_the_issuer_finds_a_free_port() -> None:
    assert choose({}, {}, all_but([8003]), nobody).identity == 8013


def test_no_two_parts_share_a_port_however_crowded_the_machine() -> None:
    chosen = asdict(choose({}, {}, all_but(range(8000, 8010)), nobody))
    bound = [*chosen.values(), *(chosen[name] + 10_000 for name in chosen if name.startswith("s3"))]
    assert len(set(bound)) == len(bound)
    assert not set(bound) & set(range(8000, 8010))


def test_a_machine_without_any_free_port_is_one_sentence() -> None:
    with pytest.raises(PortTaken, match="No free port was found for") as caught:
        choose({}, {}, lambda port: False, nobody)
    assert "EOHUB_LOCAL_PUBLIC_PORT" in (caught.value.hint or "")


def test_what_was_remembered_is_recalled(tmp_path: Path) -> None:
    ports = Ports(public=9000, s3=9006)
    remember(tmp_path / "ports.json", ports)
    assert Ports(**recall(tmp_path / "ports.json")) == ports


def test_nothing_is_recalled_before_the_first_start(tmp_path: Path) -> None:
    assert recall(tmp_path / "ports.json") == {}


def test_the_port_of_a_part_that_no_longer_exists_is_left_out(tmp_path: Path) -> None:
    (tmp_path / "ports.json").write_text(json.dumps({"public": 1234, "gone": 4321}))
    assert recall(tmp_path / "ports.json") == {"public": 1234}


@pytest.mark.parametrize("content", ["", "{", "[]", '{"public": "8000"}', "3"])
def test_a_broken_file_is_one_sentence(tmp_path: Path, content: str) -> None:
    (tmp_path / "ports.json").write_text(content)
    with pytest.raises(BrokenState) as caught:
        recall(tmp_path / "ports.json")
    assert "Remove it" in (caught.value.hint or "")
