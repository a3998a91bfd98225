"""What crosses the pipe between the Jupyter server and the process that reads data."""

import pytest

from eohub_cubes import errors
from eohub_cubes.server.messages import Answer, Ask, Failure, Message, Stop, error_of, failure_of
from eohub_toolkit.errors import EohubError, Internal, status_of

KINDS = [kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, EohubError)]


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_an_error_is_the_same_on_the_other_side(kind: type[EohubError]) -> None:
    error = kind("What happened.", hint="What to do.", retry_after=3)
    line = Answer(number=7, error=failure_of(error)).model_dump_json()
    failure = Answer.model_validate_json(line).error
    assert failure is not None
    found = error_of(failure)
    assert type(found) is kind
    assert (found.detail, found.hint, found.retry_after) == ("What happened.", "What to do.", 3)
    assert status_of(found) != 500


def test_an_unknown_kind_is_a_fault_of_ours() -> None:
    assert type(error_of(Failure(kind="Nope", detail="x", hint=None, retry_after=None))) is Internal


@pytest.mark.parametrize("message", [Ask(number=1, what="describe", query={"a": [1]}), Stop(number=1)])
def test_a_question_and_its_end_are_told_apart(message: Ask | Stop) -> None:
    assert Message.validate_json(message.model_dump_json()) == message
