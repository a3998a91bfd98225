import json

from eohub_hub.isolation.network_probe import judge


def said(*, listed: list[str], unlisted: list[str]) -> str:
    return "a line before\n" + json.dumps({"listed": listed, "unlisted": unlisted})


def test_a_network_that_reaches_what_is_listed_and_nothing_else_is_taken() -> None:
    assert judge(0, said(listed=["word"], unlisted=[]), "word", "secret") is None


def test_what_a_gateway_itself_answers_says_nothing() -> None:
    assert judge(0, said(listed=["word"], unlisted=["SSH-2.0"]), "word", "secret") is None


def test_a_network_in_which_a_port_that_is_not_listed_answers_is_no_wall() -> None:
    found = judge(0, said(listed=["word"], unlisted=["secret"]), "word", "secret")
    assert found is not None
    assert "does not wall off" in found


def test_a_network_without_the_hub_is_no_use() -> None:
    assert "reach the hub" in (judge(0, said(listed=[], unlisted=[]), "word", "secret") or "")


def test_the_reason_is_the_programs_own_and_not_the_launchers() -> None:
    text = "No external interface\nThe server could not be started: ConnectionError: x"
    assert "(No external interface)" in (judge(125, text, "word", "secret") or "")


def test_silence_is_a_reason_too() -> None:
    assert "no reason given" in (judge(125, "", "word", "secret") or "")
