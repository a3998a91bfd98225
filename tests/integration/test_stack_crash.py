"""What is left after the hub, or `eohub up`, was killed: the person's server, and no orphan after `down`."""

import signal
import time
from collections.abc import Iterator

import pytest
from integration.local_stack import LocalStack, Person, fresh_state


@pytest.fixture(scope="module")
def stack() -> Iterator[LocalStack]:
    stack = LocalStack(fresh_state())
    try:
        stack.up()
        with Person(stack, "demo") as demo:
            demo.log_in()
            demo.start_server()
        yield stack
    finally:
        stack.close()


def servers(stack: LocalStack) -> set[int]:
    return {member.pid for member in stack.members() if member.of_user}


def rest(stack: LocalStack) -> set[int]:
    return {member.pid for member in stack.members() if not member.of_user}


def wait_until_only_servers_are_left(stack: LocalStack, seconds: float = 40.0) -> None:
    end = time.monotonic() + seconds
    while rest(stack):
        assert time.monotonic() < end, [member.name for member in stack.members()]
        time.sleep(0.2)


def test_a_killed_hub_is_told_and_cleared_away_while_the_person_works_on(stack: LocalStack) -> None:
    before = servers(stack)
    assert before
    stack.process("hub").kill()
    assert stack.ended() == 1
    assert "The hub was killed by signal 9" in stack.output
    assert rest(stack) == set()
    assert servers(stack) == before


def test_the_next_start_finds_the_person_s_server_again(stack: LocalStack) -> None:
    before = servers(stack)
    stack.up()
    assert servers(stack) == before
    with Person(stack, "demo") as demo:
        demo.log_in()
        assert demo.has_server()


def test_without_eohub_up_the_hub_ends_itself_and_the_person_works_on(stack: LocalStack) -> None:
    before = servers(stack)
    stack.send(signal.SIGKILL)
    stack.ended()
    wait_until_only_servers_are_left(stack)
    assert servers(stack) == before
    assert "`eohub up` has gone" in stack.state.log.read_text("utf-8", "replace")


def test_when_both_are_killed_the_next_start_ends_what_is_left_and_finds_the_server(
    stack: LocalStack,
) -> None:
    stack.up()
    before = servers(stack)
    assert before
    hub = stack.process("hub")
    stack.send(signal.SIGSTOP)
    hub.kill()
    stack.send(signal.SIGKILL)
    stack.ended()
    assert rest(stack)
    stack.up()
    assert "leftover" in stack.output
    assert servers(stack) == before


def test_down_after_a_crash_leaves_no_process_at_all(stack: LocalStack) -> None:
    hub = stack.process("hub")
    stack.send(signal.SIGSTOP)
    hub.kill()
    stack.send(signal.SIGKILL)
    stack.ended()
    assert servers(stack)
    found = stack.eohub("down")
    assert found.returncode == 0, found.stdout
    assert found.stdout.endswith("EOHub has stopped.\n"), "leftovers are EOHub, too"
    assert stack.members() == []


def test_after_down_the_next_start_knows_that_the_server_is_gone(stack: LocalStack) -> None:
    stack.up()
    with Person(stack, "demo") as demo:
        demo.log_in()
        assert not demo.has_server()
        demo.start_server()
        assert demo.has_server()


def test_down_ends_a_running_person_s_server_too(stack: LocalStack) -> None:
    assert servers(stack)
    assert stack.eohub("down").returncode == 0
    assert stack.ended() == 0
    assert stack.members() == []
