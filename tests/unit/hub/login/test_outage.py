"""A provider that cannot be asked: who waits for it, and what the log says."""

import logging

import pytest
from fakes.login_provider import Clock

from eohub_hub.login.outage import Outage
from eohub_toolkit.errors import Unavailable


def test_only_the_first_failure_and_the_next_success_are_in_the_log(caplog: pytest.LogCaptureFixture) -> None:
    outage = Outage(Clock(), logging.getLogger("outage"))
    outage.ended()
    assert caplog.messages == []
    for _ in range(3):
        outage.failed(Unavailable("sso did not answer."))
    assert caplog.messages == ["The provider cannot be asked, what is known stays: sso did not answer."]
    outage.ended()
    outage.ended()
    assert len(caplog.messages) == 2


def test_it_is_left_alone_for_ten_seconds_and_not_longer() -> None:
    clock = Clock()
    outage = Outage(clock, logging.getLogger("outage"))
    outage.refuse_while_fresh()
    outage.failed(Unavailable("sso did not answer."))
    clock.now += 9.9
    with pytest.raises(Unavailable, match="sso did not answer"):
        outage.refuse_while_fresh()
    clock.now += 0.2
    outage.refuse_while_fresh()
    outage.failed(Unavailable("sso did not answer."))
    outage.ended()
    outage.refuse_while_fresh()
