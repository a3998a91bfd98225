"""A part that ends at once during the start is told at once, with its own last words; so is a failed seed."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from integration.local_stack import LocalStack, fresh_state

from eohub_hub.local.seeding import is_seeded
from eohub_hub.local.state import StateFolder

PATIENT = {"EOHUB_LOCAL_START_SECONDS": "3600"}
"""Whoever waits for a part that does not come makes these tests fail by their own time limit."""


@pytest.fixture
def stack() -> Iterator[LocalStack]:
    stack = LocalStack(fresh_state(), settings=PATIENT)
    try:
        yield stack
    finally:
        stack.close()


def damaged(state: StateFolder, name: str) -> Path:
    file = state.root / name
    file.parent.mkdir(mode=0o700, parents=True)
    file.write_text("{}")
    return file


def test_without_the_identity_provider_the_start_ends_with_its_last_words(stack: LocalStack) -> None:
    file = damaged(stack.state, "identity/accounts.json")
    stack.begin()
    assert stack.ended(300) == 1
    last = stack.output.rstrip().splitlines()[-1]
    assert last.startswith(f"identity ended at its start: The accounts file is not of version 1: {file}.")
    assert str(stack.state.log) in last
    assert stack.members() == []


def test_without_the_hub_the_start_ends_with_its_last_words(stack: LocalStack) -> None:
    damaged(stack.state, "hub/people.sqlite").write_bytes(b"no database" * 1000)
    stack.begin()
    assert stack.ended(300) == 1
    last = stack.output.rstrip().splitlines()[-1]
    assert last.startswith("The hub ended with exit code 1 at its start: ")
    assert "file is not a database" in last
    assert stack.members() == []


def test_without_s3_the_rest_works_and_it_is_said_that_the_data_are_not_written(stack: LocalStack) -> None:
    damaged(stack.state, "s3/keys.json")
    stack.begin()
    stack.wait_for_output("Stop with Ctrl-C", 300)
    assert "s3 ended at its start: " in stack.output
    assert "keys.json does not hold keys. Remove it: new ones are made." in stack.output
    assert "The climate data were not written: no answer from s3. The next start tries again." in stack.output
    assert not is_seeded(stack.state)
    assert "does not answer" in stack.eohub("status").stdout


def test_a_seed_without_network_is_told_with_its_reason(stack: LocalStack, tmp_path: Path) -> None:
    stack.settings = {**PATIENT, "UV_OFFLINE": "1", "UV_CACHE_DIR": str(tmp_path)}
    stack.up()
    told = next(line for line in stack.output.splitlines() if line.startswith("The climate data were not"))
    assert "The sample data cannot be fetched. Start again with a network." in told
    assert "When the network is disabled" in told, "the words of uv"
    assert not is_seeded(stack.state)


def test_a_start_with_the_repaired_state_writes_the_data(stack: LocalStack) -> None:
    leftover = stack.state.root / "seed-killed" / "source"
    leftover.mkdir(parents=True)
    stack.up()
    assert "The climate data were not written" not in stack.output
    assert is_seeded(stack.state)
    assert not leftover.parent.exists()
    assert "JupyterHub is now running" not in stack.output
    assert "KeyManager" not in stack.output
    assert "JupyterHub is now running" in stack.state.log.read_text("utf-8", "replace")
